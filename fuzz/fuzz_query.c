/* The first byte chooses what a client's text is read as; what comes out must be clean. */
#include "fuzz.h"

#include "web/html.h"
#include "web/query.h"
#include "web/router.h"

static void clean(const struct pairs *p) {
    for (size_t i = 0; i < p->n; i++)
        CHECK(str_utf8_ok_strict(p->v[i].name) && str_utf8_ok_strict(p->v[i].value));
}

/* Reading what was read and written again gives the same. */
static void round_trip(const struct pairs *p, struct arena *a) {
    struct html h = {.a = a};
    for (size_t i = 0; i < p->n && i < 8; i++) {
        struct pairs again;
        if (p->v[i].value.n == 0 || p->v[i].name.n == 0 || p->v[i].value.n > 1000)
            continue;
        const char *u = url(&h, "", arena_z(a, p->v[i].name), arena_z(a, p->v[i].value), NULL);
        CHECK(query_parse(str_z(u + 1), a, &again, NULL) == ERR_OK && again.n == 1);
        CHECK(str_eq(again.v[0].value, p->v[i].value));
    }
}

static void read_path(struct str s, struct arena *a) {
    struct str path;
    bool other;
    struct pairs params;
    if (query_path(s, a, &path, NULL) != ERR_OK)
        return;
    CHECK(path.p[0] == '/' && str_utf8_ok_strict(path));
    CHECK(str_find(path, STR("/../")) == SIZE_MAX && !str_ends(path, STR("/..")));
    (void)route_find(GET, path, a, &params, &other);
}

static void page(struct str s, struct arena *a) {
    struct buf b = buf_new(1 << 22);
    struct html h = {&b, a, LANG_EN, 0};
    html(&h, "%.*s", STR_ARG(s));
    struct str out = buf_str(&b);
    for (size_t i = 0; i < out.n; i++)
        CHECK(out.p[i] != '<' && out.p[i] != '>' && out.p[i] != '"' && out.p[i] != '\'');
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0 || n > 1 << 16)
        return 0;
    struct arena *a = arena_new((size_t)64 << 20);
    struct str s = {(const char *)bytes + 1, n - 1};
    struct pairs p = {0};
    switch (bytes[0] % 5) {
    case 0:
        if (query_parse(s, a, &p, NULL) == ERR_OK) {
            clean(&p);
            round_trip(&p, a);
        }
        break;
    case 1:
        query_cookies(s, a, &p);
        clean(&p);
        break;
    case 2:
        (void)query_language(s);
        break;
    case 3:
        read_path(s, a);
        break;
    default:
        page(s, a);
        break;
    }
    arena_free(a);
    return 0;
}
