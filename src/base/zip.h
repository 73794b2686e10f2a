/*
 * Reading zip files that strangers made. Opening one reads its directory and checks it against the
 * limits: too many members, a name that leaves its folder or stands twice, an encrypted member, a
 * zip within the zip, more bytes than allowed. Reading counts the bytes that really come out, so a
 * directory that lies does no harm. Each violation is a sentence for a person.
 * Members are read in any order, one reader at a time or several; each member_open goes through
 * the directory again, without unpacking what it passes. One thread per struct zip.
 */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include "base/buf.h"

struct zip_limits {
    size_t members_max;
    uint64_t member_bytes_max; /* unpacked, of one member */
    uint64_t total_bytes_max;  /* unpacked, of all */
    uint64_t ratio_max;        /* unpacked bytes per packed byte, past the first MB */
};
extern const struct zip_limits
    zip_limits_import; /* rosters and exports: 200 members, 8 GB, 200:1 */

struct zip;
struct zip_member {
    struct str
        name; /* as in the file, '/' between folders, valid UTF-8; lives as long as the zip */
    struct str base; /* its last part: "users.csv" */
    uint64_t bytes;  /* unpacked, as the directory says; 0 if it does not */
    int64_t packed;  /* bytes in the zip, or -1 */
};

NODISCARD enum err zip_open(const char *path, const struct zip_limits *limits, struct zip **out,
                            struct errmsg *e);
/* `bytes` are borrowed until zip_close. */
NODISCARD enum err zip_open_memory(struct str bytes, const struct zip_limits *limits,
                                   struct zip **out, struct errmsg *e);
void zip_close(struct zip *z); /* NULL is fine; members must be closed before */

size_t zip_count(const struct zip *z); /* files only; folders and macOS droppings are left out */
const struct zip_member *zip_member(const struct zip *z, size_t i);
/* By its last part, ASCII case aside; SIZE_MAX when there is none. */
size_t zip_find(const struct zip *z, struct str base);

struct zip_reader;
NODISCARD enum err zip_member_open(struct zip *z, size_t i, struct zip_reader **out,
                                   struct errmsg *e);
/* Up to `cap` bytes into `to`; *got 0 at the end. ERR_LIMIT, ERR_CORRUPT. */
NODISCARD enum err zip_member_read(struct zip_reader *r, char *to, size_t cap, size_t *got,
                                   struct errmsg *e);
void zip_member_close(struct zip_reader *r); /* NULL is fine */
/* The whole member appended to `out` (whose maximum is one more limit). */
NODISCARD enum err zip_member_all(struct zip *z, size_t i, struct buf *out, struct errmsg *e);

/* Whether these bytes begin a zip. */
bool zip_looks_like(struct str bytes);

#endif
