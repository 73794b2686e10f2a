/*
 * The sample district: the same seed gives the same bytes, every reference has its target, the same
 * people are there later, and the effects have the sizes that docs/SAMPLE.md gives.
 */
#include "sample/sample.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/zip.h"
#include "provide/provide.h"
#include "sample/messy.h"
#include "sample/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static char top[64];

static const char *const plain_files[] = {
    "devices.csv",        "rooms.csv", "connectivity.csv", "home-access.csv", "licences.csv",
    "teacher-survey.csv", "needs.csv", "scores.csv",       "attendance.csv",  "usage.csv"};
enum { PLAIN = sizeof plain_files / sizeof plain_files[0] };
static const char *const members[] = {
    "academicSessions.csv", "classes.csv", "courses.csv", "demographics.csv", "enrollments.csv",
    "manifest.csv",         "orgs.csv",    "roles.csv",   "users.csv"};
enum { MEMBERS = sizeof members / sizeof members[0] };

/* ---- reading what was written ---- */

static const char *path_of(const char *dir, const char *file) {
    static char path[4][256];
    static int turn;
    char *p = path[turn++ % 4];
    (void)snprintf(p, 256, "%s/%s%s%s", top, dir, file[0] == '\0' ? "" : "/", file);
    return p;
}

static void make(const char *dir, int students, uint64_t seed, int32_t as_of, bool messy,
                 struct sample_report *report) {
    struct sample_options o = {.dir = path_of(dir, ""),
                               .seed = seed,
                               .students = students,
                               .as_of = as_of,
                               .usage_weeks = 3,
                               .messy = messy};
    assert_ok(sample_write(&o, report, e));
}

/* A file of a sample, whole, with its columns found by name. */
struct file {
    struct buf text;
    struct csv *csv;
    struct csv_row row;
};

static void member_text(const char *dir, const char *member, struct buf *b) {
    struct zip *z;
    *b = buf_new((size_t)1 << 30);
    assert_ok(zip_open(path_of(dir, "oneroster.zip"), &zip_limits_import, &z, e));
    size_t i = zip_find(z, str_z(member));
    assert_true(i != SIZE_MAX);
    assert_ok(zip_member_all(z, i, b, e));
    zip_close(z);
}

static struct file open_file(const char *dir, const char *name) {
    struct file f = {.csv = NULL};
    for (int i = 0; i < MEMBERS; i++)
        if (strcmp(members[i], name) == 0) {
            member_text(dir, name, &f.text);
            assert_ok(csv_open_text(buf_str(&f.text), NULL, &f.csv, e));
            return f;
        }
    assert_ok(csv_open_file(path_of(dir, name), NULL, &f.csv, e));
    return f;
}

static void close_file(struct file *f) {
    assert_ok(csv_close(f->csv, e));
    if (f->text.p != NULL)
        buf_free(&f->text);
}

static bool next_row(struct file *f) {
    bool more = csv_next(f->csv, &f->row);
    if (more)
        assert_int_equal(f->row.flags & ~(unsigned)CSV_HIGH, 0);
    return more;
}

static struct str cell(const struct file *f, const char *column) {
    for (size_t i = 0; i < csv_columns(f->csv); i++)
        if (str_eq(csv_header(f->csv, i), str_z(column)))
            return f->row.f[i];
    fail_msg("no column %s", column);
    return STR("");
}

static bool is(const struct file *f, const char *column, const char *value) {
    return str_eq(cell(f, column), str_z(value));
}

static double number(const struct file *f, const char *column) {
    double x = 0;
    assert_true(str_real(cell(f, column), &x));
    return x;
}

/* A map from text to a number, open addressing by hash; collisions of 64 bits do not happen here.
 */
struct map {
    uint64_t *keys;
    int *values;
    size_t size, n;
};

static struct map map_new(size_t size) {
    return (struct map){calloc(size, sizeof(uint64_t)), calloc(size, sizeof(int)), size, 0};
}

static void map_free(struct map *m) {
    free(m->keys);
    free(m->values);
}

