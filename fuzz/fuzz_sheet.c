/* A workbook made by a stranger: read as CSV or refused with a sentence. */
#include "fuzz.h"

#include "base/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct errmsg e = {{0}};
    struct buf out = buf_new(1 << 18);
    struct str bytes = {(const char *)data, n};
    (void)sheet_looks_like(bytes);
    if (sheet_csv(bytes, &out, &e) != ERR_OK)
        CHECK(e.text[0] != '\0');
    buf_free(&out);
    return 0;
}
