/* Signing in and out, one's own account, one's password. */
#include "web/form.h"
#include "web/inside.h"

#include <stdio.h>
#include <string.h>

enum { LIFE_HOURS_OF_IDLE = 14 }; /* a session ends after so many idle times, used or not */

/* -- signing in ----------------------------------------------------------------------------------
 */

/* Only a path of this site; anything else is the home page. */
static const char *next_of(const struct req *r, struct str next) {
    bool ok = next.n > 0 && next.n < 1000 && next.p[0] == '/' &&
              !(next.n > 1 && (next.p[1] == '/' || next.p[1] == '\\')) &&
              !str_starts(next, STR("/sign-"));
    for (size_t i = 0; ok && i < next.n; i++)
        ok = (unsigned char)next.p[i] > 0x20 && (unsigned char)next.p[i] < 0x7F;
    return ok ? arena_z(r->a, next) : "/";
}

static void sign_in_form(struct req *r) {
    struct str next = r->method == POST ? req_form(r, "next") : req_query(r, "next");
    struct html *h = page_begin(
        r, &(struct page){.heading = T(&(struct html){.lang = r->lang}, "Sign in to Homeroom",
                                       "Entre en Homeroom"),
                          .sentence = T(&(struct html){.lang = r->lang},
                                        "Use the sign-in name and password your district gave you.",
                                        "Use el usuario y la contraseña que le dio su distrito."),
                          .plain = true,
                          .narrow = true});
    if (next.n > 0 && r->method == GET)
        html(h, "<p class=\"notice\">%s</p>",
             T(h, "That page needs you to sign in first. You will get there afterwards.",
               "Esa página requiere iniciar sesión. Después llegará a ella."));
    struct form f = form_begin(r, "/sign-in", 0);
    form_text(&f, &(struct input){.name = "username",
                                  .label = TR("Sign-in name", "Usuario"),
                                  .autocomplete = "username",
                                  .required = true,
                                  .autofocus = true,
                                  .max = 80});
    form_text(&f, &(struct input){.name = "password",
                                  .label = TR("Password", "Contraseña"),
                                  .type = "password",
                                  .autocomplete = "current-password",
                                  .required = true,
                                  .max = PASSWORD_MAX});
    if (next.n > 0)
        form_hidden(&f, "next", next);
    form_submit(&f, TR("Sign in", "Entrar"));
    form_end(&f);
    html(h, "<p class=\"quiet\">%s</p>",
         T(h,
           "Forgot it? Your school or district administrator hands out a new one. Families: the "
           "school office can help.",
           "¿La olvidó? La administración de su escuela o distrito le da una nueva. Familias: la "
           "oficina de la escuela puede ayudar."));
    page_end(r);
}

static enum err get_sign_in(struct req *r, struct errmsg *e) {
    (void)e;
    if (r->viewer.account_id != 0)
        reply_redirect(r, next_of(r, req_query(r, "next")));
    else
        sign_in_form(r);
    return ERR_OK;
}

static enum err again(struct req *r, int status, const char *field, const char *text) {
    form_error_text(r, field, text);
    reply_status(r, status);
    sign_in_form(r);
    return ERR_OK;
}

/* Both the address and the name have a budget of wrong passwords. */
static bool may_try(struct req *r, struct str name, int64_t *wait_us) {
    int64_t a = 0, b = 0;
    bool address = ratelimit_take(r->server->sign_in_address, r->address, r->now_us, &a),
         account = ratelimit_take(r->server->sign_in_account, name, r->now_us, &b);
    if (address && !account)
        ratelimit_give_back(r->server->sign_in_address, r->address);
    if (account && !address)
        ratelimit_give_back(r->server->sign_in_account, name);
    *wait_us = a > b ? a : b;
    return address && account;
}

static enum err too_often(struct req *r, int64_t wait_us) {
    struct html h = {.a = r->a, .lang = r->lang};
    const char *minutes = num_int(&h, wait_us / 60000000 + 1);
    const char *text =
        r->lang == LANG_ES
            ? arena_fmt(r->a,
                        "Hubo demasiados intentos con contraseña errónea. Espere %s min y pruebe "
                        "de nuevo, o pida una contraseña nueva.",
                        minutes)
                  .p
            : arena_fmt(r->a,
                        "There were too many wrong passwords. Wait %s min, then try again, or ask "
                        "for a new password.",
                        minutes)
                  .p;
    reply_header(r, "Retry-After", arena_fmt(r->a, "%lld", (long long)(wait_us / 1000000 + 1)));
    return again(r, 429, "", text);
}

