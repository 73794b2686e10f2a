/*
 * Daily usage facts of the whole program: which segments there are (table usage_segment), reading
 * them for a period, undo, verification, merging. The files are in folder events_dir(); a file
 * without a row in the table counts for nothing and is swept. Facts are derived: a lost file is
 * imported again.
 * What always holds for an opened set: no (entity, product, day) twice. Where batches speak of the
 * same triple the later batch counts; this is resolved when a set is opened, so that undoing the
 * later batch brings the earlier one's figures back.
 * Reading does not need the database once a set is open; sets belong to one thread, kernels use
 * up to `threads` threads of their own.
 */
#ifndef EVENTS_FACTS_H
#define EVENTS_FACTS_H

#include "base/arena.h"
#include "events/segment.h"
#include "store/db.h"

/* The folder: facts/ in the data directory of the configuration (CONF_DATA_DIR). */
struct str events_dir(struct arena *a);

/* The id of a product by name (compared without case or outer blanks); made where it is new. */
NODISCARD enum err facts_product(struct db *db, struct str name, int64_t *id, struct errmsg *e);

/* ---- writing; inside the caller's transaction ---- */

/* Writes the segment's file and its row. A rollback leaves a file that facts_sweep removes. */
NODISCARD enum err facts_add(struct db *db, const char *dir, int64_t batch_id, struct segment *s,
                             struct errmsg *e);
/* Takes a batch's segments out of the table (the files go with the next sweep). ERR_CONFLICT where
 * a merge has put the batch together with others: *removed is 0 then. */
NODISCARD enum err facts_undo(struct db *db, int64_t batch_id, int64_t *removed, struct errmsg *e);
/* Puts the segments of batches up to `upto_batch` together, kind by kind and month by month, where
 * a month has more than one. These batches can't be undone afterwards. *merged: segments gone. */
NODISCARD enum err facts_merge(struct db *db, const char *dir, int64_t upto_batch, int64_t *merged,
                               struct errmsg *e);
/* Removes files that no row names. Only with the import lock held and outside a transaction. */
NODISCARD enum err facts_sweep(struct db *db, const char *dir, int64_t *removed, struct errmsg *e);
/* Opens every segment and compares it with its row. Calls `fault` for each that fails; returns the
 * first failure's kind, or ERR_OK. */
NODISCARD enum err facts_verify(struct db *db, const char *dir,
                                void (*fault)(void *to, const char *file, const char *what),
                                void *to, int64_t *checked, struct errmsg *e);

/* ---- reading ---- */

struct facts {
    enum facts_kind kind;
    int32_t since, as_of; /* the period asked for, both included */
    size_t segments;
    const struct segment *segment; /* days do not overlap; oldest first */
    size_t entities, products;     /* over all segments */
    const int64_t *entity_id, *product_id;
    const uint32_t *const *entity_index;  /* [segment][its entity] -> index here */
    const uint32_t *const *product_index; /* [segment][its product] -> index here */
    struct arena *arena;
};

/* All days in [since, as_of]. No segment is no error: entities is 0 then. */
NODISCARD enum err facts_open(struct db *db, const char *dir, enum facts_kind kind, int32_t since,
                              int32_t as_of, struct facts **out, struct errmsg *e);
/* The same over segments at hand (benches, tests), which stay the caller's. */
NODISCARD enum err facts_of(const struct segment *const from[], size_t n, int32_t since,
                            int32_t as_of, struct facts **out, struct errmsg *e);
void facts_close(struct facts *f); /* NULL is fine */

struct facts_sum {           /* hundredths, exact */
    uint32_t rows, a_n, b_n; /* rows, and those with a and b given */
    uint32_t active_days;    /* different days with a > 0 or b > 0; 0 where that is not asked */
    int64_t a, b;
};

/* Per entity: sum [entities] is overwritten. product: an index, or FACTS_EVERY. */
enum { FACTS_EVERY = -1 };
void facts_by_entity(const struct facts *f, int product, unsigned threads, struct facts_sum sum[]);

/* How many different entities were active, per product: people [products]. */
void facts_people(const struct facts *f, uint32_t people[]);

/* Per label: label [entities] says which sum an entity's rows go to (negative: none); sum [labels].
 * active_days is 0. */
void facts_by_label(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                    struct facts_sum sum[]);

/* org x product x week, only cells that have rows, sorted by these. label as above. */
struct facts_cell {
    uint32_t label, product; /* product: index */
    int32_t week;            /* its Monday, as a day */
    uint32_t rows, a_n, b_n;
    uint32_t active; /* different entities with a > 0 or b > 0 */
    int64_t a, b;
};
struct facts_cells { /* malloc'ed: facts_cells_free */
    size_t n;
    struct facts_cell *cell;
    size_t bytes;
};
void facts_by_week(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                   struct facts_cells *out);
void facts_cells_free(struct facts_cells *c);

#endif
