#include "graph/normalised.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/invariant.h"
#include "base/memory.h"
#include "graph/adjacency.h"
#include "graph/gram.h"
#include "graph/layout.h"
#include "graph/bipartite.h"

struct brc_normalised {
	const brc_graph *g;
	brc_pool *pool;
	brc_adjacency a;
	double *scale; /* [g->n] degree^-1/2, 0 for isolated units */
	bool bipartite;
	bool *small, *large;  /* [n_members] */
	size_t *part;         /* [connected] units of the smaller part, then of the large */
	size_t n_small;       /* units */
	size_t *unit_by_part; /* the same as units of the graph */
};

void brc_normalised_free(brc_normalised *m)
{
	if (!m)
		return;
	brc_adjacency_clear(&m->a);
	free(m->scale);
	free(m->small);
	free(m->large);
	free(m->part);
	free(m->unit_by_part);
	free(m);
}

/* The part with fewer connected units becomes the small one. */
static void order_parts(brc_normalised *m)
{
	const brc_graph *g = m->g;
	size_t small = 0, large;
	bool *swap = m->small;

	for (size_t v = 0; v < g->connected; v++)
		small += m->small[brc_last_below(g->first, g->n_members, g->unit[v])];
	if (2 * small > g->connected) {
		m->small = m->large;
		m->large = swap;
		small = g->connected - small;
	}
	m->n_small = small;
	large = small;
	small = 0;
	for (size_t v = 0; v < g->connected; v++) {
		size_t member = brc_last_below(g->first, g->n_members, g->unit[v]);
		size_t at = m->small[member] ? small++ : large++;

		m->part[at] = v;
		m->unit_by_part[at] = g->unit[v];
	}
}

static brc_rc set_parts(brc_normalised *m, brc_err *err)
{
	const brc_graph *g = m->g;

	BRC_TRY(BRC_ZEROED(m->small, g->n_members, err));
	BRC_TRY(BRC_ZEROED(m->large, g->n_members, err));
	BRC_TRY(BRC_ARRAY(m->part, g->connected, err));
	BRC_TRY(BRC_ARRAY(m->unit_by_part, g->connected, err));
	BRC_TRY(brc_bipartite_find(g, m->small, &m->bipartite, err));
	for (size_t l = 0; l < g->n_members; l++)
		m->large[l] = !m->small[l];
	if (m->bipartite)
		order_parts(m);
	return BRC_OK;
}

brc_rc brc_normalised_new(brc_normalised **out, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	brc_normalised *m;
	brc_rc rc;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	BRC_TRY(brc_blas_ready(err));
	m = brc_calloc(1, sizeof(*m), err);
	BRC_TRY(brc_made(m));
	m->g = g;
	m->pool = pool;
	m->scale = brc_calloc(g->n, sizeof(*m->scale), err);
	rc = m->scale ? brc_adjacency_init(&m->a, g, pool, err) : BRC_RESOURCE;
	BRC_THEN(rc, set_parts(m, err));
	if (rc != BRC_OK) {
		brc_normalised_free(m);
		return rc;
	}
	for (size_t v = 0; v < g->connected; v++)
		m->scale[g->unit[v]] = 1 / sqrt(g->degree[g->unit[v]]);
	*out = m;
	return BRC_OK;
}

/* ---- between columns of vectors and the rows of eight that products need ---- */

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

/* Where the edges go: to a[place of one end + ld * place of the other], and the mirror where
 * `both`.
 */
typedef struct filling {
	const brc_normalised *m;
	const size_t *place;
	size_t ld;
	bool both;
	double *a;
} filling;

/* w D^-1/2 at both ends, of a row's edges. */
static bool fill_row(void *ctx, size_t u, const brc_row *r)
{
	const filling *f = ctx;
	const brc_graph *g = f->m->g;
	const double *scale = f->m->scale;
	bool swap = !f->both && !f->m->small[brc_last_below(g->first, g->n_members, u)];

	for (size_t j = 0; j < r->n; j++) {
		size_t t = brc_row_column(r, j), a = f->place[u], b = f->place[t];
		double w = brc_row_weight(r, j);

		if (!(w > 0))
			continue;
		w = r->wide ? w * scale[u] * scale[t] : w * (scale[u] * scale[t]);
		if (f->both)
			f->a[b + a * f->ld] = w;
		f->a[swap ? b + a * f->ld : a + b * f->ld] = w;
	}
	return true;
}

