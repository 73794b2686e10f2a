#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json json_to(struct buf *out) {
    return (struct json){.out = out};
}

static void before_value(struct json *j) {
    if (j->comma && !j->after_key)
        buf_byte(j->out, ',');
    j->after_key = false;
    j->comma = true;
}

void json_open(struct json *j, char kind) {
    CHECK(j->depth < JSON_DEPTH);
    before_value(j);
    buf_byte(j->out, kind);
    j->stack[j->depth++] = kind;
    j->comma = false;
}

void json_close(struct json *j) {
    CHECK(j->depth > 0);
    buf_byte(j->out, j->stack[--j->depth] == '{' ? '}' : ']');
    j->comma = true;
}

static void quoted(struct buf *b, struct str s) {
    buf_byte(b, '"');
    for (size_t i = 0, from = 0; i <= s.n; i++) {
        unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
        bool plain = i < s.n && c >= 0x20 && c != '"' && c != '\\';
        if (plain)
            continue;
        buf_add(b, str_sub(s, from, i));
        from = i + 1;
        if (i == s.n)
            break;
        if (c == '"' || c == '\\')
            buf_fmt(b, "\\%c", c);
        else if (c == '\n')
            buf_add(b, STR("\\n"));
        else
            buf_fmt(b, "\\u%04x", c);
    }
    buf_byte(b, '"');
}

void json_key(struct json *j, const char *key) {
    CHECK(j->depth > 0 && j->stack[j->depth - 1] == '{');
    if (j->comma)
        buf_byte(j->out, ',');
    quoted(j->out, str_z(key));
    buf_byte(j->out, ':');
    j->after_key = true;
    j->comma = true;
}

void json_str(struct json *j, struct str s) {
    before_value(j);
    quoted(j->out, s);
}

void json_z(struct json *j, const char *z) {
    if (z == NULL)
        json_null(j);
    else
        json_str(j, str_z(z));
}

void json_int(struct json *j, int64_t v) {
    before_value(j);
    buf_fmt(j->out, "%" PRId64, v);
}

void json_real(struct json *j, double v) {
    if (!isfinite(v)) {
        json_null(j);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) // NOLINT: exact on purpose, the text must read back
            break;
    }
    before_value(j);
    buf_add(j->out, str_z(text));
}

void json_bool(struct json *j, bool v) {
    before_value(j);
    buf_add(j->out, v ? STR("true") : STR("false"));
}

void json_null(struct json *j) {
    before_value(j);
    buf_add(j->out, STR("null"));
}

/* Depth by scanning, before yyjson sees the text. */
static bool too_deep(struct str s) {
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

static int by_key(const void *a, const void *b) {
    yyjson_val *const *x = a, *const *y = b;
    return str_cmp((struct str){yyjson_get_str(*x), yyjson_get_len(*x)},
                   (struct str){yyjson_get_str(*y), yyjson_get_len(*y)});
}

static enum err object_keys_unique(yyjson_val *obj, struct errmsg *e) {
    size_t n = yyjson_obj_size(obj), k = 0, i, max;
    if (n < 2)
        return ERR_OK;
    yyjson_val **keys = malloc(n * sizeof(yyjson_val *)), *key, *val;
    CHECK(keys != NULL);
    yyjson_obj_foreach(obj, i, max, key, val) {
        keys[k++] = key;
    }
    qsort(keys, n, sizeof keys[0], by_key);
    enum err r = ERR_OK;
    for (i = 1; i < n && r == ERR_OK; i++)
        if (by_key(&keys[i - 1], &keys[i]) == 0)
            r = err_set(e, ERR_INVALID,
                        "The key \"%.60s\" stands twice in one JSON object; keep one.",
                        yyjson_get_str(keys[i]));
    free(keys);
    return r;
}

enum err json_read(struct str text, yyjson_doc **out, struct errmsg *e) {
    *out = NULL;
    if (too_deep(text))
        return err_set(e, ERR_LIMIT, "The JSON nests deeper than %d levels; flatten it.",
                       JSON_DEPTH);
    char *copy =
        malloc(text.n + 1); /* yyjson takes a mutable pointer; without INSITU it copies too */
    CHECK(copy != NULL);
    if (text.n > 0)
        memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    yyjson_read_err why;
    yyjson_doc *doc = yyjson_read_opts(copy, text.n, YYJSON_READ_NOFLAG, NULL, &why);
    size_t line = 0, column = 0, chr = 0;
    if (doc == NULL)
        (void)yyjson_locate_pos(copy, text.n, why.pos, &line, &column, &chr);
    free(copy);
    if (doc == NULL)
        return err_set(e, ERR_INVALID, "This is not JSON: line %zu, column %zu: %s.", line, column,
                       why.msg);
    /* Values stand in one flat array, so every object is met without recursion. */
    yyjson_val *v = yyjson_doc_get_root(doc);
    for (size_t i = 0, n = yyjson_doc_get_val_count(doc); i < n; i++)
        if (yyjson_is_obj(v + i)) {
            enum err r = object_keys_unique(v + i, e);
            if (r != ERR_OK) {
                yyjson_doc_free(doc);
                return r;
            }
        }
    *out = doc;
    return ERR_OK;
}
