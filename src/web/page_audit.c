/* The audit log: who did what, who saw whose record, and whether the log is whole. */
#include "web/figure.h"
#include "web/form.h"

#include "base/date.h"

#include <inttypes.h>
#include <stdio.h>

enum { PAGE = 100, CSV_MOST = 200000 };

static const struct choice actions[] = {
    {"sign-in", TR_INIT("sign-in", "entrada")},
    {"sign-in refused", TR_INIT("sign-in refused", "entrada rechazada")},
    {"sign-out", TR_INIT("sign-out", "salida")},
    {"read", TR_INIT("read", "lectura")},
    {"export", TR_INIT("export", "descarga")},
    {"import", TR_INIT("import", "importación")},
    {"undo", TR_INIT("undo", "deshacer")},
    {"add", TR_INIT("add", "alta")},
    {"change", TR_INIT("change", "cambio")},
    {"end", TR_INIT("end", "baja")},
    {"reopen", TR_INIT("reopen", "reapertura")},
    {"merge", TR_INIT("merge", "unión")},
    {"disable", TR_INIT("disable", "desactivación")},
    {"enable", TR_INIT("enable", "activación")},
    {"verify", TR_INIT("verify", "comprobación")},
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static const char *action_label(struct html *h, struct str action) {
    for (size_t i = 0; i < ACTIONS; i++)
        if (str_eq(action, str_z(actions[i].value)))
            return tr(actions[i].label, h->lang);
    return html_z(h, action);
}

static struct audit_filter filter_of(struct req *r) {
    struct audit_filter f = {.actor = req_query(r, "actor"),
                             .action = req_query(r, "action"),
                             .subject = req_query(r, "subject"),
                             .before_id = req_int(r, "before", 0, 0, INT64_MAX),
                             .limit = PAGE,
                             .from = DATE_NONE,
                             .until = DATE_NONE};
    int32_t last;
    (void)str_int(req_query(r, "person"), &f.person_id);
    (void)date_parse(req_query(r, "from"), &f.from);
    if (date_parse(req_query(r, "to"), &last))
        f.until = last + 1;
    return f;
}

static void filter_form(struct req *r) {
    struct option options[ACTIONS];
    struct form f = form_begin(r, "/audit", FORM_GET | FORM_INLINE);
    for (size_t i = 0; i < ACTIONS; i++)
        options[i] = (struct option){str_z(actions[i].value), str_z(tr(actions[i].label, r->lang))};
    form_text(&f, &(struct input){.name = "actor",
                                  .label = TR("Who (sign-in name)", "Quién (usuario)"),
                                  .value = req_query(r, "actor")});
    form_options(&f,
                 &(struct input){.name = "action",
                                 .label = TR("Did what", "Qué hizo"),
                                 .value = req_query(r, "action")},
                 options, ACTIONS, TR("Anything", "Cualquier cosa"));
    form_text(&f, &(struct input){.name = "subject",
                                  .label = TR("To what", "Sobre qué"),
                                  .value = req_query(r, "subject")});
    form_text(&f, &(struct input){.name = "person",
                                  .label = TR("Whose record (id)", "De quién (id)"),
                                  .type = "number",
                                  .value = req_query(r, "person")});
    form_text(&f, &(struct input){.name = "from",
                                  .label = TR("From", "Desde"),
                                  .type = "date",
                                  .value = req_query(r, "from")});
    form_text(&f, &(struct input){.name = "to",
                                  .label = TR("To", "Hasta"),
                                  .type = "date",
                                  .value = req_query(r, "to")});
    form_submit(&f, TR("Show", "Mostrar"));
    form_end(&f);
}

static void write_rows(struct req *r, struct html *h, const struct audit_row *v, size_t n) {
    const char *who = T(h, "Who", "Quién"), *what = T(h, "Did what", "Qué hizo"),
               *to = T(h, "To what", "Sobre qué"), *why = T(h, "Purpose, detail", "Fin, detalle");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "When", "Cuándo"), who, what, to, why);
    for (size_t i = 0; i < n; i++) {
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%.*s</td><td data-l=\"%s\">%s</td>",
             instant(h, v[i].at_us), who, STR_ARG(v[i].actor), what, action_label(h, v[i].action));
        html(h, "<td data-l=\"%s\">%s %.*s", to, subject_label(h, v[i].subject),
             STR_ARG(v[i].subject_id));
        if (v[i].person_id != 0)
            html(h, " <a href=\"%s\">%s</a>",
                 url(h, "/audit", "person", arena_fmt(r->a, "%" PRId64, v[i].person_id).p, NULL),
                 T(h, "who saw this record", "quién vio este registro"));
        html(h, "</td><td data-l=\"%s\">%.*s <span class=\"mono\">%.*s</span></td></tr>\n", why,
             STR_ARG(v[i].purpose), STR_ARG(v[i].detail));
    }
    html(h, "</tbody></table></div>\n");
}

