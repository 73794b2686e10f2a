/*
 * The transport: libmicrohttpd's events become the phases of a call. A connection's deadline is
 * ours: libmicrohttpd's time-out starts anew with every byte, so a client that sends one header a
 * second would stay for ever. Slow handlers suspend their connection and run on a small pool.
 */
#include "web/server.h"

#include "web/inside.h"

#include "base/config.h"
#include "base/date.h"
#include "base/log.h"
#include "plan/indicators.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 32 * 1024,
    SLOW_THREADS = 2,
    SLOW_QUEUE = 64,
    ANSWER_SECONDS = 600, /* a client that reads its answer more slowly is closed */
    BODY_BYTES_A_SECOND = 20 * 1000,
    LIMIT_KEYS = 65536,
    STOP_SECONDS = 10,
};
#define SECOND_US INT64_C(1000000)

/* One open connection, in a list so that the sweeper finds those past their deadline. */
struct peer {
    struct peer *next, **at;
    int fd;
    int64_t deadline_us;
};

/* A call with its connection; what libmicrohttpd carries for us. */
struct exchange {
    struct call *call;
    struct MHD_Connection *connection;
    struct transport *transport;
    char *uri;
    bool begun, queued;
    struct exchange *next; /* in the slow queue */
};

struct transport {
    struct server server;
    struct MHD_Daemon *daemon;
    int port;
    int64_t request_us;
    atomic_int under_way;
    atomic_bool stopping;
    pthread_mutex_t peers_lock;
    struct peer *peers;
    pthread_mutex_t slow_lock;
    pthread_cond_t slow_wake;
    struct exchange *slow_first, **slow_last;
    int slow_n;
    pthread_t slow_threads[SLOW_THREADS], sweeper;
    char *data_dir;
};

/* -- deadlines ------------------------------------------------------------------------------ */

static void set_deadline(struct transport *t, struct MHD_Connection *c, int64_t from_now_us) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *p = info == NULL ? NULL : info->socket_context;
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&t->peers_lock);
    p->deadline_us = date_now_us() + from_now_us;
    (void)pthread_mutex_unlock(&t->peers_lock);
}

static void on_connection(void *arg, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode what) {
    struct transport *t = arg;
    struct peer *p = *context;
    (void)pthread_mutex_lock(&t->peers_lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        p = calloc(1, sizeof *p);
        CHECK(p != NULL && info != NULL);
        *p = (struct peer){.next = t->peers,
                           .at = &t->peers,
                           .fd = info->connect_fd,
                           .deadline_us = date_now_us() + t->request_us};
        if (t->peers != NULL)
            t->peers->at = &p->next;
        t->peers = p;
        *context = p;
    } else if (p != NULL) {
        *p->at = p->next;
        if (p->next != NULL)
            p->next->at = p->at;
        free(p);
        *context = NULL;
    }
    (void)pthread_mutex_unlock(&t->peers_lock);
}

static void sweep_sessions(struct transport *t) {
    struct db *db;
    struct errmsg e = {{0}};
    enum err r = store_begin(t->server.store, &db, &e);
    if (r == ERR_OK) {
        r = session_sweep(db, date_now_us(), t->server.idle_us, &e);
        if (r == ERR_OK)
            r = store_commit(t->server.store, &e);
        else
            store_rollback(t->server.store);
    }
    if (r != ERR_OK)
        log_line(LOG_WARN, "old sessions stay for now: %s", e.text);
}

/* Twice a second: closes connections past their deadline; once an hour: old sessions. The socket
 * is only shut down; libmicrohttpd closes it, after on_connection has taken it off the list. */
static void *sweeper(void *arg) {
    struct transport *t = arg;
    for (unsigned tick = 0; !atomic_load(&t->stopping); tick++) {
        int64_t now = date_now_us();
        (void)pthread_mutex_lock(&t->peers_lock);
        for (struct peer *p = t->peers; p != NULL; p = p->next)
            if (now > p->deadline_us) {
                (void)shutdown(p->fd, SHUT_RDWR);
                p->deadline_us = INT64_MAX;
            }
        (void)pthread_mutex_unlock(&t->peers_lock);
        if (tick % 7200 == 7199)
            sweep_sessions(t);
        struct timespec nap = {0, 500000000};
        (void)nanosleep(&nap, NULL);
    }
    return NULL;
}

/* -- answers ------------------------------------------------------------------------------------
 */

static const char policy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

