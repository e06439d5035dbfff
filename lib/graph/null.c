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

	/* The edges, their values on the way, the list of those that are not zero; where there are
	 * compressed rows also columns, cells and places. */
	if (!count_entries(blocks, &dense, &rows) || !brc_mul(dense, rows ? 3 : 1, &dense) ||
	    !brc_mul(rows, 3, &rows) || !brc_add(dense, rows, &dense) ||
	    !brc_mul(dense, 3 * sizeof(float), &bytes))
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

/* New values, and cells, of the edges of blocks first .. last - 1. */
typedef struct drawn {
	size_t first, last, n;
	float *value;   /* [n] by blocks and cells */
	size_t *edges;  /* [blocks] of each block, and of all before it: */
	size_t *before; /* [blocks] */
	uint64_t *cell; /* [n] of its block; NULL: where they are */
} drawn;

static void drawn_clear(drawn *d)
{
	free(d->edges);
	free(d->cell);
}

static brc_rc draw_values(drawn *d, const brc_graph *g, brc_null kind, brc_rng *r, float *work,
			  brc_err *err)
{
	d->value = work;
	d->edges = brc_alloc(2 * (d->last - d->first), sizeof(*d->edges), err);
	if (!d->edges)
		return BRC_RESOURCE;
	d->before = d->edges + (d->last - d->first);
	for (size_t b = d->first; b < d->last; b++) {
		size_t n = brc_null_rows_values(&g->edges[b], work + d->n);

		d->edges[b - d->first] = n;
		d->before[b - d->first] = d->n;
		d->n += n;
	}
	return shuffle(kind, r, work, d->n, work + d->n, err);
}

/* Cells of all the blocks, one block's after another's; then each numbered within its block. */
static brc_rc draw_cells(drawn *d, const brc_graph *g, brc_rng *r, brc_err *err)
{
	size_t blocks = d->last - d->first, at = 0;
	uint64_t *cells = brc_alloc(blocks, sizeof(*cells), err), all = 0;
	brc_rc rc = cells ? BRC_OK : BRC_RESOURCE;

	d->cell = brc_alloc(d->n, sizeof(*d->cell), err);
	if (!d->cell)
		rc = BRC_RESOURCE;
	for (size_t b = 0; rc == BRC_OK && b < blocks; b++) {
		rc = brc_null_cells(g, &g->edges[d->first + b], &cells[b], err);
		all += cells[b];
	}
	if (rc == BRC_OK)
		brc_null_draw_cells(r, all, d->cell, d->n);
	all = 0;
	for (size_t b = 0; rc == BRC_OK && b < blocks; b++) {
		d->before[b] = at;
		for (; at < d->n && d->cell[at] < all + cells[b]; at++)
			d->cell[at] -= all;
		d->edges[b] = at - d->before[b];
		all += cells[b];
	}
	free(cells);
	return rc;
}

static brc_rc fill_block(brc_null_graph *out, const brc_graph *g, const drawn *d, float *dense,
			 size_t b, brc_err *err)
{
	size_t before = d->before[b - d->first], n = d->edges[b - d->first];
	const uint64_t *cell = d->cell ? d->cell + before : NULL;
	const brc_edges *e = &g->edges[b];
	brc_block *block = &out->blocks.block[b];

	if (!e->block.start)
		return brc_null_fill_dense(dense, g, e, cell, d->value + before, n, err);
	BRC_TRY(brc_null_fill_rows(&out->rows[b], g, e, cell, d->value + before, n, err));
	block->start = out->rows[b].start;
	block->column = out->rows[b].column;
	block->w = out->rows[b].w;
	return BRC_OK;
}

/*
 * Blocks first .. last - 1 as one matrix, of which one at least is in compressed rows: edge by
 * edge. work: twice their edges.
 */
static brc_rc shuffle_edges(brc_null_graph *out, const brc_graph *g, float *const *edges,
			    size_t first, size_t last, brc_null kind, uint64_t seed, uint32_t draw,
			    float *work, brc_err *err)
{
	bool move = kind == BRC_NULL_LAYER || kind == BRC_NULL_LAYER_ALL_DISTRIBUTION;
	drawn d = {.first = first, .last = last};
	brc_rng r;
	brc_rc rc;

	brc_rng_init(&r, seed, BRC_RNG_NULL, (uint32_t)first, draw);
	rc = draw_values(&d, g, kind, &r, work, err);
	if (rc == BRC_OK && move)
		rc = draw_cells(&d, g, &r, err);
	for (size_t b = first; b < last && rc == BRC_OK; b++)
		rc = fill_block(out, g, &d, edges[b], b, err);
	drawn_clear(&d);
	return rc;
}

/* Is one of the blocks first .. last - 1 in compressed rows? */
static bool any_rows(const brc_blocks *blocks, size_t first, size_t last)
{
	for (size_t b = first; b < last; b++)
		if (blocks->block[b].start)
			return true;
	return false;
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

brc_rc brc_null_draw(brc_null_graph *out, const brc_blocks *blocks, const brc_graph *g,
		     brc_null kind, bool pooled, uint64_t seed, uint32_t draw, brc_err *err)
{
	size_t entries, sparse, step = pooled ? blocks->n : 1;
	float *work = NULL, **edges = NULL;
	brc_rc rc = BRC_OK;

	memset(out, 0, sizeof(*out));
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
		rc = any_rows(blocks, b, b + step) ? shuffle_edges(out, g, edges, b, b + step, kind,
								   seed, draw, work, err)
						   : shuffle_blocks(g, edges, b, b + step, kind,
								    seed, draw, work, entries, err);
	free(work);
	free(edges);
	if (rc != BRC_OK)
		brc_null_graph_clear(out);
	return rc;
}
