/*
 * The one door: what a page, a CSV, the API, a chart or a print may know about a number.
 * Raw counts live in measure/ alone (raw.h, which no other folder may include); from here a caller
 * gets a struct shown, which holds no more than may be said. Numbers made of numbers (people short,
 * cost to close, difference, ratio, change) are made here from shown parts and are hidden if a part
 * is. Devices, rooms, schools and licences pass unchanged.
 *
 * There is ONE word for "hidden". The two reasons (too small; would reveal another) are kept apart
 * inside, for the privacy officer's audit, and never told per cell: a reader who knows which cell
 * is the small one knows it is 1..9 and its complement is not, and narrows both. (The table of
 * tests/measure/test_disclose.c: ranges of 18 shrink to 4.)
 *
 * Values; no memory, no state.
 */
#ifndef MEASURE_DISCLOSE_H
#define MEASURE_DISCLOSE_H

#include "base/buf.h"
#include "base/tr.h"
#include "measure/indicator.h"

#include <stdbool.h>
#include <stdint.h>

enum shown_state {
    SHOWN_NO_DATA, /* nobody in the group has a value: said as such, not as 0 */
    SHOWN_HIDDEN,  /* may not be said; n_known tells whether the size of the group may */
    SHOWN_VALUE,   /* value is exact */
    SHOWN_AT_MOST, /* coded: value is not known, only that it is <= at_most */
    SHOWN_AT_LEAST,
    SHOWN_BETWEEN /* made from coded parts: at_least <= value <= at_most */
};

struct shown {
    enum shown_state state;
    bool n_known;
    int64_t n;     /* -1 unless n_known */
    double value;  /* in display units (per cent, minutes, cents); NAN unless SHOWN_VALUE */
    double lo, hi; /* 95 % interval; NAN if none may be shown */
    double at_least, at_most; /* what is known of value: both = value for SHOWN_VALUE; +-INFINITY */
    int min_n;                /* the minimum the words name */
};

/* -- Words. Each appends to b and never writes 0 or nothing for what is hidden or missing. -- */

/* "94.2 %", "hidden", "no data", "95 % or more": for a table cell. */
void shown_text(struct buf *b, const struct shown *s, enum show_as as, enum lang lang);
/* The reason as a sentence part, "" for SHOWN_VALUE: "fewer than 10, or it would reveal a group of
 * fewer than 10"; for title texts, CSV's reason column, the foot of a table. */
void shown_reason(struct buf *b, const struct shown *s, enum lang lang);
/* "n = 153" or "n hidden". */
void shown_n_text(struct buf *b, const struct shown *s, enum lang lang);
/* "91.0 to 96.5" or "" when there is none. */
void shown_interval_text(struct buf *b, const struct shown *s, enum show_as as, enum lang lang);
/* Stable word for JSON and CSV: "value", "hidden", "no_data", "at_most", "at_least", "between". */
const char *shown_state_name(enum shown_state state);

static inline bool shown_exact(const struct shown *s) {
    return s->state == SHOWN_VALUE;
}
/* For sorting a list without giving anything away: exact values in order, then coded, then hidden
 * and no data; ties stay (use a stable sort or a second key). */
int shown_cmp(const struct shown *a, const struct shown *b);

/* -- Numbers made of numbers: interval arithmetic on what is known; hidden if any part is. -- */

struct shown shown_plain(double value, int64_t n); /* not about people, or a target: a constant */
struct shown shown_minus(const struct shown *a, const struct shown *b);
struct shown shown_ratio(const struct shown *a, const struct shown *b); /* hidden if b may be 0 */
struct shown shown_scale(const struct shown *a, double factor); /* cents per person x people */
struct shown shown_sum(const struct shown parts[], size_t k);   /* k = 0: no data */
/* People (of n) for whom a rate in per cent is short of the target: n x distance / 100, never < 0.
 */
struct shown shown_people_short(const struct shown *rate, double target_percent,
                                enum direction better);
/* A statistic computed inside measure/ from the raw cells behind `parts` (Welch interval, risk
 * ratio): passes only if every part is SHOWN_VALUE. */
struct shown shown_if_all(const struct shown parts[], size_t k, double value, double lo, double hi,
                          int64_t n);

#endif
