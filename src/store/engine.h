/*
 * What an engine gives db.c. Only store/ includes this: text of statements enters here, from the
 * generated table, from migrations, and from kind.c, which builds it from constant rows only.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "store/db.h"

/* A statement to run: `key` is its place in the connection's cache of prepared ones. */
struct stmt {
    const char
        *text; /* placeholders as the engine wants them; NUL-ended, lives as long as the db */
    size_t params;
    bool once; /* made for one question: prepared, run and forgotten, its text may go afterwards */
};

struct engine {
    const char *name;
    enum err (*open)(const char *where, enum db_mode mode, void **conn, struct errmsg *e);
    void (*close)(void *conn);
    enum err (*script)(void *conn, const char *text,
                       struct errmsg *e); /* several statements, no values */
    enum err (*exec)(void *conn, const struct stmt *s, struct args args, int64_t *changed,
                     struct errmsg *e);
    enum err (*rows)(void *conn, const struct stmt *s, struct args args, void **cursor,
                     struct errmsg *e);
    bool (*next)(void *cursor);
    enum err (*done)(void *cursor, struct errmsg *e);
    int (*columns)(void *cursor);
    struct val (*cell)(void *cursor, int col);
    int64_t (*cell_int)(void *cursor, int col);
    double (*cell_real)(void *cursor, int col);
    struct str (*cell_str)(void *cursor, int col);
    bool (*cell_null)(void *cursor, int col);
    enum err (*bulk)(void *conn, bool on, struct errmsg *e);
};

extern const struct engine engine_sqlite, engine_postgres;

struct owned_stmt;

struct db {
    const struct engine *engine;
    void *conn;
    enum db_mode mode;
    bool in_transaction;
    struct owned_stmt *owned; /* statements made at run time, freed with the connection */
    struct rows *open; /* every rows not closed yet */
};

/* For migrate.c and kind.c alone. */
NODISCARD enum err db_script(struct db *db, const char *text, struct errmsg *e);
/* A statement whose text was made from constant rows; takes over `text`. Lives as long as the
 * connection. */
const struct stmt *db_own_stmt(struct db *db, char *text, size_t params);
NODISCARD enum err db_exec_stmt(struct db *db, const struct stmt *s, struct args args,
                                int64_t *changed, struct errmsg *e);
NODISCARD enum err db_rows_stmt(struct db *db, const struct stmt *s, struct args args,
                                struct rows **out, struct errmsg *e);

/* One row per named statement, in enum order: generated from sql/. */
struct sql_row {
    const char *name;
    struct stmt sqlite, postgres;
    const char *scan; /* why a table scan is right here, or NULL */
};
extern const struct sql_row sql_rows[];

#endif
