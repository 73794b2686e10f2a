/*
 * An entity's rows stand together, sorted by product and day, so every grouping here walks the
 * columns from end to end: sums by entity and label are plain vector loops over a and b, sums by
 * week see each (product, week) of an entity as one run of rows. Only where a label has several
 * entities (the students of a school) is there a table of product x week, and it is as small as one
 * school's. Which entities are active in a cell needs no hashing either: a cell remembers the last
 * entity it has counted.
 */
#include "events/scan.h"

#include "base/task.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ENTITIES_A_TASK = 2048, ROWS_A_PIECE = 1 << 18 };

/* ---- opening ---- */

static uint32_t index_of(const int64_t *id, size_t n, int64_t want) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (id[middle] < want)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The union of the segments' dictionaries, ascending; index[s][k]: where the k-th of s is in it. */
static int64_t *unite(struct facts *f, bool of_products, size_t *n, uint32_t ***index) {
    size_t all = 0, kept = 0;
    for (size_t s = 0; s < f->segments; s++)
        all += of_products ? f->segment[s].products : f->segment[s].entities;
    int64_t *id = ARENA_ARRAY(f->arena, int64_t, all);
    all = 0;
    for (size_t s = 0; s < f->segments; s++) {
        const struct segment *g = &f->segment[s];
        size_t here = of_products ? g->products : g->entities;
        memcpy(id + all, of_products ? g->product_id : g->entity_id, here * sizeof *id);
        all += here;
    }
    qsort(id, all, sizeof *id, by_id);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || id[i] != id[kept - 1])
            id[kept++] = id[i];
    *index = ARENA_ARRAY(f->arena, uint32_t *, f->segments);
    for (size_t s = 0; s < f->segments; s++) {
        const struct segment *g = &f->segment[s];
        size_t here = of_products ? g->products : g->entities;
        const int64_t *own = of_products ? g->product_id : g->entity_id;
        (*index)[s] = ARENA_ARRAY(f->arena, uint32_t, here);
        for (size_t k = 0; k < here; k++)
            (*index)[s][k] = index_of(id, kept, own[k]);
    }
    *n = kept;
    return id;
}

struct candidate {
    struct segment *segment;
    size_t rank; /* place in the order of batches */
};

static int by_first_day(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    int32_t dx = x->segment->first_day, dy = y->segment->first_day;
    return dx != dy ? (dx > dy) - (dx < dy) : (x->rank > y->rank) - (x->rank < y->rank);
}

static int by_rank(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Segments whose days overlap become one; others go in as they are. */
static enum err take_cluster(struct facts *f, struct candidate *c, size_t n, bool take,
                             struct errmsg *e) {
    struct segment *to = &f->segment[f->segments];
    if (n == 1) {
        *to = *c->segment;
        f->owned[f->segments++] = take;
        return ERR_OK;
    }
    qsort(c, n, sizeof *c, by_rank);
    const struct segment **from = ARENA_ARRAY(f->arena, const struct segment *, n);
    for (size_t i = 0; i < n; i++)
        from[i] = c[i].segment;
    enum err r = segment_merge(from, n, to, e);
    if (r == ERR_OK)
        f->owned[f->segments++] = true;
    for (size_t i = 0; take && i < n; i++)
        segment_close(c[i].segment);
    return r;
}

enum err facts_of(struct segment *const from[], size_t n, int32_t since, int32_t as_of, bool take,
                  struct facts **out, struct errmsg *e) {
    struct arena *a = arena_new(SIZE_MAX / 2);
    struct facts *f = ARENA_NEW(a, struct facts);
    *f = (struct facts){.since = since, .as_of = as_of, .arena = a};
    f->segment = ARENA_ARRAY(a, struct segment, n);
    f->owned = ARENA_ARRAY(a, bool, n);
    struct candidate *c = ARENA_ARRAY(a, struct candidate, n);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (from[i]->last_day >= since && from[i]->first_day <= as_of)
            c[m++] = (struct candidate){from[i], i};
        else if (take)
            segment_close(from[i]);
    }
    qsort(c, m, sizeof *c, by_first_day);
    enum err r = ERR_OK;
    for (size_t i = 0, end; i < m; i = end) {
        int32_t last = c[i].segment->last_day;
        for (end = i + 1; end < m && c[end].segment->first_day <= last; end++)
            last = c[end].segment->last_day > last ? c[end].segment->last_day : last;
        if (r == ERR_OK)
            r = take_cluster(f, c + i, end - i, take, e);
        else
            for (size_t k = i; take && k < end; k++)
                segment_close(c[k].segment);
    }
    if (r != ERR_OK) {
        facts_close(f);
        return r;
    }
    f->entity_id = unite(f, false, &f->entities, &f->entity_index);
    f->product_id = unite(f, true, &f->products, &f->product_index);
    *out = f;
    return ERR_OK;
}

