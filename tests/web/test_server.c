/* What a text cannot say: time, many connections, the end, and the rule that no route is open by
 * accident. */
#include "web_test.h"

#include "web/router.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>

enum { ANSWER_MOST = 8 * 1024 * 1024 };

/* -- every route, every role ------------------------------------------------------------------- */

struct walk {
    struct web_test *w;
    struct buf request, answer;
    int bad, asked;
};

/* The pattern with 1 in place of each {name}. */
static void address(const char *pattern, struct buf *out) {
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '{') {
            buf_byte(out, *pattern);
            continue;
        }
        buf_byte(out, '1');
        pattern = strchr(pattern, '}');
    }
}

static int ask(struct walk *k, const struct route *r, enum role role) {
    const struct session *s = &k->w->sessions[role];
    char body[80];
    buf_clear(&k->request);
    (void)snprintf(body, sizeof body, "csrf=%s", s->csrf);
    buf_add(&k->request, r->method == GET ? STR("GET ") : STR("POST "));
    address(r->pattern, &k->request);
    buf_fmt(&k->request, " HTTP/1.1\r\nHost: x\r\n");
    if (role != ROLE_NONE)
        buf_fmt(&k->request, "Cookie: homeroom_session=%s\r\n", s->token);
    if (r->method == POST)
        buf_fmt(&k->request,
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                strlen(body), body);
    else
        buf_add(&k->request, STR("\r\n"));
    int fd = web_connect(k->w);
    int status = web_status(web_talk(fd, buf_str(&k->request), &k->answer));
    (void)close(fd);
    k->asked++;
    return status;
}

/* Without the permission: a stranger is sent to sign in, everyone else is refused. */
static void try_route(const struct route *r, void *arg) {
    struct walk *k = arg;
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (role_may((enum role)role, r->perm))
            continue;
        int status = ask(k, r, (enum role)role);
        bool api = strncmp(r->pattern, "/api/", 5) == 0,
             right = role != ROLE_NONE ? status == 403 || status == 404
                                       : status == (r->method == GET && !api ? 303 : 401);
        if (!right) {
            print_message("%s %s as %s: %d\n", r->method == GET ? "GET" : "POST", r->pattern,
                          role_name((enum role)role), status);
            k->bad++;
        }
    }
}

static void no_route_is_open_by_accident(struct store_test *t) {
    struct web_test w;
    struct walk k = {&w, buf_new(ANSWER_MOST), buf_new(ANSWER_MOST), 0, 0};
    assert_ok(config_set(CONF_REQUESTS_PER_MINUTE, "1000000", e));
    web_start(&w, t);
    route_each(try_route, &k);
    web_stop(&w);
    buf_free(&k.request);
    buf_free(&k.answer);
    print_message("%d refusals asked for\n", k.asked);
    assert_int_equal(k.bad, 0);
    assert_true(k.asked > 100);
}

static void names_itself(const struct route *r, void *arg) {
    int *bad = arg;
    bool titled = r->title.en != NULL && r->title.en[0] != '\0' && r->title.es != NULL;
    if (r->perm == PERM_CLOSED || !titled) {
        print_message("%s has no permission or no title\n", r->pattern);
        ++*bad;
    }
}

static void every_route_names_its_permission(void **state) {
    (void)state;
    int bad = 0;
    if (route_mistake() != NULL)
        fail_msg("the pattern %s stands twice or is none", route_mistake());
    route_each(names_itself, &bad);
    assert_int_equal(bad, 0);
}

static void a_forgotten_permission_is_closed(void **state) {
    (void)state;
    struct route zero = {0};
    assert_int_equal(zero.perm, PERM_CLOSED);
    for (int i = 0; i < ROLE_COUNT; i++)
        assert_false(role_may((enum role)i, zero.perm));
}

/* -- time
 * ------------------------------------------------------------------------------------------ */

static bool closed_within(int fd, int ms) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char c[64];
    return poll(&p, 1, ms) == 1 && recv(fd, c, sizeof c, 0) <= 0;
}

