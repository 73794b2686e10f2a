/* Schools and districts: the list of those below, and one of them. */
#include "plan/gap.h"
#include "roster/view.h"
#include "web/figure.h"
#include "web/gap_table.h"

#include "base/config.h"

#include <stdlib.h>

enum { SECTIONS_PAGE = 40, GAPS_SHOWN = 8, CHILDREN_PAGE = 100 };

/* The columns of the list: what a director asks of each school first. */
static const char *const columns[] = {"learn_ready", "device_working", "home_line_ok",
                                      "school_bandwidth_ok"};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

struct matrix {
    const struct indicator *ind[COLUMNS];
    struct reading_list of[COLUMNS];
};

static enum err matrix_load(struct req *r, const struct place *p, struct matrix *m,
                            struct errmsg *e) {
    *m = (struct matrix){0};
    for (size_t c = 0; c < COLUMNS; c++) {
        m->ind[c] = catalogue_find(str_z(columns[c]));
        if (m->ind[c] == NULL)
            continue;
        struct reading_key k = {.ind = m->ind[c], .org_id = p->id, .as_of = page_day(r)};
        TRY(reading_children(r->db, r->a, &k, &m->of[c], e));
    }
    return ERR_OK;
}

static const struct reading *cell_of(const struct matrix *m, size_t column, int64_t org) {
    for (size_t i = 0; i < m->of[column].n; i++)
        if (m->of[column].row[i].org_id == org)
            return &m->of[column].row[i];
    return NULL;
}

static void write_matrix(struct req *r, struct html *h, const struct place *p,
                         const struct matrix *m, size_t from, size_t most) {
    html(h, "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>",
         T(h, "Place", "Lugar"));
    for (size_t c = 0; c < COLUMNS; c++)
        if (m->ind[c] != NULL)
            html(h, "<th scope=\"col\" class=\"n\"><a href=\"/indicators/%s?org=%lld\">%s</a></th>",
                 m->ind[c]->code, (long long)p->id, tr(m->ind[c]->name, h->lang));
    html(h, "</tr></thead><tbody>");
    size_t seen = 0;
    for (size_t i = 0; i < p->tree->n; i++) {
        const struct frame_org *o = &p->tree->org[i];
        if (o->parent != p->at || seen++ < from || seen > from + most)
            continue;
        if (place_may(p, (int32_t)i))
            html(h, "<tr><th scope=\"row\"><a href=\"/schools/%lld\">%.*s</a>", (long long)o->id,
                 STR_ARG(o->name));
        else
            html(h, "<tr><th scope=\"row\">%.*s", STR_ARG(o->name));
        html(h, "<span class=\"sub\">%s</span></th>",
             o->school ? tr(school_kind_name(school_kind_of(o)), h->lang)
                       : org_kind_label(h, o->kind));
        for (size_t c = 0; c < COLUMNS; c++) {
            if (m->ind[c] == NULL)
                continue;
            const struct reading *x = cell_of(m, c, o->id);
            const char *label = tr(m->ind[c]->name, h->lang);
            if (x == NULL)
                plain_cell(h, label, T(h, "no data", "sin datos"));
            else
                figure_cell(h, label, x);
        }
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    (void)r;
}

/* "From 62.0 % at Mill Creek MS to 91.0 % at Oak Hill ES can learn online." */
static void write_list_lede(struct html *h, const struct place *p, const struct matrix *m,
                            size_t n) {
    const struct reading *lo = NULL, *hi = NULL;
    for (size_t i = 0; i < m->of[0].n; i++) {
        const struct reading *x = &m->of[0].row[i];
        if (!shown_exact(&x->value))
            continue;
        lo = lo == NULL || x->value.value < lo->value.value ? x : lo;
        hi = hi == NULL || x->value.value > hi->value.value ? x : hi;
    }
    lede_open(h, asof_line(h, p->name, lo == NULL ? DATE_NONE : lo->as_of));
    if (lo == NULL || lo == hi)
        html_say(h, "<h1>%s has %s places below it.</h1>", "<h1>%s tiene %s lugares debajo.</h1>",
                 p->name, num_int(h, (int64_t)n));
    else
        html_say(h, "<h1>Students who can learn online: from %s at %.*s to %s at %.*s.</h1>",
                 "<h1>Estudiantes que pueden aprender en línea: de %s en %.*s a %s en %.*s.</h1>",
                 figure(h, &lo->value, SHOW_PERCENT), STR_ARG(lo->org_name),
                 figure(h, &hi->value, SHOW_PERCENT), STR_ARG(hi->org_name));
    html_say(h, "<p>%s places; each number links to its definition.</p>",
             "<p>%s lugares; cada número enlaza a su definición.</p>", num_int(h, (int64_t)n));
    lede_close(h);
}

static enum err get_school(struct req *r, struct errmsg *e);

static enum err get_schools(struct req *r, struct errmsg *e) {
    struct place p;
    struct matrix m;
    TRY(place_of(r, &p, e));
    size_t n = place_children(&p);
    if (n == 0) { /* a principal's only school */
        reply_redirect(r, arena_fmt(r->a, "/schools/%lld", (long long)p.id).p);
        return ERR_OK;
    }
    TRY(matrix_load(r, &p, &m, e));
    int64_t page = req_int(r, "page", 1, 1, 100000);
    size_t from = (size_t)(page - 1) * CHILDREN_PAGE;
    struct html *h = page_begin(r, &(struct page){.nav = "/schools"});
    place_path(r, h, &p, "/schools");
    write_list_lede(h, &p, &m, n);
    panel_open(h, T(h, "Each of them", "Cada uno"), "");
    write_matrix(r, h, &p, &m, from, CHILDREN_PAGE);
    pager(r, page, from + CHILDREN_PAGE < n);
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

/* -- one place --------------------------------------------------------------------------------- */

static void write_facts(struct html *h, const struct frame_org *o) {
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Kind", "Tipo"),
         o->school ? tr(school_kind_name(school_kind_of(o)), h->lang) : org_kind_label(h, o->kind));
    if (o->grade_low >= 0 && o->grade_high >= 0) {
        static const char *const codes[] = {"PK", "KG", "01", "02", "03", "04", "05",
                                            "06", "07", "08", "09", "10", "11", "12"};
        fact(h, T(h, "Grades", "Grados"),
             arena_fmt(h->a, "%s – %s", grade_label(h, str_z(codes[o->grade_low])),
                       grade_label(h, str_z(codes[o->grade_high])))
                 .p);
    }
    if (o->locale.n > 0) {
        int g = group_find(arena_fmt(h->a, "locale:%.*s", STR_ARG(o->locale)));
        fact(h, T(h, "Locale", "Entorno"), g < 0 ? "" : tr(group_rows[g].label, h->lang));
    }
    fact(h, T(h, "School number", "Número"), html_z(h, o->identifier));
    html(h, "</dl>");
}

static void write_gaps(struct req *r, struct html *h, const struct place *p,
                       const struct gap_list *l) {
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a href=\"%s\">",
         T(h, "The most pressing gaps", "Las brechas más urgentes"),
         url(h, "/gaps", "org", id_text(h, p->id), NULL));
    html_say(h, "All %s gaps", "Las %s brechas", num_int(h, (int64_t)l->gaps));
    html(h, "</a> · <a href=\"%s\">%s</a></p></header>",
         url(h, "/gaps/print", "org", id_text(h, p->id), NULL), T(h, "Print", "Imprimir"));
    gap_table(h, l, p->school ? GAP_TABLE_HERE : 0u);
    panel_close(h);
    (void)r;
}

