#include "measure/frame.h"

#include "base/date.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* ---- the tree ---- */

struct raw_org {
    struct frame_org org;
    int64_t parent_id;
    int32_t at; /* its index in the tree, -1 not yet placed */
};

/* 0 PK, 1 KG, 2..13 grades 1 to 12; -1 unknown. */
static int grade_rank(struct str grade) {
    int g = group_of_grade(grade);
    return group_rows[g].unknown ? -1 : g - dim_rows[DIM_GRADE].first;
}

static void raw_fill(struct raw_org *o, struct rows *r, struct arena *a) {
    o->org.id = rows_int(r, 0);
    o->parent_id = rows_int(r, 1);
    o->org.name = arena_str(a, rows_str(r, 2));
    o->org.kind = arena_str(a, rows_str(r, 3));
    o->org.locale = arena_str(a, rows_str(r, 4));
    o->org.identifier = arena_str(a, rows_str(r, 5));
    o->org.grade_low = grade_rank(rows_str(r, 6));
    o->org.grade_high = grade_rank(rows_str(r, 7));
    o->org.school = str_eq(o->org.kind, STR("school"));
    o->at = -1;
}

static struct raw_org *raw_find(struct raw_org *raw, size_t n, int64_t id) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (raw[mid].org.id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && raw[low].org.id == id ? &raw[low] : NULL;
}

/* Parents before children: places what has no parent in the tree first, then round after round.
 * A circle of parents, which no import lets in, ends up as roots. */
static void place(struct raw_org *raw, size_t n, struct org_tree *t) {
    bool moved = true;
    while (t->n < n) {
        bool force = !moved;
        moved = false;
        for (size_t i = 0; i < n; i++) {
            if (raw[i].at >= 0)
                continue;
            struct raw_org *up = raw[i].parent_id == 0 ? NULL : raw_find(raw, n, raw[i].parent_id);
            if (up != NULL && up->at < 0 && !force)
                continue;
            raw[i].org.parent = up == NULL || up->at < 0 ? -1 : up->at;
            raw[i].at = (int32_t)t->n;
            t->org[t->n++] = raw[i].org;
            moved = true;
            force = false;
        }
    }
}

enum err org_tree_load(struct db *db, struct arena *a, int32_t as_of, struct org_tree **out,
                       struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    size_t n = 0, cap = 64;
    struct raw_org *raw = ARENA_ARRAY(a, struct raw_org, cap);
    TRY(db_rows(db, SQL_MEASURE_ORGS, ARGS(val_date(as_of, day)), &r, e));
    while (rows_next(r)) {
        if (n == cap) {
            struct raw_org *more = ARENA_ARRAY(a, struct raw_org, cap * 2);
            memcpy(more, raw, n * sizeof *raw);
            raw = more;
            cap *= 2;
        }
        raw_fill(&raw[n++], r, a);
    }
    TRY(rows_close(r, e));
    struct org_tree *t = ARENA_NEW(a, struct org_tree);
    t->org = ARENA_ARRAY(a, struct frame_org, n);
    place(raw, n, t);
    t->by_id = ARENA_ARRAY(a, int32_t, n);
    for (size_t i = 0; i < n; i++)
        t->by_id[i] = raw[i].at; /* raw is by id */
    *out = t;
    return ERR_OK;
}

int32_t org_tree_find(const struct org_tree *t, int64_t org_id) {
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->org[t->by_id[mid]].id < org_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->n && t->org[t->by_id[low]].id == org_id ? t->by_id[low] : -1;
}

bool org_tree_under(const struct org_tree *t, int32_t below, int32_t above) {
    while (below >= 0 && below != above)
        below = t->org[below].parent;
    return below == above && above >= 0;
}

int32_t org_tree_district(const struct org_tree *t, int32_t org) {
    int32_t top = org;
    for (; org >= 0; org = t->org[org].parent) {
        if (str_eq(t->org[org].kind, STR("district")))
            return org;
        top = org;
    }
    return top;
}

enum school_kind school_kind_of(const struct frame_org *org) {
    if (org->grade_low < 0 || org->grade_high < org->grade_low)
        return SCHOOL_ANY;
    int part[SCHOOL_KINDS] = {0};
    for (int g = org->grade_low; g <= org->grade_high; g++)
        part[g >= 10 ? SCHOOL_HIGH : g >= 7 ? SCHOOL_MIDDLE : SCHOOL_ELEMENTARY]++;
    if (part[SCHOOL_HIGH] > part[SCHOOL_MIDDLE] && part[SCHOOL_HIGH] >= part[SCHOOL_ELEMENTARY])
        return SCHOOL_HIGH;
    return part[SCHOOL_MIDDLE] > 0 && part[SCHOOL_MIDDLE] >= part[SCHOOL_ELEMENTARY]
               ? SCHOOL_MIDDLE
               : SCHOOL_ELEMENTARY;
}

