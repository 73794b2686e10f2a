/* What a file is taken for: encoding, delimiter, which column is which. */
#include "intake/source.h"

#include "base/config.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/zip.h"

#include <stdlib.h>
#include <string.h>

enum {
    TITLE_LINES_MAX = 5,      /* a report's title above the header */
    MEASURE_ROWS = 200,       /* looked at to tell a column of numbers */
    NAME_BYTES = 128,         /* of a folded header */
    ASSUMED_BYTES = 16 << 10, /* of sentences */
};

const struct source *source_find(const struct source *const table[], size_t n, struct str name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_z(table[i]->name), name))
            return table[i];
    return NULL;
}

/* Letters and digits alone, in lower case: "Serial Number" and serialNumber are the same. What is
 * not ASCII stays. */
static struct str fold(struct str s, char out[static NAME_BYTES]) {
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < NAME_BYTES; i++) {
        char c = s.p[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80u)
            out[n++] = upper ? (char)(c - 'A' + 'a') : c;
    }
    return (struct str){out, n};
}

static bool same_name(struct str folded, const char *name) {
    char other[NAME_BYTES];
    return name != NULL && str_eq(folded, fold(str_z(name), other));
}

static bool is_alias(struct str folded, const struct source_column *c) {
    if (same_name(folded, c->label.en) || same_name(folded, c->label.es))
        return true;
    for (const char *const *a = c->also; a != NULL && *a != NULL; a++)
        if (same_name(folded, *a))
            return true;
    return false;
}

/* How far a header is from any name of the column; `most` + 1 when further. */
static unsigned likeness(struct str folded, const struct source_column *c, unsigned most) {
    char other[NAME_BYTES];
    unsigned best = str_distance(folded, fold(str_z(c->name), other), most);
    for (const char *const *a = c->also; a != NULL && *a != NULL; a++) {
        unsigned d = str_distance(folded, fold(str_z(*a), other), most);
        best = d < best ? d : best;
    }
    return best;
}

/* ---- matching ---- */

struct header {
    size_t n;
    struct str *name; /* trimmed */
};

static bool column_taken(const struct source_match *m, size_t n, int column) {
    for (size_t i = 0; i < n; i++)
        if (m[i].column == column)
            return true;
    return false;
}

typedef bool match_test(struct str folded, const struct source_column *c);

static bool is_name(struct str folded, const struct source_column *c) {
    return same_name(folded, c->name) || same_name(folded, c->field);
}

/* Each column at most once, each header at most once; the first of two equal headers counts. */
static void match_by(const struct source *s, const struct header *h, struct source_match *m,
                     match_test *test, enum match_how how) {
    char folded[NAME_BYTES];
    for (size_t i = 0; i < h->n; i++) {
        struct str f = fold(h->name[i], folded);
        for (size_t c = 0; f.n > 0 && m[i].how == MATCH_NONE && c < s->column_count; c++)
            if (s->columns[c].copy_of == NULL && !column_taken(m, h->n, (int)c) &&
                test(f, &s->columns[c])) {
                m[i].column = (int)c;
                m[i].how = how;
            }
    }
}

/* A misspelt header: near exactly one column that is still free. */
static void match_likely(const struct source *s, const struct header *h, struct source_match *m) {
    char folded[NAME_BYTES];
    for (size_t i = 0; i < h->n; i++) {
        struct str f = fold(h->name[i], folded);
        unsigned most = f.n >= 8 ? 2 : 1, best = most + 1;
        size_t ties = 0, at = 0;
        for (size_t c = 0; f.n >= 5 && m[i].how == MATCH_NONE && c < s->column_count; c++) {
            if (s->columns[c].copy_of != NULL || column_taken(m, h->n, (int)c))
                continue;
            unsigned d = likeness(f, &s->columns[c], most);
            if (d > most || d > best)
                continue;
            ties = d < best ? 1 : ties + 1;
            best = d;
            at = c;
        }
        if (ties == 1) {
            m[i].column = (int)at;
            m[i].how = MATCH_LIKENESS;
        }
    }
}

static int column_named(const struct source *s, struct str name) {
    for (size_t c = 0; c < s->column_count; c++)
        if (str_eq(str_z(s->columns[c].name), name))
            return (int)c;
    return SOURCE_LEFT_OUT;
}

static const char left_out[] = "", a_measure[] = "#";

