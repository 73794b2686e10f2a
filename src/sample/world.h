/*
 * The invented district (or state of districts): who and what there is on one day. Everything is a
 * function of (seed, entity, time): households, children, teachers and schools each draw from a
 * stream of their own, and a household's moves are drawn year by year from WORLD_EPOCH on, so the
 * same seed with a later day gives the same people later. Read-only once built; about 100 bytes a
 * student; any number of threads may read it. Knows nothing of file formats. The size of each
 * effect: docs/SAMPLE.md.
 */
#ifndef SAMPLE_WORLD_H
#define SAMPLE_WORLD_H

#include "base/arena.h"
#include "sample/calendar.h"
#include "sample/names.h"

enum { WORLD_EPOCH = 2008, WORLD_FIRST_YEAR = 2022, WORLD_LAST_YEAR = 2060 }; /* school years */
enum { GRADE_PK, GRADE_KG, GRADE_12 = 13, GRADES };
enum school_kind { SCHOOL_ELEMENTARY, SCHOOL_MIDDLE, SCHOOL_HIGH, SCHOOL_ALTERNATIVE };
enum locale { LOCALE_CITY, LOCALE_SUBURB, LOCALE_TOWN, LOCALE_RURAL, LOCALES };
enum meal { MEAL_FREE, MEAL_REDUCED, MEAL_PAID };
enum race {
    RACE_ASIAN,
    RACE_BLACK,
    RACE_HISPANIC,
    RACE_INDIGENOUS,
    RACE_PACIFIC,
    RACE_TWO,
    RACE_WHITE,
    RACES
};
enum sex { SEX_FEMALE, SEX_MALE, SEX_OTHER };
enum language {
    LANGUAGE_EN,
    LANGUAGE_ES,
    LANGUAGE_VI,
    LANGUAGE_ZH,
    LANGUAGE_AR,
    LANGUAGE_HI,
    LANGUAGE_SO,
    LANGUAGE_SM,
    LANGUAGES
};
enum housing {
    HOUSING_HOUSED,
    HOUSING_DOUBLED_UP,
    HOUSING_HOTEL,
    HOUSING_SHELTERED,
    HOUSING_UNSHELTERED,
    HOUSING_FOSTER,
    HOUSINGS
};
enum { SCHOOL_NONE = 0xFFFF };

extern const char *const grade_codes[GRADES]; /* PK KG 01 .. 12 */
extern const char *const locale_names[LOCALES];
extern const char *const meal_names[3];
extern const char *const language_codes[LANGUAGES];
extern const char *const housing_names[HOUSINGS];

struct world_district {
    const char *name;                      /* "Riverbend" */
    char mail[24];                         /* "riverbend": mail is at <mail>.example */
    int first, n;                          /* its schools, all kinds */
    int elementary[2], middle[2], high[2]; /* first and number of each kind */
    int alternative;                       /* SCHOOL_NONE if it has none */
    int poverty;      /* permille eligible for free or reduced meals, its mean */
    int races[RACES]; /* weights, sum 1000 */
};

struct world_school {
    char name[40]; /* "Oak Hill ES" */
    int district;
    enum school_kind kind;
    enum locale locale;
    int grade_low, grade_high;
    int middle, high; /* elementary: where its leavers go, and then */
    int weight;       /* its part of the district's households; 0 for alternative schools */
    int poverty;      /* permille of its households below the meal line, as expected */
    int races[RACES]; /* elementary: weights of its households, sum about 1000 */
    int students_at_start[GRADES]; /* on the year's first day: what sections are made from */
    int students_now[GRADES];      /* on the day asked for */
    int teachers;                  /* teaching posts */
    /* How the school is: thousandths of a standard deviation unless said otherwise. */
    int care;                           /* of devices; lower means more breakage */
    int confidence;                     /* of its teachers */
    int results;                        /* what it adds to scores */
    int device_share;                   /* permille of students with a device assigned */
    int access_points, displays, audio; /* permille of rooms */
    int down_mbps, up_mbps;
    int technician_tenths; /* tenths of a full post */
    bool short_line, short_wireless,
        short_devices; /* made short on purpose, one of each a district */
};

