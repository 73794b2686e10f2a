/* Accounts from the command line: how the first administrator comes to be, and the way back in. */
#include "access/account.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ARENA = 16 * 1024 * 1024, PAGE = 200, ORGS_MOST = 64 };

/* What a change needs; each command fills in its part. */
struct job {
    const struct arguments *a;
    struct arena *arena;
    struct account acc;
    struct account_new fresh;
    char hash[PASSWORD_HASH];
    struct str password; /* shown once */
    int64_t id;
    bool flag;
};

static enum err with_store(const struct arguments *a, bool named,
                           enum err (*prepare)(struct db *db, struct job *j, struct errmsg *e),
                           enum err (*change)(struct db *db, struct job *j, struct errmsg *e),
                           struct job *j, struct errmsg *e) {
    struct store *store;
    struct db *db;
    j->a = a;
    j->arena = arena_new(ARENA);
    enum err r = command_store(&store, e);
    if (r != ERR_OK)
        return r;
    r = store_reader(store, &db, e);
    if (r == ERR_OK && named)
        r = account_find(db, str_z(arg_at(a, 0)), j->arena, &j->acc, e);
    if (r == ERR_OK && prepare != NULL)
        r = prepare(db, j, e);
    if (r == ERR_OK && change != NULL) {
        r = store_begin(store, &db, e);
        if (r == ERR_OK) {
            r = change(db, j, e);
            if (r == ERR_OK)
                r = store_commit(store, e);
            else
                store_rollback(store);
        }
    }
    store_close(store);
    return r;
}

/* From the terminal without showing it, or a line of standard input. */
static enum err read_password(struct job *j, struct errmsg *e) {
    char line[PASSWORD_MAX + 3];
    struct termios old, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
    if (terminal) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        (void)fputs("New password: ", stderr);
    }
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        (void)fputc('\n', stderr);
    }
    if (!got)
        return err_set(e, ERR_INVALID, "No password was given on standard input.");
    line[strcspn(line, "\r\n")] = '\0';
    j->password = arena_str(j->arena, str_z(line));
    return ERR_OK;
}

/* A password: asked for with --ask, else made up and handed out. */
static enum err choose_password(struct job *j, struct str username, struct errmsg *e) {
    bool ask = arg_on(j->a, "--ask");
    if (ask) {
        TRY(read_password(j, e));
        TRY(password_acceptable(j->password, username, LANG_EN, e));
    } else {
        j->password = password_suggest(j->arena);
    }
    j->flag = !ask;
    return password_hash(j->password, j->hash, e);
}

static void tell_password(const struct job *j, struct str username) {
    if (arg_json(j->a)) {
        struct buf b = buf_new(4096);
        struct json w = json_to(&b);
        json_open(&w, '{');
        json_key(&w, "username");
        json_str(&w, username);
        if (j->flag) {
            json_key(&w, "password");
            json_str(&w, j->password);
        }
        json_close(&w);
        (void)puts(buf_str(&b).p);
        buf_free(&b);
    } else if (j->flag) {
        (void)printf("%.*s signs in with the password  %.*s  and must then choose another.\n",
                     STR_ARG(username), STR_ARG(j->password));
    } else {
        (void)printf("%.*s signs in with the new password.\n", STR_ARG(username));
    }
}

/* -- add ----------------------------------------------------------------------------------------
 */

static enum err find_org(struct db *db, struct str text, int64_t *out, struct errmsg *e) {
    struct rows *r;
    size_t n = 0;
    TRY(db_rows(db, SQL_ACCESS_ORG_BY_NAME, ARGS(V_STR(text)), &r, e));
    for (; rows_next(r); n++)
        *out = rows_int(r, 0);
    TRY(rows_close(r, e));
    return n == 1 ? ERR_OK
                  : err_set(e, ERR_NOT_FOUND,
                            n == 0 ? "There is no school or district \"%.*s\"; give its number or "
                                     "its name as in the roster."
                                   : "More than one school or district is called \"%.*s\"; give "
                                     "its number.",
                            STR_ARG(text));
}

