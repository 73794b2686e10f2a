#include "store/dump.h"

#include "base/json.h"
#include "store/engine.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 20000, COLUMNS_MOST = 60, LINE_MAX_BYTES = 64 << 20 };

static bool has_id(const struct schema_table *t) {
    return strcmp(t->columns[0], "id") == 0;
}

static void add_columns(struct buf *b, const char *const columns[], size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_fmt(b, "%s%s", i == 0 ? "" : ", ", columns[i]);
}

static char *keep(struct buf *b) {
    CHECK(!buf_over(b));
    return b->p;
}

/* Texts are made from the constant rows of schema_tables only. */
static const struct stmt *page_stmt(struct db *db, const struct schema_table *t) {
    struct buf b = buf_new(1 << 14);
    buf_add(&b, STR("SELECT "));
    add_columns(&b, t->columns, t->column_count);
    buf_fmt(&b, " FROM %s", t->name);
    const char *mark = db_is_postgres(db) ? "$" : "?";
    if (has_id(t))
        buf_fmt(&b, " WHERE id > %s1 ORDER BY id LIMIT %s2", mark, mark);
    else
        buf_fmt(&b, " ORDER BY %s", t->column_count > 1 ? "1, 2" : "1");
    return db_own_stmt(db, keep(&b), has_id(t) ? 2 : 0);
}

/* Bytes are {"b64":"..."}. */
static void add_bytes(struct json *j, struct str bytes) {
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(room);
    CHECK(text != NULL);
    (void)sodium_bin2base64(text, room, (const unsigned char *)(bytes.n == 0 ? "" : bytes.p),
                            bytes.n, sodium_base64_VARIANT_ORIGINAL);
    json_open(j, '{');
    json_key(j, "b64");
    json_z(j, text);
    json_close(j);
    free(text);
}

static void add_cell(struct json *j, const struct rows *r, int col) {
    struct val v = rows_val(r, col);
    switch (v.kind) {
    case VAL_NULL:
        json_null(j);
        break;
    case VAL_INT:
        json_int(j, v.i);
        break;
    case VAL_REAL:
        json_real(j, v.r);
        break;
    case VAL_TEXT:
        json_str(j, v.s);
        break;
    case VAL_BLOB:
        add_bytes(j, v.s);
        break;
    }
}

static enum err dump_page(struct db *db, const struct schema_table *t, const struct stmt *s,
                          int64_t *after, int64_t *count, struct buf *b, struct errmsg *e) {
    struct rows *r;
    *count = 0;
    TRY(db_rows_stmt(db, s, has_id(t) ? ARGS(V_INT(*after), V_INT(PAGE)) : NO_ARGS, &r, e));
    while (rows_next(r)) {
        struct json j = json_to(b);
        json_open(&j, '[');
        for (size_t i = 0; i < t->column_count; i++)
            add_cell(&j, r, (int)i);
        json_close(&j);
        buf_byte(b, '\n');
        *after = has_id(t) ? rows_int(r, 0) : 0;
        (*count)++;
    }
    return rows_close(r, e);
}

enum err dump_table(struct db *db, const struct schema_table *t, dump_sink *sink, void *to,
                    int64_t *rows, struct errmsg *e) {
    CHECK(t->column_count <= COLUMNS_MOST);
    const struct stmt *page = page_stmt(db, t);
    struct buf b = buf_new((size_t)1 << 32);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < t->column_count; i++)
        json_z(&j, t->columns[i]);
    json_close(&j);
    buf_byte(&b, '\n');
    int64_t after = INT64_MIN, count;
    *rows = 0;
    enum err r;
    do {
        r = dump_page(db, t, page, &after, &count, &b, e);
        *rows += count;
        if (r == ERR_OK && buf_over(&b))
            r = err_set(e, ERR_LIMIT, "The table %s does not fit in memory.", t->name);
        if (r == ERR_OK)
            r = sink(to, buf_str(&b), e);
        buf_clear(&b);
    } while (r == ERR_OK && has_id(t) && count == PAGE);
    buf_free(&b);
    return r;
}

struct dump_reader {
    struct db *db;
    const struct schema_table *table;
    const struct stmt *insert; /* NULL until the first line named the columns */
    size_t columns;
    struct buf line;     /* an unfinished line */
    struct arena *arena; /* of one row */
    int64_t rows;
};

enum err dump_reader_new(struct db *db, const struct schema_table *t, struct dump_reader **out,
                         struct errmsg *e) {
    (void)e;
    struct dump_reader *r = calloc(1, sizeof *r);
    CHECK(r != NULL);
    *r = (struct dump_reader){.db = db,
                              .table = t,
                              .line = buf_new(LINE_MAX_BYTES),
                              .arena = arena_new((size_t)LINE_MAX_BYTES * 2)};
    *out = r;
    return ERR_OK;
}

/* The constant that a name in the dump stands for, or NULL. */
static const char *known_column(const struct schema_table *t, const char *name) {
    for (size_t i = 0; name != NULL && i < t->column_count; i++)
        if (strcmp(t->columns[i], name) == 0)
            return t->columns[i];
    return NULL;
}

