/* Home of the technology director, district administrator, principal and state analyst. */
#include "web/gap_table.h"
#include "web/group_panel.h"
#include "web/home.h"

#include <math.h>
#include <stdlib.h>

enum { LEFT_OUT = 5, PLACES = 8 };

/* -- who is left out ------------------------------------------------------------------------- */

static int by_distance(const void *a, const void *b) {
    const struct contrast *x = a, *y = b;
    double dx = fabs(x->diff.value), dy = fabs(y->diff.value);
    return dx > dy ? -1 : dx < dy;
}

/* Groups of any dimension but grades that are behind on one indicator, furthest first. */
static enum err behind(struct req *r, const struct reading_key *k, struct contrast out[LEFT_OUT],
                       size_t *n, struct errmsg *e) {
    struct contrast all[GROUPS];
    size_t m = 0;
    for (enum dim d = DIM_LOCALE; d < DIM_COUNT; d++) {
        struct contrast_list l;
        TRY(reading_groups(r->db, r->a, k, d, &l, e));
        for (size_t i = 0; i < l.n && m < GROUPS; i++)
            if (l.row[i].behind && shown_exact(&l.row[i].diff) &&
                !group_rows[l.row[i].r.group].unknown)
                all[m++] = l.row[i];
    }
    qsort(all, m, sizeof *all, by_distance);
    *n = m < LEFT_OUT ? m : LEFT_OUT;
    for (size_t i = 0; i < *n; i++)
        out[i] = all[i];
    return ERR_OK;
}

static double before_of(struct req *r, const struct contrast *c, double missing) {
    struct reading old;
    struct errmsg gone = {0};
    struct reading_key k = {
        .ind = c->r.ind, .org_id = c->r.org_id, .group = c->r.group, .as_of = c->r.as_of - 365};
    /* A picture without last year's mark is still true. */
    if (reading_get(r->db, r->a, &k, &old, &gone) != ERR_OK || old.as_of == DATE_NONE ||
        old.as_of < k.as_of - 62 || !shown_exact(&old.value))
        return missing;
    return figure_axis(c->r.ind, old.value.value);
}

static enum err left_out_panel(struct req *r, struct html *h, const struct place *p,
                               const struct lede *l, struct errmsg *e) {
    const struct indicator *ind =
        l->equity.n > 0 ? l->equity.row[0].r.ind : catalogue_find(STR("learn_ready"));
    struct contrast c[LEFT_OUT];
    size_t n = 0;
    struct reading_key k = {.ind = ind, .org_id = p->id, .as_of = l->as_of};
    struct reading now;
    if (ind == NULL)
        return ERR_OK;
    TRY(behind(r, &k, c, &n, e));
    TRY(reading_get(r->db, r->a, &k, &now, e));
    html(h,
         "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a href=\"%s\">%s</a></p>"
         "</header>",
         T(h, "Who is left out", "Quién se queda atrás"),
         url(h, "/equity", "org", id_text(h, p->id), "ind", ind->code, NULL),
         tr(ind->name, h->lang));
    if (n == 0) {
        html(h, "<p class=\"finding\">%s</p>",
             T(h, "No group is clearly behind the others.",
               "Ningún grupo está claramente por detrás de los demás."));
        panel_close(h);
        return ERR_OK;
    }
    struct chart_point points[LEFT_OUT];
    bool any_before = false;
    for (size_t i = 0; i < n; i++) {
        enum dim d = group_rows[c[i].r.group].dim;
        points[i] = figure_point(h, &c[i].r, tr(group_rows[c[i].r.group].label, h->lang),
                                 url(h, "/equity", "org", id_text(h, p->id), "ind", ind->code, "by",
                                     dim_rows[d].code, NULL));
        points[i].before = before_of(r, &c[i], (double)NAN);
        any_before |= !isnan(points[i].before);
    }
    struct chart chart = figure_chart(ind);
    chart.finding =
        arena_fmt(
            r->a, T(h, "%s: %s; all other students: %s.", "%s: %s; los demás estudiantes: %s."),
            points[0].name, figure(h, &c[0].r.value, ind->show), figure(h, &c[0].others, ind->show))
            .p;
    chart.label = T(h, "The groups furthest behind, with intervals.",
                    "Los grupos más rezagados, con intervalos.");
    chart.name = T(h, "Group", "Grupo");
    chart.value = T(h, "Now", "Ahora");
    chart.caption = any_before ? T(h, "Filled: now. Open: a year before.",
                                   "Lleno: ahora. Abierto: un año antes.")
                               : NULL;
    chart.before = any_before ? T(h, "A year before", "Un año antes") : NULL;
    if (shown_exact(&now.value)) {
        chart.reference = figure_axis(ind, now.value.value);
        chart.reference_label = T(h, "everyone", "todos");
    }
    chart_dots(h, &chart, points, n);
    panel_close(h);
    return ERR_OK;
}

