/*
 * Writing HTML:  html(h, "<td class=\"n\">%s</td>", name);
 * The format is a string literal (the macro forces it, the compiler checks it as printf's) and is
 * written as it stands; every %s and %.*s is escaped (& < > " '), so no value can become markup.
 * Also: %d %u %ld %lld %lu %zu, PRId64, %c, %%. Nothing else; a CHECK says so.
 * Numbers for people come from the helpers below, in the reader's language.
 * A struct html lasts for one response; the texts that helpers hand out live in its arena.
 */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/tr.h"

struct html {
    struct buf *out;
    struct arena *a;
    enum lang lang;
    unsigned ids; /* for html_id */
};

void html_fmt(struct html *h, const char *fmt, ...) PRINTF(2, 3);
#define html(h, ...) html_fmt((h), "" __VA_ARGS__)
/* The same sentence in the reader's language, values in the same order:
 *     html_say(h, "<p>%s students</p>", "<p>%s estudiantes</p>", num(h, n)); */
#define html_say(h, en, es, ...)                                                                   \
    ((h)->lang == LANG_ES ? html_fmt((h), "" es, __VA_ARGS__) : html_fmt((h), "" en, __VA_ARGS__))
/* A text in the reader's language, for %s:  html(h, "<h1>%s</h1>", T(h, "Audit", "Auditoría")); */
#define T(h, en, es) ((h)->lang == LANG_ES ? "" es : "" en)
const char *html_z(struct html *h, struct str s); /* NUL-ended copy, for %s (%.*s needs none) */
unsigned html_id(struct html *h);                 /* a number not used yet on this page */

/* Texts for %s. English and US Spanish write numbers alike: 1,234.5. NaN is "unknown". */
const char *num(struct html *h, double v); /* 1,234 or 1,234.5: at most 1 decimal */
const char *num_dec(struct html *h, double v, int decimals); /* exactly so many */
const char *num_int(struct html *h, int64_t v);              /* 12,014 */
const char *percent(struct html *h, double share);           /* 0.764 -> "76.4 %" */
const char *money(struct html *h, int64_t cents); /* "$214,200", "$1.50": cents below $1,000 */
const char *day(struct html *h, int32_t d);       /* 20 Nov 2026; 20 nov 2026; "" for DATE_NONE */
const char *day_long(struct html *h, int32_t d);  /* 20 November 2026; 20 de noviembre de 2026 */
const char *month(struct html *h, int32_t d);     /* Nov 2026 */
const char *instant(struct html *h, int64_t us);  /* 20 Nov 2026, 02:10 (server's time zone) */
const char *bytes(struct html *h, int64_t n);     /* 3.2 MB */
/* An address with a query: url(h, "/schools", "q", text, "page", "2", NULL); values are
 * percent-encoded, empty and NULL ones left out. Write it with %s (it is escaped once more). */
const char *url(struct html *h, const char *path, ...) __attribute__((sentinel));

#endif
