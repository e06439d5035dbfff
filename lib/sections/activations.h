/* The section activations/1: what each unit does on each sample. */
#ifndef BRC_SECTIONS_ACTIVATIONS_H
#define BRC_SECTIONS_ACTIVATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_activations {
	brc_layers layers;
	size_t samples;
	const float *value; /* [samples, units of all layers]; borrowed */
	bool spooled;       /* a file holds the values (brc_spool_drop) */
	char of[16];        /* "series": columns of a table, and what follows is ""; else "" */
	char model[33];     /* digest of the model */
	char units[64];     /* which layers: "hidden", "mlp,heads" */
	char at[8];         /* "pre" or "post" the activation function */
	char pool[8];       /* what a channel came to: "mean", "l1", "max", "colsum" */
} brc_activations;

void brc_activations_clear(brc_activations *a); /* of a zeroed or a filled struct */

/* From a section, whose values are borrowed. BRC_DATA when they do not fit the layers. */
brc_rc brc_activations_read(brc_activations *a, const brc_section *s, brc_err *err);
/* Into an empty section, which borrows the values. */
brc_rc brc_activations_write(const brc_activations *a, brc_section *s, brc_err *err);

#endif
