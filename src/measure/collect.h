/*
 * Inside measure/: the units of an indicator as columns, ready for the kernel (calc/rollup.h).
 * Students and educators stand in the rows of their frame, NaN where nothing is known; a unit that
 * is not in the frame (no longer enrolled) is in no n, and the last of two values for one unit
 * counts. Units of other kinds bring their org; org 0 is the district's own; one at an org that is
 * not in the tree is left out. Memory is its own: collected_free.
 */
#ifndef MEASURE_COLLECT_H
#define MEASURE_COLLECT_H

#include "calc/rollup.h"
#include "measure/frame.h"

enum { COLLECT_SERIES_MAX = 200 };

struct unit_column {
    struct str series;
    size_t n, values;    /* units, and those whose value is known */
    double *num, *den;   /* [n] den is NULL but for ratios */
    const int64_t *unit; /* [n] these three are the frame's where there is one, else own_ */
    const int32_t *leaf;
    const uint64_t *bits;
    char *own_series;
    int64_t *own_unit;
    int32_t *own_leaf;
    uint64_t *own_bits;
    size_t cap;
};
struct collected {
    const struct indicator *ind;
    const struct frame *frame; /* NULL: units bring their org */
    const struct org_tree *tree;
    struct unit_column *column;
    size_t n, last;
    int64_t values;
    bool too_many;
};

/* frame: of the indicator's unit kind, or NULL for other kinds. ERR_LIMIT past COLLECT_SERIES_MAX.
 */
NODISCARD enum err collect_units(struct db *db, const struct indicator *ind, int32_t since,
                                 int32_t as_of, const struct org_tree *tree,
                                 const struct frame *frame, struct collected *out,
                                 struct errmsg *e);
void collected_free(struct collected *c);

struct rollup_column collected_kernel(const struct collected *c, size_t column);

#endif
