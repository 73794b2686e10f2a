/* devices.csv, rooms.csv, connectivity.csv, home-access.csv, licences.csv. */
#include "sample/draw.h"
#include "sample/files.h"
#include "sample/products.h"

#include <string.h>

/* ---- devices ---- */

/* What a device is for, and so where it is listed. */
enum device_use { USE_STUDENT, USE_STAFF, USE_SPARE, USE_RETIRED };

struct device {
    uint64_t key; /* of all its draws; stays with it for life */
    enum device_use use;
    int school;
    int grade;        /* students' */
    int bought;       /* calendar year; in July */
    const char *mail; /* of who has it, "" nobody */
};

struct condition {
    const char *word;  /* working, repair, broken, lost */
    int faults;        /* in the last 365 days */
    int32_t last_seen; /* day of the last sync */
};

static int32_t bought_on(const struct device *d) {
    return date_from_ymd(d->bought, 7, 15);
}

/* Faults month by month, 30 days each, counted from 1970 so that they stay where they are whatever
 * day is asked for: 16 in 1,000 device-months at an average school, 5 more a year of age, 7 more in
 * grades 6 to 8, 10 more or less per standard deviation of the school's care. Of faults 6 % are
 * losses and 12 % breakages nobody reports; both last until July. The rest is out for 5 to 35 days.
 */
static struct condition condition_of(const struct job *j, const struct device *d) {
    const struct world *w = &j->world;
    struct condition c = {.word = "working", .last_seen = w->as_of - 1};
    int32_t month = w->as_of / 30;
    for (int32_t m = month - 12; m <= month; m++) {
        struct rng r = rng_stream(w->seed ^ d->key, "fault", (uint64_t)m);
        int age = clamp((w->as_of - bought_on(d)) / 365, 0, 8);
        int permille = 16 + 5 * age + (d->grade >= 7 && d->grade <= 9 ? 7 : 0) -
                       w->schools[d->school].care * 10 / 1000;
        bool fault = draw_chance(&r, clamp(d->use == USE_STAFF ? permille / 2 : permille, 3, 120));
        int32_t day = m * 30 + draw_below(&r, 30);
        int kind = draw_below(&r, 100), out = draw_between(&r, 5, 35);
        if (!fault || day > w->as_of || day <= w->as_of - 365 || day < bought_on(d))
            continue;
        c.faults++;
        if (strcmp(c.word, "lost") == 0)
            continue;
        bool lasts = kind < 18 && day >= w->year.turns_on;
        if (lasts || (kind >= 18 && day + out > w->as_of)) {
            c.word = kind < 6             ? "lost"
                     : kind < 18          ? "broken"
                     : day + 4 > w->as_of ? "broken"
                                          : "repair";
            c.last_seen = day;
        }
    }
    return c;
}

static int32_t last_sync(const struct world *w, const struct device *d, const struct condition *c,
                         struct rng *r) {
    int back = draw_below(r, 100);
    int32_t day = c->last_seen - (d->use == USE_SPARE ? draw_between(r, 5, 60)
                                  : back < 70         ? 0
                                  : back < 90         ? 1
                                  : back < 97         ? draw_between(r, 2, 9)
                                                      : draw_between(r, 10, 40));
    while (date_weekday(day) >= 5)
        day--;
    return day < bought_on(d) ? bought_on(d) : day > w->as_of ? w->as_of : day;
}

static const char *unit_path(const struct world *w, const struct device *d, char out[static 96]) {
    static const char *const tops[] = {"Students", "Staff", "Spares", "Retired"};
    char grade[24];
    if (d->use == USE_STUDENT)
        (void)snprintf(out, 96, "/%s/%s/%s", tops[d->use], w->schools[d->school].name,
                       grade_name(d->grade, grade));
    else
        (void)snprintf(out, 96, "/%s/%s", tops[d->use], w->schools[d->school].name);
    return out;
}

