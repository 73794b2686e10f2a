/* What usage facts tell of students. */
#include "events/usage.h"

#include "base/config.h"

#include <stdlib.h>

enum { PRODUCTS_MAX = 40 /* series: those with most people */, STUDENTS_ARENA = 1 << 30 };

/* What one indicator takes from a student's sums. */
enum taken { TAKE_ACTIVE, TAKE_MINUTES, TAKE_OPENS };

struct ranked {
    size_t product;
    uint32_t people;
};

static int by_people(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return x->people != y->people ? (x->people < y->people) - (x->people > y->people)
                                  : (x->product > y->product) - (x->product < y->product);
}

static struct ranked *rank_products(const struct facts *f, struct arena *a, size_t *n) {
    uint32_t *people = ARENA_ARRAY(a, uint32_t, f->products);
    struct ranked *r = ARENA_ARRAY(a, struct ranked, f->products);
    facts_people(f, people);
    for (size_t p = 0; p < f->products; p++)
        r[p] = (struct ranked){p, people[p]};
    qsort(r, f->products, sizeof *r, by_people);
    *n = f->products < PRODUCTS_MAX ? f->products : PRODUCTS_MAX;
    return r;
}

/* Students enrolled on a day, ascending. */
static enum err students_on(struct db *db, int32_t day, struct arena *a, int64_t **out, size_t *n,
                            struct errmsg *e) {
    char text[DATE_TEXT];
    struct rows *r;
    int64_t count = 0;
    size_t cap;
    *n = 0;
    TRY(db_int(db, SQL_USAGE_STUDENTS_COUNT, ARGS(val_date(day, text)), &count, NULL, e));
    cap = (size_t)count;
    *out = ARENA_ARRAY(a, int64_t, cap);
    TRY(db_rows(db, SQL_USAGE_STUDENTS, ARGS(val_date(day, text)), &r, e));
    while (*n < cap && rows_next(r))
        (*out)[(*n)++] = rows_int(r, 0);
    return rows_close(r, e);
}

static double value_of(enum taken what, const struct facts_sum *s, double weeks) {
    switch (what) {
    case TAKE_ACTIVE:
        return s->active_days > 0 ? 1 : 0;
    case TAKE_MINUTES:
        return (double)s->a / 100 / weeks;
    case TAKE_OPENS:
        return (double)s->b / 100 / weeks;
    }
    return 0;
}

/* Students and the set's entities are both ascending: one walk along the two. */
static void hand_over(const struct facts *f, const struct facts_sum sum[], const int64_t student[],
                      size_t n, struct str series, enum taken what, unit_sink *sink, void *to) {
    const double weeks = (f->as_of - f->since + 1) / 7.0;
    static const struct facts_sum unused = {0};
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < f->entities && f->entity_id[k] < student[i])
            k++;
        bool has = k < f->entities && f->entity_id[k] == student[i];
        const struct unit_value v = {.unit = student[i],
                                     .num = value_of(what, has ? &sum[k] : &unused, weeks),
                                     .den = 1,
                                     .series = series};
        sink(to, &v);
    }
}

static enum err each_series(struct db *db, const struct facts *f, int32_t as_of, enum taken what,
                            struct arena *a, unit_sink *sink, void *to, struct errmsg *e) {
    int64_t *student;
    size_t n, products;
    unsigned threads = (unsigned)config_int(CONF_THREADS);
    struct facts_sum *sum = ARENA_ARRAY(a, struct facts_sum, f->entities);
    TRY(students_on(db, as_of, a, &student, &n, e));
    facts_by_entity(f, FACTS_EVERY, threads, sum);
    hand_over(f, sum, student, n, (struct str){"", 0}, what, sink, to);
    struct ranked *rank = rank_products(f, a, &products);
    for (size_t p = 0; p < products; p++) {
        struct str name;
        TRY(facts_product_name(db, f->product_id[rank[p].product], a, &name, e));
        facts_by_entity(f, (int64_t)rank[p].product, threads, sum);
        hand_over(f, sum, student, n, name, what, sink, to);
    }
    return ERR_OK;
}

