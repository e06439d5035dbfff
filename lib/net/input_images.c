#include "net/input_images.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"

const char *brc_net_dim_name(const brc_net_input *in, size_t k)
{
	const char *name = in->shape && !in->shape->dim[k]->has_dim_value
				   ? in->shape->dim[k]->dim_param
				   : NULL;

	return name ? name : "";
}

size_t brc_net_item_dims(const brc_net_input *in, size_t at[BRC_MAX_DIMS])
{
	size_t n = 0;

	for (size_t k = 0; k < in->ndim; k++)
		if (k != in->images)
			at[n++] = k;
	return n;
}

/* ---- names ---- */

static bool is_batch(const char *name)
{
	return strncasecmp(name, "batch", 5) == 0;
}

/* Do exporters give this name to the dimension of images? */
static bool means_images(const char *name)
{
	return is_batch(name) || strcasecmp(name, "n") == 0 || strcasecmp(name, "b") == 0;
}

/* ---- the second dimension ---- */

bool brc_input_has_second(const brc_net_input *in)
{
	return in->ndim >= (in->elem == BRC_ELEM_FLOAT ? 3 : 2);
}

/* Does an image of the data set fit the extents in all dimensions but `images`? */
static bool fits(const size_t *dim, size_t ndim, size_t images, const brc_dataset *data)
{
	size_t n = 0;

	if (data->ndim + 1 != ndim)
		return false;
	for (size_t k = 0; k < ndim; k++)
		if (k != images) {
			if (dim[k] != BRC_OPEN && dim[k] != data->shape[n])
				return false;
			n++;
		}
	return true;
}

/* A single letter may also be the number of points. An extent of 1 before it is then the batch. */
static bool is_named_behind(const brc_net_input *in, const brc_dataset *data)
{
	const char *name = brc_net_dim_name(in, 1);

	if (is_batch(name))
		return true;
	return means_images(name) && in->dim[0] != 1 && (!data || fits(in->dim, in->ndim, 1, data));
}

/* "16,?": a number, and then what is left to us. More than one of the latter are extents. */
static bool is_asked_behind(const brc_net_input *in, const brc_given_shape *s,
			    const brc_dataset *data)
{
	size_t dim[BRC_MAX_DIMS], open = 0;

	if (!s || s->ndim != in->ndim || s->dim[0] == BRC_OPEN || s->dim[0] <= 1)
		return false;
	for (size_t k = 0; k < s->ndim; k++) {
		dim[k] = s->dim[k] == BRC_OPEN ? in->dim[k] : s->dim[k];
		open += s->dim[k] == BRC_OPEN;
	}
	return s->dim[1] == BRC_OPEN && open == 1 && (in->dim[1] == BRC_OPEN || in->dim[1] == 1) &&
	       (!data || fits(dim, in->ndim, 1, data));
}

size_t brc_extents_product(const size_t *dim, size_t n)
{
	size_t p = 1;

	for (size_t k = 0; k < n; k++)
		if (dim[k] == BRC_OPEN || !brc_mul(p, dim[k], &p))
			return BRC_OPEN;
	return p;
}

/* Do the data fit one image in this way, and not in the usual one? */
static bool is_shown_behind(const brc_net_input *in, const brc_dataset *data)
{
	return data && in->dim[0] != 1 && fits(in->dim, in->ndim, 1, data) &&
	       !fits(in->dim, in->ndim, 0, data) &&
	       brc_extents_product(in->dim + 1, in->ndim - 1) != data->pixels;
}

/* ---- the first dimension ---- */

static bool is_first(const brc_net_input *in, const brc_dataset *data)
{
	size_t first, one;

	if (in->ndim < 2)
		return false;
	first = in->dim[0];
	one = brc_extents_product(in->dim + 1, in->ndim - 1);
	if (first == 1 || (data && one == data->pixels) || means_images(brc_net_dim_name(in, 0)))
		return true;
	if (data)
		return data->ndim != in->ndim || (one != BRC_OPEN && first == BRC_OPEN);
	return first == BRC_OPEN || in->ndim != 3 || first > 4; /* 1 to 4 are channels */
}

size_t brc_input_images(const brc_net_input *in, const brc_given_shape *s, const brc_dataset *data,
			bool behind)
{
	if (brc_input_has_second(in) && !means_images(brc_net_dim_name(in, 0)) &&
	    (behind || is_named_behind(in, data) || is_asked_behind(in, s, data) ||
	     is_shown_behind(in, data)))
		return 1;
	return is_first(in, data) ? 0 : BRC_NOWHERE;
}

bool brc_input_may_be_behind(const brc_net_input *in)
{
	const Brc__OnnxShape *s = in->shape;

	if (in->images != 0 || !s || !brc_input_has_second(in) ||
	    means_images(brc_net_dim_name(in, 0)))
		return false;
	/* a length is open, and the number of images fixed? */
	return s->dim[0]->has_dim_value || !s->dim[1]->has_dim_value || s->dim[1]->dim_value == 1;
}
