/*
 * The graphs to be clustered, global or local, and their section laplacian
 * (docs/sections.md).
 */
#ifndef BRC_GRAPH_LAPLACIAN_H
#define BRC_GRAPH_LAPLACIAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "graph/cluster_graph.h"
#include "sections/edge_origin.h"
#include "stream/section.h"

typedef struct brc_laplacian_graph {
	char *name;
	size_t n_kept, *kept; /* members whose units take their labels from this graph: layer
			       * indices, ascending */
	brc_graph graph;
} brc_laplacian_graph;

typedef struct brc_laplacian {
	brc_blocks blocks; /* edges borrowed from where they came from */
	bool local;
	bool unit_rows;   /* symmetric normalisation: see brc_embedding_new */
	char source[16];  /* see brc_edge_origin_source */
	int method, edge; /* of correlations: brc_corr_method, brc_corr_edge */
	size_t n;         /* graphs */
	brc_laplacian_graph *graph;
	bool *labelled; /* [layers] some graph keeps this layer's labels */
} brc_laplacian;

/*
 * One graph of all layers. `blocks` is copied, its edges are borrowed. `what`
 * names the source in messages; BRC_DATA with a hint when there is no edge.
 */
brc_rc brc_laplacian_global(brc_laplacian *l, const brc_blocks *blocks, const char *source,
			    const char *what, brc_err *err);

/*
 * One graph a layer, or for several layers that have the same one.
 *
 * Source "weights": layer Y with the layers that feed it and that it feeds, and only the edges to
 * and from Y; Y's labels are kept. A layer that nothing feeds, or that feeds nothing, has no such
 * neighbourhood of its own. It takes its labels from the graph of its nearest neighbour: the first
 * layer that it feeds, or the last layer that feeds it. Graphs that hold the same layers are one
 * graph, with the edges of all of them, which labels all the layers that they would. Any other
 * source: the edges within layer Y.
 *
 * A layer whose graph has no edges gets none and stays unlabelled; BRC_DATA with
 * a hint when that holds for every layer.
 */
brc_rc brc_laplacian_local(brc_laplacian *l, const brc_blocks *blocks, const char *source,
			   const char *what, brc_err *err);

/* Note how the edges were made, if they are correlations. */
void brc_laplacian_correlations(brc_laplacian *l, const brc_edge_origin *origin);

void brc_laplacian_clear(brc_laplacian *l); /* of a zeroed or a filled struct */

/*
 * The invariant, for BRC_ASSERT_VALID: one graph, or up to one a layer where it is local, each
 * valid and with edges, keeping layers of its own that no other keeps.
 */
bool brc_laplacian_valid(const brc_laplacian *l);

/* Blocks (borrowed), graph records, degrees, components and metadata into an empty section. */
brc_rc brc_laplacian_write(const brc_laplacian *l, brc_section *s, brc_err *err);

/*
 * Read and check a section, whose tensors stay borrowed. Degrees and components
 * are computed again from the edges and must agree with those stored (degrees to
 * 1e-6 relative, components up to their numbers): BRC_DATA otherwise, as for
 * a layer kept by two graphs or a graph without edges.
 */
brc_rc brc_laplacian_read(brc_laplacian *l, const brc_section *s, brc_err *err);

/*
 * The default name of the section: the source's with the ending ".global" or
 * ".local", in place of either if it has one. Returns buf [BRC_NAME_MAX].
 */
char *brc_laplacian_name(const char *source, bool local, char *buf);

#endif