/* -- the places furthest behind ------------------------------------------------------------------
 */

static int lowest_first(const void *a, const void *b) {
    const struct reading *x = a, *y = b;
    int c = shown_cmp(&x->value, &y->value);
    return c != 0 ? c : str_cmp(x->org_name, y->org_name);
}

static enum err places_panel(struct req *r, struct html *h, const struct place *p, int32_t as_of,
                             size_t most, struct errmsg *e) {
    const struct indicator *ind = catalogue_find(STR("learn_ready"));
    struct reading_list l;
    struct reading now;
    if (ind == NULL || p->school)
        return ERR_OK;
    struct reading_key k = {.ind = ind, .org_id = p->id, .as_of = as_of};
    TRY(reading_children(r->db, r->a, &k, &l, e));
    TRY(reading_get(r->db, r->a, &k, &now, e));
    if (l.n == 0)
        return ERR_OK;
    qsort(l.row, l.n, sizeof *l.row, lowest_first);
    size_t n = l.n < most ? l.n : most;
    struct chart_point *points = ARENA_ARRAY(r->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++)
        points[i] = figure_point(h, &l.row[i], html_z(h, l.row[i].org_name),
                                 arena_fmt(r->a, "/schools/%lld", (long long)l.row[i].org_id).p);
    bool districts = !str_eq(l.row[0].org_kind, STR("school"));
    struct chart c = figure_chart(ind);
    c.finding =
        shown_exact(&l.row[0].value)
            ? arena_fmt(r->a,
                        T(h, "%.*s is furthest behind, at %s.", "%.*s es la más rezagada, con %s."),
                        STR_ARG(l.row[0].org_name),
                        points[0].value >= 0 ? percent(h, points[0].value) : "")
                  .p
            : NULL;
    c.label = T(h, "Students who can learn online, place by place.",
                "Estudiantes que pueden aprender en línea, lugar por lugar.");
    c.name = districts ? T(h, "District", "Distrito") : T(h, "School", "Escuela");
    c.value = T(h, "Can learn online", "Puede aprender en línea");
    if (shown_exact(&now.value)) {
        c.reference = figure_axis(ind, now.value.value);
        c.reference_label = T(h, "all", "todos");
    }
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a href=\"%s\">",
         districts ? T(h, "Districts compared", "Comparación de distritos")
                   : T(h, "Schools furthest behind", "Escuelas más rezagadas"),
         url(h, "/schools", "org", id_text(h, p->id), NULL));
    html_say(h, "All %s", "Todas (%s)", num_int(h, (int64_t)l.n));
    html(h, "</a></p></header>");
    chart_dots(h, &c, points, n);
    panel_close(h);
    return ERR_OK;
}

/* -- how old the records are
 * ------------------------------------------------------------------------ */

