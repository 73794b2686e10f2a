#include "measure/cells.h"

#include "base/config.h"
#include "calc/stats.h"
#include "measure/catalogue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- stored form ---- */

enum { CELLS_VERSION = 1 };

static void put_double(unsigned char *out, size_t *at, double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        out[(*at)++] = (unsigned char)(bits >> (8 * i));
}

static double take_double(const unsigned char *p) {
    uint64_t bits = 0;
    for (int i = 7; i >= 0; i--)
        bits = bits << 8 | p[i];
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The sums that a kind keeps, in their stored order. */
static size_t kept(enum measure_kind kind, struct cell *c, double *at[6]) {
    size_t k = 0;
    at[k++] = &c->n;
    at[k++] = &c->num;
    if (kind == MEASURE_RATIO)
        at[k++] = &c->den;
    if (kind != MEASURE_RATE)
        at[k++] = &c->num2;
    if (kind == MEASURE_RATIO) {
        at[k++] = &c->den2;
        at[k++] = &c->num_den;
    }
    return k;
}

size_t cells_write(const struct cells *c, unsigned char out[static CELLS_BYTES_MAX]) {
    bool quartiles = !isnan(c->quartile[1]);
    size_t at = 4, groups = 0;
    for (int g = 0; g < GROUPS; g++) {
        struct cell cell = c->group[g];
        double *sum[6];
        if (cell.n == 0)
            continue;
        groups++;
        out[at++] = (unsigned char)g;
        out[at++] = cell.verdict.n;
        out[at++] = cell.verdict.num;
        size_t k = kept(c->kind, &cell, sum);
        for (size_t i = 0; i < k; i++)
            put_double(out, &at, *sum[i]);
    }
    for (int i = 0; quartiles && i < 3; i++)
        put_double(out, &at, c->quartile[i]);
    out[0] = CELLS_VERSION;
    out[1] = (unsigned char)c->kind;
    out[2] = (unsigned char)groups;
    out[3] = quartiles;
    return at;
}

static enum err corrupt(struct errmsg *e) {
    return err_set(e, ERR_CORRUPT,
                   "A stored reading cannot be read; run `homeroom rollup --full` to make all "
                   "readings again from the records.");
}

enum err cells_read(struct str blob, struct cells *out, struct errmsg *e) {
    const unsigned char *p = (const unsigned char *)blob.p;
    if (blob.n < 4 || p[0] != CELLS_VERSION || p[1] > MEASURE_RATIO || p[2] > GROUPS || p[3] > 1)
        return corrupt(e);
    *out = (struct cells){.kind = (enum measure_kind)p[1], .quartile = {NAN, NAN, NAN}};
    double *sum[6];
    size_t k = kept(out->kind, &out->group[0], sum), at = 4;
    if (blob.n != 4 + p[2] * (3 + 8 * k) + p[3] * 24u)
        return corrupt(e);
    for (unsigned i = 0; i < p[2]; i++) {
        unsigned g = p[at];
        if (g >= GROUPS || p[at + 1] > SUPPRESS_N_COMPLEMENT || p[at + 2] > SUPPRESS_NUM_HIDDEN)
            return corrupt(e);
        struct cell *c = &out->group[g];
        c->verdict = (struct suppress_verdict){p[at + 1], p[at + 2]};
        at += 3;
        (void)kept(out->kind, c, sum);
        for (size_t s = 0; s < k; s++, at += 8)
            *sum[s] = take_double(p + at);
        if (out->kind != MEASURE_RATIO)
            c->den = c->n;
        if (out->kind == MEASURE_RATE)
            c->num2 = c->num;
    }
    for (unsigned i = 0; i < 3u * p[3]; i++, at += 8)
        out->quartile[i] = take_double(p + at);
    return ERR_OK;
}

/* ---- sums ---- */

static struct cell combine(const struct cell *a, const struct cell *b, double sign) {
    return (struct cell){a->n + sign * b->n,
                         a->num + sign * b->num,
                         a->den + sign * b->den,
                         a->num2 + sign * b->num2,
                         a->den2 + sign * b->den2,
                         a->num_den + sign * b->num_den,
                         a->verdict};
}

struct cell cell_add(const struct cell *a, const struct cell *b) {
    return combine(a, b, 1);
}

struct cell cell_less(const struct cell *a, const struct cell *b) {
    return combine(a, b, -1);
}

/* ---- the door ---- */

static int64_t min_n(void) {
    return config_int(CONF_MINIMUM_N);
}

static struct raw_cell raw_of(const struct cell *c) {
    return (struct raw_cell){.key = {0, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL},
                             .n = (int64_t)llround(c->n),
                             .num = c->num,
                             .den = c->den,
                             .sq = c->num2,
                             .verdict = c->verdict};
}

struct shown cell_show(const struct cell *c, const struct indicator *ind) {
    struct raw_cell raw = raw_of(c);
    struct shown s = raw_show(&raw, ind, min_n());
    if (shown_exact(&s) && ind->kind == MEASURE_RATIO) { /* needs more sums than the door has */
        struct interval i = stats_ratio(
            (struct ratio_sums){c->n, c->num, c->den, c->num2, c->den2, c->num_den}, 0.95);
        s.lo = i.low * indicator_scale(ind);
        s.hi = i.high * indicator_scale(ind);
    }
    return s;
}

/* A group's place among the keys of the door. */
static struct raw_key key_of(size_t org, int g) {
    unsigned dim = group_rows[g].dim;
    if (g == GROUP_ALL)
        return (struct raw_key){(uint32_t)org, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL};
    return (struct raw_key){
        (uint32_t)org, 0, (uint16_t)dim, (uint16_t)(g - dim_rows[dim].first), RAW_ALL, RAW_ALL};
}

/* The groups that are parts of another: grades of a band, free and reduced of low income. */
static size_t nests(struct raw_nest out[GROUPS]) {
    size_t n = 0;
    for (int g = 1; g < GROUPS; g++) {
        int up = group_rows[g].parent;
        if (up == GROUP_ALL)
            continue;
        struct raw_key part = key_of(0, g), whole = key_of(0, up);
        out[n++] = (struct raw_nest){part.dim1, part.cat1, whole.dim1, whole.cat1};
    }
    return n;
}

static size_t universe_cells(const struct cells cells[], size_t n, struct raw_cell out[]) {
    size_t at = 0;
    for (size_t o = 0; o < n; o++)
        for (int g = 0; g < GROUPS; g++) {
            const struct cell *c = &cells[o].group[g];
            if (c->n == 0)
                continue;
            if (out != NULL) {
                out[at] = raw_of(c);
                out[at].key = key_of(o, g);
            }
            at++;
        }
    return at;
}

static void take_verdicts(struct cells cells[], size_t n, const struct raw_cell raw[]) {
    size_t at = 0;
    for (size_t o = 0; o < n; o++)
        for (int g = 0; g < GROUPS; g++)
            if (cells[o].group[g].n != 0)
                cells[o].group[g].verdict = raw[at++].verdict;
}

enum err cells_decide(const struct indicator *ind, const int32_t parent[], size_t n,
                      struct cells cells[], struct errmsg *e) {
    if (!indicator_about_people(ind))
        return ERR_OK; /* zero verdicts: all shown */
    size_t count = universe_cells(cells, n, NULL);
    struct raw_cell *raw = calloc(count + 1, sizeof *raw);
    uint32_t *up = calloc(n + 1, sizeof *up);
    CHECK(raw != NULL && up != NULL);
    for (size_t o = 0; o < n; o++)
        up[o] = parent[o] < 0 ? RAW_NONE : (uint32_t)parent[o];
    (void)universe_cells(cells, n, raw);
    const struct raw_period period = {RAW_NONE};
    struct raw_nest nest[GROUPS];
    struct raw_universe u = {.parent = up,
                             .n_orgs = n,
                             .period = &period,
                             .n_periods = 1,
                             .cells = raw,
                             .n_cells = count,
                             .min_n = min_n(),
                             .nest = nest,
                             .n_nest = nests(nest)};
    struct suppress_report report;
    enum err err = raw_decide(&u, ind, &report, e);
    if (err == ERR_OK)
        take_verdicts(cells, n, raw);
    free(raw);
    free(up);
    return err;
}
