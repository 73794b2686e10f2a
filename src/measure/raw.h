/*
 * Inside the door: raw cells, the universe they are published in, and the decision what each may
 * show. Only measure/ includes this header (a test looks). The decision is taken ONCE for a whole
 * universe, that is one indicator (and series) with every org, group, pair and period that is on
 * offer together, and is stored beside the raw cell, so that screen, print, CSV and API agree.
 *
 * Relations are found from the keys, none is given by hand:
 *   org      parent = sum of its children, for every group and period
 *   group    all = sum of the categories of a dimension (unknown is a category), for every org;
 *            a category that is a part of another (raw_nest: free meals of low income, a grade of
 *            its band) counts towards that one instead, if it is in the universe
 *   pair     (d1, c1) = sum over c2 of (d1, c1, d2, c2), and the same for d2
 *   period   a period = sum of its parts (struct raw_period), where counts add up
 * What an org has beyond its children (people counted at the district itself) is a cell too, never
 * shown, protected like any other.
 * Where the keys of a relation are incomplete (a category missing from the input) the missing cell
 * counts as empty, so hand in every cell that has anybody.
 */
#ifndef MEASURE_RAW_H
#define MEASURE_RAW_H

#include "calc/suppress.h"
#include "measure/disclose.h"

#define RAW_ALL 0xffffu /* no dimension */

struct raw_key {
    uint32_t org;        /* index into raw_universe.parent */
    uint32_t period;     /* index into raw_universe.period */
    uint16_t dim1, cat1; /* RAW_ALL: the total */
    uint16_t dim2, cat2; /* RAW_ALL: not a pair; else dim1 < dim2 */
};

struct raw_cell {
    struct raw_key key;
    int64_t n;       /* units with a value */
    double num, den; /* sums; value = scale x num / den */
    double sq;       /* sum of squares of unit values, for the interval of a mean */
    uint32_t flags;  /* enum suppress_flag: what an earlier publication forces */
    /* decided by raw_decide, stored: */
    struct suppress_verdict verdict;
};

#define RAW_NONE UINT32_MAX

struct raw_period {
    uint32_t of; /* the longer period it is a part of (year of a month), or RAW_NONE. Only where
                  * counts add up: not for stocks, not for distinct people. */
};

struct raw_nest { /* category cat of dim is a part of category in_cat of in_dim */
    uint16_t dim, cat, in_dim, in_cat;
};

struct raw_universe {
    const uint32_t
        *parent; /* [n_orgs] parent's index, RAW_NONE at the top; parents may come later */
    size_t n_orgs;
    const struct raw_period *period; /* [n_periods] */
    size_t n_periods;
    struct raw_cell *cells; /* [n_cells], any order, keys unique; dims < 64 */
    size_t n_cells;
    int64_t min_n;               /* of the district's setting; 0: 10 */
    const struct raw_nest *nest; /* [n_nest] or NULL */
    size_t n_nest;
};

/* Writes cells[].verdict. `ind` says whether it is about people (else everything is shown) and
 * whether rates are protected. ERR_CONFLICT: nothing may be published (see suppress_run). */
NODISCARD enum err raw_decide(const struct raw_universe *u, const struct indicator *ind,
                              struct suppress_report *report, struct errmsg *e);

/* The same universe with its stored verdicts, for `homeroom verify`: exact ranges where the part is
 * small enough. ERR_CONFLICT if any hidden number can be worked out too closely. */
NODISCARD enum err raw_audit(const struct raw_universe *u, const struct indicator *ind,
                             struct suppress_audited *out, struct errmsg *e);

/*
 * Sticky: before deciding a period of a cumulative indicator (year to date), or anything that hangs
 * on what is out already: a cell hidden in `last` gets SUPPRESS_STICKY in `now`, one whose rate was
 * hidden SUPPRESS_NUM_STICKY, so that no difference opens. The period of the keys is not looked at;
 * the order need not be the same.
 */
void raw_sticky(const struct raw_cell last[], size_t n_last, struct raw_cell now[], size_t n_now);

/* Through the door. */
struct shown raw_show(const struct raw_cell *c, const struct indicator *ind, int64_t min_n);

#endif
