/*
 * What a file's bytes mean as text. Exports come as UTF-8 (with or without a byte order mark),
 * UTF-16, Windows-1252 (what Excel on Windows writes; Latin-1 is its subset) and Mac Roman (Excel
 * on an old Mac). UTF-8 is recognised by being valid, UTF-16 by its mark or its zero bytes; the two
 * one-byte sets by which bytes occur and by line ends that are CR alone. What was assumed can be
 * said to the person (encoding_note). Pure; no state.
 */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/buf.h"
#include "base/tr.h"

enum encoding {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS_1252,
    ENCODING_MAC_ROMAN,
    ENCODINGS
};

/* Looks at the bytes given (64 KB from the start are enough, all of them are better: a lone
 * accent far down decides between UTF-8 and the rest). *mark is the length of the byte order mark.
 */
enum encoding encoding_guess(struct str bytes, size_t *mark);
const char *encoding_name(enum encoding enc);
/* A sentence when something had to be assumed, else one with an empty text. */
struct tr encoding_note(enum encoding enc);

/* Appends `bytes` (behind the mark) as UTF-8 without NULs; what has no meaning becomes U+FFFD. */
void encoding_to_utf8(struct str bytes, enum encoding enc, struct buf *out);

/* All of it: guesses; *text borrows `bytes` where they are UTF-8 already, else `held`, which the
 * caller frees. ERR_LIMIT when `held` overflows. */
NODISCARD enum err encoding_text(struct str bytes, struct buf *held, struct str *text,
                                 enum encoding *enc, struct errmsg *e);

#endif
