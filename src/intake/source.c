/*
 * A file through a row of the table of sources into records: each row typed, its references
 * resolved, held against the record with the same key, and added, changed or left; at the end what
 * vanished. Preview and import are the same run; the preview writes nothing.
 *
 * Memory: per record in force one slot (key digest, id, digest of its last import), whatever its
 * fields; a record's old values are read only when its row in the file differs from last time.
 * Keys are compared by a 64-bit keyed digest: of a million records, two share one with a chance of
 * 3 in 10^8.
 */
#include "intake/source.h"

#include "base/config.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_ARENA = 4 << 20,
    VALUE_BYTES = 200,
    PROGRESS_ROWS = 4096,
    DETAIL_BYTES = 300,
};

struct slot {     /* a key: of a record in force, or of a row already read */
    uint64_t key; /* 0: empty */
    int64_t id;   /* 0: a row of this file */
    int64_t src_hash;
    int64_t line; /* of the row that named it, 0 */
};

struct keys { /* open addressing, at most half full */
    struct slot *slot;
    size_t cap, n;
};

struct run {
    struct source_run pub;
    const struct source_view *view;
    struct csv *csv;
    struct csv_row row;
    struct arena *row_arena;
    void *names;
    void *handler;
    size_t day_column;       /* SIZE_MAX: none */
    const struct val *row_v; /* [column_count] the row at hand */
    bool handler_begun;
    struct str stem;         /* of the file's name */
    size_t *cell_of;         /* [column_count] place in the file, or SIZE_MAX */
    const char **assumed_of; /* [column_count] the last sentence told, so that each is told once */
    struct keys keys;
    size_t key_field[KIND_FIELDS_MAX]; /* places in the kind */
    size_t key_count;
    size_t example_cap;
    int64_t warnings;
};

/* ---- keys ---- */

static struct slot *slot_of(struct keys *k, uint64_t key) {
    size_t i = (size_t)(key * 0x9E3779B97F4A7C15u) & (k->cap - 1);
    while (k->slot[i].key != 0 && k->slot[i].key != key)
        i = (i + 1) & (k->cap - 1);
    return &k->slot[i];
}

static void keys_grow(struct keys *k) {
    struct keys bigger = {.cap = k->cap == 0 ? 1024 : 2 * k->cap, .n = k->n};
    bigger.slot = calloc(bigger.cap, sizeof *bigger.slot);
    CHECK(bigger.slot != NULL);
    for (size_t i = 0; i < k->cap; i++)
        if (k->slot[i].key != 0)
            *slot_of(&bigger, k->slot[i].key) = k->slot[i];
    free(k->slot);
    *k = bigger;
}

/* The slot of a key; *fresh where it was not there. Valid until the next call. */
static struct slot *keys_take(struct keys *k, uint64_t key, bool *fresh) {
    if (2 * (k->n + 1) > k->cap)
        keys_grow(k);
    struct slot *s = slot_of(k, key);
    *fresh = s->key == 0;
    if (*fresh) {
        *s = (struct slot){.key = key};
        k->n++;
    }
    return s;
}

static uint64_t hash_val(uint64_t h, const struct val *v, bool fold) {
    char lower[VALUE_BYTES];
    struct str s = {0};
    if (v->kind == VAL_INT || v->kind == VAL_REAL)
        s = v->kind == VAL_INT ? (struct str){(const char *)&v->i, sizeof v->i}
                               : (struct str){(const char *)&v->r, sizeof v->r};
    else if (v->kind != VAL_NULL)
        s = v->s;
    if (fold && v->kind == VAL_TEXT) {
        s = str_sub(s, 0, sizeof lower);
        for (size_t i = 0; i < s.n; i++)
            lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
        s.p = lower;
    }
    const char tag = (char)('0' + (int)v->kind);
    return hash64_more(hash64_more(h, (struct str){&tag, 1}), s);
}

static uint64_t key_of(const struct run *r, const struct val v[]) {
    uint64_t h = 1;
    for (size_t i = 0; i < r->key_count; i++)
        h = hash_val(h, &v[r->key_field[i]], true);
    return h == 0 ? 1 : h;
}

static enum err load_one(void *to, const struct kind_row *row, int64_t src_hash, struct errmsg *e) {
    struct run *r = to;
    bool fresh;
    (void)e;
    struct slot *s = keys_take(&r->keys, key_of(r, row->v), &fresh);
    if (fresh) { /* of two records by hand with one key the older is the one a file speaks of */
        s->id = row->id;
        s->src_hash = src_hash;
    }
    r->pub.result->in_force++;
    return ERR_OK;
}

