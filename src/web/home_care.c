/* Home of the support technician and of the privacy officer. */
#include "base/config.h"
#include "provide/provide.h"
#include "web/home.h"

enum { SCHOOLS_MOST = 60, ENTRIES = 1000, EXPORTS_SHOWN = 12 };

/* -- support technician
 * ---------------------------------------------------------------------------- */

static enum err count(struct req *r, const struct kind *k, const struct kind_as *as, int64_t school,
                      const char *column, struct val v, int64_t *out, struct errmsg *e) {
    struct kind_list l;
    struct kind_query q = {.limit = 1};
    q.filters[q.filter_count++] =
        (struct kind_filter){kind_field(k, str_z(column)), FILTER_EQUALS, v};
    if (school != 0)
        q.filters[q.filter_count++] =
            (struct kind_filter){kind_field(k, STR("school_id")), FILTER_EQUALS, V_INT(school)};
    TRY(kind_list(r->db, k, as, &q, r->a, &l, e));
    *out = l.total;
    return ERR_OK;
}

struct tally {
    int64_t broken, repair, lost, dark; /* dark: rooms without an access point */
};

static enum err tally(struct req *r, const struct kind_as *as, int64_t school, struct tally *t,
                      struct errmsg *e) {
    TRY(count(r, &kind_device, as, school, "condition", V_Z("broken"), &t->broken, e));
    TRY(count(r, &kind_device, as, school, "condition", V_Z("repair"), &t->repair, e));
    TRY(count(r, &kind_device, as, school, "condition", V_Z("lost"), &t->lost, e));
    return count(r, &kind_room, as, school, "access_point", V_INT(0), &t->dark, e);
}

static void count_cell(struct html *h, const char *label, int64_t n, const char *kind,
                       const char *column, const char *value, int64_t school) {
    const char *path = arena_fmt(h->a, "/records/%s", kind).p;
    if (n == 0)
        plain_cell(h, label, "0");
    else
        html(h, "<td data-l=\"%s\" class=\"n\"><a href=\"%s\">%s</a></td>", label,
             url(h, path, column, value, "school_id", arena_fmt(h->a, "#%lld", (long long)school).p,
                 NULL),
             num_int(h, n));
}

static enum err school_tallies(struct req *r, struct html *h, const struct place *p,
                               const struct kind_as *as, struct errmsg *e) {
    const char *broken = T(h, "Broken", "Descompuestos"),
               *repair = T(h, "In repair", "En reparación"), *lost = T(h, "Lost", "Perdidos"),
               *dark = T(h, "Rooms without wireless", "Salas sin Wi-Fi");
    size_t n = 0;
    panel_open(h, T(h, "School by school", "Escuela por escuela"), "");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" "
         "class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>",
         T(h, "School", "Escuela"), broken, repair, lost, dark);
    for (size_t i = 0; i < p->tree->n && n < SCHOOLS_MOST; i++) {
        const struct frame_org *o = &p->tree->org[i];
        struct tally t;
        if (!o->school || !place_may(p, (int32_t)i))
            continue;
        n++;
        TRY(tally(r, as, o->id, &t, e));
        html(h, "<tr><th scope=\"row\"><a href=\"/schools/%lld\">%.*s</a></th>", (long long)o->id,
             STR_ARG(o->name));
        count_cell(h, broken, t.broken, "device", "condition", "broken", o->id);
        count_cell(h, repair, t.repair, "device", "condition", "repair", o->id);
        count_cell(h, lost, t.lost, "device", "condition", "lost", o->id);
        count_cell(h, dark, t.dark, "room", "access_point", "no", o->id);
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    if (n == SCHOOLS_MOST)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "The first 60 schools.", "Las primeras 60 escuelas."));
    panel_close(h);
    return ERR_OK;
}

enum err home_technician(struct req *r, struct html *h, struct errmsg *e) {
    struct place p;
    struct kind_as as;
    struct tally t;
    TRY(place_or_none(r, &p, e));
    if (p.at < 0) {
        home_empty(r, h);
        return ERR_OK;
    }
    TRY(kind_view(r, &as, e));
    TRY(tally(r, &as, 0, &t, e));
    lede_open(h, asof_line(h, p.name, r->today));
    if (t.broken + t.repair + t.lost == 0)
        html(h, "<h1>%s</h1>",
             T(h, "No device is broken, in repair or lost.",
               "Ningún dispositivo está descompuesto, en reparación o perdido."));
    else
        html_say(h, "<h1>%s devices are broken and %s are in repair.</h1>",
                 "<h1>%s dispositivos están descompuestos y %s en reparación.</h1>",
                 num_int(h, t.broken), num_int(h, t.repair));
    html_say(h, "<p>%s are lost. %s rooms have no wireless access point.</p>",
             "<p>%s están perdidos. %s salas no tienen punto de acceso inalámbrico.</p>",
             num_int(h, t.lost), num_int(h, t.dark));
    lede_close(h);
    TRY(school_tallies(r, h, &p, &as, e));
    next_open(h);
    next_row(h, T(h, "Start with the broken ones.", "Empezar por los descompuestos."),
             "/records/device?condition=broken", T(h, "Open the list", "Abrir la lista"), false);
    next_row(h, T(h, "Find the device of one student.", "Buscar el dispositivo de un estudiante."),
             "/students", T(h, "Students", "Estudiantes"), true);
    next_row(
        h, T(h, "See what the standards still ask for here.", "Ver qué piden aún los estándares."),
        "/gaps", T(h, "Gaps", "Brechas"), true);
    next_close(h);
    return home_freshness(r, h, e);
}

