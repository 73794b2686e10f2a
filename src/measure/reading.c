#include "measure/reading.h"

#include "base/date.h"
#include "calc/stats.h"
#include "measure/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LEVEL = 0.95;

/* ---- one row ---- */

/* When the key's day was rolled up; as_of is DATE_NONE where it never was. */
static enum err resolve(struct db *db, const struct reading_key *k, int32_t *as_of, int32_t *since,
                        struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    int32_t last = k->as_of == DATE_NONE ? date_from_ymd(9999, 12, 31) : k->as_of;
    *as_of = *since = DATE_NONE;
    TRY(db_rows(db, SQL_READING_DAY, ARGS(V_Z(k->ind->code), val_date(last, day)), &r, e));
    if (rows_next(r)) {
        *as_of = rows_date(r, 0);
        *since = rows_date(r, 1);
    }
    return rows_close(r, e);
}

enum err reading_cells(struct db *db, const struct reading_key *k, int32_t as_of, struct cells *out,
                       bool *found, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    *found = false;
    *out = (struct cells){.kind = k->ind->kind, .quartile = {NAN, NAN, NAN}};
    if (as_of == DATE_NONE)
        return ERR_OK;
    TRY(db_rows(db, SQL_READING_OF_ORG,
                ARGS(V_Z(k->ind->code), V_STR(k->series), V_INT(k->org_id), val_date(as_of, day)),
                &r, e));
    enum err err = ERR_OK;
    if (rows_next(r)) {
        *found = true;
        err = cells_read(rows_str(r, 1), out, e);
    }
    enum err closed = rows_close(r, err == ERR_OK ? e : NULL);
    return err != ERR_OK ? err : closed;
}

static struct shown no_data(void) {
    return shown_sum(NULL, 0);
}

static void fill(struct reading *out, const struct reading_key *k, const struct cells *c, int group,
                 int32_t since, int32_t as_of) {
    out->ind = k->ind;
    out->series = k->series;
    out->group = group;
    out->group2 = GROUP_ALL;
    out->since = since;
    out->as_of = as_of;
    out->median = out->den = NAN;
    out->value = as_of == DATE_NONE ? no_data() : cell_show(&c->group[group], k->ind);
    if (shown_exact(&out->value))
        out->den = k->ind->kind == MEASURE_RATIO ? c->group[group].den : c->group[group].n;
    if (group == GROUP_ALL && shown_exact(&out->value))
        out->median = c->quartile[1] * indicator_scale(k->ind);
}

static enum err org_words(struct db *db, struct arena *a, struct reading *out, int64_t org_id,
                          struct errmsg *e) {
    struct rows *r;
    out->org_id = org_id;
    TRY(db_rows(db, SQL_READING_ORG, ARGS(V_INT(org_id)), &r, e));
    if (rows_next(r)) {
        out->org_name = arena_str(a, rows_str(r, 0));
        out->org_kind = arena_str(a, rows_str(r, 1));
    }
    return rows_close(r, e);
}

enum err reading_get(struct db *db, struct arena *a, const struct reading_key *k,
                     struct reading *out, struct errmsg *e) {
    struct cells c;
    int32_t as_of, since;
    bool found;
    CHECK(k->group >= 0 && k->group < GROUPS);
    *out = (struct reading){0};
    TRY(resolve(db, k, &as_of, &since, e));
    TRY(reading_cells(db, k, as_of, &c, &found, e));
    fill(out, k, &c, k->group, since, as_of);
    return org_words(db, a, out, k->org_id, e);
}

/* ---- lists ---- */

static struct reading *list_add(struct reading_list *l, struct arena *a, size_t *cap) {
    if (l->n == *cap) {
        size_t more = *cap == 0 ? 32 : *cap * 2;
        struct reading *row = ARENA_ARRAY(a, struct reading, more);
        if (l->n > 0)
            memcpy(row, l->row, l->n * sizeof *row);
        l->row = row;
        *cap = more;
    }
    return &l->row[l->n++];
}

