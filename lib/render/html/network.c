/* One network: findings first, then what it is, how clusterable, each labelling, how it was made.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/words/commands.h"
#include "render/words/format.h"
#include "render/html/parts.h"

/* Heads of the overview, which narrow screens show beside each cell. */
#define IMPORTANT "more important than random"
#define COHERENT "more coherent than random"

/* "5 of 48 groups" for one proxy of a labelling, with the joint test. */
static void add_verdict(brc_page *page, const brc_labelling *l, brc_proxy proxy)
{
	static const char *const head[BRC_PROXIES] = {IMPORTANT, COHERENT};
	const brc_inference *st = brc_primary(&l->test[proxy]);
	double level = page->report->options.level;
	char p[BRC_NUMBER_MAX];

	if (!st) {
		brc_str_addf(page->b,
			     "<td class=\"absent\" data-head=\"%s\">not tested</td>"
			     "<td class=\"blank\"></td>",
			     head[proxy]);
		return;
	}
	size_t found = st->published ? brc_found(st->p, st->m, level) : brc_marked(l, proxy);

	brc_str_addf(page->b,
		     "<td data-head=\"%s\"><b>%zu</b> of %zu groups%s</td><td class=\"n\" "
		     "data-head=\"omnibus p\">",
		     head[proxy], found, st->m, st->published ? " (uncorrected)" : "");
	brc_html_number(page, brc_format_p(st->published ? st->fisher_p : st->omnibus_p, p));
	brc_str_add(page->b, st->published ? " (Fisher)</td>" : "</td>");
}

/* One number, or the least and the largest of several graphs. */
static void add_stability(brc_page *page, const brc_labelling *l)
{
	double range[2];

	if (!brc_stability_range(l, range)) {
		brc_str_add(page->b, "<td class=\"blank\"></td>");
		return;
	}
	brc_str_addf(page->b, "<td class=\"n\" data-head=\"stability\">%.2f", range[0]);
	if (range[1] - range[0] >= 0.005)
		brc_str_addf(page->b, "&#8211;%.2f", range[1]);
	brc_str_add(page->b, "</td>");
}

static void add_overview(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];
	double level = page->report->options.level;
	bool corrected = false;

	if (net->n_labellings == 0)
		return;
	brc_str_add(page->b, "<div class=\"wide\"><table class=\"overview\"><thead><tr>");
	brc_html_heads(page, "partition|#n-cut|#stability|" IMPORTANT "|#omnibus p|" COHERENT
			     "|#omnibus p");
	brc_str_add(page->b, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_labelling *l = &net->labelling[i];
		char ncut[BRC_NUMBER_MAX];

		brc_str_addf(page->b, "<tr><th scope=\"row\"><a href=\"#n%zu-l%zu\">", network, i);
		brc_html_text(page, l->name);
		brc_str_addf(page->b, "</a></th><td class=\"n\" data-head=\"n-cut\">%s</td>",
			     l->labels_section ? brc_format_fixed(l->labels.ncut, 3, ncut) : "");
		add_stability(page, l);
		for (size_t p = 0; p < BRC_PROXIES; p++) {
			const brc_inference *st = brc_primary(&l->test[p]);

			add_verdict(page, l, (brc_proxy)p);
			corrected |= st && !st->published;
		}
		brc_str_add(page->b, "</tr>\n");
	}
	brc_str_add(page->b, "</tbody></table></div>\n");
	if (corrected)
		brc_str_addf(
			page->b,
			"<p class=\"note\">A group (sub-cluster): the units of one layer with one "
			"label. Counted are groups that hold after correction for their "
			"number: q &#8804; %g (about %g&#8239;%% of them expected to be false) "
			"or max-T p &#8804; %g (hardly any). Stability: how "
			"far partitions from other seeds agree, 1 wholly, 0 no more than by "
			"chance.</p>\n",
			level, 100 * level, level);
}

