/*
 * Arithmetic of remainders and bits, on two operands with NumPy's broadcasting: Mod, BitShift and
 * the bitwise operators.
 */
#include <math.h>

#include "exec/loops.h"
#include "exec/operator.h"

typedef enum variant { REMAINDER, SHIFT, BOTH, EITHER, ONE } variant;

/* What a pair of integers gives; `flag`: by fmod, or to the right. */
typedef struct formula {
	variant f;
	bool flag;
} formula;

/* ---- formulas ---- */

/* 0 where there is no remainder, as there is none of a division by 0. */
static int64_t remainder_of(int64_t a, int64_t b, bool as_first)
{
	int64_t r = b == 0 || b == -1 ? 0 : a % b;

	return !as_first && r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* Only unsigned integers are shifted. What leaves the 64 bits is gone. */
static int64_t shifted(uint64_t a, uint64_t bits, bool right)
{
	return bits > 63 ? 0 : (int64_t)(right ? a >> bits : a << bits);
}

static int64_t of_pair(const formula *t, int64_t a, int64_t b)
{
	switch (t->f) {
	case REMAINDER:
		return remainder_of(a, b, t->flag);
	case SHIFT:
		return shifted((uint64_t)a, (uint64_t)b, t->flag);
	case BOTH:
		return a & b;
	case EITHER:
		return a | b;
	case ONE:
		break;
	}
	return a ^ b;
}

static void int_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	for (size_t i = 0; i < n; i++)
		((int64_t *)(void *)p[0])[(ptrdiff_t)i * s[0]] =
			of_pair(ctx, ((const int64_t *)(void *)p[1])[(ptrdiff_t)i * s[1]],
				((const int64_t *)(void *)p[2])[(ptrdiff_t)i * s[2]]);
}

/* Of floats the remainder is that of C. */
static void float_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((float *)(void *)p[0])[(ptrdiff_t)i * s[0]] =
			fmodf(((const float *)(void *)p[1])[(ptrdiff_t)i * s[1]],
			      ((const float *)(void *)p[2])[(ptrdiff_t)i * s[2]]);
}

/* ---- the operators ---- */

static brc_rc read_formula(const brc_node *n, const brc_operand *x, formula *t, brc_err *err)
{
	t->f = (variant)n->op->variant;
	t->flag = false;
	if (t->f == REMAINDER) {
		t->flag = ((const brc_mod_args *)n->args)->fmod;
		if (!t->flag && x->elem == BRC_ELEM_FLOAT)
			return brc_fail(err, BRC_DATA, "floats need fmod = 1");
	}
	if (t->f == SHIFT) {
		size_t direction = ((const brc_shift_args *)n->args)->direction;

		if (direction == BRC_NO_DIRECTION)
			return brc_fail(err, BRC_DATA, "its direction is missing");
		t->flag = direction == 1;
	}
	return BRC_OK;
}

static brc_rc infer_pairs(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *in[2];
	brc_operand out;
	formula t;

	BRC_TRY(brc_need_any(g, n, 0, &in[0], err));
	if (n->op->variant != REMAINDER || in[0]->elem == BRC_ELEM_BOOL)
		BRC_TRY(brc_need(g, n, 0, BRC_ELEM_INT, &in[0], err));
	BRC_TRY(brc_need(g, n, 1, in[0]->elem, &in[1], err));
	BRC_TRY(read_formula(n, in[0], &t, err));
	BRC_TRY(brc_broadcast(in, 2, &out, err));
	BRC_TRY(brc_alike_for_images(g, in, 2, &out, err));
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	return brc_loops_broadcast(n->state, &g->value[n->out[0]], in, 2, err);
}

static void run_pairs(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *y = &g->value[n->out[0]];
	size_t one = brc_item(y->elem), item[3] = {one, one, one};
	char *base[3] = {m->at[n->out[0]], m->at[n->in[0]], m->at[n->in[1]]};
	formula t;

	read_formula(n, y, &t, NULL); /* it was right when the node was made */
	brc_loops_run(n->state, base, item, y->elem == BRC_ELEM_FLOAT ? float_loop : int_loop, &t);
	brc_narrow(y, m->at[n->out[0]]);
}

#define RECORD(TYPE, VARIANT, ...)                                                      \
	BRC_OP(TYPE, BRC_TAKES(2, 2, 1), infer_pairs, run_pairs, ANY, COMBINE, VARIANT, \
	       .state = sizeof(brc_loops), .in_place = true, __VA_ARGS__)

const brc_op brc_modulo_ops[] = {
	RECORD("Mod", .variant = REMAINDER, .activation = true,
	       BRC_ARGS(brc_mod_args, BRC_ATTR_FLAG("fmod", brc_mod_args, fmod, 0))),
	RECORD("BitShift", .variant = SHIFT,
	       BRC_ARGS(brc_shift_args, BRC_ATTR_CHOICE("direction", brc_shift_args, direction,
							BRC_NO_DIRECTION, "LEFT", "RIGHT", ""))),
	RECORD("BitwiseAnd", .variant = BOTH, .attributes = NULL),
	RECORD("BitwiseOr", .variant = EITHER, .attributes = NULL),
	RECORD("BitwiseXor", .variant = ONE, .attributes = NULL),
	{.type = NULL},
};