struct world_household { /* as it is in the asked school year */
    uint32_t occupant;   /* which family since the epoch lives in this place, at the year's turn */
    int32_t since;       /* when it came, DATE_NONE if at or before the epoch */
    int32_t zone_since;  /* when the family moved into `zone`, if it lived in another before; else
                            DATE_NONE */
    uint16_t home;       /* the zone its family came to: what the family's attributes follow */
    uint16_t zone,
        zone_next; /* elementary school index; zone_next after `moved_on`, or the next family's */
    int32_t moved_on;         /* within the district, DATE_NONE if not */
    int32_t left_on, next_on; /* the family leaves; the next one comes, DATE_NONE if not */
    uint32_t first_seat;
    uint8_t children;
};

/* What is true of one family. */
struct world_family {
    enum meal meal;
    enum race race;
    enum language language;
    enum origin origin;
    enum housing housing;
    const char *family_name, *second_name; /* second_name NULL unless two are used */
    int guardians;                         /* 1 or 2 */
    int ability;                           /* thousandths */
    bool internet;
    int down_mbps, up_mbps; /* 0 without a line */
    bool answers;           /* the home access question */
};

struct world_student { /* somebody enrolled at some time of the school year, up to the day asked for
                        */
    uint32_t number;   /* the local student number */
    uint32_t seat;     /* place among all children's places; stays when its person changes */
    uint32_t household, occupant;
    uint8_t child, grade;
    bool here; /* on the day asked for */
    bool was_here_in_spring;
    enum sex sex;
    enum meal meal;
    enum race race;
    enum language language;
    enum housing housing;
    bool english_learner, disability_plan;
    bool once_learner; /* an English learner in kindergarten, here or elsewhere */
    int16_t ability;   /* thousandths: what scores, attendance and use follow */
    int32_t begins_on,
        ends_on;      /* in the district, within this year; ends_on DATE_NONE while it lasts */
    int32_t moved_on; /* to `school` from `school_before`; DATE_NONE if not */
    uint16_t school, school_before;            /* school_before SCHOOL_NONE if none this year */
    int32_t school_since, school_before_since; /* first day at each, in whichever year */
    uint16_t home;                             /* the zone its family came to */
    uint16_t rank, rank_before; /* place in the school's grade, for dealing out sections */
};

struct world {
    uint64_t seed;
    int32_t as_of;
    struct school_year year;
    int students_wanted;
    struct world_district *districts;
    int districts_n;
    struct world_school *schools;
    int schools_n;
    struct world_household *households;
    uint32_t households_n, seats_n;
    uint32_t number_step; /* student numbers: 100000 + generation x number_step + seat */
    struct world_student *students;
    size_t students_n; /* here at some time this year */
    size_t here_n;     /* on the day asked for */
    struct arena *arena;
};

/* Builds it. `students` 1,000 to 1,000,000; `as_of` within WORLD_FIRST_YEAR .. WORLD_LAST_YEAR: the
 * caller has checked. Free with world_free. */
void world_build(struct world *w, uint64_t seed, int students, int32_t as_of);
void world_free(struct world *w);

struct world_family world_family(const struct world *w, uint32_t household, uint32_t occupant,
                                 int zone);
/* The family of a student, with the zone it had when it came. */
struct world_family world_family_of(const struct world *w, const struct world_student *s);
void world_given_name(const struct world *w, const struct world_student *s, enum origin o,
                      const char **first, const char **middle);
int32_t world_birth(const struct world *w, const struct world_student *s);
/* The number of a family's first guardian; the second has the next one. */
uint32_t world_guardian(const struct world *w, uint32_t household, uint32_t occupant);
int world_school_now(const struct world_school *s); /* students */
int world_school_start(const struct world_school *s);

#endif
