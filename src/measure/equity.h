/*
 * Equity: where groups stand furthest apart, and how unevenly a resource lies. All of it is made
 * from shown readings or only where they are shown, so nothing here reveals what the door hides.
 */
#ifndef MEASURE_EQUITY_H
#define MEASURE_EQUITY_H

#include "measure/reading.h"

/* The widest gaps over every indicator with a direction and every dimension but grade and band, the
 * group worse off against all others of the org. Ranked by |d| x n x others / (n + others); a gap
 * counts only when both sides are shown, the group has n_least people or more and the interval is
 * clear of 0. At most `most` rows, one per indicator and dimension. */
struct equity_query {
    int64_t org_id;
    int32_t as_of;
    size_t most;    /* 0: 10 */
    double n_least; /* 0: 30 */
};
NODISCARD enum err equity_widest(struct db *db, struct arena *a, const struct equity_query *q,
                                 struct contrast_list *out, struct errmsg *e);

/* How unevenly it lies over the units of an org (minutes over students): Theil's T split exactly
 * into between and within parts (schools for students, teachers, devices and rooms; districts for
 * schools), and the weighted Gini coefficient; weights are the denominators. Computed now from the
 * units, and only where the org's own number is shown exactly; else, and with fewer than two units
 * or a negative value, NaN. */
struct spread {
    size_t units, parts;
    double theil, between, within;
    double gini;
};
NODISCARD enum err equity_spread(struct db *db, struct arena *a, const struct reading_key *k,
                                 struct spread *out, struct errmsg *e);

#endif
