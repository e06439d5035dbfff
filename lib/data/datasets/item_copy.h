/*
 * Writes items into the section dataset/1, a piece at a time. Only one MiB of items is held.
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_ITEM_COPY_H
#define BRC_DATA_DATASETS_ITEM_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sections/dataset.h"
#include "data/datasets/input_arrays.h"
#include "data/datasets/items.h"
#include "data/datasets/kept_rows.h"
#include "stream/filter.h"

typedef struct brc_item_copy {
	brc_items *items;
	const bool *chosen;     /* [items->n], d->n of them marked; NULL: all */
	const bool *aside;      /* [items->n], others that are kept for later; NULL: none */
	size_t n_aside;         /* how many */
	brc_kept_rows kept;     /* [n_aside], as they will be written */
	brc_layout from, to;    /* channels are moved when both are known and differ */
	bool reverse;           /* channels in the opposite order: RGB as BGR */
	size_t channels;        /* of an image, for the two above */
	brc_input_arrays *more; /* written behind the images; NULL: none */
	unsigned largest;       /* out: the largest byte; 255 when they are no bytes */
} brc_item_copy;

/*
 * The shape of the images that `c` will give, from that of its items, and c->from and c->channels.
 * `wanted` UNKNOWN leaves the layout as it is. If the layout is unknown, the shape tells it,
 * provided that one outer extent is at most 4 and the other is not. BRC_DATA if the shape does not
 * tell it and the layout is needed: for `wanted`, to reverse channels, or for means of several
 * channels (d->channels).
 */
brc_rc brc_item_copy_plan(brc_item_copy *c, brc_layout wanted, brc_dataset *d, brc_err *err);

/*
 * Write `s` (fresh, with its metadata to be filled) to `f`: everything of `d`,
 * whose `image` is NULL, and the images as they come, converted to its type,
 * laid out, checked. All items are read, for the digest and for damage, unless
 * the format can do without. Takes about two MiB and three items; more than
 * `mem` (0: no limit) is BRC_RESOURCE.
 */
brc_rc brc_item_copy_write(brc_item_copy *c, const brc_dataset *d, brc_section *s, size_t mem,
			   brc_filter *f, brc_err *err);
/* Then those that were kept aside, as another data set, with labels of its own. */
brc_rc brc_item_copy_write_kept(brc_item_copy *c, const brc_dataset *d, brc_section *s,
				brc_filter *f, brc_err *err);
void brc_item_copy_clear(brc_item_copy *c); /* what was kept */

#endif
