/* The graph by which controls are matched: where it comes from, and its units' edges. */
#ifndef BRC_STUDY_MATCH_GRAPH_H
#define BRC_STUDY_MATCH_GRAPH_H

#include "base/cli.h"
#include "base/err.h"
#include "graph/laplacian.h"
#include "sections/labels.h"
#include "stream/filter.h"

/* The types of sections that hold one. */
#define BRC_MATCH_GRAPHS "laplacian|weights|affinity"

typedef struct brc_match_graph {
	brc_laplacian graph; /* its edges are borrowed from the section */
	brc_blocks blocks;   /* private */
} brc_match_graph;

/*
 * From the stream `path` (--graph) or, if that is NULL, from the incoming stream, of which the
 * filter has taken BRC_MATCH_GRAPHS. Of several sections the one called `name` is taken, which is
 * the name of the labels. weights and affinity become one graph, or one a layer where the labels
 * are local. It is said where the labels were made from another kind of graph. BRC_DATA, with the
 * remedy, where there is none or it is not clear which is meant. Call it after all other sections
 * were read.
 */
brc_rc brc_match_graph_read(brc_match_graph *g, const char *path, const brc_labels *labels,
			    const char *name, brc_filter *f, const brc_cli *cli, brc_err *err);
void brc_match_graph_clear(brc_match_graph *g); /* of a zeroed or a filled struct */

#endif
