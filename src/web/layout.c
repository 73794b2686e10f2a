/* The frame of every page, and the pages that say what went wrong. */
#include "web/asset.h"
#include "web/inside.h"

#include "base/config.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAV_MOST = 24, PAGE_MOST = 16 * 1024 * 1024 };

const char *asset_path(const char *name) {
    size_t i = 0;
    while (i < asset_count && strcmp(assets[i].name, name) != 0)
        i++;
    CHECK(i < asset_count);
    return assets[i].path;
}

/* -- navigation -------------------------------------------------------------------------------- */

struct nav {
    enum role role;
    const struct route *v[NAV_MOST];
    size_t n;
};

static void add_nav(const struct route *r, void *arg) {
    struct nav *nav = arg;
    if (r->nav.en == NULL || r->method != GET || !role_may(nav->role, r->perm) ||
        nav->n == NAV_MOST)
        return;
    size_t at = nav->n++;
    for (; at > 0 && nav->v[at - 1]->nav_order > r->nav_order; at--)
        nav->v[at] = nav->v[at - 1];
    nav->v[at] = r;
}

/* The entry whose pattern begins this page's path and is the longest. */
static const struct route *current(const struct nav *nav, struct str path, const char *want) {
    const struct route *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < nav->n; i++) {
        struct str p = str_z(nav->v[i]->pattern);
        bool fits = want != NULL ? str_eq(p, str_z(want))
                    : p.n == 1   ? path.n == 1
                                 : str_starts(path, p) && (path.n == p.n || path.p[p.n] == '/');
        if (fits && p.n > longest) {
            best = nav->v[i];
            longest = p.n;
        }
    }
    return best;
}

static void write_nav(struct req *r, struct html *h, const struct page *p) {
    struct nav nav = {.role = r->viewer.role};
    route_each(add_nav, &nav);
    const struct route *here = current(&nav, r->path, p->nav);
    if (nav.n == 0)
        return;
    html(h, "<nav aria-label=\"%s\"><ul>", T(h, "Main", "Principal"));
    for (size_t i = 0; i < nav.n; i++) {
        html(h, "<li><a href=\"%s\"", nav.v[i]->pattern);
        if (nav.v[i] == here)
            html(h, " aria-current=\"page\"");
        html(h, ">%s</a></li>", tr(nav.v[i]->nav, h->lang));
    }
    html(h, "</ul></nav>");
}

/* -- addresses ----------------------------------------------------------------------------------
 */

const char *page_url(struct req *r, const char *name, const char *value) {
    struct html h = {.a = r->a};
    bool other = false;
    const char *path = arena_z(r->a, r->path);
    if (r->method == POST && route_find(GET, r->path, r->a, NULL, &other) == NULL)
        path = "/";
    /* The path was decoded: encode what an address may not hold. */
    bool plain = str_find(r->path, STR("//")) == SIZE_MAX;
    for (const char *c = path; *c != '\0'; c++)
        plain = plain && (unsigned char)*c > 0x20 && (unsigned char)*c < 0x7F && *c != '?' &&
                *c != '#' && *c != '%';
    const char *at = plain ? path : "/";
    for (size_t i = 0; i < r->query.n; i++) {
        const struct pair *q = &r->query.v[i];
        if (!str_eq(q->name, str_z(name)) && !str_eq(q->name, STR("lang")))
            at = url(&h, at, arena_z(r->a, q->name), arena_z(r->a, q->value), NULL);
    }
    return url(&h, at, name, value, NULL);
}

/* -- the frame -----------------------------------------------------------------------------------
 */

static void write_me(struct req *r, struct html *h) {
    bool es = h->lang == LANG_ES;
    html(h, "<div class=\"me\">");
    if (r->viewer.account_id != 0) {
        struct tr label = role_label(r->viewer.role);
        struct str name = r->viewer.display_name; /* "Principal, Oak Hill ES" says it already */
        bool named = !str_starts(name, str_z(label.en)) && !str_starts(name, str_z(label.es));
        html(h, "<a href=\"/account\">%.*s<span class=\"role\">%s%s</span></a> ",
             STR_ARG(r->viewer.display_name), named ? ", " : "", named ? tr(label, h->lang) : "");
    }
    html(h, "<a href=\"%s\" lang=\"%s\" hreflang=\"%s\">%s</a>",
         page_url(r, "lang", es ? "en" : "es"), es ? "en" : "es", es ? "en" : "es",
         es ? "English" : "Español");
    if (r->viewer.account_id != 0)
        html(h,
             " <form method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"csrf\" "
             "value=\"%s\"><button class=\"link\">%s</button></form>",
             r->csrf, T(h, "Sign out", "Salir"));
    html(h, "</div>");
}

