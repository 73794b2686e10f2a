/*
 * Bringing files in: choose, look at what would happen and why, apply, take back. The file is kept
 * under the digest of its bytes, so a preview and its confirmation speak of the same file, and the
 * address of a preview can be sent to a colleague.
 */
#include "web/form.h"

#include "base/config.h"
#include "base/hash.h"
#include "measure/rollup.h"
#include "provide/provide.h"
#include "standards/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEMS_SHOWN = 25, PAGE = 50, COLUMNS_MOST_CHOSEN = 200 };

static const char *uploads(struct req *r) {
    return arena_fmt(r->a, "%s/uploads", config_text(CONF_DATA_DIR)).p;
}

/* The kept file that ?file= names: nothing but 64 hex digits becomes part of a path. */
static enum err kept_path(struct req *r, struct str file, const char **out, struct errmsg *e) {
    if (file.n != HASH_HEX - 1 || strspn(arena_z(r->a, file), "0123456789abcdef") != HASH_HEX - 1)
        return req_fail(r, e, ERR_NOT_FOUND,
                        TR("That upload is not here any more. Choose the file again.",
                           "Ese archivo ya no está aquí. Elíjalo otra vez."));
    *out = arena_fmt(r->a, "%s/%.*s", uploads(r), STR_ARG(file)).p;
    return ERR_OK;
}

/* ---- what was imported ---- */

static const char *state_label(struct html *h, struct str state) {
    static const struct choice states[] = {{"staged", TR_INIT("previewed", "vista previa")},
                                           {"applied", TR_INIT("applied", "aplicada")},
                                           {"undone", TR_INIT("taken back", "deshecha")},
                                           {"failed", TR_INIT("failed", "fallida")}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (str_eq(state, str_z(states[i].value)))
            return tr(states[i].label, h->lang);
    return html_z(h, state);
}

static const char *source_label(struct html *h, struct str name) {
    const struct source *s = source_find(provide_sources, provide_source_count, name);
    if (s != NULL)
        return tr(s->label, h->lang);
    if (str_eq(name, STR("merge")))
        return T(h, "Merge of two people", "Unión de dos personas");
    return T(h, "Roster (OneRoster)", "Matrícula (OneRoster)");
}

static enum err recent(struct req *r, struct html *h, struct errmsg *e) {
    struct batch_row *v;
    size_t n;
    int64_t page = req_int(r, "page", 1, 1, 1000000);
    TRY(batch_list(r->db, r->a, PAGE + 1, (page - 1) * PAGE, &v, &n, e));
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>",
         T(h, "What was imported", "Lo importado"));
    if (n == 0)
        empty_note(h, T(h,
                        "Nothing yet. The roster comes first: everything else refers to its people "
                        "and schools.",
                        "Nada todavía. Primero va la matrícula: lo demás se refiere a sus personas "
                        "y escuelas."));
    else
        html(h,
             "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
             "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" "
             "class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" "
             "class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>",
             T(h, "File", "Archivo"), T(h, "As of", "Al día"), T(h, "State", "Estado"),
             T(h, "Added", "Nuevos"), T(h, "Changed", "Cambios"), T(h, "Ended", "Bajas"),
             T(h, "Refused", "Rechazados"));
    for (size_t i = 0; i < n && i < PAGE; i++)
        html(h,
             "<tr><th scope=\"row\"><a href=\"/import/%" PRId64
             "\">%.*s</a><span class=\"sub\">%s</span></th><td data-l=\"%s\">%s</td><td "
             "data-l=\"%s\">%s</td><td class=\"n\" data-l=\"%s\">%s</td><td class=\"n\" "
             "data-l=\"%s\">%s</td><td class=\"n\" data-l=\"%s\">%s</td><td class=\"n\" "
             "data-l=\"%s\">%s</td></tr>\n",
             v[i].id, STR_ARG(v[i].file_name), source_label(h, v[i].source),
             T(h, "As of", "Al día"), day(h, v[i].as_of), T(h, "State", "Estado"),
             state_label(h, v[i].state), T(h, "Added", "Nuevos"), num_int(h, v[i].counts.added),
             T(h, "Changed", "Cambios"), num_int(h, v[i].counts.changed), T(h, "Ended", "Bajas"),
             num_int(h, v[i].counts.ended), T(h, "Refused", "Rechazados"),
             num_int(h, v[i].counts.refused));
    if (n > 0)
        html(h, "</tbody></table></div>");
    pager(r, page, n > PAGE);
    html(h, "</section>");
    return ERR_OK;
}

