/* The report for programs, as JSON. Its schema is documented in broca-report(1). */
#include "base/cli.h"
#include "render/json/parts.h"
#include "render/json/repeats.h"
#include "render/words/json.h"
#include "study/match_words.h"

enum { SCHEMA = 1 };

/* The texts of the notes of one kind that belong to `labelling`; details are findings. */
static json_t *notes_of(const brc_network *net, brc_note_kind kind, size_t labelling)
{
	const brc_note *note = NULL;
	json_t *a = json_array();

	while ((note = brc_note_next(&net->notes, note, kind, labelling)))
		brc_json_append(&a, brc_json_text(note->text.s));
	return a;
}

/* ---- a labelling: graphs, tests, groups, classes ---- */

/* The evidence for each k; null if k was given. */
static json_t *choice(const brc_graph_result *g)
{
	json_t *a = g->choices ? json_array() : json_null();

	for (size_t i = 0; i < g->choices; i++)
		brc_json_append(&a, json_pack("{s:i,s:o,s:o}", "k", (int)g->choice_k[i], "gap",
					      brc_json_number(g->choice_gap[i]), "starts",
					      brc_json_number(g->choice_starts[i])));
	return a;
}

/* How each cluster hangs together; null if that is not known. */
static json_t *connection(const brc_graph_result *g)
{
	json_t *a = g->rated ? json_array() : json_null();

	for (size_t c = 0; c < g->rated; c++)
		brc_json_append(&a, json_pack("{s:i,s:i,s:o,s:o,s:b}", "cluster", (int)c, "parts",
					      (int)g->parts[c], "inner_ncut",
					      brc_json_number(g->inner_ncut[c]), "outer_ncut",
					      brc_json_number(g->outer_ncut[c]), "weak",
					      (int)brc_graph_result_weak(g, c)));
	return a;
}

static json_t *graphs(const brc_labelling *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n_graphs; i++) {
		const brc_graph_result *g = &l->graph[i];
		brc_map *record = brc_map_new();
		json_t *o;

		brc_graph_result_put(g, i, l->spectrum_section, record);
		o = brc_json_map_of(record);
		brc_json_set(&o, "eigenvalues", brc_json_numbers(g->eigenvalue, g->pairs, 1));
		brc_json_set(&o, "residuals", brc_json_numbers(g->residual, g->pairs, 1));
		brc_json_set(&o, "choice", choice(g));
		brc_json_set(&o, "clusters", connection(g));
		brc_json_append(&a, o);
	}
	return a;
}

/* What was inferred of one statistic over all groups. */
static json_t *test(const brc_inference *st)
{
	json_t *o = json_pack(
		"{s:o,s:o,s:o,s:s,s:b,s:o,s:o}", "statistic", brc_json_text(st->statistic), "title",
		brc_json_text(st->title), "unit", brc_json_text(st->unit), "tail",
		st->tail == BRC_TAIL_RIGHT ? "right" : "left", "published", (int)st->published,
		"family", brc_json_count(st->m), "draws", brc_json_count(st->n));

	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		brc_json_set(&o, c->name,
			     c->kind == BRC_COLUMN_COUNT
				     ? brc_json_count(brc_column_count(c, st))
				     : brc_json_number(brc_column_number(c, st)));
	brc_json_set(&o, "warning", brc_json_text(st->warning[0] ? st->warning : NULL));
	return o;
}

static json_t *tests(const brc_findings *f)
{
	json_t *a = json_array();

	for (size_t i = 0; i < f->n_stats; i++)
		brc_json_append(&a, test(&f->stat[i]));
	return a;
}

/* The number of one row under the name of each column; null if the column is absent. */
static void set_columns(json_t **o, const brc_column *c, const void *of, size_t row)
{
	for (; c->name; c++) {
		const double *v = brc_column_values(c, of);

		brc_json_set(o, c->name, v ? brc_json_number(v[row]) : json_null());
	}
}

/* Which kinds of controls the group beats, in words; null where it is no finding. */
static json_t *controls_verdict(const brc_inference *st, size_t row, double level)
{
	brc_str text = {0};
	json_t *v;

	if (brc_match_found(st, row, level))
		brc_match_verdict(st, row, level, &text);
	v = brc_json_text(text.s);
	brc_str_free(&text);
	return v;
}

static json_t *group_statistics(const brc_labelling *l, const brc_group *g,
				const brc_report_options *how)
{
	json_t *all = json_object();

	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++) {
			const brc_inference *st = &l->test[p].stat[i];
			json_t *o = json_object();

			set_columns(&o, brc_statistic_columns, st, g->row[p]);
			brc_json_set(&o, "controls", controls_verdict(st, g->row[p], how->level));
			if (how->draws && st->draw)
				brc_json_set(&o, "draws",
					     brc_json_numbers(st->draw + st->m + g->row[p], st->n,
							      st->m));
			brc_json_set(&all, st->statistic, o);
		}
	return all;
}

