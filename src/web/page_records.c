/*
 * The records of every kind: which there are, lists with filter, sort and paging, one field of many
 * at once, CSV and workbook, and what each field means. All of it read from the kind's row.
 */
#include "web/form.h"
#include "web/records.h"

#include "measure/catalogue.h"
#include "provide/provide.h"
#include "web/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BULK_MOST = 1000, BULK_SHOWN = 12 };

static bool is_ref(const struct field *f) {
    return f->type == FIELD_ORG || f->type == FIELD_PERSON;
}

/* ---- which kinds there are ---- */

/* The newest day that a file with these records spoke for. */
static enum err newest_import(struct req *r, const struct kind *k, int32_t *on, int *fresh_days,
                              struct errmsg *e) {
    *on = DATE_NONE;
    *fresh_days = 0;
    for (size_t i = 0; i < provide_source_count; i++) {
        const struct source *s = provide_sources[i];
        struct rows *rows;
        int32_t day = DATE_NONE;
        if (s->kind != k)
            continue;
        TRY(db_rows(r->db, SQL_RECORDS_NEWEST_IMPORT, ARGS(V_Z(s->name)), &rows, e));
        if (rows_next(rows))
            day = rows_date(rows, 0);
        TRY(rows_close(rows, e));
        if (day != DATE_NONE && (*on == DATE_NONE || day > *on)) {
            *on = day;
            *fresh_days = s->fresh_days;
        }
    }
    return ERR_OK;
}

static enum err index_row(struct req *r, struct html *h, const struct kind *k,
                          const struct kind_as *as, struct errmsg *e) {
    struct kind_query q = {.limit = 1};
    struct kind_list l;
    int32_t on;
    int fresh;
    TRY(kind_list(r->db, k, as, &q, r->a, &l, e));
    TRY(newest_import(r, k, &on, &fresh, e));
    html(h,
         "<tr><th scope=\"row\"><a href=\"/records/%s\">%s</a><span class=\"sub\">%s</span></th>"
         "<td class=\"n\" data-l=\"%s\">%s</td><td data-l=\"%s\">%s",
         k->name, records_title(h, k->many), tr(k->about, h->lang), T(h, "Records", "Registros"),
         num_int(h, l.total), T(h, "Last file as of", "Último archivo al"),
         on == DATE_NONE ? T(h, "no file yet", "ningún archivo aún") : day(h, on));
    if (on != DATE_NONE && fresh > 0 && r->today - on > fresh)
        html(h, " <span class=\"tag short\">%s</span>",
             T(h, "older than it should be", "más antiguo de lo debido"));
    html(h, "</td><td data-l=\"%s\">%s</td></tr>\n", T(h, "You may", "Usted puede"),
         kind_may_write(k, NULL, as) ? T(h, "read and change", "ver y cambiar")
                                     : T(h, "read", "ver"));
    return ERR_OK;
}

static enum err get_index(struct req *r, struct errmsg *e) {
    struct html *h = page_begin(
        r, &(struct page){.heading = tr(TR("Records", "Registros"), r->lang),
                          .sentence = tr(TR("What the numbers are made from, row by row, for the "
                                            "schools and people you work with.",
                                            "De qué se componen los números, fila por fila, para "
                                            "las escuelas y personas con quienes trabaja."),
                                         r->lang)});
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "class=\"n\" scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Kind", "Tipo"), T(h, "Records", "Registros"),
         T(h, "Last file as of", "Último archivo al"), T(h, "You may", "Usted puede"));
    for (size_t i = 0; i < provide_kind_count; i++) {
        struct kind_as as;
        TRY(records_view(r, provide_kinds[i], &as, e));
        if (kind_may_read(provide_kinds[i], NULL, &as))
            TRY(index_row(r, h, provide_kinds[i], &as, e));
    }
    html(h, "</tbody></table></div>\n");
    page_end(r);
    return ERR_OK;
}

/* ---- a list: filters ---- */

