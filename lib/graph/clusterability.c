#include "graph/clusterability.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "graph/layout.h"
#include "graph/ncut.h"
#include "graph/spectral.h"
#include "stats/extremes.h"
#include "stats/moments.h"

typedef struct test {
	const brc_blocks *blocks;
	const brc_graph *graph;
	const brc_clusterability_options *o;
	brc_spectral_options spectral;
	brc_progress *progress;
	double *ncut;
} test;

static brc_rc ncut_of(const brc_graph *g, const test *t, brc_pool *pool, double *ncut, brc_err *err)
{
	brc_clustering c;

	BRC_TRY(brc_spectral_cluster(&c, g, t->o->k, &t->spectral, pool, err));
	*ncut = c.ncut;
	brc_clustering_clear(&c);
	return BRC_OK;
}

static brc_rc run_shuffle(void *ctx, size_t index, size_t worker, brc_err *err)
{
	const test *t = ctx;
	brc_blocks null;
	brc_graph g;
	brc_rc rc;

	(void)worker;
	BRC_TRY(brc_null_draw(&null, t->blocks, t->graph, t->o->null, t->o->pooled, t->o->seed,
			      (uint32_t)index, err));
	rc = brc_graph_init_all(&g, &null, err);
	/* A shuffle may leave more units without edges than the network had. */
	if (rc == BRC_OK && g.connected < t->o->k)
		t->ncut[index] = NAN;
	else if (rc == BRC_OK)
		rc = ncut_of(&g, t, NULL, &t->ncut[index], err);
	brc_graph_clear(&g);
	brc_blocks_clear(&null);
	if (rc != BRC_OK)
		return brc_err_prefix(err, "shuffle %zu", index);
	brc_progress_add(t->progress, 1);
	return BRC_OK;
}

/* How many workers fit into memory; BRC_RESOURCE if not even one does. */
static brc_rc count_workers(const test *t, size_t *workers, brc_err *err)
{
	const brc_clusterability_options *o = t->o;
	size_t limit = brc_mem_available();
	size_t each = brc_plus(brc_spectral_bytes(t->graph, o->k, 1), brc_null_bytes(t->blocks));

	BRC_TRY(brc_mem_need(each, o->mem, "one shuffle of the network", err));
	if (o->mem && o->mem < limit)
		limit = o->mem;
	*workers = each ? limit / each : o->threads;
	if (*workers < 1)
		*workers = 1;
	if (*workers > o->threads)
		*workers = o->threads;
	return BRC_OK;
}

static brc_rc run_all(brc_clusterability *out, test *t, brc_err *err)
{
	brc_pool *pool = NULL;
	size_t workers;
	brc_rc rc;

	BRC_TRY(count_workers(t, &workers, err));
	rc = brc_pool_new(&pool, workers, err);
	BRC_THEN(rc, ncut_of(t->graph, t, pool, &out->observed, err));
	BRC_THEN(rc, brc_pool_run(pool, out->shuffles, run_shuffle, t, err));
	brc_pool_free(pool);
	return rc;
}

/*
 * A shuffle may be the network itself with its units in another order. Then the n-cut is the same
 * except for rounding.
 */
#define TIE 1e-12

void brc_clusterability_summarise(brc_clusterability *c, bool paper)
{
	const brc_moments known = brc_moments_of(c->ncut, c->shuffles, 1);
	const double limit = paper ? nextafter(c->observed, -INFINITY)
				   : c->observed + TIE * fmax(1, c->observed);

	c->undefined = c->shuffles - known.n;
	c->mean = known.mean;
	c->sd = brc_moments_sd(&known, 0);
	c->z = c->sd > 0 ? (c->observed - c->mean) / c->sd : NAN;
	c->p = brc_extremes_p_low(limit, c->ncut, c->shuffles);
}

brc_rc brc_clusterability_test(brc_clusterability *out, const brc_blocks *blocks,
			       const brc_clusterability_options *o, brc_progress *progress,
			       brc_err *err)
{
	brc_graph graph;
	test t = {.blocks = blocks, .graph = &graph, .o = o, .progress = progress};
	brc_rc rc;

	*out = (brc_clusterability){
		.shuffles = o->shuffles, .k = o->k, .refine = o->refine, .paper = o->paper};
	snprintf(out->null, sizeof(out->null), "%s", brc_null_name(o->null));
	if (!blocks->store->shuffles) {
		brc_fail(
			err, BRC_DATA,
			"the edges are given by factors: there is no matrix whose entries could be "
			"shuffled");
		return brc_hint(err, "corr --dense forms it");
	}
	t.spectral = (brc_spectral_options){.restarts = o->restarts,
					    .epsilon = o->paper ? BRC_NCUT_EPSILON_PAPER : 0,
					    .by_inertia = o->paper,
					    .refine = o->refine,
					    .seed = o->seed};
	rc = brc_graph_init_all(&graph, blocks, err);
	if (rc == BRC_OK) {
		out->restarts = brc_spectral_restarts(&graph, o->restarts);
		out->ncut = t.ncut = brc_calloc(o->shuffles, sizeof(*out->ncut), err);
		rc = out->ncut ? run_all(out, &t, err) : BRC_RESOURCE;
	}
	if (rc == BRC_OK)
		brc_clusterability_summarise(out, o->paper);
	else
		brc_clusterability_clear(out);
	brc_graph_clear(&graph);
	return rc;
}
