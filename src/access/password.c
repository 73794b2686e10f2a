/* Passwords and secrets. Argon2id takes 64 MiB a computation, so a gate lets few in at a time and
 * lets few wait. */
#include "access/account.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PASSES = 2, MEMORY = 64 * 1024 * 1024 };
_Static_assert((int)crypto_pwhash_argon2id_STRBYTES <= (int)PASSWORD_HASH, "the hash fits");

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int inside, waiting;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static bool gate_enter(void) {
    (void)pthread_mutex_lock(&gate.lock);
    bool in = gate.inside < PASSWORD_AT_ONCE || gate.waiting < PASSWORD_WAITING;
    if (in) {
        gate.waiting++;
        while (gate.inside >= PASSWORD_AT_ONCE)
            (void)pthread_cond_wait(&gate.freed, &gate.lock);
        gate.waiting--;
        gate.inside++;
    }
    (void)pthread_mutex_unlock(&gate.lock);
    return in;
}

static void gate_leave(void) {
    (void)pthread_mutex_lock(&gate.lock);
    gate.inside--;
    (void)pthread_cond_signal(&gate.freed);
    (void)pthread_mutex_unlock(&gate.lock);
}

static enum err too_many(struct errmsg *e) {
    return err_set(e, ERR_BUSY,
                   "Many people are signing in at this moment; try again in a few "
                   "seconds. / Muchas personas están entrando; intente de nuevo en "
                   "unos segundos.");
}

enum err password_hash(struct str password, char out[static PASSWORD_HASH], struct errmsg *e) {
    if (!gate_enter())
        return too_many(e);
    int r = crypto_pwhash_str_alg(out, password.p, password.n, PASSES, MEMORY,
                                  crypto_pwhash_ALG_ARGON2ID13);
    gate_leave();
    return r == 0 ? ERR_OK
                  : err_set(e, ERR_UNAVAILABLE,
                            "There is not enough memory to check a password (64 MiB); free some, "
                            "then try again.");
}

/* A computation as long as a real one, for a name that is not there. */
static void waste(struct str password) {
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {1};
    unsigned char out[32];
    if (crypto_pwhash(out, sizeof out, password.p, password.n, salt, PASSES, MEMORY,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        out[0] = 0; /* out of memory tells the caller nothing either */
    sodium_memzero(out, sizeof out);
}

enum err password_check(struct str password, const char *hash, struct errmsg *e) {
    if (password.n == 0 || password.n > PASSWORD_MAX)
        return err_set(e, ERR_DENIED, "The password is wrong.");
    if (!gate_enter())
        return too_many(e);
    bool ok = false;
    if (hash[0] == '\0')
        waste(password);
    else
        ok = crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
    gate_leave();
    return ok ? ERR_OK : err_set(e, ERR_DENIED, "The password is wrong.");
}

static bool contains_nocase(struct str s, struct str what) {
    for (size_t i = 0; what.n > 0 && i + what.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + what.n), what))
            return true;
    return false;
}

static size_t different_bytes(struct str s) {
    bool seen[256] = {false};
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += !seen[(unsigned char)s.p[i]];
        seen[(unsigned char)s.p[i]] = true;
    }
    return n;
}

enum err password_acceptable(struct str password, struct str username, enum lang lang,
                             struct errmsg *e) {
    /* What lists of leaked passwords are made of. */
    static const char *const common[] = {"password",   "contrase", "123456",   "qwerty",   "abc123",
                                         "letmein",    "welcome",  "homeroom", "iloveyou", "654321",
                                         "chromebook", "111111",   "000000",   "asdfgh"};
    bool es = lang == LANG_ES;
    if (password.n < PASSWORD_MIN)
        return err_set(e, ERR_INVALID,
                       es ? "Use al menos %d caracteres; varias palabras juntas son fáciles de "
                            "recordar."
                          : "Use at least %d characters; several words together are easy to keep "
                            "in mind.",
                       PASSWORD_MIN);
    if (password.n > PASSWORD_MAX)
        return err_set(e, ERR_INVALID,
                       es ? "Use como máximo %d caracteres." : "Use at most %d characters.",
                       PASSWORD_MAX);
    bool weak = different_bytes(password) < 5;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        weak = weak || (contains_nocase(password, str_z(common[i])) && password.n < 20);
    if (weak)
        return err_set(e, ERR_INVALID, "%s",
                       es ? "Es una contraseña muy común; elija otra, por ejemplo cuatro palabras "
                            "que no vayan juntas."
                          : "That is among the most common passwords; choose another, such as four "
                            "words that do not belong together.");
    if (username.n >= 3 && contains_nocase(password, username))
        return err_set(e, ERR_INVALID, "%s",
                       es ? "La contraseña no debe contener su usuario."
                          : "The password must not contain your sign-in name.");
    return ERR_OK;
}

struct str password_suggest(struct arena *a) {
    static const char first[] = "bdfgjklmnprstvwz", second[] = "aeiou";
    char text[32];
    size_t n = 0;
    for (int syllable = 0; syllable < 8; syllable++) {
        if (syllable > 0 && syllable % 2 == 0)
            text[n++] = '-';
        text[n++] = first[randombytes_uniform(sizeof first - 1)];
        text[n++] = second[randombytes_uniform(sizeof second - 1)];
    }
    int tail = snprintf(text + n, sizeof text - n, "-%u", 10 + randombytes_uniform(90));
    return arena_str(a, (struct str){text, n + (size_t)tail});
}

void secret_text(char *out, size_t bytes) {
    unsigned char raw[64];
    CHECK(bytes <= sizeof raw);
    randombytes_buf(raw, bytes);
    (void)sodium_bin2hex(out, 2 * bytes + 1, raw, bytes);
    sodium_memzero(raw, sizeof raw);
}

bool secret_same(struct str a, struct str b) {
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}
