/*
 * An operator is one record. The record holds everything that is known about the operator, and it
 * is the only place for it. Internal to lib/exec; other code asks with the functions of
 * exec/nodes.h.
 *
 * A family of operators is an array of records in a file of lib/exec/operators,
 * and a line in BRC_FAMILIES. Nothing else tests which operator a node is.
 */
#ifndef BRC_EXEC_OPERATOR_H
#define BRC_EXEC_OPERATOR_H

#include "exec/arguments.h"
#include "exec/dataflow.h"

/* ---- attributes ---- */

typedef enum brc_attribute_kind {
	BRC_ATTRIBUTE_UNREAD, /* allowed; nothing depends on it, or `read` looks at it */
	BRC_ATTRIBUTE_INT,    /* an int64_t among the arguments */
	BRC_ATTRIBUTE_FLAG,   /* bool: an integer other than 0 */
	BRC_ATTRIBUTE_FLOAT,  /* float */
	BRC_ATTRIBUTE_LIST,   /* brc_list; left out: none */
	BRC_ATTRIBUTE_CHOICE  /* size_t: its place among the texts `choice`, ended by NULL */
} brc_attribute_kind;

/*
 * One attribute, and where it goes among the arguments. With `until` it belongs to operator sets
 * before that one. From then on input `input` takes the place of a list; that an older set has
 * the input, or a newer one the attribute, is an error. Other kinds keep their default.
 */
typedef struct brc_attribute {
	const char *name;
	brc_attribute_kind kind;
	size_t at;     /* offset */
	int64_t whole; /* what it is when left out: an integer, flag or choice */
	float real;    /* a float */
	const char *const *choice;
	int64_t until; /* 0: all */
	size_t input;
} brc_attribute;

/* An attribute and the field of the struct ARGS where it goes; then its default, and its `until`.
 */
#define BRC_ATTRIBUTE(NAME, KIND, ARGS, FIELD, ...)                                      \
	{                                                                                \
		.name = NAME, .kind = BRC_ATTRIBUTE_##KIND, .at = offsetof(ARGS, FIELD), \
		__VA_ARGS__                                                              \
	}
#define BRC_ATTR_UNREAD(NAME) \
	{                     \
		.name = NAME  \
	}
#define BRC_ATTR_INT(NAME, ARGS, FIELD, DEFAULT) \
	BRC_ATTRIBUTE(NAME, INT, ARGS, FIELD, .whole = DEFAULT)
#define BRC_ATTR_FLAG(NAME, ARGS, FIELD, DEFAULT) \
	BRC_ATTRIBUTE(NAME, FLAG, ARGS, FIELD, .whole = DEFAULT)
#define BRC_ATTR_FLOAT(NAME, ARGS, FIELD, DEFAULT, UNTIL) \
	BRC_ATTRIBUTE(NAME, FLOAT, ARGS, FIELD, .real = DEFAULT, .until = UNTIL)
#define BRC_ATTR_LIST(NAME, ARGS, FIELD, UNTIL, INPUT) \
	BRC_ATTRIBUTE(NAME, LIST, ARGS, FIELD, .until = UNTIL, .input = INPUT)
#define BRC_ATTR_CHOICE(NAME, ARGS, FIELD, DEFAULT, ...)           \
	BRC_ATTRIBUTE(NAME, CHOICE, ARGS, FIELD, .whole = DEFAULT, \
		      .choice = (const char *const[]){__VA_ARGS__, NULL})
/* The arguments of a record, a struct ARGS, and their attributes. */
#define BRC_ARGS(ARGS, ...)                                         \
	.args = sizeof(ARGS), .attributes = (const brc_attribute[]) \
	{                                                           \
		__VA_ARGS__,                                        \
		{                                                   \
			.name = NULL                                \
		}                                                   \
	}

/* ---- the record ---- */

/* The memory of values, by index; constants included. */
typedef struct brc_memory {
	void *const *at;
	void *scratch;
	bool *failed; /* set by a kernel that ran out of memory */
	bool moves;   /* what comes from no input becomes zero, instead of what the node fills in */
	const brc_silenced *silenced; /* units of a recurrent node; NULL: none */
} brc_memory;

/* What an operator asks of the layout of its inputs. */
typedef enum brc_demand {
	BRC_DEMAND_PLAIN, /* all row-major */
	BRC_DEMAND_LAST,  /* input 0 with its channels last */
	BRC_DEMAND_ANY
} brc_demand;

struct brc_op {
	const char *type;                /* ONNX's name */
	const brc_attribute *attributes; /* ended by one without a name; NULL: none */
	size_t args, state;              /* bytes of its arguments, and of its state */
	size_t min_in, max_in, max_out;
	int variant;    /* tells operators apart that share functions */
	bool unchanged; /* the same in all operator sets, those before BRC_OPSET_MIN included */

