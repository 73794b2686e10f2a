#include "measure/disclose.h"

#include <math.h>
#include <stdio.h>

/* -- Words -- */

static void put_thousands(struct buf *b, int64_t n) {
    char digits[24];
    int k = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
    if (n < 0)
        buf_fmt(b, "-");
    for (int i = 0; i < k; i++) {
        if (i > 0 && (k - i) % 3 == 0)
            buf_byte(b, ',');
        buf_byte(b, digits[i]);
    }
}

/* With up to `places` decimals, thousands marked, and no "-0". */
static void put_number(struct buf *b, double v, int places) {
    double unit = pow(10, places), rounded = round(v * unit) / unit;
    double whole = trunc(rounded), rest = round(fabs(rounded - whole) * unit);
    if (!(fabs(rounded) < 1e15)) {
        buf_fmt(b, "%g", v);
        return;
    }
    if (rounded < 0 && whole == 0)
        buf_byte(b, '-');
    put_thousands(b, (int64_t)whole);
    if (places > 0 && rest > 0)
        buf_fmt(b, ".%0*lld", places, (long long)rest);
}

static void put_value(struct buf *b, double v, enum show_as as) {
    switch (as) {
    case SHOW_PERCENT:
        put_number(b, v, 1);
        buf_fmt(b, " %%");
        break;
    case SHOW_NUMBER:
        put_number(b, v, fabs(v) < 10 ? 2 : fabs(v) < 1000 ? 1 : 0);
        break;
    case SHOW_MINUTES:
        put_number(b, v, 1);
        buf_fmt(b, " min");
        break;
    case SHOW_MBPS:
        put_number(b, v, fabs(v) < 10 ? 2 : 1);
        buf_fmt(b, " Mbps");
        break;
    case SHOW_MONEY: /* cents; whole dollars from a thousand on */
        if (v < 0)
            buf_byte(b, '-');
        buf_byte(b, '$');
        put_number(b, fabs(v) / 100, fabs(v) < 100000 ? 2 : 0);
        break;
    case SHOW_SCORE:
        put_number(b, v, 1);
        break;
    }
}

void shown_text(struct buf *b, const struct shown *s, enum show_as as, enum lang lang) {
    switch (s->state) {
    case SHOWN_NO_DATA:
        buf_fmt(b, "%s", tr(TR("no data", "sin datos"), lang));
        break;
    case SHOWN_HIDDEN:
        buf_fmt(b, "%s", tr(TR("hidden", "oculto"), lang));
        break;
    case SHOWN_VALUE:
        put_value(b, s->value, as);
        break;
    case SHOWN_AT_MOST:
        put_value(b, s->at_most, as);
        buf_fmt(b, " %s", tr(TR("or less", "o menos"), lang));
        break;
    case SHOWN_AT_LEAST:
        put_value(b, s->at_least, as);
        buf_fmt(b, " %s", tr(TR("or more", "o más"), lang));
        break;
    case SHOWN_BETWEEN:
        put_value(b, s->at_least, as);
        buf_fmt(b, " %s ", tr(TR("to", "a"), lang));
        put_value(b, s->at_most, as);
        break;
    }
}

static void hidden_reason(struct buf *b, const struct shown *s, enum lang lang) {
    if (s->n_known) {
        buf_fmt(b, "%s",
                tr(TR("it would reveal a rate near 0 or 100 %",
                      "revelaría un porcentaje cercano a 0 o a 100 %"),
                   lang));
        return;
    }
    if (lang == LANG_ES)
        buf_fmt(b, "menos de %d, o permitiría deducir un grupo de menos de %d", s->min_n, s->min_n);
    else
        buf_fmt(b, "fewer than %d, or it would reveal a group of fewer than %d", s->min_n,
                s->min_n);
}

