#include "events/facts.h"

#include "base/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FACTS_ARENA = 64 << 20 };

static const char *kind_code(enum facts_kind kind) {
    return kind == FACTS_PERSON ? "person" : "group";
}

struct str events_dir(struct arena *a) {
    return arena_fmt(a, "%s/facts", config_text(CONF_DATA_DIR));
}

/* ---- products ---- */

/* Lower case (ASCII), outer blanks off, inner ones single. */
static struct str product_key(struct arena *a, struct str name) {
    name = str_trim(name);
    char *p = arena_z(a, name);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i] == '\t' ? ' ' : name.p[i];
        if (c == ' ' && n > 0 && p[n - 1] == ' ')
            continue;
        p[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
    }
    return (struct str){p, n};
}

enum err facts_product_find(struct db *db, struct str name, int64_t *id, bool *is_new,
                            struct errmsg *e) {
    struct arena *a = arena_new(1 << 20);
    struct str key = name.n > 4096 ? name : product_key(a, name);
    bool found = false;
    enum err r = key.n == 0 || key.n > 500
                     ? err_set(e, ERR_INVALID, "A product needs a name of 1 to 500 bytes.")
                     : db_int(db, SQL_PRODUCT_FIND, ARGS(V_STR(key)), id, &found, e);
    *is_new = !found;
    arena_free(a);
    return r;
}

enum err facts_product(struct db *db, struct str name, int64_t *id, struct errmsg *e) {
    bool is_new;
    TRY(facts_product_find(db, name, id, &is_new, e));
    if (!is_new)
        return ERR_OK;
    struct arena *a = arena_new(1 << 20);
    enum err r = db_int(db, SQL_PRODUCT_INSERT,
                        ARGS(V_STR(str_trim(name)), V_STR(product_key(a, name))), id, NULL, e);
    arena_free(a);
    return r;
}

bool facts_product_same(struct str x, struct str y) {
    struct arena *a = arena_new(1 << 20);
    bool same = str_eq(product_key(a, x), product_key(a, y));
    arena_free(a);
    return same;
}

enum err facts_product_name(struct db *db, int64_t id, struct arena *a, struct str *name,
                            struct errmsg *e) {
    *name = (struct str){"", 0};
    return db_text(db, SQL_PRODUCT_NAME, ARGS(V_INT(id)), a, name, NULL, e);
}

/* ---- writing ---- */

enum err facts_add(struct db *db, const char *dir, int64_t batch_id, struct segment *s,
                   struct errmsg *e) {
    char name[SEGMENT_NAME], first[DATE_TEXT], last[DATE_TEXT];
    TRY(segment_write(s, dir, name, e));
    return db_exec(db, SQL_USAGE_SEGMENT_INSERT,
                   ARGS(V_INT(batch_id), V_Z(kind_code(s->kind)), V_Z(name), V_Z(s->checksum),
                        V_INT((int64_t)s->rows), val_date(s->first_day, first),
                        val_date(s->last_day, last)),
                   NULL, e);
}

enum err facts_undo(struct db *db, int64_t batch_id, int64_t *removed, struct errmsg *e) {
    int64_t one = 0;
    bool merged = false;
    *removed = 0;
    TRY(db_int(db, SQL_USAGE_IS_MERGED, ARGS(V_INT(batch_id)), &one, &merged, e));
    if (merged)
        return err_set(e, ERR_CONFLICT,
                       "The usage of this import has been put together with that of others and can "
                       "no longer be taken back alone. Import a corrected file: its rows replace "
                       "those of the same person, product and day.");
    return db_exec(db, SQL_USAGE_UNDO, ARGS(V_INT(batch_id)), removed, e);
}

/* A row of usage_segment. */
struct listed {
    int64_t id, batch;
    char file[SEGMENT_NAME], checksum[SEGMENT_CHECKSUM];
    int32_t first_day, last_day;
    struct segment segment;
};

static void copy_text(char *to, size_t size, struct str s) {
    (void)snprintf(to, size, "%.*s", STR_ARG(s));
}

