#include "graph/spectral.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "graph/embedding.h"
#include "graph/ncut.h"
#include "graph/refine.h"

/* The paper's numbers of restarts. */
enum { FEW_RESTARTS = 25, MANY_RESTARTS = 100, MANY_UNITS = 2000 };

void brc_clustering_clear(brc_clustering *c)
{
	free(c->label);
	free(c->value);
	free(c->residual);
	free(c->evidence);
	memset(c, 0, sizeof(*c));
}

void brc_clustering_warn(brc_clustering *c, const char *fmt, ...)
{
	va_list ap;

	if (c->n_warnings == BRC_CLUSTERING_WARNINGS)
		return;
	va_start(ap, fmt);
	vsnprintf(c->warning[c->n_warnings++], sizeof(c->warning[0]), fmt, ap);
	va_end(ap);
}

size_t brc_spectral_pairs(const brc_graph *g, size_t k)
{
	return k < g->connected ? k + 1 : g->connected;
}

static brc_rc copy_spectrum(brc_clustering *c, const brc_graph *g, const brc_eigenpairs *p,
			    brc_err *err)
{
	c->pairs = brc_spectral_pairs(g, c->k);
	if (p->pairs < c->pairs)
		return brc_fail(err, BRC_DATA, "%zu eigenpairs are too few for %zu clusters",
				p->pairs, c->k);
	BRC_TRY(BRC_ARRAY(c->value, c->pairs, err));
	BRC_TRY(BRC_ARRAY(c->residual, c->pairs, err));
	memcpy(c->value, p->value, c->pairs * sizeof(*c->value));
	memcpy(c->residual, p->residual, c->pairs * sizeof(*c->residual));
	for (size_t i = 0; i < c->k; i++)
		c->lower_bound += c->value[i];
	return BRC_OK;
}

/* Put whole components into k bins: the largest first, and each into the lightest bin. */
static brc_rc merge_components(brc_clustering *c, const brc_graph *g, brc_err *err)
{
	double *load;
	int32_t *bin = NULL;
	brc_rc rc = BRC_ZEROED(load, c->k, err);

	BRC_THEN(rc, BRC_ARRAY(bin, g->components, err));
	for (size_t i = 0; rc == BRC_OK && i < g->components; i++) {
		size_t lightest = 0;

		for (size_t b = 1; b < c->k; b++)
			if (load[b] < load[lightest])
				lightest = b;
		load[lightest] += g->volume[i];
		bin[i] = (int32_t)lightest;
	}
	for (size_t v = 0; rc == BRC_OK && v < g->connected; v++)
		c->label[g->unit[v]] = bin[g->component[g->unit[v]]];
	free(load);
	free(bin);
	return rc;
}

size_t brc_spectral_restarts(const brc_graph *g, size_t restarts)
{
	if (restarts)
		return restarts;
	return g->connected <= MANY_UNITS ? FEW_RESTARTS : MANY_RESTARTS;
}

/* The partitions that k-means ended in, over the connected units. */
typedef struct candidates {
	const brc_graph *g;
	size_t k;
	double epsilon;
	brc_kept kept;
	int32_t *label; /* [workers, g->n] one of them over all units */
	double ncut[BRC_SPECTRAL_CANDIDATES];
} candidates;

/* Candidate i over all units: unpacked to the front, then from the last unit on to its place. */
static void spread(const candidates *m, size_t i, int32_t *label)
{
	size_t end = m->g->n;

	brc_kept_labels(&m->kept, i, label);
	for (size_t v = m->g->connected; v-- > 0;) {
		size_t unit = m->g->unit[v];
		int32_t own = label[v];

		while (end > unit)
			label[--end] = -1;
		label[unit] = own;
	}
	while (end > 0)
		label[--end] = -1;
}

static brc_rc cut_candidate(void *ctx, size_t i, size_t worker, brc_err *err)
{
	candidates *m = ctx;
	int32_t *label = m->label + worker * m->g->n;

	spread(m, i, label);
	return brc_ncut(m->g, label, m->k, m->epsilon, &m->ncut[i], err);
}

static brc_rc choose(brc_clustering *c, candidates *m, brc_pool *pool, brc_err *err)
{
	size_t best = 0;

	m->label = brc_alloc(brc_pool_threads(pool), m->g->n * sizeof(*m->label), err);
	BRC_TRY(brc_made(m->label));
	BRC_TRY(brc_pool_run(pool, m->kept.n, cut_candidate, m, err));
	for (size_t i = 1; i < m->kept.n; i++)
		if (m->ncut[i] < m->ncut[best])
			best = i;
	spread(m, best, c->label);
	c->inertia = m->kept.inertia[best];
	return BRC_OK;
}

