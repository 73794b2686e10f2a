/* A small district as OneRoster files, and what tests do with them. */
#ifndef ROSTER_FILES_H
#define ROSTER_FILES_H

#include "base/date.h"
#include "standards/oneroster.h"
#include "store_test.h"

#include <string.h>
#include <sys/stat.h>

static inline void put_text(const char *dir, const char *name, const char *text) {
    char path[1300];
    (void)mkdir(dir, 0700);
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

#define SESSIONS                                                                                   \
    "sourcedId,title,type,startDate,endDate,schoolYear\n"                                          \
    "y27,2026-27,schoolYear,2026-08-01,2027-06-30,2027\n"                                          \
    "t1,Fall,semester,2026-08-10,2026-12-18,2027\n"                                                \
    "t2,Spring,semester,2027-01-05,2027-06-11,2027\n"
#define ORGS                                                                                       \
    "sourcedId,name,type,identifier,parentSourcedId,metadata.locale\n"                             \
    "s1,Adams Elementary,school,0001,d1,city\ns2,Baker High,school,0002,d1,rural\n"                \
    "d1,Demo District,district,4800001,,\n"
#define COURSES "sourcedId,title,courseCode,orgSourcedId\nc1,Grade 3,G3,d1\nc2,Algebra,ALG,d1\n"
#define CLASSES                                                                                    \
    "sourcedId,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds\n"                   \
    "k1,Room 3A,c1,homeroom,s1,\"t1,t2\"\nk2,Algebra P1,c2,scheduled,s2,t1\n"
#define USERS_HEAD                                                                                 \
    "sourcedId,enabledUser,username,userIds,givenName,familyName,identifier,email,"                \
    "agentSourcedIds,grades,metadata.mealStatus,metadata.englishLearner\n"
#define USERS_REST                                                                                 \
    "u2,true,bo,,Bo,Chen,100002,bo@x.org,,09,paid,false\n"                                         \
    "p1,true,pat,,Pat,Diaz,,pat@x.org,u1,,,\n"                                                     \
    "h1,true,hal,,Hal,Ives,T01,hal@x.org,,,,\n"
#define USERS                                                                                      \
    USERS_HEAD "u1,true,ana,{SIS:77},Ana,Diaz,100001,ana@x.org,p1,03,free,true\n" USERS_REST
#define ROLES                                                                                      \
    "sourcedId,userSourcedId,roleType,role,orgSourcedId\n"                                         \
    "r1,u1,primary,student,s1\nr2,u2,primary,student,s2\nr3,p1,primary,parent,s1\n"                \
    "r4,h1,primary,teacher,s1\nr5,h1,secondary,teacher,s2\n"
#define DEMOGRAPHICS                                                                               \
    "sourcedId,birthDate,sex,asian,white,hispanicOrLatinoEthnicity\n"                              \
    "u1,2018-02-03,female,false,true,true\nu2,2011-09-09,male,true,true,false\n"
#define ENROLLMENTS                                                                                \
    "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"      \
    "e1,k1,s1,u1,student,false,,\ne2,k2,s2,u2,student,false,2026-08-12,2026-12-18\n"               \
    "e3,k1,s1,h1,teacher,true,,\n"
#define MANIFEST                                                                                   \
    "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"                            \
    "file.academicSessions,bulk\nfile.orgs,bulk\nfile.courses,bulk\nfile.classes,bulk\n"           \
    "file.users,bulk\nfile.roles,bulk\nfile.demographics,bulk\nfile.enrollments,bulk\n"            \
    "source.systemName,Test\n"

static inline const char *district_dir(const struct store_test *t, char out[static 400]) {
    (void)snprintf(out, 400, "%s/roster", t->dir);
    return out;
}

static inline void write_district(const char *dir) {
    put_text(dir, "manifest.csv", MANIFEST);
    put_text(dir, "academicSessions.csv", SESSIONS);
    put_text(dir, "orgs.csv", ORGS);
    put_text(dir, "courses.csv", COURSES);
    put_text(dir, "classes.csv", CLASSES);
    put_text(dir, "users.csv", USERS);
    put_text(dir, "roles.csv", ROLES);
    put_text(dir, "demographics.csv", DEMOGRAPHICS);
    put_text(dir, "enrollments.csv", ENROLLMENTS);
}

static inline int32_t day(const char *iso) {
    int32_t d;
    assert_true(date_parse(str_z(iso), &d));
    return d;
}

/* Everything the roster holds, one line a row, ids as ext: what must be equal after undo. */
static inline char *dump(struct store_test *t) {
    static const char *const what[] = {
        "SELECT ext, name, kind, COALESCE(grade_low,''), COALESCE(grade_high,''), "
        "COALESCE(ends_on,'') FROM org ORDER BY ext",
        "SELECT ext, begins_on, ends_on, COALESCE(retired_on,'') FROM term ORDER BY ext",
        "SELECT ext, title, COALESCE(retired_on,'') FROM course ORDER BY ext",
        "SELECT ext, title, kind, COALESCE(begins_on,''), COALESCE(ends_on,''), "
        "COALESCE(retired_on,'') FROM section ORDER BY ext",
        "SELECT ext, given_name, family_name, COALESCE(identifier,''), enabled, "
        "COALESCE(ended_on,''), CASE WHEN merged_into IS NULL THEN '' ELSE 'merged' END FROM "
        "person ORDER BY ext",
        "SELECT p.ext, o.ext, r.role, r.is_primary, r.begins_on, COALESCE(r.ends_on,'') FROM "
        "person_role r JOIN person p ON p.id = r.person_id JOIN org o ON o.id = r.org_id ORDER BY "
        "p.ext, o.ext, r.role, r.begins_on, r.id",
        "SELECT p.ext, s.begins_on, COALESCE(s.ends_on,''), COALESCE(s.grade,''), "
        "COALESCE(s.meal,''), COALESCE(s.english_learner,-1), COALESCE(s.race,''), "
        "COALESCE(s.gender,''), COALESCE(s.birth_on,'') FROM student_status s JOIN person p ON "
        "p.id = s.person_id ORDER BY p.ext, s.begins_on, s.id",
        "SELECT a.ext, b.ext, g.begins_on, COALESCE(g.ends_on,'') FROM guardian g JOIN person a ON "
        "a.id = g.person_id JOIN person b ON b.id = g.guardian_id ORDER BY a.ext, b.ext, g.id",
        "SELECT p.ext, a.kind, a.value FROM person_alias a JOIN person p ON p.id = a.person_id "
        "ORDER BY p.ext, a.kind, a.value",
        "SELECT e.ext, p.ext, s.ext, e.role, e.is_primary, e.begins_on, COALESCE(e.ends_on,'') "
        "FROM "
        "enrollment e JOIN person p ON p.id = e.person_id JOIN section s ON s.id = e.section_id "
        "ORDER BY e.ext, e.begins_on, e.id"};
    struct buf b = buf_new(1 << 20);
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        struct stmt st = {.text = what[i], .once = true};
        struct rows *r;
        assert_ok(db_rows_stmt(t->db, &st, NO_ARGS, &r, e));
        while (rows_next(r)) {
            for (int c = 0; c < rows_columns(r); c++)
                buf_fmt(&b, "%s%.*s", c > 0 ? "," : "", STR_ARG(rows_str(r, c)));
            buf_byte(&b, '\n');
        }
        assert_ok(rows_close(r, e));
        buf_add(&b, STR("-\n"));
    }
    return b.p;
}

static inline struct oneroster_report *apply(struct store_test *t, const char *dir,
                                             const char *as_of) {
    struct oneroster_report *r;
    struct oneroster_options opt = {.today = day(as_of)};
    assert_ok(oneroster_apply(t->store, dir, &opt, &r, e));
    return r;
}

#endif
