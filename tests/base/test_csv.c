/* Reading: what a district's export may hold, one tolerance after the other, each beside the input
 * that must not pass for it. Writing: what a spreadsheet must not run. */
#include "base/csv.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* Rows as text: cells between [ ], flags as letters, the line before. */
static void show(struct buf *b, struct csv *c) {
    static const char letters[] = "SLRUT";
    struct csv_row row;
    while (csv_next(c, &row)) {
        buf_fmt(b, "%u:", (unsigned)row.line);
        for (size_t i = 0; i < row.n; i++)
            buf_fmt(b, "[%.*s]", STR_ARG(row.f[i]));
        for (unsigned k = 0; k < 5; k++)
            if ((row.flags & 1u << k) != 0)
                buf_byte(b, letters[k]);
        buf_byte(b, ' ');
    }
}

/* The fill function that gives one byte at a time must give the same rows. */
struct drip {
    struct str rest;
    size_t step;
};
static long drip(void *arg, char *into, size_t cap, struct errmsg *e) {
    (void)e;
    struct drip *d = arg;
    size_t n = d->rest.n < d->step ? d->rest.n : d->step;
    n = n < cap ? n : cap;
    if (n > 0)
        memcpy(into, d->rest.p, n);
    d->rest = str_sub(d->rest, n, d->rest.n);
    return (long)n;
}

static void expect_opt(struct str text, const struct csv_options *opt, const char *want) {
    struct csv *c;
    struct buf b = buf_new(1 << 20);
    assert_ok(csv_open_text(text, opt, &c, e));
    show(&b, c);
    assert_ok(csv_close(c, e));
    assert_str(buf_str(&b), want);
    for (size_t step = 1; step <= 70000; step = step * 5 + 2) {
        struct drip d = {text, step};
        buf_clear(&b);
        assert_ok(csv_open_fill(drip, &d, opt, &c, e));
        show(&b, c);
        assert_ok(csv_close(c, e));
        assert_str(buf_str(&b), want);
    }
    buf_free(&b);
}

static void expect(const char *text, const char *want) {
    expect_opt(str_z(text), NULL, want);
}

static void line_ends(void **state) {
    (void)state;
    expect("a,b\n1,2\n3,4\n", "2:[1][2] 3:[3][4] ");
    expect("a,b\r\n1,2\r\n3,4", "2:[1][2] 3:[3][4] ");
    expect("a,b\r1,2\r3,4\r", "2:[1][2] 3:[3][4] ");
    expect("a,b\r1,2\r\"3\r3\",4\r5,6", "2:[1][2] 3:[3\r3][4] 5:[5][6] ");
    expect("\xEF\xBB\xBF"
           "a,b\n1,2\n",
           "2:[1][2] ");
    expect("a,b\r\r\n1,2\r\r\n", "2:[1][2] ");
    expect("a,b\n1,x\ry\n", "2:[1][x\ry] "); /* a CR inside a file of LF is a letter */
    expect("a,b\n\n1,2\n,\n\n3,4\n", "3:[1][2] 6:[3][4] ");
    expect("a,b\n", "");
}

static void quotes(void **state) {
    (void)state;
    expect("a,b\n\"1\",\"2\"\n", "2:[1][2] ");
    expect("a,b\n\"x,y\",\"q\"\"r\"\"\"\n", "2:[x,y][q\"r\"] ");
    expect("a,b\n\"x\ny\nz\",2\n3,4\n", "2:[x\ny\nz][2] 5:[3][4] ");
    expect("a,b\n\"1\" , \"2\"\r\n3,\"\"\n", "2:[1][2] 3:[3][] ");
    expect("a,b\n5\" pipe,2\n", "2:[5\" pipe][2] ");
    expect("a,b\n\"Ann \"Nan\" Lee\",2\n", "2:[Ann \"Nan\" Lee][2]R ");
    expect("a,b\n\"1,2\n3,4\n5,6\n", "2:[\"1][2]U 3:[3][4] 4:[5][6] ");
    expect("a,b\n\"1,2\n\"3\",4\n5,6\n", "2:[\"1][2]U 3:[3][4] 4:[5][6] ");
    expect("a,b\n1,\"2", "2:[1][\"2]U ");
    expect("a,b\n\"x\"\"\",\"\"\"y\"\n", "2:[x\"][\"y] ");
}

static void ragged(void **state) {
    (void)state;
    expect("a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n", "2:[1][2]S 3:[1][2][3][4]L 4:[1][2][3][][] ");
    struct csv *c;
    struct csv_row row;
    assert_ok(csv_open_text(STR("a,b,c,\n1\n"), NULL, &c, e));
    assert_int_equal(csv_columns(c), 3);
    assert_true(csv_next(c, &row));
    assert_str(row.f[2], "");
    assert_false(csv_next(c, &row));
    assert_ok(csv_close(c, e));
}

static void delimiters(void **state) {
    (void)state;
    expect("a;b\n1,5;2\n", "2:[1,5][2] ");
    expect("a\tb\n1\t2\n", "2:[1][2] ");
    expect("a|b\n1|2\n", "2:[1][2] ");
    expect("sep=;\na;b,c\n1;2,3\n", "3:[1][2,3] ");
    expect("a\n1\n2\n", "2:[1] 3:[2] ");
    expect("name;a,b\n\"x,y\";1\nz;2\n", "2:[x,y][1] 3:[z][2] ");
    expect_opt(STR("Report of June\n\na,b\n1,2\n"), &(struct csv_options){.skip_lines = 2},
               "4:[1][2] ");
    expect_opt(STR("1,2\n3,4\n"), &(struct csv_options){.no_header = true}, "1:[1][2] 2:[3][4] ");
}

