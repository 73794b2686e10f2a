/*
 * Names of nobody: given and family names drawn apart from lists of common ones, by origin; school
 * and district names put together from neutral words. Static data; any thread.
 */
#ifndef SAMPLE_NAMES_H
#define SAMPLE_NAMES_H

#include "base/rng.h"

#include <stddef.h>

enum origin {
    ORIGIN_ENGLISH,
    ORIGIN_SPANISH,
    ORIGIN_AFRICAN_AMERICAN,
    ORIGIN_VIETNAMESE,
    ORIGIN_CHINESE,
    ORIGIN_ARABIC,
    ORIGIN_SOUTH_ASIAN,
    ORIGIN_PACIFIC,
    ORIGINS
};

const char *name_given(struct rng *r, enum origin o, bool female);
const char *name_family(struct rng *r, enum origin o);

/* "Oak Hill": distinct for index 0 .. NAME_PLACES - 1 under one seed. out has room for 40 bytes. */
enum { NAME_PLACES = 3000, NAME_DISTRICTS = 60 };
void name_place(uint64_t seed, int index, char out[static 40]);
/* "Riverbend" for 0, then others; 0 .. NAME_DISTRICTS - 1. */
const char *name_district(int index);

/* Lower-case ASCII letters of a name, for user names and mail: "Núñez" -> "nunez". At most most-1.
 */
void name_ascii(const char *name, char out[], size_t most);

#endif
