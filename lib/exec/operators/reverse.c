/* ReverseSequence: the first elements along an axis in reverse, as many as each entry of another
 * axis says. */
#include <string.h>

#include "exec/operator.h"

typedef struct reversal {
	size_t batch, time, inner; /* extents; inner: behind both axes */
	bool time_first;
	bool one; /* one length for all */
} reversal;

/*
 * Lengths that are constants are checked now; others are cut off when the graph runs. For images
 * only one length can be a constant, whatever the number of images in the model.
 */
static brc_rc check_lengths(const brc_operand *x, const brc_operand *lengths, size_t batch,
			    reversal *r, brc_err *err)
{
	bool images = x->batch == batch, known = lengths->state == BRC_CONSTANT;
	const int64_t *v = lengths->data;

	if (lengths->ndim != 1 || lengths->count == 0 ||
	    (!(images && known) && lengths->dim[0] != r->batch))
		return brc_fail(err, BRC_DATA, "its lengths %s do not fit %s",
				brc_shape_text(lengths).s, brc_shape_text(x).s);
	if (!known && images != (lengths->batch == 0))
		return brc_keeps_images(images ? x : lengths, images ? batch : 0, err);
	for (size_t i = 0; known && i < lengths->count; i++) {
		if (v[i] < 0 || (uint64_t)v[i] > r->time)
			return brc_fail(err, BRC_DATA, "a length of %lld of %zu elements",
					(long long)v[i], r->time);
		if (images && v[i] != v[0])
			return brc_fail(err, BRC_DATA, "its lengths differ between images");
	}
	r->one = images && known;
	return BRC_OK;
}

static brc_rc infer_reverse(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_reverse_args *a = n->args;
	const brc_operand *x, *lengths;
	reversal *r = n->state;
	size_t batch, time;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &lengths, err));
	BRC_TRY(brc_axis(a->batch_axis, x->ndim, &batch, err));
	BRC_TRY(brc_axis(a->time_axis, x->ndim, &time, err));
	if (batch + time != 1)
		return brc_fail(err, BRC_DATA, "its axes are %zu and %zu, not 0 and 1", batch,
				time);
	BRC_TRY(brc_keeps_images(x, time, err));
	*r = (reversal){.batch = x->dim[batch], .time = x->dim[time], .time_first = time == 0};
	r->inner = 1;
	for (size_t k = 2; k < x->ndim; k++)
		r->inner *= x->dim[k];
	BRC_TRY(check_lengths(x, lengths, batch, r, err));
	return brc_set_output(g, n, 0, x, err);
}

static void run_reverse(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const reversal *r = n->state;
	size_t bytes = r->inner * brc_item(g->value[n->out[0]].elem);
	size_t next = r->time_first ? r->batch : 1, step = r->time_first ? 1 : r->time;
	const int64_t *length = m->at[n->in[1]];
	const char *x = m->at[n->in[0]];
	char *y = m->at[n->out[0]];

	for (size_t b = 0; b < r->batch; b++) {
		int64_t given = length[r->one ? 0 : b];
		size_t most = given < 0 ? 0 : (uint64_t)given > r->time ? r->time : (size_t)given;

		for (size_t t = 0; t < r->time; t++) {
			size_t from = t < most ? most - 1 - t : t;

			memcpy(y + (b * step + t * next) * bytes,
			       x + (b * step + from * next) * bytes, bytes);
		}
	}
}

const brc_op brc_reverse_ops[] = {
	BRC_OP("ReverseSequence", BRC_TAKES(2, 2, 1), infer_reverse, run_reverse, PLAIN, LOOKUP,
	       BRC_ARGS(brc_reverse_args,
			BRC_ATTR_INT("batch_axis", brc_reverse_args, batch_axis, 1),
			BRC_ATTR_INT("time_axis", brc_reverse_args, time_axis, 0)),
	       .state = sizeof(reversal)),
	{.type = NULL},
};
