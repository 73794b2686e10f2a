/* OneRoster into the roster, on both engines: what comes in, what is refused, what ends, undo. */
#include "roster_files.h"

static void first_import(struct store_test *t) {
    char dir[400];
    write_district(district_dir(t, dir));
    struct oneroster_report *r = apply(t, dir, "2026-10-01");
    for (size_t i = 0; i < batch_problem_count(r->batch); i++)
        print_message("problem: %s\n", batch_problem_at(r->batch, i)->what.p);
    assert_int_equal(batch_problem_count(r->batch), 0);
    assert_int_equal(r->count[TAB_PERSON].added, 4);
    oneroster_report_free(r);
    char *d = dump(t);
    assert_string_equal(
        d,
        "d1,Demo District,district,,,\ns1,Adams Elementary,school,03,03,\n"
        "s2,Baker High,school,09,09,\n-\n"
        "t1,2026-08-10,2026-12-19,\nt2,2027-01-05,2027-06-12,\ny27,2026-08-01,2027-07-01,\n-\n"
        "c1,Grade 3,\nc2,Algebra,\n-\n"
        "k1,Room 3A,homeroom,2026-08-10,2027-06-12,\nk2,Algebra P1,scheduled,2026-08-10,2026-12-19,"
        "\n-\n"
        "h1,Hal,Ives,T01,1,,\np1,Pat,Diaz,,1,,\nu1,Ana,Diaz,100001,1,,\nu2,Bo,Chen,100002,1,,\n-\n"
        "h1,s1,teacher,1,2026-08-01,\nh1,s2,teacher,0,2026-08-01,\np1,s1,parent,1,2026-08-01,\n"
        "u1,s1,student,1,2026-08-01,\nu2,s2,student,1,2026-08-01,\n-\n"
        "u1,2026-08-01,,03,free,1,hispanic,female,2018-02-03\n"
        "u2,2026-08-01,,09,paid,0,two-or-more,male,2011-09-09\n-\n"
        "u1,p1,2026-08-01,\n-\nu1,sis,77\n-\n"
        "e1,u1,k1,student,0,2026-08-10,2027-06-12\ne2,u2,k2,student,0,2026-08-12,2026-12-19\n"
        "e3,h1,k1,teacher,1,2026-08-10,2027-06-12\n-\n");
    free(d);
}
static void test_first(void **state) {
    (void)state;
    on_both_engines(first_import);
}

/* Preview says what apply does, and writes nothing but the staged batch. */
static void preview_then_apply(struct store_test *t) {
    char dir[400], uploads[450];
    write_district(district_dir(t, dir));
    (void)snprintf(uploads, sizeof uploads, "%s/uploads", t->dir);
    struct oneroster_report *p, *r;
    struct oneroster_options opt = {.today = day("2026-10-01"), .uploads = uploads};
    char *before = dump(t);
    assert_ok(oneroster_preview(t->store, dir, &opt, &p, e));
    char *after = dump(t);
    assert_string_equal(before, after);
    opt.staged_id = batch_id(p->batch);
    assert_true(opt.staged_id > 0);
    assert_ok(oneroster_confirm(t->store, &opt, &r, e));
    for (int i = 0; i < TABS; i++) {
        assert_int_equal(p->count[i].added, r->count[i].added);
        assert_int_equal(p->count[i].changed, r->count[i].changed);
        assert_int_equal(p->count[i].ended, r->count[i].ended);
        assert_int_equal(p->count[i].example_count, r->count[i].example_count);
    }
    assert_int_equal(batch_id(r->batch), opt.staged_id);
    oneroster_report_free(p);
    oneroster_report_free(r);
    struct errmsg m = {{0}};
    assert_int_equal(oneroster_confirm(t->store, &opt, &r, &m), ERR_CONFLICT);
    assert_non_null(strstr(m.text, "is not waiting to be confirmed"));
    oneroster_report_free(r);
    free(before);
    free(after);
}
static void test_preview(void **state) {
    (void)state;
    on_both_engines(preview_then_apply);
}