static json_t *group_classes(const brc_labelling *l, const brc_group *g)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];
	json_t *a = json_array();

	if (g->row[BRC_COHERENCE] == BRC_ANY || !f->class_change)
		return a;
	for (size_t c = 0; c < f->classes; c++) {
		json_t *o = json_pack("{s:o}", "class", brc_json_text(l->class_name[c]));

		set_columns(&o, brc_class_columns, f, g->row[BRC_COHERENCE] * f->classes + c);
		brc_json_append(&a, o);
	}
	return a;
}

static json_t *unit_names(const brc_labelling *l, const brc_group *g)
{
	json_t *a = json_array();

	for (size_t i = 0; i < g->size; i++)
		brc_json_append(
			&a, brc_json_text(l->unit_name[l->layers.first[g->layer] + g->unit[i]]));
	return a;
}

static json_t *groups(const brc_labelling *l, const brc_report_options *how)
{
	json_t *a = json_array();

	for (size_t k = 0; k < l->n_groups; k++) {
		const brc_group *g = &l->group[l->order[k]];
		json_t *units = json_array(), *group;

		for (size_t i = 0; g->unit && i < g->size; i++)
			brc_json_append(&units, brc_json_count(g->unit[i]));
		group = json_pack("{s:o,s:i,s:o,s:o,s:b,s:o,s:o,s:o}", "layer",
				  brc_json_text(l->layers.name[g->layer]), "cluster",
				  (int)g->cluster, "size", brc_json_count(g->size), "units", units,
				  "tested", (int)brc_group_tested(g), "left_out",
				  brc_json_text(g->left_out), "statistics",
				  group_statistics(l, g, how), "classes", group_classes(l, g));
		if (l->unit_name)
			brc_json_set(&group, "names", unit_names(l, g));
		brc_json_append(&a, group);
	}
	return a;
}

/* Units that are constant on the data, by layer; null where nobody looked for them. */
static json_t *dead_units(const brc_lesions *x)
{
	json_t *all;

	if (x->dead == BRC_DEAD_UNKNOWN)
		return json_null();
	all = json_array();
	for (size_t l = 0, i = 0; l < x->layers.n; l++) {
		const size_t first = x->layers.first[l], end = first + x->layers.units[l];
		json_t *units = json_array();
		const size_t from = i;

		for (; i < x->n_dead && (size_t)x->dead_unit[i] < end; i++)
			brc_json_append(&units, brc_json_count((size_t)x->dead_unit[i] - first));
		if (i > from)
			brc_json_append(&all, json_pack("{s:o,s:o}", "layer",
							brc_json_text(x->layers.name[l]), "units",
							units));
		else
			json_decref(units);
	}
	return all;
}

/* Recall by class before any lesion. */
static json_t *baseline(const brc_labelling *l)
{
	const brc_lesions *x = &l->lesions;
	json_t *classes;

	if (!l->lesions_section)
		return json_null();
	classes = json_array();
	for (size_t c = 0; c < l->classes; c++)
		brc_json_append(&classes,
				json_pack("{s:o,s:I,s:o}", "class", brc_json_text(l->class_name[c]),
					  "images", (json_int_t)x->class_images[c], "correct",
					  x->baseline_correct ? json_integer(x->baseline_correct[c])
							      : json_null()));
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:o}", "task", brc_task_name[x->task],
			 "images", brc_json_count(x->images), "items", brc_json_text(x->items),
			 "accuracy", brc_json_number(brc_lesions_baseline_plain(x)),
			 "balanced_accuracy", brc_json_number(brc_lesions_baseline_balanced(x)),
			 "loss", brc_json_number(l->loss), "loss_is",
			 brc_task_loss(x->task, x->loss_kind), "dead_units", dead_units(x),
			 "classes", classes);
}

/* The share of the lesions' images that the groups were made from; null: none, or not known. */
static json_t *shared_images(const brc_labelling *l)
{
	return l->images.images && !l->images.unknown ? brc_json_number(l->images.share)
						      : json_null();
}

static json_t *labelling_of(const brc_network *net, size_t labelling, const brc_report_options *how)
{
	const brc_labelling *l = &net->labelling[labelling];
	const char *mode = l->labels_section ? brc_labels_mode_name(l->labels.mode) : NULL;
	const char *source = l->labels_section ? l->labels.source : NULL;
	const char *no_specificity = l->test[BRC_COHERENCE].no_specificity;
	const char *class_unit = l->test[BRC_COHERENCE].class_unit;

	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
		"name", brc_json_text(l->name), "structure", brc_json_structure(net, labelling),
		"verdicts", brc_json_verdicts(l, how->level), "mode", brc_json_text(mode), "source",
		brc_json_text(source), "k", l->k > 0 ? brc_json_count(l->k) : json_null(), "seed",
		l->has_seed ? json_integer(l->seed) : json_null(), "findings",
		notes_of(net, BRC_NOTE_FINDING, labelling), "cut",
		notes_of(net, BRC_NOTE_PARTITION, labelling), "warnings",
		notes_of(net, BRC_NOTE_WARNING, labelling), "missing",
		notes_of(net, BRC_NOTE_MISSING, labelling), "graphs", graphs(l), "baseline",
		baseline(l), "shared_images", shared_images(l), brc_proxy_name(BRC_IMPORTANCE),
		tests(&l->test[BRC_IMPORTANCE]), brc_proxy_name(BRC_COHERENCE),
		tests(&l->test[BRC_COHERENCE]), "class_unit",
		brc_json_text(class_unit[0] ? class_unit : NULL), "no_specificity",
		brc_json_text(no_specificity[0] ? no_specificity : NULL), "repeats",
		brc_json_repeats(&l->repeats), "groups", groups(l, how));
}

