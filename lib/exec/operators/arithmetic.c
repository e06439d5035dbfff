/* Operators on two or more operands with NumPy's broadcasting: arithmetic, comparisons, Where. */
#include <math.h>
#include <string.h>

#include "exec/loops.h"
#include "exec/operator.h"

typedef enum function {
	ADD,
	SUB,
	MUL,
	DIV,
	POW,
	MIN,
	MAX,
	PRELU,
	EQUAL,
	LESS,
	LESS_EQUAL,
	GREATER,
	GREATER_EQUAL,
	AND,
	OR,
	XOR
} function;

static const struct named {
	const char *type;
	function f;
} functions[] = {
	{"Add", ADD},         {"Sub", SUB},
	{"Mul", MUL},         {"Div", DIV},
	{"Pow", POW},         {"Min", MIN},
	{"Max", MAX},         {"PRelu", PRELU},
	{"Sum", ADD},         {"Equal", EQUAL},
	{"Less", LESS},       {"LessOrEqual", LESS_EQUAL},
	{"Greater", GREATER}, {"GreaterOrEqual", GREATER_EQUAL},
	{"And", AND},         {"Or", OR},
	{"Xor", XOR},
};

/* One step for each operand after the first: out = out f operand. */
typedef struct steps {
	function f;
	size_t n;
	brc_loops loops[];
} steps;

static function named(const char *type)
{
	size_t i = 0;

	while (strcmp(functions[i].type, type) != 0)
		i++;
	return functions[i].f;
}

/* NaN wins, as in NumPy. */
static float smaller(float a, float b)
{
	return a < b || isnan(a) ? a : b;
}

static float larger(float a, float b)
{
	return a > b || isnan(a) ? a : b;
}

#define LOOP(OUT, IN, EXPRESSION)                                     \
	for (size_t i = 0; i < n; i++) {                              \
		const IN a = ((const IN *)p[1])[(ptrdiff_t)i * s[1]]; \
		const IN b = ((const IN *)p[2])[(ptrdiff_t)i * s[2]]; \
		((OUT *)p[0])[(ptrdiff_t)i * s[0]] = (EXPRESSION);    \
	}                                                             \
	break

/* The cases that matter for speed: contiguous with contiguous, and with one number. */
#define FAST(OPERATOR)                                                          \
	if (s[0] == 1 && s[1] == 1 && s[2] == 1) {                              \
		const float *a = (const float *)p[1], *b = (const float *)p[2]; \
		float *y = (float *)p[0];                                       \
		for (size_t i = 0; i < n; i++)                                  \
			y[i] = a[i] OPERATOR b[i];                              \
		break;                                                          \
	}                                                                       \
	if (s[0] == 1 && s[1] == 1 && s[2] == 0) {                              \
		const float *a = (const float *)p[1], b = *(const float *)p[2]; \
		float *y = (float *)p[0];                                       \
		for (size_t i = 0; i < n; i++)                                  \
			y[i] = a[i] OPERATOR b;                                 \
		break;                                                          \
	}                                                                       \
	LOOP(float, float, a OPERATOR b)

static void float_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	switch (*(const function *)ctx) {
	case ADD:
		FAST(+);
	case SUB:
		FAST(-);
	case MUL:
		FAST(*);
	case DIV:
		FAST(/);
	case POW:
		LOOP(float, float, powf(a, b));
	case MIN:
		LOOP(float, float, smaller(a, b));
	case MAX:
		LOOP(float, float, larger(a, b));
	case PRELU:
		LOOP(float, float, a < 0 ? a * b : a);
	case EQUAL:
		LOOP(int64_t, float, a == b);
	case LESS:
		LOOP(int64_t, float, a < b);
	case LESS_EQUAL:
		LOOP(int64_t, float, a <= b);
	case GREATER:
		LOOP(int64_t, float, a > b);
	case GREATER_EQUAL:
		LOOP(int64_t, float, a >= b);
	default:
		break;
	}
}

