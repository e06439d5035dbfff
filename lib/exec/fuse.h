/* What a built graph can do without. Internal to lib/exec. */
#ifndef BRC_EXEC_FUSE_H
#define BRC_EXEC_FUSE_H

#include "exec/dataflow.h"

/*
 * Let hosts, convolutions so far, do what directly and exclusively follows them: an affine
 * map of every channel (BatchNormalization), the sum with a value that nobody
 * needs any more, a cut-off (Relu, Clip). Then let operators that can write
 * over their input do so. Nodes no longer needed are gone. Taps count as users,
 * so that their values stay as they are. BRC_RESOURCE.
 */
brc_rc brc_exec_fuse(brc_exec *g, brc_err *err);

/* Drop the nodes on which no output and no tap depends. BRC_RESOURCE. */
brc_rc brc_exec_prune(brc_exec *g, brc_err *err);

#endif
