#include "sections/clusterability.h"

#include <math.h>
#include <stdio.h>

#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_clusterability, member, kind, use)

static const char *const yes[] = {"", "yes", NULL}, *const rules[] = {"none", "paper", NULL};

static const brc_key keys[] = {
	KEY(null, TEXT, USUAL),
	KEY(shuffles, COUNT, NEEDED),
	KEY(k, COUNT, NEEDED),
	KEY(restarts, COUNT, USUAL),
	KEY(undefined, COUNT, USUAL),
	KEY(observed, NUMBER, NEEDED),
	KEY(mean, NUMBER, NEEDED),
	KEY(sd, NUMBER, NEEDED),
	KEY(p, NUMBER, NEEDED),
	KEY(z, NUMBER, USUAL),
	KEY(source, TEXT, USUAL),
	BRC_KEY_AS("refine", brc_clusterability, refine, WORD, OPTIONAL, yes),
	BRC_KEY_AS("compat", brc_clusterability, paper, WORD, USUAL, rules),
};

static const brc_field fields[] = {
	BRC_FIELD(brc_clusterability, ncut, "null/ncut", "<f8", "row", OWNED,
		  BRC_COUNT(brc_clusterability, shuffles)),
};

static const brc_content content = BRC_CONTENT(brc_clusterability, keys, fields, 0, NULL);

void brc_clusterability_clear(brc_clusterability *c)
{
	brc_content_clear(&content, c);
}

void brc_clusterability_put(const brc_clusterability *c, brc_map *m)
{
	brc_keys_put(keys, content.n_keys, c, m);
}

brc_rc brc_clusterability_write(const brc_clusterability *c, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, c, s, err);
}

brc_rc brc_clusterability_read(brc_clusterability *c, const brc_section *s, brc_err *err)
{
	*c = (brc_clusterability){.null = "layer", .z = NAN};
	snprintf(c->name, sizeof(c->name), "%s", s->name);
	return brc_content_read(&content, c, s, err);
}
