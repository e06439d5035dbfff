#include "study/match_graph.h"

#include <string.h>

#include "sections/edge_origin.h"

static bool is_graph(const brc_section *s)
{
	return strcmp(s->type, "laplacian") == 0 || strcmp(s->type, "weights") == 0 ||
	       strcmp(s->type, "affinity") == 0;
}

/* Of the incoming stream: the only one, or the one of this name. */
static brc_rc choose(const brc_section **out, const char *name, const brc_filter *f, brc_err *err)
{
	const brc_section *const *all;
	const size_t n = brc_filter_sections(f, &all);
	size_t found = 0, named = 0;

	for (size_t i = 0; i < n; i++) {
		const bool is = is_graph(all[i]) && strcmp(all[i]->name, name) == 0;

		if (is || (is_graph(all[i]) && named == 0))
			*out = all[i];
		found += is_graph(all[i]);
		named += is;
	}
	if (named == 1 || (named == 0 && found == 1))
		return BRC_OK;
	if (found == 0)
		brc_fail(err, BRC_DATA,
			 "controls cannot be matched without the graph of the labels, and the "
			 "stream has none");
	else
		brc_fail(err, BRC_DATA,
			 "the stream has %zu graphs, and it is not clear which of them made the "
			 "labels '%s'",
			 found, name);
	return brc_hint(err, "give a stream with the graph with --graph FILE: what laplacian, "
			     "extract-weights or corr wrote; or let spectral hand it on with "
			     "--keep");
}

static brc_rc from_edges(brc_match_graph *g, const brc_section *s, bool local, brc_err *err)
{
	brc_edge_origin origin;
	char title[256];
	const char *source;

	brc_section_title(s, title, sizeof(title));
	BRC_TRY(brc_edge_origin_read(&origin, s, err));
	source = brc_edge_origin_source(&origin);
	BRC_TRY(brc_blocks_read(&g->blocks, s, err));
	return local ? brc_laplacian_local(&g->graph, &g->blocks, source, title, err)
		     : brc_laplacian_global(&g->graph, &g->blocks, source, title, err);
}

static void tell(const brc_match_graph *g, const brc_labels *labels, const brc_cli *cli)
{
	if (labels->source[0] && strcmp(labels->source, g->graph.source) != 0)
		brc_cli_note(cli,
			     "warning: the labels were made from %s, and controls are matched in a "
			     "graph of %s",
			     labels->source, g->graph.source);
	else if (labels->mode != BRC_LABELS_IMPORTED &&
		 (labels->mode == BRC_LABELS_LOCAL) != g->graph.local)
		brc_cli_note(
			cli, "warning: the labels are %s, and controls are matched in a %s graph",
			brc_labels_mode_name(labels->mode), g->graph.local ? "local" : "global");
}

brc_rc brc_match_graph_read(brc_match_graph *g, const char *path, const brc_labels *labels,
			    const char *name, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *s = NULL;
	brc_rc rc;

	memset(g, 0, sizeof(*g));
	if (path) {
		brc_filter_prefer(f, BRC_MATCH_GRAPHS, name, NULL, "graph");
		BRC_TRY(brc_filter_side(f, "graph", path, BRC_MATCH_GRAPHS, BRC_BLOCKS_VERSION, &s,
					err));
	} else {
		BRC_TRY(choose(&s, name, f, err));
	}
	rc = strcmp(s->type, "laplacian") == 0
		     ? brc_laplacian_read(&g->graph, s, err)
		     : from_edges(g, s, labels->mode == BRC_LABELS_LOCAL, err);
	if (rc == BRC_OK)
		tell(g, labels, cli);
	else
		brc_match_graph_clear(g);
	return rc;
}

void brc_match_graph_clear(brc_match_graph *g)
{
	brc_laplacian_clear(&g->graph);
	brc_blocks_clear(&g->blocks);
	memset(g, 0, sizeof(*g));
}
