/*
 * oneroster.zip: OneRoster 1.2 CSV, bulk. Program data that OneRoster lacks goes into metadata.*
 * columns at the end. A student who moved or left this year keeps the ended enrollments and roles;
 * one who left in an earlier year is gone, as in a real export. endDate is exclusive, as OneRoster
 * says.
 */
#include "sample/draw.h"
#include "sample/files.h"

#include <string.h>

struct names { /* ids, ready to be fields */
    char org[24], section[48], user[24], course[32];
};

static const char *org_id(const struct world *w, int school, char out[static 24]) {
    (void)snprintf(out, 24, "sch-%02u-%04u", ((unsigned)w->schools[school].district + 1) % 100U,
                   ((unsigned)school + 1) % 10000U);
    return out;
}

static const char *district_id(int district, char out[static 24]) {
    (void)snprintf(out, 24, "dis-%02d", district + 1);
    return out;
}

static const char *student_id(uint32_t number, char out[static 24]) {
    (void)snprintf(out, 24, "stu-%u", number);
    return out;
}

static const char *staff_id(uint32_t number, char out[static 24]) {
    (void)snprintf(out, 24, "stf-%u", number);
    return out;
}

static const char *guardian_id(uint32_t number, char out[static 24]) {
    (void)snprintf(out, 24, "gdn-%u", number);
    return out;
}

static const char *section_id(const struct world *w, const struct slot *t, int school, int grade,
                              int section, char out[static 48]) {
    (void)snprintf(out, 48, "sec-%04u-%02u-%.8s-%.2s-%02u", ((unsigned)school + 1) % 10000U,
                   (unsigned)w->year.year % 100U, t->code, grade_codes[grade],
                   ((unsigned)section + 1) % 1000U);
    return out;
}

static const char *course_id(const struct slot *t, int district, int grade, int title,
                             char out[static 32], const char **code) {
    static const char *const kinds[] = {"ES", "MS", "HS", "AC"};
    int n = snprintf(out, 32, "crs-%02d-", district + 1);
    *code = out + n;
    if (t->same)
        (void)snprintf(out + n, (size_t)(32 - n), "%s-%s", kinds[t->kind], t->code);
    else if (t->elective)
        (void)snprintf(out + n, (size_t)(32 - n), "%s-%s-%d", kinds[t->kind], t->code, title + 1);
    else
        (void)snprintf(out + n, (size_t)(32 - n), "%s-%s-%s", kinds[t->kind], t->code,
                       grade_codes[grade]);
    return out;
}

static const char *term_id(const struct world *w, enum slot_term term, char out[static 24]) {
    static const char *const part[] = {"year", "s1", "s2"};
    (void)snprintf(out, 24, "ses-%d-%s", w->year.year, part[term]);
    return out;
}

/* ---- manifest, sessions, orgs, courses, classes ---- */

static enum err write_manifest(struct job *j, struct out_zip *z, struct errmsg *e) {
    static const char *const absent[] = {
        "categories",   "classResources",      "courseResources", "lineItemLearningObjectiveIds",
        "lineItems",    "lineItemScoreScales", "resources",       "resultLearningObjectiveIds",
        "results",      "resultScoreScales",   "scoreScales",     "userProfiles",
        "userResources"};
    static const char *const bulk[] = {"academicSessions", "classes", "courses", "demographics",
                                       "enrollments",      "orgs",    "roles",   "users"};
    struct out o;
    TRY(job_open(j, &o, z, "manifest.csv", e));
    out_header(&o, "propertyName,value");
    out_z(&o, "manifest.version"), out_z(&o, "1.0"), out_end(&o);
    out_z(&o, "oneroster.version"), out_z(&o, "1.2"), out_end(&o);
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        out_fmt(&o, "file.%s", absent[i]), out_z(&o, "absent"), out_end(&o);
    for (size_t i = 0; i < sizeof bulk / sizeof bulk[0]; i++)
        out_fmt(&o, "file.%s", bulk[i]), out_z(&o, j->delta == NULL ? "bulk" : "delta"),
            out_end(&o);
    out_z(&o, "source.systemName"), out_z(&o, "Homeroom sample"), out_end(&o);
    out_z(&o, "source.systemCode"), out_z(&o, "homeroom-sample"), out_end(&o);
    return job_close(j, &o, z, e);
}

