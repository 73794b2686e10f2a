/*
 * Balanced changes in a web of cells and relations: the proofs of suppress.c. A circuit is a set of
 * cells, each going up or down by one, such that every relation still holds: then by how much it
 * can be repeated, up and down, is a range that no reader can rule out.
 * The search finds the cheapest circuit through given cells: free through cells that are hidden
 * already, at a price through cells that would have to be hidden. Private to calc/suppress*.
 */
#ifndef CALC_CIRCUIT_H
#define CALC_CIRCUIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CIRCUIT_PARTS = 2 };          /* a count may be made of two: in the numerator and not */
#define CIRCUIT_FREE INT64_C(100000) /* a circuit that costs less hides nothing new */
#define CIRCUIT_NO_BOUND (INT64_MAX / 4)

struct tie {
    uint32_t to;  /* a cell, seen from a relation; a relation, seen from a cell */
    int32_t coef; /* +1 part, -1 total */
};

/* How far a cell's parts may move. */
struct room {
    int64_t up[CIRCUIT_PARTS], down[CIRCUIT_PARTS];
};

struct web {
    size_t n_cells, n_relations;
    uint32_t *cell_at; /* [n_cells + 1] into cell_tie */
    struct tie *cell_tie;
    uint32_t *relation_at; /* [n_relations + 1] into relation_tie */
    struct tie *relation_tie;
    uint32_t *cell_block, *relation_block;
    bool *tangled; /* [blocks] some cell of the table is in three of its relations or more */
    size_t parts;  /* 1 or 2 */
    bool *across;  /* [relations] total and parts are one slot in several layers */
    const uint32_t *slot_of, *layer_of;
    uint32_t *slot_at, *slot_cell; /* the cells of each slot by layer; NULL: no layers */
    bool *movable, *hideable;
    struct room *now, *hidden; /* as it is; if it were hidden */
    int64_t *price;            /* of hiding it, at least CIRCUIT_FREE */
};

struct change {
    uint32_t cell;
    int32_t sign;
};

/* Another layer that repeats every change of the first, as it is or turned round. */
struct mirror {
    uint32_t layer;
    int32_t sign;
};

/* What a circuit must allow: going forward `ahead` times and backward `back` times, per part.
 * `moved`, if not NULL, is what is used up already (see suppress.c, adding circuits). */
struct circuit_ask {
    const uint32_t *start; /* these go up, together */
    size_t n_start;
    int64_t ahead[CIRCUIT_PARTS], back[CIRCUIT_PARTS];
    int64_t (*moved)[CIRCUIT_PARTS];
    const struct mirror *mirror; /* sums over layers are then settled by the mirrors */
    size_t n_mirror;
    int64_t bound; /* find only what costs less */
};

struct circuit {
    struct change *change; /* owned by the search, until the next */
    size_t n;
    int64_t cost;
};

struct circuit_search;
struct circuit_search *circuit_search_new(const struct web *w);
void circuit_search_free(struct circuit_search *s);
bool circuit_find(struct circuit_search *s, const struct circuit_ask *ask, struct circuit *out);
uint32_t circuit_cell_in(const struct web *w, uint32_t slot, uint32_t layer); /* UINT32_MAX: none */
uint64_t circuit_steps(const struct circuit_search *s); /* work done so far, for budgets */

#endif
