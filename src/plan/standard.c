#include "plan/standard.h"

#include "base/date.h"
#include "plan/norms.h"

#include <math.h>
#include <string.h>

/* ---- words ---- */

const char *standard_op_code(enum standard_op op) {
    return op == STANDARD_AT_LEAST ? ">=" : "<=";
}

struct tr standard_op_words(enum standard_op op) {
    return op == STANDARD_AT_LEAST ? TR("at least", "al menos") : TR("at most", "como máximo");
}

struct tr standard_state_name(enum standard_state state) {
    return state == STANDARD_DRAFT     ? TR("Draft", "Borrador")
           : state == STANDARD_ADOPTED ? TR("Adopted", "Adoptada")
                                       : TR("Retired", "Retirada");
}

const char *standard_state_code(enum standard_state state) {
    return state == STANDARD_DRAFT ? "draft" : state == STANDARD_ADOPTED ? "adopted" : "retired";
}

static const char *const band_codes[STANDARD_BANDS] = {"all", "K-2", "3-5", "6-8", "9-12"};

const char *standard_band_code(enum standard_band band) {
    CHECK(band < STANDARD_BANDS);
    return band_codes[band];
}

bool standard_band_find(struct str code, enum standard_band *out) {
    for (enum standard_band b = BAND_ALL; b < STANDARD_BANDS; b++)
        if (str_eq(str_z(band_codes[b]), code)) {
            *out = b;
            return true;
        }
    return false;
}

int standard_group(enum standard_band band) {
    return band == BAND_ALL ? GROUP_ALL : group_of_band((int)band - 1);
}

struct tr standard_band_name(enum standard_band band) {
    return band == BAND_ALL ? TR("All grades", "Todos los grados")
                            : group_rows[standard_group(band)].label;
}

static const char *const kind_codes[SCHOOL_KINDS] = {"all", "elementary", "middle", "high"};

static enum school_kind kind_find(struct str code) {
    for (enum school_kind k = SCHOOL_ANY; k < SCHOOL_KINDS; k++)
        if (str_eq(str_z(kind_codes[k]), code))
            return k;
    return SCHOOL_ANY;
}

/* ---- reading ---- */

static void fill(struct standard *s, struct rows *r, struct arena *a) {
    struct str state = rows_str(r, 4);
    *s = (struct standard){
        .id = rows_int(r, 0),
        .set_code = arena_str(a, rows_str(r, 1)),
        .code = arena_str(a, rows_str(r, 2)),
        .version = (int)rows_int(r, 3),
        .state = str_eq(state, STR("draft"))     ? STANDARD_DRAFT
                 : str_eq(state, STR("adopted")) ? STANDARD_ADOPTED
                                                 : STANDARD_RETIRED,
        .name_en = arena_str(a, rows_str(r, 5)),
        .name_es = arena_str(a, rows_str(r, 6)),
        .note_en = arena_str(a, rows_str(r, 7)),
        .note_es = arena_str(a, rows_str(r, 8)),
        .indicator = arena_str(a, rows_str(r, 9)),
        .series = arena_str(a, rows_str(r, 10)),
        .op = str_eq(rows_str(r, 11), STR("<=")) ? STANDARD_AT_MOST : STANDARD_AT_LEAST,
        .target = rows_real(r, 12),
        .subject = arena_str(a, rows_str(r, 14)),
        .school_kind = kind_find(rows_str(r, 15)),
        .size_from = rows_int(r, 16),
        .size_to = rows_int(r, 17),
        .priority = rows_real(r, 18),
        .source = arena_str(a, rows_str(r, 19)),
        .effective_from = rows_date(r, 20),
        .effective_to = rows_date(r, 21),
        .cost_item = arena_str(a, rows_str(r, 22)),
        .quantity = rows_real(r, 23),
    };
    (void)standard_band_find(rows_str(r, 13), &s->band); /* the schema allows no other */
    s->ind = catalogue_find(s->indicator);
}

static enum err read_list(struct db *db, struct arena *a, enum sql id, struct args args,
                          struct standard_list *out, struct errmsg *e) {
    struct rows *r;
    size_t cap = 32;
    *out = (struct standard_list){0, ARENA_ARRAY(a, struct standard, cap)};
    TRY(db_rows(db, id, args, &r, e));
    while (rows_next(r)) {
        if (out->n == cap) {
            struct standard *more = ARENA_ARRAY(a, struct standard, cap * 2);
            memcpy(more, out->row, cap * sizeof *more);
            out->row = more;
            cap *= 2;
        }
        fill(&out->row[out->n++], r, a);
    }
    return rows_close(r, e);
}

enum err standard_list(struct db *db, struct arena *a, struct str set_code,
                       struct standard_list *out, struct errmsg *e) {
    return read_list(db, a, SQL_STANDARD_LIST, ARGS(V_STR(set_code)), out, e);
}