/* ---- telling ---- */

static void fault(struct run *r, enum batch_severity severity, struct str col, struct str value,
                  const char *what) {
    batch_error(r->pub.batch, severity, r->view->file_name, (int64_t)r->row.line, col,
                str_sub(value, 0, VALUE_BYTES), "%s", what);
    r->warnings += severity == BATCH_WARNING ? 1 : 0;
}

void source_example_add(struct source_run *run, enum source_change what, struct str title,
                        struct str detail, int64_t line) {
    struct source_result *res = run->result;
    size_t same = 0;
    for (size_t i = 0; i < res->example_count; i++)
        same += res->examples[i].what == what;
    if (same >= SOURCE_EXAMPLES_MAX)
        return;
    res->examples[res->example_count++] = (struct source_example){
        what, arena_str(run->arena, title), arena_str(run->arena, detail), line};
}

/* ---- one row: cells ---- */

static struct str raw_cell(const struct run *r, size_t c) {
    size_t at = r->cell_of[c];
    if (at == SIZE_MAX && r->pub.source->columns[c].of_file_name)
        return r->stem;
    return at == SIZE_MAX || at >= r->view->width ? (struct str){0} : r->row.f[at];
}

static enum err resolve(struct run *r, const struct source_column *c, struct str raw, struct val *v,
                        struct errmsg *e) {
    const struct source_names *names = r->pub.source->names;
    bool org = c->type == FIELD_ORG;
    if (v->kind == VAL_NULL)
        return ERR_OK;
    int64_t id = names == NULL ? 0 : names->find(r->names, c->type, v->s);
    *v = id > 0 ? V_INT(id) : V_NULL;
    if (id > 0)
        return ERR_OK;
    return err_set(e, ERR_INVALID,
                   id == 0 ? "\"%.*s\" is no %s in the roster. Correct it, or import the roster "
                             "first."
                           : "\"%.*s\" could mean more than one %s. Use an identifier instead.",
                   (int)(raw.n < 60 ? raw.n : 60), raw.p, org ? "school" : "person");
}

static bool field_required(const struct source *s, const struct source_column *c) {
    return s->kind != NULL && c->field != NULL && c->copy_of == NULL &&
           kind_field(s->kind, str_z(c->field))->required;
}

/* All cells of the row; false refuses it. A cell that will not do is blank, with a warning, unless
 * the row cannot be without it. */
static bool read_cells(struct run *r, struct val v[]) {
    const struct source *s = r->pub.source;
    bool good = true;
    for (size_t i = 0; i < s->column_count; i++) {
        const struct source_column *c = &s->columns[i];
        struct errmsg e = {{0}};
        const char *assumed = NULL;
        struct str raw = raw_cell(r, i), header = str_z(c->name);
        if (r->cell_of[i] != SIZE_MAX)
            header = r->view->match[r->cell_of[i]].header;
        enum err x = (r->row.flags & CSV_HIGH) != 0 && !str_utf8_ok(raw)
                         ? err_set(&e, ERR_INVALID, "This is not UTF-8 text.")
                         : source_cell(s, c, raw, r->row_arena, &v[i], &assumed, &e);
        if (x == ERR_OK && (c->type == FIELD_ORG || c->type == FIELD_PERSON))
            x = resolve(r, c, raw, &v[i], &e);
        if (assumed != NULL && r->assumed_of[i] != assumed) {
            r->assumed_of[i] = assumed;
            batch_assume(r->pub.batch, "%.*s: %s", STR_ARG(header), assumed);
        }
        if (x != ERR_OK)
            v[i] = V_NULL;
        bool needed =
            v[i].kind == VAL_NULL && (c->required || (x != ERR_OK && field_required(s, c)));
        if (needed)
            fault(r, BATCH_ERROR, header, raw,
                  x == ERR_OK ? "This is required and blank; the row was left out." : e.text);
        else if (x != ERR_OK && c->copy_of == NULL)
            fault(r, BATCH_WARNING, header, raw, e.text);
        good = good && !needed;
    }
    return good;
}

/* ---- one row: records ---- */

/* What a person calls the record: its key as the file writes it, or for a record the file does not
 * name, as it is shown. */
