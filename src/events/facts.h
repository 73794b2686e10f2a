/*
 * Daily usage facts of the whole program: which segments there are (table usage_segment), reading
 * them for a period, undo, verification, merging. The files are in folder events_dir(); a file
 * without a row in the table counts for nothing and is swept. Facts are derived: a lost file is
 * imported again.
 * Where batches speak of the same (entity, product, day) the later batch counts; this is resolved
 * when facts are opened, so undoing the later batch brings the earlier one's figures back.
 */
#ifndef EVENTS_FACTS_H
#define EVENTS_FACTS_H

#include "base/arena.h"
#include "events/scan.h"
#include "store/db.h"

/* The folder: facts/ in the data directory of the configuration (CONF_DATA_DIR). */
struct str events_dir(struct arena *a);

/* The id of a product by name (compared without case and blanks); *is_new where there is none, and
 * *id is untouched then. ERR_INVALID: no name, or one past 500 bytes. */
NODISCARD enum err facts_product_find(struct db *db, struct str name, int64_t *id, bool *is_new,
                                      struct errmsg *e);
/* The same, made where it is new. */
NODISCARD enum err facts_product(struct db *db, struct str name, int64_t *id, struct errmsg *e);
bool facts_product_same(struct str a, struct str b); /* would be one product */
/* Its name, copied; "" where there is no such product. */
NODISCARD enum err facts_product_name(struct db *db, int64_t id, struct arena *a, struct str *name,
                                      struct errmsg *e);

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

/* All facts of a kind with days in [since, as_of], for scan.h; facts_close. No segment is no error:
 * the set is empty then. */
NODISCARD enum err facts_open(struct db *db, const char *dir, enum facts_kind kind, int32_t since,
                              int32_t as_of, struct facts **out, struct errmsg *e);

#endif