static const char *source_label(struct html *h, const struct indicator *ind) {
    static const struct {
        const char *source;
        struct tr label;
    } rows[] = {
        {"roster", TR_INIT("Roster", "Padrón")},
        {"oneroster", TR_INIT("Roster", "Padrón")},
        {"devices", TR_INIT("Devices", "Dispositivos")},
        {"rooms", TR_INIT("Rooms", "Salas")},
        {"connectivity", TR_INIT("School connections", "Conexiones de las escuelas")},
        {"home-access", TR_INIT("Internet at home", "Internet en casa")},
        {"licences", TR_INIT("Licenses", "Licencias")},
        {"usage", TR_INIT("Daily use", "Uso diario")},
        {"teacher-survey", TR_INIT("Teacher survey", "Encuesta a docentes")},
        {"needs", TR_INIT("Assistive technology", "Tecnología de apoyo")},
        {"scores", TR_INIT("Scores", "Resultados")},
        {"attendance", TR_INIT("Attendance", "Asistencia")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq(str_z(ind->source), str_z(rows[i].source)))
            return tr(rows[i].label, h->lang);
    return tr(ind->name, h->lang);
}

struct fresh_row {
    const char *label;
    struct freshness f;
};

static enum err fresh_rows(struct req *r, struct html *h, struct fresh_row rows[], size_t *n,
                           struct errmsg *e) {
    const char *seen[CATALOGUE_MOST];
    *n = 0;
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct indicator *ind = catalogue_at(i);
        size_t k = 0;
        while (k < *n && !str_eq(str_z(seen[k]), str_z(ind->source)))
            k++;
        if (k < *n || str_find(str_z(ind->source), STR(",")) != SIZE_MAX)
            continue;
        seen[*n] = ind->source;
        rows[*n].label = source_label(h, ind);
        TRY(reading_freshness(r->db, r->a, ind, r->today, &rows[*n].f, e));
        (*n)++;
    }
    return ERR_OK;
}

static void fresh_table(struct html *h, const struct fresh_row rows[], size_t n) {
    html(
        h,
        "<details><summary>%s</summary><div class=\"scroll\"><table class=\"stack\"><thead><tr><th "
        "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th></tr>"
        "</thead><tbody>",
        T(h, "Each kind", "Cada tipo"), T(h, "Records", "Registros"), T(h, "As of", "Al"),
        T(h, "Age", "Antigüedad"));
    for (size_t i = 0; i < n; i++) {
        const struct freshness *f = &rows[i].f;
        bool any = f->data_as_of != DATE_NONE;
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%s</td>", rows[i].label,
             T(h, "As of", "Al"), any ? day(h, f->data_as_of) : T(h, "none yet", "aún ninguno"));
        html(h, "<td data-l=\"%s\" class=\"n\">", T(h, "Age", "Antigüedad"));
        if (any)
            html_say(h, "%s days", "%s días", num_int(h, f->age_days));
        if (any && f->stale)
            html(h, " <span class=\"tag short\">%s</span>", T(h, "old", "antiguos"));
        html(h, "</td></tr>");
    }
    html(h, "</tbody></table></div></details>");
}

enum err home_freshness(struct req *r, struct html *h, struct errmsg *e) {
    struct fresh_row *rows = ARENA_ARRAY(r->a, struct fresh_row, CATALOGUE_MOST);
    size_t n, old = 0, none = 0;
    TRY(fresh_rows(r, h, rows, &n, e));
    for (size_t i = 0; i < n; i++) {
        old += rows[i].f.stale && rows[i].f.data_as_of != DATE_NONE;
        none += rows[i].f.data_as_of == DATE_NONE;
    }
    panel_open(h, T(h, "How fresh the records are", "Qué tan recientes son los registros"), "");
    if (old + none == 0)
        html(h, "<p class=\"finding\">%s</p>",
             T(h, "Every kind of record is as new as it should be.",
               "Cada tipo de registro es tan reciente como debe."));
    else
        html_say(
            h,
            "<p class=\"finding\">%s kinds of records are older than they should be; %s were "
            "never imported.</p>",
            "<p class=\"finding\">%s tipos de registros son más antiguos de lo debido; %s nunca "
            "se importaron.</p>",
            num_int(h, (int64_t)old), num_int(h, (int64_t)none));
    fresh_table(h, rows, n);
    panel_close(h);
    return ERR_OK;
}

