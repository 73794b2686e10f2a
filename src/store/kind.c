/*
 * The records of a kind: the SQL and what goes through it. Texts of statements are made here from
 * the constant rows of a kind (names of tables and columns) and from nothing else; every value that
 * comes from outside is bound. The statements that are the same each time are made once per kind
 * and stay for the life of the process; a list with its filters is made for one question.
 * Values and sentences about them: kind_value.c. Files and JSON: kind_out.c.
 */
#include "store/kind.h"

#include "base/date.h"
#include "store/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const struct field *kind_field(const struct kind *k, struct str column) {
    for (size_t i = 0; i < k->field_count; i++)
        if (str_eq(str_z(k->fields[i].column), column))
            return &k->fields[i];
    return NULL;
}

const struct kind *kind_find(const struct kind *const kinds[], size_t n, struct str name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_z(kinds[i]->name), name))
            return kinds[i];
    return NULL;
}

bool kind_may_read(const struct kind *k, const struct field *f, const struct kind_as *as) {
    uint64_t mask = f != NULL && f->read != 0 ? f->read : k->read;
    return (k->read & as->may) != 0 && (mask & as->may) != 0;
}

bool kind_may_write(const struct kind *k, const struct field *f, const struct kind_as *as) {
    uint64_t mask = f != NULL && f->write != 0 ? f->write : k->write;
    return (k->write & as->may) != 0 && (mask & as->may) != 0 && kind_may_read(k, f, as);
}

static size_t index_of(const struct kind *k, const struct field *f) {
    CHECK(f >= k->fields && f < k->fields + k->field_count);
    return (size_t)(f - k->fields);
}

/* The place of a named field, or SIZE_MAX for NULL. */
static size_t place_of(const struct kind *k, const char *column) {
    const struct field *f = column == NULL ? NULL : kind_field(k, str_z(column));
    CHECK(column == NULL || f != NULL);
    return f == NULL ? SIZE_MAX : index_of(k, f);
}

/* ---- text of statements ---- */

enum { SQL_BYTES_MAX = 1 << 16, ARGS_MAX = 60, ROW_FIXED = 3 /* id, version, ends_on */ };

struct sql_text {
    struct buf b;
    bool postgres;
    size_t n;
    struct val args[ARGS_MAX];
};

static void add(struct sql_text *s, const char *literal) {
    buf_add(&s->b, str_z(literal));
}

/* A placeholder for the next value. */
static void bind(struct sql_text *s, struct val v) {
    CHECK(s->n < ARGS_MAX);
    s->args[s->n++] = v;
    buf_fmt(&s->b, "%c%zu", s->postgres ? '$' : '?', s->n);
}

static void add_place(struct sql_text *s) {
    bind(s, V_NULL); /* the value comes with each run */
}

static void add_name_of(struct sql_text *s, const struct field *f) {
    if (f->type == FIELD_ORG)
        buf_fmt(&s->b, "(SELECT o.name FROM org o WHERE o.id = t.%s)", f->column);
    else
        buf_fmt(&s->b,
                "(SELECT p.given_name || ' ' || p.family_name FROM person p WHERE p.id = t.%s)",
                f->column);
}

static bool is_ref(const struct field *f) {
    return f->type == FIELD_ORG || f->type == FIELD_PERSON;
}

/* id, version, ends_on, the fields, then the names of what they refer to. */
static void add_select(struct sql_text *s, const struct kind *k) {
    add(s, "SELECT t.id, t.version, t.ends_on");
    for (size_t i = 0; i < k->field_count; i++)
        buf_fmt(&s->b, ", t.%s", k->fields[i].column);
    for (size_t i = 0; i < k->field_count; i++)
        if (is_ref(&k->fields[i])) {
            add(s, ", ");
            add_name_of(s, &k->fields[i]);
        }
}

enum fixed {
    STMT_GET,
    STMT_INSERT,
    STMT_UPDATE,
    STMT_END,
    STMT_KEY,
    STMT_IMPORT_UPDATE,
    STMT_IMPORT_END,
    STMT_EACH,
    STMT_TOUCHED,
    STMT_DROP_ADDED,
    STMT_END_ADDED,
    STMT_COUNT
};

static void add_columns(struct sql_text *s, const struct kind *k, bool assign) {
    for (size_t i = 0; i < k->field_count; i++) {
        buf_fmt(&s->b, i == 0 ? "%s" : ", %s", k->fields[i].column);
        if (assign) {
            add(s, " = ");
            add_place(s);
        }
    }
}

static void add_where_version(struct sql_text *s) {
    add(s, " WHERE id = ");
    add_place(s);
    add(s, " AND version = ");
    add_place(s);
}

