/*
 * Tracing: the units that every input of a layer comes from, followed through
 * the operators between. METHOD: docs/method.md. Internal to lib/net.
 */
#ifndef BRC_NET_TRACE_TRACE_H
#define BRC_NET_TRACE_TRACE_H

#include "net/network.h"

/*
 * From net->g and the layers: net->sets, net->inputs, and the role of layers that
 * reach the output. An output of an operator that its rule says nothing of comes
 * from all units that feed the operator, mixed. BRC_DATA naming the node when there
 * is too much to trace; BRC_RESOURCE.
 */
brc_rc brc_net_trace_units(brc_net *net, brc_err *err);

#endif
