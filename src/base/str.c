#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct str str_z(const char *z) {
    return z == NULL ? (struct str){0} : (struct str){z, strlen(z)};
}

bool str_eq(struct str a, struct str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(struct str a, struct str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix) {
    return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix) {
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

static size_t space_at(struct str s) {
    if (s.n > 0 && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r')))
        return 1;
    return s.n > 1 && (unsigned char)s.p[0] == 0xC2u && (unsigned char)s.p[1] == 0xA0u ? 2 : 0;
}

static size_t space_before_end(struct str s) {
    if (s.n > 0 && space_at(str_sub(s, s.n - 1, s.n)) == 1)
        return 1;
    return s.n > 1 && space_at(str_sub(s, s.n - 2, s.n)) == 2 ? 2 : 0;
}

struct str str_trim(struct str s) {
    for (size_t k; (k = space_at(s)) > 0;)
        s = str_sub(s, k, s.n);
    for (size_t k; (k = space_before_end(s)) > 0;)
        s.n -= k;
    return s;
}

struct str str_sub(struct str s, size_t from, size_t to) {
    if (to > s.n)
        to = s.n;
    if (from >= to)
        return (struct str){0};
    return (struct str){s.p + from, to - from};
}

size_t str_find(struct str s, struct str what) {
    if (what.n == 0)
        return 0;
    if (s.n < what.n)
        return SIZE_MAX;
    const char *at = memmem(s.p, s.n, what.p, what.n);
    return at == NULL ? SIZE_MAX : (size_t)(at - s.p);
}

bool str_split(struct str *rest, char sep, struct str *part) {
    if (rest->p == NULL)
        return false;
    const char *at = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);
    if (at == NULL) {
        *part = *rest;
        *rest = (struct str){0};
        return true;
    }
    size_t n = (size_t)(at - rest->p);
    *part = (struct str){rest->p, n};
    *rest = (struct str){at + 1, rest->n - n - 1};
    return true;
}

bool str_int(struct str s, int64_t *out) {
    bool minus = s.n > 0 && s.p[0] == '-';
    size_t i = minus || (s.n > 0 && s.p[0] == '+') ? 1 : 0;
    if (i == s.n)
        return false;
    uint64_t v = 0, most = minus ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    for (; i < s.n; i++) {
        unsigned d = (unsigned)(unsigned char)s.p[i] - '0';
        if (d > 9 || v > (most - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool str_real(struct str s, double *out) {
    char z[64];
    if (s.n == 0 || s.n >= sizeof z)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (strchr("0123456789+-.eE", s.p[i]) == NULL || s.p[i] == '\0')
            return false;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    char *end;
    double v = strtod(z, &end);
    if (*end != '\0' || !isfinite(v))
        return false;
    *out = v;
    return true;
}

bool str_bool(struct str s, bool *out) {
    static const struct {
        struct str word;
        bool value;
    } words[] = {{{"true", 4}, true}, {{"false", 5}, false}, {{"1", 1}, true}, {{"0", 1}, false},
                 {{"yes", 3}, true},  {{"no", 2}, false},    {{"y", 1}, true}, {{"n", 1}, false},
                 {{"t", 1}, true},    {{"f", 1}, false}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(s, words[i].word)) {
            *out = words[i].value;
            return true;
        }
    return false;
}

/* Length of the valid sequence at p (1 to 4), or 0. */
static size_t utf8_len(const unsigned char *p, size_t n) {
    if (p[0] < 0x80u)
        return 1;
    size_t len = p[0] >= 0xF0u ? 4 : p[0] >= 0xE0u ? 3 : 2;
    if (p[0] < 0xC2u || p[0] > 0xF4u || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0u) != 0x80u)
            return 0;
    if ((p[0] == 0xE0u && p[1] < 0xA0u) || (p[0] == 0xEDu && p[1] > 0x9Fu) ||
        (p[0] == 0xF0u && p[1] < 0x90u) || (p[0] == 0xF4u && p[1] > 0x8Fu))
        return 0;
    return len;
}

static bool utf8_ok(struct str s, bool strict) {
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0, k; i < s.n; i += k) {
        k = utf8_len(p + i, s.n - i);
        if (k == 0)
            return false;
        if (strict &&
            ((p[i] < 0x20u && p[i] != '\t' && p[i] != '\r' && p[i] != '\n') || p[i] == 0x7Fu))
            return false;
    }
    return true;
}

bool str_utf8_ok(struct str s) {
    return utf8_ok(s, false);
}

bool str_utf8_ok_strict(struct str s) {
    return utf8_ok(s, true);
}

unsigned str_distance(struct str a, struct str b, unsigned most) {
    enum { LONGEST = 64 };
    if (a.n > LONGEST || b.n > LONGEST)
        return most + 1;
    unsigned rows[3][LONGEST + 1] = {{0}};
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.n; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = lower(a.p[i - 1]) == lower(b.p[j - 1]);
            unsigned best = last[j - 1] + (same ? 0 : 1);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) &&
                lower(a.p[i - 2]) == lower(b.p[j - 1]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        unsigned *t = before;
        before = last;
        last = now;
        now = t;
    }
    return last[b.n] > most ? most + 1 : last[b.n];
}

uint64_t str_hash(struct str s) {
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ (h >> 32);
}
