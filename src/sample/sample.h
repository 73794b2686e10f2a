/*
 * The sample: an invented school district, or from SAMPLE_STATE_FROM students on a state of
 * districts, as the files that real systems export (docs/DATA.md), with effects of documented size
 * (docs/SAMPLE.md). The same options give the same bytes on every machine, and a later as_of gives
 * the same people later. Nobody in it is real. One call at a time per folder.
 */
#ifndef SAMPLE_SAMPLE_H
#define SAMPLE_SAMPLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SAMPLE_STUDENTS_LEAST = 1000,
    SAMPLE_STUDENTS_MOST = 1000000,
    SAMPLE_STATE_FROM = 100000,
    SAMPLE_FILES_MOST = 24,
    SAMPLE_FAULTS_MOST = 40
};

struct sample_options {
    const char *dir; /* made if missing; files of the same names are replaced */
    uint64_t seed;
    int students;       /* places; a few are empty on any one day */
    int32_t as_of;      /* a day; school years 2021-22 to 2059-60 */
    int usage_weeks;    /* 0: ten, down to four from 400,000 to 1,000,000 students */
    int32_t delta_from; /* an earlier day: oneroster.zip holds the changes since; 0: all of it */
    bool messy;         /* with the faults that real exports have (messy.h) */
    /* Called now and then, and once with done == total for each file; NULL: nobody listens. */
    void (*progress)(void *to, const char *file, int64_t done, int64_t total);
    void *to;
};

struct sample_file {
    char name[32]; /* members of the zip as oneroster.zip/users.csv */
    int64_t rows;  /* without the header */
};

struct sample_fault {
    const char *file, *what;
    int64_t times;
};

struct sample_report {
    const char *district; /* "Riverbend School District", or "State of Alderleigh" */
    int districts, schools, usage_weeks;
    int64_t students, staff, guardians; /* students on the day; staff and guardians in the files */
    struct sample_file files[SAMPLE_FILES_MOST];
    int files_n;
    struct sample_fault faults[SAMPLE_FAULTS_MOST];
    int faults_n;
};

NODISCARD enum err sample_write(const struct sample_options *o, struct sample_report *out,
                                struct errmsg *e);

#endif
