#include "sample/out.h"

#include "base/date.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_BYTES = 1 << 18, ROW_MOST = 8192 };

/* 1 January 2020: one time for all members, inside what zip can say. */
static const time_t member_time = 1577836800;

static void out_fail(struct out *o, const char *why) {
    if (o->error == ERR_OK)
        o->error = err_set(&o->message, ERR_IO,
                           "%s could not be written: %s. Check the free space and rights there.",
                           o->path, why);
}

static void flush(struct out *o) {
    if (o->error != ERR_OK) {
        o->n = o->row = 0;
        return;
    }
    if (o->archive != NULL) {
        size_t done = 0;
        while (done < o->row) {
            la_ssize_t k = archive_write_data(o->archive, o->bytes + done, o->row - done);
            if (k <= 0) {
                out_fail(o, archive_error_string(o->archive) == NULL
                                ? "the archive refused it"
                                : archive_error_string(o->archive));
                break;
            }
            done += (size_t)k;
        }
    } else if (o->file != NULL && fwrite(o->bytes, 1, o->row, o->file) != o->row) {
        out_fail(o, strerror(errno));
    }
    memmove(o->bytes, o->bytes + o->row, o->n - o->row);
    o->n -= o->row;
    o->row = 0;
}

static void start(struct out *o, const char *name, struct spoiler *spoiler) {
    o->bytes = malloc(OUT_BYTES + ROW_MOST);
    CHECK(o->bytes != NULL);
    o->name = name;
    o->spoiler = spoiler;
}

enum err out_open(struct out *o, const char *dir, const char *name, struct spoiler *spoiler,
                  struct errmsg *e) {
    *o = (struct out){0};
    if (snprintf(o->path, sizeof o->path, "%s/%s", dir, name) >= (int)sizeof o->path)
        return err_set(e, ERR_INVALID, "The folder's name is too long: %.80s...", dir);
    (void)snprintf(o->part, sizeof o->part, "%s.part", o->path);
    o->file = fopen(o->part, "wbe");
    if (o->file == NULL)
        return err_set(e, ERR_IO, "%s could not be made: %s.", o->part, strerror(errno));
    start(o, name, spoiler);
    return ERR_OK;
}

enum err out_zip_open(struct out_zip *z, const char *dir, const char *name, struct errmsg *e) {
    *z = (struct out_zip){0};
    if (snprintf(z->path, sizeof z->path, "%s/%s", dir, name) >= (int)sizeof z->path)
        return err_set(e, ERR_INVALID, "The folder's name is too long: %.80s...", dir);
    (void)snprintf(z->part, sizeof z->part, "%s.part", z->path);
    z->archive = archive_write_new();
    CHECK(z->archive != NULL);
    if (archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
        archive_write_set_options(z->archive, "zip:compression=deflate,zip:compression-level=6") !=
            ARCHIVE_OK ||
        archive_write_open_filename(z->archive, z->part) != ARCHIVE_OK) {
        enum err r = err_set(e, ERR_IO, "%s could not be made: %s.", z->part,
                             archive_error_string(z->archive));
        out_zip_abandon(z);
        return r;
    }
    return ERR_OK;
}

enum err out_member(struct out *o, struct out_zip *z, const char *name, struct spoiler *spoiler,
                    struct errmsg *e) {
    *o = (struct out){.archive = z->archive};
    (void)snprintf(o->path, sizeof o->path, "%s", z->path);
    struct archive_entry *entry = archive_entry_new();
    CHECK(entry != NULL);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, member_time, 0);
    int r = archive_write_header(z->archive, entry);
    archive_entry_free(entry);
    if (r != ARCHIVE_OK)
        return err_set(e, ERR_IO, "%s could not be written: %s.", z->part,
                       archive_error_string(z->archive));
    start(o, name, spoiler);
    return ERR_OK;
}

void out_nowhere(struct out *o, const char *name, struct spoiler *spoiler) {
    *o = (struct out){0};
    start(o, name, spoiler);
}

