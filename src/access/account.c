#include "access/account.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 120, USERNAME_MAX = 80, LIST_MAX = 500 };

static const char *lang_code(enum lang lang) {
    return lang == LANG_ES ? "es" : "en";
}

static enum err text(struct errmsg *e, enum err kind, enum lang lang, struct tr t) {
    return err_set(e, kind, "%s", tr(t, lang));
}

static struct str lower(struct arena *a, struct str s) {
    char *p = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] - 'A' + 'a');
    return (struct str){p, s.n};
}

static bool username_ok(struct str s) {
    if (s.n < 2 || s.n > USERNAME_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
              c == '-' || c == '@' || c == '+'))
            return false;
    }
    return true;
}

static enum lang by_lang(const struct viewer *by) {
    return by == NULL ? LANG_EN : by->lang;
}

static struct str id_text(char out[static 24], int64_t id) {
    int n = snprintf(out, 24, "%" PRId64, id);
    return (struct str){out, (size_t)n};
}

/* One entry about an account: {"username":...,"key":value}. */
static enum err note(struct db *db, const struct viewer *by, const char *action, int64_t id,
                     const char *key, struct str value, struct errmsg *e) {
    struct buf b = buf_new(8192);
    struct json j = json_to(&b);
    char number[24];
    json_open(&j, '{');
    json_key(&j, key);
    json_str(&j, value);
    json_close(&j);
    enum err r = audit_append(db, by,
                              &(struct audit_entry){.action = str_z(action),
                                                    .subject = STR("account"),
                                                    .subject_id = id_text(number, id),
                                                    .detail = buf_str(&b)},
                              e);
    buf_free(&b);
    return r;
}

static enum err set_orgs(struct db *db, int64_t id, const int64_t *orgs, size_t n,
                         struct errmsg *e) {
    TRY(db_exec(db, SQL_ACCOUNT_ORG_CLEAR, ARGS(V_INT(id)), NULL, e));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(db, SQL_ACCOUNT_ORG_INSERT, ARGS(V_INT(id), V_INT(orgs[i])), NULL, e));
    return ERR_OK;
}

static enum err insert(struct db *db, const struct account_new *n, struct str username,
                       enum lang lang, int64_t *id, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_ACCOUNT_BY_USERNAME, ARGS(V_STR(username)), &r, e));
    bool taken = rows_next(r);
    TRY(rows_close(r, e));
    if (taken)
        return text(e, ERR_CONFLICT, lang,
                    TR("This sign-in name is taken; choose another.",
                       "Ese usuario ya existe; elija otro."));
    return db_int(db, SQL_ACCOUNT_INSERT,
                  ARGS(V_STR(username), V_STR(n->display_name), val_id(n->person_id),
                       V_Z(role_name(n->role)), V_Z(n->hash == NULL ? "" : n->hash),
                       V_Z(lang_code(n->lang)), V_INT(n->must_change), V_INT(date_now_us())),
                  id, NULL, e);
}

enum err account_add(struct db *db, const struct viewer *by, const struct account_new *n,
                     int64_t *id, struct errmsg *e) {
    enum lang lang = by_lang(by);
    char small[USERNAME_MAX + 1];
    struct str username = str_trim(n->username);
    if (username.n > USERNAME_MAX)
        username.n = 0;
    for (size_t i = 0; i < username.n; i++)
        small[i] = (char)(username.p[i] >= 'A' && username.p[i] <= 'Z' ? username.p[i] + 32
                                                                       : username.p[i]);
    username.p = small;
    CHECK(n->role > ROLE_NONE && n->role < ROLE_COUNT);
    if (!username_ok(username))
        return text(e, ERR_INVALID, lang,
                    TR("A sign-in name has 2 to 80 letters, digits, dots, dashes, + or @.",
                       "El usuario tiene de 2 a 80 letras, números, puntos, guiones, + o @."));
    if (n->display_name.n == 0 || n->display_name.n > NAME_MAX_BYTES)
        return text(e, ERR_INVALID, lang,
                    TR("Give a name of at most 120 characters.",
                       "Escriba un nombre de 120 caracteres como máximo."));
    TRY(insert(db, n, username, lang, id, e));
    TRY(set_orgs(db, *id, n->org_ids, n->org_count, e));
    return note(db, by, "add", *id, "role", str_z(role_name(n->role)), e);
}

