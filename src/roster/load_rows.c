/* One function per kind of row: references become ids, columns become values, load_put compares. */
#include "base/hash.h"
#include "roster/load.h"
#include "roster/load_inside.h"

#include <stdlib.h>
#include <string.h>

const char *const load_grades[14] = {"PK", "KG", "01", "02", "03", "04", "05",
                                     "06", "07", "08", "09", "10", "11", "12"};
const char *const load_meals[3] = {"free", "reduced", "paid"};
const char *const load_races[7] = {"asian",   "black",       "hispanic", "indigenous",
                                   "pacific", "two-or-more", "white"};
const char *const load_genders[3] = {"female", "male", "nonbinary"};
const char *const load_housings[6] = {"housed",    "doubled-up",  "hotel",
                                      "sheltered", "unsheltered", "foster"};
const char *const load_roles[11] = {"student",   "teacher",   "aide",     "administrator",
                                    "principal", "counselor", "guardian", "parent",
                                    "relative",  "proctor",   "staff"};

static int64_t id_of(const struct roster_load *l, enum roster_tab t, uint32_t number) {
    return number == KEYMAP_NONE ? 0 : key_id(&l->map[t].entries[number]);
}

static struct load_write write_of(enum roster_tab t, const struct load_row *row, struct val *v,
                                  size_t n, struct str label) {
    return (struct load_write){.tab = t,
                               .key = row->key,
                               .hash = row->hash,
                               .ext = row->ext,
                               .v = v,
                               .n = n,
                               .gone = row->gone,
                               .gone_on = row->gone_on,
                               .label = label};
}

/* hash as it is stored: 64 bits in a signed column */
static struct val v_hash(uint64_t h) {
    return V_INT((int64_t)h);
}

static int grade_code(struct str s) {
    for (size_t i = 0; i < sizeof load_grades / sizeof load_grades[0]; i++)
        if (str_eq(s, str_z(load_grades[i])))
            return (int)i + 1;
    return 0;
}

enum err roster_load_org(struct roster_load *l, const struct load_org *o, enum load_outcome *out,
                         struct errmsg *e) {
    uint32_t parent = load_find(l, TAB_ORG, o->parent), i;
    if (o->parent != 0 && parent == KEYMAP_NONE && !o->row.gone) {
        *out = LOAD_NO_ORG;
        return ERR_OK;
    }
    i = keymap_find(&l->map[TAB_ORG], o->row.key);
    bool fixed = o->grade_low.n > 0;
    struct str low = o->grade_low, high = o->grade_high;
    if (!fixed && i != KEYMAP_NONE) { /* what the students' grades said stays */
        low = l->org[i].had_low == 0 ? STR("") : str_z(load_grades[l->org[i].had_low - 1]);
        high = l->org[i].had_high == 0 ? STR("") : str_z(load_grades[l->org[i].had_high - 1]);
    }
    struct val v[] = {V_STR(o->name),
                      V_Z(o->kind),
                      val_id(id_of(l, TAB_ORG, parent)),
                      val_opt(o->identifier),
                      val_opt(o->locale),
                      val_opt(low),
                      val_opt(high),
                      V_NULL,
                      v_hash(o->row.hash)};
    struct load_write w = write_of(TAB_ORG, &o->row, v, sizeof v / sizeof v[0], o->name);
    TRY(load_put(l, &w, &i, out, e));
    if (i == KEYMAP_NONE || *out == LOAD_TWICE)
        return ERR_OK;
    GROW(l->org, l->org_room, i);
    if (*out == LOAD_ADDED)
        l->org[i] = (struct org_more){0};
    (void)strncpy(l->org[i].kind, o->kind, sizeof l->org[i].kind - 1);
    l->org[i].fixed = fixed;
    if (fixed) {
        l->org[i].had_low = grade_code(low);
        l->org[i].had_high = grade_code(high);
    }
    return ERR_OK;
}