struct sign_in {
    struct account acc;
    struct session s;
    struct req *r;
    struct str old_token;
    struct str name;
};

static enum err save_sign_in(struct db *db, void *arg, struct errmsg *e) {
    struct sign_in *j = arg;
    struct viewer v = {.account_id = j->acc.id, .username = j->acc.username};
    if (j->old_token.n > 0)
        TRY(session_close(db, j->old_token, e));
    TRY(session_open(db, &j->acc, j->r->now_us, j->r->server->idle_us * LIFE_HOURS_OF_IDLE, &j->s,
                     e));
    return audit_append(db, &v,
                        &(struct audit_entry){.action = STR("sign-in"),
                                              .subject = STR("account"),
                                              .subject_id = j->acc.username},
                        e);
}

static enum err save_refusal(struct db *db, void *arg, struct errmsg *e) {
    struct sign_in *j = arg;
    struct viewer v = {.account_id = j->acc.id, .username = j->acc.username};
    return audit_append(db, j->acc.id == 0 ? NULL : &v,
                        &(struct audit_entry){.action = STR("sign-in refused"),
                                              .subject = STR("account"),
                                              .subject_id = j->name},
                        e);
}

/* A wrong password for an account that exists is worth an entry; a name that does not exist is
 * not written down, it may be somebody's password. */
static void note_refusal(struct req *r, struct str name) {
    struct sign_in j = {.r = r, .name = name};
    struct errmsg e = {{0}};
    if (account_find(r->db, name, r->a, &j.acc, &e) != ERR_OK)
        return;
    j.name = j.acc.username;
    err_ignore(req_write(r, save_refusal, &j, &e)); /* the refusal stands either way */
}

static enum err post_sign_in(struct req *r, struct errmsg *e) {
    struct str name = req_form(r, "username"), password = pairs_get(&r->form, STR("password"));
    struct sign_in j = {.r = r, .old_token = pairs_get(&r->cookies, STR(COOKIE_SESSION))};
    int64_t wait = 0;
    if (name.n == 0 || password.n == 0)
        return again(r, 422, name.n == 0 ? "username" : "password",
                     name.n == 0
                         ? tr(TR("Type your sign-in name.", "Escriba su usuario."), r->lang)
                         : tr(TR("Type your password.", "Escriba su contraseña."), r->lang));
    if (!may_try(r, name, &wait))
        return too_often(r, wait);
    enum err checked = account_sign_in(r->db, name, password, r->lang, r->a, &j.acc, e);
    if (checked == ERR_DENIED) {
        note_refusal(r, name);
        return again(r, 422, "password", e->text);
    }
    ratelimit_give_back(r->server->sign_in_address, r->address);
    ratelimit_give_back(r->server->sign_in_account, name);
    if (checked == ERR_BUSY)
        return again(r, 503, "", e->text);
    TRY(checked);
    TRY(req_write(r, save_sign_in, &j, e));
    reply_redirect(r, j.acc.must_change ? "/account/password" : next_of(r, req_form(r, "next")));
    reply_cookie(r, COOKIE_SESSION, str_z(j.s.token), 0);
    reply_cookie(r, COOKIE_FORM, (struct str){0}, -1);
    return ERR_OK;
}

static enum err save_sign_out(struct db *db, void *arg, struct errmsg *e) {
    struct req *r = arg;
    TRY(session_close(db, pairs_get(&r->cookies, STR(COOKIE_SESSION)), e));
    return audit_append(db, &r->viewer,
                        &(struct audit_entry){.action = STR("sign-out"),
                                              .subject = STR("account"),
                                              .subject_id = r->viewer.username},
                        e);
}

