/*
 * Dijkstra over sets of unbalanced relations. Raising the first cell unbalances the relations it
 * is in; each step picks one unbalanced relation and mends it with one more cell, which may
 * unbalance others; done when none is left. In a table of schools by categories every cell is in
 * two relations, so a state is the two ends of a path and the search is the shortest-path search
 * of network methods (Cox 1995). Cells in three relations (pairs, periods) make larger states; the
 * same search finds their cubes.
 *
 * Tables are settled from coarse to fine (blocks): totals first; what they leave unbalanced is the
 * task in each dimension, and what these leave is the task in each pair table. Coarse cells are
 * left alone meanwhile, so the states stay small.
 *
 * Where cells are in three relations of their own table (pairs, periods) states that are nearly
 * balanced are taken first, at a price that is perhaps not the least, and the search ends early:
 * there are too many sets to see them all, and a failed search is the usual one.
 *
 * Most of these need not be searched as sets. A change within one school that leaves its margins as
 * they are, and the same change turned round in another school, leave every sum over schools as it
 * is: so the search looks at one layer (school) alone and charges each step for its mirrors too.
 *
 * The relation mended next is always the one unbalanced last. That keeps one end of a path fixed,
 * without which a search from both ends would visit pairs of relations.
 */
#include "calc/circuit.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum {
    RETRIES = 8,         /* with other choices in a coarser table */
    STATE_MAX = 28,      /* unbalanced relations of a state; larger ones are dropped */
    POPS_FREE = 6000,    /* states looked at per block, in search of a circuit that hides nothing */
    POPS_PAID = 150000,  /* of one that does: all that can be had for nothing is seen before it */
    POPS_TANGLED = 200,  /* where states are sets, and most of them lead nowhere */
    NODES_MAX = 1 << 18, /* likewise */
    SEEN_SIZE = 1 << 19  /* a power of 2, over NODES_MAX */
};

struct off {
    uint32_t relation;
    int32_t by;
};

struct node {
    int64_t cost;
    uint64_t hash;
    int32_t parent;
    struct change change;
    uint32_t off_at, n_off;
};

struct seen {
    uint64_t hash;
    int64_t cost;
    uint32_t round;
};

struct heap_item {
    int64_t key;
    uint32_t node;
};

struct circuit_search {
    const struct web *w;
    struct node *node;
    size_t n_node, cap_node;
    struct off *off;
    size_t n_off, cap_off;
    struct heap_item *heap;
    size_t n_heap, cap_heap;
    struct seen *seen;
    uint32_t round;
    uint32_t *mark; /* [n_cells] == mark_round: in the start set */
    uint32_t mark_round;
    struct change *change;
    size_t n_change, cap_change;
    struct off *pending;
    size_t n_pending, cap_pending;
    uint64_t steps;
};

static void *grown(void *p, size_t *cap, size_t want, size_t size) {
    if (want <= *cap)
        return p;
    *cap = want < 64 ? 64 : want * 2;
    p = realloc(p, *cap * size);
    CHECK(p != NULL);
    return p;
}

struct circuit_search *circuit_search_new(const struct web *w) {
    struct circuit_search *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    s->w = w;
    s->seen = calloc(SEEN_SIZE, sizeof *s->seen);
    s->mark = calloc(w->n_cells + 1, sizeof *s->mark);
    CHECK(s->seen != NULL && s->mark != NULL);
    return s;
}

void circuit_search_free(struct circuit_search *s) {
    if (s == NULL)
        return;
    free(s->node);
    free(s->off);
    free(s->heap);
    free(s->seen);
    free(s->mark);
    free(s->change);
    free(s->pending);
    free(s);
}

uint64_t circuit_steps(const struct circuit_search *s) {
    return s->steps;
}

