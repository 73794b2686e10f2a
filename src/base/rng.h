/*
 * A small deterministic random generator (xoshiro256**, seeded by SplitMix64):
 * the same seed gives the same numbers on every machine. For samples, tests and
 * statistics; never for secrets (libsodium's randombytes_buf is for those).
 * One struct per thread. Source: Blackman & Vigna (2021), ACM TOMS 47(4), art. 36.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

struct rng rng_seed(uint64_t seed);
/* A stream of its own for (seed, name, index): what one part draws never shifts another's. */
struct rng rng_stream(uint64_t seed, const char *name, uint64_t index);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0..n-1 without bias; n > 0 */
double rng_unit(struct rng *r);                /* [0, 1) */
double rng_normal(struct rng *r);              /* mean 0, sd 1 */
bool rng_chance(struct rng *r, double p);

#endif
