#include "events/columns.h"

#include "base/date.h"
#include "base/rng.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct columns_shape usage = {
    ',', 5, {COLUMN_DAY, COLUMN_KEY, COLUMN_KEY, COLUMN_HUNDREDTHS, COLUMN_HUNDREDTHS}};

static void key_is(const struct columns *c, size_t column, size_t row, const char *want) {
    assert_str(c->column[column].key[c->column[column].code[row]], want);
}

static void plain_rows_are_read(void **state) {
    (void)state;
    const char *text = "2026-09-01,100234,Zearn,12.5,3\n"
                       "\"2026-09-02\",\"100235\",\"Khan Academy\",\"0\",\"\"\r\n"
                       "2026-09-02,100234,Khan Academy,1440,12\n"
                       "2026-09-03,100234,Zearn,.25,0.1\n"
                       "2026-09-03,100234,Zearn,7.,99999.99\n"
                       "2026-09-04,100234,Zearn,,\n";
    struct columns c;
    columns_read(str_z(text), &usage, &c);
    assert_int_equal(c.rows, 6);
    assert_int_equal(c.refused, 0);
    assert_int_equal(c.lines, 6);
    const int32_t a[] = {1250, 0, 144000, 25, 700, INT32_MIN};
    const int32_t b[] = {300, INT32_MIN, 1200, 10, 9999999, INT32_MIN};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(c.column[3].number[i], a[i]);
        assert_int_equal(c.column[4].number[i], b[i]);
    }
    assert_int_equal(c.column[0].number[1], date_from_ymd(2026, 9, 2));
    assert_int_equal(c.column[1].keys, 2);
    key_is(&c, 2, 1, "Khan Academy");
    key_is(&c, 2, 5, "Zearn");
    columns_free(&c);
}

static void what_is_not_plain_is_read_with_care(void **state) {
    (void)state;
    const char *text = "9/1/2026, 100234 ,\"The \"\"A\"\" list, new\",1.005e1,-3\n"
                       "\n"
                       "2026-09-02,100234,\"two\nlines\",N/A,2.675\n"
                       ",,,,\r\n"
                       "2026-09-02,100235,Zearn\n"
                       "2026-09-02,100236,Zearn,1,2,,";
    struct columns c;
    columns_read(str_z(text), &usage, &c);
    assert_int_equal(c.refused, 0);
    assert_int_equal(c.rows, 4);
    assert_int_equal(c.us_dates, 1);
    key_is(&c, 2, 0, "The \"A\" list, new");
    key_is(&c, 2, 1, "two\nlines");
    key_is(&c, 1, 0, "100234");
    assert_int_equal(c.column[1].code[0], c.column[1].code[1]);
    assert_int_equal(c.column[3].number[0], 1005);
    assert_int_equal(c.column[4].number[0], -300);
    assert_int_equal(c.column[3].number[1], INT32_MIN);
    assert_int_equal(c.column[3].number[2], INT32_MIN);
    const uint64_t line[] = {1, 3, 6, 7};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(columns_line(&c, i), line[i]);
    columns_free(&c);
}

static void broken_rows_cost_themselves(void **state) {
    (void)state;
    const char *text = "2026-09-01,1,Zearn,1,1\n"
                       "2026-13-01,1,Zearn,1,1\n"
                       "2026-09-01,,Zearn,1,1\n"
                       "2026-09-01,1,Zearn,twelve,1\n"
                       "2026-09-01,1,Zearn,1,99999999999\n"
                       "2026-09-01,1,Zearn,1,1,6\n"
                       "2026-09-01,1,\"Zearn,1,1\n"
                       "2026-09-01,2,Zearn,1,1\n";
    static const struct {
        uint64_t line;
        size_t column;
        const char *value;
    } want[] = {
        {2, 0, "2026-13-01"}, {3, 1, ""}, {4, 3, "twelve"}, {5, 4, "99999999999"}, {6, 4, "6"}};
    struct columns c;
    columns_read(str_z(text), &usage, &c);
    assert_int_equal(c.faults, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(c.fault[i].line, want[i].line);
        assert_int_equal(c.fault[i].column, want[i].column);
        assert_str(c.fault[i].value, want[i].value);
    }
    assert_int_equal(c.rows, 3); /* the open quote is taken as a letter */
    assert_int_equal(columns_line(&c, 2), 8);
    columns_free(&c);
}

