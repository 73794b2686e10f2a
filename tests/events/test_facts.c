#include "events/facts.h"

#include "../store_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* One row per day of [first, first + days): person 7, `minutes` on product 3. */
static struct segment week(int32_t first, int days, int32_t minutes) {
    uint32_t code[40] = {0};
    int32_t day[40], a[40], b[40];
    int64_t person = 7, product = 3;
    for (int i = 0; i < days; i++) {
        day[i] = first + i;
        a[i] = 100 * minutes;
        b[i] = 100;
    }
    struct facts_rows rows = {(size_t)days, 1, 1, NULL, code, &person, &product, day, a, b};
    struct segment s;
    assert_ok(segment_build(FACTS_PERSON, &rows, 1, 1, &s, NULL, e));
    return s;
}

static int64_t batch(struct store_test *t) {
    int64_t id = 0;
    assert_ok(
        db_int(t->db, SQL_BATCH_INSERT,
               ARGS(V_Z("usage"), V_Z("usage.csv"), V_Z("00"), V_Z("bulk"), V_Z("2026-11-21"),
                    V_INT(0), V_INT(0), V_INT(0), V_INT(0), V_INT(0), V_Z(""), V_NULL, V_INT(0)),
               &id, NULL, e));
    return id;
}

static int64_t add(struct store_test *t, const char *dir, int32_t first, int days,
                   int32_t minutes) {
    int64_t id = batch(t);
    struct segment s = week(first, days, minutes);
    assert_ok(db_begin(t->db, e));
    assert_ok(facts_add(t->db, dir, id, &s, e));
    assert_ok(db_commit(t->db, e));
    segment_close(&s);
    return id;
}

static int64_t minutes(struct store_test *t, const char *dir, int32_t since, int32_t as_of) {
    struct facts *f;
    struct facts_sum sum[2] = {{0}};
    assert_ok(facts_open(t->db, dir, FACTS_PERSON, since, as_of, &f, e));
    assert_true(f->entities <= 1);
    facts_by_entity(f, FACTS_EVERY, 2, sum);
    facts_close(f);
    return sum[0].a / 100;
}

