/* People and roles: who has an account, what it may do, where it reaches. */
#include "web/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 50, ORGS_MOST = 500 };

static const char *state_of(struct html *h, const struct account *acc) {
    return acc->disabled_us != 0 ? T(h, "disabled", "desactivada")
           : !acc->has_password  ? T(h, "no password yet", "sin contraseña aún")
           : acc->must_change    ? T(h, "password handed out", "contraseña entregada")
                                 : T(h, "in use", "en uso");
}

static const char *reach_of(struct html *h, const struct account *acc) {
    if (acc->orgs.n > 0)
        return html_z(h, acc->orgs);
    if (role_is_district(acc->role) || acc->role == ROLE_STATE_ANALYST)
        return T(h, "everything", "todo");
    return acc->role == ROLE_PRINCIPAL || acc->role == ROLE_SUPPORT_TECHNICIAN
               ? T(h, "no school yet", "ninguna escuela aún")
               : T(h, "by relationship", "por relación");
}

/* Every role, with `any` first when it is given. */
static size_t role_options(struct html *h, struct option *out) {
    for (int i = 1; i < ROLE_COUNT; i++)
        out[i - 1] = (struct option){str_z(role_name((enum role)i)),
                                     str_z(tr(role_label((enum role)i), h->lang))};
    return ROLE_COUNT - 1;
}

static void write_rows(struct html *h, const struct account *v, size_t n) {
    const char *role = T(h, "Role", "Función"), *reach = T(h, "Reaches", "Alcance"),
               *state = T(h, "State", "Estado");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Person", "Persona"), role, reach, state);
    for (size_t i = 0; i < n; i++)
        html(h,
             "<tr><th scope=\"row\"><a href=\"/accounts/%" PRId64
             "\">%.*s</a><span class=\"sub\">%.*s</span></th><td data-l=\"%s\">%s</td><td "
             "data-l=\"%s\">%s</td><td data-l=\"%s\">%s</td></tr>\n",
             v[i].id, STR_ARG(v[i].display_name), STR_ARG(v[i].username), role,
             tr(role_label(v[i].role), h->lang), reach, reach_of(h, &v[i]), state,
             state_of(h, &v[i]));
    html(h, "</tbody></table></div>\n");
}

static enum err get_accounts(struct req *r, struct errmsg *e) {
    struct str text = req_query(r, "q"), role_text = req_query(r, "role");
    enum role role = ROLE_NONE;
    int64_t page = req_int(r, "page", 1, 1, 100000);
    struct account *v;
    size_t n;
    bool more;
    (void)role_parse(role_text, &role);
    TRY(account_list(r->db, text, role, (int)((page - 1) * PAGE), PAGE, r->a, &v, &n, &more, e));
    struct html *h = page_begin(
        r, &(struct page){.heading = tr(TR("People and roles", "Personas y funciones"), r->lang),
                          .sentence = tr(TR("Who may sign in, as what, and how far they see.",
                                            "Quién puede entrar, con qué función y qué alcanza a "
                                            "ver."),
                                         r->lang)});
    html(h,
         "<p class=\"acts\"><a class=\"act\" href=\"/accounts/new\">%s</a> <a class=\"act quiet\" "
         "href=\"/accounts/roles\">%s</a>",
         T(h, "New account", "Cuenta nueva"),
         T(h, "What each role may do", "Qué permite cada función"));
    if (req_may(r, PERM_PEOPLE))
        html(h, " <a class=\"act quiet\" href=\"/people\">%s</a>",
             T(h, "People of the roster", "Personas del padrón"));
    html(h, "</p>");
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>", T(h, "Accounts", "Cuentas"));
    struct option roles[ROLE_COUNT];
    struct form f = form_begin(r, "/accounts", FORM_GET | FORM_INLINE);
    form_text(&f, &(struct input){.name = "q",
                                  .label = TR("Name or sign-in name", "Nombre o usuario"),
                                  .type = "search",
                                  .value = text});
    form_options(
        &f, &(struct input){.name = "role", .label = TR("Role", "Función"), .value = role_text},
        roles, role_options(h, roles), TR("Any role", "Cualquier función"));
    form_submit(&f, TR("Find", "Buscar"));
    form_end(&f);
    if (n == 0)
        empty_note(h, T(h, "No account fits. Clear the search, or make a new one.",
                        "Ninguna cuenta coincide. Borre la búsqueda o cree una."));
    else
        write_rows(h, v, n);
    pager(r, page, more);
    html(h, "</section>\n");
    page_end(r);
    return ERR_OK;
}

