#include "sections/dataset_inputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static bool is_input(const brc_tensor *t)
{
	return strncmp(t->name, BRC_DATASET_INPUT, strlen(BRC_DATASET_INPUT)) == 0;
}

/* [n, ...], or [1, ...]: the same for all images. */
static brc_rc read_one(brc_dataset_input *x, const brc_tensor *t, size_t n, const brc_section *s,
		       brc_err *err)
{
	*x = (brc_dataset_input){.name = t->name + strlen(BRC_DATASET_INPUT),
				 .real = strcmp(t->dtype, "<f4") == 0,
				 .data = t->data};
	if (!x->real && strcmp(t->dtype, "<i4") != 0)
		return brc_section_bad(s, err, "'%s' is %s, neither <f4 nor <i4", t->name,
				       t->dtype);
	if (t->ndim < 1 || (t->shape[0] != n && t->shape[0] != 1))
		return brc_section_bad(s, err, "'%s' is not for %zu images", t->name, n);
	if (!*x->name)
		return brc_section_bad(s, err, "'%s' names no input", t->name);
	x->shared = t->shape[0] == 1;
	x->ndim = t->ndim - 1;
	memcpy(x->shape, t->shape + 1, x->ndim * sizeof(*x->shape));
	x->count = brc_tensor_count(t) / t->shape[0];
	for (size_t i = 0; x->real && i < brc_tensor_count(t); i++)
		if (!isfinite(((const float *)t->data)[i]))
			return brc_section_bad(s, err, "'%s' holds a number that is not finite",
					       t->name);
	return BRC_OK;
}

brc_rc brc_dataset_inputs_read(brc_dataset *d, const brc_section *s, brc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_tensors; i++)
		n += is_input(s->tensors[i]);
	if (n == 0)
		return BRC_OK;
	BRC_NEW(d->input, n, err);
	for (size_t i = 0; i < s->n_tensors; i++)
		if (is_input(s->tensors[i]))
			BRC_TRY(read_one(&d->input[d->n_inputs++], s->tensors[i], d->n, s, err));
	return BRC_OK;
}

brc_rc brc_dataset_inputs_write(const brc_dataset *d, brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < d->n_inputs; i++) {
		const brc_dataset_input *x = &d->input[i];
		size_t shape[BRC_MAX_DIMS] = {x->shared ? 1 : d->n};
		char name[256];

		memcpy(shape + 1, x->shape, x->ndim * sizeof(*shape));
		snprintf(name, sizeof(name), BRC_DATASET_INPUT "%s", x->name);
		BRC_TRY(brc_section_add(s, name, x->real ? "<f4" : "<i4", x->ndim + 1, shape,
					"image", x->data, NULL, err));
	}
	return BRC_OK;
}

const brc_dataset_input *brc_dataset_input_called(const brc_dataset *d, const char *name)
{
	for (size_t i = 0; d && i < d->n_inputs; i++)
		if (strcmp(d->input[i].name, name) == 0)
			return &d->input[i];
	return NULL;
}

void brc_dataset_input_floats(const brc_dataset_input *x, size_t image, float *out)
{
	size_t first = x->shared ? 0 : image * x->count;

	for (size_t i = 0; i < x->count; i++)
		out[i] = x->real ? ((const float *)x->data)[first + i]
				 : (float)((const int32_t *)x->data)[first + i];
}

void brc_dataset_input_ints(const brc_dataset_input *x, size_t image, int64_t *out)
{
	size_t first = x->shared ? 0 : image * x->count;

	for (size_t i = 0; i < x->count; i++)
		out[i] = ((const int32_t *)x->data)[first + i];
}
