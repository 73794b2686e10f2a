#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buf buf_new(size_t max_bytes) {
    return (struct buf){.max = max_bytes};
}

void buf_free(struct buf *b) {
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b) {
    b->n = 0;
    b->over = false;
    if (b->p != NULL)
        b->p[0] = '\0';
}

/* Room for n more bytes and the NUL; false (and over) if that passes the maximum. */
static bool reserve(struct buf *b, size_t n) {
    if (b->over || n > b->max - b->n) {
        b->over = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap < 128 ? 256 : b->cap * 2;
    cap = cap < need ? need : cap;
    char *p = realloc(b->p, cap);
    CHECK(p != NULL);
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, struct str s) {
    if (s.n == 0 || !reserve(b, s.n))
        return;
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = '\0';
}

void buf_byte(struct buf *b, char c) {
    buf_add(b, (struct str){&c, 1});
}

void buf_fmt(struct buf *b, const char *fmt, ...) {
    char small[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    if ((size_t)n < sizeof small) {
        buf_add(b, (struct str){small, (size_t)n});
    } else if (reserve(b, (size_t)n)) {
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

bool buf_over(const struct buf *b) {
    return b->over;
}

struct str buf_str(const struct buf *b) {
    return b->n == 0 ? STR("") : (struct str){b->p, b->n};
}