static int files(const char *dir) {
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        n += f->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static const int32_t monday = 20776 - 3; /* in November 2026 */

static void later_batches_replace_and_undo_brings_back_body(struct store_test *t) {
    char dir[300];
    int64_t removed;
    (void)snprintf(dir, sizeof dir, "%s/facts", t->dir);
    assert_int_equal(minutes(t, dir, 0, 30000), 0);
    (void)add(t, dir, monday, 5, 10);
    assert_int_equal(minutes(t, dir, 0, 30000), 50);
    assert_int_equal(minutes(t, dir, monday + 1, monday + 2), 20);
    int64_t second = add(t, dir, monday + 4, 3, 30);
    assert_int_equal(minutes(t, dir, 0, 30000), 40 + 90);
    assert_ok(facts_undo(t->db, second, &removed, e));
    assert_int_equal(removed, 1);
    assert_int_equal(minutes(t, dir, 0, 30000), 50);
    assert_int_equal(files(dir), 2);
    assert_ok(facts_sweep(t->db, dir, &removed, e));
    assert_int_equal(removed, 1);
    assert_int_equal(files(dir), 1);
}
static void later_batches_replace_and_undo_brings_back(void **state) {
    (void)state;
    on_both_engines(later_batches_replace_and_undo_brings_back_body);
}

static void what_is_rolled_back_leaves_only_a_file_to_sweep_body(struct store_test *t) {
    char dir[300];
    int64_t removed;
    (void)snprintf(dir, sizeof dir, "%s/facts", t->dir);
    int64_t id = batch(t);
    struct segment s = week(monday, 5, 10);
    assert_ok(db_begin(t->db, e));
    assert_ok(facts_add(t->db, dir, id, &s, e));
    db_rollback(t->db);
    segment_close(&s);
    assert_int_equal(minutes(t, dir, 0, 30000), 0);
    assert_ok(facts_sweep(t->db, dir, &removed, e));
    assert_int_equal(removed, 1);
}
static void what_is_rolled_back_leaves_only_a_file_to_sweep(void **state) {
    (void)state;
    on_both_engines(what_is_rolled_back_leaves_only_a_file_to_sweep_body);
}

static void merging_keeps_every_figure_body(struct store_test *t) {
    char dir[300];
    int64_t merged, removed;
    struct errmsg why = {{0}};
    (void)snprintf(dir, sizeof dir, "%s/facts", t->dir);
    int64_t first = add(t, dir, monday, 2, 10);
    (void)add(t, dir, monday + 1, 2, 20);
    int64_t third = add(t, dir, monday + 2, 1, 40);
    (void)add(t, dir, monday + 2, 2, 1);  /* not merged: a later batch */
    (void)add(t, dir, monday - 30, 2, 5); /* another month */
    int64_t before = minutes(t, dir, 0, 30000);
    assert_int_equal(before, 10 + 20 + 1 + 1 + 10);
    assert_ok(db_begin(t->db, e));
    assert_ok(facts_merge(t->db, dir, third, &merged, e));
    assert_ok(db_commit(t->db, e));
    assert_int_equal(merged, 3);
    assert_int_equal(minutes(t, dir, 0, 30000), before);
    assert_int_equal(facts_undo(t->db, first, &removed, &why), ERR_CONFLICT);
    assert_ok(facts_merge(t->db, dir, third, &merged, e));
    assert_int_equal(merged, 0);
    assert_ok(facts_sweep(t->db, dir, &removed, e));
    assert_int_equal(files(dir), 3);
    assert_int_equal(minutes(t, dir, 0, 30000), before);
}
static void merging_keeps_every_figure(void **state) {
    (void)state;
    on_both_engines(merging_keeps_every_figure_body);
}

static void nothing_comes_between_what_is_merged_body(struct store_test *t) {
    char dir[300];
    int64_t merged;
    (void)snprintf(dir, sizeof dir, "%s/facts", t->dir);
    (void)add(t, dir, monday, 2, 10);
    (void)add(t, dir, monday - 25, 30, 20); /* reaches over the end of a month: stays apart */
    int64_t third = add(t, dir, monday + 1, 1, 40);
    int64_t before = minutes(t, dir, 0, 30000);
    assert_ok(facts_merge(t->db, dir, third, &merged, e));
    assert_int_equal(merged, 0);
    assert_int_equal(minutes(t, dir, 0, 30000), before);
}
static void nothing_comes_between_what_is_merged(void **state) {
    (void)state;
    on_both_engines(nothing_comes_between_what_is_merged_body);
}

static void count_fault(void *to, const char *file, const char *what) {
    assert_non_null(strstr(file, ".seg"));
    assert_true(strlen(what) > 20);
    ++*(int *)to;
}

static void verify_names_damaged_and_missing_files_body(struct store_test *t) {
    char dir[300], path[700];
    int faults = 0;
    int64_t checked;
    struct errmsg why = {{0}};
    (void)snprintf(dir, sizeof dir, "%s/facts", t->dir);
    for (int i = 0; i < 3; i++)
        (void)add(t, dir, monday + 7 * i, 5, 10 + i);
    assert_ok(facts_verify(t->db, dir, count_fault, &faults, &checked, e));
    assert_int_equal(checked, 3);
    assert_int_equal(faults, 0);
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *f; (f = readdir(d)) != NULL;) {
        if (f->d_name[0] == '.' || n == 2)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        if (n++ == 0) {
            assert_int_equal(unlink(path), 0);
            continue;
        }
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0 && pwrite(fd, "!", 1, 700) == 1 && close(fd) == 0);
    }
    (void)closedir(d);
    assert_int_not_equal(facts_verify(t->db, dir, count_fault, &faults, &checked, &why), ERR_OK);
    assert_int_equal(faults, 2);
    struct facts *f;
    assert_int_not_equal(facts_open(t->db, dir, FACTS_PERSON, 0, 30000, &f, &why), ERR_OK);
}
static void verify_names_damaged_and_missing_files(void **state) {
    (void)state;
    on_both_engines(verify_names_damaged_and_missing_files_body);
}

static void products_are_the_same_whatever_their_case_body(struct store_test *t) {
    int64_t a, b, c;
    struct errmsg why = {{0}};
    struct arena *ar = arena_new(1 << 16);
    struct str name;
    assert_ok(facts_product(t->db, STR("Zearn Math"), &a, e));
    assert_ok(facts_product(t->db, STR("  zearn  MATH "), &b, e));
    assert_ok(facts_product(t->db, STR("Zearn"), &c, e));
    assert_true(a == b && a != c);
    assert_ok(facts_product_name(t->db, b, ar, &name, e));
    assert_str(name, "Zearn Math");
    assert_int_equal(facts_product(t->db, STR("  "), &a, &why), ERR_INVALID);
    arena_free(ar);
}
static void products_are_the_same_whatever_their_case(void **state) {
    (void)state;
    on_both_engines(products_are_the_same_whatever_their_case_body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_batches_replace_and_undo_brings_back),
        cmocka_unit_test(what_is_rolled_back_leaves_only_a_file_to_sweep),
        cmocka_unit_test(merging_keeps_every_figure),
        cmocka_unit_test(nothing_comes_between_what_is_merged),
        cmocka_unit_test(verify_names_damaged_and_missing_files),
        cmocka_unit_test(products_are_the_same_whatever_their_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
