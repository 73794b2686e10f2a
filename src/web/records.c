#include "web/records.h"

#include "provide/provide.h"
#include "roster/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 50, DETAIL_BYTES = 1 << 20, ORG_CHOICES_MOST = 300, LONG_TEXT = 250 };

/* ---- audit of changes ---- */

static bool same_json(yyjson_val *a, yyjson_val *b) {
    return a != NULL && b != NULL && yyjson_equals(a, b);
}

/* The values of one side that are not the same on the other. */
static void put_side(struct json *j, const char *name, yyjson_val *side, yyjson_val *other) {
    size_t i, max;
    yyjson_val *key, *val;
    if (side == NULL)
        return;
    json_key(j, name);
    json_open(j, '{');
    yyjson_obj_foreach(side, i, max, key, val) {
        if (same_json(val, yyjson_obj_get(other, yyjson_get_str(key))) ||
            (other == NULL && yyjson_is_null(val)))
            continue;
        json_key(j, yyjson_get_str(key));
        if (yyjson_is_str(val))
            json_str(j, (struct str){yyjson_get_str(val), yyjson_get_len(val)});
        else if (yyjson_is_real(val))
            json_real(j, yyjson_get_real(val));
        else if (yyjson_is_num(val))
            json_int(j, yyjson_get_sint(val));
        else
            json_null(j);
    }
    json_close(j);
}

static enum err note_change(void *to, struct db *db, const struct kind *k, int64_t id,
                            int64_t person, const char *action, struct str before, struct str after,
                            struct errmsg *e) {
    struct req *r = to;
    yyjson_doc *was = NULL, *is = NULL;
    struct buf b = buf_new(DETAIL_BYTES);
    struct json j = json_to(&b);
    enum err result = before.n > 0 ? json_read(before, &was, e) : ERR_OK;
    if (result == ERR_OK && after.n > 0)
        result = json_read(after, &is, e);
    if (result == ERR_OK) {
        yyjson_val *old = was == NULL ? NULL : yyjson_doc_get_root(was),
                   *new = is == NULL ? NULL : yyjson_doc_get_root(is);
        json_open(&j, '{');
        put_side(&j, "before", old, new);
        put_side(&j, "after", new, old);
        json_close(&j);
        struct audit_entry entry = {.action = str_z(action),
                                    .subject = str_z(k->name),
                                    .subject_id = arena_fmt(r->a, "%" PRId64, id),
                                    .person_id = person,
                                    .detail = buf_str(&b)};
        result = audit_append(db, &r->viewer, &entry, e);
    }
    if (result == ERR_OK)
        result = provide_changed(db, k, r->today, e);
    yyjson_doc_free(was);
    yyjson_doc_free(is);
    buf_free(&b);
    return result;
}

/* ---- who asks for what ---- */

/* Oneself and, for a coach, the teachers coached: records of staff follow the person. */
static enum err add_staff(struct req *r, struct kind_as *as, struct errmsg *e) {
    struct person_list coached = {0};
    if (r->viewer.role == ROLE_COACH)
        TRY(view_coached(r->db, r->a, r->viewer.account_id, r->today, &coached, e));
    size_t had = as->scope.person_count;
    int64_t *ids = ARENA_ARRAY(r->a, int64_t, had + coached.n + 1);
    if (had > 0)
        memcpy(ids, as->scope.persons, had * sizeof ids[0]);
    for (size_t i = 0; i < coached.n; i++)
        ids[had++] = coached.row[i].id;
    if (r->viewer.person_id != 0)
        ids[had++] = r->viewer.person_id;
    as->scope.persons = ids;
    as->scope.person_count = had;
    return ERR_OK;
}

enum err records_view(struct req *r, const struct kind *k, struct kind_as *out, struct errmsg *e) {
    TRY(kind_view(r, out, e));
    out->audit = note_change;
    out->audit_to = r;
    if (out->scope.all && k->person != NULL) {
        struct scope_ids students;
        TRY(access_students(r->db, &r->viewer, r->a, &students, e));
        if (!students.all) /* every school, but nobody by name */
            out->scope = (struct kind_scope){.persons = students.ids, .person_count = students.n};
    }
    return out->scope.all ? ERR_OK : add_staff(r, out, e);
}

enum err records_of(struct req *r, struct records *out, struct errmsg *e) {
    *out = (struct records){.kind =
                                kind_find(provide_kinds, provide_kind_count, req_param(r, "kind"))};
    if (out->kind == NULL)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There are no such records. The list of all kinds is under Records.",
                           "No hay registros de ese tipo. La lista de todos está en Registros."));
    out->path = arena_fmt(r->a, "/records/%s", out->kind->name).p;
    TRY(records_view(r, out->kind, &out->as, e));
    if (!kind_may_read(out->kind, NULL, &out->as))
        return req_fail(r, e, ERR_DENIED,
                        TR("Your role does not see these records.",
                           "Su función no permite ver estos registros."));
    return ERR_OK;
}

