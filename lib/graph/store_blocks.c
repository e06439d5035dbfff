/* Graphs that are stored block by block. Operations on all edges use those of the layouts. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "graph/strip.h"
#include "linalg/lanes.h"
#include "linalg/tile.h"

/* ---- blocks ---- */

static brc_rc add_all(brc_blocks *b, const brc_blocks *from, bool within, brc_err *err)
{
	for (size_t k = 0; k < from->n; k++)
		if (!within || from->block[k].from == from->block[k].to)
			BRC_TRY(brc_blocks_append(b, &from->block[k], err));
	return BRC_OK;
}

static bool is_edge(float w)
{
	return w >= 0 && w <= FLT_MAX;
}

/* Name an edge that is not valid. */
static brc_rc bad_edge(const brc_blocks *b, size_t k, size_t i, const brc_row *row,
		       const char *what, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t j = 0;

	while (is_edge(row->w[j]))
		j++;
	brc_fail(err, BRC_DATA,
		 "%s: block %zu, edge between unit %zu of layer %s and unit %zu of layer %s is %g",
		 what, k, i, b->layers.name[e->from], brc_row_column(row, j), b->layers.name[e->to],
		 (double)row->w[j]);
	return brc_hint(err, "edges must be finite and not negative");
}

static brc_rc check_block(const brc_blocks *b, size_t k, const char *what, brc_err *err)
{
	const brc_block *e = &b->block[k];

	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = e->layout->row(e, i);
		int bad = 0;

		for (size_t j = 0; j < row.n; j++)
			bad |= !is_edge(row.w[j]);
		if (bad)
			return bad_edge(b, k, i, &row, what, err);
	}
	return e->layout->check ? e->layout->check(b, k, what, err) : BRC_OK;
}

static brc_rc check(const brc_blocks *b, const char *what, brc_err *err)
{
	for (size_t k = 0; k < b->n; k++)
		BRC_TRY(check_block(b, k, what, err));
	return BRC_OK;
}

/* sum[groups of from, groups of to] += every edge, both directions within a layer. */
static void sum_block(brc_strip *strip, const brc_layers *layers, const brc_block *e,
		      const int32_t *group, const size_t *first_group, double *sum)
{
	const int32_t *from = group + layers->first[e->from], *to = group + layers->first[e->to];
	size_t width = first_group[e->to + 1] - first_group[e->to];

	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = brc_strip_row(strip, e, i);
		double *of_group;

		if (from[i] < 0)
			continue;
		of_group = sum + ((size_t)from[i] - first_group[e->from]) * width;
		for (size_t j = 0; j < row.n; j++) {
			int32_t at = to[brc_row_column(&row, j)];

			if (at >= 0)
				of_group[(size_t)at - first_group[e->to]] += (double)row.w[j];
		}
	}
}

static brc_rc block_sums(brc_strip *strip, const brc_layers *layers, const brc_block *e,
			 const int32_t *group, const size_t *first, brc_group_visit visit,
			 void *ctx, brc_err *err)
{
	size_t height = first[e->from + 1] - first[e->from],
	       width = first[e->to + 1] - first[e->to];
	double *sum = brc_calloc(height, width * sizeof(*sum), err);
	brc_rc rc = brc_made(sum);

	if (sum)
		sum_block(strip, layers, e, group, first, sum);
	for (size_t i = 0; i < height && rc == BRC_OK; i++)
		for (size_t j = e->from == e->to ? i + 1 : 0; j < width && rc == BRC_OK; j++)
			if (sum[i * width + j] > 0)
				rc = visit(ctx, first[e->from] + i, first[e->to] + j,
					   sum[i * width + j], err);
	free(sum);
	return rc;
}

static brc_rc group_sums(const brc_blocks *b, const int32_t *group, const size_t *first,
			 brc_group_visit visit, void *ctx, brc_err *err)
{
	brc_strip *strip;
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_strip_new(&strip, b, err));
	for (size_t k = 0; k < b->n && rc == BRC_OK; k++)
		rc = block_sums(strip, &b->layers, &b->block[k], group, first, visit, ctx, err);
	brc_strip_free(strip);
	return rc;
}

/* ---- graphs ---- */

