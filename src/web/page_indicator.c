/* One indicator: what it says now, how it moved, for whom, where, and how it is made. */
#include "plan/standard.h"
#include "web/figure.h"
#include "web/form.h"
#include "web/group_panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TREND_DAYS = 760, CHILDREN_MOST = 80 };

struct view {
    struct req *r;
    struct html *h;
    struct place place;
    struct reading_key key;
    struct reading now;
    const struct indicator *ind;
    const struct standard *standard; /* in force for everyone; NULL */
    const char *name;                /* of the indicator, with the series */
};

static bool is_how(const char *question) {
    return strncmp(question, "How", 3) == 0 || strncmp(question, "What", 4) == 0 ||
           strncmp(question, "Which", 5) == 0;
}

/* The answer as one sentence. */
static void write_answer(const struct view *v) {
    struct html *h = v->h;
    const struct indicator *ind = v->ind;
    const struct shown *s = &v->now.value;
    const char *value = figure(h, s, ind->show);
    const char *units = tr(unit_name(ind->unit, true), h->lang);
    html(h, "<h1>");
    if (s->state == SHOWN_NO_DATA)
        html(h, "%s", T(h, "Nothing is known about this yet.", "Todavía no se sabe nada de esto."));
    else if (s->state == SHOWN_HIDDEN)
        html(h, "%s",
             T(h, "This number is hidden to protect the few people behind it.",
               "Este número está oculto para proteger a las pocas personas que hay detrás."));
    else if (ind->show == SHOW_PERCENT && !is_how(ind->question.en))
        html_say(h, "For %s of %s, yes.", "Para el %s de %s, sí.", value, units);
    else if (ind->show == SHOW_PERCENT)
        html_say(h, "%s of %s.", "El %s de %s.", value, units);
    else if (ind->kind == MEASURE_MEAN)
        html_say(h, "%s on average.", "%s en promedio.", value);
    else
        html(h, "%s.", value);
    html(h, "</h1>");
}

static void write_second_line(const struct view *v) {
    struct html *h = v->h;
    const struct shown *s = &v->now.value;
    html(h, "<p>");
    if (s->state == SHOWN_HIDDEN)
        html(h, "%s. ", figure_why(h, s));
    if (s->state != SHOWN_HIDDEN && s->state != SHOWN_NO_DATA) {
        const char *interval = figure_interval(h, s, v->ind->show);
        html_say(h, "Counted over %s", "Contado sobre %s", figure_n(h, s, v->ind->unit));
        if (interval[0] != '\0')
            html_say(h, "; the interval is %s", "; el intervalo es %s", interval);
        html(h, ". ");
    }
    if (v->standard != NULL)
        html_say(h, "The standard is %s %s. ", "El estándar es %s %s. ",
                 tr(standard_op_words(v->standard->op), h->lang),
                 figure_plain(h, v->standard->target, v->ind->show));
    html(h, "</p>");
}

static void write_lede(const struct view *v) {
    struct html *h = v->h;
    lede_open(h, asof_line(h, arena_fmt(h->a, "%s · %s", v->name, v->place.name).p, v->now.as_of));
    html(h, "<p class=\"question\">%s</p>", tr(v->ind->question, h->lang));
    write_answer(v);
    write_second_line(v);
    html(h, "<p class=\"asof\"><a href=\"#definition\">%s</a>",
         T(h, "How this number is made", "Cómo se hace este número"));
    if (req_may(v->r, PERM_EXPORT))
        html(h, " · <a href=\"%s\">CSV</a>",
             url(h, arena_fmt(h->a, "/indicators/%s/values.csv", v->ind->code).p, "org",
                 id_text(h, v->place.id), "series", kept(v->r, "series"), "group",
                 kept(v->r, "group"), "on", kept(v->r, "on"), NULL));
    html(h, "</p>");
    lede_close(h);
}

/* -- over time --------------------------------------------------------------------------- */

/* The last reading of each month, and the newest. */
static size_t thin(const struct reading_list *l, struct reading *const out) {
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (i + 1 == l->n || date_month(l->row[i].as_of) != date_month(l->row[i + 1].as_of))
            out[n++] = l->row[i];
    return n;
}

