/*
 * Gather: elements along an axis by their indices. Those known when the graph is built are
 * checked then; others look up tokens in a table.
 */
#include <math.h>
#include <string.h>

#include "exec/operator.h"

typedef struct gather {
	size_t outer, extent, inner; /* of the data */
} gather;

static brc_rc check_indices(const brc_operand *i, size_t extent, brc_err *err)
{
	const int64_t *v = i->data, n = (int64_t)extent;

	for (size_t k = 0; k < i->count; k++)
		if (v[k] < -n || v[k] >= n)
			return brc_fail(err, BRC_DATA, "index %lld of %zu elements",
					(long long)v[k], extent);
	return BRC_OK;
}

/* Indices that are computed when the graph runs. */
static brc_rc check_lookup(const brc_operand *x, const brc_operand *i, brc_err *err)
{
	if (x->elem != BRC_ELEM_FLOAT)
		return brc_fail(err, BRC_DATA,
				"indices that depend on the network's input choose floats only");
	if (x->batch != BRC_NOWHERE && i->batch != BRC_NOWHERE)
		return brc_fail(err, BRC_DATA,
				"both its data and its indices depend on the network's input");
	return BRC_OK;
}

static brc_rc infer_gather(brc_exec *g, brc_node *n, brc_err *err)
{
	gather *t = n->state;
	const brc_operand *x, *i;
	brc_operand out;
	size_t axis;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &i, err));
	BRC_TRY(brc_axis_of(((const brc_axis_args *)n->args)->axis, x, &axis, err));
	BRC_TRY(i->state == BRC_CONSTANT ? check_indices(i, x->dim[axis], err)
					 : check_lookup(x, i, err));
	if (x->ndim - 1 + i->ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	out = *x;
	out.ndim = 0;
	*t = (gather){1, x->dim[axis], 1};
	for (size_t k = 0; k < x->ndim; k++) {
		if (k == x->batch)
			out.batch = out.ndim;
		if (k != axis) {
			out.dim[out.ndim++] = x->dim[k];
			*(k < axis ? &t->outer : &t->inner) *= x->dim[k];
			continue;
		}
		for (size_t j = 0; j < i->ndim; j++) {
			if (j == i->batch) {
				out.batch = out.ndim;
				out.inner = i->inner;
			}
			out.dim[out.ndim++] = i->dim[j];
		}
	}
	return brc_set_output(g, n, 0, &out, err);
}

/* For an index outside the table: only floats are looked up by indices that were not checked. */
static void fill(float *y, size_t n)
{
	for (size_t j = 0; j < n; j++)
		y[j] = NAN;
}

static void run_gather(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const gather *t = n->state;
	size_t count = g->value[n->in[1]].count;
	size_t bytes = t->inner * brc_item(g->value[n->out[0]].elem);
	const int64_t *index = m->at[n->in[1]];
	const char *x = m->at[n->in[0]];
	char *y = m->at[n->out[0]];

	for (size_t o = 0; o < t->outer; o++) {
		for (size_t k = 0; k < count; k++, y += bytes) {
			int64_t i = index[k] < 0 ? index[k] + (int64_t)t->extent : index[k];

			if (i >= 0 && i < (int64_t)t->extent)
				memcpy(y, x + (o * t->extent + (size_t)i) * bytes, bytes);
			else
				fill((float *)(void *)y, t->inner);
		}
	}
}

const brc_op brc_gather_ops[] = {
	BRC_OP("Gather", BRC_TAKES(2, 2, 1), infer_gather, run_gather, PLAIN, LOOKUP,
	       BRC_ARGS(brc_axis_args, BRC_ATTR_INT("axis", brc_axis_args, axis, 0)),
	       .state = sizeof(gather)),
	{.type = NULL},
};

/* The value that it is, but for the order of its dimensions. */
static const brc_operand *in_any_order(const brc_exec *g, const brc_operand *v, size_t before)
{
	for (size_t k = before; k-- > 0;) {
		const brc_node *n = &g->node[k];

		if (strcmp(n->op->type, "Transpose") == 0 && v == &g->value[n->out[0]])
			v = &g->value[g->value[n->in[0]].buffer];
	}
	return v;
}

size_t brc_exec_vocabulary(const brc_exec *g, const char *name)
{
	size_t least = 0;

	for (size_t k = 0; k < g->n_nodes; k++) {
		const brc_node *n = &g->node[k];
		const brc_operand *i = n->op->run == run_gather ? &g->value[n->in[1]] : NULL;

		if (i)
			i = in_any_order(g, &g->value[i->buffer], k);
		if (i && i->input && strcmp(i->name, name) == 0) {
			size_t extent = ((const gather *)n->state)->extent;

			least = least && least < extent ? least : extent;
		}
	}
	return least;
}
