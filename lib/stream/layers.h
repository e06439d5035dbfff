/*
 * The layer table that units, weights, activations, affinity, laplacian,
 * labels and lesions share: an ordered list of layers, each with a name and a
 * number of units. Unit u of layer l has the flat index first[l] + u.
 * In a section: columns "layer/name" (|S) and "layer/units" (<i8).
 */
#ifndef BRC_STREAM_LAYERS_H
#define BRC_STREAM_LAYERS_H

#include "stream/section.h"

/*
 * A stream declares the units of its layers in a few bytes, and filters hold tens of bytes for each
 * unit. Without a limit a hostile stream could declare billions.
 */
#define BRC_LAYERS_MAX 16384u
#define BRC_UNITS_MAX (1u << 24) /* of all layers together */

typedef struct brc_layers {
	size_t n;      /* layers */
	char **name;   /* unique within the table */
	size_t *units; /* >= 1 each */
	size_t *first; /* n + 1 entries; first[n] is the number of units */
} brc_layers;

/* Copies names and sizes. BRC_DATA for a name that stands twice, no units, or beyond the limits. */
brc_rc brc_layers_init(brc_layers *t, size_t n, const char *const *name, const size_t *units,
		       brc_err *err);
brc_rc brc_layers_dup(brc_layers *t, const brc_layers *from, brc_err *err);
void brc_layers_clear(brc_layers *t);
/* The invariant, for BRC_ASSERT_VALID: within the limits, names there, `first` the sums of `units`.
 */
bool brc_layers_valid(const brc_layers *t);
size_t brc_layers_total(const brc_layers *t);
/* Index of the layer called `name`, or BRC_ANY. */
size_t brc_layers_find(const brc_layers *t, const char *name);
/* Layer of flat unit u (< total). */
size_t brc_layers_of_unit(const brc_layers *t, size_t u);
bool brc_layers_equal(const brc_layers *a, const brc_layers *b);

brc_rc brc_layers_write(const brc_layers *t, brc_section *s, brc_err *err);
brc_rc brc_layers_read(brc_layers *t, const brc_section *s, brc_err *err);

#endif
