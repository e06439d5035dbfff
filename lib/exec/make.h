/*
 * How a graph is made: values and nodes are added one after another, then the graph is made ready
 * to run. build.c does this from a file; code may do the same. Internal to lib/exec.
 */
#ifndef BRC_EXEC_MAKE_H
#define BRC_EXEC_MAKE_H

#include "exec/operator.h"

/*
 * A graph without values or nodes, of the newest operator set. Its memory stays in proportion to
 * `bytes`, the size of the model that it will hold. BRC_RESOURCE.
 */
brc_rc brc_exec_begin(brc_exec **g, size_t bytes, brc_err *err);

/* An input, or a constant where in->data is there: it is copied. `narrow` as in brc_operand. */
brc_rc brc_exec_add_input(brc_exec *g, const brc_tensor_view *in, int32_t narrow, size_t *value,
			  brc_err *err);

/*
 * Add node n: its operator, arguments, name, inputs and outputs are set, and as many as the
 * operator takes; `in` and `out` are arrays of the graph's. Its outputs get their shapes. What
 * depends on constants alone is computed at once and leaves no node. BRC_DATA as `infer` says.
 */
brc_rc brc_exec_join(brc_exec *g, brc_node *n, brc_err *err);
/*
 * The same by code: in[n_in] (BRC_NOWHERE: left out) to out[n_out], which are made, values called
 * `name`. args: the operator's own (exec/arguments.h), copied; NULL: ONNX's defaults.
 */
brc_rc brc_exec_add_node(brc_exec *g, const brc_op *op, const void *args, const char *name,
			 const size_t *in, size_t n_in, size_t *out, size_t n_out, brc_err *err);

/*
 * Add an output, which becomes row-major. Add a tap, which keeps the layout that it has in the
 * graph.
 */
brc_rc brc_exec_add_output(brc_exec *g, size_t value, brc_err *err);
brc_rc brc_exec_add_tap(brc_exec *g, size_t value, brc_err *err);

/*
 * The graph is complete: count users, fuse, prepare, and give back memory that is not needed. Not
 * for a bare graph.
 */
brc_rc brc_exec_finish(brc_exec *g, brc_err *err);

#endif
