/*
 * States: before the first boundary, just after one, in a part's headers, in its body, after the
 * last. The buffer holds what is not decided yet: in a body everything but the last bytes that may
 * begin "\r\n--boundary" goes out at once. The first boundary is found like any other because the
 * buffer starts with a line end of our own.
 */
#include "web/multipart.h"

#include <stdlib.h>
#include <string.h>

enum { BOUNDARY_MOST = 70, HEADERS_MOST = 8 * 1024, BUFFER = 64 * 1024, PARTS_MOST = 10000 };
enum state { PREAMBLE, AFTER_BOUNDARY, HEADERS, BODY, EPILOGUE };

struct multipart {
    struct multipart_to to;
    enum state state;
    enum err failed;
    unsigned parts;
    char mark[BOUNDARY_MOST + 5]; /* "\r\n--boundary" */
    size_t mark_n, n;
    char buf[BUFFER];
};

bool multipart_boundary(struct str type, struct str *out) {
    struct str kind = {0}, rest = type, part;
    if (!str_split(&rest, ';', &kind) || !str_eq_nocase(str_trim(kind), STR("multipart/form-data")))
        return false;
    while (rest.n > 0 && str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (part.n < 9 || !str_eq_nocase(str_sub(part, 0, 9), STR("boundary=")))
            continue;
        struct str b = str_sub(part, 9, part.n);
        if (b.n >= 2 && b.p[0] == '"' && b.p[b.n - 1] == '"')
            b = str_sub(b, 1, b.n - 1);
        bool ok = b.n >= 1 && b.n <= BOUNDARY_MOST;
        for (size_t i = 0; ok && i < b.n; i++)
            ok = (unsigned char)b.p[i] > 0x20 && (unsigned char)b.p[i] < 0x7F && b.p[i] != '"';
        *out = b;
        return ok;
    }
    return false;
}

struct multipart *multipart_new(struct str boundary, const struct multipart_to *to) {
    struct multipart *m = calloc(1, sizeof *m);
    CHECK(m != NULL && boundary.n >= 1 && boundary.n <= BOUNDARY_MOST);
    m->to = *to;
    memcpy(m->mark, "\r\n--", 4);
    memcpy(m->mark + 4, boundary.p, boundary.n);
    m->mark_n = boundary.n + 4;
    memcpy(m->buf, "\r\n", 2);
    m->n = 2;
    return m;
}

void multipart_free(struct multipart *m) {
    free(m);
}

static enum err broken(struct errmsg *e, const char *what) {
    return err_set(e, ERR_INVALID, "The upload is damaged (%s); reload the page and send it again.",
                   what);
}

/* Drops the first k bytes of the buffer. */
static void consume(struct multipart *m, size_t k) {
    m->n -= k;
    memmove(m->buf, m->buf + k, m->n);
}

/* The value of a parameter in a header: name="..." (with \" and \\ undone) or name=token. The
 * text is changed in place. */
static bool parameter(char *line, size_t n, const char *name, struct str *out) {
    size_t name_n = strlen(name);
    bool quoted = false;
    for (size_t i = 0; i + name_n + 1 < n; i++) {
        if (line[i] == '"' && line[i - (i > 0)] != '\\')
            quoted = !quoted;
        bool starts = !quoted && i > 0 && (line[i - 1] == ';' || line[i - 1] == ' ') &&
                      str_eq_nocase((struct str){line + i, name_n}, str_z(name)) &&
                      line[i + name_n] == '=';
        if (!starts)
            continue;
        char *from = line + i + name_n + 1, *end = line + n, *to = from;
        bool in_quotes = *from == '"';
        out->p = from;
        for (char *at = from + in_quotes; at < end; at++) {
            if (in_quotes && *at == '"')
                break;
            if (!in_quotes && (*at == ';' || *at == ' '))
                break;
            if (in_quotes && *at == '\\' && at + 1 < end && (at[1] == '"' || at[1] == '\\'))
                at++;
            *to++ = *at;
        }
        out->n = (size_t)(to - from);
        return true;
    }
    return false;
}

