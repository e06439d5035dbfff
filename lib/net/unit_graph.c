/* The graph of chosen layers: weights between them, and ways through a layer that is not chosen. */
#include "net/unit_graph.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/backend.h"

#define MAX_WAYS ((size_t)1 << 22)

/* A way leads from one chosen layer to another by one edge, or by two with a layer between. */
typedef struct way {
	size_t from, to;      /* layers */
	size_t first, second; /* edges; BRC_ANY: there is no second */
} way;

typedef struct chosen {
	const brc_layer_graph *c;
	bool *in;
	way *way; /* sorted by the layers that they join, a direct way first */
	size_t n, cap;
	size_t *index;         /* [layers]: index in the graph */
	float *first, *second; /* the weights of both edges of a way */
} chosen;

static bool is_passed(const chosen *g, size_t l)
{
	return !g->in[l] && g->c->layer[l].role == BRC_ROLE_HIDDEN && g->c->layer[l].linear;
}

static brc_rc add_way(chosen *g, size_t first, size_t second, brc_err *err)
{
	const brc_net_edge *e = g->c->edge;
	size_t to = e[second == BRC_ANY ? first : second].to;

	if (g->n == MAX_WAYS)
		return brc_fail(err, BRC_DATA, "too many ways between the layers chosen");
	BRC_TRY(brc_grow(&g->way, &g->cap, g->n + 1, sizeof(*g->way), err));
	g->way[g->n++] = (way){e[first].from, to, first, second};
	return BRC_OK;
}

/* The first edge from layer l. Edges are sorted by layer. */
static size_t edges_from(const brc_layer_graph *c, size_t l)
{
	size_t lo = 0, hi = c->n_edges;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->edge[mid].from < l)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int by_layers(const void *a, const void *b)
{
	const way *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if ((x->second == BRC_ANY) != (y->second == BRC_ANY))
		return x->second == BRC_ANY ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static brc_rc find_ways(chosen *g, brc_err *err)
{
	const brc_layer_graph *c = g->c;

	for (size_t i = 0; i < c->n_edges; i++) {
		if (!g->in[c->edge[i].from])
			continue;
		if (g->in[c->edge[i].to])
			BRC_TRY(add_way(g, i, BRC_ANY, err));
		if (!is_passed(g, c->edge[i].to))
			continue;
		for (size_t k = edges_from(c, c->edge[i].to);
		     k < c->n_edges && c->edge[k].from == c->edge[i].to; k++)
			if (g->in[c->edge[k].to])
				BRC_TRY(add_way(g, i, k, err));
	}
	if (g->n == 0) {
		brc_fail(err, BRC_DATA, "no two of the units chosen are joined by a weight");
		return brc_hint(err, "--units all takes inputs and outputs as well, hidden,heads "
				     "all hidden layers with the heads as labels");
	}
	qsort(g->way, g->n, sizeof(*g->way), by_layers);
	return BRC_OK;
}

static size_t block_size(const chosen *g, size_t from, size_t to)
{
	return g->c->layers->units[from] * g->c->layers->units[to];
}

static bool joins_others(const chosen *g, size_t i)
{
	return i == 0 || g->way[i].from != g->way[i - 1].from || g->way[i].to != g->way[i - 1].to;
}

/* All blocks, and the memory of the ways through layers. */
static brc_rc reserve(chosen *g, size_t mem, brc_err *err)
{
	size_t total = 0, first = 0, second = 0, bytes;

	for (size_t i = 0; i < g->n; i++) {
		const way *w = &g->way[i];
		size_t between = g->c->edge[w->first].to, size;

		if (joins_others(g, i) && !brc_add(total, block_size(g, w->from, w->to), &total))
			total = SIZE_MAX / 2;
		if (w->second == BRC_ANY)
			continue;
		size = block_size(g, w->from, between);
		first = size > first ? size : first;
		size = block_size(g, between, w->to);
		second = size > second ? size : second;
	}
	if (!brc_add(total, first + second, &bytes) || !brc_mul(bytes, sizeof(float), &bytes) ||
	    !brc_add(bytes, g->c->scratch, &bytes))
		bytes = SIZE_MAX;
	BRC_TRY(brc_mem_need(bytes, mem, "the graph of weights", err));
	g->first = brc_alloc(first, sizeof(float), err);
	g->second = brc_alloc(second, sizeof(float), err);
	return g->first && g->second ? BRC_OK : BRC_RESOURCE;
}

/* Under l2 weights are added as squares, and the root is taken at the end. */
static void square(const chosen *g, float *w, size_t n)
{
	for (size_t i = 0; g->c->norm == BRC_NORM_L2 && i < n; i++)
		w[i] *= w[i];
}

static brc_rc read_weights(const chosen *g, size_t edge, float *w, brc_err *err)
{
	const brc_net_edge *e = &g->c->edge[edge];

	BRC_TRY(g->c->weights(g->c->of, edge, w, err));
	square(g, w, block_size(g, e->from, e->to));
	return BRC_OK;
}

/* Add to w the products of the weights on a way through a layer. */
static brc_rc add_product(const chosen *g, const way *p, float *w, brc_err *err)
{
	size_t between = g->c->edge[p->first].to;
	int rows = (int)g->c->layers->units[p->from], cols = (int)g->c->layers->units[p->to];
	int inner = (int)g->c->layers->units[between];

	BRC_TRY(read_weights(g, p->first, g->first, err));
	BRC_TRY(read_weights(g, p->second, g->second, err));
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, cols, inner, 1, g->first,
		    inner, g->second, cols, 1, w, cols);
	return BRC_OK;
}

