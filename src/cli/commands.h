/* The rows of every command, in the order in which help lists them (main.c). */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_sample;
extern const struct command command_import;
extern const struct command command_imports;
extern const struct command command_undo;
extern const struct command command_export;
extern const struct command command_rollover;
extern const struct command command_backup;
extern const struct command command_restore;
extern const struct command command_first_sign_ins;
extern const struct command command_serve;
extern const struct command command_gaps;
extern const struct command command_indicator_list;
extern const struct command command_indicator_show;
extern const struct command command_indicator_groups;
extern const struct command command_standard_list;
extern const struct command command_standard_adopt;
extern const struct command command_rollup;
extern const struct command command_user_add;
extern const struct command command_user_list;
extern const struct command command_user_disable;
extern const struct command command_user_enable;
extern const struct command command_user_password;
extern const struct command command_verify;
extern const struct command command_doctor;
extern const struct command command_config_explain;

#endif
