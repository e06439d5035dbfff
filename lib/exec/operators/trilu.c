/* Trilu: one triangle of matrices, the last two dimensions; what lies outside becomes 0. */
#include <string.h>

#include "exec/operator.h"

typedef struct triangle {
	size_t rows, columns;
	int64_t k; /* the diagonal that bounds it, above the main one */
	bool upper;
} triangle;

static brc_rc infer_trilu(brc_exec *g, brc_node *n, brc_err *err)
{
	triangle *t = n->state;
	const brc_operand *x;
	brc_list k = {NULL, 0};

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if (x->ndim < 2)
		return brc_fail(err, BRC_DATA, "its input of %zu dimensions is no matrix", x->ndim);
	BRC_TRY(brc_keeps_images(x, x->ndim - 2, err));
	BRC_TRY(brc_keeps_images(x, x->ndim - 1, err));
	if (brc_in(g, n, 1))
		BRC_TRY(brc_need_list(g, n, 1, &k, err));
	if (k.at && k.n != 1)
		return brc_fail(err, BRC_DATA, "its k has %zu elements", k.n);
	t->rows = x->dim[x->ndim - 2];
	t->columns = x->dim[x->ndim - 1];
	t->upper = ((const brc_trilu_args *)n->args)->upper;
	if (k.at) /* no matrix is so large, and sums below do not overflow */
		t->k = *k.at > INT32_MAX ? INT32_MAX : *k.at < INT32_MIN ? INT32_MIN : *k.at;
	return brc_set_output(g, n, 0, x, err);
}

static void run_trilu(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const triangle *t = n->state;
	const brc_operand *v = &g->value[n->out[0]];
	size_t item = brc_item(v->elem), lines = t->columns ? v->count / t->columns : 0;
	const char *x = m->at[n->in[0]];
	char *y = m->at[n->out[0]];

	for (size_t i = 0; i < lines; i++, x += t->columns * item, y += t->columns * item) {
		/* the first column of the upper triangle, or the first behind the lower one */
		int64_t bound = (int64_t)(i % t->rows) + t->k + !t->upper;
		size_t at = bound < 0                      ? 0
			    : (uint64_t)bound > t->columns ? t->columns
							   : (size_t)bound;
		size_t from = t->upper ? at : 0, to = t->upper ? t->columns : at;

		memset(y, 0, t->columns * item);
		memcpy(y + from * item, x + from * item, (to - from) * item);
	}
}

const brc_op brc_trilu_ops[] = {
	BRC_OP("Trilu", BRC_TAKES(1, 2, 1), infer_trilu, run_trilu, PLAIN, MOVE,
	       BRC_ARGS(brc_trilu_args, BRC_ATTR_FLAG("upper", brc_trilu_args, upper, 1)),
	       .state = sizeof(triangle)),
	{.type = NULL},
};
