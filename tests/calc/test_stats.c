#include "calc/stats.h"

#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void near_(double got, double want, double relative, int line) {
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("line %d: got %.15g, want %.15g", line, got, want);
}
#define NEAR(got, want, relative) near_((got), (want), (relative), __LINE__)

/* Computed with mpmath at 30 digits. */
static void quantiles_hold_to_the_last_digits(void **state) {
    (void)state;
    NEAR(stats_normal_quantile(0.975), 1.95996398454005, 1e-14);
    NEAR(stats_normal_quantile(0.5 + 1e-3), 0.00250663089957177, 1e-13);
    NEAR(stats_normal_quantile(1e-10), -6.36134090240406, 1e-14);
    NEAR(stats_normal_quantile(1e-300), -37.0470962993612, 1e-13);
    NEAR(stats_t_quantile(0.975, 1), 12.7062047361747, 1e-13);
    NEAR(stats_t_quantile(0.975, 2), 4.30265272974946, 1e-13);
    NEAR(stats_t_quantile(0.975, 10), 2.228138851986275, 1e-12);
    NEAR(stats_t_quantile(0.995, 3), 5.840909309733357, 1e-13);
    NEAR(stats_t_quantile(0.025, 10), -2.228138851986275, 1e-12);
    assert_true(isnan(stats_t_quantile(1, 10)));
    assert_true(isnan(stats_normal_quantile(0)));
    for (double df = 0.5; df < 1e7; df *= 3)
        for (double p = 1e-6; p < 1; p += 0.0173)
            NEAR(stats_t_cdf(stats_t_quantile(p, df), df), p, 1e-9);
}

/* The p-values of the WWC reference (R, AER::STAR): t 1.743..., df 1322.97 and t 2.357, df 2572.4.
 */
static void t_tails_are_those_of_R(void **state) {
    (void)state;
    NEAR(2 * (1 - stats_t_cdf(1.743398258875, 1322.96922640453)), 0.08149637096956, 1e-9);
    NEAR(2 * stats_t_cdf(-2.356654682184, 2572.43821213051), 0.01851496461494, 1e-9);
}

/* R: wilson_7_12 and wilson_0_10. */
static void shares_have_wilson_intervals(void **state) {
    (void)state;
    struct interval i = stats_share(7, 12, 0.95);
    NEAR(i.estimate, 7.0 / 12, 1e-15);
    NEAR(i.low, 0.3195113125495, 1e-12);
    NEAR(i.high, 0.8067396863412, 1e-12);
    i = stats_share(0, 10, 0.95);
    assert_true(i.low == 0);
    NEAR(i.high, 0.2775327998629, 1e-12);
    assert_true(stats_share(10, 10, 0.95).high == 1);
    assert_true(isnan(stats_share(0, 0, 0.95).estimate));
}

static void a_mean_of_one_has_no_interval(void **state) {
    (void)state;
    struct interval i = stats_mean(stats_moments(1, 5, 25), 0.95);
    assert_true(i.estimate == 5 && isnan(i.low) && isnan(i.high));
    assert_true(isnan(stats_mean(stats_moments(0, 0, 0), 0.95).estimate));
    /* 1 2 3 4 10, with mpmath's t quantile */
    i = stats_mean(stats_moments(5, 20, 130), 0.95);
    NEAR(i.low, -0.3899451654254, 1e-11);
    NEAR(i.high, 8.38994516542542, 1e-13);
}

/* R: g, se, improvement index of AER::STAR kindergarten, small against regular, readk. */
static void effect_sizes_are_those_of_wwc(void **state) {
    (void)state;
    double s1 = 32.497382705205, s0 = 30.935902253841;
    struct difference d = stats_difference((struct moments){1739, 440.547441058079, s1 * s1},
                                           (struct moments){2006, 434.732303090728, s0 * s0}, 0.95);
    NEAR(d.g, 0.183576766157, 1e-11);
    NEAR(d.g_se, 0.03282707414237, 1e-11);
    NEAR(stats_improvement_index(d.g), 7.282725437208, 1e-11);
    NEAR(d.d, 0.183576766157 / 0.9997996125843, 1e-11);
}

