/* What goes into the inputs of a network: constants while its graph is built, images when it runs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/input_images.h"
#include "net/inputs.h"
#include "sections/dataset_inputs.h"

#define CONSTANT_MAX ((size_t)1 << 22) /* elements of all constants */

/* Is it the same for all images? */
static bool is_constant(const brc_net_input *in)
{
	return in->fill >= BRC_FILL_ZEROS;
}

/* ---- constants ---- */

/* Of an input with n places, the elements of one after another `step` apart. */
static double element(const brc_net *net, const brc_net_input *in, size_t n, size_t step, size_t i)
{
	switch (in->fill) {
	case BRC_FILL_ONES:
		return 1;
	case BRC_FILL_COUNT:
		return (double)(net->past + i / step % n);
	default:
		return 0;
	}
}

/* The same for every image, in the dimension that holds them. */
static void repeat_shared(const brc_net_input *in, const brc_tensor_view *x, size_t item, char *to)
{
	size_t outer = 1, rows = in->images == BRC_NOWHERE ? 1 : x->dim[in->images], bytes = item;
	const char *from = in->shared;

	for (size_t k = 0; k < x->ndim; k++)
		if (in->images != BRC_NOWHERE && k < in->images)
			outer *= x->dim[k];
		else if (k != in->images)
			bytes *= x->dim[k];
	for (size_t o = 0; o < outer; o++)
		for (size_t r = 0; r < rows; r++)
			memcpy(to + (o * rows + r) * bytes, from + o * bytes, bytes);
}

/* The last dimension that does not hold the images. */
static void find_places(const brc_net_input *in, const brc_tensor_view *x, size_t *n, size_t *step)
{
	size_t at[BRC_MAX_DIMS], dims = brc_net_item_dims(in, at);

	if (dims == 0)
		return;
	*n = x->dim[at[dims - 1]];
	for (size_t k = at[dims - 1] + 1; k < x->ndim; k++)
		*step *= x->dim[k];
}

/* Its elements, out of *left; the caller frees them. */
static brc_rc make_constant(const brc_net *net, const brc_net_input *in, const brc_tensor_view *x,
			    size_t *left, void **data, brc_err *err)
{
	size_t count = 1, n = brc_item(in->elem), places = 1, step = 1;

	for (size_t k = 0; k < x->ndim; k++)
		if (!brc_mul(count, x->dim[k], &count) || count > *left)
			return brc_fail(err, BRC_DATA,
					"the input '%.200s', and others that are the same for all "
					"images, have more than %zu elements",
					in->name, CONSTANT_MAX);
	*left -= count;
	*data = brc_alloc(count, n, err);
	BRC_TRY(brc_made(*data));
	if (in->fill == BRC_FILL_SHARED) {
		repeat_shared(in, x, n, *data);
		return BRC_OK;
	}
	find_places(in, x, &places, &step);
	for (size_t i = 0; i < count; i++)
		if (in->elem == BRC_ELEM_FLOAT)
			((float *)*data)[i] = (float)element(net, in, places, step, i);
		else
			((int64_t *)*data)[i] = (int64_t)element(net, in, places, step, i);
	return BRC_OK;
}

static brc_rc view(const brc_net *net, size_t rows, const brc_net_input *in, brc_tensor_view *x,
		   size_t *left, void **data, brc_err *err)
{
	*x = (brc_tensor_view){.name = in->name,
			       .elem = in->elem,
			       .ndim = in->ndim,
			       .batch = net->tracked && in->images != BRC_NOWHERE &&
					!is_constant(in)};
	memcpy(x->dim, in->dim, sizeof(x->dim));
	if (in->images != BRC_NOWHERE) {
		x->dim[in->images] = rows;
		x->open = net->tracked && !net->fixed ? (size_t)1 << in->images : 0;
	}
	if (in->images != BRC_NOWHERE && !is_constant(in)) { /* handed in with the images first */
		x->open = x->open != 0;
		x->images = in->images;
		memmove(x->dim + 1, x->dim, in->images * sizeof(*x->dim));
		x->dim[0] = rows;
	}
	if (is_constant(in))
		BRC_TRY(make_constant(net, in, x, left, data, err));
	x->data = *data;
	return BRC_OK;
}

