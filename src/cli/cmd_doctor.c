/* Looks at the machine and the settings as an operator would, and says what to do about each. */
#include "base/config.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "store/migrate.h"
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct symptom {
    const char *what;
    bool well;
    char found[300], advice[200];
};

static void look_folder(struct symptom *s) {
    struct stat st;
    const char *dir = config_text(CONF_DATA_DIR);
    *s = (struct symptom){.what = "Data folder"};
    if (stat(dir, &st) != 0) {
        (void)snprintf(s->found, sizeof s->found, "%s: %s", dir, strerror(errno));
        (void)snprintf(s->advice, sizeof s->advice,
                       "Set data_dir, or run `homeroom import` once; it makes the folder.");
        return;
    }
    s->well = access(dir, W_OK) == 0 && (st.st_mode & (S_IRWXO | S_IWGRP)) == 0;
    (void)snprintf(s->found, sizeof s->found, "%s, mode %03o", dir, (unsigned)(st.st_mode & 0777));
    if (!s->well)
        (void)snprintf(s->advice, sizeof s->advice,
                       "It holds student data: chown it to the server's user and chmod 700.");
}

static void look_disk(struct symptom *s) {
    struct statvfs v;
    *s = (struct symptom){.what = "Disk"};
    if (statvfs(config_text(CONF_DATA_DIR), &v) != 0 && statvfs(".", &v) != 0)
        return;
    double gb = (double)v.f_bavail * (double)v.f_frsize / 1e9;
    s->well = gb >= 2;
    (void)snprintf(s->found, sizeof s->found, "%.1f GB free", gb);
    if (!s->well)
        (void)snprintf(s->advice, sizeof s->advice,
                       "Free some: an import and a backup each need room for a copy.");
}

static void look_records(struct symptom *s, struct store **store) {
    struct errmsg e = {{0}};
    struct db *db;
    int version;
    *s = (struct symptom){.what = "Records"};
    if (command_store(store, &e) != ERR_OK || store_reader(*store, &db, &e) != ERR_OK ||
        migrate_version(db, &version, &e) != ERR_OK) {
        (void)snprintf(s->found, sizeof s->found, "%.290s", e.text);
        (void)snprintf(s->advice, sizeof s->advice,
                       "See docs/OPERATING.md, 'When the records do not open'.");
        return;
    }
    s->well = true;
    (void)snprintf(s->found, sizeof s->found, "%s, schema %d",
                   db_is_postgres(db) ? "PostgreSQL" : "SQLite", version);
}

static void look_server(struct symptom *s, struct store *store) {
    struct store_lock *lock;
    *s = (struct symptom){.what = "Server", .well = true};
    if (store == NULL)
        return;
    bool running = store_lock(store, "serve", "", &lock, NULL) != ERR_OK;
    if (!running)
        store_unlock(lock);
    (void)snprintf(s->found, sizeof s->found,
                   running ? "is serving" : "is not running (start it with `homeroom serve`)");
}

static void look_address(struct symptom *s) {
    const char *host = config_text(CONF_HOST), *url = config_text(CONF_PUBLIC_URL);
    bool loopback =
        strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0;
    *s = (struct symptom){.what = "Address"};
    s->well = loopback || strncmp(url, "https://", 8) == 0;
    (void)snprintf(s->found, sizeof s->found, "%s port %" PRId64 "%s%s", host,
                   config_int(CONF_PORT), url[0] == '\0' ? "" : ", people type ", url);
    if (!s->well)
        (void)snprintf(s->advice, sizeof s->advice,
                       "Passwords would cross the network in the clear: put a proxy with TLS in "
                       "front and set public_url.");
}

static void look_clock(struct symptom *s) {
    char when[DATE_TIME_TEXT];
    int64_t now = date_now_us();
    *s = (struct symptom){.what = "Clock"};
    s->well = date_of_us(now) > date_from_ymd(2026, 1, 1);
    (void)snprintf(s->found, sizeof s->found, "%s", date_time_text(now, when));
    if (!s->well)
        (void)snprintf(s->advice, sizeof s->advice,
                       "Set the clock: sessions and the audit log depend on it.");
}

enum { SYMPTOMS = 6 };

static void print_json(const struct symptom s[]) {
    struct buf b = buf_new(1 << 16);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (int i = 0; i < SYMPTOMS; i++) {
        json_open(&j, '{');
        json_key(&j, "what");
        json_z(&j, s[i].what);
        json_key(&j, "well");
        json_bool(&j, s[i].well);
        json_key(&j, "found");
        json_z(&j, s[i].found);
        json_key(&j, "advice");
        json_z(&j, s[i].advice);
        json_close(&j);
    }
    json_close(&j);
    (void)puts(buf_str(&b).p);
    buf_free(&b);
}

static enum err doctor(const struct arguments *a, struct errmsg *e) {
    struct symptom s[SYMPTOMS];
    struct store *store = NULL;
    look_folder(&s[0]);
    look_disk(&s[1]);
    look_records(&s[2], &store);
    look_server(&s[3], store);
    look_address(&s[4]);
    look_clock(&s[5]);
    store_close(store);
    if (arg_json(a)) {
        print_json(s);
    } else {
        static const char *const heads[] = {"What", "", "Found", "What to do"};
        struct table *t = table_new(heads, 4);
        for (int i = 0; i < SYMPTOMS; i++)
            table_row(t, (struct str[]){str_z(s[i].what), s[i].well ? STR("ok") : STR("LOOK"),
                                        str_z(s[i].found), str_z(s[i].advice)});
        table_print_free(t);
    }
    for (int i = 0; i < SYMPTOMS; i++)
        if (!s[i].well)
            return err_set(e, ERR_UNAVAILABLE, "%s: %s", s[i].what, s[i].advice);
    return ERR_OK;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "look at the machine, the settings and the records, and say what to do",
    .usage = "[--json]",
    .example = "homeroom doctor",
    .run = doctor,
};
