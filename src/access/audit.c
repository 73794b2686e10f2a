#include "access/audit.h"

#include "base/date.h"
#include "base/hash.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>

enum { CHAIN_PARTS = 11, NUMBER = 24, LIMIT_DEFAULT = 50, LIMIT_MOST = 1000 };
#define DAY_US INT64_C(86400000000)

/* Everything an entry says, its place in the chain and the hash before it. */
static void chain(struct str before, int64_t place, const struct audit_row *r,
                  char out[static HASH_HEX]) {
    char n[4][NUMBER];
    const int64_t v[4] = {place, r->at_us, r->account_id, r->person_id};
    for (int i = 0; i < 4; i++)
        (void)snprintf(n[i], NUMBER, "%" PRId64, v[i]);
    const struct str parts[CHAIN_PARTS] = {before,      str_z(n[0]), str_z(n[1]), str_z(n[2]),
                                           r->actor,    r->action,   r->subject,  r->subject_id,
                                           str_z(n[3]), r->purpose,  r->detail};
    hash_hex(parts, CHAIN_PARTS, out);
}

static enum err read_head(struct db *db, int64_t *entries, char hash[static HASH_HEX],
                          struct errmsg *e) {
    struct rows *r;
    TRY(db_rows(db, SQL_AUDIT_HEAD_READ, NO_ARGS, &r, e));
    bool there = rows_next(r);
    *entries = there ? rows_int(r, 0) : 0;
    struct str h = there ? rows_str(r, 1) : (struct str){0};
    bool fits = there && h.n < HASH_HEX;
    (void)snprintf(hash, HASH_HEX, "%.*s", fits ? (int)h.n : 0, fits && h.n > 0 ? h.p : "");
    TRY(rows_close(r, e));
    return fits ? ERR_OK
                : err_set(e, ERR_CORRUPT,
                          "The head of the audit log is missing or damaged; restore the newest "
                          "backup (homeroom restore).");
}

enum err audit_append(struct db *db, const struct viewer *v, const struct audit_entry *entry,
                      struct errmsg *e) {
    bool person = v != NULL && v->account_id != 0;
    char before[HASH_HEX], after[HASH_HEX];
    int64_t place;
    struct audit_row row = {.at_us = date_now_us(),
                            .account_id = person ? v->account_id : 0,
                            .person_id = entry->person_id,
                            .actor = person ? v->username : STR("command line"),
                            .action = entry->action,
                            .subject = entry->subject,
                            .subject_id = entry->subject_id,
                            .purpose = entry->purpose,
                            .detail = entry->detail};
    TRY(db_exec(db, SQL_AUDIT_HEAD_TAKE, NO_ARGS, NULL, e));
    TRY(read_head(db, &place, before, e));
    chain(str_z(before), place, &row, after);
    TRY(db_exec(db, SQL_AUDIT_INSERT,
                ARGS(V_INT(row.at_us), val_id(row.account_id), V_STR(row.actor), V_STR(row.action),
                     V_STR(row.subject), V_STR(row.subject_id), val_id(row.person_id),
                     V_STR(row.purpose), V_STR(row.detail), V_Z(after)),
                NULL, e));
    return db_exec(db, SQL_AUDIT_HEAD_SET, ARGS(V_Z(after)), NULL, e);
}

enum err audit_export(struct db *db, const struct viewer *v, struct str what, struct str form,
                      int64_t rows, bool people, struct errmsg *e) {
    struct buf b = buf_new(4096);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_key(&j, "form");
    json_str(&j, form);
    json_key(&j, "rows");
    json_int(&j, rows);
    json_key(&j, "people");
    json_bool(&j, people);
    json_close(&j);
    enum err r = audit_append(
        db, v,
        &(struct audit_entry){.action = STR("export"), .subject = what, .detail = buf_str(&b)}, e);
    buf_free(&b);
    return r;
}

static struct audit_row row_of(const struct rows *r, struct arena *a) {
    struct audit_row row = {.id = rows_int(r, 0),
                            .at_us = rows_int(r, 1),
                            .account_id = rows_int(r, 2),
                            .person_id = rows_int(r, 7)};
    struct str *texts[] = {&row.actor, &row.action, &row.subject, &row.subject_id};
    for (int i = 0; i < 4; i++)
        *texts[i] = a == NULL ? rows_str(r, 3 + i) : arena_str(a, rows_str(r, 3 + i));
    row.purpose = a == NULL ? rows_str(r, 8) : arena_str(a, rows_str(r, 8));
    row.detail = a == NULL ? rows_str(r, 9) : arena_str(a, rows_str(r, 9));
    return row;
}

