#include "graph/normalised.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/backend.h"

/* A task computes SLAB rows of y; edges are converted TILE at a time in the other direction. */
enum { SLAB = 128, TILE = 256 };

typedef struct slab {
	size_t member, row, rows; /* rows row .. row + rows - 1 of a member */
} slab;

struct brc_normalised {
	const brc_graph *g;
	brc_pool *pool;
	double *scale; /* [g->n] degree^-1/2, 0 for isolated units */
	slab *slabs;
	size_t n_slabs;
	double *tiles;  /* [workers, SLAB * TILE] */
	double *x, *y;  /* column-major [g->n, cols] of the apply in course */
	size_t cols;    /* of that apply */
	size_t allowed; /* columns that x and y can hold */
};

void brc_normalised_free(brc_normalised *m)
{
	if (!m)
		return;
	free(m->scale);
	free(m->slabs);
	free(m->tiles);
	free(m->x);
	free(m->y);
	free(m);
}

static brc_rc set_slabs(brc_normalised *m, brc_err *err)
{
	const brc_graph *g = m->g;

	m->slabs = brc_alloc(g->n / SLAB + g->n_members, sizeof(*m->slabs), err);
	if (!m->slabs)
		return BRC_RESOURCE;
	for (size_t l = 0; l < g->n_members; l++) {
		size_t units = g->first[l + 1] - g->first[l];

		for (size_t row = 0; row < units; row += SLAB)
			m->slabs[m->n_slabs++] =
				(slab){l, row, units - row < SLAB ? units - row : SLAB};
	}
	return BRC_OK;
}

brc_rc brc_normalised_new(brc_normalised **out, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	brc_normalised *m = brc_calloc(1, sizeof(*m), err);
	brc_rc rc;

	if (!m)
		return BRC_RESOURCE;
	brc_linalg_serial();
	m->g = g;
	m->pool = pool;
	m->scale = brc_calloc(g->n, sizeof(*m->scale), err);
	m->tiles = brc_alloc(brc_pool_threads(pool), SLAB * TILE * sizeof(*m->tiles), err);
	rc = m->scale && m->tiles ? set_slabs(m, err) : BRC_RESOURCE;
	if (rc != BRC_OK) {
		brc_normalised_free(m);
		return rc;
	}
	for (size_t v = 0; v < g->connected; v++)
		m->scale[g->unit[v]] = 1 / sqrt(g->degree[g->unit[v]]);
	*out = m;
	return BRC_OK;
}

/* Copy w[0..rows)[0..cols) with row length `stride` into a row-major double tile. */
static void convert(const float *w, size_t stride, size_t rows, size_t cols, double *tile)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++)
			tile[i * cols + j] = (double)w[i * stride + j];
}

/* y[slab] += W[slab, :] x of the members at the far end: the slab is on the rows of `b`. */
static void add_rows(const brc_normalised *m, const brc_edges *b, const slab *s, double *tile)
{
	const brc_graph *g = m->g;
	double *y = m->y + g->first[s->member] + s->row;
	const double *x = m->x + g->first[b->to];

	for (size_t j = 0; j < b->cols; j += TILE) {
		size_t cols = b->cols - j < TILE ? b->cols - j : TILE;

		convert(b->w + s->row * b->cols + j, b->cols, s->rows, cols, tile);
		cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)s->rows, (int)m->cols,
			    (int)cols, 1, tile, (int)cols, x + j, (int)g->n, 1, y, (int)g->n);
	}
}

/* y[slab] += W[:, slab]^T x: the slab is on the columns of `b`. */
static void add_columns(const brc_normalised *m, const brc_edges *b, const slab *s, double *tile)
{
	const brc_graph *g = m->g;
	double *y = m->y + g->first[s->member] + s->row;
	const double *x = m->x + g->first[b->from];

	for (size_t i = 0; i < b->rows; i += TILE) {
		size_t rows = b->rows - i < TILE ? b->rows - i : TILE;

		convert(b->w + i * b->cols + s->row, b->cols, rows, s->rows, tile);
		cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)s->rows, (int)m->cols,
			    (int)rows, 1, tile, (int)s->rows, x + i, (int)g->n, 1, y, (int)g->n);
	}
}

static brc_rc multiply_slab(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const brc_normalised *m = ctx;
	const slab *s = &m->slabs[task];
	double *tile = m->tiles + worker * SLAB * TILE;

	(void)err;
	for (size_t e = 0; e < m->g->n_edges; e++) {
		const brc_edges *b = &m->g->edges[e];

		if (b->from == s->member)
			add_rows(m, b, s, tile);
		if (b->to == s->member && b->from != b->to)
			add_columns(m, b, s, tile);
	}
	return BRC_OK;
}

static brc_rc reserve(brc_normalised *m, size_t cols, brc_err *err)
{
	size_t size;

	if (cols <= m->allowed)
		return BRC_OK;
	free(m->x);
	free(m->y);
	m->x = m->y = NULL;
	m->allowed = 0;
	if (!brc_mul(m->g->n, sizeof(double), &size))
		return brc_fail(err, BRC_RESOURCE, "a graph of %zu units is too large", m->g->n);
	m->x = brc_alloc(cols, size, err);
	m->y = brc_alloc(cols, size, err);
	if (!m->x || !m->y)
		return BRC_RESOURCE;
	m->allowed = cols;
	return BRC_OK;
}

brc_rc brc_normalised_apply(brc_normalised *m, const double *x, double *y, size_t cols,
			    brc_err *err)
{
	const brc_graph *g = m->g;

	BRC_TRY(reserve(m, cols, err));
	m->cols = cols;
	memset(m->x, 0, g->n * cols * sizeof(*m->x));
	memset(m->y, 0, g->n * cols * sizeof(*m->y));
	for (size_t c = 0; c < cols; c++)
		for (size_t v = 0; v < g->connected; v++) {
			size_t u = g->unit[v];

			m->x[c * g->n + u] = m->scale[u] * x[c * g->connected + v];
		}
	BRC_TRY(brc_pool_run(m->pool, m->n_slabs, multiply_slab, m, err));
	for (size_t c = 0; c < cols; c++)
		for (size_t v = 0; v < g->connected; v++) {
			size_t u = g->unit[v];

			y[c * g->connected + v] = m->scale[u] * m->y[c * g->n + u];
		}
	return BRC_OK;
}

brc_rc brc_normalised_dense(const brc_normalised *m, double *a, brc_err *err)
{
	const brc_graph *g = m->g;
	size_t n = g->connected;
	size_t *place = brc_alloc(g->n, sizeof(*place), err); /* of a unit among the connected */

	if (!place)
		return BRC_RESOURCE;
	for (size_t v = 0; v < n; v++)
		place[g->unit[v]] = v;
	memset(a, 0, n * n * sizeof(*a));
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];

		for (size_t i = 0; i < b->rows; i++) {
			size_t u = g->first[b->from] + i;

			if (g->component[u] < 0)
				continue;
			for (size_t j = 0; j < b->cols; j++) {
				size_t t = g->first[b->to] + j;
				double w = (double)b->w[i * b->cols + j];

				if (!(w > 0))
					continue;
				w *= m->scale[u] * m->scale[t];
				a[place[u] * n + place[t]] = w;
				a[place[t] * n + place[u]] = w;
			}
		}
	}
	free(place);
	return BRC_OK;
}
