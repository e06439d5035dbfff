/*
 * Labels of attention heads that have a layer each. A cluster that fills its layer leaves no other
 * units of the layer to draw controls from. Where the layers are the heads of one block (net.h),
 * the controls are drawn from the features of all its heads. For that the layers of a block become
 * one layer, in which each head is a cluster.
 */
#ifndef BRC_STUDY_JOINED_HEADS_H
#define BRC_STUDY_JOINED_HEADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/subcluster.h"
#include "net/net.h"
#include "sections/labels.h"

/* Labels as they are lesioned. Layers that are not joined are as in the labels given. */
typedef struct brc_joined_heads {
	brc_labels labels; /* a joined layer has the name of its first head; cluster h is head h */
	size_t *net_layer; /* [layers] in the network: of a block, brc_net_block_layer */
	size_t *first;     /* [layers] in the labels given: its own layer, or that of its head 0 */
	bool *joined;      /* [layers] */
} brc_joined_heads;

/*
 * Join the layers of `labels`, which are net_layer[] of the network, wherever all layers of a block
 * follow one another in the labels and each of them has a single label. brc_joined_heads_clear.
 * BRC_RESOURCE.
 */
brc_rc brc_join_heads(brc_joined_heads *j, const brc_labels *labels, const size_t *net_layer,
		      const brc_net *net, brc_err *err);
void brc_joined_heads_clear(brc_joined_heads *j); /* of a zeroed or an initialised struct */

/* The layer and the cluster of a sub-cluster of j->labels in the labels that were given. */
void brc_joined_heads_origin(const brc_joined_heads *j, const brc_labels *given,
			     const brc_subcluster *s, size_t *layer, int32_t *cluster);

#endif
