/*
 * Attention in one node. It passes on the features of its values, as a product of scores and values
 * does: feature d of head h comes from feature d of the head of values that h shares.
 */
#include <string.h>

#include "net/trace/tracer.h"

/* Heads and features of values, and of the output, in sets that lie along `ext`. */
typedef struct layout {
	size_t heads, shared; /* of queries, of values */
	size_t size;          /* features of a head */
	bool apart;           /* heads have a dimension of their own */
} layout;

/* Where head and feature lie in sources with these extents: an index of sets, without images. */
static size_t place(const brc_sources *s, const layout *a, size_t head, size_t feature)
{
	size_t last = s->ndim - 1;

	if (!a->apart)
		return s->ext[last] > 1 ? head * a->size + feature : 0;
	return (s->ext[1] > 1 ? head * s->ext[2] * s->ext[last] : 0) +
	       (s->ext[last] > 1 ? feature : 0);
}

static brc_rc note_heads(brc_tracer *t, const brc_sources *v, const layout *a, brc_err *err)
{
	const int64_t product = t->products++ << 32;
	size_t image = v->n / v->ext[0], tokens = v->ext[v->ndim - 2];
	size_t step = v->ext[v->ndim - 1];

	for (size_t i = 0; i < v->ext[0] * tokens * a->shared * a->size; i++) {
		size_t feature = i % a->size, head = i / a->size % a->shared;
		size_t token = i / a->size / a->shared % tokens;
		size_t at = i / a->size / a->shared / tokens * image + token * step +
			    place(v, a, head, feature);
		size_t units;
		const brc_scaled_unit *f = brc_unit_sets_get(t->sets, v->set[at], &units);

		for (size_t k = 0; k < units; k++)
			BRC_TRY(brc_trace_head(t, &f[k], product + (int64_t)head, units == 1, err));
	}
	return BRC_OK;
}

/* The sets of the output from those of the values, which do not vary along tokens any more. */
static brc_rc share(brc_sources *s, const brc_sources *v, const layout *a, brc_err *err)
{
	size_t ext[BRC_MAX_DIMS], image = v->n / v->ext[0], each = a->heads / a->shared, out;

	memcpy(ext, v->ext, sizeof(ext));
	if (a->apart && ext[1] > 1)
		ext[1] = a->heads;
	else if (!a->apart && ext[v->ndim - 1] > 1)
		ext[v->ndim - 1] = a->heads * a->size;
	BRC_TRY(brc_sources_blank(s, v->ndim, ext, err));
	out = s->n / s->ext[0];
	for (size_t i = 0; i < s->ext[0]; i++)
		for (size_t h = 0; h < a->heads; h++)
			for (size_t d = 0; d < a->size; d++)
				s->set[i * out + place(s, a, h, d)] =
					v->set[i * image + place(v, a, h / each, d)];
	s->untraced = v->untraced;
	s->statistic = v->statistic;
	return BRC_OK;
}

brc_rc brc_trace_attention(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_operand *values = brc_in(t->g, n, 2);
	const brc_sources *from = brc_traced(t, n, 2);
	brc_sources v, s = {0};
	layout a = {.apart = values->ndim == 4};
	brc_rc rc;

	/* what is past comes from elsewhere */
	if (!from || from->untraced != BRC_NOWHERE || brc_traced(t, n, 5))
		return BRC_OK;
	brc_node_heads(n, &a.heads, &a.shared);
	a.size = values->dim[values->ndim - 1] / (a.apart ? 1 : a.shared);
	BRC_TRY(note_heads(t, from, &a, err));
	BRC_TRY(brc_sources_dup(&v, from, err));
	rc = brc_sources_flatten(&v, (size_t)1 << (v.ndim - 2), t->sets, err);
	BRC_THEN(rc, share(&s, &v, &a, err));
	brc_sources_clear(&v);
	return brc_trace_set(t, n, 0, &s, rc, err);
}