/* The same files again change nothing; a changed one changes its row; undo gives the old back. */
static void again_change_undo(struct store_test *t) {
    char dir[400];
    struct undo_report u;
    write_district(district_dir(t, dir));
    char *empty = dump(t);
    struct oneroster_report *r = apply(t, dir, "2026-10-01");
    int64_t first = batch_id(r->batch);
    oneroster_report_free(r);
    char *one = dump(t);

    r = apply(t, dir, "2026-10-02");
    assert_int_equal(batch_counts(r->batch)->added + batch_counts(r->batch)->changed +
                         batch_counts(r->batch)->ended,
                     0);
    assert_int_equal(r->count[TAB_ENROLLMENT].unchanged, 3);
    oneroster_report_free(r);
    char *same = dump(t);
    assert_string_equal(one, same);

    /* Ana marries into another name, moves to grade 04, loses her guardian; Bo's section changes */
    put_text(dir, "users.csv",
             USERS_HEAD "u1,true,ana,{SIS:77},Ana,Smith,100001,ana@x.org,,04,free,true\n"
                        "u2,true,bo,,Bo,Chen,100002,bo@x.org,,09,paid,false\n"
                        "p1,true,pat,,Pat,Diaz,,pat@x.org,,,,\n"
                        "h1,true,hal,,Hal,Ives,T01,hal@x.org,,,,\n");
    r = apply(t, dir, "2026-11-02");
    assert_int_equal(r->count[TAB_PERSON].changed, 1);
    assert_int_equal(r->count[TAB_STATUS].changed, 1);
    assert_int_equal(r->count[TAB_GUARDIAN].ended, 1);
    assert_str(r->count[TAB_PERSON].examples[0].who, "Ana Diaz");
    assert_str(r->count[TAB_PERSON].examples[0].detail, "family_name: Diaz \xE2\x86\x92 Smith");
    int64_t third = batch_id(r->batch);
    oneroster_report_free(r);
    char *changed = dump(t);
    assert_non_null(strstr(changed, "u1,2026-08-01,2026-11-02,03,free,1,hispanic,female"));
    assert_non_null(strstr(changed, "u1,2026-11-02,,04,free,1,hispanic,female"));
    assert_non_null(strstr(changed, "u1,p1,2026-08-01,2026-11-02"));

    struct errmsg m = {{0}};
    char want[200];
    (void)snprintf(want, sizeof want,
                   "Import %d cannot be undone: import %d (roster) came later and changed the same "
                   "rows",
                   (int)first, (int)third);
    assert_int_equal(batch_undo(t->store, first, day("2026-11-03"), &u, &m), ERR_CONFLICT);
    assert_non_null(strstr(m.text, want));

    assert_ok(batch_undo(t->store, third, day("2026-11-03"), &u, e));
    same = (free(same), dump(t));
    assert_string_equal(one, same);
    assert_int_equal(batch_undo(t->store, third, day("2026-11-03"), &u, &m), ERR_CONFLICT);
    assert_ok(batch_undo(t->store, first, day("2026-11-03"), &u, e));
    same = (free(same), dump(t));
    assert_string_equal(empty, same);
    assert_int_equal(batch_undo(t->store, 999, day("2026-11-03"), &u, &m), ERR_NOT_FOUND);
    free(empty), free(one), free(same), free(changed);
}
static void test_undo(void **state) {
    (void)state;
    on_both_engines(again_change_undo);
}

