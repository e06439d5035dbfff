/* Is there structure? The verdict on each partition, in sentences. */
#include <math.h>

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

static void add_numbers(brc_str *text, const brc_structure *t, size_t row)
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
	if (t->p[row] > BRC_STRUCTURE_LEVEL)
		brc_str_addf(text, "; p of clusterability is %s", brc_format_p(t->p[row]).s);
	brc_str_add(text, ".");
}

/* One graph: the verdict with its numbers. */
static void add_one(brc_str *text, const brc_structure *t, size_t row)
{
	if (t->chosen[0] == 0)
		brc_str_addf(text, "No k stands out between %d and %d. At k = %d, the best, ",
			     t->k[0], t->k[t->n - 1], t->k[row]);
	else
		brc_str_addf(text, "Structure at k = %d: %s. The ", t->k[row],
			     brc_verdict_words[t->verdict[row]]);
	add_numbers(text, t, row);
	if (brc_structure_remark(t, row))
		brc_str_addf(text, " %s.", brc_structure_remark(t, row));
	if (isnan(t->p[row]) && t->verdict[row] != BRC_VERDICT_UNTESTED &&
	    t->verdict[row] != BRC_VERDICT_NONE)
		brc_str_add(text, " Clusterability with this k is not known.");
}

void brc_note_structure(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_structure *t = &net->labelling[i].structure;
		size_t count[4] = {0}, none = 0, row = BRC_ANY;
		brc_str *text;

		count_verdicts(t, count, &none, &row);
		if (row == BRC_ANY)
			continue;
		text = brc_note_begin(&net->notes, BRC_NOTE_FINDING, i);
		if (t->graphs == 1) {
			add_one(text, t, row);
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
