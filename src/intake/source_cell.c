/* One cell of a file as a typed value, as tolerant as certainty allows. */
#include "intake/source.h"

#include "base/date.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXCEL_1970 = 25569 };
static const double excel_first = 20000, excel_last = 80000, ms_of_day = 86400000;

static const char assumed_us[] = "US dates (month/day/year) were read as such.";
static const char assumed_year[] = "Years of two digits were read as 20YY.";
static const char assumed_serial[] =
    "Whole numbers in date columns were read as Excel's day numbers.";
static const char assumed_epoch[] = "Long numbers in date columns were read as time since 1970.";
static const char assumed_digits[] =
    "Numbers written with an exponent (6.3E+15) were given their digits back.";

static bool blank(const struct source_column *c, struct str s) {
    static const char *const words[] = {"-", "--", "n/a", "#n/a", "null", "nil", "(blank)"};
    static const char *const coded[] = {"-1", "-2", "-3", "."};
    if (s.n == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(s, str_z(words[i])))
            return true;
    for (size_t i = 0; c->format == CELL_CODED && i < sizeof coded / sizeof coded[0]; i++)
        if (str_eq(s, str_z(coded[i])))
            return true;
    return false;
}

static bool all_digits(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static const char assumed_zeros[] = "Numbers that were too short got their leading zeros back.";

/* d.dddE+dd: its digits without point and how many zeros they lack. False for anything else. */
static bool exponent_form(struct str s, char digits[static 32], int *zeros) {
    struct str rest = s, mantissa, whole;
    int64_t exponent;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == 'e' || s.p[i] == 'E') {
            mantissa = str_sub(s, 0, i);
            rest = str_sub(s, i + 1, s.n);
            if (rest.n > 0 && rest.p[0] == '+')
                rest = str_sub(rest, 1, rest.n);
            if (!all_digits(rest) || !str_int(rest, &exponent) || exponent > 25)
                return false;
            rest = mantissa;
            (void)str_split(&rest, '.', &whole);
            if (!all_digits(whole) || whole.n != 1 || (rest.n > 0 && !all_digits(rest)) ||
                rest.n > 24)
                return false;
            digits[n++] = whole.p[0];
            if (rest.n > 0)
                memcpy(digits + n, rest.p, rest.n);
            digits[n + rest.n] = '\0';
            *zeros = (int)exponent - (int)rest.n;
            return true;
        }
    return false;
}

/* A spreadsheet that showed a long number as 6.3E+15 kept only those digits. */
static enum err restore_digits(struct str *s, struct arena *a, const char **assumed,
                               struct errmsg *e) {
    char digits[32];
    int zeros;
    if (!exponent_form(*s, digits, &zeros))
        return ERR_OK;
    if (zeros > 0)
        return err_set(e, ERR_INVALID,
                       "\"%.*s\" has lost its last digits in a spreadsheet. Format the column as "
                       "text or number there and export again.",
                       STR_ARG(*s));
    if (zeros < 0)
        return ERR_OK; /* a decimal number, not an identifier */
    *s = arena_str(a, str_z(digits));
    *assumed = assumed_digits;
    return ERR_OK;
}

/* ---- dates ---- */

static int month_of(struct str word) {
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int i = 0; i < 12 && word.n >= 3; i++)
        if (str_eq_nocase(str_sub(word, 0, 3), str_z(names[i])))
            return i + 1;
    return 0;
}

static int64_t full_year(int64_t year, const char **assumed) {
    if (year < 0 || year > 99)
        return year;
    *assumed = assumed_year;
    return 2000 + year;
}

/* Parts between blanks, commas, dashes, slashes and points: at most three. */
static size_t date_parts(struct str s, struct str part[static 3]) {
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= s.n; i++) {
        bool gap = i == s.n || strchr(" ,-/.", s.p[i]) != NULL;
        if (!gap)
            continue;
        if (i > from) {
            if (n == 3)
                return 4;
            part[n++] = str_sub(s, from, i);
        }
        from = i + 1;
    }
    return n;
}

/* "5-Jan-26", "Jan 5, 2026", "1/5/26". */
static bool worded_date(struct str s, int32_t *out, const char **assumed) {
    struct str part[3];
    int64_t day, year, month;
    if (date_parts(s, part) != 3 || !str_int(part[2], &year) || part[2].n == 3)
        return false;
    if ((month = month_of(part[0])) > 0) {
        if (!str_int(part[1], &day))
            return false;
    } else if ((month = month_of(part[1])) > 0) {
        if (!str_int(part[0], &day))
            return false;
    } else if (!str_int(part[0], &month) || !str_int(part[1], &day)) {
        return false;
    } else {
        *assumed = assumed_us;
    }
    year = full_year(year, assumed);
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *out = date_from_ymd((int)year, (int)month, (int)day);
    return *out != DATE_NONE;
}

/* Milliseconds, seconds or Excel's day number, told apart by size. */
static bool numeric_date(struct str s, int32_t *out, const char **assumed) {
    enum { DIGITS_LOST_MAX = 7 /* 10^7 ms are under three hours */ };
    char digits[32];
    int zeros;
    double v;
    if (!str_real(s, &v) || v < excel_first || v > 1e14)
        return false;
    if (exponent_form(s, digits, &zeros) && zeros > DIGITS_LOST_MAX)
        return false; /* too coarse to name a day */
    if (v <= excel_last) {
        *assumed = assumed_serial;
        *out = (int32_t)v - EXCEL_1970;
        return true;
    }
    if (v < 1e8)
        return false;
    *assumed = assumed_epoch;
    *out = (int32_t)floor(v >= 1e11 ? v / ms_of_day : v * 1000 / ms_of_day);
    return true;
}

