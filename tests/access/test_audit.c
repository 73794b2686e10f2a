#include "store_test.h"

#include "access/audit.h"
#include "base/date.h"

#include <pthread.h>
#include <string.h>

static void append(struct db *db, const char *action, int64_t person) {
    struct viewer v = {.account_id = 7, .username = STR("ana")};
    assert_ok(audit_append(db, &v,
                           &(struct audit_entry){.action = str_z(action),
                                                 .subject = STR("student"),
                                                 .subject_id = STR("42"),
                                                 .person_id = person,
                                                 .purpose = STR("instruction"),
                                                 .detail = STR("{\"page\":\"record\"}")},
                           e));
}

static void twenty(struct store_test *t) {
    for (int i = 0; i < 20; i++) {
        assert_ok(db_begin(t->db, e));
        append(t->db, i % 2 == 0 ? "read" : "change", i % 5);
        assert_ok(db_commit(t->db, e));
    }
}

static void a_whole_log_is_whole(struct store_test *t) {
    struct audit_check c;
    assert_ok(audit_verify(t->db, &c, e));
    assert_int_equal(c.rows, 0);
    twenty(t);
    assert_ok(audit_verify(t->db, &c, e));
    assert_int_equal(c.rows, 20);
    assert_int_equal(strlen(c.head), 64);
}

static int64_t id_of(struct store_test *t, int nth) {
    struct arena *a = arena_new(1 << 20);
    struct audit_row *v;
    size_t n;
    bool more;
    assert_ok(audit_list(t->db, &(struct audit_filter){.limit = 100}, a, &v, &n, &more, e));
    int64_t id = v[n - (size_t)nth].id;
    arena_free(a);
    return id;
}

static void tampered(struct store_test *t, const char *sql, int nth, const char *says) {
    struct audit_check c;
    struct errmsg why = {{0}};
    char text[300];
    int64_t id = id_of(t, nth);
    (void)snprintf(text, sizeof text, "%s %lld", sql, (long long)id);
    assert_ok(db_script(t->db, text, e));
    assert_int_equal(audit_verify(t->db, &c, &why), ERR_CORRUPT);
    if (strstr(why.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.text, says);
}

static void a_changed_detail_shows(struct store_test *t) {
    char says[60];
    twenty(t);
    (void)snprintf(says, sizeof says, "from entry %lld on", (long long)id_of(t, 5));
    tampered(t, "UPDATE audit SET detail = '{}' WHERE id =", 5, says);
}

static void a_changed_time_shows(struct store_test *t) {
    twenty(t);
    tampered(t, "UPDATE audit SET at_us = at_us + 1 WHERE id =", 20, "19 entries");
}

static void a_changed_person_shows(struct store_test *t) {
    twenty(t);
    tampered(t, "UPDATE audit SET person_id = NULL WHERE id =", 2, "1 entries before it");
}

static void a_removed_entry_shows(struct store_test *t) {
    twenty(t);
    tampered(t, "DELETE FROM audit WHERE id =", 8, "changed or removed");
}

static void a_cut_off_end_shows(struct store_test *t) {
    twenty(t);
    tampered(t, "DELETE FROM audit WHERE id >=", 15, "ends after 14 entries, but 20");
}

static void an_inserted_entry_shows(struct store_test *t) {
    twenty(t);
    tampered(t,
             "INSERT INTO audit(at_us, actor, action, subject, subject_id, hash) SELECT at_us, "
             "actor, 'read', subject, subject_id, hash FROM audit WHERE id =",
             20, "changed or removed");
}

static void what_is_rolled_back_leaves_no_entry(struct store_test *t) {
    struct audit_check c;
    twenty(t);
    assert_ok(db_begin(t->db, e));
    append(t->db, "read", 1);
    db_rollback(t->db);
    assert_ok(audit_verify(t->db, &c, e));
    assert_int_equal(c.rows, 20);
}

static void *many(void *arg) {
    struct db *db;
    assert_ok(db_open(arg, DB_WRITE, &db, e));
    for (int i = 0; i < 50; i++) {
        assert_ok(db_begin(db, e));
        append(db, "read", i);
        assert_ok(db_commit(db, e));
    }
    db_close(db);
    return NULL;
}

static void writers_at_once_keep_one_chain(struct store_test *t) {
    pthread_t threads[4];
    struct audit_check c;
    char url[600];
    (void)snprintf(url, sizeof url, "%s", t->url);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, url), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_ok(audit_verify(t->db, &c, e));
    assert_int_equal(c.rows, 200);
}

static size_t count(struct store_test *t, struct audit_filter f) {
    struct arena *a = arena_new(1 << 22);
    struct audit_row *v;
    size_t n;
    bool more;
    assert_ok(audit_list(t->db, &f, a, &v, &n, &more, e));
    for (size_t i = 1; i < n; i++)
        assert_true(v[i - 1].id > v[i].id);
    arena_free(a);
    return n;
}

static void the_list_is_filtered_and_paged(struct store_test *t) {
    int32_t today = date_of_us(date_now_us());
    twenty(t);
    assert_int_equal(count(t, (struct audit_filter){0}), 20);
    assert_int_equal(count(t, (struct audit_filter){.limit = 7}), 7);
    assert_int_equal(count(t, (struct audit_filter){.action = STR("read")}), 10);
    assert_int_equal(count(t, (struct audit_filter){.person_id = 3}), 4);
    assert_int_equal(count(t, (struct audit_filter){.actor = STR("ana")}), 20);
    assert_int_equal(count(t, (struct audit_filter){.actor = STR("bob")}), 0);
    assert_int_equal(count(t, (struct audit_filter){.from = today - 1, .until = today + 2}), 20);
    assert_int_equal(count(t, (struct audit_filter){.from = today + 5, .until = today + 6}), 0);
    assert_int_equal(count(t, (struct audit_filter){.before_id = id_of(t, 6)}), 5);
}

/* No named statement takes an entry away or changes one. */
static void the_log_is_append_only(void **state) {
    (void)state;
    for (int i = 0; i < SQL_COUNT; i++) {
        const char *s = sql_rows[i].sqlite.text;
        assert_null(strstr(s, "UPDATE audit "));
        assert_null(strstr(s, "DELETE FROM audit\n"));
        assert_null(strstr(s, "DELETE FROM audit "));
    }
}

#define BOTH(name)                                                                                 \
    static void name##_(void **state) {                                                            \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(a_whole_log_is_whole)
BOTH(a_changed_detail_shows)
BOTH(a_changed_time_shows)
BOTH(a_changed_person_shows)
BOTH(a_removed_entry_shows)
BOTH(a_cut_off_end_shows)
BOTH(an_inserted_entry_shows)
BOTH(what_is_rolled_back_leaves_no_entry)
BOTH(writers_at_once_keep_one_chain)
BOTH(the_list_is_filtered_and_paged)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_log_is_whole_),
        cmocka_unit_test(a_changed_detail_shows_),
        cmocka_unit_test(a_changed_time_shows_),
        cmocka_unit_test(a_changed_person_shows_),
        cmocka_unit_test(a_removed_entry_shows_),
        cmocka_unit_test(a_cut_off_end_shows_),
        cmocka_unit_test(an_inserted_entry_shows_),
        cmocka_unit_test(what_is_rolled_back_leaves_no_entry_),
        cmocka_unit_test(writers_at_once_keep_one_chain_),
        cmocka_unit_test(the_list_is_filtered_and_paged_),
        cmocka_unit_test(the_log_is_append_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