struct tr school_kind_name(enum school_kind kind) {
    static const struct tr names[SCHOOL_KINDS] = {
        [SCHOOL_ANY] = TR_INIT("All schools", "Todas las escuelas"),
        [SCHOOL_ELEMENTARY] = TR_INIT("Elementary schools", "Escuelas primarias"),
        [SCHOOL_MIDDLE] = TR_INIT("Middle schools", "Escuelas intermedias"),
        [SCHOOL_HIGH] = TR_INIT("High schools", "Escuelas secundarias"),
    };
    CHECK(kind < SCHOOL_KINDS);
    return names[kind];
}

/* ---- people ---- */

struct place_of {
    int64_t person, row;
    uint64_t bits;
    int32_t leaf, begins;
    bool primary;
};

/* A growing array that is not the arena's, since it doubles to tens of megabytes. */
struct people {
    struct place_of *p;
    size_t n, cap;
};

static void people_add(struct people *to, struct place_of row) {
    if (to->n == to->cap) {
        to->cap = to->cap == 0 ? 1024 : to->cap * 2;
        to->p = reallocarray(to->p, to->cap, sizeof *to->p);
        CHECK(to->p != NULL);
    }
    to->p[to->n++] = row;
}

static bool wins(const struct place_of *x, const struct place_of *y) {
    if (x->primary != y->primary)
        return x->primary;
    if (x->begins != y->begins)
        return x->begins > y->begins;
    return x->row > y->row;
}

/* One row per person, ascending. */
static enum err read_people(struct db *db, enum sql id, struct str role, int32_t as_of,
                            const struct org_tree *t, struct people *out, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    TRY(db_rows(db, id, ARGS(V_STR(role), val_date(as_of, day)), &r, e));
    while (rows_next(r)) {
        struct place_of row = {.person = rows_int(r, 0),
                               .leaf = org_tree_find(t, rows_int(r, 1)),
                               .primary = rows_int(r, 2) != 0,
                               .begins = rows_date(r, 3),
                               .row = rows_int(r, 4)};
        if (row.leaf < 0)
            continue;
        struct place_of *last = out->n == 0 ? NULL : &out->p[out->n - 1];
        if (last == NULL || last->person != row.person)
            people_add(out, row);
        else if (wins(&row, last))
            *last = row;
    }
    return rows_close(r, e);
}

static int known(const struct rows *r, int col) {
    return rows_null(r, col) ? -1 : rows_int(r, col) != 0;
}

static uint64_t bits_of(const struct rows *r, struct str locale) {
    struct student_traits t = {.grade = rows_str(r, 1),
                               .locale = locale,
                               .meal = rows_str(r, 2),
                               .learner = known(r, 3),
                               .plan = known(r, 4),
                               .race = rows_str(r, 5),
                               .gender = rows_str(r, 6),
                               .language = rows_str(r, 7),
                               .housing = rows_str(r, 8)};
    return group_bits(&t);
}

/* Both sides are by person: one pass. Who has no status is unknown in every dimension. */
static enum err read_statuses(struct db *db, int32_t as_of, const struct org_tree *t,
                              struct people *out, struct errmsg *e) {
    char day[DATE_TEXT];
    struct rows *r;
    size_t i = 0;
    for (size_t k = 0; k < out->n; k++)
        out->p[k].bits = group_bits(&(struct student_traits){
            .learner = -1, .plan = -1, .locale = t->org[out->p[k].leaf].locale});
    TRY(db_rows(db, SQL_MEASURE_STATUSES, ARGS(val_date(as_of, day)), &r, e));
    while (rows_next(r)) {
        int64_t person = rows_int(r, 0);
        while (i < out->n && out->p[i].person < person)
            i++;
        if (i < out->n && out->p[i].person == person)
            out->p[i].bits = bits_of(r, t->org[out->p[i].leaf].locale);
    }
    return rows_close(r, e);
}

static int by_leaf(const void *x, const void *y) {
    const struct place_of *a = x, *b = y;
    if (a->leaf != b->leaf)
        return a->leaf < b->leaf ? -1 : 1;
    return a->person < b->person ? -1 : a->person > b->person;
}

static int by_unit(const void *x, const void *y) {
    const struct frame_key *a = x, *b = y;
    return a->unit < b->unit ? -1 : a->unit > b->unit;
}

