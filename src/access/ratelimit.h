/*
 * How often: a token bucket per key (an address, an account name) in a table of fixed size. When
 * the table is full the least recently used bucket of its row gives way, so a flood of keys costs
 * no memory. Thread-safe; time comes in. Keys are hashed with a key of this process.
 */
#ifndef ACCESS_RATELIMIT_H
#define ACCESS_RATELIMIT_H

#include "base/str.h"

struct ratelimit;
/* `burst` at once, then one more every `every_us`. */
struct ratelimit *ratelimit_new(size_t keys, unsigned burst, int64_t every_us);
void ratelimit_free(struct ratelimit *r); /* NULL is fine */
/* True and one taken, or false and *wait_us until the next. */
bool ratelimit_take(struct ratelimit *r, struct str key, int64_t now_us, int64_t *wait_us);
void ratelimit_give_back(struct ratelimit *r, struct str key); /* a sign-in that went well */

#endif
