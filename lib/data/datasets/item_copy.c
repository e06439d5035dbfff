#include "data/datasets/item_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { PIECE_BYTES = 1 << 20 };

/* ---- planning ---- */

static bool few(size_t extent)
{
	return extent <= 4;
}

/* Where the channels of an image of this shape stand. */
static brc_rc tell_layout(const brc_items *it, brc_layout *out, brc_err *err)
{
	bool first = it->ndim == 3 && few(it->shape[0]), last = it->ndim == 3 && few(it->shape[2]);

	if (it->layout != BRC_LAYOUT_UNKNOWN || it->ndim == 2) { /* y, x: one channel, or known */
		*out = it->layout;
		return BRC_OK;
	}
	if (first == last) {
		brc_fail(err, BRC_DATA,
			 "%s: it cannot be told which extent of the images holds the channels",
			 it->name);
		return brc_hint(err, "without --nchw, --nhwc, --bgr and several means images pass "
				     "as they are");
	}
	*out = first ? BRC_LAYOUT_NCHW : BRC_LAYOUT_NHWC;
	return BRC_OK;
}

brc_rc brc_item_copy_plan(brc_item_copy *c, brc_layout wanted, brc_dataset *d, brc_err *err)
{
	const brc_items *it = c->items;

	c->from = it->layout;
	if (wanted != BRC_LAYOUT_UNKNOWN || c->reverse || d->channels > 1)
		BRC_TRY(tell_layout(it, &c->from, err));
	c->to = wanted == BRC_LAYOUT_UNKNOWN || c->from == BRC_LAYOUT_UNKNOWN ? c->from : wanted;
	c->channels = c->from == BRC_LAYOUT_NCHW   ? it->shape[0]
		      : c->from == BRC_LAYOUT_NHWC ? it->shape[it->ndim - 1]
						   : 1;
	d->layout = c->to;
	d->ndim = it->ndim;
	d->pixels = it->elements;
	memcpy(d->shape, it->shape, sizeof(d->shape));
	if (c->from != c->to && c->to == BRC_LAYOUT_NHWC) {
		memmove(d->shape, it->shape + 1, (it->ndim - 1) * sizeof(*d->shape));
		d->shape[it->ndim - 1] = it->shape[0];
	} else if (c->from != c->to) {
		memmove(d->shape + 1, it->shape, (it->ndim - 1) * sizeof(*d->shape));
		d->shape[0] = it->shape[it->ndim - 1];
	}
	return BRC_OK;
}

/* ---- copying ---- */

typedef struct pieces {
	brc_item_copy *c;
	const brc_dataset *d;
	brc_filter *f;
	size_t size;          /* of an element of the data set, bytes */
	unsigned char *raw;   /* one item as it comes */
	unsigned char *made;  /* and in the type of the data set, before channels are moved */
	unsigned char *piece; /* [rows] */
	size_t rows, n, written;
} pieces;

static brc_rc flush(pieces *p, brc_err *err)
{
	const brc_dataset *d = p->d;

	BRC_TRY(brc_dataset_check_images(d, p->piece, p->written, p->n, p->c->items->name, err));
	BRC_TRY(brc_filter_rows(p->f, p->piece, p->n, err));
	p->written += p->n;
	p->n = 0;
	return BRC_OK;
}

/* Element (channel k, place i) of the input goes where the output has it. */
static void move_channels(const brc_item_copy *c, size_t size, size_t elements,
			  const unsigned char *in, unsigned char *out)
{
	size_t channels = c->channels, plane = elements / channels;

	for (size_t k = 0; k < channels; k++) {
		size_t to = c->reverse ? channels - 1 - k : k;

		for (size_t i = 0; i < plane; i++) {
			size_t a = c->from == BRC_LAYOUT_NCHW ? k * plane + i : i * channels + k;
			size_t b = c->to == BRC_LAYOUT_NCHW ? to * plane + i : i * channels + to;

			memcpy(out + b * size, in + a * size, size);
		}
	}
}

static void note_largest(brc_item_copy *c, const unsigned char *byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->largest = byte[i] > c->largest ? byte[i] : c->largest;
}

/* One item as it will be written, into its place. */
static brc_rc make_item(pieces *p, size_t number, unsigned char *place, brc_err *err)
{
	static const char *const type[] = {"|u1", "<f4", "<i4"};
	brc_items *it = p->c->items;
	bool same = !strcmp(it->dtype, type[p->d->pixel]);
	bool moves = p->c->channels > 1 && (p->c->from != p->c->to || p->c->reverse);
	unsigned char *made = moves ? p->made : place, *raw = same ? made : p->raw;

	BRC_TRY(brc_items_next(it, raw, err));
	if (!same)
		BRC_TRY(brc_elements_convert(it->dtype, raw, number * it->elements, it->elements,
					     type[p->d->pixel], made, it->name, err));
	if (moves)
		move_channels(p->c, p->size, it->elements, made, place);
	if (p->d->pixel == BRC_PIXEL_U1)
		note_largest(p->c, place, it->elements);
	return BRC_OK;
}

