/*
 * A growing byte buffer with a maximum. What is written past the maximum is
 * dropped and remembered (buf_over), so writers need not check each call; the
 * one who uses the result does. The contents are always NUL-ended past .n.
 * Owned: buf_free. One thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool over;
};

struct buf buf_new(size_t max_bytes);
void buf_free(struct buf *b); /* leaves it empty and usable again */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, struct str s);
void buf_byte(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
bool buf_over(const struct buf *b);
struct str buf_str(const struct buf *b); /* valid until the next write */

#endif
