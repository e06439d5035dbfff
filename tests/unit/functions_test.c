/* Functions of one operand, a row each: against their formulas in double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exec/make.h"
#include "exec_pass.h"

static double relu(double v)
{
	return v > 0 ? v : 0;
}

static double leaky_relu(double v)
{
	return v > 0 ? v : 0.01 * v;
}

static double elu(double v)
{
	return v > 0 ? v : expm1(v);
}

static double selu(double v)
{
	return 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * expm1(v));
}

static double gelu(double v)
{
	return v / 2 * (1 + erf(v / sqrt(2)));
}

static double sigmoid(double v)
{
	return 1 / (1 + exp(-v));
}

static double hard_sigmoid(double v)
{
	return fmin(1, fmax(0, 0.2 * v + 0.5));
}

static double hard_swish(double v)
{
	return v * fmin(1, fmax(0, v / 6 + 0.5));
}

static double softplus(double v)
{
	return log1p(exp(v));
}

static double softsign(double v)
{
	return v / (1 + fabs(v));
}

static double negative(double v)
{
	return -v;
}

static double reciprocal(double v)
{
	return 1 / v;
}

static double celu(double v)
{
	return v > 0 ? v : expm1(v);
}

static double mish(double v)
{
	return v * tanh(log1p(exp(v)));
}

static double thresholded_relu(double v)
{
	return v > 1 ? v : 0;
}

static double hard_shrink(double v)
{
	return fabs(v) > 0.5 ? v : 0;
}

static double sign(double v)
{
	return (v > 0) - (v < 0);
}

static const struct row {
	const char *type;
	double (*formula)(double v); /* with the defaults of its attributes */
} rows[] = {
	{"Relu", relu},
	{"LeakyRelu", leaky_relu},
	{"Elu", elu},
	{"Selu", selu},
	{"Gelu", gelu},
	{"Sigmoid", sigmoid},
	{"Tanh", tanh},
	{"HardSigmoid", hard_sigmoid},
	{"Softplus", softplus},
	{"HardSwish", hard_swish},
	{"Sqrt", sqrt},
	{"Softsign", softsign},
	{"Exp", exp},
	{"Log", log},
	{"Erf", erf},
	{"Neg", negative},
	{"Abs", fabs},
	{"Reciprocal", reciprocal},
	{"Floor", floor},
	{"Ceil", ceil},
	{"Sin", sin},
	{"Cos", cos},
	{"Tan", tan},
	{"Asin", asin},
	{"Acos", acos},
	{"Atan", atan},
	{"Sinh", sinh},
	{"Cosh", cosh},
	{"Asinh", asinh},
	{"Acosh", acosh},
	{"Atanh", atanh},
	{"Round", nearbyint},
	{"Sign", sign},
	{"Celu", celu},
	{"Mish", mish},
	{"ThresholdedRelu", thresholded_relu},
	{"Shrink", hard_shrink},
};

static const float x[] = {-30, -3.5f, -1, -0.25f, 0, 1e-3f, 0.75f, 2, 6.5f, 40, NAN};

enum { COUNT = sizeof(x) / sizeof(*x) };

static void apply(const brc_op *op, float *y)
{
	const brc_tensor_view in = {.name = "x", .ndim = 1, .dim = {COUNT}};
	exec_pass p;
	size_t from, to;
	brc_exec *g;

	assert_int_equal(brc_exec_begin(&g, sizeof(x), NULL), BRC_OK);
	assert_int_equal(brc_exec_add_input(g, &in, 0, &from, NULL), BRC_OK);
	assert_int_equal(brc_exec_add_node(g, op, NULL, "y", &from, 1, &to, 1, NULL), BRC_OK);
	assert_int_equal(brc_exec_add_output(g, to, NULL), BRC_OK);
	assert_int_equal(brc_exec_finish(g, NULL), BRC_OK);
	assert_int_equal(exec_pass_new(&p, g, NULL), BRC_OK);
	memcpy(brc_workspace_input(p.w, "x"), x, sizeof(x));
	assert_int_equal(exec_pass_run(p.w, NULL), BRC_OK);
	memcpy(y, brc_workspace_output(p.w, 0), sizeof(x));
	exec_pass_free(&p);
	brc_exec_free(g);
}

static void functions_are_their_formulas_and_a_nan_stays_one(void **state)
{
	float y[COUNT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const brc_op *op = brc_op_find(rows[i].type);

		assert_non_null(op);
		apply(op, y);
		for (size_t k = 0; k < COUNT; k++) {
			double want = isnan(x[k]) ? NAN : rows[i].formula(x[k]);
			bool close = fabs(y[k] - want) <= 2e-6 * fmax(0.1, fabs(want));

			if (!close && y[k] != want && !(isnan(want) && isnan(y[k])))
				fail_msg("%s(%g) is %.9g, not %.9g", op->type, (double)x[k],
					 (double)y[k], want);
		}
	}
}

static void every_function_of_floats_has_a_row(void **state)
{
	(void)state;
	for (const brc_op *op = brc_functions_ops; op->type; op++) {
		bool found = !op->activation || strcmp(op->type, "Not") == 0; /* of truth values */

		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			found = found || strcmp(rows[i].type, op->type) == 0;
		if (!found)
			fail_msg("no row tests %s", op->type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_their_formulas_and_a_nan_stays_one),
		cmocka_unit_test(every_function_of_floats_has_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
