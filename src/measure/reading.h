/*
 * The one reading API: gaps, equity, dashboards, pages, CSV and JSON take their numbers from here,
 * and every number about people leaves as a struct shown (disclose.h), hidden where it must be.
 * Readings are those the roll-up stored (rollup.h); a day asked for is answered by the newest
 * roll-up on or before it, and the answer's as_of says which. Results live in the arena.
 * Which orgs a viewer may ask about is checked by the caller (access/), once per request.
 */
#ifndef MEASURE_READING_H
#define MEASURE_READING_H

#include "measure/catalogue.h"
#include "measure/disclose.h"
#include "measure/frame.h"

struct reading_key {
    const struct indicator *ind;
    struct str series; /* "" the whole */
    int64_t org_id;
    int group;     /* GROUP_ALL or a row of group_rows */
    int32_t as_of; /* DATE_NONE: the newest */
};

struct reading {
    const struct indicator *ind;
    struct str series;
    int64_t org_id;
    struct str org_name, org_kind;
    int group, group2;    /* group2: the second of a pair, else GROUP_ALL */
    int32_t since, as_of; /* DATE_NONE: there is no reading */
    double median;        /* of the units; NaN but for means of everyone that are shown exactly */
    double den;           /* sum of the denominators; NaN but where value is shown exactly */
    struct shown value;   /* with n and interval; SHOWN_NO_DATA where nothing is known */
};

/* One number. Where there is no reading, ERR_OK with as_of DATE_NONE and SHOWN_NO_DATA. */
NODISCARD enum err reading_get(struct db *db, struct arena *a, const struct reading_key *k,
                               struct reading *out, struct errmsg *e);

struct reading_list {
    size_t n;
    struct reading *row;
};
/* The same number for each org directly below (schools of a district), by name. */
NODISCARD enum err reading_children(struct db *db, struct arena *a, const struct reading_key *k,
                                    struct reading_list *out, struct errmsg *e);
/* The same number for each school at or under the org, at any depth, by name. */
NODISCARD enum err reading_schools(struct db *db, struct arena *a, const struct reading_key *k,
                                   struct reading_list *out, struct errmsg *e);
/* The same number as of each kept day in [from, k->as_of], oldest first. */
NODISCARD enum err reading_trend(struct db *db, struct arena *a, const struct reading_key *k,
                                 int32_t from, struct reading_list *out, struct errmsg *e);
/* Each series of a by_series indicator, largest n first. */
NODISCARD enum err reading_series(struct db *db, struct arena *a, const struct reading_key *k,
                                  struct reading_list *out, struct errmsg *e);

/* A group held against all others of its org (everyone less the group; "unknown" is among them).
 * Each figure is a shown of its own: hidden where either side is not exact. */
struct contrast {
    struct reading r;
    struct shown others; /* the same number for all others */
    struct shown diff;  /* group minus others, display units; Newcombe's interval for rates, Welch's
                         * for means, linearised for ratios */
    struct shown d;     /* standardized: Cox for rates, Hedges g for means; no data for ratios */
    struct shown ratio; /* rates: risk ratio as in 34 CFR 300.647 of the unwanted outcome (not
                         * having it, where higher is better), log-Wald interval; no data where the
                         * group is under the cell (10) and n (30) minimums */
    bool behind;        /* worse than the others, the interval of diff clear of 0 */
};
struct contrast_list {
    size_t n;
    struct contrast *row;
};
/* All groups of a dimension in their order (k->group is ignored), the unknown last. */
NODISCARD enum err reading_groups(struct db *db, struct arena *a, const struct reading_key *k,
                                  enum dim dim, struct contrast_list *out, struct errmsg *e);

/* Every pair of groups of two dimensions, computed now from the units of the org's subtree and
 * disclosed together with their margins: row-major, na x nb; group and group2 say which. */
struct reading_table {
    size_t na, nb;
    struct reading *cell; /* [na * nb] */
};
NODISCARD enum err reading_pairs(struct db *db, struct arena *a, const struct reading_key *k,
                                 enum dim da, enum dim db_dim, struct reading_table *out,
                                 struct errmsg *e);

/* What an indicator stands on: the newest applied import of its source, and whether it is old. */
struct freshness {
    int32_t data_as_of; /* DATE_NONE: never imported */
    int64_t batch_id;   /* 0: none */
    struct str source, file_name;
    int32_t age_days;
    bool stale; /* older than the indicator's fresh_days */
};
NODISCARD enum err reading_freshness(struct db *db, struct arena *a, const struct indicator *ind,
                                     int32_t today, struct freshness *out, struct errmsg *e);

/* The newest day rolled up (DATE_NONE: none yet), and all kept days, oldest first. */
NODISCARD enum err reading_newest(struct db *db, int32_t *as_of, struct errmsg *e);
NODISCARD enum err reading_days(struct db *db, struct arena *a, int32_t **day, size_t *n,
                                struct errmsg *e);

/* The org a viewer begins at when no org is named: the district, or the root above several. */
NODISCARD enum err reading_home_org(struct db *db, int64_t *org_id, struct errmsg *e);

#endif