enum err audit_list(struct db *db, const struct audit_filter *f, struct arena *a,
                    struct audit_row **out, size_t *n, bool *more, struct errmsg *e) {
    int limit = f->limit <= 0 ? LIMIT_DEFAULT : f->limit > LIMIT_MOST ? LIMIT_MOST : f->limit;
    bool dated = f->from != f->until;
    struct val from = V_INT(dated && f->from != DATE_NONE ? f->from * DAY_US : INT64_MIN),
               until = V_INT(dated && f->until != DATE_NONE ? f->until * DAY_US : INT64_MAX),
               before = V_INT(f->before_id == 0 ? INT64_MAX : f->before_id),
               actor = val_opt(f->actor), action = val_opt(f->action),
               subject = val_opt(f->subject);
    struct rows *r;
    if (f->person_id != 0)
        TRY(db_rows(db, SQL_AUDIT_PAGE_PERSON,
                    ARGS(V_INT(f->person_id), before, actor, action, subject, from, until,
                         V_INT(limit + 1)),
                    &r, e));
    else if (f->subject.n > 0 && f->subject_id.n > 0)
        TRY(db_rows(db, SQL_AUDIT_PAGE_SUBJECT,
                    ARGS(V_STR(f->subject), V_STR(f->subject_id), before, actor, action, from,
                         until, V_INT(limit + 1)),
                    &r, e));
    else
        TRY(db_rows(db, SQL_AUDIT_PAGE,
                    ARGS(before, actor, action, subject, from, until, V_INT(limit + 1)), &r, e));
    *out = ARENA_ARRAY(a, struct audit_row, (size_t)limit);
    *n = 0;
    *more = false;
    while (rows_next(r)) {
        if (*n == (size_t)limit) {
            *more = true;
            break;
        }
        (*out)[(*n)++] = row_of(r, a);
    }
    return rows_close(r, e);
}

/* Follows the chain over one page of entries; *last is the id to go on after. */
static enum err verify_page(struct db *db, struct audit_check *c, int64_t *last, bool *any,
                            struct errmsg *e) {
    struct rows *r;
    *any = false;
    TRY(db_rows(db, SQL_AUDIT_AFTER, ARGS(V_INT(*last)), &r, e));
    while (c->broken_id == 0 && rows_next(r)) {
        struct audit_row row = row_of(r, NULL);
        char want[HASH_HEX];
        *any = true;
        chain(str_z(c->head), c->rows + 1, &row, want);
        if (!str_eq(rows_str(r, 10), str_z(want))) {
            c->broken_id = row.id;
            break;
        }
        c->rows++;
        *last = row.id;
        (void)snprintf(c->head, sizeof c->head, "%s", want);
    }
    return rows_close(r, e);
}

static enum err verify(struct db *db, struct audit_check *c, struct errmsg *e) {
    int64_t last = INT64_MIN, entries = 0;
    char head[HASH_HEX];
    bool any = true;
    while (any && c->broken_id == 0)
        TRY(verify_page(db, c, &last, &any, e));
    if (c->broken_id != 0)
        return err_set(e, ERR_CORRUPT,
                       "The audit log does not hold from entry %" PRId64
                       " on: it, or one before it, was changed or removed. %" PRId64
                       " entries before it are whole. Keep this file and compare with a backup.",
                       c->broken_id, c->rows);
    TRY(read_head(db, &entries, head, e));
    if (entries != c->rows || !str_eq(str_z(head), str_z(c->head)))
        return err_set(e, ERR_CORRUPT,
                       "The audit log ends after %" PRId64 " entries, but %" PRId64
                       " were written: the last were removed. Keep this file and compare with a "
                       "backup.",
                       c->rows, entries);
    return ERR_OK;
}

enum err audit_verify(struct db *db, struct audit_check *out, struct errmsg *e) {
    *out = (struct audit_check){0};
    TRY(db_begin(db, e)); /* one picture of entries and head */
    enum err r = verify(db, out, e);
    db_rollback(db);
    return r;
}
