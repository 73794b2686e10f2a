/* One student: what they have to learn with, and who saw the record. And the way to find one. */
#include "provide/provide.h"
#include "roster/view.h"
#include "web/form.h"
#include "web/kit.h"
#include "web/student.h"

enum { FOUND_MOST = 50, SEEN_MOST = 40 };

/* -- parts that home shows too -------------------------------------------------------------------
 */

static bool family(const struct req *r) {
    return r->viewer.role == ROLE_STUDENT || r->viewer.role == ROLE_GUARDIAN;
}

static const char *sentence(struct req *r, struct html *h, const struct person_view *p,
                            const struct kit *k) {
    bool self = r->viewer.person_id == p->id;
    bool homes = kit_sees_home(r), online = kit_online_at_home(k);
    const char *name = html_z(h, p->given);
    if (self && k->works)
        return !homes || online ? T(h, "You have a device that works, and internet at home.",
                                    "Usted tiene un dispositivo que funciona e internet en casa.")
                                : T(h, "You have a device that works.",
                                    "Usted tiene un dispositivo que funciona.");
    if (self)
        return T(h, "You have no working device right now.",
                 "En este momento usted no tiene un dispositivo que funcione.");
    if (k->works && homes && online)
        return arena_fmt(h->a,
                         T(h, "%s has a device that works, and internet at home.",
                           "%s tiene un dispositivo que funciona e internet en casa."),
                         name)
            .p;
    if (k->works && homes)
        return arena_fmt(h->a,
                         T(h,
                           "%s has a device that works; at home there is no internet that "
                           "we know of.",
                           "%s tiene un dispositivo que funciona; en casa no sabemos de "
                           "internet."),
                         name)
            .p;
    return k->works ? arena_fmt(h->a,
                                T(h, "%s has a device that works.",
                                  "%s tiene un dispositivo que funciona."),
                                name)
                          .p
                    : arena_fmt(h->a,
                                T(h, "%s has no working device right now.",
                                  "%s no tiene en este momento un dispositivo que funcione."),
                                name)
                          .p;
}

static void write_device(struct req *r, struct html *h, const struct kit *k) {
    panel_open(h, T(h, "Device", "Dispositivo"), "");
    if (k->device == NULL) {
        empty_note(h, T(h, "No device is assigned.", "No hay un dispositivo asignado."));
    } else {
        html(h, "<p>%s <span class=\"tag %s\">%s</span></p><dl class=\"facts\">",
             kit_device_text(h, k), k->works ? "ok" : "short", kit_state_label(h, k->device));
        fact(h, T(h, "Serial number", "Número de serie"),
             kind_text(h, &kind_device, k->device, "serial"));
        fact(h, T(h, "Label", "Etiqueta"), kind_text(h, &kind_device, k->device, "asset_tag"));
        fact(h, T(h, "Updates end on", "Fin de actualizaciones"),
             kind_text(h, &kind_device, k->device, "support_ends_on"));
        html(h, "</dl>");
        if (req_may(r, PERM_DEVICES))
            html(h, "<p><a href=\"/records/device/%lld\">%s</a></p>", (long long)k->device->id,
                 T(h, "Open the device's record", "Abrir el registro del dispositivo"));
    }
    panel_close(h);
}

static void write_home(struct req *r, struct html *h, const struct kit *k) {
    if (!kit_sees_home(r))
        return;
    panel_open(h, T(h, "Internet at home", "Internet en casa"), "");
    html(h, "<p>%s</p>", kit_home_text(h, k));
    if (k->home != NULL)
        html_say(h, "<p class=\"asof\">As said on %s.</p>",
                 "<p class=\"asof\">Según lo dicho el %s.</p>",
                 kind_text(h, &kind_home_access, k->home, "surveyed_on"));
    panel_close(h);
}

static void write_needs(struct html *h, const struct kit *k) {
    if (k->needs == 0)
        return;
    panel_open(h, T(h, "Tools named in a plan", "Herramientas que nombra un plan"), "");
    html(h, "<dl class=\"facts\">");
    for (size_t i = 0; i < k->needs; i++)
        fact(h, kind_text(h, &kind_need, k->need[i], "need"),
             arena_fmt(h->a, "%s · %s", kind_text(h, &kind_need, k->need[i], "tool"),
                       kind_text(h, &kind_need, k->need[i], "status"))
                 .p);
    html(h, "</dl>");
    panel_close(h);
}

static const char *yes_no(struct html *h, int v) {
    return v < 0 ? T(h, "not known", "no se sabe") : v ? T(h, "yes", "sí") : T(h, "no", "no");
}