static void compose(struct sql_text *s, const struct kind *k, enum fixed which) {
    switch (which) {
    case STMT_GET:
        add_select(s, k);
        buf_fmt(&s->b, ", t.src_hash FROM %s t WHERE t.id = ", k->table);
        add_place(s);
        break;
    case STMT_EACH:
        add_select(s, k);
        buf_fmt(&s->b, ", t.src_hash FROM %s t WHERE t.ends_on IS NULL ORDER BY t.id", k->table);
        break;
    case STMT_INSERT:
        buf_fmt(&s->b, "INSERT INTO %s(", k->table);
        add_columns(s, k, false);
        add(s, ", src_hash, batch_id) VALUES(");
        for (size_t i = 0; i < k->field_count + 2; i++) {
            add(s, i == 0 ? "" : ", ");
            add_place(s);
        }
        add(s, ") RETURNING id");
        break;
    case STMT_UPDATE:
        buf_fmt(&s->b, "UPDATE %s SET ", k->table);
        add_columns(s, k, true);
        add(s, ", version = version + 1");
        add_where_version(s);
        break;
    case STMT_IMPORT_UPDATE:
        buf_fmt(&s->b, "UPDATE %s SET ", k->table);
        add_columns(s, k, true);
        add(s, ", version = version + 1, ends_on = NULL, src_hash = ");
        add_place(s);
        add(s, " WHERE id = ");
        add_place(s);
        break;
    case STMT_END:
    case STMT_IMPORT_END:
        buf_fmt(&s->b, "UPDATE %s SET ends_on = ", k->table);
        add_place(s);
        add(s, ", version = version + 1");
        if (which == STMT_END) {
            add_where_version(s);
            break;
        }
        add(s, " WHERE id = ");
        add_place(s);
        break;
    case STMT_KEY:
        buf_fmt(&s->b, "SELECT id FROM %s WHERE %s = ", k->table, k->key);
        add_place(s);
        add(s, " AND ends_on IS NULL AND id <> ");
        add_place(s);
        add(s, " LIMIT 1");
        break;
    case STMT_TOUCHED:
        buf_fmt(&s->b,
                "SELECT c.batch_id FROM %s t JOIN import_change c ON c.row_id = t.id AND c.tab = "
                "'%s' JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied' WHERE t.batch_id "
                "= ",
                k->table, k->table);
        add_place(s);
        add(s, " AND c.batch_id > t.batch_id ORDER BY c.batch_id DESC LIMIT 1");
        break;
    case STMT_DROP_ADDED:
        buf_fmt(&s->b, "DELETE FROM %s WHERE version = 1 AND batch_id = ", k->table);
        add_place(s);
        break;
    case STMT_END_ADDED:
        buf_fmt(&s->b, "UPDATE %s SET version = version + 1, ends_on = ", k->table);
        add_place(s);
        add(s, " WHERE ends_on IS NULL AND batch_id = ");
        add_place(s);
        break;
    case STMT_COUNT:
        break;
    }
}

/* The statements of a kind, made at its first use and kept for good. */
struct made {
    const struct kind *kind;
    struct stmt stmt[2][STMT_COUNT]; /* [is PostgreSQL] */
    struct made *next;
};
static struct made *all_made;
static pthread_mutex_t made_lock = PTHREAD_MUTEX_INITIALIZER;

static struct made *make(const struct kind *k) {
    struct made *m = calloc(1, sizeof *m);
    CHECK(m != NULL && k->field_count > 0 && k->field_count <= KIND_FIELDS_MAX);
    m->kind = k;
    for (int pg = 0; pg < 2; pg++)
        for (enum fixed i = 0; i < STMT_COUNT; i++) {
            if (i == STMT_KEY && k->key == NULL)
                continue;
            struct sql_text s = {.b = buf_new(SQL_BYTES_MAX), .postgres = pg == 1};
            compose(&s, k, i);
            CHECK(!buf_over(&s.b));
            m->stmt[pg][i] = (struct stmt){s.b.p, s.n, false};
        }
    return m;
}

static const struct stmt *fixed_stmt(struct db *db, const struct kind *k, enum fixed which) {
    struct made *m;
    CHECK(pthread_mutex_lock(&made_lock) == 0);
    for (m = all_made; m != NULL && m->kind != k; m = m->next)
        continue;
    if (m == NULL) {
        m = make(k);
        m->next = all_made;
        all_made = m;
    }
    CHECK(pthread_mutex_unlock(&made_lock) == 0);
    return &m->stmt[db_is_postgres(db) ? 1 : 0][which];
}

/* ---- rows ---- */

static struct val cell(struct rows *r, int col, enum field_type type) {
    if (rows_null(r, col))
        return V_NULL;
    switch (type) {
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_MONEY:
    case FIELD_ORG:
    case FIELD_PERSON:
        return V_INT(rows_int(r, col));
    case FIELD_REAL:
        return V_REAL(rows_real(r, col));
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_TYPES:
        break;
    }
    return V_STR(rows_str(r, col));
}

/* The row where the cursor stands; texts are borrowed from it. `as` NULL reads all fields. */
static void read_row(struct rows *r, const struct kind *k, const struct kind_as *as, struct val v[],
                     struct str name[], struct kind_row *out) {
    int ref = ROW_FIXED + (int)k->field_count;
    *out = (struct kind_row){rows_int(r, 0), rows_int(r, 1), rows_date(r, 2), v, name};
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        bool seen = as == NULL || kind_may_read(k, f, as);
        v[i] = seen ? cell(r, ROW_FIXED + (int)i, f->type) : V_NULL;
        name[i] = seen && is_ref(f) ? rows_str(r, ref) : (struct str){0};
        ref += is_ref(f) ? 1 : 0;
    }
}

/* A copy that outlives the cursor. */
static void keep_row(const struct kind *k, const struct kind_row *row, struct arena *a,
                     struct kind_row *out) {
    struct val *v = ARENA_ARRAY(a, struct val, k->field_count);
    struct str *name = ARENA_ARRAY(a, struct str, k->field_count);
    for (size_t i = 0; i < k->field_count; i++) {
        v[i] = row->v[i];
        if (v[i].kind == VAL_TEXT)
            v[i].s = arena_str(a, v[i].s);
        name[i] = arena_str(a, row->name[i]);
    }
    *out = (struct kind_row){row->id, row->version, row->ends_on, v, name};
}

/* ---- scope ---- */

