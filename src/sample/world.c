#include "sample/world.h"

#include "sample/draw.h"

#include <stdio.h>
#include <string.h>

const char *const grade_codes[GRADES] = {"PK", "KG", "01", "02", "03", "04", "05",
                                         "06", "07", "08", "09", "10", "11", "12"};
const char *const locale_names[LOCALES] = {"city", "suburb", "town", "rural"};
const char *const meal_names[3] = {"free", "reduced", "paid"};
const char *const language_codes[LANGUAGES] = {"en", "es", "vi", "zh", "ar", "hi", "so", "sm"};
const char *const housing_names[HOUSINGS] = {"housed",    "doubled-up",  "hotel",
                                             "sheltered", "unsheltered", "foster"};

enum {
    CYCLE = GRADES,    /* a seat goes through PK .. 12 and begins anew with another child */
    PK_PERMILLE = 400, /* of children who come to pre-kindergarten the year before kindergarten */
    ALTERNATIVE_PERMILLE = 35, /* of students in grades 10 to 12, where there is such a school */
    PER_DISTRICT = 25000,
    ONE_DISTRICT_BELOW = 100000,
};

/* ---- districts and schools ---- */

static int rounded(int64_t a, int64_t b) {
    return (int)((a + b / 2) / b);
}

static int at_least(int x, int least) {
    return x < least ? least : x;
}

static void add_school(struct world *w, struct world_school *s) {
    static const char *const suffix[] = {"ES", "MS", "HS", "Academy"};
    int index = w->schools_n++;
    char place[40];
    name_place(w->seed, index, place);
    (void)snprintf(s->name, sizeof s->name, "%.31s %s", place, suffix[s->kind]);
    struct rng r = rng_stream(w->seed, "school", (uint64_t)index);
    s->care = draw_normal(&r);
    s->confidence = draw_normal(&r);
    s->results = draw_normal(&r) * 15 / 100;
    s->device_share = draw_between(&r, 940, 998);
    s->access_points = draw_between(&r, 880, 1000);
    s->displays = draw_between(&r, 850, 1000);
    s->audio = draw_between(&r, 700, 980);
    s->technician_tenths = 0;
    w->schools[index] = *s;
}

/* Weights of groups in a zone: the district's, tilted by the zone's poverty (in permille over or
 * under the district's), with chance on top. That is what segregates the schools. */
static void zone_races(struct world_school *s, const struct world_district *d, struct rng *r) {
    static const int tilt[RACES] = {
        -500, 1100, 1000, 300, 0, 0, -1200}; /* permille of weight per 1.000 of poverty */
    for (int i = 0; i < RACES; i++) {
        int64_t x = d->races[i];
        x = x * clamp(1000 + tilt[i] * (s->poverty - d->poverty) / 500, 150, 3000) / 1000;
        x = x * clamp(1000 + draw_normal(r) * 35 / 100, 250, 2200) / 1000;
        s->races[i] = at_least((int)x, d->races[i] > 0 ? 1 : 0);
    }
}

static void add_zone(struct world *w, int district, int i, int n) {
    const struct world_district *d = &w->districts[district];
    struct rng r = rng_stream(w->seed, "zone", (uint64_t)w->schools_n);
    struct world_school s = {
        .district = district, .kind = SCHOOL_ELEMENTARY, .grade_low = GRADE_PK, .grade_high = 6};
    /* Zones are listed from the middle of town outwards: city, suburb, town, rural. */
    int place = n == 1 ? 500 : i * 1000 / (n - 1);
    s.locale = place < 260   ? LOCALE_CITY
               : place < 560 ? LOCALE_SUBURB
               : place < 720 ? LOCALE_TOWN
                             : LOCALE_RURAL;
    static const int size[LOCALES] = {460, 450, 360, 200}, poorer[LOCALES] = {130, -110, 10, 40};
    s.weight = size[s.locale] * clamp(1000 + draw_normal(&r) * 18 / 100, 550, 1500) / 1000;
    s.poverty = clamp(d->poverty + poorer[s.locale] + draw_normal(&r) * 15 / 100, 60, 930);
    zone_races(&s, d, &r);
    add_school(w, &s);
}