	/*
	 * From a file: set the defaults of an old operator set, and what attributes do not say. Or
	 * NULL.
	 */
	void (*adapt)(int64_t opset, void *args);
	brc_rc (*read)(brc_exec *g, const Brc__OnnxNode *p, void *args, brc_err *err);

	/*
	 * A node that becomes several: add those by code (brc_exec_add_node), so that they compute
	 * its outputs, and set *done. False: it stays as it is. NULL: it always does.
	 */
	brc_rc (*split)(brc_exec *g, const brc_node *n, bool *done, brc_err *err);
	/*
	 * Check n->args and the inputs, set the outputs (brc_set_output), fill n->state, which is
	 * zeroed. BRC_DATA for what contradicts itself or is not supported; the caller names the
	 * node.
	 */
	brc_rc (*infer)(brc_exec *g, brc_node *n, brc_err *err);
	/* Called once, after fusion: prepare what `run` needs. NULL: nothing. */
	brc_rc (*prepare)(brc_exec *g, brc_node *n, brc_err *err);
	/* NULL: the output shares the memory of input 0, or is a constant. */
	void (*run)(const brc_exec *g, const brc_node *n, const brc_memory *m);
	brc_demand layout;
	bool in_place; /* the output may lie where an input 0 of its shape and layout did */

	/* Fusion: a host does what n->after says; the others are what it takes over. NULL: not. */
	bool hosts;
	const brc_affine *(*affine)(const brc_node *n);
	bool adds;                                               /* two operands */
	bool (*bounds)(const brc_node *n, float *lo, float *hi); /* cuts off; false: not this one */

	/* For code that looks into a network; exec/nodes.h says what these mean. */
	brc_trace trace;
	bool activation;
	bool measures;    /* the extents of an input, or it makes something of given extents */
	bool dequantises; /* from whole numbers to the real ones that they stand for */
	brc_line line;
	bool homogeneous;    /* brc_node_is_homogeneous; asked of traces that do not say it */
	unsigned parameters; /* bit k: input k */
	bool (*weights)(const brc_exec *g, const brc_node *n, brc_linear_map *w);
	bool (*reduced)(const brc_node *n, size_t *axes, bool *keep);
	void (*heads)(const brc_node *n, size_t *heads, size_t *shared);
	size_t (*softmax_size)(const brc_node *n, size_t *step);
	double (*flops)(const brc_exec *g, const brc_node *n);
	double (*work)(const brc_node *n, const brc_operand *out); /* operations, without flops */
	bool (*copy)(const brc_exec *g, const brc_node *n, size_t k, brc_block_copy *c);
	bool (*moves)(const brc_node *n);  /* of one that may: does it only move elements? */
	float (*fills)(const brc_node *n); /* of real numbers: what stands where no input does */

	/*
	 * Gradients are made as nodes, by brc_exec_add_node, and scheduled like any other. Given
	 * of[n->n_out], the values that hold the gradient of some number by each output
	 * (BRC_NOWHERE: it is zero), add the nodes that compute by[n->n_in], that by each input
	 * (BRC_NOWHERE: zero, or not wanted). NULL: the operator has no gradient, so far all of
	 * them.
	 */
	brc_rc (*gradient)(brc_exec *g, const brc_node *n, const size_t *of, size_t *by,
			   brc_err *err);
};

/* Numbers of inputs and of outputs. */
#define BRC_TAKES(MIN_IN, MAX_IN, MAX_OUT) .min_in = MIN_IN, .max_in = MAX_IN, .max_out = MAX_OUT
/* A record: what every operator has, then what some have. */
#define BRC_OP(TYPE, TAKES, INFER, RUN, LAYOUT, TRACE, ...)                                     \
	{                                                                                       \
		.type = TYPE, TAKES, .infer = INFER, .run = RUN, .layout = BRC_DEMAND_##LAYOUT, \
		.trace = BRC_TRACE_##TRACE, __VA_ARGS__                                         \
	}

/* Every file of lib/exec/operators that has operators of ONNX's, in an array of this name. */
/* clang-format off */
#define BRC_FAMILIES(X) \
	X(functions) X(predicates) X(clip) X(arithmetic) X(modulo) X(where) X(cast) X(lowered) \
	X(moves) X(views) X(tile) X(trilu) X(blocks) X(reverse) X(one_hot) \
	X(constants) X(counted) X(found) X(signal) \
	X(products) X(convolution) X(transposed_convolution) X(pooling) X(unpool) X(grid) \
	X(normalisation) X(softmax) X(reductions) \
	X(along) X(top) X(determinant) \
	X(gather) X(indexing) X(pad) X(resize) X(recurrent) X(attention) X(rotary) \
	X(quantise) X(whole_products) X(whole_convolution)
