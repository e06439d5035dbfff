/* The layers of a network and what feeds them. */
#include "render/html/parts.h"
#include "render/svg/svg.h"

enum { ROWS_OPEN = 40, ROWS_MAX = 1000 };

/* A drawing; folded when it is long. */
static brc_rc add_branches(brc_page *page, const brc_network *net)
{
	brc_rc rc;

	brc_html(page,
		 "<details class=\"branches\"%s><summary>%zu layers, and what feeds each: arcs "
		 "lead down",
		 net->units.layers.n <= ROWS_OPEN ? " open" : "", net->units.layers.n);
	if (net->units.n_edges > BRC_WIRING_EDGES)
		brc_html(page, " (%d of %zu)", BRC_WIRING_EDGES, net->units.n_edges);
	brc_html(page, "</summary>\n<div class=\"wide\">");
	rc = brc_svg_wiring(page->b, net, page->err);
	brc_html(page, "</div></details>\n");
	return rc;
}

brc_rc brc_html_wiring(brc_page *page, const brc_network *net)
{
	const brc_layers *t = brc_network_layers(net);

	if (!t || t->n == 0)
		return BRC_OK;
	if (net->wiring == BRC_WIRING_BRANCHED && t->n <= ROWS_MAX)
		return add_branches(page, net);
	brc_html(page, "<ol class=\"layers%s\">\n",
		 net->wiring == BRC_WIRING_CHAIN ? "" : " unknown");
	for (size_t i = 0; i < t->n; i++) {
		char title[1024];

		brc_html(page, "<li class=\"%s\"><b>%s</b> %s <span>%s</span></li>\n",
			 brc_layer_is_hidden(net, i) ? "hidden" : "edge",
			 brc_layer_title(t->name[i], title, sizeof(title)),
			 brc_format_count(t->units[i], "unit", "units").s,
			 net->has_units && !brc_is_graph(net) ? net->units.kind[i] : "");
	}
	brc_html(page, "</ol>\n");
	return BRC_OK;
}
