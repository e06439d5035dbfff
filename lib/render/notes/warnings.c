/* What to be careful about, and what was not run. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/words/format.h"
#include "render/notes/notes.h"

static brc_rc say(brc_network *net, brc_note_kind kind, size_t labelling, brc_err *err,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static brc_rc say(brc_network *net, brc_note_kind kind, size_t labelling, brc_err *err,
		  const char *fmt, ...)
{
	char line[1024];
	brc_str text = {0};
	va_list args;
	brc_rc rc;

	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	brc_str_add(&text, line);
	rc = brc_note_add(net, kind, labelling, &text, err);
	brc_str_free(&text);
	return rc;
}

static brc_rc warn_graph(brc_network *net, size_t i, const brc_graph_result *g, brc_err *err)
{
	for (size_t w = 0; w < g->n_warnings; w++)
		BRC_TRY(say(net, BRC_NOTE_WARNING, i, err, "graph %s: %s", g->name, g->warning[w]));
	if (g->empty > 0)
		BRC_TRY(say(net, BRC_NOTE_WARNING, i, err,
			    "graph %s: %zu of %zu clusters are empty.", g->name, g->empty, g->k));
	return BRC_OK;
}

enum { GRAPHS_TOLD = 3 };

static bool has_warning(const brc_graph_result *g)
{
	return g->empty > 0 || g->n_warnings > 0;
}

/* The first few graphs' warnings, and how many graphs more have some. */
static brc_rc warn_graphs(brc_network *net, size_t i, brc_err *err)
{
	const brc_labelling *l = &net->labelling[i];
	size_t n = 0;

	for (size_t g = 0; g < l->n_graphs; g++)
		if (has_warning(&l->graph[g]) && n++ < GRAPHS_TOLD)
			BRC_TRY(warn_graph(net, i, &l->graph[g], err));
	if (n > GRAPHS_TOLD)
		return say(net, BRC_NOTE_WARNING, i, err,
			   "%zu graph%s more with warnings of this kind: the JSON report has them.",
			   n - GRAPHS_TOLD, n - GRAPHS_TOLD == 1 ? "" : "s");
	return BRC_OK;
}

#define SEPARATOR "; " /* between the parts of a statistic's warning */

/* The statistics of a labelling with a warning, in order; at most all of both sections. */
static size_t warned(const brc_labelling *l, const brc_inference *out[2 * BRC_FINDINGS_MAX])
{
	size_t n = 0;

	for (size_t p = 0; p < BRC_PROXIES; p++)
		for (size_t s = 0; s < l->test[p].n_stats; s++)
			if (l->test[p].stat[s].warning[0])
				out[n++] = &l->test[p].stat[s];
	return n;
}

/* Does a whole part of the warning of `st` equal the first n bytes of `part`? */
static bool has_part(const brc_inference *st, const char *part, size_t n)
{
	const char *end;

	for (const char *s = st->warning;; s = end + strlen(SEPARATOR)) {
		end = strstr(s, SEPARATOR);
		if ((end ? (size_t)(end - s) : strlen(s)) == n && strncmp(s, part, n) == 0)
			return true;
		if (!end)
			return false;
	}
}

/* The statistics that share the part, from the first on: "accuracy, loss". */
static size_t shared_by(const brc_inference *const *st, size_t n, const char *part, size_t length,
			brc_str *names)
{
	size_t count = 0;

	for (size_t s = 0; s < n; s++)
		if (has_part(st[s], part, length))
			brc_str_addf(names, "%s%s", count++ ? ", " : "", st[s]->statistic);
	return count;
}

/* The length of a part of a warning; returns the next one, or NULL. */
static const char *next_part(const char *part, size_t *length)
{
	const char *end = strstr(part, SEPARATOR);

	*length = end ? (size_t)(end - part) : strlen(part);
	return end ? end + strlen(SEPARATOR) : NULL;
}

