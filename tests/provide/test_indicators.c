/* Indicators of provide/ against values counted by hand, on both engines. */
#include "store_test.h"

#include "base/config.h"
#include "base/date.h"
#include "measure/catalogue.h"
#include "measure/rollup.h"
#include "provide/provide.h"

#include <math.h>
#include <string.h>

enum { BIG = 256 << 20 };

static void roster(struct store_test *t) {
    assert_ok(db_script(
        t->db,
        "INSERT INTO org(id, ext, name, kind, parent_id, identifier) VALUES (1, 'd1', 'Valley', "
        "'district', NULL, '0600001'),"
        "(2, 's1', 'Lincoln Elementary', 'school', 1, '0101'), (3, 's2', 'Roosevelt Middle', "
        "'school', 1, '0102');"
        "INSERT INTO person(id, ext, given_name, family_name, identifier, merged_into) VALUES (10, "
        "'u10', 'Ana', 'Ruiz', '100', NULL), (11, 'u11', 'Bo', 'Lee', '101', NULL),"
        "(12, 'u12', 'Cy', 'Old', '102', NULL), (13, 'u13', 'Ana', 'Ruiz', '103', 10), (20, 't20', "
        "'Di', 'May', 'T1', NULL), (21, 't21', 'Ed', 'Fox', 'T2', NULL);"
        "INSERT INTO person_role(person_id, org_id, role, begins_on, ends_on) VALUES (10, 2, "
        "'student', '2026-08-01', NULL), (11, 2, 'student', '2026-08-01', NULL),"
        "(12, 3, 'student', '2026-08-01', '2026-10-01'), (20, 2, 'teacher', '2026-08-01', NULL), "
        "(21, 3, 'teacher', '2026-08-01', NULL)",
        e));
}

static void give(struct store_test *t, const char *name, const char *text, const char *as_of) {
    struct arena *a = arena_new(BIG);
    struct source_view v;
    struct source_result r;
    struct source_how how = {.partial = true};
    assert_true(date_parse(str_z(as_of), &how.as_of));
    assert_ok(source_look(t->db, provide_sources, provide_source_count, NULL, str_z(name),
                          str_z(text), a, &v, e));
    assert_ok(provide_import(t->store, &v, &how, a, &r, e));
    if (r.errors + r.warnings > 0)
        fail_msg("%.*s", STR_ARG(r.problems[0].what));
    arena_free(a);
}

struct sums {
    int n;
    double num, den, one;
    int64_t unit; /* whose value `one` is */
    struct str series;
};

static void sum(void *to, const struct unit_value *v) {
    struct sums *s = to;
    if (!str_eq(v->series, s->series))
        return;
    s->n++;
    s->num += v->num;
    s->den += v->den;
    if (v->unit == s->unit)
        s->one = v->num;
}

static struct sums units(struct store_test *t, const char *code, const char *series, int64_t unit,
                         const char *day) {
    struct sums s = {.unit = unit, .one = NAN, .series = str_z(series)};
    int32_t as_of, since;
    const struct indicator *found = NULL;
    assert_true(date_parse(str_z(day), &as_of));
    for (size_t i = 0; i < provide_indicator_count; i++)
        found = strcmp(provide_indicators[i].code, code) == 0 ? &provide_indicators[i] : found;
    assert_non_null(found);
    assert_ok(indicator_since(t->db, found, as_of, &since, e));
    assert_ok(measure_units(t->db, found, since, as_of, sum, &s, e));
    return s;
}

#define EXPECT(code, series, day, want_n, want_num, want_den)                                      \
    do {                                                                                           \
        struct sums s_ = units(t, code, series, 0, day);                                           \
        if (s_.n != (want_n) || fabs(s_.num - (want_num)) > 1e-9 ||                                \
            fabs(s_.den - (want_den)) > 1e-9)                                                      \
            fail_msg("%s %s on %s: n %d, %g / %g", code, series, day, s_.n, s_.num, s_.den);       \
    } while (0)

