#include "web/figure.h"

#include "provide/provide.h"

#include <math.h>
#include <string.h>

/* -- where a page stands ---------------------------------------------------------------- */

static int depth_of(const struct org_tree *t, int32_t i) {
    int depth = 0;
    for (; i >= 0; i = t->org[i].parent)
        depth++;
    return depth;
}

static enum err home_index(struct req *r, const struct place *p, int32_t *out, struct errmsg *e) {
    *out = -1;
    if (p->reach.all) {
        int64_t id = 0;
        TRY(reading_home_org(r->db, &id, e));
        *out = org_tree_find(p->tree, id);
        return ERR_OK;
    }
    for (size_t i = 0; i < p->reach.n; i++) {
        int32_t at = org_tree_find(p->tree, p->reach.ids[i]);
        if (at >= 0 && (*out < 0 || depth_of(p->tree, at) < depth_of(p->tree, *out)))
            *out = at;
    }
    return ERR_OK;
}

static enum err place_fill(struct req *r, struct place *out, int64_t org_id, struct errmsg *e) {
    *out = (struct place){.at = -1};
    struct org_tree *tree;
    TRY(org_tree_load(r->db, r->a, r->today, &tree, e));
    out->tree = tree;
    TRY(access_orgs(r->db, &r->viewer, r->a, &out->reach, e));
    if (org_id == 0) {
        TRY(home_index(r, out, &out->at, e));
    } else {
        TRY(access_may_see_org(r->db, &r->viewer, org_id, e));
        out->at = org_tree_find(tree, org_id);
    }
    if (out->at < 0)
        return ERR_OK;
    const struct frame_org *o = &tree->org[out->at];
    out->id = o->id;
    out->name = arena_z(r->a, o->name);
    out->school = o->school;
    return ERR_OK;
}

enum err place_at(struct req *r, int64_t org_id, struct place *out, struct errmsg *e) {
    TRY(place_fill(r, out, org_id, e));
    if (out->at < 0)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There are no schools to show yet. Import a roster first.",
                           "Todavía no hay escuelas que mostrar. Importe primero un padrón."));
    return ERR_OK;
}

static enum err org_asked(struct req *r, int64_t *id, struct errmsg *e) {
    struct str text = req_query(r, "org");
    *id = 0;
    if (text.n > 0 && (!str_int(text, id) || *id <= 0))
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such school.", "No existe esa escuela."));
    return ERR_OK;
}

enum err place_of(struct req *r, struct place *out, struct errmsg *e) {
    int64_t id;
    TRY(org_asked(r, &id, e));
    return place_at(r, id, out, e);
}

enum err place_or_none(struct req *r, struct place *out, struct errmsg *e) {
    int64_t id;
    TRY(org_asked(r, &id, e));
    return place_fill(r, out, id, e);
}

bool place_may(const struct place *p, int32_t index) {
    return index >= 0 && scope_has(&p->reach, p->tree->org[index].id);
}

size_t place_children(const struct place *p) {
    size_t n = 0;
    for (size_t i = 0; i < p->tree->n; i++)
        n += p->tree->org[i].parent == p->at;
    return n;
}

const char *kept(struct req *r, const char *name) {
    return arena_z(r->a, req_query(r, name));
}

const char *id_text(struct html *h, int64_t id) {
    return arena_fmt(h->a, "%lld", (long long)id).p;
}

int32_t page_day(const struct req *r) {
    int32_t on;
    return date_parse(req_query(r, "on"), &on) ? on : DATE_NONE;
}

void place_path(struct req *r, struct html *h, const struct place *p, const char *path) {
    int32_t up[16];
    size_t n = 0;
    for (int32_t i = p->at; i >= 0 && n < 16; i = p->tree->org[i].parent)
        if (place_may(p, i))
            up[n++] = i;
    if (n < 2)
        return;
    html(h, "<nav class=\"crumbs\" aria-label=\"%s\">", T(h, "Place", "Lugar"));
    while (n-- > 0) {
        const struct frame_org *o = &p->tree->org[up[n]];
        if (up[n] == p->at) {
            html(h, "<span aria-current=\"page\">%.*s</span>", STR_ARG(o->name));
            break;
        }
        html(h, "<a href=\"%s\">%.*s</a> › ",
             url(h, path, "org", id_text(h, o->id), "by", kept(r, "by"), "series",
                 kept(r, "series"), "ind", kept(r, "ind"), "on", kept(r, "on"), NULL),
             STR_ARG(o->name));
    }
    html(h, "</nav>");
}