static size_t map_slot(const struct map *m, struct str key) {
    uint64_t h = str_hash(key) | 1;
    size_t i = h % m->size;
    while (m->keys[i] != 0 && m->keys[i] != h)
        i = (i + 1) % m->size;
    return i;
}

/* false if it was there. */
static bool map_add(struct map *m, struct str key, int value) {
    size_t i = map_slot(m, key);
    if (m->keys[i] != 0)
        return false;
    assert_true(++m->n < m->size / 2);
    m->keys[i] = str_hash(key) | 1;
    m->values[i] = value;
    return true;
}

static bool map_has(const struct map *m, struct str key) {
    return m->keys[map_slot(m, key)] != 0;
}

static int map_get(const struct map *m, struct str key) {
    size_t i = map_slot(m, key);
    return m->keys[i] == 0 ? -1 : m->values[i];
}

static struct map keys_of(const char *dir, const char *file, const char *column) {
    struct map m = map_new(1 << 17);
    struct file f = open_file(dir, file);
    while (next_row(&f))
        if (cell(&f, column).n > 0)
            assert_true(map_add(&m, cell(&f, column), 1));
    close_file(&f);
    return m;
}

/* Every non-empty cell of a column is a key. */
static void refers(const char *dir, const char *file, const char *column, const struct map *to) {
    struct file f = open_file(dir, file);
    while (next_row(&f)) {
        struct str rest = cell(&f, column), one;
        while (rest.n > 0 && (str_split(&rest, ',', &one), one.n > 0))
            if (!map_has(to, one))
                fail_msg("%s: %s \"%.*s\" refers to nothing", file, column, STR_ARG(one));
    }
    close_file(&f);
}

/* ---- tests ---- */

/* Digests of seed 7, 1,000 students, 2026-11-20: other bytes are another sample. Zip members are
 * hashed as unpacked, because how well they are packed is the packer's business. */
static const char *const known[PLAIN + MEMBERS] = {
    "b17eb391fce0484950b93b302fc61dd871316214fc37054ab43c0128dd1a07bf", /* devices.csv */
    "5b56bc96340e9ea621538a8447730ade50b1ad03a8cafb3f3f43b74c546e3f13", /* rooms.csv */
    "dc23bba0015351d591dc4caf1c2e916e4aa6f943d263e4e45af51099762649f9", /* connectivity.csv */
    "ea048c577fe874d48a662f60bbaf4735ea117c24d386857015d1d53c30cb11d1", /* home-access.csv */
    "34df8cdd4b4539256c6c43bf1909941c23f3d5b5ad361981d7d578030b5eb466", /* licences.csv */
    "2b18be60693351d2dc5b1d92bc11d43515b72bb2a341fd4d215b896bb5964ccb", /* teacher-survey.csv */
    "98b410aa247ab7856d62a28ac91a1f935e4d43a568fac5b1b50f900163e766db", /* needs.csv */
    "225120a7db598b01ce11ff4ca02634b4f768887c8c7dc9d4f09993d033414f92", /* scores.csv */
    "0210f874cb2e1a0345cfb08c008678b398b6200b2003b0ef2d92ae80c7ca7868", /* attendance.csv */
    "e9fdfb2d90addc4792c53123ce3cc35f43c61676edefa4fe8a40e53f31205923", /* usage.csv */
    "41f756760aab92f0d826f2e263eb89cd830549b57719469085ccdf4e0ca445d2", /* academicSessions.csv */
    "9e6766329ca029841f122eef8af7b3a123b99510fc5934ba43160382c131efd9", /* classes.csv */
    "d1cc520bfc649bcebc04ea29acbd60ec769a57d218be20b2c4bfb666017a1e27", /* courses.csv */
    "d158cda273f84803584520d0ef06a8dbd38d29ee850fe99a3872c925e7a9ef1f", /* demographics.csv */
    "151ec828c835999ccd0a31d3a2061adddb69024f304abb6f13dffd66dcc3c165", /* enrollments.csv */
    "b3c13d007973d9ca32461da86cabc7eb75af531a59c3462cbecbccd25d0d5ade", /* manifest.csv */
    "c8f60625e94294204fcdb5cd3901d7100642afc39a0bf5e8bfa4108e5e2a7ebe", /* orgs.csv */
    "2eebbb47740031a522be71d86dbefd8c8e00bef9e434d89b2de74469fc59f3ce", /* roles.csv */
    "dc6a5d50ed00857558d7e52bdbff08d7944c8aeb05ed100001214d2a80d8edc8", /* users.csv */
};

