/* The gap list: what is short of our own standards, ranked and costed, and who closes it. */
#include "base/xlsx.h"
#include "plan/gap.h"
#include "provide/provide.h"
#include "roster/view.h"
#include "web/figure.h"
#include "web/form.h"
#include "web/gap_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { UNITS_PAGE = 50, PRINT_ROWS = 12, LIST_ROWS = 200, GROUPS_FIRST = 8 };

/* -- what is asked for -------------------------------------------------------------------- */

struct asked {
    struct place place;
    struct gap_query q;
    const char *level, *dim;
};

static const struct choice levels[] = {
    {"standards", TR_INIT("One row per standard", "Una fila por estándar")},
    {"schools", TR_INIT("School by school", "Escuela por escuela")},
    {"groups", TR_INIT("Group by group", "Grupo por grupo")},
};

static enum err asked_of(struct req *r, struct asked *a, struct errmsg *e) {
    *a = (struct asked){.level = "standards", .dim = ""};
    TRY(place_of(r, &a->place, e));
    a->q = (struct gap_query){.org_id = a->place.id, .as_of = page_day(r), .group = GROUP_ALL};
    struct str level = req_query(r, "level");
    if (str_eq(level, STR("schools"))) {
        a->q.level = GAP_SCHOOLS;
        a->level = "schools";
    } else if (str_eq(level, STR("groups"))) {
        a->q.level = GAP_BY_GROUP;
        a->level = "groups";
        enum dim d = dim_find(req_query(r, "dim"));
        a->q.dim = d == DIM_COUNT ? DIM_ALL : d;
        a->dim = dim_rows[a->q.dim].code;
    }
    int group = group_find(req_query(r, "group"));
    if (group > 0)
        a->q.group = group;
    a->q.with_met = str_eq(req_query(r, "met"), STR("1"));
    return ERR_OK;
}

static const char *asked_url(struct req *r, struct html *h, const struct asked *a,
                             const char *path) {
    return url(h, path, "org", id_text(h, a->place.id), "level", kept(r, "level"), "dim",
               kept(r, "dim"), "group", kept(r, "group"), "met", kept(r, "met"), "on",
               kept(r, "on"), NULL);
}

/* -- the list ------------------------------------------------------------------------------- */

static void write_lede(struct html *h, const struct asked *a, const struct gap_list *l) {
    lede_open(h, asof_line(h, a->place.name, l->as_of));
    html(h, "<h1>");
    if (l->gaps == 0 && l->met == 0 && l->hidden == 0)
        html(h, "%s",
             T(h, "No standard is held against this place yet.",
               "Todavía no se compara este lugar con ningún estándar."));
    else if (l->gaps == 0)
        html(h, "%s",
             T(h, "Everything that our standards ask for is in place.",
               "Todo lo que piden nuestros estándares está cumplido."));
    else if (l->gaps == 1)
        html(h, "%s",
             T(h, "One thing our standards ask for is not in place yet.",
               "Todavía falta una cosa de las que piden nuestros estándares."));
    else
        html_say(h, "%s things our standards ask for are not in place yet.",
                 "Todavía faltan %s cosas de las que piden nuestros estándares.",
                 num_int(h, (int64_t)l->gaps));
    html(h, "</h1><p>");
    if (l->cost_cents > 0)
        html_say(h, "Closing what has a price costs %s%s this year and %s each year after. ",
                 "Cerrar lo que tiene precio cuesta %s%s este año y %s cada año siguiente. ",
                 l->hidden > 0 ? T(h, "at least ", "al menos ") : "", dollars(h, l->cost_cents),
                 dollars(h, l->yearly_cents));
    if (l->met > 0)
        html_say(h, "%s are met. ", "%s se cumplen. ", num_int(h, (int64_t)l->met));
    if (l->hidden > 0)
        html_say(h, "Of %s it cannot be told: the numbers are hidden to protect few people. ",
                 "De %s no se puede decir: los números se ocultan para proteger a pocas personas. ",
                 num_int(h, (int64_t)l->hidden));
    if (l->unread > 0)
        html_say(h, "%s have no records yet.", "%s aún no tienen registros.",
                 num_int(h, (int64_t)l->unread));
    html(h, "</p>");
    lede_close(h);
}

static void write_filter(struct req *r, const struct asked *a) {
    struct choice dims[DIM_COUNT];
    size_t n = 0;
    dims[n++] = (struct choice){"all", TR("Every grouping", "Todas las agrupaciones")};
    for (int d = DIM_GRADE; d < DIM_COUNT; d++)
        dims[n++] = (struct choice){dim_rows[d].code, dim_rows[d].label};
    struct form f = form_begin(r, "/gaps", FORM_GET | FORM_INLINE);
    form_hidden(&f, "org", arena_fmt(r->a, "%lld", (long long)a->place.id));
    form_select(
        &f,
        &(struct input){.name = "level", .label = TR("Show", "Mostrar"), .value = str_z(a->level)},
        levels, sizeof levels / sizeof levels[0]);
    if (a->q.level == GAP_BY_GROUP)
        form_select(&f,
                    &(struct input){.name = "dim",
                                    .label = TR("Groups by", "Grupos por"),
                                    .value = str_z(a->dim)},
                    dims, n);
    form_check(&f,
               &(struct input){.name = "met",
                               .value = STR("1"),
                               .label = TR("Also what is met", "También lo que se cumple")},
               a->q.with_met);
    form_submit(&f, TR("Show", "Mostrar"));
    form_end(&f);
}

