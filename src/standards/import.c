#include "standards/import.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/sheet.h"
#include "events/facts.h"
#include "provide/provide.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- look ---- */

struct mapping {
    void *p;
    size_t n;
};

static void unmap(void *arg) {
    struct mapping *m = arg;
    (void)munmap(m->p, m->n);
}

/* The file's bytes, mapped as long as the arena lives. */
static enum err map_file(const char *path, struct arena *a, struct str *out, struct errmsg *e) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd);
        return err_set(e, why == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s cannot be read: %s.", path,
                       strerror(why));
    }
    if (!S_ISREG(st.st_mode) || st.st_size == 0) {
        (void)close(fd);
        return err_set(e, ERR_INVALID, "%s is empty or is not a file; export it again.", path);
    }
    struct mapping *m = ARENA_NEW(a, struct mapping);
    m->n = (size_t)st.st_size;
    m->p = mmap(NULL, m->n, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (m->p == MAP_FAILED)
        return err_set(e, ERR_IO, "%s cannot be read: %s.", path, strerror(errno));
    arena_defer(a, unmap, m);
    *out = (struct str){m->p, m->n};
    return ERR_OK;
}

static void free_buf(void *arg) {
    buf_free(arg);
}

/* A workbook's first sheet in place of its bytes. */
static enum err read_sheet(struct arena *a, struct str *bytes, struct errmsg *e) {
    struct buf *csv = ARENA_NEW(a, struct buf);
    *csv = buf_new((size_t)1 << 31);
    arena_defer(a, free_buf, csv);
    TRY(sheet_csv(*bytes, csv, e));
    *bytes = buf_str(csv);
    return ERR_OK;
}

enum err import_look(struct store *s, const char *path, struct str name, const struct source *only,
                     struct arena *a, struct import_file *out, struct errmsg *e) {
    struct db *db;
    struct str bytes;
    *out = (struct import_file){.path = arena_z(a, str_z(path)), .name = arena_str(a, name)};
    if (access(path, F_OK) != 0)
        return err_set(e, ERR_NOT_FOUND, "There is no file or folder %s.", path);
    if (only == NULL && oneroster_looks_like(path)) {
        out->roster = true;
        return ERR_OK;
    }
    TRY(store_reader(s, &db, e));
    TRY(map_file(path, a, &bytes, e));
    if (sheet_looks_like(bytes))
        TRY(read_sheet(a, &bytes, e));
    else if (bytes.n > 4 && memcmp(bytes.p, "PK\3\4", 4) == 0)
        return err_set(
            e, ERR_INVALID,
            "%.*s is a zip without a roster in it. A OneRoster zip holds orgs.csv and users.csv; "
            "anything else: unpack it (or save a spreadsheet as CSV) and import the files.",
            STR_ARG(name));
    return source_look(db, provide_sources, provide_source_count, only, out->name, bytes, a,
                       &out->view, e);
}

/* ---- run: a roster ---- */

static const struct tr outcome_words[] = {
    [LOAD_UNCHANGED] = TR_INIT("unchanged", "sin cambio"),
    [LOAD_ADDED] = TR_INIT("added", "se añade"),
    [LOAD_CHANGED] = TR_INIT("changed", "cambia"),
    [LOAD_ENDED] = TR_INIT("ended", "termina"),
    [LOAD_REOPENED] = TR_INIT("reopened", "se reabre"),
};

static void roster_lines(const struct oneroster_report *r, struct arena *a,
                         struct import_report *out) {
    size_t examples = 0;
    for (int t = 0; t < TABS; t++)
        examples += r->count[t].example_count;
    out->line = ARENA_ARRAY(a, struct import_line, TABS);
    out->example = ARENA_ARRAY(a, struct import_example, examples);
    for (int t = 0; t < TABS; t++) {
        const struct load_count *c = &r->count[t];
        struct tr label = oneroster_table_label((enum roster_tab)t);
        out->line[out->line_count++] = (struct import_line){
            label, c->before, c->unchanged, c->added, c->changed, c->ended, c->reopened, c->stop};
        for (size_t i = 0; i < c->example_count; i++) {
            const struct load_example *x = &c->examples[i];
            out->example[out->example_count++] =
                (struct import_example){outcome_words[x->what], label, arena_str(a, x->who),
                                        arena_str(a, x->detail), x->reason};
        }
    }
}

