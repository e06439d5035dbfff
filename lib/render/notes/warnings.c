/* What to be careful about. */
#include <string.h>

#include "render/notes/notes.h"
#include "render/words/format.h"
#include "study/dead_units.h"

#define SEPARATOR "; " /* between the parts of a statistic's warning */

enum { GRAPHS_TOLD = 3 };

enum { CLUSTERS_TOLD = 8 };

static bool has_weak(const brc_graph_result *g)
{
	for (size_t c = 0; c < g->rated; c++)
		if (brc_graph_result_weak(g, c))
			return true;
	return false;
}

/* Clusters that fall apart, by number as far as they are few. */
static void warn_weak(brc_network *net, size_t i, const brc_graph_result *g)
{
	brc_str list = {0};
	size_t weak = 0;

	for (size_t c = 0; c < g->rated; c++) {
		if (!brc_graph_result_weak(g, c))
			continue;
		if (weak++ < CLUSTERS_TOLD)
			brc_str_addf(&list, "%s%zu", weak > 1 ? ", " : "", c);
	}
	if (weak > 0 && !list.failed)
		brc_note_addf(&net->notes, BRC_NOTE_WARNING, i,
			      "graph %s: %zu of %zu clusters %s weakly connected (%s%s): cutting "
			      "such a cluster in two costs no more than cutting it off from the "
			      "rest.",
			      g->name, weak, g->rated, weak == 1 ? "is" : "are", list.s,
			      weak > CLUSTERS_TOLD ? ", ..." : "");
	brc_str_free(&list);
}

/* The first few graphs' warnings, and how many graphs more have some. */
static void warn_graphs(brc_network *net, size_t i)
{
	const brc_labelling *l = &net->labelling[i];
	size_t n = 0;

	for (size_t k = 0; k < l->n_graphs; k++) {
		const brc_graph_result *g = &l->graph[k];

		if ((g->empty == 0 && g->n_warnings == 0 && !has_weak(g)) || n++ >= GRAPHS_TOLD)
			continue;
		warn_weak(net, i, g);
		for (size_t w = 0; w < g->n_warnings; w++)
			brc_note_addf(&net->notes, BRC_NOTE_WARNING, i, "graph %s: %s", g->name,
				      g->warning[w]);
		if (g->empty > 0)
			brc_note_addf(&net->notes, BRC_NOTE_WARNING, i,
				      "graph %s: %zu of %zu clusters are empty.", g->name, g->empty,
				      g->k);
	}
	if (n > GRAPHS_TOLD)
		brc_note_addf(
			&net->notes, BRC_NOTE_WARNING, i,
			"%zu graph%s more with warnings of this kind: the JSON report has them.",
			n - GRAPHS_TOLD, n - GRAPHS_TOLD == 1 ? "" : "s");
}

/* ---- what the statistics warn of ---- */

/* The statistics of a labelling with a warning, in order; at most all of both sections. */
typedef struct warned {
	const brc_inference *st[BRC_PROXIES * BRC_FINDINGS_MAX];
	size_t n;
} warned;

/* The length of a part of a warning; returns the next one, or NULL. */
static const char *next_part(const char *part, size_t *length)
{
	const char *end = strstr(part, SEPARATOR);

	*length = end ? (size_t)(end - part) : strlen(part);
	return end ? end + strlen(SEPARATOR) : NULL;
}

/* Is the first n bytes of `part` a whole part of the warning of `st`? */
static bool has_part(const brc_inference *st, const char *part, size_t n)
{
	size_t length;

	for (const char *own = st->warning, *next; own; own = next) {
		next = next_part(own, &length);
		if (length == n && strncmp(own, part, n) == 0)
			return true;
	}
	return false;
}

/* How many of the first n statistics share a part. */
static size_t sharing(const warned *w, size_t n, const char *part, size_t length)
{
	size_t count = 0;

	for (size_t s = 0; s < n; s++)
		count += has_part(w->st[s], part, length);
	return count;
}

/*
 * A part that several statistics share is said once, with the first of them: "accuracy, loss:
 * part".
 */
static void warn_shared(brc_notes *notes, size_t i, const warned *w, size_t first)
{
	size_t length;

	for (const char *part = w->st[first]->warning, *next; part; part = next) {
		brc_str *text;

		next = next_part(part, &length);
		if (sharing(w, first, part, length) > 0 || sharing(w, w->n, part, length) < 2)
			continue;
		text = brc_note_begin(notes, BRC_NOTE_WARNING, i);
		for (size_t s = first; s < w->n; s++)
			if (has_part(w->st[s], part, length))
				brc_str_addf(text, "%s%s", s > first ? ", " : "",
					     w->st[s]->statistic);
		brc_str_addf(text, ": %.*s.", (int)length, part);
	}
}

/* The parts that only one statistic has, in one sentence. */
static void warn_own(brc_notes *notes, size_t i, const warned *w, size_t which)
{
	brc_str *text = NULL;
	size_t length;

	for (const char *part = w->st[which]->warning, *next; part; part = next) {
		next = next_part(part, &length);
		if (sharing(w, w->n, part, length) != 1)
			continue;
		if (text) {
			brc_str_add(text, SEPARATOR);
		} else {
			text = brc_note_begin(notes, BRC_NOTE_WARNING, i);
			brc_str_addf(text, "%s: ", w->st[which]->statistic);
		}
		brc_str_addn(text, part, length);
	}
	if (text)
		brc_str_add(text, ".");
}

