#include "standards/oneroster_rows.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/keymap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- columns ---- */

enum { C_ID, C_STATUS, C_MODIFIED }; /* of every file */
enum { S_TITLE = 3, S_TYPE, S_BEGIN, S_END, S_PARENT, S_YEAR };
enum { O_NAME = 3, O_TYPE, O_IDENTIFIER, O_PARENT, O_LOCALE, O_LOW, O_HIGH };
enum { K_TITLE = 3, K_ORG, K_CODE, K_GRADES, K_SUBJECTS, K_YEAR, K_SUBJECT_CODES };
enum {
    CL_TITLE = 3,
    CL_COURSE,
    CL_TYPE,
    CL_SCHOOL,
    CL_TERMS,
    CL_CODE,
    CL_LOCATION,
    CL_GRADES,
    CL_SUBJECTS,
    CL_PERIODS,
    CL_SUBJECT_CODES
};
enum {
    U_ENABLED = 3,
    U_USERNAME,
    U_GIVEN,
    U_FAMILY,
    U_MIDDLE,
    U_PREFERRED,
    U_EMAIL,
    U_PHONE,
    U_SMS,
    U_IDENTIFIER,
    U_GRADES,
    U_AGENTS,
    U_USER_IDS,
    U_MASTER,
    U_ROLE,
    U_ORGS,
    U_MEAL,
    U_ENGLISH,
    U_PLAN,
    U_LANGUAGE,
    U_HOUSING,
    U_PASSWORD,
    U_RESOURCES,
    U_PRIMARY_ORG,
    U_PRONOUNS,
    U_PREFERRED_MIDDLE,
    U_PREFERRED_FAMILY
};
enum { R_USER = 3, R_TYPE, R_ROLE, R_ORG, R_BEGIN, R_END, R_PROFILE };
enum {
    D_BIRTH = 3,
    D_SEX,
    D_INDIGENOUS,
    D_ASIAN,
    D_BLACK,
    D_PACIFIC,
    D_WHITE,
    D_TWO,
    D_HISPANIC,
    D_COUNTRY,
    D_STATE,
    D_CITY,
    D_RESIDENCE
};
enum { E_CLASS = 3, E_SCHOOL, E_USER, E_ROLE, E_PRIMARY, E_BEGIN, E_END };

#define NO_STATES                                                                                  \
    {"status", false, NULL}, {                                                                     \
        "dateLastModified", false, NULL                                                            \
    }
#define COMMON {"sourcedId", true, "sourcedGUID"}, NO_STATES
#define NO_ID(also) {"sourcedId", false, also}, NO_STATES