const char *org_kind_label(struct html *h, struct str kind) {
    static const struct {
        const char *kind;
        struct tr label;
    } words[] = {
        {"school", TR_INIT("school", "escuela")}, {"district", TR_INIT("district", "distrito")},
        {"region", TR_INIT("region", "región")},  {"state", TR_INIT("state", "estado")},
        {"nation", TR_INIT("nation", "país")},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(kind, str_z(words[i].kind)))
            return tr(words[i].label, h->lang);
    return T(h, "place", "lugar");
}

/* -- numbers ---------------------------------------------------------------------------- */

enum { CELL_MAX = 400 };

typedef void shown_writer(struct buf *b, const struct shown *s, enum lang lang);

static const char *kept_text(struct html *h, struct buf *b) {
    const char *text = arena_z(h->a, buf_str(b));
    buf_free(b);
    return text;
}

const char *figure(struct html *h, const struct shown *s, enum show_as as) {
    struct buf b = buf_new(CELL_MAX);
    shown_text(&b, s, as, h->lang);
    return kept_text(h, &b);
}

const char *figure_plain(struct html *h, double v, enum show_as as) {
    struct shown s = shown_plain(v, 0);
    return figure(h, &s, as);
}

const char *figure_difference(struct html *h, double v, enum show_as as) {
    if (isnan(v))
        return T(h, "unknown", "se desconoce");
    if (as != SHOW_PERCENT)
        return arena_fmt(h->a, "%s%s", v > 0 ? "+" : "", figure_plain(h, v, as)).p;
    const char *points = T(h, "points", "puntos");
    return arena_fmt(h->a, "%+.1f %s", v, points).p;
}

const char *figure_interval(struct html *h, const struct shown *s, enum show_as as) {
    struct buf b = buf_new(CELL_MAX);
    shown_interval_text(&b, s, as, h->lang);
    return kept_text(h, &b);
}

const char *figure_n(struct html *h, const struct shown *s, enum unit_kind unit) {
    if (!s->n_known || s->n < 0) {
        struct buf b = buf_new(CELL_MAX);
        shown_n_text(&b, s, h->lang);
        return kept_text(h, &b);
    }
    return arena_fmt(h->a, "%s %s", num_int(h, s->n), tr(unit_name(unit, s->n != 1), h->lang)).p;
}

const char *figure_why(struct html *h, const struct shown *s) {
    struct buf b = buf_new(CELL_MAX);
    shown_reason(&b, s, h->lang);
    return kept_text(h, &b);
}

const char *figure_href(struct html *h, const struct reading *r) {
    const char *path = arena_fmt(h->a, "/indicators/%s", r->ind->code).p;
    return url(h, path, "org", r->org_id == 0 ? "" : id_text(h, r->org_id), "group",
               r->group == GROUP_ALL ? "" : group_rows[r->group].code, "series",
               html_z(h, r->series), NULL);
}

void figure_cell(struct html *h, const char *label, const struct reading *r) {
    const struct shown *s = &r->value;
    html(h, "<td data-l=\"%s\" class=\"n\">", label);
    if (s->state == SHOWN_HIDDEN) {
        html(h, "<a class=\"tag hid\" href=\"%s\">%s</a><span class=\"sub\">%s</span></td>",
             figure_href(h, r), figure(h, s, r->ind->show), figure_why(h, s));
        return;
    }
    html(h, "<a href=\"%s\">%s</a>", figure_href(h, r), figure(h, s, r->ind->show));
    const char *interval = figure_interval(h, s, r->ind->show);
    if (s->state != SHOWN_NO_DATA)
        html(h, "<span class=\"sub\">%s%s%s</span>", interval, interval[0] != '\0' ? " · " : "",
             figure_n(h, s, r->ind->unit));
    html(h, "</td>");
}

void plain_cell(struct html *h, const char *label, const char *text) {
    html(h, "<td data-l=\"%s\" class=\"n\">%s</td>", label, text);
}

void hidden_cell(struct html *h, const char *label, const char *why) {
    html(h, "<td data-l=\"%s\" class=\"n\"><span class=\"tag hid\">%s</span>", label,
         T(h, "hidden", "oculto"));
    if (why[0] != '\0')
        html(h, "<span class=\"sub\">%s</span>", why);
    html(h, "</td>");
}

void contrast_heads(struct html *h) {
    html(h,
         "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th>",
         T(h, "Difference", "Diferencia"), T(h, "Risk ratio", "Razón de riesgo"),
         T(h, "Standardized", "Estandarizada"));
}

