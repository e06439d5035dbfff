/* How a labelling was made: the number of clusters and the seed, from labels and history. */
#include <string.h>

#include "render/model/model.h"

static bool wrote(const brc_map *entry, const char *digest)
{
	const brc_value *list = brc_map_get(entry, "writes");
	size_t n = list && list->type == BRC_V_LIST ? list->u.list.n : 0;

	for (size_t i = 0; i < n; i++) {
		const brc_value *v = &list->u.list.items[i];

		if (v->type == BRC_V_MAP &&
		    strcmp(brc_map_string(v->u.map, "digest", ""), digest) == 0)
			return true;
	}
	return false;
}

static void read_seed(brc_labelling *l, const brc_section *s, const brc_report_input *in)
{
	for (size_t i = 0; s->digest[0] && i < in->n_history && !l->has_seed; i++) {
		const brc_value *options = brc_map_get(in->history[i], "options");

		if (options && options->type == BRC_V_MAP && wrote(in->history[i], s->digest))
			l->has_seed = brc_map_int(options->u.map, "seed", &l->seed);
	}
}

void brc_labelling_find_seed(brc_labelling *l, const brc_report_input *in)
{
	const brc_section *s = l->labels_section ? l->labels_section : l->spectrum_section;

	if (l->labels_section)
		l->k = l->labels.k;
	for (size_t i = 0; !l->labels_section && i < l->n_graphs; i++)
		l->k = l->graph[i].k > l->k ? l->graph[i].k : l->k;
	if (s)
		read_seed(l, s, in);
}
