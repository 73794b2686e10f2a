/*
 * The roster's people: found by name or any number, with their further identifiers, and two rows
 * that are one person made one, after a look at what would move. The merge is a batch of its own,
 * so the page of imports takes it back.
 */
#include "roster/merge.h"
#include "roster/view.h"
#include "web/figure.h"
#include "web/form.h"

#include "measure/rollup.h"

#include <inttypes.h>

enum { FOUND = 50, PAIRS = 50 };

/* Students and staff in reach; families only for those who reach everybody. */
static bool may_see(struct req *r, int64_t person, bool all) {
    struct errmsg no = {{0}};
    return access_may_see_student(r->db, &r->viewer, person, purpose_of(r->viewer.role), &no) ==
               ERR_OK ||
           access_may_see_staff(r->db, &r->viewer, person, &no) == ERR_OK || all;
}

static enum err reaches_all(struct req *r, bool *all, struct errmsg *e) {
    struct scope_ids orgs;
    TRY(access_orgs(r->db, &r->viewer, r->a, &orgs, e));
    *all = orgs.all;
    return ERR_OK;
}

static enum err person_of(struct req *r, int64_t id, struct person_view *out, struct errmsg *e) {
    struct errmsg why = {{0}};
    bool all;
    TRY(reaches_all(r, &all, e));
    if (person_view_get(r->db, r->a, id, r->today, out, &why) != ERR_OK || !may_see(r, id, all))
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such person, or none that you may see.",
                           "Esa persona no existe, o no está entre las que usted puede ver."));
    return ERR_OK;
}

/* An entry in the record of each student that is shown by name. */
static enum err note_read(struct req *r, const struct person_view v[], size_t n, struct errmsg *e) {
    int64_t *ids = ARENA_ARRAY(r->a, int64_t, n + 1), one;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool student = false;
        TRY(db_int(r->db, SQL_ACCESS_IS_STUDENT, ARGS(V_INT(v[i].id)), &one, &student, e));
        if (student)
            ids[found++] = v[i].id;
    }
    return read_students(r, ids, found, "people", e);
}

static const char *link_to(struct html *h, int64_t person) {
    return arena_fmt(h->a, "/people/%" PRId64, person).p;
}

static const char *merge_link(struct html *h, int64_t keep, int64_t duplicate) {
    return url(h, arena_fmt(h->a, "/people/%" PRId64 "/merge", keep).p, "with",
               arena_fmt(h->a, "#%" PRId64, duplicate).p, NULL);
}

/* ---- find ---- */

static void write_found(struct html *h, const struct person_view *v, size_t n) {
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Person", "Persona"), T(h, "Number", "Número"), T(h, "School", "Escuela"));
    for (size_t i = 0; i < n; i++)
        html(h,
             "<tr><th scope=\"row\"><a href=\"%s\">%.*s</a></th><td data-l=\"%s\">%.*s</td><td "
             "data-l=\"%s\">%.*s</td></tr>\n",
             link_to(h, v[i].id), STR_ARG(v[i].name), T(h, "Number", "Número"),
             STR_ARG(v[i].identifier), T(h, "School", "Escuela"), STR_ARG(v[i].school));
    html(h, "</tbody></table></div>\n");
}

static void write_pairs(struct html *h, const struct merge_pair *v, size_t n) {
    panel_open(h, T(h, "Perhaps the same person", "Quizá la misma persona"), "");
    if (n == 0)
        empty_note(h,
                   T(h, "No two people share a number, or a name and date of birth.",
                     "No hay dos personas con el mismo número, o nombre y fecha de nacimiento."));
    else
        html(h, "<ul class=\"next\">");
    for (size_t i = 0; i < n; i++) {
        bool number = str_eq(v[i].why, STR("the same number"));
        next_row(h,
                 arena_fmt(h->a, "%.*s · %.*s: %s", STR_ARG(v[i].keep_name),
                           STR_ARG(v[i].duplicate_name),
                           number ? T(h, "the same number", "el mismo número")
                                  : T(h, "the same name and date of birth",
                                      "el mismo nombre y fecha de nacimiento"))
                     .p,
                 merge_link(h, v[i].keep, v[i].duplicate), T(h, "Look at both", "Ver ambas"), true);
    }
    if (n > 0)
        html(h, "</ul>");
    panel_close(h);
}

