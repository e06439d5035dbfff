/*
 * Where the units that are lesioned stand in the network and in a graph. Features of joined heads
 * (study/joined_heads.h) are units of several layers.
 */
#ifndef BRC_STUDY_MATCH_UNITS_H
#define BRC_STUDY_MATCH_UNITS_H

#include <stddef.h>

#include "base/err.h"
#include "graph/laplacian.h"
#include "net/net.h"
#include "sections/labels.h"
#include "study/controls.h"
#include "study/joined_heads.h"

typedef struct brc_match_units {
	const brc_net *net; /* borrowed, as all else */
	const brc_labels *given;
	const size_t *net_layer; /* [layers of `given`] */
	const brc_joined_heads *joined;
} brc_match_units;

/* The layer of the network, and the unit of it, that is unit u of layer l of joined->labels. */
void brc_match_unit_at(const brc_match_units *m, size_t l, size_t u, size_t *layer, size_t *unit);

/*
 * The graph that keeps the layer of this unit, and the unit in it. *g is NULL, *unit BRC_ANY where
 * no graph does, because the layer has no edges. BRC_DATA where the graph has no such layer, or
 * one of another size.
 */
brc_rc brc_match_graph_unit(const brc_match_units *m, const brc_laplacian *graph, size_t l,
			    size_t u, const brc_graph **g, size_t *unit, brc_err *err);

/* The same of all units of a layer that is drawn: unit[d->n]. BRC_DATA for heads in several graphs.
 */
brc_rc brc_match_graph_of(const brc_match_units *m, const brc_laplacian *graph,
			  const brc_drawn_layer *d, const brc_graph **g, size_t *unit,
			  brc_err *err);

#endif
