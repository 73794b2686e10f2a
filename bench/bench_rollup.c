/*
 * The roll-up beside DuckDB, SQLite and a plain loop over memory, in one go on the same rows.
 *   (a) students x 20 indicators x school > district > state x 20 groups
 *   (b) usage by district, day and product: load from CSV, district x week x product, then
 *       state x locale x poverty band
 * bench/run rollup prepares what it needs and calls it:
 *   bench_rollup LIBDUCKDB FOLDER SCRATCH [a|b]     FOLDER: districts_info.csv,
 * engagement_data/N.csv Every answer of ours is compared with DuckDB's; a difference ends in exit
 * code 1.
 */
#include "base/buf.h"
#include "base/csv.h"
#include "base/rng.h"
#include "base/task.h"
#include "calc/rollup.h"
#include "events/usage.h"
#include "store/store.h"

#include "duck.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, REPEATS = 3, LITE_PART = 10 };

static bool wrong;

static double now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of all threads of this process: what a busy machine does not blur. */
static double cpu(void) {
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void ok(enum err r, const struct errmsg *e) {
    if (r == ERR_OK)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

static void line(const char *what, double ours, double duck, double lite, double memory) {
    printf("%-34s %9.3f", what, ours);
    if (duck > 0)
        printf(" %9.3f %7.1fx", duck, duck / ours);
    else
        printf(" %9s %8s", "-", "-");
    if (lite > 0)
        printf(" %9.1f %7.0fx", lite, lite / ours);
    else
        printf(" %9s %8s", "-", "-");
    if (memory > 0)
        printf(" %9.4f %7.1fx", memory, ours / memory);
    printf("\n");
}

static void heading(const char *title) {
    printf("\n%s\n%-34s %9s %9s %8s %9s %8s %9s %8s\n", title, "seconds", "ours", "DuckDB",
           "/ ours", "SQLite*", "/ ours", "memory", "ours /");
}

/* ---- the plain loop: every byte once, two threads ---- */

struct span {
    const uint64_t *p;
    size_t words;
};
static uint64_t span_sum[THREADS];

static void sum_span(void *ctx, unsigned worker, size_t task) {
    const struct span *s = ctx;
    uint64_t sum[8] = {0};
    size_t from = s->words * task / THREADS / 8 * 8, to = s->words * (task + 1) / THREADS / 8 * 8;
    (void)worker;
    for (size_t i = from; i < to; i += 8)
        for (size_t k = 0; k < 8; k++)
            sum[k] += s->p[i + k];
    span_sum[task] += sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

static double memory_time(const void *p, size_t bytes) {
    const struct span s = {p, bytes / 8};
    double best = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        double t = now();
        task_run(THREADS, THREADS, sum_span, (void *)(uintptr_t)&s);
        best = fmin(best, now() - t);
    }
    return best;
}

/* ---- comparing ---- */

struct compared {
    size_t figures, different;
    double most; /* largest relative difference */
};

static void compare(struct compared *c, double a, double b) {
    double size = fmax(fabs(a), fabs(b)), d = size == 0 ? 0 : fabs(a - b) / size;
    c->figures++;
    c->most = fmax(c->most, d);
    c->different += !(d <= 1e-10);
}

static void say_compared(const struct compared *c, size_t want) {
    printf("equality with DuckDB: %zu figures of %zu compared, %zu different, largest relative "
           "difference %.1e\n",
           c->figures, want, c->different, c->most);
    wrong = wrong || c->different > 0 || c->figures != want;
}

/* ---- (a) ---- */

enum {
    UNITS = 1000000,
    SCHOOLS = 2000,
    DISTRICTS = 100,
    ORGS = SCHOOLS + DISTRICTS + 1,
    K = 20,
    DIMS = 6,
    GROUPS = 20,
    RATES = 8,
    MEANS = 8,
    RATIOS = 4
};
static const int categories[DIMS] = {3, 7, 3, 2, 2, 3};

struct students {
    int32_t *org, parent[ORGS];
    uint8_t *dim[DIMS];
    uint64_t *member;
    double *block, *num[K], *den[K];
    struct rollup_column column[K];
};

static void invent(struct students *s, struct arena *a) {
    struct rng r = rng_seed(2026);
    s->org = ARENA_ARRAY(a, int32_t, UNITS);
    s->member = ARENA_ARRAY(a, uint64_t, UNITS);
    s->block = ARENA_ARRAY(a, double, (K + RATIOS) * (size_t)UNITS);
    for (int o = 0; o < ORGS; o++)
        s->parent[o] = o < SCHOOLS    ? SCHOOLS + o / (SCHOOLS / DISTRICTS)
                       : o < ORGS - 1 ? ORGS - 1
                                      : -1;
    for (int d = 0; d < DIMS; d++)
        s->dim[d] = ARENA_ARRAY(a, uint8_t, UNITS);
    for (size_t i = 0; i < UNITS; i++) {
        s->org[i] = (int32_t)(i * SCHOOLS / UNITS);
        for (int d = 0, bit = 0; d < DIMS; bit += categories[d++]) {
            s->dim[d][i] = (uint8_t)rng_below(&r, (uint64_t)categories[d]);
            s->member[i] |= (uint64_t)1 << (bit + s->dim[d][i]);
        }
    }
    for (size_t k = 0; k < K; k++) {
        s->num[k] = s->block + k * UNITS;
        s->den[k] = k < K - RATIOS ? NULL : s->block + (RATIOS + k) * UNITS;
        enum rollup_kind kind = k < RATES        ? ROLLUP_RATE
                                : k < K - RATIOS ? ROLLUP_MEAN
                                                 : ROLLUP_RATIO;
        for (size_t i = 0; i < UNITS; i++) {
            bool known = !rng_chance(&r, 0.05);
            s->num[k][i] = !known ? NAN : k < RATES ? (double)rng_below(&r, 2) : rng_unit(&r) * 100;
            if (s->den[k] != NULL)
                s->den[k][i] = known ? 1 + (double)rng_below(&r, 5) : NAN;
        }
        s->column[k] = (struct rollup_column){kind, false, s->num[k], s->den[k]};
    }
}

/* Appends the aggregates of the 20 indicators; `up`: over those of the level below. of
 * indicator k: n count, s q sums of x and its square, t u of y, v of the product, a z the range. */
static void aggregates(struct buf *b, bool up) {
    for (int k = 0; k < K; k++) {
        const bool value = k >= RATES, ratio = k >= K - RATIOS;
        if (up) {
            for (const char *c = ratio ? "nsqtuv" : value ? "nsq" : "ns"; *c != '\0'; c++)
                buf_fmt(b, ", sum(%c%d) AS %c%d", *c, k, *c, k);
            if (value)
                buf_fmt(b, ", min(a%d) AS a%d, max(z%d) AS z%d", k, k, k, k);
            continue;
        }
        buf_fmt(b, ", CAST(count(x%d) AS DOUBLE PRECISION) AS n%d, sum(x%d) AS s%d", k, k, k, k);
        if (value)
            buf_fmt(b, ", sum(x%d*x%d) AS q%d", k, k, k);
        if (ratio)
            buf_fmt(b, ", sum(y%d) AS t%d, sum(y%d*y%d) AS u%d, sum(x%d*y%d) AS v%d", k, k, k, k, k,
                    k, k, k);
        if (ratio)
            buf_fmt(b, ", min(x%d/y%d) AS a%d, max(x%d/y%d) AS z%d", k, k, k, k, k, k);
        else if (value)
            buf_fmt(b, ", min(x%d) AS a%d, max(x%d) AS z%d", k, k, k, k);
    }
}

static void duck_load_students(const struct duck *d, const struct students *s) {
    struct buf b = buf_new(1 << 20);
    buf_fmt(&b, "CREATE TABLE s(school INTEGER");
    for (int i = 0; i < DIMS; i++)
        buf_fmt(&b, ", d%d INTEGER", i);
    for (int k = 0; k < K; k++)
        buf_fmt(&b, ", x%d DOUBLE", k);
    for (int k = K - RATIOS; k < K; k++)
        buf_fmt(&b, ", y%d DOUBLE", k);
    buf_fmt(&b, ")");
    duck_do(d, buf_str(&b).p);
    void *to = NULL;
    if (d->appender_create(d->con, NULL, "s", &to) != 0)
        exit(1);
    for (size_t i = 0; i < UNITS; i++) {
        d->append_int32(to, s->org[i]);
        for (int k = 0; k < DIMS; k++)
            d->append_int32(to, s->dim[k][i]);
        for (int k = 0; k < K + RATIOS; k++) {
            double v = s->block[(size_t)k * UNITS + i];
            if (isnan(v))
                d->append_null(to);
            else
                d->append_double(to, v);
        }
        d->end_row(to);
    }
    d->appender_destroy(&to);
    buf_free(&b);
}

static const char dims_list[] = "d0, d1, d2, d3, d4, d5";

/* The leaf level by seven grouping sets, the levels above from the one below. */
static double duck_students(const struct duck *d) {
    static const char *const level[] = {"leaf", "district", "state"};
    struct buf b = buf_new(1 << 20);
    for (int i = 0; i < 3; i++) {
        buf_fmt(&b, "DROP TABLE IF EXISTS %s", level[i]);
        duck_do(d, buf_str(&b).p);
        buf_clear(&b);
    }
    double t = now();
    buf_fmt(&b, "CREATE TABLE leaf AS SELECT school AS o, %s", dims_list);
    aggregates(&b, false);
    buf_fmt(&b, " FROM s GROUP BY GROUPING SETS ((school), (school, d0), (school, d1), (school, "
                "d2), (school, d3), (school, d4), (school, d5))");
    duck_do(d, buf_str(&b).p);
    for (int i = 1; i < 3; i++) {
        buf_clear(&b);
        buf_fmt(&b, "CREATE TABLE %s AS SELECT %s AS o, %s", level[i],
                i == 1 ? "2000 + o // 20" : "2100", dims_list);
        aggregates(&b, true);
        buf_fmt(&b, " FROM %s GROUP BY 1, %s", level[i - 1], dims_list);
        duck_do(d, buf_str(&b).p);
    }
    t = now() - t;
    buf_free(&b);
    return t;
}

static void compare_students(const struct duck *d, const struct rollup *r) {
    struct compared c = {0};
    duck_result res;
    struct buf b = buf_new(1 << 20);
    buf_fmt(&b, "SELECT CAST(o AS BIGINT)");
    for (int i = 0; i < DIMS; i++)
        buf_fmt(&b, ", CAST(coalesce(d%d, -1) AS BIGINT)", i);
    for (int k = 0; k < K; k++) {
        buf_fmt(&b, ", n%d, coalesce(s%d, 0)", k, k);
        if (k >= RATES)
            buf_fmt(&b, ", coalesce(q%d, 0)", k);
        if (k >= K - RATIOS)
            buf_fmt(&b, ", coalesce(t%d, 0), coalesce(u%d, 0), coalesce(v%d, 0)", k, k, k);
        if (k >= RATES)
            buf_fmt(&b, ", coalesce(a%d, 0), coalesce(z%d, 0)", k, k);
    }
    buf_fmt(&b, " FROM (SELECT * FROM leaf UNION ALL SELECT * FROM district UNION ALL SELECT * "
                "FROM state)");
    duck_run(d, buf_str(&b).p, &res);
    for (void *chunk; (chunk = d->fetch_chunk(res)) != NULL; d->destroy_chunk(&chunk))
        for (uint64_t i = 0, n = d->chunk_size(chunk); i < n; i++) {
            uint64_t at = 0;
#define INT() (((const int64_t *)d->vector_data(d->chunk_vector(chunk, at++)))[i])
#define REAL() (((const double *)d->vector_data(d->chunk_vector(chunk, at++)))[i])
            size_t org = (size_t)INT(), group = ROLLUP_ALL;
            for (int k = 0, bit = 0; k < DIMS; bit += categories[k++]) {
                int64_t category = INT();
                group = category >= 0 ? (size_t)(bit + category) + 1 : group;
            }
            for (size_t k = 0; k < K; k++) {
                struct rollup_cell cell = rollup_cell(r, org, group, k);
                compare(&c, cell.n, REAL());
                compare(&c, cell.num, REAL());
                if (k >= RATES)
                    compare(&c, cell.num2, REAL());
                if (k >= K - RATIOS) {
                    compare(&c, cell.den, REAL());
                    compare(&c, cell.den2, REAL());
                    compare(&c, cell.num_den, REAL());
                }
                if (k >= RATES) {
                    compare(&c, cell.n > 0 ? cell.min : 0, REAL());
                    compare(&c, cell.n > 0 ? cell.max : 0, REAL());
                }
            }
        }
    d->destroy_result(&res);
    buf_free(&b);
    say_compared(&c, (size_t)ORGS * (GROUPS + 1) * (2 * RATES + 5 * MEANS + 8 * RATIOS));
}

static void lite_do(sqlite3 *db, const char *sql) {
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fprintf(stderr, "SQLite: %s\n", why);
        exit(1);
    }
}

static sqlite3 *lite_open(const char *scratch) {
    char path[1024];
    sqlite3 *db;
    (void)snprintf(path, sizeof path, "%s/bench.sqlite", scratch);
    (void)unlink(path);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        exit(1);
    lite_do(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; "
                "PRAGMA temp_store=MEMORY");
    return db;
}

/* A tenth of the students (whole schools), one statement per grouping, then up; times ten. */
static double lite_students(const struct students *s, const char *scratch) {
    sqlite3 *db = lite_open(scratch);
    sqlite3_stmt *st;
    struct buf b = buf_new(1 << 20);
    buf_fmt(&b, "CREATE TABLE s(school INTEGER, %s", dims_list);
    for (int k = 0; k < K; k++)
        buf_fmt(&b, ", x%d REAL", k);
    for (int k = K - RATIOS; k < K; k++)
        buf_fmt(&b, ", y%d REAL", k);
    buf_fmt(&b, ")");
    lite_do(db, buf_str(&b).p);
    buf_clear(&b);
    buf_fmt(&b, "INSERT INTO s VALUES(?");
    for (int i = 0; i < DIMS + K + RATIOS; i++)
        buf_fmt(&b, ",?");
    buf_fmt(&b, ")");
    lite_do(db, "BEGIN");
    if (sqlite3_prepare_v2(db, buf_str(&b).p, -1, &st, NULL) != SQLITE_OK)
        exit(1);
    for (size_t i = 0; i < UNITS / LITE_PART; i++) {
        sqlite3_bind_int(st, 1, s->org[i]);
        for (int k = 0; k < DIMS; k++)
            sqlite3_bind_int(st, 2 + k, s->dim[k][i]);
        for (int k = 0; k < K + RATIOS; k++)
            sqlite3_bind_double(st, 2 + DIMS + k,
                                s->block[(size_t)k * UNITS + i]); /* NaN is NULL */
        sqlite3_step(st);
        sqlite3_reset(st);
    }
    sqlite3_finalize(st);
    lite_do(db, "COMMIT");
    double t = now();
    for (int g = -1; g < DIMS; g++) {
        char dim[8] = "NULL";
        if (g >= 0)
            (void)snprintf(dim, sizeof dim, "d%d", g);
        buf_clear(&b);
        buf_fmt(&b,
                g < 0 ? "CREATE TABLE leaf AS SELECT school AS o, -1 AS g, %s AS c"
                      : "INSERT INTO leaf SELECT school, 0, %s",
                dim);
        aggregates(&b, false);
        buf_fmt(&b, " FROM s GROUP BY 1, 3");
        lite_do(db, buf_str(&b).p);
        if (g >= 0) {
            buf_clear(&b);
            buf_fmt(&b, "UPDATE leaf SET g = %d WHERE g = 0", g + 1);
            lite_do(db, buf_str(&b).p);
        }
    }
    for (int i = 1; i < 3; i++) {
        buf_clear(&b);
        buf_fmt(&b, "CREATE TABLE %s AS SELECT %s AS o, g, c", i == 1 ? "district" : "state",
                i == 1 ? "2000 + o / 20" : "2100");
        aggregates(&b, true);
        buf_fmt(&b, " FROM %s GROUP BY 1, 2, 3", i == 1 ? "leaf" : "district");
        lite_do(db, buf_str(&b).p);
    }
    t = now() - t;
    sqlite3_close(db);
    buf_free(&b);
    return t * LITE_PART;
}

static void bench_students(const char *lib, const char *scratch) {
    struct arena *a = arena_new((size_t)8 << 30);
    struct students s = {0};
    invent(&s, a);
    double best[3] = {INFINITY, INFINITY, INFINITY};
    struct rollup *r = NULL;
    struct arena *kept = NULL;
    for (int mode = 0; mode < 3;
         mode++) /* one thread, sketches, two threads (kept for comparing) */
        for (int i = 0; i < REPEATS; i++) {
            struct errmsg e = {{0}};
            arena_free(kept);
            kept = arena_new((size_t)8 << 30);
            for (size_t k = 0; k < K; k++)
                s.column[k].sketch = mode == 1;
            const struct rollup_input in = {UNITS,    ORGS,     GROUPS,
                                            K,        s.org,    s.parent,
                                            s.member, s.column, mode == 0 ? 1 : THREADS};
            double t = now();
            ok(rollup_run(&in, 0, kept, &r, &e), &e);
            best[mode] = fmin(best[mode], now() - t);
        }
    double memory = memory_time(s.block, (K + RATIOS) * (size_t)UNITS * sizeof(double));
    double lite = lite_students(&s, scratch);
    struct duck d;
    heading("(a) 1,000,000 students x 20 indicators x 3 levels (2,101 orgs) x 21 groups");
    if (!duck_open(&d, lib)) {
        printf("DuckDB is not there (%s)\n", lib);
        wrong = true;
    } else {
        duck_do(&d, "SET threads = 2");
        duck_load_students(&d, &s);
        double duck = INFINITY;
        for (int i = 0; i < REPEATS; i++)
            duck = fmin(duck, duck_students(&d));
        line("group, two threads", best[2], duck, lite, memory);
        line("the same, one thread", best[0], -1, -1, memory);
        line("with quantile sketches", best[1], -1, -1, memory);
        compare_students(&d, r);
        duck_close(&d);
    }
    arena_free(kept);
    arena_free(a);
}

/* ---- (b) ---- */

enum { FILES_MAX = 4096, LABELS_MAX = 512 };

struct files {
    size_t n;
    int64_t district[FILES_MAX];
    struct str text[FILES_MAX];
};

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void find_files(struct files *f, const char *folder) {
    char path[1200];
    (void)snprintf(path, sizeof path, "%s/engagement_data", folder);
    DIR *d = opendir(path);
    if (d == NULL) {
        fprintf(stderr, "%s is not there\n", path);
        exit(1);
    }
    for (struct dirent *x; (x = readdir(d)) != NULL && f->n < FILES_MAX;) {
        struct str name = str_z(x->d_name);
        int64_t id;
        if (str_ends(name, STR(".csv")) && str_int(str_sub(name, 0, name.n - 4), &id))
            f->district[f->n++] = id;
    }
    (void)closedir(d);
    qsort(f->district, f->n, sizeof *f->district, by_id);
}

static void map_file(const char *folder, int64_t id, struct str *out) {
    char path[1200];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/engagement_data/%lld.csv", folder, (long long)id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        exit(1);
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    (void)close(fd);
    if (p == MAP_FAILED)
        exit(1);
    *out = (struct str){p, (size_t)st.st_size};
}

struct loaded {
    struct segment segment; /* opened again from its file */
    struct usage_result result;
    double seconds, reading, cpu;
    int64_t *product_code; /* [products] lp_id */
};

static void load_usage(struct files *f, const char *folder, struct db *db, const char *scratch,
                       struct arena *a, struct loaded *out) {
    struct errmsg e = {{0}};
    struct usage_text *text = ARENA_ARRAY(a, struct usage_text, f->n);
    struct segment built;
    char name[SEGMENT_NAME];
    double t = now(), c = cpu();
    for (size_t i = 0; i < f->n; i++) {
        map_file(folder, f->district[i], &f->text[i]);
        size_t head = str_find(f->text[i], STR("\n")) + 1;
        text[i] = (struct usage_text){str_sub(f->text[i], head, f->text[i].n), 2, f->district[i]};
    }
    const struct usage_ask ask = {.kind = FACTS_GROUP,
                                  .layout = {',', 4, 0, -1, 1, 2, 3},
                                  .text = text,
                                  .texts = f->n,
                                  .threads = THREADS};
    ok(db_begin(db, &e), &e);
    ok(usage_read(db, &ask, &built, &out->result, &e), &e);
    ok(db_commit(db, &e), &e);
    out->reading = now() - t;
    ok(segment_write(&built, scratch, name, &e), &e);
    segment_close(&built);
    ok(segment_open(scratch, name, &out->segment, &e), &e); /* checks every checksum */
    out->seconds = now() - t;
    out->cpu = cpu() - c;
    for (size_t i = 0; i < f->n; i++)
        (void)munmap((void *)(uintptr_t)f->text[i].p, f->text[i].n);
    out->product_code = ARENA_ARRAY(a, int64_t, out->segment.products);
    for (size_t p = 0; p < out->segment.products; p++) {
        struct str s;
        ok(facts_product_name(db, out->segment.product_id[p], a, &s, &e), &e);
        if (!str_int(s, &out->product_code[p]))
            exit(1);
    }
}

/* label per entity: its (state, locale, poverty band), as in districts_info.csv. */
struct bands {
    size_t n;
    struct str name[LABELS_MAX];
    int32_t *label;
};

static void read_bands(const char *folder, const struct facts *f, struct arena *a,
                       struct bands *b) {
    char path[1200];
    struct errmsg e = {{0}};
    struct csv *c;
    struct csv_row row;
    (void)snprintf(path, sizeof path, "%s/districts_info.csv", folder);
    b->label = ARENA_ARRAY(a, int32_t, f->entities);
    memset(b->label, 0xFF, f->entities * sizeof *b->label);
    ok(csv_open_file(path, NULL, &c, &e), &e);
    while (csv_next(c, &row)) {
        int64_t id;
        if (!str_int(row.f[0], &id))
            continue;
        struct str name =
            arena_fmt(a, "%.*s|%.*s|%.*s", STR_ARG(row.f[1]), STR_ARG(row.f[2]), STR_ARG(row.f[4]));
        size_t l = 0;
        while (l < b->n && !str_eq(b->name[l], name))
            l++;
        CHECK(l < LABELS_MAX);
        b->name[l] = name;
        b->n += l == b->n;
        for (size_t k = 0; k < f->entities; k++)
            if (f->entity_id[k] == id)
                b->label[k] = (int32_t)l;
    }
    ok(csv_close(c, &e), &e);
}

static void compare_weeks(const struct duck *d, duck_result res, const struct facts *f,
                          const struct loaded *l, const struct facts_cells *cells) {
    struct compared c = {0};
    enum { WEEKS = 60 };
    int32_t first = date_week(f->segment[0].first_day);
    size_t places = f->entities * f->products * WEEKS;
    uint32_t *at = malloc(places * sizeof *at); /* dense: piece and cell of each */
    const struct facts_cell **list = malloc((cells->cells + 1) * sizeof *list);
    int32_t *entity_of = calloc(1000000, sizeof *entity_of),
            *product_of = calloc(1000000, sizeof *product_of);
    CHECK(at != NULL && list != NULL && entity_of != NULL && product_of != NULL);
    memset(at, 0xFF, places * sizeof *at);
    for (size_t k = 0; k < f->entities; k++)
        entity_of[f->entity_id[k]] = (int32_t)k;
    for (size_t k = 0; k < f->products; k++)
        product_of[l->product_code[k]] = (int32_t)k;
    uint32_t n = 0;
    for (size_t p = 0; p < cells->pieces; p++)
        for (size_t i = 0; i < cells->piece[p].n; i++) {
            const struct facts_cell *x = &cells->piece[p].cell[i];
            at[((size_t)x->label * f->products + x->product) * WEEKS +
               (size_t)(x->week - first) / 7] = n;
            list[n++] = x;
        }
    size_t rows = 0;
    for (void *chunk; (chunk = d->fetch_chunk(res)) != NULL; d->destroy_chunk(&chunk))
        for (uint64_t i = 0, m = d->chunk_size(chunk); i < m; i++, rows++) {
            uint64_t k = 0;
            const struct facts_cell none = {0}, *x = &none;
#define BIG() (((const int64_t *)d->vector_data(d->chunk_vector(chunk, k++)))[i])
#define DOUBLE() (((const double *)d->vector_data(d->chunk_vector(chunk, k++)))[i])
            int64_t district = BIG(), product = BIG(), week = BIG();
            uint32_t place =
                at[((size_t)entity_of[district] * f->products + (size_t)product_of[product]) *
                       WEEKS +
                   (size_t)(week - (first + 3) / 7)];
            x = place == UINT32_MAX ? x : list[place];
            compare(&c, x->rows, (double)BIG());
            compare(&c, x->a_n, (double)BIG());
            compare(&c, x->b_n, (double)BIG());
            compare(&c, (double)x->a / 100, DOUBLE());
            compare(&c, (double)x->b / 100, DOUBLE());
        }
    printf("district x week x product: %zu cells of ours, %zu of DuckDB's\n", cells->cells, rows);
    say_compared(&c, 5 * cells->cells);
    free(at);
    free(list);
    free(entity_of);
    free(product_of);
}

static double lite_usage(const struct loaded *l, const char *scratch, double *load) {
    sqlite3 *db = lite_open(scratch);
    sqlite3_stmt *st;
    const struct segment *s = &l->segment;
    size_t rows = s->entity_from[s->entities / LITE_PART];
    double t = now();
    lite_do(
        db,
        "CREATE TABLE e(district INTEGER, week INTEGER, product INTEGER, a REAL, b REAL); BEGIN");
    if (sqlite3_prepare_v2(db, "INSERT INTO e VALUES(?,?,?,?,?)", -1, &st, NULL) != SQLITE_OK)
        exit(1);
    for (size_t k = 0; k < s->entities / LITE_PART; k++)
        for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++) {
            sqlite3_bind_int64(st, 1, s->entity_id[k]);
            sqlite3_bind_int(st, 2, date_week(s->first_day + s->day[i]));
            sqlite3_bind_int(st, 3, s->product[i]);
            sqlite3_bind_double(st, 4, s->a[i] == FACTS_NULL ? NAN : s->a[i] / 100.0);
            sqlite3_bind_double(st, 5, s->b[i] == FACTS_NULL ? NAN : s->b[i] / 100.0);
            sqlite3_step(st);
            sqlite3_reset(st);
        }
    sqlite3_finalize(st);
    lite_do(db, "COMMIT");
    double scale = (double)s->rows / (double)rows;
    *load = (now() - t) * scale;
    t = now();
    lite_do(db, "CREATE TABLE w AS SELECT district, week, product, count(*), count(a), count(b), "
                "sum(a), sum(b) FROM e GROUP BY 1, 2, 3");
    t = (now() - t) * scale;
    sqlite3_close(db);
    return t;
}

