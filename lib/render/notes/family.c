/* What holds in the family of all tests of a network. */
#include <stdio.h>

#include "render/notes/notes.h"

/* Columns of all statistics with p, or q, at most `level` and a large enough effect. */
static size_t count_found(const brc_network *net, bool maxt, double level)
{
	size_t n = 0;

	for (size_t i = 0; i < net->n_labellings; i++)
		for (brc_proxy p = 0; p < BRC_PROXIES; p++)
			for (size_t k = 0; k < net->labelling[i].test[p].n_stats; k++) {
				const brc_inference *st = &net->labelling[i].test[p].stat[k];

				n += brc_inference_found(st, maxt ? st->run_p_maxt : st->run_q,
							 level);
			}
	return n;
}

void brc_note_family(brc_network *net, double level)
{
	const brc_family *f = &net->family;
	char sets[200] = "", few[160] = "";
	size_t needed;

	if (f->tests == 0)
		return;
	needed = brc_inference_controls_needed(f->draws, f->tests, level, f->fdr);
	if (needed)
		snprintf(few, sizeof(few),
			 " With %zu draws no single test can hold by q in this family: that takes "
			 "%zu.",
			 f->draws, needed);
	if (f->sets > 1)
		snprintf(sets, sizeof(sets),
			 " The partitions do not all share their draws: max-T is taken within %zu "
			 "sets of them, times %zu.",
			 f->sets, f->sets);
	brc_note_addf(&net->notes, BRC_NOTE_FINDING, BRC_ANY,
		      "In the family of the whole run, %zu tests by %zu statistics of all "
		      "partitions, %zu hold by q \xE2\x89\xA4 %g and %zu by max-T.%s%s",
		      f->tests, f->statistics, count_found(net, false, level), level,
		      count_found(net, true, level), sets, few);
}
