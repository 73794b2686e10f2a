/*
 * The audit log: append-only, each row's hash covers the row before it and its own fields, and one
 * head row holds the count and the last hash, so that a changed, removed or cut-off row shows.
 * audit_append runs inside the writer's transaction: what was done and its entry are saved
 * together or not at all. Taking the head row orders concurrent writers on both engines.
 */
#ifndef ACCESS_AUDIT_H
#define ACCESS_AUDIT_H

#include "access/scope.h"

struct audit_entry {
    struct str action;  /* a verb: "sign-in", "read", "export", "import", "change", "add", "end" */
    struct str subject; /* kind of thing: "student", "account", "indicator", "gap" */
    struct str subject_id; /* "" where there is none */
    int64_t person_id;     /* whose record it was; 0 where nobody's */
    struct str purpose;
    struct str detail; /* a JSON object, or "" */
};

/* `v` NULL (or a zero account) is the command line. Needs an open transaction of a DB_WRITE db. */
NODISCARD enum err audit_append(struct db *db, const struct viewer *v,
                                const struct audit_entry *entry, struct errmsg *e);
/* An export: who took what, in which form, how many rows; `people` when rows are about persons. */
NODISCARD enum err audit_export(struct db *db, const struct viewer *v, struct str what,
                                struct str form, int64_t rows, bool people, struct errmsg *e);

struct audit_row {
    int64_t id, at_us, account_id, person_id;
    struct str actor, action, subject, subject_id, purpose, detail;
};
struct audit_filter { /* zero: everything */
    struct str actor, action, subject;
    struct str subject_id; /* with subject: the history of one thing */
    int64_t person_id;
    int32_t from, until; /* days, half open; both 0 or DATE_NONE: no bound */
    int64_t before_id;   /* rows older than this id; 0: from the newest */
    int limit;           /* at most 1,000; 0: 50 */
};
/* Newest first, in the arena. *more: there are older ones. */
NODISCARD enum err audit_list(struct db *db, const struct audit_filter *f, struct arena *a,
                              struct audit_row **out, size_t *n, bool *more, struct errmsg *e);

struct audit_check {
    int64_t rows;      /* read and found whole */
    int64_t broken_id; /* first row that does not fit; 0: none */
    char head[65];     /* last hash, to note elsewhere */
};
/* ERR_CORRUPT with a sentence that names the first broken row. O(rows). */
NODISCARD enum err audit_verify(struct db *db, struct audit_check *out, struct errmsg *e);

#endif
