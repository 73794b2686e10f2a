#include "sample/sample.h"

#include "sample/delta.h"
#include "sample/files.h"
#include "sample/messy.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void school_identifier(const struct world *w, int school, char out[static 16]) {
    (void)snprintf(out, 16, "99%05u%05u",
                   ((unsigned)w->schools[school].district + 1) * 10 % 100000U,
                   ((unsigned)school + 1) % 100000U);
}

void district_identifier(int district, char out[static 16]) {
    (void)snprintf(out, 16, "99%05u", ((unsigned)district + 1) * 10 % 100000U);
}

enum err job_open(struct job *j, struct out *o, struct out_zip *z, const char *name,
                  struct errmsg *e) {
    struct spoiler *spoiler = NULL;
    if (j->messy != NULL)
        spoiler = messy_file(j->messy, &name);
    if (z != NULL && j->delta != NULL)
        spoiler = delta_member(j->delta, name);
    if (z != NULL && z->archive == NULL)
        return out_nowhere(o, name, spoiler), ERR_OK;
    if (z != NULL)
        return out_member(o, z, name, spoiler, e);
    return out_open(o, j->options->dir, name, spoiler, e);
}

enum err job_close(struct job *j, struct out *o, struct out_zip *z, struct errmsg *e) {
    if (z != NULL && j->delta != NULL)
        delta_gone(j->delta, o);
    if (z != NULL && z->archive == NULL)
        return out_close(o, e);
    struct sample_report *r = j->report;
    CHECK(r->files_n < SAMPLE_FILES_MOST);
    struct sample_file *f = &r->files[r->files_n++];
    (void)snprintf(f->name, sizeof f->name, "%s%s", z == NULL ? "" : "zip: ", o->name);
    f->rows = o->rows - 1;
    if (j->options->progress != NULL)
        j->options->progress(j->options->to, f->name, f->rows, f->rows);
    return out_close(o, e);
}

void job_progress(const struct job *j, const char *file, size_t done, size_t total) {
    if (j->options->progress != NULL && done % 4096 == 0)
        j->options->progress(j->options->to, file, (int64_t)done, (int64_t)total);
}

/* The folder and what is missing above it. */
static enum err make_folders(const char *dir, struct errmsg *e) {
    char path[512];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path)
        return err_set(e, ERR_INVALID, "The folder's name is too long: %.80s...", dir);
    for (char *p = path + 1;; p++) {
        char c = *p;
        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return err_set(e, ERR_IO, "The folder %.200s could not be made: %s.", path,
                           strerror(errno));
        if (c == '\0')
            return ERR_OK;
        *p = c;
    }
}

static enum err check(const struct sample_options *o, struct errmsg *e) {
    if (o->students < SAMPLE_STUDENTS_LEAST || o->students > SAMPLE_STUDENTS_MOST)
        return err_set(e, ERR_INVALID, "A sample has %d to %d students, not %d.",
                       SAMPLE_STUDENTS_LEAST, SAMPLE_STUDENTS_MOST, o->students);
    int year = school_year_of(o->as_of);
    if (year < WORLD_FIRST_YEAR || year > WORLD_LAST_YEAR)
        return err_set(e, ERR_INVALID, "The day asked for must be from %d-07-01 to %d-06-30.",
                       WORLD_FIRST_YEAR - 1, WORLD_LAST_YEAR);
    if (o->delta_from != 0 &&
        (o->delta_from >= o->as_of || o->messy || school_year_of(o->delta_from) < WORLD_FIRST_YEAR))
        return err_set(
            e, ERR_INVALID,
            "A delta begins from a day before the one asked for, from %d-07-01 on, and is "
            "never messy.",
            WORLD_FIRST_YEAR - 1);
    return make_folders(o->dir, e);
}

/* Weeks of use by size, so that the file stays near 20 million rows at most. */
static int usage_weeks(const struct sample_options *o) {
    if (o->usage_weeks > 0)
        return o->usage_weeks;
    int weeks = 4000000 / o->students;
    return weeks > 10 ? 10 : weeks;
}

static void summarise(struct job *j) {
    struct sample_report *r = j->report;
    const struct world *w = &j->world;
    r->district = w->districts_n > 1 ? STATE_NAME : "Riverbend School District";
    r->districts = w->districts_n;
    r->schools = w->schools_n;
    r->students = (int64_t)w->here_n;
    r->usage_weeks = j->usage_weeks;
}

/* What the roster was on the day that a delta begins from; NULL if it could not be had. */
static struct delta *earlier_day(const struct sample_options *options, struct sample_report *report,
                                 struct errmsg *e) {
    struct job j = {.options = options, .report = report, .delta = delta_new(options->as_of)};
    world_build(&j.world, options->seed, options->students, options->delta_from);
    staff_build(&j.world, &j.staff);
    enum err r = oneroster_members(&j, &(struct out_zip){0}, e);
    world_free(&j.world);
    delta_compare(j.delta);
    report->staff = report->guardians = 0;
    if (r == ERR_OK)
        return j.delta;
    delta_free(j.delta);
    return NULL;
}

enum err sample_write(const struct sample_options *options, struct sample_report *report,
                      struct errmsg *e) {
    static enum err (*const writers[])(struct job *, struct errmsg *) = {
        write_oneroster,   write_devices,    write_rooms,          write_connectivity,
        write_home_access, write_licences,   write_teacher_survey, write_needs,
        write_scores,      write_attendance, write_usage};
    TRY(check(options, e));
    *report = (struct sample_report){0};
    struct job j = {.options = options, .report = report, .usage_weeks = usage_weeks(options)};
    struct messy messy = {0};
    if (options->messy) {
        messy = messy_new(options->seed, report);
        j.messy = &messy;
    }
    if (options->delta_from != 0)
        j.delta = earlier_day(options, report, e);
    if (options->delta_from != 0 && j.delta == NULL)
        return ERR_IO;
    world_build(&j.world, options->seed, options->students, options->as_of);
    staff_build(&j.world, &j.staff);
    enum err r = ERR_OK;
    for (size_t i = 0; i < sizeof writers / sizeof writers[0] && r == ERR_OK; i++)
        r = writers[i](&j, e);
    summarise(&j);
    world_free(&j.world);
    delta_free(j.delta);
    return r;
}
