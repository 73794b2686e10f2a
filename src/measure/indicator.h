/*
 * An indicator is a row: one definition, at its smallest unit, read by gaps, equity, studies,
 * dashboards and reports alike. A subject hands its rows to measure/ (catalogue.h); measure/ knows
 * no subject's tables. The value of a unit is num / den:
 *   RATE   num is 0 or 1, den is 1: the share of units for which it holds
 *   MEAN   den is 1: the mean over units
 *   RATIO  sum of num over sum of den (minutes per enrolled day, faults per 100 devices)
 * A unit without a row is unknown: it is in no n.
 */
#ifndef MEASURE_INDICATOR_H
#define MEASURE_INDICATOR_H

#include "base/tr.h"
#include "store/db.h"

enum unit_kind {
    UNIT_STUDENT,
    UNIT_EDUCATOR,
    UNIT_DEVICE,
    UNIT_ROOM,
    UNIT_SCHOOL,
    UNIT_LICENCE,
    UNIT_KINDS
};
enum measure_kind { MEASURE_RATE, MEASURE_MEAN, MEASURE_RATIO };
enum period_kind {
    PERIOD_DAY,
    PERIOD_WEEK,
    PERIOD_MONTH,
    PERIOD_YEAR
}; /* what [since, as_of] spans; DAY is a stock on as_of */
enum direction { HIGHER_IS_BETTER, LOWER_IS_BETTER, NEITHER_IS_BETTER };
enum show_as {
    SHOW_PERCENT,
    SHOW_NUMBER,
    SHOW_MINUTES,
    SHOW_MBPS,
    SHOW_MONEY /* cents */,
    SHOW_SCORE
};

/* What a units function calls for each value: unit is the row id of its kind (person.id for
 * students and educators), org the school it is counted at (0: where the unit's own roster row puts
 * it), series "" or a key such as a product's name. */
struct unit_value {
    int64_t unit, org;
    double num, den;
    struct str series;
};
typedef void unit_sink(void *to, const struct unit_value *v);

struct indicator {
    const char *code; /* stable, lower case with underscores: "device_working" */
    struct tr name,
        question; /* "Works and assigned", "Does every student have a working device?" */
    struct tr numerator, denominator;
    enum unit_kind unit;
    enum measure_kind kind;
    enum period_kind period;
    enum direction better;
    enum show_as show;
    double scale;       /* shown value = scale x num/den; 0 means 1 (SHOW_PERCENT implies 100) */
    const char *source; /* name of a row in the table of sources, or "roster" */
    int fresh_days;     /* older data is marked stale */
    bool people;        /* about people: disclosure control applies (students, educators: always) */
    bool by_series;     /* one reading per series (product), beside the whole */
    /* One of the two. The statement takes :since and :as_of (ISO dates, both included) and gives
     * unit, org, num, den, series. */
    enum sql units;
    enum err (*units_fn)(struct db *db, int32_t since, int32_t as_of, unit_sink *sink, void *to,
                         struct errmsg *e);
};

#endif
