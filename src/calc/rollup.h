/*
 * The roll-up: from one value per unit (student, device, room) to the sums that every number shown
 * is made of, for each org at each level, each group, each indicator. Pure: columns in, cells out.
 * What always holds: the answer is the same for any number of threads and any order of the orgs in
 * memory (units of one org are added in the order given, children in the order of their index); a
 * unit whose value is NaN is in no count; an org holds its own units and those of all orgs below
 * it. Cells are sums, so two roll-ups of different units may be added (rollup_cell_add). Cost:
 * about units x (groups a unit is in + 1) x columns / 8 vector additions; the cells of one org stay
 * in the first-level cache. See rollup.c.
 */
#ifndef CALC_ROLLUP_H
#define CALC_ROLLUP_H

#include "base/arena.h"
#include "base/err.h"

enum {
    ROLLUP_ALL = 0,         /* the group of everyone; bit b of the groups is group b + 1 */
    ROLLUP_GROUPS_MAX = 64, /* bits */
};

/* What a column holds, and so which sums are kept of it. */
enum rollup_kind {
    ROLLUP_RATE,  /* num is 0 or 1; the others follow from n and num */
    ROLLUP_MEAN,  /* num is the value */
    ROLLUP_RATIO, /* num and den; the value of a unit is num / den where den is not 0 */
};

struct rollup_column {
    enum rollup_kind kind;
    bool sketch;       /* keep quantiles of the unit's value per org (group of everyone) */
    const double *num; /* [units]; NaN: unknown */
    const double *den; /* [units]; read for ROLLUP_RATIO alone; NaN: unknown */
};

struct rollup_input {
    size_t units, orgs, groups, columns;
    const int32_t *org; /* [units] 0 .. orgs-1; negative: counted nowhere. Sorted input is faster */
    const int32_t *parent;  /* [orgs] the org above, -1 at the top; any order, no circle */
    const uint64_t *member; /* [units] bit b: is in group b + 1; NULL where groups is 0 */
    const struct rollup_column *column; /* [columns] */
    unsigned threads;                   /* 0 counts as 1; at most 64 */
};

/* n units are known; sums over them. min and max are of the unit's value (NaN where n is 0; for a
 * ratio, where every den is 0). */
struct rollup_cell {
    double n;
    double num, den;            /* den is n for a rate and a mean */
    double num2, den2, num_den; /* sums of squares and of the product: ratio intervals */
    double min, max;
};

struct rollup; /* lives in its arena */

/* ERR_INVALID: an org out of range, a circle of parents, more than 64 groups.
 * ERR_LIMIT: the cells would take more than `bytes_max` (0: no limit but the arena's). */
NODISCARD enum err rollup_run(const struct rollup_input *in, size_t bytes_max, struct arena *a,
                              struct rollup **out, struct errmsg *e);

/* Pairs of groups: the units that are in both. Only for the orgs named, of which none may stand
 * above another (one level, say); each with all below it. The result's orgs are 0 .. orgs-1 in the
 * order named, its groups 1 .. pairs in the order given (group 0 is still everyone). */
struct rollup_pair {
    unsigned a, b; /* groups, 1 .. groups of the input */
};
NODISCARD enum err rollup_pairs(const struct rollup_input *in, const int32_t orgs[], size_t n_orgs,
                                const struct rollup_pair pairs[], size_t n_pairs, size_t bytes_max,
                                struct arena *a, struct rollup **out, struct errmsg *e);

struct rollup_cell rollup_cell(const struct rollup *r, size_t org, size_t group, size_t column);
void rollup_cell_add(struct rollup_cell *to, const struct rollup_cell *more);

/*
 * The value below which a share p of the org's known units lies, in [0, 1]; NaN where n is 0 or the
 * column keeps no sketch. The sketch is a log-linear histogram (64 parts to a doubling, as HDR
 * Histogram has it): the answer is the lower edge of the bucket that holds the unit of rank
 * floor(p (n - 1)), so never further from 0 than that unit's value and at most 1.6 % nearer; exact
 * for integers up to 128, and clamped to the true minimum and maximum. Sizes below 2^-12 count as
 * 0, above 2^30 as 2^30. Merging loses nothing.
 */
double rollup_quantile(const struct rollup *r, size_t org, size_t column, double p);

/*
 * Exact distinct counts: how many different people each key has. Rows of one person must stand
 * together (sorted by person); key is 0 .. keys-1 or negative (skipped), person any number from 0.
 *   last   [keys]  scratch, overwritten
 *   count  [keys]  out
 * O(rows + keys), one pass, no hashing: a key remembers whom it has counted last.
 */
void rollup_distinct(const int32_t key[], const uint32_t person[], size_t rows, size_t keys,
                     uint32_t last[], uint32_t count[]);

#endif
