/*
 * The invented school year: from the Monday on or after 15 August to the Friday on or after 3 June,
 * with the usual holidays and breaks. A school year is named by the calendar year in which it ends
 * and turns on 1 July. Pure.
 */
#ifndef SAMPLE_CALENDAR_H
#define SAMPLE_CALENDAR_H

#include "base/date.h"

struct school_year {
    int year;           /* in which it ends */
    int32_t turns_on;   /* 1 July: who comes or goes from here on belongs to this year */
    int32_t begins_on;  /* first day of school */
    int32_t ends_on;    /* the day after the last */
    int32_t quarter[4]; /* first day of each; quarter[2] is also the second semester's */
};

struct school_year school_year(int year);
int school_year_of(int32_t day);
bool school_day(const struct school_year *y, int32_t day); /* in the year, no weekend, no holiday */

#endif
