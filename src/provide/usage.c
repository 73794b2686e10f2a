#include "provide/usage.h"

#include "base/config.h"
#include "base/date.h"
#include "base/hash.h"
#include "events/usage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows are gathered as codes in columns and go out as a segment when so many are there: 16 M rows
 * are 320 MB here and as much again while they are sorted. */
enum { SEGMENT_ROWS = 16 << 20, FIRST_ROWS = 1 << 16, BUILD_THREADS = 2, PRODUCT_BYTES = 200 };

/* A dictionary: ids or digests of names to codes 0, 1, 2, ... Open addressing, at most half full.
 */
struct codes {
    uint64_t *key; /* [cap] 0: empty */
    uint32_t *code;
    size_t cap, n;
};

struct usage {
    struct source_run *run;
    enum facts_kind kind;
    struct codes people, products;
    int64_t *person_id; /* [people.cap / 2] by code */
    struct str *product_name;
    uint32_t *entity, *product; /* [cap] rows */
    int32_t *day, *a, *b;
    size_t n, cap;
};

static size_t place_of(const struct codes *c, uint64_t key) {
    size_t i = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (c->cap - 1);
    while (c->key[i] != 0 && c->key[i] != key)
        i = (i + 1) & (c->cap - 1);
    return i;
}

static void codes_grow(struct codes *c) {
    struct codes bigger = {.cap = c->cap == 0 ? 1024 : 2 * c->cap, .n = c->n};
    bigger.key = calloc(bigger.cap, sizeof *bigger.key);
    bigger.code = calloc(bigger.cap, sizeof *bigger.code);
    CHECK(bigger.key != NULL && bigger.code != NULL);
    for (size_t i = 0; i < c->cap; i++)
        if (c->key[i] != 0) {
            size_t at = place_of(&bigger, c->key[i]);
            bigger.key[at] = c->key[i];
            bigger.code[at] = c->code[i];
        }
    free(c->key);
    free(c->code);
    *c = bigger;
}

/* The code of a key; *fresh where it is new. */
static uint32_t code_of(struct codes *c, uint64_t key, bool *fresh) {
    if (2 * (c->n + 1) > c->cap)
        codes_grow(c);
    size_t at = place_of(c, key);
    *fresh = c->key[at] == 0;
    if (*fresh) {
        c->key[at] = key;
        c->code[at] = (uint32_t)c->n++;
    }
    return c->code[at];
}

static void *grown(void *p, size_t n, size_t size) {
    void *out = reallocarray(p, n, size);
    CHECK(out != NULL);
    return out;
}

static uint32_t person_code(struct usage *u, int64_t id) {
    bool fresh;
    uint32_t code = code_of(&u->people, (uint64_t)id, &fresh);
    if (fresh) {
        u->person_id = grown(u->person_id, u->people.cap, sizeof *u->person_id);
        u->person_id[code] = id;
    }
    return code;
}

static uint32_t product_code(struct usage *u, struct str name) {
    char lower[PRODUCT_BYTES];
    struct str s = str_sub(name, 0, sizeof lower);
    bool fresh;
    for (size_t i = 0; i < s.n; i++)
        lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    uint64_t key = hash64((struct str){lower, s.n});
    uint32_t code = code_of(&u->products, key == 0 ? 1 : key, &fresh);
    if (fresh) {
        u->product_name = grown(u->product_name, u->products.cap, sizeof *u->product_name);
        u->product_name[code] = arena_str(u->run->arena, s);
    }
    return code;
}

static void reserve(struct usage *u) {
    if (u->n < u->cap)
        return;
    u->cap = u->cap == 0 ? FIRST_ROWS : 2 * u->cap;
    u->entity = grown(u->entity, u->cap, sizeof *u->entity);
    u->product = grown(u->product, u->cap, sizeof *u->product);
    u->day = grown(u->day, u->cap, sizeof *u->day);
    u->a = grown(u->a, u->cap, sizeof *u->a);
    u->b = grown(u->b, u->cap, sizeof *u->b);
}

static enum err product_ids(struct usage *u, int64_t *ids, struct errmsg *e) {
    for (size_t i = 0; i < u->products.n; i++)
        TRY(facts_product(u->run->db, u->product_name[i], &ids[i], e));
    return ERR_OK;
}

static void repeats_told(struct usage *u, size_t repeats) {
    if (repeats > 0)
        batch_assume(u->run->batch,
                     u->kind == FACTS_PERSON
                         ? "%zu rows named the same person, product and day again; they were added "
                           "up."
                         : "%zu rows named the same district, product and day again; the last one "
                           "counts.",
                     repeats);
}