const struct or_spec or_specs[OR_FILES] = {
    [OR_SESSIONS] = {"academicSessions",
                     TAB_TERM,
                     {COMMON,
                      {"title", true, NULL},
                      {"type", true, NULL},
                      {"startDate", true, "beginDate"},
                      {"endDate", true, NULL},
                      {"parentSourcedId", false, NULL},
                      {"schoolYear", false, NULL}}},
    [OR_ORGS] = {"orgs",
                 TAB_ORG,
                 {COMMON,
                  {"name", true, NULL},
                  {"type", true, NULL},
                  {"identifier", false, NULL},
                  {"parentSourcedId", false, NULL},
                  {"metadata.locale", false, "metadata.urbanicity"},
                  {"metadata.gradeLow", false, "metadata.lowestGrade"},
                  {"metadata.gradeHigh", false, "metadata.highestGrade"}}},
    [OR_COURSES] = {"courses",
                    TAB_COURSE,
                    {COMMON,
                     {"title", true, NULL},
                     {"orgSourcedId", false, "orgSourcedIds"},
                     {"courseCode", false, "code"},
                     {"grades", false, "grade"},
                     {"subjects", false, "subject"},
                     {"schoolYearSourcedId", false, NULL},
                     {"subjectCodes", false, NULL}}},
    [OR_CLASSES] = {"classes",
                    TAB_SECTION,
                    {COMMON,
                     {"title", true, NULL},
                     {"courseSourcedId", false, NULL},
                     {"classType", false, NULL},
                     {"schoolSourcedId", true, "orgSourcedId"},
                     {"termSourcedIds", false, "termSourcedId|sessionSourcedIds"},
                     {"classCode", false, NULL},
                     {"location", false, NULL},
                     {"grades", false, "grade"},
                     {"subjects", false, NULL},
                     {"periods", false, "period"},
                     {"subjectCodes", false, NULL}}},
    [OR_USERS] = {"users",
                  TAB_PERSON,
                  {COMMON,
                   {"enabledUser", false, NULL},
                   {"username", false, NULL},
                   {"givenName", true, NULL},
                   {"familyName", true, NULL},
                   {"middleName", false, NULL},
                   {"preferredGivenName", false, "preferredFirstName"},
                   {"email", false, NULL},
                   {"phone", false, NULL},
                   {"sms", false, NULL},
                   {"identifier", false, NULL},
                   {"grades", false, "grade"},
                   {"agentSourcedIds", false, "agents"},
                   {"userIds", false, "userId"},
                   {"userMasterIdentifier", false, NULL},
                   {"role", false, NULL},
                   {"orgSourcedIds", false, NULL},
                   {"metadata.mealStatus", false, "metadata.frl"},
                   {"metadata.englishLearner", false, "metadata.ell"},
                   {"metadata.disabilityPlan", false, "metadata.iep"},
                   {"metadata.homeLanguage", false, NULL},
                   {"metadata.housing", false, "metadata.homeless"},
                   {"password", false, NULL},
                   {"resourceSourcedIds", false, NULL},
                   {"primaryOrgSourcedId", false, NULL},
                   {"pronouns", false, NULL},
                   {"preferredMiddleName", false, NULL},
                   {"preferredFamilyName", false, "preferredLastName"}}},
    [OR_ROLES] = {"roles",
                  TAB_ROLE,
                  {NO_ID("sourcedGUID"),
                   {"userSourcedId", true, NULL},
                   {"roleType", false, NULL},
                   {"role", true, NULL},
                   {"orgSourcedId", true, NULL},
                   {"beginDate", false, "roleStartDate"},
                   {"endDate", false, "roleEndDate"},
                   {"userProfileSourcedId", false, NULL}}},
    [OR_DEMOGRAPHICS] = {"demographics",
                         TAB_STATUS,
                         {{"sourcedId", true, "userSourcedId|sourcedGUID"},
                          NO_STATES,
                          {"birthDate", false, "birthdate"},
                          {"sex", false, "gender"},
                          {"americanIndianOrAlaskaNative", false, NULL},
                          {"asian", false, NULL},
                          {"blackOrAfricanAmerican", false, NULL},
                          {"nativeHawaiianOrOtherPacificIslander", false, NULL},
                          {"white", false, NULL},
                          {"demographicRaceTwoOrMoreRaces", false, NULL},
                          {"hispanicOrLatinoEthnicity", false, NULL},
                          {"countryOfBirthCode", false, NULL},
                          {"stateOfBirthAbbreviation", false, NULL},
                          {"cityOfBirth", false, NULL},
                          {"publicSchoolResidenceStatus", false, NULL}}},
    [OR_ENROLLMENTS] = {"enrollments",
                        TAB_ENROLLMENT,
                        {NO_ID("sourcedGUID"),
                         {"classSourcedId", true, NULL},
                         {"schoolSourcedId", false, NULL},
                         {"userSourcedId", true, NULL},
                         {"role", true, NULL},
                         {"primary", false, NULL},
                         {"beginDate", false, "startDate"},
                         {"endDate", false, NULL}}},
};

const char *const or_assumption_text[OR_ASSUMPTIONS] = {
    "dates such as 8/31/2026 were read as month/day/year",
    "grades such as 9 were read as 09",
    "grades outside of PK to 12 (UG, PS, 13, Other) were left unknown",
    "where a student has several grades the first was taken",
    "yes, no, 1 and 0 were read as true and false",
    "the file is not UTF-8; its letters were read as Windows-1252",
    "cells missing at the end of a row were read as empty",
    "quotes inside of a quoted cell were read as letters",
    "a missing schoolYear was taken from the end date",
    "roles that OneRoster does not list were read as staff",
    "a missing enabledUser was read as true",
    "home languages that could not be recognised were left unknown",
    "schools without a parent were put under the only district",
    "there is no column sourcedId, so class, person and role together stand for it",
};

/* ---- cells ---- */

static bool refuse(struct or_row *row, const struct str cell[], int col, const char *why) {
    row->why = why;
    row->col = col;
    row->value = col >= 0 ? cell[col] : STR("");
    return false;
}

static const char not_a_date[] = "This is not a date. Write it as year-month-day: 2026-08-31.";
static const char empty[] =
    "This cell must not be empty. Fill it in at the source and export again.";

/* "" gives DATE_NONE. */
static bool date_cell(struct or_context *cx, struct or_row *row, const struct str cell[], int col,
                      int32_t *out) {
    bool loose = false;
    *out = DATE_NONE;
    if (cell[col].n == 0)
        return true;
    if (!date_parse_loose(cell[col], out, &loose))
        return refuse(row, cell, col, not_a_date);
    cx->assumed |= loose ? OR_DATES : 0u;
    return true;
}

/* -1 unknown (empty) */
static bool bool_cell(struct or_context *cx, struct or_row *row, const struct str cell[], int col,
                      int *out) {
    bool v;
    *out = -1;
    if (cell[col].n == 0)
        return true;
    if (!str_bool(cell[col], &v))
        return refuse(row, cell, col, "This must be true or false. Correct it at the source.");
    cx->assumed |= cell[col].n < 4 ? OR_WORDS : 0u;
    *out = v ? 1 : 0;
    return true;
}

struct word {
    const char *word;
    int code;
};

/* Letters and digits only, case aside. */
static bool word_is(struct str s, const char *word) {
    size_t k = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (word[k] != c)
            return false;
        k++;
    }
    return k > 0 && word[k] == '\0';
}

