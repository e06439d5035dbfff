/*
 * Is a graph of layers bipartite? Then its layers can have two colours so that no edge joins layers
 * of the same colour.
 */
#ifndef BRC_GRAPH_BIPARTITE_H
#define BRC_GRAPH_BIPARTITE_H

#include <stdbool.h>

#include "base/err.h"
#include "graph/cluster_graph.h"

/*
 * colour[n_members]: the colour of each member, the first one's true. If *bipartite is false, there
 * is an edge within a member, or a cycle of an odd number of members. Then `colour` has no meaning.
 * Blocks without an edge join nothing. The cost is a search in each block for its first edge.
 */
brc_rc brc_bipartite_find(const brc_graph *g, bool *colour, bool *bipartite, brc_err *err);

#endif
