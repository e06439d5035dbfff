/* One labelling: how it was partitioned, what the tests say about all groups, and the groups. */
#include <stdlib.h>

#include "base/memory.h"
#include "render/html/parts.h"

static void add_partition(brc_page *page, const brc_labelling *l)
{
	const char *source = l->labels.source;

	if (!l->labels_section) {
		brc_html(page, "<p>%zu groups; the labels themselves are not in the stream.</p>\n",
			 l->n_groups);
		return;
	}
	brc_html(page, "<p>A %s partition%s%s: %zu units in %zu groups",
		 brc_mode_title(l->labels.mode), source[0] ? " made from " : "",
		 brc_source_title(source), brc_layers_total(&l->layers), l->n_groups);
	if (l->labels.isolated > 0)
		brc_html(page, ", %zu of them in none", l->labels.isolated);
	brc_html(page, ". A group (sub-cluster): the units of one layer with one label.</p>\n");
}

static void add_test(brc_page *page, const brc_inference *st, brc_proxy proxy)
{
	brc_html(page, "<tr><th scope=\"row\">%s: %s</th>", brc_proxy_name(proxy), st->title);
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->table_head)
			brc_html_cell(page, brc_format_p(brc_column_number(c, st)));
	brc_html_count(page, st->m);
	brc_html_count(page, st->n);
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		const double *p = brc_column_values(c, st);

		if (c->kind != BRC_COLUMN_P || !c->table_head)
			continue;
		if (p)
			brc_html_count(page,
				       brc_inference_found(st, p, page->report->options.level));
		else
			brc_html_cell(page, (brc_word){"-"});
	}
	brc_html(page, "</tr>\n");
}

static void add_tests(brc_page *page, const brc_labelling *l)
{
	if (!brc_labelling_tested(l))
		return;
	brc_html(page, "<h3>Are the groups more than random groups of units?</h3>\n<div "
		       "class=\"wide\"><table class=\"tests\"><thead><tr>");
	brc_html_heads(page, "statistic");
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->table_head)
			brc_html(page, "<th scope=\"col\" class=\"n\">%s</th>", c->table_head);
	brc_html_heads(page, "#groups|#random draws");
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (c->kind == BRC_COLUMN_P && c->table_head)
			brc_html(page, "<th scope=\"col\" class=\"n\">%s &#8804; %g</th>",
				 c->table_head, page->report->options.level);
	brc_html(page, "</tr></thead><tbody>\n");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; i < l->test[p].n_stats; i++)
			add_test(page, &l->test[p].stat[i], p);
	brc_html_table_end(page);
}

static brc_rc add_effects(brc_page *page, const brc_place *at)
{
	if (!brc_labelling_tested(at->l))
		return BRC_OK;
	brc_html(page, "<div class=\"pair\">\n");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		if (!brc_primary(&at->l->test[p]))
			continue;
		brc_html(page,
			 "<div><h4>%s against size</h4>\n<p class=\"note\">%s; effect: beyond the "
			 "mean of random groups</p>\n",
			 p == BRC_IMPORTANCE ? "Importance" : "Coherence",
			 brc_primary(&at->l->test[p])->title);
		BRC_TRY(brc_chart_effects(page, at, p));
		brc_html(page, "</div>\n");
	}
	brc_html(page, "</div>\n");
	return BRC_OK;
}

static brc_rc compose(brc_page *page, const brc_place *at)
{
	brc_html(page, "<section id=\"n%zu-l%zu\">\n<h2>", at->network, at->labelling);
	if (page->report->n > 1)
		brc_html(page, "%s: ", at->net->title);
	brc_html(page, "%s</h2>\n", at->l->name);
	brc_html_notes(page, at->net, BRC_NOTE_STRUCTURE, at->labelling, "plain structure");
	BRC_TRY(brc_html_verdicts(page, at->l));
	add_partition(page, at->l);
	brc_html_notes(page, at->net, BRC_NOTE_FINDING, at->labelling, "plain");
	brc_html_notes(page, at->net, BRC_NOTE_WARNING, at->labelling, "warning");
	add_tests(page, at->l);
	BRC_TRY(add_effects(page, at));
	brc_html_groups(page, at);
	brc_html_class_table(page, at->l);
	BRC_TRY(brc_html_details(page, at));
	BRC_TRY(brc_html_partition(page, at));
	brc_html(page, "</section>\n");
	return BRC_OK;
}

brc_rc brc_html_labelling(brc_page *page, brc_place *at)
{
	size_t *chosen = brc_calloc(at->l->n_groups, sizeof(*chosen), page->err);
	bool *detailed = brc_calloc(at->l->n_groups, sizeof(*detailed), page->err);
	brc_rc rc = BRC_RESOURCE;

	if (chosen && detailed) {
		at->n_chosen = brc_html_choose(page, at->l, chosen, detailed);
		at->chosen = chosen;
		at->detailed = detailed;
		rc = compose(page, at);
	}
	free(chosen);
	free(detailed);
	return rc;
}
