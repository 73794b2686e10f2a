#include "base/sheet.h"

#include "base/arena.h"
#include "base/config.h"
#include "base/csv.h"
#include "base/zip.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 1 << 30, TEXT_BYTES = 1 << 20 };

struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct str *shared; /* texts that cells name by number */
    size_t shared_n, shared_room;
    struct buf text; /* of the cell or shared text under way */
    bool wanted;     /* inside an element whose text counts */
    bool phonetic;   /* inside a reading aid, which is no part of the text */
    struct csv_writer csv;
    size_t column, width, cell; /* next to be written; of the first row; where this cell stands */
    char type;                  /* 's' shared, 'b' boolean, 'e' error, 't' text, 'n' number */
    const char *fault;
};

static void stop(struct reader *x, const char *why) {
    x->fault = why;
    (void)XML_StopParser(x->parser, XML_FALSE);
}

static const char *attribute(const char **a, const char *name) {
    for (; a[0] != NULL; a += 2)
        if (strcmp(a[0], name) == 0)
            return a[1];
    return "";
}

/* "BC23" is column 54, counted from 0; no letters: the next one. */
static size_t column_of(const struct reader *x, const char *ref) {
    size_t n = 0;
    for (; *ref >= 'A' && *ref <= 'Z' && n < 100000; ref++)
        n = n * 26 + (size_t)(*ref - 'A') + 1;
    return n == 0 ? x->column : n - 1;
}

static void refuse_doctype(void *arg, const char *name, const char *system, const char *public,
                           int internal) {
    (void)name, (void)system, (void)public, (void)internal;
    stop(arg, "it holds a document type, which no spreadsheet needs");
}

static void add_text(void *arg, const char *s, int n) {
    struct reader *x = arg;
    if (x->wanted && !x->phonetic)
        buf_add(&x->text, (struct str){s, (size_t)n});
}

/* ---- shared texts ---- */

static void shared_start(void *arg, const char *name, const char **a) {
    struct reader *x = arg;
    (void)a;
    if (strcmp(name, "si") == 0)
        buf_clear(&x->text);
    x->wanted = strcmp(name, "t") == 0;
    x->phonetic = x->phonetic || strcmp(name, "rPh") == 0;
}

static void shared_end(void *arg, const char *name) {
    struct reader *x = arg;
    x->wanted = false;
    if (strcmp(name, "rPh") == 0)
        x->phonetic = false;
    if (strcmp(name, "si") != 0)
        return;
    if (x->shared_n == x->shared_room) {
        x->shared_room = x->shared_room == 0 ? 256 : x->shared_room * 2;
        x->shared = realloc(x->shared, x->shared_room * sizeof *x->shared);
        CHECK(x->shared != NULL);
    }
    x->shared[x->shared_n++] = arena_str(x->arena, buf_str(&x->text));
}

/* ---- the sheet ---- */

static void sheet_start(void *arg, const char *name, const char **a) {
    struct reader *x = arg;
    if (strcmp(name, "row") == 0) {
        x->column = 0;
    } else if (strcmp(name, "c") == 0) {
        const char *type = attribute(a, "t");
        x->cell = column_of(x, attribute(a, "r"));
        x->type = strcmp(type, "s") == 0                      ? 's'
                  : strcmp(type, "b") == 0                    ? 'b'
                  : strcmp(type, "e") == 0                    ? 'e'
                  : type[0] == '\0' || strcmp(type, "n") == 0 ? 'n'
                                                              : 't';
        buf_clear(&x->text);
        if (x->cell >= (size_t)config_int(CONF_CSV_COLUMNS))
            stop(x, "it has more columns than the limit csv_columns allows");
    }
    x->wanted = strcmp(name, "v") == 0 || strcmp(name, "t") == 0;
    x->phonetic = x->phonetic || strcmp(name, "rPh") == 0;
}

static void put_cell(struct reader *x) {
    int64_t i;
    struct str v = buf_str(&x->text);
    if (x->type == 's' && v.n > 0) {
        if (!str_int(str_trim(v), &i) || i < 0 || (uint64_t)i >= x->shared_n) {
            stop(x, "a cell names a text that is not there");
            return;
        }
        v = x->shared[i];
    }
    for (; x->column < x->cell; x->column++)
        csv_put_raw(&x->csv, STR(""));
    csv_put_raw(&x->csv, x->type == 'e' ? STR("") : v);
    x->column = x->cell + 1;
}

