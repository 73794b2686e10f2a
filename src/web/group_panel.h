/*
 * "For whom": one indicator by the groups of a dimension (?by=), as a picture with its table, each
 * group held against all others, a year before beside it. On the indicator's and the equity page.
 */
#ifndef WEB_GROUP_PANEL_H
#define WEB_GROUP_PANEL_H

#include "web/figure.h"

struct group_panel {
    struct req *r;
    struct html *h;
    const struct place *place;
    const struct reading_key *key;
    const struct reading *now; /* of key, for everyone */
    enum dim otherwise;        /* where ?by= is absent */
    const char *path;          /* links to other dimensions keep org, ind, series and on */
};
enum dim group_panel_dim(const struct req *r, enum dim otherwise); /* ?by= */
/* *out: what was shown; NULL: not wanted. */
NODISCARD enum err group_panel(const struct group_panel *g, struct contrast_list *out,
                               struct errmsg *e);
/* The group furthest behind all others, the interval clear of 0; NULL: none. */
const struct contrast *furthest_behind(const struct contrast_list *l);

#endif