static void device_row(struct job *j, struct out *o, const struct device *d) {
    static const struct {
        const char *model;
        int cents, support_years;
    } models[3][2] = {{{"Larch 11 Touch", 31900, 6}, {"Larch 11", 26900, 5}},
                      {{"Larch 14", 34900, 6}, {"Larch 12 Spin", 38900, 7}},
                      {{"Alder Book 14", 84900, 7}, {"Alder Book 13", 79900, 6}}};
    const struct world *w = &j->world;
    struct rng r = rng_stream(w->seed ^ d->key, "device", 0);
    int kind = d->use == USE_STAFF ? 2 : d->grade >= 7 ? 1 : 0, version = d->bought % 2;
    struct condition c = d->use == USE_RETIRED
                             ? (struct condition){"broken", 0, date_from_ymd(d->bought + 6, 5, 20)}
                             : condition_of(j, d);
    bool lost = strcmp(c.word, "lost") == 0;
    int32_t seen = last_sync(w, d, &c, &r);
    if (seen > w->as_of)
        seen = w->as_of;
    uint64_t id = mix64(w->seed ^ d->key), id2 = mix64(id);
    /* Some were bought late in their model's life, so support ends one or two years sooner. */
    int late = draw_below(&r, 100);
    int32_t support = date_from_ymd(d->bought + models[kind][version].support_years -
                                        (late < 30   ? 0
                                         : late < 65 ? 1
                                                     : 2),
                                    6, 1);
    int32_t updated = seen < support ? seen : support;
    char path[96];
    out_fmt(o, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(id >> 32), (unsigned)(id >> 16 & 0xFFFF),
            (unsigned)(id & 0xFFF), (unsigned)(id2 >> 52),
            (unsigned long long)(id2 & 0xFFFFFFFFFFFF));
    out_fmt(o, "%c%cQ%07u", (char)('A' + id % 24), (char)('A' + id2 % 24),
            (unsigned)(id >> 20 & 0xFFFFFF) % 10000000U);
    const char *tag = w->districts[w->schools[d->school].district].mail;
    out_fmt(o, "%c%c-%02d-%06u", tag[0] - 32, tag[1] - 32, d->bought % 100,
            (unsigned)(id2 >> 8 & 0xFFFFFF) % 1000000U);
    out_z(o, w->schools[d->school].name), out_z(o, d->use == USE_RETIRED ? "" : d->mail);
    out_fmt(o, "%s (%d)", models[kind][version].model, d->bought);
    int build = (updated - date_from_ymd(2021, 1, 1)) / 28;
    out_fmt(o, "%d.0.%d.%d", 88 + build, 4200 + build * 61, draw_between(&r, 40, 130));
    out_z(o, d->use == USE_RETIRED ? "DEPROVISIONED" : lost ? "DISABLED" : "ACTIVE");
    char day[DATE_TEXT];
    int second = draw_between(&r, 7 * 3600, 21 * 3600);
    out_fmt(o, "%sT%02d:%02d:%02d.000Z", date_text(seen, day), second / 3600, second / 60 % 60,
            second % 60);
    out_int(o, (int64_t)support * 86400000);
    out_z(o, unit_path(w, d, path));
    out_fmt(o, "02%010llx", (unsigned long long)(id ^ id2 << 7) & 0xFFFFFFFFFF);
    out_z(o, c.word), out_int(o, c.faults), out_day(o, bought_on(d));
    out_fmt(o, "%d.%02d", models[kind][version].cents / 100, models[kind][version].cents % 100);
    out_end(o);
}

/* Devices are handed out new at KG, 3, 6 and 9 and stay with the place through the band; 3 in 10
 * are hand-downs of one to three years' age. false where there is none. */
static bool student_device(const struct world *w, const struct world_student *s, struct device *d) {
    static const int band[GRADES] = {-1, 1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10, 10};
    if (band[s->grade] < 0)
        return false;
    int handed_out = w->year.year - 1 - (s->grade - band[s->grade]);
    *d = (struct device){.use = USE_STUDENT, .school = s->school, .grade = s->grade, .mail = ""};
    d->key = mix64((uint64_t)s->seat << 12 ^ (uint64_t)handed_out);
    struct rng r = rng_stream(w->seed ^ d->key, "hand-out", 0);
    int share = draw_below(&r, 1000), age = draw_below(&r, 100);
    bool older = w->schools[s->school].short_devices;
    d->bought = handed_out - (age < (older ? 25 : 66)   ? 0
                              : age < (older ? 50 : 84) ? 1
                              : age < (older ? 75 : 94) ? 2
                                                        : 3);
    return share < w->schools[s->school].device_share;
}

static void student_devices(struct job *j, struct out *o) {
    const struct world *w = &j->world;
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        struct device d;
        if (i + 1 < w->students_n && w->students[i + 1].seat == s->seat)
            continue; /* the next family's child has it now */
        if (!student_device(w, s, &d))
            continue;
        struct world_family f = world_family_of(w, s);
        struct person_name n = student_name(w, s, &f);
        d.mail = s->here ? n.mail : "";
        device_row(j, o, &d);
        job_progress(j, "devices.csv", i, w->students_n);
    }
}

