/*
 * Records as JSON for programs: the same kinds, filters, checks, rights and audit entries as the
 * pages. Lists are exports and are recorded as such. A POST carries the X-CSRF-Token that /api/me
 * tells. What cannot be saved is answered with the problems, one for each field:
 *     {"error":"invalid","message":"...","problems":[{"field":"serial","message":"..."}]}
 */
#include "web/records.h"

#include "provide/provide.h"

#include <inttypes.h>

/* ---- kinds ---- */

static void put_field(struct json *j, const struct field *f, const struct kind *k,
                      const struct kind_as *as, enum lang lang) {
    static const char *const types[FIELD_TYPES] = {
        [FIELD_TEXT] = "text",     [FIELD_INT] = "integer", [FIELD_REAL] = "number",
        [FIELD_BOOL] = "boolean",  [FIELD_DATE] = "date",   [FIELD_MONEY] = "money",
        [FIELD_CHOICE] = "choice", [FIELD_ORG] = "org",     [FIELD_PERSON] = "person",
        [FIELD_EMAIL] = "email",   [FIELD_URL] = "url",
    };
    json_open(j, '{');
    json_key(j, "name");
    json_z(j, f->column);
    json_key(j, "type");
    json_z(j, types[f->type]);
    json_key(j, "label");
    json_z(j, tr(f->label, lang));
    json_key(j, "unit");
    json_z(j, f->unit);
    json_key(j, "required");
    json_bool(j, f->required);
    json_key(j, "writable");
    json_bool(j, kind_may_write(k, f, as));
    if (f->choice_count > 0) {
        json_key(j, "choices");
        json_open(j, '[');
        for (size_t i = 0; i < f->choice_count; i++)
            json_z(j, f->choices[i].value);
        json_close(j);
    }
    json_close(j);
}

static enum err get_kinds(struct req *r, struct errmsg *e) {
    struct json *j = reply_json(r);
    json_open(j, '{');
    json_key(j, "kinds");
    json_open(j, '[');
    for (size_t i = 0; i < provide_kind_count; i++) {
        const struct kind *k = provide_kinds[i];
        struct kind_as as;
        TRY(records_view(r, k, &as, e));
        if (!kind_may_read(k, NULL, &as))
            continue;
        json_open(j, '{');
        json_key(j, "kind");
        json_z(j, k->name);
        json_key(j, "label");
        json_z(j, tr(k->many, r->lang));
        json_key(j, "about");
        json_z(j, tr(k->about, r->lang));
        json_key(j, "key");
        json_z(j, k->key);
        json_key(j, "writable");
        json_bool(j, kind_may_write(k, NULL, &as));
        json_key(j, "fields");
        json_open(j, '[');
        for (size_t f = 0; f < k->field_count; f++)
            if (kind_may_read(k, &k->fields[f], &as))
                put_field(j, &k->fields[f], k, &as, r->lang);
        json_close(j);
        json_close(j);
    }
    json_close(j);
    json_close(j);
    return ERR_OK;
}

/* ---- lists and single records ---- */

static enum err get_list(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_query q;
    struct kind_problems problems;
    struct str unknown;
    struct kind_list l;
    TRY(records_of(r, &rec, e));
    TRY(records_query(r, &rec, &q, &problems, &unknown, e));
    if (problems.n > 0)
        return err_set(e, ERR_INVALID, "%s", records_sentence(r, &rec, &problems.p[0], STR("?")));
    if (unknown.n > 0)
        return err_set(e, ERR_INVALID,
                       r->lang == LANG_ES
                           ? "No hay ningún filtro «%.*s»; los datos están en /api/records."
                           : "There is no filter \"%.*s\"; the fields are listed at /api/records.",
                       (int)(unknown.n < 80 ? unknown.n : 80), unknown.p);
    TRY(kind_list(r->db, rec.kind, &rec.as, &q, r->a, &l, e));
    TRY(req_export(r, rec.kind->name, "json", (int64_t)l.n, rec.kind->person != NULL, e));
    struct json *j = reply_json(r);
    json_open(j, '{');
    json_key(j, "kind");
    json_z(j, rec.kind->name);
    json_key(j, "total");
    json_int(j, l.total);
    json_key(j, "page");
    json_int(j, q.offset / q.limit + 1);
    json_key(j, "size");
    json_int(j, q.limit);
    json_key(j, "records");
    json_open(j, '[');
    for (size_t i = 0; i < l.n; i++)
        kind_json(j, rec.kind, &rec.as, &l.rows[i]);
    json_close(j);
    json_close(j);
    return ERR_OK;
}

