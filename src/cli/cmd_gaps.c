/* Where the district stands against its own standards, from the command line. */
#include "access/audit.h"
#include "base/date.h"
#include "base/xlsx.h"
#include "cli/commands.h"
#include "cli/org_arg.h"
#include "plan/gap.h"
#include "plan/indicators.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ARENA = 512 * 1024 * 1024, OUT_MOST = 256 * 1024 * 1024 };

struct job {
    const struct arguments *args;
    struct store *store;
    struct db *db;
    struct arena *a;
    struct gap_query q;
};

static enum err query_of(struct job *j, struct errmsg *e) {
    const struct arguments *a = j->args;
    int64_t most;
    int32_t day;
    const char *by = arg_text(a, "--by", NULL);
    TRY(arg_date(a, "--as-of", DATE_NONE, &day, e));
    TRY(arg_int(a, "--most", 0, 1000000, 0, &most, e));
    TRY(org_arg(j->db, j->a, arg_text(a, "--org", NULL), day == DATE_NONE ? command_today() : day,
                &j->q.org_id, e));
    TRY(group_arg(arg_text(a, "--group", NULL), &j->q.group, e));
    j->q.as_of = day;
    j->q.most = arg_on(a, "--first-reading") ? 5 : (size_t)most;
    j->q.with_met = arg_on(a, "--met");
    j->q.standard = str_z(arg_text(a, "--standard", NULL));
    if (arg_on(a, "--schools"))
        j->q.level = GAP_SCHOOLS;
    if (by != NULL) {
        j->q.level = GAP_BY_GROUP;
        TRY(dim_arg(by, &j->q.dim, e));
    }
    return ERR_OK;
}

static enum err write_file(const char *path, struct str bytes, struct errmsg *e) {
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    ok = f != NULL && fclose(f) == 0 && ok;
    return ok ? ERR_OK : err_set(e, ERR_IO, "%s cannot be written: %s.", path, strerror(errno));
}

static enum err write_xlsx(const struct gap_list *l, const char *path, struct arena *a,
                           struct errmsg *e) {
    struct xlsx_column columns[GAP_COLUMNS];
    struct str cells[GAP_COLUMNS];
    struct xlsx *x;
    for (size_t c = 0; c < GAP_COLUMNS; c++)
        columns[c] = (struct xlsx_column){gap_column_names[c].en, XLSX_TEXT, c < 2 ? 36 : 0};
    TRY(xlsx_open(path, "Gaps", columns, GAP_COLUMNS, &x, e));
    for (size_t i = 0; i < l->n; i++) {
        gap_cells(&l->row[i], LANG_EN, a, cells);
        for (size_t c = 0; c < GAP_COLUMNS; c++)
            xlsx_text(x, cells[c]);
        enum err err = xlsx_row_end(x, e);
        if (err != ERR_OK) {
            xlsx_abandon(x);
            return err;
        }
    }
    return xlsx_close(x, e);
}

/* A file that leaves is recorded, from the command line too. */
static enum err record(struct job *j, const char *form, size_t rows, struct errmsg *e) {
    struct db *w;
    TRY(store_begin(j->store, &w, e));
    enum err err = audit_export(w, NULL, STR("gaps"), str_z(form), (int64_t)rows, false, e);
    if (err != ERR_OK) {
        store_rollback(j->store);
        return err;
    }
    return store_commit(j->store, e);
}

static enum err export_files(struct job *j, const struct gap_list *l, bool *any, struct errmsg *e) {
    const char *csv = arg_text(j->args, "--csv", NULL), *xlsx = arg_text(j->args, "--xlsx", NULL);
    *any = csv != NULL || xlsx != NULL;
    if (csv != NULL) {
        struct buf b = buf_new(OUT_MOST);
        gap_csv(l, LANG_EN, j->a, &b);
        enum err err = write_file(csv, buf_str(&b), e);
        buf_free(&b);
        TRY(err);
        TRY(record(j, "csv", l->n, e));
    }
    if (xlsx != NULL) {
        TRY(write_xlsx(l, xlsx, j->a, e));
        TRY(record(j, "xlsx", l->n, e));
    }
    return ERR_OK;
}

static void print_gaps(const struct gap_list *l, struct arena *a) {
    static const char *const heads[] = {"Standard", "Where",  ">Now",           ">Asked",
                                        ">n",       ">Short", ">Cost to close", ">Each year after",
                                        "Schools",  "Owner"};
    static const int from[] = {0, -1, 4, 7, 6, 9, 12, 13, 14, 15};
    struct table *t = table_new(heads, 10);
    for (size_t i = 0; i < l->n; i++) {
        const struct gap *g = &l->row[i];
        struct str all[GAP_COLUMNS], cells[10];
        gap_cells(g, LANG_EN, a, all);
        for (size_t c = 0; c < 10; c++)
            cells[c] = from[c] < 0 ? all[1] : all[from[c]];
        if (g->now.group != GROUP_ALL)
            cells[1] = arena_fmt(a, "%.*s, %s", STR_ARG(all[1]), group_rows[g->now.group].label.en);
        if (g->widest_name.n > 0)
            cells[8] = arena_fmt(a, "%.*s, widest %.*s", STR_ARG(all[14]), STR_ARG(g->widest_name));
        table_row(t, cells);
    }
    table_print_free(t);
}

