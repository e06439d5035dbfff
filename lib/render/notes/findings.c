/* The findings, in sentences: what a colleague wants to read first. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/words/format.h"
#include "render/notes/notes.h"

#define SHOWN_GROUPS 3 /* strongest groups named in a sentence */

/* Can n draws give a p of at most `level`? The smallest is 1 / (n + 1). */
static bool reaches(size_t n, double level)
{
	return 1 / ((double)n + 1) <= level * (1 + 1e-9);
}

/* " 9 copies cannot give a p below 0.100: use at least 19." */
static void add_unreachable(brc_str *text, size_t n, const char *what, double level)
{
	char p[BRC_NUMBER_MAX];

	brc_str_addf(text, " %zu %s cannot give a p below %s: use at least %.0f.", n, what,
		     brc_format_p(1 / ((double)n + 1), p), ceil(1 / level - 1e-9) - 1);
}

static brc_rc clusterability_finding(brc_network *net, const brc_clusterability *c, double level,
				     brc_err *err)
{
	char observed[BRC_NUMBER_MAX], mean[BRC_NUMBER_MAX], p[BRC_NUMBER_MAX];
	brc_str text = {0};
	bool lower = c->p <= level;

	brc_str_addf(&text,
		     "By its %s %s more clusterable than its shuffled copies: its n-cut into %zu "
		     "clusters is %s, theirs %s on average (%zu copies, %s shuffle, p = %s).",
		     strcmp(c->source, "affinity") == 0 ? "activations' correlations" : "weights",
		     lower ? "the network is" : "there is no evidence that the network is", c->k,
		     brc_format_number(c->observed, 5, observed),
		     brc_format_number(c->mean, 5, mean), c->shuffles, c->null,
		     brc_format_p(c->p, p));
	if (!lower && !reaches(c->shuffles, level))
		add_unreachable(&text, c->shuffles, "copies", level);
	brc_rc rc = brc_note_add(net, BRC_NOTE_FINDING, BRC_ANY, &text, err);
	brc_str_free(&text);
	return rc;
}

/* Has the sentence before said that no group is found important? Then this one may be short. */
static bool none_important(const brc_labelling *l, brc_proxy proxy, size_t m)
{
	const brc_inference *st = brc_primary(&l->test[BRC_IMPORTANCE]);

	return proxy == BRC_COHERENCE && st && !st->published && st->m == m &&
	       brc_marked(l, BRC_IMPORTANCE) == 0;
}

static void add_none(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	size_t m = brc_primary(&l->test[proxy])->m;

	if (none_important(l, proxy, m))
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
	brc_str_addf(text, " (q and max-T above %g).", level);
}

/* "6 of 45 groups are more important than random groups of their size and layer (...)." */
static void add_corrected(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	size_t found = brc_marked(l, proxy);

	if (found == 0) {
		add_none(text, l, proxy, level);
		return;
	}
	brc_str_addf(
		text,
		"%zu of %zu groups %s %s than random groups of %s size and layer (%zu by q <= %g, "
		"%zu by max-T).",
		found, st->m, found == 1 ? "is" : "are", brc_proxy_adjective(proxy),
		found > 1 ? "their" : "its", brc_found(st->q, st->m, level), level,
		brc_found(st->p_maxt, st->m, level));
}

static void add_uncorrected(brc_str *text, const brc_labelling *l, brc_proxy proxy, double level)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	char p[BRC_NUMBER_MAX];

	brc_str_addf(text,
		     "%zu of %zu groups have p <= %g for %s by the rules of the published code, "
		     "which correct neither for ties nor for the number of groups",
		     brc_found(st->p, st->m, level), st->m, level, brc_proxy_name(proxy));
	if (st->fisher_p >= 0)
		brc_str_addf(text, "; combined by Fisher as if independent, p = %s",
			     brc_format_p(st->fisher_p, p));
	brc_str_add(text, ".");
}

/* The published effect measure and the test that stood beside it. */
static brc_rc published_finding(brc_network *net, size_t labelling, const brc_inference *st,
				brc_err *err)
{
	char effect[BRC_NUMBER_MAX], sem[BRC_NUMBER_MAX], chi2[BRC_NUMBER_MAX];
	brc_str text = {0};

	brc_str_addf(&text,
		     "Published effect measure: %s on average (standard error %s; 1: as random "
		     "groups). Chi-square test of the ranks: p = %s.",
		     brc_format_number(st->paper_effect, 3, effect),
		     brc_format_number(st->paper_effect_sem, 2, sem),
		     brc_format_p(st->chi2_p, chi2));
	brc_rc rc = brc_note_add(net, BRC_NOTE_DETAIL, labelling, &text, err);
	brc_str_free(&text);
	return rc;
}

