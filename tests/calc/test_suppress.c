/*
 * The attack as a test. A district is made of people, one by one; every table on offer is counted
 * from them; the attacker gets what is visible, every sum that holds (more than suppress_run is
 * given), the codes, and that nobody is counted below 0, and works out the range of each hidden
 * number. His simplex is the textbook's (two phases, x >= 0, Bland's rule, started without the
 * truth) and shares nothing with the program's.
 */
#include "calc/suppress.h"

#include "base/rng.h"

#include "attacker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Districts made of people -- */

enum { ORGS = 40, DIMS = 4, CATS = 7, PERIODS = 4, CELLS = 6000, RELATIONS = 6000, PARTS = 40000 };

struct world {
    size_t orgs, dims, cats[DIMS], periods; /* period 0 is the sum of the others, if several */
    uint32_t parent[ORGS];
    bool leaf[ORGS];
    bool pairs;
    uint32_t one[PERIODS][ORGS][DIMS][CATS], all[PERIODS][ORGS];
    uint32_t two[PERIODS][ORGS][DIMS][DIMS][CATS][CATS];
    struct suppress_cell cell[CELLS];
    struct suppress_relation relation[RELATIONS], needed[RELATIONS];
    uint32_t part[PARTS];
    struct suppress_input in, full; /* what the program is given; what the attacker knows */
    size_t n_needed;
};

static uint32_t new_cell(struct world *w, uint32_t block) {
    assert_true(w->in.n_cells < CELLS);
    w->cell[w->in.n_cells] = (struct suppress_cell){.block = block};
    return (uint32_t)w->in.n_cells++;
}

static void new_relation(struct world *w, uint32_t total, bool needed) {
    assert_true(w->full.n_relations < RELATIONS);
    struct suppress_relation r = {total, (uint32_t)w->in.n_parts, 0};
    w->relation[w->full.n_relations++] = r;
    if (needed)
        w->needed[w->n_needed++] = r;
}
static void new_part(struct world *w, uint32_t cell, bool needed) {
    assert_true(w->in.n_parts < PARTS);
    w->part[w->in.n_parts++] = cell;
    w->relation[w->full.n_relations - 1].count++;
    if (needed)
        w->needed[w->n_needed - 1].count++;
}

static void make_cells(struct world *w) {
    for (size_t p = 0; p < w->periods; p++)
        for (size_t o = 0; o < w->orgs; o++) {
            w->all[p][o] = new_cell(w, 0);
            for (size_t d = 0; d < w->dims; d++)
                for (size_t c = 0; c < w->cats[d]; c++)
                    w->one[p][o][d][c] = new_cell(w, 1 + (uint32_t)d);
            for (size_t d = 0; w->pairs && d < w->dims; d++)
                for (size_t f = d + 1; f < w->dims; f++)
                    for (size_t c = 0; c < w->cats[d]; c++)
                        for (size_t g = 0; g < w->cats[f]; g++)
                            w->two[p][o][d][f][c][g] =
                                new_cell(w, (uint32_t)(1 + w->dims + d * w->dims + f));
        }
}

/* Columns of sums: the same cell over children and over periods. */
static uint32_t cell_at(const struct world *w, size_t p, size_t o, size_t slot) {
    return w->all[p][o] + (uint32_t)slot;
}

static void make_relations(struct world *w) {
    size_t slots = w->orgs > 1 ? w->all[0][1] - w->all[0][0] : w->in.n_cells / w->periods;
    for (size_t p = 0; p < w->periods; p++)
        for (size_t o = 0; o < w->orgs; o++) {
            bool leaf = w->leaf[o];
            for (size_t d = 0; d < w->dims; d++) {
                new_relation(w, w->all[p][o], leaf);
                for (size_t c = 0; c < w->cats[d]; c++)
                    new_part(w, w->one[p][o][d][c], leaf);
            }
            for (size_t d = 0; w->pairs && d < w->dims; d++)
                for (size_t f = d + 1; f < w->dims; f++) {
                    for (size_t c = 0; c < w->cats[d]; c++) {
                        new_relation(w, w->one[p][o][d][c], leaf);
                        for (size_t g = 0; g < w->cats[f]; g++)
                            new_part(w, w->two[p][o][d][f][c][g], leaf);
                    }
                    for (size_t g = 0; g < w->cats[f]; g++) {
                        new_relation(w, w->one[p][o][f][g], leaf);
                        for (size_t c = 0; c < w->cats[d]; c++)
                            new_part(w, w->two[p][o][d][f][c][g], leaf);
                    }
                }
            for (size_t s = 0; !leaf && s < slots; s++) {
                new_relation(w, cell_at(w, p, o, s), true);
                for (size_t ch = 0; ch < w->orgs; ch++)
                    if (w->parent[ch] == o && ch != o)
                        new_part(w, cell_at(w, p, ch, s), true);
            }
        }
    for (size_t o = 0; w->periods > 1 && o < w->orgs; o++)
        for (size_t s = 0; s < slots; s++) {
            new_relation(w, cell_at(w, 0, o, s), true);
            for (size_t p = 1; p < w->periods; p++)
                new_part(w, cell_at(w, p, o, s), true);
        }
}

