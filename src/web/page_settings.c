/* Settings and limits as they are in force, and where each comes from. They are set on the server:
 * whoever can change a limit can also read the disk. */
#include "web/page.h"

#include "base/config.h"

#include <inttypes.h>
#include <string.h>

static const char *value_of(struct html *h, enum config_id id) {
    const struct config_row *row = &config_rows[id];
    if (row->kind == CONF_TEXT)
        return config_text(id)[0] == '\0' ? T(h, "not set", "sin valor") : config_text(id);
    if (strcmp(row->unit, "bytes") == 0)
        return bytes(h, config_int(id));
    return id == CONF_PORT ? arena_fmt(h->a, "%" PRId64, config_int(id)).p
                           : num_int(h, config_int(id));
}

static const char *default_of(struct html *h, enum config_id id) {
    const struct config_row *row = &config_rows[id];
    int64_t v;
    if (row->kind == CONF_INT && strcmp(row->unit, "bytes") == 0 && str_int(str_z(row->def), &v))
        return bytes(h, v);
    return row->def[0] == '\0' ? "-" : row->def;
}

static const char *from_of(struct html *h, enum config_from from) {
    return from == CONF_FROM_ENVIRONMENT ? T(h, "environment", "entorno")
           : from == CONF_FROM_FILE      ? T(h, "homeroom.conf", "homeroom.conf")
                                         : T(h, "default", "predeterminado");
}

static enum err get_settings(struct req *r, struct errmsg *e) {
    (void)e;
    struct html *h = page_begin(
        r, &(struct page){.heading = tr(TR("Settings and limits", "Ajustes y límites"), r->lang),
                          .sentence = tr(TR("What is in force, and why. To change one, write it in "
                                            "homeroom.conf on the server (name = value) and start "
                                            "the server again.",
                                            "Lo que rige y por qué. Para cambiar uno, escríbalo en "
                                            "homeroom.conf en el servidor (nombre = valor) y "
                                            "reinicie."),
                                         r->lang)});
    const char *value = T(h, "Value", "Valor"), *def = T(h, "Default", "Predeterminado"),
               *from = T(h, "From", "Origen"), *why = T(h, "Why", "Por qué");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>\n",
         T(h, "Name", "Nombre"), value, def, from, why);
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct config_row *row = &config_rows[i];
        bool unit = row->kind == CONF_INT && strcmp(row->unit, "bytes") != 0;
        if (i == CONF_DATABASE) /* may hold a password */
            continue;
        html(h,
             "<tr><th scope=\"row\" class=\"mono\">%s</th><td data-l=\"%s\">%s %s</td><td "
             "data-l=\"%s\">%s</td><td data-l=\"%s\">%s</td><td data-l=\"%s\">%s</td></tr>\n",
             row->name, value, value_of(h, (enum config_id)i), unit ? row->unit : "", def,
             default_of(h, (enum config_id)i), from, from_of(h, config_from((enum config_id)i)),
             why, tr(row->why, h->lang));
    }
    html(h, "</tbody></table></div>\n");
    page_end(r);
    return ERR_OK;
}

const struct route routes_settings[] = {{.method = GET,
                                         .pattern = "/settings",
                                         .handler = get_settings,
                                         .perm = PERM_SETTINGS,
                                         .nav = TR_INIT("Settings", "Ajustes"),
                                         .nav_order = 95,
                                         .title = TR_INIT("Settings", "Ajustes")},
                                        {0}};