static void digest_member(const char *dir, const char *member, char out[static HASH_HEX]) {
    struct buf b;
    member_text(dir, member, &b);
    struct str text = buf_str(&b);
    hash_hex(&text, 1, out);
    buf_free(&b);
}

static void the_same_seed_gives_the_same_bytes(void **state) {
    (void)state;
    struct sample_report report;
    int32_t day = date_from_ymd(2026, 11, 20);
    make("one", 1000, 7, day, false, &report);
    make("two", 1000, 7, day, false, &report);
    make("other", 1000, 8, day, false, &report);
    char a[HASH_HEX], b[HASH_HEX];
    assert_true(hash_file_hex(path_of("one", "oneroster.zip"), a));
    assert_true(hash_file_hex(path_of("two", "oneroster.zip"), b));
    assert_string_equal(a, b);
    bool print = getenv("HOMEROOM_PRINT_DIGESTS") != NULL, same = true;
    for (int i = 0; i < PLAIN + MEMBERS; i++) {
        if (i < PLAIN) {
            assert_true(hash_file_hex(path_of("one", plain_files[i]), a));
            assert_true(hash_file_hex(path_of("two", plain_files[i]), b));
            assert_string_equal(a, b);
            assert_true(hash_file_hex(path_of("other", plain_files[i]), b));
            assert_string_not_equal(a, b);
        } else {
            digest_member("one", members[i - PLAIN], a);
        }
        if (print)
            (void)printf("    \"%s\", /* %s */\n", a,
                         i < PLAIN ? plain_files[i] : members[i - PLAIN]);
        same &= strcmp(a, known[i]) == 0;
    }
    assert_true(same || print);
}

static void every_reference_has_its_target(void **state) {
    (void)state;
    struct sample_report report;
    make("five", 5000, 3, date_from_ymd(2026, 11, 20), false, &report);
    struct map orgs = keys_of("five", "orgs.csv", "sourcedId"),
               users = keys_of("five", "users.csv", "sourcedId"),
               people = keys_of("five", "users.csv", "identifier"),
               mails = keys_of("five", "users.csv", "email"),
               classes = keys_of("five", "classes.csv", "sourcedId"),
               courses = keys_of("five", "courses.csv", "sourcedId"),
               sessions = keys_of("five", "academicSessions.csv", "sourcedId"),
               schools = keys_of("five", "orgs.csv", "identifier"),
               names = keys_of("five", "orgs.csv", "name");
    struct map usernames = keys_of("five", "users.csv", "username"),
               enrollments = keys_of("five", "enrollments.csv", "sourcedId"),
               roles = keys_of("five", "roles.csv", "sourcedId"),
               serials = keys_of("five", "devices.csv", "serialNumber"),
               devices = keys_of("five", "devices.csv", "deviceId");
    const struct {
        const char *file, *column;
        const struct map *to;
    } references[] = {{"orgs.csv", "parentSourcedId", &orgs},
                      {"academicSessions.csv", "parentSourcedId", &sessions},
                      {"courses.csv", "orgSourcedId", &orgs},
                      {"courses.csv", "schoolYearSourcedId", &sessions},
                      {"classes.csv", "courseSourcedId", &courses},
                      {"classes.csv", "schoolSourcedId", &orgs},
                      {"classes.csv", "termSourcedIds", &sessions},
                      {"users.csv", "agentSourcedIds", &users},
                      {"users.csv", "primaryOrgSourcedId", &orgs},
                      {"roles.csv", "userSourcedId", &users},
                      {"roles.csv", "orgSourcedId", &orgs},
                      {"demographics.csv", "sourcedId", &users},
                      {"enrollments.csv", "classSourcedId", &classes},
                      {"enrollments.csv", "schoolSourcedId", &orgs},
                      {"enrollments.csv", "userSourcedId", &users},
                      {"devices.csv", "annotatedUser", &mails},
                      {"devices.csv", "annotatedLocation", &names},
                      {"rooms.csv", "schoolId", &schools},
                      {"connectivity.csv", "schoolId", &schools},
                      {"home-access.csv", "studentId", &people},
                      {"licences.csv", "schoolId", &schools},
                      {"teacher-survey.csv", "staffId", &people},
                      {"needs.csv", "studentId", &people},
                      {"scores.csv", "studentId", &people},
                      {"attendance.csv", "studentId", &people},
                      {"usage.csv", "studentId", &people}};
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
        refers("five", references[i].file, references[i].column, references[i].to);
    struct map *all[] = {&orgs,    &users, &people,    &mails,       &classes, &courses, &sessions,
                         &schools, &names, &usernames, &enrollments, &roles,   &serials, &devices};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        map_free(all[i]);
}

