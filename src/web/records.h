/*
 * What the pages and the JSON API of record kinds share: which kind an address names, what the
 * viewer may see of it, what is wrong with what was typed (in the reader's language), and the
 * entries in the audit log. Nothing here knows a particular kind: a new kind is a new row.
 */
#ifndef WEB_RECORDS_H
#define WEB_RECORDS_H

#include "web/figure.h"
#include "web/form.h"

struct records {
    const struct kind *kind;
    struct kind_as as; /* with the audit of changes */
    const char *path;  /* "/records/device" */
};
/* The kind named in the address; ERR_NOT_FOUND when there is none, ERR_DENIED when not theirs. */
NODISCARD enum err records_of(struct req *r, struct records *out, struct errmsg *e);
/* The viewer before this kind; only one who may not read it at all finds nothing. */
NODISCARD enum err records_view(struct req *r, const struct kind *k, struct kind_as *out,
                                struct errmsg *e);
/* The record that {id} names. */
NODISCARD enum err records_row(struct req *r, const struct records *rec, struct kind_row *out,
                               struct errmsg *e);
/* An audit entry for every student that these rows speak of. */
NODISCARD enum err records_read(struct req *r, const struct records *rec,
                                const struct kind_row rows[], size_t n, struct errmsg *e);
/* People and schools that are set must be ones the viewer may see. */
NODISCARD enum err records_check(struct req *r, const struct records *rec,
                                 const struct kind_edit *edit, struct kind_problems *problems,
                                 struct errmsg *e);

/* The query's fields as filters. A value that cannot be read is a problem of its field, the rest
 * still counts; *unknown is the first name that is neither a filter nor one of the page's own. */
NODISCARD enum err records_query(struct req *r, const struct records *rec, struct kind_query *out,
                                 struct kind_problems *problems, struct str *unknown,
                                 struct errmsg *e);

/* What is wrong with a field, in the reader's language; `typed` is what was given. */
const char *records_sentence(struct req *r, const struct records *rec, const struct kind_problem *p,
                             struct str typed);

/* Why a save was refused, in the reader's language. */
enum records_why {
    RECORDS_SAVED,
    RECORDS_CHANGED_MEANWHILE, /* another version is there now */
    RECORDS_KEY_TAKEN,         /* another record has the key */
    RECORDS_NOT_YOURS,         /* it would belong to no school or person of the viewer's */
    RECORDS_OTHER              /* *e says */
};
const char *records_refused(struct req *r, const struct records *rec, enum records_why why);

/* Saving, in one transaction on the writer. id 0 adds. */
struct records_save {
    const struct records *rec;
    int64_t id, version;
    const struct kind_edit *edit;
};
enum records_why records_save(struct req *r, struct records_save *s, enum err *kind,
                              struct errmsg *e);
/* Ends on a day, or takes up again with DATE_NONE. */
enum records_why records_end(struct req *r, const struct records *rec, int64_t id, int64_t version,
                             int32_t day, enum err *kind, struct errmsg *e);

/* -- parts of forms ---------------------------------------------------------------------- */

struct records_orgs { /* the schools and districts in reach, to choose from */
    struct option *v;
    size_t n;
    bool all; /* false: too many for a list, so they are typed */
};
NODISCARD enum err records_orgs(struct req *r, const struct kind_as *as, struct records_orgs *out,
                                struct errmsg *e);
bool records_number(const struct field *f); /* whole number, number or money */
/* What a choice or yes/no field can be: out holds choice_count + 2. */
size_t records_choices(struct req *r, const struct field *f, struct option out[]);
/* The input that fits a field, under `name`. `now`: who a person field names, NULL for none. */
void records_input(struct form *form, const struct field *f, const char *name, struct str value,
                   const char *now, const struct records_orgs *orgs);

/* `one` or `many` with a capital letter, in the reader's language. */
const char *records_title(struct html *h, struct tr name);

#endif
