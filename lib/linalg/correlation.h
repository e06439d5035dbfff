/*
 * Correlation graphs: columns of values to unit vectors, products of those to
 * edges between 0 and 1.
 */
#ifndef BRC_LINALG_CORRELATION_H
#define BRC_LINALG_CORRELATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/scratch.h"
#include "base/threads.h"
#include "linalg/samples.h"

typedef enum brc_corr_method { BRC_CORR_SPEARMAN = 0, BRC_CORR_PEARSON = 1 } brc_corr_method;
#define BRC_CORR_METHODS "spearman|pearson"

/* How a correlation becomes an edge: r^2, |r| or max(r, 0). */
typedef enum brc_corr_edge {
	BRC_CORR_SQUARE = 0,
	BRC_CORR_ABS = 1,
	BRC_CORR_POSITIVE = 2
} brc_corr_edge;
#define BRC_CORR_EDGES "square|abs|positive"

/* Columns first .. first + count - 1. */
typedef struct brc_range {
	size_t first, count;
} brc_range;

/*
 * Unit columns: that of unit u is z[u * stride .. u * stride + samples - 1], padded with
 * zeroes. Centred mid-ranks or values, scaled to unit 2-norm, less a constant of their
 * own where many are equal (see correlation_columns.c): r(u, v) = z_u . z_v -
 * mean[u] mean[v]. A column whose values are all equal is zeroes.
 *
 * Exact columns, of ranks where the processor multiplies bytes fast: twice the centred mid-rank
 * is q = 256 h + l, and at byte u * pitch of z stand all h, `stride` bytes, then all l;
 * r(u, v) = q_u . q_v scale[u] scale[v].
 */
typedef struct brc_correlation {
	size_t samples, n, stride;
	bool wide;      /* edges are doubles; so is z and its means are 0; else floats */
	bool exact;     /* z holds bytes */
	size_t pitch;   /* bytes from a column to the next */
	size_t panel;   /* units in memory at a time; 0: all, nothing is spooled */
	brc_scratch z;  /* n columns */
	double *mean;   /* [n] sum of the column over sqrt(samples); of exact columns 0 */
	double *scale;  /* [n] 1 / 2-norm of q, 0 for a constant column; not exact: 1 */
	uint8_t *trait; /* [n] BRC_COLUMN_* */
} brc_correlation;

/*
 * Samples of exact columns at most: so |q| < 2^15 - 128 and q + 128 has a high byte; and
 * sums of products of bytes stay below 2^30.
 */
enum { BRC_CORR_EXACT_SAMPLES = 32640 };

#define BRC_COLUMN_CONSTANT 1 /* all values are equal */
#define BRC_COLUMN_TIED 2     /* so many are that sums in single precision would be poor */

static inline bool brc_correlation_constant(const brc_correlation *c, size_t u)
{
	return (c->trait[u] & BRC_COLUMN_CONSTANT) != 0;
}

/* Numbers from one column to the next: samples rounded up to a multiple of 16. */
size_t brc_correlation_stride(size_t samples);

/*
 * Bytes that all columns take, and those that the work takes besides: tiles of `threads`
 * workers, and columns and edges of two panels. SIZE_MAX where that does not fit.
 */
size_t brc_correlation_bytes(size_t samples, size_t n, bool wide);
size_t brc_correlation_work(size_t samples, size_t panel, size_t threads, bool wide);

/* The panel for work within `memory` bytes, but at least one tile of units: 512. */
size_t brc_correlation_panel(size_t samples, size_t threads, size_t memory, bool wide);

/*
 * Make the columns. Spearman: centred mid-ranks; Pearson: values minus their mean, taken in
 * double, so that a large mean costs no accuracy. `wide` keeps double precision. Ranks of up to
 * BRC_CORR_EXACT_SAMPLES samples are exact where brc_byte_products_fast (linalg/byte_products.h).
 * With a panel columns lie in a spool file, and what is in memory of them is given back after each
 * panel. The bytes do not depend on that, nor on the pool.
 *
 * BRC_DATA for fewer than 2 samples, and for a NaN or infinity, naming sample and column
 * (of the first, row by row) both in the message and in *bad_column (may be NULL;
 * untouched otherwise).
 */
brc_rc brc_correlation_init(brc_correlation *c, const brc_samples *in, brc_corr_method method,
			    bool wide, size_t panel, brc_pool *pool, size_t *bad_column,
			    brc_err *err);
void brc_correlation_clear(brc_correlation *c); /* of a zeroed or an initialised struct */

/*
 * Edges between columns a and columns b: row-major a.count x b.count into out->data, floats
 * or (wide) doubles, each within [0, 1], 0 where a column is constant. Where the ranges
 * are the same, out->data is the packed triangle of the symmetric matrix (linalg/triangle.h);
 * otherwise they must not overlap (BRC_USAGE). `out` is dropped (base/scratch.h) between panels.
 *
 * Single precision is within 2e-6 of double arithmetic (the tests look for worse with ties, few
 * values, silent and duplicate units; usually it is 3e-7), wide within 1e-12. Exact columns give
 * the correlation itself, rounded to the precision of the edges.
 *
 * Cost 2 * samples * a.count * b.count operations (half of that when a == b), in tiles
 * whose shape depends on the sizes alone.
 */
brc_rc brc_correlation_block(const brc_correlation *c, brc_range a, brc_range b, brc_corr_edge edge,
			     brc_pool *pool, const brc_scratch *out, brc_err *err);

#endif
