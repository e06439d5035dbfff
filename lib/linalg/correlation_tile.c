/*
 * Products run as single-precision GEMM over tiles of pairs, and on the diagonal as SYRK. Edges are
 * made of them while the tile is in cache.
 *
 * BLAS keeps sums of about a hundred terms in registers, and adds these up in single precision. If
 * the terms differ, the error is that of random rounding, about 2^-24 sqrt(samples / 300). In some
 * tiles both sides have columns of many equal values; their errors would go in one direction
 * (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1 and 2.8). Such tiles are
 * multiplied in double precision. Only the rounding of the columns then remains, 2^-23. Ranks are
 * multiplied exactly if the processor does that faster (correlation_exact.c).
 */
#include "linalg/correlation_tile.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/lanes.h"

/* ---- products ---- */

static const float *single_column(const brc_correlation *c, size_t u)
{
	return (const float *)c->z.data + u * c->stride;
}

/* sum = products of the tile, row-major rows x cols; on the diagonal the upper triangle. */
static void multiply_single(const brc_correlation *c, const brc_corr_tile *q, float *sum)
{
	const float *za = single_column(c, q->a), *zb = single_column(c, q->b);

	if (q->diagonal)
		cblas_ssyrk(CblasColMajor, CblasLower, CblasTrans, (int)q->rows, (int)c->samples, 1,
			    za, (int)c->stride, 0, sum, (int)q->cols);
	else
		cblas_sgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)q->cols, (int)q->rows,
			    (int)c->samples, 1, zb, (int)c->stride, za, (int)c->stride, 0, sum,
			    (int)q->cols);
}

static void multiply_double(const brc_corr_tile *q, const double *za, const double *zb,
			    size_t stride, size_t depth, bool first, double *sum)
{
	double beta = first ? 0 : 1;

	if (q->diagonal)
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
			out[u * BRC_CORR_DEPTH + s] = z[u * stride + s];
}

/* Products in double of columns in single precision, some samples at a time. */
static void multiply_tied(const brc_correlation *c, const brc_corr_tile *q, brc_corr_room *w)
{
	const float *za = single_column(c, q->a), *zb = single_column(c, q->b);

	for (size_t first = 0; first < c->samples; first += BRC_CORR_DEPTH) {
		size_t left = c->samples - first;
		size_t depth = left < BRC_CORR_DEPTH ? left : BRC_CORR_DEPTH;

		widen(za + first, c->stride, q->rows, depth, w->za);
		if (!q->diagonal)
			widen(zb + first, c->stride, q->cols, depth, w->zb);
		multiply_double(q, w->za, w->zb, BRC_CORR_DEPTH, depth, first == 0, w->sum);
	}
}

static void multiply_wide(const brc_correlation *c, const brc_corr_tile *q, double *sum)
{
	const double *z = c->z.data;

	multiply_double(q, z + q->a * c->stride, z + q->b * c->stride, c->stride, c->samples, true,
			sum);
}

static bool any_tied(const brc_correlation *c, size_t first, size_t count)
{
	for (size_t u = first; u < first + count; u++)
		if (c->trait[u] & BRC_COLUMN_TIED)
			return true;
	return false;
}

/* ---- edges ---- */

BRC_FOR_EACH_PROCESSOR
static void edges_of_floats(const float *sum, size_t n, double mean, const double *means,
			    brc_corr_edge edge, float *out)
{
	for (size_t j = 0; j < n; j++)
		out[j] = (float)brc_corr_edge_of((double)sum[j] - mean * means[j], edge);
}

BRC_FOR_EACH_PROCESSOR
static void edges_of_doubles(const double *sum, size_t n, double mean, const double *means,
			     brc_corr_edge edge, float *out)
{
	for (size_t j = 0; j < n; j++)
		out[j] = (float)brc_corr_edge_of(sum[j] - mean * means[j], edge);
}