/* Bo is missing from a later file: the safety stop, then the end, then the return. */
static void vanish_and_return(struct store_test *t) {
    char dir[400];
    write_district(district_dir(t, dir));
    oneroster_report_free(apply(t, dir, "2026-10-01"));
    char *one = dump(t);
    put_text(dir, "users.csv",
             USERS_HEAD "u1,true,ana,{SIS:77},Ana,Diaz,100001,ana@x.org,p1,03,free,true\n"
                        "p1,true,pat,,Pat,Diaz,,pat@x.org,u1,,,\n"
                        "h1,true,hal,,Hal,Ives,T01,hal@x.org,,,,\n");
    struct oneroster_report *r;
    struct errmsg m = {{0}};
    struct oneroster_options opt = {.today = day("2026-11-02")};
    assert_int_equal(oneroster_apply(t->store, dir, &opt, &r, &m), ERR_CONFLICT);
    assert_string_equal(m.text, "Stopped for safety: 1 of 4 people, 1 of 3 enrollments would end, "
                                "which is more than 5 in 100. Nothing was changed. Is the export "
                                "complete? If so, import it again and say that this is meant.");
    assert_true(r->stopped);
    oneroster_report_free(r);
    char *same = dump(t);
    assert_string_equal(one, same);

    opt.override_stop = true;
    assert_ok(oneroster_apply(t->store, dir, &opt, &r, e));
    assert_int_equal(r->count[TAB_PERSON].ended, 1);
    assert_int_equal(r->count[TAB_ENROLLMENT].ended, 1);
    assert_int_equal(r->count[TAB_ROLE].ended, 1);
    assert_int_equal(r->count[TAB_STATUS].ended, 1);
    assert_int_equal(batch_errors(r->batch), 3); /* rows of roles, demographics, enrollments */
    oneroster_report_free(r);
    char *d = dump(t);
    assert_non_null(strstr(d, "u2,Bo,Chen,100002,1,2026-11-02,"));
    assert_non_null(strstr(d, "e2,u2,k2,student,0,2026-08-12,2026-11-02"));
    assert_non_null(strstr(d, "u2,s2,student,1,2026-08-01,2026-11-02"));
    free(d);

    put_text(dir, "users.csv", USERS);
    opt.today = day("2026-11-20");
    opt.override_stop = false;
    assert_ok(oneroster_apply(t->store, dir, &opt, &r, e));
    assert_int_equal(r->count[TAB_PERSON].reopened, 1);
    assert_int_equal(r->count[TAB_ENROLLMENT].changed + r->count[TAB_ENROLLMENT].reopened, 1);
    assert_int_equal(batch_errors(r->batch), 0);
    oneroster_report_free(r);
    d = dump(t);
    assert_non_null(strstr(d, "u2,Bo,Chen,100002,1,,"));
    assert_non_null(strstr(d, "e2,u2,k2,student,0,2026-08-12,2026-12-19"));
    assert_non_null(strstr(d, "u2,s2,student,1,2026-11-20,"));
    assert_non_null(strstr(d, "u2,2026-11-20,,09,paid,0,two-or-more"));

    opt.today = day("2026-10-15");
    assert_int_equal(oneroster_apply(t->store, dir, &opt, &r, &m), ERR_CONFLICT);
    assert_non_null(strstr(m.text, "This roster speaks for 2026-10-15, but import"));
    oneroster_report_free(r);
    free(d), free(one), free(same);
}
static void test_vanish(void **state) {
    (void)state;
    on_both_engines(vanish_and_return);
}

