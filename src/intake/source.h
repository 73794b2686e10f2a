/*
 * The table of sources. A source (devices, rooms, usage, ...) is a row: its columns with type and
 * the names that other programs give them, its key, what it means when a record vanishes from the
 * file, an example. One reader serves them all: encoding and delimiter are found out, headers are
 * matched to columns exactly, by alias, by a mapping saved before, or by likeness; the mapping is
 * shown, can be changed and is saved under the header's signature. Three steps: look (source_look),
 * preview and apply (source_run, which with dry = true writes nothing). Applying is one
 * transaction; batch.h can undo it. What always holds: a broken row costs that row, a broken file
 * costs nothing that was there; what was assumed is said; a key that stands twice in a file is
 * reported, the first one counts. This knows no school words: the rows of the table do.
 */
#ifndef INTAKE_SOURCE_H
#define INTAKE_SOURCE_H

#include "base/encoding.h"
#include "store/kind.h"

/* A word in files -> the value we keep: {"ACTIVE", "active"}. Compared without case. */
struct source_word {
    const char *word, *value;
};

enum cell_format {
    CELL_PLAIN,    /* by the field's type; dates also as US dates, Excel serials and epoch times */
    CELL_EPOCH_MS, /* milliseconds since 1970 (Google's autoUpdateExpiration); dates are taken too
                    */
    CELL_MONTH,    /* YYYY-MM: its first day */
    CELL_MBPS,     /* "1 Gbps", "100Mbps", "25.5": Mbit/s */
};

enum { SOURCE_ALIASES_MAX = 16, SOURCE_COLUMNS_MAX = KIND_FIELDS_MAX, SOURCE_WIDTH_MAX = 512 };

struct source_column {
    const char *name;  /* the header in our own format: "serialNumber" */
    const char *field; /* the kind's field it fills; NULL: the handler's business */
    enum field_type type;
    enum cell_format format;
    bool required;           /* a row without it is refused, a file without it cannot be read */
    const char *const *also; /* other programs' headers, NULL-ended; NULL for none */
    const struct source_word *words; /* ends with {NULL, NULL}; NULL for none */
    struct tr label;
};

struct source_row;
struct source_run_state;

/* For what is not simply a record kind: facts, wide score files. Rows come typed, in file order. */
struct source_handler {
    /* Once before the rows; *ctx is handed to the others. Extra columns (wide) are named here. */
    enum err (*begin)(struct source_run_state *run, void **ctx, struct errmsg *e);
    /* ERR_INVALID with a sentence refuses the row only. *outcome says what became of it. */
    enum err (*row)(void *ctx, const struct source_row *row, struct errmsg *e);
    enum err (*finish)(void *ctx, struct errmsg *e); /* last step of the transaction */
    void (*drop)(void *ctx); /* frees, always called, after finish or in its place */
};

enum vanish { VANISH_KEPT, VANISH_ENDED };

struct source {
    const char *name; /* "devices": also import_batch.source */
    struct tr label, about;
    const struct kind *kind;              /* where rows go, or NULL */
    const struct source_handler *handler; /* when kind is NULL */
    const struct source_column *columns;
    size_t column_count;
    const char *const *key; /* names of the columns that tell rows apart, NULL-ended */
    enum vanish vanish;     /* records in force that the file no longer names */
    bool wide;              /* numeric columns of other names are measures (handler) */
    const char *example;    /* header and two rows of CSV */
    int fresh_days;         /* older data is stale */
    uint64_t write;         /* permission mask: who may import; 0 is closed */
};

const struct source *source_find(const struct source *const table[], size_t n, struct str name);

/* ---- look ---- */

enum match_how { MATCH_NONE, MATCH_EXACT, MATCH_ALIAS, MATCH_SAVED, MATCH_LIKENESS, MATCH_CHOSEN };

struct source_match {
    struct str header; /* as in the file; "" for an empty one */
    int column;        /* of source->columns, or -1: left out (or a measure, if wide) */
    enum match_how how;
};

