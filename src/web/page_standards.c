/* The standards a district holds itself to: sets to adopt, rows to edit into new versions, costs.
 */
#include "plan/gap.h"
#include "web/figure.h"
#include "web/form.h"

#include <math.h>

static const char *name_of(struct html *h, const struct standard *s) {
    return html_z(h, h->lang == LANG_ES && s->name_es.n > 0 ? s->name_es : s->name_en);
}

static const char *note_of(struct html *h, const struct standard *s) {
    return html_z(h, h->lang == LANG_ES && s->note_es.n > 0 ? s->note_es : s->note_en);
}

static const char *set_name(struct html *h, const struct standard_set *s) {
    struct str name = h->lang == LANG_ES && s->name_es.n > 0 ? s->name_es : s->name_en;
    return html_z(h, name.n > 0 ? name : s->code);
}

/* "at least 99 %" */
static const char *target_of(struct html *h, const struct standard *s) {
    const char *value =
        s->ind == NULL ? num(h, s->target) : figure_plain(h, s->target, s->ind->show);
    return arena_fmt(h->a, "%s %s", tr(standard_op_words(s->op), h->lang), value).p;
}

static const char *whom(struct html *h, const struct standard *s) {
    struct str t = str_z(s->band == BAND_ALL ? T(h, "everyone", "todos")
                                             : tr(standard_band_name(s->band), h->lang));
    if (s->school_kind != SCHOOL_ANY)
        t = arena_fmt(h->a, "%.*s, %s", STR_ARG(t), tr(school_kind_name(s->school_kind), h->lang));
    if (s->subject.n > 0)
        t = arena_fmt(h->a, "%.*s, %.*s", STR_ARG(t), STR_ARG(s->subject));
    if (s->size_from > 0)
        t = arena_fmt(
            h->a, T(h, "%.*s, districts from %s students", "%.*s, distritos desde %s estudiantes"),
            STR_ARG(t), num_int(h, s->size_from));
    if (s->size_to > 0)
        t = arena_fmt(
            h->a,
            T(h, "%.*s, districts under %s students", "%.*s, distritos de menos de %s estudiantes"),
            STR_ARG(t), num_int(h, s->size_to));
    return html_z(h, t);
}

/* -- the list ---------------------------------------------------------------------------------- */

struct counts {
    size_t adopted, drafts, retired;
};

static struct counts count(const struct standard_list *l) {
    struct counts c = {0};
    for (size_t i = 0; i < l->n; i++) {
        c.adopted += l->row[i].state == STANDARD_ADOPTED;
        c.drafts += l->row[i].state == STANDARD_DRAFT;
        c.retired += l->row[i].state == STANDARD_RETIRED;
    }
    return c;
}

static enum err write_lede(struct req *r, struct html *h, const struct counts *c,
                           struct errmsg *e) {
    struct place p;
    struct gap_list l = {0};
    TRY(place_or_none(r, &p, e));
    if (p.at >= 0 && c->adopted > 0)
        TRY(gap_list(r->db, r->a,
                     &(struct gap_query){.org_id = p.id, .as_of = DATE_NONE, .most = 1}, &l, e));
    lede_open(h, p.at >= 0 ? asof_line(h, p.name, r->today) : "");
    if (c->adopted == 0)
        html_say(h, "<h1>No standard is adopted yet; %s wait as drafts.</h1>",
                 "<h1>Aún no se ha adoptado ningún estándar; %s esperan como borrador.</h1>",
                 num_int(h, (int64_t)c->drafts));
    else
        html_say(h, "<h1>We hold ourselves to %s standards.</h1>",
                 "<h1>Nos exigimos %s estándares.</h1>", num_int(h, (int64_t)c->adopted));
    if (p.at >= 0 && c->adopted > 0)
        html_say(h,
                 "<p>%s are met here, %s are not yet, of %s nothing is known. %s are drafts.</p>",
                 "<p>Aquí se cumplen %s, aún no %s, de %s no se sabe nada. %s son borradores.</p>",
                 num_int(h, (int64_t)l.met), num_int(h, (int64_t)(l.gaps + l.hidden)),
                 num_int(h, (int64_t)l.unread), num_int(h, (int64_t)c->drafts));
    else
        html(
            h, "<p>%s</p>",
            T(h,
              "Adopt a published set as it is, or change its rows first. From that day the gap "
              "list shows what is short of it and what closing it costs.",
              "Adopte un conjunto publicado tal como está, o cambie antes sus filas. Desde ese día "
              "la lista de brechas muestra lo que falta y lo que cuesta."));
    lede_close(h);
    return ERR_OK;
}

