#include "graph/residual.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "graph/cluster_graph.h"
#include "graph/layout.h"
#include "graph/null_places.h"
#include "linalg/fit.h"

/* One matrix: a block, or all of them. */
typedef struct part {
	brc_graph graph; /* its degrees are the sums of rows and columns */
	size_t edges;
	uint64_t cells; /* places between units of the matrix */
	bool move;      /* edges get other places than their own */
	double total;   /* T */
} part;

enum { SLOW_EDGES = 4096 }; /* fewer are fitted in milliseconds, however many sweeps it takes */

struct brc_residual {
	const brc_blocks *blocks;
	size_t n;
	part *part;
};

static void measure(part *p, brc_zeroes zeroes)
{
	const brc_graph *g = &p->graph;
	bool between = g->n_members == 2 && g->n_edges == 1;

	p->edges = g->links;
	for (size_t e = 0; e < g->n_edges; e++)
		p->cells += brc_null_cells(g, &g->edges[e]);
	for (size_t u = 0; u < g->n; u++)
		p->total += g->degree[u];
	if (between)
		p->total /= 2;
	p->move = p->edges < p->cells &&
		  (zeroes == BRC_ZEROES_MOVE ||
		   (zeroes == BRC_ZEROES_BY_BLOCK &&
		    (double)p->edges > (1 - BRC_RESIDUAL_SPARSE) * (double)p->cells));
}

static brc_rc make_part(part *p, const brc_blocks *blocks, size_t b, brc_zeroes zeroes, bool pooled,
			brc_err *err)
{
	const brc_block *e = &blocks->block[b];
	const size_t member[2] = {e->from, e->to};

	BRC_TRY(pooled ? brc_graph_init_all(&p->graph, blocks, err)
		       : brc_graph_init(&p->graph, blocks, member, e->from == e->to ? 1 : 2, &b, 1,
					err));
	measure(p, zeroes);
	if (p->edges > UINT32_MAX)
		return brc_fail(err, BRC_DATA, "%zu edges are too many to permute", p->edges);
	return BRC_OK;
}

brc_rc brc_residual_new(brc_residual **out, const brc_blocks *blocks, brc_zeroes zeroes,
			bool pooled, brc_err *err)
{
	size_t parts = pooled && blocks->n ? 1 : blocks->n;
	brc_residual *r;
	brc_rc rc;

	if (!blocks->store->shuffles) {
		brc_fail(err, BRC_DATA,
			 "the edges are given by factors: there is no matrix whose entries could "
			 "be permuted");
		return brc_hint(err, "corr --dense forms it");
	}
	BRC_NEW(r, 1, err);
	r->blocks = blocks;
	rc = BRC_ZEROED(r->part, parts, err);
	for (size_t i = 0; i < parts && rc == BRC_OK; i++) {
		r->n = i + 1;
		rc = make_part(&r->part[i], blocks, i, zeroes, pooled, err);
	}
	return BRC_GIVE(out, r, rc, brc_residual_free);
}

void brc_residual_free(brc_residual *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		brc_graph_clear(&r->part[i].graph);
	free(r->part);
	free(r);
}

size_t brc_residual_kept(const brc_residual *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += !r->part[i].move && r->part[i].edges < r->part[i].cells;
	return n;
}

/* ---- draws ---- */

/* The edges of a matrix on their way, by blocks and within each by rows. */
typedef struct drawn {
	double *value;  /* [edges] */
	brc_entry *at;  /* [edges] units of the part's graph */
	uint64_t *cell; /* [edges] new places, if edges move */
	size_t *first;  /* [blocks + 1] edges of blocks */
} drawn;

static void drawn_clear(drawn *d)
{
	free(d->value);
	free(d->at);
	free(d->cell);
	free(d->first);
}

static double expected(const part *p, const brc_entry *at)
{
	return p->graph.degree[at->row] * (p->graph.degree[at->column] / p->total);
}

