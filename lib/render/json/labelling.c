/* A labelling as JSON: graphs, tests, groups, classes. */
#include <stdlib.h>
#include <string.h>

#include "render/json/json.h"

/* What spoke for each k; null where k was given. */
static json_t *choice(const brc_graph_result *g, bool *ok)
{
	json_t *a = g->choices ? json_array() : json_null();

	for (size_t i = 0; i < g->choices; i++) {
		json_t *o = json_object();

		brc_json_set(o, "k", json_integer(g->choice_k[i]), ok);
		brc_json_set(o, "gap", brc_json_number(g->choice_gap[i]), ok);
		brc_json_set(o, "stability", brc_json_number(g->choice_stability[i]), ok);
		brc_json_append(a, o, ok);
	}
	return a;
}

static json_t *graph(const brc_labelling *l, size_t i, bool *ok)
{
	const brc_graph_result *g = &l->graph[i];
	brc_map *record = brc_map_new();
	json_t *o;

	brc_graph_result_put(g, i, l->spectrum_section, record);
	o = brc_json_map_of(record);

	brc_json_set(o, "eigenvalues", brc_json_numbers(g->eigenvalue, g->pairs, 1), ok);
	brc_json_set(o, "residuals", brc_json_numbers(g->residual, g->pairs, 1), ok);
	brc_json_set(o, "choice", choice(g, ok), ok);
	return o;
}

/* What was inferred of one statistic over all groups. */
static json_t *test(const brc_inference *st, bool *ok)
{
	json_t *o = json_object();

	brc_json_set(o, "statistic", brc_json_text(st->statistic), ok);
	brc_json_set(o, "title", brc_json_text(st->title), ok);
	brc_json_set(o, "unit", brc_json_text(st->unit), ok);
	brc_json_set(o, "tail", json_string(st->tail == BRC_TAIL_RIGHT ? "right" : "left"), ok);
	brc_json_set(o, "published", json_boolean(st->published), ok);
	brc_json_set(o, "family", brc_json_count(st->m), ok);
	brc_json_set(o, "draws", brc_json_count(st->n), ok);
	brc_json_set(o, "omnibus_p", brc_json_number(st->omnibus_p), ok);
	brc_json_set(o, "omnibus_statistic", brc_json_number(st->omnibus_statistic), ok);
	brc_json_set(o, "fisher_p", brc_json_number(st->fisher_p), ok);
	brc_json_set(o, "fisher_statistic", brc_json_number(st->fisher_statistic), ok);
	brc_json_set(o, "smallest_p", brc_json_number(st->smallest_p), ok);
	brc_json_set(o, "controls_needed", brc_json_count(st->controls_needed), ok);
	brc_json_set(o, "undefined_observed", brc_json_count(st->undefined_observed), ok);
	brc_json_set(o, "undefined_controls", brc_json_count(st->undefined_controls), ok);
	brc_json_set(o, "paper_effect", brc_json_number(st->paper_effect), ok);
	brc_json_set(o, "paper_effect_sem", brc_json_number(st->paper_effect_sem), ok);
	brc_json_set(o, "chi2_p", brc_json_number(st->chi2_p), ok);
	brc_json_set(o, "warning", brc_json_text(st->warning[0] ? st->warning : NULL), ok);
	return o;
}

/* The column of one group, or null. */
static json_t *entry(const double *column, size_t row)
{
	return column ? brc_json_number(column[row]) : json_null();
}

static json_t *group_statistic(const brc_inference *st, size_t row, bool draws, bool *ok)
{
	json_t *o = json_object();

	brc_json_set(o, "observed", entry(st->observed, row), ok);
	brc_json_set(o, "control_mean", entry(st->control_mean, row), ok);
	brc_json_set(o, "control_sd", entry(st->control_sd, row), ok);
	brc_json_set(o, "effect", entry(st->effect, row), ok);
	brc_json_set(o, "ratio", entry(st->ratio, row), ok);
	brc_json_set(o, "p", entry(st->p, row), ok);
	brc_json_set(o, "q", entry(st->q, row), ok);
	brc_json_set(o, "p_maxt", entry(st->p_maxt, row), ok);
	if (draws && st->draw)
		brc_json_set(o, "draws", brc_json_numbers(st->draw + st->m + row, st->n, st->m),
			     ok);
	return o;
}

static json_t *group_classes(const brc_labelling *l, const brc_group *g, bool *ok)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];
	json_t *a = json_array();

	if (g->row[BRC_COHERENCE] == BRC_ANY || !f->class_change)
		return a;
	for (size_t c = 0; c < f->classes; c++) {
		size_t at = g->row[BRC_COHERENCE] * f->classes + c;
		json_t *o = json_object();
		char name[1024];

		brc_json_set(o, "class",
			     brc_json_text(brc_class_name(l->class_name, l->classes, c, name,
							  sizeof name)),
			     ok);
		brc_json_set(o, "change", brc_json_number(f->class_change[at]), ok);
		brc_json_set(o, "control_mean", brc_json_number(f->class_control_mean[at]), ok);
		brc_json_set(o, "p", brc_json_number(f->class_p[at]), ok);
		brc_json_set(o, "p_adjusted", brc_json_number(f->class_p_adjusted[at]), ok);
		brc_json_append(a, o, ok);
	}
	return a;
}