void facts_close(struct facts *f) {
    if (f == NULL)
        return;
    for (size_t s = 0; s < f->segments; s++)
        if (f->owned[s])
            segment_close(&f->segment[s]);
    arena_free(f->arena);
}

/* The period as days since the segment's first, both included. */
struct span {
    uint16_t low, high;
    bool whole;
};

static struct span span_of(const struct facts *f, const struct segment *s) {
    int32_t low = f->since > s->first_day ? f->since : s->first_day;
    int32_t high = f->as_of < s->last_day ? f->as_of : s->last_day;
    return (struct span){(uint16_t)(low - s->first_day), (uint16_t)(high - s->first_day),
                         low == s->first_day && high == s->last_day};
}

/* ---- sums of runs of rows ---- */

static inline __attribute__((always_inline)) void sum_whole_body(const int32_t *a, const int32_t *b,
                                                                 size_t n, struct facts_sum *to) {
    int64_t sum_a = 0, sum_b = 0;
    uint32_t a_n = 0, b_n = 0;
    for (size_t i = 0; i < n; i++) {
        bool has = a[i] != FACTS_NULL;
        sum_a += has ? a[i] : 0;
        a_n += has;
    }
    for (size_t i = 0; i < n; i++) {
        bool has = b[i] != FACTS_NULL;
        sum_b += has ? b[i] : 0;
        b_n += has;
    }
    to->rows += (uint32_t)n;
    to->a_n += a_n;
    to->b_n += b_n;
    to->a += sum_a;
    to->b += sum_b;
}

typedef void sum_whole_fn(const int32_t *a, const int32_t *b, size_t n, struct facts_sum *to);

static void sum_whole(const int32_t *a, const int32_t *b, size_t n, struct facts_sum *to) {
    sum_whole_body(a, b, n, to);
}

#if defined __x86_64__
__attribute__((target("avx2"))) static void sum_whole_avx2(const int32_t *a, const int32_t *b,
                                                           size_t n, struct facts_sum *to) {
    sum_whole_body(a, b, n, to);
}
#endif

static sum_whole_fn *best_sum_whole(void) {
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return sum_whole_avx2;
#endif
    return sum_whole;
}

static void sum_span(const struct segment *s, size_t from, size_t to, struct span p,
                     struct facts_sum *sum) {
    for (size_t i = from; i < to; i++) {
        bool in = s->day[i] >= p.low && s->day[i] <= p.high;
        bool a = in && s->a[i] != FACTS_NULL, b = in && s->b[i] != FACTS_NULL;
        sum->rows += in;
        sum->a_n += a;
        sum->b_n += b;
        sum->a += a ? s->a[i] : 0;
        sum->b += b ? s->b[i] : 0;
    }
}

static bool active(const struct segment *s, size_t i) {
    return s->a[i] > 0 || s->b[i] > 0; /* FACTS_NULL is below 0 */
}

/* ---- by entity ---- */

struct entity_job {
    const struct facts *f;
    size_t segment;
    int64_t product; /* the segment's own code, or FACTS_EVERY */
    uint64_t **days; /* [worker] bit map of the segment's days, all clear between entities */
    struct facts_sum *sum;
    sum_whole_fn *sum_whole;
};

/* Rows [*from, *to) of entity k that are of the product. */
static void rows_of(const struct segment *s, size_t k, int64_t product, size_t *from, size_t *to) {
    *from = s->entity_from[k];
    *to = s->entity_from[k + 1];
    if (product == FACTS_EVERY)
        return;
    while (*from < *to && s->product[*from] < product)
        ++*from;
    size_t end = *from;
    while (end < *to && s->product[end] == product)
        end++;
    *to = end;
}