static enum err get_people(struct req *r, struct errmsg *e) {
    struct str q = req_query(r, "q");
    struct person_view *v = NULL;
    struct merge_pair *pairs;
    size_t found = 0, n = 0, pair_n, kept_pairs = 0;
    bool all;
    TRY(reaches_all(r, &all, e));
    TRY(view_find_people(r->db, r->a, q, r->today, FOUND, &v, &found, e));
    for (size_t i = 0; i < found; i++)
        if (may_see(r, v[i].id, all))
            v[n++] = v[i];
    TRY(roster_merge_candidates(r->db, r->a, PAIRS, &pairs, &pair_n, e));
    for (size_t i = 0; i < pair_n; i++)
        if (may_see(r, pairs[i].keep, all) && may_see(r, pairs[i].duplicate, all))
            pairs[kept_pairs++] = pairs[i];
    TRY(note_read(r, v, n, e));
    struct html *h = page_begin(
        r,
        &(struct page){
            .nav = "/accounts",
            .heading = tr(TR("People of the roster", "Personas del padrón"), r->lang),
            .sentence = tr(TR("Find anybody by name or number, and join two entries that are one "
                              "person.",
                              "Encuentre a cualquiera por nombre o número, y una dos fichas que "
                              "son la misma persona."),
                           r->lang)});
    struct form f = form_begin(r, "/people", FORM_GET | FORM_INLINE);
    form_text(&f, &(struct input){.name = "q",
                                  .label = TR("Name, number, user name or e-mail",
                                              "Nombre, número, usuario o correo"),
                                  .type = "search",
                                  .value = q,
                                  .max = 80});
    form_submit(&f, TR("Find", "Buscar"));
    form_end(&f);
    if (n > 0)
        write_found(h, v, n);
    else if (q.n > 0)
        empty_note(h, T(h, "Nobody fits. Try the beginning of a name, or the whole number.",
                        "Nadie coincide. Pruebe el comienzo de un nombre o el número completo."));
    if (found == FOUND)
        html(h, "<p class=\"asof\">%s</p>",
             T(h, "There may be more: type more of the name.",
               "Puede haber más: escriba más del nombre."));
    write_pairs(h, pairs, kept_pairs);
    page_end(r);
    return ERR_OK;
}

/* ---- one person ---- */

static const char *alias_words(struct html *h, struct str kind) {
    static const struct choice kinds[] = {
        {"state", TR_INIT("State number", "Número estatal")},
        {"sis", TR_INIT("Number in the student system", "Número en el sistema estudiantil")},
        {"username", TR_INIT("User name", "Usuario")},
        {"identifier", TR_INIT("Number", "Número")},
        {"email", TR_INIT("E-mail", "Correo")},
        {"merged", TR_INIT("Number of a joined entry", "Número de una ficha unida")}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(kind, str_z(kinds[i].value)))
            return tr(kinds[i].label, h->lang);
    return html_z(h, kind);
}

static enum err write_person(struct req *r, struct html *h, const struct person_view *p,
                             struct errmsg *e) {
    struct alias_view *aliases;
    size_t n;
    TRY(view_aliases(r->db, r->a, p->id, &aliases, &n, e));
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Name", "Nombre"), html_z(h, p->name));
    fact(h, T(h, "Number", "Número"), html_z(h, p->identifier));
    fact(h, T(h, "E-mail", "Correo"), html_z(h, p->email));
    fact(h, T(h, "School", "Escuela"), html_z(h, p->school));
    fact(h, T(h, "Grade", "Grado"), grade_label(h, p->grade));
    for (size_t i = 0; i < n; i++)
        fact(h, alias_words(h, aliases[i].kind), html_z(h, aliases[i].value));
    html(h, "</dl>");
    return ERR_OK;
}