/* The last path segment: browsers of old sent C:\folder\file.zip. */
static struct str base_name(struct str s) {
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
            return str_sub(s, i, s.n);
    return s;
}

static enum err read_headers(struct multipart *m, char *text, size_t n, struct errmsg *e) {
    struct multipart_part part = {0};
    static const struct str wanted = {"content-disposition:", 20};
    bool found = false;
    for (char *line = text, *end = text + n; line < end;) {
        char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
        size_t line_n = (size_t)((stop == NULL ? end : stop) - line);
        if (line_n > wanted.n && str_eq_nocase((struct str){line, wanted.n}, wanted)) {
            char *copy = malloc(line_n);
            CHECK(copy != NULL);
            memcpy(copy, line, line_n); /* both readings change the text */
            found = parameter(line, line_n, "name", &part.name);
            part.is_file = parameter(copy, line_n, "filename", &part.file_name);
            part.file_name = base_name(part.file_name);
            bool ok = found && part.name.n > 0 && str_utf8_ok_strict(part.name) &&
                      str_utf8_ok_strict(part.file_name);
            enum err r = !ok                        ? broken(e, "a part without a readable name")
                         : m->parts++ >= PARTS_MOST ? broken(e, "too many parts")
                                                    : m->to.begin(m->to.arg, &part, e);
            free(copy);
            return r;
        }
        line += line_n + 2;
    }
    return broken(e, "a part without a name");
}

/* One step; *more false when further bytes are needed. */
static enum err step(struct multipart *m, bool *more, struct errmsg *e) {
    char *at;
    *more = false;
    switch (m->state) {
    case PREAMBLE:
    case BODY:
        at = memmem(m->buf, m->n, m->mark, m->mark_n);
        if (at == NULL) {
            size_t sure = m->n < m->mark_n ? 0 : m->n - m->mark_n + 1;
            if (m->state == BODY && sure > 0)
                TRY(m->to.data(m->to.arg, (struct str){m->buf, sure}, e));
            consume(m, sure);
            return ERR_OK;
        }
        if (m->state == BODY) {
            if (at > m->buf)
                TRY(m->to.data(m->to.arg, (struct str){m->buf, (size_t)(at - m->buf)}, e));
            TRY(m->to.end(m->to.arg, e));
        }
        consume(m, (size_t)(at - m->buf) + m->mark_n);
        m->state = AFTER_BOUNDARY;
        *more = true;
        return ERR_OK;
    case AFTER_BOUNDARY:
        if (m->n < 2)
            return ERR_OK;
        if (memcmp(m->buf, "--", 2) == 0)
            m->state = EPILOGUE;
        else if (memcmp(m->buf, "\r\n", 2) == 0)
            m->state = HEADERS;
        else
            return broken(e, "text after a boundary");
        if (m->state == EPILOGUE)
            consume(m, 2); /* a header block keeps its line end: it may be empty */
        *more = true;
        return ERR_OK;
    case HEADERS:
        at = memmem(m->buf, m->n, "\r\n\r\n", 4);
        if (at == NULL)
            return m->n > HEADERS_MOST ? broken(e, "a part's header is too long") : ERR_OK;
        TRY(read_headers(m, m->buf, (size_t)(at - m->buf), e));
        consume(m, (size_t)(at - m->buf) + 4);
        m->state = BODY;
        *more = true;
        return ERR_OK;
    case EPILOGUE:
        m->n = 0;
        return ERR_OK;
    }
    return ERR_OK;
}

enum err multipart_feed(struct multipart *m, struct str bytes, struct errmsg *e) {
    while (m->failed == ERR_OK && bytes.n > 0) {
        size_t room = BUFFER - m->n, take = bytes.n < room ? bytes.n : room;
        memcpy(m->buf + m->n, bytes.p, take);
        m->n += take;
        bytes = str_sub(bytes, take, bytes.n);
        bool more = true;
        while (more && m->failed == ERR_OK)
            m->failed = step(m, &more, e);
    }
    return m->failed;
}

enum err multipart_finish(struct multipart *m, struct errmsg *e) {
    if (m->failed == ERR_OK && m->state != EPILOGUE)
        m->failed = broken(e, "it ends too early");
    return m->failed;
}
