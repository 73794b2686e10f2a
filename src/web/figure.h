/*
 * Numbers on pages, written one way everywhere: the value, below it interval and n, a link to the
 * definition; hidden and missing are words. Also where on the tree a page stands (?org=) and the
 * small parts that every page has: the opening sentence, a panel, the way to schools below.
 * Everything lives in the request's arena.
 */
#ifndef WEB_FIGURE_H
#define WEB_FIGURE_H

#include "measure/reading.h"
#include "store/kind.h"
#include "web/chart.h"
#include "web/page.h"

/* -- where a page stands --------------------------------------------------------------- */

struct place {
    const struct org_tree *tree;
    int32_t at; /* index in the tree */
    int64_t id;
    const char *name;
    bool school;
    struct scope_ids reach; /* the orgs that the viewer may ask about */
};
/* ?org=, or where the viewer belongs: the district, the principal's or teacher's school. Not found
 * when it is not theirs or there is no org at all. */
NODISCARD enum err place_of(struct req *r, struct place *out, struct errmsg *e);
NODISCARD enum err place_at(struct req *r, int64_t org_id, struct place *out, struct errmsg *e);
/* The same where the records may still be empty: out->at is -1 then. */
NODISCARD enum err place_or_none(struct req *r, struct place *out, struct errmsg *e);
bool place_may(const struct place *p, int32_t index); /* may the viewer ask about this org? */
size_t place_children(const struct place *p);         /* orgs directly below */
/* "Riverbend School District > Oak Hill ES", each a link to `path` with ?org= and the query kept.
 */
void place_path(struct req *r, struct html *h, const struct place *p, const char *path);
const char *org_kind_label(struct html *h, struct str kind); /* "district", "distrito" */
/* ?on= as a day, else DATE_NONE: the newest. */
int32_t page_day(const struct req *r);
/* One query field, kept in links. "" when absent. NUL-ended. */
const char *kept(struct req *r, const char *name);
const char *id_text(struct html *h, int64_t id);

/* -- numbers ---------------------------------------------------------------------------- */

const char *figure(struct html *h, const struct shown *s, enum show_as as); /* "76.4 %", "hidden" */
const char *figure_plain(struct html *h, double v, enum show_as as);      /* a target, a distance */
const char *figure_difference(struct html *h, double v, enum show_as as); /* "-14.0 points" */
const char *figure_interval(struct html *h, const struct shown *s, enum show_as as); /* or "" */
const char *figure_n(struct html *h, const struct shown *s, enum unit_kind unit);
const char *figure_why(struct html *h, const struct shown *s);
/* The page of the reading's indicator, at its org, group and series. */
const char *figure_href(struct html *h, const struct reading *r);
/* <td class="n"> with value, link to the definition, interval and n. `label` for the phone. */
void figure_cell(struct html *h, const char *label, const struct reading *r);
/* <td class="n"> of a plain count or amount; `why` when it may not be said. */
void plain_cell(struct html *h, const char *label, const char *text);
void hidden_cell(struct html *h, const char *label, const char *why);
/* Three cells of a group held against all others: difference, risk ratio, standardized. */
void contrast_heads(struct html *h); /* their <th> */
void contrast_cells(struct html *h, const struct contrast *c);
const char *dollars(struct html *h, double cents); /* whole dollars from $100 on */
/* For a chart: percent shown values become shares. */
struct chart_point figure_point(struct html *h, const struct reading *r, const char *name,
                                const char *href);
struct chart figure_chart(const struct indicator *ind);
double figure_axis(const struct indicator *ind, double shown);       /* a reference line's place */
bool figure_better(const struct indicator *ind, double a, double b); /* is a better than b? */

/* -- parts of a page ------------------------------------------------------------------- */

const char *asof_line(struct html *h, const char *what,
                      int32_t on);                /* "What - as of 20 Nov 2026" */
void lede_open(struct html *h, const char *asof); /* <section class="lede">, over the heading */
void lede_close(struct html *h);
void panel_open(struct html *h, const char *title, const char *aside); /* aside may be "" */
void panel_close(struct html *h);
void fact(struct html *h, const char *name,
          const char *text);    /* in <dl class="facts">; "" writes nothing */
void next_open(struct html *h); /* the panel "What to do next" */
void next_row(struct html *h, const char *text, const char *href, const char *button, bool quiet);
void next_close(struct html *h);
/* How old the records behind an indicator are; nothing when fresh and `quiet`. */
NODISCARD enum err freshness_line(struct req *r, struct html *h, const struct indicator *ind,
                                  struct errmsg *e);

/* Reads of many students' records at once, one audit entry each, in one transaction. */
NODISCARD enum err read_students(struct req *r, const int64_t ids[], size_t n, const char *what,
                                 struct errmsg *e);

/* The viewer in front of record kinds: permissions, and the orgs and persons in reach. */
NODISCARD enum err kind_view(struct req *r, struct kind_as *out, struct errmsg *e);
/* The same narrowed to these students' records, whose reading the page has checked: every field of
 * devices, homes, needs and scores that the viewer's role may read, and always the device. */
struct kind_as kind_view_of(const struct req *r, const int64_t students[], size_t n);
/* May the viewer have a list of the students behind this number? A list by group says of each
 * student on it that they are in the group, and what it is about may be seen one by one only by
 * those who may read the records it is made from. */
bool may_list_students(const struct req *r, const struct indicator *ind, int group);
struct str kind_title(const struct kind *k, const struct kind_row *row);
const struct val *kind_val(const struct kind *k, const struct kind_row *row, const char *column);
const char *kind_text(struct html *h, const struct kind *k, const struct kind_row *row,
                      const char *column);                   /* as a person reads it; "" for none */
const char *grade_label(struct html *h, struct str grade);   /* "Grade 3"; "" unknown */
const char *grade_labels(struct html *h, struct str grades); /* of "03,04": both */

/* The subject of an audit entry in words: "student", "gaps", a kind, an indicator's name. */
const char *subject_label(struct html *h, struct str subject);
/* Says in the audit log that the viewer changed a thing of the plan. In the caller's transaction.
 */
NODISCARD enum err note_in_audit(struct db *db, const struct req *r, const char *action,
                                 const char *subject, struct str id, struct errmsg *e);

/* "0.82" in words for a heading: "Four in five"; with a capital. NULL if none is close. */
const char *share_words(struct html *h, double share);

#endif