static brc_rc take_item(pieces *p, size_t number, brc_err *err)
{
	BRC_TRY(make_item(p, number, p->piece + p->n * p->c->items->elements * p->size, err));
	return ++p->n == p->rows ? flush(p, err) : BRC_OK;
}

static brc_rc pass_all(pieces *p, brc_err *err)
{
	brc_item_copy *c = p->c;

	for (size_t i = 0; i < c->items->n; i++)
		if (!c->chosen || c->chosen[i])
			BRC_TRY(take_item(p, i, err));
		else if (c->aside && c->aside[i])
			BRC_TRY(make_item(p, i, brc_kept_rows_next(&c->kept), err));
		else
			BRC_TRY(brc_items_next(c->items, NULL, err));
	if (p->n > 0)
		BRC_TRY(flush(p, err));
	return brc_items_end(c->items, err);
}

static brc_rc reserve(pieces *p, size_t mem, brc_err *err)
{
	const brc_items *it = p->c->items;
	size_t item, total;
	char what[320];

	p->size = p->d->pixel == BRC_PIXEL_U1 ? 1 : 4;
	if (!brc_mul(it->elements, p->size, &item) || !brc_mul(it->elements, it->itemsize, &total))
		return brc_fail(err, BRC_RESOURCE, "%s: an image is larger than memory", it->name);
	p->rows = item < PIECE_BYTES ? PIECE_BYTES / item : 1;
	if (!brc_add(total, item, &total) || !brc_add(total, p->rows * item, &total))
		return brc_fail(err, BRC_RESOURCE, "%s: an image is larger than memory", it->name);
	snprintf(what, sizeof(what), "%s: a piece of the images", it->name);
	BRC_TRY(brc_mem_need(total, mem, what, err));
	p->raw = brc_alloc(it->elements, it->itemsize, err);
	p->made = brc_alloc(item, 1, err);
	p->piece = brc_alloc(p->rows, item, err);
	if (!p->raw || !p->made || !p->piece)
		return BRC_RESOURCE;
	return p->c->aside ? brc_kept_rows_init(&p->c->kept, p->c->n_aside, item, mem, what, err)
			   : BRC_OK;
}

/* The section up to the images. */
static brc_rc begin(const brc_dataset *d, brc_section *s, brc_filter *f, brc_err *err)
{
	brc_dataset_tensor t;

	BRC_TRY(brc_dataset_describe(d, s, &t, err));
	BRC_TRY(brc_filter_begin(f, s, err));
	return brc_filter_tensor(f, t.name, t.dtype, t.ndim, t.shape, t.axes, err);
}

static brc_rc write_all(pieces *p, brc_section *s, size_t mem, brc_err *err)
{
	const brc_item_copy *c = p->c;
	const brc_input_choice choice = {c->chosen, c->aside, p->d->n, c->n_aside, mem};

	BRC_TRY(begin(p->d, s, p->f, err));
	BRC_TRY(pass_all(p, err));
	if (c->more)
		BRC_TRY(brc_input_arrays_write(c->more, &choice, p->f, err));
	return brc_filter_end(p->f, err);
}

brc_rc brc_item_copy_write(brc_item_copy *c, const brc_dataset *d, brc_section *s, size_t mem,
			   brc_filter *f, brc_err *err)
{
	pieces p = {.c = c, .d = d, .f = f};
	brc_rc rc;

	c->largest = d->pixel == BRC_PIXEL_U1 ? 0 : 255;
	rc = brc_dataset_check_head(d, c->items->name, err);
	BRC_THEN(rc, reserve(&p, mem, err));
	BRC_THEN(rc, write_all(&p, s, mem, err));
	free(p.raw);
	free(p.made);
	free(p.piece);
	return rc;
}

brc_rc brc_item_copy_write_kept(brc_item_copy *c, const brc_dataset *d, brc_section *s,
				brc_filter *f, brc_err *err)
{
	const size_t rows = c->kept.bytes < PIECE_BYTES ? PIECE_BYTES / c->kept.bytes : 1;

	BRC_TRY(brc_dataset_check_head(d, c->items->name, err));
	BRC_TRY(begin(d, s, f, err));
	for (size_t i = 0; i < d->n; i += rows) {
		const size_t n = brc_least(d->n - i, rows);
		const void *piece = brc_kept_rows_at(&c->kept, i);

		BRC_TRY(brc_dataset_check_images(d, piece, i, n, c->items->name, err));
		BRC_TRY(brc_filter_rows(f, piece, n, err));
	}
	if (c->more)
		BRC_TRY(brc_input_arrays_write_kept(c->more, f, err));
	return brc_filter_end(f, err);
}

void brc_item_copy_clear(brc_item_copy *c)
{
	brc_kept_rows_clear(&c->kept);
}
