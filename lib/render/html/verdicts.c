/* The groups that stand out, as a table near the top of a labelling. */
#include <stdlib.h>

#include "render/html/parts.h"
#include "render/model/verdicts.h"

static void add_text(brc_page *page, brc_str *text)
{
	brc_html(page, "<td>");
	brc_html_prose(page, text->s ? text->s : "");
	brc_html(page, "</td>");
	page->b->failed |= text->failed;
	brc_str_free(text);
}

static void add_row(brc_page *page, const brc_standout *s)
{
	const brc_group *g = s->group;
	brc_str effect = {0}, controls = {0}, returns = {0}, flags = {0};

	brc_html(page, "<tr><th scope=\"row\">");
	brc_html_name(page, s->l->layer_title[g->layer]);
	brc_html(page, ", cluster %d</th>", g->cluster);
	brc_html_count(page, g->size);
	brc_html(page, "<td>%s</td><td>%s</td>", brc_standout_word(s), brc_mark_words(s->mark));
	brc_standout_effect(s, &effect);
	add_text(page, &effect);
	brc_standout_controls(s, page->report->options.level, &controls);
	add_text(page, &controls);
	brc_standout_returns(s, &returns);
	add_text(page, &returns);
	brc_standout_flags(s, &flags);
	add_text(page, &flags);
	brc_html(page, "</tr>\n");
}

static void add_doubts(brc_page *page, const brc_labelling *l)
{
	brc_str doubts = {0};

	brc_doubts(l, &doubts);
	if (doubts.s) {
		brc_html(page, "<ul class=\"warning\"><li>All of these are doubtful: ");
		brc_html_prose(page, doubts.s);
		brc_html(page, ".</li></ul>\n");
	}
	page->b->failed |= doubts.failed;
	brc_str_free(&doubts);
}

brc_rc brc_html_verdicts(brc_page *page, const brc_labelling *l)
{
	const double level = page->report->options.level;
	brc_standout *item;
	size_t n;

	if (!brc_labelling_tested(l))
		return BRC_OK;
	BRC_TRY(brc_standouts_new(&item, &n, l, page->err));
	if (n == 0)
		brc_html(page, "<p>No group stands out by any test (p above %g).</p>\n", level);
	else {
		brc_html(page, "<h3>Groups that stand out (p &#8804; %g)</h3>\n", level);
		add_doubts(page, l);
		brc_html_table(page, " class=\"verdicts\"",
			       "group|#units|is|how sure|effect|beats|returns in|flags");
		for (size_t i = 0; i < n; i++)
			add_row(page, &item[i]);
		brc_html_table_end(page);
	}
	free(item);
	return BRC_OK;
}
