/* Makes networks from streams: which section belongs where. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"

unsigned brc_newest_version(const char *type)
{
	return strcmp(type, "lesions") == 0 ? 2 : 1;
}

static bool is(const brc_section *s, const char *type)
{
	return s->version <= brc_newest_version(type) && strcmp(s->type, type) == 0;
}

static const brc_section *first(const brc_report_input *in, const char *type)
{
	for (size_t i = 0; i < in->n; i++)
		if (is(in->sections[i], type))
			return in->sections[i];
	return NULL;
}

/* Which part of a labelling a section is; BRC_PARTS: none. */
static size_t part_of(const brc_section *s)
{
	static const char *const type[BRC_PARTS] = {
		"labels", "spectrum", "lesions", "structure", "repeats", "importance", "coherence"};
	size_t part = 0;

	while (part < BRC_PARTS && !is(s, type[part]))
		part++;
	return part;
}

/*
 * Add `s` to the sections of its name. A second section of the same type opens a group of its own.
 */
static void assign(brc_labelling_sections *group, size_t *n, const brc_section *s)
{
	size_t part = part_of(s), i = 0;

	if (part == BRC_PARTS)
		return;
	while (i < *n && (strcmp(group[i].name, s->name) != 0 || group[i].part[part]))
		i++;
	if (i == *n)
		group[(*n)++] = (brc_labelling_sections){.name = s->name};
	group[i].part[part] = s;
}

/*
 * Lesions that have a name of their own borrow the labels and the spectrum from which they were
 * made.
 */
static void borrow_labels(brc_labelling_sections *group, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const brc_section **own = group[i].part;
		const char *from = NULL;

		/* what the sections say in their metadata */
		for (size_t k = BRC_PART_LESIONS; k < BRC_PARTS && !from; k++)
			if (own[k] && !own[BRC_PART_LABELS])
				from = brc_map_string(own[k]->meta, "labels", NULL);
		for (size_t j = 0; from && j < n; j++) {
			const brc_section *const *other = group[j].part;

			if (strcmp(group[j].name, from) != 0 || !other[BRC_PART_LABELS])
				continue;
			own[BRC_PART_LABELS] = other[BRC_PART_LABELS];
			if (!own[BRC_PART_STRUCTURE])
				own[BRC_PART_STRUCTURE] = other[BRC_PART_STRUCTURE];
			if (!own[BRC_PART_SPECTRUM])
				own[BRC_PART_SPECTRUM] = other[BRC_PART_SPECTRUM];
			break;
		}
	}
}

static brc_rc make_labellings(brc_network *net, brc_labelling_sections *group,
			      const brc_report_options *options, brc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < net->input->n; i++)
		assign(group, &n, net->input->sections[i]);
	borrow_labels(group, n);
	BRC_NEW(net->labelling, n, err);
	for (size_t i = 0; i < n; i++) {
		brc_labelling *l = &net->labelling[net->n_labellings++];

		BRC_TRY(brc_labelling_collect(l, &group[i], options, err));
		brc_labelling_find_seed(l, net->input);
		BRC_TRY(brc_labelling_find_images(l, net->input, err));
	}
	return BRC_OK;
}

static brc_rc collect_labellings(brc_network *net, const brc_report_options *options, brc_err *err)
{
	brc_labelling_sections *group = brc_calloc(net->input->n, sizeof(*group), err);
	brc_rc rc = group ? make_labellings(net, group, options, err) : BRC_RESOURCE;

	free(group);
	return rc;
}

static brc_rc collect_clusterability(brc_network *net, brc_err *err)
{
	const brc_report_input *in = net->input;

	BRC_NEW(net->clusterability, in->n, err);
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

/* Units have the names of the section units where both have the same layers. */
static void name_units(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		brc_labelling *l = &net->labelling[i];

		if (net->units.unit_name && l->labels_section &&
		    brc_layers_equal(&l->layers, &net->units.layers))
			l->unit_name = net->units.unit_name;
	}
}

brc_rc brc_network_collect(brc_network *net, const brc_report_input *in,
			   const brc_report_options *options, brc_err *err)
{
	const brc_section *units = first(in, "units"), *exemplars = first(in, "exemplars");
	const brc_labelling *lesioned;

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
	name_units(net);
	lesioned = brc_network_lesioned(net);
	net->items = lesioned ? lesioned->lesions.items : "images";
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
