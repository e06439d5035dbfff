/*
 * Balanced weights. If the in-weights and the bias of a ReLU unit are multiplied by c > 0 and its
 * out-weights divided by c, the network computes the same, but its graph of weights changes. So
 * each unit that can be scaled like this is: until the norm of its in-weights equals that of its
 * out-weights (docs/method.md, "Balanced weights"; Osborne 1960, Parlett and Reinsch 1969).
 */
#ifndef BRC_NET_BALANCE_H
#define BRC_NET_BALANCE_H

#include "base/cli.h"
#include "net/layer_graph.h"

#define BRC_BALANCE_TOLERANCE 1e-8 /* of the logarithm of the ratio of both norms */
#define BRC_BALANCE_SWEEPS 2000    /* at most */

typedef struct brc_balance {
	const brc_layer_graph *of; /* borrowed */
	brc_layer_graph graph;     /* the same with balanced weights; lives as long as this one */
	double *scale;             /* [units]: by which their in-weights were multiplied */
	size_t hidden, balanced;   /* units of hidden layers; those of them that were balanced */
	size_t sweeps;
	double gap; /* the largest logarithm of a ratio that was left, as a magnitude */
} brc_balance;

/*
 * The norm of a unit's in-weights is the sum of its edges from all layers before it, the input
 * included; under l2 the root of their sum of squares. Units that are tied share one factor, and
 * their sums add up. A unit without in-weights or without out-weights stays as it is, and so does
 * one that cannot be scaled (brc_layer_graph.tied, which must be known).
 *
 * Each sweep goes through the layers in order. A group of tied units is multiplied by the root of
 * out-norm / in-norm, by the fourth root where edges join groups that are scaled together: then
 * the sum of all edges never grows, and its only minimum is where all norms are equal. It ends
 * within BRC_BALANCE_TOLERANCE or after BRC_BALANCE_SWEEPS; `gap` says which. All edges at units
 * that can be scaled are held in memory: BRC_RESOURCE above `mem` bytes (0: what the machine has).
 */
brc_rc brc_balance_new(brc_balance **b, const brc_layer_graph *of, size_t mem, brc_err *err);
void brc_balance_free(brc_balance *b);

/* How many units were balanced; a warning where the norms did not become equal. On stderr. */
void brc_balance_tell(const brc_cli *cli, const brc_balance *b);

#endif
