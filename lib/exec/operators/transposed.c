/*
 * ConvTranspose, by oneDNN, with channels last: every place of the input is spread over a window of
 * the output. Its weights are [inputs, outputs / G, ...]. Those of a convolution are the other way
 * round, which is how oneDNN and code that looks into a network get them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/primitive.h"

typedef struct transposed {
	brc_window w;
	size_t groups, outputs;
	const float *weight, *bias; /* of the model; bias may be NULL; gone once prepared */
	const float *turned;        /* [outputs, inputs / G, ...], of a bare graph */
	brc_primitive primitive;
} transposed;

/* Those of the model as [outputs, inputs / G, ...]: outputs are counted through all groups. */
static void turn(const transposed *t, float *to)
{
	size_t each = brc_window_places(&t->w), inputs = t->w.channels / t->groups;
	size_t outputs = t->outputs / t->groups;

	for (size_t o = 0; o < t->outputs; o++)
		for (size_t i = 0; i < inputs; i++)
			memcpy(to + (o * inputs + i) * each,
			       t->weight +
				       ((o / outputs * inputs + i) * outputs + o % outputs) * each,
			       each * sizeof(*to));
}

/* ---- inference ---- */

static brc_rc check_weights(const brc_exec *g, const brc_node *n, const brc_operand *x,
			    transposed *t, const brc_operand **weight, brc_err *err)
{
	BRC_TRY(brc_need_constant(g, n, 1, BRC_ELEM_FLOAT, weight, err));
	if ((*weight)->ndim != x->ndim || x->ndim < 3 || (*weight)->count == 0 ||
	    x->dim[1] != (*weight)->dim[0] || x->dim[1] % t->groups)
		return brc_fail(err, BRC_DATA,
				"its input %s does not fit its weights %s in %zu groups",
				brc_shape_text(x).s, brc_shape_text(*weight).s, t->groups);
	if (!brc_mul((*weight)->dim[1], t->groups, &t->outputs) || t->outputs > INT32_MAX)
		return brc_fail(err, BRC_DATA, "it has too many outputs");
	t->weight = (*weight)->data;
	return brc_window_bias(g, n, 2, t->outputs, &t->bias, err);
}

/* oneDNN adds fewer places than a step behind those that the windows reach. */
static brc_rc check_reach(const brc_window *w, brc_err *err)
{
	for (size_t k = 0; k < BRC_SPATIAL; k++)
		if (w->beyond[k] >= w->end[k] + w->stride[k])
			return brc_fail(err, BRC_DATA,
					"output_padding or output_shape adds %zu places to an "
					"output of %zu; fewer than its stride of %zu are supported",
					w->beyond[k] - w->end[k], w->out[k], w->stride[k]);
	return BRC_OK;
}

