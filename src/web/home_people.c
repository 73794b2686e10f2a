/* Home of the teacher, the coach, the student and the family. */
#include "roster/view.h"
#include "web/home.h"
#include "web/kit.h"
#include "web/student.h"

/* -- teacher ------------------------------------------------------------------------------------
 */

static void teacher_lede(struct req *r, struct html *h, const struct kit *k, size_t n,
                         size_t sections) {
    size_t works = 0, online = 0, asked = 0;
    for (size_t i = 0; i < n; i++) {
        works += k[i].works;
        online += kit_online_at_home(&k[i]);
        asked += k[i].home != NULL;
    }
    lede_open(h, asof_line(h,
                           arena_fmt(r->a, T(h, "Your %s sections", "Sus %s grupos"),
                                     num_int(h, (int64_t)sections))
                               .p,
                           r->today));
    if (n == 0)
        html(h, "<h1>%s</h1>",
             T(h, "You have no students today.", "Hoy usted no tiene estudiantes."));
    else if (works == n)
        html_say(h, "<h1>All %s of your students have a working device.</h1>",
                 "<h1>Sus %s estudiantes tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)n));
    else
        html_say(h, "<h1>%s of your %s students have a working device.</h1>",
                 "<h1>%s de sus %s estudiantes tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)works), num_int(h, (int64_t)n));
    if (n > 0 && kit_sees_home(r))
        html_say(
            h,
            "<p>%s have internet at home, %s have not been asked yet: think of them when you "
            "give work to do online.</p>",
            "<p>%s tienen internet en casa; a %s aún no se les ha preguntado: piense en ellos al "
            "dejar tareas en línea.</p>",
            num_int(h, (int64_t)online), num_int(h, (int64_t)(n - asked)));
    lede_close(h);
}

static void sections_panel(struct html *h, const struct section_list *l) {
    panel_open(h, T(h, "Your sections", "Sus grupos"), "");
    if (l->n == 0) {
        empty_note(h, T(h, "You teach no section today.", "Hoy usted no enseña ningún grupo."));
        panel_close(h);
        return;
    }
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th></tr>"
         "</thead><tbody>",
         T(h, "Section", "Grupo"), T(h, "Grade", "Grado"), T(h, "Room", "Sala"),
         T(h, "Students", "Estudiantes"));
    for (size_t i = 0; i < l->n; i++) {
        const struct section_view *s = &l->row[i];
        html(h,
             "<tr><th scope=\"row\"><a href=\"/sections/%lld\" translate=\"no\">%.*s</a></th><td "
             "data-l=\"%s\">%s</td><td data-l=\"%s\">%.*s</td>",
             (long long)s->id, STR_ARG(s->title), T(h, "Grade", "Grado"),
             grade_labels(h, s->grades), T(h, "Room", "Sala"), STR_ARG(s->location));
        plain_cell(h, T(h, "Students", "Estudiantes"), num_int(h, s->students));
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
}

static enum err without_panel(struct req *r, struct html *h, const int64_t ids[],
                              const struct kit *k, size_t n, struct errmsg *e) {
    int64_t *who = ARENA_ARRAY(r->a, int64_t, n);
    size_t *at = ARENA_ARRAY(r->a, size_t, n), m = 0;
    struct person_view *p;
    for (size_t i = 0; i < n; i++)
        if (!k[i].works) {
            at[m] = i;
            who[m++] = ids[i];
        }
    if (m == 0)
        return ERR_OK;
    m = m < 60 ? m : 60;
    TRY(person_views(r->db, r->a, who, m, r->today, &p, e));
    TRY(read_students(r, who, m, "home", e));
    panel_open(h, T(h, "Without a working device", "Sin un dispositivo que funcione"),
               T(h, "Opening this list is recorded", "Abrir esta lista queda registrado"));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "Student", "Estudiante"), T(h, "Grade", "Grado"), T(h, "Device", "Dispositivo"));
    for (size_t i = 0; i < m; i++) {
        const struct kit *kit = &k[at[i]];
        html(h,
             "<tr><th scope=\"row\"><a href=\"/students/%lld\">%.*s</a></th><td "
             "data-l=\"%s\">%s</td><td data-l=\"%s\">%s",
             (long long)p[i].id, STR_ARG(p[i].name), T(h, "Grade", "Grado"),
             grade_label(h, p[i].grade), T(h, "Device", "Dispositivo"), kit_device_text(h, kit));
        if (kit->device != NULL)
            html(h, " <span class=\"tag short\">%s</span>", kit_state_label(h, kit->device));
        html(h, "</td></tr>");
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

enum err home_teacher(struct req *r, struct html *h, struct errmsg *e) {
    struct section_list sections;
    struct scope_ids mine;
    struct kit *k;
    TRY(view_person_sections(r->db, r->a, r->viewer.person_id, STR("teacher"), r->today, &sections,
                             e));
    TRY(access_students(r->db, &r->viewer, r->a, &mine, e));
    TRY(kits_load(r, mine.ids, mine.n, &k, e));
    teacher_lede(r, h, k, mine.n, sections.n);
    sections_panel(h, &sections);
    TRY(without_panel(r, h, mine.ids, k, mine.n, e));
    next_open(h);
    next_row(h, T(h, "See how your school stands.", "Ver cómo está su escuela."), "/schools",
             T(h, "My school", "Mi escuela"), false);
    next_row(h, T(h, "Find one of your students.", "Buscar a uno de sus estudiantes."), "/students",
             T(h, "Students", "Estudiantes"), true);
    next_close(h);
    return home_freshness(r, h, e);
}

/* -- coach
 * ----------------------------------------------------------------------------------------- */

static enum err educator_numbers(struct req *r, struct html *h, const struct place *p,
                                 struct errmsg *e) {
    panel_open(h, T(h, "How teachers here see themselves", "Cómo se ven los docentes de aquí"),
               p->name);
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>",
         T(h, "Indicator", "Indicador"), T(h, "Now", "Ahora"));
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct indicator *ind = catalogue_at(i);
        struct reading now;
        struct reading_key k = {.ind = ind, .org_id = p->id, .as_of = DATE_NONE};
        if (ind->unit != UNIT_EDUCATOR)
            continue;
        TRY(reading_get(r->db, r->a, &k, &now, e));
        html(h, "<tr><th scope=\"row\">%s<span class=\"sub\">%s</span></th>",
             tr(ind->name, h->lang), tr(ind->question, h->lang));
        figure_cell(h, T(h, "Now", "Ahora"), &now);
        html(h, "</tr>");
    }
    html(h, "</tbody></table></div>");
    panel_close(h);
    return ERR_OK;
}

