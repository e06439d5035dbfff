/* The graph of chosen layers: weights between them, and paths through a layer that is not chosen.
 */
#include "net/unit_graph.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/memory.h"
#include "linalg/triangle.h"

#define MAX_PATHS ((size_t)1 << 22)

/* A path leads from one chosen layer to another by one edge, or by two with a layer between. */
typedef struct path {
	size_t from, to;      /* layers */
	size_t first, second; /* edges; BRC_ANY: there is no second */
} path;

typedef struct chosen {
	const brc_layer_graph *c;
	bool *in;
	path *path; /* sorted by the layers that they join, a direct path first */
	size_t n, cap;
	size_t *index;         /* [layers]: index in the graph */
	size_t *edges_from;    /* [layers]: the first edge from a layer; n_edges: there is none */
	float *first, *second; /* the weights of both edges of a path */
	size_t held;           /* the edge whose weights `first` holds; BRC_ANY: none */
} chosen;

/* Is it a layer that paths may lead through? */
static bool is_linear(const chosen *g, size_t l)
{
	return !g->in[l] && g->c->layer[l].role == BRC_ROLE_HIDDEN && g->c->layer[l].linear;
}

static brc_rc add_path(chosen *g, size_t first, size_t second, brc_err *err)
{
	const brc_net_edge *e = g->c->edge;
	size_t to = e[second == BRC_ANY ? first : second].to;

	if (!g->in[to])
		return BRC_OK;
	if (g->n == MAX_PATHS)
		return brc_fail(err, BRC_DATA, "too many paths between the layers chosen");
	BRC_TRY(brc_grow(&g->path, &g->cap, g->n + 1, sizeof(*g->path), err));
	g->path[g->n++] = (path){e[first].from, to, first, second};
	return BRC_OK;
}

/* By layers; then a path of one edge comes first. */
static int in_order(const void *a, const void *b)
{
	const path *x = a, *y = b;
	const size_t key[][2] = {{x->from, y->from},
				 {x->to, y->to},
				 {x->second != BRC_ANY, y->second != BRC_ANY},
				 {x->first, y->first}};

	for (size_t k = 0; k < sizeof(key) / sizeof(*key); k++)
		if (key[k][0] != key[k][1])
			return key[k][0] < key[k][1] ? -1 : 1;
	return 0;
}

static brc_rc find_paths(chosen *g, brc_err *err)
{
	const brc_layer_graph *c = g->c;

	for (size_t i = 0; i < c->n_edges; i++) {
		size_t between = c->edge[i].to, k = g->edges_from[between];

		if (!g->in[c->edge[i].from])
			continue;
		BRC_TRY(add_path(g, i, BRC_ANY, err));
		for (; is_linear(g, between) && k < c->n_edges && c->edge[k].from == between; k++)
			BRC_TRY(add_path(g, i, k, err));
	}
	if (g->n == 0) {
		brc_fail(err, BRC_DATA, "no two of the units chosen are joined by a weight");
		return brc_hint(err, "--units all takes inputs and outputs as well, hidden,heads "
				     "all hidden layers with the heads as labels");
	}
	qsort(g->path, g->n, sizeof(*g->path), in_order);
	return BRC_OK;
}

/* Numbers that the weights of an edge take. */
static size_t block_size(const chosen *g, size_t from, size_t to)
{
	return g->c->layers->units[from] * g->c->layers->units[to];
}

static bool joins_others(const chosen *g, size_t i)
{
	return i == 0 || g->path[i].from != g->path[i - 1].from ||
	       g->path[i].to != g->path[i - 1].to;
}

/* Numbers that a block holds: within a layer each pair of units once. */
static size_t entries(const chosen *g, size_t from, size_t to)
{
	size_t n = g->c->layers->units[from];

	return from == to ? brc_triangle_pairs(n) : block_size(g, from, to);
}