brc_rc brc_net_build(const brc_net *net, size_t rows, const brc_exec_options *options, brc_exec **g,
		     brc_err *err)
{
	brc_tensor_view *x = brc_calloc(net->n_in, sizeof(*x), err);
	void **data = brc_calloc(net->n_in, sizeof(*data), err);
	brc_rc rc = x && data ? BRC_OK : BRC_RESOURCE;
	size_t left = CONSTANT_MAX;

	*g = NULL;
	for (size_t k = 0; rc == BRC_OK && k < net->n_in; k++)
		rc = view(net, rows, &net->in[k], &x[k], &left, &data[k], err);
	BRC_THEN(rc, brc_exec_new(g, &net->model, x, net->n_in, options, err));
	for (size_t k = 0; data && k < net->n_in; k++)
		free(data[k]);
	free((void *)data);
	free(x);
	return rc;
}

/* ---- what the graph says of the main input ---- */

void brc_net_note_input(brc_net *net)
{
	const brc_net_input *in = &net->in[net->main];
	size_t at[BRC_MAX_DIMS];

	for (size_t k = 0; k < net->n_in; k++)
		net->in[k].vocabulary = brc_exec_vocabulary(net->g, net->in[k].name);
	for (net->input = 0;; net->input++) {
		const brc_operand *v = brc_exec_value(net->g, net->input);

		if (v->input && strcmp(v->name, in->name) == 0)
			break;
	}
	net->io = (brc_net_io){.ndim = brc_net_item_dims(in, at),
			       .inputs = brc_exec_value(net->g, net->input)->count / net->rows,
			       .tokens = in->elem != BRC_ELEM_FLOAT,
			       .vocabulary = in->vocabulary};
	for (size_t k = 0; k < net->io.ndim; k++)
		net->io.shape[k] = in->dim[at[k]];
}

/*
 * The dimension of 1 in which an image by itself lies; BRC_NOWHERE: there is none. It may move
 * between the input and the output.
 */
static size_t dimension_of_one(const brc_net *net, const brc_operand *v)
{
	size_t usual = net->in[net->main].images;

	if (usual < v->ndim && v->dim[usual] == 1)
		return usual;
	return usual != BRC_NOWHERE && v->ndim > 0 && v->dim[0] == 1 ? 0 : BRC_NOWHERE;
}

bool brc_net_item_shape(const brc_net *net, const brc_operand *v, size_t *ndim,
			size_t shape[BRC_MAX_DIMS])
{
	size_t at = net->tracked ? v->batch : dimension_of_one(net, v), around[2], n = 0;

	if (net->tracked && at == BRC_NOWHERE)
		return false;
	around[0] = net->tracked ? v->dim[at] / (net->rows * v->inner) : 1;
	around[1] = net->tracked ? v->inner : 1;
	if (v->ndim + (around[0] > 1) + (around[1] > 1) > BRC_MAX_DIMS)
		return false;
	for (size_t k = 0; k < v->ndim; k++)
		if (k != at)
			shape[n++] = v->dim[k];
		else
			for (size_t i = 0; i < 2; i++)
				if (around[i] > 1)
					shape[n++] = around[i];
	*ndim = n;
	return true;
}

/* ---- do the data have it all? ---- */

/* Bytes that one image takes. */
static size_t bytes_of(const brc_net_input *in)
{
	size_t bytes = brc_item(in->elem);

	for (size_t k = 0; k < in->ndim; k++)
		bytes *= k == in->images ? 1 : in->dim[k];
	return bytes;
}

static brc_rc check_array(const brc_net_input *in, const brc_dataset_input *x, brc_err *err)
{
	size_t want[BRC_MAX_DIMS], n = 0;
	char a[192], b[192];
	bool same;

	if (in->elem != BRC_ELEM_FLOAT && x->real)
		return brc_fail(
			err, BRC_DATA,
			"the input '%.200s' takes integers, and the data set holds floats for it",
			in->name);
	for (size_t k = 0; k < in->ndim; k++)
		if (k != in->images)
			want[n++] = in->dim[k];
	same = n == x->ndim && memcmp(want, x->shape, n * sizeof(*want)) == 0;
	if (same || (in->images == BRC_NOWHERE && x->count * brc_item(in->elem) == bytes_of(in)))
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the network takes %s as its input '%.200s', and the data set holds %s",
			brc_extents_text(want, n, a), in->name,
			brc_extents_text(x->shape, x->ndim, b));
}

