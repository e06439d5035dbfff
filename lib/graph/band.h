/*
 * The rows of a graph's blocks, one after the other, in whatever layout they are: those given by
 * factors are formed, some rows at a time.
 */
#ifndef BRC_GRAPH_BAND_H
#define BRC_GRAPH_BAND_H

#include <stddef.h>

#include "base/err.h"
#include "graph/blocks.h"

typedef struct brc_band brc_band;

/* Of `blocks`, borrowed. */
brc_rc brc_band_new(brc_band **band, const brc_blocks *blocks, brc_err *err);
void brc_band_free(brc_band *band);

/* Row i of block k, good until the next call. Rows are best asked for in order. */
brc_row brc_band_row(brc_band *band, size_t k, size_t i);

#endif
