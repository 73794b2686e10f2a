#include "base/config.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/archive.h"
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_counts(const struct arguments *a, const char *verb, const char *file,
                         const struct archive_counts *c) {
    if (arg_json(a)) {
        struct buf b = buf_new(1 << 16);
        struct json j = json_to(&b);
        json_open(&j, '{');
        json_key(&j, "file");
        json_z(&j, file);
        json_key(&j, "tables");
        json_int(&j, c->tables);
        json_key(&j, "rows");
        json_int(&j, c->rows);
        json_key(&j, "files");
        json_int(&j, c->files);
        json_close(&j);
        (void)puts(buf_str(&b).p);
        buf_free(&b);
        return;
    }
    (void)printf("%s %s: %" PRId64 " rows in %" PRId64 " tables, %" PRId64 " files.\n", verb, file,
                 c->rows, c->tables, c->files);
}

static enum err backup(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    struct archive_counts counts;
    char name[80], when[DATE_TIME_TEXT];
    (void)snprintf(name, sizeof name, "homeroom-backup-%.10s.tar.zst",
                   date_time_text(date_now_us(), when));
    const char *file = arg_count(a) > 0 ? arg_at(a, 0) : name;
    TRY(command_store(&s, e));
    enum err r = archive_write(s, config_text(CONF_DATA_DIR), file, &counts, e);
    store_close(s);
    if (r == ERR_OK)
        print_counts(a, "Backed up to and verified by restoring", file, &counts);
    return r;
}

const struct command command_backup = {
    .name = "backup",
    .summary = "write everything to one file while the server runs, verified by restoring it",
    .usage = "[FILE]",
    .example = "homeroom backup /mnt/safe/homeroom-2026-11-20.tar.zst",
    .positional_most = 1,
    .run = backup,
};

/* With --replace an existing SQLite file is set aside under another name, never removed. */
static enum err set_aside(const char *path, bool replace, struct errmsg *e) {
    struct stat st;
    char aside[4200], when[DATE_TIME_TEXT];
    if (stat(path, &st) != 0 || st.st_size == 0)
        return ERR_OK;
    if (!replace)
        return err_set(e, ERR_CONFLICT,
                       "%s holds records already. Give --replace to set them aside and restore.",
                       path);
    (void)snprintf(aside, sizeof aside, "%s.before-restore-%s", path,
                   date_time_text(date_now_us(), when));
    if (rename(path, aside) != 0)
        return err_set(e, ERR_IO, "%s cannot be set aside.", path);
    char more[4300];
    for (int i = 0; i < 2; i++) {
        char to[4300];
        (void)snprintf(more, sizeof more, "%s%s", path, i == 0 ? "-wal" : "-shm");
        (void)snprintf(to, sizeof to, "%s%s", aside, i == 0 ? "-wal" : "-shm");
        (void)rename(more, to); /* a clean close leaves none */
    }
    (void)fprintf(stderr, "The records that were there are now %s.\n", aside);
    return ERR_OK;
}

static enum err restore(const struct arguments *a, struct errmsg *e) {
    char path[4096];
    struct archive_counts counts;
    struct db *db;
    const char *url = config_text(CONF_DATABASE);
    if (url[0] == '\0') {
        (void)snprintf(path, sizeof path, "%s/homeroom.db", config_text(CONF_DATA_DIR));
        url = path;
    }
    TRY(archive_verify(arg_at(a, 0), &counts, e));
    bool postgres = strncmp(url, "postgres", 8) == 0;
    if (!postgres)
        TRY(set_aside(strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url, arg_on(a, "--replace"), e));
    (void)mkdir(config_text(CONF_DATA_DIR), 0700);
    TRY(db_open(url, DB_WRITE, &db, e));
    enum err r = archive_restore(arg_at(a, 0), db, config_text(CONF_DATA_DIR), &counts, e);
    db_close(db);
    TRY(r);
    print_counts(a, "Restored", arg_at(a, 0), &counts);
    return ERR_OK;
}

const struct command command_restore = {
    .name = "restore",
    .summary = "bring a backup back, into SQLite or PostgreSQL; stop the server first",
    .usage = "[--replace] FILE",
    .example = "homeroom restore homeroom-backup-2026-11-20.tar.zst",
    .options = {{"--replace", NULL, "set aside the records that are there"}},
    .positional_least = 1,
    .positional_most = 1,
    .run = restore,
};
