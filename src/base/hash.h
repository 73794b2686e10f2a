/*
 * Hashes. hash64 is fast, keyed once per process run if wanted, and good for tables whose keys a
 * stranger chooses when given a random key; hash_hex is BLAKE2b-256 for checksums and chains.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

enum { HASH_BYTES = 32, HASH_HEX = 65 };

/* SipHash-2-4 of s under a fixed key: stable across runs and machines, so it may be stored. */
uint64_t hash64(struct str s);
/* Folds more in: hash64_more(hash64(a), b). Order matters. */
uint64_t hash64_more(uint64_t h, struct str s);

/* BLAKE2b-256 of `parts` one after the other, each preceded by its length, as lower-case hex. */
void hash_hex(const struct str parts[], size_t n, char out[static HASH_HEX]);
/* The same digest of a file's bytes (no length prefix); false if it cannot be read. */
bool hash_file_hex(const char *path, char out[static HASH_HEX]);

#endif
