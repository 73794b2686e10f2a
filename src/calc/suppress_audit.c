/*
 * The exact audit: for each hidden quantity the least and the greatest value that fit what a reader
 * knows, by the simplex method with bounded variables. Variables are differences from the truth, so
 * 0 is a point to start from and the right-hand sides vanish: a relation says that the differences
 * of its cells balance.
 *   n hidden             two variables, in the numerator and not (one, without numerators)
 *   n shown, rate not    one variable, people moved into the numerator, bounded by the code or 0..n
 * Cells that no relation of hidden cells links are audited apart. The tableau is kept from one
 * quantity to the next: it is always feasible, only the objective changes, and an objective is one
 * or two variables, so its reduced costs are read off their rows. Entering variables are taken by
 * the largest reduced cost, and by Bland's rule once a solution takes long, which ends cycles.
 * Coefficients are 0, 1 and -1; doubles with a tolerance of 1e-7 people are ample.
 */
#include "calc/suppress_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLES_MAX = 1500, PATIENCE = 200 };
#define TINY 1e-9
#define SLACK 1e-6

struct variable {
    uint32_t cell;
    bool num; /* people in the numerator (n fixed or not), else people not in it or n itself */
    double lo, hi, at;
    size_t row; /* of the tableau, SIZE_MAX if not basic */
};

struct tableau {
    size_t rows, cols;
    double *t;     /* [rows * cols] */
    size_t *basic; /* [rows] */
    struct variable *var;
};

static void *zeroed(size_t n, size_t size) {
    void *p = calloc(n == 0 ? 1 : n, size);
    CHECK(p != NULL);
    return p;
}

/* -- Which cells a reader does not know, and which hang together -- */

static bool n_unknown(const struct suppress_input *in, const struct suppress_verdict *v, size_t i) {
    return in->cells[i].n > 0 && v[i].n != SUPPRESS_N_SHOWN;
}

static bool any_unknown(const struct suppress_input *in, const struct suppress_verdict *v,
                        size_t i) {
    return n_unknown(in, v, i) ||
           (in->with_num && in->cells[i].n > 0 && v[i].num != SUPPRESS_NUM_SHOWN);
}

static uint32_t root_of(uint32_t *up, uint32_t i) {
    while (up[i] != i)
        i = up[i] = up[up[i]];
    return i;
}

static void join(uint32_t *up, uint32_t a, uint32_t b) {
    a = root_of(up, a);
    b = root_of(up, b);
    if (a != b)
        up[a < b ? b : a] = a < b ? a : b;
}

/* How many cells of a relation are unknown, and one of them. A relation whose parts are all
 * empty tells nothing (see suppress_run). */
static size_t unknowns_of(const struct suppress_input *in, const struct suppress_verdict *v,
                          const struct suppress_relation *rel, uint32_t *one) {
    size_t n = 0;
    bool any = false;
    for (uint32_t p = 0; p <= rel->count; p++) {
        uint32_t cell = p < rel->count ? in->parts[rel->first + p] : rel->total;
        any = any || (p < rel->count && in->cells[cell].n > 0);
        if (!any_unknown(in, v, cell))
            continue;
        *one = cell;
        n++;
    }
    return any ? n : 0;
}

static void link_cells(const struct suppress_input *in, const struct suppress_verdict *v,
                       uint32_t *up) {
    for (uint32_t i = 0; i < in->n_cells; i++)
        up[i] = i;
    for (size_t r = 0; r < in->n_relations; r++) {
        const struct suppress_relation *rel = &in->relations[r];
        uint32_t one = 0;
        if (unknowns_of(in, v, rel, &one) == 0)
            continue;
        for (uint32_t p = 0; p <= rel->count; p++) {
            uint32_t cell = p < rel->count ? in->parts[rel->first + p] : rel->total;
            if (any_unknown(in, v, cell))
                join(up, one, cell);
        }
    }
}

/* -- The tableau of one part -- */

