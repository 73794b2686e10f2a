#include "web/inside.h"

#include "base/config.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_MOST = 16 * 1024 * 1024, DOWNLOAD_MOST = 512 * 1024 * 1024 };

/* -- what was asked --------------------------------------------------------------------------- */

struct str req_param(const struct req *r, const char *name) {
    return pairs_get(&r->params, str_z(name));
}

struct str req_query(const struct req *r, const char *name) {
    return str_trim(pairs_get(&r->query, str_z(name)));
}

struct str req_form(const struct req *r, const char *name) {
    return str_trim(pairs_get(&r->form, str_z(name)));
}

bool req_has(const struct req *r, const char *name) {
    for (size_t i = 0; i < r->form.n; i++)
        if (str_eq(r->form.v[i].name, str_z(name)))
            return true;
    return false;
}

size_t req_form_all(const struct req *r, const char *name, struct str **out) {
    size_t n = 0;
    *out = ARENA_ARRAY(r->a, struct str, r->form.n);
    for (size_t i = 0; i < r->form.n; i++)
        if (str_eq(r->form.v[i].name, str_z(name)))
            (*out)[n++] = str_trim(r->form.v[i].value);
    return n;
}

enum err req_id(const struct req *r, const char *name, int64_t *out, struct errmsg *e) {
    if (str_int(req_param(r, name), out) && *out > 0)
        return ERR_OK;
    return req_fail(r, e, ERR_NOT_FOUND,
                    TR("There is no such thing, or none that you may see.",
                       "No existe, o no está entre lo que usted puede ver."));
}

int64_t req_int(const struct req *r, const char *query_name, int64_t otherwise, int64_t least,
                int64_t most) {
    int64_t v = otherwise;
    (void)str_int(req_query(r, query_name), &v);
    return v < least ? least : v > most ? most : v;
}

const struct upload *req_upload(const struct req *r, const char *field) {
    for (size_t i = 0; i < r->upload_count; i++)
        if (str_eq(r->uploads[i].field, str_z(field)))
            return &r->uploads[i];
    return NULL;
}

bool req_may(const struct req *r, enum perm perm) {
    return role_may(r->viewer.role, perm);
}

enum err req_fail(const struct req *r, struct errmsg *e, enum err kind, struct tr text) {
    return err_set(e, kind, "%s", tr(text, r->lang));
}

/* -- saving ------------------------------------------------------------------------------------ */

enum err req_write(struct req *r, enum err (*fn)(struct db *db, void *arg, struct errmsg *e),
                   void *arg, struct errmsg *e) {
    struct store *s = r->server->store;
    struct db *db;
    CHECK(r->reply->writer == NULL);
    TRY(store_begin(s, &db, e));
    r->reply->writer = db;
    enum err result = fn(db, arg, e);
    r->reply->writer = NULL;
    if (result != ERR_OK) {
        store_rollback(s);
        return result;
    }
    return store_commit(s, e);
}

struct entry_job {
    const struct viewer *v;
    struct audit_entry entry;
    struct str form;
    int64_t rows;
    bool people;
};

static enum err write_entry(struct db *db, void *arg, struct errmsg *e) {
    const struct entry_job *job = arg;
    return audit_append(db, job->v, &job->entry, e);
}

static enum err write_export(struct db *db, void *arg, struct errmsg *e) {
    const struct entry_job *job = arg;
    return audit_export(db, job->v, job->entry.subject, job->form, job->rows, job->people, e);
}

enum err req_student(struct req *r, int64_t person_id, const char *what, struct errmsg *e) {
    enum purpose purpose = purpose_of(r->viewer.role);
    TRY(access_may_see_student(r->db, &r->viewer, person_id, purpose, e));
    struct buf b = buf_new(2048);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_key(&j, "page");
    json_z(&j, what);
    json_close(&j);
    struct entry_job job = {.v = &r->viewer,
                            .entry = {.action = STR("read"),
                                      .subject = STR("student"),
                                      .subject_id = arena_fmt(r->a, "%lld", (long long)person_id),
                                      .person_id = person_id,
                                      .purpose = str_z(purpose_name(purpose)),
                                      .detail = arena_str(r->a, buf_str(&b))}};
    buf_free(&b);
    return req_write(r, write_entry, &job, e);
}

