/* Readings of a small roster whose answers are worked out by hand, on both engines. */
#include "measure/roster_fixture.h"

#include "measure/equity.h"
#include "measure/reading.h"

#include <string.h>

static const int32_t today = 20778; /* 2026-11-21 */

static struct reading_key key(const char *code, int64_t org, const char *group) {
    int g = group_find(str_z(group));
    assert_true(g >= 0);
    return (struct reading_key){fixture_ind(code), {NULL, 0}, org, g, DATE_NONE};
}

static struct reading get(struct store_test *t, struct arena *a, const char *code, int64_t org,
                          const char *group) {
    struct reading r;
    struct reading_key k = key(code, org, group);
    assert_ok(reading_get(t->db, a, &k, &r, e));
    return r;
}

static void rolled(struct store_test *t) {
    fixture_load(t->db);
    assert_ok(measure_roll_day(t->store, today, NULL, NULL, e));
}

/* How many students of a group at an org have it, and how many are known. */
static void count(int64_t org, bool (*in)(int), int *has, int *n) {
    *has = *n = 0;
    for (int i = 1; i <= FIXTURE_STUDENTS; i++)
        if ((org == 2 || fixture_school(i) == org) && in(i) && i % 10 != 9) {
            *n += 1;
            *has += fixture_has(i);
        }
}
static bool everyone(int i) {
    return i > 0;
}

static void a_number_carries_n_interval_and_day(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    int has, n;
    rolled(t);
    count(2, everyone, &has, &n);
    assert_int_equal(n, 108);
    struct reading r = get(t, a, "t_rate", 2, "all");
    assert_int_equal(r.as_of, today);
    assert_int_equal(r.since, today);
    assert_str(r.org_name, "District");
    assert_int_equal(r.value.state, SHOWN_VALUE);
    assert_int_equal(r.value.n, n);
    assert_near(r.value.value, 100.0 * has / n, 1e-9);
    double p = (double)has / n, z = 1.959963984540054; /* Wilson, by hand */
    double mid = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n)) / (1 + z * z / n);
    assert_near(r.value.lo, 100 * (mid - half), 1e-9);
    assert_near(r.value.hi, 100 * (mid + half), 1e-9);
    r = get(t, a, "t_mean", 2, "all"); /* 1..120 */
    assert_near(r.value.value, 60.5, 1e-9);
    assert_near(r.median, 60, 1);
    r = get(t, a, "t_line", 2, "all"); /* (60 + 208 + 16) / (60 + 52 + 8), not about people */
    assert_near(r.value.value, 284.0 / 120, 1e-9);
    assert_near(r.den, 120, 0);
    r = get(t, a, "t_line", 5, "all");
    assert_near(r.value.value, 2, 0);
    arena_free(a);
}

static void a_small_school_is_hidden_and_cannot_be_worked_out(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    rolled(t);
    struct reading_list l;
    struct reading_key k = key("t_mean", 2, "all");
    assert_ok(reading_children(t->db, a, &k, &l, e));
    assert_int_equal(l.n, 3);
    assert_str(l.row[0].org_name, "Ash Elementary");
    assert_str(l.row[2].org_name, "Cedar"); /* 8 students */
    assert_int_equal(l.row[2].value.state, SHOWN_HIDDEN);
    assert_true(isnan(l.row[2].value.value) && isnan(l.row[2].median) && isnan(l.row[2].den));
    /* District minus the other two would give it away: one more is hidden. */
    assert_int_equal(get(t, a, "t_mean", 2, "all").value.state, SHOWN_VALUE);
    assert_true(l.row[0].value.state == SHOWN_HIDDEN || l.row[1].value.state == SHOWN_HIDDEN);
    arena_free(a);
}

static void the_day_asked_for_is_answered_by_the_last_one(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    fixture_load(t->db);
    struct reading r = get(t, a, "t_mean", 2, "all");
    assert_int_equal(r.as_of, DATE_NONE);
    assert_int_equal(r.value.state, SHOWN_NO_DATA);
    fixture_sql(t->db, "UPDATE person_role SET begins_on = '2026-10-01' WHERE person_id > 100 AND "
                       "role = 'student'");
    assert_ok(measure_roll_day(t->store, DAY(2026, 9, 30), NULL, NULL, e));
    assert_ok(measure_roll_day(t->store, DAY(2026, 10, 31), NULL, NULL, e));
    struct reading_key k = key("t_mean", 2, "all");
    k.as_of = DAY(2026, 10, 15);
    assert_ok(reading_get(t->db, a, &k, &r, e));
    assert_int_equal(r.as_of, DAY(2026, 9, 30));
    assert_int_equal(r.value.n, 100);
    struct reading_list l;
    k.as_of = DATE_NONE;
    assert_ok(reading_trend(t->db, a, &k, DAY(2026, 1, 1), &l, e));
    assert_int_equal(l.n, 2);
    assert_int_equal(l.row[0].value.n, 100);
    assert_int_equal(l.row[1].value.n, 120);
    assert_near(l.row[0].value.value, 50.5, 1e-9);
    arena_free(a);
}

