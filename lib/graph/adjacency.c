#include "graph/adjacency.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"

void brc_adjacency_clear(brc_adjacency *a)
{
	if (a->work)
		a->g->store->product_clear(a);
	free(a->scratch);
	free(a->x);
	free(a->y);
	memset(a, 0, sizeof(*a));
}

brc_rc brc_adjacency_init(brc_adjacency *a, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	brc_rc rc;

	memset(a, 0, sizeof(*a));
	a->g = g;
	a->pool = pool;
	a->scratch = brc_alloc(brc_pool_threads(pool), BRC_TILE_SCRATCH * sizeof(*a->scratch), err);
	rc = a->scratch ? g->store->product_init(a, err) : BRC_RESOURCE;
	if (rc != BRC_OK)
		brc_adjacency_clear(a);
	return rc;
}

brc_rc brc_adjacency_reserve(brc_adjacency *a, size_t cols, brc_err *err)
{
	size_t groups = (cols + BRC_LANES - 1) / BRC_LANES, size;

	if (groups > a->groups) {
		free(a->x);
		free(a->y);
		a->x = a->y = NULL;
		a->groups = 0;
		if (!brc_mul(a->g->n, sizeof(brc_lanes), &size))
			return brc_fail(err, BRC_RESOURCE, "a graph of %zu units is too large",
					a->g->n);
		a->x = brc_alloc(groups, size, err);
		a->y = brc_alloc(groups, size, err);
		if (!a->x || !a->y)
			return BRC_RESOURCE;
		a->groups = groups;
	}
	memset(a->x, 0, groups * a->g->n * sizeof(brc_lanes));
	return BRC_OK;
}

brc_rc brc_adjacency_multiply(brc_adjacency *a, const bool *wanted, size_t cols, brc_err *err)
{
	a->now = (cols + BRC_LANES - 1) / BRC_LANES;
	a->wanted = wanted;
	return a->g->store->multiply(a, err);
}

size_t brc_adjacency_bytes(const brc_graph *g, size_t cols, size_t threads)
{
	size_t groups = (cols + BRC_LANES - 1) / BRC_LANES;
	size_t vectors = brc_times(brc_times(g->n, 2 * sizeof(brc_lanes)), groups);
	size_t scratch = brc_times(threads, BRC_TILE_SCRATCH * sizeof(double));

	return brc_plus(brc_plus(vectors, scratch), g->store->bytes(g, threads));
}
