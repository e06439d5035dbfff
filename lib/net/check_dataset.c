/* Do images fit a network's input, and labels its output? */
#include <stdio.h>
#include <string.h>

#include "net/lesion.h"

static char *shape_text(const size_t *shape, size_t n, char *buf, size_t cap)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < n && len < cap; k++, len = strlen(buf))
		snprintf(buf + len, cap - len, "%s%zu", k ? " x " : "", shape[k]);
	return buf;
}

/* Extents other than 1; returns their number. */
static size_t squeeze(const size_t *shape, size_t n, size_t out[BRC_MAX_DIMS])
{
	size_t m = 0;

	for (size_t k = 0; k < n; k++)
		if (shape[k] != 1)
			out[m++] = shape[k];
	return m;
}

/*
 * The same number of elements in another order - 32 x 32 x 3 for 3 x 32 x 32 -
 * would run and mean nothing. A vector may take an image of any shape.
 */
static bool same_order(const size_t *a, size_t na, const size_t *b, size_t nb)
{
	size_t x[BRC_MAX_DIMS], y[BRC_MAX_DIMS];
	size_t nx = squeeze(a, na, x), ny = squeeze(b, nb, y);

	return nx != ny || memcmp(x, y, nx * sizeof(*x)) == 0;
}

static brc_rc check_labels(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	size_t classes = brc_net_classes(net), each = brc_net_positions(net);

	if (data->classes <= classes)
		return BRC_OK;
	for (size_t i = 0; i < data->n * each; i++)
		if ((size_t)data->label[i] >= classes)
			return brc_fail(err, BRC_DATA,
					"image %zu has label %d, but the network has %zu classes",
					i / each, (int)data->label[i], classes);
	return BRC_OK;
}

/* Numbers beyond the table that they are looked up in. */
static brc_rc check_tokens(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	size_t words = brc_net_vocabulary(net);
	const int32_t *token = data->image;

	for (size_t i = 0; words && i < data->n * data->pixels; i++)
		if (token[i] < 0 || (size_t)token[i] >= words)
			return brc_fail(err, BRC_DATA,
					"sequence %zu has token %d, but the network knows %zu",
					i / data->pixels, (int)token[i], words);
	return BRC_OK;
}

/* Images for networks of images, tokens for those of tokens. */
static brc_rc check_kind(const brc_net *net, const size_t *want, size_t ndim,
			 const brc_dataset *data, brc_err *err)
{
	bool tokens = data->pixel == BRC_PIXEL_I4;
	char have_text[128], want_text[128];

	if (tokens == brc_net_takes_tokens(net))
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the data set holds %s of %s%s, but the network takes %s of %s",
			tokens ? "sequences" : "images",
			shape_text(data->shape, data->ndim, have_text, sizeof(have_text)),
			tokens ? " tokens" : "", tokens ? "floats" : "tokens, sequences",
			shape_text(want, ndim, want_text, sizeof(want_text)));
}

/* An answer for every label. */
static brc_rc check_answers(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	size_t answers = brc_net_positions(net), labels = data->per_position ? data->pixels : 1;

	if (answers == labels)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the data set has %zu label%s for each sequence, but the network gives %zu "
			"answer%s",
			labels, labels == 1 ? "" : "s", answers, answers == 1 ? "" : "s");
}

/* Would the images fit if their channels stood elsewhere? */
static brc_layout other_layout(const size_t *want, size_t ndim, const brc_dataset *data)
{
	const size_t *have = data->shape;

	if (ndim != 3 || data->ndim != 3)
		return BRC_LAYOUT_UNKNOWN;
	if (want[0] == have[2] && want[1] == have[0] && want[2] == have[1])
		return BRC_LAYOUT_NCHW;
	if (want[0] == have[1] && want[1] == have[2] && want[2] == have[0])
		return BRC_LAYOUT_NHWC;
	return BRC_LAYOUT_UNKNOWN;
}

static brc_rc refuse_shape(const size_t *want, size_t ndim, const brc_dataset *data, brc_err *err)
{
	char have_text[128], want_text[128];
	brc_layout other = other_layout(want, ndim, data);

	brc_fail(err, BRC_DATA, "%s of %s do not fit the network's input of %s",
		 data->pixel == BRC_PIXEL_I4 ? "sequences" : "images",
		 shape_text(data->shape, data->ndim, have_text, sizeof(have_text)),
		 shape_text(want, ndim, want_text, sizeof(want_text)));
	if (other == BRC_LAYOUT_UNKNOWN)
		return err ? err->code : BRC_DATA;
	return brc_hint(err, "the channels stand in another place: read-data --%s puts them there",
			other == BRC_LAYOUT_NCHW ? "nchw" : "nhwc");
}

brc_rc brc_net_check_dataset(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	const size_t *shape;
	size_t ndim = brc_net_input_shape(net, &shape);

	BRC_TRY(check_kind(net, shape, ndim, data, err));
	if (data->pixels != brc_net_inputs(net) ||
	    !same_order(shape, ndim, data->shape, data->ndim))
		return refuse_shape(shape, ndim, data, err);
	BRC_TRY(check_answers(net, data, err));
	if (brc_net_takes_tokens(net))
		BRC_TRY(check_tokens(net, data, err));
	return check_labels(net, data, err);
}
