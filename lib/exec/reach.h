/* What changes with a value: the nodes that lie between it and the outputs of its graph. */
#ifndef BRC_EXEC_REACH_H
#define BRC_EXEC_REACH_H

#include "exec/graph.h"

typedef struct brc_reach {
	size_t value;         /* the one that changes */
	size_t *node, n;      /* nodes to compute again, in order */
	size_t *rest, n_rest; /* what else they read, and outputs that stay: values, each once */
	size_t ready;         /* nodes 0..ready-1 compute the value and the rest */
} brc_reach;

/* Release with brc_reach_clear, which takes a zeroed struct too. BRC_RESOURCE. */
brc_rc brc_reach_find(brc_reach *r, const brc_exec *g, size_t value, brc_err *err);
void brc_reach_clear(brc_reach *r);

#endif
