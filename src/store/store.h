/*
 * The connections of a process: one writer (all changes go through it, one transaction at a time)
 * and a reader for each thread that asks. Opening migrates the records up to the program's schema.
 * Thread-safe. A reader that store_reader hands out belongs to the calling thread until it ends.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/db.h"

struct store;

/* url as in db_open; the folder of a SQLite file is made when missing. */
NODISCARD enum err store_open(const char *url, struct store **out, struct errmsg *e);
void store_close(struct store *s); /* NULL is fine; every other thread must be done */
const char *store_url(const struct store *s);

/* The calling thread's read connection. Sees what was committed when each statement (or db_begin)
 * starts. */
NODISCARD enum err store_reader(struct store *s, struct db **out, struct errmsg *e);

/* Takes the writer and begins a transaction; then store_commit or store_rollback gives it back.
 * Waits for other threads; ERR_BUSY when another process writes for longer than 10 s. */
NODISCARD enum err store_begin(struct store *s, struct db **out, struct errmsg *e);
NODISCARD enum err store_commit(struct store *s, struct errmsg *e);
void store_rollback(struct store *s);

/* A lock over processes by name ("import", "serve", "rollup"): SQLite locks FILE.NAME.lock,
 * PostgreSQL takes an advisory lock. ERR_BUSY with `busy` as the sentence when another holds it. */
struct store_lock;
NODISCARD enum err store_lock(struct store *s, const char *name, const char *busy,
                              struct store_lock **out, struct errmsg *e);
void store_unlock(struct store_lock *lock); /* NULL is fine */

#endif
