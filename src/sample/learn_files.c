/* usage.csv, teacher-survey.csv, needs.csv, scores.csv, attendance.csv. */
#include "sample/draw.h"
#include "sample/files.h"
#include "sample/products.h"

/* ---- use of software ---- */

const struct product products[] = {
    {"Number Meadow", 1, 6, 1000, false, false, 1080, 950, 340, 17, 2, -6, 60},
    {"Page Lantern", 1, 6, 1000, false, false, 1050, 1100, 310, 15, 2, 2, 70},
    {"Equation Yard", 7, 10, 1000, false, false, 1150, 1250, 250, 21, 1, -14, 120},
    {"Proofline", 7, 13, 1000, false, false, 1000, 600, 140, 19, 1, 9, 180},
    {"Commons", 4, 13, 1000, false, false, 1020, 480, 640, 24, 4, 0, 20},
    {"Bridgewords", 1, 13, 1000, true, false, 1200, 2100, 330, 15, 1, 4, 140},
    {"Waypoint Careers", 10, 13, 1000, false, true, 1000, 700, 30, 17, 1, 3, 520},
    {"Labwright", 7, 13, 480, false, false, 1000, 900, 95, 23, 1, -32, 280},
    {"Keycraft", 4, 6, 520, false, false, 1100, 350, 120, 12, 1, -20, 150},
    {"Story Kite", 1, 3, 420, false, false, 1100, 500, 210, 11, 2, -5, 90},
};
const int products_n = sizeof products / sizeof products[0];

bool product_at(const struct world *w, const struct product *p, int school) {
    const struct world_school *s = &w->schools[school];
    if (p->grade_low > s->grade_high || p->grade_high < s->grade_low)
        return false;
    struct rng r = rng_stream(w->seed, p->name, (uint64_t)school);
    return draw_below(&r, 1000) < p->school_permille;
}

/* Permille of its mean at which a school uses a product: what principals and teachers make of it.
 */
static int school_factor(const struct world *w, const struct product *p, int school) {
    struct rng r =
        rng_stream(w->seed, "adoption", (uint64_t)school << 8 | (uint64_t)(p - products));
    return product_at(w, p, school)
               ? clamp(1000 + draw_normal(&r) * 22 / 100 + w->schools[school].confidence * 8 / 100,
                       350, 1700)
               : 0;
}

/* Monday to Sunday; and a school day off. */
static const int weekday_permille[7] = {930, 1050, 1080, 1040, 760, 45, 80};
enum { HOLIDAY_PERMILLE = 25, WITHOUT_LINE_PERMILLE = 250 };

struct usage_day {
    int32_t day;
    int weekday, week; /* since school began */
    bool school;
    bool weekend_like;
};

static void usage_of(struct out *o, const struct world *w, const struct world_student *s, bool line,
                     const int factors[], const struct usage_day *d) {
    struct rng taste = rng_stream(w->seed, "taste", s->number);
    struct rng r = rng_stream(w->seed ^ (uint64_t)(uint32_t)d->day << 32, "use", s->number);
    for (int k = 0; k < products_n; k++) {
        const struct product *p = &products[k];
        /* Both streams are drawn for every product, so a product more or less shifts none. */
        bool never = draw_chance(&taste, p->never_permille);
        int likes = draw_between(&taste, 400, 1600), x = draw_below(&r, 1000000),
            spread = draw_between(&r, 300, 1000) + draw_between(&r, 100, 600) * draw_below(&r, 2);
        int opens = 1 + draw_below(&r, 2 * p->opens);
        if (never || factors[k] == 0 || s->grade < p->grade_low || s->grade > p->grade_high ||
            (p->learners_only && !s->english_learner))
            continue;
        int64_t chance = (int64_t)p->daily_permille * likes; /* millionths */
        chance = chance * factors[k] / 1000 * clamp(1000 + p->trend * d->week, 250, 1800) / 1000;
        chance = chance *
                 (d->school         ? weekday_permille[d->weekday]
                  : d->weekday >= 5 ? weekday_permille[d->weekday]
                                    : HOLIDAY_PERMILLE) /
                 1000;
        chance = chance * clamp(1000 + s->ability * 8 / 100, 700, 1250) / 1000;
        if (!line && !d->school)
            chance = chance * WITHOUT_LINE_PERMILLE / 1000;
        if (x >= chance)
            continue;
        int minutes = clamp(p->minutes * spread / 800, 1, 180);
        out_day(o, d->day), out_int(o, s->number), out_z(o, p->name), out_int(o, minutes),
            out_int(o, opens), out_end(o);
    }
}

