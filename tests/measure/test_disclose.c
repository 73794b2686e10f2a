/*
 * The door from keys to words. Districts are made of people at schools and at the district itself,
 * in grades and bands, meal statuses that add up to low income, genders, pairs, and months; the
 * attacker is given every sum that holds, found here by looking at the cells, not at the program.
 */
#include "measure/raw.h"

#include "attacker.h"
#include "base/rng.h"

#include <stdio.h>

static const struct indicator rate = {
    .code = "r", .unit = UNIT_STUDENT, .kind = MEASURE_RATE, .show = SHOW_PERCENT};
static const struct indicator mean = {
    .code = "m", .unit = UNIT_STUDENT, .kind = MEASURE_MEAN, .show = SHOW_MINUTES};
static const struct indicator devices = {
    .code = "d", .unit = UNIT_DEVICE, .kind = MEASURE_RATE, .show = SHOW_PERCENT};

/* -- A district with nested groups -- */

enum { BAND, GRADE, MEAL, GENDER, DIMS };
enum { ORGS = 9, CELLS = 4000, TIES = 60000 };
static const uint16_t cats[DIMS] = {2, 4, 5, 3};
/* Grades 0, 1 are band 0 and 2, 3 band 1; meal 0 is low income, made of free (1) and reduced (2).
 */
static const struct raw_nest nest[] = {{GRADE, 0, BAND, 0}, {GRADE, 1, BAND, 0},
                                       {GRADE, 2, BAND, 1}, {GRADE, 3, BAND, 1},
                                       {MEAL, 1, MEAL, 0},  {MEAL, 2, MEAL, 0}};

struct district {
    size_t orgs, periods;
    uint32_t parent[ORGS];
    struct raw_period period[4];
    struct raw_cell cell[CELLS];
    struct raw_universe u;
    /* the attacker's */
    struct suppress_cell known[2 * CELLS];
    struct suppress_verdict verdict[2 * CELLS];
    struct suppress_relation relation[TIES];
    uint32_t part[TIES];
    struct suppress_input in;
};

static bool same_slot(const struct raw_key *a, const struct raw_key *b) {
    return a->dim1 == b->dim1 && a->cat1 == b->cat1 && a->dim2 == b->dim2 && a->cat2 == b->cat2;
}

static void add_slots(struct district *d, uint32_t org, uint32_t period, bool pairs) {
    struct raw_key k = {org, period, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL};
    d->cell[d->u.n_cells++].key = k;
    for (uint16_t i = 0; i < DIMS; i++)
        for (uint16_t c = 0; c < cats[i]; c++) {
            k = (struct raw_key){org, period, i, c, RAW_ALL, RAW_ALL};
            d->cell[d->u.n_cells++].key = k;
        }
    for (uint16_t c = 0; pairs && c < cats[MEAL]; c++)
        for (uint16_t g = 0; g < cats[GENDER]; g++) {
            k = (struct raw_key){org, period, MEAL, c, GENDER, g};
            d->cell[d->u.n_cells++].key = k;
        }
}

static bool is_in(const uint16_t cat[DIMS], uint16_t dim, uint16_t c) {
    return dim == RAW_ALL || cat[dim] == c ||
           (dim == MEAL && c == 0 && (cat[MEAL] == 1 || cat[MEAL] == 2));
}

static void add_person(struct district *d, uint32_t org, uint32_t period, const uint16_t cat[DIMS],
                       bool num) {
    for (size_t i = 0; i < d->u.n_cells; i++) {
        struct raw_cell *c = &d->cell[i];
        bool here = false;
        for (uint32_t o = org; o != RAW_NONE && !here; o = d->parent[o])
            here = c->key.org == o;
        if (here && (c->key.period == period || c->key.period == 0) &&
            is_in(cat, c->key.dim1, c->key.cat1) && is_in(cat, c->key.dim2, c->key.cat2)) {
            c->n++;
            c->num += num;
        }
    }
}

