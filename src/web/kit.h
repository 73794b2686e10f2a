/*
 * What a student has to learn with: device, line at home, tools named in a plan. For students whose
 * reading the page has already checked and recorded.
 */
#ifndef WEB_KIT_H
#define WEB_KIT_H

#include "web/figure.h"

struct kit {
    const struct kind_row *device; /* a working one before a broken one; NULL: none assigned */
    size_t devices;
    bool works;
    const struct kind_row *home;    /* as last asked; NULL: never asked, or not for this role */
    const struct kind_row *need[8]; /* tools named in a plan, where the role may see them */
    size_t needs, unmet;
};
NODISCARD enum err kits_load(struct req *r, const int64_t students[], size_t n, struct kit **out,
                             struct errmsg *e);
bool kit_sees_home(const struct req *r); /* may this role see homes at all? */
/* "Chromebook 300e, works", "none" */
const char *kit_device_text(struct html *h, const struct kit *k);
/* "yes, 120 / 20 Mbps", "no", "not asked yet" */
const char *kit_home_text(struct html *h, const struct kit *k);
bool kit_online_at_home(const struct kit *k); /* said to have internet */
const char *kit_state_label(struct html *h, const struct kind_row *device); /* "Working" */

#endif
