/*
 * A day is rolled in batches. Indicators of the same unit (students, say) stand in the same rows of
 * one frame, so their columns go through the kernel together: the sums of a school stay in the
 * cache while its students pass by once for all of them. A batch is flushed when it has
 * BATCH_COLUMNS columns or BATCH_BYTES of values. Flushing is: kernel, cells of each org, the
 * door's decision over all orgs at once, stored form, one transaction per indicator.
 *
 * Deciding what may be shown takes most of the time, so it is done once per different universe: of
 * means and ratios only the sizes of the groups matter, and those are the same for every product
 * that everyone could have used. Different ones are decided on as many threads as there are
 * processors.
 *
 * Marks. An indicator's readings of a day follow from: its definition, the frames, what its source
 * had been given up to that day, and the minimum n. The digest of all that is its mark. The row
 * with indicator '' is the day's own: what every source had been given. Where that is unchanged the
 * day is left alone without reading a single unit.
 */
#include "measure/rollup.h"

#include "base/config.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/log.h"
#include "calc/rollup.h"
#include "measure/cells.h"
#include "measure/collect.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROLLUP_VERSION = 1, /* raise when the same records would give other readings */
    BATCH_COLUMNS = 24,
    BATCH_MEMBERS = 64,
    THREADS_MOST = 8,
    KEEP_DAYS = 35,
    KEEP_MONTHS = 24
};
#define BATCH_BYTES ((size_t)768 << 20)
#define DAY_ARENA ((size_t)4 << 30)

/* An indicator whose units are read and whose readings are still to be made. */
struct member {
    struct collected units;
    int32_t since;
    uint64_t mark;
};

struct day {
    struct store *store;
    struct db *reader;
    struct arena *a; /* of the day: tree and frames */
    int32_t as_of;
    const struct org_tree *tree;
    struct frame *frame[2]; /* students, educators */
    const struct measure_options *o;
    struct measure_done *done;
    struct member member[BATCH_MEMBERS];
    size_t members, columns, bytes;
};

/* ---- marks ---- */

static uint64_t fold(uint64_t h, uint64_t v) {
    return hash64_more(h, (struct str){(const char *)&v, sizeof v});
}

static enum err source_state(struct db *db, struct str source, int32_t as_of, uint64_t *h,
                             struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    int64_t newest = 0;
    struct str batches = str_eq(source, STR("roster")) ? STR("oneroster") : source;
    TRY(db_rows(db, SQL_MEASURE_SOURCE_STATE, ARGS(V_STR(batches), val_date(as_of, day)), &r, e));
    while (rows_next(r))
        for (int col = 0; col < 4; col++)
            *h = fold(*h, (uint64_t)rows_int(r, col));
    TRY(rows_close(r, e));
    TRY(db_int(db, SQL_MEASURE_CHANGE_NEWEST, ARGS(V_STR(source), val_date(as_of, day)), &newest,
               NULL, e));
    *h = fold(*h, (uint64_t)newest);
    return ERR_OK;
}

/* An indicator made of others names their sources with commas between. */
static enum err sources_state(struct db *db, const char *sources, int32_t as_of, uint64_t *h,
                              struct errmsg *e) {
    struct str rest = str_z(sources), part;
    while (str_split(&rest, ',', &part))
        TRY(source_state(db, str_trim(part), as_of, h, e));
    return ERR_OK;
}

static uint64_t definition_mark(const struct indicator *ind) {
    uint64_t h = hash64(str_z(ind->code));
    h = fold(h, ROLLUP_VERSION);
    h = fold(h, (uint64_t)ind->unit << 32 | (uint64_t)ind->kind << 16 | (uint64_t)ind->period << 8 |
                    ind->by_series);
    h = hash64_more(h, str_z(ind->numerator.en));
    h = hash64_more(h, str_z(ind->denominator.en));
    return fold(h, (uint64_t)config_int(CONF_MINIMUM_N));
}

