/*
 * The records as text that neither engine owns: one JSON array a row, so a backup of SQLite can be
 * restored into PostgreSQL and the other way round. Which tables and columns there are comes from
 * the migrations (tools/sql_gen.py); a name in a dump is only used when it is one of those.
 * Runs inside the caller's transaction, so a dump is one moment.
 */
#ifndef STORE_DUMP_H
#define STORE_DUMP_H

#include "base/buf.h"
#include "store/db.h"

struct schema_table {
    const char *name;
    const char *const *columns;
    size_t column_count;
};
extern const struct schema_table schema_tables[]; /* in order of creation */
extern const size_t schema_table_count;

/* Gets a piece of the dump: whole lines. */
typedef enum err dump_sink(void *to, struct str lines, struct errmsg *e);

/* A first line with the column names, then a line a row, by primary id where the table has one.
 * *rows counts them. Memory: a page of rows. */
NODISCARD enum err dump_table(struct db *db, const struct schema_table *t, dump_sink *sink,
                              void *to, int64_t *rows, struct errmsg *e);

/* Reads what dump_table wrote, in pieces that may end anywhere. The table must be empty. */
struct dump_reader;
NODISCARD enum err dump_reader_new(struct db *db, const struct schema_table *t,
                                   struct dump_reader **out, struct errmsg *e);
NODISCARD enum err dump_reader_feed(struct dump_reader *r, struct str piece, struct errmsg *e);
/* Loads what is left and frees the reader; *rows counts them. Also the way to free after an error.
 */
NODISCARD enum err dump_reader_close(struct dump_reader *r, int64_t *rows, struct errmsg *e);

/* Around the loading of all tables of a freshly migrated database, in one transaction: tables are
 * emptied first, references are checked at its end, and
 * PostgreSQL's id counters are set past the highest id. */
NODISCARD enum err dump_load_begin(struct db *db, struct errmsg *e);
NODISCARD enum err dump_load_end(struct db *db, struct errmsg *e);

#endif
