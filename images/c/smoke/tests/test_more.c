#include <check.h>

#include "sum.h"

START_TEST(test_negative)
{
    ck_assert_int_eq(sum(-1, 1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sum");
    TCase *cases = tcase_create("core");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(cases, test_negative);
    suite_add_tcase(suite, cases);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
