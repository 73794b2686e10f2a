/*
 * From keys to relations. A relation is found as triples (total, kind, part), sorted so that the
 * parts of one total and kind stand together; the kind tells a total's children from its categories
 * in one dimension or another, and from its periods.
 *
 * Rows "all = sum of categories" are made for the lowest orgs only: with the columns "parent = sum
 * of children" they imply those of the orgs above. Each cell of a table is then in two relations,
 * which is what the search in calc/circuit.c is quick at.
 */
#include "measure/raw.h"

#include "calc/stats.h"
#include "measure/catalogue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIMS_MAX = 64, DEPTH_MAX = 4, KIND_CHILDREN = 0, KIND_PERIODS = 1, KIND_DIM = 2 };
#define ANY_ORG UINT32_MAX /* in a key: "somewhere" */
#define NO_CELL UINT32_MAX

struct triple {
    uint32_t total, kind, part;
};

struct slot {
    struct raw_key key;
    uint32_t cell; /* NO_CELL: free */
};

struct build {
    const struct raw_universe *u;
    struct slot *slot;
    size_t n_slots; /* a power of 2 */
    bool *has_children;
    struct raw_key *key; /* the universe's cells, then the rests */
    struct suppress_cell *cell;
    size_t n, cap;
    struct triple *triple;
    size_t n_triples, cap_triples;
};

static void *zeroed(size_t n, size_t size) {
    void *p = calloc(n == 0 ? 1 : n, size);
    CHECK(p != NULL);
    return p;
}

/* -- Finding a cell by its key -- */

static uint64_t key_hash(const struct raw_key *k) {
    uint64_t a = (uint64_t)k->org << 32 | k->period;
    uint64_t b = (uint64_t)k->dim1 << 48 | (uint64_t)k->cat1 << 32 | (uint64_t)k->dim2 << 16 |
                 (uint64_t)k->cat2;
    a = (a ^ b * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xBF58476D1CE4E5B9);
    return a ^ (a >> 29) ^ (a >> 47);
}

static bool key_same(const struct raw_key *a, const struct raw_key *b) {
    return a->org == b->org && a->period == b->period && a->dim1 == b->dim1 && a->cat1 == b->cat1 &&
           a->dim2 == b->dim2 && a->cat2 == b->cat2;
}

static struct slot *slot_of(const struct build *b, const struct raw_key *k) {
    size_t i = (size_t)key_hash(k) & (b->n_slots - 1);
    while (b->slot[i].cell != NO_CELL && !key_same(&b->slot[i].key, k))
        i = (i + 1) & (b->n_slots - 1);
    return &b->slot[i];
}

static uint32_t find(const struct build *b, struct raw_key k) {
    return slot_of(b, &k)->cell;
}

static void note(struct build *b, struct raw_key k, uint32_t cell) {
    struct slot *s = slot_of(b, &k);
    s->key = k;
    s->cell = cell;
}

/* A key with both dimensions, the lower one first. */
static struct raw_key pair_key(const struct raw_key *at, uint16_t d1, uint16_t c1, uint16_t d2,
                               uint16_t c2) {
    struct raw_key k = *at;
    bool swap = d2 < d1;
    k.dim1 = swap ? d2 : d1;
    k.cat1 = swap ? c2 : c1;
    k.dim2 = swap ? d1 : d2;
    k.cat2 = swap ? c1 : c2;
    return k;
}

static struct raw_key one_key(const struct raw_key *at, uint16_t d, uint16_t c) {
    struct raw_key k = *at;
    k.dim1 = d;
    k.cat1 = c;
    k.dim2 = k.cat2 = RAW_ALL;
    return k;
}

static const struct raw_nest *nest_of(const struct build *b, uint16_t dim, uint16_t cat) {
    for (size_t i = 0; i < b->u->n_nest; i++)
        if (b->u->nest[i].dim == dim && b->u->nest[i].cat == cat)
            return &b->u->nest[i];
    return NULL;
}

