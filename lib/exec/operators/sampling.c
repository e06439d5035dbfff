#include "exec/operators/sampling.h"

#include <string.h>

brc_rc brc_sampling_axis(brc_sampling *s, brc_exec *g, size_t axis, size_t extent, size_t taps,
			 brc_taps **t, brc_err *err)
{
	*t = &s->axis[axis];
	s->extent[axis] = extent;
	s->weighted = s->weighted || taps > 1;
	(*t)->n = taps;
	BRC_TRY(brc_exec_alloc(g, &(*t)->from, extent, taps * sizeof(*(*t)->from), err));
	return taps > 1
		       ? brc_exec_alloc(g, &(*t)->weight, extent, taps * sizeof(*(*t)->weight), err)
		       : BRC_OK;
}

brc_rc brc_sampling_done(brc_sampling *s, brc_exec *g, const brc_node *n, const brc_operand *x,
			 brc_err *err)
{
	brc_operand out = *x;
	size_t stride = 1;

	out.last = false;
	s->ndim = x->ndim;
	for (size_t k = x->ndim; k-- > 0;) {
		out.dim[k] = s->extent[k];
		s->stride[k] = stride;
		stride *= x->dim[k];
	}
	return brc_set_output(g, n, 0, &out, err);
}

static void fill_row(const brc_sampling *s, char *y, size_t n, size_t item)
{
	for (size_t i = 0; i < n; i++)
		memcpy(y + i * item, s->fill, item);
}

/* A row along the last axis, of elements that are copied. */
static void copy_row(const brc_sampling *s, const char *x, char *y, size_t item)
{
	const ptrdiff_t *from = s->axis[s->ndim - 1].from;
	size_t n = s->extent[s->ndim - 1];

	for (size_t i = 0; i < n; i++)
		memcpy(y + i * item, from[i] < 0 ? s->fill : x + (size_t)from[i] * item, item);
}

/* y += weight times a row along the last axis. */
static void add_row(const brc_sampling *s, const float *x, float weight, float *y)
{
	const brc_taps *t = &s->axis[s->ndim - 1];
	size_t n = s->extent[s->ndim - 1];

	for (size_t i = 0; i < n; i++) {
		const ptrdiff_t *from = t->from + i * t->n;
		float sum = 0;

		if (from[0] < 0)
			continue;
		for (size_t k = 0; k < t->n; k++)
			sum += (t->weight ? t->weight[i * t->n + k] : 1) * x[from[k]];
		y[i] += weight * sum;
	}
}

/* The rows that the row at index[0...ndim-2] is made of, one for each choice of taps. */
static void add_rows(const brc_sampling *s, const size_t *index, size_t axis, const float *x,
		     float weight, float *y)
{
	const brc_taps *t = &s->axis[axis];

	if (axis + 1 == s->ndim) {
		add_row(s, x, weight, y);
		return;
	}
	for (size_t k = 0; k < t->n; k++) {
		size_t at = index[axis] * t->n + k;
		float w = t->weight ? t->weight[at] : 1;

		if (w != 0)
			add_rows(s, index, axis + 1, x + (size_t)t->from[at] * s->stride[axis],
				 weight * w, y);
	}
}

static bool is_filled(const brc_sampling *s, const size_t *index)
{
	for (size_t k = 0; k + 1 < s->ndim; k++)
		if (s->axis[k].from[index[k] * s->axis[k].n] < 0)
			return true;
	return false;
}

static void one_row(const brc_sampling *s, const size_t *index, const char *x, char *y, size_t item)
{
	const brc_taps *last = &s->axis[s->ndim - 1];
	size_t n = s->extent[s->ndim - 1];

	if (is_filled(s, index)) {
		fill_row(s, y, n, item);
	} else if (!s->weighted) {
		for (size_t k = 0; k + 1 < s->ndim; k++)
			x += (size_t)s->axis[k].from[index[k]] * s->stride[k] * item;
		copy_row(s, x, y, item);
	} else {
		float *f = (float *)(void *)y;

		memset(y, 0, n * item);
		add_rows(s, index, 0, (const float *)(const void *)x, 1, f);
		for (size_t i = 0; i < n; i++)
			if (last->from[i * last->n] < 0)
				memcpy(&f[i], s->fill, item);
	}
}

void brc_sampling_run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	brc_sampling s = *(const brc_sampling *)n->state;
	const brc_operand *out = &g->value[n->out[0]];
	size_t index[BRC_MAX_DIMS] = {0}, item = brc_item(out->elem), row;
	char *y = m->at[n->out[0]];

	if (m->moves)
		memset(s.fill, 0, sizeof(s.fill));
	if (s.ndim == 0)
		memcpy(y, m->at[n->in[0]], item);
	if (s.ndim == 0 || out->count == 0)
		return;
	row = s.extent[s.ndim - 1];
	for (size_t i = 0; i < out->count / row; i++, y += row * item) {
		one_row(&s, index, m->at[n->in[0]], y, item);
		for (size_t k = s.ndim - 1; k-- > 0;) {
			if (++index[k] < s.extent[k])
				break;
			index[k] = 0;
		}
	}
}

float brc_sampling_fill(const brc_node *n)
{
	float fill;

	memcpy(&fill, ((const brc_sampling *)n->state)->fill, sizeof(fill));
	return fill;
}
