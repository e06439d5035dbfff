/*
 * Functions of one operand, element by element. Each function is one row. To add one, add a row
 * here and a row in tests/unit/functions_test.c. A NaN stays a NaN.
 */
#include <math.h>

#include "exec/operator.h"

/* What integers and truth values become. Other functions take only floats. */
typedef enum variant { FLOATS, NEGATED, MAGNITUDE, INVERTED } variant;

static float gelu(float x)
{
	return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f));
}

static float clip(float x, float lo, float hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static float softplus(float x)
{
	return x > 20 ? x : log1pf(expf(x));
}

static bool relu_bounds(const brc_node *n, float *lo, float *hi)
{
	(void)n;
	*lo = 0;
	*hi = INFINITY;
	return true;
}

#define NONE .args = sizeof(brc_function_args)
#define ALPHA(A) \
	BRC_ARGS(brc_function_args, BRC_ATTR_FLOAT("alpha", brc_function_args, alpha, A, 0))
#define ALPHA_AND(NAME, A, B)                                                                \
	BRC_ARGS(brc_function_args, BRC_ATTR_FLOAT("alpha", brc_function_args, alpha, A, 0), \
		 BRC_ATTR_FLOAT(NAME, brc_function_args, beta, B, 0))
#define ACTIVATION .activation = true

/* ONNX's name, attributes with their defaults, formula of v with alpha = a and beta = b, traits. */
/* clang-format off */
#define FUNCTIONS(X) \
	X(Relu, NONE, v < 0 ? 0 : v, ACTIVATION, .bounds = relu_bounds) \
	X(LeakyRelu, ALPHA(0.01f), v < 0 ? a * v : v, ACTIVATION) \
	X(Elu, ALPHA(1), v < 0 ? a * expm1f(v) : v, ACTIVATION) \
	X(Selu, ALPHA_AND("gamma", 1.67326319217681884765625f, 1.05070102214813232421875f), \
	  b * (v < 0 ? a * expm1f(v) : v), ACTIVATION) \
	X(Gelu, NONE, gelu(v), ACTIVATION) \
	X(Sigmoid, NONE, 1.0f / (1.0f + expf(-v)), ACTIVATION) \
	X(HardSigmoid, ALPHA_AND("beta", 0.2f, 0.5f), clip(a * v + b, 0, 1), ACTIVATION) \
	X(HardSwish, NONE, v * clip(v / 6 + 0.5f, 0, 1), ACTIVATION) \
	X(Tanh, NONE, tanhf(v), ACTIVATION) \
	X(Softplus, NONE, softplus(v), ACTIVATION, .unchanged = true) \
	X(Softsign, NONE, v / (1 + fabsf(v)), ACTIVATION, .unchanged = true) \
	X(Sqrt, NONE, sqrtf(v), ACTIVATION) \
	X(Exp, NONE, expf(v), ACTIVATION) \
	X(Log, NONE, logf(v), ACTIVATION) \
	X(Erf, NONE, erff(v), ACTIVATION) \
	X(Neg, NONE, -v, ACTIVATION, .line = BRC_LINE_YES, .variant = NEGATED) \
	X(Abs, NONE, fabsf(v), ACTIVATION, .variant = MAGNITUDE) \
	X(Reciprocal, NONE, 1 / v, ACTIVATION) \
	X(Floor, NONE, floorf(v), ACTIVATION) \
	X(Ceil, NONE, ceilf(v), ACTIVATION) \
	X(Sin, NONE, sinf(v), ACTIVATION) \
	X(Cos, NONE, cosf(v), ACTIVATION) \
	X(Not, NONE, v, .variant = INVERTED)
/* clang-format on */

static brc_rc infer_function(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_elem elem = n->op->variant == INVERTED ? BRC_ELEM_BOOL : BRC_ELEM_FLOAT;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if ((n->op->variant == NEGATED || n->op->variant == MAGNITUDE) && x->elem == BRC_ELEM_INT)
		elem = BRC_ELEM_INT;
	BRC_TRY(brc_need(g, n, 0, elem, &x, err));
	return brc_set_output(g, n, 0, x, err);
}

static void apply_ints(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *v = &g->value[n->out[0]];
	const int64_t *x = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	for (size_t i = 0; i < v->count; i++)
		y[i] = n->op->variant == INVERTED              ? !x[i]
		       : n->op->variant == NEGATED || x[i] < 0 ? (int64_t)(0 - (uint64_t)x[i])
							       : x[i];
	brc_narrow(v, y);
}

/* One loop a function, so that the compiler sees what is inside. */
#define LOOP(TYPE, ATTRIBUTES, FORMULA, ...)                                              \
	static void run_##TYPE(const brc_exec *g, const brc_node *n, const brc_memory *m) \
	{                                                                                 \
		const brc_function_args *args = n->args;                                  \
		const float *x = m->at[n->in[0]], a = args->alpha, b = args->beta;        \
		size_t count = g->value[n->out[0]].count;                                 \
		float *y = m->at[n->out[0]];                                              \
                                                                                          \
		(void)a;                                                                  \
		(void)b;                                                                  \
		if (g->value[n->out[0]].elem != BRC_ELEM_FLOAT) {                         \
			apply_ints(g, n, m);                                              \
			return;                                                           \
		}                                                                         \
		for (size_t i = 0; i < count; i++) {                                      \
			float v = x[i];                                                   \
                                                                                          \
			y[i] = (FORMULA);                                                 \
		}                                                                         \
	}

FUNCTIONS(LOOP)

#define RECORD(TYPE, ATTRIBUTES, FORMULA, ...)                                                     \
	BRC_OP(#TYPE, BRC_TAKES(1, 1, 1), infer_function, run_##TYPE, ANY, SAME, .in_place = true, \
	       ATTRIBUTES, __VA_ARGS__),

const brc_op brc_functions_ops[] = {FUNCTIONS(RECORD){.type = NULL}};
