#include "events/usage.h"

#include "../store_test.h"
#include "base/buf.h"
#include "base/config.h"

#include <math.h>
#include <string.h>

static const char people[] =
    "INSERT INTO org(id, ext, name, kind) VALUES (1, 's1', 'Lincoln', 'school');"
    "INSERT INTO person(id, ext, given_name, family_name, identifier) VALUES"
    " (11, 'a', 'A', 'A', '100234'), (12, 'b', 'B', 'B', '100235'), (13, 'c', 'C', 'C', '100236'),"
    " (14, 'd', 'D', 'D', '100237');"
    "INSERT INTO person_role(person_id, org_id, role, begins_on, ends_on) VALUES"
    " (11, 1, 'student', '2026-08-01', NULL), (12, 1, 'student', '2026-08-01', NULL),"
    " (13, 1, 'student', '2026-08-01', NULL), (14, 1, 'student', '2026-08-01', '2026-09-01');"
    "INSERT INTO import_batch(id, source, file_name, file_hash, state, as_of, created_us)"
    " VALUES (7, 'usage', 'usage.csv', '00', 'applied', '2026-09-20', 0);";

static int64_t find(void *arg, struct str who) {
    int64_t number;
    (void)arg;
    if (!str_int(who, &number) || number < 100234 || number > 100237)
        return str_eq(who, STR("twin")) ? -1 : 0;
    return number - 100234 + 11;
}

struct told {
    size_t n;
    struct usage_fault fault[20];
};

static void tell(void *arg, const struct usage_fault *f) {
    struct told *t = arg;
    if (t->n < 20)
        t->fault[t->n++] = *f;
}

static const char rows[] = "2026-09-14,100234,Math Path,30,2\n"
                           "2026-09-15,100234,math  path,15.5,1\n"
                           "2026-09-14,100235,Read Along,10,1\n"
                           "2026-09-14,100999,Read Along,10,1\n"
                           "someday,100235,Read Along,10,1\n"
                           "2026-09-16,twin,Read Along,10,1\n"
                           "2026-09-16,100235,,10,1\n"
                           "2026-09-16,100235,Read Along,0,0\n"
                           "2026-09-16,100235,Read Along,4,0\n"
                           "2026-09-16,100237,Read Along,9,1\n"
                           "2026-08-20,100236,Read Along,9,1\n";

static struct usage_ask ask_for(struct told *told, const struct usage_text *text, bool dry) {
    return (struct usage_ask){.kind = FACTS_PERSON,
                              .layout = {',', 5, 0, 1, 2, 3, 4},
                              .text = text,
                              .texts = 1,
                              .find = find,
                              .fault = tell,
                              .arg = told,
                              .threads = 2,
                              .dry = dry};
}

static void a_file_becomes_facts_body(struct store_test *t) {
    struct told told = {0};
    const struct usage_text text = {{rows, sizeof rows - 1}, 2, 0};
    struct usage_ask ask = ask_for(&told, &text, true);
    struct usage_result result;
    struct segment s;
    bool is_new;
    int64_t id;
    assert_ok(db_script(t->db, people, e));
    assert_ok(usage_read(t->db, &ask, &s, &result, e));
    assert_int_equal(result.new_products, 3); /* as written; the two spellings become one */
    segment_close(&s);
    assert_ok(facts_product_find(t->db, STR("Math Path"), &id, &is_new, e));
    assert_true(is_new); /* a preview writes nothing */
    told.n = 0;
    ask.dry = false;
    assert_ok(usage_read(t->db, &ask, &s, &result, e));
    assert_int_equal(result.rows, 11);
    assert_int_equal(result.refused, 4);
    assert_int_equal(result.repeats, 1);
    assert_int_equal(s.rows, 6);
    assert_int_equal(s.products, 2);
    static const struct {
        uint64_t line;
        int column;
        const char *value;
    } want[] = {{6, 0, "someday"}, {8, 2, ""}, {5, 1, "100999"}, {7, 1, "twin"}};
    assert_int_equal(told.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(told.fault[i].line, want[i].line);
        assert_int_equal(told.fault[i].column, want[i].column);
        assert_str(told.fault[i].value, want[i].value);
    }
    segment_close(&s);
}
static void a_file_becomes_facts(void **state) {
    (void)state;
    on_both_engines(a_file_becomes_facts_body);
}

struct seen {
    int64_t n;
    double num[3][4]; /* series x (student - 11) */
};

