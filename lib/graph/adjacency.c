#include "graph/adjacency.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A task computes BRC_TILE_SLAB rows of y: rows row .. row + rows - 1 of a member. */
typedef struct brc_slab {
	size_t member, row, rows;
} brc_slab;

/* A block of compressed rows by columns; start NULL where the graph's own rows serve. */
typedef struct brc_transpose {
	int64_t *start; /* [cols + 1] */
	int32_t *row;
	float *w;
} brc_transpose;

void brc_adjacency_clear(brc_adjacency *a)
{
	for (size_t e = 0; a->transposes && e < a->g->n_edges; e++) {
		free(a->transposes[e].start);
		free(a->transposes[e].row);
		free(a->transposes[e].w);
	}
	free(a->transposes);
	free(a->slabs);
	free(a->scratch);
	free(a->x);
	free(a->y);
	brc_factors_room_clear(&a->room);
	memset(a, 0, sizeof(*a));
}

static brc_rc set_slabs(brc_adjacency *a, brc_err *err)
{
	const brc_graph *g = a->g;

	a->slabs = brc_alloc(g->n / BRC_TILE_SLAB + g->n_members, sizeof(*a->slabs), err);
	if (!a->slabs)
		return BRC_RESOURCE;
	for (size_t m = 0; m < g->n_members; m++) {
		size_t units = g->first[m + 1] - g->first[m];

		for (size_t row = 0; row < units; row += BRC_TILE_SLAB)
			a->slabs[a->n_slabs++] = (brc_slab){
				m, row, units - row < BRC_TILE_SLAB ? units - row : BRC_TILE_SLAB};
	}
	return BRC_OK;
}

/* Count, then place: rows ascend within a column, since they come in order. */
static brc_rc transpose(brc_transpose *t, const brc_edges *e, brc_err *err)
{
	size_t n = (size_t)e->block.start[e->rows];

	t->start = brc_calloc(e->cols + 2, sizeof(*t->start), err);
	t->row = brc_alloc(n, sizeof(*t->row), err);
	t->w = brc_alloc(n, sizeof(*t->w), err);
	if (!t->start || !t->row || !t->w)
		return BRC_RESOURCE;
	/* start[c + 2] counts column c; after the sums start[c + 1] is where its next entry goes.
	 */
	for (size_t i = 0; i < n; i++)
		t->start[e->block.column[i] + 2]++;
	for (size_t c = 2; c < e->cols + 2; c++)
		t->start[c] += t->start[c - 1];
	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = brc_edges_row(e, i);

		for (size_t j = 0; j < row.n; j++) {
			int64_t at = t->start[row.column[j] + 1]++;

			t->row[at] = (int32_t)i;
			t->w[at] = row.w[j];
		}
	}
	return BRC_OK;
}

brc_rc brc_adjacency_init(brc_adjacency *a, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	brc_rc rc;

	memset(a, 0, sizeof(*a));
	a->g = g;
	a->pool = pool;
	a->scratch = brc_alloc(brc_pool_threads(pool), BRC_TILE_SCRATCH * sizeof(*a->scratch), err);
	a->transposes = brc_calloc(g->n_edges, sizeof(*a->transposes), err);
	rc = a->scratch && a->transposes ? set_slabs(a, err) : BRC_RESOURCE;
	if (rc == BRC_OK && g->factors)
		rc = brc_factors_room_init(&a->room, g->factors, brc_pool_threads(pool), err);
	for (size_t e = 0; e < g->n_edges && rc == BRC_OK; e++)
		if (g->edges[e].block.start && g->edges[e].from != g->edges[e].to)
			rc = transpose(&a->transposes[e], &g->edges[e], err);
	if (rc != BRC_OK)
		brc_adjacency_clear(a);
	return rc;
}

brc_rc brc_adjacency_reserve(brc_adjacency *a, size_t cols, brc_err *err)
{
	size_t groups = (cols + BRC_LANES - 1) / BRC_LANES, size;

	if (groups > a->groups) {
		free(a->x);
		free(a->y);
		a->x = a->y = NULL;
		a->groups = 0;
		if (!brc_mul(a->g->n, sizeof(brc_lanes), &size))
			return brc_fail(err, BRC_RESOURCE, "a graph of %zu units is too large",
					a->g->n);
		a->x = brc_alloc(groups, size, err);
		a->y = brc_alloc(groups, size, err);
		if (!a->x || !a->y)
			return BRC_RESOURCE;
		a->groups = groups;
	}
	memset(a->x, 0, groups * a->g->n * sizeof(brc_lanes));
	return BRC_OK;
}

