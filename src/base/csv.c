#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * A window of bytes slides over the input; a text in memory is one window. A row is tokenised from
 * its first byte; when the window ends inside it and more can be read, the row moves to the front
 * and is tokenised again. 64 bytes at a time become bit masks (row and cell ends, quotes), which
 * are kept for the block last looked at.
 *
 * A stray quote in a cell of one line is a letter for certain. In a cell of several lines it is
 * more likely that an earlier quote was never closed and rows are being swallowed, so such a row is
 * cut at its first line and told as unclosed.
 * Cost with hostile input: a search for a closing quote that fails is remembered (unclosed_until),
 * so it is paid once per field_bytes_max.
 */
enum { WINDOW = 1 << 20, BLOCK = 64, GUESS_ROWS = 20 };

struct csv {
    const char *p; /* the window; = buf, or the text */
    size_t n, at;  /* its bytes; the next row */
    char *buf;     /* owned; NULL for a text */
    size_t cap;
    csv_fill fill;
    void *arg;
    int fd;
    bool eof;

    struct csv_options opt;
    char delimiter;
    bool cr_ends; /* a lone CR ends a row */

    size_t block; /* offset in the window of the block in the masks, SIZE_MAX for none */
    uint64_t ends, quotes, high;
    bool saw_high;
    size_t unclosed_until; /* no closing quote before here (window offset) */

    struct str *fields;
    size_t field_cap, field_n;
    struct buf scratch; /* unescaped cells of this row */
    bool *in_scratch;   /* fields[i].p is then an offset into it */
    bool any_scratch;

    struct str *header, *names; /* owned texts */
    size_t columns;
    uint64_t line, rows, bytes_before; /* line of `at`; bytes that left the window */
    uint64_t inner_lines;              /* line ends inside the quoted cells of this row */
    enum err failed;
    struct errmsg why;
};

/* ---- the window ---- */

/* Moves what is from `at` on to the front and reads more. False when nothing came. */
static bool refill(struct csv *c) {
    if (c->eof)
        return false;
    size_t keep = c->n - c->at;
    if (c->at > 0) {
        memmove(c->buf, c->buf + c->at, keep);
        c->bytes_before += c->at;
        c->unclosed_until = c->unclosed_until > c->at ? c->unclosed_until - c->at : 0;
        c->at = 0;
    }
    c->n = keep;
    c->block = SIZE_MAX;
    if (c->n == c->cap) {
        char *bigger = realloc(c->buf, c->cap * 2);
        CHECK(bigger != NULL);
        c->buf = bigger;
        c->cap *= 2;
    }
    c->p = c->buf;
    long got = c->fill(c->arg, c->buf + c->n, c->cap - c->n, &c->why);
    if (got < 0)
        c->failed = ERR_IO;
    if (got <= 0) {
        c->eof = true;
        return false;
    }
    CHECK((size_t)got <= c->cap - c->n);
    c->n += (size_t)got;
    return true;
}

/* ---- masks ---- */

#ifdef __SSE2__
static uint64_t mask16(__m128i v, __m128i what) {
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, what));
}

static void masks_of(struct csv *c, const char *p) {
    const __m128i delimiter = _mm_set1_epi8(c->delimiter), lf = _mm_set1_epi8('\n'),
                  quote = _mm_set1_epi8('"'), cr = _mm_set1_epi8(c->cr_ends ? '\r' : '\n');
    c->ends = c->quotes = c->high = 0;
    for (unsigned k = 0; k < 4; k++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * k));
        c->ends |= (mask16(v, delimiter) | mask16(v, lf) | mask16(v, cr)) << (16 * k);
        c->quotes |= mask16(v, quote) << (16 * k);
        c->high |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << (16 * k);
    }
}
#else
static void masks_of(struct csv *c, const char *p) {
    c->ends = c->quotes = c->high = 0;
    for (unsigned k = 0; k < BLOCK; k++) {
        bool end = p[k] == c->delimiter || p[k] == '\n' || (c->cr_ends && p[k] == '\r');
        c->ends |= (uint64_t)end << k;
        c->quotes |= (uint64_t)(p[k] == '"') << k;
        c->high |= (uint64_t)((unsigned char)p[k] >> 7) << k;
    }
}
#endif