static struct str title_of(const struct run *r, const struct val v[], const struct str name[]) {
    const struct source *src = r->pub.source;
    struct buf b = buf_new(VALUE_BYTES);
    for (size_t i = 0; i < r->key_count; i++) {
        size_t f = r->key_field[i];
        struct str s = name != NULL && name[f].n > 0
                           ? name[f]
                           : kind_show(&src->kind->fields[f], &v[f], LANG_EN, true, r->row_arena);
        for (size_t c = 0; name == NULL && c < src->column_count; c++)
            if (src->columns[c].field != NULL && r->cell_of[c] != SIZE_MAX &&
                strcmp(src->columns[c].field, src->kind->fields[f].column) == 0)
                s = str_trim(raw_cell(r, c));
        if (b.n > 0 && s.n > 0)
            buf_add(&b, STR(", "));
        buf_add(&b, s);
    }
    struct str out = arena_str(r->row_arena, buf_str(&b));
    buf_free(&b);
    return out;
}

static struct str detail_of(const struct run *r, const struct kind_row *before,
                            const struct kind_edit *edit, uint64_t fields) {
    const struct kind *k = r->pub.source->kind;
    struct buf b = buf_new(DETAIL_BYTES);
    for (size_t i = 0; i < k->field_count; i++) {
        if ((fields >> i & 1) == 0)
            continue;
        struct str old = kind_show(&k->fields[i], &before->v[i], LANG_EN, true, r->row_arena);
        struct str new = kind_show(&k->fields[i], &edit->v[i], LANG_EN, true, r->row_arena);
        buf_fmt(&b, b.n > 0 ? "; %s: %.*s -> %.*s" : "%s: %.*s -> %.*s", k->fields[i].column,
                old.n > 0 ? (int)old.n : 1, old.n > 0 ? old.p : "-", new.n > 0 ? (int)new.n : 1,
                new.n > 0 ? new.p : "-");
    }
    struct str out = arena_str(r->row_arena, buf_str(&b));
    buf_free(&b);
    return out;
}

/* The day the row speaks for, so that what was read of that day can be read anew. */
static void note_day(struct run *r) {
    int32_t day, *first = &r->pub.result->first_day;
    if (r->day_column == SIZE_MAX || r->row_v == NULL ||
        !date_parse(r->row_v[r->day_column].s, &day))
        return;
    *first = *first == DATE_NONE || day < *first ? day : *first;
}

static enum err add_record(struct run *r, const struct kind_edit *edit, int64_t src_hash,
                           struct errmsg *e) {
    int64_t id;
    batch_counts(r->pub.batch)->added++;
    note_day(r);
    source_example_add(&r->pub, SOURCE_ADDED, title_of(r, edit->v, NULL), (struct str){0},
                       (int64_t)r->row.line);
    if (r->pub.how->dry)
        return ERR_OK;
    return kind_import_insert(r->pub.db, r->pub.source->kind, edit,
                              (struct kind_import){batch_id(r->pub.batch), src_hash}, &id, e);
}

static enum err change_record(struct run *r, const struct slot *s, const struct kind_edit *edit,
                              int64_t src_hash, struct errmsg *e) {
    const struct kind *k = r->pub.source->kind;
    struct kind_row before;
    TRY(kind_import_get(r->pub.db, k, s->id, r->row_arena, &before, NULL, e));
    uint64_t fields = kind_differs(k, &before, edit);
    if (fields == 0) {
        r->pub.result->same++;
        return ERR_OK;
    }
    batch_counts(r->pub.batch)->changed++;
    note_day(r);
    source_example_add(&r->pub, SOURCE_CHANGED, title_of(r, edit->v, NULL),
                       detail_of(r, &before, edit, fields), (int64_t)r->row.line);
    if (r->pub.how->dry)
        return ERR_OK;
    struct buf note = buf_new(1 << 20);
    kind_undo_note(k, &before, fields, s->src_hash, &note);
    enum err x =
        batch_change(r->pub.db, r->pub.batch, k->table, s->id, BATCH_CHANGED, buf_str(&note), e);
    buf_free(&note);
    if (x != ERR_OK)
        return x;
    return kind_import_update(r->pub.db, k, &before, edit,
                              (struct kind_import){batch_id(r->pub.batch), src_hash}, e);
}