static struct tr from_to(struct req *r, struct tr label, bool to) {
    return (struct tr){arena_fmt(r->a, to ? "%s to" : "%s from", label.en).p,
                       arena_fmt(r->a, to ? "%s hasta" : "%s desde", label.es).p};
}

static void filter_text(struct form *f, const struct field *field, const char *op, struct tr label,
                        const char *type) {
    const char *name = arena_fmt(f->r->a, "%s.%s", field->column, op).p;
    form_text(f, &(struct input){.name = name,
                                 .label = label,
                                 .type = type,
                                 .step = "any",
                                 .suffix = field->type == FIELD_MONEY ? "USD" : field->unit,
                                 .value = req_query(f->r, name)});
}

static void filter_select(struct form *f, const struct field *field, const struct option *o,
                          size_t n) {
    form_options(f,
                 &(struct input){.name = field->column,
                                 .label = field->label,
                                 .value = req_query(f->r, field->column)},
                 o, n, TR("Any", "Cualquiera"));
}

/* One field's filter: chosen from a list where there is one, else a span or a part of the text. */
static void filter_field(struct form *f, const struct field *field,
                         const struct records_orgs *orgs) {
    struct req *r = f->r;
    size_t most = field->choice_count + 2;
    struct option *o = ARENA_ARRAY(r->a, struct option, most);
    if (field->type == FIELD_CHOICE) {
        filter_select(f, field, o, records_choices(r, field, o));
    } else if (field->type == FIELD_BOOL) {
        filter_select(f, field, o, records_choices(r, field, o));
    } else if (field->type == FIELD_ORG && orgs->all) {
        filter_select(f, field, orgs->v, orgs->n);
    } else if (field->type == FIELD_DATE || records_number(field)) {
        const char *type = field->type == FIELD_DATE ? "date" : "number";
        filter_text(f, field, "from", from_to(r, field->label, false), type);
        filter_text(f, field, "to", from_to(r, field->label, true), type);
    } else {
        filter_text(f, field, "contains", field->label, "search");
    }
}

static bool chosen_from(const struct field *f, const struct records_orgs *orgs) {
    return f->type == FIELD_CHOICE || f->type == FIELD_BOOL || (f->type == FIELD_ORG && orgs->all);
}

/* Is any of the lesser filters in use? Then they stand open. */
static bool more_in_use(struct req *r, const struct kind *k, const struct records_orgs *orgs) {
    bool used = req_query(r, "blank").n > 0 || req_query(r, "ended").n > 0;
    for (size_t i = 0; i < r->query.n; i++) {
        struct str rest = r->query.v[i].name, column;
        (void)str_split(&rest, '.', &column);
        const struct field *f = kind_field(k, column);
        used = used || (f != NULL && r->query.v[i].value.n > 0 &&
                        !(f->in_list && chosen_from(f, orgs) && rest.n == 0));
    }
    return used;
}

static void blank_select(struct form *f, const struct records *rec) {
    struct option o[KIND_FIELDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < rec->kind->field_count; i++) {
        const struct field *x = &rec->kind->fields[i];
        if (kind_may_read(rec->kind, x, &rec->as) && !x->required)
            o[n++] = (struct option){str_z(x->column), str_z(tr(x->label, f->r->lang))};
    }
    if (n > 0)
        form_options(f,
                     &(struct input){.name = "blank",
                                     .label = TR("Where this is blank", "Donde falta este dato"),
                                     .value = req_query(f->r, "blank")},
                     o, n, TR("Any", "Cualquiera"));
}

