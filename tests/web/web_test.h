/*
 * A real server on a port of its own, with one account of each role and a roster small enough to
 * know by heart:
 *   district 1 > school 2 (Oak Hill), school 3 (Mill Creek)
 *   section 10 at school 2: teacher 100, student 200     section 11 at school 3: teacher 101,
 * student 201 guardian 300 of student 200; the principal and the technician work at school 2; the
 * coach coaches teacher 100. Sessions are opened without passwords (Argon2id takes its time);
 * "admin" has the password below.
 */
#ifndef WEB_TEST_H
#define WEB_TEST_H

#include "store_test.h"

#include "access/account.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/date.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define WEB_PASSWORD "correct horse battery staple"
#define WEB_TODAY "2026-11-20"

struct web_test {
    struct store_test *t;
    struct server *server;
    int port;
    struct session sessions[ROLE_COUNT];
    int64_t accounts[ROLE_COUNT];
};

static const char web_roster[] =
    "INSERT INTO org(id, ext, name, kind, parent_id) VALUES (1, 'd', 'Riverbend', 'district', "
    "NULL),"
    " (2, 's2', 'Oak Hill', 'school', 1), (3, 's3', 'Mill Creek', 'school', 1);"
    "INSERT INTO term(id, ext, title, kind, begins_on, ends_on, school_year) VALUES (1, 'y', "
    "'2026-27',"
    " 'schoolYear', '2026-08-01', '2027-07-01', 2027);"
    "INSERT INTO section(id, ext, title, org_id, term_id) VALUES (10, 'c10', 'Algebra', 2, 1),"
    " (11, 'c11', 'Biology', 3, 1);"
    "INSERT INTO person(id, ext, given_name, family_name, identifier, email) VALUES"
    " (100, 't100', 'Tess', 'Cher', 'T100', 't@x.org'), (101, 't101', 'Tom', 'Cher', 'T101', NULL),"
    " (200, 'p200', 'Stu', 'Dent', '200', NULL), (201, 'p201', 'Sue', 'Dent', '201', NULL),"
    " (300, 'g300', 'Gus', 'Dent', 'G300', NULL);"
    "INSERT INTO person_role(person_id, org_id, role, begins_on) VALUES (100, 2, 'teacher', "
    "'2026-08-01'),"
    " (101, 3, 'teacher', '2026-08-01'), (200, 2, 'student', '2026-08-01'),"
    " (201, 3, 'student', '2026-08-01'), (300, 2, 'parent', '2026-08-01');"
    "INSERT INTO enrollment(ext, person_id, section_id, org_id, role, begins_on, ends_on) VALUES"
    " ('e1', 100, 10, 2, 'teacher', '2026-08-01', NULL), ('e2', 200, 10, 2, 'student', "
    "'2026-08-01', NULL),"
    " ('e3', 101, 11, 3, 'teacher', '2026-08-01', NULL), ('e4', 201, 11, 3, 'student', "
    "'2026-08-01', NULL),"
    " ('e5', 201, 10, 2, 'student', '2026-08-01', '2026-10-01');"
    "INSERT INTO guardian(person_id, guardian_id, begins_on) VALUES (200, 300, '2026-08-01');";

static inline void web_add(struct web_test *w, enum role role, const char *hash) {
    static const int64_t school[] = {2};
    bool at_school = role == ROLE_PRINCIPAL || role == ROLE_SUPPORT_TECHNICIAN;
    int64_t person = role == ROLE_TEACHER    ? 100
                     : role == ROLE_STUDENT  ? 200
                     : role == ROLE_GUARDIAN ? 300
                                             : 0;
    struct account_new n = {
        .username = role == ROLE_DISTRICT_ADMINISTRATOR ? STR("admin") : str_z(role_name(role)),
        .display_name = str_z(role_label(role).en),
        .role = role,
        .person_id = person,
        .hash = hash,
        .org_ids = school,
        .org_count = at_school};
    struct account acc = {0};
    assert_ok(account_add(w->t->db, NULL, &n, &w->accounts[role], e));
    acc.id = w->accounts[role];
    assert_ok(
        session_open(w->t->db, &acc, date_now_us(), INT64_C(3600000000), &w->sessions[role], e));
}

static inline void web_start(struct web_test *w, struct store_test *t) {
    static char hash[PASSWORD_HASH];
    int32_t today;
    *w = (struct web_test){.t = t};
    assert_true(date_parse(STR(WEB_TODAY), &today));
    if (hash[0] == '\0')
        assert_ok(password_hash(STR(WEB_PASSWORD), hash, e));
    assert_ok(db_script(t->db, web_roster, e));
    assert_ok(db_begin(t->db, e));
    for (int i = 1; i < ROLE_COUNT; i++)
        web_add(w, (enum role)i, i == ROLE_DISTRICT_ADMINISTRATOR ? hash : NULL);
    assert_ok(account_coach(t->db, NULL, w->accounts[ROLE_COACH], 100, today - 10, e));
    assert_ok(db_commit(t->db, e));
    struct server_options o = {
        .store = t->store, .data_dir = t->dir, .threads = 2, .today = today, .request_seconds = 2};
    assert_ok(server_start(&o, &w->server, e));
    w->port = server_port(w->server);
}

static inline void web_stop(struct web_test *w) {
    server_stop(w->server);
}

static inline int web_connect(const struct web_test *w) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->port)};
    struct timeval wait = {20, 0};
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(s >= 0);
    assert_int_equal(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(connect(s, (const struct sockaddr *)&a, sizeof a), 0);
    return s;
}

/* How many bytes the first answer in b takes; 0: not all there yet. */
static inline size_t web_answer_bytes(struct str b, bool head_only) {
    size_t head = str_find(b, STR("\r\n\r\n"));
    if (head == SIZE_MAX)
        return 0;
    struct str rest = str_sub(b, 0, head), line;
    int64_t length = 0;
    while (rest.n > 0 && str_split(&rest, '\n', &line))
        if (line.n > 16 && str_eq_nocase(str_sub(line, 0, 15), STR("Content-Length:")))
            assert_true(str_int(str_trim(str_sub(line, 15, line.n)), &length));
    size_t all = head + 4 + (head_only ? 0 : (size_t)length);
    return b.n >= all ? all : 0;
}

/* Sends and reads one answer (or what comes until the server closes). */
static inline struct str web_talk(int s, struct str request, struct buf *out) {
    bool head_only = str_starts(request, STR("HEAD "));
    buf_clear(out);
    while (request.n > 0) {
        ssize_t k = send(s, request.p, request.n, MSG_NOSIGNAL);
        if (k <= 0)
            break; /* refused in the middle: the answer may be there already */
        request = str_sub(request, (size_t)k, request.n);
    }
    char piece[65536];
    for (;;) {
        size_t n = web_answer_bytes(buf_str(out), head_only);
        if (n > 0)
            return str_sub(buf_str(out), 0, n);
        ssize_t k = recv(s, piece, sizeof piece, 0);
        if (k <= 0)
            return buf_str(out);
        buf_add(out, (struct str){piece, (size_t)k});
    }
}

static inline int web_status(struct str answer) {
    int64_t v = 0;
    (void)(answer.n > 12 && str_int(str_sub(answer, 9, 12), &v));
    return (int)v;
}

#endif
