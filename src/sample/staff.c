#include "sample/staff.h"

#include "sample/draw.h"

#include <stdio.h>
#include <string.h>

/* ---- sections ---- */

#define ALL_ELEMENTARY SCHOOL_ELEMENTARY, GRADE_PK, 6
#define FROM_KINDERGARTEN SCHOOL_ELEMENTARY, GRADE_KG, 6
#define ALL_MIDDLE SCHOOL_MIDDLE, 7, 9
#define ALL_HIGH SCHOOL_HIGH, 10, GRADE_12
#define ALL_ACADEMY SCHOOL_ALTERNATIVE, 11, GRADE_12

const struct slot slots[] = {
    {ALL_ELEMENTARY, "HR", "Homeroom", DEPT_GRADE, TERM_YEAR, 23, true, {"Homeroom"}, false, false},
    {FROM_KINDERGARTEN, "ART", "Art", DEPT_ART, TERM_YEAR, 23, false, {"Art"}, false, true},
    {FROM_KINDERGARTEN, "MUS", "Music", DEPT_MUSIC, TERM_YEAR, 23, false, {"Music"}, false, true},
    {FROM_KINDERGARTEN,
     "PE",
     "Physical Education",
     DEPT_PE,
     TERM_YEAR,
     23,
     false,
     {"Physical Education"},
     false,
     true},
    {ALL_MIDDLE,
     "ELA",
     "English Language Arts",
     DEPT_ELA,
     TERM_YEAR,
     27,
     false,
     {"English 6", "English 7", "English 8"},
     false,
     false},
    {ALL_MIDDLE,
     "MATH",
     "Mathematics",
     DEPT_MATH,
     TERM_YEAR,
     27,
     false,
     {"Math 6", "Math 7", "Math 8"},
     false,
     false},
    {ALL_MIDDLE,
     "SCI",
     "Science",
     DEPT_SCIENCE,
     TERM_YEAR,
     27,
     false,
     {"Earth Science", "Life Science", "Physical Science"},
     false,
     false},
    {ALL_MIDDLE,
     "SOC",
     "Social Studies",
     DEPT_SOCIAL,
     TERM_YEAR,
     27,
     false,
     {"World Cultures", "State History", "US History 8"},
     false,
     false},
    {ALL_MIDDLE,
     "PE",
     "Physical Education",
     DEPT_PE,
     TERM_YEAR,
     32,
     false,
     {"Physical Education"},
     false,
     true},
    {ALL_MIDDLE,
     "ELY",
     "Electives",
     DEPT_ELECTIVE,
     TERM_YEAR,
     27,
     false,
     {"Band", "Spanish", "Art", "Chorus"},
     true,
     false},
    {ALL_MIDDLE,
     "ELF",
     "Electives",
     DEPT_ELECTIVE,
     TERM_FALL,
     27,
     false,
     {"Computer Science", "Theater", "Health", "Media Studies"},
     true,
     false},
    {ALL_MIDDLE,
     "ELS",
     "Electives",
     DEPT_ELECTIVE,
     TERM_SPRING,
     27,
     false,
     {"Robotics", "Creative Writing", "Health", "Design"},
     true,
     false},
    {ALL_HIGH,
     "ELA",
     "English Language Arts",
     DEPT_ELA,
     TERM_YEAR,
     27,
     false,
     {"English 9", "English 10", "English 11", "English 12"},
     false,
     false},
    {ALL_HIGH,
     "MATH",
     "Mathematics",
     DEPT_MATH,
     TERM_YEAR,
     27,
     false,
     {"Algebra 1", "Geometry", "Algebra 2", "Precalculus"},
     false,
     false},
    {ALL_HIGH,
     "SCI",
     "Science",
     DEPT_SCIENCE,
     TERM_YEAR,
     27,
     false,
     {"Biology", "Chemistry", "Physics", "Environmental Science"},
     false,
     false},
    {ALL_HIGH,
     "SOC",
     "Social Studies",
     DEPT_SOCIAL,
     TERM_YEAR,
     27,
     false,
     {"Geography", "World History", "US History", "Government"},
     false,
     false},
    {ALL_HIGH,
     "ELY",
     "Electives",
     DEPT_ELECTIVE,
     TERM_YEAR,
     27,
     false,
     {"Spanish", "French", "Band", "Art", "Chorus", "Engineering"},
     true,
     false},
    {ALL_HIGH,
     "ELF",
     "Electives",
     DEPT_ELECTIVE,
     TERM_FALL,
     27,
     false,
     {"Health", "Computer Science", "Theater", "Personal Finance", "Journalism"},
     true,
     false},
    {ALL_HIGH,
     "ELS",
     "Electives",
     DEPT_ELECTIVE,
     TERM_SPRING,
     27,
     false,
     {"Physical Education", "Data Science", "Photography", "Psychology", "Nutrition"},
     true,
     false},
    {ALL_ACADEMY,
     "ELA",
     "English Language Arts",
     DEPT_ELA,
     TERM_YEAR,
     14,
     false,
     {"English 10", "English 11", "English 12"},
     false,
     false},
    {ALL_ACADEMY,
     "MATH",
     "Mathematics",
     DEPT_MATH,
     TERM_YEAR,
     14,
     false,
     {"Geometry", "Algebra 2", "Applied Math"},
     false,
     false},
    {ALL_ACADEMY,
     "SCI",
     "Science",
     DEPT_SCIENCE,
     TERM_YEAR,
     14,
     false,
     {"Chemistry", "Physics", "Environmental Science"},
     false,
     false},
    {ALL_ACADEMY,
     "SOC",
     "Social Studies",
     DEPT_SOCIAL,
     TERM_YEAR,
     14,
     false,
     {"World History", "US History", "Government"},
     false,
     false},
};
const int slots_n = sizeof slots / sizeof slots[0];