static enum err write_formula(struct req *r, struct html *h, const struct asked *a,
                              struct errmsg *e) {
    struct gap_formula f;
    TRY(gap_formula_get(r->db, &f, e));
    html(h, "<section class=\"panel\" id=\"rank\"><header><h2>%s</h2></header>",
         T(h, "How the rank is made", "Cómo se hace el orden"));
    html(h, "<p>%.*s</p><p class=\"asof\">%s</p>", STR_ARG(gap_formula_words(&f, h->lang, r->a)),
         T(h,
           "People short: how many students or teachers are missing to reach the standard. "
           "Distance: how far the number is from it, 0 to 1. Priority: set with each standard.",
           "Personas que faltan: cuántos estudiantes o docentes faltan para cumplir. Distancia: "
           "cuán lejos está el número, de 0 a 1. Prioridad: se fija con cada estándar."));
    if (req_may(r, PERM_PLAN_EDIT)) {
        struct form m = form_begin(r, "/gaps/formula", FORM_INLINE);
        form_hidden(&m, "org", arena_fmt(r->a, "%lld", (long long)a->place.id));
        form_text(&m, &(struct input){.name = "people",
                                      .label = TR("Weight of people", "Peso de las personas"),
                                      .value = str_z(num_dec(h, f.people_power, 1)),
                                      .required = true});
        form_text(&m, &(struct input){.name = "distance",
                                      .label = TR("Weight of distance", "Peso de la distancia"),
                                      .value = str_z(num_dec(h, f.distance_power, 1)),
                                      .required = true});
        form_text(&m, &(struct input){.name = "priority",
                                      .label = TR("Weight of priority", "Peso de la prioridad"),
                                      .value = str_z(num_dec(h, f.priority_power, 1)),
                                      .required = true});
        form_submit(&m, TR("Rank again", "Ordenar de nuevo"));
        form_end(&m);
    }
    panel_close(h);
    return ERR_OK;
}

static void write_next(struct req *r, struct html *h, const struct asked *a,
                       const struct gap_list *l) {
    size_t shown = 0;
    bool edit = req_may(r, PERM_PLAN_EDIT);
    next_open(h);
    for (size_t i = 0; i < l->n && shown < 3; i++) {
        const struct gap *g = &l->row[i];
        if (g->met || g->owner.name.n > 0 || !edit)
            continue;
        const char *name = gap_name(h, g);
        next_row(
            h,
            arena_fmt(h->a, T(h, "Nobody has taken on: %s.", "Nadie se encarga de: %s."), name).p,
            arena_fmt(h->a, "%s#owner", gap_href(h, g)).p, T(h, "Assign", "Asignar"), shown++ > 0);
    }
    for (size_t i = 0; i < l->n && shown < 5; i++) {
        const struct gap *g = &l->row[i];
        if (g->owner.due_on == DATE_NONE || g->owner.due_on >= r->today || g->owner.done || g->met)
            continue;
        next_row(h,
                 arena_fmt(h->a, T(h, "%s was due on %s.", "%s vencía el %s."), gap_name(h, g),
                           day(h, g->owner.due_on))
                     .p,
                 gap_href(h, g), T(h, "Look at it", "Ver"), shown++ > 0);
    }
    if (l->unread > 0 && req_may(r, PERM_IMPORT) && shown++ < 6)
        next_row(h,
                 arena_fmt(h->a,
                           T(h, "%s standards have no records behind them yet.",
                             "%s estándares aún no tienen registros."),
                           num_int(h, (int64_t)l->unread))
                     .p,
                 "/import", T(h, "Import a file", "Importar un archivo"), shown > 1);
    next_row(h, T(h, "See the same gaps school by school.", "Ver las mismas brechas por escuela."),
             url(h, "/gaps", "org", id_text(h, a->place.id), "level", "schools", NULL),
             T(h, "By school", "Por escuela"), shown > 0);
    next_close(h);
}

static unsigned place_flags(const struct asked *a) {
    if (a->q.level != GAP_STANDARDS)
        return GAP_TABLE_WHERE_FIRST;
    return a->place.school && a->q.group == GROUP_ALL ? GAP_TABLE_HERE : 0;
}

