#include "linalg/rotation.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "linalg/haar.h"
#include "linalg/lanes.h"

/* A length that is 1 to rounding: squares of lengths differ by less than this. */
#define ROUNDING 1e-13

BRC_FOR_EACH_PROCESSOR
static double product(const double *a, const double *b, size_t m)
{
	brc_lanes sum = {0};
	double total = 0;
	size_t c = 0;

	for (; c + BRC_LANES <= m; c += BRC_LANES)
		sum += *(const brc_free_lanes *)(a + c) * *(const brc_free_lanes *)(b + c);
	for (size_t l = 0; l < BRC_LANES; l++)
		total += sum[l];
	for (; c < m; c++)
		total += a[c] * b[c];
	return total;
}

BRC_FOR_EACH_PROCESSOR
static void rotate(double *a, double *b, size_t m, double c, double s)
{
	for (size_t i = 0; i < m; i++) {
		double u = c * a[i] - s * b[i], v = s * a[i] + c * b[i];

		a[i] = u;
		b[i] = v;
	}
}

/*
 * Rotate rows a and b, one longer than 1 and one shorter, so that a has length 1: the tangent t
 * solves (bb - 1) t^2 - 2 ab t + (aa - 1) = 0. The root without cancellation is taken.
 */
static void make_unit(double *a, double *b, size_t m, double aa, double bb)
{
	double ab = product(a, b, m);
	double root = sqrt(fmax(ab * ab - (aa - 1) * (bb - 1), 0));
	double t = (ab + copysign(root, ab)) / (bb - 1), c = 1 / sqrt(1 + t * t);

	rotate(a, b, m, c, c * t);
}

/* The first row behind i that is on the other side of 1; n if there is none. */
static size_t partner(const double *square, size_t n, size_t i)
{
	size_t j = i + 1;

	while (j < n && !((square[j] - 1) * (square[i] - 1) < 0))
		j++;
	return j;
}

static void unit_rows(double *b, double *square, size_t n, size_t m)
{
	for (size_t i = 0; i < n; i++)
		square[i] = product(b + i * m, b + i * m, m);
	for (size_t i = 0; i < n; i++) {
		size_t j = partner(square, n, i);

		if (j == n || fabs(square[i] - 1) < ROUNDING)
			continue;
		make_unit(b + i * m, b + j * m, m, square[i], square[j]);
		square[j] += square[i] - 1;
		square[i] = 1;
	}
	for (size_t i = 0; i < n; i++) {
		double length = sqrt(product(b + i * m, b + i * m, m));

		for (size_t c = 0; c < m; c++)
			b[i * m + c] /= length;
	}
}

/* b = Q Lambda^1/2 by rows, from columns interleaved by eights. */
static void scale_columns(double *b, const double *q, const double *value, size_t n, size_t m)
{
	double sum = 0;

	for (size_t c = 0; c < m; c++)
		sum += value[c];
	for (size_t c = 0; c < m; c += BRC_LANES) {
		const double *from = q + c * brc_haar_rows(n);
		size_t some = brc_least(BRC_LANES, m - c);
		double root[BRC_LANES];

		for (size_t l = 0; l < some; l++)
			root[l] = sqrt(value[c + l] * ((double)n / sum));
		for (size_t i = 0; i < n; i++)
			for (size_t l = 0; l < some; l++)
				b[i * m + c + l] = root[l] * from[i * BRC_LANES + l];
	}
}

size_t brc_rotation_bytes(size_t n, size_t m)
{
	return brc_plus(brc_times(brc_plus(brc_haar_doubles(n, m), n), sizeof(double)),
			brc_haar_bytes(n));
}

brc_rc brc_rotation(double *b, const double *value, size_t n, size_t m, brc_rng *rng, brc_err *err)
{
	double *q, *square = NULL;
	brc_rc rc = BRC_ARRAY(q, brc_haar_doubles(n, m), err);

	BRC_THEN(rc, BRC_ARRAY(square, n, err));
	BRC_THEN(rc, brc_haar(q, n, m, rng, err));
	if (rc == BRC_OK) {
		scale_columns(b, q, value, n, m);
		unit_rows(b, square, n, m);
	}
	free(q);
	free(square);
	return rc;
}