static void enrollments_are_half_open_and_of_the_class_school(void **state) {
    (void)state;
    struct map school = map_new(1 << 15);
    struct file f = open_file("five", "classes.csv");
    while (next_row(&f))
        (void)map_add(&school, cell(&f, "sourcedId"),
                      (int)(str_hash(cell(&f, "schoolSourcedId")) & 0x7FFFFFFF));
    close_file(&f);
    int ended = 0;
    f = open_file("five", "enrollments.csv");
    while (next_row(&f)) {
        int32_t begins, ends;
        assert_int_equal(map_get(&school, cell(&f, "classSourcedId")),
                         (int)(str_hash(cell(&f, "schoolSourcedId")) & 0x7FFFFFFF));
        assert_true(date_parse(cell(&f, "beginDate"), &begins));
        if (cell(&f, "endDate").n == 0)
            continue;
        assert_true(date_parse(cell(&f, "endDate"), &ends));
        assert_true(begins < ends);
        ended += ends <= date_from_ymd(2026, 11, 20);
    }
    close_file(&f);
    map_free(&school);
    assert_in_range(ended, 100, 3000); /* movers and leavers */
}

/* meal status of each student number: 0 free, 1 reduced, 2 paid */
static struct map meals_of(const char *dir) {
    struct map m = map_new(1 << 15);
    struct file f = open_file(dir, "users.csv");
    while (next_row(&f))
        if (str_starts(cell(&f, "sourcedId"), STR("stu-")))
            (void)map_add(&m, cell(&f, "identifier"),
                          is(&f, "metadata.mealStatus", "free")      ? 0
                          : is(&f, "metadata.mealStatus", "reduced") ? 1
                                                                     : 2);
    close_file(&f);
    return m;
}

static void within(const char *what, double x, double least, double most) {
    if (x < least || x > most)
        fail_msg("%s is %.4f, documented %.4f to %.4f", what, x, least, most);
}

struct share {
    double yes, n;
};

static double rate(struct share s) {
    return s.yes / s.n;
}

static void count(struct share *s, bool yes) {
    s->yes += yes;
    s->n++;
}

static void groups_have_their_sizes(void **state) {
    (void)state;
    struct share poor = {0}, learner = {0}, plan = {0}, spanish = {0}, unhoused = {0};
    struct file f = open_file("five", "users.csv");
    while (next_row(&f)) {
        if (!str_starts(cell(&f, "sourcedId"), STR("stu-")) || is(&f, "enabledUser", "false"))
            continue;
        count(&poor, !is(&f, "metadata.mealStatus", "paid"));
        count(&learner, is(&f, "metadata.englishLearner", "true"));
        count(&plan, is(&f, "metadata.disabilityPlan", "true"));
        count(&spanish, is(&f, "metadata.homeLanguage", "es"));
        count(&unhoused, !is(&f, "metadata.housing", "housed"));
    }
    close_file(&f);
    within("students", poor.n, 4850, 5150);
    within("free or reduced meals", rate(poor), 0.36, 0.52);
    within("English learners", rate(learner), 0.08, 0.18);
    within("disability plan", rate(plan), 0.11, 0.165);
    within("Spanish at home", rate(spanish), 0.15, 0.33);
    within("without a home of their own", rate(unhoused), 0.008, 0.035);
}

