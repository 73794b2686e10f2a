/*
 * An arena: memory that is freed together. One per request, import or command.
 * An allocation never returns NULL. Past the arena's cap the work that owns it
 * ends, not the process: arena_alloc jumps to where arena_guard was set; with
 * no guard it is a CHECK. Cleanups (close a file, roll back) hang on the arena
 * and run, last first, when it is reset or freed. One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

#include <setjmp.h>

struct arena;

struct arena *arena_new(size_t cap_bytes); /* free with arena_free */
void arena_free(struct arena *a);          /* NULL is fine */
void arena_reset(struct arena *a);         /* runs the cleanups; keeps the first block */
size_t arena_used(const struct arena *a);

/* Zeroed, aligned for any type. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow counts as past the cap */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

struct str arena_str(struct arena *a, struct str s); /* a copy, NUL-ended past .n */
char *arena_z(struct arena *a, struct str s);        /* a copy as a NUL-ended string */
struct str arena_fmt(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

/* if (setjmp(*arena_guard(a)) != 0) return err_set(e, ERR_LIMIT, "..."); */
jmp_buf *arena_guard(struct arena *a);
void arena_unguard(struct arena *a);

#endif