static bool among(int64_t id, const int64_t ids[], size_t n) {
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static bool unlimited(const struct kind *k, const struct kind_as *as) {
    return as->scope.all || (k->org == NULL && k->person == NULL);
}

static bool in_scope(const struct kind *k, const struct kind_as *as, const struct val v[]) {
    size_t o = place_of(k, k->org), p = place_of(k, k->person);
    bool org = o != SIZE_MAX && v[o].kind == VAL_INT,
         person = p != SIZE_MAX && v[p].kind == VAL_INT;
    return unlimited(k, as) || (k->shared && !org && !person) ||
           (org && among(v[o].i, as->scope.orgs, as->scope.org_count)) ||
           (person && among(v[p].i, as->scope.persons, as->scope.person_count));
}

/* Ids as one bound JSON array: any number of them, one text of statement. */
static struct str id_array(const int64_t ids[], size_t n, struct arena *a) {
    struct buf b = buf_new(32 * n + 16);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_int(&j, ids[i]);
    json_close(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_free(&b);
    return out;
}

static void add_among(struct sql_text *s, const char *column, const int64_t ids[], size_t n,
                      struct arena *a) {
    buf_fmt(&s->b,
            s->postgres ? "t.%s IN (SELECT value::bigint FROM json_array_elements_text(("
                        : "t.%s IN (SELECT value FROM json_each((",
            column);
    bind(s, V_STR(id_array(ids, n, a)));
    add(s, s->postgres ? ")::json))" : ")))");
}

static void add_scope(struct sql_text *s, const struct kind *k, const struct kind_as *as,
                      struct arena *a) {
    const struct kind_scope *sc = &as->scope;
    if (unlimited(k, as))
        return;
    add(s, " AND (1 = 0");
    if (k->org != NULL && sc->org_count > 0) {
        add(s, " OR ");
        add_among(s, k->org, sc->orgs, sc->org_count, a);
    }
    if (k->person != NULL && sc->person_count > 0) {
        add(s, " OR ");
        add_among(s, k->person, sc->persons, sc->person_count, a);
    }
    if (k->shared) {
        add(s, " OR (1 = 1");
        if (k->org != NULL)
            buf_fmt(&s->b, " AND t.%s IS NULL", k->org);
        if (k->person != NULL)
            buf_fmt(&s->b, " AND t.%s IS NULL", k->person);
        add(s, ")");
    }
    add(s, ")");
}

/* ---- lists ---- */

static bool is_text(const struct field *f) {
    return f->type == FIELD_TEXT || f->type == FIELD_EMAIL || f->type == FIELD_URL ||
           f->type == FIELD_CHOICE;
}

/* %text% in lower case with % _ \ taken as letters. */
static struct val like_pattern(struct str text, struct arena *a) {
    struct buf b = buf_new(2 * text.n + 3);
    buf_byte(&b, '%');
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%' || c == '_' || c == '\\')
            buf_byte(&b, '\\');
        buf_byte(&b, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    buf_byte(&b, '%');
    struct str s = arena_str(a, buf_str(&b));
    buf_free(&b);
    return V_STR(s);
}

static void add_contains(struct sql_text *s, const struct field *f, size_t place) {
    add(s, "lower(");
    if (is_ref(f))
        add_name_of(s, f);
    else
        buf_fmt(&s->b, is_text(f) || f->type == FIELD_DATE ? "t.%s" : "CAST(t.%s AS TEXT)",
                f->column);
    buf_fmt(&s->b, ") LIKE %c%zu ESCAPE '\\'", s->postgres ? '$' : '?', place);
}

static void add_filter(struct sql_text *s, const struct kind_filter *f, struct arena *a) {
    static const char *const compare[] = {
        [FILTER_EQUALS] = " = ", [FILTER_FROM] = " >= ", [FILTER_TO] = " <= "};
    add(s, " AND ");
    if (f->op == FILTER_EMPTY) {
        buf_fmt(&s->b, "t.%s IS NULL", f->field->column);
    } else if (f->op == FILTER_CONTAINS) {
        CHECK(s->n < ARGS_MAX);
        s->args[s->n++] = like_pattern(f->v.s, a);
        add_contains(s, f->field, s->n);
    } else {
        buf_fmt(&s->b, "t.%s%s", f->field->column, compare[f->op]);
        bind(s, f->v);
    }
}

static void add_search(struct sql_text *s, const struct kind *k, const struct kind_as *as,
                       struct str text, struct arena *a) {
    if (text.n == 0)
        return;
    CHECK(s->n < ARGS_MAX);
    s->args[s->n++] = like_pattern(text, a);
    size_t place = s->n;
    buf_fmt(&s->b, " AND (CAST(t.id AS TEXT) = %c%zu", s->postgres ? '$' : '?', s->n + 1);
    s->args[s->n++] = V_STR(text);
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        if (!(is_text(f) || is_ref(f)) || !kind_may_read(k, f, as))
            continue;
        add(s, " OR ");
        add_contains(s, f, place);
    }
    add(s, ")");
}

static void add_where(struct sql_text *s, const struct kind *k, const struct kind_as *as,
                      const struct kind_query *q, struct arena *a) {
    buf_fmt(&s->b, " FROM %s t WHERE %s", k->table, q->with_ended ? "1 = 1" : "t.ends_on IS NULL");
    add_scope(s, k, as, a);
    for (size_t i = 0; i < q->filter_count; i++)
        add_filter(s, &q->filters[i], a);
    add_search(s, k, as, q->search, a);
}

/* Blank values last, names for references, letters of either case together; ids break ties. */
static void add_order(struct sql_text *s, const struct kind *k, const struct kind_query *q) {
    const struct field *f = q->sort != NULL ? q->sort : kind_field(k, str_z(k->title));
    const char *down = q->descending ? " DESC" : "";
    buf_fmt(&s->b, " ORDER BY CASE WHEN t.%s IS NULL THEN 1 ELSE 0 END, ", f->column);
    if (is_ref(f) || is_text(f)) {
        add(s, "lower(");
        if (is_ref(f))
            add_name_of(s, f);
        else
            buf_fmt(&s->b, "t.%s", f->column);
        buf_fmt(&s->b, ")%s", down);
    } else {
        buf_fmt(&s->b, "t.%s%s", f->column, down);
    }
    buf_fmt(&s->b, ", t.id%s", down);
}

/* A filter on what may not be seen would tell it all the same. */
static enum err check_query(const struct kind *k, const struct kind_as *as,
                            const struct kind_query *q, struct errmsg *e) {
    CHECK(q->filter_count <= KIND_FILTERS_MAX);
    if (!kind_may_read(k, NULL, as))
        return err_set(e, ERR_DENIED, "Your role does not see %s.", k->many.en);
    for (size_t i = 0; i <= q->filter_count; i++) {
        const struct field *f = i < q->filter_count ? q->filters[i].field : q->sort;
        if (f != NULL && !kind_may_read(k, f, as))
            return err_set(e, ERR_DENIED, "Your role does not see the field \"%s\" of %s.",
                           f->label.en, k->many.en);
    }
    return ERR_OK;
}

static enum err ask(struct db *db, const struct sql_text *s, struct rows **r, struct errmsg *e) {
    CHECK(!buf_over(&s->b));
    struct stmt stmt = {s->b.p, s->n, true};
    return db_rows_stmt(db, &stmt, (struct args){s->args, s->n}, r, e);
}

/* Runs the list; `limited` takes one page, else all. */
static enum err each(struct db *db, const struct kind *k, const struct kind_as *as,
                     const struct kind_query *q, bool limited, struct arena *a, kind_each_fn *fn,
                     void *to, struct errmsg *e) {
    struct sql_text s = {.b = buf_new(SQL_BYTES_MAX), .postgres = db_is_postgres(db)};
    struct rows *r;
    struct val v[KIND_FIELDS_MAX];
    struct str name[KIND_FIELDS_MAX];
    struct kind_row row;
    add_select(&s, k);
    add_where(&s, k, as, q, a);
    add_order(&s, k, q);
    if (limited) {
        add(&s, " LIMIT ");
        bind(&s, V_INT(q->limit > 0 && q->limit < KIND_PAGE_MAX ? q->limit : KIND_PAGE_MAX));
        add(&s, " OFFSET ");
        bind(&s, V_INT(q->offset > 0 ? q->offset : 0));
    }
    enum err result = ask(db, &s, &r, e);
    if (result == ERR_OK) {
        while (result == ERR_OK && rows_next(r)) {
            read_row(r, k, as, v, name, &row);
            result = fn(to, &row, e);
        }
        enum err closed = rows_close(r, result == ERR_OK ? e : NULL);
        result = result != ERR_OK ? result : closed;
    }
    buf_free(&s.b);
    return result;
}

enum err kind_each(struct db *db, const struct kind *k, const struct kind_as *as,
                   const struct kind_query *q, kind_each_fn *fn, void *to, struct errmsg *e) {
    TRY(check_query(k, as, q, e));
    struct arena *a = arena_new(64 << 20);
    enum err r = each(db, k, as, q, false, a, fn, to, e);
    arena_free(a);
    return r;
}

struct gather {
    const struct kind *kind;
    struct arena *arena;
    struct kind_row *rows;
    size_t n;
};

static enum err gather_one(void *to, const struct kind_row *row, struct errmsg *e) {
    (void)e;
    struct gather *g = to;
    CHECK(g->n < KIND_PAGE_MAX);
    keep_row(g->kind, row, g->arena, &g->rows[g->n++]);
    return ERR_OK;
}

enum err kind_list(struct db *db, const struct kind *k, const struct kind_as *as,
                   const struct kind_query *q, struct arena *a, struct kind_list *out,
                   struct errmsg *e) {
    *out = (struct kind_list){0};
    TRY(check_query(k, as, q, e));
    struct sql_text s = {.b = buf_new(SQL_BYTES_MAX), .postgres = db_is_postgres(db)};
    struct rows *r;
    add(&s, "SELECT COUNT(*)");
    add_where(&s, k, as, q, a);
    enum err result = ask(db, &s, &r, e);
    if (result == ERR_OK) {
        out->total = rows_next(r) ? rows_int(r, 0) : 0;
        result = rows_close(r, e);
    }
    buf_free(&s.b);
    if (result != ERR_OK)
        return result;
    struct gather g = {k, a, NULL, 0};
    size_t most = q->limit > 0 && q->limit < KIND_PAGE_MAX ? (size_t)q->limit : KIND_PAGE_MAX;
    g.rows =
        ARENA_ARRAY(a, struct kind_row, (int64_t)most < out->total ? most : (size_t)out->total);
    if (out->total > 0)
        result = each(db, k, as, q, true, a, gather_one, &g, e);
    out->rows = g.rows;
    out->n = g.n;
    return result;
}

/* ---- one record ---- */

static enum err not_found(const struct kind *k, int64_t id, struct errmsg *e) {
    return err_set(e, ERR_NOT_FOUND, "There is no %s number %lld that you may see.", k->one.en,
                   (long long)id);
}

static enum err get(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                    struct arena *a, struct kind_row *out, struct errmsg *e) {
    struct rows *r;
    struct val v[KIND_FIELDS_MAX];
    struct str name[KIND_FIELDS_MAX];
    struct kind_row row;
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_GET), ARGS(V_INT(id)), &r, e));
    bool found = rows_next(r);
    if (found) {
        read_row(r, k, NULL, v, name, &row);
        found = as == NULL || in_scope(k, as, v);
    }
    for (size_t i = 0; found && as != NULL && i < k->field_count; i++)
        if (!kind_may_read(k, &k->fields[i], as)) {
            v[i] = V_NULL;
            name[i] = (struct str){0};
        }
    if (found)
        keep_row(k, &row, a, out);
    TRY(rows_close(r, e));
    return found ? ERR_OK : not_found(k, id, e);
}

