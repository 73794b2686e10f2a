/*
 * The file, little-endian, sections at multiples of 64 bytes in this order:
 *
 *     header      256 bytes: magic, kind, days, counts, a checksum per section, one of the header
 *     entity_id   8 x entities          product_id  8 x products
 *     entity_from 8 x (entities + 1)    product 2, day 2, a 4, b 4  x rows
 *
 * 12 bytes a row and 16 an entity: a year of LearnPlatform's 13.3 M rows takes 160 MB, a day of
 * 100,000 students with three products each 5 MB. A segment in memory has the same bytes, so
 * writing is one write and opening is one mmap.
 *
 * The checksum runs eight lanes of (lane ^ word) * odd; each step is a bijection of the word, so
 * any damage inside one 8-byte word is found with certainty, other damage but for one in 2^64. It
 * is as fast as memory (20 GB/s), which is why opening can afford to check everything.
 *
 * Building packs entity, product and day into one 64-bit key of just the bits needed and sorts
 * (key, a, b) by a radix sort per part. Parts of different entities (one file per district) go to
 * their place in the columns at once; others are merged.
 */
#include "events/segment.h"

#include "base/task.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTIONS = 7, ALIGN = 64, RADIX = 11, BUCKETS = 1 << RADIX };

static const char magic[8] = {'H', 'R', 'F', 'A', 'C', 'T', 'S', '1'};
static const char *const section_names[SECTIONS] = {
    "people or orgs", "where their rows begin", "products",      "product column",
    "day column",     "first measure",          "second measure"};

