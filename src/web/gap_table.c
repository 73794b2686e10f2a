#include "web/gap_table.h"

#include <math.h>

const char *gap_name(struct html *h, const struct gap *g) {
    const struct standard *s = g->standard;
    return html_z(h, h->lang == LANG_ES && s->name_es.n > 0 ? s->name_es : s->name_en);
}

const char *gap_href(struct html *h, const struct gap *g) {
    const char *path = arena_fmt(h->a, "/gaps/%.*s", STR_ARG(g->standard->code)).p;
    return url(h, path, "org", id_text(h, g->now.org_id), "group",
               g->now.group == GROUP_ALL ? "" : group_rows[g->now.group].code, NULL);
}

/* "grades 3-5, high schools": of whom the standard is asked; "" for everyone. */
static const char *asked_of(struct html *h, const struct standard *s) {
    struct str text = STR("");
    if (s->band != BAND_ALL)
        text = str_z(tr(standard_band_name(s->band), h->lang));
    if (s->school_kind != SCHOOL_ANY)
        text = arena_fmt(h->a, "%.*s%s%s", STR_ARG(text), text.n > 0 ? ", " : "",
                         tr(school_kind_name(s->school_kind), h->lang));
    if (s->subject.n > 0)
        text = arena_fmt(h->a, "%.*s%s%.*s", STR_ARG(text), text.n > 0 ? ", " : "",
                         STR_ARG(s->subject));
    return html_z(h, text);
}

static const char *where(struct html *h, const struct gap *g, unsigned flags) {
    const char *org = html_z(h, g->now.org_name);
    if (g->now.group != GROUP_ALL)
        return tr(group_rows[g->now.group].label, h->lang);
    if (flags & GAP_TABLE_WHERE_FIRST)
        return org;
    if (g->schools == 0)
        return org;
    if (g->schools_short == 1 && g->widest_name.n > 0)
        return html_z(h, g->widest_name);
    if (g->widest_name.n > 0 && !(flags & GAP_TABLE_PLAIN))
        return arena_fmt(h->a,
                         T(h, "%zu of %zu schools; widest at %.*s",
                           "%zu de %zu escuelas; la mayor en %.*s"),
                         g->schools_short, g->schools, STR_ARG(g->widest_name))
            .p;
    return arena_fmt(h->a, T(h, "%zu of %zu schools", "%zu de %zu escuelas"), g->schools_short,
                     g->schools)
        .p;
}

static void heads(struct html *h, unsigned flags) {
    const char *standard = T(h, "Standard", "Estándar");
    html(h, "<thead><tr><th scope=\"col\">%s</th>",
         flags & GAP_TABLE_WHERE_FIRST ? T(h, "Where", "Dónde") : standard);
    if (!(flags & (GAP_TABLE_ONE_STANDARD | GAP_TABLE_HERE)))
        html(h, "<th scope=\"col\">%s</th>",
             flags & GAP_TABLE_WHERE_FIRST ? standard : T(h, "Where", "Dónde"));
    html(h,
         "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>",
         T(h, "Now", "Ahora"), T(h, "Asked", "Se pide"),
         T(h, "People short", "Personas que faltan"), T(h, "Cost to close", "Costo de cerrarla"));
    if (flags & GAP_TABLE_RANK)
        html(h, "<th scope=\"col\" class=\"n\">%s</th>", T(h, "Rank", "Orden"));
    html(h, "<th scope=\"col\">%s</th></tr></thead><tbody>", T(h, "Owner", "Responsable"));
}

static void amount_cell(struct html *h, const char *label, const struct shown *s, enum show_as as) {
    if (s->state == SHOWN_NO_DATA)
        plain_cell(h, label,
                   as == SHOW_MONEY ? T(h, "no price yet", "sin precio aún")
                                    : T(h, "unknown", "se desconoce"));
    else if (!shown_exact(s))
        html(h, "<td data-l=\"%s\" class=\"n\"><span class=\"tag hid\">%s</span></td>", label,
             figure(h, s, as));
    else
        plain_cell(h, label,
                   as == SHOW_MONEY ? dollars(h, s->value)
                                    : num_int(h, (int64_t)llround(s->value)));
}

static void cost_cell(struct html *h, const char *label, const struct gap *g) {
    if (!shown_exact(&g->cost) || !shown_exact(&g->yearly)) {
        amount_cell(h, label, &g->cost, SHOW_MONEY);
        return;
    }
    html_say(h, "<td data-l=\"%s\" class=\"n\">%s<span class=\"sub\">then %s a year</span></td>",
             "<td data-l=\"%s\" class=\"n\">%s<span class=\"sub\">luego %s al año</span></td>",
             label, dollars(h, g->cost.value), dollars(h, g->yearly.value));
}

