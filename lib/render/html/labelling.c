/* One labelling: how it was cut, what the tests say of all groups, the groups. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "render/words/format.h"
#include "render/html/parts.h"

static void add_cell(brc_page *page, const char *number)
{
	brc_str_add(page->b, "<td class=\"n\">");
	brc_html_number(page, number);
	brc_str_add(page->b, "</td>");
}

static void add_count(brc_page *page, size_t n)
{
	brc_str_addf(page->b, "<td class=\"n\">%zu</td>", n);
}

static void add_partition(brc_page *page, const brc_labelling *l)
{
	brc_str_add(page->b, "<p>");
	if (l->labels_section) {
		brc_str_addf(page->b, "A %s partition", brc_mode_title(l->labels.mode));
		if (l->labels.source[0])
			brc_str_addf(page->b, " made from %s", brc_source_title(l->labels.source));
		brc_str_addf(page->b, ": %zu units in %zu groups", brc_layers_total(&l->layers),
			     l->n_groups);
		if (l->labels.isolated > 0)
			brc_str_addf(page->b, ", %zu of them in none", l->labels.isolated);
		brc_str_add(page->b,
			    ". A group (sub-cluster): the units of one layer with one label.");
	} else {
		brc_str_addf(page->b, "%zu groups; the labels themselves are not in the stream.",
			     l->n_groups);
	}
	brc_str_add(page->b, "</p>\n");
}

static void add_test(brc_page *page, const brc_inference *st, brc_proxy proxy, double level)
{
	char text[BRC_NUMBER_MAX];

	brc_str_addf(page->b, "<tr><th scope=\"row\">%s: ", brc_proxy_name(proxy));
	brc_html_text(page, st->title);
	brc_str_add(page->b, "</th>");
	add_cell(page, brc_format_p(st->omnibus_p, text));
	add_cell(page, brc_format_p(st->fisher_p, text));
	add_count(page, st->m);
	add_count(page, st->n);
	add_count(page, brc_found(st->p, st->m, level));
	if (st->q)
		add_count(page, brc_found(st->q, st->m, level));
	else
		add_cell(page, "-");
	if (st->p_maxt)
		add_count(page, brc_found(st->p_maxt, st->m, level));
	else
		add_cell(page, "-");
	brc_str_add(page->b, "</tr>\n");
}

static void add_tests(brc_page *page, const brc_labelling *l)
{
	double level = page->report->options.level;

	if (!brc_primary(&l->test[BRC_IMPORTANCE]) && !brc_primary(&l->test[BRC_COHERENCE]))
		return;
	brc_str_add(page->b, "<h3>Are the groups more than random groups of units?</h3>\n<div "
			     "class=\"wide\"><table class=\"tests\"><thead><tr>");
	brc_html_heads(page,
		       "statistic|#omnibus p|#Fisher p, if independent|#groups|#random draws");
	brc_str_addf(page->b,
		     "<th scope=\"col\" class=\"n\">p &#8804; %g</th><th scope=\"col\" "
		     "class=\"n\">q &#8804; %g</th><th scope=\"col\" class=\"n\">max-T &#8804; "
		     "%g</th></tr></thead><tbody>\n",
		     level, level, level);
	for (size_t p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; i < l->test[p].n_stats; i++)
			add_test(page, &l->test[p].stat[i], (brc_proxy)p, level);
	brc_str_add(page->b, "</tbody></table></div>\n");
}

static brc_rc add_effects(brc_page *page, const brc_place *at)
{
	bool any = false;

	for (size_t p = 0; p < BRC_PROXIES; p++) {
		if (!brc_primary(&at->l->test[p]))
			continue;
		brc_str_addf(page->b, "%s<div><h4>%s against size</h4>\n<p class=\"note\">",
			     any ? "" : "<div class=\"pair\">\n",
			     p == BRC_IMPORTANCE ? "Importance" : "Coherence");
		brc_html_text(page, brc_primary(&at->l->test[p])->title);
		brc_str_add(page->b, "; effect: beyond the mean of random groups</p>\n");
		BRC_TRY(brc_chart_effects(page, at, (brc_proxy)p));
		brc_str_add(page->b, "</div>\n");
		any = true;
	}
	if (any)
		brc_str_add(page->b, "</div>\n");
	return BRC_OK;
}

static void add_title(brc_page *page, const brc_place *at)
{
	brc_str_addf(page->b, "<section id=\"n%zu-l%zu\">\n<h2>", at->network, at->labelling);
	if (page->report->n > 1) {
		brc_html_text(page, at->net->title);
		brc_str_add(page->b, ": ");
	}
	brc_html_text(page, at->l->name);
	brc_str_add(page->b, "</h2>\n");
}

static brc_rc compose(brc_page *page, const brc_place *at)
{
	add_title(page, at);
	add_partition(page, at->l);
	brc_html_notes(page, at->net, BRC_NOTE_FINDING, at->labelling, "plain");
	brc_html_notes(page, at->net, BRC_NOTE_WARNING, at->labelling, "warning");
	add_tests(page, at->l);
	BRC_TRY(add_effects(page, at));
	brc_html_groups(page, at);
	BRC_TRY(brc_html_details(page, at));
	BRC_TRY(brc_html_cut(page, at));
	brc_str_add(page->b, "</section>\n");
	return BRC_OK;
}

brc_rc brc_html_labelling(brc_page *page, brc_place *at)
{
	size_t *chosen = brc_calloc(at->l->n_groups, sizeof *chosen, page->err);
	bool *detailed = brc_calloc(at->l->n_groups, sizeof *detailed, page->err);
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
