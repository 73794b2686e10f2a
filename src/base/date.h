/*
 * Days and instants. A day is an int32: days since 1970-01-01, proleptic
 * Gregorian; DATE_NONE is "no date". An instant is int64 microseconds since
 * then, UTC. On disk and on screen a day is ISO 8601 text (2026-11-21).
 * Only date_now_us reads a clock; the rest is pure.
 * Source of the day arithmetic: H. Hinnant, chrono-compatible low-level date algorithms.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/str.h"

#define DATE_NONE INT32_MIN
enum { DATE_TEXT = 11, DATE_TIME_TEXT = 21 }; /* bytes with NUL */

struct date_ymd {
    int year, month, day;
};

int32_t date_from_ymd(int year, int month, int day); /* DATE_NONE if there is no such day */
struct date_ymd date_ymd(int32_t day);
int date_weekday(int32_t day);   /* 0 Monday .. 6 Sunday */
int32_t date_week(int32_t day);  /* the Monday of its ISO week */
int32_t date_month(int32_t day); /* the first of its month */

/* YYYY-MM-DD only. */
bool date_parse(struct str s, int32_t *out);
/* Also M/D/YYYY, MM-DD-YYYY, YYYYMMDD, an ISO date-time (its day), 2-digit years never.
 * *assumed is set when the text was not plain ISO. */
bool date_parse_loose(struct str s, int32_t *out, bool *assumed);
const char *date_text(int32_t day, char out[static DATE_TEXT]); /* "" for DATE_NONE */

int64_t date_now_us(void);
int32_t date_of_us(int64_t us);                                          /* the UTC day */
const char *date_time_text(int64_t us, char out[static DATE_TIME_TEXT]); /* 2026-11-21T20:18:09Z */

#endif
