#include "study/match_words.h"

#include "stats/matched.h"

bool brc_match_any(const brc_inference *i)
{
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (brc_match_columns_of(i, k)->p)
			return true;
	return false;
}

bool brc_match_found(const brc_inference *i, size_t s, double level)
{
	return brc_inference_large_enough(i, s) &&
	       ((i->p_maxt && i->p_maxt[s] <= level) || (i->q && i->q[s] <= level));
}

/* "random, in-norm-matched and degree-matched groups and groups as cohesive as itself". */
static void add_list(brc_str *text, const char *const *matched, size_t n, bool cohesive,
		     const char *last)
{
	for (size_t i = 0; i < n; i++)
		brc_str_addf(text, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : last, matched[i]);
	brc_str_addf(text, "%s%s%s", n > 0 ? " groups" : "", n > 0 && cohesive ? last : "",
		     cohesive ? "groups as cohesive as itself" : "");
}

bool brc_match_verdict(const brc_inference *i, size_t s, double level, brc_str *text)
{
	static const char *const word[] = {"in-norm-matched", "activation-matched",
					   "degree-matched"};
	const char *yes[BRC_MATCHES] = {"random"}, *no[BRC_MATCHES];
	const brc_passes cohesion = brc_matched_passes(i, &i->cohesion, s, level);
	size_t n_yes = 1, n_no = 0;

	if (!brc_match_any(i))
		return false;
	for (brc_match k = 0; k < BRC_MATCH_COHESION; k++) {
		const brc_passes p = brc_matched_passes(i, brc_match_columns_of(i, k), s, level);

		if (p == BRC_PASSES_YES)
			yes[n_yes++] = word[k];
		else if (p == BRC_PASSES_NO)
			no[n_no++] = word[k];
	}
	brc_str_add(text, "beats ");
	add_list(text, yes, n_yes, cohesion == BRC_PASSES_YES, " and ");
	if (n_no == 0 && cohesion != BRC_PASSES_NO)
		return true;
	brc_str_add(text, "; not ");
	add_list(text, no, n_no, cohesion == BRC_PASSES_NO, " or ");
	return true;
}

bool brc_match_summary(const brc_inference *i, double level, brc_str *text)
{
	static const char *const word[BRC_MATCHES] = {
		"in-norm-matched groups", "activation-matched groups", "degree-matched groups",
		"groups as cohesive as themselves"};
	const char *between = " ";
	size_t all = 0;

	for (size_t s = 0; s < i->m; s++)
		all += brc_match_found(i, s, level);
	if (!brc_match_any(i) || all == 0)
		return false;
	brc_str_addf(text, "of %zu group%s random groups", all,
		     all == 1 ? " that beats" : "s that beat");
	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		const brc_matched *of = brc_match_columns_of(i, k);
		size_t n = 0;

		if (!of->p)
			continue;
		for (size_t s = 0; s < i->m; s++)
			n += brc_match_found(i, s, level) &&
			     brc_matched_passes(i, of, s, level) == BRC_PASSES_YES;
		brc_str_addf(text, "%s%zu beat%s %s", between, n, n == 1 ? "s" : "", word[k]);
		between = ", ";
	}
	return true;
}
