#include "store_test.h"

#include "store/dump.h"

#include <string.h>

/* Collects a dump, then feeds it in pieces of every size from 1 to 40 bytes into an empty table. */
static enum err collect(void *to, struct str lines, struct errmsg *e) {
    (void)e;
    buf_add(to, lines);
    return ERR_OK;
}

static const struct schema_table *table(const char *name) {
    for (size_t i = 0; i < schema_table_count; i++)
        if (strcmp(schema_tables[i].name, name) == 0)
            return &schema_tables[i];
    fail_msg("no table %s", name);
    return NULL;
}

static void a_table_goes_round_in_any_pieces(struct store_test *t) {
    struct buf first = buf_new(1 << 20), second = buf_new(1 << 20);
    int64_t rows;
    assert_ok(db_script(
        t->db,
        "INSERT INTO org(id, ext, name, kind, parent_id) VALUES (7, 'd', 'D', 'district', NULL), "
        "(9, 's', 'Escuela \"Ñ\" \\ 1', 'school', 7)",
        e));
    assert_ok(dump_table(t->db, table("org"), collect, &first, &rows, e));
    assert_int_equal(rows, 2);
    for (size_t piece = 1; piece <= 40; piece++) {
        struct dump_reader *r;
        assert_ok(db_script(t->db, "DELETE FROM org", e));
        assert_ok(dump_reader_new(t->db, table("org"), &r, e));
        for (size_t at = 0; at < first.n; at += piece)
            assert_ok(dump_reader_feed(r, str_sub(buf_str(&first), at, at + piece), e));
        assert_ok(dump_reader_close(r, &rows, e));
        assert_int_equal(rows, 2);
        buf_clear(&second);
        assert_ok(dump_table(t->db, table("org"), collect, &second, &rows, e));
        assert_str(buf_str(&second), first.p);
    }
    buf_free(&first);
    buf_free(&second);
}

static void a_damaged_dump_is_refused(struct store_test *t) {
    static const char *const bad[] = {"[\"id\",\"nonsense\"]\n", "{\"id\":1}\n",
                                      "[\"id\",\"ext\"]\n[1]\n", "[\"id\"",
                                      "[\"id\",\"ext\"]\n[1,\"a\",2]\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct dump_reader *r;
        int64_t rows;
        struct errmsg why = {{0}};
        assert_ok(dump_reader_new(t->db, table("org"), &r, e));
        enum err fed = dump_reader_feed(r, str_z(bad[i]), &why);
        enum err closed = dump_reader_close(r, &rows, fed == ERR_OK ? &why : NULL);
        assert_true(fed == ERR_CORRUPT || closed == ERR_CORRUPT);
        assert_true(strlen(why.text) > 20);
    }
}

static void every_column_of_the_schema_is_known(struct store_test *t) {
    for (size_t i = 0; i < schema_table_count; i++) {
        struct buf b = buf_new(1 << 24);
        int64_t rows;
        assert_ok(dump_table(t->db, &schema_tables[i], collect, &b, &rows, e));
        buf_free(&b);
    }
}

static void both_pieces(void **state) {
    (void)state;
    on_both_engines(a_table_goes_round_in_any_pieces);
}

static void both_damaged(void **state) {
    (void)state;
    on_both_engines(a_damaged_dump_is_refused);
}

static void both_columns(void **state) {
    (void)state;
    on_both_engines(every_column_of_the_schema_is_known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_pieces),
        cmocka_unit_test(both_damaged),
        cmocka_unit_test(both_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
