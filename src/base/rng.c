#include "base/rng.h"

#include "base/err.h"
#include "base/str.h"

#include <math.h>

static uint64_t split_mix(uint64_t *x) {
    uint64_t z = (*x += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct rng rng_seed(uint64_t seed) {
    struct rng r;
    for (int i = 0; i < 4; i++)
        r.s[i] = split_mix(&seed);
    return r;
}

struct rng rng_stream(uint64_t seed, const char *name, uint64_t index) {
    uint64_t x = seed;
    uint64_t mixed = split_mix(&x) ^ str_hash(str_z(name));
    mixed = split_mix(&mixed) + index * 0x9E3779B97F4A7C15u;
    return rng_seed(mixed);
}

static uint64_t rotl(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(struct rng *r) {
    uint64_t out = rotl(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotl(r->s[3], 45);
    return out;
}

uint64_t rng_below(struct rng *r, uint64_t n) {
    CHECK(n > 0);
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;
    do
        x = rng_next(r);
    while (x >= limit);
    return x % n;
}

double rng_unit(struct rng *r) {
    return (double)(rng_next(r) >> 11) * 0x1.0p-53;
}

/* Marsaglia's polar method without the cached second value, so that a stream's state is its four
 * words. */
double rng_normal(struct rng *r) {
    double u, v, s;
    do {
        u = 2 * rng_unit(r) - 1;
        v = 2 * rng_unit(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

bool rng_chance(struct rng *r, double p) {
    return rng_unit(r) < p;
}