static void filter_form(struct req *r, const struct records *rec, const struct records_orgs *orgs) {
    const struct kind *k = rec->kind;
    struct form f = form_begin(r, rec->path, FORM_GET | FORM_INLINE);
    form_text(&f, &(struct input){.name = "q",
                                  .label = TR("Search", "Buscar"),
                                  .type = "search",
                                  .value = req_query(r, "q")});
    for (size_t i = 0; i < k->field_count; i++)
        if (k->fields[i].in_list && chosen_from(&k->fields[i], orgs) &&
            kind_may_read(k, &k->fields[i], &rec->as))
            filter_field(&f, &k->fields[i], orgs);
    html(f.h, "<details%s><summary>%s</summary><div class=\"form line\">",
         more_in_use(r, k, orgs) ? " open" : "", T(f.h, "More filters", "Más filtros"));
    for (size_t i = 0; i < k->field_count; i++)
        if (!(k->fields[i].in_list && chosen_from(&k->fields[i], orgs)) &&
            kind_may_read(k, &k->fields[i], &rec->as))
            filter_field(&f, &k->fields[i], orgs);
    blank_select(&f, rec);
    form_check(&f,
               &(struct input){.name = "ended", .label = TR("Ended ones too", "También las bajas")},
               req_query(r, "ended").n > 0);
    html(f.h, "</div></details>");
    if (req_query(r, "sort").n > 0)
        form_hidden(&f, "sort", req_query(r, "sort"));
    form_submit(&f, TR("Show", "Mostrar"));
    html(f.h, "<a class=\"act quiet\" href=\"%s\">%s</a>", rec->path,
         T(f.h, "Clear", "Quitar filtros"));
    form_end(&f);
}

/* ---- a list: rows ---- */

/* `path` with the query, but without `drop` and paging. */
static const char *with_query(struct req *r, struct html *h, const char *path,
                              const struct pairs *query, const char *drop) {
    for (size_t i = 0; i < query->n; i++) {
        const struct pair *q = &query->v[i];
        if (!str_eq(q->name, str_z(drop)) && !str_eq(q->name, STR("page")) &&
            !str_eq(q->name, STR("lang")) && !str_eq(q->name, STR("tick")))
            path = url(h, path, arena_z(r->a, q->name), arena_z(r->a, q->value), NULL);
    }
    return path;
}

static void head_cell(struct req *r, struct html *h, const struct records *rec,
                      const struct kind_query *q, const struct field *f) {
    const struct field *now =
        q->sort != NULL ? q->sort : kind_field(rec->kind, str_z(rec->kind->title));
    bool here = now == f;
    const char *to = arena_fmt(r->a, "%s%s", here && !q->descending ? "-" : "", f->column).p;
    html(h, "<th scope=\"col\" class=\"%s\"", records_number(f) ? "n" : "");
    if (here)
        html(h, " aria-sort=\"%s\"", q->descending ? "descending" : "ascending");
    html(h, "><a href=\"%s\">%s%s</a></th>",
         url(h, with_query(r, h, rec->path, &r->query, "sort"), "sort", to, NULL),
         tr(f->label, h->lang),
         !here           ? ""
         : q->descending ? " ▾"
                         : " ▴");
}

static bool in_table(const struct records *rec, const struct field *f) {
    return (f->in_list || str_eq(str_z(f->column), str_z(rec->kind->title))) &&
           kind_may_read(rec->kind, f, &rec->as);
}

static const char *value_text(struct html *h, const struct records *rec, const struct kind_row *row,
                              const struct field *f) {
    const char *text = kind_text(h, rec->kind, row, f->column);
    return text[0] != '\0' && f->unit != NULL ? arena_fmt(h->a, "%s %s", text, f->unit).p : text;
}

static const char *title_text(struct html *h, const struct records *rec,
                              const struct kind_row *row) {
    const char *text = kind_text(h, rec->kind, row, rec->kind->title);
    return text[0] != '\0' ? text : T(h, "without a name", "sin nombre");
}

