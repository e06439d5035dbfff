#include "net/check_dataset.h"

#include <stdio.h>
#include <string.h>

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
 * An image with the same number of elements in another order, such as 32 x 32 x 3 for 3 x 32 x 32,
 * would run, but the result would be meaningless. A vector may take an image of any shape.
 */
static bool same_order(const size_t *a, size_t na, const size_t *b, size_t nb)
{
	size_t x[BRC_MAX_DIMS], y[BRC_MAX_DIMS];
	size_t nx = squeeze(a, na, x), ny = squeeze(b, nb, y);

	return nx != ny || memcmp(x, y, nx * sizeof(*x)) == 0;
}

static brc_rc check_labels(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	if (data->classes <= io->classes)
		return BRC_OK;
	for (size_t i = 0; i < data->n * io->positions; i++)
		if ((size_t)data->label[i] >= io->classes)
			return brc_fail(err, BRC_DATA,
					"image %zu has label %d, but the network has %zu classes",
					i / io->positions, (int)data->label[i], io->classes);
	return BRC_OK;
}

/* Are there numbers beyond the table in which they are looked up? */
static brc_rc check_tokens(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	const int32_t *token = data->image;

	for (size_t i = 0; io->vocabulary && i < data->n * data->pixels; i++)
		if (token[i] < 0 || (size_t)token[i] >= io->vocabulary)
			return brc_fail(err, BRC_DATA,
					"sequence %zu has token %d, but the network knows %zu",
					i / data->pixels, (int)token[i], io->vocabulary);
	return BRC_OK;
}

/* Networks of images need images, and networks of tokens need tokens. */
static brc_rc check_kind(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	bool tokens = data->pixel == BRC_PIXEL_I4;
	char have_text[128], want_text[128];

	if (tokens == io->tokens)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the data set holds %s of %s%s, but the network takes %s of %s",
			tokens ? "sequences" : "images",
			shape_text(data->shape, data->ndim, have_text, sizeof(have_text)),
			tokens ? " tokens" : "", tokens ? "floats" : "tokens, sequences",
			shape_text(io->shape, io->ndim, want_text, sizeof(want_text)));
}

/* Is there an answer for every label? */
static brc_rc check_answers(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	size_t answers = io->positions, labels = data->per_position ? data->pixels : 1;

	if (answers == labels)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the data set has %zu label%s for each sequence, but the network gives %zu "
			"answer%s",
			labels, labels == 1 ? "" : "s", answers, answers == 1 ? "" : "s");
}

/* Would the images fit if their channels were in another place? */
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

static brc_rc check_shape(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	char have_text[128], want_text[128];
	brc_layout other = other_layout(io->shape, io->ndim, data);

	if (data->pixels == io->inputs && same_order(io->shape, io->ndim, data->shape, data->ndim))
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s of %s do not fit the network's input of %s",
		 data->pixel == BRC_PIXEL_I4 ? "sequences" : "images",
		 shape_text(data->shape, data->ndim, have_text, sizeof(have_text)),
		 shape_text(io->shape, io->ndim, want_text, sizeof(want_text)));
	if (other != BRC_LAYOUT_UNKNOWN)
		brc_hint(err, "the channels stand in another place: read-data --%s puts them there",
			 other == BRC_LAYOUT_NCHW ? "nchw" : "nhwc");
	return BRC_DATA;
}

brc_rc brc_net_check_dataset(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	const brc_net_io *io = brc_net_io_of(net);

	BRC_TRY(check_kind(io, data, err));
	BRC_TRY(check_shape(io, data, err));
	BRC_TRY(check_answers(io, data, err));
	if (io->tokens)
		BRC_TRY(check_tokens(io, data, err));
	return check_labels(io, data, err);
}
