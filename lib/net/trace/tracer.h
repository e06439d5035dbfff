/* Tracing, operator by operator. Internal to lib/net. */
#ifndef BRC_NET_TRACE_TRACER_H
#define BRC_NET_TRACE_TRACER_H

#include "net/network.h"
#include "net/trace/sources.h"

typedef struct brc_tracer {
	brc_net *net;
	const brc_exec *g;
	brc_unit_sets *t;
	brc_sources *of;          /* [values]: of those traced so far */
	void **at;                /* [values]: for kernels that move elements */
	size_t budget;            /* elements that may still be moved */
	size_t layer;             /* the last one reached */
	size_t *layer_of;         /* [values]: whose `post` it is, or BRC_NOWHERE */
	int64_t products;         /* of attention so far */
	size_t *activation_start; /* [values]: of which value it is a function (SiLU), or
				     BRC_NOWHERE */
} brc_tracer;

/* The sources of the outputs of node i, each by its rule. BRC_DATA, BRC_RESOURCE. */
brc_rc brc_trace_same(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_affine(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_layer_norm(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_combine(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_move(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_places(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_reduce(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_mix(brc_tracer *t, size_t i, brc_err *err);
brc_rc brc_trace_product(brc_tracer *t, size_t i, brc_err *err);

/* Of attention, a product of scores with values, which are input a: note whose heads they are. */
brc_rc brc_trace_heads(brc_tracer *t, const brc_node *n, size_t a, brc_err *err);

/* Sources of input k of the node; NULL when it is a constant or left out. */
const brc_sources *brc_traced(const brc_tracer *t, const brc_node *n, size_t k);
/* They become those of output k of the node, which owns them from then on, also on failure. */
brc_rc brc_trace_set(brc_tracer *t, const brc_node *n, size_t k, brc_sources *s, brc_err *err);
/* All factors times |c|, or |1 / c|, with c [dims of like] broadcast to s. */
brc_rc brc_trace_scale(brc_tracer *t, brc_sources *s, const float *c, const brc_operand *like,
		       bool inverse, brc_err *err);

#endif
