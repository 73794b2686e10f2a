/* From the head of a request to its answer: who asks, which route, may they, what did they send.
 * Each phase runs under the arena's guard, so a request that asks for too much gets a page that
 * says so, and the server goes on. */
#include "web/asset.h"
#include "web/inside.h"

#include "base/config.h"
#include "base/date.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB_BYTES = 1024 * 1024, ARENA_DEFAULT = 32 * MIB_BYTES, ERROR_ARENA = MIB_BYTES };
#define MINUTE_US INT64_C(60000000)

int64_t server_now(const struct server *s) {
    (void)s;
    return date_now_us();
}

struct call *call_new(struct server *s) {
    struct call *c = calloc(1, sizeof *c);
    CHECK(c != NULL);
    c->r.server = s;
    c->r.reply = &c->reply;
    c->arena = arena_new(ARENA_DEFAULT);
    c->error_arena = arena_new(ERROR_ARENA);
    c->r.a = c->arena;
    c->upload_fd = -1;
    c->reply.fd = -1;
    c->reply.status = 200;
    return c;
}

void call_free(struct call *c) {
    if (c == NULL)
        return;
    if (c->upload_fd >= 0)
        (void)close(c->upload_fd);
    if (c->reply.fd >= 0)
        (void)close(c->reply.fd);
    for (size_t i = 0; i < c->r.upload_count; i++)
        if (!c->r.uploads[i].keep)
            (void)unlink(c->r.uploads[i].path);
    multipart_free(c->multipart);
    buf_free(&c->body);
    buf_free(&c->field);
    buf_free(&c->reply.body);
    arena_free(c->arena);
    arena_free(c->error_arena);
    free(c);
}

/* Runs a phase under the arena's guard. */
static void guarded(struct call *c, void (*phase)(struct call *c, const void *arg),
                    const void *arg) {
    if (setjmp(*arena_guard(c->arena)) != 0) {
        struct errmsg why = {{0}};
        if (c->reply.writer != NULL) {
            db_abandon(c->reply.writer);
            store_rollback(c->r.server->store);
            c->reply.writer = NULL;
        }
        if (c->r.db != NULL)
            db_abandon(c->r.db);
        err_ignore(req_fail(&c->r, &why, ERR_LIMIT,
                            TR("This asks for more at once than the server gives one page. Narrow "
                               "it down (a school, a shorter time) or take the CSV.",
                               "Esto pide más de lo que el servidor da a una página. Acótelo (una "
                               "escuela, menos tiempo) o descargue el CSV.")));
        log_line(LOG_WARN, "a request to %s went past its memory",
                 c->r.route == NULL ? "no route" : c->r.route->pattern);
        reply_error(&c->r, ERR_LIMIT, &why);
        c->finished = true;
        return;
    }
    phase(c, arg);
    arena_unguard(c->arena);
}

static void refuse(struct call *c, enum err kind, struct tr text) {
    struct errmsg why = {{0}};
    err_ignore(req_fail(&c->r, &why, kind, text));
    reply_error(&c->r, kind, &why);
    c->finished = true;
}

/* -- who asks ---------------------------------------------------------------------------- */

static bool is_loopback(struct str address) {
    return str_starts(address, STR("127.")) || str_eq(address, STR("::1"));
}

static struct str client_address(struct call *c, const struct call_head *h) {
    struct str peer = str_z(h->peer), rest = h->forwarded, last = {0};
    if (c->r.server->proxy && is_loopback(peer))
        while (rest.n > 0 && str_split(&rest, ',', &last))
            continue;
    last = str_trim(last);
    return arena_str(c->arena, last.n > 0 && last.n < 64 ? last : peer);
}

static bool is_secret(struct str s) {
    bool ok = s.n == CSRF_TEXT - 1;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
    return ok;
}

static void mark_seen(struct call *c, struct str token) {
    struct db *db;
    struct errmsg e = {{0}};
    if (store_begin(c->r.server->store, &db, &e) != ERR_OK)
        return; /* busy: the next request marks it */
    if (session_seen(db, token, c->r.now_us, &e) == ERR_OK)
        err_ignore(store_commit(c->r.server->store, &e));
    else
        store_rollback(c->r.server->store);
}

