/*
 * Activation functions as exporters write them: Relu is a node, SiLU and GELU
 * are diamonds of several, whose only operand that is not a number is the unit.
 * Internal to lib/net.
 */
#ifndef BRC_NET_ACTIVATION_FUNCTION_H
#define BRC_NET_ACTIVATION_FUNCTION_H

#include "exec/nodes.h"

/*
 * Some values of a graph, and how often nodes still use them: what follows from
 * a value, as long as one walks along the nodes in their order.
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
/* Go past a node that uses them: its outputs are inside too, when `add`. */
void brc_follow_node(brc_followed *f, const brc_node *n, bool add);

/*
 * *end: the value behind the activation functions of `value`; itself if none
 * follows. Nodes before `behind`, here and below, do not use the value: they are
 * not looked at. BRC_RESOURCE.
 */
brc_rc brc_activation_end(const brc_exec *g, size_t value, size_t behind, size_t *end,
			  brc_err *err);
/* The only node that uses a value; BRC_NOWHERE if there are several, or an output is one. */
size_t brc_sole_user(const brc_exec *g, size_t value, size_t behind);

#endif
