/* A call without a network: what happens when a page asks for more memory than it may have, in the
 * middle of reading rows or of a save. */
#include "web_test.h"

#include "web/inside.h"

static enum err eat(struct req *r) {
    for (int i = 0; i < 1000; i++)
        (void)arena_alloc(r->a, 1 << 20);
    return ERR_OK; /* not reached */
}

static enum err eat_while_reading(struct req *r, struct errmsg *e) {
    struct rows *rows;
    TRY(db_rows(r->db, SQL_ACCESS_ORG_CHOICES, NO_ARGS, &rows, e));
    CHECK(rows_next(rows));
    return eat(r);
}

static enum err save_and_eat(struct db *db, void *arg, struct errmsg *e) {
    struct rows *rows;
    TRY(db_exec(db, SQL_ACCOUNT_UPDATE_LANGUAGE, ARGS(V_Z("es"), V_INT(1)), NULL, e));
    TRY(db_rows(db, SQL_ACCESS_ORG_CHOICES, NO_ARGS, &rows, e));
    return eat(arg);
}

static enum err eat_while_saving(struct req *r, struct errmsg *e) {
    return req_write(r, save_and_eat, r, e);
}

static enum err write_too_much(struct req *r, struct errmsg *e) {
    (void)e;
    struct html *h = page_begin(r, &(struct page){.heading = "Long"});
    for (int i = 0; i < 2000000; i++)
        html(h, "<p>%d is a number</p>", i);
    page_end(r);
    return ERR_OK;
}

static enum err say_nothing(struct req *r, struct errmsg *e) {
    (void)r, (void)e;
    return ERR_OK;
}

static enum err fail_halfway(struct req *r, struct errmsg *e) {
    struct html *h = page_begin(r, &(struct page){.heading = "Half a page"});
    html(h, "<p>%s</p>", "secret of another");
    return req_fail(r, e, ERR_NOT_FOUND, TR("No such school.", "No existe esa escuela."));
}

static int run(struct server *s, page_handler *handler, struct buf *out) {
    struct route route = {.method = GET,
                          .pattern = "/test",
                          .handler = handler,
                          .perm = PERM_PUBLIC,
                          .title = TR_INIT("Test", "Prueba")};
    struct call *c = call_new(s);
    c->r.route = &route;
    c->r.method = GET;
    c->r.path = STR("/test");
    c->r.csrf = "";
    c->r.viewer.role = ROLE_NONE;
    call_run(c);
    assert_true(c->finished);
    int status = c->reply.status;
    buf_clear(out);
    buf_add(out, buf_str(&c->reply.body));
    call_free(c);
    return status;
}

static void too_much_is_a_page_and_nothing_stays_open(struct store_test *t) {
    struct server s = {.store = t->store, .data_dir = t->dir, .today = DATE_NONE};
    struct buf out = buf_new(1 << 20);
    struct db *db;
    assert_ok(db_script(t->db, web_roster, e));
    assert_int_equal(run(&s, eat_while_reading, &out), 413);
    assert_true(str_find(buf_str(&out), STR("more at once")) != SIZE_MAX);
    /* The reader holds no old picture: what is written now is seen. */
    assert_ok(db_script(
        t->db, "INSERT INTO org(id, ext, name, kind) VALUES (9, 's9', 'New', 'school')", e));
    int64_t id = 0;
    bool found = false;
    assert_ok(store_reader(t->store, &db, e));
    assert_ok(db_int(db, SQL_ACCESS_ORG_EXISTS, ARGS(V_INT(9)), &id, &found, e));
    assert_true(found);
    /* The writer is free again, and what was half saved is gone. */
    assert_int_equal(run(&s, eat_while_saving, &out), 413);
    assert_ok(store_begin(t->store, &db, e));
    assert_ok(account_set_language(db, 1, LANG_EN, e));
    assert_ok(store_commit(t->store, e));
    assert_int_equal(run(&s, write_too_much, &out), 413);
    buf_free(&out);
}

static void an_error_leaves_nothing_of_the_page(struct store_test *t) {
    struct server s = {.store = t->store, .data_dir = t->dir, .today = DATE_NONE};
    struct buf out = buf_new(1 << 20);
    assert_int_equal(run(&s, fail_halfway, &out), 404);
    assert_true(str_find(buf_str(&out), STR("secret")) == SIZE_MAX);
    assert_true(str_find(buf_str(&out), STR("No such school.")) != SIZE_MAX);
    assert_int_equal(run(&s, say_nothing, &out), 500);
    buf_free(&out);
}

static void too_much(void **state) {
    (void)state;
    on_both_engines(too_much_is_a_page_and_nothing_stays_open);
}

static void halfway(void **state) {
    (void)state;
    on_both_engines(an_error_leaves_nothing_of_the_page);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(too_much), cmocka_unit_test(halfway)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
