#include "graph/factors.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/memory.h"
#include "base/processor.h"
#include "linalg/lanes.h"

enum { TILE = BRC_FACTORS_TILE };

/* Squared correlations up to this count as none: 2^-24, squared. */
#define FLOOR 0x1p-48
/* Sums of whole numbers are exact in single precision up to this. */
#define EXACT 0x1p24

void brc_factors_free(brc_factors *f)
{
	if (!f)
		return;
	free(f->r);
	free(f->row);
	free(f->length);
	free(f->part);
	free(f);
}

/*
 * Fill lengths and rows of a layer. False if products of its rows may be inexact in single
 * precision. By the inequality of Cauchy and Schwarz, no partial sum of a product exceeds the
 * product of the two lengths.
 */
static bool take_layer(brc_factors *f, const float *from, size_t first, size_t units)
{
	size_t n = f->samples;
	bool exact = true;

	memcpy(f->row + first * n, from, units * n * sizeof(*from));
	for (size_t i = 0; i < units; i++) {
		const float *x = from + i * n;
		double *r = f->r + (first + i) * n, square = 0, length;

		for (size_t s = 0; s < n; s++) {
			square += (double)x[s] * (double)x[s];
			exact = exact && x[s] == rintf(x[s]);
		}
		exact = exact && square <= EXACT;
		f->length[first + i] = length = sqrt(square);
		for (size_t s = 0; s < n; s++)
			r[s] = length > 0 ? (double)x[s] / length : 0;
	}
	return exact;
}

static brc_rc fill(brc_factors *f, const brc_blocks *b, const size_t *member, size_t n, bool across,
		   brc_err *err)
{
	bool exact = true;
	size_t at = 0;

	BRC_TRY(BRC_ZEROED(f->part, n + 1, err));
	BRC_TRY(BRC_ARRAY(f->r, brc_times(f->n, f->samples), err));
	BRC_TRY(BRC_ARRAY(f->row, brc_times(f->n, f->samples), err));
	BRC_TRY(BRC_ARRAY(f->length, f->n, err));
	for (size_t m = 0; m < n; m++) {
		size_t units = b->layers.units[member[m]];

		exact = take_layer(f, b->factor[member[m]], at, units) && exact;
		at += units;
		if (!across || m + 1 == n)
			f->part[++f->n_parts] = at;
	}
	if (!exact) {
		free(f->row);
		f->row = NULL;
	}
	return BRC_OK;
}

brc_rc brc_factors_new(brc_factors **out, const brc_blocks *b, const size_t *member, size_t n,
		       bool across, brc_err *err)
{
	brc_factors *f;
	brc_rc rc;

	BRC_TRY(brc_blas_ready(err));
	f = brc_calloc(1, sizeof(*f), err);
	BRC_TRY(brc_made(f));
	f->samples = b->samples;
	for (size_t m = 0; m < n; m++)
		f->n += b->layers.units[member[m]];
	rc = brc_mem_need(
		brc_plus(brc_times(brc_times(f->n, f->samples), sizeof(*f->r) + sizeof(*f->row)),
			 8 * f->n),
		0, "the factors of a graph", err);
	BRC_THEN(rc, fill(f, b, member, n, across, err));
	return BRC_GIVE(out, f, rc, brc_factors_free);
}

/* ---- tiles ---- */

/* w = the squares of `dot`, scaled; at most 1, and 0 up to FLOOR. */
BRC_FOR_EACH_PROCESSOR
static void edges_of_floats(const float *dot, size_t n, double scale, const double *length,
			    double *w)
{
	for (size_t j = 0; j < n; j++) {
		double d = (double)dot[j] * (double)dot[j], l = scale * length[j] * length[j];
		double e = l > 0 ? d / l : 0;

		e = e < 1 ? e : 1;
		w[j] = e > FLOOR ? e : 0;
	}
}

