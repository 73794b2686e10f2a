#include "plan/indicators.h"

#include "events/usage.h"
#include "measure/rollup.h"
#include "provide/provide.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* ---- ready to learn online: made of two other indicators ---- */

/* What is known of a student: -1 nothing, else 0 or 1. */
struct ready {
    int64_t student;
    int8_t device, line;
};
struct readies {
    struct ready *row;
    size_t n, cap;
    bool line; /* which of the two is read now */
};

static void take(void *to, const struct unit_value *v) {
    struct readies *all = to;
    if (v->series.n > 0 || isnan(v->num))
        return;
    if (all->n == all->cap) {
        all->cap = all->cap == 0 ? 1024 : all->cap * 2;
        all->row = reallocarray(all->row, all->cap, sizeof *all->row);
        CHECK(all->row != NULL);
    }
    int8_t yes = v->num > 0;
    all->row[all->n++] = (struct ready){v->unit, all->line ? -1 : yes, all->line ? yes : -1};
}

static int by_student(const void *x, const void *y) {
    const struct ready *a = x, *b = y;
    return a->student < b->student ? -1 : a->student > b->student;
}

/* Rows of one student become one. */
static void merge(struct readies *all) {
    size_t n = 0;
    if (all->n > 1)
        qsort(all->row, all->n, sizeof *all->row, by_student);
    for (size_t i = 0; i < all->n; i++) {
        struct ready r = all->row[i];
        if (n > 0 && all->row[n - 1].student == r.student) {
            struct ready *to = &all->row[n - 1];
            to->device = r.device >= 0 ? r.device : to->device;
            to->line = r.line >= 0 ? r.line : to->line;
        } else {
            all->row[n++] = r;
        }
    }
    all->n = n;
}

static enum err read_ready(struct db *db, int32_t since, int32_t as_of, struct readies *all,
                           struct errmsg *e) {
    const struct indicator *device = catalogue_find(STR("device_working"));
    const struct indicator *line = catalogue_find(STR("home_line_ok"));
    CHECK(device != NULL && line != NULL);
    TRY(measure_units(db, device, since, as_of, take, all, e));
    all->line = true;
    TRY(measure_units(db, line, since, as_of, take, all, e));
    merge(all);
    return ERR_OK;
}

typedef void send(const struct ready *r, unit_sink *sink, void *to);

static enum err each_known(struct db *db, int32_t since, int32_t as_of, send *one, unit_sink *sink,
                           void *to, struct errmsg *e) {
    struct readies all = {0};
    enum err err = read_ready(db, since, as_of, &all, e);
    for (size_t i = 0; err == ERR_OK && i < all.n; i++)
        if (all.row[i].device >= 0 && all.row[i].line >= 0)
            one(&all.row[i], sink, to);
    free(all.row);
    return err;
}

static void give(const struct ready *r, bool yes, struct str series, unit_sink *sink, void *to) {
    sink(to, &(struct unit_value){.unit = r->student, .num = yes, .den = 1, .series = series});
}

static void send_ready(const struct ready *r, unit_sink *sink, void *to) {
    give(r, r->device == 1 && r->line == 1, STR(""), sink, to);
}

static void send_blocked(const struct ready *r, unit_sink *sink, void *to) {
    give(r, r->device == 0 || r->line == 0, STR(""), sink, to);
    give(r, r->device == 1 && r->line == 0, STR("line"), sink, to);
    give(r, r->device == 0 && r->line == 1, STR("device"), sink, to);
    give(r, r->device == 0 && r->line == 0, STR("both"), sink, to);
}

static enum err ready_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink, void *to,
                            struct errmsg *e) {
    return each_known(db, since, as_of, send_ready, sink, to, e);
}

static enum err blocked_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                              void *to, struct errmsg *e) {
    return each_known(db, since, as_of, send_blocked, sink, to, e);
}

const struct indicator plan_indicators[] = {
    {
        .code = "learn_ready",
        .name = TR_INIT("Can learn online at school and at home",
                        "Puede aprender en línea en la escuela y en casa"),
        .question = TR_INIT("Can every student learn online, at school and at home?",
                            "¿Puede cada estudiante aprender en línea, en la escuela y en casa?"),
        .numerator =
            TR_INIT("students with a working, assigned device and a home line that meets "
                    "the norm",
                    "estudiantes con un dispositivo asignado que funciona y una conexión en "
                    "el hogar que cumple la norma"),
        .denominator = TR_INIT("students of whom both are known",
                               "estudiantes de quienes se saben ambas cosas"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "devices,home-access",
        .fresh_days = 200,
        .people = true,
        .units_fn = ready_units,
    },
    {
        .code = "learn_blocked",
        .name = TR_INIT("Cannot learn online at school and at home",
                        "No puede aprender en línea en la escuela y en casa"),
        .question = TR_INIT("What stands in the way: the device, the line at home, or both?",
                            "¿Qué lo impide: el dispositivo, la conexión en casa o ambos?"),
        .numerator =
            TR_INIT("students without a working device, without a home line that meets the "
                    "norm, or without both, as the series says",
                    "estudiantes sin dispositivo que funcione, sin conexión en el hogar que "
                    "cumpla la norma, o sin ambos, según la serie"),
        .denominator = TR_INIT("students of whom both are known",
                               "estudiantes de quienes se saben ambas cosas"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = LOWER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "devices,home-access",
        .fresh_days = 200,
        .people = true,
        .by_series = true,
        .units_fn = blocked_units,
    },
};
const size_t plan_indicator_count = sizeof plan_indicators / sizeof plan_indicators[0];

/* ---- the catalogue ---- */

static void load(void) {
    catalogue_add(measure_roster_indicators, measure_roster_indicator_count);
    catalogue_add(usage_indicators, usage_indicator_count);
    catalogue_add(provide_indicators, provide_indicator_count);
    catalogue_add(plan_indicators, plan_indicator_count);
}

void plan_load_indicators(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CHECK(pthread_once(&once, load) == 0);
}