/* One header byte now and then keeps a connection busy; it is closed all the same. */
static void slow_headers_are_closed(struct store_test *t) {
    struct web_test w;
    static const char request[] =
        "GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: aaaaaaaaaaaaaaaaaaaa";
    web_start(&w, t);
    int fd = web_connect(&w);
    int64_t begun = date_now_us();
    bool closed = false;
    for (size_t i = 0; i < sizeof request - 1 && !closed; i++) {
        (void)!send(fd, request + i, 1, MSG_NOSIGNAL);
        closed = closed_within(fd, 200);
    }
    assert_true(closed);
    assert_true(date_now_us() - begun < 5000000);
    (void)close(fd);
    /* A body that trickles, too. */
    static const char head[] = "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: "
                               "application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n";
    fd = web_connect(&w);
    assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
    closed = false;
    begun = date_now_us();
    for (int i = 0; i < 40 && !closed; i++) {
        (void)!send(fd, "a", 1, MSG_NOSIGNAL);
        closed = closed_within(fd, 200);
    }
    assert_true(closed);
    (void)close(fd);
    web_stop(&w);
}

static int get(struct web_test *w, const char *path, const char *token) {
    char request[400];
    struct buf out = buf_new(ANSWER_MOST);
    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: x\r\nCookie: homeroom_session=%s\r\n\r\n", path,
                   token);
    int fd = web_connect(w), status = web_status(web_talk(fd, str_z(request), &out));
    (void)close(fd);
    buf_free(&out);
    return status;
}

static void sessions_end(struct store_test *t) {
    struct web_test w;
    struct account acc = {0};
    struct session over, idle;
    int64_t hour = INT64_C(3600000000), now = date_now_us();
    web_start(&w, t);
    acc.id = w.accounts[ROLE_COACH];
    assert_ok(db_begin(t->db, e));
    assert_ok(session_open(t->db, &acc, now - 2 * hour, hour, &over, e));
    assert_ok(session_open(t->db, &acc, now - 13 * hour, 100 * hour, &idle, e));
    assert_ok(db_commit(t->db, e));
    assert_int_equal(get(&w, "/account", w.sessions[ROLE_COACH].token), 200);
    assert_int_equal(get(&w, "/account", over.token), 303);
    assert_int_equal(get(&w, "/account", idle.token), 303);
    assert_ok(db_begin(t->db, e));
    assert_ok(account_set_disabled(t->db, NULL, acc.id, true, e));
    assert_ok(db_commit(t->db, e));
    assert_int_equal(get(&w, "/account", w.sessions[ROLE_COACH].token), 303);
    assert_ok(db_begin(t->db, e));
    assert_ok(session_close_all(t->db, w.accounts[ROLE_TEACHER], e));
    assert_ok(db_commit(t->db, e));
    assert_int_equal(get(&w, "/account", w.sessions[ROLE_TEACHER].token), 303);
    web_stop(&w);
}

static void a_password_handed_out_must_be_changed(struct store_test *t) {
    struct web_test w;
    struct account acc = {0};
    struct session s;
    char hash[PASSWORD_HASH] = "$none";
    web_start(&w, t);
    acc.id = w.accounts[ROLE_PRINCIPAL];
    assert_ok(db_begin(t->db, e));
    assert_ok(account_set_password(t->db, NULL, acc.id, hash, true, e));
    assert_ok(session_open(t->db, &acc, date_now_us(), INT64_C(3600000000), &s, e));
    assert_ok(db_commit(t->db, e));
    assert_int_equal(get(&w, "/account", s.token), 303);
    assert_int_equal(get(&w, "/api/me", s.token), 403);
    assert_int_equal(get(&w, "/account/password", s.token), 200);
    web_stop(&w);
}

/* -- how often --------------------------------------------------------------------------------- */

