/*
 * How the roll-up works.
 *
 * A cell of (org, group, column) is five to eight sums. The cells of one (org, group) stand
 * together as one row of doubles, sum by sum, columns side by side; what a kind of column does not
 * need is not kept (n and num of a rate give the rest):
 *
 *     n[C] num[C] num2[V] den[Q] den2[Q] num_den[Q] | min[V] -max[V]      C columns, of which
 *     \------------ added -----------------------/   \--- minimum --/     V not rates, Q ratios
 *
 * A unit becomes one such row too (NaN: zeros and infinities). Then rolling up is: for each group
 * the unit is in, row of the group += row of the unit, which the compiler turns into plain vector
 * additions without a branch. For 20 columns and 21 groups the rows of one org are about 15 KB, so
 * the sums of a school stay in the first-level cache while its units pass by.
 *
 * Units are taken org by org (a counting sort finds them where the input is not sorted), in pieces
 * of PIECE units. A piece is the unit of work of a thread, and the result of each piece is added to
 * its org in order, so the sums do not depend on who did what. Then each org is added to its
 * parent, deepest first, by index.
 *
 * Sketches: a dense histogram per column and thread while a piece runs, kept as sorted (bucket,
 * count) lists per org; adding counts is exact, so there the order does not matter at all.
 */
#include "calc/rollup.h"

#include "base/task.h"

#include <math.h>
#include <string.h>

enum {
    TILE = 32,       /* units turned into rows at a time */
    PIECE = 16384,   /* units */
    LANE = 8,        /* rows are padded to this many doubles, 64 bytes */
    SKETCH_BITS = 6, /* 64 buckets to a doubling */
    SKETCH_LOW = (127 - 12) << SKETCH_BITS,
    SKETCH_HIGH = (127 + 30) << SKETCH_BITS,
    SKETCH_SIDE = SKETCH_HIGH - SKETCH_LOW + 1, /* buckets above 0; as many below, and 0 itself */
    SKETCH_BUCKETS = 2 * SKETCH_SIDE + 1,
};

struct bin {
    uint32_t bucket, count;
};

struct sketch {
    struct bin *bin;
    size_t n;
};

struct rollup {
    size_t orgs, rows_per_org, columns, values, ratios; /* C, V, Q */
    size_t added, width;                                /* doubles: added part; whole row, padded */
    size_t *place; /* [columns] its number: ratios, means, rates */
    double *cells; /* [orgs][rows_per_org][width] */
    size_t sketches;
    size_t *sketch_of;     /* [columns] its number, or SIZE_MAX */
    struct sketch *sketch; /* [orgs][sketches] */
};

struct piece {
    size_t from, to; /* of the order of units */
    int32_t org;
    double *cells;         /* of the org itself for its first piece, else apart */
    struct sketch *sketch; /* [sketches] */
};

struct worker;

struct job {
    const struct rollup_input *in;
    struct rollup *r;
    const uint32_t *order; /* unit at each place, or NULL: as they come */
    struct piece *piece;
    size_t pieces;
    struct worker *worker;
};

/* ---- sketch ---- */

static uint32_t sketch_bucket(double value) {
    float size = (float)fabs(value);
    uint32_t bits;
    memcpy(&bits, &size, sizeof bits);
    bits >>= 23 - SKETCH_BITS;
    if (bits < SKETCH_LOW)
        return SKETCH_SIDE;
    uint32_t at = (bits > SKETCH_HIGH ? SKETCH_HIGH : bits) - SKETCH_LOW;
    return value > 0 ? SKETCH_SIDE + 1 + at : SKETCH_SIDE - 1 - at;
}

static double sketch_value(uint32_t bucket) {
    if (bucket == SKETCH_SIDE)
        return 0;
    bool above = bucket > SKETCH_SIDE;
    uint32_t at = above ? bucket - SKETCH_SIDE - 1 : SKETCH_SIDE - 1 - bucket;
    uint32_t bits = (at + SKETCH_LOW) << (23 - SKETCH_BITS);
    float size;
    memcpy(&size, &bits, sizeof size);
    return above ? (double)size : -(double)size;
}