static void load_block(struct csv *c, size_t block) {
    if (c->n - block >= BLOCK) {
        masks_of(c, c->p + block);
    } else {
        char padded[BLOCK] = {0};
        memcpy(padded, c->p + block, c->n - block);
        masks_of(c, padded);
        uint64_t inside = ((uint64_t)1 << (c->n - block)) - 1; /* a NUL may be the delimiter */
        c->ends &= inside;
    }
    c->block = block;
    c->saw_high = c->saw_high || c->high != 0;
}

/* The first delimiter, line end or (with `quotes`) quote at or after i, or n. */
static inline size_t find_end(struct csv *c, size_t i, bool quotes) {
    while (i < c->n) {
        size_t block = i & ~(size_t)(BLOCK - 1);
        if (block != c->block)
            load_block(c, block);
        uint64_t m = (c->ends | (quotes ? c->quotes : 0)) >> (i - block);
        if (m != 0)
            return i + (size_t)__builtin_ctzll(m);
        i = block + BLOCK;
    }
    return c->n;
}

static inline size_t find_quote(struct csv *c, size_t i) {
    while (i < c->n) {
        size_t block = i & ~(size_t)(BLOCK - 1);
        if (block != c->block)
            load_block(c, block);
        uint64_t m = c->quotes >> (i - block);
        if (m != 0)
            return i + (size_t)__builtin_ctzll(m);
        i = block + BLOCK;
    }
    return c->n;
}

/* ---- a row ---- */

enum outcome { ROW_OK, ROW_MORE, ROW_UNCLOSED, ROW_LIMIT };

static void add_field(struct csv *c, struct str s, bool in_scratch) {
    if (c->field_n == c->field_cap) {
        c->field_cap *= 2;
        struct str *f = realloc(c->fields, c->field_cap * sizeof *f);
        bool *b = realloc(c->in_scratch, c->field_cap * sizeof *b);
        CHECK(f != NULL && b != NULL);
        c->fields = f;
        c->in_scratch = b;
    }
    c->fields[c->field_n] = s;
    c->in_scratch[c->field_n++] = in_scratch;
    c->any_scratch = c->any_scratch || in_scratch;
}

static bool is_line_end(const struct csv *c, size_t i) {
    return c->p[i] == '\n' ||
           (c->p[i] == '\r' && (c->cr_ends || i + 1 == c->n || c->p[i + 1] == '\n'));
}

/* Is the quote at i a closing one: blanks, then a delimiter, a line end or the end of input? */
static bool closes(const struct csv *c, size_t i, size_t *next) {
    size_t k = i + 1;
    while (k < c->n && c->p[k] == ' ' && c->delimiter != ' ')
        k++;
    *next = k;
    return k == c->n || c->p[k] == c->delimiter || is_line_end(c, k);
}

/* Line ends in a quoted cell. */
static uint64_t count_lines(const struct csv *c, size_t from, size_t to) {
    uint64_t lines = 0;
    for (const char *q = c->p + from, *end = c->p + to;
         (q = memchr(q, '\n', (size_t)(end - q))) != NULL; q++)
        lines++;
    for (size_t i = from; c->cr_ends && i < to; i++)
        lines += c->p[i] == '\r' && (i + 1 == to || c->p[i + 1] != '\n');
    return lines;
}

/* The cell whose opening quote is at `open`. *next is the delimiter or line end behind it. */
static enum outcome quoted(struct csv *c, size_t open, size_t *next, unsigned *flags) {
    size_t from = open + 1, run = from, counted = from, mark = c->scratch.n;
    uint64_t lines = 0;
    bool escaped = false, stray = false;
    if (open < c->unclosed_until)
        return ROW_UNCLOSED;
    for (size_t i = from;; i++) {
        i = find_quote(c, i);
        if (i - from > c->opt.field_bytes_max || (i == c->n && c->eof)) {
            c->unclosed_until = stray ? c->unclosed_until : i;
            return ROW_UNCLOSED;
        }
        if (i + 1 >= c->n && !c->eof)
            return ROW_MORE;
        if (i + 1 < c->n && c->p[i + 1] == '"') { /* "" is one quote */
            buf_add(&c->scratch, (struct str){c->p + run, i + 1 - run});
            escaped = true;
            run = ++i + 1;
            continue;
        }
        bool closing = closes(c, i, next);
        if (closing && *next == c->n && !c->eof)
            return ROW_MORE;
        lines += count_lines(c, counted, i);
        counted = i;
        stray = stray || !closing;
        if (stray && lines > 0)
            return ROW_UNCLOSED;
        if (closing)
            break;
        *flags |= CSV_RECOVERED;
    }
    c->inner_lines += lines;
    if (!escaped) {
        add_field(c, (struct str){c->p + from, counted - from}, false);
    } else {
        buf_add(&c->scratch, (struct str){c->p + run, counted - run});
        add_field(c, (struct str){(const char *)(uintptr_t)mark, c->scratch.n - mark}, true);
    }
    return ROW_OK;
}