static void days_from(struct usage *u, int32_t day) {
    int32_t *first = &u->run->result->first_day;
    *first = *first == DATE_NONE || day < *first ? day : *first;
}

static enum err write_segment(struct usage *u, struct errmsg *e) {
    struct segment segment = {0};
    size_t repeats = 0;
    if (u->n == 0 || u->run->how->dry)
        return ERR_OK;
    struct arena *a = arena_new(1 << 20);
    int64_t *product_id = calloc(u->products.n + 1, sizeof *product_id);
    CHECK(product_id != NULL);
    enum err r = product_ids(u, product_id, e);
    const struct facts_rows rows = {.n = u->n,
                                    .entities = u->people.n,
                                    .products = u->products.n,
                                    .entity = u->entity,
                                    .product = u->product,
                                    .entity_id = u->person_id,
                                    .product_id = product_id,
                                    .day = u->day,
                                    .a = u->a,
                                    .b = u->b};
    if (r == ERR_OK)
        r = segment_build(u->kind, &rows, 1, BUILD_THREADS, &segment, &repeats, e);
    if (r == ERR_OK) {
        days_from(u, segment.first_day);
        r = facts_add(u->run->db, arena_z(a, events_dir(a)), batch_id(u->run->batch), &segment, e);
        segment_close(&segment);
    }
    if (r == ERR_OK)
        repeats_told(u, repeats);
    free(product_id);
    arena_free(a);
    u->n = 0;
    return r;
}

/* ---- the handler ---- */

static enum err begin(struct source_run *run, enum facts_kind kind, void **ctx) {
    struct usage *u = calloc(1, sizeof *u);
    CHECK(u != NULL);
    u->run = run;
    u->kind = kind;
    *ctx = u;
    return ERR_OK;
}

static enum err begin_person(struct source_run *run, void **ctx, struct errmsg *e) {
    (void)e;
    return begin(run, FACTS_PERSON, ctx);
}

static enum err begin_group(struct source_run *run, void **ctx, struct errmsg *e) {
    (void)e;
    return begin(run, FACTS_GROUP, ctx);
}

static enum err hundredths(const struct val *v, const char *what, int32_t *out, struct errmsg *e) {
    *out = FACTS_NULL;
    if (v->kind != VAL_REAL)
        return ERR_OK;
    if (v->r < 0 || v->r > 20000000)
        return err_set(e, ERR_INVALID, "%g %s cannot be: a number from 0 to 20,000,000 is wanted.",
                       v->r, what);
    *out = (int32_t)lround(v->r * 100);
    return ERR_OK;
}

static enum err row(void *ctx, const struct source_row *in, struct errmsg *e) {
    enum { MINUTES_OF_DAY = 1440 };
    struct usage *u = ctx;
    const struct val *v = in->v;
    const struct source *s = u->run->source;
    int32_t day, a, b;
    if (!date_parse(v[USAGE_DAY].s, &day) || day > u->run->how->as_of + 1)
        return err_set(e, ERR_INVALID, "The day %.*s is in the future.", STR_ARG(v[USAGE_DAY].s));
    TRY(hundredths(&v[USAGE_A], s->columns[USAGE_A].name, &a, e));
    TRY(hundredths(&v[USAGE_B], s->columns[USAGE_B].name, &b, e));
    if (a == FACTS_NULL && b == FACTS_NULL)
        return err_set(e, ERR_INVALID, "Neither %s nor %s is given; the row says nothing.",
                       s->columns[USAGE_A].name, s->columns[USAGE_B].name);
    if (u->kind == FACTS_PERSON && a > MINUTES_OF_DAY * 100)
        return err_set(e, ERR_INVALID, "%g minutes are more than a day has. Are these seconds?",
                       v[USAGE_A].r);
    reserve(u);
    u->entity[u->n] = person_code(u, v[USAGE_WHO].i);
    u->product[u->n] = product_code(u, v[USAGE_PRODUCT].s);
    u->day[u->n] = day;
    u->a[u->n] = a;
    u->b[u->n++] = b;
    batch_counts(u->run->batch)->added++;
    return u->n >= SEGMENT_ROWS ? write_segment(u, e) : ERR_OK;
}

static enum err finish(void *ctx, struct errmsg *e) {
    return write_segment(ctx, e);
}

static void drop(void *ctx) {
    struct usage *u = ctx;
    free(u->people.key);
    free(u->people.code);
    free(u->products.key);
    free(u->products.code);
    free(u->person_id);
    free(u->product_name);
    free(u->entity);
    free(u->product);
    free(u->day);
    free(u->a);
    free(u->b);
    free(u);
}