/* -- what each role may do --------------------------------------------------------------------- */

static enum err get_roles(struct req *r, struct errmsg *e) {
    (void)e;
    struct html *h = page_begin(
        r, &(struct page){
               .heading = tr(TR("What each role may do", "Qué permite cada función"), r->lang),
               .sentence = tr(TR("What no line names is refused. Whose records one sees follows "
                                 "from classes, schools, family and coaching.",
                                 "Lo que ninguna línea nombra se niega. De quién se ven registros "
                                 "depende de clases, escuelas, familia y asesoría."),
                              r->lang)});
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Permission", "Permiso"), T(h, "Roles", "Funciones"), T(h, "Why", "Por qué"));
    for (int p = PERM_READINGS; p < PERM_COUNT; p++) {
        bool begun = false;
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">", tr(perm_rows[p].label, h->lang),
             T(h, "Roles", "Funciones"));
        for (int i = 1; i < ROLE_COUNT; i++)
            if (role_may((enum role)i, (enum perm)p)) {
                html(h, "%s%s", begun ? ", " : "", tr(role_label((enum role)i), h->lang));
                begun = true;
            }
        html(h, "</td><td data-l=\"%s\">%s</td></tr>\n", T(h, "Why", "Por qué"),
             tr(perm_rows[p].why, h->lang));
    }
    html(h, "</tbody></table></div>\n");
    page_end(r);
    return ERR_OK;
}

/* -- a form for a new account, and for another role ----------------------------------------------
 */

static enum err org_options(struct req *r, struct option **out, size_t *n, struct errmsg *e) {
    struct rows *rows;
    *out = ARENA_ARRAY(r->a, struct option, ORGS_MOST);
    *n = 0;
    TRY(db_rows(r->db, SQL_ACCESS_ORG_CHOICES, NO_ARGS, &rows, e));
    while (*n < ORGS_MOST && rows_next(rows))
        (*out)[(*n)++] = (struct option){arena_fmt(r->a, "%" PRId64, rows_int(rows, 0)),
                                         arena_str(r->a, rows_str(rows, 1))};
    return rows_close(rows, e);
}

static enum err orgs_of(struct req *r, int64_t account, struct scope_ids *out, struct errmsg *e) {
    struct rows *rows;
    *out = (struct scope_ids){.ids = ARENA_ARRAY(r->a, int64_t, ORGS_MOST)};
    TRY(db_rows(r->db, SQL_ACCOUNT_ORG_LIST, ARGS(V_INT(account)), &rows, e));
    while (out->n < ORGS_MOST && rows_next(rows)) {
        int64_t id = rows_int(rows, 0);
        size_t at = out->n++;
        for (; at > 0 && out->ids[at - 1] > id; at--)
            out->ids[at] = out->ids[at - 1];
        out->ids[at] = id;
    }
    return rows_close(rows, e);
}

static enum err posted_orgs(struct req *r, int64_t **ids, size_t *n, struct errmsg *e) {
    struct str *texts;
    size_t count = req_form_all(r, "org", &texts);
    *ids = ARENA_ARRAY(r->a, int64_t, count);
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t id;
        bool there = false, twice = false;
        if (!str_int(texts[i], &id))
            continue;
        for (size_t k = 0; k < *n; k++)
            twice = twice || (*ids)[k] == id;
        TRY(db_int(r->db, SQL_ACCESS_ORG_EXISTS, ARGS(V_INT(id)), &(int64_t){0}, &there, e));
        if (there && !twice)
            (*ids)[(*n)++] = id;
    }
    return ERR_OK;
}

static void role_fields(struct form *f, const struct option *orgs, size_t org_n,
                        const struct scope_ids *on, struct str role) {
    struct option roles[ROLE_COUNT];
    form_options(
        f,
        &(struct input){
            .name = "role", .label = TR("Role", "Función"), .required = true, .value = role},
        roles, role_options(f->h, roles), TR("Choose a role", "Elija una función"));
    form_boxes(
        f,
        &(struct input){
            .name = "org",
            .label = TR("Schools and districts it reaches", "Escuelas y distritos que alcanza"),
            .help = TR("With everything below them. None for a district role means all; "
                       "teachers, students and families need none.",
                       "Con todo lo que incluyen. Ninguna, en una función de distrito, "
                       "significa todas; docentes, estudiantes y familias no la necesitan.")},
        orgs, org_n, on);
}

