/* Indicators: the catalogue, one number by its groups, schools and months, and the roll-up. */
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/org_arg.h"
#include "measure/reading.h"
#include "measure/rollup.h"
#include "plan/indicators.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>

enum { ARENA = 1024 * 1024 * 1024, OUT_MOST = 256 * 1024 * 1024 };

struct job {
    const struct arguments *args;
    struct store *store;
    struct db *db;
    struct arena *a;
};

static enum err with_reader(const struct arguments *a,
                            enum err (*body)(struct job *j, struct errmsg *e), struct errmsg *e) {
    struct job j = {.args = a};
    plan_load_indicators();
    TRY(command_store(&j.store, e));
    j.a = arena_new(ARENA);
    enum err err = store_reader(j.store, &j.db, e);
    if (err == ERR_OK)
        err = body(&j, e);
    arena_free(j.a);
    store_close(j.store);
    return err;
}

static void print_json(struct buf *b) {
    (void)printf("%.*s\n", STR_ARG(buf_str(b)));
    buf_free(b);
}

/* ---- list ---- */

static void put(struct json *j, const char *key, const char *text) {
    json_key(j, key);
    json_z(j, text);
}

static void put_day(struct json *j, const char *key, int32_t day) {
    char text[DATE_TEXT];
    put(j, key, day == DATE_NONE ? NULL : date_text(day, text));
}

static void definition_json(struct json *j, const struct indicator *ind) {
    put(j, "code", ind->code);
    put(j, "name", ind->name.en);
    put(j, "nameEs", ind->name.es);
    put(j, "question", ind->question.en);
    put(j, "questionEs", ind->question.es);
    put(j, "numerator", ind->numerator.en);
    put(j, "denominator", ind->denominator.en);
    put(j, "unit", unit_code(ind->unit));
    put(j, "kind", measure_code(ind->kind));
    put(j, "period", period_code(ind->period));
    put(j, "better", direction_code(ind->better));
    put(j, "source", ind->source);
    json_key(j, "freshDays");
    json_int(j, ind->fresh_days);
    json_key(j, "protected");
    json_bool(j, indicator_about_people(ind));
}

static enum err list(struct job *j, struct errmsg *e) {
    static const char *const heads[] = {"Code",   "Name",       "Unit", "Period",
                                        "Source", "Data as of", ""};
    struct buf b = buf_new(OUT_MOST);
    struct json json = json_to(&b);
    struct table *t = arg_json(j->args) ? NULL : table_new(heads, 7);
    enum err err = ERR_OK;
    json_open(&json, '[');
    for (size_t i = 0; i < catalogue_count() && err == ERR_OK; i++) {
        const struct indicator *ind = catalogue_at(i);
        struct freshness f;
        char day[DATE_TEXT];
        err = reading_freshness(j->db, j->a, ind, command_today(), &f, e);
        if (err != ERR_OK)
            break;
        json_open(&json, '{');
        definition_json(&json, ind);
        put_day(&json, "dataAsOf", f.data_as_of);
        json_key(&json, "stale");
        json_bool(&json, f.stale);
        json_close(&json);
        const struct str cells[] = {str_z(ind->code),
                                    str_z(ind->name.en),
                                    str_z(unit_code(ind->unit)),
                                    str_z(period_code(ind->period)),
                                    str_z(ind->source),
                                    str_z(date_text(f.data_as_of, day)),
                                    f.data_as_of == DATE_NONE ? STR("no data")
                                    : f.stale                 ? STR("stale")
                                                              : STR("")};
        if (t != NULL)
            table_row(t, cells);
    }
    json_close(&json);
    if (t != NULL)
        table_print_free(t);
    if (t == NULL && err == ERR_OK)
        print_json(&b);
    else
        buf_free(&b);
    return err;
}

/* ---- groups ---- */