/* ---- the fast road: the whole file at once, by the reader of events/ ---- */

struct whole {
    struct usage *usage;
    const struct source_text *text;
    int64_t told;
};

static int64_t find_who(void *arg, struct str who) {
    const struct whole *w = arg;
    const struct source *s = w->usage->run->source;
    return s->names->find(w->text->names, s->columns[USAGE_WHO].type, who);
}

static void tell(void *arg, const struct usage_fault *f) {
    struct whole *w = arg;
    const struct source_run *run = w->usage->run;
    struct str header =
        f->column < 0 ? (struct str){"", 0} : w->text->view->match[f->column].header;
    batch_error(run->batch, BATCH_ERROR, run->file_name, (int64_t)f->line, header,
                str_sub(f->value, 0, PRODUCT_BYTES), "%s", f->what);
    w->told++;
}

static int place(const struct source_text *t, size_t column) {
    return t->cell_of[column] == SIZE_MAX ? -1 : (int)t->cell_of[column];
}

/* The careful road reads more ways to write a date: it takes files that don't begin with plain
 * ones. */
static bool plain_days(const struct source_text *t) {
    for (size_t i = 0; i < t->view->sample_rows; i++) {
        int32_t day;
        if (!date_parse(str_trim(t->view->sample[i][t->cell_of[USAGE_DAY]]), &day))
            return false;
    }
    return t->view->sample_rows > 0;
}

static enum err whole(void *ctx, const struct source_text *t, bool *taken, struct errmsg *e) {
    enum { MINUTES_OF_DAY = 1440 };
    struct usage *u = ctx;
    struct whole w = {.usage = u, .text = t};
    struct segment segment;
    struct usage_result result;
    struct usage_text text = {.rows = t->rows, .first_line = t->first_line};
    const struct usage_layout layout = {t->delimiter,
                                        t->width,
                                        place(t, USAGE_DAY),
                                        place(t, USAGE_WHO),
                                        place(t, USAGE_PRODUCT),
                                        place(t, USAGE_A),
                                        place(t, USAGE_B)};
    *taken = layout.day >= 0 && layout.product >= 0 && plain_days(t);
    if (*taken && layout.who < 0) { /* the file is named for its district */
        text.entity = find_who(&w, t->stem);
        *taken = text.entity > 0;
    }
    if (!*taken)
        return ERR_OK;
    const struct usage_ask ask = {.kind = u->kind,
                                  .layout = layout,
                                  .text = &text,
                                  .texts = 1,
                                  .find = find_who,
                                  .fault = tell,
                                  .arg = &w,
                                  .threads = (unsigned)config_int(CONF_THREADS),
                                  .dry = u->run->how->dry,
                                  .strict = true,
                                  .last_day = u->run->how->as_of + 1,
                                  .a_most = u->kind == FACTS_PERSON ? MINUTES_OF_DAY * 100 : 0};
    enum err r = usage_read(u->run->db, &ask, &segment, &result, e);
    struct batch_counts *counts = batch_counts(u->run->batch);
    counts->read += (int64_t)result.rows;
    counts->added += (int64_t)(result.rows - result.refused);
    counts->refused += (int64_t)result.refused - w.told; /* batch_error has counted what was told */
    if (r == ERR_INVALID && result.refused == result.rows)
        return ERR_OK; /* every row was refused, and each is told */
    TRY(r);
    days_from(u, segment.first_day);
    repeats_told(u, result.repeats);
    if (result.us_dates > 0)
        batch_assume(u->run->batch, "%zu dates were not written YYYY-MM-DD; US order was assumed.",
                     result.us_dates);
    if (!u->run->how->dry) {
        struct arena *a = arena_new(1 << 20);
        r = facts_add(u->run->db, arena_z(a, events_dir(a)), batch_id(u->run->batch), &segment, e);
        arena_free(a);
    }
    segment_close(&segment);
    return r;
}

const struct source_handler usage_by_person = {begin_person, row, finish, drop, whole};
const struct source_handler usage_by_group = {begin_group, row, finish, drop, whole};

/* ---- undo ---- */

static enum err undo(struct db *db, int64_t batch, int32_t today, int64_t *removed, int64_t *ended,
                     struct errmsg *e) {
    int64_t gone = 0;
    (void)today, (void)ended;
    TRY(facts_undo(db, batch, &gone, e));
    *removed += gone;
    return ERR_OK;
}

const struct undo_other usage_undo = {.drop = undo};
