/* Who may see whom, on a roster small enough to know by heart (web_test.h). */
#include "../web/web_test.h"

#include "access/ratelimit.h"

#include <string.h>

static struct viewer viewer(enum role role, int64_t account, int64_t person) {
    struct viewer v = {.account_id = account, .person_id = person, .role = role};
    (void)date_parse(STR(WEB_TODAY), &v.on);
    return v;
}

static bool student(struct store_test *t, const struct viewer *v, int64_t person) {
    enum err r = access_may_see_student(t->db, v, person, purpose_of(v->role), NULL);
    assert_true(r == ERR_OK || r == ERR_NOT_FOUND);
    return r == ERR_OK;
}

static bool staff(struct store_test *t, const struct viewer *v, int64_t person) {
    return access_may_see_staff(t->db, v, person, NULL) == ERR_OK;
}

static bool org(struct store_test *t, const struct viewer *v, int64_t id) {
    return access_may_see_org(t->db, v, id, NULL) == ERR_OK;
}

static bool section(struct store_test *t, const struct viewer *v, int64_t id) {
    return access_may_see_section(t->db, v, id, NULL) == ERR_OK;
}

/* Adds one account of each role; their ids by role. */
static void accounts(struct store_test *t, int64_t out[ROLE_COUNT]) {
    struct web_test w = {.t = t};
    int32_t today;
    assert_true(date_parse(STR(WEB_TODAY), &today));
    assert_ok(db_script(t->db, web_roster, e));
    assert_ok(db_begin(t->db, e));
    for (int i = 1; i < ROLE_COUNT; i++)
        web_add(&w, (enum role)i, NULL);
    assert_ok(account_coach(t->db, NULL, w.accounts[ROLE_COACH], 100, today - 10, e));
    assert_ok(db_commit(t->db, e));
    memcpy(out, w.accounts, sizeof w.accounts);
}