/* -- the page
 * ------------------------------------------------------------------------------------------ */

static void plan_lede(struct req *r, struct html *h, const struct place *p, const struct lede *l,
                      bool money_too) {
    struct str where =
        arena_fmt(r->a, "%s · %s", p->name, figure_n(h, &l->students.value, UNIT_STUDENT));
    if (!p->school)
        where = arena_fmt(r->a, T(h, "%s · %s schools, %s", "%s · %s escuelas, %s"), p->name,
                          num_int(h, (int64_t)l->schools),
                          figure_n(h, &l->students.value, UNIT_STUDENT));
    lede_open(h, asof_line(h, html_z(h, where), l->as_of));
    html(h, "<h1>%.*s</h1>", STR_ARG(lede_sentence(l, h->lang, r->a)));
    if (money_too)
        html(h, "<p>%.*s</p>", STR_ARG(lede_rest(l, h->lang, r->a)));
    lede_close(h);
}

static void gaps_panel(struct req *r, struct html *h, const struct place *p, const struct lede *l) {
    const char *org = id_text(h, p->id);
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a href=\"%s\">",
         T(h, "The most pressing gaps", "Las brechas más urgentes"),
         url(h, "/gaps", "org", org, NULL));
    html_say(h, "All %s gaps", "Las %s brechas", num_int(h, (int64_t)l->gaps_all));
    html(h, "</a>");
    if (req_may(r, PERM_EXPORT))
        html(h, " · <a href=\"%s\">CSV</a> · <a href=\"%s\">XLSX</a>",
             url(h, "/gaps/list.csv", "org", org, NULL),
             url(h, "/gaps/list.xlsx", "org", org, NULL));
    html(h, " · <a href=\"%s\">%s</a></p></header>", url(h, "/gaps/print", "org", org, NULL),
         T(h, "Print", "Imprimir"));
    if (l->gaps_all + l->gaps.met + l->gaps.hidden + l->gaps.unread == 0)
        empty_note(h, T(h, "No standard is adopted yet, so nothing is held against one.",
                        "Aún no se ha adoptado ningún estándar con el que comparar."));
    else
        gap_table(h, &l->gaps, p->school ? GAP_TABLE_HERE : 0u);
    panel_close(h);
}

