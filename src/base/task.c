#include "base/task.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct shared {
    void (*fn)(void *ctx, unsigned worker, size_t task);
    void *ctx;
    size_t tasks;
    atomic_size_t next;
};

struct worker {
    struct shared *shared;
    unsigned number;
};

static void *work(void *arg) {
    struct worker *w = arg;
    struct shared *s = w->shared;
    for (size_t i; (i = atomic_fetch_add(&s->next, 1)) < s->tasks;)
        s->fn(s->ctx, w->number, i);
    return NULL;
}

void task_run(unsigned threads, size_t tasks, void (*fn)(void *ctx, unsigned worker, size_t task),
              void *ctx) {
    struct shared s = {.fn = fn, .ctx = ctx, .tasks = tasks};
    struct worker w[TASK_THREADS_MAX];
    pthread_t id[TASK_THREADS_MAX];
    bool started[TASK_THREADS_MAX] = {false};
    unsigned n = threads == 0 ? 1 : threads > TASK_THREADS_MAX ? TASK_THREADS_MAX : threads;
    n = n > tasks ? (unsigned)tasks : n;
    for (unsigned i = 1; i < n; i++) {
        w[i] = (struct worker){&s, i};
        started[i] = pthread_create(&id[i], NULL, work, &w[i]) == 0;
    }
    w[0] = (struct worker){&s, 0};
    (void)work(&w[0]);
    for (unsigned i = 1; i < n; i++)
        if (started[i])
            (void)pthread_join(id[i], NULL);
}
