/* The published norms and default unit costs that ship with the program, as constant rows. */
#ifndef PLAN_NORMS_H
#define PLAN_NORMS_H

#include "plan/standard.h"

struct norm_set {
    const char *code;
    struct tr name;
    const char *source;
};
struct norm {
    const char *set, *code;
    struct tr name, note;
    const char *indicator;
    enum standard_op op;
    double target;
    int64_t size_from, size_to;
    double priority;
    const char *source, *cost_item;
};
struct norm_cost {
    const char *code;
    struct tr label;
    int64_t one_time_cents, yearly_cents;
    double lifetime_years;
    const char *source;
};
extern const struct norm_set norm_sets[];
extern const size_t norm_set_count;
extern const struct norm norms[];
extern const size_t norm_count;
extern const struct norm_cost norm_costs[];
extern const size_t norm_cost_count;

#endif