static size_t add_variables(const struct suppress_input *in, const struct suppress_verdict *v,
                            uint32_t cell, struct variable *out) {
    const struct suppress_cell *c = &in->cells[cell];
    double n = (double)c->n, num = (double)c->num;
    double code = (double)suppress_code_people(c->n);
    if (n_unknown(in, v, cell)) {
        if (!in->with_num) {
            out[0] = (struct variable){cell, false, -n, INFINITY, 0, SIZE_MAX};
            return 1;
        }
        out[0] = (struct variable){cell, true, -num, INFINITY, 0, SIZE_MAX};
        out[1] = (struct variable){cell, false, num - n, INFINITY, 0, SIZE_MAX};
        return 2;
    }
    double lo = v[cell].num == SUPPRESS_NUM_HIGH ? n - code : 0;
    double hi = v[cell].num == SUPPRESS_NUM_LOW ? code : n;
    out[0] = (struct variable){cell, true, lo - num, hi - num, 0, SIZE_MAX};
    return 1;
}

/* One relation gives a row on numerators and a row on n. */
static void add_rows(const struct suppress_input *in, const struct suppress_verdict *v,
                     const struct suppress_relation *rel, const uint32_t *first,
                     struct tableau *tb) {
    double *num = tb->t + tb->rows * tb->cols, *n = num + tb->cols;
    for (uint32_t p = 0; p <= rel->count; p++) {
        uint32_t cell = p < rel->count ? in->parts[rel->first + p] : rel->total;
        double coef = p < rel->count ? 1 : -1;
        if (!any_unknown(in, v, cell))
            continue;
        bool two = n_unknown(in, v, cell) && in->with_num;
        if (in->with_num)
            num[first[cell]] += coef;
        if (n_unknown(in, v, cell))
            n[first[cell]] += coef;
        if (two)
            n[first[cell] + 1] += coef;
    }
    tb->rows += 2;
}

static void pivot(struct tableau *tb, size_t row, size_t col) {
    double *p = tb->t + row * tb->cols, by = 1 / p[col];
    for (size_t j = 0; j < tb->cols; j++)
        p[j] *= by;
    p[col] = 1;
    for (size_t i = 0; i < tb->rows; i++) {
        double *q = tb->t + i * tb->cols, f = q[col];
        if (i == row || fabs(f) < TINY)
            continue;
        for (size_t j = 0; j < tb->cols; j++) {
            q[j] -= f * p[j];
            if (fabs(q[j]) < TINY)
                q[j] = 0;
        }
        q[col] = 0;
    }
    tb->basic[row] = col;
    tb->var[col].row = row;
}

/* Gauss-Jordan: a basis, and rows that say nothing more dropped. */
static void make_basis(struct tableau *tb) {
    size_t done = 0;
    for (size_t i = 0; i < tb->rows; i++) {
        double *p = tb->t + i * tb->cols;
        size_t col = SIZE_MAX;
        for (size_t j = 0; j < tb->cols; j++)
            if (fabs(p[j]) > 1e-6 && (col == SIZE_MAX || fabs(p[j]) > fabs(p[col]) + TINY))
                col = j;
        if (col == SIZE_MAX)
            continue;
        if (done != i) {
            memcpy(tb->t + done * tb->cols, p, tb->cols * sizeof *p);
            memset(p, 0, tb->cols * sizeof *p);
        }
        pivot(tb, done++, col);
    }
    tb->rows = done;
}

/* -- One linear programme -- */

/* d(objective) / d(variable j), j not basic. */
static double slope(const struct tableau *tb, const size_t *goal, size_t n_goal, size_t j) {
    double d = 0;
    for (size_t g = 0; g < n_goal; g++) {
        const struct variable *v = &tb->var[goal[g]];
        if (v->row != SIZE_MAX)
            d -= tb->t[v->row * tb->cols + j];
        else if (goal[g] == j)
            d += 1;
    }
    return d;
}

static size_t entering(const struct tableau *tb, const size_t *goal, size_t n_goal, double sense,
                       bool bland, double *way) {
    size_t best = SIZE_MAX;
    double most = 0;
    for (size_t j = 0; j < tb->cols; j++) {
        const struct variable *v = &tb->var[j];
        if (v->row != SIZE_MAX)
            continue;
        double d = sense * slope(tb, goal, n_goal, j);
        if (!((d > SLACK && v->at < v->hi - SLACK) || (d < -SLACK && v->at > v->lo + SLACK)) ||
            fabs(d) <= most)
            continue;
        best = j;
        most = fabs(d);
        *way = d > 0 ? 1 : -1;
        if (bland)
            break;
    }
    return best;
}