static struct MHD_Response *response_of(struct reply *p) {
    struct MHD_Response *m = NULL;
    if (p->kind == REPLY_FILE) {
        m = MHD_create_response_from_fd64(p->fd_n, p->fd);
        p->fd = m == NULL ? p->fd : -1;
    } else if (p->kind == REPLY_STATIC && p->bytes_n > 0) {
        m = MHD_create_response_from_buffer_static(p->bytes_n, p->bytes);
    } else if (p->kind == REPLY_BODY && p->body.n > 0) {
        m = MHD_create_response_from_buffer_with_free_callback(p->body.n, p->body.p, free);
        if (m != NULL)
            p->body = (struct buf){0};
    } else {
        m = MHD_create_response_empty(MHD_RF_NONE);
    }
    return m;
}

static bool add_headers(struct MHD_Response *m, const struct server *s, const struct reply *p) {
    const struct {
        const char *name, *value;
    } always[] = {
        {"Content-Security-Policy", policy},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"X-Frame-Options", "DENY"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
        {"Cache-Control", p->keep ? "public, max-age=31536000, immutable" : "no-store"},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        ok = ok && MHD_add_response_header(m, always[i].name, always[i].value) == MHD_YES;
    if (s->secure)
        ok = ok &&
             MHD_add_response_header(m, "Strict-Transport-Security", "max-age=31536000") == MHD_YES;
    if (p->type != NULL)
        ok = ok && MHD_add_response_header(m, "Content-Type", p->type) == MHD_YES;
    for (size_t i = 0; i < p->header_n; i++)
        ok = ok &&
             MHD_add_response_header(m, p->headers[i].name.p, p->headers[i].value.p) == MHD_YES;
    return ok;
}

static enum MHD_Result answer(struct exchange *x) {
    struct reply *p = &x->call->reply;
    struct MHD_Response *m = response_of(p);
    if (m == NULL)
        return MHD_NO;
    enum MHD_Result r = MHD_NO;
    if (add_headers(m, &x->transport->server, p)) {
        set_deadline(x->transport, x->connection, ANSWER_SECONDS * SECOND_US);
        r = MHD_queue_response(x->connection, (unsigned)p->status, m);
    }
    MHD_destroy_response(m);
    return r;
}

/* -- slow handlers -------------------------------------------------------------------------------
 */

static void *slow_worker(void *arg) {
    struct transport *t = arg;
    for (;;) {
        (void)pthread_mutex_lock(&t->slow_lock);
        while (t->slow_first == NULL && !atomic_load(&t->stopping))
            (void)pthread_cond_wait(&t->slow_wake, &t->slow_lock);
        struct exchange *x = t->slow_first;
        if (x != NULL) {
            t->slow_first = x->next;
            if (t->slow_first == NULL)
                t->slow_last = &t->slow_first;
            t->slow_n--;
        }
        (void)pthread_mutex_unlock(&t->slow_lock);
        if (x == NULL)
            return NULL;
        call_run(x->call);
        MHD_resume_connection(x->connection);
    }
}

/* True when the call waits for the pool; it is answered when its connection resumes. */
static bool queue_slow(struct exchange *x) {
    struct transport *t = x->transport;
    (void)pthread_mutex_lock(&t->slow_lock);
    bool room = t->slow_n < SLOW_QUEUE && !atomic_load(&t->stopping);
    if (room) {
        MHD_suspend_connection(x->connection);
        x->queued = true;
        x->next = NULL;
        *t->slow_last = x;
        t->slow_last = &x->next;
        t->slow_n++;
        (void)pthread_cond_signal(&t->slow_wake);
    }
    (void)pthread_mutex_unlock(&t->slow_lock);
    return room;
}

/* -- events --------------------------------------------------------------------------------------
 */

static void *on_uri(void *arg, const char *uri, struct MHD_Connection *c) {
    struct transport *t = arg;
    struct exchange *x = calloc(1, sizeof *x);
    CHECK(x != NULL);
    *x = (struct exchange){.connection = c, .transport = t, .uri = strdup(uri)};
    CHECK(x->uri != NULL);
    atomic_fetch_add(&t->under_way, 1);
    return x;
}

static void on_completed(void *arg, struct MHD_Connection *c, void **context,
                         enum MHD_RequestTerminationCode why) {
    struct transport *t = arg;
    struct exchange *x = *context;
    (void)why;
    if (x == NULL)
        return;
    call_free(x->call);
    free(x->uri);
    free(x);
    *context = NULL;
    atomic_fetch_sub(&t->under_way, 1);
    set_deadline(t, c, t->request_us);
}

static struct str header(struct MHD_Connection *c, const char *name) {
    return str_z(MHD_lookup_connection_value(c, MHD_HEADER_KIND, name));
}

static void peer_address(struct MHD_Connection *c, char out[static INET6_ADDRSTRLEN]) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const void *at = NULL;
    out[0] = '\0';
    if (info == NULL || info->client_addr == NULL)
        return;
    int family = info->client_addr->sa_family;
    if (family == AF_INET)
        at = &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr;
    else if (family == AF_INET6)
        at = &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr;
    if (at != NULL && inet_ntop(family, at, out, INET6_ADDRSTRLEN) == NULL)
        out[0] = '\0';
}

