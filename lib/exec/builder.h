/*
 * Building a graph from the nodes of a model: what names stand for, and the nodes that hold others.
 * Internal to lib/exec.
 *
 * Some nodes are not operators of the graph that is made: calls of the model's own functions, If
 * and Loop, whose nodes are put in their place; operators on sequences, which become the values
 * themselves; Einsum, which becomes products. This is possible where what they depend on is known
 * when the graph is built. So all that comes after sees a flat list of operators on tensors.
 */
#ifndef BRC_EXEC_BUILDER_H
#define BRC_EXEC_BUILDER_H

#include "exec/functions.h"
#include "exec/make.h"
#include "exec/names.h"

/* The names of one graph, or of one function, while its nodes are built. */
typedef struct brc_scope {
	struct brc_scope *outer;  /* whose names are visible too; NULL: none */
	struct brc_scope *caller; /* from where it was entered; NULL: the model's own graph */
	const Brc__OnnxGraph *graph;
	const Brc__OnnxFunction *function; /* NULL: it is none */
	const Brc__OnnxNode *call;         /* of the function */
	brc_names names;
	const char *values, *nodes; /* begin the names of its values, and of its nodes; "" */
	size_t depth;
} brc_scope;

typedef struct brc_builder {
	brc_exec *g;
	brc_functions functions;
	brc_scope *scope; /* the innermost */
	size_t left;      /* nodes and names that may still be put in place of others */
	size_t looks;     /* names and attributes of these that may still be looked at */
	size_t emitted;   /* values made so far in the place of the node that is being built */
	bool named;       /* the error names its node already */
	brc_err *err;
} brc_builder;

/* ---- accept.c: what brc_exec_accept does, of one node and of an operator set ---- */

brc_rc brc_exec_accept_node(const Brc__OnnxNode *p, const brc_functions *f, brc_err *err);
brc_rc brc_exec_accept_opset(int64_t opset, brc_err *err);

/* ---- scope.c ---- */

/* The initializers of the innermost graph, then its nodes. BRC_DATA naming the node that fails. */
brc_rc brc_builder_initializers(brc_builder *b);
brc_rc brc_builder_nodes(brc_builder *b);

/* How a graph is put in the place of a node. */
typedef struct brc_inlined {
	const Brc__OnnxGraph *graph;
	const Brc__OnnxFunction *function; /* NULL: it is none, and sees the names around it */
	const Brc__OnnxNode *node;         /* in whose place */
	size_t turn;                       /* of a loop; BRC_NOWHERE: it is no loop */
	const char *branch;                /* of If: what it is called; NULL: it is none */
	const brc_binding *in;             /* [n_in]: its first inputs; the others are left out */
	size_t n_in;
} brc_inlined;

/*
 * Put it in place: out[n_output of the graph] is what its outputs stand for. BRC_DATA when more is
 * put in place than the size of the model accounts for, or a function calls itself.
 */
brc_rc brc_builder_inline(brc_builder *b, const brc_inlined *what, brc_binding *out);

/* ---- for nodes that are no operators ---- */

/* in[p->n_input], out[p->n_output]; the attributes of p are those that hold here. */
typedef brc_rc (*brc_build)(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			    brc_binding *out);

typedef struct brc_structure {
	const char *type;
	const char *const *attributes; /* ended by NULL */
	size_t min_in, max_in, max_out;
	brc_build build;
} brc_structure;

/* structure.c, sequences.c, einsum.c: ended by one without a type. */
extern const brc_structure brc_control_structures[];
extern const brc_structure brc_sequence_structures[];
extern const brc_structure brc_product_structures[];

/* Einsum of input 0 and all others by this equation, in the place of p. */
brc_rc brc_einsum_build(brc_builder *b, const Brc__OnnxNode *p, const char *text, size_t len,
			const brc_binding *in, brc_binding *out);

/* ---- stacks.c: MatMul with a stack of constant matrices, [heads, width, features] ---- */

/* Is it a product of x with a stack w of constant matrices, none of them for one image alone? */
bool brc_is_stack(const brc_operand *x, const brc_operand *w);
/* A brc_build for it: each matrix is a layer, or all of them are one if all read the same. */
brc_rc brc_stack_build(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
		       brc_binding *out);

/* The structure of this ONNX type, or NULL. */
const brc_structure *brc_structure_find(const char *type);

/* A value, as a binding. */
static inline brc_binding brc_bind(size_t value)
{
	return (brc_binding){.value = value};
}

/* Is it left out? */
static inline bool brc_is_unbound(const brc_binding *is)
{
	return is->value == BRC_NOWHERE && !is->sequence;
}

/* Input k as a tensor, which must be there; as integers known by now. BRC_DATA. */
brc_rc brc_builder_tensor(const brc_builder *b, const brc_binding *in, size_t k, size_t *value);
brc_rc brc_builder_known(const brc_builder *b, const brc_binding *in, size_t k, const char *what,
			 const brc_operand **value);
/* The same as one number. */
brc_rc brc_builder_number(const brc_builder *b, const brc_binding *in, size_t k, const char *what,
			  int64_t *number);
/* A new constant of integers or truth values: a copy of v[count]. ndim: 0 or 1. */
brc_rc brc_builder_constant(brc_builder *b, brc_elem elem, size_t ndim, const int64_t *v,
			    size_t count, size_t *value);
/* A copy of v[n] that the graph owns, for arguments. */
brc_rc brc_builder_list(brc_builder *b, const int64_t *v, size_t n, brc_list *list);
/*
 * An operator in the place of node p: in[n_in] to out[n_out], which are new values. `args` as in
 * brc_exec_add_node.
 */
brc_rc brc_builder_emit(brc_builder *b, const Brc__OnnxNode *p, const char *type, const void *args,
			const size_t *in, size_t n_in, size_t *out, size_t n_out);

#endif
