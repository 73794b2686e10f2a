/* Standards and gaps by hand, on both engines. */
#include "measure/roster_fixture.h"

#include "plan/gap.h"

#include <string.h>

static const int32_t today = 20778; /* 2026-11-21 */

static struct standard one(const char *code, const char *indicator, enum standard_op op,
                           double target) {
    return (struct standard){.set_code = STR("district"),
                             .code = str_z(code),
                             .name_en = str_z(code),
                             .name_es = str_z(code),
                             .indicator = str_z(indicator),
                             .op = op,
                             .target = target,
                             .priority = 1,
                             .source = STR("test"),
                             .quantity = 1,
                             .effective_from = DATE_NONE,
                             .effective_to = DATE_NONE};
}

static int64_t adopted(struct store_test *t, struct standard s) {
    int64_t id = 0;
    assert_ok(standard_save(t->db, &s, &id, e));
    assert_ok(standard_adopt(t->db, id, DAY(2026, 9, 1), e));
    return id;
}

static void rolled(struct store_test *t) {
    fixture_load(t->db);
    assert_ok(standard_ship(t->db, e));
    assert_ok(measure_roll_day(t->store, today, NULL, NULL, e));
}

/* ---- standards ---- */

static void shipped_once_adopted_edited(struct store_test *t) {
    struct arena *a = arena_new(1 << 22);
    struct standard_list l;
    struct standard_set *sets;
    struct cost_item *costs;
    struct errmsg why = {{0}};
    size_t n, cost_n;
    int64_t count = 0, id = 0;
    assert_ok(standard_ship(t->db, e));
    assert_ok(standard_ship(t->db, e));
    assert_ok(standard_sets(t->db, a, &sets, &n, e));
    assert_int_equal(n, 2);
    assert_str(sets[1].code, "norms-2026");
    assert_ok(standard_list(t->db, a, STR("norms-2026"), &l, e));
    assert_int_equal(l.n, sets[1].drafts);
    assert_true(l.n >= 12);
    assert_ok(cost_items(t->db, a, &costs, &cost_n, e));
    assert_true(cost_n >= 10 && costs[0].ours);
    for (size_t i = 0; i < l.n; i++) { /* each names a cost that is there */
        bool found = l.row[i].cost_item.n == 0;
        for (size_t c = 0; c < cost_n; c++)
            found = found || str_eq(costs[c].code, l.row[i].cost_item);
        assert_true(found);
    }
    assert_ok(standard_in_force(t->db, a, today, &l, e));
    assert_int_equal(l.n, 0);
    assert_ok(standard_adopt_set(t->db, STR("norms-2026"), DAY(2026, 9, 1), &count, e));
    assert_int_equal(count, (int64_t)sets[1].drafts);
    assert_ok(standard_in_force(t->db, a, DAY(2026, 8, 31), &l, e));
    assert_int_equal(l.n, 0);
    assert_ok(standard_in_force(t->db, a, today, &l, e));
    assert_int_equal(l.n, (size_t)count);

    struct standard s = one("mine", "t_rate", STANDARD_AT_LEAST, 80);
    id = adopted(t, s);
    assert_int_equal(standard_save(t->db, &s, &id, &why), ERR_CONFLICT); /* the code is taken */
    s.id = id;
    s.target = 90;
    assert_int_equal(standard_save(t->db, &s, &id, &why), ERR_INVALID); /* from which day? */
    s.effective_from = DAY(2026, 11, 1);
    assert_ok(standard_save(t->db, &s, &id, e));
    assert_true(id != s.id);
    assert_int_equal(standard_save(t->db, &s, &id, &why), ERR_CONFLICT); /* an old version */
    assert_ok(standard_versions(t->db, a, STR("mine"), &l, e));
    assert_int_equal(l.n, 2);
    assert_int_equal(l.row[0].state, STANDARD_RETIRED);
    assert_int_equal(l.row[1].version, 2);
    for (int i = 0; i < 2; i++) { /* what was in force stays answerable */
        double target = 0;
        assert_ok(standard_in_force(t->db, a, i == 0 ? DAY(2026, 10, 31) : today, &l, e));
        for (size_t k = 0; k < l.n; k++)
            if (str_eq(l.row[k].code, STR("mine")))
                target = l.row[k].target;
        assert_near(target, i == 0 ? 80 : 90, 0);
    }
    assert_ok(standard_retire(t->db, id, today, e));
    assert_int_equal(standard_retire(t->db, id, today, &why), ERR_CONFLICT);
    arena_free(a);
}