static const char *group_text(struct html *h, const char *dim, struct str value) {
    int g = value.n == 0 ? -1 : group_find(arena_fmt(h->a, "%s:%.*s", dim, STR_ARG(value)));
    return g < 0 ? T(h, "not known", "no se sabe") : tr(group_rows[g].label, h->lang);
}

static enum err write_record(struct req *r, struct html *h, const struct person_view *p,
                             struct errmsg *e) {
    struct status_view s;
    bool supports = req_may(r, PERM_STUDENT_SUPPORTS), meals = req_may(r, PERM_STUDENT_MEALS);
    TRY(status_view_get(r->db, r->a, p->id, r->today, &s, e));
    panel_open(h, T(h, "What the school keeps", "Lo que guarda la escuela"), "");
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Student number", "Número de estudiante"), html_z(h, p->identifier));
    fact(h, T(h, "School", "Escuela"), html_z(h, p->school));
    fact(h, T(h, "Grade", "Grado"), grade_label(h, p->grade));
    fact(h, T(h, "E-mail", "Correo"), html_z(h, p->email));
    if (supports) {
        fact(h, T(h, "English learner", "Aprendiz de inglés"), yes_no(h, s.english_learner));
        fact(h, T(h, "Disability plan", "Plan por discapacidad"), yes_no(h, s.disability_plan));
        fact(h, T(h, "Home language", "Idioma del hogar"), group_text(h, "language", s.language));
    }
    if (meals) {
        fact(h, T(h, "Meals", "Comidas"), group_text(h, "meal", s.meal));
        fact(h, T(h, "Race and ethnicity", "Raza y etnia"), group_text(h, "race", s.race));
        fact(h, T(h, "Born on", "Fecha de nacimiento"), day(h, s.birth_on));
    }
    html(h, "</dl>");
    panel_close(h);
    return ERR_OK;
}

static enum err write_classes(struct req *r, struct html *h, const struct person_view *p,
                              struct errmsg *e) {
    struct section_list l;
    struct scope_ids mine;
    TRY(view_person_sections(r->db, r->a, p->id, STR("student"), r->today, &l, e));
    TRY(access_sections(r->db, &r->viewer, r->a, &mine, e));
    if (l.n == 0)
        return ERR_OK;
    panel_open(h, T(h, "Classes", "Clases"), "");
    html(h, "<ul>");
    for (size_t i = 0; i < l.n; i++) {
        if (scope_has(&mine, l.row[i].id) && req_may(r, PERM_SECTIONS))
            html(h, "<li><a href=\"/sections/%lld\">%.*s</a>", (long long)l.row[i].id,
                 STR_ARG(l.row[i].title));
        else
            html(h, "<li>%.*s", STR_ARG(l.row[i].title));
        if (l.row[i].location.n > 0)
            html(h, " · %.*s", STR_ARG(l.row[i].location));
        html(h, "</li>");
    }
    html(h, "</ul>");
    panel_close(h);
    return ERR_OK;
}

static enum err newest_of(struct req *r, const struct kind *k, const struct kind_as *as,
                          const char *by, size_t most, struct kind_list *out, struct errmsg *e) {
    struct kind_query q = {
        .sort = kind_field(k, str_z(by)), .descending = true, .limit = (int64_t)most};
    *out = (struct kind_list){0};
    return kind_may_read(k, NULL, as) ? kind_list(r->db, k, as, &q, r->a, out, e) : ERR_OK;
}

/* What a measure is called, where it feeds an indicator; else as the file named it. */
static const char *measure_label(struct html *h, const char *measure) {
    const struct indicator *ind = catalogue_find(arena_fmt(h->a, "score_%s", measure));
    return ind == NULL ? measure : tr(ind->name, h->lang);
}

