#include "base/str.h"

#include "test.h"

#include <string.h>

static void trims_and_splits(void **state) {
    (void)state;
    assert_str(str_trim(STR(" \t\xC2\xA0 a b\r\n ")), "a b");
    assert_str(str_trim(STR("  ")), "");
    struct str rest = STR("a,,b"), part;
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "");
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_split(&rest, ',', &part));
}

static void numbers_are_whole_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } ints[] = {{"0", true, 0},
                {"-9223372036854775808", true, INT64_MIN},
                {"9223372036854775807", true, INT64_MAX},
                {"9223372036854775808", false, 0},
                {"-9223372036854775809", false, 0},
                {"", false, 0},
                {"-", false, 0},
                {"1 ", false, 0},
                {"1.0", false, 0},
                {"+7", true, 7}};
    for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++) {
        int64_t v = 42;
        assert_int_equal(str_int(str_z(ints[i].text), &v), ints[i].ok);
        assert_true(v == (ints[i].ok ? ints[i].value : 42));
    }
    static const char *const bad_reals[] = {"",     "nan", "inf",   "1e999",
                                            "0x10", "1,5", "1.5.2", "e5"};
    double d = 7;
    for (size_t i = 0; i < sizeof bad_reals / sizeof bad_reals[0]; i++)
        assert_false(str_real(str_z(bad_reals[i]), &d));
    assert_true(str_real(STR("-1.5e3"), &d));
    assert_true(d == -1500);
}

static void booleans_of_real_exports(void **state) {
    (void)state;
    static const char *const yes[] = {"true", "TRUE", "True", "1", "Y", "yes"};
    static const char *const neither[] = {"", "maybe", "2", "truee"};
    bool b = false;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        b = false;
        assert_true(str_bool(str_z(yes[i]), &b) && b);
    }
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++)
        assert_false(str_bool(str_z(neither[i]), &b));
}

static void utf8_is_checked(void **state) {
    (void)state;
    static const char *const bad[] = {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\x80",     "\xE2\x82",     "a\xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(str_utf8_ok(str_z(bad[i])));
    assert_true(str_utf8_ok(STR("niño \xF0\x9F\x8E\x92 \xE2\x82\xAC")));
    assert_true(str_utf8_ok(((struct str){"a\0b", 3})));
    assert_false(str_utf8_ok_strict(((struct str){"a\0b", 3})));
    assert_false(str_utf8_ok_strict(STR("a\x1B[31m")));
}

static void misspelt_headers_are_near(void **state) {
    (void)state;
    assert_int_equal(str_distance(STR("prefferedGivenName"), STR("preferredGivenName"), 3), 2);
    assert_int_equal(str_distance(STR("sourcedID"), STR("sourcedId"), 3), 0);
    assert_int_equal(str_distance(STR("orgSourcdeId"), STR("orgSourcedId"), 3), 1);
    assert_int_equal(str_distance(STR("grades"), STR("givenName"), 2), 3);
    char longer[100];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(str_distance((struct str){longer, sizeof longer}, STR("a"), 2), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trims_and_splits),          cmocka_unit_test(numbers_are_whole_or_refused),
        cmocka_unit_test(booleans_of_real_exports),  cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(misspelt_headers_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
