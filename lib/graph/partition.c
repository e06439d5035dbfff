#include "graph/partition.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "graph/stability.h"

typedef struct run {
	const brc_partition_plan *plan;
	const brc_laplacian *l;
	brc_pool *pool; /* for the work on one graph; NULL where graphs are the tasks */
	brc_progress *progress;
	brc_clustering *out;
} run;

/* A graph that gets no clusters. */
static brc_rc no_clusters(brc_clustering *c, const brc_graph *g, const char *why, brc_err *err)
{
	BRC_TRY(BRC_ARRAY(c->label, g->n, err));
	for (size_t u = 0; u < g->n; u++)
		c->label[u] = -1;
	c->ncut = c->in_out = c->starts = c->lower_bound = c->inertia = NAN;
	brc_clustering_warn(c, "%s", why);
	return BRC_OK;
}

/*
 * The k that is run for (set, graph). If the plan says so, it is lowered to the number of connected
 * units.
 */
static size_t final_k(const run *r, size_t set, size_t g)
{
	size_t k = r->plan->k[set * r->l->n + g], connected = r->l->graph[g].graph.connected;

	if (r->plan->most)
		return r->plan->most < connected ? r->plan->most : connected - 1;
	return r->plan->lower && k > connected ? connected : k;
}

/* The partition into the k that was chosen, 0 for none, with the evidence for every k. */
static brc_rc chosen_k(const run *r, size_t index, const brc_eigenpairs *p,
		       const brc_spectral_options *o, brc_clustering *c, brc_err *err)
{
	const brc_graph *g = &r->l->graph[index].graph;
	size_t k = r->plan->k[index], most = final_k(r, 0, index);
	size_t least = r->plan->least < most ? r->plan->least : most;
	brc_k_evidence *evidence = brc_calloc(most - least + 1, sizeof(*evidence), err);
	brc_rc rc = BRC_RESOURCE;

	if (evidence)
		rc = brc_k_evidence_find(g, p, least, most, o, r->pool, evidence, err);
	BRC_THEN(rc, k == 0 ? no_clusters(c, g, "no k stands out", err)
			    : brc_spectral(c, g, p, k, o, r->pool, err));
	if (rc != BRC_OK) {
		free(evidence);
		return rc;
	}
	c->evidence = evidence;
	c->n_evidence = most - least + 1;
	if (k >= least && k <= most)
		c->starts = evidence[k - least].starts;
	if (most < r->plan->most)
		brc_clustering_warn(c, "k is chosen up to %zu only: %zu units are connected", most,
				    g->connected);
	return BRC_OK;
}

static brc_rc cluster_set(const run *r, size_t set, size_t index, const brc_eigenpairs *p,
			  brc_err *err)
{
	const brc_graph *g = &r->l->graph[index].graph;
	brc_clustering *c = &r->out[set * r->l->n + index];
	brc_spectral_options options = r->plan->options;
	size_t wanted = r->plan->k[set * r->l->n + index], k = final_k(r, set, index);

	options.stream = (uint32_t)index;
	options.unit_rows = r->l->unit_rows;
	if (k == 0)
		return no_clusters(c, g, "no label occurs in this layer: its units get none", err);
	if (r->plan->most) {
		BRC_TRY(chosen_k(r, index, p, &options, c, err));
		brc_progress_add(r->progress, 1);
		return BRC_OK;
	}
	BRC_TRY(brc_spectral(c, g, p, k, &options, r->pool, err));
	if (r->plan->starts)
		BRC_TRY(brc_stability(g, p, k, &options, r->pool, &c->starts, err));
	if (k < wanted)
		brc_clustering_warn(c, "%zu clusters instead of %zu: no more units are connected",
				    k, wanted);
	brc_progress_add(r->progress, 1);
	return BRC_OK;
}

static brc_rc cluster_graph(void *ctx, size_t index, size_t worker, brc_err *err)
{
	const run *r = ctx;
	const brc_graph *g = &r->l->graph[index].graph;
	const brc_spectral_options *o = &r->plan->options;
	brc_eigenpairs *p = NULL;
	size_t most = 0, spare;
	brc_rc rc = BRC_OK;

	(void)worker;
	for (size_t set = 0; set < r->plan->sets; set++)
		most = final_k(r, set, index) > most ? final_k(r, set, index) : most;
	if (most > g->connected) {
		brc_fail(err, BRC_DATA, "%zu clusters wanted of %zu connected units", most,
			 g->connected);
		rc = brc_hint(err, "choose a smaller -k");
	} else if (most > 0) {
		spare = brc_spectral_pairs(g, most) - most;
		/* The last gap is evidence, too, so no pair is spare then. */
		rc = r->plan->most ? brc_eigenpairs_new(&p, g, most + spare, 0, o->seed,
							(uint32_t)index, r->pool, err)
				   : brc_eigenpairs_new(&p, g, most, spare, o->seed,
							(uint32_t)index, r->pool, err);
	}
	for (size_t set = 0; set < r->plan->sets && rc == BRC_OK; set++)
		rc = cluster_set(r, set, index, p, err);
	brc_eigenpairs_free(p);
	return rc == BRC_OK ? rc : brc_err_prefix(err, "graph %s", r->l->graph[index].name);
}

static brc_rc check_memory(const run *r, size_t in_flight, size_t threads, brc_err *err)
{
	size_t most = 0;

	for (size_t g = 0; g < r->l->n; g++)
		for (size_t set = 0; set < r->plan->sets; set++) {
			size_t need = brc_spectral_bytes(&r->l->graph[g].graph, final_k(r, set, g),
							 threads);

			most = need > most ? need : most;
		}
	return brc_mem_need(brc_times(most, in_flight), r->plan->mem, "spectral clustering", err);
}

brc_rc brc_partition_run(const brc_partition_plan *plan, const brc_laplacian *l, brc_pool *pool,
			 brc_progress *progress, brc_clustering *out, brc_err *err)
{
	size_t threads = brc_pool_threads(pool);
	run r = {plan, l, pool, progress, out};

	BRC_ASSERT_VALID(brc_laplacian_valid(l));
	if (l->n == 1) {
		BRC_TRY(check_memory(&r, 1, threads, err));
		return cluster_graph(&r, 0, 0, err);
	}
	r.pool = NULL;
	BRC_TRY(check_memory(&r, threads < l->n ? threads : l->n, 1, err));
	return brc_pool_run(pool, l->n, cluster_graph, &r, err);
}
