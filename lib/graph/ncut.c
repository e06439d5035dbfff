#include "graph/ncut.h"

#include <math.h>
#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "graph/layout.h"

static brc_rc check_labels(const brc_graph *g, const int32_t *label, size_t k, brc_err *err)
{
	for (size_t u = 0; u < g->n; u++)
		if (label[u] < -1 || (label[u] >= 0 && (size_t)label[u] >= k))
			return brc_fail(err, BRC_DATA, "label %d of unit %zu is outside -1 .. %zu",
					label[u], u, k - 1);
	return BRC_OK;
}

brc_rc brc_ncut(const brc_graph *g, const int32_t *label, size_t k, double epsilon, double *ncut,
		brc_err *err)
{
	size_t slots = k + 1;
	double *cut, *volume;
	brc_rc rc;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	BRC_TRY(check_labels(g, label, k, err));
	BRC_TRY(BRC_ZEROED(cut, 2 * slots, err));
	volume = cut + slots;
	for (size_t u = 0; u < g->n; u++)
		volume[label[u] + 1] += g->degree[u];
	rc = g->store->cut(g, label, k, volume, cut, err);
	*ncut = 0;
	/* The first entry is that of units in no cluster. */
	for (size_t c = 1; c < slots; c++)
		if (cut[c] > 0)
			*ncut += cut[c] / (volume[c] + epsilon);
	free(cut);
	return rc;
}

double brc_ncut_in_out(double ncut, size_t k)
{
	double share = ncut / (double)k;

	return share > 0 ? (1 - share) / (2 * share) : INFINITY;
}
