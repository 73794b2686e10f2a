/*
 * The table of sources. A source (devices, rooms, usage, ...) is a row: its columns with type and
 * the names that other programs give them, its key, what it means when a record vanishes from the
 * file, an example. One reader serves them all: encoding and delimiter are found out, headers are
 * matched to columns exactly, by alias, by a mapping saved before, or by likeness; the mapping is
 * shown, can be changed and is saved under the header's signature. Three steps: look (source_look),
 * preview and apply (source_run, which with dry = true writes nothing). Applying is one
 * transaction; batch_undo takes it back. What always holds: a broken row costs that row, a broken
 * file costs nothing that was there; what was assumed is said; a key that stands twice in a file is
 * reported, the first one counts; what a person changed by hand stays until the file itself says
 * something new. This knows no school words: the rows of the table do.
 */
#ifndef INTAKE_SOURCE_H
#define INTAKE_SOURCE_H

#include "base/encoding.h"
#include "intake/batch.h"
#include "store/kind.h"

/* A word in files -> the value we keep: {"ACTIVE", "active"}. Compared without case. */
struct source_word {
    const char *word, *value;
};

enum cell_format {
    CELL_PLAIN, /* by the field's type; dates also as US dates, Excel serials and epoch times */
    CELL_MONTH, /* YYYY-MM or a date: its first day */
    CELL_MBPS,  /* "1 Gbps", "100Mbps", "25.5": Mbit/s */
    CELL_CODED  /* -1, -2, -3 and "." are blanks with a reason (NCES) */
};

enum { SOURCE_COLUMNS_MAX = KIND_FIELDS_MAX };

struct source_column {
    const char *name;  /* the header in our own format: "serialNumber" */
    const char *field; /* the kind's field it fills; NULL: the handler's business */
    enum field_type type;
    enum cell_format format;
    bool required;                   /* a row without it is refused, a file without it not read */
    const char *const *also;         /* other programs' headers, NULL-ended; NULL for none */
    const struct source_word *words; /* ends with {NULL, NULL}; NULL for none */
    const char *absent;  /* what a blank cell or a missing column means; NULL: nothing */
    const char *copy_of; /* takes that column's cell where nothing better fills the field; silent */
    bool of_file_name;   /* without such a column: the file's name less its ending */
    int digits;          /* shorter numbers get leading zeros (spreadsheets drop them); 0: no */
    struct tr label;
};

/* Finds orgs and people of the roster by any of their names, in bulk. */
struct source_names {
    /* What is found lives in the arena; people, who are many, only where they are asked for. */
    NODISCARD enum err (*load)(struct db *db, bool people, struct arena *a, void **names,
                               struct errmsg *e);
    /* 0: nobody; -1: more than one. */
    int64_t (*find)(const void *names, enum field_type type /* FIELD_ORG, FIELD_PERSON */,
                    struct str text);
};

struct source_run;
/* A row for a handler: typed, references resolved. */
struct source_row {
    int64_t line;
    const struct val *v; /* [column_count]; V_NULL for blank or absent */
};

/* The rows of a plain file for a handler that reads them itself: UTF-8, LF or CRLF, no more than 64
 * columns. */
struct source_text {
    struct str rows;     /* below the header */
    uint64_t first_line; /* of the file, where they begin */
    char delimiter;
    size_t width;
    const size_t *cell_of; /* [column_count] place in the file, or SIZE_MAX */
    struct str stem;       /* of the file's name: "1000" of data/1000.csv */
    const struct source_view *view;
    const void *names; /* for source->names->find */
};

/* For what is not a record kind: usage facts. Rows come typed, in file order. */
struct source_handler {
    NODISCARD enum err (*begin)(struct source_run *run, void **ctx, struct errmsg *e);
    /* ERR_INVALID with a sentence refuses the row only; counts are the handler's business. */
    NODISCARD enum err (*row)(void *ctx, const struct source_row *row, struct errmsg *e);
    NODISCARD enum err (*finish)(void *ctx, struct errmsg *e); /* last step of the transaction */
    void (*drop)(void *ctx); /* frees; always called once begin went well */
    /* NULL, or the fast road for very many rows: *taken false hands them to `row` after all. Counts
     * and problems are the handler's business. */
    NODISCARD enum err (*whole)(void *ctx, const struct source_text *text, bool *taken,
                                struct errmsg *e);
};

enum vanish { VANISH_KEPT, VANISH_ENDED };

struct source {
    const char *name; /* "devices": also import_batch.source */
    struct tr label, about;
    const struct kind *kind;              /* where rows go, or NULL */
    const struct source_handler *handler; /* when kind is NULL */
    const struct source_column *columns;
    size_t column_count;
    const char *const *key; /* fields of the kind that tell records apart, NULL-ended */
    enum vanish vanish;     /* records in force, once imported, that the file no longer names */
    const char
        *day; /* name of the column with the day a row speaks for; NULL: the import's as_of */
    /* Wide: every further column of numbers is a record of its own: the column's name goes into
     * one field, the number into the other. NULL for none. */
    const char *measure_field, *value_field;
    const struct source_word *measure_words; /* their headers -> our names of measures */
    const struct source_names *names;        /* NULL: no references */
    const char *example;                     /* header and two rows of CSV */
    int fresh_days;                          /* older data is stale */
    uint64_t write;                          /* permission mask: who may import; 0 is closed */
};