/* A saved mapping: for each header the column's name, "" left out, "#" a measure. */
static void match_saved(const struct source *s, struct str json, const struct header *h,
                        struct source_match *m) {
    struct errmsg e;
    yyjson_doc *doc;
    if (json_read(json, &doc, &e) != ERR_OK)
        return; /* written by another version: it is guessed anew */
    yyjson_val *array = yyjson_doc_get_root(doc);
    size_t n = yyjson_is_arr(array) ? yyjson_arr_size(array) : 0;
    for (size_t i = 0; n == h->n && i < n; i++) {
        const char *name = yyjson_get_str(yyjson_arr_get(array, i));
        int c = name == NULL ? SOURCE_LEFT_OUT : column_named(s, str_z(name));
        if (name != NULL && strcmp(name, a_measure) == 0)
            c = SOURCE_MEASURE;
        m[i].column = c >= 0 && column_taken(m, h->n, c) ? SOURCE_LEFT_OUT : c;
        m[i].how = MATCH_SAVED;
    }
    yyjson_doc_free(doc);
}

static uint64_t signature_of(const struct header *h) {
    char folded[NAME_BYTES];
    uint64_t sig = hash64(STR("header"));
    for (size_t i = 0; i < h->n; i++)
        sig = hash64_more(sig, fold(h->name[i], folded));
    return sig;
}

static enum err match(struct db *db, const struct source *s, const struct header *h,
                      struct arena *a, struct source_match *m, struct errmsg *e) {
    struct str saved = {0};
    bool found = false;
    for (size_t i = 0; i < h->n; i++)
        m[i] = (struct source_match){h->name[i], SOURCE_LEFT_OUT, MATCH_NONE};
    if (db != NULL)
        TRY(db_text(db, SQL_SOURCE_MAPPING_GET, ARGS(V_Z(s->name), V_INT((int64_t)signature_of(h))),
                    a, &saved, &found, e));
    if (found)
        match_saved(s, saved, h, m);
    match_by(s, h, m, is_name, MATCH_EXACT);
    match_by(s, h, m, is_alias, MATCH_ALIAS);
    match_likely(s, h, m);
    return ERR_OK;
}

static size_t count_missing(const struct source *s, const struct source_match *m, size_t n,
                            const struct source_column **missing) {
    size_t k = 0;
    for (size_t c = 0; c < s->column_count; c++)
        if (s->columns[c].required && s->columns[c].copy_of == NULL &&
            !s->columns[c].of_file_name && s->columns[c].absent == NULL &&
            !column_taken(m, n, (int)c)) {
            if (missing != NULL)
                missing[k] = &s->columns[c];
            k++;
        }
    return k;
}

/* How well a source fits: what was found, less what is missing or foreign. */
static int fit(const struct source *s, const struct source_match *m, size_t n,
               struct str file_name) {
    static const int worth[] = {
        [MATCH_NONE] = -1,    [MATCH_EXACT] = 4,  [MATCH_ALIAS] = 3,  [MATCH_SAVED] = 3,
        [MATCH_LIKENESS] = 1, [MATCH_CHOSEN] = 4, [MATCH_MEASURE] = 0};
    char name[NAME_BYTES], own[NAME_BYTES];
    int score = -20 * (int)count_missing(s, m, n, NULL);
    for (size_t i = 0; i < n && i < SOURCE_COLUMNS_MAX; i++)
        score += worth[m[i].how];
    if (str_find(fold(file_name, name), fold(str_z(s->name), own)) != SIZE_MAX)
        score += 5;
    return score;
}

/* ---- the file ---- */

static struct csv_options csv_how(const struct source_view *v) {
    return (struct csv_options){.delimiter = v->delimiter,
                                .skip_lines = v->skip_lines,
                                .field_bytes_max = (size_t)config_int(CONF_CSV_FIELD_BYTES),
                                .columns_max = (size_t)config_int(CONF_CSV_COLUMNS)};
}

static void say(struct buf *b, struct str sentence) {
    if (sentence.n == 0)
        return;
    if (b->n > 0)
        buf_byte(b, '\n');
    buf_add(b, sentence);
}

static void drop_buf(void *arg) {
    buf_free(arg);
}