static enum err get_person(struct req *r, struct errmsg *e) {
    int64_t id;
    struct person_view p;
    TRY(req_id(r, "id", &id, e));
    TRY(person_of(r, id, &p, e));
    TRY(note_read(r, &p, 1, e));
    const char *name = arena_z(r->a, p.name);
    struct html *h = page_begin(
        r, &(struct page){.nav = "/accounts", .title = name, .heading = name, .narrow = true});
    TRY(write_person(r, h, &p, e));
    panel_open(h, T(h, "Another entry is the same person", "Otra ficha es la misma persona"), "");
    struct form f = form_begin(r, arena_fmt(r->a, "/people/%" PRId64 "/merge", id).p, FORM_GET);
    form_text(&f, &(struct input){.name = "with",
                                  .label = TR("The other entry", "La otra ficha"),
                                  .help = TR("Its number, user name or e-mail. You see what would "
                                             "move before anything happens.",
                                             "Su número, usuario o correo. Verá lo que se movería "
                                             "antes de que ocurra."),
                                  .required = true,
                                  .max = 120});
    form_submit(&f, TR("Look at both", "Ver ambas"));
    form_end(&f);
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

/* ---- two that are one ---- */

struct pair_of {
    struct person_view keep, duplicate;
    struct merge_preview what;
};

static enum err pair_read(struct req *r, struct str with, struct pair_of *out, struct errmsg *e) {
    int64_t keep, other = 0;
    bool found = true;
    struct errmsg why = {{0}};
    TRY(req_id(r, "id", &keep, e));
    TRY(person_of(r, keep, &out->keep, e));
    if (with.n < 2 || with.p[0] != '#' || !str_int(str_sub(with, 1, with.n), &other))
        TRY(db_int(r->db, SQL_ACCESS_PERSON_LOOKUP, ARGS(V_STR(with)), &other, &found, e));
    if (!found)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("Nobody in the roster has that number, user name or e-mail.",
                           "Nadie en el padrón tiene ese número, usuario o correo."));
    TRY(person_of(r, other, &out->duplicate, e));
    enum err can = roster_merge_preview(r->db, keep, other, &out->what, &why);
    if (can == ERR_INVALID)
        return req_fail(r, e, ERR_INVALID,
                        keep == other ? TR("That is the same entry; name the other one.",
                                           "Es la misma ficha; indique la otra.")
                                      : TR("One of them was joined with another already.",
                                           "Una de ellas ya se unió con otra."));
    if (can != ERR_OK)
        *e = why;
    return can;
}