static void homes_follow_income(void **state) {
    (void)state;
    struct map meals = meals_of("five");
    struct share line[3] = {{0}}, fast[3] = {{0}}, unknown = {0}, own[3] = {{0}};
    struct file f = open_file("five", "home-access.csv");
    while (next_row(&f)) {
        int m = map_get(&meals, cell(&f, "studentId"));
        count(&own[m], is(&f, "ownDevice", "yes"));
        count(&unknown, is(&f, "hasInternet", "unknown"));
        if (is(&f, "hasInternet", "unknown"))
            continue;
        count(&line[m], is(&f, "hasInternet", "yes"));
        if (is(&f, "hasInternet", "no") || cell(&f, "downMbps").n > 0)
            count(&fast[m], is(&f, "hasInternet", "yes") && number(&f, "downMbps") >= 100 &&
                                number(&f, "upMbps") >= 20);
    }
    close_file(&f);
    map_free(&meals);
    within("a line, free meals", rate(line[0]), 0.79, 0.92);
    within("a line, paid meals", rate(line[2]), 0.955, 1);
    within("100/20, free meals", rate(fast[0]), 0.42, 0.66);
    within("100/20, paid meals", rate(fast[2]), 0.70, 0.88);
    within("not known", rate(unknown), 0.05, 0.12);
    within("own device, paid over free", rate(own[2]) - rate(own[0]), 0.22, 0.38);
}

static void scores_and_attendance_have_their_gaps(void **state) {
    (void)state;
    struct map meals = meals_of("five");
    struct share math[3] = {{0}}, present[3] = {{0}}, grown[3] = {{0}};
    struct map spring = map_new(1 << 15);
    struct file f = open_file("five", "scores.csv");
    while (next_row(&f)) {
        int m = map_get(&meals, cell(&f, "studentId"));
        if (is(&f, "window", "2026-spring")) {
            (void)map_add(&spring, cell(&f, "studentId"), (int)(number(&f, "mathScore") * 10));
            continue;
        }
        math[m].yes += number(&f, "mathScore");
        math[m].n++;
        if (map_has(&spring, cell(&f, "studentId"))) {
            grown[m].yes +=
                number(&f, "mathScore") - map_get(&spring, cell(&f, "studentId")) / 10.0;
            grown[m].n++;
        }
    }
    close_file(&f);
    /* 450 thousandths of a standard deviation of 15 points, and what goes with meal status besides
     */
    within("math, paid over free meals", rate(math[2]) - rate(math[0]), 5.5, 12);
    within("spring to fall", rate(grown[2]), -3.5, 1);
    f = open_file("five", "attendance.csv");
    while (next_row(&f)) {
        int m = map_get(&meals, cell(&f, "studentId"));
        present[m].yes += number(&f, "daysPresent");
        present[m].n += number(&f, "daysEnrolled");
        assert_true(number(&f, "daysPresent") <= number(&f, "daysEnrolled"));
    }
    close_file(&f);
    map_free(&spring);
    map_free(&meals);
    within("attendance, free meals", rate(present[0]), 0.885, 0.925);
    within("attendance, paid meals", rate(present[2]), 0.93, 0.96);
}

static void devices_break_age_and_go_missing(void **state) {
    (void)state;
    struct share out = {0}, old = {0}, lost = {0};
    double faults = 0;
    struct file f = open_file("five", "devices.csv");
    while (next_row(&f)) {
        if (is(&f, "status", "DEPROVISIONED"))
            continue;
        count(&out, is(&f, "condition", "broken") || is(&f, "condition", "repair"));
        count(&lost, is(&f, "condition", "lost"));
        count(&old,
              number(&f, "autoUpdateExpiration") < (double)date_from_ymd(2026, 11, 20) * 86400000);
        faults += number(&f, "faults12m");
        assert_true(is(&f, "status", is(&f, "condition", "lost") ? "DISABLED" : "ACTIVE"));
    }
    close_file(&f);
    within("broken or in repair", rate(out), 0.015, 0.055);
    within("lost", rate(lost), 0.002, 0.015);
    within("past support", rate(old), 0.02, 0.12);
    within("faults in 12 months per device", faults / out.n, 0.15, 0.42);
}

