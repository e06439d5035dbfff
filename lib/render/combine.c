/* Several networks, trained apart, that were partitioned alike: one p for all of them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model.h"
#include "stats/distribution.h"

static const brc_inference *joint_test(const brc_labelling *l, brc_proxy p)
{
	const brc_inference *st = brc_primary(&l->test[p]);

	return st && st->omnibus_p >= 0 ? st : NULL;
}

static void combine(brc_report *r, const brc_labelling *first, brc_proxy p)
{
	const brc_inference *st = joint_test(first, p);
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 0; j < r->network[i].n_labellings; j++) {
			const brc_labelling *l = &r->network[i].labelling[j];
			const brc_inference *other = joint_test(l, p);

			if (!other || strcmp(l->name, first->name) != 0 ||
			    strcmp(other->statistic, st->statistic) != 0)
				continue;
			sum += other->omnibus_p;
			n++;
			break; /* one of a network */
		}
	if (n > 1)
		r->combined[r->n_combined++] =
			(brc_combined){.labelling = first->name,
				       .statistic = st,
				       .proxy = p,
				       .networks = n,
				       .mean = sum / (double)n,
				       .p = brc_bates_lower(sum / (double)n, n)};
}

brc_rc brc_combine(brc_report *r, brc_err *err)
{
	const brc_network *net = &r->network[0];

	if (r->n < 2)
		return BRC_OK;
	r->combined = brc_calloc(net->n_labellings * BRC_PROXIES, sizeof *r->combined, err);
	if (!r->combined)
		return BRC_RESOURCE;
	for (size_t j = 0; j < net->n_labellings; j++)
		for (size_t p = 0; p < BRC_PROXIES; p++)
			if (joint_test(&net->labelling[j], (brc_proxy)p))
				combine(r, &net->labelling[j], (brc_proxy)p);
	return BRC_OK;
}
