/* The first byte is the size of the pieces; the rest arrives once in them and once whole, and both
 * must give the same parts. */
#include "fuzz.h"

#include "base/buf.h"
#include "web/multipart.h"

static enum err begin(void *arg, const struct multipart_part *p, struct errmsg *e) {
    (void)e;
    buf_byte(arg, '[');
    buf_add(arg, p->name);
    buf_byte(arg, p->is_file ? '@' : '=');
    buf_add(arg, p->file_name);
    buf_byte(arg, ':');
    CHECK(str_utf8_ok_strict(p->name) && str_utf8_ok_strict(p->file_name));
    CHECK(str_find(p->file_name, STR("/")) == SIZE_MAX);
    return ERR_OK;
}

static enum err data(void *arg, struct str piece, struct errmsg *e) {
    (void)e;
    CHECK(piece.n > 0);
    buf_add(arg, piece);
    return ERR_OK;
}

static enum err end(void *arg, struct errmsg *e) {
    (void)e;
    buf_byte(arg, ']');
    return ERR_OK;
}

static enum err feed(struct str s, size_t piece, struct buf *out) {
    const struct multipart_to to = {begin, data, end, out};
    struct multipart *m = multipart_new(STR("b"), &to);
    enum err r = ERR_OK;
    for (size_t i = 0; i < s.n && r == ERR_OK; i += piece)
        r = multipart_feed(m, str_sub(s, i, s.n - i > piece ? i + piece : s.n), NULL);
    if (r == ERR_OK)
        r = multipart_finish(m, NULL);
    multipart_free(m);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct buf a = buf_new(1 << 22), b = buf_new(1 << 22);
    struct str boundary;
    if (n == 0 || n > 1 << 18)
        return 0;
    struct str s = {(const char *)bytes + 1, n - 1};
    enum err whole = feed(s, s.n + 1, &a), pieces = feed(s, (size_t)bytes[0] + 1, &b);
    CHECK(whole == pieces);
    CHECK(whole != ERR_OK || str_eq(buf_str(&a), buf_str(&b)));
    if (multipart_boundary(s, &boundary))
        CHECK(boundary.n > 0 && boundary.n <= 70);
    buf_free(&a);
    buf_free(&b);
    return 0;
}
