#include "graph/normalised.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/adjacency.h"
#include "graph/gram.h"
#include "graph/sides.h"
#include "linalg/backend.h"

struct brc_normalised {
	const brc_graph *g;
	brc_pool *pool;
	brc_adjacency a;
	double *scale; /* [g->n] degree^-1/2, 0 for isolated units */
	bool bipartite;
	bool *near, *far;      /* [n_members] */
	size_t *side;          /* [connected] units of the near side, then of the far */
	size_t n_near;         /* units */
	size_t *unit_near_far; /* the same as units of the graph */
};

void brc_normalised_free(brc_normalised *m)
{
	if (!m)
		return;
	brc_adjacency_clear(&m->a);
	free(m->scale);
	free(m->near);
	free(m->far);
	free(m->side);
	free(m->unit_near_far);
	free(m);
}

static size_t member_of(const brc_graph *g, size_t unit)
{
	size_t low = 0, high = g->n_members;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (g->first[mid] <= unit)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* The side with fewer connected units becomes the near one. */
static void order_sides(brc_normalised *m)
{
	const brc_graph *g = m->g;
	size_t near = 0, far;
	bool *swap = m->near;

	for (size_t v = 0; v < g->connected; v++)
		near += m->near[member_of(g, g->unit[v])];
	if (2 * near > g->connected) {
		m->near = m->far;
		m->far = swap;
		near = g->connected - near;
	}
	m->n_near = near;
	far = near;
	near = 0;
	for (size_t v = 0; v < g->connected; v++) {
		size_t at = m->near[member_of(g, g->unit[v])] ? near++ : far++;

		m->side[at] = v;
		m->unit_near_far[at] = g->unit[v];
	}
}

static brc_rc set_sides(brc_normalised *m, brc_err *err)
{
	const brc_graph *g = m->g;

	m->near = brc_calloc(g->n_members, sizeof(*m->near), err);
	m->far = brc_calloc(g->n_members, sizeof(*m->far), err);
	m->side = brc_alloc(g->connected, sizeof(*m->side), err);
	m->unit_near_far = brc_alloc(g->connected, sizeof(*m->unit_near_far), err);
	if (!m->near || !m->far || !m->side || !m->unit_near_far)
		return BRC_RESOURCE;
	BRC_TRY(brc_sides_find(g, m->near, &m->bipartite, err));
	for (size_t l = 0; l < g->n_members; l++)
		m->far[l] = !m->near[l];
	if (m->bipartite)
		order_sides(m);
	return BRC_OK;
}

brc_rc brc_normalised_new(brc_normalised **out, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	brc_normalised *m = brc_calloc(1, sizeof(*m), err);
	brc_rc rc;

	if (!m)
		return BRC_RESOURCE;
	brc_linalg_serial();
	m->g = g;
	m->pool = pool;
	m->scale = brc_calloc(g->n, sizeof(*m->scale), err);
	rc = m->scale ? brc_adjacency_init(&m->a, g, pool, err) : BRC_RESOURCE;
	if (rc == BRC_OK)
		rc = set_sides(m, err);
	if (rc != BRC_OK) {
		brc_normalised_free(m);
		return rc;
	}
	for (size_t v = 0; v < g->connected; v++)
		m->scale[g->unit[v]] = 1 / sqrt(g->degree[g->unit[v]]);
	*out = m;
	return BRC_OK;
}

/* ---- between the columns of vectors and the rows of eights that products want ---- */

enum { CARRIED = 2048 }; /* units in a task */

typedef struct carriage {
	brc_normalised *m;
	const size_t *unit;
	size_t n, cols;
	const double *x; /* NULL: from the product to y */
	double *y;
} carriage;

static brc_rc carry_units(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const carriage *t = ctx;
	const brc_normalised *m = t->m;
	size_t first = task * CARRIED, end = first + CARRIED < t->n ? first + CARRIED : t->n;

	(void)worker;
	(void)err;
	for (size_t c0 = 0; c0 < t->cols; c0 += BRC_LANES) {
		size_t lanes = t->cols - c0 < BRC_LANES ? t->cols - c0 : BRC_LANES;

		for (size_t v = first; v < end; v++) {
			size_t u = t->unit[v], at = brc_adjacency_at(&m->a, u, c0);
			double scale = m->scale[u];

			for (size_t c = 0; t->x && c < lanes; c++)
				m->a.x[at + c] = scale * t->x[(c0 + c) * t->n + v];
			for (size_t c = 0; !t->x && c < lanes; c++)
				t->y[(c0 + c) * t->n + v] = scale * m->a.y[at + c];
		}
	}
	return BRC_OK;
}

static void carry(carriage *t)
{
	brc_pool_run(t->m->pool, (t->n + CARRIED - 1) / CARRIED, carry_units, t, NULL);
}

/* Vectors over some units, scaled, to their places before a product. */
static void scatter(brc_normalised *m, const size_t *unit, size_t n, const double *x, size_t cols)
{
	carry(&(carriage){m, unit, n, cols, x, NULL});
}

/* And back, after it. */
static void gather(brc_normalised *m, const size_t *unit, size_t n, double *y, size_t cols)
{
	carry(&(carriage){m, unit, n, cols, NULL, y});
}

brc_rc brc_normalised_apply(brc_normalised *m, const double *x, double *y, size_t cols,
			    brc_err *err)
{
	BRC_TRY(brc_adjacency_reserve(&m->a, cols, err));
	scatter(m, m->g->unit, m->g->connected, x, cols);
	BRC_TRY(brc_adjacency_multiply(&m->a, NULL, cols, err));
	gather(m, m->g->unit, m->g->connected, y, cols);
	return BRC_OK;
}

/*
 * w D^-1/2 at both ends, of every edge between connected units (once): to a[place of one end +
 * ld * place of the other], and the mirror where `both`.
 */
static void fill(const brc_normalised *m, const size_t *place, size_t ld, bool both, double *a)
{
	const brc_graph *g = m->g;

	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];
		bool swap = !both && !m->near[b->from];

		for (size_t i = 0; i < b->rows; i++) {
			brc_row row = brc_edges_row_once(b, i);
			size_t u = g->first[b->from] + i;

			for (size_t j = 0; j < row.n; j++) {
				size_t t = g->first[b->to] + brc_row_column(&row, j);
				double w = (double)row.w[j];

				if (!(w > 0))
					continue;
				w *= m->scale[u] * m->scale[t];
				if (both)
					a[place[t] + place[u] * ld] = w;
				a[swap ? place[t] + place[u] * ld : place[u] + place[t] * ld] = w;
			}
		}
	}
}