static void a_faulty_standard_is_refused(struct store_test *t) {
    struct errmsg why = {{0}};
    int64_t id;
    struct standard bad[7];
    for (int i = 0; i < 7; i++)
        bad[i] = one("x", "t_rate", STANDARD_AT_LEAST, 80);
    bad[0].code = STR("Not A Code");
    bad[1].indicator = STR("nothing");
    bad[2].target = 101;
    bad[3].target = NAN;
    bad[4].indicator = STR("t_line");
    bad[4].band = BAND_3_5;
    bad[5].priority = 0;
    bad[6].name_es = STR("");
    assert_ok(standard_ship(t->db, e));
    for (int i = 0; i < 7; i++) {
        assert_int_equal(standard_save(t->db, &bad[i], &id, &why), ERR_INVALID);
        assert_true(why.text[0] != '\0');
    }
}

/* ---- gaps ---- */

static struct gap_list list(struct store_test *t, struct arena *a, enum gap_level level,
                            const char *standard) {
    struct gap_list l;
    struct gap_query q = {
        .org_id = 2, .level = level, .standard = str_z(standard), .as_of = DATE_NONE};
    assert_ok(gap_list(t->db, a, &q, &l, e));
    return l;
}

static void costs(struct store_test *t) {
    struct cost_item c = {.code = STR("thing"),
                          .label_en = STR("Thing"),
                          .label_es = STR("Cosa"),
                          .source = STR("bid 12"),
                          .one_time_cents = 30000,
                          .yearly_cents = 2000,
                          .lifetime_years = 4};
    assert_ok(cost_item_save(t->db, &c, e));
}

static void people_short_by_hand(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    int has = 0, n = 0;
    rolled(t);
    costs(t);
    for (int i = 1; i <= FIXTURE_STUDENTS; i++)
        if (i % 10 != 9) {
            n++;
            has += fixture_has(i);
        }
    struct standard s = one("has-it", "t_rate", STANDARD_AT_LEAST, 80);
    s.cost_item = STR("thing");
    s.quantity = 2;
    s.priority = 1.5;
    adopted(t, s);
    struct gap_list l = list(t, a, GAP_STANDARDS, "has-it");
    assert_int_equal(l.n, 1);
    assert_int_equal(l.gaps, 1);
    const struct gap *g = &l.row[0];
    double missing = ceil(0.8 * n - has - 1e-9), now = 100.0 * has / n;
    assert_near(g->now.value.value, now, 1e-9);
    assert_near(g->missing.value, missing, 1e-9);
    assert_near(g->people.value, missing, 1e-9);
    assert_near(g->distance, 1 - now / 80, 1e-9);
    assert_near(g->rank, missing * (1 - now / 80) * 1.5, 1e-6);
    assert_near(g->cost.value, missing * 2 * 32000, 1e-6);
    assert_near(g->yearly.value, missing * 2 * (2000 + 7500), 1e-6);
    assert_near(l.cost_cents, missing * 2 * 32000, 1e-6);

    struct gap_formula f = {2, 0.5, 0};
    assert_ok(gap_formula_set(t->db, &f, 1, e));
    l = list(t, a, GAP_STANDARDS, "has-it");
    assert_near(l.row[0].rank, missing * missing * sqrt(1 - now / 80), 1e-6);
    assert_str(gap_formula_words(&f, LANG_EN, a),
               "rank = people short^2 × distance from the standard^0.5");
    f.people_power = 4;
    assert_int_equal(gap_formula_set(t->db, &f, 1, NULL), ERR_INVALID);
    arena_free(a);
}

