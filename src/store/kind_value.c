/* Values of a kind's fields: from texts and JSON with a sentence where they will not do, and back.
 */
#include "store/kind.h"

#include "base/date.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 500, NUMBER_BYTES = 64, QUOTE_MAX = 60 };

/* At most so much of the text as a sentence bears. */
static struct str brief(struct str s) {
    size_t n = s.n < QUOTE_MAX ? s.n : QUOTE_MAX;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0u) == 0x80u)
        n--;
    return (struct str){s.p, n};
}

static enum err refuse(struct str text, const char *is_not, struct errmsg *e) {
    struct str b = brief(text);
    return err_set(e, ERR_INVALID, "\"%.*s\" is not %s", STR_ARG(b), is_not);
}

/* Digits, sign, point and exponent only: $, %, spaces and thousands separators are left out. */
static struct str bare_number(struct str s, char out[static NUMBER_BYTES]) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool skip = s.p[i] == '$' || s.p[i] == ' ' || s.p[i] == '%';
        if (s.p[i] == ',') { /* between groups of three digits only */
            size_t after = i + 1;
            while (after < s.n && s.p[after] >= '0' && s.p[after] <= '9')
                after++;
            skip = i > 0 && after == i + 4;
        }
        if (skip)
            continue;
        if (n == NUMBER_BYTES - 1)
            return (struct str){0};
        out[n++] = s.p[i];
    }
    return (struct str){out, n};
}

static bool has_limits(const struct field *f) {
    return f->min < 0 || f->min > 0 || f->max < 0 || f->max > 0;
}

static enum err check_range(const struct field *f, double v, struct errmsg *e) {
    const char *unit = f->unit == NULL ? "" : f->unit, *gap = f->unit == NULL ? "" : " ";
    if (!has_limits(f) || (v >= f->min && v <= f->max))
        return ERR_OK;
    return err_set(e, ERR_INVALID, "%g is outside of %g to %g%s%s. Check the number and its unit.",
                   v, f->min, f->max, gap, unit);
}

static enum err parse_real(const struct field *f, struct str text, double *out, struct errmsg *e) {
    char z[NUMBER_BYTES];
    if (!str_real(bare_number(text, z), out))
        return refuse(text, "a number. Write digits, such as 12.5.", e);
    return check_range(f, *out, e);
}

static enum err parse_int(const struct field *f, struct str text, int64_t *out, struct errmsg *e) {
    char z[NUMBER_BYTES];
    double real;
    struct str s = bare_number(text, z);
    if (!str_int(s, out)) {
        const double exact_most = 9007199254740992.0; /* 2^53 */
        if (!str_real(s, &real) || fabs(real) > exact_most || trunc(real) < real ||
            trunc(real) > real)
            return refuse(text, "a whole number. Write digits only, such as 25.", e);
        *out = (int64_t)real;
    }
    return check_range(f, (double)*out, e);
}

/* Dollars to cents without passing through a double. */
static enum err parse_money(const struct field *f, struct str text, int64_t *out,
                            struct errmsg *e) {
    char z[NUMBER_BYTES];
    struct str s = bare_number(text, z), whole = s, part = {0};
    int64_t dollars = 0, cents = 0;
    const char *point = s.n == 0 ? NULL : memchr(s.p, '.', s.n);
    if (point != NULL) {
        whole = str_sub(s, 0, (size_t)(point - s.p));
        part = str_sub(s, (size_t)(point - s.p) + 1, s.n);
        while (part.n > 2 && part.p[part.n - 1] == '0')
            part.n--;
    }
    bool minus = whole.n > 0 && whole.p[0] == '-';
    bool empty = whole.n == (minus ? 1u : 0u);
    bool digits = part.n == 0 || (part.p[0] >= '0' && part.p[0] <= '9');
    if ((empty && part.n == 0) || (!empty && !str_int(whole, &dollars)) || part.n > 2 || !digits ||
        (part.n > 0 && !str_int(part, &cents)) || dollars > INT64_MAX / 200 ||
        dollars < INT64_MIN / 200)
        return refuse(text, "an amount of money. Write dollars and cents, such as 249.00.", e);
    cents = part.n == 1 ? cents * 10 : cents;
    *out = dollars * 100 + (minus ? -cents : cents);
    return check_range(f, (double)*out / 100, e);
}

