#include "graph/ncut.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "graph/factors.h"
#include "linalg/lanes.h"

/* Eight labels, and eight doubles, not aligned. */
typedef int32_t brc_half_mask
	__attribute__((vector_size(BRC_LANES * sizeof(int32_t)), aligned(4), may_alias));
typedef double brc_free_lanes
	__attribute__((vector_size(BRC_LANES * sizeof(double)), aligned(8), may_alias));

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

/*
 * Edges of one dense row that leave the cluster `own`: their sum, each also added
 * to out[column]. No scattering over clusters: eight columns at a time.
 */
BRC_FOR_EACH_PROCESSOR
static double leave_dense(const float *w, const int32_t *label, size_t n, int32_t own, double *out)
{
	brc_lanes sum = {0};
	double total = 0;
	size_t j = 0;

	for (; j + BRC_LANES <= n; j += BRC_LANES) {
		brc_lane_mask other = __builtin_convertvector(*(const brc_half_mask *)(label + j),
							      brc_lane_mask) != (int64_t)own;
		brc_lanes v = (brc_lanes)((brc_lane_mask)brc_lanes_of(w + j) & other);

		sum += v;
		*(brc_free_lanes *)(out + j) += v;
	}
	for (size_t l = 0; l < BRC_LANES; l++)
		total += sum[l];
	for (; j < n; j++)
		if (label[j] != own) {
			total += (double)w[j];
			out[j] += (double)w[j];
		}
	return total;
}

static double leave_rows(const brc_row *r, const int32_t *label, int32_t own, double *out)
{
	double total = 0;

	for (size_t j = 0; j < r->n; j++)
		if (label[r->column[j]] != own) {
			total += (double)r->w[j];
			out[r->column[j]] += (double)r->w[j];
		}
	return total;
}

/* cut[slot] over the edges of one block; out: zeroes, [cols]. */
static void cut_block(const brc_graph *g, const brc_edges *b, const int32_t *label, double *cut,
		      double *out)
{
	const int32_t *from = label + g->first[b->from], *to = label + g->first[b->to];

	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = brc_edges_row_once(b, i);
		size_t skip = row.column ? 0 : row.first;

		cut[slot(from, i)] +=
			row.column ? leave_rows(&row, to, from[i], out)
				   : leave_dense(row.w, to + skip, row.n, from[i], out + skip);
	}
	for (size_t j = 0; j < b->cols; j++) {
		cut[slot(to, j)] += out[j];
		out[j] = 0;
	}
}

/* cut[slot] of a graph by factors: volume less what is within. */
static brc_rc cut_factors(const brc_graph *g, const int32_t *label, size_t k, const double *volume,
			  double *cut, brc_err *err)
{
	double *sum = brc_alloc(k, k * sizeof(*sum), err);
	brc_rc rc = sum ? brc_factors_sums(g->factors, label, k, sum, err) : BRC_RESOURCE;

	for (size_t c = 0; c < k && rc == BRC_OK; c++) {
		cut[c + 1] = volume[c + 1] - sum[c * k + c];
		if (!(cut[c + 1] > 1e-13 * volume[c + 1])) /* rounding */
			cut[c + 1] = 0;
	}
	free(sum);
	return rc;
}

brc_rc brc_ncut(const brc_graph *g, const int32_t *label, size_t k, double epsilon, double *ncut,
		brc_err *err)
{
	size_t slots = k + 1, widest = 0;
	double *cut, *volume, *out;
	brc_rc rc = BRC_OK;

	BRC_TRY(check_labels(g, label, k, err));
	for (size_t e = 0; e < g->n_edges; e++)
		widest = g->edges[e].cols > widest ? g->edges[e].cols : widest;
	cut = brc_calloc(2 * slots + widest, sizeof(*cut), err);
	if (!cut)
		return BRC_RESOURCE;
	volume = cut + slots;
	out = volume + slots;
	for (size_t u = 0; u < g->n; u++)
		volume[slot(label, u)] += g->degree[u];
	if (g->factors)
		rc = cut_factors(g, label, k, volume, cut, err);
	for (size_t e = 0; !g->factors && e < g->n_edges; e++)
		cut_block(g, &g->edges[e], label, cut, out);
	*ncut = 0;
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
