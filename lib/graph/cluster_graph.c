#include "graph/cluster_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/order.h"
#include "graph/factors.h"
#include "graph/layout.h"

/* Above MANY_UNITS units, it is checked that there is memory before it is allocated. */
enum { MANY_UNITS = 1 << 20, UNIT_BYTES = 64 };

void brc_graph_clear(brc_graph *g)
{
	free(g->member);
	free(g->first);
	free(g->edges);
	free(g->block);
	free(g->degree);
	free(g->component);
	free(g->volume);
	free(g->unit);
	brc_factors_free(g->factors);
	memset(g, 0, sizeof(*g));
}

static brc_rc set_members(brc_graph *g, const brc_blocks *blocks, const size_t *member, size_t n,
			  brc_err *err)
{
	BRC_TRY(BRC_ARRAY(g->member, n, err));
	BRC_TRY(BRC_ARRAY(g->first, n + 1, err));
	g->first[0] = 0;
	for (size_t m = 0; m < n; m++) {
		if (member[m] >= blocks->layers.n || (m > 0 && member[m] <= member[m - 1]))
			return brc_fail(err, BRC_DATA,
					"the layers of a graph must be ascending and below %zu",
					blocks->layers.n);
		g->member[m] = member[m];
		g->first[m + 1] = g->first[m] + blocks->layers.units[member[m]];
	}
	g->n_members = n;
	g->n = g->first[n];
	/* A table of layers may declare any number of units without a single edge. */
	if (g->n > MANY_UNITS)
		BRC_TRY(brc_mem_need(g->n * UNIT_BYTES, 0, "a graph", err));
	return BRC_OK;
}

/* Index of a layer among the members, or n_members. */
static size_t find_member(const brc_graph *g, size_t layer)
{
	size_t m = brc_last_below(g->member, g->n_members, layer);

	return m < g->n_members && g->member[m] == layer ? m : g->n_members;
}

static brc_rc set_edges(brc_graph *g, const brc_blocks *blocks, const size_t *block, size_t n,
			brc_err *err)
{
	bool *seen = brc_calloc(blocks->n, sizeof(*seen), err);
	brc_rc rc = seen ? BRC_OK : BRC_RESOURCE;

	g->edges = brc_alloc(n, sizeof(*g->edges), err);
	g->block = brc_alloc(n, sizeof(*g->block), err);
	if (!g->edges || !g->block)
		rc = BRC_RESOURCE;
	for (size_t e = 0; e < n && rc == BRC_OK; e++) {
		const brc_block *b;
		size_t from, to;

		if (block[e] >= blocks->n || seen[block[e]]) {
			rc = brc_fail(err, BRC_DATA,
				      "the blocks of a graph must be distinct and below %zu",
				      blocks->n);
			break;
		}
		b = &blocks->block[block[e]];
		from = find_member(g, b->from);
		to = find_member(g, b->to);

		if (from == g->n_members || to == g->n_members)
			rc = brc_fail(err, BRC_DATA, "block %zu joins layers outside its graph",
				      block[e]);
		else
			g->edges[e] = (brc_edges){from, to, *b};
		g->block[e] = block[e];
		seen[block[e]] = true;
	}
	if (rc == BRC_OK)
		g->n_edges = n;
	free(seen);
	return rc;
}

static brc_rc set_degrees(brc_graph *g, const brc_blocks *blocks, brc_err *err)
{
	g->degree = brc_calloc(g->n, sizeof(*g->degree), err);
	return g->degree ? g->store->degrees(g, blocks, err) : BRC_RESOURCE;
}

static brc_rc set_connected(brc_graph *g, brc_err *err)
{
	BRC_TRY(BRC_ARRAY(g->unit, g->n, err));
	for (size_t u = 0; u < g->n; u++)
		if (g->degree[u] > 0)
			g->unit[g->connected++] = u;
	return BRC_OK;
}

/* ---- components: union and find, with path halving ---- */

static size_t find_root(int32_t *parent, size_t u)
{
	while ((size_t)parent[u] != u) {
		parent[u] = parent[parent[u]];
		u = (size_t)parent[u];
	}
	return u;
}

/* Sets that are being joined. The root of a set is its first unit. */
typedef struct joining {
	int32_t *parent;
	size_t sets;
} joining;

static inline void join(joining *m, size_t u, size_t v)
{
	size_t a = find_root(m->parent, u), c = find_root(m->parent, v);

	if (a == c)
		return;
	m->parent[a > c ? a : c] = (int32_t)(a < c ? a : c);
	m->sets--;
}

/* Ends the walk once one set is left. */
static bool join_row(void *ctx, size_t u, const brc_row *r)
{
	joining *m = ctx;

	for (size_t j = 0; j < r->n; j++)
		if (brc_row_weight(r, j) > 0)
			join(m, u, brc_row_column(r, j));
	return m->sets > 1;
}

typedef struct component {
	double volume;
	size_t root;
} component;