static void session(struct out *o, const struct world *w, const char *part, const char *title,
                    const char *type, int32_t begins, int32_t ends, const char *parent) {
    out_fmt(o, "ses-%d-%s", w->year.year, part);
    out_empty(o, 2);
    out_fmt(o, "%s %d-%02d", title, w->year.year - 1, w->year.year % 100);
    out_z(o, type);
    out_day(o, begins);
    out_day(o, ends);
    if (parent == NULL)
        out_empty(o, 1);
    else
        out_fmt(o, "ses-%d-%s", w->year.year, parent);
    out_int(o, w->year.year);
    out_end(o);
}

static enum err write_sessions(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    const int32_t *q = w->year.quarter;
    struct out o;
    TRY(job_open(j, &o, z, "academicSessions.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
                   "schoolYear");
    session(&o, w, "year", "School year", "schoolYear", q[0], w->year.ends_on, NULL);
    session(&o, w, "s1", "Semester 1", "semester", q[0], q[2], "year");
    session(&o, w, "s2", "Semester 2", "semester", q[2], w->year.ends_on, "year");
    session(&o, w, "q1", "Quarter 1", "gradingPeriod", q[0], q[1], "s1");
    session(&o, w, "q2", "Quarter 2", "gradingPeriod", q[1], q[2], "s1");
    session(&o, w, "q3", "Quarter 3", "gradingPeriod", q[2], q[3], "s2");
    session(&o, w, "q4", "Quarter 4", "gradingPeriod", q[3], w->year.ends_on, "s2");
    return job_close(j, &o, z, e);
}

static enum err write_orgs(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    char id[24], number[16];
    TRY(job_open(j, &o, z, "orgs.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,"
                   "metadata.locale,metadata.gradeLow,metadata.gradeHigh");
    out_z(&o, "state"), out_empty(&o, 2), out_z(&o, STATE_NAME), out_z(&o, "state"),
        out_z(&o, "99"), out_empty(&o, 4), out_end(&o);
    for (int i = 0; i < w->districts_n; i++) {
        district_identifier(i, number);
        out_z(&o, district_id(i, id)), out_empty(&o, 2),
            out_fmt(&o, "%s School District", w->districts[i].name), out_z(&o, "district");
        out_z(&o, number), out_z(&o, "state"), out_empty(&o, 3), out_end(&o);
    }
    for (int i = 0; i < w->schools_n; i++) {
        const struct world_school *s = &w->schools[i];
        school_identifier(w, i, number);
        out_z(&o, org_id(w, i, id)), out_empty(&o, 2), out_z(&o, s->name), out_z(&o, "school"),
            out_z(&o, number);
        out_z(&o, district_id(s->district, id)), out_z(&o, locale_names[s->locale]);
        out_z(&o, grade_codes[s->grade_low]), out_z(&o, grade_codes[s->grade_high]), out_end(&o);
    }
    return job_close(j, &o, z, e);
}

static void course_title(const struct slot *t, int grade, int title, char out[static 64]) {
    char name[24];
    if (t->homeroom)
        (void)snprintf(out, 64, "%s Homeroom", grade_name(grade, name));
    else
        (void)snprintf(out, 64, "%s", t->titles[title]);
}

static void grade_range(struct out *o, int low, int high) {
    char text[64] = "";
    size_t n = 0;
    for (int g = low; g <= high; g++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", g == low ? "" : ",",
                              grade_codes[g]);
    out_z(o, text);
}

static void course_row(struct out *o, const struct world *w, const struct slot *t, int district,
                       int grade, int title, int low, int high) {
    char id[32], term[24], org[24], name[64];
    const char *code;
    out_z(o, course_id(t, district, grade, title, id, &code)), out_empty(o, 2);
    out_z(o, term_id(w, TERM_YEAR, term));
    course_title(t, grade, title, name);
    out_z(o, name), out_z(o, code);
    grade_range(o, low, high);
    out_z(o, district_id(district, org)), out_z(o, t->subject), out_empty(o, 1), out_end(o);
}

static enum err write_courses(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, z, "courses.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
                   "orgSourcedId,subjects,subjectCodes");
    for (int d = 0; d < w->districts_n; d++)
        for (const struct slot *t = slots; t < slots + slots_n; t++) {
            if (t->kind == SCHOOL_ALTERNATIVE && w->districts[d].alternative == SCHOOL_NONE)
                continue;
            if (t->same || t->elective) {
                for (int k = 0; k < slot_titles(t); k++)
                    course_row(&o, w, t, d, t->grade_low, k, t->grade_low, t->grade_high);
            } else {
                for (int g = t->grade_low; g <= t->grade_high; g++)
                    course_row(&o, w, t, d, g, slot_title(t, g, 0), g, g);
            }
        }
    return job_close(j, &o, z, e);
}

static void class_row(struct out *o, const struct world *w, const struct slot *t, int school,
                      const int posts[static DEPTS], int grade, int section) {
    char id[48], org[24], course[32], term[24], title[64];
    const char *code;
    int period, post = slot_post(t, w, school, grade, section, &period),
                k = slot_title(t, grade, section);
    int dept = t->homeroom ? DEPT_GRADE + grade : (int)t->dept;
    out_z(o, section_id(w, t, school, grade, section, id)), out_empty(o, 2);
    course_title(t, grade, k, title);
    out_fmt(o, "%s - %02d", title, section + 1);
    out_z(o, grade_codes[grade]);
    out_z(o, course_id(t, w->schools[school].district, grade, k, course, &code));
    out_fmt(o, "%s-%02d", code, section + 1);
    out_z(o, t->homeroom ? "homeroom" : "scheduled");
    out_int(o, staff_room(posts, dept, post));
    out_z(o, org_id(w, school, org)), out_z(o, term_id(w, t->term, term)), out_z(o, t->subject),
        out_empty(o, 1);
    if (w->schools[school].kind == SCHOOL_ELEMENTARY)
        out_empty(o, 1);
    else
        out_int(o, period);
    out_end(o);
}

static enum err write_classes(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, z, "classes.csv", e));
    out_header(&o,
               "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
               "location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods");
    for (int i = 0; i < w->schools_n; i++) {
        int posts[DEPTS];
        staff_posts(w, i, posts);
        for (const struct slot *t = slots; t < slots + slots_n; t++)
            for (int g = t->grade_low; t->kind == w->schools[i].kind && g <= t->grade_high; g++)
                for (int k = 0; k < slot_sections(t, &w->schools[i], g); k++)
                    class_row(&o, w, t, i, posts, g, k);
        job_progress(j, "classes.csv", (size_t)i, (size_t)w->schools_n);
    }
    return job_close(j, &o, z, e);
}

