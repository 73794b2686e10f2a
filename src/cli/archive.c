#include "cli/archive.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/json.h"
#include "store/dump.h"
#include "store/migrate.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16, PATH = 4096 };

/* What the manifest says of a member, gathered while it is written or read. */
struct member {
    char name[512], hash[HASH_HEX];
    int64_t bytes, rows; /* rows -1 for a file */
};

struct members {
    struct member *m;
    size_t n, cap;
};

static struct member *member_add(struct members *all, const char *name) {
    if (all->n == all->cap) {
        all->cap = all->cap == 0 ? 64 : all->cap * 2;
        all->m = realloc(all->m, all->cap * sizeof *all->m);
        CHECK(all->m != NULL);
    }
    struct member *m = &all->m[all->n++];
    *m = (struct member){.rows = -1};
    (void)snprintf(m->name, sizeof m->name, "%s", name);
    return m;
}

static struct member *member_find(struct members *all, const char *name) {
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->m[i].name, name) == 0)
            return &all->m[i];
    return NULL;
}

static enum err broken(struct archive *a, const char *file, struct errmsg *e) {
    int code = archive_errno(a);
    if (code == ENOSPC)
        return err_set(
            e, ERR_IO,
            "%s: the disk is full; free some space, then try again. Nothing already saved is lost.",
            file);
    return err_set(e, ERR_IO, "%s: %s.", file,
                   archive_error_string(a) == NULL ? "cannot be read or written"
                                                   : archive_error_string(a));
}

/* ---- writing ---- */

struct writer {
    struct archive *a;
    const char *file, *data_dir;
    struct members members;
    struct archive_counts counts;
    int64_t moment_s;
    struct errmsg *e;
    enum err result; /* nftw has no place of its own for it */
};

static enum err put_header(struct writer *w, const char *name, int64_t size, struct errmsg *e) {
    struct archive_entry *entry = archive_entry_new();
    CHECK(entry != NULL);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_mtime(entry, (time_t)w->moment_s, 0);
    int code = archive_write_header(w->a, entry);
    archive_entry_free(entry);
    return code == ARCHIVE_OK ? ERR_OK : broken(w->a, w->file, e);
}

static enum err put_data(struct writer *w, const void *p, size_t n, struct errmsg *e) {
    w->counts.bytes += (int64_t)n;
    return archive_write_data(w->a, p, n) == (la_ssize_t)n ? ERR_OK : broken(w->a, w->file, e);
}

/* Copies an open file of known size as member `name`. */
static enum err put_file(struct writer *w, const char *name, FILE *f, int64_t size,
                         struct member *m, struct errmsg *e) {
    crypto_generichash_state st;
    unsigned char digest[HASH_BYTES];
    char *piece = malloc(PIECE);
    CHECK(piece != NULL);
    (void)crypto_generichash_init(&st, NULL, 0, sizeof digest);
    enum err r = put_header(w, name, size, e);
    int64_t left = size;
    while (r == ERR_OK && left > 0) {
        size_t n = fread(piece, 1, left < PIECE ? (size_t)left : PIECE, f);
        if (n == 0) {
            r = err_set(e, ERR_IO, "%s grew shorter while it was backed up; try again.", name);
            break;
        }
        (void)crypto_generichash_update(&st, (unsigned char *)piece, n);
        r = put_data(w, piece, n, e);
        left -= (int64_t)n;
    }
    free(piece);
    (void)crypto_generichash_final(&st, digest, sizeof digest);
    (void)sodium_bin2hex(m->hash, sizeof m->hash, digest, sizeof digest);
    m->bytes = size;
    return r;
}

static enum err to_file(void *to, struct str lines, struct errmsg *e) {
    if (fwrite(lines.p, 1, lines.n, to) != lines.n)
        return err_set(e, ERR_IO, "The backup cannot be written: %s.", strerror(errno));
    return ERR_OK;
}