static void what_can_come(struct html *h) {
    html(h,
         "<section class=\"panel\"><header><h2>%s</h2></header><div class=\"scroll\"><table "
         "class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "What can be imported", "Lo que se puede importar"), T(h, "What", "Qué"),
         T(h, "How it looks", "Cómo es"));
    html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%s</td></tr>",
         T(h, "Roster", "Matrícula"), T(h, "How it looks", "Cómo es"),
         T(h,
           "OneRoster 1.1 or 1.2, a zip as your student information system exports it: everything, "
           "or changes only.",
           "OneRoster 1.1 o 1.2, un zip tal como lo exporta su sistema de información estudiantil: "
           "todo o solo los cambios."));
    for (size_t i = 0; i < provide_source_count; i++)
        html(h, "<tr><th scope=\"row\">%s</th><td data-l=\"%s\">%s</td></tr>",
             tr(provide_sources[i]->label, h->lang), T(h, "How it looks", "Cómo es"),
             tr(provide_sources[i]->about, h->lang));
    html(h, "</tbody></table></div></section>");
}

static enum err get_import(struct req *r, struct errmsg *e) {
    struct html *h = page_begin(
        r, &(struct page){
               .heading = tr(TR("Bring your data in", "Traiga sus datos"), r->lang),
               .sentence = tr(
                   TR("Choose a file as your systems export it. You see what would be added, "
                      "changed and ended before anything happens, and you can take it back.",
                      "Elija un archivo tal como lo exportan sus sistemas. Verá lo que se "
                      "añadiría, cambiaría o terminaría antes de que ocurra, y podrá deshacerlo."),
                   r->lang)});
    struct form f = form_begin(r, "/import", FORM_UPLOAD);
    form_file(
        &f,
        &(struct input){
            .name = "file",
            .label = TR("File", "Archivo"),
            .required = true,
            .help =
                TR("A OneRoster zip, or a CSV or Excel file of devices, rooms, lines, homes, "
                   "licences, use, surveys or scores.",
                   "Un zip de OneRoster o un CSV o archivo de Excel de equipos, aulas, conexiones, "
                   "hogares, licencias, uso, encuestas o puntajes.")},
        ".zip,.csv,.txt,.tsv,.xlsx", false);
    form_submit(&f, TR("Look at it", "Revisarlo"));
    form_end(&f);
    TRY(recent(r, h, e));
    what_can_come(h);
    page_end(r);
    return ERR_OK;
}

static enum err post_import(struct req *r, struct errmsg *e) {
    const struct upload *u = req_upload(r, "file");
    const char *kept;
    if (u == NULL || u->bytes == 0) {
        form_error(r, "file",
                   TR("Choose a file that is not empty.", "Elija un archivo que no esté vacío."));
        return get_import(r, e);
    }
    TRY(import_keep(u->path, uploads(r), r->a, &kept, e));
    struct html h = {.a = r->a, .lang = r->lang};
    reply_redirect(r, url(&h, "/import/preview", "file", strrchr(kept, '/') + 1, "name",
                          arena_z(r->a, u->name), NULL));
    return ERR_OK;
}

/* ---- preview ---- */

/* A column that a person chose: ?c3=5, or "-" to leave it out. */
static enum err take_choices(struct req *r, struct str (*field)(const struct req *, const char *),
                             struct source_view *view, struct errmsg *e) {
    for (size_t i = 0; i < view->width && i < COLUMNS_MOST_CHOSEN; i++) {
        char name[16];
        int64_t column;
        (void)snprintf(name, sizeof name, "c%zu", i);
        struct str v = field(r, name);
        if (v.n == 0)
            continue;
        if (!str_int(v, &column))
            column = SOURCE_LEFT_OUT;
        if (column != view->match[i].column)
            TRY(source_choose(view, i, (int)column, r->a, e));
    }
    return ERR_OK;
}