static void write_notice(struct req *r, struct html *h) {
    struct str coded = pairs_get(&r->cookies, STR(COOKIE_NOTICE));
    struct pairs p;
    if (coded.n == 0 || coded.n > 2000)
        return;
    reply_cookie(r, COOKIE_NOTICE, (struct str){0}, -1);
    if (query_parse(arena_fmt(r->a, "t=%.*s", STR_ARG(coded)), r->a, &p, NULL) == ERR_OK)
        html(h, "<p class=\"notice\" role=\"status\">%.*s</p>", STR_ARG(pairs_get(&p, STR("t"))));
}

struct html *page_begin(struct req *r, const struct page *p) {
    struct reply *reply = r->reply;
    int status = reply->status;
    const char *title = p->title != NULL     ? p->title
                        : r->route != NULL   ? tr(r->route->title, r->lang)
                        : p->heading != NULL ? p->heading
                                             : "Homeroom";
    reply_drop(r);
    reply->kind = REPLY_BODY;
    reply->status = status;
    reply->type = "text/html; charset=utf-8";
    reply->body = buf_new(PAGE_MOST);
    reply->page_open = true;
    reply->html = (struct html){&reply->body, r->a, r->lang, 0};
    struct html *h = &reply->html;
    html(h,
         "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width, initial-scale=1\"><title>%s - Homeroom</title><link "
         "rel=\"stylesheet\" href=\"%s\"><link rel=\"icon\" href=\"%s\" type=\"image/svg+xml\">"
         "<script src=\"%s\" defer></script></head>\n<body>",
         T(h, "en", "es"), title, asset_path("look.css"), asset_path("icon.svg"),
         asset_path("app.js"));
    html(h,
         "<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"top\"><div><a class=\"mark\" "
         "href=\"/\">Homeroom</a>",
         T(h, "Skip to the page", "Ir al contenido"));
    if (!p->plain)
        write_nav(r, h, p);
    write_me(r, h);
    html(h, "</div></header>\n<main id=\"main\" tabindex=\"-1\" class=\"%s\">\n",
         p->narrow ? "narrow" : "wide");
    write_notice(r, h);
    if (p->heading != NULL) {
        html(h, "<section class=\"lede\">");
        if (p->asof != NULL && p->asof[0] != '\0')
            html(h, "<p class=\"asof\">%s</p>", p->asof);
        html(h, "<h1>%s</h1>", p->heading);
        if (p->sentence != NULL && p->sentence[0] != '\0')
            html(h, "<p>%s</p>", p->sentence);
        html(h, "</section>\n");
    }
    return h;
}

void page_end(struct req *r) {
    struct html *h = &r->reply->html;
    CHECK(r->reply->page_open);
    r->reply->page_open = false;
    html_say(h,
             "</main>\n<footer>Every number shows its n, interval and date; groups under %s are "
             "hidden, and so is what would reveal them. <a href=\"/about/numbers\">How numbers are "
             "protected</a></footer>\n</body></html>\n",
             "</main>\n<footer>Cada número muestra su n, intervalo y fecha; los grupos menores de "
             "%s se ocultan, y también lo que los revelaría. <a href=\"/about/numbers\">Cómo se "
             "protegen los números</a></footer>\n</body></html>\n",
             num_int(h, config_int(CONF_MINIMUM_N)));
}

/* -- errors --------------------------------------------------------------------------------------
 */

