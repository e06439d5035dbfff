#include "sections/edge_origin.h"

#include <math.h>
#include <string.h>

#include "sections/keys.h"

#define KEY(member, kind, use) BRC_KEY(brc_edge_origin, member, kind, use)

static const char *const rules[] = {"none", "paper", NULL};

static const brc_key of_weights[] = {
	KEY(model, TEXT, USUAL),
	KEY(units, TEXT, USUAL),
	KEY(norm, TEXT, USUAL),
	BRC_KEY_AS("compat", brc_edge_origin, paper, WORD, USUAL, rules),
	KEY(balanced, COUNT_OR_NAN, OPTIONAL),
	KEY(imbalance, NUMBER, OPTIONAL),
};

static const brc_key of_affinity[] = {
	KEY(method, TEXT, USUAL), KEY(edge, TEXT, USUAL),  KEY(samples, COUNT, USUAL),
	KEY(local, BOOL, USUAL),  KEY(of, TEXT, OPTIONAL),
};

enum {
	OF_WEIGHTS = sizeof(of_weights) / sizeof(*of_weights),
	OF_AFFINITY = sizeof(of_affinity) / sizeof(*of_affinity)
};

brc_rc brc_edge_origin_read(brc_edge_origin *o, const brc_section *s, brc_err *err)
{
	*o = (brc_edge_origin){
		.affinity = strcmp(s->type, "affinity") == 0, .balanced = NAN, .imbalance = NAN};
	return o->affinity ? brc_keys_get(of_affinity, OF_AFFINITY, o, s, s->meta, err)
			   : brc_keys_get(of_weights, OF_WEIGHTS, o, s, s->meta, err);
}

void brc_edge_origin_write(const brc_edge_origin *o, brc_section *s)
{
	if (o->affinity)
		brc_keys_put(of_affinity, o->edge[0] ? OF_AFFINITY : 1, o, s->meta);
	else
		brc_keys_put(of_weights, OF_WEIGHTS, o, s->meta);
}

static const char *const sources[] = {"weights", "affinity", "series", "imported"};

const char *brc_edge_origin_source(const brc_edge_origin *o)
{
	if (!o->affinity)
		return sources[0];
	if (strcmp(o->method, sources[3]) == 0)
		return sources[3];
	return strcmp(o->of, sources[2]) == 0 ? sources[2] : sources[1];
}

bool brc_edge_source_known(const char *source)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (strcmp(source, sources[i]) == 0)
			return true;
	return false;
}
