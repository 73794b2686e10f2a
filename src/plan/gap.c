#include "plan/gap.h"

#include "base/date.h"
#include "measure/rollup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what one reading says of one standard ---- */

struct figure {
    enum { FIGURE_NONE, FIGURE_HIDDEN, FIGURE_MET, FIGURE_SHORT } is;
    struct shown missing, people;
    double distance; /* what is sure; NaN when hidden */
};

static struct shown no_data(void) {
    return shown_sum(NULL, 0);
}

static double share_of(double part, double whole) {
    return whole <= 0 ? 1 : fmin(1, fmax(0, part / whole));
}

static double distance_of(const struct standard *s, double value) {
    if (s->op == STANDARD_AT_LEAST)
        return value >= s->target ? 0 : 1 - share_of(value, s->target);
    return value <= s->target ? 0 : 1 - share_of(s->target, value);
}

/* Units missing where the value is known exactly. */
static double missing_of(const struct standard *s, const struct reading *now) {
    double scale = indicator_scale(s->ind), value = now->value.value;
    if (s->op == STANDARD_AT_MOST && s->ind->kind == MEASURE_RATIO) /* more of the denominator */
        return s->target <= 0 ? NAN : now->den * (value / s->target - 1);
    double short_by = s->op == STANDARD_AT_LEAST ? s->target - value : value - s->target;
    double missing = short_by / scale * now->den;
    return s->ind->kind == MEASURE_RATE ? ceil(missing - 1e-6) : missing;
}

/* students: enrolled where the reading is from; -1 unknown. */
static double people_of(const struct standard *s, const struct reading *now, double missing,
                        double students) {
    bool people = s->ind->unit == UNIT_STUDENT || s->ind->unit == UNIT_EDUCATOR;
    if (people)
        return s->ind->kind == MEASURE_RATE ? missing : (double)now->value.n;
    if (students < 0)
        return NAN;
    return s->ind->kind == MEASURE_RATE ? round(students * share_of(missing, now->den)) : students;
}

static struct shown plain(double v, int64_t n) {
    return isnan(v) ? no_data() : shown_plain(v, n);
}

/* A rate near 0 or 100 is only bounded: so are the people short. */
static struct figure coded_figure(const struct standard *s, const struct reading *now) {
    const struct shown *v = &now->value;
    double best = s->op == STANDARD_AT_LEAST ? v->at_most : v->at_least;
    double worst = s->op == STANDARD_AT_LEAST ? v->at_least : v->at_most;
    struct figure f = {.is = FIGURE_SHORT, .missing = no_data(), .people = no_data()};
    if (isfinite(worst) && distance_of(s, worst) == 0) {
        f.is = FIGURE_MET;
        return f;
    }
    f.people = shown_people_short(v, s->target,
                                  s->op == STANDARD_AT_LEAST ? HIGHER_IS_BETTER : LOWER_IS_BETTER);
    f.missing = f.people;
    f.distance = isfinite(best) ? distance_of(s, best) : 0;
    return f;
}

static struct figure figure_of(const struct standard *s, const struct reading *now,
                               double students) {
    struct figure f = {.is = FIGURE_NONE, .missing = no_data(), .people = no_data()};
    switch (now->value.state) {
    case SHOWN_NO_DATA:
        return f;
    case SHOWN_HIDDEN:
        f.is = FIGURE_HIDDEN;
        f.missing = f.people = now->value;
        f.distance = NAN;
        return f;
    case SHOWN_AT_MOST:
    case SHOWN_AT_LEAST:
    case SHOWN_BETWEEN:
        return coded_figure(s, now);
    case SHOWN_VALUE:
        break;
    }
    f.distance = distance_of(s, now->value.value);
    f.is = f.distance > 0 ? FIGURE_SHORT : FIGURE_MET;
    if (f.is == FIGURE_SHORT) {
        double missing = missing_of(s, now);
        f.missing = plain(missing, now->value.n);
        f.people = plain(people_of(s, now, missing, students), now->value.n);
    }
    return f;
}

/* The least that is sure of a shown number, 0 when nothing is. */
static double sure(const struct shown *s) {
    return s->state == SHOWN_HIDDEN || s->state == SHOWN_NO_DATA || !isfinite(s->at_least)
               ? 0
               : s->at_least;
}

/* ---- the work of one list ---- */

struct owner_row {
    struct str standard, group;
    int64_t org_id;
    struct gap_owner owner;
};

