/* JSON: what is read can be walked, and nothing deeper or double gets through. */
#include "fuzz.h"

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct errmsg e = {{0}};
    yyjson_doc *doc;
    if (json_read((struct str){(const char *)data, n}, &doc, &e) != ERR_OK) {
        CHECK(e.text[0] != '\0' && doc == NULL);
        return 0;
    }
    struct buf out = buf_new(1 << 20);
    struct json j = json_to(&out);
    yyjson_val *v = yyjson_doc_get_root(doc);
    json_open(&j, '[');
    for (size_t i = 0, count = yyjson_doc_get_val_count(doc); i < count; i++) {
        if (yyjson_is_str(v + i))
            json_str(&j, (struct str){yyjson_get_str(v + i), yyjson_get_len(v + i)});
        else if (yyjson_is_num(v + i))
            json_real(&j, yyjson_get_num(v + i));
    }
    json_close(&j);
    yyjson_doc_free(doc);
    if (!buf_over(&out)) { /* what the writer writes the reader reads */
        CHECK(json_read(buf_str(&out), &doc, &e) == ERR_OK);
        yyjson_doc_free(doc);
    }
    buf_free(&out);
    return 0;
}
