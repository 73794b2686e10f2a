#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

const struct config_row config_rows[CONF_COUNT] = {
    [CONF_DATA_DIR] = {"data_dir", CONF_TEXT, "", "data", 0, 0,
                       TR_INIT("Folder for the records, uploads and usage facts.",
                               "Carpeta de los registros, archivos subidos y datos de uso.")},
    [CONF_DATABASE] =
        {"database", CONF_TEXT, "", "", 0, 0,
         TR_INIT("A file path or postgresql://...; empty means homeroom.db in data_dir.",
                 "Ruta de un archivo o postgresql://...; vacío es homeroom.db en data_dir.")},
    [CONF_HOST] =
        {"host", CONF_TEXT, "", "127.0.0.1", 0, 0,
         TR_INIT("Address to serve on; stay on loopback unless a proxy with TLS stands in front.",
                 "Dirección del servidor; use la local salvo que haya un proxy con TLS delante.")},
    [CONF_PORT] = {"port", CONF_INT, "", "8080", 0, 65535,
                   TR_INIT("Port to serve on; 0 lets the system choose.",
                           "Puerto del servidor; con 0 elige el sistema.")},
    [CONF_THREADS] = {"threads", CONF_INT, "threads", "0", 0, 256,
                      TR_INIT("Threads that answer requests; 0 means one per core.",
                              "Hilos que atienden las peticiones; 0 es uno por núcleo.")},
    [CONF_PUBLIC_URL] =
        {"public_url", CONF_TEXT, "", "", 0, 0,
         TR_INIT("The address people type; with https:// cookies are marked Secure.",
                 "La dirección que escribe la gente; con https:// las cookies son Secure.")},
    [CONF_SESSION_HOURS] = {"session_hours", CONF_INT, "hours", "12", 1, 720,
                            TR_INIT("A sign-in ends after this long without a request.",
                                    "La sesión termina tras este tiempo sin actividad.")},
    [CONF_SIGN_IN_TRIES] = {"sign_in_tries", CONF_INT, "tries", "10", 3, 1000,
                            TR_INIT("Wrong passwords per account in 15 minutes before it must "
                                    "wait; five times as many per address.",
                                    "Contraseñas erróneas por cuenta en 15 minutos antes de "
                                    "esperar; cinco veces más por dirección.")},
    [CONF_MINIMUM_N] =
        {"minimum_n", CONF_INT, "people", "10", 10, 1000,
         TR_INIT("Groups smaller than this are hidden, and so is what would reveal them.",
                 "Los grupos menores se ocultan, y también lo que los revelaría.")},
    [CONF_SAFETY_STOP_PERCENT] =
        {"safety_stop_percent", CONF_INT, "percent", "5", 0, 100,
         TR_INIT("An import that would end more than this share of a kind stops and asks.",
                 "Una importación que dé de baja más de esta parte se detiene y pregunta.")},
    [CONF_UPLOAD_BYTES] = {"upload_bytes", CONF_INT, "bytes", "4294967296", MIB, 64 * GIB,
                           TR_INIT("Largest file that can be uploaded.",
                                   "Archivo más grande que se puede subir.")},
    [CONF_FORM_BYTES] = {"form_bytes", CONF_INT, "bytes", "1048576", 16 * KIB, 64 * MIB,
                         TR_INIT("Largest form or JSON body.",
                                 "Formulario o cuerpo JSON más grande.")},
    [CONF_REQUEST_SECONDS] =
        {"request_seconds", CONF_INT, "seconds", "30", 5, 600,
         TR_INIT("A client that sends its request more slowly is closed.",
                 "Se cierra la conexión de quien envía su petición más despacio.")},
    [CONF_CONNECTIONS] = {"connections", CONF_INT, "connections", "4096", 64, 100000,
                          TR_INIT("Open connections at once.", "Conexiones abiertas a la vez.")},
    [CONF_REQUESTS_PER_MINUTE] = {"requests_per_minute", CONF_INT, "requests", "1200", 60, 1000000,
                                  TR_INIT("Requests a minute from one address.",
                                          "Peticiones por minuto desde una dirección.")},
    [CONF_CSV_FIELD_BYTES] = {"csv_field_bytes", CONF_INT, "bytes", "1048576", KIB, GIB,
                              TR_INIT("Longest field of a CSV file.",
                                      "Campo más largo de un archivo CSV.")},
    [CONF_CSV_COLUMNS] = {"csv_columns", CONF_INT, "columns", "1000", 10, 100000,
                          TR_INIT("Most columns of a CSV file.",
                                  "Máximo de columnas de un archivo CSV.")},
    [CONF_CSV_ROWS] = {"csv_rows", CONF_INT, "rows", "500000000", 1000, INT64_C(10000000000),
                       TR_INIT("Most rows of a CSV file.", "Máximo de filas de un archivo CSV.")},
    [CONF_ZIP_BYTES] = {"zip_bytes", CONF_INT, "bytes", "34359738368", MIB, 1024 * GIB,
                        TR_INIT("Most bytes a zip may unpack to.",
                                "Máximo de bytes al descomprimir un zip.")},
    [CONF_ZIP_MEMBERS] = {"zip_members", CONF_INT, "files", "1000", 1, 1000000,
                          TR_INIT("Most files in a zip.", "Máximo de archivos en un zip.")},
    [CONF_ZIP_RATIO] = {"zip_ratio", CONF_INT, "times", "200", 10, 100000,
                        TR_INIT(
                            "A zip that unpacks to more than this many times its size is refused.",
                            "Se rechaza un zip que al descomprimirse crezca más veces que esto.")},
    [CONF_IMPORT_ERRORS] =
        {"import_errors", CONF_INT, "rows", "10000", 100, 1000000,
         TR_INIT(
             "Refused rows kept for the error sheet; the rest are only counted.",
             "Filas rechazadas que se guardan en la hoja de errores; el resto solo se cuenta.")},
};

