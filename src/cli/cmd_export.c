/* Records of one kind as a file. What leaves is written in the audit log. */
#include "access/audit.h"
#include "base/buf.h"
#include "cli/commands.h"
#include "provide/provide.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct kind *find(const char *name, struct errmsg *e) {
    char known[300] = "";
    for (size_t i = 0; i < provide_kind_count; i++) {
        if (strcmp(provide_kinds[i]->name, name) == 0)
            return provide_kinds[i];
        size_t n = strlen(known);
        (void)snprintf(known + n, sizeof known - n, "%s%s", n == 0 ? "" : ", ",
                       provide_kinds[i]->name);
    }
    (void)err_set(e, ERR_NOT_FOUND, "There is no kind of record \"%.40s\". There are: %s.", name,
                  known);
    return NULL;
}

static enum err note(struct store *s, const struct kind *k, const char *form, int64_t rows,
                     struct errmsg *e) {
    struct db *db;
    TRY(store_begin(s, &db, e));
    enum err r = audit_export(db, NULL, str_z(k->name), str_z(form), rows, k->person != NULL, e);
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}

static enum err write_out(const char *file, struct str bytes, struct errmsg *e) {
    bool standard = strcmp(file, "-") == 0;
    FILE *f = standard ? stdout : fopen(file, "wbe");
    bool bad = f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fflush(f) != 0;
    if (f != NULL && !standard && fclose(f) != 0)
        bad = true;
    return bad ? err_set(e, ERR_IO, "%s cannot be written: %s.", file, strerror(errno)) : ERR_OK;
}

static enum err export_kind(struct store *s, const struct kind *k, const struct arguments *a,
                            struct errmsg *e) {
    struct db *db;
    struct kind_as as = {.may = UINT64_MAX,
                         .scope = {.all = true}}; /* whoever holds the files holds it all */
    struct kind_query q = {.with_ended = arg_on(a, "--ended")};
    const char *file = arg_count(a) > 1 ? arg_at(a, 1) : "-";
    bool xlsx = str_ends(str_z(file), STR(".xlsx"));
    struct buf b = buf_new((size_t)1 << 32);
    int64_t rows = 0;
    enum err r = store_reader(s, &db, e);
    if (r == ERR_OK)
        r = xlsx ? kind_export_xlsx(db, k, &as, &q, &b, &rows, e)
                 : kind_export_csv(db, k, &as, &q, &b, &rows, e);
    if (r == ERR_OK)
        r = note(s, k, xlsx ? "xlsx" : "csv", rows, e);
    if (r == ERR_OK)
        r = write_out(file, buf_str(&b), e);
    if (r == ERR_OK && strcmp(file, "-") != 0)
        (void)printf("%" PRId64 " rows written to %s; the audit log says so.\n", rows, file);
    buf_free(&b);
    return r;
}

static enum err run(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    const struct kind *k = find(arg_at(a, 0), e);
    if (k == NULL)
        return ERR_NOT_FOUND;
    TRY(command_store(&s, e));
    enum err r = export_kind(s, k, a, e);
    store_close(s);
    return r;
}

const struct command command_export = {
    .name = "export",
    .summary = "write records of one kind (device, room, licence, ...) as CSV or XLSX",
    .usage = "[--ended] KIND [FILE.csv | FILE.xlsx]",
    .example = "homeroom export device devices.xlsx",
    .options = {{"--ended", NULL, "also what is over"}},
    .positional_least = 1,
    .positional_most = 2,
    .run = run,
};
