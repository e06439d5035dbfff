/*
 * One network: the findings, what it is, how clusterable it is, each labelling, and how the results
 * were made.
 */
#include <stdio.h>

#include "render/words/commands.h"
#include "render/html/parts.h"

/* Heads of the overview, which narrow screens show beside each cell. */
#define IMPORTANT "more important than random"
#define COHERENT "more coherent than random"

/* "5 of 48 groups" for one proxy of a labelling, with the joint test. */
static void add_verdict(brc_page *page, const brc_labelling *l, brc_proxy proxy)
{
	static const char *const head[BRC_PROXIES] = {IMPORTANT, COHERENT};
	const brc_inference *st = brc_primary(&l->test[proxy]);
	size_t found;

	if (!st) {
		brc_html(page,
			 "<td class=\"absent\" data-head=\"%s\">not tested</td><td "
			 "class=\"blank\"></td>",
			 head[proxy]);
		return;
	}
	found = st->published ? brc_inference_found(st, st->p, page->report->options.level)
			      : brc_marked(l, proxy);
	brc_html(page,
		 "<td data-head=\"%s\"><b>%zu</b> of %zu groups%s</td><td class=\"n\" "
		 "data-head=\"omnibus p\">%s%s</td>",
		 head[proxy], found, st->m, st->published ? " (uncorrected)" : "",
		 brc_format_minus(brc_format_p(st->published ? st->fisher_p : st->omnibus_p)).s,
		 st->published ? " (Fisher)" : "");
}

/* One number, or the least and the largest of several graphs. */
static void add_starts(brc_page *page, const brc_labelling *l)
{
	double range[2];

	if (!brc_starts_range(l, range)) {
		brc_html(page, "<td class=\"blank\"></td>");
		return;
	}
	brc_html(page, "<td class=\"n\" data-head=\"starts\">%.2f", range[0]);
	if (range[1] - range[0] >= 0.005)
		brc_html(page, "&#8211;%.2f", range[1]);
	brc_html(page, "</td>");
}

static void add_overview(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];
	double level = page->report->options.level;
	bool corrected = false, tests = !brc_is_graph(net);

	if (net->n_labellings == 0)
		return;
	brc_html_table(page, " class=\"overview\"",
		       tests ? "partition|#n-cut|#starts|" IMPORTANT "|#omnibus p|" COHERENT
			       "|#omnibus p"
			     : "partition|#n-cut|#starts");
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_labelling *l = &net->labelling[i];

		brc_html(page,
			 "<tr><th scope=\"row\"><a href=\"#n%zu-l%zu\">%s</a></th><td class=\"n\" "
			 "data-head=\"n-cut\">%s</td>",
			 network, i, l->name,
			 l->labels_section ? brc_format_fixed(l->labels.ncut, 3).s : "");
		add_starts(page, l);
		for (brc_proxy p = 0; tests && p < BRC_PROXIES; p++) {
			const brc_inference *st = brc_primary(&l->test[p]);

			add_verdict(page, l, p);
			corrected |= st && !st->published;
		}
		brc_html(page, "</tr>\n");
	}
	brc_html_table_end(page);
	if (corrected)
		brc_html(
			page,
			"<p class=\"note\">A group (sub-cluster): the units of one layer with one "
			"label. Counted are groups that hold after correction for their number: q "
			"&#8804; %g (about %g&#8239;%% of them expected to be false) or max-T p "
			"&#8804; %g (hardly any). Starts: how far partitions from other starts of "
			"k-means agree, 1 wholly, 0 no more than by chance. This does not say that "
			"there are groups.</p>\n",
			level, 100 * level, level);
}

static void add_findings(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];

	brc_html(page, "<div class=\"findings\"><h3>Findings</h3>\n");
	add_overview(page, network);
	brc_html_notes(page, net, BRC_NOTE_FINDING, BRC_ANY, "plain");
	brc_html(page, "<ul class=\"plain\">\n");
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_note *note = NULL;
		size_t told = 0;

		note = brc_note_next(&net->notes, NULL, BRC_NOTE_STRUCTURE, i);
		if (note) {
			brc_html(page, "<li><b>%s.</b> ", net->labelling[i].name);
			brc_html_prose(page, note->text.s);
			told++;
		}
		note = NULL;
		/* in one paragraph; the details are in the part of the labelling */
		while ((note = brc_note_next(&net->notes, note, BRC_NOTE_FINDING, i))) {
			if (note->kind == BRC_NOTE_DETAIL)
				continue;
			if (told++ == 0)
				brc_html(page, "<li><b>%s.</b>", net->labelling[i].name);
			brc_html(page, " ");
			brc_html_prose(page, note->text.s);
		}
		if (told > 0)
			brc_html(page, "</li>\n");
	}
	brc_html(page, "</ul>\n");
	brc_html_notes(page, net, BRC_NOTE_WARNING, BRC_ANY, "warning");
	brc_html(page, "</div>\n");
}

static void add_number(brc_page *page, const char *what, brc_word number)
{
	brc_html(page, "<div><dt>%s</dt><dd>%s</dd></div>\n", what, brc_format_minus(number).s);
}

