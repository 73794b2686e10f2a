/* import and undo: previews first, asks, applies, and brings the numbers up to date. */
#include "access/audit.h"
#include "base/config.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "measure/rollup.h"
#include "plan/indicators.h"
#include "standards/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEMS_SHOWN = 10, EXAMPLES_SHOWN = 6, ARENA_BYTES = 1 << 30 };

struct job {
    const struct arguments *args;
    struct store *store;
    struct arena *arena; /* of the whole command */
    const char *uploads;
    int32_t today, as_of;
    struct progress progress;
    bool changed;      /* anything was applied */
    bool first_roster; /* a preview met the first roster: what refers to it can't be checked yet */
    struct json *json;
};

static void on_progress(void *to, const char *what, uint64_t bytes, uint64_t all) {
    struct job *j = to;
    j->progress.what = what;
    j->progress.total = (int64_t)all;
    progress_at(&j->progress, (int64_t)bytes);
}

/* ---- a report, for people ---- */

static struct str number(struct arena *a, int64_t v) {
    return v == 0 ? STR("") : arena_fmt(a, "%" PRId64, v);
}

static void print_lines(const struct import_report *r, struct arena *a) {
    static const char *const heads[] = {"Kind",   ">Before",   ">Added", ">Changed",
                                        ">Ended", ">Reopened", ">Same",  ""};
    struct table *t = table_new(heads, 8);
    for (size_t i = 0; i < r->line_count; i++) {
        const struct import_line *l = &r->line[i];
        table_row(t,
                  (struct str[]){str_z(l->label.en), number(a, l->before), number(a, l->added),
                                 number(a, l->changed), number(a, l->ended), number(a, l->reopened),
                                 number(a, l->unchanged), l->stop ? STR("SAFETY STOP") : STR("")});
    }
    table_print_free(t);
}

static void print_examples(const struct import_report *r) {
    for (size_t i = 0; i < r->example_count && i < EXAMPLES_SHOWN; i++) {
        const struct import_example *x = &r->example[i];
        (void)printf("  %s, %s: %.*s%s%.*s%s%s\n", x->what.en, x->kind.en, STR_ARG(x->title),
                     x->detail.n > 0 ? ": " : "", STR_ARG(x->detail),
                     x->reason.en != NULL && x->reason.en[0] != '\0' ? ", because " : "",
                     x->reason.en == NULL ? "" : x->reason.en);
    }
}

static void print_problems(const struct import_report *r) {
    for (size_t i = 0; i < r->problem_count && i < PROBLEMS_SHOWN; i++) {
        const struct batch_problem *p = &r->problem[i];
        (void)printf("  %s%.*s, line %" PRId64 "%s%.*s%s%.*s%s: %.*s\n",
                     p->severity == BATCH_WARNING ? "(taken) " : "", STR_ARG(p->file), p->line,
                     p->col.n > 0 ? ", column " : "", STR_ARG(p->col), p->value.n > 0 ? ", \"" : "",
                     STR_ARG(p->value), p->value.n > 0 ? "\"" : "", STR_ARG(p->what));
    }
    if (r->problem_count > PROBLEMS_SHOWN)
        (void)printf("  ... and %zu more; --errors FILE writes them all.\n",
                     r->problem_count - PROBLEMS_SHOWN);
}

static void print_report(const struct import_file *f, const struct import_report *r, bool dry,
                         struct arena *a) {
    struct str rest = r->assumed, line;
    (void)printf("\n%.*s: %s, %" PRId64 " rows%s\n", STR_ARG(f->name), r->source.en, r->rows,
                 dry ? "; this would happen:" : "");
    print_lines(r, a);
    print_examples(r);
    while (str_split(&rest, '\n', &line))
        if (line.n > 0)
            (void)printf("  Assumed: %.*s\n", STR_ARG(line));
    if (r->errors > 0)
        (void)printf("  %" PRId64 " rows %s refused; the rest %s taken:\n", r->errors,
                     dry ? "would be" : "were", dry ? "would be" : "was");
    print_problems(r);
}

/* ---- and for programs ---- */

