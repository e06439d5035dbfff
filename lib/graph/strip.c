#include "graph/strip.h"

#include <stdlib.h>

#include "base/memory.h"
#include "graph/layout.h"

enum { ROWS = 64 };

struct brc_strip {
	const brc_blocks *blocks;
	void *former;       /* of the store; NULL: layouts unpack their rows */
	float *w;           /* [ROWS, units of a layer] */
	size_t from, to;    /* what `w` holds */
	size_t first, rows; /* no rows at first */
};

void brc_strip_free(brc_strip *strip)
{
	if (!strip)
		return;
	if (strip->former)
		strip->blocks->store->former_free(strip->former);
	free(strip->w);
	free(strip);
}

static brc_rc init(brc_strip *strip, brc_err *err)
{
	const brc_blocks *b = strip->blocks;
	size_t widest = 0;

	for (size_t k = 0; k < b->n; k++)
		if (!b->block[k].layout->whole && b->block[k].cols > widest)
			widest = b->block[k].cols;
	strip->w = brc_alloc(ROWS, widest * sizeof(*strip->w), err);
	BRC_TRY(brc_made(strip->w));
	return b->store->former_new ? b->store->former_new(&strip->former, b, err) : BRC_OK;
}

brc_rc brc_strip_new(brc_strip **out, const brc_blocks *blocks, brc_err *err)
{
	brc_strip *strip = brc_calloc(1, sizeof(*strip), err);
	brc_rc rc;

	BRC_TRY(brc_made(strip));
	strip->blocks = blocks;
	rc = init(strip, err);
	return BRC_GIVE(out, strip, rc, brc_strip_free);
}

brc_row brc_strip_row(brc_strip *strip, const brc_block *b, size_t i)
{
	bool there = strip->from == b->from && strip->to == b->to && i >= strip->first &&
		     i < strip->first + strip->rows;

	if (b->layout->whole)
		return b->layout->whole(b, i);
	if (!there) {
		strip->from = b->from;
		strip->to = b->to;
		strip->first = i;
		strip->rows = b->rows - i < ROWS ? b->rows - i : ROWS;
		b->layout->unpack(strip->former, b, i, strip->rows, strip->w);
	}
	return (brc_row){.n = b->cols, .w = strip->w + (i - strip->first) * b->cols};
}
