/*
 * What the district provides and what comes of it: the record kinds (devices, rooms, lines, homes,
 * licences, needs, surveys, scores, attendance, the directory of US districts), the sources that
 * fill them, and the indicators they feed. Rows of tables; what is special is in the .c files.
 * Constant; any thread.
 */
#ifndef PROVIDE_PROVIDE_H
#define PROVIDE_PROVIDE_H

#include "intake/source.h"
#include "measure/indicator.h"
#include "store/kind.h"

extern const struct kind *const provide_kinds[];
extern const size_t provide_kind_count;
extern const struct kind kind_device, kind_room, kind_school_line, kind_home_access, kind_licence,
    kind_need, kind_teacher_survey, kind_score, kind_attendance, kind_us_district;

extern const struct source *const provide_sources[];
extern const size_t provide_source_count;

extern const struct indicator provide_indicators[];
extern const size_t provide_indicator_count;

/* source_run of one of provide_sources, which also tells the roll-up from which day on readings may
 * differ (measure_catch_up then makes them). What import commands and pages call. */
NODISCARD enum err provide_import(struct store *s, const struct source_view *view,
                                  const struct source_how *how, struct arena *a,
                                  struct source_result *out, struct errmsg *e);

/* Says, in the caller's transaction, that a record of this kind was changed by hand today. */
NODISCARD enum err provide_changed(struct db *db, const struct kind *k, int32_t today,
                                   struct errmsg *e);

/* Lets undo take back what these sources wrote. Once at the start of the process. */
void provide_register(void);

#endif
