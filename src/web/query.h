/*
 * What a client sends, taken apart: percent-encoded pairs, paths, cookies, Accept-Language. Every
 * value that comes out is UTF-8 without control characters (but tab and line ends); what is not is
 * refused as a whole. Pure; results live in the arena.
 */
#ifndef WEB_QUERY_H
#define WEB_QUERY_H

#include "web/page.h"

enum { QUERY_PAIRS_MOST = 20000 };

/* "a=1&b=x+y". ERR_INVALID for bad UTF-8, control characters or a broken %; ERR_LIMIT for too many.
 */
NODISCARD enum err query_parse(struct str text, struct arena *a, struct pairs *out,
                               struct errmsg *e);
/* A request path: begins with '/', no "." or ".." segment, no encoded slash, no backslash. */
NODISCARD enum err query_path(struct str raw, struct arena *a, struct str *out, struct errmsg *e);
/* "a=1; b=2": values as they are; pairs that are not plain are left out. */
void query_cookies(struct str header, struct arena *a, struct pairs *out);
/* Spanish when it is wanted more than English; English when nothing is said. */
enum lang query_language(struct str accept_language);
struct str pairs_get(const struct pairs *p, struct str name); /* the first; "" when absent */

#endif