/* What the whole day stands on, without reading a unit. */
static enum err day_mark(struct db *db, int32_t as_of, uint64_t *out, struct errmsg *e) {
    uint64_t h = 0;
    TRY(source_state(db, STR("roster"), as_of, &h, e));
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct indicator *ind = catalogue_at(i);
        h = fold(h, definition_mark(ind));
        TRY(sources_state(db, ind->source, as_of, &h, e));
    }
    *out = h;
    return ERR_OK;
}

struct marks {
    struct {
        struct str indicator;
        uint64_t mark;
    } row[CATALOGUE_MOST + 1];
    size_t n;
};

static enum err marks_load(struct db *db, struct arena *a, int32_t as_of, struct marks *out,
                           struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    out->n = 0;
    TRY(db_rows(db, SQL_ROLLUP_MARKS, ARGS(val_date(as_of, day)), &r, e));
    while (rows_next(r) && out->n < CATALOGUE_MOST + 1) {
        out->row[out->n].indicator = arena_str(a, rows_str(r, 0));
        out->row[out->n++].mark = (uint64_t)rows_int(r, 1);
    }
    return rows_close(r, e);
}

static bool marks_has(const struct marks *m, const char *indicator, uint64_t mark) {
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->row[i].indicator, str_z(indicator)))
            return m->row[i].mark == mark;
    return false;
}

static enum err mark_put(struct db *db, int32_t as_of, const char *indicator, int32_t since,
                         uint64_t mark, int64_t units, struct errmsg *e) {
    char day[DATE_TEXT], from[DATE_TEXT];
    return db_exec(db, SQL_ROLLUP_MARK_PUT,
                   ARGS(val_date(as_of, day), V_Z(indicator), val_date(since, from),
                        V_INT((int64_t)mark), V_INT(units), V_INT(date_now_us())),
                   NULL, e);
}

/* ---- from the kernel to stored readings ---- */

static void org_cells(const struct rollup *r, size_t org, size_t column,
                      const struct indicator *ind, struct cells *out) {
    *out = (struct cells){.kind = ind->kind, .quartile = {NAN, NAN, NAN}};
    for (int g = 0; g < GROUPS; g++) {
        struct rollup_cell c = rollup_cell(r, org, (size_t)g, column);
        out->group[g] = (struct cell){c.n, c.num, c.den, c.num2, c.den2, c.num_den, {0, 0}};
    }
    if (ind->kind == MEASURE_MEAN && out->group[GROUP_ALL].n > 0)
        for (int i = 0; i < 3; i++)
            out->quartile[i] = rollup_quantile(r, org, column, 0.25 * (i + 1));
}

static enum err write_series(struct day *d, struct db *w, const struct member *m, struct str series,
                             const struct cells cells[], struct errmsg *e) {
    char day[DATE_TEXT], from[DATE_TEXT];
    unsigned char blob[CELLS_BYTES_MAX];
    for (size_t o = 0; o < d->tree->n; o++) {
        if (cells[o].group[GROUP_ALL].n == 0)
            continue;
        size_t n = cells_write(&cells[o], blob);
        TRY(db_exec(w, SQL_READING_PUT,
                    ARGS(V_Z(m->units.ind->code), V_STR(series), V_INT(d->tree->org[o].id),
                         val_date(d->as_of, day), val_date(m->since, from),
                         V_BLOB(((struct str){(const char *)blob, n}))),
                    NULL, e));
        d->done->readings++;
    }
    return ERR_OK;
}

static enum err write_member(struct day *d, struct db *w, const struct member *m,
                             struct cells *const series_cells[], struct errmsg *e) {
    char day[DATE_TEXT];
    struct str code = str_z(m->units.ind->code);
    TRY(db_exec(w, SQL_READING_DROP, ARGS(val_date(d->as_of, day), V_STR(code)), NULL, e));
    TRY(db_bulk(w, true, e));
    for (size_t c = 0; c < m->units.n; c++)
        TRY(write_series(d, w, m, m->units.column[c].series, series_cells[c], e));
    TRY(mark_put(w, d->as_of, m->units.ind->code, m->since, m->mark, m->units.values, e));
    return db_bulk(w, false, e);
}

