/*
 * Forward-only migrations. A database carries the versions it has had in table schema_version;
 * migrate_up runs the missing ones, each in a transaction of its own, oldest first. A database
 * that is newer than the program is refused, untouched.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int version;
    const char *name, *sqlite, *postgres;
};
extern const struct migration migrations[]; /* generated from sql/schema/, ascending */
extern const size_t migration_count;

/* The same up to a version, for loading a backup that an older program made. */
NODISCARD enum err migrate_up_to(struct db *db, int version, struct errmsg *e);
NODISCARD enum err migrate_up(struct db *db, struct errmsg *e);
/* The newest version in the database (0 when empty). */
NODISCARD enum err migrate_version(struct db *db, int *out, struct errmsg *e);
/* True when no migration was ever applied: nobody's records are there. */
NODISCARD enum err migrate_is_empty(struct db *db, bool *out, struct errmsg *e);
int migrate_newest(void); /* the newest the program knows */

#endif
