/* A text in the two languages of the program, side by side so that none can be missing. */
#ifndef BASE_TR_H
#define BASE_TR_H

enum lang { LANG_EN, LANG_ES };

struct tr {
    const char *en, *es;
};
#define TR(english, spanish) ((struct tr){"" english, "" spanish})
#define TR_INIT(english, spanish)                                                                  \
    { "" english, "" spanish } /* in constant tables */

static inline const char *tr(struct tr t, enum lang lang) {
    return lang == LANG_ES ? t.es : t.en;
}

#endif