static void values_are_those_counted_by_hand(struct store_test *t) {
    roster(t);
    assert_ok(config_set(CONF_DATA_DIR, t->dir, e));
    EXPECT("device_working", "", "2026-11-20", 0, 0, 0); /* nothing imported: unknown, not 0 */
    give(t, "devices.csv",
         "serialNumber,annotatedUser,schoolId,status,condition,faults12m,autoUpdateExpiration\n"
         "A,103,0101,ACTIVE,working,1,2031-06-30\n" /* of the merged Ana */
         "B,101,0101,ACTIVE,broken,3,2025-06-30\nC,101,0101,DISABLED,,0,\nD,,0102,ACTIVE,lost,,"
         "2026-11-20\n",
         "2026-09-01");
    EXPECT("device_working", "", "2026-08-31", 0, 0, 0); /* not known yet */
    EXPECT("device_working", "", "2026-09-15", 3, 1, 3);
    EXPECT("device_working", "", "2026-11-20", 2, 1, 2); /* Cy has left */
    assert_true(units(t, "device_working", "", 10, "2026-11-20").one > 0.5);
    EXPECT("device_supported", "", "2026-11-20", 3, 1, 3);
    EXPECT("device_faults", "", "2026-11-20", 3, 4, 3);
    give(t, "connectivity.csv",
         "schoolId,measuredOn,downMbps,upMbps,busyHourMbps,provider,monthlyCostUsd,technicians\n"
         "0101,2026-09-01,1 "
         "Gbps,500,1,X,$1200.50,0.5\n0101,2026-11-01,2,1,1,X,1,0.5\n0102,2026-09-01,100,100,1,X,1,"
         "\n",
         "2026-09-01");
    EXPECT("school_bandwidth", "", "2026-10-15", 2, 1100,
           4); /* Cy left: Roosevelt has its teacher */
    EXPECT("school_bandwidth", "", "2026-11-20", 2, 102, 4);
    EXPECT("school_bandwidth_ok", "", "2026-11-20", 2, 1, 2);
    EXPECT("technicians_ratio", "", "2026-11-20", 1, 2, 0.5);
    give(t, "home-access.csv",
         "studentId,surveyedOn,hasInternet,downMbps,upMbps,ownDevice\n100,2026-09-01,no,,,no\n103,"
         "2026-10-01,Y,100,20,no\n101,2026-09-01,yes,90,20,yes\n102,2026-09-01,?,,,\n",
         "2026-10-01");
    EXPECT("home_line_ok", "", "2026-09-15", 2, 0, 2);
    EXPECT("home_line_ok", "", "2026-11-20", 2, 1, 2);
    EXPECT("home_line_unknown", "", "2026-09-15", 3, 1, 3);
    EXPECT("home_line_unknown", "", "2026-11-20", 2, 0, 2);
    give(t, "rooms.csv",
         "schoolId,room,kind,display,audio,accessPoint\n0101,1,classroom,yes,no,yes\n0101,2,lab,no,"
         ",yes\n0101,3,office,no,no,no\n",
         "2026-09-01");
    EXPECT("ap_per_room", "", "2026-11-20", 2, 2, 2);
    EXPECT("room_display", "", "2026-11-20", 2, 1, 2);
    EXPECT("room_audio", "", "2026-11-20", 1, 0, 1);
    give(t, "teacher-survey.csv",
         "staffId,surveyedOn,confidence,learner,leader,citizen,collaborator,designer,facilitator,"
         "analyst,trainingHours\n"
         "T1,2026-09-01,2,1,1,1,1,1,1,1,0\nT1,2026-10-01,4,4,2,3,3,3,3,3,12\nT2,2026-10-01,,2,2,2,"
         "2,2,2,,4\n",
         "2026-10-01");
    EXPECT("teacher_confidence", "", "2026-11-20", 1, 4, 1);
    EXPECT("teacher_competency", "", "2026-11-20", 2, 5, 2);
    EXPECT("teacher_competency", "learner", "2026-11-20", 2, 6, 2);
    EXPECT("teacher_competency", "analyst", "2026-11-20", 1, 3, 1);
    EXPECT("training_hours", "", "2026-11-20", 2, 16, 2);
    give(t, "needs.csv",
         "studentId,need,tool,status,reviewedOn\n100,text to "
         "speech,X,met,2026-09-01\n100,switch,,trial,2026-10-01\n101,braille,Y,met,2026-09-01\n",
         "2026-10-01");
    EXPECT("at_needs_met", "", "2026-09-15", 2, 2, 2);
    EXPECT("at_needs_met", "", "2026-11-20", 2, 1, 2);
    give(t, "attendance.csv",
         "studentId,month,daysEnrolled,daysPresent\n100,2026-05,20,1\n100,2026-09,20,20\n100,2026-"
         "10,20,16\n101,2026-09,20,20\n",
         "2026-11-01");
    EXPECT("attendance", "", "2026-11-20", 2, 56, 60);
    EXPECT("chronic_absence", "", "2026-11-20", 2, 1, 2);
    give(t, "scores.csv",
         "studentId,window,takenOn,mathScore,readingScore\n100,spring "
         "2026,2026-05-01,200,190\n100,fall 2026,2026-09-14,214,208\n101,fall "
         "2026,2026-09-14,198,\n",
         "2026-10-01");
    EXPECT("score_math", "", "2026-11-20", 2, 412, 2);
    EXPECT("score_reading", "", "2026-11-20", 1, 208, 1);
    EXPECT("growth_math", "", "2026-11-20", 1, 14, 1);
    EXPECT("growth_reading", "", "2026-11-20", 1, 18, 1);
    give(t, "licences.csv",
         "product,schoolId,seats,costUsd,startsOn,endsOn\nMath "
         "Path,,8,80.00,2026-07-01,2027-06-30\nMath Path,0101,2,20.00,2026-07-01,2027-06-30\nRead "
         "Along,0101,10,$50,2026-07-01,6/30/2027\nOld,,5,5,2025-07-01,2026-06-30\n",
         "2026-09-01");
    EXPECT("seats_unused", "", "2026-11-20", 0, 0, 0); /* no usage files: unknown */
    EXPECT("licence_seat_cost", "", "2026-11-20", 3, 15000, 20);
    EXPECT("licence_seat_cost", "Read Along", "2026-11-20", 1, 5000, 10);
    give(t, "usage.csv",
         "date,studentId,product,minutes,opens\n2026-11-16,100,math path,32,2\n2026-11-17,101,Math "
         "Path,18.5,1\n2026-09-10,101,Read Along,5,1\n",
         "2026-11-20");
    EXPECT("seats_unused", "", "2026-11-20", 3, 18, 20);
    EXPECT("seats_unused", "Math Path", "2026-11-20", 2, 8, 10);
    EXPECT("cost_per_active_student", "", "2026-11-20", 3, 15000, 3);
    EXPECT("cost_per_active_student", "Math Path", "2026-11-20", 2, 10000, 2);
}