static enum err new_form(struct req *r, struct errmsg *e) {
    struct option *orgs;
    size_t n;
    TRY(org_options(r, &orgs, &n, e));
    (void)page_begin(r, &(struct page){.heading = tr(TR("New account", "Cuenta nueva"), r->lang),
                                       .sentence = tr(TR("A password is made up and shown once; "
                                                         "the person must choose another at first "
                                                         "sign-in.",
                                                         "Se genera una contraseña que se muestra "
                                                         "una vez; la persona elegirá otra al "
                                                         "entrar."),
                                                      r->lang),
                                       .narrow = true});
    struct form f = form_begin(r, "/accounts/new", 0);
    form_text(&f, &(struct input){.name = "name",
                                  .label = TR("Name", "Nombre"),
                                  .required = true,
                                  .autofocus = true,
                                  .max = 120});
    form_text(&f, &(struct input){
                      .name = "username",
                      .label = TR("Sign-in name", "Usuario"),
                      .help = TR("Often the e-mail address.", "A menudo el correo electrónico."),
                      .required = true,
                      .autocomplete = "off",
                      .max = 80});
    form_text(&f,
              &(struct input){.name = "person",
                              .label = TR("Who it is in the roster", "Quién es en el padrón"),
                              .help = TR("Local number, user name or e-mail. Needed for teachers, "
                                         "students and families: their classes and children come "
                                         "from the roster.",
                                         "Número local, usuario o correo. Necesario para docentes, "
                                         "estudiantes y familias: sus clases e hijos vienen del "
                                         "padrón."),
                              .max = 120});
    role_fields(&f, orgs, n, NULL, (struct str){0});
    static const struct choice langs[] = {{"en", TR_INIT("English", "Inglés")},
                                          {"es", TR_INIT("Spanish", "Español")}};
    form_radio(
        &f,
        &(struct input){.name = "language", .label = TR("Language", "Idioma"), .value = STR("en")},
        langs, 2);
    form_submit(&f, TR("Make the account", "Crear la cuenta"));
    form_end(&f);
    page_end(r);
    return ERR_OK;
}

static enum err get_new(struct req *r, struct errmsg *e) {
    return new_form(r, e);
}

struct job {
    struct req *r;
    struct account_new fresh;
    struct account acc;
    char hash[PASSWORD_HASH];
    int64_t id, teacher;
    bool flag;
    enum role role;
    const int64_t *orgs;
    size_t org_n;
};

static bool needs_person(enum role role) {
    return role == ROLE_TEACHER || role == ROLE_STUDENT || role == ROLE_GUARDIAN;
}

static enum err read_new(struct req *r, struct job *j, struct errmsg *e) {
    struct str person = req_form(r, "person");
    int64_t *ids;
    j->fresh.display_name = req_form(r, "name");
    j->fresh.username = req_form(r, "username");
    j->fresh.lang = str_eq(req_form(r, "language"), STR("es")) ? LANG_ES : LANG_EN;
    if (j->fresh.display_name.n == 0)
        form_error(r, "name", TR("Give the person's name.", "Escriba el nombre de la persona."));
    if (j->fresh.username.n == 0)
        form_error(r, "username", TR("Give a sign-in name.", "Escriba un usuario."));
    if (!role_parse(req_form(r, "role"), &j->fresh.role))
        form_error(r, "role", TR("Choose a role.", "Elija una función."));
    if (person.n > 0) {
        bool found;
        TRY(db_int(r->db, SQL_ACCESS_PERSON_LOOKUP, ARGS(V_STR(person)), &j->fresh.person_id,
                   &found, e));
        if (!found)
            form_error(r, "person",
                       TR("Nobody in the roster has that number, user name or e-mail.",
                          "Nadie en el padrón tiene ese número, usuario o correo."));
    } else if (needs_person(j->fresh.role)) {
        form_error(r, "person",
                   TR("This role needs to know who it is in the roster.",
                      "Esta función necesita saber quién es en el padrón."));
    }
    TRY(posted_orgs(r, &ids, &j->fresh.org_count, e));
    j->fresh.org_ids = ids;
    return ERR_OK;
}

static enum err save_new(struct db *db, void *arg, struct errmsg *e) {
    struct job *j = arg;
    return account_add(db, &j->r->viewer, &j->fresh, &j->id, e);
}

