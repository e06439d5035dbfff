#include "render/json/repeats.h"

#include "render/words/json.h"

/* The frequency of each unit, layer by layer; null without --all. */
static json_t *frequencies(const brc_repeats *r, size_t statistic)
{
	const double *f;
	json_t *a;

	if (!r->frequency)
		return json_null();
	f = r->frequency + statistic * brc_layers_total(&r->layers);
	a = json_array();
	for (size_t l = 0; l < r->layers.n; l++)
		brc_json_append(&a, json_pack("{s:o,s:o}", "layer",
					      brc_json_text(r->layers.name[l]), "frequency",
					      brc_json_numbers(f + r->layers.first[l],
							       r->layers.units[l], 1)));
	return a;
}

json_t *brc_json_repeats(const brc_repeats *r)
{
	json_t *a;

	if (r->copies == 0)
		return json_null();
	a = json_array();
	for (size_t t = 0; t < r->n_stats; t++) {
		const brc_repeats_of of = brc_repeats_sum(r, t);

		brc_json_append(&a,
				json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "statistic",
					  brc_json_text(r->statistic[t]), "partitions",
					  brc_json_count(r->copies), "findings",
					  brc_json_count(of.findings), "return_in_half",
					  brc_json_count(of.half), "mean_share",
					  brc_json_number(of.mean), "units", frequencies(r, t)));
	}
	return a;
}
