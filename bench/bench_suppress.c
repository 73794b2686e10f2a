/*
 * How long the one decision takes: a rate about students, every org by everyone and eight
 * dimensions of up to ten categories, school sizes and shares as in real districts (a few large
 * groups, many small ones). Prints cells, what was hidden and cpu s; asserts nothing.
 */
#include "base/rng.h"
#include "measure/raw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DIMS = 8, CATS = 10 };
static const unsigned cats[DIMS] = {10, 8, 5, 4, 3, 3, 3, 6};

struct bench {
    struct raw_universe u;
    uint32_t *parent;
    struct raw_cell *cell;
    size_t n_leaves;
};

static void add(struct raw_cell *c, bool num) {
    c->n++;
    c->num += num;
}

/* Orgs: 0 the top; districts if more than one; then schools. */
static void make(struct bench *b, size_t districts, size_t schools, double rate) {
    static const struct raw_period period = {RAW_NONE};
    size_t first = districts > 1 ? 1 + districts : 1, orgs = first + schools, per = 1;
    struct rng r = rng_seed(7);
    for (size_t d = 0; d < DIMS; d++)
        per += cats[d];
    b->parent = calloc(orgs, sizeof *b->parent);
    b->cell = calloc(orgs * per, sizeof *b->cell);
    for (size_t o = 0; o < orgs; o++) {
        struct raw_cell *c = b->cell + o * per;
        b->parent[o] = o == 0                       ? RAW_NONE
                       : o < first || districts < 2 ? 0
                                                    : (uint32_t)(1 + rng_below(&r, districts));
        c->key = (struct raw_key){(uint32_t)o, 0, RAW_ALL, RAW_ALL, RAW_ALL, RAW_ALL};
        for (unsigned d = 0, at = 1; d < DIMS; d++)
            for (unsigned k = 0; k < cats[d]; k++, at++)
                c[at].key =
                    (struct raw_key){(uint32_t)o, 0, (uint16_t)d, (uint16_t)k, RAW_ALL, RAW_ALL};
    }
    for (size_t o = first; o < orgs; o++) {
        size_t n = (size_t)exp(5.9 + 0.7 * rng_normal(&r));
        double own = rng_unit(&r) * 0.5;
        for (size_t i = 0; i < n; i++) {
            bool num = rng_chance(&r, rate);
            size_t slot[DIMS], at = 1;
            for (unsigned d = 0; d < DIMS; d++) {
                unsigned k = 0;
                while (k + 1 < cats[d] && rng_chance(&r, 0.25 + own))
                    k++;
                slot[d] = at + k;
                at += cats[d];
            }
            for (size_t up = o;; up = b->parent[up]) {
                add(b->cell + up * per, num);
                for (unsigned d = 0; d < DIMS; d++)
                    add(b->cell + up * per + slot[d], num);
                if (b->parent[up] == RAW_NONE)
                    break;
            }
        }
    }
    b->u = (struct raw_universe){.parent = b->parent,
                                 .n_orgs = orgs,
                                 .period = &period,
                                 .n_periods = 1,
                                 .cells = b->cell,
                                 .n_cells = orgs * per};
}

int main(void) {
    static const struct {
        size_t districts, schools;
        double rate;
    } size[] = {{1, 25, .9},   {1, 100, .9},   {1, 250, .5},   {1, 250, .9},
                {1, 250, .97}, {60, 1000, .9}, {200, 4000, .9}};
    struct indicator ind = {
        .code = "bench", .unit = UNIT_STUDENT, .kind = MEASURE_RATE, .show = SHOW_PERCENT};
    printf("%9s %8s %6s %9s %8s %8s %8s %9s %8s %8s\n", "districts", "schools", "rate", "cells",
           "small", "compl.", "coded", "rate hid", "unproved", "CPU s");
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        struct bench b;
        struct suppress_report rep;
        clock_t t0, t1;
        make(&b, size[i].districts, size[i].schools, size[i].rate);
        t0 = clock();
        err_ignore(raw_decide(&b.u, &ind, &rep, NULL));
        t1 = clock();
        printf("%9zu %8zu %6.2f %9zu %8zu %8zu %8zu %9zu %8zu %8.2f\n", size[i].districts,
               size[i].schools, size[i].rate, b.u.n_cells, rep.small, rep.complement, rep.coded,
               rep.rate_hidden, rep.unproved, (double)(t1 - t0) / CLOCKS_PER_SEC);
        free(b.parent);
        free(b.cell);
    }
    return 0;
}
