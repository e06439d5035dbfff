/* Nodes that are joined, or that write over their input, before a graph runs. */
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "exec/downstream.h"
#include "exec/operator.h"

enum { SUM_DISTANCE = 64 }; /* nodes between a host and the sum it takes over, at most */

typedef struct uses {
	size_t producer; /* node, or BRC_NOWHERE */
	size_t user;     /* the last node that uses it, or BRC_NOWHERE */
	size_t last;     /* of a buffer: the last node that uses any value in it */
	size_t pinned;   /* of a buffer: no node before this one may write over it */
} uses;                  /* of a value; an array has them all */

/* The buffer of a value, which may have been given to another meanwhile. */
static size_t root(const brc_exec *g, size_t v)
{
	while (g->value[v].buffer != v)
		v = g->value[v].buffer;
	return v;
}

/* Value v, so far alone or with its views in its own buffer, moves into another, its pin with it.
 */
static void move_into(brc_exec *g, uses *u, size_t v, size_t buffer)
{
	u[buffer].last = u[v].last;
	if (u[v].pinned > u[buffer].pinned)
		u[buffer].pinned = u[v].pinned;
	g->value[v].buffer = buffer;
}

static void note(const brc_exec *g, uses *u)
{
	for (size_t v = 0; v < g->n_values; v++)
		u[v] = (uses){.producer = BRC_NOWHERE, .user = BRC_NOWHERE};
	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];

		for (size_t k = 0; n->op && k < n->n_in; k++) {
			if (n->in[k] == BRC_NOWHERE)
				continue;
			u[n->in[k]].user = i;
			u[root(g, n->in[k])].last = i;
		}
		for (size_t k = 0; n->op && k < n->n_out; k++)
			if (n->out[k] != BRC_NOWHERE)
				u[n->out[k]].producer = i;
	}
	for (size_t i = 0; i < g->n_outputs; i++)
		u[root(g, g->output[i])].last = BRC_NOWHERE;
}

static void pin_one(const brc_exec *g, uses *u, size_t v, size_t until)
{
	size_t *p = &u[root(g, v)].pinned;

	*p = until > *p ? until : *p;
}

/*
 * If a host has taken over a sum, it is computed again whenever the other operand changes, and then
 * it reads its own input. So that input must last as long as its output would have.
 */
static void pin_input_of_sum(const brc_exec *g, uses *u, size_t v, size_t until)
{
	while (u[v].producer != BRC_NOWHERE) {
		const brc_node *n = &g->node[u[v].producer];

		if (!n->op->hosts && !brc_node_affine(n))
			return;
		v = n->in[0];
		pin_one(g, u, v, until);
		if (n->op->hosts)
			return;
	}
}

/* Values that are needed to go on from a tap must still exist when the pass stops at it. */
static brc_rc pin(const brc_exec *g, uses *u, brc_err *err)
{
	for (size_t t = 0; t < g->n_taps; t++) {
		brc_downstream r;

		BRC_TRY(brc_downstream_find(&r, g, g->tap[t], err));
		pin_one(g, u, r.value, r.ready);
		for (size_t k = 0; k < r.n_rest; k++) {
			pin_one(g, u, r.rest[k], r.ready);
			pin_input_of_sum(g, u, r.rest[k], r.ready);
		}
		brc_downstream_clear(&r);
	}
	return BRC_OK;
}

static bool same_place(const brc_operand *a, const brc_operand *b)
{
	return a->ndim == b->ndim && a->elem == b->elem &&
	       memcmp(a->dim, b->dim, a->ndim * sizeof(*a->dim)) == 0 &&
	       (a->last == b->last || brc_layout_is_moot(a));
}

/* May node `by`, which comes after all other users, write over the buffer? */
static bool is_free(const brc_exec *g, const uses *u, size_t buffer, size_t by)
{
	return g->value[buffer].state == BRC_COMPUTED && u[buffer].producer != BRC_NOWHERE &&
	       u[buffer].last == by && u[buffer].pinned <= by;
}

static bool reads(const brc_exec *g, const brc_node *n, size_t from, size_t buffer)
{
	for (size_t k = from; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && root(g, n->in[k]) == buffer)
			return true;
	return false;
}

static bool uses_between(const brc_exec *g, size_t buffer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (g->node[i].op && reads(g, &g->node[i], 0, buffer))
			return true;
	return false;
}