static const struct contrast *of(const struct contrast_list *l, const char *group) {
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(group_rows[l->row[i].r.group].code, group) == 0)
            return &l->row[i];
    fail_msg("no group %s", group);
    return NULL;
}

static void a_group_stands_against_all_others(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    struct contrast_list l;
    int has, n, all_has, all_n;
    rolled(t);
    struct reading_key k = key("t_rate", 2, "all");
    assert_ok(reading_groups(t->db, a, &k, DIM_LEARNER, &l, e));
    assert_int_equal(l.n, 3);
    const struct contrast *c = of(&l, "learner:yes");
    count(2, fixture_learner, &has, &n);
    count(2, everyone, &all_has, &all_n);
    assert_int_equal(c->r.value.n, n);
    assert_near(c->r.value.value, 100.0 * has / n, 1e-9);
    int rest = all_n - n, rest_has = all_has - has;
    assert_near(c->others.value, 100.0 * rest_has / rest, 1e-9);
    assert_int_equal(c->others.n, rest);
    assert_near(c->diff.value, 100.0 * has / n - 100.0 * rest_has / rest, 1e-9);
    assert_true(c->diff.lo < c->diff.value && c->diff.hi > c->diff.value);
    /* the risk of not having it */
    assert_near(c->ratio.value, ((double)(n - has) / n) / ((double)(rest - rest_has) / rest), 1e-9);
    assert_near(c->d.value,
                log((double)has * (rest - rest_has) / ((double)(n - has) * rest_has)) / 1.65, 1e-9);
    assert_true(c->behind);
    assert_false(of(&l, "learner:no")->behind);
    assert_int_equal(of(&l, "learner:unknown")->r.value.state, SHOWN_NO_DATA);
    k = key("t_mean", 2, "all"); /* odd and even numbers: 61 and 60 */
    assert_ok(reading_groups(t->db, a, &k, DIM_GENDER, &l, e));
    assert_near(of(&l, "gender:female")->diff.value, 1, 1e-9);
    assert_false(of(&l, "gender:male")->behind); /* an interval that holds 0 */
    arena_free(a);
}

static void parts_and_their_whole_agree(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    struct contrast_list l;
    rolled(t);
    struct reading_key k = key("t_mean", 2, "all");
    assert_ok(reading_groups(t->db, a, &k, DIM_MEAL, &l, e));
    const struct contrast *low = of(&l, "meal:low"), *free_ = of(&l, "meal:free");
    const struct contrast *reduced = of(&l, "meal:reduced");
    assert_int_equal(low->r.value.n, 48);
    assert_int_equal(free_->r.value.n, 24);
    assert_int_equal(reduced->r.value.n, 24);
    arena_free(a);
}

static void series_stand_beside_the_whole(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    struct reading_list l;
    rolled(t);
    struct reading_key k = key("t_ratio", 2, "all");
    assert_ok(reading_series(t->db, a, &k, &l, e));
    assert_int_equal(l.n, 2);
    assert_str(l.row[0].series, "Reader");
    assert_str(l.row[1].series, "Maths");
    assert_int_equal(l.row[0].value.n, 120);
    assert_int_equal(l.row[1].value.n, 60);
    /* 3 x 7260 minutes over 60 x 5 + 60 x 6 days */
    assert_near(get(t, a, "t_ratio", 2, "all").value.value, 3 * 7260 / 660.0, 1e-9);
    assert_near(l.row[0].value.value, 2 * 7260 / 660.0, 1e-9);
    arena_free(a);
}

