/* How what passes through an operator can be traced. Internal to lib/net. */
#ifndef BRC_NET_RULES_H
#define BRC_NET_RULES_H

#include "exec/graph.h"

typedef enum brc_rule {
	BRC_RULE_MIX,    /* every element of a group depends on all: not traced through */
	BRC_RULE_SAME,   /* element by element; normalisations within a channel too */
	BRC_RULE_AFFINE, /* the same, every channel times a constant (BatchNormalization) */
	BRC_RULE_LAYER_NORM,
	BRC_RULE_COMBINE, /* element by element of several, with broadcasting */
	BRC_RULE_MOVE,    /* elements only change places */
	BRC_RULE_PLACES,  /* channels stay, places within them are put together (pooling) */
	BRC_RULE_REDUCE,
	BRC_RULE_PRODUCT /* convolutions and matrix products */
} brc_rule;

brc_rule brc_rule_of(const brc_op *op);
/* An element-by-element function of one operand, or of one and numbers: part of an activation. */
bool brc_rule_is_activation(const brc_op *op);

#endif
