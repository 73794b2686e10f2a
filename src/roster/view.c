#include "roster/view.h"

enum { LIST_FIRST = 64, SEARCH_MOST = 60 };

/* Room for one more element; arrays in arenas double. */
static void *grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return old;
    size_t more = *cap == 0 ? LIST_FIRST : *cap * 2;
    char *to = arena_array(a, more, size);
    const char *from = old;
    for (size_t i = 0; i < n * size; i++)
        to[i] = from[i];
    *cap = more;
    return to;
}

static struct str full_name(struct arena *a, struct str given, struct str family) {
    return arena_fmt(a, "%.*s%s%.*s", STR_ARG(given), given.n > 0 && family.n > 0 ? " " : "",
                     STR_ARG(family));
}

static void read_name(struct arena *a, const struct rows *r, struct person_view *p) {
    p->id = rows_int(r, 0);
    p->given = arena_str(a, rows_str(r, 1));
    p->name = full_name(a, p->given, rows_str(r, 2));
}

static enum err read_people(struct db *db, struct arena *a, enum sql id, struct args args,
                            size_t most, struct person_list *out, struct errmsg *e) {
    struct rows *r;
    size_t cap = 0;
    *out = (struct person_list){0};
    TRY(db_rows(db, id, args, &r, e));
    while (rows_next(r)) {
        if (out->n == most) {
            out->more = true;
            break;
        }
        out->row = grow(a, out->row, out->n, &cap, sizeof *out->row);
        struct person_view *p = &out->row[out->n++];
        *p = (struct person_view){0};
        read_name(a, r, p);
        if (rows_columns(r) > 3)
            p->identifier = arena_str(a, rows_str(r, 3));
    }
    return rows_close(r, e);
}

enum err person_view_get(struct db *db, struct arena *a, int64_t id, int32_t day,
                         struct person_view *out, struct errmsg *e) {
    struct rows *r;
    char on[DATE_TEXT];
    *out = (struct person_view){0};
    TRY(db_rows(db, SQL_VIEW_PERSON, ARGS(V_Z(date_text(day, on)), V_INT(id)), &r, e));
    if (rows_next(r)) {
        read_name(a, r, out);
        out->identifier = arena_str(a, rows_str(r, 3));
        out->email = arena_str(a, rows_str(r, 4));
        out->grade = arena_str(a, rows_str(r, 5));
        out->school_id = rows_int(r, 6);
        out->school = arena_str(a, rows_str(r, 7));
    }
    TRY(rows_close(r, e));
    return out->id != 0 ? ERR_OK : err_set(e, ERR_NOT_FOUND, "There is no such person.");
}

enum err person_views(struct db *db, struct arena *a, const int64_t ids[], size_t n, int32_t day,
                      struct person_view **out, struct errmsg *e) {
    *out = ARENA_ARRAY(a, struct person_view, n);
    for (size_t i = 0; i < n; i++) {
        enum err failed = person_view_get(db, a, ids[i], day, &(*out)[i], e);
        if (failed != ERR_OK && failed != ERR_NOT_FOUND)
            return failed;
    }
    return ERR_OK;
}

static int yes_no(const struct rows *r, int col) {
    return rows_null(r, col) ? -1 : rows_int(r, col) != 0;
}

enum err status_view_get(struct db *db, struct arena *a, int64_t student, int32_t day,
                         struct status_view *out, struct errmsg *e) {
    struct rows *r;
    char on[DATE_TEXT];
    *out =
        (struct status_view){.english_learner = -1, .disability_plan = -1, .birth_on = DATE_NONE};
    TRY(db_rows(db, SQL_VIEW_STATUS, ARGS(V_INT(student), V_Z(date_text(day, on))), &r, e));
    if (rows_next(r)) {
        out->grade = arena_str(a, rows_str(r, 0));
        out->meal = arena_str(a, rows_str(r, 1));
        out->english_learner = yes_no(r, 2);
        out->disability_plan = yes_no(r, 3);
        out->race = arena_str(a, rows_str(r, 4));
        out->gender = arena_str(a, rows_str(r, 5));
        out->language = arena_str(a, rows_str(r, 6));
        out->housing = arena_str(a, rows_str(r, 7));
        out->birth_on = rows_date(r, 8);
    }
    return rows_close(r, e);
}