static void software_is_used_by_weekday_and_some_of_it_hardly(void **state) {
    (void)state;
    struct share day[7] = {{0}};
    struct map users = map_new(1 << 15);
    struct file f = open_file("five", "usage.csv");
    int career = 0;
    while (next_row(&f)) {
        int32_t d;
        assert_true(date_parse(cell(&f, "date"), &d));
        day[date_weekday(d)].n++;
        if (is(&f, "product", "Waypoint Careers"))
            career += map_add(&users, cell(&f, "studentId"), 1);
        assert_true(number(&f, "minutes") >= 1 && number(&f, "opens") >= 1);
    }
    close_file(&f);
    map_free(&users);
    within("Friday to Wednesday", day[4].n / day[1].n, 0.6, 0.85);
    within("weekend to Wednesday", day[5].n / day[1].n, 0.01, 0.09);
    double seats = 0;
    f = open_file("five", "licences.csv");
    while (next_row(&f))
        if (is(&f, "product", "Waypoint Careers"))
            seats += number(&f, "seats");
    close_file(&f);
    within("seats used of Waypoint Careers", career / seats, 0.05, 0.45);
}

static void each_district_has_its_shortages(void **state) {
    (void)state;
    struct world w;
    world_build(&w, 3, 5000, date_from_ymd(2026, 11, 20));
    bool line = false, wireless = false, devices = false;
    int small = 0;
    for (int i = 0; i < w.schools_n; i++) {
        const struct world_school *s = &w.schools[i];
        int now = world_school_now(s);
        line |= s->short_line && s->down_mbps * 2 < now;
        wireless |= s->short_wireless && s->access_points < 600;
        devices |= s->short_devices && s->device_share < 800;
        int races[RACES] = {0};
        for (size_t k = 0; k < w.students_n; k++)
            races[w.students[k].race] += w.students[k].here && w.students[k].school == i;
        for (int r = 0; r < RACES; r++)
            small += races[r] > 0 && races[r] < 10;
    }
    world_free(&w);
    assert_true(line && wireless && devices);
    assert_true(small >= 5); /* groups that must be hidden */
}

static const struct world_student *student(const struct world *w, uint32_t number) {
    for (size_t i = 0; i < w->students_n; i++)
        if (w->students[i].number == number)
            return &w->students[i];
    return NULL;
}

/* Four weeks and a year later: who was here is the same person, or has left for good. */
static void the_same_people_are_there_later(void **state) {
    (void)state;
    struct world now, soon, next;
    int32_t day = date_from_ymd(2026, 11, 20);
    world_build(&now, 3, 6000, day);
    world_build(&soon, 3, 6000, day + 28);
    world_build(&next, 3, 6000, day + 365);
    int moved = 0, left = 0, came = 0, stayed = 0, graduated = 0;
    for (size_t i = 0; i < now.students_n; i += 1) {
        const struct world_student *a = &now.students[i], *b = student(&soon, a->number),
                                   *c = student(&next, a->number);
        assert_non_null(b);
        assert_int_equal(a->race, b->race);
        assert_int_equal(a->grade, b->grade);
        assert_int_equal(world_birth(&now, a), world_birth(&soon, b));
        left += a->here && !b->here;
        moved += a->school != b->school;
        if (!a->here)
            assert_false(b->here);
        if (c == NULL) {
            graduated += a->grade == GRADE_12;
            continue;
        }
        stayed++;
        assert_int_equal(c->grade, a->grade + 1);
        assert_int_equal(c->meal, a->meal);
        assert_int_equal(world_birth(&now, a), world_birth(&next, c));
    }
    for (size_t i = 0; i < soon.students_n; i++)
        came += student(&now, soon.students[i].number) == NULL;
    for (int i = 0; i < now.schools_n; i++)
        assert_memory_equal(now.schools[i].students_at_start, soon.schools[i].students_at_start,
                            sizeof now.schools[i].students_at_start);
    world_free(&now);
    world_free(&soon);
    world_free(&next);
    assert_in_range(left, 5, 60);
    assert_in_range(moved, 3, 60);
    assert_in_range(came, 5, 60);
    assert_in_range(stayed, 4900, 5600);
    assert_in_range(graduated, 350, 550);
}