enum err account_set_password(struct db *db, const struct viewer *by, int64_t id, const char *hash,
                              bool must_change, struct errmsg *e) {
    int64_t changed = 0;
    TRY(db_exec(db, SQL_ACCOUNT_UPDATE_PASSWORD, ARGS(V_Z(hash), V_INT(must_change), V_INT(id)),
                &changed, e));
    if (changed == 0)
        return text(e, ERR_NOT_FOUND, by_lang(by),
                    TR("There is no such account.", "No existe esa cuenta."));
    TRY(session_close_all(db, id, e));
    return note(db, by, "change", id, "password", must_change ? STR("handed out") : STR("own"), e);
}

/* Someone must be left who can give accounts back. */
static enum err keep_one_administrator(struct db *db, const struct viewer *by, int64_t id,
                                       struct errmsg *e) {
    struct arena *a = arena_new(64 * 1024);
    struct account acc = {0};
    int64_t n = 0;
    enum err r = account_get(db, id, a, &acc, e);
    bool one = acc.role == ROLE_DISTRICT_ADMINISTRATOR && acc.disabled_us == 0 && acc.has_password;
    arena_free(a);
    TRY(r);
    if (!one)
        return ERR_OK;
    TRY(db_int(db, SQL_ACCOUNT_COUNT, ARGS(V_Z(role_name(ROLE_DISTRICT_ADMINISTRATOR))), &n, NULL,
               e));
    return n > 1 ? ERR_OK
                 : text(e, ERR_CONFLICT, by_lang(by),
                        TR("This is the last district administrator who can sign in; make another "
                           "one first.",
                           "Es la última cuenta de administración que puede entrar; cree otra "
                           "primero."));
}

enum err account_set_disabled(struct db *db, const struct viewer *by, int64_t id, bool disabled,
                              struct errmsg *e) {
    int64_t changed = 0;
    if (disabled)
        TRY(keep_one_administrator(db, by, id, e));
    TRY(db_exec(db, SQL_ACCOUNT_UPDATE_DISABLED,
                ARGS(disabled ? V_INT(date_now_us()) : V_NULL, V_INT(id)), &changed, e));
    if (changed == 0)
        return text(e, ERR_NOT_FOUND, by_lang(by),
                    TR("There is no such account.", "No existe esa cuenta."));
    if (disabled)
        TRY(session_close_all(db, id, e));
    return note(db, by, disabled ? "disable" : "enable", id, "disabled",
                disabled ? STR("yes") : STR("no"), e);
}

enum err account_set_role(struct db *db, const struct viewer *by, int64_t id, enum role role,
                          const int64_t *org_ids, size_t org_count, struct errmsg *e) {
    int64_t changed = 0;
    if (role != ROLE_DISTRICT_ADMINISTRATOR)
        TRY(keep_one_administrator(db, by, id, e));
    TRY(db_exec(db, SQL_ACCOUNT_UPDATE_ROLE, ARGS(V_Z(role_name(role)), V_INT(id)), &changed, e));
    if (changed == 0)
        return text(e, ERR_NOT_FOUND, by_lang(by),
                    TR("There is no such account.", "No existe esa cuenta."));
    TRY(set_orgs(db, id, org_ids, org_count, e));
    return note(db, by, "change", id, "role", str_z(role_name(role)), e);
}

enum err account_set_language(struct db *db, int64_t id, enum lang lang, struct errmsg *e) {
    return db_exec(db, SQL_ACCOUNT_UPDATE_LANGUAGE, ARGS(V_Z(lang_code(lang)), V_INT(id)), NULL, e);
}

enum err account_coach(struct db *db, const struct viewer *by, int64_t id, int64_t teacher_id,
                       int32_t begins_on, struct errmsg *e) {
    char on[DATE_TEXT], number[24];
    struct val day = V_Z(date_text(begins_on, on));
    int64_t one = 0;
    bool staff, already;
    TRY(db_int(db, SQL_ACCESS_IS_STAFF, ARGS(V_INT(teacher_id)), &one, &staff, e));
    if (!staff)
        return text(e, ERR_INVALID, by_lang(by),
                    TR("That person is no teacher or other member of staff in the roster.",
                       "Esa persona no es docente ni personal en el padrón."));
    TRY(db_int(db, SQL_ACCESS_COACHES, ARGS(V_INT(id), V_INT(teacher_id), day), &one, &already, e));
    if (already)
        return text(e, ERR_CONFLICT, by_lang(by),
                    TR("They work together already.", "Ya trabajan juntos."));
    TRY(db_exec(db, SQL_ACCOUNT_COACH_INSERT, ARGS(V_INT(id), V_INT(teacher_id), day), NULL, e));
    return note(db, by, "change", id, "coaches", id_text(number, teacher_id), e);
}