/* What (d, c) is a part of, if that is in the universe: alone, or crossed with d2. */
static const struct raw_nest *nest_in_use(const struct build *b, uint16_t d, uint16_t c,
                                          uint16_t d2) {
    struct raw_key any = {ANY_ORG, 0, 0, 0, 0, 0};
    const struct raw_nest *in = nest_of(b, d, c);
    if (in == NULL || in->in_dim == d2)
        return NULL;
    any = d2 == RAW_ALL ? one_key(&any, in->in_dim, in->in_cat)
                        : pair_key(&any, in->in_dim, in->in_cat, d2, 0);
    return find(b, any) == NO_CELL ? NULL : in;
}

/* The total of a cell when its category (d, c) is summed over; (d2, c2) stays. */
static struct raw_key total_key(const struct build *b, const struct raw_key *k, uint16_t d,
                                uint16_t c, uint16_t d2, uint16_t c2) {
    const struct raw_nest *in = nest_in_use(b, d, c, d2);
    if (in == NULL)
        return one_key(k, d2, c2);
    return d2 == RAW_ALL ? one_key(k, in->in_dim, in->in_cat)
                         : pair_key(k, in->in_dim, in->in_cat, d2, c2);
}

/* -- Cells -- */

/* How many categories a category is a part of, one in the other. */
static uint32_t depth_of(const struct build *b, uint16_t d, uint16_t c, uint16_t d2) {
    uint32_t depth = 0;
    for (const struct raw_nest *in = nest_in_use(b, d, c, d2); in != NULL && depth + 1 < DEPTH_MAX;
         in = nest_in_use(b, in->in_dim, in->in_cat, d2))
        depth++;
    return depth;
}

/* Tables in an order in which totals come first: all, dimensions by depth, pairs by depth. */
static uint32_t block_of(const struct build *b, const struct raw_key *k) {
    if (k->dim1 == RAW_ALL)
        return 0;
    uint32_t depth = depth_of(b, k->dim1, k->cat1, k->dim2);
    if (k->dim2 == RAW_ALL)
        return 1 + depth * DIMS_MAX + k->dim1;
    depth += depth_of(b, k->dim2, k->cat2, k->dim1);
    return 1 + DEPTH_MAX * DIMS_MAX + (depth * DIMS_MAX + k->dim1) * DIMS_MAX + k->dim2;
}

static void add_cell(struct build *b, const struct raw_key *k, int64_t n, int64_t num,
                     uint32_t flags) {
    if (b->n == b->cap) {
        b->cap = b->cap * 2 + 64;
        b->key = realloc(b->key, b->cap * sizeof *b->key);
        b->cell = realloc(b->cell, b->cap * sizeof *b->cell);
        CHECK(b->key != NULL && b->cell != NULL);
    }
    b->key[b->n] = *k;
    b->cell[b->n++] = (struct suppress_cell){.n = n, .num = num, .flags = flags};
}

static enum err check_key(const struct raw_universe *u, size_t i, struct errmsg *e) {
    const struct raw_key *k = &u->cells[i].key;
    bool one = k->dim1 == RAW_ALL || k->dim1 < DIMS_MAX;
    bool two = k->dim2 == RAW_ALL || (k->dim2 < DIMS_MAX && k->dim1 < k->dim2);
    if (k->org >= u->n_orgs || k->period >= u->n_periods || !one || !two)
        return err_set(e, ERR_INVALID, "Cell %zu of the universe has a key that cannot be.", i);
    return ERR_OK;
}

/* "Somewhere there is such a category": what total_key asks. */
static void note_anywhere(struct build *b, const struct raw_key *k) {
    struct raw_key any = {ANY_ORG, 0, 0, 0, 0, 0};
    if (k->dim1 == RAW_ALL)
        return;
    if (k->dim2 == RAW_ALL) {
        note(b, one_key(&any, k->dim1, k->cat1), 0);
        return;
    }
    note(b, pair_key(&any, k->dim1, k->cat1, k->dim2, 0), 0);
    note(b, pair_key(&any, k->dim1, 0, k->dim2, k->cat2), 0);
}