static enum MHD_Result begin(struct exchange *x, const char *method) {
    struct MHD_Connection *c = x->connection;
    char peer[INET6_ADDRSTRLEN];
    peer_address(c, peer);
    struct str length = header(c, "Content-Length");
    struct call_head h = {.method = method,
                          .uri = x->uri,
                          .host = header(c, "Host"),
                          .origin = header(c, "Origin"),
                          .cookie = header(c, "Cookie"),
                          .accept_language = header(c, "Accept-Language"),
                          .content_type = header(c, "Content-Type"),
                          .csrf_header = header(c, "X-CSRF-Token"),
                          .forwarded = header(c, "X-Forwarded-For"),
                          .if_none_match = header(c, "If-None-Match"),
                          .peer = peer,
                          .content_length = -1};
    bool body = (length.n > 0 && str_int(length, &h.content_length) && h.content_length > 0) ||
                header(c, "Transfer-Encoding").n > 0;
    if (!body)
        h.content_length = 0;
    x->begun = true;
    x->call = call_new(&x->transport->server);
    int64_t bytes = h.content_length > 0 ? h.content_length : 0;
    set_deadline(x->transport, c,
                 x->transport->request_us + bytes / BODY_BYTES_A_SECOND * SECOND_US);
    call_begin(x->call, &h);
    /* Refused before its body: answered at once, and the connection ends with it. */
    return x->call->finished && body ? answer(x) : MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **context) {
    struct exchange *x = *context;
    (void)arg, (void)path, (void)version, (void)c;
    if (x == NULL)
        return MHD_NO;
    if (!x->begun)
        return begin(x, method);
    if (*data_n > 0) {
        call_body(x->call, (struct str){data, *data_n});
        *data_n = 0;
        /* A body without a length that goes on past every limit. */
        return x->call->received > x->call->body_max + x->call->file_max + SLOW_QUEUE * 1024
                   ? MHD_NO
                   : MHD_YES;
    }
    if (x->call->finished || x->queued)
        return answer(x);
    bool slow = (x->call->r.route->flags & ROUTE_SLOW) != 0;
    set_deadline(x->transport, c, ANSWER_SECONDS * SECOND_US);
    if (slow && queue_slow(x))
        return MHD_YES;
    if (slow) {
        struct errmsg why = {{0}};
        enum err busy = req_fail(&x->call->r, &why, ERR_BUSY,
                                 TR("The server is busy with long work; try again in a minute.",
                                    "El servidor está ocupado; intente de nuevo en un minuto."));
        reply_error(&x->call->r, busy, &why);
        x->call->finished = true;
    }
    call_run(x->call);
    return answer(x);
}

static void on_log(void *arg, const char *fmt, va_list ap) {
    char text[300];
    (void)arg;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* libmicrohttpd's own formats */
    (void)vsnprintf(text, sizeof text, fmt, ap);
#pragma GCC diagnostic pop
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    log_line(LOG_DEBUG, "http: %s", text);
}