static void warn_tests(brc_network *net, size_t i)
{
	const brc_labelling *l = &net->labelling[i];
	warned w = {.n = 0};

	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t s = 0; s < l->test[p].n_stats; s++)
			if (l->test[p].stat[s].warning[0])
				w.st[w.n++] = &l->test[p].stat[s];
	for (size_t s = 0; s < w.n; s++)
		warn_shared(&net->notes, i, &w, s);
	for (size_t s = 0; s < w.n; s++)
		warn_own(&net->notes, i, &w, s);
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		if (l->test[p].published)
			brc_note_addf(&net->notes, BRC_NOTE_WARNING, i,
				      "%s follows the published code (--compat paper): ties and "
				      "undefined values count as significant, nothing is corrected "
				      "for the number of groups.",
				      brc_proxy_name(p));
}

/* ---- the network as a whole ---- */

/* Sections of one stream that name different models. */
static void warn_models(brc_network *net)
{
	const brc_report_input *in = net->input;
	char title[256];

	for (size_t i = 0; i < in->n && net->model; i++) {
		const char *model = brc_map_string(in->sections[i]->meta, "model", net->model);

		if (strcmp(model, net->model) == 0)
			continue;
		brc_note_addf(&net->notes, BRC_NOTE_WARNING, BRC_ANY,
			      "%s was made from model %.8s, other sections from %.8s: the stream "
			      "mixes networks.",
			      brc_section_title(in->sections[i], title, sizeof(title)), model,
			      net->model);
		return;
	}
}

static void warn_versions(brc_network *net)
{
	static const char *const known[] = {
		"units",     "labels",    "spectrum",       "lesions",   "importance",
		"coherence", "exemplars", "clusterability", "structure", "repeats"};
	char title[256];

	for (size_t i = 0; i < net->input->n; i++) {
		const brc_section *s = net->input->sections[i];

		for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
			if (strcmp(s->type, known[k]) == 0 &&
			    s->version > brc_newest_version(known[k]))
				brc_note_addf(&net->notes, BRC_NOTE_WARNING, BRC_ANY,
					      "%s is left out: this version of broca reads %s/%u.",
					      brc_section_title(s, title, sizeof(title)), known[k],
					      brc_newest_version(known[k]));
	}
}

/* What the tests of clusterability are worth; each sentence once. */
static void warn_clusterability(brc_network *net)
{
	char text[320], before[320];

	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];

		for (size_t w = 0; brc_clusterability_warning(c, w, text, sizeof(text)); w++) {
			bool told = i > 0 &&
				    brc_clusterability_warning(c - 1, w, before, sizeof(before)) &&
				    strcmp(text, before) == 0;

			if (!told)
				brc_note_addf(&net->notes, BRC_NOTE_WARNING, BRC_ANY,
					      "clusterability by %s: %s.",
					      c->source[0] ? brc_source_title(c->source) : c->name,
					      text);
		}
	}
}

static void warn_chance(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_lesions *l = &net->labelling[i].lesions;
		double chance;

		if (!net->labelling[i].lesions_section || !brc_lesions_at_chance(l, &chance))
			continue;
		brc_note_addf(&net->notes, BRC_NOTE_WARNING, BRC_ANY,
			      "before any lesion the network is right for %s of %zu %s, not "
			      "clearly more than chance (the largest class has %s): lesions of a "
			      "network that "
			      "does not work say little. Check that these are the data that it was "
			      "trained for, their scale, and the order of the labels.",
			      brc_format_percent(brc_lesions_baseline_plain(l)).s, l->images,
			      l->items, brc_format_percent(chance).s);
		return;
	}
}

/* Made from the images that they are tested on? Of streams that do not know it, it is said, too. */
static void warn_images(brc_network *net, size_t i)
{
	const brc_image_overlap *o = &net->labelling[i].images;
	brc_str *text;

	if (!o->images || (!o->unknown && !brc_image_overlap_bad(o)))
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_WARNING, i);
	brc_image_overlap_text(o, text);
	brc_str_add(text, ".");
}

static void tell_dead(brc_network *net, size_t i)
{
	const brc_lesions *l = &net->labelling[i].lesions;
	char layers[512];

	if (l->n_dead > 0)
		brc_note_addf(&net->notes, BRC_NOTE_WARNING, i,
			      "%zu dead unit%s, whose output is the same for all %s, %s: %s.",
			      l->n_dead, l->n_dead == 1 ? "" : "s", l->items ? l->items : "images",
			      l->dead == BRC_DEAD_OUT ? "were in no group and no control"
						      : "counted as others",
			      brc_dead_units_text(l, 16, layers, sizeof(layers)));
}

/* What holds for all verdicts of a labelling, once. */
static void warn_all(brc_network *net, size_t i)
{
	const brc_findings *t = net->labelling[i].test;

	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		bool told = false;

		for (brc_proxy q = 0; q < p; q++)
			told = told || strcmp(t[q].warning, t[p].warning) == 0;
		if (t[p].warning[0] && !told)
			brc_note_addf(&net->notes, BRC_NOTE_WARNING, i, "%s.", t[p].warning);
	}
}

static void warn_unspecific(brc_network *net, size_t i)
{
	const brc_findings *f = &net->labelling[i].test[BRC_COHERENCE];

	if (f->no_specificity[0])
		brc_note_addf(&net->notes, BRC_NOTE_WARNING, i, "specificity is not defined: %s.%s",
			      f->no_specificity,
			      f->n_stats ? " What stands in its place grows with total damage."
					 : "");
}

void brc_note_warnings(brc_network *net)
{
	warn_models(net);
	warn_versions(net);
	warn_clusterability(net);
	warn_chance(net);
	for (size_t i = 0; i < net->n_labellings; i++) {
		warn_images(net, i);
		warn_all(net, i);
		tell_dead(net, i);
		warn_graphs(net, i);
		warn_tests(net, i);
		warn_unspecific(net, i);
	}
}
