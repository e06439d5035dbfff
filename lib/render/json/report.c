/* The report for programs. The schema is documented in broca-report(1). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "render/words/escape.h"
#include "render/json/json.h"

enum { SCHEMA = 1 };

json_t *brc_json_text(const char *s)
{
	brc_str clean = {0};
	json_t *j;

	if (!s)
		return json_null();
	brc_escape_utf8(&clean, s);
	j = clean.failed ? NULL : json_stringn(clean.s, clean.len);
	brc_str_free(&clean);
	return j;
}

json_t *brc_json_number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

/* What was built, if all of it was; a part would be taken for the whole. */
static json_t *complete(json_t *j, bool ok)
{
	if (ok)
		return j;
	json_decref(j);
	return NULL;
}

json_t *brc_json_numbers(const double *v, size_t n, size_t stride)
{
	json_t *a = v ? json_array() : json_null();
	bool ok = a != NULL;

	for (size_t i = 0; v && i < n; i++)
		brc_json_append(a, brc_json_number(v[i * stride]), &ok);
	return complete(a, ok);
}

json_t *brc_json_count(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *list(const brc_value *v)
{
	json_t *a = json_array();
	bool ok = a != NULL;

	for (size_t i = 0; ok && i < v->u.list.n; i++)
		brc_json_append(a, brc_json_value(&v->u.list.items[i]), &ok);
	return complete(a, ok);
}

json_t *brc_json_value(const brc_value *v)
{
	switch (v->type) {
	case BRC_V_NIL:
		return json_null();
	case BRC_V_BOOL:
		return json_boolean(v->u.b);
	case BRC_V_INT:
		return json_integer(v->u.i);
	case BRC_V_DOUBLE:
		return brc_json_number(v->u.d);
	case BRC_V_STRING:
		return brc_json_text(v->u.s);
	case BRC_V_LIST:
		return list(v);
	case BRC_V_MAP:
		return brc_json_map(v->u.map);
	}
	return json_null();
}

json_t *brc_json_map(const brc_map *m)
{
	json_t *o = json_object();
	bool ok = o != NULL;

	for (size_t i = 0; m && ok && i < m->n; i++)
		brc_json_set(o, m->pairs[i].key, brc_json_value(&m->pairs[i].value), &ok);
	return complete(o, ok);
}

json_t *brc_json_map_of(brc_map *m)
{
	json_t *o = m && !m->failed ? brc_json_map(m) : NULL;

	brc_map_free(m);
	return o;
}

void brc_json_set(json_t *object, const char *key, json_t *value, bool *ok)
{
	brc_str clean = {0};

	brc_escape_utf8(&clean, key);
	if (clean.failed)
		json_decref(value);
	if (clean.failed || json_object_set_new(object, clean.s, value) != 0)
		*ok = false;
	brc_str_free(&clean);
}

void brc_json_append(json_t *array, json_t *value, bool *ok)
{
	if (json_array_append_new(array, value) != 0)
		*ok = false;
}

json_t *brc_json_notes(const brc_network *net, brc_note_kind kind, size_t labelling, bool *ok)
{
	json_t *a = json_array();

	for (size_t i = 0; i < net->n_notes; i++)
		if (brc_note_is(&net->note[i], kind, labelling))
			brc_json_append(a, brc_json_text(net->note[i].text), ok);
	return a;
}

static json_t *layers(const brc_network *net, bool *ok)
{
	const brc_layers *t = brc_network_layers(net);
	json_t *a = json_array();

	for (size_t i = 0; t && i < t->n; i++) {
		json_t *o = json_object();

		brc_json_set(o, "name", brc_json_text(t->name[i]), ok);
		brc_json_set(o, "units", brc_json_count(t->units[i]), ok);
		brc_json_append(a, o, ok);
	}
	return a;
}

static json_t *clusterability(const brc_clusterability *c, bool *ok)
{
	brc_map *meta = brc_map_new();
	json_t *o;

	brc_clusterability_put(c, meta);
	o = brc_json_map_of(meta);
	brc_json_set(o, "name", brc_json_text(c->name), ok);
	brc_json_set(o, "null_ncut", brc_json_numbers(c->ncut, c->shuffles, 1), ok);
	return o;
}

static json_t *section(const brc_section *s, bool *ok)
{
	json_t *o = json_object();

	brc_json_set(o, "type", brc_json_text(s->type), ok);
	brc_json_set(o, "version", json_integer(s->version), ok);
	brc_json_set(o, "name", brc_json_text(s->name), ok);
	brc_json_set(o, "digest", brc_json_text(s->digest), ok);
	brc_json_set(o, "metadata", brc_json_map(s->meta), ok);
	return o;
}

static json_t *network(const brc_network *net, bool draws, bool *ok)
{
	json_t *o = json_object(), *all;

	brc_json_set(o, "title", brc_json_text(net->title), ok);
	brc_json_set(o, "model", brc_json_text(net->model), ok);
	brc_json_set(o, "layers", layers(net, ok), ok);
	brc_json_set(o, "findings", brc_json_notes(net, BRC_NOTE_FINDING, BRC_ANY, ok), ok);
	brc_json_set(o, "warnings", brc_json_notes(net, BRC_NOTE_WARNING, BRC_ANY, ok), ok);
	brc_json_set(o, "missing", brc_json_notes(net, BRC_NOTE_MISSING, BRC_ANY, ok), ok);
	all = json_array();
	for (size_t i = 0; i < net->n_clusterability; i++)
		brc_json_append(all, clusterability(&net->clusterability[i], ok), ok);
	brc_json_set(o, "clusterability", all, ok);
	all = json_array();
	for (size_t i = 0; i < net->n_labellings; i++)
		brc_json_append(all, brc_json_labelling(net, i, draws, ok), ok);
	brc_json_set(o, "labellings", all, ok);
	all = json_array();
	for (size_t i = 0; i < net->input->n; i++)
		brc_json_append(all, section(net->input->sections[i], ok), ok);
	brc_json_set(o, "sections", all, ok);
	all = json_array();
	for (size_t i = 0; i < net->input->n_history; i++)
		brc_json_append(all, brc_json_map(net->input->history[i]), ok);
	brc_json_set(o, "history", all, ok);
	return o;
}

static json_t *combined(const brc_combined *c, bool *ok)
{
	json_t *o = json_object();

	brc_json_set(o, "labelling", brc_json_text(c->labelling), ok);
	brc_json_set(o, "proxy", brc_json_text(brc_proxy_name(c->proxy)), ok);
	brc_json_set(o, "statistic", brc_json_text(c->statistic->statistic), ok);
	brc_json_set(o, "networks", brc_json_count(c->networks), ok);
	brc_json_set(o, "mean_omnibus_p", brc_json_number(c->mean), ok);
	brc_json_set(o, "p", brc_json_number(c->p), ok);
	return o;
}

static json_t *report(const brc_report *r, bool *ok)
{
	json_t *o = json_object(), *all = json_array();

	brc_json_set(o, "broca", json_string(BRC_VERSION), ok);
	brc_json_set(o, "schema", json_integer(SCHEMA), ok);
	brc_json_set(o, "title", brc_json_text(r->options.title), ok);
	brc_json_set(o, "level", brc_json_number(r->options.level), ok);
	for (size_t i = 0; i < r->n; i++)
		brc_json_append(all, network(&r->network[i], r->options.draws, ok), ok);
	brc_json_set(o, "networks", all, ok);
	all = json_array();
	for (size_t i = 0; i < r->n_combined; i++)
		brc_json_append(all, combined(&r->combined[i], ok), ok);
	brc_json_set(o, "combined", all, ok);
	brc_json_set(o, "combined_remark", brc_json_text(r->combined_remark), ok);
	return o;
}

static int append(const char *bytes, size_t n, void *out)
{
	brc_str_addn(out, bytes, n);
	return 0;
}

brc_rc brc_report_json(const brc_report *r, brc_str *out, brc_err *err)
{
	bool ok = true;
	json_t *j = report(r, &ok);

	if (ok && json_dump_callback(j, append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) != 0)
		ok = false;
	json_decref(j);
	brc_str_add(out, "\n");
	return ok ? brc_str_check(out, err)
		  : brc_fail(err, BRC_RESOURCE, "out of memory for the JSON document");
}