static uint32_t count_days(const struct segment *s, size_t from, size_t to, struct span p,
                           uint64_t *days) {
    size_t low = SIZE_MAX, high = 0;
    uint32_t n = 0;
    for (size_t i = from; i < to; i++) {
        if (!active(s, i) || s->day[i] < p.low || s->day[i] > p.high)
            continue;
        size_t word = s->day[i] / 64;
        days[word] |= (uint64_t)1 << s->day[i] % 64;
        low = word < low ? word : low;
        high = word > high ? word : high;
    }
    for (size_t w = low; w <= high && low != SIZE_MAX; w++) {
        n += (uint32_t)__builtin_popcountll(days[w]);
        days[w] = 0;
    }
    return n;
}

static void entity_task(void *ctx, unsigned worker, size_t task) {
    const struct entity_job *j = ctx;
    const struct segment *s = &j->f->segment[j->segment];
    struct span p = span_of(j->f, s);
    size_t end =
        (task + 1) * ENTITIES_A_TASK < s->entities ? (task + 1) * ENTITIES_A_TASK : s->entities;
    for (size_t k = task * ENTITIES_A_TASK; k < end; k++) {
        struct facts_sum *sum = &j->sum[j->f->entity_index[j->segment][k]];
        size_t from, to;
        rows_of(s, k, j->product, &from, &to);
        if (p.whole)
            j->sum_whole(s->a + from, s->b + from, to - from, sum);
        else
            sum_span(s, from, to, p, sum);
        sum->active_days += count_days(s, from, to, p, j->days[worker]);
    }
}

void facts_by_entity(const struct facts *f, int64_t product, unsigned threads,
                     struct facts_sum sum[]) {
    memset(sum, 0, f->entities * sizeof *sum);
    uint64_t *days[TASK_THREADS_MAX] = {0};
    struct entity_job j = {.f = f, .days = days, .sum = sum, .sum_whole = best_sum_whole()};
    threads = threads == 0 ? 1 : threads > TASK_THREADS_MAX ? TASK_THREADS_MAX : threads;
    for (unsigned t = 0; t < threads; t++) {
        days[t] = calloc(SEGMENT_DAYS_MAX / 64 + 1, sizeof *days[t]);
        CHECK(days[t] != NULL);
    }
    for (j.segment = 0; j.segment < f->segments; j.segment++) {
        const struct segment *s = &f->segment[j.segment];
        j.product = FACTS_EVERY;
        if (product != FACTS_EVERY) {
            CHECK(product >= 0 && (size_t)product < f->products);
            j.product = index_of(s->product_id, s->products, f->product_id[product]);
            if (j.product == (int64_t)s->products ||
                s->product_id[j.product] != f->product_id[product])
                continue;
        }
        task_run(threads, (s->entities + ENTITIES_A_TASK - 1) / ENTITIES_A_TASK, entity_task, &j);
    }
    for (unsigned t = 0; t < threads; t++)
        free(days[t]);
}

/* ---- by label ---- */

struct label_job {
    const struct facts *f;
    const int32_t *label;
    size_t labels, segment;
    struct facts_sum *sum; /* [worker][labels] */
    sum_whole_fn *sum_whole;
};