static struct {
    char *text; /* NULL: the default */
    enum config_from from;
} values[CONF_COUNT];

static enum err check(enum config_id id, struct str v, struct errmsg *e) {
    const struct config_row *row = &config_rows[id];
    int64_t n;
    if (row->kind == CONF_TEXT)
        return ERR_OK;
    if (!str_int(v, &n) || n < row->least || n > row->most)
        return err_set(e, ERR_INVALID,
                       "%s = %.*s: give a whole number from %" PRId64 " to %" PRId64 ".", row->name,
                       (int)(v.n > 60 ? 60 : v.n), v.p, row->least, row->most);
    return ERR_OK;
}

static enum err put(enum config_id id, struct str v, enum config_from from, struct errmsg *e) {
    TRY(check(id, v, e));
    char *copy = malloc(v.n + 1);
    CHECK(copy != NULL);
    if (v.n > 0)
        memcpy(copy, v.p, v.n);
    copy[v.n] = '\0';
    free(values[id].text);
    values[id].text = copy;
    values[id].from = from;
    return ERR_OK;
}

static enum err find(struct str name, enum config_id *out) {
    for (int i = 0; i < CONF_COUNT; i++)
        if (str_eq(name, str_z(config_rows[i].name))) {
            *out = (enum config_id)i;
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}

static enum err read_line(const char *path, int number, struct str line, struct errmsg *e) {
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return ERR_OK;
    struct str rest = line, name;
    (void)str_split(&rest, '=', &name);
    name = str_trim(name);
    enum config_id id;
    if (rest.p == NULL || find(name, &id) != ERR_OK)
        return err_set(
            e, ERR_INVALID,
            "%s, line %d: \"%.*s\" is not a setting; `homeroom config explain` lists them.", path,
            number, (int)(name.n > 60 ? 60 : name.n), name.p);
    enum err r = put(id, str_trim(rest), CONF_FROM_FILE, e);
    if (r != ERR_OK)
        err_wrap(e, "%s, line %d", path, number);
    return r;
}

static enum err read_file(const char *path, struct errmsg *e) {
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return err_set(e, ERR_IO, "%s cannot be read: %s.", path, strerror(errno));
    char line[4096];
    enum err r = ERR_OK;
    for (int number = 1; r == ERR_OK && fgets(line, sizeof line, f) != NULL; number++)
        r = read_line(path, number, str_z(line), e);
    (void)fclose(f);
    return r;
}

static enum err read_environment(struct errmsg *e) {
    for (int i = 0; i < CONF_COUNT; i++) {
        char name[80];
        (void)snprintf(name, sizeof name, "HOMEROOM_%s", config_rows[i].name);
        for (char *c = name; *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
        const char *v = getenv(name);
        if (v == NULL)
            continue;
        enum err r = put((enum config_id)i, str_z(v), CONF_FROM_ENVIRONMENT, e);
        if (r != ERR_OK) {
            err_wrap(e, "environment %s", name);
            return r;
        }
    }
    return ERR_OK;
}

enum err config_load(const char *path, struct errmsg *e) {
    FILE *there = path == NULL ? fopen("homeroom.conf", "re") : NULL;
    if (there != NULL) {
        (void)fclose(there);
        path = "homeroom.conf";
    }
    if (path != NULL)
        TRY(read_file(path, e));
    return read_environment(e);
}

enum err config_set(enum config_id id, const char *value, struct errmsg *e) {
    return put(id, str_z(value), CONF_FROM_ENVIRONMENT, e);
}

const char *config_text(enum config_id id) {
    return values[id].text == NULL ? config_rows[id].def : values[id].text;
}

int64_t config_int(enum config_id id) {
    int64_t n = 0;
    CHECK(config_rows[id].kind == CONF_INT && str_int(str_z(config_text(id)), &n));
    return n;
}

enum config_from config_from(enum config_id id) {
    return values[id].from;
}
