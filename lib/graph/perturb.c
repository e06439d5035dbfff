#include "graph/perturb.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "graph/layout.h"

/* The edges of a block, and their places. Returns how many there are. */
static size_t take_edges(const brc_block *b, brc_entry *at, float *value)
{
	size_t n = 0;

	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0) {
				at[n] = (brc_entry){(int32_t)i, (int32_t)brc_row_column(&row, j)};
				value[n++] = row.w[j];
			}
	}
	return n;
}

static void add_noise(brc_rng *rng, float *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double w = (double)value[i] * exp(BRC_PERTURB_NOISE * brc_rng_normal(rng));

		value[i] = (float)fmin(fmax(w, (double)FLT_MIN), (double)FLT_MAX);
	}
}

static brc_rc perturb_block(const brc_block *b, brc_rng *rng, brc_blocks *out, brc_err *err)
{
	size_t most = b->layout->entries(b), n;
	brc_entry *at = brc_alloc(most, sizeof(*at), err);
	float *value = brc_alloc(most, sizeof(*value), err);
	brc_rc rc = BRC_RESOURCE;

	if (at && value) {
		n = take_edges(b, at, value);
		add_noise(rng, value, n);
		rc = b->layout->fill(out, b, at, value, n, err);
	}
	free(at);
	free(value);
	return rc;
}

brc_rc brc_perturb_edges(const brc_blocks *blocks, uint64_t seed, uint32_t copy, brc_blocks *out,
			 brc_err *err)
{
	memset(out, 0, sizeof(*out));
	if (!blocks->store->shuffles)
		return brc_fail(err, BRC_DATA, "the edges are given by factors: they get no noise");
	BRC_TRY(brc_blocks_init(out, &blocks->layers, err));
	for (size_t k = 0; k < blocks->n; k++) {
		brc_rng rng;

		brc_rng_init(&rng, seed, BRC_RNG_NOISE, (uint32_t)k, copy);
		BRC_TRY(perturb_block(&blocks->block[k], &rng, out, err));
	}
	return BRC_OK;
}

size_t brc_perturb_bytes(const brc_blocks *blocks)
{
	size_t all = 0, largest = 0;

	for (size_t k = 0; k < blocks->n; k++) {
		const brc_block *b = &blocks->block[k];
		size_t entries = b->layout->entries(b);

		all = brc_plus(all, brc_plus(entries, b->rows));
		largest = entries > largest ? entries : largest;
	}
	/* Edges with columns; places and values of the block that is made. */
	return brc_plus(brc_times(all, 12), brc_times(largest, 12));
}
