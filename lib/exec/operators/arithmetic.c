/*
 * Operators on two or more operands with NumPy's broadcasting: arithmetic, comparisons, logic;
 * Where. A row of the table is all that one of the first three kinds needs.
 */
#include <math.h>
#include <string.h>

#include "exec/loops.h"
#include "exec/make.h"

/* ---- formulas ---- */

/* NaN wins, as in NumPy. */
static float smaller(float a, float b)
{
	return a < b || isnan(a) ? a : b;
}

static float larger(float a, float b)
{
	return a > b || isnan(a) ? a : b;
}

/* Rounded towards zero; 0 if there is no quotient. */
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

/*
 * What an operator takes and gives: the same kind; truth values; or, for logic, truth values on
 * both sides.
 */
typedef enum kind { ARITHMETIC, SLOPES, COMPARISON, LOGIC } kind;

#define FUNCTION .activation = true
#define LINE .activation = true, .line = BRC_LINE_ONE
#define WRAPPED(OPERATOR) (int64_t)((uint64_t)a OPERATOR(uint64_t) b)

/* ONNX's name, kind, formula of a and b as floats, as integers, least and most operands, trace,
 * traits. */
/* clang-format off */
#define OPERATORS(X) \
	X(Add, ARITHMETIC, a + b, WRAPPED(+), 2, 2, SUM, LINE, .adds = true) \
	X(Sub, ARITHMETIC, a - b, WRAPPED(-), 2, 2, SUM, LINE) \
	X(Mul, ARITHMETIC, a * b, WRAPPED(*), 2, 2, PRODUCT, LINE) \
	X(Div, ARITHMETIC, a / b, quotient(a, b), 2, 2, QUOTIENT, LINE) \
	X(Pow, ARITHMETIC, powf(a, b), power(a, b), 2, 2, COMBINE, FUNCTION) \
	X(Min, ARITHMETIC, smaller(a, b), a < b ? a : b, 1, SIZE_MAX, COMBINE, FUNCTION, \
	  .homogeneous = true) \
	X(Max, ARITHMETIC, larger(a, b), a > b ? a : b, 1, SIZE_MAX, COMBINE, FUNCTION, \
	  .homogeneous = true) \
	X(Sum, ARITHMETIC, a + b, WRAPPED(+), 1, SIZE_MAX, SUM, FUNCTION) \
	X(PRelu, SLOPES, a < 0 ? a * b : a, 0, 2, 2, COMBINE, FUNCTION, .parameters = 1u << 1, \
	  .homogeneous = true) \
	X(Equal, COMPARISON, a == b, a == b, 2, 2, COMBINE, FUNCTION) \
	X(Less, COMPARISON, a < b, a < b, 2, 2, COMBINE, FUNCTION) \
	X(LessOrEqual, COMPARISON, a <= b, a <= b, 2, 2, COMBINE, FUNCTION) \
	X(Greater, COMPARISON, a > b, a > b, 2, 2, COMBINE, FUNCTION) \
	X(GreaterOrEqual, COMPARISON, a >= b, a >= b, 2, 2, COMBINE, FUNCTION) \
	X(And, LOGIC, 0, a && b, 2, 2, COMBINE, FUNCTION) \
	X(Or, LOGIC, 0, a || b, 2, 2, COMBINE, FUNCTION) \
	X(Xor, LOGIC, 0, a != b, 2, 2, COMBINE, FUNCTION)
/* clang-format on */

/* ---- loops: one or two an operator, so that the compiler sees what is inside ---- */

#define EACH(OUT, IN, FORMULA)                                                \
	for (size_t i = 0; i < n; i++) {                                      \
		const IN a = ((const IN *)(void *)p[1])[(ptrdiff_t)i * s[1]]; \
		const IN b = ((const IN *)(void *)p[2])[(ptrdiff_t)i * s[2]]; \
                                                                              \
		(void)a;                                                      \
		(void)b;                                                      \
		((OUT *)(void *)p[0])[(ptrdiff_t)i * s[0]] = (FORMULA);       \
	}

/* The cases that matter for speed: contiguous with contiguous, and with one number. */
#define FAST(SECOND, FORMULA)                                                   \
	{                                                                       \
		const float *x = (const float *)p[1], *w = (const float *)p[2]; \
		float *y = (float *)p[0];                                       \
                                                                                \
		for (size_t i = 0; i < n; i++) {                                \
			const float a = x[i], b = SECOND;                       \
                                                                                \
			y[i] = (FORMULA);                                       \
		}                                                               \
	}

