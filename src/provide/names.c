#include "provide/names.h"

#include "base/hash.h"

#include <stdlib.h>

enum { IN_DOUBT = -1, TEXT_BYTES = 256, FIRST_SLOTS = 1 << 12, WITHOUT_ZEROS = 16 };

struct slot {
    uint64_t key; /* 0: empty */
    int64_t who;  /* id * RANKS + rank: smaller ranks are better */
};
enum { RANKS = 64 };

/* Open addressing, at most half full: 16 bytes a slot, a million people with three names each take
 * 128 MB. */
struct table {
    struct slot *slot;
    size_t cap, n;
};

struct names {
    struct table orgs, people;
};

static uint64_t digest(struct str s) {
    char lower[TEXT_BYTES];
    if (s.n > TEXT_BYTES)
        s.n = TEXT_BYTES;
    for (size_t i = 0; i < s.n; i++)
        lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    uint64_t h = hash64((struct str){lower, s.n});
    return h == 0 ? 1 : h;
}

static struct slot *slot_of(const struct table *t, uint64_t key) {
    size_t i = (size_t)key & (t->cap - 1);
    while (t->slot[i].key != 0 && t->slot[i].key != key)
        i = (i + 1) & (t->cap - 1);
    return &t->slot[i];
}

static void grow(struct table *t) {
    struct table bigger = {.cap = t->cap == 0 ? FIRST_SLOTS : 2 * t->cap, .n = t->n};
    bigger.slot = calloc(bigger.cap, sizeof *bigger.slot);
    CHECK(bigger.slot != NULL);
    for (size_t i = 0; i < t->cap; i++)
        if (t->slot[i].key != 0)
            *slot_of(&bigger, t->slot[i].key) = t->slot[i];
    free(t->slot);
    *t = bigger;
}

static int64_t id_of(const struct slot *s) {
    return s->who < 0 ? IN_DOUBT : s->who / RANKS;
}

static int rank_of(const struct slot *s) {
    return (int)((s->who < 0 ? -s->who : s->who) % RANKS);
}

static void put(struct table *t, struct str text, int64_t id, int rank) {
    if (2 * (t->n + 1) > t->cap)
        grow(t);
    uint64_t key = digest(text);
    struct slot *s = slot_of(t, key);
    if (s->key == 0) {
        *s = (struct slot){key, id * RANKS + rank};
        t->n++;
    } else if (rank < rank_of(s)) {
        s->who = id * RANKS + rank;
    } else if (rank == rank_of(s) && id_of(s) != id) {
        s->who = -(RANKS + rank); /* in doubt, at this rank */
    }
}

static struct str without_zeros(struct str s) {
    size_t i = 0;
    for (size_t k = 0; k < s.n; k++)
        if (s.p[k] < '0' || s.p[k] > '9')
            return s;
    while (i + 1 < s.n && s.p[i] == '0')
        i++;
    return str_sub(s, i, s.n);
}

static void add(struct table *t, struct str text, int64_t id, int rank) {
    text = str_trim(text);
    struct str bare = without_zeros(text);
    if (text.n == 0)
        return;
    put(t, text, id, rank);
    if (bare.n < text.n)
        put(t, bare, id, rank + WITHOUT_ZEROS);
}

static enum err load_orgs(struct db *db, struct names *n, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_PROVIDE_ORG_NAMES, NO_ARGS, &r, e));
    while (rows_next(r))
        for (int c = 1; c <= 3; c++)
            add(&n->orgs, rows_str(r, c), rows_int(r, 0), 2 * c);
    return rows_close(r, e);
}

static enum err load_people(struct db *db, struct names *n, struct errmsg *e) {
    enum { FIRST = 2, LAST = 5, ALIAS = 6 };
    struct rows *r;
    TRY(db_rows(db, SQL_PROVIDE_PERSON_NAMES, NO_ARGS, &r, e));
    while (rows_next(r))
        for (int c = FIRST; c <= LAST; c++)
            add(&n->people, rows_str(r, c), rows_int(r, 0), 2 * c + (int)rows_int(r, 1));
    TRY(rows_close(r, e));
    TRY(db_rows(db, SQL_PROVIDE_PERSON_ALIASES, NO_ARGS, &r, e));
    while (rows_next(r))
        add(&n->people, rows_str(r, 2), rows_int(r, 0), 2 * ALIAS + (int)rows_int(r, 1));
    return rows_close(r, e);
}

static void drop(void *arg) {
    struct names *n = arg;
    free(n->orgs.slot);
    free(n->people.slot);
}

static enum err load(struct db *db, bool people, struct arena *a, void **out, struct errmsg *e) {
    struct names *n = ARENA_NEW(a, struct names);
    arena_defer(a, drop, n);
    grow(&n->orgs);
    grow(&n->people);
    TRY(load_orgs(db, n, e));
    if (people)
        TRY(load_people(db, n, e));
    *out = n;
    return ERR_OK;
}

static int64_t find(const void *names, enum field_type type, struct str text) {
    const struct names *n = names;
    const struct slot *s = slot_of(type == FIELD_ORG ? &n->orgs : &n->people, digest(text));
    return s->key == 0 ? 0 : id_of(s);
}

const struct source_names provide_names = {load, find};
