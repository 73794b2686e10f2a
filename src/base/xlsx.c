#include "base/xlsx.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = 1048576, TEXT_MAX = 32767, SHEET_NAME_MAX = 31 };

struct xlsx {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[XLSX_PERCENT + 1];
    const struct xlsx_column *columns;
    size_t n, col;
    lxw_row_t row;
    char *path, *text; /* text: [4 * TEXT_MAX + 1], a NUL-ended copy of a cell */
    lxw_error failed;
};

/* A sheet's name may not hold []:*?/\ nor begin with an apostrophe. */
static void sheet_name(const char *want, char out[static SHEET_NAME_MAX + 1]) {
    size_t n = 0;
    for (; want[n] != '\0' && n < SHEET_NAME_MAX; n++)
        out[n] = strchr("[]:*?/\\'", want[n]) != NULL ? ' ' : want[n];
    while (n > 0 && ((unsigned char)want[n] & 0xC0u) == 0x80u)
        n--; /* not within a character */
    out[n] = '\0';
}

enum err xlsx_open(const char *path, const char *sheet, const struct xlsx_column *columns, size_t n,
                   struct xlsx **out, struct errmsg *e) {
    static const char *const number[XLSX_PERCENT + 1] = {[XLSX_INT] = "0",
                                                         [XLSX_REAL] = "General",
                                                         [XLSX_DATE] = "yyyy-mm-dd",
                                                         [XLSX_MONEY] = "#,##0.00",
                                                         [XLSX_PERCENT] = "0.0%"};
    char name[SHEET_NAME_MAX + 1];
    struct xlsx *x = calloc(1, sizeof *x);
    CHECK(x != NULL && n > 0);
    *out = NULL;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    x->book = workbook_new_opt(path, &options);
    if (x->book == NULL) {
        free(x);
        return err_set(e, ERR_IO, "\"%s\" cannot be written.", path);
    }
    sheet_name(sheet, name);
    x->sheet = workbook_add_worksheet(x->book, name);
    CHECK(x->sheet != NULL);
    for (size_t i = 0; i <= XLSX_PERCENT; i++)
        if (number[i] != NULL) {
            x->formats[i] = workbook_add_format(x->book);
            format_set_num_format(x->formats[i], number[i]);
        }
    lxw_format *bold = workbook_add_format(x->book);
    format_set_bold(bold);
    x->columns = columns;
    x->n = n;
    x->path = strdup(path);
    x->text = malloc(4 * TEXT_MAX + 1);
    CHECK(x->path != NULL && x->text != NULL);
    for (size_t i = 0; i < n; i++) {
        double width =
            columns[i].width > 0 ? columns[i].width : (double)strlen(columns[i].header) + 4;
        (void)worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i, width, NULL);
        (void)worksheet_write_string(x->sheet, 0, (lxw_col_t)i, columns[i].header, bold);
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    x->row = 1;
    *out = x;
    return ERR_OK;
}

static void keep(struct xlsx *x, lxw_error code) {
    CHECK(x->col < x->n);
    x->col++;
    if (code != LXW_NO_ERROR && x->failed == LXW_NO_ERROR)
        x->failed = code;
}

void xlsx_text(struct xlsx *x, struct str s) {
    size_t chars = 0, n = 0;
    for (; n < s.n && chars < TEXT_MAX; n++) {
        /* counted as UTF-16, as Excel does; never a cut within a character */
        unsigned char c = (unsigned char)s.p[n];
        chars += (c & 0xC0u) == 0x80u ? 0 : c >= 0xF0u ? 2 : 1;
    }
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0u) == 0x80u)
        n++;
    if (n > 0)
        memcpy(x->text, s.p, n);
    x->text[n] = '\0';
    keep(x, n == 0 ? LXW_NO_ERROR
                   : worksheet_write_string(x->sheet, x->row, (lxw_col_t)x->col, x->text, NULL));
}

static void number(struct xlsx *x, double v, enum xlsx_type type) {
    enum xlsx_type as = x->col < x->n ? x->columns[x->col].type : type;
    lxw_format *f = x->formats[as == XLSX_TEXT ? type : as];
    keep(x, worksheet_write_number(x->sheet, x->row, (lxw_col_t)x->col, v, f));
}

void xlsx_int(struct xlsx *x, int64_t v) {
    number(x, (double)v, XLSX_INT);
}

void xlsx_real(struct xlsx *x, double v) {
    if (isfinite(v))
        number(x, v, XLSX_REAL);
    else
        xlsx_empty(x);
}

void xlsx_date(struct xlsx *x, int32_t day) {
    enum {
        EXCEL_1970 = 25569,
        EXCEL_FIRST = 61 /* 1900-03-01: before it Excel has a day too many */
    };
    if (day == DATE_NONE || day < EXCEL_FIRST - EXCEL_1970) {
        char text[DATE_TEXT];
        xlsx_text(x, str_z(date_text(day, text)));
        return;
    }
    number(x, (double)(day + EXCEL_1970), XLSX_DATE);
}

void xlsx_money(struct xlsx *x, int64_t cents) {
    number(x, (double)cents / 100, XLSX_MONEY);
}

void xlsx_empty(struct xlsx *x) {
    keep(x, LXW_NO_ERROR);
}

enum err xlsx_row_end(struct xlsx *x, struct errmsg *e) {
    CHECK(x->col == x->n);
    x->col = 0;
    if (++x->row >= ROWS_MAX)
        return err_set(e, ERR_LIMIT,
                       "A sheet holds at most %d rows; narrow the filter, or export as CSV.",
                       ROWS_MAX - 1);
    if (x->failed != LXW_NO_ERROR)
        return err_set(e, ERR_IO, "The workbook could not be written: %s.",
                       lxw_strerror(x->failed));
    return ERR_OK;
}

static void release(struct xlsx *x) {
    free(x->path);
    free(x->text);
    free(x);
}

enum err xlsx_close(struct xlsx *x, struct errmsg *e) {
    if (x->row > 1)
        (void)worksheet_autofilter(x->sheet, 0, 0, x->row - 1, (lxw_col_t)(x->n - 1));
    lxw_error code = workbook_close(x->book);
    enum err r = code == LXW_NO_ERROR && x->failed == LXW_NO_ERROR
                     ? ERR_OK
                     : err_set(e, ERR_IO, "\"%s\" could not be written: %s.", x->path,
                               lxw_strerror(code != LXW_NO_ERROR ? code : x->failed));
    release(x);
    return r;
}

void xlsx_abandon(struct xlsx *x) {
    if (x == NULL)
        return;
    (void)workbook_close(x->book); /* the library frees nowhere else */
    (void)unlink(x->path);
    release(x);
}

enum err xlsx_close_into(struct xlsx *x, struct buf *out, struct errmsg *e) {
    char *path = strdup(x->path), block[8192];
    CHECK(path != NULL);
    enum err r = xlsx_close(x, e);
    FILE *f = r == ERR_OK ? fopen(path, "rbe") : NULL;
    if (r == ERR_OK && f == NULL)
        r = err_set(e, ERR_IO, "The workbook \"%s\" could not be read back.", path);
    for (size_t n; f != NULL && (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(out, (struct str){block, n});
    if (f != NULL)
        (void)fclose(f);
    (void)unlink(path);
    free(path);
    if (r == ERR_OK && buf_over(out))
        r = err_set(e, ERR_LIMIT, "The workbook is larger than %zu MB; export as CSV.",
                    out->max >> 20);
    return r;
}
