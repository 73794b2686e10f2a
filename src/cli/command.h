/*
 * Commands are rows: name, one-line summary, usage, one example, options. The help, the parser and
 * the error sentences read the same rows. A command prints a table for people and, with --json,
 * one JSON document for programs; its exit code is err_exit of what it returns.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "access/audit.h"
#include "base/err.h"
#include "base/str.h"

enum { OPTIONS_MOST = 16, ARGUMENTS_MOST = 64 };

struct option_row {
    const char *name;  /* "--students" */
    const char *value; /* "N": takes a value; NULL: a switch */
    const char *help;
};

struct arguments; /* what was given, checked against the rows */

struct command {
    const char *name;    /* "sample", or "user add" for a second word */
    const char *summary; /* one line */
    const char *usage;   /* what follows the name: "[--json] DIR" */
    const char *example; /* a whole command line */
    struct option_row
        options[OPTIONS_MOST]; /* ends at the first name NULL; --json and --help are everyone's */
    size_t positional_least, positional_most;
    enum err (*run)(const struct arguments *a, struct errmsg *e);
};

/* Of an option in the command's row; asking for another is a mistake of ours. */
bool arg_on(const struct arguments *a, const char *name);
const char *arg_text(const struct arguments *a, const char *name, const char *otherwise);
NODISCARD enum err arg_int(const struct arguments *a, const char *name, int64_t least, int64_t most,
                           int64_t otherwise, int64_t *out, struct errmsg *e);
NODISCARD enum err arg_date(const struct arguments *a, const char *name, int32_t otherwise,
                            int32_t *out, struct errmsg *e);
size_t arg_count(const struct arguments *a);
const char *arg_at(const struct arguments *a, size_t i); /* i < arg_count */
bool arg_json(const struct arguments *a);

/* Runs argv against a table that ends with a NULL name; prints errors to standard error. Returns
 * the exit code. */
int command_run(const struct command *const table[], int argc, char **argv);

/* The records that the settings name, opened and migrated; close with store_close. */
struct store;
NODISCARD enum err command_store(struct store **out, struct errmsg *e);
/* One entry of the command line in a transaction of its own. */
NODISCARD enum err command_audit(struct store *s, const struct audit_entry *entry,
                                 struct errmsg *e);
/* Today (UTC), or HOMEROOM_TODAY (ISO date) where a test or demonstration sets it. */
int32_t command_today(void);

/* A table for people on standard output: columns sized to fit, numbers to the right.
 *     struct table *t = table_new(heads, 3); table_row(t, cells); table_print_free(t);  */
struct table;
struct table *table_new(const char *const heads[],
                        size_t columns); /* heads starting with '>' are right-aligned */
void table_row(struct table *t, const struct str cells[]);
void table_print_free(struct table *t);

/* Progress on standard error, at most twice a second, only on a terminal:
 * "Reading enrollments  1,200,000 of 6,000,000 rows  410,000/s  12 s left". total 0: unknown. */
struct progress {
    const char *what, *unit;
    int64_t total, started_us, last_us;
    bool shown;
};
struct progress progress_start(const char *what, const char *unit, int64_t total);
void progress_at(struct progress *p, int64_t done);
void progress_end(struct progress *p);

#endif
