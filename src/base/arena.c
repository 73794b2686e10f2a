#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct cleanup {
    struct cleanup *next;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct block *blocks; /* newest first */
    struct cleanup *cleanups;
    size_t cap, used; /* bytes handed out, alignment included */
    bool guarded;
    jmp_buf guard;
};

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct arena *arena_new(size_t cap_bytes) {
    struct arena *a = calloc(1, sizeof *a);
    CHECK(a != NULL);
    a->cap = cap_bytes;
    return a;
}

static void run_cleanups(struct arena *a) {
    while (a->cleanups != NULL) {
        struct cleanup *c = a->cleanups;
        a->cleanups = c->next;
        c->fn(c->arg);
    }
}

void arena_reset(struct arena *a) {
    run_cleanups(a);
    while (a->blocks != NULL && a->blocks->next != NULL) {
        struct block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
    if (a->blocks != NULL) {
        memset(a->blocks->bytes, 0, a->blocks->used);
        a->blocks->used = 0;
    }
    a->used = 0;
    a->guarded = false;
}

void arena_free(struct arena *a) {
    if (a == NULL)
        return;
    run_cleanups(a);
    while (a->blocks != NULL) {
        struct block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
    free(a);
}

size_t arena_used(const struct arena *a) {
    return a->used;
}

static void past_cap(struct arena *a) {
    CHECK(a->guarded);
    a->guarded = false;
    longjmp(a->guard, 1);
}

void *arena_alloc(struct arena *a, size_t n) {
    size_t align = alignof(max_align_t);
    if (n > SIZE_MAX / 2 || n > a->cap)
        past_cap(a);
    n = (n + align - 1) / align * align;
    if (a->used + n > a->cap)
        past_cap(a);
    struct block *b = a->blocks;
    if (b == NULL || b->size - b->used < n) {
        size_t size = b == NULL ? FIRST_BLOCK : b->size * 2;
        size = size > LARGEST_BLOCK ? LARGEST_BLOCK : size;
        size = size < n ? n : size;
        b = calloc(1, sizeof *b + size);
        CHECK(b != NULL);
        b->size = size;
        b->next = a->blocks;
        a->blocks = b;
    }
    void *p = b->bytes + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        past_cap(a);
    return arena_alloc(a, count * size);
}

struct str arena_str(struct arena *a, struct str s) {
    char *p = arena_alloc(a, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

char *arena_z(struct arena *a, struct str s) {
    char *p = arena_alloc(a, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return p;
}

struct str arena_fmt(struct arena *a, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){p, (size_t)n};
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg) {
    struct cleanup *c = arena_alloc(a, sizeof *c);
    *c = (struct cleanup){a->cleanups, fn, arg};
    a->cleanups = c;
}

jmp_buf *arena_guard(struct arena *a) {
    a->guarded = true;
    return &a->guard;
}

void arena_unguard(struct arena *a) {
    a->guarded = false;
}
