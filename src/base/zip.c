#include "base/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BLOCK = 1 << 16, NAME_BYTES_MAX = 512, RATIO_FREE_BYTES = 1 << 20 };

const struct zip_limits zip_limits_import = {.members_max = 200,
                                             .member_bytes_max = UINT64_C(8) << 30,
                                             .total_bytes_max = UINT64_C(8) << 30,
                                             .ratio_max = 200};

struct zip {
    char *path; /* or NULL, then bytes */
    struct str bytes;
    struct zip_limits limits;
    struct zip_member *members;
    size_t *entry; /* [count]: place in the archive, folders counted */
    size_t count, cap;
    uint64_t packed_total; /* size of the whole zip */
    uint64_t unpacked;     /* by all readers so far */
};

struct zip_reader {
    struct zip *zip;
    struct archive *ar;
    const struct zip_member *member;
    uint64_t bytes;
};

bool zip_looks_like(struct str bytes) {
    return bytes.n >= 4 && memcmp(bytes.p, "PK", 2) == 0 &&
           (memcmp(bytes.p + 2, "\3\4", 2) == 0 || memcmp(bytes.p + 2, "\5\6", 2) == 0);
}

static enum err fail(struct archive *ar, const char *doing, struct errmsg *e) {
    const char *why = archive_error_string(ar);
    return err_set(e, ERR_CORRUPT,
                   "%s: the zip file is damaged or incomplete (%s). Export it again.", doing,
                   why == NULL ? "no reason given" : why);
}

static enum err open_archive(const struct zip *z, struct archive **out, struct errmsg *e) {
    struct archive *ar = archive_read_new();
    CHECK(ar != NULL);
    CHECK(archive_read_support_format_zip_seekable(ar) == ARCHIVE_OK);
    int code = z->path != NULL ? archive_read_open_filename(ar, z->path, READ_BLOCK)
                               : archive_read_open_memory(ar, z->bytes.p, z->bytes.n);
    if (code != ARCHIVE_OK) {
        enum err r = fail(ar, "Opening the zip", e);
        (void)archive_read_free(ar);
        return r;
    }
    *out = ar;
    return ERR_OK;
}

static bool name_leaves_folder(struct str name) {
    struct str rest = name, part;
    if (name.p[0] == '/' || memchr(name.p, '\\', name.n) != NULL || memchr(name.p, ':', name.n))
        return true;
    while (str_split(&rest, '/', &part))
        if (str_eq(part, STR("..")))
            return true;
    return false;
}

/* What a Mac adds on its own. */
static bool dropping(struct str name, struct str base) {
    return str_starts(name, STR("__MACOSX/")) || str_starts(base, STR("._")) ||
           str_eq(base, STR(".DS_Store")) || str_eq(base, STR("Thumbs.db"));
}

static bool ends_nocase(struct str s, struct str end) {
    return s.n >= end.n && str_eq_nocase(str_sub(s, s.n - end.n, s.n), end);
}

static enum err check_name(struct str name, struct errmsg *e) {
    if (name.n == 0 || name.n > NAME_BYTES_MAX || !str_utf8_ok_strict(name))
        return err_set(
            e, ERR_INVALID,
            "The zip has a member whose name is empty, longer than %d bytes or not text. "
            "Zip the files again.",
            NAME_BYTES_MAX);
    if (name_leaves_folder(name))
        return err_set(e, ERR_INVALID,
                       "The zip has a member named \"%.*s\", which points outside of its folder. "
                       "Nothing was read; ask whoever sent it.",
                       STR_ARG(name));
    if (ends_nocase(name, STR(".zip")))
        return err_set(
            e, ERR_INVALID,
            "The zip holds another zip, \"%.*s\". Unpack that one and give it by itself.",
            STR_ARG(name));
    return ERR_OK;
}

