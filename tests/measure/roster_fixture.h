/*
 * A small roster for tests: state 1 > district 2 > schools 3 (city), 4 (rural), 5 (rural, tiny),
 * and students whose groups follow from their number, so that every answer can be worked out by
 * hand. Indicators of tests yield values from the person's id alone.
 */
#ifndef ROSTER_FIXTURE_H
#define ROSTER_FIXTURE_H

#include "base/date.h"
#include "measure/catalogue.h"
#include "measure/rollup.h"
#include "store_test.h"

#include <math.h>
#include <stdio.h>

enum { FIXTURE_STUDENTS = 120, FIXTURE_TEACHERS = 12 };
/* cmocka compares floats only. */
#define assert_near(got, want, eps)                                                                \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (eps)))                                                        \
            fail_msg("%s: got %.15g, want %.15g", #got, got_, want_);                              \
    } while (0)

#define DAY(y, m, d) date_from_ymd(y, m, d)

static inline void fixture_sql(struct db *db, const char *fmt, ...) PRINTF(2, 3);
static inline void fixture_sql(struct db *db, const char *fmt, ...) {
    char text[2000];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    assert_ok(db_script(db, text, e));
}

/* Student i in 1..120: school 3 up to 60, school 4 up to 112, school 5 the last 8. */
static inline int fixture_school(int i) {
    return i <= 60 ? 3 : i <= 112 ? 4 : 5;
}
static inline bool fixture_learner(int i) {
    return i % 4 == 0;
}
static inline const char *fixture_grade(int i) {
    static const char *const grades[] = {"KG", "03", "07", "11"};
    return grades[i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : i % 2 == 0 ? 2 : 3];
}
static inline const char *fixture_meal(int i) {
    return i % 5 == 0 ? "'free'" : i % 5 == 1 ? "'reduced'" : i % 10 == 2 ? "NULL" : "'paid'";
}

static inline void fixture_orgs(struct db *db) {
    fixture_sql(
        db, "INSERT INTO org (id, ext, name, kind, parent_id, locale, grade_low, grade_high) VALUES"
            " (1, 'S', 'State', 'state', NULL, NULL, NULL, NULL),"
            " (2, 'D', 'District', 'district', 1, NULL, NULL, NULL),"
            " (3, 'A', 'Ash Elementary', 'school', 2, 'city', 'KG', '05'),"
            " (4, 'B', 'Birch High', 'school', 2, 'rural', '09', '12'),"
            " (5, 'C', 'Cedar', 'school', 2, 'rural', 'KG', '12')");
    fixture_sql(db,
                "INSERT INTO term (id, ext, title, kind, begins_on, ends_on, school_year) VALUES"
                " (1, 'Y', '2026-27', 'schoolYear', '2026-08-10', '2027-06-15', 2027)");
}

static inline void fixture_people(struct db *db) {
    for (int i = 1; i <= FIXTURE_STUDENTS + FIXTURE_TEACHERS; i++) {
        bool student = i <= FIXTURE_STUDENTS;
        int school = student ? fixture_school(i) : 3 + (i % 2);
        fixture_sql(
            db,
            "INSERT INTO person (id, ext, given_name, family_name) VALUES (%d, 'p%d', 'G', 'F')", i,
            i);
        fixture_sql(db,
                    "INSERT INTO person_role (id, person_id, org_id, role, begins_on) VALUES (%d, "
                    "%d, %d, '%s', "
                    "'2026-08-10')",
                    i, i, school, student ? "student" : "teacher");
        if (student)
            fixture_sql(db,
                        "INSERT INTO student_status (id, person_id, begins_on, grade, meal, "
                        "english_learner, "
                        "disability_plan, race, gender, home_language, housing) VALUES (%d, %d, "
                        "'2026-08-10', '%s', "
                        "%s, %d, 0, 'white', '%s', 'es', 'housed')",
                        i, i, fixture_grade(i), fixture_meal(i), fixture_learner(i) ? 1 : 0,
                        i % 2 == 0 ? "female" : "male");
    }
}

static inline void fixture_load(struct db *db) {
    assert_ok(db_begin(db, e));
    fixture_orgs(db);
    fixture_people(db);
    assert_ok(db_commit(db, e));
}

/* ---- indicators of tests ---- */

