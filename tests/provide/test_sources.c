/* The table of sources: what is recognised, what is refused, preview, import and undo. */
#include "store_test.h"

#include "base/config.h"
#include "base/date.h"
#include "provide/names.h"
#include "provide/provide.h"

#include <string.h>

enum { AS_OF = 20770, BIG = 512 << 20 };

static void roster(struct store_test *t) {
    assert_ok(db_script(
        t->db,
        "INSERT INTO org(id, ext, name, kind, parent_id, identifier) VALUES (1, 'd1', 'Valley', "
        "'district', NULL, '0600001'),"
        "(2, 's1', 'Lincoln Elementary', 'school', 1, '0101'), (3, 's2', 'Roosevelt Middle', "
        "'school', 1, '0102');"
        "INSERT INTO person(id, ext, given_name, family_name, username, email, identifier) VALUES"
        "(10, 'u10', 'Ana', 'Ruiz', 'aruiz', 'aruiz@example.org', '100234'), (11, 'u11', 'Bo', "
        "'Lee', 'blee', 'blee@example.org', '100235'),"
        "(12, 'u12', 'Cy', 'Old', 'cold', 'cold@example.org', '000777'), (20, 't20', 'Di', 'May', "
        "'dmay', 'dmay@example.org', 'T00123')",
        e));
}

static struct source_view look(struct store_test *t, struct arena *a, const char *name,
                               const char *text) {
    struct source_view v;
    assert_ok(source_look(t->db, provide_sources, provide_source_count, NULL, str_z(name),
                          str_z(text), a, &v, e));
    return v;
}

static struct source_result run_how(struct store_test *t, struct arena *a, const char *name,
                                    const char *text, struct source_how how) {
    struct source_result out;
    struct source_view v = look(t, a, name, text);
    assert_ok(provide_import(t->store, &v, &how, a, &out, e));
    return out;
}

static struct source_result run(struct store_test *t, struct arena *a, const char *name,
                                const char *text) {
    return run_how(t, a, name, text, (struct source_how){.as_of = AS_OF});
}

static int64_t number(struct store_test *t, const char *sql) {
    struct stmt s = {sql, 0, true};
    struct rows *r;
    assert_ok(db_rows_stmt(t->db, &s, NO_ARGS, &r, e));
    int64_t n = rows_next(r) ? rows_int(r, 0) : -1;
    assert_ok(rows_close(r, e));
    return n;
}

static void every_example_is_recognised(struct store_test *t) {
    for (size_t i = 0; i < provide_source_count; i++) {
        const struct source *s = provide_sources[i];
        struct arena *a = arena_new(BIG);
        struct source_view v = look(t, a, "export.csv", s->example);
        if (v.source != s)
            fail_msg("the example of %s is taken for %s", s->name, v.source->name);
        assert_int_equal(v.missing_count, 0);
        assert_int_equal(v.sample_rows, 2);
        for (size_t k = 0; k < v.width; k++)
            if (v.match[k].how == MATCH_NONE && strcmp(s->name, "connectivity") != 0)
                fail_msg("%s: column %.*s is left out", s->name, STR_ARG(v.match[k].header));
        assert_true(s->write != 0 && s->about.es[0] != '\0');
        for (size_t c = 0; c < s->column_count; c++)
            assert_true(s->columns[c].label.en[0] != '\0' && s->columns[c].label.es[0] != '\0');
        arena_free(a);
    }
}