static void one_schools_plenty_is_no_others(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    rolled(t);
    costs(t);
    struct standard s = one("line", "t_line", STANDARD_AT_LEAST, 2);
    s.cost_item = STR("thing");
    adopted(t, s);
    struct gap_list l = list(t, a, GAP_STANDARDS, "line");
    assert_int_equal(l.n, 1);
    const struct gap *g = &l.row[0]; /* 1, 4 and 2 Mbps per user; together 2.37 */
    assert_false(g->met);
    assert_int_equal(g->schools, 3);
    assert_int_equal(g->schools_short, 1);
    assert_str(g->widest_name, "Ash Elementary");
    assert_near(g->missing.value, 60, 1e-9);
    assert_near(g->people.value, 60, 1e-9);
    assert_near(g->distance, 0.5, 1e-9);
    assert_near(g->cost.value, 60 * 32000, 1e-6);
    l = list(t, a, GAP_SCHOOLS, "line");
    assert_int_equal(l.n, 1);
    assert_int_equal(l.met, 2);
    assert_int_equal(l.row[0].now.org_id, 3);
    arena_free(a);
}

static void only_schools_of_its_kind_are_asked(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    rolled(t);
    struct standard s = one("high", "t_line", STANDARD_AT_LEAST, 5);
    s.school_kind = SCHOOL_HIGH;
    adopted(t, s);
    struct gap_list l = list(t, a, GAP_STANDARDS, "high");
    assert_int_equal(l.n, 1); /* Birch High has 208 for 52 */
    assert_int_equal(l.row[0].schools, 1);
    assert_near(l.row[0].now.value.value, 4, 1e-9);
    assert_near(l.row[0].missing.value, 52, 1e-9);
    s = one("large", "t_line", STANDARD_AT_LEAST, 5);
    s.size_from = 121; /* the district has 120 students */
    adopted(t, s);
    l = list(t, a, GAP_STANDARDS, "large");
    assert_int_equal(l.n + l.met + l.unread, 0);
    s = one("small", "t_line", STANDARD_AT_LEAST, 5);
    s.size_to = 121;
    adopted(t, s);
    assert_int_equal(list(t, a, GAP_STANDARDS, "small").n, 1);
    arena_free(a);
}

static void what_is_hidden_hides_its_cost(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    rolled(t);
    costs(t);
    struct standard s = one("mean", "t_mean", STANDARD_AT_LEAST, 200);
    s.cost_item = STR("thing");
    adopted(t, s);
    struct gap_list l = list(t, a, GAP_SCHOOLS, "mean");
    assert_int_equal(l.n, 3);
    assert_int_equal(l.hidden, 2); /* Cedar, and the one that would reveal it */
    for (size_t i = 1; i < 3; i++) {
        const struct gap *g = &l.row[i]; /* last, whatever they are */
        assert_int_equal(g->now.value.state, SHOWN_HIDDEN);
        assert_int_equal(g->missing.state, SHOWN_HIDDEN);
        assert_int_equal(g->people.state, SHOWN_HIDDEN);
        assert_int_equal(g->cost.state, SHOWN_HIDDEN);
        assert_int_equal(g->yearly.state, SHOWN_HIDDEN);
        assert_true(isnan(g->distance) && isnan(g->rank));
        struct str cells[GAP_COLUMNS];
        gap_cells(g, LANG_EN, a, cells);
        assert_str(cells[4], "hidden");
        assert_str(cells[12], "hidden");
    }
    /* in the district's own row, from its own number */
    l = list(t, a, GAP_STANDARDS, "mean");
    assert_int_equal(l.row[0].schools_hidden, 2);
    assert_near(l.row[0].missing.value, (200 - 60.5) * 120, 1e-6);
    arena_free(a);
}

static void groups_have_gaps_of_their_own(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct gap_list l;
    rolled(t);
    adopted(t, one("has-it", "t_rate", STANDARD_AT_LEAST, 60));
    struct gap_query q = {.org_id = 2,
                          .level = GAP_BY_GROUP,
                          .dim = DIM_LEARNER,
                          .as_of = DATE_NONE,
                          .with_met = true};
    assert_ok(gap_list(t->db, a, &q, &l, e));
    assert_int_equal(l.n, 2);
    assert_str(str_z(group_rows[l.row[0].now.group].code), "learner:yes");
    assert_false(l.row[0].met);
    struct standard band = one("band", "t_mean", STANDARD_AT_LEAST, 1000);
    band.band = BAND_3_5;
    adopted(t, band);
    l = list(t, a, GAP_STANDARDS, "band");
    assert_int_equal(l.n, 1);
    assert_int_equal(l.row[0].now.value.n, 40); /* every third is in grade 3 */
    arena_free(a);
}