/* What several statistics share is said once, "accuracy, loss: part"; `first` is one of them. */
static brc_rc warn_shared(brc_network *net, size_t i, const brc_inference *const *st, size_t n,
			  size_t first, brc_err *err)
{
	size_t length;
	brc_rc rc = BRC_OK;

	for (const char *part = st[first]->warning, *next; part && rc == BRC_OK; part = next) {
		brc_str names = {0};

		next = next_part(part, &length);
		if (shared_by(st, first, part, length, &names) == 0 &&
		    shared_by(st, n, part, length, &names) > 1)
			rc = brc_str_check(&names, err) == BRC_OK
				     ? say(net, BRC_NOTE_WARNING, i, err, "%s: %.*s.", names.s,
					   (int)length, part)
				     : BRC_RESOURCE;
		brc_str_free(&names);
	}
	return rc;
}

/* And what is a statistic's own, in one sentence. */
static brc_rc warn_own(brc_network *net, size_t i, const brc_inference *const *st, size_t n,
		       size_t which, brc_err *err)
{
	brc_str own = {0};
	size_t length;

	for (const char *part = st[which]->warning, *next; part; part = next) {
		brc_str names = {0};

		next = next_part(part, &length);
		if (shared_by(st, n, part, length, &names) == 1)
			brc_str_addf(&own, "%s%.*s", own.len ? SEPARATOR : "", (int)length, part);
		own.failed |= names.failed;
		brc_str_free(&names);
	}
	brc_rc rc = brc_str_check(&own, err);
	if (rc == BRC_OK && own.len)
		rc = say(net, BRC_NOTE_WARNING, i, err, "%s: %s.", st[which]->statistic, own.s);
	brc_str_free(&own);
	return rc;
}

static brc_rc warn_tests(brc_network *net, size_t i, brc_err *err)
{
	const brc_labelling *l = &net->labelling[i];
	const brc_inference *st[2 * BRC_FINDINGS_MAX];
	size_t n = warned(l, st);

	for (size_t s = 0; s < n; s++)
		BRC_TRY(warn_shared(net, i, st, n, s, err));
	for (size_t s = 0; s < n; s++)
		BRC_TRY(warn_own(net, i, st, n, s, err));
	for (size_t p = 0; p < BRC_PROXIES; p++)
		if (l->test[p].published)
			BRC_TRY(say(net, BRC_NOTE_WARNING, i, err,
				    "%s follows the published code (--compat paper): ties and "
				    "undefined values count as significant, nothing is corrected "
				    "for the number of groups.",
				    brc_proxy_name((brc_proxy)p)));
	return BRC_OK;
}

/* Sections of one stream that speak of different models. */
static brc_rc warn_models(brc_network *net, brc_err *err)
{
	const brc_report_input *in = net->input;
	char title[256];

	for (size_t i = 0; i < in->n; i++) {
		const char *model = brc_map_string(in->sections[i]->meta, "model", NULL);

		if (model && strcmp(model, net->model) != 0)
			return say(net, BRC_NOTE_WARNING, BRC_ANY, err,
				   "%s was made from model %.8s, other sections from %.8s: the "
				   "stream mixes networks.",
				   brc_section_title(in->sections[i], title, sizeof title), model,
				   net->model);
	}
	return BRC_OK;
}

static brc_rc warn_versions(brc_network *net, brc_err *err)
{
	static const char *const known[] = {"units",     "labels",        "spectrum",
					    "lesions",   "importance",    "coherence",
					    "exemplars", "clusterability"};
	char title[256];

	for (size_t i = 0; i < net->input->n; i++) {
		const brc_section *s = net->input->sections[i];

		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			if (s->version != 1 && strcmp(s->type, known[k]) == 0)
				BRC_TRY(say(net, BRC_NOTE_WARNING, BRC_ANY, err,
					    "%s is left out: this version of broca reads %s/1.",
					    brc_section_title(s, title, sizeof title), known[k]));
	}
	return BRC_OK;
}