static const struct {
    const char *what, *text;
    const char *serial_header, *user_header;
} managers[] = {
    {"Google Admin",
     "deviceId,serialNumber,annotatedAssetId,annotatedLocation,annotatedUser,model,osVersion,"
     "status,lastSync,autoUpdateExpiration,orgUnitPath,macAddress\n"
     "abc,5CD1,,Lincoln Elementary,aruiz@example.org,HP "
     "11,120,ACTIVE,2026-11-01T08:00:00.000Z,1940457600000,/Students,aa\n",
     "serialNumber", "annotatedUser"},
    {"Intune",
     "Device ID,Device name,Serial number,Model,OS version,Primary user UPN,Last check-in,Managed "
     "by\n1,PC-1,5CD1,Surface,10.0,aruiz@example.org,11/1/2026 8:00:00 AM,Intune\n",
     "Serial number", "Primary user UPN"},
    {"Jamf",
     "Computer Name;Asset Tag;Serial Number;Model;Operating System Version;Username;Last "
     "Check-in;Building\nMac;A1;5CD1;MacBook Air;14.1;aruiz;2026-11-01;Lincoln Elementary\n",
     "Serial Number", "Username"},
    {"Snipe-IT",
     "\"Asset Tag\"\t\"Serial\"\t\"Model\"\t\"Status\"\t\"Checked Out "
     "To\"\t\"Location\"\t\"Purchase Date\"\t\"Purchase Cost\"\t\"EOL Date\"\n"
     "A1\t5CD1\tHP 11\tDeployed\t100234\tLincoln Elementary\t2024-08-01\t$249.00\t2029-08-01\n",
     "Serial", "Checked Out To"},
    {"a spreadsheet with a title",
     "Device list\nSchool year 2026\nSerail Number,Asigned "
     "To,School\n5CD1,aruiz@example.org,0101\n",
     "Serail Number", "Asigned To"},
};

static void device_managers_are_understood(struct store_test *t) {
    roster(t);
    for (size_t i = 0; i < sizeof managers / sizeof managers[0]; i++) {
        struct arena *a = arena_new(BIG);
        struct source_view v = look(t, a, "devices.csv", managers[i].text);
        assert_string_equal(v.source->name, "devices");
        bool serial = false, user = false;
        for (size_t k = 0; k < v.width; k++) {
            const char *to = v.match[k].column < 0 ? "" : v.source->columns[v.match[k].column].name;
            serial = serial || (str_eq(v.match[k].header, str_z(managers[i].serial_header)) &&
                                strcmp(to, "serialNumber") == 0);
            user = user || (str_eq(v.match[k].header, str_z(managers[i].user_header)) &&
                            strcmp(to, "annotatedUser") == 0);
        }
        if (!serial || !user)
            fail_msg("%s", managers[i].what);
        struct source_result r = run(t, a, "devices.csv", managers[i].text);
        assert_int_equal(r.counts.read, 1);
        assert_int_equal(r.counts.refused, 0);
        assert_int_equal(
            number(t, "SELECT COUNT(*) FROM device WHERE serial = '5CD1' AND person_id = 10"), 1);
        if (i != 1)
            assert_int_equal(number(t, "SELECT school_id FROM device WHERE serial = '5CD1'"), 2);
        arena_free(a);
    }
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device"), 1); /* one device, five times told */
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE support_ends_on = '2029-08-01' "
                               "AND cost_cents = 24900 AND last_sync_on = '2026-11-01'"),
                     1);
}

static bool told(const struct source_result *r, int64_t line, const char *what) {
    for (size_t i = 0; i < r->problem_count; i++)
        if (r->problems[i].line == line && str_find(r->problems[i].what, str_z(what)) != SIZE_MAX)
            return true;
    return false;
}

