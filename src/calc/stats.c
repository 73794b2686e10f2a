#include "calc/stats.h"

#include <math.h>
#include <stdlib.h>

static const struct interval nothing = {NAN, NAN, NAN};

/* r(x) = (c7 x^7 + ... + c0) / (d7 x^7 + ... + 1), as AS 241 has its three ranges. */
static double rational(const double c[8], const double d[8], double x) {
    double up = c[7], down = d[7];
    for (int i = 6; i >= 0; i--) {
        up = up * x + c[i];
        down = down * x + d[i];
    }
    return up / down;
}

double stats_normal_quantile(double p) {
    static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3},
                        b[8] = {1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3},
                        c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4},
                        d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9},
                        f[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7},
                        g[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    if (!(p > 0 && p < 1))
        return NAN;
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * rational(a, b, 0.180625 - q * q);
    double r = sqrt(-log(q < 0 ? p : 1 - p));
    double z = r <= 5 ? rational(c, d, r - 1.6) : rational(f, g, r - 5);
    return q < 0 ? -z : z;
}

double stats_normal_cdf(double z) {
    return 0.5 * erfc(-z / sqrt(2.0));
}

/* For b = 1/2 and large a the gamma functions would cancel: Stirling's series of their ratio. */
static double log_beta(double a, double b) {
    if (b == 0.5 && a > 50) {
        double r = 1 / (a * a);
        double series = (-1.0 / 8 + r * (1.0 / 192 + r * (-1.0 / 640 + r * 17.0 / 14336))) / a;
        return 0.5 * (log(acos(-1.0)) - log(a)) - series;
    }
    int sign;
    return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

/* The continued fraction of the incomplete beta function, by Lentz' method as modified by
 * Thompson & Barnett (1986), J. Comp. Phys. 64:490-509. */
static double beta_fraction(double x, double a, double b) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m < 10000; m++) {
        for (int odd = 0; odd < 2; odd++) {
            double k = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                           : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + k * d;
            c = 1 + k / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 4e-16)
            break;
    }
    return h;
}

/* I_x(a, b), with y = 1 - x given apart so that neither end loses digits. */
static double beta_regular(double x, double y, double a, double b) {
    if (x <= 0)
        return 0;
    if (y <= 0)
        return 1;
    double log_x = y < 0.5 ? log1p(-y) : log(x), log_y = x < 0.5 ? log1p(-x) : log(y);
    double front = exp(a * log_x + b * log_y - (a == 0.5 ? log_beta(b, a) : log_beta(a, b)));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(y, b, a) / b;
}

/* P(T < -|t|). */
static double t_tail(double t, double df) {
    double s = df + t * t;
    return 0.5 * beta_regular(df / s, t * t / s, df / 2, 0.5);
}

double stats_t_cdf(double t, double df) {
    if (!(df > 0) || isnan(t))
        return NAN;
    if (df > 1e10)
        return stats_normal_cdf(t);
    return t < 0 ? t_tail(t, df) : 1 - t_tail(t, df);
}

double stats_t_quantile(double p, double df) {
    if (!(p > 0 && p < 1) || !(df > 0))
        return NAN;
    if (p == 0.5)
        return 0;
    if (p > 0.5)
        return -stats_t_quantile(1 - p, df);
    if (df > 1e10)
        return stats_normal_quantile(p);
    /* Bracket below, then Newton steps on log P, which is concave there, kept inside. */
    double high = 0, low = stats_normal_quantile(p) - 1;
    while (t_tail(low, df) > p) {
        high = low;
        low *= 2;
    }
    double t = stats_normal_quantile(p), lb = log_beta(df / 2, 0.5);
    if (t < low || t > high)
        t = (low + high) / 2;
    for (int i = 0; i < 200; i++) {
        double at = t_tail(t, df);
        *(at > p ? &high : &low) = t;
        double density = exp(-0.5 * log(df) - lb - (df + 1) / 2 * log1p(t * t / df));
        double next = t - log(at / p) * at / density;
        if (!(next > low && next < high))
            next = (low + high) / 2;
        if (fabs(next - t) <= 1e-15 * fabs(t))
            return next;
        t = next;
    }
    return t;
}

struct moments stats_moments(double n, double sum, double sum_sq) {
    struct moments m = {n, NAN, NAN};
    if (n >= 1)
        m.mean = sum / n;
    if (n >= 2)
        m.var = fmax(0, (sum_sq - sum * m.mean) / (n - 1));
    return m;
}

struct interval stats_share(double hits, double n, double level) {
    if (!(n > 0))
        return nothing;
    double p = hits / n, z = stats_normal_quantile(0.5 + level / 2), zz = z * z / n;
    double middle = p + zz / 2, half = z * sqrt(p * (1 - p) / n + zz / (4 * n));
    /* At the ends the bound is 0 or 1 exactly, which the subtraction would miss by rounding. */
    return (struct interval){p, hits <= 0 ? 0 : (middle - half) / (1 + zz),
                             hits >= n ? 1 : (middle + half) / (1 + zz)};
}

struct interval stats_mean(struct moments m, double level) {
    double half = m.n >= 2 ? stats_t_quantile(0.5 + level / 2, m.n - 1) * sqrt(m.var / m.n) : NAN;
    return (struct interval){m.mean, m.mean - half, m.mean + half};
}

