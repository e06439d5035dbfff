/* Chebyshev polynomials of an operator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "linalg/chebyshev.h"

enum { N = 9, COLS = 3 };
static const double eigenvalue[N] = {-3, -1, -.9, 0, .4, .999, 1, 1.7, 4};

static brc_rc diagonal(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	(void)ctx;
	(void)err;
	for (size_t i = 0; i < cols * N; i++)
		y[i] = eigenvalue[i % N] * x[i];
	return BRC_OK;
}

/* T_d(t) by its definition within [-1, 1] and outside. */
static double defined(size_t d, double t)
{
	double n = (double)d;

	if (fabs(t) <= 1)
		return cos(n * acos(t));
	return (t < 0 && d % 2 ? -1 : 1) * cosh(n * acosh(fabs(t)));
}

static void polynomials_are_as_defined(void **state)
{
	brc_operator op = {.n = N, .apply = diagonal};
	double x[COLS * N], y[COLS * N];
	brc_chebyshev t;

	(void)state;
	for (size_t i = 0; i < COLS * N; i++)
		x[i] = 1 + (double)(i % 4);
	assert_int_equal(brc_chebyshev_init(&t, &op, COLS, NULL, NULL), BRC_OK);
	t.low = -1;
	t.cut = 1.5;
	for (t.degree = 1; t.degree <= 8; t.degree++) {
		assert_int_equal(brc_chebyshev_apply(&t, x, y, COLS, NULL), BRC_OK);
		for (size_t i = 0; i < COLS * N; i++) {
			double at = (eigenvalue[i % N] - .25) / 1.25;
			double want = x[i] * defined(t.degree, at);

			assert_true(fabs(y[i] - want) <= 1e-12 * fmax(1, fabs(want)));
		}
	}
	brc_chebyshev_clear(&t);
}

static void degrees_are_odd_and_bounded(void **state)
{
	brc_chebyshev t = {.low = -1, .cut = 1};

	(void)state;
	for (double x = 1; x < 50; x *= 1.1) {
		t.degree = brc_chebyshev_degree(&t, x, 1e5, 15);
		assert_true(t.degree % 2 == 1 && t.degree <= 15);
		assert_true(t.degree == 1 || defined(t.degree, x) <= 1e5 * (1 + 1e-9));
		t.degree += 2;
		assert_true(t.degree > 15 || defined(t.degree, x) > 1e5 * (1 - 1e-9));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(polynomials_are_as_defined),
		cmocka_unit_test(degrees_are_odd_and_bounded),
	};

	return cmocka_run_group_tests_name("chebyshev", tests, NULL, NULL);
}