static void choose_source(struct req *r, struct html *h, const char *why) {
    struct option options[64];
    size_t n = 0;
    for (size_t i = 0; i < provide_source_count && n < 64; i++)
        options[n++] = (struct option){str_z(provide_sources[i]->name),
                                       str_z(tr(provide_sources[i]->label, h->lang))};
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header><p>%s</p>",
         T(h, "What is this file?", "¿Qué es este archivo?"), why);
    struct form f = form_begin(r, "/import/preview", FORM_GET);
    form_hidden(&f, "file", req_query(r, "file"));
    form_hidden(&f, "name", req_query(r, "name"));
    form_options(
        &f,
        &(struct input){.name = "source", .label = TR("It holds", "Contiene"), .required = true},
        options, n, TR("Choose", "Elija"));
    form_submit(&f, TR("Look again", "Revisar otra vez"));
    form_end(&f);
    html(h, "</section>");
}

static void column_options(const struct source *s, struct html *h, struct option *out) {
    for (size_t i = 0; i < s->column_count; i++)
        out[i] =
            (struct option){arena_fmt(h->a, "%zu", i), str_z(tr(s->columns[i].label, h->lang))};
}

static const char *how_found(struct html *h, enum match_how how) {
    switch (how) {
    case MATCH_EXACT:
        return T(h, "its own name", "su propio nombre");
    case MATCH_ALIAS:
        return T(h, "a name other programs use", "nombre que usan otros programas");
    case MATCH_SAVED:
        return T(h, "as last time", "como la última vez");
    case MATCH_LIKENESS:
        return T(h, "looks alike: please check", "se parece: compruébelo");
    case MATCH_CHOSEN:
        return T(h, "chosen by you", "elegida por usted");
    case MATCH_MEASURE:
        return T(h, "a column of numbers", "columna de números");
    case MATCH_NONE:
        break;
    }
    return T(h, "left out", "sin usar");
}

/* Which header is which column, changeable; the choice is remembered when the file is applied. */
static void mapping(struct req *r, struct html *h, const struct source_view *v) {
    struct option *options = ARENA_ARRAY(r->a, struct option, v->source->column_count);
    column_options(v->source, h, options);
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\">%s</p></header>",
         T(h, "Which column is which", "Qué columna es cuál"),
         T(h, "Guessed from the headers; your choice is remembered for files like this one.",
           "Según los encabezados; su elección se recuerda para archivos como este."));
    struct form f = form_begin(r, "/import/preview", FORM_GET);
    form_hidden(&f, "file", req_query(r, "file"));
    form_hidden(&f, "name", req_query(r, "name"));
    form_hidden(&f, "source", str_z(v->source->name));
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "In the file", "En el archivo"), T(h, "First values", "Primeros valores"),
         T(h, "Is", "Es"), T(h, "Known by", "Se sabe por"));
    for (size_t i = 0; i < v->width && i < COLUMNS_MOST_CHOSEN; i++) {
        const struct source_match *m = &v->match[i];
        html(h, "<tr><th scope=\"row\">%.*s</th><td data-l=\"%s\" class=\"mono\">",
             STR_ARG(m->header), T(h, "First values", "Primeros valores"));
        for (size_t k = 0; k < v->sample_rows && k < 2; k++)
            html(h, "%s%.*s", k == 0 ? "" : ", ", STR_ARG(str_sub(v->sample[k][i], 0, 40)));
        html(h, "</td><td data-l=\"%s\">", T(h, "Is", "Es"));
        form_options(
            &f,
            &(struct input){.name = arena_fmt(r->a, "c%zu", i).p,
                            .label = {arena_fmt(r->a, "%.*s is", STR_ARG(m->header)).p,
                                      arena_fmt(r->a, "%.*s es", STR_ARG(m->header)).p},
                            .value = m->column >= 0 ? arena_fmt(r->a, "%d", m->column) : STR("-")},
            options, v->source->column_count,
            m->how == MATCH_MEASURE ? TR("A measure", "Una medida") : TR("Left out", "Sin usar"));
        html(h, "</td><td data-l=\"%s\">%s</td></tr>", T(h, "Known by", "Se sabe por"),
             how_found(h, m->how));
    }
    html(h, "</tbody></table></div>");
    form_submit(&f, TR("Look again", "Revisar otra vez"));
    form_end(&f);
    html(h, "</section>");
}