static void count(struct world *w, uint32_t cell, bool num) {
    w->cell[cell].n++;
    w->cell[cell].num += num;
}

static void add_person(struct world *w, size_t p, size_t leaf, const size_t cat[DIMS], bool num) {
    for (size_t o = leaf;; o = w->parent[o]) {
        count(w, w->all[p][o], num);
        for (size_t d = 0; d < w->dims; d++)
            count(w, w->one[p][o][d][cat[d]], num);
        for (size_t d = 0; w->pairs && d < w->dims; d++)
            for (size_t f = d + 1; f < w->dims; f++)
                count(w, w->two[p][o][d][f][cat[d]][cat[f]], num);
        if (w->parent[o] == o)
            return;
    }
}

static void make_people(struct world *w, struct rng *r, size_t per_leaf, double rate) {
    double common[DIMS][CATS];
    for (size_t d = 0; d < DIMS; d++)
        for (size_t c = 0; c < CATS; c++)
            common[d][c] = pow(0.2 + 0.5 * rng_unit(r), (double)c);
    for (size_t o = 0; o < w->orgs; o++) {
        if (!w->leaf[o])
            continue;
        double own = rng_chance(r, 0.3) ? rng_unit(r) : rate;
        size_t n = 1 + (size_t)rng_below(r, 2 * per_leaf);
        for (size_t i = 0; i < n; i++) {
            size_t cat[DIMS];
            for (size_t d = 0; d < w->dims; d++) {
                double sum = 0;
                for (size_t c = 0; c < w->cats[d]; c++)
                    sum += common[d][c];
                double u = rng_unit(r) * sum;
                for (cat[d] = 0; cat[d] + 1 < w->cats[d] && u > common[d][cat[d]]; cat[d]++)
                    u -= common[d][cat[d]];
            }
            size_t p = w->periods == 1 ? 0 : 1 + (size_t)rng_below(r, w->periods - 1);
            bool num = rng_chance(r, own);
            add_person(w, p, o, cat, num);
            if (p > 0)
                add_person(w, 0, o, cat, num);
        }
    }
}

struct shape {
    size_t orgs, dims, cats, periods, per_leaf;
    bool pairs, with_num;
};

static struct world *world_new(struct rng *r, const struct shape *s) {
    struct world *w = calloc(1, sizeof *w);
    static const double rates[] = {0.5, 0.9, 0.98, 0.03, 0.0, 1.0, 0.2};
    w->orgs = s->orgs;
    w->dims = s->dims;
    w->periods = s->periods;
    w->pairs = s->pairs;
    for (size_t d = 0; d < w->dims; d++)
        w->cats[d] = 2 + (size_t)rng_below(r, s->cats - 1);
    memset(w->leaf, 1, sizeof w->leaf);
    for (size_t o = 1; o < w->orgs; o++) { /* up to three levels */
        size_t tops = w->orgs > 6 && rng_chance(r, 0.6) ? 3 : 1;
        w->parent[o] = o < tops ? 0 : (uint32_t)rng_below(r, tops);
    }
    for (size_t o = 1; o < w->orgs; o++)
        w->leaf[w->parent[o]] = false;
    make_cells(w);
    make_relations(w);
    make_people(w, r, s->per_leaf, rates[rng_below(r, 7)]);
    w->in.cells = w->cell;
    w->in.parts = w->part;
    w->in.with_num = s->with_num;
    size_t known = w->full.n_relations;
    w->full = w->in;
    w->full.relations = w->relation;
    w->full.n_relations = known;
    w->in.relations = w->needed;
    w->in.n_relations = w->n_needed;
    return w;
}

/* -- Tests -- */