/* Moves the entering variable as far as it goes; false if nothing stops it. */
static bool advance(struct tableau *tb, size_t col, double way) {
    struct variable *v = &tb->var[col];
    double step = way > 0 ? v->hi - v->at : v->at - v->lo;
    size_t leave = SIZE_MAX;
    for (size_t i = 0; i < tb->rows; i++) {
        const struct variable *b = &tb->var[tb->basic[i]];
        double rate = -tb->t[i * tb->cols + col] * way;
        if (fabs(rate) < 1e-7)
            continue;
        double room = (rate > 0 ? b->hi - b->at : b->at - b->lo) / fabs(rate);
        if (room < step - TINY ||
            (room <= step + TINY && leave != SIZE_MAX && tb->basic[i] < tb->basic[leave])) {
            step = room > 0 ? room : 0;
            leave = i;
        }
    }
    if (isinf(step))
        return false;
    for (size_t i = 0; i < tb->rows; i++)
        tb->var[tb->basic[i]].at -= tb->t[i * tb->cols + col] * way * step;
    v->at += way * step;
    if (leave != SIZE_MAX) {
        struct variable *b = &tb->var[tb->basic[leave]];
        b->at = -tb->t[leave * tb->cols + col] * way > 0 ? b->hi : b->lo;
        b->row = SIZE_MAX;
        pivot(tb, leave, col);
    }
    return true;
}

static double extreme(struct tableau *tb, const size_t *goal, size_t n_goal, double sense) {
    for (unsigned i = 0;; i++) {
        double way = 0, sum = 0;
        size_t col = entering(tb, goal, n_goal, sense, i > PATIENCE, &way);
        if (col == SIZE_MAX) {
            for (size_t g = 0; g < n_goal; g++)
                sum += tb->var[goal[g]].at;
            return sum;
        }
        if (!advance(tb, col, way))
            return sense * INFINITY;
    }
}

/* -- All quantities of a part -- */

struct audit {
    const struct suppress_input *in;
    const struct suppress_verdict *v;
    struct suppress_range *range;
    size_t n, max, too_narrow;
    const bool *only; /* [cells] or NULL */
};

static double width_left(const struct suppress_range *r) {
    return r->hi - r->lo - r->need;
}

static int by_width(const void *a, const void *b) {
    double x = width_left(a), y = width_left(b);
    return x < y ? -1 : x > y;
}

static double need_of(const struct audit *a, uint32_t cell, bool num) {
    const struct suppress_cell *c = &a->in->cells[cell];
    if ((c->flags & SUPPRESS_UNPUBLISHED) != 0 && c->n >= (a->in->min_n == 0 ? 10 : a->in->min_n))
        return 0;
    if (!num)
        return (double)suppress_width(a->in);
    int64_t most = a->v[cell].num == SUPPRESS_NUM_HIDDEN ? c->n : suppress_code_people(c->n);
    int64_t want = suppress_num_width(a->in);
    return (double)(want < most ? want : most);
}

static void add_range(struct audit *a, struct tableau *tb, uint32_t cell, bool num,
                      const size_t *goal, size_t n_goal, double truth) {
    struct suppress_range r = {cell, num, 0, 0, need_of(a, cell, num)};
    if (r.need <= 0 || (a->only != NULL && !a->only[cell]))
        return;
    r.lo = truth + extreme(tb, goal, n_goal, -1);
    r.hi = truth + extreme(tb, goal, n_goal, 1);
    a->too_narrow += width_left(&r) < -SLACK * 10;
    a->range[a->n++] = r;
}

static void audit_cell(struct audit *a, struct tableau *tb, uint32_t cell, size_t first) {
    const struct suppress_cell *c = &a->in->cells[cell];
    const size_t goal[2] = {first, first + 1};
    bool hidden = n_unknown(a->in, a->v, cell);
    if (hidden)
        add_range(a, tb, cell, false, goal, a->in->with_num ? 2 : 1, (double)c->n);
    if (a->in->with_num)
        add_range(a, tb, cell, true, goal, 1, (double)c->num);
}

/* member: the cells of one part, ascending. */
static bool audit_part(struct audit *a, const uint32_t *member, size_t n_member,
                       const uint32_t *relation, size_t n_relation, uint32_t *first) {
    struct tableau tb = {.var = zeroed(2 * n_member, sizeof *tb.var)};
    for (size_t i = 0; i < n_member; i++) {
        first[member[i]] = (uint32_t)tb.cols;
        tb.cols += add_variables(a->in, a->v, member[i], tb.var + tb.cols);
    }
    bool fits = tb.cols <= VARIABLES_MAX;
    if (fits) {
        tb.t = zeroed(2 * n_relation * tb.cols, sizeof *tb.t);
        tb.basic = zeroed(2 * n_relation, sizeof *tb.basic);
        for (size_t i = 0; i < n_relation; i++)
            add_rows(a->in, a->v, &a->in->relations[relation[i]], first, &tb);
        make_basis(&tb);
        for (size_t i = 0; i < n_member; i++)
            audit_cell(a, &tb, member[i], first[member[i]]);
    }
    free(tb.t);
    free(tb.basic);
    free(tb.var);
    return fits;
}