static enum err write_results(struct req *r, struct html *h, const struct person_view *p,
                              struct errmsg *e) {
    struct kind_as as = kind_view_of(r, &p->id, 1);
    struct kind_list scores, days;
    if (!req_may(r, PERM_STUDENT_SCORES))
        return ERR_OK;
    TRY(newest_of(r, &kind_score, &as, "taken_on", 12, &scores, e));
    TRY(newest_of(r, &kind_attendance, &as, "month", 6, &days, e));
    if (scores.n + days.n == 0)
        return ERR_OK;
    panel_open(h, T(h, "Attendance and scores", "Asistencia y resultados"), "");
    html(h, "<dl class=\"facts\">");
    for (size_t i = 0; i < days.n; i++) {
        const struct kind_row *x = &days.rows[i];
        int32_t first;
        fact(h,
             date_parse(kind_val(&kind_attendance, x, "month")->s, &first)
                 ? month(h, first)
                 : kind_text(h, &kind_attendance, x, "month"),
             arena_fmt(r->a, T(h, "%s of %s days present", "%s de %s días presente"),
                       kind_text(h, &kind_attendance, x, "days_present"),
                       kind_text(h, &kind_attendance, x, "days_enrolled"))
                 .p);
    }
    for (size_t i = 0; i < scores.n; i++) {
        const struct kind_row *x = &scores.rows[i];
        fact(h,
             arena_fmt(r->a, "%s, %s", measure_label(h, kind_text(h, &kind_score, x, "measure")),
                       kind_text(h, &kind_score, x, "taken_on"))
                 .p,
             kind_text(h, &kind_score, x, "value"));
    }
    html(h, "</dl>");
    panel_close(h);
    return ERR_OK;
}

static const char *purpose_words(struct html *h, struct str name) {
    for (int p = 0; p < PURPOSE_COUNT; p++)
        if (str_eq(name, str_z(purpose_name((enum purpose)p))))
            return tr(purpose_label((enum purpose)p), h->lang);
    return "";
}

enum err student_seen_panel(struct req *r, struct html *h, int64_t student, struct errmsg *e) {
    struct audit_row *rows;
    size_t n;
    bool more;
    struct audit_filter f = {.person_id = student, .action = STR("read"), .limit = SEEN_MOST};
    TRY(audit_list(r->db, &f, r->a, &rows, &n, &more, e));
    panel_open(h, T(h, "Who saw this record", "Quién vio este expediente"), "");
    if (n == 0)
        empty_note(h, T(h, "Nobody before you.", "Nadie antes que usted."));
    else
        html(h,
             "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
             "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
             T(h, "When", "Cuándo"), T(h, "Who", "Quién"), T(h, "What for", "Para qué"));
    for (size_t i = 0; i < n; i++) {
        struct account who = {0};
        struct errmsg gone = {0};
        /* An account cannot be deleted; should it be missing, its user name is told. */
        bool known = rows[i].account_id != 0 &&
                     account_get(r->db, rows[i].account_id, r->a, &who, &gone) == ERR_OK;
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%.*s", instant(h, rows[i].at_us),
             T(h, "Who", "Quién"), STR_ARG(known ? who.display_name : rows[i].actor));
        if (known)
            html(h, "<span class=\"sub\">%s</span>", tr(role_label(who.role), h->lang));
        html(h, "</td><td data-l=\"%s\">%s</td></tr>", T(h, "What for", "Para qué"),
             purpose_words(h, rows[i].purpose));
    }
    if (n > 0)
        html(h, "</tbody></table></div>");
    if (more)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "The newest 40. The privacy officer has them all.",
               "Los 40 más recientes. La oficina de privacidad los tiene todos."));
    panel_close(h);
    return ERR_OK;
}

enum err student_panels(struct req *r, struct html *h, int64_t student, struct errmsg *e) {
    struct person_view p;
    struct kit *k;
    TRY(person_view_get(r->db, r->a, student, r->today, &p, e));
    TRY(kits_load(r, &student, 1, &k, e));
    lede_open(h, asof_line(h, arena_fmt(r->a, "%.*s · %.*s", STR_ARG(p.name), STR_ARG(p.school)).p,
                           r->today));
    html(h, "<h1>%s</h1>", sentence(r, h, &p, k));
    html(h, "<p>%s%s%.*s</p>", grade_label(h, p.grade), p.grade.n > 0 ? ", " : "",
         STR_ARG(p.school));
    lede_close(h);
    html(h, "<div class=\"two\">");
    write_device(r, h, k);
    write_home(r, h, k);
    html(h, "</div>");
    write_needs(h, k);
    TRY(write_classes(r, h, &p, e));
    TRY(write_results(r, h, &p, e));
    TRY(write_record(r, h, &p, e));
    if (family(r) || req_may(r, PERM_AUDIT))
        TRY(student_seen_panel(r, h, student, e));
    return ERR_OK;
}

static enum err get_student(struct req *r, struct errmsg *e) {
    int64_t id;
    struct person_view p;
    TRY(req_id(r, "id", &id, e));
    TRY(req_student(r, id, "student", e));
    TRY(person_view_get(r->db, r->a, id, r->today, &p, e));
    struct html *h =
        page_begin(r, &(struct page){.title = arena_z(r->a, p.name), .nav = "/students"});
    if (family(r))
        html(h, "<div class=\"large prose\">");
    TRY(student_panels(r, h, id, e));
    if (family(r))
        html(h, "</div>");
    page_end(r);
    return ERR_OK;
}

