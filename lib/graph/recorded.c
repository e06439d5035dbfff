/* Graphs of correlations, computed again from their samples: graph/perturb.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/scratch.h"
#include "base/threads.h"
#include "graph/perturb.h"

/* Degrees of the graph and of its samples agree to this. */
#define DEGREE_TOLERANCE 1e-3

void brc_recorded_clear(brc_recorded *r)
{
	brc_activations_clear(&r->activations);
	free(r->own);
	memset(r, 0, sizeof(*r));
}

static brc_rc add_block(const brc_correlation *c, const brc_recorded *r, const brc_block *like,
			brc_blocks *out, brc_err *err)
{
	const size_t *first = out->layers.first;
	const brc_range rows = {first[like->from], like->rows},
			cols = {first[like->to], like->cols};
	size_t entries = brc_blocks_entries(out, like->from, like->to);
	float *w = brc_blocks_alloc(out, entries, sizeof(*w), err);
	brc_scratch edges = {w, entries * sizeof(*w), false};

	BRC_TRY(brc_made(w));
	BRC_TRY(brc_correlation_block(c, rows, cols, r->edge, NULL, &edges, err));
	return brc_blocks_add(out, like->from, like->to, w, err);
}

/* The graph of these values. */
static brc_rc correlate(const brc_recorded *r, const float *value, size_t samples,
			const brc_blocks *like, brc_blocks *out, brc_err *err)
{
	const brc_samples in = {value, samples, r->units, false};
	brc_correlation c = {0};
	brc_rc rc;

	BRC_TRY(brc_blocks_init(out, &like->layers, err));
	rc = brc_correlation_init(&c, &in, r->method, false, 0, NULL, NULL, err);
	for (size_t k = 0; k < like->n && rc == BRC_OK; k++)
		rc = add_block(&c, r, &like->block[k], out, err);
	brc_correlation_clear(&c);
	return rc;
}

/* ---- reading ---- */

static brc_rc check_degrees(const brc_laplacian *l, const brc_blocks *b, const char *title,
			    brc_err *err)
{
	for (size_t g = 0; g < l->n; g++) {
		const brc_graph *have = &l->graph[g].graph;
		brc_graph made;
		bool same = true;

		BRC_TRY(brc_graph_init(&made, b, have->member, have->n_members, have->block,
				       have->n_edges, err));
		for (size_t u = 0; u < have->n && same; u++)
			same = fabs(have->degree[u] - made.degree[u]) <=
			       DEGREE_TOLERANCE * fmax(have->degree[u], made.degree[u]);
		brc_graph_clear(&made);
		if (!same) {
			brc_fail(err, BRC_DATA,
				 "%s: the correlations of its samples are not the edges of graph "
				 "%s",
				 title, l->graph[g].name);
			return brc_hint(err, "give the activations that corr read");
		}
	}
	return BRC_OK;
}

static brc_rc check_recorded(brc_recorded *r, const brc_section *s, const brc_laplacian *l,
			     brc_err *err)
{
	brc_blocks all = {0};
	char title[256];
	brc_rc rc;

	brc_section_title(s, title, sizeof(title));
	if (!brc_layers_equal(&r->activations.layers, &l->blocks.layers)) {
		brc_fail(err, BRC_DATA, "%s has other layers than the graph", title);
		return brc_hint(err, "give the activations that corr read");
	}
	if (r->samples < 4)
		return brc_fail(err, BRC_DATA, "%s has %zu samples: halves need at least 4", title,
				r->samples);
	rc = correlate(r, r->value, r->samples, &l->blocks, &all, err);
	if (rc != BRC_OK)
		brc_err_prefix(err, "%s", title);
	BRC_THEN(rc, check_degrees(l, &all, title, err));
	brc_blocks_clear(&all);
	return rc;
}

brc_rc brc_recorded_read(brc_recorded *r, const brc_section *s, const brc_laplacian *l,
			 brc_err *err)
{
	memset(r, 0, sizeof(*r));
	BRC_TRY(brc_activations_read(&r->activations, s, err));
	r->value = r->activations.value;
	r->samples = r->activations.samples;
	r->units = brc_layers_total(&r->activations.layers);
	r->method = (brc_corr_method)l->method;
	r->edge = (brc_corr_edge)l->edge;
	return check_recorded(r, s, l, err);
}

/* ---- copies ---- */

brc_rc brc_recorded_permute(brc_recorded *out, const brc_recorded *r, uint64_t seed, uint32_t draw,
			    brc_err *err)
{
	uint32_t *order;
	brc_rng rng;

	*out = *r;
	memset(&out->activations, 0, sizeof(out->activations));
	out->own = brc_alloc(brc_times(r->samples, r->units), sizeof(*out->own), err);
	order = brc_alloc(r->samples, sizeof(*order), err);
	if (!out->own || !order) {
		free(order);
		return BRC_RESOURCE;
	}
	out->value = out->own;
	for (size_t u = 0; u < r->units; u++) {
		for (size_t i = 0; i < r->samples; i++)
			order[i] = (uint32_t)i;
		brc_rng_init(&rng, seed, BRC_RNG_PERMUTE, (uint32_t)u, draw);
		brc_rng_shuffle(&rng, order, r->samples);
		for (size_t i = 0; i < r->samples; i++)
			out->own[i * r->units + u] = r->value[order[i] * r->units + u];
	}
	free(order);
	return BRC_OK;
}

brc_rc brc_recorded_half(const brc_recorded *r, const brc_blocks *like, uint64_t seed,
			 uint32_t pair, size_t half, brc_blocks *out, brc_err *err)
{
	size_t n = r->samples / 2;
	uint32_t *order = brc_alloc(r->samples, sizeof(*order), err);
	float *value = brc_alloc(brc_times(n, r->units), sizeof(*value), err);
	brc_rc rc = BRC_RESOURCE;
	brc_rng rng;

	memset(out, 0, sizeof(*out));
	if (order && value) {
		for (size_t i = 0; i < r->samples; i++)
			order[i] = (uint32_t)i;
		brc_rng_init(&rng, seed, BRC_RNG_HALVES, 0, pair);
		brc_rng_shuffle(&rng, order, r->samples);
		for (size_t i = 0; i < n; i++)
			memcpy(value + i * r->units, r->value + order[half * n + i] * r->units,
			       r->units * sizeof(*value));
		rc = correlate(r, value, n, like, out, err);
	}
	free(order);
	free(value);
	return rc;
}

size_t brc_recorded_bytes(const brc_recorded *r, const brc_blocks *like)
{
	size_t values = brc_times(brc_times(r->samples, r->units), 2 * sizeof(float));
	size_t edges = 0;

	for (size_t k = 0; k < like->n; k++)
		edges = brc_plus(edges, brc_times(brc_blocks_entries(like, like->block[k].from,
								     like->block[k].to),
						  sizeof(float)));
	return brc_plus(brc_plus(values, edges),
			brc_plus(brc_correlation_bytes(r->samples / 2, r->units, false),
				 brc_correlation_work(r->samples / 2, 0, 1, false)));
}