struct header {
    char magic[8];
    uint32_t kind;
    int32_t first_day, last_day;
    uint32_t zero;
    uint64_t rows, entities, products;
    uint64_t sums[SECTIONS]; /* with the zeros up to the next section */
    uint8_t pad[256 - 8 - 16 - 24 - 8 * SECTIONS - 8];
    uint64_t sum; /* of all bytes before it */
};
_Static_assert(sizeof(struct header) == 256, "the header is 256 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "segments are little-endian");

struct layout {
    uint64_t at[SECTIONS], size[SECTIONS], bytes; /* sizes with padding */
};

/* Counts are below 2^32 (checked by the caller), so nothing overflows. */
static struct layout layout_of(uint64_t rows, uint64_t entities, uint64_t products) {
    struct layout l = {.size = {8 * entities, 8 * (entities + 1), 8 * products, 2 * rows, 2 * rows,
                                4 * rows, 4 * rows},
                       .bytes = sizeof(struct header)};
    for (int i = 0; i < SECTIONS; i++) {
        l.at[i] = l.bytes;
        l.size[i] = (l.size[i] + ALIGN - 1) / ALIGN * ALIGN;
        l.bytes += l.size[i];
    }
    return l;
}

static uint64_t mix(uint64_t h) {
    h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93u;
    return h ^ (h >> 29);
}

static uint64_t checksum(const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    uint64_t lane[8], word[8], h = n;
    for (unsigned i = 0; i < 8; i++)
        lane[i] = 0x9E3779B97F4A7C15u * (i + 1);
    while (n > 0) {
        size_t take = n < sizeof word ? n : sizeof word;
        if (take < sizeof word)
            memset(word, 0, sizeof word);
        memcpy(word, p, take);
        for (unsigned i = 0; i < 8; i++) {
            lane[i] = (lane[i] ^ word[i]) * 0xA0761D6478BD642Fu;
            lane[i] ^= lane[i] >> 32;
        }
        p += take;
        n -= take;
    }
    for (unsigned i = 0; i < 8; i++)
        h = mix(h ^ lane[i]) + i;
    return h;
}

static void hang_pointers(struct segment *s, const struct layout *l) {
    char *base = s->map;
    s->entity_id = (const int64_t *)(void *)(base + l->at[0]);
    s->entity_from = (const uint64_t *)(void *)(base + l->at[1]);
    s->product_id = (const int64_t *)(void *)(base + l->at[2]);
    s->product = (const uint16_t *)(void *)(base + l->at[3]);
    s->day = (const uint16_t *)(void *)(base + l->at[4]);
    s->a = (const int32_t *)(void *)(base + l->at[5]);
    s->b = (const int32_t *)(void *)(base + l->at[6]);
}

/* Anonymous memory, in large pages where there are some: touched once from end to end. */
static void *big_alloc(size_t bytes) {
    void *p = mmap(NULL, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* a hint */
    return p;
}

static void big_free(void *p, size_t bytes) {
    if (p != NULL)
        (void)munmap(p, bytes == 0 ? 1 : bytes);
}

static void *some(size_t n, size_t size) {
    void *p = calloc(n == 0 ? 1 : n, size);
    CHECK(p != NULL);
    return p;
}

/* The empty shell of a segment in memory; the caller fills the columns through a cast. */
static void segment_shell(struct segment *s, enum facts_kind kind, size_t rows, size_t entities,
                          size_t products) {
    struct layout l = layout_of(rows, entities, products);
    *s = (struct segment){.kind = kind, .rows = rows, .entities = entities, .products = products};
    s->map_bytes = l.bytes;
    s->map = big_alloc(l.bytes);
    hang_pointers(s, &l);
}

/* The columns of a shell, to be written. */
struct columns {
    int64_t *entity_id, *product_id;
    uint64_t *entity_from;
    uint16_t *product, *day;
    int32_t *a, *b;
};

static struct columns writable(const struct segment *s) {
    struct layout l = layout_of(s->rows, s->entities, s->products);
    char *p = s->map;
    return (struct columns){.entity_id = (int64_t *)(void *)(p + l.at[0]),
                            .entity_from = (uint64_t *)(void *)(p + l.at[1]),
                            .product_id = (int64_t *)(void *)(p + l.at[2]),
                            .product = (uint16_t *)(void *)(p + l.at[3]),
                            .day = (uint16_t *)(void *)(p + l.at[4]),
                            .a = (int32_t *)(void *)(p + l.at[5]),
                            .b = (int32_t *)(void *)(p + l.at[6])};
}

static void seal(struct segment *s) {
    struct header *h = s->map;
    struct layout l = layout_of(s->rows, s->entities, s->products);
    memcpy(h->magic, magic, sizeof magic);
    h->kind = s->kind;
    h->first_day = s->first_day;
    h->last_day = s->last_day;
    h->rows = s->rows;
    h->entities = s->entities;
    h->products = s->products;
    for (int i = 0; i < SECTIONS; i++)
        h->sums[i] = checksum((char *)s->map + l.at[i], l.size[i]);
    h->sum = checksum(h, offsetof(struct header, sum));
    (void)snprintf(s->checksum, sizeof s->checksum, "%016" PRIx64, h->sum);
}

/* ---- building ---- */

struct record {
    uint64_t key;
    int32_t a, b;
};

struct part {
    const struct facts_rows *rows;
    uint8_t *entity_used, *product_used; /* by code */
    uint32_t *entity, *product;          /* code -> place in the segment's dictionary */
    size_t valid, n;                     /* rows to take; after combining repeats */
    int64_t low, high;                   /* least and greatest entity id of these */
    int32_t first_day, last_day;
    struct record *record;
    size_t bytes, at; /* at: first row in the segment */
};

struct build {
    enum facts_kind kind;
    struct part *part;
    size_t parts;
    int64_t *entity_id, *product_id;
    size_t entities, products;
    int32_t first_day, last_day;
    unsigned product_bits, day_bits;
    size_t repeats;
    struct scratch *scratch; /* [worker] */
    struct segment *out;
};

/* A worker's two buffers of records, kept from part to part. */
struct scratch {
    struct record *r[2];
    size_t bytes;
};

static bool row_valid(const struct facts_rows *r, size_t i, uint32_t entity) {
    return r->day[i] != DATE_NONE && r->entity_id[entity] > 0 && r->product_id[r->product[i]] > 0;
}

static void survey_part(void *ctx, unsigned worker, size_t number) {
    (void)worker;
    struct part *p = &((struct build *)ctx)->part[number];
    const struct facts_rows *r = p->rows;
    p->entity_used = some(r->entities, 1);
    p->product_used = some(r->products, 1);
    p->first_day = INT32_MAX;
    p->last_day = INT32_MIN;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t entity = r->entity == NULL ? 0 : r->entity[i];
        if (!row_valid(r, i, entity))
            continue;
        p->valid++;
        p->entity_used[entity] = 1;
        p->product_used[r->product[i]] = 1;
        p->first_day = r->day[i] < p->first_day ? r->day[i] : p->first_day;
        p->last_day = r->day[i] > p->last_day ? r->day[i] : p->last_day;
    }
    p->low = INT64_MAX;
    p->high = 0;
    for (size_t k = 0; k < r->entities; k++) {
        int64_t id = r->entity_id[k];
        p->low = p->entity_used[k] && id < p->low ? id : p->low;
        p->high = p->entity_used[k] && id > p->high ? id : p->high;
    }
}

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t sort_unique(int64_t *id, size_t n) {
    size_t kept = 0;
    qsort(id, n, sizeof *id, by_id);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || id[i] != id[kept - 1])
            id[kept++] = id[i];
    return kept;
}