/* ---- people ---- */

static void family_names(struct out *o, const char *family, const char *second) {
    if (second == NULL)
        out_z(o, family);
    else
        out_fmt(o, "%s %s", family, second);
}

static void staff_user(struct out *o, const struct world *w, const struct staff *s) {
    struct person_name n = staff_name(w, s);
    char id[24], org[24];
    out_z(o, staff_id(s->number, id)), out_empty(o, 2), out_bool(o, s->ends_on == DATE_NONE),
        out_z(o, n.username), out_empty(o, 1);
    out_z(o, n.given), out_z(o, n.family), out_z(o, n.middle), out_fmt(o, "T%05u", s->number),
        out_z(o, n.mail), out_empty(o, 10);
    out_z(o,
          s->school == STAFF_DISTRICT ? district_id(s->district, org) : org_id(w, s->school, org)),
        out_empty(o, 6), out_end(o);
}

/* OneRoster lists several agents in one quoted field. */
static void agents(struct out *o, uint32_t first, int n) {
    if (n == 2)
        out_fmt(o, "gdn-%u,gdn-%u", first, first + 1);
    else
        out_fmt(o, "gdn-%u", first);
}

static void student_user(struct out *o, const struct world *w, const struct world_student *s) {
    struct world_family f = world_family_of(w, s);
    struct person_name n = student_name(w, s, &f);
    char id[24], org[24];
    out_z(o, student_id(s->number, id)), out_empty(o, 2), out_bool(o, s->here),
        out_z(o, n.username);
    out_fmt(o, "{SIS:%u}", s->number);
    out_z(o, n.given), family_names(o, n.family, n.second), out_z(o, n.middle),
        out_int(o, s->number), out_z(o, n.mail), out_empty(o, 2);
    agents(o, world_guardian(w, s->household, s->occupant), f.guardians);
    out_z(o, grade_codes[s->grade]), out_empty(o, 6), out_z(o, org_id(w, s->school, org)),
        out_empty(o, 1);
    out_z(o, meal_names[s->meal]), out_bool(o, s->english_learner), out_bool(o, s->disability_plan);
    out_z(o, language_codes[s->language]), out_z(o, housing_names[s->housing]), out_end(o);
}