static enum err get_gaps(struct req *r, struct errmsg *e) {
    struct asked a;
    struct gap_list l;
    TRY(asked_of(r, &a, e));
    a.q.most = LIST_ROWS;
    TRY(gap_list(r->db, r->a, &a.q, &l, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/gaps"});
    place_path(r, h, &a.place, "/gaps");
    write_lede(h, &a, &l);
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\">",
         T(h, "Gaps, most pressing first", "Brechas, las más urgentes primero"));
    if (req_may(r, PERM_EXPORT))
        html(h, "<a href=\"%s\">CSV</a> · <a href=\"%s\">XLSX</a> · ",
             asked_url(r, h, &a, "/gaps/list.csv"), asked_url(r, h, &a, "/gaps/list.xlsx"));
    html(h, "<a href=\"%s\">%s</a></p></header>", asked_url(r, h, &a, "/gaps/print"),
         T(h, "One page to print", "Una página para imprimir"));
    write_filter(r, &a);
    gap_table(h, &l, GAP_TABLE_RANK | place_flags(&a));
    if (l.gaps > l.n)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "The first 200; all of them are in the CSV.",
               "Las primeras 200; todas están en el CSV."));
    panel_close(h);
    write_next(r, h, &a, &l);
    TRY(write_formula(r, h, &a, e));
    page_end(r);
    return ERR_OK;
}

/* One sheet of paper for the board: the most pressing, the sum, the formula. */
static enum err get_print(struct req *r, struct errmsg *e) {
    struct asked a;
    struct gap_list l;
    struct gap_formula f;
    TRY(asked_of(r, &a, e));
    a.q.most = PRINT_ROWS;
    TRY(gap_list(r->db, r->a, &a.q, &l, e));
    TRY(gap_formula_get(r->db, &f, e));
    struct html *h = page_begin(r, &(struct page){.nav = "/gaps"});
    html(h, "<div class=\"sheet\">");
    write_lede(h, &a, &l);
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>",
         T(h, "The most pressing gaps", "Las brechas más urgentes"));
    gap_table(h, &l, GAP_TABLE_PLAIN | place_flags(&a));
    html(h, "<p class=\"asof\">%.*s</p>", STR_ARG(gap_formula_words(&f, h->lang, r->a)));
    if (l.gaps > l.n)
        html_say(h, "<p class=\"asof\">%s more are in Homeroom.</p>",
                 "<p class=\"asof\">%s más están en Homeroom.</p>",
                 num_int(h, (int64_t)(l.gaps - l.n)));
    panel_close(h);
    html(h,
         "</div><p class=\"acts noprint\"><button class=\"act\" data-print hidden>%s</button>"
         "<span>%s</span> <a href=\"%s\">%s</a></p>",
         T(h, "Print", "Imprimir"),
         T(h, "It fits one letter sheet.", "Cabe en una hoja tamaño carta."),
         asked_url(r, h, &a, "/gaps"), T(h, "Back to the list", "Volver a la lista"));
    page_end(r);
    return ERR_OK;
}

static enum err get_csv(struct req *r, struct errmsg *e) {
    struct asked a;
    struct gap_list l;
    TRY(asked_of(r, &a, e));
    TRY(gap_list(r->db, r->a, &a.q, &l, e));
    TRY(req_export(r, "gaps", "csv", (int64_t)l.n, false, e));
    gap_csv(&l, r->lang, r->a, reply_download(r, "text/csv; charset=utf-8", "gaps.csv"));
    return ERR_OK;
}

/* A column is one of numbers when each of its cells is one or blank. */
static enum xlsx_type column_type(const struct str *cells, size_t rows, size_t column) {
    bool any = false;
    for (size_t i = 0; i < rows; i++) {
        struct str s = cells[i * GAP_COLUMNS + column];
        double v;
        if (s.n > 0 && !str_real(s, &v))
            return XLSX_TEXT;
        any |= s.n > 0;
    }
    return any ? XLSX_REAL : XLSX_TEXT;
}

static enum err fill_sheet(struct xlsx *x, const struct xlsx_column *columns,
                           const struct str *cells, size_t rows, struct errmsg *e) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < GAP_COLUMNS; j++) {
            struct str s = cells[i * GAP_COLUMNS + j];
            double v;
            if (columns[j].type == XLSX_REAL && str_real(s, &v))
                xlsx_real(x, v);
            else if (s.n == 0)
                xlsx_empty(x);
            else
                xlsx_text(x, s);
        }
        TRY(xlsx_row_end(x, e));
    }
    return ERR_OK;
}

static enum err get_xlsx(struct req *r, struct errmsg *e) {
    struct asked a;
    struct gap_list l;
    TRY(asked_of(r, &a, e));
    TRY(gap_list(r->db, r->a, &a.q, &l, e));
    TRY(req_export(r, "gaps", "xlsx", (int64_t)l.n, false, e));
    struct str *cells = ARENA_ARRAY(r->a, struct str, (l.n + 1) * GAP_COLUMNS);
    for (size_t i = 0; i < l.n; i++)
        gap_cells(&l.row[i], r->lang, r->a, &cells[i * GAP_COLUMNS]);
    struct xlsx_column columns[GAP_COLUMNS];
    for (size_t j = 0; j < GAP_COLUMNS; j++)
        columns[j] =
            (struct xlsx_column){tr(gap_column_names[j], r->lang), column_type(cells, l.n, j), 0};
    char path[] = "/tmp/homeroom-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return req_fail(r, e, ERR_IO,
                        TR("The server has no room for the workbook; take the CSV.",
                           "El servidor no tiene espacio para el libro; descargue el CSV."));
    (void)close(fd);
    struct xlsx *x;
    TRY(xlsx_open(path, tr(TR("Gaps", "Brechas"), r->lang), columns, GAP_COLUMNS, &x, e));
    enum err failed = fill_sheet(x, columns, cells, l.n, e);
    if (failed != ERR_OK) {
        xlsx_abandon(x);
        return failed;
    }
    return xlsx_close_into(
        x,
        reply_download(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                       "gaps.xlsx"),
        e);
}