static const char *range(struct html *h, const struct shown *s, int decimals) {
    if (isnan(s->lo) || isnan(s->hi))
        return "";
    return arena_fmt(h->a, T(h, "%s to %s", "%s a %s"), num_dec(h, s->lo, decimals),
                     num_dec(h, s->hi, decimals))
        .p;
}

static void statistic_cell(struct html *h, const char *label, const struct shown *s,
                           const char *value, int decimals) {
    html(h, "<td data-l=\"%s\" class=\"n\">", label);
    if (s->state == SHOWN_NO_DATA)
        html(h, "–");
    else if (!shown_exact(s))
        html(h, "<span class=\"tag hid\">%s</span>", T(h, "hidden", "oculto"));
    else
        html(h, "%s<span class=\"sub\">%s</span>", value, range(h, s, decimals));
    html(h, "</td>");
}

void contrast_cells(struct html *h, const struct contrast *c) {
    statistic_cell(h, T(h, "Difference", "Diferencia"), &c->diff,
                   figure_difference(h, c->diff.value, c->r.ind->show), 1);
    statistic_cell(h, T(h, "Risk ratio", "Razón de riesgo"), &c->ratio,
                   num_dec(h, c->ratio.value, 2), 2);
    statistic_cell(h, T(h, "Standardized", "Estandarizada"), &c->d, num_dec(h, c->d.value, 2), 2);
}

double figure_axis(const struct indicator *ind, double shown) {
    if (ind->show == SHOW_PERCENT || ind->show == SHOW_MONEY)
        return shown / 100;
    return shown;
}

const char *dollars(struct html *h, double cents) {
    double whole = round(cents / 100);
    return money(h, fabs(whole) >= 100 ? (int64_t)llround(whole) * 100 : (int64_t)llround(cents));
}

static const char *hidden_words(struct html *h, const struct shown *s) {
    if (s->state != SHOWN_HIDDEN)
        return NULL;
    return arena_fmt(h->a,
                     T(h, "hidden: under %d, or would reveal such a group",
                       "oculto: menos de %d, o revelaría un grupo así"),
                     s->min_n > 0 ? s->min_n : 10)
        .p;
}

struct chart figure_chart(const struct indicator *ind) {
    bool share = ind->show == SHOW_PERCENT;
    const char *units[] = {[SHOW_PERCENT] = NULL, [SHOW_NUMBER] = NULL, [SHOW_MINUTES] = "min",
                           [SHOW_MBPS] = "Mbps",  [SHOW_MONEY] = "USD", [SHOW_SCORE] = NULL};
    return (struct chart){.axis = share ? AXIS_SHARE : AXIS_NUMBER,
                          .decimals = ind->show == SHOW_MONEY ? 2 : 1,
                          .unit = units[ind->show],
                          .reference = (double)NAN};
}

struct chart_point figure_point(struct html *h, const struct reading *r, const char *name,
                                const char *href) {
    const struct shown *s = &r->value;
    struct chart_point p = {.name = name,
                            .href = href,
                            .value = (double)NAN,
                            .low = (double)NAN,
                            .high = (double)NAN,
                            .before = (double)NAN,
                            .n = s->n_known ? s->n : -1};
    if (!shown_exact(s)) {
        const char *words = hidden_words(h, s);
        p.hidden = words != NULL ? words : figure(h, s, r->ind->show);
        return p;
    }
    p.value = figure_axis(r->ind, s->value);
    p.low = figure_axis(r->ind, s->lo);
    p.high = figure_axis(r->ind, s->hi);
    return p;
}

bool figure_better(const struct indicator *ind, double a, double b) {
    return ind->better == LOWER_IS_BETTER ? a < b : a > b;
}

/* -- parts of a page ------------------------------------------------------------------- */

const char *asof_line(struct html *h, const char *what, int32_t on) {
    if (on == DATE_NONE)
        return what;
    if (h->lang == LANG_ES)
        return arena_fmt(h->a, "%s · al %s", what, day(h, on)).p;
    return arena_fmt(h->a, "%s · as of %s", what, day(h, on)).p;
}

void lede_open(struct html *h, const char *asof) {
    html(h, "<section class=\"lede\">");
    if (asof != NULL && asof[0] != '\0')
        html(h, "<p class=\"asof\">%s</p>", asof);
}

void lede_close(struct html *h) {
    html(h, "</section>");
}

void panel_open(struct html *h, const char *title, const char *aside) {
    html(h, "<section class=\"panel\"><header><h2>%s</h2>", title);
    if (aside != NULL && aside[0] != '\0')
        html(h, "<p class=\"asof\">%s</p>", aside);
    html(h, "</header>");
}

