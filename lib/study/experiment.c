#include "study/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/check_dataset.h"
#include "net/score.h"
#include "base/texts.h"
#include "study/dead_units.h"
#include "study/match_lesions.h"

enum { MANY_CLASSES = 100 }; /* above so many, memory may be saved by fewer */

/* ---- planning ---- */

/* Find the layers of the labels in the network. */
static brc_rc match_layers(brc_experiment *x, const brc_net *net, brc_err *err)
{
	const brc_layers *ours = &x->labels->layers, *theirs = brc_net_layers(net);

	BRC_NEW_RAW(x->net_layer, ours->n, err);
	for (size_t l = 0; l < ours->n; l++) {
		const size_t at = brc_layers_find(theirs, ours->name[l]);

		x->net_layer[l] = at;
		if (at != BRC_ANY && theirs->units[at] == ours->units[l])
			continue;
		if (at == BRC_ANY)
			brc_fail(err, BRC_DATA, "the labels have a layer '%s', the model has none",
				 ours->name[l]);
		else
			brc_fail(err, BRC_DATA,
				 "layer '%s' has %zu units in the labels and %zu in the model",
				 ours->name[l], ours->units[l], theirs->units[at]);
		return brc_hint(err, "give the model that the labels were made from");
	}
	return BRC_OK;
}

/* Units of the layer with a label. */
static size_t eligible(const brc_labels *labels, size_t layer)
{
	size_t n = 0;

	for (size_t u = 0; u < labels->layers.units[layer]; u++)
		n += labels->label[labels->layers.first[layer] + u] >= 0;
	return n;
}

static bool fit_for_lesion(const brc_experiment *x, const brc_net *net, const brc_subcluster *s,
			   char reason[96])
{
	const brc_joined_heads *j = &x->joined;

	switch (brc_net_layer_at(net, x->net_layer[j->first[s->layer]])->role) {
	case BRC_ROLE_INPUT:
		snprintf(reason, 96, "an input layer");
		return false;
	case BRC_ROLE_OUTPUT:
		snprintf(reason, 96, "an output layer");
		return false;
	case BRC_ROLE_HIDDEN:
		break;
	}
	return brc_controls_size_ok(s->size, eligible(&j->labels, s->layer), x->options.min_size,
				    x->options.max_fraction, reason);
}

/* The first that was left out says why. A head that fills its layer has a remedy of its own. */
static brc_rc none_fits(const brc_experiment *x, const brc_net *net, brc_err *err)
{
	const brc_left_out *o = &x->left_out[0];
	const brc_net_layer *l = brc_net_layer_at(net, x->net_layer[o->layer]);

	brc_fail(
		err, BRC_DATA,
		"none of the %zu sub-clusters can be lesioned; layer '%s', cluster %d (%zu units): "
		"%s",
		x->n_left_out, x->labels->layers.name[o->layer], o->cluster, o->size, o->reason);
	if (l->role == BRC_ROLE_HIDDEN && l->head && o->size >= x->options.min_size &&
	    o->size == eligible(x->labels, o->layer))
		return brc_hint(err, "its layer has no other head, so no units for controls; heads "
				     "in several layers are compared if each makes its values, and "
				     "nothing else, in a Linear of its own, and torch.cat or "
				     "torch.stack joins them; or make all heads in one Linear");
	if (x->whole)
		return brc_hint(err, "--dead keep lesions units that are constant on the data, "
				     "too");
	return brc_hint(err, "--min-size and --max-fraction set the bounds; only hidden layers are "
			     "lesioned");
}

/* A sub-cluster that is not lesioned has the size that it has in the labels. */
static void leave_out(brc_experiment *x, const brc_subcluster *whole)
{
	brc_left_out *o = &x->left_out[x->n_left_out++];

	brc_joined_heads_origin(&x->joined, x->labels, whole, &o->layer, &o->cluster);
	o->size = whole->size;
}

/* Is `live` what is left of the sub-cluster `whole` without its dead units? */
static bool same_cluster(const brc_subcluster *whole, const brc_subcluster *live)
{
	return whole->layer == live->layer && whole->cluster == live->cluster;
}

