/* The groups that stand out, two lines each, on a terminal. */
#include <stdlib.h>

#include "render/model/verdicts.h"
#include "render/text/text.h"
#include "render/words/escape.h"

/* How many groups are shown, and the widths of the columns. */
enum { SHOWN = 12, LAYER = 14, CLUSTER = 7, UNITS = 6, IS = 10, SURE = 16, EFFECT = 21 };

static void add_cell(brc_str *b, brc_str *text, size_t width)
{
	brc_str_add(b, " ");
	brc_escape_cell(b, text->s ? text->s : "", width);
	b->failed |= text->failed;
	brc_str_free(text);
}

static void add_row(brc_str *b, const brc_standout *s, double level)
{
	const brc_group *g = s->group;
	brc_str effect = {0}, returns = {0}, second = {0}, flags = {0};

	brc_standout_effect(s, &effect);
	brc_standout_returns(s, &returns);
	brc_str_add(b, "  ");
	brc_escape_cell(b, s->l->layer_title[g->layer], LAYER);
	brc_str_addf(b, " %*d %*zu  %-*s %-*s", CLUSTER, g->cluster, UNITS, g->size, IS,
		     brc_standout_word(s), SURE, brc_mark_words(s->mark));
	add_cell(b, &effect, EFFECT);
	brc_str_addf(b, " %s\n", returns.s ? returns.s : "");
	b->failed |= returns.failed;
	brc_str_free(&returns);
	brc_str_add(&second, "beats ");
	brc_standout_controls(s, level, &second);
	brc_standout_flags(s, &flags);
	if (flags.s)
		brc_str_addf(&second, "; %s", flags.s);
	b->failed |= flags.failed;
	brc_str_free(&flags);
	brc_text_line(b, "      ", &second);
}

static void add_doubts(brc_str *b, const brc_labelling *l)
{
	brc_str doubts = {0}, line = {0};

	brc_doubts(l, &doubts);
	if (doubts.s) {
		brc_str_addf(&line, "All of these are doubtful: %s.", doubts.s);
		brc_text_line(b, "  ", &line);
	}
	b->failed |= doubts.failed;
	brc_str_free(&doubts);
}

brc_rc brc_text_verdicts(brc_str *b, const brc_labelling *l, double level, brc_err *err)
{
	brc_standout *item;
	size_t n;

	if (!brc_labelling_tested(l))
		return BRC_OK;
	BRC_TRY(brc_standouts_new(&item, &n, l, err));
	if (n == 0) {
		free(item);
		brc_str_addf(b, "No group stands out by any test (p above %g).\n\n", level);
		return BRC_OK;
	}
	brc_str_addf(b, "Groups that stand out (p at most %g)\n", level);
	add_doubts(b, l);
	brc_str_addf(b, "  %-*s %*s %*s  %-*s %-*s %-*s %s\n", LAYER, "layer", CLUSTER, "cluster",
		     UNITS, "units", IS, "is", SURE, "how sure", EFFECT, "effect", "returns");
	for (size_t i = 0; i < n && i < SHOWN; i++)
		add_row(b, &item[i], level);
	if (n > SHOWN)
		brc_str_addf(b, "  %zu weaker ones more are in the HTML and JSON reports\n",
			     n - SHOWN);
	brc_str_add(b, "\n");
	free(item);
	return BRC_OK;
}
