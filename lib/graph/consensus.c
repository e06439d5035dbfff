#include "graph/consensus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/ncut.h"
#include "linalg/linkage.h"
#include "linalg/numbering.h"

/* The connected units of a graph: their labels in the copies, and their groups. */
typedef struct consensus {
	size_t n, copies, k;
	int32_t *label; /* [copies, n] */
	int32_t *group; /* [n] */
	float *apart;   /* [n, n] share of copies in which two units are apart */
	size_t *unit;   /* [n] in the graph */
	size_t *flat;   /* [n] among the units of all layers */
	double *member; /* [n] */
} consensus;

static void clear(consensus *x)
{
	free(x->label);
	free(x->group);
	free(x->apart);
	free(x->unit);
	free(x->flat);
	free(x->member);
}

static brc_rc check(const brc_laplacian_graph *x, brc_err *err)
{
	if (x->n_kept != x->graph.n_members) {
		brc_fail(err, BRC_DATA,
			 "--consensus: graph %s has units that take their labels from other graphs",
			 x->name);
		return brc_hint(err, "laplacian without --local");
	}
	if (x->graph.connected <= BRC_CONSENSUS_UNITS)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "--consensus: graph %s has %zu connected units; at most %d do",
		 x->name, x->graph.connected, BRC_CONSENSUS_UNITS);
	return brc_hint(err, "leave out --consensus");
}

static brc_rc gather(consensus *x, const brc_evidence *e, const brc_laplacian *l, size_t set,
		     size_t g, const brc_consensus_options *o, brc_err *err)
{
	const brc_graph *graph = &l->graph[g].graph;
	size_t n = graph->connected;

	*x = (consensus){.n = n, .copies = o->copies, .k = e->k[set * e->graphs + g]};
	BRC_TRY(brc_mem_need(brc_times(n * 4, n + o->copies), o->mem, "co-assignments", err));
	BRC_TRY(BRC_ARRAY(x->label, x->copies * n, err));
	BRC_TRY(BRC_ARRAY(x->group, n, err));
	BRC_TRY(BRC_ARRAY(x->apart, n * n, err));
	BRC_TRY(BRC_ARRAY(x->unit, n, err));
	BRC_TRY(BRC_ARRAY(x->flat, n, err));
	BRC_TRY(BRC_ZEROED(x->member, n, err));
	for (size_t v = 0; v < n; v++) {
		size_t u = graph->unit[v];
		size_t m = brc_last_below(graph->first, graph->n_members, u);

		x->unit[v] = u;
		x->flat[v] = l->blocks.layers.first[graph->member[m]] + u - graph->first[m];
		for (size_t c = 0; c < x->copies; c++)
			x->label[c * n + v] =
				e->copy[(set * e->copies + c) * e->units + x->flat[v]];
	}
	return BRC_OK;
}

static bool together(const consensus *x, size_t c, size_t u, size_t v)
{
	int32_t a = x->label[c * x->n + u];

	return a >= 0 && a == x->label[c * x->n + v];
}

static void compare_units(consensus *x)
{
	for (size_t u = 0; u < x->n; u++)
		for (size_t v = u; v < x->n; v++) {
			size_t count = 0;

			for (size_t c = 0; c < x->copies; c++)
				count += together(x, c, u, v);
			x->apart[u * x->n + v] = x->apart[v * x->n + u] =
				u == v ? 0 : 1 - (float)count / (float)x->copies;
		}
}

/* The mean share of copies in which a unit is with each other unit of its group. */
static brc_rc find_members(consensus *x, brc_err *err)
{
	size_t *size = brc_calloc(x->k, sizeof(*size), err);
	size_t *count = brc_calloc(x->k * x->k, sizeof(*count), err); /* by group and label */
	brc_rc rc = size && count ? BRC_OK : BRC_RESOURCE;

	for (size_t v = 0; rc == BRC_OK && v < x->n; v++)
		size[x->group[v]]++;
	for (size_t c = 0; rc == BRC_OK && c < x->copies; c++) {
		const int32_t *label = x->label + c * x->n;

		memset(count, 0, x->k * x->k * sizeof(*count));
		for (size_t v = 0; v < x->n; v++)
			if (label[v] >= 0)
				count[(size_t)x->group[v] * x->k + (size_t)label[v]]++;
		for (size_t v = 0; v < x->n; v++)
			if (label[v] >= 0 && size[x->group[v]] > 1)
				x->member[v] += (double)(count[(size_t)x->group[v] * x->k +
							       (size_t)label[v]] -
							 1) /
						(double)(size[x->group[v]] - 1);
	}
	for (size_t v = 0; rc == BRC_OK && v < x->n; v++)
		x->member[v] /= (double)x->copies;
	free(size);
	free(count);
	return rc;
}

/* The core becomes the labels. */
static brc_rc keep_core(const consensus *x, const brc_graph *g, const brc_consensus_options *o,
			brc_clustering *c, double *membership, brc_err *err)
{
	brc_numbering *work = brc_alloc(c->k, sizeof(*work), err);
	size_t kept = 0, largest = 0;

	BRC_TRY(brc_made(work));
	for (size_t v = 0; v < x->n; v++) {
		bool in = x->member[v] >= o->core;

		membership[x->flat[v]] = x->member[v];
		c->label[x->unit[v]] = in ? x->group[v] : -1;
		kept += in;
	}
	brc_number_by_size(c->label, g->n, c->k, work);
	free(work);
	for (size_t u = 0; u < g->n; u++)
		if (c->label[u] >= 0 && (size_t)c->label[u] + 1 > largest)
			largest = (size_t)c->label[u] + 1;
	c->empty = c->k - largest;
	brc_clustering_warn(c,
			    "consensus of %zu partitions: %zu of %zu connected units (%.0f %%) are "
			    "in a core of %g, the others in no group",
			    x->copies, kept, x->n, 100 * (double)kept / (double)x->n, o->core);
	BRC_TRY(brc_ncut(g, c->label, c->k, o->epsilon, &c->ncut, err));
	c->in_out = brc_ncut_in_out(c->ncut, c->k);
	c->lower_bound = NAN; /* groups may be empty */
	return BRC_OK;
}

brc_rc brc_consensus_make(const brc_evidence *e, const brc_laplacian *l, size_t set, size_t g,
			  const brc_consensus_options *o, brc_clustering *c, double *membership,
			  brc_err *err)
{
	consensus x = {0};
	brc_rc rc = check(&l->graph[g], err);

	BRC_THEN(rc, gather(&x, e, l, set, g, o, err));
	if (rc == BRC_OK)
		compare_units(&x);
	BRC_THEN(rc, brc_linkage_cut(x.apart, x.n, x.k, x.group, err));
	BRC_THEN(rc, find_members(&x, err));
	BRC_THEN(rc, keep_core(&x, &l->graph[g].graph, o, c, membership, err));
	clear(&x);
	return rc;
}
