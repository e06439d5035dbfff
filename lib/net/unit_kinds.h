/* Which layers to take: the words of --units for kinds of units, and the layers that they mean. */
#ifndef BRC_NET_UNIT_KINDS_H
#define BRC_NET_UNIT_KINDS_H

#include "net/layer_graph.h"

/* One or several. */
enum {
	BRC_UNITS_HIDDEN = 1,
	BRC_UNITS_ALL = 2,   /* the input and the outputs too */
	BRC_UNITS_MLP = 4,   /* hidden layers of MLPs, in transformers one in each block */
	BRC_UNITS_HEADS = 8, /* layers whose features are the values of attention */
	/* as published: the convolutions if there are some, without the input; otherwise all */
	BRC_UNITS_PUBLISHED = 16
};

/* "mlp,heads" as such a set; BRC_USAGE, with the words that there are. */
brc_rc brc_units_parse(const char *text, unsigned *units, brc_err *err);
/* The words for a set, in the order above; buf[64]. Returns buf. */
char *brc_units_text(unsigned units, char buf[64]);

/*
 * Layers of any of these kinds: chosen[layers->n]. BRC_DATA when there is none
 * of one of them, with the kinds of hidden layers that there are.
 */
brc_rc brc_layer_graph_choose(const brc_layer_graph *c, unsigned units, bool *chosen, brc_err *err);
/* The table of the chosen layers, in order: brc_layers_clear. */
brc_rc brc_layer_graph_table(const brc_layer_graph *c, const bool *chosen, brc_layers *table,
			     brc_err *err);

#endif
