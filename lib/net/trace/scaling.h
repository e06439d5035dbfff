/*
 * Which units can be scaled without changing what the network computes: in-weights and bias times
 * c > 0, out-weights divided by it. Internal to lib/net.
 *
 * That is possible where everything between a unit and the weights that read it is positively
 * homogeneous. Units that meet in one element, as in a residual sum, are tied: they can only be
 * scaled by the same c. A unit stays as it is (is *fixed*) if it, or one that it is tied to, goes
 * through anything else, belongs to the input, is an output, or is of a recurrent layer, or if its
 * weights are used a second time.
 */
#ifndef BRC_NET_TRACE_SCALING_H
#define BRC_NET_TRACE_SCALING_H

#include "net/trace/tracer.h"

typedef struct brc_scaling {
	size_t n, *parent; /* [n]: a forest of tied units, as numbered by the table of layers */
	bool *fixed;       /* [n]: read at roots */
	bool *tied_set, *fixed_set; /* [sets]: seen already */
	size_t sets;
} brc_scaling;

/* All units free and alone. BRC_RESOURCE, here and below. Cleared by the caller in any case. */
brc_rc brc_scaling_init(brc_scaling *s, const brc_net *net, brc_err *err);
void brc_scaling_clear(brc_scaling *s);
/* Note what a node that has just been traced does to the units that it reads. */
brc_rc brc_scaling_node(brc_scaling *s, const brc_tracer *t, const brc_node *n, brc_err *err);
/* All nodes are noted: what outputs, inputs, recurrent layers and shared weights fix. */
brc_rc brc_scaling_end(brc_scaling *s, const brc_tracer *t, brc_err *err);
/*
 * net->tied[units]: the number of the group of units that a unit is tied to, from 0 in the order of
 * their first units; -1: it is fixed.
 */
brc_rc brc_scaling_number(brc_scaling *s, brc_net *net, brc_err *err);

#endif
