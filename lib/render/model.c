/* From streams to networks: which section belongs where. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model.h"

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
	if (is(s, "labels"))
		return &g->labels;
	if (is(s, "spectrum"))
		return &g->spectrum;
	if (is(s, "lesions"))
		return &g->lesions;
	if (is(s, "importance"))
		return &g->importance;
	if (is(s, "coherence"))
		return &g->coherence;
	return NULL;
}

/* Put `s` to the sections of its name; a second one of its type opens a group of its own. */
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
static const char *origin(const brc_labelling_sections *g)
{
	const brc_section *s[] = {g->lesions, g->importance, g->coherence};
	const char *name = NULL;

	for (size_t i = 0; i < 3 && !name; i++)
		if (s[i])
			name = brc_map_string(s[i]->meta, "labels", NULL);
	return name;
}

/* Lesions under a name of their own borrow labels and spectrum from where they came. */
static void borrow_labels(brc_labelling_sections *group, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *from = group[i].labels ? NULL : origin(&group[i]);

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
	brc_labelling_sections *group = brc_calloc(in->n, sizeof *group, err);
	size_t n = 0;
	brc_rc rc = BRC_OK;

	if (!group)
		return BRC_RESOURCE;
	for (size_t i = 0; i < in->n; i++)
		assign(group, &n, in->sections[i]);
	borrow_labels(group, n);
	net->labelling = brc_calloc(n, sizeof *net->labelling, err);
	if (!net->labelling)
		rc = BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		rc = brc_labelling_collect(&net->labelling[net->n_labellings++], &group[i], options,
					   err);
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		brc_labelling_origin(&net->labelling[i], in);
	free(group);
	return rc;
}

static brc_rc collect_clusterability(brc_network *net, brc_err *err)
{
	const brc_report_input *in = net->input;

	net->clusterability = brc_calloc(in->n, sizeof *net->clusterability, err);
	if (!net->clusterability)
		return BRC_RESOURCE;
	for (size_t i = 0; i < in->n; i++)
		if (is(in->sections[i], "clusterability"))
			BRC_TRY(brc_null_test_collect(&net->clusterability[net->n_clusterability++],
						      in->sections[i], err));
	return BRC_OK;
}

/* What the lesions were counted on; the first ones' word. */
static const char *items(const brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++)
		if (net->labelling[i].lesions_section)
			return net->labelling[i].lesions.items;
	return "images";
}

static brc_rc collect_network(brc_network *net, const brc_report_input *in,
			      const brc_report_options *options, brc_err *err)
{
	*net = (brc_network){.input = in,
			     .title = in->title && in->title[0] ? in->title : "network",
			     .units = first(in, "units"),
			     .model = brc_input_model(in)};
	if (net->units)
		BRC_TRY(brc_layers_read(&net->layers, net->units, err));
	BRC_TRY(brc_wiring_collect(net, err));
	BRC_TRY(brc_exemplars_collect(&net->exemplars, first(in, "exemplars"), err));
	BRC_TRY(collect_clusterability(net, err));
	BRC_TRY(collect_labellings(net, options, err));
	net->items = items(net);
	return brc_notes_collect(net, options, err);
}

static brc_rc nothing_to_report(const brc_report_input *inputs, size_t n, brc_err *err)
{
	brc_str seen = {0};
	brc_rc rc;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < inputs[i].n; j++) {
			char title[256];

			brc_str_addf(&seen, "%s%s", seen.len ? ", " : "",
				     brc_section_title(inputs[i].sections[j], title, sizeof title));
		}
	brc_fail(err, BRC_DATA, "nothing to report: %s%.600s",
		 seen.len ? "there are only " : "the stream is empty", seen.len ? seen.s : "");
	rc = brc_hint(err, "a report is made of labels, spectrum, clusterability, lesions, "
			   "importance or coherence: ... | laplacian | spectral -k 16 | report");
	brc_str_free(&seen);
	return rc;
}

brc_rc brc_report_new(brc_report **r, const brc_report_input *inputs, size_t n,
		      const brc_report_options *options, brc_err *err)
{
	size_t content = 0;
	brc_rc rc = BRC_OK;

	*r = brc_calloc(1, sizeof **r, err);
	if (!*r)
		return BRC_RESOURCE;
	(*r)->options = *options;
	rc = brc_join(&(*r)->joined, inputs, n, err);
	if (rc == BRC_OK) {
		(*r)->network = brc_calloc((*r)->joined.n, sizeof *(*r)->network, err);
		rc = (*r)->network ? BRC_OK : BRC_RESOURCE;
	}
	for (size_t i = 0; rc == BRC_OK && i < (*r)->joined.n; i++) {
		brc_network *net = &(*r)->network[(*r)->n++];

		rc = collect_network(net, &(*r)->joined.item[i], options, err);
		if (rc != BRC_OK && (*r)->joined.n > 1)
			rc = brc_err_prefix(err, "%s", net->title);
		content += net->n_labellings + net->n_clusterability;
	}
	if (rc == BRC_OK && content == 0)
		rc = nothing_to_report(inputs, n, err);
	if (rc == BRC_OK)
		rc = brc_combine(*r, err);
	if (rc != BRC_OK) {
		brc_report_free(*r);
		*r = NULL;
	}
	return rc;
}

static void clear_network(brc_network *net)
{
	brc_layers_clear(&net->layers);
	for (size_t i = 0; i < net->n_labellings; i++)
		brc_labelling_clear(&net->labelling[i]);
	free(net->labelling);
	free(net->clusterability);
	brc_exemplars_clear(&net->exemplars);
	for (size_t i = 0; i < net->n_notes; i++)
		free(net->note[i].text);
	free(net->note);
}

void brc_report_free(brc_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		clear_network(&r->network[i]);
	brc_join_clear(&r->joined);
	free(r->network);
	free(r->combined);
	free(r->combined_remark);
	free(r);
}
