/*
 * Correlations as products of unit columns (correlation_columns.c),
 *     r(u, v) = sum over samples s of z_u[s] z_v[s] - mean_u mean_v:
 * Spearman's where the columns are those of mid-ranks (Kendall, "Rank Correlation Methods").
 *
 * Products run as single-precision GEMM, on the diagonal as SYRK, over tiles of pairs, with
 * what makes edges of them done while the tile is in cache. BLAS keeps a sum of some hundred
 * terms in registers and adds those up in single precision; so for terms that differ the
 * error is that of rounding at random, about 2^-24 sqrt(samples / 300). Tiles in which both sides
 * have columns of many equal values, whose errors would go one way (Higham, "Accuracy and
 * Stability of Numerical Algorithms", 3.1 and 2.8), are multiplied in double precision instead:
 * then what remains is the rounding of the columns, 2^-23.
 */
#include "linalg/correlation.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/backend.h"
#include "linalg/lanes.h"

enum { TILE = 256, BIG_TILE = 512, BIG = 4 * BIG_TILE, DEPTH = 256 };

struct block {
	const brc_correlation *c;
	brc_range a, b;
	bool same; /* a == b: tiles on and above the diagonal, mirrored */
	brc_corr_edge edge;
	size_t side;       /* of a tile */
	size_t panel;      /* tiles of a panel along one side */
	size_t row, col;   /* first tile of the two panels in work */
	size_t rows, cols; /* tiles of them */
	bool diagonal;     /* the panels are the same */
	const brc_scratch *out;
	struct room *room; /* one a worker */
};

/* A worker's memory. */
struct room {
	double *sum;     /* [side, side], also used for floats */
	float *edge;     /* [side, side] */
	double *za, *zb; /* [side, DEPTH] in double, for tied tiles */
};

struct tile {
	size_t row, col, rows, cols; /* within the block */
};

static size_t tiles_of(size_t count, size_t side)
{
	return (count + side - 1) / side;
}

/* Tile number t of the panels: row by row; of a diagonal one the upper triangle only. */
static struct tile tile_at(const struct block *k, size_t t)
{
	size_t i = 0, j;
	if (k->diagonal) {
		for (size_t left = k->cols; t >= left; left--) {
			t -= left;
			i++;
		}
		j = i + t;
	} else {
		i = t / k->cols;
		j = t % k->cols;
	}
	i += k->row;
	j += k->col;
	struct tile q = {i * k->side, j * k->side, k->a.count - i * k->side,
			 k->b.count - j * k->side};
	if (q.rows > k->side)
		q.rows = k->side;
	if (q.cols > k->side)
		q.cols = k->side;
	return q;
}

/* ---- products ---- */

static bool on_diagonal(const struct block *k, const struct tile *q)
{
	return k->same && q->row == q->col;
}

/* sum = products of the tile, row-major rows x cols; on the diagonal the upper triangle. */
static void multiply_single(const struct block *k, const struct tile *q, float *sum)
{
	const brc_correlation *c = k->c;
	const float *z = c->z.data;
	const float *za = z + (k->a.first + q->row) * c->stride;
	const float *zb = z + (k->b.first + q->col) * c->stride;
	if (on_diagonal(k, q))
		cblas_ssyrk(CblasColMajor, CblasLower, CblasTrans, (int)q->rows, (int)c->samples, 1,
			    za, (int)c->stride, 0, sum, (int)q->cols);
	else
		cblas_sgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)q->cols, (int)q->rows,
			    (int)c->samples, 1, zb, (int)c->stride, za, (int)c->stride, 0, sum,
			    (int)q->cols);
}

static void multiply_double(const struct block *k, const struct tile *q, const double *za,
			    const double *zb, size_t stride, size_t depth, bool first, double *sum)
{
	double beta = first ? 0 : 1;
	if (on_diagonal(k, q))
		cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, (int)q->rows, (int)depth, 1, za,
			    (int)stride, beta, sum, (int)q->cols);
	else
		cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)q->cols, (int)q->rows,
			    (int)depth, 1, zb, (int)stride, za, (int)stride, beta, sum,
			    (int)q->cols);
}

/* Samples first .. first + depth - 1 of `count` columns, in double. */
BRC_FOR_EACH_PROCESSOR
static void widen(const float *z, size_t stride, size_t count, size_t depth, double *out)
{
	for (size_t u = 0; u < count; u++)
		for (size_t s = 0; s < depth; s++)
			out[u * DEPTH + s] = z[u * stride + s];
}

/* Products in double of columns in single precision, DEPTH samples at a time. */
static void multiply_tied(const struct block *k, const struct tile *q, struct room *w)
{
	const brc_correlation *c = k->c;
	const float *z = c->z.data;
	const float *za = z + (k->a.first + q->row) * c->stride;
	const float *zb = z + (k->b.first + q->col) * c->stride;
	for (size_t first = 0; first < c->samples; first += DEPTH) {
		size_t depth = c->samples - first < DEPTH ? c->samples - first : DEPTH;
		widen(za + first, c->stride, q->rows, depth, w->za);
		if (!on_diagonal(k, q))
			widen(zb + first, c->stride, q->cols, depth, w->zb);
		multiply_double(k, q, w->za, w->zb, DEPTH, depth, first == 0, w->sum);
	}
}