void panel_close(struct html *h) {
    html(h, "</section>");
}

void fact(struct html *h, const char *name, const char *text) {
    if (text[0] != '\0')
        html(h, "<dt>%s</dt><dd>%s</dd>", name, text);
}

void next_open(struct html *h) {
    panel_open(h, T(h, "What to do next", "Qué hacer ahora"), "");
    html(h, "<ul class=\"next\">");
}

void next_row(struct html *h, const char *text, const char *href, const char *button, bool quiet) {
    html(h, "<li><span>%s</span><a class=\"act%s\" href=\"%s\">%s</a></li>", text,
         quiet ? " quiet" : "", href, button);
}

void next_close(struct html *h) {
    html(h, "</ul>");
    panel_close(h);
}

enum err freshness_line(struct req *r, struct html *h, const struct indicator *ind,
                        struct errmsg *e) {
    struct freshness f;
    TRY(reading_freshness(r->db, r->a, ind, r->today, &f, e));
    html(h, "<p class=\"asof\">");
    if (f.data_as_of == DATE_NONE)
        html(h, "%s",
             T(h, "No file with this has been imported yet.",
               "Todavía no se ha importado ningún archivo con estos datos."));
    else
        html_say(h, "From records of %s, %s days old.", "De registros del %s, de hace %s días.",
                 day(h, f.data_as_of), num_int(h, f.age_days));
    if (f.stale && f.data_as_of != DATE_NONE)
        html(h, " <span class=\"tag short\">%s</span>",
             T(h, "older than it should be", "más antiguos de lo debido"));
    html(h, "</p>");
    return ERR_OK;
}

struct many_reads {
    struct req *r;
    const int64_t *ids;
    size_t n;
    const char *what;
};

static enum err append_reads(struct db *db, void *arg, struct errmsg *e) {
    const struct many_reads *m = arg;
    for (size_t i = 0; i < m->n; i++) {
        struct audit_entry entry = {.action = STR("read"),
                                    .subject = STR("student"),
                                    .subject_id = arena_fmt(m->r->a, "%lld", (long long)m->ids[i]),
                                    .person_id = m->ids[i],
                                    .purpose = str_z(purpose_name(purpose_of(m->r->viewer.role))),
                                    .detail = arena_fmt(m->r->a, "{\"page\":\"%s\"}", m->what)};
        TRY(audit_append(db, &m->r->viewer, &entry, e));
    }
    return ERR_OK;
}

enum err read_students(struct req *r, const int64_t ids[], size_t n, const char *what,
                       struct errmsg *e) {
    struct many_reads m = {r, ids, n, what};
    return n == 0 ? ERR_OK : req_write(r, append_reads, &m, e);
}

static uint64_t may_mask(const struct req *r) {
    uint64_t may = 0;
    for (int p = 0; p < PERM_COUNT; p++)
        if (req_may(r, (enum perm)p))
            may |= UINT64_C(1) << p;
    return may;
}

enum err kind_view(struct req *r, struct kind_as *out, struct errmsg *e) {
    struct scope_ids orgs, students;
    *out = (struct kind_as){.may = may_mask(r), .lang = r->lang};
    TRY(access_orgs(r->db, &r->viewer, r->a, &orgs, e));
    out->scope.all = orgs.all;
    out->scope.orgs = orgs.ids;
    out->scope.org_count = orgs.n;
    if (orgs.all)
        return ERR_OK;
    TRY(access_students(r->db, &r->viewer, r->a, &students, e));
    out->scope.persons = students.ids;
    out->scope.person_count = students.n;
    return ERR_OK;
}

struct kind_as kind_view_of(const struct req *r, const int64_t students[], size_t n) {
    return (struct kind_as){.may = may_mask(r) | UINT64_C(1) << PERM_DEVICES,
                            .scope = {.persons = students, .person_count = n},
                            .lang = r->lang};
}

const struct val *kind_val(const struct kind *k, const struct kind_row *row, const char *column) {
    const struct field *f = kind_field(k, str_z(column));
    CHECK(f != NULL);
    return &row->v[f - k->fields];
}

struct str kind_title(const struct kind *k, const struct kind_row *row) {
    const struct field *f = kind_field(k, str_z(k->title));
    CHECK(f != NULL);
    size_t i = (size_t)(f - k->fields);
    return row->name[i].n > 0 ? row->name[i] : row->v[i].s;
}