static void write_row(struct html *h, const struct standard *s) {
    html(h,
         "<tr><th scope=\"row\"><a href=\"/standards/%lld\">%s</a><span "
         "class=\"sub\">%s</span></th>",
         (long long)s->id, name_of(h, s), whom(h, s));
    html(h, "<td data-l=\"%s\" class=\"n\">%s</td>", T(h, "Asked", "Se pide"), target_of(h, s));
    html(h, "<td data-l=\"%s\">", T(h, "Indicator", "Indicador"));
    if (s->ind != NULL)
        html(h, "<a href=\"/indicators/%s\">%s</a>", s->ind->code, tr(s->ind->name, h->lang));
    else
        html(h, "%s", T(h, "none reads this yet", "ninguno lo lee aún"));
    html(h, "</td><td data-l=\"%s\" class=\"n\">%s</td>", T(h, "Priority", "Prioridad"),
         num(h, s->priority));
    html(h, "<td data-l=\"%s\"><span lang=\"en\">%.*s</span></td>", T(h, "Source", "Fuente"),
         STR_ARG(s->source));
    html(h, "<td data-l=\"%s\">", T(h, "In force", "En vigor"));
    if (s->state == STANDARD_ADOPTED)
        html_say(
            h,
            "<span class=\"tag ok\">adopted</span><span class=\"sub\">since %s, version %d</span>",
            "<span class=\"tag ok\">adoptado</span><span class=\"sub\">desde %s, versión %d</span>",
            day(h, s->effective_from), s->version);
    else
        html(h, "<span class=\"tag\">%s</span>", tr(standard_state_name(s->state), h->lang));
    html(h, "</td></tr>");
}

static size_t in_set(const struct standard_list *l, struct str set) {
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += str_eq(l->row[i].set_code, set);
    return n;
}

static void write_table(struct html *h, const struct standard_list *l, struct str set) {
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
         T(h, "Standard", "Estándar"), T(h, "Asked", "Se pide"), T(h, "Indicator", "Indicador"));
    html(h,
         "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr>"
         "</thead><tbody>",
         T(h, "Priority", "Prioridad"), T(h, "Source", "Fuente"), T(h, "In force", "En vigor"));
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->row[i].set_code, set))
            write_row(h, &l->row[i]);
    html(h, "</tbody></table></div>");
}

static void write_adopt(struct req *r, const struct standard_set *s) {
    char today[DATE_TEXT];
    struct form f = form_begin(r, "/standards/adopt", FORM_INLINE);
    form_hidden(&f, "set", s->code);
    form_text(&f, &(struct input){.name = "from",
                                  .label = TR("In force from", "En vigor desde"),
                                  .type = "date",
                                  .value = arena_str(r->a, str_z(date_text(r->today, today))),
                                  .required = true});
    form_submit(&f, TR("Adopt this set", "Adoptar este conjunto"));
    form_end(&f);
}

static enum err get_standards(struct req *r, struct errmsg *e) {
    struct standard_list all;
    struct standard_set *sets;
    size_t n;
    TRY(standard_list(r->db, r->a, STR(""), &all, e));
    TRY(standard_sets(r->db, r->a, &sets, &n, e));
    struct counts c = count(&all);
    bool edit = req_may(r, PERM_PLAN_EDIT);
    struct html *h = page_begin(r, &(struct page){.nav = "/standards"});
    TRY(write_lede(r, h, &c, e));
    for (size_t i = 0; i < n; i++) {
        html(h, "<section class=\"panel\"><header><h2>%s</h2>", set_name(h, &sets[i]));
        if (!str_eq(sets[i].code, STR("district"))) /* a citation stays in its own language */
            html(h, "<p class=\"asof\" lang=\"en\">%.*s</p>", STR_ARG(sets[i].source));
        html(h, "</header>");
        if (sets[i].drafts > 0 && edit)
            write_adopt(r, &sets[i]);
        if (in_set(&all, sets[i].code) > 0)
            write_table(h, &all, sets[i].code);
        else
            empty_note(h, T(h, "None yet.", "Ninguno todavía."));
        panel_close(h);
    }
    next_open(h);
    if (c.adopted > 0)
        next_row(h, T(h, "See what is short of these standards.", "Ver qué falta para cumplirlos."),
                 "/gaps", T(h, "Open the gaps", "Abrir las brechas"), false);
    if (edit) {
        next_row(h, T(h, "Ask for something of your own.", "Pedir algo propio."), "/standards/new",
                 T(h, "Add a standard", "Agregar un estándar"), true);
        next_row(h,
                 T(h, "Check what each thing costs here.", "Revisar lo que cuesta cada cosa aquí."),
                 "/standards/costs", T(h, "Unit costs", "Costos unitarios"), true);
    }
    next_close(h);
    page_end(r);
    return ERR_OK;
}

