/*
 * A model as a list of operators on concrete tensors. Internal to lib/exec.
 *
 * Every extent is known before anything runs: that of the batch is the number
 * of rows the graph was built for. Whatever depends on constants alone, shape
 * arithmetic above all, is computed while the graph is built and leaves no
 * node. One table of operators and one kernel an operator serve both.
 */
#ifndef BRC_EXEC_DATAFLOW_H
#define BRC_EXEC_DATAFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/nodes.h"

#define BRC_EXEC_MAX_ELEMENTS ((size_t)1 << 31) /* of one value */

/* The memory of values, by index; constants included. */
typedef struct brc_memory {
	void *const *at;
	void *scratch;
	bool *failed; /* set by a kernel that ran out of memory */
} brc_memory;

typedef enum brc_demand {                   /* on the layout of inputs */
			  BRC_DEMAND_PLAIN, /* inputs must be row-major */
			  BRC_DEMAND_LAST,  /* input 0 must have its channels last */
			  BRC_DEMAND_ANY
} brc_demand;

/* How a convolution takes the operator over that follows it. */
typedef enum brc_fuse {
	BRC_FUSE_NO,
	BRC_FUSE_ADD /* the sum of two operands */
} brc_fuse;

struct brc_op {
	const char *type;       /* ONNX operator */
	const char *attributes; /* that it may have: "axis|perm" */
	size_t min_in, max_in, max_out;
	brc_demand layout;
	bool in_place; /* the output may lie where an input 0 of its shape and layout did */
	/* How it is looked through: see exec/nodes.h, whose functions ask these. */
	brc_trace trace;
	bool activation;
	brc_line line;       /* of an activation function */
	unsigned parameters; /* bit k: input k, a constant, is a parameter of the function */
	brc_fuse fuse;
	/* Check inputs and attributes, set the outputs and the state. The caller names the node. */
	brc_rc (*infer)(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err);
	/* After fusion, once: whatever `run` wants prepared. NULL: nothing. */
	brc_rc (*prepare)(brc_exec *g, brc_node *n, brc_err *err);
	/* NULL: the output shares the memory of input 0, or is a constant. */
	void (*run)(const brc_exec *g, const brc_node *n, const brc_memory *m);
	/* What nodes of this operator say of themselves: NULL where it never applies. */
	double (*flops)(const brc_exec *g, const brc_node *n);
	bool (*weights)(const brc_exec *g, const brc_node *n, brc_weights *w);
	const brc_affine *(*affine)(const brc_node *n);
	bool (*reduced)(const brc_node *n, size_t *axes, bool *keep);
	size_t (*softmax_size)(const brc_node *n);
};

typedef struct brc_owned {
	void *p;
	void (*release)(void *);
} brc_owned;

struct brc_exec {
	int64_t opset;
	brc_precision precision;
	const char *folder;    /* where external data lies, while it is built */
	size_t rows, declared; /* of the batch: built for, and declared by the model (0: none) */
	brc_operand *value;
	size_t n_values, cap_values;
	brc_node *node;
	size_t n_nodes, cap_nodes;
	size_t *output, n_outputs, *tap, n_taps; /* values */
	bool borrow;                             /* the model outlives the graph */
	bool bare;                               /* not to be run: nothing fused, all row-major */
	brc_owned *owned;
	size_t n_owned, cap_owned;
	size_t budget; /* bytes that building may still allocate */
	size_t room;   /* bytes that weights may still take in layouts of oneDNN's */
};

/* The operator of this ONNX type, or NULL. */
const brc_op *brc_op_find(const char *type);

/* ---- memory of the graph ---- */

/* Zeroed memory, owned by the graph and within its budget; NULL with err set. */
void *brc_exec_alloc(brc_exec *g, size_t n, size_t size, brc_err *err);
/* Take so much of the room for weights; BRC_DATA when there is not as much left. */
brc_rc brc_exec_take_room(brc_exec *g, size_t bytes, brc_err *err);
/* Call release(p) when the graph is freed (also when this fails). */
brc_rc brc_exec_own(brc_exec *g, void *p, void (*release)(void *), brc_err *err);
brc_rc brc_exec_add_value(brc_exec *g, const brc_operand *v, size_t *index, brc_err *err);

/* ---- for `infer` ---- */

/* What brc_in gives is valid until the next value is added. */

/* Input k, which must be there with elements of this kind. */
brc_rc brc_need(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
		const brc_operand **v, brc_err *err);
/* Input k as a list of integers known by now: a constant of one dimension (or a number). */
brc_rc brc_need_list(const brc_exec *g, const brc_node *n, size_t k, const int64_t **v,
		     size_t *count, brc_err *err);
/* Input k as a constant with elements of this kind. */
brc_rc brc_need_constant(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
			 const brc_operand **v, brc_err *err);
/* Input k as a constant of floats. */
brc_rc brc_need_weights(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
			brc_err *err);
/* The list of integers that is attribute `name` before operator set `since`, input k from it on. */
brc_rc brc_list_of(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p, const char *name,
		   size_t k, int64_t since, const int64_t **v, size_t *count, brc_err *err);

/* Output k has this shape, layout, batch and elements (the fields of `like`). */
brc_rc brc_set_output(brc_exec *g, const brc_node *n, size_t k, const brc_operand *like,
		      brc_err *err);
/* The same for output 0, which shares the memory of input 0. */
brc_rc brc_set_view(brc_exec *g, const brc_node *n, const brc_operand *like, brc_err *err);

/* An axis counted from the back if negative, within 0..ndim-1. */
brc_rc brc_axis(int64_t axis, size_t ndim, size_t *out, brc_err *err);
/* BRC_DATA when dimension `axis` of v holds images, which must not be mixed. */
brc_rc brc_keeps_images(const brc_operand *v, size_t axis, brc_err *err);
/* Set count from the extents; BRC_DATA when there are too many elements. */
brc_rc brc_count(brc_operand *v, brc_err *err);
/* The integer of type `narrow` that is v modulo its range; v itself when that is 0. */
int64_t brc_narrowed(int64_t v, int32_t narrow);
/* The same for all elements of a value that was just computed. */
void brc_narrow(const brc_operand *v, int64_t *at);
/* What `narrow` is for elements of this ONNX type. */
int32_t brc_narrow_type(int32_t data_type);
/* Do both layouts put the elements of the value in the same places? */
bool brc_layout_is_moot(const brc_operand *v);

#endif
