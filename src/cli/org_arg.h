/* Inside cli/: what several commands read from their options. */
#ifndef CLI_ORG_ARG_H
#define CLI_ORG_ARG_H

#include "measure/frame.h"

/* An org as a person names it: its id, state number or name (any case); "" or NULL is the district.
 * ERR_NOT_FOUND with the names that are near. */
NODISCARD enum err org_arg(struct db *db, struct arena *a, const char *text, int32_t day,
                           int64_t *org_id, struct errmsg *e);

/* A group's code ("learner:yes"); NULL is everyone. ERR_INVALID with where to see them. */
NODISCARD enum err group_arg(const char *text, int *group, struct errmsg *e);
NODISCARD enum err dim_arg(const char *text, enum dim *dim, struct errmsg *e);

#endif
