/* The findings in sentences, which a colleague wants to read first. */
#include <math.h>
#include <string.h>

#include "render/notes/notes.h"
#include "render/words/format.h"
#include "study/match_words.h"

enum { SHOWN_GROUPS = 3 }; /* strongest groups named in a sentence */

/* Can n draws give a p of at most `level`? The smallest is 1 / (n + 1). */
static bool reaches(size_t n, double level)
{
	return 1 / ((double)n + 1) <= level * (1 + 1e-9);
}

/* " 9 copies cannot give a p below 0.100: use at least 19." */
static void add_unreachable(brc_str *text, size_t n, const char *what, double level)
{
	brc_str_addf(text, " %zu %s cannot give a p below %s: use at least %.0f.", n, what,
		     brc_format_p(1 / ((double)n + 1)).s, ceil(1 / level - 1e-9) - 1);
}

/* "weights": what speaks for the finding. */
static const char *evidence(const char *source)
{
	if (strcmp(source, "affinity") == 0)
		return "activations' correlations";
	return strcmp(source, "series") == 0     ? "series' correlations"
	       : strcmp(source, "imported") == 0 ? "edges"
						 : "weights";
}

static void clusterability_finding(brc_network *net, const brc_clusterability *c, double level)
{
	brc_notes *notes = &net->notes;
	brc_str *text = brc_note_begin(notes, BRC_NOTE_FINDING, BRC_ANY);
	bool lower = c->p <= level;

	brc_str_addf(
		text,
		"By its %s %s%s is more clusterable than %s: its n-cut into %zu clusters is %s, "
		"theirs %s on average (%zu draws, null model %s, p = %s).",
		evidence(c->source), lower ? "the " : "there is no evidence that the ",
		brc_subject(net), brc_null_title(c->null), c->k,
		brc_format_number(c->observed, 5).s, brc_format_number(c->mean, 5).s, c->shuffles,
		c->null, brc_format_p(c->p).s);
	if (c->tested > 1)
		brc_str_addf(text, " %zu numbers of clusters were tried: for the best, p = %s.",
			     c->tested, brc_format_p(c->p_all).s);
	if (!lower && !reaches(c->shuffles, level))
		add_unreachable(text, c->shuffles, "draws", level);
}

static void add_none(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *before = brc_primary(&l->test[BRC_IMPORTANCE]);
	size_t m = brc_primary(&l->test[proxy])->m;

	/* short, where the sentence before said that no group was found important */
	if (proxy == BRC_COHERENCE && before && !before->published && before->m == m &&
	    brc_marked(l, BRC_IMPORTANCE) == 0)
		brc_str_addf(text, "%s found %s either", m == 1 ? "It is not" : "None is",
			     brc_proxy_adjective(proxy));
	else if (m == 1)
		brc_str_addf(
			text,
			"The one group is not found %s than random groups of its size and layer",
			brc_proxy_adjective(proxy));
	else
		brc_str_addf(text,
			     "None of %zu groups is found %s than random groups of its size and "
			     "layer once corrected for their number",
			     m, brc_proxy_adjective(proxy));
	brc_str_addf(text, " (q and max-T above %g", level);
	if (brc_primary(&l->test[proxy])->minimum_effect > 0)
		brc_str_addf(text, ", or a range below %g points",
			     100 * brc_primary(&l->test[proxy])->minimum_effect);
	brc_str_add(text, ").");
}

/* "6 of 45 groups are more important than random groups of their size and layer (...)." */
/* Why q and max-T differ; not again what was said of the proxy before. */
static void add_reconciled(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *before = brc_primary(&l->test[BRC_IMPORTANCE]);
	brc_str own = {0}, other = {0};

	brc_note_reconciled(&own, brc_primary(&l->test[proxy]), level);
	if (proxy != BRC_IMPORTANCE && before)
		brc_note_reconciled(&other, before, level);
	if (own.s && (!other.s || strcmp(own.s, other.s) != 0))
		brc_str_add(text, own.s);
	text->failed |= own.failed || other.failed;
	brc_str_free(&own);
	brc_str_free(&other);
}

