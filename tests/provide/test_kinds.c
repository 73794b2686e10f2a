/* The rows of the kinds against the schema, on both engines. */
#include "store_test.h"

#include "provide/provide.h"

static void tables_match_their_rows(struct store_test *t) {
    for (size_t i = 0; i < provide_kind_count; i++)
        assert_ok(kind_check(t->db, provide_kinds[i], e));
}

static void tables_match_their_rows_(void **state) {
    (void)state;
    on_both_engines(tables_match_their_rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_match_their_rows_)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
