/*
 * The statistics behind every number shown: intervals, differences, ratios, inequality.
 * Pure; thread-safe; nothing allocates unless an arena is passed. `level` is the confidence, 0.95
 * as a rule. Where a figure does not exist (no units, a zero denominator) the result is NaN, never
 * a made-up 0: callers show a word instead.
 * Sources stand at each function. Checked against R 4.2.2 figures in tests/calc/test_stats.c.
 */
#ifndef CALC_STATS_H
#define CALC_STATS_H

#include "base/arena.h"

struct interval {
    double estimate, low, high;
};

/* Wichura (1988), AS 241, PPND16: relative error about 1e-16. p in (0, 1). */
double stats_normal_quantile(double p);
double stats_normal_cdf(double z);
/* Student's t with df > 0 degrees of freedom, fractional too. CDF by the incomplete beta function
 * (modified Lentz), quantile by Newton steps on it: relative error 1e-12, at a million degrees of
 * freedom 1e-9 (the fraction cancels there). */
double stats_t_cdf(double t, double df);
double stats_t_quantile(double p, double df);

/* What a mean is made of: stats_moments reads the sums of a roll-up cell. */
struct moments {
    double n, mean, var; /* var divides by n - 1; NaN where n < 2 */
};
struct moments stats_moments(double n, double sum, double sum_sq);

/* A share of n units. Wilson (1927), JASA 22:209-212, without continuity correction. */
struct interval stats_share(double hits, double n, double level);
/* A mean of n units, t interval. Low and high are NaN where n < 2. */
struct interval stats_mean(struct moments m, double level);
/* sum num / sum den over n units: Taylor linearisation, residuals num - R den, t with n - 1
 * degrees of freedom. Cochran (1977), Sampling Techniques, 6.4 (no finite population correction).
 */
struct ratio_sums {
    double n, num, den, num2, den2, num_den;
};
struct interval stats_ratio(struct ratio_sums s, double level);

/* Group a less group b. */
struct difference {
    struct interval gap; /* Welch (1947), Satterthwaite's df */
    double df, t, p;     /* two-sided */
    double d;            /* gap / pooled standard deviation */
    double g;            /* Hedges (1981): d (1 - 3 / (4N - 9)) */
    double g_se;         /* WWC 5.0: w sqrt(N/(na nb) + d^2 / (2N)) */
};
struct difference stats_difference(struct moments a, struct moments b, double level);
/* 100 (Phi(g) - 0.5): where an average member of b would stand among a. WWC 5.0. */
double stats_improvement_index(double g);

/* Two shares, a over b: ratio of risks, log-Wald (Katz et al. 1978). NaN bounds where a count is 0.
 */
struct interval stats_risk_ratio(double hits_a, double n_a, double hits_b, double n_b,
                                 double level);
/* Ratio of two means (or ratios) with their standard errors: log scale, delta method. Both > 0. */
struct interval stats_mean_ratio(double a, double se_a, double b, double se_b, double level);

/* 34 CFR 300.647: risk of the group over the risk of all others. Neither is calculated where the
 * numerator (cell) or the denominator (n) of the group is below its minimum; where the others fall
 * below, the alternate ratio takes the others of the state, and where these do too there is none.
 * Published defaults: cell 10, n 30. */
enum risk_basis { RISK_NONE, RISK_OTHERS, RISK_STATE_OTHERS };
struct risk_input {
    double hits, n;             /* the group */
    double others_hits, others; /* all other children of the district */
    double state_hits, state;   /* all other children of the state; n 0 where unknown */
    double cell_min, n_min;     /* 0: 10 and 30 */
};
struct risk {
    enum risk_basis basis;
    struct interval ratio; /* NaN where basis is RISK_NONE */
};
struct risk stats_risk_647(const struct risk_input *in, double level);

/* Theil's T of y >= 0 with weights w > 0 over `groups` groups (group[i] in 0 .. groups-1), split
 * exactly: total = between + within. Terms with y = 0 are 0, their limit. NaN where the mean is not
 * above 0. Theil (1967); the split as in Shorrocks (1980), Econometrica 48:613-625. */
struct theil {
    double total, between, within;
};
struct theil stats_theil(const double y[], const double w[], const int32_t group[], size_t n,
                         size_t groups, struct arena *a);
/* Weighted Gini coefficient by the Lorenz curve (trapezoids), y >= 0; ties in any order. */
double stats_gini(const double y[], const double w[], size_t n, struct arena *a);

#endif