enum err roster_load_term(struct roster_load *l, const struct load_term *t, enum load_outcome *out,
                          struct errmsg *e) {
    uint32_t parent = load_find(l, TAB_TERM, t->parent), i;
    if (t->parent != 0 && parent == KEYMAP_NONE && !t->row.gone) {
        *out = LOAD_NO_TERM;
        return ERR_OK;
    }
    if (t->ends <= t->begins && !t->row.gone) {
        *out = LOAD_BACKWARDS;
        return ERR_OK;
    }
    struct val v[] = {V_STR(t->title),
                      V_Z(t->kind),
                      load_date(l, t->begins),
                      load_date(l, t->ends),
                      val_id(id_of(l, TAB_TERM, parent)),
                      V_INT(t->school_year),
                      V_NULL,
                      v_hash(t->row.hash)};
    struct load_write w = write_of(TAB_TERM, &t->row, v, sizeof v / sizeof v[0], t->title);
    TRY(load_put(l, &w, &i, out, e));
    if (i == KEYMAP_NONE || *out == LOAD_TWICE || t->row.gone)
        return ERR_OK;
    GROW(l->term, l->term_room, i);
    l->term[i] =
        (struct term_more){t->begins, t->ends, t->school_year, strcmp(t->kind, "schoolYear") == 0};
    return ERR_OK;
}

enum err roster_load_course(struct roster_load *l, const struct load_course *c,
                            enum load_outcome *out, struct errmsg *e) {
    uint32_t org = load_find(l, TAB_ORG, c->org), i;
    if (c->org != 0 && org == KEYMAP_NONE && !c->row.gone) {
        *out = LOAD_NO_ORG;
        return ERR_OK;
    }
    struct val v[] = {V_STR(c->title),    val_opt(c->code),     val_id(id_of(l, TAB_ORG, org)),
                      val_opt(c->grades), val_opt(c->subjects), V_NULL,
                      v_hash(c->row.hash)};
    struct load_write w = write_of(TAB_COURSE, &c->row, v, sizeof v / sizeof v[0], c->title);
    return load_put(l, &w, &i, out, e);
}

/* The terms of a section together; *first is the number of the first. */
static enum load_outcome span_terms(const struct roster_load *l, const struct load_section *s,
                                    uint32_t *first, struct section_more *more) {
    *first = KEYMAP_NONE;
    more->begins = more->ends = DATE_NONE;
    for (size_t k = 0; k < s->terms; k++) {
        uint32_t t = load_find(l, TAB_TERM, s->term[k]);
        if (t == KEYMAP_NONE)
            return LOAD_NO_TERM;
        const struct term_more *m = &l->term[t];
        if (*first == KEYMAP_NONE || m->begins < more->begins) {
            more->begins = m->begins;
            *first = t;
        }
        more->ends = more->ends == DATE_NONE || m->ends > more->ends ? m->ends : more->ends;
    }
    return LOAD_UNCHANGED;
}

enum err roster_load_section(struct roster_load *l, const struct load_section *s,
                             enum load_outcome *out, struct errmsg *e) {
    uint32_t org = load_find(l, TAB_ORG, s->org), course = load_find(l, TAB_COURSE, s->course);
    uint32_t term = KEYMAP_NONE, i;
    struct section_more more = {DATE_NONE, DATE_NONE, org};
    if (!s->row.gone) {
        *out = org == KEYMAP_NONE                        ? LOAD_NO_ORG
               : s->course != 0 && course == KEYMAP_NONE ? LOAD_NO_COURSE
                                                         : span_terms(l, s, &term, &more);
        if (*out >= LOAD_TWICE)
            return ERR_OK;
    }
    /* its dates are its terms': when they move, so does it */
    uint64_t hash =
        key_mix(s->row.hash, (uint64_t)(uint32_t)more.begins << 32 | (uint64_t)(uint32_t)more.ends);
    struct val v[] = {V_STR(s->title),
                      val_opt(s->code),
                      V_Z(s->homeroom ? "homeroom" : "scheduled"),
                      val_id(id_of(l, TAB_COURSE, course)),
                      val_id(id_of(l, TAB_ORG, org)),
                      val_id(id_of(l, TAB_TERM, term)),
                      load_date(l, more.begins),
                      load_date(l, more.ends),
                      val_opt(s->location),
                      val_opt(s->grades),
                      val_opt(s->subjects),
                      val_opt(s->periods),
                      V_NULL,
                      v_hash(hash)};
    struct load_write w = write_of(TAB_SECTION, &s->row, v, sizeof v / sizeof v[0], s->title);
    w.hash = hash;
    TRY(load_put(l, &w, &i, out, e));
    if (i == KEYMAP_NONE || *out == LOAD_TWICE || s->row.gone)
        return ERR_OK;
    GROW(l->section, l->section_room, i);
    l->section[i] = more;
    return ERR_OK;
}