/* R: epitools::riskratio, 60 of 900 against 40 of 1500, Wald. */
static void risk_ratios_are_wald(void **state) {
    (void)state;
    struct interval i = stats_risk_ratio(60, 900, 40, 1500, 0.95);
    NEAR(i.estimate, 2.5, 1e-15);
    NEAR(i.low, 1.690193041264, 1e-12);
    NEAR(i.high, 3.697802468365, 1e-12);
    assert_true(isnan(stats_risk_ratio(5, 10, 0, 10, 0.95).estimate));
    i = stats_mean_ratio(20, 1, 10, 1, 0.95);
    NEAR(i.high / i.estimate, i.estimate / i.low, 1e-14);
}

static void risk_of_the_federal_rule_keeps_its_minimums(void **state) {
    (void)state;
    struct risk_input in = {.hits = 60, .n = 900, .others_hits = 40, .others = 1500};
    struct risk r = stats_risk_647(&in, 0.95);
    assert_int_equal(r.basis, RISK_OTHERS);
    NEAR(r.ratio.estimate, 2.5, 1e-15);
    in.hits = 9;
    assert_int_equal(stats_risk_647(&in, 0.95).basis, RISK_NONE);
    in = (struct risk_input){.hits = 12, .n = 40, .others_hits = 3, .others = 100};
    assert_int_equal(stats_risk_647(&in, 0.95).basis, RISK_NONE);
    in.state_hits = 1000;
    in.state = 10000;
    r = stats_risk_647(&in, 0.95);
    assert_int_equal(r.basis, RISK_STATE_OTHERS);
    NEAR(r.ratio.estimate, 3, 1e-14);
    in.n_min = 50;
    assert_int_equal(stats_risk_647(&in, 0.95).basis, RISK_NONE);
}

/* Against the jackknife, which estimates the same variance by another road. */
static void ratios_agree_with_the_jackknife(void **state) {
    (void)state;
    enum { N = 400 };
    static double x[N], y[N];
    struct ratio_sums s = {.n = N};
    for (int i = 0; i < N; i++) {
        y[i] = 10 + (i * 7919) % 31;
        x[i] = y[i] * (0.4 + (i * 104729) % 17 / 40.0);
        s.num += x[i];
        s.den += y[i];
        s.num2 += x[i] * x[i];
        s.den2 += y[i] * y[i];
        s.num_den += x[i] * y[i];
    }
    double var = 0, r = s.num / s.den;
    for (int i = 0; i < N; i++) {
        double without = (s.num - x[i]) / (s.den - y[i]);
        var += (without - r) * (without - r) * (s.n - 1) / s.n;
    }
    struct interval i = stats_ratio(s, 0.95);
    NEAR((i.high - i.low) / 2, stats_t_quantile(0.975, N - 1) * sqrt(var), 0.005);
    s.den = 0;
    assert_true(isnan(stats_ratio(s, 0.95).estimate));
}

static void theil_splits_exactly(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    double y[] = {0, 1, 2, 3, 10, 20}, w[] = {1, 2, 1, 3, 1, 1};
    int32_t g[] = {0, 0, 1, 1, 2, 2};
    struct theil t = stats_theil(y, w, g, 6, 4, a);
    NEAR(t.between + t.within, t.total, 1e-14);
    double same[] = {4, 4, 4};
    t = stats_theil(same, w, g, 3, 2, a);
    assert_true(fabs(t.total) < 1e-15);
    double zeros[] = {0, 0};
    assert_true(isnan(stats_theil(zeros, w, g, 2, 1, a).total));
    assert_true(isnan(stats_gini(zeros, w, 2, a)));
    NEAR(stats_gini((double[]){1, 0, 0, 0}, (double[]){1, 1, 1, 1}, 4, a), 0.75, 1e-15);
    arena_free(a);
}

/* ---- on published data, where it is at hand ---- */

static FILE *data_file(const char *name) {
    const char *dir = getenv("HOMEROOM_SHARED"), *source = getenv("HOMEROOM_SOURCE");
    char path[1024];
    if (dir != NULL)
        (void)snprintf(path, sizeof path, "%s/data/%s", dir, name);
    else
        (void)snprintf(path, sizeof path, "%s/../shared/data/%s", source == NULL ? "." : source,
                       name);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        print_message("skipped: %s is not at hand (HOMEROOM_SHARED names its folder)\n", name);
    return f;
}

