/* Is there structure, and which groups stand out: for programs. */
#include <math.h>
#include <stdlib.h>

#include "render/json/parts.h"
#include "render/model/verdicts.h"
#include "render/words/json.h"

static json_t *rows(const brc_structure *t)
{
	json_t *a = json_array();

	for (size_t r = 0; r < t->n; r++)
		brc_json_append(&a, json_pack("{s:o,s:i,s:b,s:s,s:o,s:o,s:o}", "graph",
					      brc_json_text(t->graph[t->of[r]]), "k", (int)t->k[r],
					      "used", (int)(t->k[r] == t->chosen[t->of[r]]),
					      "verdict", brc_verdict_words[t->verdict[r]], "index",
					      brc_json_number(t->index[r]), "largest_null",
					      brc_json_number(brc_structure_largest(t, r)),
					      "clusterability_p", brc_json_number(t->p[r])));
	return a;
}

json_t *brc_json_structure(const brc_network *net, size_t labelling)
{
	const brc_structure *t = &net->labelling[labelling].structure;
	const brc_note *note = brc_note_next(&net->notes, NULL, BRC_NOTE_STRUCTURE, labelling);
	json_t *text = brc_json_text(note ? note->text.s : NULL);

	if (t->graphs == 0)
		return json_pack("{s:s,s:o,s:o}", "verdict",
				 brc_verdict_words[BRC_VERDICT_UNTESTED], "text", text, "rows",
				 json_array());
	return json_pack("{s:o,s:o,s:s,s:s,s:o,s:o,s:o}", "verdict",
			 brc_json_text(brc_structure_verdict(t)), "text", text, "perturbed",
			 t->perturbed == BRC_PERTURBED_EDGES ? "edges" : "samples", "null", t->null,
			 "copies", brc_json_count(t->copies), "nulls", brc_json_count(t->nulls),
			 "rows", rows(t));
}

/* Which other controls it beats; null where there are none of a kind. */
static json_t *controls(const brc_standout *s, double level)
{
	json_t *o = json_pack("{s:b}", "random", 1);

	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		const brc_passes p =
			brc_matched_passes(s->st, brc_match_columns_of(s->st, k), s->row, level);

		brc_json_set(&o, brc_match_name(k),
			     p == BRC_PASSES_NOT_TESTED ? json_null()
							: json_boolean(p == BRC_PASSES_YES));
	}
	return o;
}

static json_t *text_of(const brc_standout *s, void (*say)(const brc_standout *s, brc_str *out))
{
	brc_str text = {0};
	json_t *v;

	say(s, &text);
	v = brc_json_text(text.s);
	brc_str_free(&text);
	return v;
}

static json_t *verdict(const brc_standout *s, double level)
{
	const bool tried = s->copies > 0;

	return json_pack("{s:o,s:i,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o}", "layer",
			 brc_json_text(s->l->layers.name[s->group->layer]), "cluster",
			 (int)s->group->cluster, "size", brc_json_count(s->group->size), "is",
			 brc_standout_word(s), "statistic", s->st->statistic, "level",
			 brc_mark_words(s->mark), "effect", brc_json_number(s->effect),
			 "effect_text", text_of(s, brc_standout_effect), "controls",
			 controls(s, level), "partitions",
			 tried ? brc_json_count(s->copies) : json_null(), "returns",
			 tried ? brc_json_count(s->returns) : json_null(), "not_found",
			 tried ? brc_json_count(s->missing) : json_null(), "weakly_connected",
			 (int)s->weak, "flags", text_of(s, brc_standout_flags));
}

json_t *brc_json_verdicts(const brc_labelling *l, double level)
{
	brc_standout *item = NULL;
	json_t *a = json_array();
	brc_err err;
	size_t n;

	if (brc_standouts_new(&item, &n, l, &err) != BRC_OK) {
		json_decref(a);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		brc_json_append(&a, verdict(&item[i], level));
	free(item);
	return a;
}