static void rows_are_complete(void **state) {
    (void)state;
    for (size_t i = 0; i < provide_indicator_count; i++) {
        const struct indicator *ind = &provide_indicators[i];
        const struct tr all[] = {ind->name, ind->question, ind->numerator, ind->denominator};
        for (size_t k = 0; k < 4; k++)
            assert_true(all[k].en != NULL && all[k].es != NULL && all[k].en[0] != '\0' &&
                        all[k].es[0] != '\0');
        assert_non_null(source_find(provide_sources, provide_source_count, str_z(ind->source)));
        assert_true(ind->people == (ind->unit == UNIT_STUDENT || ind->unit == UNIT_EDUCATOR));
    }
    for (size_t k = 0; k < provide_kind_count; k++) /* what a kind says it feeds is there */
        for (const char *const *code = provide_kinds[k]->indicators; code != NULL && *code != NULL;
             code++) {
            bool found = false;
            for (size_t i = 0; i < provide_indicator_count; i++)
                found = found || strcmp(provide_indicators[i].code, *code) == 0;
            if (!found)
                fail_msg("%s feeds %s, which is no indicator", provide_kinds[k]->name, *code);
        }
}

static void values_are_those_counted_by_hand_(void **state) {
    (void)state;
    on_both_engines(values_are_those_counted_by_hand);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(values_are_those_counted_by_hand_),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
