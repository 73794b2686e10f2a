/* The first reading: one sentence, the gaps that press most, the groups furthest behind. */
#include "plan/gap.h"
#include "plan/words.h"

#include "base/date.h"

#include <math.h>

enum { LEDE_GAPS = 5, LEDE_EQUITY = 3 };

static enum err get(struct db *db, struct arena *a, const char *code, const char *series,
                    const struct lede *l, struct reading *out, struct errmsg *e) {
    const struct indicator *ind = catalogue_find(str_z(code));
    CHECK(ind != NULL);
    return reading_get(
        db, a, &(struct reading_key){ind, str_z(series), l->org_id, GROUP_ALL, l->as_of}, out, e);
}

enum err lede_make(struct db *db, struct arena *a, int64_t org_id, int32_t as_of, struct lede *out,
                   struct errmsg *e) {
    struct org_tree *tree;
    *out = (struct lede){.org_id = org_id, .as_of = as_of};
    if (org_id == 0)
        TRY(reading_home_org(db, &out->org_id, e));
    if (as_of == DATE_NONE)
        TRY(reading_newest(db, &out->as_of, e));
    if (out->as_of == DATE_NONE)
        return err_set(e, ERR_NOT_FOUND,
                       "Nothing has been rolled up yet: import a roster (homeroom import).");
    TRY(org_tree_load(db, a, out->as_of, &tree, e));
    int32_t top = org_tree_find(tree, out->org_id);
    for (size_t o = 0; o < tree->n; o++)
        out->schools += tree->org[o].school && org_tree_under(tree, (int32_t)o, top);
    TRY(get(db, a, "student_record_complete", "", out, &out->students, e));
    out->org_name = out->students.org_name;
    TRY(get(db, a, "learn_ready", "", out, &out->ready, e));
    TRY(get(db, a, "learn_blocked", "line", out, &out->no_line, e));
    TRY(get(db, a, "learn_blocked", "device", out, &out->no_device, e));
    TRY(get(db, a, "learn_blocked", "both", out, &out->neither, e));
    TRY(gap_list(db, a,
                 &(struct gap_query){.org_id = out->org_id, .as_of = out->as_of, .most = LEDE_GAPS},
                 &out->gaps, e));
    out->gaps_all = out->gaps.gaps;
    return equity_widest(
        db, a,
        &(struct equity_query){.org_id = out->org_id, .as_of = out->as_of, .most = LEDE_EQUITY},
        &out->equity, e);
}

static double count_of(const struct reading *r) {
    return round(r->value.value / 100 * r->den);
}

static struct str kept(struct buf *b, struct arena *a) {
    struct str s = arena_str(a, buf_str(b));
    buf_free(b);
    return s;
}

struct str lede_sentence(const struct lede *l, enum lang lang, struct arena *a) {
    struct buf b = buf_new(600);
    bool es = lang == LANG_ES;
    const struct shown *v = &l->ready.value;
    if (shown_exact(v)) {
        words_count(&b, count_of(&l->ready));
        buf_add(&b, es ? STR(" de ") : STR(" of "));
        words_count(&b, l->ready.den);
        buf_add(&b, es ? STR(" estudiantes pueden aprender en línea, en la escuela y en casa.")
                       : STR(" students can learn online, at school and at home."));
    } else if (v->state == SHOWN_NO_DATA) {
        buf_add(&b, es ? STR("Todavía no se sabe quién puede aprender en línea: importe "
                             "dispositivos y acceso en el hogar.")
                       : STR("It is not yet known who can learn online: import devices and home "
                             "access."));
    } else {
        buf_add(&b, es ? STR("Estudiantes que pueden aprender en línea, en la escuela y en casa: ")
                       : STR("Students who can learn online, at school and at home: "));
        shown_text(&b, v, SHOW_PERCENT, lang);
        buf_byte(&b, '.');
    }
    return kept(&b, a);
}

/* ", 731 no working device": nothing where the number may not be said. */
static void part(struct buf *b, const struct reading *r, struct str words, bool *any) {
    if (!shown_exact(&r->value))
        return;
    buf_add(b, *any ? STR(", ") : STR(": "));
    words_count(b, count_of(r));
    buf_byte(b, ' ');
    buf_add(b, words);
    *any = true;
}

static void blocked(struct buf *b, const struct lede *l, bool es) {
    bool any = false;
    if (!shown_exact(&l->ready.value))
        return;
    words_count(b, l->ready.den - count_of(&l->ready));
    buf_add(b, es ? STR(" todavía no pueden") : STR(" cannot yet"));
    part(b, &l->no_line,
         es ? STR("no tienen en casa una conexión que cumpla la norma")
            : STR("have no line at home that meets the norm"),
         &any);
    part(b, &l->no_device, es ? STR("ningún dispositivo que funcione") : STR("no working device"),
         &any);
    part(b, &l->neither, es ? STR("ninguna de las dos cosas") : STR("neither"), &any);
    buf_add(b, STR(". "));
    double unknown = l->students.value.n_known ? (double)l->students.value.n - l->ready.den : 0;
    if (unknown >= 1) {
        buf_add(b, es ? STR("De ") : STR("Of "));
        words_count(b, unknown);
        buf_add(b, es ? STR(" más no se sabe. ") : STR(" more it is not known. "));
    }
}

struct str lede_rest(const struct lede *l, enum lang lang, struct arena *a) {
    struct buf b = buf_new(1200);
    bool es = lang == LANG_ES;
    blocked(&b, l, es);
    if (l->gaps_all > 0) {
        const char *at_least = l->gaps.hidden == 0 ? "" : es ? "al menos " : "at least ";
        buf_fmt(&b, es ? "Resolver %s costaría %s" : "Closing %s costs %s",
                es ? (l->gaps_all == 1 ? "la brecha" : "todas las brechas")
                   : (l->gaps_all == 1 ? "the gap" : "every gap"),
                at_least);
        words_dollars(&b, l->gaps.cost_cents);
        buf_fmt(&b, "%s%s", es ? " este año y " : " this year and ", at_least);
        words_dollars(&b, l->gaps.yearly_cents);
        buf_add(&b, es ? STR(" cada año siguiente.") : STR(" each year after."));
    }
    return kept(&b, a);
}
