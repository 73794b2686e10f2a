#include "standards/oneroster_files.h"

#include "base/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_BYTES = 65536, PATH_BYTES = 4096 };

/* ---- names ---- */

/* Which file a name means: distance 0 but for case and signs, or misspelt by one or two letters. */
static int file_named(struct str base, unsigned *distance) {
    char got[OR_TEXT], want[OR_TEXT];
    int found = -2;
    *distance = 3;
    if (base.n < 5 || !str_eq_nocase(str_sub(base, base.n - 4, base.n), STR(".csv")))
        return -2;
    size_t n = or_plain_name(str_sub(base, 0, base.n - 4), got);
    for (int f = -1; f < OR_FILES; f++) {
        const char *name = f < 0 ? "manifest" : or_specs[f].name;
        size_t m = or_plain_name(str_z(name), want);
        unsigned d = str_distance((struct str){got, n}, (struct str){want, m}, m < 6 ? 1 : 2);
        if (d <= (m < 6 ? 1u : 2u) && d < *distance) {
            *distance = d;
            found = f;
        }
    }
    /* known files that are near another's name */
    static const char *const others[] = {"results", "resources", "categories", "lineitems"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(got, others[i]) == 0)
            return -2;
    return found;
}

static size_t depth(struct str name) {
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++)
        n += name.p[i] == '/';
    return n;
}

/* Takes a file if it fits better than what was found so far. */
static void offer(struct or_source *s, struct str name, struct str base, uint64_t bytes,
                  size_t member, struct buf *said) {
    unsigned distance;
    int f = file_named(base, &distance);
    if (f == -2)
        return;
    struct or_entry *en = f < 0 ? &s->manifest : &s->file[f];
    if (en->found && depth(en->name) <= depth(name))
        return;
    *en = (struct or_entry){.found = true,
                            .mode = OR_BULK,
                            .name = arena_str(s->arena, name),
                            .bytes = bytes,
                            .member = member};
    if (distance > 0)
        buf_fmt(said, "The file %.*s was read as %s.csv.\n", STR_ARG(name),
                f < 0 ? "manifest" : or_specs[f].name);
}

static enum err look_in_folder(struct or_source *s, struct str inner, int levels, struct buf *said,
                               struct errmsg *e) {
    const char *path = arena_fmt(s->arena, "%.*s/%.*s", STR_ARG(s->path), STR_ARG(inner)).p;
    DIR *d = opendir(path);
    if (d == NULL)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s cannot be opened: %s.",
                       path, strerror(errno));
    enum err r = ERR_OK;
    for (struct dirent *en; r == ERR_OK && (en = readdir(d)) != NULL;) {
        struct stat st;
        if (en->d_name[0] == '.' || strcmp(en->d_name, "__MACOSX") == 0)
            continue;
        struct str name = arena_fmt(s->arena, "%.*s%s", STR_ARG(inner), en->d_name);
        if (stat(arena_fmt(s->arena, "%.*s/%.*s", STR_ARG(s->path), STR_ARG(name)).p, &st) != 0)
            continue;
        if (S_ISREG(st.st_mode))
            offer(s, name, str_z(en->d_name), (uint64_t)st.st_size, 0, said);
        else if (S_ISDIR(st.st_mode) && levels > 0)
            r = look_in_folder(s, arena_fmt(s->arena, "%.*s/", STR_ARG(name)), levels - 1, said, e);
    }
    (void)closedir(d);
    return r;
}

/* ---- bytes of a file ---- */

struct or_input {
    struct zip_reader *member;
    int fd;
    char *head;
    size_t head_n, head_at;
};

static long read_some(struct or_input *in, char *into, size_t cap, struct errmsg *e) {
    size_t got = 0;
    if (in->member != NULL)
        return zip_member_read(in->member, into, cap, &got, e) == ERR_OK ? (long)got : -1;
    for (;;) {
        ssize_t n = read(in->fd, into, cap);
        if (n >= 0)
            return (long)n;
        if (errno != EINTR) {
            (void)err_set(e, ERR_IO, "The file could not be read to its end: %s.", strerror(errno));
            return -1;
        }
    }
}

