#include "graph/signed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/affinity.h"
#include "linalg/row_eigenvalues.h"

void brc_signed_clear(brc_signed *s)
{
	for (size_t p = 0; s->part && p < s->n; p++) {
		free(s->part[p].unit);
		free(s->part[p].value);
	}
	free(s->part);
	free(s->own);
	memset(s, 0, sizeof(*s));
}

static brc_rc init(brc_signed *s, const brc_layers *layers, bool across, size_t samples,
		   brc_err *err)
{
	*s = (brc_signed){.samples = samples};
	BRC_TRY(BRC_ZEROED(s->part, across ? 1 : layers->n, err));
	s->n = across ? 1 : layers->n;
	for (size_t p = 0; p < s->n; p++)
		BRC_TRY(BRC_ARRAY(s->part[p].unit,
				  across ? brc_layers_total(layers) : layers->units[p], err));
	return BRC_OK;
}

/* ---- from samples ---- */

static double length(const float *row, size_t n)
{
	double square = 0;

	for (size_t s = 0; s < n; s++)
		square += (double)row[s] * (double)row[s];
	return sqrt(square);
}

/* Append unit u to a part whose rows begin at `first`, unless its row is zeroes. */
static void add_unit(brc_signed_part *p, size_t u, float *first, const float *row, size_t samples)
{
	double size = length(row, samples);
	float *to = first + p->n * samples;

	if (!(size > 0))
		return;
	for (size_t s = 0; s < samples; s++)
		to[s] = (float)((double)row[s] / size);
	p->unit[p->n++] = u;
}

brc_rc brc_signed_rows(brc_signed *s, const brc_layers *layers, bool across, size_t samples,
		       float *row, brc_err *err)
{
	brc_rc rc = init(s, layers, across, samples, err);

	for (size_t p = 0; p < s->n && rc == BRC_OK; p++) {
		size_t first = across ? 0 : layers->first[p];
		size_t end = across ? brc_layers_total(layers) : first + layers->units[p];

		s->part[p].row = row + first * samples;
		for (size_t u = first; u < end; u++)
			add_unit(&s->part[p], u, row + first * samples, row + u * samples, samples);
	}
	if (rc != BRC_OK)
		brc_signed_clear(s);
	return rc;
}

/* The sum of all entries of R R' is the squared length of the sum of all rows. */
static brc_rc set_mean(brc_signed_part *p, size_t samples, brc_err *err)
{
	double *sum, square = 0;

	BRC_TRY(BRC_ZEROED(sum, samples, err));
	for (size_t i = 0; i < p->n; i++)
		for (size_t s = 0; s < samples; s++)
			sum[s] += (double)p->row[i * samples + s];
	for (size_t s = 0; s < samples; s++)
		square += sum[s] * sum[s];
	free(sum);
	p->mean = p->n > 1 ? (square - (double)p->n) / ((double)p->n * (double)(p->n - 1)) : 0;
	return BRC_OK;
}

brc_rc brc_signed_eigenvalues(brc_signed *s, bool spool, brc_pool *pool, brc_err *err)
{
	for (size_t p = 0; p < s->n; p++) {
		brc_signed_part *part = &s->part[p];
		const brc_rows rows = {part->n, s->samples, part->row};

		if (part->value)
			continue;
		BRC_TRY(set_mean(part, s->samples, err));
		BRC_TRY(brc_row_eigenvalues(&rows, spool, pool, &part->value, &part->m, err));
	}
	return BRC_OK;
}

size_t brc_signed_bytes(size_t units, size_t samples, size_t threads)
{
	return brc_plus(brc_times(brc_times(units, samples), sizeof(float)),
			brc_row_eigenvalues_bytes(units, samples, threads));
}

/* ---- in a section ---- */

static char *tensor_name(char buf[48], size_t part)
{
	snprintf(buf, 48, "eigenvalue/%zu", part);
	return buf;
}

brc_rc brc_signed_write(const brc_signed *s, brc_section *to, brc_err *err)
{
	double *mean;
	char name[48];
	brc_rc rc = BRC_ARRAY(mean, s->n, err);

	for (size_t p = 0; p < s->n && rc == BRC_OK; p++) {
		mean[p] = s->part[p].mean;
		rc = brc_section_add_column(to, tensor_name(name, p), "<f8", s->part[p].m,
					    s->part[p].value, err);
	}
	BRC_THEN(rc, brc_section_add_column(to, "correlation/mean", "<f8", s->n, mean, err));
	free(mean);
	return rc;
}

/* The units of each part, without those that are constant. */
static brc_rc read_units(brc_signed *s, const brc_section *from, const brc_layers *layers,
			 brc_err *err)
{
	size_t units = brc_layers_total(layers);
	bool *constant;
	brc_rc rc = BRC_ARRAY(constant, units, err);

	BRC_THEN(rc, brc_affinity_constant(from, units, constant, err));
	for (size_t u = 0; u < units && rc == BRC_OK; u++) {
		brc_signed_part *p = &s->part[s->n > 1 ? brc_layers_of_unit(layers, u) : 0];

		if (!constant[u])
			p->unit[p->n++] = u;
	}
	free(constant);
	return rc;
}

/* Are they > 0, descending, as many as units at most, and is their sum the number of units? */
static bool valid(const brc_signed_part *p)
{
	double sum = 0;

	for (size_t i = 0; i < p->m; i++) {
		if (!(p->value[i] > 0) || (i > 0 && p->value[i] > p->value[i - 1]))
			return false;
		sum += p->value[i];
	}
	return p->m <= p->n && fabs(sum - (double)p->n) <= 1e-4 * (double)p->n &&
	       fabs(p->mean) <= 1 + 1e-6;
}

static brc_rc read_values(brc_signed *s, const brc_section *from, brc_err *err)
{
	double *mean;
	size_t n = s->n;
	char name[48];
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_section_dup_column(from, "correlation/mean", "<f8", &n, &mean, err));
	for (size_t p = 0; p < s->n && rc == BRC_OK; p++) {
		brc_signed_part *part = &s->part[p];

		part->mean = mean[p];
		part->m = BRC_ANY;
		rc = brc_section_dup_column(from, tensor_name(name, p), "<f8", &part->m,
					    &part->value, err);
		if (rc == BRC_OK && !valid(part))
			rc = brc_section_bad(from, err,
					     "'%s' are not the eigenvalues of a correlation matrix "
					     "of %zu units",
					     name, part->n);
	}
	free(mean);
	return rc;
}

brc_rc brc_signed_read(brc_signed *s, const brc_section *from, const brc_layers *layers, bool local,
		       bool *found, brc_err *err)
{
	brc_rc rc;

	memset(s, 0, sizeof(*s));
	*found = !!brc_section_tensor(from, "correlation/mean");
	if (!*found)
		return BRC_OK;
	rc = init(s, layers, !local, 0, err);
	BRC_THEN(rc, read_units(s, from, layers, err));
	BRC_THEN(rc, read_values(s, from, err));
	if (rc != BRC_OK)
		brc_signed_clear(s);
	return rc;
}