enum err write_usage(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "usage.csv", e));
    out_header(&o, "date,studentId,product,minutes,opens");
    int32_t first = date_week(w->as_of) - 7 * (j->usage_weeks - 1);
    first = first < w->year.begins_on ? w->year.begins_on : first;
    int *factors = ARENA_ARRAY(w->arena, int, (size_t)(w->schools_n * products_n));
    for (int i = 0; i < w->schools_n; i++)
        for (int k = 0; k < products_n; k++)
            factors[i * products_n + k] = school_factor(w, &products[k], i);
    bool *line = ARENA_ARRAY(w->arena, bool, w->students_n);
    for (size_t i = 0; i < w->students_n; i++)
        line[i] = world_family_of(w, &w->students[i]).internet;
    size_t total = w->as_of < first ? 0 : (size_t)(w->as_of - first + 1) * w->students_n, done = 0;
    for (int32_t day = first; day <= w->as_of; day++) {
        struct usage_day d = {.day = day,
                              .weekday = date_weekday(day),
                              .week = (day - w->year.begins_on) / 7,
                              .school = school_day(&w->year, day)};
        for (size_t i = 0; i < w->students_n; i++, done++) {
            const struct world_student *s = &w->students[i];
            if (day < s->begins_on || (s->ends_on != DATE_NONE && day >= s->ends_on))
                continue;
            int school =
                s->moved_on != DATE_NONE && day < s->moved_on ? s->school_before : s->school;
            usage_of(&o, w, s, line[i], factors + school * products_n, &d);
            if (done % 4096 == 0)
                job_progress(j, "usage.csv", done, total);
        }
    }
    return job_close(j, &o, NULL, e);
}

/* ---- teachers about themselves ---- */

static int one_to(int value, int most) {
    return clamp(value, 1, most);
}

enum err write_teacher_survey(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    /* learner leader citizen collaborator designer facilitator analyst: thousandths of a point on 1
     * to 4 */
    static const int areas[7] = {2950, 2150, 2800, 2750, 2350, 2550, 2050};
    struct out o;
    TRY(job_open(j, &o, NULL, "teacher-survey.csv", e));
    out_header(&o, "staffId,surveyedOn,confidence,learner,leader,citizen,collaborator,designer,"
                   "facilitator,analyst,trainingHours");
    for (size_t i = 0; i < j->staff.first[w->schools_n]; i++) {
        const struct staff *s = &j->staff.all[i];
        struct rng r = rng_stream(w->seed ^ (uint64_t)w->year.year << 40, "survey", s->number);
        const struct world_school *school = &w->schools[s->school];
        int32_t day = s->begins_on + draw_between(&r, 20, 40);
        while (date_weekday(day) >= 5)
            day++;
        bool answers = draw_chance(&r, 820);
        int years = clamp(w->year.year - s->since, 0, 12), self = draw_normal(&r),
            hours = draw_normal(&r);
        if (!staff_teaches(s->dept) || !answers || day > w->as_of ||
            (s->ends_on != DATE_NONE && day >= s->ends_on))
            continue;
        /* Experience helps to the sixth year, each training hour a little, the school most of all.
         */
        int training = clamp((9000 + school->confidence * 5 / 2 + hours * 6) / 1000, 0, 40);
        int level = school->confidence * 45 / 100 + self * 60 / 100 + clamp(years, 0, 6) * 45 +
                    training * 22 - 330;
        out_fmt(&o, "T%05u", s->number), out_day(&o, day),
            out_int(&o, one_to((3350 + level * 80 / 100 + 500) / 1000, 5));
        for (int k = 0; k < 7; k++)
            out_int(
                &o,
                one_to((areas[k] + level * 50 / 100 + draw_normal(&r) * 40 / 100 + 500) / 1000, 4));
        out_int(&o, training), out_end(&o);
    }
    return job_close(j, &o, NULL, e);
}

