#include "graph/laplacian.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "graph/layout.h"

void brc_laplacian_clear(brc_laplacian *l)
{
	for (size_t g = 0; g < l->n; g++) {
		free(l->graph[g].name);
		free(l->graph[g].kept);
		brc_graph_clear(&l->graph[g].graph);
	}
	free(l->graph);
	free(l->labelled);
	brc_blocks_clear(&l->blocks);
	memset(l, 0, sizeof(*l));
}

/* Does graph g have the kept layers among its members, and no graph before it any of them? */
static bool kept_valid(const brc_laplacian *l, size_t g)
{
	const brc_laplacian_graph *x = &l->graph[g];

	for (size_t i = 0; i < x->n_kept; i++) {
		bool member = false, taken = false;

		for (size_t m = 0; m < x->graph.n_members; m++)
			member |= x->graph.member[m] == x->kept[i];
		for (size_t h = 0; h < g; h++)
			for (size_t k = 0; k < l->graph[h].n_kept; k++)
				taken |= l->graph[h].kept[k] == x->kept[i];
		if (!member || taken || !l->labelled[x->kept[i]])
			return false;
	}
	return true;
}

bool brc_laplacian_valid(const brc_laplacian *l)
{
	if (!brc_layers_valid(&l->blocks.layers) || l->n < 1 ||
	    l->n > (l->local ? l->blocks.layers.n : 1))
		return false;
	for (size_t g = 0; g < l->n; g++)
		if (!l->graph[g].name || l->graph[g].graph.connected == 0 ||
		    !brc_graph_valid(&l->graph[g].graph) || !kept_valid(l, g))
			return false;
	return true;
}

char *brc_laplacian_name(const char *source, bool local, char *buf)
{
	size_t n = strlen(source);
	const char *ending = local ? ".local" : ".global";

	if (n > 7 && strcmp(source + n - 7, ".global") == 0)
		n -= 7;
	else if (n > 6 && strcmp(source + n - 6, ".local") == 0)
		n -= 6;
	if (n > BRC_NAME_MAX - 8)
		n = BRC_NAME_MAX - 8;
	snprintf(buf, BRC_NAME_MAX, "%.*s%s", (int)n, source, ending);
	return buf;
}

/* Everything but the graphs; room for `graphs` of them. */
static brc_rc start(brc_laplacian *l, const brc_blocks *blocks, const char *source, bool local,
		    size_t graphs, brc_err *err)
{
	memset(l, 0, sizeof(*l));
	BRC_TRY(brc_blocks_init(&l->blocks, &blocks->layers, err));
	l->local = local;
	snprintf(l->source, sizeof(l->source), "%s", source);
	BRC_TRY(BRC_ZEROED(l->graph, graphs, err));
	BRC_TRY(BRC_ZEROED(l->labelled, blocks->layers.n, err));
	return blocks->store->add_all(&l->blocks, blocks, local && strcmp(source, "weights") != 0,
				      err);
}

static brc_rc no_edges(const char *source, const char *what, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: the graph has no edges, there is nothing to cluster", what);
	if (strcmp(source, "weights") == 0)
		return brc_hint(
			err, "a network with one hidden layer has no edges between hidden units: "
			     "extract-weights --units all takes inputs and outputs in");
	return brc_hint(err, "every unit is constant over the samples, or no two correlate");
}

brc_rc brc_laplacian_global(brc_laplacian *l, const brc_blocks *blocks, const char *source,
			    const char *what, brc_err *err)
{
	size_t layers = blocks->layers.n;
	brc_laplacian_graph *g;
	brc_rc rc = start(l, blocks, source, false, 1, err);

	if (rc == BRC_OK) {
		g = &l->graph[l->n++];
		g->name = brc_strdup("global", err);
		g->kept = brc_alloc(layers, sizeof(*g->kept), err);
		rc = g->name && g->kept ? brc_graph_init_all(&g->graph, &l->blocks, err)
					: BRC_RESOURCE;
	}
	if (rc == BRC_OK && g->graph.connected == 0)
		rc = no_edges(source, what, err);
	if (rc != BRC_OK) {
		brc_laplacian_clear(l);
		return rc;
	}
	g->n_kept = layers;
	for (size_t i = 0; i < layers; i++) {
		g->kept[i] = i;
		l->labelled[i] = true;
	}
	return BRC_OK;
}

