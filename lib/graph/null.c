#include "graph/null.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"

const char *brc_null_name(brc_null kind)
{
	static const char *const names[] = {"layer", "layer-nonzero", "layer-nonzero-distribution",
					    "layer-all-distribution"};

	return names[kind];
}

void brc_null_graph_clear(brc_null_graph *n)
{
	brc_blocks_clear(&n->blocks);
	free(n->edges);
	memset(n, 0, sizeof(*n));
}

/* Entries of all blocks; false when that does not fit. */
static bool count_entries(const brc_blocks *blocks, size_t *n)
{
	*n = 0;
	for (size_t b = 0; b < blocks->n; b++) {
		size_t entries;

		if (!brc_mul(blocks->layers.units[blocks->block[b].from],
			     blocks->layers.units[blocks->block[b].to], &entries) ||
		    !brc_add(*n, entries, n))
			return false;
	}
	return true;
}

size_t brc_null_bytes(const brc_blocks *blocks)
{
	size_t n, bytes;

	/* The edges, their values on the way, the list of those that are not zero. */
	return count_entries(blocks, &n) && brc_mul(n, 3 * sizeof(float), &bytes) ? bytes
										  : SIZE_MAX;
}

/*
 * Walk the shuffled places of one block in order, between connected units: copy the edges
 * there to value[] or, with `back`, value[] to the edges. Returns their number.
 */
static size_t walk_block(const brc_graph *g, const brc_edges *b, float *w, float *value, bool back)
{
	const double *from = g->degree + g->first[b->from], *to = g->degree + g->first[b->to];
	size_t n = 0;

	for (size_t i = 0; i < b->rows; i++) {
		if (!(from[i] > 0))
			continue;
		for (size_t j = b->from == b->to ? i + 1 : 0; j < b->cols; j++) {
			if (!(to[j] > 0))
				continue;
			if (!back) {
				value[n++] = w[i * b->cols + j];
				continue;
			}
			w[i * b->cols + j] = value[n];
			if (b->from == b->to)
				w[j * b->cols + i] = value[n];
			n++;
		}
	}
	return n;
}

/* Copy the values that are not zero to `some`; returns their number. */
static size_t take_nonzero(const float *value, size_t n, float *some)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (value[i] > 0)
			some[m++] = value[i];
	return m;
}

static void permute_nonzero(brc_rng *r, float *value, size_t n, float *some)
{
	size_t m = take_nonzero(value, n, some);

	brc_rng_shuffle_f32(r, some, m);
	m = 0;
	for (size_t i = 0; i < n; i++)
		if (value[i] > 0)
			value[i] = some[m++];
}

static void redraw_nonzero(brc_rng *r, float *value, size_t n, float *some)
{
	size_t m = take_nonzero(value, n, some);

	for (size_t i = 0; i < n; i++)
		if (value[i] > 0) {
			double centre = (double)some[brc_rng_below(r, (uint32_t)m)];

			value[i] = (float)fabs(centre + BRC_NULL_BANDWIDTH * brc_rng_normal(r));
		}
}

/* Shuffle one matrix, given as its n values. some: [n] to work in. */
static brc_rc shuffle(brc_null kind, brc_rng *r, float *value, size_t n, float *some, brc_err *err)
{
	if (n > UINT32_MAX)
		return brc_fail(err, BRC_DATA, "%zu edges are too many to shuffle", n);
	if (kind == BRC_NULL_LAYER || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION)
		brc_rng_shuffle_f32(r, value, n);
	if (kind == BRC_NULL_LAYER_NONZERO)
		permute_nonzero(r, value, n, some);
	if (kind == BRC_NULL_LAYER_NONZERO_DISTRIBUTION || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION)
		redraw_nonzero(r, value, n, some);
	return BRC_OK;
}

/* Blocks first .. last - 1 as one matrix, whose random numbers are those of block `first`. */
static brc_rc shuffle_blocks(const brc_graph *g, float *const *edges, size_t first, size_t last,
			     brc_null kind, uint64_t seed, uint32_t draw, float *work,
			     size_t entries, brc_err *err)
{
	brc_rng r;
	size_t n = 0;

	for (size_t b = first; b < last; b++)
		n += walk_block(g, &g->edges[b], edges[b], work + n, false);
	brc_rng_init(&r, seed, BRC_RNG_NULL, (uint32_t)first, draw);
	BRC_TRY(shuffle(kind, &r, work, n, work + entries, err));
	n = 0;
	for (size_t b = first; b < last; b++)
		n += walk_block(g, &g->edges[b], edges[b], work + n, true);
	return BRC_OK;
}

/* Copy the graph's edges to out->edges and list them in edges[]. */
static brc_rc copy_edges(brc_null_graph *out, const brc_blocks *blocks, float **edges, brc_err *err)
{
	float *next = out->edges;

	BRC_TRY(brc_blocks_init(&out->blocks, &blocks->layers, err));
	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];
		size_t n = blocks->layers.units[e->from] * blocks->layers.units[e->to];

		memcpy(next, e->w, n * sizeof(*next));
		BRC_TRY(brc_blocks_add(&out->blocks, e->from, e->to, next, err));
		edges[b] = next;
		next += n;
	}
	return BRC_OK;
}

brc_rc brc_null_draw(brc_null_graph *out, const brc_blocks *blocks, const brc_graph *g,
		     brc_null kind, bool pooled, uint64_t seed, uint32_t draw, brc_err *err)
{
	size_t entries, step = pooled ? blocks->n : 1;
	float *work = NULL, **edges = NULL;
	brc_rc rc = BRC_OK;

	memset(out, 0, sizeof(*out));
	if (!count_entries(blocks, &entries))
		return brc_fail(err, BRC_RESOURCE, "the graph is too large to shuffle");
	out->edges = brc_alloc(entries, sizeof(*out->edges), err);
	work = brc_alloc(entries, 2 * sizeof(*work), err);
	edges = brc_alloc(blocks->n, sizeof(*edges), err);
	if (!out->edges || !work || !edges)
		rc = BRC_RESOURCE;
	if (rc == BRC_OK)
		rc = copy_edges(out, blocks, edges, err);
	for (size_t b = 0; b < blocks->n && rc == BRC_OK; b += step)
		rc = shuffle_blocks(g, edges, b, b + step, kind, seed, draw, work, entries, err);
	free(work);
	free(edges);
	if (rc != BRC_OK)
		brc_null_graph_clear(out);
	return rc;
}
