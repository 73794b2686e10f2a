/*
 * The drawing is 360 units wide so that on a phone a unit is a pixel and its text stays readable;
 * labels stand above their row, not beside it. Rows: 46 units each.
 */
#include "web/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDE = 360, LEFT = 4, RIGHT = 352, ROW = 46, TREND_HIGH = 190, TREND_LEFT = 44 };

struct scale {
    double from, to, x0, x1;
};

/* Numbers inside of the SVG: one decimal is a tenth of a pixel. */
static const char *at(struct html *h, const struct scale *s, double v) {
    double t = s->to > s->from ? (v - s->from) / (s->to - s->from) : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return arena_fmt(h->a, "%.1f", s->x0 + t * (s->x1 - s->x0)).p;
}

/* The next of 1, 2, 2.5, 5 times a power of ten. */
static double nice(double v) {
    if (!(v > 0))
        return 1;
    double p = pow(10, floor(log10(v)));
    static const double steps[] = {1, 2, 2.5, 5, 10};
    for (int i = 0; i < 5; i++)
        if (v <= steps[i] * p * (1 + 1e-9))
            return steps[i] * p;
    return 10 * p;
}

static void widen(double *lo, double *hi, double v) {
    if (!isfinite(v))
        return;
    *lo = v < *lo ? v : *lo;
    *hi = v > *hi ? v : *hi;
}

static const char *value_text(struct html *h, const struct chart *c, double v) {
    if (!isfinite(v))
        return T(h, "no data", "sin datos");
    if (c->axis == AXIS_SHARE)
        return percent(h, v);
    const char *number = num_dec(h, v, c->decimals);
    return c->unit == NULL ? number : arena_fmt(h->a, "%s %s", number, c->unit).p;
}

static const char *interval_text(struct html *h, const struct chart *c, double low, double high) {
    if (!isfinite(low) || !isfinite(high))
        return "";
    const char *a = c->axis == AXIS_SHARE ? num_dec(h, low * 100, 1) : num_dec(h, low, c->decimals),
               *b = c->axis == AXIS_SHARE ? num_dec(h, high * 100, 1)
                                          : num_dec(h, high, c->decimals);
    return arena_fmt(h->a, "%s %s %s", a, T(h, "to", "a"), b).p;
}

static struct scale scale_of(const struct chart *c, const struct chart_point *p, size_t n) {
    double lo = 0, hi = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i].hidden != NULL)
            continue;
        widen(&lo, &hi, p[i].value);
        widen(&lo, &hi, p[i].high);
        widen(&lo, &hi, p[i].low);
        if (c->before != NULL)
            widen(&lo, &hi, p[i].before);
    }
    widen(&lo, &hi, c->reference);
    bool share = c->axis == AXIS_SHARE && hi <= 1 && lo >= 0;
    return (struct scale){lo < 0 ? -nice(-lo) : 0, share ? 1 : nice(hi), LEFT, RIGHT};
}

static void finding(struct html *h, const struct chart *c) {
    if (c->finding != NULL)
        html(h, "<p class=\"finding\">%s</p>\n", c->finding);
}

static void open_svg(struct html *h, const struct chart *c, int high) {
    html(h, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s %s\">\n", WIDE,
         high, c->label,
         T(h, "The same numbers are in the table below.",
           "Los mismos números están en la tabla de abajo."));
}

/* Ends of the axis, and the reference line with its name. */
static void axis_x(struct html *h, const struct chart *c, const struct scale *s, int bottom) {
    for (int i = 0; i <= 4; i++)
        html(h, "<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"4\" y2=\"%d\"/>",
             at(h, s, s->from + (s->to - s->from) * i / 4),
             at(h, s, s->from + (s->to - s->from) * i / 4), bottom);
    bool ref = isfinite(c->reference) && c->reference_label != NULL;
    double place = ref ? (c->reference - s->from) / (s->to - s->from) : 0;
    if (!ref || place > 0.45)
        html(h, "<text x=\"%d\" y=\"%d\">%s</text>", LEFT, bottom + 16, value_text(h, c, s->from));
    if (!ref || place < 0.55)
        html(h, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>", RIGHT, bottom + 16,
             value_text(h, c, s->to));
    if (ref)
        html(h,
             "<line class=\"ref\" x1=\"%s\" x2=\"%s\" y1=\"4\" y2=\"%d\"/><text class=\"strong "
             "%s\" x=\"%s\" y=\"%d\">%s</text>",
             at(h, s, c->reference), at(h, s, c->reference), bottom,
             place > 0.66   ? "end"
             : place < 0.33 ? "start"
                            : "middle",
             at(h, s, c->reference), bottom + 16, c->reference_label);
}

