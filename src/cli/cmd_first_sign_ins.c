/*
 * One account for each role, for people of the roster, with passwords to hand out: what a new
 * installation needs so that its first users can look around. Each must be changed at first
 * sign-in, except where the records are invented (--keep).
 */
#include "access/account.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/commands.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

struct seat {
    enum role role;
    const char *username, *title; /* title: the display name of one who is nobody in the roster */
    enum { WHO_NOBODY, WHO_TEACHER, WHO_STUDENT, WHO_GUARDIAN } who;
    enum { REACH_ALL, REACH_SCHOOL } reach;
};

static const struct seat seats[] = {
    {ROLE_TECHNOLOGY_DIRECTOR, "director", "Technology director", WHO_NOBODY, REACH_ALL},
    {ROLE_DISTRICT_ADMINISTRATOR, "administrator", "District administrator", WHO_NOBODY, REACH_ALL},
    {ROLE_PRIVACY_OFFICER, "privacy", "Privacy officer", WHO_NOBODY, REACH_ALL},
    {ROLE_PRINCIPAL, "principal", "Principal", WHO_NOBODY, REACH_SCHOOL},
    {ROLE_TEACHER, "teacher", NULL, WHO_TEACHER, REACH_ALL},
    {ROLE_COACH, "coach", "Instructional coach", WHO_NOBODY, REACH_SCHOOL},
    {ROLE_SUPPORT_TECHNICIAN, "support", "Support technician", WHO_NOBODY, REACH_SCHOOL},
    {ROLE_STUDENT, "student", NULL, WHO_STUDENT, REACH_ALL},
    {ROLE_GUARDIAN, "guardian", NULL, WHO_GUARDIAN, REACH_ALL},
    {ROLE_STATE_ANALYST, "analyst", "State analyst", WHO_NOBODY, REACH_ALL},
};
enum { SEATS = sizeof seats / sizeof seats[0] };

struct person_found {
    int64_t id, org;
    struct str name, org_name;
};

struct made {
    struct str username, name, password, sees;
};

static enum err find_person(struct db *db, enum sql id, struct args args, struct arena *a,
                            struct person_found *out, struct errmsg *e) {
    struct rows *r;
    *out = (struct person_found){0};
    TRY(db_rows(db, id, args, &r, e));
    if (rows_next(r))
        *out = (struct person_found){rows_int(r, 0), rows_int(r, 2), arena_str(a, rows_str(r, 1)),
                                     arena_str(a, rows_str(r, 3))};
    return rows_close(r, e);
}

struct cast {
    struct person_found who[4]; /* by enum of struct seat */
    int64_t school;
    struct str school_name, district_name;
};

static enum err find_org(struct db *db, const char *kind, struct arena *a, int64_t *id,
                         struct str *name, struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_FIRST_ORG, ARGS(V_Z(kind)), &r, e));
    if (rows_next(r)) {
        *id = rows_int(r, 0);
        *name = arena_str(a, rows_str(r, 1));
    }
    return rows_close(r, e);
}

static enum err find_cast(struct db *db, int32_t on, struct arena *a, struct cast *c,
                          struct errmsg *e) {
    char day[DATE_TEXT];
    struct val v = V_Z(date_text(on, day));
    int64_t district = 0;
    TRY(find_person(db, SQL_FIRST_TEACHER, ARGS(v), a, &c->who[WHO_TEACHER], e));
    TRY(find_person(db, SQL_FIRST_STUDENT, ARGS(V_INT(c->who[WHO_TEACHER].id), v), a,
                    &c->who[WHO_STUDENT], e));
    TRY(find_person(db, SQL_FIRST_GUARDIAN, ARGS(v), a, &c->who[WHO_GUARDIAN], e));
    TRY(find_org(db, "district", a, &district, &c->district_name, e));
    c->school = c->who[WHO_TEACHER].org;
    c->school_name = c->who[WHO_TEACHER].org_name;
    if (c->school == 0)
        TRY(find_org(db, "school", a, &c->school, &c->school_name, e));
    if (c->school == 0)
        return err_set(
            e, ERR_NOT_FOUND,
            "There is no school in the records yet: import a roster first (homeroom import DIR).");
    return ERR_OK;
}

static enum err coach_teachers(struct db *db, int64_t account, const struct cast *c, int32_t on,
                               struct errmsg *e) {
    char day[DATE_TEXT];
    int64_t ids[8];
    size_t n = 0;
    struct rows *r;
    TRY(db_rows(db, SQL_FIRST_COACHED, ARGS(V_INT(c->school), V_Z(date_text(on, day))), &r, e));
    while (n < 8 && rows_next(r))
        ids[n++] = rows_int(r, 0);
    TRY(rows_close(r, e));
    for (size_t i = 0; i < n; i++)
        TRY(account_coach(db, NULL, account, ids[i], on, e));
    return ERR_OK;
}