/* csv_fill: the bytes looked at first, then the rest. */
static long fill(void *arg, char *into, size_t cap, struct errmsg *e) {
    struct or_input *in = arg;
    if (in->head_at == in->head_n)
        return read_some(in, into, cap, e);
    size_t n = in->head_n - in->head_at < cap ? in->head_n - in->head_at : cap;
    memcpy(into, in->head + in->head_at, n);
    in->head_at += n;
    return (long)n;
}

static void input_close(struct or_input *in) {
    zip_member_close(in->member);
    if (in->fd >= 0)
        (void)close(in->fd);
    free(in->head);
    *in = (struct or_input){.fd = -1};
}

static enum err input_open(const struct or_source *s, const struct or_entry *en,
                           struct or_input *in, struct errmsg *e) {
    *in = (struct or_input){.fd = -1};
    if (s->zip != NULL) {
        TRY(zip_member_open(s->zip, en->member, &in->member, e));
    } else {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%.*s/%.*s", STR_ARG(s->path), STR_ARG(en->name));
        in->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (in->fd < 0)
            return err_set(e, ERR_IO, "%s cannot be opened: %s.", path, strerror(errno));
    }
    in->head = malloc(HEAD_BYTES);
    CHECK(in->head != NULL);
    long got = 1;
    while (got > 0 && in->head_n < HEAD_BYTES) {
        got = read_some(in, in->head + in->head_n, HEAD_BYTES - in->head_n, e);
        in->head_n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        input_close(in);
        return ERR_IO;
    }
    return ERR_OK;
}

/* ---- the manifest ---- */

static void manifest_row(struct or_source *s, struct str key, struct str value) {
    char plain[OR_TEXT], want[OR_TEXT];
    (void)or_plain_name(key, plain);
    if (strcmp(plain, "onerosterversion") == 0)
        s->v12 = str_starts(value, STR("1.2"));
    if (strcmp(plain, "sourcesystemname") == 0)
        s->system = arena_str(s->arena, value);
    for (int f = 0; f < OR_FILES; f++) {
        (void)or_plain_name(str_z(or_specs[f].name), want);
        if (strncmp(plain, "file", 4) != 0 || strcmp(plain + 4, want) != 0)
            continue;
        s->file[f].mode = str_eq_nocase(value, STR("delta"))    ? OR_DELTA
                          : str_eq_nocase(value, STR("absent")) ? OR_ABSENT
                                                                : OR_BULK;
    }
}

static enum err read_manifest(struct or_source *s, struct errmsg *e) {
    struct or_input in;
    struct csv *c = NULL;
    struct csv_row row;
    TRY(input_open(s, &s->manifest, &in, e));
    struct csv_options opt = {.no_header = true, .delimiter = '\0'};
    enum err r = csv_open_fill(fill, &in, &opt, &c, e);
    if (r == ERR_OK) {
        for (int n = 0; n < 200 && csv_next(c, &row); n++)
            if (row.n >= 2)
                manifest_row(s, str_trim(row.f[0]), str_trim(row.f[1]));
        r = csv_close(c, e);
    }
    input_close(&in);
    return r;
}

/* The manifest says one thing, the files another. */
static void compare_manifest(struct or_source *s, struct buf *said) {
    for (int f = 0; f < OR_FILES; f++) {
        struct or_entry *en = &s->file[f];
        if (en->found && en->mode == OR_ABSENT) {
            buf_fmt(said,
                    "The manifest says %s is absent, yet %.*s is there: it was read as bulk.\n",
                    or_specs[f].name, STR_ARG(en->name));
            en->mode = OR_BULK;
        }
        if (!en->found && en->mode != OR_ABSENT && s->manifest.found)
            buf_fmt(said,
                    "The manifest names %s.csv, which is not there: the records of it stay as they "
                    "are.\n",
                    or_specs[f].name);
    }
}

/* ---- opening ---- */