static void json_report(struct json *j, const struct import_file *f, const struct import_report *r,
                        bool dry) {
    json_open(j, '{');
    json_key(j, "file");
    json_str(j, f->name);
    json_key(j, "source");
    json_z(j, r->source.en);
    json_key(j, "applied");
    json_bool(j, !dry);
    json_key(j, "batch");
    json_int(j, r->batch_id);
    json_key(j, "rows");
    json_int(j, r->rows);
    json_key(j, "refused");
    json_int(j, r->errors);
    json_key(j, "safety_stop");
    json_bool(j, r->stopped);
    json_key(j, "kinds");
    json_open(j, '[');
    for (size_t i = 0; i < r->line_count; i++) {
        const struct import_line *l = &r->line[i];
        const struct {
            const char *key;
            int64_t v;
        } cells[] = {{"before", l->before}, {"added", l->added},       {"changed", l->changed},
                     {"ended", l->ended},   {"reopened", l->reopened}, {"same", l->unchanged}};
        json_open(j, '{');
        json_key(j, "kind");
        json_z(j, l->label.en);
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++) {
            json_key(j, cells[k].key);
            json_int(j, cells[k].v);
        }
        json_close(j);
    }
    json_close(j);
    json_key(j, "problems");
    json_open(j, '[');
    for (size_t i = 0; i < r->problem_count; i++) {
        const struct batch_problem *p = &r->problem[i];
        json_open(j, '{');
        json_key(j, "file");
        json_str(j, p->file);
        json_key(j, "line");
        json_int(j, p->line);
        json_key(j, "column");
        json_str(j, p->col);
        json_key(j, "value");
        json_str(j, p->value);
        json_key(j, "what");
        json_str(j, p->what);
        json_key(j, "refused");
        json_bool(j, p->severity == BATCH_ERROR);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

static void show(struct job *j, const struct import_file *f, const struct import_report *r,
                 bool dry, struct arena *a) {
    progress_end(&j->progress);
    if (j->json != NULL)
        json_report(j->json, f, r, dry);
    else
        print_report(f, r, dry, a);
}

/* The spreadsheet to hand back to whoever made the files. */
static enum err write_errors(const struct job *j, const struct import_report *r, struct errmsg *e) {
    const char *file = arg_text(j->args, "--errors", NULL);
    if (file == NULL || r->problem_count == 0)
        return ERR_OK;
    struct buf b = buf_new((size_t)1 << 30);
    batch_problems_write(r->problem, r->problem_count, &b);
    FILE *out = fopen(file, "ae");
    bool bad = out == NULL || fwrite(b.p, 1, b.n, out) != b.n;
    if (out != NULL && fclose(out) != 0)
        bad = true;
    buf_free(&b);
    return bad ? err_set(e, ERR_IO, "%s cannot be written.", file) : ERR_OK;
}

static enum err note_in_audit(const struct job *j, const struct import_file *f,
                              const struct import_report *r, struct errmsg *e) {
    char id[24];
    (void)snprintf(id, sizeof id, "%" PRId64, r->batch_id);
    struct audit_entry entry = {
        .action = STR("import"),
        .subject = STR("file"),
        .subject_id = str_z(id),
        .detail =
            arena_fmt(j->arena, "{\"source\":\"%s\",\"rows\":%" PRId64 ",\"refused\":%" PRId64 "}",
                      f->roster ? "oneroster" : f->view.source->name, r->rows, r->errors)};
    return command_audit(j->store, &entry, e);
}

/* ---- the run ---- */

static bool agreed(const struct job *j) {
    if (arg_on(j->args, "--yes"))
        return true;
    if (isatty(STDIN_FILENO) == 0 || j->json != NULL)
        return false;
    (void)fputs("Apply this? [y/N] ", stdout);
    (void)fflush(stdout);
    char line[16];
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static enum err apply(struct job *j, const struct import_file *f, struct import_how how,
                      struct arena *a, struct errmsg *e) {
    struct import_report r;
    how.dry = false;
    enum err result = import_run(j->store, f, &how, a, &r, e);
    show(j, f, &r, false, a);
    if (result == ERR_CONFLICT && r.stopped)
        err_wrap(e, "Nothing was changed");
    TRY(result);
    j->changed = true;
    TRY(write_errors(j, &r, e));
    return note_in_audit(j, f, &r, e);
}

static enum err one_file(struct job *j, const char *path, struct arena *a, struct errmsg *e) {
    struct import_file f;
    struct import_report r;
    const char *slash = strrchr(path, '/');
    TRY(import_look(j->store, path, str_z(slash == NULL || slash[1] == '\0' ? path : slash + 1),
                    NULL, a, &f, e));
    struct import_how how = {.today = j->today,
                             .as_of = j->as_of,
                             .end_many = arg_on(j->args, "--end-many"),
                             .partial = arg_on(j->args, "--partial"),
                             .uploads = j->uploads,
                             .progress = on_progress,
                             .progress_to = j};
    bool preview = arg_on(j->args, "--preview");
    if (preview && j->first_roster && !f.roster && j->json == NULL) {
        (void)printf(
            "\n%.*s: %s; it refers to the roster above, so it is checked once that is in.\n",
            STR_ARG(f.name), f.view.source->label.en);
        return ERR_OK;
    }
    j->progress = progress_start("Reading", "bytes", 0);
    if (!preview && arg_on(j->args, "--yes"))
        return apply(j, &f, how, a, e);
    how.dry = true;
    TRY(import_run(j->store, &f, &how, a, &r, e));
    j->first_roster = j->first_roster || r.first;
    show(j, &f, &r, true, a);
    TRY(write_errors(j, &r, e));
    if (preview)
        return ERR_OK;
    if (r.stopped && !how.end_many)
        return err_set(e, ERR_CONFLICT,
                       "%.*s: much more would end than usual, so nothing was changed. If the file "
                       "is whole, repeat with --end-many.",
                       STR_ARG(f.name));
    if (!agreed(j))
        return err_set(e, ERR_INVALID, "Nothing was changed. Repeat with --yes to apply it.");
    return apply(j, &f, how, a, e);
}

static void rolled(void *to, size_t done, size_t total) {
    struct progress *p = to;
    p->total = (int64_t)total;
    progress_at(p, (int64_t)done);
}

/* What changed reaches every reading at once: nobody looks at yesterday's numbers. */
static enum err bring_up_to_date(struct store *s, struct errmsg *e) {
    struct progress p = progress_start("Rolling up", "indicator days", 0);
    struct measure_options o = {.progress = rolled, .to = &p};
    enum err r = import_settle(s, command_today(), &o, e);
    progress_end(&p);
    if (r != ERR_OK)
        err_wrap(e,
                 "The records are changed, but the numbers made from them are not up to date yet "
                 "(`homeroom rollup` does it)");
    return r;
}

static enum err each_path(struct job *j, struct errmsg *e) {
    for (size_t i = 0; i < arg_count(j->args); i++) {
        const char **files;
        TRY(import_folder(arg_at(j->args, i), j->arena, &files, e));
        for (; *files != NULL; files++) {
            struct arena *a = arena_new((size_t)8 * ARENA_BYTES);
            enum err r = one_file(j, *files, a, e);
            arena_free(a);
            TRY(r);
        }
    }
    return ERR_OK;
}

static enum err import_all(struct job *j, struct errmsg *e) {
    struct buf b = buf_new((size_t)1 << 31);
    struct json json = json_to(&b);
    if (arg_json(j->args)) {
        j->json = &json;
        json_open(&json, '[');
    }
    enum err r = each_path(j, e);
    if (j->changed) { /* also when a later file failed: what was applied is applied */
        struct errmsg why = *e;
        enum err up = bring_up_to_date(j->store, e);
        if (r != ERR_OK)
            *e = why;
        else
            r = up;
    }
    if (j->json != NULL) {
        json_close(&json);
        (void)puts(buf_str(&b).p);
    }
    buf_free(&b);
    return r;
}

static enum err run_import(const struct arguments *a, struct errmsg *e) {
    struct job j = {.args = a, .today = command_today()};
    TRY(arg_date(a, "--as-of", j.today, &j.as_of, e));
    if (arg_text(a, "--errors", NULL) != NULL)
        (void)unlink(arg_text(a, "--errors", NULL));
    TRY(command_store(&j.store, e));
    j.arena = arena_new(ARENA_BYTES);
    j.uploads = arena_fmt(j.arena, "%s/uploads", config_text(CONF_DATA_DIR)).p;
    enum err r = import_all(&j, e);
    arena_free(j.arena);
    store_close(j.store);
    return r;
}

const struct command command_import = {
    .name = "import",
    .summary = "preview and bring in files or folders: roster, devices, lines, usage, ...",
    .usage = "[--preview] [--yes] [--end-many] [--partial] [--as-of DATE] [--errors FILE] PATH...",
    .example = "homeroom import --preview ~/Downloads/oneroster.zip",
    .options = {{"--preview", NULL, "show what would happen and change nothing"},
                {"--yes", NULL, "apply without asking"},
                {"--end-many", NULL, "go on though more would end than the safety stop allows"},
                {"--partial", NULL, "the files are only a part (one school): nothing ends"},
                {"--as-of", "DATE", "the day the files speak for; today otherwise"},
                {"--errors", "FILE", "write refused rows as CSV, to hand back"}},
    .positional_least = 1,
    .positional_most = ARGUMENTS_MOST,
    .run = run_import,
};

/* ---- undo ---- */

static enum err newest_applied(struct db *db, struct arena *a, struct batch_row *out,
                               struct errmsg *e) {
    struct batch_row *rows;
    size_t n;
    TRY(batch_list(db, a, 1000, 0, &rows, &n, e));
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].state, STR("applied"))) {
            *out = rows[i];
            return ERR_OK;
        }
    return err_set(e, ERR_NOT_FOUND, "There is no import to undo.");
}