const char *kind_text(struct html *h, const struct kind *k, const struct kind_row *row,
                      const char *column) {
    const struct field *f = kind_field(k, str_z(column));
    CHECK(f != NULL);
    const struct val *v = &row->v[f - k->fields];
    int32_t on;
    if (v->kind == VAL_NULL)
        return "";
    if (f->type == FIELD_DATE && date_parse(v->s, &on))
        return day(h, on);
    if (f->type == FIELD_REAL)
        return num(h, v->r);
    if (f->type == FIELD_MONEY)
        return money(h, v->i);
    if (f->type == FIELD_ORG || f->type == FIELD_PERSON)
        return html_z(h, row->name[f - k->fields]);
    return html_z(h, kind_show(f, v, h->lang, false, h->a));
}

const char *grade_label(struct html *h, struct str grade) {
    return grade.n == 0 ? "" : tr(group_rows[group_of_grade(grade)].label, h->lang);
}

const char *grade_labels(struct html *h, struct str grades) {
    struct str one, out = STR("");
    while (str_split(&grades, ',', &one)) {
        const char *label = grade_label(h, str_trim(one));
        if (label[0] != '\0')
            out = arena_fmt(h->a, "%.*s%s%s", STR_ARG(out), out.n > 0 ? ", " : "", label);
    }
    return html_z(h, out);
}

bool may_list_students(const struct req *r, const struct indicator *ind, int group) {
    enum dim d = group_rows[group].dim;
    bool meals = d == DIM_MEAL || d == DIM_RACE || d == DIM_HOUSING,
         supports = d == DIM_PLAN || d == DIM_LEARNER;
    if (!req_may(r, PERM_STUDENTS) || (meals && !req_may(r, PERM_STUDENT_MEALS)) ||
        (supports && !req_may(r, PERM_STUDENT_SUPPORTS)))
        return false;
    struct kind_as as = kind_view_of(r, NULL, 0);
    for (size_t k = 0; k < provide_kind_count; k++)
        for (const char *const *code = provide_kinds[k]->indicators; code != NULL && *code != NULL;
             code++)
            if (str_eq(str_z(*code), str_z(ind->code)) &&
                !kind_may_read(provide_kinds[k], NULL, &as))
                return false;
    return true;
}

const char *subject_label(struct html *h, struct str subject) {
    static const struct choice rows[] = {
        {"account", TR_INIT("account", "cuenta")},
        {"accounts", TR_INIT("accounts", "cuentas")},
        {"audit", TR_INIT("audit log", "registro de auditoría")},
        {"file", TR_INIT("file", "archivo")},
        {"gap", TR_INIT("gap", "brecha")},
        {"gaps", TR_INIT("gaps", "brechas")},
        {"gap formula", TR_INIT("rank of the gaps", "orden de las brechas")},
        {"import problems", TR_INIT("import problems", "problemas de una importación")},
        {"price", TR_INIT("unit cost", "costo unitario")},
        {"standard", TR_INIT("standard", "estándar")},
        {"standard set", TR_INIT("set of standards", "conjunto de estándares")},
        {"student", TR_INIT("student", "estudiante")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq(subject, str_z(rows[i].value)))
            return tr(rows[i].label, h->lang);
    const struct kind *k = kind_find(provide_kinds, provide_kind_count, subject);
    const struct indicator *ind = catalogue_find(subject);
    return k != NULL     ? tr(k->one, h->lang)
           : ind != NULL ? tr(ind->name, h->lang)
                         : html_z(h, subject);
}

enum err note_in_audit(struct db *db, const struct req *r, const char *action, const char *subject,
                       struct str id, struct errmsg *e) {
    struct audit_entry entry = {
        .action = str_z(action), .subject = str_z(subject), .subject_id = id};
    return audit_append(db, &r->viewer, &entry, e);
}

const char *share_words(struct html *h, double share) {
    static const struct {
        double share;
        struct tr words;
    } rows[] = {
        {0.1, TR_INIT("One in ten", "Uno de cada diez")},
        {0.2, TR_INIT("One in five", "Uno de cada cinco")},
        {0.25, TR_INIT("One in four", "Uno de cada cuatro")},
        {0.333, TR_INIT("One in three", "Uno de cada tres")},
        {0.5, TR_INIT("Half", "La mitad")},
        {0.667, TR_INIT("Two in three", "Dos de cada tres")},
        {0.75, TR_INIT("Three in four", "Tres de cada cuatro")},
        {0.8, TR_INIT("Four in five", "Cuatro de cada cinco")},
        {0.9, TR_INIT("Nine in ten", "Nueve de cada diez")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (fabs(share - rows[i].share) < 0.015)
            return tr(rows[i].words, h->lang);
    return NULL;
}
