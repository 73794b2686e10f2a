/*
 * Two rows that are one person become one: what belongs to the duplicate (enrollments, roles,
 * guardian links, groups where the other has none) goes to the one that stays, and the duplicate's
 * numbers become further identifiers of it. It is a batch of source 'merge', so batch_undo takes it
 * back. A later import brings the duplicate's rows to the one that stays.
 */
#ifndef ROSTER_MERGE_H
#define ROSTER_MERGE_H

#include "store/store.h"

/* ERR_NOT_FOUND; ERR_INVALID when they are the same or one is merged already. *batch: to undo it.
 */
NODISCARD enum err roster_merge(struct store *s, int64_t keep, int64_t duplicate,
                                int64_t account_id, int32_t today, int64_t *batch,
                                struct errmsg *e);

/* What a merge would do, without doing it: rows that move, and rows that end because the one that
 * stays has the same. ERR_INVALID as above. */
struct merge_preview {
    int64_t enrollments, roles, guardians, ended;
};
NODISCARD enum err roster_merge_preview(struct db *db, int64_t keep, int64_t duplicate,
                                        struct merge_preview *out, struct errmsg *e);

struct merge_pair {
    int64_t keep, duplicate; /* the lower id is the one to keep */
    struct str keep_name, duplicate_name, why;
};
/* Pairs that look like one person: the same student or staff number, or the same name and date of
 * birth. At most `limit`, in the arena. */
NODISCARD enum err roster_merge_candidates(struct db *db, struct arena *a, int64_t limit,
                                           struct merge_pair **out, size_t *n, struct errmsg *e);

#endif
