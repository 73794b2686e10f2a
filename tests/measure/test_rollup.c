/* The roll-up against a naive count, as-of and incrementally, on both engines. */
#include "measure/roster_fixture.h"

#include "measure/cells.h"
#include "measure/frame.h"
#include "measure/reading.h"

#include <stdlib.h>
#include <string.h>

static const int32_t today = 20778; /* 2026-11-21 */

/* ---- groups ---- */

static void children_of_a_group_cover_it_once(void **state) {
    (void)state;
    static const char *const grades[] = {"PK", "KG", "01", "05", "06", "12", "", "99"};
    static const char *const meals[] = {"free", "reduced", "paid", ""};
    static const char *const languages[] = {"en", "es", "so", ""};
    static const char *const housing[] = {"housed", "hotel", "foster", ""};
    for (size_t i = 0; i < 8 * 4 * 4 * 4; i++) {
        struct student_traits t = {.grade = str_z(grades[i % 8]),
                                   .meal = str_z(meals[i / 8 % 4]),
                                   .language = str_z(languages[i / 32 % 4]),
                                   .housing = str_z(housing[i / 128]),
                                   .learner = (int)(i % 3) - 1,
                                   .plan = -1};
        uint64_t bits = group_bits(&t);
        assert_true(bits & GROUP_BIT(GROUP_ALL));
        for (int g = 0; g < GROUPS; g++) { /* a group holds exactly when one of its parts does */
            for (enum dim d = DIM_GRADE; d < DIM_COUNT; d++) {
                int parts = 0, in = 0;
                for (int h = dim_rows[d].first; h < dim_rows[d].first + dim_rows[d].count; h++)
                    if (group_rows[h].parent == g) {
                        parts++;
                        in += (bits & GROUP_BIT(h)) != 0;
                    }
                if (parts > 0)
                    assert_int_equal(in, (bits & GROUP_BIT(g)) != 0);
            }
        }
    }
}

static void every_group_has_a_place_and_a_name(void **state) {
    (void)state;
    for (int g = 0; g < GROUPS; g++) {
        const struct group *row = &group_rows[g];
        const struct dim_row *d = &dim_rows[row->dim];
        assert_true(g >= d->first && g < d->first + d->count);
        assert_int_equal(group_find(str_z(row->code)), g);
        assert_true(row->label.en[0] != '\0' && row->label.es[0] != '\0');
        assert_true(row->parent < g || row->dim == DIM_GRADE);
    }
    assert_int_equal(group_find(STR("learner:maybe")), -1);
}

/* ---- the frame ---- */

static size_t at_school(const struct frame *f, int64_t school) {
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->tree->org[f->leaf[i]].id == school;
    return n;
}

static int64_t school_of(struct store_test *t, int64_t person, int32_t day) {
    struct arena *a = arena_new(1 << 24);
    struct org_tree *tree;
    struct frame *f;
    assert_ok(org_tree_load(t->db, a, day, &tree, e));
    assert_ok(frame_load(t->db, a, UNIT_STUDENT, day, tree, &f, e));
    size_t row = frame_find(f, person);
    int64_t school = row == SIZE_MAX ? 0 : tree->org[f->leaf[row]].id;
    arena_free(a);
    return school;
}