/* Ways i .. n - 1 join the same two layers: they become one block. */
static brc_rc add_block(chosen *g, size_t i, size_t n, brc_blocks *b, brc_err *err)
{
	const way *p = &g->way[i];
	size_t size = block_size(g, p->from, p->to);
	float *w = brc_blocks_alloc(b, size, sizeof(*w), err);

	if (!w)
		return BRC_RESOURCE;
	BRC_TRY(brc_blocks_add(b, g->index[p->from], g->index[p->to], w, err));
	for (; i < n; i++)
		BRC_TRY(g->way[i].second == BRC_ANY ? read_weights(g, g->way[i].first, w, err)
						    : add_product(g, &g->way[i], w, err));
	for (size_t k = 0; k < size; k++) {
		if (g->c->norm == BRC_NORM_L2)
			w[k] = sqrtf(w[k]);
		if (!isfinite(w[k]))
			return brc_fail(err, BRC_DATA,
					"layers '%s' and '%s': the weights between them add up to "
					"infinity",
					g->c->layer[p->from].name, g->c->layer[p->to].name);
	}
	return BRC_OK;
}

static brc_rc make_graph(chosen *g, size_t mem, brc_blocks *b, brc_err *err)
{
	brc_layers table = {0};
	size_t n = 0;
	brc_rc rc;

	g->index = brc_calloc(g->c->layers->n, sizeof(*g->index), err);
	if (!g->index)
		return BRC_RESOURCE;
	for (size_t l = 0; l < g->c->layers->n; l++)
		g->index[l] = g->in[l] ? n++ : BRC_ANY;
	BRC_TRY(find_ways(g, err));
	BRC_TRY(reserve(g, mem, err));
	rc = brc_layer_graph_table(g->c, g->in, &table, err);
	if (rc == BRC_OK)
		rc = brc_blocks_init(b, &table, err);
	brc_layers_clear(&table);
	brc_linalg_serial();
	for (size_t i = 0, end; rc == BRC_OK && i < g->n; i = end) {
		for (end = i + 1; end < g->n && !joins_others(g, end);)
			end++;
		rc = add_block(g, i, end, b, err);
	}
	return rc;
}

brc_rc brc_unit_graph_make(const brc_layer_graph *c, unsigned units, size_t mem, brc_blocks *b,
			   brc_err *err)
{
	chosen g = {.c = c, .in = brc_calloc(c->layers->n, sizeof(*g.in), err)};
	brc_rc rc = g.in ? brc_layer_graph_choose(c, units, g.in, err) : BRC_RESOURCE;

	memset(b, 0, sizeof(*b));
	if (rc == BRC_OK)
		rc = make_graph(&g, mem, b, err);
	free(g.in);
	free(g.way);
	free(g.index);
	free(g.first);
	free(g.second);
	if (rc != BRC_OK)
		brc_blocks_clear(b);
	return rc;
}