static bool only_blanks(const struct csv *c, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (c->p[i] != ' ')
            return false;
    return true;
}

/*
 * Tokenises from `at`; *next is the first byte of the row after it. With `plain` a quote is a
 * letter and the row ends at the first line end: the way out after ROW_UNCLOSED.
 */
static enum outcome tokenise(struct csv *c, bool plain, size_t *next, unsigned *flags) {
    size_t i = c->at, start = i;
    c->field_n = 0;
    c->any_scratch = false;
    c->inner_lines = 0;
    buf_clear(&c->scratch);
    for (;;) {
        i = find_end(c, i, !plain);
        if (i == c->n && !c->eof)
            return i - c->at > c->opt.field_bytes_max * 8 ? ROW_LIMIT : ROW_MORE;
        if (i < c->n && c->p[i] == '"' && c->delimiter != '"') {
            if (!only_blanks(c, start, i)) { /* inside an unquoted cell: a letter */
                i++;
                continue;
            }
            enum outcome o = quoted(c, i, &i, flags);
            if (o != ROW_OK)
                return o;
            start = SIZE_MAX; /* the cell stands already */
            if (i < c->n && c->p[i] == '\r' && !c->cr_ends)
                i = find_end(c, i, false); /* the LF */
            if (i == c->n && !c->eof)
                return ROW_MORE;
        }
        size_t end = i;
        bool row_ends = i == c->n || c->p[i] != c->delimiter;
        if (row_ends && !c->cr_ends)
            while (start != SIZE_MAX && end > start && c->p[end - 1] == '\r')
                end--;
        if (start != SIZE_MAX) {
            if (end - start > c->opt.field_bytes_max)
                return ROW_LIMIT;
            add_field(c, (struct str){c->p + start, end - start}, false);
        }
        if (row_ends) {
            if (i + 1 == c->n && c->p[i] == '\r' && !c->eof)
                return ROW_MORE; /* the LF of a CRLF may come */
            *next =
                i == c->n ? i : i + 1 + (c->p[i] == '\r' && i + 1 < c->n && c->p[i + 1] == '\n');
            return ROW_OK;
        }
        if (c->field_n > c->opt.columns_max * 2)
            return ROW_LIMIT;
        start = ++i;
    }
}

/* Drops bytes up to the next line end, however far: the way out after ROW_LIMIT. */
static void skip_line(struct csv *c) {
    for (;;) {
        for (size_t i = c->at; i < c->n; i++)
            if (c->p[i] == '\n' || (c->p[i] == '\r' && c->cr_ends)) {
                c->at = i + 1;
                if (c->p[i] == '\r' && i + 1 < c->n && c->p[i + 1] == '\n')
                    c->at++;
                c->line++;
                return;
            }
        c->at = c->n;
        if (!refill(c))
            return;
    }
}

/* Cells in all, those past the header only when something is in them. */
static unsigned raggedness(const struct csv *c) {
    if (c->columns == 0)
        return 0;
    if (c->field_n < c->columns)
        return CSV_SHORT;
    for (size_t i = c->columns; i < c->field_n; i++)
        if (c->fields[i].n > 0)
            return CSV_LONG;
    return 0;
}

