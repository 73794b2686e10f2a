#include "base/sheet.h"

#include "base/xlsx.h"

#include "test.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void what_is_written_reads_back(void **state) {
    (void)state;
    static const struct xlsx_column columns[] = {{"serialNumber", XLSX_TEXT, 0},
                                                 {"cost, USD", XLSX_MONEY, 0},
                                                 {"seen", XLSX_DATE, 0},
                                                 {"n", XLSX_INT, 0}};
    struct xlsx *x;
    struct buf book = buf_new(1 << 20), csv = buf_new(1 << 20);
    char path[] = "/tmp/homeroom-sheet.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_ok(xlsx_open(path, "Devices", columns, 4, &x, e));
    xlsx_text(x, STR("5CD \"\xC3\xB1\", 1"));
    xlsx_money(x, 38950);
    xlsx_date(x, date_from_ymd(2026, 11, 20));
    xlsx_int(x, 7);
    assert_ok(xlsx_row_end(x, e));
    xlsx_text(x, STR("=1+1"));
    xlsx_empty(x);
    xlsx_empty(x);
    xlsx_empty(x);
    assert_ok(xlsx_row_end(x, e));
    assert_ok(xlsx_close_into(x, &book, e));
    assert_true(sheet_looks_like(buf_str(&book)));
    assert_ok(sheet_csv(buf_str(&book), &csv, e));
    assert_str(buf_str(&csv), "serialNumber,\"cost, USD\",seen,n\r\n\"5CD \"\"\xC3\xB1\"\", "
                              "1\",389.5,46346,7\r\n=1+1,,,\r\n");
    buf_free(&book);
    buf_free(&csv);
    (void)unlink(path);
}

/* A workbook of these parts, stored in memory. */
static struct buf workbook(const char *shared, const char *sheet) {
    static char bytes[1 << 16];
    size_t used = 0;
    const struct {
        const char *name, *text;
    } parts[] = {{"xl/workbook.xml", "<workbook/>"},
                 {"xl/sharedStrings.xml", shared},
                 {"xl/worksheets/sheet1.xml", sheet}};
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(a, bytes, sizeof bytes, &used), ARCHIVE_OK);
    for (size_t i = 0; i < 3; i++) {
        struct archive_entry *en = archive_entry_new();
        archive_entry_set_pathname(en, parts[i].name);
        archive_entry_set_size(en, (la_int64_t)strlen(parts[i].text));
        archive_entry_set_filetype(en, AE_IFREG);
        assert_int_equal(archive_write_header(a, en), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, parts[i].text, strlen(parts[i].text)),
                         (la_ssize_t)strlen(parts[i].text));
        archive_entry_free(en);
    }
    assert_int_equal(archive_write_free(a), ARCHIVE_OK);
    struct buf b = buf_new(1 << 20);
    buf_add(&b, (struct str){bytes, used});
    return b;
}

static void cells_of_every_kind(void **state) {
    (void)state;
    struct buf book = workbook(
        "<sst><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r><rPh><t>x</t></rPh></si></sst>",
        "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" "
        "t=\"s\"><v>1</v></c></row>"
        "<row><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"inlineStr\"><is><t>d &amp; "
        "e</t></is></c></row>"
        "<row><c r=\"A3\"><v>6.3E+15</v></c></row></sheetData></worksheet>");
    struct buf csv = buf_new(1 << 16);
    assert_ok(sheet_csv(buf_str(&book), &csv, e));
    assert_str(buf_str(&csv), "a,,bc\r\n1,,d & e\r\n6.3E+15,,\r\n");
    buf_free(&csv);
    buf_free(&book);
}

static void must_be_refused(void **state) {
    (void)state;
    static const struct {
        const char *sheet, *says;
    } bad[] = {
        {"<worksheet><sheetData><row><c t=\"s\"><v>9</v></c></row></sheetData></worksheet>",
         "not there"},
        {"<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>", "document type"},
        {"<worksheet><sheetData><row>", "cannot be read"},
        {"<worksheet><sheetData><row><c r=\"ZZZZ1\"><v>1</v></c></row></sheetData></worksheet>",
         "more columns"},
        {"", "cannot be read"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf book = workbook("<sst/>", bad[i].sheet), csv = buf_new(1 << 16);
        struct errmsg why = {{0}};
        assert_int_equal(sheet_csv(buf_str(&book), &csv, &why), ERR_INVALID);
        if (strstr(why.text, bad[i].says) == NULL)
            fail_msg("case %zu: %s", i, why.text);
        buf_free(&csv);
        buf_free(&book);
    }
    assert_false(sheet_looks_like(STR("a,b\n1,2\n")));
    assert_false(sheet_looks_like(STR("PK\3\4 cut")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(cells_of_every_kind),
        cmocka_unit_test(must_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