/* -- finding one
 * --------------------------------------------------------------------------------------- */

static void write_found(struct html *h, const struct person_list *l) {
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "Student", "Estudiante"), T(h, "Number", "Número"));
    for (size_t i = 0; i < l->n; i++)
        html(h,
             "<tr><th scope=\"row\"><a href=\"/students/%lld\">%.*s</a></th><td "
             "data-l=\"%s\">%.*s</td></tr>",
             (long long)l->row[i].id, STR_ARG(l->row[i].name), T(h, "Number", "Número"),
             STR_ARG(l->row[i].identifier));
    html(h, "</tbody></table></div>");
}

/* Those of the list that the viewer may see. */
static void keep_mine(struct person_list *l, const struct scope_ids *mine) {
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (scope_has(mine, l->row[i].id))
            l->row[n++] = l->row[i];
    l->n = n;
}

static enum err own_students(struct req *r, const struct scope_ids *mine, int64_t page,
                             struct person_list *out, struct errmsg *e) {
    size_t from = (size_t)(page - 1) * FOUND_MOST;
    size_t n = from >= mine->n ? 0 : mine->n - from < FOUND_MOST ? mine->n - from : FOUND_MOST;
    *out = (struct person_list){.n = n, .more = from + n < mine->n};
    return person_views(r->db, r->a, mine->ids + (n == 0 ? 0 : from), n, r->today, &out->row, e);
}

static enum err get_students(struct req *r, struct errmsg *e) {
    struct str q = req_query(r, "q");
    int64_t page = req_int(r, "page", 1, 1, 100000);
    struct scope_ids mine;
    struct place p;
    struct person_list l = {0};
    if (family(r)) {
        reply_redirect(r, "/");
        return ERR_OK;
    }
    TRY(place_or_none(r, &p, e));
    TRY(access_students(r->db, &r->viewer, r->a, &mine, e));
    if (q.n > 0) {
        TRY(view_find_students(r->db, r->a, q, r->today, mine.all ? FOUND_MOST : 1000, &l, e));
        keep_mine(&l, &mine);
    } else if (p.at >= 0 && p.school) {
        TRY(view_org_students(r->db, r->a, p.id, r->today, (page - 1) * FOUND_MOST, FOUND_MOST, &l,
                              e));
        keep_mine(&l, &mine);
    } else if (!mine.all) {
        TRY(own_students(r, &mine, page, &l, e));
    }
    struct html *h = page_begin(r, &(struct page){.nav = "/students"});
    lede_open(h, p.at >= 0 ? asof_line(h, p.name, r->today) : "");
    html(h, "<h1>%s</h1><p>%s</p>", T(h, "Which student?", "¿Qué estudiante?"),
         T(h,
           "You see those you teach, support or are responsible for; opening a record is noted in "
           "it.",
           "Usted ve a quienes enseña, apoya o tiene a su cargo; abrir un expediente queda anotado "
           "en él."));
    lede_close(h);
    struct form f = form_begin(r, "/students", FORM_GET | FORM_INLINE);
    form_text(&f, &(struct input){.name = "q",
                                  .label = TR("Name or number", "Nombre o número"),
                                  .type = "search",
                                  .value = q,
                                  .max = 80});
    form_submit(&f, TR("Find", "Buscar"));
    form_end(&f);
    if (l.n > 0)
        write_found(h, &l);
    else if (q.n > 0)
        empty_note(h,
                   T(h, "Nobody of that name or number among the students you may see.",
                     "Nadie con ese nombre o número entre los estudiantes que usted puede ver."));
    if (q.n == 0)
        pager(r, page, l.more);
    else if (l.more)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "There are more: type more of the name.", "Hay más: escriba más del nombre."));
    page_end(r);
    return ERR_OK;
}

const struct route routes_student[] = {{.method = GET,
                                        .pattern = "/students",
                                        .handler = get_students,
                                        .perm = PERM_STUDENTS,
                                        .title = TR_INIT("Students", "Estudiantes")},
                                       {.method = GET,
                                        .pattern = "/students/{id}",
                                        .handler = get_student,
                                        .perm = PERM_STUDENTS,
                                        .title = TR_INIT("Student", "Estudiante")},
                                       {0}};