static void take_status(struct who *w, const struct load_status *s) {
    struct load_status *n = &w->now;
    n->grade = (s->given & STATUS_GRADE) != 0 ? s->grade : n->grade;
    n->meal = (s->given & STATUS_MEAL) != 0 ? s->meal : n->meal;
    n->english_learner = (s->given & STATUS_ENGLISH) != 0 ? s->english_learner : n->english_learner;
    n->disability_plan = (s->given & STATUS_PLAN) != 0 ? s->disability_plan : n->disability_plan;
    n->race = (s->given & STATUS_RACE) != 0 ? s->race : n->race;
    n->gender = (s->given & STATUS_GENDER) != 0 ? s->gender : n->gender;
    n->birth_on = (s->given & STATUS_BIRTH) != 0 ? s->birth_on : n->birth_on;
    if ((s->given & STATUS_LANGUAGE_HOUSING) != 0) {
        memcpy(n->language, s->language, sizeof n->language);
        n->housing = s->housing;
    }
}

enum err roster_load_person(struct roster_load *l, const struct load_person *p,
                            enum load_outcome *out, struct errmsg *e) {
    const struct keymap *m = &l->map[TAB_PERSON];
    uint32_t i = keymap_find(m, p->row.key);
    if (i != KEYMAP_NONE && (key_flags(&m->entries[i]) & MERGED) != 0) {
        roster_load_keep(l, TAB_PERSON, p->row.key); /* the other one's row speaks for both */
        key_set(&l->map[TAB_PERSON].entries[l->who[i].into], SEEN);
        *out = LOAD_UNCHANGED;
        return ERR_OK;
    }
    struct val v[] = {val_opt(p->username),
                      V_STR(p->given_name),
                      V_STR(p->family_name),
                      val_opt(p->middle_name),
                      val_opt(p->preferred_name),
                      val_opt(p->email),
                      val_opt(p->phone),
                      val_opt(p->identifier),
                      V_INT(p->enabled ? 1 : 0),
                      V_NULL,
                      V_NULL,
                      v_hash(p->row.hash)};
    struct load_write w = write_of(TAB_PERSON, &p->row, v, sizeof v / sizeof v[0], STR(""));
    char name[120];
    if ((size_t)l->count[TAB_PERSON].added < l->opt.examples_max) {
        size_t a = p->given_name.n < 50 ? p->given_name.n : 0;
        size_t b = p->family_name.n < 60 ? p->family_name.n : 0;
        memcpy(name, p->given_name.n == 0 ? "" : p->given_name.p, a);
        name[a] = ' ';
        memcpy(name + a + 1, p->family_name.n == 0 ? "" : p->family_name.p, b);
        w.label = (struct str){name, a + 1 + b};
    }
    TRY(load_put(l, &w, &i, out, e));
    if (i == KEYMAP_NONE || *out == LOAD_TWICE)
        return ERR_OK;
    if (*out == LOAD_ADDED) {
        GROW(l->who, l->who_room, i);
        l->who[i] = (struct who){.into = i, .org = KEYMAP_NONE};
    }
    take_status(&l->who[i], &p->status);
    return ERR_OK;
}