static enum err save_member(struct day *d, const struct member *m,
                            struct cells *const series_cells[], struct errmsg *e) {
    struct db *w;
    TRY(store_begin(d->store, &w, e));
    enum err err = write_member(d, w, m, series_cells, e);
    if (err != ERR_OK) {
        err_ignore(db_bulk(w, false, NULL)); /* the first error is the one to tell */
        store_rollback(d->store);
        return err;
    }
    d->done->indicators++;
    d->done->units += m->units.values;
    return store_commit(d->store, e);
}

static unsigned threads(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > THREADS_MOST ? THREADS_MOST : (unsigned)n;
}

/* The kernel over `n` columns that share their units. */
static enum err run_kernel(const struct day *d, const struct unit_column *like,
                           const struct rollup_column cols[], size_t n, struct arena *a,
                           struct rollup **out, struct errmsg *e) {
    uint64_t *member = ARENA_ARRAY(a, uint64_t, like->n);
    int32_t *parent = ARENA_ARRAY(a, int32_t, d->tree->n);
    for (size_t i = 0; i < like->n; i++)
        member[i] = like->bits[i] >> 1; /* bit 0 is everyone, which the kernel has by itself */
    for (size_t o = 0; o < d->tree->n; o++)
        parent[o] = d->tree->org[o].parent;
    struct rollup_input in = {.units = like->n,
                              .orgs = d->tree->n,
                              .groups = GROUPS - 1,
                              .columns = n,
                              .org = like->leaf,
                              .parent = parent,
                              .member = member,
                              .column = cols,
                              .threads = threads()};
    return rollup_run(&in, 0, a, out, e);
}

/* One column on its way from the kernel to the door. */
struct decision {
    const struct indicator *ind;
    struct cells *cells; /* [orgs] */
    uint64_t key;        /* what the decision depends on */
    size_t same_as;      /* an earlier decision with the same key, else itself */
    enum err err;
    struct errmsg e;
};

struct deciding {
    const int32_t *parent;
    size_t orgs, n;
    struct decision *d;
    atomic_size_t next;
};

static uint64_t decision_key(const struct decision *d, size_t orgs) {
    bool rate = d->ind->kind == MEASURE_RATE;
    uint64_t h = fold((uint64_t)rate, indicator_about_people(d->ind));
    for (size_t o = 0; o < orgs; o++) {
        double sums[2 * GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            sums[2 * g] = d->cells[o].group[g].n;
            sums[2 * g + 1] = rate ? d->cells[o].group[g].num : 0;
        }
        h = hash64_more(h, (struct str){(const char *)sums, sizeof sums});
    }
    return h;
}

static void *decide_some(void *arg) {
    struct deciding *w = arg;
    for (size_t i = atomic_fetch_add(&w->next, 1); i < w->n; i = atomic_fetch_add(&w->next, 1)) {
        struct decision *d = &w->d[i];
        if (d->same_as == i)
            d->err = cells_decide(d->ind, w->parent, w->orgs, d->cells, &d->e);
    }
    return NULL;
}

static void decide_on_threads(struct deciding *w) {
    pthread_t thread[THREADS_MOST];
    size_t more = threads() - 1, started = 0;
    while (started < more && started + 1 < w->n &&
           pthread_create(&thread[started], NULL, decide_some, w) == 0)
        started++;
    (void)decide_some(w);
    for (size_t t = 0; t < started; t++)
        (void)pthread_join(thread[t], NULL);
}

static enum err take_decisions(struct deciding *w, struct errmsg *e) {
    for (size_t i = 0; i < w->n; i++) {
        struct decision *d = &w->d[i], *like = &w->d[d->same_as];
        if (like->err != ERR_OK)
            return err_set(e, like->err, "%s: %s", like->ind->code, like->e.text);
        for (size_t o = 0; o < w->orgs && like != d; o++)
            for (int g = 0; g < GROUPS; g++)
                d->cells[o].group[g].verdict = like->cells[o].group[g].verdict;
    }
    return ERR_OK;
}

