/* Inside plan/: numbers as a person reads them. */
#ifndef PLAN_WORDS_H
#define PLAN_WORDS_H

#include "base/buf.h"

void words_count(struct buf *b, double n);       /* 12,014 */
void words_dollars(struct buf *b, double cents); /* $412,600 */

#endif