enum err out_close(struct out *o, struct errmsg *e) {
    o->row = o->n;
    flush(o);
    free(o->bytes);
    o->bytes = NULL;
    if (o->file != NULL) {
        if (fflush(o->file) != 0)
            out_fail(o, strerror(errno));
        if (fclose(o->file) != 0)
            out_fail(o, strerror(errno));
        if (o->error == ERR_OK && rename(o->part, o->path) != 0)
            out_fail(o, strerror(errno));
        if (o->error != ERR_OK)
            (void)unlink(o->part);
    } else if (o->archive != NULL && o->error == ERR_OK &&
               archive_write_finish_entry(o->archive) != ARCHIVE_OK) {
        out_fail(o, archive_error_string(o->archive));
    }
    if (o->error != ERR_OK)
        return err_set(e, o->error, "%s", o->message.text);
    return ERR_OK;
}

enum err out_zip_close(struct out_zip *z, struct errmsg *e) {
    if (archive_write_close(z->archive) != ARCHIVE_OK) {
        enum err r = err_set(e, ERR_IO, "%s could not be written: %s.", z->path,
                             archive_error_string(z->archive));
        out_zip_abandon(z);
        return r;
    }
    (void)archive_write_free(z->archive);
    z->archive = NULL;
    if (rename(z->part, z->path) != 0)
        return err_set(e, ERR_IO, "%s could not be written: %s.", z->path, strerror(errno));
    return ERR_OK;
}

void out_zip_abandon(struct out_zip *z) {
    if (z->archive != NULL)
        (void)archive_write_free(z->archive);
    z->archive = NULL;
    (void)unlink(z->part);
}

/* ---- fields ---- */

static void put(struct out *o, const char *p, size_t n) {
    CHECK(o->n + n <= OUT_BYTES + ROW_MOST);
    memcpy(o->bytes + o->n, p, n);
    o->n += n;
}

static void separate(struct out *o) {
    if (o->started)
        put(o, ",", 1);
    o->started = true;
}

void out_s(struct out *o, struct str text) {
    separate(o);
    bool quote = false;
    for (size_t i = 0; i < text.n; i++)
        quote |= text.p[i] == ',' || text.p[i] == '"' || text.p[i] == '\n' || text.p[i] == '\r';
    if (!quote) {
        put(o, text.p, text.n);
        return;
    }
    put(o, "\"", 1);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            put(o, "\"", 1);
        put(o, text.p + i, 1);
    }
    put(o, "\"", 1);
}

void out_z(struct out *o, const char *text) {
    out_s(o, str_z(text));
}

void out_int(struct out *o, int64_t v) {
    char digits[24];
    size_t i = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--i] = (char)('0' + u % 10);
    while ((u /= 10) > 0);
    if (v < 0)
        digits[--i] = '-';
    separate(o);
    put(o, digits + i, sizeof digits - i);
}

void out_tenths(struct out *o, int64_t v) {
    out_fmt(o, "%s%lld.%lld", v < 0 ? "-" : "", (long long)((v < 0 ? -v : v) / 10),
            (long long)((v < 0 ? -v : v) % 10));
}

void out_day(struct out *o, int32_t day) {
    char text[DATE_TEXT];
    out_z(o, date_text(day, text));
}

void out_bool(struct out *o, bool v) {
    out_z(o, v ? "true" : "false");
}

void out_yes(struct out *o, bool v) {
    out_z(o, v ? "yes" : "no");
}

void out_fmt(struct out *o, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    CHECK(n >= 0 && n < (int)sizeof text);
    out_s(o, (struct str){text, (size_t)n});
}

void out_empty(struct out *o, int n) {
    for (int i = 0; i < n; i++)
        out_z(o, "");
}

void out_end(struct out *o) {
    put(o, "\n", 1);
    o->started = false;
    o->line++;
    o->rows++;
    if (o->spoiler != NULL)
        o->spoiler->row(o->spoiler, o, o->row);
    o->row = o->n;
    if (o->n >= OUT_BYTES - ROW_MOST)
        flush(o);
}

void out_header(struct out *o, const char *line) {
    put(o, line, strlen(line));
    out_end(o);
}
