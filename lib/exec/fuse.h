/* This removes what a built graph does not need. Internal to lib/exec. */
#ifndef BRC_EXEC_FUSE_H
#define BRC_EXEC_FUSE_H

#include "exec/dataflow.h"

/*
 * A host (so far, a convolution) takes over the nodes that follow it directly and are the only
 * users of its output: an affine map of every channel (BatchNormalization), the sum with a value
 * that is not needed any more, a cut-off (Relu, Clip). Then operators that can write over their
 * input do so. Nodes that are no longer needed are removed. Taps count as users, so that their
 * values stay as they are. BRC_RESOURCE.
 */
brc_rc brc_exec_fuse(brc_exec *g, brc_err *err);

#endif