/* Decodes the row's cells (none: nobody) and adds a reading. */
static enum err list_row(struct reading_list *l, struct arena *a, size_t *cap,
                         const struct reading_key *k, struct str blob, int32_t since, int32_t as_of,
                         struct reading **out, struct errmsg *e) {
    struct cells c = {.kind = k->ind->kind, .quartile = {NAN, NAN, NAN}};
    if (blob.n > 0)
        TRY(cells_read(blob, &c, e));
    *out = list_add(l, a, cap);
    fill(*out, k, &c, k->group, since, as_of);
    return ERR_OK;
}

enum err reading_children(struct db *db, struct arena *a, const struct reading_key *k,
                          struct reading_list *out, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    int32_t as_of, since;
    size_t cap = 0;
    *out = (struct reading_list){0};
    TRY(resolve(db, k, &as_of, &since, e));
    if (as_of == DATE_NONE)
        return ERR_OK;
    TRY(db_rows(db, SQL_READING_BELOW,
                ARGS(V_Z(k->ind->code), V_STR(k->series), val_date(as_of, day), V_INT(k->org_id)),
                &r, e));
    enum err err = ERR_OK;
    while (err == ERR_OK && rows_next(r)) {
        struct reading *row;
        err = list_row(out, a, &cap, k, rows_str(r, 4), since, as_of, &row, e);
        if (err == ERR_OK) {
            row->org_id = rows_int(r, 0);
            row->org_name = arena_str(a, rows_str(r, 1));
            row->org_kind = arena_str(a, rows_str(r, 2));
        }
    }
    enum err closed = rows_close(r, err == ERR_OK ? e : NULL);
    return err != ERR_OK ? err : closed;
}

static int by_name(const void *x, const void *y) {
    const struct reading *a = x, *b = y;
    int order = str_cmp(a->org_name, b->org_name);
    return order != 0 ? order : a->org_id < b->org_id ? -1 : a->org_id > b->org_id;
}

/* A row for every school under the org; those with cells are filled afterwards. */
static enum err schools_under(struct db *db, struct arena *a, const struct reading_key *k,
                              int32_t since, int32_t as_of, struct reading_list *out,
                              struct errmsg *e) {
    struct org_tree *t;
    size_t cap = 0;
    const struct cells nobody = {.kind = k->ind->kind, .quartile = {NAN, NAN, NAN}};
    TRY(org_tree_load(db, a, as_of, &t, e));
    int32_t top = org_tree_find(t, k->org_id);
    for (size_t i = 0; i < t->n && top >= 0; i++) {
        int32_t o = t->by_id[i];
        if (!t->org[o].school || !org_tree_under(t, o, top))
            continue;
        struct reading *row = list_add(out, a, &cap);
        fill(row, k, &nobody, k->group, since, as_of);
        row->org_id = t->org[o].id;
        row->org_name = t->org[o].name;
        row->org_kind = t->org[o].kind;
    }
    return ERR_OK;
}

enum err reading_schools(struct db *db, struct arena *a, const struct reading_key *k,
                         struct reading_list *out, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    int32_t as_of, since;
    *out = (struct reading_list){0};
    TRY(resolve(db, k, &as_of, &since, e));
    if (as_of == DATE_NONE)
        return ERR_OK;
    TRY(schools_under(db, a, k, since, as_of, out, e));
    TRY(db_rows(db, SQL_READING_EVERYWHERE,
                ARGS(val_date(as_of, day), V_Z(k->ind->code), V_STR(k->series)), &r, e));
    enum err err = ERR_OK;
    size_t at = 0;
    while (err == ERR_OK && rows_next(r)) { /* both by org id */
        struct cells c;
        while (at < out->n && out->row[at].org_id < rows_int(r, 0))
            at++;
        if (at == out->n || out->row[at].org_id != rows_int(r, 0))
            continue;
        err = cells_read(rows_str(r, 1), &c, e);
        if (err == ERR_OK)
            fill(&out->row[at], k, &c, k->group, since, as_of);
    }
    enum err closed = rows_close(r, err == ERR_OK ? e : NULL);
    if (out->n > 1)
        qsort(out->row, out->n, sizeof *out->row, by_name);
    return err != ERR_OK ? err : closed;
}

