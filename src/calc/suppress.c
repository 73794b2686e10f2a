/*
 * Suppression: what is hidden, why, and what is promised.
 *
 * The problem. A school reports 7 students in a group and hides them. The district total, the other
 * schools and the other groups of the school are visible, so 7 is what is left over. Hiding more
 * cells (complements) stops that, if they are chosen over all tables together: one table of org by
 * group, tables that share totals, pair tables above them, months that add up to a year.
 *
 * The promise. For every hidden count, the smallest and the largest value that fit all visible
 * cells, all relations and "no count is below 0" are at least `width` apart, by default the minimum
 * n itself (sliding protection: the range may lie anywhere around the truth, so its place tells
 * nothing). Counts below min_n never get a range that ends below min_n, since width >= min_n.
 *
 * The proof kept for every hidden cell. Let d be a set of changes to hidden cells that leaves every
 * relation balanced. If the table x is possible, so is x + d as long as nothing falls below 0. Two
 * such changes, one that raises the cell by p and one that lowers it by q, prove a range of p + q.
 * Only differences count, so relations may hold with a remainder, and the remainder may be known.
 * A change is made of circuits (circuit.h): in a table with margins the cells of a closed path that
 * alternately go up and down (Cox 1995). A cell takes the cheapest proof, in this order:
 *   1. one circuit through cells that are hidden anyway;
 *   2. several such circuits added up, each within what the others left (small neighbours: 3 can be
 *      raised by 11 only with 4 and 4 and more to take from);
 *   3. the circuit that costs least to open: cells to hide are priced by their n + 1, so few and
 *      small ones go; 4. several of those; 5. the same with the cell's totals hidden too.
 * Cells are taken smallest first; a circuit proves all its cells at once. Then a clean-up pass
 * (largest first) shows every complement again whose users find another proof for nothing. This is
 * the heuristic side of Fischetti & Salazar (1999), whose exact branch and cut is for tables far
 * smaller than a state's; the guarantee does not rest on it: at the end each proof is checked
 * afresh against the relations, what fails is put to the exact audit (suppress_audit.c) where that
 * is small enough, and what is left is counted (report.unproved) and not published.
 *
 * Rates. A rate beside a visible n tells the numerator, and numerators add up just as counts do.
 * So a count is kept as two parts, in the numerator (A) and not (B), both >= 0.
 *   Hidden n: the reader may know all A and B of visible cells, so the range must come from the
 *   hidden cells' own A and B: circuits move the two parts separately and their ranges add.
 *   Coded rate (near 0 or 100): the reader knows A only within the code, 0..k or n-k..n. It must
 *   keep a range of num_width (or of k, if less): circuits move people from B to A with n as it is,
 *   within 0..n where the rate is hidden and within the code where it is coded. Where that does not
 *   suffice, rates (not n) of further cells are hidden. The numerator of a cell with n hidden gets
 *   the same range (or n, if less), so that "none of them" and "all of them" stay open too.
 * By the table of codes k >= 2; with the default num_width of 2 a numerator that is not shown has
 * at least three possible values.
 *
 * Sums (minutes, cost, scores). Where n is hidden, everything of the cell is. The pattern that
 * keeps n open keeps sums open too: each hidden cell lies on a balanced change of hidden cells, and
 * adding any multiple of it to their sums gives another set of sums that fits; what limits it is
 * only what the reader knows of the size of a sum (for instance >= 0, at most n x 5 on a scale of
 * 5). No sum of a hidden cell can be computed; a narrow outside bound on it narrows its range.
 *
 * Zero is shown ("no data"): an empty group is nobody, and an empty cell is never used to protect
 * another, because a reader often knows that it must be empty (a high school has no kindergarten).
 *
 * Totals. A small total has only small or empty parts, so the rule "0 < n < min_n" hides them as
 * well; the total's own circuit then carries a change through every dimension below it.
 *
 * One word. The reader is not told which hidden cell is small and which protects: from "fewer than
 * 10" against "would reveal another" follow upper and lower bounds that the ranges above do not
 * survive (disclose.h). Nor does the promise hold against a reader who knows cells by other means
 * (a school that knows its own students: give it another universe), or who uses the choice of the
 * complements itself as evidence (which needs this program and its whole input but one cell).
 *
 * Pairs. A pair table decided together with its margins is like any other. One asked for when its
 * margins are out has them FIXED or STICKY, and there may be no safe choice left: that is
 * ERR_CONFLICT and the table is not given. Two pair tables decided apart are safe each with the
 * margins; where both move a hidden margin they share, that they are safe together is not proved.
 *
 * Periods. Relations a reader can use: a year is the sum of its months (given as relations);
 * year-to-date less last month's year-to-date is this month (the increment is a cell with
 * SUPPRESS_UNPUBLISHED, last month's cell is FIXED or STICKY). Counts of distinct people and stocks
 * do not add up over time: there is no relation, only the fact that a cell just shown as 10 is now
 * hidden, which tells that it shrank and nothing of how far.
 *
 * Sources: L. Cox (1995), Network models for complementary cell suppression, JASA 90:1453-1462;
 * M. Fischetti & J. Salazar (1999), Models and algorithms for the 2-dimensional cell suppression
 * problem in statistical disclosure control, Math. Programming 84:283-312; A. Hundepool et al.
 * (2012), Statistical Disclosure Control, ch. 4; M. Seastrom (2010), SLDS Technical Brief 3, NCES
 * 2011-603 (codes for rates by group size, complements over levels and subgroups).
 */
#include "calc/suppress.h"

#include "calc/circuit.h"
#include "calc/suppress_part.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHOICES = 7,            /* of cells to start from: itself, six of its parts */
    MIRRORS_MAX = 8,        /* levels above a school */
    BESIDE_MAX = 64,        /* schools tried as the other side of a change */
    NO_LIMIT = 1 << 30,     /* room without a bound; more than any width */
    LIFTS_MAX = 4,          /* totals above a cell that may move with it */
    WIDTH_MAX = 1 << 20,    /* widths are small numbers of people */
    UNHIDE_USERS_MAX = 2000 /* a complement with more users than this stays */
};
#define NO_PROOF UINT32_MAX
#define CLEAN_UP_STEPS UINT64_C(400000000) /* ties looked at before the clean-up pass ends */

