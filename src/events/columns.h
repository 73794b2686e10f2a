/*
 * The fast road from CSV text to columns, for files of a few declared columns and very many rows
 * (usage): days, numbers in hundredths, keys as codes into a dictionary. Plain rows are read eight
 * bytes at a time; whatever is not plain (quotes with quotes in them, US dates, exponents, ragged
 * rows, blanks) is read by the careful road behind it, with the same result where both apply.
 * What always holds: a broken row costs that row and is reported by line; text is borrowed and
 * must outlive the columns; no byte past the text is read.
 * Pure; pieces of one text may be read by several threads (columns_split).
 */
#ifndef EVENTS_COLUMNS_H
#define EVENTS_COLUMNS_H

#include "base/err.h"
#include "base/str.h"

enum column_type {
    COLUMN_SKIP,
    COLUMN_DAY,        /* a date; required */
    COLUMN_HUNDREDTHS, /* a number x 100, rounded; blank is INT32_MIN; at most +-21,474,836 */
    COLUMN_KEY,        /* a text as a code; required */
};

enum { COLUMNS_MAX = 64, COLUMNS_FAULTS_MAX = 10000, COLUMNS_KEY_MAX = 500 };

struct columns_shape {
    char delimiter;
    size_t width; /* columns of the file, at most COLUMNS_MAX */
    enum column_type type[COLUMNS_MAX];
};

struct columns_fault {
    uint64_t line; /* the first line of the text is 1 */
    size_t column;
    struct str value; /* borrowed from the text */
    const char *what; /* a sentence: what is wrong and what to do */
};

struct column {
    int32_t *number; /* [rows] COLUMN_DAY, COLUMN_HUNDREDTHS */
    uint32_t *code;  /* [rows] COLUMN_KEY: into key */
    struct str *key; /* [keys] in order of first appearance; a refused row's stay, unused */
    size_t keys, keys_cap;
    struct columns_keys *index; /* private */
};

struct columns {
    size_t rows, cap;
    struct column column[COLUMNS_MAX]; /* by place in the file */
    uint64_t lines;                    /* of the text */
    uint64_t refused;
    uint64_t us_dates;           /* rows whose date was not plain ISO: an assumption to be said */
    struct columns_fault *fault; /* the first COLUMNS_FAULTS_MAX */
    size_t faults;
    struct columns_step *step; /* private: where lines and rows part */
    size_t steps, steps_cap;
    char **held; /* private: cells that had to be unescaped */
    size_t helds, helds_cap;
};

/* Reads rows (no header). out is overwritten; columns_free. */
void columns_read(struct str text, const struct columns_shape *shape, struct columns *out);
void columns_free(struct columns *c); /* a zeroed one is fine */
/* The line on which row i began. */
uint64_t columns_line(const struct columns *c, size_t row);

/* Cuts a text into at most n pieces at ends of rows: part [n]; returns how many. */
size_t columns_split(struct str text, size_t n, struct str part[]);

#endif