void shown_reason(struct buf *b, const struct shown *s, enum lang lang) {
    switch (s->state) {
    case SHOWN_NO_DATA:
        buf_fmt(
            b, "%s",
            tr(TR("nobody in this group has a value", "nadie en este grupo tiene un valor"), lang));
        break;
    case SHOWN_HIDDEN:
        hidden_reason(b, s, lang);
        break;
    case SHOWN_AT_MOST:
    case SHOWN_AT_LEAST:
    case SHOWN_BETWEEN:
        buf_fmt(b, "%s",
                tr(TR("given as a bound, so that nobody in a group of this size can be singled out",
                      "se da como límite, para que no se pueda señalar a nadie en un grupo de este "
                      "tamaño"),
                   lang));
        break;
    case SHOWN_VALUE:
        break;
    }
}

void shown_n_text(struct buf *b, const struct shown *s, enum lang lang) {
    if (!s->n_known) {
        buf_fmt(b, "%s", tr(TR("n hidden", "n oculto"), lang));
        return;
    }
    buf_fmt(b, "n = ");
    put_thousands(b, s->n);
}

void shown_interval_text(struct buf *b, const struct shown *s, enum show_as as, enum lang lang) {
    if (s->state != SHOWN_VALUE || isnan(s->lo) || isnan(s->hi))
        return;
    put_value(b, s->lo, as);
    buf_fmt(b, " %s ", tr(TR("to", "a"), lang));
    put_value(b, s->hi, as);
}

const char *shown_state_name(enum shown_state state) {
    switch (state) {
    case SHOWN_NO_DATA:
        return "no_data";
    case SHOWN_HIDDEN:
        return "hidden";
    case SHOWN_VALUE:
        return "value";
    case SHOWN_AT_MOST:
        return "at_most";
    case SHOWN_AT_LEAST:
        return "at_least";
    case SHOWN_BETWEEN:
        return "between";
    }
    return "hidden";
}

static int sort_class(const struct shown *s) {
    switch (s->state) {
    case SHOWN_VALUE:
        return 0;
    case SHOWN_AT_MOST:
    case SHOWN_AT_LEAST:
    case SHOWN_BETWEEN:
        return 1;
    case SHOWN_HIDDEN:
        return 2;
    case SHOWN_NO_DATA:
        return 3;
    }
    return 3;
}

static double sort_value(const struct shown *s) {
    if (s->state == SHOWN_AT_MOST)
        return s->at_most;
    return s->state == SHOWN_HIDDEN || s->state == SHOWN_NO_DATA ? 0 : s->at_least;
}

int shown_cmp(const struct shown *a, const struct shown *b) {
    int x = sort_class(a), y = sort_class(b);
    double v = sort_value(a), w = sort_value(b);
    return x != y ? (x < y ? -1 : 1) : v < w ? -1 : v > w;
}

/* -- Numbers made of numbers -- */

struct shown shown_plain(double value, int64_t n) {
    return (struct shown){SHOWN_VALUE, true, n, value, NAN, NAN, value, value, 10};
}

/* What is left to say if a part is hidden or missing: true, and *out is it. */
static bool not_sayable(const struct shown parts[], size_t k, struct shown *out) {
    bool hidden = false, missing = false, n_known = true;
    int min_n = 10;
    for (size_t i = 0; i < k; i++) {
        hidden = hidden || parts[i].state == SHOWN_HIDDEN;
        missing = missing || parts[i].state == SHOWN_NO_DATA;
        n_known = n_known && parts[i].n_known;
        min_n = parts[i].min_n;
    }
    *out = (struct shown){SHOWN_HIDDEN, n_known, -1, NAN, NAN, NAN, NAN, NAN, min_n};
    if (n_known && k > 0)
        out->n = parts[0].n;
    if (missing && !hidden)
        out->state = SHOWN_NO_DATA;
    return hidden || missing;
}

/* A shown number from the range it is known to be in; `as` lends n and the minimum. */
static struct shown from_range(const struct shown *as, double least, double most) {
    struct shown s = *as;
    s.lo = s.hi = s.value = NAN;
    s.at_least = least;
    s.at_most = most;
    s.state = SHOWN_BETWEEN;
    if (least == most) {
        s.state = SHOWN_VALUE;
        s.value = least;
    } else if (isinf(most)) {
        s.state = SHOWN_AT_LEAST;
    } else if (isinf(least)) {
        s.state = SHOWN_AT_MOST;
    }
    return s;
}

