/* The SQLite engine: WAL, FULL sync (a commit that was acknowledged is on disk), foreign keys on.
 */
#include "store/engine.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 4096, BUSY_MS = 10000 };

/* Prepared statements by the address of their struct stmt: linear probing, never evicted (the
 * named statements are a few hundred). */
struct slot {
    const struct stmt *key;
    sqlite3_stmt *stmt;
    bool in_use;
};

struct conn {
    sqlite3 *sqlite;
    struct slot slots[CACHE_SLOTS];
};

struct cursor {
    struct conn *conn;
    struct slot *slot; /* NULL for a second use of the same statement at once */
    sqlite3_stmt *stmt;
    int state;  /* of the last step */
    bool first; /* the first step was taken when the rows were asked for */
};

static enum err fail(sqlite3 *db, int code, struct errmsg *e) {
    static const struct {
        int code;
        enum err kind;
        const char *advice;
    } kinds[] = {
        {SQLITE_BUSY, ERR_BUSY,
         "another process is writing to the same file; try again in a moment"},
        {SQLITE_LOCKED, ERR_BUSY,
         "another part of the program is using this table; try again in a moment"},
        {SQLITE_CONSTRAINT, ERR_CONFLICT, "a rule of the records refuses this"},
        {SQLITE_FULL, ERR_IO,
         "the disk is full; free some space, then try again; nothing already saved is lost"},
        {SQLITE_IOERR, ERR_IO,
         "the disk could not be read or written; check the disk, then try again"},
        {SQLITE_READONLY, ERR_IO, "the file may not be written; check its permissions"},
        {SQLITE_CANTOPEN, ERR_IO, "the file cannot be opened; check the path and its permissions"},
        {SQLITE_CORRUPT, ERR_CORRUPT,
         "the file is damaged; restore the newest backup (homeroom restore)"},
        {SQLITE_NOTADB, ERR_CORRUPT, "the file is not a Homeroom database; name another one"},
        {SQLITE_INTERRUPT, ERR_LIMIT, "this took longer than is allowed; ask for less"},
        {SQLITE_TOOBIG, ERR_LIMIT, "the value is too large to be stored"},
    };
    int base = code & 0xFF;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].code == base)
            return err_set(e, kinds[i].kind, "The records: %s (%s).", kinds[i].advice,
                           db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db));
    return err_set(e, ERR_IO, "The records: %s.",
                   db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db));
}

