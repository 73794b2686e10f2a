/* What every test program includes: cmocka with what it needs first. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A struct str against a literal. */
#define assert_str(s, z)                                                                           \
    do {                                                                                           \
        struct str got_ = (s), want_ = str_z(z);                                                   \
        if (!str_eq(got_, want_))                                                                  \
            fail_msg("got \"%.*s\", want \"%.*s\"", STR_ARG(got_), STR_ARG(want_));                \
    } while (0)

/* A call that must go well; prints the sentence when it does not. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        struct errmsg e_ = {{0}};                                                                  \
        struct errmsg *e = &e_;                                                                    \
        enum err r_ = (call);                                                                      \
        if (r_ != ERR_OK)                                                                          \
            fail_msg("%s: %s: %s", #call, err_name(r_), e->text);                                  \
    } while (0)

#endif
