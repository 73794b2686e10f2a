/*
 * The HTTP server: libmicrohttpd with epoll threads, limits on everything a client sends, one arena
 * per request, a small pool for slow handlers. Loopback unless told otherwise.
 * server_stop answers what is under way (10 s at most) and refuses what is new.
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "store/store.h"

#include <stdbool.h>

struct server;
struct server_options {
    struct store *store;    /* borrowed until server_stop */
    const char *host;       /* NULL: 127.0.0.1 */
    int port;               /* 0: the system chooses */
    int threads;            /* 0: one per core */
    const char *data_dir;   /* uploads are put in data_dir/uploads */
    const char *public_url; /* "https://..." marks cookies Secure and trusts a proxy on loopback */
    int32_t today;          /* a day for demonstrations and tests; DATE_NONE: the clock's */
    int request_seconds;    /* 0: the setting */
};
/* ERR_UNAVAILABLE with a sentence when the address is taken or may not be used. */
NODISCARD enum err server_start(const struct server_options *o, struct server **out,
                                struct errmsg *e);
int server_port(const struct server *s);
void server_stop(struct server *s); /* NULL is fine */

#endif