static void find_viewer(struct call *c) {
    struct req *r = &c->r;
    struct errmsg e = {{0}};
    char csrf[CSRF_TEXT] = "";
    int64_t seen = 0;
    struct str token = pairs_get(&r->cookies, STR(COOKIE_SESSION));
    enum err found = token.n == 0 ? ERR_SIGNED_OUT
                                  : session_find(r->db, token, r->now_us, r->server->idle_us, r->a,
                                                 &r->viewer, csrf, &seen, &e);
    if (found == ERR_OK) {
        r->csrf = arena_z(r->a, str_z(csrf));
        if (r->now_us - seen > MINUTE_US)
            mark_seen(c, token);
    } else {
        struct str own = pairs_get(&r->cookies, STR(COOKIE_FORM));
        r->viewer = (struct viewer){0};
        if (!is_secret(own)) {
            secret_text(csrf, (CSRF_TEXT - 1) / 2);
            own = arena_str(r->a, str_z(csrf));
            reply_cookie(r, COOKIE_FORM, own, 0);
        }
        r->csrf = arena_z(r->a, own);
        if (token.n > 0)
            reply_cookie(r, COOKIE_SESSION, (struct str){0}, -1);
    }
    r->viewer.on = r->today;
}

static bool language_of(struct str s, enum lang *out) {
    bool es = str_eq(s, STR("es"));
    if (!es && !str_eq(s, STR("en")))
        return false;
    *out = es ? LANG_ES : LANG_EN;
    return true;
}

static void save_language(struct call *c, enum lang lang) {
    struct db *db;
    struct errmsg e = {{0}};
    if (store_begin(c->r.server->store, &db, &e) != ERR_OK)
        return; /* busy: the cookie holds it until the next time */
    if (account_set_language(db, c->r.viewer.account_id, lang, &e) == ERR_OK)
        err_ignore(store_commit(c->r.server->store, &e));
    else
        store_rollback(c->r.server->store);
}

/* ?lang= now and from now on; else the account's; else the cookie's; else the browser's. */
static void find_language(struct call *c, struct str accept) {
    struct req *r = &c->r;
    enum lang asked, lang = query_language(accept);
    (void)language_of(pairs_get(&r->cookies, STR(COOKIE_LANG)), &lang);
    if (r->viewer.account_id != 0)
        lang = r->viewer.lang;
    if (language_of(pairs_get(&r->query, STR("lang")), &asked)) {
        if (r->viewer.account_id != 0 && r->viewer.lang != asked)
            save_language(c, asked);
        reply_cookie(r, COOKIE_LANG, asked == LANG_ES ? STR("es") : STR("en"),
                     INT64_C(365) * 24 * 3600);
        lang = asked;
    }
    r->lang = lang;
    r->viewer.lang = lang;
}

/* -- which route, and may they --------------------------------------------------------------- */

static void send_to_sign_in(struct call *c, const char *uri) {
    struct html h = {.a = c->r.a, .lang = c->r.lang};
    reply_redirect(&c->r, url(&h, "/sign-in", "next", strcmp(uri, "/") == 0 ? NULL : uri, NULL));
    c->finished = true;
}

static bool permitted(struct call *c, const char *uri) {
    struct req *r = &c->r;
    bool known = r->viewer.account_id != 0;
    if (!role_may(r->viewer.role, r->route->perm)) {
        if (!known && !r->api && r->method == GET)
            send_to_sign_in(c, uri);
        else if (!known)
            refuse(c, ERR_SIGNED_OUT, TR("Sign in first.", "Primero inicie sesión."));
        else
            refuse(c, ERR_DENIED,
                   TR("Your role does not include this page. If you need it for your work, ask "
                      "your district administrator.",
                      "Su función no incluye esta página. Si la necesita para su trabajo, hable "
                      "con la administración del distrito."));
        return false;
    }
    if (known && r->viewer.must_change && (r->route->flags & ROUTE_FREE) == 0 &&
        r->route->perm != PERM_PUBLIC) {
        if (r->method == GET && !r->api) {
            reply_redirect(r, "/account/password");
            c->finished = true;
        } else {
            refuse(
                c, ERR_DENIED,
                TR("Choose a password of your own first.", "Primero elija una contraseña propia."));
        }
        return false;
    }
    return true;
}

/* A browser says where a form came from; another site's is refused. */
static bool same_origin(const struct call_head *h) {
    size_t at = str_find(h->origin, STR("://"));
    if (h->origin.n == 0)
        return true;
    return at != SIZE_MAX && str_eq_nocase(str_sub(h->origin, at + 3, h->origin.n), h->host);
}

static bool type_is(struct str type, struct str want) {
    struct str kind = {0}, rest = type;
    (void)str_split(&rest, ';', &kind);
    return str_eq_nocase(str_trim(kind), want);
}

