/*
 * Equity: where groups stand furthest apart, and how unevenly a resource lies. All of it is made
 * from shown readings, so nothing here can reveal what the door hides.
 */
#ifndef MEASURE_EQUITY_H
#define MEASURE_EQUITY_H

#include "measure/reading.h"

/* The widest gaps over every indicator with a direction and every dimension but grade and band, the
 * group worse off against all others of the org. Ranked by |d| x n of the group; a gap counts only
 * when both sides are shown, the group has n_least people or more and the interval is clear of 0.
 * At most `most` rows, one per indicator and dimension. */
struct equity_query {
    int64_t org_id;
    int32_t as_of;
    size_t most;    /* 0: 10 */
    double n_least; /* 0: 30 */
};
NODISCARD enum err equity_widest(struct db *db, struct arena *a, const struct equity_query *q,
                                 struct contrast_list *out, struct errmsg *e);

/* Spread over the schools of an org: Theil T of the schools' means split into between and within
 * districts, and the weighted Gini (weights: n). Only shown schools are in it. */
struct spread {
    size_t schools, hidden;
    double theil, between, within; /* NaN with fewer than two shown schools or a negative mean */
    double gini;
};
NODISCARD enum err equity_spread(struct db *db, struct arena *a, const struct reading_key *k,
                                 struct spread *out, struct errmsg *e);

#endif
