/*
 * Leaving out of a model what nobody wants, before anything else is asked of it: nodes that are
 * left out may be of operators that are not supported.
 */
#ifndef BRC_EXEC_WANTED_H
#define BRC_EXEC_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/models/onnx.h"

/*
 * Leave only the nodes of m that the values name[n] need, and only the inputs that these nodes read
 * or that are named. Initializers stay, and are no longer listed among the inputs. BRC_DATA naming
 * a value that nothing defines, or one that is defined twice; BRC_RESOURCE.
 */
brc_rc brc_exec_want(brc_onnx *m, const char *const *name, size_t n, brc_err *err);
/*
 * If not all operators are supported, the same of the values that are the outputs of the model.
 * BRC_DATA, naming operator and node, for one that an output needs.
 */
brc_rc brc_exec_want_outputs(brc_onnx *m, brc_err *err);
/* Leave all nodes, but only inputs that a node reads, unless none is read. */
brc_rc brc_exec_drop_inputs(brc_onnx *m, brc_err *err);

#endif
