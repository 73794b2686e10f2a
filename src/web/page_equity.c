/* Who is left out: the widest distances between groups, one of them looked at closely, and by right
 * the students behind it. */
#include "measure/equity.h"
#include "measure/rollup.h"
#include "provide/provide.h"
#include "roster/view.h"
#include "web/figure.h"
#include "web/form.h"
#include "web/group_panel.h"

#include <math.h>
#include <stdlib.h>

enum { WIDEST = 10, CHILDREN_MOST = 80, STUDENTS_PAGE = 50 };

struct look {
    struct req *r;
    struct html *h;
    struct place place;
    struct contrast_list widest;
    const struct indicator *ind; /* looked at closely; NULL when nothing is known at all */
    struct reading_key key;
    struct reading now;
    enum dim by;
};

static const char *group_label(struct html *h, int group) {
    return tr(group_rows[group].label, h->lang);
}

/* "Home line that meets the norm: English learners 62.6 %, all others 76.6 %." */
static void write_lede(const struct look *l) {
    struct html *h = l->h;
    int32_t on = l->widest.n > 0 ? l->widest.row[0].r.as_of : l->now.as_of;
    lede_open(h, asof_line(h, l->place.name, on));
    html(h, "<p class=\"question\">%s</p>", T(h, "Who is left out?", "¿Quién se queda atrás?"));
    if (l->widest.n == 0) {
        html(h, "<h1>%s</h1><p>%s</p>",
             T(h, "No group is clearly behind the others.",
               "Ningún grupo está claramente por detrás de los demás."),
             T(h, "Groups too small to show are not in this answer.",
               "Los grupos demasiado pequeños para mostrarse no entran en esta respuesta."));
    } else {
        const struct contrast *c = &l->widest.row[0];
        html_say(h, "<h1>Furthest behind: %s. %s: %s, all others %s.</h1>",
                 "<h1>En mayor desventaja: %s. %s: %s, los demás %s.</h1>",
                 group_label(h, c->r.group), tr(c->r.ind->name, h->lang),
                 figure(h, &c->r.value, c->r.ind->show), figure(h, &c->others, c->r.ind->show));
        html_say(h,
                 "<p>%s are in this group. The interval of the difference is clear of zero, so it "
                 "is not chance alone.</p>",
                 "<p>En este grupo hay %s. El intervalo de la diferencia no incluye el cero: no se "
                 "debe solo al azar.</p>",
                 figure_n(h, &c->r.value, UNIT_STUDENT));
    }
    lede_close(h);
}

static const char *look_url(struct html *h, const struct look *l, const struct contrast *c) {
    return url(h, "/equity", "org", id_text(h, l->place.id), "ind", c->r.ind->code, "by",
               dim_rows[group_rows[c->r.group].dim].code, NULL);
}

static void write_widest(const struct look *l) {
    struct html *h = l->h;
    if (l->widest.n == 0)
        return;
    panel_open(h, T(h, "The widest distances", "Las mayores distancias"), "");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><caption>%s</caption><thead><tr>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th>",
         T(h, "The group worse off against all others: distance × students, widest first.",
           "El grupo en peor situación frente a los demás: distancia × estudiantes, la mayor "
           "primero."),
         T(h, "Group", "Grupo"), T(h, "In", "En"), T(h, "Now", "Ahora"),
         T(h, "All others", "Los demás"));
    contrast_heads(h);
    html(h, "</tr></thead><tbody>");
    for (size_t i = 0; i < l->widest.n; i++) {
        const struct contrast *c = &l->widest.row[i];
        html(h, "<tr><th scope=\"row\"><a href=\"%s#groups\">%s</a></th><td data-l=\"%s\">%s</td>",
             look_url(h, l, c), group_label(h, c->r.group), T(h, "In", "En"),
             tr(c->r.ind->name, h->lang));
        figure_cell(h, T(h, "Now", "Ahora"), &c->r);
        plain_cell(h, T(h, "All others", "Los demás"), figure(h, &c->others, c->r.ind->show));
        contrast_cells(h, c);
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    html(
        h, "<p class=\"asof\">%s</p>",
        T(h,
          "Risk ratio: how many times as often the unwanted outcome happens in the group, as in 34 "
          "CFR 300.647. Standardized: the distance in standard deviations.",
          "Razón de riesgo: cuántas veces más ocurre lo no deseado en el grupo, como en 34 CFR "
          "300.647. Estandarizada: la distancia en desviaciones estándar."));
    panel_close(h);
}

