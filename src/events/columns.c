#include "events/columns.h"

#include "base/date.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SLACK: how far from the end of the text the fast road stops, more than it looks ahead. */
enum {
    SLACK = 64,
    SHORT_KEY = 8,
    QUOTED_MAX = 1024 /* longer: the quote counts as never closed */
};

static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

struct columns_step { /* from this row on, line = row + more */
    size_t row;
    uint64_t more;
};

/* Open addressing, at most half full. Keys of up to 8 bytes are told apart by these bytes alone. */
struct entry {
    uint64_t first; /* the first 8 bytes, zeros behind */
    uint64_t hash;  /* of longer keys; 0 for short ones */
    uint32_t code;  /* + 1; 0 is empty */
};
struct columns_keys {
    size_t mask;
    struct entry *entry;
};

static void *grown(void *p, size_t n, size_t size) {
    void *q = reallocarray(p, n, size);
    CHECK(q != NULL);
    return q;
}

static uint64_t load8(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

/* The top bit of each byte of w that is b. */
static uint64_t bytes_equal(uint64_t w, char b) {
    uint64_t x = w ^ (ones * (unsigned char)b);
    return ~(((x & ~tops) + ~tops) | x) & tops;
}

/* ---- keys ---- */

static size_t slot_of(uint64_t first, uint64_t hash, size_t mask) {
    uint64_t h = (first ^ hash) * 0x9E3779B97F4A7C15u;
    return (size_t)(h >> 20) & mask;
}

static void rehash(struct column *c) {
    struct columns_keys *k = c->index;
    struct entry *old = k->entry;
    size_t n = k->mask + 1;
    k->mask = 2 * n - 1;
    k->entry = calloc(2 * n, sizeof *k->entry);
    CHECK(k->entry != NULL);
    for (size_t i = 0; i < n; i++) {
        if (old[i].code == 0)
            continue;
        size_t at = slot_of(old[i].first, old[i].hash, k->mask);
        while (k->entry[at].code != 0)
            at = (at + 1) & k->mask;
        k->entry[at] = old[i];
    }
    free(old);
}

static uint32_t add_key(struct column *c, size_t at, uint64_t first, uint64_t hash, struct str s) {
    if (c->keys == c->keys_cap)
        c->key =
            grown(c->key, c->keys_cap = c->keys_cap == 0 ? 256 : 2 * c->keys_cap, sizeof *c->key);
    c->key[c->keys] = s;
    c->index->entry[at] = (struct entry){first, hash, (uint32_t)++c->keys};
    if (2 * c->keys > c->index->mask)
        rehash(c);
    return (uint32_t)c->keys - 1;
}

static uint32_t short_key(struct column *c, uint64_t first, const char *p, size_t n) {
    const struct columns_keys *k = c->index;
    size_t at = slot_of(first, 0, k->mask);
    while (k->entry[at].code != 0) {
        if (k->entry[at].first == first && k->entry[at].hash == 0)
            return k->entry[at].code - 1;
        at = (at + 1) & k->mask;
    }
    return add_key(c, at, first, 0, (struct str){p, n});
}

static uint32_t long_key(struct column *c, const char *p, size_t n) {
    const struct columns_keys *k = c->index;
    struct str s = {p, n};
    uint64_t first = load8(p), hash = str_hash(s) | 1;
    size_t at = slot_of(first, hash, k->mask);
    while (k->entry[at].code != 0) {
        const struct entry *e = &k->entry[at];
        if (e->first == first && e->hash == hash && str_eq(c->key[e->code - 1], s))
            return e->code - 1;
        at = (at + 1) & k->mask;
    }
    return add_key(c, at, first, hash, s);
}

/* A NUL in a short key would make it look like a shorter one; the boundary takes them out. */
static uint32_t any_key(struct column *c, struct str s) {
    if (s.n > SHORT_KEY)
        return long_key(c, s.p, s.n);
    uint64_t first = 0;
    memcpy(&first, s.p, s.n);
    return short_key(c, first, s.p, s.n);
}

/* ---- the fast road: each reads one cell at *p and leaves *p on what follows; false: not plain
 * ---- */

struct fast {
    uint64_t day_text[2]; /* the ten bytes of the last date */
    int32_t day;
};

static inline __attribute__((always_inline)) bool fast_day(struct fast *f, const char **p,
                                                           int32_t *out) {
    uint64_t head = load8(*p);
    uint16_t tail;
    memcpy(&tail, *p + 8, sizeof tail);
    if (head != f->day_text[0] || tail != f->day_text[1]) {
        if (!date_parse((struct str){*p, 10}, &f->day))
            return false;
        f->day_text[0] = head;
        f->day_text[1] = tail;
    }
    *p += 10;
    *out = f->day;
    return true;
}

/* Up to seven digits and a point, in one word. */
static inline __attribute__((always_inline)) bool fast_number(const char **p, int32_t *out) {
    static const int32_t scale[] = {100, 10, 1};
    uint64_t w = load8(*p);
    uint64_t x = w ^ 0x30 * ones; /* digits are 0..9 */
    uint64_t digit = ~(((x & ~tops) + 0x76 * ones) | x) & tops;
    uint64_t point = bytes_equal(w, '.');
    uint64_t other = ~(digit | point) & tops;
    if (other == 0)
        return false;
    unsigned len = (unsigned)__builtin_ctzll(other) / 8;
    if (len == 0) {
        *out = INT32_MIN;
        return true;
    }
    uint64_t within = ((uint64_t)1 << (8 * len)) - 1; /* len is 1..7 */
    uint64_t nibbles = w & 0x0F * ones & within;
    unsigned digits = len, decimals = 0;
    point &= within;
    if (point != 0) {
        unsigned at = (unsigned)__builtin_ctzll(point) / 8;
        uint64_t before = ((uint64_t)1 << (8 * at)) - 1;
        decimals = len - at - 1;
        digits = len - 1;
        if ((point & (point - 1)) != 0 || decimals > 2 || digits == 0)
            return false;
        nibbles = (nibbles & before) | (nibbles >> 8 & ~before);
    }
    nibbles <<= 8 * (8 - digits); /* leading zeros; digits is 1..7 */
    nibbles = nibbles * 10 + (nibbles >> 8);
    nibbles = ((nibbles & 0x000000FF000000FFu) * 0x000F424000000064u +
               (nibbles >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u) >>
              32;
    *out = (int32_t)(uint32_t)nibbles * scale[decimals];
    *p += len;
    return true;
}

/* Neither begins nor ends like something that would be trimmed. */
static inline bool trimmed(const char *p, size_t n) {
    unsigned char a = (unsigned char)p[0], z = (unsigned char)p[n - 1];
    return a > ' ' && a != 0xC2 && z > ' ' && z != 0xA0;
}

static inline __attribute__((always_inline)) bool fast_key(struct column *c, const char **p,
                                                           const char *end, char delimiter,
                                                           bool quoted, uint32_t *out) {
    uint64_t w = load8(*p);
    uint64_t stop = bytes_equal(w, delimiter) | bytes_equal(w, '"') | bytes_equal(w, '\n') |
                    bytes_equal(w, '\r');
    if (stop != 0) {
        unsigned n = (unsigned)__builtin_ctzll(stop) / 8;
        if (n == 0 || !trimmed(*p, n) || (quoted && (*p)[n] != '"'))
            return false;
        *out = short_key(c, w & (((uint64_t)1 << (8 * n)) - 1), *p, n);
        *p += n;
        return true;
    }
    const char *q = *p + 8;
    if (quoted)
        while (q < end && *q != '"')
            q++;
    else
        while (q < end && *q != delimiter && *q != '\n' && *q != '\r' && *q != '"')
            q++;
    if (q == end || (size_t)(q - *p) > COLUMNS_KEY_MAX || !trimmed(*p, (size_t)(q - *p)))
        return false;
    *out = any_key(c, (struct str){*p, (size_t)(q - *p)});
    *p = q;
    return true;
}

struct reader {
    const struct columns_shape *shape;
    struct columns *out;
    struct fast fast;
    const char *p, *end, *safe; /* the fast road is open before safe */
    uint64_t line;
};

/* One plain row into place out->rows. False: nothing is taken, the careful road must read it. */
static bool fast_row(struct reader *r) {
    struct columns *out = r->out;
    const char delimiter = r->shape->delimiter;
    const char *p = r->p;
    for (size_t k = 0; k < r->shape->width; k++) {
        if (p >= r->safe)
            return false;
        bool quoted = *p == '"';
        p += quoted;
        bool plain = true;
        switch (r->shape->type[k]) {
        case COLUMN_DAY:
            plain = fast_day(&r->fast, &p, &out->column[k].number[out->rows]);
            break;
        case COLUMN_HUNDREDTHS:
            plain = fast_number(&p, &out->column[k].number[out->rows]);
            break;
        case COLUMN_KEY:
            plain = fast_key(&out->column[k], &p, r->safe, delimiter, quoted,
                             &out->column[k].code[out->rows]);
            break;
        case COLUMN_SKIP:
            while (p < r->safe && *p != '"' && *p != '\n' && *p != '\r' &&
                   (quoted || *p != delimiter))
                p++;
            break;
        }
        if (!plain || p >= r->safe || (quoted && *p++ != '"'))
            return false;
        if (k + 1 < r->shape->width && *p++ != delimiter)
            return false;
    }
    p += *p == '\r';
    if (*p != '\n')
        return false;
    r->p = p + 1;
    return true;
}

/* ---- the careful road ---- */

static void fault(struct reader *r, size_t column, struct str value, const char *what) {
    struct columns *out = r->out;
    out->refused++;
    if (out->faults == COLUMNS_FAULTS_MAX)
        return;
    if (out->fault == NULL)
        out->fault = grown(NULL, COLUMNS_FAULTS_MAX, sizeof *out->fault);
    out->fault[out->faults++] = (struct columns_fault){r->line, column, value, what};
}

/* The cell at *p: its text, and *p behind it on a delimiter, a line end or the end. A quote that is
 * never closed ends with its line. Lines inside are counted. */
static struct str careful_cell(struct reader *r, const char **p, uint64_t *lines) {
    const char *q = *p, *end = r->end, delimiter = r->shape->delimiter;
    const char *far = end - q > QUOTED_MAX ? q + QUOTED_MAX : end;
    if (q < end && *q == '"') {
        size_t doubled = 0;
        uint64_t inside = 0;
        const char *s = q + 1;
        for (; s < far; s++) {
            if (*s == '"' && s + 1 < end && s[1] == '"') {
                doubled++;
                s++;
            } else if (*s == '"' &&
                       (s + 1 == end || s[1] == delimiter || s[1] == '\n' || s[1] == '\r')) {
                break;
            } else {
                inside += *s == '\n';
            }
        }
        if (s < far) {
            struct str text = {q + 1, (size_t)(s - q - 1)};
            *p = s + 1;
            *lines += inside;
            if (doubled == 0)
                return text;
            struct columns *out = r->out;
            char *copy = malloc(text.n);
            CHECK(copy != NULL);
            size_t n = 0;
            for (size_t i = 0; i < text.n; i++) {
                copy[n++] = text.p[i];
                i += text.p[i] == '"' && i + 1 < text.n && text.p[i + 1] == '"';
            }
            if (out->helds == out->helds_cap)
                out->held =
                    grown(out->held, out->helds_cap = out->helds_cap == 0 ? 64 : 2 * out->helds_cap,
                          sizeof *out->held);
            out->held[out->helds++] = copy;
            return (struct str){copy, n};
        }
    }
    while (q < end && *q != delimiter && *q != '\n' && *q != '\r')
        q++;
    struct str text = {*p, (size_t)(q - *p)};
    *p = q;
    return text;
}

static bool blank(struct str s) {
    return s.n == 0 || str_eq(s, STR("-")) || str_eq_nocase(s, STR("N/A")) ||
           str_eq_nocase(s, STR("NA")) || str_eq_nocase(s, STR("NULL"));
}

static const char *careful_number(struct str s, int32_t *out) {
    double v;
    if (blank(s)) {
        *out = INT32_MIN;
        return NULL;
    }
    if (!str_real(s, &v))
        return "This is not a number. Write it with a point and without units, or leave it blank.";
    v = round(v * 100);
    if (!(fabs(v) <= INT32_MAX))
        return "This number is too large to be a day's use. Check it in the program it came from.";
    *out = (int32_t)v;
    return NULL;
}

/* Reads one cell into place out->rows; NULL or what is wrong. */
static const char *careful_value(struct reader *r, size_t k, struct str s) {
    struct columns *out = r->out;
    struct column *c = &out->column[k];
    bool assumed = false;
    s = str_trim(s);
    switch (r->shape->type[k]) {
    case COLUMN_SKIP:
        return NULL;
    case COLUMN_DAY:
        if (!date_parse_loose(s, &c->number[out->rows], &assumed))
            return "This is not a date. Write it as YYYY-MM-DD.";
        out->us_dates += assumed;
        return NULL;
    case COLUMN_HUNDREDTHS:
        return careful_number(s, &c->number[out->rows]);
    case COLUMN_KEY:
        break;
    }
    if (s.n == 0)
        return "This cell is blank, and without it the row says nothing. Fill it in.";
    if (s.n > COLUMNS_KEY_MAX)
        return "This text is longer than 500 bytes. Check the row's quotes.";
    c->code[out->rows] = any_key(c, s);
    return NULL;
}

/* True when a row was taken. */
static bool careful_row(struct reader *r) {
    const size_t width = r->shape->width;
    const char *p = r->p, *what = NULL;
    struct str cell[COLUMNS_MAX] = {{0}}, extra = {"", 0};
    uint64_t lines = 1;
    size_t n = 0, bad = 0;
    bool any = false;
    for (;;) {
        struct str s = careful_cell(r, &p, &lines);
        any = any || str_trim(s).n > 0;
        if (n < width)
            cell[n] = s;
        else if (str_trim(s).n > 0 && extra.n == 0)
            extra = s;
        n++;
        if (p >= r->end || *p != r->shape->delimiter)
            break;
        p++;
    }
    if (p < r->end && *p == '\r')
        p++;
    if (p < r->end && *p == '\n')
        p++;
    r->p = p;
    if (!any) {
        r->line += lines;
        return false;
    }
    for (size_t k = 0; k < width && what == NULL; k++) {
        what = careful_value(r, k, cell[k].p == NULL ? (struct str){"", 0} : cell[k]);
        bad = k;
    }
    if (what != NULL)
        fault(r, bad, cell[bad].p == NULL ? (struct str){"", 0} : cell[bad], what);
    else if (extra.n > 0)
        fault(r, width - 1, extra,
              what = "This row has more cells than the header. Check its commas and quotes.");
    /* The step says where the next row begins, or this one where lines were skipped before it. */
    struct columns *out = r->out;
    uint64_t more = r->line - out->rows;
    if (what == NULL && (out->steps == 0 || out->step[out->steps - 1].more != more)) {
        if (out->steps == out->steps_cap)
            out->step =
                grown(out->step, out->steps_cap = out->steps_cap == 0 ? 64 : 2 * out->steps_cap,
                      sizeof *out->step);
        out->step[out->steps++] = (struct columns_step){out->rows, more};
    }
    r->line += lines;
    return what == NULL;
}

static void make_room(struct columns *out, const struct columns_shape *shape) {
    out->cap = out->cap == 0 ? 4096 : 2 * out->cap;
    for (size_t k = 0; k < shape->width; k++) {
        struct column *c = &out->column[k];
        if (shape->type[k] == COLUMN_KEY)
            c->code = grown(c->code, out->cap, sizeof *c->code);
        else if (shape->type[k] != COLUMN_SKIP)
            c->number = grown(c->number, out->cap, sizeof *c->number);
    }
}

void columns_read(struct str text, const struct columns_shape *shape, struct columns *out) {
    *out = (struct columns){0};
    CHECK(shape->width >= 1 && shape->width <= COLUMNS_MAX);
    for (size_t k = 0; k < shape->width; k++)
        if (shape->type[k] == COLUMN_KEY) {
            struct columns_keys *keys = out->column[k].index = grown(NULL, 1, sizeof *keys);
            keys->mask = 1023;
            keys->entry = calloc(1024, sizeof *keys->entry);
            CHECK(keys->entry != NULL);
        }
    struct reader r = {.shape = shape, .out = out, .p = text.p, .line = 1};
    r.end = text.n == 0 ? text.p : text.p + text.n;
    r.safe = text.n > SLACK ? r.end - SLACK : text.p;
    while (r.p < r.end) {
        if (out->rows == out->cap)
            make_room(out, shape);
        /* A row taken fast must not part rows and lines in a new way: see the step below. */
        if (out->steps == 0 ? r.line == out->rows + 1
                            : r.line == out->rows + out->step[out->steps - 1].more) {
            if (fast_row(&r)) {
                out->rows++;
                r.line++;
                continue;
            }
        }
        if (careful_row(&r))
            out->rows++;
    }
    out->lines = r.line - 1;
}

uint64_t columns_line(const struct columns *c, size_t row) {
    uint64_t more = 1;
    size_t low = 0, high = c->steps;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->step[middle].row <= row) {
            more = c->step[middle].more;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return row + more;
}

void columns_free(struct columns *c) {
    for (size_t k = 0; k < COLUMNS_MAX; k++) {
        free(c->column[k].number);
        free(c->column[k].code);
        free(c->column[k].key);
        if (c->column[k].index != NULL)
            free(c->column[k].index->entry);
        free(c->column[k].index);
    }
    for (size_t i = 0; i < c->helds; i++)
        free(c->held[i]);
    free(c->held);
    free(c->fault);
    free(c->step);
    *c = (struct columns){0};
}

static size_t count_quotes(const char *p, size_t n) {
    size_t quotes = 0;
    for (size_t i = 0; i < n; i++)
        quotes += p[i] == '"';
    return quotes;
}

size_t columns_split(struct str text, size_t n, struct str part[]) {
    size_t at = 0, made = 0;
    if (n <= 1 || count_quotes(text.p, text.n) % 2 != 0) { /* a stray quote: no cut is certain */
        part[0] = text;
        return 1;
    }
    while (at < text.n && made + 1 < n) {
        size_t end = at + (text.n - at) / (n - made);
        bool odd = count_quotes(text.p + at, end - at) % 2 != 0;
        while (end < text.n && (odd || text.p[end] != '\n'))
            odd ^= text.p[end++] == '"';
        end += end < text.n;
        part[made++] = (struct str){text.p + at, end - at};
        at = end;
    }
    if (at < text.n || made == 0)
        part[made++] = (struct str){text.p + at, text.n - at};
    return made;
}
