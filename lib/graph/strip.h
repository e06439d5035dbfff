/*
 * The whole rows of a graph's blocks, one after the other, in any layout. Rows that are not in
 * memory, as with triangles and factors, are formed, some rows at a time. Internal to lib/graph.
 */
#ifndef BRC_GRAPH_STRIP_H
#define BRC_GRAPH_STRIP_H

#include <stddef.h>

#include "base/err.h"
#include "graph/blocks.h"

typedef struct brc_strip brc_strip;

/* Of `blocks`, borrowed. */
brc_rc brc_strip_new(brc_strip **strip, const brc_blocks *blocks, brc_err *err);
void brc_strip_free(brc_strip *strip);

/*
 * Row i of a block of the graph, or of a copy of one: within a layer both triangles. Good until the
 * next call. Rows are best asked for in order.
 */
brc_row brc_strip_row(brc_strip *strip, const brc_block *block, size_t i);

#endif
