#include "sections/clusterability.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sections/keys.h"

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

enum { KEYS = sizeof(keys) / sizeof(*keys) };

static const char ncut[] = "null/ncut";

void brc_clusterability_clear(brc_clusterability *c)
{
	free(c->ncut);
	*c = (brc_clusterability){0};
}

void brc_clusterability_put(const brc_clusterability *c, brc_map *m)
{
	brc_keys_put(keys, KEYS, c, m);
}

brc_rc brc_clusterability_write(const brc_clusterability *c, brc_section *s, brc_err *err)
{
	brc_clusterability_put(c, s->meta);
	return brc_section_add_column(s, ncut, "<f8", c->shuffles, c->ncut, err);
}

brc_rc brc_clusterability_read(brc_clusterability *c, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*c = (brc_clusterability){.null = "layer", .z = NAN};
	snprintf(c->name, sizeof(c->name), "%s", s->name);
	rc = brc_keys_get(keys, KEYS, c, s, s->meta, err);
	BRC_THEN(rc, brc_section_dup_column(s, ncut, "<f8", &c->shuffles, &c->ncut, err));
	if (rc != BRC_OK)
		brc_clusterability_clear(c);
	return rc;
}