/* Has it: all but every third student, and of English learners only every eighth... by number. */
static inline bool fixture_has(int64_t i) {
    return i % 3 != 0 && (i % 4 != 0 || i % 8 == 0);
}
static int fixture_calls, fixture_bonus;

static inline enum err fixture_rate(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                                    void *to, struct errmsg *e) {
    (void)db, (void)since, (void)as_of, (void)e;
    fixture_calls++;
    for (int i = 1; i <= FIXTURE_STUDENTS; i++)
        if (i % 10 != 9) /* every tenth is unknown */
            sink(to, &(struct unit_value){.unit = i, .num = fixture_has(i), .den = 1});
    sink(to, &(struct unit_value){.unit = 9999, .num = 1, .den = 1}); /* not enrolled */
    return ERR_OK;
}

static inline enum err fixture_mean(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                                    void *to, struct errmsg *e) {
    (void)db, (void)since, (void)as_of, (void)e;
    for (int i = 1; i <= FIXTURE_STUDENTS; i++)
        sink(to, &(struct unit_value){.unit = i, .num = i + fixture_bonus, .den = 1});
    return ERR_OK;
}

/* Minutes per day, by product beside the whole. */
static inline enum err fixture_ratio(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                                     void *to, struct errmsg *e) {
    (void)db, (void)since, (void)as_of, (void)e;
    for (int i = 1; i <= FIXTURE_STUDENTS; i++) {
        sink(to, &(struct unit_value){.unit = i, .num = 3 * i, .den = 5 + i % 2});
        sink(to, &(struct unit_value){
                     .unit = i, .num = 2 * i, .den = 5 + i % 2, .series = STR("Reader")});
        if (i % 2 == 0)
            sink(to, &(struct unit_value){.unit = i, .num = i, .den = 5, .series = STR("Maths")});
    }
    return ERR_OK;
}

/* Mbps over users, one value per school. */
static inline enum err fixture_school_line(struct db *db, int32_t since, int32_t as_of,
                                           unit_sink *sink, void *to, struct errmsg *e) {
    (void)db, (void)since, (void)as_of, (void)e;
    sink(to, &(struct unit_value){.unit = 3, .org = 3, .num = 60, .den = 60});
    sink(to, &(struct unit_value){.unit = 4, .org = 4, .num = 208, .den = 52});
    sink(to, &(struct unit_value){.unit = 5, .org = 5, .num = 16, .den = 8});
    return ERR_OK;
}

#define FIXTURE_WORDS                                                                              \
    .name = TR_INIT("Test", "Prueba"), .question = TR_INIT("Is it?", "¿Es?"),                      \
    .numerator = TR_INIT("yes", "sí"), .denominator = TR_INIT("all", "todos")
static const struct indicator fixture_indicators[] = {
    {.code = "t_rate",
     FIXTURE_WORDS,
     .unit = UNIT_STUDENT,
     .kind = MEASURE_RATE,
     .show = SHOW_PERCENT,
     .source = "test_rate",
     .fresh_days = 30,
     .units_fn = fixture_rate},
    {.code = "t_mean",
     FIXTURE_WORDS,
     .unit = UNIT_STUDENT,
     .kind = MEASURE_MEAN,
     .show = SHOW_NUMBER,
     .source = "test_mean",
     .fresh_days = 30,
     .units_fn = fixture_mean},
    {.code = "t_ratio",
     FIXTURE_WORDS,
     .unit = UNIT_STUDENT,
     .kind = MEASURE_RATIO,
     .show = SHOW_MINUTES,
     .source = "test_ratio",
     .fresh_days = 30,
     .by_series = true,
     .units_fn = fixture_ratio},
    {.code = "t_line",
     FIXTURE_WORDS,
     .unit = UNIT_SCHOOL,
     .kind = MEASURE_RATIO,
     .show = SHOW_MBPS,
     .source = "test_line",
     .fresh_days = 30,
     .units_fn = fixture_school_line},
};

static inline void fixture_catalogue(void) {
    catalogue_add(measure_roster_indicators, measure_roster_indicator_count);
    catalogue_add(fixture_indicators, sizeof fixture_indicators / sizeof fixture_indicators[0]);
}

static inline const struct indicator *fixture_ind(const char *code) {
    const struct indicator *ind = catalogue_find(str_z(code));
    assert_non_null(ind);
    return ind;
}

#endif
