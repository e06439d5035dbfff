/*
 * The graph itself: nodes, values and what they own. Internal to lib/exec; others
 * see exec/nodes.h.
 *
 * Every extent is known before anything runs. That of the batch is the number of rows that the
 * graph was built for. Nodes that depend only on constants, above all arithmetic on shapes, are
 * computed while the graph is built, and leave no node behind. The same records of operators serve
 * both purposes.
 */
#ifndef BRC_EXEC_DATAFLOW_H
#define BRC_EXEC_DATAFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/nodes.h"

#define BRC_EXEC_MAX_ELEMENTS ((size_t)1 << 31) /* of one value */

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
	size_t *output, n_outputs, cap_outputs, *tap, n_taps, cap_taps; /* values */
	bool borrow; /* the model outlives the graph */
	bool open;   /* there may be any number of images, not only `rows` */
	bool bare;   /* not to be run: nothing fused, all row-major */
	brc_owned *owned;
	size_t n_owned, cap_owned;
	void **fold; /* [cap_fold]: memory of values, for one node while it is computed at once */
	size_t cap_fold;
	size_t budget; /* bytes that building may still allocate */
	double work;   /* operations that building may still compute */
	bool again;    /* what is built now may be built several times, as a turn of a loop */
	size_t room;   /* bytes that weights may still take in layouts of oneDNN's */
};

/*
 * The invariants of a graph: values and nodes are of their kinds and within their bounds, each
 * node comes after those that make its inputs, each value is made once, a dimension of images
 * holds all of them. For BRC_ASSERT_VALID.
 */
bool brc_exec_valid(const brc_exec *g);

/* ---- memory of the graph ---- */

/*
 * Take n * size bytes of *left, which is g->budget or g->room. So the memory of a graph stays in
 * proportion to its model, whatever its shapes say. BRC_DATA if less is left: `what` ("its values")
 * takes too much.
 */
brc_rc brc_exec_spend(size_t *left, size_t n, size_t size, const char *what, brc_err *err);
/*
 * *array, a pointer of any type: zeroed memory for n elements of `size` bytes, within the budget of
 * the graph and owned by it. BRC_DATA, BRC_RESOURCE.
 */
brc_rc brc_exec_alloc(brc_exec *g, void *array, size_t n, size_t size, brc_err *err);
/* Call release(p) when the graph is freed (also when this fails). */
brc_rc brc_exec_own(brc_exec *g, void *p, void (*release)(void *), brc_err *err);
/* Add a value as it is described. */
brc_rc brc_exec_add_value(brc_exec *g, const brc_operand *v, size_t *index, brc_err *err);
/*
 * Add a constant: a number (ndim 0, count 1) or a list (ndim 1). *array, a pointer of any type: its
 * elements, which are zeroed. The name is borrowed for the life of the graph.
 */
brc_rc brc_exec_constant(brc_exec *g, const char *name, brc_elem elem, size_t ndim, size_t count,
			 size_t *index, void *array, brc_err *err);
/* tensor.c: the elements of a tensor of the model as a constant, owned by the graph. */
brc_rc brc_exec_tensor(brc_exec *g, const Brc__OnnxTensor *t, brc_operand *v, brc_err *err);
/* The same file: give back the constants that nothing reads when the graph runs. */
void brc_exec_drop(brc_exec *g);

/*
 * external.c: weights that lie in files beside the model.
 *
 * *with is the tensor t. If its data are external, they are read from g->folder and become its raw
 * data; *read then says that the caller has to free them. Everything else is borrowed from t.
 * BRC_DATA when the place leaves the folder (an absolute path, "..", a link), does not exist, or is
 * not as long as the shape says, or when there is no folder.
 */
brc_rc brc_exec_external(brc_exec *g, const Brc__OnnxTensor *t, Brc__OnnxTensor *with, bool *read,
			 brc_err *err);

/* ---- images.c: where the number of images may be any ---- */

/* Does the extent of dimension k follow from the number of images? */
bool brc_open_extent(const brc_exec *g, const brc_operand *v, size_t k);
/* Does element i of a constant follow from the number of images? */
bool brc_follows_images(const brc_operand *v, size_t i);
/* From now on it does. */
brc_rc brc_mark_images(brc_exec *g, brc_operand *v, size_t i, brc_err *err);
/* The outputs of n are constants now: say which of their elements follow from it. */
brc_rc brc_exec_follow_images(brc_exec *g, const brc_node *n, brc_err *err);
/* BRC_DATA when a node that is computed as the graph runs has it as an operand. */
brc_rc brc_exec_check_images(const brc_exec *g, const brc_node *n, brc_err *err);

/* ---- before a graph runs ---- */

/*
 * fuse.c. A host (so far, a convolution) takes over the nodes that follow it directly and are the
 * only users of its output: an affine map of every channel (BatchNormalization), the sum with a
 * value that is not needed any more, a cut-off (Relu, Clip). Then operators that can write over
 * their input do so. Nodes that are no longer needed are removed. Taps count as users, so that
 * their values stay as they are. BRC_RESOURCE.
 */
brc_rc brc_exec_fuse(brc_exec *g, brc_err *err);

#endif
