#include "graph/affinity.h"

#include <stdlib.h>

#include "base/memory.h"

#define CONSTANT "constant/unit"

/* The units that are constant over the samples, of correlations (or NULL) or of factors. */
static brc_rc add_constant(brc_section *s, size_t units, const brc_correlation *c,
			   const brc_factor_columns *f, brc_err *err)
{
	size_t n = 0;
	int32_t *unit = brc_alloc(units, sizeof(*unit), err);
	brc_rc rc = brc_made(unit);

	for (size_t u = 0; unit && u < units; u++)
		if (c ? brc_correlation_constant(c, u) : brc_factor_columns_constant(f, u))
			unit[n++] = (int32_t)u;
	BRC_THEN(rc, brc_section_add_column(s, CONSTANT, "<i4", n, unit, err));
	free(unit);
	return rc;
}

brc_rc brc_affinity_constant(const brc_section *s, size_t units, bool *constant, brc_err *err)
{
	const brc_tensor *t;
	const int32_t *unit;

	BRC_TRY(brc_section_need_column(s, CONSTANT, "<i4", BRC_ANY, &t, err));
	unit = t->data;
	for (size_t u = 0; u < units; u++)
		constant[u] = false;
	for (size_t i = 0; i < t->shape[0]; i++) {
		if (unit[i] < 0 || (size_t)unit[i] >= units)
			return brc_section_bad(s, err, "constant unit %d does not exist",
					       (int)unit[i]);
		constant[unit[i]] = true;
	}
	return BRC_OK;
}

brc_rc brc_affinity_blocks(brc_blocks *b, const brc_layers *layers, bool local, brc_err *err)
{
	BRC_TRY(brc_blocks_init(b, layers, err));
	for (size_t from = 0; from < layers->n; from++)
		for (size_t to = from; to < (local ? from + 1 : layers->n); to++)
			BRC_TRY(brc_blocks_add(b, from, to, NULL, err));
	return BRC_OK;
}

brc_rc brc_affinity_begin(brc_section *s, const brc_blocks *b, const brc_correlation *columns,
			  brc_err *err)
{
	BRC_TRY(brc_layers_write(&b->layers, s, err));
	BRC_TRY(add_constant(s, columns->n, columns, NULL, err));
	for (size_t k = 0; k < b->n; k++)
		BRC_TRY(brc_blocks_write_record(b, k, s, err));
	return BRC_OK;
}

static brc_rc add_factors(brc_section *s, brc_blocks *b, bool local, const brc_factor_columns *c,
			  brc_err *err)
{
	const float **factor = brc_alloc(b->layers.n, sizeof(*factor), err);
	brc_rc rc;

	BRC_TRY(brc_made(factor));
	for (size_t l = 0; l < b->layers.n; l++)
		factor[l] = c->row + b->layers.first[l] * c->samples;
	rc = brc_blocks_add_factors(b, c->samples, factor, !local, err);
	free(factor);
	return rc == BRC_OK ? brc_blocks_write(b, s, err) : rc;
}

brc_rc brc_affinity_factors(brc_section *s, const brc_layers *layers, bool local,
			    const brc_factor_columns *columns, brc_err *err)
{
	brc_blocks b;
	brc_rc rc;

	BRC_TRY(add_constant(s, columns->n, NULL, columns, err));
	rc = brc_blocks_init(&b, layers, err);
	BRC_THEN(rc, add_factors(s, &b, local, columns, err));
	brc_blocks_clear(&b);
	return rc;
}

/*
 * Processor time from corr to twelve clusters, in nanoseconds, as measured on one processor
 * (docs/performance.md, "Factors"). Only their ratios matter. An edge costs time for each pair of
 * units: three filters write, read, check and sum it, and it is multiplied with about 200 vectors.
 * Factors cost time for each pair of units, which is formed and discarded twice, and for each unit,
 * whose products with these vectors are in double precision. If there are few edges, no time can be
 * saved, and every filter accepts edges.
 */
#define EDGE 35.
#define EDGE_SAMPLE .005
#define WALK_SAMPLE .018
#define WALK (93 * WALK_SAMPLE)
#define UNIT_SQUARE 3.5
#define UNIT_SAMPLE 670.
#define FEW_PAIRS (double)(1 << 24)

bool brc_affinity_factors_pay(const brc_layers *layers, bool local, size_t samples)
{
	double s = (double)samples, n = (double)brc_layers_total(layers), pairs = 0;

	if (samples > BRC_FACTOR_SAMPLES)
		return false;
	for (size_t l = 0; local && l < layers->n; l++)
		pairs += (double)layers->units[l] * (double)layers->units[l];
	if (!local)
		pairs = n * n;
	return pairs >= FEW_PAIRS &&
	       pairs * (WALK + WALK_SAMPLE * s) + n * (UNIT_SQUARE * s * s + UNIT_SAMPLE * s) <
		       pairs * (EDGE + EDGE_SAMPLE * s);
}