/* Sum of a row in double, in lanes that do not depend on anything but its length. */
BRC_FOR_EACH_PROCESSOR
static double sum_row(const float *w, size_t n, size_t *links)
{
	brc_lanes sum = {0};
	brc_lane_mask count = {0};
	double total = 0;
	size_t i = 0;

	for (; i + BRC_LANES <= n; i += BRC_LANES) {
		brc_lanes v = brc_lanes_of(w + i);

		sum += v;
		count += v > 0;
	}
	for (size_t l = 0; l < BRC_LANES; l++) {
		total += sum[l];
		*links -= (size_t)count[l]; /* true is -1 */
	}
	for (; i < n; i++) {
		total += (double)w[i];
		*links += w[i] > 0;
	}
	return total;
}

/* to[column] += weight. */
BRC_FOR_EACH_PROCESSOR
static void add_row(double *to, const brc_row *r)
{
	if (!r->column)
		for (size_t j = 0; j < r->n; j++)
			to[j] += (double)r->w[j];
	else
		for (size_t j = 0; j < r->n; j++)
			to[r->column[j]] += (double)r->w[j];
}

/* d_i = sum_j A_ij in double, by blocks in order; counts the edges too. */
static brc_rc degrees(brc_graph *g, const brc_blocks *blocks, brc_err *err)
{
	brc_strip *strip;

	BRC_TRY(brc_strip_new(&strip, blocks, err));
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];
		double *from = g->degree + g->first[b->from], *to = g->degree + g->first[b->to];
		size_t links = 0;

		for (size_t i = 0; i < b->block.rows; i++) {
			brc_row row = brc_strip_row(strip, &b->block, i);

			from[i] += sum_row(row.w, row.n, &links);
			if (b->from != b->to)
				add_row(to, &row);
		}
		g->links += b->from == b->to ? links / 2 : links;
	}
	brc_strip_free(strip);
	return BRC_OK;
}

static brc_rc walk(const brc_graph *g, brc_row_visit visit, void *ctx, brc_err *err)
{
	(void)err;
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];

		for (size_t i = 0; i < b->block.rows; i++) {
			brc_row row = b->block.layout->row(&b->block, i);

			row.first += g->first[b->to];
			if (!visit(ctx, g->first[b->from] + i, &row))
				return BRC_OK;
		}
	}
	return BRC_OK;
}

static bool joins(const brc_graph *g, size_t e)
{
	const brc_block *b = &g->edges[e].block;

	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0)
				return true;
	}
	return false;
}

typedef struct summing {
	const int32_t *group;
	size_t groups;
	double *sum;
} summing;

static bool add_sums(void *ctx, size_t u, const brc_row *row)
{
	const summing *s = ctx;
	int32_t from = s->group[u];

	for (size_t j = 0; from >= 0 && j < row->n; j++) {
		int32_t to = s->group[brc_row_column(row, j)];

		if (to < 0 || !(row->w[j] > 0))
			continue;
		s->sum[(size_t)from * s->groups + (size_t)to] += (double)row->w[j];
		s->sum[(size_t)to * s->groups + (size_t)from] += (double)row->w[j];
	}
	return true;
}

static brc_rc sums(const brc_graph *g, const int32_t *group, size_t groups, double *sum,
		   brc_err *err)
{
	return walk(g, add_sums, &(summing){group, groups, sum}, err);
}

/* ---- cuts ---- */

/* Eight labels, not aligned. */
typedef int32_t brc_half_mask
	__attribute__((vector_size(BRC_LANES * sizeof(int32_t)), aligned(4), may_alias));

/*
 * The sum of a row's edges that leave the cluster `own`; the row has every column. Each edge is
 * also added to out[column], and not to its cluster, so that eight columns can be handled at a
 * time.
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

/* cut[label + 1] over the edges of one block; out: zeroes, [cols]. */
static void cut_block(const brc_graph *g, const brc_edges *b, const int32_t *label, double *cut,
		      double *out)
{
	const int32_t *from = label + g->first[b->from], *to = label + g->first[b->to];

	for (size_t i = 0; i < b->block.rows; i++) {
		brc_row row = b->block.layout->row(&b->block, i);
		size_t skip = row.first;

		cut[from[i] + 1] +=
			row.column ? leave_rows(&row, to, from[i], out)
				   : leave_dense(row.w, to + skip, row.n, from[i], out + skip);
	}
	for (size_t j = 0; j < b->block.cols; j++) {
		cut[to[j] + 1] += out[j];
		out[j] = 0;
	}
}