static int word_code(const struct word words[], struct str s) {
    for (size_t i = 0; words[i].word != NULL; i++)
        if (word_is(s, words[i].word))
            return words[i].code;
    return -1;
}

/* A place in load_grades plus one; 0 unknown, -1 not a grade. */
static int grade_of(struct or_context *cx, struct str s) {
    static const struct word words[] = {{"pk", 1},    {"pr", 1},       {"it", 1},
                                        {"tk", 1},    {"prek", 1},     {"prekindergarten", 1},
                                        {"kg", 2},    {"k", 2},        {"kindergarten", 2},
                                        {"ug", 0},    {"ps", 0},       {"13", 0},
                                        {"other", 0}, {"ungraded", 0}, {"na", 0},
                                        {NULL, 0}};
    int64_t n;
    if (s.n == 0)
        return 0;
    int code = word_code(words, s);
    if (code >= 0) {
        cx->assumed |= code == 0 ? OR_GRADE_UNKNOWN : 0u;
        return code;
    }
    if (!str_int(s, &n) || n < 0 || n > 12)
        return -1;
    cx->assumed |= s.n == 1 ? OR_GRADES : 0u;
    return n == 0 ? 2 : (int)n + 2;
}

bool or_list_next(struct str *rest, struct str *item) {
    while (rest->n > 0) {
        struct str part;
        if (!str_split(rest, ',', &part))
            return false;
        *item = str_trim(part);
        if (item->n > 0)
            return true;
    }
    return false;
}

bool or_user_id(struct str item, char kind[static OR_TEXT], struct str *value) {
    if (item.n >= 2 && item.p[0] == '{' && item.p[item.n - 1] == '}')
        item = str_sub(item, 1, item.n - 1);
    size_t colon = str_find(item, STR(":"));
    if (colon == SIZE_MAX || colon == 0 || colon >= OR_TEXT - 1)
        return false;
    for (size_t i = 0; i < colon; i++)
        kind[i] = item.p[i] >= 'A' && item.p[i] <= 'Z' ? (char)(item.p[i] + 32) : item.p[i];
    kind[colon] = '\0';
    *value = str_trim(str_sub(item, colon + 1, item.n));
    return value->n > 0;
}

static uint64_t key_of(struct str s) {
    return s.n == 0 ? 0 : hash64(s);
}

static uint64_t fold(uint64_t h, struct str s) {
    return key_mix(h, s.n == 0 ? 0 : hash64(s));
}

/* ---- each file ---- */

/* Class, person and role are one enrollment; person, role and org one role. */
static void make_id(struct or_context *cx, const struct str cell[], struct load_row *r,
                    struct or_row *row) {
    bool role = cx->file == OR_ROLES;
    cx->assumed |= role ? 0u : OR_NO_ID;
    r->key = fold(fold(key_of(cell[role ? R_ORG : E_CLASS]), cell[role ? R_USER : E_USER]),
                  cell[role ? R_ROLE : E_ROLE]);
    (void)snprintf(row->made_id, sizeof row->made_id, "made:%016" PRIx64, r->key);
    r->ext = str_z(row->made_id);
    r->key = hash64(r->ext);
}

static bool common(struct or_context *cx, const struct str cell[], struct load_row *r,
                   struct or_row *row) {
    static const struct word states[] = {
        {"active", 0}, {"tobedeleted", 1}, {"inactive", 1}, {"deleted", 1}, {NULL, 0}};
    *r = (struct load_row){.ext = cell[C_ID], .gone_on = DATE_NONE};
    if (cell[C_ID].n > 0)
        r->key = hash64(cell[C_ID]);
    else if ((cx->present & 1) == 0 && (cx->file == OR_ROLES || cx->file == OR_ENROLLMENTS))
        make_id(cx, cell, r, row);
    else
        return refuse(row, cell, C_ID, empty);
    row->key = r->key;
    if (cell[C_STATUS].n == 0)
        return true;
    int gone = word_code(states, cell[C_STATUS]);
    if (gone < 0)
        return refuse(row, cell, C_STATUS,
                      "This must be active, inactive or tobedeleted. Correct it at the source.");
    r->gone = gone == 1;
    bool loose;
    if (r->gone &&
        (!date_parse_loose(cell[C_MODIFIED], &r->gone_on, &loose) || r->gone_on > cx->as_of))
        r->gone_on = DATE_NONE;
    return true;
}