/* The file of a row, opened and compared with it. */
static enum err open_listed(const char *dir, struct listed *l, struct errmsg *e) {
    TRY(segment_open(dir, l->file, &l->segment, e));
    if (strcmp(l->segment.checksum, l->checksum) == 0)
        return ERR_OK;
    segment_close(&l->segment);
    return err_set(e, ERR_CORRUPT,
                   "The usage facts in %s are not those that were imported. Restore the newest "
                   "backup, or undo that import and import its file again.",
                   l->file);
}

/* Puts n listed segments (earliest batch first) together as one of the last one's batch. */
static enum err merge_listed(struct db *db, const char *dir, struct listed *const l[], size_t n,
                             struct arena *a, struct errmsg *e) {
    const struct segment **from = ARENA_ARRAY(a, const struct segment *, n);
    struct segment merged = {0};
    enum err r = ERR_OK;
    size_t open = 0;
    for (; open < n && r == ERR_OK; open++) {
        from[open] = &l[open]->segment;
        r = open_listed(dir, l[open], e);
    }
    if (r == ERR_OK)
        r = segment_merge(from, n, &merged, e);
    for (size_t i = 0; i < open; i++)
        segment_close(&l[i]->segment);
    for (size_t i = 0; i < n && r == ERR_OK; i++) {
        r = db_exec(db, SQL_USAGE_SEGMENT_DROP, ARGS(V_INT(l[i]->id)), NULL, e);
        if (r == ERR_OK)
            r = db_exec(db, SQL_USAGE_MERGED_INSERT, ARGS(V_INT(l[i]->batch)), NULL, e);
    }
    if (r == ERR_OK)
        r = facts_add(db, dir, l[n - 1]->batch, &merged, e);
    segment_close(&merged);
    return r;
}

/* Nothing that stays apart may stand between the batches that are put together, on the same days:
 * its rows would change their turn. */
static bool may_merge(const struct listed *all, size_t n, struct listed *const l[], size_t m) {
    for (size_t i = 0; i < n; i++) {
        bool in = false;
        for (size_t k = 0; k < m; k++)
            in = in || l[k] == &all[i];
        if (!in && all[i].batch >= l[0]->batch && all[i].batch <= l[m - 1]->batch)
            for (size_t k = 0; k < m; k++)
                if (all[i].first_day <= l[k]->last_day && all[i].last_day >= l[k]->first_day)
                    return false;
    }
    return m > 1;
}

static enum err merge_kind(struct db *db, const char *dir, enum facts_kind kind, int64_t upto,
                           struct arena *a, int64_t *merged, struct errmsg *e) {
    struct rows *r;
    size_t n = 0, cap = 16;
    struct listed *all = ARENA_ARRAY(a, struct listed, cap);
    TRY(db_rows(db, SQL_USAGE_SEGMENTS_UPTO, ARGS(V_Z(kind_code(kind))), &r, e));
    while (rows_next(r)) {
        if (n == cap) {
            struct listed *more = ARENA_ARRAY(a, struct listed, cap *= 2);
            memcpy(more, all, n * sizeof *more);
            all = more;
        }
        struct listed *l = &all[n++];
        *l = (struct listed){.id = rows_int(r, 0),
                             .batch = rows_int(r, 1),
                             .first_day = rows_date(r, 4),
                             .last_day = rows_date(r, 5)};
        copy_text(l->file, sizeof l->file, rows_str(r, 2));
        copy_text(l->checksum, sizeof l->checksum, rows_str(r, 3));
    }
    TRY(rows_close(r, e));
    struct listed **same = ARENA_ARRAY(a, struct listed *, n);
    for (size_t i = 0; i < n; i++) {
        int32_t month = date_month(all[i].first_day);
        size_t m = 0;
        for (size_t k = 0; k < n; k++)
            if (all[k].batch <= upto && date_month(all[k].first_day) == month &&
                date_month(all[k].last_day) == month)
                same[m++] = &all[k];
        if (m == 0 || same[0] != &all[i] || !may_merge(all, n, same, m))
            continue;
        TRY(merge_listed(db, dir, same, m, a, e));
        *merged += (int64_t)m;
    }
    return ERR_OK;
}

enum err facts_merge(struct db *db, const char *dir, int64_t upto_batch, int64_t *merged,
                     struct errmsg *e) {
    struct arena *a = arena_new(FACTS_ARENA);
    *merged = 0;
    enum err r = merge_kind(db, dir, FACTS_PERSON, upto_batch, a, merged, e);
    if (r == ERR_OK)
        r = merge_kind(db, dir, FACTS_GROUP, upto_batch, a, merged, e);
    arena_free(a);
    return r;
}

