#include "graph/strengths.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/adjacency.h"
#include "graph/strip.h"

enum { COLUMNS = 32 }; /* vectors that are multiplied at once */

typedef struct work {
	const brc_graph *g;
	const size_t *unit;
	size_t n;
	float *s;
	size_t *place;      /* [g->n] in unit[], BRC_ANY: none */
	bool *ours, *among; /* [members] have units of the list; feed them or are fed by them */
} work;

static size_t member_of(const brc_graph *g, size_t u)
{
	size_t m = 0;

	while (u >= g->first[m + 1])
		m++;
	return m;
}

static brc_rc init(work *w, brc_err *err)
{
	const brc_graph *g = w->g;

	BRC_NEW_RAW(w->place, g->n, err);
	BRC_NEW(w->ours, g->n_members, err);
	BRC_NEW(w->among, g->n_members, err);
	for (size_t u = 0; u < g->n; u++)
		w->place[u] = BRC_ANY;
	for (size_t i = 0; i < w->n; i++)
		if (w->unit[i] != BRC_ANY) {
			w->place[w->unit[i]] = i;
			w->ours[member_of(g, w->unit[i])] = true;
		}
	for (size_t e = 0; e < g->n_edges; e++) {
		w->among[g->edges[e].from] |= w->ours[g->edges[e].to];
		w->among[g->edges[e].to] |= w->ours[g->edges[e].from];
	}
	return BRC_OK;
}

/* ---- edges ---- */

/* Those of a row: unit i of member `from` with units of member `to`. Are there some? */
static bool take_row(const work *w, const brc_row *row, size_t i, size_t to)
{
	const size_t n = w->n;
	bool any = false;

	for (size_t k = 0; k < row->n; k++) {
		const size_t j = w->place[w->g->first[to] + brc_row_column(row, k)];
		const float edge = (float)brc_row_weight(row, k);

		if (j == BRC_ANY || j == i || !(edge > 0))
			continue;
		w->s[i * n + j] = w->s[j * n + i] = edge;
		any = true;
	}
	return any;
}

static brc_rc take_edges(const work *w, const brc_blocks *blocks, bool *any, brc_err *err)
{
	const brc_graph *g = w->g;
	brc_strip *strip;

	*any = false;
	BRC_TRY(brc_strip_new(&strip, blocks, err));
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *edges = &g->edges[e];

		if (!w->ours[edges->from] || !w->ours[edges->to])
			continue;
		for (size_t u = 0; u < edges->block.rows; u++) {
			const size_t i = w->place[g->first[edges->from] + u];
			brc_row row;

			if (i == BRC_ANY)
				continue;
			row = brc_strip_row(strip, &edges->block, u);
			*any |= take_row(w, &row, i, edges->to);
		}
	}
	brc_strip_free(strip);
	return BRC_OK;
}

/* ---- edges through common neighbours ---- */

/* x becomes D^-1 y at the members around ours, 0 elsewhere. */
static void step(const work *w, brc_adjacency *a, size_t cols)
{
	const brc_graph *g = w->g;

	memset(a->x, 0, a->groups * g->n * sizeof(brc_lanes));
	for (size_t m = 0; m < g->n_members; m++)
		for (size_t u = g->first[m]; w->among[m] && u < g->first[m + 1]; u++)
			for (size_t c = 0; g->degree[u] > 0 && c < cols; c++) {
				const size_t at = brc_adjacency_at(a, u, c);

				a->x[at] = a->y[at] / g->degree[u];
			}
}

/* Rows from .. from + cols - 1 of the strengths. */
static brc_rc two_steps(const work *w, brc_adjacency *a, size_t from, size_t cols, brc_err *err)
{
	BRC_TRY(brc_adjacency_reserve(a, cols, err));
	for (size_t c = 0; c < cols; c++)
		if (w->unit[from + c] != BRC_ANY)
			a->x[brc_adjacency_at(a, w->unit[from + c], c)] = 1;
	BRC_TRY(brc_adjacency_multiply(a, w->among, cols, err));
	step(w, a, cols);
	BRC_TRY(brc_adjacency_multiply(a, w->ours, cols, err));
	/* each pair is taken once, so that the matrix is symmetric to the last bit */
	for (size_t c = 0; c < cols; c++)
		for (size_t j = 0; j < from + c; j++)
			if (w->unit[j] != BRC_ANY)
				w->s[(from + c) * w->n + j] = w->s[j * w->n + from + c] =
					(float)a->y[brc_adjacency_at(a, w->unit[j], c)];
	return BRC_OK;
}

static brc_rc through_neighbours(const work *w, brc_pool *pool, brc_err *err)
{
	brc_adjacency a;
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_adjacency_init(&a, w->g, pool, err));
	for (size_t from = 0; rc == BRC_OK && from < w->n; from += COLUMNS)
		rc = two_steps(w, &a, from, brc_least(w->n - from, COLUMNS), err);
	brc_adjacency_clear(&a);
	return rc;
}

static brc_rc make(work *w, const brc_blocks *blocks, brc_pool *pool, bool *through, brc_err *err)
{
	bool any;

	BRC_TRY(init(w, err));
	BRC_TRY(take_edges(w, blocks, &any, err));
	*through = !any;
	return any ? BRC_OK : through_neighbours(w, pool, err);
}

brc_rc brc_strengths_make(const brc_graph *g, const brc_blocks *blocks, const size_t *unit,
			  size_t n, brc_pool *pool, float *s, bool *through, brc_err *err)
{
	work w = {.g = g, .unit = unit, .n = n, .s = s};
	brc_rc rc;

	memset(s, 0, n * n * sizeof(*s));
	rc = make(&w, blocks, pool, through, err);
	free(w.place);
	free(w.ours);
	free(w.among);
	return rc;
}

size_t brc_strengths_bytes(const brc_graph *g, size_t n, size_t threads)
{
	const size_t s = brc_times(brc_times(n, n), sizeof(float));

	return brc_plus(brc_plus(s, brc_times(g->n, sizeof(size_t))),
			brc_adjacency_bytes(g, COLUMNS, threads));
}
