/*
 * Usage files into facts: CSV text of declared columns is read by the fast road (columns.h), people
 * or orgs and products are looked up once per different text, and one segment comes out, ready for
 * facts_add. Also the indicators that the facts feed.
 * What always holds: a row that names nobody, no product or no day is refused and reported by line;
 * the rest is taken; nothing is written here but new products.
 */
#ifndef EVENTS_USAGE_H
#define EVENTS_USAGE_H

#include "events/facts.h"
#include "measure/indicator.h"

/* Which column of the file is which; -1: there is none. */
struct usage_layout {
    char delimiter;
    size_t width; /* at most COLUMNS_MAX */
    int day, who, product, a, b;
};

/* One text: the rows below the header, as UTF-8. */
struct usage_text {
    struct str rows;
    uint64_t first_line; /* of the file, on which the rows begin: 2 below a plain header */
    int64_t entity;      /* whose rows these are where the layout has no column for it */
};

struct usage_fault {
    size_t text; /* which of the texts */
    uint64_t line;
    int column; /* of the file */
    struct str value;
    const char *what;
};

struct usage_ask {
    enum facts_kind kind;
    struct usage_layout layout;
    const struct usage_text *text;
    size_t texts;
    /* The id of the person or org that a text names; 0: nobody, -1: more than one. Called on the
     * calling thread, once per different text. NULL where the layout has no column for it. */
    int64_t (*find)(void *arg, struct str who);
    void (*fault)(void *arg, const struct usage_fault *f); /* may be NULL; at most 10,000 a text */
    void *arg;
    unsigned threads;
    bool dry;         /* new products are not written */
    bool strict;      /* refuses rows with a measure below 0, or with none; and these: */
    int32_t last_day; /* days after it, where strict */
    int32_t a_most;   /* hundredths: more than this of a, where strict; 0: no limit */
};

struct usage_result {
    size_t rows;     /* in the files */
    size_t refused;  /* of these */
    size_t repeats;  /* rows that were put together with another of the same person, product, day */
    size_t us_dates; /* rows with a date that was not plain ISO */
    size_t products; /* different ones; of these: */
    size_t new_products;
};

/* ERR_INVALID where no row is left (out is zeroed; result says why), ERR_LIMIT as segment_build.
 * out: segment_close. */
NODISCARD enum err usage_read(struct db *db, const struct usage_ask *ask, struct segment *out,
                              struct usage_result *result, struct errmsg *e);

/* The students of the district as of a day are the units; who has no row used nothing. Where there
 * are no facts at all in the period, nothing is known and nobody is counted. */
extern const struct indicator usage_indicators[];
extern const size_t usage_indicator_count;

/* How many different people used each product in [since, as_of]: for the cost of a person reached
 * and for seats unused. Products without use are not named. Facts by person only. */
struct usage_people {
    struct str product; /* as first named; compare with facts_product_same */
    int64_t people;
};
NODISCARD enum err usage_people_of(struct db *db, int32_t since, int32_t as_of, struct arena *a,
                                   struct usage_people **out, size_t *n, struct errmsg *e);

#endif