static void guardian_user(struct out *o, const struct world *w, const struct world_student *child,
                          const struct world_family *f, int which) {
    uint32_t number = world_guardian(w, child->household, child->occupant) + (uint32_t)which;
    struct rng r = rng_stream(w->seed, "guardian", number);
    const char *given =
        name_given(&r, f->origin, which == 0 ? draw_chance(&r, 720) : draw_chance(&r, 180));
    bool other = draw_chance(&r, 260);
    const char *family = other ? name_family(&r, f->origin) : f->family_name;
    char id[24], first[24], last[24];
    name_ascii(given, first, sizeof first);
    name_ascii(family, last, sizeof last);
    out_z(o, guardian_id(number, id)), out_empty(o, 2), out_bool(o, true),
        out_fmt(o, "%s.%s.g%u", first, last, number), out_empty(o, 1);
    out_z(o, given), out_z(o, family), out_empty(o, 2),
        out_fmt(o, "%s.%s.g%u@families.example", first, last, number);
    int phone = draw_below(&r, 100);
    out_fmt(o, "555-01%02d", phone);
    out_fmt(o, "555-01%02d", draw_chance(&r, 700) ? phone : draw_below(&r, 100));
    out_empty(o, 13), out_z(o, language_codes[f->language]), out_empty(o, 1), out_end(o);
}

/* Calls fn for each guardian of each family with a student in the files, once. */
typedef void guardian_fn(struct out *o, const struct world *w, const struct world_student *child,
                         const struct world_family *f, int which);

static void each_guardian(struct job *j, struct out *o, guardian_fn *fn, const char *file) {
    const struct world *w = &j->world;
    for (size_t i = 0, end; i < w->students_n; i = end) {
        const struct world_student *seen[2] = {
            NULL, NULL}; /* a household has at most two families a year */
        for (end = i; end < w->students_n && w->students[end].household == w->students[i].household;
             end++) {
            const struct world_student *s = &w->students[end];
            if (seen[0] == NULL || seen[0]->occupant == s->occupant)
                seen[0] = seen[0] == NULL ? s : seen[0];
            else if (seen[1] == NULL)
                seen[1] = s;
        }
        for (int k = 0; k < 2 && seen[k] != NULL; k++) {
            struct world_family f = world_family_of(w, seen[k]);
            for (int g = 0; g < f.guardians; g++)
                fn(o, w, seen[k], &f, g);
        }
        job_progress(j, file, i, w->students_n);
    }
}

static enum err write_users(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, z, "users.csv", e));
    out_header(&o,
               "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,"
               "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
               "userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,"
               "preferredFamilyName,primaryOrgSourcedId,pronouns,"
               "metadata.mealStatus,metadata.englishLearner,metadata.disabilityPlan,metadata."
               "homeLanguage,metadata.housing");
    for (size_t i = 0; i < j->staff.n; i++)
        staff_user(&o, w, &j->staff.all[i]);
    j->report->staff = (int64_t)j->staff.n;
    for (size_t i = 0; i < w->students_n; i++) {
        student_user(&o, w, &w->students[i]);
        job_progress(j, "users.csv: students", i, w->students_n);
    }
    int64_t before = o.line;
    each_guardian(j, &o, guardian_user, "users.csv: guardians");
    j->report->guardians = o.line - before;
    return job_close(j, &o, z, e);
}

