#include "net/pooling.h"

#include <math.h>
#include <string.h>

/* How many sums a unit has: one, or with colsum one for each column of its map. */
static size_t columns(const brc_unit_view *v, brc_pooling how)
{
	return how == BRC_POOL_COLSUM ? v->width : 1;
}

size_t brc_pooling_scratch(const brc_unit_view *v, brc_pooling how)
{
	return v->units * columns(v, how);
}

/* Take in the value of every unit at position p. */
static void take(const float *x, const brc_unit_view *v, size_t p, brc_pooling how, double *sum)
{
	size_t n = columns(v, how), at = p % n;

	for (size_t u = 0; u < v->units; u++, x += v->unit_step) {
		double *s = sum + u * n + at, y = *x;

		if (how == BRC_POOL_MEAN)
			*s += y;
		else if (how != BRC_POOL_MAX)
			*s += fabs(y);
		else if (y > *s || isnan(y))
			*s = y;
	}
}

static double finish(const double *sum, const brc_unit_view *v, brc_pooling how)
{
	double y = sum[0];

	if (how == BRC_POOL_MEAN)
		return y / (double)v->positions;
	for (size_t k = 1; k < columns(v, how); k++)
		y = sum[k] > y || isnan(sum[k]) ? sum[k] : y;
	return y;
}

void brc_pooling_row(const float *value, const brc_unit_view *v, size_t row, brc_pooling how,
		     double *sum, float *out)
{
	const float *x = value + row * v->row_step;
	size_t n = columns(v, how);

	for (size_t i = 0; i < v->units * n; i++)
		sum[i] = how == BRC_POOL_MAX ? -INFINITY : 0;
	for (size_t p = 0; p < v->positions; p++)
		take(x + v->position[p], v, p, how, sum);
	for (size_t u = 0; u < v->units; u++)
		out[u] = v->positions == 1 && how == BRC_POOL_MEAN
				 ? (float)sum[u * n]
				 : (float)finish(sum + u * n, v, how);
}
