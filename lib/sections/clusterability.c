#include "sections/clusterability.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_clusterability, member, kind, use)

static const char *const yes[] = {"", "yes", NULL}, *const rules[] = {"none", "paper", NULL};

static const brc_key keys[] = {
	KEY(null, TEXT, USUAL),
	KEY(shuffles, COUNT, NEEDED),
	KEY(k, COUNT, NEEDED),
	KEY(restarts, COUNT, USUAL),
	KEY(undefined, COUNT, USUAL),
	KEY(unfitted, COUNT, OPTIONAL),
	KEY(zeroes_kept, COUNT, OPTIONAL),
	KEY(matrices, COUNT, OPTIONAL),
	KEY(samples, COUNT, OPTIONAL),
	KEY(units, COUNT, OPTIONAL),
	KEY(tested, COUNT, OPTIONAL),
	KEY(p_all, NUMBER, OPTIONAL),
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
	*c = (brc_clusterability){.null = "layer", .z = NAN, .p_all = NAN};
	snprintf(c->name, sizeof(c->name), "%s", s->name);
	return brc_content_read(&content, c, s, err);
}

/* ---- what it is worth ---- */

enum { FEW_SAMPLES = 500 };

static bool of_undefined(const brc_clusterability *c, char *buf, size_t size)
{
	if (c->undefined == 0)
		return false;
	if (c->unfitted == 0)
		snprintf(buf, size,
			 "%zu of %zu draws have fewer than %zu connected units and no "
			 "n-cut: they count against significance",
			 c->undefined, c->shuffles, c->k);
	else
		snprintf(buf, size,
			 "%zu of %zu draws have no n-cut, %zu of them because the sums of "
			 "rows and columns could not be fitted: they count against significance "
			 "(--null residual-nonzero leaves zeroes where they are)",
			 c->undefined, c->shuffles, c->unfitted);
	return true;
}

static bool of_few_samples(const brc_clusterability *c, char *buf, size_t size)
{
	if (c->samples == 0 || c->samples >= FEW_SAMPLES)
		return false;
	snprintf(buf, size,
		 "%zu samples are few: below about %d even independent units can look clusterable",
		 c->samples, FEW_SAMPLES);
	return true;
}

static bool of_fewer_samples(const brc_clusterability *c, char *buf, size_t size)
{
	if (c->samples == 0 || c->samples >= c->units)
		return false;
	snprintf(buf, size,
		 "there are fewer samples (%zu) than connected units (%zu): the correlations are "
		 "not independent of one another, whatever the units do",
		 c->samples, c->units);
	return true;
}

static bool of_zeroes(const brc_clusterability *c, char *buf, size_t size)
{
	if (c->zeroes_kept == 0)
		return false;
	snprintf(buf, size,
		 "the zeroes of %zu of %zu matrices keep their places in the null model: groups "
		 "that show in the places of edges alone are not seen (--null residual moves them)",
		 c->zeroes_kept, c->matrices);
	return true;
}

static bool of_shuffled_correlations(const brc_clusterability *c, char *buf, size_t size)
{
	if (c->samples == 0 || strncmp(c->null, "layer", 5) != 0)
		return false;
	snprintf(buf, size,
		 "correlations whose edges are shuffled lose their triangles: with few samples, "
		 "even "
		 "independent units pass this test (--null rotation does not have this fault)");
	return true;
}

bool brc_clusterability_warning(const brc_clusterability *c, size_t i, char *buf, size_t size)
{
	static bool (*const all[])(const brc_clusterability *, char *,
				   size_t) = {of_undefined, of_few_samples, of_fewer_samples,
					      of_zeroes, of_shuffled_correlations};

	for (size_t w = 0; w < sizeof(all) / sizeof(*all); w++)
		if (all[w](c, buf, size) && i-- == 0)
			return true;
	return false;
}
