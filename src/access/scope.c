#include "access/scope.h"

#include "base/date.h"

static const struct {
    const char *name;
    struct tr label;
    unsigned roles; /* whose purpose it may be */
} purposes[PURPOSE_COUNT] = {
    [PURPOSE_INSTRUCTION] = {"instruction", TR_INIT("instruction", "enseñanza"),
                             1u << ROLE_TEACHER | 1u << ROLE_PRINCIPAL},
    [PURPOSE_SUPPORT] = {"support", TR_INIT("support", "apoyo"),
                         1u << ROLE_SUPPORT_TECHNICIAN | 1u << ROLE_TECHNOLOGY_DIRECTOR |
                             1u << ROLE_DISTRICT_ADMINISTRATOR},
    [PURPOSE_ADMINISTRATION] = {"administration", TR_INIT("administration", "administración"),
                                1u << ROLE_PRINCIPAL | 1u << ROLE_DISTRICT_ADMINISTRATOR |
                                    1u << ROLE_TECHNOLOGY_DIRECTOR},
    [PURPOSE_PRIVACY] = {"privacy", TR_INIT("privacy request", "solicitud de privacidad"),
                         1u << ROLE_PRIVACY_OFFICER | 1u << ROLE_DISTRICT_ADMINISTRATOR},
    [PURPOSE_OWN_RECORD] = {"own-record", TR_INIT("own record", "registro propio"),
                            1u << ROLE_STUDENT | 1u << ROLE_GUARDIAN},
};

const char *purpose_name(enum purpose p) {
    CHECK((int)p >= 0 && p < PURPOSE_COUNT);
    return purposes[p].name;
}

struct tr purpose_label(enum purpose p) {
    CHECK((int)p >= 0 && p < PURPOSE_COUNT);
    return purposes[p].label;
}

enum purpose purpose_of(enum role role) {
    switch (role) {
    case ROLE_TEACHER:
    case ROLE_COACH:
        return PURPOSE_INSTRUCTION;
    case ROLE_SUPPORT_TECHNICIAN:
    case ROLE_TECHNOLOGY_DIRECTOR:
        return PURPOSE_SUPPORT;
    case ROLE_PRIVACY_OFFICER:
        return PURPOSE_PRIVACY;
    case ROLE_STUDENT:
    case ROLE_GUARDIAN:
        return PURPOSE_OWN_RECORD;
    case ROLE_NONE:
    case ROLE_DISTRICT_ADMINISTRATOR:
    case ROLE_PRINCIPAL:
    case ROLE_STATE_ANALYST:
    case ROLE_COUNT:
        break;
    }
    return PURPOSE_ADMINISTRATION;
}

static enum err not_found(const struct viewer *v, struct errmsg *e) {
    return err_set(e, ERR_NOT_FOUND, "%s",
                   v->lang == LANG_ES ? "No existe, o no está entre lo que usted puede ver."
                                      : "There is no such thing, or none that you may see.");
}

static enum err found(struct db *db, enum sql id, struct args args, bool *out, struct errmsg *e) {
    int64_t one = 0;
    return db_int(db, id, args, &one, out, e);
}

/* District roles and analysts reach all orgs, unless account_org names some. */
static enum err reaches_all(struct db *db, const struct viewer *v, bool *out, struct errmsg *e) {
    *out = false;
    if (!role_is_district(v->role) && v->role != ROLE_STATE_ANALYST)
        return ERR_OK;
    bool narrowed;
    TRY(found(db, SQL_ACCESS_HAS_ORGS, ARGS(V_INT(v->account_id)), &narrowed, e));
    *out = !narrowed;
    return ERR_OK;
}

/* Roles whose reach is the account's orgs with all below. */
static bool by_orgs(enum role role) {
    return role_is_district(role) || role == ROLE_STATE_ANALYST || role == ROLE_PRINCIPAL ||
           role == ROLE_SUPPORT_TECHNICIAN;
}