static void bad_rows_cost_themselves(struct store_test *t) {
    static const char text[] = "\xEF\xBB\xBFserialNumber;annotatedUser;status;condition;faults12m;"
                               "purchasedOn;;serialNumber\r"
                               "S1;aruiz;ACTIVE;working;0;8/1/2024;x;y\r"
                               "6.3E+15;;ACTIVE;;;;;\r"               /* digits are lost */
                               "6.123456789012345E+15;;ACTIVE;;;;;\r" /* digits are there */
                               ";aruiz;ACTIVE;;;;;\r"
                               "S1;blee;ACTIVE;;;;;\r" /* twice */
                               "S3;nobody;Bogus;N/A;many;someday;;\r"
                               "S4;1;2;3;4;5;6;7;8;9\r"
                               "\r"
                               "S5;100234;DEPROVISIONED;lost;2;46082;;\r";
    struct arena *a = arena_new(BIG);
    roster(t);
    struct source_result r = run(t, a, "devices.csv", text);
    assert_int_equal(r.counts.read, 8);
    assert_int_equal(r.counts.added, 3);
    assert_int_equal(r.counts.refused, 5);
    assert_true(told(&r, 3, "lost its last digits"));
    assert_true(told(&r, 5, "required and blank"));
    assert_true(told(&r, 6, "already in line 2"));
    assert_true(told(&r, 7, "is no person in the roster"));
    assert_true(told(&r, 7, "active, disabled, deprovisioned"));
    assert_true(told(&r, 7, "whole number"));
    assert_true(told(&r, 7, "is not a date"));
    assert_true(told(&r, 8, "more cells than the header"));
    assert_true(str_find(r.assumed, STR("\";\"")) != SIZE_MAX);
    assert_true(str_find(r.assumed, STR("stands twice")) != SIZE_MAX);
    assert_true(str_find(r.assumed, STR("US dates")) != SIZE_MAX);
    assert_true(str_find(r.assumed, STR("given their digits back")) != SIZE_MAX);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE serial = '6123456789012345'"), 1);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE serial = 'S5' AND purchased_on = "
                               "'2026-03-01' AND condition = 'lost' AND person_id = 10"),
                     1);
    assert_int_equal(
        number(t, "SELECT COUNT(*) FROM device WHERE serial = 'S3' AND status = 'active'"), 0);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM import_error"), r.problem_count);
    arena_free(a);
}

static void encodings_are_converted(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    roster(t);
    (void)run(t, a, "devices.csv",
              "serialNumber,model,location\nL1,HP\xAE Chromebook,Escuela Pe\xF1"
              "a\n"); /* Latin-1 */
    (void)run_how(t, a, "devices.csv",
                  "serialNumber,model,location\rM1,HP,Escuela Pe\x96"
                  "a y Garc\x92"
                  "a\r",
                  (struct source_how){.as_of = AS_OF, .partial = true}); /* Mac, CR */
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE model = 'HP\xC2\xAE Chromebook' "
                               "AND location = 'Escuela Pe\xC3\xB1"
                               "a'"),
                     1);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE location = 'Escuela Pe\xC3\xB1"
                               "a y Garc\xC3\xAD"
                               "a'"),
                     1);
    arena_free(a);
}

static const char first_file[] = "serialNumber,annotatedUser,condition,model\nA,aruiz,working,"
                                 "HP\nB,blee,working,HP\nC,,working,HP\n";
static const char second_file[] = "serialNumber,annotatedUser,condition,model\nA,blee,broken,HP\nB,"
                                  "blee,working,HP\nD,,working,HP\n";

