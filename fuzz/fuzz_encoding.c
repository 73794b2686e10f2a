/* Whatever the bytes are taken for, what comes out is UTF-8 without NULs. */
#include "fuzz.h"

#include "base/encoding.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct str bytes = {(const char *)data, n}, text;
    struct errmsg e;
    enum encoding enc;
    struct buf held = buf_new(1 << 20);
    if (encoding_text(bytes, &held, &text, &enc, &e) == ERR_OK) {
        CHECK(str_utf8_ok(text));
        CHECK(text.n == 0 || memchr(text.p, '\0', text.n) == NULL);
    }
    buf_free(&held);
    for (enum encoding k = ENCODING_UTF8; k < ENCODINGS; k++) {
        struct buf out = buf_new(1 << 22);
        encoding_to_utf8(bytes, k, &out);
        CHECK(buf_over(&out) || str_utf8_ok(buf_str(&out)));
        buf_free(&out);
    }
    return 0;
}