enum err reading_trend(struct db *db, struct arena *a, const struct reading_key *k, int32_t from,
                       struct reading_list *out, struct errmsg *e) {
    char first[DATE_TEXT], last[DATE_TEXT];
    struct rows *r;
    struct reading org = {0};
    size_t cap = 0;
    int32_t until = k->as_of == DATE_NONE ? date_from_ymd(9999, 12, 31) : k->as_of;
    *out = (struct reading_list){0};
    TRY(org_words(db, a, &org, k->org_id, e));
    TRY(db_rows(db, SQL_READING_OVER_TIME,
                ARGS(V_Z(k->ind->code), V_STR(k->series), V_INT(k->org_id), val_date(from, first),
                     val_date(until, last)),
                &r, e));
    enum err err = ERR_OK;
    while (err == ERR_OK && rows_next(r)) {
        struct reading *row;
        err = list_row(out, a, &cap, k, rows_str(r, 2), rows_date(r, 1), rows_date(r, 0), &row, e);
        if (err == ERR_OK) {
            row->org_id = org.org_id;
            row->org_name = org.org_name;
            row->org_kind = org.org_kind;
        }
    }
    enum err closed = rows_close(r, err == ERR_OK ? e : NULL);
    return err != ERR_OK ? err : closed;
}

static int by_size(const void *x, const void *y) {
    const struct reading *a = x, *b = y;
    if (a->value.n != b->value.n)
        return a->value.n > b->value.n ? -1 : 1;
    return str_cmp(a->series, b->series);
}

enum err reading_series(struct db *db, struct arena *a, const struct reading_key *k,
                        struct reading_list *out, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    struct reading org = {0};
    int32_t as_of, since;
    size_t cap = 0;
    *out = (struct reading_list){0};
    TRY(resolve(db, k, &as_of, &since, e));
    if (as_of == DATE_NONE)
        return ERR_OK;
    TRY(org_words(db, a, &org, k->org_id, e));
    TRY(db_rows(db, SQL_READING_PARTS,
                ARGS(val_date(as_of, day), V_Z(k->ind->code), V_INT(k->org_id)), &r, e));
    enum err err = ERR_OK;
    while (err == ERR_OK && rows_next(r)) {
        struct reading *row;
        err = list_row(out, a, &cap, k, rows_str(r, 2), since, as_of, &row, e);
        if (err == ERR_OK) {
            row->series = arena_str(a, rows_str(r, 0));
            row->org_id = org.org_id;
            row->org_name = org.org_name;
            row->org_kind = org.org_kind;
        }
    }
    enum err closed = rows_close(r, err == ERR_OK ? e : NULL);
    if (err == ERR_OK && out->n > 1)
        qsort(out->row, out->n, sizeof *out->row, by_size);
    return err != ERR_OK ? err : closed;
}

/* ---- a group against all others ---- */

/* Difference of two shares: Newcombe (1998), Statistics in Medicine 17:873-890, method 10. */
static struct interval share_difference(const struct cell *g, const struct cell *rest) {
    struct interval a = stats_share(g->num, g->n, LEVEL),
                    b = stats_share(rest->num, rest->n, LEVEL);
    double d = a.estimate - b.estimate;
    return (struct interval){d, d - hypot(a.estimate - a.low, b.high - b.estimate),
                             d + hypot(a.high - a.estimate, b.estimate - b.low)};
}

static struct interval ratio_of(const struct cell *c) {
    return stats_ratio((struct ratio_sums){c->n, c->num, c->den, c->num2, c->den2, c->num_den},
                       LEVEL);
}

