#include "events/usage.h"

#include "base/task.h"
#include "events/columns.h"

#include <string.h>

enum { PIECE_BYTES = 4 << 20, USAGE_ARENA = 256 << 20 };

static const char unknown_who[] = "Nobody in the roster has this number, sourced id, user name or "
                                  "e-mail. Import the roster first, or correct it.";
static const char doubtful_who[] =
    "More than one in the roster goes by this name. Use the student number or sourced id.";
static const char wrong_product[] = "A product needs a name of 1 to 500 bytes.";

/* A piece of one text, read by one thread. */
struct piece {
    struct str rows;
    size_t text;
    uint64_t line_before; /* lines of the file above it */
    struct columns columns;
    int64_t *entity_id, *product_id; /* by code */
};

struct reading {
    const struct usage_ask *ask;
    struct columns_shape shape;
    struct piece *piece;
    size_t pieces;
};

static void read_piece(void *ctx, unsigned worker, size_t number) {
    (void)worker;
    struct reading *r = ctx;
    columns_read(r->piece[number].rows, &r->shape, &r->piece[number].columns);
}

static struct columns_shape shape_of(const struct usage_layout *l) {
    struct columns_shape s = {.delimiter = l->delimiter, .width = l->width};
    CHECK(l->width <= COLUMNS_MAX && l->day >= 0 && l->product >= 0);
    s.type[l->day] = COLUMN_DAY;
    s.type[l->product] = COLUMN_KEY;
    if (l->who >= 0)
        s.type[l->who] = COLUMN_KEY;
    if (l->a >= 0)
        s.type[l->a] = COLUMN_HUNDREDTHS;
    if (l->b >= 0)
        s.type[l->b] = COLUMN_HUNDREDTHS;
    return s;
}

/* Large texts are cut, so that the threads share them; many files of one district each stay whole,
 * because then each is a stretch of the segment by itself. */
static size_t pieces_of(const struct usage_ask *ask, size_t text) {
    bool whole = ask->layout.who < 0 && ask->texts >= 4 * (size_t)ask->threads;
    return whole ? 1 : ask->text[text].rows.n / PIECE_BYTES + 1;
}

static void cut_texts(struct reading *r, struct arena *a) {
    size_t most = 0;
    for (size_t i = 0; i < r->ask->texts; i++)
        most += pieces_of(r->ask, i);
    r->piece = ARENA_ARRAY(a, struct piece, most);
    for (size_t i = 0; i < r->ask->texts; i++) {
        size_t n = pieces_of(r->ask, i);
        struct str *part = ARENA_ARRAY(a, struct str, n);
        n = columns_split(r->ask->text[i].rows, n, part);
        for (size_t k = 0; k < n; k++)
            r->piece[r->pieces++] = (struct piece){.rows = part[k], .text = i};
    }
}

static void report(const struct reading *r, const struct piece *p, uint64_t line, size_t column,
                   struct str value, const char *what) {
    if (r->ask->fault == NULL)
        return;
    const struct usage_fault f = {p->text, p->line_before + line, (int)column, value, what};
    r->ask->fault(r->ask->arg, &f);
}

static void mark_used(uint8_t *used, const uint32_t *code, size_t rows) {
    for (size_t i = 0; i < rows; i++)
        used[code[i]] = 1;
}

/* Refuses rows that cannot be true, by taking their day away. */
static void check_rows(const struct reading *r, struct piece *p, struct usage_result *result) {
    const struct usage_layout *l = &r->ask->layout;
    const int32_t most = r->ask->a_most > 0 ? r->ask->a_most : INT32_MAX;
    int32_t *day = p->columns.column[l->day].number;
    const int32_t *a = l->a < 0 ? NULL : p->columns.column[l->a].number;
    const int32_t *b = l->b < 0 ? NULL : p->columns.column[l->b].number;
    size_t told = 0;
    for (size_t i = 0; i < p->columns.rows; i++) {
        int32_t va = a == NULL ? FACTS_NULL : a[i], vb = b == NULL ? FACTS_NULL : b[i];
        const char *what = NULL;
        int column = l->day;
        if (day[i] > r->ask->last_day) {
            what = "This day is in the future.";
        } else if (va == FACTS_NULL && vb == FACTS_NULL) {
            what = "Neither measure is given; the row says nothing.";
        } else if ((va < 0 && va != FACTS_NULL) || (vb < 0 && vb != FACTS_NULL)) {
            what = "A number below 0 cannot be. Check it in the program it came from.";
            column = va < 0 && va != FACTS_NULL ? l->a : l->b;
        } else if (va > most) {
            what = "This is more than a day has. Are these seconds?";
            column = l->a;
        }
        if (what == NULL)
            continue;
        result->refused++;
        if (told++ < COLUMNS_FAULTS_MAX)
            report(r, p, columns_line(&p->columns, i), (size_t)column, (struct str){"", 0}, what);
        day[i] = DATE_NONE;
    }
}

