/*
 * Who an element of a value comes from. Sources are kept as spans, stretches of
 * elements that come from a stretch of units, so that Concat, Split, Slice and
 * sums of branches stay a handful of numbers however wide the network is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"

#define MAX_SPANS ((size_t)1 << 20) /* of all values together */
#define MAX_STEPS ((size_t)1 << 27)

brc_rc brc_net_trace_spend(brc_net *net, size_t n, brc_err *err)
{
	if (n <= MAX_STEPS && net->trace_steps + n <= MAX_STEPS) {
		net->trace_steps += n;
		return BRC_OK;
	}
	return brc_fail(err, BRC_DATA, "too many branches to trace");
}

/* An empty set of sources, to be filled with up to `cap` spans. */
static brc_rc new_sources(brc_net *net, size_t cap, size_t *index, brc_err *err)
{
	brc_net_sources *s = &net->sources[net->n_sources];

	*index = net->n_sources;
	net->total_spans += cap;
	if (cap > MAX_SPANS || net->total_spans > MAX_SPANS)
		return brc_fail(err, BRC_DATA, "too many branches to trace");
	s->span = brc_net_calloc(net, cap, sizeof(*s->span), err);
	s->mixed = BRC_NONE;
	net->n_sources++;
	return s->span ? BRC_OK : BRC_RESOURCE;
}

static brc_rc sources_of_layer(brc_net *net, size_t value, size_t layer, brc_err *err)
{
	size_t index;

	BRC_TRY(new_sources(net, 1, &index, err));
	net->sources[index].n = 1;
	net->sources[index].span[0] = (brc_net_span){0, net->value[value].count, layer, 0, 1};
	net->value[value].sources = index;
	return BRC_OK;
}

/*
 * The part of a span that a move carries along: those i < len whose source
 * element src + i * stride lies in it. False when there is none.
 */
static bool carry(const brc_net_move *m, const brc_net_span *from, brc_net_span *to)
{
	ptrdiff_t lo = (ptrdiff_t)from->dst - (ptrdiff_t)m->src; /* i * stride >= lo */
	ptrdiff_t hi = lo + (ptrdiff_t)from->len - 1;            /* i * stride <= hi */
	ptrdiff_t first = 0, last = (ptrdiff_t)m->len - 1, s = m->stride;

	if (s == 0) {
		if (lo > 0 || hi < 0)
			return false;
	} else {
		ptrdiff_t a = s > 0 ? lo : -hi, b = s > 0 ? hi : -lo, step = s > 0 ? s : -s;

		if (b < 0)
			return false;
		if (a > 0 && (a + step - 1) / step > first)
			first = (a + step - 1) / step;
		if (b / step < last)
			last = b / step;
	}
	if (first > last)
		return false;
	to->dst = m->dst + (size_t)first;
	to->len = (size_t)(last - first + 1);
	to->layer = from->layer;
	to->unit = (size_t)((ptrdiff_t)from->unit + (first * s - lo) * from->stride);
	to->stride = s * from->stride;
	return true;
}

/* Number of spans that pair m brings; fills them in when `out` is given. */
static size_t carry_all(const brc_net *net, const brc_net_moves *m, brc_net_span *out)
{
	const brc_net_sources *from = &net->sources[net->value[m->in].sources];
	brc_net_span scratch;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < from->n; k++)
			n += carry(&m->move[i], &from->span[k], out ? &out[n] : &scratch);
	return n;
}

