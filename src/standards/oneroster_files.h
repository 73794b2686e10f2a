/*
 * Where the files of a OneRoster export are: in a zip or a folder, perhaps one folder further in,
 * in the wrong case, slightly misspelt, with or without a manifest. Private to standards/.
 */
#ifndef STANDARDS_ONEROSTER_FILES_H
#define STANDARDS_ONEROSTER_FILES_H

#include "base/encoding.h"
#include "base/hash.h"
#include "base/zip.h"
#include "standards/oneroster_rows.h"

enum or_mode { OR_ABSENT, OR_BULK, OR_DELTA };

struct or_entry {
    bool found;
    enum or_mode mode;
    struct str name; /* as in the zip or folder */
    uint64_t bytes;  /* 0 unknown */
    size_t member;   /* of the zip */
};

struct or_source {
    struct arena *arena;
    struct zip *zip; /* NULL: a folder */
    struct str path;
    struct or_entry file[OR_FILES], manifest;
    bool v12;            /* 1.2, or a roles.csv; else 1.1 */
    struct str system;   /* source.systemName, "" */
    char hash[HASH_HEX]; /* of the zip's bytes, or of the folder's files */
    uint64_t bytes;      /* of the files that will be read */
};

/* What had to be assumed goes to `said`, a sentence a line. ERR_INVALID when no file of a roster is
 * there; ERR_LIMIT, ERR_CORRUPT from the zip. */
NODISCARD enum err or_source_open(const char *path, struct or_source **out, struct buf *said,
                                  struct errmsg *e);
void or_source_close(struct or_source *s); /* NULL is fine */

/* One file's rows; at most one open at a time. */
struct or_reader;
NODISCARD enum err or_reader_open(struct or_source *s, enum or_file f, int32_t as_of,
                                  struct or_reader **out, struct buf *said, struct errmsg *e);
/* False at the end; texts go into the arena. */
bool or_reader_next(struct or_reader *r, struct arena *a, struct or_row *row);
uint64_t or_reader_bytes(const struct or_reader *r);
unsigned or_reader_assumed(const struct or_reader *r); /* enum or_assumption */
/* What went wrong while reading, if anything; NULL is fine. */
NODISCARD enum err or_reader_close(struct or_reader *r, struct errmsg *e);

/* Copies the zip, or the folder's files, to folder/HASH; *kept is that path. Nothing is written
 * when it is there already. */
NODISCARD enum err or_source_keep(const struct or_source *s, const char *folder, struct arena *a,
                                  const char **kept, struct errmsg *e);

#endif