static brc_rc cut(const brc_graph *g, const int32_t *label, size_t k, const double *volume,
		  double *sum, brc_err *err)
{
	size_t widest = 0;
	double *out;

	(void)k;
	(void)volume;
	for (size_t e = 0; e < g->n_edges; e++)
		widest = g->edges[e].block.cols > widest ? g->edges[e].block.cols : widest;
	BRC_TRY(BRC_ZEROED(out, widest, err));
	for (size_t e = 0; e < g->n_edges; e++)
		cut_block(g, &g->edges[e], label, sum, out);
	free(out);
	return BRC_OK;
}

/* ---- products ---- */

typedef struct product {
	brc_slab *slab;
	size_t n_slabs;
	void **prepared; /* [n_edges] by their layouts */
} product;

static void product_clear(brc_adjacency *a)
{
	product *p = a->work;

	if (!p)
		return;
	for (size_t e = 0; p->prepared && e < a->g->n_edges; e++)
		free(p->prepared[e]);
	free(p->prepared);
	free(p->slab);
	free(p);
}

static brc_rc product_init(brc_adjacency *a, brc_err *err)
{
	const brc_graph *g = a->g;
	product *p = a->work = brc_calloc(1, sizeof(*p), err);

	BRC_TRY(brc_made(p));
	p->slab = brc_slabs_new(g, NULL, &p->n_slabs, err);
	p->prepared = brc_calloc(g->n_edges, sizeof(*p->prepared), err);
	if (!p->slab || !p->prepared)
		return BRC_RESOURCE;
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_block *b = &g->edges[e].block;

		if (b->layout->prepare)
			BRC_TRY(b->layout->prepare(b, &p->prepared[e], err));
	}
	return BRC_OK;
}

static brc_rc multiply_slab(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const brc_adjacency *a = ctx;
	const product *p = a->work;
	const brc_slab *s = &p->slab[task];
	size_t first = a->g->first[s->member] + s->row;
	brc_tile_task t = {.row = s->row,
			   .rows = s->rows,
			   .y = a->y + first * BRC_LANES,
			   .groups = a->now,
			   .stride = a->g->n * BRC_LANES,
			   .scratch = a->scratch + worker * BRC_TILE_SCRATCH};

	(void)err;
	if (a->wanted && !a->wanted[s->member])
		return BRC_OK;
	for (size_t c = 0; c < a->now; c++)
		memset(t.y + c * t.stride, 0, s->rows * sizeof(brc_lanes));
	for (size_t e = 0; e < a->g->n_edges; e++) {
		const brc_edges *b = &a->g->edges[e];

		if (b->from == s->member) {
			t.x = a->x + a->g->first[b->to] * BRC_LANES;
			b->block.layout->add_rows(&b->block, p->prepared[e], &t);
		}
		if (b->to == s->member && b->from != b->to) {
			t.x = a->x + a->g->first[b->from] * BRC_LANES;
			b->block.layout->add_columns(&b->block, p->prepared[e], &t);
		}
	}
	return BRC_OK;
}

static brc_rc multiply(brc_adjacency *a, brc_err *err)
{
	const product *p = a->work;

	return brc_pool_run(a->pool, p->n_slabs, multiply_slab, a, err);
}

static double cost(const brc_graph *g)
{
	double sum = 0;

	for (size_t e = 0; e < g->n_edges; e++)
		sum += g->edges[e].block.layout->work(&g->edges[e].block);
	return sum;
}

static size_t bytes(const brc_graph *g, size_t threads)
{
	size_t sum = 0;

	(void)threads;
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_block *b = &g->edges[e].block;

		sum += b->layout->prepared ? b->layout->prepared(b) : 0;
	}
	return sum;
}

const brc_edge_store brc_edge_store_blocks = {
	.shuffles = true,
	.add_all = add_all,
	.check = check,
	.group_sums = group_sums,
	.degrees = degrees,
	.walk = walk,
	.joins = joins,
	.sums = sums,
	.cut = cut,
	.product_init = product_init,
	.multiply = multiply,
	.product_clear = product_clear,
	.cost = cost,
	.bytes = bytes,
};
