/*
 * A connection to the records: one SQLite file or one PostgreSQL database, the same schema and the
 * same named statements (sql/, made into SQL_... names by tools/sql_gen.py) on both.
 * What always holds: only named statements run, values are bound, a transaction that is not
 * committed leaves nothing. A connection belongs to one thread at a time.
 * Texts that rows hand out live until the next rows_next or rows_close.
 * store.h has the connections of a process: readers per thread and one writer.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "sql_names.h" /* enum sql: generated */

struct db;
struct rows;

enum val_kind { VAL_NULL, VAL_INT, VAL_REAL, VAL_TEXT, VAL_BLOB };
struct val {
    enum val_kind kind;
    int64_t i;
    double r;
    struct str s;
};
#define V_NULL ((struct val){.kind = VAL_NULL})
#define V_INT(x) ((struct val){.kind = VAL_INT, .i = (x)})
#define V_REAL(x) ((struct val){.kind = VAL_REAL, .r = (x)})
#define V_STR(x) ((struct val){.kind = VAL_TEXT, .s = (x)})
#define V_BLOB(x) ((struct val){.kind = VAL_BLOB, .s = (x)})
#define V_Z(x) ((struct val){.kind = VAL_TEXT, .s = str_z(x)})
struct val val_id(int64_t id);    /* 0 is NULL */
struct val val_opt(struct str s); /* "" is NULL */
/* DATE_NONE is NULL; else ISO text kept in out[11]. */
struct val val_date(int32_t day, char out[static 11]);

/* The values of a statement, in the order in which its :names first appear in it. */
struct args {
    const struct val *v;
    size_t n;
};
#define ARGS(...)                                                                                  \
    ((struct args){(const struct val[]){__VA_ARGS__},                                              \
                   sizeof((const struct val[]){__VA_ARGS__}) / sizeof(struct val)})
#define NO_ARGS ((struct args){NULL, 0})

enum db_mode { DB_READ, DB_WRITE };
/* url: a file path, "sqlite:PATH" or "postgresql://...". ERR_UNAVAILABLE, ERR_IO, ERR_CORRUPT.
 * Does not migrate: see migrate.h. DB_READ refuses every change. */
NODISCARD enum err db_open(const char *url, enum db_mode mode, struct db **out, struct errmsg *e);
void db_close(struct db *db); /* NULL is fine; rolls back what is open */
bool db_is_postgres(const struct db *db);

NODISCARD enum err db_begin(struct db *db, struct errmsg *e); /* ERR_BUSY after 10 s */
NODISCARD enum err db_commit(struct db *db, struct errmsg *e);
void db_rollback(struct db *db); /* does nothing outside a transaction */

/* A point inside a transaction to go back to, one deep: after db_save either db_save_keep, or
 * db_save_undo, which forgets what was done since (an error included) and goes on. */
NODISCARD enum err db_save(struct db *db, struct errmsg *e);
NODISCARD enum err db_save_keep(struct db *db, struct errmsg *e);
NODISCARD enum err db_save_undo(struct db *db, struct errmsg *e);

/* Runs a statement that gives no rows; *changed (may be NULL) counts the rows it touched.
 * ERR_CONFLICT when a UNIQUE or CHECK constraint refuses it. */
NODISCARD enum err db_exec(struct db *db, enum sql id, struct args args, int64_t *changed,
                           struct errmsg *e);

/* Runs a statement that gives rows. Always rows_close, which says whether all went well:
 *     TRY(db_rows(db, SQL_X, ARGS(V_INT(7)), &r, e));
 *     while (rows_next(r)) use(rows_int(r, 0));
 *     TRY(rows_close(r, e));
 * A PostgreSQL result is held whole in memory. */
NODISCARD enum err db_rows(struct db *db, enum sql id, struct args args, struct rows **out,
                           struct errmsg *e);
bool rows_next(struct rows *r);
NODISCARD enum err rows_close(struct rows *r, struct errmsg *e);
/* Closes every rows still open, for work that was cut off (an arena past its cap). */
void db_abandon(struct db *db);
int rows_columns(const struct rows *r);
struct val rows_val(const struct rows *r, int col); /* the engine's own type */
bool rows_null(const struct rows *r, int col);
int64_t rows_int(const struct rows *r, int col);    /* 0 for NULL */
double rows_real(const struct rows *r, int col);    /* NaN for NULL */
struct str rows_str(const struct rows *r, int col); /* empty for NULL */
int32_t rows_date(const struct rows *r, int col);   /* DATE_NONE for NULL */

/* The first row's first column; *out keeps its value where there is no row and *found is false
 * (found may be NULL). Also the way to run INSERT ... RETURNING id. */
NODISCARD enum err db_int(struct db *db, enum sql id, struct args args, int64_t *out, bool *found,
                          struct errmsg *e);
/* The same for text, copied into the arena. */
NODISCARD enum err db_text(struct db *db, enum sql id, struct args args, struct arena *a,
                           struct str *out, bool *found, struct errmsg *e);

/* Between on and off, PostgreSQL gathers db_exec calls and sends them together: an error may come
 * at a later call or at the switch-off, and *changed is 0. SQLite does not mind. */
NODISCARD enum err db_bulk(struct db *db, bool on, struct errmsg *e);

#endif