/* Those of x->whole that have live units are x->all, in the same order. */
static void sort_out(brc_experiment *x, const brc_net *net, const brc_subclusters *whole)
{
	for (size_t i = 0, k = 0; i < whole->n; i++) {
		const brc_subcluster *w = &whole->item[i], *live = &x->all->item[k];
		char *reason = x->left_out[x->n_left_out].reason;

		if (k == x->all->n || !same_cluster(w, live)) {
			snprintf(reason, 96, "all its units are constant on the data");
			leave_out(x, w);
			continue;
		}
		if (fit_for_lesion(x, net, live, reason)) {
			x->keep[x->m++] = k++;
			continue;
		}
		if (live->size < x->options.min_size && w->size >= x->options.min_size)
			snprintf(reason, 96,
				 "fewer than %zu units that are not constant on the data",
				 x->options.min_size);
		leave_out(x, w);
		k++;
	}
}

static brc_rc choose(brc_experiment *x, const brc_net *net, brc_err *err)
{
	const brc_subclusters *whole = x->whole ? x->whole : x->all;

	x->keep = brc_alloc(x->all->n, sizeof(*x->keep), err);
	x->left_out = brc_calloc(whole->n + 1, sizeof(*x->left_out), err);
	if (!x->keep || !x->left_out)
		return BRC_RESOURCE;
	sort_out(x, net, whole);
	if (x->m || x->options.may_be_empty)
		return BRC_OK;
	if (x->n_left_out == 0)
		return brc_fail(err, BRC_DATA, "no unit has a label: there is nothing to lesion");
	return none_fits(x, net, err);
}

static brc_rc draw(brc_experiment *x, brc_err *err)
{
	const size_t layers = x->joined.labels.layers.n;
	uint32_t *stream = brc_alloc(layers, sizeof(*stream), err);
	brc_rc rc;

	BRC_TRY(brc_made(stream));
	for (size_t l = 0; l < layers; l++)
		stream[l] = (uint32_t)x->joined.net_layer[l];
	rc = brc_control_sets_init(&x->sets, &x->joined.labels, x->all, x->keep, x->m,
				   x->options.draws, x->options.controls, x->options.seed, stream,
				   x->options.mem, err);
	free(stream);
	return rc;
}

static brc_rc plan(brc_experiment *x, const brc_net *net, brc_err *err)
{
	BRC_TRY(match_layers(x, net, err));
	BRC_TRY(brc_join_heads(&x->joined, x->labels, x->net_layer, net, err));
	if (x->options.dead) {
		BRC_TRY(brc_subclusters_new(&x->whole, &x->joined.labels, err));
		brc_dead_units_drop(&x->joined, x->labels, x->net_layer, net, x->options.dead);
		x->options.dead = NULL; /* borrowed for the planning alone */
	}
	BRC_TRY(brc_subclusters_new(&x->all, &x->joined.labels, err));
	BRC_TRY(choose(x, net, err));
	return draw(x, err);
}

brc_rc brc_experiment_init(brc_experiment *x, const brc_net *net, const brc_labels *labels,
			   const brc_experiment_options *options, brc_err *err)
{
	brc_rc rc;

	memset(x, 0, sizeof(*x));
	x->options = *options;
	x->labels = labels;
	rc = plan(x, net, err);
	if (rc != BRC_OK)
		brc_experiment_clear(x);
	return rc;
}

brc_rc brc_experiment_narrow(brc_experiment *x, const bool *wanted, brc_err *err)
{
	size_t m = 0;

	for (size_t i = 0; i < x->m; i++)
		if (wanted[i])
			x->keep[m++] = x->keep[i];
	x->m = m;
	brc_control_sets_clear(&x->sets);
	return draw(x, err);
}

void brc_experiment_clear(brc_experiment *x)
{
	free(x->net_layer);
	brc_joined_heads_clear(&x->joined);
	brc_subclusters_free(x->all);
	brc_subclusters_free(x->whole);
	free(x->keep);
	free(x->left_out);
	brc_control_sets_clear(&x->sets);
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		brc_control_sets_clear(&x->match[k]);
	memset(x, 0, sizeof(*x));
}

