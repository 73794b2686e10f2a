/* Usage rows into the facts of events/: by person (minutes, opens) and by org (percent with access,
 * engagement index). Handlers of two rows of the table of sources. */
#ifndef PROVIDE_USAGE_H
#define PROVIDE_USAGE_H

#include "intake/source.h"

/* The order of both sources' columns. */
enum { USAGE_DAY, USAGE_WHO, USAGE_PRODUCT, USAGE_A, USAGE_B, USAGE_COLUMNS };

extern const struct source_handler usage_by_person, usage_by_group;
/* Takes a batch's facts back (intake/batch.h). */
extern const struct undo_other usage_undo;

#endif
