#include "web/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void escaped(struct buf *out, struct str s) {
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *as = NULL;
        switch (s.p[i]) {
        case '&':
            as = "&amp;";
            break;
        case '<':
            as = "&lt;";
            break;
        case '>':
            as = "&gt;";
            break;
        case '"':
            as = "&quot;";
            break;
        case '\'':
            as = "&#39;";
            break;
        default:
            continue;
        }
        buf_add(out, str_sub(s, from, i));
        buf_add(out, str_z(as));
        from = i + 1;
    }
    buf_add(out, str_sub(s, from, s.n));
}

/* One conversion at *p (past the %); moves *p past it. Separate so that va_list is one object. */
struct values {
    va_list ap;
};

static void convert(struct html *h, const char **p, struct values *v) {
    const char *f = *p;
    char number[32];
    int length = 0; /* 1: long, 2: long long, 3: size_t */
    if (strncmp(f, ".*s", 3) == 0) {
        int n = va_arg(v->ap, int);
        const char *s = va_arg(v->ap, const char *);
        CHECK(n >= 0);
        escaped(h->out, (struct str){s, (size_t)n});
        *p = f + 3;
        return;
    }
    for (; *f == 'l'; f++)
        length++;
    if (*f == 'z') {
        length = 3;
        f++;
    }
    number[0] = '\0';
    switch (*f) {
    case 's':
        escaped(h->out, str_z(va_arg(v->ap, const char *)));
        break;
    case 'c':
        number[0] = (char)va_arg(v->ap, int);
        escaped(h->out, (struct str){number, 1});
        number[0] = '\0';
        break;
    case '%':
        buf_byte(h->out, '%');
        break;
    case 'd':
    case 'i':
        (void)snprintf(number, sizeof number, "%lld",
                       length == 0   ? (long long)va_arg(v->ap, int)
                       : length == 1 ? (long long)va_arg(v->ap, long)
                       : length == 2 ? va_arg(v->ap, long long)
                                     : (long long)va_arg(v->ap, ptrdiff_t));
        break;
    case 'u':
        (void)snprintf(number, sizeof number, "%llu",
                       length == 0   ? (unsigned long long)va_arg(v->ap, unsigned)
                       : length == 1 ? (unsigned long long)va_arg(v->ap, unsigned long)
                       : length == 2 ? va_arg(v->ap, unsigned long long)
                                     : (unsigned long long)va_arg(v->ap, size_t));
        break;
    default:
        CHECK(strchr("sc%diu", *f) != NULL); /* html.h lists what there is */
    }
    buf_add(h->out, str_z(number));
    *p = f + 1;
}

void html_fmt(struct html *h, const char *fmt, ...) {
    struct values v;
    va_start(v.ap, fmt);
    while (*fmt != '\0') {
        size_t plain = strcspn(fmt, "%");
        buf_add(h->out, (struct str){fmt, plain});
        fmt += plain;
        if (*fmt == '%') {
            fmt++;
            convert(h, &fmt, &v);
        }
    }
    va_end(v.ap);
}

const char *html_z(struct html *h, struct str s) {
    return arena_z(h->a, s);
}

unsigned html_id(struct html *h) {
    return ++h->ids;
}

/* Thousands with commas, as English and the Spanish of the United States write them. */
static const char *grouped(struct html *h, const char *digits) {
    size_t n = strlen(digits), whole = strcspn(digits, "."), sign = digits[0] == '-', at = 0;
    char *out = arena_alloc(h->a, n + n / 3 + 2);
    for (size_t i = 0; i < n; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    return out;
}

static const char *unknown(const struct html *h) {
    return T(h, "unknown", "desconocido");
}

const char *num_dec(struct html *h, double v, int decimals) {
    char text[64];
    if (!isfinite(v) || fabs(v) > 1e18)
        return unknown(h);
    CHECK(decimals >= 0 && decimals <= 9);
    (void)snprintf(text, sizeof text, "%.*f", decimals, v);
    if (strspn(text, "-0.") == strlen(text) && text[0] == '-') /* no "-0.0" */
        return grouped(h, text + 1);
    return grouped(h, text);
}

const char *num(struct html *h, double v) {
    bool whole = isfinite(v) && fabs(v - round(v)) < 0.05;
    return num_dec(h, v, whole ? 0 : 1);
}

const char *num_int(struct html *h, int64_t v) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, v);
    return grouped(h, text);
}