static void role_row(struct out *o, const char *user, const char *part, bool primary,
                     const char *role, int32_t begins, int32_t ends, const char *org) {
    out_fmt(o, "rol-%s%s", user, part), out_empty(o, 2), out_z(o, user),
        out_z(o, primary ? "primary" : "secondary"), out_z(o, role);
    out_day(o, begins), out_day(o, ends), out_z(o, org), out_empty(o, 1), out_end(o);
}

static void student_roles(struct out *o, const struct world *w, const struct world_student *s) {
    char id[24], org[24], part[16];
    if (s->school_before != SCHOOL_NONE) {
        (void)snprintf(part, sizeof part, "-%d", s->school_before + 1);
        role_row(o, student_id(s->number, id), part, false, "student", s->school_before_since,
                 s->moved_on, org_id(w, s->school_before, org));
    }
    (void)snprintf(part, sizeof part, "-%d", s->school + 1);
    role_row(o, student_id(s->number, id), part, true, "student", s->school_since, s->ends_on,
             org_id(w, s->school, org));
}

static void guardian_role(struct out *o, const struct world *w, const struct world_student *child,
                          const struct world_family *f, int which) {
    (void)f;
    char id[24], org[24];
    role_row(
        o, guardian_id(world_guardian(w, child->household, child->occupant) + (uint32_t)which, id),
        "", true, "guardian", child->school_since, child->ends_on, org_id(w, child->school, org));
}

