#include "sample/calendar.h"

/* The first such weekday (0 Monday) on or after a day. */
static int32_t weekday_from(int32_t day, int weekday) {
    return day + (weekday - date_weekday(day) + 7) % 7;
}

struct school_year school_year(int year) {
    struct school_year y = {.year = year};
    y.turns_on = date_from_ymd(year - 1, 7, 1);
    y.begins_on = weekday_from(date_from_ymd(year - 1, 8, 15), 0);
    y.ends_on = weekday_from(date_from_ymd(year, 6, 3), 4) + 1;
    y.quarter[0] = y.begins_on;
    y.quarter[1] = weekday_from(date_from_ymd(year - 1, 10, 17), 0);
    y.quarter[2] = weekday_from(date_from_ymd(year, 1, 12), 0);
    y.quarter[3] = weekday_from(date_from_ymd(year, 3, 20), 0);
    return y;
}

int school_year_of(int32_t day) {
    struct date_ymd d = date_ymd(day);
    return d.month >= 7 ? d.year + 1 : d.year;
}

/* The nth such weekday of a month. */
static int32_t nth(int year, int month, int weekday, int n) {
    return weekday_from(date_from_ymd(year, month, 1), weekday) + 7 * (n - 1);
}

bool school_day(const struct school_year *y, int32_t day) {
    if (day < y->begins_on || day >= y->ends_on || date_weekday(day) >= 5)
        return false;
    int fall = y->year - 1, spring = y->year;
    int32_t thanks = nth(fall, 11, 3, 4), winter = weekday_from(date_from_ymd(fall, 12, 18), 0),
            breaks = weekday_from(date_from_ymd(spring, 3, 27), 0);
    return day != nth(fall, 9, 0, 1) && day != nth(fall, 10, 0, 2) &&
           day != date_from_ymd(fall, 11, 11) && (day < thanks - 1 || day > thanks + 1) &&
           (day < winter || day >= winter + 14) && day != nth(spring, 1, 0, 3) &&
           day != nth(spring, 2, 0, 3) && (day < breaks || day >= breaks + 5) &&
           day != weekday_from(date_from_ymd(spring, 5, 25), 0);
}