static void an_import_is_previewed_applied_and_undone(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    struct errmsg why = {{0}};
    struct undo_report undone;
    roster(t);
    provide_register();
    assert_ok(config_set(CONF_SAFETY_STOP_PERCENT, "50", e));
    struct source_result r =
        run_how(t, a, "devices.csv", first_file, (struct source_how){.dry = true, .as_of = AS_OF});
    assert_int_equal(r.counts.added, 3);
    assert_int_equal(r.example_count, 3);
    assert_str(r.examples[0].title, "A");
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device"), 0);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM import_batch"), 0);
    struct source_result one = run(t, a, "devices.csv", first_file);
    assert_int_equal(one.counts.added, 3);
    r = run(t, a, "devices.csv", first_file); /* twice is as once */
    assert_int_equal(r.same, 3);
    assert_int_equal(r.counts.added + r.counts.changed + r.counts.ended, 0);
    r = run_how(t, a, "devices.csv", second_file, (struct source_how){.dry = true, .as_of = AS_OF});
    assert_int_equal(r.counts.changed, 1);
    assert_int_equal(r.counts.ended, 1);
    assert_str(r.examples[0].detail, "person_id: #10 -> #11; condition: working -> broken");
    struct source_result two = run(t, a, "devices.csv", second_file);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE ends_on IS NULL"), 3);
    assert_int_equal(
        number(t, "SELECT COUNT(*) FROM device WHERE serial = 'C' AND ends_on = '2026-11-13'"), 1);
    assert_int_equal(batch_undo(t->store, one.batch_id, AS_OF, &undone, &why), ERR_CONFLICT);
    assert_ok(batch_undo(t->store, two.batch_id, AS_OF, &undone, e));
    assert_int_equal(undone.removed, 1);
    assert_int_equal(undone.restored, 2);
    assert_int_equal(
        number(t, "SELECT COUNT(*) FROM device WHERE ends_on IS NULL AND condition = 'working'"),
        3);
    assert_int_equal(number(t, "SELECT person_id FROM device WHERE serial = 'A'"), 10);
    two = run(t, a, "devices.csv", second_file); /* and again the same */
    assert_int_equal(two.counts.changed, 1);
    assert_ok(batch_undo(t->store, two.batch_id, AS_OF, &undone, e));
    assert_ok(batch_undo(t->store, one.batch_id, AS_OF, &undone, e));
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE ends_on IS NULL"), 0);
    arena_free(a);
}

static void too_many_that_vanish_stop_the_import(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    struct errmsg why = {{0}};
    struct source_result r;
    roster(t);
    assert_ok(config_set(CONF_SAFETY_STOP_PERCENT, "5", e));
    (void)run(t, a, "devices.csv", first_file);
    static const char part[] = "serialNumber,condition\nA,broken\n";
    struct source_view v = look(t, a, "devices.csv", part);
    struct source_how how = {.as_of = AS_OF};
    assert_int_equal(source_run(t->store, &v, &how, a, &r, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, "2 of 3 devices would end"));
    assert_int_equal(r.batch_id, 0);
    assert_int_equal(
        number(t, "SELECT COUNT(*) FROM device WHERE condition = 'working' AND ends_on IS NULL"),
        3);
    r = run_how(t, a, "devices.csv", part, (struct source_how){.as_of = AS_OF, .dry = true});
    assert_true(r.too_many_end);
    r = run_how(t, a, "devices.csv", part, (struct source_how){.as_of = AS_OF, .partial = true});
    assert_int_equal(r.counts.changed, 1);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE ends_on IS NULL"), 3);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM device WHERE serial = 'A' AND model = 'HP'"),
                     1); /* not in the file: kept */
    r = run_how(t, a, "devices.csv", part, (struct source_how){.as_of = AS_OF, .end_many = true});
    assert_int_equal(r.counts.ended, 2);
    arena_free(a);
}

static void what_people_change_stays_until_the_file_changes(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    roster(t);
    (void)run(t, a, "devices.csv", first_file);
    assert_ok(db_script(
        t->db, "UPDATE device SET condition = 'repair', version = version + 1 WHERE serial = 'A'",
        e));
    (void)run(t, a, "devices.csv", first_file);
    assert_int_equal(
        number(t, "SELECT COUNT(*) FROM device WHERE serial = 'A' AND condition = 'repair'"), 1);
    arena_free(a);
}

