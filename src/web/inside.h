/*
 * What server.c, request.c, reply.c, layout.c and form.c share; pages do not include it.
 * A call is one HTTP exchange from its request line to the last byte of its answer.
 */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include "access/ratelimit.h"
#include "store/store.h"
#include "web/multipart.h"
#include "web/page.h"
#include "web/query.h"
#include "web/router.h"

#define COOKIE_SESSION "homeroom_session"
#define COOKIE_FORM "homeroom_form" /* the CSRF secret of a stranger */
#define COOKIE_LANG "homeroom_lang"
#define COOKIE_NOTICE "homeroom_notice"

enum { HEADERS_MOST = 24, FORM_ERRORS_MOST = 40 };

struct server {
    struct store *store;
    const char *data_dir;
    bool secure, proxy; /* cookies Secure; X-Forwarded-For of a loopback peer counts */
    int32_t today;
    int64_t idle_us;
    struct ratelimit *by_address, *sign_in_address, *sign_in_account;
    struct transport *transport; /* server.c's own */
};

enum reply_kind { REPLY_NONE, REPLY_BODY, REPLY_FILE, REPLY_STATIC };
struct form_err {
    const char *field, *text;
};
struct reply {
    enum reply_kind kind;
    int status;
    const char *type;
    struct buf body;
    const void *bytes; /* REPLY_STATIC */
    size_t bytes_n;
    int fd; /* REPLY_FILE */
    uint64_t fd_n;
    struct pair headers[HEADERS_MOST];
    size_t header_n;
    bool keep; /* may be cached for ever: assets */
    struct html html;
    struct json json;
    bool page_open, plain;
    struct form_err errors[FORM_ERRORS_MOST];
    size_t error_n;
    struct str notice; /* to show on this page */
    struct db *writer; /* a transaction of this request is open */
};

/* The head of a request as the transport gives it. */
struct call_head {
    const char *method, *uri; /* raw, with the query */
    struct str host, origin, cookie, accept_language, content_type, csrf_header, forwarded,
        if_none_match;
    const char *peer;       /* numeric address */
    int64_t content_length; /* -1: none said */
};
struct call {
    struct req r;
    struct reply reply;
    struct arena *arena, *error_arena;
    struct multipart *multipart;
    struct buf body;
    struct str csrf;
    struct pair *form_v; /* fields of a multipart form so far */
    size_t form_cap;
    int upload_fd;
    struct buf field; /* value of the multipart field under way */
    struct str field_name;
    int64_t received, body_max, file_max;
    enum err failed;
    struct errmsg why;
    bool finished; /* the answer is ready to be sent */
    bool body_ok;  /* the route, viewer and size allow reading a body */
};

/* request.c: head -> (body)* -> run. After call_head or call_body, call->finished means that an
 * answer is there and the rest of the body is not wanted. */
struct call *call_new(struct server *s);
void call_free(struct call *c);
void call_begin(struct call *c, const struct call_head *h);
void call_body(struct call *c, struct str bytes);
void call_run(struct call *c); /* any thread that has a reader */

/* reply.c */
void reply_header(struct req *r, const char *name, struct str value);
void reply_drop(struct req *r); /* throws away what was written */
void reply_error(struct req *r, enum err kind, const struct errmsg *why); /* page or JSON */
int64_t server_now(const struct server *s);

#endif
