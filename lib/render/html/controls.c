/* One group against all kinds of controls. */
#include "render/html/parts.h"
#include "render/words/format.h"
#include "study/match_words.h"

static void add_kind(brc_page *page, const brc_inference *st, brc_match k, size_t row, bool sign)
{
	const brc_matched *of = brc_match_columns_of(st, k);

	if (!of->p)
		return;
	brc_html(page, "<tr><th scope=\"row\">%s, %s</th>", st->statistic, brc_match_name(k));
	brc_html(page, "<td class=\"n\">%s</td><td class=\"n\">%s</td>",
		 brc_format_minus(brc_format_number(of->value[row], 4)).s,
		 brc_format_minus(brc_format_number(of->control_value[row], 4)).s);
	brc_html(page, "<td class=\"n\">%s</td><td class=\"n\">%s</td>",
		 brc_format_minus(brc_format_value(st, of->control_mean[row], sign)).s,
		 brc_format_minus(brc_format_value(st, of->effect[row], true)).s);
	brc_html(page, "<td class=\"n\">%s%s</td>", brc_format_p(of->p[row]).s,
		 brc_match_exact(k) ? "" : " (reference)");
	brc_html(page, "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
		 of->q ? brc_format_p(of->q[row]).s : "-",
		 of->p_maxt ? brc_format_p(of->p_maxt[row]).s : "-");
}

static void add_verdict(brc_page *page, const brc_inference *st, size_t row)
{
	const double level = page->report->options.level;
	brc_str text = {0};

	if (brc_match_found(st, row, level) && brc_match_verdict(st, row, level, &text) && text.s)
		brc_html(page, "<p class=\"note\">%s: it %s.</p>\n", st->statistic, text.s);
	brc_str_free(&text);
}

void brc_html_controls(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	bool any = false;

	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++)
			any |= brc_match_any(&l->test[p].stat[i]);
	if (!any)
		return;
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		if (brc_primary(&l->test[p]) && g->row[p] != BRC_ANY)
			add_verdict(page, brc_primary(&l->test[p]), g->row[p]);
	brc_html_table(page, "",
		       "controls matched by|#that of the group|#of controls|"
		       "#statistic of controls|#effect|#p|#q|#max-T");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++)
			for (brc_match k = 0; k < BRC_MATCHES; k++)
				add_kind(page, &l->test[p].stat[i], k, g->row[p],
					 p == BRC_IMPORTANCE);
	brc_html_table_end(page);
}
