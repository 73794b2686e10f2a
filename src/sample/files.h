/* Inside the sample: what the writers of its files share. */
#ifndef SAMPLE_FILES_H
#define SAMPLE_FILES_H

#include "sample/out.h"
#include "sample/sample.h"
#include "sample/staff.h"

struct delta;
struct messy;

struct job {
    const struct sample_options *options;
    struct sample_report *report;
    struct world world;
    struct staff_list staff;
    struct messy *messy; /* NULL: clean */
    struct delta *delta; /* of oneroster.zip; NULL: bulk */
    int usage_weeks;
};

#define STATE_NAME "State of Alderleigh"

/* Opens DIR/name (or, with a zip, its member) under the messy name and with the messy hook. */
NODISCARD enum err job_open(struct job *j, struct out *o, struct out_zip *z, const char *name,
                            struct errmsg *e);
/* Closes it and adds it to the report. */
NODISCARD enum err job_close(struct job *j, struct out *o, struct out_zip *z, struct errmsg *e);
void job_progress(const struct job *j, const char *file, size_t done, size_t total);

/* How a school is named in files: OneRoster identifier (as NCES writes it) and sourcedId. */
void school_identifier(const struct world *w, int school, char out[static 16]);
void district_identifier(int district, char out[static 16]);

enum err write_oneroster(struct job *j, struct errmsg *e);
/* The members of oneroster.zip; to nowhere if z has no archive. */
enum err oneroster_members(struct job *j, struct out_zip *z, struct errmsg *e);
enum err write_devices(struct job *j, struct errmsg *e);
enum err write_rooms(struct job *j, struct errmsg *e);
enum err write_connectivity(struct job *j, struct errmsg *e);
enum err write_home_access(struct job *j, struct errmsg *e);
enum err write_licences(struct job *j, struct errmsg *e);
enum err write_usage(struct job *j, struct errmsg *e);
enum err write_teacher_survey(struct job *j, struct errmsg *e);
enum err write_needs(struct job *j, struct errmsg *e);
enum err write_scores(struct job *j, struct errmsg *e);
enum err write_attendance(struct job *j, struct errmsg *e);

#endif
