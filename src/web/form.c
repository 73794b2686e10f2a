#include "web/form.h"

#include "web/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void form_error_text(struct req *r, const char *field, const char *text) {
    struct reply *p = r->reply;
    if (p->error_n < FORM_ERRORS_MOST)
        p->errors[p->error_n++] =
            (struct form_err){arena_z(r->a, str_z(field)), arena_z(r->a, str_z(text))};
}

void form_error(struct req *r, const char *field, struct tr text) {
    form_error_text(r, field, tr(text, r->lang));
}

bool form_failed(const struct req *r) {
    return r->reply->error_n > 0;
}

static const char *error_of(const struct req *r, const char *field) {
    for (size_t i = 0; i < r->reply->error_n; i++)
        if (strcmp(r->reply->errors[i].field, field) == 0)
            return r->reply->errors[i].text;
    return NULL;
}

static void summary(const struct req *r, struct html *h) {
    if (r->reply->error_n == 0)
        return;
    html(h, "<div class=\"errors\" role=\"alert\" tabindex=\"-1\" data-focus><h2>%s</h2><ul>",
         T(h, "Please check this", "Revise lo siguiente"));
    for (size_t i = 0; i < r->reply->error_n; i++) {
        const struct form_err *e = &r->reply->errors[i];
        if (e->field[0] == '\0')
            html(h, "<li>%s</li>", e->text);
        else
            html(h, "<li><a href=\"#f-%s\">%s</a></li>", e->field, e->text);
    }
    html(h, "</ul></div>");
}

struct form form_begin(struct req *r, const char *action, unsigned flags) {
    struct html *h = &r->reply->html;
    bool get = (flags & FORM_GET) != 0;
    if (!get)
        summary(r, h);
    html(h, "<form method=\"%s\" action=\"%s\"", get ? "get" : "post", action);
    if ((flags & FORM_UPLOAD) != 0)
        html(h, " enctype=\"multipart/form-data\"");
    html(h, " class=\"%s\" novalidate>", (flags & FORM_INLINE) != 0 ? "form line" : "form");
    if (!get) /* first, so that it arrives before any file */
        html(h, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">", r->csrf);
    return (struct form){r, h};
}

void form_end(struct form *f) {
    html(f->h, "</form>");
}

/* What to show in a field: what was posted, else the query's (a filter), else its value. */
static struct str shown(const struct form *f, const struct input *in) {
    if (f->r->method == POST && req_has(f->r, in->name))
        return req_form(f->r, in->name);
    return in->value;
}

/* Label and help before a field; the ids by which it names them. */
static void before(struct form *f, const struct input *in) {
    struct html *h = f->h;
    const char *error = error_of(f->r, in->name);
    html(h, "<div class=\"field%s\"><label for=\"f-%s\">%s", error == NULL ? "" : " bad", in->name,
         tr(in->label, h->lang));
    html(h, "</label>");
    if (in->help.en != NULL)
        html(h, "<p class=\"help\" id=\"h-%s\">%s</p>", in->name, tr(in->help, h->lang));
    if (error != NULL)
        html(h, "<p class=\"why\" id=\"e-%s\">%s</p>", in->name, error);
}

/* id, name and what ties help and error to the field. */
static void attributes(struct form *f, const struct input *in) {
    struct html *h = f->h;
    bool bad = error_of(f->r, in->name) != NULL, help = in->help.en != NULL;
    html(h, " id=\"f-%s\" name=\"%s\"", in->name, in->name);
    if (help && bad)
        html(h, " aria-describedby=\"h-%s e-%s\"", in->name, in->name);
    else if (help)
        html(h, " aria-describedby=\"h-%s\"", in->name);
    else if (bad)
        html(h, " aria-describedby=\"e-%s\"", in->name);
    if (bad)
        html(h, " aria-invalid=\"true\"");
    if (in->required)
        html(h, " required");
    if (in->autofocus && f->r->reply->error_n == 0)
        html(h, " autofocus");
    if (in->autocomplete != NULL)
        html(h, " autocomplete=\"%s\"", in->autocomplete);
}

void form_text(struct form *f, const struct input *in) {
    struct html *h = f->h;
    const char *type = in->type == NULL ? "text" : in->type;
    bool secret = strcmp(type, "password") == 0, number = strcmp(type, "number") == 0;
    before(f, in);
    if (in->suffix != NULL)
        html(h, "<span class=\"with-unit\">");
    html(h, "<input type=\"%s\"", type);
    attributes(f, in);
    if (number && (in->min != 0 || in->max != 0))
        html(h, " min=\"%" PRId64 "\" max=\"%" PRId64 "\"", in->min, in->max);
    else if (!number && in->max != 0)
        html(h, " maxlength=\"%" PRId64 "\"", in->max);
    if (number && in->step != NULL)
        html(h, " step=\"%s\"", in->step);
    if (!secret) /* a password is never sent back */
        html(h, " value=\"%.*s\"", STR_ARG(shown(f, in)));
    html(h, ">");
    if (in->suffix != NULL)
        html(h, " <span class=\"unit\">%s</span></span>", in->suffix);
    html(h, "</div>");
}

void form_area(struct form *f, const struct input *in, int lines) {
    struct html *h = f->h;
    before(f, in);
    html(h, "<textarea rows=\"%d\"", lines);
    attributes(f, in);
    html(h, ">\n%.*s</textarea></div>", STR_ARG(shown(f, in)));
}