static enum err decode(struct str bytes, struct arena *a, struct source_view *v, struct errmsg *e) {
    struct buf *held = ARENA_NEW(a, struct buf);
    *held = buf_new((size_t)config_int(CONF_UPLOAD_BYTES) * 3);
    arena_defer(a, drop_buf, held);
    if (zip_looks_like(bytes))
        return err_set(
            e, ERR_INVALID,
            "This is a zip file or an Excel workbook. Save the sheet as \"CSV UTF-8\" and "
            "give that; a roster zip goes to the roster import.");
    TRY(encoding_text(bytes, held, &v->text, &v->encoding, e));
    if (str_trim(v->text).n == 0)
        return err_set(e, ERR_INVALID, "The file is empty.");
    hash_hex(&bytes, 1, v->file_hash);
    return ERR_OK;
}

static void read_header(const struct csv *c, struct arena *a, struct header *h) {
    h->n = csv_columns(c);
    h->name = ARENA_ARRAY(a, struct str, h->n);
    for (size_t i = 0; i < h->n; i++)
        h->name[i] = arena_str(a, csv_header(c, i));
}

/* Tries a header line against the table; keeps what fits best. */
static enum err try_line(struct db *db, const struct source *const table[], size_t n,
                         const struct source *only, uint64_t skip, struct arena *a,
                         struct source_view *v, int *best, struct errmsg *e) {
    struct csv *c;
    struct header h;
    v->delimiter = 0;
    v->skip_lines = skip;
    struct csv_options how = csv_how(v);
    TRY(csv_open_text(v->text, &how, &c, e));
    read_header(c, a, &h);
    char delimiter = csv_delimiter(c);
    TRY(csv_close(c, e));
    for (size_t i = 0; i < n; i++) {
        const struct source *s = table[i];
        if (only != NULL && s != only)
            continue;
        struct source_match *m = ARENA_ARRAY(a, struct source_match, h.n);
        TRY(match(db, s, &h, a, m, e));
        int score = fit(s, m, h.n, v->file_name) - 2 * (int)skip;
        if (v->source != NULL && score <= *best)
            continue;
        *best = score;
        v->source = s;
        v->match = m;
        v->width = h.n;
        v->signature = signature_of(&h);
        v->missing = ARENA_ARRAY(a, const struct source_column *, s->column_count);
        v->missing_count = count_missing(s, m, h.n, v->missing);
    }
    v->delimiter = delimiter;
    return ERR_OK;
}

static enum err choose_source(struct db *db, const struct source *const table[], size_t n,
                              const struct source *only, struct arena *a, struct source_view *v,
                              struct errmsg *e) {
    int best = 0;
    struct source_view kept = {0};
    for (uint64_t skip = 0; skip <= TITLE_LINES_MAX; skip++) {
        struct source_view now = *v;
        int score = best;
        now.source = kept.source;
        struct errmsg why = {{0}};
        enum err r = try_line(db, table, n, only, skip, a, &now, &score, &why);
        if (r != ERR_OK && skip == 0)
            return err_set(e, r, "%s", why.text);
        if (r != ERR_OK)
            break; /* no further line can be a header */
        if (kept.source == NULL || score > best) {
            kept = now;
            best = score;
        }
        if (kept.missing_count == 0)
            break;
    }
    *v = kept;
    if (only == NULL && v->missing_count > 0)
        return err_set(e, ERR_INVALID,
                       "This file fits no source: the nearest is \"%s\", but the column \"%s\" is "
                       "missing. Choose the source by hand, or see its example.",
                       v->source->label.en, v->missing[0]->name);
    return ERR_OK;
}

/* ---- samples and measures ---- */

static bool is_number(struct str s) {
    double v;
    return str_real(s, &v);
}

/* The first rows, and for a wide source which free columns hold numbers. */
static enum err sample(struct source_view *v, struct arena *a, struct errmsg *e) {
    struct csv *c;
    struct csv_row row;
    struct csv_options how = csv_how(v);
    size_t *numbers = ARENA_ARRAY(a, size_t, v->width), *others = ARENA_ARRAY(a, size_t, v->width);
    TRY(csv_open_text(v->text, &how, &c, e));
    for (size_t k = 0; k < MEASURE_ROWS && csv_next(c, &row); k++) {
        bool keep = v->sample_rows < SOURCE_SAMPLE_ROWS;
        if (keep)
            v->sample[v->sample_rows] = ARENA_ARRAY(a, struct str, v->width);
        for (size_t i = 0; i < v->width; i++) {
            struct str cell =
                (row.flags & CSV_TOO_LONG) != 0 ? (struct str){0} : str_trim(row.f[i]);
            if (keep)
                v->sample[v->sample_rows][i] = arena_str(a, str_sub(cell, 0, NAME_BYTES));
            numbers[i] += is_number(cell);
            others[i] += cell.n > 0 && !is_number(cell);
        }
        v->sample_rows += keep ? 1 : 0;
    }
    for (size_t i = 0; v->source->measure_field != NULL && i < v->width; i++)
        if (v->match[i].how == MATCH_NONE && v->match[i].header.n > 0 &&
            numbers[i] > others[i] * 9) {
            v->match[i].how = MATCH_MEASURE;
            v->match[i].column = SOURCE_MEASURE;
        }
    return csv_close(c, e);
}