struct source_view { /* what a file is taken for; lives in the arena it was made with */
    const struct source *source;
    enum encoding encoding;
    char delimiter;
    uint64_t signature; /* of the header row: the name of a saved mapping */
    size_t width;
    struct source_match *match; /* [width] */
    const char *const *missing; /* names of required columns without a header, NULL-ended */
    size_t sample_rows;
    struct str (*sample)[SOURCE_WIDTH_MAX]; /* [sample_rows][width]: the first five rows */
    struct str assumed;                     /* one sentence a line */
    struct str text;                        /* the whole file as UTF-8 */
};

/* What is this file, and which column is which? With `only` NULL the best fitting row of the table
 * is chosen (file_name helps). db may be NULL: then no saved mapping is looked up.
 * ERR_INVALID with advice when it is no table, or fits no source. `bytes` are borrowed as long as
 * the arena lives. */
NODISCARD enum err source_look(struct db *db, const struct source *const table[], size_t n,
                               const struct source *only, struct str file_name, struct str bytes,
                               struct arena *a, struct source_view *out, struct errmsg *e);
/* A person's choice: column of the source (-1 leaves it out) for header number i. */
NODISCARD enum err source_choose(struct source_view *view, size_t i, int column, struct arena *a,
                                 struct errmsg *e);
/* Remembers the mapping for files with the same header. */
NODISCARD enum err source_mapping_save(struct db *db, const struct source_view *view,
                                       int64_t account_id, struct errmsg *e);

/* ---- preview and apply ---- */

enum source_change { SOURCE_ADDED, SOURCE_CHANGED, SOURCE_ENDED };
struct source_example { /* of what will change */
    enum source_change what;
    struct str title, detail; /* "5CD1234", "condition: working -> broken" */
    int64_t line;             /* 0 for ended ones */
};
struct source_fault {
    int64_t line;
    struct str column, value, what; /* what: what is wrong and what to do */
    bool warning;                   /* the row was taken all the same */
};
enum { SOURCE_EXAMPLES_MAX = 20, SOURCE_FAULTS_MAX = 10000 };

struct source_result {
    int64_t rows, added, changed, same, ended, refused, warnings;
    struct source_example *examples;
    size_t example_count;
    struct source_fault *faults;
    size_t fault_count;
    struct str assumed; /* one sentence a line */
    int64_t batch_id;   /* 0 when dry */
};

struct source_how {
    bool dry;           /* preview: nothing is written */
    int32_t as_of;      /* the date the data speaks for */
    int64_t account_id; /* who; 0 from the command line */
    struct str file_name;
    bool end_many; /* go on although more than 5 % of the records would end */
    void (*progress)(void *to, int64_t bytes_done, int64_t bytes_all);
    void *progress_to;
};
/* ERR_CONFLICT when too many records would end and end_many is not set (the result says how many).
 * Must be called outside a transaction. */
NODISCARD enum err source_run(struct db *db, const struct source_view *view,
                              const struct source_how *how, struct arena *a,
                              struct source_result *out, struct errmsg *e);

/* ---- for handlers ---- */

struct source_row {
    int64_t line;
    const struct val *v;        /* [column_count], typed; V_NULL for blank or absent */
    const struct val *measures; /* [measure_count], wide only: VAL_REAL or VAL_NULL */
    struct source_run_state *run;
};
struct source_run_state {
    struct db *db;
    const struct source *source;
    const struct source_how *how;
    struct source_result *result; /* the handler counts added, changed, same, ended */
    struct arena *arena;          /* lasts as long as the run */
    int64_t batch_id;             /* 0 when dry */
    const struct str *measure_names;
    size_t measure_count;
    void *reader; /* source.c's own */
};
void source_example_add(struct source_run_state *run, enum source_change what, struct str title,
                        struct str detail, int64_t line);

/* One cell as a value of the column's type: 6.3E+15 gives its digits back where they are exact,
 * epoch times and US dates are dates, "N/A" and "-" are blank. References stay texts (VAL_TEXT);
 * the run resolves them in bulk. *assumed (may be NULL) is set where the text was not plain. */
NODISCARD enum err source_cell(const struct source_column *c, struct str text, struct arena *a,
                               struct val *out, const char **assumed, struct errmsg *e);

#endif