/* The network without a lesion, the observed partition and its random controls. */
static size_t random_lesions(const brc_experiment *x)
{
	return (x->options.draws + 1) * x->m + 1;
}

size_t brc_experiment_lesions(const brc_experiment *x)
{
	return x->m ? random_lesions(x) + brc_match_lesion_count(x) : 0;
}

/* ---- running ---- */

/* Lesion 0 silences nothing; lesion 1 + b m + i is draw b of sub-cluster i. */
static void list_lesions(const brc_experiment *x, brc_lesion *set)
{
	set[0] = (brc_lesion){.layer = x->joined.net_layer[x->all->item[x->keep[0]].layer]};
	for (size_t i = 0; i < random_lesions(x) - 1; i++) {
		const brc_subcluster *s = &x->all->item[x->keep[i % x->m]];

		set[i + 1] = (brc_lesion){.layer = x->joined.net_layer[s->layer],
					  .unit = x->sets.unit + x->sets.first[i],
					  .n = s->size};
	}
}

/* What the answers are for. */
static const char *items_of(const brc_scoring *s, const brc_dataset *data)
{
	if (s->task == BRC_TASK_LABELS)
		return "labels";
	if (s->task == BRC_TASK_REGRESSION)
		return "outputs";
	if (s->task == BRC_TASK_PLACES)
		return data->pixel == BRC_PIXEL_I4 ? "tokens" : "places";
	return brc_dataset_items(data);
}

static brc_rc describe(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
		       const brc_scoring *scoring, const char *name, brc_lesions *l, brc_err *err)
{
	l->m = x->m;
	l->draws = x->options.draws;
	l->task = scoring->task;
	l->loss_kind = scoring->loss;
	if (!brc_mul(data->n, scoring->answers, &l->images)) /* those without a label, too */
		return brc_fail(err, BRC_DATA, "there are too many answers");
	l->items = items_of(scoring, data);
	l->ablate = x->options.ablate;
	l->controls = x->options.controls;
	l->classes = scoring->cells;
	snprintf(l->labels, sizeof(l->labels), "%s", name);
	snprintf(l->model, sizeof(l->model), "%s", brc_net_digest(net));
	BRC_TRY(brc_layers_dup(&l->layers, &x->labels->layers, err));
	l->layer = brc_alloc(x->m, sizeof(int32_t), err);
	l->cluster = brc_alloc(x->m, sizeof(int32_t), err);
	l->size = brc_alloc(x->m, sizeof(int32_t), err);
	l->left_out = brc_memdup(x->left_out, x->n_left_out, sizeof(*l->left_out), err);
	l->class_images = brc_calloc(l->classes, sizeof(int64_t), err);
	if (brc_task_counts(l->task))
		l->baseline_correct = brc_alloc(l->classes, sizeof(int64_t), err);
	l->baseline_loss = brc_alloc(l->classes, sizeof(double), err);
	if (!l->layer || !l->cluster || !l->size || !l->left_out || !l->class_images ||
	    (brc_task_counts(l->task) && !l->baseline_correct) || !l->baseline_loss)
		return BRC_RESOURCE;
	for (size_t i = 0; i < x->m; i++) {
		const brc_subcluster *s = &x->all->item[x->keep[i]];
		size_t layer;

		brc_joined_heads_origin(&x->joined, x->labels, s, &layer, &l->cluster[i]);
		l->layer[i] = (int32_t)layer;
		l->size[i] = (int32_t)s->size;
	}
	l->n_left_out = x->n_left_out;
	l->images = brc_score_answers(scoring, data, l->class_images);
	if (scoring->cell) {
		l->tokens = scoring->choices;
		return brc_texts_dup(scoring->cell_name, l->classes, &l->class_name, err);
	}
	return data->classes == l->classes
		       ? brc_texts_dup(data->class_name, l->classes, &l->class_name, err)
		       : BRC_OK;
}

/* Units of the lesions of all kinds. */
static size_t sets_bytes(const brc_experiment *x)
{
	size_t bytes = brc_control_sets_bytes(&x->sets);

	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (x->matched[k])
			bytes = brc_plus(bytes, brc_control_sets_bytes(&x->match[k]));
	return bytes;
}

