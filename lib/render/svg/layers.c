/* A network with branches: a row for each layer, and an arc from each layer to those it feeds. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "render/words/escape.h"
#include "render/svg/svg.h"

enum {
	ROW = 19,
	NAMES = 150,       /* left edge of the names; arcs lie before it */
	NAME_COLUMNS = 56, /* longer names are cut; the row's title has the whole name */
	COLUMN = 8,        /* width of a letter, about */
	FEEDERS_TOLD = 12
};

static double middle(size_t layer)
{
	return ((double)layer + 0.5) * ROW;
}

/*
 * A line joins layers that follow each other. An arc joins others; the farther apart they are, the
 * wider it is. A small loop joins a recurrent layer to itself.
 */
static void add_edge(brc_str *b, const brc_network *net, size_t e)
{
	double from = middle((size_t)net->units.from[e]), to = middle((size_t)net->units.to[e]);
	double x = NAMES - 14, reach = (NAMES - 22) * 4 / 3.0;
	double wide = reach * sqrt((to - from) / ((double)net->units.layers.n * ROW));

	if (net->units.to[e] == net->units.from[e])
		brc_str_addf(b, "M%.0f %.1fC%.0f %.1f %.0f %.1f %.0f %.1f", x - 2, from - 2, x - 16,
			     from - 9, x - 16, from + 9, x - 2, from + 2);
	else if (net->units.to[e] == net->units.from[e] + 1)
		brc_str_addf(b, "M%.0f %.1fV%.1f", x, from + 3, to - 3);
	else
		brc_str_addf(b, "M%.0f %.1fC%.1f %.1f %.1f %.1f %.0f %.1f", x - 3, from, x - wide,
			     from, x - wide, to, x - 3, to);
}

static size_t widest(const brc_layers *t)
{
	size_t most = 1;

	for (size_t i = 0; i < t->n; i++) {
		size_t columns = brc_escape_columns(t->name[i]);

		most = columns > most ? columns : most;
	}
	return most < NAME_COLUMNS ? most : NAME_COLUMNS;
}

/* A row, whose title names the layers that feed it in the order of the network. */
static void add_layer(brc_str *b, const brc_network *net, size_t i, size_t columns,
		      const size_t *feeder, size_t feeders)
{
	bool hidden = brc_layer_is_hidden(net, i);
	const char *name = net->units.layers.name[i];
	double y = middle(i);

	brc_htmlf(b, "<g><title>%s", name);
	for (size_t k = 0; k < feeders && k < FEEDERS_TOLD; k++) {
		brc_str_add(b, k ? ", " : ", fed by ");
		brc_escape_html(b, net->units.layers.name[feeder[k]]);
	}
	if (feeders > FEEDERS_TOLD)
		brc_str_addf(b, " and %zu more", feeders - FEEDERS_TOLD);
	brc_str_addf(b, "</title><circle class=\"%s\" cx=\"%d\" cy=\"%.1f\" r=\"3\"/>",
		     hidden ? "hit" : "null", NAMES - 14, y);
	brc_str_addf(b, "<text x=\"%d\" y=\"%.1f\"%s>", NAMES, y + 4,
		     hidden ? " class=\"name\"" : "");
	brc_escape_html_cell(b, name, columns);
	brc_htmlf(b, "</text><text x=\"%zu\" y=\"%.1f\" class=\"soft\">%zu %s</text></g>",
		  NAMES + columns * COLUMN + 12, y + 4, net->units.layers.units[i],
		  net->units.kind[i]);
}

/* The edges by the layer that they lead to: those to layer i are feeder[first[i]] and on. */
static brc_rc sort_edges(const brc_network *net, size_t **first, size_t **feeder, brc_err *err)
{
	*first = brc_calloc(net->units.layers.n + 2, sizeof(**first), err);
	*feeder = brc_calloc(net->units.n_edges, sizeof(**feeder), err);
	if (!*first || !*feeder)
		return BRC_RESOURCE;
	for (size_t e = 0; e < net->units.n_edges; e++)
		(*first)[net->units.to[e] + 2]++;
	for (size_t i = 2; i < net->units.layers.n + 2; i++)
		(*first)[i] += (*first)[i - 1];
	for (size_t e = 0; e < net->units.n_edges; e++)
		(*feeder)[(*first)[net->units.to[e] + 1]++] = (size_t)net->units.from[e];
	return BRC_OK;
}

brc_rc brc_svg_wiring(brc_str *b, const brc_network *net, brc_err *err)
{
	const size_t n = net->units.layers.n, columns = widest(&net->units.layers);
	size_t *first, *feeder;
	brc_rc rc = sort_edges(net, &first, &feeder, err);

	if (rc == BRC_OK) {
		brc_str_addf(
			b,
			"<svg viewBox=\"0 0 %zu %zu\" width=\"%zu\" class=\"wiring\" role=\"img\" "
			"aria-label=\"%zu layers and what feeds them\"><path class=\"edge\" d=\"",
			NAMES + columns * COLUMN + 130, n * ROW, NAMES + columns * COLUMN + 130, n);
		for (size_t e = 0; e < net->units.n_edges && e < BRC_WIRING_EDGES; e++)
			add_edge(b, net, e);
		brc_str_add(b, "\"/>");
		for (size_t i = 0; i < n; i++)
			add_layer(b, net, i, columns, feeder + first[i], first[i + 1] - first[i]);
		brc_str_add(b, "</svg>\n");
	}
	free(first);
	free(feeder);
	return rc;
}
