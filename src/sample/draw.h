/*
 * Draws for the sample district, in whole numbers only: rates are permille, standard scores are
 * thousandths. Floating point would round differently from one compiler or mathematics library to
 * the next, and the sample promises the same bytes everywhere. Pure; one struct rng per entity
 * (rng_stream), so what one part draws never shifts another's.
 */
#ifndef SAMPLE_DRAW_H
#define SAMPLE_DRAW_H

#include "base/rng.h"

#include <stddef.h>

static inline int draw_below(struct rng *r, int n) {
    return (int)(((rng_next(r) >> 32) * (uint64_t)n) >> 32);
}

/* least..most, both included. */
static inline int draw_between(struct rng *r, int least, int most) {
    return least + draw_below(r, most - least + 1);
}

static inline bool draw_chance(struct rng *r, int permille) {
    return draw_below(r, 1000) < permille;
}

/* Thousandths of a standard deviation: twelve uniform 16-bit numbers added (Irwin-Hall), which has
 * variance 1 and ends at +-6. */
static inline int draw_normal(struct rng *r) {
    int64_t sum = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t x = rng_next(r);
        for (int k = 0; k < 4; k++, x >>= 16)
            sum += (int64_t)(x & 0xFFFF);
    }
    return (int)((sum - 393210) * 1000 / 65536);
}

/* An index 0..n-1 with probability weights[i] / sum; the sum must be above 0. */
static inline int draw_pick(struct rng *r, const int weights[], int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += weights[i];
    int x = draw_below(r, sum), i = 0;
    while (i < n - 1 && x >= weights[i])
        x -= weights[i++];
    return i;
}

static inline int clamp(int x, int least, int most) {
    return x < least ? least : x > most ? most : x;
}

/* A 64-bit mix of its input (SplitMix64's finaliser): ids, and shuffles without a stream. */
static inline uint64_t mix64(uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

#endif
