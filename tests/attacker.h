/*
 * The reader who computes: given cells, verdicts and every sum that holds, he works out the range
 * of each hidden number from what is visible. His simplex is the textbook's (two phases, x >= 0,
 * Bland's rule, started without the truth) and shares nothing with the program's. For tests only.
 */
#ifndef ATTACKER_H
#define ATTACKER_H

#include "calc/suppress.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 700, COLS = 700 };

struct lp {
    size_t rows, cols, used; /* cols: without the artificial ones */
    double (*t)[COLS + 1];   /* last: right-hand side */
    size_t basis[ROWS];
};

static void lp_pivot(struct lp *lp, size_t r, size_t c) {
    double by = lp->t[r][c];
    for (size_t j = 0; j < lp->used; j++)
        lp->t[r][j] /= by;
    lp->t[r][COLS] /= by;
    for (size_t i = 0; i < lp->rows; i++) {
        double f = lp->t[i][c];
        if (i == r || f == 0)
            continue;
        for (size_t k = 0; k <= lp->used; k++) {
            size_t j = k < lp->used ? k : COLS;
            lp->t[i][j] -= f * lp->t[r][j];
            if (fabs(lp->t[i][j]) < 1e-9)
                lp->t[i][j] = 0;
        }
    }
    lp->basis[r] = c;
}

/* Minimises cost; true and *value, or false if it has no bound. */
static bool lp_minimise(struct lp *lp, const double cost[COLS], size_t cols, double *value) {
    for (;;) {
        size_t in = SIZE_MAX, out = SIZE_MAX;
        for (size_t j = 0; j < cols && in == SIZE_MAX; j++) {
            double d = cost[j];
            for (size_t i = 0; i < lp->rows; i++)
                d -= cost[lp->basis[i]] * lp->t[i][j];
            if (d < -1e-7)
                in = j;
        }
        if (in == SIZE_MAX)
            break;
        for (size_t i = 0; i < lp->rows; i++) {
            if (lp->t[i][in] <= 1e-7)
                continue;
            double q = lp->t[i][COLS] / lp->t[i][in];
            double best = out == SIZE_MAX ? INFINITY : lp->t[out][COLS] / lp->t[out][in];
            if (q < best - 1e-9 || (q <= best + 1e-9 && lp->basis[i] < lp->basis[out]))
                out = i;
        }
        if (out == SIZE_MAX)
            return false;
        lp_pivot(lp, out, in);
    }
    *value = 0;
    for (size_t i = 0; i < lp->rows; i++)
        *value += cost[lp->basis[i]] * lp->t[i][COLS];
    return true;
}

/* Drives artificial variables out; the tables exist, so a solution does. */
static void lp_begin(struct lp *lp) {
    double cost[COLS] = {0}, value;
    size_t all = lp->used = lp->cols + lp->rows;
    if (all > COLS)
        fail_msg("attacker's table too small: %zu columns", all);
    for (size_t i = 0; i < lp->rows; i++) {
        if (lp->t[i][COLS] < 0)
            for (size_t j = 0; j <= COLS; j++)
                lp->t[i][j] = -lp->t[i][j];
        lp->t[i][lp->cols + i] = 1;
        lp->basis[i] = lp->cols + i;
        cost[lp->cols + i] = 1;
    }
    assert_true(lp_minimise(lp, cost, all, &value));
    assert_true(fabs(value) < 1e-5);
    for (size_t i = 0; i < lp->rows;) {
        size_t c = 0;
        if (lp->basis[i] < lp->cols) {
            i++;
            continue;
        }
        while (c < lp->cols && fabs(lp->t[i][c]) < 1e-7)
            c++;
        if (c < lp->cols) {
            lp_pivot(lp, i++, c);
        } else { /* says nothing new */
            lp->rows--;
            memmove(lp->t[i], lp->t[lp->rows], sizeof lp->t[i]);
            lp->basis[i] = lp->basis[lp->rows];
        }
    }
    lp->used = lp->cols;
}

struct attack {
    const struct suppress_input *in; /* its relations are the attacker's */
    const struct suppress_verdict *v;
    struct lp lp;
    int *a, *b; /* [cells] variables, -1 none; a alone also for coded rates and for n without num */
    double *a_least;
};

static bool hidden_n(const struct attack *k, uint32_t i) {
    return k->in->cells[i].n > 0 && k->v[i].n != SUPPRESS_N_SHOWN;
}
static bool hidden_num(const struct attack *k, uint32_t i) {
    return k->in->with_num && k->in->cells[i].n > 0 && k->v[i].num != SUPPRESS_NUM_SHOWN;
}