/* The next row, blank or not. */
static bool read_row(struct csv *c, struct csv_row *row) {
    bool plain = false;
    for (;;) {
        if (c->at == c->n && !refill(c))
            return false;
        size_t next = c->at;
        unsigned flags = plain ? CSV_UNCLOSED : 0;
        c->saw_high = c->block != SIZE_MAX && c->high != 0;
        enum outcome o = tokenise(c, plain, &next, &flags);
        if (o == ROW_MORE) {
            (void)refill(c); /* at the end of input the next round sees eof */
            if (c->failed != ERR_OK)
                return false;
            continue;
        }
        if (o == ROW_LIMIT) {
            *row = (struct csv_row){c->fields, 0, c->line, CSV_TOO_LONG};
            c->field_n = 0;
            skip_line(c);
            return true;
        }
        if (o == ROW_UNCLOSED) {
            plain = true;
            continue;
        }
        flags |= raggedness(c);
        for (size_t i = 0; c->any_scratch && i < c->field_n; i++)
            if (c->in_scratch[i])
                c->fields[i].p = c->scratch.n == 0 ? "" : c->scratch.p + (uintptr_t)c->fields[i].p;
        flags |= c->saw_high ? CSV_HIGH : 0;
        *row = (struct csv_row){c->fields, c->field_n, c->line, flags};
        c->line += c->inner_lines + 1;
        c->at = next;
        return true;
    }
}

static bool is_blank(const struct csv *c) {
    for (size_t i = 0; i < c->field_n; i++)
        if (c->fields[i].n > 0)
            return false;
    return true;
}

bool csv_next(struct csv *c, struct csv_row *row) {
    if (c->failed != ERR_OK)
        return false;
    do {
        if (!read_row(c, row))
            return false;
    } while ((row->flags & CSV_TOO_LONG) == 0 && is_blank(c));
    if (c->opt.rows_max > 0 && c->rows >= c->opt.rows_max) {
        c->failed = err_set(&c->why, ERR_LIMIT,
                            "The file has more than %" PRIu64
                            " rows, the most this import takes. Split it, or raise the limit.",
                            c->opt.rows_max);
        return false;
    }
    c->rows++;
    while (c->field_n < c->columns)
        add_field(c, STR(""), false);
    row->f = c->fields; /* add_field may have moved them */
    return true;
}

/* ---- opening ---- */

/* A lone CR ends rows where the first line ends in one. */
static bool first_end_is_cr(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n')
            return false;
        if (s.p[i] == '\r') {
            while (i < s.n && s.p[i] == '\r')
                i++;
            return i < s.n && s.p[i] != '\n';
        }
    }
    return false;
}

/* How well a delimiter fits the first rows: rows as wide as the first, times its width. */
static size_t fitness(struct str s, char delimiter, bool cr_ends) {
    size_t width = 0, count = 1, rows = 0, same = 0;
    bool in_quotes = false;
    for (size_t i = 0; i < s.n && rows < GUESS_ROWS; i++) {
        char b = s.p[i];
        if (b == '"')
            in_quotes = !in_quotes;
        else if (!in_quotes && b == delimiter)
            count++;
        else if (!in_quotes && (b == '\n' || (b == '\r' && cr_ends))) {
            width = rows == 0 ? count : width;
            same += count == width;
            rows++;
            count = 1;
        }
    }
    width = rows == 0 ? count : width;
    return width < 2 ? 0 : (same + 1) * 1000 / (rows + 1) * 100 + width;
}

static char guess(struct str s, bool cr_ends) {
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t best = 0;
    char found = ',';
    for (size_t k = 0; k < sizeof candidates; k++) {
        size_t f = fitness(s, candidates[k], cr_ends);
        if (f > best) {
            best = f;
            found = candidates[k];
        }
    }
    return found;
}

static struct str copy_text(struct str s) {
    char *p = malloc(s.n + 1);
    CHECK(p != NULL);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (struct str){p, s.n};
}

static struct str unique_name(const struct csv *c, size_t column) {
    struct buf b = buf_new(1 << 20);
    size_t seen = 1;
    for (size_t i = 0; i < column; i++)
        seen += c->header[column].n > 0 && c->columns <= 512 &&
                str_eq_nocase(c->header[i], c->header[column]);
    if (c->header[column].n == 0)
        buf_fmt(&b, "column %zu", column + 1);
    else if (seen > 1)
        buf_fmt(&b, "%.*s (%zu)", STR_ARG(c->header[column]), seen);
    else
        buf_add(&b, c->header[column]);
    struct str s = copy_text(buf_str(&b));
    buf_free(&b);
    return s;
}