static void print_equity(const struct contrast_list *l, struct arena *a) {
    static const char *const heads[] = {"Furthest behind", "Indicator",   ">Group",     ">n",
                                        ">Others",         ">Difference", ">Risk ratio"};
    if (l->n == 0)
        return;
    (void)putchar('\n');
    struct table *t = table_new(heads, 7);
    for (size_t i = 0; i < l->n; i++) {
        const struct contrast *c = &l->row[i];
        struct buf b[4];
        const struct shown *s[] = {&c->r.value, &c->others, &c->diff, &c->ratio};
        for (int k = 0; k < 4; k++) {
            b[k] = buf_new(200);
            shown_text(&b[k], s[k], k == 3 ? SHOW_NUMBER : c->r.ind->show, LANG_EN);
        }
        const struct str cells[] = {str_z(group_rows[c->r.group].label.en),
                                    str_z(c->r.ind->name.en),
                                    buf_str(&b[0]),
                                    arena_fmt(a, "%lld", (long long)c->r.value.n),
                                    buf_str(&b[1]),
                                    buf_str(&b[2]),
                                    buf_str(&b[3])};
        table_row(t, cells);
        for (int k = 0; k < 4; k++)
            buf_free(&b[k]);
    }
    table_print_free(t);
}

static void print_head(const struct lede *l, struct arena *a) {
    char day[DATE_TEXT];
    struct str one = lede_sentence(l, LANG_EN, a), two = lede_rest(l, LANG_EN, a);
    (void)printf("%.*s, %zu schools", STR_ARG(l->org_name), l->schools);
    if (l->students.value.n_known)
        (void)printf(", %lld students", (long long)l->students.value.n);
    (void)printf(", as of %s\n%.*s\n%.*s\n\n", date_text(l->as_of, day), STR_ARG(one),
                 STR_ARG(two));
}

static void print_foot(const struct gap_list *l, struct job *j, struct gap_formula f) {
    struct str words = gap_formula_words(&f, LANG_EN, j->a);
    (void)printf("\n%zu of %zu gaps shown, %zu standards met, %zu hidden, %zu without data; %.*s\n",
                 l->n > l->gaps ? l->gaps : l->n, l->gaps, l->met, l->hidden, l->unread,
                 STR_ARG(words));
    if (l->gaps + l->met + l->hidden + l->unread == 0)
        (void)printf("No standards are in force: adopt some with `homeroom standard adopt`.\n");
}

static enum err show(struct job *j, struct errmsg *e) {
    struct gap_list l;
    struct gap_formula f;
    struct lede lede;
    bool files = false;
    TRY(query_of(j, e));
    TRY(gap_list(j->db, j->a, &j->q, &l, e));
    TRY(gap_formula_get(j->db, &f, e));
    TRY(export_files(j, &l, &files, e));
    if (arg_json(j->args)) {
        struct buf b = buf_new(OUT_MOST);
        struct json json = json_to(&b);
        gap_json(&l, &json);
        (void)printf("%.*s\n", STR_ARG(buf_str(&b)));
        buf_free(&b);
        return ERR_OK;
    }
    if (files) {
        (void)printf("%zu rows written.\n", l.n);
        return ERR_OK;
    }
    bool whole = j->q.level == GAP_STANDARDS && j->q.group == GROUP_ALL && j->q.standard.n == 0;
    if (whole) {
        TRY(lede_make(j->db, j->a, j->q.org_id, j->q.as_of, &lede, e));
        print_head(&lede, j->a);
    }
    print_gaps(&l, j->a);
    print_foot(&l, j, f);
    if (whole)
        print_equity(&lede.equity, j->a);
    return ERR_OK;
}

static enum err run(const struct arguments *a, struct errmsg *e) {
    struct job j = {.args = a};
    plan_load_indicators();
    TRY(command_store(&j.store, e));
    j.a = arena_new(ARENA);
    enum err err = store_reader(j.store, &j.db, e);
    if (err == ERR_OK)
        err = show(&j, e);
    arena_free(j.a);
    store_close(j.store);
    return err;
}

const struct command command_gaps = {
    .name = "gaps",
    .summary = "where the district stands against its standards, ranked, with costs",
    .usage = "[--org NAME] [--schools] [--by DIMENSION] [--group CODE] [--most N] [--csv FILE] "
             "[--xlsx FILE]",
    .example = "homeroom gaps --org \"Oak Hill Elementary\" --most 5",
    .options = {{"--org", "NAME", "a school or district by name, state number or id"},
                {"--schools", NULL, "one row per standard and school"},
                {"--by", "DIMENSION", "one row per standard and group: grade, meal, learner, ..."},
                {"--group", "CODE", "only the gaps of one group: learner:yes, meal:free, ..."},
                {"--standard", "CODE", "one standard only"},
                {"--as-of", "DATE", "the newest roll-up on or before that day"},
                {"--most", "N", "at most N rows"},
                {"--first-reading", NULL, "where we stand, the five most pressing, the widest"},
                {"--met", NULL, "also the standards that are met"},
                {"--csv", "FILE", "write the list as CSV; recorded in the audit log"},
                {"--xlsx", "FILE", "write the list as a workbook; recorded in the audit log"}},
    .run = run,
};