static int *feeds_of(struct world_school *zone, enum school_kind kind) {
    return kind == SCHOOL_MIDDLE ? &zone->middle : &zone->high;
}

/* Middle or high schools, each fed by neighbouring zones, of about the same number of students. */
static void add_upper(struct world *w, int district, enum school_kind kind, int low, int n) {
    const struct world_district *d = &w->districts[district];
    struct world_school *zones = &w->schools[d->elementary[0]];
    int sum = 0, so_far = 0, first = w->schools_n;
    for (int k = 0; k < d->elementary[1]; k++)
        sum += zones[k].weight;
    for (int k = 0; k < d->elementary[1]; k++) {
        *feeds_of(&zones[k], kind) =
            first + clamp((so_far + zones[k].weight / 2) * n / sum, 0, n - 1);
        so_far += zones[k].weight;
    }
    for (int i = 0; i < n; i++) {
        struct world_school s = {.district = district,
                                 .kind = kind,
                                 .grade_low = low,
                                 .grade_high = kind == SCHOOL_MIDDLE ? 9 : GRADE_12};
        int votes[LOCALES] = {0};
        for (int k = 0; k < d->elementary[1]; k++)
            if (*feeds_of(&zones[k], kind) == w->schools_n) {
                s.weight += zones[k].weight;
                s.poverty += zones[k].weight * zones[k].poverty;
                votes[zones[k].locale] += zones[k].weight;
            }
        s.poverty = s.weight > 0 ? s.poverty / s.weight : 0;
        for (int l = 1; l < LOCALES; l++)
            if (votes[l] > votes[s.locale])
                s.locale = (enum locale)l;
        add_school(w, &s);
    }
}

/* One school of each shortage a district, wherever it falls. */
static void mark_short(struct world *w, const struct world_district *d, int index) {
    struct rng r = rng_stream(w->seed, "short", (uint64_t)index);
    struct world_school *s = &w->schools[d->first + draw_below(&r, d->n)];
    s->short_line = true;
    s = &w->schools[d->first + draw_below(&r, d->n)];
    s->short_wireless = true;
    s->access_points = draw_between(&r, 420, 560);
    s = &w->schools[d->first + draw_below(&r, d->n)];
    s->short_devices = true;
    s->device_share = draw_between(&r, 680, 760);
    s->care -= 1200;
}

static void add_district(struct world *w, int index, int students) {
    struct world_district *d = &w->districts[index];
    struct rng r = rng_stream(w->seed, "district", (uint64_t)index);
    static const int races[RACES] = {60, 140, 300, 9, 4, 45, 442};
    d->name = name_district(index);
    name_ascii(d->name, d->mail, sizeof d->mail);
    d->poverty = clamp(510 + draw_normal(&r) * (index == 0 ? 20 : 140) / 1000, 120, 850);
    for (int i = 0; i < RACES; i++)
        d->races[i] =
            index == 0
                ? races[i]
                : at_least(races[i] * clamp(1000 + draw_normal(&r) * 45 / 100, 200, 2500) / 1000,
                           1);
    d->first = w->schools_n;
    /* Of 13.4 grades' worth of students (pre-kindergarten counts .4), 6.4 are elementary, 3 middle,
     * 4 high. */
    int elementary = at_least(rounded((int64_t)students * 64, 134 * 358), 1);
    int middle = at_least(rounded((int64_t)students * 30, 134 * 670), 1);
    int high = at_least(rounded((int64_t)students * 40, 134 * 1200), 1);
    d->elementary[0] = w->schools_n;
    d->elementary[1] = elementary;
    for (int i = 0; i < elementary; i++)
        add_zone(w, index, i, elementary);
    d->middle[0] = w->schools_n;
    d->middle[1] = middle;
    add_upper(w, index, SCHOOL_MIDDLE, 7, middle);
    d->high[0] = w->schools_n;
    d->high[1] = high;
    add_upper(w, index, SCHOOL_HIGH, 10, high);
    d->alternative = SCHOOL_NONE;
    if (students >= 6000) {
        d->alternative = w->schools_n;
        struct world_school s = {
            .district = index, .kind = SCHOOL_ALTERNATIVE, .grade_low = 11, .grade_high = GRADE_12};
        s.locale = w->schools[d->high[0]].locale;
        s.poverty = d->poverty;
        add_school(w, &s);
    }
    d->n = w->schools_n - d->first;
    mark_short(w, d, index);
}

