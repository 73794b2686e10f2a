/* One record of any kind: its form or facts, its end, its history, all from the kind's row. */
#include "web/records.h"

#include "roster/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HISTORY = 30 };

static const char *shown(struct html *h, const struct kind *k, const struct kind_row *row,
                         const struct field *f) {
    const char *text = kind_text(h, k, row, f->column);
    return text[0] != '\0' && f->unit != NULL ? arena_fmt(h->a, "%s %s", text, f->unit).p : text;
}

static void write_facts(struct html *h, const struct records *rec, const struct kind_row *row,
                        bool only_fixed) {
    const struct kind *k = rec->kind;
    size_t n = 0;
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        if (!kind_may_read(k, f, &rec->as) || (only_fixed && kind_may_write(k, f, &rec->as)))
            continue;
        const char *text = shown(h, k, row, f);
        html(h, "%s<dt>%s</dt><dd>%s</dd>", n++ == 0 ? "<dl class=\"facts\">" : "",
             tr(f->label, h->lang), text[0] == '\0' ? "–" : text);
    }
    if (n > 0)
        html(h, "</dl>");
}

/* ---- the form ---- */

/* What a person field shows to be kept or replaced: something that finds the same person again. */
static enum err person_key(struct req *r, int64_t id, struct str *out, struct errmsg *e) {
    struct person_view p;
    TRY(person_view_get(r->db, r->a, id, r->today, &p, e));
    *out = p.identifier.n > 0 ? p.identifier
           : p.email.n > 0    ? p.email
                              : arena_fmt(r->a, "#%" PRId64, id);
    return ERR_OK;
}

/* A school that is set but not among those to choose from stays as it is. */
static void keep_org(struct req *r, struct records_orgs *orgs, struct str value, struct str name) {
    for (size_t i = 0; i < orgs->n; i++)
        if (str_eq(orgs->v[i].value, value))
            return;
    struct option *v = ARENA_ARRAY(r->a, struct option, orgs->n + 1);
    if (orgs->n > 0)
        memcpy(v, orgs->v, orgs->n * sizeof v[0]);
    v[orgs->n] = (struct option){value, name};
    *orgs = (struct records_orgs){v, orgs->n + 1, orgs->all};
}

static enum err write_field(struct form *form, const struct records *rec,
                            const struct kind_row *row, const struct field *f,
                            const struct records_orgs *all, struct errmsg *e) {
    struct req *r = form->r;
    size_t i = (size_t)(f - rec->kind->fields);
    struct records_orgs orgs = *all;
    struct str value = req_query(r, f->column); /* a link may fill in a new one */
    const char *now = NULL;
    if (row != NULL) {
        value = kind_show(f, &row->v[i], LANG_EN, true, r->a);
        if (f->type == FIELD_ORG && row->v[i].kind == VAL_INT) {
            if (orgs.all)
                keep_org(r, &orgs, value, row->name[i]);
            else
                value = row->name[i];
        }
        if (f->type == FIELD_PERSON && row->v[i].kind == VAL_INT) {
            TRY(person_key(r, row->v[i].i, &value, e));
            now = arena_z(r->a, row->name[i]);
        }
    }
    records_input(form, f, f->column, value, now, &orgs);
    return ERR_OK;
}

static enum err write_form(struct req *r, const struct records *rec, const struct kind_row *row,
                           struct errmsg *e) {
    const struct kind *k = rec->kind;
    struct records_orgs orgs;
    TRY(records_orgs(r, &rec->as, &orgs, e));
    struct form f = form_begin(r,
                               row == NULL ? arena_fmt(r->a, "%s/new", rec->path).p
                                           : arena_fmt(r->a, "%s/%" PRId64, rec->path, row->id).p,
                               0);
    if (row != NULL)
        form_hidden(&f, "version", arena_fmt(r->a, "%" PRId64, row->version));
    for (size_t i = 0; i < k->field_count; i++)
        if (kind_may_write(k, &k->fields[i], &rec->as))
            TRY(write_field(&f, rec, row, &k->fields[i], &orgs, e));
    form_submit(&f, row == NULL ? TR("Add", "Agregar") : TR("Save", "Guardar"));
    form_end(&f);
    return ERR_OK;
}

