#include "roster/load.h"

#include "base/hash.h"
#include "base/json.h"
#include "roster/load_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 26, JSON_BYTES = 1 << 20, COLUMNS = ROSTER_COLUMNS };

static const struct {
    enum sql load;
    int end_column; /* in the answer */
} loads[TABS] = {
    [TAB_ORG] = {SQL_LOAD_ORG, 3},
    [TAB_TERM] = {SQL_LOAD_TERM, 3},
    [TAB_COURSE] = {SQL_LOAD_COURSE, 3},
    [TAB_SECTION] = {SQL_LOAD_SECTION, 3},
    [TAB_PERSON] = {SQL_LOAD_PERSON, 3},
    [TAB_ROLE] = {SQL_LOAD_ROLE, 5},
    [TAB_STATUS] = {SQL_LOAD_STATUS, 0},
    [TAB_GUARDIAN] = {SQL_LOAD_GUARDIAN, 0},
    [TAB_ENROLLMENT] = {SQL_LOAD_ENROLLMENT, 3},
};

/* ---- small things ---- */

struct val load_date(struct roster_load *l, int32_t day) {
    if (day == DATE_NONE)
        return V_NULL;
    size_t i = (size_t)(uint32_t)day % DATE_CACHE;
    if (l->dates[i].day != day || l->dates[i].text[0] == '\0') {
        l->dates[i].day = day;
        (void)date_text(day, l->dates[i].text);
    }
    return V_STR(((struct str){l->dates[i].text, 10}));
}

uint64_t load_role_key(int64_t person, int64_t org, int role) {
    return key_mix(key_mix((uint64_t)person, (uint64_t)org), (uint64_t)role + 1);
}

/* Somebody who left and came back has the role twice: the second time by the day it began. */
uint64_t load_role_again_key(uint64_t key, int32_t begins) {
    return key_mix(key, (uint64_t)(uint32_t)begins);
}

static int code_of(const char *const *list, size_t n, struct str s) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_z(list[i]), s))
            return (int)i + 1;
    return 0;
}
#define CODE_OF(list, s) code_of(list, sizeof(list) / sizeof((list)[0]), s)

bool load_wants_example(const struct roster_load *l, enum roster_tab t, enum load_outcome what) {
    const struct load_count *c = &l->count[t];
    int64_t n = what == LOAD_ADDED     ? c->added
                : what == LOAD_CHANGED ? c->changed
                : what == LOAD_ENDED   ? c->ended
                                       : c->reopened;
    return n <= (int64_t)l->opt.examples_max;
}

void load_example_add(struct roster_load *l, enum roster_tab t, enum load_outcome what,
                      struct str who, struct str detail, struct tr reason) {
    struct load_count *c = &l->count[t];
    if (c->examples == NULL)
        c->examples = ARENA_ARRAY(l->arena, struct load_example, l->opt.examples_max * 4 + 4);
    who = str_sub(who, 0, 300);
    while (who.n > 0 && !str_utf8_ok(who)) /* not in the middle of a letter */
        who.n--;
    if (c->example_count < l->opt.examples_max * 4)
        c->examples[c->example_count++] = (struct load_example){
            what, arena_str(l->arena, who), arena_str(l->arena, detail), reason};
}

static struct str val_show(struct arena *a, const struct val *v) {
    switch (v->kind) {
    case VAL_NULL:
        return STR("(empty)");
    case VAL_INT:
        return arena_fmt(a, "%" PRId64, v->i);
    case VAL_REAL:
        return arena_fmt(a, "%g", v->r);
    case VAL_TEXT:
    case VAL_BLOB:
        break;
    }
    return v->s.n == 0 ? STR("(empty)") : v->s;
}

static bool val_same(const struct val *a, const struct val *b) {
    if (a->kind == VAL_NULL || b->kind == VAL_NULL)
        return a->kind == b->kind;
    if (a->kind == VAL_INT && b->kind == VAL_INT)
        return a->i == b->i;
    return a->kind == b->kind && str_eq(a->s, b->s);
}

static struct str text_at(const struct roster_row *o, enum roster_tab t, const char *name) {
    int c = roster_column(t, name);
    return c >= 0 && o->found && o->v[c].kind == VAL_TEXT ? o->v[c].s : STR("");
}

static int64_t int_at(const struct roster_row *o, enum roster_tab t, const char *name) {
    int c = roster_column(t, name);
    return c >= 0 && o->found && o->v[c].kind == VAL_INT ? o->v[c].i : 0;
}

