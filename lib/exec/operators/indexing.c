/*
 * Operators that read or write elements whose places a tensor of indices names: GatherElements,
 * GatherND, ScatterElements, Scatter and ScatterND. Indices that are constants are checked when the
 * graph is built. Others may name places within one image only.
 */
#include <math.h>
#include <string.h>

#include "exec/operator.h"

enum { REPLACE, ADD, MULTIPLY, MAXIMUM, MINIMUM };

/*
 * Where the indices lead: tuple t of them names a block of elements, which begins at
 * base(t) + sum_j index[t][j] * step[j]. The base of a tuple is that of its place in ext[ndim].
 */
typedef struct indexing {
	size_t tuples, block;
	size_t ndim, ext[BRC_MAX_DIMS], stride[BRC_MAX_DIMS];
	size_t parts, step[BRC_MAX_DIMS], extent[BRC_MAX_DIMS]; /* of an index */
} indexing;

/* ---- going through the tuples ---- */

typedef struct walk {
	const indexing *t;
	const int64_t *index;
	size_t at[BRC_MAX_DIMS], base;
} walk;

/* The next block; false: an index leads outside, and *offset is where its base is. */
static bool step(walk *w, size_t *offset)
{
	const indexing *t = w->t;
	bool inside = true;

	*offset = w->base;
	for (size_t j = 0; j < t->parts; j++, w->index++) {
		int64_t n = (int64_t)t->extent[j], i = *w->index < 0 ? *w->index + n : *w->index;

		inside = inside && i >= 0 && i < n;
		*offset += inside ? (size_t)i * t->step[j] : 0;
	}
	for (size_t k = t->ndim; k-- > 0;) {
		w->base += t->stride[k];
		if (++w->at[k] < t->ext[k])
			break;
		w->base -= t->stride[k] * t->ext[k];
		w->at[k] = 0;
	}
	return inside;
}

/* ---- inference ---- */

static void row_major(const brc_operand *v, size_t stride[BRC_MAX_DIMS])
{
	size_t s = 1;

	for (size_t k = v->ndim; k-- > 0;) {
		stride[k] = s;
		s *= v->dim[k];
	}
}

/* Constant indices lead inside; others choose floats, so that those outside can give NaN. */
static brc_rc check_indices(const indexing *t, const brc_operand *data, const brc_operand *index,
			    brc_err *err)
{
	const int64_t *v = index->data;

	if (index->state != BRC_CONSTANT)
		return data->elem == BRC_ELEM_FLOAT
			       ? BRC_OK
			       : brc_fail(err, BRC_DATA,
					  "indices that depend on the network's input choose "
					  "floats only");
	for (size_t i = 0; i < index->count; i++) {
		int64_t n = (int64_t)t->extent[i % t->parts];

		if (v[i] < -n || v[i] >= n)
			return brc_fail(err, BRC_DATA, "index %lld of %lld elements",
					(long long)v[i], (long long)n);
	}
	return BRC_OK;
}

static brc_rc mixes(brc_err *err)
{
	return brc_fail(err, BRC_DATA, "it mixes the images of a batch, which is not supported");
}

/* Images lie along dimension `axis` of v in the same way as in *out, or nowhere so far. */
static brc_rc join_batch(const brc_operand *v, size_t axis, brc_operand *out, brc_err *err)
{
	if (v->batch == BRC_NOWHERE)
		return BRC_OK;
	if (out->batch == BRC_NOWHERE) {
		out->batch = axis;
		out->inner = v->inner;
	}
	return out->batch == axis && out->inner == v->inner ? BRC_OK : mixes(err);
}

/* ---- an index for each element ---- */

/* Fill *t for indices that name places along one axis of data. */
static brc_rc along_axis(const brc_node *n, const brc_operand *data, const brc_operand *index,
			 indexing *t, size_t *axis, brc_err *err)
{
	BRC_TRY(brc_axis(((const brc_scatter_args *)n->args)->axis, data->ndim, axis, err));
	if (index->ndim != data->ndim)
		return brc_fail(err, BRC_DATA, "its indices %s do not fit its data %s",
				brc_shape_text(index).s, brc_shape_text(data).s);
	*t = (indexing){.tuples = index->count, .block = 1, .ndim = index->ndim, .parts = 1};
	row_major(data, t->stride);
	t->step[0] = t->stride[*axis];
	t->extent[0] = data->dim[*axis];
	t->stride[*axis] = 0;
	for (size_t k = 0; k < index->ndim; k++) {
		t->ext[k] = index->dim[k];
		if (k != *axis && index->dim[k] > data->dim[k])
			return brc_fail(err, BRC_DATA, "its indices %s do not fit its data %s",
					brc_shape_text(index).s, brc_shape_text(data).s);
	}
	return check_indices(t, data, index, err);
}

