/*
 * A map from 64-bit keys (hashes of names; hash64) to numbered entries of an id, a content hash and
 * eight flags: what an importer keeps of a table of millions of rows. Entries are numbered in the
 * order in which they were added and stand side by side, so a caller can keep further columns in
 * arrays of its own. 24 bytes an entry and 8 to 16 for its slot. Entries are never removed.
 * Two different names with the same 64 bits are taken for one: at ten million names, one chance in
 * 400,000. One thread writes; any may read when nobody writes.
 */
#ifndef BASE_KEYMAP_H
#define BASE_KEYMAP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYMAP_NONE = UINT32_MAX >> 1 };

struct key_entry {
    uint64_t key, hash;
    uint64_t tagged; /* id and flags: key_id, key_flags, key_set */
};
static inline int64_t key_id(const struct key_entry *k) {
    return (int64_t)(k->tagged >> 8);
}
static inline unsigned key_flags(const struct key_entry *k) {
    return (unsigned)(k->tagged & 0xFFu);
}
static inline void key_set(struct key_entry *k, unsigned flags) { /* sets these, keeps the rest */
    k->tagged |= flags & 0xFFu;
}
static inline void key_unset(struct key_entry *k, unsigned flags) {
    k->tagged &= ~(uint64_t)(flags & 0xFFu);
}

struct keymap { /* the zero value is an empty map; free with keymap_free */
    uint64_t *slots;
    size_t mask;
    struct key_entry *entries;
    uint32_t n, room;
};

void keymap_free(struct keymap *m);
void keymap_reserve(struct keymap *m, size_t entries); /* so that as many fit without growing */
/* The number of the entry, or KEYMAP_NONE. */
uint32_t keymap_find(const struct keymap *m, uint64_t key);
/* Adds one; the key must not be there. */
uint32_t keymap_add(struct keymap *m, uint64_t key, int64_t id, uint64_t hash, unsigned flags);

/* Asks for the memory that a keymap_find of this key will need, some rows ahead. */
static inline void keymap_prefetch(const struct keymap *m, uint64_t key) {
    if (m->slots != NULL)
        __builtin_prefetch(&m->slots[key & m->mask]);
}

/* A bijection that spreads the bits (MurmurHash3's finaliser), so small numbers make good keys. */
static inline uint64_t key_spread(uint64_t x) {
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
    return x ^ (x >> 33);
}

/* Two keys made one, order matters. */
static inline uint64_t key_mix(uint64_t a, uint64_t b) {
    return key_spread(key_spread(a + 0x9E3779B97F4A7C15u) + b);
}

#endif
