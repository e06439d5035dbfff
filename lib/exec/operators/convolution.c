/*
 * Conv, by oneDNN, with channels last and weights in the layout that it asks for. It uses one
 * thread, because these images are one task of many. Windows of 3 x 3 with steps of 1 use
 * Winograd's F(4 x 4, 3 x 3) if that is faster by the count of its operations: Lavin and Gray
 * (2016), "Fast algorithms for convolutional neural networks". Its rounding errors are those of
 * sums in another order, about 3e-6 of the largest output.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "exec/operators/primitive.h"
#include "exec/operators/window.h"

typedef struct conv {
	brc_window w;
	size_t groups, outputs;
	const float *weight, *bias; /* of the model; bias may be NULL; gone once prepared */
	brc_after after;            /* of the node */
	brc_primitive primitive;
} conv;

/* ---- inference ---- */

static brc_rc check_weights(const brc_exec *g, const brc_node *n, const brc_operand *x, conv *c,
			    const brc_operand **weight, brc_err *err)
{
	BRC_TRY(brc_need_constant(g, n, 1, BRC_ELEM_FLOAT, weight, err));
	if ((*weight)->ndim != x->ndim || x->ndim < 3 || (*weight)->count == 0 ||
	    x->dim[1] != (*weight)->dim[1] * c->groups || (*weight)->dim[0] % c->groups)
		return brc_fail(err, BRC_DATA,
				"its input %s does not fit its weights %s in %zu groups",
				brc_shape_text(x).s, brc_shape_text(*weight).s, c->groups);
	c->outputs = (*weight)->dim[0];
	c->weight = (*weight)->data;
	return brc_window_bias(g, n, 2, c->outputs, &c->bias, err);
}

static brc_rc infer_conv(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_conv_args *a = n->args;
	conv *c = n->state;
	const brc_operand *x, *weight;
	brc_operand out;

	BRC_TRY(brc_exec_own(g, &c->primitive, brc_primitive_clear, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_window_groups(a->group, &c->groups, err));
	BRC_TRY(check_weights(g, n, x, c, &weight, err));
	BRC_TRY(brc_window_set(&c->w, &a->window, x, weight->dim + 2, &out, err));
	out.dim[1] = c->outputs;
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- what oneDNN is told ---- */

/* How the products are computed: which types the primitive takes, and in which layout. */
typedef struct way {
	dnnl_alg_kind_t kind;
	dnnl_data_type_t type; /* of the input and the weights */
	bool any;              /* the layout of the input and the output is oneDNN's choice */
} way;

static dnnl_memory_desc_t in_layout(const dnnl_memory_desc_t *like, const way *how,
				    dnnl_data_type_t type)
{
	dnnl_format_tag_t last = like->ndims == 4 ? dnnl_nhwc : dnnl_ndhwc;
	dnnl_memory_desc_t md;

	dnnl_memory_desc_init_by_tag(&md, like->ndims, like->dims, type,
				     how->any ? dnnl_format_tag_any : last);
	return md;
}

static dnnl_status_t describe(conv *c, const way *how, dnnl_primitive_desc_t *pd)
{
	brc_primitive *p = &c->primitive;
	dnnl_dims_t outputs = {(dnnl_dim_t)c->outputs};
	dnnl_memory_desc_t any = brc_window_weights(&c->w, c->groups, c->outputs, how->type, true);
	dnnl_memory_desc_t src = in_layout(&p->in, how, how->type);
	dnnl_memory_desc_t dst = in_layout(&p->out, how, dnnl_f32);
	brc_window_steps by = brc_window_moves(&c->w);
	dnnl_convolution_desc_t d;
	dnnl_status_t s;

	dnnl_memory_desc_init_by_tag(&p->biases, 1, outputs, dnnl_f32, dnnl_x);
	s = dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_inference, how->kind, &src,
						       &any, &p->biases, &dst, by.stride,
						       by.dilation, by.begin, by.end);
	return s == dnnl_success ? brc_primitive_describe(p, &d, &c->after, pd) : s;
}

/*
 * Winograd computes 36 products where windows take 144. But it reads 4 times the weights, converts
 * values to another layout and back, and rounds extents up to multiples of 4. Measured on AVX-512,
 * it is faster in these cases.
 */
static bool suits_winograd(const conv *c)
{
	const brc_window *w = &c->w;
	size_t tiles = w->images, inner = w->channels, outer = c->outputs;

	if (c->groups != 1 || brc_window_dimensions(w) != 2 || inner % 16 || outer % 16 ||
	    inner < 32 || outer < 32)
		return false;
	for (size_t k = 1; k < BRC_SPATIAL; k++) {
		if (w->kernel[k] != 3 || w->stride[k] != 1 || w->dilation[k] != 1 ||
		    w->begin[k] > 1 || w->end[k] > 1)
			return false;
		tiles *= (w->out[k] + 3) / 4;
	}
	return tiles * 16 <= 2 * w->images * w->out[1] * w->out[2] &&
	       (tiles >= 64 || inner * outer <= 65536);
}

/* ... unless oneDNN goes through all tiles at once, which is slow for narrow images. */
static bool keeps_winograd(const conv *c, dnnl_primitive_desc_t pd)
{
	const size_t much = (size_t)16 << 20;

	return (c->w.channels >= 64 && c->outputs >= 64) ||
	       dnnl_memory_desc_get_size(
		       dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0)) <= much;
}

