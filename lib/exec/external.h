/* Weights that lie in files beside the model. Internal to lib/exec. */
#ifndef BRC_EXEC_EXTERNAL_H
#define BRC_EXEC_EXTERNAL_H

#include "exec/dataflow.h"

/*
 * *with is the tensor t. If its data are external, they are read from g->folder and become its raw
 * data; *read then says that the caller has to free them. Everything else is borrowed from t.
 * BRC_DATA when the place leaves the folder (an absolute path, "..", a link), does not exist, or is
 * not as long as the shape says, or when there is no folder.
 */
brc_rc brc_exec_external(brc_exec *g, const Brc__OnnxTensor *t, Brc__OnnxTensor *with, bool *read,
			 brc_err *err);

#endif