/* Is the unharmed network no better than naming the largest class, within two standard errors? */
static bool at_chance(const brc_lesions *l, double *largest)
{
	double n = (double)l->images, most = 0;

	for (size_t c = 0; c < l->classes; c++)
		most = fmax(most, (double)l->class_images[c]);
	*largest = n > 0 ? most / n : NAN;
	return brc_lesions_baseline_plain(l) < *largest + 2 * sqrt(*largest * (1 - *largest) / n);
}

static brc_rc warn_chance(brc_network *net, brc_err *err)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_lesions *l = &net->labelling[i].lesions;
		char accuracy[BRC_NUMBER_MAX], share[BRC_NUMBER_MAX];
		double largest;

		if (!net->labelling[i].lesions_section || l->classes < 2 || !at_chance(l, &largest))
			continue;
		return say(net, BRC_NOTE_WARNING, BRC_ANY, err,
			   "before any lesion the network is right for %s of %zu %s, no more "
			   "than chance (the largest class has %s): lesions of a network that does "
			   "not work say little. Check that these are the data that it was trained "
			   "for, their scale, and the order of the labels.",
			   brc_format_percent(brc_lesions_baseline_plain(l), accuracy), l->images,
			   l->items, brc_format_percent(largest, share));
	}
	return BRC_OK;
}

brc_rc brc_warnings_collect(brc_network *net, brc_err *err)
{
	if (net->model)
		BRC_TRY(warn_models(net, err));
	BRC_TRY(warn_versions(net, err));
	BRC_TRY(warn_chance(net, err));
	for (size_t i = 0; i < net->n_labellings; i++) {
		BRC_TRY(warn_graphs(net, i, err));
		BRC_TRY(warn_tests(net, i, err));
	}
	return BRC_OK;
}

static brc_rc missing_tests(brc_network *net, size_t i, brc_err *err)
{
	const brc_labelling *l = &net->labelling[i];
	bool importance = brc_primary(&l->test[BRC_IMPORTANCE]);
	bool coherence = brc_primary(&l->test[BRC_COHERENCE]);

	if (importance && coherence)
		return BRC_OK;
	if (!l->lesions_section && !importance && !coherence)
		return say(net, BRC_NOTE_MISSING, i, err,
			   "No group was lesioned, so importance and coherence are unknown. "
			   "Add:  | lesion --in %s --model NET.onnx --data TEST.brc | coherence",
			   l->name);
	if (!importance)
		BRC_TRY(say(
			net, BRC_NOTE_MISSING, i, err,
			"There is no importance section; `lesion` writes it with the lesions."));
	if (!coherence)
		BRC_TRY(say(net, BRC_NOTE_MISSING, i, err,
			    "The lesions were not tested for coherence. Add:  | coherence --in %s",
			    l->name));
	return BRC_OK;
}

brc_rc brc_missing_collect(brc_network *net, brc_err *err)
{
	if (net->n_clusterability == 0)
		BRC_TRY(say(net, BRC_NOTE_MISSING, BRC_ANY, err,
			    "The network was not compared with shuffled copies of itself. Add, "
			    "before laplacian:  | clusterability -k 16 -n 50"));
	if (net->n_labellings == 0)
		BRC_TRY(say(net, BRC_NOTE_MISSING, BRC_ANY, err,
			    "The network was not partitioned. Add:  | laplacian | spectral -k 16"));
	for (size_t i = 0; i < net->n_labellings; i++) {
		if (!net->labelling[i].spectrum_section && net->labelling[i].labels_section &&
		    net->labelling[i].labels.mode != BRC_LABELS_IMPORTED)
			BRC_TRY(say(net, BRC_NOTE_MISSING, i, err,
				    "No spectrum came with the labels; `spectral` writes it."));
		BRC_TRY(missing_tests(net, i, err));
	}
	if (!net->has_exemplars && strcmp(net->items, "images") == 0)
		BRC_TRY(say(net, BRC_NOTE_MISSING, BRC_ANY, err,
			    "There are no example images of what units respond to: `activations` "
			    "writes them (exemplars)."));
	return BRC_OK;
}
