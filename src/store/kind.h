/*
 * A record kind (device, room, licence, ...) is a row: its table, its fields with type, label,
 * limits, sensitivity and who may read and write them. From that row come the check against the
 * schema, the form, the list with filter, sort, paging and bulk edit, CSV and XLSX, the JSON API,
 * the audit entry and the help. A new kind is a new row and a migration.
 *
 * The table of a kind has, beside its fields: id, version (counts edits), ends_on (NULL while the
 * record lasts; ended, never deleted), src_hash and batch_id (of the import that wrote it).
 * What always holds: SQL text is put together only from constant rows, in kind.c alone; every value
 * is bound; a row or field a viewer may not see is not found; a write of an old version is refused.
 * Thread-safe: kinds are constant, connections belong to their thread.
 */
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include "base/json.h"
#include "base/tr.h"
#include "store/db.h"

enum field_type {
    FIELD_TEXT,
    FIELD_INT,
    FIELD_REAL,
    FIELD_BOOL,   /* INTEGER 0/1 */
    FIELD_DATE,   /* ISO TEXT */
    FIELD_MONEY,  /* INTEGER cents */
    FIELD_CHOICE, /* TEXT, one of choices */
    FIELD_ORG,    /* INTEGER org.id */
    FIELD_PERSON, /* INTEGER person.id */
    FIELD_EMAIL,
    FIELD_URL,
    FIELD_TYPES
};

enum sensitivity {
    SENSITIVITY_OPEN,
    SENSITIVITY_INTERNAL,
    SENSITIVITY_STUDENT,
    SENSITIVITY_SECRET
};

struct choice {
    const char *value;
    struct tr label;
};

struct field {
    const char *column; /* also the key in JSON and the header in CSV */
    enum field_type type;
    struct tr label, help;
    const char *unit; /* "Mbps", "months"; NULL for none */
    bool required;
    bool in_list; /* a column of the list; the rest is seen on the record's own page */
    double min,
        max; /* of numbers and dollars; both 0: no limit. Texts: max is the length (0: 500) */
    const struct choice *choices;
    size_t choice_count;
    enum sensitivity sensitivity;
    uint64_t read, write; /* permission masks; 0: as the kind's */
};

enum { KIND_FIELDS_MAX = 40, KIND_PAGE_MAX = 1000 };

struct kind {
    const char *name;  /* "device": in addresses and the API */
    const char *table; /* SQL table */
    struct tr one, many, about;
    const struct field *fields;
    size_t field_count;
    const char *title;    /* the field that names a record in a list */
    const char *key;      /* field that no two records in force share, or NULL */
    const char *org;      /* FIELD_ORG that decides who may see a record, or NULL */
    const char *person;   /* FIELD_PERSON whose record it is, or NULL */
    bool shared;          /* a record without org and person belongs to all who may read the kind */
    uint64_t read, write; /* permission masks, a bit each; 0 is closed */
    const char *const *indicators; /* codes of what it feeds, NULL-ended */
};

/* NULL if there is no such field. */
const struct field *kind_field(const struct kind *k, struct str column);
const struct kind *kind_find(const struct kind *const kinds[], size_t n, struct str name);

/* ---- who asks ---- */

/* Which records: those at one of `orgs` (every org reached, the closure being access/'s business),
 * those of one of `persons` (own record, own children, own students); all = no limit. */
struct kind_scope {
    bool all;
    const int64_t *orgs, *persons;
    size_t org_count, person_count;
};

/* Told of every change, inside its transaction, so that the entry stands or falls with it.
 * before is empty for a new record, after for an ended one; both are JSON objects. */
typedef enum err kind_audit(void *to, struct db *db, const struct kind *k, int64_t id,
                            int64_t person, const char *action, struct str before, struct str after,
                            struct errmsg *e);

struct kind_as {
    uint64_t may; /* the permissions the viewer has: any bit of a mask will do */
    struct kind_scope scope;
    kind_audit *audit; /* NULL: imports, which keep their own account */
    void *audit_to;
    enum lang
        lang; /* of labels in exports and of choices in forms; sentences of errors are English */
};
bool kind_may_read(const struct kind *k, const struct field *f /* NULL: the kind */,
                   const struct kind_as *as);
bool kind_may_write(const struct kind *k, const struct field *f, const struct kind_as *as);

/* ---- values ---- */

/* What is to be written: v[i] of fields[i] where bit i of `set` is 1. Texts are borrowed. */
struct kind_edit {
    uint64_t set;
    struct val v[KIND_FIELDS_MAX];
};
struct kind_problem {
    const struct field *field; /* NULL: the record as a whole */
    struct errmsg what;
};
struct kind_problems {
    struct kind_problem p[KIND_FIELDS_MAX];
    size_t n;
};

