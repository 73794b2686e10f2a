/*
 * Whose rows: scope by relationship, on a day.
 *   district roles      every org and person (account_org, when given, narrows them)
 *   principal, technician   works at: account_org and all below it
 *   teacher             the sections they teach on that day, and their students
 *   coach               the teachers they coach and those teachers' sections; no student by name
 *   student             themself        guardian   the students they are guardian of
 *   state analyst       groups only: every org, no person
 * An answer is "yes" or ERR_NOT_FOUND, so that nobody learns that a person exists. A read of a
 * student's record goes through access_read_student, which also writes the audit entry.
 */
#ifndef ACCESS_SCOPE_H
#define ACCESS_SCOPE_H

#include "access/role.h"
#include "store/db.h"

/* Who looks. Zero is nobody. Texts live as long as the request. */
struct viewer {
    int64_t account_id, person_id; /* 0: none */
    enum role role;
    struct str username, display_name;
    enum lang lang;
    bool must_change; /* signed in with a password handed out */
    int32_t on;       /* the day whose relationships count: today */
};

/* Why a student's record is opened; recorded with the read. */
enum purpose {
    PURPOSE_INSTRUCTION,    /* teaching this student */
    PURPOSE_SUPPORT,        /* a device, a line, a tool for this student */
    PURPOSE_ADMINISTRATION, /* running the school */
    PURPOSE_PRIVACY,        /* a records request, an incident */
    PURPOSE_OWN_RECORD,     /* the student or a guardian */
    PURPOSE_COUNT
};
const char *purpose_name(enum purpose p);
struct tr purpose_label(enum purpose p);
/* What a role's ordinary page view is for. */
enum purpose purpose_of(enum role role);

/* ERR_OK, or ERR_NOT_FOUND. `purpose` must be one the role may have. */
NODISCARD enum err access_may_see_student(struct db *db, const struct viewer *v, int64_t person_id,
                                          enum purpose purpose, struct errmsg *e);
/* A teacher or other member of staff by name. Everyone may see themself. */
NODISCARD enum err access_may_see_staff(struct db *db, const struct viewer *v, int64_t person_id,
                                        struct errmsg *e);
/* A school (or any org) and its aggregates; a section and, with PERM_STUDENTS, its students. */
NODISCARD enum err access_may_see_org(struct db *db, const struct viewer *v, int64_t org_id,
                                      struct errmsg *e);
NODISCARD enum err access_may_see_section(struct db *db, const struct viewer *v, int64_t section_id,
                                          struct errmsg *e);

/* Lists, for pages that show "mine". Ids ascending, in the arena.
 * *all true: no narrowing (ids is then empty, n 0). */
struct scope_ids {
    int64_t *ids;
    size_t n;
    bool all;
};
NODISCARD enum err access_orgs(struct db *db, const struct viewer *v, struct arena *a,
                               struct scope_ids *out, struct errmsg *e);
NODISCARD enum err access_sections(struct db *db, const struct viewer *v, struct arena *a,
                                   struct scope_ids *out, struct errmsg *e);
/* The students by name: a teacher's, a principal's, one's children, oneself; nobody for an analyst
 * or coach. */
NODISCARD enum err access_students(struct db *db, const struct viewer *v, struct arena *a,
                                   struct scope_ids *out, struct errmsg *e);
bool scope_has(const struct scope_ids *s, int64_t id);

#endif
