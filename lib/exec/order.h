/* The order in which the nodes of a model can run. Internal to lib/exec. */
#ifndef BRC_EXEC_ORDER_H
#define BRC_EXEC_ORDER_H

#include "exec/names.h"

/*
 * order[n_node]: the nodes of g, each after those that compute its inputs. This is the order of the
 * file if that is such an order, as the format demands; otherwise it is Kahn's (1962). Inputs that
 * nothing defines are ignored. Time in proportion to the graph. BRC_DATA naming a node on a cycle.
 */
brc_rc brc_node_order(const Brc__OnnxGraph *g, const brc_names *t, size_t *order, brc_err *err);

#endif