/* The joint test, in a sentence of its own. */
static brc_rc joint_finding(brc_network *net, size_t labelling, brc_proxy proxy, double level,
			    brc_err *err)
{
	const brc_inference *st = brc_primary(&net->labelling[labelling].test[proxy]);
	bool alone = brc_marked(&net->labelling[labelling], proxy) == 0;
	char p[BRC_NUMBER_MAX];
	brc_str text = {0};

	if (!(st->omnibus_p >= 0))
		return BRC_OK;
	if (st->omnibus_p <= level)
		brc_str_addf(&text, "Taken together, the groups are %s than random ones%s",
			     brc_proxy_adjective(proxy),
			     alone ? ", although none stands out by itself" : "");
	else
		brc_str_addf(&text,
			     "Taken together, there is no evidence that the groups are %s than "
			     "random ones%s",
			     brc_proxy_adjective(proxy), alone ? "" : ": it is few that stand out");
	brc_str_addf(&text, " (omnibus p = %s).", brc_format_p(st->omnibus_p, p));
	if (st->omnibus_p > level && !reaches(st->n, level))
		add_unreachable(&text, st->n, "random groups each", level);
	brc_rc rc = brc_note_add(net, BRC_NOTE_DETAIL, labelling, &text, err);
	brc_str_free(&text);
	return rc;
}

/* "fc2, cluster 5 (23 units: -12.30 points, random groups -2.10)" */
static void add_group(brc_str *text, const brc_labelling *l, const brc_group *g, brc_proxy proxy)
{
	const brc_inference *st = brc_primary(&l->test[proxy]);
	size_t row = g->row[proxy];
	char observed[BRC_NUMBER_MAX], mean[BRC_NUMBER_MAX], units[BRC_NUMBER_MAX];
	const char *unit = brc_format_unit(st);
	char layer[512];

	brc_str_addf(text, "%s, cluster %d (%s: %s%s%s, random groups %s)",
		     brc_layer_title(l->layers.name[g->layer], layer, sizeof layer), g->cluster,
		     brc_format_count(g->size, "unit", "units", units),
		     brc_format_value(st, st->observed[row], proxy == BRC_IMPORTANCE, observed),
		     unit[0] ? " " : "", unit,
		     brc_format_value(st, st->control_mean[row], proxy == BRC_IMPORTANCE, mean));
}

typedef struct {
	size_t index;
	double strength;
} ranked;

static int by_strength(const void *a, const void *b)
{
	const ranked *x = a, *y = b;

	if (x->strength != y->strength)
		return x->strength > y->strength ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The significant groups of largest effect, in a sentence of their own. */
static brc_rc strongest_groups(brc_network *net, size_t labelling, brc_proxy proxy, brc_err *err)
{
	const brc_labelling *l = &net->labelling[labelling];
	const brc_inference *st = brc_primary(&l->test[proxy]);
	ranked *r = brc_calloc(l->n_groups, sizeof *r, err);
	brc_str text = {0};
	size_t n = 0;

	if (!r)
		return BRC_RESOURCE;
	for (size_t i = 0; i < l->n_groups; i++) {
		const brc_group *g = &l->group[i];

		if (g->mark[proxy] >= BRC_MARK_Q)
			r[n++] = (ranked){i, (st->tail == BRC_TAIL_RIGHT ? 1 : -1) *
						     st->effect[g->row[proxy]]};
	}
	if (n > 1)
		qsort(r, n, sizeof *r, by_strength);
	brc_str_add(&text, n > SHOWN_GROUPS ? "Largest effects: " : "Which: ");
	for (size_t i = 0; i < n && i < SHOWN_GROUPS; i++) {
		brc_str_add(&text, i ? "; " : "");
		add_group(&text, l, &l->group[r[i].index], proxy);
	}
	brc_str_add(&text, ".");
	brc_rc rc = n ? brc_note_add(net, BRC_NOTE_DETAIL, labelling, &text, err) : BRC_OK;
	brc_str_free(&text);
	free(r);
	return rc;
}

static brc_rc proxy_finding(brc_network *net, size_t labelling, brc_proxy proxy, double level,
			    brc_err *err)
{
	const brc_labelling *l = &net->labelling[labelling];
	brc_str text = {0};
	brc_rc rc;

	if (!brc_primary(&l->test[proxy]))
		return BRC_OK;
	if (l->test[proxy].published)
		add_uncorrected(&text, l, proxy, level);
	else
		add_corrected(&text, l, proxy, level);
	rc = brc_note_add(net, BRC_NOTE_FINDING, labelling, &text, err);
	brc_str_free(&text);
	if (rc == BRC_OK && l->test[proxy].published)
		rc = published_finding(net, labelling, brc_primary(&l->test[proxy]), err);
	else if (rc == BRC_OK)
		rc = joint_finding(net, labelling, proxy, level, err);
	return rc == BRC_OK ? strongest_groups(net, labelling, proxy, err) : rc;
}

brc_rc brc_sentences_collect(brc_network *net, const brc_report_options *options, brc_err *err)
{
	for (size_t i = 0; i < net->n_clusterability; i++)
		BRC_TRY(clusterability_finding(net, &net->clusterability[i], options->level, err));
	for (size_t i = 0; i < net->n_labellings; i++)
		for (size_t p = 0; p < BRC_PROXIES; p++)
			BRC_TRY(proxy_finding(net, i, (brc_proxy)p, options->level, err));
	return BRC_OK;
}
