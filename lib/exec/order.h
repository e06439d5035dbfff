/* The order in which the nodes of a model can run. Internal to lib/exec. */
#ifndef BRC_EXEC_ORDER_H
#define BRC_EXEC_ORDER_H

#include "exec/names.h"

/*
 * order[n_node]: the nodes of g such that each follows those that compute its
 * inputs: the order of the file where it is one, as the format asks, else
 * Kahn's (1962). Inputs that nothing defines are passed over. Time in
 * proportion to the graph. BRC_DATA naming a node on a cycle.
 */
brc_rc brc_node_order(const Brc__OnnxGraph *g, const brc_names *t, size_t *order, brc_err *err);

#endif