static void attack_many(struct shape base, uint64_t seed, size_t worlds, size_t *broken,
                        size_t *hidden) {
    struct rng r = rng_seed(seed);
    struct suppress_verdict *v = calloc(CELLS, sizeof *v);
    size_t tried = 0, cells = 0;
    *broken = 0;
    for (size_t i = 0; i < worlds; i++) {
        struct shape s = base;
        s.orgs = 1 + (size_t)rng_below(&r, base.orgs);
        s.per_leaf = 3 + (size_t)rng_below(&r, base.per_leaf);
        struct world *w = world_new(&r, &s);
        struct suppress_report report;
        struct suppress_audited audited;
        struct errmsg e = {{0}};
        size_t primary = 0;
        suppress_primary(&w->in, v);
        *broken += attack_all(&w->full, v, 12, &primary) > 0;
        /* every other world with the relations that follow from others, too */
        const struct suppress_input *in = i % 2 == 0 ? &w->in : &w->full;
        if (suppress_run(in, v, &report, &e) != ERR_OK)
            fail_msg("world %zu: %s", i, e.text);
        size_t won = attack_all(&w->full, v, 24, &tried);
        if (won > 0)
            fail_msg("world %zu: the attacker gets %zu hidden numbers", i, won);
        if (suppress_audit(&w->full, v, NULL, 0, &audited, &e) != ERR_OK)
            fail_msg("world %zu: %s", i, e.text);
        cells += report.small + report.complement;
        free(w);
    }
    *hidden = cells;
    printf("    %zu worlds: %zu hidden numbers attacked, none won; small cells alone: %zu broken\n",
           worlds, tried, *broken);
    free(v);
}

static void counts_withstand(void **state) {
    (void)state;
    size_t broken, hidden;
    attack_many((struct shape){12, 2, 6, 1, 60, false, false}, 1, 100, &broken, &hidden);
    assert_true(broken > 50);
}

static void rates_withstand(void **state) {
    (void)state;
    size_t broken, hidden;
    attack_many((struct shape){8, 2, 5, 1, 80, false, true}, 2, 60, &broken, &hidden);
    assert_true(broken > 10);
}

static void pairs_withstand(void **state) {
    (void)state;
    size_t broken, hidden;
    attack_many((struct shape){5, 2, 4, 1, 80, true, false}, 3, 25, &broken, &hidden);
    assert_true(broken > 10);
}

static void periods_withstand(void **state) {
    (void)state;
    size_t broken, hidden;
    attack_many((struct shape){5, 1, 4, 3, 80, false, false}, 4, 25, &broken, &hidden);
    assert_true(broken > 10);
}

/* ../shared/truth/05_suppression_audit: 4 schools x 4 groups with totals. */
static void reference_case_is_met(void **state) {
    (void)state;
    static const int64_t table[5][5] = {{120, 34, 7, 15, 176},
                                        {80, 22, 41, 6, 149},
                                        {95, 18, 33, 12, 158},
                                        {60, 3, 28, 11, 102},
                                        {355, 77, 109, 44, 585}};
    struct suppress_cell cell[25];
    struct suppress_relation rel[10];
    uint32_t part[40];
    struct suppress_verdict v[25];
    struct suppress_report report;
    struct suppress_audited audited;
    struct suppress_range range[25];
    for (uint32_t i = 0; i < 25; i++)
        cell[i] = (struct suppress_cell){.n = table[i / 5][i % 5], .block = i % 5 == 4 ? 0 : 1};
    for (uint32_t r = 0; r < 5; r++) {
        rel[r] = (struct suppress_relation){5 * r + 4, 4 * r, 4};
        rel[5 + r] = (struct suppress_relation){20 + r, 20 + 4 * r, 4};
        for (uint32_t c = 0; c < 4; c++) {
            part[4 * r + c] = 5 * r + c;
            part[20 + 4 * r + c] = 5 * c + r;
        }
    }
    struct suppress_input in = {.cells = cell,
                                .n_cells = 25,
                                .relations = rel,
                                .n_relations = 10,
                                .parts = part,
                                .n_parts = 40};
    suppress_primary(&in, v);
    struct errmsg msg = {{0}};
    assert_int_equal(suppress_audit(&in, v, range, 25, &audited, &msg), ERR_CONFLICT);
    assert_int_equal(audited.too_narrow, 3); /* all three are given away */
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(range[i].hi - range[i].lo) < 1e-6);
    assert_ok(suppress_run(&in, v, &report, e));
    assert_int_equal(report.small, 3);
    assert_int_equal(report.complement, 3);
    assert_int_equal(report.people_hidden, 65);
    assert_ok(suppress_audit(&in, v, range, 25, &audited, e));
    assert_int_equal(audited.checked, 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(fabs(range[i].hi - range[i].lo - 18) < 1e-6);
}

