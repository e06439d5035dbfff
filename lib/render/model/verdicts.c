/* Which groups stand out, and what is known of each. */
#include "render/model/verdicts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/words/format.h"
#include "study/match_words.h"
#include "study/specificity.h"

const char *brc_mark_words(brc_mark mark)
{
	static const char *const word[] = {"none", "p alone", "false discovery", "family-wise"};

	return word[mark];
}

const char *brc_standout_word(const brc_standout *s)
{
	if (s->proxy == BRC_IMPORTANCE)
		return "important";
	return s->st->u_range ? "specific" : "coherent";
}

/* ---- collecting ---- */

/* How many clusters of a global partition are weakly connected; 0 where that is not known. */
static size_t weak_clusters(const brc_labelling *l)
{
	size_t n = 0;

	if (!l->labels_section || l->labels.mode != BRC_LABELS_GLOBAL || l->n_graphs != 1)
		return 0;
	for (size_t c = 0; c < l->graph[0].rated; c++)
		n += brc_graph_result_weak(&l->graph[0], c);
	return n;
}

static bool is_weak(const brc_labelling *l, const brc_group *g)
{
	const size_t c = (size_t)g->cluster;

	return l->labels_section && l->labels.mode == BRC_LABELS_GLOBAL && l->n_graphs == 1 &&
	       c < l->graph[0].rated && brc_graph_result_weak(&l->graph[0], c);
}

/* Looks for the finding among those that were repeated. */
static void find_returns(brc_standout *s)
{
	const brc_repeats *r = &s->l->repeats;
	const char *layer = s->l->layers.name[s->group->layer];

	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->statistic[r->of[i]], s->st->statistic) != 0 ||
		    strcmp(r->layers.name[r->layer[i]], layer) != 0 ||
		    r->cluster[i] != s->group->cluster)
			continue;
		s->copies = r->copies;
		for (size_t c = 0; c < r->copies; c++) {
			s->returns += brc_repeats_returned(r, i, c);
			s->missing += r->again[i * r->copies + c] < 0;
		}
		return;
	}
}

static int by_strength(const void *a, const void *b)
{
	const brc_standout *x = a, *y = b;
	const double ex = fabs(x->effect), ey = fabs(y->effect);

	if (x->mark != y->mark)
		return x->mark > y->mark ? -1 : 1;
	if (x->proxy != y->proxy)
		return x->proxy < y->proxy ? -1 : 1;
	if (ex > ey || ex < ey)
		return ex > ey ? -1 : 1;
	return x->group < y->group ? -1 : x->group > y->group;
}

brc_rc brc_standouts_new(brc_standout **out, size_t *n, const brc_labelling *l, brc_err *err)
{
	size_t cap = l->n_groups * BRC_PROXIES;

	*n = 0;
	*out = NULL;
	if (cap == 0)
		return BRC_OK;
	BRC_NEW(*out, cap, err);
	for (size_t i = 0; i < l->n_groups; i++)
		for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
			const brc_group *g = &l->group[i];
			brc_standout *s = &(*out)[*n];

			if (g->mark[p] == BRC_MARK_NONE)
				continue;
			*s = (brc_standout){.l = l, .group = g, .proxy = p, .row = g->row[p]};
			s->st = brc_primary(&l->test[p]);
			s->mark = g->mark[p];
			s->effect = s->st->u_range ? s->st->u_range[s->row] : s->st->effect[s->row];
			s->weak = is_weak(l, g);
			find_returns(s);
			++*n;
		}
	if (*n > 0)
		qsort(*out, *n, sizeof(**out), by_strength);
	return BRC_OK;
}

/* ---- words ---- */

void brc_standout_effect(const brc_standout *s, brc_str *out)
{
	const char *unit = brc_format_unit(s->st);

	if (s->st->u_range)
		brc_str_addf(out, "range %s points", brc_format_fixed(100 * s->effect, 2).s);
	else
		brc_str_addf(out, "%s%s%s", brc_format_value(s->st, s->effect, true).s,
			     unit[0] ? " " : "", unit);
}

void brc_standout_controls(const brc_standout *s, double level, brc_str *out)
{
	static const char beats[] = "beats ";
	brc_str text = {0};

	if (s->mark >= BRC_MARK_Q && brc_match_verdict(s->st, s->row, level, &text) && text.s)
		brc_str_add(out, text.s + strlen(beats));
	else
		brc_str_addf(out, "random groups%s", s->mark == BRC_MARK_P ? ", uncorrected" : "");
	out->failed |= text.failed;
	brc_str_free(&text);
}

void brc_standout_returns(const brc_standout *s, brc_str *out)
{
	if (s->copies == 0) {
		brc_str_add(out, "not tried");
		return;
	}
	brc_str_addf(out, "%zu of %zu", s->returns, s->copies);
	if (s->missing > 0)
		brc_str_addf(out, ", not found %zu", s->missing);
}

void brc_standout_flags(const brc_standout *s, brc_str *out)
{
	const brc_group *g = s->group;

	if (s->proxy == BRC_COHERENCE && s->st->u_range && g->worst_class != BRC_ANY)
		brc_str_addf(out, "hits %s most", s->l->class_title[g->worst_class]);
	if (s->weak && weak_clusters(s->l) < s->l->graph[0].rated) /* else said of all */
		brc_str_addf(out, "%sweakly connected", out->len > 0 ? "; " : "");
}

static void add_doubt(brc_str *out, const char *doubt)
{
	brc_str_addf(out, "%s%s", out->len > 0 ? "; " : "", doubt);
}

void brc_doubts(const brc_labelling *l, brc_str *out)
{
	const brc_structure *t = &l->structure;
	size_t tested = 0, structured = 0;

	for (size_t g = 0; g < t->graphs; g++) {
		size_t row = brc_structure_row(t, g, 0);

		if (row == BRC_ANY || t->verdict[row] == BRC_VERDICT_UNTESTED)
			continue;
		tested++;
		structured += t->chosen[g] > 0 && t->verdict[row] == BRC_VERDICT_STRUCTURED;
	}
	if (tested > 0 && structured == 0)
		add_doubt(out, "the partition does not repeat");
	else if (structured < tested)
		brc_str_addf(out, "%zu of %zu graphs have partitions that do not repeat",
			     tested - structured, tested);
	if (l->images.images && !l->images.unknown && brc_image_overlap_bad(&l->images)) {
		add_doubt(out, "");
		brc_image_overlap_text(&l->images, out);
	}
	if (brc_primary(&l->test[BRC_COHERENCE]) && brc_primary(&l->test[BRC_COHERENCE])->u_range &&
	    brc_specificity_saturated(&l->lesions) > 0.5)
		add_doubt(out, "the softmax is saturated, so that classes may seem to be hit that "
			       "are not");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		if (l->test[p].warning[0] &&
		    (p == 0 || strcmp(l->test[p].warning, l->test[0].warning) != 0))
			add_doubt(out, l->test[p].warning);
}
