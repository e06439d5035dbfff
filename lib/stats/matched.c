#include "stats/matched.h"

#include <math.h>
#include <stddef.h>

#include "base/memory.h"
#include "stats/moments.h"

/* The column becomes that of another struct. */
static double *move(double **from)
{
	double *p = *from;

	*from = NULL;
	return p;
}

static brc_rc take_values(brc_matched *to, const double *value, size_t n, size_t m, brc_err *err)
{
	to->value = brc_memdup(value, m, sizeof(*value), err);
	to->control_value = brc_alloc(m, sizeof(*value), err);
	if (!to->value || !to->control_value)
		return BRC_RESOURCE;
	for (size_t s = 0; s < m; s++)
		to->control_value[s] = brc_moments_of(value + m + s, n, m).mean;
	return BRC_OK;
}

brc_rc brc_matched_run(brc_matched *to, const brc_question *ask, const double *t,
		       const double *value, bool exact, size_t n, size_t m, brc_err *err)
{
	brc_inference i;

	BRC_TRY(brc_inference_run(&i, ask, t, n, m, err));
	to->control_mean = move(&i.control_mean);
	to->effect = move(&i.effect);
	to->p = move(&i.p);
	if (exact) {
		to->q = move(&i.q);
		to->p_maxt = move(&i.p_maxt);
		to->omnibus_p = i.omnibus_p;
	}
	brc_inference_clear(&i);
	return take_values(to, value, n, m, err);
}

brc_passes brc_matched_passes(const brc_inference *i, const brc_matched *of, size_t s, double level)
{
	const double *p = of->p;

	if (!p)
		return BRC_PASSES_NOT_TESTED;
	if (of->p_maxt)
		p = i->p_maxt && i->p_maxt[s] <= level ? of->p_maxt : of->q;
	return p[s] <= level ? BRC_PASSES_YES : BRC_PASSES_NO;
}