static void add_districts(struct world *w) {
    static const int sizes[] = {8, 2, 1, 3, 12, 1, 2, 5, 1, 4}; /* parts; repeated */
    w->districts_n =
        w->students_wanted < ONE_DISTRICT_BELOW ? 1 : w->students_wanted / PER_DISTRICT;
    w->districts = ARENA_ARRAY(w->arena, struct world_district, (size_t)w->districts_n);
    w->schools = ARENA_ARRAY(w->arena, struct world_school,
                             (size_t)(w->students_wanted / 300 + 12 * w->districts_n));
    int parts = 0;
    for (int i = 0; i < w->districts_n; i++)
        parts += sizes[i % 10];
    for (int i = 0; i < w->districts_n; i++)
        add_district(w, i, (int)((int64_t)w->students_wanted * sizes[i % 10] / parts));
}

/* ---- households through the years ---- */

/* A family's moves, permille a year: poorer families and those without a home of their own move
 * more. */
static int leaves_permille(const struct world_family *f) {
    return 45 + (f->meal == MEAL_FREE ? 25 : 0) + (f->housing != HOUSING_HOUSED ? 60 : 0);
}

static int moves_permille(const struct world_family *f) {
    return 35 + (f->meal == MEAL_FREE ? 30 : 0) + (f->housing != HOUSING_HOUSED ? 80 : 0);
}

/* An elementary school among schools first .. first + n - 1, by weight; sums[i] is the weight of 0
 * .. i. */
