/*
 * The table of gaps as home, the gap list, a school's page and the print show it.
 */
#ifndef WEB_GAP_TABLE_H
#define WEB_GAP_TABLE_H

#include "plan/gap.h"
#include "web/figure.h"

enum {
    GAP_TABLE_RANK = 1,         /* with the rank's own number */
    GAP_TABLE_WHERE_FIRST = 2,  /* the place or group heads the row */
    GAP_TABLE_ONE_STANDARD = 4, /* all rows are of one standard: its name is left out */
    GAP_TABLE_PLAIN = 8,        /* for paper: no links to act on */
    GAP_TABLE_HERE = 16         /* all rows are of one school: no column of places */
};
void gap_table(struct html *h, const struct gap_list *l, unsigned flags);
const char *gap_name(struct html *h, const struct gap *g); /* the standard's name */
const char *gap_href(struct html *h, const struct gap *g); /* the gap's own page */

#endif
