/*
 * Null models of correlation graphs. They draw correlations, and make edges of them as `corr` does.
 *
 * - rotation: Q Lambda Q' with random Q and the eigenvalues Lambda of the correlations, with its
 *   diagonal rotated to 1 (linalg/rotation.h). So few samples, common factors and other things that
 *   leave groups out are in the null graphs, too. Q has a column for each eigenvalue that is not
 *   rounding.
 * - samples: the samples of each unit in an order of their own. Units have nothing in common.
 * - hqs: correlations of m random variables, such that their mean and variance are those of the
 *   graph (Hirschberger, Qi and Steuer 2007; Zalesky, Fornito and Bullmore 2012). Each unit has the
 *   values mu + sigma z of them, with e and v the mean and variance of correlations between
 *   different units (e at least 0), m = (1 - e^2) / v rounded down and at least 2, mu^2 = e / m,
 *   and sigma^2 = sqrt(mu^4 + v / m) - mu^2.
 */
#ifndef BRC_GRAPH_CORRELATION_NULL_H
#define BRC_GRAPH_CORRELATION_NULL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "graph/signed.h"
#include "linalg/correlation.h"

typedef enum brc_correlation_null_kind {
	BRC_NULL_OF_ROTATION,
	BRC_NULL_OF_SAMPLES,
	BRC_NULL_OF_HQS
} brc_correlation_null_kind;

typedef struct brc_correlation_null {
	brc_correlation_null_kind kind;
	const brc_blocks *like;     /* the graph: its layers, pairs of layers, and form */
	const brc_signed *observed; /* its correlations; rows for samples, otherwise eigenvalues */
	brc_corr_edge edge;         /* factors: BRC_CORR_SQUARE */
} brc_correlation_null;

/*
 * Draw number `draw`: dense blocks, or factors where `like` is given by such. Keyed by (seed,
 * BRC_RNG_NULL, part, draw). BRC_NUMERIC for hqs where all correlations are equal.
 */
brc_rc brc_correlation_null_draw(const brc_correlation_null *n, uint64_t seed, uint32_t draw,
				 brc_blocks *out, brc_err *err);

/* Bytes that a draw takes at most. SIZE_MAX if that does not fit. */
size_t brc_correlation_null_bytes(const brc_correlation_null *n);

/* Multiplications and additions that a draw takes, beyond those of its edges. */
double brc_correlation_null_cost(const brc_correlation_null *n);

#endif
