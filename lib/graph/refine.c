/*
 * The gain of moving unit u from cluster a to b follows from u's links to both clusters, from
 * within(a) and within(b), and from the volumes. In a sweep, every unit moves at once to the
 * cluster where it gains most, by the links before the sweep. This is not exact if two units that
 * are joined both move. So the new n-cut is computed, from a product that the next sweep needs
 * anyway. If it is not lower, only the better half of the moves is made. A single move is exact, so
 * the halving ends.
 */
#include "graph/refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "base/order.h"
#include "graph/adjacency.h"
#include "linalg/numbering.h"

typedef struct move {
	size_t unit;
	int32_t from, to;
	double gain; /* by which the n-cut would fall if this were the only move */
} move;

typedef struct refinement {
	const brc_graph *g;
	size_t k;
	double epsilon;
	brc_adjacency a;
	int32_t *label;
	double *within, *volume; /* [k] twice the edges within; summed degrees */
	size_t *staying;         /* [k] units of a cluster that have not been planned to leave */
	double ncut;
	move *moves;          /* [connected] */
	brc_numbering *order; /* [k] */
	size_t n_moves;
	size_t most; /* moves that a sweep tries at first: twice what the last one made */
} refinement;

static void clear(refinement *r)
{
	brc_adjacency_clear(&r->a);
	free(r->within);
	free(r->staying);
	free(r->moves);
	free(r->order);
}

static brc_rc init(refinement *r, brc_pool *pool, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(r->within, 2 * r->k, err));
	BRC_TRY(BRC_ARRAY(r->staying, r->k, err));
	BRC_TRY(BRC_ARRAY(r->moves, r->g->connected, err));
	BRC_TRY(BRC_ARRAY(r->order, r->k, err));
	r->volume = r->within + r->k;
	return brc_adjacency_init(&r->a, r->g, pool, err);
}

/* The edges that join unit u to cluster c. */
static double link_to(const refinement *r, size_t u, size_t c)
{
	return r->a.y[brc_adjacency_at(&r->a, u, c)];
}

/* Links of every unit to every cluster, and from them the n-cut. */
static brc_rc measure(refinement *r, brc_err *err)
{
	const brc_graph *g = r->g;

	BRC_TRY(brc_adjacency_reserve(&r->a, r->k, err));
	for (size_t v = 0; v < g->connected; v++)
		r->a.x[brc_adjacency_at(&r->a, g->unit[v], (size_t)r->label[g->unit[v]])] = 1;
	BRC_TRY(brc_adjacency_multiply(&r->a, NULL, r->k, err));
	memset(r->within, 0, 2 * r->k * sizeof(*r->within));
	for (size_t v = 0; v < g->connected; v++) {
		size_t u = g->unit[v], c = (size_t)r->label[u];

		r->within[c] += link_to(r, u, c);
		r->volume[c] += g->degree[u];
	}
	r->ncut = 0;
	for (size_t c = 0; c < r->k; c++)
		if (r->volume[c] > 0)
			r->ncut += (r->volume[c] - r->within[c]) / (r->volume[c] + r->epsilon);
	return BRC_OK;
}

/* A cluster's share of the n-cut. */
static double share(const refinement *r, double within, double volume)
{
	return (volume - within) / (volume + r->epsilon);
}

/* The cluster where unit u gains most; the gain is 0 if u should stay. */
static move best_move(const refinement *r, size_t u)
{
	const double *within = r->within, *volume = r->volume;
	size_t a = (size_t)r->label[u];
	double d = r->g->degree[u], left = volume[a] - d, rest = within[a] - 2 * link_to(r, u, a);
	move best = {u, (int32_t)a, (int32_t)a, 0};
	double leaving;

	if (r->staying[a] < 2 || !(left > 0))
		return best;
	leaving = share(r, within[a], volume[a]) - share(r, fmin(fmax(rest, 0), left), left);

	for (size_t b = 0; b < r->k; b++) {
		double to, before, gain;

		if (b == a)
			continue;
		to = link_to(r, u, b);
		before = volume[b] > 0 ? share(r, within[b], volume[b]) : 0;
		gain = leaving + before - share(r, within[b] + 2 * to, volume[b] + d);

		if (gain > best.gain + BRC_REFINE_LEAST) {
			best.gain = gain;
			best.to = (int32_t)b;
		}
	}
	return best;
}

/* The moves of one sweep. */
static void plan(refinement *r)
{
	memset(r->staying, 0, r->k * sizeof(*r->staying));
	for (size_t v = 0; v < r->g->connected; v++)
		r->staying[r->label[r->g->unit[v]]]++;
	r->n_moves = 0;
	for (size_t v = 0; v < r->g->connected; v++) {
		size_t u = r->g->unit[v];
		move m = best_move(r, u);

		if (m.to == m.from)
			continue;
		r->staying[m.from]--; /* a unit that joins may be sent back */
		r->moves[r->n_moves++] = m;
	}
}

static int by_gain(const void *pa, const void *pb)
{
	const move *a = pa, *b = pb;

	return BRC_ORDER(b->gain, a->gain) ?: BRC_ORDER(a->unit, b->unit);
}

/* Undo the moves from number `first` on. */
static void undo(refinement *r, size_t first)
{
	for (size_t i = first; i < r->n_moves; i++)
		r->label[r->moves[i].unit] = r->moves[i].from;
	r->n_moves = first;
}

/* Make the planned moves, or as many of them as lower the n-cut. *done: none lowers it. */
static brc_rc carry_out(refinement *r, bool *done, brc_err *err)
{
	double before = r->ncut;

	qsort(r->moves, r->n_moves, sizeof(*r->moves), by_gain);
	if (r->n_moves > r->most)
		r->n_moves = r->most;
	for (size_t i = 0; i < r->n_moves; i++)
		r->label[r->moves[i].unit] = r->moves[i].to;
	while (r->n_moves > 0) {
		BRC_TRY(measure(r, err));
		if (r->ncut < before)
			break;
		undo(r, r->n_moves / 2);
	}
	r->most = 2 * r->n_moves;
	*done = r->n_moves == 0;
	return BRC_OK;
}

static brc_rc sweep_all(refinement *r, brc_err *err)
{
	bool done = false;

	BRC_TRY(measure(r, err));
	for (size_t sweep = 0; sweep < BRC_REFINE_SWEEPS && !done; sweep++) {
		plan(r);
		BRC_TRY(carry_out(r, &done, err));
	}
	return BRC_OK;
}

brc_rc brc_refine(const brc_graph *g, int32_t *label, size_t k, double epsilon, brc_pool *pool,
		  size_t *moved, brc_err *err)
{
	refinement r = {.g = g, .k = k, .epsilon = epsilon, .label = label, .most = g->n};
	int32_t *before = brc_alloc(g->n, sizeof(*before), err);
	brc_rc rc = BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	*moved = 0;
	if (before) {
		memcpy(before, label, g->n * sizeof(*before));
		rc = init(&r, pool, err);
	}
	BRC_THEN(rc, sweep_all(&r, err));
	for (size_t u = 0; rc == BRC_OK && u < g->n; u++)
		*moved += label[u] != before[u];
	if (rc == BRC_OK)
		brc_number_by_size(label, g->n, k, r.order);
	free(before);
	clear(&r);
	return rc;
}

size_t brc_refine_bytes(const brc_graph *g, size_t k, size_t threads)
{
	return brc_plus(brc_adjacency_bytes(g, k, threads),
			brc_times(g->n, sizeof(move) + sizeof(int32_t)));
}