struct adoption {
    const struct req *r;
    struct str set;
    int64_t id;
    int32_t on;
    int64_t adopted;
};

static enum err save_adopt_set(struct db *db, void *arg, struct errmsg *e) {
    struct adoption *a = arg;
    TRY(standard_adopt_set(db, a->set, a->on, &a->adopted, e));
    return note_in_audit(db, a->r, "add", "standard set", a->set, e);
}

static enum err posted_day(struct req *r, const char *name, int32_t *out, struct errmsg *e) {
    bool loose;
    if (!date_parse_loose(req_form(r, name), out, &loose))
        return req_fail(r, e, ERR_INVALID,
                        TR("Write a date as 2026-12-31.", "Escriba una fecha como 2026-12-31."));
    return ERR_OK;
}

static enum err post_adopt_set(struct req *r, struct errmsg *e) {
    struct adoption a = {.r = r, .set = req_form(r, "set")};
    TRY(posted_day(r, "from", &a.on, e));
    TRY(req_write(r, save_adopt_set, &a, e));
    reply_notice(r, TR("Adopted. The gap list holds every school against it.",
                       "Adoptado. La lista de brechas compara con él cada escuela."));
    reply_redirect(r, "/standards");
    return ERR_OK;
}

/* -- one standard ---------------------------------------------------------------------------------
 */

static void indicator_field(struct form *f, struct arena *a, enum lang lang, struct str value) {
    size_t n = catalogue_count();
    struct option *o = ARENA_ARRAY(a, struct option, n);
    for (size_t i = 0; i < n; i++)
        o[i] =
            (struct option){str_z(catalogue_at(i)->code), str_z(tr(catalogue_at(i)->name, lang))};
    form_options(f,
                 &(struct input){.name = "indicator",
                                 .label = TR("Measured by", "Se mide con"),
                                 .help = TR("The target is in this indicator's own unit.",
                                            "La meta va en la unidad de este indicador."),
                                 .value = value,
                                 .required = true},
                 o, n, (struct tr){0});
}

static void whom_fields(struct form *f, const struct standard *s) {
    struct choice bands[STANDARD_BANDS], kinds[SCHOOL_KINDS];
    static const char *const kind_codes[SCHOOL_KINDS] = {"any", "elementary", "middle", "high"};
    for (int b = 0; b < STANDARD_BANDS; b++)
        bands[b] = (struct choice){standard_band_code((enum standard_band)b),
                                   standard_band_name((enum standard_band)b)};
    for (int k = 0; k < SCHOOL_KINDS; k++)
        kinds[k] = (struct choice){kind_codes[k], school_kind_name((enum school_kind)k)};
    form_select(f,
                &(struct input){.name = "band",
                                .label = TR("Of students in", "De estudiantes en"),
                                .value = str_z(standard_band_code(s->band))},
                bands, STANDARD_BANDS);
    form_select(f,
                &(struct input){.name = "school_kind",
                                .label = TR("At schools that are", "En escuelas que son"),
                                .value = str_z(kind_codes[s->school_kind])},
                kinds, SCHOOL_KINDS);
    form_text(f, &(struct input){.name = "subject",
                                 .label = TR("Subject, if only one", "Materia, si es solo una"),
                                 .value = s->subject,
                                 .max = 80});
}

static enum err cost_field(struct req *r, struct form *f, const struct standard *s,
                           struct errmsg *e) {
    struct cost_item *items;
    size_t n;
    TRY(cost_items(r->db, r->a, &items, &n, e));
    struct option *o = ARENA_ARRAY(r->a, struct option, n);
    for (size_t i = 0; i < n; i++)
        o[i] = (struct option){items[i].code,
                               r->lang == LANG_ES ? items[i].label_es : items[i].label_en};
    form_options(f,
                 &(struct input){.name = "cost_item",
                                 .label = TR("What closes the gap", "Lo que cierra la brecha"),
                                 .value = s->cost_item},
                 o, n, TR("Not known yet", "Aún no se sabe"));
    return ERR_OK;
}

