/* Groups that stand out against random controls, against the other kinds of controls. */
#include "render/text/text.h"
#include "render/words/format.h"
#include "study/match_words.h"

enum { KIND = 11, P = 10 };

/* "  in-norm     max-T .0050; mean 2.85 of the group, 2.88 of controls". */
static void add_kind(brc_str *b, const brc_inference *st, brc_match k, size_t row)
{
	const brc_matched *of = brc_match_columns_of(st, k);

	if (!of->p)
		return;
	brc_str_addf(b, "      %-*s p %-*s", KIND, brc_match_name(k), P,
		     brc_format_p(of->p[row]).s);
	if (of->p_maxt)
		brc_str_addf(b, "max-T %-*s", P, brc_format_p(of->p_maxt[row]).s);
	else
		brc_str_addf(b, "%-*s", P + 6, "(reference)");
	brc_str_addf(b, "effect %-*s", P, brc_format_value(st, of->effect[row], true).s);
	brc_str_addf(b, "its own %s, theirs %s\n", brc_format_number(of->value[row], 4).s,
		     brc_format_number(of->control_value[row], 4).s);
}

static void add_group(brc_str *b, const brc_labelling *l, const brc_group *g,
		      const brc_inference *st, brc_proxy proxy, double level)
{
	brc_str line = {0};

	brc_str_addf(&line, "%s, cluster %d, %s: ", l->layer_title[g->layer], g->cluster,
		     brc_proxy_name(proxy));
	brc_match_verdict(st, g->row[proxy], level, &line);
	brc_text_line(b, "    ", &line);
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		add_kind(b, st, k, g->row[proxy]);
}

void brc_text_controls(brc_str *b, const brc_labelling *l, double level)
{
	bool begun = false;

	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		for (size_t i = 0; st && brc_match_any(st) && i < l->n_groups; i++) {
			const brc_group *g = &l->group[l->order[i]];

			if (g->row[p] == BRC_ANY || !brc_match_found(st, g->row[p], level))
				continue;
			if (!begun)
				brc_str_add(b, "  Against controls that are like the group in "
					       "something:\n");
			begun = true;
			add_group(b, l, g, st, p, level);
		}
	}
	if (begun)
		brc_str_add(b, "\n");
}