static uint32_t place_of(const int64_t *id, size_t n, int64_t want) {
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

static void unite_dictionaries(struct build *b) {
    size_t entities = 0, products = 0;
    for (size_t i = 0; i < b->parts; i++) {
        entities += b->part[i].rows->entities;
        products += b->part[i].rows->products;
    }
    b->entity_id = some(entities, sizeof(int64_t));
    b->product_id = some(products, sizeof(int64_t));
    b->first_day = INT32_MAX;
    b->last_day = INT32_MIN;
    for (size_t i = 0; i < b->parts; i++) {
        const struct part *p = &b->part[i];
        for (size_t k = 0; k < p->rows->entities; k++)
            if (p->entity_used[k])
                b->entity_id[b->entities++] = p->rows->entity_id[k];
        for (size_t k = 0; k < p->rows->products; k++)
            if (p->product_used[k])
                b->product_id[b->products++] = p->rows->product_id[k];
        b->first_day = p->first_day < b->first_day ? p->first_day : b->first_day;
        b->last_day = p->last_day > b->last_day ? p->last_day : b->last_day;
    }
    b->entities = sort_unique(b->entity_id, b->entities);
    b->products = sort_unique(b->product_id, b->products);
}

static unsigned bits_for(size_t values) {
    unsigned bits = 0;
    while (values > (size_t)1 << bits)
        bits++;
    return bits;
}

/* Stable, by the key bits in which the records differ. `spare` is as long as `r`. */
static struct record *radix_sort(struct record *r, struct record *spare, size_t n) {
    uint64_t differ = 0;
    bool sorted = true;
    for (size_t i = 1; i < n; i++) {
        differ |= r[i].key ^ r[0].key;
        sorted = sorted && r[i - 1].key <= r[i].key;
    }
    for (unsigned shift = 0; !sorted && shift < 64; shift += RADIX) {
        if ((differ >> shift & (BUCKETS - 1)) == 0)
            continue;
        size_t at[BUCKETS] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++)
            at[r[i].key >> shift & (BUCKETS - 1)]++;
        for (size_t k = 0; k < BUCKETS; k++) {
            size_t here = at[k];
            at[k] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            spare[at[r[i].key >> shift & (BUCKETS - 1)]++] = r[i];
        struct record *t = r;
        r = spare;
        spare = t;
    }
    return r;
}

static int32_t add_measures(int32_t a, int32_t b) {
    if (a == FACTS_NULL || b == FACTS_NULL)
        return a == FACTS_NULL ? b : a;
    int64_t sum = (int64_t)a + b;
    return sum > INT32_MAX ? INT32_MAX : sum <= INT32_MIN ? INT32_MIN + 1 : (int32_t)sum;
}

/* Repeats of a key stand side by side, in the order given. Returns how many records are left. */
static size_t combine(enum facts_kind kind, struct record *r, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || r[kept - 1].key != r[i].key) {
            r[kept++] = r[i];
        } else if (kind == FACTS_PERSON) {
            r[kept - 1].a = add_measures(r[kept - 1].a, r[i].a);
            r[kept - 1].b = add_measures(r[kept - 1].b, r[i].b);
        } else {
            r[kept - 1] = r[i];
        }
    }
    return kept;
}