static struct sketch sketch_take(uint32_t dense[SKETCH_BUCKETS], struct arena *a) {
    size_t n = 0;
    for (uint32_t i = 0; i < SKETCH_BUCKETS; i++)
        n += dense[i] != 0;
    struct sketch s = {ARENA_ARRAY(a, struct bin, n), 0};
    for (uint32_t i = 0; i < SKETCH_BUCKETS; i++)
        if (dense[i] != 0) {
            s.bin[s.n++] = (struct bin){i, dense[i]};
            dense[i] = 0;
        }
    return s;
}

static void sketch_spill(const struct sketch *s, uint32_t dense[SKETCH_BUCKETS]) {
    for (size_t i = 0; i < s->n; i++)
        dense[s->bin[i].bucket] += s->bin[i].count;
}

/* ---- rows ---- */

/* Writes the units order[from..to) as rows. Rows are zeroed and stay so in their padding. */
static void fill_tile(const struct job *j, size_t from, size_t n, double *rows,
                      uint32_t (*dense)[SKETCH_BUCKETS]) {
    const struct rollup *r = j->r;
    const size_t c = r->columns, v = r->values, q = r->ratios, w = r->width;
    size_t unit[TILE];
    for (size_t i = 0; i < n; i++)
        unit[i] = j->order == NULL ? from + i : j->order[from + i];
    for (size_t k = 0; k < c; k++) {
        const struct rollup_column *col = &j->in->column[k];
        size_t p = r->place[k];
        double *to = rows + p;
        for (size_t i = 0; i < n; i++, to += w) {
            double num = col->num[unit[i]], den = 1, value = num;
            if (p < q) {
                den = col->den[unit[i]];
                value = num / den;
            }
            bool known = num == num && den == den, valued = known && den != 0;
            num = known ? num : 0;
            den = known ? den : 0;
            to[0] = known ? 1 : 0;
            to[c] = num;
            if (p < v) {
                to[2 * c] = num * num;
                to[r->added] = valued ? value : INFINITY;
                to[r->added + v] = valued ? -value : INFINITY;
            }
            if (p < q) {
                to[2 * c + v] = den;
                to[2 * c + v + q] = den * den;
                to[2 * c + v + 2 * q] = num * den;
            }
            if (valued && r->sketch_of[k] != SIZE_MAX)
                dense[r->sketch_of[k]][sketch_bucket(value)]++;
        }
    }
}

static inline __attribute__((always_inline)) void
add_row(double *restrict to, const double *restrict row, size_t added, size_t width) {
    to = __builtin_assume_aligned(to, 64);
    row = __builtin_assume_aligned(row, 64);
    size_t i = 0;
    for (; i < added; i++)
        to[i] += row[i];
    for (; i < width; i++)
        to[i] = row[i] < to[i] ? row[i] : to[i];
}

static inline __attribute__((always_inline)) void add_tile_body(double *cells, const double *rows,
                                                                const uint64_t *member, size_t n,
                                                                size_t added, size_t width) {
    for (size_t i = 0; i < n; i++, rows += width) {
        add_row(cells, rows, added, width);
        for (uint64_t left = member[i]; left != 0; left &= left - 1)
            add_row(cells + ((size_t)__builtin_ctzll(left) + 1) * width, rows, added, width);
    }
}

typedef void add_tile_fn(double *cells, const double *rows, const uint64_t *member, size_t n,
                         size_t added, size_t width);

static void add_tile(double *cells, const double *rows, const uint64_t *member, size_t n,
                     size_t added, size_t width) {
    add_tile_body(cells, rows, member, n, added, width);
}

#if defined __x86_64__
/* The same additions in wider registers: the same digits, since no sum is split over lanes. */
__attribute__((target("avx2"))) static void add_tile_avx2(double *cells, const double *rows,
                                                          const uint64_t *member, size_t n,
                                                          size_t added, size_t width) {
    add_tile_body(cells, rows, member, n, added, width);
}

__attribute__((target("avx512f"))) static void add_tile_avx512(double *cells, const double *rows,
                                                               const uint64_t *member, size_t n,
                                                               size_t added, size_t width) {
    add_tile_body(cells, rows, member, n, added, width);
}
#endif