/* Towards zero; what has no quotient gives 0. */
static int64_t quotient(int64_t a, int64_t b)
{
	return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

static int64_t power(int64_t a, int64_t b)
{
	uint64_t r = 1, x = (uint64_t)a;

	for (; b > 0; b >>= 1, x *= x)
		r *= b & 1 ? x : 1;
	return b < 0 ? 0 : (int64_t)r;
}

/* Pow alone takes operands of two kinds, and gives the first's. */
static void int_to_float_power(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((int64_t *)p[0])[(ptrdiff_t)i * s[0]] =
			brc_whole_number(powf((float)((const int64_t *)p[1])[(ptrdiff_t)i * s[1]],
					      ((const float *)p[2])[(ptrdiff_t)i * s[2]]));
}

static void float_to_int_power(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((float *)p[0])[(ptrdiff_t)i * s[0]] =
			powf(((const float *)p[1])[(ptrdiff_t)i * s[1]],
			     (float)((const int64_t *)p[2])[(ptrdiff_t)i * s[2]]);
}

static void int_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	switch (*(const function *)ctx) {
	case ADD:
		LOOP(int64_t, int64_t, (int64_t)((uint64_t)a + (uint64_t)b));
	case SUB:
		LOOP(int64_t, int64_t, (int64_t)((uint64_t)a - (uint64_t)b));
	case MUL:
		LOOP(int64_t, int64_t, (int64_t)((uint64_t)a * (uint64_t)b));
	case DIV:
		LOOP(int64_t, int64_t, quotient(a, b));
	case POW:
		LOOP(int64_t, int64_t, power(a, b));
	case MIN:
		LOOP(int64_t, int64_t, a < b ? a : b);
	case MAX:
		LOOP(int64_t, int64_t, a > b ? a : b);
	case EQUAL:
		LOOP(int64_t, int64_t, a == b);
	case LESS:
		LOOP(int64_t, int64_t, a < b);
	case LESS_EQUAL:
		LOOP(int64_t, int64_t, a <= b);
	case GREATER:
		LOOP(int64_t, int64_t, a > b);
	case GREATER_EQUAL:
		LOOP(int64_t, int64_t, a >= b);
	case AND:
		LOOP(int64_t, int64_t, a && b);
	case OR:
		LOOP(int64_t, int64_t, a || b);
	case XOR:
		LOOP(int64_t, int64_t, a != b);
	case PRELU:
		break;
	}
}

/* Elements that the function takes, given those of its first operand, and gives. */
static brc_elem operand_elem(function f, brc_elem first)
{
	if (f == AND || f == OR || f == XOR)
		return BRC_ELEM_BOOL;
	if (f == PRELU)
		return BRC_ELEM_FLOAT;
	return first == BRC_ELEM_BOOL && f != EQUAL ? BRC_ELEM_FLOAT : first;
}

static brc_elem result_elem(function f, brc_elem operand)
{
	return f >= EQUAL ? BRC_ELEM_BOOL : operand;
}

/*
 * Operator set 6: the second operand's dimensions are those of the first from
 * `axis` on, as if ones followed; for PRelu, the channels.
 */