static enum err sweep_one(struct db *db, const char *dir, const char *name, int64_t *removed,
                          struct errmsg *e) {
    struct str s = str_z(name);
    char path[1024];
    int64_t used = 0;
    if (!str_ends(s, STR(".seg")) && !str_ends(s, STR(".new")))
        return ERR_OK;
    TRY(db_int(db, SQL_USAGE_FILE_USED, ARGS(V_STR(s)), &used, NULL, e));
    if (used > 0 || (size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return ERR_OK;
    if (unlink(path) != 0)
        return err_set(e, ERR_IO, "%s could not be removed: %s.", path, strerror(errno));
    ++*removed;
    return ERR_OK;
}

enum err facts_sweep(struct db *db, const char *dir, int64_t *removed, struct errmsg *e) {
    *removed = 0;
    DIR *d = opendir(dir);
    if (d == NULL && errno == ENOENT)
        return ERR_OK;
    if (d == NULL)
        return err_set(e, ERR_IO, "The folder %s cannot be read: %s.", dir, strerror(errno));
    enum err r = ERR_OK;
    for (struct dirent *f; r == ERR_OK && (f = readdir(d)) != NULL;)
        r = sweep_one(db, dir, f->d_name, removed, e);
    (void)closedir(d);
    return r;
}

enum err facts_verify(struct db *db, const char *dir,
                      void (*fault)(void *to, const char *file, const char *what), void *to,
                      int64_t *checked, struct errmsg *e) {
    struct rows *r;
    enum err first = ERR_OK;
    *checked = 0;
    TRY(db_rows(db, SQL_USAGE_SEGMENTS_ALL, NO_ARGS, &r, e));
    while (rows_next(r)) {
        struct listed l = {0};
        struct errmsg own = {{0}};
        copy_text(l.file, sizeof l.file, rows_str(r, 0));
        copy_text(l.checksum, sizeof l.checksum, rows_str(r, 1));
        enum err bad = open_listed(dir, &l, &own);
        segment_close(&l.segment);
        ++*checked;
        if (bad == ERR_OK)
            continue;
        fault(to, l.file, own.text);
        if (first == ERR_OK && e != NULL)
            *e = own;
        first = first == ERR_OK ? bad : first;
    }
    TRY(rows_close(r, first == ERR_OK ? e : NULL));
    return first;
}

/* ---- reading ---- */

enum err facts_open(struct db *db, const char *dir, enum facts_kind kind, int32_t since,
                    int32_t as_of, struct facts **out, struct errmsg *e) {
    struct arena *a = arena_new(FACTS_ARENA);
    struct rows *rows;
    char low[DATE_TEXT], high[DATE_TEXT];
    struct segment **set = ARENA_ARRAY(a, struct segment *, 16);
    size_t n = 0, cap = 16;
    enum err bad = ERR_OK;
    enum err r =
        db_rows(db, SQL_USAGE_SEGMENTS_OF,
                ARGS(V_Z(kind_code(kind)), val_date(since, low), val_date(as_of, high)), &rows, e);
    if (r != ERR_OK)
        goto out;
    while (bad == ERR_OK && rows_next(rows)) {
        struct listed *l = ARENA_NEW(a, struct listed);
        copy_text(l->file, sizeof l->file, rows_str(rows, 2));
        copy_text(l->checksum, sizeof l->checksum, rows_str(rows, 3));
        if (n == cap) {
            struct segment **more = ARENA_ARRAY(a, struct segment *, cap *= 2);
            memcpy(more, set, n * sizeof *more);
            set = more;
        }
        bad = open_listed(dir, l, e);
        if (bad == ERR_OK)
            set[n++] = &l->segment;
    }
    r = rows_close(rows, bad == ERR_OK ? e : NULL);
    r = bad != ERR_OK ? bad : r;
    if (r == ERR_OK)
        r = facts_of(set, n, since, as_of, true, out, e);
    else
        for (size_t i = 0; i < n; i++)
            segment_close(set[i]);
out:
    arena_free(a);
    return r;
}