static enum err folder_hash(struct or_source *s, struct errmsg *e) {
    struct str parts[2 * (OR_FILES + 1)];
    size_t n = 0;
    for (int f = -1; f < OR_FILES; f++) {
        const struct or_entry *en = f < 0 ? &s->manifest : &s->file[f];
        char *hex = arena_alloc(s->arena, HASH_HEX);
        if (!en->found)
            continue;
        const char *path = arena_fmt(s->arena, "%.*s/%.*s", STR_ARG(s->path), STR_ARG(en->name)).p;
        if (!hash_file_hex(path, hex))
            return err_set(e, ERR_IO, "%s cannot be read.", path);
        parts[n++] = str_z(f < 0 ? "manifest" : or_specs[f].name);
        parts[n++] = str_z(hex);
    }
    hash_hex(parts, n, s->hash);
    return ERR_OK;
}

static enum err nothing_found(const struct or_source *s, struct errmsg *e) {
    struct buf b = buf_new(160);
    for (size_t i = 0; s->zip != NULL && i < zip_count(s->zip); i++)
        buf_fmt(&b, "%s%.*s", b.n > 0 ? ", " : "", STR_ARG(zip_member(s->zip, i)->name));
    enum err r = err_set(e, ERR_INVALID,
                         "This is no OneRoster export: none of orgs.csv, users.csv, classes.csv, "
                         "enrollments.csv is in it%s%.*s. Choose the zip or folder that your "
                         "student information system exported.",
                         b.n > 0 ? ", but " : "", STR_ARG(buf_str(&b)));
    buf_free(&b);
    return r;
}

static enum err open_inside(struct or_source *s, const char *path, struct buf *said,
                            struct errmsg *e) {
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(e, ERR_NOT_FOUND, "%s is not there: %s.", path, strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        TRY(look_in_folder(s, STR(""), 2, said, e));
    } else {
        TRY(zip_open(path, &zip_limits_import, &s->zip, e));
        for (size_t i = 0; i < zip_count(s->zip); i++) {
            const struct zip_member *m = zip_member(s->zip, i);
            offer(s, m->name, m->base, m->bytes, i, said);
        }
        if (!hash_file_hex(path, s->hash))
            return err_set(e, ERR_IO, "%s cannot be read.", path);
    }
    bool any = false;
    for (int f = 0; f < OR_FILES; f++) {
        any = any || s->file[f].found;
        s->bytes += s->file[f].bytes;
    }
    if (!any)
        return nothing_found(s, e);
    s->v12 = s->file[OR_ROLES].found;
    if (s->manifest.found) {
        TRY(read_manifest(s, e));
        s->v12 = s->v12 || s->file[OR_ROLES].found;
    } else {
        buf_fmt(said, "There is no manifest.csv: every file was read as bulk (complete).\n");
    }
    compare_manifest(s, said);
    return s->zip == NULL ? folder_hash(s, e) : ERR_OK;
}

enum err or_source_open(const char *path, struct or_source **out, struct buf *said,
                        struct errmsg *e) {
    struct or_source *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    s->arena = arena_new(1 << 24);
    s->path = arena_str(s->arena, str_z(path));
    enum err r = open_inside(s, path, said, e);
    if (r != ERR_OK) {
        or_source_close(s);
        s = NULL;
    }
    *out = s;
    return r;
}

void or_source_close(struct or_source *s) {
    if (s == NULL)
        return;
    zip_close(s->zip);
    arena_free(s->arena);
    free(s);
}

/* ---- rows ---- */

struct or_reader {
    struct or_input in;
    struct csv *csv;
    struct buf whole, held; /* a file in UTF-16, all of it; the same as UTF-8 */
    enum encoding encoding;
    struct or_context cx;
    int *place; /* of each column of the file in the spec */
    size_t columns;
    struct buf cell; /* one cell made UTF-8 */
};

