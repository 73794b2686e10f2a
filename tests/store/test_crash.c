/*
 * A writer is killed (SIGKILL) at a random moment, a few hundred times: what it had acknowledged is
 * there, a save that was cut is there whole or not at all, and the database is sound.
 */
#include "store_test.h"

#include "base/rng.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { ROUNDS = 200, PAIR = 2 };

/* Saves pairs of settings in one transaction each and acknowledges each pair on the pipe. */
static _Noreturn void write_until_killed(const char *url, int round, int pipe_fd) {
    struct store *s;
    if (store_open(url, &s, NULL) != ERR_OK)
        _exit(1);
    for (int64_t i = 0;; i++) {
        struct db *db;
        char name[PAIR][40];
        if (store_begin(s, &db, NULL) != ERR_OK)
            _exit(1);
        for (int k = 0; k < PAIR; k++) {
            (void)snprintf(name[k], sizeof name[k], "r%d-%lld-%c", round, (long long)i, 'a' + k);
            if (db_exec(db, SQL_SETTING_PUT, ARGS(V_Z(name[k]), V_Z("saved"), V_INT(i)), NULL,
                        NULL) != ERR_OK)
                _exit(1);
        }
        if (store_commit(s, NULL) != ERR_OK || write(pipe_fd, &i, sizeof i) != sizeof i)
            _exit(1);
    }
}

static int64_t last_acknowledged(int fd) {
    int64_t i, last = -1;
    while (read(fd, &i, sizeof i) == sizeof i)
        last = i;
    return last;
}

static bool is_there(struct db *db, int round, int64_t i, char half) {
    char name[40];
    struct arena *a = arena_new(1 << 16);
    struct str v;
    bool found;
    (void)snprintf(name, sizeof name, "r%d-%lld-%c", round, (long long)i, half);
    assert_ok(db_text(db, SQL_SETTING_GET, ARGS(V_Z(name)), a, &v, &found, e));
    arena_free(a);
    return found;
}

static void check_round(const char *url, int round, int64_t acknowledged) {
    struct db *db;
    assert_ok(db_open(url, DB_WRITE, &db, e));
    for (int64_t i = acknowledged > 20 ? acknowledged - 20 : 0; i <= acknowledged; i++)
        assert_true(is_there(db, round, i, 'a') && is_there(db, round, i, 'b'));
    assert_int_equal(is_there(db, round, acknowledged + 1, 'a'),
                     is_there(db, round, acknowledged + 1, 'b'));
    assert_false(is_there(db, round, acknowledged + 2, 'a'));
    db_close(db);
}

static void what_was_acknowledged_is_there(struct store_test *t) {
    struct rng rng = rng_seed(11);
    int rounds =
        db_is_postgres(t->db) ? ROUNDS / 8 : ROUNDS; /* there only our side can be killed */
    int64_t all = 0;
    for (int round = 0; round < rounds; round++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(fds[0]);
            write_until_killed(t->url, round, fds[1]);
        }
        (void)close(fds[1]);
        (void)usleep((useconds_t)(3000 + rng_below(&rng, 25000)));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        int64_t acknowledged = last_acknowledged(fds[0]);
        (void)close(fds[0]);
        check_round(t->url, round, acknowledged);
        all += acknowledged + 1;
    }
    print_message("%d kills, %lld acknowledged saves, none lost\n", rounds, (long long)all);
    assert_true(all > rounds); /* the writer did write */
}

static void the_file_is_sound(struct store_test *t) {
    what_was_acknowledged_is_there(t);
    if (db_is_postgres(t->db))
        return;
    static const struct stmt check = {.text = "PRAGMA integrity_check"};
    struct rows *r;
    assert_ok(db_rows_stmt(t->db, &check, NO_ARGS, &r, e));
    assert_true(rows_next(r));
    assert_str(rows_str(r, 0), "ok");
    assert_ok(rows_close(r, e));
}

static void on_both(void **state) {
    (void)state;
    on_both_engines(the_file_is_sound);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(on_both)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
