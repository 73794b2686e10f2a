#include "base/config.h"
#include "base/json.h"
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>

static const char *from_word(enum config_from f) {
    return f == CONF_FROM_ENVIRONMENT ? "environment" : f == CONF_FROM_FILE ? "file" : "default";
}

static void print_json(void) {
    struct buf b = buf_new(1 << 20);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct config_row *row = &config_rows[i];
        json_open(&j, '{');
        json_key(&j, "name");
        json_z(&j, row->name);
        json_key(&j, "value");
        json_z(&j, config_text((enum config_id)i));
        json_key(&j, "from");
        json_z(&j, from_word(config_from((enum config_id)i)));
        json_key(&j, "default");
        json_z(&j, row->def);
        json_key(&j, "unit");
        json_z(&j, row->unit);
        json_key(&j, "why");
        json_z(&j, row->why.en);
        json_close(&j);
    }
    json_close(&j);
    (void)puts(buf_str(&b).p);
    buf_free(&b);
}

static enum err explain(const struct arguments *a, struct errmsg *e) {
    (void)e;
    if (arg_json(a)) {
        print_json();
        return ERR_OK;
    }
    static const char *const heads[] = {"Setting", "Value", "From", "Unit", "Allowed", "Why"};
    struct table *t = table_new(heads, 6);
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct config_row *row = &config_rows[i];
        char allowed[60] = "any text";
        if (row->kind == CONF_INT)
            (void)snprintf(allowed, sizeof allowed, "%" PRId64 " to %" PRId64, row->least,
                           row->most);
        table_row(t, (struct str[]){str_z(row->name), str_z(config_text((enum config_id)i)),
                                    str_z(from_word(config_from((enum config_id)i))),
                                    str_z(row->unit), str_z(allowed), str_z(row->why.en)});
    }
    table_print_free(t);
    (void)puts(
        "\nSet one in homeroom.conf (port = 9000) or in the environment (HOMEROOM_PORT=9000).");
    return ERR_OK;
}

const struct command command_config_explain = {
    .name = "config explain",
    .summary = "every setting and limit: its value, where that comes from, what is allowed and why",
    .usage = "[--json]",
    .example = "homeroom config explain",
    .run = explain,
};
