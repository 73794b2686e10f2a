/* Checks everything that carries a checksum, and says what was found whole. */
#include "access/audit.h"
#include "base/config.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/commands.h"
#include "events/facts.h"
#include "store/store.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct finding {
    const char *what;
    int64_t checked;
    bool whole;
    char detail[480];
};

enum { FINDINGS = 4 };

static void check_database(struct db *db, struct finding *f) {
    struct rows *r;
    struct errmsg e = {{0}};
    *f = (struct finding){.what = "Records", .whole = true};
    enum err bad = db_rows(db, SQL_STORE_INTEGRITY, NO_ARGS, &r, &e);
    if (bad == ERR_OK) {
        while (rows_next(r)) {
            f->checked++;
            if (!str_eq(rows_str(r, 0), STR("ok"))) {
                f->whole = false;
                (void)snprintf(f->detail, sizeof f->detail, "%.*s", STR_ARG(rows_str(r, 0)));
            }
        }
        bad = rows_close(r, &e);
    }
    if (bad != ERR_OK) {
        f->whole = false;
        (void)snprintf(f->detail, sizeof f->detail, "%s", e.text);
    }
}

static void check_audit(struct db *db, struct finding *f) {
    struct audit_check check = {0};
    struct errmsg e = {{0}};
    *f = (struct finding){.what = "Audit log"};
    f->whole = audit_verify(db, &check, &e) == ERR_OK;
    f->checked = check.rows;
    if (f->whole)
        (void)snprintf(f->detail, sizeof f->detail, "last hash %s", check.head);
    else
        (void)snprintf(f->detail, sizeof f->detail, "%s", e.text);
}

static void fault(void *to, const char *file, const char *what) {
    struct finding *f = to;
    f->whole = false;
    (void)snprintf(f->detail, sizeof f->detail, "%.200s: %.250s", file, what);
}

static void check_facts(struct db *db, struct finding *f) {
    struct arena *a = arena_new(1 << 20);
    struct errmsg e = {{0}};
    *f = (struct finding){.what = "Usage facts", .whole = true};
    if (facts_verify(db, events_dir(a).p, fault, f, &f->checked, &e) != ERR_OK && f->whole) {
        f->whole = false;
        (void)snprintf(f->detail, sizeof f->detail, "%s", e.text);
    }
    if (!f->whole)
        (void)strncat(f->detail, " Import the usage files again; facts can always be rebuilt.",
                      sizeof f->detail - strlen(f->detail) - 1);
    arena_free(a);
}

/* Uploads are named by the digest of their bytes. */
static void check_uploads(struct finding *f) {
    char path[4096], hash[HASH_HEX];
    *f = (struct finding){.what = "Uploaded files", .whole = true};
    (void)snprintf(path, sizeof path, "%s/uploads", config_text(CONF_DATA_DIR));
    DIR *d = opendir(path);
    if (d == NULL)
        return;
    for (const struct dirent *at; (at = readdir(d)) != NULL;) {
        if (strspn(at->d_name, "0123456789abcdef") != HASH_HEX - 1)
            continue;
        (void)snprintf(path, sizeof path, "%s/uploads/%s", config_text(CONF_DATA_DIR), at->d_name);
        struct stat st;
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        f->checked++;
        if (!hash_file_hex(path, hash) || strncmp(hash, at->d_name, HASH_HEX - 1) != 0)
            fault(f, path, "its bytes changed since it was uploaded; take it from a backup.");
    }
    (void)closedir(d);
}

static void print_json(const struct finding f[]) {
    struct buf b = buf_new(1 << 16);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (int i = 0; i < FINDINGS; i++) {
        json_open(&j, '{');
        json_key(&j, "what");
        json_z(&j, f[i].what);
        json_key(&j, "checked");
        json_int(&j, f[i].checked);
        json_key(&j, "whole");
        json_bool(&j, f[i].whole);
        json_key(&j, "detail");
        json_z(&j, f[i].detail);
        json_close(&j);
    }
    json_close(&j);
    (void)puts(buf_str(&b).p);
    buf_free(&b);
}

static void print_table(const struct finding f[]) {
    static const char *const heads[] = {"What", ">Checked", "Found", "Detail"};
    struct table *t = table_new(heads, 4);
    for (int i = 0; i < FINDINGS; i++) {
        char n[24];
        (void)snprintf(n, sizeof n, "%" PRId64, f[i].checked);
        table_row(t,
                  (struct str[]){str_z(f[i].what), str_z(n),
                                 f[i].whole ? STR("whole") : STR("DAMAGED"), str_z(f[i].detail)});
    }
    table_print_free(t);
}

static enum err verify(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    struct db *db;
    struct finding f[FINDINGS];
    TRY(command_store(&s, e));
    enum err r = store_reader(s, &db, e);
    if (r != ERR_OK) {
        store_close(s);
        return r;
    }
    check_database(db, &f[0]);
    check_audit(db, &f[1]);
    check_facts(db, &f[2]);
    check_uploads(&f[3]);
    store_close(s);
    if (arg_json(a))
        print_json(f);
    else
        print_table(f);
    for (int i = 0; i < FINDINGS; i++)
        if (!f[i].whole)
            return err_set(
                e, ERR_CORRUPT,
                "%s: damage was found; see the table. `homeroom restore` brings a backup back.",
                f[i].what);
    return ERR_OK;
}

const struct command command_verify = {
    .name = "verify",
    .summary = "check the records, the audit chain and every checksum",
    .usage = "[--json]",
    .example = "homeroom verify",
    .run = verify,
};
