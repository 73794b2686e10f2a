/* Texts of a form and a JSON object as the fields of every kind: a value, or a sentence. The first
 * byte picks the kind, the second the field; references need records and are left out. */
#include "fuzz.h"

#include "base/date.h"
#include "provide/provide.h"

static bool is_ref(const struct field *f) {
    return f->type == FIELD_ORG || f->type == FIELD_PERSON;
}

static void as_text(const struct field *f, struct str text, struct arena *a) {
    struct errmsg e = {{0}};
    struct val v, again;
    if (kind_parse(NULL, f, text, a, &v, &e) != ERR_OK) {
        CHECK(e.text[0] != '\0');
        return;
    }
    struct str shown = kind_show(f, &v, LANG_EN, true, a);
    if (v.kind == VAL_NULL || f->type == FIELD_REAL)
        return; /* a number may be shown with fewer digits */
    CHECK(kind_parse(NULL, f, shown, a, &again, &e) == ERR_OK && again.kind == v.kind);
    CHECK(v.kind == VAL_TEXT ? str_eq(again.s, v.s) : again.i == v.i);
}

static void as_json(const struct kind *k, struct str text, struct arena *a) {
    const struct kind_as as = {.may = UINT64_MAX, .scope = {.all = true}};
    struct kind_edit edit;
    struct kind_problems problems;
    struct errmsg e;
    yyjson_doc *doc;
    size_t i, max;
    yyjson_val *key, *val;
    if (json_read(text, &doc, &e) != ERR_OK)
        return;
    bool refs = false;
    yyjson_val *root = yyjson_doc_get_root(doc);
    yyjson_obj_foreach(root, i, max, key, val) {
        const struct field *f = kind_field(k, str_z(yyjson_get_str(key)));
        refs = refs || (f != NULL && is_ref(f));
    }
    if (!refs) {
        enum err r = kind_edit_json(NULL, k, &as, root, false, a, &edit, &problems);
        CHECK((r == ERR_OK) == (problems.n == 0) && edit.set >> k->field_count == 0);
    }
    yyjson_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 2)
        return 0;
    struct arena *a = arena_new(16 << 20);
    const struct kind *k = provide_kinds[data[0] % provide_kind_count];
    const struct field *f = &k->fields[data[1] % k->field_count];
    struct str text = {(const char *)data + 2, n - 2};
    if (!is_ref(f))
        as_text(f, text, a);
    as_json(k, text, a);
    arena_free(a);
    return 0;
}