static enum err usage_units(struct db *db, int32_t since, int32_t as_of, enum taken what,
                            unit_sink *sink, void *to, struct errmsg *e) {
    struct arena *a = arena_new(STUDENTS_ARENA);
    struct facts *f = NULL;
    enum err r = facts_open(db, events_dir(a).p, FACTS_PERSON, since, as_of, &f, e);
    if (r == ERR_OK && f->entities > 0)
        r = each_series(db, f, as_of, what, a, sink, to, e);
    facts_close(f);
    arena_free(a);
    return r;
}

static enum err active_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink, void *to,
                             struct errmsg *e) {
    return usage_units(db, since, as_of, TAKE_ACTIVE, sink, to, e);
}

static enum err minutes_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                              void *to, struct errmsg *e) {
    return usage_units(db, since, as_of, TAKE_MINUTES, sink, to, e);
}

static enum err opens_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink, void *to,
                            struct errmsg *e) {
    return usage_units(db, since, as_of, TAKE_OPENS, sink, to, e);
}

const struct indicator usage_indicators[] = {
    {
        .code = "usage_active",
        .name = TR_INIT("Active in the week", "Activos en la semana"),
        .question =
            TR_INIT("What share of students used the product in the last seven days?",
                    "¿Qué proporción de estudiantes usó el producto en los últimos siete días?"),
        .numerator = TR_INIT("students with at least one minute or one opening in the seven days",
                             "estudiantes con al menos un minuto o una apertura en los siete días"),
        .denominator =
            TR_INIT("students enrolled on the last day", "estudiantes inscritos el último día"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_WEEK,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "usage",
        .fresh_days = 14,
        .people = true,
        .by_series = true,
        .units_fn = active_units,
    },
    {
        .code = "usage_minutes",
        .name = TR_INIT("Minutes per student per week", "Minutos por estudiante por semana"),
        .question = TR_INIT("How many minutes a week does a student spend in the product?",
                            "¿Cuántos minutos por semana pasa un estudiante en el producto?"),
        .numerator = TR_INIT("minutes used in the seven days", "minutos de uso en los siete días"),
        .denominator = TR_INIT("students enrolled on the last day, users or not",
                               "estudiantes inscritos el último día, lo usen o no"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_WEEK,
        .better = NEITHER_IS_BETTER,
        .show = SHOW_MINUTES,
        .source = "usage",
        .fresh_days = 14,
        .people = true,
        .by_series = true,
        .units_fn = minutes_units,
    },
    {
        .code = "usage_opens",
        .name = TR_INIT("Openings per student per week", "Aperturas por estudiante por semana"),
        .question = TR_INIT("How many times a week does a student open the product?",
                            "¿Cuántas veces por semana abre un estudiante el producto?"),
        .numerator = TR_INIT("openings in the seven days", "aperturas en los siete días"),
        .denominator = TR_INIT("students enrolled on the last day, users or not",
                               "estudiantes inscritos el último día, lo usen o no"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_WEEK,
        .better = NEITHER_IS_BETTER,
        .show = SHOW_NUMBER,
        .source = "usage",
        .fresh_days = 14,
        .people = true,
        .by_series = true,
        .units_fn = opens_units,
    },
};
const size_t usage_indicator_count = sizeof usage_indicators / sizeof usage_indicators[0];

enum err usage_people_of(struct db *db, int32_t since, int32_t as_of, struct arena *a,
                         struct usage_people **out, size_t *n, struct errmsg *e) {
    struct facts *f;
    *n = 0;
    TRY(facts_open(db, events_dir(a).p, FACTS_PERSON, since, as_of, &f, e));
    uint32_t *people = ARENA_ARRAY(a, uint32_t, f->products);
    *out = ARENA_ARRAY(a, struct usage_people, f->products);
    facts_people(f, people);
    enum err r = ERR_OK;
    for (size_t p = 0; p < f->products && r == ERR_OK; p++) {
        if (people[p] == 0)
            continue;
        (*out)[*n].people = people[p];
        r = facts_product_name(db, f->product_id[p], a, &(*out)[(*n)++].product, e);
    }
    facts_close(f);
    return r;
}