static void write_chooser(const struct look *l) {
    struct html *h = l->h;
    size_t n = 0;
    struct option *o = ARENA_ARRAY(l->r->a, struct option, catalogue_count());
    struct choice dims[DIM_COUNT];
    for (size_t i = 0; i < catalogue_count(); i++)
        if (catalogue_at(i)->unit == UNIT_STUDENT)
            o[n++] = (struct option){str_z(catalogue_at(i)->code),
                                     str_z(tr(catalogue_at(i)->name, h->lang))};
    for (int d = DIM_GRADE; d < DIM_COUNT; d++)
        dims[d - DIM_GRADE] = (struct choice){dim_rows[d].code, dim_rows[d].label};
    panel_open(h, T(h, "Look at one closely", "Ver uno de cerca"), "");
    struct form f = form_begin(l->r, "/equity", FORM_GET | FORM_INLINE);
    form_hidden(&f, "org", str_z(id_text(h, l->place.id)));
    form_options(&f,
                 &(struct input){.name = "ind",
                                 .label = TR("Indicator", "Indicador"),
                                 .value = str_z(l->ind == NULL ? "" : l->ind->code)},
                 o, n, (struct tr){0});
    form_select(&f,
                &(struct input){.name = "by",
                                .label = TR("Groups by", "Grupos por"),
                                .value = str_z(dim_rows[l->by].code)},
                dims, DIM_COUNT - DIM_GRADE);
    form_submit(&f, TR("Show", "Mostrar"));
    form_end(&f);
    panel_close(h);
}

/* -- the same group, place by place ---------------------------------------------------------------
 */

static enum err write_places(const struct look *l, const struct contrast *worst, struct errmsg *e) {
    struct html *h = l->h;
    struct reading_list all;
    struct reading_key k = l->key;
    k.group = worst == NULL ? GROUP_ALL : worst->r.group;
    TRY(reading_children(l->r->db, l->r->a, &k, &all, e));
    if (all.n == 0)
        return ERR_OK;
    size_t n = all.n < CHILDREN_MOST ? all.n : CHILDREN_MOST, hidden = 0;
    struct chart_point *p = ARENA_ARRAY(l->r->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++) {
        const struct reading *c = &all.row[i];
        bool may = place_may(&l->place, org_tree_find(l->place.tree, c->org_id));
        const char *href = url(h, "/equity", "org", id_text(h, c->org_id), "ind", l->ind->code,
                               "by", dim_rows[l->by].code, NULL);
        p[i] = figure_point(h, c, html_z(h, c->org_name), may ? href : NULL);
        hidden += c->value.state == SHOWN_HIDDEN;
    }
    struct chart c = figure_chart(l->ind);
    c.finding =
        hidden == 0
            ? T(h, "Every place below may be shown.",
                "Todos los lugares de abajo se pueden mostrar.")
            : arena_fmt(h->a,
                        T(h, "%s of %s places are hidden to protect few students.",
                          "%s de %s lugares están ocultos para proteger a pocos estudiantes."),
                        num_int(h, (int64_t)hidden), num_int(h, (int64_t)all.n))
                  .p;
    c.label = T(h, "The same group at each place below.", "El mismo grupo en cada lugar de abajo.");
    c.name = T(h, "Place", "Lugar");
    c.value = group_label(h, k.group);
    if (shown_exact(&l->now.value)) {
        c.reference = figure_axis(l->ind, l->now.value.value);
        c.reference_label = T(h, "everyone", "todos");
    }
    panel_open(
        h,
        arena_fmt(h->a, T(h, "%s, place by place", "%s, lugar por lugar"), group_label(h, k.group))
            .p,
        "");
    chart_dots(h, &c, p, n);
    panel_close(h);
    return ERR_OK;
}