/* Difference of two ratios of independent groups: half widths add as squares. */
static struct interval ratio_difference(const struct cell *g, const struct cell *rest) {
    struct interval a = ratio_of(g), b = ratio_of(rest);
    double d = a.estimate - b.estimate;
    double half = hypot((a.high - a.low) / 2, (b.high - b.low) / 2);
    return (struct interval){d, d - half, d + half};
}

/* ln(OR) / 1.65 (Cox 1970, as in WWC 5.0); NaN where a cell of the two-by-two is empty. */
static double cox(const struct cell *g, const struct cell *rest) {
    double a = g->num, b = g->n - g->num, c = rest->num, d = rest->n - rest->num;
    return a <= 0 || b <= 0 || c <= 0 || d <= 0 ? NAN : log(a * d / (b * c)) / 1.65;
}

static struct difference mean_difference(const struct cell *g, const struct cell *rest) {
    return stats_difference(stats_moments(g->n, g->num, g->num2),
                            stats_moments(rest->n, rest->num, rest->num2), LEVEL);
}

static struct interval risk(const struct indicator *ind, const struct cell *g,
                            const struct cell *rest) {
    bool lacking = ind->better == HIGHER_IS_BETTER; /* the unwanted outcome is not having it */
    struct risk_input in = {.hits = lacking ? g->n - g->num : g->num,
                            .n = g->n,
                            .others_hits = lacking ? rest->n - rest->num : rest->num,
                            .others = rest->n};
    return stats_risk_647(&in, LEVEL).ratio;
}

static struct shown pass(const struct shown parts[2], struct interval i, double scale, int64_t n) {
    if (isnan(i.estimate))
        return shown_exact(&parts[0]) && shown_exact(&parts[1])
                   ? no_data()
                   : shown_if_all(parts, 2, NAN, NAN, NAN, n);
    return shown_if_all(parts, 2, i.estimate * scale, i.low * scale, i.high * scale, n);
}

static struct interval others_value(const struct indicator *ind, const struct cell *rest) {
    switch (ind->kind) {
    case MEASURE_RATE:
        return stats_share(rest->num, rest->n, LEVEL);
    case MEASURE_MEAN:
        return stats_mean(stats_moments(rest->n, rest->num, rest->num2), LEVEL);
    case MEASURE_RATIO:
        break;
    }
    return ratio_of(rest);
}

static void compare(const struct indicator *ind, const struct cells *c, int group,
                    struct contrast *out) {
    const struct cell *g = &c->group[group], *all = &c->group[GROUP_ALL];
    struct cell rest = cell_less(all, g);
    struct shown parts[2] = {cell_show(g, ind), cell_show(all, ind)};
    const struct interval none = {NAN, NAN, NAN};
    struct interval diff = none, d = none, ratio = none;
    double scale = indicator_scale(ind);
    int64_t n = (int64_t)llround(g->n), others_n = (int64_t)llround(rest.n);
    if (g->n > 0 && rest.n > 0) {
        if (ind->kind == MEASURE_RATE) {
            diff = share_difference(g, &rest);
            d.estimate = cox(g, &rest);
            ratio = risk(ind, g, &rest);
        } else if (ind->kind == MEASURE_MEAN) {
            struct difference w = mean_difference(g, &rest);
            diff = w.gap;
            d.estimate = w.g;
        } else {
            diff = ratio_difference(g, &rest);
        }
    }
    out->others = rest.n > 0 ? pass(parts, others_value(ind, &rest), scale, others_n) : no_data();
    out->diff = pass(parts, diff, scale, n);
    out->d = pass(parts, d, 1, n);
    out->ratio = pass(parts, ratio, 1, n);
    out->behind =
        shown_exact(&out->diff) && ((ind->better == HIGHER_IS_BETTER && out->diff.hi < 0) ||
                                    (ind->better == LOWER_IS_BETTER && out->diff.lo > 0));
}