static void attack_row(struct attack *k, const struct suppress_relation *rel, bool second) {
    struct lp *lp = &k->lp;
    double *row = lp->t[lp->rows], right = 0;
    bool any = false;
    memset(row, 0, sizeof lp->t[0]);
    for (uint32_t p = 0; p <= rel->count; p++) {
        uint32_t i = p < rel->count ? k->in->parts[rel->first + p] : rel->total;
        const struct suppress_cell *c = &k->in->cells[i];
        double coef = p < rel->count ? 1 : -1;
        if (hidden_n(k, i)) {
            row[second ? k->b[i] : k->a[i]] += coef;
            any = true;
        } else if (hidden_num(k, i)) { /* a = least + variable; not in it: n - a */
            row[k->a[i]] += second ? -coef : coef;
            right -= coef * (second ? (double)c->n - k->a_least[i] : k->a_least[i]);
            any = true;
        } else if (k->in->with_num) {
            right -= coef * (double)(second ? c->n - c->num : c->num);
        } else {
            right -= coef * (double)c->n;
        }
    }
    row[COLS] = right;
    lp->rows += any;
    assert_true(lp->rows < ROWS);
}

static void attack_begin(struct attack *k, const struct suppress_input *in,
                         const struct suppress_verdict *v) {
    k->in = in;
    k->v = v;
    k->lp.rows = k->lp.cols = 0;
    k->lp.t = calloc(ROWS, sizeof *k->lp.t);
    k->a = calloc(in->n_cells, sizeof *k->a);
    k->b = calloc(in->n_cells, sizeof *k->b);
    k->a_least = calloc(in->n_cells, sizeof *k->a_least);
    for (uint32_t i = 0; i < in->n_cells; i++) {
        k->a[i] = k->b[i] = -1;
        if (hidden_n(k, i) || hidden_num(k, i))
            k->a[i] = (int)k->lp.cols++;
        if (hidden_n(k, i) && in->with_num)
            k->b[i] = (int)k->lp.cols++;
    }
    for (uint32_t i = 0; i < in->n_cells; i++) { /* codes: variable + slack = length of the code */
        double n = (double)in->cells[i].n;
        static const double cut[] = {.01, .02, .05, .10, .20};
        if (hidden_n(k, i) || !hidden_num(k, i))
            continue;
        double least = 0, most = n;
        double people = floor(cut[n >= 300   ? 0
                                  : n >= 100 ? 1
                                  : n >= 40  ? 2
                                  : n >= 20  ? 3
                                             : 4] *
                                  n +
                              1e-9);
        if (v[i].num == SUPPRESS_NUM_LOW)
            most = people;
        if (v[i].num == SUPPRESS_NUM_HIGH)
            least = n - people;
        k->a_least[i] = least;
        double *row = k->lp.t[k->lp.rows++];
        row[k->a[i]] = 1;
        row[k->lp.cols++] = 1;
        row[COLS] = most - least;
        assert_true(k->lp.rows < ROWS && k->lp.cols < COLS);
    }
    for (size_t r = 0; r < in->n_relations; r++) {
        attack_row(k, &in->relations[r], false);
        if (in->with_num)
            attack_row(k, &in->relations[r], true);
    }
    lp_begin(&k->lp);
}

static void attack_end(struct attack *k) {
    free(k->lp.t);
    free(k->a);
    free(k->b);
    free(k->a_least);
}

/* How far apart the attacker must leave the least and the greatest value. */
static double attack_width(struct attack *k, uint32_t cell, bool num) {
    double lo = 0, hi = 0, cost[COLS] = {0};
    cost[k->a[cell]] = 1;
    if (!num && k->b[cell] >= 0)
        cost[k->b[cell]] = 1;
    assert_true(lp_minimise(&k->lp, cost, k->lp.cols, &lo));
    for (size_t j = 0; j < COLS; j++)
        cost[j] = -cost[j];
    return lp_minimise(&k->lp, cost, k->lp.cols, &hi) ? -hi - lo : INFINITY;
}

/* Hidden numbers that the attacker gets closer than he may; `tried` counts all. */
static inline size_t attack_all(const struct suppress_input *in, const struct suppress_verdict *v,
                                size_t most, size_t *tried) {
    struct attack k;
    size_t won = 0, done = 0, all = 0;
    attack_begin(&k, in, v);
    for (uint32_t i = 0; i < in->n_cells; i++)
        all += hidden_n(&k, i) || hidden_num(&k, i);
    size_t step = 1 + all / most, seen = 0;
    for (uint32_t i = 0; i < in->n_cells; i++) {
        const struct suppress_cell *c = &in->cells[i];
        if ((!hidden_n(&k, i) && !hidden_num(&k, i)) || seen++ % step != 0 ||
            ((c->flags & SUPPRESS_UNPUBLISHED) != 0 && c->n >= 10))
            continue;
        if (hidden_n(&k, i)) {
            won += attack_width(&k, i, false) < 10 - 1e-4;
            done++;
        }
        if (hidden_num(&k, i)) {
            double need = c->n < 2 ? (double)c->n : 2;
            won += attack_width(&k, i, true) < need - 1e-4;
            done++;
        }
    }
    attack_end(&k);
    *tried += done;
    return won;
}

#endif
