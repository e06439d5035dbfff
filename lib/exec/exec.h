/*
 * Running ONNX models: any graph of the supported operators on concrete tensors.
 *
 * A graph is built for fixed extents of its inputs, then run any number of
 * times, in a workspace for each thread. Everything runs in the calling thread;
 * results depend on the extents alone.
 */
#ifndef BRC_EXEC_EXEC_H
#define BRC_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/models/onnx.h"

typedef struct brc_exec brc_exec;

typedef enum brc_elem {
	BRC_ELEM_FLOAT, /* float */
	BRC_ELEM_INT,   /* int64_t */
	BRC_ELEM_BOOL   /* int64_t, 0 or 1 */
} brc_elem;

/* A tensor handed in; row-major. */
typedef struct brc_tensor_view {
	const char *name;
	brc_elem elem;
	size_t ndim, dim[BRC_MAX_DIMS];
	const void *data; /* NULL when it is only known when the graph runs */
	bool batch;       /* dimension 0 holds images, which must not be mixed */
	size_t images;    /* the place that dimension 0 has in the model. A constant has it there */
	/*
	 * Bit k: the extent of dimension k is the number of images, and another number must give
	 * each of them the same result. So nothing but extents may follow from it.
	 */
	size_t open;
} brc_tensor_view;

/*
 * The precision of products in convolutions and with constant matrices. Sums and everything else
 * are floats.
 */
typedef enum brc_precision {
	BRC_PRECISION_FLOAT,
	BRC_PRECISION_BF16 /* bfloat16, 8 bits: where brc_exec_bf16_supported() */
} brc_precision;

/* Does the processor multiply bfloat16 (AVX512_BF16 or AMX_BF16)? */
bool brc_exec_bf16_supported(void);

/* Options. They may be NULL, or all zeros. */
typedef struct brc_exec_options {
	brc_precision precision; /* BRC_DATA when it is not supported */
	const char *folder;      /* where external data lies; NULL: none is allowed */
	const char *const *keep; /* [n_keep]: further values that are wanted, by name */
	size_t n_keep;
	const char *const *tap; /* [n_taps]: values to stop at, by name: see brc_schedule */
	size_t n_taps;
	bool borrow;    /* the model outlives the graph: weights are used where they lie in it */
	bool keep_only; /* the only outputs are `keep`; nodes that only others need are left out */
	bool images_first; /* outputs have the images in dimension 0, wherever the model has them */
	bool bare;         /* node by node, as the model says, to be read; it cannot be run */
} brc_exec_options;

/*
 * Build the graph of a model for inputs input[n]. Its outputs are the model's,
 * then the values named in options->keep. The model must outlive the call only,
 * unless options->borrow; external data is read into it.
 * BRC_DATA naming the node for anything unsupported or contradictory; memory
 * stays in proportion to the model and the inputs.
 */
brc_rc brc_exec_new(brc_exec **g, const brc_onnx *m, const brc_tensor_view *input, size_t n,
		    const brc_exec_options *options, brc_err *err);
void brc_exec_free(brc_exec *g);

/*
 * The rows of the smallest table in which the input `name` is looked up; 0: there is none. Its
 * elements must be less than this, and at least minus this. The caller checks them, because others
 * give NaN.
 */
size_t brc_exec_vocabulary(const brc_exec *g, const char *name);

/*
 * A schedule says which memory a pass takes, and when. One schedule serves all workspaces of a
 * graph, which it borrows. The pass stops at each tap as soon as the value there, and all values
 * that are needed to go on from it, have been computed. There is a stop for each tap; stops are
 * numbered in the order in which a pass comes to them.
 */
typedef struct brc_schedule brc_schedule;

brc_rc brc_schedule_new(brc_schedule **s, const brc_exec *g, brc_err *err);
void brc_schedule_free(brc_schedule *s);
/* Which of options->tap a stop is at. */
size_t brc_schedule_tap(const brc_schedule *s, size_t stop);
/* Bytes of a workspace. */
size_t brc_schedule_bytes(const brc_schedule *s);
/* Operations of the convolutions and matrix products in a pass, and in what follows a tap. */
double brc_schedule_pass_flops(const brc_schedule *s);
double brc_schedule_flops(const brc_schedule *s, size_t stop);

/* Memory to run a graph in, one for each thread. */
typedef struct brc_workspace brc_workspace;

/* By a schedule, which it borrows. */
brc_rc brc_workspace_for(brc_workspace **w, const brc_schedule *s, brc_err *err);
void brc_workspace_free(brc_workspace *w);

/*
 * The memory of the input of this name. Fill it before each pass, because it is used for other
 * things later. NULL: no node uses it.
 */
void *brc_workspace_input(brc_workspace *w, const char *name);
/* Elements of output k as computed last, row-major. Borrowed. */
const void *brc_workspace_output(const brc_workspace *w, size_t k);

/*
 * A pass: begin it, go on until stops, which must ascend, and to the end, where every output is
 * computed. BRC_RESOURCE when a kernel gets no memory, here and below.
 */
void brc_workspace_start(brc_workspace *w);
brc_rc brc_workspace_until(brc_workspace *w, size_t stop, brc_err *err);
brc_rc brc_workspace_finish(brc_workspace *w, brc_err *err);
/* At a stop: the value of its tap, in the layout it has in the graph. Borrowed. */
const void *brc_workspace_tap(const brc_workspace *w, size_t stop);
/* A copy of it to be changed, where what is computed again finds it. */
void *brc_workspace_change(brc_workspace *w, size_t stop);
/*
 * From now on what is computed again has units of a recurrent node (RNN, GRU, LSTM) silenced. Its
 * output 0 is the value `made`, by its index. Either what unit[n] put out is 0, at every step and
 * for the next step, or, with `weights`, their incoming weights and biases are. NULL: no more.
 */
typedef struct brc_silenced {
	size_t made;
	const int32_t *unit;
	size_t n;
	bool weights;
} brc_silenced;
void brc_workspace_silence(brc_workspace *w, const brc_silenced *units);
/* Compute again what depends on the value changed last, without disturbing the pass. */
brc_rc brc_workspace_again(brc_workspace *w, brc_err *err);
/* Output k after that; valid until the next change. Borrowed. */
const void *brc_workspace_changed(const brc_workspace *w, size_t k);

#endif