enum err req_export(struct req *r, const char *what, const char *form, int64_t rows, bool people,
                    struct errmsg *e) {
    if (!req_may(r, PERM_EXPORT))
        return req_fail(r, e, ERR_DENIED,
                        TR("Your role does not include taking lists away.",
                           "Su función no incluye descargar listas."));
    struct entry_job job = {.v = &r->viewer,
                            .entry = {.subject = str_z(what)},
                            .form = str_z(form),
                            .rows = rows,
                            .people = people};
    return req_write(r, write_export, &job, e);
}

/* -- the answer -------------------------------------------------------------------------------- */

void reply_header(struct req *r, const char *name, struct str value) {
    CHECK(r->reply->header_n < HEADERS_MOST);
    r->reply->headers[r->reply->header_n++] = (struct pair){str_z(name), arena_str(r->a, value)};
}

void reply_status(struct req *r, int status) {
    r->reply->status = status;
}

void reply_drop(struct req *r) {
    struct reply *p = r->reply;
    size_t kept = 0;
    buf_free(&p->body);
    if (p->fd >= 0)
        (void)close(p->fd);
    p->fd = -1;
    p->kind = REPLY_NONE;
    p->page_open = false;
    p->status = 200;
    for (size_t i = 0; i < p->header_n; i++)
        if (str_eq(p->headers[i].name, STR("Set-Cookie")))
            p->headers[kept++] = p->headers[i];
    p->header_n = kept;
}

static void body_begin(struct req *r, const char *type, size_t most) {
    reply_drop(r);
    r->reply->kind = REPLY_BODY;
    r->reply->type = type;
    r->reply->body = buf_new(most);
}

void reply_redirect(struct req *r, const char *path) {
    int status = r->reply->status;
    CHECK(path[0] == '/' && path[1] != '/' && path[1] != '\\');
    body_begin(r, "text/plain; charset=utf-8", 64);
    r->reply->status = status >= 300 && status < 400 ? status : 303;
    reply_header(r, "Location", str_z(path));
}

struct json *reply_json(struct req *r) {
    int status = r->reply->status;
    body_begin(r, "application/json; charset=utf-8", PAGE_MOST);
    r->reply->status = status;
    r->reply->json = json_to(&r->reply->body);
    return &r->reply->json;
}

static void attachment(struct req *r, const char *name) {
    struct buf b = buf_new(400);
    buf_add(&b, STR("attachment; filename=\""));
    for (; *name != '\0'; name++)
        buf_byte(&b, *name == '"' || *name == '\\' || (unsigned char)*name < 0x20 ||
                             (unsigned char)*name > 0x7E
                         ? '-'
                         : *name);
    buf_byte(&b, '"');
    reply_header(r, "Content-Disposition", buf_str(&b));
    buf_free(&b);
}

struct buf *reply_download(struct req *r, const char *type, const char *name) {
    body_begin(r, type, DOWNLOAD_MOST);
    attachment(r, name);
    return &r->reply->body;
}

enum err reply_file(struct req *r, const char *path, const char *type, const char *name,
                    bool remove, struct errmsg *e) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int why = errno;
    if (remove)
        (void)unlink(path); /* the open descriptor keeps the bytes until they are sent */
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return err_set(e, ERR_IO, "The file for the download cannot be read: %s.", strerror(why));
    }
    reply_drop(r);
    r->reply->kind = REPLY_FILE;
    r->reply->type = type;
    r->reply->fd = fd;
    r->reply->fd_n = (uint64_t)st.st_size;
    attachment(r, name);
    return ERR_OK;
}

/* life_s 0: until the browser closes; < 0: forgets it now. */
void reply_cookie(struct req *r, const char *name, struct str value, int64_t life_s) {
    struct str text = arena_fmt(r->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax%s", name,
                                STR_ARG(value), r->server->secure ? "; Secure" : "");
    if (life_s > 0)
        text = arena_fmt(r->a, "%s; Max-Age=%lld", text.p, (long long)life_s);
    else if (life_s < 0)
        text = arena_fmt(r->a, "%s; Max-Age=0", text.p);
    reply_header(r, "Set-Cookie", text);
}

void reply_notice(struct req *r, struct tr text) {
    struct html h = {.a = r->a};
    reply_cookie(r, COOKIE_NOTICE, str_z(url(&h, "", "t", tr(text, r->lang), NULL) + 3), 60);
}
