#include "web/router.h"

#include <string.h>

/* {name} without braces, or an empty str for a literal segment. */
static struct str name_of(struct str segment) {
    bool is = segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
    return is ? str_sub(segment, 1, segment.n - 1) : (struct str){0};
}

static size_t names_in(const char *pattern) {
    size_t n = 0;
    for (; *pattern != '\0'; pattern++)
        n += *pattern == '{';
    return n;
}

/* Splits at '/' keeping an empty last segment ("/a/" is not "/a"). */
static bool segment(struct str *rest, struct str *out) {
    if (rest->n == 0 || rest->p[0] != '/')
        return false;
    size_t i = 1;
    while (i < rest->n && rest->p[i] != '/')
        i++;
    *out = str_sub(*rest, 1, i);
    *rest = str_sub(*rest, i, rest->n);
    return true;
}

bool route_fits(const char *pattern, struct str path, struct arena *a, struct pairs *params) {
    struct str want = str_z(pattern), p, w;
    size_t n = 0;
    struct pair *v = params == NULL ? NULL : ARENA_ARRAY(a, struct pair, names_in(pattern));
    while (want.n > 0 && path.n > 0) {
        if (!segment(&want, &w) || !segment(&path, &p))
            return false;
        struct str name = name_of(w);
        if (name.n == 0 ? !str_eq(w, p) : p.n == 0)
            return false;
        if (name.n > 0 && params != NULL)
            v[n++] = (struct pair){name, p};
    }
    if (want.n > 0 || path.n > 0)
        return false;
    if (params != NULL)
        *params = (struct pairs){v, n};
    return true;
}

const struct route *route_find(enum method m, struct str path, struct arena *a,
                               struct pairs *params, bool *other) {
    const struct route *best = NULL;
    size_t fewest = SIZE_MAX;
    *other = false;
    for (size_t t = 0; route_tables[t] != NULL; t++)
        for (const struct route *r = route_tables[t]; r->pattern != NULL; r++) {
            size_t names = names_in(r->pattern);
            if (names >= fewest && r->method == m)
                continue;
            if (!route_fits(r->pattern, path, a, NULL))
                continue;
            if (r->method != m) {
                *other = true;
                continue;
            }
            best = r;
            fewest = names;
        }
    if (best != NULL && params != NULL)
        CHECK(route_fits(best->pattern, path, a, params));
    return best;
}

void route_each(void (*f)(const struct route *r, void *arg), void *arg) {
    for (size_t t = 0; route_tables[t] != NULL; t++)
        for (const struct route *r = route_tables[t]; r->pattern != NULL; r++)
            f(r, arg);
}

static const struct route *twin(const struct route *of) {
    for (size_t t = 0; route_tables[t] != NULL; t++)
        for (const struct route *r = route_tables[t]; r->pattern != NULL; r++)
            if (r != of && r->method == of->method && strcmp(r->pattern, of->pattern) == 0)
                return r;
    return NULL;
}

const char *route_mistake(void) {
    for (size_t t = 0; route_tables[t] != NULL; t++)
        for (const struct route *r = route_tables[t]; r->pattern != NULL; r++)
            if (r->pattern[0] != '/' || r->handler == NULL || r->method == METHOD_NONE ||
                twin(r) != NULL)
                return r->pattern;
    return NULL;
}