/* The slab is on the rows of `e`. */
static void add_rows(const brc_adjacency *a, const brc_edges *e, const brc_slab *s, double *scratch)
{
	const brc_graph *g = a->g;
	const double *x = a->x + g->first[e->to] * BRC_LANES;
	double *y = a->y + (g->first[s->member] + s->row) * BRC_LANES;
	size_t stride = g->n * BRC_LANES;

	if (!e->block.start) {
		brc_tile_rows(e->block.w + s->row * e->cols, e->cols, s->rows, e->cols, x, y,
			      a->now, stride, scratch);
		return;
	}
	for (size_t i = 0; i < s->rows; i++) {
		brc_row row = brc_edges_row(e, s->row + i);

		brc_tile_sparse(row.w, row.column, row.n, x, y + i * BRC_LANES, a->now, stride);
	}
}

/* The slab is on the columns of `e`. */
static void add_columns(const brc_adjacency *a, const brc_edges *e, const brc_slab *s,
			double *scratch)
{
	const brc_graph *g = a->g;
	const brc_transpose *t = &a->transposes[e - g->edges];
	const double *x = a->x + g->first[e->from] * BRC_LANES;
	double *y = a->y + (g->first[s->member] + s->row) * BRC_LANES;
	size_t stride = g->n * BRC_LANES;

	if (!t->start) {
		brc_tile_columns(e->block.w + s->row, e->cols, e->rows, s->rows, x, y, a->now,
				 stride, scratch);
		return;
	}
	for (size_t j = 0; j < s->rows; j++) {
		int64_t at = t->start[s->row + j], n = t->start[s->row + j + 1] - at;

		brc_tile_sparse(t->w + at, t->row + at, (size_t)n, x, y + j * BRC_LANES, a->now,
				stride);
	}
}

static brc_rc multiply_slab(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const brc_adjacency *a = ctx;
	const brc_slab *s = &a->slabs[task];
	double *scratch = a->scratch + worker * BRC_TILE_SCRATCH;

	(void)err;
	if (a->wanted && !a->wanted[s->member])
		return BRC_OK;
	for (size_t c = 0; c < a->now; c++)
		memset(a->y + (c * a->g->n + a->g->first[s->member] + s->row) * BRC_LANES, 0,
		       s->rows * sizeof(brc_lanes));
	for (size_t e = 0; e < a->g->n_edges; e++) {
		const brc_edges *b = &a->g->edges[e];

		if (b->from == s->member)
			add_rows(a, b, s, scratch);
		if (b->to == s->member && b->from != b->to)
			add_columns(a, b, s, scratch);
	}
	return BRC_OK;
}

brc_rc brc_adjacency_multiply(brc_adjacency *a, const bool *wanted, size_t cols, brc_err *err)
{
	a->now = (cols + BRC_LANES - 1) / BRC_LANES;
	a->wanted = wanted;
	if (a->g->factors)
		return brc_factors_multiply(a->g->factors, &a->room, a->x, a->y, a->now, a->pool,
					    err);
	return brc_pool_run(a->pool, a->n_slabs, multiply_slab, a, err);
}

double brc_adjacency_cost(const brc_graph *g)
{
	double samples = g->factors ? (double)g->factors->samples : 0, cost = 0;

	if (g->factors)
		return 2 * (double)g->n * samples * (samples + 8);
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];
		double edges = b->block.start ? 4 * (double)b->block.start[b->rows]
					      : (double)b->rows * (double)b->cols;

		cost += (b->from == b->to ? 2 : 4) * edges;
	}
	return cost;
}

size_t brc_adjacency_bytes(const brc_graph *g, size_t cols, size_t threads)
{
	size_t groups = (cols + BRC_LANES - 1) / BRC_LANES, bytes, scratch, copies = 0;

	if (g->factors)
		copies = brc_factors_room_bytes(g->factors->samples, threads);
	for (size_t e = 0; e < g->n_edges; e++)
		if (g->edges[e].block.start && g->edges[e].from != g->edges[e].to)
			copies += 8 * (size_t)g->edges[e].block.start[g->edges[e].rows] +
				  8 * g->edges[e].cols;
	if (!brc_mul(g->n, 2 * sizeof(brc_lanes), &bytes) || !brc_mul(bytes, groups, &bytes) ||
	    !brc_mul(threads, BRC_TILE_SCRATCH * sizeof(double), &scratch) ||
	    !brc_add(bytes, scratch, &bytes) || !brc_add(bytes, copies, &bytes))
		return SIZE_MAX;
	return bytes;
}
