/* The charts that report.js draws with Chart.js, as data. */
#include <math.h>
#include <stdio.h>

#include "render/svg/svg.h"
#include "render/html/parts.h"
#include "render/words/json.h"

enum { NULL_BINS = 24 };

/* A canvas for the chart. The data of the chart go to the list of the page. Takes `chart`. */
static brc_rc place(brc_page *page, json_t *chart, const char *label)
{
	if (json_array_append_new(page->charts, chart) != 0)
		return brc_fail(page->err, BRC_RESOURCE, "out of memory for a chart");
	brc_html(page,
		 "<div class=\"chart\"><canvas id=\"chart-%zu\" role=\"img\" "
		 "aria-label=\"%s\"></canvas><noscript><p class=\"note\">This chart needs "
		 "JavaScript; its numbers are in the tables.</p></noscript></div>",
		 json_array_size(page->charts) - 1, label);
	return BRC_OK;
}

static json_t *point(double x, double y)
{
	return json_pack("{s:o,s:o}", "x", brc_json_number(x), "y", brc_json_number(y));
}

brc_rc brc_chart_clusterability(brc_page *page, const brc_network *net, const brc_clusterability *c)
{
	brc_histogram h;
	json_t *points;
	char label[256];

	if (!c->ncut)
		return BRC_OK;
	brc_histogram_fill(&h, c->ncut, c->shuffles, 1, c->observed, NULL_BINS);
	if (h.bins == 0)
		return BRC_OK;
	points = json_array();
	for (size_t i = 0; i < h.bins; i++)
		brc_json_append(&points, point(h.low + (double)i * h.width, (double)h.count[i]));
	brc_json_append(&points, point(h.low + (double)h.bins * h.width, 0));
	snprintf(label, sizeof(label),
		 "Histogram of the n-cut of %zu null %ss; this %s's n-cut is %.5g", c->shuffles,
		 brc_subject(net), brc_subject(net), c->observed);
	return place(page,
		     json_pack("{s:s,s:s,s:o,s:o}", "kind", "clusterability", "subject",
			       brc_subject(net), "points", points, "observed",
			       brc_json_number(c->observed)),
		     label);
}

brc_rc brc_chart_eigenvalues(brc_page *page, const brc_labelling *l)
{
	json_t *series = json_array();
	size_t shown = 0;

	for (size_t i = 0; i < l->n_graphs && shown < BRC_CHART_GRAPHS; i++) {
		const brc_graph_result *g = &l->graph[i];

		if (g->pairs == 0)
			continue;
		brc_json_append(&series, json_pack("{s:o,s:o,s:o}", "name", brc_json_text(g->name),
						   "k", brc_json_count(g->k), "values",
						   brc_json_numbers(g->eigenvalue, g->pairs, 1)));
		shown++;
	}
	if (shown == 0) {
		json_decref(series);
		return BRC_OK;
	}
	return place(page, json_pack("{s:s,s:o}", "kind", "eigenvalues", "series", series),
		     "Smallest eigenvalues of the normalised Laplacian, k marked");
}

static json_t *effect_point(const brc_place *at, size_t i, brc_proxy proxy)
{
	const brc_group *g = &at->l->group[i];
	const brc_inference *st = brc_primary(&at->l->test[proxy]);
	size_t row = g->row[proxy];
	char anchor[64], name[512];

	snprintf(anchor, sizeof(anchor), "n%zu-l%zu-g%zu", at->network, at->labelling, i);
	snprintf(name, sizeof(name), "%.399s, cluster %d", at->l->layer_title[g->layer],
		 g->cluster);
	return json_pack("{s:o,s:o,s:o,s:s,s:i,s:o,s:o}", "x", brc_json_number((double)g->size),
			 "y", brc_json_number(brc_format_scale(st) * st->effect[row]), "name",
			 brc_json_text(name), "anchor", anchor, "mark", (int)g->mark[proxy], "p",
			 brc_json_number(st->p[row]), "q",
			 st->q ? brc_json_number(st->q[row]) : json_null());
}

brc_rc brc_chart_effects(brc_page *page, const brc_place *at, brc_proxy proxy)
{
	const brc_inference *st = brc_primary(&at->l->test[proxy]);
	json_t *points;
	char title[128], label[256];

	if (!st)
		return BRC_OK;
	points = json_array();
	for (size_t i = 0; i < at->l->n_groups; i++)
		if (at->l->group[i].row[proxy] != BRC_ANY &&
		    isfinite(st->effect[at->l->group[i].row[proxy]]))
			brc_json_append(&points, effect_point(at, i, proxy));
	snprintf(title, sizeof(title), "effect%s%s", brc_format_unit(st)[0] ? ", " : "",
		 brc_format_unit(st));
	snprintf(label, sizeof(label), "%s of the groups, as scatter of %s against size",
		 brc_proxy_name(proxy), title);
	return place(page,
		     json_pack("{s:s,s:o,s:o,s:o}", "kind", "effects", "title",
			       brc_json_text(title), "level",
			       brc_json_number(page->report->options.level), "points", points),
		     label);
}
