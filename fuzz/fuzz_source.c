/* A file of a stranger: looked at with every source to choose from, its cells typed. */
#include "fuzz.h"

#include "base/config.h"
#include "base/csv.h"
#include "provide/provide.h"

static void type_rows(const struct source_view *v) {
    struct csv_options how = {.delimiter = v->delimiter, .skip_lines = v->skip_lines};
    struct arena *a = arena_new(16 << 20);
    struct errmsg e;
    struct csv *c;
    struct csv_row row;
    if (csv_open_text(v->text, &how, &c, &e) == ERR_OK) {
        for (int k = 0; k < 50 && csv_next(c, &row); k++) {
            arena_reset(a);
            for (size_t i = 0; i < v->width && (row.flags & CSV_TOO_LONG) == 0; i++) {
                struct val out;
                int col = v->match[i].column;
                if (col < 0)
                    continue;
                struct errmsg why = {{0}};
                enum err r =
                    source_cell(v->source, &v->source->columns[col], row.f[i], a, &out, NULL, &why);
                CHECK(r == ERR_OK || why.text[0] != '\0');
                CHECK(r != ERR_OK || out.kind != VAL_TEXT || str_utf8_ok(out.s));
            }
        }
        err_ignore(csv_close(c, &e)); /* a broken file is what this is about */
    }
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct arena *a = arena_new(256 << 20);
    struct errmsg e = {{0}};
    struct source_view v;
    struct str bytes = {(const char *)data, n};
    enum err r = source_look(NULL, provide_sources, provide_source_count, NULL, STR("file.csv"),
                             bytes, a, &v, &e);
    CHECK(r == ERR_OK || e.text[0] != '\0');
    if (r == ERR_OK)
        type_rows(&v);
    arena_free(a);
    return 0;
}
