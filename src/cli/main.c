#include "cli/commands.h"
#include "plan/indicators.h"
#include "provide/provide.h"
#include "roster/load.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct command *const commands[] = {
    &command_sample,
    &command_import,
    &command_imports,
    &command_undo,
    &command_rollover,
    &command_export,
    &command_serve,
    &command_gaps,
    &command_indicator_list,
    &command_indicator_show,
    &command_indicator_groups,
    &command_standard_list,
    &command_standard_adopt,
    &command_rollup,
    &command_user_add,
    &command_user_list,
    &command_user_disable,
    &command_user_enable,
    &command_user_password,
    &command_backup,
    &command_restore,
    &command_first_sign_ins,
    &command_verify,
    &command_doctor,
    &command_config_explain,
    NULL,
};

int main(int argc, char **argv) {
    if (sodium_init() < 0) {
        (void)fputs("homeroom: the cryptographic library did not start.\n", stderr);
        return 10;
    }
    (void)umask(077); /* what this program writes is about students */
    provide_register();
    roster_register();
    plan_load_indicators();
    return command_run(commands, argc, argv);
}
