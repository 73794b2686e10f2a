#include "measure/equity.h"

#include "calc/stats.h"
#include "measure/collect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ranked {
    struct contrast c;
    double weight;
};

static int by_weight(const void *x, const void *y) {
    const struct ranked *a = x, *b = y;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int code = strcmp(a->c.r.ind->code, b->c.r.ind->code);
    return code != 0 ? code : a->c.r.group - b->c.r.group;
}

/* The widest of one dimension: the group behind with the most |d| x n x n' / (n + n'), n' being all
 * others: a majority "behind" a handful weighs as little as the handful. False when there is none.
 */
static bool widest(const struct contrast_list *l, double n_least, struct ranked *out) {
    out->weight = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct contrast *c = &l->row[i];
        if (!c->behind || group_rows[c->r.group].unknown || !shown_exact(&c->d) ||
            !c->r.value.n_known || (double)c->r.value.n < n_least || !c->others.n_known ||
            (double)c->others.n < n_least)
            continue;
        double n = (double)c->r.value.n, others = (double)c->others.n;
        double weight = fabs(c->d.value) * n * others / (n + others);
        if (weight > out->weight)
            *out = (struct ranked){*c, weight};
    }
    return out->weight > 0;
}

enum err equity_widest(struct db *db, struct arena *a, const struct equity_query *q,
                       struct contrast_list *out, struct errmsg *e) {
    size_t n = 0, most = q->most == 0 ? 10 : q->most;
    double n_least = q->n_least > 0 ? q->n_least : 30;
    struct ranked *row = ARENA_ARRAY(a, struct ranked, catalogue_count() * DIM_COUNT);
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct indicator *ind = catalogue_at(i);
        if (ind->unit != UNIT_STUDENT || ind->better == NEITHER_IS_BETTER)
            continue;
        for (enum dim dim = DIM_LOCALE; dim < DIM_COUNT; dim++) {
            struct contrast_list l;
            TRY(reading_groups(db, a,
                               &(struct reading_key){ind, {0}, q->org_id, GROUP_ALL, q->as_of}, dim,
                               &l, e));
            n += widest(&l, n_least, &row[n]) ? 1 : 0;
        }
    }
    qsort(row, n, sizeof *row, by_weight);
    out->n = n < most ? n : most;
    out->row = ARENA_ARRAY(a, struct contrast, out->n);
    for (size_t i = 0; i < out->n; i++)
        out->row[i] = row[i].c;
    return ERR_OK;
}

/* ---- spread ---- */

struct sample {
    double *value, *weight;
    int32_t *part;
    size_t n;
    bool negative;
};

static void take_unit(struct sample *s, double num, double den, int32_t part) {
    if (isnan(num) || !(den > 0))
        return;
    s->negative = s->negative || num < 0;
    s->value[s->n] = num / den;
    s->weight[s->n] = den;
    s->part[s->n++] = part;
}

/* The units at or under the org: students by school, schools by district. */
static void sample_of(const struct collected *c, const struct unit_column *col, int32_t org,
                      struct arena *a, struct sample *s) {
    bool *under = ARENA_ARRAY(a, bool, c->tree->n);
    int32_t *part = ARENA_ARRAY(a, int32_t, c->tree->n);
    for (size_t o = 0; o < c->tree->n; o++) {
        under[o] = org_tree_under(c->tree, (int32_t)o, org);
        part[o] = c->ind->unit == UNIT_SCHOOL ? org_tree_district(c->tree, (int32_t)o) : (int32_t)o;
    }
    s->value = ARENA_ARRAY(a, double, col->n);
    s->weight = ARENA_ARRAY(a, double, col->n);
    s->part = ARENA_ARRAY(a, int32_t, col->n);
    for (size_t i = 0; i < col->n; i++)
        if (under[col->leaf[i]])
            take_unit(s, col->num[i], col->den == NULL ? 1 : col->den[i], part[col->leaf[i]]);
}

static size_t parts_of(const struct sample *s, size_t orgs, struct arena *a) {
    bool *seen = ARENA_ARRAY(a, bool, orgs);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        n += seen[s->part[i]] ? 0 : 1;
        seen[s->part[i]] = true;
    }
    return n;
}

static enum err spread_of(struct db *db, struct arena *a, const struct reading_key *k,
                          const struct reading *whole, struct spread *out, struct errmsg *e) {
    struct org_tree *tree;
    struct frame *frame = NULL;
    struct collected c;
    struct sample s = {0};
    TRY(org_tree_load(db, a, whole->as_of, &tree, e));
    if (k->ind->unit == UNIT_STUDENT || k->ind->unit == UNIT_EDUCATOR)
        TRY(frame_load(db, a, k->ind->unit, whole->as_of, tree, &frame, e));
    TRY(collect_units(db, k->ind, whole->since, whole->as_of, tree, frame, &c, e));
    int32_t org = org_tree_find(tree, k->org_id);
    for (size_t i = 0; i < c.n; i++)
        if (str_eq(c.column[i].series, k->series) && org >= 0)
            sample_of(&c, &c.column[i], org, a, &s);
    collected_free(&c);
    if (s.n < 2 || s.negative)
        return ERR_OK;
    out->units = s.n;
    out->parts = parts_of(&s, tree->n, a);
    struct theil t = stats_theil(s.value, s.weight, s.part, s.n, tree->n, a);
    out->theil = t.total;
    out->between = t.between;
    out->within = t.within;
    out->gini = stats_gini(s.value, s.weight, s.n, a);
    return ERR_OK;
}

enum err equity_spread(struct db *db, struct arena *a, const struct reading_key *k,
                       struct spread *out, struct errmsg *e) {
    struct reading whole;
    struct reading_key all = *k;
    all.group = GROUP_ALL;
    *out = (struct spread){.theil = NAN, .between = NAN, .within = NAN, .gini = NAN};
    TRY(reading_get(db, a, &all, &whole, e));
    if (!shown_exact(&whole.value))
        return ERR_OK;
    struct arena *work = arena_new((size_t)2 << 30);
    enum err err = spread_of(db, work, k, &whole, out, e);
    arena_free(work);
    return err;
}