static enum err write_form(struct req *r, const struct standard *s, const char *action,
                           struct errmsg *e) {
    static const struct choice ops[] = {{"at-least", TR_INIT("at least", "al menos")},
                                        {"at-most", TR_INIT("at most", "como máximo")}};
    struct html num_h = {.a = r->a, .lang = r->lang};
    char from[DATE_TEXT];
    struct form f = form_begin(r, action, 0);
    form_text(&f, &(struct input){.name = "name_en",
                                  .label = TR("Name in English", "Nombre en inglés"),
                                  .value = s->name_en,
                                  .max = 160,
                                  .required = true});
    form_text(&f, &(struct input){.name = "name_es",
                                  .label = TR("Name in Spanish", "Nombre en español"),
                                  .value = s->name_es,
                                  .max = 160,
                                  .required = true});
    indicator_field(&f, r->a, r->lang, s->indicator);
    form_text(&f, &(struct input){.name = "series",
                                  .label = TR("Product, if only one", "Producto, si es solo uno"),
                                  .value = s->series,
                                  .max = 120});
    form_select(
        &f,
        &(struct input){.name = "op",
                        .label = TR("Asked for", "Se pide"),
                        .value = s->op == STANDARD_AT_MOST ? STR("at-most") : STR("at-least")},
        ops, 2);
    form_text(&f, &(struct input){.name = "target",
                                  .label = TR("Target", "Meta"),
                                  .value = arena_fmt(r->a, "%.15g", s->target),
                                  .help = TR("99 for 99 %, 1.4 for 1.4 Mbps.",
                                             "99 para 99 %, 1.4 para 1.4 Mbps."),
                                  .required = true});
    whom_fields(&f, s);
    form_text(&f, &(struct input){.name = "priority",
                                  .label = TR("Priority", "Prioridad"),
                                  .help = TR("1 is normal, 2 counts twice in the rank.",
                                             "1 es normal; 2 cuenta doble en el orden."),
                                  .value = str_z(num(&num_h, s->priority))});
    TRY(cost_field(r, &f, s, e));
    form_text(&f, &(struct input){.name = "quantity",
                                  .label = TR("How many for each that is missing",
                                              "Cuántos por cada uno que falta"),
                                  .value = arena_fmt(r->a, "%.15g", s->quantity)});
    form_text(&f, &(struct input){.name = "source",
                                  .label = TR("On whose word", "Según quién"),
                                  .value = s->source,
                                  .max = 200});
    form_area(&f,
              &(struct input){.name = "note_en",
                              .label = TR("Note in English", "Nota en inglés"),
                              .value = s->note_en,
                              .max = 1000},
              2);
    form_area(&f,
              &(struct input){.name = "note_es",
                              .label = TR("Note in Spanish", "Nota en español"),
                              .value = s->note_es,
                              .max = 1000},
              2);
    form_text(&f, &(struct input){.name = "effective_from",
                                  .label = TR("In force from", "En vigor desde"),
                                  .type = "date",
                                  .value = str_z(date_text(r->today, from)),
                                  .required = true});
    form_submit(&f, s->state == STANDARD_ADOPTED && s->id != 0
                        ? TR("Save as a new version", "Guardar como nueva versión")
                        : TR("Save", "Guardar"));
    form_end(&f);
    return ERR_OK;
}

static void number(struct req *r, const char *name, double least, double *out) {
    if (!str_real(req_form(r, name), out) || !(*out >= least))
        form_error(r, name,
                   TR("Write a number, such as 99 or 1.4.", "Escriba un número, como 99 o 1.4."));
}