static void codes_follow_the_size_of_the_group(void **state) {
    (void)state;
    assert_int_equal(suppress_code(300, 3), SUPPRESS_NUM_LOW);
    assert_int_equal(suppress_code(300, 4), SUPPRESS_NUM_SHOWN);
    assert_int_equal(suppress_code(299, 294), SUPPRESS_NUM_HIGH);
    assert_int_equal(suppress_code(99, 4), SUPPRESS_NUM_LOW);
    assert_int_equal(suppress_code(39, 36), SUPPRESS_NUM_HIGH);
    assert_int_equal(suppress_code(19, 3), SUPPRESS_NUM_LOW);
    assert_int_equal(suppress_code(19, 4), SUPPRESS_NUM_SHOWN);
    for (int64_t n = 10; n < 5000; n++) /* every code hides at least three numerators */
        assert_true(suppress_code_people(n) >= 2);
}

static void what_is_out_cannot_be_called_back(void **state) {
    (void)state;
    struct suppress_cell cell[] = {{.n = 40, .num = 0, .flags = SUPPRESS_FIXED, .block = 0},
                                   {.n = 33, .num = 0, .flags = SUPPRESS_FIXED, .block = 1},
                                   {.n = 7, .num = 0, .flags = SUPPRESS_UNPUBLISHED, .block = 1}};
    const struct suppress_relation rel = {0, 0, 2};
    const uint32_t part[] = {1, 2};
    struct suppress_input in = {.cells = cell,
                                .n_cells = 3,
                                .relations = &rel,
                                .n_relations = 1,
                                .parts = part,
                                .n_parts = 2};
    struct suppress_verdict v[3];
    struct suppress_report report;
    struct errmsg msg = {{0}};
    assert_int_equal(suppress_run(&in, v, &report, &msg), ERR_CONFLICT);
    assert_int_equal(report.unproved, 1);
    cell[0].flags = 0; /* not out yet: the total goes, and the increment is safe */
    assert_ok(suppress_run(&in, v, &report, e));
    assert_int_equal(v[0].n, SUPPRESS_N_COMPLEMENT);
    assert_int_equal(v[1].n, SUPPRESS_N_SHOWN);
}

static void wrong_input_is_refused(void **state) {
    (void)state;
    struct suppress_cell cell[] = {{.n = 5, .num = 6, .flags = 0, .block = 0},
                                   {.n = 5, .num = 1, .flags = 0, .block = 1},
                                   {.n = 3, .num = 0, .flags = 0, .block = 0}};
    struct suppress_relation rel = {0, 0, 2};
    uint32_t part[] = {1, 2};
    struct suppress_verdict v[3];
    struct suppress_report report;
    struct suppress_input in = {.cells = cell, .n_cells = 3, .with_num = true};
    assert_int_equal(suppress_run(&in, v, &report, NULL), ERR_INVALID);
    cell[0].num = 2;
    in.relations = &rel, in.n_relations = 1, in.parts = part, in.n_parts = 2;
    assert_int_equal(suppress_run(&in, v, &report, NULL), ERR_INVALID); /* two tables */
    cell[2].block = 1;
    assert_ok(suppress_run(&in, v, &report, e));
    part[1] = 3;
    assert_int_equal(suppress_run(&in, v, &report, NULL), ERR_INVALID);
    in.n_relations = 0;
    in.min_n = 1;
    assert_int_equal(suppress_run(&in, v, &report, NULL), ERR_INVALID);
}

static void survey_groups_are_never_alone(void **state) {
    (void)state;
    uint32_t g[6];
    suppress_merge_small((int64_t[]){30, 2, 4, 0, 50, 9}, 6, 5, g);
    assert_int_equal(g[1], 1);
    assert_int_equal(g[2], 1);
    assert_int_equal(g[3], 3);
    assert_int_equal(g[5], 5);
    suppress_merge_small((int64_t[]){30, 2, 1, 0, 50, 9}, 6, 5, g);
    assert_int_equal(g[5], 1); /* 2 + 1 = 3, with the 9 */
    suppress_merge_small((int64_t[]){3}, 1, 5, g);
    assert_int_equal(g[0], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_case_is_met),
        cmocka_unit_test(codes_follow_the_size_of_the_group),
        cmocka_unit_test(what_is_out_cannot_be_called_back),
        cmocka_unit_test(wrong_input_is_refused),
        cmocka_unit_test(survey_groups_are_never_alone),
        cmocka_unit_test(counts_withstand),
        cmocka_unit_test(rates_withstand),
        cmocka_unit_test(pairs_withstand),
        cmocka_unit_test(periods_withstand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
