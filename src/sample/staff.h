/*
 * Posts, the people in them, and the sections they teach. A section exists for a school year
 * because of how many students were there on its first day (world_school.students_at_start), so it
 * does not change when the same year is asked for on a later day. Read-only once built; lives as
 * long as the world.
 */
#ifndef SAMPLE_STAFF_H
#define SAMPLE_STAFF_H

#include "sample/world.h"

enum department {
    DEPT_GRADE, /* + grade PK .. 05: class teachers */
    DEPT_ART = 7,
    DEPT_MUSIC,
    DEPT_PE,
    DEPT_ELA,
    DEPT_MATH,
    DEPT_SCIENCE,
    DEPT_SOCIAL,
    DEPT_ELECTIVE,
    DEPT_SPECIAL,
    DEPT_PRINCIPAL,
    DEPT_ASSISTANT,
    DEPT_COUNSELOR,
    DEPT_AIDE,
    DEPT_OFFICE,
    DEPTS
};
enum { POSTS_A_DEPT = 48, STAFF_DISTRICT = -1 };

struct staff {
    uint32_t number;
    int school; /* STAFF_DISTRICT at the district office */
    int district;
    enum department dept;
    int post; /* within the department */
    uint32_t occupant;
    int since;                  /* the school year in which this person came to the post, */
    int32_t hired_on;           /* and the day */
    int32_t begins_on, ends_on; /* within this school year; ends_on DATE_NONE while it lasts */
};

struct staff_list {
    struct staff *all; /* by school; the district offices at the end */
    size_t n;
    size_t *first; /* [schools_n + 1]: where a school's begin */
};

void staff_build(const struct world *w, struct staff_list *out);
bool staff_teaches(enum department d);
/* How many posts each department of a school has. */
void staff_posts(const struct world *w, int school, int posts[static DEPTS]);
/* The classroom of a teaching post: 101 and on, sixty to a floor. */
int staff_room(const int posts[static DEPTS], int dept, int post);
int room_label(int index);                     /* 0 is 101 */
const char *staff_role(const struct staff *s); /* OneRoster 1.2's word */

struct person_name {
    const char *given, *middle, *family, *second; /* middle "" and second NULL if there is none */
    char username[64], mail[128];
};
struct person_name staff_name(const struct world *w, const struct staff *s);
struct person_name student_name(const struct world *w, const struct world_student *s,
                                const struct world_family *f);

/* ---- sections ---- */

enum slot_term { TERM_YEAR, TERM_FALL, TERM_SPRING };

struct slot { /* a place in a student's timetable */
    enum school_kind kind;
    int grade_low, grade_high;
    const char *code, *subject;
    enum department dept;
    enum slot_term term;
    int size; /* students to a section */
    bool homeroom;
    const char
        *titles[8]; /* one a grade; electives: dealt out among sections; one for all if `same` */
    bool elective, same;
};
extern const struct slot slots[];
extern const int slots_n;

bool slot_has(const struct slot *t, const struct world_school *s, int grade);
int slot_sections(const struct slot *t, const struct world_school *s, int grade);
/* Which section a student with this rank is in. */
int slot_section(const struct slot *t, const struct world *w, int school, int grade, int rank);
int slot_titles(const struct slot *t);
/* Which of slot->titles a section has. */
int slot_title(const struct slot *t, int grade, int section);
/* Who teaches a section: the post within the slot's department (homerooms: DEPT_GRADE + grade), and
 * in which period, from 1. */
int slot_post(const struct slot *t, const struct world *w, int school, int grade, int section,
              int *period);

/* Grade as people say it: "Kindergarten", "Grade 3". */
const char *grade_name(int grade, char out[static 24]);

#endif
