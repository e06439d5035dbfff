#include "data/token_items.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/npy.h"

static brc_rc next(brc_items *it, size_t number, void *out, brc_err *err)
{
	const brc_array *a = it->state;
	size_t length = a->shape[1];
	const int32_t *row = (const int32_t *)a->data + number * length;
	(void)err;
	if (out != NULL)
		memcpy(out, row, (length - 1) * sizeof(*row));
	return BRC_OK;
}

static void release(brc_items *it)
{
	brc_array *a = it->state;
	if (a != NULL)
		brc_array_clear(a);
	free(a);
}

static const brc_items_ops ops = {next, NULL, release, true};

static brc_rc read_tokens(brc_input *in, size_t mem, brc_array *a, brc_err *err)
{
	char text[256];
	const char *name = brc_input_name(in);
	BRC_TRY(brc_npy_read_input(in, mem, a, err));
	if (a->ndim != 2 || a->shape[1] < 2 || a->dtype[1] == 'f') {
		brc_fail(err, BRC_DATA, "%s: an array of shape %s and type %s", name,
			 brc_array_shape_text(a, text, sizeof(text)), a->dtype);
		return brc_hint(err, "tokens are integers of shape [sequences, tokens], at least "
				     "two tokens each");
	}
	BRC_TRY(brc_mem_need(a->count * (a->itemsize + 2 * sizeof(int32_t)), mem,
			     "the tokens and their labels", err));
	return brc_array_convert(a, "<i4", name, err);
}

/* Tokens 1.. of every sequence. */
static brc_rc make_labels(const brc_array *a, brc_array *label, brc_err *err)
{
	bool swap;
	size_t n = a->shape[0], length = a->shape[1];
	const size_t shape[] = {n, length - 1};
	const int32_t *in = a->data;
	BRC_TRY(brc_array_declare(label, "<i4", 2, shape, "the labels", &swap, err));
	int32_t *out = label->data = brc_alloc(label->count, sizeof(*out), err);
	if (out == NULL)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * (length - 1), in + i * length + 1, (length - 1) * sizeof(*out));
	return BRC_OK;
}

brc_rc brc_items_of_next_tokens(brc_items **it, brc_input *in, size_t mem, brc_err *err)
{
	brc_array label = {0}, head;
	BRC_TRY(brc_items_new(it, brc_input_name(in), &ops, err));
	brc_array *a = (*it)->state = brc_calloc(1, sizeof(*a), err);
	if (a == NULL)
		return BRC_RESOURCE;
	BRC_TRY(read_tokens(in, mem, a, err));
	brc_section_digest_bytes((*it)->digest, a->data, a->count * a->itemsize);
	BRC_TRY(make_labels(a, &label, err));
	head = label;
	brc_items_label(*it, &label);
	return brc_items_shape(*it, &head, err);
}
