/* OneHot: a row for each index, `on` at its place and `off` elsewhere. */
#include <string.h>

#include "exec/make.h"
#include "exec/operators/along.h"

/* A row of `depth` elements for each index; those of one row lie `inner` apart. */
typedef struct rows {
	size_t depth, inner;
} rows;

/* Indices that are floats become integers, by a node of their own. */
static brc_rc to_integers(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_cast_args args = {BRC_ONNX_INT64};
	const brc_operand *i;

	BRC_TRY(brc_need_any(g, n, 0, &i, err));
	if (i->elem == BRC_ELEM_INT)
		return BRC_OK;
	return brc_exec_add_node(g, brc_op_find("Cast"), &args, n->name, n->in, 1, n->in, 1, err);
}

static brc_rc read_depth(const brc_exec *g, const brc_node *n, size_t *depth, brc_err *err)
{
	const brc_operand *v;
	int64_t given;

	BRC_TRY(brc_need_known(g, n, 1, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its depth has %zu elements", v->count);
	given = v->elem == BRC_ELEM_FLOAT ? brc_whole_number(*(const float *)v->data)
					  : *(const int64_t *)v->data;
	if (given < 1 || (uint64_t)given > BRC_EXEC_MAX_ELEMENTS)
		return brc_fail(err, BRC_DATA, "its depth is %lld", (long long)given);
	*depth = (size_t)given;
	return BRC_OK;
}

static brc_rc infer_one_hot(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *i, *values;
	rows *t = n->state;
	brc_operand out;
	size_t axis;

	BRC_TRY(to_integers(g, n, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_INT, &i, err));
	BRC_TRY(brc_need_any(g, n, 2, &values, err));
	if (values->count != 2 || values->batch != BRC_NOWHERE)
		return brc_fail(err, BRC_DATA,
				"input 2 ('%.200s') has %zu elements, not off and on", values->name,
				values->count);
	if (i->ndim >= BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	BRC_TRY(read_depth(g, n, &t->depth, err));
	BRC_TRY(brc_axis(((const brc_axis_args *)n->args)->axis, i->ndim + 1, &axis, err));
	out = *i;
	out.elem = values->elem;
	out.narrow = values->narrow;
	out.ndim = i->ndim + 1;
	t->inner = 1;
	for (size_t k = i->ndim; k > axis; k--) {
		out.dim[k] = i->dim[k - 1];
		t->inner *= i->dim[k - 1];
	}
	out.dim[axis] = t->depth;
	if (i->batch != BRC_NOWHERE && i->batch >= axis)
		out.batch++;
	return brc_set_output(g, n, 0, &out, err);
}

static void run_one_hot(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const rows *t = n->state;
	const brc_operand *out = &g->value[n->out[0]];
	size_t item = brc_item(out->elem), indices = g->value[n->in[0]].count;
	const int64_t *index = m->at[n->in[0]], depth = (int64_t)t->depth;
	const char *value = m->at[n->in[2]];
	char *y = m->at[n->out[0]];

	for (size_t i = 0; i < out->count; i++)
		memcpy(y + i * item, value, item);
	for (size_t i = 0; i < indices; i++) {
		size_t row = i / t->inner * t->depth * t->inner + i % t->inner;
		int64_t at = index[i] < 0 ? index[i] + depth : index[i];

		if (at >= 0 && at < depth) /* any other index is nowhere */
			memcpy(y + (row + (size_t)at * t->inner) * item, value + item, item);
	}
}

/* LOOKUP: the indices are integers, which no unit is. */
const brc_op brc_one_hot_ops[] = {
	BRC_OP("OneHot", BRC_TAKES(3, 3, 1), infer_one_hot, run_one_hot, PLAIN, LOOKUP,
	       BRC_ARGS(brc_axis_args, BRC_ATTR_INT("axis", brc_axis_args, axis, -1)),
	       .state = sizeof(rows)),
	{.type = NULL},
};