static void reply_row(struct req *r, const struct records *rec, const struct kind_row *row,
                      int status) {
    reply_status(r, status);
    kind_json(reply_json(r), rec->kind, &rec->as, row);
}

static enum err get_one(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    TRY(records_of(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    TRY(records_read(r, &rec, &row, 1, e));
    reply_row(r, &rec, &row, 200);
    return ERR_OK;
}

/* ---- saving ---- */

static void put_problem(struct json *j, const char *field, const char *message) {
    json_open(j, '{');
    json_key(j, "field");
    json_z(j, field);
    json_key(j, "message");
    json_z(j, message);
    json_close(j);
}

static struct json *reply_refused(struct req *r, int status, const char *error,
                                  const char *message) {
    reply_status(r, status);
    struct json *j = reply_json(r);
    json_open(j, '{');
    json_key(j, "error");
    json_z(j, error);
    json_key(j, "message");
    json_z(j, message);
    json_key(j, "problems");
    json_open(j, '[');
    return j;
}

static void end_refused(struct json *j) {
    json_close(j);
    json_close(j);
}

static void refuse_problems(struct req *r, const struct records *rec, yyjson_val *body,
                            const struct kind_problems *p) {
    struct json *j = reply_refused(r, 422, err_name(ERR_INVALID),
                                   tr(TR("Some fields cannot be saved as they are.",
                                         "Algunos datos no se pueden guardar así."),
                                      r->lang));
    for (size_t i = 0; i < p->n; i++) {
        const struct field *f = p->p[i].field;
        yyjson_val *given = f == NULL ? NULL : yyjson_obj_get(body, f->column);
        put_problem(j, f == NULL ? NULL : f->column,
                    records_sentence(r, rec, &p->p[i],
                                     given == NULL || yyjson_is_null(given) ? STR("") : STR("?")));
    }
    end_refused(j);
}

static enum err refuse_save(struct req *r, const struct records *rec, enum records_why why,
                            enum err kind) {
    const struct kind *k = rec->kind;
    if (why == RECORDS_OTHER)
        return kind;
    const char *message = why == RECORDS_CHANGED_MEANWHILE
                              ? tr(TR("Somebody else changed this record meanwhile; read it again "
                                      "and send its version.",
                                      "Otra persona cambió este registro; léalo de nuevo y envíe "
                                      "su versión."),
                                   r->lang)
                              : records_refused(r, rec, why);
    struct json *j = reply_refused(r, err_http(kind), err_name(kind), message);
    if (why == RECORDS_KEY_TAKEN)
        put_problem(j, k->key, message);
    end_refused(j);
    return ERR_OK;
}

/* The body as an object; freed with the request's arena. */
static void free_doc(void *doc) {
    yyjson_doc_free(doc);
}

static enum err body_of(struct req *r, yyjson_val **out, struct errmsg *e) {
    yyjson_doc *doc;
    TRY(json_read(r->raw_body, &doc, e));
    arena_defer(r->a, free_doc, doc);
    *out = yyjson_doc_get_root(doc);
    return yyjson_is_obj(*out) ? ERR_OK
                               : req_fail(r, e, ERR_INVALID,
                                          TR("A JSON object {...} is wanted here.",
                                             "Aquí se espera un objeto JSON {...}."));
}

static enum err writable(struct req *r, struct records *rec, struct errmsg *e) {
    TRY(records_of(r, rec, e));
    if (!kind_may_write(rec->kind, NULL, &rec->as))
        return req_fail(r, e, ERR_DENIED,
                        TR("Your role may not change these records.",
                           "Su función no permite cambiar estos registros."));
    return ERR_OK;
}

/* A change names the version it was made from. */
static enum err version_of(struct req *r, yyjson_val *body, int64_t *out, struct errmsg *e) {
    yyjson_val *v = yyjson_obj_get(body, "version");
    if (!yyjson_is_int(v))
        return req_fail(r, e, ERR_INVALID,
                        TR("Send the \"version\" that you read, so that nobody's change is lost.",
                           "Envíe la \"version\" que leyó, para no perder el cambio de nadie."));
    *out = yyjson_get_sint(v);
    return ERR_OK;
}

static enum err save(struct req *r, const struct records *rec, int64_t id, yyjson_val *body,
                     int64_t version, struct errmsg *e) {
    struct kind_edit edit;
    struct kind_problems problems = {.n = 0};
    struct kind_row row;
    enum err read =
        kind_edit_json(r->db, rec->kind, &rec->as, body, id == 0, r->a, &edit, &problems);
    if (read != ERR_OK && problems.n == 0)
        return err_set(e, read, "The object could not be read.");
    TRY(records_check(r, rec, &edit, &problems, e));
    if (problems.n > 0) {
        refuse_problems(r, rec, body, &problems);
        return ERR_OK;
    }
    struct records_save s = {rec, id, version, &edit};
    enum err kind;
    enum records_why why = records_save(r, &s, &kind, e);
    if (why != RECORDS_SAVED)
        return refuse_save(r, rec, why, kind);
    TRY(kind_get(r->db, rec->kind, &rec->as, s.id, r->a, &row, e));
    reply_row(r, rec, &row, id == 0 ? 201 : 200);
    return ERR_OK;
}

static enum err post_new(struct req *r, struct errmsg *e) {
    struct records rec;
    yyjson_val *body;
    TRY(writable(r, &rec, e));
    TRY(body_of(r, &body, e));
    return save(r, &rec, 0, body, 0, e);
}

static enum err post_one(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    yyjson_val *body;
    int64_t version = 0;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    TRY(body_of(r, &body, e));
    TRY(version_of(r, body, &version, e));
    return save(r, &rec, row.id, body, version, e);
}

/* {"version": 3, "endsOn": "2026-11-20"}; null takes it up again. */
static enum err post_end(struct req *r, struct errmsg *e) {
    struct records rec;
    struct kind_row row;
    yyjson_val *body;
    int64_t version = 0;
    int32_t on = DATE_NONE;
    enum err kind;
    TRY(writable(r, &rec, e));
    TRY(records_row(r, &rec, &row, e));
    TRY(body_of(r, &body, e));
    TRY(version_of(r, body, &version, e));
    yyjson_val *day = yyjson_obj_get(body, "endsOn");
    bool text = yyjson_is_str(day) &&
                date_parse((struct str){yyjson_get_str(day), yyjson_get_len(day)}, &on);
    if (!text && !yyjson_is_null(day))
        return req_fail(r, e, ERR_INVALID,
                        TR("\"endsOn\" is a day such as \"2026-11-21\", or null to take the record "
                           "up again.",
                           "\"endsOn\" es un día como \"2026-11-21\", o null para reabrir el "
                           "registro."));
    enum records_why why = records_end(r, &rec, row.id, version, on, &kind, e);
    if (why != RECORDS_SAVED)
        return refuse_save(r, &rec, why, kind);
    TRY(kind_get(r->db, rec.kind, &rec.as, row.id, r->a, &row, e));
    reply_row(r, &rec, &row, 200);
    return ERR_OK;
}

const struct route routes_records_api[] = {
    {.method = GET,
     .pattern = "/api/records",
     .handler = get_kinds,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Kinds of records", "Tipos de registros")},
    {.method = GET,
     .pattern = "/api/records/{kind}",
     .handler = get_list,
     .perm = PERM_EXPORT,
     .title = TR_INIT("Records of a kind", "Registros de un tipo")},
    {.method = POST,
     .pattern = "/api/records/{kind}",
     .handler = post_new,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Add a record", "Agregar un registro")},
    {.method = GET,
     .pattern = "/api/records/{kind}/{id}",
     .handler = get_one,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Record", "Registro")},
    {.method = POST,
     .pattern = "/api/records/{kind}/{id}",
     .handler = post_one,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("Change a record", "Cambiar un registro")},
    {.method = POST,
     .pattern = "/api/records/{kind}/{id}/end",
     .handler = post_end,
     .perm = PERM_SCHOOLS,
     .title = TR_INIT("End a record", "Dar de baja")},
    {0}};