static void a_person_counts_once_and_where_they_were(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct org_tree *tree;
    struct frame *f;
    fixture_load(t->db);
    /* 1 moves from 3 to 4 in October; 2 is at 3 and, not primary, at 4; 3 at both, 4 begun last; 7
     * left; 8 is a double of 9. */
    fixture_sql(
        t->db, "UPDATE person_role SET ends_on = '2026-10-01' WHERE id IN (1, 7);"
               "INSERT INTO person_role (id, person_id, org_id, role, is_primary, begins_on) VALUES"
               " (901, 1, 4, 'student', 1, '2026-10-01'), (902, 2, 4, 'student', 0, '2026-09-01'),"
               " (903, 3, 4, 'student', 1, '2026-09-01');"
               "UPDATE person SET merged_into = 9 WHERE id = 8");
    assert_int_equal(school_of(t, 1, DAY(2026, 9, 30)), 3);
    assert_int_equal(school_of(t, 1, DAY(2026, 10, 1)), 4);
    assert_int_equal(school_of(t, 2, today), 3);
    assert_int_equal(school_of(t, 3, today), 4);
    assert_int_equal(school_of(t, 7, DAY(2026, 9, 30)), 3);
    assert_int_equal(school_of(t, 7, today), 0);
    assert_int_equal(school_of(t, 8, today), 0);
    assert_int_equal(school_of(t, 9, today), 3);
    assert_int_equal(school_of(t, 1, DAY(2026, 8, 9)), 0);
    assert_ok(org_tree_load(t->db, a, today, &tree, e));
    assert_ok(frame_load(t->db, a, UNIT_STUDENT, today, tree, &f, e));
    assert_int_equal(f->n, FIXTURE_STUDENTS - 2);
    assert_int_equal(at_school(f, 3), 60 - 4);
    assert_int_equal(at_school(f, 4), 52 + 2);
    uint64_t mark = f->mark;
    fixture_sql(t->db, "UPDATE student_status SET ends_on = '2026-11-01' WHERE id = 10");
    assert_ok(frame_load(t->db, a, UNIT_STUDENT, today, tree, &f, e));
    assert_true(f->mark != mark);
    assert_true(f->bits[frame_find(f, 10)] & GROUP_BIT(group_find(STR("learner:unknown"))));
    assert_ok(frame_load(t->db, a, UNIT_EDUCATOR, today, tree, &f, e));
    assert_int_equal(f->n, FIXTURE_TEACHERS);
    arena_free(a);
}

static void classes_tell_where_roles_do_not(struct store_test *t) {
    struct arena *a = arena_new(1 << 24);
    struct org_tree *tree;
    struct frame *f;
    fixture_load(t->db);
    fixture_sql(t->db, "INSERT INTO section (id, ext, title, org_id) VALUES (1, 's1', 'Maths', 3), "
                       "(2, 's2', 'Art', 4);"
                       "INSERT INTO enrollment (id, ext, person_id, section_id, org_id, role, "
                       "begins_on, ends_on) VALUES"
                       " (1, 'e1', 1, 1, 3, 'student', '2025-09-01', '2026-06-01'),"
                       " (2, 'e2', 2, 1, 3, 'student', '2025-09-01', '2026-06-01'),"
                       " (3, 'e3', 2, 2, 4, 'student', '2026-01-10', '2026-06-01')");
    int32_t day = DAY(2026, 2, 1);
    assert_ok(org_tree_load(t->db, a, day, &tree, e));
    assert_ok(frame_load(t->db, a, UNIT_STUDENT, day, tree, &f, e));
    assert_int_equal(f->n, 2);
    assert_int_equal(at_school(f, 3), 1);
    assert_int_equal(at_school(f, 4), 1); /* the one begun last */
    arena_free(a);
}

/* ---- cells against a naive count ---- */

struct naive {
    const struct indicator *ind;
    struct str series;
    const struct frame *f;
    int64_t org;
    int group;
    struct cell sum;
};

static void naive_take(void *to, const struct unit_value *v) {
    struct naive *n = to;
    size_t row = frame_find(n->f, v->unit);
    if (row == SIZE_MAX || !str_eq(v->series, n->series) || isnan(v->num))
        return;
    int32_t org = org_tree_find(n->f->tree, n->org);
    if (!org_tree_under(n->f->tree, n->f->leaf[row], org) ||
        (n->f->bits[row] & GROUP_BIT(n->group)) == 0)
        return;
    double den = n->ind->kind == MEASURE_RATIO ? v->den : 1;
    n->sum.n += 1;
    n->sum.num += v->num;
    n->sum.den += den;
    n->sum.num2 += v->num * v->num;
    n->sum.den2 += den * den;
    n->sum.num_den += v->num * den;
}

