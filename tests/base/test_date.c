#include "base/date.h"

#include "test.h"

static void days_are_counted_from_1970(void **state) {
    (void)state;
    assert_int_equal(date_from_ymd(1970, 1, 1), 0);
    assert_int_equal(date_from_ymd(2000, 3, 1), 11017);
    assert_int_equal(date_from_ymd(2026, 11, 21), 20778);
    assert_int_equal(date_from_ymd(2023, 2, 29), DATE_NONE);
}

static void every_day_of_three_centuries_goes_round(void **state) {
    (void)state;
    for (int32_t d = date_from_ymd(1850, 1, 1); d < date_from_ymd(2150, 1, 1); d++) {
        char text[DATE_TEXT];
        int32_t back;
        assert_true(date_parse(str_z(date_text(d, text)), &back));
        assert_int_equal(back, d);
    }
}

static void loose_forms_are_read_and_said(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int y, m, d;
        bool assumed;
    } ok[] = {{"2023-01-05", 2023, 1, 5, false},
              {"1/05/2023", 2023, 1, 5, true},
              {"20230105", 2023, 1, 5, true},
              {"2023-01-05T10:00:00Z", 2023, 1, 5, true},
              {"12-31-2023", 2023, 12, 31, true}};
    for (size_t i = 0; i < sizeof ok / sizeof ok[0]; i++) {
        bool assumed = false;
        int32_t day;
        assert_true(date_parse_loose(str_z(ok[i].text), &day, &assumed));
        assert_int_equal(day, date_from_ymd(ok[i].y, ok[i].m, ok[i].d));
        assert_int_equal(assumed, ok[i].assumed);
    }
    static const char *const bad[] = {"",         "13/13/2023", "1/5/23",
                                      "2023-1-5", "yesterday",  "2023-02-30"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool assumed;
        int32_t day;
        assert_false(date_parse_loose(str_z(bad[i]), &day, &assumed));
    }
}

static void weeks_begin_on_monday(void **state) {
    (void)state;
    assert_int_equal(date_weekday(date_from_ymd(2026, 11, 21)), 5); /* a Saturday */
    assert_int_equal(date_week(date_from_ymd(2026, 11, 22)), date_from_ymd(2026, 11, 16));
    assert_int_equal(date_month(date_from_ymd(2026, 11, 22)), date_from_ymd(2026, 11, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_from_1970),
        cmocka_unit_test(every_day_of_three_centuries_goes_round),
        cmocka_unit_test(loose_forms_are_read_and_said),
        cmocka_unit_test(weeks_begin_on_monday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
