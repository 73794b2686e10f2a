/*
 * Makes a OneRoster delta of two days of one district: the earlier day's rows are written to
 * nowhere and remembered (16 bytes and the sourcedId each), then of the later day's rows only the
 * new and changed pass, as active, and what is gone follows as tobedeleted, dated the later day.
 */
#ifndef SAMPLE_DELTA_H
#define SAMPLE_DELTA_H

#include "sample/out.h"

struct delta;

struct delta *delta_new(int32_t as_of); /* of the later day; free with delta_free */
void delta_free(struct delta *d);
void delta_compare(struct delta *d); /* the earlier day has been remembered */
/* The hook for a member; NULL for the manifest. */
struct spoiler *delta_member(struct delta *d, const char *name);
/* Before a member is closed: the rows of what is gone. */
void delta_gone(struct delta *d, struct out *o);

#endif
