/* How the network was partitioned: the graphs, the evidence for k, eigenvalues, the affinity. */
#include <math.h>

#include "render/html/parts.h"
#include "render/svg/svg.h"

enum { GRAPH_ROWS = 40, CHOICES_SHOWN = 12 };

/* The largest residual of the eigenvalues that were used, the first k. */
static double residual(const brc_graph_result *g)
{
	double most = NAN;

	for (size_t i = 0; g->residual && i < g->pairs && i < g->k; i++)
		most = fmax(most, g->residual[i]);
	return most;
}

static void add_graphs(brc_page *page, const brc_labelling *l)
{
	if (l->n_graphs == 0)
		return;
	brc_html_table(page, "",
		       "graph|#k|#n-cut|#lower bound|#inside / "
		       "between|#starts|#units|#components|#isolated|#residual");
	for (size_t i = 0; i < l->n_graphs && i < GRAPH_ROWS; i++) {
		const brc_graph_result *g = &l->graph[i];

		brc_html(page, "<tr><th scope=\"row\">");
		brc_html_name(page, g->name);
		brc_html(page, "</th>");
		brc_html_count(page, g->k);
		brc_html_cell(page, brc_format_fixed(g->ncut, 3));
		brc_html_cell(page, brc_format_fixed(g->lower_bound, 3));
		brc_html_cell(page, brc_format_number(g->in_out, 3));
		brc_html_cell(page, brc_format_fixed(g->starts, 2));
		brc_html_count(page, g->units);
		brc_html_count(page, g->components);
		brc_html_count(page, g->isolated);
		brc_html_cell(page, brc_format_number(residual(g), 1));
		brc_html(page, "</tr>\n");
	}
	brc_html_table_end(page);
	if (l->n_graphs > GRAPH_ROWS)
		brc_html(page, "<p class=\"note\">%zu graphs more are in the JSON report.</p>\n",
			 l->n_graphs - GRAPH_ROWS);
}

/* The evidence for each k, with one drawing for each graph. */
static void add_choices(brc_page *page, const brc_labelling *l)
{
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < l->n_graphs; i++) {
		const brc_graph_result *g = &l->graph[i];

		if (g->choices == 0 || all++ >= CHOICES_SHOWN)
			continue;
		if (shown++ == 0)
			brc_html(page,
				 "<h4>What speaks for each k</h4>\n<p class=\"note\">Bars: the gap "
				 "from eigenvalue k to k + 1; the line: how far partitions from "
				 "other "
				 "starts agree, from 0 to 1; "
				 "filled: the k that was taken.</p>\n<div class=\"drawings\">\n");
		brc_svg_choice(page->b, g, l->n_graphs > 1 ? g->name : "");
	}
	if (shown > 0)
		brc_html(page, "</div>\n");
	if (all > shown)
		brc_html(page,
			 "<p class=\"note\">The first %zu of %zu graphs; all are in the JSON "
			 "report.</p>\n",
			 shown, all);
}

static brc_rc add_drawings(brc_page *page, const brc_labelling *l)
{
	size_t eigenvalues = 0;

	for (size_t i = 0; i < l->n_graphs; i++)
		eigenvalues += l->graph[i].pairs > 0;
	if (!eigenvalues && l->spectrum.bins == 0)
		return BRC_OK;
	brc_html(page, "<div class=\"pair\">\n");
	if (eigenvalues) {
		brc_html(page, "<div><h4>Eigenvalues</h4><p>Smallest eigenvalues of the normalised "
			       "Laplacian. A gap after the k-th supports k clusters.");
		if (eigenvalues > BRC_CHART_GRAPHS)
			brc_html(page, " The first %d of %zu graphs.", BRC_CHART_GRAPHS,
				 eigenvalues);
		brc_html(page, "</p>\n");
		BRC_TRY(brc_chart_eigenvalues(page, l));
		brc_html(page, "</div>\n");
	}
	if (l->spectrum.bins > 0) {
		brc_html(page, "<div><h4>Affinity");
		if (l->n_graphs > 1) {
			brc_html(page, " of ");
			brc_html_name(page, l->graph[0].name);
		}
		brc_html(page, ", sorted by cluster</h4><p>Mean edge between bins of units; lines "
			       "separate clusters. Brightness is the square root of the edge, full "
			       "at the 99.5th percentile.</p>\n");
		BRC_TRY(brc_svg_affinity(page->b, l, page->err));
		brc_html(page, "</div>\n");
	}
	brc_html(page, "</div>\n");
	return BRC_OK;
}

brc_rc brc_html_partition(brc_page *page, const brc_place *at)
{
	const brc_labelling *l = at->l;

	if (l->n_graphs == 0 && l->spectrum.bins == 0)
		return BRC_OK;
	brc_html(page, "<h3>How the %s was cut</h3>\n", brc_subject(at->net));
	brc_html_notes(page, at->net, BRC_NOTE_PARTITION, at->labelling, "plain");
	add_graphs(page, l);
	add_choices(page, l);
	return add_drawings(page, l);
}
