#include "graph/gram.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"

/* Rows of the smaller part in a task; units of the larger part taken at once. */
enum { SLAB = BRC_TILE_SLAB, DEPTH = 256 };

typedef struct gram {
	const brc_graph *g;
	const double *scale;
	const bool *small;
	const size_t *place;
	size_t n, slabs;
	brc_slab *slab;
	double *scratch; /* [workers][2 * SLAB * DEPTH + SLAB * SLAB] */
	double *a;
} gram;

/* The block between a small and a large member, or NULL. */
static const brc_edges *between(const brc_graph *g, size_t small, size_t large)
{
	for (size_t e = 0; e < g->n_edges; e++)
		if ((g->edges[e].from == small && g->edges[e].to == large) ||
		    (g->edges[e].from == large && g->edges[e].to == small))
			return &g->edges[e];
	return NULL;
}

/* t[i * DEPTH + j]: scaled edges between slab unit i and large unit first + j, count of them. */
static void take(const gram *m, const brc_edges *e, const brc_slab *s, size_t large, size_t first,
		 size_t count, double *t)
{
	const double *small_scale = m->scale + m->g->first[s->member] + s->row;
	const double *large_scale = m->scale + m->g->first[large] + first;
	bool by_row = e->from == s->member;
	size_t rows = by_row ? s->rows : count, row = by_row ? s->row : first;
	size_t cols = by_row ? count : s->rows, col = by_row ? first : s->row;

	memset(t, 0, s->rows * DEPTH * sizeof(*t));
	for (size_t i = 0; i < rows; i++) {
		brc_row r = e->block.layout->row(&e->block, row + i);
		size_t from = r.column ? 0 : col, to = r.column ? r.n : col + cols;

		for (size_t c = from; c < to; c++) {
			size_t at = brc_row_column(&r, c);
			size_t u, v;

			if (at < col || at >= col + cols)
				continue;
			u = by_row ? i : at - col;
			v = by_row ? at - col : i;

			t[u * DEPTH + v] = (double)r.w[c] * small_scale[u] * large_scale[v];
		}
	}
}

/* tile[SLAB, SLAB] += the products of two slabs over one large member. */
static void add_member(const gram *m, const brc_slab *a, const brc_slab *b, size_t large,
		       double *scratch, double *tile)
{
	const brc_edges *ea = between(m->g, a->member, large),
			*eb = between(m->g, b->member, large);
	size_t units = m->g->first[large + 1] - m->g->first[large];
	double *ta = scratch, *tb = a == b ? ta : scratch + SLAB * DEPTH;

	if (!ea || !eb)
		return;
	for (size_t f = 0; f < units; f += DEPTH) {
		size_t count = units - f < DEPTH ? units - f : DEPTH;

		take(m, ea, a, large, f, count, ta);
		if (a != b)
			take(m, eb, b, large, f, count, tb);
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)a->rows, (int)b->rows,
			    (int)count, 1, ta, DEPTH, tb, DEPTH, 1, tile, SLAB);
	}
}

static void put(const gram *m, const brc_slab *a, const brc_slab *b, const double *tile)
{
	for (size_t i = 0; i < a->rows; i++)
		for (size_t j = 0; j < b->rows; j++) {
			size_t u = m->g->first[a->member] + a->row + i;
			size_t v = m->g->first[b->member] + b->row + j;

			if (!(m->scale[u] > 0 && m->scale[v] > 0))
				continue;
			m->a[m->place[u] * m->n + m->place[v]] = tile[i * SLAB + j];
			m->a[m->place[v] * m->n + m->place[u]] = tile[i * SLAB + j];
		}
}

/* Pairs of slabs (i, j), i >= j, in rows of a triangle. */
static brc_rc multiply_pair(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const gram *m = ctx;
	double *scratch = m->scratch + worker * (2 * SLAB * DEPTH + SLAB * SLAB);
	double *tile = scratch + 2 * SLAB * DEPTH;
	size_t i = 0;
	const brc_slab *a, *b;

	(void)err;
	while ((i + 1) * (i + 2) / 2 <= task)
		i++;
	a = &m->slab[i];
	b = &m->slab[task - i * (i + 1) / 2];

	memset(tile, 0, SLAB * SLAB * sizeof(*tile));
	for (size_t large = 0; large < m->g->n_members; large++)
		if (!m->small[large])
			add_member(m, a, b, large, scratch, tile);
	put(m, a, b, tile);
	return BRC_OK;
}

brc_rc brc_gram(const brc_graph *g, const double *scale, const bool *small, const size_t *place,
		size_t n, brc_pool *pool, double *a, brc_err *err)
{
	gram m = {.g = g, .scale = scale, .small = small, .place = place, .n = n, .a = a};
	brc_rc rc = BRC_RESOURCE;

	m.slab = brc_slabs_new(g, small, &m.slabs, err);
	m.scratch = brc_alloc(brc_pool_threads(pool),
			      (2 * SLAB * DEPTH + SLAB * SLAB) * sizeof(*m.scratch), err);
	if (m.slab && m.scratch)
		rc = brc_pool_run(pool, m.slabs * (m.slabs + 1) / 2, multiply_pair, &m, err);
	free(m.slab);
	free(m.scratch);
	return rc;
}