static bool serve_asset(struct call *c, const struct call_head *h) {
    for (size_t i = 0; i < asset_count; i++) {
        if (!str_eq(c->r.path, str_z(assets[i].path)))
            continue;
        struct str etag = arena_fmt(c->arena, "\"%s\"", assets[i].path + 8);
        c->reply.kind = REPLY_STATIC;
        c->reply.keep = true;
        c->reply.type = assets[i].type;
        c->reply.bytes = assets[i].bytes;
        c->reply.bytes_n = assets[i].n;
        reply_header(&c->r, "ETag", etag);
        if (str_eq(h->if_none_match, etag)) {
            c->reply.status = 304;
            c->reply.bytes_n = 0;
        }
        c->finished = true;
        return true;
    }
    return false;
}

static enum err read_uri(struct call *c, const struct call_head *h, struct errmsg *e) {
    struct str uri = str_z(h->uri);
    size_t q = str_find(uri, STR("?"));
    struct str raw = str_sub(uri, 0, q == SIZE_MAX ? uri.n : q);
    TRY(query_path(raw, c->arena, &c->r.path, e));
    c->r.api = str_starts(c->r.path, STR("/api/"));
    return q == SIZE_MAX ? ERR_OK
                         : query_parse(str_sub(uri, q + 1, uri.n), c->arena, &c->r.query, e);
}

static bool limited(struct call *c) {
    int64_t wait = 0;
    if (ratelimit_take(c->r.server->by_address, c->r.address, c->r.now_us, &wait))
        return false;
    refuse(c, ERR_LIMIT,
           TR("Too many requests came from your address. Wait a minute, then reload.",
              "Llegaron demasiadas peticiones desde su dirección. Espere un minuto y recargue."));
    c->reply.status = 429;
    reply_header(&c->r, "Retry-After", STR("60"));
    return true;
}

/* What the route allows a body to be; false when the request ends here. */
static bool expect_body(struct call *c, const struct call_head *h) {
    const struct route *route = c->r.route;
    struct str boundary;
    c->body_max = route->body_max != 0 ? (int64_t)route->body_max : config_int(CONF_FORM_BYTES);
    c->file_max = route->file_max != 0 ? (int64_t)route->file_max : config_int(CONF_UPLOAD_BYTES);
    bool upload =
        (route->flags & ROUTE_UPLOAD) != 0 && multipart_boundary(h->content_type, &boundary);
    bool known = upload || h->content_length == 0 || c->r.api ||
                 type_is(h->content_type, STR("application/x-www-form-urlencoded"));
    if (!same_origin(h)) {
        refuse(c, ERR_DENIED,
               TR("This form was sent from another site and was refused.",
                  "Este formulario se envió desde otro sitio y fue rechazado."));
        return false;
    }
    if (!known) {
        refuse(c, ERR_INVALID,
               TR("This address takes a form (application/x-www-form-urlencoded) and nothing else.",
                  "Esta dirección solo acepta un formulario (application/x-www-form-urlencoded)."));
        c->reply.status = 415;
        return false;
    }
    if (h->content_length > (upload ? c->file_max + c->body_max : c->body_max)) {
        refuse(c, ERR_LIMIT,
               TR("What you sent is larger than this page takes. The limits are listed under "
                  "Settings.",
                  "Lo enviado supera lo que esta página acepta. Los límites están en Ajustes."));
        return false;
    }
    c->csrf = arena_str(c->arena, h->csrf_header);
    c->body_ok = true;
    c->body = buf_new((size_t)c->body_max);
    c->field = buf_new((size_t)c->body_max);
    return true;
}

static const struct multipart_to *uploads_to(struct call *c);

