/*
 * Functions of one operand, element by element. Each function is one row. To add one, add a row
 * here and a row in tests/unit/functions_test.c. A NaN stays a NaN.
 */
#include <math.h>

#include "exec/operator.h"

/* What integers and truth values become. Other functions take only floats. */
typedef enum variant { FLOATS, NEGATED, MAGNITUDE, SIGN, INVERTED, FLIPPED } variant;

static float gelu(float x)
{
	return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f));
}

/* Hendrycks and Gimpel 2016, section 2 */
static float gelu_by_tanh(float x)
{
	return 0.5f * x * (1.0f + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
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

static const char *const approximations[] = {"none", "tanh", NULL}; /* of Gelu */

#define NONE .args = sizeof(brc_function_args)
#define ALPHA(A) \
	BRC_ARGS(brc_function_args, BRC_ATTR_FLOAT("alpha", brc_function_args, alpha, A, 0))
#define TWO(FIRST, A, SECOND, B)                                                           \
	BRC_ARGS(brc_function_args, BRC_ATTR_FLOAT(FIRST, brc_function_args, alpha, A, 0), \
		 BRC_ATTR_FLOAT(SECOND, brc_function_args, beta, B, 0))
#define ALPHA_AND(NAME, A, B) TWO("alpha", A, NAME, B)
#define CHOICE_OF(NAMES)                                                                    \
	BRC_ARGS(brc_function_args, BRC_ATTRIBUTE("approximate", CHOICE, brc_function_args, \
						  by_tanh, .choice = NAMES))
#define ACTIVATION .activation = true

/* ONNX's name, attributes with their defaults, formula of v with alpha = a and beta = b, traits. */
/* clang-format off */
#define FUNCTIONS(X) \
	X(Relu, NONE, v < 0 ? 0 : v, ACTIVATION, .bounds = relu_bounds) \
	X(LeakyRelu, ALPHA(0.01f), v < 0 ? a * v : v, ACTIVATION, .homogeneous = true) \
	X(Elu, ALPHA(1), v < 0 ? a * expm1f(v) : v, ACTIVATION) \
	X(Selu, ALPHA_AND("gamma", 1.67326319217681884765625f, 1.05070102214813232421875f), \
	  b * (v < 0 ? a * expm1f(v) : v), ACTIVATION) \
	X(Gelu, CHOICE_OF(approximations), args->by_tanh ? gelu_by_tanh(v) : gelu(v), ACTIVATION) \
	X(Sigmoid, NONE, 1.0f / (1.0f + expf(-v)), ACTIVATION) \
	X(HardSigmoid, ALPHA_AND("beta", 0.2f, 0.5f), clip(a * v + b, 0, 1), ACTIVATION) \
	X(HardSwish, NONE, v * clip(v / 6 + 0.5f, 0, 1), ACTIVATION) \
	X(Tanh, NONE, tanhf(v), ACTIVATION) \
	X(Softplus, NONE, softplus(v), ACTIVATION, .unchanged = true) \
	X(Celu, ALPHA(1), v < 0 ? a * expm1f(v / a) : v, ACTIVATION) \
	X(Mish, NONE, v * tanhf(softplus(v)), ACTIVATION) \
	X(ThresholdedRelu, ALPHA(1), v <= a ? 0 : v, ACTIVATION) \
	X(Shrink, TWO("lambd", 0.5f, "bias", 0), v < -a ? v + b : v > a ? v - b : v * 0, \
	  ACTIVATION) \
	X(Softsign, NONE, v / (1 + fabsf(v)), ACTIVATION, .unchanged = true) \
	X(Sqrt, NONE, sqrtf(v), ACTIVATION) \
	X(Exp, NONE, expf(v), ACTIVATION) \
	X(Log, NONE, logf(v), ACTIVATION) \
	X(Erf, NONE, erff(v), ACTIVATION) \
	X(Neg, NONE, -v, ACTIVATION, .line = BRC_LINE_YES, .variant = NEGATED, \
	  .homogeneous = true) \
	X(Abs, NONE, fabsf(v), ACTIVATION, .variant = MAGNITUDE, .homogeneous = true) \
	X(Reciprocal, NONE, 1 / v, ACTIVATION) \
	X(Floor, NONE, floorf(v), ACTIVATION) \
	X(Ceil, NONE, ceilf(v), ACTIVATION) \
	X(Sin, NONE, sinf(v), ACTIVATION) \
	X(Cos, NONE, cosf(v), ACTIVATION) \
	X(Tan, NONE, tanf(v), ACTIVATION) \
	X(Asin, NONE, asinf(v), ACTIVATION) \
	X(Acos, NONE, acosf(v), ACTIVATION) \
	X(Atan, NONE, atanf(v), ACTIVATION) \
	X(Sinh, NONE, sinhf(v), ACTIVATION) \
	X(Cosh, NONE, coshf(v), ACTIVATION) \
	X(Asinh, NONE, asinhf(v), ACTIVATION) \
	X(Acosh, NONE, acoshf(v), ACTIVATION) \
	X(Atanh, NONE, atanhf(v), ACTIVATION) \
	X(Round, NONE, rintf(v), ACTIVATION) \
	X(Sign, NONE, v > 0 ? 1 : v < 0 ? -1 : v, ACTIVATION, .variant = SIGN) \
	X(Not, NONE, v, ACTIVATION, .variant = INVERTED, .unchanged = true) \
	X(BitwiseNot, NONE, v, .variant = FLIPPED)
/* clang-format on */

static brc_rc infer_function(brc_exec *g, brc_node *n, brc_err *err)
{
	static const brc_elem takes[] = {
		[FLOATS] = BRC_ELEM_FLOAT, [NEGATED] = BRC_ELEM_FLOAT, [MAGNITUDE] = BRC_ELEM_FLOAT,
		[SIGN] = BRC_ELEM_FLOAT,   [INVERTED] = BRC_ELEM_BOOL, [FLIPPED] = BRC_ELEM_INT,
	};
	const brc_operand *x;
	brc_elem elem = takes[n->op->variant];

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if (elem == BRC_ELEM_FLOAT && n->op->variant != FLOATS && x->elem == BRC_ELEM_INT)
		elem = BRC_ELEM_INT;
	BRC_TRY(brc_need(g, n, 0, elem, &x, err));
	return brc_set_output(g, n, 0, x, err);
}

static int64_t of_whole(variant f, int64_t x)
{
	switch (f) {
	case INVERTED:
		return !x;
	case FLIPPED:
		return ~x;
	case SIGN:
		return (x > 0) - (x < 0);
	case MAGNITUDE:
	case NEGATED:
	case FLOATS:
		break;
	}
	return f == NEGATED || x < 0 ? (int64_t)(0 - (uint64_t)x) : x;
}

static void apply_ints(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *v = &g->value[n->out[0]];
	const int64_t *x = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	for (size_t i = 0; i < v->count; i++)
		y[i] = of_whole((variant)n->op->variant, x[i]);
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
