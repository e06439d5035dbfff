#include "graph/laplacian.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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

/* The blocks that touch `centre` and their layers, ascending, in block[] and member[]. */
static void neighbourhood(const brc_blocks *blocks, size_t centre, size_t *block, size_t *n_blocks,
			  size_t *member, size_t *n_members)
{
	*n_blocks = 0;
	*n_members = 0;
	member[(*n_members)++] = centre;
	for (size_t b = 0; b < blocks->n; b++) {
		const brc_block *e = &blocks->block[b];

		if (e->from != centre && e->to != centre)
			continue;
		block[(*n_blocks)++] = b;
		if (e->from != e->to)
			member[(*n_members)++] = e->from == centre ? e->to : e->from;
	}
	qsort(member, *n_members, sizeof(*member), by_index);
}

/* Append the graph of one layer, unless it has no edges. lists: [2 * blocks + 1]. */
static brc_rc add_local(brc_laplacian *l, size_t layer, size_t *lists, brc_err *err)
{
	brc_laplacian_graph *g = &l->graph[l->n];
	size_t *block = lists, *member = lists + l->blocks.n, n_blocks, n_members;

	neighbourhood(&l->blocks, centre_of(&l->blocks, layer), block, &n_blocks, member,
		      &n_members);
	BRC_TRY(brc_graph_init(&g->graph, &l->blocks, member, n_members, block, n_blocks, err));
	if (g->graph.connected == 0) {
		brc_graph_clear(&g->graph);
		return BRC_OK;
	}
	l->n++;
	g->name = brc_strdup(l->blocks.layers.name[layer], err);
	g->kept = brc_alloc(1, sizeof(*g->kept), err);
	if (!g->name || !g->kept)
		return BRC_RESOURCE;
	g->kept[0] = layer;
	g->n_kept = 1;
	l->labelled[layer] = true;
	return BRC_OK;
}

brc_rc brc_laplacian_local(brc_laplacian *l, const brc_blocks *blocks, const char *source,
			   const char *what, brc_err *err)
{
	size_t *lists = brc_alloc(2 * blocks->n + 1, sizeof(*lists), err);
	brc_rc rc = lists ? start(l, blocks, source, true, blocks->layers.n, err) : BRC_RESOURCE;

	if (!lists)
		memset(l, 0, sizeof(*l));
	for (size_t layer = 0; layer < blocks->layers.n && rc == BRC_OK; layer++)
		rc = add_local(l, layer, lists, err);
	if (rc == BRC_OK && l->n == 0)
		rc = no_edges(source, what, err);
	if (rc != BRC_OK)
		brc_laplacian_clear(l);
	free(lists);
	return rc;
}