/* ---- assistive technology ---- */

enum err write_needs(struct job *j, struct errmsg *e) {
    static const struct {
        const char *need, *tool;
        int weight;
    } needs[] = {{"Text to speech", "Reading software", 300},
                 {"Speech to text", "Dictation", 190},
                 {"Word prediction", "Writing software", 150},
                 {"Enlarged text", "Screen magnifier", 90},
                 {"Captions", "Live captioning", 70},
                 {"Alternative keyboard", "Large-key keyboard", 70},
                 {"Communication aid", "Speech-generating device", 60},
                 {"Visual schedule", "Schedule app", 45},
                 {"Switch access", "Switch interface", 15},
                 {"Braille", "Braille display", 10}};
    enum { NEEDS = sizeof needs / sizeof needs[0] };
    const struct world *w = &j->world;
    int weights[NEEDS];
    for (int i = 0; i < NEEDS; i++)
        weights[i] = needs[i].weight;
    struct out o;
    TRY(job_open(j, &o, NULL, "needs.csv", e));
    out_header(&o, "studentId,need,tool,status,reviewedOn");
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        struct rng r = rng_stream(w->seed, "need", s->number);
        if (!s->disability_plan || !s->here || !draw_chance(&r, 330))
            continue;
        int n = draw_chance(&r, 180) ? 2 : 1, before = -1;
        for (int k = 0; k < n; k++) {
            int need = draw_pick(&r, weights, NEEDS), x = draw_below(&r, 1000),
                back = draw_between(&r, 5, 330);
            /* 70 % met at an average school, 9 points up or down per standard deviation of its
             * care. */
            int met = clamp(700 + w->schools[s->school].care * 9 / 100, 350, 930);
            if (need == before)
                continue;
            before = need;
            int32_t day =
                w->year.turns_on + 60 - back; /* reviews of the last school year, some of this */
            bool again = draw_chance(&r, 300);
            if (again && day + 120 <= w->as_of)
                day += 120;
            out_int(&o, s->number), out_z(&o, needs[need].need),
                out_z(&o, x < met || x < met + 110 ? needs[need].tool : "");
            out_z(&o, x < met         ? "met"
                      : x < met + 110 ? "trial"
                                      : "unmet"),
                out_day(&o, day > w->as_of ? w->as_of : day), out_end(&o);
        }
    }
    return job_close(j, &o, NULL, e);
}

/* ---- benchmark scores ---- */

/* Means by grade on one growing scale, 15 points a standard deviation; grades 01 to 10 are tested.
 */
static const int fall_means[2][GRADES] = {
    {0, 0, 1620, 1760, 1890, 2000, 2090, 2150, 2205, 2250, 2270, 2290},
    {0, 0, 1580, 1735, 1870, 1975, 2055, 2110, 2155, 2190, 2205, 2225}};
static const int spring_means[2][GRADES] = {
    {0, 0, 1770, 1900, 2010, 2105, 2185, 2225, 2265, 2300, 2310, 2325},
    {0, 0, 1725, 1860, 1965, 2050, 2115, 2150, 2185, 2210, 2220, 2235}};
enum { TESTED_FROM = 2, TESTED_TO = 11 };

/* A score in tenths. The growth from fall to spring is a tenth less for free-meal families. */
static int score_of(const struct world *w, const struct world_student *s, int subject, int grade,
                    bool spring, int year) {
    struct rng r = rng_stream(w->seed ^ (uint64_t)year << 40 ^ (uint64_t)spring << 32,
                              subject == 0 ? "math" : "reading", s->number);
    int fall = fall_means[subject][grade],
        growth = spring ? spring_means[subject][grade] - fall : 0;
    int z = s->ability + w->schools[s->home].results - (subject == 1 && s->once_learner ? 130 : 0);
    if (s->meal == MEAL_FREE)
        growth = growth * 90 / 100;
    return fall + growth + z * 150 / 1000 + draw_normal(&r) * 38 / 1000;
}