static enum err audit_undo(struct store *s, int64_t id, struct errmsg *e) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, id);
    struct audit_entry entry = {
        .action = STR("undo"), .subject = STR("file"), .subject_id = str_z(text)};
    return command_audit(s, &entry, e);
}

static enum err undo_in(struct store *s, const struct arguments *a, struct arena *arena,
                        struct errmsg *e) {
    struct db *db;
    struct batch_row row;
    struct undo_report done;
    TRY(store_reader(s, &db, e));
    int64_t id = 0;
    if (arg_count(a) > 0 && !str_int(str_z(arg_at(a, 0)), &id))
        return err_set(e, ERR_INVALID,
                       "%.60s is no import's number; `homeroom imports` lists them.", arg_at(a, 0));
    TRY(id == 0 ? newest_applied(db, arena, &row, e) : batch_get(db, arena, id, &row, e));
    TRY(batch_undo(s, row.id, command_today(), &done, e));
    TRY(audit_undo(s, row.id, e));
    TRY(bring_up_to_date(s, e));
    if (arg_json(a))
        (void)printf("{\"batch\":%" PRId64 ",\"removed\":%" PRId64 ",\"restored\":%" PRId64
                     ",\"ended\":%" PRId64 "}\n",
                     row.id, done.removed, done.restored, done.ended);
    else
        (void)printf("Import %" PRId64 " (%.*s, %.*s) is undone: %" PRId64
                     " records removed, %" PRId64 " put back as they were, %" PRId64
                     " ended because others refer to them.\n",
                     row.id, STR_ARG(row.source), STR_ARG(row.file_name), done.removed,
                     done.restored, done.ended);
    return ERR_OK;
}

