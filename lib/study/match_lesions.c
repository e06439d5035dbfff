#include "study/match_lesions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* ---- drawing ---- */

static brc_rc draw_kinds(brc_experiment *x, const bool wanted[BRC_MATCHES], brc_matching *by,
			 brc_err *err)
{
	const size_t layers = x->joined.labels.layers.n;
	uint32_t *stream = brc_alloc(layers, sizeof(*stream), err);
	brc_rc rc = brc_made(stream);

	for (size_t l = 0; rc == BRC_OK && l < layers; l++)
		stream[l] = (uint32_t)x->joined.net_layer[l];
	by->stream = stream;
	for (brc_match k = 0; rc == BRC_OK && k < BRC_MATCHES; k++) {
		if (!wanted[k])
			continue;
		rc = brc_match_draw(&x->match[k], k, by, err);
		x->matched[k] = rc == BRC_OK;
	}
	by->stream = NULL;
	free(stream);
	return rc;
}

brc_rc brc_experiment_match(brc_experiment *x, const brc_net *net, const bool wanted[BRC_MATCHES],
			    brc_matching *by, brc_err *err)
{
	size_t sets = 1; /* random ones, which were drawn */

	by->units = (brc_match_units){net, x->labels, x->net_layer, &x->joined};
	by->all = x->all;
	by->keep = x->keep;
	by->m = x->m;
	by->n = x->options.draws;
	by->seed = x->options.seed;
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		sets += wanted[k];
	BRC_TRY(brc_mem_need(brc_times(sets, brc_control_sets_bytes(&x->sets)), by->mem,
			     "the control sets of all kinds", err));
	return draw_kinds(x, wanted, by, err);
}

/* ---- running ---- */

size_t brc_match_lesion_count(const brc_experiment *x)
{
	size_t kinds = 0;

	for (brc_match k = 0; k < BRC_MATCHES; k++)
		kinds += x->matched[k];
	return kinds * x->options.draws * x->m;
}

/* Draw b >= 1 of sub-cluster i is lesion (b - 1) m + i. */
static void list_lesions(const brc_experiment *x, const brc_control_sets *sets, brc_lesion *set)
{
	for (size_t i = 0; i < sets->n * x->m; i++) {
		const brc_subcluster *s = &x->all->item[x->keep[i % x->m]];

		set[i] = (brc_lesion){.layer = x->joined.net_layer[s->layer],
				      .unit = sets->unit + sets->first[x->m + i],
				      .n = s->size};
	}
}

static void copy_observed(brc_lesion_tensors *to, const brc_lesion_tensors *from, size_t n)
{
	if (from->correct)
		memcpy(to->memory[0], from->correct, n * sizeof(*from->correct));
	memcpy(to->memory[1], from->loss, n * sizeof(*from->loss));
	if (!brc_lesion_tensors_have_softmax(from))
		return;
	memcpy(to->memory[2], from->own, n * sizeof(*from->own));
	memcpy(to->memory[3], from->own_squares, n * sizeof(*from->own_squares));
	memcpy(to->memory[4], from->all, n * sizeof(*from->all));
}

/* The draws of one kind, behind the observed partition, which was run. */
static brc_rc run_draws(const brc_net *net, const brc_dataset *data, const brc_lesion *set,
			size_t n, const brc_lesion_options *how, brc_pool *pool, brc_progress *p,
			size_t observed, size_t classes, brc_lesion_tensors *t, brc_err *err)
{
	int64_t *saturated = brc_alloc(classes, sizeof(*saturated), err);
	brc_lesion_changes changes = {.saturated = saturated};
	brc_rc rc;

	BRC_TRY(brc_made(saturated));
	if (t->own) {
		changes.own = (double *)t->memory[2] + observed;
		changes.squares = (double *)t->memory[3] + observed;
		changes.all = (double *)t->memory[4] + observed;
	}
	rc = brc_net_lesions(net, data, set, n, how, pool, p, (int32_t *)t->memory[0] + observed,
			     (double *)t->memory[1] + observed, t->own ? &changes : NULL, err);
	free(saturated);
	return rc;
}

static brc_rc run_kind(const brc_experiment *x, const brc_control_sets *sets, const brc_net *net,
		       const brc_dataset *data, const brc_lesion_options *how, brc_pool *pool,
		       brc_progress *p, const brc_lesions *l, brc_lesion_match *to, brc_err *err)
{
	const size_t observed = l->m * l->classes, n = l->draws * l->m;
	brc_lesion *set;
	brc_rc rc;

	to->value = brc_memdup(sets->value, n + l->m, sizeof(*to->value), err);
	BRC_TRY(brc_made(to->value));
	BRC_TRY(brc_lesion_tensors_alloc(&to->tensors, (l->draws + 1) * observed, l->own, err));
	copy_observed(&to->tensors, &l->tensors, observed);
	set = brc_alloc(n, sizeof(*set), err);
	BRC_TRY(brc_made(set));
	list_lesions(x, sets, set);
	rc = run_draws(net, data, set, n, how, pool, p, observed, l->classes, &to->tensors, err);
	free(set);
	if (!l->correct)
		to->tensors.correct = NULL;
	return rc;
}

brc_rc brc_match_lesions(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
			 const brc_lesion_options *how, brc_pool *pool, brc_progress *p,
			 brc_lesions *l, brc_err *err)
{
	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		if (!x->matched[k])
			continue;
		l->matched[k] = true;
		BRC_TRY(run_kind(x, &x->match[k], net, data, how, pool, p, l, &l->match[k], err));
	}
	return BRC_OK;
}