static void multiply_wide(const struct block *k, const struct tile *q, struct room *w)
{
	const brc_correlation *c = k->c;
	const double *z = c->z.data;
	multiply_double(k, q, z + (k->a.first + q->row) * c->stride,
			z + (k->b.first + q->col) * c->stride, c->stride, c->samples, true, w->sum);
}

static bool any_tied(const brc_correlation *c, size_t first, size_t count)
{
	for (size_t u = first; u < first + count; u++)
		if (c->trait[u] & BRC_COLUMN_TIED)
			return true;
	return false;
}

/* ---- edges ---- */

/* r^2, |r| or max(r, 0), at most 1. */
static inline double edge_of(double r, brc_corr_edge edge)
{
	double e = edge == BRC_CORR_SQUARE ? r * r : edge == BRC_CORR_ABS && r < 0 ? -r : r;
	e = e > 0 ? e : 0;
	return e < 1 ? e : 1;
}

BRC_FOR_EACH_PROCESSOR
static void edges_of_floats(const float *sum, size_t n, double mean, const double *means,
			    brc_corr_edge edge, float *out)
{
	for (size_t j = 0; j < n; j++)
		out[j] = (float)edge_of((double)sum[j] - mean * means[j], edge);
}

BRC_FOR_EACH_PROCESSOR
static void edges_of_doubles(const double *sum, size_t n, double mean, const double *means,
			     brc_corr_edge edge, float *out)
{
	for (size_t j = 0; j < n; j++)
		out[j] = (float)edge_of(sum[j] - mean * means[j], edge);
}

BRC_FOR_EACH_PROCESSOR
static void edges_wide(double *sum, size_t n, brc_corr_edge edge)
{
	for (size_t j = 0; j < n; j++)
		sum[j] = edge_of(sum[j], edge);
}

/* ---- to their place ---- */

/* out[j][i] = a[i][j], by squares that stay in cache; items of `size` bytes */
static inline void transpose(const char *a, size_t rows, size_t cols, char *out, size_t stride,
			     size_t size)
{
	enum { SQUARE = 16 };
	for (size_t i0 = 0; i0 < rows; i0 += SQUARE)
		for (size_t j0 = 0; j0 < cols; j0 += SQUARE)
			for (size_t j = j0; j < j0 + SQUARE && j < cols; j++)
				for (size_t i = i0; i < i0 + SQUARE && i < rows; i++)
					memcpy(out + (j * stride + i) * size,
					       a + (i * cols + j) * size, size);
}

/* The lower triangle of a square from its upper one, zeroes between. */
static inline void symmetrise(char *a, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			memcpy(a + (i * n + j) * size, a + (j * n + i) * size, size);
		memset(a + (i * n + i) * size, 0, size);
	}
}

/* Edges of the tile to their place, and to the mirrored one where the block is symmetric. */
static inline void store_items(const struct block *k, const struct tile *q, char *edges,
			       size_t size)
{
	char *out = k->out->data;
	size_t nb = k->b.count;
	if (on_diagonal(k, q))
		symmetrise(edges, q->rows, size);
	for (size_t i = 0; i < q->rows; i++)
		memcpy(out + ((q->row + i) * nb + q->col) * size, edges + i * q->cols * size,
		       q->cols * size);
	if (k->same && q->row != q->col)
		transpose(edges, q->rows, q->cols, out + (q->col * nb + q->row) * size, nb, size);
}

static void store(const struct block *k, const struct tile *q, void *edges)
{
	if (k->c->wide)
		store_items(k, q, edges, sizeof(double));
	else
		store_items(k, q, edges, sizeof(float));
}

/* Products of the tile; then edges while it is in cache. */
static brc_rc block_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct block *k = ctx;
	const brc_correlation *c = k->c;
	struct tile q = tile_at(k, task);
	struct room *w = &k->room[worker];
	size_t a = k->a.first + q.row, b = k->b.first + q.col;
	(void)err;
	if (c->wide) {
		multiply_wide(k, &q, w);
		edges_wide(w->sum, q.rows * q.cols, k->edge);
		store(k, &q, w->sum);
		return BRC_OK;
	}
	bool tied = any_tied(c, a, q.rows) && any_tied(c, b, q.cols);
	float *single = (float *)w->sum;
	if (tied)
		multiply_tied(k, &q, w);
	else
		multiply_single(k, &q, single);
	for (size_t i = 0; i < q.rows; i++) {
		float *edge = w->edge + i * q.cols;
		if (tied)
			edges_of_doubles(w->sum + i * q.cols, q.cols, c->mean[a + i], c->mean + b,
					 k->edge, edge);
		else
			edges_of_floats(single + i * q.cols, q.cols, c->mean[a + i], c->mean + b,
					k->edge, edge);
	}
	store(k, &q, w->edge);
	return BRC_OK;
}