/* A name for a person who reads the preview; rows that are not written yet have none to read. */
static enum err label_of(struct roster_load *l, enum roster_tab t, const struct roster_row *o,
                         struct arena *a, struct str *out, struct errmsg *e) {
    static const char *const names[] = {"name", "title"};
    *out = STR("");
    for (size_t i = 0; i < 2; i++)
        if (roster_column(t, names[i]) >= 0)
            *out = text_at(o, t, names[i]);
    if (t == TAB_PERSON)
        *out = arena_fmt(a, "%.*s %.*s", STR_ARG(text_at(o, t, "given_name")),
                         STR_ARG(text_at(o, t, "family_name")));
    if (roster_column(t, "person_id") < 0)
        return ERR_OK;
    struct roster_row other;
    TRY(roster_row_get(l->db, TAB_PERSON, int_at(o, t, "person_id"), a, &other, e));
    if (other.found)
        TRY(label_of(l, TAB_PERSON, &other, a, out, e));
    bool section = roster_column(t, "section_id") >= 0,
         org = !section && roster_column(t, "org_id") >= 0;
    if (!section && !org)
        return ERR_OK;
    TRY(roster_row_get(l->db, section ? TAB_SECTION : TAB_ORG,
                       int_at(o, t, section ? "section_id" : "org_id"), a, &other, e));
    struct str where = text_at(&other, section ? TAB_SECTION : TAB_ORG, section ? "title" : "name");
    *out = arena_fmt(a, "%.*s, %.*s: %.*s", STR_ARG(*out), STR_ARG(text_at(o, t, "role")),
                     STR_ARG(where));
    return ERR_OK;
}

static struct str before_json(struct roster_load *l, enum roster_tab t,
                              const struct roster_row *o) {
    roster_row_json(t, o, &l->json);
    return buf_str(&l->json);
}

static struct str difference(const struct undo_table *u, const struct roster_row *o,
                             const struct val *v, size_t n, struct arena *a) {
    struct buf b = buf_new(4000);
    for (size_t i = 0; i < n && i < o->n; i++) {
        if (strcmp(u->columns[i], "src_hash") == 0 || val_same(&o->v[i], &v[i]))
            continue;
        struct str from = val_show(a, &o->v[i]), to = val_show(a, &v[i]);
        buf_fmt(&b, "%s%s: %.*s \xE2\x86\x92 %.*s", b.n > 0 ? "; " : "", u->columns[i],
                STR_ARG(from), STR_ARG(to));
    }
    struct str s = arena_str(a, buf_str(&b));
    buf_free(&b);
    return s;
}

/* ---- writing one row ---- */

enum err load_insert(struct roster_load *l, enum roster_tab t, const struct val *v, size_t n,
                     struct str ext, int64_t id, struct errmsg *e) {
    const struct roster_table *table = roster_table(t);
    l->count[t].added++;
    if (!l->opt.write)
        return ERR_OK;
    struct val all[COLUMNS + 3];
    CHECK(n <= COLUMNS);
    memcpy(all, v, n * sizeof *v);
    if (table->has_ext)
        all[n++] = V_STR(ext);
    all[n++] = V_INT(batch_id(l->batch));
    all[n++] = V_INT(id);
    return db_exec(l->db, table->insert, (struct args){all, n}, NULL, e);
}

enum err load_change(struct roster_load *l, enum roster_tab t, int64_t id, const struct val *v,
                     size_t n, enum batch_change_kind kind, struct errmsg *e) {
    enum load_outcome what = kind == BATCH_REOPENED ? LOAD_REOPENED : LOAD_CHANGED;
    int64_t *counter = kind == BATCH_REOPENED ? &l->count[t].reopened : &l->count[t].changed;
    ++*counter;
    bool example = load_wants_example(l, t, what);
    if (!l->opt.write && !example)
        return ERR_OK;
    const struct undo_table *u = &roster_table(t)->undo;
    struct arena *a = arena_new(1 << 22);
    struct roster_row old;
    enum err r = roster_row_get(l->db, t, id, a, &old, e);
    if (r == ERR_OK && example) {
        struct str who;
        r = label_of(l, t, &old, a, &who, e);
        load_example_add(l, t, what, who, difference(u, &old, v, n, a),
                         kind == BATCH_REOPENED
                             ? TR("It is in the file again.", "Está otra vez en el archivo.")
                             : TR("The file has other values.", "El archivo tiene otros valores."));
    }
    if (r == ERR_OK && l->opt.write) {
        struct val all[COLUMNS + 1];
        memcpy(all, v, n * sizeof *v);
        all[n] = V_INT(id);
        r = batch_change(l->db, l->batch, u->tab, id, kind, before_json(l, t, &old), e);
        if (r == ERR_OK)
            r = db_exec(l->db, u->restore, (struct args){all, n + 1}, NULL, e);
    }
    arena_free(a);
    return r;
}