/* The same rows one at a time, which is too short for the fast road. */
static void both_roads_say_the_same(void **state) {
    (void)state;
    static const char *const day[] = {"2026-09-01", "2026-09-02", "\"2026-10-30\"", "9/3/2026",
                                      "x",          "2026-02-30", "2026-09-01T"};
    static const char *const key[] = {"1",
                                      "100234",
                                      "12345678",
                                      "123456789",
                                      "\"a b\"",
                                      "a\"b",
                                      " q",
                                      "q ",
                                      "\xC2\xA0z",
                                      "NA",
                                      "-",
                                      "Lexia Core5 Reading",
                                      "\"Lexia Core5 Reading\"",
                                      "\"x\"\"y\"",
                                      "",
                                      "\"\""};
    static const char *const number[] = {
        "0",    "1",  "12.5",     "0.02",        "1234567",     "12345678", "1.234", ".5",
        "5.",   ".",  "1.2.3",    "-4",          "+4",          "\"7\"",    "1e3",   "",
        "\"\"", " 3", "99999.99", "21474836.47", "21474836.49", "/",        ":",     "3x"};
#define PICK(r, list) list[rng_below(&(r), sizeof(list) / sizeof *(list))]
    struct rng r = rng_seed(11);
    enum { ROWS = 20000, ROW = 160 };
    char *text = calloc(ROWS + 1, ROW), *at = text;
    struct columns all, one;
    struct str *line = calloc(ROWS, sizeof *line);
    for (size_t i = 0; i < ROWS; i++) {
        bool odd = rng_chance(&r, 0.3);
        int n = snprintf(at, ROW, "%s,%s,%s,%s,%s%s", odd ? PICK(r, day) : "2026-09-01",
                         odd ? PICK(r, key) : "100234", odd ? PICK(r, key) : "Zearn",
                         odd ? PICK(r, number) : "12.5", odd ? PICK(r, number) : "3",
                         rng_chance(&r, 0.2) ? "\r\n" : "\n");
        line[i] = (struct str){at, (size_t)n};
        at += n;
    }
    /* A quote that stands open may close in another row: such rows are left out. */
    char *clean = calloc(ROWS + 1, ROW), *to = clean;
    size_t kept = 0;
    for (size_t i = 0; i < ROWS; i++) {
        size_t quotes = 0;
        for (size_t k = 0; k < line[i].n; k++)
            quotes += line[i].p[k] == '"';
        if (quotes % 2 != 0)
            continue;
        memcpy(to, line[i].p, line[i].n);
        line[kept++] = (struct str){to, line[i].n};
        to += line[i].n;
    }
    struct columns_shape shape = usage;
    columns_read((struct str){clean, (size_t)(to - clean)}, &shape, &all);
    size_t row = 0, refused = 0;
    for (size_t i = 0; i < kept; i++) {
        char *copy = malloc(line[i].n);
        memcpy(copy, line[i].p, line[i].n);
        columns_read((struct str){copy, line[i].n}, &shape, &one);
        refused += one.refused;
        if (one.rows == 1) {
            assert_int_equal(columns_line(&all, row), i + 1);
            for (size_t k = 0; k < 5; k++)
                if (shape.type[k] == COLUMN_KEY) {
                    struct str a = all.column[k].key[all.column[k].code[row]],
                               b = one.column[k].key[one.column[k].code[0]];
                    assert_true(str_eq(a, b));
                } else {
                    assert_int_equal(all.column[k].number[row], one.column[k].number[0]);
                }
            row++;
        }
        columns_free(&one);
        free(copy);
    }
    assert_int_equal(all.rows, row);
    assert_int_equal(all.refused, refused);
    assert_int_equal(all.lines, kept);
    columns_free(&all);
    free(text);
    free(clean);
    free(line);
}

static void pieces_together_are_the_whole(void **state) {
    (void)state;
    char text[8192];
    size_t n = 0;
    for (int i = 0; i < 90; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "2026-09-01,%d,%s,%d,1\n", i % 13,
                              i % 7 == 0 ? "\"two\nlines\"" : "Zearn", i);
    for (size_t pieces = 1; pieces < 20; pieces++) {
        struct str part[20];
        size_t made = columns_split((struct str){text, n}, pieces, part), rows = 0, bytes = 0;
        assert_true(made <= pieces);
        for (size_t i = 0; i < made; i++) {
            struct columns c;
            columns_read(part[i], &usage, &c);
            assert_int_equal(c.refused, 0);
            for (size_t k = 0; k < c.rows; k++)
                assert_int_equal(c.column[3].number[k], 100 * rows++);
            bytes += part[i].n;
            columns_free(&c);
        }
        assert_int_equal(rows, 90);
        assert_int_equal(bytes, n);
    }
}

/* Any bytes at all: nothing but an answer (the sanitizers watch). */
static void any_bytes_are_survived(void **state) {
    (void)state;
    static const char letters[] = "0123456789-./,,,,,\"\"\n\n\n\r;x \xC2\xA0";
    struct rng r = rng_seed(5);
    for (int i = 0; i < 2000; i++) {
        size_t n = rng_below(&r, 600);
        char *text = malloc(n + 1);
        for (size_t k = 0; k < n; k++)
            text[k] = letters[rng_below(&r, sizeof letters)];
        struct str part[4];
        size_t made = columns_split((struct str){text, n}, 4, part);
        for (size_t p = 0; p < made; p++) {
            struct columns c;
            columns_read(part[p], &usage, &c);
            columns_free(&c);
        }
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows_are_read),
        cmocka_unit_test(what_is_not_plain_is_read_with_care),
        cmocka_unit_test(broken_rows_cost_themselves),
        cmocka_unit_test(both_roads_say_the_same),
        cmocka_unit_test(pieces_together_are_the_whole),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