/* The part's rows as sorted records without repeats, in one of the two buffers. */
static struct record *sort_records(const struct build *b, struct part *p, struct record *to,
                                   struct record *spare) {
    const struct facts_rows *r = p->rows;
    p->entity = some(r->entities, sizeof *p->entity);
    p->product = some(r->products, sizeof *p->product);
    for (size_t k = 0; k < r->entities; k++)
        p->entity[k] = place_of(b->entity_id, b->entities, r->entity_id[k]);
    for (size_t k = 0; k < r->products; k++)
        p->product[k] = place_of(b->product_id, b->products, r->product_id[k]);
    for (size_t i = 0; i < r->n; i++) {
        uint32_t entity = r->entity == NULL ? 0 : r->entity[i];
        if (!row_valid(r, i, entity))
            continue;
        uint64_t key = (uint64_t)p->entity[entity] << b->product_bits | p->product[r->product[i]];
        key = key << b->day_bits | (uint64_t)(r->day[i] - b->first_day);
        to[p->n++] = (struct record){key, r->a[i], r->b[i]};
    }
    to = radix_sort(to, spare, p->n);
    p->n = combine(b->kind, to, p->n);
    return to;
}

static void sort_part(void *ctx, unsigned worker, size_t number) {
    (void)worker;
    struct build *b = ctx;
    struct part *p = &b->part[number];
    p->bytes = p->valid * sizeof(struct record);
    p->record = big_alloc(p->bytes);
    struct record *spare = big_alloc(p->bytes);
    struct record *sorted = sort_records(b, p, p->record, spare);
    big_free(sorted == spare ? p->record : spare, p->bytes);
    p->record = sorted;
}

/* Puts `later` behind `p` record by record, in key order; `p` holds both afterwards. */
static void merge_two(enum facts_kind kind, struct part *p, struct part *later) {
    size_t bytes = (p->n + later->n) * sizeof(struct record), i = 0, k = 0, n = 0;
    struct record *to = big_alloc(bytes);
    while (i < p->n && k < later->n)
        to[n++] = later->record[k].key < p->record[i].key ? later->record[k++] : p->record[i++];
    while (i < p->n)
        to[n++] = p->record[i++];
    while (k < later->n)
        to[n++] = later->record[k++];
    big_free(p->record, p->bytes);
    big_free(later->record, later->bytes);
    later->record = NULL;
    later->n = 0;
    p->record = to;
    p->bytes = bytes;
    p->n = combine(kind, to, n);
}

static void merge_parts(struct build *b) {
    for (size_t step = 1; step < b->parts; step *= 2)
        for (size_t i = 0; i + step < b->parts; i += 2 * step)
            merge_two(b->kind, &b->part[i], &b->part[i + step]);
}

/* Writes a part's records to its rows, and where its entities begin. */
static void write_records(const struct build *b, const struct part *p,
                          const struct record *record) {
    struct columns c = writable(b->out);
    const unsigned shift = b->product_bits + b->day_bits;
    const uint64_t day_mask = ((uint64_t)1 << b->day_bits) - 1;
    const uint64_t product_mask = ((uint64_t)1 << b->product_bits) - 1;
    uint64_t before = UINT64_MAX;
    for (size_t i = 0; i < p->n; i++) {
        uint64_t key = record[i].key, entity = key >> shift;
        c.day[p->at + i] = (uint16_t)(key & day_mask);
        c.product[p->at + i] = (uint16_t)(key >> b->day_bits & product_mask);
        c.a[p->at + i] = record[i].a;
        c.b[p->at + i] = record[i].b;
        if (entity != before)
            c.entity_from[entity] = p->at + i;
        before = entity;
    }
}

static void write_part(void *ctx, unsigned worker, size_t number) {
    (void)worker;
    const struct build *b = ctx;
    write_records(b, &b->part[number], b->part[number].record);
}

