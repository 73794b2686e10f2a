#include "base/arena.h"
#include "base/buf.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static void an_arena_is_zeroed_also_after_reset(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    for (int round = 0; round < 3; round++) {
        unsigned char *p = arena_alloc(a, 5000);
        for (size_t i = 0; i < 5000; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAB, 5000);
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void past_the_cap_the_work_ends_not_the_process(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    volatile int ended = 0;
    if (setjmp(*arena_guard(a)) == 0) {
        for (int i = 0; i < 100; i++)
            (void)arena_alloc(a, 100);
        fail_msg("the cap was not kept");
    } else {
        ended = 1;
    }
    assert_int_equal(ended, 1);
    if (setjmp(*arena_guard(a)) == 0) {
        (void)arena_array(a, SIZE_MAX / 2, 4);
        fail_msg("an overflowing size was taken");
    }
    arena_free(a);
}

static char order[8];

static void note(void *arg) {
    (void)strcat(order, arg);
}

static void cleanups_run_last_first(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    char one[] = "1", two[] = "2";
    arena_defer(a, note, one);
    arena_defer(a, note, two);
    arena_free(a);
    assert_string_equal(order, "21");
}

static void a_buffer_keeps_its_maximum_and_says_so(void **state) {
    (void)state;
    struct buf b = buf_new(10);
    buf_add(&b, STR("12345"));
    buf_fmt(&b, "%s", "67890");
    assert_false(buf_over(&b));
    buf_byte(&b, 'x');
    assert_true(buf_over(&b));
    assert_str(buf_str(&b), "1234567890");
    buf_clear(&b);
    assert_false(buf_over(&b));
    assert_str(buf_str(&b), "");
    buf_free(&b);
    char *text = malloc(3001);
    memset(text, 'a', 3000);
    text[3000] = '\0';
    b = buf_new(1 << 20);
    buf_fmt(&b, "<%s>", text);
    assert_int_equal(b.n, 3002);
    buf_free(&b);
    free(text);
}

static void a_sentence_is_cut_between_letters(void **state) {
    (void)state;
    struct errmsg e = {{0}};
    char name[600];
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xC3\xB1", 2);
    for (size_t pad = 0; pad < 3; pad++) {
        name[598] = '\0';
        assert_int_equal(err_set(&e, ERR_INVALID, "%.*s%s", (int)pad, "..", name), ERR_INVALID);
        assert_true(str_utf8_ok(str_z(e.text)));
        assert_true(strlen(e.text) < sizeof e.text);
    }
    (void)err_set(&e, ERR_IO, "the disk is full");
    err_wrap(&e, "%s, line %d", "users.csv", 7);
    assert_string_equal(e.text, "users.csv, line 7: the disk is full");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_is_zeroed_also_after_reset),
        cmocka_unit_test(past_the_cap_the_work_ends_not_the_process),
        cmocka_unit_test(cleanups_run_last_first),
        cmocka_unit_test(a_buffer_keeps_its_maximum_and_says_so),
        cmocka_unit_test(a_sentence_is_cut_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
