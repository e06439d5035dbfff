/* A node joins the graph: inferred, then computed at once or kept to run. */
#ifndef BRC_EXEC_EMIT_H
#define BRC_EXEC_EMIT_H

#include "exec/dataflow.h"

/*
 * Infer node n of message p, whose inputs and outputs are values of g. When all
 * it needs is constant its outputs become constants; else it is appended.
 */
brc_rc brc_exec_emit(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err);

/* Give n's inputs the layout its operator asks for, by nodes put in before it. */
brc_rc brc_exec_demand_layouts(brc_exec *g, brc_node *n, brc_err *err);
/* Make *value the same value in the other layout. */
brc_rc brc_exec_change_layout(brc_exec *g, size_t *value, brc_err *err);

#endif