static void delta(struct store_test *t) {
    char dir[400], d2[450];
    struct oneroster_report *r;
    write_district(district_dir(t, dir));
    oneroster_report_free(apply(t, dir, "2026-10-01"));
    (void)snprintf(d2, sizeof d2, "%s/delta", t->dir);
    put_text(d2, "manifest.csv",
             "propertyName,value\noneroster.version,1.2\nfile.users,delta\nfile.enrollments,delta\n"
             "file.roles,absent\nfile.orgs,absent\nfile.classes,absent\nfile.courses,absent\n"
             "file.academicSessions,absent\nfile.demographics,absent\n");
    put_text(d2, "users.csv",
             "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName\n"
             "u2,active,2026-10-05T10:00:00Z,true,bo,Bo,Chang\n"
             "p1,tobedeleted,2026-10-04T09:00:00Z,true,pat,Pat,Diaz\n");
    put_text(d2, "enrollments.csv",
             "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\n"
             "e1,tobedeleted,2026-10-03T00:00:00Z,k1,s1,u1,student\n"
             "e9,active,2026-10-03T00:00:00Z,k2,s2,u1,student\n");
    struct oneroster_options opt = {.today = day("2026-10-06"), .override_stop = true};
    assert_ok(oneroster_apply(t->store, d2, &opt, &r, e));
    assert_int_equal(r->mode, BATCH_DELTA);
    assert_int_equal(batch_errors(r->batch), 0);
    assert_int_equal(r->count[TAB_PERSON].changed, 1);
    assert_int_equal(r->count[TAB_PERSON].ended, 1);
    assert_int_equal(r->count[TAB_ENROLLMENT].added, 1);
    assert_int_equal(r->count[TAB_ENROLLMENT].ended, 1);
    assert_int_equal(r->count[TAB_GUARDIAN].ended, 1);
    oneroster_report_free(r);
    char *d = dump(t);
    assert_non_null(strstr(d, "p1,Pat,Diaz,,1,2026-10-04,"));
    assert_non_null(strstr(d, "e1,u1,k1,student,0,2026-08-10,2026-10-03"));
    assert_non_null(strstr(d, "e9,u1,k2,student,0,2026-08-10,2026-12-19"));
    assert_non_null(strstr(d, "u2,2026-08-01,,09,paid,0,two-or-more")); /* untouched */
    free(d);
}
static void test_delta(void **state) {
    (void)state;
    on_both_engines(delta);
}

static void version_1_1(struct store_test *t) {
    char dir[400];
    district_dir(t, dir);
    put_text(dir, "orgs.csv", ORGS);
    put_text(dir, "academicSessions.csv", SESSIONS);
    put_text(dir, "courses.csv", COURSES);
    put_text(dir, "classes.csv", CLASSES);
    put_text(dir, "enrollments.csv", ENROLLMENTS);
    put_text(dir, "users.csv",
             "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
             "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,"
             "password\n"
             "u1,,,true,s1,student,ana,,Ana,Diaz,,100001,,,,p1,3,\n"
             "u2,,,TRUE,s2,student,bo,,Bo,Chen,,100002,,,,,09,\n"
             "p1,,,true,\"s1,zz\",guardian,pat,,Pat,Diaz,,,,555,,,,\n"
             "h1,,,true,\"s1,s2\",teacher,hal,,Hal,Ives,,T01,,,,,,\n");
    struct oneroster_report *r = apply(t, dir, "2026-10-01");
    assert_string_equal(r->version, "1.1");
    assert_int_equal(batch_errors(r->batch), 0);
    assert_int_equal(batch_problem_count(r->batch), 1);
    assert_str(batch_problem_at(r->batch, 0)->value, "s1,zz");
    struct str assumed = batch_assumed(r->batch);
    assert_true(str_find(assumed, STR("There is no manifest.csv: every file was read as bulk")) !=
                SIZE_MAX);
    assert_true(str_find(assumed, STR("users.csv: grades such as 9 were read as 09.")) != SIZE_MAX);
    oneroster_report_free(r);
    char *d = dump(t);
    assert_non_null(strstr(d, "h1,s1,teacher,1,2026-08-01,\nh1,s2,teacher,0,2026-08-01,\n"
                              "p1,s1,guardian,1,2026-08-01,\nu1,s1,student,1,2026-08-01,\n"));
    assert_non_null(strstr(d, "u1,p1,2026-08-01,"));
    assert_non_null(strstr(d, "u1,2026-08-01,,03,,-1,,,"));
    free(d);
}
static void test_1_1(void **state) {
    (void)state;
    on_both_engines(version_1_1);
}

/* Each tolerance alone: the file of the good district written another way gives the same records.
 */
