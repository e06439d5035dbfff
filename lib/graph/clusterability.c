#include "graph/clusterability.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "graph/ncut.h"
#include "graph/spectral.h"
#include "linalg/fit.h"
#include "stats/extremes.h"
#include "stats/moments.h"

typedef struct test {
	const brc_null_model *null;
	const brc_graph *graph;
	const brc_clusterability_options *o;
	brc_spectral_options spectral;
	brc_progress *progress;
	brc_clusterability *out;
	bool *fitted; /* [shuffles] */
} test;

/* The largest k that a graph has units for; 0 if there is none. */
static size_t largest_k(const brc_graph *g, const brc_clusterability_options *o)
{
	size_t most = 0;

	for (size_t i = 0; i < o->n_k; i++)
		if (o->k[i] <= g->connected && o->k[i] > most)
			most = o->k[i];
	return most;
}

/* The n-cut of a graph for each k, ncut[n_k]; NaN where fewer units are connected. */
static brc_rc ncuts_of(const brc_graph *g, const test *t, brc_pool *pool, double *ncut,
		       brc_err *err)
{
	size_t most = largest_k(g, t->o);
	brc_eigenpairs *p = NULL;
	brc_rc rc = BRC_OK;

	if (most > 0)
		rc = brc_eigenpairs_new(&p, g, most, brc_spectral_pairs(g, most) - most,
					t->spectral.seed, t->spectral.stream, pool, err);
	for (size_t i = 0; i < t->o->n_k && rc == BRC_OK; i++) {
		brc_clustering c = {.ncut = NAN};

		if (t->o->k[i] <= g->connected)
			rc = brc_spectral(&c, g, p, t->o->k[i], &t->spectral, pool, err);
		ncut[i] = c.ncut;
		brc_clustering_clear(&c);
	}
	brc_eigenpairs_free(p);
	return rc;
}

static brc_rc cut_null(const test *t, const brc_blocks *null, double *ncut, brc_err *err)
{
	brc_graph g;
	brc_rc rc = brc_graph_init_all(&g, null, err);

	BRC_THEN(rc, ncuts_of(&g, t, NULL, ncut, err));
	brc_graph_clear(&g);
	return rc;
}

static brc_rc run_shuffle(void *ctx, size_t index, size_t worker, brc_err *err)
{
	const test *t = ctx;
	double *ncut;
	brc_blocks null;
	brc_rc rc = BRC_ARRAY(ncut, t->o->n_k, err);

	(void)worker;
	memset(&null, 0, sizeof(null));
	for (size_t i = 0; rc == BRC_OK && i < t->o->n_k; i++)
		ncut[i] = NAN;
	BRC_THEN(rc, brc_null_model_draw(t->null, t->o->seed, (uint32_t)index, &null,
					 &t->fitted[index], err));
	if (rc == BRC_OK && t->fitted[index])
		rc = cut_null(t, &null, ncut, err);
	for (size_t i = 0; rc == BRC_OK && i < t->o->n_k; i++)
		t->out[i].ncut[index] = ncut[i];
	brc_blocks_clear(&null);
	free(ncut);
	if (rc != BRC_OK)
		return brc_err_prefix(err, "null network %zu", index);
	brc_progress_add(t->progress, 1);
	return BRC_OK;
}

/* How many workers fit into memory; BRC_RESOURCE if not even one does. */
static brc_rc count_workers(const test *t, size_t *workers, brc_err *err)
{
	const brc_clusterability_options *o = t->o;
	size_t limit = brc_mem_available();
	size_t each = brc_plus(brc_spectral_bytes(t->graph, largest_k(t->graph, o), 1),
			       brc_null_model_bytes(t->null));

	BRC_TRY(brc_mem_need(each, o->mem, "one null network", err));
	if (o->mem && o->mem < limit)
		limit = o->mem;
	*workers = each ? limit / each : o->threads;
	if (*workers < 1)
		*workers = 1;
	if (*workers > o->threads)
		*workers = o->threads;
	return BRC_OK;
}

static brc_rc check_k(const test *t, brc_err *err)
{
	for (size_t i = 0; i < t->o->n_k; i++) {
		if (t->o->k[i] <= t->graph->connected)
			continue;
		brc_fail(err, BRC_DATA, "%zu clusters wanted of %zu connected units", t->o->k[i],
			 t->graph->connected);
		return brc_hint(err, "choose a smaller -k");
	}
	return BRC_OK;
}

static brc_rc run_all(test *t, brc_err *err)
{
	brc_pool *pool = NULL;
	double *observed = NULL;
	size_t workers;
	brc_rc rc;

	BRC_TRY(check_k(t, err));
	BRC_TRY(count_workers(t, &workers, err));
	rc = brc_pool_new(&pool, workers, err);
	BRC_THEN(rc, BRC_ARRAY(observed, t->o->n_k, err));
	BRC_THEN(rc, ncuts_of(t->graph, t, pool, observed, err));
	for (size_t i = 0; rc == BRC_OK && i < t->o->n_k; i++)
		t->out[i].observed = observed[i];
	BRC_THEN(rc, brc_pool_run(pool, t->o->shuffles, run_shuffle, t, err));
	free(observed);
	brc_pool_free(pool);
	return rc;
}

/* ---- p ---- */

/*
 * A shuffle may be the network itself with its units in another order. Then the n-cut is the same
 * except for rounding.
 */