static void school_devices(struct job *j, struct out *o, int school) {
    const struct world *w = &j->world;
    int students = world_school_start(&w->schools[school]);
    for (size_t i = j->staff.first[school]; i < j->staff.first[school + 1]; i++) {
        const struct staff *s = &j->staff.all[i];
        if (s->ends_on != DATE_NONE)
            continue;
        struct person_name n = staff_name(w, s);
        int bought = w->year.year - 1 - (int)(mix64(s->number * 7U + 3) % 5);
        device_row(j, o,
                   &(struct device){
                       .use = USE_STAFF,
                       .key = mix64(1ULL << 50 ^ (uint64_t)s->number << 12 ^ (unsigned)bought),
                       .school = school,
                       .bought = bought,
                       .mail = n.mail});
    }
    int spares = students / (w->schools[school].short_devices ? 200 : 25), retired = students / 90;
    for (int k = 0; k < spares + retired; k++) {
        bool old = k >= spares;
        int bought = w->year.year - 1 - (old ? 7 : k % 5);
        device_row(j, o,
                   &(struct device){.use = old ? USE_RETIRED : USE_SPARE,
                                    .key = mix64(1ULL << 51 ^ (uint64_t)school << 32 ^
                                                 (uint64_t)k << 12 ^ (unsigned)bought),
                                    .school = school,
                                    .grade = w->schools[school].grade_high,
                                    .bought = bought,
                                    .mail = ""});
    }
}

enum err write_devices(struct job *j, struct errmsg *e) {
    struct out o;
    TRY(job_open(j, &o, NULL, "devices.csv", e));
    out_header(&o, "deviceId,serialNumber,annotatedAssetId,annotatedLocation,annotatedUser,model,"
                   "osVersion,status,lastSync,autoUpdateExpiration,orgUnitPath,macAddress,"
                   "condition,faults12m,purchasedOn,costUsd");
    student_devices(j, &o);
    for (int i = 0; i < j->world.schools_n; i++)
        school_devices(j, &o, i);
    return job_close(j, &o, NULL, e);
}

/* ---- rooms, lines ---- */

static void room_row(struct out *o, const char *school, const char *room, const char *kind,
                     const struct world_school *s, struct rng *r) {
    bool class_room = strcmp(kind, "classroom") == 0 || strcmp(kind, "lab") == 0;
    int display = draw_below(r, 1000), audio = draw_below(r, 1000), point = draw_below(r, 1000);
    out_z(o, school), out_z(o, room), out_z(o, kind);
    out_yes(o, display < (class_room ? s->displays : strcmp(kind, "office") == 0 ? 100 : 650));
    out_yes(o, audio < (class_room ? s->audio : strcmp(kind, "office") == 0 ? 50 : 800));
    out_yes(o, point < s->access_points);
    out_end(o);
}

enum err write_rooms(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "rooms.csv", e));
    out_header(&o, "schoolId,room,kind,display,audio,accessPoint");
    for (int i = 0; i < w->schools_n; i++) {
        const struct world_school *s = &w->schools[i];
        char id[16], room[24];
        school_identifier(w, i, id);
        int posts[DEPTS], rooms = 0;
        staff_posts(w, i, posts);
        for (int d = 0; d <= DEPT_SPECIAL; d++)
            rooms += posts[d];
        for (int k = 0; k < rooms; k++) {
            struct rng r = rng_stream(w->seed, "room", (uint64_t)i << 16 | (uint64_t)k);
            (void)snprintf(room, sizeof room, "%d", room_label(k));
            room_row(&o, id, room, "classroom", s, &r);
        }
        static const char *const kinds[] = {"library", "gym", "office", "lab", "lab", "lab"};
        static const char *const names[] = {"Library", "Gym", "Office", "Lab 1", "Lab 2", "Lab 3"};
        int others = s->kind == SCHOOL_HIGH          ? 6
                     : s->kind == SCHOOL_MIDDLE      ? 5
                     : s->kind == SCHOOL_ALTERNATIVE ? 3
                                                     : 4;
        for (int k = 0; k < others; k++) {
            struct rng r = rng_stream(w->seed, "room", (uint64_t)i << 16 | (uint64_t)(40000 + k));
            room_row(&o, id, names[k], kinds[k], s, &r);
        }
    }
    return job_close(j, &o, NULL, e);
}

/* A test of each school's line in each month since school began: at an idle hour and at the
 * busiest. */