/* What was typed, checked; the problems stand with their fields. */
static enum err read_form(struct req *r, const struct records *rec, bool whole,
                          struct kind_edit *edit, struct errmsg *e) {
    const struct kind *k = rec->kind;
    struct kind_input in[KIND_FIELDS_MAX];
    struct kind_problems problems = {.n = 0};
    size_t n = 0;
    for (size_t i = 0; i < k->field_count; i++) {
        const char *column = k->fields[i].column;
        if (req_has(r, column))
            in[n++] = (struct kind_input){str_z(column), req_form(r, column)};
    }
    enum err read = kind_edit_texts(r->db, k, &rec->as, in, n, whole, r->a, edit, &problems);
    if (read != ERR_OK && problems.n == 0)
        return err_set(e, read, "The form could not be read; reload the page and try again.");
    TRY(records_check(r, rec, edit, &problems, e));
    for (size_t i = 0; i < problems.n; i++) {
        const struct field *f = problems.p[i].field;
        form_error_text(r, f == NULL ? "" : f->column,
                        records_sentence(r, rec, &problems.p[i],
                                         f == NULL ? STR("?") : req_form(r, f->column)));
    }
    return ERR_OK;
}

/* A refusal becomes a sentence at its field; anything else is the page's error. */
static enum err refused(struct req *r, const struct records *rec, enum records_why why,
                        enum err kind, struct errmsg *e) {
    const struct kind *k = rec->kind;
    const char *own = k->org != NULL ? k->org : k->person;
    if (why == RECORDS_OTHER && kind != ERR_INVALID)
        return kind;
    form_error_text(r,
                    why == RECORDS_KEY_TAKEN && k->key != NULL ? k->key
                    : why == RECORDS_NOT_YOURS && own != NULL  ? own
                                                               : "",
                    why == RECORDS_OTHER ? e->text : records_refused(r, rec, why));
    reply_status(r, why == RECORDS_CHANGED_MEANWHILE ? 409 : 422);
    return ERR_OK;
}

/* ---- a new one ---- */

static enum err new_page(struct req *r, const struct records *rec, struct errmsg *e) {
    const char *heading = r->lang == LANG_ES ? arena_fmt(r->a, "Agregar %s", rec->kind->one.es).p
                                             : arena_fmt(r->a, "Add: %s", rec->kind->one.en).p;
    (void)page_begin(r, &(struct page){.title = heading,
                                       .heading = heading,
                                       .sentence = tr(rec->kind->about, r->lang),
                                       .nav = "/records",
                                       .narrow = true});
    TRY(write_form(r, rec, NULL, e));
    page_end(r);
    return ERR_OK;
}

static enum err writable(struct req *r, struct records *rec, struct errmsg *e) {
    TRY(records_of(r, rec, e));
    if (!kind_may_write(rec->kind, NULL, &rec->as))
        return req_fail(r, e, ERR_DENIED,
                        TR("Your role may not change these records.",
                           "Su función no permite cambiar estos registros."));
    return ERR_OK;
}

static enum err get_new(struct req *r, struct errmsg *e) {
    struct records rec;
    TRY(writable(r, &rec, e));
    return new_page(r, &rec, e);
}

static enum err post_new(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_edit edit;
    TRY(writable(r, &rec, e));
    TRY(read_form(r, &rec, true, &edit, e));
    if (form_failed(r)) {
        reply_status(r, 422);
        return new_page(r, &rec, e);
    }
    struct records_save s = {.rec = &rec, .edit = &edit};
    enum err kind;
    enum records_why why = records_save(r, &s, &kind, e);
    if (why != RECORDS_SAVED) {
        TRY(refused(r, &rec, why, kind, e));
        return new_page(r, &rec, e);
    }
    reply_redirect(r, arena_fmt(r->a, "%s/%" PRId64, rec.path, s.id).p);
    reply_notice(r, TR("Added.", "Agregado."));
    return ERR_OK;
}

/* ---- history ---- */

static struct val value_of(const struct field *f, yyjson_val *j) {
    if (yyjson_is_str(j))
        return V_STR(((struct str){yyjson_get_str(j), yyjson_get_len(j)}));
    if (!yyjson_is_num(j))
        return V_NULL;
    return f->type == FIELD_REAL ? V_REAL(yyjson_get_num(j)) : V_INT(yyjson_get_sint(j));
}