enum err account_coach_end(struct db *db, const struct viewer *by, int64_t id, int64_t teacher_id,
                           int32_t ends_on, struct errmsg *e) {
    char on[DATE_TEXT], number[24];
    int64_t changed = 0;
    TRY(db_exec(db, SQL_ACCOUNT_COACH_END,
                ARGS(V_Z(date_text(ends_on, on)), V_INT(id), V_INT(teacher_id)), &changed, e));
    if (changed == 0)
        return text(e, ERR_NOT_FOUND, by_lang(by),
                    TR("They do not work together.", "No trabajan juntos."));
    return note(db, by, "change", id, "coaches no longer", id_text(number, teacher_id), e);
}

static struct account account_of(const struct rows *r, struct arena *a) {
    struct account acc = {.id = rows_int(r, 0),
                          .person_id = rows_int(r, 1),
                          .username = arena_str(a, rows_str(r, 2)),
                          .display_name = arena_str(a, rows_str(r, 3)),
                          .lang = str_eq(rows_str(r, 5), STR("es")) ? LANG_ES : LANG_EN,
                          .must_change = rows_int(r, 6) != 0,
                          .disabled_us = rows_int(r, 7),
                          .created_us = rows_int(r, 8),
                          .has_password = rows_int(r, 9) != 0};
    CHECK(role_parse(rows_str(r, 4), &acc.role));
    return acc;
}

static enum err add_orgs(struct db *db, struct account *acc, struct arena *a, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_ACCOUNT_ORG_LIST, ARGS(V_INT(acc->id)), &r, e));
    while (rows_next(r))
        acc->orgs = acc->orgs.n == 0
                        ? arena_str(a, rows_str(r, 1))
                        : arena_fmt(a, "%.*s, %.*s", STR_ARG(acc->orgs), STR_ARG(rows_str(r, 1)));
    return rows_close(r, e);
}

static enum err one(struct db *db, enum sql id, struct args args, struct arena *a,
                    struct account *out, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, id, args, &r, e));
    bool there = rows_next(r);
    if (there)
        *out = account_of(r, a);
    TRY(rows_close(r, e));
    if (!there)
        return err_set(e, ERR_NOT_FOUND, "There is no such account.");
    return add_orgs(db, out, a, e);
}

enum err account_find(struct db *db, struct str username, struct arena *a, struct account *out,
                      struct errmsg *e) {
    return one(db, SQL_ACCOUNT_BY_USERNAME, ARGS(V_STR(lower(a, str_trim(username)))), a, out, e);
}

enum err account_get(struct db *db, int64_t id, struct arena *a, struct account *out,
                     struct errmsg *e) {
    return one(db, SQL_ACCOUNT_BY_ID, ARGS(V_INT(id)), a, out, e);
}

/* "%ana%", with % and _ of the text taken out of the way: they would match anything. */
static struct str pattern(struct arena *a, struct str s) {
    struct str low = lower(a, s);
    char *p = arena_alloc(a, low.n + 3);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < low.n; i++)
        p[n++] = low.p[i] == '%' || low.p[i] == '\\' ? '_' : low.p[i];
    p[n++] = '%';
    return (struct str){p, n};
}

enum err account_list(struct db *db, struct str find, enum role role, int offset, int limit,
                      struct arena *a, struct account **out, size_t *n, bool *more,
                      struct errmsg *e) {
    struct rows *r;
    limit = limit <= 0 || limit > LIST_MAX ? LIST_MAX : limit;
    *out = ARENA_ARRAY(a, struct account, (size_t)limit);
    *n = 0;
    *more = false;
    struct val like = find.n == 0 ? V_NULL : V_STR(pattern(a, find)),
               of = role == ROLE_NONE ? V_NULL : V_Z(role_name(role));
    TRY(db_rows(db, SQL_ACCOUNT_PAGE, ARGS(like, of, V_INT(limit + 1), V_INT(offset)), &r, e));
    while (rows_next(r)) {
        if (*n == (size_t)limit) {
            *more = true;
            break;
        }
        (*out)[(*n)++] = account_of(r, a);
    }
    TRY(rows_close(r, e));
    for (size_t i = 0; i < *n; i++)
        TRY(add_orgs(db, &(*out)[i], a, e));
    return ERR_OK;
}

/* -- signing in ------------------------------------------------------------------------ */

