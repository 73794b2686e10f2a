#include "base/json.h"

#include "test.h"

#include <math.h>
#include <string.h>

static void what_is_written_reads_back(void **state) {
    (void)state;
    struct buf b = buf_new(1 << 16);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_key(&j, "a\"b");
    json_str(&j, STR("l\xC3\xADnea\n\t\\ \x01"));
    json_key(&j, "list");
    json_open(&j, '[');
    json_int(&j, INT64_MIN);
    json_real(&j, 0.1);
    json_real(&j, NAN);
    json_bool(&j, true);
    json_null(&j);
    json_close(&j);
    json_close(&j);
    assert_str(buf_str(&b), "{\"a\\\"b\":\"l\xC3\xADnea\\n\\u0009\\\\ "
                            "\\u0001\",\"list\":[-9223372036854775808,0.1,null,true,null]}");
    yyjson_doc *doc;
    assert_ok(json_read(buf_str(&b), &doc, e));
    assert_string_equal(yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "a\"b")),
                        "l\xC3\xADnea\n\t\\ \x01");
    yyjson_doc_free(doc);
    buf_free(&b);
}

static void must_be_refused(void **state) {
    (void)state;
    char deep[300];
    memset(deep, '[', 150);
    memset(deep + 150, ']', 150);
    static const struct {
        const char *text, *says;
        enum err kind;
    } bad[] = {{"{\"a\":1,\"a\":2}", "stands twice", ERR_INVALID},
               {"[{\"x\":{\"k\":1,\"b\":2,\"k\":3}}]", "stands twice", ERR_INVALID},
               {"{\"a\":}", "line 1, column", ERR_INVALID},
               {"\"\xFF\"", "not JSON", ERR_INVALID},
               {"", "not JSON", ERR_INVALID},
               {"[1,]", "not JSON", ERR_INVALID},
               {"NaN", "not JSON", ERR_INVALID}};
    struct errmsg why;
    yyjson_doc *doc;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(json_read(str_z(bad[i].text), &doc, &why), bad[i].kind);
        assert_non_null(strstr(why.text, bad[i].says));
        assert_null(doc);
    }
    assert_int_equal(json_read((struct str){deep, sizeof deep}, &doc, &why), ERR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_reads_back),
                                       cmocka_unit_test(must_be_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
