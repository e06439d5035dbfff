#include "net/trace/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_sources_blank(brc_sources *s, size_t ndim, const size_t *ext, brc_err *err)
{
	*s = (brc_sources){.ndim = ndim, .n = 1, .untraced = BRC_NOWHERE, .map = {1, 1}};
	for (size_t k = 0; k < ndim; k++) {
		s->ext[k] = ext[k];
		if (!brc_mul(s->n, ext[k], &s->n))
			return brc_fail(err, BRC_DATA, "too many elements to trace");
	}
	s->set = brc_calloc(s->n, sizeof(*s->set), err);
	return s->set ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_sources_uniform(brc_sources *s, const brc_operand *v, int32_t set, brc_err *err)
{
	BRC_TRY(brc_sources_axis(s, v, v->ndim, err));
	s->set[0] = set;
	return BRC_OK;
}

brc_rc brc_sources_axis(brc_sources *s, const brc_operand *v, size_t axis, brc_err *err)
{
	size_t ext[BRC_MAX_DIMS];

	for (size_t k = 0; k < v->ndim; k++)
		ext[k] = k == axis || (axis == BRC_NOWHERE && k != v->batch) ? v->dim[k] : 1;
	return brc_sources_blank(s, v->ndim, ext, err);
}

brc_rc brc_sources_units(brc_sources *s, const brc_operand *v, size_t axis, int32_t layer,
			 brc_unit_sets *sets, brc_err *err)
{
	BRC_TRY(brc_sources_axis(s, v, axis, err));
	for (size_t i = 0; i < s->n; i++) {
		brc_rc rc = brc_unit_sets_one(sets, layer, (int32_t)i, &s->set[i], err);

		if (rc != BRC_OK) {
			brc_sources_clear(s);
			return rc;
		}
	}
	if (axis == 1)
		brc_sources_note_map(s, v);
	return BRC_OK;
}

void brc_sources_note_map(brc_sources *s, const brc_operand *v)
{
	s->map[0] = v->ndim > 3 ? v->dim[2] : 1;
	s->map[1] = v->ndim > 2 ? v->dim[v->ndim - 1] : 1;
}

brc_rc brc_sources_dup(brc_sources *s, const brc_sources *from, brc_err *err)
{
	*s = *from;
	s->set = brc_alloc(from->n, sizeof(*s->set), err);
	BRC_TRY(brc_made(s->set));
	memcpy(s->set, from->set, from->n * sizeof(*s->set));
	return BRC_OK;
}

void brc_sources_clear(brc_sources *s)
{
	free(s->set);
	*s = (brc_sources){0};
}

/* ---- all elements, and back ---- */

void brc_sources_strides(const size_t *ext, size_t ndim, size_t out, size_t *stride)
{
	size_t step = 1;

	memset(stride, 0, out * sizeof(*stride));
	for (size_t k = ndim; k-- > 0;) {
		stride[k + out - ndim] = ext[k] > 1 ? step : 0;
		step *= ext[k];
	}
}

void brc_sources_advance(size_t *index, const size_t *ext, size_t ndim, const size_t *stride,
			 size_t *at)
{
	for (size_t k = ndim; k-- > 0;) {
		*at += stride[k];
		if (++index[k] < ext[k])
			return;
		*at -= stride[k] * ext[k];
		index[k] = 0;
	}
}

void brc_sources_spread(const brc_sources *s, const brc_operand *v, int32_t *out)
{
	size_t stride[BRC_MAX_DIMS] = {0}, index[BRC_MAX_DIMS] = {0}, at = 0;
	size_t last = v->ndim ? v->ndim - 1 : 0, inner = v->ndim ? v->dim[last] : 1;

	brc_sources_strides(s->ext, s->ndim, s->ndim, stride);
	for (size_t i = 0; i < v->count; i += inner) {
		for (size_t k = 0; k < inner; k++)
			out[i + k] = s->set[at + k * stride[last]];
		brc_sources_advance(index, v->dim, last, stride, &at);
	}
}

/* Is in[outer][n][inner] the same for all n? */
static bool is_constant(const int32_t *in, size_t outer, size_t n, size_t inner)
{
	for (size_t i = 0; i < outer; i++)
		for (size_t k = 1; k < n; k++)
			if (memcmp(in + (i * n + k) * inner, in + i * n * inner,
				   inner * sizeof(*in)) != 0)
				return false;
	return true;
}

/* Drops, one after another, the dimensions along which nothing varies. Overwrites `in`. */
brc_rc brc_sources_gather(brc_sources *s, const brc_operand *v, int32_t *in, brc_err *err)
{
	size_t ext[BRC_MAX_DIMS], outer = 1, inner = v->count;

	for (size_t k = 0; k < v->ndim; k++) {
		size_t n = v->dim[k];

		inner /= n;
		ext[k] = n;
		if (n > 1 && is_constant(in, outer, n, inner)) {
			for (size_t i = 0; i < outer; i++)
				memmove(in + i * inner, in + i * n * inner, inner * sizeof(*in));
			ext[k] = 1;
		}
		outer *= ext[k];
	}
	BRC_TRY(brc_sources_blank(s, v->ndim, ext, err));
	memcpy(s->set, in, s->n * sizeof(*s->set));
	return BRC_OK;
}

/* ---- putting together ---- */

brc_rc brc_sources_along(const brc_sources *s, const brc_operand *v, size_t axis,
			 brc_unit_sets *sets, int32_t *out, brc_err *err)
{
	brc_sources only;
	brc_rc rc;

	BRC_TRY(brc_sources_dup(&only, s, err));
	rc = brc_sources_flatten(&only, ~((size_t)1 << axis), sets, err);
	for (size_t k = 0; rc == BRC_OK && k < v->dim[axis]; k++)
		out[k] = only.set[only.ext[axis] > 1 ? k : 0];
	brc_sources_clear(&only);
	return rc;
}

brc_rc brc_sources_all(const brc_sources *s, brc_unit_sets *sets, int32_t *set, brc_err *err)
{
	return brc_unit_sets_max_all(sets, s->set, s->n, 1, set, err);
}

brc_rc brc_sources_flatten(brc_sources *s, size_t axes, brc_unit_sets *sets, brc_err *err)
{
	for (size_t k = 0; k < s->ndim; k++) {
		size_t n = s->ext[k], inner = 1, outer;

		if (!(axes >> k & 1) || n == 1)
			continue;
		for (size_t j = k + 1; j < s->ndim; j++)
			inner *= s->ext[j];
		outer = s->n / (n * inner);
		for (size_t i = 0; i < outer; i++)
			for (size_t j = 0; j < inner; j++)
				BRC_TRY(brc_unit_sets_max_all(sets, s->set + i * n * inner + j, n,
							      inner, &s->set[i * inner + j], err));
		s->ext[k] = 1;
		s->n = outer * inner;
	}
	return BRC_OK;
}
