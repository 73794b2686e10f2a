/*
 * The turn of the school year. Dates do most of it by themselves: a section is over when its terms
 * are, an enrollment when its section is. What is left for this:
 *   enrollments without an end, or with one after their section's, end with the section;
 *   sections without terms that came with an import before the year ended, end with the year;
 *   when the source has not sent terms that are still to come, the last year's are written again,
 *   364 days later (so that weekdays stay) as often as needed, under ids "rollover:..."; the
 *   source's own replace them with the next bulk import (what it lacks is retired).
 * Grades, roles, guardians and accounts stay: the source owns them, and the links of a student are
 * those of the year before until it says otherwise.
 * It is a batch of source 'rollover' (batch_undo takes it back), and running it again does nothing.
 */
#ifndef ROSTER_ROLLOVER_H
#define ROSTER_ROLLOVER_H

#include "store/store.h"

struct rollover_report {
    int64_t sections_ended, enrollments_ended, terms_added;
    int64_t batch; /* 0: there was nothing to do */
};
NODISCARD enum err roster_rollover(struct store *s, int32_t today, int64_t account_id,
                                   struct rollover_report *out, struct errmsg *e);

#endif