/* Cell `col` of a CSV line without embedded commas, its quotes taken off. */
static const char *cell(char *line, int col, char out[64]) {
    for (; col > 0 && line != NULL; col--)
        line = strchr(line, ',') == NULL ? NULL : strchr(line, ',') + 1;
    size_t n = 0;
    for (; line != NULL && *line != '\0' && strchr(",\r\n", *line) == NULL; line++)
        if (*line != '"' && n < 63)
            out[n++] = *line;
    out[n] = '\0';
    return out;
}

static int column(char *header, const char *name) {
    char text[64];
    for (int i = 0; i < 64; i++)
        if (strcmp(cell(header, i, text), name) == 0)
            return i;
    fail_msg("no column %s", name);
    return -1;
}

/* R: Theil and Gini of computers per student in California, 412 districts, four bands of lunch. */
static void inequality_of_california_is_that_of_R(void **state) {
    (void)state;
    FILE *f = data_file("star/AER_CASchools.csv");
    if (f == NULL)
        skip();
    char line[4096], text[64];
    assert_non_null(fgets(line, sizeof line, f));
    int students = column(line, "students"), computer = column(line, "computer"),
        lunch = column(line, "lunch");
    double y[500], w[500];
    int32_t g[500];
    size_t n = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        double s = strtod(cell(line, students, text), NULL);
        double c = strtod(cell(line, computer, text), NULL);
        double l = strtod(cell(line, lunch, text), NULL);
        if (!(c > 0))
            continue;
        y[n] = c / s;
        w[n] = s;
        g[n++] = l <= 25 ? 0 : l <= 50 ? 1 : l <= 75 ? 2 : 3;
    }
    (void)fclose(f);
    assert_int_equal(n, 412);
    struct arena *a = arena_new(1 << 20);
    struct theil t = stats_theil(y, w, g, n, 4, a);
    NEAR(t.total, 0.05969928949355, 1e-12);
    NEAR(t.between, 0.007371898305517, 1e-11);
    NEAR(t.within, 0.05232739118803, 1e-12);
    NEAR(stats_gini(y, w, n, a), 0.1891413376206, 1e-12);
    arena_free(a);
}

/* R: gap of readk by free lunch in Project STAR: Welch interval, df and d. */
static void the_gap_of_project_star_is_that_of_R(void **state) {
    (void)state;
    FILE *f = data_file("star/AER_STAR.csv");
    if (f == NULL)
        skip();
    char line[4096], text[64];
    assert_non_null(fgets(line, sizeof line, f));
    int readk = column(line, "readk"), lunchk = column(line, "lunchk");
    double n[2] = {0}, sum[2] = {0}, sq[2] = {0};
    while (fgets(line, sizeof line, f) != NULL) {
        char *end;
        double v = strtod(cell(line, readk, text), &end);
        if (end == text || strcmp(text, "NA") == 0)
            continue;
        (void)cell(line, lunchk, text);
        int i = strcmp(text, "free") == 0 ? 0 : strcmp(text, "non-free") == 0 ? 1 : -1;
        if (i < 0)
            continue;
        n[i]++;
        sum[i] += v;
        sq[i] += v * v;
    }
    (void)fclose(f);
    assert_true(n[0] == 2789 && n[1] == 2983);
    struct difference d = stats_difference(stats_moments(n[0], sum[0], sq[0]),
                                           stats_moments(n[1], sum[1], sq[1]), 0.95);
    NEAR(d.gap.estimate, -16.810092135583, 1e-12);
    NEAR(d.gap.low, -18.379046925936, 1e-11);
    NEAR(d.gap.high, -15.24113734523, 1e-11);
    NEAR(d.df, 5653.34619135874, 1e-10);
    NEAR(d.d, -0.5493557366726, 1e-11);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_hold_to_the_last_digits),
        cmocka_unit_test(t_tails_are_those_of_R),
        cmocka_unit_test(shares_have_wilson_intervals),
        cmocka_unit_test(a_mean_of_one_has_no_interval),
        cmocka_unit_test(effect_sizes_are_those_of_wwc),
        cmocka_unit_test(risk_ratios_are_wald),
        cmocka_unit_test(risk_of_the_federal_rule_keeps_its_minimums),
        cmocka_unit_test(ratios_agree_with_the_jackknife),
        cmocka_unit_test(theil_splits_exactly),
        cmocka_unit_test(inequality_of_california_is_that_of_R),
        cmocka_unit_test(the_gap_of_project_star_is_that_of_R),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
