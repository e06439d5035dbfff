/*
 * The functions of a model: operators that it defines itself, as nodes of other operators. Internal
 * to lib/exec.
 */
#ifndef BRC_EXEC_FUNCTIONS_H
#define BRC_EXEC_FUNCTIONS_H

#include <stddef.h>

#include "base/err.h"
#include "data/models/onnx.h"

typedef struct brc_functions {
	const Brc__OnnxFunction **at; /* [n], by domain, name and overload */
	size_t n;
} brc_functions;

/* Those of m, borrowed. BRC_DATA when two have the same name. Release with brc_functions_clear. */
brc_rc brc_functions_collect(brc_functions *f, const Brc__OnnxModel *m, brc_err *err);
void brc_functions_clear(brc_functions *f);
/* The function that the node calls, or NULL. Logarithmic time. */
const Brc__OnnxFunction *brc_function_of(const brc_functions *f, const Brc__OnnxNode *p);

/*
 * The function as a graph: its inputs and outputs have names and no types. The graph borrows all
 * else. Release with brc_function_graph_free.
 */
brc_rc brc_function_graph_new(Brc__OnnxGraph **g, const Brc__OnnxFunction *f, brc_err *err);
void brc_function_graph_free(Brc__OnnxGraph *g);

/*
 * The attribute of this name that a call gives, or else the function's own; NULL: neither has it.
 */
const Brc__OnnxAttribute *brc_function_attribute(const Brc__OnnxFunction *f,
						 const Brc__OnnxNode *call, const char *name);
/* BRC_DATA naming an attribute of the call that the function does not have. */
brc_rc brc_function_accept(const Brc__OnnxFunction *f, const Brc__OnnxNode *call, brc_err *err);

#endif