static void lines(struct html *h, const struct import_report *p) {
    const struct {
        struct tr label;
    } heads[] = {{TR_INIT("Before", "Antes")},        {TR_INIT("Added", "Nuevos")},
                 {TR_INIT("Changed", "Cambios")},     {TR_INIT("Ended", "Bajas")},
                 {TR_INIT("Reopened", "Reabiertos")}, {TR_INIT("Same", "Iguales")}};
    html(h, "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th>",
         T(h, "Kind", "Tipo"));
    for (size_t i = 0; i < 6; i++)
        html(h, "<th scope=\"col\" class=\"n\">%s</th>", tr(heads[i].label, h->lang));
    html(h, "</tr></thead><tbody>");
    for (size_t k = 0; k < p->line_count; k++) {
        const struct import_line *l = &p->line[k];
        const int64_t cells[] = {l->before, l->added,    l->changed,
                                 l->ended,  l->reopened, l->unchanged};
        html(h, "<tr><th scope=\"row\">%s", tr(l->label, h->lang));
        if (l->stop)
            html(h, " <span class=\"tag short\">%s</span>",
                 T(h, "safety stop", "parada de seguridad"));
        html(h, "</th>");
        for (size_t i = 0; i < 6; i++)
            html(h, "<td class=\"n\" data-l=\"%s\">%s</td>", tr(heads[i].label, h->lang),
                 num_int(h, cells[i]));
        html(h, "</tr>\n");
    }
    html(h, "</tbody></table></div>");
}

static void examples(struct html *h, const struct import_report *p) {
    if (p->example_count == 0)
        return;
    html(h,
         "<section class=\"panel\"><header><h2>%s</h2></header><div class=\"scroll\"><table "
         "class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th></tr></thead><tbody>",
         T(h, "Some of it, and why", "Algunos ejemplos y su motivo"), T(h, "What", "Qué"),
         T(h, "Happens", "Ocurre"), T(h, "Because", "Porque"));
    for (size_t i = 0; i < p->example_count; i++) {
        const struct import_example *x = &p->example[i];
        struct tr why = x->reason.en == NULL ? TR("", "") : x->reason;
        html(h,
             "<tr><th scope=\"row\">%.*s<span class=\"sub\">%s</span></th><td data-l=\"%s\">%s "
             "<span class=\"sub\">%.*s</span></td><td data-l=\"%s\">%s</td></tr>\n",
             STR_ARG(x->title), tr(x->kind, h->lang), T(h, "Happens", "Ocurre"),
             tr(x->what, h->lang), STR_ARG(x->detail), T(h, "Because", "Porque"), tr(why, h->lang));
    }
    html(h, "</tbody></table></div></section>");
}

static void problem_table(struct html *h, const struct batch_problem *v, size_t n) {
    const char *where = T(h, "Where", "Dónde"), *value = T(h, "Value", "Valor"),
               *what = T(h, "What is wrong, what to do", "Qué falla y qué hacer");
    html(h,
         "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">%s</th><th "
         "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
         where, value, what);
    for (size_t i = 0; i < n; i++)
        html(h,
             "<tr><th scope=\"row\">%.*s, %s %s<span class=\"sub\">%.*s</span></th><td "
             "data-l=\"%s\" class=\"mono\">%.*s</td><td data-l=\"%s\">%.*s%s</td></tr>\n",
             STR_ARG(v[i].file), T(h, "line", "línea"), num_int(h, v[i].line), STR_ARG(v[i].col),
             value, STR_ARG(v[i].value), what, STR_ARG(v[i].what),
             v[i].severity == BATCH_WARNING ? T(h, " (The row is taken.)", " (La fila se acepta.)")
                                            : "");
    html(h, "</tbody></table></div>");
}

static void problems(struct html *h, const struct import_report *p) {
    if (p->problem_count == 0)
        return;
    html(h, "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\">",
         T(h, "Rows with a problem", "Filas con un problema"));
    html_say(h, "%s refused; the rest of the file is taken.",
             "%s rechazadas; el resto del archivo se acepta.", num_int(h, p->errors));
    html(h, "</p></header>");
    problem_table(h, p->problem,
                  p->problem_count < PROBLEMS_SHOWN ? p->problem_count : PROBLEMS_SHOWN);
    if (p->problem_count > PROBLEMS_SHOWN)
        html_say(
            h,
            "<p>%s more; the page of the import has them all, with a spreadsheet to hand back.</p>",
            "<p>%s más; la página de la importación las tiene todas, con una hoja para "
            "devolver.</p>",
            num_int(h, (int64_t)(p->problem_count - PROBLEMS_SHOWN)));
    html(h, "</section>");
}

static void assumed(struct html *h, struct str text) {
    struct str line;
    if (text.n == 0)
        return;
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header><ul>",
         T(h, "What was assumed", "Lo que se supuso"));
    while (str_split(&text, '\n', &line))
        if (line.n > 0)
            html(h, "<li lang=\"en\">%.*s</li>", STR_ARG(line));
    html(h, "</ul></section>");
}