static enum err put_record(struct run *r, const struct kind_edit *edit, struct errmsg *e) {
    const struct kind *k = r->pub.source->kind;
    uint64_t h = hash64(STR("row"));
    bool fresh;
    for (size_t i = 0; i < k->field_count; i++)
        if ((edit->set >> i & 1) != 0)
            h = hash_val(hash64_more(h, str_z(k->fields[i].column)), &edit->v[i], false);
    int64_t src_hash = (int64_t)(h == 0 ? 1 : h);
    struct slot *s = keys_take(&r->keys, key_of(r, edit->v), &fresh);
    if (s->line != 0) {
        struct str title = title_of(r, edit->v, NULL);
        char what[160];
        (void)snprintf(what, sizeof what,
                       "This stands already in line %" PRId64 "; this row was left out.", s->line);
        fault(r, BATCH_ERROR, str_z(r->pub.source->key[0]), title, what);
        return ERR_OK;
    }
    s->line = (int64_t)r->row.line;
    if (fresh)
        return add_record(r, edit, src_hash, e);
    if (s->src_hash == src_hash) { /* what people changed since stays */
        r->pub.result->same++;
        return ERR_OK;
    }
    struct slot now = *s;
    return change_record(r, &now, edit, src_hash, e);
}

static void take(const struct kind *k, const char *field, struct val v, struct kind_edit *edit) {
    size_t i = (size_t)(kind_field(k, str_z(field)) - k->fields);
    edit->set |= UINT64_C(1) << i;
    edit->v[i] = v;
}

static bool filled(const struct kind *k, const char *field, const struct kind_edit *edit) {
    size_t i = (size_t)(kind_field(k, str_z(field)) - k->fields);
    return (edit->set >> i & 1) != 0 && edit->v[i].kind != VAL_NULL;
}

static struct str measure_name(const struct source *s, struct str header) {
    for (const struct source_word *w = s->measure_words; w != NULL && w->word != NULL; w++)
        if (str_eq_nocase(header, str_z(w->word)))
            return str_z(w->value);
    return header;
}

/* A wide row: a record for each column of numbers that is not blank. */
static enum err put_measures(struct run *r, struct kind_edit *edit, struct errmsg *e) {
    const struct source *s = r->pub.source;
    for (size_t i = 0; i < r->view->width; i++) {
        struct val v;
        struct errmsg why = {{0}};
        const struct source_match *m = &r->view->match[i];
        if (m->column != SOURCE_MEASURE)
            continue;
        const struct source_column c = {.name = "", .field = s->value_field, .type = FIELD_REAL};
        if (source_cell(s, &c, r->row.f[i], r->row_arena, &v, NULL, &why) != ERR_OK)
            fault(r, BATCH_WARNING, m->header, r->row.f[i], why.text);
        else if (v.kind != VAL_NULL) {
            take(s->kind, s->measure_field, V_STR(measure_name(s, m->header)), edit);
            take(s->kind, s->value_field, v, edit);
            TRY(put_record(r, edit, e));
        }
    }
    return ERR_OK;
}

static enum err put_row(struct run *r, const struct val v[], struct errmsg *e) {
    const struct source *s = r->pub.source;
    struct kind_edit edit = {0};
    if (s->kind == NULL) {
        struct errmsg why = {{0}};
        const struct source_row row = {(int64_t)r->row.line, v};
        enum err x = s->handler->row(r->handler, &row, &why);
        if (x == ERR_INVALID) {
            fault(r, BATCH_ERROR, (struct str){0}, (struct str){0}, why.text);
            return ERR_OK;
        }
        return x == ERR_OK ? ERR_OK : err_set(e, x, "%s", why.text);
    }
    for (size_t i = 0; i < s->column_count; i++) {
        const struct source_column *c = &s->columns[i];
        if (c->field != NULL &&
            (r->cell_of[i] != SIZE_MAX || c->absent != NULL || c->of_file_name) &&
            !(c->copy_of != NULL && filled(s->kind, c->field, &edit)))
            take(s->kind, c->field, v[i], &edit);
    }
    return s->measure_field != NULL ? put_measures(r, &edit, e) : put_record(r, &edit, e);
}

/* ---- all rows ---- */

static bool row_usable(struct run *r) {
    if ((r->row.flags & CSV_TOO_LONG) != 0) {
        fault(r, BATCH_ERROR, (struct str){0}, (struct str){0},
              "A cell of this row is larger than a limit allows; look for a missing quote.");
        return false;
    }
    if ((r->row.flags & CSV_LONG) != 0) {
        fault(r, BATCH_ERROR, (struct str){0}, (struct str){0},
              "This row has more cells than the header; put texts that hold the separator in "
              "quotes.");
        return false;
    }
    if ((r->row.flags & CSV_UNCLOSED) != 0)
        fault(r, BATCH_WARNING, (struct str){0}, (struct str){0},
              "A quote is opened and never closed here; the line was read as if it had none.");
    return true;
}

