#include "store/store.h"

#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    struct reader *next;
    struct db *db;
    struct store *store;
};

struct store {
    char *url;
    struct db *writer;
    pthread_mutex_t writing, list;
    pthread_key_t mine; /* the calling thread's struct reader */
    struct reader *readers;
};

/* An advisory lock counts in the whole database, so its key covers the schema too: several
 * districts may live in one server. */
struct store_lock {
    int fd;        /* SQLite: the locked file */
    struct db *db; /* PostgreSQL: the session that holds the advisory lock */
    int64_t key;   /* of that */
};

static const char *file_of(const char *url) {
    return strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url;
}

static bool is_postgres(const char *url) {
    return strncmp(url, "postgres", 8) == 0 && strstr(url, "://") != NULL;
}

static enum err make_folder_of(const char *file, struct errmsg *e) {
    char path[4096];
    if (strlen(file) >= sizeof path)
        return err_set(e, ERR_INVALID,
                       "The path of the records is too long; choose a shorter one.");
    (void)snprintf(path, sizeof path, "%s", file);
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return err_set(e, ERR_IO, "The folder %s cannot be made: %s.", path, strerror(errno));
        *at = '/';
    }
    return ERR_OK;
}

/* A thread ended: its reader goes with it. */
static void reader_gone(void *arg) {
    struct reader *r = arg;
    struct store *s = r->store;
    (void)pthread_mutex_lock(&s->list);
    struct reader **at = &s->readers;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    (void)pthread_mutex_unlock(&s->list);
    db_close(r->db);
    free(r);
}

enum err store_open(const char *url, struct store **out, struct errmsg *e) {
    *out = NULL;
    if (!is_postgres(url))
        TRY(make_folder_of(file_of(url), e));
    struct db *writer;
    TRY(db_open(url, DB_WRITE, &writer, e));
    enum err r = migrate_up(writer, e);
    if (r != ERR_OK) {
        db_close(writer);
        return r;
    }
    struct store *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    s->url = strdup(url);
    CHECK(s->url != NULL);
    s->writer = writer;
    CHECK(pthread_mutex_init(&s->writing, NULL) == 0 && pthread_mutex_init(&s->list, NULL) == 0);
    CHECK(pthread_key_create(&s->mine, reader_gone) == 0);
    *out = s;
    return ERR_OK;
}

void store_close(struct store *s) {
    if (s == NULL)
        return;
    (void)pthread_key_delete(s->mine);
    while (s->readers != NULL) {
        struct reader *r = s->readers;
        s->readers = r->next;
        db_close(r->db);
        free(r);
    }
    db_close(s->writer);
    (void)pthread_mutex_destroy(&s->writing);
    (void)pthread_mutex_destroy(&s->list);
    free(s->url);
    free(s);
}

const char *store_url(const struct store *s) {
    return s->url;
}

enum err store_reader(struct store *s, struct db **out, struct errmsg *e) {
    struct reader *r = pthread_getspecific(s->mine);
    if (r == NULL) {
        struct db *db;
        TRY(db_open(s->url, DB_READ, &db, e));
        r = calloc(1, sizeof *r);
        CHECK(r != NULL);
        (void)pthread_mutex_lock(&s->list);
        *r = (struct reader){s->readers, db, s};
        s->readers = r;
        (void)pthread_mutex_unlock(&s->list);
        CHECK(pthread_setspecific(s->mine, r) == 0);
    }
    *out = r->db;
    return ERR_OK;
}

enum err store_begin(struct store *s, struct db **out, struct errmsg *e) {
    (void)pthread_mutex_lock(&s->writing);
    enum err r = db_begin(s->writer, e);
    if (r != ERR_OK)
        (void)pthread_mutex_unlock(&s->writing);
    *out = r == ERR_OK ? s->writer : NULL;
    return r;
}

enum err store_commit(struct store *s, struct errmsg *e) {
    enum err r = db_commit(s->writer, e);
    (void)pthread_mutex_unlock(&s->writing);
    return r;
}

void store_rollback(struct store *s) {
    db_rollback(s->writer);
    (void)pthread_mutex_unlock(&s->writing);
}

static enum err lock_file(const char *url, const char *name, const char *busy, int *out,
                          struct errmsg *e) {
    char path[4200];
    (void)snprintf(path, sizeof path, "%s.%s.lock", file_of(url), name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, ERR_IO, "The lock file %s cannot be opened: %s.", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd);
        return err_set(e, ERR_BUSY, "%s", busy);
    }
    *out = fd;
    return ERR_OK;
}

static enum err lock_session(const char *url, const char *name, const char *busy,
                             struct store_lock *out, struct errmsg *e) {
    int64_t got = 0;
    struct db *db;
    out->key = (int64_t)(str_hash(str_z(name)) >> 1);
    TRY(db_open(url, DB_WRITE, &db, e));
    enum err r = db_int(db, SQL_STORE_LOCK, ARGS(V_INT(out->key)), &got, NULL, e);
    if (r == ERR_OK && got == 0)
        r = err_set(e, ERR_BUSY, "%s", busy);
    if (r != ERR_OK) {
        db_close(db);
        return r;
    }
    out->db = db;
    return ERR_OK;
}

enum err store_lock(struct store *s, const char *name, const char *busy, struct store_lock **out,
                    struct errmsg *e) {
    struct store_lock lock = {.fd = -1};
    *out = NULL;
    TRY(is_postgres(s->url) ? lock_session(s->url, name, busy, &lock, e)
                            : lock_file(s->url, name, busy, &lock.fd, e));
    *out = malloc(sizeof lock);
    CHECK(*out != NULL);
    **out = lock;
    return ERR_OK;
}

void store_unlock(struct store_lock *lock) {
    if (lock == NULL)
        return;
    if (lock->fd >= 0)
        (void)close(lock->fd);
    if (lock->db !=
        NULL) { /* told, not left to the end of the session, which the server sees later */
        int64_t freed;
        err_ignore(db_int(lock->db, SQL_STORE_UNLOCK, ARGS(V_INT(lock->key)), &freed, NULL, NULL));
    }
    db_close(lock->db);
    free(lock);
}