BRC_FOR_EACH_PROCESSOR
static void edges_wide(const double *sum, size_t n, brc_corr_edge edge, double *out)
{
	for (size_t j = 0; j < n; j++)
		out[j] = brc_corr_edge_of(sum[j], edge);
}

static void single_edges(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *w)
{
	const brc_correlation *c = t->c;
	bool tied = any_tied(c, q->a, q->rows) && any_tied(c, q->b, q->cols);

	if (tied)
		multiply_tied(c, q, w);
	else
		multiply_single(c, q, w->sum);
	for (size_t i = 0; i < q->rows; i++) {
		size_t at = i * q->cols;
		float *edge = (float *)w->edge + at;
		double mean = c->mean[q->a + i];

		if (tied)
			edges_of_doubles((double *)w->sum + at, q->cols, mean, c->mean + q->b,
					 t->edge, edge);
		else
			edges_of_floats((float *)w->sum + at, q->cols, mean, c->mean + q->b,
					t->edge, edge);
	}
}

brc_rc brc_corr_tile_edges(const brc_corr_tiles *t, const brc_corr_tile *q, brc_corr_room *w,
			   brc_err *err)
{
	if (t->c->exact)
		return brc_corr_tile_exact(t, q, w, err);
	if (!t->c->wide) {
		single_edges(t, q, w);
		return BRC_OK;
	}
	multiply_wide(t->c, q, w->sum);
	edges_wide(w->sum, q->rows * q->cols, t->edge, w->edge);
	return BRC_OK;
}

/* ---- memory ---- */

brc_rc brc_corr_tiles_init(brc_corr_tiles *t, size_t height, size_t width, brc_err *err)
{
	t->height = height;
	t->width = width;
	if (!t->c->exact)
		return BRC_OK;
	t->strip = height < BRC_CORR_STRIP ? height : BRC_CORR_STRIP;
	return brc_byte_products_new(&t->bytes, t->strip, width, t->c->stride, err);
}

void brc_corr_tiles_clear(brc_corr_tiles *t)
{
	brc_byte_products_free(t->bytes);
	t->bytes = NULL;
}

static brc_rc exact_room(brc_corr_room *r, const brc_corr_tiles *t, brc_err *err)
{
	size_t size = t->height * t->width;

	r->packed_for = SIZE_MAX;
	r->sum = brc_alloc(4 * t->strip * t->width, sizeof(int32_t), err);
	r->gathered =
		brc_calloc(t->width > 2 * t->strip ? t->width : 2 * t->strip, t->c->stride, err);
	r->edge = brc_calloc(size, t->c->wide ? sizeof(double) : sizeof(float), err);
	r->packed = brc_alloc(2, brc_byte_products_packed(t->bytes), err);
	r->scratch = brc_alloc(brc_byte_products_scratch(t->bytes), 1, err);
	return r->sum && r->edge && r->gathered && r->packed && r->scratch ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_corr_room_init(brc_corr_room *r, const brc_corr_tiles *t, brc_err *err)
{
	size_t size = t->height * t->width;

	memset(r, 0, sizeof(*r));
	if (t->c->exact)
		return exact_room(r, t, err);
	r->sum = brc_calloc(size, sizeof(double), err);
	r->edge = brc_calloc(size, t->c->wide ? sizeof(double) : sizeof(float), err);
	if (t->c->wide)
		return r->sum && r->edge ? BRC_OK : BRC_RESOURCE;
	r->za = brc_alloc(t->height * BRC_CORR_DEPTH, sizeof(double), err);
	r->zb = brc_alloc(t->width * BRC_CORR_DEPTH, sizeof(double), err);
	return r->sum && r->edge && r->za && r->zb ? BRC_OK : BRC_RESOURCE;
}

void brc_corr_room_clear(brc_corr_room *r)
{
	free(r->sum);
	free(r->edge);
	free(r->za);
	free(r->zb);
	free(r->gathered);
	free(r->packed);
	free(r->scratch);
	memset(r, 0, sizeof(*r));
}
