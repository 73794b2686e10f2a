/*
 * Settings and limits: each is one row of a table with name, unit, default, least, most and why
 * (`homeroom config explain` and the settings page print it). A value comes from, in this order:
 * the environment (HOMEROOM_<NAME>), the file homeroom.conf (name = value), the default.
 * Loaded once at start (config_load), constant afterwards, so any thread may read.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/err.h"
#include "base/str.h"
#include "base/tr.h"

enum config_id {
    CONF_DATA_DIR,
    CONF_DATABASE,
    CONF_HOST,
    CONF_PORT,
    CONF_THREADS,
    CONF_PUBLIC_URL,
    CONF_SESSION_HOURS,
    CONF_SIGN_IN_TRIES,
    CONF_MINIMUM_N,
    CONF_SAFETY_STOP_PERCENT,
    CONF_UPLOAD_BYTES,
    CONF_FORM_BYTES,
    CONF_REQUEST_SECONDS,
    CONF_CONNECTIONS,
    CONF_REQUESTS_PER_MINUTE,
    CONF_CSV_FIELD_BYTES,
    CONF_CSV_COLUMNS,
    CONF_CSV_ROWS,
    CONF_ZIP_BYTES,
    CONF_ZIP_MEMBERS,
    CONF_ZIP_RATIO,
    CONF_IMPORT_ERRORS,
    CONF_COUNT
};

enum config_kind { CONF_TEXT, CONF_INT };

struct config_row {
    const char *name; /* lower case with underscores; also the key in the file */
    enum config_kind kind;
    const char *unit;    /* "bytes", "hours", "" */
    const char *def;     /* default as text */
    int64_t least, most; /* for CONF_INT */
    struct tr why;
};
extern const struct config_row config_rows[CONF_COUNT];

enum config_from { CONF_FROM_DEFAULT, CONF_FROM_FILE, CONF_FROM_ENVIRONMENT };

/* path: the file, or NULL for ./homeroom.conf where there is one. ERR_INVALID with file, line and
 * what to do on an unknown name or a value out of range; nothing is changed then. */
NODISCARD enum err config_load(const char *path, struct errmsg *e);
/* Overrides one value from the command line, before threads start. */
NODISCARD enum err config_set(enum config_id id, const char *value, struct errmsg *e);
const char *config_text(enum config_id id); /* before config_load: the default */
int64_t config_int(enum config_id id);
enum config_from config_from(enum config_id id);

#endif
