/*
 * The roll-up: for a day, every indicator at every org level and group, from units to stored
 * readings. Incremental: each indicator carries a mark of what it was made from (its frame, the
 * imports and edits of its source up to that day, its definition), and one whose mark is unchanged
 * is left alone; so a day's new data costs that day and the indicators it feeds. The result is
 * always what a full roll-up would give.
 * Kept: every day of the last 35, and of each earlier month the last day there is.
 */
#ifndef MEASURE_ROLLUP_H
#define MEASURE_ROLLUP_H

#include "measure/catalogue.h"
#include "store/store.h"

struct measure_done {
    size_t days, indicators, skipped; /* indicator-days computed and left alone */
    int64_t units, readings, us;
};

struct measure_options {
    bool full; /* computes everything again, whatever the marks say */
    void (*progress)(void *to, size_t done, size_t total); /* NULL is fine */
    void *to;
};

/* One day. Reads on the calling thread's reader, writes each indicator in a transaction of its own
 * together with its mark, so a crash leaves whole indicators, and the rest is made the next time.
 */
NODISCARD enum err measure_roll_day(struct store *s, int32_t as_of, const struct measure_options *o,
                                    struct measure_done *done, struct errmsg *e);

/* Brings everything up to date: the month ends since the first term (at most 24), the kept days
 * that a change reaches, and today; and drops the days no longer kept. Under the lock "rollup".
 * What an import, an undo or a background job calls. */
NODISCARD enum err measure_catch_up(struct store *s, int32_t today, const struct measure_options *o,
                                    struct measure_done *done, struct errmsg *e);

/*
 * An applied import of a source reaches the days from its as_of on; the first of its source reaches
 * all days, since it brings the past with it. Call this when records change otherwise: edited by
 * hand, or an import whose rows speak of days before its as_of (usage, scores): `from` is the first
 * day that may differ. In the caller's transaction.
 */
NODISCARD enum err measure_touch(struct db *db, const char *source, int32_t from, int64_t now_us,
                                 struct errmsg *e);

/* The units of an indicator at a time, as the roll-up reads them; for drill-down behind a check of
 * who may see them. A units statement takes :since and :as_of, :since standing first in its text.
 */
NODISCARD enum err measure_units(struct db *db, const struct indicator *ind, int32_t since,
                                 int32_t as_of, unit_sink *sink, void *to, struct errmsg *e);

#endif
