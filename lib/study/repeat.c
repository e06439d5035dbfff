#include "study/repeat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "study/repeat_inputs.h"
#include "study/repeat_statistics.h"

/* What all partitions share while they are lesioned. */
typedef struct work {
	const brc_repeat *r;
	brc_experiment_options how;
	brc_scoring scoring;
	brc_token_classes tokens;
	bool *dead;           /* [units] of the first run */
	brc_experiment first; /* of the labels: which units each of its sub-clusters has */
	size_t *item;         /* [findings] which of first.all->item it is */
	const brc_cli *cli;
	brc_pool *pool;
	brc_progress progress;
	brc_repeats *out;
} work;

/* The labels of a copy; its array is borrowed. */
static brc_labels copy_labels(const work *w, size_t copy)
{
	brc_labels l = *w->r->labels;

	l.label = w->r->partitions->label + copy * brc_layers_total(&l.layers);
	return l;
}

static brc_rc plan(const work *w, const brc_labels *labels, size_t draws, brc_experiment *x,
		   brc_err *err)
{
	brc_experiment_options how = w->how;

	how.draws = draws;
	return brc_experiment_init(x, w->r->net, labels, &how, err);
}

/* ---- which groups are found again ---- */

/* The layer of x in which the units of a sub-cluster of the first run are. */
static size_t same_layer(const work *w, size_t layer, const brc_experiment *x)
{
	for (size_t l = 0; l < x->joined.labels.layers.n; l++)
		if (x->joined.net_layer[l] == w->first.joined.net_layer[layer])
			return l;
	return BRC_ANY;
}

static void match_copy(const work *w, size_t copy, const brc_experiment *x)
{
	brc_repeats *o = w->out;

	for (size_t i = 0; i < o->n; i++) {
		const brc_subcluster *s = &w->first.all->item[w->item[i]];
		const size_t at = i * o->copies + copy;
		size_t best = brc_subclusters_nearest(x->all, s, same_layer(w, s->layer, x),
						      &o->jaccard[at]);
		size_t layer;

		o->p[at] = NAN;
		o->again[at] = -1;
		if (best != BRC_ANY && o->jaccard[at] >= BRC_REPEATS_ALIKE)
			brc_joined_heads_origin(&x->joined, x->labels, &x->all->item[best], &layer,
						&o->again[at]);
	}
}

/* wanted[i]: is sub-cluster keep[i] of x the match of a finding? */
static void choose(const work *w, size_t copy, const brc_experiment *x, bool *wanted)
{
	const brc_repeats *o = w->out;

	for (size_t k = 0; k < x->m; k++) {
		int32_t cluster;
		size_t layer;

		brc_joined_heads_origin(&x->joined, x->labels, &x->all->item[x->keep[k]], &layer,
					&cluster);
		wanted[k] = w->r->all;
		for (size_t i = 0; i < o->n && !wanted[k]; i++)
			wanted[k] = o->again[i * o->copies + copy] == cluster &&
				    (size_t)o->layer[i] == layer;
	}
}

/* x, which has all sub-clusters of a copy, has those alone that are lesioned. */
static brc_rc narrow(const work *w, size_t copy, brc_experiment *x, brc_err *err)
{
	bool *wanted = brc_alloc(x->m, sizeof(*wanted), err);
	brc_rc rc;

	BRC_TRY(brc_made(wanted));
	choose(w, copy, x, wanted);
	rc = brc_experiment_narrow(x, wanted, err);
	free(wanted);
	return rc;
}

/* All matches first, so that it is known how many lesions there are. */
static brc_rc match_all(const work *w, uint64_t *runs, brc_err *err)
{
	*runs = 0;
	for (size_t copy = 0; copy < w->out->copies; copy++) {
		const brc_labels labels = copy_labels(w, copy);
		brc_experiment x;
		brc_rc rc;

		BRC_TRY(plan(w, &labels, 1, &x, err));
		match_copy(w, copy, &x);
		rc = narrow(w, copy, &x, err);
		x.options.draws = w->how.draws;
		*runs += brc_experiment_lesions(&x);
		brc_experiment_clear(&x);
		BRC_TRY(rc);
	}
	return BRC_OK;
}

/* ---- lesions of a copy ---- */

/* The p of the groups that were lesioned, by every statistic. */
static void take_p(const work *w, size_t copy, const brc_findings *f)
{
	brc_repeats *o = w->out;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < f->n_stats; k++)
			for (size_t s = 0; s < f->m; s++)
				if (strcmp(f->stat[k].statistic, o->statistic[o->of[i]]) == 0 &&
				    f->layer[s] == o->layer[i] &&
				    f->cluster[s] == o->again[i * o->copies + copy])
					o->p[i * o->copies + copy] = f->stat[k].p[s];
}

