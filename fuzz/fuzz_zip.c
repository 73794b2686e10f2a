/* A zip made by a stranger: opened, every member read to its end or to a sentence. */
#include "fuzz.h"

#include "base/zip.h"

/* No part of it leaves the folder. */
static void check_name(struct str name) {
    struct str part;
    CHECK(name.n > 0 && name.p[0] != '/');
    while (str_split(&name, '/', &part))
        CHECK(!str_eq(part, STR("..")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static const struct zip_limits limits = {20, 1 << 16, 1 << 18, 100};
    struct errmsg e = {{0}};
    struct zip *z;
    if (zip_open_memory((struct str){(const char *)data, n}, &limits, &z, &e) != ERR_OK) {
        CHECK(e.text[0] != '\0');
        return 0;
    }
    CHECK(zip_count(z) <= limits.members_max);
    for (size_t i = 0; i < zip_count(z); i++) {
        struct buf out = buf_new(1 << 17);
        check_name(zip_member(z, i)->name);
        enum err r = zip_member_all(z, i, &out, &e);
        CHECK(r != ERR_OK || out.n <= limits.member_bytes_max);
        buf_free(&out);
    }
    zip_close(z);
    return 0;
}
