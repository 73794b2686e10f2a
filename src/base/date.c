#include "base/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int days_in_month(int y, int m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return m == 2 && leap ? 29 : days[m - 1];
}

int32_t date_from_ymd(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return DATE_NONE;
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date_ymd date_ymd(int32_t day) {
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int m = mp < 10 ? mp + 3 : mp - 9;
    return (struct date_ymd){yoe + era * 400 + (m <= 2), m, doy - (153 * mp + 2) / 5 + 1};
}

int date_weekday(int32_t day) {
    int w = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return w < 0 ? w + 7 : w;
}

int32_t date_week(int32_t day) {
    return day - date_weekday(day);
}

int32_t date_month(int32_t day) {
    return day - date_ymd(day).day + 1;
}

/* Reads `n` digits at s[at]. */
static bool digits(struct str s, size_t at, size_t n, int *out) {
    int v = 0;
    if (at + n > s.n)
        return false;
    for (size_t i = at; i < at + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

static bool give(int y, int m, int d, int32_t *out) {
    int32_t day = date_from_ymd(y, m, d);
    if (day == DATE_NONE)
        return false;
    *out = day;
    return true;
}

bool date_parse(struct str s, int32_t *out) {
    int y, m, d;
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && digits(s, 0, 4, &y) &&
           digits(s, 5, 2, &m) && digits(s, 8, 2, &d) && give(y, m, d, out);
}

/* M/D/YYYY with one or two digits, '/' or '-' between, an optional time behind a space. */
static bool parse_us(struct str s, int32_t *out) {
    int v[3] = {0};
    size_t i = 0;
    for (int k = 0; k < 3; k++) {
        size_t n = 0, most = k < 2 ? 2 : 4;
        while (n < most && i + n < s.n && s.p[i + n] >= '0' && s.p[i + n] <= '9')
            n++;
        if (n == 0 || (k == 2 && n != 4) || !digits(s, i, n, &v[k]))
            return false;
        i += n;
        if (k < 2 && (i >= s.n || (s.p[i] != '/' && s.p[i] != '-')))
            return false;
        i += k < 2 ? 1 : 0;
    }
    return (i == s.n || s.p[i] == ' ') && give(v[2], v[0], v[1], out);
}

bool date_parse_loose(struct str s, int32_t *out, bool *assumed) {
    if (date_parse(s, out))
        return true;
    int y, m, d;
    bool ok = s.n > 10 && (s.p[10] == 'T' || s.p[10] == ' ') && date_parse(str_sub(s, 0, 10), out);
    ok = ok || (s.n == 8 && digits(s, 0, 4, &y) && digits(s, 4, 2, &m) && digits(s, 6, 2, &d) &&
                give(y, m, d, out));
    ok = ok || parse_us(s, out);
    if (ok)
        *assumed = true;
    return ok;
}

const char *date_text(int32_t day, char out[static DATE_TEXT]) {
    out[0] = '\0';
    if (day == DATE_NONE)
        return out;
    struct date_ymd v = date_ymd(day);
    (void)snprintf(out, DATE_TEXT, "%04u-%02u-%02u", (unsigned)v.year % 10000u,
                   (unsigned)v.month % 100u, (unsigned)v.day % 100u);
    return out;
}

int64_t date_now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int32_t date_of_us(int64_t us) {
    int64_t day = us / 86400000000;
    return (int32_t)(us % 86400000000 < 0 ? day - 1 : day);
}

const char *date_time_text(int64_t us, char out[static DATE_TIME_TEXT]) {
    char day[DATE_TEXT];
    int64_t s = (us - (int64_t)date_of_us(us) * 86400000000) / 1000000;
    (void)snprintf(out, DATE_TIME_TEXT, "%sT%02u:%02u:%02uZ", date_text(date_of_us(us), day),
                   (unsigned)(s / 3600) % 24u, (unsigned)(s / 60) % 60u, (unsigned)s % 60u);
    return out;
}
