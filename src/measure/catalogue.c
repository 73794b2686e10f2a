#include "measure/catalogue.h"

#include "base/date.h"

#include <string.h>

static const struct indicator *catalogue[CATALOGUE_MOST];
static size_t catalogue_n;

static bool tr_whole(struct tr t) {
    return t.en != NULL && t.es != NULL && t.en[0] != '\0' && t.es[0] != '\0';
}

static void check_row(const struct indicator *ind) {
    CHECK(ind->code != NULL && ind->code[0] != '\0');
    CHECK(tr_whole(ind->name) && tr_whole(ind->question));
    CHECK(tr_whole(ind->numerator) && tr_whole(ind->denominator));
    CHECK(ind->source != NULL && ind->fresh_days > 0);
    CHECK(ind->unit < UNIT_KINDS);
    CHECK((ind->units_fn != NULL) != (ind->units != 0)); /* statement 0 is store/'s own */
}

void catalogue_add(const struct indicator rows[], size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct indicator *there = catalogue_find(str_z(rows[i].code));
        if (there == &rows[i])
            continue;
        check_row(&rows[i]);
        CHECK(there == NULL && "two indicators share a code");
        CHECK(catalogue_n < CATALOGUE_MOST);
        catalogue[catalogue_n++] = &rows[i];
    }
}

size_t catalogue_count(void) {
    return catalogue_n;
}

const struct indicator *catalogue_at(size_t i) {
    CHECK(i < catalogue_n);
    return catalogue[i];
}

const struct indicator *catalogue_find(struct str code) {
    for (size_t i = 0; i < catalogue_n; i++)
        if (str_eq(str_z(catalogue[i]->code), code))
            return catalogue[i];
    return NULL;
}

bool indicator_about_people(const struct indicator *ind) {
    return ind->people || ind->unit == UNIT_STUDENT || ind->unit == UNIT_EDUCATOR;
}

double indicator_scale(const struct indicator *ind) {
    if (ind->show == SHOW_PERCENT)
        return 100;
    return ind->scale == 0 ? 1 : ind->scale;
}

enum err indicator_since(struct db *db, const struct indicator *ind, int32_t as_of, int32_t *since,
                         struct errmsg *e) {
    char day[DATE_TEXT];
    switch (ind->period) {
    case PERIOD_DAY:
        *since = as_of;
        return ERR_OK;
    case PERIOD_WEEK:
        *since = as_of - 6;
        return ERR_OK;
    case PERIOD_MONTH:
        *since = as_of - 27;
        return ERR_OK;
    case PERIOD_YEAR:
        break;
    }
    struct rows *r;
    struct date_ymd d = date_ymd(as_of);
    *since = date_from_ymd(d.month >= 7 ? d.year : d.year - 1, 7, 1);
    TRY(db_rows(db, SQL_MEASURE_YEAR_OF, ARGS(val_date(as_of, day)), &r, e));
    if (rows_next(r) && rows_date(r, 0) != DATE_NONE)
        *since = rows_date(r, 0);
    return rows_close(r, e);
}

struct tr unit_name(enum unit_kind kind, bool plural) {
    static const struct tr one[UNIT_KINDS] = {
        [UNIT_STUDENT] = TR_INIT("student", "estudiante"),
        [UNIT_EDUCATOR] = TR_INIT("teacher", "docente"),
        [UNIT_DEVICE] = TR_INIT("device", "dispositivo"),
        [UNIT_ROOM] = TR_INIT("room", "aula"),
        [UNIT_SCHOOL] = TR_INIT("school", "escuela"),
        [UNIT_LICENCE] = TR_INIT("license", "licencia"),
    };
    static const struct tr many[UNIT_KINDS] = {
        [UNIT_STUDENT] = TR_INIT("students", "estudiantes"),
        [UNIT_EDUCATOR] = TR_INIT("teachers", "docentes"),
        [UNIT_DEVICE] = TR_INIT("devices", "dispositivos"),
        [UNIT_ROOM] = TR_INIT("rooms", "aulas"),
        [UNIT_SCHOOL] = TR_INIT("schools", "escuelas"),
        [UNIT_LICENCE] = TR_INIT("licenses", "licencias"),
    };
    CHECK(kind < UNIT_KINDS);
    return plural ? many[kind] : one[kind];
}

struct tr direction_name(enum direction better) {
    static const struct tr names[] = {
        [HIGHER_IS_BETTER] = TR_INIT("higher is better", "más alto es mejor"),
        [LOWER_IS_BETTER] = TR_INIT("lower is better", "más bajo es mejor"),
        [NEITHER_IS_BETTER] = TR_INIT("neither high nor low is better", "ni alto ni bajo es mejor"),
    };
    return names[better];
}

struct tr period_name(enum period_kind period) {
    static const struct tr names[] = {
        [PERIOD_DAY] = TR_INIT("on the day", "en el día"),
        [PERIOD_WEEK] = TR_INIT("the 7 days up to it", "los 7 días hasta la fecha"),
        [PERIOD_MONTH] = TR_INIT("the 4 weeks up to it", "las 4 semanas hasta la fecha"),
        [PERIOD_YEAR] = TR_INIT("the school year up to it", "el año escolar hasta la fecha"),
    };
    return names[period];
}

const char *unit_code(enum unit_kind kind) {
    static const char *const codes[UNIT_KINDS] = {"student", "educator", "device",
                                                  "room",    "school",   "licence"};
    CHECK(kind < UNIT_KINDS);
    return codes[kind];
}

const char *measure_code(enum measure_kind kind) {
    return kind == MEASURE_RATE ? "rate" : kind == MEASURE_MEAN ? "mean" : "ratio";
}

const char *period_code(enum period_kind period) {
    static const char *const codes[] = {"day", "week", "month", "year"};
    return codes[period];
}

const char *direction_code(enum direction better) {
    static const char *const codes[] = {"higher", "lower", "neither"};
    return codes[better];
}