/* Cells and verdicts of n columns of one kernel run; col[i] of r belongs to d[i]. */
static enum err decide(const struct day *day, struct rollup *const r[], const size_t col[],
                       struct decision d[], size_t n, struct arena *a, struct errmsg *e) {
    size_t orgs = day->tree->n;
    int32_t *parent = ARENA_ARRAY(a, int32_t, orgs);
    for (size_t o = 0; o < orgs; o++)
        parent[o] = day->tree->org[o].parent;
    for (size_t i = 0; i < n; i++) {
        d[i].cells = ARENA_ARRAY(a, struct cells, orgs);
        for (size_t o = 0; o < orgs; o++)
            org_cells(r[i], o, col[i], d[i].ind, &d[i].cells[o]);
        d[i].key = decision_key(&d[i], orgs);
        d[i].same_as = i;
        for (size_t k = 0; k < i && d[i].same_as == i; k++)
            if (d[k].key == d[i].key)
                d[i].same_as = k;
    }
    struct deciding w = {.parent = parent, .orgs = orgs, .n = n, .d = d};
    decide_on_threads(&w);
    return take_decisions(&w, e);
}

/* All columns of the batch: one kernel run where they share a frame, one each where not. */
static enum err make_batch(struct day *d, struct arena *a, struct errmsg *e) {
    bool framed = d->member[0].units.frame != NULL;
    size_t n = d->columns, at = 0;
    struct rollup_column *cols = ARENA_ARRAY(a, struct rollup_column, n);
    struct rollup **r = ARENA_ARRAY(a, struct rollup *, n);
    size_t *col = ARENA_ARRAY(a, size_t, n);
    struct decision *dec = ARENA_ARRAY(a, struct decision, n);
    const struct unit_column *like = NULL;
    for (size_t m = 0; m < d->members; m++)
        for (size_t c = 0; c < d->member[m].units.n; c++, at++) {
            like = &d->member[m].units.column[c];
            cols[at] = collected_kernel(&d->member[m].units, c);
            dec[at].ind = d->member[m].units.ind;
            col[at] = framed ? at : 0;
            if (!framed)
                TRY(run_kernel(d, like, &cols[at], 1, a, &r[at], e));
        }
    if (framed && n > 0)
        TRY(run_kernel(d, like, cols, n, a, &r[0], e));
    for (size_t i = 1; framed && i < n; i++)
        r[i] = r[0];
    TRY(decide(d, r, col, dec, n, a, e));
    at = 0;
    for (size_t m = 0; m < d->members; m++) {
        struct member *mem = &d->member[m];
        struct cells **series = ARENA_ARRAY(a, struct cells *, mem->units.n);
        for (size_t c = 0; c < mem->units.n; c++)
            series[c] = dec[at++].cells;
        TRY(save_member(d, mem, series, e));
    }
    return ERR_OK;
}

static enum err flush(struct day *d, struct errmsg *e) {
    if (d->members == 0)
        return ERR_OK;
    struct arena *a = arena_new(DAY_ARENA);
    enum err err = make_batch(d, a, e);
    for (size_t m = 0; m < d->members; m++)
        collected_free(&d->member[m].units);
    d->members = d->columns = d->bytes = 0;
    arena_free(a);
    return err;
}

/* ---- a day ---- */

static const struct frame *frame_of(const struct day *d, const struct indicator *ind) {
    return ind->unit == UNIT_STUDENT    ? d->frame[0]
           : ind->unit == UNIT_EDUCATOR ? d->frame[1]
                                        : NULL;
}

static bool fits(const struct day *d, const struct collected *c) {
    return d->members > 0 && c->frame != NULL && d->member[0].units.frame == c->frame &&
           d->members < BATCH_MEMBERS && d->columns + c->n <= BATCH_COLUMNS &&
           d->bytes < BATCH_BYTES;
}