static uint64_t relation_hash(uint32_t relation) {
    uint64_t x = (relation + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static bool has_room(const struct web *w, const struct room *r, const struct circuit_ask *ask,
                     uint32_t cell, int32_t sign) {
    for (size_t k = 0; k < w->parts; k++) {
        int64_t moved = ask->moved == NULL ? 0 : ask->moved[cell][k];
        int64_t up = r->up[k] - moved, down = r->down[k] + moved;
        int64_t ahead = sign > 0 ? up : down, back = sign > 0 ? down : up;
        if (ahead < ask->ahead[k] || back < ask->back[k])
            return false;
    }
    return true;
}

/* -1: not possible. */
static int64_t step_cost(const struct web *w, const struct circuit_ask *ask, uint32_t cell,
                         int32_t sign) {
    if (w->movable[cell] && has_room(w, &w->now[cell], ask, cell, sign))
        return 1;
    if (w->hideable[cell] && w->price[cell] < ask->bound &&
        has_room(w, &w->hidden[cell], ask, cell, sign))
        return w->price[cell];
    return -1;
}

uint32_t circuit_cell_in(const struct web *w, uint32_t slot, uint32_t layer) {
    uint32_t lo = w->slot_at[slot], hi = w->slot_at[slot + 1];
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->layer_of[w->slot_cell[mid]] < layer)
            lo = mid + 1;
        else
            hi = mid;
    }
    bool found = lo < w->slot_at[slot + 1] && w->layer_of[w->slot_cell[lo]] == layer;
    return found ? w->slot_cell[lo] : UINT32_MAX;
}

/* Of a step and its mirrors. */
static int64_t whole_cost(const struct web *w, const struct circuit_ask *ask, uint32_t cell,
                          int32_t sign) {
    int64_t sum = step_cost(w, ask, cell, sign);
    for (size_t k = 0; k < ask->n_mirror && sum >= 0; k++) {
        uint32_t other = circuit_cell_in(w, w->slot_of[cell], ask->mirror[k].layer);
        int64_t cost =
            other == UINT32_MAX ? -1 : step_cost(w, ask, other, sign * ask->mirror[k].sign);
        sum = cost < 0 ? -1 : sum + cost;
    }
    return sum;
}