static size_t piece_start(const struct segment *s, size_t piece, size_t pieces) {
    /* Entities are cut where the rows are, since one district may have a thousand times another's.
     */
    uint64_t row = s->rows / pieces * piece;
    size_t low = 0, high = s->entities;
    if (piece == pieces)
        return s->entities;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->entity_from[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t pieces_of(const struct segment *s) {
    return s->rows / ROWS_A_PIECE + 1;
}

static void label_task(void *ctx, unsigned worker, size_t task) {
    const struct label_job *j = ctx;
    const struct segment *s = &j->f->segment[j->segment];
    struct span p = span_of(j->f, s);
    size_t pieces = pieces_of(s), end = piece_start(s, task + 1, pieces);
    for (size_t k = piece_start(s, task, pieces); k < end; k++) {
        int32_t label = j->label[j->f->entity_index[j->segment][k]];
        if (label < 0)
            continue;
        struct facts_sum *sum = &j->sum[worker * j->labels + (size_t)label];
        size_t from = s->entity_from[k], to = s->entity_from[k + 1];
        if (p.whole)
            j->sum_whole(s->a + from, s->b + from, to - from, sum);
        else
            sum_span(s, from, to, p, sum);
    }
}

static void check_labels(const struct facts *f, const int32_t label[], size_t labels) {
    for (size_t i = 0; i < f->entities; i++)
        CHECK(label[i] < 0 || (size_t)label[i] < labels);
}

void facts_by_label(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                    struct facts_sum sum[]) {
    check_labels(f, label, labels);
    threads = threads == 0 ? 1 : threads > TASK_THREADS_MAX ? TASK_THREADS_MAX : threads;
    struct facts_sum *part = calloc(threads * labels + 1, sizeof *part);
    CHECK(part != NULL);
    struct label_job j = {f, label, labels, 0, part, best_sum_whole()};
    for (j.segment = 0; j.segment < f->segments; j.segment++)
        task_run(threads, pieces_of(&f->segment[j.segment]), label_task, &j);
    memset(sum, 0, labels * sizeof *sum);
    for (unsigned t = 0; t < threads; t++)
        for (size_t i = 0; i < labels; i++) {
            const struct facts_sum *one = &part[t * labels + i];
            sum[i].rows += one->rows;
            sum[i].a_n += one->a_n;
            sum[i].b_n += one->b_n;
            sum[i].a += one->a;
            sum[i].b += one->b;
        }
    free(part);
}

/* ---- where an entity is ---- */

#define NOWHERE UINT32_MAX

/* at[entity * segments + s]: its number in segment s, or NOWHERE. */
static uint32_t *find_entities(const struct facts *f) {
    uint32_t *at = malloc((f->entities * f->segments + 1) * sizeof *at);
    CHECK(at != NULL);
    memset(at, 0xFF, f->entities * f->segments * sizeof *at);
    for (size_t s = 0; s < f->segments; s++)
        for (size_t k = 0; k < f->segment[s].entities; k++)
            at[f->entity_index[s][k] * f->segments + s] = (uint32_t)k;
    return at;
}

void facts_people(const struct facts *f, uint32_t people[]) {
    uint32_t *at = find_entities(f), *last = malloc((f->products + 1) * sizeof *last);
    CHECK(last != NULL);
    memset(last, 0xFF, f->products * sizeof *last);
    memset(people, 0, f->products * sizeof *people);
    for (uint32_t e = 0; e < f->entities; e++)
        for (size_t g = 0; g < f->segments; g++) {
            uint32_t k = at[e * f->segments + g];
            if (k == NOWHERE)
                continue;
            const struct segment *s = &f->segment[g];
            struct span p = span_of(f, s);
            for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++) {
                uint32_t product = f->product_index[g][s->product[i]];
                if (last[product] != e && active(s, i) && s->day[i] >= p.low &&
                    s->day[i] <= p.high) {
                    last[product] = e;
                    people[product]++;
                }
            }
        }
    free(at);
    free(last);
}

/* ---- by week ---- */

struct week_job {
    const struct facts *f;
    const uint32_t *at;    /* as find_entities has it */
    const uint32_t *order; /* entities by label */
    const size_t *first;   /* [labels + 1] of order */
    const size_t *cut;     /* [pieces + 1] first label of each piece */
    uint32_t **week;       /* [segment][day] weeks since the first of the period */
    int32_t monday;        /* of week 0 */
    size_t weeks;
    struct facts_piece *piece;
    struct facts_cell **table; /* [worker][products x weeks], made when first needed */
    size_t table_bytes;
};

static void *lazy(size_t bytes) {
    void *p = mmap(NULL, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(p != MAP_FAILED);
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* a hint */
    return p;
}

/* One entity in one segment: each (product, week) is a run. Every row writes its cell, so that the
 * end of a run needs no branch. Returns the cells made. */
static size_t stream(const struct week_job *j, size_t g, uint32_t k, uint32_t label,
                     struct facts_cell *cell) {
    const struct segment *s = &j->f->segment[g];
    const uint32_t *week = j->week[g], *product = j->f->product_index[g];
    const struct span p = span_of(j->f, s);
    struct facts_cell c = {.label = label};
    size_t n = 0;
    uint64_t last = UINT64_MAX;
    for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++) {
        if (!p.whole && (s->day[i] < p.low || s->day[i] > p.high))
            continue;
        uint64_t key = (uint64_t)s->product[i] << 32 | week[s->day[i]];
        int32_t a = s->a[i], b = s->b[i];
        uint32_t keep = key == last ? UINT32_MAX : 0;
        int64_t keep_sum = key == last ? -1 : 0;
        n += key != last;
        last = key;
        c.product = product[s->product[i]];
        c.week = j->monday + 7 * (int32_t)week[s->day[i]];
        c.rows = (c.rows & keep) + 1;
        c.a_n = (c.a_n & keep) + (a != FACTS_NULL);
        c.b_n = (c.b_n & keep) + (b != FACTS_NULL);
        c.active = (c.active & keep) | (a > 0 || b > 0);
        c.a = (c.a & keep_sum) + (a != FACTS_NULL ? a : 0);
        c.b = (c.b & keep_sum) + (b != FACTS_NULL ? b : 0);
        cell[n - 1] = c;
    }
    return n;
}

static void tabulate(const struct week_job *j, uint32_t entity, struct facts_cell *table,
                     bool *product_used) {
    const struct facts *f = j->f;
    for (size_t g = 0; g < f->segments; g++) {
        uint32_t k = j->at[entity * f->segments + g];
        if (k == NOWHERE)
            continue;
        const struct segment *s = &f->segment[g];
        const struct span p = span_of(f, s);
        for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++) {
            if (s->day[i] < p.low || s->day[i] > p.high)
                continue;
            uint32_t product = f->product_index[g][s->product[i]];
            struct facts_cell *c = &table[product * j->weeks + j->week[g][s->day[i]]];
            bool a = s->a[i] != FACTS_NULL, b = s->b[i] != FACTS_NULL;
            product_used[product] = true;
            c->rows++;
            c->a_n += a;
            c->b_n += b;
            c->a += a ? s->a[i] : 0;
            c->b += b ? s->b[i] : 0;
            if (active(s, i) && c->seen != entity + 1) {
                c->seen = entity + 1;
                c->active++;
            }
        }
    }
}

