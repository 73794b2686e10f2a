/*
 * Brings a source's roster, or its changes, into the records: compares each row with what is there,
 * writes what differs, keeps history, ends what vanished from a bulk file, and can say all of that
 * without writing (opt.write false): preview and import are the same code.
 * How: new; then for each kind of row, in the order of enum roster_tab, begin, rows, end; finish.
 * A row names others by the 64-bit hash of their source id (hash64), so the caller can prepare rows
 * on another thread. The load keeps 24 to 40 bytes per row of the roster, 100 per person.
 * Rules:
 *   a person, section, org, ... that vanishes from a bulk file ends on as_of, and comes back when
 * it is in a later file; nothing is deleted; a student's groups are versions: a change ends one and
 * begins the next on as_of (within one day it replaces it); a first import begins them, and roles,
 * with the school year; an enrollment without dates has its section's; a person merged into another
 * gets the other's rows. It runs in the caller's transaction. One thread at a time.
 */
#ifndef ROSTER_LOAD_H
#define ROSTER_LOAD_H

#include "roster/tables.h"

struct roster_load;

/* Tells undo of the roster's tables: once, at start. */
void roster_register(void);

struct load_options {
    int32_t as_of;
    bool write;
    size_t examples_max; /* kept per table and kind of change */
    int stop_percent;    /* ends above this are told as stops */
};

/* What a row came to. From LOAD_TWICE on the row is refused and nothing was written. */
enum load_outcome {
    LOAD_UNCHANGED,
    LOAD_ADDED,
    LOAD_CHANGED,
    LOAD_ENDED,
    LOAD_REOPENED,
    LOAD_TWICE, /* this source id was in the file already */
    LOAD_NO_ORG,
    LOAD_NO_COURSE,
    LOAD_NO_TERM,
    LOAD_NO_SECTION,
    LOAD_NO_PERSON,
    LOAD_BACKWARDS /* it would end before it begins */
};

/* 0 or "" is unknown everywhere. Texts are borrowed for the call. `hash` covers what a change is
 * noticed by. `gone`: the source says it is deleted, on `gone_on` (DATE_NONE: as_of). */
struct load_row {
    struct str ext;
    uint64_t key, hash; /* key = hash64(ext) */
    bool gone;
    int32_t gone_on;
};

struct load_org {
    struct load_row row;
    struct str name, identifier, locale, grade_low, grade_high;
    const char *kind;
    uint64_t parent; /* key, 0 none */
};
struct load_term {
    struct load_row row;
    struct str title;
    const char *kind;
    int32_t begins, ends; /* half open */
    int school_year;
    uint64_t parent;
};
struct load_course {
    struct load_row row;
    struct str title, code, grades, subjects;
    uint64_t org;
};
enum { LOAD_TERMS = 16 };
struct load_section {
    struct load_row row;
    struct str title, code, location, grades, subjects, periods;
    bool homeroom;
    uint64_t course, org, term[LOAD_TERMS];
    size_t terms;
};

/* One byte each, 0 unknown: the place in roster_codes' lists, plus one. */
struct load_status {
    uint8_t grade, meal, english_learner, disability_plan, race, gender, housing, given;
    char language[4]; /* "" unknown */
    int32_t birth_on; /* 0 unknown (nobody on a roster was born on 1970-01-01 by chance alone) */
};
enum load_status_field { /* bits of `given`: which fields this row speaks of */
                         STATUS_GRADE = 1,
                         STATUS_MEAL = 2,
                         STATUS_ENGLISH = 4,
                         STATUS_PLAN = 8,
                         STATUS_RACE = 16,
                         STATUS_GENDER = 32,
                         STATUS_LANGUAGE_HOUSING = 64,
                         STATUS_BIRTH = 128
};
extern const char *const load_grades[14],
    *const load_meals[3], *const load_races[7], *const load_genders[3], *const load_housings[6],
                                                                            *const load_roles[11];
enum {
    LOAD_STUDENT,
    LOAD_TEACHER,
    LOAD_AIDE,
    LOAD_ADMINISTRATOR,
    LOAD_PRINCIPAL,
    LOAD_COUNSELOR,
    LOAD_GUARDIAN,
    LOAD_PARENT,
    LOAD_RELATIVE,
    LOAD_PROCTOR,
    LOAD_STAFF
};