/* ---- blocks ---- */

static brc_rc rooms_new(struct block *k, size_t workers, brc_err *err)
{
	k->room = brc_calloc(workers, sizeof(*k->room), err);
	if (k->room == NULL)
		return BRC_RESOURCE;
	for (size_t w = 0; w < workers; w++) {
		struct room *r = &k->room[w];
		r->sum = brc_calloc(k->side * k->side, sizeof(double), err);
		r->edge = brc_calloc(k->side * k->side, sizeof(float), err);
		r->za = brc_alloc(k->side * DEPTH, sizeof(double), err);
		r->zb = brc_alloc(k->side * DEPTH, sizeof(double), err);
		if (!r->sum || !r->edge || !r->za || !r->zb)
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static void rooms_free(struct block *k, size_t workers)
{
	for (size_t w = 0; k->room != NULL && w < workers; w++) {
		free(k->room[w].sum);
		free(k->room[w].edge);
		free(k->room[w].za);
		free(k->room[w].zb);
	}
	free(k->room);
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Panel by panel of either side; of a symmetric block those on and above the diagonal. */
static brc_rc run_panels(struct block *k, brc_pool *pool, brc_err *err)
{
	size_t rows = tiles_of(k->a.count, k->side), cols = tiles_of(k->b.count, k->side);
	for (k->row = 0; k->row < rows; k->row += k->panel)
		for (k->col = k->same ? k->row : 0; k->col < cols; k->col += k->panel) {
			k->rows = least_of(k->panel, rows - k->row);
			k->cols = least_of(k->panel, cols - k->col);
			k->diagonal = k->same && k->row == k->col;
			size_t tiles =
				k->diagonal ? k->cols * (k->cols + 1) / 2 : k->rows * k->cols;
			BRC_TRY(brc_pool_run(pool, tiles, block_task, k, err));
			brc_scratch_drop(&k->c->z);
			brc_scratch_drop(k->out);
		}
	return BRC_OK;
}

brc_rc brc_correlation_block(const brc_correlation *c, brc_range a, brc_range b, brc_corr_edge edge,
			     brc_pool *pool, const brc_scratch *out, brc_err *err)
{
	struct block k = {.c = c, .a = a, .b = b, .edge = edge, .out = out};
	k.same = a.first == b.first && a.count == b.count;
	if (!k.same && a.first < b.first + b.count && b.first < a.first + a.count)
		return brc_fail(err, BRC_USAGE,
				"columns %zu+%zu and %zu+%zu overlap without being the same",
				a.first, a.count, b.first, b.count);
	if (c->stride > INT32_MAX)
		return brc_fail(err, BRC_USAGE, "cannot correlate over %zu samples", c->samples);
	if (a.count == 0 || b.count == 0)
		return BRC_OK;
	brc_linalg_serial();
	k.side = a.count >= BIG && b.count >= BIG ? BIG_TILE : TILE;
	k.panel = c->panel == 0 ? SIZE_MAX / 2 : c->panel > k.side ? c->panel / k.side : 1;
	size_t workers = brc_pool_threads(pool);
	brc_rc rc = rooms_new(&k, workers, err);
	if (rc == BRC_OK)
		rc = run_panels(&k, pool, err);
	rooms_free(&k, workers);
	return rc;
}

/* ---- what it takes ---- */

static bool product(size_t a, size_t b, size_t c, size_t *out)
{
	return brc_mul(a, b, out) && brc_mul(*out, c, out);
}

size_t brc_correlation_bytes(size_t samples, size_t n, bool wide)
{
	size_t bytes;
	return product(brc_correlation_stride(samples), n, wide ? sizeof(double) : sizeof(float),
		       &bytes)
		       ? bytes
		       : SIZE_MAX;
}

size_t brc_correlation_work(size_t samples, size_t panel, size_t threads, bool wide)
{
	enum {
		PER_SAMPLE = 2 * sizeof(uint64_t) + sizeof(uint32_t) + 32 * sizeof(float),
		PER_TILE = BIG_TILE * (BIG_TILE * 12 + 2 * DEPTH * 8)
	};
	size_t size = wide ? sizeof(double) : sizeof(float), columns, edges, workers, total;
	if (!product(2 * size, panel, brc_correlation_stride(samples), &columns) ||
	    !product(2 * size, panel, panel, &edges) || !brc_mul(samples, PER_SAMPLE, &workers) ||
	    !brc_add(workers, PER_TILE, &workers) || !brc_mul(workers, threads, &workers) ||
	    !brc_add(columns, edges, &total) || !brc_add(total, workers, &total))
		return SIZE_MAX;
	return total;
}

size_t brc_correlation_panel(size_t samples, size_t threads, size_t memory, bool wide)
{
	size_t panel = BIG_TILE;
	while (brc_correlation_work(samples, 2 * panel, threads, wide) < memory)
		panel *= 2;
	return panel;
}
