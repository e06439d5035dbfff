/* Extents of inputs that the user gives, as in --shape "x=1,3,192,192". Internal to lib/net. */
#ifndef BRC_NET_INPUT_SHAPES_H
#define BRC_NET_INPUT_SHAPES_H

#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

#define BRC_OPEN SIZE_MAX /* an extent that nothing fixes yet */

typedef struct brc_given_shape {
	char *name;                     /* of the input; "": none was given */
	size_t ndim, dim[BRC_MAX_DIMS]; /* BRC_OPEN where it says "?" */
} brc_given_shape;

typedef struct brc_given_shapes {
	brc_given_shape *at;
	size_t n;
} brc_given_shapes;

/*
 * From the text, which may be NULL: extents separated by commas, of several inputs one after the
 * other, each after its name and '='. BRC_USAGE naming what is no extent, an input that is given
 * twice, or a second one without a name. Release with brc_given_shapes_clear.
 */
brc_rc brc_given_shapes_parse(brc_given_shapes *g, const char *text, brc_err *err);
void brc_given_shapes_clear(brc_given_shapes *g);

#endif