static const char *trend_finding(const struct view *v, const struct reading *first,
                                 const struct reading *last) {
    struct html *h = v->h;
    const struct indicator *ind = v->ind;
    struct shown d = shown_minus(&last->value, &first->value);
    if (!shown_exact(&d))
        return T(h, "The first or the last month is hidden, so the change cannot be told.",
                 "El primer o el último mes está oculto y no se puede decir el cambio.");
    bool apart = first->value.hi < last->value.lo || last->value.hi < first->value.lo;
    const char *since = month(h, first->as_of);
    if (!apart)
        return arena_fmt(h->a,
                         T(h, "About the same as in %s: the intervals overlap.",
                           "Más o menos igual que en %s: los intervalos se superponen."),
                         since)
            .p;
    const char *way = ind->better == NEITHER_IS_BETTER ? T(h, "Changed", "Cambió")
                      : figure_better(ind, last->value.value, first->value.value)
                          ? T(h, "Better", "Mejor")
                          : T(h, "Worse", "Peor");
    return arena_fmt(h->a, T(h, "%s by %s since %s.", "%s: %s desde %s."), way,
                     figure_difference(h, d.value, ind->show), since)
        .p;
}

static enum err write_trend(const struct view *v, struct errmsg *e) {
    struct html *h = v->h;
    struct reading_list all;
    int32_t until = v->key.as_of == DATE_NONE ? v->r->today : v->key.as_of;
    TRY(reading_trend(v->r->db, v->r->a, &v->key, until - TREND_DAYS, &all, e));
    size_t known = 0; /* days before the first record say nothing */
    for (size_t i = 0; i < all.n; i++)
        if (all.row[i].value.state != SHOWN_NO_DATA)
            all.row[known++] = all.row[i];
    all.n = known;
    if (all.n < 2)
        return ERR_OK;
    struct reading *kept_rows = ARENA_ARRAY(v->r->a, struct reading, all.n);
    size_t n = thin(&all, kept_rows);
    if (n < 2) {
        kept_rows = all.row;
        n = all.n;
    }
    struct chart_day *points = ARENA_ARRAY(v->r->a, struct chart_day, n);
    for (size_t i = 0; i < n; i++) {
        struct chart_point p = figure_point(h, &kept_rows[i], "", NULL);
        points[i] = (struct chart_day){.on = kept_rows[i].as_of,
                                       .value = p.value,
                                       .low = p.low,
                                       .high = p.high,
                                       .n = p.n,
                                       .hidden = p.hidden};
    }
    struct chart c = figure_chart(v->ind);
    c.finding = trend_finding(v, &kept_rows[0], &kept_rows[n - 1]);
    c.label = T(h, "The number over time, with its interval.",
                "El número a lo largo del tiempo, con su intervalo.");
    c.name = T(h, "As of", "Al");
    c.value = v->name;
    if (v->standard != NULL) {
        c.reference = figure_axis(v->ind, v->standard->target);
        c.reference_label = T(h, "standard", "estándar");
    }
    panel_open(h, T(h, "Over time", "A lo largo del tiempo"), "");
    chart_trend(h, &c, points, n);
    panel_close(h);
    return ERR_OK;
}

/* -- two groupings at once ------------------------------------------------------------------ */

