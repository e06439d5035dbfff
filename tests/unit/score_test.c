/* Right answers and cross-entropy from logits, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/score.h"

/* Classes of n rows of logits. */
static void add(const float *logits, size_t classes, const int32_t *label, size_t n,
		int32_t *correct, double *loss)
{
	const brc_scoring s = {.task = BRC_TASK_CLASSES,
			       .cells = classes,
			       .choices = classes,
			       .answers = 1,
			       .scores = classes,
			       .places = 1,
			       .class_step = 1};
	const brc_dataset d = {.label = label, .n = n, .classes = classes};

	brc_score_items(&s, &d, 0, n, logits, correct, loss, NULL);
}

static void the_first_of_equals_wins(void **state)
{
	const float logits[] = {1, 1, 0, /**/ 0, 2, 2, /**/ 3, 3, 3};
	const int32_t label[] = {0, 2, 0};
	int32_t correct[3] = {0};
	double loss[3] = {0};

	(void)state;
	add(logits, 3, label, 3, correct, loss);
	assert_int_equal(correct[0], 2);
	assert_int_equal(correct[1], 0);
	assert_int_equal(correct[2], 0);
	assert_true(fabs(loss[2] - log(2 + exp(-2))) < 1e-12);
	assert_true(fabs(loss[0] - (log(2 + exp(-1)) + log(3))) < 1e-12);
	assert_true(loss[1] == 0);
}

/* A Softmax would have rounded these probabilities to 1 and 0; and sums are added to. */
static void large_logits_have_an_exact_loss(void **state)
{
	const float logits[] = {1000, 0, /**/ -3e38f, 3e38f};
	const int32_t label[] = {1, 1};
	int32_t correct[2] = {5, 7};
	double loss[2] = {0, 0.5};

	(void)state;
	add(logits, 2, label, 2, correct, loss);
	assert_int_equal(correct[0], 5);
	assert_int_equal(correct[1], 8);
	assert_true(loss[0] == 0);
	assert_true(loss[1] == 1000.5);
}

static void a_nan_is_wrong_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t at = 0; at < 3; at++) {
		float logits[] = {9, 1, 1};
		int32_t correct[3] = {0}, label = 0;
		double loss[3] = {0};

		logits[at] = NAN;
		add(logits, 3, &label, 1, correct, loss);
		assert_int_equal(correct[0], 0);
		assert_true(isnan(loss[0]));
		assert_true(loss[1] == 0);
	}
}

static void broken_rows_are_found(void **state)
{
	float logits[] = {1, 2, 3, 4, 5, 6};

	(void)state;
	assert_int_equal(brc_score_find_broken(logits, 2, 3), 3);
	logits[5] = -INFINITY;
	assert_int_equal(brc_score_find_broken(logits, 2, 3), 2);
	logits[2] = NAN;
	assert_int_equal(brc_score_find_broken(logits, 2, 3), 1);
	assert_int_equal(brc_score_find_broken(logits, 2, 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_equals_wins),
		cmocka_unit_test(large_logits_have_an_exact_loss),
		cmocka_unit_test(a_nan_is_wrong_wherever_it_stands),
		cmocka_unit_test(broken_rows_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