static void compare(struct store_test *t, const char *code, const char *series, int32_t day) {
    struct arena *a = arena_new(1 << 26);
    struct org_tree *tree;
    struct frame *f;
    const struct indicator *ind = fixture_ind(code);
    assert_ok(org_tree_load(t->db, a, day, &tree, e));
    assert_ok(frame_load(t->db, a, UNIT_STUDENT, day, tree, &f, e));
    for (int64_t org = 1; org <= 5; org++) {
        struct cells c;
        bool found;
        struct reading_key k = {ind, str_z(series), org, GROUP_ALL, day};
        assert_ok(reading_cells(t->db, &k, day, &c, &found, e));
        assert_true(found);
        for (int g = 0; g < GROUPS; g++) {
            struct naive n = {.ind = ind, .series = str_z(series), .f = f, .org = org, .group = g};
            assert_ok(measure_units(t->db, ind, day, day, naive_take, &n, e));
            const struct cell *got = &c.group[g];
            assert_near(got->n, n.sum.n, 0);
            assert_near(got->num, n.sum.num, 0);
            assert_near(got->num2, n.sum.num2, 0);
            if (ind->kind == MEASURE_RATIO) {
                assert_near(got->den, n.sum.den, 0);
                assert_near(got->den2, n.sum.den2, 0);
                assert_near(got->num_den, n.sum.num_den, 0);
            }
        }
    }
    arena_free(a);
}

static void every_org_and_group_adds_up(struct store_test *t) {
    struct measure_done done = {0};
    fixture_load(t->db);
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.days, 1);
    compare(t, "t_rate", "", today);
    compare(t, "t_mean", "", today);
    compare(t, "t_ratio", "", today);
    compare(t, "t_ratio", "Reader", today);
    compare(t, "t_ratio", "Maths", today);
}

/* ---- incremental ---- */

/* Everything that is stored, in order. */
static uint64_t stored(struct store_test *t) {
    struct rows *r;
    uint64_t h = 0;
    static const struct stmt all = {"SELECT indicator, series, org_id, as_of, since, cells FROM "
                                    "reading ORDER BY indicator, series, org_id, as_of",
                                    0, false};
    assert_ok(db_rows_stmt(t->db, &all, NO_ARGS, &r, e));
    while (rows_next(r))
        for (int c = 0; c < 6; c++)
            h = h * 1099511628211u + (c == 2 ? (uint64_t)rows_int(r, c) : str_hash(rows_str(r, c)));
    assert_ok(rows_close(r, e));
    return h;
}

static void only_what_changed_is_made_again(struct store_test *t) {
    struct measure_done done = {0};
    fixture_bonus = 0;
    fixture_load(t->db);
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    size_t all = done.indicators;
    assert_int_equal(all, catalogue_count());
    int calls = fixture_calls;
    uint64_t before = stored(t);

    done = (struct measure_done){0}; /* nothing changed: nothing is read */
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.indicators, 0);
    assert_int_equal(fixture_calls, calls);

    fixture_bonus = 7; /* one source: one indicator */
    assert_ok(db_begin(t->db, e));
    assert_ok(measure_touch(t->db, "test_mean", today - 1, 1, e));
    assert_ok(db_commit(t->db, e));
    done = (struct measure_done){0};
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.indicators, 1);
    assert_int_equal(fixture_calls, calls);
    uint64_t incremental = stored(t);
    assert_true(incremental != before);

    done = (struct measure_done){0};
    assert_ok(measure_roll_day(t->store, today, &(struct measure_options){.full = true}, &done, e));
    assert_int_equal(done.indicators, all);
    assert_true(stored(t) == incremental);

    /* an import of another day later does not reach this day; one of this day does */
    fixture_sql(t->db, "INSERT INTO import_batch (id, source, file_name, file_hash, state, as_of, "
                       "created_us, applied_us)"
                       " VALUES (1, 'test_rate', 'f', 'h', 'applied', '2026-11-01', 1, 1),"
                       " (2, 'test_ratio', 'f', 'h', 'staged', '2026-11-01', 1, NULL)");
    done = (struct measure_done){0};
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.indicators, 1);
    fixture_sql(t->db, "INSERT INTO import_batch (id, source, file_name, file_hash, state, as_of, "
                       "created_us, applied_us)"
                       " VALUES (3, 'test_rate', 'f', 'h', 'applied', '2026-12-01', 1, 9)");
    done = (struct measure_done){0};
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.indicators, 0);

    /* a move changes the frame: everything, and the same as in full */
    fixture_sql(
        t->db,
        "UPDATE person_role SET org_id = 4 WHERE id = 5;"
        "INSERT INTO measure_change (source, from_on, at_us) VALUES ('roster', '2026-11-21', 2)");
    done = (struct measure_done){0};
    assert_ok(measure_roll_day(t->store, today, NULL, &done, e));
    assert_int_equal(done.indicators, all);
    compare(t, "t_rate", "", today);
    fixture_bonus = 0;
}