static bool is_word(struct str s, const char *const words[], size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(s, str_z(words[i])))
            return true;
    return false;
}

static enum err parse_bool(struct str text, int64_t *out, struct errmsg *e) {
    static const char *const more_yes[] = {"s\xC3\xAD", "si", "x", "on", "verdadero"};
    static const char *const more_no[] = {"off", "falso"};
    bool v = is_word(text, more_yes, sizeof more_yes / sizeof more_yes[0]);
    if (!v && !is_word(text, more_no, sizeof more_no / sizeof more_no[0]) && !str_bool(text, &v))
        return refuse(text, "yes or no.", e);
    *out = v ? 1 : 0;
    return ERR_OK;
}

static enum err parse_choice(const struct field *f, struct str text, struct str *out,
                             struct errmsg *e) {
    struct buf b = buf_new(300);
    for (size_t i = 0; i < f->choice_count; i++) {
        const struct choice *c = &f->choices[i];
        if (str_eq_nocase(text, str_z(c->value)) || str_eq_nocase(text, str_z(c->label.en)) ||
            str_eq_nocase(text, str_z(c->label.es))) {
            *out = str_z(c->value);
            buf_free(&b);
            return ERR_OK;
        }
        buf_fmt(&b, i == 0 ? "%s" : ", %s", c->value);
    }
    struct str t = brief(text), known = buf_str(&b);
    enum err r =
        err_set(e, ERR_INVALID, "\"%.*s\" is not one of: %.*s.", STR_ARG(t), STR_ARG(known));
    buf_free(&b);
    return r;
}

static enum err check_text(const struct field *f, struct str text, struct errmsg *e) {
    size_t most = f->max > 0 ? (size_t)f->max : TEXT_MAX;
    if (!str_utf8_ok_strict(text))
        return err_set(e, ERR_INVALID, "This holds characters that are not text. Type it again.");
    if (text.n > most)
        return err_set(e, ERR_INVALID, "This is longer than %zu characters; shorten it.", most);
    const char *at = memchr(text.p, '@', text.n);
    bool blank = memchr(text.p, ' ', text.n) != NULL;
    if (f->type == FIELD_EMAIL &&
        (at == NULL || at == text.p || blank ||
         memchr(at + 1, '@', text.n - (size_t)(at + 1 - text.p)) != NULL ||
         memchr(at + 1, '.', text.n - (size_t)(at + 1 - text.p)) == NULL))
        return refuse(text, "an e-mail address, such as name@district.org.", e);
    if (f->type == FIELD_URL &&
        (blank || !(str_starts(text, STR("https://")) || str_starts(text, STR("http://")))))
        return refuse(text, "a web address. It begins with https://.", e);
    return ERR_OK;
}

static struct str lower_copy(struct str s, struct arena *a) {
    char *z = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++)
        z[i] = z[i] >= 'A' && z[i] <= 'Z' ? (char)(z[i] - 'A' + 'a') : z[i];
    return (struct str){z, s.n};
}

/* Whether an id is one; the sentence is that of a name nobody knows. */
static enum err check_id(struct db *db, const struct field *f, int64_t id, struct errmsg *e) {
    bool found = false;
    int64_t same;
    TRY(db_int(db, f->type == FIELD_ORG ? SQL_KIND_ORG_EXISTS : SQL_KIND_PERSON_EXISTS,
               ARGS(V_INT(id)), &same, &found, e));
    return found ? ERR_OK
                 : err_set(e, ERR_INVALID, "There is no %s with the id %" PRId64 ".",
                           f->type == FIELD_ORG ? "school" : "person", id);
}