enum err load_end_row(struct roster_load *l, enum roster_tab t, int64_t id, int32_t day,
                      struct tr reason, struct errmsg *e) {
    l->count[t].ended++;
    bool example = load_wants_example(l, t, LOAD_ENDED);
    if (!l->opt.write && !example)
        return ERR_OK;
    const struct undo_table *u = &roster_table(t)->undo;
    struct arena *a = arena_new(1 << 22);
    struct roster_row old;
    struct str who = {0};
    enum err r = roster_row_get(l->db, t, id, a, &old, e);
    if (r == ERR_OK && example && old.found) {
        r = label_of(l, t, &old, a, &who, e);
        load_example_add(l, t, LOAD_ENDED, who, STR(""), reason);
    }
    if (r == ERR_OK && l->opt.write) {
        r = batch_change(l->db, l->batch, u->tab, id, BATCH_ENDED, before_json(l, t, &old), e);
        if (r == ERR_OK)
            r = db_exec(l->db, u->end_one, ARGS(load_date(l, day), V_INT(id)), NULL, e);
    }
    arena_free(a);
    return r;
}

static const struct tr is_new = TR_INIT("It is in the file and not yet in the records.",
                                        "Está en el archivo y todavía no en los registros.");
static const struct tr is_missing = TR_INIT("It is missing from the file.", "Falta en el archivo.");
static const struct tr is_deleted =
    TR_INIT("The file marks it as deleted.", "El archivo lo marca como eliminado.");

enum err load_put(struct roster_load *l, const struct load_write *w, uint32_t *number,
                  enum load_outcome *out, struct errmsg *e) {
    struct keymap *m = &l->map[w->tab];
    uint32_t i = keymap_find(m, w->key);
    *number = i;
    if (i != KEYMAP_NONE && (key_flags(&m->entries[i]) & SEEN) != 0) {
        *out = LOAD_TWICE;
        return ERR_OK;
    }
    if (i == KEYMAP_NONE) {
        *out = LOAD_UNCHANGED;
        if (w->gone)
            return ERR_OK; /* deleted before it was ever here */
        *number = keymap_add(m, w->key, l->next_id[w->tab]++, w->hash, SEEN | NEW);
        *out = LOAD_ADDED;
        TRY(load_insert(l, w->tab, w->v, w->n, w->ext, key_id(&m->entries[*number]), e));
        if (load_wants_example(l, w->tab, LOAD_ADDED))
            load_example_add(l, w->tab, LOAD_ADDED, w->label.n > 0 ? w->label : w->ext, STR(""),
                             is_new);
        return ERR_OK;
    }
    struct key_entry *k = &m->entries[i];
    int64_t id = key_id(k);
    bool was_gone = (key_flags(k) & GONE) != 0 || k->hash == 0; /* ended by an import */
    key_set(k, SEEN);
    *out = LOAD_UNCHANGED;
    if (w->gone) {
        if (was_gone)
            return ERR_OK;
        key_set(k, GONE);
        *out = LOAD_ENDED;
        return load_end_row(l, w->tab, id, w->gone_on == DATE_NONE ? l->opt.as_of : w->gone_on,
                            is_deleted, e);
    }
    if (!was_gone && k->hash == w->hash) {
        l->count[w->tab].unchanged++;
        return ERR_OK;
    }
    k->hash = w->hash;
    key_unset(k, GONE);
    *out = was_gone ? LOAD_REOPENED : LOAD_CHANGED;
    return load_change(l, w->tab, id, w->v, w->n, was_gone ? BATCH_REOPENED : BATCH_CHANGED, e);
}

uint32_t load_find(const struct roster_load *l, enum roster_tab t, uint64_t key) {
    uint32_t i = key == 0 ? KEYMAP_NONE : keymap_find(&l->map[t], key);
    if (i == KEYMAP_NONE)
        return i;
    unsigned flags = key_flags(&l->map[t].entries[i]);
    if ((flags & MERGED) != 0)
        return i; /* its rows go to the other */
    if ((flags & GONE) != 0 || (l->bulk[t] && (flags & SEEN) == 0))
        return KEYMAP_NONE;
    return i;
}

bool roster_load_knows(const struct roster_load *l, enum roster_tab t, uint64_t key) {
    return load_find(l, t, key) != KEYMAP_NONE;
}

void roster_load_keep(struct roster_load *l, enum roster_tab t, uint64_t key) {
    uint32_t i = keymap_find(&l->map[t], key);
    if (i != KEYMAP_NONE)
        key_set(&l->map[t].entries[i], SEEN);
}

uint64_t roster_load_only_org(const struct roster_load *l, const char *kind) {
    uint64_t found = 0;
    for (uint32_t i = 0; i < l->map[TAB_ORG].n; i++) {
        const struct key_entry *k = &l->map[TAB_ORG].entries[i];
        if (strcmp(l->org[i].kind, kind) != 0 || (key_flags(k) & GONE) != 0)
            continue;
        if (found != 0)
            return 0;
        found = k->key;
    }
    return found;
}

void roster_load_prefetch(const struct roster_load *l, enum roster_tab t, uint64_t key) {
    keymap_prefetch(&l->map[t], key);
}

/* ---- what is there ---- */

