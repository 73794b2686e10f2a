#include "web/multipart.h"
#include "web/query.h"
#include "web/router.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct arena *a;

static int setup(void **state) {
    (void)state;
    a = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

static void pairs_are_read(void **state) {
    (void)state;
    struct pairs p;
    assert_ok(query_parse(STR("a=1&b=x+y%20z&&c&d=%C3%B1&a=2&=v"), a, &p, e));
    assert_int_equal(p.n, 6);
    assert_str(pairs_get(&p, STR("a")), "1");
    assert_str(pairs_get(&p, STR("b")), "x y z");
    assert_str(pairs_get(&p, STR("c")), "");
    assert_str(pairs_get(&p, STR("d")), "ñ");
    assert_str(pairs_get(&p, STR("zz")), "");
    assert_ok(query_parse(STR(""), a, &p, e));
    assert_int_equal(p.n, 0);
}

static void bad_pairs_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"a=%",   "a=%4",     "a=%zz",    "a=%00",
                                      "a=%ff", "%80=1",    "a=%c3%28", "a=%ed%a0%80",
                                      "a=%1b", "a=%c0%af", "a=\xff",   "a=%f4%90%80%80"};
    struct pairs p;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (query_parse(str_z(bad[i]), a, &p, NULL) != ERR_INVALID)
            fail_msg("%s was taken", bad[i]);
    char *many = malloc(50001);
    assert_non_null(many);
    memset(many, '&', 50000);
    assert_int_equal(query_parse((struct str){many, 50000}, a, &p, NULL), ERR_LIMIT);
    free(many);
}

