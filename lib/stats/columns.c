#include "stats/columns.h"

#include "stats/inference.h"

/* clang-format keeps a row to two lines; the name in files is that of the field. */
#define ROW(field, meaning, kind, holder, ...)                            \
	{                                                                 \
#field, meaning, BRC_COLUMN_##kind, BRC_HELD_BY_##holder, \
			offsetof(brc_inference, field), __VA_ARGS__       \
	}

/* Columns of other controls: KIND/COLUMN. They have tables of their own in the reports. */
#define MATCHED(name, of, field, meaning, kind, ...)                                            \
	{                                                                                       \
		name "/" #field, meaning, BRC_COLUMN_##kind, BRC_HELD_BY_SOME,                  \
			offsetof(brc_inference, of) + offsetof(brc_matched, field), __VA_ARGS__ \
	}
#define MATCHED_VALUES(name, of, what)                                                            \
	MATCHED(name, of, value, what, NUMBER, NULL, NULL, NULL),                                 \
		MATCHED(name, of, control_value, what ", mean of these controls", NUMBER, NULL,   \
			NULL, NULL),                                                              \
		MATCHED(name, of, control_mean, "mean of controls matched by " name, VALUE, NULL, \
			NULL, NULL),                                                              \
		MATCHED(name, of, effect, "less the mean of controls matched by " name, CHANGE,   \
			NULL, NULL, NULL)
#define MATCHED_TESTS(name, of)                                                                    \
	MATCHED(name, of, p, "share of draws at least as extreme, matched by " name, P, NULL,      \
		NULL, NULL),                                                                       \
		MATCHED(name, of, q, "the same adjusted for the false discovery rate", P, NULL,    \
			NULL, NULL),                                                               \
		MATCHED(name, of, p_maxt, "the same adjusted for even one false finding", P, NULL, \
			NULL, NULL)

const brc_column brc_statistic_columns[] = {
	ROW(observed, "with the group silenced", VALUE, ALL, NULL, "value", "this group"),
	ROW(control_mean, "mean of random groups", VALUE, ALL, NULL, NULL, "random groups"),
	ROW(control_sd, "standard deviation of random groups", SPREAD, ALL, NULL, NULL, BRC_WITHIN),
	ROW(effect, "less the mean of random groups of its size and layer", CHANGE, ALL, "effect",
	    "effect", NULL),
	ROW(ratio, "1 like a random group, 2 at most", NUMBER, ALL, NULL, NULL, "effect ratio"),
	ROW(u_range, "how far apart the classes hit most and least are", SHARE, SOME, "range",
	    "range, points", "range, points"),
	ROW(intraclass, "share of the variation that the classes explain", NUMBER, SOME, NULL,
	    "class share", "class share"),
	ROW(large_enough, "1: the range is at least the minimum effect; 0: it is not", NUMBER, SOME,
	    NULL, NULL, NULL),
	ROW(p, "share of draws at least as extreme", P, ALL, "p", "p", "p"),
	ROW(q, "p adjusted for the false discovery rate", P, CORRECTED, "q", "q", "q"),
	ROW(p_maxt, "p adjusted for even one false finding", P, CORRECTED, "max-T", "max-T",
	    "max-T"),
	ROW(run_q, "q in the family of all tests of the run", P, SOME, NULL, "q, run", "q, run"),
	ROW(run_p_maxt, "max-T p in the family of all tests of the run", P, SOME, NULL,
	    "max-T, run", "max-T, run"),
	ROW(returns, "share of perturbed partitions in which the finding returns", NUMBER, SOME,
	    "returns", "returns", "share that returns"),
	MATCHED_VALUES("in-norm", in_norm, "mean norm of in-weights"),
	MATCHED_TESTS("in-norm", in_norm),
	MATCHED_VALUES("activation", activation, "mean activation"),
	MATCHED_TESTS("activation", activation),
	MATCHED_VALUES("degree", degree, "mean degree"),
	MATCHED_TESTS("degree", degree),
	MATCHED_VALUES("cohesion", cohesion, "mean edge within"),
	{"cohesion/reference_p", "share of controls as cohesive that are as extreme: a reference",
	 BRC_COLUMN_P, BRC_HELD_BY_SOME,
	 offsetof(brc_inference, cohesion) + offsetof(brc_matched, p), NULL, NULL, NULL},
	{.name = NULL},
};

