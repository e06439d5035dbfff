/*
 * The counts that lesions leave: how many images of each class the network
 * still classifies when a sub-cluster, or a control set of its size, is
 * silenced. The section lesions/1 (docs/sections.md).
 */
#ifndef BRC_STUDY_LESIONS_H
#define BRC_STUDY_LESIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/lesion.h"
#include "study/controls.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_lesions {
	brc_layers layers;               /* of the labels */
	size_t m;                        /* sub-clusters lesioned, >= 1 */
	int32_t *layer, *cluster, *size; /* [m], in order of (layer, cluster) */
	size_t n_left_out;
	brc_left_out *left_out; /* sub-clusters not lesioned, and why */
	size_t classes;
	char **class_name;            /* [classes], or NULL */
	int64_t *class_images;        /* [classes] */
	int64_t *baseline_correct;    /* [classes]: of the unharmed network */
	double *baseline_loss;        /* [classes]: summed cross-entropy, nats */
	size_t draws;                 /* n >= 1 controls */
	const int32_t *correct;       /* [n + 1, m, classes]; row 0 is the observed partition */
	const double *loss;           /* [n + 1, m, classes] */
	void *own_correct, *own_loss; /* what to free behind them; NULL: borrowed */
	size_t images;                /* or whatever the network gives an answer for: */
	const char *items; /* static: "images" (also when NULL), "sequences" or "tokens" */
	brc_ablate ablate;
	brc_controls controls;
	char labels[BRC_NAME_MAX]; /* name of the labels */
	char model[33];            /* digest of the model */
} brc_lesions;

void brc_lesions_clear(brc_lesions *l); /* of a zeroed or a filled struct */

/*
 * From a section, checked: BRC_DATA when counts are negative or larger than
 * the class, or tables disagree. `correct` and `loss` borrow the section's
 * tensors; everything else is copied.
 */
brc_rc brc_lesions_read(brc_lesions *l, const brc_section *s, brc_err *err);

/* Into an empty section lesions/1, which borrows `correct` and `loss`. */
brc_rc brc_lesions_write(const brc_lesions *l, brc_section *s, brc_err *err);

/* Mean over classes with images of the recall of the unharmed network, and correct / images. */
double brc_lesions_baseline_balanced(const brc_lesions *l);
double brc_lesions_baseline_plain(const brc_lesions *l);

#endif
