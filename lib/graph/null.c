#include "graph/null.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "base/rng.h"
#include "graph/layout.h"
#include "graph/null_places.h"

const char *brc_null_name(brc_null kind)
{
	static const char *const names[] = {"layer",
					    "layer-nonzero",
					    "layer-nonzero-distribution",
					    "layer-all-distribution",
					    "residual",
					    "residual-nonzero",
					    "rotation",
					    "samples",
					    "hqs",
					    "against"};

	return names[kind];
}

/* Entries stored by blocks with every entry, and by sparse ones; SIZE_MAX when that does not fit.
 */
static void count_entries(const brc_blocks *blocks, size_t *dense, size_t *rows)
{
	*dense = *rows = 0;
	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];
		size_t *sum = e->layout->sparse ? rows : dense;

		*sum = brc_plus(*sum, e->layout->entries(e));
	}
}

size_t brc_null_bytes(const brc_blocks *blocks)
{
	size_t dense, rows;

	count_entries(blocks, &dense, &rows);
	/* The edges, their values on the way, the list of those that are not zero; where there are
	 * compressed rows also columns, cells and places. */
	return brc_times(brc_plus(brc_times(dense, rows ? 3 : 1), brc_times(rows, 3)),
			 3 * sizeof(float));
}

/*
 * Walk the shuffled places of one block in order, between connected units: copy the edges
 * there to value[] or, with `back`, value[] to the edges, which are our own. Returns their number.
 */
static size_t walk_block(const brc_graph *g, const brc_edges *e, const brc_block *b, float *value,
			 bool back)
{
	const double *from = g->degree + g->first[e->from], *to = g->degree + g->first[e->to];
	size_t n = 0;

	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);
		float *w = (float *)row.w;

		for (size_t j = 0; from[i] > 0 && j < row.n; j++) {
			if (!(to[row.first + j] > 0))
				continue;
			if (back)
				w[j] = value[n++];
			else
				value[n++] = w[j];
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

	brc_rng_shuffle(r, some, m);
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
		brc_rng_shuffle(r, value, n);
	if (kind == BRC_NULL_LAYER_NONZERO)
		permute_nonzero(r, value, n, some);
	if (kind == BRC_NULL_LAYER_NONZERO_DISTRIBUTION || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION)
		redraw_nonzero(r, value, n, some);
	return BRC_OK;
}

/* Blocks first .. last - 1 as one matrix, whose random numbers are those of block `first`. */
static brc_rc shuffle_blocks(brc_blocks *out, const brc_graph *g, size_t first, size_t last,
			     brc_null kind, brc_rng *r, float *work, brc_err *err)
{
	size_t n = 0;

	for (size_t b = first; b < last; b++)
		n += walk_block(g, &g->edges[b], &g->edges[b].block, work + n, false);
	BRC_TRY(shuffle(kind, r, work, n, work + n, err));
	n = 0;
	for (size_t b = first; b < last; b++) {
		const brc_block *like = &g->edges[b].block;

		BRC_TRY(like->layout->fill(out, like, NULL, NULL, 0, err));
		n += walk_block(g, &g->edges[b], &out->block[b], work + n, true);
	}
	return BRC_OK;
}

/* New values, and cells, of the edges of blocks first .. last - 1. */
typedef struct drawn {
	size_t first, last, n;
	float *value;   /* [n] by blocks and cells */
	size_t *edges;  /* [blocks] of each block, and of all before it: */
	size_t *before; /* [blocks] */
	uint64_t *cell; /* [n] of its block; NULL: where they are */
} drawn;

static brc_rc draw_values(drawn *d, const brc_graph *g, brc_null kind, brc_rng *r, float *work,
			  brc_err *err)
{
	d->value = work;
	BRC_TRY(BRC_ARRAY(d->edges, 2 * (d->last - d->first), err));
	d->before = d->edges + (d->last - d->first);
	for (size_t b = d->first; b < d->last; b++) {
		size_t n = brc_null_values(&g->edges[b].block, work + d->n);

		d->edges[b - d->first] = n;
		d->before[b - d->first] = d->n;
		d->n += n;
	}
	return shuffle(kind, r, work, d->n, work + d->n, err);
}

/* Cells of all the blocks, one block's after another's; then each numbered within its block. */
static brc_rc draw_cells(drawn *d, const brc_graph *g, brc_rng *r, brc_err *err)
{
	uint64_t all = 0;
	size_t at = 0;

	BRC_TRY(BRC_ARRAY(d->cell, d->n, err));
	for (size_t b = d->first; b < d->last; b++)
		all += brc_null_cells(g, &g->edges[b]);
	brc_null_draw_cells(r, all, d->cell, d->n);
	all = 0;
	for (size_t b = 0; b < d->last - d->first; b++) {
		uint64_t cells = brc_null_cells(g, &g->edges[d->first + b]);

		d->before[b] = at;
		for (; at < d->n && d->cell[at] < all + cells; at++)
			d->cell[at] -= all;
		d->edges[b] = at - d->before[b];
		all += cells;
	}
	return BRC_OK;
}

/* Blocks first .. last - 1 as one matrix, of which one at least is sparse: edge by edge. */
static brc_rc shuffle_edges(brc_blocks *out, const brc_graph *g, size_t first, size_t last,
			    brc_null kind, brc_rng *r, float *work, brc_err *err)
{
	bool move = kind == BRC_NULL_LAYER || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION;
	drawn d = {.first = first, .last = last};
	brc_rc rc = draw_values(&d, g, kind, r, work, err);

	if (rc == BRC_OK && move)
		rc = draw_cells(&d, g, r, err);
	for (size_t b = first; b < last && rc == BRC_OK; b++) {
		size_t before = d.before[b - first];

		rc = brc_null_fill(out, g, &g->edges[b], d.cell ? d.cell + before : NULL,
				   d.value + before, d.edges[b - first], err);
	}
	free(d.edges);
	free(d.cell);
	return rc;
}

/* Blocks first .. last - 1, keyed by the first of them. */
static brc_rc shuffle_some(brc_blocks *out, const brc_graph *g, size_t first, size_t last,
			   brc_null kind, uint64_t seed, uint32_t draw, float *work, brc_err *err)
{
	bool sparse = false;
	brc_rng r;

	for (size_t b = first; b < last; b++)
		sparse |= g->edges[b].block.layout->sparse;
	brc_rng_init(&r, seed, BRC_RNG_NULL, (uint32_t)first, draw);
	return sparse ? shuffle_edges(out, g, first, last, kind, &r, work, err)
		      : shuffle_blocks(out, g, first, last, kind, &r, work, err);
}

brc_rc brc_null_draw(brc_blocks *out, const brc_blocks *blocks, const brc_graph *g, brc_null kind,
		     bool pooled, uint64_t seed, uint32_t draw, brc_err *err)
{
	size_t entries, sparse, step = pooled ? blocks->n : 1;
	float *work;
	brc_rc rc;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	memset(out, 0, sizeof(*out));
	count_entries(blocks, &entries, &sparse);
	work = brc_alloc(brc_plus(entries, sparse), 2 * sizeof(*work), err);
	rc = work ? brc_blocks_init(out, &blocks->layers, err) : BRC_RESOURCE;
	for (size_t b = 0; b < blocks->n && rc == BRC_OK; b += step)
		rc = shuffle_some(out, g, b, b + step, kind, seed, draw, work, err);
	free(work);
	if (rc != BRC_OK)
		brc_blocks_clear(out);
	return rc;
}