static struct district *district_new(struct rng *r, size_t periods, bool pairs) {
    static const double shares[] = {0.5, 0.95, 0.02, 0.8};
    struct district *d = calloc(1, sizeof *d);
    double share = shares[rng_below(r, 4)];
    d->orgs = 2 + (size_t)rng_below(r, periods > 1 || pairs ? 3 : ORGS - 2);
    d->periods = periods;
    for (size_t o = 0; o < d->orgs; o++) {
        d->parent[o] = o == 0 ? RAW_NONE : o > 4 ? 1 + (uint32_t)rng_below(r, 2) : 0;
        for (size_t p = 0; p < periods; p++)
            add_slots(d, (uint32_t)o, (uint32_t)p, pairs);
    }
    d->period[0].of = RAW_NONE;
    for (size_t p = 1; p < periods; p++)
        d->period[p].of = 0;
    d->u.parent = d->parent;
    d->u.n_orgs = d->orgs;
    d->u.period = d->period;
    d->u.n_periods = periods;
    d->u.cells = d->cell;
    d->u.nest = nest;
    d->u.n_nest = sizeof nest / sizeof nest[0];
    for (uint32_t o = 0; o < d->orgs; o++) {
        size_t n = o == 0 ? (size_t)rng_below(r, 9) : 5 + (size_t)rng_below(r, 110);
        for (size_t i = 0; i < n; i++) {
            uint16_t grade = (uint16_t)(rng_below(r, 5) / 2 + (o % 2));
            uint16_t cat[DIMS] = {grade / 2, grade, (uint16_t)(1 + rng_below(r, 7) / 2),
                                  (uint16_t)(rng_below(r, 20) / 9)};
            uint32_t p = periods > 1 ? 1 + (uint32_t)rng_below(r, periods - 1) : 0;
            add_person(d, o, p, cat, rng_chance(r, share));
        }
    }
    return d;
}

/* -- What the attacker knows of it -- */

static bool part_of(const struct raw_key *k, const struct raw_key *t, uint16_t dim, uint16_t cat) {
    /* k is t with a category (dim, cat) more or instead of the one it is in */
    struct raw_key x = *t;
    uint16_t *d1 = &x.dim1, *c1 = &x.cat1, *d2 = &x.dim2, *c2 = &x.cat2;
    if (x.dim1 == RAW_ALL) {
        *d1 = dim, *c1 = cat;
    } else if (x.dim1 < dim) {
        *d2 = dim, *c2 = cat;
    } else {
        *d2 = x.dim1, *c2 = x.cat1, *d1 = dim, *c1 = cat;
    }
    return same_slot(k, &x) && k->org == t->org && k->period == t->period;
}

static void begin(struct district *d, uint32_t total) {
    d->relation[d->in.n_relations] = (struct suppress_relation){total, (uint32_t)d->in.n_parts, 0};
}
static void take(struct district *d, uint32_t part) {
    d->part[d->in.n_parts++] = part;
    d->relation[d->in.n_relations].count++;
}
static void end(struct district *d) {
    d->in.n_relations += d->relation[d->in.n_relations].count > 0;
    assert_true(d->in.n_parts < TIES - CELLS);
}

/* total = sum over the categories of dim that partition everybody (meal: without low income, or,
 * `low`, with it instead of its parts). */
static void know_categories(struct district *d, uint32_t t, uint16_t dim, bool low) {
    begin(d, t);
    for (uint32_t i = 0; i < d->u.n_cells; i++)
        for (uint16_t c = 0; c < cats[dim]; c++)
            if ((dim != MEAL || (low ? c != 1 && c != 2 : c != 0)) &&
                part_of(&d->cell[i].key, &d->cell[t].key, dim, c))
                take(d, i);
    end(d);
}

