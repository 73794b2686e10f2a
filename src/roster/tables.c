#include "roster/tables.h"

#include "roster/load.h"

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