/* What the form says, over what `s` was. */
static void read_form(struct req *r, struct standard *s) {
    static const struct {
        const char *code;
        enum school_kind kind;
    } kinds[] = {{"any", SCHOOL_ANY},
                 {"elementary", SCHOOL_ELEMENTARY},
                 {"middle", SCHOOL_MIDDLE},
                 {"high", SCHOOL_HIGH}};
    bool loose;
    s->name_en = req_form(r, "name_en");
    s->name_es = req_form(r, "name_es");
    s->note_en = req_form(r, "note_en");
    s->note_es = req_form(r, "note_es");
    s->indicator = req_form(r, "indicator");
    s->series = req_form(r, "series");
    s->ind = catalogue_find(s->indicator);
    s->op = str_eq(req_form(r, "op"), STR("at-most")) ? STANDARD_AT_MOST : STANDARD_AT_LEAST;
    s->subject = req_form(r, "subject");
    s->source = req_form(r, "source");
    s->cost_item = req_form(r, "cost_item");
    number(r, "target", -1e12, &s->target);
    number(r, "priority", 0, &s->priority);
    number(r, "quantity", 0, &s->quantity);
    if (!standard_band_find(req_form(r, "band"), &s->band))
        form_error(r, "band", TR("Choose one of the list.", "Elija uno de la lista."));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(req_form(r, "school_kind"), str_z(kinds[i].code)))
            s->school_kind = kinds[i].kind;
    if (s->name_en.n == 0)
        form_error(r, "name_en", TR("Write a name.", "Escriba un nombre."));
    if (s->name_es.n == 0)
        form_error(r, "name_es",
                   TR("Write a name in Spanish too.", "Escriba también el nombre en español."));
    if (s->ind == NULL)
        form_error(r, "indicator", TR("Choose one of the list.", "Elija uno de la lista."));
    if (!date_parse_loose(req_form(r, "effective_from"), &s->effective_from, &loose))
        form_error(r, "effective_from",
                   TR("Write a date as 2026-12-31.", "Escriba una fecha como 2026-12-31."));
}

