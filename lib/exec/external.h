/* Weights that lie in files beside the model. */
#ifndef BRC_EXEC_EXTERNAL_H
#define BRC_EXEC_EXTERNAL_H

#include "exec/graph.h"

/*
 * If the tensor's data is external, read it from `folder` into the tensor, as
 * raw data. BRC_DATA when the place leaves the folder (an absolute path, "..",
 * a link), does not exist, is shorter than it should be, or folder is NULL.
 */
brc_rc brc_exec_external(brc_exec *g, Brc__OnnxTensor *t, const char *folder, brc_err *err);

#endif