static enum err write_indicators(struct req *r, struct html *h, const struct place *p,
                                 struct errmsg *e) {
    html(h,
         "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a "
         "href=\"%s\">%s</a></p></header>",
         T(h, "Its numbers", "Sus números"), url(h, "/indicators", "org", id_text(h, p->id), NULL),
         T(h, "What each one means", "Qué significa cada uno"));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>",
         T(h, "Indicator", "Indicador"), T(h, "Now", "Ahora"));
    for (size_t i = 0; i < catalogue_count(); i++) {
        struct reading now;
        struct reading_key k = {.ind = catalogue_at(i), .org_id = p->id, .as_of = page_day(r)};
        TRY(reading_get(r->db, r->a, &k, &now, e));
        if (now.value.state == SHOWN_NO_DATA)
            continue;
        html(h, "<tr><th scope=\"row\">%s<span class=\"sub\">%s</span></th>",
             tr(k.ind->name, h->lang), tr(k.ind->question, h->lang));
        figure_cell(h, T(h, "Now", "Ahora"), &now);
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

/* How many: for whoever may open the section, or where they are enough not to point at anyone. */
static void students_cell(const struct req *r, struct html *h, int64_t n, bool theirs) {
    const char *label = T(h, "Students", "Estudiantes");
    bool shown = n >= config_int(CONF_MINIMUM_N) || (theirs && req_may(r, PERM_STUDENTS));
    plain_cell(h, label, shown ? num_int(h, n) : T(h, "hidden: few", "oculto: pocos"));
}

static enum err write_sections(struct req *r, struct html *h, const struct place *p,
                               struct errmsg *e) {
    struct section_list l;
    struct scope_ids mine;
    int64_t page = req_int(r, "page", 1, 1, 10000);
    if (!p->school || !req_may(r, PERM_SECTIONS))
        return ERR_OK;
    TRY(access_sections(r->db, &r->viewer, r->a, &mine, e));
    TRY(view_org_sections(r->db, r->a, p->id, r->today, (page - 1) * SECTIONS_PAGE, SECTIONS_PAGE,
                          &l, e));
    if (l.n == 0)
        return ERR_OK;
    html(h, "<section class=\"panel\" id=\"sections\"><header><h2>%s</h2></header>",
         T(h, "Sections", "Grupos de clase"));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
         "</tr></thead><tbody>",
         T(h, "Section", "Grupo"), T(h, "Teacher", "Docente"), T(h, "Room", "Sala"),
         T(h, "Students", "Estudiantes"));
    for (size_t i = 0; i < l.n; i++) {
        const struct section_view *s = &l.row[i];
        if (scope_has(&mine, s->id))
            html(h, "<tr><th scope=\"row\"><a href=\"/sections/%lld\">%.*s</a>", (long long)s->id,
                 STR_ARG(s->title));
        else
            html(h, "<tr><th scope=\"row\">%.*s", STR_ARG(s->title));
        if (s->grades.n > 0)
            html(h, "<span class=\"sub\">%s</span>", grade_labels(h, s->grades));
        html(h, "</th><td data-l=\"%s\">%.*s</td><td data-l=\"%s\">%.*s</td>",
             T(h, "Teacher", "Docente"), STR_ARG(s->teacher), T(h, "Room", "Sala"),
             STR_ARG(s->location));
        students_cell(r, h, s->students, scope_has(&mine, s->id) || mine.all);
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    pager(r, page, l.more);
    panel_close(h);
    return ERR_OK;
}

static void write_next(struct req *r, struct html *h, const struct place *p) {
    next_open(h);
    if (req_may(r, PERM_PLAN))
        next_row(h,
                 T(h, "See all that is short here, with its price.",
                   "Ver todo lo que falta aquí, con su precio."),
                 url(h, "/gaps", "org", id_text(h, p->id), NULL),
                 T(h, "Open the gaps", "Abrir las brechas"), false);
    next_row(h, T(h, "See who is left out here.", "Ver quién se queda atrás aquí."),
             url(h, "/equity", "org", id_text(h, p->id), NULL),
             T(h, "Open equity", "Abrir equidad"), true);
    if (p->school && req_may(r, PERM_STUDENTS))
        next_row(h,
                 T(h, "Find a student of this school.", "Buscar a un estudiante de esta escuela."),
                 url(h, "/students", "org", id_text(h, p->id), NULL),
                 T(h, "Students", "Estudiantes"), true);
    next_close(h);
}

static enum err get_school(struct req *r, struct errmsg *e) {
    int64_t id;
    struct place p;
    struct lede l;
    struct gap_list gaps = {0};
    TRY(req_id(r, "id", &id, e));
    TRY(place_at(r, id, &p, e));
    TRY(lede_make(r->db, r->a, p.id, page_day(r), &l, e));
    bool plan = req_may(r, PERM_PLAN);
    struct gap_query q = {.org_id = p.id, .as_of = page_day(r), .most = GAPS_SHOWN};
    if (plan)
        TRY(gap_list(r->db, r->a, &q, &gaps, e));
    struct html *h = page_begin(r, &(struct page){.title = p.name, .nav = "/schools"});
    place_path(r, h, &p, "/schools");
    lede_open(h, asof_line(h, p.name, l.as_of));
    html(h, "<h1>%.*s</h1>", STR_ARG(lede_sentence(&l, h->lang, r->a)));
    if (plan)
        html(h, "<p>%.*s</p>", STR_ARG(lede_rest(&l, h->lang, r->a)));
    lede_close(h);
    if (plan)
        write_gaps(r, h, &p, &gaps);
    write_next(r, h, &p);
    if (!p.school && place_children(&p) > 0) {
        struct matrix m;
        TRY(matrix_load(r, &p, &m, e));
        panel_open(h, T(h, "Place by place", "Lugar por lugar"), "");
        write_matrix(r, h, &p, &m, 0, CHILDREN_PAGE);
        if (place_children(&p) > CHILDREN_PAGE)
            html(h, "<p><a href=\"%s\">%s</a></p>",
                 url(h, "/schools", "org", id_text(h, p.id), "page", "2", NULL),
                 T(h, "The others", "Los demás"));
        panel_close(h);
    }
    TRY(write_sections(r, h, &p, e));
    TRY(write_indicators(r, h, &p, e));
    panel_open(h, T(h, "About this place", "Sobre este lugar"), "");
    write_facts(h, &p.tree->org[p.at]);
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

const struct route routes_org[] = {{.method = GET,
                                    .pattern = "/schools",
                                    .handler = get_schools,
                                    .perm = PERM_SCHOOLS,
                                    .title = TR_INIT("Schools", "Escuelas"),
                                    .nav = TR_INIT("Schools", "Escuelas"),
                                    .nav_order = 30},
                                   {.method = GET,
                                    .pattern = "/schools/{id}",
                                    .handler = get_school,
                                    .perm = PERM_SCHOOLS,
                                    .title = TR_INIT("School", "Escuela")},
                                   {0}};