/* -- one gap ---------------------------------------------------------------------------------- */

struct one {
    struct place place;
    struct gap_list at, schools, groups;
    const struct gap *gap; /* at the place; NULL when the standard is not asked or not read there */
    const struct standard *standard;
    int group;
};

static enum err one_of(struct req *r, struct one *o, int64_t org, int group, struct errmsg *e) {
    *o = (struct one){.group = group < 0 ? GROUP_ALL : group};
    TRY(place_at(r, org, &o->place, e));
    struct gap_query q = {.org_id = o->place.id,
                          .standard = req_param(r, "standard"),
                          .group = o->group,
                          .as_of = DATE_NONE,
                          .with_met = true};
    TRY(gap_list(r->db, r->a, &q, &o->at, e));
    if (o->at.n == 0)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("This standard is not asked of this place, or nothing is known there.",
                           "Este estándar no se pide aquí, o no se sabe nada de este lugar."));
    o->gap = &o->at.row[0];
    o->standard = o->gap->standard;
    q.level = GAP_SCHOOLS;
    TRY(gap_list(r->db, r->a, &q, &o->schools, e));
    if (o->standard->ind != NULL && o->standard->ind->unit == UNIT_STUDENT &&
        o->group == GROUP_ALL) {
        q.level = GAP_BY_GROUP;
        TRY(gap_list(r->db, r->a, &q, &o->groups, e));
    }
    return ERR_OK;
}

static enum err one_asked(struct req *r, struct one *o, struct errmsg *e) {
    struct str org = req_query(r, "org");
    int64_t id = 0;
    if (org.n > 0 && !str_int(org, &id))
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such school.", "No existe esa escuela."));
    return one_of(r, o, id, group_find(req_query(r, "group")), e);
}

static void write_one_lede(struct req *r, struct html *h, const struct one *o) {
    const struct gap *g = o->gap;
    const struct indicator *ind = o->standard->ind;
    const char *now = figure(h, &g->now.value, ind->show);
    const char *target = figure_plain(h, o->standard->target, ind->show);
    lede_open(h, asof_line(h, o->place.name, g->now.as_of));
    html(h, "<p class=\"question\">%s</p><h1>", gap_name(h, g));
    if (g->met)
        html_say(h, "Met: %s, where %s %s is asked.", "Cumplido: %s, donde se pide %s %s.", now,
                 tr(standard_op_words(o->standard->op), h->lang), target);
    else if (g->now.value.state == SHOWN_HIDDEN)
        html(h, "%s",
             T(h, "This cannot be told here: the number is hidden to protect few people.",
               "Aquí no se puede decir: el número está oculto para proteger a pocas personas."));
    else
        html_say(h, "Not yet: %s, where %s %s is asked.", "Aún no: %s, donde se pide %s %s.", now,
                 tr(standard_op_words(o->standard->op), h->lang), target);
    html(h, "</h1><p>");
    if (shown_exact(&g->people) && !g->met)
        html_say(
            h, "%s are short. ", "Les falta a %s. ",
            arena_fmt(r->a, "%s %s", num_int(h, (int64_t)llround(g->people.value)),
                      tr(unit_name(ind->unit == UNIT_EDUCATOR ? UNIT_EDUCATOR : UNIT_STUDENT, true),
                         h->lang))
                .p);
    if (shown_exact(&g->cost) && !g->met)
        html_say(h, "Closing it costs %s this year and %s each year after. ",
                 "Cerrarla cuesta %s este año y %s cada año siguiente. ", dollars(h, g->cost.value),
                 shown_exact(&g->yearly) ? dollars(h, g->yearly.value) : "–");
    const char *note = html_z(h, h->lang == LANG_ES ? o->standard->note_es : o->standard->note_en);
    html(h, "%s</p>", note);
    lede_close(h);
}

static enum err cost_of(struct req *r, const struct standard *s, const struct cost_item **out,
                        struct errmsg *e) {
    struct cost_item *items;
    size_t n;
    *out = NULL;
    TRY(cost_items(r->db, r->a, &items, &n, e));
    for (size_t i = 0; i < n; i++)
        if (s->cost_item.n > 0 && str_eq(items[i].code, s->cost_item))
            *out = &items[i];
    return ERR_OK;
}