/* Sources of one output of a node that moves: the union over its inputs. */
static brc_rc sources_by_moves(brc_net *net, const brc_net_node *node, size_t value, brc_err *err)
{
	size_t n = 0, index;
	brc_net_sources *to;

	for (size_t k = 0; k < node->n_moves; k++) {
		const brc_net_moves *m = &node->moves[k];
		size_t spans, steps;

		if (m->n == 0 || m->out != value)
			continue;
		spans = net->sources[net->value[m->in].sources].n;
		if (!brc_mul(m->n, spans, &steps))
			steps = SIZE_MAX;
		BRC_TRY(brc_net_trace_spend(net, steps, err));
		n += carry_all(net, m, NULL);
	}
	BRC_TRY(new_sources(net, n, &index, err));
	to = &net->sources[index];
	for (size_t k = 0; k < node->n_moves; k++) {
		const brc_net_moves *m = &node->moves[k];

		if (m->n == 0 || m->out != value)
			continue;
		to->n += carry_all(net, m, to->span + to->n);
		if (net->sources[net->value[m->in].sources].mixed != BRC_NONE)
			to->mixed = net->sources[net->value[m->in].sources].mixed;
	}
	net->value[value].sources = index;
	return BRC_OK;
}

/* The same spans, marked: what is made of them cannot be told apart. */
static void sources_mixed(brc_net *net, size_t node)
{
	size_t in = net->node[node].in[0], out = net->node[node].out[0];
	brc_net_sources *from = &net->sources[net->value[in].sources];
	brc_net_sources *to = &net->sources[net->n_sources];

	*to = *from; /* the list is shared, and not changed any more */
	to->mixed = node;
	net->value[out].sources = net->n_sources++;
}

/* A layer behind an operator that mixes units is refused, not guessed. */
static brc_rc check_traceable(const brc_net *net, size_t node, brc_err *err)
{
	const brc_net_sources *s = &net->sources[net->value[net->node[node].in[0]].sources];
	char title[256];

	if (s->mixed == BRC_NONE)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "what feeds it cannot be traced through %s",
			brc_net_node_text(net, s->mixed, title, sizeof(title)));
}

static brc_rc trace_node(brc_net *net, size_t i, size_t *layer, brc_err *err)
{
	const brc_net_node *node = &net->node[i];
	size_t out = node->out[0];

	if (net->value[out].kind != BRC_NET_RUNTIME && node->op->trace != BRC_TRACE_MOVES)
		return BRC_OK; /* an Identity of a constant */
	switch (node->op->trace) {
	case BRC_TRACE_NONE:
		return BRC_OK;
	case BRC_TRACE_SAME:
		net->value[out].sources = net->value[node->in[0]].sources;
		return BRC_OK;
	case BRC_TRACE_MIX:
		sources_mixed(net, i);
		return BRC_OK;
	case BRC_TRACE_LAYER:
		BRC_TRY(check_traceable(net, i, err));
		return sources_of_layer(net, out, ++*layer, err);
	case BRC_TRACE_MOVES:
		for (size_t k = 0; k < node->n_out; k++)
			if (node->out[k] != BRC_NONE)
				BRC_TRY(sources_by_moves(net, node, node->out[k], err));
		return BRC_OK;
	}
	return BRC_OK;
}

/* Layers that reach the output without passing another. */
static void mark_outputs(brc_net *net)
{
	const brc_net_sources *s = &net->sources[net->value[net->output].sources];

	for (size_t i = 0; i < s->n; i++)
		if (net->layer[s->span[i].layer].role != BRC_ROLE_INPUT)
			net->layer[s->span[i].layer].role = BRC_ROLE_OUTPUT;
}

brc_rc brc_net_trace_units(brc_net *net, brc_err *err)
{
	size_t layer = 0;

	net->sources = brc_net_calloc(net, net->n_values + 1, sizeof(*net->sources), err);
	if (!net->sources)
		return BRC_RESOURCE;
	BRC_TRY(sources_of_layer(net, net->input, 0, err));
	for (size_t i = 0; i < net->n_nodes; i++) {
		char title[256];

		if (trace_node(net, i, &layer, err) != BRC_OK)
			return brc_err_prefix(err, "%s",
					      brc_net_node_text(net, i, title, sizeof(title)));
	}
	mark_outputs(net);
	return BRC_OK;
}
