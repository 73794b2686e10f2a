/*
 * Writing the sample's files row by row: a plain file, or a member of a zip archive whose times and
 * owners are fixed so that the same rows give the same bytes. A file appears under its name only
 * when it is whole. Errors stay in the writer until the close, so that writers of rows need not
 * check. A fault hook may spoil a finished row (messy.h). One thread at a time.
 */
#ifndef SAMPLE_OUT_H
#define SAMPLE_OUT_H

#include "base/buf.h"

#include <stdio.h>

struct archive;
struct out;

/* May edit, drop (out->n = row, out->rows--) or repeat the row that begins at out->bytes + row.
 * line 1 is the header. */
struct spoiler {
    void (*row)(struct spoiler *s, struct out *o, size_t row);
};

struct out {
    char *bytes;
    size_t n, row; /* buffered bytes; where the row under way begins */
    bool started;  /* the row has a field */
    int64_t rows;  /* written, with the header; a spoiler keeps it right */
    int64_t line;
    const char *name;        /* of the file, as the reader knows it */
    struct spoiler *spoiler; /* NULL: none */
    FILE *file;              /* a plain file, or */
    struct archive *archive; /* the zip this is a member of */
    char path[512], part[520];
    enum err error;
    struct errmsg message;
};

struct out_zip {
    struct archive *archive;
    char path[512], part[520];
};

/* A plain file DIR/NAME. */
NODISCARD enum err out_open(struct out *o, const char *dir, const char *name,
                            struct spoiler *spoiler, struct errmsg *e);
NODISCARD enum err out_zip_open(struct out_zip *z, const char *dir, const char *name,
                                struct errmsg *e);
/* A member of z; close it before the next. */
NODISCARD enum err out_member(struct out *o, struct out_zip *z, const char *name,
                              struct spoiler *spoiler, struct errmsg *e);
/* To nowhere: for what is only counted or compared. */
void out_nowhere(struct out *o, const char *name, struct spoiler *spoiler);
NODISCARD enum err out_close(struct out *o, struct errmsg *e);
NODISCARD enum err out_zip_close(struct out_zip *z, struct errmsg *e);
void out_zip_abandon(struct out_zip *z); /* after an error: removes what was written */

void out_header(struct out *o, const char *line); /* the whole header row */
void out_z(struct out *o, const char *text);      /* a field; quoted if it must be */
void out_s(struct out *o, struct str text);
void out_int(struct out *o, int64_t v);
void out_tenths(struct out *o, int64_t v); /* 14 -> 1.4 */
void out_day(struct out *o, int32_t day);  /* ISO; empty for DATE_NONE */
void out_bool(struct out *o, bool v);      /* true, false */
void out_yes(struct out *o, bool v);       /* yes, no */
void out_fmt(struct out *o, const char *fmt, ...) PRINTF(2, 3);
void out_empty(struct out *o, int n); /* n empty fields */
void out_end(struct out *o);          /* the row */

#endif