static const char duck_weeks[] =
    "SELECT CAST(district AS BIGINT), CAST(lp_id AS BIGINT), CAST((time - DATE '1969-12-29') // 7 "
    "AS BIGINT), "
    "count(*), count(pct_access), count(engagement_index), coalesce(sum(pct_access), 0), "
    "coalesce(sum(engagement_index), 0) FROM e GROUP BY district, lp_id, (time - DATE "
    "'1969-12-29') // 7";
static const char duck_bands[] =
    "SELECT coalesce(state, '') || '|' || coalesce(locale, '') || '|' || coalesce(poverty, '') AS "
    "band, count(*), "
    "count(pct_access), count(engagement_index), coalesce(sum(pct_access), 0), "
    "coalesce(sum(engagement_index), 0) "
    "FROM e JOIN d ON e.district = d.district_id GROUP BY state, locale, poverty";

static void duck_usage_load(const struct duck *d, const char *folder) {
    char sql[3000];
    (void)snprintf(sql, sizeof sql,
                   "CREATE OR REPLACE TABLE e AS SELECT CAST(parse_filename(filename, true) AS "
                   "INTEGER) AS district, time, lp_id, "
                   "pct_access, engagement_index FROM read_csv('%s/engagement_data/*.csv', "
                   "header=true, filename=true, "
                   "auto_detect=false, delim=',', quote='\"', "
                   "columns={'time':'DATE','lp_id':'INTEGER','pct_access':'DOUBLE',"
                   "'engagement_index':'DOUBLE'}) WHERE lp_id IS NOT NULL",
                   folder);
    duck_do(d, sql);
}