static brc_rc fail_unknown(const brc_net *net, const brc_net_input *in, brc_err *err)
{
	brc_str shape = {0};

	brc_net_input_text(net, in, &shape);
	brc_fail(err, BRC_DATA,
		 "the network takes the input '%.200s', too, which is %s of %s: the data set holds "
		 "nothing for it",
		 in->name, shape.failed ? "" : shape.s,
		 in->elem == BRC_ELEM_FLOAT ? "floats" : "integers");
	brc_hint(err,
		 "read-data --input %.100s=FILE.npy puts an array into the data set, with a row "
		 "for each image or one for all; or --output NAME ends the network before it",
		 in->name);
	brc_str_free(&shape);
	return BRC_DATA;
}

static brc_rc check(const brc_net *net, const brc_net_input *in, const brc_dataset *data,
		    brc_err *err)
{
	const brc_dataset_input *x = brc_dataset_input_called(data, in->name);

	if (in->fill == BRC_FILL_NONE || (in->fill == BRC_FILL_ARRAY && !x))
		return fail_unknown(net, in, err);
	return in->fill == BRC_FILL_ARRAY ? check_array(in, x, err) : BRC_OK;
}

/* ---- running ---- */

/* An array of integers: those of one image, which a table may be asked for. */
static brc_rc put_numbers(const brc_net_input *in, const brc_dataset_input *x, size_t image,
			  int64_t *to, brc_err *err)
{
	const int64_t known = (int64_t)in->vocabulary;

	brc_dataset_input_ints(x, image, to);
	for (size_t i = 0; known && i < x->count; i++)
		if (to[i] < -known || to[i] >= known)
			return brc_fail(err, BRC_DATA,
					"the input '%.200s': number %zu of image %zu is %lld, but "
					"the network's table has %zu rows",
					in->name, i, image, (long long)to[i], in->vocabulary);
	return BRC_OK;
}

static brc_rc put(const brc_net_input *in, const brc_dataset *data, size_t image, char *to,
		  brc_err *err)
{
	const brc_dataset_input *x;

	if (in->fill == BRC_FILL_ITEMS && in->elem == BRC_ELEM_FLOAT) {
		brc_dataset_rows(data, image, 1, (float *)(void *)to);
	} else if (in->fill == BRC_FILL_ITEMS) {
		brc_dataset_tokens(data, image, 1, (int64_t *)(void *)to);
	} else if (in->fill == BRC_FILL_ARRAY) {
		x = brc_dataset_input_called(data, in->name);
		if (in->elem == BRC_ELEM_FLOAT)
			brc_dataset_input_floats(x, image, (float *)(void *)to);
		else
			return put_numbers(in, x, image, (int64_t *)(void *)to, err);
	}
	return BRC_OK;
}

brc_rc brc_net_fill_inputs(const brc_net *net, brc_workspace *w, size_t rows,
			   const brc_dataset *data, const size_t *sample, size_t first, size_t n,
			   brc_err *err)
{
	for (size_t k = 0; k < net->n_in; k++) {
		const brc_net_input *in = &net->in[k];
		char *to = is_constant(in) ? NULL : brc_workspace_input(w, in->name);
		size_t one = bytes_of(in), have;

		if (!to && k == net->main)
			return brc_fail(err, BRC_DATA, "the network does not use its input");
		if (to)
			BRC_TRY(check(net, in, data, err));
		/* without a dimension of images there is one run for each, or one array for all */
		have = in->images == BRC_NOWHERE ? 1 : rows;
		for (size_t i = 0; to && i < n && i < have; i++)
			BRC_TRY(put(in, data, sample ? sample[i] : first + i, to + i * one, err));
		if (to && n < have)
			memset(to + n * one, 0, (have - n) * one);
	}
	return BRC_OK;
}