static bool convert_session(struct or_context *cx, const struct str cell[], struct or_row *row) {
    static const struct word kinds[] = {{"schoolyear", 0}, {"year", 0},      {"semester", 1},
                                        {"term", 2},       {"trimester", 2}, {"gradingperiod", 3},
                                        {"quarter", 3},    {NULL, 0}};
    static const char *const names[] = {"schoolYear", "semester", "term", "gradingPeriod"};
    struct load_term *t = &row->u.term;
    *t = (struct load_term){0};
    if (!common(cx, cell, &t->row, row))
        return false;
    int kind = word_code(kinds, cell[S_TYPE]);
    int64_t year;
    if (!t->row.gone) {
        if (kind < 0)
            return refuse(row, cell, S_TYPE,
                          "This must be schoolYear, semester, term or gradingPeriod.");
        if (cell[S_BEGIN].n == 0 || cell[S_END].n == 0)
            return refuse(row, cell, cell[S_BEGIN].n == 0 ? S_BEGIN : S_END, empty);
    }
    if (!date_cell(cx, row, cell, S_BEGIN, &t->begins) ||
        !date_cell(cx, row, cell, S_END, &t->ends))
        return false;
    t->ends = t->ends == DATE_NONE ? t->ends : t->ends + 1;
    if (cell[S_YEAR].n == 0 && t->ends != DATE_NONE) {
        cx->assumed |= OR_SCHOOL_YEAR;
        struct date_ymd d = date_ymd(t->ends - 1);
        t->school_year = d.month >= 8 ? d.year + 1 : d.year; /* an autumn term ends the next year */
    } else if (cell[S_YEAR].n > 0) {
        if (!str_int(
                str_sub(cell[S_YEAR], cell[S_YEAR].n >= 9 ? cell[S_YEAR].n - 4 : 0, cell[S_YEAR].n),
                &year) ||
            year < 1990 || year > 2200)
            return refuse(row, cell, S_YEAR,
                          "This must be the year in which the school year ends, such as 2027.");
        t->school_year = (int)year;
    }
    t->title = cell[S_TITLE];
    t->kind = names[kind < 0 ? 0 : kind];
    t->parent = key_of(cell[S_PARENT]);
    row->ref[0] = cell[S_PARENT];
    t->row.hash = fold(
        key_mix(key_mix((uint64_t)(uint32_t)t->begins << 32 | (uint32_t)t->ends, (uint64_t)kind),
                key_mix(t->parent, (uint64_t)t->school_year)),
        t->title);
    return true;
}

static struct str locale_of(struct str s) {
    static const struct word words[] = {{"city", 0}, {"urban", 0}, {"suburb", 1}, {"suburban", 1},
                                        {"town", 2}, {"rural", 3}, {NULL, 0}};
    static const struct str names[] = {{"city", 4}, {"suburb", 6}, {"town", 4}, {"rural", 5}};
    int64_t nces;
    if (str_int(s, &nces) && nces >= 11 && nces <= 43 && nces % 10 >= 1 && nces % 10 <= 3)
        return names[nces / 10 - 1];
    size_t cut = 0;
    while (cut < s.n && s.p[cut] != ':' && s.p[cut] != '-' && s.p[cut] != ',')
        cut++;
    int k = word_code(words, str_sub(s, 0, cut)); /* "City: Large" */
    return k < 0 ? STR("") : names[k];
}

static bool convert_org(struct or_context *cx, const struct str cell[], struct or_row *row) {
    static const struct word kinds[] = {{"school", 0},
                                        {"district", 1},
                                        {"local", 2},
                                        {"state", 3},
                                        {"national", 4},
                                        {"nation", 4},
                                        {"department", 5},
                                        {"lea", 1},
                                        {"region", 2},
                                        {"county", 2},
                                        {"educationserviceagency", 2},
                                        {"localeducationagency", 1},
                                        {"ministryofeducation", 3},
                                        {"campus", 0},
                                        {"college", 0},
                                        {"university", 0},
                                        {NULL, 0}};
    static const char *const names[] = {"school", "district", "region",
                                        "state",  "nation",   "department"};
    struct load_org *o = &row->u.org;
    *o = (struct load_org){0};
    if (!common(cx, cell, &o->row, row))
        return false;
    int kind = word_code(kinds, cell[O_TYPE]);
    if (kind < 0 && !o->row.gone)
        return refuse(row, cell, O_TYPE,
                      "This must be school, district, local, state, national or department.");
    if (cell[O_NAME].n == 0 && !o->row.gone)
        return refuse(row, cell, O_NAME, empty);
    int low = grade_of(cx, cell[O_LOW]), high = grade_of(cx, cell[O_HIGH]);
    o->name = cell[O_NAME];
    o->kind = names[kind < 0 ? 0 : kind];
    o->identifier = cell[O_IDENTIFIER];
    o->locale = locale_of(cell[O_LOCALE]);
    o->parent = key_of(cell[O_PARENT]);
    row->ref[0] = cell[O_PARENT];
    if (low > 0 && high >= low) {
        o->grade_low = str_z(load_grades[low - 1]);
        o->grade_high = str_z(load_grades[high - 1]);
    }
    o->row.hash =
        fold(fold(fold(key_mix((uint64_t)kind, o->parent), o->name), o->identifier), o->locale);
    o->row.hash = key_mix(o->row.hash, (uint64_t)(low * 32 + high));
    return true;
}

static bool convert_course(struct or_context *cx, const struct str cell[], struct or_row *row) {
    struct load_course *c = &row->u.course;
    *c = (struct load_course){0};
    if (!common(cx, cell, &c->row, row))
        return false;
    if (cell[K_TITLE].n == 0 && !c->row.gone)
        return refuse(row, cell, K_TITLE, empty);
    c->title = cell[K_TITLE];
    c->code = cell[K_CODE];
    c->grades = cell[K_GRADES];
    c->subjects = cell[K_SUBJECTS];
    c->org = key_of(cell[K_ORG]);
    row->ref[0] = cell[K_ORG];
    c->row.hash = fold(fold(fold(fold(c->org, c->title), c->code), c->grades), c->subjects);
    return true;
}

