/*
 * Borrowed views of bytes. A struct str owns nothing and need not end in NUL;
 * it lives as long as what it points into. UTF-8 is checked at the boundary
 * (str_utf8_ok), so inside the program every str is valid UTF-8 unless a
 * header says otherwise. The zero value is the empty string.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s"; p may be NULL only if n is 0 */

struct str str_z(const char *z); /* a NUL-ended string; NULL gives the empty one */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int str_cmp(struct str a, struct str b);        /* by bytes, as memcmp */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s); /* ASCII white space and U+00A0 at both ends */
struct str str_sub(struct str s, size_t from, size_t to);
size_t str_find(struct str s, struct str what); /* index, or SIZE_MAX */
/* Cuts at the first `sep`: returns what is before, leaves the rest; `more` false at the end. */
bool str_split(struct str *rest, char sep, struct str *part);

/* Whole-string conversions: false (and *out untouched) unless all of s is the number. */
bool str_int(struct str s, int64_t *out);
bool str_real(struct str s, double *out); /* finite, '.' as the point; locale plays no part */
bool str_bool(struct str s, bool *out);   /* true/false, TRUE/False, 1/0, yes/no, Y/N */

bool str_utf8_ok(struct str s);
bool str_utf8_ok_strict(struct str s); /* also refuses NUL and control characters but \t\r\n */

/* Optimal string alignment distance, at most `most` (most + 1 means "further"). For
 * misspelt headers: inputs over 64 bytes count as further. */
unsigned str_distance(struct str a, struct str b, unsigned most);

/* 64-bit hash (FNV-1a folded with a finaliser): for tables of our own making. For keys that a
 * stranger chooses use hash.h's keyed hash. */
uint64_t str_hash(struct str s);

#endif