struct load_person {
    struct load_row row;
    struct str username, given_name, family_name, middle_name, preferred_name, email, phone,
        identifier;
    bool enabled;
    struct load_status status;
};
struct load_role {
    struct load_row row; /* its key is not used: a role is known by person, org and role */
    uint64_t person, org;
    int role; /* place in load_roles */
    bool primary;
    int32_t begins, ends; /* DATE_NONE: not said */
};
struct load_enrollment {
    struct load_row row;
    uint64_t person, section;
    int role;
    bool primary;
    int32_t begins, ends;
};

NODISCARD enum err roster_load_new(struct db *db, struct batch *b, const struct load_options *opt,
                                   struct roster_load **out, struct errmsg *e);
void roster_load_free(struct roster_load *l); /* NULL is fine */

/* expect: about how many rows will come, 0 unknown. */
NODISCARD enum err roster_load_begin(struct roster_load *l, enum roster_tab t, bool bulk,
                                     int64_t expect, struct errmsg *e);
NODISCARD enum err roster_load_org(struct roster_load *l, const struct load_org *row,
                                   enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_term(struct roster_load *l, const struct load_term *row,
                                    enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_course(struct roster_load *l, const struct load_course *row,
                                      enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_section(struct roster_load *l, const struct load_section *row,
                                       enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_person(struct roster_load *l, const struct load_person *row,
                                      enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_role(struct roster_load *l, const struct load_role *row,
                                    enum load_outcome *out, struct errmsg *e);
NODISCARD enum err roster_load_enrollment(struct roster_load *l, const struct load_enrollment *row,
                                          enum load_outcome *out, struct errmsg *e);
/* A student's groups, of a person by key. LOAD_NO_PERSON; else LOAD_UNCHANGED: compared at the end.
 */
enum load_outcome roster_load_status(struct roster_load *l, uint64_t person,
                                     const struct load_status *s);
/* Two people belong together, in either order: which is the student is known at the end. */
void roster_load_agent(struct roster_load *l, uint64_t person, uint64_t agent, int64_t line);
NODISCARD enum err roster_load_alias(struct roster_load *l, uint64_t person, const char *kind,
                                     struct str value, struct errmsg *e);
/* A row of the file that was refused: what the records have under its id stays as it is. */
void roster_load_keep(struct roster_load *l, enum roster_tab t, uint64_t key);
/* The same for a role, which has no id of its own. */
void roster_load_keep_role(struct roster_load *l, uint64_t person, uint64_t org, int role);
/* Whether a row of that source id is known and lasting. */
bool roster_load_knows(const struct roster_load *l, enum roster_tab t, uint64_t key);
/* The only org of a kind, as its key; 0 when there is none or several. */
uint64_t roster_load_only_org(const struct roster_load *l, const char *kind);
/* Asks for memory some rows ahead. */
void roster_load_prefetch(const struct roster_load *l, enum roster_tab t, uint64_t key);

/* After the rows of a kind: ends what a bulk file lacks. */
NODISCARD enum err roster_load_end(struct roster_load *l, enum roster_tab t, struct errmsg *e);

/* A link that names nobody: the line it came from. */
typedef void (*load_dangling)(void *arg, int64_t line);
/* Versions of groups, guardians, what ended people leave, grades of schools; indexes. */
NODISCARD enum err roster_load_finish(struct roster_load *l, load_dangling dangling, void *arg,
                                      struct errmsg *e);

/* ---- what it came to ---- */

struct load_example {
    enum load_outcome what;
    struct str who;    /* a name or title */
    struct str detail; /* "family_name: Smith -> Smyth" where it changed */
    struct tr reason;
};
struct load_count {
    int64_t before; /* lasting on as_of before the import */
    int64_t unchanged, added, changed, ended, reopened;
    bool stop; /* more ended than stop_percent of `before` */
    struct load_example *examples;
    size_t example_count;
};
const struct load_count *roster_load_count(const struct roster_load *l, enum roster_tab t);
bool roster_load_first(const struct roster_load *l);      /* the records had no people */
int32_t roster_load_opening(const struct roster_load *l); /* where new roles and groups begin */

#endif
