#include "linalg/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* y[row] += value x[column], by runs of entries in one row. */
static void add_to_rows(const brc_fit *f, const double *value, const double *x, double *y)
{
	for (size_t e = 0; e < f->n;) {
		int32_t row = f->at[e].row;
		double sum = 0;

		for (; e < f->n && f->at[e].row == row; e++)
			sum += value[e] * x[f->at[e].column];
		y[row] += sum;
	}
}

/* y[column] += value x[row]. */
static void add_to_columns(const brc_fit *f, const double *value, const double *x, double *y)
{
	for (size_t e = 0; e < f->n; e++)
		y[f->at[e].column] += value[e] * x[f->at[e].row];
}

/*
 * The largest deviation of the sums x y of units first .. last - 1 from the wanted ones. Infinite
 * where a sum is to be more than 0 and cannot.
 */
static double deviation(const brc_fit *f, const double *x, const double *y, size_t first,
			size_t last)
{
	double most = 0;

	for (size_t u = first; u < last; u++) {
		double off = f->sum[u] > 0 ? fabs(x[u] * y[u] / f->sum[u] - 1) : 0;

		if (f->sum[u] > 0 && !(y[u] > 0 && off < INFINITY))
			return INFINITY;
		most = fmax(most, off);
	}
	return most;
}

/* Factors of rows, then of columns. Returns the deviation of the columns in between. */
static double sweep_sides(const brc_fit *f, const double *value, double *x, double *y)
{
	double off;

	memset(y, 0, f->units * sizeof(*y));
	add_to_rows(f, value, x, y);
	for (size_t u = 0; u < f->rows; u++)
		x[u] = y[u] > 0 ? f->sum[u] / y[u] : 0;
	add_to_columns(f, value, x, y);
	off = fmax(deviation(f, x, y, 0, f->rows), deviation(f, x, y, f->rows, f->units));
	for (size_t u = f->rows; u < f->units && off > BRC_FIT_TOLERANCE; u++)
		x[u] = y[u] > 0 ? f->sum[u] / y[u] : 0;
	return off;
}

static double sweep_symmetric(const brc_fit *f, const double *value, double *x, double *y)
{
	double off;

	memset(y, 0, f->units * sizeof(*y));
	add_to_rows(f, value, x, y);
	add_to_columns(f, value, x, y);
	off = deviation(f, x, y, 0, f->units);
	for (size_t u = 0; u < f->units && off > BRC_FIT_TOLERANCE; u++)
		x[u] = y[u] > 0 ? sqrt(x[u] * (f->sum[u] / y[u])) : 0;
	return off;
}

brc_rc brc_fit_sums(const brc_fit *f, double *value, bool *fitted, brc_err *err)
{
	double *x, *y, off = INFINITY;

	*fitted = false;
	BRC_NEW_RAW(x, brc_times(f->units, 2), err);
	y = x + f->units;
	for (size_t u = 0; u < f->units; u++)
		x[u] = 1;
	for (size_t sweep = 0; sweep < BRC_FIT_SWEEPS; sweep++) {
		off = f->rows ? sweep_sides(f, value, x, y) : sweep_symmetric(f, value, x, y);
		if (off <= BRC_FIT_TOLERANCE || !(off < INFINITY))
			break;
	}
	*fitted = off <= BRC_FIT_TOLERANCE;
	for (size_t e = 0; e < f->n && *fitted; e++)
		value[e] *= x[f->at[e].row] * x[f->at[e].column];
	free(x);
	return BRC_OK;
}