static struct tr heading_of(enum err kind) {
    switch (kind) {
    case ERR_INVALID:
        return TR("This could not be read.", "No se pudo leer lo enviado.");
    case ERR_SIGNED_OUT:
        return TR("Please sign in.", "Inicie sesión, por favor.");
    case ERR_DENIED:
        return TR("You may not do this.", "No tiene permiso para esto.");
    case ERR_NOT_FOUND:
        return TR("There is no such page.", "Esa página no existe.");
    case ERR_CONFLICT:
        return TR("Somebody else was faster.", "Alguien lo hizo antes.");
    case ERR_LIMIT:
        return TR("This is more than is allowed.", "Esto supera lo permitido.");
    case ERR_BUSY:
        return TR("Please try again in a moment.", "Intente de nuevo en un momento.");
    case ERR_UNAVAILABLE:
        return TR("This is not available now.", "Esto no está disponible ahora.");
    case ERR_OK:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_COUNT:
        break;
    }
    return TR("Something went wrong on the server.", "Algo falló en el servidor.");
}

/* What the disk or the records said is for those who run the server. */
static const char *sentence_of(const struct req *r, enum err kind, const struct errmsg *why) {
    bool inside = kind == ERR_IO || kind == ERR_CORRUPT || kind == ERR_UNAVAILABLE;
    if (inside)
        log_line(LOG_ERROR, "%s: %s", r->route == NULL ? "no route" : r->route->pattern, why->text);
    if (why->text[0] != '\0' && (!inside || role_may(r->viewer.role, PERM_SETTINGS)))
        return why->text;
    return tr(
        TR("Nothing that was saved is lost. Try again; if it stays so, tell whoever runs this "
           "server at what time it happened.",
           "Nada de lo guardado se pierde. Intente de nuevo; si sigue igual, avise a quien "
           "administra este servidor a qué hora ocurrió."),
        r->lang);
}

static void error_json(struct req *r, enum err kind, const char *sentence) {
    struct json *j = reply_json(r);
    json_open(j, '{');
    json_key(j, "error");
    json_z(j, err_name(kind));
    json_key(j, "message");
    json_z(j, sentence);
    json_close(j);
}

void reply_error(struct req *r, enum err kind, const struct errmsg *why) {
    /* The request's own arena may be what ran out: the error has its own. */
    struct call *c = (struct call *)(void *)((char *)r - offsetof(struct call, r));
    r->a = c->error_arena;
    const char *sentence = sentence_of(r, kind, why);
    reply_drop(r);
    r->reply->notice = (struct str){0};
    reply_status(r, err_http(kind));
    if (r->api) {
        error_json(r, kind, sentence);
        return;
    }
    const char *heading = tr(heading_of(kind), r->lang);
    struct html *h = page_begin(r, &(struct page){.title = heading,
                                                  .heading = heading,
                                                  .sentence = sentence,
                                                  .plain = r->viewer.account_id == 0,
                                                  .narrow = true});
    html(h, "<p>");
    if (kind == ERR_SIGNED_OUT)
        html(h, "<a class=\"act\" href=\"/sign-in\">%s</a>", T(h, "Sign in", "Iniciar sesión"));
    else
        html(h, "<a class=\"act quiet\" href=\"/\">%s</a>", T(h, "Home", "Inicio"));
    html(h, "</p>");
    page_end(r);
}

/* -- small parts
 * ----------------------------------------------------------------------------------- */

void pager(struct req *r, int64_t page, bool more) {
    struct html *h = &r->reply->html;
    if (page <= 1 && !more)
        return;
    html(h, "<nav class=\"pager\" aria-label=\"%s\">", T(h, "Pages", "Páginas"));
    if (page > 1)
        html(h, "<a rel=\"prev\" href=\"%s\">%s</a>",
             page_url(r, "page",
                      page == 2 ? NULL : arena_fmt(r->a, "%lld", (long long)(page - 1)).p),
             T(h, "Previous", "Anterior"));
    html_say(h, "<span>Page %s</span>", "<span>Página %s</span>", num_int(h, page));
    if (more)
        html(h, "<a rel=\"next\" href=\"%s\">%s</a>",
             page_url(r, "page", arena_fmt(r->a, "%lld", (long long)(page + 1)).p),
             T(h, "Next", "Siguiente"));
    html(h, "</nav>");
}

void empty_note(struct html *h, const char *text) {
    html(h, "<p class=\"empty\">%s</p>", text);
}

void hidden_tag(struct html *h, const char *why) {
    html(h, "<span class=\"tag hid\">%s</span>", why);
}
