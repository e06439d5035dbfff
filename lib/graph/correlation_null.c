#include "graph/correlation_null.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "graph/layout.h"
#include "graph/row_graph.h"
#include "linalg/rotation.h"

/* ---- rows of length 1 whose products are the correlations ---- */

static brc_rc rotate(const brc_signed_part *p, brc_rng *rng, float *row, brc_err *err)
{
	double *b;
	brc_rc rc = BRC_ARRAY(b, brc_times(p->n, p->m), err);

	BRC_THEN(rc, brc_rotation(b, p->value, p->n, p->m, rng, err));
	for (size_t i = 0; rc == BRC_OK && i < p->n * p->m; i++)
		row[i] = (float)b[i];
	free(b);
	return rc;
}

static void permute(const brc_signed_part *p, size_t samples, brc_rng *rng, float *row)
{
	memcpy(row, p->row, p->n * samples * sizeof(*row));
	for (size_t i = 0; i < p->n; i++)
		brc_rng_shuffle(rng, row + i * samples, samples);
}

/* The law of random values with given mean and variance of their products. */
typedef struct law {
	size_t m;
	double mean, sd;
} law;

enum { MOST_VALUES = 1 << 24 };

static brc_rc hqs_law(const brc_signed_part *p, law *l, brc_err *err)
{
	double n = (double)p->n, square = -n, e = fmax(p->mean, 0), v, m;

	for (size_t i = 0; i < p->m; i++)
		square += p->value[i] * p->value[i];
	v = p->n > 1 ? square / (n * (n - 1)) - p->mean * p->mean : 0;
	m = fmax(2, floor((1 - e * e) / v));
	if (!(v > 0) || m > MOST_VALUES)
		return brc_fail(err, BRC_NUMERIC,
				"the correlations are all %.6g: there is nothing to draw", p->mean);
	l->m = (size_t)m;
	l->mean = sqrt(e / m);
	l->sd = sqrt(sqrt(e / m * (e / m) + v / m) - e / m);
	return BRC_OK;
}

static void draw_values(const brc_signed_part *p, const law *l, brc_rng *rng, float *row)
{
	for (size_t i = 0; i < p->n; i++, row += l->m) {
		double square = 0;
		float pair[2];

		for (size_t c = 0; c < l->m; c++) {
			if (c % 2 == 0)
				brc_rng_normal_pair(rng, pair);
			row[c] = (float)(l->mean + l->sd * (double)pair[c % 2]);
			square += (double)row[c] * (double)row[c];
		}
		for (size_t c = 0; c < l->m; c++)
			row[c] = (float)((double)row[c] / sqrt(square));
	}
}

/* Length of the rows of a part. */
static brc_rc row_length(const brc_correlation_null *n, size_t part, size_t *length, brc_err *err)
{
	const brc_signed_part *p = &n->observed->part[part];
	law l = {0};

	if (n->kind == BRC_NULL_OF_HQS && p->n > 0)
		BRC_TRY(hqs_law(p, &l, err));
	*length = n->kind == BRC_NULL_OF_ROTATION  ? p->m
		  : n->kind == BRC_NULL_OF_SAMPLES ? n->observed->samples
						   : l.m;
	return BRC_OK;
}

static brc_rc draw_rows(const brc_correlation_null *n, size_t part, uint64_t seed, uint32_t draw,
			brc_rows *out, brc_err *err)
{
	const brc_signed_part *p = &n->observed->part[part];
	brc_rc rc = BRC_OK;
	float *row;
	brc_rng rng;
	law l;

	out->n = p->n;
	BRC_TRY(row_length(n, part, &out->length, err));
	BRC_TRY(BRC_ARRAY(row, brc_times(p->n, out->length), err));
	out->row = row;
	brc_rng_init(&rng, seed, BRC_RNG_NULL, (uint32_t)part, draw);
	if (p->n == 0)
		return BRC_OK;
	if (n->kind == BRC_NULL_OF_ROTATION)
		rc = rotate(p, &rng, row, err);
	else if (n->kind == BRC_NULL_OF_SAMPLES)
		permute(p, out->length, &rng, row);
	else
		rc = hqs_law(p, &l, err);
	if (n->kind == BRC_NULL_OF_HQS && rc == BRC_OK)
		draw_values(p, &l, &rng, row);
	return rc;
}