/* The one page on which a handed-out password is seen. */
static void show_password(struct req *r, int64_t id, struct str username, struct str password) {
    struct html *h = page_begin(
        r, &(struct page){
               .heading = tr(TR("Hand out this password", "Entregue esta contraseña"), r->lang),
               .sentence = tr(TR("It is shown only now. At the first sign-in another must be "
                                 "chosen.",
                                 "Solo se muestra ahora. Al entrar por primera vez se debe elegir "
                                 "otra."),
                              r->lang),
               .narrow = true});
    html(h,
         "<dl class=\"facts\"><dt>%s</dt><dd><span class=\"secret\">%.*s</span></dd><dt>%s</dt>"
         "<dd><span class=\"secret\">%.*s</span></dd></dl><p class=\"acts\"><button class=\"act\" "
         "type=\"button\" data-print hidden>%s</button> <a class=\"act quiet\" "
         "href=\"/accounts/%" PRId64 "\">%s</a></p>",
         T(h, "Sign-in name", "Usuario"), STR_ARG(username), T(h, "Password", "Contraseña"),
         STR_ARG(password), T(h, "Print", "Imprimir"), id, T(h, "To the account", "A la cuenta"));
    page_end(r);
}

static enum err post_new(struct req *r, struct errmsg *e) {
    struct job j = {.r = r};
    struct str password = password_suggest(r->a);
    struct errmsg why = {{0}};
    TRY(read_new(r, &j, e));
    if (!form_failed(r)) {
        TRY(password_hash(password, j.hash, e));
        j.fresh.hash = j.hash;
        j.fresh.must_change = true;
        enum err saved = req_write(r, save_new, &j, &why);
        if (saved != ERR_OK && saved != ERR_CONFLICT && saved != ERR_INVALID) {
            *e = why;
            return saved;
        }
        if (saved != ERR_OK)
            form_error_text(r, "username", why.text);
    }
    if (form_failed(r)) {
        reply_status(r, 422);
        return new_form(r, e);
    }
    struct account acc;
    TRY(account_get(r->db, j.id, r->a, &acc, e));
    show_password(r, j.id, acc.username, password);
    return ERR_OK;
}

/* -- one account ------------------------------------------------------------------------------- */

/* The teachers a coach works with: a list, each with a way to end it, and a field to add one. */
static enum err coach_panel(struct req *r, struct html *h, int64_t id, struct errmsg *e) {
    char on[DATE_TEXT];
    struct rows *rows;
    const char *path = arena_fmt(r->a, "/accounts/%" PRId64 "/coach", id).p;
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header><ul class=\"next\">",
         T(h, "Teachers it coaches", "Docentes a quienes asesora"));
    TRY(db_rows(r->db, SQL_ACCOUNT_COACH_LIST, ARGS(V_INT(id), V_Z(date_text(r->today, on))), &rows,
                e));
    while (rows_next(rows)) {
        html(h, "<li><span>%.*s", STR_ARG(rows_str(rows, 1)));
        html_say(h, " <span class=\"sub\">since %s</span></span>",
                 " <span class=\"sub\">desde el %s</span></span>", day(h, rows_date(rows, 2)));
        form_action(r, arena_fmt(r->a, "%s/%" PRId64 "/end", path, rows_int(rows, 0)).p,
                    TR("End", "Terminar"), true);
        html(h, "</li>");
    }
    TRY(rows_close(rows, e));
    html(h, "</ul>");
    struct form f = form_begin(r, path, 0);
    form_text(&f, &(struct input){.name = "teacher",
                                  .label = TR("Add a teacher", "Agregar docente"),
                                  .help = TR("Local number, user name or e-mail.",
                                             "Número local, usuario o correo."),
                                  .required = true,
                                  .max = 120});
    form_submit(&f, TR("Add", "Agregar"));
    form_end(&f);
    html(h, "</section>");
    return ERR_OK;
}

