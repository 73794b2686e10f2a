/*
 * Comma-separated values, read as real exports are, written as spreadsheets want them.
 *
 * Reading. RFC 4180, and besides: a byte order mark, LF, CRLF or CR as line ends (the first line
 * decides whether a lone CR ends a row), quoted newlines, `,` `;` tab or `|` between cells (guessed
 * from the first rows; a first line `sep=;` is obeyed), blank lines and rows of empty cells
 * (skipped), blanks around quotes, ragged rows (told), stray quotes: inside a quoted cell a quote
 * that no delimiter or line end follows is a letter; a quote that is never closed costs its own
 * line, not the rest of the file. Bytes are handed on as they are: a caller who wants UTF-8 checks
 * rows that carry CSV_HIGH.
 * Cells are views, unescaped only where needed; they live until the next csv_next.
 * One thread at a time. Plain rows pass at memory speed: 64 bytes are looked at at once.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct csv;

/* Zero is the default of each. */
struct csv_options {
    char delimiter;         /* 0: guess */
    bool no_header;         /* the first row is data; csv_columns is then 0 */
    uint64_t skip_lines;    /* lines above the header (a report's title) */
    size_t field_bytes_max; /* 1 MiB: a longer cell costs its row */
    size_t columns_max;     /* 4,096: a wider header is refused */
    uint64_t rows_max;      /* no limit */
};

enum csv_flag {
    CSV_SHORT = 1,     /* fewer cells than the header; the missing ones read as empty */
    CSV_LONG = 2,      /* more cells than the header, and they are not all empty */
    CSV_RECOVERED = 4, /* a stray quote was taken as a letter */
    CSV_UNCLOSED = 8,  /* a quote was never closed: the line was cut as if it had none */
    CSV_TOO_LONG = 16, /* a cell or row past the limit: it has no cells */
    CSV_HIGH = 32,     /* bytes above 0x7F: check the encoding */
};

struct csv_row {
    const struct str *f; /* at least max(n, csv_columns) cells */
    size_t n;            /* cells in the file */
    uint64_t line;       /* of the row's first byte; the first line of the file is 1 */
    unsigned flags;      /* enum csv_flag */
};

/* Gives up to `cap` further bytes; 0 at the end; < 0 when it fails (the sentence in *e). */
typedef long (*csv_fill)(void *arg, char *into, size_t cap, struct errmsg *e);

/* All three read the header at once. ERR_IO; ERR_LIMIT for too many columns; ERR_INVALID where
 * there is no header. `text` is borrowed until csv_close. `opt` may be NULL. */
NODISCARD enum err csv_open_text(struct str text, const struct csv_options *opt, struct csv **out,
                                 struct errmsg *e);
NODISCARD enum err csv_open_file(const char *path, const struct csv_options *opt, struct csv **out,
                                 struct errmsg *e);
NODISCARD enum err csv_open_fill(csv_fill fill, void *arg, const struct csv_options *opt,
                                 struct csv **out, struct errmsg *e);
/* ERR_LIMIT past rows_max, ERR_IO when reading failed; NULL is fine. */
NODISCARD enum err csv_close(struct csv *c, struct errmsg *e);

size_t csv_columns(const struct csv *c);
/* Header names, trimmed, as in the file: they may be empty or stand twice. Live until csv_close. */
struct str csv_header(const struct csv *c, size_t column);
/* The same made unique for a person: "column 3" where empty, "name (2)" the second time. */
struct str csv_column_name(const struct csv *c, size_t column);
char csv_delimiter(const struct csv *c);
uint64_t csv_bytes(const struct csv *c); /* read so far, for a progress line */
uint64_t csv_rows(const struct csv *c);  /* rows given so far */

/* False at the end or on an error, which csv_close tells. */
bool csv_next(struct csv *c, struct csv_row *row);

/*
 * Writing: a cell is quoted where it must be. csv_put guards against formulas: a text that begins
 * with = + - @ tab or CR and is no plain number gets a ' before it, so that a spreadsheet shows it
 * instead of running it. Zero `delimiter` means a comma; rows end in CRLF.
 *     struct csv_writer w = {.out = &b};
 *     csv_put(&w, name); csv_put_int(&w, n); csv_end(&w);
 */
struct csv_writer {
    struct buf *out;
    char delimiter;
    bool begun; /* private: a cell of this row was written */
};
void csv_put(struct csv_writer *w, struct str s);     /* text a person or a file gave */
void csv_put_raw(struct csv_writer *w, struct str s); /* for programs: quoted, not guarded */
void csv_put_int(struct csv_writer *w, int64_t v);
void csv_put_real(struct csv_writer *w, double v); /* shortest that reads back; NaN is empty */
void csv_end(struct csv_writer *w);

#endif