static void say_assumed(struct source_view *v, struct arena *a) {
    struct buf b = buf_new(ASSUMED_BYTES);
    say(&b, str_z(encoding_note(v->encoding).en));
    if (v->delimiter != ',')
        say(&b, v->delimiter == '\t'
                    ? STR("Cells are separated by tabs.")
                    : arena_fmt(a, "Cells are separated by \"%c\".", v->delimiter));
    if (v->skip_lines > 0)
        say(&b, arena_fmt(a, "The header was taken to be line %d; what is above it was left out.",
                          (int)v->skip_lines + 1));
    for (size_t i = 0; i < v->width; i++) {
        const struct source_match *m = &v->match[i];
        if (m->how == MATCH_LIKENESS)
            say(&b, arena_fmt(a, "Column \"%.*s\" was taken for %s.", STR_ARG(m->header),
                              v->source->columns[m->column].name));
        for (size_t k = 0; m->header.n > 0 && k < i; k++)
            if (str_eq_nocase(v->match[k].header, m->header)) {
                say(&b, arena_fmt(a, "Column \"%.*s\" stands twice; the first one counts.",
                                  STR_ARG(m->header)));
                break;
            }
    }
    v->assumed = arena_str(a, buf_str(&b));
    buf_free(&b);
}

enum err source_look(struct db *db, const struct source *const table[], size_t n,
                     const struct source *only, struct str file_name, struct str bytes,
                     struct arena *a, struct source_view *out, struct errmsg *e) {
    *out = (struct source_view){.file_name = file_name};
    CHECK(n > 0);
    TRY(decode(bytes, a, out, e));
    TRY(choose_source(db, table, n, only, a, out, e));
    TRY(sample(out, a, e));
    say_assumed(out, a);
    return ERR_OK;
}

enum err source_choose(struct source_view *v, size_t i, int column, struct arena *a,
                       struct errmsg *e) {
    const struct source *s = v->source;
    bool measure = column == SOURCE_MEASURE && s->measure_field != NULL;
    bool fits =
        column == SOURCE_LEFT_OUT || measure ||
        (column >= 0 && (size_t)column < s->column_count && s->columns[column].copy_of == NULL);
    if (i >= v->width || !fits)
        return err_set(e, ERR_INVALID, "There is no such column in the file or in \"%s\".",
                       s->label.en);
    for (size_t k = 0; column >= 0 && k < v->width; k++)
        if (v->match[k].column == column) {
            v->match[k].column = SOURCE_LEFT_OUT;
            v->match[k].how = MATCH_CHOSEN;
        }
    v->match[i].column = column;
    v->match[i].how = MATCH_CHOSEN;
    v->missing = ARENA_ARRAY(a, const struct source_column *, s->column_count);
    v->missing_count = count_missing(s, v->match, v->width, v->missing);
    return ERR_OK;
}

enum err source_mapping_save(struct db *db, const struct source_view *v, int64_t account_id,
                             struct errmsg *e) {
    struct buf b = buf_new(1 << 20);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < v->width; i++) {
        int c = v->match[i].column;
        json_z(&j, c >= 0                ? v->source->columns[c].name
                   : c == SOURCE_MEASURE ? a_measure
                                         : left_out);
    }
    json_close(&j);
    enum err r = buf_over(&b)
                     ? err_set(e, ERR_LIMIT, "The file has too many columns for a saved mapping.")
                     : db_exec(db, SQL_SOURCE_MAPPING_PUT,
                               ARGS(V_Z(v->source->name), V_INT((int64_t)v->signature),
                                    V_STR(buf_str(&b)), val_id(account_id), V_INT(date_now_us())),
                               NULL, e);
    buf_free(&b);
    return r;
}