static enum err add_cells(struct build *b, bool rates, struct errmsg *e) {
    const struct raw_universe *u = b->u;
    for (b->n_slots = 64; b->n_slots < 8 * u->n_cells + 64; b->n_slots *= 2)
        ;
    b->slot = zeroed(b->n_slots, sizeof *b->slot);
    for (size_t i = 0; i < b->n_slots; i++)
        b->slot[i].cell = NO_CELL;
    for (size_t i = 0; i < u->n_cells; i++) {
        const struct raw_cell *c = &u->cells[i];
        TRY(check_key(u, i, e));
        if (find(b, c->key) != NO_CELL)
            return err_set(e, ERR_INVALID, "Cell %zu of the universe is there twice.", i);
        note(b, c->key, (uint32_t)i);
        note_anywhere(b, &c->key);
        add_cell(b, &c->key, c->n, rates ? (int64_t)llround(c->num) : 0, c->flags);
        if (u->parent[c->key.org] != RAW_NONE && c->n > 0)
            b->has_children[u->parent[c->key.org]] = true;
    }
    return ERR_OK;
}

/* Under every org with children, what is left of each of its cells, as one more child. */
static void add_rests(struct build *b) {
    const struct raw_universe *u = b->u;
    size_t n = u->n_cells;
    int64_t(*left)[2] = zeroed(n, sizeof *left);
    for (size_t i = 0; i < n; i++) {
        left[i][0] += b->cell[i].n;
        left[i][1] += b->cell[i].num;
        struct raw_key k = b->key[i];
        if (u->parent[k.org] == RAW_NONE)
            continue;
        k.org = u->parent[k.org];
        uint32_t total = find(b, k);
        if (total != NO_CELL) {
            left[total][0] -= b->cell[i].n;
            left[total][1] -= b->cell[i].num;
        }
    }
    for (size_t i = 0; i < n; i++) {
        struct raw_key k = b->key[i];
        int64_t num = left[i][1] < 0 ? 0 : left[i][1] < left[i][0] ? left[i][1] : left[i][0];
        if (!b->has_children[k.org] || left[i][0] <= 0)
            continue;
        k.org += (uint32_t)u->n_orgs;
        note(b, k, (uint32_t)b->n);
        add_cell(b, &k, left[i][0], num, SUPPRESS_UNPUBLISHED);
    }
    free(left);
}

/* -- Relations -- */

static void tie(struct build *b, uint32_t total, uint32_t kind, uint32_t part) {
    if (total == NO_CELL || b->cell[total].block > b->cell[part].block)
        return;
    if (b->n_triples == b->cap_triples) {
        b->cap_triples = b->cap_triples * 2 + 256;
        b->triple = realloc(b->triple, b->cap_triples * sizeof *b->triple);
        CHECK(b->triple != NULL);
    }
    b->triple[b->n_triples++] = (struct triple){total, kind, part};
}

/* The kind keeps parts of different tables apart even below one total. */
static uint32_t dim_kind(const struct build *b, uint32_t part, uint16_t dim) {
    return KIND_DIM + b->cell[part].block * DIMS_MAX + dim;
}

static void tie_cell(struct build *b, uint32_t i) {
    const struct raw_universe *u = b->u;
    const struct raw_key k = b->key[i];
    bool rest = k.org >= u->n_orgs;
    uint32_t above = rest ? k.org - (uint32_t)u->n_orgs : u->parent[k.org];
    struct raw_key t = k;
    if (above != RAW_NONE) {
        t.org = above;
        tie(b, find(b, t), KIND_CHILDREN, i);
    }
    if (u->period[k.period].of != RAW_NONE) {
        t = k;
        t.period = u->period[k.period].of;
        tie(b, find(b, t), KIND_PERIODS, i);
    }
    if (k.dim1 == RAW_ALL || (!rest && b->has_children[k.org]))
        return;
    tie(b, find(b, total_key(b, &k, k.dim1, k.cat1, k.dim2, k.cat2)), dim_kind(b, i, k.dim1), i);
    if (k.dim2 != RAW_ALL)
        tie(b, find(b, total_key(b, &k, k.dim2, k.cat2, k.dim1, k.cat1)), dim_kind(b, i, k.dim2),
            i);
}

