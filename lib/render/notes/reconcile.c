/* Why q and max-T differ, where they do. */
#include "render/notes/notes.h"
#include "render/words/format.h"

/* Groups that only one of the two flags, of a large enough effect. */
static void count_apart(const brc_inference *st, double level, size_t *only_q, size_t *only_maxt)
{
	for (size_t s = 0; s < st->m; s++) {
		const bool q = st->q[s] <= level, maxt = st->p_maxt[s] <= level;

		if (!brc_inference_large_enough(st, s))
			continue;
		*only_q += q && !maxt;
		*only_maxt += maxt && !q;
	}
}

void brc_note_reconciled(brc_str *text, const brc_inference *st, double level)
{
	size_t only_q = 0, only_maxt = 0;

	if (!st->q || !st->p_maxt)
		return;
	count_apart(st, level, &only_q, &only_maxt);
	if (only_maxt > 0 && st->controls_needed > 0)
		brc_str_addf(text,
			     " %zu by max-T alone: with %zu draws no p is below %s, so that q of a "
			     "single one of %zu groups cannot reach %g with fewer than %zu draws; "
			     "max-T compares the size of the effect, which has no such bound.",
			     only_maxt, st->n, brc_format_p(st->smallest_p).s, st->m, level,
			     st->controls_needed);
	else if (only_maxt > 0)
		brc_str_addf(text,
			     " %zu by max-T alone: q goes by the place of a group among its own "
			     "draws, max-T by how many standard deviations it is away from them, "
			     "so that few but large effects hold by max-T first.",
			     only_maxt);
	if (only_q > 0)
		brc_str_addf(text,
			     " %zu by q alone: q lets about %.3g %% of all that it flags be "
			     "false, max-T hardly any single one, so that it flags fewer.",
			     only_q, 100 * level);
}
