/*
 * Accounts, passwords and sessions. A password is kept as Argon2id (64 MiB, 2 passes); at most
 * PASSWORD_AT_ONCE are computed at a time and PASSWORD_WAITING wait, the rest get ERR_BUSY, so that
 * a flood of sign-ins costs no memory. A session is a random token in a cookie; only its BLAKE2b
 * digest is stored, with the time it ends.
 * Functions that change something need an open transaction of a DB_WRITE db and write their audit
 * entry in it. Time comes in as now_us.
 */
#ifndef ACCESS_ACCOUNT_H
#define ACCESS_ACCOUNT_H

#include "access/audit.h"

enum { PASSWORD_AT_ONCE = 2, PASSWORD_WAITING = 32, PASSWORD_MIN = 10, PASSWORD_MAX = 128 };
enum { PASSWORD_HASH = 128, TOKEN_TEXT = 65, CSRF_TEXT = 33 };

/* ERR_INVALID with what is missing: length, a common password, the username in it. */
NODISCARD enum err password_acceptable(struct str password, struct str username, enum lang lang,
                                       struct errmsg *e);
NODISCARD enum err password_hash(struct str password, char out[static PASSWORD_HASH],
                                 struct errmsg *e);
/* ERR_OK, ERR_DENIED, or ERR_BUSY. A hash of "" (no such account) takes as long as a real one. */
NODISCARD enum err password_check(struct str password, const char *hash, struct errmsg *e);
/* Four made-up words and a number, easy to type, for handing out: 57 bits. "tavo-ruli-kemo-pusa-47"
 */
struct str password_suggest(struct arena *a);

struct account {
    int64_t id, person_id;
    struct str username, display_name;
    enum role role;
    enum lang lang;
    bool must_change, has_password;
    int64_t disabled_us, created_us;
    struct str orgs; /* names, comma-separated; "" for none */
};
struct account_new {
    struct str username, display_name; /* username is kept in lower case */
    enum role role;
    int64_t person_id;
    enum lang lang;
    const char *hash; /* from password_hash; NULL: may not sign in yet */
    bool must_change;
    const int64_t *org_ids;
    size_t org_count;
};
/* ERR_CONFLICT when the username is taken; ERR_INVALID for a bad one. */
NODISCARD enum err account_add(struct db *db, const struct viewer *by, const struct account_new *n,
                               int64_t *id, struct errmsg *e);
NODISCARD enum err account_set_password(struct db *db, const struct viewer *by, int64_t id,
                                        const char *hash, bool must_change, struct errmsg *e);
NODISCARD enum err account_set_disabled(struct db *db, const struct viewer *by, int64_t id,
                                        bool disabled, struct errmsg *e);
NODISCARD enum err account_set_role(struct db *db, const struct viewer *by, int64_t id,
                                    enum role role, const int64_t *org_ids, size_t org_count,
                                    struct errmsg *e);
NODISCARD enum err account_set_language(struct db *db, int64_t id, enum lang lang,
                                        struct errmsg *e);
/* ERR_INVALID when that is no member of staff, ERR_CONFLICT when they work together already. */
NODISCARD enum err account_coach(struct db *db, const struct viewer *by, int64_t id,
                                 int64_t teacher_id, int32_t begins_on, struct errmsg *e);
/* From a day on no longer; ERR_NOT_FOUND when they did not work together. */
NODISCARD enum err account_coach_end(struct db *db, const struct viewer *by, int64_t id,
                                     int64_t teacher_id, int32_t ends_on, struct errmsg *e);
/* By username (any case) or by id; ERR_NOT_FOUND. */
NODISCARD enum err account_find(struct db *db, struct str username, struct arena *a,
                                struct account *out, struct errmsg *e);
NODISCARD enum err account_get(struct db *db, int64_t id, struct arena *a, struct account *out,
                               struct errmsg *e);
/* By username; `text` in username or name, ROLE_NONE: any. */
NODISCARD enum err account_list(struct db *db, struct str text, enum role role, int offset,
                                int limit, struct arena *a, struct account **out, size_t *n,
                                bool *more, struct errmsg *e);

struct session {
    char token[TOKEN_TEXT]; /* for the cookie; not stored */
    char csrf[CSRF_TEXT];
    int64_t account_id, expires_us;
};
/* Checks the password against what is stored (slow); reads only. ERR_DENIED with one sentence for
 * a wrong name and a wrong password alike; disabled accounts too. */
NODISCARD enum err account_sign_in(struct db *db, struct str username, struct str password,
                                   enum lang lang, struct arena *a, struct account *out,
                                   struct errmsg *e);
NODISCARD enum err session_open(struct db *db, const struct account *acc, int64_t now_us,
                                int64_t life_us, struct session *out, struct errmsg *e);
/* The viewer behind a cookie. ERR_SIGNED_OUT when unknown, ended, idle too long or disabled.
 * *seen_us tells when it was last marked, for session_seen once a minute. */
NODISCARD enum err session_find(struct db *db, struct str token, int64_t now_us, int64_t idle_us,
                                struct arena *a, struct viewer *out, char csrf[static CSRF_TEXT],
                                int64_t *seen_us, struct errmsg *e);
NODISCARD enum err session_seen(struct db *db, struct str token, int64_t now_us, struct errmsg *e);
NODISCARD enum err session_close(struct db *db, struct str token, struct errmsg *e);
NODISCARD enum err session_close_all(struct db *db, int64_t account_id, struct errmsg *e);
NODISCARD enum err session_sweep(struct db *db, int64_t now_us, int64_t idle_us, struct errmsg *e);

/* Random text of `bytes` random bytes as hex, NUL-ended: out has 2 * bytes + 1. */
void secret_text(char *out, size_t bytes);
bool secret_same(struct str a, struct str b); /* in constant time */

#endif