static enum err groups(const struct arguments *a, struct errmsg *e) {
    static const char *const heads[] = {"Group", "Dimension", "Name"};
    (void)e;
    if (arg_json(a)) {
        struct buf b = buf_new(OUT_MOST);
        struct json j = json_to(&b);
        json_open(&j, '[');
        for (int g = 0; g < GROUPS; g++) {
            json_open(&j, '{');
            put(&j, "code", group_rows[g].code);
            put(&j, "dimension", dim_rows[group_rows[g].dim].code);
            put(&j, "name", group_rows[g].label.en);
            put(&j, "nameEs", group_rows[g].label.es);
            json_close(&j);
        }
        json_close(&j);
        print_json(&b);
        return ERR_OK;
    }
    struct table *t = table_new(heads, 3);
    for (int g = 0; g < GROUPS; g++)
        table_row(t, (const struct str[]){str_z(group_rows[g].code),
                                          str_z(dim_rows[group_rows[g].dim].code),
                                          str_z(group_rows[g].label.en)});
    table_print_free(t);
    return ERR_OK;
}

/* ---- show ---- */

static struct str words(struct arena *a,
                        void (*write)(struct buf *, const struct shown *, enum show_as, enum lang),
                        const struct shown *s, enum show_as as) {
    struct buf b = buf_new(300);
    write(&b, s, as, LANG_EN);
    struct str out = arena_str(a, buf_str(&b));
    buf_free(&b);
    return out;
}

static struct str n_words(struct arena *a, const struct shown *s) {
    return s->n_known ? arena_fmt(a, "%lld", (long long)s->n) : STR("hidden");
}

static void shown_json(struct json *j, const char *key, const struct shown *s) {
    json_key(j, key);
    json_open(j, '{');
    put(j, "state", shown_state_name(s->state));
    json_key(j, "n");
    if (s->n_known)
        json_int(j, s->n);
    else
        json_null(j);
    json_key(j, "value");
    json_real(j, shown_exact(s) ? s->value : NAN);
    json_key(j, "low");
    json_real(j, s->lo);
    json_key(j, "high");
    json_real(j, s->hi);
    if (s->state == SHOWN_AT_MOST || s->state == SHOWN_AT_LEAST || s->state == SHOWN_BETWEEN) {
        json_key(j, "atLeast");
        json_real(j, s->at_least);
        json_key(j, "atMost");
        json_real(j, s->at_most);
    }
    json_close(j);
}

static void reading_json(struct json *j, const struct reading *r) {
    json_key(j, "orgId");
    json_int(j, r->org_id);
    json_key(j, "org");
    json_str(j, r->org_name);
    put(j, "group", group_rows[r->group].code);
    json_key(j, "series");
    json_str(j, r->series);
    put_day(j, "since", r->since);
    put_day(j, "asOf", r->as_of);
    shown_json(j, "value", &r->value);
}

struct view {
    struct table *t; /* NULL: JSON */
    struct json *j;
    struct arena *a;
    enum show_as as;
};

static void view_row(struct view *v, struct str name, const struct reading *r,
                     const struct contrast *c) {
    if (v->t == NULL) {
        json_open(v->j, '{');
        reading_json(v->j, r);
        if (c != NULL) {
            shown_json(v->j, "others", &c->others);
            shown_json(v->j, "difference", &c->diff);
            shown_json(v->j, "d", &c->d);
            shown_json(v->j, "riskRatio", &c->ratio);
            json_key(v->j, "behind");
            json_bool(v->j, c->behind);
        }
        json_close(v->j);
        return;
    }
    const struct str cells[] = {name,
                                words(v->a, shown_text, &r->value, v->as),
                                words(v->a, shown_interval_text, &r->value, v->as),
                                n_words(v->a, &r->value),
                                c == NULL ? STR("") : words(v->a, shown_text, &c->diff, v->as),
                                c == NULL ? STR("")
                                          : words(v->a, shown_text, &c->ratio, SHOW_NUMBER)};
    table_row(v->t, cells);
}

