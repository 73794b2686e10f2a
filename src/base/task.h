/*
 * Work cut into numbered tasks, done by a few threads of which the caller is one. Which thread does
 * which task is open, so a task's result must depend on its number alone. Returns when all are
 * done.
 */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <stddef.h>

enum { TASK_THREADS_MAX = 64 };

/* fn(ctx, worker, task) for task 0 .. tasks-1; worker is 0 .. threads-1 and names the thread, for
 * scratch space. threads 0 counts as 1. A thread that can't be started is done without. */
void task_run(unsigned threads, size_t tasks, void (*fn)(void *ctx, unsigned worker, size_t task),
              void *ctx);

#endif
