#include "study/repeat_inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/check_dataset.h"
#include "net/loss.h"
#include "net/score.h"
#include "study/repeat_statistics.h"

/* ---- does it fit together? ---- */

static brc_rc check_layers(const brc_repeat *r, brc_err *err)
{
	const brc_layers *t = &r->labels->layers;

	if (!brc_layers_equal(t, &r->partitions->layers))
		return brc_fail(err, BRC_DATA,
				"the partitions are of other layers than the labels");
	if (!brc_layers_equal(t, &r->lesions->layers))
		return brc_fail(err, BRC_DATA, "the lesions are of other layers than the labels");
	for (size_t k = 0; k < BRC_REPEAT_FINDINGS; k++)
		if (r->found[k] && !brc_layers_equal(t, &r->found[k]->layers))
			return brc_fail(err, BRC_DATA,
					"the findings are of other layers than the labels");
	return BRC_OK;
}

/* The lesions of the first run were of the same network and images. */
static brc_rc check_images(const brc_repeat *r, const brc_scoring *scoring, brc_err *err)
{
	const brc_lesions *l = r->lesions;
	int64_t *images;
	bool same;

	if (strcmp(l->model, brc_net_digest(r->net)) != 0) {
		brc_fail(err, BRC_DATA, "the lesions are of another network than --model");
		return brc_hint(err, "give the file that lesion was given");
	}
	BRC_TRY(BRC_ZEROED(images, scoring->cells, err));
	brc_score_answers(scoring, r->data, images);
	same = scoring->cells == l->classes &&
	       memcmp(images, l->class_images, l->classes * sizeof(*images)) == 0;
	free(images);
	if (same)
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "the lesions are of other data: they have %zu %s, or another number of each %s",
		 l->images, l->items ? l->items : "images", brc_task_cell(l->task));
	return brc_hint(err, "give the data that lesion was given, with --data and --dataset");
}

brc_rc brc_repeat_check(const brc_repeat *r, brc_scoring *scoring, brc_token_classes *tokens,
			brc_err *err)
{
	const brc_lesions *l = r->lesions;

	BRC_TRY(brc_repeat_statistics_check(r, err));
	BRC_TRY(check_layers(r, err));
	BRC_TRY(brc_net_check_dataset(r->net, r->data, err));
	BRC_TRY(brc_task_decide(scoring, r->net, r->data, (int)l->task, err));
	BRC_TRY(brc_loss_choose(
		scoring, l->loss_kind == BRC_LOSS_MARGIN ? BRC_ASK_MARGIN : BRC_ASK_LOSS_AUTO,
		err));
	BRC_TRY(brc_token_classes_make(tokens, &r->tokens, scoring, r->data, err));
	return check_images(r, scoring, err);
}

brc_rc brc_repeat_dead(const brc_lesions *l, bool **dead, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(*dead, brc_layers_total(&l->layers), err));
	for (size_t i = 0; l->dead == BRC_DEAD_OUT && i < l->n_dead; i++)
		(*dead)[l->dead_unit[i]] = true;
	return BRC_OK;
}

/* ---- the findings ---- */

/* Call each(ctx, statistic's number, findings, inference, sub-cluster) for all findings. */
typedef brc_rc each_finding(void *ctx, size_t statistic, const brc_findings *f, size_t k, size_t s,
			    brc_err *err);

static brc_rc for_findings(const brc_repeat *r, each_finding *each, void *ctx, brc_err *err)
{
	size_t statistic = 0;

	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++) {
		const brc_findings *f = r->found[i];

		for (size_t k = 0; f && k < f->n_stats; k++) {
			if (!brc_repeat_takes(r, f->stat[k].statistic))
				continue;
			for (size_t s = 0; s < f->m; s++)
				if (brc_inference_finding(&f->stat[k], s, f->level))
					BRC_TRY(each(ctx, statistic, f, k, s, err));
			statistic++;
		}
	}
	return BRC_OK;
}

/* The rows that are being filled. */
typedef struct rows {
	const brc_experiment *first;
	const brc_labels *labels;
	brc_repeats *out;
	size_t *item;
	size_t at;
} rows;

/* Which sub-cluster it is; BRC_ANY: none. */
static size_t find_item(const rows *r, const brc_findings *f, size_t s)
{
	for (size_t i = 0; i < r->first->all->n; i++) {
		const brc_subcluster *sub = &r->first->all->item[i];
		int32_t cluster;
		size_t layer;

		brc_joined_heads_origin(&r->first->joined, r->labels, sub, &layer, &cluster);
		if (layer == (size_t)f->layer[s] && cluster == f->cluster[s] &&
		    sub->size == (size_t)f->size[s])
			return i;
	}
	return BRC_ANY;
}

static brc_rc count_row(void *ctx, size_t statistic, const brc_findings *f, size_t k, size_t s,
			brc_err *err)
{
	(void)statistic, (void)f, (void)k, (void)s, (void)err;
	++*(size_t *)ctx;
	return BRC_OK;
}

static brc_rc add_row(void *ctx, size_t statistic, const brc_findings *f, size_t k, size_t s,
		      brc_err *err)
{
	rows *r = ctx;
	brc_repeats *o = r->out;
	const size_t item = find_item(r, f, s), i = r->at++;

	if (item == BRC_ANY) {
		brc_fail(err, BRC_DATA,
			 "the finding of layer %s, cluster %d (%d units) is not one of the labels",
			 f->layers.name[f->layer[s]], f->cluster[s], f->size[s]);
		return brc_hint(err, "run lesion and coherence again on these labels");
	}
	r->item[i] = item;
	o->of[i] = (int32_t)statistic;
	o->layer[i] = f->layer[s];
	o->cluster[i] = f->cluster[s];
	o->size[i] = f->size[s];
	/* fmax takes the number where the other is NaN */
	o->largest_p[statistic] = fmax(o->largest_p[statistic], f->stat[k].p[s]);
	return BRC_OK;
}