/* A category with parts of its own: the same key with that category replaced. */
static void know_nested(struct district *d, uint32_t t, uint16_t dim) {
    const struct raw_key *k = &d->cell[t].key;
    begin(d, t);
    for (uint32_t i = 0; i < d->u.n_cells; i++)
        for (size_t n = 0; n < d->u.n_nest; n++) {
            struct raw_key x = *k;
            if (nest[n].dim != dim || nest[n].in_dim != k->dim1 || nest[n].in_cat != k->cat1)
                continue;
            x.dim1 = nest[n].dim;
            x.cat1 = nest[n].cat;
            if (d->cell[i].key.org == x.org && d->cell[i].key.period == x.period &&
                same_slot(&d->cell[i].key, &x))
                take(d, i);
        }
    end(d);
}

static void know_orgs(struct district *d, uint32_t t) {
    int64_t left = d->cell[t].n, num = (int64_t)d->cell[t].num;
    begin(d, t);
    for (uint32_t i = 0; i < d->u.n_cells; i++)
        if (d->parent[d->cell[i].key.org] == d->cell[t].key.org &&
            d->cell[i].key.period == d->cell[t].key.period &&
            same_slot(&d->cell[i].key, &d->cell[t].key)) {
            take(d, i);
            left -= d->cell[i].n;
            num -= (int64_t)d->cell[i].num;
        }
    if (d->relation[d->in.n_relations].count > 0 && left > 0) { /* people at the org itself */
        d->known[d->in.n_cells] =
            (struct suppress_cell){.n = left, .num = num, .flags = SUPPRESS_UNPUBLISHED};
        d->verdict[d->in.n_cells] =
            (struct suppress_verdict){SUPPRESS_N_COMPLEMENT, SUPPRESS_NUM_HIDDEN};
        take(d, (uint32_t)d->in.n_cells++);
    }
    end(d);
}

static void know_periods(struct district *d, uint32_t t) {
    begin(d, t);
    for (uint32_t i = 0; d->cell[t].key.period == 0 && i < d->u.n_cells; i++)
        if (d->cell[i].key.period > 0 && d->cell[i].key.org == d->cell[t].key.org &&
            same_slot(&d->cell[i].key, &d->cell[t].key))
            take(d, i);
    end(d);
}

static void know(struct district *d, bool with_num) {
    d->in = (struct suppress_input){.cells = d->known,
                                    .relations = d->relation,
                                    .parts = d->part,
                                    .n_cells = d->u.n_cells,
                                    .with_num = with_num};
    for (size_t i = 0; i < d->u.n_cells; i++) {
        d->known[i] = (struct suppress_cell){.n = d->cell[i].n,
                                             .num = with_num ? (int64_t)d->cell[i].num : 0,
                                             .flags = d->cell[i].flags};
        d->verdict[i] = d->cell[i].verdict;
    }
    for (uint32_t t = 0; t < d->u.n_cells; t++) {
        const struct raw_key *k = &d->cell[t].key;
        for (uint16_t dim = 0; dim < DIMS && k->dim2 == RAW_ALL; dim++) {
            if (k->dim1 == dim)
                continue;
            know_categories(d, t, dim, false);
            if (dim == MEAL)
                know_categories(d, t, dim, true);
        }
        if (k->dim1 != RAW_ALL) {
            know_nested(d, t, GRADE);
            know_nested(d, t, MEAL);
        }
        know_orgs(d, t);
        know_periods(d, t);
    }
}

static void attack(uint64_t seed, size_t worlds, size_t periods, bool pairs,
                   const struct indicator *ind) {
    struct rng r = rng_seed(seed);
    size_t tried = 0, broken = 0;
    for (size_t i = 0; i < worlds; i++) {
        struct district *d = district_new(&r, periods, pairs);
        struct suppress_report report;
        struct suppress_audited audited;
        bool with_num = ind->kind == MEASURE_RATE;
        size_t first = 0;
        know(d, with_num);
        suppress_primary(&d->in, d->verdict);
        broken += attack_all(&d->in, d->verdict, 10, &first) > 0;
        assert_ok(raw_decide(&d->u, ind, &report, e));
        know(d, with_num);
        size_t won = attack_all(&d->in, d->verdict, 20, &tried);
        if (won > 0)
            fail_msg("district %zu: the attacker gets %zu hidden numbers", i, won);
        assert_ok(raw_audit(&d->u, ind, &audited, e));
        assert_int_equal(audited.too_narrow + audited.skipped, 0);
        free(d);
    }
    printf(
        "    %zu districts: %zu hidden numbers attacked, none won; small cells alone: %zu broken\n",
        worlds, tried, broken);
    assert_true(broken > worlds / 3);
}