const brc_column brc_statistic_numbers[] = {
	ROW(omnibus_p, "p of one test of all groups together", P, ALL, "omnibus", "omnibus p",
	    NULL),
	ROW(omnibus_statistic, "statistic of that test", NUMBER, ALL, NULL, NULL, NULL),
	ROW(fisher_p, "p combined as if groups were independent", P, ALL, "Fisher*",
	    "Fisher p, if independent", NULL),
	ROW(fisher_statistic, "Fisher's statistic", NUMBER, ALL, NULL, NULL, NULL),
	MATCHED("in-norm", in_norm, omnibus_p, "omnibus p of controls matched by in-norm", P, NULL,
		NULL, NULL),
	MATCHED("activation", activation, omnibus_p, "of those matched by activation", P, NULL,
		NULL, NULL),
	MATCHED("degree", degree, omnibus_p, "of those matched by degree", P, NULL, NULL, NULL),
	ROW(minimum_effect, "the range that a finding needs", NUMBER, SOME, NULL, NULL, NULL),
	ROW(smallest_p, "the smallest p that the draws can give", P, ALL, NULL, NULL, NULL),
	ROW(paper_effect, "the published effect measure", NUMBER, PUBLISHED, NULL, NULL, NULL),
	ROW(paper_effect_sem, "its standard error", NUMBER, PUBLISHED, NULL, NULL, NULL),
	ROW(paper_effect_each, "the same as a mean of ratios, control by control", NUMBER,
	    PUBLISHED, NULL, NULL, NULL),
	ROW(chi2_p, "p of the chi-square test of the ranks", P, PUBLISHED, NULL, NULL, NULL),
	ROW(critical_p, "the largest p that passes after Benjamini and Hochberg", P, PUBLISHED,
	    NULL, NULL, NULL),
	ROW(undefined_observed, "groups whose value is undefined", COUNT, ALL, NULL, NULL, NULL),
	ROW(undefined_controls, "draws whose value is undefined", COUNT, ALL, NULL, NULL, NULL),
	ROW(undefined_ratio, "groups whose ratio is undefined", COUNT, ALL, NULL, NULL, NULL),
	ROW(significant_q, "groups that hold by q", COUNT, ALL, NULL, NULL, NULL),
	ROW(significant_maxt, "groups that hold by max-T", COUNT, ALL, NULL, NULL, NULL),
	ROW(controls_needed, "draws that one finding after adjustment takes; 0: there are enough",
	    COUNT, ALL, NULL, NULL, NULL),
	{.name = NULL},
};

bool brc_column_held(const brc_column *c, bool published)
{
	return c->holder == BRC_HELD_BY_ALL ||
	       c->holder == (published ? BRC_HELD_BY_PUBLISHED : BRC_HELD_BY_CORRECTED);
}

bool brc_column_there(const brc_column *c, const void *of)
{
	return brc_column_values(c, of);
}

void *brc_column_field(const brc_column *c, void *of)
{
	return (char *)of + c->at;
}

const double *brc_column_values(const brc_column *c, const void *of)
{
	return *(double *const *)(const void *)((const char *)of + c->at);
}

double brc_column_number(const brc_column *c, const void *of)
{
	return *(const double *)(const void *)((const char *)of + c->at);
}

size_t brc_column_count(const brc_column *c, const void *of)
{
	return *(const size_t *)(const void *)((const char *)of + c->at);
}
