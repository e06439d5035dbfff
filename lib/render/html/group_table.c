/* The table of groups; sortable when scripts run. */
#include <math.h>
#include <string.h>

#include "render/html/parts.h"

enum { ROWS_AT_ONCE = 60 }; /* a longer table scrolls under its heads */

/* Is the column in the table, and does the statistic have it? */
static bool shown(const brc_column *c, const brc_inference *st)
{
	return c->table_head && brc_column_there(c, st);
}

/* The line above the heads: which columns belong together. */
static void add_head_groups(brc_page *page, const brc_labelling *l)
{
	brc_html(page, "<tr><th scope=\"colgroup\" colspan=\"4\">group</th>");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);
		size_t columns = 0;

		for (const brc_column *c = brc_statistic_columns; st && c->name; c++)
			columns += shown(c, st);
		if (st)
			brc_html(page, "<th scope=\"colgroup\" colspan=\"%zu\">%s: %s%s%s</th>",
				 columns, brc_proxy_name(p), st->statistic,
				 brc_format_unit(st)[0] ? ", " : "", brc_format_unit(st));
	}
	if (brc_task_counts(l->lesions.task))
		brc_html(page, "<th scope=\"colgroup\" colspan=\"2\">%s %s</th>",
			 l->test[BRC_COHERENCE].class_t ? "most specifically hit" : "most damaged",
			 brc_task_cell(l->lesions.task));
	brc_html(page, "</tr>\n");
}

static void add_heads(brc_page *page, const brc_labelling *l)
{
	brc_html(page, "<thead>");
	add_head_groups(page, l);
	brc_html(page, "<tr>");
	brc_html_heads(page, "layer|#cluster|#units|verdict");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		for (const brc_column *c = brc_statistic_columns; st && c->name; c++)
			if (shown(c, st))
				brc_html(page, "<th scope=\"col\" class=\"n\">%s</th>",
					 c->table_head);
	}
	if (brc_task_counts(l->lesions.task))
		brc_html_heads(page, l->lesions.task == BRC_TASK_LABELS ? "label|#points"
									: "class|#points");
	brc_html(page, "</tr></thead>\n");
}

/* A cell that is sorted by its value. A p of at most `level` is highlighted. */
static void add_number(brc_page *page, const brc_column *c, double v, brc_word text)
{
	bool p = c && c->kind == BRC_COLUMN_P;

	brc_str_addf(page->b, "<td class=\"n%s\"",
		     p && v <= page->report->options.level ? " low" : "");
	if (p || isfinite(v))
		brc_html(page, " data-v=\"%.9g\"", v);
	brc_html(page, ">%s</td>", brc_format_minus(text).s);
}

/* The cells of one proxy; blank when the group was not tested. */
static void add_cells(brc_page *page, const brc_inference *st, size_t row, bool sign)
{
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		double v;

		if (!shown(c, st))
			continue;
		if (row == BRC_ANY) {
			brc_html(page, "<td></td>"); /* one cell for each column, because
							      columns can be sorted */
			continue;
		}
		v = brc_column_values(c, st)[row];
		add_number(page, c, v, brc_format_column(st, c, v, sign));
	}
}

/* "important" and "coherent" in words and shapes, and not only in colours. */
static void add_verdict(brc_page *page, const brc_group *g)
{
	int strength = 0;

	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		strength = strength * 4 + (int)g->mark[p];
	brc_html(page, "<td class=\"verdict\" data-v=\"%d\">", -strength);
	brc_html_badges(page, g);
	brc_html(page, "</td>");
}

static void add_class(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	if (!brc_task_counts(l->lesions.task))
		return;
	if (g->worst_class == BRC_ANY) {
		brc_html(page, "<td></td><td></td>");
		return;
	}
	brc_html(page, "<td class=\"class\">%s%s</td>", l->class_name[g->worst_class],
		 g->worst_p <= page->report->options.level ? " \xE2\x98\x85" : "");
	add_number(page, NULL, brc_worst_shown(g), brc_format_points(brc_worst_shown(g)));
}

static void add_row(brc_page *page, const brc_place *at, size_t i)
{
	const brc_labelling *l = at->l;
	const brc_group *g = &l->group[i];
	bool link = at->detailed[i];

	brc_html(page, "<tr><th scope=\"row\" data-v=\"%zu\">", g->layer);
	if (link)
		brc_html(page, "<a href=\"#n%zu-l%zu-g%zu\">", at->network, at->labelling, i);
	brc_html_name(page, l->layers.name[g->layer]);
	brc_str_addf(page->b, "%s</th><td class=\"n\" data-v=\"%d\">%d</td>", link ? "</a>" : "",
		     g->cluster, g->cluster);
	brc_html(page, "<td class=\"n\" data-v=\"%zu\">%zu</td>", g->size, g->size);
	add_verdict(page, g);
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (st)
			add_cells(page, st, g->row[p], p == BRC_IMPORTANCE);
	}
	add_class(page, l, g);
	brc_html(page, "</tr>\n");
}