static void add_baseline(brc_page *page, const brc_network *net)
{
	const brc_labelling *l = brc_network_lesioned(net);
	brc_task_kind task;
	char what[96], unit[64];

	if (!l)
		return;
	task = l->lesions.task;
	if (task != BRC_TASK_CLASSES)
		brc_html(page, "<div><dt>task</dt><dd>%s</dd></div>\n", brc_task_name[task]);
	if (brc_task_counts(task)) {
		add_number(page, "accuracy",
			   brc_format_percent(brc_lesions_baseline_plain(&l->lesions)));
		snprintf(what, sizeof(what), "%s-balanced accuracy", brc_task_cell(task));
		add_number(page, what,
			   brc_format_percent(brc_lesions_baseline_balanced(&l->lesions)));
	}
	snprintf(what, sizeof(what), "loss%s, %s",
		 l->lesions.loss_kind == BRC_LOSS_MARGIN ? " (minus the margin)" : "",
		 brc_loss_unit(net, l, unit, sizeof(unit)));
	add_number(page, what, brc_format_number(l->loss, 3));
	brc_html(page,
		 "<div><dt>test %s</dt><dd>%zu</dd></div>\n"
		 "<div><dt>%s</dt><dd>%zu</dd></div>\n",
		 net->items, l->lesions.images, brc_task_cells(task), l->classes);
}

static brc_rc add_summary(brc_page *page, const brc_network *net)
{
	brc_html(page, "<h3>The %s</h3>\n", brc_subject(net));
	BRC_TRY(brc_html_wiring(page, net));
	brc_html(page, "<dl class=\"facts\">\n");
	add_baseline(page, net);
	if (net->model) {
		char digest[16];

		snprintf(digest, sizeof(digest), "%.12s", net->model);
		brc_html(page, "<div><dt>digest of the model</dt><dd>%s</dd></div>\n", digest);
	}
	brc_html(page, "</dl>\n");
	return BRC_OK;
}

static brc_rc add_clusterability(brc_page *page, const brc_network *net)
{
	if (net->n_clusterability == 0)
		return BRC_OK;
	brc_html(page, "<h3>Clusterability</h3>\n<div class=\"pair\">\n");
	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];

		brc_html(page,
			 "<div><h4>%s, k = %zu</h4>\n<p>n-cut against %zu null %ss: %s (null "
			 "model <i>%s</i>); smaller is more clusterable.</p>\n"
			 "<dl class=\"facts\">\n",
			 c->source[0] ? brc_source_title(c->source) : c->name, c->k, c->shuffles,
			 brc_subject(net), brc_null_title(c->null), c->null);
		add_number(page, "n-cut", brc_format_number(c->observed, 5));
		add_number(page, "mean by chance", brc_format_number(c->mean, 5));
		add_number(page, "deviation by chance", brc_format_number(c->sd, 3));
		add_number(page, "z", brc_format_number(c->z, 3));
		add_number(page, "p", brc_format_p(c->p));
		if (c->tested > 1)
			add_number(page, "p of the best k", brc_format_p(c->p_all));
		brc_html(page, "</dl>\n");
		BRC_TRY(brc_chart_clusterability(page, net, c));
		brc_html(page, "</div>\n");
	}
	brc_html(page, "</div>\n");
	return BRC_OK;
}

static void add_versions(brc_page *page, const brc_network *net)
{
	brc_html(page, "<details><summary>Sections, digests and versions</summary>\n");
	brc_html_table(page, "", "section|digest of its content");
	for (size_t i = 0; i < net->input->n; i++) {
		const brc_section *s = net->input->sections[i];
		char title[256];

		brc_html(page, "<tr><th scope=\"row\">%s</th><td><code>%s</code></td></tr>\n",
			 brc_section_title(s, title, sizeof(title)), s->digest);
	}
	brc_html_table_end(page);
	brc_html(page, "<p>Tools: ");
	for (size_t i = 0; i < net->input->n_history; i++) {
		const brc_map *e = net->input->history[i];

		brc_html(page, "%s%s %s", i ? ", " : "", brc_map_string(e, "tool", "unknown"),
			 brc_map_string(e, "version", ""));
	}
	brc_html(page, ".</p></details>\n");
}

static brc_rc add_provenance(brc_page *page, const brc_network *net)
{
	brc_str commands = {0};
	brc_rc rc = BRC_OK;

	if (net->input->n_history > 0) {
		rc = brc_commands(net->input->history, net->input->n_history, &commands, page->err);
		brc_html(page,
			 "<h3>How it was made</h3>\n<pre tabindex=\"0\">%s</pre>\n<p "
			 "class=\"note\">Rebuilt from the history of the stream, which keeps "
			 "digests of files instead of their names.</p>\n",
			 commands.s ? commands.s : "");
		brc_str_free(&commands);
	}
	add_versions(page, net);
	return rc;
}

brc_rc brc_html_network(brc_page *page, size_t network)
{
	const brc_network *net = &page->report->network[network];

	brc_html(page, "<section id=\"n%zu\">\n", network);
	if (page->report->n > 1)
		brc_html(page, "<h2>%s</h2>\n", net->title);
	add_findings(page, network);
	BRC_TRY(add_summary(page, net));
	BRC_TRY(add_clusterability(page, net));
	brc_html(page, "</section>\n");
	for (size_t i = 0; i < net->n_labellings; i++) {
		brc_place at = {
			.network = network, .labelling = i, .net = net, .l = &net->labelling[i]};

		BRC_TRY(brc_html_labelling(page, &at));
	}
	brc_html(page, "<section>\n");
	if (brc_note_next(&net->notes, NULL, BRC_NOTE_MISSING, BRC_EVERY))
		brc_html(page, "<h3>What was not run</h3>\n");
	brc_html_notes(page, net, BRC_NOTE_MISSING, BRC_EVERY, "missing");
	BRC_TRY(add_provenance(page, net));
	brc_html(page, "</section>\n");
	return BRC_OK;
}
