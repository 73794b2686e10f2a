/*
 * OneRoster CSV 1.1 and 1.2, bulk and delta, from a zip or a folder, into the roster.
 * oneroster_preview reads, validates and compares, and writes nothing but a 'staged' batch with its
 * problems; oneroster_apply does the same and writes, in one transaction; batch_undo takes it back.
 * A row that can't be understood costs that row; a file that can't costs nothing that was there.
 * One thread reads and checks, the other compares and writes.
 */
#ifndef STANDARDS_ONEROSTER_H
#define STANDARDS_ONEROSTER_H

#include "roster/load.h"

struct oneroster_progress {
    const char *file; /* "enrollments" */
    int64_t rows;     /* read so far, of all files */
    uint64_t bytes, bytes_total;
};

/* Zero is the default of each, but today is needed. */
struct oneroster_options {
    int32_t today;
    int32_t as_of;       /* the day the files speak for; 0 (or DATE_NONE): today */
    bool override_stop;  /* go on though more than the safety stop's percent would end */
    bool allow_older;    /* go on though a newer roster was imported already */
    size_t examples_max; /* 20 per table and kind of change */
    int64_t account_id;
    int64_t staged_id;     /* oneroster_apply: the preview that is confirmed */
    const char *file_name; /* as the person knows it; NULL: the path's last part */
    const char *uploads;   /* folder where a copy is kept, by hash; NULL: none */
    void (*progress)(void *arg, const struct oneroster_progress *p);
    void *progress_arg;
};

struct oneroster_report { /* everything in it lives until oneroster_report_free */
    const char *version;  /* "1.1", "1.2" */
    enum batch_mode mode;
    int32_t as_of;
    bool first;          /* the records had no people */
    int32_t opening;     /* where new roles and groups begin */
    struct batch *batch; /* problems, assumptions, counts, id */
    struct load_count count[TABS];
    bool stopped; /* a count's `stop` is set: apply refuses unless overridden */
    int64_t rows, elapsed_us;
    uint64_t bytes;
    char hash[65];
    const char *kept; /* path of the copy, NULL when none was asked for */
    struct arena *arena;
};
void oneroster_report_free(struct oneroster_report *r); /* NULL is fine */
struct tr oneroster_table_label(enum roster_tab t);     /* "sections", plural */

/* *out is set whenever the files could be opened, so that problems can be shown even on an error.
 * ERR_INVALID: no OneRoster export, a required column is missing; ERR_CONFLICT: the safety stop, an
 * older file, a preview that is gone; ERR_BUSY: another import runs. */
NODISCARD enum err oneroster_preview(struct store *s, const char *path,
                                     const struct oneroster_options *opt,
                                     struct oneroster_report **out, struct errmsg *e);
NODISCARD enum err oneroster_apply(struct store *s, const char *path,
                                   const struct oneroster_options *opt,
                                   struct oneroster_report **out, struct errmsg *e);
/* The same for a preview whose copy was kept in opt->uploads: opt->staged_id names it. */
NODISCARD enum err oneroster_confirm(struct store *s, const struct oneroster_options *opt,
                                     struct oneroster_report **out, struct errmsg *e);

/* Whether a path holds a OneRoster export (a zip or folder with at least orgs or users). */
bool oneroster_looks_like(const char *path);

#endif