static void row_label(struct html *h, const struct chart *c, const struct chart_point *p, int y) {
    html(h,
         "<text class=\"strong\" x=\"%d\" y=\"%d\">%s</text><text class=\"end\" x=\"%d\" "
         "y=\"%d\">%s</text>",
         LEFT, y, p->name, RIGHT, y,
         p->hidden != NULL ? T(h, "hidden", "oculto") : value_text(h, c, p->value));
}

static bool any_interval(const struct chart_point *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isfinite(p[i].low) && isfinite(p[i].high) && p[i].hidden == NULL)
            return true;
    return false;
}

static bool any_n(const struct chart_point *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i].n >= 0)
            return true;
    return false;
}

static void cell(struct html *h, const char *label, const char *text) {
    html(h, "<td class=\"n\" data-l=\"%s\">%s</td>", label, text);
}

static void table(struct html *h, const struct chart *c, const struct chart_point *p, size_t n) {
    bool interval = any_interval(p, n), counts = any_n(p, n), before = c->before != NULL;
    const char *range = T(h, "Interval", "Intervalo");
    html(h, "<div class=\"scroll\"><table class=\"stack\">");
    if (c->caption != NULL)
        html(h, "<caption>%s</caption>", c->caption);
    html(h, "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>", c->name,
         c->value);
    if (interval)
        html(h, "<th scope=\"col\" class=\"n\">%s</th>", range);
    if (before)
        html(h, "<th scope=\"col\" class=\"n\">%s</th>", c->before);
    if (counts)
        html(h, "<th scope=\"col\" class=\"n\">n</th>");
    html(h, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        html(h, "<tr><th scope=\"row\">");
        if (p[i].href != NULL)
            html(h, "<a href=\"%s\">%s</a></th>", p[i].href, p[i].name);
        else
            html(h, "%s</th>", p[i].name);
        if (p[i].hidden != NULL) {
            html(h, "<td class=\"n\" data-l=\"%s\">", c->value);
            hidden_tag(h, p[i].hidden);
            html(h, "</td>");
        } else {
            cell(h, c->value, value_text(h, c, p[i].value));
        }
        bool shown = p[i].hidden == NULL;
        if (interval)
            cell(h, range, shown ? interval_text(h, c, p[i].low, p[i].high) : "");
        if (before)
            cell(h, c->before, shown && isfinite(p[i].before) ? value_text(h, c, p[i].before) : "");
        if (counts)
            cell(h, "n", shown && p[i].n >= 0 ? num_int(h, p[i].n) : "");
        html(h, "</tr>\n");
    }
    html(h, "</tbody></table></div>\n");
}

void chart_dots(struct html *h, const struct chart *c, const struct chart_point *p, size_t n) {
    struct scale s = scale_of(c, p, n);
    int bottom = (int)n * ROW + 6;
    finding(h, c);
    open_svg(h, c, bottom + 24);
    axis_x(h, c, &s, bottom);
    for (size_t i = 0; i < n; i++) {
        int y = (int)i * ROW + 18, line = y + 14;
        row_label(h, c, &p[i], y);
        html(h, "<line class=\"track\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", LEFT, RIGHT,
             line, line);
        if (p[i].hidden != NULL || !isfinite(p[i].value))
            continue;
        if (isfinite(p[i].low) && isfinite(p[i].high))
            html(h, "<line class=\"whisker\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>",
                 at(h, &s, p[i].low), at(h, &s, p[i].high), line, line);
        if (c->before != NULL && isfinite(p[i].before))
            html(h, "<circle class=\"open\" cx=\"%s\" cy=\"%d\" r=\"4.5\"/>",
                 at(h, &s, p[i].before), line);
        html(h, "<circle class=\"dot\" cx=\"%s\" cy=\"%d\" r=\"6\"/>\n", at(h, &s, p[i].value),
             line);
    }
    html(h, "</svg>\n");
    table(h, c, p, n);
}

void chart_bars(struct html *h, const struct chart *c, const struct chart_point *p, size_t n) {
    struct scale s = scale_of(c, p, n);
    int bottom = (int)n * ROW + 6;
    finding(h, c);
    open_svg(h, c, bottom + 24);
    axis_x(h, c, &s, bottom);
    for (size_t i = 0; i < n; i++) {
        int y = (int)i * ROW + 18;
        row_label(h, c, &p[i], y);
        if (p[i].hidden != NULL || !isfinite(p[i].value))
            continue;
        double zero = s.from > 0 ? s.from : 0, a = p[i].value < zero ? p[i].value : zero,
               b = p[i].value < zero ? zero : p[i].value;
        struct scale width = {0, s.to - s.from, 0, s.x1 - s.x0};
        html(h, "<rect class=\"bar\" x=\"%s\" y=\"%d\" width=\"%s\" height=\"14\"/>\n",
             at(h, &s, a), y + 6, at(h, &width, b - a));
    }
    html(h, "</svg>\n");
    table(h, c, p, n);
}

