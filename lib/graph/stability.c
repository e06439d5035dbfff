#include "graph/stability.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "graph/embedding.h"
#include "linalg/compare.h"

enum { PARTITIONS = BRC_STABILITY_PARTITIONS };

static brc_rc mean_agreement(const int32_t *label, size_t n, double *ari, brc_err *err)
{
	double sum = 0;

	for (size_t i = 0; i < PARTITIONS; i++)
		for (size_t j = 0; j < i; j++) {
			brc_agreement a;

			BRC_TRY(brc_compare_partitions(label + i * n, label + j * n, n, &a, err));
			sum += a.rand_index;
		}
	*ari = sum / (PARTITIONS * (PARTITIONS - 1) / 2);
	return BRC_OK;
}

brc_rc brc_stability(const brc_graph *g, const brc_eigenpairs *p, size_t k,
		     const brc_spectral_options *o, brc_pool *pool, double *ari, brc_err *err)
{
	size_t n = g->connected;
	size_t restarts = brc_spectral_restarts(g, o->restarts);
	brc_restarts r = {0, restarts, o->seed, o->stream};
	double *x;
	brc_kept best;
	int32_t *label;
	brc_rc rc = BRC_OK;

	*ari = 1;
	if (g->components >= k)
		return BRC_OK;
	if (r.restarts > BRC_STABILITY_RESTARTS)
		r.restarts = BRC_STABILITY_RESTARTS;
	x = brc_embedding_new(g, p, k, o->unit_rows, err);
	label = brc_alloc(PARTITIONS, n * sizeof(*label), err);
	if (!x || !label)
		rc = BRC_RESOURCE;
	for (size_t i = 0; i < PARTITIONS && rc == BRC_OK; i++) {
		r.first = BRC_STABILITY_FIRST + i * BRC_STABILITY_RESTARTS;
		rc = brc_embedding_group(x, g, k, &r, pool, 1, &best, err);
		if (rc == BRC_OK)
			brc_kept_labels(&best, 0, label + i * n);
		brc_kept_clear(&best);
	}
	BRC_THEN(rc, mean_agreement(label, n, ari, err));
	free(x);
	free(label);
	return rc;
}

brc_rc brc_k_evidence_find(const brc_graph *g, const brc_eigenpairs *p, size_t least, size_t most,
			   const brc_spectral_options *o, brc_pool *pool, brc_k_evidence *evidence,
			   brc_err *err)
{
	for (size_t k = least; k <= most; k++) {
		brc_k_evidence *e = &evidence[k - least];

		e->k = k;
		e->gap = p->value[k] - p->value[k - 1];
		BRC_TRY(brc_stability(g, p, k, o, pool, &e->starts, err));
	}
	return BRC_OK;
}
