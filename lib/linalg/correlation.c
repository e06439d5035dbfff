/*
 * Correlations as products of unit vectors: with z_u the centred, scaled column of
 * unit u, r(u, v) = sum over samples s of z_u[s] z_v[s].
 *
 * Spearman's is the same of mid-ranks (Kendall, "Rank Correlation Methods").
 * Products run as single-precision GEMM over tiles of TILE x TILE pairs. Samples go
 * in blocks of DEPTH, whose products are added in double, in order: the error stays
 * that of one block whatever the number of samples, DEPTH 2^-24 at most (Higham,
 * "Accuracy and Stability of Numerical Algorithms", 3.1, with sum |z_u z_v| <= 1). Many
 * equal terms, as of units that are mostly silent, come near to it; so blocks are short,
 * which costs a tenth of the time.
 */
#include "linalg/correlation.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/backend.h"
#include "linalg/lanes.h"
#include "linalg/ranks.h"

enum { TILE = 256, DEPTH = 128, LANES = 16, GROUP = 16 };

size_t brc_correlation_stride(size_t samples)
{
	return samples > SIZE_MAX - LANES ? SIZE_MAX : (samples + LANES - 1) / LANES * LANES;
}

/* ---- columns ---- */

struct columns {
	const float *values;
	size_t samples, n, stride;
	brc_corr_method method;
	brc_ranks **ranks; /* one a worker */
	float *z;
	uint8_t *constant;
};

/* Minus the mean, over the 2-norm; false and zeroes when all values are equal. */
static bool standardise(float *x, size_t n)
{
	double sum = 0, square = 0;
	bool varies = false;
	for (size_t i = 0; i < n; i++) {
		sum += x[i];
		varies |= x[i] != x[0];
	}
	if (!varies) {
		memset(x, 0, n * sizeof(*x));
		return false;
	}
	double mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (x[i] - mean) * (x[i] - mean);
	double scale = 1 / sqrt(square);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)((x[i] - mean) * scale);
	return true;
}

/* GROUP neighbouring columns: a sample's values of them share a cache line. */
static brc_rc columns_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	struct columns *c = ctx;
	size_t first = task * GROUP, count = c->n - first < GROUP ? c->n - first : GROUP;
	float *z = c->z + first * c->stride;
	(void)err;
	for (size_t s = 0; s < c->samples; s++)
		for (size_t u = 0; u < count; u++)
			z[u * c->stride + s] = c->values[s * c->n + first + u];
	for (size_t u = 0; u < count; u++) {
		float *x = z + u * c->stride;
		bool varies = c->method == BRC_CORR_SPEARMAN
				      ? brc_ranks_unit(c->ranks[worker], x, c->samples, x)
				      : standardise(x, c->samples);
		memset(x + c->samples, 0, (c->stride - c->samples) * sizeof(*x));
		c->constant[first + u] = !varies;
	}
	return BRC_OK;
}

static brc_rc check_finite(const float *values, size_t samples, size_t n, size_t *bad_column,
			   brc_err *err)
{
	size_t at = brc_first_nonfinite(values, samples * n);
	if (at == samples * n)
		return BRC_OK;
	if (bad_column != NULL)
		*bad_column = at % n;
	return brc_fail(err, BRC_DATA, "the value of sample %zu, column %zu is %s", at / n, at % n,
			isnan(values[at]) ? "not a number" : "infinite");
}

brc_rc brc_correlation_columns(const float *values, size_t samples, size_t n,
			       brc_corr_method method, brc_pool *pool, float *z, uint8_t *constant,
			       size_t *bad_column, brc_err *err)
{
	if (samples < 2) {
		brc_fail(err, BRC_DATA, "a correlation needs at least 2 samples, here %s",
			 samples == 0 ? "there are none" : "is one");
		return brc_hint(err, "record activations of more images");
	}
	BRC_TRY(check_finite(values, samples, n, bad_column, err));
	size_t workers = brc_pool_threads(pool);
	struct columns c = {values, samples, n, brc_correlation_stride(samples),
			    method, NULL,    z, constant};
	c.ranks = brc_calloc(workers, sizeof(*c.ranks), err);
	if (c.ranks == NULL)
		return BRC_RESOURCE;
	brc_rc rc = BRC_OK;
	for (size_t w = 0; rc == BRC_OK && w < workers; w++)
		rc = brc_ranks_new(&c.ranks[w], samples, err);
	if (rc == BRC_OK)
		rc = brc_pool_run(pool, (n + GROUP - 1) / GROUP, columns_task, &c, err);
	for (size_t w = 0; w < workers; w++)
		brc_ranks_free(c.ranks[w]);
	free(c.ranks);
	return rc;
}

