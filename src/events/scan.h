/*
 * Reading usage facts: sums over the segments of a period, by entity, by label (school, state,
 * poverty band: whatever the caller says of each entity), by product and week. Sums are of whole
 * hundredths and exact, so answers do not depend on threads or order.
 * What always holds: no (entity, product, day) is counted twice; a row is active where a or b is
 * above 0. Knows no database: facts.h finds the segments. A set belongs to one thread; the calls
 * use up to `threads` threads of their own and leave nothing running.
 */
#ifndef EVENTS_SCAN_H
#define EVENTS_SCAN_H

#include "base/arena.h"
#include "events/segment.h"

struct facts {
    int32_t since, as_of; /* the period asked for, both included */
    size_t segments;
    struct segment *segment;         /* days do not overlap; oldest first */
    size_t entities, products;       /* over all segments */
    int64_t *entity_id, *product_id; /* ascending */
    uint32_t **entity_index;         /* [segment][its entity] -> index here */
    uint32_t **product_index;        /* [segment][its product] -> index here */
    bool *owned;                     /* [segment] made by merging, not the caller's */
    struct arena *arena;
};

/* Segments of one kind, earliest batch first: where two speak of the same triple the later counts.
 * Segments without a day in [since, as_of] are left out. They stay the caller's and must outlive
 * the set; with take, the set closes them. */
NODISCARD enum err facts_of(struct segment *const from[], size_t n, int32_t since, int32_t as_of,
                            bool take, struct facts **out, struct errmsg *e);
void facts_close(struct facts *f); /* NULL is fine */

struct facts_sum {
    uint32_t rows, a_n, b_n; /* rows, and those with a and b given */
    uint32_t active_days;    /* different days with an active row */
    int64_t a, b;            /* hundredths */
};

/* Per entity: sum [entities] is overwritten. product: an index, or FACTS_EVERY. */
enum { FACTS_EVERY = -1 };
void facts_by_entity(const struct facts *f, int64_t product, unsigned threads,
                     struct facts_sum sum[]);

/* Per label: label [entities] says which sum an entity's rows go to (negative: none); sum [labels]
 * is overwritten. active_days is 0. */
void facts_by_label(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                    struct facts_sum sum[]);

/* How many different entities were active, per product: people [products] is overwritten. */
void facts_people(const struct facts *f, uint32_t people[]);

/* Label x product x week: only cells with rows, in this order. Weeks begin on Monday. */
struct facts_cell {
    uint32_t label, product; /* product: index */
    int32_t week;            /* its Monday */
    uint32_t rows, a_n, b_n;
    uint32_t active; /* different entities with an active row */
    uint32_t seen;   /* the scan's own */
    int64_t a, b;    /* hundredths */
};
struct facts_cells { /* in pieces, one behind the other; facts_cells_free */
    size_t cells, pieces;
    struct facts_piece {
        size_t n, bytes;
        struct facts_cell *cell;
    } * piece;
};
void facts_by_week(const struct facts *f, const int32_t label[], size_t labels, unsigned threads,
                   struct facts_cells *out);
void facts_cells_free(struct facts_cells *c);

#endif
