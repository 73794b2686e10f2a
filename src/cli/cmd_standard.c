/* Standards from the command line: what there is, and adopting a set. */
#include "access/audit.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "plan/indicators.h"
#include "plan/standard.h"
#include "store/store.h"

#include <stdio.h>

enum { ARENA = 16 * 1024 * 1024 };

static enum err ship(struct store *s, struct errmsg *e) {
    struct db *w;
    TRY(store_begin(s, &w, e));
    enum err err = standard_ship(w, e);
    if (err != ERR_OK) {
        store_rollback(s);
        return err;
    }
    return store_commit(s, e);
}

static void row_json(struct json *j, const struct standard *s) {
    char day[DATE_TEXT];
    json_open(j, '{');
    json_key(j, "set");
    json_str(j, s->set_code);
    json_key(j, "code");
    json_str(j, s->code);
    json_key(j, "version");
    json_int(j, s->version);
    json_key(j, "state");
    json_z(j, standard_state_code(s->state));
    json_key(j, "name");
    json_str(j, s->name_en);
    json_key(j, "indicator");
    json_str(j, s->indicator);
    json_key(j, "op");
    json_z(j, standard_op_code(s->op));
    json_key(j, "target");
    json_real(j, s->target);
    json_key(j, "priority");
    json_real(j, s->priority);
    json_key(j, "source");
    json_str(j, s->source);
    json_key(j, "from");
    json_z(j, s->effective_from == DATE_NONE ? NULL : date_text(s->effective_from, day));
    json_close(j);
}

static enum err print(struct db *db, struct arena *a, const struct arguments *args,
                      struct errmsg *e) {
    static const char *const heads[] = {"Code", "Standard", "Asked", "State", "From", "Source"};
    struct standard_list l;
    char day[DATE_TEXT];
    TRY(standard_list(db, a, STR(""), &l, e));
    if (arg_json(args)) {
        struct buf b = buf_new(ARENA);
        struct json j = json_to(&b);
        json_open(&j, '[');
        for (size_t i = 0; i < l.n; i++)
            row_json(&j, &l.row[i]);
        json_close(&j);
        (void)printf("%.*s\n", STR_ARG(buf_str(&b)));
        buf_free(&b);
        return ERR_OK;
    }
    struct table *t = table_new(heads, 6);
    for (size_t i = 0; i < l.n; i++) {
        const struct standard *s = &l.row[i];
        const struct str cells[] = {s->code,
                                    s->name_en,
                                    arena_fmt(a, "%s %g", standard_op_code(s->op), s->target),
                                    str_z(standard_state_code(s->state)),
                                    str_z(date_text(s->effective_from, day)),
                                    s->source};
        table_row(t, cells);
    }
    table_print_free(t);
    return ERR_OK;
}

static enum err list(const struct arguments *args, struct errmsg *e) {
    struct store *s;
    struct db *db;
    plan_load_indicators();
    TRY(command_store(&s, e));
    struct arena *a = arena_new(ARENA);
    enum err err = ship(s, e);
    if (err == ERR_OK)
        err = store_reader(s, &db, e);
    if (err == ERR_OK)
        err = print(db, a, args, e);
    arena_free(a);
    store_close(s);
    return err;
}

static enum err adopt_set(struct db *w, struct str set, int32_t from, int64_t *n,
                          struct errmsg *e) {
    TRY(standard_ship(w, e));
    TRY(standard_adopt_set(w, set, from, n, e));
    if (*n == 0)
        return ERR_OK;
    return audit_append(w, NULL,
                        &(struct audit_entry){.action = STR("change"),
                                              .subject = STR("standard_set"),
                                              .subject_id = set,
                                              .purpose = STR("adopted")},
                        e);
}

static enum err adopt(const struct arguments *args, struct errmsg *e) {
    struct store *s;
    struct db *w;
    int64_t n = 0;
    int32_t from;
    struct str set = arg_count(args) > 0 ? str_z(arg_at(args, 0)) : STR("norms-2026");
    plan_load_indicators();
    TRY(arg_date(args, "--from", command_today(), &from, e));
    TRY(command_store(&s, e));
    enum err err = store_begin(s, &w, e);
    if (err == ERR_OK) {
        err = adopt_set(w, set, from, &n, e);
        if (err == ERR_OK)
            err = store_commit(s, e);
        else
            store_rollback(s);
    }
    store_close(s);
    TRY(err);
    if (arg_json(args))
        (void)printf("{\"adopted\":%lld}\n", (long long)n);
    else if (n == 0)
        (void)printf("Nothing to adopt: the set has no drafts (homeroom standard list).\n");
    else
        (void)printf("%lld standards adopted.\n", (long long)n);
    return ERR_OK;
}

const struct command command_standard_list = {
    .name = "standard list",
    .summary = "every standard with its target, state and source",
    .usage = "",
    .example = "homeroom standard list",
    .run = list,
};
const struct command command_standard_adopt = {
    .name = "standard adopt",
    .summary = "brings every draft of a set into force; without a set the published norms",
    .usage = "[--from DATE] [SET]",
    .example = "homeroom standard adopt norms-2026 --from 2026-08-01",
    .options = {{"--from", "DATE", "the first day; today when it is left out"}},
    .positional_most = 1,
    .run = adopt,
};