/* Rows of a member by sourcedId: the digest of all cells but status and dateLastModified; a delta
 * is applied to what is there. */
static void take_rows(const char *dir, const char *member, struct map *m) {
    struct file f = open_file(dir, member);
    while (next_row(&f)) {
        uint64_t h = 0;
        for (size_t i = 3; i < csv_columns(f.csv); i++)
            h = hash64_more(h, f.row.f[i]);
        (void)map_add(m, cell(&f, "sourcedId"), 0);
        m->values[map_slot(m, cell(&f, "sourcedId"))] =
            is(&f, "status", "tobedeleted") ? -1 : (int)(h & 0x7FFFFFFF);
    }
    close_file(&f);
}

static void a_delta_leads_from_one_bulk_to_the_next(void **state) {
    (void)state;
    struct sample_report report;
    int32_t day = date_from_ymd(2026, 11, 20);
    make("before", 3000, 5, day, false, &report);
    make("after", 3000, 5, day + 60, false, &report);
    struct sample_options o = {.dir = path_of("delta", ""),
                               .seed = 5,
                               .students = 3000,
                               .as_of = day + 60,
                               .usage_weeks = 1,
                               .delta_from = day};
    assert_ok(sample_write(&o, &report, e));
    int deleted = 0;
    for (int i = 0; i < MEMBERS; i++) {
        if (strcmp(members[i], "manifest.csv") == 0)
            continue;
        struct map a = map_new(1 << 17), b = map_new(1 << 17);
        take_rows("before", members[i], &a);
        take_rows("delta", members[i], &a);
        take_rows("after", members[i], &b);
        for (size_t k = 0; k < a.size; k++) {
            size_t at = a.keys[k] % b.size;
            while (b.keys[at] != 0 && b.keys[at] != a.keys[k])
                at = (at + 1) % b.size;
            if (a.keys[k] == 0)
                continue;
            deleted += a.values[k] == -1;
            assert_int_equal(b.keys[at] == 0 ? -1 : b.values[at], a.values[k]);
        }
        map_free(&a);
        map_free(&b);
    }
    assert_true(deleted > 0);
    o.delta_from = day + 60;
    struct errmsg e = {{0}};
    assert_int_equal(sample_write(&o, &report, &e), ERR_INVALID);
}

static void every_fault_of_the_list_is_put_in(void **state) {
    (void)state;
    struct sample_report report;
    make("messy", 5000, 3, date_from_ymd(2026, 11, 20), true, &report);
    assert_true(report.faults_n > 30);
    for (int i = 0; i < report.faults_n; i++)
        if (report.faults[i].times == 0)
            fail_msg("%s: no \"%s\"", report.faults[i].file, report.faults[i].what);
    struct csv *c;
    struct csv_row row;
    assert_ok(csv_open_file(path_of("messy", "devices.csv"), NULL, &c, e));
    assert_int_equal(csv_delimiter(c), ';');
    assert_str(csv_header(c, 1), "Serial Number");
    assert_true(csv_next(c, &row) && (row.flags & CSV_HIGH) != 0 && !str_utf8_ok(row.f[5]));
    assert_ok(csv_close(c, e));
}

static struct str whole(struct arena *a, const char *path) {
    FILE *f = fopen(path, "rbe");
    assert_non_null(f);
    enum { MOST = 16 << 20 };
    char *p = arena_alloc(a, MOST);
    size_t n = fread(p, 1, MOST, f);
    assert_true(n < MOST);
    (void)fclose(f);
    return (struct str){p, n};
}