static enum err write_pairs(const struct view *v, struct errmsg *e) {
    struct html *h = v->h;
    enum dim a = group_panel_dim(v->r, DIM_MEAL), b = dim_find(req_query(v->r, "and"));
    if (v->ind->unit != UNIT_STUDENT)
        return ERR_OK;
    struct choice dims[DIM_COUNT];
    for (int d = DIM_GRADE; d < DIM_COUNT; d++)
        dims[d - DIM_GRADE] = (struct choice){dim_rows[d].code, dim_rows[d].label};
    html(h, "<section class=\"panel\" id=\"pairs\"><header><h2>%s</h2></header>",
         T(h, "Two groupings at once", "Dos agrupaciones a la vez"));
    struct form f =
        form_begin(v->r, arena_fmt(h->a, "/indicators/%s", v->ind->code).p, FORM_GET | FORM_INLINE);
    form_hidden(&f, "org", str_z(id_text(h, v->place.id)));
    form_hidden(&f, "series", req_query(v->r, "series"));
    form_select(&f,
                &(struct input){.name = "by",
                                .label = TR("Groups by", "Grupos por"),
                                .value = str_z(dim_rows[a].code)},
                dims, DIM_COUNT - DIM_GRADE);
    form_select(&f,
                &(struct input){.name = "and",
                                .label = TR("And by", "Y por"),
                                .value = b < DIM_COUNT ? str_z(dim_rows[b].code) : STR("learner")},
                dims, DIM_COUNT - DIM_GRADE);
    form_submit(&f, TR("Show", "Mostrar"));
    form_end(&f);
    if (b == DIM_COUNT || b == DIM_ALL || b == a) {
        panel_close(h);
        return ERR_OK;
    }
    struct reading_table t;
    TRY(reading_pairs(v->r->db, v->r->a, &v->key, a, b, &t, e));
    html(h,
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"%s\"><table><caption>%s</caption><thead><tr><td></td>",
         T(h, "Two groupings at once", "Dos agrupaciones a la vez"),
         T(h,
           "Value and number of students. Hidden cells are hidden so that no sum gives them away.",
           "Valor y número de estudiantes. Las celdas ocultas lo están para que ninguna suma las "
           "revele."));
    for (size_t j = 0; j < t.nb; j++)
        html(h, "<th scope=\"col\" class=\"n\">%s</th>",
             tr(group_rows[t.cell[j].group2].label, h->lang));
    html(h, "</tr></thead><tbody>");
    for (size_t i = 0; i < t.na; i++) {
        html(h, "<tr><th scope=\"row\">%s</th>",
             tr(group_rows[t.cell[i * t.nb].group].label, h->lang));
        for (size_t j = 0; j < t.nb; j++) {
            const struct reading *c = &t.cell[i * t.nb + j];
            html(h, "<td class=\"n\">%s<span class=\"sub\">%s</span></td>",
                 figure(h, &c->value, v->ind->show),
                 c->value.state == SHOWN_NO_DATA ? "" : figure_n(h, &c->value, v->ind->unit));
        }
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

/* -- where --------------------------------------------------------------------------------- */

static int worst_first(const void *a, const void *b) {
    const struct reading *x = a, *y = b;
    int c = shown_cmp(&x->value, &y->value);
    if (c != 0 && x->ind->better == LOWER_IS_BETTER && shown_exact(&x->value) &&
        shown_exact(&y->value))
        c = -c;
    return c != 0 ? c : str_cmp(x->org_name, y->org_name);
}

static const char *where_finding(const struct view *v, const struct reading *rows, size_t n) {
    struct html *h = v->h;
    size_t shown = 0;
    while (shown < n && shown_exact(&rows[shown].value))
        shown++;
    if (shown < 2)
        return T(h, "Too few places may be shown to compare them.",
                 "Se pueden mostrar muy pocos lugares para compararlos.");
    const struct reading *lo = &rows[0], *hi = &rows[shown - 1];
    return arena_fmt(h->a, T(h, "From %s at %s to %s at %s.", "Desde %s en %s hasta %s en %s."),
                     figure(h, &lo->value, v->ind->show), html_z(h, lo->org_name),
                     figure(h, &hi->value, v->ind->show), html_z(h, hi->org_name))
        .p;
}

static enum err write_children(const struct view *v, struct errmsg *e) {
    struct html *h = v->h;
    struct reading_list l;
    TRY(reading_children(v->r->db, v->r->a, &v->key, &l, e));
    if (l.n == 0)
        return ERR_OK;
    qsort(l.row, l.n, sizeof *l.row, worst_first);
    size_t n = l.n < CHILDREN_MOST ? l.n : CHILDREN_MOST;
    struct chart_point *points = ARENA_ARRAY(v->r->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++) {
        const struct reading *c = &l.row[i];
        int32_t at = org_tree_find(v->place.tree, c->org_id);
        points[i] = figure_point(h, c, html_z(h, c->org_name),
                                 place_may(&v->place, at) ? figure_href(h, c) : NULL);
    }
    struct chart c = figure_chart(v->ind);
    c.finding = where_finding(v, l.row, l.n);
    c.label = T(h, "The number at each place directly below, with intervals.",
                "El número en cada lugar inmediatamente inferior, con intervalos.");
    c.name = str_eq(l.row[0].org_kind, STR("school")) ? T(h, "School", "Escuela")
                                                      : T(h, "Place", "Lugar");
    c.value = T(h, "Now", "Ahora");
    c.caption = n < l.n ? T(h, "The first 80, furthest behind first; all of them are in the CSV.",
                            "Los primeros 80, los más rezagados antes; todos están en el CSV.")
                        : T(h, "Furthest behind first.", "Los más rezagados primero.");
    if (shown_exact(&v->now.value)) {
        c.reference = figure_axis(v->ind, v->now.value.value);
        c.reference_label = v->place.name;
    }
    panel_open(h, T(h, "Where", "Dónde"), "");
    chart_dots(h, &c, points, n);
    panel_close(h);
    return ERR_OK;
}

/* -- each product ---------------------------------------------------------------------------- */

static enum err write_series(const struct view *v, struct errmsg *e) {
    struct html *h = v->h;
    if (!v->ind->by_series || v->key.series.n > 0)
        return ERR_OK;
    struct reading_list l;
    TRY(reading_series(v->r->db, v->r->a, &v->key, &l, e));
    if (l.n == 0)
        return ERR_OK;
    size_t n = l.n < 40 ? l.n : 40;
    struct chart_point *points = ARENA_ARRAY(v->r->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++)
        points[i] =
            figure_point(h, &l.row[i], html_z(h, l.row[i].series), figure_href(h, &l.row[i]));
    struct chart c = figure_chart(v->ind);
    c.finding =
        arena_fmt(h->a, T(h, "%s parts, the largest first.", "%s partes, la mayor primero."),
                  num_int(h, (int64_t)l.n))
            .p;
    c.label = T(h, "The number of each part.", "El número de cada parte.");
    c.name = T(h, "Part", "Parte");
    c.value = T(h, "Now", "Ahora");
    panel_open(h, T(h, "Product by product", "Producto por producto"), "");
    chart_bars(h, &c, points, n);
    panel_close(h);
    return ERR_OK;
}

/* -- how it is made --------------------------------------------------------------------------- */

static enum err write_definition(const struct view *v, struct errmsg *e) {
    struct html *h = v->h;
    const struct indicator *ind = v->ind;
    html(h,
         "<section class=\"panel\" id=\"definition\"><header><h2>%s</h2></header><dl "
         "class=\"facts\">",
         T(h, "How this number is made", "Cómo se hace este número"));
    fact(h, T(h, "Counted", "Se cuentan"), tr(ind->numerator, h->lang));
    fact(h,
         ind->kind == MEASURE_MEAN ? T(h, "Averaged over", "En promedio sobre") : T(h, "Of", "De"),
         tr(ind->denominator, h->lang));
    fact(h, T(h, "One value for each", "Un valor por cada"),
         tr(unit_name(ind->unit, false), h->lang));
    fact(h, T(h, "Period", "Período"), tr(period_name(ind->period), h->lang));
    fact(h, T(h, "Reading it", "Cómo leerlo"), tr(direction_name(ind->better), h->lang));
    fact(h, T(h, "Who is not in it", "Quién no entra"),
         T(h, "Units without a record are unknown: they are in no number here.",
           "Las unidades sin registro se desconocen: no entran en ningún número."));
    if (indicator_about_people(ind))
        fact(h, T(h, "Protected", "Protegido"),
             v->now.value.min_n > 0
                 ? arena_fmt(
                       h->a,
                       T(h, "Groups under %d people are hidden, and whatever would reveal them.",
                         "Se ocultan los grupos de menos de %d personas y lo que los revelaría."),
                       v->now.value.min_n)
                       .p
                 : T(h, "Small groups are hidden, and whatever would reveal them.",
                     "Se ocultan los grupos pequeños y lo que los revelaría."));
    html(h, "</dl>");
    TRY(freshness_line(v->r, h, ind, e));
    panel_close(h);
    return ERR_OK;
}

/* -- the pages ----------------------------------------------------------------------------------
 */

static enum err standard_of(struct view *v, struct errmsg *e) {
    struct standard_list l;
    v->standard = NULL;
    TRY(standard_in_force(v->r->db, v->r->a, v->r->today, &l, e));
    for (size_t i = 0; i < l.n; i++)
        if (l.row[i].ind == v->ind && l.row[i].band == BAND_ALL &&
            str_eq(l.row[i].series, v->key.series) && l.row[i].school_kind == SCHOOL_ANY &&
            l.row[i].subject.n == 0)
            v->standard = &l.row[i];
    return ERR_OK;
}

static enum err view_of(struct req *r, struct view *v, struct errmsg *e) {
    *v = (struct view){.r = r};
    v->ind = catalogue_find(req_param(r, "code"));
    if (v->ind == NULL)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such indicator.", "No existe ese indicador."));
    TRY(place_of(r, &v->place, e));
    int group = group_find(req_query(r, "group"));
    v->key = (struct reading_key){.ind = v->ind,
                                  .series = req_query(r, "series"),
                                  .org_id = v->place.id,
                                  .group = group < 0 ? GROUP_ALL : group,
                                  .as_of = page_day(r)};
    TRY(reading_get(r->db, r->a, &v->key, &v->now, e));
    return standard_of(v, e);
}

static enum err get_indicator(struct req *r, struct errmsg *e) {
    struct view v;
    TRY(view_of(r, &v, e));
    const char *name = tr(v.ind->name, r->lang);
    struct html *h = v.h = page_begin(r, &(struct page){.title = name, .nav = "/indicators"});
    v.name = name;
    if (v.key.series.n > 0)
        v.name = arena_fmt(r->a, "%s: %.*s", v.name, STR_ARG(v.key.series)).p;
    if (v.key.group != GROUP_ALL)
        v.name = arena_fmt(r->a, "%s, %s", v.name, tr(group_rows[v.key.group].label, r->lang)).p;
    place_path(r, h, &v.place, arena_fmt(r->a, "/indicators/%s", v.ind->code).p);
    write_lede(&v);
    if (v.now.as_of != DATE_NONE) {
        TRY(write_trend(&v, e));
        if (v.ind->unit == UNIT_STUDENT)
            TRY(group_panel(&(struct group_panel){r, h, &v.place, &v.key, &v.now, DIM_MEAL,
                                                  arena_fmt(r->a, "/indicators/%s", v.ind->code).p},
                            NULL, e));
        TRY(write_children(&v, e));
        TRY(write_series(&v, e));
        TRY(write_pairs(&v, e));
    }
    TRY(write_definition(&v, e));
    page_end(r);
    return ERR_OK;
}

static void csv_reading(struct csv_writer *w, struct html *h, const struct reading *c) {
    char day_text[DATE_TEXT];
    const struct shown *s = &c->value;
    csv_put_raw(w, str_z(c->ind->code));
    csv_put(w, c->series);
    csv_put(w, c->org_name);
    csv_put(w, str_z(group_rows[c->group].code));
    csv_put(w, str_z(c->group2 == GROUP_ALL ? "" : group_rows[c->group2].code));
    csv_put_raw(w, str_z(date_text(c->since, day_text)));
    csv_put_raw(w, str_z(date_text(c->as_of, day_text)));
    csv_put_raw(w, str_z(shown_state_name(s->state)));
    csv_put_real(w, shown_exact(s) ? s->value : (double)NAN);
    csv_put_real(w, shown_exact(s) ? s->lo : (double)NAN);
    csv_put_real(w, shown_exact(s) ? s->hi : (double)NAN);
    if (s->n_known)
        csv_put_int(w, s->n);
    else
        csv_put(w, STR(""));
    csv_put(w, str_z(figure(h, s, c->ind->show)));
    csv_put(w, str_z(figure_why(h, s)));
    csv_end(w);
}

static enum err get_values(struct req *r, struct errmsg *e) {
    static const char *const heads[] = {"indicator", "series", "org",   "group",     "group2",
                                        "since",     "as_of",  "state", "value",     "low",
                                        "high",      "n",      "shown", "why_hidden"};
    struct view v;
    TRY(view_of(r, &v, e));
    struct html h = {.a = r->a, .lang = r->lang};
    struct reading_list children;
    struct contrast_list groups[DIM_COUNT] = {{0}};
    TRY(reading_children(r->db, r->a, &v.key, &children, e));
    int64_t rows = 1 + (int64_t)children.n;
    for (enum dim d = DIM_GRADE; d < DIM_COUNT && v.ind->unit == UNIT_STUDENT; d++) {
        TRY(reading_groups(r->db, r->a, &v.key, d, &groups[d], e));
        rows += (int64_t)groups[d].n;
    }
    TRY(req_export(r, v.ind->code, "csv", rows, false, e));
    struct csv_writer w = {.out = reply_download(r, "text/csv; charset=utf-8",
                                                 arena_fmt(r->a, "%s.csv", v.ind->code).p)};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_put_raw(&w, str_z(heads[i]));
    csv_end(&w);
    csv_reading(&w, &h, &v.now);
    for (size_t i = 0; i < children.n; i++)
        csv_reading(&w, &h, &children.row[i]);
    for (enum dim d = DIM_GRADE; d < DIM_COUNT; d++)
        for (size_t i = 0; i < groups[d].n; i++)
            csv_reading(&w, &h, &groups[d].row[i].r);
    return ERR_OK;
}

/* -- the list ------------------------------------------------------------------------------------
 */

static enum err write_unit_table(struct req *r, struct html *h, const struct place *p,
                                 enum unit_kind unit, size_t *stale, struct errmsg *e) {
    bool begun = false;
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct indicator *ind = catalogue_at(i);
        if (ind->unit != unit)
            continue;
        if (!begun) {
            const char *title = tr(unit_name(unit, true), h->lang);
            panel_open(h, arena_fmt(r->a, T(h, "About %s", "Sobre %s"), title).p, "");
            html(h,
                 "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
                 "<th scope=\"col\" class=\"n\">%s</th><th "
                 "scope=\"col\">%s</th></tr></thead><tbody>",
                 T(h, "Indicator", "Indicador"), T(h, "Now", "Ahora"),
                 T(h, "Records", "Registros"));
            begun = true;
        }
        struct reading now;
        struct freshness f;
        TRY(reading_get(r->db, r->a,
                        &(struct reading_key){.ind = ind, .org_id = p->id, .as_of = DATE_NONE},
                        &now, e));
        TRY(reading_freshness(r->db, r->a, ind, r->today, &f, e));
        *stale += f.stale;
        html(h, "<tr><th scope=\"row\"><a href=\"%s\">%s</a><span class=\"sub\">%s</span></th>",
             figure_href(h, &now), tr(ind->name, h->lang), tr(ind->question, h->lang));
        figure_cell(h, T(h, "Now", "Ahora"), &now);
        html(h, "<td data-l=\"%s\">", T(h, "Records", "Registros"));
        if (f.data_as_of == DATE_NONE)
            html(h, "%s", T(h, "none yet", "aún ninguno"));
        else
            html(h, "%s", day(h, f.data_as_of));
        if (f.stale && f.data_as_of != DATE_NONE)
            html(h, " <span class=\"tag short\">%s</span>", T(h, "old", "antiguos"));
        html(h, "</td></tr>");
    }
    if (begun) {
        html(h, "</tbody></table></div>");
        panel_close(h);
    }
    return ERR_OK;
}

static enum err get_indicators(struct req *r, struct errmsg *e) {
    struct place p;
    TRY(place_of(r, &p, e));
    int32_t newest;
    TRY(reading_newest(r->db, &newest, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/indicators"});
    place_path(r, h, &p, "/indicators");
    lede_open(h, asof_line(h, p.name, newest));
    html_say(h, "<h1>%s questions, each with one number and one way to make it.</h1>",
             "<h1>%s preguntas, cada una con un número y una sola forma de hacerlo.</h1>",
             num_int(h, (int64_t)catalogue_count()));
    html(
        h, "<p>%s</p>",
        T(h,
          "Gaps, equity and every school's page read these same numbers. Open one to see how it "
          "moved, for whom, where, and how it is made.",
          "Las brechas, la equidad y la página de cada escuela leen estos mismos números. Abra uno "
          "para ver cómo cambió, para quién, dónde y cómo se hace."));
    lede_close(h);
    size_t stale = 0;
    for (enum unit_kind u = UNIT_STUDENT; u < UNIT_KINDS; u++)
        TRY(write_unit_table(r, h, &p, u, &stale, e));
    page_end(r);
    return ERR_OK;
}

const struct route routes_indicator[] = {{.method = GET,
                                          .pattern = "/indicators",
                                          .handler = get_indicators,
                                          .perm = PERM_READINGS,
                                          .title = TR_INIT("Indicators", "Indicadores"),
                                          .nav = TR_INIT("Indicators", "Indicadores"),
                                          .nav_order = 50},
                                         {.method = GET,
                                          .pattern = "/indicators/{code}",
                                          .handler = get_indicator,
                                          .perm = PERM_READINGS,
                                          .title = TR_INIT("Indicator", "Indicador")},
                                         {.method = GET,
                                          .pattern = "/indicators/{code}/values.csv",
                                          .handler = get_values,
                                          .perm = PERM_EXPORT,
                                          .title = TR_INIT("Values", "Valores")},
                                         {0}};