/* Edges and their places, as they are in the graph. */
static void take_edges(const part *p, drawn *d)
{
	const brc_graph *g = &p->graph;
	size_t n = 0;

	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_block *b = &g->edges[e].block;
		size_t from = g->first[g->edges[e].from], to = g->first[g->edges[e].to];

		d->first[e] = n;
		for (size_t i = 0; i < b->rows; i++) {
			brc_row row = b->layout->row(b, i);

			for (size_t j = 0; j < row.n; j++)
				if (row.w[j] > 0) {
					d->at[n] = (brc_entry){
						(int32_t)(from + i),
						(int32_t)(to + brc_row_column(&row, j))};
					d->value[n++] = (double)row.w[j];
				}
		}
	}
	d->first[g->n_edges] = n;
}

static void shuffle(brc_rng *r, double *value, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t other = brc_rng_below(r, (uint32_t)i);
		double v = value[i - 1];

		value[i - 1] = value[other];
		value[other] = v;
	}
}

/* New places for all edges: cells of all blocks, one block's after another's. */
static brc_rc move_edges(const part *p, brc_rng *r, drawn *d, brc_err *err)
{
	const brc_graph *g = &p->graph;
	uint64_t before = 0;
	size_t n = 0;

	brc_null_draw_cells(r, p->cells, d->cell, p->edges);
	for (size_t e = 0; e < g->n_edges; e++) {
		int32_t from = (int32_t)g->first[g->edges[e].from],
			to = (int32_t)g->first[g->edges[e].to];
		uint64_t cells = brc_null_cells(g, &g->edges[e]);

		d->first[e] = n;
		for (; n < p->edges && d->cell[n] < before + cells; n++)
			d->cell[n] -= before;
		BRC_TRY(brc_null_cell_places(g, &g->edges[e], d->cell + d->first[e],
					     d->at + d->first[e], n - d->first[e], err));
		for (size_t i = d->first[e]; i < n; i++)
			d->at[i] = (brc_entry){d->at[i].row + from, d->at[i].column + to};
		before += cells;
	}
	return BRC_OK;
}

static brc_rc fill_blocks(const part *p, const drawn *d, brc_blocks *out, brc_err *err)
{
	const brc_graph *g = &p->graph;
	float *w = brc_alloc(p->edges, sizeof(*w), err);
	brc_rc rc = brc_made(w);

	for (size_t i = 0; rc == BRC_OK && i < p->edges; i++)
		w[i] = (float)d->value[i];
	for (size_t e = 0; e < g->n_edges && rc == BRC_OK; e++) {
		int32_t from = (int32_t)g->first[g->edges[e].from],
			to = (int32_t)g->first[g->edges[e].to];

		for (size_t i = d->first[e]; i < d->first[e + 1]; i++)
			d->at[i] = (brc_entry){d->at[i].row - from, d->at[i].column - to};
		rc = g->edges[e].block.layout->fill(out, &g->edges[e].block, d->at + d->first[e],
						    w + d->first[e], d->first[e + 1] - d->first[e],
						    err);
	}
	free(w);
	return rc;
}

/* Once: the residuals in random order, at their places or at new ones, and fitted. */
static brc_rc arrange(const part *p, brc_rng *r, const double *residual, drawn *d, bool *fitted,
		      brc_err *err)
{
	const brc_graph *g = &p->graph;
	bool between = g->n_members == 2 && g->n_edges == 1;
	const brc_fit fit = {.n = p->edges,
			     .units = g->n,
			     .rows = between ? g->first[1] : 0,
			     .at = d->at,
			     .sum = g->degree};

	memcpy(d->value, residual, p->edges * sizeof(*d->value));
	shuffle(r, d->value, p->edges);
	if (p->move)
		BRC_TRY(move_edges(p, r, d, err));
	for (size_t i = 0; i < p->edges; i++)
		d->value[i] *= expected(p, &d->at[i]);
	return brc_fit_sums(&fit, d->value, fitted, err);
}