static enum err add(struct zip *z, struct archive_entry *entry, size_t place, struct errmsg *e) {
    const char *raw = archive_entry_pathname_utf8(entry);
    struct str name = str_z(raw == NULL ? archive_entry_pathname(entry) : raw);
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return ERR_OK;
    TRY(check_name(name, e));
    if (archive_entry_filetype(entry) != AE_IFREG)
        return err_set(e, ERR_INVALID, "\"%.*s\" in the zip is a link, not a file. Zip the file.",
                       STR_ARG(name));
    if (archive_entry_is_encrypted(entry) == 1)
        return err_set(e, ERR_INVALID,
                       "\"%.*s\" in the zip is protected by a password. Zip it without one.",
                       STR_ARG(name));
    size_t cut = name.n;
    while (cut > 0 && name.p[cut - 1] != '/')
        cut--;
    struct zip_member m = {.base = str_sub(name, cut, name.n), .packed = -1};
    if (dropping(name, m.base))
        return ERR_OK;
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0)
        m.bytes = (uint64_t)archive_entry_size(entry);
    if (m.bytes > z->limits.member_bytes_max)
        return err_set(e, ERR_LIMIT,
                       "\"%.*s\" in the zip would unpack to %llu MB; the limit is %llu MB.",
                       STR_ARG(name), (unsigned long long)(m.bytes >> 20),
                       (unsigned long long)(z->limits.member_bytes_max >> 20));
    for (size_t i = 0; i < z->count; i++)
        if (str_eq_nocase(z->members[i].name, name))
            return err_set(e, ERR_INVALID,
                           "\"%.*s\" stands twice in the zip, so it is not clear which one counts. "
                           "Keep one.",
                           STR_ARG(name));
    if (z->count == z->limits.members_max)
        return err_set(e, ERR_LIMIT,
                       "The zip holds more than %zu files; keep those to be imported.",
                       z->limits.members_max);
    char *copy = malloc(name.n + 1);
    CHECK(copy != NULL);
    memcpy(copy, name.p, name.n);
    copy[name.n] = '\0';
    m.name = (struct str){copy, name.n};
    m.base = str_sub(m.name, cut, name.n);
    if (z->count == z->cap) {
        z->cap = z->cap == 0 ? 32 : 2 * z->cap;
        z->members = realloc(z->members, z->cap * sizeof *z->members);
        z->entry = realloc(z->entry, z->cap * sizeof *z->entry);
        CHECK(z->members != NULL && z->entry != NULL);
    }
    z->entry[z->count] = place;
    z->members[z->count++] = m;
    return ERR_OK;
}

/* libarchive converts names by the thread's locale; in the C locale an accent has no name. */
static locale_t utf8;
static pthread_once_t utf8_once = PTHREAD_ONCE_INIT;

static void make_utf8(void) {
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static enum err read_entries(struct zip *z, struct errmsg *e) {
    struct archive *ar;
    struct archive_entry *entry;
    enum err r;
    int code = ARCHIVE_EOF;
    uint64_t total = 0;
    TRY(open_archive(z, &ar, e));
    /* Folders count too, so that a directory of a billion empty ones ends. */
    size_t place = 0, most = 16 * z->limits.members_max + 256;
    for (r = ERR_OK; r == ERR_OK; place++) {
        code = archive_read_next_header(ar, &entry);
        if (code == ARCHIVE_EOF)
            break;
        r = code != ARCHIVE_OK && code != ARCHIVE_WARN ? fail(ar, "Reading the zip", e)
            : place >= most ? err_set(e, ERR_LIMIT, "The zip has more than %zu entries.", most)
                            : add(z, entry, place, e);
    }
    (void)archive_read_free(ar);
    for (size_t i = 0; r == ERR_OK && i < z->count; i++)
        total += z->members[i].bytes;
    if (r == ERR_OK && total > z->limits.total_bytes_max)
        r = err_set(e, ERR_LIMIT, "The zip would unpack to %llu MB; the limit is %llu MB.",
                    (unsigned long long)(total >> 20),
                    (unsigned long long)(z->limits.total_bytes_max >> 20));
    if (r == ERR_OK && z->packed_total > 0 && total > RATIO_FREE_BYTES &&
        total / z->packed_total > z->limits.ratio_max)
        r = err_set(e, ERR_LIMIT,
                    "The zip would unpack to %llu times its size, which no real export does. "
                    "Nothing was read.",
                    (unsigned long long)(total / z->packed_total));
    return r;
}

static enum err read_directory(struct zip *z, struct errmsg *e) {
    CHECK(pthread_once(&utf8_once, make_utf8) == 0);
    locale_t before = utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
    enum err r = read_entries(z, e);
    if (before != (locale_t)0)
        (void)uselocale(before);
    return r;
}

static enum err finish_open(struct zip *z, struct zip **out, struct errmsg *e) {
    enum err r = read_directory(z, e);
    if (r != ERR_OK) {
        zip_close(z);
        z = NULL;
    }
    *out = z;
    return r;
}

enum err zip_open(const char *path, const struct zip_limits *limits, struct zip **out,
                  struct errmsg *e) {
    *out = NULL;
    FILE *f = fopen(path, "rbe");
    char head[4];
    if (f == NULL)
        return err_set(e, ERR_IO, "\"%s\" cannot be opened; check the name and its permissions.",
                       path);
    size_t n = fread(head, 1, sizeof head, f);
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : 0;
    (void)fclose(f);
    if (!zip_looks_like((struct str){head, n}))
        return err_set(e, ERR_INVALID, "\"%s\" is not a zip file.", path);
    struct zip *z = calloc(1, sizeof *z);
    CHECK(z != NULL);
    z->limits = *limits;
    z->path = strdup(path);
    CHECK(z->path != NULL);
    z->packed_total = size > 0 ? (uint64_t)size : 0;
    return finish_open(z, out, e);
}

enum err zip_open_memory(struct str bytes, const struct zip_limits *limits, struct zip **out,
                         struct errmsg *e) {
    *out = NULL;
    if (!zip_looks_like(bytes))
        return err_set(e, ERR_INVALID, "This is not a zip file.");
    struct zip *z = calloc(1, sizeof *z);
    CHECK(z != NULL);
    z->limits = *limits;
    z->bytes = bytes;
    z->packed_total = bytes.n;
    return finish_open(z, out, e);
}

void zip_close(struct zip *z) {
    if (z == NULL)
        return;
    for (size_t i = 0; i < z->count; i++) {
        union {
            const char *in;
            char *out;
        } name = {z->members[i].name.p}; /* ours, though handed out as constant */
        free(name.out);
    }
    free(z->members);
    free(z->entry);
    free(z->path);
    free(z);
}

size_t zip_count(const struct zip *z) {
    return z->count;
}

const struct zip_member *zip_member(const struct zip *z, size_t i) {
    CHECK(i < z->count);
    return &z->members[i];
}

size_t zip_find(const struct zip *z, struct str base) {
    for (size_t i = 0; i < z->count; i++)
        if (str_eq_nocase(z->members[i].base, base))
            return i;
    return SIZE_MAX;
}

enum err zip_member_open(struct zip *z, size_t i, struct zip_reader **out, struct errmsg *e) {
    struct archive *ar;
    struct archive_entry *entry;
    CHECK(i < z->count);
    *out = NULL;
    TRY(open_archive(z, &ar, e));
    for (size_t place = 0; place <= z->entry[i]; place++) {
        int code = archive_read_next_header(ar, &entry);
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
            enum err r = fail(ar, "Reading the zip", e);
            (void)archive_read_free(ar);
            return r;
        }
    }
    *out = malloc(sizeof **out);
    CHECK(*out != NULL);
    **out = (struct zip_reader){z, ar, &z->members[i], 0};
    return ERR_OK;
}