enum { SECTIONS_A_TEACHER = 5, SECTIONS_A_SPECIALIST = 20 };

bool slot_has(const struct slot *t, const struct world_school *s, int grade) {
    return t->kind == s->kind && grade >= t->grade_low && grade <= t->grade_high;
}

int slot_sections(const struct slot *t, const struct world_school *s, int grade) {
    int n = s->students_at_start[grade], size = grade == GRADE_PK ? 16 : t->size;
    return n <= size ? 1 : (n + size - 1) / size;
}

int slot_section(const struct slot *t, const struct world *w, int school, int grade, int rank) {
    const struct world_school *s = &w->schools[school];
    int n = slot_sections(t, s, grade), slot = s->kind == SCHOOL_ELEMENTARY ? 0 : (int)(t - slots);
    /* n students in a row go to n sections; where the row starts changes from block to block. */
    uint64_t turn = mix64(w->seed ^ (uint64_t)school << 40 ^ (uint64_t)grade << 32 ^
                          (uint64_t)slot << 24 ^ (uint64_t)(rank / n));
    return (int)(((uint64_t)rank + turn) % (uint64_t)n);
}

int slot_titles(const struct slot *t) {
    int n = 0;
    while (n < 8 && t->titles[n] != NULL)
        n++;
    return n;
}

int slot_title(const struct slot *t, int grade, int section) {
    if (t->elective)
        return (section + grade) % slot_titles(t);
    return t->same || t->homeroom ? 0 : grade - t->grade_low;
}

int slot_post(const struct slot *t, const struct world *w, int school, int grade, int section,
              int *period) {
    *period = 1;
    if (t->homeroom)
        return section;
    const struct world_school *s = &w->schools[school];
    int at = section;
    for (const struct slot *u = slots; u <= t; u++) {
        if (u->kind != t->kind || u->dept != t->dept || u->term == TERM_SPRING)
            continue; /* spring sections are taught by those who had the fall ones: the same places
                       */
        bool own = u == t || (t->term == TERM_SPRING && u == t - 1);
        for (int g = u->grade_low; g <= u->grade_high && !(own && g == grade); g++)
            at += slot_sections(u, s, g);
        if (own)
            break;
    }
    int each = s->kind == SCHOOL_ELEMENTARY ? SECTIONS_A_SPECIALIST : SECTIONS_A_TEACHER;
    *period = at % each + 1;
    return at / each;
}