static enum err all_rows(struct run *r, struct errmsg *e) {
    struct val *v = ARENA_ARRAY(r->pub.arena, struct val, SOURCE_COLUMNS_MAX);
    const struct source_how *how = r->pub.how;
    struct batch_counts *n = batch_counts(r->pub.batch);
    while (csv_next(r->csv, &r->row)) {
        arena_reset(r->row_arena);
        r->row_v = v;
        n->read++;
        if (row_usable(r) && read_cells(r, v))
            TRY(put_row(r, v, e));
        if (how->progress != NULL && n->read % PROGRESS_ROWS == 0)
            how->progress(how->progress_to, csv_bytes(r->csv), r->view->text.n);
    }
    return ERR_OK;
}

/* ---- what vanished ---- */

static enum err end_record(struct run *r, const struct slot *s, struct errmsg *e) {
    const struct kind *k = r->pub.source->kind;
    struct kind_row before;
    arena_reset(r->row_arena);
    TRY(kind_import_get(r->pub.db, k, s->id, r->row_arena, &before, NULL, e));
    source_example_add(&r->pub, SOURCE_ENDED, title_of(r, before.v, before.name), (struct str){0},
                       0);
    if (r->pub.how->dry)
        return ERR_OK;
    TRY(batch_change(r->pub.db, r->pub.batch, k->table, s->id, BATCH_ENDED, STR("{}"), e));
    return kind_import_end(r->pub.db, k, s->id, r->pub.how->as_of, e);
}

static bool vanished(const struct slot *s) {
    return s->key != 0 && s->id != 0 && s->src_hash != 0 && s->line == 0;
}

static enum err end_vanished(struct run *r, struct errmsg *e) {
    struct source_result *out = r->pub.result;
    int64_t *ended = &batch_counts(r->pub.batch)->ended, imported = 0;
    if (r->pub.source->vanish == VANISH_KEPT || r->pub.how->partial)
        return ERR_OK;
    for (size_t i = 0; i < r->keys.cap; i++) {
        *ended += vanished(&r->keys.slot[i]);
        imported += r->keys.slot[i].src_hash != 0;
    }
    int64_t percent = config_int(CONF_SAFETY_STOP_PERCENT);
    out->too_many_end = imported > 0 && *ended * 100 > imported * percent;
    if (out->too_many_end && !r->pub.how->dry && !r->pub.how->end_many)
        return err_set(e, ERR_CONFLICT,
                       "%" PRId64 " of %" PRId64 " %s would end because the file does not name "
                       "them: more than the %" PRId64
                       " %% that the safety stop allows. Is the file "
                       "only a part? Then import it as a part; or confirm that they end.",
                       *ended, imported, r->pub.source->kind->many.en, percent);
    for (size_t i = 0; i < r->keys.cap; i++)
        if (vanished(&r->keys.slot[i]))
            TRY(end_record(r, &r->keys.slot[i], e));
    return ERR_OK;
}

/* ---- the run ---- */

static enum err prepare(struct run *r, struct errmsg *e) {
    const struct source *s = r->pub.source;
    bool people = false;
    r->day_column = SIZE_MAX;
    for (size_t c = 0; c < s->column_count; c++) {
        if (s->day != NULL && strcmp(s->columns[c].name, s->day) == 0)
            r->day_column = c;
        const char *name =
            s->columns[c].copy_of == NULL ? s->columns[c].name : s->columns[c].copy_of;
        r->cell_of[c] = SIZE_MAX;
        for (size_t i = 0; i < r->view->width; i++) {
            int m = r->view->match[i].column;
            if (m >= 0 && strcmp(s->columns[m].name, name) == 0)
                r->cell_of[c] = i;
        }
    }
    for (size_t c = 0; c < s->column_count; c++)
        people = people || s->columns[c].type == FIELD_PERSON;
    if (s->names != NULL)
        TRY(s->names->load(r->pub.db, people, r->pub.arena, &r->names, e));
    if (s->kind == NULL) {
        TRY(s->handler->begin(&r->pub, &r->handler, e));
        r->handler_begun = true;
        return ERR_OK;
    }
    for (; s->key[r->key_count] != NULL; r->key_count++) {
        const struct field *f = kind_field(s->kind, str_z(s->key[r->key_count]));
        CHECK(f != NULL && r->key_count < KIND_FIELDS_MAX);
        r->key_field[r->key_count] = (size_t)(f - s->kind->fields);
    }
    return kind_import_each(r->pub.db, s->kind, load_one, r, e);
}

