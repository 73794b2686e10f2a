#include "intake/batch.h"

#include "base/config.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES = 200, ASSUMED_BYTES = 65536, TABLE_GROUPS = 32 };

struct batch {
    struct arena *arena;
    struct batch_about about;
    struct batch_counts counts;
    struct batch_problem *problems;
    size_t n, cap;
    int64_t errors;
    struct buf assumed;
    int64_t id;
};

/* ---- gathering ---- */

struct batch *batch_new(const struct batch_about *about) {
    struct batch *b = calloc(1, sizeof *b);
    CHECK(b != NULL);
    b->arena = arena_new((size_t)1 << 28); /* problems are kept by count, 200-byte values */
    b->about = *about;
    b->about.source = arena_str(b->arena, about->source);
    b->about.file_name = arena_str(b->arena, about->file_name);
    b->about.file_hash = arena_str(b->arena, about->file_hash);
    b->assumed = buf_new(ASSUMED_BYTES);
    return b;
}

void batch_free(struct batch *b) {
    if (b == NULL)
        return;
    arena_free(b->arena);
    free(b->problems);
    buf_free(&b->assumed);
    free(b);
}

int64_t batch_id(const struct batch *b) {
    return b->id;
}

struct batch_counts *batch_counts(struct batch *b) {
    return &b->counts;
}

/* At most VALUE_BYTES, cut between letters; bytes that are not UTF-8 become '?'. */
static struct str value_text(struct arena *a, struct str v) {
    size_t n = v.n < VALUE_BYTES ? v.n : VALUE_BYTES;
    while (n < v.n && n > 0 && ((unsigned char)v.p[n] & 0xC0u) == 0x80u)
        n--;
    char *z = arena_z(a, (struct str){v.p, n});
    bool good = str_utf8_ok((struct str){z, n});
    for (size_t i = 0; i < n; i++)
        if (z[i] == '\0' || (!good && (unsigned char)z[i] > 0x7Fu))
            z[i] = '?';
    return (struct str){z, n};
}