#define TIE 1e-12
/*
 * Strengths of a fitted network are those of the observed one to the tolerance of the fit, and its
 * edges are rounded to single precision. Where strengths alone decide the n-cut, that is all by
 * which it differs; twice, because an n-cut is a sum of quotients of sums of edges.
 */
#define TIE_FITTED (2 * (BRC_FIT_TOLERANCE + FLT_EPSILON / 2.))

/* By how much n-cuts may differ that are as large as the observed one. */
static double tie_of(const brc_clusterability *c, double ncut)
{
	bool fitted = strncmp(c->null, "residual", 8) == 0;

	return (fitted ? TIE_FITTED : TIE) * fmax(1, ncut);
}

static double limit_of(const brc_clusterability *c, double ncut, bool paper)
{
	return paper ? nextafter(ncut, -INFINITY) : ncut + tie_of(c, ncut);
}

void brc_clusterability_summarise(brc_clusterability *c, bool paper)
{
	const brc_moments known = brc_moments_of(c->ncut, c->shuffles, 1);

	c->undefined = c->shuffles - known.n;
	c->mean = known.mean;
	c->sd = brc_moments_sd(&known, 0);
	c->z = c->sd > (paper ? 0 : tie_of(c, c->observed)) ? (c->observed - c->mean) / c->sd : NAN;
	c->p = brc_extremes_p_low(limit_of(c, c->observed, paper), c->ncut, c->shuffles);
}

/* How many graphs have an n-cut that is undefined or at most that of graph `own` (n: observed). */
static size_t rank_of(const brc_clusterability *c, size_t own)
{
	double value = own < c->shuffles ? c->ncut[own] : c->observed;
	double limit = isnan(value) ? -INFINITY : limit_of(c, value, c->paper);
	size_t rank = own == c->shuffles || !(c->observed > limit);

	for (size_t i = 0; i < c->shuffles; i++)
		rank += i == own || !(c->ncut[i] > limit);
	return rank;
}

/*
 * Fill p_all of c[n], tests of one graph with the same null graphs: how likely it is that the
 * smallest of their p is as small. Each of the shuffles + 1 graphs has, for each k, the number of
 * graphs whose n-cut is undefined or at most its own; p_all is the share of graphs whose least
 * number is at most that of the observed one.
 */
static brc_rc join(brc_clusterability *c, size_t n, brc_err *err)
{
	size_t graphs = c->shuffles + 1, reached = 0, *least;

	BRC_TRY(BRC_ARRAY(least, graphs, err));
	for (size_t g = 0; g < graphs; g++) {
		least[g] = SIZE_MAX;
		for (size_t i = 0; i < n; i++)
			least[g] = brc_least(least[g], rank_of(&c[i], g));
	}
	for (size_t g = 0; g < graphs; g++)
		reached += least[g] <= least[c->shuffles];
	for (size_t i = 0; i < n; i++) {
		c[i].tested = n;
		c[i].p_all = (double)reached / (double)graphs;
	}
	free(least);
	return BRC_OK;
}

/* ---- the test ---- */

static brc_rc describe(test *t, brc_err *err)
{
	const brc_null_wanted *of = &t->null->of;
	const brc_clusterability_options *o = t->o;

	for (size_t i = 0; i < o->n_k; i++) {
		brc_clusterability *c = &t->out[i];

		*c = (brc_clusterability){.shuffles = o->shuffles,
					  .k = o->k[i],
					  .refine = o->refine,
					  .paper = o->paper,
					  .restarts = brc_spectral_restarts(t->graph, o->restarts),
					  .samples = of->origin->samples,
					  .units = t->graph->connected,
					  .p_all = NAN};
		snprintf(c->null, sizeof(c->null), "%s", brc_null_name(of->kind));
		if (t->null->residual) {
			c->matrices = t->null->pooled ? 1 : of->blocks->n;
			c->zeroes_kept = brc_residual_kept(t->null->residual);
		}
		BRC_TRY(BRC_ZEROED(c->ncut, o->shuffles, err));
	}
	return BRC_OK;
}

static brc_rc conclude(const test *t, brc_err *err)
{
	size_t unfitted = 0;

	for (size_t b = 0; b < t->o->shuffles; b++)
		unfitted += !t->fitted[b];
	for (size_t i = 0; i < t->o->n_k; i++) {
		t->out[i].unfitted = unfitted;
		brc_clusterability_summarise(&t->out[i], t->o->paper);
	}
	return t->o->n_k > 1 ? join(t->out, t->o->n_k, err) : BRC_OK;
}

brc_rc brc_clusterability_test(brc_clusterability *out, const brc_null_model *null,
			       const brc_clusterability_options *o, brc_progress *progress,
			       brc_err *err)
{
	test t = {.null = null,
		  .graph = null->of.graph,
		  .o = o,
		  .progress = progress,
		  .out = out,
		  .spectral = {.restarts = o->restarts,
			       .epsilon = o->paper ? BRC_NCUT_EPSILON_PAPER : 0,
			       .by_inertia = o->paper || o->by_inertia,
			       .refine = o->refine,
			       .seed = o->seed}};
	brc_rc rc = BRC_ZEROED(t.fitted, o->shuffles, err);

	BRC_THEN(rc, describe(&t, err));
	BRC_THEN(rc, run_all(&t, err));
	BRC_THEN(rc, conclude(&t, err));
	free(t.fitted);
	return rc;
}