static enum err check_size(struct zip_reader *r, size_t got, struct errmsg *e) {
    struct zip *z = r->zip;
    const struct zip_limits *l = &z->limits;
    r->bytes += got;
    z->unpacked += got;
    if (r->bytes > l->member_bytes_max)
        return err_set(e, ERR_LIMIT, "\"%.*s\" in the zip unpacks to more than %llu MB.",
                       STR_ARG(r->member->name), (unsigned long long)(l->member_bytes_max >> 20));
    if (r->bytes > RATIO_FREE_BYTES && z->packed_total > 0 &&
        r->bytes / z->packed_total > l->ratio_max)
        return err_set(
            e, ERR_LIMIT,
            "\"%.*s\" unpacks to more than %llu times the size of the zip, which no real "
            "export does.",
            STR_ARG(r->member->name), (unsigned long long)l->ratio_max);
    return ERR_OK;
}

enum err zip_member_read(struct zip_reader *r, char *to, size_t cap, size_t *got,
                         struct errmsg *e) {
    *got = 0;
    la_ssize_t n = archive_read_data(r->ar, to, cap);
    if (n < 0) {
        enum err why = fail(r->ar, "Unpacking", e);
        err_wrap(e, "%.*s", STR_ARG(r->member->name));
        return why;
    }
    *got = (size_t)n;
    return check_size(r, (size_t)n, e);
}

void zip_member_close(struct zip_reader *r) {
    if (r == NULL)
        return;
    (void)archive_read_free(r->ar);
    free(r);
}

enum err zip_member_all(struct zip *z, size_t i, struct buf *out, struct errmsg *e) {
    struct zip_reader *r;
    enum err result = ERR_OK;
    char *block = malloc(READ_BLOCK);
    CHECK(block != NULL);
    if ((result = zip_member_open(z, i, &r, e)) == ERR_OK) {
        for (size_t got = 1; result == ERR_OK && got > 0;) {
            result = zip_member_read(r, block, READ_BLOCK, &got, e);
            buf_add(out, (struct str){block, got});
            if (result == ERR_OK && buf_over(out))
                result = err_set(e, ERR_LIMIT, "\"%.*s\" in the zip is larger than %zu MB.",
                                 STR_ARG(r->member->name), out->max >> 20);
        }
        zip_member_close(r);
    }
    free(block);
    return result;
}
