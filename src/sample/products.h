/* The software of the sample: invented products, who has them, how they are used. Static data. */
#ifndef SAMPLE_PRODUCTS_H
#define SAMPLE_PRODUCTS_H

#include "sample/world.h"

struct product {
    const char *name;
    int grade_low, grade_high;
    int school_permille; /* 1000: licensed by the district; else the share of schools that bought it
                          */
    bool learners_only;  /* English learners */
    bool calendar_year;  /* licensed January to December, else July to June */
    int seats_permille;  /* seats bought per thousand who may use it */
    int seat_cents;      /* a year */
    int daily_permille;  /* of those who may, who open it on an average school day */
    int minutes, opens;  /* on such a day, mean */
    int trend;           /* change of daily_permille a school week, in thousandths of it */
    int never_permille;  /* who never open it */
};
extern const struct product products[];
extern const int products_n;

bool product_at(const struct world *w, const struct product *p, int school);

#endif
