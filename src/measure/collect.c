#include "measure/collect.h"

#include "measure/rollup.h"

#include "base/date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err measure_units(struct db *db, const struct indicator *ind, int32_t since, int32_t as_of,
                       unit_sink *sink, void *to, struct errmsg *e) {
    char from[DATE_TEXT], day[DATE_TEXT];
    struct rows *r;
    if (ind->units_fn != NULL)
        return ind->units_fn(db, since, as_of, sink, to, e);
    TRY(db_rows(db, ind->units, ARGS(val_date(since, from), val_date(as_of, day)), &r, e));
    while (rows_next(r)) {
        struct unit_value v = {.unit = rows_int(r, 0),
                               .org = rows_int(r, 1),
                               .num = rows_real(r, 2),
                               .den = rows_real(r, 3),
                               .series = rows_str(r, 4)};
        sink(to, &v);
    }
    return rows_close(r, e);
}

static void *array(size_t n, size_t size) {
    void *p = calloc(n == 0 ? 1 : n, size);
    CHECK(p != NULL);
    return p;
}

static void *longer(void *p, size_t n, size_t size) {
    p = reallocarray(p, n, size);
    CHECK(p != NULL);
    return p;
}

static double *unknowns(size_t n) {
    double *v = array(n, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = NAN;
    return v;
}

static struct unit_column *column_add(struct collected *c, struct str series) {
    c->column = longer(c->column, c->n + 1, sizeof *c->column);
    struct unit_column *col = &c->column[c->n];
    char *name = array(series.n + 1, 1);
    if (series.n > 0)
        memcpy(name, series.p, series.n);
    *col = (struct unit_column){.series = {name, series.n}, .own_series = name};
    if (c->frame != NULL) {
        col->n = c->frame->n;
        col->num = unknowns(col->n);
        col->den = c->ind->kind == MEASURE_RATIO ? unknowns(col->n) : NULL;
    }
    c->last = c->n++;
    return col;
}

static struct unit_column *column_of(struct collected *c, struct str series) {
    if (c->n > 0 && str_eq(c->column[c->last].series, series))
        return &c->column[c->last];
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->column[i].series, series)) {
            c->last = i;
            return &c->column[i];
        }
    if (c->n == COLLECT_SERIES_MAX) {
        c->too_many = true;
        return NULL;
    }
    return column_add(c, series);
}

static void put_in_frame(struct collected *c, struct unit_column *col, const struct unit_value *v) {
    size_t row = frame_find(c->frame, v->unit);
    if (row == SIZE_MAX)
        return;
    col->values += isnan(col->num[row]) ? 1 : 0;
    col->num[row] = v->num;
    if (col->den != NULL)
        col->den[row] = v->den;
    c->values++;
}

static int32_t district_of(const struct org_tree *t) {
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->org[i].kind, STR("district")))
            return (int32_t)i;
    return t->n > 0 ? 0 : -1;
}

static void put_loose(struct collected *c, struct unit_column *col, const struct unit_value *v) {
    int32_t leaf = v->org == 0 ? district_of(c->tree) : org_tree_find(c->tree, v->org);
    if (leaf < 0)
        return;
    if (col->n == col->cap) {
        col->cap = col->cap == 0 ? 256 : col->cap * 2;
        col->num = longer(col->num, col->cap, sizeof *col->num);
        col->own_unit = longer(col->own_unit, col->cap, sizeof *col->own_unit);
        col->own_leaf = longer(col->own_leaf, col->cap, sizeof *col->own_leaf);
        col->own_bits = longer(col->own_bits, col->cap, sizeof *col->own_bits);
        if (c->ind->kind == MEASURE_RATIO)
            col->den = longer(col->den, col->cap, sizeof *col->den);
    }
    size_t i = col->n++;
    col->num[i] = v->num;
    col->own_unit[i] = v->unit;
    col->own_leaf[i] = leaf;
    col->own_bits[i] = group_bits_locale(c->tree->org[leaf].locale);
    if (col->den != NULL)
        col->den[i] = v->den;
    col->values++;
    c->values++;
}

static void take(void *to, const struct unit_value *v) {
    struct collected *c = to;
    if (isnan(v->num) || (c->ind->kind == MEASURE_RATIO && isnan(v->den)))
        return;
    if (v->series.n > 0 && !c->ind->by_series)
        return;
    struct unit_column *col = column_of(c, v->series);
    if (col == NULL)
        return;
    if (c->frame != NULL)
        put_in_frame(c, col, v);
    else
        put_loose(c, col, v);
}

enum err collect_units(struct db *db, const struct indicator *ind, int32_t since, int32_t as_of,
                       const struct org_tree *tree, const struct frame *frame,
                       struct collected *out, struct errmsg *e) {
    *out = (struct collected){.ind = ind, .frame = frame, .tree = tree};
    enum err err = measure_units(db, ind, since, as_of, take, out, e);
    if (err == ERR_OK && out->too_many)
        err = err_set(e, ERR_LIMIT,
                      "%s: more than %d series (products, areas); merge some under one name.",
                      ind->code, COLLECT_SERIES_MAX);
    for (size_t i = 0; i < out->n; i++) {
        struct unit_column *col = &out->column[i];
        col->unit = frame != NULL ? frame->unit : col->own_unit;
        col->leaf = frame != NULL ? frame->leaf : col->own_leaf;
        col->bits = frame != NULL ? frame->bits : col->own_bits;
    }
    if (err != ERR_OK)
        collected_free(out);
    return err;
}

void collected_free(struct collected *c) {
    for (size_t i = 0; i < c->n; i++) {
        struct unit_column *col = &c->column[i];
        free(col->num);
        free(col->den);
        free(col->own_series);
        free(col->own_unit);
        free(col->own_leaf);
        free(col->own_bits);
    }
    free(c->column);
    *c = (struct collected){0};
}

struct rollup_column collected_kernel(const struct collected *c, size_t column) {
    static const enum rollup_kind kinds[] = {
        [MEASURE_RATE] = ROLLUP_RATE, [MEASURE_MEAN] = ROLLUP_MEAN, [MEASURE_RATIO] = ROLLUP_RATIO};
    const struct unit_column *col = &c->column[column];
    return (struct rollup_column){.kind = kinds[c->ind->kind],
                                  .sketch = c->ind->kind == MEASURE_MEAN,
                                  .num = col->num,
                                  .den = col->den};
}