struct interval stats_ratio(struct ratio_sums s, double level) {
    if (!(s.n >= 1) || !(s.den > 0))
        return nothing;
    double r = s.num / s.den;
    if (s.n < 2)
        return (struct interval){r, NAN, NAN};
    double residual2 = fmax(0, s.num2 - 2 * r * s.num_den + r * r * s.den2);
    double se = sqrt(s.n / (s.n - 1) * residual2) / s.den;
    double half = stats_t_quantile(0.5 + level / 2, s.n - 1) * se;
    return (struct interval){r, r - half, r + half};
}

struct difference stats_difference(struct moments a, struct moments b, double level) {
    struct difference r = {nothing, NAN, NAN, NAN, NAN, NAN, NAN};
    if (!(a.n >= 1) || !(b.n >= 1))
        return r;
    double gap = a.mean - b.mean;
    r.gap.estimate = gap;
    if (!(a.n >= 2) || !(b.n >= 2))
        return r;
    double va = a.var / a.n, vb = b.var / b.n, se = sqrt(va + vb), n = a.n + b.n;
    double pooled = sqrt(((a.n - 1) * a.var + (b.n - 1) * b.var) / (n - 2));
    if (!(se > 0))
        return r;
    r.df = (va + vb) * (va + vb) / (va * va / (a.n - 1) + vb * vb / (b.n - 1));
    r.t = gap / se;
    r.p = 2 * t_tail(r.t, r.df);
    double half = stats_t_quantile(0.5 + level / 2, r.df) * se;
    r.gap.low = gap - half;
    r.gap.high = gap + half;
    double w = 1 - 3 / (4 * n - 9);
    r.d = gap / pooled;
    r.g = w * r.d;
    r.g_se = w * sqrt(n / (a.n * b.n) + r.d * r.d / (2 * n));
    return r;
}

double stats_improvement_index(double g) {
    return 100 * (stats_normal_cdf(g) - 0.5);
}

static struct interval log_interval(double ratio, double se, double level) {
    double half = stats_normal_quantile(0.5 + level / 2) * se;
    return (struct interval){ratio, ratio * exp(-half), ratio * exp(half)};
}

struct interval stats_risk_ratio(double hits_a, double n_a, double hits_b, double n_b,
                                 double level) {
    if (!(n_a > 0) || !(n_b > 0) || !(hits_b > 0))
        return nothing;
    double ratio = (hits_a / n_a) / (hits_b / n_b);
    if (!(hits_a > 0))
        return (struct interval){ratio, NAN, NAN};
    return log_interval(ratio, sqrt(1 / hits_a - 1 / n_a + 1 / hits_b - 1 / n_b), level);
}

struct interval stats_mean_ratio(double a, double se_a, double b, double se_b, double level) {
    if (!(a > 0) || !(b > 0))
        return nothing;
    return log_interval(a / b, hypot(se_a / a, se_b / b), level);
}

struct risk stats_risk_647(const struct risk_input *in, double level) {
    double cell = in->cell_min > 0 ? in->cell_min : 10, n = in->n_min > 0 ? in->n_min : 30;
    if (in->hits < cell || in->n < n)
        return (struct risk){RISK_NONE, nothing};
    if (in->others_hits >= cell && in->others >= n)
        return (struct risk){RISK_OTHERS,
                             stats_risk_ratio(in->hits, in->n, in->others_hits, in->others, level)};
    if (in->state_hits >= cell && in->state >= n)
        return (struct risk){RISK_STATE_OTHERS,
                             stats_risk_ratio(in->hits, in->n, in->state_hits, in->state, level)};
    return (struct risk){RISK_NONE, nothing};
}

/* x log x, continued to 0. */
static double x_log_x(double x) {
    return x > 0 ? x * log(x) : 0;
}

struct theil stats_theil(const double y[], const double w[], const int32_t group[], size_t n,
                         size_t groups, struct arena *a) {
    double *gw = ARENA_ARRAY(a, double, groups), *gy = ARENA_ARRAY(a, double, groups);
    double sw = 0, sy = 0;
    for (size_t i = 0; i < n; i++) {
        CHECK(group[i] >= 0 && (size_t)group[i] < groups);
        gw[group[i]] += w[i];
        gy[group[i]] += w[i] * y[i];
        sw += w[i];
        sy += w[i] * y[i];
    }
    struct theil t = {NAN, NAN, NAN};
    double mean = sy / sw;
    if (!(mean > 0))
        return t;
    t = (struct theil){0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        double own = gy[group[i]] / gw[group[i]];
        t.total += w[i] / sw * x_log_x(y[i] / mean);
        if (own > 0)
            t.within += w[i] / sw * (own / mean) * x_log_x(y[i] / own);
    }
    for (size_t g = 0; g < groups; g++)
        if (gw[g] > 0)
            t.between += gw[g] / sw * x_log_x(gy[g] / gw[g] / mean);
    return t;
}

struct weighted {
    double y, w;
};

static int by_y(const void *a, const void *b) {
    double x = ((const struct weighted *)a)->y, y = ((const struct weighted *)b)->y;
    return (x > y) - (x < y);
}

double stats_gini(const double y[], const double w[], size_t n, struct arena *a) {
    struct weighted *v = ARENA_ARRAY(a, struct weighted, n);
    double sw = 0, swy = 0, at = 0, area = 0;
    for (size_t i = 0; i < n; i++) {
        v[i] = (struct weighted){y[i], w[i]};
        sw += w[i];
        swy += w[i] * y[i];
    }
    if (n == 0 || !(swy > 0))
        return NAN;
    qsort(v, n, sizeof *v, by_y);
    for (size_t i = 0; i < n; i++) {
        double next = at + v[i].w * v[i].y / swy;
        area += v[i].w / sw * (at + next);
        at = next;
    }
    return 1 - area;
}
