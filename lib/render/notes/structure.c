/* Is there structure? The verdict on each partition, in sentences. */
#include <math.h>
#include <string.h>

#include "render/notes/notes.h"
#include "render/words/format.h"

/* Rows of the labels' own k, counted by verdict; *row is the last of them. */
static void count_verdicts(const brc_structure *t, size_t count[4], size_t *none, size_t *row)
{
	for (size_t g = 0; g < t->graphs; g++) {
		size_t r = brc_structure_row(t, g, 0);

		*none += t->chosen[g] == 0;
		if (r == BRC_ANY)
			continue;
		*row = r;
		count[t->verdict[r]]++;
	}
}

/* The null model of the clusterability whose p the row has; NULL where it is not in the stream. */
static const char *null_model(const brc_network *net, const brc_structure *t, size_t row)
{
	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];

		if (c->k == (size_t)t->k[row] && strcmp(c->source, t->source) == 0)
			return c->null;
	}
	return NULL;
}

static void add_numbers(brc_str *text, const brc_structure *t, size_t row, const char *null)
{
	double largest = brc_structure_largest(t, row);

	brc_str_addf(text, "partitions %s agree to %.2f within layers",
		     t->perturbed == BRC_PERTURBED_EDGES ? "of copies with noise on every edge"
							 : "from disjoint halves of the samples",
		     t->index[row]);
	if (isfinite(largest))
		brc_str_addf(text, ", those of %zu null graphs to at most %.2f", t->nulls, largest);
	else if (t->verdict[row] != BRC_VERDICT_UNTESTED)
		brc_str_add(text, ", and not every null graph could be made");
	if (isfinite(t->p[row]))
		brc_str_addf(text, "; p of clusterability is %s%s%s", brc_format_p(t->p[row]).s,
			     null ? ", null model " : "", null ? null : "");
	brc_str_add(text, ".");
}

/* One graph: the verdict with its numbers. */
static void add_one(brc_str *text, const brc_structure *t, size_t row, const char *null)
{
	if (t->chosen[0] == 0)
		brc_str_addf(text, "No k stands out between %d and %d. At k = %d, the best, ",
			     t->k[0], t->k[t->n - 1], t->k[row]);
	else
		brc_str_addf(text, "Structure at k = %d: %s. The ", t->k[row],
			     brc_verdict_words[t->verdict[row]]);
	add_numbers(text, t, row, null);
	if (brc_structure_remark(t, row))
		brc_str_addf(text, " %s.", brc_structure_remark(t, row));
	if (isnan(t->p[row]) && t->verdict[row] != BRC_VERDICT_UNTESTED &&
	    t->verdict[row] != BRC_VERDICT_NONE)
		brc_str_add(text, " Clusterability with this k is not known.");
}

/* Labels whose structure nobody asked for: said first, with what asks for it. */
static void note_untested(brc_network *net, size_t i)
{
	const brc_labelling *l = &net->labelling[i];

	if (!l->labels_section)
		return;
	if (l->labels.mode == BRC_LABELS_IMPORTED)
		brc_note_addf(&net->notes, BRC_NOTE_STRUCTURE, i,
			      "Structure: not tested. The partition was given, so it cannot be "
			      "made again from perturbed copies.");
	else
		brc_note_addf(&net->notes, BRC_NOTE_STRUCTURE, i,
			      "Structure at k = %zu: not tested. Whether the groups repeat is "
			      "unknown. Add:  | spectral -k %zu --stability 20%s",
			      l->k, l->k,
			      strcmp(l->labels.source, "affinity") == 0
				      ? " --samples ACTIVATIONS.brc"
			      : strcmp(l->labels.source, "series") == 0 ? " --samples SERIES.brc"
									: "");
}

void brc_note_structure(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_structure *t = &net->labelling[i].structure;
		size_t count[4] = {0}, none = 0, row = BRC_ANY;
		brc_str *text;

		count_verdicts(t, count, &none, &row);
		if (row == BRC_ANY) {
			note_untested(net, i);
			continue;
		}
		text = brc_note_begin(&net->notes, BRC_NOTE_STRUCTURE, i);
		if (t->graphs == 1) {
			add_one(text, t, row, null_model(net, t, row));
			continue;
		}
		brc_str_addf(text, "Structure of %zu graphs: ", t->graphs);
		if (none > 0)
			brc_str_addf(text, "in %zu no k stands out; ", none);
		brc_str_addf(text,
			     "structured %zu; above chance, not repeatable %zu; no evidence %zu.",
			     count[BRC_VERDICT_STRUCTURED], count[BRC_VERDICT_ABOVE],
			     count[BRC_VERDICT_NONE]);
		if (brc_structure_remark(t, row))
			brc_str_addf(text, " %s.", brc_structure_remark(t, row));
	}
}