/* Rows whose text stands for nobody: each is reported. */
static void refuse_rows(const struct reading *r, const struct piece *p, int column,
                        const int64_t *id, struct usage_result *result) {
    const struct column *c = &p->columns.column[column];
    size_t told = 0;
    for (size_t i = 0; i < p->columns.rows; i++) {
        uint32_t code = c->code[i];
        if (id[code] > 0 || p->columns.column[r->ask->layout.day].number[i] == DATE_NONE)
            continue;
        p->columns.column[r->ask->layout.day].number[i] = DATE_NONE; /* told once */
        result->refused++;
        if (told++ < COLUMNS_FAULTS_MAX)
            report(r, p, columns_line(&p->columns, i), (size_t)column, c->key[code],
                   column == r->ask->layout.product ? wrong_product
                   : id[code] < 0                   ? doubtful_who
                                                    : unknown_who);
    }
}

static void find_people(const struct reading *r, struct piece *p, struct arena *a,
                        struct usage_result *result) {
    const int who = r->ask->layout.who;
    if (who < 0) {
        p->entity_id = ARENA_NEW(a, int64_t);
        *p->entity_id = r->ask->text[p->text].entity;
        return;
    }
    const struct column *c = &p->columns.column[who];
    bool bad = false;
    uint8_t *used = ARENA_ARRAY(a, uint8_t, c->keys + 1);
    p->entity_id = ARENA_ARRAY(a, int64_t, c->keys + 1);
    mark_used(used, c->code, p->columns.rows);
    for (size_t k = 0; k < c->keys; k++)
        if (used[k]) {
            p->entity_id[k] = r->ask->find(r->ask->arg, c->key[k]);
            bad = bad || p->entity_id[k] <= 0;
        }
    if (bad)
        refuse_rows(r, p, who, p->entity_id, result);
}

/* ---- products: the same few names in every piece ---- */

/* Open addressing; at most half full. */
struct known {
    struct str name; /* .p NULL: empty */
    int64_t id;
};
struct book {
    struct known *known;
    size_t mask, n;
};

static struct known *book_find(const struct book *b, struct str name) {
    size_t at = str_hash(name) & b->mask;
    while (b->known[at].name.p != NULL && !str_eq(b->known[at].name, name))
        at = (at + 1) & b->mask;
    return &b->known[at];
}

static void book_grow(struct book *b, struct arena *a) {
    struct book more = {NULL, 2 * b->mask + 1, b->n};
    more.known = ARENA_ARRAY(a, struct known, more.mask + 1);
    for (size_t i = 0; b->known != NULL && i <= b->mask; i++)
        if (b->known[i].name.p != NULL)
            *book_find(&more, b->known[i].name) = b->known[i];
    *b = more;
}

static enum err product_id(struct db *db, const struct usage_ask *ask, struct str name,
                           struct usage_result *result, int64_t *id, struct errmsg *e) {
    bool is_new = false;
    struct errmsg why = {{0}};
    enum err x = facts_product_find(db, name, id, &is_new, &why);
    if (x == ERR_OK && is_new) {
        /* In a preview a new product gets an id that no product has. */
        *id = INT64_MAX - (int64_t)result->new_products++;
        x = ask->dry ? ERR_OK : facts_product(db, name, id, &why);
    }
    if (x == ERR_INVALID) { /* refuses the row, not the file */
        *id = 0;
        return ERR_OK;
    }
    return x == ERR_OK ? ERR_OK : err_set(e, x, "%s", why.text);
}

