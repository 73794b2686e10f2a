/*
 * The indicators of provide/. Statements are in sql/provide.sql; those that hold licences against
 * use are made here, because use is in the facts of events/.
 */
#include "provide/provide.h"

#include "base/date.h"
#include "events/usage.h"

/* ---- licences ---- */

struct licence {
    int64_t id, org;
    struct str product;
    double seats, cost_cents; /* cost NAN: not known */
};

enum { LICENCES_MAX = 20000, LICENCE_ARENA = 64 << 20 };

static enum err licences_on(struct db *db, int32_t day, struct arena *a, struct licence **out,
                            size_t *n, struct errmsg *e) {
    char text[DATE_TEXT];
    struct rows *r;
    *out = ARENA_ARRAY(a, struct licence, LICENCES_MAX);
    *n = 0;
    TRY(db_rows(db, SQL_PROVIDE_LICENCES_ON, ARGS(val_date(day, text)), &r, e));
    while (*n < LICENCES_MAX && rows_next(r))
        (*out)[(*n)++] =
            (struct licence){rows_int(r, 0), rows_int(r, 1), arena_str(a, rows_str(r, 2)),
                             rows_real(r, 3), rows_real(r, 4)};
    return rows_close(r, e);
}

/* A value of a licence: in the whole and in its product's series. */
static void give(const struct licence *l, double num, double den, unit_sink *sink, void *to) {
    struct unit_value v = {.unit = l->id, .org = l->org, .num = num, .den = den};
    sink(to, &v);
    v.series = l->product;
    sink(to, &v);
}

/* What a licence is held against: the people who used its product, its share of them by seats. */
struct use {
    double people, seats; /* of the product, over all its licences */
};
typedef void give_licence(const struct licence *l, const struct use *u, unit_sink *sink, void *to);

static struct use use_of(const struct licence *l, const struct licence all[], size_t n,
                         const struct usage_people people[], size_t products) {
    struct use u = {0};
    for (size_t i = 0; i < n; i++)
        if (facts_product_same(all[i].product, l->product))
            u.seats += all[i].seats;
    for (size_t i = 0; i < products; i++)
        if (facts_product_same(people[i].product, l->product))
            u.people += (double)people[i].people;
    return u;
}

/* Where nothing at all was used in the period there are no usage files: nothing is known. */
static enum err against_use(struct db *db, int32_t since, int32_t as_of, give_licence *one,
                            unit_sink *sink, void *to, struct errmsg *e) {
    struct arena *a = arena_new(LICENCE_ARENA);
    struct usage_people *people;
    struct licence *all;
    size_t n, products;
    enum err r = usage_people_of(db, since, as_of, a, &people, &products, e);
    if (r == ERR_OK && products > 0)
        r = licences_on(db, as_of, a, &all, &n, e);
    for (size_t i = 0; r == ERR_OK && products > 0 && i < n; i++) {
        const struct use u = use_of(&all[i], all, n, people, products);
        one(&all[i], &u, sink, to);
    }
    arena_free(a);
    return r;
}

static void give_unused(const struct licence *l, const struct use *u, unit_sink *sink, void *to) {
    double used = u->seats > 0 ? u->people / u->seats : 1;
    if (l->seats > 0)
        give(l, l->seats * (used < 1 ? 1 - used : 0), l->seats, sink, to);
}

static enum err unused_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink, void *to,
                             struct errmsg *e) {
    return against_use(db, since, as_of, give_unused, sink, to, e);
}

static void give_cost(const struct licence *l, const struct use *u, unit_sink *sink, void *to) {
    if (l->cost_cents >= 0 && u->seats > 0)
        give(l, l->cost_cents, u->people * l->seats / u->seats, sink, to);
}

static enum err active_cost_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                                  void *to, struct errmsg *e) {
    return against_use(db, since, as_of, give_cost, sink, to, e);
}