static void write_row(struct html *h, const struct records *rec, const struct kind_row *row,
                      bool ticks, bool ticked) {
    const struct kind *k = rec->kind;
    const char *title = title_text(h, rec, row);
    html(h, "<tr>");
    if (ticks) {
        html(h, "<td data-l=\"%s\">", T(h, "Choose", "Elegir"));
        if (row->ends_on == DATE_NONE)
            html(h,
                 "<input type=\"checkbox\" form=\"bulk\" name=\"id\" value=\"%" PRId64
                 "\" aria-label=\"%s\"%s>",
                 row->id, title, ticked ? " checked" : "");
        html(h, "</td>");
    }
    html(h, "<th scope=\"row\"><a href=\"%s/%" PRId64 "\">%s</a>", rec->path, row->id, title);
    if (row->ends_on != DATE_NONE)
        html_say(h, "<span class=\"sub\">ended %s</span>", "<span class=\"sub\">baja el %s</span>",
                 day(h, row->ends_on));
    html(h, "</th>");
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        if (!in_table(rec, f) || str_eq(str_z(f->column), str_z(k->title)))
            continue;
        html(h, "<td class=\"%s\" data-l=\"%s\">%s</td>", records_number(f) ? "n" : "",
             tr(f->label, h->lang), value_text(h, rec, row, f));
    }
    html(h, "</tr>\n");
}

static void write_table(struct req *r, struct html *h, const struct records *rec,
                        const struct kind_query *q, const struct kind_list *l) {
    const struct kind *k = rec->kind;
    bool ticks = kind_may_write(k, NULL, &rec->as), all = str_eq(req_query(r, "tick"), STR("all"));
    html(h, "<div class=\"scroll\"><table class=\"stack\"><thead><tr>");
    if (ticks)
        html(h, "<th scope=\"col\"><a href=\"%s\">%s</a></th>",
             page_url(r, "tick", all ? NULL : "all"),
             all ? T(h, "None", "Ninguno") : T(h, "All", "Todos"));
    head_cell(r, h, rec, q, kind_field(k, str_z(k->title)));
    for (size_t i = 0; i < k->field_count; i++)
        if (in_table(rec, &k->fields[i]) && !str_eq(str_z(k->fields[i].column), str_z(k->title)))
            head_cell(r, h, rec, q, &k->fields[i]);
    html(h, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < l->n; i++)
        write_row(h, rec, &l->rows[i], ticks, all);
    html(h, "</tbody></table></div>\n");
}

/* Fields that can be changed in many records at once: a key differs in each. */
static size_t bulk_options(struct req *r, const struct records *rec, struct option *out) {
    size_t n = 0;
    for (size_t i = 0; i < rec->kind->field_count; i++) {
        const struct field *f = &rec->kind->fields[i];
        bool key = rec->kind->key != NULL && str_eq(str_z(f->column), str_z(rec->kind->key));
        if (!key && kind_may_write(rec->kind, f, &rec->as))
            out[n++] = (struct option){str_z(f->column), str_z(tr(f->label, r->lang))};
    }
    return n;
}

/* The boxes stand in the table and name this form. */
static void bulk_form(struct req *r, struct html *h, const struct records *rec) {
    struct option o[KIND_FIELDS_MAX];
    size_t n = bulk_options(r, rec, o);
    if (n == 0)
        return;
    html(h,
         "<form id=\"bulk\" method=\"post\" action=\"%s/bulk\" class=\"form line\"><input "
         "type=\"hidden\" name=\"csrf\" value=\"%s\">",
         rec->path, r->csrf);
    struct form f = {r, h};
    const char *query = with_query(r, h, "", &r->query, "");
    form_hidden(&f, "query", str_z(query[0] == '?' ? query + 1 : query));
    form_options(&f,
                 &(struct input){
                     .name = "field",
                     .label = TR("Change in all that are ticked", "Cambiar en todos los marcados")},
                 o, n, TR("Choose a field", "Elija un dato"));
    form_submit(&f, TR("Go on", "Continuar"));
    form_end(&f);
}

