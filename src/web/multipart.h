/*
 * multipart/form-data as it arrives: parts are handed on piece by piece, nothing is held but one
 * header block and the tail that might begin a boundary. Names are UTF-8 without control
 * characters; a file's name comes without its folder. Source: RFC 7578, RFC 2046 section 5.1.
 * One thread at a time; after an error every further call returns it.
 */
#ifndef WEB_MULTIPART_H
#define WEB_MULTIPART_H

#include "base/err.h"
#include "base/str.h"

struct multipart;
struct multipart_part {
    struct str name, file_name; /* valid during begin */
    bool is_file;
};
struct multipart_to {
    enum err (*begin)(void *arg, const struct multipart_part *part, struct errmsg *e);
    enum err (*data)(void *arg, struct str piece, struct errmsg *e);
    enum err (*end)(void *arg, struct errmsg *e);
    void *arg;
};

/* The boundary of a Content-Type; false when it is no multipart/form-data or has a bad one. */
bool multipart_boundary(struct str content_type, struct str *out);
struct multipart *multipart_new(struct str boundary, const struct multipart_to *to);
void multipart_free(struct multipart *m); /* NULL is fine */
NODISCARD enum err multipart_feed(struct multipart *m, struct str bytes, struct errmsg *e);
/* After the last byte: ERR_INVALID when the closing boundary did not come. */
NODISCARD enum err multipart_finish(struct multipart *m, struct errmsg *e);

#endif
