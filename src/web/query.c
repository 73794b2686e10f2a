#include "web/query.h"

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool decode(struct str raw, bool plus, struct arena *a, struct str *out) {
    char *p = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = raw.n - i > 2 ? hex_digit(raw.p[i + 1]) : -1,
                low = raw.n - i > 2 ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        p[n++] = c;
    }
    *out = (struct str){p, n};
    return str_utf8_ok_strict(*out);
}

enum err query_parse(struct str text, struct arena *a, struct pairs *out, struct errmsg *e) {
    size_t count = text.n > 0;
    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == '&';
    *out = (struct pairs){0};
    if (count > QUERY_PAIRS_MOST)
        return err_set(e, ERR_LIMIT, "The form has more than %d fields; send fewer at once.",
                       QUERY_PAIRS_MOST);
    struct pair *v = ARENA_ARRAY(a, struct pair, count);
    struct str part;
    for (size_t k = 0; k < count && str_split(&text, '&', &part); k++) {
        if (part.n == 0)
            continue;
        size_t eq = str_find(part, STR("="));
        struct str name = eq == SIZE_MAX ? part : str_sub(part, 0, eq),
                   value = eq == SIZE_MAX ? (struct str){0} : str_sub(part, eq + 1, part.n);
        if (!decode(name, true, a, &v[out->n].name) || !decode(value, true, a, &v[out->n].value))
            return err_set(e, ERR_INVALID,
                           "A field was not sent as UTF-8 text; reload the page and try again.");
        out->n++;
    }
    out->v = v;
    return ERR_OK;
}

enum err query_path(struct str raw, struct arena *a, struct str *out, struct errmsg *e) {
    bool ok = raw.n > 0 && raw.p[0] == '/' && decode(raw, false, a, out);
    for (size_t i = 0; ok && i + 2 < raw.n; i++)
        ok = !(raw.p[i] == '%' && raw.p[i + 1] == '2' && (raw.p[i + 2] | 0x20) == 'f');
    struct str rest = ok ? *out : (struct str){0}, part;
    while (ok && str_split(&rest, '/', &part))
        ok = !str_eq(part, STR(".")) && !str_eq(part, STR("..")) &&
             str_find(part, STR("\\")) == SIZE_MAX;
    return ok ? ERR_OK
              : err_set(e, ERR_INVALID, "The address cannot be read; check what you typed.");
}

void query_cookies(struct str header, struct arena *a, struct pairs *out) {
    enum { COOKIES_MOST = 50 };
    struct pair *v = ARENA_ARRAY(a, struct pair, COOKIES_MOST);
    struct str part;
    *out = (struct pairs){v, 0};
    while (out->n < COOKIES_MOST && header.n > 0 && str_split(&header, ';', &part)) {
        struct str cookie = str_trim(part);
        size_t eq = str_find(cookie, STR("="));
        if (eq == SIZE_MAX || !str_utf8_ok_strict(cookie))
            continue;
        v[out->n++] = (struct pair){arena_str(a, str_sub(cookie, 0, eq)),
                                    arena_str(a, str_sub(cookie, eq + 1, cookie.n))};
    }
}

/* "es-MX;q=0.8": the quality, 0 when the tag is another language's. */
static double quality(struct str entry, struct str language) {
    struct str tag = {0}, rest = entry;
    (void)str_split(&rest, ';', &tag);
    tag = str_trim(tag);
    bool same = tag.n >= 2 && str_eq_nocase(str_sub(tag, 0, 2), language) &&
                (tag.n == 2 || tag.p[2] == '-');
    if (!same)
        return 0;
    struct str q = str_trim(rest);
    double v = 1;
    if (str_starts(q, STR("q=")) && !str_real(str_sub(q, 2, q.n), &v))
        v = 0;
    return v;
}

enum lang query_language(struct str accept_language) {
    double en = 0, es = 0;
    struct str part, rest = accept_language;
    for (int i = 0; i < 20 && rest.n > 0 && str_split(&rest, ',', &part); i++) {
        double a = quality(part, STR("en")), b = quality(part, STR("es"));
        en = a > en ? a : en;
        es = b > es ? b : es;
    }
    return es > en ? LANG_ES : LANG_EN;
}

struct str pairs_get(const struct pairs *p, struct str name) {
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->v[i].name, name))
            return p->v[i].value;
    return (struct str){0};
}
