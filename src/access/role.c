#include "access/role.h"

#include "base/err.h"

static const struct {
    const char *name;
    struct tr label;
} roles[ROLE_COUNT] = {
    [ROLE_NONE] = {"", TR_INIT("Not signed in", "Sin sesión")},
    [ROLE_DISTRICT_ADMINISTRATOR] = {"district_administrator",
                                     TR_INIT("District administrator",
                                             "Administración del distrito")},
    [ROLE_TECHNOLOGY_DIRECTOR] = {"technology_director",
                                  TR_INIT("Technology director", "Dirección de tecnología")},
    [ROLE_PRIVACY_OFFICER] = {"privacy_officer",
                              TR_INIT("Privacy officer", "Responsable de privacidad")},
    [ROLE_PRINCIPAL] = {"principal", TR_INIT("Principal", "Dirección de escuela")},
    [ROLE_TEACHER] = {"teacher", TR_INIT("Teacher", "Docente")},
    [ROLE_COACH] = {"coach", TR_INIT("Coach", "Asesoría docente")},
    [ROLE_SUPPORT_TECHNICIAN] = {"support_technician",
                                 TR_INIT("Support technician", "Soporte técnico")},
    [ROLE_STUDENT] = {"student", TR_INIT("Student", "Estudiante")},
    [ROLE_GUARDIAN] = {"guardian", TR_INIT("Parent or guardian", "Madre, padre o tutor")},
    [ROLE_STATE_ANALYST] = {"state_analyst", TR_INIT("State analyst", "Análisis estatal")},
};

#define R(role) (1u << ROLE_##role)
enum {
    ADMIN = R(DISTRICT_ADMINISTRATOR),
    DIRECTOR = R(TECHNOLOGY_DIRECTOR),
    PRIVACY = R(PRIVACY_OFFICER),
    PRINCIPAL = R(PRINCIPAL),
    TEACHER = R(TEACHER),
    COACH = R(COACH),
    TECHNICIAN = R(SUPPORT_TECHNICIAN),
    STUDENT = R(STUDENT),
    GUARDIAN = R(GUARDIAN),
    ANALYST = R(STATE_ANALYST),
    NOBODY_YET = R(NONE),
    DISTRICT = ADMIN | DIRECTOR | PRIVACY,
    EVERYONE = DISTRICT | PRINCIPAL | TEACHER | COACH | TECHNICIAN | STUDENT | GUARDIAN | ANALYST
};