static void sort_and_write_part(void *ctx, unsigned worker, size_t number) {
    struct build *b = ctx;
    struct part *p = &b->part[number];
    struct scratch *s = &b->scratch[worker];
    size_t bytes = p->valid * sizeof(struct record);
    if (bytes > s->bytes) {
        big_free(s->r[0], s->bytes);
        big_free(s->r[1], s->bytes);
        s->bytes = bytes + bytes / 4;
        s->r[0] = big_alloc(s->bytes);
        s->r[1] = big_alloc(s->bytes);
    }
    write_records(b, p, sort_records(b, p, s->r[0], s->r[1]));
}

static int by_low(const void *a, const void *b) {
    const struct part *x = a, *y = b;
    return (x->low > y->low) - (x->low < y->low);
}

/* One file per district: puts the parts in the order of their entities where these lie apart. */
static bool lie_apart(struct build *b) {
    struct part *sorted = some(b->parts, sizeof *sorted);
    bool apart = true;
    memcpy(sorted, b->part, b->parts * sizeof *sorted);
    qsort(sorted, b->parts, sizeof *sorted, by_low);
    for (size_t i = 1; i < b->parts; i++)
        apart = apart && (sorted[i].valid == 0 || sorted[i].low > sorted[i - 1].high);
    if (apart)
        memcpy(b->part, sorted, b->parts * sizeof *sorted);
    free(sorted);
    return apart;
}

/* Repeats left gaps behind the parts: a new segment without them. */
static void close_gaps(struct build *b, size_t rows) {
    struct segment whole = *b->out;
    struct columns from = writable(&whole), to;
    segment_shell(b->out, b->kind, rows, b->entities, b->products);
    to = writable(b->out);
    size_t at = 0, e = 0;
    for (size_t i = 0; i < b->parts; i++) {
        const struct part *p = &b->part[i];
        memcpy(to.product + at, from.product + p->at, p->n * sizeof *to.product);
        memcpy(to.day + at, from.day + p->at, p->n * sizeof *to.day);
        memcpy(to.a + at, from.a + p->at, p->n * sizeof *to.a);
        memcpy(to.b + at, from.b + p->at, p->n * sizeof *to.b);
        for (; e < b->entities && from.entity_from[e] < p->at + p->n; e++)
            to.entity_from[e] = from.entity_from[e] - p->at + at;
        at += p->n;
    }
    segment_close(&whole);
}

static size_t place_parts(struct build *b, bool sorted) {
    size_t rows = 0;
    for (size_t i = 0; i < b->parts; i++) {
        b->part[i].at = rows;
        rows += sorted ? b->part[i].n : b->part[i].valid;
    }
    return rows;
}

static void fill_columns(struct build *b, unsigned threads) {
    size_t valid = 0, rows = 0;
    for (size_t i = 0; i < b->parts; i++)
        valid += b->part[i].valid;
    if (lie_apart(b)) {
        struct scratch scratch[TASK_THREADS_MAX] = {0};
        b->scratch = scratch;
        segment_shell(b->out, b->kind, place_parts(b, false), b->entities, b->products);
        task_run(threads, b->parts, sort_and_write_part, b);
        for (size_t i = 0; i < TASK_THREADS_MAX; i++) {
            big_free(scratch[i].r[0], scratch[i].bytes);
            big_free(scratch[i].r[1], scratch[i].bytes);
        }
        for (size_t i = 0; i < b->parts; i++)
            rows += b->part[i].n;
        if (rows < valid)
            close_gaps(b, rows);
    } else {
        task_run(threads, b->parts, sort_part, b);
        merge_parts(b);
        rows = place_parts(b, true);
        segment_shell(b->out, b->kind, rows, b->entities, b->products);
        task_run(threads, b->parts, write_part, b);
    }
    b->repeats = valid - rows;
    struct columns c = writable(b->out);
    c.entity_from[b->entities] = rows;
    memcpy(c.entity_id, b->entity_id, b->entities * sizeof *b->entity_id);
    memcpy(c.product_id, b->product_id, b->products * sizeof *b->product_id);
}

