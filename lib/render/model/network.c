/* Makes networks from streams: which section belongs where. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"

static bool is(const brc_section *s, const char *type)
{
	return s->version == 1 && strcmp(s->type, type) == 0;
}

static const brc_section *first(const brc_report_input *in, const char *type)
{
	for (size_t i = 0; i < in->n; i++)
		if (is(in->sections[i], type))
			return in->sections[i];
	return NULL;
}

/* Where a section goes within the sections of its name; NULL: not of a labelling. */
static const brc_section **slot(brc_labelling_sections *g, const brc_section *s)
{
	const brc_section **const place[] = {&g->labels, &g->spectrum, &g->lesions, &g->importance,
					     &g->coherence};
	static const char *const type[] = {"labels", "spectrum", "lesions", "importance",
					   "coherence"};

	for (size_t i = 0; i < sizeof(type) / sizeof(*type); i++)
		if (is(s, type[i]))
			return place[i];
	return NULL;
}

/*
 * Add `s` to the sections of its name. A second section of the same type opens a group of its own.
 */
static void assign(brc_labelling_sections *group, size_t *n, const brc_section *s)
{
	brc_labelling_sections probe = {0};

	if (!slot(&probe, s))
		return;
	for (size_t i = 0; i < *n; i++) {
		const brc_section **place = slot(&group[i], s);

		if (strcmp(group[i].name, s->name) == 0 && !*place) {
			*place = s;
			return;
		}
	}
	group[*n] = (brc_labelling_sections){.name = s->name};
	*slot(&group[(*n)++], s) = s;
}

/* The labelling that a group without labels says it was made from ("labels" in its metadata). */
static const char *labels_named(const brc_labelling_sections *g)
{
	const brc_section *s[] = {g->lesions, g->importance, g->coherence};
	const char *name = NULL;

	for (size_t i = 0; i < 3 && !name; i++)
		if (s[i])
			name = brc_map_string(s[i]->meta, "labels", NULL);
	return name;
}

/*
 * Lesions that have a name of their own borrow the labels and the spectrum from which they were
 * made.
 */
static void borrow_labels(brc_labelling_sections *group, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *from = group[i].labels ? NULL : labels_named(&group[i]);

		for (size_t j = 0; from && j < n; j++) {
			if (j == i || strcmp(group[j].name, from) != 0 || !group[j].labels)
				continue;
			group[i].labels = group[j].labels;
			group[i].spectrum =
				group[i].spectrum ? group[i].spectrum : group[j].spectrum;
			break;
		}
	}
}

static brc_rc collect_labellings(brc_network *net, const brc_report_options *options, brc_err *err)
{
	const brc_report_input *in = net->input;
	brc_labelling_sections *group = brc_calloc(in->n, sizeof(*group), err);
	size_t n = 0;
	brc_rc rc = BRC_OK;

	if (!group)
		return BRC_RESOURCE;
	for (size_t i = 0; i < in->n; i++)
		assign(group, &n, in->sections[i]);
	borrow_labels(group, n);
	net->labelling = brc_calloc(n, sizeof(*net->labelling), err);
	if (!net->labelling)
		rc = BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		rc = brc_labelling_collect(&net->labelling[net->n_labellings++], &group[i], options,
					   err);
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		brc_labelling_find_seed(&net->labelling[i], in);
	free(group);
	return rc;
}

static brc_rc collect_clusterability(brc_network *net, brc_err *err)
{
	const brc_report_input *in = net->input;

	net->clusterability = brc_calloc(in->n, sizeof(*net->clusterability), err);
	if (!net->clusterability)
		return BRC_RESOURCE;
	for (size_t i = 0; i < in->n; i++)
		if (is(in->sections[i], "clusterability"))
			BRC_TRY(brc_clusterability_read(
				&net->clusterability[net->n_clusterability++], in->sections[i],
				err));
	return BRC_OK;
}

static bool is_chain(const brc_units *u)
{
	for (size_t e = 0; e < u->n_edges; e++)
		if (u->from[e] != (int32_t)e || u->to[e] != (int32_t)e + 1)
			return false;
	return u->n_edges + 1 == u->layers.n;
}

bool brc_layer_is_hidden(const brc_network *net, size_t i)
{
	return !net->has_units || net->units.role[i] == BRC_ROLE_HIDDEN;
}

const brc_layers *brc_network_layers(const brc_network *net)
{
	if (net->has_units)
		return &net->units.layers;
	return net->n_labellings > 0 ? &net->labelling[0].layers : NULL;
}

const brc_labelling *brc_network_lesioned(const brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++)
		if (net->labelling[i].lesions_section)
			return &net->labelling[i];
	return NULL;
}

/* What the lesions were counted on, according to the first lesions. */
static const char *items(const brc_network *net)
{
	const brc_labelling *l = brc_network_lesioned(net);

	return l ? l->lesions.items : "images";
}

brc_rc brc_network_collect(brc_network *net, const brc_report_input *in,
			   const brc_report_options *options, brc_err *err)
{
	const brc_section *units = first(in, "units"), *exemplars = first(in, "exemplars");

	*net = (brc_network){.input = in,
			     .title = in->title && in->title[0] ? in->title : "network",
			     .model = brc_input_model(in)};
	if (units) {
		BRC_TRY(brc_units_read(&net->units, units, err));
		net->has_units = true;
		net->wiring = is_chain(&net->units) ? BRC_WIRING_CHAIN : BRC_WIRING_BRANCHED;
	}
	if (exemplars)
		BRC_TRY(brc_exemplars_read(&net->exemplars, exemplars, err));
	net->has_exemplars = exemplars;
	BRC_TRY(collect_clusterability(net, err));
	BRC_TRY(collect_labellings(net, options, err));
	net->items = items(net);
	return BRC_OK;
}

void brc_network_clear(brc_network *net)
{
	brc_units_clear(&net->units);
	for (size_t i = 0; i < net->n_labellings; i++)
		brc_labelling_clear(&net->labelling[i]);
	free(net->labelling);
	for (size_t i = 0; i < net->n_clusterability; i++)
		brc_clusterability_clear(&net->clusterability[i]);
	free(net->clusterability);
	brc_exemplars_clear(&net->exemplars);
	brc_notes_clear(&net->notes);
}
