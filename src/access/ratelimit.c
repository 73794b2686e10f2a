#include "access/ratelimit.h"

#include "base/err.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { WAYS = 4 }; /* buckets a key may sit in */

struct bucket {
    uint64_t key;    /* 0: free */
    int64_t full_us; /* when it will be full again: the one number a token bucket needs */
};

struct ratelimit {
    pthread_mutex_t lock;
    unsigned char secret[crypto_shorthash_KEYBYTES];
    size_t rows;
    int64_t every_us, burst_us;
    struct bucket buckets[];
};

struct ratelimit *ratelimit_new(size_t keys, unsigned burst, int64_t every_us) {
    size_t rows = keys / WAYS + 1;
    struct ratelimit *r = calloc(1, sizeof *r + rows * WAYS * sizeof(struct bucket));
    CHECK(r != NULL && burst > 0 && every_us > 0);
    CHECK(pthread_mutex_init(&r->lock, NULL) == 0);
    crypto_shorthash_keygen(r->secret);
    r->rows = rows;
    r->every_us = every_us;
    r->burst_us = (int64_t)burst * every_us;
    return r;
}

void ratelimit_free(struct ratelimit *r) {
    if (r == NULL)
        return;
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static uint64_t key_of(const struct ratelimit *r, struct str key) {
    union {
        unsigned char bytes[crypto_shorthash_BYTES];
        uint64_t v;
    } h;
    (void)crypto_shorthash(h.bytes, (const unsigned char *)(key.n == 0 ? "" : key.p), key.n,
                           r->secret);
    return h.v == 0 ? 1 : h.v;
}

/* The key's bucket; a new one takes the place of the one that is full again soonest. */
static struct bucket *bucket_of(struct ratelimit *r, uint64_t key) {
    struct bucket *row = &r->buckets[key % r->rows * WAYS], *oldest = row;
    for (int i = 0; i < WAYS; i++) {
        if (row[i].key == key)
            return &row[i];
        if (row[i].full_us < oldest->full_us)
            oldest = &row[i];
    }
    *oldest = (struct bucket){.key = key};
    return oldest;
}

bool ratelimit_take(struct ratelimit *r, struct str key, int64_t now_us, int64_t *wait_us) {
    uint64_t k = key_of(r, key);
    (void)pthread_mutex_lock(&r->lock);
    struct bucket *b = bucket_of(r, k);
    int64_t full = (b->full_us > now_us ? b->full_us : now_us) + r->every_us;
    bool ok = full - now_us <= r->burst_us;
    *wait_us = ok ? 0 : full - now_us - r->burst_us;
    if (ok)
        b->full_us = full;
    (void)pthread_mutex_unlock(&r->lock);
    return ok;
}

void ratelimit_give_back(struct ratelimit *r, struct str key) {
    uint64_t k = key_of(r, key);
    (void)pthread_mutex_lock(&r->lock);
    bucket_of(r, k)->full_us -= r->every_us;
    (void)pthread_mutex_unlock(&r->lock);
}
