/*
 * Pairs of groups on demand. Every org is computed and decided, whichever is asked about, so that
 * two questions about neighbouring orgs can't be played against each other; the margins keep what
 * was decided for them when the day was rolled up.
 */
#include "measure/reading.h"

#include "base/config.h"
#include "base/date.h"
#include "measure/cells.h"
#include "measure/collect.h"

#include <math.h>
#include <stdlib.h>

struct pairs {
    const struct reading_key *k;
    int32_t as_of, since;
    struct org_tree *tree;
    int row_group[GROUPS], col_group[GROUPS]; /* groups of each side that add up to all */
    size_t na, nb, per_org;                   /* cells of an org: all, rows, columns, pairs */
    struct cell *cell;                        /* [orgs][per_org] */
};

static size_t sides(enum dim dim, int group[GROUPS]) {
    size_t n = 0;
    const struct dim_row *d = &dim_rows[dim];
    for (int g = d->first; g < d->first + d->count; g++) {
        bool whole = true; /* low income is free and reduced: those stand for it */
        for (int h = d->first; h < d->first + d->count; h++)
            whole = whole && group_rows[h].parent != g;
        if (whole)
            group[n++] = g;
    }
    return n;
}

static int side_of(uint64_t bits, const int group[], size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((bits & GROUP_BIT(group[i])) != 0)
            return (int)i;
    return -1;
}

static void add_unit(struct cell *c, double num, double den, double value2) {
    c->n += 1;
    c->num += num;
    c->den += den;
    c->num2 += value2;
    c->den2 += den * den;
    c->num_den += num * den;
}

static struct cell *at(const struct pairs *p, int32_t org) {
    return p->cell + (size_t)org * p->per_org;
}

static void add_units(struct pairs *p, const struct unit_column *col) {
    for (size_t i = 0; i < col->n; i++) {
        if (isnan(col->num[i]) || col->leaf[i] < 0)
            continue;
        int r = side_of(col->bits[i], p->row_group, p->na);
        int c = side_of(col->bits[i], p->col_group, p->nb);
        double num = col->num[i], den = col->den == NULL ? 1 : col->den[i];
        struct cell *cells = at(p, col->leaf[i]);
        add_unit(&cells[0], num, den, num * num);
        if (r >= 0)
            add_unit(&cells[1 + (size_t)r], num, den, num * num);
        if (c >= 0)
            add_unit(&cells[1 + p->na + (size_t)c], num, den, num * num);
        if (r >= 0 && c >= 0)
            add_unit(&cells[1 + p->na + p->nb + (size_t)r * p->nb + (size_t)c], num, den,
                     num * num);
    }
    for (size_t o = p->tree->n; o-- > 0;) { /* children stand after their parents */
        int32_t up = p->tree->org[o].parent;
        for (size_t i = 0; up >= 0 && i < p->per_org; i++)
            at(p, up)[i] = cell_add(&at(p, up)[i], &at(p, (int32_t)o)[i]);
    }
}

static struct raw_key key_of(const struct pairs *p, uint32_t org, size_t i) {
    struct raw_key key = {org, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL};
    uint16_t da = (uint16_t)group_rows[p->row_group[0]].dim;
    uint16_t db = (uint16_t)group_rows[p->col_group[0]].dim;
    if (i == 0)
        return key;
    i -= 1;
    if (i < p->na) {
        key.dim1 = da;
        key.cat1 = (uint16_t)i;
    } else if (i < p->na + p->nb) {
        key.dim1 = db;
        key.cat1 = (uint16_t)(i - p->na);
    } else {
        i -= p->na + p->nb;
        uint16_t r = (uint16_t)(i / p->nb), c = (uint16_t)(i % p->nb);
        key.dim1 = da < db ? da : db;
        key.cat1 = da < db ? r : c;
        key.dim2 = da < db ? db : da;
        key.cat2 = da < db ? c : r;
    }
    return key;
}

/* What the roll-up decided for a margin; it is out already. */
static uint32_t published(const struct pairs *p, const struct cells *stored, size_t i) {
    int g = i == 0               ? GROUP_ALL
            : i <= p->na         ? p->row_group[i - 1]
            : i <= p->na + p->nb ? p->col_group[i - 1 - p->na]
                                 : -1;
    if (g < 0)
        return 0;
    struct suppress_verdict v = stored->group[g].verdict;
    if (v.n != SUPPRESS_N_SHOWN)
        return SUPPRESS_STICKY;
    return SUPPRESS_FIXED | (v.num == SUPPRESS_NUM_HIDDEN ? (uint32_t)SUPPRESS_NUM_STICKY : 0);
}

/* Schools' tables are mostly small cells, and each of them needs others hidden with it: beyond this
 * many orgs tables are given for districts alone. */
enum { PAIR_ORGS_MAX = 25 };

/* Is this org's table not given at all, not even its empty cells? */
static bool dark(const struct pairs *p, size_t o, bool schools) {
    return !schools && p->tree->org[o].school;
}

static enum err fill_universe(struct db *db, struct pairs *p, bool schools, struct raw_cell *raw,
                              size_t *n, struct errmsg *e) {
    struct cells stored;
    for (size_t o = 0; o < p->tree->n; o++) {
        struct reading_key k = *p->k;
        bool found;
        if (at(p, (int32_t)o)[0].n == 0 || dark(p, o, schools))
            continue;
        k.org_id = p->tree->org[o].id;
        TRY(reading_cells(db, &k, p->as_of, &stored, &found, e));
        for (size_t i = 0; i < p->per_org; i++) {
            const struct cell *c = &at(p, (int32_t)o)[i];
            if (c->n == 0)
                continue;
            raw[(*n)++] = (struct raw_cell){.key = key_of(p, (uint32_t)o, i),
                                            .n = (int64_t)llround(c->n),
                                            .num = c->num,
                                            .den = c->den,
                                            .sq = c->num2,
                                            .flags = found ? published(p, &stored, i) : 0};
        }
    }
    return ERR_OK;
}