enum err kind_get(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                  struct arena *a, struct kind_row *out, struct errmsg *e) {
    if (!kind_may_read(k, NULL, as))
        return err_set(e, ERR_DENIED, "Your role does not see %s.", k->many.en);
    return get(db, k, as, id, a, out, e);
}

/* ---- changes ---- */

/* A change of its own where the caller has no transaction open. */
static enum err begin(struct db *db, bool *own, struct errmsg *e) {
    *own = !db->in_transaction;
    return *own ? db_begin(db, e) : ERR_OK;
}

static enum err end(struct db *db, bool own, enum err r, struct errmsg *e) {
    if (own && r == ERR_OK)
        return db_commit(db, e);
    if (own)
        db_rollback(db);
    return r;
}

/* Every field for the audit, except the values of secret ones. */
static struct str snapshot(const struct kind *k, const struct val v[], struct arena *a) {
    struct buf b = buf_new(1 << 20);
    struct json j = json_to(&b);
    json_open(&j, '{');
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        json_key(&j, f->column);
        if (v[i].kind == VAL_NULL)
            json_null(&j);
        else if (f->sensitivity == SENSITIVITY_SECRET)
            json_z(&j, "(not shown)");
        else if (v[i].kind == VAL_INT)
            json_int(&j, v[i].i);
        else if (v[i].kind == VAL_REAL)
            json_real(&j, v[i].r);
        else
            json_str(&j, v[i].s);
    }
    json_close(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_free(&b);
    return out;
}

