/* The table of groups; sortable when scripts run. */
#include <math.h>
#include <string.h>

#include "render/words/format.h"
#include "render/html/parts.h"

enum { ROWS_AT_ONCE = 60 }; /* a longer table scrolls under its heads */

/* A column head that report.js turns into a button. */
static void add_head(brc_page *page, const char *title, bool number)
{
	brc_str_addf(page->b, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "", title);
}

static bool any_test(const brc_labelling *l)
{
	return brc_primary(&l->test[BRC_IMPORTANCE]) || brc_primary(&l->test[BRC_COHERENCE]);
}

/* Above the heads: which columns belong together. */
static void add_head_groups(brc_page *page, const brc_labelling *l)
{
	brc_str_add(page->b, "<tr><th scope=\"colgroup\" colspan=\"4\">group</th>");
	for (size_t p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (!st)
			continue;
		brc_str_addf(page->b, "<th scope=\"colgroup\" colspan=\"%d\">%s: ",
			     3 + (st->q != NULL) + (st->p_maxt != NULL),
			     brc_proxy_name((brc_proxy)p));
		brc_html_text(page, st->statistic);
		brc_str_add(page->b, brc_format_unit(st)[0] ? ", " : "");
		brc_html_text(page, brc_format_unit(st));
		brc_str_add(page->b, "</th>");
	}
	brc_str_add(page->b, "<th scope=\"colgroup\" colspan=\"2\">most damaged class</th>"
			     "</tr>\n");
}

static void add_heads(brc_page *page, const brc_labelling *l)
{
	brc_str_add(page->b, "<thead>");
	add_head_groups(page, l);
	brc_str_add(page->b, "<tr>");
	add_head(page, "layer", false);
	add_head(page, "cluster", true);
	add_head(page, "units", true);
	add_head(page, "verdict", false);
	for (size_t p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (!st)
			continue;
		add_head(page, "value", true);
		add_head(page, "effect", true);
		add_head(page, "p", true);
		if (st->q)
			add_head(page, "q", true);
		if (st->p_maxt)
			add_head(page, "max-T", true);
	}
	add_head(page, "class", false);
	add_head(page, "points", true);
	brc_str_add(page->b, "</tr></thead>\n");
}

static void add_number(brc_page *page, double v, const char *text)
{
	if (isfinite(v))
		brc_str_addf(page->b, "<td class=\"n\" data-v=\"%.9g\">", v);
	else
		brc_str_add(page->b, "<td class=\"n\">");
	brc_html_number(page, text);
	brc_str_add(page->b, "</td>");
}

static void add_p(brc_page *page, double p, double level)
{
	char text[BRC_NUMBER_MAX];

	brc_str_addf(page->b, "<td class=\"n%s\" data-v=\"%.9g\">", p <= level ? " low" : "", p);
	brc_html_number(page, brc_format_p(p, text));
	brc_str_add(page->b, "</td>");
}

/* Five cells at most for one proxy; blank when the group was not tested. */
static void add_cells(brc_page *page, const brc_inference *st, size_t row, bool sign)
{
	double level = page->report->options.level;
	char text[BRC_NUMBER_MAX];

	if (row == BRC_ANY) {
		for (int i = 0; i < 3 + (st->q != NULL) + (st->p_maxt != NULL); i++)
			brc_str_add(page->b, "<td></td>"); /* one by one: columns are sorted */
		return;
	}
	add_number(page, st->observed[row], brc_format_value(st, st->observed[row], sign, text));
	add_number(page, st->effect[row], brc_format_value(st, st->effect[row], true, text));
	add_p(page, st->p[row], level);
	if (st->q)
		add_p(page, st->q[row], level);
	if (st->p_maxt)
		add_p(page, st->p_maxt[row], level);
}

/* "important", "coherent", in words and shape, not in colour alone. */
static void add_verdict(brc_page *page, const brc_group *g)
{
	static const char *const word[BRC_PROXIES] = {"important", "coherent"};
	int strength = 0;

	for (size_t p = 0; p < BRC_PROXIES; p++)
		strength = strength * 4 + (int)g->mark[p];
	brc_str_addf(page->b, "<td class=\"verdict\" data-v=\"%d\">", -strength);
	for (size_t p = 0; p < BRC_PROXIES; p++)
		if (g->mark[p] >= BRC_MARK_Q)
			brc_str_addf(page->b, "<span class=\"badge %s%s\">%s%s</span> ", word[p],
				     g->mark[p] == BRC_MARK_MAXT ? " full" : "", word[p],
				     g->mark[p] == BRC_MARK_MAXT ? " \xE2\x98\x85" : "");
	brc_str_add(page->b, "</td>");
}

