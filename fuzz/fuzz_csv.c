/*
 * Any bytes read as CSV, whole and in pieces: the same rows both ways, and what a writer writes of
 * them reads back.
 */
#include "fuzz.h"

#include "base/csv.h"

#include <string.h>

struct drip {
    struct str rest;
    size_t step;
};

static long drip(void *arg, char *into, size_t cap, struct errmsg *e) {
    (void)e;
    struct drip *d = arg;
    size_t n = d->rest.n < d->step ? d->rest.n : d->step;
    n = n < cap ? n : cap;
    if (n > 0)
        memcpy(into, d->rest.p, n);
    d->rest = str_sub(d->rest, n, d->rest.n);
    return (long)n;
}

/* Every cell, flag and line number, folded into one number; the cells written to `out`. */
static uint64_t digest(struct csv *c, struct buf *out) {
    uint64_t h = 0;
    struct csv_row row;
    struct csv_writer w = {.out = out};
    while (csv_next(c, &row)) {
        h = h * 31 + row.line * 7 + (row.flags & ~(unsigned)CSV_HIGH);
        CHECK(row.n <= 1 << 20);
        for (size_t i = 0; i < row.n; i++) {
            h = h * 31 + str_hash(row.f[i]);
            csv_put_raw(&w, row.f[i]);
        }
        csv_end(&w);
        for (size_t i = 0; i < csv_columns(c); i++)
            CHECK(row.f[i].n == 0 || row.f[i].p != NULL);
    }
    return h;
}

/* What the writer wrote of those cells has the same cells again. */
static void read_back(struct str text) {
    struct csv *c;
    struct buf again = buf_new(1 << 24);
    struct csv_options opt = {.no_header = true, .delimiter = ','};
    CHECK(csv_open_text(text, &opt, &c, NULL) == ERR_OK);
    (void)digest(c, &again);
    CHECK(csv_close(c, NULL) == ERR_OK);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2 || n > 1 << 16)
        return 0;
    struct str text = {(const char *)bytes + 1, n - 1};
    struct csv_options opt = {.no_header = (bytes[0] & 1) != 0,
                              .field_bytes_max = (bytes[0] & 2) != 0 ? 16 : 0,
                              .columns_max = (bytes[0] & 4) != 0 ? 8 : 0};
    struct csv *c;
    struct buf whole = buf_new(1 << 24), pieces = buf_new(1 << 24);
    enum err r = csv_open_text(text, &opt, &c, NULL);
    if (r == ERR_OK) {
        uint64_t h = digest(c, &whole);
        CHECK(csv_close(c, NULL) == ERR_OK);
        struct drip d = {text, 1 + (size_t)(bytes[0] >> 3)};
        CHECK(csv_open_fill(drip, &d, &opt, &c, NULL) == ERR_OK);
        CHECK(digest(c, &pieces) == h);
        CHECK(csv_close(c, NULL) == ERR_OK);
        CHECK(str_eq(buf_str(&whole), buf_str(&pieces)));
        read_back(buf_str(&whole));
    }
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