void batch_error(struct batch *b, enum batch_severity severity, struct str file, int64_t line,
                 struct str col, struct str value, const char *fmt, ...) {
    b->errors += severity == BATCH_ERROR;
    b->counts.refused += severity == BATCH_ERROR && line > 0;
    if (b->n >= (size_t)config_int(CONF_IMPORT_ERRORS))
        return;
    if (b->n == b->cap) {
        b->cap = b->cap == 0 ? 64 : b->cap * 2;
        struct batch_problem *p = realloc(b->problems, b->cap * sizeof *p);
        CHECK(p != NULL);
        b->problems = p;
    }
    char what[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    b->problems[b->n++] = (struct batch_problem){.file = value_text(b->arena, file),
                                                 .col = value_text(b->arena, col),
                                                 .value = value_text(b->arena, value),
                                                 .what = arena_str(b->arena, str_z(what)),
                                                 .line = line,
                                                 .severity = severity};
}

size_t batch_problem_count(const struct batch *b) {
    return b->n;
}

const struct batch_problem *batch_problem_at(const struct batch *b, size_t i) {
    CHECK(i < b->n);
    return &b->problems[i];
}

int64_t batch_errors(const struct batch *b) {
    return b->errors;
}

void batch_assume(struct batch *b, const char *fmt, ...) {
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    struct str part, rest = buf_str(&b->assumed);
    while (str_split(&rest, '\n', &part))
        if (str_eq(part, str_z(line)))
            return;
    if (b->assumed.n > 0)
        buf_byte(&b->assumed, '\n');
    buf_add(&b->assumed, str_z(line));
}

struct str batch_assumed(const struct batch *b) {
    return buf_str(&b->assumed);
}

/* ---- writing ---- */

static const char *mode_name(enum batch_mode m) {
    return m == BATCH_DELTA ? "delta" : "bulk";
}

static enum err insert_row(struct db *db, struct batch *b, struct errmsg *e) {
    char day[DATE_TEXT];
    const struct batch_about *a = &b->about;
    const struct batch_counts *n = &b->counts;
    return db_int(db, SQL_BATCH_INSERT,
                  ARGS(V_STR(a->source), V_STR(a->file_name), V_STR(a->file_hash),
                       V_Z(mode_name(a->mode)), val_date(a->as_of, day), V_INT(n->read),
                       V_INT(n->added), V_INT(n->changed), V_INT(n->ended), V_INT(n->refused),
                       V_STR(buf_str(&b->assumed)), val_id(a->account_id), V_INT(date_now_us())),
                  &b->id, NULL, e);
}

static enum err insert_problems(struct db *db, const struct batch *b, struct errmsg *e) {
    TRY(db_exec(db, SQL_BATCH_ERROR_CLEAR, ARGS(V_INT(b->id)), NULL, e));
    for (size_t i = 0; i < b->n; i++) {
        const struct batch_problem *p = &b->problems[i];
        TRY(db_exec(db, SQL_BATCH_ERROR_INSERT,
                    ARGS(V_INT(b->id), V_STR(p->file), V_INT(p->line), V_STR(p->col),
                         V_STR(p->value), V_STR(p->what),
                         V_Z(p->severity == BATCH_ERROR ? "error" : "warning")),
                    NULL, e));
    }
    return ERR_OK;
}

static enum err update_row(struct db *db, const struct batch *b, const char *state,
                           struct errmsg *e) {
    char day[DATE_TEXT];
    const struct batch_counts *n = &b->counts;
    bool applied = strcmp(state, "applied") == 0;
    return db_exec(db, SQL_BATCH_FINISH,
                   ARGS(V_Z(state), V_INT(n->read), V_INT(n->added), V_INT(n->changed),
                        V_INT(n->ended), V_INT(n->refused), V_STR(buf_str(&b->assumed)),
                        V_STR(b->about.file_name), V_Z(mode_name(b->about.mode)),
                        val_date(b->about.as_of, day), applied ? V_INT(date_now_us()) : V_NULL,
                        V_INT(b->id)),
                   NULL, e);
}

enum err batch_stage(struct db *db, struct batch *b, struct errmsg *e) {
    TRY(insert_row(db, b, e));
    return insert_problems(db, b, e);
}

enum err batch_begin(struct db *db, struct batch *b, int64_t staged_id, struct errmsg *e) {
    if (staged_id == 0)
        return insert_row(db, b, e);
    struct arena *a = arena_new(4096);
    struct str hash = {0};
    bool found;
    enum err r = db_text(db, SQL_BATCH_STAGED_HASH, ARGS(V_INT(staged_id)), a, &hash, &found, e);
    if (r == ERR_OK && !found)
        r = err_set(e, ERR_CONFLICT,
                    "Import %" PRId64 " is not waiting to be confirmed: it was applied or undone "
                    "meanwhile. Look at the list of imports.",
                    staged_id);
    else if (r == ERR_OK && !str_eq(hash, b->about.file_hash))
        r = err_set(e, ERR_CONFLICT,
                    "The file is not the one that was previewed as import %" PRId64
                    ". Preview it again, then confirm.",
                    staged_id);
    b->id = r == ERR_OK ? staged_id : 0;
    arena_free(a);
    return r;
}

enum err batch_change(struct db *db, struct batch *b, const char *tab, int64_t row_id,
                      enum batch_change_kind kind, struct str before, struct errmsg *e) {
    static const char *const names[] = {"changed", "ended", "reopened"};
    CHECK(b->id != 0);
    return db_exec(db, SQL_BATCH_CHANGE_INSERT,
                   ARGS(V_INT(b->id), V_Z(tab), V_INT(row_id), V_Z(names[kind]), V_STR(before)),
                   NULL, e);
}

enum err batch_finish(struct db *db, struct batch *b, struct errmsg *e) {
    CHECK(b->id != 0);
    TRY(insert_problems(db, b, e));
    return update_row(db, b, "applied", e);
}

enum err import_lock(struct store *s, struct store_lock **out, struct errmsg *e) {
    return store_lock(s, "import",
                      "Another import or undo is running on these records. Wait until it is done "
                      "(the list of imports shows it), then try again; nothing was changed.",
                      out, e);
}

/* ---- undo ---- */

static const struct undo_table *groups[TABLE_GROUPS];
static size_t group_count;

void batch_undo_tables(const struct undo_table *tables) {
    for (size_t i = 0; i < group_count; i++)
        if (groups[i] == tables)
            return;
    CHECK(group_count < TABLE_GROUPS);
    groups[group_count++] = tables;
}

static const struct undo_other *others[TABLE_GROUPS];
static size_t other_count;

void batch_undo_other(const struct undo_other *o) {
    for (size_t i = 0; i < other_count; i++)
        if (others[i] == o)
            return;
    CHECK(other_count < TABLE_GROUPS);
    others[other_count++] = o;
}

static const struct undo_other *owner_of(struct str tab) {
    for (size_t i = 0; i < other_count; i++)
        if (others[i]->owns != NULL && others[i]->owns(tab))
            return others[i];
    return NULL;
}

static const struct undo_table *table_named(struct str name) {
    for (size_t g = 0; g < group_count; g++)
        for (const struct undo_table *t = groups[g]; t->tab != NULL; t++)
            if (str_eq(str_z(t->tab), name))
                return t;
    return NULL;
}

static enum err refuse_touched(int64_t id, const struct rows *r, struct str tab, struct errmsg *e) {
    return err_set(e, ERR_CONFLICT,
                   "Import %" PRId64 " cannot be undone: import %" PRId64
                   " (%.*s) came later and changed the same rows (%.*s). Undo import %" PRId64
                   " first.",
                   id, rows_int(r, 0), STR_ARG(rows_str(r, 1)), STR_ARG(tab), rows_int(r, 0));
}

static enum err check_untouched(struct db *db, int64_t id, struct errmsg *e) {
    struct rows *r;
    enum err found = ERR_OK;
    TRY(db_rows(db, SQL_BATCH_CONFLICT, ARGS(V_INT(id)), &r, e));
    if (rows_next(r))
        found = refuse_touched(id, r, rows_str(r, 2), e);
    TRY(rows_close(r, e));
    for (size_t g = 0; g < group_count && found == ERR_OK; g++)
        for (const struct undo_table *t = groups[g]; t->tab != NULL && found == ERR_OK; t++) {
            if (t->columns[0] == NULL)
                continue;
            TRY(db_rows(db, t->touched, ARGS(V_INT(id)), &r, e));
            if (rows_next(r))
                found = refuse_touched(id, r, str_z(t->tab), e);
            TRY(rows_close(r, e));
        }
    for (size_t i = 0; i < other_count && found == ERR_OK; i++)
        if (others[i]->check != NULL)
            found = others[i]->check(db, id, e);
    return found;
}

static struct val json_val(yyjson_val *v) {
    if (v == NULL || yyjson_is_null(v))
        return V_NULL;
    if (yyjson_is_int(v))
        return V_INT(yyjson_get_sint(v));
    if (yyjson_is_num(v))
        return V_REAL(yyjson_get_num(v));
    return V_STR(((struct str){yyjson_get_str(v), yyjson_get_len(v)}));
}

static enum err restore(struct db *db, const struct undo_table *t, int64_t row, yyjson_val *before,
                        struct errmsg *e) {
    struct val v[UNDO_COLUMNS + 1];
    size_t n = 0;
    for (; n < UNDO_COLUMNS && t->columns[n] != NULL; n++)
        v[n] = json_val(yyjson_obj_get(before, t->columns[n]));
    v[n++] = V_INT(row);
    return db_exec(db, t->restore, (struct args){v, n}, NULL, e);
}

static enum err restore_row(struct db *db, const struct rows *r, struct errmsg *e) {
    struct str tab = rows_str(r, 0), kind = rows_str(r, 2);
    const struct undo_table *t = table_named(tab);
    const struct undo_other *o = t == NULL ? owner_of(tab) : NULL;
    if (t == NULL && o == NULL)
        return err_set(e, ERR_UNAVAILABLE,
                       "This import changed %.*s, which this program cannot put back. Undo it with "
                       "the version of Homeroom that made it.",
                       STR_ARG(tab));
    yyjson_doc *doc;
    TRY(json_read(rows_str(r, 3), &doc, e));
    bool ended = str_eq(kind, STR("ended"));
    yyjson_val *before = yyjson_doc_get_root(doc);
    enum err x = t != NULL ? restore(db, t, rows_int(r, 1), before, e)
                           : o->restore(db, tab, rows_int(r, 1), ended, before, e);
    yyjson_doc_free(doc);
    return x;
}

static enum err restore_all(struct db *db, int64_t id, int64_t *restored, struct errmsg *e) {
    struct rows *r;
    enum err x = ERR_OK;
    TRY(db_rows(db, SQL_BATCH_CHANGES, ARGS(V_INT(id)), &r, e));
    while (x == ERR_OK && rows_next(r)) {
        x = restore_row(db, r, e);
        ++*restored;
    }
    if (x != ERR_OK) {
        err_ignore(rows_close(r, NULL)); /* the first error is the one to tell */
        return x;
    }
    return rows_close(r, e);
}

/* Row by row, because something refers to at least one of them. */
static enum err drop_each(struct db *db, const struct undo_table *t, int64_t id, const char *today,
                          struct undo_report *out, struct errmsg *e) {
    struct rows *r;
    size_t n = 0, cap = 0;
    int64_t *ids = NULL;
    TRY(db_rows(db, t->added, ARGS(V_INT(id)), &r, e));
    while (rows_next(r)) {
        if (n == cap) {
            cap = cap == 0 ? 256 : cap * 2;
            int64_t *more = realloc(ids, cap * sizeof *more);
            CHECK(more != NULL);
            ids = more;
        }
        ids[n++] = rows_int(r, 0);
    }
    enum err x = rows_close(r, e);
    for (size_t i = n; x == ERR_OK && i-- > 0;) { /* children come after parents */
        x = db_save(db, e);
        enum err gone = x == ERR_OK ? db_exec(db, t->drop_one, ARGS(V_INT(ids[i])), NULL, e) : x;
        if (gone == ERR_OK) {
            x = db_save_keep(db, e);
            out->removed++;
        } else if (gone == ERR_CONFLICT) {
            x = db_save_undo(db, e);
            if (x == ERR_OK)
                x = db_exec(db, t->end_one, ARGS(V_Z(today), V_INT(ids[i])), NULL, e);
            out->ended++;
        } else {
            x = gone;
        }
    }
    free(ids);
    return x;
}

static enum err drop_added(struct db *db, const struct undo_table *t, int64_t id, const char *today,
                           struct undo_report *out, struct errmsg *e) {
    int64_t gone = 0;
    TRY(db_save(db, e));
    enum err x = db_exec(db, t->drop_all, ARGS(V_INT(id)), &gone, e);
    if (x == ERR_OK) {
        out->removed += gone;
        return db_save_keep(db, e);
    }
    if (x != ERR_CONFLICT || !t->referred)
        return x;
    TRY(db_save_undo(db, e));
    return drop_each(db, t, id, today, out, e);
}

static enum err drop_others(struct db *db, int64_t id, int32_t today, struct undo_report *out,
                            struct errmsg *e) {
    for (size_t i = 0; i < other_count; i++)
        if (others[i]->drop != NULL)
            TRY(others[i]->drop(db, id, today, &out->removed, &out->ended, e));
    return ERR_OK;
}

static enum err undo_in(struct db *db, int64_t id, int32_t on, struct undo_report *out,
                        struct errmsg *e) {
    char today[DATE_TEXT];
    (void)date_text(on, today);
    struct arena *a = arena_new((size_t)1 << 20);
    struct batch_row row;
    enum err x = batch_get(db, a, id, &row, e);
    if (x == ERR_OK && !str_eq(row.state, STR("applied")))
        x = err_set(e, ERR_CONFLICT,
                    "Import %" PRId64 " is %.*s, so there is nothing to undo. Only an import that "
                    "was applied can be undone.",
                    id, STR_ARG(row.state));
    arena_free(a);
    TRY(x);
    TRY(check_untouched(db, id, e));
    TRY(restore_all(db, id, &out->restored, e));
    TRY(drop_others(db, id, on, out, e));
    for (size_t g = group_count; g-- > 0;) {
        size_t n = 0;
        while (groups[g][n].tab != NULL)
            n++;
        while (n-- > 0)
            TRY(drop_added(db, &groups[g][n], id, today, out, e));
    }
    return db_exec(db, SQL_BATCH_MARK_UNDONE, ARGS(V_INT(date_now_us()), V_INT(id)), NULL, e);
}

enum err batch_undo(struct store *s, int64_t id, int32_t today, struct undo_report *out,
                    struct errmsg *e) {
    struct store_lock *lock;
    struct db *db;
    *out = (struct undo_report){0};
    CHECK(group_count + other_count > 0); /* else nothing would be taken back, silently */
    TRY(import_lock(s, &lock, e));
    enum err x = store_begin(s, &db, e);
    if (x == ERR_OK) {
        x = undo_in(db, id, today, out, e);
        if (x == ERR_OK)
            x = store_commit(s, e);
        else
            store_rollback(s);
    }
    store_unlock(lock);
    return x;
}

/* ---- looking back ---- */

static struct batch_row read_row(struct arena *a, const struct rows *r) {
    return (struct batch_row){
        .id = rows_int(r, 0),
        .account_id = rows_int(r, 1),
        .created_us = rows_int(r, 2),
        .applied_us = rows_int(r, 3),
        .undone_us = rows_int(r, 4),
        .source = arena_str(a, rows_str(r, 5)),
        .file_name = arena_str(a, rows_str(r, 6)),
        .state = arena_str(a, rows_str(r, 7)),
        .mode = arena_str(a, rows_str(r, 8)),
        .assumed = arena_str(a, rows_str(r, 9)),
        .file_hash = arena_str(a, rows_str(r, 10)),
        .as_of = rows_date(r, 11),
        .counts = {rows_int(r, 12), rows_int(r, 13), rows_int(r, 14), rows_int(r, 15),
                   rows_int(r, 16)},
        .errors_kept = rows_int(r, 17),
    };
}

enum err batch_get(struct db *db, struct arena *a, int64_t id, struct batch_row *out,
                   struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_BATCH_ONE, ARGS(V_INT(id)), &r, e));
    bool found = rows_next(r);
    if (found)
        *out = read_row(a, r);
    TRY(rows_close(r, e));
    return found ? ERR_OK
                 : err_set(e, ERR_NOT_FOUND,
                           "There is no import %" PRId64 ". The list of imports has their numbers.",
                           id);
}

