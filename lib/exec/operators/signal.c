/*
 * Constants of signal processing: HannWindow, HammingWindow, BlackmanWindow, MelWeightMatrix. A
 * window is a weighted sum of cosines.
 */
#include <math.h>

#include "exec/operator.h"

static brc_rc need_int(const brc_exec *g, const brc_node *n, size_t k, int64_t *v, brc_err *err)
{
	brc_list list;

	BRC_TRY(brc_need_list(g, n, k, &list, err));
	if (list.n != 1)
		return brc_fail(err, BRC_DATA, "input %zu has %zu elements", k, list.n);
	*v = *list.at;
	return BRC_OK;
}

static brc_rc need_float(const brc_exec *g, const brc_node *n, size_t k, float *x, brc_err *err)
{
	const brc_operand *v;

	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_FLOAT, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "input %zu has %zu elements", k, v->count);
	*x = *(const float *)v->data;
	return BRC_OK;
}

/* Room for the elements of v, whose extents are set: floats, whatever the type that is wanted. */
static brc_rc begin(brc_exec *g, const brc_node *n, brc_operand *v, float **at, brc_err *err)
{
	brc_elem elem;
	int32_t narrow;

	BRC_TRY(brc_kind_of_type(((const brc_signal_args *)n->args)->output_datatype, &elem,
				 &narrow, err));
	if (elem != BRC_ELEM_FLOAT)
		return brc_fail(err, BRC_DATA, "its output_datatype is no type of floats");
	BRC_TRY(brc_count(v, err));
	BRC_TRY(brc_exec_alloc(g, at, v->count, sizeof(**at), err));
	v->data = *at;
	return BRC_OK;
}

static brc_rc infer_window(brc_exec *g, brc_node *n, brc_err *err)
{
	/* of the cosines of 0, 1 and 2 turns; 25/46 and 21/46 are those of Hamming in ONNX */
	static const double weights[][3] = {
		{0.5, -0.5, 0}, {25.0 / 46, -21.0 / 46, 0}, {0.42, -0.5, 0.08}};
	const double *w = weights[n->op->variant];
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_FLOAT, .ndim = 1};
	bool periodic = ((const brc_signal_args *)n->args)->periodic;
	int64_t size = 0;
	float *y;

	BRC_TRY(need_int(g, n, 0, &size, err));
	if (size < 0)
		return brc_fail(err, BRC_DATA, "its size is %lld", (long long)size);
	v.dim[0] = (size_t)size;
	BRC_TRY(begin(g, n, &v, &y, err));
	for (size_t i = 0; i < v.dim[0]; i++) {
		size_t all = v.dim[0] - !periodic; /* 0: one element, which is the middle */
		double turns = all ? (double)i / (double)all : 0.5;

		y[i] = (float)(w[0] + w[1] * cos(2 * M_PI * turns) + w[2] * cos(4 * M_PI * turns));
	}
	return brc_set_constant(g, n, 0, &v, err);
}

/* ---- MelWeightMatrix ---- */

static double mel_of(double hertz)
{
	return 2595 * log10(1 + hertz / 700);
}

static double hertz_of(double mel)
{
	return 700 * (pow(10, mel / 2595) - 1);
}

/* Triangles over the bins of a spectrum, each from one edge to the next but one. */
static void fill_mel(float *y, size_t bins, size_t filters, const int64_t *edge)
{
	for (size_t f = 0; f < filters; f++) {
		int64_t low = edge[f], middle = edge[f + 1], high = edge[f + 2];

		if (middle == low && middle >= 0 && middle < (int64_t)bins)
			y[(size_t)middle * filters + f] = 1;
		for (int64_t k = low; middle > low && k <= middle && k < (int64_t)bins; k++)
			if (k >= 0)
				y[(size_t)k * filters + f] =
					(float)(k - low) / (float)(middle - low);
		for (int64_t k = middle; high > middle && k < high && k < (int64_t)bins; k++)
			if (k >= 0)
				y[(size_t)k * filters + f] =
					(float)(high - k) / (float)(high - middle);
	}
}

static brc_rc infer_mel(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_FLOAT, .ndim = 2};
	int64_t whole[3], *edge; /* filters, length of a Fourier transform, samples per second */
	float bound[2], *y;
	double low, step;

	for (size_t k = 0; k < 3; k++) {
		BRC_TRY(need_int(g, n, k, &whole[k], err));
		if (whole[k] < 1 || whole[k] > INT32_MAX)
			return brc_fail(err, BRC_DATA, "input %zu is %lld", k, (long long)whole[k]);
	}
	for (size_t k = 0; k < 2; k++)
		BRC_TRY(need_float(g, n, 3 + k, &bound[k], err));
	if (!(bound[0] >= 0 && bound[0] < bound[1] && bound[1] <= 1e9f))
		return brc_fail(err, BRC_DATA, "frequencies from %g to %g", (double)bound[0],
				(double)bound[1]);
	v.dim[0] = (size_t)whole[1] / 2 + 1;
	v.dim[1] = (size_t)whole[0];
	BRC_TRY(begin(g, n, &v, &y, err));
	BRC_TRY(brc_exec_alloc(g, &edge, v.dim[1] + 2, sizeof(*edge), err));
	low = mel_of(bound[0]);
	step = (mel_of(bound[1]) - low) / (double)(v.dim[1] + 2);
	for (size_t k = 0; k < v.dim[1] + 2; k++)
		edge[k] = (int64_t)floor((double)(whole[1] + 1) * hertz_of(low + (double)k * step) /
					 (double)whole[2]);
	fill_mel(y, v.dim[0], v.dim[1], edge);
	return brc_set_constant(g, n, 0, &v, err);
}

#define TYPE BRC_ATTR_INT("output_datatype", brc_signal_args, output_datatype, BRC_ONNX_FLOAT)
#define WINDOW(NAME, VARIANT)                                                     \
	BRC_OP(NAME, BRC_TAKES(1, 1, 1), infer_window, NULL, ANY, MIX,            \
	       BRC_ARGS(brc_signal_args, TYPE,                                    \
			BRC_ATTR_FLAG("periodic", brc_signal_args, periodic, 1)), \
	       .variant = VARIANT)

const brc_op brc_signal_ops[] = {
	WINDOW("HannWindow", 0),
	WINDOW("HammingWindow", 1),
	WINDOW("BlackmanWindow", 2),
	BRC_OP("MelWeightMatrix", BRC_TAKES(5, 5, 1), infer_mel, NULL, ANY, MIX,
	       BRC_ARGS(brc_signal_args, TYPE)),
	{.type = NULL},
};