/* ---- local graphs ---- */

/*
 * The layer whose graph labels `layer`. This is `layer` itself, unless nothing feeds it (then it is
 * the first layer that it feeds) or it feeds nothing (then it is the last layer that feeds it).
 */
static size_t centre_of(const brc_blocks *blocks, size_t layer)
{
	size_t first_fed = layer, last_feeder = layer;

	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];

		if (e->from == e->to)
			continue;
		if (e->from == layer && (first_fed == layer || e->to < first_fed))
			first_fed = e->to;
		if (e->to == layer && (last_feeder == layer || e->from > last_feeder))
			last_feeder = e->from;
	}
	if (last_feeder == layer)
		return first_fed;
	return first_fed == layer ? last_feeder : layer;
}

static int by_index(const void *pa, const void *pb)
{
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;

	return a < b ? -1 : a > b;
}

/* The layers joined to `centre`, itself included, ascending, in member[n]. */
static void neighbours(const brc_blocks *blocks, size_t centre, size_t *member, size_t *n)
{
	*n = 0;
	member[(*n)++] = centre;
	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];

		if (e->from != e->to && (e->from == centre || e->to == centre))
			member[(*n)++] = e->from == centre ? e->to : e->from;
	}
	qsort(member, *n, sizeof(*member), by_index);
}

/* Local graphs while they are made. */
typedef struct locals {
	size_t *centre; /* [layers] */
	size_t *graph;  /* [layers]: which graph labels it */
	size_t *around; /* [layers]: which graph it is the centre of; BRC_ANY: none */
	size_t *first;  /* [layers]: of a graph, the first layer that it labels */
	uint64_t *mark; /* [layers]: of a graph, a number made of its members */
	size_t *member; /* [2][blocks + 1] */
	size_t *block;  /* [blocks] */
	size_t n;       /* graphs */
} locals;

static bool same_members(const brc_blocks *blocks, const locals *a, size_t x, size_t y)
{
	size_t *of_x = a->member, *of_y = a->member + blocks->n + 1, n, m;

	neighbours(blocks, x, of_x, &n);
	neighbours(blocks, y, of_y, &m);
	return n == m && memcmp(of_x, of_y, n * sizeof(*of_x)) == 0;
}

/* Equal for equal members, and as a rule only for these. */
static uint64_t mark_of(const brc_blocks *blocks, const locals *a, size_t centre)
{
	uint64_t mark = 0;
	size_t n;

	neighbours(blocks, centre, a->member, &n);
	for (size_t i = 0; i < n; i++)
		mark = (mark ^ a->member[i]) * 0x100000001b3u + 1;
	return mark;
}

/* The graph around `centre`: one that is there already, if it has the same members. */
static void assign_centre(const brc_blocks *blocks, locals *a, size_t centre, size_t layer)
{
	uint64_t mark = mark_of(blocks, a, centre);
	size_t g = 0;

	while (g < a->n &&
	       (a->mark[g] != mark || !same_members(blocks, a, centre, a->centre[a->first[g]])))
		g++;
	a->around[centre] = g;
	if (g < a->n)
		return;
	a->first[g] = layer;
	a->mark[g] = mark;
	a->n++;
}

static void assign_layers(const brc_blocks *blocks, locals *a)
{
	for (size_t layer = 0; layer < blocks->layers.n; layer++)
		a->around[layer] = BRC_ANY;
	for (size_t layer = 0; layer < blocks->layers.n; layer++) {
		size_t centre = centre_of(blocks, layer);

		a->centre[layer] = centre;
		if (a->around[centre] == BRC_ANY)
			assign_centre(blocks, a, centre, layer);
		a->graph[layer] = a->around[centre];
	}
}