enum err reading_groups(struct db *db, struct arena *a, const struct reading_key *k, enum dim dim,
                        struct contrast_list *out, struct errmsg *e) {
    struct cells c;
    struct reading org = {0};
    int32_t as_of, since;
    bool found;
    CHECK(dim < DIM_COUNT);
    const struct dim_row *d = &dim_rows[dim];
    *out = (struct contrast_list){0};
    TRY(resolve(db, k, &as_of, &since, e));
    TRY(reading_cells(db, k, as_of, &c, &found, e));
    TRY(org_words(db, a, &org, k->org_id, e));
    out->row = ARENA_ARRAY(a, struct contrast, (size_t)d->count);
    for (int g = d->first; g < d->first + d->count; g++) {
        struct contrast *row = &out->row[out->n++];
        row->r = org;
        fill(&row->r, k, &c, g, since, as_of);
        compare(k->ind, &c, g, row);
    }
    return ERR_OK;
}

/* ---- about readings ---- */

enum err reading_freshness(struct db *db, struct arena *a, const struct indicator *ind,
                           int32_t today, struct freshness *out, struct errmsg *e) {
    struct str rest = str_z(ind->source), part;
    *out = (struct freshness){.data_as_of = DATE_NONE, .source = str_z(ind->source)};
    bool first = true;
    while (str_split(&rest, ',', &part)) { /* of several sources the oldest counts */
        struct rows *r;
        struct str source = str_trim(part);
        int32_t day = DATE_NONE;
        int64_t batch = 0;
        struct str file = {0};
        TRY(db_rows(db, SQL_READING_BATCH,
                    ARGS(V_STR(str_eq(source, STR("roster")) ? STR("oneroster") : source)), &r, e));
        if (rows_next(r)) {
            batch = rows_int(r, 0);
            day = rows_date(r, 1);
            file = arena_str(a, rows_str(r, 2));
        }
        TRY(rows_close(r, e));
        if (first || day < out->data_as_of) { /* DATE_NONE is the least: never imported wins */
            out->data_as_of = day;
            out->batch_id = batch;
            out->file_name = file;
            out->source = arena_str(a, source);
        }
        first = false;
    }
    out->age_days = out->data_as_of == DATE_NONE ? 0 : today - out->data_as_of;
    out->stale = out->data_as_of == DATE_NONE || out->age_days > ind->fresh_days;
    return ERR_OK;
}

enum err reading_newest(struct db *db, int32_t *as_of, struct errmsg *e) {
    struct rows *r;
    *as_of = DATE_NONE;
    TRY(db_rows(db, SQL_READING_NEWEST, NO_ARGS, &r, e));
    if (rows_next(r))
        *as_of = rows_date(r, 0);
    return rows_close(r, e);
}

enum err reading_days(struct db *db, struct arena *a, int32_t **day, size_t *n, struct errmsg *e) {
    struct rows *r;
    size_t cap = 64;
    *n = 0;
    *day = ARENA_ARRAY(a, int32_t, cap);
    TRY(db_rows(db, SQL_ROLLUP_DAYS, NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (*n == cap) {
            int32_t *more = ARENA_ARRAY(a, int32_t, cap * 2);
            memcpy(more, *day, cap * sizeof **day);
            *day = more;
            cap *= 2;
        }
        (*day)[(*n)++] = rows_date(r, 0);
    }
    return rows_close(r, e);
}

enum err reading_home_org(struct db *db, int64_t *org_id, struct errmsg *e) {
    struct rows *r;
    int64_t district = 0, top = 0, districts = 0;
    TRY(db_rows(db, SQL_READING_TOPS, NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (str_eq(rows_str(r, 1), STR("district"))) {
            districts++;
            district = rows_int(r, 0);
        }
        if (rows_int(r, 2) == 1 && top == 0)
            top = rows_int(r, 0);
    }
    TRY(rows_close(r, e));
    *org_id = districts == 1 ? district : top;
    return *org_id != 0
               ? ERR_OK
               : err_set(e, ERR_NOT_FOUND,
                         "There is no district yet: import a roster first (homeroom import).");
}