static void roster_problems(const struct batch *b, struct arena *a, struct import_report *out) {
    size_t n = batch_problem_count(b);
    out->problem = ARENA_ARRAY(a, struct batch_problem, n);
    for (size_t i = 0; i < n; i++) {
        struct batch_problem p = *batch_problem_at(b, i);
        p.file = arena_str(a, p.file);
        p.col = arena_str(a, p.col);
        p.value = arena_str(a, p.value);
        p.what = arena_str(a, p.what);
        out->problem[out->problem_count++] = p;
    }
    out->errors = batch_errors(b);
    out->assumed = arena_str(a, batch_assumed(b));
    out->batch_id = batch_id(b);
}

static struct tr roster_name(const struct oneroster_report *r, struct arena *a) {
    bool delta = r->mode == BATCH_DELTA;
    return (struct tr){
        arena_fmt(a, "Roster (OneRoster %s, %s)", r->version, delta ? "changes only" : "everything")
            .p,
        arena_fmt(a, "Matrícula (OneRoster %s, %s)", r->version,
                  delta ? "solo cambios" : "completa")
            .p};
}

static void roster_progressed(void *arg, const struct oneroster_progress *p) {
    const struct import_how *how = arg;
    how->progress(how->progress_to, p->file, p->bytes, p->bytes_total);
}

static enum err run_roster(struct store *s, const struct import_file *f,
                           const struct import_how *how, struct arena *a, struct import_report *out,
                           struct errmsg *e) {
    struct import_how mine = *how;
    struct oneroster_report *r = NULL;
    struct oneroster_options o = {.today = how->today,
                                  .as_of = how->as_of,
                                  .override_stop = how->end_many,
                                  .account_id = how->account_id,
                                  .staged_id = how->dry ? 0 : how->staged_id,
                                  .file_name = arena_z(a, f->name),
                                  .uploads = how->uploads,
                                  .progress = how->progress == NULL ? NULL : roster_progressed,
                                  .progress_arg = &mine};
    enum err result = how->dry ? oneroster_preview(s, f->path, &o, &r, e)
                               : oneroster_apply(s, f->path, &o, &r, e);
    if (r != NULL) {
        out->source = roster_name(r, a);
        out->stopped = r->stopped;
        out->first = r->first;
        out->rows = r->rows;
        out->elapsed_us = r->elapsed_us;
        roster_lines(r, a, out);
        roster_problems(r->batch, a, out);
        oneroster_report_free(r);
    }
    return result;
}

/* ---- run: a source ---- */

static const struct tr change_words[] = {
    [SOURCE_ADDED] = TR_INIT("added", "se añade"),
    [SOURCE_CHANGED] = TR_INIT("changed", "cambia"),
    [SOURCE_ENDED] = TR_INIT("ended", "termina"),
};

static void source_progressed(void *arg, uint64_t done, uint64_t all) {
    const struct import_how *how = arg;
    how->progress(how->progress_to, "rows", done, all);
}

static void source_report(const struct source *src, const struct source_result *r, struct arena *a,
                          struct import_report *out) {
    out->line = ARENA_NEW(a, struct import_line);
    out->line_count = 1;
    *out->line = (struct import_line){.label = src->label,
                                      .before = r->in_force,
                                      .unchanged = r->same,
                                      .added = r->counts.added,
                                      .changed = r->counts.changed,
                                      .ended = r->counts.ended,
                                      .stop = r->too_many_end};
    out->example = ARENA_ARRAY(a, struct import_example, r->example_count);
    out->example_count = r->example_count;
    for (size_t i = 0; i < r->example_count; i++)
        out->example[i] = (struct import_example){.what = change_words[r->examples[i].what],
                                                  .kind = src->label,
                                                  .title = r->examples[i].title,
                                                  .detail = r->examples[i].detail};
    out->problem = r->problems;
    out->problem_count = r->problem_count;
    out->errors = r->errors;
    out->assumed = r->assumed;
    out->rows = r->counts.read;
    out->batch_id = r->batch_id;
    out->stopped = r->too_many_end;
}

static enum err run_source(struct store *s, const struct import_file *f,
                           const struct import_how *how, struct arena *a, struct import_report *out,
                           struct errmsg *e) {
    struct import_how mine = *how;
    struct source_result r = {0};
    int64_t began = date_now_us();
    const char *kept;
    if (how->uploads != NULL)
        TRY(import_keep(f->path, how->uploads, a, &kept, e));
    struct source_how h = {.dry = how->dry,
                           .as_of = how->as_of == 0 ? how->today : how->as_of,
                           .account_id = how->account_id,
                           .end_many = how->end_many,
                           .partial = how->partial,
                           .progress = how->progress == NULL ? NULL : source_progressed,
                           .progress_to = &mine};
    enum err result = provide_import(s, &f->view, &h, a, &r, e);
    out->source = f->view.source->label;
    source_report(f->view.source, &r, a, out);
    out->elapsed_us = date_now_us() - began;
    return result;
}