enum err home_coach(struct req *r, struct html *h, struct errmsg *e) {
    struct place p;
    struct person_list l;
    TRY(place_or_none(r, &p, e));
    TRY(view_coached(r->db, r->a, r->viewer.account_id, r->today, &l, e));
    lede_open(h, asof_line(h, p.at >= 0 ? p.name : "Homeroom", r->today));
    if (l.n == 0)
        html(h, "<h1>%s</h1><p>%s</p>",
             T(h, "You do not work with any teacher yet.", "Aún no trabaja con ningún docente."),
             T(h, "The district administrator adds the teachers you coach to your account.",
               "La administración del distrito agrega a su cuenta los docentes que asesora."));
    else
        html_say(h, "<h1>You work with %s teachers.</h1><p>%s</p>",
                 "<h1>Usted trabaja con %s docentes.</h1><p>%s</p>", num_int(h, (int64_t)l.n),
                 T(h, "Their numbers stay groups; their own surveys are theirs and yours.",
                   "Sus números se ven por grupos; sus encuestas son de ellos y de usted."));
    lede_close(h);
    for (size_t i = 0; i < l.n; i++) {
        struct section_list s;
        TRY(view_person_sections(r->db, r->a, l.row[i].id, STR("teacher"), r->today, &s, e));
        panel_open(h, html_z(h, l.row[i].name), "");
        html(h, "<ul>");
        for (size_t k = 0; k < s.n; k++)
            html(h, "<li><a href=\"/sections/%lld\">%.*s</a></li>", (long long)s.row[k].id,
                 STR_ARG(s.row[k].title));
        html(h, "</ul>");
        panel_close(h);
    }
    if (p.at >= 0)
        TRY(educator_numbers(r, h, &p, e));
    next_open(h);
    next_row(h, T(h, "See how the school stands.", "Ver cómo está la escuela."), "/schools",
             T(h, "The school", "La escuela"), false);
    next_row(h, T(h, "See what its standards ask of teaching.", "Ver qué piden sus estándares."),
             "/gaps", T(h, "Gaps", "Brechas"), true);
    next_close(h);
    return ERR_OK;
}