static void a_mapping_is_chosen_and_remembered(struct store_test *t) {
    static const char text[] = "Gerät,Wer\nS9,aruiz\n";
    struct arena *a = arena_new(BIG);
    struct errmsg why = {{0}};
    struct source_view v;
    struct source_result r;
    roster(t);
    const struct source *devices =
        source_find(provide_sources, provide_source_count, STR("devices"));
    assert_int_equal(source_look(t->db, provide_sources, provide_source_count, NULL, STR("x.csv"),
                                 str_z(text), a, &v, &why),
                     ERR_INVALID);
    assert_ok(source_look(t->db, provide_sources, provide_source_count, devices, STR("x.csv"),
                          str_z(text), a, &v, e));
    assert_int_equal(v.missing_count, 1);
    struct source_how how = {.as_of = AS_OF};
    assert_int_equal(source_run(t->store, &v, &how, a, &r, &why), ERR_INVALID);
    assert_ok(source_choose(&v, 0, 0, a, e));
    assert_ok(source_choose(&v, 1, 6, a, e));
    assert_int_equal(source_choose(&v, 1, 99, a, &why), ERR_INVALID);
    assert_int_equal(v.missing_count, 0);
    assert_ok(source_mapping_save(t->db, &v, 0, e));
    assert_ok(source_mapping_save(t->db, &v, 0, e));
    v = look(t, a, "other.csv", text); /* now it is known */
    assert_string_equal(v.source->name, "devices");
    assert_int_equal(v.match[1].how, MATCH_SAVED);
    assert_ok(source_run(t->store, &v, &how, a, &r, e));
    assert_int_equal(number(t, "SELECT person_id FROM device WHERE serial = 'S9'"), 10);
    arena_free(a);
}

static void wide_files_of_scores_become_records(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    roster(t);
    struct source_result r = run(t, a, "scores.csv",
                                 "Student Number,Name,Window,Date,ELA,Math Score,Lexile\n"
                                 "100234,Ana,fall 2026,9/14/2026,208,214,600\n777,Cy,fall "
                                 "2026,9/14/2026,,198.5,\n"); /* a
                                                                  lost
                                                                  zero
                                                                */
    assert_int_equal(r.counts.added, 4);
    assert_int_equal(r.warnings, 0);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM score WHERE person_id = 10 AND measure = "
                               "'reading' AND value = 208 AND taken_on = '2026-09-14'"),
                     1);
    assert_int_equal(
        number(
            t,
            "SELECT COUNT(*) FROM score WHERE person_id = 12 AND measure = 'math' AND value > 198"),
        1);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM score WHERE measure = 'Lexile'"), 1);
    r = run(t, a, "scores.csv",
            "studentId,window,takenOn,mathScore\n100234,fall 2026,2026-09-20,215\n");
    assert_int_equal(r.counts.changed, 1);
    arena_free(a);
}

static void usage_goes_to_the_facts_and_back(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    struct undo_report undone;
    roster(t);
    provide_register();
    assert_ok(config_set(CONF_DATA_DIR, t->dir, e));
    struct source_result r = run(t, a, "usage.csv",
                                 "date,studentId,product,minutes,opens\n2026-09-14,100234,Math "
                                 "Path,32,2\n2026-09-14,100235,math path,18.5,1\n"
                                 "2026-09-14,nobody,Math Path,1,1\n2026-09-15,100234,Math "
                                 "Path,,\n2026-09-15,100234,Math Path,90000,\n");
    assert_int_equal(r.counts.added, 2);
    assert_int_equal(r.counts.refused, 3);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM product"), 1);
    assert_int_equal(number(t, "SELECT SUM(row_count) FROM usage_segment"), 2);
    assert_ok(batch_undo(t->store, r.batch_id, AS_OF, &undone, e));
    assert_int_equal(number(t, "SELECT COUNT(*) FROM usage_segment"), 0);
    r = run(t, a, "engagement_data/0600001.csv",
            "time,lp_id,pct_access,engagement_index\n2020-01-02,13117,0.55,5.66\n2020-01-02,99916,"
            "1.12,\n");
    assert_int_equal(r.counts.added, 2);
    arena_free(a);
}