static void headers(void **state) {
    (void)state;
    struct csv *c;
    assert_ok(csv_open_text(STR(" id ,Name,,name,name\n"), NULL, &c, e));
    assert_int_equal(csv_columns(c), 5);
    assert_str(csv_header(c, 0), "id");
    assert_str(csv_header(c, 2), "");
    assert_str(csv_column_name(c, 2), "column 3");
    assert_str(csv_column_name(c, 1), "Name");
    assert_str(csv_column_name(c, 3), "name (2)");
    assert_str(csv_column_name(c, 4), "name (3)");
    assert_ok(csv_close(c, e));
}

static void refuse(struct str text, const struct csv_options *opt, enum err kind,
                   const char *want) {
    struct csv *c;
    struct csv_row row;
    struct errmsg e = {{0}};
    enum err r = csv_open_text(text, opt, &c, &e);
    if (r == ERR_OK) {
        while (csv_next(c, &row)) {
        }
        r = csv_close(c, &e);
    }
    assert_int_equal(r, kind);
    assert_string_equal(e.text, want);
}

static void limits(void **state) {
    (void)state;
    refuse(STR(""), NULL, ERR_INVALID,
           "The file is empty: it needs a first row with the names of its columns.");
    refuse(STR("\n\r\n\n"), NULL, ERR_INVALID,
           "The file is empty: it needs a first row with the names of its columns.");
    refuse(
        STR("a,b,c\n"), &(struct csv_options){.columns_max = 2}, ERR_LIMIT,
        "The first row has too many columns; at most 2 columns are read. Check that the first row "
        "holds the names of the columns.");
    refuse(
        STR("a\n1\n2\n"), &(struct csv_options){.rows_max = 1}, ERR_LIMIT,
        "The file has more than 1 rows, the most this import takes. Split it, or raise the limit.");
    struct csv_options small = {.field_bytes_max = 4};
    expect_opt(STR("a,b\n1,2\n12345,6\n\"12345\",6\n7,8\n"), &small, "2:[1][2] 3:T 4:T 5:[7][8] ");
    struct errmsg e = {{0}};
    struct csv *c;
    assert_int_equal(csv_open_file("/nonexistent/x.csv", NULL, &c, &e), ERR_NOT_FOUND);
    assert_null(c);
}

/* Three megabytes in one cell and a million columns cost their rows, and little time. */
static void monsters(void **state) {
    (void)state;
    struct buf b = buf_new(1 << 24);
    buf_add(&b, STR("a,b\n1,2\n"));
    for (int i = 0; i < 3 << 20; i++)
        buf_byte(&b, 'x');
    buf_add(&b, STR(",2\n3,4\n"));
    for (int i = 0; i < 1 << 20; i++)
        buf_byte(&b, ',');
    buf_add(&b, STR("\n5,6\n"));
    for (int i = 0; i < 200000; i++) /* a quote on each line that nothing closes */
        buf_add(&b, STR("\"a,\"b\n"));
    expect_opt(STR("a,b\n1,2\n"), NULL, "2:[1][2] ");
    struct csv *c;
    struct csv_row row;
    uint64_t plain = 0, too_long = 0, unclosed = 0;
    struct drip d = {buf_str(&b), 100000};
    assert_ok(csv_open_fill(drip, &d, NULL, &c, e));
    while (csv_next(c, &row)) {
        too_long += (row.flags & CSV_TOO_LONG) != 0;
        unclosed += (row.flags & CSV_UNCLOSED) != 0;
        plain += row.flags == 0;
    }
    assert_ok(csv_close(c, e));
    assert_int_equal(too_long, 2);
    assert_int_equal(plain, 3);
    assert_true(unclosed > 190000);
    buf_free(&b);
}

static void high_bytes(void **state) {
    (void)state;
    struct csv *c;
    struct csv_row row;
    assert_ok(csv_open_text(STR("a,b\nx,caf\xE9\n"), NULL, &c, e));
    assert_true(csv_next(c, &row));
    assert_true((row.flags & CSV_HIGH) != 0);
    assert_ok(csv_close(c, e));
}

static void writing(void **state) {
    (void)state;
    struct buf b = buf_new(4096);
    struct csv_writer w = {.out = &b};
    csv_put(&w, STR("plain"));
    csv_put(&w, STR("a,b"));
    csv_put(&w, STR("say \"hi\""));
    csv_put(&w, STR("two\nlines"));
    csv_put(&w, STR(""));
    csv_end(&w);
    csv_put(&w, STR("=1+1"));
    csv_put(&w, STR("-5.2"));
    csv_put(&w, STR("-x"));
    csv_put(&w, STR("@SUM(A1,A2)"));
    csv_put(&w, STR("+1 555 0100"));
    csv_put(&w, STR("\tx"));
    csv_put_raw(&w, STR("=1"));
    csv_end(&w);
    csv_put_int(&w, -7);
    csv_put_real(&w, 0.1);
    csv_put_real(&w, (double)NAN);
    csv_end(&w);
    assert_str(buf_str(&b), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n"
                            "'=1+1,-5.2,'-x,\"'@SUM(A1,A2)\",'+1 555 0100,'\tx,=1\r\n"
                            "-7,0.1,\r\n");
    expect_opt(
        buf_str(&b), &(struct csv_options){.no_header = true},
        "1:[plain][a,b][say \"hi\"][two\nlines][] 3:['=1+1][-5.2]['-x]['@SUM(A1,A2)]['+1 555 "
        "0100]['\tx][=1] 4:[-7][0.1][] ");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends),  cmocka_unit_test(quotes),     cmocka_unit_test(ragged),
        cmocka_unit_test(delimiters), cmocka_unit_test(headers),    cmocka_unit_test(limits),
        cmocka_unit_test(monsters),   cmocka_unit_test(high_bytes), cmocka_unit_test(writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