static bool convert_class(struct or_context *cx, const struct str cell[], struct or_row *row) {
    struct load_section *s = &row->u.section;
    *s = (struct load_section){0};
    if (!common(cx, cell, &s->row, row))
        return false;
    if (!s->row.gone && (cell[CL_TITLE].n == 0 || cell[CL_SCHOOL].n == 0))
        return refuse(row, cell, cell[CL_TITLE].n == 0 ? CL_TITLE : CL_SCHOOL, empty);
    s->title = cell[CL_TITLE];
    s->code = cell[CL_CODE];
    s->location = cell[CL_LOCATION];
    s->grades = cell[CL_GRADES];
    s->subjects = cell[CL_SUBJECTS];
    s->periods = cell[CL_PERIODS];
    s->homeroom = word_is(cell[CL_TYPE], "homeroom");
    s->course = key_of(cell[CL_COURSE]);
    s->org = key_of(cell[CL_SCHOOL]);
    uint64_t h = key_mix(key_mix(s->course, s->org), s->homeroom);
    for (struct str rest = cell[CL_TERMS], item; or_list_next(&rest, &item);) {
        if (s->terms == LOAD_TERMS)
            return refuse(row, cell, CL_TERMS, "A class may have at most 16 terms. Split it.");
        s->term[s->terms++] = hash64(item);
        h = key_mix(h, s->term[s->terms - 1]);
    }
    row->ref[0] = cell[CL_COURSE];
    row->ref[1] = cell[CL_SCHOOL];
    row->ref[2] = cell[CL_TERMS];
    h = fold(fold(fold(h, s->title), s->code), s->location);
    s->row.hash = fold(fold(fold(h, s->grades), s->subjects), s->periods);
    return true;
}

static const struct word roles[] = {{"student", LOAD_STUDENT},
                                    {"teacher", LOAD_TEACHER},
                                    {"aide", LOAD_AIDE},
                                    {"administrator", LOAD_ADMINISTRATOR},
                                    {"districtadministrator", LOAD_ADMINISTRATOR},
                                    {"siteadministrator", LOAD_ADMINISTRATOR},
                                    {"systemadministrator", LOAD_ADMINISTRATOR},
                                    {"principal", LOAD_PRINCIPAL},
                                    {"counselor", LOAD_COUNSELOR},
                                    {"guardian", LOAD_GUARDIAN},
                                    {"parent", LOAD_PARENT},
                                    {"relative", LOAD_RELATIVE},
                                    {"proctor", LOAD_PROCTOR},
                                    {"staff", LOAD_STAFF},
                                    {"instructor", LOAD_TEACHER},
                                    {"professor", LOAD_TEACHER},
                                    {"faculty", LOAD_TEACHER},
                                    {"paraprofessional", LOAD_AIDE},
                                    {NULL, 0}};

static bool role_cell(struct or_context *cx, struct or_row *row, const struct str cell[], int col,
                      int *out) {
    if (cell[col].n == 0)
        return refuse(row, cell, col, empty);
    *out = word_code(roles, cell[col]);
    if (*out < 0 && cell[col].n > 4 && str_eq_nocase(str_sub(cell[col], 0, 4), STR("ext:"))) {
        *out = LOAD_STAFF;
        cx->assumed |= OR_ROLE_OTHER;
    }
    return *out >= 0 ||
           refuse(row, cell, col,
                  "This role is not one of OneRoster's (student, teacher, aide, administrator, "
                  "principal, counselor, guardian, parent, relative, proctor). Correct it.");
}