static add_tile_fn *best_add_tile(void) {
#if defined __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return add_tile_avx512;
    if (__builtin_cpu_supports("avx2"))
        return add_tile_avx2;
#endif
    return add_tile;
}

static void clear_row(const struct rollup *r, double *row) {
    for (size_t i = 0; i < r->width; i++)
        row[i] = i < r->added ? 0 : INFINITY;
}

/* ---- threads ---- */

struct worker {
    struct arena *arena; /* results: lives as long as the roll-up */
    double *rows;        /* [TILE][width] */
    uint32_t (*dense)[SKETCH_BUCKETS];
};

static void run_piece(void *ctx, unsigned worker, size_t number) {
    const struct job *j = ctx;
    struct worker *w = &j->worker[worker];
    struct piece *p = &j->piece[number];
    add_tile_fn *add = best_add_tile();
    const struct rollup *r = j->r;
    for (size_t at = p->from; at < p->to; at += TILE) {
        size_t n = p->to - at < TILE ? p->to - at : TILE;
        uint64_t member[TILE] = {0};
        fill_tile(j, at, n, w->rows, w->dense);
        for (size_t i = 0; j->in->member != NULL && i < n; i++)
            member[i] = j->in->member[j->order == NULL ? at + i : j->order[at + i]];
        add(p->cells, w->rows, member, n, r->added, r->width);
    }
    for (size_t s = 0; s < r->sketches; s++)
        p->sketch[s] = sketch_take(w->dense[s], w->arena);
}

static void free_arena(void *a) {
    arena_free(a);
}

static double *aligned(struct arena *a, size_t doubles) {
    CHECK(doubles < SIZE_MAX / sizeof(double) - 64);
    char *p = arena_alloc(a, doubles * sizeof(double) + 64);
    return (double *)(void *)(p + (64 - (uintptr_t)p % 64) % 64);
}

static void run_job(struct job *j, struct arena *a) {
    unsigned n = j->in->threads == 0 ? 1 : j->in->threads;
    struct worker *w = j->worker = ARENA_ARRAY(a, struct worker, n);
    for (unsigned i = 0; i < n; i++) {
        w[i].rows = aligned(a, TILE * j->r->width);
        w[i].dense = arena_array(a, j->r->sketches, sizeof *w[i].dense);
        w[i].arena = j->r->sketches == 0 ? NULL : arena_new(SIZE_MAX / 2);
        if (w[i].arena != NULL)
            arena_defer(a, free_arena, w[i].arena);
        for (size_t u = 0; u < TILE; u++)
            clear_row(j->r, w[i].rows + u * j->r->width);
    }
    task_run(n, j->pieces, run_piece, j);
}

/* ---- planning ---- */

static enum err check_input(const struct rollup_input *in, struct errmsg *e) {
    if (in->groups > ROLLUP_GROUPS_MAX)
        return err_set(e, ERR_INVALID,
                       "%zu groups are more than the %d that are rolled up at once.", in->groups,
                       ROLLUP_GROUPS_MAX);
    if (in->units >= UINT32_MAX || in->orgs >= INT32_MAX || in->threads > TASK_THREADS_MAX)
        return err_set(e, ERR_INVALID, "Too many units, orgs or threads for one roll-up.");
    for (size_t i = 0; i < in->units; i++)
        if (in->org[i] >= (int32_t)in->orgs)
            return err_set(e, ERR_INVALID, "Unit %zu stands at org %d, of %zu orgs.", i, in->org[i],
                           in->orgs);
    uint64_t past = in->groups == 64 ? 0 : ~(uint64_t)0 << in->groups;
    for (size_t i = 0; in->member != NULL && i < in->units; i++)
        if ((in->member[i] & past) != 0)
            return err_set(e, ERR_INVALID, "Unit %zu is in a group past the %zu given.", i,
                           in->groups);
    return ERR_OK;
}

