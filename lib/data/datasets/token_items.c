#include "data/datasets/sources.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"

/* Sequence i is token[i * step + 0..length), its labels are one further on. */
typedef struct text {
	brc_array token; /* <i4 */
	size_t n, step, length;
} text;

static brc_rc next(brc_items *it, size_t number, void *out, brc_err *err)
{
	const text *t = it->state;

	(void)err;
	if (out)
		memcpy(out, (const int32_t *)t->token.data + number * t->step,
		       t->length * sizeof(int32_t));
	return BRC_OK;
}

static void clear(void *state)
{
	brc_array_clear(&((text *)state)->token);
}

static const brc_items_ops ops = {next, NULL, clear, true};

static brc_rc refuse(const brc_array *a, const char *name, const char *remedy, brc_err *err)
{
	char shape[256];

	brc_fail(err, BRC_DATA, "%s: an array of shape %s and type %s", name,
		 brc_array_shape_text(a, shape, sizeof(shape)), a->dtype);
	return brc_hint(err, "%s", remedy);
}

/* How an array of this shape is cut into sequences. */
static brc_rc cut(text *t, size_t length, const char *name, brc_err *err)
{
	const brc_array *a = &t->token;

	if (a->dtype[1] == 'f' || (a->ndim != 2 && a->ndim != 1))
		return refuse(a, name,
			      "tokens are integers of shape [sequences, tokens], or "
			      "[tokens] of a single text",
			      err);
	if (a->ndim == 1 && length == 0)
		return refuse(a, name, "--length N cuts a single text into sequences of N tokens",
			      err);
	if (a->ndim == 2 && length != 0)
		return refuse(a, name, "without --length sequences are as they stand in the array",
			      err);
	if (a->shape[a->ndim - 1] < (a->ndim == 1 ? length + 1 : 2))
		return refuse(a, name,
			      "a sequence needs its tokens and the one that follows the last", err);
	*t = a->ndim == 1 ? (text){*a, (a->shape[0] - 1) / length, length, length}
			  : (text){*a, a->shape[0], a->shape[1], a->shape[1] - 1};
	return BRC_OK;
}

static brc_rc read_tokens(text *t, brc_input *in, size_t length, size_t mem, brc_err *err)
{
	const char *name = brc_input_name(in);

	BRC_TRY(brc_npy_read_input(in, mem, &t->token, err));
	BRC_TRY(cut(t, length, name, err));
	BRC_TRY(brc_mem_need(t->token.count * (t->token.itemsize + 2 * sizeof(int32_t)), mem,
			     "the tokens and their labels", err));
	return brc_array_convert(&t->token, "<i4", name, err);
}

static brc_rc make_labels(const text *t, brc_array *label, brc_err *err)
{
	bool swap;
	const size_t shape[] = {t->n, t->length};
	const int32_t *in = t->token.data;
	int32_t *out;

	BRC_TRY(brc_array_declare(label, "<i4", 2, shape, "the labels", &swap, err));
	out = label->data = brc_alloc(label->count, sizeof(*out), err);
	BRC_TRY(brc_made(out));
	for (size_t i = 0; i < t->n; i++)
		memcpy(out + i * t->length, in + i * t->step + 1, t->length * sizeof(*out));
	return BRC_OK;
}

brc_rc brc_items_of_next_tokens(brc_items **it, brc_input *in, size_t length, size_t mem,
				brc_err *err)
{
	brc_array label = {0}, head;
	text *t;

	BRC_TRY(brc_items_new(it, brc_input_name(in), &ops, sizeof(*t), err));
	t = (*it)->state;
	BRC_TRY(read_tokens(t, in, length, mem, err));
	brc_section_digest_bytes((*it)->digest, t->token.data, t->token.count * sizeof(int32_t));
	BRC_TRY(make_labels(t, &label, err));
	head = label;
	brc_items_label(*it, &label);
	return brc_items_shape(*it, &head, err);
}
