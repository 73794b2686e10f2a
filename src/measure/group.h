/*
 * The groups of people that numbers are read by: 64 categories in 10 dimensions, one bit each, the
 * same in every district so that districts and years compare. Each dimension is a tree below "all"
 * (grades below their band, free and reduced below low income), and the children of a group add
 * up to it exactly: there is always an "unknown". Constant; any thread.
 * The numbers are stored (reading.cells): rows may be renamed, never moved.
 */
#ifndef MEASURE_GROUP_H
#define MEASURE_GROUP_H

#include "base/str.h"
#include "base/tr.h"

enum dim {
    DIM_ALL,
    DIM_GRADE,
    DIM_BAND,
    DIM_LOCALE, /* of the school */
    DIM_MEAL,
    DIM_LEARNER, /* English learner */
    DIM_PLAN,    /* disability plan */
    DIM_RACE,
    DIM_GENDER,
    DIM_LANGUAGE, /* at home */
    DIM_HOUSING,
    DIM_COUNT
};

enum { GROUP_ALL = 0, GROUPS = 64 };

struct group {
    const char *code; /* "all", "grade:03", "band:3-5", "meal:free" */
    enum dim dim;
    int parent;      /* group it is a part of, -1 for all */
    struct tr label; /* "Free meals" */
    bool unknown;    /* the rest that nothing is known about */
};
extern const struct group group_rows[GROUPS];

struct dim_row {
    const char *code; /* "grade", ... as in --by */
    struct tr label;  /* "Grade" */
    int first, count; /* its groups stand together in group_rows */
};
extern const struct dim_row dim_rows[DIM_COUNT];

int group_find(struct str code);    /* -1 when there is none */
enum dim dim_find(struct str code); /* DIM_COUNT when there is none */
#define GROUP_BIT(g) ((uint64_t)1 << (g))

/* What a student's roster values make. Empty or unheard-of values count as unknown. */
struct student_traits {
    struct str grade, locale, meal, race, gender, language, housing;
    int learner, plan; /* 1, 0, or -1 unknown */
};
uint64_t group_bits(const struct student_traits *t);
/* Of a school's locale alone: all and the locale (units that are not students). */
uint64_t group_bits_locale(struct str locale);
int group_of_grade(struct str grade); /* the grade's group (unknown when unheard of) */
int group_of_band(int band);          /* 0..3: K-2, 3-5, 6-8, 9-12 */

#endif
