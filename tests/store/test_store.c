#include "store_test.h"

#include "base/date.h"
#include "store/migrate.h"

#include <pthread.h>
#include <string.h>

static void every_migration_is_applied_once(struct store_test *t) {
    int version;
    assert_ok(migrate_up(t->db, e));
    assert_ok(migrate_version(t->db, &version, e));
    assert_int_equal(version, migrate_newest());
}

static void newer_records_are_refused(struct store_test *t) {
    struct errmsg why = {{0}};
    assert_ok(db_script(t->db, "INSERT INTO schema_version VALUES (9999, 'later', 0)", e));
    assert_int_equal(migrate_up(t->db, &why), ERR_UNAVAILABLE);
    assert_non_null(strstr(why.text, "newer version"));
    assert_ok(db_script(t->db, "DELETE FROM schema_version WHERE version = 9999", e));
}

/* The table that a line of SQLite's plan reads whole, by name or alias; empty when it does not. */
static struct str whole_table(struct str plan) {
    static const char *const harmless[] = {"USING", "CONSTANT ROW", "SCAN (", "-ROW",
                                           "VIRTUAL TABLE"};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (str_find(plan, str_z(harmless[i])) != SIZE_MAX)
            return STR("");
    return str_starts(plan, STR("SCAN ")) ? str_sub(plan, 5, plan.n) : STR("");
}

/* Is it a table that the statement itself makes: WITH name(...) AS or WITH name AS? */
static bool made_by_with(const char *text, struct str name) {
    char head[80];
    (void)snprintf(head, sizeof head, "%.*s(", (int)(name.n < 60 ? name.n : 60), name.p);
    bool made = strstr(text, head) != NULL;
    (void)snprintf(head, sizeof head, "%.*s AS", (int)(name.n < 60 ? name.n : 60), name.p);
    return (made || strstr(text, head) != NULL) && strstr(text, "WITH") != NULL;
}

static int explain(struct store_test *t, const struct sql_row *row) {
    char text[16384];
    CHECK(row->sqlite.text != NULL);
    struct val nulls[64] = {{0}};
    struct stmt plan = {text, row->sqlite.params, false};
    struct db *scratch; /* a connection of its own: the cache keeps statements by address */
    struct rows *r;
    struct errmsg why = {{0}};
    int bad = 0;
    (void)snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", row->sqlite.text);
    assert_ok(db_open(t->url, DB_WRITE, &scratch, e));
    if (db_rows_stmt(scratch, &plan, (struct args){nulls, plan.params}, &r, &why) != ERR_OK) {
        print_message("%s: %s\n", row->name, why.text);
        bad++;
    } else {
        while (rows_next(r)) {
            struct str table = whole_table(rows_str(r, 3));
            if (table.n > 0 && row->scan == NULL && !made_by_with(row->sqlite.text, table)) {
                print_message("%s reads the whole of %.*s and has no `scan:` reason\n", row->name,
                              STR_ARG(table));
                bad++;
            }
        }
        assert_ok(rows_close(r, e));
    }
    db_close(scratch);
    return bad;
}

static int prepare(struct store_test *t, int i) {
    char text[16384];
    struct errmsg why = {{0}};
    const char *s = sql_rows[i].postgres.text;
    bool utility =
        strncmp(s, "DROP", 4) == 0 || strncmp(s, "CREATE", 6) == 0 || strncmp(s, "LOCK", 4) == 0;
    CHECK(s != NULL);
    (void)snprintf(text, sizeof text, "PREPARE p%d AS %s", i, s);
    if (utility || db_script(t->db, text, &why) == ERR_OK)
        return 0;
    print_message("%s: %s\n", sql_rows[i].name, why.text);
    return 1;
}

static void every_statement_prepares(struct store_test *t) {
    int bad = 0;
    for (int i = 0; i < SQL_COUNT; i++)
        bad += db_is_postgres(t->db) ? prepare(t, i) : explain(t, &sql_rows[i]);
    assert_int_equal(bad, 0);
}

static enum err put_setting(struct db *db, const char *name, const char *value) {
    return db_exec(db, SQL_SETTING_PUT,
                   ARGS(name == NULL ? V_NULL : V_Z(name), V_Z(value), V_INT(5)), NULL, NULL);
}

static int64_t settings(struct db *db) {
    int64_t n = -1;
    assert_ok(db_int(db, SQL_SETTING_COUNT, NO_ARGS, &n, NULL, e));
    return n;
}

static void what_is_not_committed_is_absent(struct store_test *t) {
    struct db *db;
    assert_ok(store_begin(t->store, &db, e));
    assert_int_equal(put_setting(db, "x", "1"), ERR_OK);
    store_rollback(t->store);
    assert_int_equal(settings(t->db), 0);
    assert_ok(store_begin(t->store, &db, e));
    assert_int_equal(put_setting(db, "x", "1"), ERR_OK);
    assert_int_equal(put_setting(db, "x", "2"), ERR_OK);
    assert_ok(store_commit(t->store, e));
    struct arena *a = arena_new(1 << 16);
    struct str v = {0};
    bool found;
    assert_ok(db_text(t->db, SQL_SETTING_GET, ARGS(V_Z("x")), a, &v, &found, e));
    assert_true(found);
    assert_str(v, "2");
    assert_ok(db_text(t->db, SQL_SETTING_GET, ARGS(V_Z("y")), a, &v, &found, e));
    assert_false(found);
    arena_free(a);
}