static brc_rc align(const brc_exec *g, const Brc__OnnxNode *p, function f, const brc_operand *x,
		    brc_operand *y, brc_err *err)
{
	int64_t broadcast, axis, none = f == PRELU && y->ndim == 1 ? 1 : -1;

	if (g->opset > 6 && (brc_onnx_attribute(p, "axis") || brc_onnx_attribute(p, "broadcast")))
		return brc_fail(err, BRC_DATA, "its form does not belong to operator set %lld",
				(long long)g->opset);
	BRC_TRY(brc_onnx_attribute_int(p, "broadcast", 0, &broadcast, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", none, &axis, err));
	if (g->opset > 6 || axis == -1 || y->ndim == 0)
		return BRC_OK;
	if (axis < 0 || (size_t)axis + y->ndim > x->ndim)
		return brc_fail(err, BRC_DATA, "its axis %lld does not fit its operands",
				(long long)axis);
	for (; (size_t)axis + y->ndim < x->ndim; y->ndim++)
		y->dim[y->ndim] = 1;
	return BRC_OK;
}

static brc_rc make_steps(brc_exec *g, brc_node *n, steps *t, const brc_operand *second,
			 brc_err *err)
{
	const brc_operand *out = &g->value[n->out[0]];

	for (size_t k = 1; k < n->n_in; k++) {
		const brc_operand *in[2] = {k == 1 ? brc_in(g, n, 0) : out,
					    k == 1 ? second : brc_in(g, n, k)};

		BRC_TRY(brc_loops_broadcast(&t->loops[k - 1], out, in, 2, err));
	}
	return BRC_OK;
}

static brc_rc infer_steps(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	steps *t = brc_exec_alloc(g, 1, sizeof(*t) + n->n_in * sizeof(*t->loops), err);
	const brc_operand **in = brc_exec_alloc(g, n->n_in, sizeof(*in), err);
	brc_operand out, second;
	brc_elem elem;

	if (!t || !in)
		return BRC_RESOURCE;
	t->f = named(n->op->type);
	t->n = n->n_in - 1;
	n->state = t;
	in[0] = brc_in(g, n, 0);
	elem = operand_elem(t->f, in[0] ? in[0]->elem : BRC_ELEM_FLOAT);
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);
		bool other = t->f == POW && k == 1 && x && x->elem != BRC_ELEM_BOOL;

		BRC_TRY(brc_need(g, n, k, other ? x->elem : elem, &in[k], err));
	}
	if (n->n_in > 1) {
		second = *in[1];
		BRC_TRY(align(g, p, t->f, in[0], &second, err));
		in[1] = &second;
	}
	BRC_TRY(brc_broadcast(g, in, n->n_in, &out, err));
	if (t->f == PRELU && memcmp(out.dim, in[0]->dim, sizeof(*out.dim) * out.ndim) != 0)
		return brc_fail(err, BRC_DATA, "its slope does not fit its input");
	out.elem = result_elem(t->f, elem);
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return make_steps(g, n, t, &second, err);
}

static brc_inner_loop step_loop(const brc_exec *g, const brc_node *n, const steps *t)
{
	bool first = g->value[n->in[0]].elem == BRC_ELEM_FLOAT;
	bool second = t->n ? g->value[n->in[1]].elem == BRC_ELEM_FLOAT : first;

	if (first == second)
		return first ? float_loop : int_loop;
	return first ? float_to_int_power : int_to_float_power;
}

static void run_steps(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const steps *t = n->state;
	const brc_operand *y = &g->value[n->out[0]];
	brc_inner_loop loop = step_loop(g, n, t);
	size_t in = brc_item(g->value[n->in[0]].elem);

	if (t->n == 0)
		memcpy(m->at[n->out[0]], m->at[n->in[0]], y->count * in);
	for (size_t k = 0; k < t->n; k++) {
		char *base[3] = {m->at[n->out[0]], m->at[k ? n->out[0] : n->in[0]],
				 m->at[n->in[k + 1]]};
		size_t item[3] = {brc_item(y->elem), in, brc_item(g->value[n->in[k + 1]].elem)};

		brc_loops_run(&t->loops[k], base, item, loop, &t->f);
	}
	brc_narrow(y, m->at[n->out[0]]);
}

/* ---- Where ---- */

static brc_rc infer_where(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	brc_loops *t = brc_exec_alloc(g, 1, sizeof(*t), err);
	const brc_operand *in[3];
	brc_operand out;

	(void)p;
	if (!t)
		return BRC_RESOURCE;
	n->state = t;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_BOOL, &in[0], err));
	in[1] = brc_in(g, n, 1);
	BRC_TRY(brc_need(g, n, 1, in[1] ? in[1]->elem : BRC_ELEM_FLOAT, &in[1], err));
	BRC_TRY(brc_need(g, n, 2, in[1]->elem, &in[2], err));
	BRC_TRY(brc_broadcast(g, in, 3, &out, err));
	out.elem = in[1]->elem;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return brc_loops_broadcast(t, &g->value[n->out[0]], in, 3, err);
}

