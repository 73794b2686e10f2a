/*
 * Reading a spreadsheet (XLSX, the first sheet) as CSV text, so that whoever reads CSV reads it
 * too. Cells come as they are stored: numbers in full, booleans 1 or 0, dates as Excel's serial
 * numbers, errors (#N/A) empty; formulas give their last value. Rows are as wide as the first one
 * at least. XML by expat; a document type is refused, so nothing expands. Source: ECMA-376, part
 * 1, 18.3, 18.4.
 */
#ifndef BASE_SHEET_H
#define BASE_SHEET_H

#include "base/buf.h"

/* Whether these bytes are a zip with a workbook in it. */
bool sheet_looks_like(struct str bytes);
/* Appends the sheet to `out`. ERR_INVALID, ERR_LIMIT (out's maximum, columns, the zip's limits). */
NODISCARD enum err sheet_csv(struct str bytes, struct buf *out, struct errmsg *e);

#endif