static void begin(struct call *c, const void *arg) {
    const struct call_head *h = arg;
    struct req *r = &c->r;
    struct errmsg e = {{0}};
    bool other = false;
    r->now_us = server_now(r->server);
    r->today = r->server->today != DATE_NONE ? r->server->today : date_of_us(r->now_us);
    r->address = client_address(c, h);
    r->lang = query_language(h->accept_language);
    r->method = strcmp(h->method, "POST") == 0                                    ? POST
                : strcmp(h->method, "GET") == 0 || strcmp(h->method, "HEAD") == 0 ? GET
                                                                                  : METHOD_NONE;
    enum err read = read_uri(c, h, &e);
    if (read == ERR_OK && r->method == GET && serve_asset(c, h))
        return;
    query_cookies(h->cookie, r->a, &r->cookies);
    if (limited(c))
        return;
    if (read == ERR_OK)
        read = store_reader(r->server->store, &r->db, &e);
    if (read != ERR_OK) {
        reply_error(r, read, &e);
        c->finished = true;
        return;
    }
    find_viewer(c);
    find_language(c, h->accept_language);
    r->route = route_find(r->method, r->path, r->a, &r->params, &other);
    if (r->route == NULL) {
        refuse(c, other ? ERR_INVALID : ERR_NOT_FOUND,
               other ? TR("This address does not take that method.",
                          "Esta dirección no acepta ese método.")
                     : TR("There is no page at this address. Check it, or begin at the home page.",
                          "No hay página en esta dirección. Revísela o comience por el inicio."));
        c->reply.status = other ? 405 : 404;
        if (other)
            reply_header(r, "Allow", r->method == GET ? STR("POST") : STR("GET, HEAD"));
        return;
    }
    if (!permitted(c, h->uri))
        return;
    if (r->method == POST && expect_body(c, h)) {
        struct str boundary;
        if ((r->route->flags & ROUTE_UPLOAD) != 0 && multipart_boundary(h->content_type, &boundary))
            c->multipart = multipart_new(boundary, uploads_to(c));
    }
}

void call_begin(struct call *c, const struct call_head *h) {
    guarded(c, begin, h);
}

/* -- the body -----------------------------------------------------------------------------------
 */

static bool csrf_ok(const struct call *c, struct str token) {
    return secret_same(token, str_z(c->r.csrf));
}

static enum err csrf_bad(const struct call *c, struct errmsg *e) {
    return req_fail(&c->r, e, ERR_DENIED,
                    TR("This form is out of date: it was open too long, or you signed in again "
                       "meanwhile. Go back, reload the page, and send it once more.",
                       "Este formulario ya no es válido: estuvo abierto demasiado tiempo o usted "
                       "volvió a entrar. Regrese, recargue la página y envíelo otra vez."));
}

static enum err add_form_pair(struct call *c, struct str name, struct str value) {
    struct pairs *f = &c->r.form;
    if (f->n == c->form_cap) {
        size_t cap = c->form_cap == 0 ? 32 : c->form_cap * 2;
        struct pair *v = ARENA_ARRAY(c->arena, struct pair, cap);
        if (f->n > 0)
            memcpy(v, c->form_v, f->n * sizeof v[0]);
        c->form_v = v;
        c->form_cap = cap;
        f->v = v;
    }
    c->form_v[f->n++] = (struct pair){arena_str(c->arena, name), arena_str(c->arena, value)};
    return ERR_OK;
}

static enum err open_upload(struct call *c, const struct multipart_part *part, struct errmsg *e) {
    struct req *r = &c->r;
    enum { UPLOADS_MOST = 32 };
    if (!csrf_ok(c, c->csrf.n > 0 ? c->csrf : pairs_get(&r->form, STR("csrf"))))
        return csrf_bad(c, e);
    if (r->uploads == NULL)
        r->uploads = ARENA_ARRAY(c->arena, struct upload, UPLOADS_MOST);
    if (r->upload_count == UPLOADS_MOST)
        return err_set(e, ERR_LIMIT, "At most %d files at once; send the rest afterwards.",
                       UPLOADS_MOST);
    struct str folder = arena_fmt(c->arena, "%s/uploads", r->server->data_dir),
               path = arena_fmt(c->arena, "%s/up-XXXXXX", folder.p);
    (void)mkdir(r->server->data_dir, 0700);
    (void)mkdir(folder.p, 0700); /* where either fails, the next line says why */
    char *name = arena_z(c->arena, path);
    c->upload_fd = mkostemp(name, O_CLOEXEC);
    if (c->upload_fd < 0)
        return err_set(e, ERR_IO, "The upload cannot be kept in %s: %s.", folder.p,
                       strerror(errno));
    r->uploads[r->upload_count++] = (struct upload){.field = arena_str(c->arena, part->name),
                                                    .name = arena_str(c->arena, part->file_name),
                                                    .path = name};
    return ERR_OK;
}

static enum err part_begin(void *arg, const struct multipart_part *part, struct errmsg *e) {
    struct call *c = arg;
    if (part->is_file && part->file_name.n > 0)
        return open_upload(c, part, e);
    buf_clear(&c->field);
    c->field_name = arena_str(c->arena, part->is_file ? (struct str){0} : part->name);
    return ERR_OK;
}

