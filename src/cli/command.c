#include "cli/command.h"

#include "base/arena.h"
#include "base/config.h"
#include "base/date.h"
#include "base/json.h"
#include "plan/standard.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
    const struct command *command;
    const char *values[OPTIONS_MOST]; /* by option row; "" for a switch that is on */
    const char *positional[ARGUMENTS_MOST];
    size_t positional_n;
    bool json;
};

static size_t option_index(const struct command *c, const char *name) {
    for (size_t i = 0; i < OPTIONS_MOST && c->options[i].name != NULL; i++)
        if (strcmp(c->options[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static const char *value_of(const struct arguments *a, const char *name) {
    size_t i = option_index(a->command, name);
    CHECK(i != SIZE_MAX);
    return a->values[i];
}

bool arg_on(const struct arguments *a, const char *name) {
    return value_of(a, name) != NULL;
}

const char *arg_text(const struct arguments *a, const char *name, const char *otherwise) {
    const char *v = value_of(a, name);
    return v == NULL ? otherwise : v;
}

enum err arg_int(const struct arguments *a, const char *name, int64_t least, int64_t most,
                 int64_t otherwise, int64_t *out, struct errmsg *e) {
    const char *v = value_of(a, name);
    *out = otherwise;
    if (v != NULL && (!str_int(str_z(v), out) || *out < least || *out > most))
        return err_set(e, ERR_INVALID,
                       "%s %.60s: give a whole number from %" PRId64 " to %" PRId64 ".", name, v,
                       least, most);
    return ERR_OK;
}

enum err arg_date(const struct arguments *a, const char *name, int32_t otherwise, int32_t *out,
                  struct errmsg *e) {
    const char *v = value_of(a, name);
    *out = otherwise;
    if (v != NULL && !date_parse(str_z(v), out))
        return err_set(e, ERR_INVALID, "%s %.60s: give a date as YYYY-MM-DD.", name, v);
    return ERR_OK;
}

size_t arg_count(const struct arguments *a) {
    return a->positional_n;
}

const char *arg_at(const struct arguments *a, size_t i) {
    CHECK(i < a->positional_n);
    return a->positional[i];
}

bool arg_json(const struct arguments *a) {
    return a->json;
}

static void print_command_help(const struct command *c) {
    (void)printf("homeroom %s %s\n  %s\n\nExample:\n  %s\n\nOptions:\n", c->name, c->usage,
                 c->summary, c->example);
    for (size_t i = 0; i < OPTIONS_MOST && c->options[i].name != NULL; i++) {
        char left[60];
        (void)snprintf(left, sizeof left, "%s %s", c->options[i].name,
                       c->options[i].value == NULL ? "" : c->options[i].value);
        (void)printf("  %-22s %s\n", left, c->options[i].help);
    }
    (void)printf("  %-22s %s\n  %-22s %s\n", "--json", "print JSON for programs", "--help",
                 "print this");
}

static void print_help(const struct command *const table[]) {
    (void)puts("homeroom: a school district's education technology, from its own data to its "
               "ranked, costed gaps.\n");
    for (size_t i = 0; table[i] != NULL; i++)
        (void)printf("  %-22s %s\n", table[i]->name, table[i]->summary);
    (void)puts("\n`homeroom COMMAND --help` explains one. Settings: `homeroom config explain`.\n"
               "Exit codes: 0 well, 2 wrong input, 3 not allowed, 4 not found, 5 conflict, 6 past "
               "a limit, 7 busy, "
               "8 disk or network, 9 damaged, 10 unavailable.");
}

static enum err parse(struct arguments *a, int argc, char **argv, bool *help, struct errmsg *e) {
    const struct command *c = a->command;
    for (int i = 0; i < argc; i++) {
        const char *w = argv[i];
        size_t k = option_index(c, w);
        if (strcmp(w, "--help") == 0 || strcmp(w, "-h") == 0) {
            *help = true;
        } else if (strcmp(w, "--json") == 0) {
            a->json = true;
        } else if (k != SIZE_MAX && c->options[k].value == NULL) {
            a->values[k] = "";
        } else if (k != SIZE_MAX) {
            if (i + 1 >= argc)
                return err_set(e, ERR_INVALID, "%s needs a value: %s.", w, c->options[k].value);
            a->values[k] = argv[++i];
        } else if (w[0] == '-' && w[1] != '\0') {
            return err_set(e, ERR_INVALID,
                           "%.80s is not an option of `homeroom %s`; see `homeroom %s --help`.", w,
                           c->name, c->name);
        } else if (a->positional_n == ARGUMENTS_MOST || a->positional_n == c->positional_most) {
            return err_set(e, ERR_INVALID, "%.80s is one word too many; see `homeroom %s --help`.",
                           w, c->name);
        } else {
            a->positional[a->positional_n++] = w;
        }
    }
    if (!*help && a->positional_n < c->positional_least)
        return err_set(e, ERR_INVALID, "Something is missing: homeroom %s %s", c->name, c->usage);
    return ERR_OK;
}

/* The row that argv names, by two words first; *used says how many words the name took. */
static const struct command *find(const struct command *const table[], int argc, char **argv,
                                  int *used) {
    char two[128] = "";
    if (argc > 1)
        (void)snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
    const struct command *one = NULL;
    for (size_t i = 0; table[i] != NULL; i++) {
        if (strcmp(table[i]->name, two) == 0) {
            *used = 2;
            return table[i];
        }
        if (strcmp(table[i]->name, argv[0]) == 0)
            one = table[i];
    }
    *used = 1;
    return one;
}

/* For people a sentence; with --json one document, which holds the same sentence. */
static int fail(const struct arguments *a, enum err r, const struct errmsg *e) {
    (void)fflush(stdout);
    if (a == NULL || !a->json) {
        (void)fprintf(stderr, "homeroom: %s\n", e->text);
        return err_exit(r);
    }
    struct buf b = buf_new(1 << 16);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_key(&j, "error");
    json_z(&j, err_name(r));
    json_key(&j, "message");
    json_z(&j, e->text);
    json_close(&j);
    (void)fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
    return err_exit(r);
}

/* The nearest name, for a slip of the finger. */
static const char *nearest(const struct command *const table[], const char *word) {
    const char *best = NULL;
    unsigned least = 3;
    for (size_t i = 0; table[i] != NULL; i++) {
        struct str rest = str_z(table[i]->name), first;
        (void)str_split(&rest, ' ', &first);
        unsigned d = str_distance(first, str_z(word), 3);
        if (d < least) {
            least = d;
            best = table[i]->name;
        }
    }
    return best;
}

int command_run(const struct command *const table[], int argc, char **argv) {
    struct errmsg e = {{0}};
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0) {
        int used;
        const struct command *c = argc > 2 ? find(table, argc - 2, argv + 2, &used) : NULL;
        if (c != NULL)
            print_command_help(c);
        else
            print_help(table);
        return 0;
    }
    int used = 0;
    struct arguments a = {.command = find(table, argc - 1, argv + 1, &used)};
    if (a.command == NULL) {
        const char *near = nearest(table, argv[1]);
        if (near != NULL)
            (void)fprintf(stderr,
                          "homeroom: there is no command \"%s\"; did you mean `homeroom %s`?\n",
                          argv[1], near);
        else
            (void)fprintf(stderr,
                          "homeroom: there is no command \"%s\"; `homeroom help` lists them.\n",
                          argv[1]);
        return err_exit(ERR_INVALID);
    }
    bool help = false;
    enum err r = parse(&a, argc - 1 - used, argv + 1 + used, &help, &e);
    if (r == ERR_OK && help) {
        print_command_help(a.command);
        return 0;
    }
    if (r == ERR_OK)
        r = config_load(NULL, &e);
    if (r == ERR_OK)
        r = a.command->run(&a, &e);
    return r == ERR_OK ? 0 : fail(&a, r, &e);
}

/* New records come with the published norms as drafts, so that there is something to adopt. */
static enum err ship_norms(struct store *s, struct errmsg *e) {
    struct db *db;
    struct standard_set *sets;
    size_t n = 0;
    struct arena *a = arena_new(1 << 20);
    enum err r = store_reader(s, &db, e);
    if (r == ERR_OK)
        r = standard_sets(db, a, &sets, &n, e);
    arena_free(a);
    if (r != ERR_OK || n > 0)
        return r;
    TRY(store_begin(s, &db, e));
    r = standard_ship(db, e);
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}

enum err command_store(struct store **out, struct errmsg *e) {
    char path[4096];
    const char *url = config_text(CONF_DATABASE);
    if (url[0] == '\0') {
        (void)snprintf(path, sizeof path, "%s/homeroom.db", config_text(CONF_DATA_DIR));
        url = path;
    }
    TRY(store_open(url, out, e));
    enum err r = ship_norms(*out, e);
    if (r != ERR_OK) {
        store_close(*out);
        *out = NULL;
    }
    return r;
}

enum err command_audit(struct store *s, const struct audit_entry *entry, struct errmsg *e) {
    struct db *db;
    TRY(store_begin(s, &db, e));
    enum err r = audit_append(db, NULL, entry, e);
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}

int32_t command_today(void) {
    int32_t day;
    const char *set = getenv("HOMEROOM_TODAY");
    return set != NULL && date_parse(str_z(set), &day) ? day : date_of_us(date_now_us());
}

struct table {
    size_t columns, rows;
    struct arena *arena;
    const char *const *heads;
    size_t *widths;
    struct line {
        struct line *next;
        struct str *cells;
    } * first, **last;
};

/* Columns a text takes on screen: code points, which is right for the scripts of our names. */
static size_t width(struct str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0u) != 0x80u;
    return n;
}

struct table *table_new(const char *const heads[], size_t columns) {
    struct arena *arena = arena_new((size_t)1 << 30);
    struct table *t = ARENA_NEW(arena, struct table);
    *t = (struct table){.columns = columns,
                        .arena = arena,
                        .heads = heads,
                        .widths = ARENA_ARRAY(arena, size_t, columns)};
    t->last = &t->first;
    for (size_t i = 0; i < columns; i++)
        t->widths[i] = width(str_z(heads[i][0] == '>' ? heads[i] + 1 : heads[i]));
    return t;
}

void table_row(struct table *t, const struct str cells[]) {
    struct line *l = ARENA_NEW(t->arena, struct line);
    l->cells = ARENA_ARRAY(t->arena, struct str, t->columns);
    for (size_t i = 0; i < t->columns; i++) {
        l->cells[i] = arena_str(t->arena, cells[i]);
        size_t w = width(cells[i]);
        t->widths[i] = w > t->widths[i] ? w : t->widths[i];
    }
    *t->last = l;
    t->last = &l->next;
    t->rows++;
}

static void print_cell(const struct table *t, size_t i, struct str s) {
    bool right = t->heads[i][0] == '>';
    int pad = (int)(t->widths[i] - width(s));
    if (right)
        (void)printf("%*s%.*s", pad, "", STR_ARG(s));
    else
        (void)printf("%.*s%*s", STR_ARG(s), i + 1 < t->columns ? pad : 0, "");
    (void)fputs(i + 1 < t->columns ? "  " : "\n", stdout);
}

void table_print_free(struct table *t) {
    for (size_t i = 0; i < t->columns; i++)
        print_cell(t, i, str_z(t->heads[i][0] == '>' ? t->heads[i] + 1 : t->heads[i]));
    for (const struct line *l = t->first; l != NULL; l = l->next)
        for (size_t i = 0; i < t->columns; i++)
            print_cell(t, i, l->cells[i]);
    arena_free(t->arena);
}

struct progress progress_start(const char *what, const char *unit, int64_t total) {
    return (struct progress){what, unit, total, date_now_us(), 0, false};
}

static void grouped(int64_t v, char out[static 32]) {
    char plain[24];
    int n = snprintf(plain, sizeof plain, "%" PRId64, v), at = 0;
    for (int i = 0; i < n; i++) {
        out[at++] = plain[i];
        if ((n - i - 1) % 3 == 0 && i + 1 < n && plain[i] != '-')
            out[at++] = ',';
    }
    out[at] = '\0';
}

void progress_at(struct progress *p, int64_t done) {
    int64_t now = date_now_us();
    if (now - p->last_us < 500000 || isatty(STDERR_FILENO) == 0)
        return;
    p->last_us = now;
    p->shown = true;
    double seconds = (double)(now - p->started_us) / 1e6,
           rate = seconds > 0 ? (double)done / seconds : 0;
    char a[32], b[32], c[32];
    grouped(done, a);
    grouped(p->total, b);
    grouped((int64_t)rate, c);
    (void)fprintf(stderr, "\r\033[K%s  %s", p->what, a);
    if (p->total > 0)
        (void)fprintf(stderr, " of %s", b);
    (void)fprintf(stderr, " %s  %s/s", p->unit, c);
    if (p->total > done && rate > 0)
        (void)fprintf(stderr, "  %.0f s left", (double)(p->total - done) / rate);
    (void)fflush(stderr);
}

void progress_end(struct progress *p) {
    if (p->shown)
        (void)fputs("\r\033[K", stderr);
    p->shown = false;
}
