/* The first page after signing in: where we stand, as each role needs to read it. */
#include "web/home.h"

void home_empty(struct req *r, struct html *h) {
    lede_open(h, "");
    html(h, "<h1>%s</h1>",
         T(h, "There is nothing to show yet.", "Todavía no hay nada que mostrar."));
    if (req_may(r, PERM_IMPORT))
        html(h, "<p>%s</p><p><a class=\"act\" href=\"/import\">%s</a></p>",
             T(h, "Import your roster first: the OneRoster zip that your student system exports.",
               "Importe primero su padrón: el zip de OneRoster que exporta su sistema escolar."),
             T(h, "Import a file", "Importar un archivo"));
    else
        html(h, "<p>%s</p>",
             T(h, "The district has not imported its roster yet.",
               "El distrito aún no ha importado su padrón."));
    lede_close(h);
}

static home_writer *writer_of(enum role role) {
    switch (role) {
    case ROLE_DISTRICT_ADMINISTRATOR:
    case ROLE_TECHNOLOGY_DIRECTOR:
    case ROLE_PRINCIPAL:
        return home_plan;
    case ROLE_STATE_ANALYST:
        return home_analyst;
    case ROLE_PRIVACY_OFFICER:
        return home_privacy;
    case ROLE_TEACHER:
        return home_teacher;
    case ROLE_COACH:
        return home_coach;
    case ROLE_SUPPORT_TECHNICIAN:
        return home_technician;
    case ROLE_STUDENT:
        return home_student;
    case ROLE_GUARDIAN:
        return home_guardian;
    case ROLE_NONE:
    case ROLE_COUNT:
        break;
    }
    return NULL;
}

static enum err get_home(struct req *r, struct errmsg *e) {
    home_writer *write = writer_of(r->viewer.role);
    CHECK(write != NULL); /* the route asks for somebody signed in */
    struct html *h = page_begin(r, &(struct page){.nav = "/"});
    TRY(write(r, h, e));
    page_end(r);
    return ERR_OK;
}

const struct route routes_home[] = {{.method = GET,
                                     .pattern = "/",
                                     .handler = get_home,
                                     .perm = PERM_SIGNED_IN,
                                     .title = TR_INIT("Where we stand", "Dónde estamos"),
                                     .nav = TR_INIT("Where we stand", "Dónde estamos"),
                                     .nav_order = 10,
                                     .flags = ROUTE_NAV_HOME},
                                    {0}};
