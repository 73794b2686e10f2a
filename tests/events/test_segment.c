#include "events/scan.h"

#include "base/rng.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 5000 };

/* Random rows and the plain list they are. */
struct given {
    uint32_t entity[N], product[N];
    int64_t entity_id[60], product_id[9];
    int32_t day[N], a[N], b[N];
    struct facts_rows rows;
};

static struct given *make(uint64_t seed, int32_t first, uint64_t days) {
    struct given *g = calloc(1, sizeof *g);
    struct rng r = rng_seed(seed);
    for (size_t k = 0; k < 60; k++)
        g->entity_id[k] = rng_chance(&r, 0.1) ? 0 : (int64_t)(1000 - 7 * k);
    for (size_t k = 0; k < 9; k++)
        g->product_id[k] = k == 4 ? -1 : k == 5 ? 20 : (int64_t)(10 + 5 * k);
    for (size_t i = 0; i < N; i++) {
        g->entity[i] = (uint32_t)rng_below(&r, 60);
        g->product[i] = (uint32_t)rng_below(&r, 9);
        g->day[i] = rng_chance(&r, 0.01) ? DATE_NONE : first + (int32_t)rng_below(&r, days);
        g->a[i] = rng_chance(&r, 0.2) ? FACTS_NULL : (int32_t)rng_below(&r, 9000);
        g->b[i] = rng_chance(&r, 0.2) ? FACTS_NULL : (int32_t)rng_below(&r, 3) * 100;
    }
    g->rows = (struct facts_rows){
        N, 60, 9, g->entity, g->product, g->entity_id, g->product_id, g->day, g->a, g->b};
    return g;
}

/* What a set of rows means, by the definition: one cell per (entity, product, day). */
enum { IDS = 1024, PRODUCTS = 64, DAYS = 128 };
struct truth {
    bool has[IDS][PRODUCTS][DAYS];
    int32_t a[IDS][PRODUCTS][DAYS], b[IDS][PRODUCTS][DAYS];
};

static int32_t plus(int32_t x, int32_t y) {
    return x == FACTS_NULL ? y : y == FACTS_NULL ? x : x + y;
}

static struct truth *truth_add(struct truth *t, const struct given *g, enum facts_kind kind,
                               int32_t origin) {
    struct truth *own = calloc(1, sizeof *own);
    assert_non_null(own);
    for (size_t i = 0; i < N; i++) {
        int64_t e = g->entity_id[g->entity[i]], p = g->product_id[g->product[i]];
        if (e <= 0 || p <= 0 || g->day[i] == DATE_NONE)
            continue;
        int32_t d = g->day[i] - origin;
        bool again = own->has[e][p][d] && kind == FACTS_PERSON;
        own->a[e][p][d] = again ? plus(own->a[e][p][d], g->a[i]) : g->a[i];
        own->b[e][p][d] = again ? plus(own->b[e][p][d], g->b[i]) : g->b[i];
        own->has[e][p][d] = true;
    }
    if (t == NULL)
        return own;
    for (size_t k = 0; k < (size_t)IDS * PRODUCTS * DAYS; k++) /* the later batch counts */
        if ((&own->has[0][0][0])[k]) {
            (&t->has[0][0][0])[k] = true;
            (&t->a[0][0][0])[k] = (&own->a[0][0][0])[k];
            (&t->b[0][0][0])[k] = (&own->b[0][0][0])[k];
        }
    free(own);
    return t;
}

static size_t truth_rows(const struct truth *t) {
    size_t n = 0;
    for (size_t k = 0; k < (size_t)IDS * PRODUCTS * DAYS; k++)
        n += (&t->has[0][0][0])[k];
    return n;
}

static void segment_holds(const struct segment *s, const struct truth *t, int32_t origin) {
    assert_int_equal(s->rows, truth_rows(t));
    for (size_t k = 0; k < s->entities; k++)
        for (uint64_t i = s->entity_from[k]; i < s->entity_from[k + 1]; i++) {
            int64_t e = s->entity_id[k], p = s->product_id[s->product[i]];
            int32_t d = s->first_day + s->day[i] - origin;
            assert_true(t->has[e][p][d]);
            assert_int_equal(s->a[i], t->a[e][p][d]);
            assert_int_equal(s->b[i], t->b[e][p][d]);
            if (i > s->entity_from[k])
                assert_true(s->product[i - 1] < s->product[i] ||
                            (s->product[i - 1] == s->product[i] && s->day[i - 1] < s->day[i]));
        }
}