/* One text (a form's or a file's cell) as the field's value: tolerant of spaces, $ and thousands
 * separators, yes/no, US dates, labels of choices in both languages. An org or person is "#ID", or
 * an identifier, sourced id, user name or e-mail looked up in the roster. "" is NULL. */
NODISCARD enum err kind_parse(struct db *db, const struct field *f, struct str text,
                              struct arena *a, struct val *out, struct errmsg *e);
/* The reverse, as a form and a CSV show it: dates ISO, money 12.50, yes/no, choices by label in
 * `lang` (by value in `raw`), a reference "#ID". */
struct str kind_show(const struct field *f, const struct val *v, enum lang lang, bool raw,
                     struct arena *a);

struct kind_input {
    struct str column, text;
};
/* A form or CSV row. Unknown columns and fields the viewer may not write are problems. With `whole`
 * a required field that is missing is one too (a new record). ERR_INVALID when there are problems.
 */
NODISCARD enum err kind_edit_texts(struct db *db, const struct kind *k, const struct kind_as *as,
                                   const struct kind_input *in, size_t n, bool whole,
                                   struct arena *a, struct kind_edit *out,
                                   struct kind_problems *problems);
/* A JSON object: numbers, booleans, texts, null; a number for an org or person is its id. */
NODISCARD enum err kind_edit_json(struct db *db, const struct kind *k, const struct kind_as *as,
                                  yyjson_val *object, bool whole, struct arena *a,
                                  struct kind_edit *out, struct kind_problems *problems);

/* ---- records ---- */

struct kind_row {
    int64_t id, version;
    int32_t ends_on;        /* DATE_NONE while it lasts */
    const struct val *v;    /* [field_count]; V_NULL where the viewer may not read */
    const struct str *name; /* [field_count]: of orgs and persons, else empty */
};

/* Each runs in the caller's transaction, or in one of its own when none is open. */
NODISCARD enum err kind_insert(struct db *db, const struct kind *k, const struct kind_as *as,
                               const struct kind_edit *edit, int64_t *id, struct errmsg *e);
/* ERR_CONFLICT when `version` is not the record's: somebody saved in between. */
NODISCARD enum err kind_update(struct db *db, const struct kind *k, const struct kind_as *as,
                               int64_t id, int64_t version, const struct kind_edit *edit,
                               struct errmsg *e);
/* The record ends on `day` (the first day it no longer holds); DATE_NONE takes it up again. */
NODISCARD enum err kind_end(struct db *db, const struct kind *k, const struct kind_as *as,
                            int64_t id, int64_t version, int32_t day, struct errmsg *e);
NODISCARD enum err kind_get(struct db *db, const struct kind *k, const struct kind_as *as,
                            int64_t id, struct arena *a, struct kind_row *out, struct errmsg *e);
/* One field of many records at once, all or none: *changed of them differ now. Records outside the
 * viewer's scope refuse the whole. */
NODISCARD enum err kind_bulk_edit(struct db *db, const struct kind *k, const struct kind_as *as,
                                  const int64_t ids[], size_t n, const struct field *f,
                                  const struct val *v, int64_t *changed, struct errmsg *e);

enum filter_op {
    FILTER_EQUALS,
    FILTER_CONTAINS,
    FILTER_FROM,
    FILTER_TO /* included */,
    FILTER_EMPTY
};
struct kind_filter {
    const struct field *field;
    enum filter_op op;
    struct val v; /* of the field's type; text for CONTAINS; not looked at for EMPTY */
};
enum { KIND_FILTERS_MAX = 16 };
struct kind_query {
    struct kind_filter filters[KIND_FILTERS_MAX];
    size_t filter_count;
    struct str search;        /* in any readable text field; "" for all */
    const struct field *sort; /* NULL: by title */
    bool descending;
    bool with_ended;
    int64_t offset;
    int64_t limit; /* 0: KIND_PAGE_MAX */
};
/* Reads column=value, column.contains=, column.from=, column.to=, column.empty=1, q=, sort=column
 * or sort=-column, ended=1, page=, size= as they stand in an address. Names it does not know are
 * left alone (*known false). */
NODISCARD enum err kind_query_add(struct db *db, const struct kind *k, const struct kind_as *as,
                                  struct str name, struct str value, struct arena *a,
                                  struct kind_query *q, bool *known, struct errmsg *e);

