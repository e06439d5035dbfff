/* Where signed correlations are taken from: samples, factors, or what corr stored. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "graph/signed.h"
#include "linalg/factor_columns.h"
#include "sections/activations.h"

/* From rows of all units, which are handed over. */
static brc_rc of_rows(brc_signed *s, const brc_signed_source *from, size_t samples, float *row,
		      brc_pool *pool, brc_err *err)
{
	brc_rc rc =
		brc_signed_rows(s, &from->blocks->layers, !from->origin->local, samples, row, err);

	if (rc != BRC_OK) {
		free(row);
		return rc;
	}
	s->own = row;
	if (!from->rows)
		rc = brc_signed_eigenvalues(s, false, pool, err);
	if (rc != BRC_OK)
		brc_signed_clear(s);
	return rc;
}

/* ---- given samples ---- */

static brc_rc check_samples(const brc_activations *a, const brc_signed_source *from, brc_err *err)
{
	char title[256];

	brc_section_title(from->samples, title, sizeof(title));
	if (!brc_layers_equal(&a->layers, &from->blocks->layers))
		return brc_fail(err, BRC_DATA,
				"--samples: the layers of %s are not those of the graph", title);
	if (from->origin->samples && a->samples != from->origin->samples)
		return brc_fail(err, BRC_DATA,
				"--samples: %s has %zu samples, but the graph was made of %zu",
				title, a->samples, from->origin->samples);
	return BRC_OK;
}

static brc_rc of_values(brc_signed *s, const brc_signed_source *from, const brc_activations *a,
			brc_pool *pool, brc_err *err)
{
	size_t n = brc_layers_total(&a->layers), threads = brc_pool_threads(pool);
	const brc_samples in = {a->value, a->samples, n, a->spooled};
	int method = brc_word_index(BRC_CORR_METHODS, from->origin->method);
	brc_factor_columns c = {0};
	brc_rc rc;

	if (method < 0)
		return brc_fail(err, BRC_DATA, "--samples: the graph is not one of correlations");
	BRC_TRY(brc_mem_need(brc_plus(brc_factor_columns_bytes(a->samples, n, threads),
				      brc_signed_bytes(n, a->samples, threads)),
			     from->mem, "the samples", err));
	rc = brc_factor_columns_init(&c, &in, (brc_corr_method)method, pool, NULL, err);
	return rc == BRC_OK ? of_rows(s, from, c.samples, c.row, pool, err) : rc;
}

static brc_rc of_samples(brc_signed *s, const brc_signed_source *from, brc_pool *pool, brc_err *err)
{
	brc_activations a = {0};
	brc_rc rc = brc_activations_read(&a, from->samples, err);

	BRC_THEN(rc, check_samples(&a, from, err));
	BRC_THEN(rc, of_values(s, from, &a, pool, err));
	brc_activations_clear(&a);
	return rc;
}

/* ---- factors ---- */

static brc_rc of_factors(brc_signed *s, const brc_signed_source *from, brc_pool *pool, brc_err *err)
{
	const brc_blocks *b = from->blocks;
	size_t bytes =
		brc_signed_bytes(brc_layers_total(&b->layers), b->samples, brc_pool_threads(pool));

	float *row;

	BRC_TRY(brc_mem_need(bytes, from->mem, "the factors", err));
	BRC_TRY(BRC_ARRAY(row, brc_times(brc_layers_total(&b->layers), b->samples), err));
	for (size_t l = 0; l < b->layers.n; l++)
		memcpy(row + b->layers.first[l] * b->samples, b->factor[l],
		       b->layers.units[l] * b->samples * sizeof(*row));
	return of_rows(s, from, b->samples, row, pool, err);
}

brc_rc brc_signed_find(brc_signed *s, const brc_signed_source *from, brc_pool *pool, bool *found,
		       brc_err *err)
{
	memset(s, 0, sizeof(*s));
	*found = true;
	if (from->samples)
		return of_samples(s, from, pool, err);
	if (from->blocks->factor)
		return of_factors(s, from, pool, err);
	*found = false;
	if (from->rows)
		return BRC_OK;
	return brc_signed_read(s, from->affinity, &from->blocks->layers, from->origin->local, found,
			       err);
}