static void tolerances(struct store_test *t) {
    static const struct {
        const char *remove, *name, *text, *said;
    } cases[] = {
        {"users.csv", "users.csv", "\xEF\xBB\xBF" USERS, NULL},
        {"Users.CSV", "Users.CSV", USERS, NULL},
        {"users.csv", "user.csv", USERS, "The file inner/user.csv was read as users.csv."},
        {"orgs.csv", "orgs.csv",
         "SOURCEDID,Name,TYPE,identifer,parentSourcedId,metadata.locale\n"
         "s1,Adams Elementary,School,0001,d1,City: Large\ns2,Baker High,school,0002,,42\n"
         "d1,Demo District,district,4800001,,\n",
         "orgs.csv: the column identifer was read as identifier."},
        {"enrollments.csv", "enrolments.csv",
         "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\r\n"
         "e1,k1,s1,u1,Student,FALSE,,\r\ne2,k2,s2,u2,student,False,8/12/2026,12/18/2026\r\n"
         "e3,k1,s1,h1,teacher,True,,\r\n",
         "enrollments.csv: dates such as 8/31/2026 were read as month/day/year."},
        {"classes.csv", "classes.csv",
         "sourcedId,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds\r"
         "k1,Room 3A,c1,homeroom,s1,\"t1,t2\"\rk2,Algebra P1,c2,scheduled,s2,t1\r",
         NULL},
        {"demographics.csv", "demographics.csv",
         "sourcedId;birthDate;sex;asian;white;hispanicOrLatinoEthnicity\n"
         "\"u1\";2018-02-03;F;no;yes;yes\n\"u2\";20110909;M;1;1;0\n",
         "demographics.csv: yes, no, 1 and 0 were read as true and false."},
        {"users.csv", "users.csv",
         USERS_HEAD
         "u1,true,ana,{SIS:77},Ana,\"Diaz\",100001,ana@x.org,p1,03,free,true\n" USERS_REST
         "\n,,,,,,,,,,,\n",
         NULL},
    };
    char dir[400], plain[450], path[800];
    struct undo_report u;
    struct oneroster_report *r;
    (void)snprintf(plain, sizeof plain, "%s/plain", t->dir);
    write_district(plain);
    r = apply(t, plain, "2026-10-01");
    char *want = dump(t);
    assert_ok(batch_undo(t->store, batch_id(r->batch), day("2026-10-01"), &u, e));
    oneroster_report_free(r);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(dir, sizeof dir, "%s/case%zu", t->dir, i);
        (void)mkdir(dir, 0700);
        (void)snprintf(path, sizeof path, "%s/inner", dir); /* and a folder further in */
        write_district(path);
        char gone[1300];
        (void)snprintf(gone, sizeof gone, "%s/%s", path, cases[i].remove);
        if (strcmp(cases[i].remove, "Users.CSV") == 0)
            (void)snprintf(gone, sizeof gone, "%s/users.csv", path);
        (void)unlink(gone);
        put_text(path, cases[i].name, cases[i].text);
        r = apply(t, dir, "2026-10-01");
        for (size_t k = 0; k < batch_problem_count(r->batch); k++)
            print_message("case %zu: %s\n", i, batch_problem_at(r->batch, k)->what.p);
        assert_int_equal(batch_problem_count(r->batch), 0);
        if (cases[i].said != NULL &&
            str_find(batch_assumed(r->batch), str_z(cases[i].said)) == SIZE_MAX)
            fail_msg("case %zu: assumed %.*s", i, STR_ARG(batch_assumed(r->batch)));
        char *got = dump(t);
        assert_string_equal(got, want);
        free(got);
        assert_ok(batch_undo(t->store, batch_id(r->batch), day("2026-10-01"), &u, e));
        oneroster_report_free(r);
    }
    free(want);
}
static void test_tolerances(void **state) {
    (void)state;
    on_both_engines(tolerances);
}

