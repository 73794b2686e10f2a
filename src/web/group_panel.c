#include "web/group_panel.h"

#include <math.h>

enum dim group_panel_dim(const struct req *r, enum dim otherwise) {
    enum dim d = dim_find(req_query(r, "by"));
    return d == DIM_COUNT || d == DIM_ALL ? otherwise : d;
}

static void write_dims(const struct group_panel *v, enum dim on) {
    struct html *h = v->h;
    html(h, "<nav class=\"choice\" aria-label=\"%s\"><ul>", T(h, "Groups by", "Grupos por"));
    for (enum dim d = DIM_GRADE; d < DIM_COUNT; d++) {
        const char *href =
            url(h, v->path, "org", id_text(h, v->place->id), "ind", kept(v->r, "ind"), "series",
                kept(v->r, "series"), "by", dim_rows[d].code, "on", kept(v->r, "on"), NULL);
        html(h, "<li><a href=\"%s#groups\"", href);
        if (d == on)
            html(h, " aria-current=\"true\"");
        html(h, ">%s</a></li>", tr(dim_rows[d].label, h->lang));
    }
    html(h, "</ul></nav>");
}

const struct contrast *furthest_behind(const struct contrast_list *l) {
    const struct contrast *worst = NULL;
    for (size_t i = 0; i < l->n; i++) {
        const struct contrast *c = &l->row[i];
        if (shown_exact(&c->diff) && c->behind && !group_rows[c->r.group].unknown &&
            (worst == NULL || fabs(c->diff.value) > fabs(worst->diff.value)))
            worst = c;
    }
    return worst;
}

static const char *groups_finding(const struct group_panel *v, const struct contrast_list *l) {
    struct html *h = v->h;
    const struct contrast *c = furthest_behind(l);
    if (c == NULL)
        return T(h, "No group is clearly behind all the others.",
                 "Ningún grupo está claramente por detrás de los demás.");
    return arena_fmt(h->a, T(h, "%s: %s; all others: %s.", "%s: %s; todos los demás: %s."),
                     tr(group_rows[c->r.group].label, h->lang),
                     figure(h, &c->r.value, v->key->ind->show),
                     figure(h, &c->others, v->key->ind->show))
        .p;
}

static void write_contrast_row(const struct group_panel *v, const struct contrast *c) {
    struct html *h = v->h;
    html(h, "<tr><th scope=\"row\">%s", tr(group_rows[c->r.group].label, h->lang));
    if (c->behind)
        html(h, " <span class=\"tag short\">%s</span>", T(h, "behind", "por detrás"));
    html(h, "</th>");
    plain_cell(h, T(h, "All others", "Los demás"), figure(h, &c->others, c->r.ind->show));
    contrast_cells(h, c);
    html(h, "</tr>");
}

static void write_contrasts(const struct group_panel *v, const struct contrast_list *l) {
    struct html *h = v->h;
    html(h, "<div class=\"scroll\"><table class=\"stack\"><caption>%s</caption><thead><tr>",
         T(h, "Each group held against all others here. The interval of a difference is at 95 %.",
           "Cada grupo frente a todos los demás de aquí. El intervalo de la diferencia es del 95 "
           "%."));
    html(h, "<th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>",
         T(h, "Group", "Grupo"), T(h, "All others", "Los demás"));
    contrast_heads(h);
    html(h, "</tr></thead><tbody>");
    for (size_t i = 0; i < l->n; i++)
        write_contrast_row(v, &l->row[i]);
    html(h, "</tbody></table></div>");
}

/* A year before, matched by group; NaN where nothing comparable may be shown. */
static double a_year_before(const struct group_panel *v, const struct contrast_list *old,
                            int group) {
    for (size_t i = 0; i < old->n; i++)
        if (old->row[i].r.group == group && shown_exact(&old->row[i].r.value))
            return figure_axis(v->key->ind, old->row[i].r.value.value);
    return (double)NAN;
}

static enum err year_before(const struct group_panel *v, enum dim by, struct contrast_list *old,
                            struct errmsg *e) {
    struct reading_key k = *v->key;
    *old = (struct contrast_list){0};
    if (v->now->as_of == DATE_NONE)
        return ERR_OK;
    k.as_of = v->now->as_of - 365;
    TRY(reading_groups(v->r->db, v->r->a, &k, by, old, e));
    if (old->n > 0 && (old->row[0].r.as_of == DATE_NONE || old->row[0].r.as_of < k.as_of - 62))
        old->n = 0;
    return ERR_OK;
}

enum err group_panel(const struct group_panel *v, struct contrast_list *out, struct errmsg *e) {
    struct html *h = v->h;
    enum dim by = group_panel_dim(v->r, v->otherwise);
    struct contrast_list l, old;
    TRY(reading_groups(v->r->db, v->r->a, v->key, by, &l, e));
    TRY(year_before(v, by, &old, e));
    html(h, "<section class=\"panel\" id=\"groups\"><header><h2>%s</h2></header>",
         T(h, "For whom", "Para quién"));
    write_dims(v, by);
    struct chart_point *points = ARENA_ARRAY(v->r->a, struct chart_point, l.n);
    size_t n = 0;
    bool any_before = false;
    for (size_t i = 0; i < l.n; i++) {
        if (l.row[i].r.value.state == SHOWN_NO_DATA)
            continue;
        points[n] =
            figure_point(h, &l.row[i].r, tr(group_rows[l.row[i].r.group].label, h->lang), NULL);
        points[n].before = a_year_before(v, &old, l.row[i].r.group);
        any_before |= !isnan(points[n].before);
        n++;
    }
    struct chart c = figure_chart(v->key->ind);
    c.finding = groups_finding(v, &l);
    c.label = T(h, "The number by group, with intervals.", "El número por grupo, con intervalos.");
    c.name = T(h, "Group", "Grupo");
    c.value = T(h, "Now", "Ahora");
    c.before = any_before ? T(h, "A year before", "Un año antes") : NULL;
    if (shown_exact(&v->now->value)) {
        c.reference = figure_axis(v->key->ind, v->now->value.value);
        c.reference_label = T(h, "everyone", "todos");
    }
    chart_dots(h, &c, points, n);
    write_contrasts(v, &l);
    panel_close(h);
    if (out != NULL)
        *out = l;
    return ERR_OK;
}
