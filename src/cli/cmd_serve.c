#include "base/config.h"
#include "base/date.h"
#include "base/log.h"
#include "cli/commands.h"
#include "measure/rollup.h"
#include "store/store.h"
#include "web/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { CATCH_UP_SECONDS = 30 };

/* Blocks the signals that end the server in this thread and all that it starts. */
static void hold_signals(sigset_t *set) {
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
    CHECK(pthread_sigmask(SIG_BLOCK, set, NULL) == 0);
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

static bool is_loopback(const char *host) {
    struct str h = str_z(host);
    return str_starts(h, STR("127.")) || str_eq(h, STR("::1")) || str_eq(h, STR("localhost"));
}

/* Between requests: readings follow what people changed by hand, and the turn of the day. Costs a
 * few milliseconds when nothing did. One process at a time; a busy lock means another is at it. */
static void catch_up(struct store *store) {
    struct measure_done done;
    struct errmsg e = {{0}};
    enum err r = measure_catch_up(store, command_today(), &(struct measure_options){0}, &done, &e);
    if (r != ERR_OK && r != ERR_BUSY)
        log_line(LOG_WARN, "the numbers were not brought up to date: %s", e.text);
}

static enum err serve(struct store *store, const char *host, int port, int threads,
                      struct errmsg *e) {
    struct server *server;
    sigset_t signals;
    hold_signals(&signals);
    struct server_options o = {.store = store,
                               .host = host,
                               .port = port,
                               .threads = threads,
                               .data_dir = config_text(CONF_DATA_DIR),
                               .public_url = config_text(CONF_PUBLIC_URL),
                               .today =
                                   getenv("HOMEROOM_TODAY") == NULL ? DATE_NONE : command_today()};
    TRY(server_start(&o, &server, e));
    if (!is_loopback(host) && !str_starts(str_z(o.public_url), STR("https://")))
        log_line(LOG_WARN,
                 "serving on %s without TLS: passwords can be read on the way. Put a "
                 "proxy with TLS in front and set public_url to its https:// address.",
                 host);
    (void)printf("Homeroom serves on http://%s:%d  (end with Ctrl-C)\n",
                 is_loopback(host) ? "localhost" : host, server_port(server));
    (void)fflush(stdout);
    while (sigtimedwait(&signals, NULL, &(struct timespec){.tv_sec = CATCH_UP_SECONDS}) < 0)
        catch_up(store);
    log_line(LOG_INFO, "stopping: requests under way are answered first");
    server_stop(server);
    return ERR_OK;
}

static enum err run(const struct arguments *a, struct errmsg *e) {
    int64_t port, threads;
    struct store *store;
    struct store_lock *lock = NULL;
    TRY(arg_int(a, "--port", 0, 65535, config_int(CONF_PORT), &port, e));
    TRY(arg_int(a, "--threads", 0, 256, config_int(CONF_THREADS), &threads, e));
    TRY(command_store(&store, e));
    enum err r = ERR_OK;
    struct str url = str_z(store_url(store));
    if (!str_starts(url, STR("postgres"))) /* many may serve one PostgreSQL */
        r = store_lock(store, "serve",
                       "Another homeroom serve uses these records already. Use that one, end it, "
                       "or set data_dir to another folder. Nothing was changed.",
                       &lock, e);
    if (r == ERR_OK)
        r = serve(store, arg_text(a, "--host", config_text(CONF_HOST)), (int)port, (int)threads, e);
    store_unlock(lock);
    store_close(store);
    return r;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "serve the web pages and the API until stopped",
    .usage = "[--host ADDRESS] [--port N] [--threads N]",
    .example = "homeroom serve --port 8080",
    .options = {{"--host", "ADDRESS", "address to serve on; loopback unless a proxy stands before"},
                {"--port", "N", "port; 0 lets the system choose"},
                {"--threads", "N", "threads that answer; 0 is one per core"}},
    .run = run,
};
