#include "roster/rollover.h"

#include "base/date.h"
#include "base/hash.h"
#include "roster/load.h"

#include <stdlib.h>
#include <string.h>

enum { WEEKDAYS_STAY = 364, TERMS_MOST = 200, YEARS_MOST = 40 };

struct rollover {
    struct db *db;
    struct batch *batch;
    int32_t today;
    char day[DATE_TEXT];
    struct arena *arena;
    struct rollover_report *out;
};

struct ending {
    int64_t id;
    struct str on;
};

/* (today) -> id, the day it ends on. Read first: the loop writes the same tables. */
static enum err end_rows(struct rollover *v, enum sql which, enum roster_tab t, int64_t *count,
                         struct errmsg *e) {
    struct rows *r;
    struct ending *rows = NULL;
    size_t n = 0, room = 0;
    TRY(db_rows(v->db, which, ARGS(V_Z(v->day)), &r, e));
    while (rows_next(r)) {
        if (n == room) {
            room = room == 0 ? 256 : room * 2;
            struct ending *more = realloc(rows, room * sizeof *rows);
            CHECK(more != NULL);
            rows = more;
        }
        rows[n++] = (struct ending){rows_int(r, 0), arena_str(v->arena, rows_str(r, 1))};
    }
    enum err x = rows_close(r, e);
    for (size_t i = 0; x == ERR_OK && i < n; i++)
        x = roster_row_set(v->db, v->batch, t, rows[i].id, BATCH_ENDED, "ends_on",
                           V_STR(rows[i].on), NULL, V_NULL, e);
    *count = (int64_t)n;
    free(rows);
    return x;
}

struct old_term {
    int64_t id, parent, new_id;
    struct str ext, title, kind;
    int32_t begins, ends;
    int year;
};

/* The terms of the last school year, parents first. */
static enum err last_year(struct rollover *v, struct old_term *terms, size_t *n, bool *needed,
                          struct errmsg *e) {
    struct rows *r;
    *n = 0;
    *needed = true;
    TRY(db_rows(v->db, SQL_ROLLOVER_TERMS, NO_ARGS, &r, e));
    while (*n < TERMS_MOST && rows_next(r)) {
        struct old_term *t = &terms[(*n)++];
        *t = (struct old_term){rows_int(r, 0),
                               rows_int(r, 6),
                               0,
                               arena_str(v->arena, rows_str(r, 1)),
                               arena_str(v->arena, rows_str(r, 2)),
                               arena_str(v->arena, rows_str(r, 3)),
                               rows_date(r, 4),
                               rows_date(r, 5),
                               (int)rows_int(r, 7)};
        *needed = *needed && t->ends <= v->today;
    }
    *needed = *needed && *n > 0;
    return rows_close(r, e);
}

static enum err add_term(struct rollover *v, struct old_term *t, int years,
                         const struct old_term *all, size_t n, struct errmsg *e) {
    char begins[DATE_TEXT], ends[DATE_TEXT];
    int64_t parent = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].id == t->parent)
            parent = all[i].new_id;
    struct str base = t->ext;
    if (str_starts(base, STR("rollover:"))) /* of a year that was rolled over itself */
        base = str_sub(base, str_find(str_sub(base, 9, base.n), STR(":")) + 10, base.n);
    struct str ext = arena_fmt(v->arena, "rollover:%d:%.*s", t->year + years, STR_ARG(base));
    int64_t newest = 0;
    TRY(db_int(v->db, SQL_TERM_MAX, NO_ARGS, &newest, NULL, e));
    t->new_id = newest + 1;
    v->out->terms_added++;
    TRY(db_exec(v->db, SQL_TERM_INSERT,
                ARGS(V_STR(t->title), V_STR(t->kind),
                     val_date(t->begins + years * WEEKDAYS_STAY, begins),
                     val_date(t->ends + years * WEEKDAYS_STAY, ends), val_id(parent),
                     V_INT(t->year + years), V_NULL, V_INT(0), V_STR(ext),
                     V_INT(batch_id(v->batch)), V_INT(t->new_id)),
                NULL, e));
    return db_int(v->db, SQL_TERM_SEQUENCE, NO_ARGS, &(int64_t){0}, NULL, e);
}

static enum err add_terms(struct rollover *v, struct errmsg *e) {
    struct old_term *terms = ARENA_ARRAY(v->arena, struct old_term, TERMS_MOST);
    size_t n;
    bool needed;
    TRY(last_year(v, terms, &n, &needed, e));
    if (!needed)
        return ERR_OK;
    int32_t last = terms[0].ends;
    for (size_t i = 1; i < n; i++)
        last = terms[i].ends > last ? terms[i].ends : last;
    int years = 1;
    while (last + years * WEEKDAYS_STAY <= v->today && years < YEARS_MOST)
        years++;
    for (size_t i = 0; i < n; i++)
        TRY(add_term(v, &terms[i], years, terms, n, e));
    return ERR_OK;
}

static enum err roll(struct rollover *v, struct errmsg *e) {
    TRY(batch_begin(v->db, v->batch, 0, e));
    TRY(end_rows(v, SQL_ROLLOVER_SECTIONS, TAB_SECTION, &v->out->sections_ended, e));
    TRY(end_rows(v, SQL_ROLLOVER_ENROLLMENTS, TAB_ENROLLMENT, &v->out->enrollments_ended, e));
    TRY(add_terms(v, e));
    struct batch_counts *n = batch_counts(v->batch);
    n->added = v->out->terms_added;
    n->ended = v->out->sections_ended + v->out->enrollments_ended;
    return batch_finish(v->db, v->batch, e);
}

enum err roster_rollover(struct store *s, int32_t today, int64_t account_id,
                         struct rollover_report *out, struct errmsg *e) {
    struct store_lock *lock;
    struct rollover v = {.today = today, .out = out};
    *out = (struct rollover_report){0};
    TRY(import_lock(s, &lock, e));
    (void)date_text(today, v.day);
    v.arena = arena_new((size_t)1 << 30);
    v.batch = batch_new(&(struct batch_about){.source = STR("rollover"),
                                              .file_name = STR("school year"),
                                              .mode = BATCH_DELTA,
                                              .as_of = today,
                                              .account_id = account_id});
    enum err r = store_begin(s, &v.db, e);
    if (r == ERR_OK) {
        r = roll(&v, e);
        bool any = out->sections_ended + out->enrollments_ended + out->terms_added > 0;
        if (r == ERR_OK && any) {
            out->batch = batch_id(v.batch);
            r = store_commit(s, e);
        } else {
            store_rollback(s);
        }
    }
    batch_free(v.batch);
    arena_free(v.arena);
    store_unlock(lock);
    return r;
}