static enum err write_versions(struct req *r, struct html *h, const struct standard *s,
                               struct errmsg *e) {
    struct standard_list v;
    TRY(standard_versions(r->db, r->a, s->code, &v, e));
    panel_open(h, T(h, "Versions", "Versiones"), "");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "Version", "Versión"), T(h, "Asked", "Se pide"), T(h, "In force", "En vigor"),
         T(h, "State", "Estado"));
    for (size_t i = v.n; i-- > 0;) {
        const struct standard *x = &v.row[i];
        html(h, "<tr><th scope=\"row\"><a href=\"/standards/%lld\">%d</a></th>", (long long)x->id,
             x->version);
        html(h, "<td data-l=\"%s\">%s</td><td data-l=\"%s\">", T(h, "Asked", "Se pide"),
             target_of(h, x), T(h, "In force", "En vigor"));
        if (x->state == STANDARD_DRAFT || x->effective_from == DATE_NONE)
            html(h, "–");
        else if (x->effective_to == DATE_NONE)
            html_say(h, "since %s", "desde %s", day(h, x->effective_from));
        else
            html_say(h, "%s to %s", "%s a %s", day(h, x->effective_from),
                     day(h, x->effective_to - 1));
        html(h, "</td><td data-l=\"%s\">%s</td></tr>", T(h, "State", "Estado"),
             tr(standard_state_name(x->state), h->lang));
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

static void write_act(struct req *r, struct html *h, const struct standard *s) {
    char today[DATE_TEXT];
    bool adopt = s->state == STANDARD_DRAFT;
    struct form f = form_begin(
        r, arena_fmt(r->a, "/standards/%lld/%s", (long long)s->id, adopt ? "adopt" : "retire").p,
        FORM_INLINE);
    (void)h;
    form_text(
        &f, &(struct input){.name = "on",
                            .label = adopt ? TR("In force from", "En vigor desde")
                                           : TR("No longer in force from", "Ya no en vigor desde"),
                            .type = "date",
                            .value = arena_str(r->a, str_z(date_text(r->today, today))),
                            .required = true});
    if (adopt)
        form_submit(&f, TR("Adopt", "Adoptar"));
    else
        form_button(&f, "retire", "1", TR("Retire", "Retirar"), true);
    form_end(&f);
}

/* Where the home org stands against it, in a sentence. */
static enum err write_baseline(struct req *r, struct html *h, const struct standard *s,
                               struct errmsg *e) {
    struct place p;
    struct reading now;
    TRY(place_or_none(r, &p, e));
    lede_open(h, p.at >= 0 ? asof_line(h, p.name, r->today) : "");
    html(h, "<p class=\"question\">%s</p>", s->ind == NULL ? "" : tr(s->ind->question, h->lang));
    html(h, "<h1>%s: %s.</h1>", name_of(h, s), target_of(h, s));
    html(h, "<p>");
    if (p.at >= 0 && s->ind != NULL) {
        TRY(reading_get(r->db, r->a,
                        &(struct reading_key){.ind = s->ind,
                                              .series = s->series,
                                              .org_id = p.id,
                                              .group = standard_group(s->band),
                                              .as_of = DATE_NONE},
                        &now, e));
        html_say(h, "Now it is %s (%s). ", "Ahora es %s (%s). ",
                 figure(h, &now.value, s->ind->show), figure_n(h, &now.value, s->ind->unit));
    }
    html(h, "%s</p>", note_of(h, s));
    lede_close(h);
    return ERR_OK;
}

static enum err write_standard(struct req *r, const struct standard *s,
                               const struct standard *shown, struct errmsg *e) {
    struct html *h = page_begin(
        r, &(struct page){.title = name_of(&(struct html){.a = r->a, .lang = r->lang}, s),
                          .nav = "/standards"});
    bool edit = req_may(r, PERM_PLAN_EDIT) && s->state != STANDARD_RETIRED;
    TRY(write_baseline(r, h, s, e));
    panel_open(h, T(h, "What is asked, and why", "Qué se pide y por qué"), "");
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Asked of", "Se pide a"), whom(h, s));
    fact(h, T(h, "Measured by", "Se mide con"), s->ind == NULL ? "" : tr(s->ind->name, h->lang));
    fact(h, T(h, "Product", "Producto"), html_z(h, s->series));
    fact(h, T(h, "Priority", "Prioridad"), num(h, s->priority));
    if (s->source.n > 0)
        html(h, "<dt>%s</dt><dd lang=\"en\">%.*s</dd>", T(h, "Source", "Fuente"),
             STR_ARG(s->source));
    fact(h, T(h, "State", "Estado"), tr(standard_state_name(s->state), h->lang));
    fact(h, T(h, "In force from", "En vigor desde"),
         s->state == STANDARD_DRAFT ? "" : day_long(h, s->effective_from));
    html(h, "</dl>");
    if (s->state == STANDARD_ADOPTED)
        html(h, "<p><a href=\"/gaps/%.*s\">%s</a></p>", STR_ARG(s->code),
             T(h, "Where it is not met", "Dónde no se cumple"));
    if (edit && !form_failed(r))
        write_act(r, h, s);
    panel_close(h);
    TRY(write_versions(r, h, s, e));
    if (edit) {
        html(h, "<section class=\"panel\" id=\"edit\"><header><h2>%s</h2></header>",
             s->state == STANDARD_ADOPTED ? T(h, "Change it: a new version takes its place",
                                              "Cambiarlo: una versión nueva lo reemplaza")
                                          : T(h, "Change the draft", "Cambiar el borrador"));
        TRY(write_form(r, shown, arena_fmt(r->a, "/standards/%lld", (long long)s->id).p, e));
        panel_close(h);
    }
    page_end(r);
    return ERR_OK;
}

static enum err standard_asked(struct req *r, struct standard *s, struct errmsg *e) {
    int64_t id;
    TRY(req_id(r, "id", &id, e));
    return standard_get(r->db, r->a, id, s, e);
}

static enum err get_standard(struct req *r, struct errmsg *e) {
    struct standard s;
    TRY(standard_asked(r, &s, e));
    return write_standard(r, &s, &s, e);
}

struct saving {
    const struct req *r;
    struct standard s;
    int64_t id;
};

static enum err save_standard(struct db *db, void *arg, struct errmsg *e) {
    struct saving *a = arg;
    TRY(standard_save(db, &a->s, &a->id, e));
    return note_in_audit(db, a->r, a->s.id == 0 ? "add" : "change", "standard", a->s.code, e);
}

static enum err save_and_go(struct req *r, struct saving *a, struct errmsg *e) {
    TRY(req_write(r, save_standard, a, e));
    reply_notice(r, TR("Saved.", "Guardado."));
    reply_redirect(r, arena_fmt(r->a, "/standards/%lld", (long long)a->id).p);
    return ERR_OK;
}

static enum err post_standard(struct req *r, struct errmsg *e) {
    struct standard was;
    TRY(standard_asked(r, &was, e));
    struct saving a = {.r = r, .s = was};
    read_form(r, &a.s);
    if (form_failed(r))
        return write_standard(r, &was, &a.s, e);
    return save_and_go(r, &a, e);
}

static struct standard blank(const struct req *r) {
    return (struct standard){.set_code = STR("district"),
                             .priority = 1,
                             .quantity = 1,
                             .effective_from = r->today,
                             .effective_to = DATE_NONE};
}

static enum err write_new(struct req *r, const struct standard *s, struct errmsg *e) {
    struct html *h = page_begin(r, &(struct page){.nav = "/standards", .narrow = true});
    lede_open(h, "");
    html(h, "<h1>%s</h1><p>%s</p>", T(h, "A standard of our own.", "Un estándar propio."),
         T(h, "It starts as a draft; adopt it when it is right.",
           "Empieza como borrador; adóptelo cuando esté bien."));
    lede_close(h);
    TRY(write_form(r, s, "/standards/new", e));
    page_end(r);
    return ERR_OK;
}

static enum err get_new(struct req *r, struct errmsg *e) {
    struct standard s = blank(r);
    return write_new(r, &s, e);
}

/* "Tablet for each student" -> "tablet-for-each-student" */
static struct str code_of(struct arena *a, struct str name) {
    char *to = arena_alloc(a, 61);
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 60; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            to[n++] = c;
        else if (n > 0 && to[n - 1] != '-')
            to[n++] = '-';
    }
    while (n > 0 && to[n - 1] == '-')
        n--;
    return (struct str){to, n};
}

