/*
 * Which cells of a set of published tables must be hidden so that no small group can be computed
 * from the others. Pure: counts in, verdicts out. Nothing here knows schools.
 *
 * Cells are linked by relations "total = sum of parts". A cell with 0 < n < min_n is small and
 * hidden; further cells are hidden (complements) until every hidden cell keeps, given ALL visible
 * cells, ALL relations and non-negativity, a range of possible values at least `width` wide. With
 * numerators the same holds for them: see suppress.c, which has the method, what it guarantees,
 * what it does not, and the sources.
 *
 * Always: relations need not hold to the digit. What is left over is taken as known to the reader,
 * which is the worst case (students counted in two schools make parts add up to more than their
 * total). Same input, same verdicts. Memory is freed before return. Thread-safe: no state.
 */
#ifndef CALC_SUPPRESS_H
#define CALC_SUPPRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum suppress_flag {
    SUPPRESS_FIXED = 1,      /* already out of the door: visible whatever happens */
    SUPPRESS_STICKY = 2,     /* was hidden in a published period: hidden again, if not empty */
    SUPPRESS_NUM_STICKY = 8, /* its rate was hidden, n was not: the rate is hidden again */
    SUPPRESS_UNPUBLISHED = 4 /* never shown, but computable from what is (an increment, a rest) */
};

struct suppress_cell {
    int64_t n;      /* people counted, >= 0 */
    int64_t num;    /* of those, in the numerator, 0..n; read only if with_num */
    uint32_t flags; /* of enum suppress_flag */
    uint32_t block; /* the table it is in: 0 for totals, higher for finer tables. A relation's parts
                     * share one block and its total is in that block or a lower one. */
    uint32_t slot, layer; /* of input.layered: which cell of an org, which org (and period). Totals
                           * in their parts' own block must be sums of one slot over layers. */
};

/* n of total = sum of n of parts[first .. first + count) */
struct suppress_relation {
    uint32_t total, first, count;
};

struct suppress_input {
    const struct suppress_cell *cells;
    size_t n_cells;
    const struct suppress_relation *relations;
    size_t n_relations;
    const uint32_t *parts; /* cell indexes */
    size_t n_parts;
    bool layered;      /* slots and layers are given: a quicker search where tables are many */
    bool with_num;     /* rates are published: protect numerators too */
    int64_t min_n;     /* 0 means 10; less than 2 is refused */
    int64_t width;     /* 0 means min_n */
    int64_t num_width; /* 0 means 2: least range of a hidden numerator, in people */
};

enum suppress_n { SUPPRESS_N_SHOWN, SUPPRESS_N_SMALL, SUPPRESS_N_COMPLEMENT };
enum suppress_num {
    SUPPRESS_NUM_SHOWN,
    SUPPRESS_NUM_LOW,   /* coded: only "at most suppress_code_percent(n)" is said */
    SUPPRESS_NUM_HIGH,  /* coded: only "at least 100 - suppress_code_percent(n)" */
    SUPPRESS_NUM_HIDDEN /* n may be shown, the rate is not */
};

struct suppress_verdict {
    uint8_t n;   /* enum suppress_n */
    uint8_t num; /* enum suppress_num; SUPPRESS_NUM_HIDDEN wherever n is hidden */
};

struct suppress_report {
    size_t small, complement; /* cells with n hidden */
    size_t coded, rate_hidden;
    int64_t people_hidden; /* sum of n over the complements: what protection cost */
    size_t unproved;       /* hidden cells whose range could not be proved wide enough; only FIXED
                            * cells can cause it: 0 is the guarantee */
};

/* verdicts [n_cells]. ERR_INVALID for a negative count, num outside 0..n, an index out of range,
 * parts of a relation in several blocks. ERR_CONFLICT when unproved > 0: verdicts are then written
 * but must not be published. */
NODISCARD enum err suppress_run(const struct suppress_input *in, struct suppress_verdict verdicts[],
                                struct suppress_report *report, struct errmsg *e);

/* Small cells only, no complements: what the attack in the tests must break. */
void suppress_primary(const struct suppress_input *in, struct suppress_verdict verdicts[]);

/* The range a reader can work out for one hidden quantity. */
struct suppress_range {
    uint32_t cell;
    bool num;      /* of the numerator, else of n */
    double lo, hi; /* hi is INFINITY if nothing bounds it */
    double need;   /* least hi - lo allowed */
};

struct suppress_audited {
    size_t checked, too_narrow; /* quantities audited; those with hi - lo < need */
    size_t skipped;             /* cells in parts too large for the dense method */
    size_t written;             /* ranges handed back */
};

/*
 * The exact audit: two linear programmes per hidden quantity over everything the reader knows. It
 * shares no search with suppress_run. Writes at most `max` ranges, the worst (least hi - lo - need)
 * first; ranges may be NULL if max is 0. ERR_CONFLICT if any is too narrow. Input as for
 * suppress_run, which checked it. Parts of hidden cells that hang together are audited up to 1,500
 * variables; for larger ones the proofs that suppress_run checks must do.
 */
NODISCARD enum err suppress_audit(const struct suppress_input *in,
                                  const struct suppress_verdict verdicts[],
                                  struct suppress_range ranges[], size_t max,
                                  struct suppress_audited *out, struct errmsg *e);

/* The widths that hold for an input: as given or the default. */
int64_t suppress_width(const struct suppress_input *in);
int64_t suppress_num_width(const struct suppress_input *in);

/* Per cent at each end that is coded for a group of n: 1, 2, 5, 10, 20 (MEASUREMENT: n >= 300, 100,
 * 40, 20, below). */
int suppress_code_percent(int64_t n);
int64_t suppress_code_people(int64_t n); /* the same in people, rounded down; >= 2 for n >= 10 */
/* SUPPRESS_NUM_LOW / HIGH / SHOWN for num of n, n > 0. A rate equal to the bound is coded. */
enum suppress_num suppress_code(int64_t n, int64_t num);

/*
 * Survey groups: merges groups under `min` with the next smallest until none is alone (or one
 * group is left). group_of [k] gets the index of the smallest-index member of the merged group.
 * Empty groups stay by themselves. k <= 4096.
 */
void suppress_merge_small(const int64_t n[], size_t k, int64_t min, uint32_t group_of[]);

#endif
