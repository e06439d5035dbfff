/*
 * Specificity: does a lesion change the probabilities of some classes for their own images, and
 * spare others? One-way analysis of variance over classes.
 *
 * With p and p0 the softmax outputs with and without the lesion, y the class of image i:
 * delta_ic = p_ic - p0_ic, m_c its mean over all images, and u_i = delta_iy - m_y. Subtracting m_y
 * takes away what the lesion does to the class whichever image is shown. U_c is the mean of u over
 * the n_c images of class c, U that over all N. Classes with fewer than two images are left out; K
 * remain.
 *
 *   B = sum_c n_c (U_c - U)^2 / (K - 1)
 *   W = sum_i (u_i - U_y)^2 / (N - K)
 *   F = B / max(W, 1e-12), and 0 where B < 1e-14
 *   t_c = U_c / sqrt(max(W, 1e-12) K / N)
 *
 * F is rounded to single precision, and t to a multiple of 2^-20, so that values which differ by
 * rounding alone are ties.
 */
#ifndef BRC_STUDY_SPECIFICITY_H
#define BRC_STUDY_SPECIFICITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sections/findings.h"
#include "sections/lesions.h"
#include "study/damage.h"

/* What one lesion does. Everything is NaN after an answer that is not a number. */
typedef struct brc_specificity {
	double f;
	double range;      /* largest less smallest U_c */
	double intraclass; /* (B - W) / (B + (n0 - 1) W), n0 = (N - sum n_c^2 / N) / (K - 1); 0 with
			      F */
} brc_specificity;

enum { BRC_REASON = 160 };

/*
 * Is it defined for these lesions? If not, `reason` says why: no softmax over three or more classes
 * makes the answers, fewer than two classes have two images, or the lesions have no sums.
 */
bool brc_specificity_defined(const brc_lesions *l, char reason[BRC_REASON]);

/*
 * Of draw b and sub-cluster s, where it is defined. u[classes] and t[classes] are NaN for classes
 * that are left out; either may be NULL.
 */
brc_specificity brc_specificity_of(const brc_lesions *l, size_t b, size_t s, double *u, double *t);

/* T [draws + 1, m] = F. `w` has no effect: every image counts the same. */
void brc_damage_specificity(const brc_lesions *l, brc_weighting w, double *t);

/* Share of the answers whose largest probability is above .999 without a lesion. */
double brc_specificity_saturated(const brc_lesions *l);

/*
 * The tables class_u, class_t, class_t_p and class_t_p_adjusted of all sub-clusters, which are
 * allocated. BRC_RESOURCE.
 */
brc_rc brc_specificity_classes(brc_findings *f, const brc_lesions *l, brc_err *err);

#endif