static brc_rc group_rows(brc_clustering *c, const brc_graph *g, const brc_eigenpairs *p,
			 const brc_spectral_options *o, brc_pool *pool, brc_err *err)
{
	brc_restarts r = {0, brc_spectral_restarts(g, o->restarts), o->seed, o->stream};
	candidates m = {.g = g, .k = c->k, .epsilon = o->epsilon};
	size_t most = r.restarts < BRC_SPECTRAL_CANDIDATES ? r.restarts : BRC_SPECTRAL_CANDIDATES;
	double *x = brc_embedding_new(g, p, c->k, o->unit_rows, err);
	brc_rc rc = BRC_RESOURCE;

	if (o->by_inertia)
		most = 1;
	if (x)
		rc = brc_embedding_group(x, g, c->k, &r, pool, most, &m.kept, err);
	free(x);
	BRC_THEN(rc, choose(c, &m, pool, err));
	free(m.label);
	brc_kept_clear(&m.kept);
	return rc;
}

static brc_rc count_empty(brc_clustering *c, const brc_graph *g, brc_err *err)
{
	size_t *size = brc_calloc(c->k, sizeof(*size), err);

	BRC_TRY(brc_made(size));
	for (size_t v = 0; v < g->connected; v++)
		size[c->label[g->unit[v]]]++;
	for (size_t i = 0; i < c->k; i++)
		c->empty += size[i] == 0;
	free(size);
	return BRC_OK;
}

static void add_warnings(brc_clustering *c, const brc_graph *g)
{
	if (g->components > c->k)
		brc_clustering_warn(c, "%zu components merged whole into %zu clusters",
				    g->components, c->k);
	else if (c->pairs > c->k && c->value[c->k] - c->value[c->k - 1] <= BRC_SPECTRAL_TIE)
		brc_clustering_warn(
			c, "eigenvalues %zu and %zu are equal (%.9g): the embedding is not unique",
			c->k, c->k + 1, c->value[c->k]);
	if (c->empty)
		brc_clustering_warn(c, "%zu of %zu clusters are empty", c->empty, c->k);
}

static brc_rc fill(brc_clustering *c, const brc_graph *g, const brc_eigenpairs *p,
		   const brc_spectral_options *o, brc_pool *pool, brc_err *err)
{
	BRC_TRY(copy_spectrum(c, g, p, err));
	BRC_TRY(BRC_ARRAY(c->label, g->n, err));
	for (size_t u = 0; u < g->n; u++)
		c->label[u] = -1;
	if (g->components >= c->k)
		BRC_TRY(merge_components(c, g, err));
	else
		BRC_TRY(group_rows(c, g, p, o, pool, err));
	if (o->refine && g->components < c->k)
		BRC_TRY(brc_refine(g, c->label, c->k, o->epsilon, pool, &c->moved, err));
	BRC_TRY(count_empty(c, g, err));
	BRC_TRY(brc_ncut(g, c->label, c->k, o->epsilon, &c->ncut, err));
	c->in_out = brc_ncut_in_out(c->ncut, c->k);
	c->starts = NAN;
	add_warnings(c, g);
	return BRC_OK;
}

static brc_rc check_k(const brc_graph *g, size_t k, brc_err *err)
{
	if (k >= 1 && k <= g->connected)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%zu clusters wanted of %zu connected units", k, g->connected);
	return brc_hint(err, "choose a smaller -k");
}

brc_rc brc_spectral(brc_clustering *c, const brc_graph *g, const brc_eigenpairs *p, size_t k,
		    const brc_spectral_options *o, brc_pool *pool, brc_err *err)
{
	brc_rc rc;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	memset(c, 0, sizeof(*c));
	BRC_TRY(check_k(g, k, err));
	c->k = k;
	rc = fill(c, g, p, o, pool, err);
	if (rc != BRC_OK)
		brc_clustering_clear(c);
	return rc;
}

brc_rc brc_spectral_cluster(brc_clustering *c, const brc_graph *g, size_t k,
			    const brc_spectral_options *o, brc_pool *pool, brc_err *err)
{
	brc_eigenpairs *p = NULL;
	brc_rc rc;

	memset(c, 0, sizeof(*c));
	BRC_TRY(check_k(g, k, err));
	rc = brc_eigenpairs_new(&p, g, k, brc_spectral_pairs(g, k) - k, o->seed, o->stream, pool,
				err);
	BRC_THEN(rc, brc_spectral(c, g, p, k, o, pool, err));
	brc_eigenpairs_free(p);
	return rc;
}

size_t brc_spectral_bytes(const brc_graph *g, size_t k, size_t threads)
{
	size_t eigen = brc_eigenpairs_bytes(g, brc_spectral_pairs(g, k), threads);
	size_t refinement = brc_refine_bytes(g, k, threads);
	/* The embedding, for each worker of k-means distances and labels, and the candidates. */
	size_t rows = brc_times(brc_times(g->n, k), 16), each = brc_times(g->n, 32 * threads);
	size_t total =
		brc_plus(brc_plus(eigen, rows), brc_plus(each, g->n * 4 * BRC_SPECTRAL_CANDIDATES));

	return refinement > total ? refinement : total;
}
