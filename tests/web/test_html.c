#include "web/chart.h"
#include "web/html.h"

#include "test.h"

#include <inttypes.h>
#include <math.h>

struct page_of {
    struct buf b;
    struct html h;
};

static struct page_of *begin(enum lang lang) {
    static struct page_of p;
    arena_free(p.h.a);
    buf_free(&p.b);
    p.b = buf_new(1 << 20);
    p.h = (struct html){&p.b, arena_new(1 << 20), lang, 0};
    return &p;
}

#define assert_html(p, text) assert_str(buf_str(&(p)->b), text)

static void values_are_escaped(void **state) {
    (void)state;
    struct page_of *p = begin(LANG_EN);
    html(&p->h, "<td class=\"n\">%s</td>", "<b onclick='x(\"y\")'>&amp;</b>");
    assert_html(p, "<td class=\"n\">&lt;b onclick=&#39;x(&quot;y&quot;)&#39;&gt;&amp;amp;&lt;/b&gt;"
                   "</td>");
    p = begin(LANG_EN);
    html(&p->h, "%.*s|%c|%s", 2, "<>&", '<', "");
    assert_html(p, "&lt;&gt;|&lt;|");
}

static void every_conversion_works(void **state) {
    (void)state;
    struct page_of *p = begin(LANG_EN);
    html(&p->h, "%d %u %ld %lld %lu %llu %zu %" PRId64 " 100%%", -1, 2u, -3L, -4LL, 5UL, 6ULL,
         (size_t)7, INT64_MIN);
    assert_html(p, "-1 2 -3 -4 5 6 7 -9223372036854775808 100%");
}

static void sentences_follow_the_language(void **state) {
    (void)state;
    struct page_of *p = begin(LANG_ES);
    html_say(&p->h, "<p>%s students</p>", "<p>%s estudiantes</p>", num(&p->h, 12014));
    html(&p->h, "%s", T(&p->h, "Yes", "Sí"));
    assert_html(p, "<p>12,014 estudiantes</p>Sí");
}

