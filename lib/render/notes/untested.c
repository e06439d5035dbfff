/* Groups that were not tested, told by reason instead of row by row. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/notes/notes.h"

enum { REASONS_MAX = 12 }; /* told apart */

typedef struct {
	const char *text[REASONS_MAX + 1]; /* from 1 on */
	size_t n;
	unsigned char *of; /* [groups]: number of the reason; 0: tested. Owned */
} reasons;

static unsigned char number_of(reasons *r, const char *text)
{
	for (size_t i = 1; i <= r->n; i++)
		if (strcmp(r->text[i], text) == 0)
			return (unsigned char)i;
	if (r->n == REASONS_MAX) {
		r->text[REASONS_MAX] = "for other reasons";
		return REASONS_MAX;
	}
	r->text[++r->n] = text;
	return (unsigned char)r->n;
}

static brc_rc find_reasons(reasons *r, const brc_labelling *l, brc_err *err)
{
	*r = (reasons){.of = brc_calloc(l->n_groups, 1, err)};
	if (!r->of)
		return BRC_RESOURCE;
	for (size_t i = 0; i < l->n_groups; i++) {
		const char *why = l->group[i].left_out;

		if (!brc_group_tested(&l->group[i]))
			r->of[i] = number_of(r, why && why[0] ? why : "no reason given");
	}
	return BRC_OK;
}

/* The clusters of one reason in the layer of group i: " 3, 7, 9-12"; returns the group behind. */
static size_t add_clusters(brc_str *text, const brc_labelling *l, const unsigned char *of, size_t i)
{
	const unsigned char why = of[i];
	const size_t layer = l->group[i].layer;

	for (size_t n = 0; i < l->n_groups && l->group[i].layer == layer; i++) {
		size_t last = i;

		if (of[i] != why)
			continue;
		while (last + 1 < l->n_groups && l->group[last + 1].layer == layer &&
		       of[last + 1] == why &&
		       l->group[last + 1].cluster == l->group[last].cluster + 1)
			last++;
		brc_str_addf(text, "%s%d", n++ ? ", " : " ", l->group[i].cluster);
		if (last > i)
			brc_str_addf(text, "%s%d", last > i + 1 ? "-" : ", ",
				     l->group[last].cluster);
		i = last;
	}
	return i;
}

/* "3 groups not tested, fewer than 2 units: fc1 3; fc2 5, 6" */
static brc_rc tell(brc_network *net, size_t labelling, const reasons *r, unsigned char why,
		   brc_err *err)
{
	const brc_labelling *l = &net->labelling[labelling];
	brc_str text = {0};
	size_t n = 0;
	bool any = false;

	for (size_t i = 0; i < l->n_groups; i++)
		n += r->of[i] == why;
	brc_str_addf(&text, "%zu group%s not tested, %s (layer and cluster): ", n,
		     n == 1 ? "" : "s", r->text[why]);
	for (size_t i = 0; i < l->n_groups;) {
		char title[1024];

		if (r->of[i] != why) {
			i++;
			continue;
		}
		brc_str_addf(
			&text, "%s%s", any ? "; " : "",
			brc_layer_title(l->layers.name[l->group[i].layer], title, sizeof title));
		i = add_clusters(&text, l, r->of, i);
		any = true;
	}
	brc_str_add(&text, ".");
	brc_rc rc = brc_note_add(net, BRC_NOTE_UNTESTED, labelling, &text, err);
	brc_str_free(&text);
	return rc;
}

static brc_rc tell_all(brc_network *net, size_t labelling, brc_err *err)
{
	reasons r;
	brc_rc rc = find_reasons(&r, &net->labelling[labelling], err);

	for (size_t i = 1; rc == BRC_OK && i <= r.n; i++)
		rc = tell(net, labelling, &r, (unsigned char)i, err);
	free(r.of);
	return rc;
}

brc_rc brc_untested_collect(brc_network *net, brc_err *err)
{
	for (size_t n = 0; n < net->n_labellings; n++) {
		const brc_labelling *l = &net->labelling[n];

		if (brc_primary(&l->test[BRC_IMPORTANCE]) || brc_primary(&l->test[BRC_COHERENCE]))
			BRC_TRY(tell_all(net, n, err));
	}
	return BRC_OK;
}