/* The import knows each table for what it is and finds every column; the spoilt ones too. */
static void the_reader_knows_each_table(void **state) {
    (void)state;
    static const char *const dirs[] = {"one", "messy"};
    for (int d = 0; d < 2; d++)
        for (int i = 0; i < PLAIN; i++) {
            struct arena *a = arena_new((size_t)1 << 30);
            struct source_view v;
            char name[64];
            (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(plain_files[i], "."),
                           plain_files[i]);
            assert_ok(source_look(NULL, provide_sources, provide_source_count, NULL,
                                  str_z(plain_files[i]), whole(a, path_of(dirs[d], plain_files[i])),
                                  a, &v, e));
            assert_string_equal(v.source->name, name);
            assert_int_equal(v.missing_count, 0);
            for (size_t k = 0; k < v.width; k++)
                if (v.match[k].how == MATCH_NONE && v.match[k].header.n > 0 &&
                    !str_eq(v.match[k].header, STR("schoolName")))
                    fail_msg("%s: %.*s is left out", name, STR_ARG(v.match[k].header));
            arena_free(a);
        }
}

/* docs/SAMPLE.md lists what --messy puts in, word for word. */
static void the_manual_names_every_fault(void **state) {
    (void)state;
    const char *source = getenv("HOMEROOM_SOURCE");
    if (source == NULL) {
        print_message("HOMEROOM_SOURCE is not set: docs/SAMPLE.md was not compared\n");
        skip();
    }
    char path[512];
    (void)snprintf(path, sizeof path, "%s/docs/SAMPLE.md", source);
    FILE *f = fopen(path, "rbe");
    assert_non_null(f);
    static char text[1 << 16];
    size_t n = fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    struct sample_report report = {0};
    (void)messy_new(1, &report);
    for (int i = 0; i < report.faults_n; i++)
        if (str_find((struct str){text, n}, str_z(report.faults[i].what)) == SIZE_MAX)
            fail_msg("docs/SAMPLE.md lacks \"%s\"", report.faults[i].what);
}

static void from_100000_students_on_it_is_a_state(void **state) {
    (void)state;
    struct world w;
    world_build(&w, 1, 100000, date_from_ymd(2026, 11, 20));
    assert_int_equal(w.districts_n, 4);
    assert_in_range(w.here_n, 99000, 101000);
    struct map names = map_new(4096);
    for (int i = 0; i < w.schools_n; i++)
        assert_true(map_add(&names, str_z(w.schools[i].name), 1));
    map_free(&names);
    world_free(&w);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    struct sample_report r;
    struct errmsg e = {{0}};
    struct sample_options o = {.dir = path_of("none", ""),
                               .seed = 1,
                               .students = 999,
                               .as_of = date_from_ymd(2026, 11, 20)};
    assert_int_equal(sample_write(&o, &r, &e), ERR_INVALID);
    assert_string_equal(e.text, "A sample has 1000 to 1000000 students, not 999.");
    o.students = 1000;
    o.as_of = date_from_ymd(1999, 1, 1);
    assert_int_equal(sample_write(&o, &r, &e), ERR_INVALID);
    o.as_of = date_from_ymd(2026, 11, 20);
    o.dir = "/dev/null/sample";
    assert_int_equal(sample_write(&o, &r, &e), ERR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(every_reference_has_its_target),
        cmocka_unit_test(enrollments_are_half_open_and_of_the_class_school),
        cmocka_unit_test(groups_have_their_sizes),
        cmocka_unit_test(homes_follow_income),
        cmocka_unit_test(scores_and_attendance_have_their_gaps),
        cmocka_unit_test(devices_break_age_and_go_missing),
        cmocka_unit_test(software_is_used_by_weekday_and_some_of_it_hardly),
        cmocka_unit_test(each_district_has_its_shortages),
        cmocka_unit_test(the_same_people_are_there_later),
        cmocka_unit_test(a_delta_leads_from_one_bulk_to_the_next),
        cmocka_unit_test(every_fault_of_the_list_is_put_in),
        cmocka_unit_test(the_reader_knows_each_table),
        cmocka_unit_test(the_manual_names_every_fault),
        cmocka_unit_test(from_100000_students_on_it_is_a_state),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    (void)snprintf(top, sizeof top, "/tmp/homeroom-sample-%d", (int)getpid());
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", top);
    return system(command) == 0 ? failed : failed + 1; /* a folder of our own making */
}