struct shown shown_minus(const struct shown *a, const struct shown *b) {
    const struct shown parts[] = {*a, *b};
    struct shown s;
    if (not_sayable(parts, 2, &s))
        return s;
    return from_range(a, a->at_least - b->at_most, a->at_most - b->at_least);
}

struct shown shown_ratio(const struct shown *a, const struct shown *b) {
    const struct shown parts[] = {*a, *b};
    struct shown s;
    if (not_sayable(parts, 2, &s))
        return s;
    if (b->at_least <= 0 && b->at_most >= 0) {
        s.state = shown_exact(b) ? SHOWN_NO_DATA : SHOWN_HIDDEN;
        return s;
    }
    double q[] = {a->at_least / b->at_least, a->at_least / b->at_most, a->at_most / b->at_least,
                  a->at_most / b->at_most};
    double least = q[0], most = q[0];
    for (size_t i = 1; i < 4; i++) {
        least = fmin(least, q[i]);
        most = fmax(most, q[i]);
    }
    return from_range(a, least, most);
}

struct shown shown_scale(const struct shown *a, double factor) {
    struct shown s;
    if (not_sayable(a, 1, &s))
        return s;
    bool turn = factor < 0;
    s = from_range(a, factor * (turn ? a->at_most : a->at_least),
                   factor * (turn ? a->at_least : a->at_most));
    if (!turn && s.state == SHOWN_BETWEEN)
        s.state = a->state; /* "at most" stays "at most": its other end is 0 */
    s.lo = factor * (turn ? a->hi : a->lo);
    s.hi = factor * (turn ? a->lo : a->hi);
    return s;
}

struct shown shown_sum(const struct shown parts[], size_t k) {
    struct shown s = {SHOWN_NO_DATA, true, 0, NAN, NAN, NAN, NAN, NAN, 10};
    double least = 0, most = 0;
    bool any = false;
    for (size_t i = 0; i < k; i++) {
        if (parts[i].state == SHOWN_NO_DATA)
            continue;
        if (parts[i].state == SHOWN_HIDDEN)
            return (struct shown){SHOWN_HIDDEN, false, -1, NAN, NAN, NAN, NAN, NAN, parts[i].min_n};
        any = true;
        least += parts[i].at_least;
        most += parts[i].at_most;
        s.n += parts[i].n;
        s.min_n = parts[i].min_n;
    }
    return any ? from_range(&s, least, most) : s;
}

/* Whole people: the next one up, but not for the last digit of a double. */
static double people(double n, double percent_short) {
    return percent_short <= 0 ? 0 : ceil(n * percent_short / 100 - 1e-7);
}

struct shown shown_people_short(const struct shown *rate, double target_percent,
                                enum direction better) {
    struct shown s;
    if (not_sayable(rate, 1, &s))
        return s;
    bool lower = better == LOWER_IS_BETTER;
    double n = (double)rate->n, t = target_percent;
    s = from_range(rate, people(n, lower ? rate->at_least - t : t - rate->at_most),
                   people(n, lower ? rate->at_most - t : t - rate->at_least));
    if (s.state == SHOWN_BETWEEN && s.at_least == 0)
        s.state = SHOWN_AT_MOST;
    if (!isnan(rate->lo) && !isnan(rate->hi)) {
        s.lo = people(n, lower ? rate->lo - t : t - rate->hi);
        s.hi = people(n, lower ? rate->hi - t : t - rate->lo);
    }
    return s;
}

struct shown shown_if_all(const struct shown parts[], size_t k, double value, double lo, double hi,
                          int64_t n) {
    struct shown s;
    if (not_sayable(parts, k, &s))
        return s;
    for (size_t i = 0; i < k; i++)
        if (parts[i].state != SHOWN_VALUE) {
            s.state = SHOWN_HIDDEN;
            return s;
        }
    s = shown_plain(value, n);
    s.lo = lo;
    s.hi = hi;
    s.min_n = k > 0 ? parts[0].min_n : 10;
    if (isnan(value))
        s.state = SHOWN_NO_DATA;
    return s;
}
