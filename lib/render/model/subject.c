/*
 * What a report is about: a neural network, or a graph of other things, which was made of series or
 * came from another program.
 */
#include <string.h>

#include "render/model/model.h"

enum { MEMBERS_SHOWN = 200 };

static bool of_graph(const char *source)
{
	return strcmp(source, "series") == 0 || strcmp(source, "imported") == 0;
}

bool brc_is_graph(const brc_network *net)
{
	bool found = false;

	if (net->model || net->has_exemplars || brc_network_lesioned(net))
		return false;
	for (size_t i = 0; i < net->n_labellings; i++)
		found |= of_graph(net->labelling[i].labels.source);
	for (size_t i = 0; i < net->n_clusterability; i++)
		found |= of_graph(net->clusterability[i].source);
	return found;
}

const char *brc_subject(const brc_network *net)
{
	return brc_is_graph(net) ? "graph" : "network";
}

bool brc_is_of_graphs(const brc_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!brc_is_graph(&r->network[i]))
			return false;
	return r->n > 0;
}

const char *brc_source_title(const char *source)
{
	static const char *const title[][2] = {{"affinity", "correlations of activations"},
					       {"series", "correlations of series"},
					       {"imported", "an imported graph"}};

	for (size_t i = 0; i < sizeof(title) / sizeof(*title); i++)
		if (strcmp(source, title[i][0]) == 0)
			return title[i][1];
	return source;
}

void brc_members(brc_str *out, const brc_labelling *l, const brc_group *g)
{
	char *const *name = l->unit_name + l->layers.first[g->layer];

	for (size_t i = 0; i < g->size && i < MEMBERS_SHOWN; i++)
		brc_str_addf(out, "%s%s", i ? ", " : "", name[g->unit[i]]);
	if (g->size > MEMBERS_SHOWN)
		brc_str_addf(out, " and %zu more", g->size - MEMBERS_SHOWN);
}
