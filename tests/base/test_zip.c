/* Zips that strangers made, encodings, workbooks. */
#include "base/encoding.h"
#include "base/xlsx.h"
#include "base/zip.h"

#include "test.h"

#include <archive.h>
#include <archive_entry.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
    const char *name;
    struct str bytes;
};

/* A zip of these files in `out`. */
static struct str zipped(const struct file files[], size_t n, const char *options, char *out,
                         size_t cap) {
    size_t used = 0;
    struct archive *ar = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(ar), ARCHIVE_OK);
    if (options != NULL) {
        assert_int_equal(archive_write_set_options(ar, options), ARCHIVE_OK);
        assert_int_equal(archive_write_set_passphrase(ar, "x"), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_memory(ar, out, cap, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, files[i].name);
        archive_entry_set_size(entry, (la_int64_t)files[i].bytes.n);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(ar, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(ar, files[i].bytes.p, files[i].bytes.n),
                         files[i].bytes.n);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(ar), ARCHIVE_OK);
    (void)archive_write_free(ar);
    return (struct str){out, used};
}

static char space[8 << 20], zeros[4 << 20];

static void members_are_read_in_any_order(void **state) {
    (void)state;
    const struct file files[] = {{"users.csv", STR("a,b\n")},
                                 {"data/Orgs.csv", STR("c\n")},
                                 {"__MACOSX/._users.csv", STR("x")}};
    struct zip *z;
    struct buf b = buf_new(100);
    struct zip_reader *one, *two;
    char got[8];
    size_t n;
    assert_ok(
        zip_open_memory(zipped(files, 3, NULL, space, sizeof space), &zip_limits_import, &z, e));
    assert_int_equal(zip_count(z), 2);
    assert_int_equal(zip_find(z, STR("orgs.CSV")), 1);
    assert_int_equal(zip_find(z, STR("none.csv")), SIZE_MAX);
    assert_str(zip_member(z, 1)->name, "data/Orgs.csv");
    assert_str(zip_member(z, 1)->base, "Orgs.csv");
    assert_ok(zip_member_all(z, 1, &b, e));
    assert_ok(zip_member_all(z, 0, &b, e));
    assert_str(buf_str(&b), "c\na,b\n");
    assert_ok(zip_member_open(z, 0, &one, e));
    assert_ok(zip_member_open(z, 1, &two, e)); /* two at once */
    assert_ok(zip_member_read(one, got, 2, &n, e));
    assert_int_equal(n, 2);
    assert_ok(zip_member_read(two, got, sizeof got, &n, e));
    assert_str(((struct str){got, n}), "c\n");
    assert_ok(zip_member_read(one, got, sizeof got, &n, e));
    assert_str(((struct str){got, n}), "b\n");
    zip_member_close(one);
    zip_member_close(two);
    zip_close(z);
    buf_free(&b);
}