static void numbers_read_as_people_write_them(void **state) {
    (void)state;
    struct html *h = &begin(LANG_EN)->h;
    assert_string_equal(num(h, 0), "0");
    assert_string_equal(num(h, 999), "999");
    assert_string_equal(num(h, 1000), "1,000");
    assert_string_equal(num(h, -1234567.26), "-1,234,567.3");
    assert_string_equal(num(h, 12.0499), "12");
    assert_string_equal(num(h, -0.01), "0");
    assert_string_equal(num(h, NAN), "unknown");
    assert_string_equal(num(h, INFINITY), "unknown");
    assert_string_equal(num_dec(h, 2.5, 2), "2.50");
    assert_string_equal(num_int(h, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(percent(h, 0.7641), "76.4 %");
    assert_string_equal(percent(h, 1), "100.0 %");
    assert_string_equal(money(h, 21420000), "$214,200");
    assert_string_equal(money(h, 150), "$1.50");
    assert_string_equal(money(h, -5), "-$0.05");
    assert_string_equal(money(h, 99999), "$999.99");
    assert_string_equal(money(h, 100001), "$1,000");
    assert_string_equal(money(h, INT64_MIN), "-$92,233,720,368,547,758");
    assert_string_equal(bytes(h, 999), "999 B");
    assert_string_equal(bytes(h, 3210000), "3.2 MB");
    assert_string_equal(bytes(h, 4294967296), "4.3 GB");
}

static void dates_read_as_people_write_them(void **state) {
    (void)state;
    int32_t d = date_from_ymd(2026, 11, 20);
    struct html *h = &begin(LANG_EN)->h;
    assert_string_equal(day(h, d), "20 Nov 2026");
    assert_string_equal(day_long(h, d), "20 November 2026");
    assert_string_equal(month(h, d), "Nov 2026");
    assert_string_equal(day(h, DATE_NONE), "");
    h = &begin(LANG_ES)->h;
    assert_string_equal(day(h, d), "20 nov 2026");
    assert_string_equal(day_long(h, d), "20 de noviembre de 2026");
}

static void addresses_are_encoded(void **state) {
    (void)state;
    struct html *h = &begin(LANG_EN)->h;
    assert_string_equal(url(h, "/a", NULL), "/a");
    assert_string_equal(url(h, "/a", "q", "x&y=ñ /", "r", "", "s", "1", NULL),
                        "/a?q=x%26y%3D%C3%B1%20%2F&s=1");
    assert_string_equal(url(h, "/a?b=1", "c", "2", NULL), "/a?b=1&c=2");
}

static size_t count(struct str s, const char *what) {
    size_t n = 0;
    for (size_t at; (at = str_find(s, str_z(what))) != SIZE_MAX; n++)
        s = str_sub(s, at + 1, s.n);
    return n;
}

static void a_chart_says_draws_and_lists(void **state) {
    (void)state;
    struct page_of *p = begin(LANG_EN);
    struct chart c = {.finding = "English learners are 14 points behind.",
                      .label = "Share by group.",
                      .name = "Group",
                      .value = "Now",
                      .axis = AXIS_SHARE,
                      .reference = 0.764,
                      .reference_label = "district 76 %",
                      .before = "A year ago"};
    const struct chart_point v[] = {{"<All>", "/x?a=1&b=2", 0.626, 0.6, 0.651, 0.5, 1402, NULL},
                                    {"Few", NULL, 0.9, 0.8, 0.95, 0.9, 4, "hidden: fewer than 10"},
                                    {"None", NULL, NAN, NAN, NAN, NAN, 0, NULL}};
    chart_dots(&p->h, &c, v, 3);
    struct str s = buf_str(&p->b);
    assert_int_equal(count(s, "class=\"dot\""), 1); /* neither hidden nor missing is drawn */
    assert_int_equal(count(s, "class=\"open\""), 1);
    assert_int_equal(count(s, "class=\"whisker\""), 1);
    assert_int_equal(count(s, "<All>"), 0);
    assert_int_equal(count(s, "90.0 %"), 0); /* nowhere, not even in the table */
    assert_int_equal(count(s, "hidden: fewer than 10"), 1);
    assert_int_equal(count(s, "60.0 to 65.1"), 1);
    assert_int_equal(count(s, "1,402"), 1);
    assert_int_equal(count(s, "role=\"img\""), 1);
    assert_int_equal(count(s, "style="), 0);
}

static void a_trend_breaks_where_it_is_hidden(void **state) {
    (void)state;
    struct page_of *p = begin(LANG_ES);
    struct chart c = {.label = "Tendencia.",
                      .name = "Día",
                      .value = "Valor",
                      .axis = AXIS_NUMBER,
                      .reference = NAN};
    struct chart_day d[5];
    for (int i = 0; i < 5; i++)
        d[i] = (struct chart_day){20000 + i, 10 + i, 9 + i, 11 + i, 100, i == 2 ? "oculto" : NULL};
    chart_trend(&p->h, &c, d, 5);
    assert_int_equal(count(buf_str(&p->b), "<polyline"), 2);
    assert_int_equal(count(buf_str(&p->b), "<polygon"), 2);
    p = begin(LANG_EN);
    chart_trend(&p->h, &c, d, 0); /* nothing at all is no crash */
    chart_dots(&p->h, &c, NULL, 0);
    chart_bars(&p->h, &c, NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(every_conversion_works),
        cmocka_unit_test(sentences_follow_the_language),
        cmocka_unit_test(numbers_read_as_people_write_them),
        cmocka_unit_test(dates_read_as_people_write_them),
        cmocka_unit_test(addresses_are_encoded),
        cmocka_unit_test(a_chart_says_draws_and_lists),
        cmocka_unit_test(a_trend_breaks_where_it_is_hidden),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)begin(LANG_EN);
    return failed;
}