static enum err student_ok(struct db *db, const struct viewer *v, int64_t person, bool *ok,
                           struct errmsg *e) {
    char on[DATE_TEXT];
    struct val today = V_Z(date_text(v->on, on));
    bool all;
    *ok = false;
    TRY(found(db, SQL_ACCESS_IS_STUDENT, ARGS(V_INT(person)), ok, e));
    if (!*ok)
        return ERR_OK;
    switch (v->role) {
    case ROLE_DISTRICT_ADMINISTRATOR:
    case ROLE_TECHNOLOGY_DIRECTOR:
    case ROLE_PRIVACY_OFFICER:
    case ROLE_PRINCIPAL:
    case ROLE_SUPPORT_TECHNICIAN:
        TRY(reaches_all(db, v, &all, e));
        if (all)
            return ERR_OK;
        return found(db, SQL_ACCESS_PERSON_WITHIN,
                     ARGS(V_INT(v->account_id), V_INT(person), V_INT(1), today), ok, e);
    case ROLE_TEACHER:
        return found(db, SQL_ACCESS_TEACHES, ARGS(V_INT(v->person_id), today, V_INT(person)), ok,
                     e);
    case ROLE_GUARDIAN:
        return found(db, SQL_ACCESS_IS_GUARDIAN, ARGS(V_INT(v->person_id), V_INT(person), today),
                     ok, e);
    case ROLE_STUDENT:
        *ok = v->person_id == person;
        return ERR_OK;
    case ROLE_NONE:
    case ROLE_COACH:
    case ROLE_STATE_ANALYST:
    case ROLE_COUNT:
        break;
    }
    *ok = false;
    return ERR_OK;
}

enum err access_may_see_student(struct db *db, const struct viewer *v, int64_t person_id,
                                enum purpose purpose, struct errmsg *e) {
    CHECK((int)purpose >= 0 && purpose < PURPOSE_COUNT);
    bool ok = role_may(v->role, PERM_STUDENTS) && (purposes[purpose].roles & (1u << v->role)) != 0;
    if (ok)
        TRY(student_ok(db, v, person_id, &ok, e));
    return ok ? ERR_OK : not_found(v, e);
}

enum err access_may_see_staff(struct db *db, const struct viewer *v, int64_t person_id,
                              struct errmsg *e) {
    char on[DATE_TEXT];
    struct val today = V_Z(date_text(v->on, on));
    bool ok, all = false;
    TRY(found(db, SQL_ACCESS_IS_STAFF, ARGS(V_INT(person_id)), &ok, e));
    if (!ok || !role_may(v->role, PERM_STAFF))
        return not_found(v, e);
    if (v->person_id == person_id)
        return ERR_OK;
    ok = false;
    if (by_orgs(v->role)) {
        TRY(reaches_all(db, v, &all, e));
        if (all)
            return ERR_OK;
        TRY(found(db, SQL_ACCESS_PERSON_WITHIN,
                  ARGS(V_INT(v->account_id), V_INT(person_id), V_INT(0), today), &ok, e));
    } else if (v->role == ROLE_COACH) {
        TRY(found(db, SQL_ACCESS_COACHES, ARGS(V_INT(v->account_id), V_INT(person_id), today), &ok,
                  e));
    }
    return ok ? ERR_OK : not_found(v, e);
}

static enum err org_ok(struct db *db, const struct viewer *v, int64_t org, bool *ok,
                       struct errmsg *e) {
    char on[DATE_TEXT];
    struct val today = V_Z(date_text(v->on, on));
    *ok = false;
    if (by_orgs(v->role)) {
        bool all;
        TRY(reaches_all(db, v, &all, e));
        if (all)
            return found(db, SQL_ACCESS_ORG_EXISTS, ARGS(V_INT(org)), ok, e);
        return found(db, SQL_ACCESS_ORG_WITHIN, ARGS(V_INT(org), V_INT(v->account_id)), ok, e);
    }
    if (v->role == ROLE_TEACHER)
        return found(db, SQL_ACCESS_ORG_TAUGHT, ARGS(V_INT(v->person_id), V_INT(org), today), ok,
                     e);
    if (v->role == ROLE_COACH)
        return found(db, SQL_ACCESS_ORG_COACHED, ARGS(V_INT(v->account_id), today, V_INT(org)), ok,
                     e);
    return ERR_OK;
}

enum err access_may_see_org(struct db *db, const struct viewer *v, int64_t org_id,
                            struct errmsg *e) {
    bool ok;
    TRY(org_ok(db, v, org_id, &ok, e));
    return ok && role_may(v->role, PERM_SCHOOLS) ? ERR_OK : not_found(v, e);
}

