/*
 * One way to bring a file in, whatever it is: an OneRoster zip or folder, or a table that fits a
 * row of the table of sources. Look (what is it, which column is which), preview (what would be
 * added, changed, ended, and why; nothing is written), apply (one transaction; batch_undo takes it
 * back). The command line and the import page both stand on this.
 */
#ifndef STANDARDS_IMPORT_H
#define STANDARDS_IMPORT_H

#include "intake/source.h"
#include "measure/rollup.h"
#include "standards/oneroster.h"

/* A file, looked at. Lives in its arena. */
struct import_file {
    const char *path;
    struct str name; /* as the person knows it */
    bool roster;     /* OneRoster; else `view` says which source */
    struct source_view view;
};
/* `only`: the source it is said to be, NULL: find out. ERR_NOT_FOUND, ERR_INVALID with advice. */
NODISCARD enum err import_look(struct store *s, const char *path, struct str name,
                               const struct source *only, struct arena *a, struct import_file *out,
                               struct errmsg *e);

struct import_how { /* zero is the default of each, but today is needed */
    bool dry;       /* preview */
    int32_t today;
    int32_t as_of; /* the day the file speaks for; 0: today */
    int64_t account_id;
    int64_t staged_id;   /* the previewed batch that is confirmed */
    bool end_many;       /* go on though more than the safety stop allows would end */
    bool partial;        /* a source's file is only a part: nothing ends */
    const char *uploads; /* folder where a copy is kept by digest; NULL: none */
    void (*progress)(void *to, const char *what, uint64_t bytes, uint64_t bytes_all);
    void *progress_to;
};

struct import_line { /* one kind of record */
    struct tr label;
    int64_t before, unchanged, added, changed, ended, reopened;
    bool stop; /* more would end than the safety stop allows */
};
struct import_example {
    struct tr what; /* "added", "changed", "ended", "reopened" */
    struct tr kind; /* "people" */
    struct str title, detail;
    struct tr reason; /* empty: none needed */
};
struct import_report { /* in the arena given */
    struct tr source;  /* "Roster (OneRoster 1.2, bulk)", "Devices" */
    struct import_line *line;
    size_t line_count;
    struct import_example *example;
    size_t example_count;
    struct batch_problem *problem; /* the first CONF_IMPORT_ERRORS */
    size_t problem_count;
    int64_t errors;     /* refused rows, all */
    struct str assumed; /* one sentence a line */
    int64_t rows, batch_id, elapsed_us;
    bool stopped; /* needs end_many */
    bool first;   /* a roster, and the records had no people */
};
/* ERR_CONFLICT at the safety stop, ERR_BUSY when another import runs; *out is filled as far as it
 * went, also on an error. */
NODISCARD enum err import_run(struct store *s, const struct import_file *f,
                              const struct import_how *how, struct arena *a,
                              struct import_report *out, struct errmsg *e);

/* After an import or an undo: usage files that nothing names any more are removed, and every
 * reading that the change reaches is made again. */
NODISCARD enum err import_settle(struct store *s, int32_t today, const struct measure_options *o,
                                 struct errmsg *e);

/* The files of a folder in the order in which they are imported: roster first. NULL-ended, in the
 * arena. A folder that is itself a roster gives one path; hidden files are left out. */
NODISCARD enum err import_folder(const char *path, struct arena *a, const char ***out,
                                 struct errmsg *e);

/* Keeps a copy below `uploads` under the digest of its bytes; returns its path in the arena. */
NODISCARD enum err import_keep(const char *path, const char *uploads, struct arena *a,
                               const char **kept, struct errmsg *e);

#endif