/* -- privacy officer
 * ---------------------------------------------------------------------------------- */

static enum err entries(struct req *r, const char *action, int32_t days, struct audit_row **out,
                        size_t *n, bool *more, struct errmsg *e) {
    struct audit_filter f = {
        .action = str_z(action), .from = r->today - days, .until = r->today + 1, .limit = ENTRIES};
    return audit_list(r->db, &f, r->a, out, n, more, e);
}

static const char *how_many(struct html *h, size_t n, bool more) {
    return more ? arena_fmt(h->a, T(h, "more than %s", "más de %s"), num_int(h, (int64_t)n)).p
                : num_int(h, (int64_t)n);
}

static void exports_panel(struct html *h, const struct audit_row *rows, size_t n) {
    html(h,
         "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a "
         "href=\"/audit?action=export\">%s</a></p></header>",
         T(h, "What left Homeroom", "Lo que salió de Homeroom"), T(h, "All of them", "Todo"));
    if (n == 0) {
        empty_note(h, T(h, "Nothing in 30 days.", "Nada en 30 días."));
        panel_close(h);
        return;
    }
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "When", "Cuándo"), T(h, "Who", "Quién"), T(h, "What", "Qué"));
    for (size_t i = 0; i < n && i < EXPORTS_SHOWN; i++)
        html(h,
             "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%.*s</td><td "
             "data-l=\"%s\">%s</td></tr>",
             instant(h, rows[i].at_us), T(h, "Who", "Quién"), STR_ARG(rows[i].actor),
             T(h, "What", "Qué"), subject_label(h, rows[i].subject));
    html(h, "</tbody></table></div>");
    panel_close(h);
}

enum err home_privacy(struct req *r, struct html *h, struct errmsg *e) {
    struct audit_row *exports, *reads, *signs;
    size_t n_exports, n_reads, n_signs;
    bool more_exports, more_reads, more_signs;
    TRY(entries(r, "export", 30, &exports, &n_exports, &more_exports, e));
    TRY(entries(r, "read", 7, &reads, &n_reads, &more_reads, e));
    TRY(entries(r, "sign-in", 7, &signs, &n_signs, &more_signs, e));
    lede_open(h, asof_line(h, T(h, "The last 30 days", "Los últimos 30 días"), r->today));
    if (n_exports == 0)
        html(
            h, "<h1>%s</h1>",
            T(h, "No list left Homeroom this month.", "Este mes ninguna lista salió de Homeroom."));
    else
        html_say(h, "<h1>Lists left Homeroom %s times this month.</h1>",
                 "<h1>Este mes salieron listas de Homeroom %s veces.</h1>",
                 how_many(h, n_exports, more_exports));
    html_say(h, "<p>In seven days student records were opened %s times, over %s sign-ins.</p>",
             "<p>En siete días se abrieron expedientes %s veces, en %s inicios de sesión.</p>",
             how_many(h, n_reads, more_reads), how_many(h, n_signs, more_signs));
    lede_close(h);
    exports_panel(h, exports, n_exports);
    panel_open(h, T(h, "How numbers are hidden", "Cómo se ocultan los números"), "");
    html_say(
        h,
        "<p>Groups under %s people are hidden on every page, print, export and the API, and so "
        "is every number that would give one away. <a href=\"/about/numbers\">%s</a></p>",
        "<p>Los grupos de menos de %s personas se ocultan en cada página, impresión, descarga y "
        "en la API, y también todo número que los revelaría. <a href=\"/about/numbers\">%s</a></p>",
        num_int(h, config_int(CONF_MINIMUM_N)), T(h, "The rule", "La regla"));
    panel_close(h);
    next_open(h);
    next_row(h,
             T(h, "Check that nobody changed the log.", "Comprobar que nadie cambió el registro."),
             "/audit", T(h, "Open the audit log", "Abrir el registro"), false);
    next_row(h, T(h, "See who saw one child's record.", "Ver quién vio el expediente de un menor."),
             "/students", T(h, "Find the student", "Buscar al estudiante"), true);
    next_row(h, T(h, "See where the district stands.", "Ver cómo está el distrito."), "/gaps",
             T(h, "Gaps", "Brechas"), true);
    next_close(h);
    return ERR_OK;
}