enum err write_connectivity(struct job *j, struct errmsg *e) {
    static const char *const providers[] = {
        "Valley Fiber", "Northline", "Prairie Telephone Cooperative", "State Education Network"};
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "connectivity.csv", e));
    out_header(&o, "schoolId,schoolName,measuredOn,downMbps,upMbps,busyHourMbps,provider,"
                   "monthlyCostUsd,technicians");
    for (int i = 0; i < w->schools_n; i++) {
        const struct world_school *s = &w->schools[i];
        struct rng line = rng_stream(w->seed, "provider", (uint64_t)i);
        const char *provider =
            providers[s->locale == LOCALE_RURAL ? draw_between(&line, 2, 3) : draw_below(&line, 2)];
        int cost = (180 + s->down_mbps * 9 / 10 + (s->locale == LOCALE_RURAL ? 160 : 0)) *
                   draw_between(&line, 850, 1200) / 1000;
        int rows = 0;
        for (int32_t m = date_month(w->year.begins_on); m <= w->as_of; m = date_month(m + 31)) {
            struct rng r = rng_stream(w->seed, "test", (uint64_t)i << 20 | (uint64_t)m);
            int32_t day = m + draw_between(&r, 16, 26);
            while (!school_day(&w->year, day) && day < m + 28)
                day++;
            int down = s->down_mbps * draw_between(&r, 900, 1005) / 1000,
                up = s->up_mbps * draw_between(&r, 900, 1005) / 1000;
            if (day > w->as_of && rows > 0)
                break;
            char id[16];
            school_identifier(w, i, id);
            out_z(&o, id), out_z(&o, s->name), out_day(&o, day > w->as_of ? w->as_of : day),
                out_int(&o, down), out_int(&o, up);
            out_int(&o, down *
                            draw_between(&r, s->short_line ? 300 : 480, s->short_line ? 560 : 900) /
                            1000);
            out_z(&o, provider), out_int(&o, cost), out_tenths(&o, s->technician_tenths),
                out_end(&o);
            rows++;
        }
    }
    return job_close(j, &o, NULL, e);
}

/* ---- homes ---- */

enum err write_home_access(struct job *j, struct errmsg *e) {
    static const int own[3] = {560, 700,
                               860}; /* permille with a device of their own, by meal status */
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "home-access.csv", e));
    out_header(&o, "studentId,surveyedOn,hasInternet,downMbps,upMbps,ownDevice");
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        struct world_family f = world_family_of(w, s);
        struct rng r = rng_stream(w->seed, "home", s->number);
        /* Asked in the third to sixth week of school, or in a newcomer's first two weeks. */
        int32_t day = (s->begins_on == w->year.begins_on ? s->begins_on + 15 : s->begins_on) +
                      draw_below(&r, s->begins_on == w->year.begins_on ? 28 : 14);
        bool tested = draw_chance(&r, 880), has = draw_chance(&r, own[s->meal]);
        if (day > w->as_of || (s->ends_on != DATE_NONE && day >= s->ends_on))
            continue;
        out_int(&o, s->number), out_day(&o, day),
            out_z(&o, !f.answers   ? "unknown"
                      : f.internet ? "yes"
                                   : "no");
        if (f.answers && f.internet && tested)
            out_int(&o, f.down_mbps), out_int(&o, f.up_mbps);
        else
            out_empty(&o, 2);
        out_yes(&o, has);
        out_end(&o);
        job_progress(j, "home-access.csv", i, w->students_n);
    }
    return job_close(j, &o, NULL, e);
}

/* ---- licences ---- */

static void licence_row(struct out *o, const struct product *p, const char *school, int64_t seats,
                        int32_t begins, int32_t ends) {
    int64_t cents = seats * p->seat_cents;
    out_z(o, p->name), out_z(o, school), out_int(o, seats);
    out_fmt(o, "%lld.%02d", (long long)(cents / 100), (int)(cents % 100));
    out_day(o, begins), out_day(o, ends), out_end(o);
}

/* Seats are bought by the class set of 25 with the product's margin over those who may use it. */
static int64_t seats_for(const struct world *w, const struct product *p, int first, int n) {
    int64_t students = 0;
    for (int i = first; i < first + n; i++)
        for (int g = p->grade_low; g <= p->grade_high; g++)
            students += w->schools[i].students_at_start[g];
    if (p->learners_only)
        students = students * 15 / 100;
    students = students * p->seats_permille / 1000;
    return (students + 24) / 25 * 25;
}

enum err write_licences(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "licences.csv", e));
    out_header(&o, "product,schoolId,seats,costUsd,startsOn,endsOn");
    for (const struct product *p = products; p < products + products_n; p++) {
        int32_t begins =
            p->calendar_year ? date_from_ymd(date_ymd(w->as_of).year, 1, 1) : w->year.turns_on;
        int32_t ends = p->calendar_year ? date_from_ymd(date_ymd(w->as_of).year, 12, 31)
                                        : date_from_ymd(w->year.year, 6, 30);
        char id[16];
        if (p->school_permille == 1000) {
            for (int d = 0; d < w->districts_n; d++) {
                district_identifier(d, id);
                licence_row(&o, p, w->districts_n == 1 ? "" : id,
                            seats_for(w, p, w->districts[d].first, w->districts[d].n), begins,
                            ends);
            }
            continue;
        }
        for (int i = 0; i < w->schools_n; i++)
            if (product_at(w, p, i) && seats_for(w, p, i, 1) > 0) {
                school_identifier(w, i, id);
                licence_row(&o, p, id, seats_for(w, p, i, 1), begins, ends);
            }
    }
    return job_close(j, &o, NULL, e);
}