enum load_outcome roster_load_status(struct roster_load *l, uint64_t person,
                                     const struct load_status *s) {
    uint32_t i = load_find(l, TAB_PERSON, person);
    if (i == KEYMAP_NONE)
        return LOAD_NO_PERSON;
    if ((key_flags(&l->map[TAB_PERSON].entries[i]) & MERGED) == 0)
        take_status(&l->who[i], s);
    return LOAD_UNCHANGED;
}

/* Which of a person's times in one role at one org a row means: the one that lasts or says the
 * same, else the one that began on that day. */
static uint64_t role_key_of(const struct roster_load *l, uint64_t key, int32_t begins,
                            uint64_t hash) {
    const struct keymap *m = &l->map[TAB_ROLE];
    uint64_t again = load_role_again_key(key, begins);
    uint32_t i = keymap_find(m, key);
    if (i == KEYMAP_NONE)
        return key;
    unsigned flags = key_flags(&m->entries[i]);
    bool same = m->entries[i].hash == hash;
    if (same && (flags & SEEN) == 0)
        return key;
    if (keymap_find(m, again) != KEYMAP_NONE || (!same && (flags & (SEEN | ACTIVE)) != ACTIVE))
        return again;
    return key;
}

enum err roster_load_role(struct roster_load *l, const struct load_role *r, enum load_outcome *out,
                          struct errmsg *e) {
    uint32_t person = load_find(l, TAB_PERSON, r->person), org = load_find(l, TAB_ORG, r->org), i;
    if (person == KEYMAP_NONE || org == KEYMAP_NONE) {
        *out = person == KEYMAP_NONE ? LOAD_NO_PERSON : LOAD_NO_ORG;
        return ERR_OK;
    }
    bool merged = l->who[person].into != person || l->who[person].merges;
    person = l->who[person].into;
    struct who *who = &l->who[person];
    int64_t person_id = id_of(l, TAB_PERSON, person), org_id = id_of(l, TAB_ORG, org);
    int32_t begins = r->begins != DATE_NONE ? r->begins : l->opening;
    if (r->ends != DATE_NONE && r->ends < begins) {
        *out = r->begins == DATE_NONE ? LOAD_UNCHANGED : LOAD_BACKWARDS; /* over before this year */
        return ERR_OK;
    }
    if (r->role == LOAD_STUDENT && !r->row.gone &&
        (r->ends == DATE_NONE || r->ends > l->opt.as_of)) {
        who->student = true;
        who->org = who->org == KEYMAP_NONE || r->primary ? org : who->org;
    }
    struct load_row row = r->row;
    row.key = load_role_key(person_id, org_id, r->role);
    if (!merged) /* of a merged person the two rows are one time, not two */
        row.key = role_key_of(l, row.key, begins, r->row.hash);
    struct val v[] = {V_INT(person_id),          V_INT(org_id),        V_Z(load_roles[r->role]),
                      V_INT(r->primary ? 1 : 0), load_date(l, begins), load_date(l, r->ends),
                      v_hash(r->row.hash)};
    struct load_write w = write_of(TAB_ROLE, &row, v, sizeof v / sizeof v[0], STR(""));
    uint32_t was = keymap_find(&l->map[TAB_ROLE], row.key);
    if (r->begins == DATE_NONE && was != KEYMAP_NONE &&
        l->map[TAB_ROLE].entries[was].hash != r->row.hash &&
        (key_flags(&l->map[TAB_ROLE].entries[was]) & SEEN) == 0) {
        int64_t id = key_id(&l->map[TAB_ROLE].entries[was]); /* keep when it began */
        struct rows *old;
        TRY(db_rows(l->db, SQL_PERSON_ROLE_GET, ARGS(V_INT(id)), &old, e));
        if (rows_next(old))
            v[4] = load_date(l, rows_date(old, 4));
        TRY(rows_close(old, e));
    }
    TRY(load_put(l, &w, &i, out, e));
    if (*out == LOAD_TWICE && merged)
        *out = LOAD_UNCHANGED; /* the one this person was merged into has the role too */
    return ERR_OK;
}