static json_t *group(const brc_labelling *l, const brc_group *g, bool draws, bool *ok)
{
	json_t *o = json_object(), *statistics = json_object(), *units = json_array();

	brc_json_set(o, "layer", brc_json_text(l->layers.name[g->layer]), ok);
	brc_json_set(o, "cluster", json_integer(g->cluster), ok);
	brc_json_set(o, "size", brc_json_count(g->size), ok);
	for (size_t i = 0; g->unit && i < g->size; i++)
		brc_json_append(units, brc_json_count(g->unit[i]), ok);
	brc_json_set(o, "units", units, ok);
	brc_json_set(o, "tested", json_boolean(brc_group_tested(g)), ok);
	brc_json_set(o, "left_out", brc_json_text(g->left_out), ok);
	for (size_t p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++)
			brc_json_set(statistics, l->test[p].stat[i].statistic,
				     group_statistic(&l->test[p].stat[i], g->row[p], draws, ok),
				     ok);
	brc_json_set(o, "statistics", statistics, ok);
	brc_json_set(o, "classes", group_classes(l, g, ok), ok);
	return o;
}

/* Recall by class before any lesion. */
static json_t *baseline(const brc_labelling *l, bool *ok)
{
	json_t *o, *classes;

	if (!l->lesions_section)
		return json_null();
	o = json_object();
	classes = json_array();
	brc_json_set(o, "images", brc_json_count(l->lesions.images), ok);
	brc_json_set(o, "items", brc_json_text(l->lesions.items), ok);
	brc_json_set(o, "accuracy", brc_json_number(brc_lesions_baseline_plain(&l->lesions)), ok);
	brc_json_set(o, "balanced_accuracy",
		     brc_json_number(brc_lesions_baseline_balanced(&l->lesions)), ok);
	brc_json_set(o, "loss", brc_json_number(l->loss), ok);
	for (size_t c = 0; c < l->classes; c++) {
		json_t *one = json_object();
		char name[1024];

		brc_json_set(one, "class",
			     brc_json_text(brc_class_name(l->class_name, l->classes, c, name,
							  sizeof name)),
			     ok);
		brc_json_set(one, "images", json_integer(l->lesions.class_images[c]), ok);
		brc_json_set(one, "correct", json_integer(l->lesions.baseline_correct[c]), ok);
		brc_json_append(classes, one, ok);
	}
	brc_json_set(o, "classes", classes, ok);
	return o;
}

json_t *brc_json_labelling(const brc_network *net, size_t labelling, bool draws, bool *ok)
{
	const brc_labelling *l = &net->labelling[labelling];
	json_t *o = json_object(), *graphs = json_array(), *groups = json_array();

	brc_json_set(o, "name", brc_json_text(l->name), ok);
	brc_json_set(o, "mode",
		     brc_json_text(l->labels_section ? brc_labels_mode_name(l->labels.mode) : NULL),
		     ok);
	brc_json_set(o, "source", brc_json_text(l->labels_section ? l->labels.source : NULL), ok);
	brc_json_set(o, "k", l->k > 0 ? brc_json_count(l->k) : json_null(), ok);
	brc_json_set(o, "seed", l->has_seed ? json_integer(l->seed) : json_null(), ok);
	brc_json_set(o, "findings", brc_json_notes(net, BRC_NOTE_FINDING, labelling, ok), ok);
	brc_json_set(o, "cut", brc_json_notes(net, BRC_NOTE_CUT, labelling, ok), ok);
	brc_json_set(o, "warnings", brc_json_notes(net, BRC_NOTE_WARNING, labelling, ok), ok);
	brc_json_set(o, "missing", brc_json_notes(net, BRC_NOTE_MISSING, labelling, ok), ok);
	for (size_t i = 0; i < l->n_graphs; i++)
		brc_json_append(graphs, graph(l, i, ok), ok);
	brc_json_set(o, "graphs", graphs, ok);
	brc_json_set(o, "baseline", baseline(l, ok), ok);
	for (size_t p = 0; p < BRC_PROXIES; p++) {
		json_t *tests = json_array();

		for (size_t i = 0; i < l->test[p].n_stats; i++)
			brc_json_append(tests, test(&l->test[p].stat[i], ok), ok);
		brc_json_set(o, brc_proxy_name((brc_proxy)p), tests, ok);
	}
	for (size_t i = 0; i < l->n_groups; i++)
		brc_json_append(groups, group(l, &l->group[l->order[i]], draws, ok), ok);
	brc_json_set(o, "groups", groups, ok);
	return o;
}
