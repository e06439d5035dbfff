/* Truth values about single floats: IsNaN, IsInf. */
#include <math.h>

#include "exec/operator.h"

typedef enum variant { NOT_A_NUMBER, INFINITE } variant;

static brc_rc infer_predicate(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	out = *x;
	out.elem = BRC_ELEM_BOOL;
	return brc_set_output(g, n, 0, &out, err);
}

static void run_predicate(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_is_inf_args *a = n->op->variant == INFINITE ? n->args : NULL;
	size_t count = g->value[n->out[0]].count;
	const float *x = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	for (size_t i = 0; i < count; i++)
		y[i] = !a         ? isnan(x[i])
		       : x[i] < 0 ? a->detect_negative && isinf(x[i])
				  : a->detect_positive && isinf(x[i]);
}

#define RECORD(TYPE, VARIANT, ...)                                                           \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_predicate, run_predicate, ANY, SAME, VARIANT, \
	       __VA_ARGS__)

const brc_op brc_predicates_ops[] = {
	RECORD("IsNaN", .variant = NOT_A_NUMBER, .activation = true, .attributes = NULL),
	RECORD("IsInf", .variant = INFINITE, .activation = true,
	       BRC_ARGS(brc_is_inf_args,
			BRC_ATTR_FLAG("detect_negative", brc_is_inf_args, detect_negative, 1),
			BRC_ATTR_FLAG("detect_positive", brc_is_inf_args, detect_positive, 1))),
	{.type = NULL},
};