static void an_owner_is_set_changed_and_kept(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct gap_owner *h;
    size_t n;
    rolled(t);
    adopted(t, one("line", "t_line", STANDARD_AT_LEAST, 2));
    struct gap_assignment g = {.standard = STR("line"),
                               .org_id = 2,
                               .owner = STR("Network lead"),
                               .due_on = DAY(2027, 1, 15),
                               .by = STR("director"),
                               .now_us = 1};
    assert_ok(gap_assign(t->db, &g, e));
    g.owner = STR("Device lead");
    g.done = true;
    assert_ok(gap_assign(t->db, &g, e));
    struct gap_list l = list(t, a, GAP_STANDARDS, "line");
    assert_str(l.row[0].owner.name, "Device lead");
    assert_int_equal(l.row[0].owner.due_on, DAY(2027, 1, 15));
    assert_true(l.row[0].owner.done);
    assert_ok(gap_history(t->db, a, STR("line"), 2, GROUP_ALL, &h, &n, e));
    assert_int_equal(n, 2);
    assert_str(h[1].name, "Network lead");
    arena_free(a);
}

static void the_units_behind_it_can_be_had(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct gap_unit *u;
    struct standard s;
    size_t n, lacking = 0;
    rolled(t);
    assert_ok(
        standard_get(t->db, a, adopted(t, one("has-it", "t_rate", STANDARD_AT_LEAST, 80)), &s, e));
    for (int i = 61; i <= 112; i++)
        lacking += i % 10 != 9 && !fixture_has(i) && fixture_learner(i);
    assert_ok(gap_units(t->db, a, &s, 4, group_find(STR("learner:yes")), DATE_NONE, &u, &n, e));
    assert_int_equal(n, lacking);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(u[i].org_id, 4);
        assert_false(fixture_has(u[i].unit));
    }
    arena_free(a);
}

static void a_list_leaves_as_csv_and_json(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct buf b = buf_new(1 << 20);
    rolled(t);
    adopted(t, one("line", "t_line", STANDARD_AT_LEAST, 2));
    struct gap_list l = list(t, a, GAP_STANDARDS, "");
    gap_csv(&l, LANG_ES, a, &b);
    assert_true(str_find(buf_str(&b), STR("Norma,Dónde,Grupo")) != SIZE_MAX);
    assert_true(str_find(buf_str(&b), STR("District")) != SIZE_MAX);
    buf_clear(&b);
    struct json j = json_to(&b);
    gap_json(&l, &j);
    yyjson_doc *doc;
    assert_ok(json_read(buf_str(&b), &doc, e));
    yyjson_val *row = yyjson_arr_get_first(yyjson_obj_get(yyjson_doc_get_root(doc), "rows"));
    assert_string_equal(yyjson_get_str(yyjson_obj_get(row, "standard")), "line");
    yyjson_doc_free(doc);
    buf_free(&b);
    arena_free(a);
}

#define BOTH(name)                                                                                 \
    static void name##_on_both(void **state) {                                                     \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(shipped_once_adopted_edited)
BOTH(a_faulty_standard_is_refused)
BOTH(people_short_by_hand)
BOTH(one_schools_plenty_is_no_others)
BOTH(only_schools_of_its_kind_are_asked)
BOTH(what_is_hidden_hides_its_cost)
BOTH(groups_have_gaps_of_their_own)
BOTH(an_owner_is_set_changed_and_kept)
BOTH(the_units_behind_it_can_be_had)
BOTH(a_list_leaves_as_csv_and_json)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_once_adopted_edited_on_both),
        cmocka_unit_test(a_faulty_standard_is_refused_on_both),
        cmocka_unit_test(people_short_by_hand_on_both),
        cmocka_unit_test(one_schools_plenty_is_no_others_on_both),
        cmocka_unit_test(only_schools_of_its_kind_are_asked_on_both),
        cmocka_unit_test(what_is_hidden_hides_its_cost_on_both),
        cmocka_unit_test(groups_have_gaps_of_their_own_on_both),
        cmocka_unit_test(an_owner_is_set_changed_and_kept_on_both),
        cmocka_unit_test(the_units_behind_it_can_be_had_on_both),
        cmocka_unit_test(a_list_leaves_as_csv_and_json_on_both),
    };
    fixture_catalogue();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