/* What one proof does to one cell: forth[] is one possible change, back[] the other, per part. */
struct entry {
    uint32_t cell;
    int32_t forth[CIRCUIT_PARTS], back[CIRCUIT_PARTS];
};
struct proof {
    uint32_t at, n; /* into run.entry */
};
struct use { /* list of the proofs that a cell is in */
    uint32_t proof, next;
};

struct run {
    const struct suppress_input *in;
    struct suppress_verdict *verdict;
    int64_t min_n, width, num_width;
    struct web web;
    struct circuit_search *search;
    bool rates;    /* second phase: numerators at fixed n */
    double share;  /* of people in the numerator: how a width is split over the parts */
    int64_t *need; /* [cells] range to prove; 0: none */
    uint32_t *proof_of, *use_of;
    struct proof *proof;
    size_t n_proof, cap_proof;
    struct entry *entry;
    size_t n_entry, cap_entry;
    struct use *use;
    size_t n_use, cap_use;
    uint32_t *queue;
    size_t n_queue, cap_queue;
    bool *complement; /* hidden by us in this phase */
    int64_t (*moved[2])[CIRCUIT_PARTS];
    uint32_t *slot_of, *layer_of; /* behind web's, if layered */
    bool cleaning;                /* in the clean-up pass, which may give up early */
    bool mirrors;                 /* some table is tangled and layers are given */
    uint32_t *slot;               /* [cells] 1 + place in the proof being made */
};

static void *grown(void *p, size_t *cap, size_t want, size_t size) {
    if (want <= *cap)
        return p;
    *cap = want < 64 ? 64 : want * 2;
    p = realloc(p, *cap * size);
    CHECK(p != NULL);
    return p;
}

static void *zeroed(size_t n, size_t size) {
    void *p = calloc(n == 0 ? 1 : n, size);
    CHECK(p != NULL);
    return p;
}

