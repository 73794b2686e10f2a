/* One section: do its students have what they need to learn with? */
#include "roster/view.h"
#include "web/kit.h"

static void write_lede(struct html *h, const struct section_view *s, size_t n,
                       const struct kit *kits, bool homes, int32_t today) {
    size_t works = 0, online = 0, asked = 0;
    for (size_t i = 0; kits != NULL && i < n; i++) {
        works += kits[i].works;
        online += kit_online_at_home(&kits[i]);
        asked += kits[i].home != NULL;
    }
    lede_open(h, asof_line(h, arena_fmt(h->a, "%.*s · %.*s", STR_ARG(s->title), STR_ARG(s->org)).p,
                           today));
    if (kits == NULL)
        html_say(h, "<h1>%s students are in this section.</h1>",
                 "<h1>%s estudiantes están en este grupo.</h1>", num_int(h, (int64_t)n));
    else if (n == 0)
        html(h, "<h1>%s</h1>",
             T(h, "Nobody is in this section today.", "Hoy no hay nadie en este grupo."));
    else if (works == n)
        html_say(h, "<h1>All %s students have a working device.</h1>",
                 "<h1>Los %s estudiantes tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)n));
    else
        html_say(h, "<h1>%s of %s students have a working device.</h1>",
                 "<h1>%s de %s estudiantes tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)works), num_int(h, (int64_t)n));
    if (kits != NULL && homes && n > 0)
        html_say(h, "<p>%s have internet at home; %s have not been asked yet.</p>",
                 "<p>%s tienen internet en casa; a %s aún no se les ha preguntado.</p>",
                 num_int(h, (int64_t)online), num_int(h, (int64_t)(n - asked)));
    lede_close(h);
}

static void write_student(struct html *h, const struct person_view *p, const struct kit *k,
                          bool homes) {
    html(h, "<tr><th scope=\"row\"><a href=\"/students/%lld\">%.*s</a></th>", (long long)p->id,
         STR_ARG(p->name));
    html(h, "<td data-l=\"%s\">%s", T(h, "Device", "Dispositivo"), kit_device_text(h, k));
    if (k->device != NULL && k->works)
        html(h, " <span class=\"tag ok\">%s</span>", kit_state_label(h, k->device));
    else if (k->device != NULL)
        html(h, " <span class=\"tag short\">%s</span>", kit_state_label(h, k->device));
    html(h, "</td>");
    if (homes)
        html(h, "<td data-l=\"%s\">%s</td>", T(h, "Internet at home", "Internet en casa"),
             kit_home_text(h, k));
    html(h, "</tr>");
}

static void write_about(struct html *h, const struct section_view *s,
                        const struct person_list *teachers) {
    panel_open(h, T(h, "About this section", "Sobre este grupo"), "");
    html(h, "<dl class=\"facts\">");
    struct str names = STR("");
    for (size_t i = 0; i < teachers->n; i++)
        names = arena_fmt(h->a, "%.*s%s%.*s", STR_ARG(names), i > 0 ? ", " : "",
                          STR_ARG(teachers->row[i].name));
    fact(h, T(h, "Teacher", "Docente"), html_z(h, names));
    fact(h, T(h, "Course", "Curso"), html_z(h, s->course));
    fact(h, T(h, "School", "Escuela"), html_z(h, s->org));
    fact(h, T(h, "Term", "Período"), html_z(h, s->term));
    fact(h, T(h, "Room", "Sala"), html_z(h, s->location));
    fact(h, T(h, "Periods", "Horas"), html_z(h, s->periods));
    html(h, "</dl>");
    panel_close(h);
}

static enum err write_students(struct req *r, struct html *h, const struct person_list *l,
                               const struct kit *kits) {
    bool homes = kit_sees_home(r);
    panel_open(h, T(h, "Students", "Estudiantes"),
               T(h, "Opening this list is recorded", "Abrir esta lista queda registrado"));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th>",
         T(h, "Student", "Estudiante"), T(h, "Device", "Dispositivo"));
    if (homes)
        html(h, "<th scope=\"col\">%s</th>", T(h, "Internet at home", "Internet en casa"));
    html(h, "</tr></thead><tbody>");
    for (size_t i = 0; i < l->n; i++)
        write_student(h, &l->row[i], &kits[i], homes);
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

static enum err get_section(struct req *r, struct errmsg *e) {
    int64_t id;
    struct section_view s;
    struct person_list students, teachers;
    struct kit *kits = NULL;
    TRY(req_id(r, "id", &id, e));
    TRY(access_may_see_section(r->db, &r->viewer, id, e));
    TRY(section_view_get(r->db, r->a, id, &s, e));
    TRY(view_section_people(r->db, r->a, id, STR("student"), r->today, &students, e));
    TRY(view_section_people(r->db, r->a, id, STR("teacher"), r->today, &teachers, e));
    if (req_may(r, PERM_STUDENTS)) {
        int64_t *ids = ARENA_ARRAY(r->a, int64_t, students.n);
        for (size_t i = 0; i < students.n; i++)
            ids[i] = students.row[i].id;
        TRY(kits_load(r, ids, students.n, &kits, e));
        TRY(read_students(r, ids, students.n, "section", e));
    }
    struct html *h =
        page_begin(r, &(struct page){.title = arena_z(r->a, s.title), .nav = "/schools"});
    html(h,
         "<nav class=\"crumbs\" aria-label=\"%s\"><a href=\"/schools/%lld\">%.*s</a> › %.*s</nav>",
         T(h, "Place", "Lugar"), (long long)s.org_id, STR_ARG(s.org), STR_ARG(s.title));
    write_lede(h, &s, students.n, kits, kit_sees_home(r), r->today);
    if (kits != NULL && students.n > 0)
        TRY(write_students(r, h, &students, kits));
    write_about(h, &s, &teachers);
    page_end(r);
    return ERR_OK;
}

const struct route routes_section[] = {{.method = GET,
                                        .pattern = "/sections/{id}",
                                        .handler = get_section,
                                        .perm = PERM_SECTIONS,
                                        .title = TR_INIT("Section", "Grupo de clase")},
                                       {0}};