static void what_is_dangerous_is_refused_with_a_sentence(void **state) {
    (void)state;
    static const struct zip_limits small = {
        .members_max = 2, .member_bytes_max = 3 << 20, .total_bytes_max = 5 << 20, .ratio_max = 50};
    const struct file outside[] = {{"../../etc/passwd", STR("x")}},
                      root[] = {{"/etc/passwd", STR("x")}},
                      twice[] = {{"a.csv", STR("1")}, {"A.csv", STR("2")}},
                      nested[] = {{"roster.zip", STR("PK")}},
                      many[] = {{"1", STR("1")}, {"2", STR("2")}, {"3", STR("3")}},
                      bomb[] = {{"a.csv", {zeros, 2 << 20}}},
                      large[] = {{"a.csv", {zeros, 4 << 20}}}, secret[] = {{"a.csv", STR("1")}},
                      windows[] = {{"..\\x", STR("1")}};
    const struct {
        const struct file *files;
        size_t n;
        const char *options, *what;
        enum err kind;
    } bad[] = {
        {outside, 1, NULL, "outside of its folder", ERR_INVALID},
        {root, 1, NULL, "outside of its folder", ERR_INVALID},
        {windows, 1, NULL, "outside of its folder", ERR_INVALID},
        {twice, 2, NULL, "stands twice", ERR_INVALID},
        {nested, 1, NULL, "holds another zip", ERR_INVALID},
        {many, 3, NULL, "more than 2 files", ERR_LIMIT},
        {bomb, 1, NULL, "times its size", ERR_LIMIT},
        {large, 1, NULL, "the limit is 3 MB", ERR_LIMIT},
        {secret, 1, "zip:encryption=traditional", "password", ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct errmsg why = {{0}};
        struct zip *z;
        struct str bytes = zipped(bad[i].files, bad[i].n, bad[i].options, space, sizeof space);
        assert_int_equal(zip_open_memory(bytes, &small, &z, &why), bad[i].kind);
        assert_null(z);
        if (strstr(why.text, bad[i].what) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", why.text, bad[i].what);
    }
}

static void a_directory_that_lies_does_no_harm(void **state) {
    (void)state;
    static const struct zip_limits small = {
        .members_max = 2, .member_bytes_max = 2 << 20, .total_bytes_max = 5 << 20, .ratio_max = 50};
    const struct file bomb[] = {{"a.csv", {zeros, 4 << 20}}};
    struct errmsg why = {{0}};
    struct zip *z;
    struct buf b = buf_new(8 << 20);
    struct str bytes = zipped(bomb, 1, NULL, space, sizeof space);
    /* Claims ten bytes, in each place where the true size stands. */
    for (size_t i = 0; i + 4 <= bytes.n; i++)
        if (memcmp(space + i, "\0\0\x40\0", 4) == 0)
            memcpy(space + i, "\x0a\0\0\0", 4);
    if (zip_open_memory(bytes, &small, &z, &why) == ERR_OK) {
        assert_int_not_equal(zip_member_all(z, 0, &b, &why), ERR_OK);
        assert_true(b.n <= (3 << 20) && why.text[0] != '\0');
        zip_close(z);
    }
    assert_int_equal(zip_open_memory(STR("no zip"), &small, &z, &why), ERR_INVALID);
    assert_int_equal(zip_open("/nonexistent.zip", &small, &z, &why), ERR_IO);
    bytes = zipped(&(struct file){"a.csv", STR("some text that is cut off")}, 1, NULL, space,
                   sizeof space);
    assert_int_not_equal(zip_open_memory(str_sub(bytes, 0, bytes.n - 30), &small, &z, &why),
                         ERR_OK);
    buf_free(&b);
}

static void names_may_have_accents(void **state) {
    (void)state;
    const char *source = getenv("HOMEROOM_SOURCE");
    char path[600];
    struct zip *z;
    (void)snprintf(path, sizeof path, "%s/fuzz/corpus/zip/accent.zip",
                   source == NULL ? "." : source);
    assert_ok(zip_open(path, &zip_limits_import, &z, e));
    assert_int_equal(zip_count(z), 1);
    assert_str(zip_member(z, 0)->name, "ni\xC3\xB1os.csv");
    zip_close(z);
}

static void encodings_are_told_apart(void **state) {
    (void)state;
    static const struct {
        struct str bytes;
        enum encoding enc;
        const char *text;
    } is[] = {
        {{"plain", 5}, ENCODING_UTF8, "plain"},
        {{"\xEF\xBB\xBFPe\xC3\xB1"
          "a",
          9},
         ENCODING_UTF8,
         "Pe\xC3\xB1"
         "a"},
        {{"Pe\xF1"
          "a, Jos\xE9",
          10},
         ENCODING_WINDOWS_1252,
         "Pe\xC3\xB1"
         "a, Jos\xC3\xA9"},
        {{"O\x92"
          "Brien \x96 teacher\x92s",
          19},
         ENCODING_WINDOWS_1252,
         "O\xE2\x80\x99"
         "Brien \xE2\x80\x93 teacher\xE2\x80\x99s"},
        {{"Pe\x96"
          "a, Jos\x8E",
          10},
         ENCODING_MAC_ROMAN,
         "Pe\xC3\xB1"
         "a, Jos\xC3\xA9"},
        {{"name\rGarc\x92"
          "a\rx\r",
          15},
         ENCODING_MAC_ROMAN,
         "name\rGarc\xC3\xAD"
         "a\rx\r"},
        {{"\xFF\xFE"
          "a\0\xF1\0",
          6},
         ENCODING_UTF16LE,
         "a\xC3\xB1"},
        {{"\xFE\xFF\0a\xD8\x3D\xDE\x00", 8}, ENCODING_UTF16BE, "a\xF0\x9F\x98\x80"},
        {{"a\0b\0c\0\n\0", 8}, ENCODING_UTF16LE, "abc\n"},
        {{"a\0b", 3}, ENCODING_UTF16LE, NULL},
    };
    for (size_t i = 0; i < sizeof is / sizeof is[0]; i++) {
        struct buf held = buf_new(1000);
        struct str text;
        enum encoding enc;
        assert_ok(encoding_text(is[i].bytes, &held, &text, &enc, e));
        assert_int_equal(enc, is[i].enc);
        if (is[i].text != NULL)
            assert_str(text, is[i].text);
        assert_true((encoding_note(enc).en[0] == '\0') == (enc == ENCODING_UTF8));
        buf_free(&held);
    }
}

static void a_workbook_holds_what_was_written(void **state) {
    (void)state;
    static const struct xlsx_column columns[] = {{"Name", XLSX_TEXT, 0},
                                                 {"n", XLSX_INT, 0},
                                                 {"Day", XLSX_DATE, 12},
                                                 {"Cost", XLSX_MONEY, 0},
                                                 {"Share", XLSX_PERCENT, 0}};
    char path[] = "/tmp/homeroom-xlsx.XXXXXX";
    struct buf b = buf_new(1 << 20), sheet = buf_new(1 << 20);
    struct xlsx *x;
    struct zip *z;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(fclose(fdopen(fd, "w")), 0);
    assert_ok(
        xlsx_open(path, "A [very] long name of a sheet with \xC3\xB1 in it", columns, 5, &x, e));
    for (int i = 0; i < 3; i++) {
        xlsx_text(x, STR("=HYPERLINK(\"x\")"));
        xlsx_int(x, i);
        xlsx_date(x, i == 0 ? DATE_NONE : date_from_ymd(2026, 11, 21));
        xlsx_money(x, 12345);
        xlsx_real(x, i == 0 ? NAN : 0.25);
        assert_ok(xlsx_row_end(x, e));
    }
    assert_ok(xlsx_close_into(x, &b, e));
    assert_null(fopen(path, "rbe"));
    assert_ok(zip_open_memory(buf_str(&b), &zip_limits_import, &z, e));
    assert_ok(zip_member_all(z, zip_find(z, STR("sheet1.xml")), &sheet, e));
    assert_null(strstr(sheet.p, "<f>"));
    assert_non_null(strstr(sheet.p, "<t>=HYPERLINK(\"x\")</t>"));
    assert_non_null(strstr(sheet.p, "<v>46347</v>"));
    assert_non_null(strstr(sheet.p, "<v>123.45</v>"));
    assert_non_null(strstr(sheet.p, "state=\"frozen\""));
    assert_non_null(strstr(sheet.p, "<autoFilter ref=\"A1:E4\"/>"));
    zip_close(z);
    buf_free(&b);
    buf_free(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_read_in_any_order),
        cmocka_unit_test(what_is_dangerous_is_refused_with_a_sentence),
        cmocka_unit_test(a_directory_that_lies_does_no_harm),
        cmocka_unit_test(names_may_have_accents),
        cmocka_unit_test(encodings_are_told_apart),
        cmocka_unit_test(a_workbook_holds_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
