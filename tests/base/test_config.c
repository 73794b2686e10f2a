#include "base/config.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum err load(const char *text, struct errmsg *why) {
    char path[] = "/tmp/homeroom-conf.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
    enum err r = config_load(path, why);
    (void)unlink(path);
    return r;
}

static void every_row_is_whole(void **state) {
    (void)state;
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct config_row *row = &config_rows[i];
        assert_non_null(row->name);
        assert_true(strlen(row->why.en) > 10 && strlen(row->why.es) > 10);
        if (row->kind == CONF_INT) {
            assert_true(config_int((enum config_id)i) >= row->least);
            assert_true(config_int((enum config_id)i) <= row->most);
        }
    }
}

static void the_environment_wins_over_the_file(void **state) {
    (void)state;
    struct errmsg why = {{0}};
    assert_int_equal(load("# a comment\n\n port = 9001 \nhost=127.0.0.2\n", &why), ERR_OK);
    assert_int_equal(config_int(CONF_PORT), 9001);
    assert_string_equal(config_text(CONF_HOST), "127.0.0.2");
    assert_int_equal(config_from(CONF_PORT), CONF_FROM_FILE);
    assert_int_equal(setenv("HOMEROOM_PORT", "9002", 1), 0);
    assert_int_equal(load("port = 9001\n", &why), ERR_OK);
    assert_int_equal(config_int(CONF_PORT), 9002);
    assert_int_equal(config_from(CONF_PORT), CONF_FROM_ENVIRONMENT);
    assert_int_equal(unsetenv("HOMEROOM_PORT"), 0);
}

static void mistakes_are_said_with_their_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {{"prot = 9\n", "\"prot\" is not a setting"},
               {"\nport = 70000\n", "line 2: port = 70000: give a whole number from 0 to 65535"},
               {"minimum_n = 3\n", "from 10 to 1000"},
               {"port\n", "is not a setting"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct errmsg why = {{0}};
        assert_int_equal(load(bad[i].text, &why), ERR_INVALID);
        assert_non_null(strstr(why.text, bad[i].says));
    }
    struct errmsg why = {{0}};
    assert_int_equal(config_load("/nonexistent/homeroom.conf", &why), ERR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(mistakes_are_said_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