struct keyed {
    uint32_t key, value;
};

static int by_key(const void *a, const void *b) {
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* The unknown cells, or the relations that hold any, in order of the part they are in. */
static size_t sort_parts(const struct audit *a, uint32_t *up, bool relations, struct keyed *out) {
    const struct suppress_input *in = a->in;
    size_t n = 0;
    for (uint32_t i = 0; !relations && i < in->n_cells; i++)
        if (any_unknown(in, a->v, i))
            out[n++] = (struct keyed){root_of(up, i), i};
    for (uint32_t r = 0; relations && r < in->n_relations; r++) {
        uint32_t one = 0;
        if (unknowns_of(in, a->v, &in->relations[r], &one) > 0)
            out[n++] = (struct keyed){root_of(up, one), r};
    }
    qsort(out, n, sizeof *out, by_key);
    return n;
}

static enum err audit_parts(const struct suppress_input *in,
                            const struct suppress_verdict verdicts[], const uint32_t *near,
                            size_t n_near, struct suppress_range ranges[], size_t max,
                            struct suppress_audited *out, struct errmsg *e) {
    struct audit a = {.in = in, .v = verdicts};
    uint32_t *up = zeroed(in->n_cells, sizeof *up), *first = zeroed(in->n_cells, sizeof *first);
    uint32_t *cell = zeroed(in->n_cells, sizeof *cell);
    uint32_t *relation = zeroed(in->n_relations, sizeof *relation);
    struct keyed *kc = zeroed(in->n_cells, sizeof *kc), *kr = zeroed(in->n_relations, sizeof *kr);
    a.range = zeroed(2 * in->n_cells, sizeof *a.range);
    *out = (struct suppress_audited){0};
    bool *wanted = zeroed(in->n_cells, sizeof *wanted), *only = zeroed(in->n_cells, sizeof *only);
    link_cells(in, verdicts, up);
    for (size_t i = 0; i < n_near; i++)
        wanted[root_of(up, near[i])] = only[near[i]] = true;
    a.only = near == NULL ? NULL : only;
    size_t nc = sort_parts(&a, up, false, kc), nr = sort_parts(&a, up, true, kr);
    for (size_t i = 0, r = 0; i < nc;) {
        uint32_t part = kc[i].key;
        size_t n = 0, m = 0;
        for (; i < nc && kc[i].key == part; i++)
            cell[n++] = kc[i].value;
        while (r < nr && kr[r].key < part)
            r++;
        for (; r < nr && kr[r].key == part; r++)
            relation[m++] = kr[r].value;
        if (near != NULL && !wanted[part])
            continue;
        if (!audit_part(&a, cell, n, relation, m, first))
            out->skipped += n;
    }
    qsort(a.range, a.n, sizeof *a.range, by_width);
    out->checked = a.n;
    out->too_narrow = a.too_narrow;
    out->written = a.n < max ? a.n : max;
    if (out->written > 0)
        memcpy(ranges, a.range, out->written * sizeof *ranges);
    void *all[] = {up, first, cell, relation, kc, kr, a.range, wanted, only};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
    if (out->too_narrow > 0)
        return err_set(e, ERR_CONFLICT, "%zu of %zu hidden numbers can be worked out too closely.",
                       out->too_narrow, out->checked);
    return ERR_OK;
}

enum err suppress_audit(const struct suppress_input *in, const struct suppress_verdict verdicts[],
                        struct suppress_range ranges[], size_t max, struct suppress_audited *out,
                        struct errmsg *e) {
    return audit_parts(in, verdicts, NULL, 0, ranges, max, out, e);
}

enum err suppress_audit_near(const struct suppress_input *in,
                             const struct suppress_verdict verdicts[], const uint32_t cells[],
                             size_t n, struct suppress_range ranges[], size_t max,
                             struct suppress_audited *out, struct errmsg *e) {
    return audit_parts(in, verdicts, cells, n, ranges, max, out, e);
}
