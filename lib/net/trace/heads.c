/*
 * Attention heads. Each head multiplies its scores with its own values. The last two dimensions of
 * the values are tokens and features; the dimensions before them distinguish the heads. So units
 * belong to the same head if they occur at the same indices there, however they were moved there:
 * by a Reshape, by a Transpose, or by a Split into one product for each head.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "net/trace/tracer.h"

/*
 * The index in the dimensions before tokens and features, as one number. A unit may occur for every
 * image, or in several heads that share values. It counts where it occurs first.
 */
static int64_t head_at(const brc_operand *v, const size_t *index)
{
	int64_t head = 0;

	for (size_t k = 0; k + 2 < v->ndim; k++)
		head = head * (int64_t)v->dim[k] + (int64_t)index[k];
	return head;
}

brc_rc brc_trace_head(brc_tracer *t, const brc_scaled_unit *f, int64_t head, bool alone,
		      brc_err *err)
{
	brc_layer_inputs *in = &t->net->inputs[f->layer];
	size_t units = t->net->layer[f->layer].units;
	int64_t *at;

	if (!in->head_key) {
		in->head_key = brc_alloc(units, sizeof(*in->head_key), err);
		BRC_TRY(brc_made(in->head_key));
		for (size_t i = 0; i < units; i++)
			in->head_key[i] = BRC_NO_HEAD;
	}
	at = &in->head_key[f->unit];
	if (!alone || *at == BRC_NOT_ONE_HEAD || (*at >= 0 && *at >> 32 != head >> 32))
		*at = BRC_NOT_ONE_HEAD;
	else if (*at < 0 || head < *at)
		*at = head;
	return BRC_OK;
}

brc_rc brc_trace_heads(brc_tracer *t, const brc_node *n, size_t a, brc_err *err)
{
	const brc_sources *s = brc_traced(t, n, a);
	const brc_operand *v = brc_exec_value(t->g, n->in[a]);
	const int64_t product = t->products++ << 32;
	size_t index[BRC_MAX_DIMS] = {0}, stride[BRC_MAX_DIMS] = {0}, at = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t units;
		const brc_scaled_unit *f = brc_unit_sets_get(t->sets, s->set[i], &units);

		for (size_t k = 0; k < units; k++)
			BRC_TRY(brc_trace_head(t, &f[k], product + head_at(v, index), units == 1,
					       err));
		brc_sources_advance(index, s->ext, s->ndim, stride, &at);
	}
	return BRC_OK;
}
