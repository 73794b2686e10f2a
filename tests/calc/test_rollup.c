#include "calc/rollup.h"

#include "base/rng.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A random case: whole-number values, so that sums are exact and may be compared bit by bit. */
struct given {
    struct rollup_input in;
    struct arena *a;
};

static struct given make(uint64_t seed, size_t units, size_t orgs, size_t groups, size_t columns,
                         bool sorted) {
    struct given c = {.a = arena_new((size_t)1 << 30)};
    struct rng r = rng_seed(seed);
    int32_t *org = ARENA_ARRAY(c.a, int32_t, units), *parent = ARENA_ARRAY(c.a, int32_t, orgs);
    uint64_t *member = ARENA_ARRAY(c.a, uint64_t, units);
    struct rollup_column *col = ARENA_ARRAY(c.a, struct rollup_column, columns);
    for (size_t o = 0; o < orgs;
         o++) /* parents before or behind their children, two roots at least */
        parent[orgs - 1 - o] =
            o < 2 || rng_chance(&r, 0.05) ? -1 : (int32_t)(orgs - 1 - (size_t)rng_below(&r, o));
    for (size_t i = 0; i < units; i++) {
        org[i] = sorted ? (int32_t)(i * orgs / units) : (int32_t)rng_below(&r, orgs + 1) - 1;
        member[i] = groups == 64 ? rng_next(&r)
                                 : rng_next(&r) & rng_next(&r) & (((uint64_t)1 << groups) - 1);
    }
    for (size_t k = 0; k < columns; k++) {
        double *num = ARENA_ARRAY(c.a, double, units), *den = ARENA_ARRAY(c.a, double, units);
        col[k].kind = (enum rollup_kind)(rng_below(&r, 3));
        col[k].sketch = rng_chance(&r, 0.5);
        for (size_t i = 0; i < units; i++) {
            num[i] = rng_chance(&r, 0.1)          ? NAN
                     : col[k].kind == ROLLUP_RATE ? (double)rng_below(&r, 2)
                                                  : (double)rng_below(&r, 200) - 50;
            den[i] = rng_chance(&r, 0.05) ? NAN : (double)rng_below(&r, 5);
        }
        col[k].num = num;
        col[k].den = den;
    }
    c.in = (struct rollup_input){units, orgs, groups, columns, org, parent, member, col, 1};
    return c;
}

static bool below(const struct rollup_input *in, int32_t org, int32_t top) {
    for (; org >= 0; org = in->parent[org])
        if (org == top)
            return true;
    return false;
}

/* The definition itself: every unit looked at for every cell. */
static struct rollup_cell naive(const struct rollup_input *in, int32_t org, uint64_t groups,
                                size_t k) {
    struct rollup_cell c = {.min = NAN, .max = NAN};
    const struct rollup_column *col = &in->column[k];
    for (size_t i = 0; i < in->units; i++) {
        double num = col->num[i], den = col->kind == ROLLUP_RATIO ? col->den[i] : 1;
        if (!below(in, in->org[i], org) || (in->member[i] & groups) != groups || isnan(num) ||
            isnan(den))
            continue;
        struct rollup_cell one = {1, num, den, num * num, den * den, num * den, NAN, NAN};
        if (den != 0)
            one.min = one.max = num / den;
        rollup_cell_add(&c, &one);
    }
    return c;
}

