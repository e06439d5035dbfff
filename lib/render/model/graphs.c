/* The graphs that were clustered: from the records and tables of spectrum/1, or of labels/1. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "render/model/model.h"

static double number(const brc_map *record, const char *key)
{
	double v = NAN;

	brc_map_double(record, key, &v);
	return v;
}

static size_t count(const brc_map *record, const char *key)
{
	size_t v = 0;

	brc_map_size(record, key, &v);
	return v;
}

/* Column graph/<index>/`what` of n entries (BRC_ANY: any number), or NULL when absent. */
static brc_rc column(const brc_graph_summary *g, const brc_section *spectrum, const char *what,
		     const char *dtype, size_t n, const brc_tensor **t, brc_err *err)
{
	char name[BRC_NAME_MAX];

	*t = NULL;
	snprintf(name, sizeof(name), "graph/%zu/%s", g->index, what);
	if (!spectrum || !brc_section_tensor(spectrum, name))
		return BRC_OK;
	return brc_section_need_column(spectrum, name, dtype, n, t, err);
}

static brc_rc read_eigenvalues(brc_graph_summary *g, const brc_section *spectrum, brc_err *err)
{
	const brc_tensor *t;

	BRC_TRY(column(g, spectrum, "eigenvalue", "<f8", BRC_ANY, &t, err));
	if (!t)
		return BRC_OK;
	g->eigenvalue = t->data;
	g->pairs = t->shape[0];
	BRC_TRY(column(g, spectrum, "residual", "<f8", g->pairs, &t, err));
	g->residual = t ? t->data : NULL;
	return BRC_OK;
}

/* What spoke for each k, where it was chosen: three columns, or none. */
static brc_rc read_choice(brc_graph_summary *g, const brc_section *spectrum, brc_err *err)
{
	const brc_tensor *k, *gap, *stability;

	BRC_TRY(column(g, spectrum, "choice/k", "<i4", BRC_ANY, &k, err));
	if (!k)
		return BRC_OK;
	BRC_TRY(column(g, spectrum, "choice/gap", "<f8", k->shape[0], &gap, err));
	BRC_TRY(column(g, spectrum, "choice/stability", "<f8", k->shape[0], &stability, err));
	if (!gap || !stability)
		return BRC_OK;
	g->choices = k->shape[0];
	g->choice_k = k->data;
	g->choice_gap = gap->data;
	g->choice_stability = stability->data;
	return BRC_OK;
}

brc_rc brc_graphs_collect(brc_labelling *l, brc_err *err)
{
	const brc_section *s = l->spectrum ? l->spectrum : l->labels_section;
	size_t n = s ? s->n_records : 0;

	l->graph = brc_calloc(n, sizeof(*l->graph), err);
	if (!l->graph)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		const brc_map *r = s->records[i];
		size_t index;

		if (!brc_map_size(r, "graph", &index))
			continue;
		brc_graph_summary *g = &l->graph[l->n_graphs++];
		*g = (brc_graph_summary){.name = brc_map_string(r, "name", ""),
					 .index = index,
					 .k = count(r, "k"),
					 .units = count(r, "units"),
					 .isolated = count(r, "isolated"),
					 .components = count(r, "components"),
					 .empty = count(r, "empty"),
					 .edges = number(r, "edges"),
					 .ncut = number(r, "ncut"),
					 .in_out = number(r, "in_out"),
					 .lower_bound = number(r, "lower_bound"),
					 .stability = number(r, "stability"),
					 .record = r};
		BRC_TRY(read_eigenvalues(g, l->spectrum, err));
		BRC_TRY(read_choice(g, l->spectrum, err));
	}
	return BRC_OK;
}

bool brc_stability_range(const brc_labelling *l, double range[2])
{
	range[0] = INFINITY;
	range[1] = -INFINITY;
	for (size_t i = 0; i < l->n_graphs; i++) {
		double s = l->graph[i].k > 1 ? l->graph[i].stability : NAN;

		if (isfinite(s)) {
			range[0] = fmin(range[0], s);
			range[1] = fmax(range[1], s);
		}
	}
	return range[0] <= range[1];
}