const char *percent(struct html *h, double share) {
    if (!isfinite(share))
        return unknown(h);
    return arena_fmt(h->a, "%s %%", num_dec(h, share * 100, 1)).p;
}

const char *money(struct html *h, int64_t cents) {
    uint64_t v = cents < 0 ? (uint64_t) - (cents + 1) + 1 : (uint64_t)cents;
    char whole[32];
    (void)snprintf(whole, sizeof whole, "%" PRIu64, v / 100);
    const char *sign = cents < 0 ? "-" : "";
    return v % 100 == 0 || v >= 100000 /* from $1,000 on nobody asks for cents */
               ? arena_fmt(h->a, "%s$%s", sign, grouped(h, whole)).p
               : arena_fmt(h->a, "%s$%s.%02u", sign, grouped(h, whole), (unsigned)(v % 100)).p;
}

static const char *const short_months[2][12] = {
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
    {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}};
static const char *const long_months[2][12] = {
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
     "octubre", "noviembre", "diciembre"}};

const char *day(struct html *h, int32_t d) {
    if (d == DATE_NONE)
        return "";
    struct date_ymd t = date_ymd(d);
    return arena_fmt(h->a, "%d %s %d", t.day, short_months[h->lang == LANG_ES][t.month - 1], t.year)
        .p;
}

const char *day_long(struct html *h, int32_t d) {
    if (d == DATE_NONE)
        return "";
    struct date_ymd t = date_ymd(d);
    const char *name = long_months[h->lang == LANG_ES][t.month - 1];
    return h->lang == LANG_ES ? arena_fmt(h->a, "%d de %s de %d", t.day, name, t.year).p
                              : arena_fmt(h->a, "%d %s %d", t.day, name, t.year).p;
}

const char *month(struct html *h, int32_t d) {
    if (d == DATE_NONE)
        return "";
    struct date_ymd t = date_ymd(d);
    return arena_fmt(h->a, "%s %d", short_months[h->lang == LANG_ES][t.month - 1], t.year).p;
}

const char *instant(struct html *h, int64_t us) {
    time_t seconds = (time_t)(us / 1000000);
    struct tm t;
    if (localtime_r(&seconds, &t) == NULL)
        return unknown(h);
    return arena_fmt(h->a, "%d %s %d, %02d:%02d", t.tm_mday,
                     short_months[h->lang == LANG_ES][t.tm_mon], t.tm_year + 1900, t.tm_hour,
                     t.tm_min)
        .p;
}

const char *bytes(struct html *h, int64_t n) {
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    if (n < 1000)
        return arena_fmt(h->a, "%" PRId64 " B", n).p;
    double v = (double)n / 1000;
    size_t u = 0;
    for (; v >= 999.5 && u < 3; u++)
        v /= 1000;
    return arena_fmt(h->a, "%s %s", v < 9.95 ? num_dec(h, v, 1) : num_dec(h, v, 0), units[u]).p;
}

static void percent_encoded(struct buf *out, struct str s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '_' || c == '.' || c == '~') {
            buf_byte(out, (char)c);
        } else {
            buf_byte(out, '%');
            buf_byte(out, hex[c >> 4]);
            buf_byte(out, hex[c & 15]);
        }
    }
}

const char *url(struct html *h, const char *path, ...) {
    struct buf b = buf_new(16 * 1024);
    va_list ap;
    char mark = strchr(path, '?') == NULL ? '?' : '&';
    va_start(ap, path);
    buf_add(&b, str_z(path));
    for (const char *name = va_arg(ap, const char *); name != NULL;
         name = va_arg(ap, const char *)) {
        const char *value = va_arg(ap, const char *);
        if (value == NULL || value[0] == '\0')
            continue;
        buf_byte(&b, mark);
        percent_encoded(&b, str_z(name));
        buf_byte(&b, '=');
        percent_encoded(&b, str_z(value));
        mark = '&';
    }
    va_end(ap);
    char *copy = arena_z(h->a, buf_str(&b));
    buf_free(&b);
    return copy;
}
