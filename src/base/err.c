#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int http, exit;
} kinds[ERR_COUNT] = {
    [ERR_OK] = {"ok", 200, 0},
    [ERR_INVALID] = {"invalid", 400, 2},
    [ERR_SIGNED_OUT] = {"signed-out", 401, 3},
    [ERR_DENIED] = {"denied", 403, 3},
    [ERR_NOT_FOUND] = {"not-found", 404, 4},
    [ERR_CONFLICT] = {"conflict", 409, 5},
    [ERR_LIMIT] = {"limit", 413, 6},
    [ERR_BUSY] = {"busy", 503, 7},
    [ERR_IO] = {"io", 500, 8},
    [ERR_CORRUPT] = {"corrupt", 500, 9},
    [ERR_UNAVAILABLE] = {"unavailable", 503, 10},
};

/* Drops a UTF-8 sequence that vsnprintf may have cut in the middle. */
static void cut_at_boundary(char *s) {
    size_t n = strlen(s), k = n;
    while (k > 0 && ((unsigned char)s[k - 1] & 0xC0u) == 0x80u)
        k--;
    if (k == 0 || (unsigned char)s[k - 1] < 0x80u)
        return;
    unsigned char lead = (unsigned char)s[k - 1];
    size_t want = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : 2;
    if (n - (k - 1) < want)
        s[k - 1] = '\0';
}

enum err err_set(struct errmsg *e, enum err kind, const char *fmt, ...) {
    if (e == NULL)
        return kind;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    cut_at_boundary(e->text);
    return kind;
}

void err_wrap(struct errmsg *e, const char *fmt, ...) {
    if (e == NULL)
        return;
    struct errmsg old = *e;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    size_t n = strlen(e->text);
    (void)snprintf(e->text + n, sizeof e->text - n, ": %s", old.text);
    cut_at_boundary(e->text);
}

int err_http(enum err kind) {
    CHECK(kind >= 0 && kind < ERR_COUNT);
    return kinds[kind].http;
}

int err_exit(enum err kind) {
    CHECK(kind >= 0 && kind < ERR_COUNT);
    return kinds[kind].exit;
}

const char *err_name(enum err kind) {
    CHECK(kind >= 0 && kind < ERR_COUNT);
    return kinds[kind].name;
}

_Noreturn void err_check_failed(const char *expr, const char *file, int line) {
    (void)fprintf(stderr, "homeroom: a mistake of ours at %s:%d: %s\n", file, line, expr);
    abort();
}
