/*
 * Inside measure/: the sums of one indicator at one org as of one day, by every group, with what
 * the door decided beside each; and their stored form (reading.cells). No other folder may include
 * this: raw counts do not leave but through disclose.h.
 *
 * Stored form, little-endian: version 1, kind, groups kept, has quartiles; then for each group kept
 * its number, the two verdicts, and the sums as doubles: n num; for a mean also num2; for a ratio
 * also den num2 den2 num_den; then the quartiles.
 */
#ifndef MEASURE_CELLS_H
#define MEASURE_CELLS_H

#include "base/buf.h"
#include "measure/group.h"
#include "measure/raw.h"

struct cell {
    double n, num, den, num2, den2, num_den;
    struct suppress_verdict verdict;
};
struct cells {
    enum measure_kind kind;
    struct cell group[GROUPS];
    double quartile[3]; /* of the values of everyone; NaN where not kept */
};

enum { CELLS_BYTES_MAX = 4 + GROUPS * (3 + 6 * 8) + 3 * 8 };
size_t cells_write(const struct cells *c, unsigned char out[static CELLS_BYTES_MAX]);
/* ERR_CORRUPT when it is not what cells_write wrote. */
NODISCARD enum err cells_read(struct str blob, struct cells *out, struct errmsg *e);

/* a and b together, or a without b; verdicts are a's. */
struct cell cell_add(const struct cell *a, const struct cell *b);
struct cell cell_less(const struct cell *a, const struct cell *b);

/* What may be said of a cell: value, n, interval. */
struct shown cell_show(const struct cell *c, const struct indicator *ind);

/*
 * Decides every cell of one indicator (and series) on one day over all orgs at once.
 *   parent  [n]  index of the org above, -1 at the top
 *   cells   [n]  of each org; the verdicts are written
 * Groups that are parts of others (grades of a band, free and reduced of low income) are tied to
 * them, so that no difference opens.
 */
NODISCARD enum err cells_decide(const struct indicator *ind, const int32_t parent[], size_t n,
                                struct cells cells[], struct errmsg *e);

/* The stored cells of the key's org as of a day that was rolled up; all empty where there are none
 * (found false). The key's group is not looked at. In reading.c. */
struct reading_key;
NODISCARD enum err reading_cells(struct db *db, const struct reading_key *k, int32_t as_of,
                                 struct cells *out, bool *found, struct errmsg *e);

#endif
