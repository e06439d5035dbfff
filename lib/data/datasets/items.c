#include "data/datasets/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"

brc_rc brc_items_new(brc_items **out, const char *name, const brc_items_ops *ops,
		     size_t state_bytes, brc_err *err)
{
	brc_items *it = *out = brc_calloc(1, sizeof(*it), err);

	BRC_TRY(brc_made(it));
	snprintf(it->name, sizeof(it->name), "%s", name);
	snprintf(it->label_name, sizeof(it->label_name), "%s", name);
	it->ops = ops;
	it->digest = brc_section_digest_new(err);
	it->state = brc_calloc(1, state_bytes, err);
	return it->digest && it->state ? BRC_OK : BRC_RESOURCE;
}

void brc_items_free(brc_items *it)
{
	if (!it)
		return;
	if (it->state)
		it->ops->clear(it->state);
	free(it->state);
	brc_section_digest_free(it->digest);
	brc_texts_free(it->class_name, it->classes);
	brc_array_clear(&it->label);
	free(it);
}

brc_rc brc_items_shape(brc_items *it, const brc_array *head, brc_err *err)
{
	char text[256];

	if (head->ndim < 2) {
		brc_fail(err, BRC_DATA, "%s: the images have shape %s, not [images, ...]", it->name,
			 brc_array_shape_text(head, text, sizeof(text)));
		return brc_hint(err, "give the images first, then the labels");
	}
	if (head->count == 0)
		return brc_fail(err, BRC_DATA, "%s: there are no images: their shape is %s",
				it->name, brc_array_shape_text(head, text, sizeof(text)));
	memcpy(it->dtype, head->dtype, sizeof(it->dtype));
	it->itemsize = head->itemsize;
	it->n = head->shape[0];
	it->ndim = head->ndim - 1;
	memcpy(it->shape, head->shape + 1, it->ndim * sizeof(*it->shape));
	it->elements = head->count / it->n;
	return BRC_OK;
}

brc_rc brc_items_read_label(brc_items *it, brc_input *in, const brc_array *head, bool swap,
			    size_t mem, brc_err *err)
{
	brc_array label = *head;
	char text[256];

	snprintf(it->label_name, sizeof(it->label_name), "%s", brc_input_name(in));
	if (label.ndim == 1 && label.shape[0] != it->n)
		return brc_fail(err, BRC_DATA, "%s: %zu images, but %zu labels", it->label_name,
				it->n, label.shape[0]);
	if (label.ndim > 1 && label.shape[0] != it->n)
		return brc_fail(err, BRC_DATA, "%s: labels of shape %s, but there are %zu images",
				it->label_name, brc_array_shape_text(&label, text, sizeof(text)),
				it->n);
	BRC_TRY(brc_input_exactly(in, label.count * label.itemsize, mem, &label.data, err));
	if (swap)
		brc_elements_swap(label.data, label.count, label.itemsize);
	brc_items_label(it, &label);
	return BRC_OK;
}

void brc_items_label(brc_items *it, brc_array *label)
{
	it->label = *label;
	brc_digest(label->data, label->count * label->itemsize, it->label_digest);
	memset(label, 0, sizeof(*label));
}

brc_rc brc_items_next(brc_items *it, void *out, brc_err *err)
{
	size_t number = it->given++;

	if (!out && it->ops->seeks)
		return BRC_OK;
	return it->ops->next(it, number, out, err);
}

brc_rc brc_items_end(brc_items *it, brc_err *err)
{
	return it->ops->end ? it->ops->end(it, err) : BRC_OK;
}

/* ---- an array in a file ---- */

typedef struct array_state {
	brc_input *in;
	bool swap;
	unsigned char *passed; /* where unwanted items go; all items are read and checked */
} array_state;

static brc_rc array_next(brc_items *it, size_t number, void *out, brc_err *err)
{
	array_state *a = it->state;
	size_t bytes = it->elements * it->itemsize;
	void *place;

	(void)number;
	if (!out && !a->passed && !(a->passed = brc_alloc(bytes, 1, err)))
		return BRC_RESOURCE;
	place = out ? out : a->passed;
	BRC_TRY(brc_input_piece(a->in, place, bytes, err));
	if (a->swap)
		brc_elements_swap(place, it->elements, it->itemsize);
	brc_section_digest_bytes(it->digest, place, bytes);
	return BRC_OK;
}

static brc_rc array_end(brc_items *it, brc_err *err)
{
	return brc_input_end(((array_state *)it->state)->in, err);
}

static void array_clear(void *state)
{
	array_state *a = state;

	brc_input_free(a->in);
	free(a->passed);
}

static const brc_items_ops array_ops = {array_next, array_end, array_clear, false};

brc_rc brc_items_of_array(brc_items **out, brc_input *in, const brc_array *head, bool swap,
			  brc_err *err)
{
	brc_rc rc = brc_items_new(out, brc_input_name(in), &array_ops, sizeof(array_state), err);

	if (rc != BRC_OK) {
		brc_input_free(in);
		return rc;
	}
	*(array_state *)(*out)->state = (array_state){.in = in, .swap = swap};
	BRC_TRY(brc_items_shape(*out, head, err));
	return brc_input_announce(in, head->count * head->itemsize, err);
}