static enum err parse_ref(struct db *db, const struct field *f, struct str text, struct arena *a,
                          int64_t *out, struct errmsg *e) {
    struct rows *r;
    int64_t found[2] = {0, 0};
    size_t n = 0;
    if (text.p[0] == '#' && str_int(str_sub(text, 1, text.n), out))
        return check_id(db, f, *out, e);
    TRY(db_rows(db, f->type == FIELD_ORG ? SQL_KIND_ORG_FIND : SQL_KIND_PERSON_FIND,
                ARGS(V_STR(text), V_STR(lower_copy(text, a))), &r, e));
    while (n < 2 && rows_next(r))
        found[n++] = rows_int(r, 0);
    TRY(rows_close(r, e));
    struct str t = brief(text);
    if (n == 1) {
        *out = found[0];
        return ERR_OK;
    }
    if (n == 2)
        return err_set(e, ERR_INVALID,
                       "\"%.*s\" could mean more than one %s. Write its identifier instead.",
                       STR_ARG(t), f->type == FIELD_ORG ? "school" : "person");
    return err_set(e, ERR_INVALID, "\"%.*s\" is not known here. Write %s.", STR_ARG(t),
                   f->type == FIELD_ORG
                       ? "the school's name or number as in the roster"
                       : "a student or staff number, user name or e-mail as in the roster");
}

enum err kind_parse(struct db *db, const struct field *f, struct str text, struct arena *a,
                    struct val *out, struct errmsg *e) {
    struct val v = V_NULL;
    int32_t day;
    bool assumed;
    char *z;
    text = str_trim(text);
    if (text.n == 0) {
        *out = v;
        return f->required ? err_set(e, ERR_INVALID, "This is required.") : ERR_OK;
    }
    switch (f->type) {
    case FIELD_INT:
        v.kind = VAL_INT;
        TRY(parse_int(f, text, &v.i, e));
        break;
    case FIELD_REAL:
        v.kind = VAL_REAL;
        TRY(parse_real(f, text, &v.r, e));
        break;
    case FIELD_MONEY:
        v.kind = VAL_INT;
        TRY(parse_money(f, text, &v.i, e));
        break;
    case FIELD_BOOL:
        v.kind = VAL_INT;
        TRY(parse_bool(text, &v.i, e));
        break;
    case FIELD_DATE:
        if (!date_parse_loose(text, &day, &assumed))
            return refuse(text, "a date. Write it as 2026-11-21.", e);
        z = arena_alloc(a, DATE_TEXT);
        v = V_Z(date_text(day, z));
        break;
    case FIELD_CHOICE:
        v.kind = VAL_TEXT;
        TRY(parse_choice(f, text, &v.s, e));
        break;
    case FIELD_ORG:
    case FIELD_PERSON:
        v.kind = VAL_INT;
        TRY(parse_ref(db, f, text, a, &v.i, e));
        break;
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_TYPES:
        TRY(check_text(f, text, e));
        v = V_STR(arena_str(a, text));
        break;
    }
    *out = v;
    return ERR_OK;
}

struct str kind_show(const struct field *f, const struct val *v, enum lang lang, bool raw,
                     struct arena *a) {
    if (v->kind == VAL_NULL)
        return (struct str){0};
    switch (f->type) {
    case FIELD_INT:
        return arena_fmt(a, "%" PRId64, v->i);
    case FIELD_REAL:
        return arena_fmt(a, raw ? "%.15g" : "%.6g", v->r);
    case FIELD_MONEY: {
        uint64_t cents = v->i < 0 ? 0 - (uint64_t)v->i : (uint64_t)v->i;
        return arena_fmt(a, "%s%" PRIu64 ".%02" PRIu64, v->i < 0 ? "-" : "", cents / 100,
                         cents % 100);
    }
    case FIELD_BOOL:
        if (raw || lang == LANG_EN)
            return v->i != 0 ? STR("yes") : STR("no");
        return v->i != 0 ? STR("s\xC3\xAD") : STR("no");
    case FIELD_CHOICE:
        for (size_t i = 0; !raw && i < f->choice_count; i++)
            if (str_eq(v->s, str_z(f->choices[i].value)))
                return str_z(tr(f->choices[i].label, lang));
        return v->s;
    case FIELD_ORG:
    case FIELD_PERSON:
        return arena_fmt(a, "#%" PRId64, v->i);
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_TYPES:
        break;
    }
    return v->s;
}

/* ---- whole records ---- */

static struct errmsg *problem(struct kind_problems *p, const struct field *f) {
    size_t at = p->n < KIND_FIELDS_MAX ? p->n++ : KIND_FIELDS_MAX - 1;
    p->p[at] = (struct kind_problem){.field = f};
    return &p->p[at].what;
}

