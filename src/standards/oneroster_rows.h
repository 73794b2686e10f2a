/*
 * The files of OneRoster CSV 1.1 and 1.2 that make a roster: their columns, and one row's cells
 * made into what roster/load.h takes. Pure, so it runs on the reading thread: no store, no clock.
 * A row that can't be understood is refused with one sentence; what was taken as certain is noted
 * in bits (or_assumption).
 */
#ifndef STANDARDS_ONEROSTER_ROWS_H
#define STANDARDS_ONEROSTER_ROWS_H

#include "base/csv.h"
#include "roster/load.h"

enum or_file { /* in the order in which they are read */
               OR_SESSIONS,
               OR_ORGS,
               OR_COURSES,
               OR_CLASSES,
               OR_USERS,
               OR_ROLES,
               OR_DEMOGRAPHICS,
               OR_ENROLLMENTS,
               OR_FILES
};

enum { OR_COLUMNS = 40, OR_CELL_BYTES = 8000, OR_ORGS_OF_USER = 16, OR_TEXT = 64 };

struct or_column {
    const char *name;
    bool required;
    const char *also; /* other names in use, | between them, or NULL */
};
struct or_spec {
    const char *name; /* "users": the file is users.csv */
    enum roster_tab tab;
    struct or_column
        columns[OR_COLUMNS + 1]; /* ends at NULL; in the order of the enums in the .c */
};
extern const struct or_spec or_specs[OR_FILES];

enum or_assumption {
    OR_DATES = 1,         /* US dates or date-times */
    OR_GRADES = 2,        /* 9 for 09 */
    OR_GRADE_UNKNOWN = 4, /* UG, PS, Other */
    OR_GRADE_FIRST = 8,   /* several grades */
    OR_WORDS = 16,        /* yes, 1 for true */
    OR_ENCODING = 32,     /* not UTF-8 */
    OR_SHORT = 64,        /* empty cells at a row's end left out */
    OR_QUOTES = 128,      /* stray quotes */
    OR_SCHOOL_YEAR = 256, /* from the end date */
    OR_ROLE_OTHER = 512,  /* ext:... roles are staff */
    OR_ENABLED = 1024,    /* no enabledUser: true */
    OR_LANGUAGE = 2048,   /* an unknown language left empty */
    OR_PARENT = 4096,     /* a school without a parent belongs to the only district */
    OR_NO_ID = 8192,      /* rows without an id of their own */
    OR_ASSUMPTIONS = 14
};
extern const char *const or_assumption_text[OR_ASSUMPTIONS];

struct or_context {
    enum or_file file;
    uint64_t present; /* columns the file has, by place in the spec */
    int32_t as_of;
    unsigned assumed; /* out: bits */
};

struct or_user {
    struct load_person person;
    int role; /* 1.1: place in load_roles, -1 none */
    uint64_t org[OR_ORGS_OF_USER];
    size_t orgs;
    struct str agents, user_ids, master_id; /* lists as in the file */
};

struct or_row {
    int64_t line;
    const char *why; /* refused: what is wrong and what to do; NULL when good */
    int col;         /* of the spec, -1 the row */
    struct str value;
    uint64_t key; /* of its sourcedId, 0 unknown */
    union {
        struct load_org org;
        struct load_term term;
        struct load_course course;
        struct load_section section;
        struct or_user user;
        struct load_role role;
        struct {
            uint64_t person;
            struct load_status status;
        } demographics;
        struct load_enrollment enrollment;
    } u;
    char made_id[24]; /* where the file has no sourcedId */
    /* texts of references, for the sentence when one dangles */
    struct str ref[4];
};

/* cell: by place in the spec, trimmed, UTF-8, "" where the file lacks the column; borrowed by the
 * result. flags: csv_flag. */
void or_convert(struct or_context *cx, const struct str cell[], unsigned flags, struct or_row *row);

/* The place in the spec of each column of the file, -1 unused; headers in the wrong case or
 * slightly misspelt are recognised and told (`said`, one line each). ERR_INVALID when a required
 * one lacks. */
NODISCARD enum err or_match_header(const struct or_spec *spec, const struct csv *c, int *place,
                                   struct buf *said, struct errmsg *e);
/* Lower case without what is no letter or digit; at most OR_TEXT - 1 bytes. */
size_t or_plain_name(struct str s, char out[static OR_TEXT]);

/* Cuts a list as in "a,b" or {kind:id},{kind:id}. */
bool or_list_next(struct str *rest, struct str *item);
/* "{SIS:123}" or "SIS:123" -> kind "sis", value "123"; kind is cut to OR_TEXT. */
bool or_user_id(struct str item, char kind[static OR_TEXT], struct str *value);

#endif
