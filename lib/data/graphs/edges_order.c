/*
 * Sorts a list of edges: ascending by the lower, then by the upper end, each pair once. There are
 * two stable passes of counting, as for compressed rows. They take O(edges + units), and memory for
 * a second list. A list that is already in order, as that of an exported graph is, is left as it
 * is.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/graphs/graph_formats.h"

static uint32_t lower(const brc_edge *e)
{
	return e->from < e->to ? e->from : e->to;
}

static uint32_t upper(const brc_edge *e)
{
	return e->from < e->to ? e->to : e->from;
}

/* Both ends as one number, by which edges are ordered. */
static uint64_t pair_of(const brc_edge *e)
{
	return (uint64_t)lower(e) << 32 | upper(e);
}

static bool in_order(const brc_edge_list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (pair_of(&l->edge[i - 1]) > pair_of(&l->edge[i]))
			return false;
	return true;
}

/* Sort by one end. Edges with the same end keep their order. start: [units + 1], any content. */
static void distribute(const brc_edge *in, size_t n, uint32_t (*end)(const brc_edge *),
		       size_t *start, size_t units, brc_edge *out)
{
	memset(start, 0, (units + 1) * sizeof(*start));
	for (size_t i = 0; i < n; i++)
		start[end(&in[i]) + 1]++;
	for (size_t u = 0; u < units; u++)
		start[u + 1] += start[u];
	for (size_t i = 0; i < n; i++)
		out[start[end(&in[i])]++] = in[i];
}

/* Entries of one pair come out in the order of their lines, as they were read. */
static brc_rc sort(brc_edge_list *l, brc_err *err)
{
	size_t units = brc_layers_total(&l->layers);
	brc_edge *other;
	size_t *start;
	brc_rc rc;

	if (in_order(l))
		return BRC_OK;
	BRC_TRY(brc_mem_need(2 * l->n * sizeof(*l->edge) + (units + 1) * sizeof(size_t), l->mem,
			     "the edges", err));
	other = brc_alloc(l->n, sizeof(*other), err);
	start = brc_alloc(units + 1, sizeof(*start), err);
	rc = other && start ? BRC_OK : BRC_RESOURCE;
	if (rc == BRC_OK) {
		distribute(l->edge, l->n, upper, start, units, other);
		distribute(other, l->n, lower, start, units, l->edge);
	}
	free(other);
	free(start);
	return rc;
}

/* Two entries of one pair: the same edge in both directions, with the same weight? */
static brc_rc check_twice(const brc_edge *a, const brc_edge *b, const char *name, brc_err *err)
{
	if (a->from == b->from)
		return brc_fail(err, BRC_DATA, "%s: line %u: the edge of line %u stands here again",
				name, b->line, a->line);
	if (a->weight == b->weight)
		return BRC_OK;
	brc_fail(
		err, BRC_DATA,
		"%s: line %u: the edge of line %u has the weight %g in the other direction, not %g",
		name, b->line, a->line, (double)b->weight, (double)a->weight);
	return brc_hint(err, "a graph is undirected: make the matrix symmetric first");
}

brc_rc brc_edges_order(brc_edge_list *l, const char *name, brc_err *err)
{
	size_t kept = 0;

	BRC_TRY(sort(l, err));
	for (size_t i = 0, j; i < l->n; i = j) {
		brc_edge e = l->edge[i];

		for (j = i + 1; j < l->n && pair_of(&e) == pair_of(&l->edge[j]); j++)
			;
		if (j - i > 2)
			return brc_fail(err, BRC_DATA,
					"%s: line %u: the edge of line %u stands here a third time",
					name, l->edge[i + 2].line, e.line);
		if (j - i == 2)
			BRC_TRY(check_twice(&e, &l->edge[i + 1], name, err));
		l->edge[kept++] = (brc_edge){lower(&e), upper(&e), e.weight, 0};
	}
	l->n = kept;
	return BRC_OK;
}