/* One broken row each: refused by file, line, column and value; the rest goes in. */
static void refused_rows(struct store_test *t) {
    static const struct {
        const char *name, *text;
        int line;
        const char *col, *value, *what;
    } cases[] = {
        {"enrollments.csv", ENROLLMENTS "e4,k9,s1,u1,student,false,,\n", 5, "classSourcedId", "k9",
         "No class in classes.csv has this sourcedId (or its row was refused). Add it, or correct "
         "this cell."},
        {"enrollments.csv", ENROLLMENTS "e4,k1,s1,u9,student,false,,\n", 5, "userSourcedId", "u9",
         "Nobody in users.csv has this sourcedId (or the row was refused). Add the person, or "
         "correct this cell."},
        {"enrollments.csv", ENROLLMENTS "e4,k1,s1,u1,student,false,31.08.2026,\n", 5, "beginDate",
         "31.08.2026", "This is not a date. Write it as year-month-day: 2026-08-31."},
        {"enrollments.csv", ENROLLMENTS "e4,k1,s1,u1,student,false,2026-10-01,2026-09-01\n", 5,
         "endDate", "e4", "This enrollment ends before it begins. Correct one of its dates."},
        {"enrollments.csv", ENROLLMENTS "e1,k1,s1,u2,student,false,,\n", 5, "sourcedId", "e1",
         "This sourcedId is in the file twice; the first row was taken. Remove one, or give it an "
         "id of its own."},
        {"enrollments.csv", ENROLLMENTS "e4,k1,s1,u1,parent,false,,\n", 5, "role", "parent",
         "In a class one is a student, teacher, aide, administrator or proctor."},
        {"enrollments.csv", ENROLLMENTS "e4,k1,s1,u1,student,false,,,x,y\n", 5, "", "",
         "This row has more cells than the header. A comma inside a cell needs quotes around the "
         "cell."},
        {"enrollments.csv", ENROLLMENTS "\"e4,k1,s1,u1,student,false,,\n", 5, "", "",
         "A quote is opened in this row and never closed. Close it, or double the quotes that are "
         "letters."},
        {"users.csv", USERS "u3,true,x,,X,Y,,,,17,,\n", 6, "grades", "17",
         "This is not a grade: PK, KG or 01 to 12. Correct it."},
        {"users.csv", USERS "u3,maybe,x,,X,Y,,,,,,\n", 6, "enabledUser", "maybe",
         "This must be true or false. Correct it at the source."},
        {"users.csv", USERS ",true,x,,X,Y,,,,,,\n", 6, "sourcedId", "",
         "This cell must not be empty. Fill it in at the source and export again."},
        {"orgs.csv", ORGS "s3,Clay,zoo,0003,d1,\n", 5, "type", "zoo",
         "This must be school, district, local, state, national or department."},
        {"classes.csv", CLASSES "k3,Art,c1,scheduled,s1,t9\n", 4, "termSourcedIds", "t9",
         "Not all of these terms are in academicSessions.csv. Add them, or correct this cell."},
        {"roles.csv", ROLES "r9,u1,primary,wizard,s1\n", 7, "role", "wizard",
         "This role is not one of OneRoster's (student, teacher, aide, administrator, principal, "
         "counselor, guardian, parent, relative, proctor). Correct it."},
        {"academicSessions.csv", SESSIONS "t3,Odd,term,2027-05-01,2027-01-01,2027\n", 5, "endDate",
         "t3", "This session ends before it begins. Correct one of its dates."},
    };
    char dir[400], plain[450];
    struct undo_report u;
    struct oneroster_report *r;
    (void)snprintf(plain, sizeof plain, "%s/plain", t->dir);
    write_district(plain);
    r = apply(t, plain, "2026-10-01");
    char *want = dump(t);
    assert_ok(batch_undo(t->store, batch_id(r->batch), day("2026-10-01"), &u, e));
    oneroster_report_free(r);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(dir, sizeof dir, "%s/refuse%zu", t->dir, i);
        write_district(dir);
        put_text(dir, cases[i].name, cases[i].text);
        r = apply(t, dir, "2026-10-01");
        if (batch_problem_count(r->batch) != 1)
            fail_msg("case %zu: %zu problems", i, batch_problem_count(r->batch));
        const struct batch_problem *p = batch_problem_at(r->batch, 0);
        assert_str(p->file, cases[i].name);
        assert_int_equal(p->line, cases[i].line);
        assert_str(p->col, cases[i].col);
        assert_str(p->value, cases[i].value);
        assert_str(p->what, cases[i].what);
        char *got = dump(t);
        assert_string_equal(got, want);
        free(got);
        struct buf csv = buf_new(1 << 16);
        struct db *db;
        assert_ok(store_reader(t->store, &db, e));
        assert_ok(batch_problems_csv(db, batch_id(r->batch), &csv, e));
        assert_true(
            str_starts(buf_str(&csv), STR("file,line,column,value,severity,what to do\r\n")));
        buf_free(&csv);
        assert_ok(batch_undo(t->store, batch_id(r->batch), day("2026-10-01"), &u, e));
        oneroster_report_free(r);
    }
    free(want);
}
static void test_refused(void **state) {
    (void)state;
    on_both_engines(refused_rows);
}

