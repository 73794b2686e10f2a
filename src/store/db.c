#include "store/db.h"

#include "base/date.h"
#include "store/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct owned_stmt {
    struct owned_stmt *next;
    struct stmt stmt;
    char *text;
};

struct rows {
    struct db *db;
    void *cursor;
    struct rows *next, **at; /* in db->open */
};

struct val val_id(int64_t id) {
    return id == 0 ? V_NULL : V_INT(id);
}

struct val val_opt(struct str s) {
    return s.n == 0 ? V_NULL : V_STR(s);
}

struct val val_date(int32_t day, char out[static 11]) {
    return day == DATE_NONE ? V_NULL : V_Z(date_text(day, out));
}

enum err db_open(const char *url, enum db_mode mode, struct db **out, struct errmsg *e) {
    struct str u = str_z(url);
    bool postgres = str_starts(u, STR("postgres://")) || str_starts(u, STR("postgresql://"));
    struct db *db = calloc(1, sizeof *db);
    CHECK(db != NULL);
    db->engine = postgres ? &engine_postgres : &engine_sqlite;
    db->mode = mode;
    const char *where = str_starts(u, STR("sqlite:")) ? url + 7 : url;
    enum err r = db->engine->open(where, mode, &db->conn, e);
    if (r != ERR_OK) {
        free(db);
        db = NULL;
    }
    *out = db;
    return r;
}

void db_close(struct db *db) {
    if (db == NULL)
        return;
    db_rollback(db);
    db->engine->close(db->conn);
    while (db->owned != NULL) {
        struct owned_stmt *o = db->owned;
        db->owned = o->next;
        free(o->text);
        free(o);
    }
    free(db);
}

bool db_is_postgres(const struct db *db) {
    return db->engine == &engine_postgres;
}

const struct stmt *db_own_stmt(struct db *db, char *text, size_t params) {
    struct owned_stmt *o = malloc(sizeof *o);
    CHECK(o != NULL);
    *o = (struct owned_stmt){db->owned, {.text = text, .params = params}, text};
    db->owned = o;
    return &o->stmt;
}

enum err db_script(struct db *db, const char *text, struct errmsg *e) {
    return db->engine->script(db->conn, text, e);
}

enum err db_begin(struct db *db, struct errmsg *e) {
    CHECK(!db->in_transaction);
    const char *how =
        db_is_postgres(db)
            ? (db->mode == DB_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN")
        : db->mode == DB_READ ? "BEGIN"
                              : "BEGIN IMMEDIATE";
    TRY(db_script(db, how, e));
    db->in_transaction = true;
    return ERR_OK;
}

enum err db_commit(struct db *db, struct errmsg *e) {
    CHECK(db->in_transaction);
    enum err r = db_script(db, "COMMIT", e);
    if (r != ERR_OK) {
        db_rollback(db);
        return r;
    }
    db->in_transaction = false;
    return ERR_OK;
}

void db_rollback(struct db *db) {
    if (!db->in_transaction)
        return;
    err_ignore(db->engine->bulk(db->conn, false, NULL)); /* what failed in it is rolled back too */
    err_ignore(db_script(db, "ROLLBACK", NULL)); /* a lost connection rolls back by itself */
    db->in_transaction = false;
}

enum err db_save(struct db *db, struct errmsg *e) {
    CHECK(db->in_transaction);
    return db_script(db, "SAVEPOINT point", e);
}

enum err db_save_keep(struct db *db, struct errmsg *e) {
    return db_script(db, "RELEASE SAVEPOINT point", e);
}

enum err db_save_undo(struct db *db, struct errmsg *e) {
    return db_script(db, "ROLLBACK TO SAVEPOINT point; RELEASE SAVEPOINT point", e);
}

static const struct stmt *named(const struct db *db, enum sql id) {
    CHECK((int)id >= 0 && id < SQL_COUNT);
    return db_is_postgres(db) ? &sql_rows[id].postgres : &sql_rows[id].sqlite;
}

enum err db_exec_stmt(struct db *db, const struct stmt *s, struct args args, int64_t *changed,
                      struct errmsg *e) {
    CHECK(s->params == args.n);
    return db->engine->exec(db->conn, s, args, changed, e);
}

enum err db_rows_stmt(struct db *db, const struct stmt *s, struct args args, struct rows **out,
                      struct errmsg *e) {
    CHECK(s->params == args.n);
    void *cursor = NULL;
    *out = NULL;
    TRY(db->engine->rows(db->conn, s, args, &cursor, e));
    *out = calloc(1, sizeof **out);
    CHECK(*out != NULL);
    **out = (struct rows){db, cursor, db->open, &db->open};
    if (db->open != NULL)
        db->open->at = &(*out)->next;
    db->open = *out;
    return ERR_OK;
}

enum err db_exec(struct db *db, enum sql id, struct args args, int64_t *changed, struct errmsg *e) {
    return db_exec_stmt(db, named(db, id), args, changed, e);
}

enum err db_rows(struct db *db, enum sql id, struct args args, struct rows **out,
                 struct errmsg *e) {
    return db_rows_stmt(db, named(db, id), args, out, e);
}

bool rows_next(struct rows *r) {
    return r->db->engine->next(r->cursor);
}

enum err rows_close(struct rows *r, struct errmsg *e) {
    enum err result = r->db->engine->done(r->cursor, e);
    *r->at = r->next;
    if (r->next != NULL)
        r->next->at = r->at;
    free(r);
    return result;
}

void db_abandon(struct db *db) {
    while (db->open != NULL)
        err_ignore(rows_close(db->open, NULL)); /* what was read is thrown away too */
}

int rows_columns(const struct rows *r) {
    return r->db->engine->columns(r->cursor);
}

struct val rows_val(const struct rows *r, int col) {
    return r->db->engine->cell(r->cursor, col);
}

bool rows_null(const struct rows *r, int col) {
    return r->db->engine->cell_null(r->cursor, col);
}

int64_t rows_int(const struct rows *r, int col) {
    return r->db->engine->cell_int(r->cursor, col);
}

double rows_real(const struct rows *r, int col) {
    return rows_null(r, col) ? NAN : r->db->engine->cell_real(r->cursor, col);
}

struct str rows_str(const struct rows *r, int col) {
    return r->db->engine->cell_str(r->cursor, col);
}

int32_t rows_date(const struct rows *r, int col) {
    int32_t day;
    return date_parse(rows_str(r, col), &day) ? day : DATE_NONE;
}

enum err db_int(struct db *db, enum sql id, struct args args, int64_t *out, bool *found,
                struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, id, args, &r, e));
    bool any = rows_next(r);
    if (any)
        *out = rows_int(r, 0);
    if (found != NULL)
        *found = any;
    return rows_close(r, e);
}

enum err db_text(struct db *db, enum sql id, struct args args, struct arena *a, struct str *out,
                 bool *found, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, id, args, &r, e));
    bool any = rows_next(r);
    if (any)
        *out = arena_str(a, rows_str(r, 0));
    if (found != NULL)
        *found = any;
    return rows_close(r, e);
}

enum err db_bulk(struct db *db, bool on, struct errmsg *e) {
    return db->engine->bulk(db->conn, on, e);
}