/* tar wants a member's size before its bytes, so a table passes through a nameless file. */
static enum err put_table(struct writer *w, struct db *db, const struct schema_table *t,
                          struct errmsg *e) {
    char name[300];
    (void)snprintf(name, sizeof name, "tables/%s.jsonl", t->name);
    FILE *f = tmpfile();
    if (f == NULL)
        return err_set(e, ERR_IO, "A temporary file cannot be made: %s.", strerror(errno));
    struct member *m = member_add(&w->members, name);
    enum err r = dump_table(db, t, to_file, f, &m->rows, e);
    if (r == ERR_OK && fflush(f) != 0)
        r = err_set(e, ERR_IO, "The backup cannot be written: %s.", strerror(errno));
    if (r == ERR_OK) {
        int64_t size = (int64_t)ftello(f);
        rewind(f);
        r = put_file(w, name, f, size, m, e);
        w->counts.rows += m->rows;
        w->counts.tables++;
    }
    (void)fclose(f);
    return r;
}

static struct writer
    *walking; /* nftw hands its callback no context; backups run in the one main thread */

static bool belongs_to_records(const char *base) {
    static const char *const ends[] = {".db", ".db-wal", ".db-shm", ".lock", ".part"};
    size_t n = strlen(base);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (n >= strlen(ends[i]) && strcmp(base + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    return strstr(base, "homeroom-backup") != NULL || strstr(base, ".before-restore-") != NULL;
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *at) {
    struct writer *w = walking;
    if (kind != FTW_F || !S_ISREG(st->st_mode) || belongs_to_records(path + at->base))
        return 0;
    char name[PATH];
    (void)snprintf(name, sizeof name, "files/%s", path + strlen(w->data_dir) + 1);
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return 0; /* merged away since the walk began: its facts stand in another file, or in the
                     truth */
    w->result = put_file(w, name, f, (int64_t)st->st_size, member_add(&w->members, name), w->e);
    w->counts.files++;
    (void)fclose(f);
    return w->result == ERR_OK ? 0 : 1;
}

static enum err put_manifest(struct writer *w, int version, struct errmsg *e) {
    struct buf b = buf_new((size_t)1 << 30);
    struct json j = json_to(&b);
    char when[DATE_TIME_TEXT];
    json_open(&j, '{');
    json_key(&j, "homeroom_backup");
    json_int(&j, 1);
    json_key(&j, "schema");
    json_int(&j, version);
    json_key(&j, "taken");
    json_z(&j, date_time_text(w->moment_s * 1000000, when));
    json_key(&j, "members");
    json_open(&j, '[');
    for (size_t i = 0; i < w->members.n; i++) {
        const struct member *m = &w->members.m[i];
        json_open(&j, '{');
        json_key(&j, "name");
        json_z(&j, m->name);
        json_key(&j, "bytes");
        json_int(&j, m->bytes);
        json_key(&j, "rows");
        json_int(&j, m->rows);
        json_key(&j, "hash");
        json_z(&j, m->hash);
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    enum err r = put_header(w, "manifest.json", (int64_t)b.n, e);
    if (r == ERR_OK)
        r = put_data(w, b.p, b.n, e);
    buf_free(&b);
    return r;
}

static enum err write_members(struct writer *w, struct db *db, struct errmsg *e) {
    int version;
    TRY(migrate_version(db, &version, e));
    for (size_t i = 0; i < schema_table_count; i++)
        TRY(put_table(w, db, &schema_tables[i], e));
    walking = w;
    struct stat st;
    if (stat(w->data_dir, &st) == 0)
        (void)nftw(w->data_dir, visit, 32, FTW_PHYS);
    TRY(w->result);
    return put_manifest(w, version, e);
}

static enum err sync_file(const char *path, struct errmsg *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int bad = fd < 0 || fsync(fd) != 0;
    if (fd >= 0)
        (void)close(fd);
    return bad ? err_set(e, ERR_IO, "%s cannot be written to the disk: %s.", path, strerror(errno))
               : ERR_OK;
}

enum err archive_write(struct store *s, const char *data_dir, const char *file,
                       struct archive_counts *out, struct errmsg *e) {
    char part[PATH];
    struct db *db;
    (void)snprintf(part, sizeof part, "%s.part", file);
    TRY(store_reader(s, &db, e));
    struct writer w = {.a = archive_write_new(),
                       .file = part,
                       .data_dir = data_dir,
                       .moment_s = date_now_us() / 1000000,
                       .e = e};
    CHECK(w.a != NULL);
    enum err r = ERR_OK;
    if (archive_write_add_filter_zstd(w.a) != ARCHIVE_OK ||
        archive_write_set_format_pax_restricted(w.a) != ARCHIVE_OK ||
        archive_write_open_filename(w.a, part) != ARCHIVE_OK)
        r = broken(w.a, part, e);
    if (r == ERR_OK)
        r = db_begin(db, e);
    if (r == ERR_OK)
        r = write_members(&w, db, e);
    db_rollback(db);
    if (archive_write_close(w.a) != ARCHIVE_OK && r == ERR_OK)
        r = broken(w.a, part, e);
    (void)archive_write_free(w.a);
    free(w.members.m);
    struct archive_counts check;
    if (r == ERR_OK)
        r = sync_file(part, e);
    if (r == ERR_OK)
        r = archive_verify(part, &check, e);
    if (r == ERR_OK && (check.rows != w.counts.rows || check.tables != w.counts.tables))
        r = err_set(e, ERR_CORRUPT,
                    "The backup does not restore to what was written; the disk may be failing.");
    if (r == ERR_OK && rename(part, file) != 0)
        r = err_set(e, ERR_IO, "%s cannot be named: %s.", file, strerror(errno));
    if (r != ERR_OK)
        (void)unlink(part);
    *out = w.counts;
    return r;
}

/* ---- reading ---- */

struct reader {
    struct archive *a;
    const char *file, *data_dir;
    struct members members, promised;
    int version;
    struct archive_counts counts;
};

static enum err parse_manifest(struct reader *r, struct str text, struct errmsg *e) {
    yyjson_doc *doc;
    TRY(json_read(text, &doc, e));
    yyjson_val *root = yyjson_doc_get_root(doc), *list = yyjson_obj_get(root, "members"), *v;
    size_t i, max;
    r->version = (int)yyjson_get_int(yyjson_obj_get(root, "schema"));
    yyjson_arr_foreach(list, i, max, v) {
        const char *name = yyjson_get_str(yyjson_obj_get(v, "name")),
                   *hash = yyjson_get_str(yyjson_obj_get(v, "hash"));
        if (name == NULL || hash == NULL || strlen(hash) != HASH_HEX - 1)
            continue;
        struct member *m = member_add(&r->promised, name);
        (void)memcpy(m->hash, hash, HASH_HEX);
        m->bytes = yyjson_get_sint(yyjson_obj_get(v, "bytes"));
        m->rows = yyjson_get_sint(yyjson_obj_get(v, "rows"));
    }
    bool ok = yyjson_get_int(yyjson_obj_get(root, "homeroom_backup")) == 1 && r->version > 0 &&
              r->promised.n > 0;
    yyjson_doc_free(doc);
    return ok ? ERR_OK
              : err_set(e, ERR_CORRUPT, "%s: its manifest is not that of a Homeroom backup.",
                        r->file);
}

/* Where a member's bytes go: a table reader, a file, or the manifest's buffer. */
struct target {
    struct dump_reader *table;
    FILE *file;
    struct buf *text;
};

static enum err give(struct target *t, const void *p, size_t n, struct errmsg *e) {
    if (t->table != NULL)
        return dump_reader_feed(t->table, (struct str){p, n}, e);
    if (t->text != NULL)
        buf_add(t->text, (struct str){p, n});
    else if (t->file != NULL && fwrite(p, 1, n, t->file) != n)
        return err_set(e, ERR_IO, "A file of the backup cannot be written: %s.", strerror(errno));
    return ERR_OK;
}

static enum err copy_member(struct reader *r, struct target *t, struct member *m,
                            struct errmsg *e) {
    crypto_generichash_state st;
    unsigned char digest[HASH_BYTES];
    (void)crypto_generichash_init(&st, NULL, 0, sizeof digest);
    const void *p;
    size_t n;
    la_int64_t offset;
    int code;
    while ((code = archive_read_data_block(r->a, &p, &n, &offset)) == ARCHIVE_OK) {
        (void)crypto_generichash_update(&st, p, n);
        m->bytes += (int64_t)n;
        TRY(give(t, p, n, e));
    }
    if (code != ARCHIVE_EOF)
        return err_set(e, ERR_CORRUPT, "%s is damaged (%s); use another backup.", r->file,
                       archive_error_string(r->a) == NULL ? "cut short"
                                                          : archive_error_string(r->a));
    (void)crypto_generichash_final(&st, digest, sizeof digest);
    (void)sodium_bin2hex(m->hash, sizeof m->hash, digest, sizeof digest);
    r->counts.bytes += m->bytes;
    return ERR_OK;
}

static const struct schema_table *table_named(struct str name) {
    for (size_t i = 0; i < schema_table_count; i++)
        if (str_eq(name, str_z(schema_tables[i].name)))
            return &schema_tables[i];
    return NULL;
}

static enum err read_table(struct reader *r, struct db *db, const char *name, struct errmsg *e) {
    struct str n = str_z(name);
    const struct schema_table *t =
        table_named(str_sub(n, 7, n.n - 6)); /* between tables/ and .jsonl */
    if (t == NULL)
        return err_set(e, ERR_CORRUPT, "%s holds a table that this program does not know (%.80s).",
                       r->file, name);
    struct target target = {0};
    struct member *m = member_add(&r->members, name);
    TRY(dump_reader_new(db, t, &target.table, e));
    enum err result = copy_member(r, &target, m, e);
    enum err closed = dump_reader_close(target.table, &m->rows, result == ERR_OK ? e : NULL);
    r->counts.rows += m->rows;
    r->counts.tables++;
    return result != ERR_OK ? result : closed;
}

static enum err make_folders(char *path, struct errmsg *e) {
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        int bad = mkdir(path, 0700) != 0 && errno != EEXIST;
        if (bad)
            return err_set(e, ERR_IO, "The folder %s cannot be made: %s.", path, strerror(errno));
        *at = '/';
    }
    return ERR_OK;
}

static enum err read_file(struct reader *r, const char *name, struct errmsg *e) {
    struct target target = {0};
    if (strstr(name, "..") != NULL)
        return err_set(e, ERR_CORRUPT, "%s holds a path that leaves its folder (%.80s).", r->file,
                       name);
    if (r->data_dir != NULL) {
        char path[PATH];
        (void)snprintf(path, sizeof path, "%s/%s", r->data_dir, name + strlen("files/"));
        TRY(make_folders(path, e));
        target.file = fopen(path, "wbe");
        if (target.file == NULL)
            return err_set(e, ERR_IO, "%s cannot be written: %s.", path, strerror(errno));
    }
    enum err result = copy_member(r, &target, member_add(&r->members, name), e);
    if (target.file != NULL && fclose(target.file) != 0 && result == ERR_OK)
        result = err_set(e, ERR_IO, "A file of the backup cannot be written: %s.", strerror(errno));
    r->counts.files++;
    return result;
}

static enum err compare(struct reader *r, struct errmsg *e) {
    for (size_t i = 0; i < r->promised.n; i++) {
        const struct member *want = &r->promised.m[i], *got = member_find(&r->members, want->name);
        if (got == NULL || strcmp(got->hash, want->hash) != 0 || got->bytes != want->bytes ||
            got->rows != want->rows)
            return err_set(e, ERR_CORRUPT,
                           "%s is damaged: %.200s is not what was backed up. Use another backup.",
                           r->file, want->name);
    }
    return ERR_OK;
}

static enum err read_members(struct reader *r, struct db *db, struct errmsg *e) {
    struct archive_entry *entry;
    struct buf manifest = buf_new((size_t)1 << 30);
    enum err result = ERR_OK;
    int code;
    while (result == ERR_OK && (code = archive_read_next_header(r->a, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        struct member ignored = {.rows = -1};
        if (name != NULL && strncmp(name, "tables/", 7) == 0)
            result = read_table(r, db, name, e);
        else if (name != NULL && strncmp(name, "files/", 6) == 0)
            result = read_file(r, name, e);
        else
            result = copy_member(r, &(struct target){.text = &manifest}, &ignored, e);
    }
    if (result == ERR_OK && code != ARCHIVE_EOF)
        result =
            err_set(e, ERR_CORRUPT, "%s is damaged or cut short; use another backup.", r->file);
    if (result == ERR_OK)
        result = parse_manifest(r, buf_str(&manifest), e);
    buf_free(&manifest);
    return result == ERR_OK ? compare(r, e) : result;
}

static enum err open_for_reading(struct reader *r, struct errmsg *e) {
    r->a = archive_read_new();
    CHECK(r->a != NULL);
    (void)archive_read_support_filter_zstd(r->a);
    (void)archive_read_support_format_tar(r->a);
    bool there = access(r->file, R_OK) == 0;
    if (archive_read_open_filename(r->a, r->file, PIECE) != ARCHIVE_OK) {
        enum err result =
            there ? err_set(e, ERR_CORRUPT,
                            "%s is no backup, or is damaged or cut short (%s); use another one.",
                            r->file,
                            archive_error_string(r->a) == NULL ? "unreadable"
                                                               : archive_error_string(r->a))
                  : err_set(e, ERR_NOT_FOUND, "There is no file %s that can be read.", r->file);
        (void)archive_read_free(r->a);
        r->a = NULL;
        return result;
    }
    return ERR_OK;
}

/* The manifest stands last, so the schema version is read in a first pass over the headers. */
static enum err read_version(const char *file, int *out, struct errmsg *e) {
    struct reader r = {.file = file};
    struct buf text = buf_new((size_t)1 << 30);
    struct archive_entry *entry;
    TRY(open_for_reading(&r, e));
    enum err result = ERR_OK;
    while (result == ERR_OK && archive_read_next_header(r.a, &entry) == ARCHIVE_OK)
        if (archive_entry_pathname(entry) != NULL &&
            strcmp(archive_entry_pathname(entry), "manifest.json") == 0)
            result = copy_member(&r, &(struct target){.text = &text}, &(struct member){0}, e);
    (void)archive_read_free(r.a);
    if (result == ERR_OK && text.n == 0)
        result = err_set(e, ERR_CORRUPT,
                         "%s has no manifest: it is no Homeroom backup, or it is cut short.", file);
    if (result == ERR_OK)
        result = parse_manifest(&r, buf_str(&text), e);
    buf_free(&text);
    free(r.promised.m);
    *out = r.version;
    return result;
}

enum err archive_restore(const char *file, struct db *db, const char *data_dir,
                         struct archive_counts *out, struct errmsg *e) {
    struct reader r = {.file = file, .data_dir = data_dir};
    int version;
    TRY(read_version(file, &version, e));
    if (version > migrate_newest())
        return err_set(
            e, ERR_UNAVAILABLE,
            "%s was made by a newer version of Homeroom (schema %d, this program knows %d). "
            "Install the newer version.",
            file, version, migrate_newest());
    bool empty;
    TRY(migrate_is_empty(db, &empty, e));
    if (!empty)
        return err_set(e, ERR_CONFLICT,
                       "The database holds records already. Name an empty one in the setting "
                       "'database', then restore again; nothing was changed.");
    TRY(migrate_up_to(db, version, e));
    TRY(open_for_reading(&r, e));
    enum err result = db_begin(db, e);
    if (result == ERR_OK)
        result = dump_load_begin(db, e);
    if (result == ERR_OK)
        result = read_members(&r, db, e);
    if (result == ERR_OK)
        result = dump_load_end(db, e);
    (void)archive_read_free(r.a);
    free(r.members.m);
    free(r.promised.m);
    *out = r.counts;
    if (result != ERR_OK) {
        db_rollback(db);
        return result;
    }
    TRY(db_commit(db, e));
    return migrate_up(db, e);
}

enum err archive_verify(const char *file, struct archive_counts *out, struct errmsg *e) {
    char path[PATH];
    struct db *db;
    (void)snprintf(path, sizeof path, "%s.verify.db", file);
    (void)unlink(path);
    TRY(db_open(path, DB_WRITE, &db, e));
    enum err r = archive_restore(file, db, NULL, out, e);
    db_close(db);
    (void)unlink(path);
    return r;
}