static enum err write_cost(struct req *r, struct html *h, const struct one *o, struct errmsg *e) {
    const struct cost_item *c;
    const struct gap *g = o->gap;
    TRY(cost_of(r, o->standard, &c, e));
    panel_open(h, T(h, "What it takes", "Lo que hace falta"),
               T(h, "Missing units x quantity x unit cost",
                 "Unidades que faltan x cantidad x costo unitario"));
    if (c == NULL) {
        empty_note(h, T(h, "No cost item is named for this standard yet.",
                        "Este estándar aún no tiene un costo asignado."));
        panel_close(h);
        return ERR_OK;
    }
    const char *label = html_z(h, h->lang == LANG_ES ? c->label_es : c->label_en);
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Missing", "Faltan"),
         shown_exact(&g->missing) ? num_int(h, (int64_t)llround(g->missing.value))
                                  : figure(h, &g->missing, SHOW_NUMBER));
    fact(h, T(h, "Each takes", "Cada una requiere"),
         arena_fmt(r->a, "%s × %s", num(h, o->standard->quantity), label).p);
    fact(h, T(h, "Once", "Una vez"), money(h, c->one_time_cents));
    fact(h, T(h, "Each year", "Cada año"), money(h, c->yearly_cents));
    if (c->lifetime_years > 0)
        fact(h, T(h, "Lasts", "Dura"),
             arena_fmt(r->a, T(h, "%s years", "%s años"), num(h, c->lifetime_years)).p);
    fact(h, T(h, "Price from", "Precio de"),
         c->ours ? T(h, "a default; the district has not confirmed it",
                     "un valor inicial; el distrito no lo ha confirmado")
                 : html_z(h, c->source));
    html(h, "</dl>");
    if (req_may(r, PERM_PLAN_EDIT))
        html(h, "<p><a href=\"/standards/costs\">%s</a></p>",
             T(h, "Change unit costs", "Cambiar costos unitarios"));
    panel_close(h);
    return ERR_OK;
}

static void write_schools(struct html *h, const struct one *o) {
    if (o->schools.n == 0 || o->place.school)
        return;
    const struct indicator *ind = o->standard->ind;
    size_t n = o->schools.n < 80 ? o->schools.n : 80;
    struct chart_point *p = ARENA_ARRAY(h->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++) {
        const struct gap *g = &o->schools.row[i];
        p[i] = figure_point(h, &g->now, html_z(h, g->now.org_name), gap_href(h, g));
    }
    struct chart c = figure_chart(ind);
    c.finding =
        o->gap->widest_name.n > 0
            ? arena_fmt(h->a,
                        T(h, "%s schools are short; %s is furthest away.",
                          "A %s escuelas les falta; %s es la más alejada."),
                        num_int(h, (int64_t)o->gap->schools_short), html_z(h, o->gap->widest_name))
                  .p
            : T(h, "No school is short of it.", "A ninguna escuela le falta.");
    c.label = T(h, "Each school against the standard, with intervals.",
                "Cada escuela frente al estándar, con intervalos.");
    c.name = T(h, "School", "Escuela");
    c.value = T(h, "Now", "Ahora");
    c.reference = figure_axis(ind, o->standard->target);
    c.reference_label = T(h, "standard", "estándar");
    panel_open(h, T(h, "School by school", "Escuela por escuela"), "");
    chart_dots(h, &c, p, n);
    html(h, "<details><summary>%s</summary>",
         T(h, "What each school is short of, and its cost",
           "Lo que falta en cada escuela, y su costo"));
    gap_table(h, &o->schools, GAP_TABLE_WHERE_FIRST | GAP_TABLE_ONE_STANDARD);
    html(h, "</details>");
    panel_close(h);
}

static void write_groups(struct html *h, const struct one *o) {
    if (o->groups.n == 0)
        return;
    struct gap_list first = o->groups, rest = o->groups;
    first.n = first.n < GROUPS_FIRST ? first.n : GROUPS_FIRST;
    rest.n -= first.n;
    rest.row += first.n;
    panel_open(h, T(h, "Group by group", "Grupo por grupo"), "");
    gap_table(h, &first, GAP_TABLE_WHERE_FIRST | GAP_TABLE_ONE_STANDARD);
    if (rest.n > 0) {
        html_say(h, "<details><summary>The other %s groups</summary>",
                 "<details><summary>Los otros %s grupos</summary>", num_int(h, (int64_t)rest.n));
        gap_table(h, &rest, GAP_TABLE_WHERE_FIRST | GAP_TABLE_ONE_STANDARD);
        html(h, "</details>");
    }
    panel_close(h);
}

/* May the viewer see the units behind a number of this kind one by one? */
static bool may_drill(const struct req *r, const struct one *o) {
    switch (o->standard->ind->unit) {
    case UNIT_STUDENT:
        return may_list_students(r, o->standard->ind, o->group);
    case UNIT_DEVICE:
    case UNIT_ROOM:
    case UNIT_SCHOOL:
        return req_may(r, PERM_DEVICES);
    case UNIT_LICENCE:
        return req_may(r, PERM_LICENCES);
    case UNIT_EDUCATOR:
    case UNIT_KINDS:
        break;
    }
    return false;
}

static void write_drill(struct req *r, struct html *h, const struct one *o) {
    enum unit_kind unit = o->standard->ind->unit;
    if (!may_drill(r, o) || o->gap->met)
        return;
    next_open(h);
    next_row(h,
             arena_fmt(r->a,
                       T(h, "See the %s behind this gap one by one.",
                         "Ver uno por uno: %s detrás de esta brecha."),
                       tr(unit_name(unit, true), h->lang))
                 .p,
             url(h, arena_fmt(r->a, "/gaps/%.*s/units", STR_ARG(o->standard->code)).p, "org",
                 id_text(h, o->place.id), "group",
                 o->group == GROUP_ALL ? "" : group_rows[o->group].code, NULL),
             T(h, "Open the list", "Abrir la lista"), false);
    next_close(h);
}