static void pairs_add_up_and_protect(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct reading_table p;
    struct errmsg why = {{0}};
    rolled(t);
    struct reading_key k = key("t_mean", 2, "all");
    assert_ok(reading_pairs(t->db, a, &k, DIM_GENDER, DIM_LEARNER, &p, e));
    assert_int_equal(p.na, 4);
    assert_int_equal(p.nb, 3);
    for (size_t i = 0; i < p.na * p.nb; i++) {
        const struct reading *r = &p.cell[i];
        int n = 0;
        double sum = 0;
        bool female = strcmp(group_rows[r->group].code, "gender:female") == 0;
        bool male = strcmp(group_rows[r->group].code, "gender:male") == 0;
        bool yes = strcmp(group_rows[r->group2].code, "learner:yes") == 0;
        bool no = strcmp(group_rows[r->group2].code, "learner:no") == 0;
        for (int s = 1; s <= FIXTURE_STUDENTS; s++)
            if ((s % 2 == 0 ? female : male) && (fixture_learner(s) ? yes : no)) {
                n++;
                sum += s;
            }
        if (n == 0)
            assert_int_equal(r->value.state, SHOWN_NO_DATA);
        else if (r->value.state == SHOWN_VALUE) {
            assert_int_equal(r->value.n, n);
            assert_near(r->value.value, sum / n, 1e-9);
        }
    }
    /* every English learner is female here: the pair is the margin */
    assert_int_equal(p.cell[0].value.state, SHOWN_VALUE);
    assert_int_equal(p.cell[0].value.n, 30);
    assert_int_equal(reading_pairs(t->db, a, &k, DIM_GRADE, DIM_BAND, &p, &why), ERR_INVALID);
    arena_free(a);
}

static void the_widest_gap_is_found(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct contrast_list l;
    struct equity_query q = {.org_id = 2, .as_of = DATE_NONE, .most = 5, .n_least = 20};
    rolled(t);
    assert_ok(equity_widest(t->db, a, &q, &l, e));
    assert_true(l.n >= 1);
    for (size_t i = 0; i < l.n; i++) {
        assert_true(l.row[i].behind);
        assert_true(l.row[i].r.value.n >= 20);
    }
    arena_free(a);
}

static void spread_is_that_of_the_units(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct spread s;
    rolled(t);
    struct reading_key k = key("t_mean", 2, "all");
    assert_ok(equity_spread(t->db, a, &k, &s, e));
    assert_int_equal(s.units, 120);
    assert_int_equal(s.parts, 3);
    assert_near(s.theil, s.between + s.within, 1e-12);
    assert_near(s.gini, 119.0 / 360, 1e-9); /* of 1..n: (n - 1) / (3 n) */
    k = key("t_mean", 5, "all");
    assert_ok(equity_spread(t->db, a, &k, &s, e)); /* hidden: nothing */
    assert_true(isnan(s.theil) && isnan(s.gini));
    arena_free(a);
}

static void how_old_the_data_is(struct store_test *t) {
    struct arena *a = arena_new(1 << 20);
    struct freshness f;
    const struct indicator *ind = fixture_ind("t_rate");
    assert_ok(reading_freshness(t->db, a, ind, today, &f, e));
    assert_int_equal(f.data_as_of, DATE_NONE);
    assert_true(f.stale);
    fixture_sql(t->db, "INSERT INTO import_batch (id, source, file_name, file_hash, state, as_of, "
                       "created_us) VALUES"
                       " (4, 'test_rate', 'a.csv', 'h', 'applied', '2026-10-22', 1),"
                       " (5, 'test_rate', 'b.csv', 'h', 'undone', '2026-11-20', 1)");
    assert_ok(reading_freshness(t->db, a, ind, today, &f, e));
    assert_int_equal(f.batch_id, 4);
    assert_str(f.file_name, "a.csv");
    assert_int_equal(f.age_days, 30);
    assert_false(f.stale);
    assert_ok(reading_freshness(t->db, a, ind, today + 1, &f, e));
    assert_true(f.stale);
    arena_free(a);
}

#define BOTH(name)                                                                                 \
    static void name##_on_both(void **state) {                                                     \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(a_number_carries_n_interval_and_day)
BOTH(a_small_school_is_hidden_and_cannot_be_worked_out)
BOTH(the_day_asked_for_is_answered_by_the_last_one)
BOTH(a_group_stands_against_all_others)
BOTH(parts_and_their_whole_agree)
BOTH(series_stand_beside_the_whole)
BOTH(pairs_add_up_and_protect)
BOTH(the_widest_gap_is_found)
BOTH(spread_is_that_of_the_units)
BOTH(how_old_the_data_is)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_carries_n_interval_and_day_on_both),
        cmocka_unit_test(a_small_school_is_hidden_and_cannot_be_worked_out_on_both),
        cmocka_unit_test(the_day_asked_for_is_answered_by_the_last_one_on_both),
        cmocka_unit_test(a_group_stands_against_all_others_on_both),
        cmocka_unit_test(parts_and_their_whole_agree_on_both),
        cmocka_unit_test(series_stand_beside_the_whole_on_both),
        cmocka_unit_test(pairs_add_up_and_protect_on_both),
        cmocka_unit_test(the_widest_gap_is_found_on_both),
        cmocka_unit_test(spread_is_that_of_the_units_on_both),
        cmocka_unit_test(how_old_the_data_is_on_both),
    };
    fixture_catalogue();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
