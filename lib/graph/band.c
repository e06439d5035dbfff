#include "graph/band.h"

#include <stdlib.h>

#include "base/memory.h"
#include "graph/factors.h"

enum { TILE = BRC_FACTORS_TILE, ROWS = 64 };

struct brc_band {
	const brc_blocks *blocks;
	brc_factors *factors;      /* of all layers; NULL where edges are there */
	float *w;                  /* [ROWS, units of a layer] */
	double *tile;              /* two */
	size_t block, first, rows; /* what `w` holds; no rows at first */
};

void brc_band_free(brc_band *band)
{
	if (!band)
		return;
	brc_factors_free(band->factors);
	free(band->w);
	free(band->tile);
	free(band);
}

static brc_rc init_factors(brc_band *band, brc_err *err)
{
	const brc_layers *layers = &band->blocks->layers;
	size_t *member = brc_alloc(layers->n, sizeof(*member), err), most = 0;
	brc_rc rc;

	if (!member)
		return BRC_RESOURCE;
	for (size_t l = 0; l < layers->n; l++) {
		member[l] = l;
		most = layers->units[l] > most ? layers->units[l] : most;
	}
	rc = brc_factors_new(&band->factors, band->blocks, member, layers->n, true, err);
	free(member);
	band->w = brc_alloc(ROWS, most * sizeof(*band->w), err);
	band->tile = brc_alloc(2 * TILE * TILE, sizeof(*band->tile), err);
	return rc == BRC_OK && (!band->w || !band->tile) ? BRC_RESOURCE : rc;
}

brc_rc brc_band_new(brc_band **out, const brc_blocks *blocks, brc_err *err)
{
	brc_band *band = brc_calloc(1, sizeof(*band), err);
	brc_rc rc;

	if (!band)
		return BRC_RESOURCE;
	band->blocks = blocks;
	rc = brc_blocks_factored(blocks) ? init_factors(band, err) : BRC_OK;
	if (rc != BRC_OK) {
		brc_band_free(band);
		return rc;
	}
	*out = band;
	return BRC_OK;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The rows of block k from `first` on, as many as are held; a unit has no edge with itself. */
static void form(brc_band *band, size_t k, size_t first)
{
	const brc_layers *layers = &band->blocks->layers;
	const brc_block *b = &band->blocks->block[k];
	size_t cols = layers->units[b->to], row = layers->first[b->from] + first;

	band->block = k;
	band->first = first;
	band->rows = least(ROWS, layers->units[b->from] - first);
	for (size_t j = 0; j < cols; j += TILE) {
		size_t some = least(TILE, cols - j);

		brc_factors_tile(band->factors, row, band->rows, layers->first[b->to] + j, some,
				 band->tile, band->tile + TILE * TILE);
		for (size_t i = 0; i < band->rows; i++)
			for (size_t c = 0; c < some; c++)
				band->w[i * cols + j + c] = (float)band->tile[i * TILE + c];
	}
	for (size_t i = 0; b->from == b->to && i < band->rows; i++)
		band->w[i * cols + first + i] = 0;
}

brc_row brc_band_row(brc_band *band, size_t k, size_t i)
{
	const brc_block *b = &band->blocks->block[k];
	size_t cols = band->blocks->layers.units[b->to];

	if (!band->factors)
		return brc_block_row(b, cols, i);
	if (band->block != k || i < band->first || i >= band->first + band->rows)
		form(band, k, i);
	return (brc_row){cols, 0, band->w + (i - band->first) * cols, NULL};
}