/* The edges of graph `at`: those at any of its centres. Returns how many. */
static size_t list_blocks(const brc_blocks *blocks, const locals *a, size_t at)
{
	size_t n = 0;

	for (size_t b = 0; b < blocks->n; b++)
		if (a->around[blocks->block[b].from] == at || a->around[blocks->block[b].to] == at)
			a->block[n++] = b;
	return n;
}

/* "fc1", "fc1, fc2", "fc1, fc2 and 3 more" */
static brc_rc name_graph(const brc_layers *layers, brc_laplacian_graph *g, brc_err *err)
{
	brc_str s = {0};

	brc_str_add(&s, layers->name[g->kept[0]]);
	if (g->n_kept > 1)
		brc_str_addf(&s, ", %s", layers->name[g->kept[1]]);
	if (g->n_kept > 2)
		brc_str_addf(&s, " and %zu more", g->n_kept - 2);
	if (!s.failed)
		g->name = brc_strdup(s.s, err);
	brc_str_free(&s);
	return g->name ? BRC_OK : brc_fail(err, BRC_RESOURCE, "out of memory");
}

/* Append graph `at`, unless it has no edges. */
static brc_rc add_local(brc_laplacian *l, const locals *a, size_t at, brc_err *err)
{
	brc_laplacian_graph *g = &l->graph[l->n];
	size_t n_members, n_blocks = list_blocks(&l->blocks, a, at);

	neighbours(&l->blocks, a->centre[a->first[at]], a->member, &n_members);
	BRC_TRY(brc_graph_init(&g->graph, &l->blocks, a->member, n_members, a->block, n_blocks,
			       err));
	if (g->graph.connected == 0) {
		brc_graph_clear(&g->graph);
		return BRC_OK;
	}
	l->n++;
	BRC_TRY(BRC_ARRAY(g->kept, l->blocks.layers.n, err));
	for (size_t layer = 0; layer < l->blocks.layers.n; layer++) {
		if (a->graph[layer] != at)
			continue;
		g->kept[g->n_kept++] = layer;
		l->labelled[layer] = true;
	}
	return name_graph(&l->blocks.layers, g, err);
}

static brc_rc add_locals(brc_laplacian *l, brc_err *err)
{
	size_t layers = l->blocks.layers.n, blocks = l->blocks.n;
	locals a = {.centre = brc_alloc(layers, sizeof(size_t), err),
		    .graph = brc_alloc(layers, sizeof(size_t), err),
		    .around = brc_alloc(layers, sizeof(size_t), err),
		    .first = brc_alloc(layers, sizeof(size_t), err),
		    .mark = brc_alloc(layers, sizeof(uint64_t), err),
		    .member = brc_alloc(blocks + 1, 2 * sizeof(size_t), err),
		    .block = brc_alloc(blocks, sizeof(size_t), err)};
	bool made = a.centre && a.graph && a.around && a.first && a.mark && a.member && a.block;
	brc_rc rc = made ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK)
		assign_layers(&l->blocks, &a);
	for (size_t at = 0; rc == BRC_OK && at < a.n; at++)
		rc = add_local(l, &a, at, err);
	free(a.centre);
	free(a.graph);
	free(a.around);
	free(a.first);
	free(a.mark);
	free(a.member);
	free(a.block);
	return rc;
}

brc_rc brc_laplacian_local(brc_laplacian *l, const brc_blocks *blocks, const char *source,
			   const char *what, brc_err *err)
{
	brc_rc rc = start(l, blocks, source, true, blocks->layers.n, err);

	BRC_THEN(rc, add_locals(l, err));
	if (rc == BRC_OK && l->n == 0)
		rc = no_edges(source, what, err);
	if (rc != BRC_OK)
		brc_laplacian_clear(l);
	return rc;
}