/* The units of each group by name. */
static void add_members(brc_page *page, const brc_labelling *l)
{
	brc_html_table(page, " class=\"sizes\"", "group|units");
	for (size_t i = 0; i < l->n_groups && page->rows_left > 0; i++, page->rows_left--) {
		const brc_group *g = &l->group[i];
		brc_str members = {0};

		brc_members(&members, l, g);
		brc_html(page, "<tr><th scope=\"row\">%s %d</th><td>%s</td></tr>\n",
			 l->layer_title[g->layer], g->cluster, members.s ? members.s : "");
		page->b->failed |= members.failed;
		brc_str_free(&members);
	}
	brc_html_table_end(page);
}

/* Nothing was tested: one row a layer, with the sizes of its groups. */
static void add_sizes(brc_page *page, const brc_labelling *l)
{
	brc_html(page, "<h3>Groups</h3>\n");
	brc_html_table(page, " class=\"sizes\"", "layer|#groups|cluster: units");
	for (size_t i = 0, last; i < l->n_groups && page->rows_left > 0; i = last) {
		for (last = i; last < l->n_groups && l->group[last].layer == l->group[i].layer;)
			last++;
		brc_html(page, "<tr><th scope=\"row\">");
		brc_html_name(page, l->layers.name[l->group[i].layer]);
		brc_html(page, "</th><td class=\"n\">%zu</td><td>", last - i);
		for (size_t g = i; g < last; g++)
			brc_str_addf(page->b, "%s%d:&nbsp;%zu", g > i ? ", " : "",
				     l->group[g].cluster, l->group[g].size);
		brc_html(page, "</td></tr>\n");
		page->rows_left--;
	}
	brc_html_table_end(page);
	if (l->unit_name)
		add_members(page, l);
}

/* What the columns other than p mean, then how to read verdicts and stars. */
static void add_legend(brc_page *page, const brc_labelling *l)
{
	const brc_inference *important = brc_primary(&l->test[BRC_IMPORTANCE]);
	const brc_inference *coherent = brc_primary(&l->test[BRC_COHERENCE]);
	double level = page->report->options.level;
	const char *comma = "";

	brc_html(page, "<p class=\"note\">");
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		if (c->kind == BRC_COLUMN_P ||
		    !((important && shown(c, important)) || (coherent && shown(c, coherent))))
			continue;
		brc_html(page, "%s%s: %s", comma, c->table_head, c->meaning);
		comma = "; ";
	}
	brc_html(page, ". Verdict: q &#8804; %g or, with &#9733;, max-T p &#8804; %g", level,
		 level);
	if (coherent && !isnan(coherent->minimum_effect))
		brc_html(page, ", and for coherence a range of at least %g points",
			 100 * coherent->minimum_effect);
	brc_html(page, ". A class with &#9733; loses more than under random groups (adjusted over "
		       "classes).</p>\n");
}

/* Every tested group in a row of its own, as many as the page takes. */
static void add_table(brc_page *page, const brc_place *at)
{
	const brc_labelling *l = at->l;
	size_t rows = 0, shown_rows = 0;

	for (size_t i = 0; i < l->n_groups; i++)
		rows += brc_group_tested(&l->group[i]);
	brc_str_addf(page->b, "<h3>Groups</h3>\n<div class=\"wide%s\"><table class=\"groups\">",
		     rows > ROWS_AT_ONCE ? " long\" tabindex=\"0" : "");
	add_heads(page, l);
	brc_html(page, "<tbody>\n");
	for (size_t i = 0; i < l->n_groups && page->rows_left > 0; i++)
		if (brc_group_tested(&l->group[l->order[i]])) {
			add_row(page, at, l->order[i]);
			page->rows_left--;
			shown_rows++;
		}
	brc_html_table_end(page);
	add_legend(page, l);
	if (shown_rows < rows)
		brc_html(page,
			 "<p class=\"note\">%zu groups more are in the TSV and JSON reports.</p>\n",
			 rows - shown_rows);
	brc_html_notes(page, at->net, BRC_NOTE_UNTESTED, at->labelling, "untested");
}

void brc_html_groups(brc_page *page, const brc_place *at)
{
	if (at->l->n_groups == 0)
		return;
	if (brc_labelling_tested(at->l))
		add_table(page, at);
	else
		add_sizes(page, at->l);
}