static void owner_cell(struct html *h, const struct gap *g, unsigned flags) {
    const struct gap_owner *o = &g->owner;
    html(h, "<td data-l=\"%s\">", T(h, "Owner", "Responsable"));
    if (g->met)
        html(h, "<span class=\"tag ok\">%s</span>", T(h, "met", "cumplido"));
    else if (o->name.n == 0 && (flags & GAP_TABLE_PLAIN))
        html(h, "–");
    else if (o->name.n == 0)
        html(h, "<a href=\"%s#owner\">%s</a>", gap_href(h, g), T(h, "Nobody yet", "Nadie todavía"));
    else {
        html(h, "%.*s", STR_ARG(o->name));
        if (o->due_on != DATE_NONE)
            html(h, "<span class=\"sub\">%s</span>", day(h, o->due_on));
        if (o->done)
            html(h, " <span class=\"tag ok\">%s</span>", T(h, "done", "hecho"));
    }
    html(h, "</td>");
}

static void name_cell(struct html *h, const struct gap *g, unsigned flags, bool head) {
    const char *sub = asked_of(h, g->standard);
    if (head)
        html(h, "<th scope=\"row\">");
    else
        html(h, "<td data-l=\"%s\">", T(h, "Standard", "Estándar"));
    if (flags & GAP_TABLE_PLAIN)
        html(h, "%s", gap_name(h, g));
    else
        html(h, "<a href=\"%s\">%s</a>", gap_href(h, g), gap_name(h, g));
    if (sub[0] != '\0')
        html(h, "<span class=\"sub\">%s</span>", sub);
    if (head)
        html(h, "</th>");
    else
        html(h, "</td>");
}

static void row(struct html *h, const struct gap *g, unsigned flags) {
    const struct indicator *ind = g->standard->ind;
    html(h, "<tr>");
    if (flags & GAP_TABLE_WHERE_FIRST) {
        html(h, "<th scope=\"row\">");
        if (flags & GAP_TABLE_PLAIN)
            html(h, "%s</th>", where(h, g, flags));
        else
            html(h, "<a href=\"%s\">%s</a></th>", gap_href(h, g), where(h, g, flags));
        if (!(flags & GAP_TABLE_ONE_STANDARD))
            name_cell(h, g, flags, false);
    } else {
        name_cell(h, g, flags, true);
        if (!(flags & GAP_TABLE_HERE))
            html(h, "<td data-l=\"%s\">%s</td>", T(h, "Where", "Dónde"), where(h, g, flags));
    }
    figure_cell(h, T(h, "Now", "Ahora"), &g->now);
    html(h, "<td data-l=\"%s\" class=\"n\">%s %s</td>", T(h, "Asked", "Se pide"),
         tr(standard_op_words(g->standard->op), h->lang),
         figure_plain(h, g->standard->target, ind->show));
    amount_cell(h, T(h, "People short", "Personas que faltan"), &g->people, SHOW_NUMBER);
    cost_cell(h, T(h, "Cost to close", "Costo de cerrarla"), g);
    if (flags & GAP_TABLE_RANK)
        plain_cell(h, T(h, "Rank", "Orden"),
                   isnan(g->rank) ? T(h, "last", "al final") : num(h, g->rank));
    owner_cell(h, g, flags);
    html(h, "</tr>");
}

void gap_table(struct html *h, const struct gap_list *l, unsigned flags) {
    if (l->n == 0) {
        empty_note(h, T(h, "Nothing is short here.", "Aquí no falta nada."));
        return;
    }
    html(h, "<div class=\"scroll\"><table class=\"stack\"><caption>%s",
         T(h, "Ranked by people short × distance from the standard × priority.",
           "Por orden de personas que faltan × distancia al estándar × prioridad."));
    if (!(flags & (GAP_TABLE_PLAIN | GAP_TABLE_ONE_STANDARD)))
        html(h, " <a href=\"/gaps#rank\">%s</a>",
             T(h, "How the rank is made", "Cómo se hace el orden"));
    html(h, "</caption>");
    heads(h, flags);
    for (size_t i = 0; i < l->n; i++)
        if (l->row[i].standard->ind != NULL)
            row(h, &l->row[i], flags);
    html(h, "</tbody></table></div>");
}