/* -- over time ------------------------------------------------------------------------------------
 */

static bool drawn(const struct chart_day *p) {
    return p->hidden == NULL && isfinite(p->value);
}

static struct scale trend_y(const struct chart *c, const struct chart_day *p, size_t n) {
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!drawn(&p[i]))
            continue;
        widen(&lo, &hi, p[i].value);
        widen(&lo, &hi, p[i].low);
        widen(&lo, &hi, p[i].high);
    }
    widen(&lo, &hi, c->reference);
    if (!(hi >= lo))
        lo = hi = 0;
    if (c->axis == AXIS_SHARE)
        return (struct scale){0, 1, TREND_HIGH - 24, 10};
    return (struct scale){lo < 0 ? -nice(-lo) : 0, nice(hi), TREND_HIGH - 24, 10};
}

/* The band and line of each run of days without a gap. */
static void runs(struct html *h, const struct scale *x, const struct scale *y,
                 const struct chart_day *p, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t k = i;
        while (k < n && drawn(&p[k]))
            k++;
        if (k == i) {
            i++;
            continue;
        }
        bool band = true;
        for (size_t j = i; j < k; j++)
            band = band && isfinite(p[j].low) && isfinite(p[j].high);
        if (band && k - i > 1) {
            html(h, "<polygon class=\"band\" points=\"");
            for (size_t j = i; j < k; j++)
                html(h, "%s,%s ", at(h, x, p[j].on), at(h, y, p[j].high));
            for (size_t j = k; j > i; j--)
                html(h, "%s,%s ", at(h, x, p[j - 1].on), at(h, y, p[j - 1].low));
            html(h, "\"/>");
        }
        html(h, "<polyline class=\"trend\" points=\"");
        for (size_t j = i; j < k; j++)
            html(h, "%s,%s ", at(h, x, p[j].on), at(h, y, p[j].value));
        html(h, "\"/>\n");
        i = k;
    }
}

static void axis_y(struct html *h, const struct chart *c, const struct scale *y) {
    for (int i = 0; i <= 2; i++) {
        double v = y->from + (y->to - y->from) * i / 2;
        const char *text = c->axis == AXIS_SHARE
                               ? arena_fmt(h->a, "%s %%", num_dec(h, v * 100, 0)).p
                               : num_dec(h, v, y->to - y->from < 4 ? 1 : 0);
        html(h,
             "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/><text class=\"end\" "
             "x=\"%d\" y=\"%s\" dy=\"4\">%s</text>",
             TREND_LEFT, RIGHT, at(h, y, v), at(h, y, v), TREND_LEFT - 4, at(h, y, v), text);
    }
}

void chart_trend(struct html *h, const struct chart *c, const struct chart_day *p, size_t n) {
    struct scale y = trend_y(c, p, n);
    struct scale x = {n > 0 ? p[0].on : 0, n > 0 ? p[n - 1].on : 1, TREND_LEFT + 4, RIGHT - 4};
    finding(h, c);
    open_svg(h, c, TREND_HIGH);
    axis_y(h, c, &y);
    if (isfinite(c->reference))
        html(h, "<line class=\"ref\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>", TREND_LEFT, RIGHT,
             at(h, &y, c->reference), at(h, &y, c->reference));
    if (isfinite(c->reference) && c->reference_label != NULL)
        html(h, "<text class=\"strong end\" x=\"%d\" y=\"%s\" dy=\"-4\">%s</text>", RIGHT,
             at(h, &y, c->reference), c->reference_label);
    runs(h, &x, &y, p, n);
    for (size_t i = 0; n <= 40 && i < n; i++)
        if (drawn(&p[i]))
            html(h, "<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"3\"/>", at(h, &x, p[i].on),
                 at(h, &y, p[i].value));
    if (n > 0)
        html(h, "<text x=\"%d\" y=\"%d\">%s</text>", TREND_LEFT, TREND_HIGH - 6, day(h, p[0].on));
    if (n > 1)
        html(h, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>", RIGHT, TREND_HIGH - 6,
             day(h, p[n - 1].on));
    html(h, "</svg>\n<details class=\"numbers\"><summary>%s</summary>",
         T(h, "The numbers", "Los números"));
    struct chart_point *rows = ARENA_ARRAY(h->a, struct chart_point, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct chart_point){.name = day(h, p[i].on),
                                       .value = p[i].value,
                                       .low = p[i].low,
                                       .high = p[i].high,
                                       .before = NAN,
                                       .n = p[i].n,
                                       .hidden = p[i].hidden};
    struct chart flat = *c;
    flat.before = NULL;
    table(h, &flat, rows, n);
    html(h, "</details>\n");
}
