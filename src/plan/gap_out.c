/* The gap list as texts: cells of a table, CSV, JSON, the formula in words. */
#include "plan/gap.h"

#include "base/csv.h"
#include "base/date.h"
#include "plan/words.h"

#include <math.h>
#include <stdio.h>

void words_count(struct buf *b, double n) {
    char digits[32], out[48];
    int len = snprintf(digits, sizeof digits, "%.0f", fabs(n) < 0.5 ? 0.0 : n), at = 0;
    for (int i = 0; i < len; i++) {
        out[at++] = digits[i];
        int left = len - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            out[at++] = ',';
    }
    buf_add(b, (struct str){out, (size_t)at});
}

void words_dollars(struct buf *b, double cents) {
    if (cents < 0)
        buf_byte(b, '-');
    buf_byte(b, '$');
    words_count(b, round(fabs(cents) / 100));
}

const struct tr gap_column_names[GAP_COLUMNS] = {
    TR_INIT("Standard", "Norma"),
    TR_INIT("Where", "Dónde"),
    TR_INIT("Group", "Grupo"),
    TR_INIT("Indicator", "Indicador"),
    TR_INIT("Now", "Ahora"),
    TR_INIT("95 % interval", "Intervalo del 95 %"),
    TR_INIT("n", "n"),
    TR_INIT("Asked", "Se pide"),
    TR_INIT("Missing", "Faltan"),
    TR_INIT("People short", "Personas por debajo"),
    TR_INIT("Distance", "Distancia"),
    TR_INIT("Rank", "Orden"),
    TR_INIT("Cost this year", "Costo este año"),
    TR_INIT("Cost each year after", "Costo de cada año siguiente"),
    TR_INIT("Schools short", "Escuelas por debajo"),
    TR_INIT("Owner", "Responsable"),
    TR_INIT("Due", "Fecha límite"),
    TR_INIT("As of", "Al día"),
};

static struct str kept(struct buf *b, struct arena *a) {
    struct str s = arena_str(a, buf_str(b));
    buf_clear(b);
    return s;
}

static void target_words(struct buf *b, const struct standard *s, enum lang lang) {
    struct shown target = shown_plain(s->target, 0);
    buf_fmt(b, "%s ", tr(standard_op_words(s->op), lang));
    shown_text(b, &target, s->ind->show, lang);
}

static void schools_words(struct buf *b, const struct gap *g, enum lang lang) {
    if (g->schools == 0)
        return;
    buf_fmt(b, "%zu %s %zu", g->schools_short, tr(TR("of", "de"), lang), g->schools);
    if (g->schools_hidden > 0)
        buf_fmt(b, ", %zu %s", g->schools_hidden, tr(TR("hidden", "ocultas"), lang));
}

static void number(struct buf *b, double v, int digits) {
    if (!isnan(v))
        buf_fmt(b, "%.*f", digits, v);
}

void gap_cells(const struct gap *g, enum lang lang, struct arena *a, struct str out[GAP_COLUMNS]) {
    const struct standard *s = g->standard;
    struct buf b = buf_new(4096);
    char day[DATE_TEXT];
    size_t c = 0;
    out[c++] = lang == LANG_ES ? s->name_es : s->name_en;
    out[c++] = g->now.org_name;
    out[c++] = str_z(tr(group_rows[g->now.group].label, lang));
    out[c++] = str_z(tr(s->ind->name, lang));
    shown_text(&b, &g->now.value, s->ind->show, lang);
    out[c++] = kept(&b, a);
    shown_interval_text(&b, &g->now.value, s->ind->show, lang);
    out[c++] = kept(&b, a);
    if (g->now.value.n_known)
        words_count(&b, (double)g->now.value.n);
    else
        shown_n_text(&b, &g->now.value, lang);
    out[c++] = kept(&b, a);
    target_words(&b, s, lang);
    out[c++] = kept(&b, a);
    shown_text(&b, &g->missing, SHOW_NUMBER, lang);
    out[c++] = kept(&b, a);
    shown_text(&b, &g->people, SHOW_NUMBER, lang);
    out[c++] = kept(&b, a);
    number(&b, g->distance, 3);
    out[c++] = kept(&b, a);
    number(&b, g->rank, 1);
    out[c++] = kept(&b, a);
    shown_text(&b, &g->cost, SHOW_MONEY, lang);
    out[c++] = kept(&b, a);
    shown_text(&b, &g->yearly, SHOW_MONEY, lang);
    out[c++] = kept(&b, a);
    schools_words(&b, g, lang);
    out[c++] = kept(&b, a);
    out[c++] = g->owner.name;
    out[c++] = arena_str(a, str_z(date_text(g->owner.due_on, day)));
    out[c++] = arena_str(a, str_z(date_text(g->now.as_of, day)));
    CHECK(c == GAP_COLUMNS);
    buf_free(&b);
}