static void list_acts(struct req *r, struct html *h, const struct records *rec) {
    html(h, "<p class=\"acts\">");
    if (kind_may_write(rec->kind, NULL, &rec->as))
        html(h, "<a class=\"act\" href=\"%s/new\">%s</a> ", rec->path, T(h, "Add one", "Agregar"));
    if (req_may(r, PERM_EXPORT))
        html(h,
             "<a class=\"act quiet\" href=\"%s\">CSV</a> <a class=\"act quiet\" "
             "href=\"%s\">Excel</a> ",
             with_query(r, h, arena_fmt(r->a, "%s/csv", rec->path).p, &r->query, ""),
             with_query(r, h, arena_fmt(r->a, "%s/xlsx", rec->path).p, &r->query, ""));
    if (req_may(r, PERM_IMPORT))
        html(h, "<a class=\"act quiet\" href=\"/import\">%s</a> ",
             T(h, "Import a file", "Importar un archivo"));
    html(h, "<a class=\"act quiet\" href=\"%s/help\">%s</a></p>", rec->path,
         T(h, "What each field means", "Qué significa cada dato"));
}

static void write_problems(struct req *r, struct html *h, const struct records *rec,
                           const struct kind_problems *p) {
    for (size_t i = 0; i < p->n; i++)
        html_say(h, "<p class=\"warn\" role=\"alert\">This filter was left out. %s</p>",
                 "<p class=\"warn\" role=\"alert\">Este filtro no se aplicó. %s</p>",
                 records_sentence(r, rec, &p->p[i], STR("?")));
}