static enum err run_script(void *conn, const char *text, struct errmsg *e) {
    struct conn *c = conn;
    int code = sqlite3_exec(c->sqlite, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? ERR_OK : fail(c->sqlite, code, e);
}

static void close_conn(void *conn) {
    struct conn *c = conn;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        (void)sqlite3_finalize(c->slots[i].stmt);
    (void)sqlite3_close(c->sqlite);
    free(c);
}

/* The writer keeps temporary sorts on disk: the indexes of a first import would take 200 MB. */
static enum err open_conn(const char *path, enum db_mode mode, void **out, struct errmsg *e) {
    struct conn *c = calloc(1, sizeof *c);
    CHECK(c != NULL);
    int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path, &c->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(c->sqlite, BUSY_MS);
    if (code == SQLITE_OK)
        code = sqlite3_exec(
            c->sqlite,
            mode == DB_READ
                ? "PRAGMA query_only=1; PRAGMA mmap_size=268435456; PRAGMA "
                  "cache_size=-16384; PRAGMA temp_store=MEMORY;"
                : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
                  "foreign_keys=1; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864;",
            NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        enum err r = fail(c->sqlite, code, e);
        err_wrap(e, "%s", path);
        close_conn(c);
        return r;
    }
    *out = c;
    return ERR_OK;
}

static enum err slot_for(struct conn *c, const struct stmt *s, struct slot **out,
                         struct errmsg *e) {
    size_t i = (size_t)((uintptr_t)s / sizeof(struct stmt)) % CACHE_SLOTS;
    for (size_t tries = 0; c->slots[i].key != NULL && c->slots[i].key != s;
         i = (i + 1) % CACHE_SLOTS)
        CHECK(++tries < CACHE_SLOTS);
    if (c->slots[i].key == NULL) {
        int code = sqlite3_prepare_v3(c->sqlite, s->text, -1, SQLITE_PREPARE_PERSISTENT,
                                      &c->slots[i].stmt, NULL);
        if (code != SQLITE_OK)
            return fail(c->sqlite, code, e);
        CHECK((size_t)sqlite3_bind_parameter_count(c->slots[i].stmt) == s->params);
        c->slots[i].key = s;
    }
    *out = &c->slots[i];
    return ERR_OK;
}

/* `life`: SQLITE_STATIC where the caller's values outlive the step, SQLITE_TRANSIENT copies. */
static void bind_all(sqlite3_stmt *st, struct args args, sqlite3_destructor_type life) {
    for (size_t k = 0; k < args.n; k++) {
        const struct val *v = &args.v[k];
        const char *p = v->s.n == 0 ? "" : v->s.p;
        int at = (int)k + 1, code = SQLITE_OK;
        switch (v->kind) {
        case VAL_NULL:
            code = sqlite3_bind_null(st, at);
            break;
        case VAL_INT:
            code = sqlite3_bind_int64(st, at, v->i);
            break;
        case VAL_REAL:
            code = sqlite3_bind_double(st, at, v->r);
            break;
        case VAL_TEXT:
            code = sqlite3_bind_text64(st, at, p, v->s.n, life, SQLITE_UTF8);
            break;
        case VAL_BLOB:
            code = sqlite3_bind_blob64(st, at, p, v->s.n, life);
            break;
        }
        CHECK(code == SQLITE_OK || code == SQLITE_TOOBIG); /* too big: the step says so */
    }
}

static enum err exec(void *conn, const struct stmt *s, struct args args, int64_t *changed,
                     struct errmsg *e) {
    struct conn *c = conn;
    struct slot *slot;
    TRY(slot_for(c, s, &slot, e));
    CHECK(!slot->in_use);
    bind_all(slot->stmt, args, SQLITE_STATIC);
    int code = sqlite3_step(slot->stmt);
    while (code == SQLITE_ROW)
        code = sqlite3_step(slot->stmt);
    if (changed != NULL)
        *changed = sqlite3_changes64(c->sqlite);
    enum err r = code == SQLITE_DONE ? ERR_OK : fail(c->sqlite, code, e);
    (void)sqlite3_reset(slot->stmt);
    return r;
}

static enum err rows(void *conn, const struct stmt *s, struct args args, void **out,
                     struct errmsg *e) {
    struct conn *c = conn;
    struct cursor *cur = calloc(1, sizeof *cur);
    CHECK(cur != NULL);
    cur->conn = c;
    enum err r = s->once ? ERR_OK : slot_for(c, s, &cur->slot, e);
    if (r != ERR_OK) {
        free(cur);
        return r;
    }
    if (s->once || cur->slot->in_use) {
        cur->slot = NULL;
        int code = sqlite3_prepare_v3(c->sqlite, s->text, -1, 0, &cur->stmt, NULL);
        if (code != SQLITE_OK) {
            free(cur);
            return fail(c->sqlite, code, e);
        }
    } else {
        cur->slot->in_use = true;
        cur->stmt = cur->slot->stmt;
    }
    bind_all(cur->stmt, args, SQLITE_TRANSIENT);
    cur->state = sqlite3_step(cur->stmt);
    cur->first = true;
    *out = cur;
    return ERR_OK;
}

static bool next(void *cursor) {
    struct cursor *cur = cursor;
    if (cur->first)
        cur->first = false;
    else if (cur->state == SQLITE_ROW)
        cur->state = sqlite3_step(cur->stmt);
    return cur->state == SQLITE_ROW;
}

static enum err done(void *cursor, struct errmsg *e) {
    struct cursor *cur = cursor;
    enum err r = cur->state == SQLITE_ROW || cur->state == SQLITE_DONE
                     ? ERR_OK
                     : fail(cur->conn->sqlite, cur->state, e);
    if (cur->slot == NULL) {
        (void)sqlite3_finalize(cur->stmt);
    } else {
        (void)sqlite3_reset(cur->stmt);
        cur->slot->in_use = false;
    }
    free(cur);
    return r;
}

static int columns(void *cursor) {
    return sqlite3_column_count(((struct cursor *)cursor)->stmt);
}

static bool cell_null(void *cursor, int col) {
    return sqlite3_column_type(((struct cursor *)cursor)->stmt, col) == SQLITE_NULL;
}

static int64_t cell_int(void *cursor, int col) {
    return sqlite3_column_int64(((struct cursor *)cursor)->stmt, col);
}

static double cell_real(void *cursor, int col) {
    return sqlite3_column_double(((struct cursor *)cursor)->stmt, col);
}

static struct str cell_str(void *cursor, int col) {
    sqlite3_stmt *st = ((struct cursor *)cursor)->stmt;
    const void *p = sqlite3_column_type(st, col) == SQLITE_BLOB ? sqlite3_column_blob(st, col)
                                                                : sqlite3_column_text(st, col);
    return p == NULL ? (struct str){0} : (struct str){p, (size_t)sqlite3_column_bytes(st, col)};
}

static struct val cell(void *cursor, int col) {
    switch (sqlite3_column_type(((struct cursor *)cursor)->stmt, col)) {
    case SQLITE_INTEGER:
        return V_INT(cell_int(cursor, col));
    case SQLITE_FLOAT:
        return V_REAL(cell_real(cursor, col));
    case SQLITE_NULL:
        return V_NULL;
    case SQLITE_BLOB:
        return V_BLOB(cell_str(cursor, col));
    default:
        return V_STR(cell_str(cursor, col));
    }
}

static enum err bulk(void *conn, bool on, struct errmsg *e) {
    (void)conn, (void)on, (void)e;
    return ERR_OK;
}

const struct engine engine_sqlite = {
    .name = "SQLite",
    .open = open_conn,
    .close = close_conn,
    .script = run_script,
    .exec = exec,
    .rows = rows,
    .next = next,
    .done = done,
    .columns = columns,
    .cell = cell,
    .cell_int = cell_int,
    .cell_real = cell_real,
    .cell_str = cell_str,
    .cell_null = cell_null,
    .bulk = bulk,
};
