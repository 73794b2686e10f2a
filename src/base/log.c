#include "base/log.h"

#include "base/date.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int least_level = LOG_INFO;

void log_level_set(enum log_level least) {
    least_level = (int)least;
}

void log_line(enum log_level level, const char *fmt, ...) {
    static const char *const words[] = {"debug", "info", "warn", "error"};
    if ((int)level < least_level)
        return;
    char text[1024], when[DATE_TIME_TEXT];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' '; /* one event, one line: nobody can forge a second */
    (void)fprintf(stderr, "%s %s %s\n", date_time_text(date_now_us(), when), words[level], text);
}