void roster_load_keep_role(struct roster_load *l, uint64_t person, uint64_t org, int role) {
    uint32_t p = load_find(l, TAB_PERSON, person), o = load_find(l, TAB_ORG, org);
    if (p != KEYMAP_NONE && o != KEYMAP_NONE)
        roster_load_keep(
            l, TAB_ROLE,
            load_role_key(id_of(l, TAB_PERSON, l->who[p].into), id_of(l, TAB_ORG, o), role));
}

enum err roster_load_enrollment(struct roster_load *l, const struct load_enrollment *r,
                                enum load_outcome *out, struct errmsg *e) {
    uint32_t person = load_find(l, TAB_PERSON, r->person),
             section = load_find(l, TAB_SECTION, r->section), i;
    if (!r->row.gone && (person == KEYMAP_NONE || section == KEYMAP_NONE)) {
        *out = section == KEYMAP_NONE ? LOAD_NO_SECTION : LOAD_NO_PERSON;
        return ERR_OK;
    }
    struct section_more none = {DATE_NONE, DATE_NONE, KEYMAP_NONE};
    const struct section_more *s = section == KEYMAP_NONE ? &none : &l->section[section];
    int32_t begins = r->begins != DATE_NONE   ? r->begins
                     : s->begins != DATE_NONE ? s->begins
                                              : l->opening;
    int32_t ends = r->ends != DATE_NONE ? r->ends : s->ends;
    if (!r->row.gone && ends != DATE_NONE && ends < begins) {
        if (r->begins != DATE_NONE && r->ends != DATE_NONE) {
            *out = LOAD_BACKWARDS;
            return ERR_OK;
        }
        ends = r->ends != DATE_NONE ? r->ends : DATE_NONE; /* one date outside of the section's */
        begins = r->ends != DATE_NONE ? r->ends : begins;
    }
    uint64_t hash =
        key_mix(r->row.hash, (uint64_t)(uint32_t)begins << 32 | (uint64_t)(uint32_t)ends);
    struct val v[] = {V_INT(person == KEYMAP_NONE ? 0 : id_of(l, TAB_PERSON, l->who[person].into)),
                      V_INT(id_of(l, TAB_SECTION, section)),
                      V_INT(id_of(l, TAB_ORG, s->org)),
                      V_Z(load_roles[r->role]),
                      V_INT(r->primary ? 1 : 0),
                      load_date(l, begins),
                      load_date(l, ends),
                      v_hash(hash)};
    struct load_write w = write_of(TAB_ENROLLMENT, &r->row, v, sizeof v / sizeof v[0], STR(""));
    w.hash = hash;
    return load_put(l, &w, &i, out, e);
}

void roster_load_agent(struct roster_load *l, uint64_t person, uint64_t agent, int64_t line) {
    uint32_t i = load_find(l, TAB_PERSON, person);
    if (i == KEYMAP_NONE)
        return;
    i = l->who[i].into;
    l->who[i].lists_agents = true;
    if (l->agent_n == l->agent_room) {
        l->agent_room = l->agent_room == 0 ? 1024 : l->agent_room * 2;
        struct agent_link *p = realloc(l->agents, l->agent_room * sizeof *p);
        CHECK(p != NULL);
        l->agents = p;
    }
    l->agents[l->agent_n++] = (struct agent_link){agent, i, line};
}

enum err roster_load_alias(struct roster_load *l, uint64_t person, const char *kind,
                           struct str value, struct errmsg *e) {
    uint32_t i = load_find(l, TAB_PERSON, person);
    if (i == KEYMAP_NONE || !l->opt.write || value.n == 0)
        return ERR_OK;
    return db_exec(l->db, SQL_PERSON_ALIAS_INSERT,
                   ARGS(V_INT(id_of(l, TAB_PERSON, l->who[i].into)), V_Z(kind), V_STR(value),
                        V_INT(batch_id(l->batch))),
                   NULL, e);
}