/* Person ids are close together, so a plain table finds a row at once; where they are not, a sorted
 * list does. */
static void index_rows(struct frame *f, struct arena *a, int64_t least, int64_t most) {
    uint64_t span = f->n == 0 ? 0 : (uint64_t)(most - least) + 1;
    if (span <= 16 * (uint64_t)f->n + 1024) {
        int32_t *row = ARENA_ARRAY(a, int32_t, span);
        for (size_t i = 0; i < f->n; i++)
            row[f->unit[i] - least] = (int32_t)i + 1;
        f->least = least;
        f->span = (size_t)span;
        f->row = row;
        return;
    }
    struct frame_key *key = ARENA_ARRAY(a, struct frame_key, f->n);
    for (size_t i = 0; i < f->n; i++)
        key[i] = (struct frame_key){f->unit[i], (int32_t)i};
    qsort(key, f->n, sizeof *key, by_unit);
    f->key = key;
}

static uint64_t mark_tree(const struct org_tree *t) {
    uint64_t h = 0;
    for (size_t i = 0; i < t->n; i++) {
        int64_t word[2] = {t->org[i].id, t->org[i].parent};
        h = hash64_more(h, (struct str){(const char *)word, sizeof word});
        h = hash64_more(h, t->org[i].locale);
    }
    return h;
}

static void columns(struct people *p, const struct org_tree *t, struct arena *a, struct frame *f) {
    int64_t least = INT64_MAX, most = 0;
    if (p->n > 0) {
        least = p->p[0].person;
        most = p->p[p->n - 1].person;
        qsort(p->p, p->n, sizeof *p->p, by_leaf);
    }
    int64_t *unit = ARENA_ARRAY(a, int64_t, p->n);
    int32_t *leaf = ARENA_ARRAY(a, int32_t, p->n);
    uint64_t *bits = ARENA_ARRAY(a, uint64_t, p->n);
    for (size_t i = 0; i < p->n; i++) {
        unit[i] = p->p[i].person;
        leaf[i] = p->p[i].leaf;
        bits[i] = p->p[i].bits;
    }
    f->n = p->n;
    f->unit = unit;
    f->leaf = leaf;
    f->bits = bits;
    f->mark = mark_tree(t);
    f->mark = hash64_more(f->mark, (struct str){(const char *)unit, p->n * sizeof *unit});
    f->mark = hash64_more(f->mark, (struct str){(const char *)leaf, p->n * sizeof *leaf});
    f->mark = hash64_more(f->mark, (struct str){(const char *)bits, p->n * sizeof *bits});
    index_rows(f, a, least, most);
}

static enum err read_frame(struct db *db, enum unit_kind kind, int32_t as_of,
                           const struct org_tree *t, struct people *p, struct errmsg *e) {
    struct str role = kind == UNIT_STUDENT ? STR("student") : STR("teacher");
    TRY(read_people(db, SQL_MEASURE_PEOPLE, role, as_of, t, p, e));
    if (p->n == 0)
        TRY(read_people(db, SQL_MEASURE_PEOPLE_BY_CLASS, role, as_of, t, p, e));
    if (kind == UNIT_STUDENT)
        return read_statuses(db, as_of, t, p, e);
    for (size_t i = 0; i < p->n; i++)
        p->p[i].bits = group_bits_locale(t->org[p->p[i].leaf].locale);
    return ERR_OK;
}

enum err frame_load(struct db *db, struct arena *a, enum unit_kind kind, int32_t as_of,
                    const struct org_tree *tree, struct frame **out, struct errmsg *e) {
    struct people p = {0};
    enum err err = ERR_OK;
    if (kind == UNIT_STUDENT || kind == UNIT_EDUCATOR)
        err = read_frame(db, kind, as_of, tree, &p, e);
    if (err == ERR_OK) {
        struct frame *f = ARENA_NEW(a, struct frame);
        f->kind = kind;
        f->as_of = as_of;
        f->tree = tree;
        columns(&p, tree, a, f);
        *out = f;
    }
    free(p.p);
    return err;
}

size_t frame_find(const struct frame *f, int64_t unit) {
    if (f->row != NULL) {
        if (unit < f->least || (uint64_t)(unit - f->least) >= f->span)
            return SIZE_MAX;
        int32_t row = f->row[unit - f->least];
        return row == 0 ? SIZE_MAX : (size_t)row - 1;
    }
    const struct frame_key want = {unit, 0};
    const struct frame_key *k = bsearch(&want, f->key, f->n, sizeof want, by_unit);
    return k == NULL ? SIZE_MAX : (size_t)k->row;
}
