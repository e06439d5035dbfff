/*
 * Checks whether a model is supported at all, before any of its values are looked at. Nodes inside
 * of others, and of functions, are checked when they are put in place.
 */
#ifndef BRC_EXEC_ACCEPT_H
#define BRC_EXEC_ACCEPT_H

#include "data/models/onnx.h"

/* The operator sets that a model may use. Some operators of older sets are supported, too. */
enum { BRC_OPSET_MIN = 6, BRC_OPSET_MAX = 23 };

/*
 * BRC_DATA, naming operator and node, for an operator set, operator, attribute
 * or number of inputs or outputs that is not supported.
 */
brc_rc brc_exec_accept(const brc_onnx *m, brc_err *err);

#endif