const char *grade_name(int grade, char out[static 24]) {
    if (grade <= GRADE_KG)
        (void)snprintf(out, 24, "%s", grade == GRADE_PK ? "Pre-Kindergarten" : "Kindergarten");
    else
        (void)snprintf(out, 24, "Grade %d", grade - 1);
    return out;
}

/* ---- posts ---- */

bool staff_teaches(enum department d) {
    return d <= DEPT_SPECIAL;
}

void staff_posts(const struct world *w, int school, int posts[static DEPTS]) {
    const struct world_school *s = &w->schools[school];
    memset(posts, 0, DEPTS * sizeof posts[0]);
    for (int t = 0; t < slots_n; t++)
        for (int g = slots[t].grade_low; slots[t].kind == s->kind && g <= slots[t].grade_high;
             g++) {
            int d = slots[t].homeroom ? DEPT_GRADE + g : (int)slots[t].dept;
            int period, last = slot_post(&slots[t], w, school, g,
                                         slot_sections(&slots[t], s, g) - 1, &period);
            posts[d] = last + 1 > posts[d] ? last + 1 : posts[d];
        }
    int students = world_school_start(s);
    posts[DEPT_SPECIAL] = 1 + students / 110;
    posts[DEPT_PRINCIPAL] = 1;
    posts[DEPT_ASSISTANT] = students / 500;
    posts[DEPT_COUNSELOR] = 1 + students / 400;
    posts[DEPT_AIDE] = 1 + students / 120;
    for (int d = 0; d < DEPTS; d++)
        posts[d] = clamp(posts[d], 0, POSTS_A_DEPT);
}

int room_label(int index) {
    return 100 * (1 + index / 60) + 1 + index % 60;
}

int staff_room(const int posts[static DEPTS], int dept, int post) {
    int index = post;
    for (int d = 0; d < dept; d++)
        index += posts[d];
    return room_label(index);
}

/* A post's person: walks the years since the epoch. Poorer schools lose more teachers in summer. */
static void fill_post(const struct world *w, struct staff_list *out, struct staff s, uint32_t place,
                      uint32_t places) {
    int summer = 80, winter = 18;
    if (s.school != STAFF_DISTRICT && staff_teaches(s.dept))
        summer +=
            w->schools[s.school].poverty / 12 + (w->schools[s.school].confidence < -800 ? 50 : 0);
    s.since = WORLD_EPOCH;
    s.hired_on = school_year(WORLD_EPOCH).begins_on;
    for (int year = WORLD_EPOCH; year <= w->year.year; year++) {
        struct rng r =
            rng_stream(w->seed, "post", (uint64_t)place << 8 | (uint64_t)(year - WORLD_EPOCH));
        int x = draw_below(&r, 1000);
        bool this_year = year == w->year.year;
        if (x < summer && year > WORLD_EPOCH) {
            s.occupant++;
            s.since = year;
            s.hired_on = school_year(year).begins_on;
        }
        int32_t day = date_from_ymd(year - 1, 9, 1) + draw_below(&r, 260);
        bool leaves = x >= summer && x < summer + winter;
        if (this_year) {
            s.number = s.occupant * places + place;
            s.begins_on = w->year.begins_on;
            s.ends_on = leaves && day <= w->as_of ? day : DATE_NONE;
            out->all[out->n++] = s;
        }
        if (!leaves)
            continue;
        s.occupant++;
        s.since = year;
        s.hired_on = day;
        if (this_year && day <= w->as_of) { /* a successor the same day */
            s.number = s.occupant * places + place;
            s.begins_on = day;
            s.ends_on = DATE_NONE;
            out->all[out->n++] = s;
        }
    }
}