static dnnl_status_t choose(const brc_exec *g, conv *c, dnnl_primitive_desc_t *pd)
{
	const way direct = {dnnl_convolution_direct, dnnl_f32, false};
	const way winograd = {dnnl_convolution_winograd, dnnl_f32, true};
	const way brain = {dnnl_convolution_direct, dnnl_bf16, false};

	if (g->precision == BRC_PRECISION_BF16)
		return describe(c, &brain, pd);
	if (suits_winograd(c) && describe(c, &winograd, pd) == dnnl_success) {
		if (keeps_winograd(c, *pd))
			return dnnl_success;
		dnnl_primitive_desc_destroy(*pd);
	}
	return describe(c, &direct, pd);
}

/* ---- preparation and running ---- */

/* Weights and bias with the affine map after them folded in, in oneDNN's layout. */
static brc_rc pack(conv *c, brc_err *err)
{
	brc_primitive *p = &c->primitive;
	const brc_affine *a = c->after.affine;
	dnnl_memory_desc_t plain =
		brc_window_weights(&c->w, c->groups, c->outputs, dnnl_f32, false);
	size_t each = c->w.channels / c->groups * brc_window_places(&c->w);
	float *scaled = brc_alloc(c->outputs * each, sizeof(*scaled), err);
	brc_rc rc;

	p->shift = brc_calloc(c->outputs, sizeof(*p->shift), err);
	if (!scaled || !p->shift) {
		free(scaled);
		return BRC_RESOURCE;
	}
	for (size_t o = 0; o < c->outputs; o++) {
		float scale = a ? a->scale[o] : 1;

		for (size_t i = 0; i < each; i++)
			scaled[o * each + i] = scale * c->weight[o * each + i];
		p->shift[o] = (c->bias ? scale * c->bias[o] : 0) + (a ? a->shift[o] : 0);
	}
	rc = brc_primitive_pack(p, &plain, scaled, err);
	free(scaled);
	return rc;
}

static brc_rc prepare(brc_exec *g, brc_node *n, brc_err *err)
{
	conv *c = n->state;
	brc_primitive *p = &c->primitive;
	dnnl_primitive_desc_t pd;

	c->after = n->after;
	p->what = "a convolution";
	p->in = brc_window_images(&c->w, c->w.channels, c->w.in);
	p->out = brc_window_images(&c->w, c->outputs, c->w.out);
	BRC_TRY(brc_primitive_begin(p, err));
	BRC_TRY(brc_dnnl_check(choose(g, c, &pd), p->what, err));
	BRC_TRY(brc_primitive_finish(p, pd, c->after.accumulate, err));
	BRC_TRY(brc_exec_spend(&g->room, dnnl_memory_desc_get_size(&p->weights), 1, "its weights",
			       err));
	BRC_TRY(pack(c, err));
	n->scratch = p->scratch_bytes;
	n->packed = 1u << 1 | 1u << 2;
	return BRC_OK;
}

static void run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const conv *c = n->state;

	(void)g;
	if (!brc_primitive_run(&c->primitive, m->at[n->in[0]], m->at[n->out[0]], m->scratch))
		*m->failed = true;
}

/* ---- the record ---- */

static double conv_flops(const brc_exec *g, const brc_node *n)
{
	const conv *c = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)(c->w.channels / c->groups) *
	       (double)brc_window_places(&c->w);
}

static bool conv_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const conv *c = n->state;

	(void)g;
	*w = brc_window_map(&c->w, n, c->weight, c->bias, c->groups, c->outputs);
	return true;
}

const brc_op brc_convolution_ops[] = {
	BRC_OP("Conv", BRC_TAKES(2, 3, 1), infer_conv, run, LAST, WEIGHTS,
	       BRC_ARGS(brc_conv_args, BRC_WINDOW_ATTRIBUTES(brc_conv_args),
			BRC_ATTR_INT("group", brc_conv_args, group, 1)),
	       .state = sizeof(conv), .prepare = prepare, .hosts = true, .weights = conv_weights,
	       .flops = conv_flops),
	{.type = NULL},
};