/* UTF-16 is turned into UTF-8 as a whole; it is rare and never large. */
static enum err open_utf16(struct or_reader *r, const struct csv_options *opt, struct errmsg *e) {
    struct str text;
    long got;
    char chunk[16384];
    r->whole = buf_new((size_t)1 << 30);
    r->held = buf_new((size_t)1 << 30);
    while ((got = fill(&r->in, chunk, sizeof chunk, e)) > 0)
        buf_add(&r->whole, (struct str){chunk, (size_t)got});
    if (got < 0)
        return ERR_IO;
    TRY(encoding_text(buf_str(&r->whole), &r->held, &text, &r->encoding, e));
    return csv_open_text(text, opt, &r->csv, e);
}

static enum err reader_open(struct or_reader *r, const struct or_source *s, enum or_file f,
                            struct buf *said, struct errmsg *e) {
    size_t mark;
    struct csv_options opt = {.field_bytes_max = (size_t)config_int(CONF_CSV_FIELD_BYTES),
                              .columns_max = (size_t)config_int(CONF_CSV_COLUMNS),
                              .rows_max = (uint64_t)config_int(CONF_CSV_ROWS)};
    TRY(input_open(s, &s->file[f], &r->in, e));
    r->encoding = encoding_guess((struct str){r->in.head, r->in.head_n}, &mark);
    bool utf16 = r->encoding == ENCODING_UTF16LE || r->encoding == ENCODING_UTF16BE;
    TRY(utf16 ? open_utf16(r, &opt, e) : csv_open_fill(fill, &r->in, &opt, &r->csv, e));
    if (r->encoding != ENCODING_UTF8)
        buf_fmt(said, "%s\n", encoding_note(r->encoding).en);
    r->columns = csv_columns(r->csv);
    r->place = calloc(r->columns + 1, sizeof *r->place);
    CHECK(r->place != NULL);
    TRY(or_match_header(&or_specs[f], r->csv, r->place, said, e));
    for (size_t i = 0; i < r->columns; i++)
        if (r->place[i] >= 0)
            r->cx.present |= (uint64_t)1 << r->place[i];
    return ERR_OK;
}

enum err or_reader_open(struct or_source *s, enum or_file f, int32_t as_of, struct or_reader **out,
                        struct buf *said, struct errmsg *e) {
    struct or_reader *r = calloc(1, sizeof *r);
    CHECK(r != NULL);
    r->in.fd = -1;
    r->cx = (struct or_context){.file = f, .as_of = as_of};
    r->cell = buf_new((size_t)4 << 20);
    enum err x = reader_open(r, s, f, said, e);
    if (x != ERR_OK) {
        if (x != ERR_OK && e != NULL && !str_starts(str_z(e->text), str_z(or_specs[f].name)))
            err_wrap(e, "%.*s", STR_ARG(s->file[f].name));
        err_ignore(or_reader_close(r, NULL)); /* the first sentence is the one that matters */
        r = NULL;
    }
    *out = r;
    return x;
}

/* One cell in the arena: trimmed, UTF-8, no NUL. */
static struct str decode(struct or_reader *r, struct arena *a, struct str s) {
    if (!str_utf8_ok(s)) {
        buf_clear(&r->cell);
        encoding_to_utf8(
            s, r->encoding == ENCODING_MAC_ROMAN ? ENCODING_MAC_ROMAN : ENCODING_WINDOWS_1252,
            &r->cell);
        r->cx.assumed |= r->encoding == ENCODING_UTF8 ? OR_ENCODING : 0u;
        s = buf_str(&r->cell);
    }
    char *z = arena_z(a, s);
    return (struct str){z, s.n};
}