static void catching_up_keeps_month_ends_and_young_days(struct store_test *t) {
    struct measure_done done = {0};
    struct arena *a = arena_new(1 << 20);
    int32_t *day;
    size_t n;
    fixture_load(t->db);
    assert_ok(measure_roll_day(t->store, DAY(2026, 9, 10), NULL, NULL,
                               e)); /* neither young nor a month end */
    assert_ok(measure_roll_day(t->store, DAY(2026, 11, 5), NULL, NULL, e));
    assert_ok(measure_catch_up(t->store, today, NULL, &done, e));
    assert_ok(reading_days(t->db, a, &day, &n, e));
    assert_int_equal(n, 5);
    assert_int_equal(day[0], DAY(2026, 8, 31));
    assert_int_equal(day[1], DAY(2026, 9, 30));
    assert_int_equal(day[2], DAY(2026, 10, 31));
    assert_int_equal(day[3], DAY(2026, 11, 5));
    assert_int_equal(day[4], today);
    assert_int_equal(done.days, 4);
    done = (struct measure_done){0};
    assert_ok(measure_catch_up(t->store, today, NULL, &done, e));
    assert_int_equal(done.days, 0);
    arena_free(a);
}

/* ---- stored form ---- */

static void cells_go_round(void **state) {
    (void)state;
    for (enum measure_kind kind = MEASURE_RATE; kind <= MEASURE_RATIO; kind++) {
        struct cells c = {.kind = kind, .quartile = {NAN, NAN, NAN}}, back;
        unsigned char blob[CELLS_BYTES_MAX];
        for (int g = 0; g < GROUPS; g += 3)
            c.group[g] = (struct cell){g + 1,
                                       g * 0.5,
                                       kind == MEASURE_RATIO ? g * 2.0 : g + 1,
                                       kind == MEASURE_RATE ? g * 0.5 : g * 3.0,
                                       kind == MEASURE_RATIO ? 7 : 0,
                                       kind == MEASURE_RATIO ? 8 : 0,
                                       {1, 3}};
        if (kind == MEASURE_MEAN)
            for (int q = 0; q < 3; q++)
                c.quartile[q] = q;
        size_t n = cells_write(&c, blob);
        assert_ok(cells_read((struct str){(const char *)blob, n}, &back, e));
        for (int g = 0; g < GROUPS; g++)
            assert_memory_equal(&c.group[g], &back.group[g], sizeof c.group[g]);
        assert_true(kind != MEASURE_MEAN || back.quartile[2] == 2);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(cells_read((struct str){(const char *)blob, cut}, &back, NULL),
                             ERR_CORRUPT);
    }
}

#define BOTH(name)                                                                                 \
    static void name##_on_both(void **state) {                                                     \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(a_person_counts_once_and_where_they_were)
BOTH(classes_tell_where_roles_do_not)
BOTH(every_org_and_group_adds_up)
BOTH(only_what_changed_is_made_again)
BOTH(catching_up_keeps_month_ends_and_young_days)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_of_a_group_cover_it_once),
        cmocka_unit_test(every_group_has_a_place_and_a_name),
        cmocka_unit_test(cells_go_round),
        cmocka_unit_test(a_person_counts_once_and_where_they_were_on_both),
        cmocka_unit_test(classes_tell_where_roles_do_not_on_both),
        cmocka_unit_test(every_org_and_group_adds_up_on_both),
        cmocka_unit_test(only_what_changed_is_made_again_on_both),
        cmocka_unit_test(catching_up_keeps_month_ends_and_young_days_on_both),
    };
    fixture_catalogue();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