enum err records_row(struct req *r, const struct records *rec, struct kind_row *out,
                     struct errmsg *e) {
    int64_t id;
    struct errmsg why = {{0}};
    TRY(req_id(r, "id", &id, e));
    enum err got = kind_get(r->db, rec->kind, &rec->as, id, r->a, out, &why);
    if (got == ERR_NOT_FOUND)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("There is no such record, or none that you may see.",
                           "Ese registro no existe, o no está entre lo que usted puede ver."));
    if (got != ERR_OK)
        *e = why;
    return got;
}

static enum err is_student(struct req *r, int64_t id, bool *out, struct errmsg *e) {
    int64_t one;
    return db_int(r->db, SQL_ACCESS_IS_STUDENT, ARGS(V_INT(id)), &one, out, e);
}

static bool among(int64_t id, const int64_t ids[], size_t n) {
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

enum err records_read(struct req *r, const struct records *rec, const struct kind_row rows[],
                      size_t n, struct errmsg *e) {
    const struct kind *k = rec->kind;
    const struct field *f = k->person == NULL ? NULL : kind_field(k, str_z(k->person));
    int64_t *ids = ARENA_ARRAY(r->a, int64_t, n + 1);
    size_t found = 0;
    if (f == NULL)
        return ERR_OK;
    for (size_t i = 0; i < n; i++) {
        const struct val *v = &rows[i].v[f - k->fields];
        bool student = false;
        if (v->kind != VAL_INT || among(v->i, ids, found))
            continue;
        TRY(is_student(r, v->i, &student, e));
        if (student)
            ids[found++] = v->i;
    }
    return read_students(r, ids, found, arena_fmt(r->a, "records/%s", k->name).p, e);
}

/* ---- checks beyond those of the kind ---- */

static enum err may_name(struct req *r, const struct kind_as *as, const struct field *f, int64_t id,
                         bool *ok, struct errmsg *e) {
    const struct kind_scope *s = &as->scope;
    bool student = false;
    *ok = true;
    if (s->all)
        return ERR_OK;
    if (f->type == FIELD_ORG) {
        *ok = among(id, s->orgs, s->org_count);
        return ERR_OK;
    }
    if (among(id, s->persons, s->person_count))
        return ERR_OK;
    TRY(is_student(r, id, &student, e));
    *ok = !student;
    return ERR_OK;
}

enum err records_check(struct req *r, const struct records *rec, const struct kind_edit *edit,
                       struct kind_problems *problems, struct errmsg *e) {
    const struct kind *k = rec->kind;
    for (size_t i = 0; i < k->field_count; i++) {
        const struct field *f = &k->fields[i];
        bool ok;
        if ((edit->set >> i & 1) == 0 || edit->v[i].kind != VAL_INT ||
            (f->type != FIELD_ORG && f->type != FIELD_PERSON))
            continue;
        TRY(may_name(r, &rec->as, f, edit->v[i].i, &ok, e));
        if (ok || problems->n == KIND_FIELDS_MAX)
            continue;
        struct kind_problem *p = &problems->p[problems->n++];
        *p = (struct kind_problem){.field = f};
        err_ignore(err_set(&p->what, ERR_INVALID, "This is not one of your schools or people."));
    }
    return ERR_OK;
}

/* ---- filters ---- */

enum err records_query(struct req *r, const struct records *rec, struct kind_query *out,
                       struct kind_problems *problems, struct str *unknown, struct errmsg *e) {
    static const char *const own[] = {"lang", "tick", "blank"};
    *out = (struct kind_query){.limit = PAGE};
    *problems = (struct kind_problems){0};
    *unknown = (struct str){0};
    for (size_t i = 0; i < r->query.n; i++) {
        struct str name = r->query.v[i].name, value = r->query.v[i].value;
        struct errmsg why = {{0}};
        bool known = false;
        if (str_eq(name, STR("blank")) && value.n > 0) {
            name = arena_fmt(r->a, "%.*s.empty", STR_ARG(value));
            value = STR("1");
        }
        enum err got =
            kind_query_add(r->db, rec->kind, &rec->as, name, value, r->a, out, &known, &why);
        if (got == ERR_INVALID) {
            struct str rest = name, column;
            (void)str_split(&rest, '.', &column);
            if (problems->n < KIND_FIELDS_MAX)
                problems->p[problems->n++] =
                    (struct kind_problem){kind_field(rec->kind, column), why};
        } else if (got != ERR_OK) {
            *e = why;
            return got;
        }
        for (size_t o = 0; o < sizeof own / sizeof own[0]; o++)
            known = known || str_eq(name, str_z(own[o]));
        if (!known && unknown->n == 0)
            *unknown = name;
    }
    return ERR_OK;
}

/* ---- sentences ---- */

static const char *wanted_es(struct req *r, const struct field *f) {
    switch (f->type) {
    case FIELD_INT:
        return "Escriba un número entero, como 25";
    case FIELD_REAL:
        return "Escriba un número, como 12.5";
    case FIELD_MONEY:
        return "Escriba dólares y centavos, como 249.00";
    case FIELD_BOOL:
        return "Elija sí o no";
    case FIELD_DATE:
        return "Escriba una fecha, como 2026-11-21";
    case FIELD_CHOICE:
        return "Elija una de las opciones";
    case FIELD_ORG:
        return "Elija una escuela por su nombre o número del padrón";
    case FIELD_PERSON:
        return "Escriba un número, usuario o correo que solo una persona tenga en el padrón";
    case FIELD_EMAIL:
        return "Escriba un correo, como nombre@distrito.org";
    case FIELD_URL:
        return "Escriba una dirección que comience con https://";
    case FIELD_TEXT:
    case FIELD_TYPES:
        break;
    }
    return arena_fmt(r->a, "Escriba un texto de hasta %d caracteres",
                     f->max > 0 ? (int)f->max : 500)
        .p;
}

const char *records_sentence(struct req *r, const struct records *rec, const struct kind_problem *p,
                             struct str typed) {
    const struct field *f = p->field;
    if (r->lang != LANG_ES || f == NULL)
        return f == NULL && r->lang == LANG_ES
                   ? "Hay un campo que estos registros no tienen o que usted no puede cambiar."
                   : arena_z(r->a, str_z(p->what.text));
    if (!kind_may_write(rec->kind, f, &rec->as) && r->method == POST)
        return "Su función no permite cambiar este campo.";
    if (str_trim(typed).n == 0)
        return "Esto es obligatorio.";
    bool number = f->type == FIELD_INT || f->type == FIELD_REAL || f->type == FIELD_MONEY;
    if (number && f->max > f->min)
        return arena_fmt(r->a, "%s, de %g a %g.", wanted_es(r, f), f->min, f->max).p;
    return arena_fmt(r->a, "%s.", wanted_es(r, f)).p;
}

const char *records_refused(struct req *r, const struct records *rec, enum records_why why) {
    bool es = r->lang == LANG_ES;
    switch (why) {
    case RECORDS_CHANGED_MEANWHILE:
        return es ? "Otra persona cambió este registro después de que usted lo abrió. Vea abajo "
                    "qué dice ahora; si guarda de nuevo, valdrá lo suyo."
                  : "Somebody else changed this record after you opened it. See below what it says "
                    "now; if you save again, yours will stand.";
    case RECORDS_KEY_TAKEN:
        return es ? arena_fmt(r->a, "Ya hay %s con este dato. Cambie ese registro en su lugar.",
                              rec->kind->one.es)
                        .p
                  : arena_fmt(r->a, "Another %s has this already. Change that one instead.",
                              rec->kind->one.en)
                        .p;
    case RECORDS_NOT_YOURS:
        return es ? "Solo puede llevar registros de sus propias escuelas y personas. Elija una."
                  : "You may only keep records of your own schools and people. Choose one of them.";
    case RECORDS_SAVED:
    case RECORDS_OTHER:
        break;
    }
    return "";
}

const char *records_title(struct html *h, struct tr name) {
    char *z = arena_z(h->a, str_z(tr(name, h->lang)));
    z[0] = z[0] >= 'a' && z[0] <= 'z' ? (char)(z[0] - 'a' + 'A') : z[0];
    return z;
}

/* ---- saving ---- */

static enum err save(struct db *db, void *arg, struct errmsg *e) {
    struct records_save *s = arg;
    const struct records *rec = s->rec;
    return s->id == 0 ? kind_insert(db, rec->kind, &rec->as, s->edit, &s->id, e)
                      : kind_update(db, rec->kind, &rec->as, s->id, s->version, s->edit, e);
}

/* A conflict is about the version when it is not the one that was opened, else about the key. */
static enum records_why why_of(struct req *r, const struct records *rec, int64_t id,
                               int64_t version, enum err kind) {
    struct kind_row now;
    struct errmsg gone = {{0}};
    if (kind == ERR_OK)
        return RECORDS_SAVED;
    if (kind == ERR_DENIED && kind_may_write(rec->kind, NULL, &rec->as))
        return RECORDS_NOT_YOURS;
    if (kind != ERR_CONFLICT)
        return RECORDS_OTHER;
    if (id != 0 && kind_get(r->db, rec->kind, &rec->as, id, r->a, &now, &gone) == ERR_OK &&
        now.version != version)
        return RECORDS_CHANGED_MEANWHILE;
    return RECORDS_KEY_TAKEN;
}

enum records_why records_save(struct req *r, struct records_save *s, enum err *kind,
                              struct errmsg *e) {
    int64_t id = s->id;
    *kind = req_write(r, save, s, e);
    return why_of(r, s->rec, id, s->version, *kind);
}

struct ending {
    const struct records *rec;
    int64_t id, version;
    int32_t day;
};

static enum err write_end(struct db *db, void *arg, struct errmsg *e) {
    const struct ending *x = arg;
    return kind_end(db, x->rec->kind, &x->rec->as, x->id, x->version, x->day, e);
}

enum records_why records_end(struct req *r, const struct records *rec, int64_t id, int64_t version,
                             int32_t day, enum err *kind, struct errmsg *e) {
    struct ending x = {rec, id, version, day};
    *kind = req_write(r, write_end, &x, e);
    return why_of(r, rec, id, version, *kind);
}

/* ---- parts of forms ---- */

enum err records_orgs(struct req *r, const struct kind_as *as, struct records_orgs *out,
                      struct errmsg *e) {
    struct rows *rows;
    *out =
        (struct records_orgs){.v = ARENA_ARRAY(r->a, struct option, ORG_CHOICES_MOST), .all = true};
    TRY(db_rows(r->db, SQL_ACCESS_ORG_CHOICES, NO_ARGS, &rows, e));
    while (rows_next(rows)) {
        int64_t id = rows_int(rows, 0);
        bool mine = as->scope.all || among(id, as->scope.orgs, as->scope.org_count);
        if (mine && out->n == ORG_CHOICES_MOST)
            out->all = false;
        else if (mine)
            out->v[out->n++] = (struct option){arena_fmt(r->a, "#%" PRId64, id),
                                               arena_str(r->a, rows_str(rows, 1))};
    }
    return rows_close(rows, e);
}

bool records_number(const struct field *f) {
    return f->type == FIELD_INT || f->type == FIELD_REAL || f->type == FIELD_MONEY;
}

size_t records_choices(struct req *r, const struct field *f, struct option out[]) {
    static const struct choice yes_no[] = {{"yes", TR_INIT("Yes", "Sí")},
                                           {"no", TR_INIT("No", "No")}};
    const struct choice *c = f->type == FIELD_BOOL ? yes_no : f->choices;
    size_t n = f->type == FIELD_BOOL ? 2 : f->choice_count;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct option){str_z(c[i].value), str_z(tr(c[i].label, r->lang))};
    return n;
}

