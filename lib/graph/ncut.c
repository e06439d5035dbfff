#include "graph/ncut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Slot 0 of the sums is for units in no cluster, slot c + 1 for cluster c. */
static size_t slot(const int32_t *label, size_t u)
{
	return (size_t)(label[u] + 1);
}

static brc_rc check_labels(const brc_graph *g, const int32_t *label, size_t k, brc_err *err)
{
	for (size_t u = 0; u < g->n; u++)
		if (label[u] < -1 || (label[u] >= 0 && (size_t)label[u] >= k))
			return brc_fail(err, BRC_DATA, "label %d of unit %zu is outside -1 .. %zu",
					label[u], u, k - 1);
	return BRC_OK;
}

/* cut[c] over the edges of one block; row: sums of one unit's edges by slot. */
static void cut_block(const brc_graph *g, const brc_edges *b, const int32_t *label, size_t slots,
		      double *cut, double *row)
{
	for (size_t i = 0; i < b->rows; i++) {
		const float *w = b->w + i * b->cols;
		size_t own = slot(label, g->first[b->from] + i);
		size_t start = b->from == b->to ? i + 1 : 0;

		memset(row, 0, slots * sizeof(*row));
		for (size_t j = start; j < b->cols; j++)
			row[slot(label, g->first[b->to] + j)] += (double)w[j];
		for (size_t c = 0; c < slots; c++)
			if (c != own) {
				cut[c] += row[c];
				cut[own] += row[c];
			}
	}
}

brc_rc brc_ncut(const brc_graph *g, const int32_t *label, size_t k, double epsilon, double *ncut,
		brc_err *err)
{
	size_t slots = k + 1;
	double *sums, *cut, *volume, *row;

	BRC_TRY(check_labels(g, label, k, err));
	sums = brc_calloc(slots, 3 * sizeof(*sums), err);
	if (!sums)
		return BRC_RESOURCE;
	cut = sums;
	volume = sums + slots;
	row = volume + slots;
	for (size_t e = 0; e < g->n_edges; e++)
		cut_block(g, &g->edges[e], label, slots, cut, row);
	for (size_t u = 0; u < g->n; u++)
		volume[slot(label, u)] += g->degree[u];
	*ncut = 0;
	for (size_t c = 1; c < slots; c++)
		if (cut[c] > 0)
			*ncut += cut[c] / (volume[c] + epsilon);
	free(sums);
	return BRC_OK;
}

double brc_ncut_in_out(double ncut, size_t k)
{
	double share = ncut / (double)k;

	return share > 0 ? (1 - share) / (2 * share) : INFINITY;
}