/* What was found of one labelling, in one paragraph; the details stand in its own part. */
static void add_labelling_findings(brc_page *page, size_t network, size_t labelling)
{
	const brc_network *net = &page->report->network[network];
	bool any = false;

	for (size_t i = 0; i < net->n_notes; i++) {
		const brc_note *note = &net->note[i];

		if (note->kind != BRC_NOTE_FINDING || note->labelling != labelling)
			continue;
		if (!any) {
			brc_str_add(page->b, "<li><b>");
			brc_html_text(page, net->labelling[labelling].name);
			brc_str_add(page->b, ".</b>");
		}
		brc_str_add(page->b, " ");
		brc_html_prose(page, note->text);
		any = true;
	}
	if (any)
		brc_str_add(page->b, "</li>\n");
}

static void add_findings(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];

	brc_str_add(page->b, "<div class=\"findings\"><h3>Findings</h3>\n");
	add_overview(page, network);
	brc_html_notes(page, net, BRC_NOTE_FINDING, BRC_ANY, "plain");
	brc_str_add(page->b, "<ul class=\"plain\">\n");
	for (size_t i = 0; i < net->n_labellings; i++)
		add_labelling_findings(page, network, i);
	brc_str_add(page->b, "</ul>\n");
	brc_html_notes(page, net, BRC_NOTE_WARNING, BRC_ANY, "warning");
	brc_str_add(page->b, "</div>\n");
}

static void add_fact(brc_page *page, const char *what, const char *value)
{
	brc_str_addf(page->b, "<div><dt>%s</dt><dd>", what);
	brc_html_number(page, value);
	brc_str_add(page->b, "</dd></div>\n");
}

static void add_baseline(brc_page *page, const brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_labelling *l = &net->labelling[i];
		char text[BRC_NUMBER_MAX], what[64], name[32];
		const char *item = brc_item_name(net, name, sizeof name);

		if (!l->lesions_section)
			continue;
		add_fact(page, "accuracy",
			 brc_format_percent(brc_lesions_baseline_plain(&l->lesions), text));
		add_fact(page, "class-balanced accuracy",
			 brc_format_percent(brc_lesions_baseline_balanced(&l->lesions), text));
		snprintf(what, sizeof what, "loss, nats %s %s", item[0] == 'i' ? "an" : "a", item);
		add_fact(page, what, brc_format_number(l->loss, 3, text));
		snprintf(what, sizeof what, "test %s", net->items);
		snprintf(text, sizeof text, "%zu", l->lesions.images);
		add_fact(page, what, text);
		snprintf(text, sizeof text, "%zu", l->classes);
		add_fact(page, "classes", text);
		return;
	}
}

static brc_rc add_summary(brc_page *page, const brc_network *net)
{
	brc_str_add(page->b, "<h3>The network</h3>\n");
	BRC_TRY(brc_html_wiring(page, net));
	brc_str_add(page->b, "<dl class=\"facts\">\n");
	add_baseline(page, net);
	if (net->model) {
		char digest[16];

		snprintf(digest, sizeof digest, "%.12s", net->model);
		add_fact(page, "digest of the model", digest);
	}
	brc_str_add(page->b, "</dl>\n");
	return BRC_OK;
}

static void add_clusterability_facts(brc_page *page, const brc_clusterability *c)
{
	char text[BRC_NUMBER_MAX];

	brc_str_add(page->b, "<dl class=\"facts\">\n");
	add_fact(page, "n-cut", brc_format_number(c->observed, 5, text));
	add_fact(page, "mean of shuffled", brc_format_number(c->mean, 5, text));
	add_fact(page, "their deviation", brc_format_number(c->sd, 3, text));
	add_fact(page, "z", brc_format_number(c->z, 3, text));
	add_fact(page, "p", brc_format_p(c->p, text));
	brc_str_add(page->b, "</dl>\n");
}

static brc_rc add_clusterability(brc_page *page, const brc_network *net)
{
	if (net->n_clusterability == 0)
		return BRC_OK;
	brc_str_add(page->b, "<h3>Clusterability</h3>\n<div class=\"pair\">\n");
	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];

		brc_str_add(page->b, "<div><h4>");
		brc_html_text(page, c->source[0] ? brc_source_title(c->source) : c->name);
		brc_str_addf(page->b,
			     ", k = %zu</h4>\n<p>n-cut against %zu networks with "
			     "shuffled edges (kind <i>",
			     c->k, c->shuffles);
		brc_html_text(page, c->null);
		brc_str_add(page->b, "</i>); smaller is more clusterable.</p>\n");
		add_clusterability_facts(page, c);
		BRC_TRY(brc_chart_clusterability(page, c));
		brc_str_add(page->b, "</div>\n");
	}
	brc_str_add(page->b, "</div>\n");
	return BRC_OK;
}

