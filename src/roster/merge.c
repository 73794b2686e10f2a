#include "roster/merge.h"

#include "base/date.h"
#include "roster/load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct merge {
    struct db *db;
    struct batch *batch;
    int64_t keep, duplicate;
    char today[DATE_TEXT];
};

enum { IDS_MOST = 100000 };

/* Ids of a statement that takes one person, with whether the other has the same row already. */
struct moves {
    int64_t *id;
    bool *same;
    size_t n;
};

static enum err read_moves(const struct merge *m, enum sql which, struct arena *a,
                           struct moves *out, struct errmsg *e) {
    struct rows *r;
    *out = (struct moves){ARENA_ARRAY(a, int64_t, IDS_MOST), ARENA_ARRAY(a, bool, IDS_MOST), 0};
    TRY(db_rows(m->db, which, ARGS(V_INT(m->keep), V_INT(m->duplicate)), &r, e));
    while (out->n < IDS_MOST && rows_next(r)) {
        out->id[out->n] = rows_int(r, 0);
        out->same[out->n++] = rows_int(r, 1) != 0;
    }
    return rows_close(r, e);
}

/* Moves rows to the one that stays; those it has already end today instead. */
static enum err move_rows(struct merge *m, enum sql which, enum roster_tab t, const char *column,
                          struct errmsg *e) {
    struct arena *a = arena_new(1 << 21);
    struct moves rows;
    enum err r = read_moves(m, which, a, &rows, e);
    for (size_t i = 0; r == ERR_OK && i < rows.n; i++)
        r = rows.same[i] ? roster_row_set(m->db, m->batch, t, rows.id[i], BATCH_ENDED, "ends_on",
                                          V_Z(m->today), NULL, V_NULL, e)
                         : roster_row_set(m->db, m->batch, t, rows.id[i], BATCH_CHANGED, column,
                                          V_INT(m->keep), NULL, V_NULL, e);
    arena_free(a);
    return r;
}

static enum err add_alias(struct merge *m, const char *kind, struct val value, struct errmsg *e) {
    if (value.kind != VAL_TEXT || value.s.n == 0)
        return ERR_OK;
    return db_exec(m->db, SQL_PERSON_ALIAS_INSERT,
                   ARGS(V_INT(m->keep), V_Z(kind), value, V_INT(batch_id(m->batch))), NULL, e);
}

static enum err move_identifiers(struct merge *m, const struct roster_row *duplicate,
                                 struct errmsg *e) {
    static const char *const columns[] = {"identifier", "username", "email"};
    struct arena *a = arena_new(1 << 16);
    struct str ext = {0};
    enum err r = db_text(m->db, SQL_MERGE_EXT, ARGS(V_INT(m->duplicate)), a, &ext, NULL, e);
    if (r == ERR_OK)
        r = add_alias(m, "merged", V_STR(ext), e);
    for (size_t i = 0; r == ERR_OK && i < 3; i++)
        r = add_alias(m, columns[i], duplicate->v[roster_column(TAB_PERSON, columns[i])], e);
    if (r == ERR_OK)
        r = db_exec(m->db, SQL_MERGE_ALIASES,
                    ARGS(V_INT(m->keep), V_INT(batch_id(m->batch)), V_INT(m->duplicate)), NULL, e);
    arena_free(a);
    return r;
}

static enum err merge_rows(struct merge *m, const struct roster_row *duplicate, struct errmsg *e) {
    TRY(move_rows(m, SQL_MERGE_ENROLLMENTS, TAB_ENROLLMENT, "person_id", e));
    TRY(move_rows(m, SQL_MERGE_ROLES, TAB_ROLE, "person_id", e));
    TRY(move_rows(m, SQL_MERGE_STATUSES, TAB_STATUS, "person_id", e));
    TRY(move_rows(m, SQL_MERGE_STUDENTS, TAB_GUARDIAN, "person_id", e));
    TRY(move_rows(m, SQL_MERGE_GUARDIANS, TAB_GUARDIAN, "guardian_id", e));
    TRY(move_identifiers(m, duplicate, e));
    return roster_row_set(m->db, m->batch, TAB_PERSON, m->duplicate, BATCH_CHANGED, "merged_into",
                          V_INT(m->keep), "ended_on", V_Z(m->today), e);
}

static enum err check_one(const struct roster_row *p, int64_t id, struct errmsg *e) {
    if (!p->found)
        return err_set(e, ERR_NOT_FOUND, "There is no person %" PRId64 ".", id);
    if (p->v[roster_column(TAB_PERSON, "merged_into")].kind == VAL_INT)
        return err_set(e, ERR_INVALID,
                       "Person %" PRId64 " was merged into person %" PRId64
                       " already. Use that one, or undo that merge first.",
                       id, p->v[roster_column(TAB_PERSON, "merged_into")].i);
    return ERR_OK;
}

static struct str name_of(struct arena *a, const struct roster_row *p) {
    return arena_fmt(a, "%.*s %.*s", STR_ARG(p->v[roster_column(TAB_PERSON, "given_name")].s),
                     STR_ARG(p->v[roster_column(TAB_PERSON, "family_name")].s));
}