enum err account_sign_in(struct db *db, struct str username, struct str password, enum lang lang,
                         struct arena *a, struct account *out, struct errmsg *e) {
    struct rows *r;
    struct str name = lower(a, str_trim(username));
    char hash[PASSWORD_HASH] = "";
    bool enabled = false;
    TRY(db_rows(db, SQL_ACCOUNT_PASSWORD, ARGS(V_STR(name)), &r, e));
    if (rows_next(r)) {
        struct str h = rows_str(r, 0);
        if (h.n > 0 && h.n < sizeof hash)
            memcpy(hash, h.p, h.n);
        enabled = rows_int(r, 1) != 0;
    }
    TRY(rows_close(r, e));
    enum err checked = password_check(password, hash, e);
    if (checked == ERR_OK && enabled)
        return account_find(db, name, a, out, e);
    if (checked == ERR_BUSY)
        return checked;
    return text(e, ERR_DENIED, lang,
                TR("That sign-in name and password do not go together. Check both; capital letters "
                   "count in the password. Your school can hand out a new password.",
                   "Ese usuario y esa contraseña no coinciden. Revise ambos; en la contraseña "
                   "importan las mayúsculas. Su escuela puede darle una contraseña nueva."));
}

static void token_hash(struct str token, char out[static HASH_HEX]) {
    const struct str parts[2] = {STR("homeroom session"), token};
    hash_hex(parts, 2, out);
}

enum err session_open(struct db *db, const struct account *acc, int64_t now_us, int64_t life_us,
                      struct session *out, struct errmsg *e) {
    char hashed[HASH_HEX];
    secret_text(out->token, 32);
    secret_text(out->csrf, 16);
    out->account_id = acc->id;
    out->expires_us = now_us + life_us;
    token_hash(str_z(out->token), hashed);
    return db_exec(
        db, SQL_SESSION_INSERT,
        ARGS(V_Z(hashed), V_INT(acc->id), V_Z(out->csrf), V_INT(now_us), V_INT(out->expires_us)),
        NULL, e);
}

enum err session_find(struct db *db, struct str token, int64_t now_us, int64_t idle_us,
                      struct arena *a, struct viewer *out, char csrf[static CSRF_TEXT],
                      int64_t *seen_us, struct errmsg *e) {
    char hashed[HASH_HEX];
    struct rows *r;
    if (token.n != TOKEN_TEXT - 1)
        return err_set(e, ERR_SIGNED_OUT, "Sign in first.");
    token_hash(token, hashed);
    TRY(db_rows(db, SQL_SESSION_ACCOUNT, ARGS(V_Z(hashed), V_INT(now_us), V_INT(now_us - idle_us)),
                &r, e));
    bool there = rows_next(r);
    if (there) {
        *out = (struct viewer){.account_id = rows_int(r, 0),
                               .person_id = rows_int(r, 1),
                               .username = arena_str(a, rows_str(r, 3)),
                               .display_name = arena_str(a, rows_str(r, 4)),
                               .lang = str_eq(rows_str(r, 5), STR("es")) ? LANG_ES : LANG_EN,
                               .must_change = rows_int(r, 6) != 0,
                               .on = date_of_us(now_us)};
        CHECK(role_parse(rows_str(r, 2), &out->role));
        (void)snprintf(csrf, CSRF_TEXT, "%.*s", STR_ARG(rows_str(r, 7)));
        *seen_us = rows_int(r, 8);
    }
    TRY(rows_close(r, e));
    return there ? ERR_OK : err_set(e, ERR_SIGNED_OUT, "Sign in first.");
}

enum err session_seen(struct db *db, struct str token, int64_t now_us, struct errmsg *e) {
    char hashed[HASH_HEX];
    token_hash(token, hashed);
    return db_exec(db, SQL_SESSION_MARK, ARGS(V_INT(now_us), V_Z(hashed)), NULL, e);
}

enum err session_close(struct db *db, struct str token, struct errmsg *e) {
    char hashed[HASH_HEX];
    token_hash(token, hashed);
    return db_exec(db, SQL_SESSION_DELETE, ARGS(V_Z(hashed)), NULL, e);
}

enum err session_close_all(struct db *db, int64_t account_id, struct errmsg *e) {
    return db_exec(db, SQL_SESSION_DELETE_ACCOUNT, ARGS(V_INT(account_id)), NULL, e);
}

enum err session_sweep(struct db *db, int64_t now_us, int64_t idle_us, struct errmsg *e) {
    return db_exec(db, SQL_SESSION_DELETE_OLD, ARGS(V_INT(now_us), V_INT(now_us - idle_us)), NULL,
                   e);
}