/* -- how unevenly it lies ---------------------------------------------------------------- */

static enum err write_spread(const struct look *l, struct errmsg *e) {
    struct html *h = l->h;
    struct spread s;
    if (l->place.school)
        return ERR_OK;
    TRY(equity_spread(l->r->db, l->r->a, &l->key, &s, e));
    if (isnan(s.theil) || s.parts < 2 || !(s.theil > 0))
        return ERR_OK;
    panel_open(h, T(h, "How unevenly it lies", "Cuán desigual está repartido"), "");
    html_say(h,
             "<p class=\"finding\">%s of the unevenness lies between schools, the rest within "
             "them.</p>",
             "<p class=\"finding\">El %s de la desigualdad está entre escuelas, el resto dentro de "
             "ellas.</p>",
             percent(h, s.between / s.theil));
    if (l->ind->kind != MEASURE_RATE) /* of yes and no they say nothing more */
        html(h,
             "<dl class=\"facts\"><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd>"
             "<dt>%s</dt><dd>%s</dd></dl>",
             T(h, "Gini (0: all alike)", "Gini (0: todos iguales)"), num_dec(h, s.gini, 3),
             T(h, "Theil T (0: all alike)", "Theil T (0: todos iguales)"), num_dec(h, s.theil, 4),
             T(h, "Students in it", "Estudiantes incluidos"), num_int(h, (int64_t)s.units));
    panel_close(h);
    return ERR_OK;
}

/* -- drill to students, by right
 * ---------------------------------------------------------------------- */

static enum err look_at(struct req *r, struct look *l, struct errmsg *e) {
    *l = (struct look){.r = r};
    TRY(place_of(r, &l->place, e));
    TRY(equity_widest(
        r->db, r->a,
        &(struct equity_query){.org_id = l->place.id, .as_of = page_day(r), .most = WIDEST},
        &l->widest, e));
    l->ind = catalogue_find(req_query(r, "ind"));
    if (l->ind != NULL && l->ind->unit != UNIT_STUDENT)
        l->ind = NULL;
    if (l->ind == NULL && l->widest.n > 0)
        l->ind = l->widest.row[0].r.ind;
    for (size_t i = 0; l->ind == NULL && i < catalogue_count(); i++)
        if (catalogue_at(i)->unit == UNIT_STUDENT)
            l->ind = catalogue_at(i);
    if (l->ind == NULL)
        return req_fail(
            r, e, ERR_UNAVAILABLE,
            TR("No indicator is about students.", "Ningún indicador es de estudiantes."));
    bool first = l->widest.n > 0 && l->widest.row[0].r.ind == l->ind;
    l->by = group_panel_dim(r, first ? group_rows[l->widest.row[0].r.group].dim : DIM_MEAL);
    l->key = (struct reading_key){
        .ind = l->ind, .org_id = l->place.id, .group = GROUP_ALL, .as_of = page_day(r)};
    return reading_get(r->db, r->a, &l->key, &l->now, e);
}

