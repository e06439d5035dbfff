/*
 * Moves: copies of stretches of a row, in which Concat, Slice, Split and
 * broadcasting all come down to the same thing. They are carried out when the
 * network runs, and followed when units are traced.
 */
#include <string.h>

#include "net/operators.h"
#include "net/run.h"

void brc_net_strides(const brc_net_value *v, size_t stride[BRC_MAX_DIMS])
{
	size_t s = 1;

	for (size_t k = v->ndim; k-- > 0;) {
		stride[k] = k ? s : 0;
		s *= k ? v->dim[k] : 1;
	}
}

brc_rc brc_net_moves_new(brc_net *net, brc_net_node *node, size_t n, brc_err *err)
{
	node->moves = brc_net_calloc(net, n, sizeof(*node->moves), err);
	node->n_moves = node->moves ? n : 0;
	return node->moves ? BRC_OK : BRC_RESOURCE;
}

/* Drop extents of 1 and join neighbours that are contiguous in source and destination alike. */
static brc_net_copy collapse(const brc_net_copy *c)
{
	brc_net_copy out = {.dst = c->dst, .src = c->src};

	for (size_t k = 0; k < c->ndim; k++) {
		size_t last = out.ndim - 1;

		if (c->dim[k] == 1)
			continue;
		if (out.ndim && out.dst_stride[last] == c->dst_stride[k] * c->dim[k] &&
		    out.src_stride[last] == c->src_stride[k] * (ptrdiff_t)c->dim[k]) {
			out.dim[last] *= c->dim[k];
		} else {
			last = out.ndim++;
			out.dim[last] = c->dim[k];
		}
		out.dst_stride[last] = c->dst_stride[k];
		out.src_stride[last] = c->src_stride[k];
	}
	if (out.ndim == 0 || out.dst_stride[out.ndim - 1] != 1) {
		out.dim[out.ndim] = 1;
		out.dst_stride[out.ndim] = 1;
		out.src_stride[out.ndim++] = 1;
	}
	return out;
}

/* Where index `i` of the outer dimensions lands. */
static brc_net_move outer(const brc_net_copy *c, size_t i)
{
	size_t inner = c->ndim - 1;
	size_t dst = c->dst;
	ptrdiff_t src = (ptrdiff_t)c->src;

	for (size_t k = inner; k-- > 0;) {
		dst += i % c->dim[k] * c->dst_stride[k];
		src += (ptrdiff_t)(i % c->dim[k]) * c->src_stride[k];
		i /= c->dim[k];
	}
	return (brc_net_move){dst, (size_t)src, c->dim[inner], c->src_stride[inner]};
}

brc_rc brc_net_moves_set(brc_net *net, brc_net_node *node, size_t k, size_t in, size_t out,
			 const brc_net_copy *copy, brc_err *err)
{
	brc_net_moves *m = &node->moves[k];
	brc_net_copy c = collapse(copy);
	size_t n = 1;

	for (size_t d = 0; d + 1 < c.ndim; d++)
		n *= c.dim[d]; /* at most the elements of a row */
	net->total_moves += n;
	if (net->total_moves > BRC_NET_MAX_MOVES)
		return brc_fail(err, BRC_DATA, "it scatters rows into too many pieces");
	m->move = brc_net_calloc(net, n, sizeof(*m->move), err);
	if (!m->move)
		return BRC_RESOURCE;
	m->n = n;
	m->in = in;
	m->out = out;
	for (size_t i = 0; i < n; i++)
		m->move[i] = outer(&c, i);
	return BRC_OK;
}

static void move_one(const brc_net_move *m, const float *x, float *y, bool add)
{
	x += m->src;
	y += m->dst;
	if (m->stride == 1 && !add) {
		memcpy(y, x, m->len * sizeof(*y));
	} else if (add) {
		for (size_t i = 0; i < m->len; i++)
			y[i] += x[(ptrdiff_t)i * m->stride];
	} else {
		for (size_t i = 0; i < m->len; i++)
			y[i] = x[(ptrdiff_t)i * m->stride];
	}
}

void brc_net_move_rows(const brc_net *net, const brc_net_moves *m, float *const *at, bool add)
{
	size_t width_in = net->value[m->in].count, width_out = net->value[m->out].count;

	if (!at[m->out])
		return;
	for (size_t r = 0; r < BRC_RUN_ROWS; r++)
		for (size_t i = 0; i < m->n; i++)
			move_one(&m->move[i], at[m->in] + r * width_in, at[m->out] + r * width_out,
				 add);
}

void brc_net_run_moves(const brc_net *net, const brc_net_node *node, float *const *at)
{
	for (size_t k = 0; k < node->n_moves; k++)
		brc_net_move_rows(net, &node->moves[k], at, false);
}
