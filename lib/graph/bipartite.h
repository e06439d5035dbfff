/*
 * Is a graph of layers bipartite? Its layers coloured with two colours so that no edge
 * joins layers of one colour.
 */
#ifndef BRC_GRAPH_BIPARTITE_H
#define BRC_GRAPH_BIPARTITE_H

#include <stdbool.h>

#include "base/err.h"
#include "graph/cluster_graph.h"

/*
 * colour[n_members]: the colour of each member, the first one's true. *bipartite false: there is an
 * edge within a member, or an odd circle of members; `colour` is without meaning then.
 * Blocks without an edge join nothing. Cost a look at each block until its first edge.
 */
brc_rc brc_bipartite_find(const brc_graph *g, bool *colour, bool *bipartite, brc_err *err);

#endif