static enum err next_panel(struct req *r, struct html *h, const struct place *p,
                           const struct lede *l, struct errmsg *e) {
    bool edit = req_may(r, PERM_PLAN_EDIT), first = true;
    struct standard_set *sets;
    size_t n, drafts = 0, adopted = 0;
    TRY(standard_sets(r->db, r->a, &sets, &n, e));
    for (size_t i = 0; i < n; i++) {
        drafts += sets[i].drafts;
        adopted += sets[i].adopted;
    }
    next_open(h);
    if (edit && adopted == 0 && drafts > 0) {
        next_row(h,
                 arena_fmt(r->a,
                           T(h, "%s published standards wait to be adopted; then gaps appear.",
                             "%s estándares publicados esperan adopción; luego aparecen las "
                             "brechas."),
                           num_int(h, (int64_t)drafts))
                     .p,
                 "/standards", T(h, "Adopt standards", "Adoptar estándares"), false);
        first = false;
    }
    for (size_t i = 0; i < l->gaps.n; i++) {
        const struct gap *g = &l->gaps.row[i];
        if (!edit || g->met || g->owner.name.n > 0)
            continue;
        next_row(h,
                 arena_fmt(r->a, T(h, "Nobody has taken on: %s.", "Nadie se encarga de: %s."),
                           gap_name(h, g))
                     .p,
                 arena_fmt(r->a, "%s#owner", gap_href(h, g)).p, T(h, "Assign", "Asignar"), !first);
        first = false;
        break;
    }
    for (size_t i = 0; i < l->gaps.n; i++) {
        const struct gap *g = &l->gaps.row[i];
        if (g->owner.due_on == DATE_NONE || g->owner.due_on >= r->today || g->owner.done)
            continue;
        next_row(h,
                 arena_fmt(r->a, T(h, "%s was due on %s.", "%s vencía el %s."), gap_name(h, g),
                           day(h, g->owner.due_on))
                     .p,
                 gap_href(h, g), T(h, "Look at it", "Ver"), !first);
        first = false;
    }
    if (l->gaps.n > 0 && !p->school) {
        next_row(h,
                 arena_fmt(r->a,
                           T(h, "See which schools fall short of: %s.",
                             "Ver a qué escuelas les falta: %s."),
                           gap_name(h, &l->gaps.row[0]))
                     .p,
                 gap_href(h, &l->gaps.row[0]), T(h, "School by school", "Escuela por escuela"),
                 !first);
        first = false;
    }
    if (req_may(r, PERM_IMPORT))
        next_row(h,
                 T(h, "Bring in newer records; you see what will change first.",
                   "Traiga registros más nuevos; antes verá qué cambiará."),
                 "/import", T(h, "Import a file", "Importar un archivo"), !first);
    if (req_may(r, PERM_STUDENTS))
        next_row(h, T(h, "Find one student.", "Buscar a un estudiante."), "/students",
                 T(h, "Students", "Estudiantes"), true);
    next_close(h);
    return ERR_OK;
}

/* The viewer's org with its newest numbers; *any false: nothing there yet. */
static enum err begin(struct req *r, struct place *p, struct lede *l, bool *any, struct errmsg *e) {
    int32_t newest = DATE_NONE;
    *any = false;
    TRY(place_or_none(r, p, e));
    TRY(reading_newest(r->db, &newest, e));
    if (p->at < 0 || newest == DATE_NONE)
        return ERR_OK;
    *any = true;
    return lede_make(r->db, r->a, p->id, DATE_NONE, l, e);
}

enum err home_plan(struct req *r, struct html *h, struct errmsg *e) {
    struct place p;
    struct lede l;
    bool any;
    TRY(begin(r, &p, &l, &any, e));
    if (!any) {
        home_empty(r, h);
        return ERR_OK;
    }
    plan_lede(r, h, &p, &l, true);
    gaps_panel(r, h, &p, &l);
    html(h, "<div class=\"two\">");
    TRY(left_out_panel(r, h, &p, &l, e));
    TRY(places_panel(r, h, &p, l.as_of, PLACES, e));
    html(h, "</div>");
    TRY(next_panel(r, h, &p, &l, e));
    return home_freshness(r, h, e);
}

enum err home_analyst(struct req *r, struct html *h, struct errmsg *e) {
    struct place p;
    struct lede l;
    bool any;
    TRY(begin(r, &p, &l, &any, e));
    if (!any) {
        home_empty(r, h);
        return ERR_OK;
    }
    plan_lede(r, h, &p, &l, false);
    TRY(places_panel(r, h, &p, l.as_of, 60, e));
    TRY(left_out_panel(r, h, &p, &l, e));
    next_open(h);
    next_row(h, T(h, "Compare any number by group.", "Comparar cualquier número por grupo."),
             "/equity", T(h, "Open equity", "Abrir equidad"), false);
    next_row(h,
             T(h, "See every indicator and its definition.", "Ver cada indicador y su definición."),
             "/indicators", T(h, "Indicators", "Indicadores"), true);
    next_close(h);
    return home_freshness(r, h, e);
}
