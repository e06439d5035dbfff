/* Which findings return in perturbed partitions, in sentences. */
#include <string.h>

#include "render/notes/notes.h"

enum { UNITS = 12 }; /* that are named in a layer, at most */

/* Was the statistic repeated, or had it no finding? */
static bool silent(const brc_labelling *l, const brc_findings *f, const brc_inference *stat)
{
	for (size_t t = 0; t < l->repeats.n_stats; t++)
		if (strcmp(l->repeats.statistic[t], stat->statistic) == 0)
			return true;
	for (size_t s = 0; s < stat->m; s++)
		if (brc_inference_finding(stat, s, f->level))
			return false;
	return true;
}

static void add_others(const brc_labelling *l, brc_str *text)
{
	const char *before = " Not repeated: findings by ";

	for (size_t p = 0; p < BRC_PROXIES; p++)
		for (size_t k = 0; k < l->test[p].n_stats; k++) {
			const brc_inference *stat = &l->test[p].stat[k];

			if (silent(l, &l->test[p], stat))
				continue;
			brc_str_addf(text, "%s%s", before, stat->statistic);
			before = ", ";
		}
	if (before[0] == ',')
		brc_str_add(text, ".");
}

static void add_shares(const brc_labelling *l, brc_str *text)
{
	const brc_repeats *r = &l->repeats;
	const char *before = "";

	brc_str_addf(text, "Repeated in %zu perturbed partitions: ", r->copies);
	for (size_t t = 0; t < r->n_stats; t++) {
		const brc_repeats_of of = brc_repeats_sum(r, t);

		if (of.findings == 0)
			continue;
		brc_str_addf(text, "%sof %zu finding%s by %s %zu return%s in at least half of them",
			     before, of.findings, of.findings == 1 ? "" : "s", r->statistic[t],
			     of.half, of.half == 1 ? "s" : "");
		before = "; ";
	}
	brc_str_add(text, before[0] ? "." : "there is no finding.");
	add_others(l, text);
}

/* "fc1 0, 4, 9 and 3 more": those of one layer that always are in a group that stands out. */
static void add_layer(brc_str *text, const brc_labelling *l, size_t statistic, size_t layer,
		      const char *before)
{
	const brc_layers *t = &l->repeats.layers;
	const double *f = l->repeats.frequency + statistic * brc_layers_total(t) + t->first[layer];
	size_t n = 0;

	for (size_t u = 0; u < t->units[layer]; u++) {
		if (f[u] < 1)
			continue;
		if (n == 0)
			brc_str_addf(text, "%s%s", before, t->name[layer]);
		if (n++ < UNITS)
			brc_str_addf(text, "%s %zu", n > 1 ? "," : "", u);
	}
	if (n > UNITS)
		brc_str_addf(text, " and %zu more", n - UNITS);
}

static void add_units(brc_network *net, size_t labelling, size_t statistic)
{
	const brc_labelling *l = &net->labelling[labelling];
	const brc_repeats_of of = brc_repeats_sum(&l->repeats, statistic);
	brc_str *text = brc_note_begin(&net->notes, BRC_NOTE_DETAIL, labelling);
	size_t start;

	brc_str_addf(text,
		     "By %s %zu of %zu units are in a group that stands out in every one of these "
		     "partitions, %zu in some",
		     l->repeats.statistic[statistic], of.always, of.units, of.ever - of.always);
	start = text->len;
	for (size_t i = 0; of.always && i < l->repeats.layers.n; i++)
		add_layer(text, l, statistic, i, text->len == start ? ". Always: " : "; ");
	brc_str_add(text, ".");
}

void brc_note_repeats(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_repeats *r = &net->labelling[i].repeats;

		if (r->copies == 0)
			continue;
		add_shares(&net->labelling[i], brc_note_begin(&net->notes, BRC_NOTE_FINDING, i));
		for (size_t t = 0; r->frequency && t < r->n_stats; t++)
			add_units(net, i, t);
	}
}