/* -- start and stop ------------------------------------------------------------------------------
 */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static enum err parse_host(const char *host, int port, union address *out, struct errmsg *e) {
    memset(out, 0, sizeof *out);
    const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (inet_pton(AF_INET, name, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        return ERR_OK;
    }
    if (inet_pton(AF_INET6, name, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        return ERR_OK;
    }
    return err_set(e, ERR_INVALID,
                   "The host \"%.80s\" is no address of this machine; give 127.0.0.1, ::1, or the "
                   "number of one of its network interfaces.",
                   host);
}

/* Bound and listening, so that a taken port is told with its reason. */
static enum err listen_on(const char *host, int port, int *fd, int *bound, struct errmsg *e) {
    union address a;
    TRY(parse_host(host, port, &a, e));
    socklen_t n = a.any.sa_family == AF_INET ? sizeof a.v4 : sizeof a.v6;
    int on = 1, s = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = s >= 0 && setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(s, &a.any, n) == 0 && listen(s, 1024) == 0 && getsockname(s, &a.any, &n) == 0;
    if (!ok) {
        int why = errno;
        if (s >= 0)
            (void)close(s);
        if (why == EADDRINUSE)
            return err_set(e, ERR_UNAVAILABLE,
                           "Port %d on %s is taken by another program; stop that one, or serve on "
                           "another: homeroom serve --port %d.",
                           port, host, port + 1);
        return err_set(e, ERR_UNAVAILABLE, "Cannot serve on %s port %d: %s.", host, port,
                       strerror(why));
    }
    *fd = s;
    *bound = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return ERR_OK;
}

static void limits_new(struct server *s) {
    int64_t minute = config_int(CONF_REQUESTS_PER_MINUTE), tries = config_int(CONF_SIGN_IN_TRIES);
    s->by_address = ratelimit_new(LIMIT_KEYS, (unsigned)minute, 60 * SECOND_US / minute);
    s->sign_in_address =
        ratelimit_new(LIMIT_KEYS, (unsigned)tries * 5, 15 * 60 * SECOND_US / (tries * 5));
    s->sign_in_account = ratelimit_new(LIMIT_KEYS, (unsigned)tries, 15 * 60 * SECOND_US / tries);
}

static void transport_free(struct transport *t) {
    ratelimit_free(t->server.by_address);
    ratelimit_free(t->server.sign_in_address);
    ratelimit_free(t->server.sign_in_account);
    (void)pthread_mutex_destroy(&t->peers_lock);
    (void)pthread_mutex_destroy(&t->slow_lock);
    (void)pthread_cond_destroy(&t->slow_wake);
    free(t->data_dir);
    free(t);
}

static struct transport *transport_new(const struct server_options *o) {
    struct transport *t = calloc(1, sizeof *t);
    struct str url = str_z(o->public_url);
    CHECK(t != NULL && pthread_mutex_init(&t->peers_lock, NULL) == 0 &&
          pthread_mutex_init(&t->slow_lock, NULL) == 0 &&
          pthread_cond_init(&t->slow_wake, NULL) == 0);
    t->data_dir = strdup(o->data_dir);
    CHECK(t->data_dir != NULL);
    t->slow_last = &t->slow_first;
    t->request_us = SECOND_US * (o->request_seconds > 0 ? o->request_seconds
                                                        : config_int(CONF_REQUEST_SECONDS));
    t->server = (struct server){.store = o->store,
                                .data_dir = t->data_dir,
                                .secure = str_starts(url, STR("https://")),
                                .proxy = url.n > 0,
                                .today = o->today,
                                .idle_us = config_int(CONF_SESSION_HOURS) * 3600 * SECOND_US,
                                .transport = t};
    limits_new(&t->server);
    return t;
}

enum err server_start(const struct server_options *o, struct server **out, struct errmsg *e) {
    int fd = -1;
    plan_load_indicators();
    const char *mistake = route_mistake();
    *out = NULL;
    if (mistake != NULL)
        return err_set(e, ERR_UNAVAILABLE, "The page table is wrong at %s; this build is broken.",
                       mistake);
    struct transport *t = transport_new(o);
    enum err r = listen_on(o->host == NULL ? "127.0.0.1" : o->host, o->port, &fd, &t->port, e);
    if (r != ERR_OK) {
        transport_free(t);
        return r;
    }
    int threads = o->threads > 0 ? o->threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
    t->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, t, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(threads > 1 ? threads : 0), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)config_int(CONF_CONNECTIONS), MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(t->request_us / SECOND_US + 1), MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, t, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        t, MHD_OPTION_URI_LOG_CALLBACK, on_uri, t, MHD_OPTION_END);
    if (t->daemon == NULL) {
        (void)close(fd);
        transport_free(t);
        return err_set(e, ERR_UNAVAILABLE, "The web server did not start: %s.", strerror(errno));
    }
    CHECK(pthread_create(&t->sweeper, NULL, sweeper, t) == 0);
    for (int i = 0; i < SLOW_THREADS; i++)
        CHECK(pthread_create(&t->slow_threads[i], NULL, slow_worker, t) == 0);
    *out = &t->server;
    return ERR_OK;
}

int server_port(const struct server *s) {
    return s->transport->port;
}

void server_stop(struct server *s) {
    if (s == NULL)
        return;
    struct transport *t = s->transport;
    int fd = MHD_quiesce_daemon(t->daemon); /* nobody new; those inside are answered */
    if (fd >= 0)
        (void)close(fd);
    for (int i = 0; i < STOP_SECONDS * 50 && atomic_load(&t->under_way) > 0; i++) {
        struct timespec nap = {0, 20000000};
        (void)nanosleep(&nap, NULL);
    }
    (void)pthread_mutex_lock(&t->slow_lock);
    atomic_store(&t->stopping, true);
    (void)pthread_cond_broadcast(&t->slow_wake);
    (void)pthread_mutex_unlock(&t->slow_lock);
    for (int i = 0; i < SLOW_THREADS; i++)
        (void)pthread_join(t->slow_threads[i], NULL); /* they finish what they have taken */
    (void)pthread_join(t->sweeper, NULL);
    MHD_stop_daemon(t->daemon);
    transport_free(t);
}
