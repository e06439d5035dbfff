/*
 * The counts that lesions produce: how many images of each class the network still classifies
 * correctly when a sub-cluster, or a control set of its size, is silenced. The section lesions/2
 * (docs/sections.md); lesions/1 is read, too.
 */
#ifndef BRC_SECTIONS_LESIONS_H
#define BRC_SECTIONS_LESIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/lesion_tensors.h"
#include "sections/match_kinds.h"
#include "sections/subclusters.h"
#include "sections/task.h"
#include "stream/layers.h"
#include "stream/section.h"

/* What a lesion does to a unit. */
typedef enum brc_ablate {
	/* The unit's output, after bias and activation, is 0 everywhere it is used. */
	BRC_ABLATE_ZERO,
	/* Its incoming weights and bias are 0: its output is the activation of 0. */
	BRC_ABLATE_IN_WEIGHTS
} brc_ablate;

/*
 * How controls are drawn. Either way each control of a sub-cluster is uniform
 * among the sets of its size of the layer's eligible units, those with a label
 * >= 0.
 *
 * PERMUTATION: draw b permutes all labels inside each layer, independently
 * for each layer; units labelled -1 never move; labels of sub-clusters that
 * are left out are permuted too. The sets of one draw stay disjoint,
 * and the observed labelling is exchangeable with the draws: what the omnibus
 * test and max-T need.
 * INDEPENDENT: a uniform set for each sub-cluster and draw, drawn apart, as in
 * the published code.
 */
typedef enum brc_controls { BRC_CONTROLS_PERMUTATION, BRC_CONTROLS_INDEPENDENT } brc_controls;

/* What is done with units that are constant on the data: dead units. */
typedef enum brc_dead {
	BRC_DEAD_UNKNOWN, /* nobody looked for them */
	BRC_DEAD_OUT,     /* they are in no group and in no control */
	BRC_DEAD_KEPT     /* they are units like any others */
} brc_dead;

/* A sub-cluster that is not tested, and why. */
typedef struct brc_left_out {
	size_t layer; /* index in the layer table of the labels */
	int32_t cluster;
	size_t size;
	char reason[96];
} brc_left_out;

/* Controls that are matched by something. Row 0 of all tensors is the observed partition again. */
typedef struct brc_lesion_match {
	brc_lesion_tensors tensors; /* as those of the random controls */
	double *value;              /* [draws + 1, m]: what sets are matched by; NaN: it has none */
} brc_lesion_match;

typedef struct brc_lesions {
	brc_layers layers; /* of the labels */
	union {
		brc_subcluster_table table; /* those that were tested, by layer and cluster */
		struct {
			size_t m;                        /* how many, >= 1 */
			int32_t *layer, *cluster, *size; /* [m] */
		};
	};
	size_t n_left_out;
	brc_left_out *left_out; /* sub-clusters not lesioned, and why */
	size_t classes;
	size_t tokens; /* that the classes are made of; 0: they are what the network chooses from */
	char **class_name;           /* [classes], or NULL */
	int64_t *class_images;       /* [classes] */
	int64_t *baseline_correct;   /* [classes]: of the unharmed network; NULL for regression */
	double *baseline_loss;       /* [classes]: summed loss of the task */
	int64_t *baseline_saturated; /* [classes]: answers of which the largest of all softmax
				      * outputs is above .999; NULL where `own` is NULL */
	size_t draws;                /* n >= 1 controls */
	union {
		brc_lesion_tensors tensors; /* of the random controls */
		struct {
			const int32_t *correct;
			const double *loss, *own, *own_squares, *all;
			void *memory[5];
		};
	};
	bool matched[BRC_MATCHES]; /* which kinds of controls there are beside the random ones */
	brc_lesion_match match[BRC_MATCHES];
	brc_task_kind task;      /* what the answers mean; classes may be labels or outputs */
	brc_loss_kind loss_kind; /* what the losses are; USUAL for regression */
	size_t images;           /* or anything else for which the network gives an answer: */
	const char
		*items; /* static: "images" (also when NULL), or another word of docs/sections.md */
	brc_ablate ablate;
	brc_controls controls;
	brc_dead dead;
	size_t n_dead;
	int32_t *dead_unit;        /* [n_dead] counted through the layer table, ascending */
	char labels[BRC_NAME_MAX]; /* name of the labels */
	char model[33];            /* digest of the model */
} brc_lesions;

void brc_lesions_clear(brc_lesions *l); /* of a zeroed or a filled struct */

/*
 * From a section, checked: BRC_DATA when counts are negative or larger than
 * the class, or tables disagree. The tensors of lesions are borrowed from the section; everything
 * else is copied.
 */
brc_rc brc_lesions_read(brc_lesions *l, const brc_section *s, brc_err *err);

/*
 * The lesions with the controls of one kind in place of the random ones: a view, which borrows all
 * of `l` and is never cleared. All statistics of lesions take it as it is.
 */
brc_lesions brc_lesions_view(const brc_lesions *l, brc_match kind);

/* Into an empty section, which becomes lesions/2 and borrows the tensors of lesions. */
brc_rc brc_lesions_write(const brc_lesions *l, brc_section *s, brc_err *err);

/*
 * Might the unharmed network know nothing? It is right no more often than one that always names the
 * largest class, and the mean of its recalls is no more than that of any such network, both within
 * two standard errors of the binomial distribution. *chance: the share of that class. False where
 * this says nothing: for images of a single class, for labels (most of which an image does not
 * have), for regression, where classes are made of tokens, and where all answers are right.
 */
bool brc_lesions_at_chance(const brc_lesions *l, double *chance);

/*
 * Mean over classes with images of the recall of the unharmed network, and correct / images; NaN
 * for regression. The mean loss of an answer; NaN without answers.
 */
double brc_lesions_baseline_balanced(const brc_lesions *l);
double brc_lesions_baseline_plain(const brc_lesions *l);
double brc_lesions_baseline_loss(const brc_lesions *l);

#endif
