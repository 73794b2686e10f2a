/*
 * Minimum standards: what is asked of every school, for whom, since when and on whose word. A
 * standard holds an indicator against a target. Standards come in sets (the published norms, or a
 * district's own); a set is a draft until it is adopted. Editing an adopted standard makes a new
 * version that takes its place from its date on; what was in force on a day stays answerable.
 */
#ifndef PLAN_STANDARD_H
#define PLAN_STANDARD_H

#include "measure/catalogue.h"
#include "measure/frame.h"

enum standard_op { STANDARD_AT_LEAST, STANDARD_AT_MOST };
enum standard_state { STANDARD_DRAFT, STANDARD_ADOPTED, STANDARD_RETIRED };
enum standard_band { BAND_ALL, BAND_K_2, BAND_3_5, BAND_6_8, BAND_9_12, STANDARD_BANDS };

struct standard {
    int64_t id;
    struct str set_code; /* "norms-2026" */
    struct str code;     /* stable over versions: "device-1-1" */
    int version;
    enum standard_state state;
    struct str name_en, name_es, note_en, note_es;
    struct str indicator, series; /* code in the catalogue */
    const struct indicator *ind;  /* NULL when no subject yields it */
    enum standard_op op;
    double target;           /* in shown units: 99 is 99 %, 1.4 is 1.4 Mbps */
    enum standard_band band; /* students of these grades; BAND_ALL everyone */
    struct str subject;      /* "" any; else a subject taught, as text */
    enum school_kind school_kind;
    int64_t size_from, size_to;           /* districts of [from, to) students; 0 is open */
    double priority;                      /* weight, 1 is normal */
    struct str source;                    /* "SETDA 2023-24" */
    int32_t effective_from, effective_to; /* half open; DATE_NONE is open */
    struct str cost_item;                 /* what closes it: cost_item.code, "" unknown */
    double quantity;                      /* cost items per missing unit */
};

struct standard_list {
    size_t n;
    struct standard *row;
};

/* Sets, for the page that offers them. */
struct standard_set {
    struct str code, name_en, name_es, source;
    size_t drafts, adopted;
};
NODISCARD enum err standard_sets(struct db *db, struct arena *a, struct standard_set **out,
                                 size_t *n, struct errmsg *e);

/* Writes the shipped set "norms-2026" and the default cost items as drafts, once: what is there is
 * left alone. */
NODISCARD enum err standard_ship(struct db *db, struct errmsg *e);

/* The newest version of each standard of a set ("" all), drafts and retired included. */
NODISCARD enum err standard_list(struct db *db, struct arena *a, struct str set_code,
                                 struct standard_list *out, struct errmsg *e);
/* The adopted ones in force on a day. */
NODISCARD enum err standard_in_force(struct db *db, struct arena *a, int32_t day,
                                     struct standard_list *out, struct errmsg *e);
NODISCARD enum err standard_get(struct db *db, struct arena *a, int64_t id, struct standard *out,
                                struct errmsg *e); /* ERR_NOT_FOUND */
/* Every version of a standard, oldest first. */
NODISCARD enum err standard_versions(struct db *db, struct arena *a, struct str code,
                                     struct standard_list *out, struct errmsg *e);

/* Checks (a known indicator, a finite target, a date) and saves. id 0 adds a draft, version 1. A
 * draft is changed in place; an adopted one gets a new version, adopted, in force from
 * s->effective_from, and the old one ends that day. ERR_INVALID with what to do; ERR_CONFLICT when
 * the code exists or the row is no longer the newest. *id is the saved row's. */
NODISCARD enum err standard_save(struct db *db, const struct standard *s, int64_t *id,
                                 struct errmsg *e);
/* Adopts every draft of a set from a day on; *adopted counts them. */
NODISCARD enum err standard_adopt_set(struct db *db, struct str set_code, int32_t from,
                                      int64_t *adopted, struct errmsg *e);
NODISCARD enum err standard_adopt(struct db *db, int64_t id, int32_t from, struct errmsg *e);
NODISCARD enum err standard_retire(struct db *db, int64_t id, int32_t on, struct errmsg *e);

/* Is it asked of this org (school kind; district size)? */
bool standard_asked_of(const struct standard *s, const struct frame_org *org,
                       int64_t district_students);

/* Unit costs. */
struct cost_item {
    int64_t id;
    struct str code, label_en, label_es, source;
    int64_t one_time_cents, yearly_cents;
    double lifetime_years; /* 0: never replaced */
    bool ours;             /* our default, not yet confirmed by the district */
};
NODISCARD enum err cost_items(struct db *db, struct arena *a, struct cost_item **out, size_t *n,
                              struct errmsg *e);
NODISCARD enum err cost_item_save(struct db *db, const struct cost_item *c, struct errmsg *e);

const char *standard_op_code(enum standard_op op); /* ">=", "<=" */
struct tr standard_op_words(enum standard_op op);  /* "at least", "at most" */
struct tr standard_state_name(enum standard_state state);
const char *standard_state_code(enum standard_state state); /* as stored */
struct tr standard_band_name(enum standard_band band);
const char *standard_band_code(enum standard_band band); /* "all", "K-2", ... as stored */
bool standard_band_find(struct str code, enum standard_band *out);
int standard_group(enum standard_band band); /* its row of group_rows */

#endif