/* All blocks, and the memory of the paths through layers. */
static brc_rc reserve(chosen *g, size_t mem, brc_err *err)
{
	size_t total = 0, first = 0, second = 0, bytes;

	for (size_t i = 0; i < g->n; i++) {
		const path *w = &g->path[i];
		size_t between = g->c->edge[w->first].to, size;

		if (joins_others(g, i) && !brc_add(total, entries(g, w->from, w->to), &total))
			total = SIZE_MAX / 2;
		if (w->from == w->to) {
			size = block_size(g, w->from, w->to);
			first = size > first ? size : first;
		}
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
static brc_rc read_weights(const chosen *g, size_t edge, float *w, brc_err *err)
{
	size_t n = block_size(g, g->c->edge[edge].from, g->c->edge[edge].to);

	BRC_TRY(g->c->weights(g->c->of, edge, w, err));
	for (size_t i = 0; g->c->norm == BRC_NORM_L2 && i < n; i++)
		w[i] *= w[i];
	return BRC_OK;
}

/* Those of the first edge of a path. Many paths in a row begin with the same. */
static brc_rc hold_first(chosen *g, size_t edge, brc_err *err)
{
	if (g->held == edge)
		return BRC_OK;
	g->held = BRC_ANY;
	BRC_TRY(read_weights(g, edge, g->first, err));
	g->held = edge;
	return BRC_OK;
}

static bool is_zero(const float *w, size_t n)
{
	while (n > 0 && w[n - 1] == 0)
		n--;
	return n == 0;
}

/*
 * Add to w the products of the weights on a path through a layer. Units at either end of the first
 * layer may bring nothing, as queries and keys in front of the values of attention.
 */
static brc_rc add_product(chosen *g, const path *p, float *w, brc_err *err)
{
	size_t between = g->c->edge[p->first].to, from = 0, to = g->c->layers->units[p->from];
	size_t inner = g->c->layers->units[between], cols = g->c->layers->units[p->to];

	BRC_TRY(brc_blas_ready(err));
	BRC_TRY(hold_first(g, p->first, err));
	BRC_TRY(read_weights(g, p->second, g->second, err));
	while (from < to && is_zero(g->first + from * inner, inner))
		from++;
	while (to > from && is_zero(g->first + (to - 1) * inner, inner))
		to--;
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)(to - from), (int)cols,
		    (int)inner, 1, g->first + from * inner, (int)inner, g->second, (int)cols, 1,
		    w + from * cols, (int)cols);
	return BRC_OK;
}

/*
 * The edge within a recurrent layer, as a triangle: unit i feeds unit j, and j feeds i. Both
 * weights add up. What a unit brings to itself joins no two units.
 */
static brc_rc add_within(chosen *g, const path *p, float *w, brc_err *err)
{
	size_t n = g->c->layers->units[p->from];

	BRC_TRY(hold_first(g, p->first, err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			w[brc_triangle_at(n, i, j)] = g->first[i * n + j] + g->first[j * n + i];
	return BRC_OK;
}

static brc_rc add_weights(chosen *g, const path *p, float *w, brc_err *err)
{
	if (p->from == p->to)
		return add_within(g, p, w, err);
	return p->second == BRC_ANY ? read_weights(g, p->first, w, err) : add_product(g, p, w, err);
}

/* Paths i .. n - 1 join the same two layers: they become one block. */
static brc_rc add_block(chosen *g, size_t i, size_t n, brc_blocks *b, brc_err *err)
{
	const path *p = &g->path[i];
	size_t size = entries(g, p->from, p->to);
	float *w = brc_blocks_alloc(b, size, sizeof(*w), err);

	BRC_TRY(brc_made(w));
	BRC_TRY(brc_blocks_add(b, g->index[p->from], g->index[p->to], w, err));
	for (; i < n; i++)
		BRC_TRY(add_weights(g, &g->path[i], w, err));
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
	g->edges_from = brc_calloc(g->c->layers->n, sizeof(*g->edges_from), err);
	if (!g->index || !g->edges_from)
		return BRC_RESOURCE;
	for (size_t l = 0; l < g->c->layers->n; l++) {
		g->index[l] = g->in[l] ? n++ : BRC_ANY;
		g->edges_from[l] = g->c->n_edges;
	}
	for (size_t i = g->c->n_edges; i-- > 0;)
		g->edges_from[g->c->edge[i].from] = i;
	BRC_TRY(find_paths(g, err));
	BRC_TRY(reserve(g, mem, err));
	rc = brc_layer_graph_table(g->c, g->in, &table, err);
	BRC_THEN(rc, brc_blocks_init(b, &table, err));
	brc_layers_clear(&table);
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
	chosen g = {.c = c, .held = BRC_ANY, .in = brc_calloc(c->layers->n, sizeof(*g.in), err)};
	brc_rc rc = g.in ? brc_layer_graph_choose(c, units, g.in, err) : BRC_RESOURCE;

	memset(b, 0, sizeof(*b));
	BRC_THEN(rc, make_graph(&g, mem, b, err));
	free(g.in);
	free(g.path);
	free(g.index);
	free(g.edges_from);
	free(g.first);
	free(g.second);
	if (rc != BRC_OK)
		brc_blocks_clear(b);
	return rc;
}

void brc_unit_graph_tell(const brc_cli *cli, const brc_layer_graph *c, const brc_blocks *graph)
{
	for (size_t l = 1; l < c->layers->n; l++)
		if (c->layer[l].untraced)
			brc_cli_note(cli,
				     "layer '%s' gets no edges from the layers before it: its "
				     "inputs cannot be traced through node '%s'",
				     c->layer[l].name, c->layer[l].untraced);
	brc_cli_note(cli, "%zu units in %zu layers, %zu block%s of weights",
		     brc_layers_total(&graph->layers), graph->layers.n, graph->n,
		     graph->n == 1 ? "" : "s");
	for (size_t l = 0; l < graph->layers.n; l++)
		brc_cli_detail(cli, "layer %zu '%s': %zu units", l, graph->layers.name[l],
			       graph->layers.units[l]);
}