static enum err write_owner(struct req *r, struct html *h, const struct one *o, struct errmsg *e) {
    struct gap_owner *past;
    size_t n;
    char due[DATE_TEXT];
    const struct gap_owner *now = &o->gap->owner;
    TRY(gap_history(r->db, r->a, o->standard->code, o->place.id, o->group, &past, &n, e));
    html(h, "<section class=\"panel\" id=\"owner\"><header><h2>%s</h2></header>",
         T(h, "Who closes it, and by when", "Quién la cierra, y para cuándo"));
    if (now->name.n > 0)
        html_say(h, "<p>%.*s, by %s.</p>", "<p>%.*s, para el %s.</p>", STR_ARG(now->name),
                 now->due_on == DATE_NONE ? T(h, "no date set", "una fecha por fijar")
                                          : day_long(h, now->due_on));
    else
        html(h, "<p>%s</p>", T(h, "Nobody yet.", "Nadie todavía."));
    if (req_may(r, PERM_PLAN_EDIT)) {
        struct form f =
            form_begin(r, arena_fmt(r->a, "/gaps/%.*s/owner", STR_ARG(o->standard->code)).p, 0);
        form_hidden(&f, "org", arena_fmt(r->a, "%lld", (long long)o->place.id));
        form_hidden(&f, "group", str_z(group_rows[o->group].code));
        form_text(&f, &(struct input){.name = "owner",
                                      .label = TR("Who", "Quién"),
                                      .help = TR("A name or a post: \"Device lead\".",
                                                 "Un nombre o un puesto: «Encargada de equipos»."),
                                      .value = now->name,
                                      .max = 120,
                                      .required = true});
        form_text(&f, &(struct input){.name = "due_on",
                                      .label = TR("By when", "Para cuándo"),
                                      .type = "date",
                                      .value = str_z(date_text(now->due_on, due))});
        form_area(&f,
                  &(struct input){.name = "note",
                                  .label = TR("What will be done", "Qué se hará"),
                                  .value = now->note,
                                  .max = 1000},
                  3);
        form_check(&f,
                   &(struct input){
                       .name = "done", .value = STR("1"), .label = TR("It is done", "Está hecho")},
                   now->done);
        form_submit(&f, TR("Save", "Guardar"));
        form_end(&f);
    }
    if (n > 0) {
        html(h, "<ul class=\"log\">");
        for (size_t i = 0; i < n; i++) {
            html(h, "<li><span class=\"asof\">%s, %.*s</span> %.*s", instant(h, past[i].changed_us),
                 STR_ARG(past[i].changed_by), STR_ARG(past[i].name));
            if (past[i].due_on != DATE_NONE)
                html(h, ", %s", day(h, past[i].due_on));
            if (past[i].done)
                html(h, " <span class=\"tag ok\">%s</span>", T(h, "done", "hecho"));
            if (past[i].note.n > 0)
                html(h, ": %.*s", STR_ARG(past[i].note));
            html(h, "</li>");
        }
        html(h, "</ul>");
    }
    panel_close(h);
    return ERR_OK;
}

static enum err write_gap(struct req *r, const struct one *o, struct errmsg *e) {
    struct html *h =
        page_begin(r, &(struct page){.title = html_z(&(struct html){.a = r->a},
                                                     r->lang == LANG_ES ? o->standard->name_es
                                                                        : o->standard->name_en),
                                     .nav = "/gaps"});
    place_path(r, h, &o->place, arena_fmt(r->a, "/gaps/%.*s", STR_ARG(o->standard->code)).p);
    write_one_lede(r, h, o);
    write_drill(r, h, o);
    write_schools(h, o);
    write_groups(h, o);
    TRY(write_cost(r, h, o, e));
    TRY(write_owner(r, h, o, e));
    html(h, "<p class=\"asof\"><a href=\"%s\">%s</a> · <a href=\"/standards/%lld\">%s</a></p>",
         figure_href(h, &o->gap->now),
         T(h, "The indicator behind it", "El indicador que hay detrás"), (long long)o->standard->id,
         T(h, "The standard and its versions", "El estándar y sus versiones"));
    page_end(r);
    return ERR_OK;
}

static enum err get_gap(struct req *r, struct errmsg *e) {
    struct one o;
    TRY(one_asked(r, &o, e));
    return write_gap(r, &o, e);
}

/* -- what an owner's form says ------------------------------------------------------------------
 */

struct assigning {
    const struct req *r;
    struct gap_assignment g;
};

static enum err save_owner(struct db *db, void *arg, struct errmsg *e) {
    const struct assigning *a = arg;
    TRY(gap_assign(db, &a->g, e));
    return note_in_audit(db, a->r, "change", "gap", a->g.standard, e);
}