static enum err get_list(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_query q;
    struct kind_problems problems;
    struct str unknown;
    struct kind_list l;
    struct records_orgs orgs;
    TRY(records_of(r, &rec, e));
    TRY(records_query(r, &rec, &q, &problems, &unknown, e));
    TRY(kind_list(r->db, rec.kind, &rec.as, &q, r->a, &l, e));
    TRY(records_orgs(r, &rec.as, &orgs, e));
    TRY(records_read(r, &rec, l.rows, l.n, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/records"});
    lede_open(h, asof_line(h, T(h, "Records", "Registros"), r->today));
    html(h, "<h1>%s</h1><p>%s ", records_title(h, rec.kind->many), tr(rec.kind->about, h->lang));
    html_say(h, "%s of them.</p>", "Son %s.</p>", num_int(h, l.total));
    lede_close(h);
    list_acts(r, h, &rec);
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>", T(h, "The list", "La lista"));
    write_problems(r, h, &rec, &problems);
    filter_form(r, &rec, &orgs);
    if (l.n == 0)
        empty_note(h, T(h, "Nothing fits. Clear a filter, import a file, or add one.",
                        "Nada coincide. Quite un filtro, importe un archivo o agregue uno."));
    else
        write_table(r, h, &rec, &q, &l);
    if (l.n > 0 && kind_may_write(rec.kind, NULL, &rec.as))
        bulk_form(r, h, &rec);
    pager(r, q.offset / q.limit + 1, q.offset + (int64_t)l.n < l.total);
    html(h, "</section>\n");
    page_end(r);
    return ERR_OK;
}

/* ---- one field of many ---- */

struct bulk {
    struct records rec;
    const struct field *field;
    int64_t *ids;
    size_t n;
    struct val v;
    int64_t changed;
    struct pairs query; /* of the list to go back to */
};

static enum err bulk_read(struct req *r, struct bulk *b, struct errmsg *e) {
    struct str *texts;
    *b = (struct bulk){0};
    TRY(records_of(r, &b->rec, e));
    size_t n = req_form_all(r, "id", &texts);
    b->ids = ARENA_ARRAY(r->a, int64_t, n + 1);
    if (!kind_may_write(b->rec.kind, NULL, &b->rec.as))
        return req_fail(r, e, ERR_DENIED,
                        TR("Your role may not change these records.",
                           "Su función no permite cambiar estos registros."));
    for (size_t i = 0; i < n; i++)
        b->n += str_int(texts[i], &b->ids[b->n]) ? 1 : 0;
    if (b->n == 0 || b->n > BULK_MOST)
        return req_fail(r, e, ERR_INVALID,
                        TR("Tick the records to change in the list: at least one, at most 1,000.",
                           "Marque en la lista los registros por cambiar: de uno a 1,000."));
    b->field = kind_field(b->rec.kind, req_form(r, "field"));
    if (b->field == NULL || !kind_may_write(b->rec.kind, b->field, &b->rec.as))
        return req_fail(r, e, ERR_INVALID,
                        TR("Choose the field to change below the list.",
                           "Elija bajo la lista el dato que quiere cambiar."));
    return query_parse(req_form(r, "query"), r->a, &b->query, e);
}

static const char *bulk_back(struct req *r, struct html *h, const struct bulk *b) {
    return with_query(r, h, b->rec.path, &b->query, "");
}

static enum err bulk_page(struct req *r, const struct bulk *b, struct errmsg *e) {
    const struct records *rec = &b->rec;
    struct records_orgs orgs;
    size_t shown = b->n < BULK_SHOWN ? b->n : BULK_SHOWN;
    struct kind_row *rows = ARENA_ARRAY(r->a, struct kind_row, shown);
    TRY(records_orgs(r, &rec->as, &orgs, e));
    for (size_t i = 0; i < shown; i++)
        TRY(kind_get(r->db, rec->kind, &rec->as, b->ids[i], r->a, &rows[i], e));
    TRY(records_read(r, rec, rows, shown, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/records", .narrow = true});
    lede_open(h, asof_line(h, records_title(h, rec->kind->many), r->today));
    html_say(h, "<h1>Change “%s” in %s records</h1>", "<h1>Cambiar «%s» en %s registros</h1>",
             tr(b->field->label, h->lang), num_int(h, (int64_t)b->n));
    lede_close(h);
    html(h, "<ul>");
    for (size_t i = 0; i < shown; i++) {
        const char *now = value_text(h, rec, &rows[i], b->field);
        html(h, "<li>%s: %s</li>", title_text(h, rec, &rows[i]),
             now[0] == '\0' ? T(h, "blank now", "ahora en blanco") : now);
    }
    if (shown < b->n)
        html_say(h, "<li>and %s more</li>", "<li>y %s más</li>",
                 num_int(h, (int64_t)(b->n - shown)));
    html(h, "</ul>");
    struct form f = form_begin(r, arena_fmt(r->a, "%s/bulk", rec->path).p, 0);
    for (size_t i = 0; i < b->n; i++)
        form_hidden(&f, "id", arena_fmt(r->a, "%" PRId64, b->ids[i]));
    form_hidden(&f, "field", str_z(b->field->column));
    form_hidden(&f, "query", req_form(r, "query"));
    form_hidden(&f, "apply", STR("1"));
    records_input(&f, b->field, "value", (struct str){0}, NULL, &orgs);
    form_submit(&f, TR("Change all of them", "Cambiarlos todos"));
    html(h, " <a class=\"act quiet\" href=\"%s\">%s</a>", bulk_back(r, h, b),
         T(h, "Leave as they are", "Dejarlos como están"));
    form_end(&f);
    page_end(r);
    return ERR_OK;
}

static enum err write_bulk(struct db *db, void *arg, struct errmsg *e) {
    struct bulk *b = arg;
    return kind_bulk_edit(db, b->rec.kind, &b->rec.as, b->ids, b->n, b->field, &b->v, &b->changed,
                          e);
}

static enum err bulk_check(struct req *r, struct bulk *b, struct errmsg *e) {
    struct kind_edit edit = {0};
    struct kind_problems problems = {.n = 0};
    struct kind_input in = {str_z(b->field->column), req_form(r, "value")};
    if (kind_edit_texts(r->db, b->rec.kind, &b->rec.as, &in, 1, false, r->a, &edit, &problems) ==
        ERR_OK)
        TRY(records_check(r, &b->rec, &edit, &problems, e));
    for (size_t i = 0; i < problems.n; i++)
        form_error_text(r, "value", records_sentence(r, &b->rec, &problems.p[i], in.text));
    b->v = edit.v[b->field - b->rec.kind->fields];
    return ERR_OK;
}

static enum err post_bulk(struct req *r, struct errmsg *e) {
    struct bulk b;
    struct errmsg why = {{0}};
    struct html h = {.a = r->a, .lang = r->lang};
    TRY(bulk_read(r, &b, e));
    if (!req_has(r, "apply"))
        return bulk_page(r, &b, e);
    TRY(bulk_check(r, &b, e));
    enum err saved = form_failed(r) ? ERR_INVALID : req_write(r, write_bulk, &b, &why);
    if (saved == ERR_NOT_FOUND)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("One of the ticked records is not among those you may see; nothing was "
                           "changed.",
                           "Uno de los registros marcados no está entre los que usted puede ver; "
                           "no se cambió nada."));
    if (!form_failed(r) && saved == ERR_DENIED)
        form_error_text(r, "value", records_refused(r, &b.rec, RECORDS_NOT_YOURS));
    else if (!form_failed(r) && saved != ERR_OK) {
        *e = why;
        return saved;
    }
    if (form_failed(r)) {
        reply_status(r, 422);
        return bulk_page(r, &b, e);
    }
    reply_redirect(r, bulk_back(r, &h, &b));
    reply_notice(
        r, (struct tr){arena_fmt(r->a, "%lld records were changed.", (long long)b.changed).p,
                       arena_fmt(r->a, "Se cambiaron %lld registros.", (long long)b.changed).p});
    return ERR_OK;
}

/* ---- to take along ---- */

/* A filter that cannot be read must not become a larger file than was asked for. */
static enum err export_query(struct req *r, struct records *rec, struct kind_query *q,
                             struct errmsg *e) {
    struct kind_problems problems;
    struct str unknown;
    TRY(records_of(r, rec, e));
    if (!req_may(r, PERM_EXPORT))
        return req_export(r, rec->kind->name, "", 0, false, e); /* says no */
    TRY(records_query(r, rec, q, &problems, &unknown, e));
    if (problems.n > 0)
        return err_set(e, ERR_INVALID, "%s", records_sentence(r, rec, &problems.p[0], STR("?")));
    return ERR_OK;
}

static enum err get_csv(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_query q;
    int64_t rows = 0;
    TRY(export_query(r, &rec, &q, e));
    struct buf *out =
        reply_download(r, "text/csv; charset=utf-8", arena_fmt(r->a, "%s.csv", rec.kind->name).p);
    TRY(kind_export_csv(r->db, rec.kind, &rec.as, &q, out, &rows, e));
    return req_export(r, rec.kind->name, "csv", rows, rec.kind->person != NULL, e);
}

static enum err get_xlsx(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_query q;
    int64_t rows = 0;
    TRY(export_query(r, &rec, &q, e));
    struct buf *out =
        reply_download(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                       arena_fmt(r->a, "%s.xlsx", rec.kind->name).p);
    TRY(kind_export_xlsx(r->db, rec.kind, &rec.as, &q, out, &rows, e));
    return req_export(r, rec.kind->name, "xlsx", rows, rec.kind->person != NULL, e);
}

/* ---- what each field means ---- */

static void help_field(struct html *h, const struct records *rec, const struct field *f) {
    html(h, "<tr><th scope=\"row\">%s<span class=\"sub mono\">%s</span></th><td data-l=\"%s\">%s",
         tr(f->label, h->lang), f->column, T(h, "Takes", "Admite"),
         is_ref(f) ? (f->type == FIELD_ORG ? T(h, "a school or the district: name or number",
                                               "una escuela o el distrito: nombre o número")
                                           : T(h, "a person: number, user name or e-mail",
                                               "una persona: número, usuario o correo"))
                   : tr(kind_type_words(f->type), h->lang));
    for (size_t i = 0; i < f->choice_count; i++)
        html(h, "%s %s <span class=\"mono\">(%s)</span>", i == 0 ? ":" : ",",
             tr(f->choices[i].label, h->lang), f->choices[i].value);
    if (f->unit != NULL)
        html(h, ", %s", f->unit);
    if (records_number(f) && f->max > f->min)
        html_say(h, ", %s to %s", ", de %s a %s", num(h, f->min), num(h, f->max));
    html(h, "</td><td data-l=\"%s\">%s</td><td data-l=\"%s\">%s</td><td data-l=\"%s\">%s</td></tr>",
         T(h, "Required", "Obligatorio"), f->required ? T(h, "yes", "sí") : T(h, "no", "no"),
         T(h, "You may", "Usted puede"),
         kind_may_write(rec->kind, f, &rec->as) ? T(h, "read and change", "ver y cambiar")
                                                : T(h, "read", "ver"),
         T(h, "Meaning", "Significado"), f->help.en == NULL ? "" : tr(f->help, h->lang));
}

static void help_feeds(struct html *h, const struct kind *k) {
    if (k->indicators == NULL)
        return;
    panel_open(h, T(h, "Numbers made from these records", "Números que salen de estos registros"),
               "");
    html(h, "<ul>");
    for (const char *const *code = k->indicators; *code != NULL; code++) {
        const struct indicator *ind = catalogue_find(str_z(*code));
        if (ind != NULL)
            html(h, "<li><a href=\"/indicators/%s\">%s</a></li>", ind->code,
                 tr(ind->name, h->lang));
    }
    html(h, "</ul>");
    panel_close(h);
}

static enum err get_help(struct req *r, struct errmsg *e) {
    struct records rec;
    TRY(records_of(r, &rec, e));
    struct html *h = page_begin(
        r,
        &(struct page){.nav = "/records",
                       .asof = tr(TR("What each field means", "Qué significa cada dato"), r->lang),
                       .heading = tr(rec.kind->many, r->lang),
                       .sentence = tr(rec.kind->about, r->lang)});
    html(h, "<p class=\"acts\"><a class=\"act quiet\" href=\"%s\">%s</a></p>", rec.path,
         T(h, "To the list", "A la lista"));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Field", "Dato"), T(h, "Takes", "Admite"), T(h, "Required", "Obligatorio"),
         T(h, "You may", "Usted puede"), T(h, "Meaning", "Significado"));
    for (size_t i = 0; i < rec.kind->field_count; i++)
        if (kind_may_read(rec.kind, &rec.kind->fields[i], &rec.as))
            help_field(h, &rec, &rec.kind->fields[i]);
    html(h, "</tbody></table></div>\n");
    help_feeds(h, rec.kind);
    html_say(h,
             "<p>Programs read and write the same records at <span class=\"mono\">/api%s</span>, "
             "with the names in small print.</p>",
             "<p>Los programas leen y escriben los mismos registros en <span "
             "class=\"mono\">/api%s</span>, con los nombres en letra pequeña.</p>",
             rec.path);
    page_end(r);
    return ERR_OK;
}

const struct route routes_records[] = {
    {.method = GET,
     .pattern = "/records",
     .handler = get_index,
     .perm = PERM_SCHOOLS,
     .nav = TR_INIT("Records", "Registros"),
     .nav_order = 60,
     .title = TR_INIT("Records", "Registros")},
    {.method = GET,
     .pattern = "/records/{kind}",
     .handler = get_list,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Records of a kind", "Registros de un tipo")},
    {.method = POST,
     .pattern = "/records/{kind}/bulk",
     .handler = post_bulk,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Change many records", "Cambiar varios registros")},
    {.method = GET,
     .pattern = "/records/{kind}/csv",
     .handler = get_csv,
     .perm = PERM_SCHOOLS,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("Records as CSV", "Registros en CSV")},
    {.method = GET,
     .pattern = "/records/{kind}/xlsx",
     .handler = get_xlsx,
     .perm = PERM_SCHOOLS,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("Records as a workbook", "Registros en Excel")},
    {.method = GET,
     .pattern = "/records/{kind}/help",
     .handler = get_help,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("What each field means", "Qué significa cada dato")},
    {0}};