static enum err prepare_add(struct db *db, struct job *j, struct errmsg *e) {
    struct str orgs = str_z(arg_text(j->a, "--orgs", "")), part;
    struct str person = str_z(arg_text(j->a, "--person", ""));
    int64_t *ids = ARENA_ARRAY(j->arena, int64_t, ORGS_MOST);
    size_t n = 0;
    if (!role_parse(str_z(arg_at(j->a, 1)), &j->fresh.role))
        return err_set(e, ERR_INVALID,
                       "\"%.40s\" is no role; the roles are district_administrator, "
                       "technology_director, privacy_officer, principal, teacher, coach, "
                       "support_technician, student, guardian, state_analyst.",
                       arg_at(j->a, 1));
    while (orgs.n > 0 && n < ORGS_MOST && str_split(&orgs, ',', &part))
        TRY(find_org(db, str_trim(part), &ids[n++], e));
    if (person.n > 0) {
        bool found;
        TRY(db_int(db, SQL_ACCESS_PERSON_LOOKUP, ARGS(V_STR(person)), &j->fresh.person_id, &found,
                   e));
        if (!found)
            return err_set(e, ERR_NOT_FOUND,
                           "Nobody in the roster has the number, user name or e-mail \"%.*s\".",
                           STR_ARG(person));
    }
    j->fresh.username = str_z(arg_at(j->a, 0));
    j->fresh.display_name = str_z(arg_text(j->a, "--name", arg_at(j->a, 0)));
    j->fresh.lang = strcmp(arg_text(j->a, "--language", "en"), "es") == 0 ? LANG_ES : LANG_EN;
    j->fresh.org_ids = ids;
    j->fresh.org_count = n;
    TRY(choose_password(j, j->fresh.username, e));
    j->fresh.hash = j->hash;
    j->fresh.must_change = j->flag;
    return ERR_OK;
}

static enum err change_add(struct db *db, struct job *j, struct errmsg *e) {
    return account_add(db, NULL, &j->fresh, &j->id, e);
}

static enum err user_add(const struct arguments *a, struct errmsg *e) {
    struct job j = {0};
    enum err r = with_store(a, false, prepare_add, change_add, &j, e);
    if (r == ERR_OK)
        tell_password(&j, j.fresh.username);
    arena_free(j.arena);
    return r;
}

/* -- list ---------------------------------------------------------------------------------------
 */

static void list_json(const struct account *v, size_t n, struct json *w) {
    for (size_t i = 0; i < n; i++) {
        json_open(w, '{');
        json_key(w, "username");
        json_str(w, v[i].username);
        json_key(w, "name");
        json_str(w, v[i].display_name);
        json_key(w, "role");
        json_z(w, role_name(v[i].role));
        json_key(w, "orgs");
        json_str(w, v[i].orgs);
        json_key(w, "disabled");
        json_bool(w, v[i].disabled_us != 0);
        json_close(w);
    }
}

static enum err prepare_list(struct db *db, struct job *j, struct errmsg *e) {
    static const char *const heads[] = {"Sign-in name", "Name", "Role", "Reaches", "State"};
    struct table *t = arg_json(j->a) ? NULL : table_new(heads, 5);
    struct buf b = buf_new((size_t)256 << 20);
    struct json w = json_to(&b);
    bool more = true;
    json_open(&w, '[');
    for (int offset = 0; more; offset += PAGE) {
        struct account *v;
        size_t n;
        arena_reset(j->arena);
        TRY(account_list(db, (struct str){0}, ROLE_NONE, offset, PAGE, j->arena, &v, &n, &more, e));
        list_json(v, t == NULL ? n : 0, &w);
        for (size_t i = 0; t != NULL && i < n; i++)
            table_row(t, (struct str[]){v[i].username, v[i].display_name,
                                        str_z(role_label(v[i].role).en), v[i].orgs,
                                        v[i].disabled_us != 0 ? STR("disabled")
                                        : v[i].must_change    ? STR("password handed out")
                                                              : STR("")});
    }
    json_close(&w);
    if (t != NULL)
        table_print_free(t);
    else
        (void)puts(buf_str(&b).p);
    buf_free(&b);
    return ERR_OK;
}

