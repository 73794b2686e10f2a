/*
 * The gap list: each standard in force against the newest reading of its indicator, for an org,
 * its schools and its groups; ranked, costed, with owner and date.
 *   missing   how many units are missing to reach the target: at least: target x den - num, rounded
 *             up for rates; of a district the larger of that and the sum over its shown schools,
 *             since one school's plenty is no other's.
 *   people    students or educators short; where the unit is a room, device or school: the students
 *             enrolled at the schools short (their share, where the unit is a rate).
 *   distance  how far from the target, 0 to 1: 1 - now/target, or 1 - target/now for "at most"
 *   rank      people^a x distance^b x priority^c x scale; a, b, c in gap_formula, editable
 *   cost      missing units x quantity x unit cost: this year one-time + yearly; each year after
 *             yearly + one-time / lifetime
 * All of it is made from shown numbers, so one that the door hides takes people, distance, rank and
 * cost with it; such gaps stand last, by name. Results live in the arena.
 */
#ifndef PLAN_GAP_H
#define PLAN_GAP_H

#include "base/json.h"
#include "measure/equity.h"
#include "plan/standard.h"

struct gap_owner {
    struct str name; /* "" nobody */
    int32_t due_on;
    bool done;
    struct str note;
    int64_t changed_us;
    struct str changed_by;
};

struct gap {
    const struct standard *standard;
    struct reading now;    /* value, n, interval, as-of, org, group */
    bool met;              /* the target is surely reached */
    struct shown missing;  /* units; hidden as people is */
    struct shown people;   /* short of the standard */
    double distance, rank; /* NaN where now is hidden; of a coded number, what is sure */
    bool costed;           /* a cost item is named and known */
    struct shown cost;     /* cents this year; no data when not costed */
    struct shown yearly;   /* cents each year after */
    /* Of an org with schools below: how they stand, as far as it is shown. */
    size_t schools, schools_short, schools_hidden; /* schools: asked and read */
    struct str widest_name;                        /* school furthest away, "" none */
    int64_t widest_org;
    struct gap_owner owner;
};
struct gap_list {
    size_t n;
    struct gap *row;
    int32_t as_of;
    size_t gaps, met, hidden; /* in all, whatever query.most: not met, met, cannot be said */
    size_t unread;            /* standards in force of which nothing is known here: no data yet */
    /* Sums over what is shown: where hidden > 0, "at least". Of standards on the same indicator the
     * dearest counts; 0 for GAP_BY_GROUP, since groups overlap. */
    double cost_cents, yearly_cents;
};

enum gap_level {
    GAP_STANDARDS, /* one row per standard at the org */
    GAP_SCHOOLS,   /* one row per standard and school under the org */
    GAP_BY_GROUP   /* one row per standard and group (query.dim) at the org; students only */
};
struct gap_query {
    int64_t org_id; /* 0: reading_home_org */
    enum gap_level level;
    enum dim dim;        /* for GAP_BY_GROUP; DIM_ALL: every dimension */
    struct str standard; /* code; "" all */
    int group;           /* GROUP_ALL, or the gaps of this group of students only */
    int32_t as_of;       /* DATE_NONE: newest */
    bool with_met;       /* also those that are met, at the end */
    size_t most;         /* 0: all */
};
NODISCARD enum err gap_list(struct db *db, struct arena *a, const struct gap_query *q,
                            struct gap_list *out, struct errmsg *e);

/* The formula of the rank, shown beside the list and editable. */
struct gap_formula {
    double people_power, distance_power, priority_power; /* 1, 1, 1; each 0 to 3 */
};
NODISCARD enum err gap_formula_get(struct db *db, struct gap_formula *out, struct errmsg *e);
NODISCARD enum err gap_formula_set(struct db *db, const struct gap_formula *f, int64_t now_us,
                                   struct errmsg *e);
struct str gap_formula_words(const struct gap_formula *f, enum lang lang, struct arena *a);

/* Owner and date: append-only; the newest row counts. group is GROUP_ALL for the whole. */
struct gap_assignment {
    struct str standard; /* code */
    int64_t org_id;
    int group;
    struct str owner;
    int32_t due_on;
    bool done;
    struct str note;
    int64_t account_id; /* who sets it; 0 the command line */
    struct str by;
    int64_t now_us;
};
NODISCARD enum err gap_assign(struct db *db, const struct gap_assignment *g, struct errmsg *e);
/* All of it for one gap, newest first. */
NODISCARD enum err gap_history(struct db *db, struct arena *a, struct str standard, int64_t org_id,
                               int group, struct gap_owner **out, size_t *n, struct errmsg *e);

/* The units behind a gap at an org: those that do not reach the target, worst first. The caller has
 * made sure that the viewer may see them one by one (students: access/ and audit; ids only). */
struct gap_unit {
    enum unit_kind kind;
    int64_t unit, org_id;
    double num, den;
};
NODISCARD enum err gap_units(struct db *db, struct arena *a, const struct standard *s,
                             int64_t org_id, int group, int32_t as_of, struct gap_unit **out,
                             size_t *n, struct errmsg *e);

/* Every gap of a list in one table: for CSV, XLSX and print. Cells are texts in the language. */
enum { GAP_COLUMNS = 18 };
extern const struct tr gap_column_names[GAP_COLUMNS];
void gap_cells(const struct gap *g, enum lang lang, struct arena *a, struct str out[GAP_COLUMNS]);
/* RFC 4180, UTF-8, CRLF, a header row. */
void gap_csv(const struct gap_list *l, enum lang lang, struct arena *a, struct buf *out);
void gap_json(const struct gap_list *l, struct json *j);

/* The first reading: for ./run, the home page and `homeroom gaps`. */
struct lede {
    struct str org_name;
    int64_t org_id;
    size_t schools;
    struct reading students;                    /* enrolled */
    struct reading ready;                       /* learn_ready */
    struct reading no_line, no_device, neither; /* learn_blocked */
    struct gap_list gaps;                       /* the five most pressing; totals are over all */
    size_t gaps_all;
    struct contrast_list equity; /* the widest, at most three */
    int32_t as_of;
};
NODISCARD enum err lede_make(struct db *db, struct arena *a, int64_t org_id, int32_t as_of,
                             struct lede *out, struct errmsg *e);
struct str lede_sentence(const struct lede *l, enum lang lang, struct arena *a); /* "3 of 4 ..." */
struct str lede_rest(const struct lede *l, enum lang lang, struct arena *a);     /* what it takes */

#endif