/* ---- blocks ---- */

struct block {
	const float *z;
	size_t samples, stride;
	brc_range a, b;
	bool same; /* a == b: tiles on and above the diagonal, mirrored */
	brc_corr_edge edge;
	size_t tiles; /* along b */
	float *out;
	float **part; /* one tile a worker */
	double **sum;
};

struct tile {
	size_t row, col, rows, cols; /* within the block */
};

static size_t tiles_of(size_t count)
{
	return (count + TILE - 1) / TILE;
}

/* Tile number t: row by row; of a symmetric block the upper triangle only. */
static struct tile tile_at(const struct block *k, size_t t)
{
	size_t i = 0, j;
	if (k->same) {
		for (size_t left = k->tiles; t >= left; left--) {
			t -= left;
			i++;
		}
		j = i + t;
	} else {
		i = t / k->tiles;
		j = t % k->tiles;
	}
	struct tile q = {i * TILE, j * TILE, k->a.count - i * TILE, k->b.count - j * TILE};
	if (q.rows > TILE)
		q.rows = TILE;
	if (q.cols > TILE)
		q.cols = TILE;
	return q;
}

/* part = products of one tile over samples first .. first + depth - 1, rows x cols. */
static void multiply(const struct block *k, const struct tile *q, size_t first, size_t depth,
		     float *part)
{
	const float *za = k->z + (k->a.first + q->row) * k->stride + first;
	const float *zb = k->z + (k->b.first + q->col) * k->stride + first;
	cblas_sgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)q->cols, (int)q->rows, (int)depth,
		    1, zb, (int)k->stride, za, (int)k->stride, 0, part, (int)q->cols);
}

/* sum (+)= part, n a multiple of BRC_LANES */
BRC_FOR_EACH_PROCESSOR
static void add(const float *part, size_t n, bool first, double *sum)
{
	for (size_t i = 0; i < n; i += BRC_LANES)
		for (size_t l = 0; l < BRC_LANES; l++)
			sum[i + l] = first ? part[i + l] : sum[i + l] + part[i + l];
}

/* Correlations to edges: r^2, |r| or max(r, 0), at most 1. A multiple of BRC_LANES of them. */
BRC_FOR_EACH_PROCESSOR
static void to_edges(const double *correlation, size_t n, brc_corr_edge edge, float *out)
{
	for (size_t i = 0; i < n / BRC_LANES; i++) {
		brc_lanes r = ((const brc_lanes *)correlation)[i], one = (brc_lanes){0} + 1;
		brc_lanes e = edge == BRC_CORR_SQUARE ? r * r : r;
		if (edge == BRC_CORR_ABS)
			e = (brc_lanes)((brc_lane_mask)e & INT64_MAX);
		e = (brc_lanes)((brc_lane_mask)e & (e > 0));
		brc_lane_mask above = e > 1;
		e = (brc_lanes)(((brc_lane_mask)one & above) | ((brc_lane_mask)e & ~above));
		for (size_t l = 0; l < BRC_LANES; l++)
			out[i * BRC_LANES + l] = (float)e[l];
	}
}

/* The lower triangle of a square from its upper one, zeroes between. */
static void symmetrise(float *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			a[i * n + j] = a[j * n + i];
		a[i * n + i] = 0;
	}
}