static enum err seat_cost_units(struct db *db, int32_t since, int32_t as_of, unit_sink *sink,
                                void *to, struct errmsg *e) {
    struct arena *a = arena_new(LICENCE_ARENA);
    struct licence *all;
    size_t n;
    (void)since;
    enum err r = licences_on(db, as_of, a, &all, &n, e);
    for (size_t i = 0; r == ERR_OK && i < n; i++)
        if (all[i].cost_cents >= 0 && all[i].seats > 0)
            give(&all[i], all[i].cost_cents, all[i].seats, sink, to);
    arena_free(a);
    return r;
}

/* ---- the rows ---- */

#define ENROLLED TR_INIT("students enrolled on the day", "estudiantes inscritos ese día")

const struct indicator provide_indicators[] = {
    {
        .code = "device_working",
        .name = TR_INIT("Works and assigned", "Dispositivo asignado que funciona"),
        .question = TR_INIT("Does every student have a working device?",
                            "¿Tiene cada estudiante un dispositivo que funciona?"),
        .numerator = TR_INIT("students with at least one active device assigned to them that is "
                             "not reported broken, in repair or lost",
                             "estudiantes con al menos un dispositivo activo asignado que no esté "
                             "descompuesto, en reparación ni perdido"),
        .denominator = ENROLLED,
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "devices",
        .fresh_days = 30,
        .people = true,
        .units = SQL_UNITS_DEVICE_WORKING,
    },
    {
        .code = "device_supported",
        .name = TR_INIT("Still gets updates", "Aún recibe actualizaciones"),
        .question = TR_INIT("How many devices still get security updates?",
                            "¿Cuántos dispositivos aún reciben actualizaciones de seguridad?"),
        .numerator = TR_INIT(
            "active devices whose maker's last day of updates is after the day",
            "dispositivos activos cuyo último día de actualizaciones es posterior a ese día"),
        .denominator = TR_INIT("active devices whose last day of updates is known",
                               "dispositivos activos cuyo último día de actualizaciones se conoce"),
        .unit = UNIT_DEVICE,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "devices",
        .fresh_days = 30,
        .units = SQL_UNITS_DEVICE_SUPPORTED,
    },
    {
        .code = "device_faults",
        .name = TR_INIT("Faults per 100 devices", "Fallas por cada 100 dispositivos"),
        .question =
            TR_INIT("How often do devices break?", "¿Con qué frecuencia fallan los dispositivos?"),
        .numerator = TR_INIT("faults reported in the last 12 months, times 100",
                             "fallas reportadas en los últimos 12 meses, por 100"),
        .denominator = TR_INIT("devices in service whose faults are counted",
                               "dispositivos en servicio cuyas fallas se cuentan"),
        .unit = UNIT_DEVICE,
        .kind = MEASURE_RATIO,
        .period = PERIOD_DAY,
        .better = LOWER_IS_BETTER,
        .show = SHOW_NUMBER,
        .scale = 100,
        .source = "devices",
        .fresh_days = 30,
        .units = SQL_UNITS_DEVICE_FAULTS,
    },
    {
        .code = "home_line_ok",
        .name = TR_INIT("Home line meets the norm", "Conexión en casa que cumple la norma"),
        .question = TR_INIT("Can students learn online at home?",
                            "¿Pueden los estudiantes aprender en línea desde casa?"),
        .numerator =
            TR_INIT("students whose line at home carries at least 100 Mbps down and 20 Mbps up",
                    "estudiantes con al menos 100 Mbps de bajada y 20 Mbps de subida en casa"),
        .denominator =
            TR_INIT("enrolled students whose line is known: measured, or none at all",
                    "estudiantes inscritos cuya conexión se conoce: medida, o inexistente"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "home-access",
        .fresh_days = 365,
        .people = true,
        .units = SQL_UNITS_HOME_LINE_OK,
    },
    {
        .code = "home_line_unknown",
        .name = TR_INIT("Home line not known", "Conexión en casa desconocida"),
        .question = TR_INIT("Of how many students do we not know what line they have at home?",
                            "¿De cuántos estudiantes no sabemos qué conexión tienen en casa?"),
        .numerator = TR_INIT("students never asked, who answered that they do not know, or who "
                             "have a line nobody measured",
                             "estudiantes a quienes no se preguntó, que no supieron responder o "
                             "cuya conexión nadie midió"),
        .denominator = ENROLLED,
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = LOWER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "home-access",
        .fresh_days = 365,
        .people = true,
        .units = SQL_UNITS_HOME_LINE_UNKNOWN,
    },
    {
        .code = "school_bandwidth",
        .name = TR_INIT("School bandwidth per user", "Ancho de banda escolar por usuario"),
        .question = TR_INIT("Is the school's line wide enough for everyone in it?",
                            "¿Alcanza la conexión de la escuela para todos?"),
        .numerator = TR_INIT("Mbps down by the newest measurement",
                             "Mbps de bajada según la medición más reciente"),
        .denominator = TR_INIT("students and staff of the school on the day",
                               "estudiantes y personal de la escuela ese día"),
        .unit = UNIT_SCHOOL,
        .kind = MEASURE_RATIO,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_MBPS,
        .source = "connectivity",
        .fresh_days = 120,
        .units = SQL_UNITS_SCHOOL_BANDWIDTH,
    },
    {
        .code = "school_bandwidth_ok",
        .name = TR_INIT("School line meets the norm", "Conexión escolar que cumple la norma"),
        .question = TR_INIT("How many schools have 1 Mbps for each user?",
                            "¿Cuántas escuelas tienen 1 Mbps por usuario?"),
        .numerator = TR_INIT("schools whose newest measurement is at least 1 Mbps for each of "
                             "their students and staff",
                             "escuelas cuya medición más reciente da al menos 1 Mbps por cada "
                             "estudiante y miembro del personal"),
        .denominator =
            TR_INIT("schools whose line was measured", "escuelas cuya conexión se midió"),
        .unit = UNIT_SCHOOL,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "connectivity",
        .fresh_days = 120,
        .units = SQL_UNITS_SCHOOL_BANDWIDTH_OK,
    },
    {
        .code = "technicians_ratio",
        .name = TR_INIT("Devices per technician", "Dispositivos por técnico"),
        .question = TR_INIT("How many devices does one technician keep running?",
                            "¿Cuántos dispositivos mantiene cada técnico?"),
        .numerator = TR_INIT("active devices of the school", "dispositivos activos de la escuela"),
        .denominator = TR_INIT("full-time technicians who serve the school",
                               "técnicos de tiempo completo que atienden la escuela"),
        .unit = UNIT_SCHOOL,
        .kind = MEASURE_RATIO,
        .period = PERIOD_DAY,
        .better = LOWER_IS_BETTER,
        .show = SHOW_NUMBER,
        .source = "connectivity",
        .fresh_days = 120,
        .units = SQL_UNITS_TECHNICIANS_RATIO,
    },
    {
        .code = "ap_per_room",
        .name = TR_INIT("Rooms with an access point", "Salas con punto de acceso"),
        .question = TR_INIT("Does every room where learning happens have wireless of its own?",
                            "¿Tiene cada sala donde se aprende su propia red inalámbrica?"),
        .numerator = TR_INIT("classrooms, labs and libraries with a wireless access point",
                             "aulas, laboratorios y bibliotecas con punto de acceso inalámbrico"),
        .denominator = TR_INIT("classrooms, labs and libraries of which it is known",
                               "aulas, laboratorios y bibliotecas de las que se sabe"),
        .unit = UNIT_ROOM,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "rooms",
        .fresh_days = 365,
        .units = SQL_UNITS_AP_PER_ROOM,
    },
    {
        .code = "room_display",
        .name = TR_INIT("Rooms with a display", "Salas con pantalla"),
        .question = TR_INIT("Can every class see what is shown?",
                            "¿Puede cada clase ver lo que se muestra?"),
        .numerator = TR_INIT(
            "classrooms, labs and libraries with a display the whole class can see",
            "aulas, laboratorios y bibliotecas con una pantalla que toda la clase puede ver"),
        .denominator = TR_INIT("classrooms, labs and libraries of which it is known",
                               "aulas, laboratorios y bibliotecas de las que se sabe"),
        .unit = UNIT_ROOM,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "rooms",
        .fresh_days = 365,
        .units = SQL_UNITS_ROOM_DISPLAY,
    },
    {
        .code = "room_audio",
        .name = TR_INIT("Rooms with audio", "Salas con audio"),
        .question = TR_INIT("Can every class hear what is played?",
                            "¿Puede cada clase oír lo que se reproduce?"),
        .numerator =
            TR_INIT("classrooms, labs and libraries with sound the whole class can hear",
                    "aulas, laboratorios y bibliotecas con sonido que toda la clase puede oír"),
        .denominator = TR_INIT("classrooms, labs and libraries of which it is known",
                               "aulas, laboratorios y bibliotecas de las que se sabe"),
        .unit = UNIT_ROOM,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "rooms",
        .fresh_days = 365,
        .units = SQL_UNITS_ROOM_AUDIO,
    },
    {
        .code = "teacher_confidence",
        .name = TR_INIT("Teacher confidence", "Confianza docente"),
        .question = TR_INIT("How confident are teachers in teaching with technology?",
                            "¿Con cuánta confianza enseñan los docentes con tecnología?"),
        .numerator = TR_INIT("confidence from 1 to 5 in each teacher's newest self-survey",
                             "confianza de 1 a 5 en la autoencuesta más reciente de cada docente"),
        .denominator = TR_INIT("teachers who answered", "docentes que respondieron"),
        .unit = UNIT_EDUCATOR,
        .kind = MEASURE_MEAN,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "teacher-survey",
        .fresh_days = 365,
        .people = true,
        .units = SQL_UNITS_TEACHER_CONFIDENCE,
    },
    {
        .code = "teacher_competency",
        .name = TR_INIT("Teacher competency", "Competencia docente"),
        .question = TR_INIT(
            "How competent do teachers see themselves in the seven areas of the ISTE Standards?",
            "¿Cómo valoran los docentes su competencia en las siete áreas de los Estándares ISTE?"),
        .numerator = TR_INIT("level from 1 to 4 in each teacher's newest self-survey, by area; the "
                             "whole is the mean of the areas",
                             "nivel de 1 a 4 en la autoencuesta más reciente de cada docente, por "
                             "área; el total es la media de las áreas"),
        .denominator = TR_INIT("teachers who answered", "docentes que respondieron"),
        .unit = UNIT_EDUCATOR,
        .kind = MEASURE_MEAN,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "teacher-survey",
        .fresh_days = 365,
        .people = true,
        .by_series = true,
        .units = SQL_UNITS_TEACHER_COMPETENCY,
    },
    {
        .code = "training_hours",
        .name = TR_INIT("Training hours", "Horas de formación"),
        .question = TR_INIT("How many hours of training did a teacher have in twelve months?",
                            "¿Cuántas horas de formación tuvo cada docente en doce meses?"),
        .numerator = TR_INIT("hours in each teacher's newest self-survey",
                             "horas en la autoencuesta más reciente de cada docente"),
        .denominator = TR_INIT("teachers who answered", "docentes que respondieron"),
        .unit = UNIT_EDUCATOR,
        .kind = MEASURE_MEAN,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_NUMBER,
        .source = "teacher-survey",
        .fresh_days = 365,
        .people = true,
        .units = SQL_UNITS_TRAINING_HOURS,
    },
    {
        .code = "at_needs_met",
        .name = TR_INIT("Assistive-technology needs met",
                        "Necesidades de tecnología de apoyo cubiertas"),
        .question = TR_INIT("Does every student who needs assistive technology have it?",
                            "¿Tiene cada estudiante la tecnología de apoyo que necesita?"),
        .numerator = TR_INIT(
            "students all of whose needs are met (a tool on trial does not count)",
            "estudiantes con todas sus necesidades cubiertas (una herramienta a prueba no cuenta)"),
        .denominator = TR_INIT("enrolled students with a need on record",
                               "estudiantes inscritos con una necesidad registrada"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_DAY,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "needs",
        .fresh_days = 180,
        .people = true,
        .units = SQL_UNITS_AT_NEEDS_MET,
    },
    {
        .code = "attendance",
        .name = TR_INIT("Attendance", "Asistencia"),
        .question = TR_INIT("What share of school days are students present?",
                            "¿Qué proporción de los días de clase asisten los estudiantes?"),
        .numerator = TR_INIT("days present since the school year began",
                             "días presentes desde que empezó el año escolar"),
        .denominator =
            TR_INIT("days enrolled in the same months", "días inscritos en los mismos meses"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATIO,
        .period = PERIOD_YEAR,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "attendance",
        .fresh_days = 60,
        .people = true,
        .units = SQL_UNITS_ATTENDANCE,
    },
    {
        .code = "chronic_absence",
        .name = TR_INIT("Chronic absence", "Ausentismo crónico"),
        .question =
            TR_INIT("How many students miss a tenth of their school days or more?",
                    "¿Cuántos estudiantes faltan a una décima parte o más de los días de clase?"),
        .numerator = TR_INIT(
            "students absent on at least 10 % of their days enrolled since the school year began",
            "estudiantes ausentes al menos el 10 % de sus días inscritos desde que empezó el año "
            "escolar"),
        .denominator = TR_INIT("enrolled students with attendance on record",
                               "estudiantes inscritos con asistencia registrada"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_RATE,
        .period = PERIOD_YEAR,
        .better = LOWER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "attendance",
        .fresh_days = 60,
        .people = true,
        .units = SQL_UNITS_CHRONIC_ABSENCE,
    },
    {
        .code = "score_math",
        .name = TR_INIT("Mathematics score", "Resultado en matemáticas"),
        .question =
            TR_INIT("How do students score on the mathematics benchmark?",
                    "¿Qué resultado obtienen los estudiantes en la evaluación de matemáticas?"),
        .numerator =
            TR_INIT("each student's newest score since the school year began",
                    "el resultado más reciente de cada estudiante desde que empezó el año escolar"),
        .denominator = TR_INIT("enrolled students tested", "estudiantes inscritos evaluados"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_YEAR,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "scores",
        .fresh_days = 200,
        .people = true,
        .units = SQL_UNITS_SCORE_MATH,
    },
    {
        .code = "score_reading",
        .name = TR_INIT("Reading score", "Resultado en lectura"),
        .question = TR_INIT("How do students score on the reading benchmark?",
                            "¿Qué resultado obtienen los estudiantes en la evaluación de lectura?"),
        .numerator =
            TR_INIT("each student's newest score since the school year began",
                    "el resultado más reciente de cada estudiante desde que empezó el año escolar"),
        .denominator = TR_INIT("enrolled students tested", "estudiantes inscritos evaluados"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_YEAR,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "scores",
        .fresh_days = 200,
        .people = true,
        .units = SQL_UNITS_SCORE_READING,
    },
    {
        .code = "growth_math",
        .name = TR_INIT("Growth in mathematics", "Avance en matemáticas"),
        .question = TR_INIT(
            "How much did students gain in mathematics from one testing window to the next?",
            "¿Cuánto avanzaron los estudiantes en matemáticas de una evaluación a la siguiente?"),
        .numerator = TR_INIT(
            "each student's newest score this school year less the score before",
            "el resultado más reciente de este año escolar menos el anterior, por estudiante"),
        .denominator =
            TR_INIT("enrolled students tested twice", "estudiantes inscritos evaluados dos veces"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_YEAR,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "scores",
        .fresh_days = 200,
        .people = true,
        .units = SQL_UNITS_GROWTH_MATH,
    },
    {
        .code = "growth_reading",
        .name = TR_INIT("Growth in reading", "Avance en lectura"),
        .question = TR_INIT(
            "How much did students gain in reading from one testing window to the next?",
            "¿Cuánto avanzaron los estudiantes en lectura de una evaluación a la siguiente?"),
        .numerator = TR_INIT(
            "each student's newest score this school year less the score before",
            "el resultado más reciente de este año escolar menos el anterior, por estudiante"),
        .denominator =
            TR_INIT("enrolled students tested twice", "estudiantes inscritos evaluados dos veces"),
        .unit = UNIT_STUDENT,
        .kind = MEASURE_MEAN,
        .period = PERIOD_YEAR,
        .better = HIGHER_IS_BETTER,
        .show = SHOW_SCORE,
        .source = "scores",
        .fresh_days = 200,
        .people = true,
        .units = SQL_UNITS_GROWTH_READING,
    },
    {
        .code = "seats_unused",
        .name = TR_INIT("Paid seats unused", "Licencias pagadas sin usar"),
        .question = TR_INIT("What share of the seats we pay for does nobody use?",
                            "¿Qué proporción de las licencias que pagamos no usa nadie?"),
        .numerator = TR_INIT("seats beyond the people who used the product in the last four weeks",
                             "licencias por encima de las personas que usaron el producto en las "
                             "últimas cuatro semanas"),
        .denominator =
            TR_INIT("seats of licences in their term on the day", "licencias vigentes ese día"),
        .unit = UNIT_LICENCE,
        .kind = MEASURE_RATIO,
        .period = PERIOD_MONTH,
        .better = LOWER_IS_BETTER,
        .show = SHOW_PERCENT,
        .source = "usage",
        .fresh_days = 14,
        .by_series = true,
        .units_fn = unused_units,
    },
    {
        .code = "licence_seat_cost",
        .name = TR_INIT("Cost per seat", "Costo por licencia"),
        .question = TR_INIT("What does one seat cost?", "¿Cuánto cuesta cada licencia?"),
        .numerator = TR_INIT("cost of the whole term of licences in their term on the day",
                             "costo del periodo completo de las licencias vigentes ese día"),
        .denominator = TR_INIT("their seats", "sus licencias"),
        .unit = UNIT_LICENCE,
        .kind = MEASURE_RATIO,
        .period = PERIOD_DAY,
        .better = LOWER_IS_BETTER,
        .show = SHOW_MONEY,
        .source = "licences",
        .fresh_days = 365,
        .by_series = true,
        .units_fn = seat_cost_units,
    },
    {
        .code = "cost_per_active_student",
        .name = TR_INIT("Cost per active person", "Costo por persona activa"),
        .question = TR_INIT("What does a product cost for each person who really uses it?",
                            "¿Cuánto cuesta un producto por cada persona que de verdad lo usa?"),
        .numerator = TR_INIT("cost of the whole term of licences in their term on the day",
                             "costo del periodo completo de las licencias vigentes ese día"),
        .denominator = TR_INIT("people who used the product since the school year began",
                               "personas que usaron el producto desde que empezó el año escolar"),
        .unit = UNIT_LICENCE,
        .kind = MEASURE_RATIO,
        .period = PERIOD_YEAR,
        .better = LOWER_IS_BETTER,
        .show = SHOW_MONEY,
        .source = "usage",
        .fresh_days = 14,
        .by_series = true,
        .units_fn = active_cost_units,
    },
};
const size_t provide_indicator_count = sizeof provide_indicators / sizeof provide_indicators[0];
