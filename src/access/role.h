/*
 * Roles and permissions: one table says which role may do what, with a label and the reason; the
 * routes, the fields of records, the help page and the tests read it. What names no permission has
 * PERM_CLOSED, which nobody holds. Scope (whose rows) is scope.h's; this table knows only kinds of
 * things. Constant data, any thread.
 */
#ifndef ACCESS_ROLE_H
#define ACCESS_ROLE_H

#include "base/str.h"
#include "base/tr.h"

enum role {
    ROLE_NONE, /* nobody is signed in */
    ROLE_DISTRICT_ADMINISTRATOR,
    ROLE_TECHNOLOGY_DIRECTOR,
    ROLE_PRIVACY_OFFICER,
    ROLE_PRINCIPAL,
    ROLE_TEACHER,
    ROLE_COACH,
    ROLE_SUPPORT_TECHNICIAN,
    ROLE_STUDENT,
    ROLE_GUARDIAN,
    ROLE_STATE_ANALYST,
    ROLE_COUNT
};
const char *role_name(enum role role); /* as in the schema: "district_administrator" */
struct tr role_label(enum role role);
bool role_parse(struct str name, enum role *out); /* false: no such role; ROLE_NONE has no name */
/* District roles reach every org unless account_org narrows them. */
bool role_is_district(enum role role);

enum perm {
    PERM_CLOSED,    /* nobody; what a forgotten row has */
    PERM_PUBLIC,    /* also without signing in */
    PERM_SIGNED_IN, /* every account, for its own affairs */
    PERM_READINGS,  /* indicators, equity, roll-ups: numbers about groups, through disclosure */
    PERM_SCHOOLS,   /* a school's page and lists of sections */
    PERM_SECTIONS,  /* a section's page */
    PERM_STUDENTS,  /* students by name, within scope */
    PERM_STUDENT_SUPPORTS, /* English learner, disability plan of one student */
    PERM_STUDENT_MEALS,    /* meal status, housing, race of one student */
    PERM_STUDENT_SCORES,   /* attendance and scores of one student */
    PERM_STAFF,            /* teachers by name; their own training */
    PERM_STAFF_SURVEYS,    /* one teacher's self-survey */
    PERM_PLAN,             /* read standards and gaps with costs */
    PERM_PLAN_EDIT,        /* adopt standards, set priorities, assign owners */
    PERM_DEVICES,          /* devices, rooms, connectivity */
    PERM_DEVICES_EDIT,
    PERM_LICENCES, /* products, seats, costs */
    PERM_LICENCES_EDIT,
    PERM_NEEDS, /* assistive technology of one student */
    PERM_NEEDS_EDIT,
    PERM_IMPORT,   /* import files, see the preview, undo */
    PERM_EXPORT,   /* take CSV, XLSX or the API's lists away; each is recorded */
    PERM_PEOPLE,   /* the roster's people: merge duplicates, identifiers */
    PERM_ACCOUNTS, /* accounts, roles, passwords handed out */
    PERM_AUDIT,    /* the audit log and its check */
    PERM_SETTINGS, /* read settings and limits */
    PERM_COUNT
};

struct perm_row {
    enum perm perm;
    const char *name; /* stable, for the API and the command line */
    unsigned roles;   /* bit (1u << role) */
    struct tr label, why;
};
extern const struct perm_row perm_rows[PERM_COUNT]; /* in enum order */

bool role_may(enum role role, enum perm perm);

#endif