/* Hands the rows as one text to a handler that can read it, where the file is plain. */
static enum err try_whole(struct run *r, const struct csv_options *how, bool *taken,
                          struct errmsg *e) {
    enum { PLAIN_WIDTH = 64 };
    const struct source *s = r->pub.source;
    struct str text = r->view->text;
    uint64_t first = 0;
    *taken = false;
    if (s->kind != NULL || s->handler->whole == NULL || r->view->width > PLAIN_WIDTH)
        return ERR_OK;
    TRY(csv_open_text(text, how, &r->csv, e));
    if (csv_next(r->csv, &r->row))
        first = r->row.line;
    TRY(csv_close(r->csv, e));
    size_t at = 0;
    for (uint64_t line = 1; line < first && at < text.n; line++) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        at = end == NULL ? text.n : (size_t)(end - text.p) + 1;
    }
    if (first == 0 || at == text.n || memchr(text.p + at, '\n', text.n - at) == NULL)
        return ERR_OK;
    const struct source_text whole = {.rows = str_sub(text, at, text.n),
                                      .first_line = first,
                                      .delimiter = r->view->delimiter,
                                      .width = r->view->width,
                                      .cell_of = r->cell_of,
                                      .stem = r->stem,
                                      .view = r->view,
                                      .names = r->names};
    return s->handler->whole(r->handler, &whole, taken, e);
}

static enum err run_all(struct run *r, struct errmsg *e) {
    struct csv_options how = {.delimiter = r->view->delimiter,
                              .skip_lines = r->view->skip_lines,
                              .field_bytes_max = (size_t)config_int(CONF_CSV_FIELD_BYTES),
                              .columns_max = (size_t)config_int(CONF_CSV_COLUMNS),
                              .rows_max = (uint64_t)config_int(CONF_CSV_ROWS)};
    if (!r->pub.how->dry)
        TRY(batch_begin(r->pub.db, r->pub.batch, 0, e));
    TRY(prepare(r, e));
    bool taken;
    TRY(try_whole(r, &how, &taken, e));
    if (!taken) {
        TRY(csv_open_text(r->view->text, &how, &r->csv, e));
        enum err x = all_rows(r, e);
        enum err closed = csv_close(r->csv, x == ERR_OK ? e : NULL);
        if (x != ERR_OK || closed != ERR_OK)
            return x != ERR_OK ? x : closed;
    }
    if (r->handler_begun)
        TRY(r->pub.source->handler->finish(r->handler, e));
    else
        TRY(end_vanished(r, e));
    return r->pub.how->dry ? ERR_OK : batch_finish(r->pub.db, r->pub.batch, e);
}

/* What the batch gathered, copied for the caller. */
static void report(struct run *r, bool applied) {
    struct source_result *out = r->pub.result;
    const struct batch *b = r->pub.batch;
    struct arena *a = r->pub.arena;
    out->counts = *batch_counts(r->pub.batch);
    out->errors = batch_errors(b);
    out->warnings += r->warnings;
    out->batch_id = applied ? batch_id(b) : 0;
    out->assumed = arena_str(a, batch_assumed(b));
    out->problem_count = batch_problem_count(b);
    out->problems = ARENA_ARRAY(a, struct batch_problem, out->problem_count);
    for (size_t i = 0; i < out->problem_count; i++) {
        struct batch_problem p = *batch_problem_at(b, i);
        p.file = r->view->file_name;
        p.col = arena_str(a, p.col);
        p.value = arena_str(a, p.value);
        p.what = arena_str(a, p.what);
        out->problems[i] = p;
    }
}

