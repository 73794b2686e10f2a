/*
 * The home pages, one for each kind of work; page_home.c chooses by role. Each writes the whole
 * page after page_begin: the answer first, the proof, then what to do next.
 */
#ifndef WEB_HOME_H
#define WEB_HOME_H

#include "web/figure.h"

typedef enum err home_writer(struct req *r, struct html *h, struct errmsg *e);

/* home_plan.c: those who plan and close gaps, and the state analyst (groups only). */
home_writer home_plan, home_analyst;
/* home_people.c: those who work with people. */
home_writer home_teacher, home_coach, home_student, home_guardian;
/* home_care.c: those who care for devices and for privacy. */
home_writer home_technician, home_privacy;

/* Nothing was imported or rolled up yet: says so, and what to do. */
void home_empty(struct req *r, struct html *h);
/* The panel of sources with their age, for those who can import. */
NODISCARD enum err home_freshness(struct req *r, struct html *h, struct errmsg *e);

#endif