static enum err get_equity(struct req *r, struct errmsg *e) {
    struct look l;
    struct contrast_list groups = {0};
    TRY(look_at(r, &l, e));
    struct html *h = l.h = page_begin(r, &(struct page){.nav = "/equity"});
    place_path(r, h, &l.place, "/equity");
    write_lede(&l);
    write_widest(&l);
    write_chooser(&l);
    html(h, "<h2 class=\"name\"><a href=\"%s\">%s</a></h2><p>%s</p>", figure_href(h, &l.now),
         tr(l.ind->name, h->lang), tr(l.ind->question, h->lang));
    if (l.now.as_of != DATE_NONE)
        TRY(group_panel(&(struct group_panel){r, h, &l.place, &l.key, &l.now, l.by, "/equity"},
                        &groups, e));
    const struct contrast *worst = furthest_behind(&groups);
    TRY(write_places(&l, worst, e));
    TRY(write_spread(&l, e));
    next_open(h);
    int group = worst == NULL ? GROUP_ALL : worst->r.group;
    if (may_list_students(r, l.ind, group))
        next_row(h,
                 arena_fmt(r->a,
                           T(h, "See these students one by one: %s.",
                             "Ver uno por uno a estos estudiantes: %s."),
                           group_label(h, group))
                     .p,
                 url(h, "/equity/students", "org", id_text(h, l.place.id), "ind", l.ind->code,
                     "group", group == GROUP_ALL ? "" : group_rows[group].code, NULL),
                 T(h, "Open the list", "Abrir la lista"), false);
    next_row(h,
             T(h, "See how this number moved and how it is made.",
               "Ver cómo cambió este número y cómo se hace."),
             figure_href(h, &l.now), T(h, "Open the indicator", "Abrir el indicador"), true);
    next_close(h);
    page_end(r);
    return ERR_OK;
}

struct listed {
    int64_t unit;
    double value;
};
struct gather {
    const struct indicator *ind;
    const struct frame *frame;
    const struct org_tree *tree;
    int32_t top;
    int group;
    const struct scope_ids *mine;
    struct arena *a;
    struct listed *v;
    size_t n, cap;
};

static void take(void *to, const struct unit_value *v) {
    struct gather *g = to;
    if (v->series.n > 0 || !(v->den > 0))
        return;
    size_t at = frame_find(g->frame, v->unit);
    if (at == SIZE_MAX || !(g->frame->bits[at] & GROUP_BIT(g->group)) ||
        !org_tree_under(g->tree, g->frame->leaf[at], g->top) || !scope_has(g->mine, v->unit))
        return;
    bool wanted = g->ind->better == LOWER_IS_BETTER ? v->num > 0 : v->num <= 0;
    if (g->ind->kind == MEASURE_RATE && !wanted)
        return;
    if (g->n == g->cap) {
        size_t cap = g->cap == 0 ? 256 : g->cap * 2;
        struct listed *more = ARENA_ARRAY(g->a, struct listed, cap);
        for (size_t i = 0; i < g->n; i++)
            more[i] = g->v[i];
        g->v = more;
        g->cap = cap;
    }
    g->v[g->n++] = (struct listed){v->unit, v->num / v->den * indicator_scale(g->ind)};
}

static int low_first(const void *a, const void *b) {
    const struct listed *x = a, *y = b;
    return x->value < y->value   ? -1
           : x->value > y->value ? 1
           : x->unit < y->unit   ? -1
                                 : x->unit > y->unit;
}

static int high_first(const void *a, const void *b) {
    return low_first(b, a);
}

static enum err gather(struct req *r, const struct look *l, struct gather *g, int32_t as_of,
                       struct errmsg *e) {
    struct frame *frame;
    struct scope_ids mine;
    int32_t since;
    TRY(frame_load(r->db, r->a, UNIT_STUDENT, as_of, l->place.tree, &frame, e));
    TRY(access_students(r->db, &r->viewer, r->a, &mine, e));
    g->frame = frame;
    g->mine = &mine;
    TRY(indicator_since(r->db, l->ind, as_of, &since, e));
    TRY(measure_units(r->db, l->ind, since, as_of, take, g, e));
    g->mine = NULL;
    if (g->n > 0)
        qsort(g->v, g->n, sizeof *g->v, l->ind->better == LOWER_IS_BETTER ? high_first : low_first);
    return ERR_OK;
}