static enum err account_page(struct req *r, int64_t id, struct errmsg *e) {
    struct account acc;
    struct option *orgs;
    struct scope_ids on;
    size_t n;
    TRY(account_get(r->db, id, r->a, &acc, e));
    TRY(org_options(r, &orgs, &n, e));
    TRY(orgs_of(r, id, &on, e));
    struct html *h = page_begin(r, &(struct page){.title = arena_z(r->a, acc.display_name),
                                                  .heading = arena_z(r->a, acc.display_name),
                                                  .sentence = tr(role_label(acc.role), r->lang),
                                                  .nav = "/accounts",
                                                  .narrow = true});
    html(h,
         "<dl class=\"facts\"><dt>%s</dt><dd>%.*s</dd><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd>"
         "<dt>%s</dt><dd>%s</dd></dl>",
         T(h, "Sign-in name", "Usuario"), STR_ARG(acc.username), T(h, "State", "Estado"),
         state_of(h, &acc), T(h, "Reaches", "Alcance"), reach_of(h, &acc), T(h, "Since", "Desde"),
         instant(h, acc.created_us));
    html(h, "<div class=\"acts\">");
    form_action(r, arena_fmt(r->a, "/accounts/%" PRId64 "/password", id).p,
                TR("Hand out a new password", "Dar una contraseña nueva"), true);
    form_action(
        r,
        arena_fmt(r->a, "/accounts/%" PRId64 "/%s", id, acc.disabled_us != 0 ? "enable" : "disable")
            .p,
        acc.disabled_us != 0 ? TR("Let sign in again", "Permitir entrar de nuevo")
                             : TR("Disable", "Desactivar"),
        true);
    if (req_may(r, PERM_AUDIT))
        html(h, " <a class=\"act quiet\" href=\"%s\">%s</a>",
             url(h, "/audit", "actor", html_z(h, acc.username), NULL),
             T(h, "What it did", "Qué hizo"));
    html(h, "</div><section class=\"panel\"><header><h2>%s</h2></header>",
         T(h, "Role and reach", "Función y alcance"));
    struct form f = form_begin(r, arena_fmt(r->a, "/accounts/%" PRId64, id).p, 0);
    role_fields(&f, orgs, n, &on, str_z(role_name(acc.role)));
    form_submit(&f, TR("Save", "Guardar"));
    form_end(&f);
    html(h, "</section>");
    if (acc.role == ROLE_COACH)
        TRY(coach_panel(r, h, id, e));
    page_end(r);
    return ERR_OK;
}

static enum err get_one(struct req *r, struct errmsg *e) {
    int64_t id;
    TRY(req_id(r, "id", &id, e));
    return account_page(r, id, e);
}

static enum err save_role(struct db *db, void *arg, struct errmsg *e) {
    struct job *j = arg;
    return account_set_role(db, &j->r->viewer, j->id, j->role, j->orgs, j->org_n, e);
}

static enum err post_one(struct req *r, struct errmsg *e) {
    struct job j = {.r = r};
    struct errmsg why = {{0}};
    int64_t *ids;
    TRY(req_id(r, "id", &j.id, e));
    TRY(account_get(r->db, j.id, r->a, &j.acc, e));
    TRY(posted_orgs(r, &ids, &j.org_n, e));
    j.orgs = ids;
    if (!role_parse(req_form(r, "role"), &j.role))
        form_error(r, "role", TR("Choose a role.", "Elija una función."));
    else if (needs_person(j.role) && j.acc.person_id == 0)
        form_error(r, "role",
                   TR("This account is nobody in the roster; make a new one for this role.",
                      "Esta cuenta no es nadie en el padrón; cree otra para esta función."));
    else if (req_write(r, save_role, &j, &why) != ERR_OK)
        form_error_text(r, "role", why.text);
    if (form_failed(r)) {
        reply_status(r, 422);
        return account_page(r, j.id, e);
    }
    reply_redirect(r, arena_fmt(r->a, "/accounts/%" PRId64, j.id).p);
    reply_notice(r, TR("Saved.", "Guardado."));
    return ERR_OK;
}

static enum err save_coach(struct db *db, void *arg, struct errmsg *e) {
    struct job *j = arg;
    struct viewer *v = &j->r->viewer;
    return j->flag ? account_coach(db, v, j->id, j->teacher, j->r->today, e)
                   : account_coach_end(db, v, j->id, j->teacher, j->r->today, e);
}

static enum err post_coach(struct req *r, struct errmsg *e) {
    struct job j = {.r = r, .flag = true};
    struct errmsg why = {{0}};
    struct str who = req_form(r, "teacher");
    bool found = false;
    TRY(req_id(r, "id", &j.id, e));
    TRY(account_get(r->db, j.id, r->a, &j.acc, e));
    if (who.n > 0)
        TRY(db_int(r->db, SQL_ACCESS_PERSON_LOOKUP, ARGS(V_STR(who)), &j.teacher, &found, e));
    if (!found || j.acc.role != ROLE_COACH)
        form_error(r, "teacher",
                   TR("Nobody in the roster has that number, user name or e-mail.",
                      "Nadie en el padrón tiene ese número, usuario o correo."));
    else if (req_write(r, save_coach, &j, &why) != ERR_OK)
        form_error_text(r, "teacher", why.text);
    if (form_failed(r)) {
        reply_status(r, 422);
        return account_page(r, j.id, e);
    }
    reply_redirect(r, arena_fmt(r->a, "/accounts/%" PRId64, j.id).p);
    reply_notice(r, TR("Saved.", "Guardado."));
    return ERR_OK;
}