static enum err user_list(const struct arguments *a, struct errmsg *e) {
    struct job j = {0};
    enum err r = with_store(a, false, prepare_list, NULL, &j, e);
    arena_free(j.arena);
    return r;
}

/* -- disable, enable, password -------------------------------------------------------------------
 */

static enum err change_disabled(struct db *db, struct job *j, struct errmsg *e) {
    return account_set_disabled(db, NULL, j->acc.id, j->flag, e);
}

static enum err set_disabled(const struct arguments *a, bool disabled, struct errmsg *e) {
    struct job j = {.flag = disabled};
    enum err r = with_store(a, true, NULL, change_disabled, &j, e);
    if (r == ERR_OK && !arg_json(a))
        (void)printf("%.*s %s.\n", STR_ARG(j.acc.username),
                     disabled ? "can no longer sign in" : "can sign in again");
    arena_free(j.arena);
    return r;
}

static enum err user_disable(const struct arguments *a, struct errmsg *e) {
    return set_disabled(a, true, e);
}

static enum err user_enable(const struct arguments *a, struct errmsg *e) {
    return set_disabled(a, false, e);
}

static enum err prepare_password(struct db *db, struct job *j, struct errmsg *e) {
    (void)db;
    return choose_password(j, j->acc.username, e);
}

static enum err change_password(struct db *db, struct job *j, struct errmsg *e) {
    return account_set_password(db, NULL, j->acc.id, j->hash, j->flag, e);
}

static enum err user_password(const struct arguments *a, struct errmsg *e) {
    struct job j = {0};
    enum err r = with_store(a, true, prepare_password, change_password, &j, e);
    if (r == ERR_OK)
        tell_password(&j, j.acc.username);
    arena_free(j.arena);
    return r;
}

const struct command command_user_add = {
    .name = "user add",
    .summary = "a new account; prints the password to hand out",
    .usage =
        "[--name NAME] [--orgs A,B] [--person NUMBER] [--language en|es] [--ask] USERNAME ROLE",
    .example = "homeroom user add --name 'Ana Ruiz' --orgs 'Oak Hill Elementary' aruiz principal",
    .options = {{"--name", "NAME", "the person's name; the sign-in name when left out"},
                {"--orgs", "A,B", "schools or districts the role reaches, by number or name"},
                {"--person", "NUMBER",
                 "who it is in the roster: local number, user name or e-mail"},
                {"--language", "CODE", "en or es"},
                {"--ask", NULL, "ask for the password instead of making one up"}},
    .positional_least = 2,
    .positional_most = 2,
    .run = user_add,
};
const struct command command_user_list = {
    .name = "user list",
    .summary = "every account with its role and reach",
    .usage = "[--json]",
    .example = "homeroom user list",
    .run = user_list,
};
const struct command command_user_disable = {
    .name = "user disable",
    .summary = "ends an account's sessions and refuses its sign-ins",
    .usage = "USERNAME",
    .example = "homeroom user disable aruiz",
    .positional_least = 1,
    .positional_most = 1,
    .run = user_disable,
};
const struct command command_user_enable = {
    .name = "user enable",
    .summary = "lets a disabled account sign in again",
    .usage = "USERNAME",
    .example = "homeroom user enable aruiz",
    .positional_least = 1,
    .positional_most = 1,
    .run = user_enable,
};
const struct command command_user_password = {
    .name = "user password",
    .summary = "a new password: made up and handed out, or asked for with --ask",
    .usage = "[--ask] USERNAME",
    .example = "homeroom user password aruiz",
    .options = {{"--ask", NULL, "ask for the password instead of making one up"}},
    .positional_least = 1,
    .positional_most = 1,
    .run = user_password,
};