static enum err tell(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                     const char *action, const struct val before[], const struct val after[],
                     struct arena *a, struct errmsg *e) {
    if (as->audit == NULL)
        return ERR_OK;
    size_t p = place_of(k, k->person);
    const struct val *whose = p == SIZE_MAX ? NULL : after != NULL ? &after[p] : &before[p];
    return as->audit(as->audit_to, db, k, id,
                     whose != NULL && whose->kind == VAL_INT ? whose->i : 0, action,
                     before == NULL ? (struct str){0} : snapshot(k, before, a),
                     after == NULL ? (struct str){0} : snapshot(k, after, a), e);
}

static enum err check_may_write(const struct kind *k, const struct kind_as *as,
                                const struct kind_edit *edit, struct errmsg *e) {
    if (!kind_may_write(k, NULL, as))
        return err_set(e, ERR_DENIED, "Your role may not change %s.", k->many.en);
    for (size_t i = 0; edit != NULL && i < k->field_count; i++)
        if ((edit->set >> i & 1) != 0 && !kind_may_write(k, &k->fields[i], as))
            return err_set(e, ERR_DENIED, "Your role may not change the field \"%s\" of %s.",
                           k->fields[i].label.en, k->many.en);
    return ERR_OK;
}

static enum err check_record(struct db *db, const struct kind *k, const struct kind_as *as,
                             int64_t id, const struct val v[], struct errmsg *e) {
    for (size_t i = 0; i < k->field_count; i++)
        if (k->fields[i].required && v[i].kind == VAL_NULL)
            return err_set(e, ERR_INVALID, "%s: this is required.", k->fields[i].label.en);
    if (as != NULL && !in_scope(k, as, v))
        return err_set(e, ERR_DENIED,
                       "You may only keep %s of your own schools and people. Choose one of them.",
                       k->many.en);
    size_t key = place_of(k, k->key);
    if (key == SIZE_MAX || v[key].kind == VAL_NULL)
        return ERR_OK;
    struct rows *r;
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_KEY), ARGS(v[key], V_INT(id)), &r, e));
    int64_t other = rows_next(r) ? rows_int(r, 0) : 0;
    TRY(rows_close(r, e));
    if (other == 0)
        return ERR_OK;
    return err_set(e, ERR_CONFLICT,
                   "%s: another %s (number %lld) has this already. Change that one instead.",
                   k->fields[key].label.en, k->one.en, (long long)other);
}

static enum err insert(struct db *db, const struct kind *k, const struct kind_as *as,
                       const struct kind_edit *edit, struct kind_import how, int64_t *id,
                       struct errmsg *e) {
    struct val v[KIND_FIELDS_MAX + 2];
    struct rows *r;
    for (size_t i = 0; i < k->field_count; i++)
        v[i] = (edit->set >> i & 1) != 0 ? edit->v[i] : V_NULL;
    v[k->field_count] = V_INT(how.src_hash);
    v[k->field_count + 1] = val_id(how.batch_id);
    if (how.batch_id == 0)
        TRY(check_record(db, k, as, 0, v, e));
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_INSERT), (struct args){v, k->field_count + 2}, &r,
                     e));
    *id = rows_next(r) ? rows_int(r, 0) : 0;
    return rows_close(r, e);
}