/* clang-format on */

#define BRC_DECLARE_FAMILY(NAME) extern const brc_op brc_##NAME##_ops[];
BRC_FAMILIES(BRC_DECLARE_FAMILY)
#undef BRC_DECLARE_FAMILY

/*
 * A change between row-major and channels last. It is put in where it is needed, and is not an ONNX
 * operator.
 */
extern const brc_op brc_layout_op;

/* The operator of this ONNX type, or NULL. */
const brc_op *brc_op_find(const char *type);
/* Its attribute of this name, or NULL. */
const brc_attribute *brc_op_attribute(const brc_op *op, const char *name);

/*
 * *args: those of an operator, owned by g, from the attributes of p; p: NULL: all at their
 * defaults in the newest operator set. BRC_DATA naming an attribute that is of another type,
 * belongs to another operator set or is not supported.
 */
brc_rc brc_arguments_read(brc_exec *g, const brc_op *op, const Brc__OnnxNode *p, void **args,
			  brc_err *err);

/* ---- for `infer`: inputs. What brc_in gives is valid until the next value is added. ---- */

/* Input k, which must be there; with elements of this kind. */
brc_rc brc_need_any(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		    brc_err *err);
brc_rc brc_need(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
		const brc_operand **v, brc_err *err);
/* Input k, which holds numbers and no truth values. */
brc_rc brc_need_numbers(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
			brc_err *err);
/* Input k as a constant with elements of this kind. */
brc_rc brc_need_constant(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
			 const brc_operand **v, brc_err *err);
/* The same with elements of any kind, where extents of the output depend on the elements. */
brc_rc brc_need_known(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err);
/* Input k as a list of integers known by now: a constant of one dimension (or a number). */
brc_rc brc_need_list(const brc_exec *g, const brc_node *n, size_t k, brc_list *list, brc_err *err);
/* The list among the arguments; where it was left out input k, or an empty list. */
brc_rc brc_list_or_input(const brc_exec *g, const brc_node *n, const brc_list *given, size_t k,
			 brc_list *list, brc_err *err);

/* Input k as the extents of v: none is negative, and all is within BRC_MAX_DIMS. */
brc_rc brc_need_shape(const brc_exec *g, const brc_node *n, size_t k, const char *what,
		      brc_operand *v, brc_err *err);

/* ---- for `infer`: outputs ---- */

/* Output k has this shape, layout, batch and elements (the fields of `like`). */
brc_rc brc_set_output(brc_exec *g, const brc_node *n, size_t k, const brc_operand *like,
		      brc_err *err);
/* The same, and output k is a constant: its elements are v->data, which the graph owns. */
brc_rc brc_set_constant(brc_exec *g, const brc_node *n, size_t k, const brc_operand *v,
			brc_err *err);
/* The same for output 0, which shares the memory of input 0. */
brc_rc brc_set_view(brc_exec *g, const brc_node *n, const brc_operand *like, brc_err *err);

/* ---- for `infer` and `run`: shapes and elements ---- */

/* An axis counted from the back if negative, within 0..ndim-1. */
brc_rc brc_axis(int64_t axis, size_t ndim, size_t *out, brc_err *err);
/* The same for a dimension of v that holds no images: BRC_DATA. */
brc_rc brc_axis_of(int64_t axis, const brc_operand *v, size_t *out, brc_err *err);
/* Bit k of *set: dimension k of ndim is among the axes; `once`: none may be named twice. */
brc_rc brc_axis_set(const brc_list *axes, size_t ndim, bool once, size_t *set, brc_err *err);
/* BRC_DATA when dimension `axis` of v holds images, which must not be mixed. */
brc_rc brc_keeps_images(const brc_operand *v, size_t axis, brc_err *err);
/*
 * What entry `at` of dimension 0 is called within its image, as if the image were alone; `at`
 * itself if the dimension holds no images.
 */
size_t brc_within_image(const brc_exec *g, const brc_operand *v, size_t at);
/* Set count from the extents; BRC_DATA when there are too many elements. */
brc_rc brc_count(brc_operand *v, brc_err *err);
/* Integers that were just computed become those of the value's own type, modulo its range. */
void brc_narrow(const brc_operand *v, int64_t *at);
/* What `narrow` is for elements of this ONNX type. */
int32_t brc_narrow_type(int32_t data_type);
/* Do both layouts put the elements of the value in the same places? */
bool brc_layout_is_moot(const brc_operand *v);
/* cast.c: what holds elements of this ONNX type, and its `narrow`; BRC_DATA: nothing does. */
brc_rc brc_kind_of_type(int64_t type, brc_elem *elem, int32_t *narrow, brc_err *err);
/* The same file: towards zero; what no int64 holds becomes the nearest one, NaN 0. */
int64_t brc_whole_number(float x);

#endif