/* Every image of the data has its own indices. */
static brc_rc own_images(const brc_operand *data, const brc_operand *index, size_t axis,
			 brc_err *err)
{
	size_t at = data->batch;

	return at == BRC_NOWHERE || (at != axis && index->dim[at] == data->dim[at]) ? BRC_OK
										    : mixes(err);
}

static brc_rc infer_gather_elements(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x, *index;
	brc_operand out;
	size_t axis = 0;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &index, err));
	BRC_TRY(along_axis(n, x, index, n->state, &axis, err));
	BRC_TRY(own_images(x, index, axis, err));
	out = *x;
	out.last = false;
	memcpy(out.dim, index->dim, sizeof(out.dim));
	BRC_TRY(join_batch(index, index->batch, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

static bool same_shape(const brc_operand *a, const brc_operand *b)
{
	return a->ndim == b->ndim && memcmp(a->dim, b->dim, a->ndim * sizeof(*a->dim)) == 0;
}

static brc_rc infer_scatter_elements(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x, *index, *from;
	brc_operand out;
	size_t axis = 0;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &index, err));
	BRC_TRY(brc_need(g, n, 2, x->elem, &from, err));
	BRC_TRY(along_axis(n, x, index, n->state, &axis, err));
	if (!same_shape(index, from))
		return brc_fail(err, BRC_DATA, "its indices %s do not fit its updates %s",
				brc_shape_text(index).s, brc_shape_text(from).s);
	out = *x;
	out.last = false;
	BRC_TRY(join_batch(index, index->batch, &out, err));
	BRC_TRY(join_batch(from, from->batch, &out, err));
	BRC_TRY(own_images(&out, index, axis, err));
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- an index for each block ---- */

/* Fill *t for tuples of indices of the dimensions of data from `first` on. */
static brc_rc by_tuples(const brc_operand *data, const brc_operand *index, size_t first,
			indexing *t, brc_err *err)
{
	size_t stride[BRC_MAX_DIMS], parts = index->ndim ? index->dim[index->ndim - 1] : 0;

	if (index->ndim <= first || parts < 1 || first + parts > data->ndim)
		return brc_fail(err, BRC_DATA, "its indices %s do not fit its data %s",
				brc_shape_text(index).s, brc_shape_text(data).s);
	row_major(data, stride);
	*t = (indexing){.tuples = index->count / parts,
			.block = 1,
			.parts = parts,
			.ndim = index->ndim - 1};
	for (size_t k = 0; k + 1 < index->ndim; k++) {
		t->ext[k] = index->dim[k];
		t->stride[k] = k < first ? stride[k] : 0;
		if (k < first && index->dim[k] != data->dim[k])
			return brc_fail(err, BRC_DATA, "its indices %s do not fit its data %s",
					brc_shape_text(index).s, brc_shape_text(data).s);
	}
	for (size_t j = 0; j < parts; j++) {
		t->step[j] = stride[first + j];
		t->extent[j] = data->dim[first + j];
	}
	for (size_t k = first + parts; k < data->ndim; k++)
		t->block *= data->dim[k];
	return check_indices(t, data, index, err);
}

/* Is part j of every tuple its place along dimension d of the constant indices? */
static bool counts(const indexing *t, const brc_operand *index, size_t j, size_t d)
{
	const int64_t *v = index->data;
	size_t inner = 1;

	for (size_t k = d + 1; k < t->ndim; k++)
		inner *= t->ext[k];
	if (index->state != BRC_CONSTANT || t->ext[d] != t->extent[j])
		return false;
	for (size_t i = 0; i < t->tuples; i++) {
		int64_t at = v[i * t->parts + j];

		at += at < 0 ? (int64_t)t->extent[j] : 0;
		if ((size_t)at != i / inner % t->ext[d])
			return false;
	}
	return true;
}

/*
 * The dimension of tuples and blocks along which the images of data lie, as dimension `at` of it.
 * The indices name dimensions from `first` on. If the images are among those, every image must be
 * named by its own tuples. BRC_NOWHERE: there is none.
 */
static size_t images_of_tuples(const indexing *t, const brc_operand *index, size_t first, size_t at)
{
	if (at < first)
		return at;
	if (at >= first + t->parts)
		return at - first - t->parts + t->ndim;
	for (size_t d = 0; d < t->ndim; d++)
		if (counts(t, index, at - first, d))
			return d;
	return BRC_NOWHERE;
}

static brc_rc infer_gather_nd(brc_exec *g, brc_node *n, brc_err *err)
{
	const int64_t first = ((const brc_gather_nd_args *)n->args)->batch_dims;
	const brc_operand *x, *index;
	indexing *t = n->state;
	brc_operand out;
	size_t b = (size_t)first;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &index, err));
	if (first < 0 || first >= BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its batch_dims is %lld", (long long)first);
	BRC_TRY(by_tuples(x, index, b, t, err));
	if (t->ndim + x->ndim - b - t->parts > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	out = *x;
	out.last = false;
	out.batch = BRC_NOWHERE;
	memcpy(out.dim, index->dim, sizeof(out.dim));
	out.ndim = t->ndim;
	for (size_t k = b + t->parts; k < x->ndim; k++)
		out.dim[out.ndim++] = x->dim[k];
	if (x->batch != BRC_NOWHERE) {
		out.batch = images_of_tuples(t, index, b, x->batch);
		if (out.batch == BRC_NOWHERE)
			return mixes(err);
	}
	BRC_TRY(join_batch(index, index->batch, &out, err));
	if (out.batch != BRC_NOWHERE && out.batch >= out.ndim)
		return mixes(err); /* the parts of an index are of different images */
	return brc_set_output(g, n, 0, &out, err);
}

/* Updates of images go where? To the dimension of the output that *batch becomes. */
static brc_rc images_of_updates(const indexing *t, const brc_operand *index,
				const brc_operand *from, brc_operand *out, brc_err *err)
{
	size_t at;

	if (out->batch != BRC_NOWHERE) {
		at = images_of_tuples(t, index, 0, out->batch);
		return index->state == BRC_CONSTANT && at != BRC_NOWHERE &&
				       (from->batch == BRC_NOWHERE ||
					(from->batch == at && from->inner == out->inner))
			       ? BRC_OK
			       : mixes(err);
	}
	if (from->batch == BRC_NOWHERE)
		return index->batch == BRC_NOWHERE ? BRC_OK : mixes(err);
	if (index->state != BRC_CONSTANT)
		return mixes(err);
	out->inner = from->inner;
	if (from->batch >= t->ndim)
		out->batch = from->batch - t->ndim + t->parts;
	for (size_t j = 0; out->batch == BRC_NOWHERE && j < t->parts; j++)
		if (counts(t, index, j, from->batch))
			out->batch = j;
	return out->batch == BRC_NOWHERE ? mixes(err) : BRC_OK;
}

static brc_rc infer_scatter_nd(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x, *index, *from;
	indexing *t = n->state;
	brc_operand out, want;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &index, err));
	BRC_TRY(brc_need(g, n, 2, x->elem, &from, err));
	BRC_TRY(by_tuples(x, index, 0, t, err));
	want = *index;
	want.ndim = t->ndim;
	for (size_t k = t->parts; k < x->ndim && want.ndim < BRC_MAX_DIMS; k++)
		want.dim[want.ndim++] = x->dim[k];
	if (!same_shape(&want, from))
		return brc_fail(err, BRC_DATA, "its updates %s do not fit %s and its data %s",
				brc_shape_text(from).s, brc_shape_text(index).s,
				brc_shape_text(x).s);
	out = *x;
	out.last = false;
	BRC_TRY(images_of_updates(t, index, from, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- running ---- */

static void run_gather(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const indexing *t = n->state;
	size_t bytes = t->block * brc_item(g->value[n->out[0]].elem), offset;
	size_t item = brc_item(g->value[n->out[0]].elem);
	walk w = {.t = t, .index = m->at[n->in[1]]};
	const char *x = m->at[n->in[0]];
	char *y = m->at[n->out[0]];

	for (size_t i = 0; i < t->tuples; i++, y += bytes) {
		if (step(&w, &offset)) {
			memcpy(y, x + offset * item, bytes);
			continue;
		}
		for (size_t k = 0; k < t->block; k++)
			((float *)(void *)y)[k] = NAN;
	}
}

static void put_floats(float *y, const float *v, size_t n, int64_t how)
{
	for (size_t i = 0; i < n; i++)
		y[i] = how == ADD        ? y[i] + v[i]
		       : how == MULTIPLY ? y[i] * v[i]
		       : how == MAXIMUM  ? (y[i] > v[i] ? y[i] : v[i])
					 : (y[i] < v[i] ? y[i] : v[i]);
}

static void put_whole(int64_t *y, const int64_t *v, size_t n, int64_t how)
{
	for (size_t i = 0; i < n; i++)
		y[i] = how == ADD        ? (int64_t)((uint64_t)y[i] + (uint64_t)v[i])
		       : how == MULTIPLY ? (int64_t)((uint64_t)y[i] * (uint64_t)v[i])
		       : how == MAXIMUM  ? (y[i] > v[i] ? y[i] : v[i])
					 : (y[i] < v[i] ? y[i] : v[i]);
}

static void run_scatter(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const indexing *t = n->state;
	const brc_operand *out = &g->value[n->out[0]];
	size_t item = brc_item(out->elem), bytes = t->block * item, how, offset;
	walk w = {.t = t, .index = m->at[n->in[1]]};
	const char *from = m->at[n->in[2]];
	char *y = m->at[n->out[0]];

	how = ((const brc_scatter_args *)n->args)->reduction;
	memcpy(y, m->at[n->in[0]], out->count * item);
	for (size_t i = 0; i < t->tuples; i++, from += bytes) {
		if (!step(&w, &offset))
			for (size_t k = 0; k < t->block; k++)
				((float *)(void *)y)[offset + k] = NAN;
		else if (how == REPLACE)
			memcpy(y + offset * item, from, bytes);
		else if (out->elem == BRC_ELEM_FLOAT)
			put_floats((float *)(void *)y + offset, (const float *)(const void *)from,
				   t->block, how);
		else
			put_whole((int64_t *)(void *)y + offset,
				  (const int64_t *)(const void *)from, t->block, how);
	}
	if (out->elem == BRC_ELEM_INT)
		brc_narrow(out, (int64_t *)(void *)y);
}

static bool replaces(const brc_node *n)
{
	return ((const brc_scatter_args *)n->args)->reduction == REPLACE;
}

#define RECORD(TYPE, MAX_IN, INFER, RUN, ...)                                              \
	BRC_OP(TYPE, BRC_TAKES(MAX_IN, MAX_IN, 1), INFER, RUN, PLAIN, LOOKUP, __VA_ARGS__, \
	       .state = sizeof(indexing))
#define REDUCTION                                                                                \
	BRC_ATTR_CHOICE("reduction", brc_scatter_args, reduction, REPLACE, "none", "add", "mul", \
			"max", "min")
#define AXIS BRC_ATTR_INT("axis", brc_scatter_args, axis, 0)

const brc_op brc_indexing_ops[] = {
	RECORD("GatherElements", 2, infer_gather_elements, run_gather,
	       BRC_ARGS(brc_scatter_args, AXIS)),
	RECORD("GatherND", 2, infer_gather_nd, run_gather,
	       BRC_ARGS(brc_gather_nd_args,
			BRC_ATTR_INT("batch_dims", brc_gather_nd_args, batch_dims, 0))),
	RECORD("ScatterElements", 3, infer_scatter_elements, run_scatter,
	       BRC_ARGS(brc_scatter_args, AXIS, REDUCTION), .moves = replaces),
	RECORD("Scatter", 3, infer_scatter_elements, run_scatter, BRC_ARGS(brc_scatter_args, AXIS),
	       .moves = replaces),
	RECORD("ScatterND", 3, infer_scatter_nd, run_scatter, BRC_ARGS(brc_scatter_args, REDUCTION),
	       .moves = replaces),
	{.type = NULL},
};