/* Orgs, deepest first (by index within a depth). */
static enum err by_depth(const struct rollup_input *in, struct arena *a, uint32_t **out,
                         struct errmsg *e) {
    size_t n = in->orgs;
    uint32_t *depth = ARENA_ARRAY(a, uint32_t, n), *start = ARENA_ARRAY(a, uint32_t, n + 2);
    *out = ARENA_ARRAY(a, uint32_t, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t d = 0;
        for (int32_t at = in->parent[i]; at >= 0; at = in->parent[at]) {
            if (at >= (int32_t)n)
                return err_set(e, ERR_INVALID, "Org %zu stands below org %d, of %zu orgs.", i, at,
                               n);
            if (++d > n)
                return err_set(e, ERR_INVALID, "Org %zu stands below itself.", i);
        }
        depth[i] = d;
        start[n - d]++; /* place n - d of counts, moved by one below */
    }
    for (size_t d = 0, sum = 0; d <= n; d++) {
        size_t here = start[d];
        start[d] = (uint32_t)sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        (*out)[start[n - depth[i]]++] = (uint32_t)i;
    return ERR_OK;
}

static void plan_columns(const struct rollup_input *in, struct arena *a, struct rollup *r) {
    r->orgs = in->orgs;
    r->rows_per_org = in->groups + 1;
    r->columns = in->columns;
    r->place = ARENA_ARRAY(a, size_t, in->columns);
    r->sketch_of = ARENA_ARRAY(a, size_t, in->columns);
    size_t next = 0;
    static const enum rollup_kind order[] = {ROLLUP_RATIO, ROLLUP_MEAN, ROLLUP_RATE};
    for (size_t o = 0; o < 3; o++)
        for (size_t k = 0; k < in->columns; k++)
            if (in->column[k].kind == order[o]) {
                r->ratios += order[o] == ROLLUP_RATIO;
                r->values += order[o] != ROLLUP_RATE;
                r->place[k] = next++;
                r->sketch_of[k] = in->column[k].sketch ? r->sketches++ : SIZE_MAX;
            }
    r->added = 2 * r->columns + r->values + 3 * r->ratios;
    r->width = (r->added + 2 * r->values + LANE - 1) / LANE * LANE;
}

/* Where the units of each org are: sets order (or NULL) and first [orgs + 1]. */
static const uint32_t *sort_units(const struct rollup_input *in, struct arena *a, uint32_t *first) {
    bool sorted = true;
    for (size_t i = 0; i < in->units; i++) {
        sorted = sorted && in->org[i] >= 0 && (i == 0 || in->org[i] >= in->org[i - 1]);
        if (in->org[i] >= 0)
            first[in->org[i] + 1]++;
    }
    for (size_t o = 0; o < in->orgs; o++)
        first[o + 1] += first[o];
    if (sorted)
        return NULL;
    uint32_t *order = ARENA_ARRAY(a, uint32_t, in->units),
             *at = ARENA_ARRAY(a, uint32_t, in->orgs + 1);
    memcpy(at, first, in->orgs * sizeof *at);
    for (size_t i = 0; i < in->units; i++)
        if (in->org[i] >= 0)
            order[at[in->org[i]]++] = (uint32_t)i;
    return order;
}

/* Cuts the orgs' units into pieces; the first piece of an org works in the org's own cells. */
static void plan_pieces(struct job *j, const uint32_t *first, struct arena *a) {
    struct rollup *r = j->r;
    const size_t block = r->rows_per_org * r->width;
    size_t n = 0;
    for (size_t o = 0; o < r->orgs; o++)
        n += (first[o + 1] - first[o] + PIECE - 1) / PIECE;
    j->piece = ARENA_ARRAY(a, struct piece, n);
    for (size_t o = 0; o < r->orgs; o++)
        for (size_t at = first[o]; at < first[o + 1]; at += PIECE) {
            struct piece *p = &j->piece[j->pieces++];
            p->org = (int32_t)o;
            p->from = at;
            p->to = first[o + 1] - at < PIECE ? first[o + 1] : at + PIECE;
            if (at == first[o]) {
                p->cells = r->cells + o * block;
                p->sketch = r->sketch + o * r->sketches;
                continue;
            }
            p->cells = aligned(a, block);
            p->sketch = ARENA_ARRAY(a, struct sketch, r->sketches);
            for (size_t g = 0; g < r->rows_per_org; g++)
                clear_row(r, p->cells + g * r->width);
        }
}

static void add_block(const struct rollup *r, double *to, const double *from) {
    for (size_t g = 0; g < r->rows_per_org; g++)
        add_row(to + g * r->width, from + g * r->width, r->added, r->width);
}

/* Adds the later pieces of each org to it, then each org to its parent. */
static void merge_cells(const struct job *j, const uint32_t *deepest_first) {
    struct rollup *r = j->r;
    const size_t block = r->rows_per_org * r->width;
    for (size_t i = 0; i < j->pieces; i++) {
        double *own = r->cells + (size_t)j->piece[i].org * block;
        if (j->piece[i].cells != own)
            add_block(r, own, j->piece[i].cells);
    }
    for (size_t i = 0; i < r->orgs; i++) {
        size_t o = deepest_first[i];
        if (j->in->parent[o] >= 0)
            add_block(r, r->cells + (size_t)j->in->parent[o] * block, r->cells + o * block);
    }
}

/* The same for sketches. children lists are walked through `first_child` and `sibling`. */
static void merge_sketches(const struct job *j, const uint32_t *deepest_first, struct arena *a) {
    struct rollup *r = j->r;
    uint32_t *dense = ARENA_ARRAY(a, uint32_t, SKETCH_BUCKETS);
    int32_t *child = ARENA_ARRAY(a, int32_t, r->orgs), *sibling = ARENA_ARRAY(a, int32_t, r->orgs);
    size_t *pieces = ARENA_ARRAY(a, size_t, r->orgs + 1);
    memset(child, 0xFF, r->orgs * sizeof *child);
    memset(sibling, 0xFF, r->orgs * sizeof *sibling);
    for (size_t o = r->orgs; o-- > 0;)
        if (j->in->parent[o] >= 0) {
            sibling[o] = child[j->in->parent[o]];
            child[j->in->parent[o]] = (int32_t)o;
        }
    for (size_t i = 0; i < j->pieces; i++)
        pieces[j->piece[i].org + 1]++;
    for (size_t o = 0; o < r->orgs; o++)
        pieces[o + 1] += pieces[o];
    for (size_t i = 0; i < r->orgs; i++) {
        size_t o = deepest_first[i];
        if (child[o] < 0 && pieces[o + 1] - pieces[o] <= 1)
            continue;
        for (size_t s = 0; s < r->sketches; s++) {
            for (size_t p = pieces[o]; p < pieces[o + 1]; p++)
                sketch_spill(&j->piece[p].sketch[s], dense);
            for (int32_t c = child[o]; c >= 0; c = sibling[c])
                sketch_spill(&r->sketch[(size_t)c * r->sketches + s], dense);
            r->sketch[o * r->sketches + s] = sketch_take(dense, a);
        }
    }
}

enum err rollup_run(const struct rollup_input *in, size_t bytes_max, struct arena *a,
                    struct rollup **out, struct errmsg *e) {
    uint32_t *deepest_first;
    TRY(check_input(in, e));
    TRY(by_depth(in, a, &deepest_first, e));
    struct rollup *r = ARENA_NEW(a, struct rollup);
    plan_columns(in, a, r);
    size_t row_bytes = r->rows_per_org * r->width * sizeof(double);
    if (bytes_max > 0 && r->orgs > 0 && row_bytes > bytes_max / r->orgs)
        return err_set(
            e, ERR_LIMIT,
            "A roll-up of %zu orgs, %zu groups and %zu indicators takes more memory than "
            "is allowed (%zu MB): ask for fewer groups or indicators at a time.",
            r->orgs, in->groups, in->columns, bytes_max >> 20);
    r->cells = aligned(a, r->orgs * r->rows_per_org * r->width);
    for (size_t i = 0; i < r->orgs * r->rows_per_org; i++)
        clear_row(r, r->cells + i * r->width);
    r->sketch = ARENA_ARRAY(a, struct sketch, r->orgs * r->sketches);
    struct job j = {.in = in, .r = r};
    uint32_t *first = ARENA_ARRAY(a, uint32_t, in->orgs + 1);
    j.order = sort_units(in, a, first);
    plan_pieces(&j, first, a);
    run_job(&j, a);
    merge_cells(&j, deepest_first);
    if (r->sketches > 0)
        merge_sketches(&j, deepest_first, a);
    *out = r;
    return ERR_OK;
}

/* ---- pairs ---- */

/* under[o]: the number of the wanted org at or above org o, or -1. */
static enum err find_wanted(const struct rollup_input *in, const int32_t orgs[], size_t n_orgs,
                            int32_t *under, struct errmsg *e) {
    memset(under, 0xFF, in->orgs * sizeof *under);
    for (size_t i = 0; i < n_orgs; i++) {
        if (orgs[i] < 0 || orgs[i] >= (int32_t)in->orgs || under[orgs[i]] >= 0)
            return err_set(e, ERR_INVALID, "Org %d is not one of the %zu, or is named twice.",
                           orgs[i], in->orgs);
        under[orgs[i]] = (int32_t)i;
    }
    for (size_t i = 0; i < n_orgs; i++)
        for (int32_t at = in->parent[orgs[i]]; at >= 0; at = in->parent[at])
            if (under[at] >= 0)
                return err_set(e, ERR_INVALID, "Org %d stands above org %d; name one level.", at,
                               orgs[i]);
    for (size_t o = 0; o < in->orgs; o++) {
        int32_t at = (int32_t)o;
        while (at >= 0 && under[at] < 0)
            at = in->parent[at];
        int32_t found = at < 0 ? -1 : under[at];
        for (at = (int32_t)o; at >= 0 && under[at] < 0 && found >= 0; at = in->parent[at])
            under[at] = found;
    }
    return ERR_OK;
}

/* Rows of one pass of up to 64 pairs go behind those of the passes before. */
static void copy_pass(struct rollup *all, const struct rollup *part, size_t from) {
    for (size_t o = 0; o < all->orgs; o++) {
        double *to = all->cells + o * all->rows_per_org * all->width;
        const double *rows = part->cells + o * part->rows_per_org * part->width;
        memcpy(to, rows, part->width * sizeof *to);
        memcpy(to + (from + 1) * all->width, rows + part->width,
               (part->rows_per_org - 1) * part->width * sizeof *to);
    }
}

enum err rollup_pairs(const struct rollup_input *in, const int32_t orgs[], size_t n_orgs,
                      const struct rollup_pair pairs[], size_t n_pairs, size_t bytes_max,
                      struct arena *a, struct rollup **out, struct errmsg *e) {
    TRY(check_input(in, e));
    uint32_t *deepest_first; /* only to refuse circles before the tree is walked */
    TRY(by_depth(in, a, &deepest_first, e));
    int32_t *under = ARENA_ARRAY(a, int32_t, in->orgs), *org = ARENA_ARRAY(a, int32_t, in->units),
            *top = ARENA_ARRAY(a, int32_t, n_orgs);
    uint64_t *member = ARENA_ARRAY(a, uint64_t, in->units);
    TRY(find_wanted(in, orgs, n_orgs, under, e));
    for (size_t i = 0; i < in->units; i++)
        org[i] = in->org[i] < 0 ? -1 : under[in->org[i]];
    memset(top, 0xFF, n_orgs * sizeof *top);
    for (size_t p = 0; p < n_pairs; p++)
        if (pairs[p].a < 1 || pairs[p].a > in->groups || pairs[p].b < 1 || pairs[p].b > in->groups)
            return err_set(e, ERR_INVALID, "Pair %zu names a group past the %zu given.", p,
                           in->groups);
    struct rollup_input part = *in;
    part.org = org;
    part.orgs = n_orgs;
    part.parent = top;
    part.member = member;
    struct rollup *all = NULL;
    for (size_t from = 0; from == 0 || from < n_pairs; from += ROLLUP_GROUPS_MAX) {
        size_t n = n_pairs - from < ROLLUP_GROUPS_MAX ? n_pairs - from : ROLLUP_GROUPS_MAX;
        for (size_t i = 0; i < in->units; i++) {
            uint64_t has = in->member == NULL ? 0 : in->member[i], bits = 0;
            for (size_t p = 0; p < n; p++)
                bits |= (has >> (pairs[from + p].a - 1) & has >> (pairs[from + p].b - 1) & 1) << p;
            member[i] = bits;
        }
        part.groups = n;
        struct rollup *r;
        TRY(rollup_run(&part, bytes_max, a, &r, e));
        if (n == n_pairs) {
            all = r;
            break;
        }
        if (all == NULL) {
            all = ARENA_NEW(a, struct rollup);
            *all = *r;
            all->rows_per_org = n_pairs + 1;
            if (bytes_max > 0 && n_orgs > 0 &&
                all->rows_per_org * all->width * sizeof(double) > bytes_max / n_orgs)
                return err_set(e, ERR_LIMIT,
                               "%zu pairs of groups in %zu orgs take more memory than is allowed "
                               "(%zu MB): ask for fewer pairs at a time.",
                               n_pairs, n_orgs, bytes_max >> 20);
            all->cells = aligned(a, n_orgs * all->rows_per_org * all->width);
        }
        copy_pass(all, r, from);
    }
    *out = all;
    return ERR_OK;
}

/* ---- reading ---- */

struct rollup_cell rollup_cell(const struct rollup *r, size_t org, size_t group, size_t column) {
    CHECK(org < r->orgs && group < r->rows_per_org && column < r->columns);
    const double *row = r->cells + (org * r->rows_per_org + group) * r->width;
    const size_t p = r->place[column], c = r->columns, v = r->values, q = r->ratios;
    double n = row[p], num = row[c + p];
    struct rollup_cell cell = {
        .n = n, .num = num, .den = n, .num2 = num, .den2 = n, .num_den = num};
    cell.min = n > 0 ? num < n ? 0 : 1 : NAN;
    cell.max = n > 0 ? num > 0 ? 1 : 0 : NAN;
    if (p < v) {
        double low = row[r->added + p], high = -row[r->added + v + p];
        cell.num2 = row[2 * c + p];
        cell.min = low <= high ? low : NAN;
        cell.max = low <= high ? high : NAN;
    }
    if (p < q) {
        cell.den = row[2 * c + v + p];
        cell.den2 = row[2 * c + v + q + p];
        cell.num_den = row[2 * c + v + 2 * q + p];
    }
    return cell;
}

void rollup_cell_add(struct rollup_cell *to, const struct rollup_cell *more) {
    to->n += more->n;
    to->num += more->num;
    to->den += more->den;
    to->num2 += more->num2;
    to->den2 += more->den2;
    to->num_den += more->num_den;
    to->min = fmin(to->min, more->min); /* a NaN loses */
    to->max = fmax(to->max, more->max);
}

double rollup_quantile(const struct rollup *r, size_t org, size_t column, double p) {
    CHECK(org < r->orgs && column < r->columns);
    if (r->sketch_of[column] == SIZE_MAX || !(p >= 0 && p <= 1))
        return NAN;
    const struct sketch *s = &r->sketch[org * r->sketches + r->sketch_of[column]];
    uint64_t all = 0, seen = 0;
    for (size_t i = 0; i < s->n; i++)
        all += s->bin[i].count;
    if (all == 0)
        return NAN;
    uint64_t rank = (uint64_t)(p * (double)(all - 1));
    size_t i = 0;
    while ((seen += s->bin[i].count) <= rank)
        i++;
    struct rollup_cell cell = rollup_cell(r, org, ROLLUP_ALL, column);
    double value = sketch_value(s->bin[i].bucket);
    return fmin(fmax(value, cell.min), cell.max);
}

void rollup_distinct(const int32_t key[], const uint32_t person[], size_t rows, size_t keys,
                     uint32_t last[], uint32_t count[]) {
    memset(last, 0xFF, keys * sizeof *last);
    memset(count, 0, keys * sizeof *count);
    for (size_t i = 0; i < rows; i++) {
        if (key[i] < 0)
            continue;
        CHECK((size_t)key[i] < keys && person[i] != UINT32_MAX);
        count[key[i]] += last[key[i]] != person[i];
        last[key[i]] = person[i];
    }
}