static enum err insert_told(struct db *db, const struct kind *k, const struct kind_as *as,
                            const struct kind_edit *edit, int64_t *id, struct arena *a,
                            struct errmsg *e) {
    struct kind_row after;
    TRY(insert(db, k, as, edit, (struct kind_import){0}, id, e));
    TRY(get(db, k, NULL, *id, a, &after, e));
    return tell(db, k, as, *id, "add", NULL, after.v, a, e);
}

enum { CHANGE_BYTES_MAX = 8 << 20 };

enum err kind_insert(struct db *db, const struct kind *k, const struct kind_as *as,
                     const struct kind_edit *edit, int64_t *id, struct errmsg *e) {
    bool own;
    TRY(check_may_write(k, as, edit, e));
    TRY(begin(db, &own, e));
    struct arena *a = arena_new(CHANGE_BYTES_MAX);
    enum err r = insert_told(db, k, as, edit, id, a, e);
    arena_free(a);
    return end(db, own, r, e);
}

static enum err check_version(const struct kind *k, const struct kind_row *row, int64_t version,
                              struct errmsg *e) {
    if (row->version == version)
        return ERR_OK;
    return err_set(e, ERR_CONFLICT,
                   "Somebody else changed this %s after you opened it. Look at what it says now, "
                   "then save your change again.",
                   k->one.en);
}

static bool same(const struct val *a, const struct val *b) {
    if (a->kind != b->kind)
        return false;
    return a->kind == VAL_NULL   ? true
           : a->kind == VAL_INT  ? a->i == b->i
           : a->kind == VAL_REAL ? memcmp(&a->r, &b->r, sizeof a->r) == 0
                                 : str_eq(a->s, b->s);
}

/* *changed says whether anything differs; where nothing does, nothing is written. */
static enum err update(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                       const int64_t *version, const struct kind_edit *edit, bool *changed,
                       struct arena *a, struct errmsg *e) {
    struct kind_row before, visible;
    struct val v[KIND_FIELDS_MAX + 2];
    int64_t n;
    *changed = false;
    TRY(get(db, k, as, id, a, &visible, e));
    TRY(get(db, k, NULL, id, a, &before, e));
    if (version != NULL)
        TRY(check_version(k, &before, *version, e));
    for (size_t i = 0; i < k->field_count; i++) {
        bool set = (edit->set >> i & 1) != 0;
        v[i] = set ? edit->v[i] : before.v[i];
        *changed = *changed || !same(&v[i], &before.v[i]);
    }
    if (!*changed)
        return ERR_OK;
    TRY(check_record(db, k, as, id, v, e));
    v[k->field_count] = V_INT(id);
    v[k->field_count + 1] = V_INT(before.version);
    TRY(db_exec_stmt(db, fixed_stmt(db, k, STMT_UPDATE), (struct args){v, k->field_count + 2}, &n,
                     e));
    if (n != 1)
        return check_version(k, &before, before.version + 1, e);
    return tell(db, k, as, id, "change", before.v, v, a, e);
}

enum err kind_update(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                     int64_t version, const struct kind_edit *edit, struct errmsg *e) {
    bool own, changed;
    TRY(check_may_write(k, as, edit, e));
    TRY(begin(db, &own, e));
    struct arena *a = arena_new(CHANGE_BYTES_MAX);
    enum err r = update(db, k, as, id, &version, edit, &changed, a, e);
    arena_free(a);
    return end(db, own, r, e);
}

static enum err set_end(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                        int64_t version, int32_t day, struct arena *a, struct errmsg *e) {
    struct kind_row row, visible;
    char text[DATE_TEXT];
    int64_t n;
    TRY(get(db, k, as, id, a, &visible, e));
    TRY(get(db, k, NULL, id, a, &row, e));
    TRY(check_version(k, &row, version, e));
    if (day == DATE_NONE)
        TRY(check_record(db, k, as, id, row.v, e));
    TRY(db_exec_stmt(db, fixed_stmt(db, k, STMT_END),
                     ARGS(val_date(day, text), V_INT(id), V_INT(version)), &n, e));
    if (n != 1)
        return check_version(k, &row, version + 1, e);
    return day == DATE_NONE ? tell(db, k, as, id, "reopen", NULL, row.v, a, e)
                            : tell(db, k, as, id, "end", row.v, NULL, a, e);
}

enum err kind_end(struct db *db, const struct kind *k, const struct kind_as *as, int64_t id,
                  int64_t version, int32_t day, struct errmsg *e) {
    bool own;
    TRY(check_may_write(k, as, NULL, e));
    TRY(begin(db, &own, e));
    struct arena *a = arena_new(CHANGE_BYTES_MAX);
    enum err r = set_end(db, k, as, id, version, day, a, e);
    arena_free(a);
    return end(db, own, r, e);
}

enum err kind_bulk_edit(struct db *db, const struct kind *k, const struct kind_as *as,
                        const int64_t ids[], size_t n, const struct field *f, const struct val *v,
                        int64_t *changed, struct errmsg *e) {
    struct kind_edit edit = {.set = UINT64_C(1) << index_of(k, f)};
    bool own;
    edit.v[index_of(k, f)] = *v;
    *changed = 0;
    TRY(check_may_write(k, as, &edit, e));
    if (k->key != NULL && f == kind_field(k, str_z(k->key)) && n > 1)
        return err_set(e, ERR_INVALID, "%s: no two %s may share it, so it is changed one by one.",
                       f->label.en, k->many.en);
    TRY(begin(db, &own, e));
    struct arena *a = arena_new(CHANGE_BYTES_MAX);
    enum err r = ERR_OK;
    for (size_t i = 0; i < n && r == ERR_OK; i++) {
        bool differs;
        arena_reset(a);
        r = update(db, k, as, ids[i], NULL, &edit, &differs, a, e);
        *changed += r == ERR_OK && differs ? 1 : 0;
    }
    arena_free(a);
    r = end(db, own, r, e);
    *changed = r == ERR_OK ? *changed : 0;
    return r;
}

