/* How numbers are protected: for anyone who asks, signed in or not. */
#include "web/page.h"

#include "base/config.h"

struct part {
    struct tr heading, text;
};

static const struct part parts[] = {
    {TR_INIT("Small groups are hidden", "Los grupos pequeños se ocultan"),
     TR_INIT("A number about fewer people than the minimum is not shown at all. Neither is a share "
             "that would tell that nearly everyone, or nearly no one, in a group is something.",
             "No se muestra ningún número sobre menos personas que el mínimo. Tampoco una "
             "proporción que diga que casi todos, o casi nadie, en un grupo es algo.")},
    {TR_INIT("So is what would reveal them", "También lo que los revelaría"),
     TR_INIT(
         "If a total and all its parts but one are shown, the missing part can be worked out. "
         "So a second number is hidden with it, across schools, groups and months together: a "
         "table, a download and last month's page never give away what one of them hides.",
         "Si se muestran un total y todas sus partes menos una, la que falta se puede deducir. "
         "Por eso se oculta otro número con ella, a la vez entre escuelas, grupos y meses: ni "
         "una tabla, ni una descarga, ni la página del mes pasado revelan lo que otra oculta.")},
    {TR_INIT("Every number says how sure it is", "Cada número dice cuán seguro es"),
     TR_INIT(
         "Beside a share stand the number of people it is about (n), the interval in which it "
         "likely lies, and the day it was taken. Small groups have wide intervals: two of them "
         "may differ by chance alone.",
         "Junto a una proporción están el número de personas (n), el intervalo en que "
         "probablemente se encuentra y la fecha. Los grupos pequeños tienen intervalos amplios: "
         "dos de ellos pueden diferir solo por azar.")},
    {TR_INIT("Names are for those who work with the person",
             "Los nombres son para quienes trabajan con la persona"),
     TR_INIT(
         "A student's record opens for the student, the family, their teachers, their school, "
         "and the district staff who need it. Others are told that there is no such page. The "
         "meal status, housing and race of one student open for fewer still.",
         "El registro de un estudiante se abre para él o ella, su familia, sus docentes, su "
         "escuela y el personal del distrito que lo necesita. A los demás se les dice que no "
         "existe esa página. Las comidas, vivienda y raza de un estudiante las ven aún menos.")},
    {TR_INIT("Who looked is written down", "Queda escrito quién miró"),
     TR_INIT(
         "Each opening of a student's record and each list taken away is entered in a log that "
         "can only grow. Families may ask the privacy officer who saw their child's record.",
         "Cada vez que se abre el registro de un estudiante o se descarga una lista, se anota "
         "en un registro que solo crece. Las familias pueden preguntar a la persona responsable "
         "de privacidad quién vio el registro de su hijo o hija.")},
};

static enum err get_numbers(struct req *r, struct errmsg *e) {
    (void)e;
    struct html *h = page_begin(r, &(struct page){.heading = tr(TR("How numbers are protected",
                                                                   "Cómo se protegen los números"),
                                                                r->lang),
                                                  .plain = r->viewer.account_id == 0,
                                                  .narrow = true});
    html_say(
        h,
        "<p>Homeroom counts people to find out who is left out, not to point at anyone. The "
        "minimum here is <strong>%s people</strong>.</p>",
        "<p>Homeroom cuenta personas para saber a quién le falta algo, no para señalar a nadie. "
        "El mínimo aquí es de <strong>%s personas</strong>.</p>",
        num_int(h, config_int(CONF_MINIMUM_N)));
    html(h, "<div class=\"prose\">");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        html(h, "<h2>%s</h2><p>%s</p>", tr(parts[i].heading, h->lang), tr(parts[i].text, h->lang));
    html(h, "</div>");
    page_end(r);
    return ERR_OK;
}

const struct route routes_about[] = {
    {.method = GET,
     .pattern = "/about/numbers",
     .handler = get_numbers,
     .perm = PERM_PUBLIC,
     .flags = ROUTE_FREE,
     .title = TR_INIT("How numbers are protected", "Cómo se protegen los números")},
    {0}};