void gap_csv(const struct gap_list *l, enum lang lang, struct arena *a, struct buf *out) {
    struct csv_writer w = {.out = out};
    struct str cells[GAP_COLUMNS];
    for (size_t c = 0; c < GAP_COLUMNS; c++)
        csv_put(&w, str_z(tr(gap_column_names[c], lang)));
    csv_end(&w);
    for (size_t i = 0; i < l->n; i++) {
        gap_cells(&l->row[i], lang, a, cells);
        for (size_t c = 0; c < GAP_COLUMNS; c++)
            csv_put(&w, cells[c]);
        csv_end(&w);
    }
}

/* ---- JSON ---- */

static void json_number(struct json *j, const char *key, double v) {
    json_key(j, key);
    json_real(j, v);
}

static void json_date(struct json *j, const char *key, int32_t day) {
    char text[DATE_TEXT];
    json_key(j, key);
    json_z(j, day == DATE_NONE ? NULL : date_text(day, text));
}

static void json_shown(struct json *j, const char *key, const struct shown *s) {
    json_key(j, key);
    json_open(j, '{');
    json_key(j, "state");
    json_z(j, shown_state_name(s->state));
    if (s->n_known) {
        json_key(j, "n");
        json_int(j, s->n);
    }
    json_number(j, "value", shown_exact(s) ? s->value : NAN);
    if (!isnan(s->lo)) {
        json_number(j, "low", s->lo);
        json_number(j, "high", s->hi);
    }
    if (s->state != SHOWN_VALUE && s->state != SHOWN_HIDDEN && s->state != SHOWN_NO_DATA) {
        json_number(j, "atLeast", s->at_least);
        json_number(j, "atMost", s->at_most);
    }
    json_close(j);
}

static void json_text(struct json *j, const char *key, struct str s) {
    json_key(j, key);
    json_str(j, s);
}

static void gap_json_row(const struct gap *g, struct json *j) {
    const struct standard *s = g->standard;
    json_open(j, '{');
    json_text(j, "standard", s->code);
    json_key(j, "version");
    json_int(j, s->version);
    json_text(j, "name", s->name_en);
    json_text(j, "indicator", s->indicator);
    json_text(j, "op", str_z(standard_op_code(s->op)));
    json_number(j, "target", s->target);
    json_text(j, "band", str_z(standard_band_code(s->band)));
    json_number(j, "priority", s->priority);
    json_text(j, "source", s->source);
    json_key(j, "orgId");
    json_int(j, g->now.org_id);
    json_text(j, "org", g->now.org_name);
    json_text(j, "group", str_z(group_rows[g->now.group].code));
    json_date(j, "asOf", g->now.as_of);
    json_key(j, "met");
    json_bool(j, g->met);
    json_shown(j, "now", &g->now.value);
    json_shown(j, "missing", &g->missing);
    json_shown(j, "peopleShort", &g->people);
    json_number(j, "distance", g->distance);
    json_number(j, "rank", g->rank);
    json_shown(j, "costCents", &g->cost);
    json_shown(j, "yearlyCents", &g->yearly);
    json_key(j, "schools");
    json_int(j, (int64_t)g->schools);
    json_key(j, "schoolsShort");
    json_int(j, (int64_t)g->schools_short);
    json_key(j, "schoolsHidden");
    json_int(j, (int64_t)g->schools_hidden);
    json_text(j, "widest", g->widest_name);
    json_text(j, "owner", g->owner.name);
    json_date(j, "due", g->owner.due_on);
    json_key(j, "done");
    json_bool(j, g->owner.done);
    json_close(j);
}

void gap_json(const struct gap_list *l, struct json *j) {
    json_open(j, '{');
    json_date(j, "asOf", l->as_of);
    json_key(j, "gaps");
    json_int(j, (int64_t)l->gaps);
    json_key(j, "met");
    json_int(j, (int64_t)l->met);
    json_key(j, "hidden");
    json_int(j, (int64_t)l->hidden);
    json_key(j, "noData");
    json_int(j, (int64_t)l->unread);
    json_number(j, "costCents", l->cost_cents);
    json_number(j, "yearlyCents", l->yearly_cents);
    json_key(j, "rows");
    json_open(j, '[');
    for (size_t i = 0; i < l->n; i++)
        gap_json_row(&l->row[i], j);
    json_close(j);
    json_close(j);
}

/* ---- the formula ---- */

static void factor(struct buf *b, const char *name, double power, bool *any) {
    if (power == 0)
        return;
    buf_fmt(b, "%s%s", *any ? " × " : "", name);
    if (power != 1)
        buf_fmt(b, "^%g", power);
    *any = true;
}

struct str gap_formula_words(const struct gap_formula *f, enum lang lang, struct arena *a) {
    struct buf b = buf_new(400);
    bool any = false;
    buf_add(&b, str_z(tr(TR("rank = ", "orden = "), lang)));
    factor(&b, tr(TR("people short", "personas por debajo"), lang), f->people_power, &any);
    factor(&b, tr(TR("distance from the standard", "distancia a la norma"), lang),
           f->distance_power, &any);
    factor(&b, tr(TR("priority", "prioridad"), lang), f->priority_power, &any);
    if (!any)
        buf_byte(&b, '1');
    struct str s = kept(&b, a);
    buf_free(&b);
    return s;
}