/* ---- imports ---- */

enum err kind_import_insert(struct db *db, const struct kind *k, const struct kind_edit *edit,
                            struct kind_import how, int64_t *id, struct errmsg *e) {
    CHECK(how.batch_id != 0);
    return insert(db, k, NULL, edit, how, id, e);
}

enum err kind_import_get(struct db *db, const struct kind *k, int64_t id, struct arena *a,
                         struct kind_row *out, int64_t *src_hash, struct errmsg *e) {
    struct rows *r;
    struct val v[KIND_FIELDS_MAX];
    struct str name[KIND_FIELDS_MAX];
    struct kind_row row;
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_GET), ARGS(V_INT(id)), &r, e));
    bool found = rows_next(r);
    if (found) {
        read_row(r, k, NULL, v, name, &row);
        keep_row(k, &row, a, out);
    }
    if (found && src_hash != NULL)
        *src_hash = rows_int(r, rows_columns(r) - 1);
    TRY(rows_close(r, e));
    return found ? ERR_OK : not_found(k, id, e);
}

uint64_t kind_differs(const struct kind *k, const struct kind_row *row,
                      const struct kind_edit *edit) {
    uint64_t out = 0;
    for (size_t i = 0; i < k->field_count; i++)
        if ((edit->set >> i & 1) != 0 && !same(&edit->v[i], &row->v[i]))
            out |= UINT64_C(1) << i;
    return out;
}

enum err kind_import_update(struct db *db, const struct kind *k, const struct kind_row *before,
                            const struct kind_edit *edit, struct kind_import how,
                            struct errmsg *e) {
    struct val v[KIND_FIELDS_MAX + 2];
    for (size_t i = 0; i < k->field_count; i++)
        v[i] = (edit->set >> i & 1) != 0 ? edit->v[i] : before->v[i];
    v[k->field_count] = V_INT(how.src_hash);
    v[k->field_count + 1] = V_INT(before->id);
    return db_exec_stmt(db, fixed_stmt(db, k, STMT_IMPORT_UPDATE),
                        (struct args){v, k->field_count + 2}, NULL, e);
}

enum err kind_import_end(struct db *db, const struct kind *k, int64_t id, int32_t day,
                         struct errmsg *e) {
    char text[DATE_TEXT];
    return db_exec_stmt(db, fixed_stmt(db, k, STMT_IMPORT_END),
                        ARGS(val_date(day, text), V_INT(id)), NULL, e);
}

enum err kind_import_each(struct db *db, const struct kind *k, kind_import_each_fn *fn, void *to,
                          struct errmsg *e) {
    struct rows *r;
    struct val v[KIND_FIELDS_MAX];
    struct str name[KIND_FIELDS_MAX];
    struct kind_row row;
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_EACH), NO_ARGS, &r, e));
    enum err result = ERR_OK;
    while (result == ERR_OK && rows_next(r)) {
        read_row(r, k, NULL, v, name, &row);
        result = fn(to, &row, rows_int(r, rows_columns(r) - 1), e);
    }
    enum err closed = rows_close(r, result == ERR_OK ? e : NULL);
    return result != ERR_OK ? result : closed;
}

/* ---- undo ---- */

static void json_val(struct json *j, const struct val *v) {
    if (v->kind == VAL_NULL)
        json_null(j);
    else if (v->kind == VAL_INT)
        json_int(j, v->i);
    else if (v->kind == VAL_REAL)
        json_real(j, v->r);
    else
        json_str(j, v->s);
}

void kind_undo_note(const struct kind *k, const struct kind_row *before, uint64_t fields,
                    int64_t src_hash, struct buf *out) {
    struct json j = json_to(out);
    json_open(&j, '{');
    for (size_t i = 0; i < k->field_count; i++)
        if ((fields >> i & 1) != 0) {
            json_key(&j, k->fields[i].column);
            json_val(&j, &before->v[i]);
        }
    json_key(&j, "src_hash");
    json_int(&j, src_hash);
    json_close(&j);
}

static struct val from_note(const struct field *f, yyjson_val *j) {
    if (yyjson_is_str(j))
        return V_STR(((struct str){yyjson_get_str(j), yyjson_get_len(j)}));
    if (!yyjson_is_num(j))
        return V_NULL;
    return f->type == FIELD_REAL ? V_REAL(yyjson_get_num(j)) : V_INT(yyjson_get_sint(j));
}

enum err kind_undo_restore(struct db *db, const struct kind *k, int64_t id, bool ended,
                           yyjson_val *note, struct errmsg *e) {
    struct kind_edit edit = {0};
    struct kind_row row;
    struct kind_import how = {.src_hash = yyjson_get_sint(yyjson_obj_get(note, "src_hash"))};
    if (ended)
        return kind_import_end(db, k, id, DATE_NONE, e);
    for (size_t i = 0; i < k->field_count; i++) {
        yyjson_val *old = yyjson_obj_get(note, k->fields[i].column);
        if (old == NULL)
            continue;
        edit.set |= UINT64_C(1) << i;
        edit.v[i] = from_note(&k->fields[i], old);
    }
    struct arena *a = arena_new(CHANGE_BYTES_MAX);
    enum err r = kind_import_get(db, k, id, a, &row, NULL, e);
    if (r == ERR_OK)
        r = kind_import_update(db, k, &row, &edit, how, e);
    arena_free(a);
    return r;
}

