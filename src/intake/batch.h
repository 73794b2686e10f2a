/*
 * An import of whatever source: what it read, added, changed, ended and refused, why, what it
 * assumed, and how to take it back. Knows no table by itself: sources say which of theirs can be
 * undone (struct undo_table).
 *
 * A struct batch gathers in memory (so a preview needs no transaction); batch_stage, batch_begin
 * and batch_finish write it. How an import goes:
 *     b = batch_new(&about)                                     read and compare: batch_error,
 * counts preview: store_begin; batch_stage; store_commit           state 'staged', errors kept
 *     apply:   import_lock; store_begin; batch_begin (the id);  rows are written with that
 * batch_id, batch_change before a row is changed or ended; batch_finish; store_commit state
 * 'applied' a failure: store_rollback; nothing is left of it One thread at a time.
 */
#ifndef INTAKE_BATCH_H
#define INTAKE_BATCH_H

#include "base/buf.h"
#include "base/json.h"
#include "store/store.h"

enum batch_mode { BATCH_BULK, BATCH_DELTA };
enum batch_severity { BATCH_ERROR, BATCH_WARNING };
enum batch_change_kind { BATCH_CHANGED, BATCH_ENDED, BATCH_REOPENED };

struct batch_about { /* copied by batch_new */
    struct str source, file_name;
    struct str file_hash; /* hash_file_hex */
    enum batch_mode mode;
    int32_t as_of;      /* day the data speaks for */
    int64_t account_id; /* 0: the command line */
};

struct batch_counts {
    int64_t read, added, changed, ended, refused;
};

struct batch_problem { /* a refused row or a warning; texts live as long as the batch */
    struct str file, col, value, what;
    int64_t line; /* 0: the file as a whole */
    enum batch_severity severity;
};

struct batch;

struct batch *batch_new(const struct batch_about *about); /* free with batch_free */
void batch_free(struct batch *b);                         /* NULL is fine */
int64_t batch_id(const struct batch *b);                  /* 0 before it is written */
struct batch_counts *batch_counts(struct batch *b);

/* Says what is wrong and what to do, in a sentence. The first CONF_IMPORT_ERRORS are kept, all are
 * counted; BATCH_ERROR adds one to counts.refused. col "" means the row, line 0 the file. */
void batch_error(struct batch *b, enum batch_severity severity, struct str file, int64_t line,
                 struct str col, struct str value, const char *fmt, ...) PRINTF(7, 8);
size_t batch_problem_count(const struct batch *b); /* kept */
const struct batch_problem *batch_problem_at(const struct batch *b, size_t i);
int64_t batch_errors(const struct batch *b); /* all, of severity error */

/* What was taken as certain though the file did not say so; the same sentence is kept once. */
void batch_assume(struct batch *b, const char *fmt, ...) PRINTF(2, 3);
struct str batch_assumed(const struct batch *b); /* one sentence a line */

/* All of these inside a transaction of a writing connection. */
/* Writes it as 'staged', with its errors: a preview that can be confirmed later. */
NODISCARD enum err batch_stage(struct db *db, struct batch *b, struct errmsg *e);
/* Writes the row that the imported rows refer to; `staged_id` continues a staged one (its errors
 * are replaced), 0 makes a new one. */
NODISCARD enum err batch_begin(struct db *db, struct batch *b, int64_t staged_id, struct errmsg *e);
/* What a row was: `before` is a JSON object of the old columns, named as in its undo_table. Rows
 * that were added need none: they carry the batch_id. */
NODISCARD enum err batch_change(struct db *db, struct batch *b, const char *tab, int64_t row_id,
                                enum batch_change_kind kind, struct str before, struct errmsg *e);
NODISCARD enum err batch_finish(struct db *db, struct batch *b, struct errmsg *e);

/* One import (or undo) at a time: ERR_BUSY with a sentence otherwise. store_unlock. */
NODISCARD enum err import_lock(struct store *s, struct store_lock **out, struct errmsg *e);

/* ---- undo ---- */

enum { UNDO_COLUMNS = 24 };
struct undo_table {
    const char *tab;
    /* The columns batch_change may carry, in the order in which `restore` takes them; NULL ends. A
     * column that `before` lacks is put back as NULL. */
    const char *columns[UNDO_COLUMNS];
    enum sql restore;  /* (columns..., id): puts all of them back */
    enum sql touched;  /* (batch) -> (id, file name) of a later import that changed an added row */
    enum sql drop_all; /* (batch): deletes the rows it added */
    bool referred;     /* other tables may refer to its rows; then also: */
    enum sql added;    /* (batch) -> ids of the rows it added */
    enum sql drop_one; /* (id) */
    enum sql end_one;  /* (day, id): where something does refer to the row */
};
/* Tables of all sources, each before those that refer to it (undo goes backwards); ends at tab
 * NULL. Registered once at start, before threads; the array must live on. */
void batch_undo_tables(const struct undo_table *tables);

/* What undo must also take back though it is no undo_table: records of kinds, usage facts. Members
 * may be NULL. Registered once at start; the struct must live on. */
struct undo_other {
    bool (*owns)(struct str tab); /* rows of import_change that are its own */
    enum err (*check)(struct db *db, int64_t batch_id, struct errmsg *e); /* ERR_CONFLICT */
    enum err (*restore)(struct db *db, struct str tab, int64_t row_id, bool ended,
                        yyjson_val *before, struct errmsg *e);
    enum err (*drop)(struct db *db, int64_t batch_id, int32_t today, int64_t *removed,
                     int64_t *ended, struct errmsg *e); /* adds to both */
};
void batch_undo_other(const struct undo_other *o);

struct undo_report {
    int64_t removed;  /* added rows that are gone again */
    int64_t restored; /* changed, ended and reopened rows put back */
    int64_t ended;    /* added rows that others refer to: ended instead of removed */
};
/* Takes an applied batch back, in a transaction of its own. ERR_CONFLICT with a sentence when a
 * later import has touched the same rows (undo that one first) or it is not applied;
 * ERR_NOT_FOUND. */
NODISCARD enum err batch_undo(struct store *s, int64_t id, int32_t today, struct undo_report *out,
                              struct errmsg *e);

/* ---- looking back ---- */

struct batch_row {
    int64_t id, account_id, created_us, applied_us, undone_us; /* 0: not */
    struct str source, file_name, state, mode, assumed, file_hash;
    int32_t as_of;
    struct batch_counts counts;
    int64_t errors_kept;
};
/* Newest first; texts in the arena. */
NODISCARD enum err batch_list(struct db *db, struct arena *a, int64_t limit, int64_t offset,
                              struct batch_row **out, size_t *n, struct errmsg *e);
NODISCARD enum err batch_get(struct db *db, struct arena *a, int64_t id, struct batch_row *out,
                             struct errmsg *e);
NODISCARD enum err batch_problems(struct db *db, struct arena *a, int64_t id, int64_t limit,
                                  int64_t offset, struct batch_problem **out, size_t *n,
                                  struct errmsg *e);
/* The spreadsheet to hand back, as CSV: file, line, column, value, severity, what to do. */
void batch_problems_write(const struct batch_problem v[], size_t n, struct buf *out);
NODISCARD enum err batch_problems_csv(struct db *db, int64_t id, struct buf *out, struct errmsg *e);

#endif