static enum err rows_by(struct job *j, const struct reading_key *k, const char *by, struct view *v,
                        struct errmsg *e) {
    struct reading_list l;
    struct contrast_list c;
    enum dim dim;
    if (str_eq(str_z(by), STR("school")) || str_eq(str_z(by), STR("org")))
        TRY(reading_children(j->db, j->a, k, &l, e));
    else if (str_eq(str_z(by), STR("series")))
        TRY(reading_series(j->db, j->a, k, &l, e));
    else if (str_eq(str_z(by), STR("time")))
        TRY(reading_trend(j->db, j->a, k, 0, &l, e));
    else {
        TRY(dim_arg(by, &dim, e));
        TRY(reading_groups(j->db, j->a, k, dim, &c, e));
        for (size_t i = 0; i < c.n; i++)
            view_row(v, str_z(group_rows[c.row[i].r.group].label.en), &c.row[i].r, &c.row[i]);
        return ERR_OK;
    }
    for (size_t i = 0; i < l.n; i++) {
        char day[DATE_TEXT];
        const struct reading *r = &l.row[i];
        struct str name = str_eq(str_z(by), STR("series")) ? r->series
                          : str_eq(str_z(by), STR("time"))
                              ? arena_str(j->a, str_z(date_text(r->as_of, day)))
                              : r->org_name;
        view_row(v, name, r, NULL);
    }
    return ERR_OK;
}

static void print_definition(const struct indicator *ind, const struct reading *r,
                             const struct freshness *f, struct arena *a) {
    char day[DATE_TEXT], since[DATE_TEXT], data[DATE_TEXT];
    struct str value = words(a, shown_text, &r->value, ind->show);
    struct str interval = words(a, shown_interval_text, &r->value, ind->show);
    struct str n = n_words(a, &r->value);
    (void)printf("%s\n%s\n", ind->name.en, ind->question.en);
    (void)printf("  %s, over %s\n", ind->numerator.en, ind->denominator.en);
    (void)printf("  %s; %s; source %s", direction_name(ind->better).en, period_name(ind->period).en,
                 ind->source);
    if (f->data_as_of == DATE_NONE)
        (void)printf(", never imported\n");
    else
        (void)printf(", data as of %s%s\n", date_text(f->data_as_of, data),
                     f->stale ? " (stale)" : "");
    if (r->as_of == DATE_NONE) {
        (void)printf("No roll-up yet: run `homeroom rollup`.\n");
        return;
    }
    (void)printf("\n%.*s: %.*s", STR_ARG(r->org_name), STR_ARG(value));
    if (interval.n > 0)
        (void)printf(" (%.*s)", STR_ARG(interval));
    (void)printf(", n %.*s, ", STR_ARG(n));
    if (r->since != r->as_of)
        (void)printf("%s to ", date_text(r->since, since));
    (void)printf("%s\n", date_text(r->as_of, day));
}

static enum err show(struct job *j, struct errmsg *e) {
    static const char *const heads[] = {"",   ">Value",      ">95 % interval",
                                        ">n", ">Difference", ">Risk ratio"};
    const char *by = arg_text(j->args, "--by", NULL), *code = arg_at(j->args, 0);
    struct reading_key k = {.ind = catalogue_find(str_z(code))};
    struct reading r;
    struct freshness f;
    if (k.ind == NULL)
        return err_set(e, ERR_NOT_FOUND,
                       "There is no indicator \"%s\"; `homeroom indicator list` shows them.", code);
    k.series = str_z(arg_text(j->args, "--series", NULL));
    TRY(arg_date(j->args, "--as-of", DATE_NONE, &k.as_of, e));
    TRY(group_arg(arg_text(j->args, "--group", NULL), &k.group, e));
    TRY(org_arg(j->db, j->a, arg_text(j->args, "--org", NULL),
                k.as_of == DATE_NONE ? command_today() : k.as_of, &k.org_id, e));
    TRY(reading_get(j->db, j->a, &k, &r, e));
    TRY(reading_freshness(j->db, j->a, k.ind, command_today(), &f, e));
    struct buf b = buf_new(OUT_MOST);
    struct json json = json_to(&b);
    struct view v = {NULL, &json, j->a, k.ind->show};
    if (!arg_json(j->args)) {
        print_definition(k.ind, &r, &f, j->a);
        if (by != NULL) {
            (void)putchar('\n');
            v.t = table_new(heads, 6);
        }
    }
    json_open(&json, '{');
    definition_json(&json, k.ind);
    put_day(&json, "dataAsOf", f.data_as_of);
    reading_json(&json, &r);
    json_key(&json, "rows");
    json_open(&json, '[');
    enum err err = by == NULL ? ERR_OK : rows_by(j, &k, by, &v, e);
    json_close(&json);
    json_close(&json);
    if (v.t != NULL)
        table_print_free(v.t);
    if (arg_json(j->args) && err == ERR_OK)
        print_json(&b);
    else
        buf_free(&b);
    return err;
}

