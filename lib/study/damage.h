/*
 * Statistics of lesions: the damage, and the damage to particular classes, computed from the
 * counts.
 *
 * Notation: a_c is the recall of class c under a lesion, a0_c without it,
 * D_c = a_c - a0_c; means over classes are over those that have images. Every
 * function fills T [draws + 1, m] (row 0 observed; see stats/extremes.h). Spread and range are
 * over classes, so that they have no use for the weighting.
 *
 * Statistics of counts are rounded to a multiple of 2^-40 (1e-12), those of
 * losses to 2^-23 (1e-7 nats, the resolution of a network in single
 * precision), so that values which differ by rounding alone are ties.
 */
#ifndef BRC_STUDY_DAMAGE_H
#define BRC_STUDY_DAMAGE_H

#include "sections/lesions.h"

typedef enum brc_weighting {
	BRC_WEIGHT_CLASS, /* every class counts the same: the mean of class means */
	BRC_WEIGHT_IMAGE  /* every image counts the same */
} brc_weighting;

/* x rounded to a multiple of 2^-bits. */
double brc_settle(double x, int bits);

/* Mean change of accuracy: mean over c of D_c, or change of correct / images. */
void brc_damage_accuracy(const brc_lesions *l, brc_weighting w, double *t);

/* Mean change of the loss, such as nats an image; NaN where a loss is undefined. */
void brc_damage_loss(const brc_lesions *l, brc_weighting w, double *t);

/*
 * Class spread: standard deviation of D_c over the classes, divided by their
 * number (ddof 0: the classes are all there are, not a sample of classes).
 */
void brc_damage_spread(const brc_lesions *l, brc_weighting w, double *t);

/*
 * Range: max over c of D_c / mean D - min over c of D_c / mean D, as in Hod et
 * al. 2021 (arXiv 2110.08058); NaN where mean D is 0. It divides by the mean
 * change, so it loses power where controls do little damage.
 */
void brc_damage_range(const brc_lesions *l, brc_weighting w, double *t);

/* The change of the mean loss of class or output c of sub-cluster s: likewise. */
void brc_damage_class_losses(const brc_lesions *l, size_t s, double *t);

/* D_c of sub-cluster s: T [draws + 1, classes]; NaN for classes without images. */
void brc_damage_classes(const brc_lesions *l, size_t s, double *t);

#endif