static void heap_push(struct circuit_search *s, int64_t key, uint32_t node) {
    s->heap = grown(s->heap, &s->cap_heap, s->n_heap + 1, sizeof *s->heap);
    size_t i = s->n_heap++;
    while (i > 0 && s->heap[(i - 1) / 2].key > key) {
        s->heap[i] = s->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->heap[i] = (struct heap_item){key, node};
}

static uint32_t heap_pop(struct circuit_search *s) {
    uint32_t top = s->heap[0].node;
    struct heap_item last = s->heap[--s->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= s->n_heap)
            break;
        if (child + 1 < s->n_heap && s->heap[child + 1].key < s->heap[child].key)
            child++;
        if (s->heap[child].key >= last.key)
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return top;
}

/* Was this state reached for no more already? Remembers it if not. */
static bool seen_cheaper(struct circuit_search *s, uint64_t hash, int64_t cost) {
    size_t i = (size_t)(hash & (SEEN_SIZE - 1));
    while (s->seen[i].round == s->round && s->seen[i].hash != hash)
        i = (i + 1) & (SEEN_SIZE - 1);
    if (s->seen[i].round == s->round && s->seen[i].cost <= cost)
        return true;
    s->seen[i] = (struct seen){hash, cost, s->round};
    return false;
}

/* Adds `by` to a relation of a list, last come last. */
static uint32_t off_add(struct off *list, uint32_t n, uint32_t relation, int32_t by) {
    for (uint32_t i = 0; i < n; i++) {
        if (list[i].relation != relation)
            continue;
        list[i].by += by;
        if (list[i].by == 0) {
            memmove(list + i, list + i + 1, (n - i - 1) * sizeof *list);
            n--;
        }
        return n;
    }
    list[n] = (struct off){relation, by};
    return n + 1;
}

static bool on_path(const struct circuit_search *s, int32_t at, uint32_t cell) {
    for (; at >= 0; at = s->node[at].parent)
        if (s->node[at].change.sign != 0 && s->node[at].change.cell == cell)
            return true;
    return false;
}

/* The state after one more change, if it is new and small enough. */
static void reach(struct circuit_search *s, uint32_t from, struct change c, int64_t cost,
                  uint32_t block, int64_t weight, bool mirrored) {
    const struct web *w = s->w;
    struct off list[STATE_MAX + 8];
    uint32_t n = s->node[from].n_off;
    uint64_t hash = s->node[from].hash;
    memcpy(list, s->off + s->node[from].off_at, n * sizeof *list);
    for (uint32_t t = w->cell_at[c.cell]; t < w->cell_at[c.cell + 1]; t++) {
        uint32_t r = w->cell_tie[t].to;
        if (w->relation_block[r] != block || (mirrored && w->across[r]))
            continue;
        if (n >= STATE_MAX)
            return;
        int32_t by = w->cell_tie[t].coef * c.sign;
        n = off_add(list, n, r, by);
        hash += relation_hash(r) * (uint64_t)(int64_t)by;
    }
    if (s->n_node >= NODES_MAX || seen_cheaper(s, hash, cost))
        return;
    s->node = grown(s->node, &s->cap_node, s->n_node + 1, sizeof *s->node);
    s->off = grown(s->off, &s->cap_off, s->n_off + n + 1, sizeof *s->off);
    memcpy(s->off + s->n_off, list, n * sizeof *list);
    s->node[s->n_node] = (struct node){cost, hash, (int32_t)from, c, (uint32_t)s->n_off, n};
    s->n_off += n;
    heap_push(s, cost + weight * n, (uint32_t)s->n_node++);
}

/* Settles the relations of one block that are pending. Appends to s->change. `weight` 0 gives the
 * cheapest; more prefers states that are nearly balanced and ends sooner. */
static bool settle_block(struct circuit_search *s, const struct circuit_ask *ask, uint32_t block,
                         int64_t spent, int64_t weight, int64_t *cost) {
    const struct web *w = s->w;
    s->n_node = s->n_off = s->n_heap = 0;
    s->round++;
    s->node = grown(s->node, &s->cap_node, 1, sizeof *s->node);
    s->off = grown(s->off, &s->cap_off, s->n_pending + 1, sizeof *s->off);
    struct node root = {.parent = -1};
    for (size_t i = 0; i < s->n_pending; i++)
        if (w->relation_block[s->pending[i].relation] == block) {
            if (root.n_off >= STATE_MAX)
                return false;
            s->off[root.n_off++] = s->pending[i];
            root.hash +=
                relation_hash(s->pending[i].relation) * (uint64_t)(int64_t)s->pending[i].by;
        }
    s->n_off = root.n_off;
    s->node[s->n_node++] = root;
    heap_push(s, 0, 0);
    unsigned most = ask->bound <= CIRCUIT_FREE ? POPS_FREE : POPS_PAID;
    if (w->tangled[block] && ask->n_mirror == 0)
        most = POPS_TANGLED;
    for (unsigned pops = 0; s->n_heap > 0 && pops < most; pops++) {
        uint32_t at = heap_pop(s);
        struct node n = s->node[at];
        if (n.n_off == 0) {
            *cost = n.cost;
            for (int32_t i = (int32_t)at; i > 0; i = s->node[i].parent) {
                s->change = grown(s->change, &s->cap_change, s->n_change + 1, sizeof *s->change);
                s->change[s->n_change++] = s->node[i].change;
            }
            return true;
        }
        struct off last = s->off[n.off_at + n.n_off - 1];
        uint32_t t = w->relation_at[last.relation], end = w->relation_at[last.relation + 1];
        s->steps += end - t;
        for (; t < end; t++) {
            uint32_t cell = w->relation_tie[t].to;
            if (w->cell_block[cell] != block || s->mark[cell] == s->mark_round ||
                !(w->movable[cell] || w->hideable[cell]))
                continue;
            int32_t sign = (last.by > 0 ? -1 : 1) * w->relation_tie[t].coef;
            int64_t step = whole_cost(w, ask, cell, sign);
            if (step < 0 || spent + n.cost + step >= ask->bound || on_path(s, (int32_t)at, cell))
                continue;
            reach(s, at, (struct change){cell, sign}, n.cost + step, block, weight,
                  ask->n_mirror > 0);
        }
    }
    return false;
}

static void pend(struct circuit_search *s, struct change c, uint32_t above, bool all,
                 bool mirrored) {
    const struct web *w = s->w;
    for (uint32_t t = w->cell_at[c.cell]; t < w->cell_at[c.cell + 1]; t++) {
        uint32_t r = w->cell_tie[t].to;
        if ((!all && w->relation_block[r] <= above) || (mirrored && w->across[r]))
            continue;
        s->pending = grown(s->pending, &s->cap_pending, s->n_pending + 1, sizeof *s->pending);
        s->n_pending = off_add(s->pending, (uint32_t)s->n_pending, r, w->cell_tie[t].coef * c.sign);
    }
}

/* The lowest block still pending, if any. */
static bool next_block(struct circuit_search *s, uint32_t *block) {
    bool any = false;
    for (size_t i = 0; i < s->n_pending; i++) {
        uint32_t b = s->w->relation_block[s->pending[i].relation];
        if (!any || b < *block)
            *block = b;
        any = true;
    }
    return any;
}

static void drop_block(struct circuit_search *s, uint32_t block) {
    size_t kept = 0;
    for (size_t i = 0; i < s->n_pending; i++)
        if (s->w->relation_block[s->pending[i].relation] != block)
            s->pending[kept++] = s->pending[i];
    s->n_pending = kept;
}

/* One try, without the banned cells. If it fails, s->change holds the start and what the tables
 * settled before the one that failed had chosen. */
static bool attempt(struct circuit_search *s, const struct circuit_ask *ask, const uint32_t *banned,
                    size_t n_banned, int64_t *total) {
    s->n_change = s->n_pending = 0;
    s->mark_round++;
    *total = 0;
    for (size_t i = 0; i < n_banned; i++)
        s->mark[banned[i]] = s->mark_round;
    for (size_t i = 0; i < ask->n_start; i++) {
        struct change c = {ask->start[i], 1};
        int64_t cost = whole_cost(s->w, ask, c.cell, 1);
        if (!s->w->movable[c.cell] || cost < 0 ||
            !has_room(s->w, &s->w->now[c.cell], ask, c.cell, 1))
            return false;
        *total += cost;
        s->mark[c.cell] = s->mark_round;
        s->change = grown(s->change, &s->cap_change, s->n_change + 1, sizeof *s->change);
        s->change[s->n_change++] = c;
        pend(s, c, 0, true, ask->n_mirror > 0);
    }
    for (uint32_t block = 0; next_block(s, &block);) {
        size_t before = s->n_change;
        int64_t cost = 0;
        int64_t weight = s->w->tangled[block] && ask->n_mirror == 0 ? 4 * CIRCUIT_FREE : 0;
        if (!settle_block(s, ask, block, *total, weight, &cost))
            return false;
        *total += cost;
        drop_block(s, block);
        for (size_t i = before; i < s->n_change; i++)
            pend(s, s->change[i], block, false, ask->n_mirror > 0);
    }
    return *total < ask->bound;
}

/* The cells beyond the start that the last attempt had chosen, at most RETRIES. */
static size_t chosen(const struct circuit_search *s, const struct circuit_ask *ask,
                     uint32_t out[RETRIES]) {
    size_t n = 0;
    for (size_t i = ask->n_start; i < s->n_change && n < RETRIES; i++)
        out[n++] = s->change[i].cell;
    return n;
}

bool circuit_find(struct circuit_search *s, const struct circuit_ask *ask, struct circuit *out) {
    uint32_t choice[RETRIES], banned[RETRIES];
    int64_t total;
    bool found = attempt(s, ask, NULL, 0, &total);
    if (!found &&
        ask->n_mirror ==
            0) { /* a coarse table chose what a finer one cannot follow: without each of these */
        size_t n = chosen(s, ask, choice), n_banned = 0;
        for (size_t i = 0; i < n && !found; i++)
            found = attempt(s, ask, choice + i, 1, &total);
        for (; n > 0 && n_banned < RETRIES && !found; n = chosen(s, ask, choice)) {
            banned[n_banned++] = choice[0];
            found = attempt(s, ask, banned, n_banned, &total);
        }
    }
    for (size_t i = s->n_change; found && i-- > 0;)
        for (size_t k = 0; k < ask->n_mirror; k++) {
            struct change c = s->change[i];
            s->change = grown(s->change, &s->cap_change, s->n_change + 1, sizeof *s->change);
            s->change[s->n_change++] =
                (struct change){circuit_cell_in(s->w, s->w->slot_of[c.cell], ask->mirror[k].layer),
                                c.sign * ask->mirror[k].sign};
        }
    *out = (struct circuit){s->change, s->n_change, total};
    return found;
}
