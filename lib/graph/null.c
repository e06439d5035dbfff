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
	for (size_t b = 0; n->rows && b < n->blocks.n; b++)
		brc_own_rows_clear(&n->rows[b]);
	free(n->rows);
	brc_blocks_clear(&n->blocks);
	free(n->edges);
	memset(n, 0, sizeof(*n));
}

/* Entries of all dense blocks, and edges of all others; false when that does not fit. */
static bool count_entries(const brc_blocks *blocks, size_t *dense, size_t *rows)
{
	*dense = *rows = 0;
	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];
		size_t entries;

		if (e->start)
			entries = (size_t)e->start[blocks->layers.units[e->from]];
		else if (!brc_mul(blocks->layers.units[e->from], blocks->layers.units[e->to],
				  &entries))
			return false;
		if (!brc_add(e->start ? *rows : *dense, entries, e->start ? rows : dense))
			return false;
	}
	return true;
}

size_t brc_null_bytes(const brc_blocks *blocks)
{
	size_t dense, rows, bytes;

	/* The edges, their values on the way, the list of those that are not zero; of compressed
	 * rows also columns and places. */
	if (!count_entries(blocks, &dense, &rows) || !brc_mul(rows, 3, &rows) ||
	    !brc_add(dense, rows, &dense) || !brc_mul(dense, 3 * sizeof(float), &bytes))
		return SIZE_MAX;
	return bytes;
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

/* A block in compressed rows; work: twice its edges. */
static brc_rc shuffle_rows(brc_null_graph *out, const brc_graph *g, size_t b, brc_null kind,
			   uint64_t seed, uint32_t draw, float *work, brc_err *err)
{
	const brc_edges *e = &g->edges[b];
	bool move = kind == BRC_NULL_LAYER || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION;
	size_t n = brc_null_rows_values(e, work);
	brc_rng r;

	brc_rng_init(&r, seed, BRC_RNG_NULL, (uint32_t)b, draw);
	BRC_TRY(shuffle(kind, &r, work, n, work + n, err));
	BRC_TRY(brc_null_rows_fill(&out->rows[b], g, e, move, work, n, &r, err));
	out->blocks.block[b].start = out->rows[b].start;
	out->blocks.block[b].column = out->rows[b].column;
	out->blocks.block[b].w = out->rows[b].w;
	return BRC_OK;
}

/* Copy the dense blocks' edges to out->edges and list them in edges[]. */
static brc_rc copy_edges(brc_null_graph *out, const brc_blocks *blocks, float **edges, brc_err *err)
{
	float *next = out->edges;

	BRC_TRY(brc_blocks_init(&out->blocks, &blocks->layers, err));
	for (size_t b = 0; b < blocks->n; b++) {
		brc_block e = blocks->block[b];
		size_t n = blocks->layers.units[e.from] * blocks->layers.units[e.to];

		if (!e.start) {
			memcpy(next, e.w, n * sizeof(*next));
			e.w = edges[b] = next;
			next += n;
		}
		BRC_TRY(brc_blocks_add_block(&out->blocks, &e, err));
	}
	return BRC_OK;
}

static brc_rc check_pooled(const brc_blocks *blocks, bool pooled, brc_err *err)
{
	for (size_t b = 0; pooled && blocks->n > 1 && b < blocks->n; b++)
		if (blocks->block[b].start) {
			brc_fail(err, BRC_DATA,
				 "several blocks of which number %zu is in compressed rows cannot "
				 "be shuffled as one matrix",
				 b);
			return brc_hint(err, "import the graph with all its units in one layer");
		}
	return BRC_OK;
}

brc_rc brc_null_draw(brc_null_graph *out, const brc_blocks *blocks, const brc_graph *g,
		     brc_null kind, bool pooled, uint64_t seed, uint32_t draw, brc_err *err)
{
	size_t entries, sparse, step = pooled ? blocks->n : 1;
	float *work = NULL, **edges = NULL;
	brc_rc rc = BRC_OK;

	memset(out, 0, sizeof(*out));
	BRC_TRY(check_pooled(blocks, pooled, err));
	if (!count_entries(blocks, &entries, &sparse))
		return brc_fail(err, BRC_RESOURCE, "the graph is too large to shuffle");
	out->edges = brc_alloc(entries, sizeof(*out->edges), err);
	out->rows = brc_calloc(blocks->n, sizeof(*out->rows), err);
	work = brc_alloc(entries + sparse, 2 * sizeof(*work), err);
	edges = brc_calloc(blocks->n, sizeof(*edges), err);
	if (!out->edges || !out->rows || !work || !edges)
		rc = BRC_RESOURCE;
	if (rc == BRC_OK)
		rc = copy_edges(out, blocks, edges, err);
	for (size_t b = 0; b < blocks->n && rc == BRC_OK; b += step)
		rc = blocks->block[b].start ? shuffle_rows(out, g, b, kind, seed, draw, work, err)
					    : shuffle_blocks(g, edges, b, b + step, kind, seed,
							     draw, work, entries, err);
	free(work);
	free(edges);
	if (rc != BRC_OK)
		brc_null_graph_clear(out);
	return rc;
}
