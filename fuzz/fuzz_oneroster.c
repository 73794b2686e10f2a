/*
 * Any bytes read as one of the files of a roster: header matching, every cell's conversion. The
 * first byte says which file.
 */
#include "fuzz.h"

#include "standards/oneroster_rows.h"

#include <stdlib.h>
#include <string.h>

static void read_lists(const struct or_row *row) {
    char kind[OR_TEXT];
    struct str value;
    for (struct str rest = row->u.user.user_ids, item; or_list_next(&rest, &item);)
        if (or_user_id(item, kind, &value))
            CHECK(strlen(kind) < OR_TEXT && value.n > 0);
}

static void read_rows(struct csv *c, const int *place, struct or_context *cx) {
    struct csv_row in;
    struct or_row row;
    while (csv_next(c, &in)) {
        struct str cell[OR_COLUMNS];
        memset(cell, 0, sizeof cell);
        bool utf8 = true;
        for (size_t i = 0; i < csv_columns(c) && (in.flags & CSV_TOO_LONG) == 0; i++)
            if (place[i] >= 0) {
                cell[place[i]] = str_trim(in.f[i]);
                utf8 = utf8 && str_utf8_ok(in.f[i]);
            }
        if (!utf8)
            continue;
        or_convert(cx, cell, in.flags, &row);
        CHECK(row.why != NULL || row.key != 0);
        CHECK(row.col < OR_COLUMNS);
        if (row.why == NULL && cx->file == OR_USERS)
            read_lists(&row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2 || n > 1 << 16)
        return 0;
    struct str text = {(const char *)bytes + 1, n - 1};
    struct or_context cx = {.file = (enum or_file)(bytes[0] % OR_FILES), .as_of = 20778};
    struct csv *c;
    if (csv_open_text(text, NULL, &c, NULL) != ERR_OK)
        return 0;
    int *place = calloc(csv_columns(c) + 1, sizeof *place);
    struct buf said = buf_new(1 << 16);
    CHECK(place != NULL);
    if (or_match_header(&or_specs[cx.file], c, place, &said, NULL) == ERR_OK) {
        for (size_t i = 0; i < csv_columns(c); i++)
            if (place[i] >= 0)
                cx.present |= (uint64_t)1 << place[i];
        read_rows(c, place, &cx);
    }
    buf_free(&said);
    free(place);
    CHECK(csv_close(c, NULL) == ERR_OK);
    return 0;
}
