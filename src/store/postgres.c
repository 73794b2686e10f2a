/* The PostgreSQL engine: libpq, prepared once per connection, texts in both directions. */
#include "store/engine.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 4096, PARAMS_MOST = 64, BATCH = 512 };
enum { BYTEA = 17, INT2 = 21, INT4 = 23, INT8 = 20, FLOAT4 = 700, FLOAT8 = 701, NUMERIC = 1700 };

struct conn {
    PGconn *pg;
    const struct stmt
        *prepared[CACHE_SLOTS]; /* by the address, linear probing; the name is the slot */
    bool bulk;
    int pending; /* statements sent since the last sync */
};

/* A BYTEA cell comes as hexadecimal text; its bytes are made when asked for and live as long as a
 * text does, until the next row. */
struct bytes {
    unsigned char *p;
    size_t n;
};

struct cursor {
    PGresult *result;
    int row, rows;
    struct bytes *bytes; /* [columns], made at the first such cell */
};

static enum err fail(struct conn *c, const PGresult *res, struct errmsg *e) {
    const char *state = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    static const struct {
        const char *prefix;
        enum err kind;
        const char *advice;
    } kinds[] = {
        {"23", ERR_CONFLICT, "a rule of the records refuses this"},
        {"40", ERR_BUSY, "another writer came first; try again"},
        {"55P03", ERR_BUSY, "another process holds a lock; try again in a moment"},
        {"53100", ERR_IO, "the database server's disk is full; free some space, then try again"},
        {"53", ERR_UNAVAILABLE, "the database server is out of resources; try again later"},
        {"57014", ERR_LIMIT, "this took longer than is allowed; ask for less"},
        {"25006", ERR_IO, "this connection may only read"},
        {"XX", ERR_CORRUPT, "the database server reports damage; restore the newest backup"},
    };
    if (text == NULL)
        text = PQerrorMessage(c->pg);
    for (size_t i = 0; state != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(state, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return err_set(e, kinds[i].kind, "The records: %s (%s).", kinds[i].advice, text);
    return err_set(e, ERR_IO, "The records: the database server says: %s.", text);
}

static void quiet(void *arg, const char *message) {
    (void)arg, (void)message; /* notices such as "table exists, skipping" are not for people */
}

static void close_conn(void *conn) {
    struct conn *c = conn;
    PQfinish(c->pg);
    free(c);
}

static enum err script(void *conn, const char *text, struct errmsg *e) {
    struct conn *c = conn;
    PGresult *res = PQexec(c->pg, text);
    ExecStatusType st = PQresultStatus(res);
    enum err r = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_EMPTY_QUERY
                     ? ERR_OK
                     : fail(c, res, e);
    PQclear(res);
    return r;
}

static enum err open_conn(const char *url, enum db_mode mode, void **out, struct errmsg *e) {
    struct conn *c = calloc(1, sizeof *c);
    CHECK(c != NULL);
    c->pg = PQconnectdb(url);
    if (PQstatus(c->pg) != CONNECTION_OK) {
        enum err r = err_set(e, ERR_UNAVAILABLE,
                             "The database server does not answer (%s). Check the address "
                             "in the setting 'database'.",
                             PQerrorMessage(c->pg));
        close_conn(c);
        return r;
    }
    (void)PQsetNoticeProcessor(c->pg, quiet, NULL);
    enum err r = script(c,
                        mode == DB_READ ? "SET client_encoding='UTF8'; SET "
                                          "default_transaction_read_only=on; SET lock_timeout='10s'"
                                        : "SET client_encoding='UTF8'; SET lock_timeout='10s'",
                        e);
    if (r != ERR_OK) {
        close_conn(c);
        return r;
    }
    *out = c;
    return ERR_OK;
}

/* Values as texts: numbers go into `numbers`, strings into one copy with NULs. */
struct bound {
    const char *values[PARAMS_MOST];
    int lengths[PARAMS_MOST], formats[PARAMS_MOST];
    char numbers[PARAMS_MOST][32];
    char *copy;
};

static void bind_all(struct bound *b, struct args args) {
    CHECK(args.n <= PARAMS_MOST);
    size_t total = 0;
    for (size_t i = 0; i < args.n; i++)
        total += args.v[i].kind >= VAL_TEXT ? args.v[i].s.n + 1 : 0;
    b->copy = malloc(total + 1);
    CHECK(b->copy != NULL);
    char *at = b->copy;
    for (size_t i = 0; i < args.n; i++) {
        const struct val *v = &args.v[i];
        b->formats[i] = v->kind == VAL_BLOB;
        b->lengths[i] = 0;
        b->values[i] = b->numbers[i];
        if (v->kind == VAL_NULL) {
            b->values[i] = NULL;
        } else if (v->kind == VAL_INT) {
            (void)snprintf(b->numbers[i], sizeof b->numbers[i], "%" PRId64, v->i);
        } else if (v->kind == VAL_REAL) {
            (void)snprintf(b->numbers[i], sizeof b->numbers[i], "%.17g", v->r);
        } else {
            if (v->s.n > 0)
                memcpy(at, v->s.p, v->s.n);
            at[v->s.n] = '\0';
            b->values[i] = at;
            b->lengths[i] = (int)v->s.n;
            at += v->s.n + 1;
        }
    }
}

static enum err slot_for(struct conn *c, const struct stmt *s, char name[static 16],
                         struct errmsg *e) {
    size_t i = (size_t)((uintptr_t)s / sizeof(struct stmt)) % CACHE_SLOTS;
    for (size_t tries = 0; c->prepared[i] != NULL && c->prepared[i] != s; i = (i + 1) % CACHE_SLOTS)
        CHECK(++tries < CACHE_SLOTS);
    (void)snprintf(name, 16, "s%zu", i);
    if (c->prepared[i] == s)
        return ERR_OK;
    PGresult *res;
    if (c->bulk) { /* inside a pipeline a prepare is one more message; its answer comes with the
                      sync */
        if (PQsendPrepare(c->pg, name, s->text, 0, NULL) == 0)
            return fail(c, NULL, e);
        c->pending++;
        c->prepared[i] = s;
        return ERR_OK;
    }
    res = PQprepare(c->pg, name, s->text, 0, NULL);
    enum err r = PQresultStatus(res) == PGRES_COMMAND_OK ? ERR_OK : fail(c, res, e);
    PQclear(res);
    if (r == ERR_OK)
        c->prepared[i] = s;
    return r;
}

/* Takes the answers of everything sent; the first error is the one told. */
static enum err drain(struct conn *c, struct errmsg *e) {
    enum err r = ERR_OK;
    if (PQpipelineSync(c->pg) == 0)
        return fail(c, NULL, e);
    for (int nulls = 0; nulls < 2;) {
        PGresult *res = PQgetResult(c->pg);
        if (res == NULL) {
            nulls++;
            continue;
        }
        nulls = 0;
        ExecStatusType st = PQresultStatus(res);
        if (st == PGRES_FATAL_ERROR && r == ERR_OK)
            r = fail(c, res, e);
        PQclear(res);
        if (st == PGRES_PIPELINE_SYNC)
            break;
    }
    c->pending = 0;
    return r;
}

static enum err exec(void *conn, const struct stmt *s, struct args args, int64_t *changed,
                     struct errmsg *e) {
    struct conn *c = conn;
    char name[16];
    struct bound b;
    TRY(slot_for(c, s, name, e));
    bind_all(&b, args);
    if (changed != NULL)
        *changed = 0;
    if (c->bulk) {
        int ok = PQsendQueryPrepared(c->pg, name, (int)args.n, b.values, b.lengths, b.formats, 0);
        free(b.copy);
        if (ok == 0)
            return fail(c, NULL, e);
        return ++c->pending >= BATCH ? drain(c, e) : ERR_OK;
    }
    PGresult *res = PQexecPrepared(c->pg, name, (int)args.n, b.values, b.lengths, b.formats, 0);
    free(b.copy);
    ExecStatusType st = PQresultStatus(res);
    enum err r = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK ? ERR_OK : fail(c, res, e);
    int64_t n;
    if (r == ERR_OK && changed != NULL && str_int(str_z(PQcmdTuples(res)), &n))
        *changed = n;
    PQclear(res);
    return r;
}

static enum err bulk(void *conn, bool on, struct errmsg *e) {
    struct conn *c = conn;
    if (c->bulk == on)
        return ERR_OK;
    if (on) {
        c->bulk = PQenterPipelineMode(c->pg) == 1;
        return c->bulk ? ERR_OK : fail(c, NULL, e);
    }
    enum err r = drain(c, e);
    if (PQexitPipelineMode(c->pg) == 0 && r == ERR_OK)
        r = fail(c, NULL, e);
    c->bulk = false;
    return r;
}

static enum err rows(void *conn, const struct stmt *s, struct args args, void **out,
                     struct errmsg *e) {
    struct conn *c = conn;
    char name[16];
    struct bound b;
    bool was_bulk = c->bulk; /* a question in the middle of a batch: send the batch first */
    TRY(bulk(c, false, e));
    if (!s->once)
        TRY(slot_for(c, s, name, e));
    bind_all(&b, args);
    PGresult *res =
        s->once ? PQexecParams(c->pg, s->text, (int)args.n, NULL, b.values, b.lengths, b.formats, 0)
                : PQexecPrepared(c->pg, name, (int)args.n, b.values, b.lengths, b.formats, 0);
    free(b.copy);
    ExecStatusType st = PQresultStatus(res);
    if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK) {
        enum err r = fail(c, res, e);
        PQclear(res);
        return r;
    }
    TRY(bulk(c, was_bulk, e));
    struct cursor *cur = calloc(1, sizeof *cur);
    CHECK(cur != NULL);
    *cur = (struct cursor){res, -1, PQntuples(res), NULL};
    *out = cur;
    return ERR_OK;
}

static void forget_bytes(struct cursor *cur) {
    for (int i = 0; cur->bytes != NULL && i < PQnfields(cur->result); i++) {
        PQfreemem(cur->bytes[i].p);
        cur->bytes[i] = (struct bytes){NULL, 0};
    }
}

static bool next(void *cursor) {
    struct cursor *cur = cursor;
    forget_bytes(cur);
    if (cur->row < cur->rows)
        cur->row++;
    return cur->row < cur->rows;
}

static enum err done(void *cursor, struct errmsg *e) {
    (void)e;
    struct cursor *cur = cursor;
    forget_bytes(cur);
    free(cur->bytes);
    PQclear(cur->result);
    free(cur);
    return ERR_OK;
}

static int columns(void *cursor) {
    return PQnfields(((struct cursor *)cursor)->result);
}

static bool cell_null(void *cursor, int col) {
    struct cursor *cur = cursor;
    return PQgetisnull(cur->result, cur->row, col) == 1;
}

static struct str cell_bytes(struct cursor *cur, int col) {
    if (cur->bytes == NULL) {
        cur->bytes = calloc((size_t)PQnfields(cur->result), sizeof *cur->bytes);
        CHECK(cur->bytes != NULL);
    }
    struct bytes *b = &cur->bytes[col];
    if (b->p == NULL) {
        const char *hex = PQgetvalue(cur->result, cur->row, col);
        b->p = PQunescapeBytea((const unsigned char *)hex, &b->n);
        CHECK(b->p != NULL);
    }
    return (struct str){(const char *)b->p, b->n};
}

static struct str cell_str(void *cursor, int col) {
    struct cursor *cur = cursor;
    if (PQftype(cur->result, col) == BYTEA)
        return PQgetisnull(cur->result, cur->row, col) == 1 ? (struct str){"", 0}
                                                            : cell_bytes(cur, col);
    return (struct str){PQgetvalue(cur->result, cur->row, col),
                        (size_t)PQgetlength(cur->result, cur->row, col)};
}

static int64_t cell_int(void *cursor, int col) {
    int64_t v = 0;
    struct str s = cell_str(cursor, col);
    if (!str_int(s, &v)) { /* numeric with a point */
        double d = 0;
        (void)str_real(s, &d);
        v = (int64_t)d;
    }
    return v;
}

static double cell_real(void *cursor, int col) {
    double v = 0;
    (void)str_real(cell_str(cursor, col), &v);
    return v;
}

static struct val cell(void *cursor, int col) {
    struct cursor *cur = cursor;
    if (cell_null(cursor, col))
        return V_NULL;
    switch (PQftype(cur->result, col)) {
    case INT2:
    case INT4:
    case INT8:
        return V_INT(cell_int(cursor, col));
    case FLOAT4:
    case FLOAT8:
    case NUMERIC:
        return V_REAL(cell_real(cursor, col));
    case BYTEA:
        return V_BLOB(cell_str(cursor, col));
    default:
        return V_STR(cell_str(cursor, col));
    }
}

const struct engine engine_postgres = {
    .name = "PostgreSQL",
    .open = open_conn,
    .close = close_conn,
    .script = script,
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
