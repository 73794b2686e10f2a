/*
 * The tables of the roster as an import sees them: which columns may change, under which
 * statements, and how undo takes a row back. Private to roster/.
 */
#ifndef ROSTER_TABLES_H
#define ROSTER_TABLES_H

#include "base/tr.h"
#include "intake/batch.h"

enum roster_tab {
    TAB_ORG,
    TAB_TERM,
    TAB_COURSE,
    TAB_SECTION,
    TAB_PERSON,
    TAB_ROLE,
    TAB_STATUS,
    TAB_GUARDIAN,
    TAB_ENROLLMENT,
    TABS
};

struct roster_table {
    struct tr label;           /* plural */
    struct undo_table undo;    /* its columns are the order of get, put and insert */
    enum sql get;              /* (id) -> columns */
    enum sql insert;           /* (columns..., ext where there is one, batch, id) */
    enum sql newest, sequence; /* the largest id; telling PostgreSQL of ids we gave */
    bool has_ext;
};
const struct roster_table *roster_table(enum roster_tab t);

/* The columns of one row. */
enum { ROSTER_COLUMNS = 20 };
struct roster_row {
    struct val v[ROSTER_COLUMNS]; /* in the order of undo.columns */
    size_t n;
    bool found;
};
/* Texts into the arena; `found` false where there is none. */
NODISCARD enum err roster_row_get(struct db *db, enum roster_tab t, int64_t id, struct arena *a,
                                  struct roster_row *out, struct errmsg *e);
/* As batch_change wants it; replaces what `out` holds. */
void roster_row_json(enum roster_tab t, const struct roster_row *row, struct buf *out);
int roster_column(enum roster_tab t, const char *name); /* its place, or -1 */
/* Remembers the row in the batch, then sets one column or two (`second` NULL for one). */
NODISCARD enum err roster_row_set(struct db *db, struct batch *b, enum roster_tab t, int64_t id,
                                  enum batch_change_kind kind, const char *first, struct val v,
                                  const char *second, struct val w, struct errmsg *e);

/* Indexes that a first import drops and makes again. */
extern const struct roster_index { enum sql drop, make; } roster_indexes[];
extern const size_t roster_index_count;

#endif
