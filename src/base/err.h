/*
 * Errors are of three kinds.
 *   The outside world: enum err, and a sentence for a person in struct errmsg
 *   that says what was wrong, where, and what to do.
 *   Our own mistakes: CHECK(x), on in production, never on input.
 *   Memory: never an error value; see arena.h.
 * Each enum err has one HTTP status and one exit code (err_http, err_exit).
 * Thread-safe: no state.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a), nonnull(f)))

enum err {
    ERR_OK = 0,
    ERR_INVALID,     /* the input is wrong: a file, a form, a command line */
    ERR_SIGNED_OUT,  /* nobody is signed in */
    ERR_DENIED,      /* signed in, but may not */
    ERR_NOT_FOUND,   /* no such thing, or none that this viewer may see */
    ERR_CONFLICT,    /* somebody else changed it, or it exists already */
    ERR_LIMIT,       /* larger or more often than a row of limits.h allows */
    ERR_BUSY,        /* a lock is held; trying again may work */
    ERR_IO,          /* the disk or network failed */
    ERR_CORRUPT,     /* what is stored fails its checksum or cannot be read */
    ERR_UNAVAILABLE, /* something this needs is missing or switched off */
    ERR_COUNT
};

/* A sentence for a person. Zero it (struct errmsg e = {0}) before use. */
struct errmsg {
    char text[480];
};

/* Writes the sentence and hands `kind` back: return err_set(e, ERR_INVALID, "...", ...).
 * `e` may be NULL. A text too long is cut at a UTF-8 boundary. */
enum err err_set(struct errmsg *e, enum err kind, const char *fmt, ...) PRINTF(3, 4);

/* Puts "prefix: " before the sentence already there. */
void err_wrap(struct errmsg *e, const char *fmt, ...) PRINTF(2, 3);

int err_http(enum err kind);         /* HTTP status, 200 for ERR_OK */
int err_exit(enum err kind);         /* exit code of the process, 0 for ERR_OK */
const char *err_name(enum err kind); /* "invalid", "denied", ... for --json and the API */

/* A mistake of ours: prints file, line and expression and aborts. Never for input. */
#define CHECK(x) ((x) ? (void)0 : err_check_failed(#x, __FILE__, __LINE__))
_Noreturn void err_check_failed(const char *expr, const char *file, int line);

/* For the rare error that changes nothing; the caller's comment says why. */
static inline void err_ignore(enum err kind) {
    (void)kind;
}

/* Hands an error up: TRY(f(..., e)); */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum err try_err_ = (call);                                                                \
        if (try_err_ != ERR_OK)                                                                    \
            return try_err_;                                                                       \
    } while (0)

#endif