static void write_student(struct html *h, const struct indicator *ind, const struct person_view *p,
                          const struct listed *v) {
    html(h, "<tr><th scope=\"row\"><a href=\"/students/%lld\">%.*s</a></th>", (long long)p->id,
         STR_ARG(p->name));
    html(h, "<td data-l=\"%s\">%s</td><td data-l=\"%s\">%.*s</td>", T(h, "Grade", "Grado"),
         grade_label(h, p->grade), T(h, "School", "Escuela"), STR_ARG(p->school));
    plain_cell(h, T(h, "Value", "Valor"),
               ind->kind == MEASURE_RATE ? (v->value > 0 ? T(h, "yes", "sí") : T(h, "no", "no"))
                                         : figure_plain(h, v->value, ind->show));
    html(h, "</tr>");
}

static enum err get_students(struct req *r, struct errmsg *e) {
    struct look l;
    TRY(look_at(r, &l, e));
    int group = group_find(req_query(r, "group"));
    group = group < 0 ? GROUP_ALL : group;
    if (!may_list_students(r, l.ind, group) || l.now.as_of == DATE_NONE)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("This list is not for your role: you see the groups.",
                           "Esta lista no es para su función: usted ve los grupos."));
    struct gather g = {
        .ind = l.ind, .tree = l.place.tree, .top = l.place.at, .group = group, .a = r->a};
    TRY(gather(r, &l, &g, l.now.as_of, e));
    int64_t page = req_int(r, "page", 1, 1, 100000);
    size_t from = (size_t)(page - 1) * STUDENTS_PAGE;
    size_t n = from >= g.n ? 0 : g.n - from < STUDENTS_PAGE ? g.n - from : STUDENTS_PAGE;
    int64_t *ids = ARENA_ARRAY(r->a, int64_t, n);
    struct person_view *p;
    for (size_t i = 0; i < n; i++)
        ids[i] = g.v[from + i].unit;
    TRY(person_views(r->db, r->a, ids, n, r->today, &p, e));
    TRY(read_students(r, ids, n, l.ind->code, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/equity"});
    place_path(r, h, &l.place, "/equity");
    lede_open(h, asof_line(h, l.place.name, l.now.as_of));
    html(h, "<p class=\"question\">%s</p>", tr(l.ind->question, h->lang));
    html_say(h, "<h1>%s students: %s.</h1>", "<h1>%s estudiantes: %s.</h1>",
             num_int(h, (int64_t)g.n), group_label(h, group));
    html(h, "<p>%s %s</p>", tr(l.ind->name, h->lang),
         l.ind->kind == MEASURE_RATE
             ? T(h,
                 "- only those for whom it is not as it should be. Each look at this list is "
                 "recorded.",
                 "- solo aquellos para quienes no es como debería. Cada consulta queda registrada.")
             : T(h, "- the furthest behind first. Each look at this list is recorded.",
                 "- los más rezagados primero. Cada consulta queda registrada."));
    lede_close(h);
    html(h,
         "<section class=\"panel\"><div class=\"scroll\"><table class=\"stack\"><thead><tr>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>",
         T(h, "Student", "Estudiante"), T(h, "Grade", "Grado"), T(h, "School", "Escuela"),
         T(h, "Value", "Valor"));
    for (size_t i = 0; i < n; i++)
        write_student(h, l.ind, &p[i], &g.v[from + i]);
    html(h, "</tbody></table></div>");
    pager(r, page, from + n < g.n);
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

const struct route routes_equity[] = {
    {.method = GET,
     .pattern = "/equity",
     .handler = get_equity,
     .perm = PERM_READINGS,
     .title = TR_INIT("Who is left out", "Quién se queda atrás"),
     .nav = TR_INIT("Equity", "Equidad"),
     .nav_order = 52},
    {.method = GET,
     .pattern = "/equity/students",
     .handler = get_students,
     .perm = PERM_STUDENTS,
     .title = TR_INIT("Students behind a number", "Estudiantes detrás de un número")},
    {0}};
