/*
 * RNN, GRU and LSTM in one direction: what inference finds, and the kernel. Internal to
 * lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_RECURRENT_H
#define BRC_EXEC_OPERATORS_RECURRENT_H

#include "exec/operator.h"

typedef enum brc_cell { BRC_CELL_RNN, BRC_CELL_GRU, BRC_CELL_LSTM } brc_cell; /* op->variant */

/* Inputs of the node. GRU and RNN have the first six. */
enum {
	BRC_RECURRENT_X,
	BRC_RECURRENT_W,
	BRC_RECURRENT_R,
	BRC_RECURRENT_B,
	BRC_RECURRENT_LENGTHS,
	BRC_RECURRENT_H,
	BRC_RECURRENT_C,
	BRC_RECURRENT_P
};

typedef struct brc_recurrence {
	size_t steps, rows, inputs, hidden, gates; /* rows: of the batch */
	bool rows_first;                           /* X is [rows, steps, inputs] */
	size_t h_step, c_step, length_step;        /* from one row to the next; 0: one for all */
	brc_gate_function f[BRC_GATE_FUNCTIONS];
	size_t chunk; /* steps whose products with W are computed at a time */
	/*
	 * In a bare graph: W and R as one linear map of inputs and units before, whose kernels are
	 * the gates, [hidden, inputs + hidden, gates]; and the sum of the biases of each unit.
	 */
	size_t map; /* value */
	const float *map_at, *bias;
} brc_recurrence;

/* Sets r->chunk, and *bytes to those of the scratch memory. False: too many. */
bool brc_recurrence_scratch(brc_recurrence *r, size_t *bytes);
void brc_recurrence_run(const brc_exec *g, const brc_node *n, const brc_memory *m);

#endif