/* Moves the table's used cells out and leaves it empty. */
static size_t empty_table(const struct week_job *j, uint32_t label, struct facts_cell *table,
                          bool *product_used, struct facts_cell *to) {
    size_t n = 0;
    for (uint32_t product = 0; product < j->f->products; product++) {
        if (!product_used[product])
            continue;
        product_used[product] = false;
        for (size_t w = 0; w < j->weeks; w++) {
            struct facts_cell *c = &table[product * j->weeks + w];
            if (c->rows == 0)
                continue;
            to[n] = *c;
            to[n].label = label;
            to[n].product = product;
            to[n].week = j->monday + 7 * (int32_t)w;
            to[n++].seen = 0;
            *c = (struct facts_cell){0};
        }
    }
    return n;
}

static size_t rows_of_label(const struct week_job *j, size_t label) {
    size_t rows = 0;
    for (size_t o = j->first[label]; o < j->first[label + 1]; o++)
        for (size_t g = 0; g < j->f->segments; g++) {
            uint32_t k = j->at[j->order[o] * j->f->segments + g];
            if (k != NOWHERE)
                rows += j->f->segment[g].entity_from[k + 1] - j->f->segment[g].entity_from[k];
        }
    return rows;
}

/* The one segment that holds the label's only entity; false where it takes a table. */
static bool single(const struct week_job *j, size_t label, size_t *g, uint32_t *k) {
    size_t n = 0;
    if (j->first[label + 1] - j->first[label] != 1)
        return false;
    for (size_t s = 0; s < j->f->segments; s++) {
        uint32_t here = j->at[j->order[j->first[label]] * j->f->segments + s];
        if (here != NOWHERE) {
            n++;
            *g = s;
            *k = here;
        }
    }
    return n == 1;
}