BRC_FOR_EACH_PROCESSOR
static void edges_of_doubles(double *w, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		double e = w[j] * w[j];

		e = e < 1 ? e : 1;
		w[j] = e > FLOOR ? e : 0;
	}
}

void brc_factors_tile(const brc_factors *f, size_t row, size_t rows, size_t col, size_t cols,
		      double *w, double *scratch)
{
	size_t s = f->samples;
	float *dot = (float *)scratch;

	if (!f->row) {
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)cols, (int)s,
			    1, f->r + row * s, (int)s, f->r + col * s, (int)s, 0, w, TILE);
		for (size_t i = 0; i < rows; i++)
			edges_of_doubles(w + i * TILE, cols);
		return;
	}
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)cols, (int)s, 1,
		    f->row + row * s, (int)s, f->row + col * s, (int)s, 0, dot, TILE);
	for (size_t i = 0; i < rows; i++)
		edges_of_floats(dot + i * TILE, cols, f->length[row + i] * f->length[row + i],
				f->length + col, w + i * TILE);
}

/* Give the rows of one tile to the visitor; of a tile on the diagonal, only the part behind it. */
static bool visit_tile(size_t row, size_t rows, size_t col, size_t cols, const double *w,
		       brc_row_visit visit, void *ctx)
{
	for (size_t i = 0; i < rows; i++) {
		size_t skip = row == col ? i + 1 : 0;
		brc_row r = {.n = cols - skip, .first = col + skip, .wide = w + i * TILE + skip};

		if (skip < cols && !visit(ctx, row + i, &r))
			return false;
	}
	return true;
}

brc_rc brc_factors_walk(const brc_factors *f, brc_row_visit visit, void *ctx, brc_err *err)
{
	double *w = brc_alloc(2 * TILE * TILE, sizeof(*w), err);
	bool more = true;

	BRC_TRY(brc_made(w));
	for (size_t p = 0; p < f->n_parts; p++)
		for (size_t i = f->part[p]; i < f->part[p + 1] && more; i += TILE)
			for (size_t j = i; j < f->part[p + 1] && more; j += TILE) {
				size_t rows = brc_least(TILE, f->part[p + 1] - i);
				size_t cols = brc_least(TILE, f->part[p + 1] - j);

				brc_factors_tile(f, i, rows, j, cols, w, w + TILE * TILE);
				more = visit_tile(i, rows, j, cols, w, visit, ctx);
			}
	free(w);
	return BRC_OK;
}

typedef struct degrees {
	double *degree;
	size_t links;
} degrees;

/* Their sum; each is also added to its own in `to`. */
BRC_FOR_EACH_PROCESSOR
static double add_edges(const double *w, size_t n, double *to, size_t *links)
{
	brc_lanes sum = {0};
	brc_lane_mask count = {0};
	double total = 0;
	size_t j = 0;

	for (; j + BRC_LANES <= n; j += BRC_LANES) {
		brc_lanes v = *(const brc_free_lanes *)(w + j);

		sum += v;
		count += v > 0;
		*(brc_free_lanes *)(to + j) += v;
	}
	for (size_t l = 0; l < BRC_LANES; l++) {
		total += sum[l];
		*links -= (size_t)count[l]; /* true is -1 */
	}
	for (; j < n; j++) {
		total += w[j];
		to[j] += w[j];
		*links += w[j] > 0;
	}
	return total;
}

static bool add_degrees(void *ctx, size_t u, const brc_row *r)
{
	degrees *d = ctx;

	d->degree[u] += add_edges(r->wide, r->n, d->degree + r->first, &d->links);
	return true;
}

brc_rc brc_factors_degrees(const brc_factors *f, double *degree, size_t *links, brc_err *err)
{
	degrees d = {degree, 0};

	memset(degree, 0, f->n * sizeof(*degree));
	BRC_TRY(brc_factors_walk(f, add_degrees, &d, err));
	*links = d.links;
	return BRC_OK;
}
