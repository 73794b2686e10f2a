/*
 * The sources of provide/: what other programs call each column. Google Admin, Intune, Jamf and
 * Snipe-IT for devices; a survey tool's or an SIS's usual words elsewhere.
 */
#include "provide/provide.h"

#include "access/role.h"
#include "base/date.h"
#include "measure/rollup.h"
#include "provide/names.h"
#include "provide/usage.h"

#include <string.h>

#define ALSO(...)                                                                                  \
    .also = (const char *const[]) {                                                                \
        __VA_ARGS__, NULL                                                                          \
    }
#define WORDS(...)                                                                                 \
    .words = (const struct source_word[]) {                                                        \
        __VA_ARGS__, {                                                                             \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
#define KEY(...)                                                                                   \
    .key = (const char *const[]) {                                                                 \
        __VA_ARGS__, NULL                                                                          \
    }
#define COLUMNS(of) .columns = of, .column_count = sizeof of / sizeof of[0]
#define IMPORT .write = UINT64_C(1) << PERM_IMPORT
#define STUDENT                                                                                    \
    {                                                                                              \
        .name = "studentId", .field = "person_id", .type = FIELD_PERSON, .required = true,         \
        .label = TR_INIT("Student", "Estudiante"),                                                 \
        ALSO("student", "student number", "student_id", "local id", "student email", "email",      \
             "user id", "userSourcedId", "sis id", "id number")                                    \
    }

/* ---- devices ---- */

static const struct source_column device_columns[] = {
    {.name = "serialNumber",
     .field = "serial",
     .type = FIELD_TEXT,
     .required = true,
     .label = TR_INIT("Serial number", "Número de serie"),
     ALSO("serial", "serial no", "serial #", "device serial number", "service tag", "sn", "S/N")},
    {.name = "annotatedAssetId",
     .field = "asset_tag",
     .type = FIELD_TEXT,
     .label = TR_INIT("Asset tag", "Etiqueta de inventario"),
     ALSO("asset tag", "asset id", "asset number", "asset", "barcode", "inventory number", "tag")},
    {.name = "deviceId",
     .field = "manager_id",
     .type = FIELD_TEXT,
     .label = TR_INIT("Id in the device manager", "Id en el administrador"),
     ALSO("device id", "intune device id", "azure ad device id", "jamf pro id", "jss id", "udid",
          "managed device id")},
    {.name = "annotatedLocation",
     .field = "location",
     .type = FIELD_TEXT,
     .label = TR_INIT("Location", "Ubicación"),
     ALSO("location", "default location", "building", "site", "campus")},
    {.name = "schoolId",
     .field = "school_id",
     .type = FIELD_ORG,
     .label = TR_INIT("School", "Escuela"),
     ALSO("school", "school name", "school number", "org id", "schoolSourcedId")},
    {.name = "schoolOfLocation",
     .field = "school_id",
     .type = FIELD_ORG,
     .copy_of = "annotatedLocation",
     .label = TR_INIT("School", "Escuela")},
    {.name = "annotatedUser",
     .field = "person_id",
     .type = FIELD_PERSON,
     .label = TR_INIT("Assigned to", "Asignado a"),
     ALSO("user", "assigned to", "assigned user", "checked out to", "primary user",
          "primary user upn", "primary user email address", "user principal name", "username",
          "email address", "student id", "owner")},
    {.name = "model",
     .field = "model",
     .type = FIELD_TEXT,
     .label = TR_INIT("Model", "Modelo"),
     ALSO("device model", "model name", "asset model", "hardware model", "product name")},
    {.name = "osVersion",
     .field = "os_version",
     .type = FIELD_TEXT,
     .label = TR_INIT("System version", "Versión del sistema"),
     ALSO("os version", "operating system version", "chrome version", "os")},
    {.name = "status",
     .field = "status",
     .type = FIELD_CHOICE,
     .absent = "active",
     .label = TR_INIT("Status", "Situación"),
     ALSO("device status", "device state", "management state", "state", "status label"),
     WORDS({"provisioned", "active"}, {"pre_provisioned", "active"}, {"managed", "active"},
           {"deployed", "active"}, {"deployable", "active"}, {"ready to deploy", "active"},
           {"in use", "active"}, {"checked out", "active"}, {"enrolled", "active"},
           {"delinquent", "active"}, {"return_requested", "active"}, {"pending", "disabled"},
           {"suspended", "disabled"}, {"archived", "deprovisioned"}, {"retired", "deprovisioned"},
           {"shipped", "deprovisioned"}, {"unmanaged", "deprovisioned"},
           {"disposed", "deprovisioned"}, {"decommissioned", "deprovisioned"})},
    {.name = "condition",
     .field = "condition",
     .type = FIELD_CHOICE,
     .label = TR_INIT("Condition", "Estado"),
     ALSO("device condition", "physical condition", "health"),
     WORDS({"good", "working"}, {"ok", "working"}, {"fair", "working"}, {"excellent", "working"},
           {"works", "working"}, {"new", "working"}, {"damaged", "broken"}, {"poor", "broken"},
           {"defective", "broken"}, {"out for repair", "repair"}, {"in repair", "repair"},
           {"being repaired", "repair"}, {"missing", "lost"}, {"stolen", "lost"},
           {"lost/stolen", "lost"}, {"unknown", ""})},
    {.name = "faults12m",
     .field = "faults_12m",
     .type = FIELD_INT,
     .label = TR_INIT("Faults in 12 months", "Fallas en 12 meses"),
     ALSO("faults", "tickets", "repairs", "incidents", "repair count")},
    {.name = "autoUpdateExpiration",
     .field = "support_ends_on",
     .type = FIELD_DATE,
     .label = TR_INIT("Updates end on", "Fin de actualizaciones"),
     ALSO("auto update expiration", "aue", "aue date", "end of support", "support end date",
          "eol date", "asset eol date", "end of life", "os support end")},
    {.name = "lastSync",
     .field = "last_sync_on",
     .type = FIELD_DATE,
     .label = TR_INIT("Last seen", "Última conexión"),
     ALSO("last sync", "last check-in", "last check in", "last contact time", "last seen",
          "most recent activity", "last inventory update")},
    {.name = "purchasedOn",
     .field = "purchased_on",
     .type = FIELD_DATE,
     .label = TR_INIT("Bought on", "Fecha de compra"),
     ALSO("purchase date", "purchased", "po date", "date purchased", "bought on", "order date")},
    {.name = "costUsd",
     .field = "cost_cents",
     .type = FIELD_MONEY,
     .label = TR_INIT("Cost", "Costo"),
     ALSO("cost", "price", "purchase cost", "purchase price", "unit cost")},
    {.name = "orgUnitPath",
     .field = "org_unit_path",
     .type = FIELD_TEXT,
     .label = TR_INIT("Organizational unit", "Unidad organizativa"),
     ALSO("organizational unit", "ou", "org unit", "device category", "group tag")},
    {.name = "macAddress",
     .field = "mac_address",
     .type = FIELD_TEXT,
     .label = TR_INIT("MAC address", "Dirección MAC"),
     ALSO("mac", "wifi mac", "wi-fi mac", "wifi mac address", "ethernet mac address")},
    {.name = "notes",
     .field = "note",
     .type = FIELD_TEXT,
     .label = TR_INIT("Note", "Nota"),
     ALSO("note", "comment", "comments", "annotatedNotes")},
};
static const struct source source_devices = {
    .name = "devices",
    .label = TR_INIT("Devices", "Dispositivos"),
    .about = TR_INIT("Export of a device manager (Google Admin, Intune, Jamf, Snipe-IT, a "
                     "spreadsheet): one row per device.",
                     "Exportación de un administrador de dispositivos (Google Admin, Intune, Jamf, "
                     "Snipe-IT, una hoja de cálculo): una fila por dispositivo."),
    .kind = &kind_device,
    COLUMNS(device_columns),
    KEY("serial"),
    .vanish = VANISH_ENDED,
    .names = &provide_names,
    .example = "serialNumber,annotatedAssetId,annotatedLocation,annotatedUser,model,status,"
               "autoUpdateExpiration,condition\n5CD1234ABC,A-1001,Lincoln "
               "Elementary,100234@example.org,HP Chromebook 11 "
               "G9,ACTIVE,2031-06-30,working\n5CD1234ABD,A-1002,Lincoln Elementary,,HP Chromebook "
               "11 G9,ACTIVE,1940457600000,repair\n",
    .fresh_days = 30,
    IMPORT,
};

/* ---- rooms and lines ---- */

static const struct source_column room_columns[] = {
    {.name = "schoolId",
     .field = "school_id",
     .type = FIELD_ORG,
     .required = true,
     .label = TR_INIT("School", "Escuela"),
     ALSO("school", "school name", "school number", "building")},
    {.name = "room",
     .field = "name",
     .type = FIELD_TEXT,
     .required = true,
     .label = TR_INIT("Room", "Sala"),
     ALSO("room number", "room name", "room no", "classroom number")},
    {.name = "kind",
     .field = "kind",
     .type = FIELD_CHOICE,
     .absent = "classroom",
     .label = TR_INIT("Kind", "Tipo"),
     ALSO("type", "room type", "use"),
     WORDS({"general", "classroom"}, {"instructional", "classroom"}, {"computer lab", "lab"},
           {"science lab", "lab"}, {"media center", "library"}, {"gymnasium", "gym"},
           {"admin", "office"})},
    {.name = "display",
     .field = "display",
     .type = FIELD_BOOL,
     .label = TR_INIT("Display", "Pantalla"),
     ALSO("projector", "interactive display", "screen", "panel", "smart board")},
    {.name = "audio",
     .field = "audio",
     .type = FIELD_BOOL,
     .label = TR_INIT("Audio", "Audio"),
     ALSO("sound", "speakers", "audio system", "voice amplification")},
    {.name = "accessPoint",
     .field = "access_point",
     .type = FIELD_BOOL,
     .label = TR_INIT("Wireless access point", "Punto de acceso"),
     ALSO("ap", "access points", "wifi", "wi-fi", "wireless")},
};
static const struct source source_rooms = {
    .name = "rooms",
    .label = TR_INIT("Rooms", "Salas"),
    .about = TR_INIT("What each room is equipped with: display, audio, wireless access point.",
                     "El equipamiento de cada sala: pantalla, audio, punto de acceso inalámbrico."),
    .kind = &kind_room,
    COLUMNS(room_columns),
    KEY("school_id", "name"),
    .vanish = VANISH_ENDED,
    .names = &provide_names,
    .example = "schoolId,room,kind,display,audio,accessPoint\n0101,B12,classroom,yes,no,yes\n0101,"
               "Library,library,yes,yes,yes\n",
    .fresh_days = 365,
    IMPORT,
};

static const struct source_column line_columns[] = {
    {.name = "schoolId",
     .field = "school_id",
     .type = FIELD_ORG,
     .required = true,
     .label = TR_INIT("School", "Escuela"),
     ALSO("school", "school number", "site", "building", "school name")},
    {.name = "measuredOn",
     .field = "measured_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("Measured on", "Medido el"),
     ALSO("date", "measured", "test date", "test time")},
    {.name = "downMbps",
     .field = "down_mbps",
     .type = FIELD_REAL,
     .format = CELL_MBPS,
     .required = true,
     .label = TR_INIT("Download", "Bajada"),
     ALSO("download", "download mbps", "down", "download speed", "bandwidth", "bandwidth mbps")},
    {.name = "upMbps",
     .field = "up_mbps",
     .type = FIELD_REAL,
     .format = CELL_MBPS,
     .label = TR_INIT("Upload", "Subida"),
     ALSO("upload", "upload mbps", "up", "upload speed")},
    {.name = "busyHourMbps",
     .field = "busy_mbps",
     .type = FIELD_REAL,
     .format = CELL_MBPS,
     .label = TR_INIT("Used in the busy hour", "Uso en hora pico"),
     ALSO("peak mbps", "peak usage", "busy hour", "95th percentile")},
    {.name = "provider",
     .field = "provider",
     .type = FIELD_TEXT,
     .label = TR_INIT("Provider", "Proveedor"),
     ALSO("isp", "vendor", "carrier")},
    {.name = "monthlyCostUsd",
     .field = "monthly_cost_cents",
     .type = FIELD_MONEY,
     .label = TR_INIT("Cost per month", "Costo mensual"),
     ALSO("monthly cost", "cost per month", "monthly recurring cost", "mrc")},
    {.name = "technicians",
     .field = "technicians",
     .type = FIELD_REAL,
     .label = TR_INIT("Technicians", "Personal técnico"),
     ALSO("technician fte", "it staff", "support fte")},
};
static const struct source source_connectivity = {
    .name = "connectivity",
    .label = TR_INIT("School connections", "Conexiones escolares"),
    .about = TR_INIT(
        "Each school's internet line as measured, its cost, and the technicians who serve the "
        "school.",
        "La conexión medida de cada escuela, su costo y el personal técnico que la atiende."),
    .kind = &kind_school_line,
    COLUMNS(line_columns),
    KEY("school_id", "measured_on"),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example =
        "schoolId,schoolName,measuredOn,downMbps,upMbps,busyHourMbps,provider,monthlyCostUsd,"
        "technicians\n0101,Lincoln Elementary,2026-09-15,1000,1000,420,Valley "
        "Fiber,1250.00,0.5\n0102,Roosevelt Middle,2026-09-15,500,500,480,Valley Fiber,900.00,1\n",
    .day = "measuredOn",
    .fresh_days = 120,
    IMPORT,
};

static const struct source_column home_columns[] = {
    STUDENT,
    {.name = "surveyedOn",
     .field = "surveyed_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("Surveyed on", "Encuestado el"),
     ALSO("date", "survey date", "timestamp", "asked on")},
    {.name = "hasInternet",
     .field = "has_internet",
     .type = FIELD_CHOICE,
     .absent = "unknown",
     .label = TR_INIT("Internet at home", "Internet en casa"),
     ALSO("internet", "internet at home", "home internet", "internet access"),
     WORDS({"y", "yes"}, {"n", "no"}, {"?", "unknown"}, {"true", "yes"}, {"false", "no"},
           {"1", "yes"}, {"0", "no"}, {"don't know", "unknown"}, {"not sure", "unknown"},
           {"no answer", "unknown"}, {"no sé", "unknown"})},
    {.name = "downMbps",
     .field = "down_mbps",
     .type = FIELD_REAL,
     .format = CELL_MBPS,
     .label = TR_INIT("Download", "Bajada"),
     ALSO("download", "download mbps", "download speed", "down")},
    {.name = "upMbps",
     .field = "up_mbps",
     .type = FIELD_REAL,
     .format = CELL_MBPS,
     .label = TR_INIT("Upload", "Subida"),
     ALSO("upload", "upload mbps", "upload speed", "up")},
    {.name = "ownDevice",
     .field = "own_device",
     .type = FIELD_BOOL,
     .label = TR_INIT("A device of their own", "Dispositivo propio"),
     ALSO("own device", "home device", "personal device", "device at home")},
};
static const struct source source_home_access = {
    .name = "home-access",
    .label = TR_INIT("Home connections", "Conexiones en casa"),
    .about =
        TR_INIT("Whether each student can go online at home, from a survey or a speed test.",
                "Si cada estudiante puede conectarse en casa, por encuesta o prueba de velocidad."),
    .kind = &kind_home_access,
    COLUMNS(home_columns),
    KEY("person_id", "surveyed_on"),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example = "studentId,surveyedOn,hasInternet,downMbps,upMbps,ownDevice\n100234,2026-09-01,yes,"
               "120,25,no\n100235,2026-09-01,unknown,,,\n",
    .day = "surveyedOn",
    .fresh_days = 365,
    IMPORT,
};

/* ---- licences ---- */

static const struct source_column licence_columns[] = {
    {.name = "product",
     .field = "product",
     .type = FIELD_TEXT,
     .required = true,
     .label = TR_INIT("Product", "Producto"),
     ALSO("product name", "title", "application", "software", "tool")},
    {.name = "schoolId",
     .field = "school_id",
     .type = FIELD_ORG,
     .label = TR_INIT("School", "Escuela"),
     ALSO("school", "school name", "site"),
     WORDS({"district", ""}, {"all", ""}, {"districtwide", ""})},
    {.name = "seats",
     .field = "seats",
     .type = FIELD_INT,
     .required = true,
     .label = TR_INIT("Seats", "Licencias"),
     ALSO("licences", "licenses", "quantity", "qty", "users", "total seats")},
    {.name = "costUsd",
     .field = "cost_cents",
     .type = FIELD_MONEY,
     .label = TR_INIT("Cost of the term", "Costo del periodo"),
     ALSO("cost", "price", "total cost", "annual cost", "amount", "purchase cost")},
    {.name = "startsOn",
     .field = "starts_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("First day", "Primer día"),
     ALSO("start date", "starts", "start", "begin date", "purchase date")},
    {.name = "endsOn",
     .field = "expires_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("Last day", "Último día"),
     ALSO("end date", "ends", "end", "expires", "expiration date", "renewal date",
          "termination date")},
};
static const struct source source_licences = {
    .name = "licences",
    .label = TR_INIT("Licences", "Licencias"),
    .about = TR_INIT("Software paid for: product, seats, cost and term; a blank school means the "
                     "whole district.",
                     "Software pagado: producto, licencias, costo y periodo; sin escuela vale para "
                     "todo el distrito."),
    .kind = &kind_licence,
    COLUMNS(licence_columns),
    KEY("product", "school_id", "starts_on"),
    .vanish = VANISH_ENDED,
    .names = &provide_names,
    .example = "product,schoolId,seats,costUsd,startsOn,endsOn\nMath "
               "Path,,12000,84000.00,2026-07-01,2027-06-30\nRead "
               "Along,0101,450,3150.00,2026-07-01,2027-06-30\n",
    .fresh_days = 365,
    IMPORT,
};

/* ---- people ---- */

static const struct source_column need_columns[] = {
    STUDENT,
    {.name = "need",
     .field = "need",
     .type = FIELD_TEXT,
     .required = true,
     .label = TR_INIT("Need", "Necesidad"),
     ALSO("at need", "accommodation", "assistive technology need")},
    {.name = "tool",
     .field = "tool",
     .type = FIELD_TEXT,
     .label = TR_INIT("Tool", "Herramienta"),
     ALSO("device", "assistive technology", "solution")},
    {.name = "status",
     .field = "status",
     .type = FIELD_CHOICE,
     .required = true,
     .label = TR_INIT("Status", "Situación"),
     ALSO("state", "met"),
     WORDS({"yes", "met"}, {"no", "unmet"}, {"provided", "met"}, {"not met", "unmet"},
           {"open", "unmet"}, {"on trial", "trial"}, {"pilot", "trial"})},
    {.name = "reviewedOn",
     .field = "reviewed_on",
     .type = FIELD_DATE,
     .label = TR_INIT("Reviewed on", "Revisado el"),
     ALSO("review date", "reviewed", "date")},
};
static const struct source source_needs = {
    .name = "needs",
    .label = TR_INIT("Assistive-technology needs", "Necesidades de tecnología de apoyo"),
    .about = TR_INIT(
        "What a student needs, the tool that meets it, and whether it does.",
        "Lo que un estudiante necesita, la herramienta que lo cubre y si ya está cubierto."),
    .kind = &kind_need,
    COLUMNS(need_columns),
    KEY("person_id", "need"),
    .vanish = VANISH_ENDED,
    .names = &provide_names,
    .example = "studentId,need,tool,status,reviewedOn\n100234,text to speech,Screen "
               "reader,met,2026-09-10\n100235,switch access,,unmet,2026-09-12\n",
    .day = "reviewedOn",
    .fresh_days = 180,
    IMPORT,
};

#define AREA(col, en_, es_)                                                                        \
    { .name = col, .field = col, .type = FIELD_REAL, .label = TR_INIT(en_, es_) }
static const struct source_column survey_columns[] = {
    {.name = "staffId",
     .field = "person_id",
     .type = FIELD_PERSON,
     .required = true,
     .label = TR_INIT("Teacher", "Docente"),
     ALSO("teacher id", "teacher", "staff", "employee id", "teacher number", "email", "username")},
    {.name = "surveyedOn",
     .field = "surveyed_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("Surveyed on", "Encuestado el"),
     ALSO("date", "survey date", "timestamp", "completed on")},
    {.name = "confidence",
     .field = "confidence",
     .type = FIELD_REAL,
     .label = TR_INIT("Confidence", "Confianza"),
     ALSO("confidence level", "self confidence")},
    AREA("learner", "Learner", "Aprendiz"),
    AREA("leader", "Leader", "Líder"),
    AREA("citizen", "Citizen", "Ciudadanía"),
    AREA("collaborator", "Collaborator", "Colaboración"),
    AREA("designer", "Designer", "Diseño"),
    AREA("facilitator", "Facilitator", "Facilitación"),
    AREA("analyst", "Analyst", "Análisis"),
    {.name = "trainingHours",
     .field = "training_hours",
     .type = FIELD_REAL,
     .label = TR_INIT("Training in 12 months", "Formación en 12 meses"),
     ALSO("hours", "pd hours", "training", "professional development hours")},
};
static const struct source source_teacher_survey = {
    .name = "teacher-survey",
    .label = TR_INIT("Teacher self-survey", "Autoencuesta docente"),
    .about = TR_INIT("Teachers on their own confidence (1 to 5), the seven ISTE areas (1 to 4) and "
                     "hours of training.",
                     "Los docentes sobre su confianza (1 a 5), las siete áreas ISTE (1 a 4) y "
                     "horas de formación."),
    .kind = &kind_teacher_survey,
    COLUMNS(survey_columns),
    KEY("person_id", "surveyed_on"),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example = "staffId,surveyedOn,confidence,learner,leader,citizen,collaborator,designer,"
               "facilitator,analyst,trainingHours\nT00123,2026-09-20,4,3,2,3,3,2,3,2,12\nT00124,"
               "2026-09-20,3,2,2,2,3,2,2,1,4\n",
    .day = "surveyedOn",
    .fresh_days = 365,
    IMPORT,
};

static const struct source_column score_columns[] = {
    STUDENT,
    {.name = "window",
     .field = "term",
     .type = FIELD_TEXT,
     .required = true,
     .of_file_name = true,
     .label = TR_INIT("Testing window", "Periodo de evaluación"),
     ALSO("term", "season", "testing window", "benchmark", "period", "term name",
          "administration")},
    {.name = "takenOn",
     .field = "taken_on",
     .type = FIELD_DATE,
     .required = true,
     .label = TR_INIT("Taken on", "Fecha"),
     ALSO("date", "test date", "completion date", "date taken", "administered on")},
};
static const struct source_word score_measures[] = {
    {"mathScore", "math"},
    {"math", "math"},
    {"math score", "math"},
    {"mathematics", "math"},
    {"math scale score", "math"},
    {"readingScore", "reading"},
    {"reading", "reading"},
    {"reading score", "reading"},
    {"ela", "reading"},
    {"ela score", "reading"},
    {"reading scale score", "reading"},
    {NULL, NULL},
};
static const struct source source_scores = {
    .name = "scores",
    .label = TR_INIT("Scores", "Resultados"),
    .about = TR_INIT("A wide table of results: one row per student and testing window, one column "
                     "of numbers per measure.",
                     "Una tabla ancha de resultados: una fila por estudiante y periodo, una "
                     "columna de números por medida."),
    .kind = &kind_score,
    COLUMNS(score_columns),
    KEY("person_id", "measure", "term"),
    .vanish = VANISH_KEPT,
    .measure_field = "measure",
    .value_field = "value",
    .measure_words = score_measures,
    .names = &provide_names,
    .example = "studentId,window,takenOn,mathScore,readingScore\n100234,fall "
               "2026,2026-09-14,214,208\n100235,fall 2026,2026-09-14,198,\n",
    .day = "takenOn",
    .fresh_days = 200,
    IMPORT,
};

static const struct source_column attendance_columns[] = {
    STUDENT,
    {.name = "month",
     .field = "month",
     .type = FIELD_DATE,
     .format = CELL_MONTH,
     .required = true,
     .label = TR_INIT("Month", "Mes"),
     ALSO("period", "attendance month", "date")},
    {.name = "daysEnrolled",
     .field = "days_enrolled",
     .type = FIELD_INT,
     .required = true,
     .label = TR_INIT("Days enrolled", "Días inscritos"),
     ALSO("enrolled", "membership days", "days in membership", "days possible")},
    {.name = "daysPresent",
     .field = "days_present",
     .type = FIELD_INT,
     .required = true,
     .label = TR_INIT("Days present", "Días presentes"),
     ALSO("present", "days attended", "attended")},
};
static const struct source source_attendance = {
    .name = "attendance",
    .label = TR_INIT("Attendance", "Asistencia"),
    .about = TR_INIT("Days enrolled and days present, by student and month.",
                     "Días inscritos y días presentes, por estudiante y mes."),
    .kind = &kind_attendance,
    COLUMNS(attendance_columns),
    KEY("person_id", "month"),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example =
        "studentId,month,daysEnrolled,daysPresent\n100234,2026-09,21,20\n100235,2026-09,21,14\n",
    .day = "month",
    .fresh_days = 60,
    IMPORT,
};

/* ---- reference ---- */

#define CODED(name_, field_, type_, en_, es_)                                                      \
    {                                                                                              \
        .name = name_, .field = field_, .type = type_, .format = CELL_CODED,                       \
        .label = TR_INIT(en_, es_)                                                                 \
    }
#define GRADES                                                                                     \
    WORDS({"-1", "PK"}, {"0", "KG"}, {"1", "01"}, {"2", "02"}, {"3", "03"}, {"4", "04"},           \
          {"5", "05"}, {"6", "06"}, {"7", "07"}, {"8", "08"}, {"9", "09"}, {"13", ""}, {"14", ""}, \
          {"15", ""}, {"-2", ""}, {"-3", ""})
static const struct source_column us_district_columns[] = {
    {.name = "leaid",
     .field = "leaid",
     .type = FIELD_TEXT,
     .digits = 7,
     .required = true,
     .label = TR_INIT("NCES number", "Número NCES"),
     ALSO("nces id", "lea id", "nces district id")},
    {.name = "lea_name",
     .field = "name",
     .type = FIELD_TEXT,
     .required = true,
     .label = TR_INIT("Name", "Nombre"),
     ALSO("agency name", "district name")},
    CODED("state_location", "state", FIELD_TEXT, "State", "Estado"),
    CODED("state_leaid", "state_leaid", FIELD_TEXT, "State number", "Número estatal"),
    CODED("year", "year", FIELD_INT, "Fall of the school year", "Otoño del año escolar"),
    CODED("street_location", "street", FIELD_TEXT, "Street", "Calle"),
    CODED("city_location", "city", FIELD_TEXT, "City", "Ciudad"),
    {.name = "zip_location",
     .field = "zip",
     .type = FIELD_TEXT,
     .format = CELL_CODED,
     .digits = 5,
     .label = TR_INIT("ZIP code", "Código postal")},
    CODED("phone", "phone", FIELD_TEXT, "Telephone", "Teléfono"),
    CODED("county_name", "county", FIELD_TEXT, "County", "Condado"),
    CODED("latitude", "latitude", FIELD_REAL, "Latitude", "Latitud"),
    CODED("longitude", "longitude", FIELD_REAL, "Longitude", "Longitud"),
    {.name = "urban_centric_locale",
     .field = "locale",
     .type = FIELD_CHOICE,
     .format = CELL_CODED,
     .label = TR_INIT("Locale", "Entorno"),
     ALSO("locale code", "locale"),
     WORDS({"11", "city"}, {"12", "city"}, {"13", "city"}, {"21", "suburb"}, {"22", "suburb"},
           {"23", "suburb"}, {"31", "town"}, {"32", "town"}, {"33", "town"}, {"41", "rural"},
           {"42", "rural"}, {"43", "rural"})},
    {.name = "agency_type",
     .field = "agency_type",
     .type = FIELD_CHOICE,
     .format = CELL_CODED,
     .label = TR_INIT("Kind of agency", "Tipo de agencia"),
     WORDS({"1", "regular"}, {"2", "component"}, {"3", "supervisory"}, {"4", "service"},
           {"5", "state"}, {"6", "federal"}, {"7", "charter"}, {"8", "other"},
           {"9", "specialized"})},
    {.name = "lowest_grade_offered",
     .field = "lowest_grade",
     .type = FIELD_TEXT,
     .label = TR_INIT("Lowest grade", "Grado más bajo"),
     GRADES},
    {.name = "highest_grade_offered",
     .field = "highest_grade",
     .type = FIELD_TEXT,
     .label = TR_INIT("Highest grade", "Grado más alto"),
     GRADES},
    CODED("number_of_schools", "schools", FIELD_INT, "Schools", "Escuelas"),
    CODED("enrollment", "enrollment", FIELD_INT, "Students", "Estudiantes"),
    CODED("spec_ed_students", "special_education", FIELD_INT, "Students with disabilities",
          "Estudiantes con discapacidad"),
    CODED("english_language_learners", "english_learners", FIELD_INT, "English learners",
          "Aprendices de inglés"),
    CODED("teachers_total_fte", "teachers", FIELD_REAL, "Teachers (full-time)",
          "Docentes (tiempo completo)"),
    CODED("staff_total_fte", "staff", FIELD_REAL, "Staff (full-time)",
          "Personal (tiempo completo)"),
};
static const struct source source_us_districts = {
    .name = "us-districts",
    .label = TR_INIT("US district directory", "Directorio de distritos de EE. UU."),
    .about = TR_INIT("The NCES Common Core of Data directory of local education agencies, for "
                     "search and for matching numbers.",
                     "El directorio de agencias educativas locales del Common Core of Data de "
                     "NCES, para buscar y cotejar números."),
    .kind = &kind_us_district,
    COLUMNS(us_district_columns),
    KEY("leaid"),
    .vanish = VANISH_ENDED,
    .example = "leaid,year,lea_name,state_location,urban_centric_locale,agency_type,number_of_"
               "schools,enrollment\n0100005,2018,Albertville "
               "City,AL,32,1,6,5636\n0100006,2018,Marshall County,AL,42,1,15,5734\n",
    .fresh_days = 1000,
    IMPORT,
};

/* ---- usage ---- */

static const struct source_column usage_columns[USAGE_COLUMNS] = {
    [USAGE_DAY] = {.name = "date",
                   .type = FIELD_DATE,
                   .required = true,
                   .label = TR_INIT("Day", "Día"),
                   ALSO("day", "usage date", "activity date", "time")},
    [USAGE_WHO] = {.name = "studentId",
                   .type = FIELD_PERSON,
                   .required = true,
                   .label = TR_INIT("Person", "Persona"),
                   ALSO("student", "user", "person", "user id", "username", "email",
                        "student number", "user email")},
    [USAGE_PRODUCT] = {.name = "product",
                       .type = FIELD_TEXT,
                       .required = true,
                       .label = TR_INIT("Product", "Producto"),
                       ALSO("app", "application", "product name", "tool", "software", "site")},
    [USAGE_A] = {.name = "minutes",
                 .type = FIELD_REAL,
                 .label = TR_INIT("Minutes", "Minutos"),
                 ALSO("time spent", "minutes used", "duration minutes", "time on task")},
    [USAGE_B] = {.name = "opens",
                 .type = FIELD_REAL,
                 .label = TR_INIT("Opens", "Aperturas"),
                 ALSO("logins", "sessions", "visits", "launches", "clicks")},
};
static const struct source source_usage = {
    .name = "usage",
    .label = TR_INIT("Usage by person", "Uso por persona"),
    .about = TR_INIT("Minutes or opens, by person, product and day.",
                     "Minutos o aperturas, por persona, producto y día."),
    .handler = &usage_by_person,
    COLUMNS(usage_columns),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example = "date,studentId,product,minutes,opens\n2026-09-14,100234,Math "
               "Path,32,2\n2026-09-14,100235,Read Along,18,1\n",
    .fresh_days = 14,
    IMPORT,
};

static const struct source_column group_columns[USAGE_COLUMNS] = {
    [USAGE_DAY] = {.name = "time",
                   .type = FIELD_DATE,
                   .required = true,
                   .label = TR_INIT("Day", "Día"),
                   ALSO("date", "day")},
    [USAGE_WHO] = {.name = "districtId",
                   .type = FIELD_ORG,
                   .required = true,
                   .of_file_name = true,
                   .label = TR_INIT("District or school", "Distrito o escuela"),
                   ALSO("district_id", "district", "school", "schoolId", "org")},
    [USAGE_PRODUCT] = {.name = "lp_id",
                       .type = FIELD_TEXT,
                       .required = true,
                       .label = TR_INIT("Product", "Producto"),
                       ALSO("product", "product id", "product name")},
    [USAGE_A] = {.name = "pct_access",
                 .type = FIELD_REAL,
                 .label =
                     TR_INIT("Percent with access in a day", "Porcentaje con acceso en un día"),
                 ALSO("percent access", "pct access")},
    [USAGE_B] = {.name = "engagement_index",
                 .type = FIELD_REAL,
                 .label = TR_INIT("Page loads per 1,000 students",
                                  "Páginas cargadas por 1,000 estudiantes"),
                 ALSO("engagement", "engagement index")},
};
static const struct source source_usage_group = {
    .name = "usage-group",
    .label = TR_INIT("Usage by district", "Uso por distrito"),
    .about = TR_INIT("Share of students with access and page loads, by district (or school), "
                     "product and day; the file may be named for the district.",
                     "Porcentaje de estudiantes con acceso y páginas cargadas, por distrito (o "
                     "escuela), producto y día; el archivo puede llevar el nombre del distrito."),
    .handler = &usage_by_group,
    COLUMNS(group_columns),
    .vanish = VANISH_KEPT,
    .names = &provide_names,
    .example = "time,lp_id,pct_access,engagement_index\n2020-01-02,13117,0.55,5.66\n2020-01-02,"
               "99916,1.12,21.5\n",
    .fresh_days = 14,
    IMPORT,
};

const struct source *const provide_sources[] = {
    &source_devices,    &source_rooms, &source_connectivity,   &source_home_access,
    &source_licences,   &source_needs, &source_teacher_survey, &source_scores,
    &source_attendance, &source_usage, &source_usage_group,    &source_us_districts,
};
const size_t provide_source_count = sizeof provide_sources / sizeof provide_sources[0];

void provide_register(void) {
    source_undo_kinds(provide_kinds, provide_kind_count);
    batch_undo_other(&usage_undo);
}

/* An import of one source that indicators of another stand on too. */
static const struct {
    const char *imported, *also;
} feeds[] = {{"devices", "connectivity"}, {"licences", "usage"}};

static enum err touch(struct db *db, const struct source *s, int32_t from, struct errmsg *e) {
    int64_t now = date_now_us();
    TRY(measure_touch(db, s->name, from, now, e));
    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0]; i++)
        if (strcmp(feeds[i].imported, s->name) == 0)
            TRY(measure_touch(db, feeds[i].also, from, now, e));
    return ERR_OK;
}

enum err provide_changed(struct db *db, const struct kind *k, int32_t today, struct errmsg *e) {
    for (size_t i = 0; i < provide_source_count; i++)
        if (provide_sources[i]->kind == k)
            TRY(touch(db, provide_sources[i], today, e));
    return ERR_OK;
}

enum err provide_import(struct store *s, const struct source_view *view,
                        const struct source_how *how, struct arena *a, struct source_result *out,
                        struct errmsg *e) {
    struct db *db;
    TRY(source_run(s, view, how, a, out, e));
    if (how->dry)
        return ERR_OK;
    bool before = out->first_day != DATE_NONE && out->first_day < how->as_of;
    TRY(store_begin(s, &db, e));
    enum err r = touch(db, view->source, before ? out->first_day : how->as_of, e);
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}