static void week_task(void *ctx, unsigned worker, size_t task) {
    const struct week_job *j = ctx;
    struct facts_piece *piece = &j->piece[task];
    size_t rows = 0, g = 0;
    uint32_t k = 0;
    for (size_t label = j->cut[task]; label < j->cut[task + 1]; label++)
        rows += rows_of_label(j, label);
    piece->bytes = rows * sizeof *piece->cell; /* at most; untouched pages cost nothing */
    piece->cell = lazy(piece->bytes);
    for (size_t label = j->cut[task]; label < j->cut[task + 1]; label++) {
        if (single(j, label, &g, &k)) {
            piece->n += stream(j, g, k, (uint32_t)label, piece->cell + piece->n);
            continue;
        }
        if (j->table[worker] == NULL)
            j->table[worker] = lazy(j->table_bytes);
        bool *used = (bool *)(j->table[worker] + j->f->products * j->weeks);
        for (size_t o = j->first[label]; o < j->first[label + 1]; o++)
            tabulate(j, j->order[o], j->table[worker], used);
        piece->n += empty_table(j, (uint32_t)label, j->table[worker], used, piece->cell + piece->n);
    }
}

static int32_t monday_of(int32_t day) {
    return date_week(day);
}

/* Weeks of each segment's days, counted from the first week that has facts of the period. */
static void plan_weeks(struct week_job *j, struct arena *a) {
    const struct facts *f = j->f;
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (size_t g = 0; g < f->segments; g++) {
        struct span p = span_of(f, &f->segment[g]);
        int32_t low = f->segment[g].first_day + p.low, high = f->segment[g].first_day + p.high;
        first = low < first ? low : first;
        last = high > last ? high : last;
    }
    if (f->segments == 0)
        first = last = 0;
    j->monday = monday_of(first);
    j->weeks = (size_t)((monday_of(last) - j->monday) / 7 + 1);
    j->week = ARENA_ARRAY(a, uint32_t *, f->segments);
    for (size_t g = 0; g < f->segments; g++) {
        const struct segment *s = &f->segment[g];
        size_t days = (size_t)(s->last_day - s->first_day) + 1;
        j->week[g] = ARENA_ARRAY(a, uint32_t, days);
        for (size_t d = 0; d < days; d++) /* days before the period are never asked for */
            j->week[g][d] = (uint32_t)((monday_of(s->first_day + (int32_t)d) - j->monday) / 7);
    }
}

void facts_by_week(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                   struct facts_cells *out) {
    check_labels(f, label, labels);
    struct arena *a = arena_new(SIZE_MAX / 2);
    struct facts_cell *table[TASK_THREADS_MAX] = {0};
    struct week_job j = {.f = f, .table = table};
    size_t *first = ARENA_ARRAY(a, size_t, labels + 2), rows = 0, pieces = 0;
    uint32_t *order = ARENA_ARRAY(a, uint32_t, f->entities);
    uint32_t *at = find_entities(f);
    for (size_t e = 0; e < f->entities; e++)
        if (label[e] >= 0)
            first[label[e] + 2]++;
    for (size_t l = 0; l + 1 < labels + 2; l++)
        first[l + 1] += first[l];
    for (uint32_t e = 0; e < f->entities; e++)
        if (label[e] >= 0)
            order[first[label[e] + 1]++] = e;
    j.at = at;
    j.order = order;
    j.first = first;
    plan_weeks(&j, a);
    j.table_bytes = f->products * j.weeks * sizeof(struct facts_cell) + f->products;
    size_t *cut = ARENA_ARRAY(a, size_t, labels + 1);
    for (size_t l = 0; l < labels; l++) {
        rows += rows_of_label(&j, l);
        if (rows >= ROWS_A_PIECE || l + 1 == labels) {
            cut[++pieces] = l + 1;
            rows = 0;
        }
    }
    j.cut = cut;
    *out = (struct facts_cells){.pieces = pieces};
    out->piece = j.piece = calloc(pieces + 1, sizeof *out->piece);
    CHECK(out->piece != NULL);
    threads = threads > TASK_THREADS_MAX ? TASK_THREADS_MAX : threads;
    task_run(threads, pieces, week_task, &j);
    for (size_t i = 0; i < pieces; i++)
        out->cells += out->piece[i].n;
    for (size_t t = 0; t < TASK_THREADS_MAX; t++)
        if (table[t] != NULL)
            (void)munmap(table[t], j.table_bytes == 0 ? 1 : j.table_bytes);
    free(at);
    arena_free(a);
}

void facts_cells_free(struct facts_cells *c) {
    for (size_t i = 0; i < c->pieces; i++)
        (void)munmap(c->piece[i].cell, c->piece[i].bytes == 0 ? 1 : c->piece[i].bytes);
    free(c->piece);
    *c = (struct facts_cells){0};
}
