/* Tile: the input again and again along each axis. */
#include "exec/operators/sampling.h"

static brc_rc repeat_axis(brc_exec *g, brc_sampling *s, size_t k, size_t extent, int64_t times,
			  brc_err *err)
{
	brc_taps *t;

	if (times < 0 || (extent > 0 && (uint64_t)times > BRC_EXEC_MAX_ELEMENTS / extent))
		return brc_fail(err, BRC_DATA, "it repeats axis %zu %lld times", k,
				(long long)times);
	BRC_TRY(brc_sampling_axis(s, g, k, extent * (size_t)times, 1, &t, err));
	for (size_t i = 0; i < extent * (size_t)times; i++)
		t->from[i] = (ptrdiff_t)(i % extent);
	return BRC_OK;
}

static brc_rc infer_tile(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_list repeats;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need_list(g, n, 1, &repeats, err));
	if (repeats.n != x->ndim)
		return brc_fail(err, BRC_DATA, "it has %zu repeats for %zu dimensions", repeats.n,
				x->ndim);
	for (size_t k = 0; k < x->ndim; k++) {
		if (repeats.at[k] != 1)
			BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(repeat_axis(g, n->state, k, x->dim[k], repeats.at[k], err));
	}
	return brc_sampling_done(n->state, g, n, x, err);
}

const brc_op brc_tile_ops[] = {
	BRC_OP("Tile", BRC_TAKES(2, 2, 1), infer_tile, brc_sampling_run, PLAIN, MOVE,
	       .state = sizeof(brc_sampling), .attributes = NULL),
	{.type = NULL},
};
