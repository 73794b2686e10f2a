/*
 * The catalogue of indicators: every subject hands its rows in once, at the start of the process
 * (plan_load_indicators calls them all), and everyone else looks up by code. Rows are constant and
 * live as long as the program. catalogue_add is for one thread; the rest is read-only.
 * A by_series indicator yields its whole under the series "" and each part under its own name.
 */
#ifndef MEASURE_CATALOGUE_H
#define MEASURE_CATALOGUE_H

#include "measure/indicator.h"

enum { CATALOGUE_MOST = 256 };

/* Adds rows; adding the same row again does nothing. A mistake in a row is a CHECK. */
void catalogue_add(const struct indicator rows[], size_t n);
size_t catalogue_count(void);
const struct indicator *catalogue_at(size_t i); /* i < catalogue_count, in the order added */
const struct indicator *catalogue_find(struct str code);  /* NULL when there is none */
bool indicator_about_people(const struct indicator *ind); /* disclosure control applies */
double
indicator_scale(const struct indicator *ind); /* what num/den is multiplied with to be shown */

/* The rows that the roster itself yields. */
extern const struct indicator measure_roster_indicators[];
extern const size_t measure_roster_indicator_count;

/* The days an indicator's period covers when read as of a day: a stock is that day; a week is 7
 * days and a month 28 (four whole weeks), ending that day; a year begins with the school year that
 * the day is in (its term row, else 1 July). */
NODISCARD enum err indicator_since(struct db *db, const struct indicator *ind, int32_t as_of,
                                   int32_t *since, struct errmsg *e);

/* Words for the enums, in both languages where a person sees them. */
struct tr unit_name(enum unit_kind kind, bool plural);
struct tr direction_name(enum direction better);
struct tr period_name(enum period_kind period);
const char *unit_code(enum unit_kind kind); /* "student", ... for --json and the API */
const char *measure_code(enum measure_kind kind);
const char *period_code(enum period_kind period);
const char *direction_code(enum direction better);

#endif
