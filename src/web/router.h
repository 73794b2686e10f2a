/*
 * From a method and a path to a route. The tables are every routes_<idea>[] of the page files; of
 * two patterns that fit, the one with fewer {names} wins. Constant data, any thread.
 */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/page.h"

extern const struct route *const route_tables[]; /* generated; ends with NULL */

/* NULL when nothing fits; *other then tells that the path exists for another method. `params` may
 * be NULL. */
const struct route *route_find(enum method m, struct str path, struct arena *a,
                               struct pairs *params, bool *other);
bool route_fits(const char *pattern, struct str path, struct arena *a, struct pairs *params);
/* Every route, in table order: f(route, arg). */
void route_each(void (*f)(const struct route *r, void *arg), void *arg);
/* Two routes of one method and pattern, or a pattern that is none: the first such; NULL: all well.
 */
const char *route_mistake(void);

#endif