static enum err with_db(struct store *s, struct run *r, struct errmsg *e) {
    if (r->pub.how->dry) {
        TRY(store_reader(s, &r->pub.db, e));
        TRY(db_begin(r->pub.db, e)); /* one state of the records throughout */
        enum err x = run_all(r, e);
        db_rollback(r->pub.db);
        return x;
    }
    TRY(store_begin(s, &r->pub.db, e));
    enum err x = run_all(r, e);
    if (x == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return x;
}

/* "data/1000.csv" -> "1000" */
static struct str stem_of(struct str name) {
    size_t from = name.n, dot = name.n;
    while (from > 0 && name.p[from - 1] != '/' && name.p[from - 1] != '\\')
        from--;
    for (size_t i = from; i < name.n; i++)
        dot = name.p[i] == '.' ? i : dot;
    return str_sub(name, from, dot);
}

static void assume_look(struct run *r) {
    struct str rest = r->view->assumed, line;
    while (rest.n > 0 && str_split(&rest, '\n', &line))
        batch_assume(r->pub.batch, "%.*s", STR_ARG(line));
}

enum err source_run(struct store *s, const struct source_view *view, const struct source_how *how,
                    struct arena *a, struct source_result *out, struct errmsg *e) {
    const struct source *src = view->source;
    struct store_lock *lock = NULL;
    struct run r = {.pub = {.source = src, .how = how, .result = out, .arena = a}, .view = view};
    *out = (struct source_result){.first_day = DATE_NONE};
    r.pub.file_name = view->file_name;
    r.stem = stem_of(view->file_name);
    if (view->missing_count > 0)
        return err_set(e, ERR_INVALID,
                       "The file has no column for %s. Name the column that holds it, or add it.",
                       view->missing[0]->name);
    if (!how->dry)
        TRY(import_lock(s, &lock, e));
    const struct batch_about about = {.source = str_z(src->name),
                                      .file_name = view->file_name,
                                      .file_hash = str_z(view->file_hash),
                                      .mode = how->partial ? BATCH_DELTA : BATCH_BULK,
                                      .as_of = how->as_of,
                                      .account_id = how->account_id};
    out->examples = ARENA_ARRAY(a, struct source_example, 3 * SOURCE_EXAMPLES_MAX);
    r.cell_of = ARENA_ARRAY(a, size_t, src->column_count);
    r.assumed_of = ARENA_ARRAY(a, const char *, src->column_count);
    r.row_arena = arena_new(ROW_ARENA);
    r.pub.batch = batch_new(&about);
    assume_look(&r);
    enum err x = with_db(s, &r, e);
    report(&r, x == ERR_OK && !how->dry);
    if (r.handler_begun)
        src->handler->drop(r.handler);
    batch_free(r.pub.batch);
    arena_free(r.row_arena);
    free(r.keys.slot);
    store_unlock(lock);
    return x;
}

/* ---- undo ---- */

static const struct kind *const *undo_kinds;
static size_t undo_kind_count;

static const struct kind *undo_kind(struct str tab) {
    for (size_t i = 0; i < undo_kind_count; i++)
        if (str_eq(str_z(undo_kinds[i]->table), tab))
            return undo_kinds[i];
    return NULL;
}

static bool undo_owns(struct str tab) {
    return undo_kind(tab) != NULL;
}

static enum err undo_check(struct db *db, int64_t batch, struct errmsg *e) {
    for (size_t i = 0; i < undo_kind_count; i++) {
        int64_t by;
        TRY(kind_undo_touched(db, undo_kinds[i], batch, &by, e));
        if (by != 0)
            return err_set(e, ERR_CONFLICT,
                           "Import %" PRId64 " cannot be undone: import %" PRId64
                           " came later and changed the same %s. Undo that one first.",
                           batch, by, undo_kinds[i]->many.en);
    }
    return ERR_OK;
}

static enum err undo_restore(struct db *db, struct str tab, int64_t id, bool ended,
                             yyjson_val *before, struct errmsg *e) {
    return kind_undo_restore(db, undo_kind(tab), id, ended, before, e);
}

static enum err undo_drop(struct db *db, int64_t batch, int32_t today, int64_t *removed,
                          int64_t *ended, struct errmsg *e) {
    for (size_t i = 0; i < undo_kind_count; i++) {
        int64_t gone = 0, over = 0;
        TRY(kind_undo_added(db, undo_kinds[i], batch, today, &gone, &over, e));
        *removed += gone;
        *ended += over;
    }
    return ERR_OK;
}

static const struct undo_other undo_of_kinds = {undo_owns, undo_check, undo_restore, undo_drop};

void source_undo_kinds(const struct kind *const kinds[], size_t n) {
    undo_kinds = kinds;
    undo_kind_count = n;
    batch_undo_other(&undo_of_kinds);
}
