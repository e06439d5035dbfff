/*
 * Running a network on a micro-batch: BRC_RUN_ROWS images at once, always, so
 * that the shape of every matrix product - and with it every rounding - depends
 * on neither the number of threads nor the number of images left.
 *
 * A workspace holds every value twice: as the network computes it, and as it
 * comes out when one value is changed. Memory: 2 * BRC_RUN_ROWS * 4 bytes for
 * every element of every value; nothing is released on the way, because a lesion
 * may start from any layer.
 */
#ifndef BRC_NET_RUN_H
#define BRC_NET_RUN_H

#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"
#include "net/net.h"

#define BRC_RUN_ROWS 256u

typedef struct brc_run brc_run;

/* A workspace; one for each thread. It borrows the network. */
brc_rc brc_run_new(brc_run **r, const brc_net *net, brc_err *err);
void brc_run_free(brc_run *r);
/* Bytes that a workspace takes. */
size_t brc_run_bytes(const brc_net *net);

/* Input rows [BRC_RUN_ROWS, brc_net_inputs()], to be filled before a pass. */
float *brc_run_input(brc_run *r);
/* Fill them with images first..first+n-1 of a data set that fits, zeros below. */
void brc_run_load(brc_run *r, const brc_dataset *data, size_t first, size_t n);

/* Compute every value. */
void brc_run_forward(brc_run *r);

/* Rows [BRC_RUN_ROWS, elements] of a value (brc_net_layer.pre, .post), as computed last. */
const float *brc_run_value(const brc_run *r, size_t value);
/* The same to write to, between a pass and brc_run_again; aliases share it. */
float *brc_run_edit(brc_run *r, size_t value);

/* The logits: the network's output, or what its closing Softmax is applied to. */
size_t brc_net_logits(const brc_net *net);

/* The nodes to compute again when the memory of one value has changed. */
typedef struct brc_plan {
	size_t *node, n;
	double flops; /* of their matrix products, for BRC_RUN_ROWS rows */
} brc_plan;

/* Operations of the matrix products of a whole pass, for BRC_RUN_ROWS rows. */
double brc_net_flops(const brc_net *net);

brc_rc brc_plan_new(brc_plan *plan, const brc_net *net, size_t value, brc_err *err);
void brc_plan_clear(brc_plan *plan);

/*
 * Compute the nodes of the plan from the values of the last forward pass, one
 * of which was changed in place. Results are kept apart from those of the
 * forward pass; brc_run_value gives them until brc_run_back, save for values
 * before an activation, which it overwrites, and those behind the logits.
 */
void brc_run_again(brc_run *r, const brc_plan *plan);
/* Let brc_run_value give the results of the forward pass again. */
void brc_run_back(brc_run *r);

#endif