static enum err post_new(struct req *r, struct errmsg *e) {
    struct saving a = {.r = r, .s = blank(r)};
    read_form(r, &a.s);
    a.s.code = code_of(r->a, a.s.name_en);
    if (a.s.code.n == 0 && a.s.name_en.n > 0)
        form_error(r, "name_en", TR("Use letters or digits.", "Use letras o cifras."));
    if (form_failed(r))
        return write_new(r, &a.s, e);
    return save_and_go(r, &a, e);
}

static enum err save_adopt(struct db *db, void *arg, struct errmsg *e) {
    struct adoption *a = arg;
    TRY(standard_adopt(db, a->id, a->on, e));
    return note_in_audit(db, a->r, "change", "standard", req_param(a->r, "id"), e);
}

static enum err save_retire(struct db *db, void *arg, struct errmsg *e) {
    struct adoption *a = arg;
    TRY(standard_retire(db, a->id, a->on, e));
    return note_in_audit(db, a->r, "end", "standard", req_param(a->r, "id"), e);
}

static enum err act(struct req *r, enum err (*fn)(struct db *db, void *arg, struct errmsg *e),
                    struct errmsg *e) {
    struct adoption a = {.r = r};
    TRY(req_id(r, "id", &a.id, e));
    TRY(posted_day(r, "on", &a.on, e));
    TRY(req_write(r, fn, &a, e));
    reply_notice(r, TR("Saved.", "Guardado."));
    reply_redirect(r, arena_fmt(r->a, "/standards/%lld", (long long)a.id).p);
    return ERR_OK;
}

static enum err post_adopt(struct req *r, struct errmsg *e) {
    return act(r, save_adopt, e);
}

static enum err post_retire(struct req *r, struct errmsg *e) {
    return act(r, save_retire, e);
}

/* -- unit costs
 * ------------------------------------------------------------------------------------ */

static enum err write_costs(struct req *r, struct errmsg *e) {
    struct cost_item *items;
    size_t n, ours = 0;
    TRY(cost_items(r->db, r->a, &items, &n, e));
    for (size_t i = 0; i < n; i++)
        ours += items[i].ours;
    struct html *h = page_begin(r, &(struct page){.nav = "/standards"});
    lede_open(h, "");
    html_say(h, "<h1>What closing a gap costs rests on %s prices.</h1>",
             "<h1>El costo de cerrar una brecha se basa en %s precios.</h1>",
             num_int(h, (int64_t)n));
    html_say(h, "<p>%s are our defaults; put your own quotes in their place.</p>",
             "<p>%s son valores iniciales; ponga en su lugar sus propias cotizaciones.</p>",
             num_int(h, (int64_t)ours));
    lede_close(h);
    for (size_t i = 0; i < n; i++) {
        const struct cost_item *c = &items[i];
        panel_open(h, html_z(h, h->lang == LANG_ES ? c->label_es : c->label_en),
                   c->ours ? T(h, "a default, not confirmed", "valor inicial, sin confirmar")
                           : html_z(h, c->source));
        struct form f = form_begin(r, arena_fmt(r->a, "/standards/costs/%lld", (long long)c->id).p,
                                   FORM_INLINE);
        form_text(&f,
                  &(struct input){.name = "one_time",
                                  .label = TR("Once", "Una vez"),
                                  .value = arena_fmt(r->a, "%.2f", (double)c->one_time_cents / 100),
                                  .suffix = "$",
                                  .required = true});
        form_text(&f,
                  &(struct input){.name = "yearly",
                                  .label = TR("Each year", "Cada año"),
                                  .value = arena_fmt(r->a, "%.2f", (double)c->yearly_cents / 100),
                                  .suffix = "$",
                                  .required = true});
        form_text(&f, &(struct input){.name = "lifetime",
                                      .label = TR("Lasts, in years", "Dura, en años"),
                                      .value = arena_fmt(r->a, "%.15g", c->lifetime_years)});
        form_text(&f, &(struct input){.name = "source",
                                      .label = TR("Price from", "Precio de"),
                                      .value = c->source,
                                      .max = 200});
        form_submit(&f, TR("Save", "Guardar"));
        form_end(&f);
        panel_close(h);
    }
    page_end(r);
    return ERR_OK;
}

