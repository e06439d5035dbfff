/*
 * What depends on what: the nodes between a value and the outputs of its graph, which change when
 * the value changes, and the nodes that no output depends on. Internal to lib/exec.
 */
#ifndef BRC_EXEC_DOWNSTREAM_H
#define BRC_EXEC_DOWNSTREAM_H

#include "exec/dataflow.h"

typedef struct brc_downstream {
	size_t value;         /* the one that changes */
	size_t *node, n;      /* nodes to compute again, in order */
	size_t *rest, n_rest; /* other values that they read; outputs that stay the same */
	size_t ready;         /* nodes 0..ready-1 compute the value and the rest */
} brc_downstream;

/* Release with brc_downstream_clear, which takes a zeroed struct too. BRC_RESOURCE. */
brc_rc brc_downstream_find(brc_downstream *r, const brc_exec *g, size_t value, brc_err *err);
void brc_downstream_clear(brc_downstream *r);

/* Remove the nodes on which no output and no tap depends. BRC_RESOURCE. */
brc_rc brc_exec_prune(brc_exec *g, brc_err *err);

#endif