/* A value of the log in words. A person of the past may be one the reader may not see by name. */
static enum err past_text(struct req *r, struct html *h, const struct records *rec,
                          const struct kind_row *now, const struct field *f, yyjson_val *j,
                          const char **out, struct errmsg *e) {
    struct val v = value_of(f, j);
    size_t i = (size_t)(f - rec->kind->fields);
    *out = T(h, "blank", "en blanco");
    if (v.kind == VAL_NULL)
        return ERR_OK;
    if (f->type == FIELD_PERSON) {
        bool same = now->v[i].kind == VAL_INT && now->v[i].i == v.i;
        *out = same ? html_z(h, now->name[i]) : T(h, "another person", "otra persona");
        return ERR_OK;
    }
    if (f->type == FIELD_ORG) {
        struct rows *rows;
        TRY(db_rows(r->db, SQL_KIND_ORG_NAME, ARGS(V_INT(v.i)), &rows, e));
        if (rows_next(rows))
            *out = html_z(h, arena_str(r->a, rows_str(rows, 0)));
        return rows_close(rows, e);
    }
    struct val *vs = ARENA_ARRAY(r->a, struct val, rec->kind->field_count);
    if (v.kind == VAL_TEXT)
        v.s = arena_str(r->a, v.s);
    vs[i] = v;
    *out = shown(h, rec->kind, &(struct kind_row){.v = vs, .name = now->name}, f);
    return ERR_OK;
}

static enum err write_change(struct req *r, struct html *h, const struct records *rec,
                             const struct kind_row *row, struct str detail, struct errmsg *e) {
    yyjson_doc *doc = NULL;
    struct errmsg bad = {{0}};
    enum err result = ERR_OK;
    if (detail.n == 0 || json_read(detail, &doc, &bad) != ERR_OK)
        return ERR_OK;
    yyjson_val *root = yyjson_doc_get_root(doc), *before = yyjson_obj_get(root, "before"),
               *after = yyjson_obj_get(root, "after");
    for (size_t i = 0;
         result == ERR_OK && before != NULL && after != NULL && i < rec->kind->field_count; i++) {
        const struct field *f = &rec->kind->fields[i];
        yyjson_val *old = yyjson_obj_get(before, f->column),
                   *new = yyjson_obj_get(after, f->column);
        const char *was = "", *is = "";
        if ((old == NULL && new == NULL) || !kind_may_read(rec->kind, f, &rec->as))
            continue;
        result = past_text(r, h, rec, row, f, old, &was, e);
        if (result == ERR_OK)
            result = past_text(r, h, rec, row, f, new, &is, e);
        html(h, "<span class=\"sub\">%s: %s → %s</span>", tr(f->label, h->lang), was, is);
    }
    yyjson_doc_free(doc);
    return result;
}

static const char *action_words(struct html *h, struct str action) {
    return str_eq(action, STR("add"))      ? T(h, "added", "agregado")
           : str_eq(action, STR("end"))    ? T(h, "ended", "dado de baja")
           : str_eq(action, STR("reopen")) ? T(h, "taken up again", "reabierto")
                                           : T(h, "changed", "cambiado");
}

static enum err write_history(struct req *r, struct html *h, const struct records *rec,
                              const struct kind_row *row, struct errmsg *e) {
    struct audit_row *v;
    size_t n;
    bool more;
    struct audit_filter f = {.subject = str_z(rec->kind->name),
                             .subject_id = arena_fmt(r->a, "%" PRId64, row->id),
                             .limit = HISTORY};
    TRY(audit_list(r->db, &f, r->a, &v, &n, &more, e));
    panel_open(h, T(h, "History", "Historial"), "");
    if (n == 0)
        empty_note(h, T(h, "Nobody has changed it here; it came with an imported file.",
                        "Nadie lo ha cambiado aquí; llegó con un archivo importado."));
    else
        html(h,
             "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
             "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
             T(h, "When", "Cuándo"), T(h, "Who", "Quién"), T(h, "What", "Qué"));
    for (size_t i = 0; i < n; i++) {
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%.*s</td><td data-l=\"%s\">%s",
             instant(h, v[i].at_us), T(h, "Who", "Quién"), STR_ARG(v[i].actor), T(h, "What", "Qué"),
             action_words(h, v[i].action));
        TRY(write_change(r, h, rec, row, v[i].detail, e));
        html(h, "</td></tr>\n");
    }
    if (n > 0)
        html(h, "</tbody></table></div>");
    if (more)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "Older entries are in the audit log.",
               "Las entradas anteriores están en el registro de auditoría."));
    panel_close(h);
    return ERR_OK;
}

