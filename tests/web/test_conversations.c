/*
 * HTTP conversations as text: tests/web/conversations/NAME.txt, each a list of exchanges.
 *
 *   === what this shows
 *   as teacher                  (a role's session; left out: nobody)
 *   > GET /sign-in HTTP/1.1     (sent as it stands, each line ended by CR LF)
 *   >                           (the empty line before the body)
 *   >= a=1                      (sent without a line end)
 *   >> GET / HTTP/1.1\n         (sent as it stands, with \r \n \0 \xNN read, no line end added)
 *   < status 200
 *   < has some text             < hasnt some text
 *   < header Name: value        < closed (the server ends the connection without an answer)
 *
 * {cookie} {csrf} {host} stand for the session's; {x1000} for so many bytes; {length} for the
 * bytes of all lines after the empty one. "Host:" must be sent by the conversation.
 */
#include "web_test.h"

#include "provide/provide.h"
#include "roster/load.h"

#include <dirent.h>

enum { TEXT_MOST = 64 * 1024 * 1024 };

struct exchange {
    char title[200], file[300];
    enum role as;
    struct buf request, checks;
    bool any;
};

static void replace(struct buf *b, const char *what, const char *with) {
    struct buf out = buf_new(TEXT_MOST);
    struct str rest = buf_str(b);
    for (;;) {
        size_t at = str_find(rest, str_z(what));
        buf_add(&out, str_sub(rest, 0, at == SIZE_MAX ? rest.n : at));
        if (at == SIZE_MAX)
            break;
        buf_add(&out, str_z(with));
        rest = str_sub(rest, at + strlen(what), rest.n);
    }
    buf_free(b);
    *b = out;
}

/* {x1000}: so many x. */
static void fill(struct buf *b) {
    for (;;) {
        struct str s = buf_str(b);
        size_t at = str_find(s, STR("{x"));
        if (at == SIZE_MAX)
            return;
        struct str rest = str_sub(s, at + 2, s.n);
        size_t end = str_find(rest, STR("}"));
        int64_t n = 0;
        char mark[32];
        assert_true(end != SIZE_MAX && end < 20 && str_int(str_sub(rest, 0, end), &n));
        (void)snprintf(mark, sizeof mark, "{x%lld}", (long long)n);
        char *xs = malloc((size_t)n + 1);
        assert_non_null(xs);
        memset(xs, 'x', (size_t)n);
        xs[n] = '\0';
        replace(b, mark, xs);
        free(xs);
    }
}

static void unescape(struct buf *out, struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c != '\\' || i + 1 == s.n) {
            buf_byte(out, c);
            continue;
        }
        c = s.p[++i];
        if (c == 'x' && i + 2 < s.n) {
            char hex[3] = {s.p[i + 1], s.p[i + 2], '\0'};
            buf_byte(out, (char)strtoul(hex, NULL, 16));
            i += 2;
        } else {
            buf_byte(out, c == 'n' ? '\n' : c == 'r' ? '\r' : c == '0' ? '\0' : c);
        }
    }
}

static struct str body_of(struct str request) {
    size_t at = str_find(request, STR("\r\n\r\n"));
    return at == SIZE_MAX ? (struct str){0} : str_sub(request, at + 4, request.n);
}

static bool has_header(struct str answer, struct str line) {
    size_t colon = str_find(line, STR(":"));
    struct str rest = str_sub(answer, 0, str_find(answer, STR("\r\n\r\n"))), one;
    while (rest.n > 0 && str_split(&rest, '\n', &one)) {
        size_t at = str_find(one, STR(":"));
        if (at != SIZE_MAX && str_eq_nocase(str_sub(one, 0, at), str_sub(line, 0, colon)) &&
            str_find(str_sub(one, at + 1, one.n), str_trim(str_sub(line, colon + 1, line.n))) !=
                SIZE_MAX)
            return true;
    }
    return false;
}

static bool holds(struct str check, struct str answer) {
    struct str word = {0}, rest = check;
    int64_t status;
    (void)str_split(&rest, ' ', &word);
    if (str_eq(word, STR("status")))
        return str_int(rest, &status) && web_status(answer) == status;
    if (str_eq(word, STR("has")))
        return str_find(answer, rest) != SIZE_MAX;
    if (str_eq(word, STR("hasnt")))
        return str_find(answer, rest) == SIZE_MAX;
    if (str_eq(word, STR("header")))
        return has_header(answer, rest);
    if (str_eq(word, STR("closed")))
        return answer.n == 0;
    return false;
}