static void one_option(struct html *h, struct str value, struct str text, struct str now) {
    html(h, "<option value=\"%.*s\"%s>%.*s</option>", STR_ARG(value),
         str_eq(value, now) ? " selected" : "", STR_ARG(text));
}

void form_select(struct form *f, const struct input *in, const struct choice *choices, size_t n) {
    struct str now = shown(f, in);
    before(f, in);
    html(f->h, "<select");
    attributes(f, in);
    html(f->h, ">");
    for (size_t i = 0; i < n; i++)
        one_option(f->h, str_z(choices[i].value), str_z(tr(choices[i].label, f->h->lang)), now);
    html(f->h, "</select></div>");
}

void form_options(struct form *f, const struct input *in, const struct option *o, size_t n,
                  struct tr none) {
    struct str now = shown(f, in);
    before(f, in);
    html(f->h, "<select");
    attributes(f, in);
    html(f->h, ">");
    if (none.en != NULL)
        one_option(f->h, STR(""), str_z(tr(none, f->h->lang)), now);
    for (size_t i = 0; i < n; i++)
        one_option(f->h, o[i].value, o[i].text, now);
    html(f->h, "</select></div>");
}

/* A group of boxes or dots: a fieldset with its legend. */
static void group_begin(struct form *f, const struct input *in) {
    struct html *h = f->h;
    const char *error = error_of(f->r, in->name);
    html(h, "<fieldset class=\"field%s\" id=\"f-%s\" tabindex=\"-1\"><legend>%s</legend>",
         error == NULL ? "" : " bad", in->name, tr(in->label, h->lang));
    if (in->help.en != NULL)
        html(h, "<p class=\"help\">%s</p>", tr(in->help, h->lang));
    if (error != NULL)
        html(h, "<p class=\"why\">%s</p>", error);
}

void form_radio(struct form *f, const struct input *in, const struct choice *choices, size_t n) {
    struct str now = shown(f, in);
    group_begin(f, in);
    for (size_t i = 0; i < n; i++)
        html(f->h,
             "<label class=\"pick\"><input type=\"radio\" name=\"%s\" value=\"%s\"%s> %s</label>",
             in->name, choices[i].value, str_eq(str_z(choices[i].value), now) ? " checked" : "",
             tr(choices[i].label, f->h->lang));
    html(f->h, "</fieldset>");
}

void form_check(struct form *f, const struct input *in, bool on) {
    struct html *h = f->h;
    const char *error = error_of(f->r, in->name);
    bool ticked = f->r->method == POST ? req_has(f->r, in->name) : on;
    html(h, "<div class=\"field%s\"><label class=\"pick\"><input type=\"checkbox\" value=\"1\"",
         error == NULL ? "" : " bad");
    attributes(f, in);
    html(h, "%s> %s</label>", ticked ? " checked" : "", tr(in->label, h->lang));
    if (in->help.en != NULL)
        html(h, "<p class=\"help\" id=\"h-%s\">%s</p>", in->name, tr(in->help, h->lang));
    if (error != NULL)
        html(h, "<p class=\"why\" id=\"e-%s\">%s</p>", in->name, error);
    html(h, "</div>");
}

void form_boxes(struct form *f, const struct input *in, const struct option *o, size_t n,
                const struct scope_ids *on) {
    struct str *posted;
    size_t posted_n = req_form_all(f->r, in->name, &posted);
    group_begin(f, in);
    if (n == 0)
        html(f->h, "<p class=\"help\">%s</p>",
             T(f->h, "There are none yet: import the roster first.",
               "Aún no hay ninguna: importe primero el padrón."));
    html(f->h, "<div class=\"boxes\"%s>", n == 0 ? " hidden" : "");
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0;
        bool ticked =
            f->r->method != POST && on != NULL && str_int(o[i].value, &id) && scope_has(on, id);
        for (size_t k = 0; k < posted_n; k++)
            ticked = ticked || str_eq(posted[k], o[i].value);
        html(f->h,
             "<label class=\"pick\"><input type=\"checkbox\" name=\"%s\" value=\"%.*s\"%s> "
             "%.*s</label>",
             in->name, STR_ARG(o[i].value), ticked ? " checked" : "", STR_ARG(o[i].text));
    }
    html(f->h, "</div></fieldset>");
}

void form_file(struct form *f, const struct input *in, const char *accept, bool several) {
    before(f, in);
    html(f->h, "<div class=\"drop\" data-drop><input type=\"file\"");
    attributes(f, in);
    if (accept != NULL)
        html(f->h, " accept=\"%s\"", accept);
    html(f->h, "%s></div></div>", several ? " multiple" : "");
}

void form_hidden(struct form *f, const char *name, struct str value) {
    html(f->h, "<input type=\"hidden\" name=\"%s\" value=\"%.*s\">", name, STR_ARG(value));
}

void form_submit(struct form *f, struct tr label) {
    html(f->h, "<button class=\"act\">%s</button>", tr(label, f->h->lang));
}

void form_button(struct form *f, const char *name, const char *value, struct tr label, bool quiet) {
    html(f->h, "<button class=\"act%s\" name=\"%s\" value=\"%s\">%s</button>",
         quiet ? " quiet" : "", name, value, tr(label, f->h->lang));
}

void form_action(struct req *r, const char *action, struct tr label, bool quiet) {
    struct html *h = &r->reply->html;
    html(h,
         "<form method=\"post\" action=\"%s\" class=\"only\"><input type=\"hidden\" name=\"csrf\" "
         "value=\"%s\"><button class=\"act%s\">%s</button></form>",
         action, r->csrf, quiet ? " quiet" : "", tr(label, h->lang));
}