static enum err find_products(struct reading *r, struct db *db, struct arena *a,
                              struct usage_result *result, struct errmsg *e) {
    const int product = r->ask->layout.product;
    struct book book = {.mask = 511};
    book_grow(&book, a);
    for (size_t i = 0; i < r->pieces; i++) {
        struct piece *p = &r->piece[i];
        const struct column *c = &p->columns.column[product];
        bool bad = false;
        uint8_t *used = ARENA_ARRAY(a, uint8_t, c->keys + 1);
        p->product_id = ARENA_ARRAY(a, int64_t, c->keys + 1);
        mark_used(used, c->code, p->columns.rows);
        for (size_t k = 0; k < c->keys; k++) {
            if (!used[k])
                continue;
            struct known *known = book_find(&book, c->key[k]);
            if (known->name.p == NULL) {
                known->name = c->key[k];
                TRY(product_id(db, r->ask, c->key[k], result, &known->id, e));
                p->product_id[k] = known->id;
                if (2 * ++book.n > book.mask)
                    book_grow(&book, a);
            } else {
                p->product_id[k] = known->id;
            }
            bad = bad || p->product_id[k] <= 0;
        }
        if (bad)
            refuse_rows(r, p, product, p->product_id, result);
    }
    result->products = book.n;
    return ERR_OK;
}

/* ---- all of it ---- */

static void report_broken(struct reading *r, struct usage_result *result) {
    uint64_t lines = 0;
    for (size_t i = 0; i < r->pieces; i++) {
        struct piece *p = &r->piece[i];
        if (i == 0 || p->text != r->piece[i - 1].text)
            lines = r->ask->text[p->text].first_line - 1;
        p->line_before = lines;
        lines += p->columns.lines;
        result->rows += p->columns.rows + p->columns.refused;
        result->refused += p->columns.refused;
        result->us_dates += p->columns.us_dates;
        for (size_t k = 0; k < p->columns.faults; k++) {
            const struct columns_fault *f = &p->columns.fault[k];
            report(r, p, f->line, f->column, f->value, f->what);
        }
    }
}

/* A column of blanks for a measure the file has not. */
static const int32_t *measure(const struct piece *p, int column, int32_t *blanks) {
    return column < 0 ? blanks : p->columns.column[column].number;
}

static enum err build(const struct reading *r, struct arena *a, struct segment *out,
                      struct usage_result *result, struct errmsg *e) {
    const struct usage_layout *l = &r->ask->layout;
    struct facts_rows *rows = ARENA_ARRAY(a, struct facts_rows, r->pieces);
    size_t most = 0;
    for (size_t i = 0; i < r->pieces; i++)
        most = r->piece[i].columns.rows > most ? r->piece[i].columns.rows : most;
    int32_t *blanks = l->a < 0 || l->b < 0 ? ARENA_ARRAY(a, int32_t, most) : NULL;
    for (size_t i = 0; blanks != NULL && i < most; i++)
        blanks[i] = FACTS_NULL;
    for (size_t i = 0; i < r->pieces; i++) {
        const struct piece *p = &r->piece[i];
        const struct columns *c = &p->columns;
        rows[i] = (struct facts_rows){
            .n = c->rows,
            .entities = l->who < 0 ? 1 : c->column[l->who].keys,
            .products = c->column[l->product].keys,
            .entity = l->who < 0 ? NULL : c->column[l->who].code,
            .product = c->column[l->product].code,
            .entity_id = p->entity_id,
            .product_id = p->product_id,
            .day = c->column[l->day].number,
            .a = measure(p, l->a, blanks),
            .b = measure(p, l->b, blanks),
        };
    }
    return segment_build(r->ask->kind, rows, r->pieces, r->ask->threads, out, &result->repeats, e);
}

enum err usage_read(struct db *db, const struct usage_ask *ask, struct segment *out,
                    struct usage_result *result, struct errmsg *e) {
    struct arena *a = arena_new(USAGE_ARENA);
    struct reading r = {.ask = ask, .shape = shape_of(&ask->layout)};
    *result = (struct usage_result){0};
    *out = (struct segment){0};
    cut_texts(&r, a);
    task_run(ask->threads, r.pieces, read_piece, &r);
    report_broken(&r, result);
    for (size_t i = 0; i < r.pieces; i++) {
        if (ask->strict)
            check_rows(&r, &r.piece[i], result);
        find_people(&r, &r.piece[i], a, result);
    }
    enum err x = find_products(&r, db, a, result, e);
    if (x == ERR_OK)
        x = build(&r, a, out, result, e);
    for (size_t i = 0; i < r.pieces; i++)
        columns_free(&r.piece[i].columns);
    arena_free(a);
    return x;
}