/* ---- graphs ---- */

static brc_rc by_edges(const brc_correlation_null *n, uint64_t seed, uint32_t draw, brc_blocks *out,
		       brc_err *err)
{
	BRC_TRY(brc_row_graph_init(out, n->like, err));
	for (size_t p = 0; p < n->observed->n; p++) {
		brc_rows rows = {0};
		brc_rc rc = draw_rows(n, p, seed, draw, &rows, err);

		BRC_THEN(rc,
			 brc_row_graph_fill(out, &rows, n->observed->part[p].unit, n->edge, err));
		free((void *)rows.row);
		BRC_TRY(rc);
	}
	return BRC_OK;
}

static brc_rc by_factors(const brc_correlation_null *n, uint64_t seed, uint32_t draw,
			 brc_blocks *out, brc_err *err)
{
	size_t parts = n->observed->n, longest = 0;
	const size_t **unit = NULL;
	brc_rows *rows;
	brc_rc rc = BRC_ZEROED(rows, parts, err);

	BRC_THEN(rc, BRC_ARRAY(unit, parts, err));
	for (size_t p = 0; p < parts && rc == BRC_OK; p++) {
		unit[p] = n->observed->part[p].unit;
		rc = draw_rows(n, p, seed, draw, &rows[p], err);
		longest = rows[p].length > longest ? rows[p].length : longest;
	}
	if (rc == BRC_OK && longest > BRC_FACTOR_SAMPLES) {
		brc_fail(err, BRC_DATA,
			 "null graphs need factors of %zu numbers; at most %d are "
			 "supported",
			 longest, BRC_FACTOR_SAMPLES);
		rc = brc_hint(err, "corr --dense");
	}
	BRC_THEN(rc, brc_row_graph_factors(out, n->like, rows, unit, parts, longest, err));
	for (size_t p = 0; rows && p < parts; p++)
		free((void *)rows[p].row);
	free(rows);
	free(unit);
	return rc;
}

brc_rc brc_correlation_null_draw(const brc_correlation_null *n, uint64_t seed, uint32_t draw,
				 brc_blocks *out, brc_err *err)
{
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	rc = n->like->store == &brc_edge_store_factors ? by_factors(n, seed, draw, out, err)
						       : by_edges(n, seed, draw, out, err);
	if (rc != BRC_OK)
		brc_blocks_clear(out);
	return rc;
}

/* ---- what it takes ---- */

static size_t part_bytes(const brc_correlation_null *n, size_t part)
{
	const brc_signed_part *p = &n->observed->part[part];
	size_t length = 0, rows;

	if (row_length(n, part, &length, NULL) != BRC_OK)
		return 0;
	rows = brc_times(brc_times(p->n, length), sizeof(float));
	return n->kind == BRC_NULL_OF_ROTATION
		       ? brc_plus(brc_times(rows, 3), brc_rotation_bytes(p->n, p->m))
		       : rows;
}

size_t brc_correlation_null_bytes(const brc_correlation_null *n)
{
	bool factors = n->like->store == &brc_edge_store_factors;
	size_t most = 0, sum = 0, edges = 0;

	for (size_t p = 0; p < n->observed->n; p++) {
		size_t bytes = part_bytes(n, p);

		most = bytes > most ? bytes : most;
		sum = brc_plus(sum, bytes);
	}
	for (size_t b = 0; !factors && b < n->like->n; b++)
		edges = brc_plus(edges, brc_blocks_entries(n->like, n->like->block[b].from,
							   n->like->block[b].to));
	return factors ? brc_times(sum, 2)
		       : brc_plus(brc_plus(most, brc_times(edges, sizeof(float))),
				  brc_row_products_bytes(1));
}

double brc_correlation_null_cost(const brc_correlation_null *n)
{
	bool factors = n->like->store == &brc_edge_store_factors;
	double sum = 0;

	for (size_t p = 0; p < n->observed->n; p++) {
		double units = (double)n->observed->part[p].n, m = (double)n->observed->part[p].m;
		size_t length = 0;

		if (row_length(n, p, &length, NULL) != BRC_OK)
			continue;
		if (n->kind == BRC_NULL_OF_ROTATION)
			sum += m * m * (2 * units - 2 * m / 3);
		sum += factors ? 0 : units * units * (double)length / 2;
	}
	return sum;
}