/* The field of that name which may be written, or NULL with the problem told. */
static const struct field *writable(const struct kind *k, const struct kind_as *as, struct str name,
                                    struct kind_problems *problems) {
    const struct field *f = kind_field(k, name);
    struct str b = brief(name);
    if (f == NULL || !kind_may_read(k, f, as)) {
        err_ignore(err_set(problem(problems, NULL), ERR_INVALID, "%s have no field \"%.*s\".",
                           k->many.en, STR_ARG(b)));
        return NULL;
    }
    if (!kind_may_write(k, f, as)) {
        err_ignore(
            err_set(problem(problems, f), ERR_DENIED, "Your role may not change this field."));
        return NULL;
    }
    return f;
}

static void take(const struct kind *k, const struct field *f, struct val v, struct kind_edit *out) {
    size_t i = (size_t)(f - k->fields);
    out->set |= UINT64_C(1) << i;
    out->v[i] = v;
}

/* With `whole` every required field must be there; a sentence was told already where one was given
 * but wrong. */
static enum err finish(const struct kind *k, bool whole, const struct kind_edit *out, uint64_t seen,
                       struct kind_problems *problems) {
    for (size_t i = 0; whole && i < k->field_count; i++)
        if (k->fields[i].required && ((out->set | seen) >> i & 1) == 0)
            err_ignore(err_set(problem(problems, &k->fields[i]), ERR_INVALID, "This is required."));
    return problems->n == 0 ? ERR_OK : ERR_INVALID;
}

enum err kind_edit_texts(struct db *db, const struct kind *k, const struct kind_as *as,
                         const struct kind_input *in, size_t n, bool whole, struct arena *a,
                         struct kind_edit *out, struct kind_problems *problems) {
    uint64_t seen = 0;
    *out = (struct kind_edit){0};
    problems->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct errmsg e = {{0}};
        struct val v;
        const struct field *f = writable(k, as, in[i].column, problems);
        if (f == NULL)
            continue;
        uint64_t bit = UINT64_C(1) << (size_t)(f - k->fields);
        if ((seen & bit) != 0)
            err_ignore(err_set(problem(problems, f), ERR_INVALID, "This was given twice."));
        else if (kind_parse(db, f, in[i].text, a, &v, &e) == ERR_OK)
            take(k, f, v, out);
        else
            *problem(problems, f) = e;
        seen |= bit;
    }
    return finish(k, whole, out, seen, problems);
}

/* A JSON value as the field's: its own type, or a text that kind_parse takes. */
static enum err from_json(struct db *db, const struct field *f, yyjson_val *j, struct arena *a,
                          struct val *out, struct errmsg *e) {
    if (yyjson_is_null(j))
        return kind_parse(db, f, (struct str){0}, a, out, e);
    if (yyjson_is_str(j))
        return kind_parse(db, f, (struct str){yyjson_get_str(j), yyjson_get_len(j)}, a, out, e);
    bool ref = f->type == FIELD_ORG || f->type == FIELD_PERSON;
    if (yyjson_is_bool(j) && f->type == FIELD_BOOL) {
        *out = V_INT(yyjson_get_bool(j) ? 1 : 0);
        return ERR_OK;
    }
    if (ref && yyjson_is_int(j)) {
        *out = V_INT(yyjson_get_sint(j));
        return check_id(db, f, out->i, e);
    }
    char text[NUMBER_BYTES];
    if (yyjson_is_uint(j))
        (void)snprintf(text, sizeof text, "%" PRIu64, yyjson_get_uint(j));
    else if (yyjson_is_sint(j))
        (void)snprintf(text, sizeof text, "%" PRId64, yyjson_get_sint(j));
    else if (yyjson_is_real(j))
        (void)snprintf(text, sizeof text, "%.15g", yyjson_get_real(j));
    bool number = f->type == FIELD_INT || f->type == FIELD_REAL || f->type == FIELD_MONEY;
    if (!yyjson_is_num(j) || !number)
        return err_set(e, ERR_INVALID, "A %s does not fit here; see the kind's help.",
                       yyjson_get_type_desc(j));
    return kind_parse(db, f, str_z(text), a, out, e);
}