static void the_directory_of_districts_is_read(struct store_test *t) {
    struct arena *a = arena_new(BIG);
    const char *shared = getenv("HOMEROOM_SHARED"), *source = getenv("HOMEROOM_SOURCE");
    char path[600];
    struct buf b = buf_new(64 << 20);
    struct source_view v;
    struct source_result r;
    struct source_how how = {.as_of = AS_OF};
    (void)snprintf(path, sizeof path, "%s/data/nces/nces_ccd_district_directory_2018.csv",
                   shared != NULL ? shared
                                  : arena_fmt(a, "%s/../shared", source == NULL ? "." : source).p);
    FILE *f = fopen(path, "rbe");
    if (f == NULL) {
        print_message("SKIPPED: %s is not there\n", path);
        arena_free(a);
        return;
    }
    static char block[1 << 16];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(&b, (struct str){block, n});
    (void)fclose(f);
    assert_ok(source_look(t->db, provide_sources, provide_source_count, NULL, STR("directory.csv"),
                          buf_str(&b), a, &v, e));
    assert_string_equal(v.source->name, "us-districts");
    assert_ok(source_run(t->store, &v, &how, a, &r, e));
    assert_int_equal(r.counts.read, 19840);
    assert_int_equal(r.counts.added, 19840);
    if (r.warnings > 0)
        print_message("line %ld, %.*s: %.*s\n", (long)r.problems[0].line,
                      STR_ARG(r.problems[0].col), STR_ARG(r.problems[0].what));
    assert_int_equal(r.warnings, 0);
    assert_int_equal(number(t, "SELECT COUNT(*) FROM us_district WHERE leaid = '0100005' AND name "
                               "= 'Albertville City' AND locale = 'town' AND enrollment = 5636 "
                               "AND lowest_grade = 'PK' AND highest_grade = '12' AND agency_type = "
                               "'regular' AND state = 'AL' AND county = 'Marshall County'"),
                     1);
    assert_int_equal(
        number(
            t,
            "SELECT COUNT(*) FROM us_district WHERE enrollment < 0 OR schools < 0 OR teachers < 0"),
        0);
    buf_free(&b);
    arena_free(a);
}

static void what_is_no_table_is_refused(struct store_test *t) {
    static const struct {
        const char *text, *what;
    } bad[] = {{"", "empty"},
               {"PK\003\004xxxx", "zip file or an Excel workbook"},
               {"hello\nworld\n", "fits no source"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena *a = arena_new(BIG);
        struct errmsg why = {{0}};
        struct source_view v;
        assert_int_equal(source_look(t->db, provide_sources, provide_source_count, NULL, STR("x"),
                                     str_z(bad[i].text), a, &v, &why),
                         ERR_INVALID);
        if (strstr(why.text, bad[i].what) == NULL)
            fail_msg("%s", why.text);
        arena_free(a);
    }
}

#define BOTH(body)                                                                                 \
    static void body##_(void **state) {                                                            \
        (void)state;                                                                               \
        on_both_engines(body);                                                                     \
    }
BOTH(every_example_is_recognised)
BOTH(device_managers_are_understood)
BOTH(bad_rows_cost_themselves)
BOTH(encodings_are_converted)
BOTH(an_import_is_previewed_applied_and_undone)
BOTH(too_many_that_vanish_stop_the_import)
BOTH(what_people_change_stays_until_the_file_changes)
BOTH(a_mapping_is_chosen_and_remembered)
BOTH(wide_files_of_scores_become_records)
BOTH(usage_goes_to_the_facts_and_back)
BOTH(the_directory_of_districts_is_read)
BOTH(what_is_no_table_is_refused)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_recognised_),
        cmocka_unit_test(device_managers_are_understood_),
        cmocka_unit_test(bad_rows_cost_themselves_),
        cmocka_unit_test(encodings_are_converted_),
        cmocka_unit_test(an_import_is_previewed_applied_and_undone_),
        cmocka_unit_test(too_many_that_vanish_stop_the_import_),
        cmocka_unit_test(what_people_change_stays_until_the_file_changes_),
        cmocka_unit_test(a_mapping_is_chosen_and_remembered_),
        cmocka_unit_test(wide_files_of_scores_become_records_),
        cmocka_unit_test(usage_goes_to_the_facts_and_back_),
        cmocka_unit_test(the_directory_of_districts_is_read_),
        cmocka_unit_test(what_is_no_table_is_refused_),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
