/*
 * Copies of a graph that are changed by chance. If its groups are more than chance, the copies have
 * them, too. Edges that are weights get noise. Edges that are correlations are computed again, from
 * one half of the samples.
 */
#ifndef BRC_GRAPH_PERTURB_H
#define BRC_GRAPH_PERTURB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "graph/laplacian.h"
#include "linalg/correlation.h"
#include "sections/activations.h"
#include "stream/section.h"

/* The standard deviation of the noise. */
#define BRC_PERTURB_NOISE 0.3

/*
 * Copy number `copy`: the same blocks in the same layouts, each edge w > 0 multiplied by
 * exp(BRC_PERTURB_NOISE z), z standard normal, within a layer the same for both directions. Edges
 * stay finite and above 0. Keyed by (seed, BRC_RNG_NOISE, block, copy). BRC_DATA where the edges
 * are given by factors. `out` is cleared by the caller, also after a failure.
 */
brc_rc brc_perturb_edges(const brc_blocks *blocks, uint64_t seed, uint32_t copy, brc_blocks *out,
			 brc_err *err);

/* Bytes that a copy of the edges takes, at most. SIZE_MAX if that does not fit. */
size_t brc_perturb_bytes(const brc_blocks *blocks);

/* The samples of a graph of correlations. */
typedef struct brc_recorded {
	brc_activations activations;
	const float *value; /* [samples, units]: those of the activations, or permuted */
	float *own;         /* permuted values; NULL where they are borrowed */
	size_t samples, units;
	brc_corr_method method;
	brc_corr_edge edge;
} brc_recorded;

/*
 * Read the samples of `l` from a section of activations, which is borrowed. BRC_DATA unless it has
 * the layers of l, at least 4 samples, and the correlations of all samples are l's edges: the
 * degrees agree to 1e-3. Clear it whatever is returned.
 */
brc_rc brc_recorded_read(brc_recorded *r, const brc_section *s, const brc_laplacian *l,
			 brc_err *err);
/* A copy of r in which the samples of each unit are permuted: (seed, BRC_RNG_PERMUTE, unit, draw).
 * Clear it. */
brc_rc brc_recorded_permute(brc_recorded *out, const brc_recorded *r, uint64_t seed, uint32_t draw,
			    brc_err *err);
void brc_recorded_clear(brc_recorded *r); /* of a zeroed or a filled struct */

/*
 * The graph on the pairs of layers of `like`, from one half of the samples, number 0 or 1 of pair
 * `pair`: disjoint halves, keyed by (seed, BRC_RNG_HALVES, 0, pair). `out` is cleared by the
 * caller, also after a failure.
 */
brc_rc brc_recorded_half(const brc_recorded *r, const brc_blocks *like, uint64_t seed,
			 uint32_t pair, size_t half, brc_blocks *out, brc_err *err);

/* Bytes that a copy from samples takes, permuted values among them. SIZE_MAX if that does not fit.
 */
size_t brc_recorded_bytes(const brc_recorded *r, const brc_blocks *like);

#endif