static void language_of(struct or_context *cx, struct str s, char out[static 4]) {
    static const struct {
        const char *word, *code;
    } names[] = {
        {"english", "en"}, {"spanish", "es"},    {"chinese", "zh"},  {"mandarin", "zh"},
        {"arabic", "ar"},  {"vietnamese", "vi"}, {"korean", "ko"},   {"russian", "ru"},
        {"french", "fr"},  {"haitian", "ht"},    {"tagalog", "tl"},  {"hmong", "hmn"},
        {"somali", "so"},  {"portuguese", "pt"}, {"german", "de"},   {"ukrainian", "uk"},
        {"urdu", "ur"},    {"hindi", "hi"},      {"japanese", "ja"}, {"haitiancreole", "ht"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (word_is(s, names[i].word)) {
            (void)memcpy(out, names[i].code, strlen(names[i].code) + 1);
            return;
        }
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z')))
        n++;
    if ((n == 2 || n == 3) && (n == s.n || s.p[n] == '-' || s.p[n] == '_')) {
        for (size_t i = 0; i < n; i++)
            out[i] = s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
        return;
    }
    cx->assumed |= s.n > 0 ? OR_LANGUAGE : 0u;
}

static bool program_cells(struct or_context *cx, const struct str cell[], struct or_row *row,
                          struct load_status *s) {
    static const struct word meals[] = {
        {"free", 1}, {"f", 1}, {"freelunch", 1}, {"reduced", 2}, {"r", 2},    {"reducedlunch", 2},
        {"paid", 3}, {"p", 3}, {"full", 3},      {"fullpay", 3}, {"none", 3}, {NULL, 0}};
    static const struct word homes[] = {{"housed", 1},      {"doubledup", 2}, {"hotel", 3},
                                        {"hotelmotel", 3},  {"sheltered", 4}, {"shelter", 4},
                                        {"unsheltered", 5}, {"foster", 6},    {"fostercare", 6},
                                        {"false", 1},       {"no", 1},        {NULL, 0}};
    static const struct {
        int col;
        unsigned given;
    } which[] = {{U_GRADES, STATUS_GRADE},
                 {U_MEAL, STATUS_MEAL},
                 {U_ENGLISH, STATUS_ENGLISH},
                 {U_PLAN, STATUS_PLAN},
                 {U_LANGUAGE, STATUS_LANGUAGE_HOUSING},
                 {U_HOUSING, STATUS_LANGUAGE_HOUSING}};
    int v;
    for (size_t i = 0; i < sizeof which / sizeof which[0]; i++)
        if ((cx->present >> which[i].col & 1) != 0)
            s->given = (uint8_t)(s->given | which[i].given);
    struct str rest = cell[U_GRADES], item = {0};
    bool several = or_list_next(&rest, &item) && rest.n > 0;
    cx->assumed |= several ? OR_GRADE_FIRST : 0u;
    if ((v = grade_of(cx, item)) < 0)
        return refuse(row, cell, U_GRADES, "This is not a grade: PK, KG or 01 to 12. Correct it.");
    s->grade = (uint8_t)v;
    if (cell[U_MEAL].n > 0 && (v = word_code(meals, cell[U_MEAL])) < 0)
        return refuse(row, cell, U_MEAL, "This must be free, reduced or paid. Correct it.");
    s->meal = cell[U_MEAL].n > 0 ? (uint8_t)v : 0;
    if (!bool_cell(cx, row, cell, U_ENGLISH, &v))
        return false;
    s->english_learner = v < 0 ? 0 : v == 1 ? 1 : 2;
    if (!bool_cell(cx, row, cell, U_PLAN, &v))
        return false;
    s->disability_plan = v < 0 ? 0 : v == 1 ? 1 : 2;
    language_of(cx, cell[U_LANGUAGE], s->language);
    if (cell[U_HOUSING].n > 0 && (v = word_code(homes, cell[U_HOUSING])) < 0)
        return refuse(row, cell, U_HOUSING,
                      "This must be housed, doubled-up, hotel, sheltered, unsheltered or foster.");
    s->housing = cell[U_HOUSING].n > 0 ? (uint8_t)v : 0;
    return true;
}

static bool convert_user(struct or_context *cx, const struct str cell[], struct or_row *row) {
    struct or_user *u = &row->u.user;
    struct load_person *p = &u->person;
    int enabled;
    memset(u, 0, sizeof *u);
    u->role = -1;
    if (!common(cx, cell, &p->row, row))
        return false;
    if (cell[U_GIVEN].n == 0 && cell[U_FAMILY].n == 0 && !p->row.gone)
        return refuse(row, cell, U_FAMILY,
                      "A person needs a given or a family name. Fill it in at the source.");
    if (!bool_cell(cx, row, cell, U_ENABLED, &enabled) || !program_cells(cx, cell, row, &p->status))
        return false;
    cx->assumed |= enabled < 0 ? OR_ENABLED : 0u;
    p->enabled = enabled != 0;
    p->username = cell[U_USERNAME];
    p->given_name = cell[U_GIVEN];
    p->family_name = cell[U_FAMILY];
    p->middle_name = cell[U_MIDDLE];
    p->preferred_name = cell[U_PREFERRED];
    p->email = cell[U_EMAIL];
    p->phone = cell[U_PHONE].n > 0 ? cell[U_PHONE] : cell[U_SMS];
    p->identifier = cell[U_IDENTIFIER];
    u->agents = cell[U_AGENTS];
    u->user_ids = cell[U_USER_IDS];
    u->master_id = cell[U_MASTER];
    if (cell[U_ROLE].n > 0) {
        if (!role_cell(cx, row, cell, U_ROLE, &u->role))
            return false;
        for (struct str rest = cell[U_ORGS], item; or_list_next(&rest, &item);)
            if (u->orgs < OR_ORGS_OF_USER)
                u->org[u->orgs++] = hash64(item);
        row->ref[0] = cell[U_ORGS];
    }
    uint64_t h = fold(fold(fold((uint64_t)p->enabled, p->given_name), p->family_name), p->username);
    h = fold(fold(fold(fold(h, p->middle_name), p->preferred_name), p->email), p->phone);
    p->row.hash = fold(fold(fold(h, p->identifier), u->user_ids), u->master_id);
    return true;
}

static bool convert_role(struct or_context *cx, const struct str cell[], struct or_row *row) {
    struct load_role *r = &row->u.role;
    *r = (struct load_role){0};
    r->person = key_of(cell[R_USER]);
    r->org = key_of(cell[R_ORG]);
    if (!common(cx, cell, &r->row, row) || !role_cell(cx, row, cell, R_ROLE, &r->role) ||
        !date_cell(cx, row, cell, R_BEGIN, &r->begins) ||
        !date_cell(cx, row, cell, R_END, &r->ends))
        return false;
    r->ends = r->ends == DATE_NONE ? r->ends : r->ends + 1;
    r->primary = !word_is(cell[R_TYPE], "secondary");
    row->ref[0] = cell[R_USER];
    row->ref[1] = cell[R_ORG];
    r->row.hash = key_mix(key_mix(key_mix(r->person, r->org), (uint64_t)(r->role * 2 + r->primary)),
                          (uint64_t)(uint32_t)r->begins << 32 | (uint32_t)r->ends);
    return true;
}

static bool race_cells(struct or_context *cx, const struct str cell[], struct or_row *row,
                       struct load_status *s) {
    static const struct {
        int col;
        uint8_t code; /* place in load_races plus one */
    } flags[] = {{D_ASIAN, 1}, {D_BLACK, 2}, {D_INDIGENOUS, 4}, {D_PACIFIC, 5}, {D_WHITE, 7}};
    int v, races = 0, hispanic, two;
    uint64_t any = 0;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!bool_cell(cx, row, cell, flags[i].col, &v))
            return false;
        any |= cx->present >> flags[i].col & 1;
        if (v == 1) {
            races++;
            s->race = flags[i].code;
        }
    }
    if (!bool_cell(cx, row, cell, D_TWO, &two) || !bool_cell(cx, row, cell, D_HISPANIC, &hispanic))
        return false;
    any |= (cx->present >> D_TWO & 1) | (cx->present >> D_HISPANIC & 1);
    if (races > 1 || two == 1)
        s->race = 6;
    if (hispanic == 1) /* the federal rule: of any race */
        s->race = 3;
    s->given = (uint8_t)(s->given | (any != 0 ? STATUS_RACE : 0u));
    return true;
}