static enum err read_header(struct csv *c, struct errmsg *e) {
    struct csv_row row;
    bool any;
    do {
        any = read_row(c, &row);
    } while (any && (row.flags & CSV_TOO_LONG) == 0 && is_blank(c));
    if (c->failed != ERR_OK) {
        *e = c->why;
        return c->failed;
    }
    if (!any)
        return err_set(e, ERR_INVALID,
                       "The file is empty: it needs a first row with the names of its columns.");
    while (row.n > 1 && row.f[row.n - 1].n == 0)
        row.n--; /* a delimiter at the end of each line */
    if (row.n == 0 || row.n > c->opt.columns_max)
        return err_set(e, ERR_LIMIT,
                       "The first row has %s; at most %zu columns are read. Check that the first "
                       "row holds the names of the columns.",
                       row.n == 0 ? "a cell or row that is too long" : "too many columns",
                       c->opt.columns_max);
    c->header = calloc(row.n, sizeof *c->header);
    c->names = calloc(row.n, sizeof *c->names);
    CHECK(c->header != NULL && c->names != NULL);
    for (c->columns = 0; c->columns < row.n; c->columns++)
        c->header[c->columns] = copy_text(str_trim(row.f[c->columns]));
    for (size_t i = 0; i < c->columns; i++)
        c->names[i] = unique_name(c, i);
    return ERR_OK;
}

/* Byte order mark, line ends, delimiter, lines to skip. */
static void look_at_beginning(struct csv *c) {
    if (c->n - c->at >= 3 && memcmp(c->p + c->at, "\xEF\xBB\xBF", 3) == 0)
        c->at += 3;
    struct str s = str_sub((struct str){c->p, c->n}, c->at, c->at + 65536);
    c->cr_ends = first_end_is_cr(s);
    for (uint64_t i = 0; i < c->opt.skip_lines; i++)
        skip_line(c);
    s = str_sub((struct str){c->p, c->n}, c->at, c->at + 65536);
    c->delimiter = c->opt.delimiter;
    if (s.n >= 6 && memcmp(s.p, "sep=", 4) == 0 && (s.p[5] == '\r' || s.p[5] == '\n')) {
        c->delimiter = c->delimiter == '\0' ? s.p[4] : c->delimiter;
        skip_line(c);
    }
    if (c->delimiter == '\0' || c->delimiter == '\r' || c->delimiter == '\n' || c->delimiter == '"')
        c->delimiter = guess(s, c->cr_ends);
    c->block = SIZE_MAX;
}

static struct csv *make(const struct csv_options *opt) {
    struct csv *c = calloc(1, sizeof *c);
    CHECK(c != NULL);
    c->opt = opt == NULL ? (struct csv_options){0} : *opt;
    if (c->opt.field_bytes_max == 0)
        c->opt.field_bytes_max = (size_t)1 << 20;
    if (c->opt.columns_max == 0)
        c->opt.columns_max = 4096;
    c->block = SIZE_MAX;
    c->line = 1;
    c->fd = -1;
    c->field_cap = 64;
    c->fields = calloc(c->field_cap, sizeof *c->fields);
    c->in_scratch = calloc(c->field_cap, sizeof *c->in_scratch);
    CHECK(c->fields != NULL && c->in_scratch != NULL);
    c->scratch = buf_new(SIZE_MAX / 4);
    return c;
}

static enum err begin(struct csv *c, struct csv **out, struct errmsg *e) {
    struct errmsg local = {{0}};
    e = e == NULL ? &local : e;
    look_at_beginning(c);
    enum err r = c->failed;
    if (r != ERR_OK)
        *e = c->why;
    else if (!c->opt.no_header)
        r = read_header(c, e);
    if (r != ERR_OK) {
        err_ignore(csv_close(c, NULL)); /* the first sentence is the one that matters */
        c = NULL;
    }
    *out = c;
    return r;
}

enum err csv_open_text(struct str text, const struct csv_options *opt, struct csv **out,
                       struct errmsg *e) {
    struct csv *c = make(opt);
    c->p = text.n == 0 ? "" : text.p;
    c->n = text.n;
    c->eof = true;
    return begin(c, out, e);
}

enum err csv_open_fill(csv_fill fill, void *arg, const struct csv_options *opt, struct csv **out,
                       struct errmsg *e) {
    struct csv *c = make(opt);
    c->buf = malloc(WINDOW);
    CHECK(c->buf != NULL);
    c->p = c->buf;
    c->cap = WINDOW;
    c->fill = fill;
    c->arg = arg;
    while (c->n < 65536 && refill(c)) { /* enough to guess from */
    }
    return begin(c, out, e);
}

