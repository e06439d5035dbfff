#include "sections/image_overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stream/ancestors.h"

#define LEAST_SHARE 0.01 /* that is worth a warning */
enum { LEAST_COMMON = 3 };

static void compare(brc_image_overlap *o, const brc_image_set *fit, const brc_image_set *test)
{
	bool exact;
	size_t common;
	double share = brc_image_set_share(test, fit, &exact, &common);

	if (brc_image_set_same(fit, test)) {
		*o = (brc_image_overlap){.images = true, .same = true, .exact = true, .share = 1};
		return;
	}
	if (isnan(share)) {
		o->unknown = true;
		return;
	}
	if (!exact && common < LEAST_COMMON)
		share = 0;
	if (o->same || share <= o->share)
		return;
	o->share = share;
	o->exact = exact;
}

/* An entry that the groups come from: the images that it used. */
static void look_at(brc_image_overlap *o, const brc_map *entry, const brc_image_set *test)
{
	const brc_value *v = brc_map_get(entry, "images");
	brc_image_set fit;

	if (strcmp(brc_map_string(entry, "tool", ""), "activations") != 0 && !v)
		return;
	o->images = true;
	if (test && v && v->type == BRC_V_MAP && brc_image_set_read(&fit, v->u.map))
		compare(o, &fit, test);
	else
		o->unknown = true;
}

brc_rc brc_image_overlap_find(brc_image_overlap *o, const brc_map *const *entry, size_t n,
			      const char *digest, const brc_image_set *test, const brc_map *except,
			      brc_err *err)
{
	bool *made = brc_alloc(n, sizeof(*made), err);
	brc_rc rc = made ? brc_ancestors(entry, n, digest, made, err) : BRC_RESOURCE;

	*o = (brc_image_overlap){.exact = true};
	for (size_t e = 0; rc == BRC_OK && e < n; e++)
		if (made[e] && entry[e] != except)
			look_at(o, entry[e], test);
	free(made);
	return rc;
}

bool brc_image_overlap_bad(const brc_image_overlap *o)
{
	return o->same || o->share >= LEAST_SHARE;
}

void brc_image_overlap_text(const brc_image_overlap *o, brc_str *out)
{
	if (o->same)
		brc_str_add(out, "the groups were made from the very images that they are tested "
				 "on");
	else if (o->share > 0.995)
		brc_str_add(out, "all or nearly all images that the groups are tested on are among "
				 "those that they were made from");
	else if (brc_image_overlap_bad(o))
		brc_str_addf(out,
			     "%s%.3g %% of the images that the groups are tested on are among "
			     "those that they were made from",
			     o->exact ? "" : "about ", 100 * o->share);
	else
		brc_str_add(out, "it is not known whether the groups were made from the images "
				 "that they are tested on");
	if (brc_image_overlap_bad(o))
		brc_str_add(out, ": what is found may hold for these images only; read-data "
				 "--split keeps the two apart");
}