enum err view_guardians(struct db *db, struct arena *a, int64_t student, int32_t day,
                        struct person_list *out, struct errmsg *e) {
    char on[DATE_TEXT];
    return read_people(db, a, SQL_VIEW_GUARDIANS, ARGS(V_INT(student), V_Z(date_text(day, on))),
                       SIZE_MAX, out, e);
}

enum err view_section_people(struct db *db, struct arena *a, int64_t section, struct str role,
                             int32_t day, struct person_list *out, struct errmsg *e) {
    char on[DATE_TEXT];
    return read_people(db, a, SQL_VIEW_SECTION_PEOPLE,
                       ARGS(V_INT(section), V_STR(role), V_Z(date_text(day, on))), SIZE_MAX, out,
                       e);
}

enum err view_org_students(struct db *db, struct arena *a, int64_t org, int32_t day, int64_t offset,
                           int64_t limit, struct person_list *out, struct errmsg *e) {
    char on[DATE_TEXT];
    return read_people(db, a, SQL_VIEW_ORG_STUDENTS,
                       ARGS(V_INT(org), V_Z(date_text(day, on)), V_INT(limit + 1), V_INT(offset)),
                       (size_t)limit, out, e);
}

/* Lower case, with what LIKE would read as a pattern left out. ASCII letters only are folded, as
 * both engines' lower() agree on those alone. */
