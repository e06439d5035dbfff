/* Operators on one operand, element by element. A NaN stays a NaN. */
#include <math.h>
#include <string.h>

#include "exec/operator.h"

typedef enum function {
	RELU,
	LEAKY_RELU,
	ELU,
	SELU,
	GELU,
	SIGMOID,
	HARD_SIGMOID,
	HARD_SWISH,
	TANH,
	SOFTPLUS,
	SQRT,
	EXP,
	LOG,
	ERF,
	NEG,
	ABS,
	RECIPROCAL,
	FLOOR,
	CEIL,
	SIN,
	COS,
	NOT,
	SOFTSIGN
} function;

typedef struct unary {
	function f;
	float a, b;
} unary;

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

/* One loop a function, so that the compiler sees what is inside. */
#define LOOP(EXPRESSION)                 \
	for (size_t i = 0; i < n; i++) { \
		float v = x[i];          \
		y[i] = (EXPRESSION);     \
	}                                \
	break

static void apply(const unary *u, const float *x, float *y, size_t n)
{
	const float a = u->a, b = u->b;

	switch (u->f) {
	case RELU:
		LOOP(v < 0 ? 0 : v);
	case LEAKY_RELU:
		LOOP(v < 0 ? a * v : v);
	case ELU:
		LOOP(v < 0 ? a * expm1f(v) : v);
	case SELU:
		LOOP(b * (v < 0 ? a * expm1f(v) : v));
	case GELU:
		LOOP(gelu(v));
	case SIGMOID:
		LOOP(1.0f / (1.0f + expf(-v)));
	case HARD_SIGMOID:
		LOOP(clip(a * v + b, 0, 1));
	case HARD_SWISH:
		LOOP(v * clip(v / 6 + 0.5f, 0, 1));
	case TANH:
		LOOP(tanhf(v));
	case SOFTPLUS:
		LOOP(softplus(v));
	case SOFTSIGN:
		LOOP(v / (1 + fabsf(v)));
	case SQRT:
		LOOP(sqrtf(v));
	case EXP:
		LOOP(expf(v));
	case LOG:
		LOOP(logf(v));
	case ERF:
		LOOP(erff(v));
	case NEG:
		LOOP(-v);
	case ABS:
		LOOP(fabsf(v));
	case RECIPROCAL:
		LOOP(1 / v);
	case FLOOR:
		LOOP(floorf(v));
	case CEIL:
		LOOP(ceilf(v));
	case SIN:
		LOOP(sinf(v));
	case COS:
		LOOP(cosf(v));
	case NOT:
		break;
	}
}

static void apply_ints(const unary *u, const int64_t *x, int64_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = u->f == NOT   ? !x[i]
		       : u->f == NEG ? (int64_t)(0 - (uint64_t)x[i])
		       : x[i] < 0    ? (int64_t)(0 - (uint64_t)x[i])
				     : x[i];
}

static const struct named {
	const char *type;
	function f;
	float a, b; /* defaults of alpha, and of beta or gamma */
} functions[] = {
	{"Relu", RELU, 0, 0},
	{"LeakyRelu", LEAKY_RELU, 0.01f, 0},
	{"Elu", ELU, 1, 0},
	{"Selu", SELU, 1.67326319217681884765625f, 1.05070102214813232421875f},
	{"Gelu", GELU, 0, 0},
	{"Sigmoid", SIGMOID, 0, 0},
	{"HardSigmoid", HARD_SIGMOID, 0.2f, 0.5f},
	{"HardSwish", HARD_SWISH, 0, 0},
	{"Tanh", TANH, 0, 0},
	{"Softplus", SOFTPLUS, 0, 0},
	{"Softsign", SOFTSIGN, 0, 0},
	{"Sqrt", SQRT, 0, 0},
	{"Exp", EXP, 0, 0},
	{"Log", LOG, 0, 0},
	{"Erf", ERF, 0, 0},
	{"Neg", NEG, 0, 0},
	{"Abs", ABS, 0, 0},
	{"Reciprocal", RECIPROCAL, 0, 0},
	{"Floor", FLOOR, 0, 0},
	{"Ceil", CEIL, 0, 0},
	{"Sin", SIN, 0, 0},
	{"Cos", COS, 0, 0},
	{"Not", NOT, 0, 0},
};