static void compare_bands(const struct duck *d, const struct bands *b,
                          const struct facts_sum sum[]) {
    struct compared c = {0};
    size_t want = 0;
    for (size_t i = 0; i < b->n; i++) {
        char sql[2000];
        duck_result res;
        if (sum[i].rows == 0)
            continue;
        want++;
        (void)snprintf(sql, sizeof sql, "SELECT * EXCLUDE band FROM bands WHERE band = '%.*s'",
                       STR_ARG(b->name[i]));
        duck_run(d, sql, &res);
        void *chunk = d->fetch_chunk(res);
        if (chunk != NULL && d->chunk_size(chunk) == 1) {
            const uint64_t n = 0;
            uint64_t k = 0;
            const uint64_t i_ = n;
#undef BIG
#undef DOUBLE
#define BIG() (((const int64_t *)d->vector_data(d->chunk_vector(chunk, k++)))[i_])
#define DOUBLE() (((const double *)d->vector_data(d->chunk_vector(chunk, k++)))[i_])
            compare(&c, sum[i].rows, (double)BIG());
            compare(&c, sum[i].a_n, (double)BIG());
            compare(&c, sum[i].b_n, (double)BIG());
            compare(&c, (double)sum[i].a / 100, DOUBLE());
            compare(&c, (double)sum[i].b / 100, DOUBLE());
        }
        if (chunk != NULL)
            d->destroy_chunk(&chunk);
        d->destroy_result(&res);
    }
    printf("state x locale x poverty band: %zu bands with rows\n", want);
    say_compared(&c, 5 * want);
}