bool or_reader_next(struct or_reader *r, struct arena *a, struct or_row *row) {
    struct str cell[OR_COLUMNS];
    struct csv_row in;
    if (!csv_next(r->csv, &in))
        return false;
    memset(cell, 0, sizeof cell);
    size_t columns = (in.flags & CSV_TOO_LONG) != 0 ? 0 : r->columns, total = 0;
    for (size_t i = 0; i < columns; i++)
        if (r->place[i] >= 0) {
            struct str s = str_trim(in.f[i]);
            cell[r->place[i]] = (in.flags & CSV_HIGH) != 0 ? decode(r, a, s) : s;
            total += (in.flags & CSV_HIGH) != 0 ? 0 : s.n;
        }
    /* the reader's views end with the row: all cells move into one piece of the arena */
    char *copy = total > 0 ? arena_alloc(a, total) : NULL;
    for (size_t k = 0; total > 0 && k < OR_COLUMNS; k++) {
        if (cell[k].n == 0)
            continue;
        memcpy(copy, cell[k].p, cell[k].n);
        cell[k].p = copy;
        copy += cell[k].n;
    }
    for (size_t k = 0; k < OR_COLUMNS; k++)
        if (cell[k].n > 0 && memchr(cell[k].p, '\0', cell[k].n) != NULL) {
            char *z = arena_z(a, cell[k]); /* a NUL has no place in a text */
            for (size_t i = 0; i < cell[k].n; i++)
                z[i] = z[i] == '\0' ? ' ' : z[i];
            cell[k].p = z;
        }
    row->line = (int64_t)in.line;
    or_convert(&r->cx, cell, in.flags, row);
    return true;
}

uint64_t or_reader_bytes(const struct or_reader *r) {
    return csv_bytes(r->csv);
}

unsigned or_reader_assumed(const struct or_reader *r) {
    return r->cx.assumed;
}

enum err or_reader_close(struct or_reader *r, struct errmsg *e) {
    if (r == NULL)
        return ERR_OK;
    enum err x = csv_close(r->csv, e);
    input_close(&r->in);
    buf_free(&r->whole);
    buf_free(&r->held);
    buf_free(&r->cell);
    free(r->place);
    free(r);
    return x;
}

/* ---- keeping ---- */

static enum err copy_file(const char *from, const char *to, struct errmsg *e) {
    char chunk[65536];
    char part[PATH_BYTES];
    (void)snprintf(part, sizeof part, "%s.part", to);
    FILE *in = fopen(from, "rbe"), *out = in == NULL ? NULL : fopen(part, "wbe");
    bool ok = in != NULL && out != NULL;
    for (size_t n; ok && (n = fread(chunk, 1, sizeof chunk, in)) > 0;)
        ok = fwrite(chunk, 1, n, out) == n;
    ok = ok && ferror(in) == 0;
    if (in != NULL)
        (void)fclose(in);
    if (out != NULL)
        ok = fclose(out) == 0 && ok;
    ok = ok && rename(part, to) == 0;
    if (ok)
        return ERR_OK;
    enum err r = err_set(e, ERR_IO,
                         "A copy of %s could not be kept as %s: %s. Free some space, then "
                         "try again; nothing was changed.",
                         from, to, strerror(errno));
    if (out != NULL)
        (void)unlink(part);
    return r;
}

enum err or_source_keep(const struct or_source *s, const char *folder, struct arena *a,
                        const char **kept, struct errmsg *e) {
    struct stat st;
    *kept = arena_fmt(a, "%s/%s", folder, s->hash).p;
    if (stat(*kept, &st) == 0)
        return ERR_OK;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "The folder %s could not be made: %s.", folder, strerror(errno));
    if (s->zip != NULL)
        return copy_file(arena_z(a, s->path), *kept, e);
    const char *part = arena_fmt(a, "%s.part", *kept).p;
    if (mkdir(part, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "The folder %s could not be made: %s.", part, strerror(errno));
    for (int f = -1; f < OR_FILES; f++) {
        const struct or_entry *en = f < 0 ? &s->manifest : &s->file[f];
        if (en->found)
            TRY(copy_file(arena_fmt(a, "%.*s/%.*s", STR_ARG(s->path), STR_ARG(en->name)).p,
                          arena_fmt(a, "%s/%s.csv", part, f < 0 ? "manifest" : or_specs[f].name).p,
                          e));
    }
    if (rename(part, *kept) != 0)
        return err_set(e, ERR_IO, "%s could not be renamed: %s.", part, strerror(errno));
    return ERR_OK;
}