/* Add 1 for each living unit of sub-cluster s. */
static void count_units(const work *w, const brc_labels *labels, const brc_findings *f, size_t s,
			double *count)
{
	const size_t layer = (size_t)f->layer[s];

	for (size_t u = labels->layers.first[layer]; u < labels->layers.first[layer + 1]; u++)
		count[u] += labels->label[u] == f->cluster[s] && !w->dead[u];
}

static void take_frequency(const work *w, const brc_labels *labels, const brc_findings *f)
{
	const size_t units = brc_layers_total(&labels->layers);
	brc_repeats *o = w->out;

	for (size_t t = 0; t < o->n_stats; t++)
		for (size_t k = 0; k < f->n_stats; k++)
			for (size_t s = 0; s < f->m; s++)
				if (strcmp(f->stat[k].statistic, o->statistic[t]) == 0 &&
				    brc_inference_finding(&f->stat[k], s, f->level))
					count_units(w, labels, f, s, o->frequency + t * units);
}

static brc_rc take(const work *w, size_t copy, const brc_labels *labels, const brc_lesions *l,
		   brc_err *err)
{
	for (size_t k = 0; k < BRC_REPEAT_FINDINGS; k++) {
		const brc_findings *before = w->r->found[k];
		brc_findings f = {0};

		if (!before || !brc_repeat_takes_any(w->r, before))
			continue;
		BRC_TRY(brc_repeat_measure(w->r, k, l, &f, err));
		take_p(w, copy, &f);
		if (w->out->frequency)
			take_frequency(w, labels, &f);
		brc_findings_clear(&f);
	}
	return BRC_OK;
}

static brc_rc lesion_copy(work *w, size_t copy, brc_err *err)
{
	const brc_labels labels = copy_labels(w, copy);
	brc_lesions l = {0};
	brc_experiment x;
	brc_rc rc;

	BRC_TRY(plan(w, &labels, w->how.draws, &x, err));
	rc = narrow(w, copy, &x, err);
	if (rc == BRC_OK && x.m > 0) {
		rc = brc_experiment_run(&x, w->r->net, w->r->data, w->r->lesions->labels, w->pool,
					&w->progress, &l, err);
		BRC_THEN(rc, take(w, copy, &labels, &l, err));
		brc_lesions_clear(&l);
	}
	brc_experiment_clear(&x);
	return rc;
}

/* ---- what comes of it ---- */

static void finish(work *w)
{
	brc_repeats *o = w->out;
	const size_t units = brc_layers_total(&o->layers);

	for (size_t i = 0; i < o->n; i++) {
		size_t n = 0;

		for (size_t copy = 0; copy < o->copies; copy++)
			n += brc_repeats_returned(o, i, copy);
		o->share[i] = (double)n / (double)o->copies;
	}
	for (size_t i = 0; o->frequency && i < o->n_stats * units; i++)
		o->frequency[i] /= (double)o->copies;
}

static brc_rc run(work *w, brc_err *err)
{
	const brc_repeat *r = w->r;
	uint64_t runs;
	brc_rc rc = BRC_OK;

	BRC_TRY(plan(w, r->labels, 1, &w->first, err));
	BRC_TRY(brc_repeat_rows(r, &w->first, w->out, &w->item, err));
	BRC_TRY(match_all(w, &runs, err));
	if (runs) {
		BRC_TRY(brc_pool_new(&w->pool, w->cli->c.threads, err));
		brc_progress_start(&w->progress, w->cli, brc_dataset_items(r->data),
				   runs * r->data->n);
		for (size_t copy = 0; copy < w->out->copies && rc == BRC_OK; copy++)
			rc = lesion_copy(w, copy, err);
		brc_progress_end(&w->progress);
		brc_pool_free(w->pool);
		BRC_TRY(rc);
	}
	finish(w);
	return brc_repeat_columns(r, w->out, err);
}

brc_rc brc_repeat_run(const brc_repeat *r, const brc_cli *cli, brc_repeats *out, brc_err *err)
{
	const brc_lesions *l = r->lesions;
	work w = {.r = r, .cli = cli, .out = out};
	brc_rc rc;

	*out = (brc_repeats){0};
	w.how = (brc_experiment_options){.draws = l->draws,
					 .min_size = r->min_size,
					 .max_fraction = r->max_fraction,
					 .controls = l->controls,
					 .ablate = l->ablate,
					 .precision = r->precision,
					 .seed = cli->c.seed,
					 .mem = cli->c.mem,
					 .scoring = &w.scoring,
					 .may_be_empty = true};
	rc = brc_repeat_check(r, &w.scoring, &w.tokens, err);
	BRC_THEN(rc, brc_repeat_dead(l, &w.dead, err));
	w.how.dead = w.dead;
	BRC_THEN(rc, run(&w, err));
	brc_experiment_clear(&w.first);
	brc_token_classes_clear(&w.tokens);
	free(w.dead);
	free(w.item);
	if (rc != BRC_OK)
		brc_repeats_clear(out);
	return rc;
}
