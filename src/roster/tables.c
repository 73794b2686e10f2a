#include "roster/tables.h"

#include "base/json.h"
#include "roster/load.h"

#include <string.h>

#define STATEMENTS(T)                                                                              \
    .restore = SQL_##T##_PUT, .touched = SQL_##T##_TOUCHED, .drop_all = SQL_##T##_DROP,            \
    .referred = true, .added = SQL_##T##_ADDED, .drop_one = SQL_##T##_DROP_ONE,                    \
    .end_one = SQL_##T##_END
#define REST(T)                                                                                    \
    .get = SQL_##T##_GET, .insert = SQL_##T##_INSERT, .newest = SQL_##T##_MAX,                     \
    .sequence = SQL_##T##_SEQUENCE

static const struct roster_table tables[TABS] = {
    [TAB_ORG] = {TR_INIT("schools and offices", "escuelas y oficinas"),
                 {"org",
                  {"name", "kind", "parent_id", "identifier", "locale", "grade_low", "grade_high",
                   "ends_on", "src_hash"},
                  STATEMENTS(ORG)},
                 REST(ORG),
                 .has_ext = true},
    [TAB_TERM] = {TR_INIT("terms", "periodos"),
                  {"term",
                   {"title", "kind", "begins_on", "ends_on", "parent_id", "school_year",
                    "retired_on", "src_hash"},
                   STATEMENTS(TERM)},
                  REST(TERM),
                  .has_ext = true},
    [TAB_COURSE] = {TR_INIT("courses", "cursos"),
                    {"course",
                     {"title", "code", "org_id", "grades", "subjects", "retired_on", "src_hash"},
                     STATEMENTS(COURSE)},
                    REST(COURSE),
                    .has_ext = true},
    [TAB_SECTION] = {TR_INIT("sections", "grupos de clase"),
                     {"section",
                      {"title", "code", "kind", "course_id", "org_id", "term_id", "begins_on",
                       "ends_on", "location", "grades", "subjects", "periods", "retired_on",
                       "src_hash"},
                      STATEMENTS(SECTION)},
                     REST(SECTION),
                     .has_ext = true},
    [TAB_PERSON] = {TR_INIT("people", "personas"),
                    {"person",
                     {"username", "given_name", "family_name", "middle_name", "preferred_name",
                      "email", "phone", "identifier", "enabled", "ended_on", "merged_into",
                      "src_hash"},
                     STATEMENTS(PERSON)},
                    REST(PERSON),
                    .has_ext = true},
    [TAB_ROLE] = {TR_INIT("roles", "funciones"),
                  {"person_role",
                   {"person_id", "org_id", "role", "is_primary", "begins_on", "ends_on",
                    "src_hash"},
                   STATEMENTS(PERSON_ROLE)},
                  REST(PERSON_ROLE),
                  .has_ext = true},
    [TAB_STATUS] = {TR_INIT("student records of grade and groups",
                            "registros de grado y grupos del estudiante"),
                    {"student_status",
                     {"person_id", "begins_on", "ends_on", "grade", "meal", "english_learner",
                      "disability_plan", "race", "gender", "home_language", "housing", "birth_on",
                      "src_hash"},
                     STATEMENTS(STUDENT_STATUS)},
                    REST(STUDENT_STATUS)},
    [TAB_GUARDIAN] = {TR_INIT("guardians of students", "tutores de estudiantes"),
                      {"guardian",
                       {"person_id", "guardian_id", "begins_on", "ends_on"},
                       STATEMENTS(GUARDIAN)},
                      REST(GUARDIAN)},
    [TAB_ENROLLMENT] = {TR_INIT("enrollments", "inscripciones"),
                        {"enrollment",
                         {"person_id", "section_id", "org_id", "role", "is_primary", "begins_on",
                          "ends_on", "src_hash"},
                         STATEMENTS(ENROLLMENT)},
                        REST(ENROLLMENT),
                        .has_ext = true},
};

const struct roster_table *roster_table(enum roster_tab t) {
    CHECK((int)t >= 0 && t < TABS);
    return &tables[t];
}