/* A parent that the file leaves out costs nothing but the link, and is said. */
static void a_missing_parent_is_said(struct store_test *t) {
    char dir[400];
    write_district(district_dir(t, dir));
    put_text(dir, "orgs.csv", ORGS "s3,Clay,school,0003,d9,\n");
    struct oneroster_report *r = apply(t, dir, "2026-10-01");
    assert_int_equal(batch_problem_count(r->batch), 1);
    const struct batch_problem *p = batch_problem_at(r->batch, 0);
    assert_int_equal(p->severity, BATCH_WARNING);
    assert_str(p->col, "parentSourcedId");
    assert_str(p->value, "d9");
    assert_int_equal(r->count[TAB_ORG].added, 4);
    oneroster_report_free(r);
}
static void test_missing_parent(void **state) {
    (void)state;
    on_both_engines(a_missing_parent_is_said);
}

/* What can't be read at all changes nothing. */
static void refused_files(struct store_test *t) {
    char dir[400], path[450];
    struct oneroster_report *r;
    struct errmsg m = {{0}};
    struct oneroster_options opt = {.today = day("2026-10-01")};
    write_district(district_dir(t, dir));
    oneroster_report_free(apply(t, dir, "2026-10-01"));
    char *want = dump(t);
    put_text(dir, "users.csv", "id,name\n1,2\n");
    assert_int_equal(oneroster_apply(t->store, dir, &opt, &r, &m), ERR_INVALID);
    assert_string_equal(m.text, "users.csv has no column sourcedId, which OneRoster requires. It "
                                "has: id, name. Export it again with that column; nothing was "
                                "changed.");
    oneroster_report_free(r);
    put_text(dir, "users.csv", "");
    assert_int_equal(oneroster_apply(t->store, dir, &opt, &r, &m), ERR_INVALID);
    assert_string_equal(m.text, "users.csv: The file is empty: it needs a first row with the names "
                                "of its columns.");
    oneroster_report_free(r);
    (void)snprintf(path, sizeof path, "%s/other", t->dir);
    put_text(path, "notes.csv", "a,b\n");
    assert_int_equal(oneroster_apply(t->store, path, &opt, &r, &m), ERR_INVALID);
    assert_null(r);
    assert_non_null(strstr(m.text, "This is no OneRoster export"));
    assert_false(oneroster_looks_like(path));
    assert_true(oneroster_looks_like(dir));
    (void)snprintf(path, sizeof path, "%s/nothing", t->dir);
    assert_int_equal(oneroster_apply(t->store, path, &opt, &r, &m), ERR_NOT_FOUND);
    struct store_lock *lock;
    assert_ok(import_lock(t->store, &lock, e));
    put_text(dir, "users.csv", USERS);
    assert_int_equal(oneroster_apply(t->store, dir, &opt, &r, &m), ERR_BUSY);
    assert_non_null(strstr(m.text, "Another import or undo is running on these records."));
    oneroster_report_free(r);
    store_unlock(lock);
    char *got = dump(t);
    assert_string_equal(got, want);
    free(got), free(want);
}
static void test_refused_files(void **state) {
    (void)state;
    on_both_engines(refused_files);
}

int main(void) {
    roster_register();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),      cmocka_unit_test(test_preview),
        cmocka_unit_test(test_undo),       cmocka_unit_test(test_vanish),
        cmocka_unit_test(test_delta),      cmocka_unit_test(test_1_1),
        cmocka_unit_test(test_tolerances), cmocka_unit_test(test_missing_parent),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_refused_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