static void nested_groups_withstand(void **state) {
    (void)state;
    attack(11, 20, 1, false, &mean);
    attack(12, 15, 1, false, &rate);
}
static void pair_tables_withstand(void **state) {
    (void)state;
    attack(13, 8, 1, true, &mean);
}
static void months_and_year_withstand(void **state) {
    (void)state;
    attack(14, 6, 3, false, &mean);
}

/* Margins are out already, as when a pair table is asked for later: nothing shown is taken back,
 * nothing hidden comes out, and the table withstands together with them; or there is no safe table,
 * which is said. */
static void late_pairs_agree_with_what_is_out(void **state) {
    (void)state;
    struct rng r = rng_seed(15);
    size_t tried = 0;
    for (size_t i = 0; i < 6; i++) {
        struct district *d = district_new(&r, 1, true);
        struct suppress_report report;
        struct raw_cell *all = d->cell, first[CELLS];
        struct raw_universe margins = d->u;
        margins.cells = first;
        margins.n_cells = 0;
        for (size_t c = 0; c < d->u.n_cells; c++)
            if (all[c].key.dim2 == RAW_ALL)
                first[margins.n_cells++] = all[c];
        assert_ok(raw_decide(&margins, &rate, &report, e));
        raw_sticky(first, margins.n_cells, all, d->u.n_cells);
        for (size_t c = 0; c < d->u.n_cells; c++)
            if (all[c].key.dim2 == RAW_ALL && (all[c].flags & SUPPRESS_STICKY) == 0)
                all[c].flags |= SUPPRESS_FIXED;
        enum err err = raw_decide(&d->u, &rate, &report, NULL);
        assert_true(err == ERR_OK || (err == ERR_CONFLICT && report.unproved > 0));
        for (size_t c = 0, m = 0; c < d->u.n_cells; c++)
            if (all[c].key.dim2 == RAW_ALL) {
                assert_int_equal(all[c].verdict.n != 0, first[m].verdict.n != 0);
                assert_int_equal(all[c].verdict.num, first[m++].verdict.num);
            }
        know(d, true);
        if (err == ERR_OK)
            assert_int_equal(attack_all(&d->in, d->verdict, 15, &tried), 0);
        free(d);
    }
    assert_true(tried > 50);
}

/* -- Why there is one word -- */

/* truth/05: had the reader two words, he would know 1..9 for the small and 10 or more for the
 * complements, and be within 4 of each small cell; with one word he is no closer than 18. */
static void two_words_would_tell(void **state) {
    (void)state;
    /* the hidden cells are one circuit: 7+t 15-t 6+t 22-t 3+t 28-t */
    int least = 100, most = -100;
    for (int t = -30; t <= 30; t++) {
        bool small =
            7 + t >= 1 && 7 + t <= 9 && 6 + t >= 1 && 6 + t <= 9 && 3 + t >= 1 && 3 + t <= 9;
        if (!small || 15 - t < 10 || 22 - t < 10 || 28 - t < 10)
            continue;
        least = t < least ? t : least;
        most = t > most ? t : most;
    }
    assert_int_equal(most - least, 4);
    struct raw_cell c = {
        .n = 7, .num = 3, .den = 7, .verdict = {SUPPRESS_N_SMALL, SUPPRESS_NUM_HIDDEN}};
    struct raw_cell k = {
        .n = 28, .num = 9, .den = 28, .verdict = {SUPPRESS_N_COMPLEMENT, SUPPRESS_NUM_HIDDEN}};
    struct shown a = raw_show(&c, &rate, 10), b = raw_show(&k, &rate, 10);
    assert_int_equal(a.state, b.state);
    assert_int_equal(a.n, -1);
    assert_int_equal(b.n, -1);
    assert_true(isnan(a.value) && isnan(b.value) && isnan(a.at_least) && isnan(b.at_most));
}