static brc_rc infer(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_conv_transpose_args *a = n->args;
	transposed *t = n->state;
	const brc_operand *x, *weight;
	brc_operand out;
	float *turned;

	BRC_TRY(brc_exec_own(g, &t->primitive, brc_primitive_clear, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_window_groups(a->group, &t->groups, err));
	BRC_TRY(check_weights(g, n, x, t, &weight, err));
	BRC_TRY(brc_window_spread(&t->w, a, x, weight->dim + 2, &out, err));
	out.dim[1] = t->outputs;
	if (!g->bare)
		BRC_TRY(check_reach(&t->w, err));
	if (g->bare) {
		BRC_TRY(brc_exec_alloc(g, &turned, weight->count, sizeof(*turned), err));
		turn(t, turned);
		t->turned = turned;
	}
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- preparation and running ---- */

static dnnl_status_t describe(transposed *t, dnnl_data_type_t type, dnnl_primitive_desc_t *pd)
{
	brc_primitive *p = &t->primitive;
	const brc_after nothing = {.affine = NULL};
	dnnl_dims_t outputs = {(dnnl_dim_t)t->outputs};
	dnnl_memory_desc_t any = brc_window_weights(&t->w, t->groups, t->outputs, type, true);
	brc_window_steps by = brc_window_moves(&t->w);
	dnnl_memory_desc_t src = p->in;
	dnnl_deconvolution_desc_t d;
	dnnl_status_t s;

	dnnl_memory_desc_init_by_tag(&src, src.ndims, src.dims, type,
				     src.ndims == 4 ? dnnl_nhwc : dnnl_ndhwc);
	dnnl_memory_desc_init_by_tag(&p->biases, 1, outputs, dnnl_f32, dnnl_x);
	s = dnnl_dilated_deconvolution_forward_desc_init(
		&d, dnnl_forward_inference, dnnl_deconvolution_direct, &src, &any, &p->biases,
		&p->out, by.stride, by.dilation, by.begin, by.end);
	return s == dnnl_success ? brc_primitive_describe(p, &d, &nothing, pd) : s;
}

static brc_rc pack(transposed *t, brc_err *err)
{
	brc_primitive *p = &t->primitive;
	dnnl_memory_desc_t plain =
		brc_window_weights(&t->w, t->groups, t->outputs, dnnl_f32, false);
	float *turned = brc_alloc(dnnl_memory_desc_get_size(&plain), 1, err);
	brc_rc rc;

	p->shift = brc_calloc(t->outputs, sizeof(*p->shift), err);
	if (!turned || !p->shift) {
		free(turned);
		return BRC_RESOURCE;
	}
	if (t->bias)
		memcpy(p->shift, t->bias, t->outputs * sizeof(*p->shift));
	turn(t, turned);
	rc = brc_primitive_pack(p, &plain, turned, err);
	free(turned);
	return rc;
}

static brc_rc prepare(brc_exec *g, brc_node *n, brc_err *err)
{
	transposed *t = n->state;
	brc_primitive *p = &t->primitive;
	dnnl_primitive_desc_t pd;

	p->what = "a transposed convolution";
	p->in = brc_window_images(&t->w, t->w.channels, t->w.in);
	p->out = brc_window_images(&t->w, t->outputs, t->w.out);
	BRC_TRY(brc_primitive_begin(p, err));
	if (g->precision != BRC_PRECISION_BF16 || describe(t, dnnl_bf16, &pd) != dnnl_success)
		BRC_TRY(brc_dnnl_check(describe(t, dnnl_f32, &pd), p->what, err));
	BRC_TRY(brc_primitive_finish(p, pd, false, err));
	BRC_TRY(brc_exec_spend(&g->room, dnnl_memory_desc_get_size(&p->weights), 1, "its weights",
			       err));
	BRC_TRY(pack(t, err));
	n->scratch = p->scratch_bytes;
	n->packed = 1u << 1 | 1u << 2;
	return BRC_OK;
}

static void run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const transposed *t = n->state;

	(void)g;
	if (!brc_primitive_run(&t->primitive, m->at[n->in[0]], m->at[n->out[0]], m->scratch))
		*m->failed = true;
}

/* ---- the record ---- */

static double flops(const brc_exec *g, const brc_node *n)
{
	const transposed *t = n->state;

	return 2.0 * (double)g->value[n->in[0]].count * (double)(t->outputs / t->groups) *
	       (double)brc_window_places(&t->w);
}

static bool linear(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const transposed *t = n->state;

	(void)g;
	if (!t->turned)
		return false;
	*w = brc_window_map(&t->w, n, t->turned, t->bias, t->groups, t->outputs);
	return true;
}

#define ARGS brc_conv_transpose_args

const brc_op brc_transposed_convolution_ops[] = {
	BRC_OP("ConvTranspose", BRC_TAKES(2, 3, 1), infer, run, LAST, WEIGHTS,
	       BRC_ARGS(ARGS, BRC_WINDOW_ATTRIBUTES(ARGS), BRC_ATTR_INT("group", ARGS, group, 1),
			BRC_ATTR_LIST("output_padding", ARGS, output_padding, 0, 0),
			BRC_ATTR_LIST("output_shape", ARGS, output_shape, 0, 0)),
	       .state = sizeof(transposed), .prepare = prepare, .weights = linear, .flops = flops),
	{.type = NULL},
};