static enum err posted_org(struct req *r, int64_t *org, struct errmsg *e) {
    if (!str_int(req_form(r, "org"), org))
        return req_fail(r, e, ERR_INVALID, TR("Which school is meant?", "¿Qué escuela es?"));
    return access_may_see_org(r->db, &r->viewer, *org, e);
}

static enum err post_owner(struct req *r, struct errmsg *e) {
    int64_t org;
    struct one o;
    TRY(posted_org(r, &org, e));
    TRY(one_of(r, &o, org, group_find(req_form(r, "group")), e));
    struct gap_assignment g = {.standard = o.standard->code,
                               .org_id = org,
                               .group = o.group,
                               .owner = req_form(r, "owner"),
                               .due_on = DATE_NONE,
                               .done = req_has(r, "done"),
                               .note = req_form(r, "note"),
                               .account_id = r->viewer.account_id,
                               .by = r->viewer.display_name,
                               .now_us = r->now_us};
    struct str due = req_form(r, "due_on");
    bool loose;
    if (g.owner.n == 0)
        form_error(r, "owner", TR("Write who closes it.", "Escriba quién la cierra."));
    if (due.n > 0 && !date_parse_loose(due, &g.due_on, &loose))
        form_error(r, "due_on",
                   TR("Write a date as 2026-12-31.", "Escriba una fecha como 2026-12-31."));
    if (form_failed(r))
        return write_gap(r, &o, e);
    struct assigning a = {r, g};
    TRY(req_write(r, save_owner, &a, e));
    reply_notice(r, TR("Saved.", "Guardado."));
    struct html h = {.a = r->a, .lang = r->lang};
    reply_redirect(r, gap_href(&h, o.gap));
    return ERR_OK;
}

struct new_formula {
    const struct req *r;
    struct gap_formula f;
    int64_t now_us;
};

static enum err save_formula(struct db *db, void *arg, struct errmsg *e) {
    const struct new_formula *a = arg;
    TRY(gap_formula_set(db, &a->f, a->now_us, e));
    return note_in_audit(db, a->r, "change", "gap formula", STR(""), e);
}

static enum err post_formula(struct req *r, struct errmsg *e) {
    struct new_formula a = {.r = r, .now_us = r->now_us};
    struct {
        const char *name;
        double *to;
    } const in[] = {{"people", &a.f.people_power},
                    {"distance", &a.f.distance_power},
                    {"priority", &a.f.priority_power}};
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++)
        if (!str_real(req_form(r, in[i].name), in[i].to) || !(*in[i].to >= 0 && *in[i].to <= 3))
            return req_fail(
                r, e, ERR_INVALID,
                TR("A weight is a number from 0 to 3.", "Un peso es un número de 0 a 3."));
    TRY(req_write(r, save_formula, &a, e));
    reply_notice(r, TR("Ranked again.", "Ordenado de nuevo."));
    struct html h = {.a = r->a, .lang = r->lang};
    reply_redirect(r, url(&h, "/gaps", "org", html_z(&h, req_form(r, "org")), NULL));
    return ERR_OK;
}

/* -- the units behind a gap ----------------------------------------------------------------------
 */

static const struct kind *kind_of(enum unit_kind unit) {
    return unit == UNIT_DEVICE ? &kind_device : unit == UNIT_ROOM ? &kind_room : &kind_licence;
}