/* out[j][i] = a[i][j], a rows x cols, rows of out `stride` apart; by squares that stay in cache */
static void transpose(const float *a, size_t rows, size_t cols, float *out, size_t stride)
{
	enum { SQUARE = 16 };
	for (size_t i0 = 0; i0 < rows; i0 += SQUARE)
		for (size_t j0 = 0; j0 < cols; j0 += SQUARE)
			for (size_t j = j0; j < j0 + SQUARE && j < cols; j++)
				for (size_t i = i0; i < i0 + SQUARE && i < rows; i++)
					out[j * stride + i] = a[i * cols + j];
}

/* Edges of the tile to their place, and to the mirrored one where the block is symmetric. */
static void store(const struct block *k, const struct tile *q, float *edges)
{
	size_t nb = k->b.count;
	if (k->same && q->row == q->col)
		symmetrise(edges, q->rows);
	for (size_t i = 0; i < q->rows; i++)
		memcpy(k->out + (q->row + i) * nb + q->col, edges + i * q->cols,
		       q->cols * sizeof(*edges));
	if (k->same && q->row != q->col)
		transpose(edges, q->rows, q->cols, k->out + q->col * nb + q->row, nb);
}

static brc_rc block_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	struct block *k = ctx;
	struct tile q = tile_at(k, task);
	float *part = k->part[worker];
	double *sum = k->sum[worker];
	/* rounded up: what lies beyond is computed and never looked at */
	size_t pairs = (q.rows * q.cols + BRC_LANES - 1) / BRC_LANES * BRC_LANES;
	(void)err;
	for (size_t first = 0; first < k->samples; first += DEPTH) {
		size_t depth = k->samples - first < DEPTH ? k->samples - first : DEPTH;
		multiply(k, &q, first, depth, part);
		add(part, pairs, first == 0, sum);
	}
	to_edges(sum, pairs, k->edge, part);
	store(k, &q, part);
	return BRC_OK;
}

static brc_rc block_scratch(struct block *k, size_t workers, brc_err *err)
{
	k->part = brc_calloc(workers, sizeof(*k->part), err);
	k->sum = brc_calloc(workers, sizeof(*k->sum), err);
	if (k->part == NULL || k->sum == NULL)
		return BRC_RESOURCE;
	for (size_t w = 0; w < workers; w++) {
		k->part[w] = brc_calloc(TILE * TILE, sizeof(float), err);
		k->sum[w] = brc_alloc(TILE * TILE, sizeof(double), err);
		if (k->part[w] == NULL || k->sum[w] == NULL)
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static void block_release(struct block *k, size_t workers)
{
	for (size_t w = 0; w < workers; w++) {
		if (k->part != NULL)
			free(k->part[w]);
		if (k->sum != NULL)
			free(k->sum[w]);
	}
	free(k->part);
	free(k->sum);
}

brc_rc brc_correlation_block(const float *z, size_t samples, brc_range a, brc_range b,
			     brc_corr_edge edge, brc_pool *pool, float *out, brc_err *err)
{
	struct block k = {.z = z, .samples = samples, .a = a, .b = b, .edge = edge, .out = out};
	k.stride = brc_correlation_stride(samples);
	k.same = a.first == b.first && a.count == b.count;
	if (!k.same && a.first < b.first + b.count && b.first < a.first + a.count)
		return brc_fail(err, BRC_USAGE,
				"columns %zu+%zu and %zu+%zu overlap without being the same",
				a.first, a.count, b.first, b.count);
	if (samples == 0 || k.stride > INT32_MAX)
		return brc_fail(err, BRC_USAGE, "cannot correlate over %zu samples", samples);
	if (a.count == 0 || b.count == 0)
		return BRC_OK;
	brc_linalg_serial();
	k.tiles = tiles_of(b.count);
	size_t n = k.same ? k.tiles * (k.tiles + 1) / 2 : tiles_of(a.count) * k.tiles;
	size_t workers = brc_pool_threads(pool);
	brc_rc rc = block_scratch(&k, workers, err);
	if (rc == BRC_OK)
		rc = brc_pool_run(pool, n, block_task, &k, err);
	block_release(&k, workers);
	return rc;
}