static bool any_date(struct str s, int32_t *out, const char **assumed) {
    bool loose = false;
    if (date_parse_loose(s, out, &loose)) {
        if (loose && memchr(s.p, '/', s.n) != NULL)
            *assumed = assumed_us;
        return true;
    }
    const char *blank_at = memchr(s.p, ' ', s.n);
    if (numeric_date(s, out, assumed) || worded_date(s, out, assumed))
        return true;
    /* a time behind the date: "1/5/26 14:30" */
    return blank_at != NULL && memchr(blank_at, ':', (size_t)(s.p + s.n - blank_at)) != NULL &&
           worded_date(str_sub(s, 0, (size_t)(blank_at - s.p)), out, assumed);
}

/* YYYY-MM, MM/YYYY, "Sep 2026", or any date: the first of its month. */
static bool any_month(struct str s, int32_t *out, const char **assumed) {
    struct str part[3];
    int64_t a, b;
    if (date_parts(s, part) == 2 && str_int(part[1], &b)) {
        int named = month_of(part[0]);
        if (named > 0)
            a = named;
        else if (!str_int(part[0], &a))
            return false;
        int64_t year = a > 31 ? a : b, month = a > 31 ? b : a;
        if (year < 1900 || year > 9999 || month < 1 || month > 12)
            return false;
        *out = date_from_ymd((int)year, (int)month, 1);
        return true;
    }
    if (!any_date(s, out, assumed))
        return false;
    *out = date_month(*out);
    return true;
}

/* "1 Gbps" -> "1000": digits that kind_parse takes. */
static struct str mbps(struct str s, struct arena *a) {
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"gbps", 1000}, {"gbit/s", 1000}, {"gb/s", 1000}, {"gb", 1000}, {"g", 1000},
                 {"mbps", 1},    {"mbit/s", 1},    {"mb/s", 1},    {"mb", 1},    {"m", 1},
                 {"kbps", .001}, {"kbit/s", .001}, {"kb/s", .001}, {"kb", .001}, {"k", .001}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct str u = str_z(units[i].unit);
        double v;
        if (s.n <= u.n || !str_eq_nocase(str_sub(s, s.n - u.n, s.n), u))
            continue;
        struct str number = str_trim(str_sub(s, 0, s.n - u.n));
        return str_real(number, &v) ? arena_fmt(a, "%.15g", v * units[i].factor) : s;
    }
    return s;
}

static struct str word_value(const struct source_column *c, struct str s) {
    for (const struct source_word *w = c->words; w != NULL && w->word != NULL; w++)
        if (str_eq_nocase(s, str_z(w->word)))
            return str_z(w->value);
    return s;
}

static enum err date_cell(const struct source_column *c, struct str s, struct arena *a,
                          struct val *out, const char **assumed, struct errmsg *e) {
    int32_t day;
    bool ok = c->format == CELL_MONTH ? any_month(s, &day, assumed) : any_date(s, &day, assumed);
    if (!ok)
        return err_set(e, ERR_INVALID, "\"%.*s\" is not %s.", (int)(s.n < 60 ? s.n : 60), s.p,
                       c->format == CELL_MONTH ? "a month. Write it as 2026-09"
                                               : "a date. Write it as 2026-11-21");
    char *z = arena_alloc(a, DATE_TEXT);
    *out = V_Z(date_text(day, z));
    return ERR_OK;
}

enum err source_cell(const struct source *s, const struct source_column *c, struct str text,
                     struct arena *a, struct val *out, const char **assumed, struct errmsg *e) {
    const char *none = NULL;
    const struct field plain = {.column = c->name, .type = c->type};
    const struct field *f =
        s->kind == NULL || c->field == NULL ? &plain : kind_field(s->kind, str_z(c->field));
    assumed = assumed == NULL ? &none : assumed;
    *out = V_NULL;
    CHECK(f != NULL);
    text = str_trim(text);
    if (blank(c, text))
        text = str_z(c->absent);
    if (text.n == 0)
        return ERR_OK;
    text = word_value(c, text);
    if (text.n == 0)
        return ERR_OK;
    if (c->type == FIELD_DATE)
        return date_cell(c, text, a, out, assumed, e);
    if (c->type == FIELD_TEXT || c->type == FIELD_ORG || c->type == FIELD_PERSON ||
        c->type == FIELD_INT)
        TRY(restore_digits(&text, a, assumed, e));
    if (c->type == FIELD_ORG || c->type == FIELD_PERSON) {
        *out = V_STR(text);
        return ERR_OK;
    }
    if (c->format == CELL_MBPS)
        text = mbps(text, a);
    if (c->digits > 0 && text.n < (size_t)c->digits && all_digits(text)) {
        text = arena_fmt(a, "%0*d%.*s", c->digits - (int)text.n, 0, STR_ARG(text));
        *assumed = assumed_zeros;
    }
    return kind_parse(NULL, f, text, a, out, e);
}