struct spent { /* what is in the totals already */
    const struct indicator *ind;
    struct str series;
    int64_t org_id;
    int group;
    double cost, yearly;
};

struct work {
    struct db *db;
    struct arena *a;
    const struct gap_query *q;
    int64_t org_id;
    int32_t as_of;
    struct standard_list standards;
    struct cost_item *cost;
    size_t costs;
    struct owner_row *owner;
    size_t owners;
    struct gap_formula formula;
    struct org_tree *tree;
    double *students; /* [tree->n] enrolled, -1 unknown */
    struct gap_list *out;
    size_t cap;
    struct spent *spent;
    size_t spents, spent_cap;
};

static void *grown(struct arena *a, const void *old, size_t n, size_t size, size_t *cap) {
    *cap = *cap == 0 ? 32 : *cap * 2;
    void *p = arena_array(a, *cap, size);
    if (n > 0)
        memcpy(p, old, n * size);
    return p;
}

static enum err load_owners(struct work *w, struct errmsg *e) {
    struct rows *r;
    size_t cap = 0;
    TRY(db_rows(w->db, SQL_GAP_OWNERS, NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (w->owners == cap)
            w->owner = grown(w->a, w->owner, w->owners, sizeof *w->owner, &cap);
        w->owner[w->owners++] =
            (struct owner_row){.standard = arena_str(w->a, rows_str(r, 0)),
                               .org_id = rows_int(r, 1),
                               .group = arena_str(w->a, rows_str(r, 2)),
                               .owner = {.name = arena_str(w->a, rows_str(r, 3)),
                                         .due_on = rows_date(r, 4),
                                         .done = rows_int(r, 5) != 0,
                                         .note = arena_str(w->a, rows_str(r, 6)),
                                         .changed_by = arena_str(w->a, rows_str(r, 7)),
                                         .changed_us = rows_int(r, 8)}};
    }
    return rows_close(r, e);
}

static double students_of(const struct reading *r) {
    return shown_exact(&r->value) ? round(r->value.value * r->den) : -1;
}

/* Students enrolled at each org: the size of its schools, which is public record. */
static enum err load_students(struct work *w, struct errmsg *e) {
    const struct indicator *ind = catalogue_find(STR("school_size"));
    w->students = ARENA_ARRAY(w->a, double, w->tree->n);
    for (size_t o = 0; o < w->tree->n; o++)
        w->students[o] = -1;
    if (ind == NULL)
        return ERR_OK;
    for (size_t o = 0; o < w->tree->n; o++) {
        struct reading r;
        if (w->tree->org[o].school)
            continue;
        TRY(reading_get(w->db, w->a,
                        &(struct reading_key){ind, {0}, w->tree->org[o].id, GROUP_ALL, w->as_of},
                        &r, e));
        w->students[o] = students_of(&r);
    }
    for (size_t o = 0; o < w->tree->n; o++) { /* schools, one question per root */
        struct reading_list l;
        if (w->tree->org[o].parent >= 0)
            continue;
        TRY(reading_schools(
            w->db, w->a, &(struct reading_key){ind, {0}, w->tree->org[o].id, GROUP_ALL, w->as_of},
            &l, e));
        for (size_t i = 0; i < l.n; i++) {
            int32_t at = org_tree_find(w->tree, l.row[i].org_id);
            if (at >= 0)
                w->students[at] = students_of(&l.row[i]);
        }
    }
    return ERR_OK;
}

static double students_at(const struct work *w, int64_t org_id) {
    int32_t o = org_tree_find(w->tree, org_id);
    return o < 0 ? -1 : w->students[o];
}

static bool asked_of(const struct work *w, const struct standard *s, int64_t org_id) {
    int32_t o = org_tree_find(w->tree, org_id);
    int32_t d = o < 0 ? -1 : org_tree_district(w->tree, o);
    double students = d < 0 ? 0 : w->students[d];
    return o >= 0 && standard_asked_of(s, &w->tree->org[o], students < 0 ? 0 : (int64_t)students);
}

static const struct cost_item *cost_of(const struct work *w, const struct standard *s) {
    for (size_t i = 0; i < w->costs && s->cost_item.n > 0; i++)
        if (str_eq(w->cost[i].code, s->cost_item))
            return &w->cost[i];
    return NULL;
}

static double power(double base, double exponent) {
    return exponent == 1 ? base : pow(base, exponent);
}

/* Rank, cost and owner of a gap whose figures are known. */
static void finish(const struct work *w, struct gap *g) {
    const struct standard *s = g->standard;
    const struct cost_item *c = cost_of(w, s);
    struct str group = str_z(group_rows[g->now.group].code);
    g->rank = isnan(g->distance) ? NAN
                                 : power(sure(&g->people), w->formula.people_power) *
                                       power(g->distance, w->formula.distance_power) *
                                       power(s->priority, w->formula.priority_power);
    g->costed = c != NULL;
    g->cost = g->yearly = no_data();
    if (c != NULL) {
        double once = (double)c->one_time_cents, yearly = (double)c->yearly_cents;
        double renew = c->lifetime_years > 0 ? once / c->lifetime_years : 0;
        g->cost = shown_scale(&g->missing, s->quantity * (once + yearly));
        g->yearly = shown_scale(&g->missing, s->quantity * (yearly + renew));
    }
    g->owner.due_on = DATE_NONE;
    for (size_t i = 0; i < w->owners; i++)
        if (w->owner[i].org_id == g->now.org_id && str_eq(w->owner[i].standard, s->code) &&
            str_eq(w->owner[i].group, group))
            g->owner = w->owner[i].owner;
}

/* Two standards on one indicator (the FCC's bandwidth and SETDA's) are closed by the same things:
 * the dearer of them counts in the total. */
static void add_cost(struct work *w, const struct gap *g) {
    struct spent *s = w->spent;
    size_t i = 0;
    while (i < w->spents &&
           (s[i].ind != g->standard->ind || s[i].org_id != g->now.org_id ||
            s[i].group != g->now.group || !str_eq(s[i].series, g->standard->series)))
        i++;
    if (i == w->spents) {
        if (w->spents == w->spent_cap)
            w->spent = grown(w->a, w->spent, w->spents, sizeof *w->spent, &w->spent_cap);
        s = w->spent;
        s[w->spents++] = (struct spent){
            g->standard->ind, g->standard->series, g->now.org_id, g->now.group, 0, 0};
    }
    double cost = fmax(s[i].cost, sure(&g->cost)), yearly = fmax(s[i].yearly, sure(&g->yearly));
    w->out->cost_cents += cost - s[i].cost;
    w->out->yearly_cents += yearly - s[i].yearly;
    s[i].cost = cost;
    s[i].yearly = yearly;
}

static void keep(struct work *w, struct gap *g, const struct figure *f) {
    struct gap_list *l = w->out;
    g->met = f->is == FIGURE_MET;
    g->missing = f->missing;
    g->people = f->people;
    g->distance = f->distance;
    finish(w, g);
    l->met += g->met;
    l->hidden += f->is == FIGURE_HIDDEN;
    l->gaps += f->is == FIGURE_SHORT;
    if (f->is == FIGURE_SHORT && w->q->level != GAP_BY_GROUP) /* groups overlap */
        add_cost(w, g);
    if (g->met && !w->q->with_met)
        return;
    if (l->n == w->cap)
        l->row = grown(w->a, l->row, l->n, sizeof *l->row, &w->cap);
    l->row[l->n++] = *g;
}

/* ---- a standard at an org, by its schools ---- */

struct tally {
    struct shown *missing, *people; /* of the schools short */
    size_t parts;
    double value_den, den; /* of the schools asked and exact */
    int64_t n;
    double weight, distance; /* people times distance */
    bool all_asked;
};

static void tally_school(struct work *w, const struct standard *s, const struct reading *r,
                         struct gap *g, struct tally *t, double *widest) {
    struct figure f = figure_of(s, r, students_at(w, r->org_id));
    if (f.is == FIGURE_NONE)
        return;
    g->schools++;
    g->schools_hidden += f.is == FIGURE_HIDDEN;
    if (shown_exact(&r->value)) {
        t->value_den += r->value.value * r->den;
        t->den += r->den;
        t->n += r->value.n;
    }
    if (f.is != FIGURE_SHORT)
        return;
    g->schools_short++;
    t->missing[t->parts] = f.missing;
    t->people[t->parts++] = f.people;
    double people = fmax(sure(&f.people), 1e-9);
    t->weight += people;
    t->distance += people * f.distance;
    if (f.distance > *widest) {
        *widest = f.distance;
        g->widest_name = r->org_name;
        g->widest_org = r->org_id;
    }
}

/* The larger of what the org itself lacks and what its schools lack together. */
static struct figure whole_figure(const struct figure *own, const struct tally *t) {
    if (t->parts == 0)
        return *own;
    struct figure f = {.is = FIGURE_SHORT,
                       .missing = shown_sum(t->missing, t->parts),
                       .people = shown_sum(t->people, t->parts),
                       .distance = t->distance / t->weight};
    if (t->all_asked && own->is == FIGURE_SHORT) {
        if (sure(&own->missing) > sure(&f.missing))
            f.missing = own->missing;
        if (sure(&own->people) > sure(&f.people))
            f.people = own->people;
    }
    return f;
}

static enum err whole_gap(struct work *w, const struct standard *s, const struct reading_key *k,
                          struct errmsg *e) {
    struct gap g = {.standard = s};
    struct reading_list l;
    struct tally t = {.all_asked = true};
    double widest = 0;
    TRY(reading_get(w->db, w->a, k, &g.now, e));
    TRY(reading_schools(w->db, w->a, k, &l, e));
    t.missing = ARENA_ARRAY(w->a, struct shown, l.n);
    t.people = ARENA_ARRAY(w->a, struct shown, l.n);
    size_t asked = 0;
    for (size_t i = 0; i < l.n; i++) {
        if (!asked_of(w, s, l.row[i].org_id)) {
            t.all_asked = false;
            continue;
        }
        asked++;
        tally_school(w, s, &l.row[i], &g, &t, &widest);
    }
    if (asked == 0)
        return ERR_OK;
    if (!t.all_asked) /* of the schools asked, as far as they are shown */
        g.now.value = t.den > 0              ? shown_plain(t.value_den / t.den, t.n)
                      : g.schools_hidden > 0 ? g.now.value
                                             : no_data();
    if (!t.all_asked && t.den > 0)
        g.now.den = t.den;
    struct figure own = figure_of(s, &g.now, students_at(w, k->org_id));
    struct figure f = whole_figure(&own, &t);
    if (f.is == FIGURE_NONE)
        w->out->unread++;
    else
        keep(w, &g, &f);
    return ERR_OK;
}

static enum err school_gaps(struct work *w, const struct standard *s, const struct reading_key *k,
                            struct errmsg *e) {
    struct reading_list l;
    size_t read = 0, asked = 0;
    TRY(reading_schools(w->db, w->a, k, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        if (!asked_of(w, s, l.row[i].org_id))
            continue;
        asked++;
        struct gap g = {.standard = s, .now = l.row[i]};
        struct figure f = figure_of(s, &g.now, students_at(w, g.now.org_id));
        if (f.is == FIGURE_NONE)
            continue;
        read++;
        keep(w, &g, &f);
    }
    w->out->unread += asked > 0 && read == 0;
    return ERR_OK;
}

static enum err group_gaps(struct work *w, const struct standard *s, const struct reading_key *k,
                           struct errmsg *e) {
    if (s->ind->unit != UNIT_STUDENT || s->band != BAND_ALL || !asked_of(w, s, k->org_id))
        return ERR_OK;
    for (enum dim dim = DIM_GRADE; dim < DIM_COUNT; dim++) {
        struct contrast_list l;
        if (w->q->dim != DIM_ALL && w->q->dim != dim)
            continue;
        TRY(reading_groups(w->db, w->a, k, dim, &l, e));
        for (size_t i = 0; i < l.n; i++) {
            struct gap g = {.standard = s, .now = l.row[i].r};
            struct figure f = figure_of(s, &g.now, -1);
            if (f.is != FIGURE_NONE)
                keep(w, &g, &f);
        }
    }
    return ERR_OK;
}

static enum err standard_gaps(struct work *w, const struct standard *s, struct errmsg *e) {
    if (w->q->standard.n > 0 && !str_eq(w->q->standard, s->code))
        return ERR_OK;
    if (s->ind == NULL) {
        w->out->unread++;
        return ERR_OK;
    }
    if (w->q->group != GROUP_ALL && (s->ind->unit != UNIT_STUDENT || s->band != BAND_ALL))
        return ERR_OK;
    struct reading_key k = {.ind = s->ind,
                            .series = s->series,
                            .org_id = w->org_id,
                            .group =
                                w->q->group != GROUP_ALL ? w->q->group : standard_group(s->band),
                            .as_of = w->as_of};
    switch (w->q->level) {
    case GAP_STANDARDS:
        return whole_gap(w, s, &k, e);
    case GAP_SCHOOLS:
        return school_gaps(w, s, &k, e);
    case GAP_BY_GROUP:
        break;
    }
    return group_gaps(w, s, &k, e);
}

static int by_rank(const void *x, const void *y) {
    const struct gap *a = x, *b = y;
    if (a->met != b->met)
        return a->met ? 1 : -1;
    if (isnan(a->rank) != isnan(b->rank))
        return isnan(a->rank) ? 1 : -1;
    if (!isnan(a->rank) && a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    int order = str_cmp(a->standard->name_en, b->standard->name_en);
    if (order == 0)
        order = str_cmp(a->now.org_name, b->now.org_name);
    return order != 0 ? order : a->now.group - b->now.group;
}

enum err gap_list(struct db *db, struct arena *a, const struct gap_query *q, struct gap_list *out,
                  struct errmsg *e) {
    struct work w = {.db = db, .a = a, .q = q, .org_id = q->org_id, .as_of = q->as_of, .out = out};
    *out = (struct gap_list){.as_of = DATE_NONE};
    if (w.org_id == 0)
        TRY(reading_home_org(db, &w.org_id, e));
    if (w.as_of == DATE_NONE)
        TRY(reading_newest(db, &w.as_of, e));
    out->as_of = w.as_of;
    if (w.as_of == DATE_NONE)
        return ERR_OK;
    TRY(standard_in_force(db, a, w.as_of, &w.standards, e));
    TRY(cost_items(db, a, &w.cost, &w.costs, e));
    TRY(gap_formula_get(db, &w.formula, e));
    TRY(org_tree_load(db, a, w.as_of, &w.tree, e));
    TRY(load_students(&w, e));
    TRY(load_owners(&w, e));
    for (size_t i = 0; i < w.standards.n; i++)
        TRY(standard_gaps(&w, &w.standards.row[i], e));
    if (out->n > 1)
        qsort(out->row, out->n, sizeof *out->row, by_rank);
    if (q->most > 0 && out->n > q->most)
        out->n = q->most;
    return ERR_OK;
}

/* ---- formula and owners ---- */

enum err gap_formula_get(struct db *db, struct gap_formula *out, struct errmsg *e) {
    struct rows *r;
    *out = (struct gap_formula){1, 1, 1};
    TRY(db_rows(db, SQL_GAP_FORMULA_GET, NO_ARGS, &r, e));
    if (rows_next(r))
        *out = (struct gap_formula){rows_real(r, 0), rows_real(r, 1), rows_real(r, 2)};
    return rows_close(r, e);
}

static bool power_ok(double p) {
    return p >= 0 && p <= 3;
}

enum err gap_formula_set(struct db *db, const struct gap_formula *f, int64_t now_us,
                         struct errmsg *e) {
    if (!power_ok(f->people_power) || !power_ok(f->distance_power) || !power_ok(f->priority_power))
        return err_set(e, ERR_INVALID,
                       "Each power must be from 0 (does not count) to 3; 1 counts as it is.");
    return db_exec(db, SQL_GAP_FORMULA_PUT,
                   ARGS(V_REAL(f->people_power), V_REAL(f->distance_power),
                        V_REAL(f->priority_power), V_INT(now_us)),
                   NULL, e);
}

enum err gap_assign(struct db *db, const struct gap_assignment *g, struct errmsg *e) {
    char day[DATE_TEXT];
    CHECK(g->group >= 0 && g->group < GROUPS);
    if (g->standard.n == 0 || g->org_id == 0)
        return err_set(e, ERR_INVALID, "Say which gap: a standard and a school or district.");
    if (g->owner.n > 200 || g->note.n > 2000)
        return err_set(e, ERR_INVALID, "The owner or the note is too long.");
    return db_exec(db, SQL_GAP_ASSIGN,
                   ARGS(V_STR(g->standard), V_INT(g->org_id), V_Z(group_rows[g->group].code),
                        V_STR(g->owner), val_date(g->due_on, day), V_INT(g->done), V_STR(g->note),
                        val_id(g->account_id), V_STR(g->by), V_INT(g->now_us)),
                   NULL, e);
}

enum err gap_history(struct db *db, struct arena *a, struct str standard, int64_t org_id, int group,
                     struct gap_owner **out, size_t *n, struct errmsg *e) {
    struct rows *r;
    size_t cap = 0;
    *n = 0;
    *out = NULL;
    CHECK(group >= 0 && group < GROUPS);
    TRY(db_rows(db, SQL_GAP_HISTORY,
                ARGS(V_STR(standard), V_INT(org_id), V_Z(group_rows[group].code)), &r, e));
    while (rows_next(r)) {
        if (*n == cap)
            *out = grown(a, *out, *n, sizeof **out, &cap);
        (*out)[(*n)++] = (struct gap_owner){.name = arena_str(a, rows_str(r, 0)),
                                            .due_on = rows_date(r, 1),
                                            .done = rows_int(r, 2) != 0,
                                            .note = arena_str(a, rows_str(r, 3)),
                                            .changed_by = arena_str(a, rows_str(r, 4)),
                                            .changed_us = rows_int(r, 5)};
    }
    return rows_close(r, e);
}

/* ---- the units behind a gap ---- */

struct behind {
    const struct standard *s;
    const struct org_tree *tree;
    const struct frame *frame;
    int32_t org;
    int group;
    struct gap_unit *row;
    size_t n, cap;
};

static void take_unit(void *to, const struct unit_value *v) {
    struct behind *b = to;
    double den = b->s->ind->kind == MEASURE_RATIO ? v->den : 1;
    int32_t leaf = v->org == 0 ? -1 : org_tree_find(b->tree, v->org);
    if (!str_eq(v->series, b->s->series) || isnan(v->num) || !(den > 0))
        return;
    double value = v->num / den * indicator_scale(b->s->ind);
    /* Of a rate, one that does not hold; of the rest, one that does not reach the target. */
    if (b->s->ind->kind == MEASURE_RATE ? (v->num > 0) == (b->s->op == STANDARD_AT_LEAST)
                                        : distance_of(b->s, value) == 0)
        return;
    if (b->frame != NULL) {
        size_t row = frame_find(b->frame, v->unit);
        if (row == SIZE_MAX || (b->frame->bits[row] & GROUP_BIT(b->group)) == 0)
            return;
        leaf = b->frame->leaf[row];
    }
    if (leaf < 0 || !org_tree_under(b->tree, leaf, b->org))
        return;
    if (b->n == b->cap) {
        b->cap = b->cap == 0 ? 256 : b->cap * 2;
        b->row = reallocarray(b->row, b->cap, sizeof *b->row);
        CHECK(b->row != NULL);
    }
    b->row[b->n++] = (struct gap_unit){.kind = b->s->ind->unit,
                                       .unit = v->unit,
                                       .org_id = b->tree->org[leaf].id,
                                       .num = v->num,
                                       .den = den};
}

static int by_value(const void *x, const void *y) {
    const struct gap_unit *a = x, *b = y;
    double va = a->num / a->den, vb = b->num / b->den;
    if (va != vb)
        return va < vb ? -1 : 1;
    return a->unit < b->unit ? -1 : a->unit > b->unit;
}

static int by_value_down(const void *x, const void *y) {
    return by_value(y, x);
}

enum err gap_units(struct db *db, struct arena *a, const struct standard *s, int64_t org_id,
                   int group, int32_t as_of, struct gap_unit **out, size_t *n, struct errmsg *e) {
    struct behind b = {.s = s, .group = group};
    struct org_tree *tree;
    struct frame *frame = NULL;
    struct reading now;
    *n = 0;
    if (s->ind == NULL)
        return err_set(e, ERR_NOT_FOUND, "Nothing yields the indicator of this standard yet.");
    TRY(reading_get(db, a, &(struct reading_key){s->ind, s->series, org_id, group, as_of}, &now,
                    e));
    if (now.as_of == DATE_NONE)
        return ERR_OK;
    TRY(org_tree_load(db, a, now.as_of, &tree, e));
    if (s->ind->unit == UNIT_STUDENT || s->ind->unit == UNIT_EDUCATOR)
        TRY(frame_load(db, a, s->ind->unit, now.as_of, tree, &frame, e));
    b.tree = tree;
    b.frame = frame;
    b.org = org_tree_find(tree, org_id);
    enum err err = measure_units(db, s->ind, now.since, now.as_of, take_unit, &b, e);
    if (err == ERR_OK && b.n > 0) {
        qsort(b.row, b.n, sizeof *b.row, s->op == STANDARD_AT_LEAST ? by_value : by_value_down);
        *out = ARENA_ARRAY(a, struct gap_unit, b.n);
        memcpy(*out, b.row, b.n * sizeof *b.row);
        *n = b.n;
    }
    free(b.row);
    return err;
}