static int by_triple(const void *a, const void *b) {
    const struct triple *x = a, *y = b;
    if (x->total != y->total)
        return x->total < y->total ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

/* A slot for each key without its org and period, a layer for each org and period. */
static void set_slots(struct build *b) {
    uint32_t slots = 0;
    for (size_t i = 0; i < b->n; i++) {
        struct raw_key k = b->key[i];
        k.org = ANY_ORG;
        k.period = 1; /* 0 is note_anywhere's */
        struct slot *s = slot_of(b, &k);
        if (s->cell == NO_CELL)
            note(b, k, slots++);
        b->cell[i].slot = find(b, k);
        b->cell[i].layer = b->key[i].org + b->key[i].period * 2 * (uint32_t)b->u->n_orgs;
    }
}

static void make_relations(struct build *b, struct suppress_input *in) {
    for (size_t i = 0; i < b->n; i++)
        b->cell[i].block = block_of(b, &b->key[i]);
    set_slots(b);
    for (uint32_t i = 0; i < b->n; i++)
        if (b->cell[i].n > 0)
            tie_cell(b, i);
    if (b->n_triples > 0)
        qsort(b->triple, b->n_triples, sizeof *b->triple, by_triple);
    struct suppress_relation *rel = zeroed(b->n_triples, sizeof *rel);
    uint32_t *part = zeroed(b->n_triples, sizeof *part);
    size_t n = 0;
    for (size_t i = 0; i < b->n_triples; i++) {
        const struct triple *t = &b->triple[i];
        if (i == 0 || t[-1].total != t->total || t[-1].kind != t->kind)
            rel[n++] = (struct suppress_relation){t->total, (uint32_t)i, 0};
        rel[n - 1].count++;
        part[i] = t->part;
    }
    in->relations = rel;
    in->n_relations = n;
    in->parts = part;
    in->n_parts = b->n_triples;
}

/* -- Deciding -- */

static void build_free(struct build *b, struct suppress_input *in) {
    void *all[] = {b->slot, b->has_children, b->key, b->cell, b->triple};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
    union { /* made by make_relations, const to all others */
        const void *c;
        void *p;
    } rel = {in->relations}, part = {in->parts};
    free(rel.p);
    free(part.p);
}

static enum err build_input(const struct raw_universe *u, const struct indicator *ind,
                            struct build *b, struct suppress_input *in, struct errmsg *e) {
    bool rates = ind->kind == MEASURE_RATE;
    *b = (struct build){.u = u};
    *in = (struct suppress_input){.with_num = rates, .layered = true, .min_n = u->min_n};
    for (size_t p = 0; p < u->n_periods; p++)
        in->layered = in->layered && u->period[p].of == RAW_NONE;
    b->has_children = zeroed(u->n_orgs, sizeof *b->has_children);
    TRY(add_cells(b, rates, e));
    add_rests(b);
    make_relations(b, in);
    in->cells = b->cell;
    in->n_cells = b->n;
    return ERR_OK;
}

enum err raw_decide(const struct raw_universe *u, const struct indicator *ind,
                    struct suppress_report *report, struct errmsg *e) {
    struct build b;
    struct suppress_input in;
    *report = (struct suppress_report){0};
    for (size_t i = 0; i < u->n_cells; i++)
        u->cells[i].verdict = (struct suppress_verdict){0};
    if (!indicator_about_people(ind))
        return ERR_OK;
    struct suppress_verdict *v = NULL;
    enum err err = build_input(u, ind, &b, &in, e);
    if (err == ERR_OK) {
        v = zeroed(in.n_cells, sizeof *v);
        err = suppress_run(&in, v, report, e);
    }
    for (size_t i = 0; v != NULL && i < u->n_cells; i++)
        u->cells[i].verdict = v[i];
    free(v);
    build_free(&b, &in);
    return err;
}

enum err raw_audit(const struct raw_universe *u, const struct indicator *ind,
                   struct suppress_audited *out, struct errmsg *e) {
    struct build b;
    struct suppress_input in;
    *out = (struct suppress_audited){0};
    if (!indicator_about_people(ind))
        return ERR_OK;
    struct suppress_verdict *v = NULL;
    enum err err = build_input(u, ind, &b, &in, e);
    if (err == ERR_OK) {
        v = zeroed(in.n_cells, sizeof *v);
        suppress_primary(&in, v); /* the rests, which have no stored verdict */
        for (size_t i = 0; i < u->n_cells; i++)
            v[i] = u->cells[i].verdict;
        err = suppress_audit(&in, v, NULL, 0, out, e);
    }
    free(v);
    build_free(&b, &in);
    return err;
}

/* -- Over time -- */

struct old {
    struct raw_key key; /* without its period */
    const struct raw_cell *cell;
};

static int key_cmp(const struct raw_key *a, const struct raw_key *b) {
    const uint32_t x[] = {a->org, a->dim1, a->cat1, a->dim2, a->cat2};
    const uint32_t y[] = {b->org, b->dim1, b->cat1, b->dim2, b->cat2};
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static int by_key(const void *a, const void *b) {
    const struct old *x = a, *y = b;
    return key_cmp(&x->key, &y->key);
}

void raw_sticky(const struct raw_cell last[], size_t n_last, struct raw_cell now[], size_t n_now) {
    struct old *old = zeroed(n_last, sizeof *old);
    for (size_t i = 0; i < n_last; i++)
        old[i] = (struct old){last[i].key, &last[i]};
    if (n_last > 0)
        qsort(old, n_last, sizeof *old, by_key);
    for (size_t i = 0; n_last > 0 && i < n_now; i++) {
        struct old want = {now[i].key, NULL};
        const struct old *was = bsearch(&want, old, n_last, sizeof *old, by_key);
        if (was == NULL)
            continue;
        if (was->cell->verdict.n != SUPPRESS_N_SHOWN)
            now[i].flags |= SUPPRESS_STICKY;
        else if (was->cell->verdict.num == SUPPRESS_NUM_HIDDEN)
            now[i].flags |= SUPPRESS_NUM_STICKY;
    }
    free(old);
}

/* -- Through the door -- */

static struct shown show_value(const struct raw_cell *c, const struct indicator *ind,
                               int64_t min_n) {
    double scale = indicator_scale(ind), n = (double)c->n;
    struct interval i = {NAN, NAN, NAN};
    double by = ind->kind == MEASURE_RATIO ? c->den : n;
    if (by == 0)
        return (struct shown){SHOWN_NO_DATA, true, c->n, NAN, NAN, NAN, NAN, NAN, (int)min_n};
    double value = scale * c->num / by;
    if (ind->kind == MEASURE_RATE)
        i = stats_share(c->num, n, 0.95);
    else if (ind->kind == MEASURE_MEAN)
        i = stats_mean(stats_moments(n, c->num, c->sq), 0.95);
    return (struct shown){SHOWN_VALUE,    true,  c->n,  value,     scale * i.low,
                          scale * i.high, value, value, (int)min_n};
}

struct shown raw_show(const struct raw_cell *c, const struct indicator *ind, int64_t min_n) {
    struct shown s = {SHOWN_HIDDEN, true, c->n, NAN, NAN, NAN, NAN, NAN, (int)min_n};
    double percent = suppress_code_percent(c->n);
    if (min_n == 0)
        s.min_n = 10;
    if (indicator_about_people(ind) && c->verdict.n != SUPPRESS_N_SHOWN) { /* even if empty */
        s.n_known = false;
        s.n = -1;
        return s;
    }
    if (c->n == 0) {
        s.state = SHOWN_NO_DATA;
        return s;
    }
    if (!indicator_about_people(ind))
        return show_value(c, ind, s.min_n);
    if (ind->kind != MEASURE_RATE || c->verdict.num == SUPPRESS_NUM_SHOWN)
        return show_value(c, ind, s.min_n);
    if (c->verdict.num == SUPPRESS_NUM_LOW) {
        s.state = SHOWN_AT_MOST;
        s.at_least = 0;
        s.at_most = percent;
    } else if (c->verdict.num == SUPPRESS_NUM_HIGH) {
        s.state = SHOWN_AT_LEAST;
        s.at_least = 100 - percent;
        s.at_most = 100;
    }
    return s;
}