#define FLOATS_ARITHMETIC(FORMULA)                    \
	if (s[0] == 1 && s[1] == 1 && s[2] == 1)      \
		FAST(w[i], FORMULA)                   \
	else if (s[0] == 1 && s[1] == 1 && s[2] == 0) \
		FAST(*w, FORMULA)                     \
	else                                          \
		EACH(float, float, FORMULA)
#define FLOATS_SLOPES(FORMULA) EACH(float, float, FORMULA)
#define FLOATS_COMPARISON(FORMULA) EACH(int64_t, float, FORMULA)
#define FLOATS_LOGIC(FORMULA) EACH(int64_t, float, FORMULA)

#define LOOPS(TYPE, KIND, FLOATS, INTS, ...)                                                     \
	static void TYPE##_floats(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s) \
	{                                                                                        \
		(void)ctx;                                                                       \
		FLOATS_##KIND(FLOATS)                                                            \
	}                                                                                        \
	static void TYPE##_ints(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)   \
	{                                                                                        \
		(void)ctx;                                                                       \
		EACH(int64_t, int64_t, INTS)                                                     \
	}

OPERATORS(LOOPS)

/* Only Pow takes operands of two kinds. It gives the kind of the first. */
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

/* ---- the operators ---- */

#define NAME(TYPE, ...) OF_##TYPE,
#define ENTRY(TYPE, KIND, ...) {KIND, TYPE##_floats, TYPE##_ints},

typedef enum variant { OPERATORS(NAME) } variant;

static const struct {
	kind kind;
	brc_inner_loop floats, ints;
} table[] = {OPERATORS(ENTRY)};

/* One step for each operand after the first: out = out f operand. */
typedef struct steps {
	size_t n;
	brc_loops loops[];
} steps;

static void adapt(int64_t opset, void *args)
{
	((brc_arithmetic_args *)args)->aligned = opset <= 6;
}

static brc_rc check_form(brc_exec *g, const Brc__OnnxNode *p, void *args, brc_err *err)
{
	const brc_arithmetic_args *a = args;

	if (a->aligned || (!brc_onnx_attribute(p, "axis") && !brc_onnx_attribute(p, "broadcast")))
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its form does not belong to operator set %lld",
			(long long)g->opset);
}

/* Elements that the operator takes, given those of its first operand. */
static brc_elem operand_elem(variant f, brc_elem first)
{
	if (table[f].kind == LOGIC)
		return BRC_ELEM_BOOL;
	if (table[f].kind == SLOPES)
		return BRC_ELEM_FLOAT;
	return first == BRC_ELEM_BOOL && f != OF_Equal ? BRC_ELEM_FLOAT : first;
}

/*
 * As up to operator set 6, where PRelu has a slope for each channel: ones follow the dimensions of
 * the second operand. From then on it is broadcast like any other.
 */
static brc_rc align(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_arithmetic_args *a = n->args;
	const brc_operand *x = brc_in(g, n, 0), *y = brc_in(g, n, 1);
	bool slopes = table[n->op->variant].kind == SLOPES;
	int64_t axis = a->axis, *list;
	brc_axes_args ones;

	if (!a->aligned || !x || !y || y->ndim == 0)
		return BRC_OK;
	if (axis == -1 && slopes && y->ndim == 1)
		axis = 1;
	if (axis == -1)
		return BRC_OK;
	if (axis < 0 || (size_t)axis + y->ndim > x->ndim)
		return brc_fail(err, BRC_DATA, "its axis %lld does not fit its operands",
				(long long)axis);
	ones.axes.n = x->ndim - (size_t)axis - y->ndim;
	if (ones.axes.n == 0)
		return BRC_OK;
	BRC_TRY(brc_exec_alloc(g, &list, ones.axes.n, sizeof(*list), err));
	for (size_t k = 0; k < ones.axes.n; k++)
		list[k] = (int64_t)(y->ndim + k);
	ones.axes.at = list;
	return brc_exec_add_node(g, brc_op_find("Unsqueeze"), &ones, n->name, &n->in[1], 1,
				 &n->in[1], 1, err);
}