static enum err post_coach_end(struct req *r, struct errmsg *e) {
    struct job j = {.r = r};
    TRY(req_id(r, "id", &j.id, e));
    TRY(req_id(r, "teacher", &j.teacher, e));
    TRY(req_write(r, save_coach, &j, e));
    reply_redirect(r, arena_fmt(r->a, "/accounts/%" PRId64, j.id).p);
    reply_notice(r, TR("Saved.", "Guardado."));
    return ERR_OK;
}

static enum err save_disabled(struct db *db, void *arg, struct errmsg *e) {
    struct job *j = arg;
    return account_set_disabled(db, &j->r->viewer, j->id, j->flag, e);
}

static enum err set_disabled(struct req *r, bool disabled, struct errmsg *e) {
    struct job j = {.r = r, .flag = disabled};
    TRY(req_id(r, "id", &j.id, e));
    if (disabled && j.id == r->viewer.account_id)
        return req_fail(r, e, ERR_CONFLICT,
                        TR("You cannot disable your own account; ask another administrator.",
                           "No puede desactivar su propia cuenta; pídalo a otra persona."));
    TRY(req_write(r, save_disabled, &j, e));
    reply_redirect(r, arena_fmt(r->a, "/accounts/%" PRId64, j.id).p);
    reply_notice(r, disabled
                        ? TR("The account can no longer sign in.", "La cuenta ya no puede entrar.")
                        : TR("The account can sign in again.", "La cuenta puede entrar de nuevo."));
    return ERR_OK;
}

static enum err post_disable(struct req *r, struct errmsg *e) {
    return set_disabled(r, true, e);
}

static enum err post_enable(struct req *r, struct errmsg *e) {
    return set_disabled(r, false, e);
}

static enum err save_password(struct db *db, void *arg, struct errmsg *e) {
    struct job *j = arg;
    return account_set_password(db, &j->r->viewer, j->id, j->hash, true, e);
}

static enum err post_password(struct req *r, struct errmsg *e) {
    struct job j = {.r = r};
    struct str password = password_suggest(r->a);
    TRY(req_id(r, "id", &j.id, e));
    TRY(account_get(r->db, j.id, r->a, &j.acc, e));
    TRY(password_hash(password, j.hash, e));
    TRY(req_write(r, save_password, &j, e));
    show_password(r, j.id, j.acc.username, password);
    return ERR_OK;
}

const struct route routes_accounts[] = {
    {.method = GET,
     .pattern = "/accounts",
     .handler = get_accounts,
     .perm = PERM_ACCOUNTS,
     .nav = TR_INIT("People", "Personas"),
     .nav_order = 80,
     .title = TR_INIT("People and roles", "Personas y funciones")},
    {.method = GET,
     .pattern = "/accounts/roles",
     .handler = get_roles,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("What each role may do", "Qué permite cada función")},
    {.method = GET,
     .pattern = "/accounts/new",
     .handler = get_new,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("New account", "Cuenta nueva")},
    {.method = POST,
     .pattern = "/accounts/new",
     .handler = post_new,
     .perm = PERM_ACCOUNTS,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("New account", "Cuenta nueva")},
    {.method = GET,
     .pattern = "/accounts/{id}",
     .handler = get_one,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Account", "Cuenta")},
    {.method = POST,
     .pattern = "/accounts/{id}",
     .handler = post_one,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Account", "Cuenta")},
    {.method = POST,
     .pattern = "/accounts/{id}/coach",
     .handler = post_coach,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Teachers it coaches", "Docentes a quienes asesora")},
    {.method = POST,
     .pattern = "/accounts/{id}/coach/{teacher}/end",
     .handler = post_coach_end,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Teachers it coaches", "Docentes a quienes asesora")},
    {.method = POST,
     .pattern = "/accounts/{id}/disable",
     .handler = post_disable,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Disable", "Desactivar")},
    {.method = POST,
     .pattern = "/accounts/{id}/enable",
     .handler = post_enable,
     .perm = PERM_ACCOUNTS,
     .title = TR_INIT("Enable", "Activar")},
    {.method = POST,
     .pattern = "/accounts/{id}/password",
     .handler = post_password,
     .perm = PERM_ACCOUNTS,
     .flags = ROUTE_SLOW,
     .title = TR_INIT("New password", "Contraseña nueva")},
    {0}};