/* Of the lesions of all kinds, each with the observed partition. */
static brc_rc check_memory(const brc_experiment *x, size_t classes, bool softmax, size_t *bytes,
			   brc_err *err)
{
	const size_t lesions = brc_experiment_lesions(x) + BRC_MATCHES * x->m;
	size_t counts;

	if (!brc_mul(lesions, classes, &counts) ||
	    !brc_mul(counts, brc_lesion_tensors_bytes(softmax), bytes) ||
	    !brc_add(*bytes, lesions * sizeof(brc_lesion), bytes) ||
	    !brc_add(*bytes, sets_bytes(x), bytes))
		return brc_fail(err, BRC_RESOURCE, "%zu lesions do not fit memory", lesions);
	return brc_mem_need(*bytes, x->options.mem, "the lesions", err);
}

/* Memory goes with the number of classes. Returns rc. */
static brc_rc tell_of_classes(brc_rc rc, const brc_scoring *s, brc_err *err)
{
	if (rc == BRC_RESOURCE && brc_score_softmax(s) && s->cells > MANY_CLASSES)
		brc_hint(err,
			 "there are %zu classes: raise --mem, take fewer --controls, or count "
			 "classes together with --frequent-tokens N or --token-classes FILE",
			 s->cells);
	return rc;
}

/* What the lesions leave, that of the network without a lesion in front. */
static brc_rc run_lesions(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
			  const brc_lesion_options *how, brc_pool *pool, brc_progress *p,
			  brc_lesions *l, brc_err *err)
{
	const size_t lesions = random_lesions(x);
	const brc_lesion_changes changes = {l->memory[2], l->memory[3], l->memory[4],
					    l->baseline_saturated};
	brc_lesion *set = brc_alloc(lesions, sizeof(*set), err);
	brc_rc rc;

	BRC_TRY(brc_made(set));
	list_lesions(x, set);
	rc = brc_net_lesions(net, data, set, lesions, how, pool, p, l->memory[0], l->memory[1],
			     l->own ? &changes : NULL, err);
	free(set);
	return rc;
}

/* The published statistics have no use for probabilities. */
static bool sums_softmax(const brc_experiment *x, const brc_scoring *scoring)
{
	return x->options.controls == BRC_CONTROLS_PERMUTATION && brc_score_softmax(scoring);
}

static brc_rc run(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
		  const brc_scoring *scoring, brc_pool *pool, brc_progress *p, brc_lesions *l,
		  brc_err *err)
{
	const size_t c = l->classes;
	const bool softmax = sums_softmax(x, scoring);
	brc_lesion_options how = {.ablate = x->options.ablate,
				  .precision = x->options.precision,
				  .mem = x->options.mem,
				  .scoring = scoring};

	BRC_TRY(tell_of_classes(check_memory(x, c, softmax, &how.held, err), scoring, err));
	BRC_TRY(brc_lesion_tensors_alloc(&l->tensors, random_lesions(x) * c, softmax, err));
	if (softmax)
		BRC_NEW(l->baseline_saturated, c, err);
	BRC_TRY(tell_of_classes(run_lesions(x, net, data, &how, pool, p, l, err), scoring, err));
	for (size_t k = 0; k < c; k++) {
		if (l->baseline_correct)
			l->baseline_correct[k] = l->correct[k];
		l->baseline_loss[k] = l->loss[k];
	}
	if (!brc_task_counts(l->task))
		l->correct = NULL;
	brc_lesion_tensors_skip(&l->tensors, c);
	return brc_match_lesions(x, net, data, &how, pool, p, l, err);
}

brc_rc brc_experiment_run(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
			  const char *name, brc_pool *pool, brc_progress *p, brc_lesions *l,
			  brc_err *err)
{
	brc_scoring scoring;
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	BRC_TRY(brc_net_check_dataset(net, data, err));
	if (x->options.scoring)
		scoring = *x->options.scoring;
	else
		BRC_TRY(brc_task_decide(&scoring, net, data, BRC_TASK_AUTO, err));
	rc = describe(x, net, data, &scoring, name, l, err);
	BRC_THEN(rc, run(x, net, data, &scoring, pool, p, l, err));
	if (rc != BRC_OK)
		brc_lesions_clear(l);
	return rc;
}
