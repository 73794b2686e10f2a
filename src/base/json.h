/*
 * Writing JSON into a buf: commas and escapes are the writer's business. Reading is yyjson's
 * (json_read adds what it lacks: duplicate keys, depth and size limits, a sentence on failure).
 *     struct json j = json_to(&b);
 *     json_open(&j, '{'); json_key(&j, "n"); json_int(&j, 3); json_close(&j);
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <yyjson.h>

enum { JSON_DEPTH = 64 };

struct json {
    struct buf *out;
    char stack[JSON_DEPTH]; /* '{' or '[' */
    int depth;
    bool comma, after_key;
};

struct json json_to(struct buf *out);
void json_open(struct json *j, char kind); /* '{' or '[' */
void json_close(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s);
void json_z(struct json *j, const char *z); /* NULL writes null */
void json_int(struct json *j, int64_t v);
void json_real(struct json *j, double v); /* shortest that reads back; NaN and infinity are null */
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/* Reads one document. The result is owned by the caller (yyjson_doc_free) and copies its text.
 * ERR_INVALID with line and column; ERR_LIMIT past JSON_DEPTH levels. */
NODISCARD enum err json_read(struct str text, yyjson_doc **out, struct errmsg *e);

#endif
