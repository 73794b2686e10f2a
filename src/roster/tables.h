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

/* Indexes that a first import drops and makes again. */
extern const struct roster_index { enum sql drop, make; } roster_indexes[];
extern const size_t roster_index_count;

#endif