const struct source *source_find(const struct source *const table[], size_t n, struct str name);

/* ---- look ---- */

enum match_how {
    MATCH_NONE,     /* left out */
    MATCH_EXACT,    /* the header is our own name for it */
    MATCH_ALIAS,    /* a name another program gives it */
    MATCH_SAVED,    /* a mapping saved before */
    MATCH_LIKENESS, /* nearly one of these: look at it */
    MATCH_CHOSEN,   /* by the person, just now */
    MATCH_MEASURE   /* wide: a column of numbers */
};
enum { SOURCE_LEFT_OUT = -1, SOURCE_MEASURE = -2 };

struct source_match {
    struct str header; /* as in the file; "" for an empty one */
    int column;        /* of source->columns, SOURCE_LEFT_OUT or SOURCE_MEASURE */
    enum match_how how;
};

enum { SOURCE_SAMPLE_ROWS = 5 };
struct source_view { /* what a file is taken for; lives in the arena it was made with */
    const struct source *source;
    struct str file_name;
    enum encoding encoding;
    char delimiter;
    uint64_t skip_lines; /* above the header */
    uint64_t signature;  /* of the header row: the name of a saved mapping */
    size_t width;
    struct source_match *match; /* [width] */
    size_t missing_count;
    const struct source_column **missing; /* required columns without a header */
    size_t sample_rows;
    struct str *sample[SOURCE_SAMPLE_ROWS]; /* [sample_rows][width]: the first rows */
    struct str assumed;                     /* one sentence a line */
    struct str text;                        /* the whole file as UTF-8 */
    char file_hash[65];
};

/* What is this file, and which column is which? With `only` NULL the best fitting row of the table
 * is chosen (file_name helps). db may be NULL: then no saved mapping is looked up.
 * ERR_INVALID with advice when it is no table, or fits no source. `bytes` and file_name are
 * borrowed as long as the arena lives. Required columns may be missing: see missing_count. */
NODISCARD enum err source_look(struct db *db, const struct source *const table[], size_t n,
                               const struct source *only, struct str file_name, struct str bytes,
                               struct arena *a, struct source_view *out, struct errmsg *e);
/* A person's choice for header number i. ERR_INVALID for a column that is not there. */
NODISCARD enum err source_choose(struct source_view *view, size_t i, int column, struct arena *a,
                                 struct errmsg *e);
/* Remembers the mapping for files with the same header; in the caller's transaction. */
NODISCARD enum err source_mapping_save(struct db *db, const struct source_view *view,
                                       int64_t account_id, struct errmsg *e);

/* ---- preview and apply ---- */

enum source_change { SOURCE_ADDED, SOURCE_CHANGED, SOURCE_ENDED };
struct source_example { /* of what will change */
    enum source_change what;
    struct str title, detail; /* "5CD1234", "condition: working -> broken" */
    int64_t line;             /* 0 for ended ones */
};
enum { SOURCE_EXAMPLES_MAX = 10 /* of each change */ };

struct source_result { /* in the arena given */
    struct batch_counts counts;
    int64_t same, errors, warnings;
    int64_t in_force;  /* records before */
    int32_t first_day; /* the earliest day that added or changed rows speak for; DATE_NONE: as_of */
    bool too_many_end; /* more than the safety stop allows */
    struct source_example *examples;
    size_t example_count;
    struct batch_problem *problems; /* the first CONF_IMPORT_ERRORS */
    size_t problem_count;
    struct str assumed; /* one sentence a line: of the look and of the run */
    int64_t batch_id;   /* 0 when dry */
};

struct source_how {
    bool dry;           /* preview: nothing is written */
    int32_t as_of;      /* the date the data speaks for */
    int64_t account_id; /* who; 0 from the command line */
    bool end_many;      /* go on although more than the safety stop allows would end */
    bool partial;       /* the file is only a part (one school, one manager): nothing ends */
    void (*progress)(void *to, uint64_t bytes_done, uint64_t bytes_all);
    void *progress_to;
};
/* ERR_INVALID when required columns are missing; ERR_CONFLICT when too many records would end and
 * end_many is not set (not when dry: see too_many_end). *out is filled in either case. Takes the
 * import lock when not dry; must be called outside a transaction. */
NODISCARD enum err source_run(struct store *s, const struct source_view *view,
                              const struct source_how *how, struct arena *a,
                              struct source_result *out, struct errmsg *e);

/* Lets batch_undo take back what source_run wrote into these kinds. Once at start; the array must
 * live on. */
void source_undo_kinds(const struct kind *const kinds[], size_t n);

/* ---- for handlers and tests ---- */

struct source_run {
    struct db *db;
    struct str file_name;
    const struct source *source;
    const struct source_how *how;
    struct source_result *result;
    struct batch *batch;
    struct arena *arena; /* lasts as long as the run */
};
void source_example_add(struct source_run *run, enum source_change what, struct str title,
                        struct str detail, int64_t line);

/* One cell as a value of the column's type, references left as texts: 6.3E+15 gives its digits back
 * where they are exact, epoch times, Excel serials and US dates are dates, "N/A" and "-" are blank.
 * *assumed (may be NULL) is set to a sentence where the text was not plain. */
NODISCARD enum err source_cell(const struct source *s, const struct source_column *c,
                               struct str text, struct arena *a, struct val *out,
                               const char **assumed, struct errmsg *e);

#endif