/* Has a unit that has a sum no edge? Then nothing can be fitted, and no time was lost. */
static bool lacks_edges(const part *p, const drawn *d, bool *seen)
{
	size_t reached = 0;

	memset(seen, 0, p->graph.n * sizeof(*seen));
	for (size_t i = 0; i < p->edges; i++) {
		reached += !seen[d->at[i].row];
		seen[d->at[i].row] = true;
		reached += !seen[d->at[i].column];
		seen[d->at[i].column] = true;
	}
	return reached < p->graph.connected;
}

static brc_rc try_places(const part *p, brc_rng *r, const double *residual, drawn *d, bool *seen,
			 bool *fitted, brc_err *err)
{
	size_t slow = 0;

	*fitted = false;
	for (size_t t = 0; t < BRC_RESIDUAL_TRIES && slow < BRC_RESIDUAL_SLOW && !*fitted; t++) {
		BRC_TRY(arrange(p, r, residual, d, fitted, err));
		if (!p->move)
			break;
		slow += !*fitted && p->edges > SLOW_EDGES && !lacks_edges(p, d, seen);
	}
	return BRC_OK;
}

static brc_rc draw_edges(const part *p, brc_rng *r, drawn *d, bool *fitted, brc_err *err)
{
	double *residual = NULL;
	bool *seen = NULL;
	brc_rc rc;

	BRC_TRY(BRC_ARRAY(d->value, p->edges, err));
	BRC_TRY(BRC_ARRAY(d->at, p->edges, err));
	BRC_TRY(BRC_ARRAY(d->cell, p->move ? p->edges : 0, err));
	BRC_TRY(BRC_ZEROED(d->first, p->graph.n_edges + 1, err));
	take_edges(p, d);
	rc = BRC_ARRAY(residual, p->edges, err);
	BRC_THEN(rc, BRC_ARRAY(seen, p->graph.n, err));
	for (size_t i = 0; rc == BRC_OK && i < p->edges; i++)
		residual[i] = d->value[i] / expected(p, &d->at[i]);
	BRC_THEN(rc, try_places(p, r, residual, d, seen, fitted, err));
	free(residual);
	free(seen);
	return rc;
}

static brc_rc draw_part(const part *p, brc_rng *r, brc_blocks *out, bool *fitted, brc_err *err)
{
	drawn d = {0};
	brc_rc rc = draw_edges(p, r, &d, fitted, err);

	if (rc == BRC_OK && *fitted)
		rc = fill_blocks(p, &d, out, err);
	drawn_clear(&d);
	return rc;
}

brc_rc brc_residual_draw(const brc_residual *r, uint64_t seed, uint32_t draw, brc_blocks *out,
			 bool *fitted, brc_err *err)
{
	brc_rc rc;

	*fitted = true;
	memset(out, 0, sizeof(*out));
	rc = brc_blocks_init(out, &r->blocks->layers, err);
	for (size_t i = 0; i < r->n && rc == BRC_OK && *fitted; i++) {
		brc_rng rng;

		brc_rng_init(&rng, seed, BRC_RNG_NULL, (uint32_t)i, draw);
		rc = draw_part(&r->part[i], &rng, out, fitted, err);
	}
	if (rc != BRC_OK || !*fitted)
		brc_blocks_clear(out);
	return rc;
}

size_t brc_residual_bytes(const brc_residual *r)
{
	size_t edges = 0, all = 0, units = 0;

	for (size_t b = 0; b < r->blocks->n; b++) {
		const brc_block *e = &r->blocks->block[b];

		all = brc_plus(all, e->layout->entries(e));
	}
	for (size_t i = 0; i < r->n; i++) {
		edges = r->part[i].edges > edges ? r->part[i].edges : edges;
		units = r->part[i].graph.n > units ? r->part[i].graph.n : units;
	}
	/* The edges, in compressed rows with their columns; values, places and cells of a matrix.
	 */
	return brc_plus(brc_times(all, 12), brc_plus(brc_times(edges, 36), brc_times(units, 16)));
}
