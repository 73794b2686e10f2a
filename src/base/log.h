/* One line per event on standard error: time, level, text. Never names, never personal data. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_level_set(enum log_level least); /* LOG_INFO to begin with */
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#endif
