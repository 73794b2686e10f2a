/*
 * Orgs and people by any name a file may give them: number, sourced id, user name, e-mail, alias;
 * orgs also by name. Letter case plays no part. Where two share a text, the better kind of name
 * wins (a number before an alias, one who is here before one who left); within one kind it is in
 * doubt. Leading zeros that a spreadsheet dropped are forgiven where only one fits.
 */
#ifndef PROVIDE_NAMES_H
#define PROVIDE_NAMES_H

#include "intake/source.h"

extern const struct source_names provide_names;

#endif
