/* The activation functions that RNN, GRU and LSTM may name. Internal to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_GATES_H
#define BRC_EXEC_OPERATORS_GATES_H

#include "exec/operator.h"

typedef enum brc_gate_kind {
	BRC_GATE_SIGMOID,
	BRC_GATE_TANH,
	BRC_GATE_RELU,
	BRC_GATE_AFFINE,
	BRC_GATE_LEAKY_RELU,
	BRC_GATE_THRESHOLDED_RELU,
	BRC_GATE_SCALED_TANH,
	BRC_GATE_HARD_SIGMOID,
	BRC_GATE_ELU,
	BRC_GATE_SOFTSIGN,
	BRC_GATE_SOFTPLUS
} brc_gate_kind;

/*
 * f[want]: the functions that the attributes activations, activation_alpha and activation_beta of
 * p name. *given: there are any. Each function takes the next number of either list if it has such
 * a parameter; those that are left out are ONNX's defaults. BRC_DATA for another number of
 * functions, an unknown name, or numbers left over.
 */
brc_rc brc_gates_read(const Brc__OnnxNode *p, size_t want, brc_gate_function *f, bool *given,
		      brc_err *err);

/* x[n] = f(x), after values beyond -clip and clip were cut off. */
void brc_gate_apply(const brc_gate_function *f, float clip, float *x, size_t n);

#endif