static void add_missing(brc_page *page, const brc_network *net)
{
	bool any = false;

	for (size_t i = 0; i < net->n_notes; i++) {
		const brc_note *note = &net->note[i];

		if (note->kind != BRC_NOTE_MISSING)
			continue;
		if (!any)
			brc_str_add(page->b, "<h3>What was not run</h3>\n<ul class=\"missing\">\n");
		brc_str_add(page->b, "<li>");
		if (note->labelling != BRC_ANY) {
			brc_str_add(page->b, "<b>");
			brc_html_text(page, net->labelling[note->labelling].name);
			brc_str_add(page->b, ".</b> ");
		}
		brc_html_prose(page, note->text);
		brc_str_add(page->b, "</li>\n");
		any = true;
	}
	if (any)
		brc_str_add(page->b, "</ul>\n");
}

static void add_versions(brc_page *page, const brc_network *net)
{
	brc_str_add(page->b, "<details><summary>Sections, digests and versions</summary>\n<div "
			     "class=\"wide\"><table><thead><tr>");
	brc_html_heads(page, "section|digest of its content");
	brc_str_add(page->b, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < net->input->n; i++) {
		char title[256];

		brc_str_add(page->b, "<tr><th scope=\"row\">");
		brc_html_text(page,
			      brc_section_title(net->input->sections[i], title, sizeof title));
		brc_str_add(page->b, "</th><td><code>");
		brc_html_text(page, net->input->sections[i]->digest);
		brc_str_add(page->b, "</code></td></tr>\n");
	}
	brc_str_add(page->b, "</tbody></table></div>\n<p>Tools: ");
	for (size_t i = 0; i < net->input->n_history; i++) {
		const brc_map *e = net->input->history[i];

		brc_str_add(page->b, i ? ", " : "");
		brc_html_text(page, brc_map_string(e, "tool", "unknown"));
		brc_str_add(page->b, " ");
		brc_html_text(page, brc_map_string(e, "version", ""));
	}
	brc_str_add(page->b, ".</p></details>\n");
}

static brc_rc add_provenance(brc_page *page, const brc_network *net)
{
	brc_str commands = {0};
	brc_rc rc = BRC_OK;

	if (net->input->n_history > 0) {
		rc = brc_commands(net->input->history, net->input->n_history, &commands, page->err);
		brc_str_add(page->b, "<h3>How it was made</h3>\n<pre tabindex=\"0\">");
		brc_html_text(page, commands.s ? commands.s : "");
		brc_str_add(page->b, "</pre>\n<p class=\"note\">Rebuilt from the history of the "
				     "stream, which keeps digests of files instead of their "
				     "names.</p>\n");
		brc_str_free(&commands);
	}
	add_versions(page, net);
	return rc;
}

brc_rc brc_html_network(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];

	brc_str_addf(page->b, "<section id=\"n%zu\">\n", network);
	if (page->report->n > 1) {
		brc_str_add(page->b, "<h2>");
		brc_html_text(page, net->title);
		brc_str_add(page->b, "</h2>\n");
	}
	add_findings(page, network);
	BRC_TRY(add_summary(page, net));
	BRC_TRY(add_clusterability(page, net));
	brc_str_add(page->b, "</section>\n");
	for (size_t i = 0; i < net->n_labellings; i++) {
		brc_place at = {
			.network = network, .labelling = i, .net = net, .l = &net->labelling[i]};

		BRC_TRY(brc_html_labelling(page, &at));
	}
	brc_str_add(page->b, "<section>\n");
	add_missing(page, net);
	BRC_TRY(add_provenance(page, net));
	brc_str_add(page->b, "</section>\n");
	return BRC_OK;
}