enum err standard_in_force(struct db *db, struct arena *a, int32_t day, struct standard_list *out,
                           struct errmsg *e) {
    char text[DATE_TEXT];
    return read_list(db, a, SQL_STANDARD_IN_FORCE, ARGS(val_date(day, text)), out, e);
}

enum err standard_versions(struct db *db, struct arena *a, struct str code,
                           struct standard_list *out, struct errmsg *e) {
    return read_list(db, a, SQL_STANDARD_VERSIONS, ARGS(V_STR(code)), out, e);
}

enum err standard_get(struct db *db, struct arena *a, int64_t id, struct standard *out,
                      struct errmsg *e) {
    struct standard_list l;
    TRY(read_list(db, a, SQL_STANDARD_GET, ARGS(V_INT(id)), &l, e));
    if (l.n == 0)
        return err_set(e, ERR_NOT_FOUND, "There is no such standard.");
    *out = l.row[0];
    return ERR_OK;
}

enum err standard_sets(struct db *db, struct arena *a, struct standard_set **out, size_t *n,
                       struct errmsg *e) {
    struct rows *r;
    size_t cap = 16;
    *n = 0;
    *out = ARENA_ARRAY(a, struct standard_set, cap);
    TRY(db_rows(db, SQL_STANDARD_SETS, NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (*n == cap) {
            struct standard_set *more = ARENA_ARRAY(a, struct standard_set, cap * 2);
            memcpy(more, *out, cap * sizeof *more);
            *out = more;
            cap *= 2;
        }
        (*out)[(*n)++] = (struct standard_set){.code = arena_str(a, rows_str(r, 0)),
                                               .name_en = arena_str(a, rows_str(r, 1)),
                                               .name_es = arena_str(a, rows_str(r, 2)),
                                               .source = arena_str(a, rows_str(r, 3)),
                                               .drafts = (size_t)rows_int(r, 4),
                                               .adopted = (size_t)rows_int(r, 5)};
    }
    return rows_close(r, e);
}

/* ---- writing ---- */

static bool code_ok(struct str code) {
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return code.n > 0 && code.n <= 60;
}

static enum err check(const struct standard *s, struct errmsg *e) {
    const struct indicator *ind = catalogue_find(s->indicator);
    if (!code_ok(s->code))
        return err_set(e, ERR_INVALID,
                       "Give the standard a code of small letters, digits and hyphens.");
    if (s->name_en.n == 0 || s->name_es.n == 0)
        return err_set(e, ERR_INVALID, "Give the standard a name in English and in Spanish.");
    if (ind == NULL)
        return err_set(e, ERR_INVALID, "There is no indicator \"%.*s\"; choose one of the list.",
                       STR_ARG(s->indicator));
    if (!isfinite(s->target) || s->target < 0 || (ind->show == SHOW_PERCENT && s->target > 100))
        return err_set(e, ERR_INVALID, "The target must be a number%s.",
                       ind->show == SHOW_PERCENT ? " from 0 to 100" : " of 0 or more");
    if (s->band != BAND_ALL && ind->unit != UNIT_STUDENT)
        return err_set(e, ERR_INVALID,
                       "%s is not about students, so it has no grade band: choose all grades.",
                       ind->code);
    if (!(s->priority > 0) || s->priority > 100)
        return err_set(e, ERR_INVALID,
                       "The priority must be above 0 and at most 100; 1 is normal.");
    if (!(s->quantity >= 0) || !isfinite(s->quantity))
        return err_set(e, ERR_INVALID, "The quantity must be a number of 0 or more.");
    if (s->size_to != 0 && s->size_to <= s->size_from)
        return err_set(e, ERR_INVALID, "The district size must go from less to more.");
    if (s->source.n == 0)
        return err_set(e, ERR_INVALID, "Say where the standard comes from, with the year.");
    return ERR_OK;
}

static enum err insert(struct db *db, const struct standard *s, int version,
                       enum standard_state state, int32_t from, int64_t *id, struct errmsg *e) {
    char day[DATE_TEXT];
    return db_int(db, SQL_STANDARD_ADD,
                  ARGS(V_STR(s->set_code), V_STR(s->code), V_INT(version),
                       V_Z(standard_state_code(state)), V_STR(s->name_en), V_STR(s->name_es),
                       V_STR(s->note_en), V_STR(s->note_es), V_STR(s->indicator), V_STR(s->series),
                       V_Z(standard_op_code(s->op)), V_REAL(s->target),
                       V_Z(standard_band_code(s->band)), V_STR(s->subject),
                       V_Z(kind_codes[s->school_kind]), V_INT(s->size_from), V_INT(s->size_to),
                       V_REAL(s->priority), V_STR(s->source), val_date(from, day), V_NULL,
                       V_STR(s->cost_item), V_REAL(s->quantity), V_INT(date_now_us())),
                  id, NULL, e);
}

static enum err change_draft(struct db *db, const struct standard *s, struct errmsg *e) {
    int64_t changed = 0;
    TRY(db_exec(db, SQL_STANDARD_CHANGE,
                ARGS(V_STR(s->set_code), V_STR(s->code), V_STR(s->name_en), V_STR(s->name_es),
                     V_STR(s->note_en), V_STR(s->note_es), V_STR(s->indicator), V_STR(s->series),
                     V_Z(standard_op_code(s->op)), V_REAL(s->target),
                     V_Z(standard_band_code(s->band)), V_STR(s->subject),
                     V_Z(kind_codes[s->school_kind]), V_INT(s->size_from), V_INT(s->size_to),
                     V_REAL(s->priority), V_STR(s->source), V_STR(s->cost_item),
                     V_REAL(s->quantity), V_INT(date_now_us()), V_INT(s->id)),
                &changed, e));
    return changed == 1 ? ERR_OK
                        : err_set(e, ERR_CONFLICT,
                                  "The draft was adopted or removed in between; open it again.");
}

static enum err end_version(struct db *db, int64_t id, int32_t day, struct errmsg *e) {
    char text[DATE_TEXT];
    int64_t changed = 0;
    TRY(db_exec(db, SQL_STANDARD_END, ARGS(val_date(day, text), V_INT(date_now_us()), V_INT(id)),
                &changed, e));
    return changed == 1
               ? ERR_OK
               : err_set(e, ERR_CONFLICT, "The standard is not in force; open the list again.");
}

static enum err newest_version(struct db *db, struct str code, int *out, struct errmsg *e) {
    int64_t v = 0;
    TRY(db_int(db, SQL_STANDARD_NEWEST, ARGS(V_STR(code)), &v, NULL, e));
    *out = (int)v;
    return ERR_OK;
}

static enum err edit(struct db *db, const struct standard *s, int64_t *id, struct errmsg *e) {
    struct arena *a = arena_new((size_t)1 << 20);
    struct standard old = {0};
    int newest = 0;
    enum err err = standard_get(db, a, s->id, &old, e);
    if (err == ERR_OK)
        err = newest_version(db, old.code, &newest, e);
    if (err == ERR_OK && (newest != old.version || !str_eq(old.code, s->code)))
        err = err_set(e, ERR_CONFLICT, "There is a newer version of this standard; open it first.");
    if (err == ERR_OK && old.state == STANDARD_DRAFT) {
        *id = old.id;
        err = change_draft(db, s, e);
    } else if (err == ERR_OK && s->effective_from == DATE_NONE) {
        err = err_set(e, ERR_INVALID, "Say from which day the new version is in force.");
    } else if (err == ERR_OK) {
        if (old.state == STANDARD_ADOPTED)
            err = end_version(db, old.id, s->effective_from, e);
        if (err == ERR_OK)
            err = insert(db, s, newest + 1, STANDARD_ADOPTED, s->effective_from, id, e);
    }
    arena_free(a);
    return err;
}

enum err standard_save(struct db *db, const struct standard *s, int64_t *id, struct errmsg *e) {
    int newest = 0;
    TRY(check(s, e));
    if (s->id != 0)
        return edit(db, s, id, e);
    TRY(newest_version(db, s->code, &newest, e));
    if (newest > 0)
        return err_set(e, ERR_CONFLICT,
                       "There is a standard \"%.*s\" already; choose another code.",
                       STR_ARG(s->code));
    return insert(db, s, 1, STANDARD_DRAFT, DATE_NONE, id, e);
}

static enum err a_day(int32_t day, struct errmsg *e) {
    return day == DATE_NONE ? err_set(e, ERR_INVALID, "Say from which day it is to hold.") : ERR_OK;
}

enum err standard_adopt_set(struct db *db, struct str set_code, int32_t from, int64_t *adopted,
                            struct errmsg *e) {
    char day[DATE_TEXT];
    TRY(a_day(from, e));
    return db_exec(db, SQL_STANDARD_ADOPT_SET,
                   ARGS(val_date(from, day), V_INT(date_now_us()), V_STR(set_code)), adopted, e);
}

enum err standard_adopt(struct db *db, int64_t id, int32_t from, struct errmsg *e) {
    char day[DATE_TEXT];
    int64_t changed = 0;
    TRY(a_day(from, e));
    TRY(db_exec(db, SQL_STANDARD_ADOPT, ARGS(val_date(from, day), V_INT(date_now_us()), V_INT(id)),
                &changed, e));
    return changed == 1
               ? ERR_OK
               : err_set(e, ERR_CONFLICT, "Only a draft can be adopted; open the list again.");
}

enum err standard_retire(struct db *db, int64_t id, int32_t on, struct errmsg *e) {
    TRY(a_day(on, e));
    return end_version(db, id, on, e);
}

bool standard_asked_of(const struct standard *s, const struct frame_org *org,
                       int64_t district_students) {
    if (org->school && s->school_kind != SCHOOL_ANY) {
        enum school_kind kind = school_kind_of(org);
        if (kind != SCHOOL_ANY && kind != s->school_kind)
            return false;
    }
    return district_students >= s->size_from && (s->size_to == 0 || district_students < s->size_to);
}

/* ---- unit costs ---- */

enum err cost_items(struct db *db, struct arena *a, struct cost_item **out, size_t *n,
                    struct errmsg *e) {
    struct rows *r;
    size_t cap = 32;
    *n = 0;
    *out = ARENA_ARRAY(a, struct cost_item, cap);
    TRY(db_rows(db, SQL_COST_ITEMS, NO_ARGS, &r, e));
    while (rows_next(r)) {
        if (*n == cap) {
            struct cost_item *more = ARENA_ARRAY(a, struct cost_item, cap * 2);
            memcpy(more, *out, cap * sizeof *more);
            *out = more;
            cap *= 2;
        }
        (*out)[(*n)++] = (struct cost_item){.id = rows_int(r, 0),
                                            .code = arena_str(a, rows_str(r, 1)),
                                            .label_en = arena_str(a, rows_str(r, 2)),
                                            .label_es = arena_str(a, rows_str(r, 3)),
                                            .source = arena_str(a, rows_str(r, 4)),
                                            .one_time_cents = rows_int(r, 5),
                                            .yearly_cents = rows_int(r, 6),
                                            .lifetime_years = rows_real(r, 7),
                                            .ours = rows_int(r, 8) != 0};
    }
    return rows_close(r, e);
}

enum err cost_item_save(struct db *db, const struct cost_item *c, struct errmsg *e) {
    if (!code_ok(c->code) || c->label_en.n == 0 || c->label_es.n == 0)
        return err_set(e, ERR_INVALID,
                       "Give the cost a code and a name in English and in Spanish.");
    if (c->one_time_cents < 0 || c->yearly_cents < 0 || !(c->lifetime_years >= 0) ||
        c->lifetime_years > 100)
        return err_set(
            e, ERR_INVALID,
            "Costs must be 0 or more, the lifetime from 0 (never replaced) to 100 years.");
    return db_exec(db, SQL_COST_ITEM_PUT,
                   ARGS(V_STR(c->code), V_STR(c->label_en), V_STR(c->label_es),
                        V_INT(c->one_time_cents), V_INT(c->yearly_cents), V_REAL(c->lifetime_years),
                        V_STR(c->source), V_INT(date_now_us())),
                   NULL, e);
}

/* ---- what we ship ---- */

static enum err ship_standard(struct db *db, const struct standard *s, struct errmsg *e) {
    int newest = 0;
    int64_t id;
    TRY(newest_version(db, s->code, &newest, e));
    return newest > 0 ? ERR_OK : insert(db, s, 1, STANDARD_DRAFT, DATE_NONE, &id, e);
}

enum err standard_ship(struct db *db, struct errmsg *e) {
    for (size_t i = 0; i < norm_set_count; i++) {
        const struct norm_set *t = &norm_sets[i];
        TRY(db_exec(db, SQL_STANDARD_SET_PUT,
                    ARGS(V_Z(t->code), V_Z(t->name.en), V_Z(t->name.es), V_Z(t->source)), NULL, e));
    }
    for (size_t i = 0; i < norm_cost_count; i++) {
        const struct norm_cost *c = &norm_costs[i];
        TRY(db_exec(db, SQL_COST_ITEM_SHIP,
                    ARGS(V_Z(c->code), V_Z(c->label.en), V_Z(c->label.es), V_INT(c->one_time_cents),
                         V_INT(c->yearly_cents), V_REAL(c->lifetime_years), V_Z(c->source),
                         V_INT(date_now_us())),
                    NULL, e));
    }
    for (size_t i = 0; i < norm_count; i++) {
        const struct norm *m = &norms[i];
        struct standard s = {.set_code = str_z(m->set),
                             .code = str_z(m->code),
                             .name_en = str_z(m->name.en),
                             .name_es = str_z(m->name.es),
                             .note_en = str_z(m->note.en),
                             .note_es = str_z(m->note.es),
                             .indicator = str_z(m->indicator),
                             .op = m->op,
                             .target = m->target,
                             .size_from = m->size_from,
                             .size_to = m->size_to,
                             .priority = m->priority,
                             .source = str_z(m->source),
                             .cost_item = str_z(m->cost_item),
                             .quantity = 1};
        TRY(ship_standard(db, &s, e));
    }
    return ERR_OK;
}