static void rows_come_out_as_they_went_in(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 2; kind++)
        for (unsigned parts = 1; parts <= 5; parts += 2) {
            struct given *g = make(parts, 18000, 100);
            struct truth *t = truth_add(NULL, g, (enum facts_kind)kind, 18000);
            struct facts_rows part[5];
            for (unsigned k = 0; k < parts; k++) {
                size_t from = N * k / parts, to = N * (k + 1) / parts;
                part[k] = g->rows;
                part[k].n = to - from;
                part[k].entity += from;
                part[k].product += from;
                part[k].day += from;
                part[k].a += from;
                part[k].b += from;
            }
            struct segment s;
            size_t repeats;
            assert_ok(segment_build((enum facts_kind)kind, part, parts, 2, &s, &repeats, e));
            segment_holds(&s, t, 18000);
            assert_true(repeats > 0);
            segment_close(&s);
            free(t);
            free(g);
        }
}

/* A file per district: parts of one entity each, in any order. */
static void parts_of_their_own_entities_are_laid_end_to_end(void **state) {
    (void)state;
    struct given *g = make(9, 18000, 100);
    struct truth *t = truth_add(NULL, g, FACTS_GROUP, 18000);
    struct facts_rows part[60];
    for (uint32_t k = 0; k < 60; k++) {
        uint32_t *product = calloc(N, sizeof *product);
        int32_t *v = calloc(3 * N, sizeof *v);
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            if (g->entity[i] == k) {
                product[n] = g->product[i];
                v[n] = g->day[i];
                v[N + n] = g->a[i];
                v[2 * N + n++] = g->b[i];
            }
        part[k] = (struct facts_rows){
            n, 1, 9, NULL, product, &g->entity_id[k], g->product_id, v, v + N, v + 2 * N};
    }
    struct segment s;
    assert_ok(segment_build(FACTS_GROUP, part, 60, 2, &s, NULL, e));
    segment_holds(&s, t, 18000);
    segment_close(&s);
    for (uint32_t k = 0; k < 60; k++) {
        void *p;
        memcpy(&p, &part[k].product, sizeof p);
        free(p);
        memcpy(&p, &part[k].day, sizeof p);
        free(p);
    }
    free(t);
    free(g);
}