static void where_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	size_t item = *(const size_t *)ctx;

	for (size_t i = 0; i < n; i++) {
		size_t k = ((const int64_t *)p[1])[(ptrdiff_t)i * s[1]] ? 2 : 3;

		memcpy(p[0] + (ptrdiff_t)i * s[0] * (ptrdiff_t)item,
		       p[k] + (ptrdiff_t)i * s[k] * (ptrdiff_t)item, item);
	}
}

static void run_where(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	size_t out = brc_item(g->value[n->out[0]].elem);
	size_t item[4] = {out, sizeof(int64_t), out, out};
	char *base[4] = {m->at[n->out[0]], m->at[n->in[0]], m->at[n->in[1]], m->at[n->in[2]]};

	brc_loops_run(n->state, base, item, where_loop, &out);
}

/* axis and broadcast: operator set 6 */
#define OPERATOR(SYMBOL, TYPE, MIN_IN, MAX_IN, TRACE, ...) \
	const brc_op SYMBOL = {                            \
		.type = TYPE,                              \
		.attributes = "axis|broadcast",            \
		.min_in = MIN_IN,                          \
		.max_in = MAX_IN,                          \
		.max_out = 1,                              \
		.layout = BRC_DEMAND_ANY,                  \
		.in_place = true,                          \
		.trace = TRACE,                            \
		__VA_ARGS__.infer = infer_steps,           \
		.run = run_steps,                          \
	}

OPERATOR(brc_kernel_add, "Add", 2, 2, BRC_TRACE_SUM, .activation = true, .line = BRC_LINE_ONE,
	 .fuse = BRC_FUSE_ADD, );
OPERATOR(brc_kernel_sub, "Sub", 2, 2, BRC_TRACE_SUM, .activation = true, .line = BRC_LINE_ONE, );
OPERATOR(brc_kernel_mul, "Mul", 2, 2, BRC_TRACE_PRODUCT, .activation = true,
	 .line = BRC_LINE_ONE, );
OPERATOR(brc_kernel_div, "Div", 2, 2, BRC_TRACE_QUOTIENT, .activation = true,
	 .line = BRC_LINE_ONE, );
OPERATOR(brc_kernel_pow, "Pow", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_min, "Min", 1, SIZE_MAX, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_max, "Max", 1, SIZE_MAX, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_sum, "Sum", 1, SIZE_MAX, BRC_TRACE_SUM, .activation = true, );
OPERATOR(brc_kernel_prelu, "PRelu", 2, 2, BRC_TRACE_COMBINE, .activation = true,
	 .parameters = 1u << 1, );
OPERATOR(brc_kernel_equal, "Equal", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_less, "Less", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_less_equal, "LessOrEqual", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_greater, "Greater", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_greater_equal, "GreaterOrEqual", 2, 2, BRC_TRACE_COMBINE, .activation = true, );
OPERATOR(brc_kernel_and, "And", 2, 2, BRC_TRACE_COMBINE, .activation = false, );
OPERATOR(brc_kernel_or, "Or", 2, 2, BRC_TRACE_COMBINE, .activation = false, );
OPERATOR(brc_kernel_xor, "Xor", 2, 2, BRC_TRACE_COMBINE, .activation = false, );

const brc_op brc_kernel_where = {
	.type = "Where",
	.trace = BRC_TRACE_COMBINE,
	.activation = true,
	.attributes = "",
	.min_in = 3,
	.max_in = 3,
	.max_out = 1,
	.layout = BRC_DEMAND_ANY,
	.infer = infer_where,
	.run = run_where,
};