static enum err write_all(int fd, struct str s, struct errmsg *e) {
    while (s.n > 0) {
        ssize_t k = write(fd, s.p, s.n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_set(e, ERR_IO,
                           "The upload could not be kept: %s. Free some space, then send it again.",
                           strerror(errno));
        s = str_sub(s, (size_t)k, s.n);
    }
    return ERR_OK;
}

static enum err part_data(void *arg, struct str piece, struct errmsg *e) {
    struct call *c = arg;
    if (c->upload_fd < 0) {
        buf_add(&c->field, piece);
        return buf_over(&c->field) ? req_fail(&c->r, e, ERR_LIMIT,
                                              TR("A field of the form is too long.",
                                                 "Un campo del formulario es demasiado largo."))
                                   : ERR_OK;
    }
    struct upload *u = &c->r.uploads[c->r.upload_count - 1];
    u->bytes += (int64_t)piece.n;
    if (u->bytes > c->file_max)
        return req_fail(&c->r, e, ERR_LIMIT,
                        TR("The file is larger than the limit for uploads (see Settings).",
                           "El archivo supera el límite de subida (vea Ajustes)."));
    return write_all(c->upload_fd, piece, e);
}

static enum err part_end(void *arg, struct errmsg *e) {
    struct call *c = arg;
    if (c->upload_fd >= 0) {
        int closed = close(c->upload_fd);
        c->upload_fd = -1;
        return closed == 0
                   ? ERR_OK
                   : err_set(e, ERR_IO, "The upload could not be kept: %s.", strerror(errno));
    }
    struct str value = buf_str(&c->field);
    if (!str_utf8_ok_strict(value))
        return req_fail(&c->r, e, ERR_INVALID,
                        TR("A field was not sent as UTF-8 text; reload the page and try again.",
                           "Un campo no llegó como texto UTF-8; recargue e intente de nuevo."));
    return c->field_name.n == 0 ? ERR_OK : add_form_pair(c, c->field_name, value);
}

static const struct multipart_to *uploads_to(struct call *c) {
    struct multipart_to *to = ARENA_NEW(c->arena, struct multipart_to);
    *to = (struct multipart_to){part_begin, part_data, part_end, c};
    return to;
}

static void body(struct call *c, const void *arg) {
    const struct str *bytes = arg;
    c->received += (int64_t)bytes->n;
    if (c->failed != ERR_OK || !c->body_ok)
        return; /* read and dropped: the answer is given at the end */
    if (c->multipart != NULL) {
        c->failed = multipart_feed(c->multipart, *bytes, &c->why);
        return;
    }
    buf_add(&c->body, *bytes);
    if (buf_over(&c->body))
        c->failed = req_fail(&c->r, &c->why, ERR_LIMIT,
                             TR("What you sent is larger than this page takes.",
                                "Lo enviado supera lo que esta página acepta."));
}

void call_body(struct call *c, struct str bytes) {
    if (!c->finished)
        guarded(c, body, &bytes);
}

/* -- the answer ------------------------------------------------------------------------------ */

static enum err read_form(struct call *c, struct errmsg *e) {
    struct req *r = &c->r;
    if (c->failed != ERR_OK) {
        *e = c->why;
        return c->failed;
    }
    if (c->multipart != NULL) {
        TRY(multipart_finish(c->multipart, e));
    } else if (r->api) {
        r->raw_body = buf_str(&c->body);
    } else {
        TRY(query_parse(buf_str(&c->body), c->arena, &r->form, e));
    }
    struct str token = c->csrf.n > 0 ? c->csrf : pairs_get(&r->form, STR("csrf"));
    return csrf_ok(c, token) ? ERR_OK : csrf_bad(c, e);
}

static void run(struct call *c, const void *arg) {
    (void)arg;
    struct req *r = &c->r;
    struct errmsg e = {{0}};
    enum err result = store_reader(r->server->store, &r->db, &e);
    if (result == ERR_OK && r->method == POST)
        result = read_form(c, &e);
    if (result == ERR_OK)
        result = r->route->handler(r, &e);
    CHECK(c->reply.writer == NULL);
    if (result == ERR_OK && buf_over(&c->reply.body))
        result = req_fail(r, &e, ERR_LIMIT,
                          TR("This page would be too long. Narrow it down or take the CSV.",
                             "Esta página sería demasiado larga. Acótela o descargue el CSV."));
    if (result == ERR_OK && c->reply.kind == REPLY_NONE) {
        log_line(LOG_ERROR, "%s gave no answer", r->route->pattern);
        result = err_set(&e, ERR_IO, "The page gave no answer.");
    }
    if (result != ERR_OK)
        reply_error(r, result, &e);
    c->finished = true;
}

void call_run(struct call *c) {
    if (!c->finished)
        guarded(c, run, NULL);
}

struct store *req_store(struct req *r) {
    return r->server->store;
}