static enum err get_audit(struct req *r, struct errmsg *e) {
    struct audit_filter f = filter_of(r);
    struct audit_row *v;
    size_t n;
    bool more;
    TRY(audit_list(r->db, &f, r->a, &v, &n, &more, e));
    struct html *h = page_begin(
        r, &(struct page){
               .heading = tr(TR("Who did what, and who saw whose record",
                                "Quién hizo qué y quién vio qué registro"),
                             r->lang),
               .sentence = tr(TR("Entries are only ever added. Each carries a hash over the one "
                                 "before it, so a changed or missing entry shows.",
                                 "Las entradas solo se agregan. Cada una lleva un código sobre la "
                                 "anterior: si una cambia o falta, se nota."),
                              r->lang)});
    html(h, "<div class=\"acts\">");
    form_action(r, "/audit/verify", TR("Check the whole log", "Comprobar todo el registro"), true);
    html(h, " <a class=\"act quiet\" href=\"/audit.csv%s\">CSV</a></div>",
         page_url(r, "before", NULL) + r->path.n);
    filter_form(r);
    if (n == 0)
        empty_note(h, T(h, "No entry fits. Widen the dates or clear a field.",
                        "Ninguna entrada coincide. Amplíe las fechas o borre un campo."));
    else
        write_rows(r, h, v, n);
    if (more)
        html(h, "<nav class=\"pager\" aria-label=\"%s\"><a rel=\"next\" href=\"%s\">%s</a></nav>",
             T(h, "Pages", "Páginas"),
             page_url(r, "before", arena_fmt(r->a, "%" PRId64, v[n - 1].id).p),
             T(h, "Older", "Anteriores"));
    page_end(r);
    return ERR_OK;
}

/* One page after the other, so that a long log takes little memory beside the file itself. */
static enum err write_csv(struct req *r, struct csv_writer *w, int64_t *rows, struct errmsg *e) {
    struct audit_filter f = filter_of(r);
    bool more = true;
    f.limit = 1000;
    while (more && *rows < CSV_MOST) {
        struct arena *a = arena_new((size_t)16 << 20);
        struct audit_row *v;
        size_t n = 0;
        enum err result = audit_list(r->db, &f, a, &v, &n, &more, e);
        for (size_t i = 0; result == ERR_OK && i < n; i++) {
            char when[DATE_TIME_TEXT];
            const struct str cells[] = {v[i].actor,      v[i].action,  v[i].subject,
                                        v[i].subject_id, v[i].purpose, v[i].detail};
            csv_put_int(w, v[i].id);
            csv_put_raw(w, str_z(date_time_text(v[i].at_us, when)));
            for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
                csv_put(w, cells[k]);
            csv_put_int(w, v[i].person_id);
            csv_end(w);
            f.before_id = v[i].id;
        }
        *rows += (int64_t)n;
        arena_free(a);
        TRY(result);
    }
    return ERR_OK;
}

static enum err get_csv(struct req *r, struct errmsg *e) {
    static const char *const heads[] = {"id",         "at",      "actor",  "action",   "subject",
                                        "subject_id", "purpose", "detail", "person_id"};
    struct csv_writer w = {.out = reply_download(r, "text/csv; charset=utf-8", "audit.csv")};
    int64_t rows = 0;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_put_raw(&w, str_z(heads[i]));
    csv_end(&w);
    TRY(write_csv(r, &w, &rows, e));
    return req_export(r, "audit", "csv", rows, true, e);
}

struct checked {
    struct req *r;
    struct audit_check check;
    enum err result;
};

static enum err note_check(struct db *db, void *arg, struct errmsg *e) {
    struct checked *c = arg;
    return audit_append(db, &c->r->viewer,
                        &(struct audit_entry){.action = STR("verify"),
                                              .subject = STR("audit"),
                                              .detail = c->result == ERR_OK
                                                            ? STR("{\"whole\":true}")
                                                            : STR("{\"whole\":false}")},
                        e);
}

static enum err post_verify(struct req *r, struct errmsg *e) {
    struct checked c = {.r = r};
    struct errmsg why = {{0}};
    c.result = audit_verify(r->db, &c.check, &why);
    if (c.result != ERR_OK && c.result != ERR_CORRUPT) {
        *e = why;
        return c.result;
    }
    TRY(req_write(r, note_check, &c, e));
    bool whole = c.result == ERR_OK;
    struct html *h = page_begin(
        r,
        &(struct page){
            .heading = whole ? tr(TR("The log is whole.", "El registro está íntegro."), r->lang)
                             : tr(TR("The log was changed.", "El registro fue alterado."), r->lang),
            .nav = "/audit",
            .narrow = true});
    if (whole)
        html_say(
            h,
            "<p>%s entries were read; each fits the one before it.</p><p>Its last hash; note it "
            "elsewhere to prove later that nothing before it changed:</p>",
            "<p>Se leyeron %s entradas; cada una concuerda con la anterior.</p><p>Su último "
            "código; anótelo en otro lugar para probar después que nada anterior cambió:</p>",
            num_int(h, c.check.rows));
    else
        html(h, "<p class=\"warn\">%s</p>", why.text);
    html(h, "<p class=\"mono\">%s</p><p><a class=\"act quiet\" href=\"/audit\">%s</a></p>",
         c.check.head, T(h, "Back to the log", "Volver al registro"));
    page_end(r);
    return ERR_OK;
}

const struct route routes_audit[] = {
    {.method = GET,
     .pattern = "/audit",
     .handler = get_audit,
     .perm = PERM_AUDIT,
     .nav = TR_INIT("Audit", "Auditoría"),
     .nav_order = 90,
     .title = TR_INIT("Audit log", "Registro de auditoría")},
    {.method = GET,
     .pattern = "/audit.csv",
     .handler = get_csv,
     .perm = PERM_AUDIT,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("Audit log as CSV", "Registro de auditoría en CSV")},
    {.method = POST,
     .pattern = "/audit/verify",
     .handler = post_verify,
     .perm = PERM_AUDIT,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("Check of the log", "Comprobación del registro")},
    {0}};
