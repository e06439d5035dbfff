/*
 * Is a graph of layers bipartite? Its layers coloured with two colours so that no edge
 * joins layers of one colour.
 */
#ifndef BRC_GRAPH_SIDES_H
#define BRC_GRAPH_SIDES_H

#include <stdbool.h>

#include "base/err.h"
#include "graph/graph.h"

/*
 * near[n_members]: the colour of each member, the first one's true. *bipartite false: there is an
 * edge within a member, or an odd circle of members; `near` is without meaning then.
 * Blocks without an edge join nothing. Cost a look at each block until its first edge.
 */
brc_rc brc_sides_find(const brc_graph *g, bool *near, bool *bipartite, brc_err *err);

#endif
