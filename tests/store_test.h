/*
 * A test body that runs on both engines: on a scratch SQLite file, and in a scratch schema of the
 * PostgreSQL that HOMEROOM_TEST_PG names (tests/with_postgres sets it). Where that is not set the
 * SQLite half runs alone and says so, loudly.
 *     static void body(struct store_test *t) { ... t->store, t->db, t->url, t->dir ... }
 *     static void name(void **state) { (void)state; on_both_engines(body); }
 */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include "store/engine.h"
#include "store/store.h"

#include "test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct store_test {
    struct store *store;
    struct db
        *db; /* a write connection beside the store's; use it or the store, not both at once */
    const char *url;
    const char *dir; /* a scratch folder, removed afterwards */
};

static inline void store_test_remove(const char *dir) {
    char cmd[300];
    (void)snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
    assert_int_equal(system(cmd), 0);
}

static inline void store_test_run(void (*body)(struct store_test *), const char *url,
                                  const char *dir) {
    struct store_test t = {.url = url, .dir = dir};
    assert_true(sodium_init() >= 0);
    assert_ok(store_open(url, &t.store, e));
    assert_ok(db_open(url, DB_WRITE, &t.db, e));
    body(&t);
    db_close(t.db);
    store_close(t.store);
}

static inline void on_both_engines(void (*body)(struct store_test *)) {
    char dir[] = "/tmp/homeroom-test.XXXXXX", url[600], schema[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(url, sizeof url, "%s/test.db", dir);
    store_test_run(body, url, dir);
    store_test_remove(dir);
    const char *pg = getenv("HOMEROOM_TEST_PG");
    if (pg == NULL) {
        print_message(
            "SKIPPED on PostgreSQL: HOMEROOM_TEST_PG is not set (tests/with_postgres sets it)\n");
        return;
    }
    static int serial;
    struct db *db;
    char sql[200], pg_dir[] = "/tmp/homeroom-test.XXXXXX";
    assert_non_null(mkdtemp(pg_dir));
    (void)snprintf(schema, sizeof schema, "t_%ld_%d", (long)getpid(), serial++);
    (void)snprintf(url, sizeof url, "%s?options=-csearch_path%%3D%s", pg, schema);
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", schema);
    assert_ok(db_open(pg, DB_WRITE, &db, e));
    assert_ok(db_script(db, sql, e));
    store_test_run(body, url, pg_dir);
    (void)snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", schema);
    assert_ok(db_script(db, sql, e));
    db_close(db);
    store_test_remove(pg_dir);
}

#endif