static enum err get_merge(struct req *r, struct errmsg *e) {
    struct pair_of p;
    TRY(pair_read(r, req_query(r, "with"), &p, e));
    const struct person_view both[] = {p.keep, p.duplicate};
    TRY(note_read(r, both, 2, e));
    struct html *h = page_begin(
        r, &(struct page){
               .nav = "/accounts",
               .heading = tr(TR("Are these one person?", "¿Son la misma persona?"), r->lang),
               .sentence = tr(TR("The first entry stays. What belongs to the second goes to it, "
                                 "and its numbers still lead there. It can be taken back.",
                                 "Queda la primera ficha. Lo de la segunda pasa a ella, y sus "
                                 "números siguen llevando ahí. Se puede deshacer."),
                              r->lang)});
    html(h, "<div class=\"two\">");
    panel_open(h, T(h, "Stays", "Queda"), "");
    TRY(write_person(r, h, &p.keep, e));
    panel_close(h);
    panel_open(h, T(h, "Goes into it", "Pasa a ella"), "");
    TRY(write_person(r, h, &p.duplicate, e));
    panel_close(h);
    html(h, "</div>");
    panel_open(h, T(h, "What would happen", "Qué ocurriría"), "");
    html(h, "<dl class=\"facts\">");
    fact(h, T(h, "Class enrollments that move", "Inscripciones que se mueven"),
         num_int(h, p.what.enrollments));
    fact(h, T(h, "Roles at schools that move", "Funciones en escuelas que se mueven"),
         num_int(h, p.what.roles));
    fact(h, T(h, "Family links that move", "Vínculos familiares que se mueven"),
         num_int(h, p.what.guardians));
    fact(h, T(h, "Rows both have: one of each ends", "Filas repetidas: una de cada par termina"),
         num_int(h, p.what.ended));
    html(h, "</dl><div class=\"acts\">");
    struct form f = form_begin(r, arena_fmt(r->a, "/people/%" PRId64 "/merge", p.keep.id).p, 0);
    form_hidden(&f, "with", arena_fmt(r->a, "#%" PRId64, p.duplicate.id));
    form_submit(&f, TR("Yes, join them", "Sí, unirlas"));
    form_end(&f);
    html(h,
         "<a class=\"act quiet\" href=\"%s\">%s</a> <a class=\"act quiet\" "
         "href=\"%s\">%s</a></div>",
         merge_link(h, p.duplicate.id, p.keep.id), T(h, "The other way round", "Al revés"),
         link_to(h, p.keep.id), T(h, "No, they are two", "No, son dos"));
    panel_close(h);
    page_end(r);
    return ERR_OK;
}

struct noted {
    struct req *r;
    const struct pair_of *p;
};

static enum err note_merge(struct db *db, void *arg, struct errmsg *e) {
    const struct noted *n = arg;
    struct audit_entry entry = {
        .action = STR("merge"),
        .subject = STR("person"),
        .subject_id = arena_fmt(n->r->a, "%" PRId64, n->p->keep.id),
        .person_id = n->p->keep.id,
        .detail = arena_fmt(n->r->a, "{\"duplicate\":%" PRId64 "}", n->p->duplicate.id)};
    return audit_append(db, &n->r->viewer, &entry, e);
}

static enum err post_merge(struct req *r, struct errmsg *e) {
    struct pair_of p;
    struct measure_done done;
    struct measure_options how = {0};
    int64_t batch;
    TRY(pair_read(r, req_form(r, "with"), &p, e));
    TRY(roster_merge(req_store(r), p.keep.id, p.duplicate.id, r->viewer.account_id, r->today,
                     &batch, e));
    TRY(req_write(r, note_merge, &(struct noted){r, &p}, e));
    TRY(measure_catch_up(req_store(r), r->today, &how, &done, e));
    reply_notice(r, TR("Joined. To take it back, use this page.",
                       "Unidas. Para deshacerlo, use esta página."));
    reply_redirect(r, req_may(r, PERM_IMPORT) ? arena_fmt(r->a, "/import/%" PRId64, batch).p
                                              : arena_fmt(r->a, "/people/%" PRId64, p.keep.id).p);
    return ERR_OK;
}

const struct route routes_people[] = {
    {.method = GET,
     .pattern = "/people",
     .handler = get_people,
     .perm = PERM_PEOPLE,
     .title = TR_INIT("People of the roster", "Personas del padrón")},
    {.method = GET,
     .pattern = "/people/{id}",
     .handler = get_person,
     .perm = PERM_PEOPLE,
     .title = TR_INIT("Person", "Persona")},
    {.method = GET,
     .pattern = "/people/{id}/merge",
     .handler = get_merge,
     .perm = PERM_PEOPLE,
     .title = TR_INIT("Two entries of one person", "Dos fichas de una persona")},
    {.method = POST,
     .pattern = "/people/{id}/merge",
     .handler = post_merge,
     .perm = PERM_PEOPLE,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("Two entries of one person", "Dos fichas de una persona")},
    {0}};