enum err kind_edit_json(struct db *db, const struct kind *k, const struct kind_as *as,
                        yyjson_val *object, bool whole, struct arena *a, struct kind_edit *out,
                        struct kind_problems *problems) {
    size_t i, max;
    yyjson_val *key, *val;
    uint64_t seen = 0;
    *out = (struct kind_edit){0};
    problems->n = 0;
    if (!yyjson_is_obj(object))
        return err_set(problem(problems, NULL), ERR_INVALID, "A JSON object {...} is wanted here.");
    yyjson_obj_foreach(object, i, max, key, val) {
        struct errmsg e = {{0}};
        struct val v;
        struct str name = {yyjson_get_str(key), yyjson_get_len(key)};
        if (str_eq(name, STR("id")) || str_eq(name, STR("version")) || str_eq(name, STR("endsOn")))
            continue; /* the address and the caller take care of these */
        const struct field *f = writable(k, as, name, problems);
        if (f == NULL)
            continue;
        seen |= UINT64_C(1) << (size_t)(f - k->fields);
        if (from_json(db, f, val, a, &v, &e) == ERR_OK)
            take(k, f, v, out);
        else
            *problem(problems, f) = e;
    }
    return finish(k, whole, out, seen, problems);
}

/* ---- filters in an address ---- */

static enum err filter_add(struct kind_query *q, const struct field *f, enum filter_op op,
                           struct val v, struct errmsg *e) {
    if (q->filter_count == KIND_FILTERS_MAX)
        return err_set(e, ERR_LIMIT, "More than %d filters at once; leave some out.",
                       KIND_FILTERS_MAX);
    q->filters[q->filter_count++] = (struct kind_filter){f, op, v};
    return ERR_OK;
}

/* Names like "condition", "faults.from". */
static enum err field_filter(struct db *db, const struct kind *k, const struct kind_as *as,
                             struct str name, struct str value, struct arena *a,
                             struct kind_query *q, bool *known, struct errmsg *e) {
    static const char *const ops[] = {[FILTER_EQUALS] = "",
                                      [FILTER_CONTAINS] = "contains",
                                      [FILTER_FROM] = "from",
                                      [FILTER_TO] = "to",
                                      [FILTER_EMPTY] = "empty"};
    struct str rest = name, column, op = {0};
    (void)str_split(&rest, '.', &column);
    op = rest;
    const struct field *f = kind_field(k, column);
    *known = false;
    if (f == NULL || !kind_may_read(k, f, as))
        return ERR_OK;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        struct val v = V_STR(value);
        if (!str_eq(op, str_z(ops[i])))
            continue;
        *known = true;
        if (value.n == 0)
            return ERR_OK; /* an empty box of the filter form */
        if (i == FILTER_EQUALS || i == FILTER_FROM || i == FILTER_TO) {
            enum err r = kind_parse(db, f, value, a, &v, e);
            if (r != ERR_OK) {
                err_wrap(e, "%s", f->label.en);
                return r;
            }
        }
        return filter_add(q, f, (enum filter_op)i, v, e);
    }
    return ERR_OK;
}

enum err kind_query_add(struct db *db, const struct kind *k, const struct kind_as *as,
                        struct str name, struct str value, struct arena *a, struct kind_query *q,
                        bool *known, struct errmsg *e) {
    int64_t n;
    value = str_trim(value);
    *known = true;
    if (str_eq(name, STR("q"))) {
        q->search = arena_str(a, value);
    } else if (str_eq(name, STR("ended"))) {
        (void)str_bool(value, &q->with_ended);
    } else if (str_eq(name, STR("sort"))) {
        q->descending = value.n > 0 && value.p[0] == '-';
        struct str column = str_sub(value, q->descending ? 1 : 0, value.n);
        const struct field *f = kind_field(k, column);
        q->sort = f != NULL && kind_may_read(k, f, as) ? f : NULL;
    } else if (str_eq(name, STR("size"))) {
        if (str_int(value, &n) && n > 0 && n <= KIND_PAGE_MAX) {
            q->offset = q->limit > 0 ? q->offset / q->limit * n : q->offset;
            q->limit = n;
        }
    } else if (str_eq(name, STR("page"))) {
        q->limit = q->limit > 0 ? q->limit : 50;
        if (str_int(value, &n) && n > 0 && n < 1000000000)
            q->offset = (n - 1) * q->limit;
    } else {
        return field_filter(db, k, as, name, value, a, q, known, e);
    }
    return ERR_OK;
}
