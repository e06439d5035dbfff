/*
 * The section partitions/1: partitions of the same units, of copies of a graph that were changed by
 * chance. It stands beside the labels of the same name, which are of the graph itself.
 */
#ifndef BRC_SECTIONS_PARTITIONS_H
#define BRC_SECTIONS_PARTITIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/labels.h"
#include "stream/layers.h"
#include "stream/section.h"

/* What is changed by chance in a copy of a graph. */
typedef enum brc_perturbed {
	BRC_PERTURBED_EDGES,  /* each edge is multiplied by the exponential of a normal number */
	BRC_PERTURBED_SAMPLES /* the correlations are of one half of the samples */
} brc_perturbed;
extern const char *const brc_perturbed_words[]; /* "edges", "samples", NULL */

typedef struct brc_partitions {
	brc_layers layers;
	size_t copies;
	int32_t *label; /* [copies, units]: cluster >= 0, or -1 for none; owned */
	brc_labels_mode mode;
	brc_perturbed perturbed;
	double noise; /* standard deviation of the normal numbers; NaN where samples are halved */
	char seed[32];
} brc_partitions;

void brc_partitions_clear(brc_partitions *p); /* of a zeroed or a filled struct */

/* From a section, copied. BRC_DATA where a label is below -1 or there is no copy. */
brc_rc brc_partitions_read(brc_partitions *p, const brc_section *s, brc_err *err);
/* Those called `name` among n sections; *found is false, and p zero, where there are none. */
brc_rc brc_partitions_find(brc_partitions *p, const brc_section *const *all, size_t n,
			   const char *name, bool *found, brc_err *err);
/* Into an empty section; everything is copied. */
brc_rc brc_partitions_write(const brc_partitions *p, brc_section *s, brc_err *err);

#endif