static enum err post_sign_out(struct req *r, struct errmsg *e) {
    TRY(req_write(r, save_sign_out, r, e));
    reply_redirect(r, "/sign-in");
    reply_cookie(r, COOKIE_SESSION, (struct str){0}, -1);
    reply_notice(r, TR("You are signed out.", "Su sesión terminó."));
    return ERR_OK;
}

/* -- one's own account ----------------------------------------------------------------------------
 */

static enum err get_account(struct req *r, struct errmsg *e) {
    struct account acc;
    TRY(account_get(r->db, r->viewer.account_id, r->a, &acc, e));
    struct html *h = page_begin(r, &(struct page){.heading = arena_z(r->a, acc.display_name),
                                                  .sentence = tr(role_label(acc.role), r->lang)});
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header><dl class=\"facts\">",
         T(h, "Your account", "Su cuenta"));
    html(h, "<dt>%s</dt><dd>%.*s</dd>", T(h, "Sign-in name", "Usuario"), STR_ARG(acc.username));
    html(h, "<dt>%s</dt><dd>%s</dd>", T(h, "Schools and districts", "Escuelas y distritos"),
         acc.orgs.n > 0 ? html_z(h, acc.orgs)
         : role_is_district(acc.role)
             ? T(h, "The whole district", "Todo el distrito")
             : T(h, "By your classes and family", "Por sus clases y familia"));
    html(h, "<dt>%s</dt><dd>%s</dd></dl>", T(h, "Member since", "Desde"),
         instant(h, acc.created_us));
    html(h, "<p><a class=\"act quiet\" href=\"/account/password\">%s</a></p></section>",
         T(h, "Change password", "Cambiar contraseña"));
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>",
         T(h, "What your role may do, and why", "Qué permite su función, y por qué"));
    html(h,
         "<table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "You may", "Puede"), T(h, "Reason", "Razón"));
    for (int i = PERM_SIGNED_IN; i < PERM_COUNT; i++)
        if (role_may(acc.role, (enum perm)i))
            html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%s</td></tr>",
                 tr(perm_rows[i].label, h->lang), T(h, "Reason", "Razón"),
                 tr(perm_rows[i].why, h->lang));
    html(h, "</tbody></table></section>");
    page_end(r);
    return ERR_OK;
}

static void password_form(struct req *r) {
    bool must = r->viewer.must_change;
    struct html *h = page_begin(
        r, &(struct page){
               .heading =
                   must ? tr(TR("Choose a password of your own", "Elija su contraseña"), r->lang)
                        : tr(TR("Change your password", "Cambie su contraseña"), r->lang),
               .sentence = must ? tr(TR("The one you signed in with was handed out, so others may "
                                        "know it.",
                                        "La que usó le fue entregada, así que otros podrían "
                                        "conocerla."),
                                     r->lang)
                                : NULL,
               .narrow = true});
    (void)h;
    struct form f = form_begin(r, "/account/password", 0);
    form_text(&f, &(struct input){.name = "current",
                                  .label = TR("Password now", "Contraseña actual"),
                                  .type = "password",
                                  .autocomplete = "current-password",
                                  .required = true,
                                  .autofocus = true,
                                  .max = PASSWORD_MAX});
    form_text(
        &f, &(struct input){.name = "new",
                            .label = TR("New password", "Contraseña nueva"),
                            .help = TR("At least 10 characters; four words that do not belong "
                                       "together are strong and easy to keep in mind.",
                                       "Al menos 10 caracteres; cuatro palabras que no van juntas "
                                       "son fuertes y fáciles de recordar."),
                            .type = "password",
                            .autocomplete = "new-password",
                            .required = true,
                            .max = PASSWORD_MAX});
    form_text(&f, &(struct input){.name = "again",
                                  .label = TR("New password once more", "Repita la nueva"),
                                  .type = "password",
                                  .autocomplete = "new-password",
                                  .required = true,
                                  .max = PASSWORD_MAX});
    form_submit(&f, TR("Save", "Guardar"));
    form_end(&f);
    page_end(r);
}

static enum err get_password(struct req *r, struct errmsg *e) {
    (void)e;
    password_form(r);
    return ERR_OK;
}

struct new_password {
    struct req *r;
    char hash[PASSWORD_HASH];
    struct session s;
};

