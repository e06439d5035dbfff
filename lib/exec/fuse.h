/* What a built graph can do without. */
#ifndef BRC_EXEC_FUSE_H
#define BRC_EXEC_FUSE_H

#include "exec/graph.h"

/*
 * Let convolutions do what directly and exclusively follows them: an affine
 * map of every channel (BatchNormalization), the sum with a value that nobody
 * needs any more, a cut-off (Relu, Clip). Then let operators that can write
 * over their input do so. Nodes no longer needed are gone. On failure to get
 * memory for it nothing is changed.
 */
void brc_exec_fuse(brc_exec *g);

#endif