static long fill_from_file(void *arg, char *into, size_t cap, struct errmsg *e) {
    const struct csv *c = arg;
    for (;;) {
        ssize_t got = read(c->fd, into, cap);
        if (got >= 0)
            return (long)got;
        if (errno != EINTR) {
            (void)err_set(e, ERR_IO, "The file could not be read to its end: %s.", strerror(errno));
            return -1;
        }
    }
}

enum err csv_open_file(const char *path, const struct csv_options *opt, struct csv **out,
                       struct errmsg *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *out = NULL;
    if (fd < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s cannot be opened: %s.",
                       path, strerror(errno));
    struct csv *c = make(opt);
    c->buf = malloc(WINDOW);
    CHECK(c->buf != NULL);
    c->p = c->buf;
    c->cap = WINDOW;
    c->fill = fill_from_file;
    c->arg = c;
    c->fd = fd;
    while (c->n < 65536 && refill(c)) {
    }
    return begin(c, out, e);
}

enum err csv_close(struct csv *c, struct errmsg *e) {
    if (c == NULL)
        return ERR_OK;
    enum err r = c->failed;
    if (r != ERR_OK && e != NULL)
        *e = c->why;
    union {
        const char *from;
        char *to;
    } own; /* the header's texts are ours to free */
    for (size_t i = 0; i < c->columns; i++) {
        own.from = c->header[i].p;
        free(own.to);
        own.from = c->names[i].p;
        free(own.to);
    }
    if (c->fd >= 0)
        (void)close(c->fd);
    free(c->header);
    free(c->names);
    free(c->fields);
    free(c->in_scratch);
    buf_free(&c->scratch);
    free(c->buf);
    free(c);
    return r;
}

size_t csv_columns(const struct csv *c) {
    return c->columns;
}

struct str csv_header(const struct csv *c, size_t column) {
    return column < c->columns ? c->header[column] : STR("");
}

struct str csv_column_name(const struct csv *c, size_t column) {
    return column < c->columns ? c->names[column] : STR("");
}

char csv_delimiter(const struct csv *c) {
    return c->delimiter;
}

uint64_t csv_bytes(const struct csv *c) {
    return c->bytes_before + c->at;
}

uint64_t csv_rows(const struct csv *c) {
    return c->rows;
}

/* ---- writing ---- */

static void begin_cell(struct csv_writer *w) {
    if (w->begun)
        buf_byte(w->out, w->delimiter == '\0' ? ',' : w->delimiter);
    w->begun = true;
}

static bool must_quote(struct str s, char delimiter) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == delimiter)
            return true;
    return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void put(struct csv_writer *w, struct str s, const char *before) {
    begin_cell(w);
    if (!must_quote(s, w->delimiter == '\0' ? ',' : w->delimiter)) {
        buf_add(w->out, str_z(before));
        buf_add(w->out, s);
        return;
    }
    buf_byte(w->out, '"');
    buf_add(w->out, str_z(before));
    for (struct str rest = s, part; str_split(&rest, '"', &part);) {
        buf_add(w->out, part);
        if (rest.p != NULL)
            buf_add(w->out, STR("\"\""));
    }
    buf_byte(w->out, '"');
}

void csv_put(struct csv_writer *w, struct str s) {
    double number;
    bool formula = s.n > 0 && s.p[0] != '\0' && strchr("=+-@\t\r", s.p[0]) != NULL;
    put(w, s, formula && !str_real(s, &number) ? "'" : "");
}

void csv_put_raw(struct csv_writer *w, struct str s) {
    put(w, s, "");
}

void csv_put_int(struct csv_writer *w, int64_t v) {
    begin_cell(w);
    buf_fmt(w->out, "%" PRId64, v);
}

void csv_put_real(struct csv_writer *w, double v) {
    begin_cell(w);
    if (!isfinite(v))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        char z[40];
        (void)snprintf(z, sizeof z, "%.*g", digits, v);
        if (digits == 17 || strtod(z, NULL) == v) {
            buf_add(w->out, str_z(z));
            return;
        }
    }
}

void csv_end(struct csv_writer *w) {
    buf_add(w->out, STR("\r\n"));
    w->begun = false;
}
