/* The charts that report.js draws with Chart.js, as data. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/svg/histogram.h"
#include "render/html/parts.h"
#include "render/json/json.h"

enum { NULL_BINS = 24 };

/* A canvas for the chart, whose data go to the page's list. Takes `chart`. */
static brc_rc place(brc_page *page, json_t *chart, const char *label, bool ok)
{
	if (!ok || json_array_append(page->charts, chart) != 0) {
		json_decref(chart);
		return brc_fail(page->err, BRC_RESOURCE, "out of memory for a chart");
	}
	json_decref(chart);
	brc_str_addf(page->b,
		     "<div class=\"chart\"><canvas id=\"chart-%zu\" role=\"img\" "
		     "aria-label=\"",
		     json_array_size(page->charts) - 1);
	brc_html_text(page, label);
	brc_str_add(page->b,
		    "\"></canvas><noscript><p class=\"note\">This chart needs JavaScript; its "
		    "numbers are in the tables.</p></noscript></div>");
	return BRC_OK;
}

static json_t *point(double x, double y, bool *ok)
{
	json_t *p = json_object();

	brc_json_set(p, "x", brc_json_number(x), ok);
	brc_json_set(p, "y", brc_json_number(y), ok);
	return p;
}

brc_rc brc_chart_clusterability(brc_page *page, const brc_clusterability *c)
{
	brc_histogram h;
	bool ok = true;
	json_t *chart, *points;
	char label[256];

	if (!c->ncut)
		return BRC_OK;
	brc_histogram_fill(&h, c->ncut, c->shuffles, 1, c->observed, NULL_BINS);
	if (h.bins == 0)
		return BRC_OK;
	chart = json_object();
	points = json_array();
	for (size_t i = 0; i < h.bins; i++)
		brc_json_append(points, point(h.low + (double)i * h.width, (double)h.count[i], &ok),
				&ok);
	brc_json_append(points, point(h.low + (double)h.bins * h.width, 0, &ok), &ok);
	brc_json_set(chart, "kind", json_string("clusterability"), &ok);
	brc_json_set(chart, "points", points, &ok);
	brc_json_set(chart, "observed", brc_json_number(c->observed), &ok);
	snprintf(label, sizeof label,
		 "Histogram of the n-cut of %zu shuffled networks; this "
		 "network's n-cut is %.5g",
		 c->shuffles, c->observed);
	return place(page, chart, label, ok);
}

brc_rc brc_chart_eigenvalues(brc_page *page, const brc_labelling *l)
{
	bool ok = true;
	json_t *chart, *series = json_array();
	size_t shown = 0;

	for (size_t i = 0; i < l->n_graphs && shown < BRC_CHART_GRAPHS; i++) {
		const brc_graph_result *g = &l->graph[i];
		json_t *one;

		if (g->pairs == 0)
			continue;
		one = json_object();
		brc_json_set(one, "name", brc_json_text(g->name), &ok);
		brc_json_set(one, "k", brc_json_count(g->k), &ok);
		brc_json_set(one, "values", brc_json_numbers(g->eigenvalue, g->pairs, 1), &ok);
		brc_json_append(series, one, &ok);
		shown++;
	}
	if (shown == 0) {
		json_decref(series);
		return BRC_OK;
	}
	chart = json_object();
	brc_json_set(chart, "kind", json_string("eigenvalues"), &ok);
	brc_json_set(chart, "series", series, &ok);
	return place(page, chart, "Smallest eigenvalues of the normalised Laplacian, k marked", ok);
}

static json_t *effect_point(const brc_place *at, size_t i, brc_proxy proxy, bool *ok)
{
	const brc_group *g = &at->l->group[i];
	const brc_inference *st = brc_primary(&at->l->test[proxy]);
	size_t row = g->row[proxy];
	char anchor[64], name[512], layer[400];
	json_t *p = point((double)g->size, brc_format_scale(st) * st->effect[row], ok);

	snprintf(anchor, sizeof anchor, "n%zu-l%zu-g%zu", at->network, at->labelling, i);
	snprintf(name, sizeof name, "%s, cluster %d",
		 brc_layer_title(at->l->layers.name[g->layer], layer, sizeof layer), g->cluster);
	brc_json_set(p, "name", brc_json_text(name), ok);
	brc_json_set(p, "anchor", json_string(anchor), ok);
	brc_json_set(p, "mark", json_integer(g->mark[proxy]), ok);
	brc_json_set(p, "p", brc_json_number(st->p[row]), ok);
	brc_json_set(p, "q", st->q ? brc_json_number(st->q[row]) : json_null(), ok);
	return p;
}

brc_rc brc_chart_effects(brc_page *page, const brc_place *at, brc_proxy proxy)
{
	const brc_inference *st = brc_primary(&at->l->test[proxy]);
	bool ok = true;
	json_t *chart, *points;
	char title[128], label[256];

	if (!st)
		return BRC_OK;
	chart = json_object();
	points = json_array();
	for (size_t i = 0; i < at->l->n_groups; i++)
		if (at->l->group[i].row[proxy] != BRC_ANY &&
		    isfinite(st->effect[at->l->group[i].row[proxy]]))
			brc_json_append(points, effect_point(at, i, proxy, &ok), &ok);
	snprintf(title, sizeof title, "effect%s%s", brc_format_unit(st)[0] ? ", " : "",
		 brc_format_unit(st));
	snprintf(label, sizeof label, "%s of the groups, as scatter of %s against size",
		 brc_proxy_name(proxy), title);
	brc_json_set(chart, "kind", json_string("effects"), &ok);
	brc_json_set(chart, "title", brc_json_text(title), &ok);
	brc_json_set(chart, "level", brc_json_number(page->report->options.level), &ok);
	brc_json_set(chart, "points", points, &ok);
	return place(page, chart, label, ok);
}