struct sums {
    int64_t added, changed, ended, reopened;
};

static struct sums sum(const struct import_report *p) {
    struct sums s = {0};
    for (size_t i = 0; i < p->line_count; i++) {
        s.added += p->line[i].added;
        s.changed += p->line[i].changed;
        s.ended += p->line[i].ended;
        s.reopened += p->line[i].reopened;
    }
    return s;
}

static void apply_form(struct req *r, struct html *h, const struct import_file *file,
                       const struct import_report *p) {
    struct sums s = sum(p);
    html(h, "<section class=\"panel\"><header><h2>%s</h2></header>",
         T(h, "What to do next", "Qué hacer ahora"));
    struct form f = form_begin(r, "/import/apply", 0);
    form_hidden(&f, "file", req_query(r, "file"));
    form_hidden(&f, "name", req_query(r, "name"));
    form_hidden(&f, "batch", arena_fmt(r->a, "%" PRId64, p->batch_id));
    if (!file->roster) {
        form_hidden(&f, "source", str_z(file->view.source->name));
        for (size_t i = 0; i < file->view.width && i < COLUMNS_MOST_CHOSEN; i++)
            if (file->view.match[i].how == MATCH_CHOSEN)
                form_hidden(&f, arena_fmt(r->a, "c%zu", i).p,
                            file->view.match[i].column >= 0
                                ? arena_fmt(r->a, "%d", file->view.match[i].column)
                                : STR("-"));
    }
    if (p->stopped) {
        html(h, "<p class=\"warn\">");
        html_say(h,
                 "More than %s %% of a kind would end. A partial export is the usual cause. Go on "
                 "only if the file is whole.",
                 "Terminaría más del %s %% de un tipo. La causa habitual es una exportación "
                 "parcial. Siga solo si el archivo está completo.",
                 num_int(h, config_int(CONF_SAFETY_STOP_PERCENT)));
        html(h, "</p>");
        form_check(&f,
                   &(struct input){.name = "end_many",
                                   .label = TR("The file is whole: end them",
                                               "El archivo está completo: dar de baja")},
                   false);
    }
    form_submit(&f, s.added + s.changed + s.ended + s.reopened == 0
                        ? TR("Record that nothing changed", "Registrar que nada cambió")
                        : TR("Apply", "Aplicar"));
    html(h, " <a class=\"act quiet\" href=\"/import\">%s</a>", T(h, "Leave it", "Dejarlo"));
    form_end(&f);
    html(h, "</section>");
}

static struct str heading_of(struct req *r, const struct import_report *p) {
    struct sums s = sum(p);
    struct html h = {.a = r->a, .lang = r->lang};
    if (s.added + s.changed + s.ended + s.reopened == 0)
        return str_z(T(&h, "Nothing would change: the records say the same.",
                       "Nada cambiaría: los registros dicen lo mismo."));
    return r->lang == LANG_ES
               ? arena_fmt(r->a, "Se añadirían %s, cambiarían %s y terminarían %s.",
                           num_int(&h, s.added), num_int(&h, s.changed), num_int(&h, s.ended))
               : arena_fmt(r->a, "%s would be added, %s changed, %s ended.", num_int(&h, s.added),
                           num_int(&h, s.changed), num_int(&h, s.ended));
}

static enum err look(struct req *r, struct str (*field)(const struct req *, const char *),
                     struct import_file *file, struct errmsg *e) {
    const char *path = NULL;
    struct str source = field(r, "source");
    const struct source *only =
        source.n == 0 ? NULL : source_find(provide_sources, provide_source_count, source);
    TRY(kept_path(r, field(r, "file"), &path, e));
    TRY(import_look(req_store(r), path, field(r, "name"), only, r->a, file, e));
    return file->roster ? ERR_OK : take_choices(r, field, &file->view, e);
}

static enum err not_understood(struct req *r, const char *why) {
    struct html *h =
        page_begin(r, &(struct page){.heading = tr(TR("This file is not understood yet",
                                                      "Este archivo aún no se entiende"),
                                                   r->lang)});
    choose_source(r, h, why);
    page_end(r);
    return ERR_OK;
}