/* How many graphs were tested, and in how many a partition does not repeat. */
static size_t unstructured(const brc_structure *t, size_t *tested)
{
	size_t n = 0;

	*tested = 0;
	for (size_t g = 0; g < t->graphs; g++) {
		const size_t row = brc_structure_row(t, g, 0);

		if (row == BRC_ANY || t->verdict[row] == BRC_VERDICT_UNTESTED)
			continue;
		++*tested;
		n += t->verdict[row] != BRC_VERDICT_STRUCTURED;
	}
	return n;
}

/* Findings stand below the verdict on the partition. */
static void add_repeatable(brc_str *text, const brc_labelling *l)
{
	size_t tested;
	const size_t n = unstructured(&l->structure, &tested);

	if (n > 0 && n == tested)
		brc_str_add(text, " These groups do not repeat: this is said of one partition, and "
				  "not of modules of the network.");
	else if (n > 0)
		brc_str_addf(text, " Of %zu of %zu graphs the groups do not repeat.", n, tested);
}

static void add_corrected(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	size_t found = brc_marked(l, proxy);

	if (found == 0) {
		add_none(text, l, proxy, level);
		return;
	}
	brc_str_addf(text,
		     "%zu of %zu groups %s %s than random groups of %s size and layer (%zu by q <= "
		     "%g, %zu by max-T",
		     found, st->m, found == 1 ? "is" : "are", brc_proxy_adjective(proxy),
		     found > 1 ? "their" : "its", brc_inference_found(st, st->q, level), level,
		     brc_inference_found(st, st->p_maxt, level));
	if (st->minimum_effect > 0)
		brc_str_addf(text, "; with a range of at least %g points",
			     100 * st->minimum_effect);
	brc_str_add(text, ").");
	add_reconciled(text, l, proxy, level);
	add_repeatable(text, l);
}

static void add_uncorrected(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);

	brc_str_addf(text,
		     "%zu of %zu groups have p <= %g for %s by the rules of the published code, "
		     "which correct neither for ties nor for the number of groups",
		     brc_inference_found(st, st->p, level), st->m, level, brc_proxy_name(proxy));
	if (st->fisher_p >= 0)
		brc_str_addf(text, "; combined by Fisher as if independent, p = %s",
			     brc_format_p(st->fisher_p).s);
	brc_str_add(text, ".");
}

/* The joint test, in a sentence of its own. */
static void joint_finding(brc_network *net, size_t labelling, brc_proxy proxy, double level)
{
	const brc_inference *st = brc_primary(&net->labelling[labelling].test[proxy]);
	bool alone = brc_marked(&net->labelling[labelling], proxy) == 0;
	brc_str *text;

	if (!(st->omnibus_p >= 0))
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_DETAIL, labelling);
	if (st->omnibus_p <= level)
		brc_str_addf(text, "Taken together, the groups are %s than random ones%s",
			     brc_proxy_adjective(proxy),
			     alone ? ", although none stands out by itself" : "");
	else
		brc_str_addf(text,
			     "Taken together, there is no evidence that the groups are %s than "
			     "random ones%s",
			     brc_proxy_adjective(proxy), alone ? "" : ": it is few that stand out");
	brc_str_addf(text, " (omnibus p = %s).", brc_format_p(st->omnibus_p).s);
	if (st->omnibus_p > level && !reaches(st->n, level))
		add_unreachable(text, st->n, "random groups each", level);
}

/*
 * "fc2, cluster 5 (23 units: -12.30 points, random groups -2.10)"; of specificity "(23 units: range
 * 38.66 points; F 148, random groups 1.05)"
 */
