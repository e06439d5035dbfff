/*
 * Agreement of two labellings, layer by layer and as a whole.
 */
#ifndef BRC_GRAPH_AGREEMENT_H
#define BRC_GRAPH_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "sections/labels.h"
#include "linalg/compare.h"

typedef struct brc_layer_agreement {
	const char *name;        /* borrowed from the first labelling */
	brc_agreement agreement; /* units 0 where no unit is labelled in both: the rest is NaN */
} brc_layer_agreement;

typedef struct brc_labels_agreement {
	size_t n; /* layers that both labellings have */
	brc_layer_agreement *layer;
	bool whole;        /* labels mean the same in every layer of both: neither is local */
	brc_agreement all; /* all those layers as one partition; only if `whole` */
	double mean_rand, mean_normalised; /* over the layers with units to compare */
} brc_labels_agreement;

/*
 * Compare two labellings over the layers whose names both have. Labels of local
 * clusterings are numbered anew in every layer, so these are compared layer by
 * layer only. BRC_DATA when a layer has another size in each, when no layer is
 * in both, and when no unit is labelled in both.
 */
brc_rc brc_labels_compare(brc_labels_agreement *out, const brc_labels *a, const brc_labels *b,
			  brc_err *err);
void brc_labels_agreement_clear(brc_labels_agreement *t);

/* As a table for people, or one JSON object; a_name and b_name are the labellings' names. */
void brc_labels_agreement_text(const brc_labels_agreement *t, const char *a_name,
			       const char *b_name, brc_str *out);
void brc_labels_agreement_json(const brc_labels_agreement *t, const char *a_name,
			       const char *b_name, brc_str *out);

#endif