/* Host i takes over node j, which follows it: its output is j's. */
static void take_over(brc_exec *g, uses *u, size_t i, size_t j)
{
	g->node[i].out[0] = g->node[j].out[0];
	u[g->node[i].out[0]].producer = i;
	g->node[j].op = NULL;
}

/* The other operand of sum j, if host i may add to it in place; BRC_NOWHERE if not. */
static size_t addend(const brc_exec *g, const uses *u, size_t i, size_t j)
{
	const brc_node *sum = &g->node[j];
	size_t mine = g->node[i].out[0], other, buffer;

	if (!brc_node_adds(sum) || j - i > SUM_DISTANCE)
		return BRC_NOWHERE;
	other = sum->in[sum->in[0] == mine];
	buffer = root(g, other);
	if (other == mine || !same_place(&g->value[other], &g->value[mine]) ||
	    !same_place(&g->value[sum->out[0]], &g->value[mine]) || !is_free(g, u, buffer, j) ||
	    u[other].producer == BRC_NOWHERE || u[other].producer >= i || u[buffer].pinned > i ||
	    uses_between(g, buffer, i, j))
		return BRC_NOWHERE;
	return other;
}

/* One more input of node n: what it adds to. */
static brc_rc accumulate(brc_exec *g, brc_node *n, size_t addend, brc_err *err)
{
	size_t *in;

	BRC_TRY(brc_exec_alloc(g, &in, n->n_in + 1, sizeof(*in), err));
	memcpy(in, n->in, n->n_in * sizeof(*in));
	in[n->n_in++] = addend;
	n->in = in;
	n->after.accumulate = true;
	return BRC_OK;
}

/* Host i takes over the node after it; *more: there may be another. */
static brc_rc absorb(brc_exec *g, uses *u, size_t i, bool *more, brc_err *err)
{
	brc_node *n = &g->node[i];
	brc_after *after = &n->after;
	size_t v = n->out[0], j = u[v].user, other;
	const brc_node *next = j == BRC_NOWHERE ? NULL : &g->node[j];

	*more = false;
	if (g->value[v].users != 1 || !next || !next->op)
		return BRC_OK;
	if (brc_node_affine(next) && !after->affine && !after->accumulate) {
		after->affine = brc_node_affine(next);
		*more = true;
	} else if (!after->accumulate && (other = addend(g, u, i, j)) != BRC_NOWHERE) {
		BRC_TRY(accumulate(g, n, other, err));
		move_into(g, u, next->out[0], root(g, other));
		*more = true;
	} else if (next->op->bounds && next->op->bounds(next, &after->lo, &after->hi)) {
		after->bounded = true;
		if (after->accumulate)
			move_into(g, u, next->out[0], root(g, v));
	} else {
		return BRC_OK;
	}
	take_over(g, u, i, j);
	return BRC_OK;
}

static brc_rc absorb_all(brc_exec *g, uses *u, brc_err *err)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		bool more = g->node[i].op && g->node[i].op->hosts;

		while (more)
			BRC_TRY(absorb(g, u, i, &more, err));
	}
	return BRC_OK;
}

static void compact(brc_exec *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->node[i].op)
			g->node[n++] = g->node[i];
	g->n_nodes = n;
}

static void write_in_place(brc_exec *g, uses *u)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];
		size_t buffer;

		if (!n->op->in_place)
			continue;
		buffer = root(g, n->in[0]);
		if (is_free(g, u, buffer, i) && !reads(g, n, 1, buffer) &&
		    same_place(&g->value[n->in[0]], &g->value[n->out[0]]))
			move_into(g, u, n->out[0], buffer);
	}
}

static void settle_buffers(brc_exec *g)
{
	for (size_t v = 0; v < g->n_values; v++)
		g->value[v].buffer = root(g, v);
}

static brc_rc fuse(brc_exec *g, uses *u, brc_err *err)
{
	note(g, u);
	BRC_TRY(pin(g, u, err));
	BRC_TRY(absorb_all(g, u, err));
	compact(g);
	note(g, u);
	BRC_TRY(pin(g, u, err));
	write_in_place(g, u);
	settle_buffers(g);
	return BRC_OK;
}

brc_rc brc_exec_fuse(brc_exec *g, brc_err *err)
{
	uses *u = brc_alloc(g->n_values, sizeof(*u), err);
	brc_rc rc = u ? BRC_OK : BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_exec_valid(g));
	BRC_THEN(rc, fuse(g, u, err));
	free(u);
	return rc;
}