/* ---- networks ---- */

static json_t *layers(const brc_network *net)
{
	const brc_layers *t = brc_network_layers(net);
	json_t *a = json_array();

	for (size_t i = 0; t && i < t->n; i++)
		brc_json_append(&a, json_pack("{s:o,s:o}", "name", brc_json_text(t->name[i]),
					      "units", brc_json_count(t->units[i])));
	return a;
}

static json_t *clusterability(const brc_network *net)
{
	json_t *a = json_array();

	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];
		brc_map *meta = brc_map_new();
		json_t *o;

		brc_clusterability_put(c, meta);
		o = brc_json_map_of(meta);
		brc_json_set(&o, "name", brc_json_text(c->name));
		brc_json_set(&o, "null_ncut", brc_json_numbers(c->ncut, c->shuffles, 1));
		brc_json_append(&a, o);
	}
	return a;
}

static json_t *sections(const brc_report_input *in)
{
	json_t *a = json_array();

	for (size_t i = 0; i < in->n; i++) {
		const brc_section *s = in->sections[i];

		brc_json_append(&a, json_pack("{s:o,s:i,s:o,s:o,s:o}", "type",
					      brc_json_text(s->type), "version", (int)s->version,
					      "name", brc_json_text(s->name), "digest",
					      brc_json_text(s->digest), "metadata",
					      brc_json_map(s->meta)));
	}
	return a;
}

static json_t *history(const brc_report_input *in)
{
	json_t *a = json_array();

	for (size_t i = 0; i < in->n_history; i++)
		brc_json_append(&a, brc_json_map(in->history[i]));
	return a;
}

/* The family of all tests; null if the report has not asked for it. */
static json_t *family(const brc_family *f)
{
	if (f->tests == 0)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "tests", brc_json_count(f->tests), "statistics",
			 brc_json_count(f->statistics), "sets", brc_json_count(f->sets));
}

static json_t *network(const brc_network *net, const brc_report_options *how)
{
	json_t *labellings = json_array();

	for (size_t i = 0; i < net->n_labellings; i++)
		brc_json_append(&labellings, labelling_of(net, i, how));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "title",
			 brc_json_text(net->title), "model", brc_json_text(net->model), "layers",
			 layers(net), "findings", notes_of(net, BRC_NOTE_FINDING, BRC_ANY),
			 "warnings", notes_of(net, BRC_NOTE_WARNING, BRC_ANY), "missing",
			 notes_of(net, BRC_NOTE_MISSING, BRC_ANY), "clusterability",
			 clusterability(net), "family", family(&net->family), "labellings",
			 labellings, "sections", sections(net->input), "history",
			 history(net->input));
}

static json_t *combined(const brc_report *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->n_combined; i++) {
		const brc_combined *c = &r->combined[i];

		brc_json_append(&a,
				json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "labelling",
					  brc_json_text(c->labelling), "proxy",
					  brc_json_text(brc_proxy_name(c->proxy)), "statistic",
					  brc_json_text(c->statistic->statistic), "networks",
					  brc_json_count(c->networks), "mean_omnibus_p",
					  brc_json_number(c->mean), "p", brc_json_number(c->p)));
	}
	return a;
}

static int append(const char *bytes, size_t n, void *out)
{
	brc_str_addn(out, bytes, n);
	return 0;
}

brc_rc brc_report_json(const brc_report *r, brc_str *out, brc_err *err)
{
	json_t *networks = json_array(), *j;
	bool ok;

	for (size_t i = 0; i < r->n; i++)
		brc_json_append(&networks, network(&r->network[i], &r->options));
	j = json_pack("{s:s,s:i,s:o,s:o,s:o,s:o,s:o}", "broca", BRC_VERSION, "schema", SCHEMA,
		      "title", brc_json_text(r->options.title), "level",
		      brc_json_number(r->options.level), "networks", networks, "combined",
		      combined(r), "combined_remark", brc_json_text(r->combined_remark));
	ok = j && json_dump_callback(j, append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0;

	json_decref(j);
	brc_str_add(out, "\n");
	return ok ? brc_str_check(out, err)
		  : brc_fail(err, BRC_RESOURCE, "out of memory for the JSON document");
}