static void a_constraint_is_a_conflict(struct store_test *t) {
    struct db *db;
    assert_ok(store_begin(t->store, &db, e));
    assert_int_equal(put_setting(db, NULL, "1"), ERR_CONFLICT);
    store_rollback(t->store);
}

static void a_reader_may_not_write(struct store_test *t) {
    struct db *db;
    assert_ok(store_reader(t->store, &db, e));
    assert_int_not_equal(put_setting(db, "r", "1"), ERR_OK);
}

static void *hundred_saves(void *arg) {
    struct store *s = arg;
    for (int i = 0; i < 100; i++) {
        struct db *db;
        char name[40];
        (void)snprintf(name, sizeof name, "%p-%d", (void *)&db, i);
        CHECK(store_begin(s, &db, NULL) == ERR_OK);
        CHECK(put_setting(db, name, "v") == ERR_OK);
        CHECK(store_commit(s, NULL) == ERR_OK);
        CHECK(store_reader(s, &db, NULL) == ERR_OK);
    }
    return NULL;
}

static void four_threads_lose_nothing(struct store_test *t) {
    pthread_t threads[4];
    int64_t before = settings(t->db);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hundred_saves, t->store), 0);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(settings(t->db) - before, 400);
}

static void a_lock_is_held_once(struct store_test *t) {
    struct store_lock *a, *b;
    struct errmsg why = {{0}};
    assert_ok(store_lock(t->store, "import", "busy", &a, e));
    assert_int_equal(store_lock(t->store, "import", "An import is running; wait for it.", &b, &why),
                     ERR_BUSY);
    assert_string_equal(why.text, "An import is running; wait for it.");
    store_unlock(a);
    assert_ok(store_lock(t->store, "import", "busy", &a, e));
    store_unlock(a);
}

static void bulk_and_plain_give_the_same(struct store_test *t) {
    assert_ok(db_begin(t->db, e));
    assert_ok(db_bulk(t->db, true, e));
    for (int i = 0; i < 2000; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "b%d", i);
        assert_int_equal(put_setting(t->db, name, "v"), ERR_OK);
    }
    assert_int_equal(settings(t->db), 2000);
    assert_ok(db_bulk(t->db, false, e));
    assert_ok(db_commit(t->db, e));
}

static void a_broken_bulk_says_so(struct store_test *t) {
    assert_ok(db_begin(t->db, e));
    assert_ok(db_bulk(t->db, true, e));
    enum err r = put_setting(t->db, NULL, "v");
    for (int i = 0; i < 5 && r == ERR_OK; i++)
        r = put_setting(t->db, "z", "v");
    if (r == ERR_OK)
        r = db_bulk(t->db, false, NULL);
    assert_int_equal(r, ERR_CONFLICT);
    db_rollback(t->db);
}

#define BOTH(body)                                                                                 \
    static void body##_on_both(void **state) {                                                     \
        (void)state;                                                                               \
        on_both_engines(body);                                                                     \
    }
BOTH(every_migration_is_applied_once)
BOTH(newer_records_are_refused)
BOTH(every_statement_prepares)
BOTH(what_is_not_committed_is_absent)
BOTH(a_constraint_is_a_conflict)
BOTH(a_reader_may_not_write)
BOTH(four_threads_lose_nothing)
BOTH(a_lock_is_held_once)
BOTH(bulk_and_plain_give_the_same)
BOTH(a_broken_bulk_says_so)

static void a_file_that_is_no_database_is_said(void **state) {
    (void)state;
    char path[] = "/tmp/homeroom-test.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(fd, "not a database ", 15), 15);
    (void)close(fd);
    struct errmsg why = {{0}};
    struct store *s;
    assert_int_equal(store_open(path, &s, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "not a Homeroom database"));
    (void)unlink(path);
}

static void an_absent_server_is_said(void **state) {
    (void)state;
    struct errmsg why = {{0}};
    struct store *s;
    assert_int_equal(store_open("postgresql://nobody@127.0.0.1:1/none", &s, &why), ERR_UNAVAILABLE);
    assert_non_null(strstr(why.text, "does not answer"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_migration_is_applied_once_on_both),
        cmocka_unit_test(newer_records_are_refused_on_both),
        cmocka_unit_test(every_statement_prepares_on_both),
        cmocka_unit_test(what_is_not_committed_is_absent_on_both),
        cmocka_unit_test(a_constraint_is_a_conflict_on_both),
        cmocka_unit_test(a_reader_may_not_write_on_both),
        cmocka_unit_test(four_threads_lose_nothing_on_both),
        cmocka_unit_test(a_lock_is_held_once_on_both),
        cmocka_unit_test(bulk_and_plain_give_the_same_on_both),
        cmocka_unit_test(a_broken_bulk_says_so_on_both),
        cmocka_unit_test(a_file_that_is_no_database_is_said),
        cmocka_unit_test(an_absent_server_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
