/*
 * Faults of real exports, put into the sample on demand (`homeroom sample --messy`), so that a
 * tolerant reader can be tried: each row of the table in messy.c is one fault, in one file, at a
 * rate. The list with what a reader should make of each: docs/SAMPLE.md. Deterministic by seed.
 */
#ifndef SAMPLE_MESSY_H
#define SAMPLE_MESSY_H

#include "sample/out.h"
#include "sample/sample.h"

struct messy {
    struct spoiler spoiler; /* first, so that a spoiler is a messy */
    uint64_t seed;
    struct sample_report *report;
};

struct messy messy_new(uint64_t seed, struct sample_report *report);
/* Begins a file: may change its name; the hook for its rows. */
struct spoiler *messy_file(struct messy *m, const char **name);

#endif
