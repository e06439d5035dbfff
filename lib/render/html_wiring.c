/* The layers of a network and what feeds them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/html.h"

enum { FEEDERS_SHOWN = 8 };

/* layer/role and layer/kind of a units section, when they are there. */
static const char *layer_word(const brc_network *net, const char *column, size_t i, char *buf,
			      size_t cap)
{
	const brc_tensor *t = net->units ? brc_section_tensor(net->units, column) : NULL;

	if (!t || t->ndim != 1 || t->shape[0] != net->layers.n || t->dtype[1] != 'S')
		return "";
	return brc_tensor_text(t, i, buf, cap);
}

/* The edges by the layer that they lead to: those to layer i are feeder[first[i]] and on. */
typedef struct {
	size_t *first, *feeder, *depth; /* depth: edges of the longest way from an input */
} feeders;

static void feeders_clear(feeders *f)
{
	free(f->first);
	free(f->feeder);
	free(f->depth);
}

static brc_rc feeders_fill(feeders *f, const brc_network *net, brc_err *err)
{
	size_t n = net->layers.n;

	*f = (feeders){brc_calloc(n + 2, sizeof *f->first, err),
		       brc_calloc(net->edges, sizeof *f->feeder, err),
		       brc_calloc(n, sizeof *f->depth, err)};
	if (!f->first || !f->feeder || !f->depth)
		return BRC_RESOURCE;
	for (size_t e = 0; e < net->edges; e++)
		f->first[net->to[e] + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		f->first[i] += f->first[i - 1];
	for (size_t e = 0; e < net->edges; e++)
		f->feeder[f->first[net->to[e] + 1]++] = (size_t)net->from[e];
	for (size_t i = 0; i < n; i++) /* feeders stand before what they feed */
		for (size_t k = f->first[i]; k < f->first[i + 1]; k++)
			if (f->depth[i] <= f->depth[f->feeder[k]])
				f->depth[i] = f->depth[f->feeder[k]] + 1;
	return BRC_OK;
}

/* An arrow from the layers that feed layer i. */
static void add_feeders(brc_page *page, const brc_network *net, const feeders *f, size_t i)
{
	size_t n = f->first[i + 1] - f->first[i];

	if (n == 0)
		return;
	brc_str_add(page->b, "<br><small>\xE2\x86\x90 ");
	for (size_t k = 0; k < n && k < FEEDERS_SHOWN; k++) {
		char title[1024];

		brc_str_add(page->b, k ? ", " : "");
		brc_html_text(page, brc_layer_title(net->layers.name[f->feeder[f->first[i] + k]],
						    title, sizeof title));
	}
	if (n > FEEDERS_SHOWN)
		brc_str_addf(page->b, " and %zu more", n - FEEDERS_SHOWN);
	brc_str_add(page->b, "</small>");
}

/* `f`: NULL where what feeds a layer need not be said. */
static void add_layer(brc_page *page, const brc_network *net, const brc_layers *t, const feeders *f,
		      size_t i)
{
	char buf[128], title[1024];
	const char *role = layer_word(net, "layer/role", i, buf, sizeof buf);

	brc_str_addf(page->b, "<li class=\"%s\"><b>",
		     strcmp(role, "hidden") == 0 || !role[0] ? "hidden" : "edge");
	brc_html_text(page, brc_layer_title(t->name[i], title, sizeof title));
	brc_str_addf(page->b, "</b> %zu unit%s <span>", t->units[i], t->units[i] == 1 ? "" : "s");
	brc_html_text(page, layer_word(net, "layer/kind", i, buf, sizeof buf));
	brc_str_add(page->b, "</span>");
	if (f)
		add_feeders(page, net, f, i);
	brc_str_add(page->b, "</li>\n");
}

/* One row for each depth. */
static void add_rows(brc_page *page, const brc_network *net, const feeders *f)
{
	const brc_layers *t = &net->layers;
	const size_t *depth = f->depth;
	size_t deepest = 0;

	for (size_t i = 0; i < t->n; i++)
		deepest = depth[i] > deepest ? depth[i] : deepest;
	brc_str_add(page->b, "<ol class=\"wiring\">\n");
	for (size_t d = 0; d <= deepest; d++) {
		brc_str_add(page->b, "<li><ol class=\"layers unknown\">\n");
		for (size_t i = 0; i < t->n; i++)
			if (depth[i] == d)
				add_layer(page, net, t, f, i);
		brc_str_add(page->b, "</ol></li>\n");
	}
	brc_str_add(page->b, "</ol>\n");
}

brc_rc brc_html_wiring(brc_page *page, const brc_network *net)
{
	const brc_layers *t = net->units              ? &net->layers
			      : net->n_labellings > 0 ? &net->labelling[0].layers
						      : NULL;

	if (!t || t->n == 0)
		return BRC_OK;
	if (net->wiring == BRC_WIRING_BRANCHED) {
		feeders f;
		brc_rc rc = feeders_fill(&f, net, page->err);

		if (rc == BRC_OK)
			add_rows(page, net, &f);
		feeders_clear(&f);
		return rc;
	}
	brc_str_addf(page->b, "<ol class=\"layers%s\">\n",
		     net->wiring == BRC_WIRING_CHAIN ? "" : " unknown");
	for (size_t i = 0; i < t->n; i++)
		add_layer(page, net, t, NULL, i);
	brc_str_add(page->b, "</ol>\n");
	return BRC_OK;
}