void staff_build(const struct world *w, struct staff_list *out) {
    uint32_t places = (uint32_t)(w->schools_n + w->districts_n) * DEPTS * POSTS_A_DEPT;
    size_t most = 0;
    int posts[DEPTS];
    for (int i = 0; i < w->schools_n; i++) {
        staff_posts(w, i, posts);
        for (int d = 0; d < DEPTS; d++)
            most += (size_t)posts[d] * 2;
    }
    most += (size_t)w->districts_n * 2 * POSTS_A_DEPT;
    out->all = ARENA_ARRAY(w->arena, struct staff, most);
    out->first = ARENA_ARRAY(w->arena, size_t, (size_t)w->schools_n + 1);
    out->n = 0;
    for (int i = 0; i < w->schools_n; i++) {
        out->first[i] = out->n;
        staff_posts(w, i, posts);
        for (int d = 0; d < DEPTS; d++)
            for (int k = 0; k < posts[d]; k++)
                fill_post(w, out,
                          (struct staff){.school = i,
                                         .district = w->schools[i].district,
                                         .dept = (enum department)d,
                                         .post = k},
                          (uint32_t)((i * DEPTS + d) * POSTS_A_DEPT + k + 1), places);
    }
    out->first[w->schools_n] = out->n;
    for (int i = 0; i < w->districts_n; i++) {
        int tenths = 0;
        for (int k = 0; k < w->districts[i].n; k++)
            tenths += w->schools[w->districts[i].first + k].technician_tenths;
        int people =
            clamp(4 + tenths / 10, 5, POSTS_A_DEPT); /* superintendent, technology director, privacy
                                                        officer, curriculum lead, technicians */
        for (int k = 0; k < people; k++)
            fill_post(w, out,
                      (struct staff){
                          .school = STAFF_DISTRICT, .district = i, .dept = DEPT_OFFICE, .post = k},
                      (uint32_t)(((w->schools_n + i) * DEPTS + DEPT_OFFICE) * POSTS_A_DEPT + k + 1),
                      places);
    }
}

const char *staff_role(const struct staff *s) {
    switch (s->dept) {
    case DEPT_PRINCIPAL:
        return "principal";
    case DEPT_ASSISTANT:
        return "siteAdministrator";
    case DEPT_COUNSELOR:
        return "counselor";
    case DEPT_AIDE:
        return "aide";
    case DEPT_OFFICE:
        return s->post == 1 || s->post > 3 ? "systemAdministrator" : "districtAdministrator";
    case DEPT_GRADE:
    case DEPT_ART:
    case DEPT_MUSIC:
    case DEPT_PE:
    case DEPT_ELA:
    case DEPT_MATH:
    case DEPT_SCIENCE:
    case DEPT_SOCIAL:
    case DEPT_ELECTIVE:
    case DEPT_SPECIAL:
    case DEPTS:
        break;
    }
    return "teacher";
}

struct person_name staff_name(const struct world *w, const struct staff *s) {
    static const int origins[ORIGINS] = {560, 210, 130, 20, 25, 15, 35, 5};
    struct rng r = rng_stream(w->seed, "staff", s->number);
    enum origin o = (enum origin)draw_pick(&r, origins, ORIGINS);
    struct person_name n = {.middle = ""};
    n.given = name_given(&r, o, draw_chance(&r, staff_teaches(s->dept) ? 740 : 560));
    n.family = name_family(&r, o);
    char given[24], family[24];
    name_ascii(n.given, given, sizeof given);
    name_ascii(n.family, family, sizeof family);
    (void)snprintf(n.username, sizeof n.username, "%s.%s%u", given, family, s->number);
    (void)snprintf(n.mail, sizeof n.mail, "%s@%s.example", n.username,
                   w->districts[s->district].mail);
    return n;
}

struct person_name student_name(const struct world *w, const struct world_student *s,
                                const struct world_family *f) {
    struct person_name n = {.family = f->family_name, .second = f->second_name};
    world_given_name(w, s, f->origin, &n.given, &n.middle);
    char given[24], family[16];
    name_ascii(n.given, given, sizeof given);
    name_ascii(n.family, family, sizeof family);
    (void)snprintf(n.username, sizeof n.username, "%.1s%s%u", given, family, s->number);
    (void)snprintf(n.mail, sizeof n.mail, "%s@students.%s.example", n.username,
                   w->districts[w->schools[s->school].district].mail);
    return n;
}