static void add_group(brc_str *text, const brc_labelling *l, const brc_group *g, brc_proxy proxy)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	bool sign = proxy == BRC_IMPORTANCE;
	const char *unit = brc_format_unit(st), *space = unit[0] ? " " : "";
	size_t row = g->row[proxy];

	brc_str_addf(text, "%s, cluster %d (%s: ", l->layer_title[g->layer], g->cluster,
		     brc_format_count(g->size, "unit", "units").s);
	if (st->u_range)
		brc_str_addf(text, "range %s points; %s%s%s",
			     brc_format_fixed(100 * st->u_range[row], 2).s, unit, space,
			     brc_format_value(st, st->observed[row], sign).s);
	else
		brc_str_addf(text, "%s%s%s", brc_format_value(st, st->observed[row], sign).s, space,
			     unit);
	brc_str_addf(text, ", random groups %s)",
		     brc_format_value(st, st->control_mean[row], sign).s);
}

/* Does group a stand before group b: by effect in the direction tested, then in order? */
static bool stronger(const brc_labelling *l, brc_proxy proxy, size_t a, size_t b)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	double x = st->effect[l->group[a].row[proxy]], y = st->effect[l->group[b].row[proxy]];

	if (x != y)
		return st->tail == BRC_TAIL_RIGHT ? x > y : x < y;
	return a < b;
}

/* The significant groups of largest effect, in a sentence of their own. */
static void strongest_groups(brc_network *net, size_t labelling, brc_proxy proxy)
{
	const brc_labelling *l = &net->labelling[labelling];
	size_t n = brc_marked(l, proxy), last = BRC_ANY;
	brc_str *text;

	if (n == 0)
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_DETAIL, labelling);
	brc_str_add(text, n > SHOWN_GROUPS ? "Largest effects: " : "Which: ");
	for (size_t shown = 0; shown < n && shown < SHOWN_GROUPS; shown++) {
		size_t best = BRC_ANY;

		for (size_t i = 0; i < l->n_groups; i++)
			if (l->group[i].mark[proxy] >= BRC_MARK_Q &&
			    (last == BRC_ANY || stronger(l, proxy, last, i)) &&
			    (best == BRC_ANY || stronger(l, proxy, i, best)))
				best = i;
		if (best == BRC_ANY)
			break;
		brc_str_add(text, shown ? "; " : "");
		add_group(text, l, &l->group[best], proxy);
		last = best;
	}
	brc_str_add(text, ".");
}

/* How many of the groups that were found pass the other kinds of controls. */
static void other_controls(brc_network *net, size_t labelling, brc_proxy proxy, double level)
{
	brc_str text = {0};

	if (brc_match_summary(brc_primary(&net->labelling[labelling].test[proxy]), level, &text) &&
	    text.s)
		brc_note_addf(&net->notes, BRC_NOTE_DETAIL, labelling, "Other controls: %s.",
			      text.s);
	brc_str_free(&text);
}

static void proxy_finding(brc_network *net, size_t labelling, brc_proxy proxy, double level)
{
	const brc_labelling *l = &net->labelling[labelling];
	const brc_inference *st = brc_primary(&l->test[proxy]);
	brc_str *text;

	if (!st)
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_FINDING, labelling);
	if (st->published) {
		add_uncorrected(text, l, proxy, level);
		brc_note_addf(
			&net->notes, BRC_NOTE_DETAIL, labelling,
			"Published effect measure: %s on average (standard error %s; 1: as random "
			"groups). Chi-square test of the ranks: p = %s.",
			brc_format_number(st->paper_effect, 3).s,
			brc_format_number(st->paper_effect_sem, 2).s, brc_format_p(st->chi2_p).s);
	} else {
		add_corrected(text, l, proxy, level);
		joint_finding(net, labelling, proxy, level);
	}
	strongest_groups(net, labelling, proxy);
	other_controls(net, labelling, proxy, level);
}

void brc_note_findings(brc_network *net, double level)
{
	for (size_t i = 0; i < net->n_clusterability; i++)
		clusterability_finding(net, &net->clusterability[i], level);
	for (size_t i = 0; i < net->n_labellings; i++)
		for (brc_proxy p = 0; p < BRC_PROXIES; p++)
			proxy_finding(net, i, p, level);
}
