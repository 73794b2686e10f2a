/* Merge of duplicates and its undo, and what an import does afterwards; the turn of the year. */
#include "roster/merge.h"
#include "roster/rollover.h"
#include "roster_files.h"

static int64_t person(struct store_test *t, const char *ext) {
    static const struct stmt find = {.text = "SELECT id, ext FROM person", .once = true};
    struct rows *r;
    int64_t id = 0;
    assert_ok(db_rows_stmt(t->db, &find, NO_ARGS, &r, e));
    while (rows_next(r))
        id = str_eq(rows_str(r, 1), str_z(ext)) ? rows_int(r, 0) : id;
    assert_ok(rows_close(r, e));
    return id;
}

#define TWICE "u3,true,bochen,,Bo,Chen,100002,bo2@x.org,,09,paid,false\n" /* Bo, entered twice */

static void write_twice(const char *dir) {
    write_district(dir);
    put_text(dir, "users.csv",
             USERS_HEAD
             "u1,true,ana,{SIS:77},Ana,Diaz,100001,ana@x.org,p1,03,free,true\n" USERS_REST TWICE);
    put_text(dir, "roles.csv", ROLES "r6,u3,primary,student,s2\nr7,u3,secondary,student,s1\n");
    put_text(dir, "demographics.csv", DEMOGRAPHICS "u3,2011-09-09,male,true,true,false\n");
    put_text(dir, "enrollments.csv",
             ENROLLMENTS "e8,k2,s2,u3,student,false,,\n"
                         "e9,k1,s1,u3,student,false,,\n");
}

static void merge(struct store_test *t) {
    char dir[400];
    struct merge_pair *pair;
    size_t n;
    int64_t batch, ignored;
    struct undo_report u;
    struct arena *a = arena_new(1 << 16);
    write_twice(district_dir(t, dir));
    oneroster_report_free(apply(t, dir, "2026-10-01"));
    char *two = dump(t);
    assert_ok(roster_merge_candidates(t->db, a, 10, &pair, &n, e));
    assert_int_equal(n, 1);
    int64_t keep = person(t, "u2"), other = person(t, "u3");
    assert_int_equal(pair[0].keep, keep);
    assert_int_equal(pair[0].duplicate, other);
    assert_ok(roster_merge(t->store, keep, other, 0, day("2026-10-02"), &batch, e));
    char *one = dump(t);
    assert_non_null(strstr(one, "u3,Bo,Chen,100002,1,2026-10-02,merged"));
    assert_non_null(strstr(one, "e9,u2,k1,student,0,2026-08-10,2027-06-12")); /* moved */
    assert_non_null(strstr(one, "e8,u3,k2,student,0,2026-08-10,2026-10-02")); /* he had it */
    assert_non_null(strstr(one, "u2,s1,student,0,2026-08-01,"));
    assert_non_null(strstr(one, "u2,merged,u3\n"));
    assert_non_null(strstr(one, "u2,email,bo2@x.org\n"));
    assert_ok(roster_merge_candidates(t->db, a, 10, &pair, &n, e));
    assert_int_equal(n, 0);

    struct errmsg m = {{0}};
    assert_int_equal(roster_merge(t->store, keep, keep, 0, 0, &batch, &m), ERR_INVALID);
    assert_int_equal(roster_merge(t->store, keep, other, 0, 0, &ignored, &m), ERR_INVALID);
    assert_non_null(strstr(m.text, "was merged into person"));
    assert_int_equal(roster_merge(t->store, keep, 9999, 0, 0, &ignored, &m), ERR_NOT_FOUND);

    /* the same files again: the duplicate's rows are the other's now */
    struct oneroster_report *r = apply(t, dir, "2026-10-03");
    assert_int_equal(r->count[TAB_PERSON].added + r->count[TAB_PERSON].changed +
                         r->count[TAB_PERSON].ended + r->count[TAB_PERSON].reopened,
                     0);
    assert_int_equal(r->count[TAB_ROLE].added + r->count[TAB_ROLE].ended, 0);
    assert_int_equal(batch_problem_count(r->batch), 0);
    int64_t again = batch_id(r->batch);
    oneroster_report_free(r);
    assert_ok(batch_undo(t->store, again, day("2026-10-03"), &u, e));
    assert_ok(batch_undo(t->store, batch, day("2026-10-03"), &u, e));
    char *back = dump(t);
    assert_string_equal(back, two);
    free(one), free(two), free(back);
    arena_free(a);
}
static void test_merge(void **state) {
    (void)state;
    on_both_engines(merge);
}

static void rollover(struct store_test *t) {
    char dir[400];
    struct rollover_report r;
    struct undo_report u;
    write_district(district_dir(t, dir));
    /* a section without terms, an enrollment that outlasts its section */
    put_text(dir, "classes.csv", CLASSES "k3,Club,c1,scheduled,s1,\n");
    put_text(dir, "enrollments.csv",
             ENROLLMENTS "e7,k2,s2,u1,student,false,2026-09-01,2027-02-01\n"
                         "e8,k3,s1,u1,student,false,,\n");
    oneroster_report_free(apply(t, dir, "2026-10-01"));
    char *before = dump(t);
    assert_ok(roster_rollover(t->store, day("2026-12-20"), 0, &r, e));
    assert_int_equal(r.enrollments_ended, 1); /* e7, with the fall term; nothing else yet */
    assert_int_equal(r.sections_ended + r.terms_added, 0);
    assert_ok(batch_undo(t->store, r.batch, day("2026-12-20"), &u, e));
    char *after = dump(t);
    assert_string_equal(before, after);

    assert_ok(roster_rollover(t->store, day("2027-08-05"), 0, &r, e));
    assert_int_equal(r.sections_ended, 1);
    assert_int_equal(r.enrollments_ended, 2);
    assert_int_equal(r.terms_added, 3);
    int64_t batch = r.batch;
    free(after);
    after = dump(t);
    assert_non_null(strstr(after, "e7,u1,k2,student,0,2026-09-01,2026-12-19"));
    assert_non_null(strstr(after, "rollover:2028:t1,2027-08-09,2027-12-18,"));
    assert_non_null(strstr(after, "rollover:2028:y27,2027-07-31,2028-06-29,"));
    assert_ok(roster_rollover(t->store, day("2027-08-05"), 0, &r, e)); /* twice */
    assert_int_equal(r.batch, 0);
    assert_int_equal(r.sections_ended + r.enrollments_ended + r.terms_added, 0);
    char *twice = dump(t);
    assert_string_equal(after, twice);
    assert_ok(batch_undo(t->store, batch, day("2027-08-06"), &u, e));
    free(twice);
    twice = dump(t);
    assert_string_equal(before, twice);
    free(before), free(after), free(twice);
}
static void test_rollover(void **state) {
    (void)state;
    on_both_engines(rollover);
}

int main(void) {
    roster_register();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_merge),
                                       cmocka_unit_test(test_rollover)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