static int run(struct web_test *w, struct exchange *x) {
    struct buf out = buf_new(TEXT_MOST);
    char cookie[200], host[40], length[24];
    struct str rest, check;
    int bad = 0;
    const struct session *s = &w->sessions[x->as];
    (void)snprintf(cookie, sizeof cookie, "homeroom_session=%s", s->token);
    (void)snprintf(host, sizeof host, "127.0.0.1:%d", w->port);
    replace(&x->request, "{cookie}", cookie);
    replace(&x->request, "{csrf}", s->csrf);
    replace(&x->request, "{host}", host);
    fill(&x->request);
    (void)snprintf(length, sizeof length, "%zu", body_of(buf_str(&x->request)).n);
    replace(&x->request, "{length}", length);
    int fd = web_connect(w);
    struct str answer = web_talk(fd, buf_str(&x->request), &out);
    (void)close(fd);
    rest = buf_str(&x->checks);
    while (rest.n > 0 && str_split(&rest, '\n', &check))
        if (check.n > 0 && !holds(check, answer)) {
            print_message("%s: %s: \"%.*s\" does not hold for:\n%.*s\n", x->file, x->title,
                          STR_ARG(check), (int)(answer.n > 1500 ? 1500 : answer.n),
                          answer.n == 0 ? "(nothing)" : answer.p);
            bad++;
        }
    buf_free(&out);
    buf_clear(&x->request);
    buf_clear(&x->checks);
    x->as = ROLE_NONE;
    x->any = false;
    return bad;
}

static void take_line(struct exchange *x, struct str line) {
    if (str_starts(line, STR("as "))) {
        assert_true(role_parse(str_trim(str_sub(line, 3, line.n)), &x->as));
    } else if (str_starts(line, STR(">> "))) {
        unescape(&x->request, str_sub(line, 3, line.n));
    } else if (str_starts(line, STR(">= "))) {
        buf_add(&x->request, str_sub(line, 3, line.n));
    } else if (str_starts(line, STR(">"))) {
        buf_add(&x->request, str_sub(line, line.n > 1 ? 2 : 1, line.n));
        buf_add(&x->request, STR("\r\n"));
    } else if (str_starts(line, STR("< "))) {
        buf_add(&x->checks, str_sub(line, 2, line.n));
        buf_byte(&x->checks, '\n');
        x->any = true;
    } else if (line.n > 0 && line.p[0] != '#') {
        fail_msg("%s: cannot read the line \"%.*s\"", x->file, STR_ARG(line));
    }
}

static int run_file(struct web_test *w, const char *path) {
    struct exchange x = {.request = buf_new(TEXT_MOST), .checks = buf_new(TEXT_MOST)};
    char *line = NULL;
    size_t cap = 0;
    int bad = 0, count = 0;
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    (void)snprintf(x.file, sizeof x.file, "%s", strrchr(path, '/') + 1);
    for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
        struct str s = {line, (size_t)n};
        if (s.p[s.n - 1] == '\n')
            s.n--;
        if (str_starts(s, STR("==="))) {
            if (x.any)
                bad += run(w, &x);
            (void)snprintf(x.title, sizeof x.title, "%.*s", STR_ARG(str_trim(str_sub(s, 3, s.n))));
            count++;
        } else {
            take_line(&x, s);
        }
    }
    if (x.any)
        bad += run(w, &x);
    assert_true(count > 0);
    free(line);
    (void)fclose(f);
    buf_free(&x.request);
    buf_free(&x.checks);
    return bad;
}

static void every_conversation(struct store_test *t) {
    struct web_test w;
    char dir[600], path[1200];
    int bad = 0;
    const char *top = getenv("HOMEROOM_SOURCE"), *only = getenv("CONVERSATION");
    (void)snprintf(dir, sizeof dir, "%s/tests/web/conversations", top == NULL ? "." : top);
    web_start(&w, t);
    struct dirent **names;
    int n = scandir(dir, &names, NULL, alphasort);
    assert_true(n > 2);
    for (int i = 0; i < n; i++) {
        if (str_ends(str_z(names[i]->d_name), STR(".txt")) &&
            (only == NULL || strstr(names[i]->d_name, only) != NULL)) {
            (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
            bad += run_file(&w, path);
        }
        free(names[i]);
    }
    free(names);
    web_stop(&w);
    assert_int_equal(bad, 0);
}

static void conversations_hold(void **state) {
    (void)state;
    on_both_engines(every_conversation);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(conversations_hold)};
    provide_register();
    roster_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
