#include "net/check_dataset.h"

#include <string.h>

#include "base/invariant.h"
#include "base/str.h"
#include "net/network.h"

/*
 * An image with the same number of elements in another order, such as 32 x 32 x 3 for 3 x 32 x 32,
 * would run, but the result would be meaningless. Extents of 1 do not count. A vector may take an
 * image of any shape: then there are not as many extents.
 */
static bool same_order(const size_t *a, size_t na, const size_t *b, size_t nb)
{
	bool same = true;
	size_t i = 0, k = 0;

	for (;; i++, k++) {
		while (i < na && a[i] == 1)
			i++;
		while (k < nb && b[k] == 1)
			k++;
		if (i == na || k == nb)
			return same || i < na || k < nb;
		same = same && a[i] == b[k];
	}
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
	char have[192], want[192];

	if (tokens == io->tokens)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the data set holds %s of %s%s, but the network takes %s of %s",
			brc_dataset_items(data), brc_extents_text(data->shape, data->ndim, have),
			tokens ? " tokens" : "", tokens ? "floats" : "tokens, sequences",
			brc_extents_text(io->shape, io->ndim, want));
}

/* The layout in which the channels would be where the network expects them, or NULL. */
static const char *other_layout(const brc_net_io *io, const brc_dataset *data)
{
	const size_t *want = io->shape, *have = data->shape;

	if (io->ndim != 3 || data->ndim != 3)
		return NULL;
	if (want[0] == have[2] && want[1] == have[0] && want[2] == have[1])
		return "nchw";
	if (want[0] == have[1] && want[1] == have[2] && want[2] == have[0])
		return "nhwc";
	return NULL;
}

static brc_rc check_shape(const brc_net_io *io, const brc_dataset *data, brc_err *err)
{
	char have[192], want[192];
	const char *other = other_layout(io, data);

	if (data->pixels == io->inputs && same_order(io->shape, io->ndim, data->shape, data->ndim))
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s of %s do not fit the network's input of %s",
		 brc_dataset_items(data), brc_extents_text(data->shape, data->ndim, have),
		 brc_extents_text(io->shape, io->ndim, want));
	if (other)
		brc_hint(err, "the channels stand in another place: read-data --%s puts them there",
			 other);
	return BRC_DATA;
}

brc_rc brc_net_check_dataset(const brc_net *net, const brc_dataset *data, brc_err *err)
{
	const brc_net_io *io = &net->io;

	BRC_ASSERT_VALID(brc_net_valid(net));
	BRC_TRY(check_kind(io, data, err));
	BRC_TRY(check_shape(io, data, err));
	return io->tokens ? check_tokens(io, data, err) : BRC_OK;
}
