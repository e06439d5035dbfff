#include "study/match_values.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/activations.h"
#include "net/in_norms.h"

enum { PIECE = 64 << 20 }; /* bytes of activations that are held at once, at most */

/* From values of the network's units, `own` through its table of layers. */
static void spread(const brc_match_units *m, const bool *used, const double *own, double *value)
{
	const brc_layers *t = &m->joined->labels.layers, *theirs = brc_net_layers(m->net);

	for (size_t l = 0; l < t->n; l++)
		for (size_t u = 0; u < t->units[l]; u++) {
			size_t layer, unit;

			brc_match_unit_at(m, l, u, &layer, &unit);
			value[t->first[l] + u] = used[l] ? own[theirs->first[layer] + unit] : 0;
		}
}

/* ---- norms ---- */

/* Norms of the layers of the network that hold units of layers in use. */
static brc_rc all_norms(const brc_match_units *m, const bool *used, double *own, brc_err *err)
{
	const brc_layers *t = &m->joined->labels.layers, *theirs = brc_net_layers(m->net);

	for (size_t l = 0; l < t->n; l++)
		for (size_t u = 0, last = BRC_ANY; used[l] && u < t->units[l]; u++) {
			size_t layer, unit;

			brc_match_unit_at(m, l, u, &layer, &unit);
			if (layer != last)
				BRC_TRY(brc_net_in_norms(m->net, layer, own + theirs->first[layer],
							 err));
			last = layer;
		}
	return BRC_OK;
}

brc_rc brc_match_in_norm(const brc_match_units *m, const bool *used, double *value, brc_err *err)
{
	double *own = brc_calloc(brc_layers_total(brc_net_layers(m->net)), sizeof(*own), err);
	brc_rc rc;

	BRC_TRY(brc_made(own));
	rc = all_norms(m, used, own, err);
	if (rc == BRC_OK)
		spread(m, used, own, value);
	free(own);
	return rc;
}

/* ---- activations ---- */

/* Add up the magnitudes of images first .. first + n - 1 of all recorded units. */
static brc_rc add_piece(const brc_net *net, const brc_dataset *data, size_t first, size_t n,
			size_t units, const brc_record_options *how, brc_pool *pool, double *sum,
			brc_err *err)
{
	size_t *sample = brc_alloc(n, sizeof(*sample), err);
	float *value = NULL;
	brc_rc rc;

	BRC_TRY(brc_made(sample));
	for (size_t i = 0; i < n; i++)
		sample[i] = first + i;
	rc = brc_net_activations(net, data, sample, n, how, pool, NULL, &value, err);
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		for (size_t u = 0; u < units; u++)
			sum[u] += fabs((double)value[i * units + u]);
	free(value);
	free(sample);
	return rc;
}

/* Of every unit in `recorded`, a table of hidden layers of the network; own[] as in `spread`. */
static brc_rc mean_magnitudes(const brc_net *net, const brc_layers *recorded,
			      const brc_dataset *data, const brc_record_options *how,
			      brc_pool *pool, double *own, brc_err *err)
{
	const brc_layers *all = brc_net_layers(net);
	const size_t units = brc_layers_total(recorded), row = units * sizeof(float);
	const size_t most = how->mem ? brc_least(PIECE, how->mem / 4) : PIECE;
	const size_t piece = most / row > 0 ? most / row : 1;
	double *sum = brc_calloc(units, sizeof(*sum), err);
	brc_rc rc = brc_made(sum);

	for (size_t at = 0; rc == BRC_OK && at < data->n; at += piece)
		rc = add_piece(net, data, at, brc_least(piece, data->n - at), units, how, pool, sum,
			       err);
	for (size_t l = 0; rc == BRC_OK && l < recorded->n; l++) {
		const size_t at = all->first[brc_layers_find(all, recorded->name[l])];

		for (size_t u = 0; u < recorded->units[l]; u++)
			own[at + u] = sum[recorded->first[l] + u] / (double)data->n;
	}
	free(sum);
	return rc;
}

brc_rc brc_match_activation(const brc_match_units *m, const bool *used, const brc_dataset *data,
			    brc_precision precision, size_t mem, brc_pool *pool, double *value,
			    brc_err *err)
{
	const brc_record_options how = {.stage = BRC_STAGE_POST,
					.pooling = BRC_POOL_L1,
					.precision = precision,
					.mem = mem};
	double *own = brc_calloc(brc_layers_total(brc_net_layers(m->net)), sizeof(*own), err);
	brc_layers recorded = {0};
	brc_rc rc = own ? brc_net_recorded_layers(m->net, 0, &recorded, err) : BRC_RESOURCE;

	BRC_THEN(rc, mean_magnitudes(m->net, &recorded, data, &how, pool, own, err));
	if (rc == BRC_OK)
		spread(m, used, own, value);
	brc_layers_clear(&recorded);
	free(own);
	return rc;
}

/* ---- degrees ---- */

brc_rc brc_match_degree(const brc_match_units *m, const bool *used, const brc_laplacian *graph,
			double *value, brc_err *err)
{
	const brc_layers *t = &m->joined->labels.layers;

	for (size_t l = 0; l < t->n; l++)
		for (size_t u = 0; u < t->units[l]; u++) {
			const brc_graph *g;
			size_t unit;

			value[t->first[l] + u] = 0;
			if (!used[l])
				continue;
			BRC_TRY(brc_match_graph_unit(m, graph, l, u, &g, &unit, err));
			if (g)
				value[t->first[l] + u] = g->degree[unit];
		}
	return BRC_OK;
}
