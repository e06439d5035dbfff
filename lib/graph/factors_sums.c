/*
 * Sums of edges between groups of units, from factors. For every group M_a = R_a' R_a is computed,
 * a block of samples at a time, and then the products of these matrices.
 */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/factors.h"

/* Rows gathered at once; samples of a block at most; doubles that the M of all groups may take. */
enum { ROWS = 128, BLOCK = 64, HELD = 1 << 21 };

/* A sum this small, compared with those within its two groups, is only rounding. */
#define ROUNDING 1e-13

typedef struct sums {
	const brc_factors *f;
	size_t groups, block;
	const size_t *unit, *start; /* units by group: those of g are unit[start[g]] .. */
	double *rows;               /* [ROWS, samples] */
	double *moments;            /* [groups, block, samples] */
} sums;

/* The units of a part that are in a group and have a row, by group. */
static void sort_units(const brc_factors *f, size_t part, const int32_t *group, size_t groups,
		       size_t *unit, size_t *start)
{
	memset(start, 0, (groups + 2) * sizeof(*start));
	for (size_t u = f->part[part]; u < f->part[part + 1]; u++)
		if (group[u] >= 0 && f->length[u] > 0)
			start[group[u] + 2]++;
	for (size_t g = 2; g < groups + 2; g++)
		start[g] += start[g - 1];
	for (size_t u = f->part[part]; u < f->part[part + 1]; u++)
		if (group[u] >= 0 && f->length[u] > 0)
			unit[start[group[u] + 1]++] = u;
}

/* out[some, samples - s] = of M_g the rows s .. s + some - 1, columns s on, entries off the
 * diagonal times sqrt(2), those below it 0: then a product of two is that of the whole matrices. */
static void group_moments(const sums *m, size_t g, size_t s, size_t some, double *out)
{
	size_t samples = m->f->samples, cols = samples - s;

	memset(out, 0, some * cols * sizeof(*out));
	for (size_t i = m->start[g]; i < m->start[g + 1]; i += ROWS) {
		size_t rows = brc_least(ROWS, m->start[g + 1] - i);

		for (size_t k = 0; k < rows; k++)
			memcpy(m->rows + k * cols, m->f->r + m->unit[i + k] * samples + s,
			       cols * sizeof(*m->rows));
		cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)some, (int)cols,
			    (int)rows, 1, m->rows, (int)cols, m->rows, (int)cols, 1, out,
			    (int)cols);
	}
	for (size_t k = 0; k < some; k++)
		for (size_t t = 0; t < cols; t++)
			out[k * cols + t] *= t < k ? 0 : t == k ? 1 : M_SQRT2;
}

/* The upper triangle of sum += the products of all groups' moments. */
static void add_products(const sums *m, double *sum)
{
	size_t samples = m->f->samples;

	for (size_t s = 0; s < samples; s += m->block) {
		size_t some = brc_least(m->block, samples - s), count = some * (samples - s);

		for (size_t g = 0; g < m->groups; g++)
			group_moments(m, g, s, some, m->moments + g * count);
		cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)m->groups, (int)count, 1,
			    m->moments, (int)count, 1, sum, (int)m->groups);
	}
}

/* Fill both triangles, and leave out sums that are only rounding. */
static void finish(double *sum, const double *pairs, size_t groups)
{
	for (size_t a = 0; a < groups; a++)
		for (size_t b = a + 1; b < groups; b++) {
			double e = sum[a * groups + b];

			if (!(e > ROUNDING * sqrt(sum[a * groups + a] * sum[b * groups + b])))
				e = 0;
			sum[a * groups + b] = sum[b * groups + a] = e;
		}
	for (size_t a = 0; a < groups; a++) {
		double e = sum[a * groups + a], within = e - pairs[a];

		sum[a * groups + a] = within > ROUNDING * e ? within : 0;
	}
}

static void sum_parts(sums *m, const int32_t *group, size_t *unit, size_t *start, double *pairs,
		      double *sum)
{
	memset(sum, 0, m->groups * m->groups * sizeof(*sum));
	for (size_t p = 0; p < m->f->n_parts; p++) {
		sort_units(m->f, p, group, m->groups, unit, start);
		for (size_t g = 0; g < m->groups; g++)
			pairs[g] += (double)(start[g + 1] - start[g]);
		add_products(m, sum);
	}
	finish(sum, pairs, m->groups);
}

brc_rc brc_factors_sums(const brc_factors *f, const int32_t *group, size_t groups, double *sum,
			brc_err *err)
{
	size_t most, *unit, *start;
	brc_rc rc = BRC_RESOURCE;
	double *pairs;
	sums m;

	if (groups == 0)
		return BRC_OK;
	most = HELD / (groups * f->samples);
	unit = brc_alloc(f->n, sizeof(*unit), err);
	start = brc_alloc(groups + 2, sizeof(*start), err);
	pairs = brc_calloc(groups, sizeof(*pairs), err);
	m = (sums){.f = f, .groups = groups, .unit = unit, .start = start};

	m.block = most < 1 ? 1 : brc_least(most, BLOCK);
	m.rows = brc_alloc(ROWS, f->samples * sizeof(*m.rows), err);
	m.moments = brc_alloc(groups, m.block * f->samples * sizeof(*m.moments), err);
	if (unit && start && pairs && m.rows && m.moments) {
		sum_parts(&m, group, unit, start, pairs, sum);
		rc = BRC_OK;
	}
	free(unit);
	free(start);
	free(pairs);
	free(m.rows);
	free(m.moments);
	return rc;
}