static int64_t lesser(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static int64_t greater(int64_t a, int64_t b) {
    return a > b ? a : b;
}

struct ranked {
    int64_t n;
    uint32_t cell;
};

static int by_n(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* -- Codes -- */

int suppress_code_percent(int64_t n) {
    return n >= 300 ? 1 : n >= 100 ? 2 : n >= 40 ? 5 : n >= 20 ? 10 : 20;
}

enum suppress_num suppress_code(int64_t n, int64_t num) {
    int64_t percent = suppress_code_percent(n);
    if (num * 100 <= percent * n)
        return SUPPRESS_NUM_LOW;
    return (n - num) * 100 <= percent * n ? SUPPRESS_NUM_HIGH : SUPPRESS_NUM_SHOWN;
}

int64_t suppress_code_people(int64_t n) {
    return suppress_code_percent(n) * n / 100;
}

/* -- Input -- */

static int64_t min_n_of(const struct suppress_input *in) {
    return in->min_n == 0 ? 10 : in->min_n;
}

static enum err check_input(const struct suppress_input *in, struct errmsg *e) {
    if (in->min_n == 1 || in->min_n < 0 || in->width < 0 || in->width > WIDTH_MAX ||
        in->min_n > WIDTH_MAX || in->num_width < 0 || in->num_width > WIDTH_MAX)
        return err_set(e, ERR_INVALID, "The minimum group size must be 2 or more.");
    for (size_t i = 0; i < in->n_cells; i++) {
        const struct suppress_cell *c = &in->cells[i];
        if (c->n < 0 || (in->with_num && (c->num < 0 || c->num > c->n)))
            return err_set(e, ERR_INVALID, "Cell %zu has a count that cannot be: %lld of %lld.", i,
                           (long long)c->num, (long long)c->n);
    }
    for (size_t r = 0; r < in->n_relations; r++) {
        const struct suppress_relation *rel = &in->relations[r];
        if (rel->total >= in->n_cells || rel->first > in->n_parts ||
            rel->count > in->n_parts - rel->first)
            return err_set(e, ERR_INVALID, "Relation %zu points outside the cells.", r);
        for (uint32_t p = rel->first; p < rel->first + rel->count; p++)
            if (in->parts[p] >= in->n_cells ||
                in->cells[in->parts[p]].block != in->cells[in->parts[rel->first]].block ||
                in->cells[in->parts[p]].block < in->cells[rel->total].block)
                return err_set(e, ERR_INVALID, "Relation %zu mixes tables.", r);
    }
    return ERR_OK;
}

int64_t suppress_width(const struct suppress_input *in) {
    return in->width == 0 ? min_n_of(in) : in->width;
}

int64_t suppress_num_width(const struct suppress_input *in) {
    return in->num_width == 0 ? 2 : in->num_width;
}

static bool is_small(const struct suppress_input *in, size_t i) {
    return in->cells[i].n > 0 && in->cells[i].n < min_n_of(in);
}

void suppress_primary(const struct suppress_input *in, struct suppress_verdict verdicts[]) {
    for (size_t i = 0; i < in->n_cells; i++) {
        const struct suppress_cell *c = &in->cells[i];
        bool fixed = (c->flags & SUPPRESS_FIXED) != 0;
        bool out = c->n > 0 && (c->flags & (SUPPRESS_STICKY | SUPPRESS_UNPUBLISHED)) != 0;
        struct suppress_verdict v = {SUPPRESS_N_SHOWN, SUPPRESS_NUM_SHOWN};
        if (is_small(in, i) && !fixed)
            v.n = SUPPRESS_N_SMALL;
        else if (out && !fixed)
            v.n = SUPPRESS_N_COMPLEMENT;
        if (v.n != SUPPRESS_N_SHOWN)
            v.num = SUPPRESS_NUM_HIDDEN;
        else if (in->with_num && c->n > 0)
            v.num = (c->flags & SUPPRESS_NUM_STICKY) != 0 ? (uint8_t)SUPPRESS_NUM_HIDDEN
                                                          : (uint8_t)suppress_code(c->n, c->num);
        verdicts[i] = v;
    }
}

/* Relations with nothing in them are of no use to a reader; empty cells never move. */
static void make_web(struct run *run) {
    const struct suppress_input *in = run->in;
    struct web *w = &run->web;
    size_t n_ties = 0;
    w->n_cells = in->n_cells;
    w->n_relations = in->n_relations;
    w->cell_at = zeroed(in->n_cells + 2, sizeof *w->cell_at);
    w->relation_at = zeroed(in->n_relations + 1, sizeof *w->relation_at);
    w->relation_tie = zeroed(in->n_parts + in->n_relations, sizeof *w->relation_tie);
    w->cell_block = zeroed(in->n_cells, sizeof *w->cell_block);
    w->relation_block = zeroed(in->n_relations, sizeof *w->relation_block);
    w->across = zeroed(in->n_relations, sizeof *w->across);
    for (size_t i = 0; i < in->n_cells; i++)
        w->cell_block[i] = in->cells[i].block;
    for (size_t r = 0; r < in->n_relations; r++) {
        const struct suppress_relation *rel = &in->relations[r];
        size_t from = n_ties;
        for (uint32_t p = rel->first; p < rel->first + rel->count; p++)
            if (in->cells[in->parts[p]].n > 0)
                w->relation_tie[n_ties++] = (struct tie){in->parts[p], 1};
        if (n_ties > from) {
            w->relation_block[r] = in->cells[in->parts[rel->first]].block;
            w->across[r] = in->cells[rel->total].block == w->relation_block[r];
            if (in->cells[rel->total].n > 0)
                w->relation_tie[n_ties++] = (struct tie){rel->total, -1};
        }
        w->relation_at[r + 1] = (uint32_t)n_ties;
        for (size_t t = from; t < n_ties; t++)
            w->cell_at[w->relation_tie[t].to + 2]++;
    }
    w->cell_tie = zeroed(n_ties, sizeof *w->cell_tie);
    for (size_t i = 0; i + 1 < in->n_cells + 2; i++)
        w->cell_at[i + 1] += w->cell_at[i];
    for (size_t r = 0; r < in->n_relations; r++)
        for (uint32_t t = w->relation_at[r]; t < w->relation_at[r + 1]; t++)
            w->cell_tie[w->cell_at[w->relation_tie[t].to + 1]++] =
                (struct tie){(uint32_t)r, w->relation_tie[t].coef};
}

static bool find_tangled(struct web *w) {
    bool any = false;
    uint32_t blocks = 0;
    for (size_t i = 0; i < w->n_cells; i++)
        blocks = w->cell_block[i] >= blocks ? w->cell_block[i] + 1 : blocks;
    w->tangled = zeroed(blocks, sizeof *w->tangled);
    for (size_t i = 0; i < w->n_cells; i++) {
        unsigned own = 0;
        for (uint32_t t = w->cell_at[i]; t < w->cell_at[i + 1]; t++)
            own += w->relation_block[w->cell_tie[t].to] == w->cell_block[i];
        w->tangled[w->cell_block[i]] |= own > 2;
        any = any || own > 2;
    }
    return any;
}

/* The cells of every slot, by layer. */
static void make_slots(struct run *run) {
    const struct suppress_input *in = run->in;
    struct web *w = &run->web;
    uint32_t slots = 0;
    struct ranked *r = zeroed(in->n_cells, sizeof *r);
    run->slot_of = zeroed(in->n_cells, sizeof *run->slot_of);
    run->layer_of = zeroed(in->n_cells, sizeof *run->layer_of);
    for (uint32_t i = 0; i < in->n_cells; i++) {
        run->slot_of[i] = in->cells[i].slot;
        run->layer_of[i] = in->cells[i].layer;
        slots = in->cells[i].slot >= slots ? in->cells[i].slot + 1 : slots;
        r[i] = (struct ranked){(int64_t)in->cells[i].slot << 32 | in->cells[i].layer, i};
    }
    qsort(r, in->n_cells, sizeof *r, by_n);
    w->slot_of = run->slot_of;
    w->layer_of = run->layer_of;
    w->slot_at = zeroed(slots + 1, sizeof *w->slot_at);
    w->slot_cell = zeroed(in->n_cells, sizeof *w->slot_cell);
    for (uint32_t i = 0; i < in->n_cells; i++) {
        w->slot_cell[i] = r[i].cell;
        w->slot_at[in->cells[i].slot + 1]++;
    }
    for (uint32_t i = 0; i < slots; i++)
        w->slot_at[i + 1] += w->slot_at[i];
    free(r);
}

/* -- Proofs -- */

static int64_t entry_range(const struct entry *en, size_t part) {
    int64_t a = en->forth[part], b = en->back[part];
    return greater(greater(a, b), 0) - lesser(lesser(a, b), 0);
}

static int64_t entry_ranges(const struct run *run, const struct entry *en) {
    int64_t sum = 0;
    for (size_t k = 0; k < run->web.parts; k++)
        sum += entry_range(en, k);
    return sum;
}

/* Takes the entries from `at` on as a proof of every cell in it that it is wide enough for. */
static void proof_add(struct run *run, size_t at) {
    uint32_t id = (uint32_t)run->n_proof;
    run->proof = grown(run->proof, &run->cap_proof, run->n_proof + 1, sizeof *run->proof);
    run->proof[run->n_proof++] = (struct proof){(uint32_t)at, (uint32_t)(run->n_entry - at)};
    for (size_t i = at; i < run->n_entry; i++) {
        uint32_t cell = run->entry[i].cell;
        run->use = grown(run->use, &run->cap_use, run->n_use + 1, sizeof *run->use);
        run->use[run->n_use] = (struct use){id, run->use_of[cell]};
        run->use_of[cell] = (uint32_t)run->n_use++;
        if (run->need[cell] > 0 && run->proof_of[cell] == NO_PROOF &&
            entry_ranges(run, &run->entry[i]) >= run->need[cell])
            run->proof_of[cell] = id;
    }
}

/* From scratch: both changes balance every relation and stay within what the cells allow now. */
static bool proof_holds(struct run *run, const struct proof *p, uint32_t target) {
    const struct web *w = &run->web;
    bool wide = false, ok = true;
    for (uint32_t i = p->at; i < p->at + p->n; i++) {
        const struct entry *en = &run->entry[i];
        wide = wide || (en->cell == target && entry_ranges(run, en) >= run->need[target]);
        ok = ok && w->movable[en->cell];
        for (size_t k = 0; k < w->parts; k++) {
            const struct room *r = &w->now[en->cell];
            ok = ok && en->forth[k] <= r->up[k] && -en->forth[k] <= r->down[k];
            ok = ok && en->back[k] <= r->up[k] && -en->back[k] <= r->down[k];
        }
        run->slot[en->cell] = i + 1;
    }
    for (uint32_t i = p->at; i < p->at + p->n; i++) {
        uint32_t cell = run->entry[i].cell;
        for (uint32_t t = w->cell_at[cell]; t < w->cell_at[cell + 1]; t++) {
            uint32_t r = w->cell_tie[t].to;
            int64_t sum[2 * CIRCUIT_PARTS] = {0};
            for (uint32_t u = w->relation_at[r]; u < w->relation_at[r + 1]; u++) {
                uint32_t s = run->slot[w->relation_tie[u].to];
                for (size_t k = 0; s > 0 && k < w->parts; k++) {
                    sum[2 * k] += (int64_t)run->entry[s - 1].forth[k] * w->relation_tie[u].coef;
                    sum[2 * k + 1] += (int64_t)run->entry[s - 1].back[k] * w->relation_tie[u].coef;
                }
            }
            for (size_t k = 0; k < 2 * CIRCUIT_PARTS; k++)
                ok = ok && sum[k] == 0;
        }
    }
    for (uint32_t i = p->at; i < p->at + p->n; i++)
        run->slot[run->entry[i].cell] = 0;
    return ok && wide;
}

/* -- Hiding and showing -- */

static void queue_add(struct run *run, uint32_t cell) {
    run->queue = grown(run->queue, &run->cap_queue, run->n_queue + 1, sizeof *run->queue);
    run->queue[run->n_queue++] = cell;
}

static int64_t need_of(const struct run *run, uint32_t cell) {
    const struct suppress_cell *c = &run->in->cells[cell];
    const struct suppress_verdict *v = &run->verdict[cell];
    if (c->n == 0 || ((c->flags & SUPPRESS_UNPUBLISHED) != 0 && c->n >= run->min_n))
        return 0;
    if (!run->rates)
        return v->n == SUPPRESS_N_SHOWN ? 0 : run->width;
    if (v->num == SUPPRESS_NUM_SHOWN)
        return 0;
    return lesser(run->num_width,
                  v->num == SUPPRESS_NUM_HIDDEN ? c->n : suppress_code_people(c->n));
}

/* Rooms and flags of a cell that follow from its verdict. */
static void set_cell(struct run *run, uint32_t cell) {
    const struct suppress_cell *c = &run->in->cells[cell];
    const struct suppress_verdict *v = &run->verdict[cell];
    struct web *w = &run->web;
    bool fixed = (c->flags & SUPPRESS_FIXED) != 0;
    struct room *full = &w->hidden[cell], *now = &w->now[cell];
    if (run->rates) {
        int64_t code = suppress_code_people(c->n);
        *full = (struct room){{c->n - c->num}, {c->num}};
        *now = *full;
        if (v->num == SUPPRESS_NUM_LOW)
            now->up[0] = code - c->num;
        if (v->num == SUPPRESS_NUM_HIGH)
            now->down[0] = c->num - (c->n - code);
        w->movable[cell] = c->n > 0 && v->num != SUPPRESS_NUM_SHOWN;
        w->hideable[cell] = c->n > 0 && v->num != SUPPRESS_NUM_HIDDEN && !fixed;
    } else {
        *full = (struct room){{NO_LIMIT, NO_LIMIT}, {c->n, 0}};
        if (run->in->with_num)
            full->down[0] = c->num, full->down[1] = c->n - c->num;
        *now = *full;
        w->movable[cell] = c->n > 0 && v->n != SUPPRESS_N_SHOWN;
        w->hideable[cell] = c->n > 0 && v->n == SUPPRESS_N_SHOWN && !fixed;
    }
    w->price[cell] = CIRCUIT_FREE * (c->n + 1);
    run->need[cell] = need_of(run, cell);
}

static void hide(struct run *run, uint32_t cell) {
    struct suppress_verdict *v = &run->verdict[cell];
    v->num = SUPPRESS_NUM_HIDDEN;
    if (!run->rates)
        v->n = SUPPRESS_N_COMPLEMENT;
    set_cell(run, cell);
    run->proof_of[cell] = NO_PROOF;
    run->complement[cell] = true;
    queue_add(run, cell);
}

static void show(struct run *run, uint32_t cell) {
    const struct suppress_cell *c = &run->in->cells[cell];
    struct suppress_verdict *v = &run->verdict[cell];
    v->n = SUPPRESS_N_SHOWN;
    v->num = SUPPRESS_NUM_SHOWN;
    if (run->in->with_num)
        v->num = (uint8_t)suppress_code(c->n, c->num);
    set_cell(run, cell);
    run->complement[cell] = false;
}

/* Does going through this cell ask for hiding it (further)? */
static bool opens(const struct run *run, uint32_t cell, const struct circuit_ask *ask,
                  int32_t sign) {
    const struct web *w = &run->web;
    if (!w->hideable[cell])
        return false;
    if (!w->movable[cell])
        return true;
    for (size_t k = 0; k < w->parts; k++) {
        int64_t moved = ask->moved == NULL ? 0 : ask->moved[cell][k];
        int64_t up = w->now[cell].up[k] - moved, down = w->now[cell].down[k] + moved;
        if ((sign > 0 ? up : down) < ask->ahead[k] || (sign > 0 ? down : up) < ask->back[k])
            return true;
    }
    return false;
}

static void open_cells(struct run *run, const struct circuit *c, const struct circuit_ask *ask) {
    for (size_t i = 0; i < c->n; i++)
        if (opens(run, c->change[i].cell, ask, c->change[i].sign))
            hide(run, c->change[i].cell);
}

/* -- Finding a proof -- */

/* Cells that go up together at the start of a circuit: the cell; if it is a total within its table
 * (a district's), one of the smallest cells it is made of, so that a change can take the way of one
 * person moving; and any of that cell's totals in coarser tables that are hidden, and theirs. */
struct starts {
    uint32_t cell[2 + LIFTS_MAX];
    size_t n, always; /* the first `always` are in every choice */
};

/* The cell that is the total of relation r, in *total; false if there is none. */
static bool total_of(const struct web *w, uint32_t r, uint32_t *total) {
    if (w->relation_at[r] == w->relation_at[r + 1])
        return false;
    *total = w->relation_tie[w->relation_at[r + 1] - 1].to;
    return w->relation_tie[w->relation_at[r + 1] - 1].coef < 0;
}

static void add_lifts(const struct run *run, uint32_t of, bool own, struct starts *st) {
    const struct web *w = &run->web;
    for (uint32_t t = w->cell_at[of]; t < w->cell_at[of + 1]; t++) {
        uint32_t total;
        bool in = w->cell_tie[t].coef < 0 || !total_of(w, w->cell_tie[t].to, &total) ||
                  (w->cell_block[total] == w->cell_block[of]) != own || !w->movable[total];
        for (size_t i = 0; i < st->n && !in; i++)
            in = st->cell[i] == total;
        if (!in && st->n < st->always + LIFTS_MAX)
            st->cell[st->n++] = total;
    }
}

/* Part number `choice` (of those that may move, in turn) of the first relation of its own table
 * that the cell is the total of; the cell itself if it is none. */
static uint32_t part_of(const struct web *w, uint32_t cell, unsigned choice) {
    for (uint32_t t = w->cell_at[cell]; t < w->cell_at[cell + 1]; t++) {
        uint32_t r = w->cell_tie[t].to;
        if (w->cell_tie[t].coef > 0 || w->relation_block[r] != w->cell_block[cell])
            continue;
        for (uint32_t u = w->relation_at[r], at = 0; u < w->relation_at[r + 1] - 1; u++)
            if (w->movable[w->relation_tie[u].to] && at++ == choice)
                return w->relation_tie[u].to;
    }
    return cell;
}

static uint32_t atom_of(const struct web *w, uint32_t cell, unsigned choice) {
    for (unsigned depth = 0; depth < 12; depth++) {
        uint32_t part = part_of(w, cell, depth == 0 ? choice : 0);
        if (part == cell)
            break;
        cell = part;
    }
    return cell;
}

/* Choice 0 is the cell with its own totals; the others go down to a part. n = 0: no such choice. */
static struct starts starts_of(const struct run *run, uint32_t cell, unsigned choice) {
    struct starts st = {{cell}, 1, 1};
    uint32_t atom = cell;
    if (choice > 0) {
        atom = atom_of(&run->web, cell, choice - 1);
        if (atom == cell)
            return (struct starts){{0}, 0, 0};
        st.cell[st.n++] = atom;
        st.always = 2;
    }
    add_lifts(run, atom, false, &st);
    for (size_t i = st.always; i < st.n; i++)
        add_lifts(run, st.cell[i], false, &st);
    for (size_t i = st.always; i < st.n; i++)
        add_lifts(run, st.cell[i], true, &st);
    return st;
}

/* The members of subset `mask` of the totals, with those that are always in. */
__attribute__((noinline)) /* inlined at -O3, gcc 12 takes st->cell for uninitialised */
static size_t
pick(const struct starts *st, unsigned mask, uint32_t out[2 + LIFTS_MAX]) {
    size_t n = 0;
    for (size_t i = 0; i < st->n && i < 2 + LIFTS_MAX; i++)
        if (i < st->always || (mask >> (i - st->always) & 1) != 0)
            out[n++] = st->cell[i];
    return n;
}

/* Layers that may repeat a change of the cell's own so that every sum over layers holds: choice 0
 * is all the totals above it, up to the top; the others are one part beside it, turned round. False
 * when there is no such choice. */
static bool mirrors_of(const struct web *w, uint32_t cell, unsigned choice,
                       struct mirror out[MIRRORS_MAX], size_t *n) {
    *n = 0;
    for (bool up = true; up && *n < MIRRORS_MAX;) {
        up = false;
        for (uint32_t t = w->cell_at[cell]; t < w->cell_at[cell + 1] && !up; t++) {
            uint32_t r = w->cell_tie[t].to, total;
            if (w->cell_tie[t].coef < 0 || !w->across[r] || !total_of(w, r, &total))
                continue;
            if (choice > 0) {
                uint32_t part = w->relation_at[r] + choice - 1;
                if (part + 1 >= w->relation_at[r + 1])
                    return false;
                out[(*n)++] = (struct mirror){w->layer_of[w->relation_tie[part].to], -1};
                return w->relation_tie[part].to != cell;
            }
            out[(*n)++] = (struct mirror){w->layer_of[total], 1};
            cell = total;
            up = true;
        }
    }
    return choice == 0;
}

/* Splits a number of people over the parts, in one of three ways. */
static void split(const struct run *run, int64_t people, unsigned way, int64_t out[CIRCUIT_PARTS]) {
    out[0] = people;
    out[1] = 0;
    if (run->web.parts == 1)
        return;
    out[0] = way == 0 ? (int64_t)((double)people * run->share + 0.5) : way == 1 ? 0 : people;
    out[1] = people - out[0];
}

/* Way `way` (0..8) of asking for a range of `need` at the cell; false if the cell itself forbids.
 */
static bool make_ask(const struct run *run, uint32_t cell, int64_t need, unsigned way,
                     struct circuit_ask *ask) {
    const struct room *r = &run->web.now[cell];
    unsigned ways = run->web.parts == 1 ? 1 : 3;
    int64_t own = 0, back = 0;
    if (way % 3 >= ways)
        return false;
    for (size_t k = 0; k < run->web.parts; k++)
        own += r->down[k];
    back = way / 3 == 0 ? 0 : way / 3 == 1 ? lesser(own, need) : lesser(own, need) / 2;
    if (way / 3 > 0 && back == 0)
        return false;
    if (run->web.parts == 1 || back == 0) {
        split(run, back, 0, ask->back);
    } else {
        ask->back[0] = (int64_t)((double)r->down[0] * (double)back / (double)own);
        ask->back[1] = lesser(back - ask->back[0], r->down[1]);
    }
    split(run, need - back, way % 3, ask->ahead);
    return true;
}

static void keep_circuit(struct circuit *to, const struct circuit *c) {
    to->change = realloc(to->change, c->n * sizeof *c->change);
    CHECK(to->change != NULL);
    memcpy(to->change, c->change, c->n * sizeof *c->change);
    to->n = c->n;
    to->cost = c->cost;
}

/* One after another, what a circuit may start from: first with mirrors, then without. */
struct trial {
    unsigned choice, mask, beside;
    bool mirrored;
    struct starts st;
    uint32_t start[2 + LIFTS_MAX];
    struct mirror mirror[MIRRORS_MAX];
};

/* Fills in ask's start and mirrors with the next trial; false after the last. */
static bool next_trial(const struct run *run, uint32_t cell, struct trial *t,
                       struct circuit_ask *ask) {
    for (; t->mirrored; t->choice++, t->mask = t->beside = 0) {
        uint32_t base = t->choice == 0 ? cell : atom_of(&run->web, cell, t->choice - 1);
        if (t->choice >= CHOICES || (t->choice > 0 && base == cell)) {
            *t = (struct trial){.mirrored = false};
            break;
        }
        if (atom_of(&run->web, base, 0) != base)
            continue;
        t->st = starts_of(run, base, 0);
        for (; t->mask < 1u << (t->st.n - 1); t->mask++, t->beside = 0)
            while (t->beside <= (base == cell ? (unsigned)BESIDE_MAX : 0u)) {
                bool ok = mirrors_of(&run->web, base, t->beside++, t->mirror, &ask->n_mirror);
                if (!ok || ask->n_mirror == 0)
                    continue;
                ask->mirror = t->mirror;
                ask->start = t->start;
                ask->n_start = pick(&t->st, t->mask, t->start);
                return true;
            }
    }
    ask->n_mirror = 0;
    for (; t->choice < CHOICES; t->choice++, t->mask = 0) {
        t->st = starts_of(run, cell, t->choice);
        if (t->st.n > 0 && t->mask < 1u << (t->st.n - t->st.always)) {
            ask->start = t->start;
            ask->n_start = pick(&t->st, t->mask++, t->start);
            return true;
        }
    }
    return false;
}

/* Keeps the best circuit over all ways to ask. Returns its cost, CIRCUIT_NO_BOUND if none. */
static int64_t best_circuit(struct run *run, uint32_t cell, int64_t bound, struct circuit *best,
                            struct circuit_ask *best_ask) {
    int64_t cost = bound;
    bool found = false;
    struct trial t = {.mirrored = run->mirrors};
    struct circuit_ask ask = {0};
    while (next_trial(run, cell, &t, &ask)) {
        if (ask.n_mirror == 0 && run->mirrors && (found || run->cleaning))
            break;
        for (unsigned way = 0; way < 9; way++) {
            struct circuit c;
            ask.bound = cost;
            if (!make_ask(run, cell, run->need[cell], way, &ask) ||
                !circuit_find(run->search, &ask, &c))
                continue;
            found = true;
            cost = c.cost;
            keep_circuit(best, &c);
            *best_ask = ask;
            if (cost < CIRCUIT_FREE)
                return cost;
        }
    }
    return found ? cost : CIRCUIT_NO_BOUND;
}

/* The proof that one circuit gives: repeated as often as its cells allow, up to the width. */
static void prove_by(struct run *run, const struct circuit *c) {
    int64_t ahead[CIRCUIT_PARTS], back[CIRCUIT_PARTS];
    size_t at = run->n_entry;
    for (size_t k = 0; k < run->web.parts; k++) {
        ahead[k] = back[k] = run->width;
        for (size_t i = 0; i < c->n; i++) {
            const struct room *r = &run->web.now[c->change[i].cell];
            bool up = c->change[i].sign > 0;
            ahead[k] = lesser(ahead[k], up ? r->up[k] : r->down[k]);
            back[k] = lesser(back[k], up ? r->down[k] : r->up[k]);
        }
    }
    run->entry = grown(run->entry, &run->cap_entry, at + c->n, sizeof *run->entry);
    for (size_t i = 0; i < c->n; i++) {
        struct entry en = {.cell = c->change[i].cell};
        for (size_t k = 0; k < run->web.parts; k++) {
            en.forth[k] = (int32_t)ahead[k] * c->change[i].sign;
            en.back[k] = (int32_t)-back[k] * c->change[i].sign;
        }
        run->entry[run->n_entry++] = en;
    }
    proof_add(run, at);
}

static bool by_circuit(struct run *run, uint32_t cell, int64_t bound) {
    struct circuit best = {NULL, 0, 0};
    struct circuit_ask ask = {0};
    bool found = best_circuit(run, cell, bound, &best, &ask) < bound;
    if (found) {
        open_cells(run, &best, &ask);
        prove_by(run, &best);
        found = run->proof_of[cell] != NO_PROOF;
    }
    free(best.change);
    return found;
}

/* Adds `step` times a circuit to the proof being made from entry `at` on. */
static void sum_add(struct run *run, const struct circuit *c, size_t part, bool back, int64_t step,
                    size_t at) {
    for (size_t i = 0; i < c->n; i++) {
        uint32_t j = c->change[i].cell;
        int32_t by = (int32_t)step * c->change[i].sign * (back ? -1 : 1);
        if (run->slot[j] == 0) {
            run->entry = grown(run->entry, &run->cap_entry, run->n_entry + 1, sizeof *run->entry);
            run->entry[run->n_entry++] = (struct entry){.cell = j};
            run->slot[j] = (uint32_t)(run->n_entry - at);
        }
        struct entry *en = &run->entry[at + run->slot[j] - 1];
        (back ? en->back : en->forth)[part] += by;
        run->moved[back][j][part] += by;
    }
}

/* A circuit through the cell that can still go `step` times in one direction and part. */
static bool sum_step(struct run *run, uint32_t cell, size_t part, bool back, int64_t step,
                     int64_t bound, size_t at) {
    struct trial t = {.mirrored = run->mirrors};
    struct circuit_ask ask = {.moved = run->moved[back], .bound = bound};
    (back ? ask.back : ask.ahead)[part] = step;
    while (next_trial(run, cell, &t, &ask)) {
        struct circuit c;
        if (ask.n_mirror == 0 && run->mirrors && run->cleaning)
            break;
        if (!circuit_find(run->search, &ask, &c))
            continue;
        open_cells(run, &c, &ask);
        sum_add(run, &c, part, back, step, at);
        return true;
    }
    return false;
}

/* Circuits added up. With a bound of CIRCUIT_FREE hides nothing. */
static bool by_sum(struct run *run, uint32_t cell, int64_t bound) {
    int64_t left = run->need[cell];
    size_t at = run->n_entry;
    for (unsigned way = 0; way < 2 * run->web.parts && left > 0; way++)
        for (int64_t step = left; step > 0 && left > 0;) {
            step = lesser(step, left);
            if (sum_step(run, cell, way / 2, way % 2 == 1, step, bound, at))
                left -= step;
            else
                step /= 2;
        }
    for (size_t i = at; i < run->n_entry; i++) {
        uint32_t j = run->entry[i].cell;
        run->slot[j] = 0;
        memset(run->moved[0][j], 0, sizeof run->moved[0][j]);
        memset(run->moved[1][j], 0, sizeof run->moved[1][j]);
    }
    if (left > 0)
        run->n_entry = at;
    else
        proof_add(run, at);
    return run->proof_of[cell] != NO_PROOF;
}

/* The last resort: the totals of the cell go too, and those of a cell it is made of. */
static bool hide_totals(struct run *run, uint32_t cell) {
    const struct web *w = &run->web;
    const uint32_t of[2] = {cell, atom_of(w, cell, 0)};
    bool any = false;
    for (size_t i = 0; i < 2; i++)
        for (uint32_t t = w->cell_at[of[i]]; t < w->cell_at[of[i] + 1]; t++) {
            uint32_t total;
            if (total_of(w, w->cell_tie[t].to, &total) && total != of[i] && w->hideable[total]) {
                hide(run, total);
                any = true;
            }
        }
    return any;
}

static bool free_proof(struct run *run, uint32_t cell) {
    return by_circuit(run, cell, CIRCUIT_FREE) || by_sum(run, cell, CIRCUIT_FREE);
}

static void protect(struct run *run, uint32_t cell) {
    for (unsigned round = 0; round < 4; round++) {
        if (free_proof(run, cell) || by_circuit(run, cell, CIRCUIT_NO_BOUND) ||
            by_sum(run, cell, CIRCUIT_NO_BOUND) || !hide_totals(run, cell))
            return;
    }
}

/* -- Clean-up -- */

/* The cells whose proof goes through `cell`, without it. SIZE_MAX if there are
 * more than UNHIDE_USERS_MAX. */
static size_t users_of(struct run *run, uint32_t cell, uint32_t users[UNHIDE_USERS_MAX]) {
    size_t n = 0;
    for (uint32_t u = run->use_of[cell]; u != NO_PROOF; u = run->use[u].next) {
        const struct proof *p = &run->proof[run->use[u].proof];
        for (uint32_t i = p->at; i < p->at + p->n; i++) {
            uint32_t j = run->entry[i].cell;
            if (j == cell || run->proof_of[j] != run->use[u].proof)
                continue;
            if (n == UNHIDE_USERS_MAX)
                return SIZE_MAX;
            users[n++] = j;
        }
    }
    return n;
}

static void try_show(struct run *run, uint32_t cell, uint32_t users[], uint32_t old[]) {
    size_t n = users_of(run, cell, users);
    if (n == SIZE_MAX)
        return;
    struct suppress_verdict was = run->verdict[cell];
    uint32_t was_proof = run->proof_of[cell];
    show(run, cell);
    for (size_t i = 0; i < n; i++) {
        old[i] = run->proof_of[users[i]];
        run->proof_of[users[i]] = NO_PROOF;
    }
    run->proof_of[cell] = NO_PROOF;
    bool ok = run->need[cell] == 0 || free_proof(run, cell); /* coded again: it needs its own */
    for (size_t i = 0; i < n && ok; i++)
        ok = run->proof_of[users[i]] != NO_PROOF || free_proof(run, users[i]);
    if (ok)
        return;
    run->verdict[cell] = was;
    set_cell(run, cell);
    run->complement[cell] = true;
    run->proof_of[cell] = was_proof;
    for (size_t i = 0; i < n; i++)
        run->proof_of[users[i]] = old[i];
}

static void clean_up(struct run *run) {
    uint64_t end = circuit_steps(run->search) + CLEAN_UP_STEPS;
    struct ranked *r = zeroed(run->in->n_cells, sizeof *r);
    uint32_t *users = zeroed(2 * UNHIDE_USERS_MAX, sizeof *users);
    size_t n = 0;
    for (uint32_t i = 0; i < run->in->n_cells; i++)
        if (run->complement[i])
            r[n++] = (struct ranked){-run->in->cells[i].n, i};
    qsort(r, n, sizeof *r, by_n);
    for (size_t i = 0; i < n && circuit_steps(run->search) < end; i++)
        try_show(run, r[i].cell, users, users + UNHIDE_USERS_MAX);
    free(r);
    free(users);
}

/* -- The two phases -- */

static void phase_begin(struct run *run, bool rates) {
    size_t n = run->in->n_cells;
    run->rates = rates;
    run->web.parts = !rates && run->in->with_num ? 2 : 1;
    run->n_proof = run->n_entry = run->n_use = run->n_queue = 0;
    memset(run->proof_of, 0xff, n * sizeof *run->proof_of);
    memset(run->use_of, 0xff, n * sizeof *run->use_of);
    memset(run->complement, 0, n * sizeof *run->complement);
    for (uint32_t i = 0; i < n; i++)
        set_cell(run, i);
}

static size_t unproved_cells(struct run *run, uint32_t out[]) {
    size_t n = 0;
    for (uint32_t i = 0; i < run->in->n_cells; i++)
        if (run->need[i] > 0 &&
            (run->proof_of[i] == NO_PROOF || !proof_holds(run, &run->proof[run->proof_of[i]], i)))
            out[n++] = i;
    return n;
}

/* What the search cannot prove the exact audit may: drops from `cells` those it finds wide enough.
 */
static size_t drop_audited(struct run *run, uint32_t cells[], size_t n) {
    struct suppress_range *range = zeroed(2 * run->in->n_cells, sizeof *range);
    struct suppress_audited done;
    size_t kept = 0;
    err_ignore(suppress_audit_near(run->in, run->verdict, cells, n, range, 2 * run->in->n_cells,
                                   &done, NULL));
    for (size_t i = 0; i < done.written; i++) /* its verdict is in the ranges */
        if (range[i].num == run->rates && range[i].hi - range[i].lo >= range[i].need - 1e-6)
            run->slot[range[i].cell] = 1;
    for (size_t i = 0; i < n; i++)
        if (run->slot[cells[i]] == 0)
            cells[kept++] = cells[i];
    for (size_t i = 0; i < done.written; i++)
        run->slot[range[i].cell] = 0;
    free(range);
    return kept;
}

/* Every cell that shares a relation with this one goes. */
static void hide_around(struct run *run, uint32_t cell) {
    const struct web *w = &run->web;
    for (uint32_t t = w->cell_at[cell]; t < w->cell_at[cell + 1]; t++) {
        uint32_t r = w->cell_tie[t].to;
        for (uint32_t u = w->relation_at[r]; u < w->relation_at[r + 1]; u++)
            if (w->hideable[w->relation_tie[u].to])
                hide(run, w->relation_tie[u].to);
    }
}

static void protect_queue(struct run *run, size_t from) {
    for (size_t i = from; i < run->n_queue; i++)
        if (run->need[run->queue[i]] > 0 && run->proof_of[run->queue[i]] == NO_PROOF)
            protect(run, run->queue[i]);
}

/* Protects every cell that needs it; returns how many are left unproved. */
static size_t phase_run(struct run *run) {
    size_t n = 0;
    struct ranked *r = zeroed(run->in->n_cells, sizeof *r);
    uint32_t *left = zeroed(run->in->n_cells, sizeof *left);
    for (uint32_t i = 0; i < run->in->n_cells; i++)
        if (run->need[i] > 0)
            r[n++] = (struct ranked){run->in->cells[i].n, i};
    qsort(r, n, sizeof *r, by_n);
    for (size_t i = 0; i < n; i++)
        queue_add(run, r[i].cell);
    protect_queue(run, 0);
    run->cleaning = true;
    clean_up(run);
    run->cleaning = false;
    n = unproved_cells(run, left);
    for (unsigned round = 0; n > 0 && (n = drop_audited(run, left, n)) > 0 && round < 6; round++) {
        size_t from = run->n_queue;
        for (size_t i = 0; i < n; i++) {
            hide_around(run, left[i]);
            queue_add(run, left[i]);
        }
        protect_queue(run, from);
        n = unproved_cells(run, left);
    }
    free(r);
    free(left);
    return n;
}

static void run_free(struct run *run) {
    struct web *w = &run->web;
    void *all[] = {w->cell_at,      w->cell_tie,       w->relation_at, w->relation_tie,
                   w->cell_block,   w->relation_block, w->tangled,     w->across,
                   w->slot_at,      w->slot_cell,      run->slot_of,   run->layer_of,
                   w->movable,      w->hideable,       w->now,         w->hidden,
                   w->price,        run->need,         run->proof_of,  run->use_of,
                   run->proof,      run->entry,        run->use,       run->queue,
                   run->complement, run->moved[0],     run->moved[1],  run->slot};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
    circuit_search_free(run->search);
}

static void run_alloc(struct run *run) {
    size_t n = run->in->n_cells;
    struct web *w = &run->web;
    make_web(run);
    run->mirrors = find_tangled(w) && run->in->layered;
    if (run->mirrors)
        make_slots(run);
    w->movable = zeroed(n, sizeof *w->movable);
    w->hideable = zeroed(n, sizeof *w->hideable);
    w->now = zeroed(n, sizeof *w->now);
    w->hidden = zeroed(n, sizeof *w->hidden);
    w->price = zeroed(n, sizeof *w->price);
    run->need = zeroed(n, sizeof *run->need);
    run->proof_of = zeroed(n, sizeof *run->proof_of);
    run->use_of = zeroed(n, sizeof *run->use_of);
    run->complement = zeroed(n, sizeof *run->complement);
    run->moved[0] = zeroed(n, sizeof *run->moved[0]);
    run->moved[1] = zeroed(n, sizeof *run->moved[1]);
    run->slot = zeroed(n, sizeof *run->slot);
    run->search = circuit_search_new(w);
}

static double share_in_numerator(const struct suppress_input *in) {
    double n = 0, num = 0;
    for (size_t i = 0; i < in->n_cells; i++) {
        n += (double)in->cells[i].n;
        num += (double)in->cells[i].num;
    }
    return n > 0 ? num / n : 0;
}

static void fill_report(const struct run *run, size_t unproved, struct suppress_report *out) {
    *out = (struct suppress_report){.unproved = unproved};
    for (size_t i = 0; i < run->in->n_cells; i++) {
        const struct suppress_verdict *v = &run->verdict[i];
        if ((run->in->cells[i].flags & SUPPRESS_UNPUBLISHED) != 0)
            continue;
        out->small += v->n == SUPPRESS_N_SMALL;
        out->complement += v->n == SUPPRESS_N_COMPLEMENT;
        out->people_hidden += v->n == SUPPRESS_N_COMPLEMENT ? run->in->cells[i].n : 0;
        out->coded += v->num == SUPPRESS_NUM_LOW || v->num == SUPPRESS_NUM_HIGH;
        out->rate_hidden += v->n == SUPPRESS_N_SHOWN && v->num == SUPPRESS_NUM_HIDDEN;
    }
}

enum err suppress_run(const struct suppress_input *in, struct suppress_verdict verdicts[],
                      struct suppress_report *report, struct errmsg *e) {
    TRY(check_input(in, e));
    struct run run = {.in = in, .verdict = verdicts, .min_n = min_n_of(in)};
    run.width = suppress_width(in);
    run.num_width = suppress_num_width(in);
    run.share = in->with_num ? share_in_numerator(in) : 0;
    run_alloc(&run);
    suppress_primary(in, verdicts);
    phase_begin(&run, false);
    size_t unproved = phase_run(&run);
    if (in->with_num) {
        phase_begin(&run, true);
        unproved += phase_run(&run);
    }
    fill_report(&run, unproved, report);
    run_free(&run);
    if (unproved > 0)
        return err_set(
            e, ERR_CONFLICT,
            "%zu hidden numbers could still be worked out from what was published before; "
            "nothing new is published.",
            unproved);
    return ERR_OK;
}

/* -- Survey groups -- */

void suppress_merge_small(const int64_t n[], size_t k, int64_t min, uint32_t group_of[]) {
    int64_t *sum = zeroed(k, sizeof *sum);
    for (size_t i = 0; i < k; i++) {
        sum[i] = n[i];
        group_of[i] = (uint32_t)i;
    }
    for (;;) {
        size_t small = SIZE_MAX, next = SIZE_MAX;
        for (size_t i = 0; i < k; i++) {
            if (group_of[i] != i || sum[i] == 0)
                continue;
            if (small == SIZE_MAX || sum[i] < sum[small])
                next = small, small = i;
            else if (next == SIZE_MAX || sum[i] < sum[next])
                next = i;
        }
        if (small == SIZE_MAX || next == SIZE_MAX || sum[small] >= min)
            break;
        size_t keep = small < next ? small : next, gone = small < next ? next : small;
        sum[keep] += sum[gone];
        for (size_t i = 0; i < k; i++)
            if (group_of[i] == gone)
                group_of[i] = (uint32_t)keep;
    }
    free(sum);
}
