/*
 * Tracing, operator by operator: the state, and a function for each way in which
 * an operator's record says that it is traced (brc_trace). Internal to lib/net.
 */
#ifndef BRC_NET_TRACE_TRACER_H
#define BRC_NET_TRACE_TRACER_H

#include "net/network.h"
#include "net/trace/sources.h"

typedef struct brc_tracer {
	brc_net *net;
	const brc_exec *g;
	brc_unit_sets *sets;
	brc_sources *of;  /* [values]: of those traced so far */
	void **at;        /* [values]: for kernels that move elements */
	size_t budget;    /* elements that may still be moved */
	size_t layer;     /* the last layer whose node has been traced */
	size_t *layer_of; /* [values]: whose `post` it is, or BRC_NOWHERE */
	int64_t products; /* of attention so far */
	/* [values]: of which value it is an activation function (SiLU), or BRC_NOWHERE */
	size_t *activation_of;
	struct brc_scaling *scaling; /* NULL: nobody asks */
} brc_tracer;

/*
 * Set the sources of the outputs of a node. A function may leave an output alone, for example if
 * its rule does not hold for these inputs. Then that output comes from all inputs, and from there
 * on units cannot be told apart. BRC_DATA, BRC_RESOURCE.
 */
brc_rc brc_trace_same(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_affine(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_quantised(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_layer_norm(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_combine(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_move(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_pooling(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_along(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_reduce(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_product(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_attention(brc_tracer *t, const brc_node *n, brc_err *err);
brc_rc brc_trace_recurrent(brc_tracer *t, const brc_node *n, brc_err *err);

/*
 * If the node copies blocks (brc_node_copy) of floats, its outputs get their sources, in time and
 * memory for the dimensions along which they vary, and *done is true.
 */
brc_rc brc_trace_blocks(brc_tracer *t, const brc_node *n, bool *done, brc_err *err);
/* What the operands of a node that moves elements have in common besides their sets. */
void brc_trace_inherit(const brc_tracer *t, const brc_node *n, brc_sources *s);

/*
 * For attention, a product of scores with values: note to which heads the values belong. They are
 * input a.
 */
brc_rc brc_trace_heads(brc_tracer *t, const brc_node *n, size_t a, brc_err *err);
/*
 * Unit f is a value of this head: the number of the product, t->products, in the upper 32 bits, and
 * that of the head in it. `alone`: it can be told apart from other units there.
 */
brc_rc brc_trace_head(brc_tracer *t, const brc_scaled_unit *f, int64_t head, bool alone,
		      brc_err *err);

/* Sources of input k of the node; NULL when it is a constant or left out. */
const brc_sources *brc_traced(const brc_tracer *t, const brc_node *n, size_t k);
/*
 * If `made` is BRC_OK, s becomes the sources of output k of the node. The tracer then owns s, also
 * on failure. Returns `made`, or the error that happened since.
 */
brc_rc brc_trace_set(brc_tracer *t, const brc_node *n, size_t k, brc_sources *s, brc_rc made,
		     brc_err *err);
/* One set for all elements of those outputs, from output k on, that have no sources yet. */
brc_rc brc_trace_uniform(brc_tracer *t, const brc_node *n, size_t k, int32_t set, size_t untraced,
			 bool statistic, brc_err *err);

#endif
