/*
 * A segment: daily usage facts of one batch, one immutable file. A row says that an entity (a
 * person, or an org for figures that come by group) used a product on a day, with two measures.
 * What always holds: the rows are sorted by (entity, product, day), each triple once; measures are
 * whole hundredths, so sums are exact and the order of addition plays no part; a file is written
 * under a temporary name, synced and renamed, so it is there whole or not at all; opening checks
 * the checksum of header and every column, and what is opened can be read without checks.
 * Layout and sizes: segment.c. An open segment may be read by any number of threads.
 */
#ifndef EVENTS_SEGMENT_H
#define EVENTS_SEGMENT_H

#include "base/date.h"
#include "base/err.h"

#define FACTS_NULL INT32_MIN /* a measure that the source left blank */

enum facts_kind {
    FACTS_PERSON, /* entity person.id, a minutes, b opens; repeats in one batch add up */
    FACTS_GROUP   /* entity org.id, a percent with access, b engagement index; of repeats the last
                     counts */
};

enum {
    SEGMENT_NAME = 32,
    SEGMENT_CHECKSUM = 17,
    SEGMENT_PRODUCTS_MAX = 65535,
    SEGMENT_DAYS_MAX = 65535
};

struct segment {
    enum facts_kind kind;
    size_t rows, entities, products;
    int32_t first_day, last_day; /* both included */
    const int64_t *entity_id;    /* [entities] ascending */
    const uint64_t *entity_from; /* [entities + 1] first row of each; the last is rows */
    const int64_t *product_id;   /* [products] ascending */
    const uint16_t *product;     /* [rows] index into product_id */
    const uint16_t *day;         /* [rows] days since first_day */
    const int32_t *a, *b;        /* [rows] hundredths or FACTS_NULL */
    char checksum[SEGMENT_CHECKSUM];
    void *map; /* the file, or the one allocation of a segment in memory */
    size_t map_bytes;
    bool in_file;
};

/* Rows as a reader of files has them: codes into dictionaries. Borrowed. */
struct facts_rows {
    size_t n, entities, products;
    const uint32_t *entity;    /* [n] codes, or NULL: all of them code 0 */
    const uint32_t *product;   /* [n] codes */
    const int64_t *entity_id;  /* [entities] ids; <= 0 drops the rows that have the code */
    const int64_t *product_id; /* [products] likewise; several codes may have one id */
    const int32_t *day;        /* [n] DATE_NONE drops the row */
    const int32_t *a, *b;      /* [n] */
};

/* Sorts, combines repeats (their number: *repeats, may be NULL) and makes one segment in memory,
 * with up to `threads` threads, one part at a time each. Later parts count as later rows.
 * ERR_LIMIT: more than 65,535 products or days. ERR_INVALID: no row is left. */
NODISCARD enum err segment_build(enum facts_kind kind, const struct facts_rows *parts, size_t n,
                                 unsigned threads, struct segment *out, size_t *repeats,
                                 struct errmsg *e);
/* Segments of one kind as one; where a triple stands in several, the later segment counts. */
NODISCARD enum err segment_merge(const struct segment *const from[], size_t n, struct segment *out,
                                 struct errmsg *e);

/* Writes to dir/name (name is made from the checksum and handed out). ERR_IO: disk full and the
 * like; nothing is left behind then. */
NODISCARD enum err segment_write(struct segment *s, const char *dir, char name[static SEGMENT_NAME],
                                 struct errmsg *e);
/* Maps and checks. ERR_NOT_FOUND, ERR_CORRUPT with a sentence that says what is damaged, ERR_IO. */
NODISCARD enum err segment_open(const char *dir, const char *name, struct segment *out,
                                struct errmsg *e);
void segment_close(struct segment *s); /* a zeroed one is fine */

#endif