static char *folder(void) {
    static char dir[64];
    (void)snprintf(dir, sizeof dir, "/tmp/homeroom-segment-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return dir;
}

static void drop(const char *dir, const char *name) {
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void a_file_reads_back_the_same(void **state) {
    (void)state;
    char *dir = folder(), name[SEGMENT_NAME];
    struct given *g = make(3, 18000, 100);
    struct truth *t = truth_add(NULL, g, FACTS_PERSON, 18000);
    struct segment s, back;
    assert_ok(segment_build(FACTS_PERSON, &g->rows, 1, 1, &s, NULL, e));
    assert_ok(segment_write(&s, dir, name, e));
    assert_ok(segment_open(dir, name, &back, e));
    assert_string_equal(back.checksum, s.checksum);
    assert_int_equal(back.first_day, s.first_day);
    segment_holds(&back, t, 18000);
    segment_close(&s);
    segment_close(&back);
    drop(dir, name);
    free(t);
    free(g);
}

static void put(const char *dir, const char *name, const char *bytes, size_t n) {
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

static void refused(const char *dir, const char *name, const char *bytes, size_t n) {
    struct segment s;
    struct errmsg e = {{0}};
    put(dir, name, bytes, n);
    enum err r = segment_open(dir, name, &s, &e);
    if (r != ERR_CORRUPT || strstr(e.text, "damaged") == NULL || strstr(e.text, name) == NULL)
        fail_msg("%zu bytes: %s \"%s\"", n, err_name(r), e.text);
}

/* Every byte of the header and dictionaries, and random ones of the rest: each flip is found. */
static void damage_is_found_and_named(void **state) {
    (void)state;
    char *dir = folder(), name[SEGMENT_NAME];
    struct given *g = make(4, 18000, 100);
    struct segment s;
    g->rows.n = 800;
    assert_ok(segment_build(FACTS_PERSON, &g->rows, 1, 1, &s, NULL, e));
    assert_ok(segment_write(&s, dir, name, e));
    size_t n = s.map_bytes;
    char *bytes = malloc(n + 64);
    memcpy(bytes, s.map, n);
    struct rng r = rng_seed(8);
    for (size_t i = 0; i < n; i += i < 1500 ? 1 : 1 + rng_below(&r, 40)) {
        bytes[i] = (char)(bytes[i] ^ (1 << rng_below(&r, 8)));
        refused(dir, name, bytes, n);
        bytes[i] = ((const char *)s.map)[i];
    }
    for (size_t cut = 0; cut < n; cut += cut < 300 ? 1 : 61)
        refused(dir, name, bytes, cut);
    memset(bytes + n, 0, 64);
    refused(dir, name, bytes, n + 64);
    struct segment gone;
    struct errmsg e = {{0}};
    assert_int_equal(segment_open(dir, "0123456789abcdef.seg", &gone, &e), ERR_NOT_FOUND);
    free(bytes);
    segment_close(&s);
    drop(dir, name);
    free(g);
}

static void limits_are_said(void **state) {
    (void)state;
    struct given *g = make(5, 18000, 100);
    struct segment s;
    struct errmsg e = {{0}};
    g->day[0] = 18000 + 70000;
    g->entity_id[g->entity[0]] = 5;
    g->product_id[g->product[0]] = 5;
    assert_int_equal(segment_build(FACTS_PERSON, &g->rows, 1, 1, &s, NULL, &e), ERR_LIMIT);
    g->rows.n = 0;
    assert_int_equal(segment_build(FACTS_PERSON, &g->rows, 1, 1, &s, NULL, &e), ERR_INVALID);
    assert_true(s.map == NULL);
    free(g);
}

/* ---- scans against the definition ---- */

static void scans_hold(const struct facts *f, const struct truth *t, int32_t origin,
                       unsigned threads) {
    struct facts_sum *sum = calloc(f->entities + 1, sizeof *sum), by_label[4];
    int32_t *label = calloc(f->entities + 1, sizeof *label);
    uint32_t *people = calloc(f->products + 1, sizeof *people);
    for (size_t e = 0; e < f->entities; e++)
        label[e] = f->entity_id[e] % 4 == 3 ? -1 : (int32_t)(f->entity_id[e] % 4);
    for (int64_t p = FACTS_EVERY; p < (int64_t)f->products; p++) {
        facts_by_entity(f, p, threads, sum);
        for (size_t e = 0; e < f->entities; e++) {
            struct facts_sum want = {0};
            for (int32_t d = f->since; d <= f->as_of; d++) {
                bool active = false;
                for (size_t q = 0; q < f->products; q++) {
                    int64_t x = f->entity_id[e], y = f->product_id[q];
                    if ((p != FACTS_EVERY && (size_t)p != q) || d < origin || d >= origin + DAYS ||
                        !t->has[x][y][d - origin])
                        continue;
                    int32_t a = t->a[x][y][d - origin], b = t->b[x][y][d - origin];
                    want.rows++;
                    want.a_n += a != FACTS_NULL;
                    want.b_n += b != FACTS_NULL;
                    want.a += a == FACTS_NULL ? 0 : a;
                    want.b += b == FACTS_NULL ? 0 : b;
                    active = active || a > 0 || b > 0;
                }
                want.active_days += active;
            }
            assert_memory_equal(&want, &sum[e], sizeof want);
            if (p == 0) { /* people is the number of entities with an active day */
                people[0] += want.active_days > 0;
            }
        }
    }
    uint32_t first = people[0];
    facts_people(f, people);
    assert_int_equal(people[0], first);
    facts_by_entity(f, FACTS_EVERY, threads, sum);
    facts_by_label(f, label, 4, threads, by_label);
    for (int32_t l = 0; l < 4; l++) {
        struct facts_sum want = {0};
        for (size_t e = 0; e < f->entities; e++)
            if (label[e] == l) {
                want.rows += sum[e].rows;
                want.a_n += sum[e].a_n;
                want.b_n += sum[e].b_n;
                want.a += sum[e].a;
                want.b += sum[e].b;
            }
        assert_memory_equal(&want, &by_label[l], sizeof want);
    }
    /* Weeks, by label and by entity: each cell by the definition, none missing. */
    for (int own = 0; own < 2; own++) {
        size_t labels = own ? f->entities : 4, rows = 0;
        for (size_t e = 0; own && e < f->entities; e++)
            label[e] = (int32_t)e;
        struct facts_cells cells;
        facts_by_week(f, label, labels, threads, &cells);
        int64_t before = -1;
        for (size_t i = 0; i < cells.pieces; i++)
            for (size_t k = 0; k < cells.piece[i].n; k++) {
                const struct facts_cell *c = &cells.piece[i].cell[k];
                int64_t order = ((int64_t)c->label * 100 + c->product) * 100000 + c->week;
                assert_true(order > before);
                before = order;
                assert_int_equal(date_weekday(c->week), 0);
                struct facts_cell want = {
                    .label = c->label, .product = c->product, .week = c->week};
                for (size_t e = 0; e < f->entities; e++) {
                    bool any = false;
                    for (int32_t d = c->week; label[e] == (int32_t)c->label && d < c->week + 7;
                         d++) {
                        int64_t x = f->entity_id[e], y = f->product_id[c->product];
                        if (d < f->since || d > f->as_of || d < origin || d >= origin + DAYS ||
                            !t->has[x][y][d - origin])
                            continue;
                        int32_t a = t->a[x][y][d - origin], b = t->b[x][y][d - origin];
                        want.rows++;
                        want.a_n += a != FACTS_NULL;
                        want.b_n += b != FACTS_NULL;
                        want.a += a == FACTS_NULL ? 0 : a;
                        want.b += b == FACTS_NULL ? 0 : b;
                        any = any || a > 0 || b > 0;
                    }
                    want.active += any;
                }
                assert_memory_equal(&want, c, sizeof want);
                rows += c->rows;
            }
        size_t want_rows = 0;
        for (size_t e = 0; e < f->entities; e++)
            want_rows += label[e] >= 0 ? sum[e].rows : 0;
        assert_int_equal(rows, want_rows);
        facts_cells_free(&cells);
    }
    free(sum);
    free(label);
    free(people);
}

static void scans_are_what_the_definition_says(void **state) {
    (void)state;
    /* Days of the second and third overlap the first's; the fourth stands alone. */
    static const int32_t first[] = {18003, 18010, 18030, 18080};
    static const uint64_t days[] = {20, 30, 10, 40};
    struct segment s[4];
    struct segment *set[4];
    struct given *g[4];
    struct truth *t = NULL;
    for (size_t i = 0; i < 4; i++) {
        g[i] = make(20 + i, first[i], days[i]);
        t = truth_add(t, g[i], FACTS_PERSON, 18000);
        assert_ok(segment_build(FACTS_PERSON, &g[i]->rows, 1, 1, &s[i], NULL, e));
        set[i] = &s[i];
    }
    static const int32_t periods[][2] = {
        {17000, 19000}, {18015, 18090}, {18050, 18060}, {18100, 18100}};
    for (size_t p = 0; p < 4; p++)
        for (size_t n = 0; n <= 4; n += 4) {
            struct facts *f;
            assert_ok(facts_of(set, n, periods[p][0], periods[p][1], false, &f, e));
            scans_hold(f, t, 18000, 1 + (unsigned)p % 2);
            facts_close(f);
        }
    for (size_t i = 0; i < 4; i++) {
        segment_close(&s[i]);
        free(g[i]);
    }
    free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_out_as_they_went_in),
        cmocka_unit_test(parts_of_their_own_entities_are_laid_end_to_end),
        cmocka_unit_test(a_file_reads_back_the_same),
        cmocka_unit_test(damage_is_found_and_named),
        cmocka_unit_test(limits_are_said),
        cmocka_unit_test(scans_are_what_the_definition_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