/* Help of a field whose people or schools are typed. */
static struct tr ref_help(struct req *r, const struct field *f, const char *now) {
    struct tr how =
        f->type == FIELD_ORG
            ? TR("The school's name or number.", "El nombre o número de la escuela.")
            : TR("Local number, user name or e-mail.", "Número local, usuario o correo.");
    if (now == NULL || now[0] == '\0')
        return how;
    return (struct tr){arena_fmt(r->a, "Now %s. %s", now, how.en).p,
                       arena_fmt(r->a, "Ahora %s. %s", now, how.es).p};
}

void records_input(struct form *form, const struct field *f, const char *name, struct str value,
                   const char *now, const struct records_orgs *orgs) {
    struct option *o = ARENA_ARRAY(form->r->a, struct option, f->choice_count + 2);
    struct input in = {.name = name,
                       .label = f->label,
                       .help = f->help,
                       .required = f->required,
                       .value = value,
                       .step = f->type == FIELD_INT     ? "1"
                               : f->type == FIELD_MONEY ? "0.01"
                                                        : "any",
                       .suffix = f->type == FIELD_MONEY ? "USD" : f->unit};
    struct tr none = f->required ? TR("Choose", "Elija") : TR("(blank)", "(en blanco)");
    if (f->type == FIELD_CHOICE || f->type == FIELD_BOOL) {
        form_options(form, &in, o, records_choices(form->r, f, o), none);
    } else if (f->type == FIELD_ORG && orgs->all) {
        form_options(form, &in, orgs->v, orgs->n, none);
    } else if (f->type == FIELD_TEXT && f->max > (double)LONG_TEXT) {
        form_area(form, &in, 3);
    } else {
        if (f->type == FIELD_PERSON || f->type == FIELD_ORG)
            in.help = ref_help(form->r, f, now);
        in.type = f->type == FIELD_DATE    ? "date"
                  : records_number(f)      ? "number"
                  : f->type == FIELD_EMAIL ? "email"
                                           : NULL;
        in.max = f->type == FIELD_TEXT ? (int64_t)f->max : 0;
        form_text(form, &in);
    }
}