static struct str sees(const struct seat *s, const struct cast *c, const struct person_found *p,
                       struct arena *a) {
    switch (s->who) {
    case WHO_TEACHER:
        return arena_fmt(a, "their own sections at %.*s", STR_ARG(p->org_name));
    case WHO_STUDENT:
        return STR("their own record");
    case WHO_GUARDIAN:
        return STR("their children's records");
    case WHO_NOBODY:
        break;
    }
    if (s->role == ROLE_STATE_ANALYST)
        return STR("groups only, no person");
    return s->reach == REACH_SCHOOL ? c->school_name
           : c->district_name.n > 0 ? c->district_name
                                    : STR("everything");
}

static enum err make_account(struct db *db, const struct seat *s, const struct cast *c, bool keep,
                             int32_t on, struct arena *a, struct made *out, struct errmsg *e) {
    char hash[PASSWORD_HASH];
    const struct person_found *p = &c->who[s->who];
    int64_t id;
    if (s->who != WHO_NOBODY && p->id == 0)
        return ERR_NOT_FOUND;
    struct str password = password_suggest(a);
    TRY(password_hash(password, hash, e));
    struct str name = s->who == WHO_NOBODY ? str_z(s->title) : p->name;
    if (s->reach == REACH_SCHOOL && s->who == WHO_NOBODY)
        name = arena_fmt(a, "%s, %.*s", s->title, STR_ARG(c->school_name));
    struct account_new n = {.username = str_z(s->username),
                            .display_name = name,
                            .role = s->role,
                            .person_id = p->id,
                            .lang = s->role == ROLE_GUARDIAN ? LANG_ES : LANG_EN,
                            .hash = hash,
                            .must_change = !keep,
                            .org_ids = &c->school,
                            .org_count = s->reach == REACH_SCHOOL ? 1 : 0};
    TRY(account_add(db, NULL, &n, &id, e));
    if (s->role == ROLE_COACH)
        TRY(coach_teachers(db, id, c, on, e));
    *out = (struct made){str_z(s->username), name, password, sees(s, c, p, a)};
    return ERR_OK;
}

static enum err make_all(struct store *s, const struct arguments *args, struct arena *a,
                         struct made made[SEATS], enum role roles[SEATS], size_t *n,
                         struct errmsg *e) {
    struct db *db;
    struct cast c = {0};
    TRY(store_begin(s, &db, e));
    enum err r = find_cast(db, command_today(), a, &c, e);
    for (size_t i = 0; i < SEATS && r == ERR_OK; i++) {
        r = make_account(db, &seats[i], &c, arg_on(args, "--keep"), command_today(), a, &made[*n],
                         e);
        if (r == ERR_OK)
            roles[(*n)++] = seats[i].role;
        else if (r == ERR_NOT_FOUND)
            r = ERR_OK; /* nobody in the roster is in that seat */
    }
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}

static void print(const struct arguments *args, const struct made made[], const enum role roles[],
                  size_t n) {
    static const char *const heads[] = {"Role", "Name", "Username", "Password", "Sees"};
    if (!arg_json(args)) {
        struct table *t = table_new(heads, 5);
        for (size_t i = 0; i < n; i++)
            table_row(t, (struct str[]){str_z(role_label(roles[i]).en), made[i].name,
                                        made[i].username, made[i].password, made[i].sees});
        table_print_free(t);
        return;
    }
    struct buf b = buf_new(1 << 16);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_key(&j, "role");
        json_z(&j, role_name(roles[i]));
        json_key(&j, "name");
        json_str(&j, made[i].name);
        json_key(&j, "username");
        json_str(&j, made[i].username);
        json_key(&j, "password");
        json_str(&j, made[i].password);
        json_close(&j);
    }
    json_close(&j);
    (void)puts(buf_str(&b).p);
    buf_free(&b);
}

static enum err run(const struct arguments *args, struct errmsg *e) {
    struct store *s;
    struct arena *a = arena_new(1 << 20);
    struct made made[SEATS];
    enum role roles[SEATS];
    size_t n = 0;
    enum err r = command_store(&s, e);
    if (r == ERR_OK) {
        r = make_all(s, args, a, made, roles, &n, e);
        store_close(s);
    }
    if (r == ERR_OK)
        print(args, made, roles, n);
    arena_free(a);
    return r;
}

const struct command command_first_sign_ins = {
    .name = "user first-sign-ins",
    .summary = "make one account for each role and print its password, once",
    .usage = "[--keep] [--json]",
    .example = "homeroom user first-sign-ins",
    .options = {{"--keep", NULL, "passwords need not be changed (invented districts only)"}},
    .run = run,
};