/* What fill writes, from tiles formed of factors. */
typedef struct formed {
	const double *scale;
	const size_t *place;
	size_t ld;
	double *a;
} formed;

static bool fill_visited(void *ctx, size_t u, size_t v, size_t n, const double *w)
{
	const formed *f = ctx;

	for (size_t j = 0; j < n; j++) {
		double e = w[j] * f->scale[u] * f->scale[v + j];

		if (!(w[j] > 0))
			continue;
		f->a[f->place[u] * f->ld + f->place[v + j]] = e;
		f->a[f->place[v + j] * f->ld + f->place[u]] = e;
	}
	return true;
}

brc_rc brc_normalised_dense(const brc_normalised *m, double *a, brc_err *err)
{
	const brc_graph *g = m->g;
	size_t n = g->connected;
	size_t *place = brc_alloc(g->n, sizeof(*place), err); /* of a unit among the connected */

	if (!place)
		return BRC_RESOURCE;
	for (size_t v = 0; v < n; v++)
		place[g->unit[v]] = v;
	memset(a, 0, n * n * sizeof(*a));
	brc_rc rc = BRC_OK;
	if (g->factors)
		rc = brc_factors_walk(g->factors, fill_visited, &(formed){m->scale, place, n, a},
				      err);
	else
		fill(m, place, n, true, a);
	free(place);
	return rc;
}

/* ---- bipartite graphs ---- */

bool brc_normalised_sides(const brc_normalised *m, brc_sides *s)
{
	if (m->bipartite)
		*s = (brc_sides){m->n_near, m->g->connected - m->n_near, m->side,
				 m->side + m->n_near};
	return m->bipartite;
}

brc_rc brc_normalised_across(brc_normalised *m, bool near, const double *x, double *y, size_t cols,
			     brc_err *err)
{
	size_t n = m->n_near, far = m->g->connected - n;
	const size_t *from = m->unit_near_far + (near ? n : 0),
		     *to = m->unit_near_far + (near ? 0 : n);

	BRC_TRY(brc_adjacency_reserve(&m->a, cols, err));
	scatter(m, from, near ? far : n, x, cols);
	BRC_TRY(brc_adjacency_multiply(&m->a, near ? m->near : m->far, cols, err));
	gather(m, to, near ? n : far, y, cols);
	return BRC_OK;
}

brc_rc brc_normalised_there_and_back(brc_normalised *m, const double *x, double *y, size_t cols,
				     brc_err *err)
{
	size_t n = m->n_near;

	BRC_TRY(brc_adjacency_reserve(&m->a, cols, err));
	scatter(m, m->unit_near_far, n, x, cols);
	BRC_TRY(brc_adjacency_multiply(&m->a, m->far, cols, err));
	for (size_t v = n; v < m->g->connected; v++) {
		size_t u = m->unit_near_far[v];

		for (size_t c = 0; c < cols; c++) {
			size_t at = brc_adjacency_at(&m->a, u, c);

			m->a.x[at] = m->scale[u] * m->scale[u] * m->a.y[at];
		}
	}
	BRC_TRY(brc_adjacency_multiply(&m->a, m->near, cols, err));
	gather(m, m->unit_near_far, n, y, cols);
	return BRC_OK;
}

/* Of every unit, its place on its side. */
static size_t *side_places(const brc_normalised *m, brc_err *err)
{
	size_t *place = brc_alloc(m->g->n, sizeof(*place), err);

	for (size_t v = 0; place && v < m->g->connected; v++)
		place[m->unit_near_far[v]] = v < m->n_near ? v : v - m->n_near;
	return place;
}

brc_rc brc_normalised_rectangle(const brc_normalised *m, double *b, brc_err *err)
{
	size_t *place = side_places(m, err);

	if (!place)
		return BRC_RESOURCE;
	memset(b, 0, m->n_near * (m->g->connected - m->n_near) * sizeof(*b));
	fill(m, place, m->n_near, false, b);
	free(place);
	return BRC_OK;
}

brc_rc brc_normalised_gram(const brc_normalised *m, double *a, brc_err *err)
{
	size_t *place = side_places(m, err);
	brc_rc rc = place ? brc_gram(m->g, m->scale, m->near, place, m->n_near, m->pool, a, err)
			  : BRC_RESOURCE;

	free(place);
	return rc;
}

size_t brc_normalised_bytes(const brc_graph *g, size_t cols, size_t threads)
{
	size_t bytes = brc_adjacency_bytes(g, cols, threads), units;

	if (!brc_mul(g->n, 3 * sizeof(size_t), &units) || !brc_add(bytes, units, &bytes))
		return SIZE_MAX;
	return bytes;
}
