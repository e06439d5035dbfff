/*
 * Tracing finds the units from which every input of a layer comes, through the operators between
 * (docs/method.md, "Tracing"). Internal to lib/net.
 */
#ifndef BRC_NET_TRACE_TRACE_H
#define BRC_NET_TRACE_TRACE_H

#include "net/network.h"

/*
 * From net->g and the layers: net->sets, net->inputs, and the role of layers that reach the output.
 * If the rule of an operator says nothing about an output, that output comes from all units that
 * feed the operator, mixed. BRC_DATA naming the node if there is too much to trace; BRC_RESOURCE.
 */
brc_rc brc_net_trace_units(brc_net *net, brc_err *err);

#endif