static void score_row(struct out *o, const struct world *w, const struct world_student *s,
                      int grade, bool spring, int year, int32_t first, int days) {
    struct rng r =
        rng_stream(w->seed ^ (uint64_t)year << 40 ^ (uint64_t)spring << 32, "tested", s->number);
    bool takes = draw_chance(&r, grade >= 10 ? 900 : 955);
    int32_t day = first + draw_below(&r, days);
    while (date_weekday(day) >= 5)
        day++;
    bool reading = draw_chance(&r, 985);
    if (grade < TESTED_FROM || grade > TESTED_TO || !takes || day > w->as_of ||
        (s->ends_on != DATE_NONE && day >= s->ends_on))
        return;
    if (day < s->begins_on && !spring)
        return;
    out_int(o, s->number),
        out_fmt(o, "%d-%s", spring ? year : year - 1, spring ? "spring" : "fall"), out_day(o, day);
    out_tenths(o, score_of(w, s, 0, grade, spring, year));
    if (reading)
        out_tenths(o, score_of(w, s, 1, grade, spring, year));
    else
        out_empty(o, 1);
    out_end(o);
}

enum err write_scores(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "scores.csv", e));
    out_header(&o, "studentId,window,takenOn,mathScore,readingScore");
    int this_year = w->year.year;
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        if (s->was_here_in_spring)
            score_row(&o, w, s, s->grade - 1, true, this_year - 1,
                      date_from_ymd(this_year - 1, 4, 27), 14);
        score_row(&o, w, s, s->grade, false, this_year, w->year.begins_on + 14, 18);
        score_row(&o, w, s, s->grade, true, this_year, date_from_ymd(this_year, 4, 27), 14);
        job_progress(j, "scores.csv", i, w->students_n);
    }
    return job_close(j, &o, NULL, e);
}

/* ---- attendance ---- */

static int present_permille(const struct world *w, const struct world_student *s, struct rng *r) {
    int p = 957 -
            (s->meal == MEAL_FREE      ? 22
             : s->meal == MEAL_REDUCED ? 8
                                       : 0) -
            (s->housing == HOUSING_HOUSED ? 0 : 60) - (s->disability_plan ? 8 : 0) -
            (s->grade >= 10         ? 15
             : s->grade <= GRADE_KG ? 12
                                    : 0) +
            w->schools[s->school].results * 2 / 100;
    if (draw_chance(r, s->meal == MEAL_FREE ? 110 : 45)) /* who misses school often */
        p -= draw_between(r, 60, 260);
    return clamp(p + draw_normal(r) * 18 / 1000, 450, 997);
}

enum err write_attendance(struct job *j, struct errmsg *e) {
    const struct world *w = &j->world;
    struct out o;
    TRY(job_open(j, &o, NULL, "attendance.csv", e));
    out_header(&o, "studentId,month,daysEnrolled,daysPresent");
    int32_t last = w->as_of < w->year.ends_on ? w->as_of : w->year.ends_on - 1;
    for (size_t i = 0; i < w->students_n; i++) {
        const struct world_student *s = &w->students[i];
        struct rng own = rng_stream(w->seed, "attends", s->number);
        int permille = present_permille(w, s, &own);
        for (int32_t m = date_month(w->year.begins_on); m <= last; m = date_month(m + 31)) {
            struct rng r = rng_stream(w->seed ^ (uint64_t)(uint32_t)m << 32, "present", s->number);
            int enrolled = 0, present = 0;
            for (int32_t day = m; day < date_month(m + 31) && day <= last; day++) {
                bool came = draw_chance(
                    &r, permille); /* drawn each day, so a month under way grows consistently */
                if (day < s->begins_on || (s->ends_on != DATE_NONE && day >= s->ends_on) ||
                    !school_day(&w->year, day))
                    continue;
                enrolled++;
                present += came;
            }
            if (enrolled == 0)
                continue;
            struct date_ymd ymd = date_ymd(m);
            out_int(&o, s->number), out_fmt(&o, "%d-%02d", ymd.year, ymd.month),
                out_int(&o, enrolled), out_int(&o, present), out_end(&o);
        }
        job_progress(j, "attendance.csv", i, w->students_n);
    }
    return job_close(j, &o, NULL, e);
}
