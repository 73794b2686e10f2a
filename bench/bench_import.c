/*
 * A roster's import beside sqlite3's own .import of the same files into plain tables.
 *     bench_import DIR [postgresql://...]     DIR: the CSV files of a OneRoster export
 * Prints rows/s of both, the ratio, a second import of the same files (nothing changed), and the
 * peak memory. To reach: half of .import's speed, with validation, comparison and history, in less
 * than 1 GB.
 */
#include "base/date.h"
#include "standards/oneroster.h"
#include "store/db.h"
#include "store/migrate.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds_since(int64_t began_us) {
    return (double)(date_now_us() - began_us) / 1e6;
}

static double peak_mb(void) {
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

static double cpu(int who) {
    struct rusage u;
    (void)getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* When the last rows of each file were written; what follows the last is indexes and commit. */
struct phases {
    int64_t began_us;
    const char *file;
    double at;
};

static void phase(void *arg, const struct oneroster_progress *p) {
    struct phases *ph = arg;
    if (ph->file != NULL && ph->file != p->file)
        printf("    %s until %.2f s\n", ph->file, ph->at);
    ph->file = p->file;
    ph->at = seconds_since(ph->began_us);
}

static int import(struct store *s, const char *dir, int32_t day, const char *what, double *took) {
    struct oneroster_report *r;
    struct errmsg e = {{0}};
    int64_t began = date_now_us();
    struct phases ph = {.began_us = began};
    struct oneroster_options opt = {.today = day, .progress = phase, .progress_arg = &ph};
    double cpu_before = cpu(RUSAGE_SELF);
    if (oneroster_apply(s, dir, &opt, &r, &e) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", e.text);
        oneroster_report_free(r);
        return 1;
    }
    *took = seconds_since(began);
    const struct batch_counts *n = batch_counts(r->batch);
    printf("    %s until %.2f s\n", ph.file, ph.at);
    printf("%-28s %9" PRId64 " rows %7.2f s (CPU %.2f s) %9.0f rows/s   added %" PRId64
           " changed %" PRId64 " ended %" PRId64 " refused %" PRId64 "   peak %.0f MB\n",
           what, r->rows, *took, cpu(RUSAGE_SELF) - cpu_before, (double)r->rows / *took, n->added,
           n->changed, n->ended, n->refused, peak_mb());
    oneroster_report_free(r);
    return 0;
}

/* sqlite3's command line, one table a file, as its manual says. */
static int plain_import(const char *dir, const char *db, double *took) {
    static const char *const files[] = {"academicSessions", "orgs",       "courses",
                                        "classes",          "users",      "roles",
                                        "demographics",     "enrollments"};
    char script[8192], cmd[9000];
    size_t n = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        n += (size_t)snprintf(script + n, sizeof script - n, "-cmd '.import --csv %s/%s.csv %s' ",
                              dir, files[i], files[i]);
    (void)snprintf(cmd, sizeof cmd,
                   "sqlite3 -cmd 'PRAGMA journal_mode=WAL' %s '%s' 'SELECT 1' >/dev/null", script,
                   db);
    int64_t began = date_now_us();
    int code = system(cmd);
    *took = seconds_since(began);
    return code;
}

int main(int argc, char **argv) {
    char folder[] = "/tmp/bench-import.XXXXXX", ours[100], plain[100], cmd[200];
    struct store *s;
    struct errmsg e = {{0}};
    int32_t day;
    double first, again = 0, theirs = 1;
    if (argc < 2 || sodium_init() < 0 || mkdtemp(folder) == NULL)
        return 2;
    CHECK(date_parse(STR("2026-11-21"), &day));
    (void)snprintf(ours, sizeof ours, "%s/ours.db", folder);
    (void)snprintf(plain, sizeof plain, "%s/plain.db", folder);
    if (store_open(argc > 2 ? argv[2] : ours, &s, &e) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    int failed = import(s, argv[1], day, "homeroom, first import", &first);
    if (failed == 0)
        failed = import(s, argv[1], day, "homeroom, the same again", &again);
    store_close(s);
    if (failed == 0 && plain_import(argv[1], plain, &theirs) == 0)
        printf("%-28s %14s %7.2f s (CPU %.2f s)\nspeed against .import: %.2f (to reach: 0.50)   "
               "peak memory: "
               "%.0f MB (to reach: < 1024)\n",
               "sqlite3 .import", "", theirs, cpu(RUSAGE_CHILDREN), theirs / first, peak_mb());
    (void)snprintf(cmd, sizeof cmd, "rm -rf '%s'", folder);
    return failed != 0 || system(cmd) != 0;
}