enum err import_run(struct store *s, const struct import_file *f, const struct import_how *how,
                    struct arena *a, struct import_report *out, struct errmsg *e) {
    *out = (struct import_report){0};
    return f->roster ? run_roster(s, f, how, a, out, e) : run_source(s, f, how, a, out, e);
}

static enum err sweep(struct store *s, struct errmsg *e) {
    struct store_lock *lock;
    struct db *db;
    int64_t removed;
    struct arena *a = arena_new(1 << 16);
    enum err r = import_lock(s, &lock, e);
    if (r == ERR_OK) {
        r = store_reader(s, &db, e);
        if (r == ERR_OK)
            r = facts_sweep(db, events_dir(a).p, &removed, e);
        store_unlock(lock);
    }
    arena_free(a);
    return r;
}

enum err import_settle(struct store *s, int32_t today, const struct measure_options *o,
                       struct errmsg *e) {
    struct measure_done done = {0};
    enum err r = sweep(s, e);
    if (r != ERR_OK && r != ERR_BUSY) /* busy: whoever imports now sweeps when done */
        return r;
    return measure_catch_up(s, today, o, &done, e);
}

/* ---- files ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum { FOLDER_FILES = 10000 };

static enum err list_folder(const char *path, struct arena *a, const char **names, size_t *n,
                            struct errmsg *e) {
    DIR *d = opendir(path);
    if (d == NULL)
        return err_set(e, ERR_IO, "The folder %s cannot be read: %s.", path, strerror(errno));
    for (const struct dirent *at; (at = readdir(d)) != NULL && *n < FOLDER_FILES;) {
        struct stat st;
        const char *full = arena_fmt(a, "%s/%s", path, at->d_name).p;
        if (at->d_name[0] != '.' && stat(full, &st) == 0 && S_ISREG(st.st_mode))
            names[(*n)++] = full;
    }
    (void)closedir(d);
    qsort(names, *n, sizeof names[0], by_name);
    return ERR_OK;
}

enum err import_folder(const char *path, struct arena *a, const char ***out, struct errmsg *e) {
    const char **names = ARENA_ARRAY(a, const char *, FOLDER_FILES + 1), **order;
    size_t n = 0, k = 0;
    struct stat st;
    *out = names;
    if (stat(path, &st) != 0)
        return err_set(e, ERR_NOT_FOUND, "There is no file or folder %s.", path);
    if (!S_ISDIR(st.st_mode) || oneroster_looks_like(path)) {
        names[0] = arena_z(a, str_z(path));
        return ERR_OK;
    }
    TRY(list_folder(path, a, names, &n, e));
    if (n == 0)
        return err_set(
            e, ERR_INVALID,
            "The folder %s holds no file. Put the exports there (docs/DATA.md lists them).", path);
    order = ARENA_ARRAY(a, const char *, n + 1);
    for (int roster = 1; roster >= 0; roster--)
        for (size_t i = 0; i < n; i++)
            if (oneroster_looks_like(names[i]) == (roster == 1))
                order[k++] = names[i];
    *out = order;
    return ERR_OK;
}

static enum err copy_bytes(struct str bytes, const char *to, struct errmsg *e) {
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s cannot be written: %s.", to, strerror(errno));
    enum err r = ERR_OK;
    for (size_t at = 0; at < bytes.n && r == ERR_OK;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n < 0 && errno != EINTR)
            r = err_set(e, ERR_IO, "%s cannot be written: %s. Nothing was imported.", to,
                        strerror(errno));
        at += n > 0 ? (size_t)n : 0;
    }
    if (r == ERR_OK && fsync(fd) != 0)
        r = err_set(e, ERR_IO, "%s cannot be written: %s. Nothing was imported.", to,
                    strerror(errno));
    (void)close(fd);
    return r;
}

enum err import_keep(const char *path, const char *uploads, struct arena *a, const char **kept,
                     struct errmsg *e) {
    char hash[HASH_HEX];
    struct str bytes;
    struct stat st;
    if (!hash_file_hex(path, hash))
        return err_set(e, ERR_IO, "%s cannot be read.", path);
    *kept = arena_fmt(a, "%s/%s", uploads, hash).p;
    if (stat(*kept, &st) == 0)
        return ERR_OK;
    if (mkdir(uploads, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "The folder %s cannot be made: %s.", uploads, strerror(errno));
    const char *part = arena_fmt(a, "%s.part", *kept).p;
    TRY(map_file(path, a, &bytes, e));
    TRY(copy_bytes(bytes, part, e));
    if (rename(part, *kept) != 0)
        return err_set(e, ERR_IO, "%s cannot be named: %s.", *kept, strerror(errno));
    return ERR_OK;
}