static bool convert_demographics(struct or_context *cx, const struct str cell[],
                                 struct or_row *row) {
    static const struct word sexes[] = {
        {"female", 1}, {"f", 1},     {"male", 2},        {"m", 2},       {"nonbinary", 3},
        {"x", 3},      {"other", 3}, {"unspecified", 0}, {"unknown", 0}, {NULL, 0}};
    struct load_row common_row;
    struct load_status *s = &row->u.demographics.status;
    *s = (struct load_status){0};
    int v = 0;
    int32_t birth;
    if (!common(cx, cell, &common_row, row) || !date_cell(cx, row, cell, D_BIRTH, &birth) ||
        !race_cells(cx, cell, row, s))
        return false;
    if (cell[D_SEX].n > 0 && (v = word_code(sexes, cell[D_SEX])) < 0)
        return refuse(row, cell, D_SEX, "This must be male, female, other or unspecified.");
    if (birth != DATE_NONE && birth > cx->as_of)
        return refuse(row, cell, D_BIRTH, "This date of birth is in the future. Correct it.");
    s->gender = (uint8_t)v;
    s->birth_on = birth == DATE_NONE ? 0 : birth;
    s->given = (uint8_t)(s->given | ((cx->present >> D_SEX & 1) != 0 ? STATUS_GENDER : 0u) |
                         ((cx->present >> D_BIRTH & 1) != 0 ? STATUS_BIRTH : 0u));
    row->u.demographics.person = row->key;
    row->ref[0] = cell[C_ID];
    return true;
}

static bool convert_enrollment(struct or_context *cx, const struct str cell[], struct or_row *row) {
    struct load_enrollment *r = &row->u.enrollment;
    int primary;
    *r = (struct load_enrollment){0};
    if (!common(cx, cell, &r->row, row))
        return false;
    if (!r->row.gone || cell[E_ROLE].n > 0)
        if (!role_cell(cx, row, cell, E_ROLE, &r->role))
            return false;
    if (r->role != LOAD_STUDENT && r->role != LOAD_TEACHER && r->role != LOAD_ADMINISTRATOR &&
        r->role != LOAD_PROCTOR && r->role != LOAD_AIDE)
        return refuse(row, cell, E_ROLE,
                      "In a class one is a student, teacher, aide, administrator or proctor.");
    if (!bool_cell(cx, row, cell, E_PRIMARY, &primary) ||
        !date_cell(cx, row, cell, E_BEGIN, &r->begins) ||
        !date_cell(cx, row, cell, E_END, &r->ends))
        return false;
    r->ends = r->ends == DATE_NONE ? r->ends : r->ends + 1; /* endDate is the last day */
    r->primary = primary == 1;
    r->person = key_of(cell[E_USER]);
    r->section = key_of(cell[E_CLASS]);
    row->ref[0] = cell[E_CLASS];
    row->ref[1] = cell[E_USER];
    r->row.hash = key_mix(key_mix(r->person, r->section), (uint64_t)(r->role * 2 + r->primary));
    return true;
}

