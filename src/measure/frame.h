/*
 * The unit frame: as of one day, which units there are, at which org each is counted and which
 * groups it is in, as columns. Students and educators come from the roster; units of other kinds
 * bring their org with each value.
 * One rule for a person in two places on a day: an enrollment (or role) marked primary wins, then
 * the one begun last, then the higher row id. A student is counted once, at that school. A person
 * merged into another is that other. Everything lives in the arena.
 */
#ifndef MEASURE_FRAME_H
#define MEASURE_FRAME_H

#include "measure/group.h"
#include "measure/indicator.h"

/* Orgs as a tree, parents before children. Departments and rooms are not in it. */
struct frame_org {
    int64_t id;
    int32_t parent; /* index, -1 at a root */
    struct str name, kind, locale, identifier;
    int grade_low, grade_high; /* 0 PK, 1 KG, 2..13; -1 unknown */
    bool school;
};
struct org_tree {
    size_t n;
    struct frame_org *org;
    int32_t *by_id; /* indices by ascending id; org_tree_find's */
};
NODISCARD enum err org_tree_load(struct db *db, struct arena *a, int32_t as_of,
                                 struct org_tree **out, struct errmsg *e);
int32_t org_tree_find(const struct org_tree *t, int64_t org_id); /* index or -1 */
/* Is `below` the same as or under `above`? Indices. */
bool org_tree_under(const struct org_tree *t, int32_t below, int32_t above);
/* The district an org is in (itself when it is one); the root when there is none. */
int32_t org_tree_district(const struct org_tree *t, int32_t org);

enum school_kind { SCHOOL_ANY, SCHOOL_ELEMENTARY, SCHOOL_MIDDLE, SCHOOL_HIGH, SCHOOL_KINDS };
/* By the grades taught: high when most of them are 9-12, middle when 6-8, else elementary. Unknown
 * grades are SCHOOL_ANY. */
enum school_kind school_kind_of(const struct frame_org *org);
struct tr school_kind_name(enum school_kind kind);

struct frame_key {
    int64_t unit;
    int32_t row;
};
struct frame {
    enum unit_kind kind;
    int32_t as_of;
    size_t n;
    const int64_t *unit;  /* [n] person ids, ascending within their org */
    const int32_t *leaf;  /* [n] index into tree->org, ascending */
    const uint64_t *bits; /* [n] GROUP_BIT of each group it is in; bit 0 always */
    const struct org_tree *tree;
    uint64_t mark; /* digest of all of it: the same frame gives the same mark */
    /* frame_find's: a plain table where ids are close together, else keys by unit. */
    const int32_t *row; /* [span] row + 1 of unit least + i, 0 none */
    int64_t least;
    size_t span;
    const struct frame_key *key; /* [n] */
};
/* kind: UNIT_STUDENT or UNIT_EDUCATOR; others give an empty frame with the tree and its mark. */
NODISCARD enum err frame_load(struct db *db, struct arena *a, enum unit_kind kind, int32_t as_of,
                              const struct org_tree *tree, struct frame **out, struct errmsg *e);
/* Row of a unit, or SIZE_MAX. O(1), or O(log n) where ids are far apart. */
size_t frame_find(const struct frame *f, int64_t unit);

#endif