static const struct named *named(const char *type)
{
	size_t i = 0;

	while (strcmp(functions[i].type, type) != 0)
		i++;
	return &functions[i];
}

static brc_rc infer_unary(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const struct named *f = named(n->op->type);
	unary *u = brc_exec_alloc(g, 1, sizeof(*u), err);
	const brc_operand *x = brc_in(g, n, 0);
	brc_elem elem = f->f == NOT ? BRC_ELEM_BOOL : BRC_ELEM_FLOAT;

	if (!u)
		return BRC_RESOURCE;
	u->f = f->f;
	n->state = u;
	if ((f->f == NEG || f->f == ABS) && x && x->elem == BRC_ELEM_INT)
		elem = BRC_ELEM_INT;
	BRC_TRY(brc_need(g, n, 0, elem, &x, err));
	BRC_TRY(brc_onnx_attribute_float(p, "alpha", f->a, &u->a, err));
	BRC_TRY(brc_onnx_attribute_float(p, f->f == SELU ? "gamma" : "beta", f->b, &u->b, err));
	return brc_set_output(g, n, 0, x, err);
}

static void run_unary(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *y = &g->value[n->out[0]];

	if (y->elem == BRC_ELEM_FLOAT)
		apply(n->state, m->at[n->in[0]], m->at[n->out[0]], y->count);
	else
		apply_ints(n->state, m->at[n->in[0]], m->at[n->out[0]], y->count);
	if (y->elem == BRC_ELEM_INT)
		brc_narrow(y, m->at[n->out[0]]);
}

bool brc_is_bounded(const brc_node *n, float *lo, float *hi)
{
	const unary *u = n->state;

	if (n->op == &brc_kernel_clip)
		return brc_clip_bounds(n, lo, hi);
	*lo = 0;
	*hi = INFINITY;
	return n->op->run == run_unary && u->f == RELU;
}

#define UNARY(SYMBOL, TYPE, ATTRIBUTES, ...)     \
	const brc_op SYMBOL = {                  \
		.type = TYPE,                    \
		.attributes = ATTRIBUTES,        \
		.min_in = 1,                     \
		.max_in = 1,                     \
		.max_out = 1,                    \
		.layout = BRC_DEMAND_ANY,        \
		.in_place = true,                \
		.trace = BRC_TRACE_SAME,         \
		__VA_ARGS__.infer = infer_unary, \
		.run = run_unary,                \
	}

UNARY(brc_kernel_relu, "Relu", "", .activation = true, );
UNARY(brc_kernel_leaky_relu, "LeakyRelu", "alpha", .activation = true, );
UNARY(brc_kernel_elu, "Elu", "alpha", .activation = true, );
UNARY(brc_kernel_selu, "Selu", "alpha|gamma", .activation = true, );
UNARY(brc_kernel_gelu, "Gelu", "", .activation = true, );
UNARY(brc_kernel_sigmoid, "Sigmoid", "", .activation = true, );
UNARY(brc_kernel_hard_sigmoid, "HardSigmoid", "alpha|beta", .activation = true, );
UNARY(brc_kernel_hard_swish, "HardSwish", "", .activation = true, );
UNARY(brc_kernel_tanh, "Tanh", "", .activation = true, );
UNARY(brc_kernel_softplus, "Softplus", "", .activation = true, );
UNARY(brc_kernel_softsign, "Softsign", "", .activation = true, );
UNARY(brc_kernel_sqrt, "Sqrt", "", .activation = true, );
UNARY(brc_kernel_exp, "Exp", "", .activation = true, );
UNARY(brc_kernel_log, "Log", "", .activation = true, );
UNARY(brc_kernel_erf, "Erf", "", .activation = true, );
UNARY(brc_kernel_neg, "Neg", "", .activation = true, .line = BRC_LINE_YES, );
UNARY(brc_kernel_abs, "Abs", "", .activation = true, );
UNARY(brc_kernel_reciprocal, "Reciprocal", "", .activation = true, );
UNARY(brc_kernel_floor, "Floor", "", .activation = true, );
UNARY(brc_kernel_ceil, "Ceil", "", .activation = true, );
UNARY(brc_kernel_sin, "Sin", "", .activation = true, );
UNARY(brc_kernel_cos, "Cos", "", .activation = true, );
UNARY(brc_kernel_not, "Not", "", .activation = false, );