static enum err get_preview(struct req *r, struct errmsg *e) {
    struct import_file file;
    struct import_report p;
    enum err looked = look(r, req_query, &file, e);
    if (looked == ERR_INVALID)
        return not_understood(r, e->text);
    TRY(looked);
    struct import_how how = {.dry = true, .today = r->today, .account_id = r->viewer.account_id};
    enum err ran = import_run(req_store(r), &file, &how, r->a, &p, e);
    if (ran != ERR_OK && (file.roster || file.view.missing_count == 0))
        return ran;
    struct html *h;
    if (ran != ERR_OK) { /* required columns are missing: choose them */
        h = page_begin(
            r, &(struct page){.heading =
                                  tr(TR("Some columns are missing", "Faltan columnas"), r->lang),
                              .sentence = arena_z(r->a, str_z(e->text))});
        mapping(r, h, &file.view);
        choose_source(r, h, T(h, "Or it is something else.", "O es otra cosa."));
        page_end(r);
        return ERR_OK;
    }
    h = page_begin(
        r,
        &(struct page){
            .asof = arena_fmt(r->a, "%.*s · %s · %" PRId64 " %s", STR_ARG(file.name),
                              tr(p.source, r->lang), p.rows, r->lang == LANG_ES ? "filas" : "rows")
                        .p,
            .heading = heading_of(r, &p).p,
            .sentence =
                tr(TR("Nothing has changed so far.", "Nada ha cambiado hasta ahora."), r->lang)});
    lines(h, &p);
    apply_form(r, h, &file, &p);
    problems(h, &p);
    examples(h, &p);
    assumed(h, p.assumed);
    if (!file.roster)
        mapping(r, h, &file.view);
    page_end(r);
    return ERR_OK;
}

/* ---- apply, look back, undo ---- */

struct applied {
    const struct import_file *file;
    const struct import_report *report;
    struct req *r;
};

static enum err save_after(struct db *db, void *arg, struct errmsg *e) {
    struct applied *x = arg;
    struct req *r = x->r;
    struct audit_entry entry = {
        .action = STR("import"),
        .subject = STR("file"),
        .subject_id = arena_fmt(r->a, "%" PRId64, x->report->batch_id),
        .detail =
            arena_fmt(r->a, "{\"source\":\"%s\",\"rows\":%" PRId64 ",\"refused\":%" PRId64 "}",
                      x->file->roster ? "oneroster" : x->file->view.source->name, x->report->rows,
                      x->report->errors)};
    if (!x->file->roster)
        TRY(source_mapping_save(db, &x->file->view, r->viewer.account_id, e));
    return audit_append(db, &r->viewer, &entry, e);
}

static enum err catch_up(struct req *r, struct errmsg *e) {
    return import_settle(req_store(r), r->today, &(struct measure_options){0}, e);
}

static enum err post_apply(struct req *r, struct errmsg *e) {
    struct import_file file;
    struct import_report p;
    int64_t staged = 0;
    TRY(look(r, req_form, &file, e));
    (void)str_int(req_form(r, "batch"), &staged);
    struct import_how how = {.today = r->today,
                             .account_id = r->viewer.account_id,
                             .staged_id = staged,
                             .end_many = req_has(r, "end_many")};
    TRY(import_run(req_store(r), &file, &how, r->a, &p, e));
    struct applied x = {&file, &p, r};
    TRY(req_write(r, save_after, &x, e));
    TRY(catch_up(r, e));
    reply_notice(r,
                 TR("Applied. The numbers are up to date.", "Aplicado. Los números están al día."));
    reply_redirect(r, arena_fmt(r->a, "/import/%" PRId64, p.batch_id).p);
    return ERR_OK;
}