brc_rc brc_normalised_dense(const brc_normalised *m, double *a, brc_err *err)
{
	const brc_graph *g = m->g;
	size_t n = g->connected;
	size_t *place = brc_alloc(g->n, sizeof(*place), err); /* of a unit among the connected */
	brc_rc rc;

	BRC_TRY(brc_made(place));
	for (size_t v = 0; v < n; v++)
		place[g->unit[v]] = v;
	memset(a, 0, n * n * sizeof(*a));
	rc = g->store->walk(g, fill_row, &(filling){m, place, n, true, a}, err);
	free(place);
	return rc;
}

/* ---- bipartite graphs ---- */

bool brc_normalised_bipartition(const brc_normalised *m, brc_bipartition *s)
{
	if (m->bipartite)
		*s = (brc_bipartition){m->n_small, m->g->connected - m->n_small, m->part,
				       m->part + m->n_small};
	return m->bipartite;
}

brc_rc brc_normalised_across(brc_normalised *m, bool small, const double *x, double *y, size_t cols,
			     brc_err *err)
{
	size_t n = m->n_small, large = m->g->connected - n;
	const size_t *from = m->unit_by_part + (small ? n : 0),
		     *to = m->unit_by_part + (small ? 0 : n);

	BRC_TRY(brc_adjacency_reserve(&m->a, cols, err));
	scatter(m, from, small ? large : n, x, cols);
	BRC_TRY(brc_adjacency_multiply(&m->a, small ? m->small : m->large, cols, err));
	gather(m, to, small ? n : large, y, cols);
	return BRC_OK;
}

brc_rc brc_normalised_there_and_back(brc_normalised *m, const double *x, double *y, size_t cols,
				     brc_err *err)
{
	size_t n = m->n_small;

	BRC_TRY(brc_adjacency_reserve(&m->a, cols, err));
	scatter(m, m->unit_by_part, n, x, cols);
	BRC_TRY(brc_adjacency_multiply(&m->a, m->large, cols, err));
	for (size_t v = n; v < m->g->connected; v++) {
		size_t u = m->unit_by_part[v];

		for (size_t c = 0; c < cols; c++) {
			size_t at = brc_adjacency_at(&m->a, u, c);

			m->a.x[at] = m->scale[u] * m->scale[u] * m->a.y[at];
		}
	}
	BRC_TRY(brc_adjacency_multiply(&m->a, m->small, cols, err));
	gather(m, m->unit_by_part, n, y, cols);
	return BRC_OK;
}

/* The place of every unit within its part. */
static size_t *part_places(const brc_normalised *m, brc_err *err)
{
	size_t *place = brc_alloc(m->g->n, sizeof(*place), err);

	for (size_t v = 0; place && v < m->g->connected; v++)
		place[m->unit_by_part[v]] = v < m->n_small ? v : v - m->n_small;
	return place;
}

brc_rc brc_normalised_rectangle(const brc_normalised *m, double *b, brc_err *err)
{
	size_t *place = part_places(m, err);
	brc_rc rc;

	BRC_TRY(brc_made(place));
	memset(b, 0, m->n_small * (m->g->connected - m->n_small) * sizeof(*b));
	rc = m->g->store->walk(m->g, fill_row, &(filling){m, place, m->n_small, false, b}, err);
	free(place);
	return rc;
}

brc_rc brc_normalised_gram(const brc_normalised *m, double *a, brc_err *err)
{
	size_t *place = part_places(m, err);
	brc_rc rc = place ? brc_gram(m->g, m->scale, m->small, place, m->n_small, m->pool, a, err)
			  : BRC_RESOURCE;

	free(place);
	return rc;
}

size_t brc_normalised_bytes(const brc_graph *g, size_t cols, size_t threads)
{
	return brc_plus(brc_adjacency_bytes(g, cols, threads), brc_times(g->n, 3 * sizeof(size_t)));
}