static enum err merge_in(struct merge *m, struct arena *a, int64_t account_id, int32_t today,
                         struct errmsg *e) {
    struct roster_row keep, duplicate;
    TRY(roster_row_get(m->db, TAB_PERSON, m->keep, a, &keep, e));
    TRY(roster_row_get(m->db, TAB_PERSON, m->duplicate, a, &duplicate, e));
    TRY(check_one(&keep, m->keep, e));
    TRY(check_one(&duplicate, m->duplicate, e));
    struct str name =
        arena_fmt(a, "%.*s (%" PRId64 ") into %.*s (%" PRId64 ")", STR_ARG(name_of(a, &duplicate)),
                  m->duplicate, STR_ARG(name_of(a, &keep)), m->keep);
    m->batch = batch_new(&(struct batch_about){.source = STR("merge"),
                                               .file_name = name,
                                               .mode = BATCH_DELTA,
                                               .as_of = today,
                                               .account_id = account_id});
    TRY(batch_begin(m->db, m->batch, 0, e));
    batch_counts(m->batch)->changed = 1;
    TRY(merge_rows(m, &duplicate, e));
    return batch_finish(m->db, m->batch, e);
}

enum err roster_merge(struct store *s, int64_t keep, int64_t duplicate, int64_t account_id,
                      int32_t today, int64_t *batch, struct errmsg *e) {
    struct merge m = {.keep = keep, .duplicate = duplicate};
    struct store_lock *lock;
    if (keep == duplicate)
        return err_set(e, ERR_INVALID, "A person cannot be merged into themself.");
    (void)date_text(today, m.today);
    TRY(import_lock(s, &lock, e));
    struct arena *a = arena_new(1 << 22);
    enum err r = store_begin(s, &m.db, e);
    if (r == ERR_OK) {
        r = merge_in(&m, a, account_id, today, e);
        if (r == ERR_OK) {
            *batch = batch_id(m.batch);
            r = store_commit(s, e);
        } else {
            store_rollback(s);
        }
    }
    batch_free(m.batch);
    arena_free(a);
    store_unlock(lock);
    return r;
}

static enum err count_moves(const struct merge *m, enum sql which, int64_t *moved, int64_t *ended,
                            struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(m->db, which, ARGS(V_INT(m->keep), V_INT(m->duplicate)), &r, e));
    while (rows_next(r))
        *(rows_int(r, 1) != 0 ? ended : moved) += 1;
    return rows_close(r, e);
}

static enum err not_merged(struct db *db, int64_t id, struct errmsg *e) {
    int64_t into = 0;
    bool found = false;
    TRY(db_int(db, SQL_PEOPLE_MERGED, ARGS(V_INT(id)), &into, &found, e));
    return !found      ? err_set(e, ERR_NOT_FOUND, "There is no such person.")
           : into != 0 ? err_set(e, ERR_INVALID, "This person was merged into another already.")
                       : ERR_OK;
}

enum err roster_merge_preview(struct db *db, int64_t keep, int64_t duplicate,
                              struct merge_preview *out, struct errmsg *e) {
    const struct merge m = {.db = db, .keep = keep, .duplicate = duplicate};
    *out = (struct merge_preview){0};
    if (keep == duplicate)
        return err_set(e, ERR_INVALID, "A person cannot be merged into themself.");
    TRY(not_merged(db, keep, e));
    TRY(not_merged(db, duplicate, e));
    TRY(count_moves(&m, SQL_MERGE_ENROLLMENTS, &out->enrollments, &out->ended, e));
    TRY(count_moves(&m, SQL_MERGE_ROLES, &out->roles, &out->ended, e));
    TRY(count_moves(&m, SQL_MERGE_STUDENTS, &out->guardians, &out->ended, e));
    return count_moves(&m, SQL_MERGE_GUARDIANS, &out->guardians, &out->ended, e);
}

enum err roster_merge_candidates(struct db *db, struct arena *a, int64_t limit,
                                 struct merge_pair **out, size_t *n, struct errmsg *e) {
    static const enum sql by[] = {SQL_MERGE_SAME_NUMBER, SQL_MERGE_SAME_BIRTH};
    static const char *const why[] = {"the same number", "the same name and date of birth"};
    *out = ARENA_ARRAY(a, struct merge_pair, (size_t)limit);
    *n = 0;
    for (size_t k = 0; k < 2; k++) {
        struct rows *r;
        TRY(db_rows(db, by[k], ARGS(V_INT(limit)), &r, e));
        while (*n < (size_t)limit && rows_next(r)) {
            struct merge_pair p = {rows_int(r, 0), rows_int(r, 1), arena_str(a, rows_str(r, 2)),
                                   arena_str(a, rows_str(r, 3)), str_z(why[k])};
            bool had = false;
            for (size_t i = 0; i < *n; i++)
                had = had || ((*out)[i].keep == p.keep && (*out)[i].duplicate == p.duplicate);
            if (!had)
                (*out)[(*n)++] = p;
        }
        TRY(rows_close(r, e));
    }
    return ERR_OK;
}
