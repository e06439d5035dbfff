/*
 * Combines several networks that were trained independently and partitioned in the same way: one p
 * for all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"
#include "stats/distribution.h"

enum { NAMED = 3 }; /* networks left out that are named */

static const brc_inference *joint_test(const brc_labelling *l, brc_proxy p)
{
	const brc_inference *st = brc_primary(&l->test[p]);

	return st && st->omnibus_p >= 0 ? st : NULL;
}

/* The joint test of the labelling of network `net` that is to be combined with `first`. */
static const brc_inference *counterpart(const brc_network *net, const brc_labelling *first,
					brc_proxy p)
{
	for (size_t j = 0; j < net->n_labellings; j++) {
		const brc_labelling *l = &net->labelling[j];
		const brc_inference *st = joint_test(l, p);

		if (st && strcmp(l->name, first->name) == 0 &&
		    strcmp(st->statistic, joint_test(first, p)->statistic) == 0)
			return st;
	}
	return NULL;
}

/* Is the network different from all counted networks before it? */
static bool independent(const brc_report *r, const bool *left_out, size_t i)
{
	if (!r->network[i].model)
		return false;
	for (size_t j = 0; j < i; j++)
		if (!left_out[j] && strcmp(r->network[j].model, r->network[i].model) == 0)
			return false;
	return true;
}

static void combine(brc_report *r, const bool *left_out, const brc_labelling *first, brc_proxy p)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const brc_inference *st = counterpart(&r->network[i], first, p);

		if (!st || left_out[i])
			continue;
		sum += st->omnibus_p;
		n++;
	}
	if (n > 1)
		r->combined[r->n_combined++] =
			(brc_combined){.labelling = first->name,
				       .statistic = joint_test(first, p),
				       .proxy = p,
				       .networks = n,
				       .mean = sum / (double)n,
				       .p = brc_bates_lower(sum / (double)n, n)};
}

/* Why networks were left out; nothing when none was. */
static brc_rc remark(brc_report *r, const bool *left_out, brc_err *err)
{
	brc_str text = {0};
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (!left_out[i])
			continue;
		if (n == 0)
			brc_str_add(&text, "Not combined, since several analyses of one model, or "
					   "of unknown models, are not several networks: ");
		if (n < NAMED)
			brc_str_addf(&text, "%s%s", n ? "; " : "", r->network[i].title);
		n++;
	}
	if (n > NAMED)
		brc_str_addf(&text, "; and %zu more", n - NAMED);
	if (n > 0)
		brc_str_add(&text, ".");
	r->combined_remark = text.s;
	return brc_str_check(&text, err);
}

static brc_rc combine_all(brc_report *r, bool *left_out, brc_err *err)
{
	const brc_network *net = NULL;

	for (size_t i = 0; i < r->n; i++) {
		left_out[i] = !independent(r, left_out, i);
		if (!left_out[i] && !net)
			net = &r->network[i];
	}
	BRC_NEW(r->combined, (net ? net->n_labellings : 0) * BRC_PROXIES, err);
	for (size_t j = 0; net && j < net->n_labellings; j++)
		for (brc_proxy p = 0; p < BRC_PROXIES; p++)
			if (joint_test(&net->labelling[j], p))
				combine(r, left_out, &net->labelling[j], p);
	return BRC_OK;
}

/* Do two networks have a tested labelling of the same name, so that they would be combined? */
static bool comparable(const brc_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 0; j < r->network[i].n_labellings; j++)
			for (brc_proxy p = 0; p < BRC_PROXIES; p++)
				for (size_t k = i + 1; k < r->n; k++) {
					const brc_labelling *l = &r->network[i].labelling[j];

					if (joint_test(l, p) && counterpart(&r->network[k], l, p))
						return true;
				}
	return false;
}

brc_rc brc_combine_networks(brc_report *r, brc_err *err)
{
	bool *left_out;
	brc_rc rc;

	if (r->n < 2 || !comparable(r))
		return BRC_OK;
	BRC_NEW(left_out, r->n, err);
	rc = combine_all(r, left_out, err);
	BRC_THEN(rc, remark(r, left_out, err));
	free(left_out);
	return rc;
}
