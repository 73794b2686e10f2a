#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "sample/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct bar {
    struct progress progress;
    char file[32];
};

static void advance(void *to, const char *file, int64_t done, int64_t total) {
    struct bar *b = to;
    if (strcmp(b->file, file) != 0) {
        if (b->file[0] != '\0')
            progress_end(&b->progress);
        (void)snprintf(b->file, sizeof b->file, "%s", file);
        b->progress = progress_start(b->file, "rows", total);
    }
    progress_at(&b->progress, done);
}

static void print_json(const struct sample_options *o, const struct sample_report *r) {
    struct buf b = buf_new(1 << 20);
    struct json j = json_to(&b);
    char day[DATE_TEXT];
    json_open(&j, '{');
    json_key(&j, "name"), json_z(&j, r->district);
    json_key(&j, "asOf"), json_z(&j, date_text(o->as_of, day));
    json_key(&j, "seed"), json_int(&j, (int64_t)o->seed);
    json_key(&j, "districts"), json_int(&j, r->districts);
    json_key(&j, "schools"), json_int(&j, r->schools);
    json_key(&j, "students"), json_int(&j, r->students);
    json_key(&j, "staff"), json_int(&j, r->staff);
    json_key(&j, "guardians"), json_int(&j, r->guardians);
    json_key(&j, "usageWeeks"), json_int(&j, r->usage_weeks);
    json_key(&j, "files"), json_open(&j, '[');
    for (int i = 0; i < r->files_n; i++) {
        json_open(&j, '{');
        json_key(&j, "name"), json_z(&j, r->files[i].name);
        json_key(&j, "rows"), json_int(&j, r->files[i].rows);
        json_close(&j);
    }
    json_close(&j), json_key(&j, "faults"), json_open(&j, '[');
    for (int i = 0; i < r->faults_n; i++) {
        json_open(&j, '{');
        json_key(&j, "file"), json_z(&j, r->faults[i].file);
        json_key(&j, "what"), json_z(&j, r->faults[i].what);
        json_key(&j, "times"), json_int(&j, r->faults[i].times);
        json_close(&j);
    }
    json_close(&j), json_close(&j);
    (void)puts(buf_str(&b).p);
    buf_free(&b);
}

static void print_table(const struct sample_options *o, const struct sample_report *r) {
    char day[DATE_TEXT], n[24];
    (void)printf("%s on %s: %" PRId64 " students in %d schools of %d district%s, %" PRId64
                 " staff, %" PRId64 " guardians; %d weeks of use.\nNobody in it is real.\n\n",
                 r->district, date_text(o->as_of, day), r->students, r->schools, r->districts,
                 r->districts == 1 ? "" : "s", r->staff, r->guardians, r->usage_weeks);
    static const char *const heads[] = {"File", ">Rows"};
    struct table *t = table_new(heads, 2);
    for (int i = 0; i < r->files_n; i++) {
        (void)snprintf(n, sizeof n, "%" PRId64, r->files[i].rows);
        table_row(t, (struct str[]){str_z(r->files[i].name), str_z(n)});
    }
    table_print_free(t);
    if (r->faults_n == 0)
        return;
    (void)puts("\nFaults put in (--messy):");
    static const char *const fault_heads[] = {"File", "Fault", ">Times"};
    t = table_new(fault_heads, 3);
    for (int i = 0; i < r->faults_n; i++) {
        (void)snprintf(n, sizeof n, "%" PRId64, r->faults[i].times);
        table_row(t, (struct str[]){str_z(r->faults[i].file), str_z(r->faults[i].what), str_z(n)});
    }
    table_print_free(t);
}

static enum err run(const struct arguments *a, struct errmsg *e) {
    int64_t students, seed, later, weeks;
    int32_t as_of, delta_from;
    TRY(arg_int(a, "--students", SAMPLE_STUDENTS_LEAST, SAMPLE_STUDENTS_MOST, 12000, &students, e));
    TRY(arg_int(a, "--seed", 0, INT64_MAX, 1, &seed, e));
    TRY(arg_date(a, "--as-of", date_from_ymd(2026, 11, 20), &as_of, e));
    TRY(arg_int(a, "--day", 0, 3650, arg_on(a, "--next") ? 28 : 0, &later, e));
    TRY(arg_date(a, "--delta-from", 0, &delta_from, e));
    TRY(arg_int(a, "--weeks", 1, 45, 0, &weeks, e));
    struct bar bar = {.file = ""};
    struct sample_options o = {.dir = arg_at(a, 0),
                               .seed = (uint64_t)seed,
                               .students = (int)students,
                               .as_of = as_of + (int32_t)later,
                               .usage_weeks = (int)weeks,
                               .delta_from = delta_from,
                               .messy = arg_on(a, "--messy"),
                               .progress = advance,
                               .to = &bar};
    struct sample_report report;
    enum err r = sample_write(&o, &report, e);
    if (bar.file[0] != '\0')
        progress_end(&bar.progress);
    TRY(r);
    if (arg_json(a))
        print_json(&o, &report);
    else
        print_table(&o, &report);
    return ERR_OK;
}

const struct command command_sample = {
    .name = "sample",
    .summary = "write an invented district as files in the real formats: OneRoster zip, devices, "
               "homes, use, scores ...",
    .usage = "[--students N] [--seed S] [--as-of DATE] [--day N | --next] [--messy] DIR",
    .example = "homeroom sample --students 12000 --seed 1 riverbend",
    .options =
        {{"--students", "N",
          "1,000 to 1,000,000, 12,000 if not said; from 100,000 on a state of several districts"},
         {"--seed", "S", "the same seed gives the same bytes; 1 if not said"},
         {"--as-of", "DATE", "the day of the export, 2026-11-20 if not said"},
         {"--day", "N",
          "the same people N days after --as-of: moves, leavers, newcomers, broken devices"},
         {"--next", NULL, "the same as --day 28"},
         {"--delta-from", "DATE", "oneroster.zip as a delta: the changes since that earlier day"},
         {"--weeks", "N",
          "weeks of use in usage.csv; 10 if not said, fewer above 400,000 students"},
         {"--messy", NULL, "with the faults that real exports have; they are listed"}},
    .positional_least = 1,
    .positional_most = 1,
    .run = run,
};
