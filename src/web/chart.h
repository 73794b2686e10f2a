/*
 * Pictures drawn on the server: SVG with a finding above, and the same numbers in a table below
 * (the helper writes all three). Colours are classes; nothing is said by colour alone. A hidden
 * value (see chart_point.hidden) is a word in the table and no mark in the picture.
 */
#ifndef WEB_CHART_H
#define WEB_CHART_H

#include "web/page.h"

struct chart {
    const char *finding;                   /* one sentence */
    const char *label;                     /* what the picture shows, read aloud */
    const char *caption;                   /* over the table; NULL: none */
    const char *name;                      /* head of the first column: "Group" */
    const char *value;                     /* head of the number: "Now" */
    enum { AXIS_SHARE, AXIS_NUMBER } axis; /* share: 0..1 shown as percent */
    int decimals;                          /* of numbers; shares have one */
    const char *unit;                      /* after a number: "Mbps"; NULL */
    double reference;                      /* a dashed line: the district, the norm; NAN: none */
    const char *reference_label;
    const char *before; /* head of chart_point.before: "A year ago"; NULL: not shown */
};
struct chart_point {
    const char *name;
    const char *href;        /* NULL */
    double value, low, high; /* low/high NAN: no interval */
    double before;           /* NAN: none */
    int64_t n;               /* -1: not shown */
    const char *hidden;      /* why it is hidden; NULL: shown */
};
/* One dot a row with its interval; open dot: before. */
void chart_dots(struct html *h, const struct chart *c, const struct chart_point *p, size_t n);
/* Bars of one hue, from zero. */
void chart_bars(struct html *h, const struct chart *c, const struct chart_point *p, size_t n);
/* A line over days with a band for the interval; `on` ascending. */
struct chart_day {
    int32_t on;
    double value, low, high;
    int64_t n;
    const char *hidden;
};
void chart_trend(struct html *h, const struct chart *c, const struct chart_day *p, size_t n);

#endif