static struct str prefix_of(struct arena *a, struct str text) {
    char *to = arena_alloc(a, text.n + 2);
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < SEARCH_MOST; i++) {
        char c = text.p[i];
        if (c != '%' && c != '_' && c != '\\')
            to[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    to[n++] = '%';
    return (struct str){to, n};
}

enum err view_find_students(struct db *db, struct arena *a, struct str text, int32_t day,
                            int64_t limit, struct person_list *out, struct errmsg *e) {
    char on[DATE_TEXT];
    *out = (struct person_list){0};
    if (text.n == 0)
        return ERR_OK;
    return read_people(
        db, a, SQL_VIEW_FIND_STUDENTS,
        ARGS(V_STR(text), V_STR(prefix_of(a, text)), V_Z(date_text(day, on)), V_INT(limit + 1)),
        (size_t)limit, out, e);
}

enum err view_find_people(struct db *db, struct arena *a, struct str text, int32_t day,
                          size_t limit, struct person_view **out, size_t *n, struct errmsg *e) {
    struct rows *r;
    int64_t *ids = ARENA_ARRAY(a, int64_t, limit);
    *n = 0;
    if (text.n == 0)
        return ERR_OK;
    TRY(db_rows(db, SQL_PEOPLE_FIND,
                ARGS(V_STR(text), V_STR(prefix_of(a, text)), V_INT((int64_t)limit)), &r, e));
    while (*n < limit && rows_next(r))
        ids[(*n)++] = rows_int(r, 0);
    TRY(rows_close(r, e));
    return person_views(db, a, ids, *n, day, out, e);
}

enum err view_aliases(struct db *db, struct arena *a, int64_t person, struct alias_view **out,
                      size_t *n, struct errmsg *e) {
    enum { ALIASES_MOST = 200 };
    struct rows *r;
    *out = ARENA_ARRAY(a, struct alias_view, ALIASES_MOST);
    *n = 0;
    TRY(db_rows(db, SQL_PEOPLE_ALIASES, ARGS(V_INT(person)), &r, e));
    while (*n < ALIASES_MOST && rows_next(r))
        (*out)[(*n)++] =
            (struct alias_view){arena_str(a, rows_str(r, 0)), arena_str(a, rows_str(r, 1))};
    return rows_close(r, e);
}

enum err view_coached(struct db *db, struct arena *a, int64_t account, int32_t day,
                      struct person_list *out, struct errmsg *e) {
    char on[DATE_TEXT];
    return read_people(db, a, SQL_VIEW_COACHED, ARGS(V_INT(account), V_Z(date_text(day, on))),
                       SIZE_MAX, out, e);
}

enum err section_view_get(struct db *db, struct arena *a, int64_t id, struct section_view *out,
                          struct errmsg *e) {
    struct rows *r;
    *out = (struct section_view){0};
    TRY(db_rows(db, SQL_VIEW_SECTION, ARGS(V_INT(id)), &r, e));
    if (rows_next(r))
        *out = (struct section_view){.id = rows_int(r, 0),
                                     .title = arena_str(a, rows_str(r, 1)),
                                     .code = arena_str(a, rows_str(r, 2)),
                                     .org_id = rows_int(r, 3),
                                     .org = arena_str(a, rows_str(r, 4)),
                                     .course = arena_str(a, rows_str(r, 5)),
                                     .subjects = arena_str(a, rows_str(r, 6)),
                                     .grades = arena_str(a, rows_str(r, 7)),
                                     .location = arena_str(a, rows_str(r, 8)),
                                     .periods = arena_str(a, rows_str(r, 9)),
                                     .term = arena_str(a, rows_str(r, 10))};
    TRY(rows_close(r, e));
    return out->id != 0 ? ERR_OK : err_set(e, ERR_NOT_FOUND, "There is no such section.");
}

enum err view_org_sections(struct db *db, struct arena *a, int64_t org, int32_t day, int64_t offset,
                           int64_t limit, struct section_list *out, struct errmsg *e) {
    struct rows *r;
    char on[DATE_TEXT];
    size_t cap = 0;
    *out = (struct section_list){0};
    TRY(db_rows(db, SQL_VIEW_ORG_SECTIONS,
                ARGS(V_Z(date_text(day, on)), V_INT(org), V_INT(limit + 1), V_INT(offset)), &r, e));
    while (rows_next(r)) {
        if (out->n == (size_t)limit) {
            out->more = true;
            break;
        }
        out->row = grow(a, out->row, out->n, &cap, sizeof *out->row);
        out->row[out->n++] = (struct section_view){.id = rows_int(r, 0),
                                                   .org_id = org,
                                                   .title = arena_str(a, rows_str(r, 1)),
                                                   .course = arena_str(a, rows_str(r, 2)),
                                                   .location = arena_str(a, rows_str(r, 3)),
                                                   .students = rows_int(r, 4),
                                                   .teacher = arena_str(a, rows_str(r, 5)),
                                                   .grades = arena_str(a, rows_str(r, 6))};
    }
    return rows_close(r, e);
}

enum err view_person_sections(struct db *db, struct arena *a, int64_t person, struct str role,
                              int32_t day, struct section_list *out, struct errmsg *e) {
    struct rows *r;
    char on[DATE_TEXT];
    size_t cap = 0;
    *out = (struct section_list){0};
    TRY(db_rows(db, SQL_VIEW_PERSON_SECTIONS,
                ARGS(V_Z(date_text(day, on)), V_INT(person), V_STR(role)), &r, e));
    while (rows_next(r)) {
        out->row = grow(a, out->row, out->n, &cap, sizeof *out->row);
        out->row[out->n++] = (struct section_view){.id = rows_int(r, 0),
                                                   .title = arena_str(a, rows_str(r, 1)),
                                                   .course = arena_str(a, rows_str(r, 2)),
                                                   .location = arena_str(a, rows_str(r, 3)),
                                                   .periods = arena_str(a, rows_str(r, 4)),
                                                   .org = arena_str(a, rows_str(r, 5)),
                                                   .grades = arena_str(a, rows_str(r, 6)),
                                                   .students = rows_int(r, 7)};
    }
    return rows_close(r, e);
}