static void by_relationship(struct store_test *t) {
    int64_t id[ROLE_COUNT];
    accounts(t, id);
    /*              role, person | students 200 201 300(no student) | staff 100 101 | orgs 1 2 3 |
     * sections 10 11 */
    static const struct {
        enum role role;
        int64_t person;
        bool s200, s201, t100, t101, o1, o2, o3, c10, c11;
    } want[] = {
        {ROLE_DISTRICT_ADMINISTRATOR, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        {ROLE_TECHNOLOGY_DIRECTOR, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        {ROLE_PRIVACY_OFFICER, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        {ROLE_PRINCIPAL, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0},
        {ROLE_TEACHER, 100, 1, 0, 1, 0, 0, 1, 0, 1, 0},
        {ROLE_COACH, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0},
        {ROLE_SUPPORT_TECHNICIAN, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0},
        {ROLE_STUDENT, 200, 1, 0, 0, 0, 0, 0, 0, 0, 0},
        {ROLE_GUARDIAN, 300, 1, 0, 0, 0, 0, 0, 0, 0, 0},
        {ROLE_STATE_ANALYST, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0},
        {ROLE_NONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct viewer v = viewer(want[i].role, id[want[i].role], want[i].person);
        const bool got[9] = {student(t, &v, 200), student(t, &v, 201), staff(t, &v, 100),
                             staff(t, &v, 101),   org(t, &v, 1),       org(t, &v, 2),
                             org(t, &v, 3),       section(t, &v, 10),  section(t, &v, 11)};
        const bool right[9] = {want[i].s200, want[i].s201, want[i].t100, want[i].t101, want[i].o1,
                               want[i].o2,   want[i].o3,   want[i].c10,  want[i].c11};
        for (int k = 0; k < 9; k++)
            if (got[k] != right[k])
                fail_msg("%s, question %d: %d", role_name(want[i].role), k, got[k]);
        assert_false(student(t, &v, 300)); /* no student */
        assert_false(student(t, &v, 999)); /* nobody */
        assert_false(org(t, &v, 999));
        assert_false(section(t, &v, 999));
    }
}

static void relationships_have_dates(struct store_test *t) {
    int64_t id[ROLE_COUNT];
    accounts(t, id);
    struct viewer v = viewer(ROLE_TEACHER, id[ROLE_TEACHER], 100);
    assert_false(student(t, &v, 201)); /* left the section on 1 October */
    (void)date_parse(STR("2026-09-30"), &v.on);
    assert_true(student(t, &v, 201));
    (void)date_parse(STR("2026-10-01"), &v.on);
    assert_false(student(t, &v, 201));
    (void)date_parse(STR("2026-07-31"), &v.on);
    assert_false(student(t, &v, 200)); /* not yet */
}

static void a_purpose_must_be_one_of_the_role(struct store_test *t) {
    int64_t id[ROLE_COUNT];
    accounts(t, id);
    struct viewer v = viewer(ROLE_TEACHER, id[ROLE_TEACHER], 100);
    assert_int_equal(access_may_see_student(t->db, &v, 200, PURPOSE_PRIVACY, NULL), ERR_NOT_FOUND);
    assert_int_equal(access_may_see_student(t->db, &v, 200, PURPOSE_INSTRUCTION, NULL), ERR_OK);
}

static void a_district_role_can_be_narrowed(struct store_test *t) {
    int64_t id[ROLE_COUNT];
    static const int64_t mill_creek[] = {3};
    accounts(t, id);
    assert_ok(db_begin(t->db, e));
    assert_ok(account_set_role(t->db, NULL, id[ROLE_TECHNOLOGY_DIRECTOR], ROLE_TECHNOLOGY_DIRECTOR,
                               mill_creek, 1, e));
    assert_ok(db_commit(t->db, e));
    struct viewer v = viewer(ROLE_TECHNOLOGY_DIRECTOR, id[ROLE_TECHNOLOGY_DIRECTOR], 0);
    assert_false(student(t, &v, 200));
    assert_true(student(t, &v, 201));
    assert_false(org(t, &v, 2));
    assert_true(org(t, &v, 3));
}

static void lists_agree_with_the_answers(struct store_test *t) {
    int64_t id[ROLE_COUNT];
    static const int64_t persons[ROLE_COUNT] = {
        [ROLE_TEACHER] = 100, [ROLE_STUDENT] = 200, [ROLE_GUARDIAN] = 300};
    struct arena *a = arena_new(1 << 20);
    accounts(t, id);
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct viewer v = viewer((enum role)role, id[role], persons[role]);
        struct scope_ids orgs, sections, students;
        assert_ok(access_orgs(t->db, &v, a, &orgs, e));
        assert_ok(access_sections(t->db, &v, a, &sections, e));
        assert_ok(access_students(t->db, &v, a, &students, e));
        for (int64_t k = 1; k <= 3; k++)
            assert_int_equal(scope_has(&orgs, k), org(t, &v, k));
        for (int64_t k = 10; k <= 11; k++)
            assert_int_equal(scope_has(&sections, k), section(t, &v, k));
        for (int64_t k = 200; k <= 201; k++)
            assert_int_equal(scope_has(&students, k), student(t, &v, k));
    }
    arena_free(a);
}

static void the_table_of_permissions_is_whole(void **state) {
    (void)state;
    for (int i = 0; i < PERM_COUNT; i++) {
        assert_int_equal(perm_rows[i].perm, i);
        assert_non_null(perm_rows[i].name);
        assert_true(perm_rows[i].label.es[0] != '\0' && perm_rows[i].why.es[0] != '\0');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(perm_rows[i].name, perm_rows[k].name);
        if (i > PERM_PUBLIC)
            assert_false(role_may(ROLE_NONE, (enum perm)i));
    }
    assert_false(role_may(ROLE_STATE_ANALYST, PERM_STUDENTS));
    assert_false(role_may(ROLE_PRINCIPAL, PERM_STUDENT_MEALS));
}

static void buckets_fill_again(void **state) {
    (void)state;
    struct ratelimit *r = ratelimit_new(100, 3, 10);
    int64_t wait;
    for (int i = 0; i < 3; i++)
        assert_true(ratelimit_take(r, STR("a"), 1000, &wait));
    assert_false(ratelimit_take(r, STR("a"), 1000, &wait));
    assert_int_equal(wait, 10);
    assert_true(ratelimit_take(r, STR("b"), 1000, &wait));
    assert_false(ratelimit_take(r, STR("a"), 1009, &wait));
    assert_true(ratelimit_take(r, STR("a"), 1010, &wait));
    ratelimit_give_back(r, STR("a"));
    assert_true(ratelimit_take(r, STR("a"), 1010, &wait));
    assert_false(ratelimit_take(r, STR("a"), 1010, &wait));
    for (int i = 0; i < 100000; i++) { /* a flood of keys takes no memory and breaks nothing */
        char key[32];
        (void)snprintf(key, sizeof key, "k%d", i);
        assert_true(ratelimit_take(r, str_z(key), 2000, &wait));
    }
    ratelimit_free(r);
}

static void passwords_are_checked(void **state) {
    (void)state;
    char hash[PASSWORD_HASH];
    struct errmsg why = {{0}};
    assert_true(sodium_init() >= 0);
    assert_int_equal(password_acceptable(STR("short"), STR("ana"), LANG_EN, &why), ERR_INVALID);
    assert_int_equal(password_acceptable(STR("Password123"), STR("ana"), LANG_ES, &why),
                     ERR_INVALID);
    assert_int_equal(password_acceptable(STR("aaaaaaaaaaaaa"), STR("ana"), LANG_EN, &why),
                     ERR_INVALID);
    assert_int_equal(password_acceptable(STR("ana.ruiz-is-me"), STR("ana.ruiz"), LANG_EN, &why),
                     ERR_INVALID);
    assert_ok(password_acceptable(STR(WEB_PASSWORD), STR("ana"), LANG_EN, e));
    assert_ok(password_hash(STR(WEB_PASSWORD), hash, e));
    assert_non_null(strstr(hash, "$argon2id$v=19$m=65536,t=2"));
    assert_ok(password_check(STR(WEB_PASSWORD), hash, e));
    assert_int_equal(password_check(STR("another one"), hash, NULL), ERR_DENIED);
    assert_int_equal(password_check(STR("anything"), "", NULL), ERR_DENIED);
    struct arena *a = arena_new(1 << 16);
    struct str p = password_suggest(a);
    assert_ok(password_acceptable(p, STR("ana"), LANG_EN, e));
    arena_free(a);
}

#define BOTH(name)                                                                                 \
    static void name##_(void **state) {                                                            \
        (void)state;                                                                               \
        on_both_engines(name);                                                                     \
    }
BOTH(by_relationship)
BOTH(relationships_have_dates)
BOTH(a_purpose_must_be_one_of_the_role)
BOTH(a_district_role_can_be_narrowed)
BOTH(lists_agree_with_the_answers)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_relationship_),
        cmocka_unit_test(relationships_have_dates_),
        cmocka_unit_test(a_purpose_must_be_one_of_the_role_),
        cmocka_unit_test(a_district_role_can_be_narrowed_),
        cmocka_unit_test(lists_agree_with_the_answers_),
        cmocka_unit_test(the_table_of_permissions_is_whole),
        cmocka_unit_test(buckets_fill_again),
        cmocka_unit_test(passwords_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