static enum err get_costs(struct req *r, struct errmsg *e) {
    return write_costs(r, e);
}

struct pricing {
    const struct req *r;
    const struct cost_item *item;
};

static enum err save_cost(struct db *db, void *arg, struct errmsg *e) {
    const struct pricing *p = arg;
    TRY(cost_item_save(db, p->item, e));
    return note_in_audit(db, p->r, "change", "price", p->item->code, e);
}

static bool cents_of(struct str text, int64_t *cents) {
    double v;
    if (!str_real(text, &v) || !(v >= 0 && v < 1e9))
        return false;
    *cents = llround(v * 100);
    return true;
}

static enum err post_cost(struct req *r, struct errmsg *e) {
    int64_t id;
    struct cost_item *items, *c = NULL;
    size_t n;
    TRY(req_id(r, "id", &id, e));
    TRY(cost_items(r->db, r->a, &items, &n, e));
    for (size_t i = 0; i < n; i++)
        if (items[i].id == id)
            c = &items[i];
    if (c == NULL)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such price.", "No existe ese precio."));
    struct str life = req_form(r, "lifetime");
    if (!cents_of(req_form(r, "one_time"), &c->one_time_cents) ||
        !cents_of(req_form(r, "yearly"), &c->yearly_cents) ||
        (life.n > 0 && (!str_real(life, &c->lifetime_years) || !(c->lifetime_years >= 0))))
        return req_fail(r, e, ERR_INVALID,
                        TR("Write prices as 350 or 350.00, and years as 4.",
                           "Escriba los precios como 350 o 350.00, y los años como 4."));
    c->source = req_form(r, "source");
    c->ours = false;
    struct pricing p = {r, c};
    TRY(req_write(r, save_cost, &p, e));
    reply_notice(r,
                 TR("Saved. Every cost to close uses it.", "Guardado. Todos los costos lo usan."));
    reply_redirect(r, "/standards/costs");
    return ERR_OK;
}

const struct route routes_standards[] = {{.method = GET,
                                          .pattern = "/standards",
                                          .handler = get_standards,
                                          .perm = PERM_PLAN,
                                          .title = TR_INIT("Standards", "Estándares"),
                                          .nav = TR_INIT("Standards", "Estándares"),
                                          .nav_order = 22},
                                         {.method = POST,
                                          .pattern = "/standards/adopt",
                                          .handler = post_adopt_set,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Adopt a set", "Adoptar un conjunto")},
                                         {.method = GET,
                                          .pattern = "/standards/new",
                                          .handler = get_new,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("New standard", "Nuevo estándar")},
                                         {.method = POST,
                                          .pattern = "/standards/new",
                                          .handler = post_new,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("New standard", "Nuevo estándar")},
                                         {.method = GET,
                                          .pattern = "/standards/costs",
                                          .handler = get_costs,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Unit costs", "Costos unitarios")},
                                         {.method = POST,
                                          .pattern = "/standards/costs/{id}",
                                          .handler = post_cost,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Unit costs", "Costos unitarios")},
                                         {.method = GET,
                                          .pattern = "/standards/{id}",
                                          .handler = get_standard,
                                          .perm = PERM_PLAN,
                                          .title = TR_INIT("Standard", "Estándar")},
                                         {.method = POST,
                                          .pattern = "/standards/{id}",
                                          .handler = post_standard,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Standard", "Estándar")},
                                         {.method = POST,
                                          .pattern = "/standards/{id}/adopt",
                                          .handler = post_adopt,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Adopt", "Adoptar")},
                                         {.method = POST,
                                          .pattern = "/standards/{id}/retire",
                                          .handler = post_retire,
                                          .perm = PERM_PLAN_EDIT,
                                          .title = TR_INIT("Retire", "Retirar")},
                                         {0}};
