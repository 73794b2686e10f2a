/* Records of a kind as CSV, workbook, JSON, and the help text of a kind. */
#include "store/kind.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/xlsx.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CELL_ARENA = 4 << 20 };

struct out {
    const struct kind *kind;
    const struct kind_as *as;
    struct csv_writer csv;
    struct xlsx *xlsx;
    struct arena *arena; /* of one row */
    int64_t rows;
};

static bool is_ref(const struct field *f) {
    return f->type == FIELD_ORG || f->type == FIELD_PERSON;
}

static enum err csv_row(void *to, const struct kind_row *row, struct errmsg *e) {
    struct out *o = to;
    arena_reset(o->arena);
    csv_put_int(&o->csv, row->id);
    for (size_t i = 0; i < o->kind->field_count; i++) {
        const struct field *f = &o->kind->fields[i];
        if (!kind_may_read(o->kind, f, o->as))
            continue;
        struct str cell =
            is_ref(f) ? row->name[i] : kind_show(f, &row->v[i], LANG_EN, true, o->arena);
        if (f->type == FIELD_INT || f->type == FIELD_REAL || f->type == FIELD_MONEY)
            csv_put_raw(&o->csv, cell); /* a minus is no formula here */
        else
            csv_put(&o->csv, cell);
    }
    csv_end(&o->csv);
    o->rows++;
    if (buf_over(o->csv.out))
        return err_set(e, ERR_LIMIT, "The export is larger than %zu MB; narrow the filter.",
                       o->csv.out->max >> 20);
    return ERR_OK;
}

enum err kind_export_csv(struct db *db, const struct kind *k, const struct kind_as *as,
                         const struct kind_query *q, struct buf *out, int64_t *rows,
                         struct errmsg *e) {
    struct out o = {.kind = k, .as = as, .csv = {.out = out}};
    csv_put(&o.csv, STR("id"));
    for (size_t i = 0; i < k->field_count; i++)
        if (kind_may_read(k, &k->fields[i], as))
            csv_put(&o.csv, str_z(k->fields[i].column));
    csv_end(&o.csv);
    o.arena = arena_new(CELL_ARENA);
    enum err r = kind_each(db, k, as, q, csv_row, &o, e);
    arena_free(o.arena);
    *rows = o.rows;
    return r;
}

static enum xlsx_type sheet_type(const struct field *f) {
    switch (f->type) {
    case FIELD_INT:
        return XLSX_INT;
    case FIELD_REAL:
        return XLSX_REAL;
    case FIELD_DATE:
        return XLSX_DATE;
    case FIELD_MONEY:
        return XLSX_MONEY;
    case FIELD_TEXT:
    case FIELD_BOOL:
    case FIELD_CHOICE:
    case FIELD_ORG:
    case FIELD_PERSON:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_TYPES:
        break;
    }
    return XLSX_TEXT;
}

static void sheet_cell(struct out *o, const struct field *f, const struct val *v, struct str name) {
    int32_t day;
    if (v->kind == VAL_NULL)
        xlsx_empty(o->xlsx);
    else if (f->type == FIELD_INT)
        xlsx_int(o->xlsx, v->i);
    else if (f->type == FIELD_REAL)
        xlsx_real(o->xlsx, v->r);
    else if (f->type == FIELD_MONEY)
        xlsx_money(o->xlsx, v->i);
    else if (f->type == FIELD_DATE && date_parse(v->s, &day))
        xlsx_date(o->xlsx, day);
    else
        xlsx_text(o->xlsx, is_ref(f) ? name : kind_show(f, v, o->as->lang, false, o->arena));
}

static enum err sheet_row(void *to, const struct kind_row *row, struct errmsg *e) {
    struct out *o = to;
    arena_reset(o->arena);
    for (size_t i = 0; i < o->kind->field_count; i++)
        if (kind_may_read(o->kind, &o->kind->fields[i], o->as))
            sheet_cell(o, &o->kind->fields[i], &row->v[i], row->name[i]);
    o->rows++;
    return xlsx_row_end(o->xlsx, e);
}