static void bench_usage(const char *lib, const char *folder, const char *scratch) {
    struct arena *a = arena_new((size_t)8 << 30);
    struct errmsg e = {{0}};
    struct files *files = ARENA_NEW(a, struct files);
    struct store *store;
    struct db *db;
    struct loaded l = {.seconds = INFINITY};
    char path[1200];
    find_files(files, folder);
    for (int i = 0; i < REPEATS; i++) { /* the products are new each time */
        struct loaded one = {.seconds = 0};
        (void)snprintf(path, sizeof path, "%s/bench-%d.db", scratch, i);
        (void)unlink(path);
        ok(store_open(path, &store, &e), &e);
        ok(db_open(path, DB_WRITE, &db, &e), &e);
        load_usage(files, folder, db, scratch, a, &one);
        db_close(db);
        store_close(store);
        if (one.seconds < l.seconds) {
            segment_close(&l.segment);
            l = one;
        } else {
            segment_close(&one.segment);
        }
    }
    struct segment *set[1] = {&l.segment};
    struct facts *f;
    ok(facts_of(set, 1, 0, 100000, false, &f, &e), &e);
    struct bands bands = {0};
    read_bands(folder, f, a, &bands);
    int32_t *own = ARENA_ARRAY(a, int32_t, f->entities);
    for (size_t k = 0; k < f->entities; k++)
        own[k] = (int32_t)k;
    struct facts_cells cells = {0};
    struct facts_sum *sum = ARENA_ARRAY(a, struct facts_sum, bands.n);
    double weeks = INFINITY, by_band = INFINITY, lite_load = -1, group_cpu = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        facts_cells_free(&cells);
        double t = now(), c = cpu();
        facts_by_week(f, own, f->entities, THREADS, &cells);
        weeks = fmin(weeks, now() - t);
        t = now();
        facts_by_label(f, bands.label, bands.n, THREADS, sum);
        by_band = fmin(by_band, now() - t);
        group_cpu = fmin(group_cpu, cpu() - c);
    }
    double memory = memory_time(l.segment.map, l.segment.map_bytes);
    double lite = lite_usage(&l, scratch, &lite_load);
    struct duck d;
    printf("\n%zu files, %zu rows read, %zu refused (no product), segment of %zu MB\n", files->n,
           l.result.rows, l.result.refused, l.segment.map_bytes >> 20);
    heading("(b) usage by district, day and product");
    if (!duck_open(&d, lib)) {
        printf("DuckDB is not there (%s)\n", lib);
        wrong = true;
        return;
    }
    duck_do(&d, "SET threads = 2");
    double duck_load_cpu = INFINITY, duck_group_cpu = INFINITY;
    double duck_load = INFINITY, duck_week = INFINITY, duck_band = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        double t = now(), c = cpu();
        duck_usage_load(&d, folder);
        duck_load = fmin(duck_load, now() - t);
        duck_load_cpu = fmin(duck_load_cpu, cpu() - c);
    }
    (void)snprintf(
        path, sizeof path,
        "CREATE TABLE d AS SELECT district_id, state, locale, \"pct_free/reduced\" AS poverty FROM "
        "read_csv('%s/districts_info.csv', header=true, all_varchar=false)",
        folder);
    duck_do(&d, path);
    duck_result res = {0};
    for (int i = 0; i < REPEATS; i++) {
        if (i > 0)
            d.destroy_result(&res);
        double t = now(), c = cpu();
        duck_run(&d, duck_weeks, &res);
        duck_week = fmin(duck_week, now() - t);
        duck_result r2;
        t = now();
        duck_run(&d, duck_bands, &r2);
        duck_band = fmin(duck_band, now() - t);
        duck_group_cpu = fmin(duck_group_cpu, cpu() - c);
        d.destroy_result(&r2);
    }
    line("load from CSV", l.seconds, duck_load, lite_load, memory);
    line("district x week x product", weeks, duck_week, lite, memory);
    line("state x locale x poverty band", by_band, duck_band, -1, memory);
    line("grouping, both", weeks + by_band, duck_week + duck_band, -1, memory);
    line("load plus grouping", l.seconds + weeks + by_band, duck_load + duck_week + duck_band, -1,
         memory);
    line("CPU seconds, load", l.cpu, duck_load_cpu, -1, -1);
    line("CPU seconds, grouping", group_cpu, duck_group_cpu, -1, -1);
    line("CPU seconds, both", l.cpu + group_cpu, duck_load_cpu + duck_group_cpu, -1, -1);
    printf("load: %.3f s parsing, sorting and products in SQL; %.3f s writing with fsync, opening "
           "and checking. "
           "DuckDB loads into memory.\n",
           l.reading, l.seconds - l.reading);
    compare_weeks(&d, res, f, &l, &cells);
    d.destroy_result(&res);
    (void)snprintf(path, sizeof path, "CREATE TABLE bands AS %s", duck_bands);
    duck_do(&d, path);
    compare_bands(&d, &bands, sum);
    duck_close(&d);
    facts_cells_free(&cells);
    facts_close(f);
    segment_close(&l.segment);
    arena_free(a);
}

int main(int argc, char **argv) {
    if (argc < 4 || sodium_init() < 0) {
        fprintf(stderr, "bench_rollup LIBDUCKDB FOLDER SCRATCH [a|b]\n");
        return 2;
    }
    const char *part = argc > 4 ? argv[4] : "ab";
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%d threads each; best of %d. *SQLite on a tenth of the rows, times ten; its load is "
           "rows at hand, "
           "without reading CSV.\n",
           THREADS, REPEATS);
    if (strchr(part, 'a') != NULL)
        bench_students(argv[1], argv[3]);
    if (strchr(part, 'b') != NULL)
        bench_usage(argv[1], argv[2], argv[3]);
    return wrong ? 1 : 0;
}