static int wrong_password(struct web_test *w, const char *name) {
    char request[600], body[300];
    struct buf out = buf_new(ANSWER_MOST);
    static const char secret[] = "00112233445566778899aabbccddeeff";
    (void)snprintf(body, sizeof body, "csrf=%s&username=%s&password=x", secret, name);
    (void)snprintf(request, sizeof request,
                   "POST /sign-in HTTP/1.1\r\nHost: x\r\nCookie: homeroom_form=%s\r\nContent-Type: "
                   "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                   secret, strlen(body), body);
    int fd = web_connect(w), status = web_status(web_talk(fd, str_z(request), &out));
    (void)close(fd);
    buf_free(&out);
    return status;
}

static void wrong_passwords_run_out(struct store_test *t) {
    struct web_test w;
    assert_ok(config_set(CONF_SIGN_IN_TRIES, "3", e));
    web_start(&w, t);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wrong_password(&w, "admin"), 422);
    assert_int_equal(wrong_password(&w, "admin"), 429);
    assert_int_equal(wrong_password(&w, "somebody-else"), 422); /* the address has some left */
    web_stop(&w);
    assert_ok(config_set(CONF_SIGN_IN_TRIES, "10", e));
}

/* -- connections
 * ----------------------------------------------------------------------------------- */

static void a_connection_serves_many_requests(struct store_test *t) {
    struct web_test w;
    struct buf out = buf_new(ANSWER_MOST);
    web_start(&w, t);
    int fd = web_connect(&w);
    for (int i = 0; i < 50; i++)
        assert_int_equal(
            web_status(web_talk(fd, STR("GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"), &out)),
            200);
    (void)close(fd);
    web_stop(&w);
    buf_free(&out);
}

static void *stop_it(void *arg) {
    web_stop(arg);
    return NULL;
}

/* A request that is under way when the server stops is answered. */
static void stopping_answers_first(struct store_test *t) {
    struct web_test w;
    pthread_t stopper;
    struct buf out = buf_new(ANSWER_MOST);
    web_start(&w, t);
    int fd = web_connect(&w);
    static const char head[] =
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nCookie: "
        "homeroom_form=00112233445566778899aabbccddeeff\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: 64\r\n\r\ncsrf=";
    assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
    struct timespec nap = {0, 200000000};
    (void)nanosleep(&nap, NULL);
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, &w), 0);
    (void)nanosleep(&nap, NULL);
    struct str rest = STR("00112233445566778899aabbccddeeff&username=a&password=bbbbbbbbb");
    assert_int_equal(rest.n + 5, 67);
    assert_int_equal(web_status(web_talk(fd, str_sub(rest, 0, 59), &out)), 422);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    (void)close(fd);
    buf_free(&out);
}

static void a_taken_port_is_told(struct store_test *t) {
    struct web_test w;
    struct server *second = NULL;
    struct errmsg why = {{0}};
    web_start(&w, t);
    struct server_options o = {
        .store = t->store, .data_dir = t->dir, .port = w.port, .today = DATE_NONE};
    assert_int_equal(server_start(&o, &second, &why), ERR_UNAVAILABLE);
    assert_non_null(strstr(why.text, "taken by another program"));
    o.host = "no.such.host";
    assert_int_equal(server_start(&o, &second, &why), ERR_INVALID);
    web_stop(&w);
}

#define BOTH(name)                                                                                 \
    static void name##_(void **state) {                                                            \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(no_route_is_open_by_accident)
BOTH(slow_headers_are_closed)
BOTH(sessions_end)
BOTH(a_password_handed_out_must_be_changed)
BOTH(wrong_passwords_run_out)
BOTH(a_connection_serves_many_requests)
BOTH(stopping_answers_first)
BOTH(a_taken_port_is_told)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_names_its_permission),
        cmocka_unit_test(a_forgotten_permission_is_closed),
        cmocka_unit_test(no_route_is_open_by_accident_),
        cmocka_unit_test(slow_headers_are_closed_),
        cmocka_unit_test(sessions_end_),
        cmocka_unit_test(a_password_handed_out_must_be_changed_),
        cmocka_unit_test(wrong_passwords_run_out_),
        cmocka_unit_test(a_connection_serves_many_requests_),
        cmocka_unit_test(stopping_answers_first_),
        cmocka_unit_test(a_taken_port_is_told_),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