enum err kind_export_xlsx(struct db *db, const struct kind *k, const struct kind_as *as,
                          const struct kind_query *q, struct buf *out, int64_t *rows,
                          struct errmsg *e) {
    struct xlsx_column columns[KIND_FIELDS_MAX];
    struct out o = {.kind = k, .as = as};
    size_t n = 0;
    const char *folder = getenv("TMPDIR");
    char path[512];
    *rows = 0;
    for (size_t i = 0; i < k->field_count; i++)
        if (kind_may_read(k, &k->fields[i], as))
            columns[n++] = (struct xlsx_column){tr(k->fields[i].label, as->lang),
                                                sheet_type(&k->fields[i]), 0};
    if (n == 0)
        return err_set(e, ERR_DENIED, "Your role does not see %s.", k->many.en);
    (void)snprintf(path, sizeof path, "%s/homeroom-XXXXXX", folder == NULL ? "/tmp" : folder);
    int fd = mkstemp(path);
    if (fd < 0)
        return err_set(e, ERR_IO, "No room for a temporary file in \"%s\".",
                       folder == NULL ? "/tmp" : folder);
    (void)close(fd);
    enum err r = xlsx_open(path, tr(k->many, as->lang), columns, n, &o.xlsx, e);
    if (r != ERR_OK)
        return r;
    o.arena = arena_new(CELL_ARENA);
    r = kind_each(db, k, as, q, sheet_row, &o, e);
    arena_free(o.arena);
    *rows = o.rows;
    if (r == ERR_OK)
        return xlsx_close_into(o.xlsx, out, e);
    xlsx_abandon(o.xlsx);
    return r;
}

void kind_json(struct json *j, const struct kind *k, const struct kind_as *as,
               const struct kind_row *row) {
    char day[DATE_TEXT];
    json_open(j, '{');
    json_key(j, "id");
    json_int(j, row->id);
    json_key(j, "version");
    json_int(j, row->version);
    json_key(j, "endsOn");
    json_z(j, row->ends_on == DATE_NONE ? NULL : date_text(row->ends_on, day));
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        const struct val *v = &row->v[i];
        if (!kind_may_read(k, f, as))
            continue;
        json_key(j, f->column);
        if (v->kind == VAL_NULL)
            json_null(j);
        else if (f->type == FIELD_BOOL)
            json_bool(j, v->i != 0);
        else if (f->type == FIELD_MONEY)
            json_real(j, (double)v->i / 100);
        else if (v->kind == VAL_INT)
            json_int(j, v->i);
        else if (v->kind == VAL_REAL)
            json_real(j, v->r);
        else
            json_str(j, v->s);
    }
    json_close(j);
}

/* ---- help ---- */

static const struct tr type_names[FIELD_TYPES] = {
    [FIELD_TEXT] = TR_INIT("text", "texto"),
    [FIELD_INT] = TR_INIT("whole number", "n\xC3\xBAmero entero"),
    [FIELD_REAL] = TR_INIT("number", "n\xC3\xBAmero"),
    [FIELD_BOOL] = TR_INIT("yes or no", "s\xC3\xAD o no"),
    [FIELD_DATE] = TR_INIT("date, such as 2026-11-21", "fecha, como 2026-11-21"),
    [FIELD_MONEY] = TR_INIT("dollars and cents", "d\xC3\xB3lares y centavos"),
    [FIELD_CHOICE] = TR_INIT("one of", "uno de"),
    [FIELD_ORG] = TR_INIT("a school or the district: name, number or #id",
                          "una escuela o el distrito: nombre, n\xC3\xBAmero o #id"),
    [FIELD_PERSON] = TR_INIT("a person: number, user name, e-mail or #id",
                             "una persona: n\xC3\xBAmero, usuario, correo o #id"),
    [FIELD_EMAIL] = TR_INIT("e-mail address", "correo electr\xC3\xB3nico"),
    [FIELD_URL] = TR_INIT("web address", "direcci\xC3\xB3n web"),
};

struct tr kind_type_words(enum field_type type) {
    CHECK((int)type >= 0 && type < FIELD_TYPES);
    return type_names[type];
}

static void field_help(const struct field *f, enum lang lang, struct buf *out) {
    buf_fmt(out, "  %s (%s): %s", f->column, tr(f->label, lang), tr(type_names[f->type], lang));
    for (size_t i = 0; i < f->choice_count; i++)
        buf_fmt(out, i == 0 ? " %s" : ", %s", f->choices[i].value);
    if (f->unit != NULL)
        buf_fmt(out, ", %s", f->unit);
    bool number = f->type == FIELD_INT || f->type == FIELD_REAL || f->type == FIELD_MONEY;
    if (number && f->max > f->min)
        buf_fmt(out, lang == LANG_ES ? ", de %g a %g" : ", %g to %g", f->min, f->max);
    if (f->required)
        buf_fmt(out, ", %s", lang == LANG_ES ? "obligatorio" : "required");
    if (f->help.en != NULL)
        buf_fmt(out, ". %s", tr(f->help, lang));
    buf_byte(out, '\n');
}

void kind_help(const struct kind *k, const struct kind_as *as, struct buf *out) {
    buf_fmt(out, "%s (%s): %s\n", tr(k->many, as->lang), k->name, tr(k->about, as->lang));
    for (size_t i = 0; i < k->field_count; i++)
        if (kind_may_read(k, &k->fields[i], as))
            field_help(&k->fields[i], as->lang, out);
}