static enum err get_batch(struct req *r, struct errmsg *e) {
    int64_t id, page = req_int(r, "page", 1, 1, 1000000);
    struct batch_row b;
    struct batch_problem *v;
    size_t n;
    TRY(req_id(r, "id", &id, e));
    TRY(batch_get(r->db, r->a, id, &b, e));
    TRY(batch_problems(r->db, r->a, id, PAGE + 1, (page - 1) * PAGE, &v, &n, e));
    struct html names = {.a = r->a, .lang = r->lang};
    struct html *h = page_begin(
        r,
        &(struct page){
            .asof = arena_fmt(r->a, "%s · %.*s · %s", source_label(&names, b.source),
                              STR_ARG(b.file_name),
                              instant(&names, b.applied_us != 0 ? b.applied_us : b.created_us))
                        .p,
            .heading = arena_fmt(r->a,
                                 r->lang == LANG_ES ? "%s: %s nuevos, %s cambiados, %s terminados."
                                                    : "%s: %s added, %s changed, %s ended.",
                                 state_label(&names, b.state), num_int(&names, b.counts.added),
                                 num_int(&names, b.counts.changed), num_int(&names, b.counts.ended))
                           .p,
            .sentence = arena_fmt(r->a,
                                  r->lang == LANG_ES ? "%s filas leídas, %s rechazadas."
                                                     : "%s rows read, %s refused.",
                                  num_int(&names, b.counts.read), num_int(&names, b.counts.refused))
                            .p});
    html(h, "<p class=\"acts\">");
    if (str_eq(b.state, STR("applied")))
        form_action(r, arena_fmt(r->a, "/import/%" PRId64 "/undo", id).p,
                    TR("Take it back", "Deshacer"), true);
    html(h, " <a class=\"act\" href=\"/\">%s</a></p>",
         T(h, "See where we stand", "Ver cómo estamos"));
    if (n > 0) {
        html(h,
             "<section class=\"panel\"><header><h2>%s</h2><p class=\"asof\"><a "
             "href=\"/import/%" PRId64 "/problems.csv\">%s</a></p></header>",
             T(h, "Rows with a problem", "Filas con un problema"), id,
             T(h, "Spreadsheet to hand back (CSV)", "Hoja para devolver (CSV)"));
        problem_table(h, v, n > PAGE ? PAGE : n);
        pager(r, page, n > PAGE);
        html(h, "</section>");
    }
    assumed(h, b.assumed);
    page_end(r);
    return ERR_OK;
}

static enum err get_problems(struct req *r, struct errmsg *e) {
    int64_t id;
    struct batch_row b;
    TRY(req_id(r, "id", &id, e));
    TRY(batch_get(r->db, r->a, id, &b, e));
    TRY(req_export(r, "import problems", "csv", b.errors_kept, true, e));
    return batch_problems_csv(
        r->db, id,
        reply_download(r, "text/csv; charset=utf-8",
                       arena_fmt(r->a, "import-%" PRId64 "-problems.csv", id).p),
        e);
}

static enum err note_undo(struct db *db, void *arg, struct errmsg *e) {
    struct req *r = arg;
    struct audit_entry entry = {
        .action = STR("undo"), .subject = STR("file"), .subject_id = req_param(r, "id")};
    return audit_append(db, &r->viewer, &entry, e);
}

static enum err post_undo(struct req *r, struct errmsg *e) {
    int64_t id;
    struct undo_report done;
    TRY(req_id(r, "id", &id, e));
    TRY(batch_undo(req_store(r), id, r->today, &done, e));
    TRY(req_write(r, note_undo, r, e));
    TRY(catch_up(r, e));
    reply_notice(
        r, TR("Taken back. The numbers are up to date.", "Deshecho. Los números están al día."));
    reply_redirect(r, arena_fmt(r->a, "/import/%" PRId64, id).p);
    return ERR_OK;
}

enum { REPORT_BYTES = 1 << 30 };

const struct route routes_import[] = {
    {.method = GET,
     .pattern = "/import",
     .handler = get_import,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Import", "Importar"),
     .nav = TR_INIT("Import", "Importar"),
     .nav_order = 70},
    {.method = POST,
     .pattern = "/import",
     .handler = post_import,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Import", "Importar"),
     .flags = ROUTE_UPLOAD | ROUTE_SLOW},
    {.method = GET,
     .pattern = "/import/preview",
     .handler = get_preview,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Preview", "Vista previa"),
     .flags = ROUTE_SLOW,
     .arena_max = REPORT_BYTES},
    {.method = POST,
     .pattern = "/import/apply",
     .handler = post_apply,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Apply", "Aplicar"),
     .flags = ROUTE_SLOW,
     .arena_max = REPORT_BYTES},
    {.method = GET,
     .pattern = "/import/{id}",
     .handler = get_batch,
     .perm = PERM_IMPORT,
     .title = TR_INIT("An import", "Una importación")},
    {.method = GET,
     .pattern = "/import/{id}/problems.csv",
     .handler = get_problems,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Problems", "Problemas")},
    {.method = POST,
     .pattern = "/import/{id}/undo",
     .handler = post_undo,
     .perm = PERM_IMPORT,
     .title = TR_INIT("Take back", "Deshacer"),
     .flags = ROUTE_SLOW},
    {0},
};
