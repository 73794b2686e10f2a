#include "access/audit.h"
#include "cli/commands.h"
#include "measure/rollup.h"
#include "roster/rollover.h"

#include <inttypes.h>
#include <stdio.h>

static enum err note(struct store *s, const struct rollover_report *r, struct errmsg *e) {
    char id[24];
    (void)snprintf(id, sizeof id, "%" PRId64, r->batch);
    struct audit_entry entry = {
        .action = STR("rollover"), .subject = STR("roster"), .subject_id = str_z(id)};
    return command_audit(s, &entry, e);
}

static enum err roll_over(struct store *s, const struct arguments *a, struct errmsg *e) {
    struct rollover_report r;
    struct measure_done done;
    TRY(roster_rollover(s, command_today(), 0, &r, e));
    if (r.batch != 0) {
        TRY(note(s, &r, e));
        TRY(measure_catch_up(s, command_today(), &(struct measure_options){0}, &done, e));
    }
    if (arg_json(a))
        (void)printf("{\"batch\":%" PRId64 ",\"sections_ended\":%" PRId64
                     ",\"enrollments_ended\":%" PRId64 ",\"terms_added\":%" PRId64 "}\n",
                     r.batch, r.sections_ended, r.enrollments_ended, r.terms_added);
    else if (r.batch == 0)
        (void)puts("Nothing to do: the school year is turned already.");
    else
        (void)printf("The school year is turned: %" PRId64 " sections and %" PRId64
                     " enrollments ended, %" PRId64 " terms added. `homeroom undo %" PRId64
                     "` takes it back.\n",
                     r.sections_ended, r.enrollments_ended, r.terms_added, r.batch);
    return ERR_OK;
}

static enum err run(const struct arguments *a, struct errmsg *e) {
    struct store *s;
    TRY(command_store(&s, e));
    enum err r = roll_over(s, a, e);
    store_close(s);
    return r;
}

const struct command command_rollover = {
    .name = "rollover",
    .summary =
        "turn the school year: end what is over, open the next year's terms; twice changes nothing",
    .usage = "[--json]",
    .example = "homeroom rollover",
    .run = run,
};