enum err access_may_see_section(struct db *db, const struct viewer *v, int64_t section_id,
                                struct errmsg *e) {
    char on[DATE_TEXT];
    struct val today = V_Z(date_text(v->on, on));
    int64_t org = 0;
    bool ok = false;
    TRY(db_int(db, SQL_ACCESS_SECTION_ORG, ARGS(V_INT(section_id)), &org, &ok, e));
    if (!ok || !role_may(v->role, PERM_SECTIONS))
        return not_found(v, e);
    ok = false;
    if (by_orgs(v->role))
        TRY(org_ok(db, v, org, &ok, e));
    else if (v->role == ROLE_TEACHER)
        TRY(found(db, SQL_ACCESS_SECTION_TAUGHT,
                  ARGS(V_INT(section_id), V_INT(v->person_id), today), &ok, e));
    else if (v->role == ROLE_COACH)
        TRY(found(db, SQL_ACCESS_SECTION_COACHED,
                  ARGS(V_INT(section_id), today, V_INT(v->account_id)), &ok, e));
    return ok ? ERR_OK : not_found(v, e);
}

static enum err read_ids(struct db *db, enum sql id, struct args args, struct arena *a,
                         struct scope_ids *out, struct errmsg *e) {
    struct rows *r;
    size_t cap = 0;
    TRY(db_rows(db, id, args, &r, e));
    while (rows_next(r)) {
        if (out->n == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            int64_t *more = ARENA_ARRAY(a, int64_t, cap);
            for (size_t i = 0; i < out->n; i++)
                more[i] = out->ids[i];
            out->ids = more;
        }
        out->ids[out->n++] = rows_int(r, 0);
    }
    return rows_close(r, e);
}

/* The statement of each way to reach a kind of thing. */
struct reach {
    enum sql within, taught, coached;
    bool dated; /* `within` takes the day too */
};

static enum err reach(struct db *db, const struct viewer *v, const struct reach *how,
                      struct arena *a, struct scope_ids *out, struct errmsg *e) {
    char on[DATE_TEXT];
    struct val today = V_Z(date_text(v->on, on));
    *out = (struct scope_ids){0};
    if (by_orgs(v->role)) {
        TRY(reaches_all(db, v, &out->all, e));
        if (out->all)
            return ERR_OK;
        struct args both = ARGS(V_INT(v->account_id), today);
        both.n = how->dated ? 2 : 1;
        return read_ids(db, how->within, both, a, out, e);
    }
    if (v->role == ROLE_TEACHER)
        return read_ids(db, how->taught, ARGS(V_INT(v->person_id), today), a, out, e);
    if (v->role == ROLE_COACH && how->coached != SQL_COUNT)
        return read_ids(db, how->coached, ARGS(V_INT(v->account_id), today), a, out, e);
    return ERR_OK;
}

enum err access_orgs(struct db *db, const struct viewer *v, struct arena *a, struct scope_ids *out,
                     struct errmsg *e) {
    static const struct reach how = {SQL_ACCESS_ORGS_WITHIN, SQL_ACCESS_ORGS_TAUGHT,
                                     SQL_ACCESS_ORGS_COACHED, false};
    return reach(db, v, &how, a, out, e);
}

enum err access_sections(struct db *db, const struct viewer *v, struct arena *a,
                         struct scope_ids *out, struct errmsg *e) {
    static const struct reach how = {SQL_ACCESS_SECTIONS_WITHIN, SQL_ACCESS_SECTIONS_TAUGHT,
                                     SQL_ACCESS_SECTIONS_COACHED, false};
    *out = (struct scope_ids){0};
    return role_may(v->role, PERM_SECTIONS) ? reach(db, v, &how, a, out, e) : ERR_OK;
}

enum err access_students(struct db *db, const struct viewer *v, struct arena *a,
                         struct scope_ids *out, struct errmsg *e) {
    static const struct reach how = {SQL_ACCESS_STUDENTS_WITHIN, SQL_ACCESS_STUDENTS_TAUGHT,
                                     SQL_COUNT, true};
    char on[DATE_TEXT];
    *out = (struct scope_ids){0};
    if (!role_may(v->role, PERM_STUDENTS))
        return ERR_OK;
    if (v->role == ROLE_STUDENT) {
        out->ids = ARENA_NEW(a, int64_t);
        out->ids[0] = v->person_id;
        out->n = v->person_id != 0;
        return ERR_OK;
    }
    if (v->role == ROLE_GUARDIAN)
        return read_ids(db, SQL_ACCESS_STUDENTS_GUARDED,
                        ARGS(V_INT(v->person_id), V_Z(date_text(v->on, on))), a, out, e);
    return reach(db, v, &how, a, out, e);
}

bool scope_has(const struct scope_ids *s, int64_t id) {
    size_t lo = 0, hi = s->n;
    if (s->all)
        return true;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->ids[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && s->ids[lo] == id;
}
