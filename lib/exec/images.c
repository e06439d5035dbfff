/*
 * Constants that follow from the number of images, where that may be any number. `x.size(0)` is
 * one. A graph is built for a number that its caller chose, so such a constant may say how large a
 * value is, but not what is computed.
 */
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

bool brc_open_extent(const brc_exec *g, const brc_operand *v, size_t k)
{
	return g->open && (k == v->batch || (v->open & (size_t)1 << k));
}

bool brc_follows_images(const brc_operand *v, size_t i)
{
	static const char zeros[sizeof(int64_t)];
	size_t item = brc_item(v->elem);

	return v->by_images && memcmp((const char *)v->by_images + i * item, zeros, item) != 0;
}

static bool any_follows(const brc_operand *v)
{
	for (size_t i = 0; v->by_images && i < v->count; i++)
		if (brc_follows_images(v, i))
			return true;
	return false;
}

brc_rc brc_mark_images(brc_exec *g, brc_operand *v, size_t i, brc_err *err)
{
	if (!v->by_images)
		BRC_TRY(brc_exec_alloc(g, &v->by_images, v->count, brc_item(v->elem), err));
	memset((char *)v->by_images + i * brc_item(v->elem), 1, brc_item(v->elem));
	return BRC_OK;
}

static brc_rc mark_all(brc_exec *g, brc_operand *v, brc_err *err)
{
	for (size_t i = 0; i < v->count; i++)
		BRC_TRY(brc_mark_images(g, v, i, err));
	return BRC_OK;
}

/* Input k of a node that moves elements: does it say where to, instead of being moved? */
static bool is_parameter(const brc_node *n, size_t k)
{
	return k > 0 && n->op->max_in != SIZE_MAX;
}

static bool moves_marks(const brc_exec *g, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (!is_parameter(n, k) && brc_in(g, n, k) && any_follows(brc_in(g, n, k)))
			return n->op->run;
	return false;
}

/* The marks move like the elements. */
static brc_rc move_marks(brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) {
		brc_operand *x = n->in[k] == BRC_NOWHERE ? NULL : &g->value[n->in[k]];

		if (!x || is_parameter(n, k))
			continue;
		if (!x->by_images)
			BRC_TRY(brc_exec_alloc(g, &x->by_images, x->count, brc_item(x->elem), err));
		g->fold[n->in[k]] = x->by_images;
	}
	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand *y = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		if (!y)
			continue;
		BRC_TRY(brc_exec_alloc(g, &y->by_images, y->count, brc_item(y->elem), err));
		g->fold[n->out[k]] = y->by_images;
	}
	return brc_node_move(g, n, g->fold, err);
}

/* Each element of the output follows from those at its place. */
static brc_rc combine_marks(brc_exec *g, const brc_node *n, brc_operand *y, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);
		bool apart = x && (x->count == y->count || x->count == 1);

		if (!x || !any_follows(x))
			continue;
		for (size_t i = 0; i < y->count; i++)
			if (!apart || brc_follows_images(x, x->count == 1 ? 0 : i))
				BRC_TRY(brc_mark_images(g, y, i, err));
	}
	return BRC_OK;
}

static bool is_elementwise(const brc_node *n)
{
	return n->op->trace >= BRC_TRACE_SAME && n->op->trace <= BRC_TRACE_QUOTIENT;
}

/* Does it add up, or the like, over a dimension whose extent is the number of images? */
static bool reduces_images(const brc_exec *g, const brc_node *n)
{
	const brc_operand *x = brc_in(g, n, 0);
	size_t axes;
	bool keep;

	return x && brc_node_reduced(n, &axes, &keep) && (axes & x->open);
}

static brc_rc follow(brc_exec *g, const brc_node *n, bool moved, bool all, size_t open,
		     brc_err *err)
{
	if (moved && moves_marks(g, n))
		BRC_TRY(move_marks(g, n, err));
	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand *y = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		if (!y || y->state != BRC_CONSTANT)
			continue;
		y->open = open;
		if (moved && !n->op->run)
			y->by_images = g->value[n->in[0]].by_images;
		else if (!moved && is_elementwise(n))
			BRC_TRY(combine_marks(g, n, y, err));
		else if (!moved && all)
			BRC_TRY(mark_all(g, y, err));
	}
	return BRC_OK;
}

brc_rc brc_exec_follow_images(brc_exec *g, const brc_node *n, brc_err *err)
{
	bool any = false, chosen = false, moved, same = is_elementwise(n);
	size_t open = 0;

	if (!g->open || n->op->measures)
		return BRC_OK;
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);
		bool here = x && any_follows(x);

		any = any || here;
		chosen = chosen || (here && is_parameter(n, k));
		open |= x ? x->open : 0;
	}
	if (!any && !open)
		return BRC_OK;
	/* indices choose among elements; extents, and where a part ends, do not */
	moved = brc_node_moves(n) && !(chosen && n->op->trace == BRC_TRACE_LOOKUP);
	return follow(g, n, moved, any || reduces_images(g, n),
		      open || (any && !same) ? ~(size_t)0 : 0, err);
}

/* ---- what is computed ---- */

brc_rc brc_exec_check_images(const brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; g->open && is_elementwise(n) && k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);

		if (x && x->state == BRC_CONSTANT && x->count == 1 && brc_follows_images(x, 0))
			return brc_fail(
				err, BRC_DATA,
				"it computes with the number of images at a time ('%.200s'), "
				"which may be any",
				x->name);
	}
	return BRC_OK;
}