static enum err read_head(struct dump_reader *r, yyjson_val *head, struct errmsg *e) {
    const char *columns[COLUMNS_MOST];
    size_t i, max;
    yyjson_val *v;
    yyjson_arr_foreach(head, i, max, v) {
        const char *known = known_column(r->table, yyjson_get_str(v));
        if (known == NULL || i >= COLUMNS_MOST)
            return err_set(
                e, ERR_CORRUPT,
                "The backup names a column of %s that this program does not know (%.60s).",
                r->table->name, yyjson_get_str(v) == NULL ? "?" : yyjson_get_str(v));
        columns[i] = known;
    }
    struct buf b = buf_new(1 << 14);
    r->columns = yyjson_arr_size(head);
    buf_fmt(&b, "INSERT INTO %s(", r->table->name);
    add_columns(&b, columns, r->columns);
    buf_add(&b, STR(") VALUES("));
    for (i = 0; i < r->columns; i++)
        buf_fmt(&b, "%s%s%zu", i == 0 ? "" : ", ", db_is_postgres(r->db) ? "$" : "?", i + 1);
    buf_byte(&b, ')');
    r->insert = db_own_stmt(r->db, keep(&b), r->columns);
    return ERR_OK;
}

/* False when bytes are no base64. Bytes go into the arena of the row. */
static bool cell_of(yyjson_val *v, struct arena *a, struct val *out) {
    *out = V_NULL;
    if (yyjson_is_str(v)) {
        *out = V_STR(((struct str){yyjson_get_str(v), yyjson_get_len(v)}));
    } else if (yyjson_is_int(v)) {
        *out = V_INT(yyjson_get_sint(v));
    } else if (yyjson_is_real(v)) {
        *out = V_REAL(yyjson_get_real(v));
    } else if (yyjson_is_obj(v)) {
        yyjson_val *b64 = yyjson_obj_get(v, "b64");
        size_t n = yyjson_get_len(b64), got = 0;
        unsigned char *bytes = arena_alloc(a, n + 1);
        if (yyjson_get_str(b64) == NULL ||
            sodium_base642bin(bytes, n + 1, yyjson_get_str(b64), n, NULL, &got, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0)
            return false;
        *out = V_BLOB(((struct str){(const char *)bytes, got}));
    }
    return true;
}

static enum err read_row(struct dump_reader *r, yyjson_val *row, struct errmsg *e) {
    struct val values[COLUMNS_MOST];
    size_t i, max;
    yyjson_val *v;
    if (yyjson_arr_size(row) != r->columns)
        return err_set(e, ERR_CORRUPT,
                       "The backup is damaged: row %lld of %s has another number of columns.",
                       (long long)r->rows + 1, r->table->name);
    arena_reset(r->arena);
    yyjson_arr_foreach(row, i, max, v) {
        if (!cell_of(v, r->arena, &values[i]))
            return err_set(e, ERR_CORRUPT,
                           "The backup is damaged: row %lld of %s holds bytes that can't be read.",
                           (long long)r->rows + 1, r->table->name);
    }
    r->rows++;
    return db_exec_stmt(r->db, r->insert, (struct args){values, r->columns}, NULL, e);
}

static enum err read_line(struct dump_reader *r, struct str line, struct errmsg *e) {
    yyjson_doc *doc;
    TRY(json_read(line, &doc, e));
    yyjson_val *root = yyjson_doc_get_root(doc);
    enum err result = ERR_OK;
    if (!yyjson_is_arr(root))
        result =
            err_set(e, ERR_CORRUPT, "The backup is damaged: %s holds something that is no row.",
                    r->table->name);
    else
        result = r->insert == NULL ? read_head(r, root, e) : read_row(r, root, e);
    yyjson_doc_free(doc);
    return result;
}

enum err dump_reader_feed(struct dump_reader *r, struct str piece, struct errmsg *e) {
    while (piece.n > 0) {
        const char *end = memchr(piece.p, '\n', piece.n);
        if (end == NULL) {
            buf_add(&r->line, piece);
            return buf_over(&r->line)
                       ? err_set(e, ERR_CORRUPT, "The backup is damaged: a row of %s never ends.",
                                 r->table->name)
                       : ERR_OK;
        }
        size_t n = (size_t)(end - piece.p);
        struct str line = {piece.p, n};
        if (r->line.n > 0) {
            buf_add(&r->line, line);
            line = buf_str(&r->line);
        }
        TRY(read_line(r, line, e));
        buf_clear(&r->line);
        piece = str_sub(piece, n + 1, piece.n);
    }
    return ERR_OK;
}

enum err dump_reader_close(struct dump_reader *r, int64_t *rows, struct errmsg *e) {
    enum err result = ERR_OK;
    if (r->line.n > 0)
        result = err_set(e, ERR_CORRUPT, "The backup is damaged: %s ends in the middle of a row.",
                         r->table->name);
    *rows = r->rows;
    buf_free(&r->line);
    arena_free(r->arena);
    free(r);
    return result;
}

enum err dump_load_begin(struct db *db, struct errmsg *e) {
    for (size_t i = schema_table_count;
         i-- > 0;) { /* rows that migrations brought: the dump has them too */
        char sql[200];
        (void)snprintf(sql, sizeof sql, "DELETE FROM %s", schema_tables[i].name);
        TRY(db_script(db, sql, e));
    }
    return db_script(
        db, db_is_postgres(db) ? "SET CONSTRAINTS ALL DEFERRED" : "PRAGMA defer_foreign_keys = 1",
        e);
}

enum err dump_load_end(struct db *db, struct errmsg *e) {
    if (!db_is_postgres(db))
        return ERR_OK;
    for (size_t i = 0; i < schema_table_count; i++) {
        char sql[400];
        const char *t = schema_tables[i].name;
        if (!has_id(&schema_tables[i]))
            continue;
        (void)snprintf(sql, sizeof sql,
                       "SELECT setval(pg_get_serial_sequence('%s', 'id'), coalesce((SELECT max(id) "
                       "FROM %s), 0) + 1, false) "
                       "WHERE pg_get_serial_sequence('%s', 'id') IS NOT NULL",
                       t, t, t);
        TRY(db_script(db, sql, e));
    }
    return ERR_OK;
}