static brc_rc make_steps(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *out = &g->value[n->out[0]];
	steps *t;

	BRC_TRY(brc_exec_alloc(g, &t, 1, sizeof(*t) + n->n_in * sizeof(*t->loops), err));
	n->state = t;
	t->n = n->n_in - 1;
	for (size_t k = 1; k < n->n_in; k++) {
		const brc_operand *in[2] = {k == 1 ? brc_in(g, n, 0) : out, brc_in(g, n, k)};

		BRC_TRY(brc_loops_broadcast(&t->loops[k - 1], out, in, 2, err));
	}
	return BRC_OK;
}

static brc_rc infer_steps(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand **in;
	variant f = (variant)n->op->variant;
	brc_operand out;
	brc_elem elem;

	BRC_TRY(align(g, n, err));
	BRC_TRY(brc_exec_alloc(g, &in, n->n_in, sizeof(*in), err));
	in[0] = brc_in(g, n, 0);
	elem = operand_elem(f, in[0] ? in[0]->elem : BRC_ELEM_FLOAT);
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);
		bool other = f == OF_Pow && k == 1 && x && x->elem != BRC_ELEM_BOOL;

		BRC_TRY(brc_need(g, n, k, other ? x->elem : elem, &in[k], err));
	}
	BRC_TRY(brc_broadcast(in, n->n_in, &out, err));
	BRC_TRY(brc_alike_for_images(g, in, n->n_in, &out, err));
	if (f == OF_PRelu && memcmp(out.dim, in[0]->dim, sizeof(*out.dim) * out.ndim) != 0)
		return brc_fail(err, BRC_DATA, "its slope does not fit its input");
	out.elem = table[f].kind >= COMPARISON ? BRC_ELEM_BOOL : elem;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return make_steps(g, n, err);
}

static brc_inner_loop step_loop(const brc_exec *g, const brc_node *n)
{
	bool first = g->value[n->in[0]].elem == BRC_ELEM_FLOAT;
	bool second = n->n_in > 1 ? g->value[n->in[1]].elem == BRC_ELEM_FLOAT : first;

	if (first == second)
		return first ? table[n->op->variant].floats : table[n->op->variant].ints;
	return first ? float_to_int_power : int_to_float_power;
}

static void run_steps(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const steps *t = n->state;
	const brc_operand *y = &g->value[n->out[0]];
	brc_inner_loop loop = step_loop(g, n);
	size_t in = brc_item(g->value[n->in[0]].elem);

	if (t->n == 0)
		memcpy(m->at[n->out[0]], m->at[n->in[0]], y->count * in);
	for (size_t k = 0; k < t->n; k++) {
		char *base[3] = {m->at[n->out[0]], m->at[k ? n->out[0] : n->in[0]],
				 m->at[n->in[k + 1]]};
		size_t item[3] = {brc_item(y->elem), in, brc_item(g->value[n->in[k + 1]].elem)};

		brc_loops_run(&t->loops[k], base, item, loop, NULL);
	}
	brc_narrow(y, m->at[n->out[0]]);
}

#define RECORD(TYPE, KIND, FLOATS, INTS, MIN_IN, MAX_IN, TRACE, ...)                              \
	BRC_OP(#TYPE, BRC_TAKES(MIN_IN, MAX_IN, 1), infer_steps, run_steps, ANY, TRACE,           \
	       BRC_ARGS(brc_arithmetic_args, BRC_ATTR_INT("axis", brc_arithmetic_args, axis, -1), \
			BRC_ATTR_INT("broadcast", brc_arithmetic_args, broadcast, 0)),            \
	       .variant = OF_##TYPE, .adapt = adapt, .read = check_form, .in_place = true,        \
	       __VA_ARGS__),

const brc_op brc_arithmetic_ops[] = {OPERATORS(RECORD){.type = NULL}};

/* ---- Where ---- */

static brc_rc infer_where(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *in[3];
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_BOOL, &in[0], err));
	BRC_TRY(brc_need_any(g, n, 1, &in[1], err));
	BRC_TRY(brc_need(g, n, 2, in[1]->elem, &in[2], err));
	BRC_TRY(brc_broadcast(in, 3, &out, err));
	BRC_TRY(brc_alike_for_images(g, in, 3, &out, err));
	out.elem = in[1]->elem;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return brc_loops_broadcast(n->state, &g->value[n->out[0]], in, 3, err);
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

const brc_op brc_where_ops[] = {
	BRC_OP("Where", BRC_TAKES(3, 3, 1), infer_where, run_where, ANY, COMBINE,
	       .state = sizeof(brc_loops), .activation = true),
	{.type = NULL},
};
