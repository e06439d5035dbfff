#include "graph/embedding.h"

#include <math.h>

#include "base/memory.h"
#include "linalg/kmeans.h"

enum { MAX_ITER = 300 };
#define TOLERANCE 1e-4

static double row_norm(const brc_eigenpairs *p, size_t v, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += p->vector[i * p->n + v] * p->vector[i * p->n + v];
	return sqrt(sum);
}

double *brc_embedding_new(const brc_graph *g, const brc_eigenpairs *p, size_t k, bool unit_rows,
			  brc_err *err)
{
	double *x = brc_alloc(g->connected, k * sizeof(*x), err);

	for (size_t v = 0; x && v < g->connected; v++) {
		double size = unit_rows ? row_norm(p, v, k) : sqrt(g->degree[g->unit[v]]);
		/* A row is 0 only if its component has no vector among the k. */
		double scale = size > 0 ? 1 / size : 0;

		for (size_t i = 0; i < k; i++)
			x[v * k + i] = scale * p->vector[i * p->n + v];
	}
	return x;
}

brc_rc brc_embedding_group(const double *x, const brc_graph *g, size_t k, const brc_restarts *r,
			   brc_pool *pool, size_t most, brc_kept *kept, brc_err *err)
{
	brc_kmeans_options options = {.k = k,
				      .first = r->first,
				      .restarts = r->restarts,
				      .max_iter = MAX_ITER,
				      .tol = TOLERANCE,
				      .seed = r->seed,
				      .stream = r->stream};

	return brc_kmeans(x, g->connected, k, &options, pool, most, kept, err);
}
