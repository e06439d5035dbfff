#include "linalg/haar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/tile.h"

enum { BLOCK = 64, GROUPS = BLOCK / BRC_LANES };

/* A block of reflections I - 2 v v' / v'v, which act on rows first .. n - 1. */
typedef struct block {
	size_t n, first, count;
	float *v;        /* [n - first, BLOCK]: vector c is column c, its entries from row c on */
	double *dv;      /* the same in double, interleaved as q is */
	double *inverse; /* [BLOCK, BLOCK] upper triangle: the inverse of T */
	double *scratch;
} block;

size_t brc_haar_rows(size_t n)
{
	return n + BLOCK;
}

static size_t groups_of(size_t m)
{
	return (m + BRC_LANES - 1) / BRC_LANES;
}

size_t brc_haar_doubles(size_t n, size_t m)
{
	return brc_times(brc_times(groups_of(m), BRC_LANES), brc_plus(n, BLOCK));
}

size_t brc_haar_bytes(size_t n)
{
	return brc_plus(brc_times(n, BLOCK * (sizeof(float) + sizeof(double))),
			(3 * BLOCK * BLOCK + BRC_TILE_SCRATCH) * sizeof(double));
}

/*
 * Vector c turns a normal vector x into a multiple of its first coordinate: v = x + |x| e for
 * x_c >= 0, else x - |x| e. What rounding to single precision changes is the vector alone; the
 * reflection by it is orthogonal to double precision.
 */
static void draw_vectors(block *b, brc_rng *rng)
{
	size_t rows = b->n - b->first;
	double square[BLOCK] = {0};

	memset(b->v, 0, rows * BLOCK * sizeof(*b->v));
	for (size_t i = 0; i < rows; i++) {
		float *v = b->v + i * BLOCK, pair[2];

		for (size_t c = 0; c <= i && c < b->count; c++) {
			if (c % 2 == 0)
				brc_rng_normal_pair(rng, pair);
			v[c] = pair[c % 2];
			square[c] += (double)v[c] * (double)v[c];
		}
	}
	for (size_t c = 0; c < b->count; c++) {
		float *x = b->v + c * BLOCK + c;

		*x = (float)((double)*x + copysign(sqrt(square[c]), (double)*x));
	}
}

/* T^-1 is the upper triangle of V'V, half of it on the diagonal (Puglisi 1992). */
static void invert_factor(block *b)
{
	size_t rows = b->n - b->first, stride = brc_haar_rows(b->n) * BRC_LANES;
	double *gram = b->dv + b->n * BRC_LANES;

	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < rows; i++)
			*(brc_lanes *)(b->dv + g * stride + i * BRC_LANES) =
				brc_lanes_of(b->v + i * BLOCK + g * BRC_LANES);
		memset(gram + g * stride, 0, BLOCK * sizeof(brc_lanes));
	}
	brc_tile_columns(b->v, BLOCK, rows, BLOCK, b->dv, gram, GROUPS, stride, b->scratch);
	for (size_t i = 0; i < b->count; i++)
		for (size_t j = i; j < b->count; j++)
			b->inverse[i * BLOCK + j] =
				gram[j / BRC_LANES * stride + i * BRC_LANES + j % BRC_LANES] *
				(i == j ? 0.5 : 1);
}

/* w = -T w for eight columns. */
static void apply_factor(const block *b, double *w)
{
	for (size_t i = b->count; i-- > 0;) {
		brc_lanes sum = *(brc_lanes *)(w + i * BRC_LANES);

		/* Rows behind i have been negated. */
		for (size_t j = i + 1; j < b->count; j++)
			sum += b->inverse[i * BLOCK + j] * *(brc_lanes *)(w + j * BRC_LANES);
		*(brc_lanes *)(w + i * BRC_LANES) = sum / -b->inverse[i * BLOCK + i];
	}
}

/* q = (I - V T V') q for `groups` of eight columns. */
static void reflect(const block *b, double *q, size_t groups)
{
	size_t rows = b->n - b->first, stride = brc_haar_rows(b->n) * BRC_LANES;
	double *w = q + b->n * BRC_LANES, *own = q + b->first * BRC_LANES;

	for (size_t g = 0; g < groups; g++)
		memset(w + g * stride, 0, BLOCK * sizeof(brc_lanes));
	brc_tile_columns(b->v, BLOCK, rows, b->count, own, w, groups, stride, b->scratch);
	for (size_t g = 0; g < groups; g++)
		apply_factor(b, w + g * stride);
	for (size_t i = 0; i < rows; i += BRC_TILE_SLAB)
		brc_tile_rows(b->v + i * BLOCK, BLOCK, brc_least(BRC_TILE_SLAB, rows - i), b->count,
			      w, own + i * BRC_LANES, groups, stride, b->scratch);
}

static brc_rc block_init(block *b, size_t n, brc_err *err)
{
	b->n = n;
	BRC_TRY(BRC_ARRAY(b->v, brc_times(n, BLOCK), err));
	BRC_TRY(BRC_ARRAY(b->dv, brc_haar_doubles(n, BLOCK), err));
	BRC_TRY(BRC_ARRAY(b->inverse, BLOCK * BLOCK, err));
	return BRC_ARRAY(b->scratch, BRC_TILE_SCRATCH, err);
}

/* The last reflections first: they act on few rows, and on none of the columns before them. */
static void multiply(block *b, double *q, size_t n, size_t m, brc_rng *rng)
{
	size_t groups = groups_of(m), stride = brc_haar_rows(n) * BRC_LANES;

	memset(q, 0, groups * stride * sizeof(*q));
	for (size_t c = 0; c < m; c++)
		q[c / BRC_LANES * stride + c * BRC_LANES + c % BRC_LANES] = 1;
	for (size_t k = (m + BLOCK - 1) / BLOCK; k-- > 0;) {
		b->first = k * BLOCK;
		b->count = brc_least(BLOCK, m - b->first);
		draw_vectors(b, rng);
		invert_factor(b);
		reflect(b, q + k * GROUPS * stride, groups - k * GROUPS);
	}
}

brc_rc brc_haar(double *q, size_t n, size_t m, brc_rng *rng, brc_err *err)
{
	block b = {0};
	brc_rc rc = block_init(&b, n, err);

	if (rc == BRC_OK)
		multiply(&b, q, n, m, rng);
	free(b.v);
	free(b.dv);
	free(b.inverse);
	free(b.scratch);
	return rc;
}