static enum err build_checked(struct build *b, unsigned threads, struct errmsg *e) {
    unite_dictionaries(b);
    if (b->products > SEGMENT_PRODUCTS_MAX)
        return err_set(
            e, ERR_LIMIT,
            "%zu different products are more than the %d that one import takes; split the file.",
            b->products, SEGMENT_PRODUCTS_MAX);
    if (b->entities == 0)
        return err_set(e, ERR_INVALID, "No row of usage is left to keep.");
    if ((int64_t)b->last_day - b->first_day >= SEGMENT_DAYS_MAX)
        return err_set(
            e, ERR_LIMIT,
            "The days lie more than %d years apart; check the oldest and the newest date.",
            SEGMENT_DAYS_MAX / 365);
    b->product_bits = bits_for(b->products);
    b->day_bits = bits_for((size_t)(b->last_day - b->first_day) + 1);
    fill_columns(b, threads);
    b->out->first_day = b->first_day;
    b->out->last_day = b->last_day;
    seal(b->out);
    return ERR_OK;
}

enum err segment_build(enum facts_kind kind, const struct facts_rows *parts, size_t n,
                       unsigned threads, struct segment *out, size_t *repeats, struct errmsg *e) {
    struct build b = {.kind = kind, .parts = n, .out = out};
    *out = (struct segment){0};
    b.part = some(n, sizeof *b.part);
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        b.part[i].rows = &parts[i];
        rows += parts[i].n;
    }
    enum err r = ERR_OK;
    if (rows >= UINT32_MAX)
        r = err_set(e, ERR_LIMIT, "More than 4 billion rows of usage at once; split the files.");
    if (r == ERR_OK) {
        task_run(threads, n, survey_part, &b);
        r = build_checked(&b, threads, e);
    }
    if (repeats != NULL)
        *repeats = b.repeats;
    for (size_t i = 0; i < n; i++) {
        free(b.part[i].entity_used);
        free(b.part[i].product_used);
        free(b.part[i].entity);
        free(b.part[i].product);
        big_free(b.part[i].record, b.part[i].bytes);
    }
    free(b.part);
    free(b.entity_id);
    free(b.product_id);
    return r;
}

/* A segment's rows as a part: codes are its own. Returns what must be freed. */
static void *as_rows(const struct segment *s, struct facts_rows *out) {
    uint32_t *code = some(2 * s->rows, sizeof *code);
    int32_t *day = some(s->rows, sizeof *day);
    for (size_t k = 0; k < s->entities; k++)
        for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++)
            code[i] = (uint32_t)k;
    for (size_t i = 0; i < s->rows; i++) {
        code[s->rows + i] = s->product[i];
        day[i] = s->first_day + s->day[i];
    }
    *out = (struct facts_rows){s->rows,      s->entities,   s->products, code, code + s->rows,
                               s->entity_id, s->product_id, day,         s->a, s->b};
    return day;
}

enum err segment_merge(const struct segment *const from[], size_t n, struct segment *out,
                       struct errmsg *e) {
    struct facts_rows *rows = some(n, sizeof *rows);
    void **days = some(n, sizeof *days);
    for (size_t i = 0; i < n; i++)
        days[i] = as_rows(from[i], &rows[i]);
    /* "The later one counts" is what repeats of a group mean, whatever the kind. */
    enum err r = segment_build(FACTS_GROUP, rows, n, 1, out, NULL, e);
    if (r == ERR_OK) {
        out->kind = from[0]->kind;
        seal(out);
    }
    for (size_t i = 0; i < n; i++) {
        void *codes;
        memcpy(&codes, &rows[i].entity, sizeof codes);
        free(codes);
        free(days[i]);
    }
    free(rows);
    free(days);
    return r;
}

/* ---- files ---- */

static enum err io_failed(const char *path, const char *what, struct errmsg *e) {
    return err_set(e, ERR_IO,
                   "%s could not be %s: %s. Nothing was changed; check the disk and try again.",
                   path, what, errno == ENOSPC ? "the disk is full" : strerror(errno));
}

