/*
 * What a page is written with: the request, the answer, the route that leads to it.
 *
 *   static enum err get_school(struct req *r, struct errmsg *e) {
 *       int64_t id;
 *       TRY(req_id(r, "id", &id, e));                       // /schools/{id}
 *       TRY(access_may_see_org(r->db, &r->viewer, id, e));  // not found when not theirs
 *       struct html *h = page_begin(r, &(struct page){.title = school_name, .asof = ...});
 *       html(h, "<section class=\"lede\"> ...");
 *       page_end(r);
 *       return ERR_OK;
 *   }
 *   const struct route routes_school[] = {
 *       {.method = GET, .pattern = "/schools/{id}", .handler = get_school, .perm = PERM_SCHOOLS,
 *        .title = TR_INIT("School", "Escuela")},
 *       {0}};
 *
 * Each src/web/page_<idea>.c exports one routes_<idea>[] that ends in {0}; tools/routes_gen.py
 * finds them. A route without a permission is closed. An error that a handler returns becomes a
 * page (or JSON below /api/) with its sentence; what was written so far is thrown away. Everything
 * of a request lives in its arena and ends with it. One thread per request.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "access/account.h"
#include "base/csv.h"
#include "base/json.h"
#include "web/html.h"

struct req;
typedef enum err page_handler(struct req *r, struct errmsg *e);

enum method { METHOD_NONE, GET, POST }; /* HEAD is answered as GET without a body */
enum {
    ROUTE_UPLOAD = 1,   /* the body may be multipart; files are streamed to the data folder */
    ROUTE_SLOW = 2,     /* runs on the pool for long work, not on a connection's thread */
    ROUTE_FREE = 8,     /* also while a handed-out password must be changed */
    ROUTE_NAV_HOME = 16 /* the first entry of the navigation */
};
struct route {
    enum method method;
    const char *pattern; /* "/students/{id}": a {name} matches one non-empty segment */
    page_handler *handler;
    enum perm perm;
    struct tr title;
    struct tr nav; /* the entry in the navigation; empty: none */
    int nav_order; /* 10 where we stand, 20 plan, 30 schools, ... */
    unsigned flags;
    size_t arena_max, body_max, file_max; /* bytes; 0: the limits' defaults */
};

struct pair {
    struct str name, value;
};
struct pairs {
    const struct pair *v;
    size_t n;
};
struct upload {
    struct str field, name; /* the file's own name, without a path */
    char *path;             /* where its bytes are; removed when the request ends unless kept */
    int64_t bytes;
    bool keep;
};

struct req {
    const struct route *route;
    enum method method;
    struct str path;    /* decoded, UTF-8, begins with '/' */
    struct str address; /* the client's, for limits and the log */
    struct pairs params, query, form, cookies;
    struct upload *uploads;
    size_t upload_count;
    struct arena *a;
    struct db *db; /* this thread's reader */
    struct viewer viewer;
    enum lang lang;
    const char *csrf;
    int64_t now_us;
    int32_t today;
    struct reply *reply;   /* see below */
    struct server *server; /* private to server.c */
    struct str raw_body;   /* a JSON body, where the type says so */
    bool api;              /* below /api/: errors are JSON */
};

/* -- what was asked ---------------------------------------------------------------- */
struct str req_param(const struct req *r, const char *name); /* {name} of the pattern */
/* The {name} as a row id; ERR_NOT_FOUND when it is no number. */
NODISCARD enum err req_id(const struct req *r, const char *name, int64_t *out, struct errmsg *e);
struct str req_query(const struct req *r, const char *name); /* ?name=; "" when absent */
struct str req_form(const struct req *r, const char *name);  /* a posted field, trimmed; "" */
bool req_has(const struct req *r, const char *name);         /* posted at all: a ticked box */
size_t req_form_all(const struct req *r, const char *name, struct str **out); /* in the arena */
int64_t req_int(const struct req *r, const char *query_name, int64_t otherwise, int64_t least,
                int64_t most); /* a query number, clamped */
const struct upload *req_upload(const struct req *r, const char *field); /* NULL: none */
bool req_may(const struct req *r, enum perm perm);

struct store *req_store(struct req *r); /* for work that takes its own transactions: imports */

/* -- saving: one transaction on the writer; `fn` returns an error to leave nothing -------- */
NODISCARD enum err req_write(struct req *r,
                             enum err (*fn)(struct db *db, void *arg, struct errmsg *e), void *arg,
                             struct errmsg *e);
/* A read of one student's record for this page: access_may_see_student and its audit entry. */
NODISCARD enum err req_student(struct req *r, int64_t person_id, const char *what,
                               struct errmsg *e);
/* Before rows leave: PERM_EXPORT is needed, and who took what is recorded. */
NODISCARD enum err req_export(struct req *r, const char *what, const char *form, int64_t rows,
                              bool people, struct errmsg *e);

/* -- the answer: one of these --------------------------------------------------------- */
struct page {
    const char *title;    /* in the reader's language; NULL: the route's */
    const char *asof;     /* over the heading: whose numbers, of when; NULL: none */
    const char *heading;  /* the first line: answers the page's question in a sentence */
    const char *sentence; /* the second: how many people, how much money; NULL: none */
    const char *nav;      /* the navigation's pattern to mark; NULL: the closest */
    bool narrow;          /* one column of text, for forms */
    bool plain;           /* without navigation: sign-in, errors for strangers */
};
/* Writes everything up to the page's own first section: header, navigation, notice, and (where
 * heading is given) the lede. page_end closes it. */
struct html *page_begin(struct req *r, const struct page *p);
void page_end(struct req *r);
void reply_status(struct req *r, int status);
void reply_redirect(struct req *r, const char *path); /* 303, within this site */
struct json *reply_json(struct req *r);               /* write one document */
/* A download: rows written to *out (see base/csv.h); `name` as "gaps.csv". */
struct buf *reply_download(struct req *r, const char *type, const char *name);
/* A file on disk as the answer; `remove` deletes it once it is sent. */
NODISCARD enum err reply_file(struct req *r, const char *path, const char *type, const char *name,
                              bool remove, struct errmsg *e);
void reply_cookie(struct req *r, const char *name, struct str value, int64_t life_s);
/* A sentence shown once on the next page after a redirect ("Saved."). */
void reply_notice(struct req *r, struct tr text);
/* The error sentence in the reader's language; returns the kind: return req_fail(r, e, ERR_INVALID,
 * TR("Choose a file.", "Elija un archivo.")); */
enum err req_fail(const struct req *r, struct errmsg *e, enum err kind, struct tr text);

/* -- small parts of pages --------------------------------------------------------------- */
/* "Previous, next" over offset pages: ?page=N (from 1), the other query fields kept. */
void pager(struct req *r, int64_t page, bool more);
/* This page's address with one query field changed (value NULL: left out); the rest kept. */
const char *page_url(struct req *r, const char *name, const char *value);
/* What to say where a table would be empty. */
void empty_note(struct html *h, const char *text);
/* A number that is hidden: <span class="tag hid">hidden: fewer than 10</span>. */
void hidden_tag(struct html *h, const char *why);

#endif