static void add_class(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	double level = page->report->options.level;
	char name[1024], text[BRC_NUMBER_MAX];

	if (g->worst_class == BRC_ANY) {
		brc_str_add(page->b, "<td></td><td></td>");
		return;
	}
	brc_str_add(page->b, "<td class=\"class\">");
	brc_html_text(page,
		      brc_class_name(l->class_name, l->classes, g->worst_class, name, sizeof name));
	brc_str_add(page->b, g->worst_p <= level ? " \xE2\x98\x85</td>" : "</td>");
	add_number(page, g->worst_change, brc_format_points(g->worst_change, text));
}

static void add_row(brc_page *page, const brc_place *at, size_t i)
{
	const brc_labelling *l = at->l;
	const brc_group *g = &l->group[i];
	bool link = at->detailed[i];

	brc_str_addf(page->b, "<tr><th scope=\"row\" data-v=\"%zu\">", g->layer);
	if (link)
		brc_str_addf(page->b, "<a href=\"#n%zu-l%zu-g%zu\">", at->network, at->labelling,
			     i);
	brc_html_name(page, l->layers.name[g->layer]);
	brc_str_addf(page->b, "%s</th><td class=\"n\" data-v=\"%d\">%d</td>", link ? "</a>" : "",
		     g->cluster, g->cluster);
	brc_str_addf(page->b, "<td class=\"n\" data-v=\"%zu\">%zu</td>", g->size, g->size);
	add_verdict(page, g);
	for (size_t p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (st)
			add_cells(page, st, g->row[p], p == BRC_IMPORTANCE);
	}
	add_class(page, l, g);
	brc_str_add(page->b, "</tr>\n");
}

/* As many of the tested groups as the page takes; returns how many. */
static size_t add_rows(brc_page *page, const brc_place *at)
{
	size_t n = 0;

	for (size_t i = 0; i < at->l->n_groups && page->rows_left > 0; i++) {
		if (!brc_group_tested(&at->l->group[at->l->order[i]]))
			continue;
		add_row(page, at, at->l->order[i]);
		page->rows_left--;
		n++;
	}
	return n;
}

/* Nothing was tested: one row a layer, with the sizes of its groups. */
static void add_sizes(brc_page *page, const brc_labelling *l)
{
	brc_str_add(page->b,
		    "<h3>Groups</h3>\n<div class=\"wide\"><table class=\"sizes\"><thead><tr>");
	brc_html_heads(page, "layer|#groups|cluster: units");
	brc_str_add(page->b, "</tr></thead><tbody>\n");
	for (size_t i = 0, last; i < l->n_groups && page->rows_left > 0; i = last) {
		for (last = i; last < l->n_groups && l->group[last].layer == l->group[i].layer;)
			last++;
		brc_str_add(page->b, "<tr><th scope=\"row\">");
		brc_html_name(page, l->layers.name[l->group[i].layer]);
		brc_str_addf(page->b, "</th><td class=\"n\">%zu</td><td>", last - i);
		for (size_t g = i; g < last; g++)
			brc_str_addf(page->b, "%s%d:&nbsp;%zu", g > i ? ", " : "",
				     l->group[g].cluster, l->group[g].size);
		brc_str_add(page->b, "</td></tr>\n");
		page->rows_left--;
	}
	brc_str_add(page->b, "</tbody></table></div>\n");
}

/* Every tested group in a row of its own. */
static void add_table(brc_page *page, const brc_place *at)
{
	const brc_labelling *l = at->l;
	double level = page->report->options.level;
	size_t rows = 0, shown;

	for (size_t i = 0; i < l->n_groups; i++)
		rows += brc_group_tested(&l->group[i]);
	brc_str_addf(page->b, "<h3>Groups</h3>\n<div class=\"wide%s\"><table class=\"groups\">",
		     rows > ROWS_AT_ONCE ? " long\" tabindex=\"0" : "");
	add_heads(page, l);
	brc_str_add(page->b, "<tbody>\n");
	shown = add_rows(page, at);
	brc_str_add(page->b, "</tbody></table></div>\n");
	brc_str_addf(page->b,
		     "<p class=\"note\">value: with the group silenced; effect: less the "
		     "mean of random groups of its size and layer. Verdict: q &#8804; %g "
		     "or, with &#9733;, max-T p &#8804; %g. A class with &#9733; loses "
		     "more than under random groups (adjusted over classes).</p>\n",
		     level, level);
	if (shown < rows)
		brc_str_addf(page->b,
			     "<p class=\"note\">%zu groups more are in the TSV and JSON "
			     "reports.</p>\n",
			     rows - shown);
	brc_html_notes(page, at->net, BRC_NOTE_UNTESTED, at->labelling, "untested");
}

void brc_html_groups(brc_page *page, const brc_place *at)
{
	if (at->l->n_groups == 0)
		return;
	if (any_test(at->l))
		add_table(page, at);
	else
		add_sizes(page, at->l);
}