const struct roster_index roster_indexes[] = {
    {SQL_INDEX_PERSON_EXT_DROP, SQL_INDEX_PERSON_EXT_MAKE},
    {SQL_INDEX_PERSON_NAME_DROP, SQL_INDEX_PERSON_NAME_MAKE},
    {SQL_INDEX_PERSON_IDENTIFIER_DROP, SQL_INDEX_PERSON_IDENTIFIER_MAKE},
    {SQL_INDEX_PERSON_ROLE_PERSON_DROP, SQL_INDEX_PERSON_ROLE_PERSON_MAKE},
    {SQL_INDEX_PERSON_ROLE_ORG_DROP, SQL_INDEX_PERSON_ROLE_ORG_MAKE},
    {SQL_INDEX_STUDENT_STATUS_PERSON_DROP, SQL_INDEX_STUDENT_STATUS_PERSON_MAKE},
    {SQL_INDEX_ENROLLMENT_PERSON_DROP, SQL_INDEX_ENROLLMENT_PERSON_MAKE},
    {SQL_INDEX_ENROLLMENT_SECTION_DROP, SQL_INDEX_ENROLLMENT_SECTION_MAKE},
};
const size_t roster_index_count = sizeof roster_indexes / sizeof roster_indexes[0];

void roster_register(void) {
    static struct undo_table undo[TABS + 2];
    for (int t = 0; t < TABS; t++)
        undo[t] = tables[t].undo;
    undo[TABS] = (struct undo_table){.tab = "person_alias", .drop_all = SQL_PERSON_ALIAS_DROP};
    batch_undo_tables(undo);
}

int roster_column(enum roster_tab t, const char *name) {
    const struct undo_table *u = &roster_table(t)->undo;
    for (int i = 0; u->columns[i] != NULL; i++)
        if (strcmp(u->columns[i], name) == 0)
            return i;
    return -1;
}

/* Which columns are numbers is said by their names. */
static bool is_number(struct str name) {
    static const char *const numbers[] = {"is_primary",  "enabled",         "merged_into",
                                          "school_year", "english_learner", "disability_plan"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (str_eq(name, str_z(numbers[i])))
            return true;
    return str_ends(name, STR("_id")) || str_ends(name, STR("_hash"));
}

enum err roster_row_get(struct db *db, enum roster_tab t, int64_t id, struct arena *a,
                        struct roster_row *out, struct errmsg *e) {
    const struct roster_table *table = roster_table(t);
    struct rows *r;
    *out = (struct roster_row){0};
    TRY(db_rows(db, table->get, ARGS(V_INT(id)), &r, e));
    out->found = rows_next(r);
    for (; out->found && table->undo.columns[out->n] != NULL; out->n++) {
        int c = (int)out->n;
        out->v[out->n] = rows_null(r, c) ? V_NULL
                         : is_number(str_z(table->undo.columns[out->n]))
                             ? V_INT(rows_int(r, c))
                             : V_STR(arena_str(a, rows_str(r, c)));
    }
    return rows_close(r, e);
}

void roster_row_json(enum roster_tab t, const struct roster_row *row, struct buf *out) {
    buf_clear(out);
    struct json j = json_to(out);
    json_open(&j, '{');
    for (size_t i = 0; i < row->n; i++) {
        if (row->v[i].kind == VAL_NULL)
            continue;
        json_key(&j, roster_table(t)->undo.columns[i]);
        if (row->v[i].kind == VAL_INT)
            json_int(&j, row->v[i].i);
        else
            json_str(&j, row->v[i].s);
    }
    json_close(&j);
}

enum err roster_row_set(struct db *db, struct batch *b, enum roster_tab t, int64_t id,
                        enum batch_change_kind kind, const char *first, struct val v,
                        const char *second, struct val w, struct errmsg *e) {
    struct arena *a = arena_new(1 << 22);
    struct buf before = buf_new(1 << 20);
    struct roster_row row;
    const struct undo_table *u = &roster_table(t)->undo;
    enum err r = roster_row_get(db, t, id, a, &row, e);
    if (r == ERR_OK) {
        roster_row_json(t, &row, &before);
        r = batch_change(db, b, u->tab, id, kind, buf_str(&before), e);
    }
    if (r == ERR_OK) {
        struct val all[ROSTER_COLUMNS + 1];
        memcpy(all, row.v, row.n * sizeof row.v[0]);
        all[roster_column(t, first)] = v;
        if (second != NULL)
            all[roster_column(t, second)] = w;
        all[row.n] = V_INT(id);
        r = db_exec(db, u->restore, (struct args){all, row.n + 1}, NULL, e);
    }
    buf_free(&before);
    arena_free(a);
    return r;
}
