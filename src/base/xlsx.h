/*
 * A table as an XLSX workbook: one sheet, a bold frozen header with a filter, typed columns, in
 * constant memory however long. Texts are never formulas. Dates are real dates, money is in dollars
 * with two places. Rows are written in order; one thread per writer.
 */
#ifndef BASE_XLSX_H
#define BASE_XLSX_H

#include "base/buf.h"
#include "base/date.h"

enum xlsx_type { XLSX_TEXT, XLSX_INT, XLSX_REAL, XLSX_DATE, XLSX_MONEY, XLSX_PERCENT };

struct xlsx_column {
    const char *header;
    enum xlsx_type type;
    double width; /* in characters; 0 fits the header */
};

struct xlsx;
/* path is made or replaced by xlsx_close; `sheet` is cut to what a sheet name may be. */
NODISCARD enum err xlsx_open(const char *path, const char *sheet, const struct xlsx_column *columns,
                             size_t n, struct xlsx **out, struct errmsg *e);
/* Each fills the next cell of the row; xlsx_row_end starts the next. */
void xlsx_text(struct xlsx *x, struct str s); /* past 32,767 characters it is cut */
void xlsx_int(struct xlsx *x, int64_t v);
void xlsx_real(struct xlsx *x, double v);    /* NaN leaves the cell empty */
void xlsx_date(struct xlsx *x, int32_t day); /* DATE_NONE leaves it empty */
void xlsx_money(struct xlsx *x, int64_t cents);
void xlsx_empty(struct xlsx *x);
/* ERR_LIMIT past 1,048,576 rows, which is what a sheet holds. */
NODISCARD enum err xlsx_row_end(struct xlsx *x, struct errmsg *e);
NODISCARD enum err xlsx_close(struct xlsx *x, struct errmsg *e); /* writes the file and frees */
void xlsx_abandon(struct xlsx *x); /* frees, leaves no file; NULL ok */

/* The same into memory, for a download. */
NODISCARD enum err xlsx_close_into(struct xlsx *x, struct buf *out, struct errmsg *e);

#endif
