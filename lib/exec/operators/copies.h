/* Nodes that copy elements from place to place. Internal to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_COPIES_H
#define BRC_EXEC_OPERATORS_COPIES_H

#include "exec/loops.h"

/*
 * move.c: the state of the node becomes one copy, from its input 0 to its output 0, by loops over
 * both (array 0 is the output), which this simplifies. brc_copies_run is its kernel.
 */
brc_rc brc_copies_set(brc_exec *g, brc_node *n, const brc_loops *t, brc_err *err);
void brc_copies_run(const brc_exec *g, const brc_node *n, const brc_memory *m);

#endif