static enum err run_undo(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    TRY(command_store(&s, e));
    struct arena *arena = arena_new(1 << 24);
    enum err r = undo_in(s, a, arena, e);
    arena_free(arena);
    store_close(s);
    return r;
}

const struct command command_undo = {
    .name = "undo",
    .summary = "take an import back, the newest first",
    .usage = "[NUMBER]",
    .example = "homeroom undo",
    .positional_most = 1,
    .run = run_undo,
};

/* ---- imports ---- */

static enum err list_imports(struct store *s, const struct arguments *args, struct arena *a,
                             struct errmsg *e) {
    static const char *const heads[] = {">Number", "Source",   "File",   "As of",   "State",
                                        ">Added",  ">Changed", ">Ended", ">Refused"};
    struct db *db;
    struct batch_row *rows;
    size_t n;
    TRY(store_reader(s, &db, e));
    TRY(batch_list(db, a, 200, 0, &rows, &n, e));
    struct table *t = arg_json(args) ? NULL : table_new(heads, 9);
    struct buf b = buf_new(1 << 24);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        const struct batch_row *r = &rows[i];
        char day[DATE_TEXT];
        (void)date_text(r->as_of, day);
        if (t != NULL) {
            table_row(t, (struct str[]){arena_fmt(a, "%" PRId64, r->id), r->source, r->file_name,
                                        str_z(day), r->state, number(a, r->counts.added),
                                        number(a, r->counts.changed), number(a, r->counts.ended),
                                        number(a, r->counts.refused)});
            continue;
        }
        json_open(&j, '{');
        json_key(&j, "number");
        json_int(&j, r->id);
        json_key(&j, "source");
        json_str(&j, r->source);
        json_key(&j, "file");
        json_str(&j, r->file_name);
        json_key(&j, "as_of");
        json_z(&j, day);
        json_key(&j, "state");
        json_str(&j, r->state);
        json_key(&j, "added");
        json_int(&j, r->counts.added);
        json_key(&j, "changed");
        json_int(&j, r->counts.changed);
        json_key(&j, "ended");
        json_int(&j, r->counts.ended);
        json_key(&j, "refused");
        json_int(&j, r->counts.refused);
        json_close(&j);
    }
    json_close(&j);
    if (t != NULL)
        table_print_free(t);
    else
        (void)puts(buf_str(&b).p);
    buf_free(&b);
    return ERR_OK;
}

static enum err run_imports(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    TRY(command_store(&s, e));
    struct arena *arena = arena_new(1 << 24);
    enum err r = list_imports(s, a, arena, e);
    arena_free(arena);
    store_close(s);
    return r;
}

const struct command command_imports = {
    .name = "imports",
    .summary = "what was imported, newest first, with the numbers that undo takes",
    .usage = "[--json]",
    .example = "homeroom imports",
    .run = run_imports,
};