static void same(double a, double b) {
    if (!(a == b || (isnan(a) && isnan(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

static void same_cell(struct rollup_cell a, struct rollup_cell b) {
    same(a.n, b.n);
    same(a.num, b.num);
    same(a.den, b.den);
    same(a.num2, b.num2);
    same(a.den2, b.den2);
    same(a.num_den, b.num_den);
    same(a.min, b.min);
    same(a.max, b.max);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void quantile_holds(const struct given *c, const struct rollup *r, int32_t org, size_t k) {
    const struct rollup_column *col = &c->in.column[k];
    double *v = ARENA_ARRAY(c->a, double, c->in.units);
    size_t n = 0;
    for (size_t i = 0; i < c->in.units; i++) {
        double value = col->kind == ROLLUP_RATIO ? col->num[i] / col->den[i] : col->num[i];
        if (below(&c->in, c->in.org[i], org) && isfinite(value))
            v[n++] = value;
    }
    qsort(v, n, sizeof *v, by_value);
    for (double p = 0; p <= 1; p += 0.125) {
        double got = rollup_quantile(r, (size_t)org, k, p);
        if (n == 0 || !col->sketch) {
            assert_true(isnan(got));
            continue;
        }
        double want = v[(size_t)(p * (double)(n - 1))];
        if (fabs(got) > fabs(want) + 1e-12 || fabs(want) - fabs(got) > fabs(want) / 64 ||
            got * want < 0)
            fail_msg("quantile %g: got %g, want %g", p, got, want);
    }
}

static void every_cell_is_the_naive_one(void **state) {
    (void)state;
    static const struct {
        size_t units, orgs, groups, columns;
        bool sorted;
    } cases[] = {{0, 3, 2, 2, false},   {1, 1, 1, 1, true},     {500, 12, 5, 7, false},
                 {700, 9, 64, 3, true}, {300, 40, 0, 9, false}, {2000, 3, 3, 20, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct given c = make(i + 1, cases[i].units, cases[i].orgs, cases[i].groups,
                              cases[i].columns, cases[i].sorted);
        struct rollup *r;
        assert_ok(rollup_run(&c.in, 0, c.a, &r, e));
        for (size_t o = 0; o < c.in.orgs; o++)
            for (size_t k = 0; k < c.in.columns; k++) {
                for (size_t g = 0; g <= c.in.groups; g++)
                    same_cell(rollup_cell(r, o, g, k),
                              naive(&c.in, (int32_t)o, g == 0 ? 0 : (uint64_t)1 << (g - 1), k));
                quantile_holds(&c, r, (int32_t)o, k);
            }
        arena_free(c.a);
    }
}

static void threads_and_large_orgs_change_nothing(void **state) {
    (void)state;
    struct given c = make(77, 70000, 3, 6, 5, false);
    struct rollup_column *col = ARENA_ARRAY(c.a, struct rollup_column, c.in.columns);
    for (size_t k = 0; k < c.in.columns; k++) { /* values whose sums depend on the order */
        double *v = ARENA_ARRAY(c.a, double, c.in.units);
        for (size_t i = 0; i < c.in.units; i++)
            v[i] = c.in.column[k].num[i] / 3;
        col[k] = (struct rollup_column){ROLLUP_MEAN, true, v, NULL};
    }
    c.in.column = col;
    struct rollup *r[3];
    for (unsigned t = 0; t < 3; t++) {
        c.in.threads = t == 0 ? 1 : t + 1;
        assert_ok(rollup_run(&c.in, 0, c.a, &r[t], e));
    }
    for (size_t o = 0; o < 3; o++)
        for (size_t k = 0; k < 5; k++)
            for (size_t t = 1; t < 3; t++) {
                for (size_t g = 0; g < 7; g++)
                    same_cell(rollup_cell(r[0], o, g, k), rollup_cell(r[t], o, g, k));
                for (double p = 0; p <= 1; p += 0.25)
                    same(rollup_quantile(r[0], o, k, p), rollup_quantile(r[t], o, k, p));
            }
    quantile_holds(&c, r[0], 2, 0);
    arena_free(c.a);
}

static void pairs_are_the_units_in_both(void **state) {
    (void)state;
    struct given c = make(5, 600, 10, 14, 4, false);
    int32_t level[10];
    size_t n = 0, pairs = 0;
    struct rollup_pair pair[14 * 14];
    for (int32_t o = 0; o < 10; o++)
        if (c.in.parent[o] < 0)
            level[n++] = o;
    for (unsigned a = 1; a <= 14; a++)
        for (unsigned b = 1; b <= 14; b++)
            pair[pairs++] = (struct rollup_pair){a, b};
    struct rollup *r;
    assert_ok(rollup_pairs(&c.in, level, n, pair, pairs, 0, c.a, &r, e));
    for (size_t o = 0; o < n; o++)
        for (size_t k = 0; k < 4; k++) {
            same_cell(rollup_cell(r, o, 0, k), naive(&c.in, level[o], 0, k));
            for (size_t p = 0; p < pairs; p++)
                same_cell(rollup_cell(r, o, p + 1, k),
                          naive(&c.in, level[o],
                                (uint64_t)1 << (pair[p].a - 1) | (uint64_t)1 << (pair[p].b - 1),
                                k));
        }
    arena_free(c.a);
}

static void wrong_input_is_refused(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct rollup *r;
    struct errmsg e = {{0}};
    double v[2] = {1, 0};
    struct rollup_column col = {ROLLUP_RATE, false, v, NULL};
    int32_t org[2] = {0, 1}, circle[2] = {1, 0}, above[2] = {-1, 0}, far[2] = {0, 7};
    uint64_t member[2] = {1, 2};
    struct rollup_input in = {2, 2, 2, 1, org, circle, member, &col, 1};
    assert_int_equal(rollup_run(&in, 0, a, &r, &e), ERR_INVALID);
    struct rollup_pair pair = {1, 1};
    assert_int_equal(rollup_pairs(&in, org, 1, &pair, 1, 0, a, &r, &e), ERR_INVALID);
    in.parent = above;
    assert_int_equal(rollup_pairs(&in, org, 2, &pair, 1, 0, a, &r, &e), ERR_INVALID);
    assert_int_equal(rollup_run(&in, 64, a, &r, &e), ERR_LIMIT);
    in.org = far;
    assert_int_equal(rollup_run(&in, 0, a, &r, &e), ERR_INVALID);
    in.org = org;
    in.groups = 1;
    assert_int_equal(rollup_run(&in, 0, a, &r, &e), ERR_INVALID);
    arena_free(a);
}

static void distinct_people_are_counted_once(void **state) {
    (void)state;
    const int32_t key[] = {0, 1, 0, -1, 2, 1, 0, 2};
    const uint32_t person[] = {0, 0, 0, 0, 4, 4, 9, 9};
    uint32_t last[4], count[4];
    rollup_distinct(key, person, 8, 4, last, count);
    assert_int_equal(count[0], 2);
    assert_int_equal(count[1], 2);
    assert_int_equal(count[2], 2);
    assert_int_equal(count[3], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_the_naive_one),
        cmocka_unit_test(threads_and_large_orgs_change_nothing),
        cmocka_unit_test(pairs_are_the_units_in_both),
        cmocka_unit_test(wrong_input_is_refused),
        cmocka_unit_test(distinct_people_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
