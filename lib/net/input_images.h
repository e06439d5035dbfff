/*
 * Which dimension of an input holds the images: usually the first, in torch's recurrent layers and
 * transformers the second. Internal to lib/net.
 */
#ifndef BRC_NET_INPUT_IMAGES_H
#define BRC_NET_INPUT_IMAGES_H

#include "net/input_shapes.h"
#include "net/network.h"

/* The name of a dimension without an extent, or "". */
const char *brc_net_dim_name(const brc_net_input *in, size_t k);

/* The product of dim[n]; BRC_OPEN where one is open, or it is too large. */
size_t brc_extents_product(const size_t *dim, size_t n);

/* at[]: the dimensions that do not hold the images; how many there are. */
size_t brc_net_item_dims(const brc_net_input *in, size_t at[BRC_MAX_DIMS]);

/*
 * The dimension of the main input that holds the images; BRC_NOWHERE: none does. `in` has the
 * extents of the model, `s` those of --shape (NULL: none), and `data` may be NULL. behind: it is
 * known that the first one does not.
 */
size_t brc_input_images(const brc_net_input *in, const brc_given_shape *s, const brc_dataset *data,
			bool behind);

/*
 * Are there enough dimensions for images in the second one? Tokens are [length, images], all else
 * is [length, images, ...].
 */
bool brc_input_has_second(const brc_net_input *in);

/*
 * Of an input whose images were taken to lie in the first dimension: may they lie in the second one
 * instead?
 */
bool brc_input_may_be_behind(const brc_net_input *in);

#endif