const struct perm_row perm_rows[PERM_COUNT] = {
    {PERM_CLOSED, "closed", 0, TR_INIT("Closed", "Cerrado"),
     TR_INIT("What names no permission is refused to everyone.",
             "Lo que no nombra un permiso se niega a todos.")},
    {PERM_PUBLIC, "public", EVERYONE | NOBODY_YET, TR_INIT("Public pages", "Páginas públicas"),
     TR_INIT("Signing in, and how numbers are protected.",
             "Entrar, y cómo se protegen los números.")},
    {PERM_SIGNED_IN, "signed-in", EVERYONE, TR_INIT("One's own account", "La cuenta propia"),
     TR_INIT("Everyone has a home page, a password and a language.",
             "Todos tienen una página de inicio, una contraseña y un idioma.")},
    {PERM_READINGS, "readings", DISTRICT | PRINCIPAL | TEACHER | COACH | TECHNICIAN | ANALYST,
     TR_INIT("Indicators and equity", "Indicadores y equidad"),
     TR_INIT("Numbers about groups, protected by disclosure control; they name nobody.",
             "Números sobre grupos, protegidos contra la identificación; no nombran a nadie.")},
    {PERM_SCHOOLS, "schools", DISTRICT | PRINCIPAL | TEACHER | COACH | TECHNICIAN | ANALYST,
     TR_INIT("Schools", "Escuelas"),
     TR_INIT("A school's page: its numbers as groups, within one's schools.",
             "La página de una escuela: sus números por grupos, dentro de las propias.")},
    {PERM_SECTIONS, "sections", DISTRICT | PRINCIPAL | TEACHER | COACH,
     TR_INIT("Sections", "Grupos de clase"),
     TR_INIT("Those who teach, coach or run the school work with its sections.",
             "Quienes enseñan, asesoran o dirigen trabajan con sus grupos.")},
    {PERM_STUDENTS, "students", DISTRICT | PRINCIPAL | TEACHER | TECHNICIAN | STUDENT | GUARDIAN,
     TR_INIT("Students by name", "Estudiantes por nombre"),
     TR_INIT(
         "Only students one teaches, supports, is responsible for or is; each read is recorded.",
         "Solo estudiantes a quienes se enseña, apoya o representa; cada lectura se registra.")},
    {PERM_STUDENT_SUPPORTS, "student-supports",
     ADMIN | PRIVACY | PRINCIPAL | TEACHER | STUDENT | GUARDIAN,
     TR_INIT("A student's supports", "Apoyos de un estudiante"),
     TR_INIT("English learner and disability plan: those who must follow the plan.",
             "Aprendiz de inglés y plan por discapacidad: quienes deben cumplir el plan.")},
    {PERM_STUDENT_MEALS, "student-meals", ADMIN | PRIVACY | STUDENT | GUARDIAN,
     TR_INIT("A student's meal status, housing and race",
             "Comidas, vivienda y raza de un estudiante"),
     TR_INIT(
         "Federal rules limit who may see the meal status of one child; others see groups.",
         "Las normas federales limitan quién ve las comidas de un menor; los demás ven grupos.")},
    {PERM_STUDENT_SCORES, "student-scores",
     ADMIN | PRIVACY | PRINCIPAL | TEACHER | STUDENT | GUARDIAN,
     TR_INIT("A student's attendance and scores", "Asistencia y resultados de un estudiante"),
     TR_INIT("Those who teach the student, and the family.",
             "Quienes enseñan al estudiante, y la familia.")},
    {PERM_STAFF, "staff", DISTRICT | PRINCIPAL | COACH | TEACHER,
     TR_INIT("Teachers by name", "Docentes por nombre"),
     TR_INIT("One's own entry, one's school, those one coaches.",
             "La propia ficha, la propia escuela, a quienes se asesora.")},
    {PERM_STAFF_SURVEYS, "staff-surveys", COACH | TEACHER,
     TR_INIT("A teacher's own survey", "La encuesta de un docente"),
     TR_INIT("For growth, not for rating: the teacher and the coach; everyone else sees groups.",
             "Para crecer, no para evaluar: el docente y su asesor; los demás ven grupos.")},
    {PERM_PLAN, "plan", DISTRICT | PRINCIPAL | COACH | TECHNICIAN,
     TR_INIT("Standards and gaps", "Estándares y brechas"),
     TR_INIT("Those who plan and close gaps see them with their costs.",
             "Quienes planifican y cierran brechas las ven con sus costos.")},
    {PERM_PLAN_EDIT, "plan-edit", ADMIN | DIRECTOR,
     TR_INIT("Change standards, assign gaps", "Cambiar estándares, asignar brechas"),
     TR_INIT("The district answers for its plan.", "El distrito responde por su plan.")},
    {PERM_DEVICES, "devices", DISTRICT | PRINCIPAL | TECHNICIAN,
     TR_INIT("Devices, rooms, lines", "Dispositivos, aulas, conexiones"),
     TR_INIT("Those who run and support them.", "Quienes los administran y dan soporte.")},
    {PERM_DEVICES_EDIT, "devices-edit", ADMIN | DIRECTOR | TECHNICIAN,
     TR_INIT("Change devices, rooms, lines", "Cambiar dispositivos, aulas, conexiones"),
     TR_INIT("Technical staff keep the records.", "El personal técnico lleva los registros.")},
    {PERM_LICENCES, "licences", DISTRICT | PRINCIPAL | TECHNICIAN,
     TR_INIT("Products and seats", "Productos y licencias"),
     TR_INIT("Costs and terms concern those who buy and use them.",
             "Costos y plazos interesan a quienes compran y usan.")},
    {PERM_LICENCES_EDIT, "licences-edit", ADMIN | DIRECTOR,
     TR_INIT("Change products and seats", "Cambiar productos y licencias"),
     TR_INIT("The district buys.", "El distrito compra.")},
    {PERM_NEEDS, "needs", ADMIN | DIRECTOR | PRIVACY | PRINCIPAL | TEACHER | TECHNICIAN,
     TR_INIT("Assistive-technology needs", "Necesidades de tecnología de apoyo"),
     TR_INIT("A need follows from a student's plan: those who must meet it.",
             "La necesidad viene del plan del estudiante: quienes deben atenderla.")},
    {PERM_NEEDS_EDIT, "needs-edit", ADMIN | DIRECTOR | TECHNICIAN,
     TR_INIT("Change assistive-technology needs", "Cambiar necesidades de apoyo"),
     TR_INIT("Those who provide the tool mark it met.",
             "Quienes entregan la herramienta la marcan como cubierta.")},
    {PERM_IMPORT, "import", ADMIN | DIRECTOR, TR_INIT("Import files", "Importar archivos"),
     TR_INIT("An import changes everyone's numbers.",
             "Una importación cambia los números de todos.")},
    {PERM_EXPORT, "export", DISTRICT | PRINCIPAL | ANALYST | TEACHER | COACH | TECHNICIAN,
     TR_INIT("Take lists away", "Descargar listas"),
     TR_INIT("What one may see one may take along; who took what is recorded.",
             "Lo que se puede ver se puede descargar; queda registrado quién lo hizo.")},
    {PERM_PEOPLE, "people", ADMIN, TR_INIT("Repair the roster", "Corregir el padrón"),
     TR_INIT("Merging people changes whose record is whose.",
             "Unir personas cambia de quién es cada registro.")},
    {PERM_ACCOUNTS, "accounts", ADMIN, TR_INIT("Accounts and roles", "Cuentas y funciones"),
     TR_INIT("Whoever gives roles decides who sees what.",
             "Quien asigna funciones decide quién ve qué.")},
    {PERM_AUDIT, "audit", ADMIN | PRIVACY, TR_INIT("The audit log", "El registro de auditoría"),
     TR_INIT("Those who answer for privacy check who saw what.",
             "Quienes responden por la privacidad revisan quién vio qué.")},
    {PERM_SETTINGS, "settings", ADMIN | DIRECTOR | PRIVACY, TR_INIT("Settings", "Ajustes"),
     TR_INIT("Limits and settings with their reasons; they are set on the server.",
             "Límites y ajustes con sus razones; se fijan en el servidor.")},
};

const char *role_name(enum role role) {
    CHECK((int)role >= 0 && role < ROLE_COUNT);
    return roles[role].name;
}

struct tr role_label(enum role role) {
    CHECK((int)role >= 0 && role < ROLE_COUNT);
    return roles[role].label;
}

bool role_parse(struct str name, enum role *out) {
    for (int i = 1; i < ROLE_COUNT; i++)
        if (str_eq(name, str_z(roles[i].name))) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

bool role_is_district(enum role role) {
    return ((1u << role) & (unsigned)DISTRICT) != 0;
}

bool role_may(enum role role, enum perm perm) {
    CHECK((int)role >= 0 && role < ROLE_COUNT && (int)perm >= 0 && perm < PERM_COUNT);
    CHECK(perm_rows[perm].perm == perm);
    return (perm_rows[perm].roles & (1u << role)) != 0;
}