static void see(void *to, const struct unit_value *v) {
    struct seen *s = to;
    int series = v->series.n == 0 ? 0 : str_eq(v->series, STR("Math Path")) ? 1 : 2;
    assert_true(v->unit >= 11 && v->unit <= 13 && v->den == 1); /* 14 has left */
    s->num[series][v->unit - 11] = v->num;
    s->n++;
}

static void indicators_count_every_student_body(struct store_test *t) {
    struct told told = {0};
    const struct usage_text text = {{rows, sizeof rows - 1}, 2, 0};
    const struct usage_ask ask = ask_for(&told, &text, false);
    struct usage_result result;
    struct segment s;
    int32_t as_of = date_from_ymd(2026, 9, 20), since = as_of - 6;
    struct arena *a = arena_new(1 << 20);
    assert_ok(config_set(CONF_DATA_DIR, t->dir, e));
    assert_ok(db_script(t->db, people, e));
    assert_ok(usage_read(t->db, &ask, &s, &result, e));
    assert_ok(facts_add(t->db, events_dir(a).p, 7, &s, e));
    segment_close(&s);
    static const double want[3][3][4] = {
        {{1, 1, 0}, {1, 0, 0}, {0, 1, 0}},
        {{45.5, 14, 0}, {45.5, 0, 0}, {0, 14, 0}},
        {{3, 1, 0}, {3, 0, 0}, {0, 1, 0}},
    };
    assert_int_equal(usage_indicator_count, 3);
    for (size_t i = 0; i < 3; i++) {
        struct seen seen = {0};
        assert_ok(usage_indicators[i].units_fn(t->db, since, as_of, see, &seen, e));
        assert_int_equal(seen.n, 9);
        for (size_t k = 0; k < 3; k++)
            for (size_t u = 0; u < 3; u++)
                assert_true(fabs(seen.num[k][u] - want[i][k][u]) < 1e-12);
        seen.n = 0; /* no facts at all: nothing is known */
        assert_ok(usage_indicators[i].units_fn(t->db, since - 365, as_of - 365, see, &seen, e));
        assert_int_equal(seen.n, 0);
    }
    struct usage_people *used;
    size_t n;
    assert_ok(usage_people_of(t->db, since, as_of, a, &used, &n, e));
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) /* whoever used it, enrolled or not */
        assert_int_equal(used[i].people,
                         facts_product_same(used[i].product, STR("MATH PATH")) ? 1 : 2);
    arena_free(a);
}
static void indicators_count_every_student(void **state) {
    (void)state;
    on_both_engines(indicators_count_every_student_body);
}

/* Several files, each of one district, and many pieces: lines are those of the file. */
static void files_of_districts_are_read_together_body(struct store_test *t) {
    enum { ROWS = 300000 };
    struct told told = {0};
    struct buf b[2] = {buf_new(1 << 24), buf_new(1 << 24)};
    for (int i = 0; i < ROWS; i++)
        buf_fmt(&b[0], "2020-01-%02d,%d,%d.25,\n", 1 + i % 31, i % 4 == 3 ? 7 : i % 50, i % 100);
    buf_fmt(&b[0], "never,1,1,1\n");
    buf_fmt(&b[1], "2020-01-01,1,0.5,2.25\n");
    const struct usage_text text[2] = {{buf_str(&b[0]), 2, 500}, {buf_str(&b[1]), 2, 400}};
    struct usage_ask ask = ask_for(&told, text, true);
    ask.kind = FACTS_GROUP;
    ask.texts = 2;
    ask.layout = (struct usage_layout){',', 4, 0, -1, 1, 2, 3};
    struct usage_result result;
    struct segment s;
    assert_ok(usage_read(t->db, &ask, &s, &result, e));
    assert_int_equal(result.rows, ROWS + 2);
    assert_int_equal(result.refused, 1);
    assert_int_equal(told.fault[0].line, ROWS + 2);
    assert_int_equal(s.entities, 2);
    assert_int_equal(s.entity_id[0], 400);
    assert_int_equal(s.b[0], 225);
    segment_close(&s);
    buf_free(&b[0]);
    buf_free(&b[1]);
}
static void files_of_districts_are_read_together(void **state) {
    (void)state;
    on_both_engines(files_of_districts_are_read_together_body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_facts),
        cmocka_unit_test(indicators_count_every_student),
        cmocka_unit_test(files_of_districts_are_read_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