static enum err roll_indicator(struct day *d, const struct indicator *ind, int32_t since,
                               uint64_t mark, struct errmsg *e) {
    struct collected c;
    TRY(collect_units(d->reader, ind, since, d->as_of, d->tree, frame_of(d, ind), &c, e));
    if (!fits(d, &c)) {
        enum err err = flush(d, e);
        if (err != ERR_OK) {
            collected_free(&c);
            return err;
        }
    }
    d->member[d->members++] = (struct member){c, since, mark};
    d->columns += c.n;
    d->bytes += c.frame == NULL ? 0 : c.n * c.frame->n * (ind->kind == MEASURE_RATIO ? 16u : 8u);
    return ERR_OK;
}

static enum err roll_all(struct day *d, struct marks *marks, struct errmsg *e) {
    for (enum unit_kind unit = UNIT_STUDENT; unit < UNIT_KINDS; unit++)
        for (size_t i = 0; i < catalogue_count(); i++) { /* by unit: one frame, one batch */
            const struct indicator *ind = catalogue_at(i);
            int32_t since;
            if (ind->unit != unit)
                continue;
            TRY(indicator_since(d->reader, ind, d->as_of, &since, e));
            uint64_t mark = definition_mark(ind);
            mark = fold(fold(fold(mark, d->frame[0]->mark), d->frame[1]->mark), (uint64_t)since);
            TRY(sources_state(d->reader, ind->source, d->as_of, &mark, e));
            if (!d->o->full && marks_has(marks, ind->code, mark))
                d->done->skipped++;
            else
                TRY(roll_indicator(d, ind, since, mark, e));
        }
    return flush(d, e);
}

static enum err drop_day(struct store *s, int32_t as_of, struct errmsg *e) {
    char day[DATE_TEXT];
    struct db *w;
    TRY(store_begin(s, &w, e));
    enum err err = db_exec(w, SQL_READING_DROP_DAY, ARGS(val_date(as_of, day)), NULL, e);
    if (err == ERR_OK)
        err = db_exec(w, SQL_ROLLUP_DAY_DROP, ARGS(val_date(as_of, day)), NULL, e);
    if (err != ERR_OK) {
        store_rollback(s);
        return err;
    }
    return store_commit(s, e);
}

static enum err put_day_mark(struct store *s, int32_t as_of, uint64_t mark, struct errmsg *e) {
    struct db *w;
    TRY(store_begin(s, &w, e));
    enum err err = mark_put(w, as_of, "", as_of, mark, 0, e);
    if (err != ERR_OK) {
        store_rollback(s);
        return err;
    }
    return store_commit(s, e);
}

static enum err roll_day(struct day *d, struct errmsg *e) {
    struct marks marks;
    struct org_tree *tree;
    uint64_t mark;
    TRY(marks_load(d->reader, d->a, d->as_of, &marks, e));
    TRY(day_mark(d->reader, d->as_of, &mark, e));
    if (!d->o->full && marks_has(&marks, "", mark)) {
        d->done->skipped += catalogue_count();
        return ERR_OK;
    }
    TRY(org_tree_load(d->reader, d->a, d->as_of, &tree, e));
    d->tree = tree;
    TRY(frame_load(d->reader, d->a, UNIT_STUDENT, d->as_of, tree, &d->frame[0], e));
    TRY(frame_load(d->reader, d->a, UNIT_EDUCATOR, d->as_of, tree, &d->frame[1], e));
    enum err err = roll_all(d, &marks, e);
    for (size_t m = 0; m < d->members; m++)
        collected_free(&d->member[m].units);
    TRY(err);
    d->done->days++;
    return put_day_mark(d->store, d->as_of, mark, e);
}

static const struct measure_options no_options;

