/*
 * Attention whose heads have a layer each, as in a list of heads that are joined by Concat. A head
 * is then a whole layer, so there are no other units of its layer with which it could be compared.
 * It is compared with the features of all heads of its block. They lie side by side in one value,
 * behind attention. There, any of them can be silenced together: a feature of a head is 0 exactly
 * where its unit is. Internal to lib/net.
 */
#ifndef BRC_NET_HEAD_BLOCKS_H
#define BRC_NET_HEAD_BLOCKS_H

#include "net/trace/tracer.h"

/*
 * Note output 0 of a node as the value of a block, when it is one as far as can be told while it is
 * traced: along one dimension it holds single units of several layers that are values of attention.
 * BRC_RESOURCE.
 */
brc_rc brc_head_block_note(brc_tracer *t, const brc_node *n, brc_err *err);
/*
 * From the heads found: which of the values noted are blocks. Their heads are numbered in the order
 * of their layers (`head`), which name the block (`head_block`). BRC_RESOURCE.
 */
brc_rc brc_head_blocks_finish(brc_net *net, brc_err *err);
void brc_head_blocks_free(brc_net *net);

#endif
