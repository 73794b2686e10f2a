/*
 * The roster as pages read it: people with grade and school, sections with their people, on a day.
 * Scope-free: whether a viewer may see a row is access/'s business, before the call. Texts live in
 * the arena.
 */
#ifndef ROSTER_VIEW_H
#define ROSTER_VIEW_H

#include "base/date.h"
#include "store/db.h"

struct person_view {
    int64_t id;
    struct str given, name; /* "Ana", "Ana Ruiz"; the preferred name where there is one */
    struct str identifier, email, grade; /* grade: PK KG 01 .. 12, "" unknown or no student */
    int64_t school_id;                   /* 0 none */
    struct str school;
};
/* ERR_NOT_FOUND where there is no such row. */
NODISCARD enum err person_view_get(struct db *db, struct arena *a, int64_t id, int32_t day,
                                   struct person_view *out, struct errmsg *e);
/* One for each id, in order; an id that is gone has an empty name. One statement each: for pages.
 */
NODISCARD enum err person_views(struct db *db, struct arena *a, const int64_t ids[], size_t n,
                                int32_t day, struct person_view **out, struct errmsg *e);

struct status_view { /* -1: unknown; "" unknown */
    struct str grade, meal, race, gender, language, housing;
    int english_learner, disability_plan;
    int32_t birth_on;
};
NODISCARD enum err status_view_get(struct db *db, struct arena *a, int64_t student, int32_t day,
                                   struct status_view *out, struct errmsg *e);

/* Lists of people have id, given, name and identifier. */
struct person_list {
    size_t n;
    struct person_view *row;
    bool more; /* there are further ones */
};
NODISCARD enum err view_guardians(struct db *db, struct arena *a, int64_t student, int32_t day,
                                  struct person_list *out, struct errmsg *e);
NODISCARD enum err view_section_people(struct db *db, struct arena *a, int64_t section,
                                       struct str role, int32_t day, struct person_list *out,
                                       struct errmsg *e);
NODISCARD enum err view_org_students(struct db *db, struct arena *a, int64_t org, int32_t day,
                                     int64_t offset, int64_t limit, struct person_list *out,
                                     struct errmsg *e);
/* By the beginning of a given or family name, or the whole number; at most `limit`. */
NODISCARD enum err view_find_students(struct db *db, struct arena *a, struct str text, int32_t day,
                                      int64_t limit, struct person_list *out, struct errmsg *e);
/* Anybody, staff and families too, also by user name, e-mail or a further identifier. */
NODISCARD enum err view_find_people(struct db *db, struct arena *a, struct str text, int32_t day,
                                    size_t limit, struct person_view **out, size_t *n,
                                    struct errmsg *e);
struct alias_view {
    struct str kind, value; /* "state", "sis", "merged", ... */
};
NODISCARD enum err view_aliases(struct db *db, struct arena *a, int64_t person,
                                struct alias_view **out, size_t *n, struct errmsg *e);
NODISCARD enum err view_coached(struct db *db, struct arena *a, int64_t account, int32_t day,
                                struct person_list *out, struct errmsg *e);

struct section_view {
    int64_t id, org_id;
    struct str title, code, org, course, subjects, grades, location, periods, term;
    int64_t students;   /* of lists; else 0 */
    struct str teacher; /* of view_org_sections; else "" */
};
struct section_list {
    size_t n;
    struct section_view *row;
    bool more;
};
NODISCARD enum err section_view_get(struct db *db, struct arena *a, int64_t id,
                                    struct section_view *out, struct errmsg *e);
NODISCARD enum err view_org_sections(struct db *db, struct arena *a, int64_t org, int32_t day,
                                     int64_t offset, int64_t limit, struct section_list *out,
                                     struct errmsg *e);
/* role: "student" or "teacher". */
NODISCARD enum err view_person_sections(struct db *db, struct arena *a, int64_t person,
                                        struct str role, int32_t day, struct section_list *out,
                                        struct errmsg *e);

#endif