/* ---- roll-up ---- */

static void tick(void *to, size_t done, size_t total) {
    struct progress *p = to;
    p->total = (int64_t)total;
    progress_at(p, (int64_t)done);
}

static enum err rollup(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    struct measure_done done = {0};
    struct progress p = progress_start("Rolling up", "days", 0);
    struct measure_options o = {.full = arg_on(a, "--full"), .progress = tick, .to = &p};
    int32_t today;
    plan_load_indicators();
    TRY(arg_date(a, "--as-of", command_today(), &today, e));
    TRY(command_store(&s, e));
    enum err err = measure_catch_up(s, today, &o, &done, e);
    progress_end(&p);
    store_close(s);
    TRY(err);
    if (arg_json(a))
        (void)printf("{\"days\":%zu,\"indicators\":%zu,\"leftAlone\":%zu,\"units\":%lld,"
                     "\"readings\":%lld,\"seconds\":%.3f}\n",
                     done.days, done.indicators, done.skipped, (long long)done.units,
                     (long long)done.readings, (double)done.us / 1e6);
    else
        (void)printf("%zu indicators on %zu days made from %lld values, %zu left alone; %.1f s.\n",
                     done.indicators, done.days, (long long)done.units, done.skipped,
                     (double)done.us / 1e6);
    return ERR_OK;
}

static enum err run_list(const struct arguments *a, struct errmsg *e) {
    return with_reader(a, list, e);
}

static enum err run_show(const struct arguments *a, struct errmsg *e) {
    return with_reader(a, show, e);
}

const struct command command_indicator_list = {
    .name = "indicator list",
    .summary = "every indicator, its source and how old its data is",
    .usage = "",
    .example = "homeroom indicator list --json",
    .run = run_list,
};
const struct command command_indicator_groups = {
    .name = "indicator groups",
    .summary = "the groups that numbers are read by",
    .usage = "",
    .example = "homeroom indicator groups",
    .run = groups,
};
const struct command command_indicator_show = {
    .name = "indicator show",
    .summary = "one number with n, interval and definition; by group, school, series or time",
    .usage = "[--by WHAT] [--org NAME] [--group CODE] [--series NAME] [--as-of DATE] CODE",
    .example = "homeroom indicator show home_line_ok --by learner",
    .options = {{"--by", "WHAT",
                 "grade, band, locale, meal, learner, plan, race, gender, language, housing, "
                 "school, series or time"},
                {"--org", "NAME", "a school or district by name, state number or id"},
                {"--group", "CODE", "one group: learner:yes, meal:free, ..."},
                {"--series", "NAME", "one product or area"},
                {"--as-of", "DATE", "the newest roll-up on or before that day"}},
    .positional_least = 1,
    .positional_most = 1,
    .run = run_show,
};
const struct command command_rollup = {
    .name = "rollup",
    .summary = "brings every reading up to date; imports do so by themselves",
    .usage = "[--full] [--as-of DATE]",
    .example = "homeroom rollup",
    .options = {{"--full", NULL, "make everything again, whatever has changed"},
                {"--as-of", "DATE", "take that day for today"}},
    .run = rollup,
};
