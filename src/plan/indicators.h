/*
 * Hands every subject's indicator rows to the catalogue, once per process, before anything reads
 * them; and the plan's own, which are made of others: learn_ready (a working device at school and
 * at home and a home line that meets the norm) and learn_blocked (what stands in the way).
 */
#ifndef PLAN_INDICATORS_H
#define PLAN_INDICATORS_H

#include "measure/catalogue.h"

void plan_load_indicators(void); /* any number of times, any thread */

extern const struct indicator plan_indicators[];
extern const size_t plan_indicator_count;

#endif
