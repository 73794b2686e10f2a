/*
 * Forms: label, help and error stand with their field and are tied to it (aria-describedby); errors
 * are listed on top, linked, and the list takes the focus. What a person typed comes back.
 *     struct form f = form_begin(r, "/accounts", 0);
 *     form_text(&f, &(struct input){.name = "username", .label = TR("Sign-in name", "Usuario"),
 * .required = true}); form_submit(&f, TR("Save", "Guardar")); form_end(&f); After a refused POST:
 * form_error(r, "username", TR(...)) for each, then write the page again; form_failed(r) tells that
 * there are some.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include "store/kind.h"
#include "web/page.h"

struct form {
    struct req *r;
    struct html *h;
};
enum { FORM_UPLOAD = 1, FORM_GET = 2, FORM_INLINE = 4 /* one line, for filters */ };
struct form form_begin(struct req *r, const char *action, unsigned flags);
void form_end(struct form *f);

struct input {
    const char *name;
    struct tr label, help; /* help may be empty */
    struct str value;      /* shown when nothing was posted */
    const char *type; /* "text" (NULL), "email", "number", "date", "password", "search", "tel" */
    const char *autocomplete; /* "username", "current-password", ...; NULL */
    const char *suffix;       /* "Mbps", "%": a unit after the field */
    bool required, autofocus;
    int64_t min, max; /* number: both 0 for none; text: max length */
    const char *step; /* number */
};
void form_text(struct form *f, const struct input *in);
void form_area(struct form *f, const struct input *in, int lines);
void form_select(struct form *f, const struct input *in, const struct choice *choices, size_t n);
/* Choices from rows of the records: (value, text) pairs. */
struct option {
    struct str value, text;
};
void form_options(struct form *f, const struct input *in, const struct option *o, size_t n,
                  struct tr none); /* `none`: the entry for no value; empty: there is none */
void form_radio(struct form *f, const struct input *in, const struct choice *choices, size_t n);
void form_check(struct form *f, const struct input *in, bool on); /* one box */
void form_boxes(struct form *f, const struct input *in, const struct option *o, size_t n,
                const struct scope_ids *on); /* several of one name; values are ids */
void form_file(struct form *f, const struct input *in, const char *accept, bool several);
void form_hidden(struct form *f, const char *name, struct str value);
void form_submit(struct form *f, struct tr label);
/* A further button that posts name=value: <button name value>. quiet: the lesser of two. */
void form_button(struct form *f, const char *name, const char *value, struct tr label, bool quiet);
/* A form that is only a button, for one action in a list. Like every form it may not stand in <p>.
 */
void form_action(struct req *r, const char *action, struct tr label, bool quiet);

void form_error(struct req *r, const char *field, struct tr text); /* field "" for the whole form */
void form_error_text(struct req *r, const char *field, const char *text);
bool form_failed(const struct req *r);

#endif