/* -- student and family
 * ----------------------------------------------------------------------------- */

static void nobody(struct html *h) {
    lede_open(h, "");
    html(h, "<h1>%s</h1><p>%s</p>",
         T(h, "We do not see you in the roster yet.", "Aún no le vemos en el padrón."),
         T(h, "Please ask the school office: it connects this sign-in to the right record.",
           "Pregunte en la oficina de la escuela: allí se une este usuario con el expediente "
           "correcto."));
    lede_close(h);
}

enum err home_student(struct req *r, struct html *h, struct errmsg *e) {
    if (r->viewer.person_id == 0) {
        nobody(h);
        return ERR_OK;
    }
    TRY(req_student(r, r->viewer.person_id, "home", e));
    html(h, "<div class=\"large prose\">");
    TRY(student_panels(r, h, r->viewer.person_id, e));
    html(h, "</div>");
    return ERR_OK;
}

enum err home_guardian(struct req *r, struct html *h, struct errmsg *e) {
    struct scope_ids children;
    struct person_view *p;
    struct kit *k;
    TRY(access_students(r->db, &r->viewer, r->a, &children, e));
    if (children.n == 0) {
        nobody(h);
        return ERR_OK;
    }
    if (children.n == 1) {
        TRY(req_student(r, children.ids[0], "home", e));
        html(h, "<div class=\"large prose\">");
        TRY(student_panels(r, h, children.ids[0], e));
        html(h, "</div>");
        return ERR_OK;
    }
    size_t works = 0;
    TRY(person_views(r->db, r->a, children.ids, children.n, r->today, &p, e));
    TRY(kits_load(r, children.ids, children.n, &k, e));
    TRY(read_students(r, children.ids, children.n, "home", e));
    for (size_t i = 0; i < children.n; i++)
        works += k[i].works;
    html(h, "<div class=\"large prose\">");
    lede_open(h, asof_line(h, T(h, "Your children", "Sus hijos"), r->today));
    if (works == children.n)
        html_say(h, "<h1>All %s of your children have a device that works.</h1>",
                 "<h1>Sus %s hijos tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)children.n));
    else
        html_say(h, "<h1>%s of your %s children have a device that works.</h1>",
                 "<h1>%s de sus %s hijos tienen un dispositivo que funciona.</h1>",
                 num_int(h, (int64_t)works), num_int(h, (int64_t)children.n));
    lede_close(h);
    for (size_t i = 0; i < children.n; i++) {
        html(
            h,
            "<section class=\"panel\"><header><h2>%.*s</h2><p class=\"asof\">%s, %.*s</p></header>",
            STR_ARG(p[i].name), grade_label(h, p[i].grade), STR_ARG(p[i].school));
        html(h, "<dl class=\"facts\">");
        fact(h, T(h, "Device", "Dispositivo"),
             k[i].device == NULL ? kit_device_text(h, &k[i])
                                 : arena_fmt(r->a, "%s: %s", kit_device_text(h, &k[i]),
                                             kit_state_label(h, k[i].device))
                                       .p);
        fact(h, T(h, "Internet at home", "Internet en casa"), kit_home_text(h, &k[i]));
        html(h, "</dl><p><a class=\"act\" href=\"/students/%lld\">%s</a></p>", (long long)p[i].id,
             arena_fmt(r->a, T(h, "Open %.*s's record", "Abrir el expediente de %.*s"),
                       STR_ARG(p[i].given))
                 .p);
        panel_close(h);
    }
    html(h, "</div>");
    return ERR_OK;
}