/* -- Words -- */

static const char *said(const struct shown *s, enum show_as as, enum lang lang) {
    static struct buf b;
    if (b.max == 0)
        b = buf_new(2000);
    buf_clear(&b);
    shown_text(&b, s, as, lang);
    buf_byte(&b, '|');
    shown_reason(&b, s, lang);
    buf_byte(&b, '|');
    shown_n_text(&b, s, lang);
    buf_byte(&b, '|');
    shown_interval_text(&b, s, as, lang);
    static char out[2001];
    snprintf(out, sizeof out, "%.*s", (int)b.n, b.p);
    buf_free(&b);
    b.max = 0;
    return out;
}

static void every_state_has_its_word(void **state) {
    (void)state;
    struct raw_cell c = {.n = 1200, .num = 700, .den = 1200};
    struct shown s = raw_show(&c, &rate, 10);
    assert_string_equal(said(&s, SHOW_PERCENT, LANG_EN), "58.3 %||n = 1,200|55.5 % to 61.1 %");
    c.verdict.num = SUPPRESS_NUM_HIDDEN;
    s = raw_show(&c, &rate, 10);
    assert_string_equal(said(&s, SHOW_PERCENT, LANG_EN),
                        "hidden|it would reveal a rate near 0 or 100 %|n = 1,200|");
    c.verdict.num = SUPPRESS_NUM_HIGH;
    s = raw_show(&c, &rate, 10);
    assert_true(strstr(said(&s, SHOW_PERCENT, LANG_ES), "99 % o más|se da como límite") != NULL);
    c = (struct raw_cell){.n = 12, .num = 1, .den = 12, .verdict = {0, SUPPRESS_NUM_LOW}};
    s = raw_show(&c, &rate, 10);
    assert_true(strncmp(said(&s, SHOW_PERCENT, LANG_EN), "20 % or less|", 13) == 0);
    c.verdict = (struct suppress_verdict){SUPPRESS_N_SMALL, SUPPRESS_NUM_HIDDEN};
    s = raw_show(&c, &rate, 15);
    assert_string_equal(
        said(&s, SHOW_PERCENT, LANG_EN),
        "hidden|fewer than 15, or it would reveal a group of fewer than 15|n hidden|");
    assert_string_equal(
        said(&s, SHOW_PERCENT, LANG_ES),
        "oculto|menos de 15, o permitiría deducir un grupo de menos de 15|n oculto|");
    c = (struct raw_cell){.n = 0};
    s = raw_show(&c, &rate, 10);
    assert_true(strncmp(said(&s, SHOW_PERCENT, LANG_ES), "sin datos|", 10) == 0);
    s = shown_plain(123456789, 5);
    assert_true(strncmp(said(&s, SHOW_MONEY, LANG_EN), "$1,234,568|", 11) == 0);
}

static void things_are_not_hidden(void **state) {
    (void)state;
    const uint32_t parent = RAW_NONE;
    const struct raw_period period = {RAW_NONE};
    struct raw_cell c = {
        .key = {0, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}, .n = 3, .num = 3, .den = 3};
    struct raw_universe u = {.parent = &parent,
                             .n_orgs = 1,
                             .period = &period,
                             .n_periods = 1,
                             .cells = &c,
                             .n_cells = 1};
    struct suppress_report report;
    assert_ok(raw_decide(&u, &devices, &report, e));
    struct shown s = raw_show(&c, &devices, 10);
    assert_true(shown_exact(&s) && s.value > 99.9);
    assert_ok(raw_decide(&u, &rate, &report, e));
    s = raw_show(&c, &rate, 10);
    assert_int_equal(s.state, SHOWN_HIDDEN);
}

/* -- Numbers made of numbers -- */