enum err batch_list(struct db *db, struct arena *a, int64_t limit, int64_t offset,
                    struct batch_row **out, size_t *n, struct errmsg *e) {
    struct rows *r;
    *out = ARENA_ARRAY(a, struct batch_row, (size_t)limit);
    *n = 0;
    TRY(db_rows(db, SQL_BATCH_LIST, ARGS(V_INT(limit), V_INT(offset)), &r, e));
    while (*n < (size_t)limit && rows_next(r))
        (*out)[(*n)++] = read_row(a, r);
    return rows_close(r, e);
}

enum err batch_problems(struct db *db, struct arena *a, int64_t id, int64_t limit, int64_t offset,
                        struct batch_problem **out, size_t *n, struct errmsg *e) {
    struct rows *r;
    *out = ARENA_ARRAY(a, struct batch_problem, (size_t)limit);
    *n = 0;
    TRY(db_rows(db, SQL_BATCH_PROBLEMS, ARGS(V_INT(id), V_INT(limit), V_INT(offset)), &r, e));
    while (*n < (size_t)limit && rows_next(r))
        (*out)[(*n)++] = (struct batch_problem){
            .file = arena_str(a, rows_str(r, 0)),
            .line = rows_int(r, 1),
            .col = arena_str(a, rows_str(r, 2)),
            .value = arena_str(a, rows_str(r, 3)),
            .what = arena_str(a, rows_str(r, 4)),
            .severity = str_eq(rows_str(r, 5), STR("error")) ? BATCH_ERROR : BATCH_WARNING,
        };
    return rows_close(r, e);
}

void batch_problems_write(const struct batch_problem v[], size_t n, struct buf *out) {
    static const char *const heads[] = {"file",  "line",     "column",
                                        "value", "severity", "what to do"};
    struct csv_writer w = {.out = out};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_put(&w, str_z(heads[i]));
    csv_end(&w);
    for (size_t i = 0; i < n; i++) {
        csv_put(&w, v[i].file);
        csv_put_int(&w, v[i].line);
        csv_put(&w, v[i].col);
        csv_put(&w, v[i].value);
        csv_put(&w, v[i].severity == BATCH_ERROR ? STR("error") : STR("warning"));
        csv_put(&w, v[i].what);
        csv_end(&w);
    }
}

enum err batch_problems_csv(struct db *db, int64_t id, struct buf *out, struct errmsg *e) {
    struct batch_problem *v;
    size_t n;
    struct arena *a = arena_new((size_t)1 << 30);
    enum err r = batch_problems(db, a, id, config_int(CONF_IMPORT_ERRORS), 0, &v, &n, e);
    if (r == ERR_OK)
        batch_problems_write(v, n, out);
    arena_free(a);
    return r;
}