static bool write_all(int fd, const char *p, size_t n) {
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool sync_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

enum err segment_write(struct segment *s, const char *dir, char name[static SEGMENT_NAME],
                       struct errmsg *e) {
    char path[1024], temp[1040];
    (void)snprintf(name, SEGMENT_NAME, "%s.seg", s->checksum);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return err_set(e, ERR_INVALID, "The path %s is too long.", dir);
    (void)snprintf(temp, sizeof temp, "%s.%ld.new", path, (long)getpid());
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return io_failed(dir, "made", e);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_failed(temp, "made", e);
    bool ok = write_all(fd, s->map, s->map_bytes) && fsync(fd) == 0;
    int why = errno;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(temp, path) != 0 || !sync_dir(dir)) {
        errno = ok ? errno : why;
        enum err r = io_failed(path, "written", e);
        (void)unlink(temp);
        return r;
    }
    return ERR_OK;
}

static enum err corrupt(const char *name, const char *what, struct errmsg *e) {
    return err_set(e, ERR_CORRUPT,
                   "The usage facts in %s are damaged (%s). Undo that import and import its file "
                   "again, or restore the newest backup.",
                   name, what);
}

static enum err check_header(const struct segment *s, const char *name, struct layout *l,
                             struct errmsg *e) {
    const struct header *h = s->map;
    if (s->map_bytes < sizeof *h || memcmp(h->magic, magic, sizeof magic) != 0)
        return corrupt(name, "it does not begin like a facts file", e);
    if (h->sum != checksum(h, offsetof(struct header, sum)))
        return corrupt(name, "the checksum of its header does not fit", e);
    if (h->rows >= UINT32_MAX || h->entities > h->rows || h->products > SEGMENT_PRODUCTS_MAX ||
        h->kind > FACTS_GROUP)
        return corrupt(name, "its counts are out of range", e);
    *l = layout_of(h->rows, h->entities, h->products);
    if (l->bytes != s->map_bytes)
        return corrupt(name, "its length is not what the header says", e);
    return ERR_OK;
}

static enum err check_sections(const struct segment *s, const char *name, const struct layout *l,
                               struct errmsg *e) {
    const struct header *h = s->map;
    for (int i = 0; i < SECTIONS; i++)
        if (h->sums[i] != checksum((const char *)s->map + l->at[i], l->size[i]))
            return corrupt(name, section_names[i], e);
    /* Behind right checksums stands what we wrote; these keep a reader inside the file even so. */
    uint16_t top = 0;
    for (size_t i = 0; i < s->rows; i++)
        top = s->product[i] > top ? s->product[i] : top;
    bool ok = (s->rows == 0 || top < s->products) && s->entity_from[0] == 0 &&
              s->entity_from[s->entities] == s->rows;
    for (size_t i = 0; i < s->entities; i++)
        ok = ok && s->entity_from[i] <= s->entity_from[i + 1];
    return ok ? ERR_OK : corrupt(name, "its columns contradict each other", e);
}

enum err segment_open(const char *dir, const char *name, struct segment *out, struct errmsg *e) {
    char path[1024];
    struct stat st;
    *out = (struct segment){.in_file = true};
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return err_set(e, ERR_INVALID, "The path %s is too long.", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(e, ERR_NOT_FOUND,
                       "The usage facts in %s are gone. Undo that import and import its file "
                       "again, or restore the newest backup.",
                       path);
    if (fd < 0)
        return io_failed(path, "read", e);
    if (fstat(fd, &st) != 0 || st.st_size <= 0) {
        (void)close(fd);
        return corrupt(name, "it is empty", e);
    }
    out->map_bytes = (size_t)st.st_size;
    out->map = mmap(NULL, out->map_bytes, PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (out->map == MAP_FAILED) {
        *out = (struct segment){0};
        return io_failed(path, "read", e);
    }
    struct layout l;
    enum err r = check_header(out, name, &l, e);
    if (r == ERR_OK) {
        const struct header *h = out->map;
        out->kind = (enum facts_kind)h->kind;
        out->rows = h->rows;
        out->entities = h->entities;
        out->products = h->products;
        out->first_day = h->first_day;
        out->last_day = h->last_day;
        (void)snprintf(out->checksum, sizeof out->checksum, "%016" PRIx64, h->sum);
        hang_pointers(out, &l);
        r = check_sections(out, name, &l, e);
    }
    if (r != ERR_OK)
        segment_close(out);
    return r;
}

void segment_close(struct segment *s) {
    if (s->map != NULL)
        (void)munmap(s->map, s->map_bytes);
    *s = (struct segment){0};
}
