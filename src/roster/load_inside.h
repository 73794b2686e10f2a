/* What load.c (comparing, writing, ending) and load_rows.c (one function per kind of row) share. */
#ifndef ROSTER_LOAD_INSIDE_H
#define ROSTER_LOAD_INSIDE_H

#include "base/arena.h"
#include "base/date.h"
#include "base/keymap.h"
#include "roster/load.h"

enum {             /* flags of a key_entry */
       SEEN = 1,   /* in the file */
       ACTIVE = 2, /* lasted on as_of before this import */
       NEW = 4,    /* added by this import */
       GONE = 8,   /* does not last any more (or did not before) */
       MERGED = 16 /* people: the rows go to who[].into */
};

struct who {
    int64_t status_id;
    struct load_status was, now;
    int32_t status_begins;
    uint32_t into; /* the number of the one this was merged into, or its own */
    uint32_t org;  /* school, by number, KEYMAP_NONE unknown: where grades are taught */
    bool student, has_status, lists_agents;
    bool merges; /* another was merged into this one */
};

struct term_more {
    int32_t begins, ends;
    int school_year;
    bool is_year;
};
struct section_more {
    int32_t begins, ends;
    uint32_t org; /* number */
};
struct org_more {
    char kind[12];
    int low, high, had_low, had_high; /* grade codes as in load_status; 0 none */
    bool fixed;                       /* the source says the grades */
};

struct agent_link {
    uint64_t agent;
    uint32_t person; /* number */
    int64_t line;
};
struct guardian_more {
    uint32_t student, guardian; /* numbers */
};

enum { DATE_CACHE = 4096 };

struct roster_load {
    struct db *db;
    struct batch *batch;
    struct load_options opt;
    bool first, indexes_dropped;
    int32_t opening;
    struct keymap map[TABS];
    int64_t next_id[TABS];
    bool begun[TABS], bulk[TABS]; /* rows of it came; and they were all there are */
    struct load_count count[TABS];

    struct who *who; /* by number in map[TAB_PERSON]; and so on */
    struct org_more *org;
    struct term_more *term;
    struct section_more *section;
    struct guardian_more *guardian;
    uint32_t who_room, org_room, term_room, section_room, guardian_room, loaded_people;
    struct agent_link *agents;
    size_t agent_n, agent_room;

    struct arena *arena;
    struct buf json;
    struct {
        int32_t day;
        char text[DATE_TEXT];
    } dates[DATE_CACHE];
};

/* A day as a value; the text lives until the same place of the cache is taken by another day, which
 * no single row does. */
struct val load_date(struct roster_load *l, int32_t day);

/* Room for entry i in an array beside a map. */
#define GROW(array, room, i)                                                                       \
    do {                                                                                           \
        if ((i) >= (room)) {                                                                       \
            uint32_t r_ = (room) == 0 ? 1024 : (room) + (room) / 2;                                \
            r_ = r_ <= (i) ? (i) + 1 : r_;                                                         \
            void *p_ = realloc((array), (size_t)r_ * sizeof *(array));                             \
            CHECK(p_ != NULL);                                                                     \
            (array) = p_;                                                                          \
            (room) = r_;                                                                           \
        }                                                                                          \
    } while (0)

/* What to do with one row. v: the table's columns in order, src_hash (where there is one) last. */
struct load_write {
    enum roster_tab tab;
    uint64_t key, hash;
    struct str ext;
    struct val *v;
    size_t n;
    bool gone;        /* the source says so */
    int32_t gone_on;  /* or DATE_NONE */
    struct str label; /* for the preview, where the id says little */
};
/* Adds, changes, reopens, ends or leaves the row; *number is its entry. */
NODISCARD enum err load_put(struct roster_load *l, const struct load_write *w, uint32_t *number,
                            enum load_outcome *out, struct errmsg *e);
/* Ends a row that lasts. */
NODISCARD enum err load_end_row(struct roster_load *l, enum roster_tab t, int64_t id, int32_t day,
                                struct tr reason, struct errmsg *e);
NODISCARD enum err load_insert(struct roster_load *l, enum roster_tab t, const struct val *v,
                               size_t n, struct str ext, int64_t id, struct errmsg *e);
NODISCARD enum err load_change(struct roster_load *l, enum roster_tab t, int64_t id,
                               const struct val *v, size_t n, enum batch_change_kind kind,
                               struct errmsg *e);
void load_example_add(struct roster_load *l, enum roster_tab t, enum load_outcome what,
                      struct str who, struct str detail, struct tr reason);
bool load_wants_example(const struct roster_load *l, enum roster_tab t, enum load_outcome what);

/* The entry that a row may refer to: lasting, and in the file where that had them all. */
uint32_t load_find(const struct roster_load *l, enum roster_tab t, uint64_t key);

uint64_t load_role_key(int64_t person, int64_t org, int role);
uint64_t load_role_again_key(uint64_t key, int32_t begins);

#endif