enum err kind_undo_touched(struct db *db, const struct kind *k, int64_t batch_id, int64_t *by,
                           struct errmsg *e) {
    struct rows *r;
    TRY(db_rows_stmt(db, fixed_stmt(db, k, STMT_TOUCHED), ARGS(V_INT(batch_id)), &r, e));
    *by = rows_next(r) ? rows_int(r, 0) : 0;
    return rows_close(r, e);
}

enum err kind_undo_added(struct db *db, const struct kind *k, int64_t batch_id, int32_t today,
                         int64_t *removed, int64_t *ended, struct errmsg *e) {
    char day[DATE_TEXT];
    TRY(db_exec_stmt(db, fixed_stmt(db, k, STMT_DROP_ADDED), ARGS(V_INT(batch_id)), removed, e));
    return db_exec_stmt(db, fixed_stmt(db, k, STMT_END_ADDED),
                        ARGS(val_date(today, day), V_INT(batch_id)), ended, e);
}

/* ---- check ---- */

static const char *sql_type(enum field_type type, bool postgres) {
    switch (type) {
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_MONEY:
    case FIELD_ORG:
    case FIELD_PERSON:
        return postgres ? "bigint" : "integer";
    case FIELD_REAL:
        return postgres ? "double precision" : "real";
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_TYPES:
        break;
    }
    return "text";
}

static bool both(struct tr t) {
    return t.en != NULL && t.es != NULL && t.en[0] != '\0' && t.es[0] != '\0';
}

static enum err bad_row(const struct kind *k, const char *what, const char *where,
                        struct errmsg *e) {
    return err_set(e, ERR_CORRUPT, "The row of kind \"%s\": %s %s.", k->name, what, where);
}

static enum err check_links(const struct kind *k, struct errmsg *e) {
    const struct {
        const char *column;
        enum field_type type;
    } links[] = {{k->org, FIELD_ORG}, {k->person, FIELD_PERSON}};
    for (size_t i = 0; i < 2; i++) {
        if (links[i].column == NULL)
            continue;
        const struct field *f = kind_field(k, str_z(links[i].column));
        if (f == NULL || f->type != links[i].type)
            return bad_row(k, "no such link field:", links[i].column, e);
    }
    if (k->title == NULL || kind_field(k, str_z(k->title)) == NULL)
        return bad_row(k, "no field", "for the title", e);
    if (k->key != NULL && kind_field(k, str_z(k->key)) == NULL)
        return bad_row(k, "no such key:", k->key, e);
    return ERR_OK;
}

static enum err check_own_row(const struct kind *k, struct errmsg *e) {
    if (!both(k->one) || !both(k->many) || !both(k->about))
        return bad_row(k, "a label is missing", "in one language", e);
    if (k->read == 0)
        return bad_row(k, "nobody may read it;", "give it a role mask", e);
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        if (!both(f->label))
            return bad_row(k, "no label in both languages for", f->column, e);
        if ((f->type == FIELD_CHOICE) != (f->choice_count > 0))
            return bad_row(k, "choices and type disagree for", f->column, e);
        if (f->sensitivity == SENSITIVITY_SECRET && f->read == 0)
            return bad_row(k, "a secret field needs a mask of its own:", f->column, e);
        for (size_t c = 0; c < f->choice_count; c++)
            if (!both(f->choices[c].label))
                return bad_row(k, "a choice without label in", f->column, e);
        if (kind_field(k, str_z(f->column)) != f)
            return bad_row(k, "a field stands twice:", f->column, e);
    }
    return check_links(k, e);
}

/* The type a column of the table must have, or NULL when the kind has no such column. */
static const char *wanted(const struct kind *k, struct str column, bool postgres) {
    static const char *const own[] = {"id", "version", "src_hash", "batch_id"};
    const struct field *f = kind_field(k, column);
    if (f != NULL)
        return sql_type(f->type, postgres);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (str_eq(str_z(own[i]), column))
            return sql_type(FIELD_INT, postgres);
    return str_eq(column, STR("ends_on")) ? "text" : NULL;
}

enum err kind_check(struct db *db, const struct kind *k, struct errmsg *e) {
    enum { OWN_COLUMNS = 5 };
    struct rows *r;
    size_t found = 0;
    enum err result = ERR_OK;
    TRY(check_own_row(k, e));
    TRY(db_rows(db, SQL_KIND_COLUMNS, ARGS(V_Z(k->table)), &r, e));
    while (result == ERR_OK && rows_next(r)) {
        const char *want = wanted(k, rows_str(r, 0), db_is_postgres(db));
        found++;
        if (want == NULL)
            result = err_set(e, ERR_CORRUPT, "Table %s has a column %.*s that kind \"%s\" lacks.",
                             k->table, STR_ARG(rows_str(r, 0)), k->name);
        else if (!str_eq(str_z(want), rows_str(r, 1)))
            result = err_set(e, ERR_CORRUPT, "Table %s, column %.*s: type %.*s, should be %s.",
                             k->table, STR_ARG(rows_str(r, 0)), STR_ARG(rows_str(r, 1)), want);
    }
    enum err closed = rows_close(r, result == ERR_OK ? e : NULL);
    if (result == ERR_OK && closed == ERR_OK && found != k->field_count + OWN_COLUMNS)
        return err_set(e, ERR_CORRUPT,
                       "Table %s has %zu columns, kind \"%s\" needs %zu (its fields, id, version, "
                       "ends_on, src_hash, batch_id).",
                       k->table, found, k->name, k->field_count + OWN_COLUMNS);
    return result != ERR_OK ? result : closed;
}