static enum err save_password(struct db *db, void *arg, struct errmsg *e) {
    struct new_password *j = arg;
    struct viewer *v = &j->r->viewer;
    struct account acc = {.id = v->account_id, .username = v->username};
    TRY(account_set_password(db, v, v->account_id, j->hash, false, e)); /* ends every session */
    return session_open(db, &acc, j->r->now_us, j->r->server->idle_us * LIFE_HOURS_OF_IDLE, &j->s,
                        e);
}

static enum err post_password(struct req *r, struct errmsg *e) {
    struct str now = pairs_get(&r->form, STR("current")), fresh = pairs_get(&r->form, STR("new")),
               again_ = pairs_get(&r->form, STR("again"));
    struct new_password j = {.r = r};
    struct account acc;
    struct errmsg why = {{0}};
    int64_t wait = 0;
    if (!may_try(r, r->viewer.username, &wait)) {
        form_error(r, "current",
                   TR("There were too many wrong passwords. Wait a few minutes, then try again.",
                      "Hubo demasiados intentos erróneos. Espere unos minutos."));
    } else {
        enum err ok = account_sign_in(r->db, r->viewer.username, now, r->lang, r->a, &acc, &why);
        if (ok != ERR_OK && ok != ERR_DENIED) {
            *e = why;
            return ok;
        }
        if (ok == ERR_DENIED) {
            form_error(r, "current",
                       TR("This is not your password now.", "Esa no es su contraseña actual."));
        } else {
            ratelimit_give_back(r->server->sign_in_address, r->address);
            ratelimit_give_back(r->server->sign_in_account, r->viewer.username);
        }
    }
    if (password_acceptable(fresh, r->viewer.username, r->lang, &why) != ERR_OK)
        form_error_text(r, "new", why.text);
    else if (!str_eq(fresh, again_))
        form_error(r, "again", TR("The two do not agree.", "Las dos no coinciden."));
    else if (str_eq(fresh, now))
        form_error(
            r, "new",
            TR("That is the one you have; choose another.", "Es la que ya tiene; elija otra."));
    if (form_failed(r)) {
        reply_status(r, 422);
        password_form(r);
        return ERR_OK;
    }
    TRY(password_hash(fresh, j.hash, e));
    TRY(req_write(r, save_password, &j, e));
    reply_redirect(r, "/");
    reply_cookie(r, COOKIE_SESSION, str_z(j.s.token), 0);
    reply_notice(r, TR("Your password is changed. Everywhere else you are signed out.",
                       "Su contraseña cambió. En los demás equipos su sesión terminó."));
    return ERR_OK;
}

const struct route routes_sign_in[] = {{.method = GET,
                                        .pattern = "/sign-in",
                                        .handler = get_sign_in,
                                        .perm = PERM_PUBLIC,
                                        .title = TR_INIT("Sign in", "Entrar")},
                                       {.method = POST,
                                        .pattern = "/sign-in",
                                        .handler = post_sign_in,
                                        .perm = PERM_PUBLIC,
                                        .flags = ROUTE_SLOW,
                                        .body_max = 8192,
                                        .title = TR_INIT("Sign in", "Entrar")},
                                       {.method = POST,
                                        .pattern = "/sign-out",
                                        .handler = post_sign_out,
                                        .perm = PERM_SIGNED_IN,
                                        .flags = ROUTE_FREE,
                                        .body_max = 8192,
                                        .title = TR_INIT("Sign out", "Salir")},
                                       {.method = GET,
                                        .pattern = "/account",
                                        .handler = get_account,
                                        .perm = PERM_SIGNED_IN,
                                        .title = TR_INIT("Your account", "Su cuenta")},
                                       {.method = GET,
                                        .pattern = "/account/password",
                                        .handler = get_password,
                                        .perm = PERM_SIGNED_IN,
                                        .flags = ROUTE_FREE,
                                        .title = TR_INIT("Change password", "Cambiar contraseña")},
                                       {.method = POST,
                                        .pattern = "/account/password",
                                        .handler = post_password,
                                        .perm = PERM_SIGNED_IN,
                                        .flags = ROUTE_FREE | ROUTE_SLOW,
                                        .body_max = 8192,
                                        .title = TR_INIT("Change password", "Cambiar contraseña")},
                                       {0}};