static void parts_that_are_hidden_hide_the_whole(void **state) {
    (void)state;
    struct raw_cell c = {.n = 200, .num = 150, .den = 200};
    struct shown a = raw_show(&c, &rate, 10), hidden, low, s;
    c.verdict.n = SUPPRESS_N_COMPLEMENT;
    hidden = raw_show(&c, &rate, 10);
    c.verdict = (struct suppress_verdict){0, SUPPRESS_NUM_LOW};
    low = raw_show(&c, &rate, 10);
    struct shown both[] = {a, hidden};

    s = shown_minus(&a, &hidden);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    s = shown_ratio(&hidden, &a);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    s = shown_sum(both, 2);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    assert_int_equal(s.n, -1);
    s = shown_people_short(&hidden, 90, HIGHER_IS_BETTER);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    s = shown_scale(&s, 35000);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    s = shown_if_all(both, 2, 1.5, 1, 2, 400);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    both[1] = low;
    s = shown_if_all(both, 2, 1.5, 1, 2, 400);
    assert_int_equal(s.state, SHOWN_HIDDEN);

    s = shown_people_short(&a, 90, HIGHER_IS_BETTER); /* 15 % of 200 */
    assert_true(shown_exact(&s) && s.value == 30);
    s = shown_scale(&s, 35000);
    assert_true(s.value == 1050000);
    s = shown_people_short(&low, 90, HIGHER_IS_BETTER); /* 88 to 90 % of 200 */
    assert_int_equal(s.state, SHOWN_BETWEEN);
    assert_true(s.at_least == 176 && s.at_most == 180);
    s = shown_people_short(&low, 1, HIGHER_IS_BETTER);
    assert_int_equal(s.state, SHOWN_AT_MOST);
    s = shown_people_short(&low, 5, LOWER_IS_BETTER); /* at most 2 % is fine */
    assert_true(shown_exact(&s) && s.value == 0);
    s = shown_minus(&a, &low);
    assert_true(s.state == SHOWN_BETWEEN && s.at_least == 73 && s.at_most == 75);
    s = shown_ratio(&a, &low);
    assert_int_equal(s.state, SHOWN_HIDDEN);
    s = shown_sum(NULL, 0);
    assert_int_equal(s.state, SHOWN_NO_DATA);
    assert_true(shown_cmp(&a, &low) < 0 && shown_cmp(&low, &hidden) < 0 &&
                shown_cmp(&hidden, &hidden) == 0);
}

static void what_was_hidden_stays_hidden(void **state) {
    (void)state;
    struct raw_cell last[] = {
        {.key = {1, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}, .verdict = {SUPPRESS_N_SMALL, 3}},
        {.key = {0, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}, .verdict = {0, 3}}};
    struct raw_cell now[] = {{.key = {0, 1, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}},
                             {.key = {1, 1, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}},
                             {.key = {2, 1, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL}}};
    raw_sticky(last, 2, now, 3);
    assert_int_equal(now[0].flags, SUPPRESS_NUM_STICKY);
    assert_int_equal(now[1].flags, SUPPRESS_STICKY);
    assert_int_equal(now[2].flags, 0);
}

/* Raw counts stay in measure/. */
static void nobody_goes_round_the_door(void **state) {
    (void)state;
    const char *source = getenv("HOMEROOM_SOURCE");
    char command[1000];
    if (source == NULL)
        skip();
    snprintf(command, sizeof command,
             "cd '%s/src' && ! grep -rlE '\"(measure/(raw|cells)|calc/suppress)\\.h\"' "
             "--include=*.[ch] . "
             "| grep -vE '^\\./(measure|calc)/'",
             source);
    assert_int_equal(system(command), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested_groups_withstand),
        cmocka_unit_test(pair_tables_withstand),
        cmocka_unit_test(months_and_year_withstand),
        cmocka_unit_test(late_pairs_agree_with_what_is_out),
        cmocka_unit_test(two_words_would_tell),
        cmocka_unit_test(every_state_has_its_word),
        cmocka_unit_test(things_are_not_hidden),
        cmocka_unit_test(parts_that_are_hidden_hide_the_whole),
        cmocka_unit_test(what_was_hidden_stays_hidden),
        cmocka_unit_test(nobody_goes_round_the_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
