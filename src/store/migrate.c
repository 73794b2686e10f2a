#include "store/migrate.h"

#include "base/date.h"
#include "store/engine.h"

/* These three run before the schema exists, so they can't be among the named ones. */
static const char create_table[] = "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER "
                                   "PRIMARY KEY, name TEXT NOT NULL, applied_us BIGINT NOT NULL)";
static const struct stmt select_versions = {"SELECT version FROM schema_version ORDER BY version",
                                            0, false};
static const struct stmt insert_lite = {
    "INSERT INTO schema_version(version, name, applied_us) VALUES(?1, ?2, ?3)", 3, false};
static const struct stmt insert_pg = {
    "INSERT INTO schema_version(version, name, applied_us) VALUES($1, $2, $3)", 3, false};

int migrate_newest(void) {
    return migration_count == 0 ? 0 : migrations[migration_count - 1].version;
}

/* Marks which of the program's migrations the database has; *newest is the highest it names. */
static enum err read_versions(struct db *db, bool have[], int *newest, struct errmsg *e) {
    struct rows *r;
    *newest = 0;
    TRY(db_rows_stmt(db, &select_versions, NO_ARGS, &r, e));
    while (rows_next(r)) {
        *newest = (int)rows_int(r, 0);
        for (size_t i = 0; have != NULL && i < migration_count; i++)
            have[i] = have[i] || migrations[i].version == *newest;
    }
    return rows_close(r, e);
}

enum err migrate_version(struct db *db, int *out, struct errmsg *e) {
    return read_versions(db, NULL, out, e);
}

static enum err apply(struct db *db, const struct migration *m, struct errmsg *e) {
    TRY(db_begin(db, e));
    bool pg = db_is_postgres(db);
    enum err r = db_script(db, pg ? m->postgres : m->sqlite, e);
    if (r == ERR_OK)
        r = db_exec_stmt(db, pg ? &insert_pg : &insert_lite,
                         ARGS(V_INT(m->version), V_Z(m->name), V_INT(date_now_us())), NULL, e);
    if (r != ERR_OK) {
        err_wrap(e, "Migration %d (%s) was not applied", m->version, m->name);
        db_rollback(db);
        return r;
    }
    return db_commit(db, e);
}

enum err migrate_up_to(struct db *db, int version, struct errmsg *e) {
    bool have[256] = {false};
    int newest;
    CHECK(migration_count <= sizeof have / sizeof have[0]);
    TRY(db_script(db, create_table, e));
    TRY(read_versions(db, have, &newest, e));
    if (newest > migrate_newest())
        return err_set(
            e, ERR_UNAVAILABLE,
            "These records were made by a newer version of Homeroom (schema %d, this program knows "
            "%d). Install the newer version; nothing was changed.",
            newest, migrate_newest());
    for (size_t i = 0; i < migration_count; i++)
        if (!have[i] && migrations[i].version <= version)
            TRY(apply(db, &migrations[i], e));
    return ERR_OK;
}

enum err migrate_up(struct db *db, struct errmsg *e) {
    return migrate_up_to(db, migrate_newest(), e);
}

enum err migrate_is_empty(struct db *db, bool *out, struct errmsg *e) {
    int newest;
    TRY(db_script(db, create_table, e));
    TRY(read_versions(db, NULL, &newest, e));
    *out = newest == 0;
    return ERR_OK;
}