static enum err write_roles(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    char id[24], org[24];
    TRY(job_open(j, &o, z, "roles.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,"
                   "endDate,orgSourcedId,userProfileSourcedId");
    for (size_t i = 0; i < j->staff.n; i++) {
        const struct staff *s = &j->staff.all[i];
        role_row(&o, staff_id(s->number, id), "", true, staff_role(s), s->hired_on, s->ends_on,
                 s->school == STAFF_DISTRICT ? district_id(s->district, org)
                                             : org_id(w, s->school, org));
    }
    for (size_t i = 0; i < w->students_n; i++) {
        student_roles(&o, w, &w->students[i]);
        job_progress(j, "roles.csv: students", i, w->students_n);
    }
    each_guardian(j, &o, guardian_role, "roles.csv: guardians");
    return job_close(j, &o, z, e);
}

static enum err write_demographics(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    static const char *const sexes[] = {"female", "male", "other"};
    struct out o;
    char id[24];
    TRY(job_open(j, &o, z, "demographics.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,"
                   "asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
                   "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
                   "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus");
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        struct rng r = rng_stream(w->seed, "flags", s->number);
        bool also_white = draw_chance(&r, 550), two = s->race == RACE_TWO;
        out_z(&o, student_id(s->number, id)), out_empty(&o, 2), out_day(&o, world_birth(w, s)),
            out_z(&o, sexes[s->sex]);
        out_bool(&o, s->race == RACE_INDIGENOUS), out_bool(&o, s->race == RACE_ASIAN),
            out_bool(&o, s->race == RACE_BLACK || two);
        out_bool(&o, s->race == RACE_PACIFIC),
            out_bool(&o, s->race == RACE_WHITE || two || (s->race == RACE_HISPANIC && also_white));
        out_bool(&o, two), out_bool(&o, s->race == RACE_HISPANIC), out_empty(&o, 4), out_end(&o);
        job_progress(j, "demographics.csv", i, w->students_n);
    }
    return job_close(j, &o, z, e);
}

/* ---- enrollments ---- */

static int32_t later(int32_t a, int32_t b) {
    return a > b ? a : b;
}

/* The earlier of two ends, DATE_NONE being never. */
static int32_t sooner(int32_t a, int32_t b) {
    return a == DATE_NONE ? b : b == DATE_NONE ? a : a < b ? a : b;
}

static void enrollment_row(struct out *o, const struct world *w, const char *user,
                           const char *section, int school, const char *role, bool primary,
                           int32_t begins, int32_t ends) {
    char org[24];
    out_fmt(o, "enr-%s-%s", user + 4, section + 4), out_empty(o, 2), out_z(o, section),
        out_z(o, org_id(w, school, org)), out_z(o, user), out_z(o, role);
    if (primary)
        out_bool(o, true);
    else
        out_empty(o, 1);
    out_day(o, begins), out_day(o, ends), out_end(o);
}

/* What of a term falls into a stay [begins, ends): false if nothing. Only fall sections end by
 * themselves, when spring begins; year-long ones stay open. */
static bool overlap(const struct world *w, enum slot_term term, int32_t *begins, int32_t *ends) {
    int32_t half = w->year.quarter[2];
    if (term == TERM_FALL)
        *ends = sooner(*ends, half);
    if (term == TERM_SPRING)
        *begins = later(*begins, half);
    return *ends == DATE_NONE || *begins < *ends;
}

static void student_stay(struct out *o, const struct world *w, const struct world_student *s,
                         int school, int rank, int32_t from, int32_t until) {
    char id[24], section[48];
    for (const struct slot *t = slots; t < slots + slots_n; t++) {
        int32_t begins = from, ends = until;
        if (!slot_has(t, &w->schools[school], s->grade) || !overlap(w, t->term, &begins, &ends))
            continue;
        section_id(w, t, school, s->grade, slot_section(t, w, school, s->grade, rank), section);
        enrollment_row(o, w, student_id(s->number, id), section, school, "student", false, begins,
                       ends);
    }
}

static void section_teachers(struct job *j, struct out *o, const struct slot *t, int school,
                             int grade, int section) {
    const struct world *w = &j->world;
    int period, post = slot_post(t, w, school, grade, section, &period);
    int dept = t->homeroom ? DEPT_GRADE + grade : (int)t->dept;
    char id[24], name[48];
    for (size_t i = j->staff.first[school]; i < j->staff.first[school + 1]; i++) {
        const struct staff *s = &j->staff.all[i];
        int32_t begins = s->begins_on, ends = s->ends_on;
        if ((int)s->dept != dept || s->post != post || !overlap(w, t->term, &begins, &ends))
            continue;
        section_id(w, t, school, grade, section, name);
        enrollment_row(o, w, staff_id(s->number, id), name, school, "teacher", true, begins, ends);
    }
}

static enum err write_enrollments(struct job *j, struct out_zip *z, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, z, "enrollments.csv", e));
    out_header(&o, "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,"
                   "role,primary,beginDate,endDate");
    for (int i = 0; i < w->schools_n; i++)
        for (const struct slot *t = slots; t < slots + slots_n; t++)
            for (int g = t->grade_low; t->kind == w->schools[i].kind && g <= t->grade_high; g++)
                for (int k = 0; k < slot_sections(t, &w->schools[i], g); k++)
                    section_teachers(j, &o, t, i, g, k);
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        int32_t begins = s->begins_on;
        if (s->school_before != SCHOOL_NONE) {
            student_stay(&o, w, s, s->school_before, s->rank_before, begins, s->moved_on);
            begins = s->moved_on;
        }
        student_stay(&o, w, s, s->school, s->rank, begins, s->ends_on);
        job_progress(j, "enrollments.csv", i, w->students_n);
    }
    return job_close(j, &o, z, e);
}

enum err oneroster_members(struct job *j, struct out_zip *z, struct errmsg *e) {
    static enum err (*const members[])(struct job *, struct out_zip *, struct errmsg *) = {
        write_manifest, write_sessions, write_orgs,         write_courses,    write_classes,
        write_users,    write_roles,    write_demographics, write_enrollments};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        TRY(members[i](j, z, e));
    return ERR_OK;
}

enum err write_oneroster(struct job *j, struct errmsg *e) {
    struct out_zip z;
    TRY(out_zip_open(&z, j->options->dir, "oneroster.zip", e));
    enum err r = oneroster_members(j, &z, e);
    if (r == ERR_OK)
        return out_zip_close(&z, e);
    out_zip_abandon(&z);
    return r;
}