static int pick_zone(const int32_t sums[], struct rng *r, int first, int n) {
    int32_t from = first == 0 ? 0 : sums[first - 1];
    int32_t x = from + draw_below(r, sums[first + n - 1] - from);
    int low = first, high = first + n - 1;
    while (low < high) {
        int mid = (low + high) / 2;
        if (x < sums[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static enum language draw_language(struct rng *r, enum race race, enum origin *origin) {
    int x = draw_below(r, 1000);
    *origin = ORIGIN_ENGLISH;
    switch (race) {
    case RACE_HISPANIC:
        *origin = ORIGIN_SPANISH;
        return x < 620 ? LANGUAGE_ES : LANGUAGE_EN;
    case RACE_ASIAN:
        *origin = x < 330 ? ORIGIN_VIETNAMESE : x < 640 ? ORIGIN_CHINESE : ORIGIN_SOUTH_ASIAN;
        if (draw_chance(r, 380))
            return LANGUAGE_EN;
        return x < 330 ? LANGUAGE_VI : x < 640 ? LANGUAGE_ZH : LANGUAGE_HI;
    case RACE_BLACK:
        *origin = x < 70 ? ORIGIN_ARABIC : ORIGIN_AFRICAN_AMERICAN;
        return x < 60 ? LANGUAGE_SO : LANGUAGE_EN;
    case RACE_PACIFIC:
        *origin = ORIGIN_PACIFIC;
        return x < 350 ? LANGUAGE_SM : LANGUAGE_EN;
    case RACE_WHITE:
        *origin = x < 35 ? ORIGIN_ARABIC : ORIGIN_ENGLISH;
        return x < 28 ? LANGUAGE_AR : LANGUAGE_EN;
    case RACE_INDIGENOUS:
        return LANGUAGE_EN;
    case RACE_TWO:
        *origin = x < 300 ? ORIGIN_AFRICAN_AMERICAN : x < 520 ? ORIGIN_SPANISH : ORIGIN_ENGLISH;
        return x < 40 ? LANGUAGE_ES : LANGUAGE_EN;
    case RACES:
        break;
    }
    return LANGUAGE_EN;
}

static enum housing draw_housing(struct rng *r, enum meal meal) {
    static const int poor[HOUSINGS] = {9330, 440, 90, 70, 22, 48},
                     other[HOUSINGS] = {9968, 12, 3, 2, 1, 14};
    return (enum housing)draw_pick(r, meal == MEAL_FREE ? poor : other, HOUSINGS);
}

static void draw_line(struct rng *r, struct world_family *f, enum locale locale) {
    static const int has[3] = {880, 955, 988}, farther[LOCALES] = {0, 10, -20, -60};
    static const struct {
        int down, up;
    } plans[] = {{10, 1}, {25, 3}, {50, 10}, {100, 20}, {200, 20}, {500, 50}, {1000, 100}};
    static const int weights[3][7] = {{70, 130, 140, 330, 220, 80, 30},
                                      {40, 90, 110, 340, 260, 110, 50},
                                      {15, 40, 60, 280, 320, 190, 95}};
    static const int rural[7] = {260, 240, 170, 200, 90, 30, 10};
    f->internet =
        draw_chance(r, has[f->meal] + farther[locale] - (f->housing == HOUSING_HOUSED ? 0 : 260));
    int plan =
        draw_pick(r, locale == LOCALE_RURAL && draw_chance(r, 450) ? rural : weights[f->meal], 7);
    /* A plan's promise and what is measured at home: 70 to 105 in a hundred. */
    int share = draw_between(r, 700, 1050);
    if (f->internet && plans[plan].down >= 100)
        share = draw_between(r, 880, 1100);
    f->down_mbps = f->internet ? at_least(plans[plan].down * share / 1000, 1) : 0;
    f->up_mbps =
        f->internet ? at_least(plans[plan].up *
                                   (plans[plan].down >= 100 ? at_least(share, 1000) : share) / 1000,
                               1)
                    : 0;
    if (f->internet && plans[plan].down >= 100 && draw_chance(r, 850))
        f->down_mbps = at_least(f->down_mbps, plans[plan].down);
    f->answers = draw_chance(r, f->meal == MEAL_FREE ? 880 : 950);
}

struct world_family world_family(const struct world *w, uint32_t household, uint32_t occupant,
                                 int zone) {
    struct rng r = rng_stream(w->seed, "family", (uint64_t)household << 8 | occupant);
    const struct world_school *s = &w->schools[zone];
    struct world_family f = {0};
    static const int nearer[RACES] = {-90, 120, 90, 90, 60, 10, -90};
    f.race = (enum race)draw_pick(&r, s->races, RACES);
    int poor = clamp(s->poverty + nearer[f.race], 30, 960);
    int x = draw_below(&r, 1000);
    f.meal = x < poor * 83 / 100 ? MEAL_FREE : x < poor ? MEAL_REDUCED : MEAL_PAID;
    f.language = draw_language(&r, f.race, &f.origin);
    f.housing = draw_housing(&r, f.meal);
    f.family_name = name_family(&r, f.origin);
    const char *second = name_family(&r, f.origin);
    f.second_name = f.origin == ORIGIN_SPANISH && second != f.family_name && draw_chance(&r, 280)
                        ? second
                        : NULL;
    f.guardians = draw_chance(&r, f.meal == MEAL_PAID ? 780 : 580) ? 2 : 1;
    f.ability = draw_normal(&r) * 35 / 100;
    draw_line(&r, &f, s->locale);
    return f;
}

/* What a walk through the years needs of a family, cheaply. */
struct walk {
    uint32_t occupant;
    int zone, home, district; /* home: the zone the family came to */
    int32_t since, zone_since;
    int leave, move;
};

static void walk_family(const struct world *w, uint32_t h, struct walk *k) {
    struct world_family f = world_family(w, h, k->occupant, k->home);
    k->leave = leaves_permille(&f);
    k->move = moves_permille(&f);
}

static int new_zone(const struct world *w, const int32_t sums[], uint32_t h, uint32_t occupant,
                    int district) {
    struct rng r = rng_stream(w->seed, "address", (uint64_t)h << 8 | occupant);
    const struct world_district *d = &w->districts[district];
    return pick_zone(sums, &r, d->elementary[0], d->elementary[1]);
}

/* One school year of a household: at most one event. Fills `out` with the year's, and moves the
 * walk on. */
static void walk_year(const struct world *w, const int32_t sums[], uint32_t h, int year,
                      struct walk *k, struct world_household *out) {
    struct rng r = rng_stream(w->seed, "year", (uint64_t)h << 8 | (uint64_t)(year - WORLD_EPOCH));
    int x = draw_below(&r, 1000);
    int32_t turn = date_from_ymd(year - 1, 7, 1);
    if (out != NULL) {
        out->occupant = k->occupant;
        out->since = k->since;
        out->zone_since = k->zone_since;
        out->zone = out->zone_next = (uint16_t)k->zone;
        out->home = (uint16_t)k->home;
        out->moved_on = out->left_on = out->next_on = DATE_NONE;
    }
    if (x >= k->leave + k->move)
        return;
    int32_t day = turn + draw_below(&r, 365);
    const struct world_district *d = &w->districts[k->district];
    if (x < k->leave) {
        /* The next family comes within four weeks, but not before the same school year ends. */
        int32_t next = day + draw_between(&r, 2, 28);
        if (next > turn + 364)
            next = turn + 364;
        k->occupant++;
        k->since = next;
        k->zone_since = DATE_NONE;
        k->zone = k->home = new_zone(w, sums, h, k->occupant, k->district);
        walk_family(w, h, k);
        if (out != NULL) {
            out->left_on = day;
            out->next_on = next;
            out->zone_next = (uint16_t)k->zone;
        }
    } else if (d->elementary[1] > 1) {
        int before = k->zone;
        k->zone = pick_zone(sums, &r, d->elementary[0], d->elementary[1]);
        if (k->zone != before)
            k->zone_since = day;
        if (out != NULL) {
            out->moved_on = k->zone == out->zone ? DATE_NONE : day;
            out->zone_next = (uint16_t)k->zone;
        }
    }
}

static void walk_household(const struct world *w, const int32_t sums[], uint32_t h,
                           struct world_household *out) {
    struct rng r = rng_stream(w->seed, "place", h);
    int zone = pick_zone(sums, &r, 0, w->schools_n);
    struct walk k = {.zone = zone,
                     .home = zone,
                     .district = w->schools[zone].district,
                     .since = DATE_NONE,
                     .zone_since = DATE_NONE};
    walk_family(w, h, &k);
    for (int year = WORLD_EPOCH; year < w->year.year; year++)
        walk_year(w, sums, h, year, &k, NULL);
    walk_year(w, sums, h, w->year.year, &k, out);
}

static int household_children(const struct world *w, uint32_t h) {
    static const int weights[] = {45, 37, 14, 4};
    struct rng r = rng_stream(w->seed, "children", h);
    return 1 + draw_pick(&r, weights, 4);
}

static void add_households(struct world *w) {
    /* Seats so that the wanted number is there on a usual day: 13.4 of 14 grades' worth. */
    uint32_t seats = (uint32_t)((int64_t)w->students_wanted * 1000 * CYCLE / (13400 - 22));
    w->households = ARENA_ARRAY(w->arena, struct world_household, (size_t)seats);
    int32_t *sums = ARENA_ARRAY(w->arena, int32_t, (size_t)w->schools_n), sum = 0;
    for (int i = 0; i < w->schools_n; i++)
        sums[i] = sum += w->schools[i].kind == SCHOOL_ELEMENTARY ? w->schools[i].weight : 0;
    while (w->seats_n < seats) {
        uint32_t h = w->households_n++;
        struct world_household *p = &w->households[h];
        walk_household(w, sums, h, p);
        p->children = (uint8_t)household_children(w, h);
        if (w->seats_n + p->children > seats)
            p->children = (uint8_t)(seats - w->seats_n);
        p->first_seat = w->seats_n;
        w->seats_n += p->children;
    }
    w->number_step = (w->seats_n / 1000 + 1) * 1000;
}

/* ---- students ---- */

/* The grade a seat is in, and which of its children that is (0 for the one at the epoch). */
static void seat_grade(const struct world *w, uint32_t h, int child, int year, int *grade,
                       uint32_t *generation) {
    struct rng r = rng_stream(w->seed, "phases", h);
    int first = draw_below(&r, CYCLE), phase = first;
    for (int i = 1; i <= child; i++) { /* siblings are 1 to 5 grades apart; in 25 of 1,000, twins */
        int gap = draw_chance(&r, 25) ? 0 : draw_between(&r, 1, 5);
        phase += gap;
    }
    int at = phase + (year - WORLD_EPOCH);
    *grade = at % CYCLE;
    *generation = (uint32_t)(at / CYCLE - phase / CYCLE);
}

static int school_of(const struct world *w, int zone, int grade, bool alternative) {
    const struct world_school *s = &w->schools[zone];
    if (grade <= s->grade_high)
        return zone;
    if (grade <= w->schools[s->middle].grade_high)
        return s->middle;
    int academy = w->districts[s->district].alternative;
    return alternative && academy != SCHOOL_NONE && grade >= w->schools[academy].grade_low
               ? academy
               : s->high;
}

static struct rng child_stream(const struct world *w, uint32_t number) {
    return rng_stream(w->seed, "child", number);
}

/* English learners by grade, permille of children whose home language is another: more when young,
 * and re-designated as they go up. */
static const int learners[GRADES] = {560, 640, 640, 610, 570, 510, 450,
                                     390, 340, 300, 290, 260, 230, 200};

static void fill_person(const struct world *w, struct world_student *s,
                        const struct world_family *f, bool *alternative) {
    struct rng r = child_stream(w, s->number);
    int x = draw_below(&r, 1000);
    s->sex = x < 4 ? SEX_OTHER : x < 492 ? SEX_FEMALE : SEX_MALE;
    int english = draw_below(&r, 1000);
    s->english_learner = f->language != LANGUAGE_EN && english < learners[s->grade];
    s->once_learner = f->language != LANGUAGE_EN && english < learners[GRADE_KG];
    int plan = (s->sex == SEX_MALE ? 160 : 95) + (f->meal == MEAL_FREE ? 35 : 0);
    s->disability_plan = draw_chance(&r, plan) && s->grade > GRADE_PK;
    *alternative = draw_chance(&r, ALTERNATIVE_PERMILLE);
    int own = draw_normal(&r) * 70 / 100;
    s->ability =
        (int16_t)clamp(own + f->ability -
                           (f->meal == MEAL_FREE      ? 450
                            : f->meal == MEAL_REDUCED ? 200
                                                      : 0) -
                           (s->disability_plan ? 450 : 0) - (s->once_learner ? 260 : 0) + 250,
                       -4000, 4000);
    s->meal = f->meal;
    s->race = f->race;
    s->language = f->language;
    s->housing = f->housing;
}

/* The first day at a school: when its lowest grade was reached, the family came, or moved into the
 * zone, whichever is last; a day in summer becomes the first day of school. */
static int32_t first_day(const struct world *w, const struct world_student *s, int school,
                         bool preschool, int32_t zone_since) {
    const struct world_household *h = &w->households[s->household];
    int low = w->schools[school].grade_low;
    if (low == GRADE_PK && !preschool)
        low = GRADE_KG;
    int32_t since = s->occupant == h->occupant ? h->since : h->next_on;
    int32_t day = school_year(w->year.year - (s->grade > low ? s->grade - low : 0)).begins_on;
    day = since > day ? since : day; /* DATE_NONE is below every day */
    day = zone_since > day ? zone_since : day;
    struct school_year y = school_year(school_year_of(day));
    return day < y.begins_on ? y.begins_on : day;
}

struct deal { /* next free place in each school's grade, while students are listed in order */
    uint16_t *next;
};

static void place(struct world *w, struct world_student *s, struct deal *deal, int zone,
                  int zone_before, bool alternative) {
    struct rng r = rng_stream(w->seed, "rank", s->number);
    int late = draw_below(&r, 60000), later = draw_below(&r, 60000);
    int school = school_of(w, zone, s->grade, alternative),
        before = school_of(w, zone_before, s->grade, alternative);
    s->school = (uint16_t)school;
    s->school_before = SCHOOL_NONE;
    if (school == before || s->moved_on == DATE_NONE || s->moved_on <= s->begins_on ||
        s->moved_on > w->as_of)
        s->moved_on = DATE_NONE;
    else
        s->school_before = (uint16_t)before;
    int first = s->moved_on == DATE_NONE ? school : before;
    bool at_start = s->begins_on <= w->year.begins_on;
    uint16_t *next = &deal->next[first * GRADES + s->grade];
    uint16_t rank = at_start ? (*next)++ : (uint16_t)late;
    if (at_start)
        w->schools[first].students_at_start[s->grade]++;
    s->rank_before = rank;
    s->rank = s->moved_on == DATE_NONE ? rank : (uint16_t)later;
    if (s->here) {
        w->schools[school].students_now[s->grade]++;
        w->here_n++;
    }
}

/* One child of one family in this year; nothing if it is too young, or was gone before school
 * began. */
static void add_student(struct world *w, uint32_t h, int child, uint32_t occupant, int32_t from,
                        int32_t until, struct deal *deal) {
    const struct world_household *p = &w->households[h];
    int grade;
    uint32_t generation;
    seat_grade(w, h, child, w->year.year, &grade, &generation);
    if (from > w->as_of || (until != DATE_NONE && until <= w->year.begins_on))
        return;
    uint32_t number =
        100000 + (generation + occupant) * w->number_step + p->first_seat + (uint32_t)child;
    struct rng pk = rng_stream(w->seed, "preschool", number);
    bool preschool = draw_chance(&pk, PK_PERMILLE);
    if (grade == GRADE_PK && !preschool)
        return;
    struct world_student *s = &w->students[w->students_n++];
    *s = (struct world_student){.number = number,
                                .seat = p->first_seat + (uint32_t)child,
                                .household = h,
                                .occupant = occupant,
                                .child = (uint8_t)child,
                                .grade = (uint8_t)grade};
    s->begins_on = from == DATE_NONE || from < w->year.begins_on ? w->year.begins_on : from;
    s->ends_on = until != DATE_NONE && until <= w->as_of ? until : DATE_NONE;
    s->here = s->ends_on == DATE_NONE;
    s->was_here_in_spring = grade > GRADE_KG && occupant == p->occupant &&
                            (p->since == DATE_NONE || p->since < w->year.turns_on - 75);
    s->moved_on = occupant == p->occupant ? p->moved_on : DATE_NONE;
    s->home = occupant == p->occupant ? p->home : p->zone_next;
    struct world_family f = world_family_of(w, s);
    bool alternative;
    fill_person(w, s, &f, &alternative);
    bool moved = s->moved_on != DATE_NONE && s->moved_on <= w->as_of;
    int before = occupant == p->occupant ? p->zone : p->zone_next;
    place(w, s, deal, moved ? p->zone_next : before, before, alternative);
    int32_t zone_since = occupant == p->occupant ? p->zone_since : DATE_NONE;
    bool summer = moved && p->moved_on <= w->year.begins_on;
    s->school_before_since =
        first_day(w, s, s->school_before != SCHOOL_NONE ? s->school_before : s->school, preschool,
                  zone_since);
    s->school_since =
        s->school_before != SCHOOL_NONE
            ? s->moved_on
            : first_day(w, s, s->school, preschool, summer ? p->moved_on : zone_since);
}

static void add_students(struct world *w) {
    w->students =
        ARENA_ARRAY(w->arena, struct world_student, (size_t)w->seats_n + w->seats_n / 6 + 100);
    struct deal deal = {ARENA_ARRAY(w->arena, uint16_t, (size_t)w->schools_n * GRADES)};
    for (uint32_t h = 0; h < w->households_n; h++) {
        const struct world_household *p = &w->households[h];
        for (int c = 0; c < p->children; c++) {
            add_student(w, h, c, p->occupant, p->since, p->left_on, &deal);
            if (p->left_on != DATE_NONE)
                add_student(w, h, c, p->occupant + 1, p->next_on, DATE_NONE, &deal);
        }
    }
}

struct world_family world_family_of(const struct world *w, const struct world_student *s) {
    return world_family(w, s->household, s->occupant, s->home);
}

/* Lines and technicians, by how many people are to be expected at each school. Lines are bought in
 * tiers; two schools in ten, more of them rural, have under 1 Mbps a student. */
static void equip(struct world *w) {
    static const int tiers[] = {50,  100,  150,  200,  300,  400, 500,
                                750, 1000, 1500, 2000, 3000, 5000};
    enum { TIERS = sizeof tiers / sizeof tiers[0] };
    int sum = 0;
    for (int i = 0; i < w->schools_n; i++)
        sum += w->schools[i].kind == SCHOOL_ELEMENTARY ? w->schools[i].weight : 0;
    for (int i = 0; i < w->schools_n; i++) {
        struct world_school *s = &w->schools[i];
        struct rng r = rng_stream(w->seed, "line", (uint64_t)i);
        static const int grades[] = {64, 30, 40, 0}; /* tenths, of 134 */
        int users =
            s->kind == SCHOOL_ALTERNATIVE
                ? 100
                : (int)((int64_t)w->students_wanted * s->weight / sum * grades[s->kind] / 134);
        int per_thousand = draw_between(&r, 920, 1900) - (s->locale == LOCALE_RURAL ? 180 : 0),
            t = 0;
        int want = users * (s->short_line ? 330 : per_thousand) / 1000;
        while (t < TIERS - 1 && tiers[t] < want)
            t++;
        if (s->short_line && t > 0 && tiers[t] > users / 2)
            t--;
        s->down_mbps = tiers[t];
        s->up_mbps = s->locale == LOCALE_RURAL && draw_chance(&r, 300) ? tiers[t] / 2 : tiers[t];
        s->technician_tenths =
            clamp(rounded((int64_t)users * draw_between(&r, 700, 1500), 100000), 1, 40);
    }
}

void world_build(struct world *w, uint64_t seed, int students, int32_t as_of) {
    *w = (struct world){.seed = seed,
                        .as_of = as_of,
                        .students_wanted = students,
                        .year = school_year(school_year_of(as_of))};
    w->arena = arena_new((size_t)512 << 20);
    add_districts(w);
    equip(w);
    add_households(w);
    add_students(w);
}

void world_free(struct world *w) {
    arena_free(w->arena);
    *w = (struct world){0};
}

/* ---- people in detail ---- */

void world_given_name(const struct world *w, const struct world_student *s, enum origin o,
                      const char **first, const char **middle) {
    struct rng r = rng_stream(w->seed, "name", s->number);
    bool girl = s->sex == SEX_FEMALE || (s->sex == SEX_OTHER && draw_chance(&r, 500));
    if (o != ORIGIN_ENGLISH && draw_chance(&r, 280))
        o = ORIGIN_ENGLISH;
    *first = name_given(&r, o, girl);
    const char *second = name_given(&r, o, girl);
    *middle = second != *first && draw_chance(&r, 550) ? second : "";
}

int32_t world_birth(const struct world *w, const struct world_student *s) {
    struct rng r = rng_stream(w->seed, "birth", s->number);
    /* Kindergarten takes those who are five on 1 September; 3 in 100 are a year older than their
     * grade. */
    int fall = w->year.year - 1, age = s->grade + 4 + (draw_chance(&r, 30) ? 1 : 0);
    return date_from_ymd(fall - age, 9, 1) - 1 - draw_below(&r, 365);
}

uint32_t world_guardian(const struct world *w, uint32_t household, uint32_t occupant) {
    return (occupant * (w->seats_n + 1) + household) * 2;
}

int world_school_now(const struct world_school *s) {
    int n = 0;
    for (int g = 0; g < GRADES; g++)
        n += s->students_now[g];
    return n;
}

int world_school_start(const struct world_school *s) {
    int n = 0;
    for (int g = 0; g < GRADES; g++)
        n += s->students_at_start[g];
    return n;
}