static int by_volume(const void *pa, const void *pb)
{
	const component *a = pa, *b = pb;

	return BRC_ORDER(b->volume, a->volume) ?: BRC_ORDER(a->root, b->root);
}

/* Number the sets by descending volume; parent becomes the component of every unit. */
static brc_rc number_components(brc_graph *g, int32_t *parent, component *c, brc_err *err)
{
	for (size_t v = 0; v < g->connected; v++)
		if (find_root(parent, g->unit[v]) == g->unit[v])
			c[g->components++].root = g->unit[v];
	/* c ascends by root, so component[root] can hold its place until the volumes are known. */
	for (size_t i = 0; i < g->components; i++)
		g->component[c[i].root] = (int32_t)i;
	for (size_t v = 0; v < g->connected; v++) {
		size_t root = find_root(parent, g->unit[v]);

		c[g->component[root]].volume += g->degree[g->unit[v]];
	}
	qsort(c, g->components, sizeof(*c), by_volume);
	BRC_TRY(BRC_ARRAY(g->volume, g->components, err));
	for (size_t i = 0; i < g->components; i++) {
		g->volume[i] = c[i].volume;
		g->component[c[i].root] = (int32_t)i;
	}
	for (size_t v = 0; v < g->connected; v++)
		g->component[g->unit[v]] = g->component[find_root(parent, g->unit[v])];
	return BRC_OK;
}

static brc_rc set_components(brc_graph *g, brc_err *err)
{
	int32_t *parent = brc_alloc(g->n, sizeof(*parent), err);
	component *c = brc_calloc(g->connected, sizeof(*c), err);
	brc_rc rc = BRC_RESOURCE;

	g->component = brc_alloc(g->n, sizeof(*g->component), err);
	if (parent && c && g->component) {
		for (size_t u = 0; u < g->n; u++) {
			parent[u] = (int32_t)u;
			g->component[u] = -1;
		}
		rc = g->store->walk(g, join_row, &(joining){parent, g->connected}, err);
		BRC_THEN(rc, number_components(g, parent, c, err));
	}
	free(parent);
	free(c);
	return rc;
}

/* ---- invariant ---- */

static bool edges_valid(const brc_graph *g)
{
	for (size_t m = 0; m < g->n_members; m++)
		if (g->first[m] > g->first[m + 1] || (m > 0 && g->member[m] <= g->member[m - 1]))
			return false;
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];

		if (b->from > b->to || b->to >= g->n_members || !b->block.layout ||
		    b->block.rows != g->first[b->from + 1] - g->first[b->from] ||
		    b->block.cols != g->first[b->to + 1] - g->first[b->to])
			return false;
	}
	return g->first[0] == 0 && g->first[g->n_members] == g->n;
}

bool brc_graph_valid(const brc_graph *g)
{
	size_t v = 0;

	if (!g->store || !edges_valid(g) || (g->connected > 0) != (g->components > 0))
		return false;
	for (size_t c = 0; c < g->components; c++)
		if (!(g->volume[c] > 0) || (c > 0 && g->volume[c] > g->volume[c - 1]))
			return false;
	for (size_t u = 0; u < g->n; u++) {
		bool listed = v < g->connected && g->unit[v] == u;

		if (!(g->degree[u] >= 0) || listed != (g->degree[u] > 0) ||
		    listed != (g->component[u] >= 0) ||
		    (listed && (size_t)g->component[u] >= g->components))
			return false;
		v += listed;
	}
	return v == g->connected;
}

brc_rc brc_graph_init(brc_graph *g, const brc_blocks *blocks, const size_t *member,
		      size_t n_members, const size_t *block, size_t n_blocks, brc_err *err)
{
	brc_rc rc;

	memset(g, 0, sizeof(*g));
	g->store = blocks->store;
	rc = set_members(g, blocks, member, n_members, err);
	BRC_THEN(rc, set_edges(g, blocks, block, n_blocks, err));
	if (rc == BRC_OK && g->store->attach)
		rc = g->store->attach(g, blocks, err);
	BRC_THEN(rc, set_degrees(g, blocks, err));
	BRC_THEN(rc, set_connected(g, err));
	BRC_THEN(rc, set_components(g, err));
	if (rc != BRC_OK)
		brc_graph_clear(g);
	return rc;
}

brc_rc brc_graph_init_all(brc_graph *g, const brc_blocks *blocks, brc_err *err)
{
	size_t most = blocks->layers.n > blocks->n ? blocks->layers.n : blocks->n;
	size_t *index = brc_alloc(most, sizeof(*index), err);
	brc_rc rc;

	memset(g, 0, sizeof(*g));
	BRC_TRY(brc_made(index));
	for (size_t i = 0; i < most; i++)
		index[i] = i;
	rc = brc_graph_init(g, blocks, index, blocks->layers.n, index, blocks->n, err);
	free(index);
	return rc;
}
