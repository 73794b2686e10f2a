/*
 * One student's record as panels, shown on its own page and on the home of the student and of the
 * family. The caller has checked and recorded the read (req_student).
 */
#ifndef WEB_STUDENT_H
#define WEB_STUDENT_H

#include "web/page.h"

NODISCARD enum err student_panels(struct req *r, struct html *h, int64_t student, struct errmsg *e);
NODISCARD enum err student_seen_panel(struct req *r, struct html *h, int64_t student,
                                      struct errmsg *e);

#endif