/* No name or list of a roster is that long: a quote is missing, or it is an attack. */
static bool too_long(const struct str cell[], struct or_row *row) {
    for (int k = 0; k < OR_COLUMNS; k++)
        if (cell[k].n > OR_CELL_BYTES)
            return !refuse(row, cell, k,
                           "This cell is longer than 8,000 bytes. Is a quote missing?");
    return false;
}

void or_convert(struct or_context *cx, const struct str cell[], unsigned flags,
                struct or_row *row) {
    static bool (*const convert[OR_FILES])(struct or_context *, const struct str[],
                                           struct or_row *) = {
        convert_session, convert_org,  convert_course,       convert_class,
        convert_user,    convert_role, convert_demographics, convert_enrollment};
    row->why = NULL;
    row->col = -1;
    row->key = 0;
    memset(row->ref, 0, sizeof row->ref);
    if ((flags & CSV_UNCLOSED) != 0) {
        (void)refuse(row, cell, -1,
                     "A quote is opened in this row and never closed. Close it, or double the "
                     "quotes that are letters.");
    } else if ((flags & CSV_TOO_LONG) != 0) {
        (void)refuse(row, cell, -1,
                     "This row is longer than is allowed. Is a quote missing in it?");
    } else if ((flags & CSV_LONG) != 0) {
        (void)refuse(row, cell, -1,
                     "This row has more cells than the header. A comma inside a cell needs quotes "
                     "around the cell.");
    } else if (too_long(cell, row)) {
        /* said already */
    } else {
        cx->assumed |= (flags & CSV_RECOVERED) != 0 ? OR_QUOTES : 0u;
        cx->assumed |= (flags & CSV_SHORT) != 0 ? OR_SHORT : 0u;
        (void)convert[cx->file](cx, cell, row);
    }
    if (row->why != NULL && row->key == 0 && cell[C_ID].n > 0)
        row->key = hash64(cell[C_ID]);
}

/* ---- headers ---- */

size_t or_plain_name(struct str s, char out[static OR_TEXT]) {
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < OR_TEXT - 1; i++) {
        char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    out[n] = '\0';
    return n;
}

/* Distance of a header from a column's names; 0 is the same but for case and signs. */
static unsigned header_distance(const struct or_column *c, struct str header) {
    char want[OR_TEXT], got[OR_TEXT];
    unsigned best = 99;
    size_t n = or_plain_name(header, got);
    struct str rest = str_z(c->also), name = str_z(c->name);
    for (bool more = n > 0; more; more = rest.n > 0 && str_split(&rest, '|', &name)) {
        size_t m = or_plain_name(name, want);
        unsigned most = m < 5 ? 0 : m < 9 ? 1 : 2;
        unsigned d = str_distance((struct str){got, n}, (struct str){want, m}, most);
        if (d <= most && d < best)
            best = d;
    }
    return best;
}

static bool taken(const int *place, size_t columns, int spec_column) {
    for (size_t i = 0; i < columns; i++)
        if (place[i] == spec_column)
            return true;
    return false;
}

/* First what is spelt right, then the nearest of the rest. */
static void match_at(const struct or_spec *spec, const struct csv *c, int *place, unsigned distance,
                     struct buf *said) {
    size_t columns = csv_columns(c);
    for (size_t i = 0; i < columns; i++) {
        int found = -1, candidates = 0;
        if (place[i] >= 0)
            continue;
        for (int k = 0; spec->columns[k].name != NULL; k++)
            if (!taken(place, columns, k) &&
                header_distance(&spec->columns[k], csv_header(c, i)) == distance) {
                found = k;
                candidates++;
            }
        if (candidates != 1)
            continue;
        place[i] = found;
        if (!str_eq(csv_header(c, i), str_z(spec->columns[found].name)))
            buf_fmt(said, "the column %.*s was read as %s\n", STR_ARG(csv_header(c, i)),
                    spec->columns[found].name);
    }
}

enum err or_match_header(const struct or_spec *spec, const struct csv *c, int *place,
                         struct buf *said, struct errmsg *e) {
    size_t columns = csv_columns(c);
    for (size_t i = 0; i < columns; i++)
        place[i] = -1;
    for (unsigned distance = 0; distance <= 2; distance++)
        match_at(spec, c, place, distance, said);
    for (int k = 0; spec->columns[k].name != NULL; k++) {
        if (!spec->columns[k].required || taken(place, columns, k))
            continue;
        struct buf have = buf_new(200);
        for (size_t i = 0; i < columns; i++)
            buf_fmt(&have, "%s%.*s", i > 0 ? ", " : "", STR_ARG(csv_column_name(c, i)));
        enum err r = err_set(e, ERR_INVALID,
                             "%s.csv has no column %s, which OneRoster requires. It has: %.*s%s. "
                             "Export it again with that column; nothing was changed.",
                             spec->name, spec->columns[k].name, STR_ARG(buf_str(&have)),
                             buf_over(&have) ? ", ..." : "");
        buf_free(&have);
        return r;
    }
    return ERR_OK;
}