static void paths_stay_inside(void **state) {
    (void)state;
    static const char *const good[] = {"/", "/a", "/a/b%20c", "/a/b.css", "/...", "/a/%C3%B1"};
    static const char *const bad[] = {
        "",       "a",     "/..",    "/a/../b", "/a/%2e%2e/b", "/a/.", "/a%2fb", "/a%2Fb",
        "/a%5cb", "/a\\b", "/a%00b", "/%ff",    "/a/%2e",      "*",    "/a%0",   "http://x/"};
    struct str out;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (query_path(str_z(good[i]), a, &out, NULL) != ERR_OK)
            fail_msg("%s was refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (query_path(str_z(bad[i]), a, &out, NULL) == ERR_OK)
            fail_msg("%s was taken", bad[i]);
}

static void cookies_and_languages_are_read(void **state) {
    (void)state;
    struct pairs p;
    query_cookies(STR("a=1; b=2=3;c;; d=\xff; e=5"), a, &p);
    assert_int_equal(p.n, 3);
    assert_str(pairs_get(&p, STR("b")), "2=3");
    assert_str(pairs_get(&p, STR("e")), "5");
    assert_int_equal(query_language(STR("")), LANG_EN);
    assert_int_equal(query_language(STR("es")), LANG_ES);
    assert_int_equal(query_language(STR("es-419,es;q=0.9,en;q=0.8")), LANG_ES);
    assert_int_equal(query_language(STR("en-US,en;q=0.9,es;q=0.8")), LANG_EN);
    assert_int_equal(query_language(STR("en;q=0.3, es;q=0.7")), LANG_ES);
    assert_int_equal(query_language(STR("est, fr")), LANG_EN);
    assert_int_equal(query_language(STR("es;q=x,,;,")), LANG_EN);
}

static void patterns_fit_or_not(void **state) {
    (void)state;
    struct pairs p;
    assert_true(route_fits("/", STR("/"), a, &p));
    assert_true(route_fits("/students/{id}", STR("/students/12"), a, &p));
    assert_str(pairs_get(&p, STR("id")), "12");
    assert_true(route_fits("/a/{x}/b/{y}", STR("/a/1/b/2"), a, &p));
    assert_str(pairs_get(&p, STR("y")), "2");
    assert_false(route_fits("/students/{id}", STR("/students/"), a, &p));
    assert_false(route_fits("/students/{id}", STR("/students"), a, &p));
    assert_false(route_fits("/students/{id}", STR("/students/1/2"), a, &p));
    assert_false(route_fits("/a", STR("/a/"), a, &p));
    assert_false(route_fits("/a", STR("/"), a, &p));
    bool other;
    const struct route *r = route_find(GET, STR("/accounts/new"), a, &p, &other);
    assert_non_null(r);
    assert_string_equal(r->pattern, "/accounts/new"); /* not {id} */
    assert_null(route_find(POST, STR("/settings"), a, &p, &other));
    assert_true(other);
    assert_null(route_find(GET, STR("/settings/x"), a, &p, &other));
    assert_false(other);
}

/* -- multipart: everything that comes out, as one text ------------------------------------------
 */

static struct buf seen;

static enum err begin(void *arg, const struct multipart_part *p, struct errmsg *e) {
    (void)arg, (void)e;
    buf_fmt(&seen, "[%.*s%s%.*s:", STR_ARG(p->name), p->is_file ? "@" : "", (int)p->file_name.n,
            p->file_name.n == 0 ? "" : p->file_name.p);
    return ERR_OK;
}

static enum err data(void *arg, struct str piece, struct errmsg *e) {
    (void)arg, (void)e;
    assert_true(piece.n > 0);
    buf_add(&seen, piece);
    return ERR_OK;
}

static enum err end(void *arg, struct errmsg *e) {
    (void)arg, (void)e;
    buf_add(&seen, STR("]"));
    return ERR_OK;
}

static enum err feed(struct str text, size_t piece) {
    static const struct multipart_to to = {begin, data, end, NULL};
    struct multipart *m = multipart_new(STR("XbX"), &to);
    enum err r = ERR_OK;
    buf_clear(&seen);
    for (size_t i = 0; i < text.n && r == ERR_OK; i += piece)
        r = multipart_feed(m, str_sub(text, i, i + piece < text.n ? i + piece : text.n), NULL);
    if (r == ERR_OK)
        r = multipart_finish(m, NULL);
    multipart_free(m);
    return r;
}

#define PART(name) "--XbX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void parts_arrive_whole_in_any_pieces(void **state) {
    (void)state;
    static const struct {
        const char *in, *out;
    } good[] = {
        {PART("a") "1\r\n--XbX--\r\n", "[a:1]"},
        {PART("a") "\r\n--XbX--", "[a:]"},
        {PART("a") "1\r\n" PART("b") "\r\n--XbX\r\n--XbX--", ""},
        {"junk before\r\n" PART("a") "x\r\n--Xb\r\n--XbY\r\ny\r\n--XbX--junk after",
         "[a:x\r\n--Xb\r\n--XbY\r\ny]"},
        {PART("a") "x\r\n--Xb\r\n-\r\n--XbX--", "[a:x\r\n--Xb\r\n-]"},
        {"--XbX\r\ncontent-disposition: form-data; name=f; filename=\"C:\\\\dir\\\\r.zip\"\r\n"
         "Content-Type: application/zip\r\n\r\nPK\r\n--XbX--",
         "[f@r.zip:PK]"},
        {"--XbX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../etc/a;b.csv\"\r\n"
         "\r\nq\r\n--XbX--",
         "[f@a;b.csv:q]"},
        {"--XbX\r\nContent-Disposition: form-data; name=\"q\\\"q\"; filename=\"\"\r\n\r\n"
         "\r\n--XbX--",
         "[q\"q@:]"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        for (size_t piece = 1; piece < 200; piece += piece < 40 ? 1 : 53) {
            if (good[i].out[0] == '\0') /* must be refused */
                assert_int_equal(feed(str_z(good[i].in), piece), ERR_INVALID);
            else if (feed(str_z(good[i].in), piece) != ERR_OK ||
                     !str_eq(buf_str(&seen), str_z(good[i].out)))
                fail_msg("%zu in pieces of %zu: %.*s", i, piece, STR_ARG(buf_str(&seen)));
        }
}

static void broken_uploads_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "no boundary at all",
        PART("a") "never ends",
        PART("a") "1\r\n--XbX",
        PART("a") "1\r\n--XbXjunk",
        "--XbX\r\n\r\nno header\r\n--XbX--",
        "--XbX\r\nContent-Type: text/plain\r\n\r\nno name\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--XbX--",
        "--XbX\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--XbX--",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (feed(str_z(bad[i]), 7) != ERR_INVALID)
            fail_msg("upload %zu was taken", i);
    struct buf b = buf_new(1 << 20);
    buf_add(&b, STR("--XbX\r\nX: "));
    for (int i = 0; i < 30000; i++)
        buf_byte(&b, 'x');
    assert_int_equal(feed(buf_str(&b), 1000), ERR_INVALID);
    buf_free(&b);
}

static void a_large_file_keeps_every_byte(void **state) {
    (void)state;
    struct buf b = buf_new(16 << 20), want = buf_new(16 << 20);
    buf_add(&b, STR(PART("f")));
    for (unsigned i = 0; i < 3000000; i++)
        buf_byte(&want, "\r\n-Xb0"[(i * 2654435761u >> 29) % 6]);
    buf_add(&b, buf_str(&want));
    buf_add(&b, STR("\r\n--XbX--"));
    for (size_t piece = 4093; piece < 300000; piece *= 7) {
        assert_int_equal(feed(buf_str(&b), piece), ERR_OK);
        assert_int_equal(seen.n, want.n + 4);
        assert_memory_equal(seen.p + 3, want.p, want.n);
    }
    buf_free(&b);
    buf_free(&want);
}

static void boundaries_are_read(void **state) {
    (void)state;
    struct str b;
    assert_true(multipart_boundary(STR("multipart/form-data; boundary=abc"), &b));
    assert_str(b, "abc");
    assert_true(multipart_boundary(STR("Multipart/Form-Data; charset=x; Boundary=\"a b-c\""), &b) ==
                false); /* a blank inside */
    assert_true(multipart_boundary(STR("multipart/form-data; boundary=\"a-c\""), &b));
    assert_str(b, "a-c");
    assert_false(multipart_boundary(STR("multipart/form-data"), &b));
    assert_false(multipart_boundary(STR("multipart/form-data; boundary="), &b));
    assert_false(multipart_boundary(STR("multipart/mixed; boundary=a"), &b));
    assert_false(multipart_boundary(STR("application/x-www-form-urlencoded"), &b));
    char longer[200] = "multipart/form-data; boundary=";
    memset(longer + strlen(longer), 'x', 71);
    assert_false(multipart_boundary(str_z(longer), &b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_read),
        cmocka_unit_test(bad_pairs_are_refused),
        cmocka_unit_test(paths_stay_inside),
        cmocka_unit_test(cookies_and_languages_are_read),
        cmocka_unit_test(patterns_fit_or_not),
        cmocka_unit_test(parts_arrive_whole_in_any_pieces),
        cmocka_unit_test(broken_uploads_are_refused),
        cmocka_unit_test(a_large_file_keeps_every_byte),
        cmocka_unit_test(boundaries_are_read),
    };
    seen = buf_new(16 << 20);
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    buf_free(&seen);
    return failed;
}
