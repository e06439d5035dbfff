/* Chooses the images that represent a group. */
#include <stdlib.h>

#include "base/memory.h"
#include "render/html/example_images.h"

typedef struct {
	size_t image;
	double weight;
} vote;

static int by_image(const void *a, const void *b)
{
	const vote *x = a, *y = b;

	return (x->image > y->image) - (x->image < y->image);
}

static int by_weight(const void *a, const void *b)
{
	const vote *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return by_image(a, b);
}

/* One vote for each entry of the units' lists. Returns the number of votes. */
static size_t collect_votes(const brc_exemplars *x, size_t first, const brc_group *g, vote *votes)
{
	size_t n = 0;

	for (size_t u = 0; u < g->size; u++)
		for (size_t r = 0; r < x->per_unit; r++) {
			int32_t sample = x->top[(first + g->unit[u]) * x->per_unit + r];

			if (sample >= 0)
				votes[n++] =
					(vote){brc_exemplars_find(x, sample),
					       (double)(x->per_unit - r) / (double)x->per_unit};
		}
	return n;
}

/* Sum the votes of each image; returns how many images there are. */
static size_t count_votes(vote *votes, size_t n)
{
	size_t images = 0;

	qsort(votes, n, sizeof(*votes), by_image);
	for (size_t i = 0; i < n; i++) {
		if (images > 0 && votes[images - 1].image == votes[i].image)
			votes[images - 1].weight += votes[i].weight;
		else
			votes[images++] = votes[i];
	}
	qsort(votes, images, sizeof(*votes), by_weight);
	return images;
}

brc_rc brc_exemplars_strongest(const brc_exemplars *x, const brc_labelling *l, const brc_group *g,
			       size_t image[BRC_STRONGEST], size_t *n, brc_err *err)
{
	size_t layer, votes, cells;
	vote *v;

	*n = 0;
	if (x->images == 0 || !g->unit)
		return BRC_OK;
	layer = brc_layers_find(&x->layers, l->layers.name[g->layer]);
	if (layer == BRC_ANY || x->layers.units[layer] != l->layers.units[g->layer])
		return BRC_OK;
	if (!brc_mul(g->size, x->per_unit, &cells))
		return brc_fail(err, BRC_DATA, "exemplars: there are too many images for a unit");
	BRC_NEW(v, cells, err);
	votes = collect_votes(x, x->layers.first[layer], g, v);
	if (votes > 0)
		votes = count_votes(v, votes);
	for (size_t i = 0; i < votes && i < BRC_STRONGEST; i++)
		image[(*n)++] = v[i].image;
	free(v);
	return BRC_OK;
}