static enum err write_student_units(struct req *r, struct html *h, const struct gap_unit *u,
                                    size_t n, struct errmsg *e) {
    int64_t *ids = ARENA_ARRAY(r->a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        ids[i] = u[i].unit;
    struct person_view *p;
    TRY(person_views(r->db, r->a, ids, n, r->today, &p, e));
    TRY(read_students(r, ids, n, "gap", e));
    html(h,
         "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
         "</tr></thead><tbody>",
         T(h, "Student", "Estudiante"), T(h, "Grade", "Grado"), T(h, "School", "Escuela"));
    for (size_t i = 0; i < n; i++)
        html(h,
             "<tr><th scope=\"row\"><a href=\"/students/%lld\">%.*s</a></th>"
             "<td data-l=\"%s\">%s</td><td data-l=\"%s\">%.*s</td></tr>",
             (long long)ids[i], STR_ARG(p[i].name), T(h, "Grade", "Grado"),
             grade_label(h, p[i].grade), T(h, "School", "Escuela"), STR_ARG(p[i].school));
    return ERR_OK;
}

static enum err write_record_units(struct req *r, struct html *h, enum unit_kind unit,
                                   const struct place *p, const struct gap_unit *u, size_t n,
                                   struct errmsg *e) {
    const struct kind *k = kind_of(unit);
    struct kind_as as;
    TRY(kind_view(r, &as, e));
    html(h, "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
         tr(k->one, h->lang), T(h, "School", "Escuela"));
    for (size_t i = 0; i < n; i++) {
        struct kind_row row;
        struct errmsg gone = {0};
        int32_t at = org_tree_find(p->tree, u[i].org_id);
        struct str org = at < 0 ? STR("") : p->tree->org[at].name;
        /* A record that ended since the roll-up, or is not theirs, is left out. */
        if (unit != UNIT_SCHOOL && kind_get(r->db, k, &as, u[i].unit, r->a, &row, &gone) != ERR_OK)
            continue;
        if (unit == UNIT_SCHOOL)
            html(h, "<tr><th scope=\"row\"><a href=\"/schools/%lld\">%.*s</a></th>",
                 (long long)u[i].org_id, STR_ARG(org));
        else
            html(h, "<tr><th scope=\"row\"><a href=\"/records/%s/%lld\">%.*s</a></th>", k->name,
                 (long long)u[i].unit, STR_ARG(kind_title(k, &row)));
        html(h, "<td data-l=\"%s\">%.*s</td></tr>", T(h, "School", "Escuela"), STR_ARG(org));
    }
    return ERR_OK;
}

static enum err get_units(struct req *r, struct errmsg *e) {
    struct one o;
    TRY(one_asked(r, &o, e));
    enum unit_kind unit = o.standard->ind->unit;
    if (!may_drill(r, &o))
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("This list is not for your role: you see the groups.",
                           "Esta lista no es para su función: usted ve los grupos."));
    struct gap_unit *u;
    size_t n;
    TRY(gap_units(r->db, r->a, o.standard, o.place.id, o.group, o.gap->now.as_of, &u, &n, e));
    if (unit == UNIT_STUDENT) { /* by right: only those that the viewer may see by name */
        struct scope_ids mine;
        TRY(access_students(r->db, &r->viewer, r->a, &mine, e));
        size_t kept_n = 0;
        for (size_t i = 0; i < n; i++)
            if (scope_has(&mine, u[i].unit))
                u[kept_n++] = u[i];
        n = kept_n;
    }
    int64_t page = req_int(r, "page", 1, 1, 100000);
    size_t from = (size_t)(page - 1) * UNITS_PAGE;
    size_t count = from >= n ? 0 : n - from < UNITS_PAGE ? n - from : UNITS_PAGE;
    struct html *h = page_begin(r, &(struct page){.nav = "/gaps"});
    place_path(r, h, &o.place, arena_fmt(r->a, "/gaps/%.*s/units", STR_ARG(o.standard->code)).p);
    const char *units = tr(unit_name(unit, n != 1), h->lang);
    lede_open(h, asof_line(h, o.place.name, o.gap->now.as_of));
    html(h, "<p class=\"question\">%s</p><h1>", gap_name(h, o.gap));
    html_say(h, "%s %s do not reach the standard.", "%s %s no alcanzan el estándar.",
             num_int(h, (int64_t)n), units);
    html(h, "</h1><p>%s</p>",
         unit == UNIT_STUDENT
             ? T(h, "Only students you may see by name; each look at this list is recorded.",
                 "Solo estudiantes que usted puede ver por nombre; cada consulta queda registrada.")
             : T(h, "Furthest from the standard first.", "Los más alejados del estándar primero."));
    lede_close(h);
    html(h,
         "<section class=\"panel\"><div class=\"scroll\"><table "
         "class=\"stack\"><caption>%s</caption>",
         arena_fmt(r->a, T(h, "%s to %s", "%s a %s"),
                   num_int(h, count == 0 ? 0 : (int64_t)from + 1),
                   num_int(h, (int64_t)(from + count)))
             .p);
    if (unit == UNIT_STUDENT)
        TRY(write_student_units(r, h, u + from, count, e));
    else
        TRY(write_record_units(r, h, unit, &o.place, u + from, count, e));
    html(h, "</tbody></table></div>");
    pager(r, page, from + count < n);
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

const struct route routes_gaps[] = {
    {.method = GET,
     .pattern = "/gaps",
     .handler = get_gaps,
     .perm = PERM_PLAN,
     .title = TR_INIT("Gaps", "Brechas"),
     .nav = TR_INIT("Gaps", "Brechas"),
     .nav_order = 20},
    {.method = GET,
     .pattern = "/gaps/print",
     .handler = get_print,
     .perm = PERM_PLAN,
     .title = TR_INIT("Gaps to print", "Brechas para imprimir")},
    {.method = GET,
     .pattern = "/gaps/list.csv",
     .handler = get_csv,
     .perm = PERM_PLAN,
     .title = TR_INIT("Gaps", "Brechas")},
    {.method = GET,
     .pattern = "/gaps/list.xlsx",
     .handler = get_xlsx,
     .perm = PERM_PLAN,
     .title = TR_INIT("Gaps", "Brechas")},
    {.method = POST,
     .pattern = "/gaps/formula",
     .handler = post_formula,
     .perm = PERM_PLAN_EDIT,
     .title = TR_INIT("How the rank is made", "Cómo se hace el orden")},
    {.method = GET,
     .pattern = "/gaps/{standard}",
     .handler = get_gap,
     .perm = PERM_PLAN,
     .title = TR_INIT("Gap", "Brecha")},
    {.method = POST,
     .pattern = "/gaps/{standard}/owner",
     .handler = post_owner,
     .perm = PERM_PLAN_EDIT,
     .title = TR_INIT("Who closes it", "Quién la cierra")},
    {.method = GET,
     .pattern = "/gaps/{standard}/units",
     .handler = get_units,
     .perm = PERM_PLAN,
     .title = TR_INIT("Behind the gap", "Detrás de la brecha")},
    {0}};