enum err measure_roll_day(struct store *s, int32_t as_of, const struct measure_options *o,
                          struct measure_done *done, struct errmsg *e) {
    struct measure_done ignored = {0};
    struct day *d = calloc(1, sizeof *d);
    CHECK(d != NULL);
    *d = (struct day){.store = s,
                      .as_of = as_of,
                      .o = o == NULL ? &no_options : o,
                      .done = done == NULL ? &ignored : done,
                      .a = arena_new(DAY_ARENA)};
    int64_t began = date_now_us();
    enum err err = store_reader(s, &d->reader, e);
    if (err == ERR_OK)
        err = roll_day(d, e);
    d->done->us += date_now_us() - began;
    arena_free(d->a);
    free(d);
    return err;
}

/* ---- which days ---- */

struct days {
    int32_t *day;
    size_t n;
};

static void days_add(struct days *d, int32_t day) {
    size_t at = d->n;
    while (at > 0 && d->day[at - 1] >= day)
        at--;
    if (at < d->n && d->day[at] == day)
        return;
    memmove(d->day + at + 1, d->day + at, (d->n - at) * sizeof *d->day);
    d->day[at] = day;
    d->n++;
}

static int32_t month_end(int32_t day) {
    return date_month(date_month(day) + 31) - 1;
}

/* The kept days, the month ends that should be, and today; ascending. */
static enum err days_wanted(struct db *db, struct arena *a, int32_t today, struct days *out,
                            struct errmsg *e) {
    struct rows *r;
    int32_t first = today;
    size_t kept_max = 4096;
    out->day = ARENA_ARRAY(a, int32_t, kept_max + KEEP_MONTHS + 2);
    TRY(db_rows(db, SQL_ROLLUP_DAYS, NO_ARGS, &r, e));
    while (rows_next(r) && out->n < kept_max)
        if (rows_date(r, 0) <= today)
            days_add(out, rows_date(r, 0));
    TRY(rows_close(r, e));
    TRY(db_rows(db, SQL_MEASURE_FIRST_DAY, NO_ARGS, &r, e));
    if (rows_next(r) && !rows_null(r, 0))
        first = rows_date(r, 0);
    TRY(rows_close(r, e));
    days_add(out, today);
    int32_t end = date_month(today) - 1;
    for (int i = 0; i < KEEP_MONTHS && end >= first; i++, end = date_month(end) - 1)
        days_add(out, end);
    return ERR_OK;
}

/* A day is kept when it is young, or when no later day of its month is there. */
static bool keeps(const struct days *d, size_t i, int32_t today) {
    return d->day[i] > today - KEEP_DAYS || i + 1 == d->n ||
           month_end(d->day[i + 1]) != month_end(d->day[i]);
}

static enum err catch_up(struct store *s, int32_t today, const struct measure_options *o,
                         struct measure_done *done, struct arena *a, struct errmsg *e) {
    struct db *db;
    struct days days = {NULL, 0};
    TRY(store_reader(s, &db, e));
    TRY(days_wanted(db, a, today, &days, e));
    for (size_t i = 0; i < days.n; i++) {
        if (!keeps(&days, i, today))
            TRY(drop_day(s, days.day[i], e));
        else
            TRY(measure_roll_day(s, days.day[i], o, done, e));
        if (o->progress != NULL)
            o->progress(o->to, i + 1, days.n);
    }
    return ERR_OK;
}

enum err measure_catch_up(struct store *s, int32_t today, const struct measure_options *o,
                          struct measure_done *done, struct errmsg *e) {
    struct store_lock *lock;
    struct measure_done ignored = {0};
    TRY(store_lock(s, "rollup", "Another process is rolling up; its result will be the same.",
                   &lock, e));
    struct arena *a = arena_new((size_t)1 << 20);
    enum err err =
        catch_up(s, today, o == NULL ? &no_options : o, done == NULL ? &ignored : done, a, e);
    arena_free(a);
    store_unlock(lock);
    return err;
}

enum err measure_touch(struct db *db, const char *source, int32_t from, int64_t now_us,
                       struct errmsg *e) {
    char day[DATE_TEXT];
    return db_exec(db, SQL_MEASURE_CHANGE_ADD,
                   ARGS(V_Z(source), val_date(from, day), V_INT(now_us)), NULL, e);
}
