#include "exec/images_first.h"

#include <stdio.h>
#include <string.h>

#include "exec/make.h"

static brc_rc transpose(brc_exec *g, const int64_t *order, size_t n, const char *name,
			size_t *value, brc_err *err)
{
	brc_transpose_args a = {.perm = {NULL, n}};
	int64_t *own;

	BRC_TRY(brc_exec_alloc(g, &own, n, sizeof(*own), err));
	memcpy(own, order, n * sizeof(*own));
	a.perm.at = own;
	return brc_exec_add_node(g, brc_op_find("Transpose"), &a, name, value, 1, value, 1, err);
}

brc_rc brc_exec_images_to(brc_exec *g, size_t to, size_t *value, brc_err *err)
{
	size_t ndim = g->value[*value].ndim;
	int64_t order[BRC_MAX_DIMS];
	char name[256];

	if (to == 0)
		return BRC_OK;
	if (to >= ndim)
		return brc_fail(err, BRC_DATA, "the input '%.200s' has %zu dimensions, none %zu",
				g->value[*value].name, ndim, to);
	for (size_t k = 0; k < ndim; k++)
		order[k] = k < to ? (int64_t)k + 1 : k == to ? 0 : (int64_t)k;
	snprintf(name, sizeof(name), "%.200s, images in dimension %zu", g->value[*value].name, to);
	return transpose(g, order, ndim, name, value, err);
}

static brc_rc reshape(brc_exec *g, const int64_t *dim, size_t n, const char *name, size_t *value,
		      brc_err *err)
{
	brc_operand shape = {.name = "",
			     .state = BRC_CONSTANT,
			     .elem = BRC_ELEM_INT,
			     .ndim = 1,
			     .dim = {n},
			     .count = n,
			     .batch = BRC_NOWHERE,
			     .inner = 1};
	size_t in[2] = {*value};

	BRC_TRY(brc_exec_alloc(g, &shape.data, n, sizeof(*dim), err));
	memcpy(shape.data, dim, n * sizeof(*dim));
	BRC_TRY(brc_exec_add_value(g, &shape, &in[1], err));
	return brc_exec_add_node(g, brc_op_find("Reshape"), NULL, name, in, 2, value, 1, err);
}

/*
 * The dimension with the images is cut into what lies before them, the images, and what lies behind
 * them. Then the images come first.
 */
brc_rc brc_exec_images_first(brc_exec *g, size_t *value, brc_err *err)
{
	const brc_operand v = g->value[*value];
	int64_t dim[BRC_MAX_DIMS + 2], order[BRC_MAX_DIMS + 2];
	size_t n = 0, at, before, ahead = 1;

	for (size_t k = 0; v.batch != BRC_NOWHERE && k < v.batch; k++)
		ahead *= v.dim[k];
	before = v.batch == BRC_NOWHERE ? 1 : v.dim[v.batch] / (g->rows * v.inner);
	if (v.state != BRC_COMPUTED || ahead * before == 1)
		return BRC_OK;
	for (size_t k = 0; k < v.batch; k++)
		dim[n++] = (int64_t)v.dim[k];
	if (before > 1)
		dim[n++] = (int64_t)before;
	at = n;
	dim[n++] = (int64_t)g->rows;
	if (v.inner > 1)
		dim[n++] = (int64_t)v.inner;
	for (size_t k = v.batch + 1; k < v.ndim; k++)
		dim[n++] = (int64_t)v.dim[k];
	if (n > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA,
				"the output '%.200s' has images inside of its dimension %zu, and "
				"too many dimensions to take it apart",
				v.name, v.batch);
	if (n > v.ndim)
		BRC_TRY(reshape(g, dim, n, v.name, value, err));
	for (size_t k = 0; k < n; k++)
		order[k] = k == 0 ? (int64_t)at : k <= at ? (int64_t)k - 1 : (int64_t)k;
	return transpose(g, order, n, v.name, value, err);
}