/* raw NULL: no org's table is given. */
static void take_verdicts(struct pairs *p, bool schools, const struct raw_cell *raw) {
    size_t n = 0;
    for (size_t i = 0; i < p->tree->n * p->per_org; i++) {
        size_t o = i / p->per_org;
        if (raw == NULL || dark(p, o, schools))
            p->cell[i].verdict =
                (struct suppress_verdict){SUPPRESS_N_COMPLEMENT, SUPPRESS_NUM_HIDDEN};
        else if (p->cell[i].n > 0)
            p->cell[i].verdict = raw[n++].verdict;
    }
}

static enum err decide_for(struct db *db, struct pairs *p, bool schools, struct arena *a,
                           struct errmsg *e) {
    size_t n = 0;
    struct raw_cell *raw = ARENA_ARRAY(a, struct raw_cell, p->tree->n * p->per_org);
    uint32_t *up = ARENA_ARRAY(a, uint32_t, p->tree->n);
    for (size_t o = 0; o < p->tree->n; o++)
        up[o] = p->tree->org[o].parent < 0 ? RAW_NONE : (uint32_t)p->tree->org[o].parent;
    TRY(fill_universe(db, p, schools, raw, &n, e));
    const struct raw_period period = {RAW_NONE};
    struct raw_universe u = {.parent = up,
                             .n_orgs = p->tree->n,
                             .period = &period,
                             .n_periods = 1,
                             .cells = raw,
                             .n_cells = n,
                             .min_n = config_int(CONF_MINIMUM_N)};
    struct suppress_report report;
    TRY(raw_decide(&u, p->k->ind, &report, e));
    take_verdicts(p, schools, raw);
    return ERR_OK;
}

/* The margins are out, so there may be no safe table: then districts' alone, then none. */
static enum err decide(struct db *db, struct pairs *p, struct arena *a, struct errmsg *e) {
    size_t orgs = 0;
    enum err err = ERR_CONFLICT;
    if (!indicator_about_people(p->k->ind))
        return ERR_OK;
    for (size_t o = 0; o < p->tree->n; o++)
        orgs += at(p, (int32_t)o)[0].n > 0;
    if (orgs <= PAIR_ORGS_MAX)
        err = decide_for(db, p, true, a, e);
    if (err == ERR_CONFLICT)
        err = decide_for(db, p, false, a, e);
    if (err != ERR_CONFLICT)
        return err;
    take_verdicts(p, false, NULL);
    return ERR_OK;
}

static enum err compute(struct db *db, struct pairs *p, struct arena *a, struct errmsg *e) {
    struct frame *frame = NULL;
    struct collected c;
    TRY(org_tree_load(db, a, p->as_of, &p->tree, e));
    p->per_org = 1 + p->na + p->nb + p->na * p->nb;
    p->cell = ARENA_ARRAY(a, struct cell, p->tree->n * p->per_org);
    TRY(frame_load(db, a, UNIT_STUDENT, p->as_of, p->tree, &frame, e));
    TRY(collect_units(db, p->k->ind, p->since, p->as_of, p->tree, frame, &c, e));
    for (size_t i = 0; i < c.n; i++)
        if (str_eq(c.column[i].series, p->k->series))
            add_units(p, &c.column[i]);
    collected_free(&c);
    return decide(db, p, a, e);
}

static void table(const struct pairs *p, const struct reading *org, struct arena *a,
                  struct reading_table *out) {
    int32_t o = org_tree_find(p->tree, p->k->org_id);
    out->na = p->na;
    out->nb = p->nb;
    out->cell = ARENA_ARRAY(a, struct reading, p->na * p->nb);
    for (size_t i = 0; i < p->na * p->nb; i++) {
        struct reading *r = &out->cell[i];
        *r = *org;
        r->group = p->row_group[i / p->nb];
        r->group2 = p->col_group[i % p->nb];
        r->median = r->den = NAN;
        r->value =
            o < 0 ? shown_sum(NULL, 0) : cell_show(&at(p, o)[1 + p->na + p->nb + i], p->k->ind);
    }
}

enum err reading_pairs(struct db *db, struct arena *a, const struct reading_key *k, enum dim da,
                       enum dim other, struct reading_table *out, struct errmsg *e) {
    struct reading org;
    struct reading_key all = *k;
    struct pairs p = {.k = k};
    *out = (struct reading_table){0};
    if (k->ind->unit != UNIT_STUDENT)
        return err_set(e, ERR_INVALID, "%s is not about students: it has no pairs of groups.",
                       k->ind->code);
    if (da == other || da == DIM_ALL || other == DIM_ALL ||
        (da == DIM_GRADE && other == DIM_BAND) || (da == DIM_BAND && other == DIM_GRADE))
        return err_set(e, ERR_INVALID, "Choose two different dimensions for a pair.");
    all.group = GROUP_ALL;
    TRY(reading_get(db, a, &all, &org, e));
    if (org.as_of == DATE_NONE)
        return ERR_OK;
    p.as_of = org.as_of;
    p.since = org.since;
    p.na = sides(da, p.row_group);
    p.nb = sides(other, p.col_group);
    struct arena *work = arena_new((size_t)2 << 30);
    enum err err = compute(db, &p, work, e);
    if (err == ERR_OK)
        table(&p, &org, a, out);
    arena_free(work);
    return err;
}
