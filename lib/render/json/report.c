/* The report for programs. */
#include "base/cli.h"
#include "render/json/json.h"

enum { SCHEMA = 1 };

json_t *brc_json_notes(const brc_network *net, brc_note_kind kind, size_t labelling)
{
	const brc_note *note = NULL;
	json_t *a = json_array();

	while ((note = brc_note_next(&net->notes, note, kind, labelling)))
		brc_json_append(&a, brc_json_text(note->text.s));
	return a;
}

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

static json_t *network(const brc_network *net, bool draws)
{
	json_t *labellings = json_array();

	for (size_t i = 0; i < net->n_labellings; i++)
		brc_json_append(&labellings, brc_json_labelling(net, i, draws));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "title",
			 brc_json_text(net->title), "model", brc_json_text(net->model), "layers",
			 layers(net), "findings", brc_json_notes(net, BRC_NOTE_FINDING, BRC_ANY),
			 "warnings", brc_json_notes(net, BRC_NOTE_WARNING, BRC_ANY), "missing",
			 brc_json_notes(net, BRC_NOTE_MISSING, BRC_ANY), "clusterability",
			 clusterability(net), "labellings", labellings, "sections",
			 sections(net->input), "history", history(net->input));
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

static json_t *report(const brc_report *r)
{
	json_t *networks = json_array();

	for (size_t i = 0; i < r->n; i++)
		brc_json_append(&networks, network(&r->network[i], r->options.draws));
	return json_pack("{s:s,s:i,s:o,s:o,s:o,s:o,s:o}", "broca", BRC_VERSION, "schema", SCHEMA,
			 "title", brc_json_text(r->options.title), "level",
			 brc_json_number(r->options.level), "networks", networks, "combined",
			 combined(r), "combined_remark", brc_json_text(r->combined_remark));
}

static int append(const char *bytes, size_t n, void *out)
{
	brc_str_addn(out, bytes, n);
	return 0;
}

brc_rc brc_report_json(const brc_report *r, brc_str *out, brc_err *err)
{
	json_t *j = report(r);
	bool ok = j &&
		  json_dump_callback(j, append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0;

	json_decref(j);
	brc_str_add(out, "\n");
	return ok ? brc_str_check(out, err)
		  : brc_fail(err, BRC_RESOURCE, "out of memory for the JSON document");
}
