/*
 * Activation functions as exporters write them. Relu is one node. SiLU and GELU are diamonds of
 * several nodes, whose only operand that is not a number is the unit. Internal to lib/net.
 */
#ifndef BRC_NET_ACTIVATION_FUNCTION_H
#define BRC_NET_ACTIVATION_FUNCTION_H

#include "exec/nodes.h"

/*
 * Some values of a graph, and how often nodes still use them. This finds what follows from a value,
 * if one walks along the nodes in their order.
 */
typedef struct brc_followed {
	const brc_exec *g;
	bool *inside; /* [values] */
	size_t open;  /* uses of values inside by nodes not seen yet, and as outputs */
} brc_followed;

/* Nothing but `value`. BRC_RESOURCE. Release `inside` with free(). */
brc_rc brc_follow(brc_followed *f, const brc_exec *g, size_t value, brc_err *err);
/* How many inputs of the node are inside. */
size_t brc_follow_uses(const brc_followed *f, const brc_node *n);
/* Go past a node that uses them. With `add`, its outputs are inside, too. */
void brc_follow_node(brc_followed *f, const brc_node *n, bool add);

/*
 * *end: the value behind the activation functions of `value`; `value` itself if none follows. Nodes
 * before `behind` do not use the value, and are not looked at, here and below. BRC_RESOURCE.
 */
brc_rc brc_activation_end(const brc_exec *g, size_t value, size_t behind, size_t *end,
			  brc_err *err);
/* The only node that uses a value; BRC_NOWHERE if there are several, or if it is an output. */
size_t brc_sole_user(const brc_exec *g, size_t value, size_t behind);

#endif
