/* The API's own affairs: is the server well, who am I. */
#include "web/inside.h"

static enum err get_health(struct req *r, struct errmsg *e) {
    int64_t entries = 0;
    TRY(db_int(r->db, SQL_AUDIT_HEAD_READ, NO_ARGS, &entries, NULL, e)); /* the records answer */
    struct json *j = reply_json(r);
    json_open(j, '{');
    json_key(j, "status");
    json_z(j, "ok");
    json_close(j);
    return ERR_OK;
}

static enum err get_me(struct req *r, struct errmsg *e) {
    struct json *j = reply_json(r);
    (void)e;
    json_open(j, '{');
    json_key(j, "username");
    json_str(j, r->viewer.username);
    json_key(j, "name");
    json_str(j, r->viewer.display_name);
    json_key(j, "role");
    json_z(j, role_name(r->viewer.role));
    json_key(j, "language");
    json_z(j, r->lang == LANG_ES ? "es" : "en");
    json_key(j, "csrf");
    json_z(j, r->csrf);
    json_key(j, "permissions");
    json_open(j, '[');
    for (int i = PERM_PUBLIC; i < PERM_COUNT; i++)
        if (role_may(r->viewer.role, (enum perm)i))
            json_z(j, perm_rows[i].name);
    json_close(j);
    json_close(j);
    return ERR_OK;
}

const struct route routes_api[] = {{.method = GET,
                                    .pattern = "/api/health",
                                    .handler = get_health,
                                    .perm = PERM_PUBLIC,
                                    .title = TR_INIT("Health", "Estado")},
                                   {.method = GET,
                                    .pattern = "/api/me",
                                    .handler = get_me,
                                    .perm = PERM_SIGNED_IN,
                                    .title = TR_INIT("Who am I", "Quién soy")},
                                   {0}};
