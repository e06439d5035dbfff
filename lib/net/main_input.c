/* Which input of a network takes the images of the data set, and what fills the others. */
#include <string.h>

#include "net/input_images.h"
#include "net/inputs.h"
#include "sections/dataset_inputs.h"

/* May an image of the data set have its extents, with a dimension of images or without? */
static bool may_hold_items(const brc_dataset *data, const brc_net_input *in)
{
	size_t whole, item, behind[BRC_MAX_DIMS];

	if (!data || in->ndim == 0)
		return true;
	whole = brc_extents_product(in->dim, in->ndim);
	item = brc_extents_product(in->dim + 1, in->ndim - 1);
	if (item == BRC_OPEN || item == data->pixels || whole == data->pixels)
		return true;
	if (!brc_input_has_second(in))
		return false;
	memcpy(behind, in->dim, sizeof(behind));
	behind[1] = 1; /* it holds the images */
	item = brc_extents_product(behind, in->ndim);
	return item == BRC_OPEN || item == data->pixels;
}

/* How well the name and the elements of an input fit the data: 0 is not at all. */
static unsigned likeness(const brc_dataset *data, const brc_net_input *in)
{
	bool tokens = data && data->pixel == BRC_PIXEL_I4;

	if (brc_dataset_input_called(data, in->name))
		return 0;
	if (brc_input_default(in->name, in->elem, in->ndim) != BRC_FILL_NONE)
		return 1;
	if (in->ndim == 0 && in->shape)
		return 2;
	if (!data || (in->elem == BRC_ELEM_FLOAT) == !tokens)
		return 4;
	return 3;
}

/* What fits by its extents comes before what does not. */
static unsigned fitness(const brc_dataset *data, const brc_net_input *in)
{
	enum { BY_EXTENTS = 8 };
	unsigned alike = likeness(data, in);

	return alike && may_hold_items(data, in) ? alike + BY_EXTENTS : alike;
}

/* The main input is the first of those that fit the data best. */
void brc_net_choose_main(brc_net *net)
{
	const brc_dataset *data = net->options.data;

	net->main = 0;
	for (size_t k = 1; k < net->n_in; k++)
		if (fitness(data, &net->in[k]) > fitness(data, &net->in[net->main]))
			net->main = k;
	for (size_t k = 0; k < net->n_in; k++) {
		brc_net_input *in = &net->in[k];
		const brc_dataset_input *x = brc_dataset_input_called(data, in->name);

		if (k == net->main)
			in->fill = BRC_FILL_ITEMS;
		else if (x)
			in->fill = x->shared && x->count == 1 ? BRC_FILL_SHARED : BRC_FILL_ARRAY;
		else
			in->fill = brc_input_default(in->name, in->elem, in->ndim);
	}
}
