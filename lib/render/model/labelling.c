/* All sections of one name: labels, spectrum, lesions, importance, coherence. */
#include <math.h>
#include <stdlib.h>

#include "base/texts.h"
#include "render/model/model.h"
#include "render/words/commands.h"

/* What each section holds. The graphs are those of the spectrum where there is one. */
static brc_rc read_sections(brc_labelling *l, const brc_section *const *part, brc_err *err)
{
	if (l->labels_section)
		BRC_TRY(brc_labels_read(&l->labels, l->labels_section, err));
	if (l->spectrum_section)
		BRC_TRY(brc_spectrum_read(&l->spectrum, l->spectrum_section, err));
	l->graph = l->spectrum_section ? l->spectrum.graph : l->labels.graph;
	l->n_graphs = l->spectrum_section ? l->spectrum.n : l->labels.n_graphs;
	if (part[BRC_PART_STRUCTURE])
		BRC_TRY(brc_structure_read(&l->structure, part[BRC_PART_STRUCTURE], err));
	if (part[BRC_PART_REPEATS])
		BRC_TRY(brc_repeats_read(&l->repeats, part[BRC_PART_REPEATS], err));
	if (l->lesions_section) {
		BRC_TRY(brc_lesions_read(&l->lesions, l->lesions_section, err));
		l->loss = brc_lesions_baseline_loss(&l->lesions);
	}
	for (size_t p = 0; p < BRC_PROXIES; p++)
		if (part[BRC_PART_TESTS + p])
			BRC_TRY(brc_findings_read(&l->test[p], part[BRC_PART_TESTS + p], err));
	return BRC_OK;
}

brc_rc brc_labelling_collect(brc_labelling *l, const brc_labelling_sections *from,
			     const brc_report_options *options, brc_err *err)
{
	const brc_findings *t = &l->test[BRC_COHERENCE];
	const brc_layers *layers[] = {&l->labels.layers, &l->lesions.layers,
				      &l->test[BRC_IMPORTANCE].layers, &t->layers};

	*l = (brc_labelling){.name = from->name,
			     .labels_section = from->part[BRC_PART_LABELS],
			     .spectrum_section = from->part[BRC_PART_SPECTRUM],
			     .lesions_section = from->part[BRC_PART_LESIONS],
			     .loss = NAN};
	BRC_TRY(read_sections(l, from->part, err));
	/* from labels, else from the first section that has some */
	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers) && l->layers.n == 0; i++)
		if (layers[i]->n > 0)
			BRC_TRY(brc_layers_dup(&l->layers, layers[i], err));
	l->classes = l->lesions_section ? l->lesions.classes : t->classes;
	if (t->classes > 0 && t->classes != l->classes)
		return brc_fail(err, BRC_DATA,
				"labelling '%s': coherence has %zu classes, lesions %zu", l->name,
				t->classes, l->classes);
	BRC_TRY(brc_labelling_name(l, l->lesions.class_name ? l->lesions.class_name : t->class_name,
				   err));
	return brc_groups_collect(l, from, options, err);
}

void brc_labelling_find_seed(brc_labelling *l, const brc_report_input *in)
{
	const brc_section *s = l->labels_section ? l->labels_section : l->spectrum_section;

	l->k = l->labels.k;
	for (size_t i = 0; !l->labels_section && i < l->n_graphs; i++)
		l->k = l->graph[i].k > l->k ? l->graph[i].k : l->k;
	for (size_t i = 0; s && s->digest[0] && i < in->n_history && !l->has_seed; i++) {
		const brc_value *options = brc_map_get(in->history[i], "options");

		if (options && options->type == BRC_V_MAP &&
		    brc_history_wrote(in->history[i], s->digest))
			l->has_seed = brc_map_int(options->u.map, "seed", &l->seed);
	}
}

brc_rc brc_labelling_find_images(brc_labelling *l, const brc_report_input *in, brc_err *err)
{
	const brc_section *s = l->lesions_section;
	const brc_map *lesion = NULL;
	const brc_value *images;
	brc_image_set test;

	for (size_t i = 0; s && s->digest[0] && i < in->n_history && !lesion; i++)
		if (brc_history_wrote(in->history[i], s->digest))
			lesion = in->history[i];
	if (!lesion)
		return BRC_OK;
	images = brc_map_get(lesion, "images");
	if (!images || images->type != BRC_V_MAP || !brc_image_set_read(&test, images->u.map))
		images = NULL;
	return brc_image_overlap_find(&l->images, in->history, in->n_history, s->digest,
				      images ? &test : NULL, lesion, err);
}

size_t brc_starts_range(const brc_labelling *l, double range[2])
{
	size_t n = 0;

	range[0] = INFINITY;
	range[1] = -INFINITY;
	for (size_t i = 0; i < l->n_graphs; i++) {
		double s = l->graph[i].starts;

		if (l->graph[i].k <= 1 || !isfinite(s))
			continue;
		range[0] = fmin(range[0], s);
		range[1] = fmax(range[1], s);
		n++;
	}
	return n;
}

void brc_labelling_clear(brc_labelling *l)
{
	brc_labels_clear(&l->labels);
	brc_subclusters_free(l->subclusters);
	brc_lesions_clear(&l->lesions);
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		brc_findings_clear(&l->test[p]);
	brc_spectrum_clear(&l->spectrum);
	brc_structure_clear(&l->structure);
	brc_repeats_clear(&l->repeats);
	brc_texts_free(l->layer_title, l->layers.n);
	brc_texts_free(l->class_name, l->classes);
	brc_texts_free(l->class_title, l->classes);
	brc_layers_clear(&l->layers);
	free(l->group);
	free(l->order);
	*l = (brc_labelling){0};
}