static void sheet_end(void *arg, const char *name) {
    struct reader *x = arg;
    x->wanted = false;
    if (strcmp(name, "rPh") == 0)
        x->phonetic = false;
    if (strcmp(name, "c") == 0) {
        put_cell(x);
    } else if (strcmp(name, "row") == 0) {
        x->width = x->width == 0 ? x->column : x->width;
        for (; x->column < x->width; x->column++)
            csv_put_raw(&x->csv, STR(""));
        csv_end(&x->csv);
    }
}

/* ---- parts ---- */

static enum err read_part(struct reader *x, struct zip *z, size_t member,
                          XML_StartElementHandler start, XML_EndElementHandler end,
                          struct errmsg *e) {
    struct buf xml = buf_new(PART_BYTES);
    enum err r = zip_member_all(z, member, &xml, e);
    if (r == ERR_OK && buf_over(&xml))
        r = err_set(
            e, ERR_LIMIT,
            "This spreadsheet is larger than 1 GB unpacked. Save it as CSV and import that.");
    if (r != ERR_OK) {
        buf_free(&xml);
        return r;
    }
    x->parser = XML_ParserCreate(NULL);
    CHECK(x->parser != NULL);
    x->wanted = x->phonetic = false;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, start, end);
    XML_SetCharacterDataHandler(x->parser, add_text);
    XML_SetStartDoctypeDeclHandler(x->parser, refuse_doctype);
    if (XML_Parse(x->parser, xml.p == NULL ? "" : xml.p, (int)xml.n, XML_TRUE) != XML_STATUS_OK)
        r = err_set(e, ERR_INVALID,
                    "This spreadsheet cannot be read: %s. Save it again, or as CSV.",
                    x->fault != NULL ? x->fault : XML_ErrorString(XML_GetErrorCode(x->parser)));
    XML_ParserFree(x->parser);
    buf_free(&xml);
    return r;
}

/* The first sheet: sheet1.xml, else the first part of that folder. */
static size_t first_sheet(const struct zip *z) {
    size_t found = zip_find(z, STR("sheet1.xml"));
    for (size_t i = 0; found == SIZE_MAX && i < zip_count(z); i++)
        if (str_starts(zip_member(z, i)->name, STR("xl/worksheets/")) &&
            str_ends(zip_member(z, i)->name, STR(".xml")))
            found = i;
    return found;
}

static enum err read_workbook(struct zip *z, struct buf *out, struct errmsg *e) {
    size_t texts = zip_find(z, STR("sharedStrings.xml")), sheet = first_sheet(z);
    if (sheet == SIZE_MAX)
        return err_set(e, ERR_INVALID,
                       "This spreadsheet has no sheet with rows. Save it as CSV and import that.");
    struct reader x = {.arena = arena_new((size_t)2 * PART_BYTES),
                       .text = buf_new(TEXT_BYTES),
                       .csv = {.out = out}};
    enum err r = texts == SIZE_MAX ? ERR_OK : read_part(&x, z, texts, shared_start, shared_end, e);
    if (r == ERR_OK)
        r = read_part(&x, z, sheet, sheet_start, sheet_end, e);
    if (r == ERR_OK && buf_over(out))
        r = err_set(e, ERR_LIMIT, "This spreadsheet is too large. Save it as CSV and import that.");
    free(x.shared);
    buf_free(&x.text);
    arena_free(x.arena);
    return r;
}

enum err sheet_csv(struct str bytes, struct buf *out, struct errmsg *e) {
    struct zip *z;
    TRY(zip_open_memory(bytes, &zip_limits_import, &z, e));
    enum err r = read_workbook(z, out, e);
    zip_close(z);
    return r;
}

bool sheet_looks_like(struct str bytes) {
    struct zip *z;
    if (!zip_looks_like(bytes) || zip_open_memory(bytes, &zip_limits_import, &z, NULL) != ERR_OK)
        return false;
    bool found = zip_find(z, STR("workbook.xml")) != SIZE_MAX;
    zip_close(z);
    return found;
}
