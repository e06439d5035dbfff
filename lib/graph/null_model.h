/*
 * What a graph is compared with: the null models of graph/null.h, each with what it needs to know,
 * or other graphs that were given.
 */
#ifndef BRC_GRAPH_NULL_MODEL_H
#define BRC_GRAPH_NULL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/cluster_graph.h"
#include "graph/correlation_null.h"
#include "graph/null.h"
#include "graph/residual.h"
#include "graph/signed.h"
#include "sections/edge_origin.h"

/* Which null model, and of what. All is borrowed. */
typedef struct brc_null_wanted {
	brc_null kind;
	bool chosen; /* by brc_null_for: residuals keep the zeroes of sparse blocks */
	const brc_edge_origin *origin;
	const brc_blocks *blocks;
	const brc_graph *graph;     /* of all blocks: brc_graph_init_all */
	const brc_signed *observed; /* for rotation, samples and hqs; NULL: not known */
	const brc_blocks *given;    /* for BRC_NULL_GIVEN: graphs with the same layers */
} brc_null_wanted;

typedef struct brc_null_model {
	brc_null_wanted of;
	bool pooled;            /* all blocks are one matrix */
	brc_residual *residual; /* owned */
	brc_correlation_null correlations;
} brc_null_model;

/*
 * The null model that fits a graph: rotation for correlations, residual for weights (with
 * `chosen`), residual-nonzero for imported graphs.
 */
brc_null brc_null_for(const brc_edge_origin *origin);

/* Does it draw correlations, and from what: samples, or else eigenvalues? */
bool brc_null_of_correlations(brc_null kind);

/*
 * Ready to be drawn from, by any number of threads. BRC_USAGE where correlations are to be drawn
 * for a graph of other edges; BRC_DATA where the edges are given by factors, but are to be
 * permuted, or where eigenvalues or samples are not known. Hints name the remedy.
 */
brc_rc brc_null_model_init(brc_null_model *m, const brc_null_wanted *wanted, brc_err *err);
void brc_null_model_clear(brc_null_model *m); /* of a zeroed or an initialised struct */

/* Draw number `draw`; given graphs are borrowed. *defined: see brc_residual_draw. */
brc_rc brc_null_model_draw(const brc_null_model *m, uint64_t seed, uint32_t draw, brc_blocks *out,
			   bool *defined, brc_err *err);

/* Bytes that a draw takes at most. SIZE_MAX if that does not fit. */
size_t brc_null_model_bytes(const brc_null_model *m);

#endif
