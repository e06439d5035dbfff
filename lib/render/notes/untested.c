/* Groups that were not tested, listed by reason and not row by row. */
#include <string.h>

#include "render/notes/notes.h"

enum { REASONS_MAX = 12 }; /* told apart */

typedef struct reasons {
	const char *text[REASONS_MAX];
	size_t n;
} reasons;

/* The reason of group i: its number from 1 on, found or made; 0 for a tested group. */
static size_t reason_of(reasons *r, const brc_labelling *l, size_t i)
{
	const char *why = l->group[i].left_out;

	if (brc_group_tested(&l->group[i]))
		return 0;
	why = why && why[0] ? why : "no reason given";
	for (size_t k = 0; k < r->n; k++)
		if (strcmp(r->text[k], why) == 0)
			return k + 1;
	if (r->n == REASONS_MAX)
		r->text[REASONS_MAX - 1] = "for other reasons";
	else
		r->text[r->n++] = why;
	return r->n;
}

/*
 * The clusters in the layer of group i that share its reason, as " 3, 7, 9-12". Returns the index
 * of the first group of the next layer.
 */
static size_t add_clusters(brc_str *text, const brc_labelling *l, reasons *r, size_t i)
{
	const size_t why = reason_of(r, l, i), layer = l->group[i].layer;

	for (size_t n = 0; i < l->n_groups && l->group[i].layer == layer; i++) {
		size_t last = i;

		if (reason_of(r, l, i) != why)
			continue;
		while (last + 1 < l->n_groups && l->group[last + 1].layer == layer &&
		       reason_of(r, l, last + 1) == why &&
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
static void note_reason(brc_network *net, size_t labelling, reasons *r, size_t why)
{
	const brc_labelling *l = &net->labelling[labelling];
	brc_str *text = brc_note_begin(&net->notes, BRC_NOTE_UNTESTED, labelling);
	bool any = false;
	size_t n = 0;

	for (size_t i = 0; i < l->n_groups; i++)
		n += reason_of(r, l, i) == why;
	brc_str_addf(text, "%zu group%s not tested, %s (layer and cluster): ", n, n == 1 ? "" : "s",
		     r->text[why - 1]);
	for (size_t i = 0; i < l->n_groups;) {
		if (reason_of(r, l, i) != why) {
			i++;
			continue;
		}
		brc_str_addf(text, "%s%s", any ? "; " : "", l->layer_title[l->group[i].layer]);
		i = add_clusters(text, l, r, i);
		any = true;
	}
	brc_str_add(text, ".");
}

void brc_note_untested(brc_network *net)
{
	for (size_t n = 0; n < net->n_labellings; n++) {
		const brc_labelling *l = &net->labelling[n];
		reasons r = {.n = 0};

		if (!brc_labelling_tested(l))
			continue;
		for (size_t i = 0; i < l->n_groups; i++)
			reason_of(&r, l, i);
		for (size_t why = 1; why <= r.n; why++)
			note_reason(net, n, &r, why);
	}
}