struct kind_list {
    const struct kind_row *rows;
    size_t n;
    int64_t total; /* that match, on all pages */
};
NODISCARD enum err kind_list(struct db *db, const struct kind *k, const struct kind_as *as,
                             const struct kind_query *q, struct arena *a, struct kind_list *out,
                             struct errmsg *e);
/* Every matching row, one at a time, whatever q's offset and limit; for exports and jobs. */
typedef enum err kind_each_fn(void *to, const struct kind_row *row, struct errmsg *e);
NODISCARD enum err kind_each(struct db *db, const struct kind *k, const struct kind_as *as,
                             const struct kind_query *q, kind_each_fn *fn, void *to,
                             struct errmsg *e);

/* ---- out ---- */

/* Rows as CSV (header of column names, RFC 4180, no cell that a spreadsheet takes for a formula) or
 * as a workbook (labels in as->lang). The columns are those the viewer may read. */
NODISCARD enum err kind_export_csv(struct db *db, const struct kind *k, const struct kind_as *as,
                                   const struct kind_query *q, struct buf *out, int64_t *rows,
                                   struct errmsg *e);
NODISCARD enum err kind_export_xlsx(struct db *db, const struct kind *k, const struct kind_as *as,
                                    const struct kind_query *q, struct buf *out, int64_t *rows,
                                    struct errmsg *e);
/* {"id":..,"version":..,"endsOn":..,"serial":..}; fields that may not be read are absent. */
void kind_json(struct json *j, const struct kind *k, const struct kind_as *as,
               const struct kind_row *row);
/* "whole number", "date, such as 2026-11-21": what a field of the type takes. */
struct tr kind_type_words(enum field_type type);
/* What the kind is and what each field takes, as plain text lines, in as->lang. */
void kind_help(const struct kind *k, const struct kind_as *as, struct buf *out);

/* ---- imports (intake/): no scope, no audit; the batch is their account ---- */

struct kind_import {
    int64_t batch_id;
    int64_t src_hash; /* digest of what the file said */
};
NODISCARD enum err kind_import_insert(struct db *db, const struct kind *k,
                                      const struct kind_edit *edit, struct kind_import how,
                                      int64_t *id, struct errmsg *e);
/* All fields of one record, whoever may see them; *src_hash may be NULL. */
NODISCARD enum err kind_import_get(struct db *db, const struct kind *k, int64_t id, struct arena *a,
                                   struct kind_row *out, int64_t *src_hash, struct errmsg *e);
/* Which set fields differ from the record's, a bit each. */
uint64_t kind_differs(const struct kind *k, const struct kind_row *row,
                      const struct kind_edit *edit);
/* Writes the set fields over `before` and src_hash; batch_id stays that of the import that added
 * it. */
NODISCARD enum err kind_import_update(struct db *db, const struct kind *k,
                                      const struct kind_row *before, const struct kind_edit *edit,
                                      struct kind_import how, struct errmsg *e);
NODISCARD enum err kind_import_end(struct db *db, const struct kind *k, int64_t id, int32_t day,
                                   struct errmsg *e);
/* Every record in force, all fields: to compare a file with. src_hash 0: never imported. */
typedef enum err kind_import_each_fn(void *to, const struct kind_row *row, int64_t src_hash,
                                     struct errmsg *e);
NODISCARD enum err kind_import_each(struct db *db, const struct kind *k, kind_import_each_fn *fn,
                                    void *to, struct errmsg *e);

/* Undo. The old values of `fields` (a bit each) and the digest as a JSON object, */
void kind_undo_note(const struct kind *k, const struct kind_row *before, uint64_t fields,
                    int64_t src_hash, struct buf *out);
/* and putting them back; `ended`: the record is only taken up again. */
NODISCARD enum err kind_undo_restore(struct db *db, const struct kind *k, int64_t id, bool ended,
                                     yyjson_val *note, struct errmsg *e);
/* A later import that changed or ended a record this batch added: its id, or 0. */
NODISCARD enum err kind_undo_touched(struct db *db, const struct kind *k, int64_t batch_id,
                                     int64_t *by, struct errmsg *e);
/* Removes what a batch added; what people have edited since is ended on `today` instead. */
NODISCARD enum err kind_undo_added(struct db *db, const struct kind *k, int64_t batch_id,
                                   int32_t today, int64_t *removed, int64_t *ended,
                                   struct errmsg *e);

/* ---- checks ---- */

/* That the table has exactly these columns with fitting types, and that the row itself is sound (a
 * title, labels in both languages, known link fields, masks). ERR_CORRUPT with what differs. */
NODISCARD enum err kind_check(struct db *db, const struct kind *k, struct errmsg *e);

#endif