/* The number of a person by id, among those that were loaded (ids ascend). */
static uint32_t number_of(const struct roster_load *l, int64_t id) {
    const struct keymap *m = &l->map[TAB_PERSON];
    uint32_t low = 0, high = l->loaded_people;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (key_id(&m->entries[mid]) < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->loaded_people && key_id(&m->entries[low]) == id ? low : KEYMAP_NONE;
}

static int yes_no(const struct rows *r, int c) {
    return rows_null(r, c) ? 0 : rows_int(r, c) != 0 ? 1 : 2;
}

static void read_status(struct roster_load *l, const struct rows *r) {
    uint32_t n = number_of(l, rows_int(r, 1));
    if (n == KEYMAP_NONE)
        return;
    struct who *w = &l->who[n];
    w->status_id = rows_int(r, 0);
    w->has_status = true;
    w->status_begins = rows_date(r, 2);
    w->was = (struct load_status){
        .grade = (uint8_t)CODE_OF(load_grades, rows_str(r, 3)),
        .meal = (uint8_t)CODE_OF(load_meals, rows_str(r, 4)),
        .english_learner = (uint8_t)yes_no(r, 5),
        .disability_plan = (uint8_t)yes_no(r, 6),
        .race = (uint8_t)CODE_OF(load_races, rows_str(r, 7)),
        .gender = (uint8_t)CODE_OF(load_genders, rows_str(r, 8)),
        .housing = (uint8_t)CODE_OF(load_housings, rows_str(r, 10)),
    };
    struct str lang = rows_str(r, 9);
    if (lang.n > 0)
        memcpy(w->was.language, lang.p, lang.n < 3 ? lang.n : 3);
    int32_t birth = rows_date(r, 11);
    w->was.birth_on = birth == DATE_NONE ? 0 : birth;
    w->now = w->was;
}

static void read_person(struct roster_load *l, const struct rows *r, uint32_t i) {
    GROW(l->who, l->who_room, i);
    l->who[i] = (struct who){.into = i, .org = KEYMAP_NONE};
    if (rows_null(r, 4))
        return;
    key_set(&l->map[TAB_PERSON].entries[i], MERGED | GONE);
    l->who[i].status_id = rows_int(r, 4); /* until all are read: see settle_merged */
}

static void settle_merged(struct roster_load *l) {
    const struct keymap *m = &l->map[TAB_PERSON];
    l->loaded_people = m->n;
    for (uint32_t i = 0; i < m->n; i++)
        if ((key_flags(&m->entries[i]) & MERGED) != 0) {
            uint32_t into = number_of(l, l->who[i].status_id);
            l->who[i].into = into == KEYMAP_NONE ? i : into;
            l->who[i].status_id = 0;
        }
    for (uint32_t i = 0; i < m->n; i++) /* a chain of merges */
        for (int hops = 0; hops < 8 && l->who[l->who[i].into].into != l->who[i].into; hops++)
            l->who[i].into = l->who[l->who[i].into].into;
    for (uint32_t i = 0; i < m->n; i++)
        l->who[l->who[i].into].merges |= l->who[i].into != i;
}

static uint64_t key_of_row(const struct rows *r, enum roster_tab t) {
    if (t == TAB_ROLE)
        return load_role_key(rows_int(r, 1), rows_int(r, 2),
                             CODE_OF(load_roles, rows_str(r, 3)) - 1);
    if (t == TAB_GUARDIAN)
        return key_mix((uint64_t)rows_int(r, 1), (uint64_t)rows_int(r, 2));
    return hash64(rows_str(r, 1));
}

/* The arrays beside the map. */
static void read_more(struct roster_load *l, enum roster_tab t, const struct rows *r, uint32_t i) {
    if (t == TAB_PERSON) {
        read_person(l, r, i);
    } else if (t == TAB_ORG) {
        GROW(l->org, l->org_room, i);
        l->org[i] = (struct org_more){.had_low = CODE_OF(load_grades, rows_str(r, 5)),
                                      .had_high = CODE_OF(load_grades, rows_str(r, 6))};
        struct str kind = rows_str(r, 4);
        memcpy(l->org[i].kind, kind.p, kind.n < 11 ? kind.n : 11);
    } else if (t == TAB_TERM) {
        GROW(l->term, l->term_room, i);
        l->term[i] = (struct term_more){rows_date(r, 5), rows_date(r, 6), (int)rows_int(r, 7),
                                        str_eq(rows_str(r, 4), STR("schoolYear"))};
    } else if (t == TAB_SECTION) {
        GROW(l->section, l->section_room, i);
        l->section[i] = (struct section_more){rows_date(r, 5), rows_date(r, 6), KEYMAP_NONE};
        for (uint32_t o = 0; o < l->map[TAB_ORG].n; o++)
            if (key_id(&l->map[TAB_ORG].entries[o]) == rows_int(r, 4))
                l->section[i].org = o;
    } else if (t == TAB_GUARDIAN) {
        GROW(l->guardian, l->guardian_room, i);
        l->guardian[i] =
            (struct guardian_more){number_of(l, rows_int(r, 1)), number_of(l, rows_int(r, 2))};
    } else if (t == TAB_ROLE) {
        uint32_t n = number_of(l, rows_int(r, 1));
        if (n != KEYMAP_NONE && rows_int(r, 5) != 0 && str_eq(rows_str(r, 3), STR("student")))
            l->who[n].student = true;
    }
}

static int hash_column(enum roster_tab t) {
    return t == TAB_ROLE ? 4 : t == TAB_GUARDIAN ? 0 : 2;
}

static enum err load_table(struct roster_load *l, enum roster_tab t, struct errmsg *e) {
    struct keymap *m = &l->map[t];
    bool by_day = t == TAB_ROLE || t == TAB_ENROLLMENT;
    int end = loads[t].end_column;
    struct rows *r;
    TRY(db_int(l->db, roster_table(t)->newest, NO_ARGS, &l->next_id[t], NULL, e));
    l->next_id[t]++;
    if (l->next_id[t] > 1)
        keymap_reserve(m, (size_t)l->next_id[t]);
    TRY(db_rows(l->db, loads[t].load, by_day ? ARGS(load_date(l, l->opt.as_of)) : NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (t == TAB_STATUS) {
            read_status(l, r);
            l->count[t].before++;
            continue;
        }
        uint64_t key = key_of_row(r, t);
        unsigned flags = ACTIVE;
        if (t == TAB_ENROLLMENT || t == TAB_ROLE)
            flags = rows_int(r, t == TAB_ROLE ? 5 : 3) != 0 ? ACTIVE : 0;
        else if (t != TAB_ROLE && t != TAB_GUARDIAN && !rows_null(r, end) &&
                 rows_date(r, end) <= l->opt.as_of)
            flags = GONE;
        else if (t == TAB_SECTION && !rows_null(r, 6) && rows_date(r, 6) <= l->opt.as_of)
            flags = 0; /* its terms are over: missing it is no loss */
        else if (t == TAB_TERM && rows_date(r, 6) <= l->opt.as_of)
            flags = 0;
        l->count[t].before += (flags & ACTIVE) != 0;
        if (t == TAB_ROLE && keymap_find(m, key) != KEYMAP_NONE)
            key = load_role_again_key(key, rows_date(r, 6));
        if (keymap_find(m, key) != KEYMAP_NONE)
            continue; /* two rows of one id: the first stands for both */
        uint64_t hash = t == TAB_GUARDIAN ? 0 : (uint64_t)rows_int(r, hash_column(t));
        read_more(l, t, r, keymap_add(m, key, rows_int(r, 0), hash, flags));
    }
    TRY(rows_close(r, e));
    if (t == TAB_PERSON)
        settle_merged(l);
    return ERR_OK;
}

enum err roster_load_new(struct db *db, struct batch *b, const struct load_options *opt,
                         struct roster_load **out, struct errmsg *e) {
    struct roster_load *l = calloc(1, sizeof *l);
    CHECK(l != NULL);
    l->db = db;
    l->batch = b;
    l->opt = *opt;
    l->arena = arena_new(ARENA_BYTES);
    l->json = buf_new(JSON_BYTES);
    l->opening = opt->as_of;
    enum err r = ERR_OK;
    for (int t = 0; t < TAB_ENROLLMENT && r == ERR_OK; t++)
        r = load_table(l, (enum roster_tab)t, e);
    l->first = l->map[TAB_PERSON].n == 0;
    if (r != ERR_OK) {
        roster_load_free(l);
        l = NULL;
    }
    *out = l;
    return r;
}

void roster_load_free(struct roster_load *l) {
    if (l == NULL)
        return;
    for (int t = 0; t < TABS; t++)
        keymap_free(&l->map[t]);
    free(l->who);
    free(l->org);
    free(l->term);
    free(l->section);
    free(l->guardian);
    free(l->agents);
    arena_free(l->arena);
    buf_free(&l->json);
    free(l);
}

/* ---- a file begins and ends ---- */

static enum err drop_indexes(struct roster_load *l, struct errmsg *e) {
    for (size_t i = 0; i < roster_index_count; i++)
        TRY(db_exec(l->db, roster_indexes[i].drop, NO_ARGS, NULL, e));
    l->indexes_dropped = true;
    return ERR_OK;
}

enum err roster_load_begin(struct roster_load *l, enum roster_tab t, bool bulk, int64_t expect,
                           struct errmsg *e) {
    if (t == TAB_ENROLLMENT && !l->begun[t])
        TRY(load_table(l, t, e));
    if (t == TAB_PERSON && l->first && l->opt.write && !l->indexes_dropped)
        TRY(drop_indexes(l, e));
    if (expect > 0)
        keymap_reserve(&l->map[t], (size_t)expect > l->map[t].n ? (size_t)expect : l->map[t].n);
    l->begun[t] = true;
    l->bulk[t] = bulk;
    return db_bulk(l->db, l->opt.write, e);
}

/* The first day of the school year that as_of is in. */
static void find_opening(struct roster_load *l) {
    int year = 0;
    for (uint32_t i = 0; i < l->map[TAB_TERM].n; i++)
        if (l->term[i].begins <= l->opt.as_of && l->opt.as_of < l->term[i].ends &&
            l->term[i].school_year > year)
            year = l->term[i].school_year;
    for (uint32_t i = 0; i < l->map[TAB_TERM].n && l->first; i++)
        if (l->term[i].school_year == year && l->term[i].begins < l->opening)
            l->opening = l->term[i].begins;
}

enum err roster_load_end(struct roster_load *l, enum roster_tab t, struct errmsg *e) {
    struct keymap *m = &l->map[t];
    TRY(db_bulk(l->db, false, e));
    for (uint32_t i = 0; l->bulk[t] && i < m->n; i++) {
        struct key_entry *k = &m->entries[i];
        if ((key_flags(k) & (SEEN | GONE)) != 0)
            continue;
        if ((key_flags(k) & ACTIVE) == 0)
            continue; /* over by its own dates */
        key_set(k, GONE);
        TRY(load_end_row(l, t, key_id(k), l->opt.as_of, is_missing, e));
    }
    if (t == TAB_TERM)
        find_opening(l);
    if (l->opt.write)
        TRY(db_int(l->db, roster_table(t)->sequence, NO_ARGS, &(int64_t){0}, NULL, e));
    return ERR_OK;
}

/* ---- the end of it all ---- */

static const struct tr has_left =
    TR_INIT("The person is no longer on the roster.", "La persona ya no está en la matrícula.");

static enum err end_roles_of(struct roster_load *l, int64_t person, struct errmsg *e) {
    struct rows *r;
    enum err x = ERR_OK;
    TRY(db_rows(l->db, SQL_LOAD_OPEN_ROLES, ARGS(V_INT(person), load_date(l, l->opt.as_of)), &r,
                e));
    while (x == ERR_OK && rows_next(r)) {
        int role = CODE_OF(load_roles, rows_str(r, 2)) - 1;
        uint32_t i = keymap_find(&l->map[TAB_ROLE], load_role_key(person, rows_int(r, 1), role));
        if (i != KEYMAP_NONE && (key_flags(&l->map[TAB_ROLE].entries[i]) & GONE) != 0)
            continue;
        if (i != KEYMAP_NONE)
            key_set(&l->map[TAB_ROLE].entries[i], GONE);
        x = load_end_row(l, TAB_ROLE, rows_int(r, 0), l->opt.as_of, has_left, e);
    }
    enum err y = rows_close(r, x == ERR_OK ? e : NULL);
    return x == ERR_OK ? y : x;
}

static enum err end_enrollments_of(struct roster_load *l, int64_t person, struct errmsg *e) {
    struct rows *r;
    enum err x = ERR_OK;
    struct keymap *m = &l->map[TAB_ENROLLMENT];
    TRY(db_rows(l->db, SQL_LOAD_OPEN_ENROLLMENTS, ARGS(V_INT(person), load_date(l, l->opt.as_of)),
                &r, e));
    while (x == ERR_OK && rows_next(r)) {
        uint32_t i = keymap_find(m, hash64(rows_str(r, 1)));
        if (i != KEYMAP_NONE && (key_flags(&m->entries[i]) & GONE) != 0)
            continue;
        if (i != KEYMAP_NONE)
            key_set(&m->entries[i], GONE);
        x = load_end_row(l, TAB_ENROLLMENT, rows_int(r, 0), l->opt.as_of, has_left, e);
    }
    enum err y = rows_close(r, x == ERR_OK ? e : NULL);
    return x == ERR_OK ? y : x;
}

static bool left(const struct roster_load *l, uint32_t person) {
    unsigned f = person == KEYMAP_NONE ? 0 : key_flags(&l->map[TAB_PERSON].entries[person]);
    return (f & (GONE | ACTIVE)) == (GONE | ACTIVE);
}

/* What people leave who ended in this import. */
static enum err end_what_is_left(struct roster_load *l, struct errmsg *e) {
    for (uint32_t i = 0; i < l->loaded_people; i++) {
        if (!left(l, i))
            continue;
        int64_t id = key_id(&l->map[TAB_PERSON].entries[i]);
        TRY(end_roles_of(l, id, e));
        TRY(end_enrollments_of(l, id, e));
        if (l->who[i].has_status)
            TRY(load_end_row(l, TAB_STATUS, l->who[i].status_id, l->opt.as_of, has_left, e));
    }
    return ERR_OK;
}

static bool status_same(const struct load_status *a, const struct load_status *b) {
    return a->grade == b->grade && a->meal == b->meal && a->english_learner == b->english_learner &&
           a->disability_plan == b->disability_plan && a->race == b->race &&
           a->gender == b->gender && a->housing == b->housing && a->birth_on == b->birth_on &&
           memcmp(a->language, b->language, sizeof a->language) == 0;
}

static struct val coded(const char *const list[], int code) {
    return code == 0 ? V_NULL : V_Z(list[code - 1]);
}

static struct val yes(int code) {
    return code == 0 ? V_NULL : V_INT(code == 1 ? 1 : 0);
}

static size_t status_vals(struct roster_load *l, int64_t person, int32_t begins,
                          const struct load_status *s, struct val v[static COLUMNS]) {
    size_t n = 0;
    v[n++] = V_INT(person);
    v[n++] = load_date(l, begins);
    v[n++] = V_NULL;
    v[n++] = coded(load_grades, s->grade);
    v[n++] = coded(load_meals, s->meal);
    v[n++] = yes(s->english_learner);
    v[n++] = yes(s->disability_plan);
    v[n++] = coded(load_races, s->race);
    v[n++] = coded(load_genders, s->gender);
    v[n++] = s->language[0] == '\0' ? V_NULL : V_Z(s->language);
    v[n++] = coded(load_housings, s->housing);
    v[n++] = s->birth_on == 0 ? V_NULL : load_date(l, s->birth_on);
    v[n++] = V_INT(0);
    return n;
}

static const struct tr groups_changed =
    TR_INIT("The student's grade or groups changed; the old ones end, the new ones begin.",
            "Cambió el grado o los grupos del estudiante; los anteriores terminan y empiezan los "
            "nuevos.");

static enum err put_status(struct roster_load *l, uint32_t i, struct errmsg *e) {
    struct who *w = &l->who[i];
    const struct key_entry *k = &l->map[TAB_PERSON].entries[i];
    struct val v[COLUMNS];
    int32_t begins = (key_flags(k) & NEW) != 0 ? l->opening : l->opt.as_of;
    if (w->has_status && status_same(&w->was, &w->now)) {
        l->count[TAB_STATUS].unchanged++;
        return ERR_OK;
    }
    if (w->has_status && w->status_begins >= l->opt.as_of) /* within one day: no version between */
        return load_change(l, TAB_STATUS, w->status_id, v,
                           status_vals(l, key_id(k), w->status_begins, &w->now, v), BATCH_CHANGED,
                           e);
    if (w->has_status) {
        TRY(load_end_row(l, TAB_STATUS, w->status_id, l->opt.as_of, groups_changed, e));
        l->count[TAB_STATUS].ended--; /* one change, told as that */
        l->count[TAB_STATUS].changed++;
        l->count[TAB_STATUS].added--;
    }
    size_t n = status_vals(l, key_id(k), begins, &w->now, v);
    return load_insert(l, TAB_STATUS, v, n, STR(""), l->next_id[TAB_STATUS]++, e);
}

static enum err put_statuses(struct roster_load *l, struct errmsg *e) {
    const struct keymap *m = &l->map[TAB_PERSON];
    if (!l->begun[TAB_PERSON] && !l->begun[TAB_STATUS] && !l->begun[TAB_ROLE])
        return ERR_OK;
    TRY(db_bulk(l->db, l->opt.write, e));
    for (uint32_t i = 0; i < m->n; i++) {
        unsigned f = key_flags(&m->entries[i]);
        if (l->who[i].student && (f & (GONE | MERGED)) == 0)
            TRY(put_status(l, i, e));
    }
    TRY(db_bulk(l->db, false, e));
    return l->opt.write
               ? db_int(l->db, SQL_STUDENT_STATUS_SEQUENCE, NO_ARGS, &(int64_t){0}, NULL, e)
               : ERR_OK;
}

/* One link: the student's side and the other's. */
static enum err put_guardian(struct roster_load *l, uint32_t student, uint32_t other,
                             struct errmsg *e) {
    const struct keymap *p = &l->map[TAB_PERSON];
    struct keymap *m = &l->map[TAB_GUARDIAN];
    int64_t a = key_id(&p->entries[student]), b = key_id(&p->entries[other]);
    uint64_t key = key_mix((uint64_t)a, (uint64_t)b);
    uint32_t i = keymap_find(m, key);
    if (i != KEYMAP_NONE) {
        l->count[TAB_GUARDIAN].unchanged += (key_flags(&m->entries[i]) & SEEN) == 0;
        key_set(&m->entries[i], SEEN);
        return ERR_OK;
    }
    int64_t id = l->next_id[TAB_GUARDIAN]++;
    i = keymap_add(m, key, id, 0, SEEN | NEW);
    GROW(l->guardian, l->guardian_room, i);
    l->guardian[i] = (struct guardian_more){student, other};
    int32_t begins = (key_flags(&p->entries[student]) & NEW) != 0 ? l->opening : l->opt.as_of;
    struct val v[] = {V_INT(a), V_INT(b), load_date(l, begins), V_NULL};
    return load_insert(l, TAB_GUARDIAN, v, 4, STR(""), id, e);
}

static enum err put_guardians(struct roster_load *l, load_dangling dangling, void *arg,
                              struct errmsg *e) {
    TRY(db_bulk(l->db, l->opt.write, e));
    for (size_t i = 0; i < l->agent_n; i++) {
        uint32_t one = l->agents[i].person;
        uint32_t other = load_find(l, TAB_PERSON, l->agents[i].agent);
        if (other == KEYMAP_NONE) {
            if (dangling != NULL)
                dangling(arg, l->agents[i].line);
            continue;
        }
        other = l->who[other].into;
        if (l->who[one].student && !l->who[other].student)
            TRY(put_guardian(l, one, other, e));
        else if (l->who[other].student && !l->who[one].student)
            TRY(put_guardian(l, other, one, e));
    }
    TRY(db_bulk(l->db, false, e));
    struct keymap *m = &l->map[TAB_GUARDIAN];
    for (uint32_t i = 0; i < m->n; i++) {
        if ((key_flags(&m->entries[i]) & SEEN) != 0)
            continue;
        struct guardian_more g = l->guardian[i];
        bool unlisted = g.student != KEYMAP_NONE && l->bulk[TAB_PERSON];
        bool dropped = g.student != KEYMAP_NONE && l->who[g.student].lists_agents;
        if (unlisted || dropped || left(l, g.student) || left(l, g.guardian))
            TRY(load_end_row(l, TAB_GUARDIAN, key_id(&m->entries[i]), l->opt.as_of, is_missing, e));
    }
    return l->opt.write ? db_int(l->db, SQL_GUARDIAN_SEQUENCE, NO_ARGS, &(int64_t){0}, NULL, e)
                        : ERR_OK;
}

/* What a school was before its grades move, for undo; not counted, since no row of the file said
 * it. */
static enum err remember_org(struct roster_load *l, uint32_t i, struct errmsg *e) {
    const struct key_entry *k = &l->map[TAB_ORG].entries[i];
    if ((key_flags(k) & NEW) != 0)
        return ERR_OK;
    struct arena *a = arena_new(1 << 22);
    struct roster_row old;
    enum err r = roster_row_get(l->db, TAB_ORG, key_id(k), a, &old, e);
    if (r == ERR_OK)
        r = batch_change(l->db, l->batch, "org", key_id(k), BATCH_CHANGED,
                         before_json(l, TAB_ORG, &old), e);
    arena_free(a);
    return r;
}

/* A school teaches the grades its students are in, unless the source says which. */
static enum err put_grades(struct roster_load *l, struct errmsg *e) {
    const struct keymap *m = &l->map[TAB_PERSON];
    for (uint32_t i = 0; i < m->n; i++) {
        const struct who *w = &l->who[i];
        unsigned f = key_flags(&m->entries[i]);
        if (!w->student || w->org == KEYMAP_NONE || w->now.grade == 0 || (f & (GONE | MERGED)) != 0)
            continue;
        struct org_more *o = &l->org[w->org];
        o->low = o->low == 0 || w->now.grade < o->low ? w->now.grade : o->low;
        o->high = w->now.grade > o->high ? w->now.grade : o->high;
    }
    for (uint32_t i = 0; i < l->map[TAB_ORG].n && l->opt.write && l->bulk[TAB_PERSON]; i++) {
        struct org_more *o = &l->org[i];
        if (o->fixed || o->low == 0 || strcmp(o->kind, "school") != 0 ||
            (o->low == o->had_low && o->high == o->had_high))
            continue;
        TRY(remember_org(l, i, e));
        TRY(db_exec(l->db, SQL_LOAD_GRADES,
                    ARGS(V_Z(load_grades[o->low - 1]), V_Z(load_grades[o->high - 1]),
                         V_INT(key_id(&l->map[TAB_ORG].entries[i]))),
                    NULL, e));
    }
    return ERR_OK;
}

static void find_stops(struct roster_load *l) {
    static const enum roster_tab stops[] = {TAB_PERSON, TAB_ENROLLMENT, TAB_SECTION, TAB_ORG};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        struct load_count *c = &l->count[stops[i]];
        c->stop = c->ended * 100 > c->before * l->opt.stop_percent;
    }
}

enum err roster_load_finish(struct roster_load *l, load_dangling dangling, void *arg,
                            struct errmsg *e) {
    TRY(put_statuses(l, e));
    TRY(put_guardians(l, dangling, arg, e));
    for (size_t i = 0; l->indexes_dropped && i < roster_index_count; i++)
        TRY(db_exec(l->db, roster_indexes[i].make, NO_ARGS, NULL, e));
    TRY(end_what_is_left(l, e));
    TRY(put_grades(l, e));
    find_stops(l);
    struct batch_counts *n = batch_counts(l->batch);
    for (int t = 0; t < TABS; t++) {
        n->added += l->count[t].added;
        n->changed += l->count[t].changed + l->count[t].reopened;
        n->ended += l->count[t].ended;
    }
    return ERR_OK;
}

const struct load_count *roster_load_count(const struct roster_load *l, enum roster_tab t) {
    return &l->count[t];
}

bool roster_load_first(const struct roster_load *l) {
    return l->first;
}

int32_t roster_load_opening(const struct roster_load *l) {
    return l->opening;
}