static brc_rc name_statistics(const brc_repeat *r, brc_repeats *out, brc_err *err)
{
	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++)
		for (size_t k = 0; r->found[i] && k < r->found[i]->n_stats; k++)
			out->n_stats += brc_repeat_takes(r, r->found[i]->stat[k].statistic);
	BRC_TRY(BRC_ZEROED(out->statistic, out->n_stats, err));
	BRC_TRY(BRC_ARRAY(out->largest_p, out->n_stats, err));
	for (size_t i = 0, at = 0; i < BRC_REPEAT_FINDINGS; i++)
		for (size_t k = 0; r->found[i] && k < r->found[i]->n_stats; k++) {
			const char *name = r->found[i]->stat[k].statistic;

			if (!brc_repeat_takes(r, name))
				continue;
			out->largest_p[at] = NAN;
			out->statistic[at] = brc_memdup(name, strlen(name) + 1, 1, err);
			BRC_TRY(brc_made(out->statistic[at++]));
		}
	return BRC_OK;
}

static brc_rc alloc_rows(const brc_repeat *r, brc_repeats *out, size_t mem, brc_err *err)
{
	const size_t units = brc_layers_total(&out->layers);
	size_t cells = brc_times(out->n, out->copies);
	size_t bytes = brc_plus(brc_times(cells, 2 * sizeof(double) + sizeof(int32_t)),
				r->all ? brc_times(out->n_stats, units * sizeof(double)) : 0);

	BRC_TRY(brc_mem_need(bytes, mem, "the table of repeated findings", err));
	BRC_TRY(BRC_ARRAY(out->of, out->n, err));
	BRC_TRY(BRC_ARRAY(out->layer, out->n, err));
	BRC_TRY(BRC_ARRAY(out->cluster, out->n, err));
	BRC_TRY(BRC_ARRAY(out->size, out->n, err));
	BRC_TRY(BRC_ARRAY(out->share, out->n, err));
	BRC_TRY(BRC_ARRAY(out->again, cells, err));
	BRC_TRY(BRC_ARRAY(out->jaccard, cells, err));
	BRC_TRY(BRC_ARRAY(out->p, cells, err));
	return r->all ? BRC_ZEROED(out->frequency, out->n_stats * units, err) : BRC_OK;
}

brc_rc brc_repeat_rows(const brc_repeat *r, const brc_experiment *first, brc_repeats *out,
		       size_t **item, brc_err *err)
{
	rows x = {.first = first, .labels = r->labels, .out = out};

	snprintf(out->labels, sizeof(out->labels), "%s", r->lesions->labels);
	out->copies = r->copies;
	BRC_TRY(brc_layers_dup(&out->layers, &r->labels->layers, err));
	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++)
		if (r->found[i])
			out->level = r->found[i]->level;
	BRC_TRY(name_statistics(r, out, err));
	BRC_TRY(for_findings(r, count_row, &out->n, err));
	BRC_TRY(alloc_rows(r, out, first->options.mem, err));
	BRC_TRY(BRC_ARRAY(*item, out->n, err));
	x.item = *item;
	return for_findings(r, add_row, &x, err);
}

/* What a finding needed in the first run; 0 where no statistic asked for it. */
static double minimum_effect(const brc_findings *f)
{
	double minimum = 0;

	for (size_t k = 0; k < f->n_stats; k++)
		minimum = fmax(minimum, f->stat[k].minimum_effect); /* a number before NaN */
	return minimum;
}

brc_rc brc_repeat_measure(const brc_repeat *r, size_t k, const brc_lesions *l, brc_findings *f,
			  brc_err *err)
{
	const brc_findings *first = r->found[k];
	const brc_measure how = {.level = first->level,
				 .fdr = first->fdr,
				 .weighting = r->weighting,
				 .minimum_effect = minimum_effect(first),
				 .published = first->published};

	return k == 0 ? brc_measure_importance(f, l, &how, err)
		      : brc_measure_coherence(f, l, &how, err);
}

/* ---- what comes of it ---- */

/* The share of sub-cluster s by one statistic; NaN: it is no finding. */
static double share_of(const brc_repeats *from, size_t statistic, const brc_findings *f, size_t s)
{
	for (size_t i = 0; i < from->n; i++)
		if ((size_t)from->of[i] == statistic && from->layer[i] == f->layer[s] &&
		    from->cluster[i] == f->cluster[s])
			return from->share[i];
	return NAN;
}

brc_rc brc_repeat_columns(const brc_repeat *r, const brc_repeats *from, brc_err *err)
{
	size_t statistic = 0;

	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++) {
		brc_findings *f = r->found[i];

		for (size_t k = 0; f && k < f->n_stats; k++) {
			brc_inference *stat = &f->stat[k];
			const size_t t = statistic;

			free(stat->returns);
			stat->returns = NULL;
			if (!brc_repeat_takes(r, stat->statistic))
				continue;
			statistic++;
			if (isnan(from->largest_p[t]))
				continue;
			BRC_TRY(BRC_ARRAY(stat->returns, f->m, err));
			for (size_t s = 0; s < f->m; s++)
				stat->returns[s] = share_of(from, t, f, s);
		}
	}
	return BRC_OK;
}
