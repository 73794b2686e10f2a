/*
 * A backup: one file, a zstd-compressed tar of tables/<name>.jsonl (store/dump.h), files/<path> for
 * what stands beside the records in the data folder (usage facts, uploads), and manifest.json last,
 * with the schema version, the moment, and rows, bytes and BLAKE2b-256 of every member. Taken from
 * a running server in one read transaction. Engine-neutral: a backup of SQLite restores into
 * PostgreSQL.
 */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "base/err.h"
#include "store/store.h"

struct archive_counts {
    int64_t tables, rows, files, bytes; /* bytes: before compression */
};

/* Writes FILE whole or not at all (a .part file until it is verified and renamed). */
NODISCARD enum err archive_write(struct store *s, const char *data_dir, const char *file,
                                 struct archive_counts *out, struct errmsg *e);

/* Reads every member, checks it against the manifest and loads the tables into `db`, which must
 * hold no table yet; files go below data_dir. data_dir NULL: tables only, which is how a backup is
 * verified. */
NODISCARD enum err archive_restore(const char *file, struct db *db, const char *data_dir,
                                   struct archive_counts *out, struct errmsg *e);

/* Restores into a scratch SQLite file in the folder of FILE and removes that again. */
NODISCARD enum err archive_verify(const char *file, struct archive_counts *out, struct errmsg *e);

#endif