/* ---- one record ---- */

static enum err reopen_form(struct req *r, struct html *h, const struct records *rec,
                            const struct kind_row *row) {
    html_say(h, "<p class=\"warn\">This record ended on %s.</p>",
             "<p class=\"warn\">Este registro se dio de baja el %s.</p>", day(h, row->ends_on));
    if (!kind_may_write(rec->kind, NULL, &rec->as))
        return ERR_OK;
    struct form f =
        form_begin(r, arena_fmt(r->a, "%s/%" PRId64 "/reopen", rec->path, row->id).p, 0);
    form_hidden(&f, "version", arena_fmt(r->a, "%" PRId64, row->version));
    form_submit(&f, TR("Take it up again", "Reabrirlo"));
    form_end(&f);
    return ERR_OK;
}

static enum err record_page(struct req *r, const struct records *rec, const struct kind_row *row,
                            bool meanwhile, struct errmsg *e) {
    TRY(records_read(r, rec, row, 1, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/records", .narrow = true});
    const char *title = kind_text(h, rec->kind, row, rec->kind->title);
    bool write = kind_may_write(rec->kind, NULL, &rec->as);
    lede_open(h, asof_line(h, records_title(h, rec->kind->one), r->today));
    html(h, "<h1>%s</h1>", title[0] != '\0' ? title : records_title(h, rec->kind->one));
    lede_close(h);
    html(h, "<p class=\"acts\"><a class=\"act quiet\" href=\"%s\">%s</a> ", rec->path,
         T(h, "To the list", "A la lista"));
    if (write && row->ends_on == DATE_NONE)
        html(h, "<a class=\"act quiet\" href=\"%s/%" PRId64 "/end\">%s</a> ", rec->path, row->id,
             T(h, "End this record", "Dar de baja"));
    html(h, "<a class=\"act quiet\" href=\"%s/help\">%s</a></p>", rec->path,
         T(h, "What each field means", "Qué significa cada dato"));
    if (row->ends_on != DATE_NONE)
        TRY(reopen_form(r, h, rec, row));
    if (write && row->ends_on == DATE_NONE)
        TRY(write_form(r, rec, row, e));
    if (meanwhile)
        panel_open(h, T(h, "What it says now", "Qué dice ahora"), "");
    write_facts(h, rec, row, write && row->ends_on == DATE_NONE && !meanwhile);
    if (meanwhile)
        panel_close(h);
    TRY(write_history(r, h, rec, row, e));
    page_end(r);
    return ERR_OK;
}

static enum err get_one(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    TRY(records_of(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    return record_page(r, &rec, &row, false, e);
}

static int64_t posted_version(const struct req *r) {
    int64_t v = 0;
    (void)str_int(req_form(r, "version"), &v);
    return v;
}

static enum err post_one(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    struct kind_edit edit;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    TRY(read_form(r, &rec, false, &edit, e));
    if (form_failed(r)) {
        reply_status(r, 422);
        row.version = posted_version(r); /* a change of somebody else's still shows */
        return record_page(r, &rec, &row, false, e);
    }
    struct records_save s = {&rec, row.id, posted_version(r), &edit};
    enum err kind;
    enum records_why why = records_save(r, &s, &kind, e);
    if (why != RECORDS_SAVED) {
        TRY(refused(r, &rec, why, kind, e));
        TRY(records_row(r, &rec, &row, e));
        return record_page(r, &rec, &row, why == RECORDS_CHANGED_MEANWHILE, e);
    }
    reply_redirect(r, arena_fmt(r->a, "%s/%" PRId64, rec.path, row.id).p);
    reply_notice(r, TR("Saved.", "Guardado."));
    return ERR_OK;
}

/* ---- its end ---- */

static enum err end_page(struct req *r, const struct records *rec, const struct kind_row *row,
                         struct errmsg *e) {
    char today[DATE_TEXT];
    TRY(records_read(r, rec, row, 1, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/records", .narrow = true});
    const char *title = kind_text(h, rec->kind, row, rec->kind->title);
    lede_open(h, asof_line(h, records_title(h, rec->kind->one), r->today));
    html_say(h, "<h1>End “%s”?</h1>", "<h1>¿Dar de baja «%s»?</h1>", title);
    html(h, "<p>%s</p>",
         T(h,
           "It no longer counts from that day on. Nothing is erased: its history stays, and it can "
           "be taken up again.",
           "Deja de contar desde ese día. Nada se borra: su historial queda y se puede reabrir."));
    lede_close(h);
    write_facts(h, rec, row, false);
    struct form f = form_begin(r, arena_fmt(r->a, "%s/%" PRId64 "/end", rec->path, row->id).p, 0);
    form_hidden(&f, "version", arena_fmt(r->a, "%" PRId64, row->version));
    form_text(&f, &(struct input){
                      .name = "on",
                      .label = TR("First day it no longer holds", "Primer día en que ya no vale"),
                      .type = "date",
                      .required = true,
                      .value = str_z(date_text(r->today, today))});
    form_submit(&f, TR("End it", "Dar de baja"));
    html(h, " <a class=\"act quiet\" href=\"%s/%" PRId64 "\">%s</a>", rec->path, row->id,
         T(h, "Keep it", "Conservarlo"));
    form_end(&f);
    page_end(r);
    return ERR_OK;
}

static enum err get_end(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    return end_page(r, &rec, &row, e);
}

static enum err post_end(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    int32_t on;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    if (!date_parse(req_form(r, "on"), &on))
        form_error(r, "on", TR("Give a day, such as 2026-11-21.", "Dé un día, como 2026-11-21."));
    if (form_failed(r)) {
        reply_status(r, 422);
        return end_page(r, &rec, &row, e);
    }
    enum err kind;
    enum records_why why = records_end(r, &rec, row.id, posted_version(r), on, &kind, e);
    if (why != RECORDS_SAVED) {
        TRY(refused(r, &rec, why, kind, e));
        return end_page(r, &rec, &row, e);
    }
    reply_redirect(r, rec.path);
    reply_notice(r, TR("Ended. Its history stays.", "Dado de baja. Su historial queda."));
    return ERR_OK;
}

static enum err post_reopen(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    enum err kind;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    enum records_why why = records_end(r, &rec, row.id, posted_version(r), DATE_NONE, &kind, e);
    if (why != RECORDS_SAVED) {
        TRY(refused(r, &rec, why, kind, e));
        return record_page(r, &rec, &row, why == RECORDS_CHANGED_MEANWHILE, e);
    }
    reply_redirect(r, arena_fmt(r->a, "%s/%" PRId64, rec.path, row.id).p);
    reply_notice(r, TR("Taken up again.", "Reabierto."));
    return ERR_OK;
}

const struct route routes_record[] = {{.method = GET,
                                       .pattern = "/records/{kind}/new",
                                       .handler = get_new,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("Add a record", "Agregar un registro")},
                                      {.method = POST,
                                       .pattern = "/records/{kind}/new",
                                       .handler = post_new,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("Add a record", "Agregar un registro")},
                                      {.method = GET,
                                       .pattern = "/records/{kind}/{id}",
                                       .handler = get_one,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("Record", "Registro")},
                                      {.method = POST,
                                       .pattern = "/records/{kind}/{id}",
                                       .handler = post_one,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("Record", "Registro")},
                                      {.method = GET,
                                       .pattern = "/records/{kind}/{id}/end",
                                       .handler = get_end,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("End a record", "Dar de baja")},
                                      {.method = POST,
                                       .pattern = "/records/{kind}/{id}/end",
                                       .handler = post_end,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("End a record", "Dar de baja")},
                                      {.method = POST,
                                       .pattern = "/records/{kind}/{id}/reopen",
                                       .handler = post_reopen,
                                       .perm = PERM_SCHOOLS,
                                       .title = TR_INIT("Take a record up again", "Reabrir")},
                                      {0}};
