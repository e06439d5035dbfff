#include "sections/lesion_matches.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char match[] = "match";

/* "match/degree/". Returns buf. */
static char *prefix_of(brc_match kind, char buf[BRC_NAME_MAX])
{
	snprintf(buf, BRC_NAME_MAX, "%s/%s/", match, brc_match_name(kind));
	return buf;
}

/* "match/degree/value". Returns buf. */
static char *value_name(brc_match kind, char buf[BRC_NAME_MAX])
{
	snprintf(buf, BRC_NAME_MAX, "%s/%s/value", match, brc_match_name(kind));
	return buf;
}

brc_lesions brc_lesions_view(const brc_lesions *l, brc_match kind)
{
	brc_lesions view = *l;

	view.tensors = l->match[kind].tensors;
	return view;
}

brc_rc brc_lesion_matches_write(const brc_lesions *l, brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes};
	const char *word[BRC_MATCHES];
	char name[BRC_NAME_MAX];
	size_t n = 0;

	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		if (!l->matched[k])
			continue;
		word[n++] = brc_match_name(k);
		BRC_TRY(brc_lesion_tensors_write(&l->match[k].tensors, shape, prefix_of(k, name), s,
						 err));
		BRC_TRY(brc_section_add(s, value_name(k, name), "<f8", 2, shape, "draw,subcluster",
					l->match[k].value, NULL, err));
	}
	if (n > 0)
		brc_map_put_strings(s->meta, match, word, n);
	return BRC_OK;
}

/* ---- reading ---- */

static brc_rc take_word(brc_lesions *l, const brc_section *s, const brc_value *v, brc_err *err)
{
	const char *word = v->type == BRC_V_STRING ? v->u.s : "";

	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (strcmp(word, brc_match_name(k)) == 0) {
			if (l->matched[k])
				return brc_section_bad(s, err, "match names %s twice", word);
			l->matched[k] = true;
			return BRC_OK;
		}
	return brc_section_bad(
		s, err, "match names '%s', none of in-norm, activation, degree and cohesion", word);
}

static brc_rc read_kind(brc_lesions *l, brc_match k, const brc_section *s, brc_err *err)
{
	size_t shape[3] = {l->draws + 1, l->m, l->classes};
	brc_lesion_match *m = &l->match[k];
	char name[BRC_NAME_MAX];

	BRC_TRY(brc_lesion_tensors_read(&m->tensors, shape, prefix_of(k, name), l->correct, s,
					err));
	if (!!m->tensors.own != !!l->own)
		return brc_section_bad(s, err,
				       "sums of probabilities are there for random controls or for "
				       "those matched by %s, but not for both",
				       brc_match_name(k));
	return brc_section_dup(s, value_name(k, name), "<f8", 2, shape, &m->value, err);
}

brc_rc brc_lesion_matches_read(brc_lesions *l, const brc_section *s, brc_err *err)
{
	const brc_value *v = brc_map_get(s->meta, match);

	if (!v)
		return BRC_OK;
	if (v->type != BRC_V_LIST)
		return brc_section_bad(s, err, "match is no list");
	for (size_t i = 0; i < v->u.list.n; i++)
		BRC_TRY(take_word(l, s, &v->u.list.items[i], err));
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (l->matched[k])
			BRC_TRY(read_kind(l, k, s, err));
	return BRC_OK;
}

/* Are the first n elements of b those of a, if a is there? */
static bool begins_as(const void *a, const void *b, size_t n, size_t size)
{
	return !a || memcmp(a, b, n * size) == 0;
}

static bool observed_again(const brc_lesion_tensors *a, const brc_lesion_tensors *b, size_t n)
{
	return begins_as(a->correct, b->correct, n, sizeof(*a->correct)) &&
	       begins_as(a->loss, b->loss, n, sizeof(*a->loss)) &&
	       begins_as(a->own, b->own, n, sizeof(*a->own)) &&
	       begins_as(a->own_squares, b->own_squares, n, sizeof(*a->own_squares)) &&
	       begins_as(a->all, b->all, n, sizeof(*a->all));
}

brc_rc brc_lesion_matches_check(const brc_lesions *l, const brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes};

	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		const brc_lesion_tensors *t = &l->match[k].tensors;

		if (!l->matched[k])
			continue;
		BRC_TRY(brc_lesion_tensors_check(t, shape, l->class_images, l->images, s, err));
		if (!observed_again(&l->tensors, t, l->m * l->classes))
			return brc_section_bad(s, err,
					       "draw 0 of the controls matched by %s is not the "
					       "observed partition",
					       brc_match_name(k));
		for (size_t i = 0; i < (l->draws + 1) * l->m; i++)
			if (isinf(l->match[k].value[i]))
				return brc_section_bad(s, err,
						       "draw %zu, sub-cluster %zu: the value of %s "
						       "is infinite",
						       i / l->m, i % l->m, brc_match_name(k));
	}
	return BRC_OK;
}

void brc_lesion_matches_clear(brc_lesions *l)
{
	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		brc_lesion_tensors_clear(&l->match[k].tensors);
		free(l->match[k].value);
	}
}
