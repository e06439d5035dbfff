/*
 * Convolution by oneDNN (https://oneapi-src.github.io/oneDNN), channels last,
 * weights in the layout it asks for. One thread: the images at hand are one
 * task of many.
 */
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators.h"
#include "exec/window.h"

enum { ADDEND = 3 }; /* the input that is added, behind weights and bias */

typedef struct conv {
	brc_window w;
	size_t groups, outputs;
	const float *weight, *bias; /* of the model; bias may be NULL */
	const brc_affine *affine;   /* applied to the outputs, or NULL */
	bool accumulate, bounded;
	float lo, hi;
	/* prepared: */
	dnnl_engine_t engine;
	dnnl_primitive_t primitive;
	dnnl_memory_desc_t src, dst, weights, biases, scratch;
	float *packed, *shift;
} conv;

static void release(void *p)
{
	conv *c = p;

	if (c->primitive)
		dnnl_primitive_destroy(c->primitive);
	if (c->engine)
		dnnl_engine_destroy(c->engine);
	free(c->packed);
	free(c->shift);
	free(c);
}

/* ---- what is fused ---- */

void brc_conv_scale(brc_node *n, const brc_affine *a)
{
	((conv *)n->state)->affine = a;
}

brc_rc brc_conv_accumulate(brc_exec *g, brc_node *n, size_t addend, brc_err *err)
{
	size_t *in = brc_exec_alloc(g, ADDEND + 1, sizeof(*in), err);

	if (!in)
		return BRC_RESOURCE;
	for (size_t k = 0; k < ADDEND; k++)
		in[k] = k < n->n_in ? n->in[k] : BRC_NOWHERE;
	in[ADDEND] = addend;
	n->in = in;
	n->n_in = ADDEND + 1;
	((conv *)n->state)->accumulate = true;
	return BRC_OK;
}

size_t brc_conv_addend(const brc_node *n)
{
	return n->op == &brc_kernel_conv && n->n_in > ADDEND ? n->in[ADDEND] : BRC_NOWHERE;
}

void brc_conv_bound(brc_node *n, float lo, float hi)
{
	conv *c = n->state;

	c->bounded = true;
	c->lo = lo;
	c->hi = hi;
}

bool brc_conv_is_plain(const brc_node *n)
{
	const conv *c = n->state;

	return !c->affine && !c->accumulate && !c->bounded;
}

static size_t kernel_size(const conv *c)
{
	return c->w.kernel[0] * c->w.kernel[1] * c->w.kernel[2];
}

double brc_conv_flops(const brc_exec *g, const brc_node *n)
{
	const conv *c = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)(c->w.channels / c->groups) *
	       (double)kernel_size(c);
}

bool brc_conv_weights(const brc_exec *g, const brc_node *n, brc_weights *w)
{
	const conv *c = n->state;
	const brc_operand *v;
	size_t each;

	if (n->op != &brc_kernel_conv)
		return false;
	v = &g->value[n->in[1]];
	each = v->count / (v->dim[0] * v->dim[1]);
	*w = (brc_weights){.w = c->weight,
			   .bias = c->bias,
			   .outputs = c->outputs,
			   .inputs = v->dim[1] * c->groups,
			   .groups = c->groups,
			   .h = v->ndim > 3 ? v->dim[2] : 1,
			   .wide = v->dim[v->ndim - 1],
			   .out_step = v->dim[1] * each,
			   .in_step = each,
			   .alpha = 1,
			   .value = n->in[1],
			   .axis = 1};
	return true;
}

/* ---- inference ---- */

static brc_rc check_weights(const brc_exec *g, const brc_node *n, const brc_operand *x, conv *c,
			    const brc_operand **weight, brc_err *err)
{
	const brc_operand *bias;
	char a[128], b[128];

	BRC_TRY(brc_need_weights(g, n, 1, weight, err));
	if ((*weight)->ndim != x->ndim || x->ndim < 3 || (*weight)->count == 0 ||
	    x->dim[1] != (*weight)->dim[1] * c->groups || (*weight)->dim[0] % c->groups)
		return brc_fail(err, BRC_DATA,
				"its input %s does not fit its weights %s in %zu groups",
				brc_shape_text(x, a, sizeof(a)),
				brc_shape_text(*weight, b, sizeof(b)), c->groups);
	c->outputs = (*weight)->dim[0];
	c->weight = (*weight)->data;
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need_weights(g, n, 2, &bias, err));
	c->bias = bias->data;
	if (bias->count == c->outputs)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs",
			brc_shape_text(bias, a, sizeof(a)), c->outputs);
}

static brc_rc infer_conv(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	conv *c = brc_calloc(1, sizeof(*c), err);
	const brc_operand *x, *weight;
	brc_operand out;
	int64_t groups;

	if (!c)
		return BRC_RESOURCE;
	n->state = c;
	BRC_TRY(brc_exec_own(g, c, release, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "group", 1, &groups, err));
	if (groups < 1 || groups > INT32_MAX)
		return brc_fail(err, BRC_DATA, "its group is %lld", (long long)groups);
	c->groups = (size_t)groups;
	BRC_TRY(check_weights(g, n, x, c, &weight, err));
	BRC_TRY(brc_window_read(&c->w, p, x, weight->dim + 2, &out, err));
	out.dim[1] = c->outputs;
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- preparation ---- */

static brc_rc check(dnnl_status_t status, brc_err *err)
{
	if (status == dnnl_success)
		return BRC_OK;
	if (status == dnnl_out_of_memory)
		return brc_fail(err, BRC_RESOURCE, "out of memory for a convolution");
	return brc_fail(err, BRC_DATA, "this convolution is not supported (oneDNN status %d)",
			(int)status);
}

/* Dimensions of a place that oneDNN is told of: two or, for volumes, three. */
static size_t dimensions(const conv *c)
{
	return c->w.in[0] == 1 && c->w.kernel[0] == 1 && c->w.out[0] == 1 ? 2 : 3;
}

/* The last ones of `extent`. */
static void copy_dims(const conv *c, const size_t *extent, dnnl_dim_t *to)
{
	size_t n = dimensions(c);

	for (size_t k = 0; k < n; k++)
		to[k] = (dnnl_dim_t)extent[BRC_SPATIAL - n + k];
}

static dnnl_memory_desc_t images(const conv *c, size_t channels, const size_t *extent)
{
	dnnl_dims_t dims = {(dnnl_dim_t)c->w.images, (dnnl_dim_t)channels};
	int n = (int)dimensions(c);
	dnnl_memory_desc_t md;

	copy_dims(c, extent, dims + 2);
	dnnl_memory_desc_init_by_tag(&md, 2 + n, dims, dnnl_f32, n == 2 ? dnnl_nhwc : dnnl_ndhwc);
	return md;
}

/* [G, outputs / G, inputs / G, ...], row-major or in any layout. */
static dnnl_memory_desc_t weights(const conv *c, bool any)
{
	dnnl_dims_t dims = {(dnnl_dim_t)c->groups, (dnnl_dim_t)(c->outputs / c->groups),
			    (dnnl_dim_t)(c->w.channels / c->groups)};
	int n = (int)dimensions(c), grouped = c->groups > 1;
	dnnl_format_tag_t plain =
		n == 2 ? (grouped ? dnnl_goihw : dnnl_oihw) : (grouped ? dnnl_goidhw : dnnl_oidhw);
	dnnl_memory_desc_t md;

	copy_dims(c, c->w.kernel, dims + 3);
	dnnl_memory_desc_init_by_tag(&md, 2 + grouped + n, dims + !grouped, dnnl_f32,
				     any ? dnnl_format_tag_any : plain);
	return md;
}

static dnnl_status_t attributes(const conv *c, dnnl_primitive_attr_t attr)
{
	dnnl_post_ops_t ops;
	dnnl_status_t s = dnnl_post_ops_create(&ops);

	if (s != dnnl_success)
		return s;
	if (c->accumulate)
		s = dnnl_post_ops_append_sum(ops, 1);
	if (s == dnnl_success && c->bounded)
		s = isinf(c->hi) && c->lo == 0
			    ? dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0)
			    : dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, c->lo, c->hi);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_post_ops(attr, ops);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
	dnnl_post_ops_destroy(ops);
	return s;
}

static dnnl_status_t describe(conv *c, dnnl_primitive_desc_t *pd)
{
	dnnl_dims_t stride, dilation, begin, end, outputs = {(dnnl_dim_t)c->outputs};
	dnnl_memory_desc_t any = weights(c, true);
	size_t skip = BRC_SPATIAL - dimensions(c);
	dnnl_convolution_desc_t d;
	dnnl_primitive_attr_t attr;
	dnnl_status_t s;

	for (size_t k = 0; k < BRC_SPATIAL; k++) {
		stride[k] = (dnnl_dim_t)c->w.stride[k];
		dilation[k] = (dnnl_dim_t)c->w.dilation[k] - 1;
		begin[k] = (dnnl_dim_t)c->w.begin[k];
		end[k] = (dnnl_dim_t)c->w.end[k];
	}
	c->src = images(c, c->w.channels, c->w.in);
	c->dst = images(c, c->outputs, c->w.out);
	dnnl_memory_desc_init_by_tag(&c->biases, 1, outputs, dnnl_f32, dnnl_x);
	s = dnnl_dilated_convolution_forward_desc_init(
		&d, dnnl_forward_inference, dnnl_convolution_direct, &c->src, &any, &c->biases,
		&c->dst, stride + skip, dilation + skip, begin + skip, end + skip);
	if (s != dnnl_success)
		return s;
	s = dnnl_primitive_attr_create(&attr);
	if (s != dnnl_success)
		return s;
	s = attributes(c, attr);
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(pd, &d, attr, c->engine, NULL);
	dnnl_primitive_attr_destroy(attr);
	return s;
}

/* out = in, from one layout into another. */
static dnnl_status_t reorder(const conv *c, const dnnl_memory_desc_t *from, void *in,
			     const dnnl_memory_desc_t *to, void *out)
{
	dnnl_primitive_desc_t pd = NULL;
	dnnl_primitive_t p = NULL;
	dnnl_memory_t a = NULL, b = NULL;
	dnnl_stream_t stream = NULL;
	dnnl_status_t s =
		dnnl_reorder_primitive_desc_create(&pd, from, c->engine, to, c->engine, NULL);

	if (s == dnnl_success)
		s = dnnl_primitive_create(&p, pd);
	if (s == dnnl_success)
		s = dnnl_memory_create(&a, from, c->engine, in);
	if (s == dnnl_success)
		s = dnnl_memory_create(&b, to, c->engine, out);
	if (s == dnnl_success)
		s = dnnl_stream_create(&stream, c->engine, dnnl_stream_default_flags);
	if (s == dnnl_success) {
		const dnnl_exec_arg_t arg[] = {{DNNL_ARG_FROM, a}, {DNNL_ARG_TO, b}};

		s = dnnl_primitive_execute(p, stream, 2, arg);
		dnnl_stream_wait(stream);
		dnnl_stream_destroy(stream);
	}
	if (a)
		dnnl_memory_destroy(a);
	if (b)
		dnnl_memory_destroy(b);
	if (p)
		dnnl_primitive_destroy(p);
	if (pd)
		dnnl_primitive_desc_destroy(pd);
	return s;
}

/* Weights and bias with the affine map after them folded in, in oneDNN's layout. */
static brc_rc pack(conv *c, brc_err *err)
{
	dnnl_memory_desc_t plain = weights(c, false);
	size_t each = c->w.channels / c->groups * kernel_size(c);
	float *scaled = brc_alloc(c->outputs * each, sizeof(*scaled), err);
	brc_rc rc = BRC_RESOURCE;

	c->shift = brc_calloc(c->outputs, sizeof(*c->shift), err);
	c->packed = brc_calloc(dnnl_memory_desc_get_size(&c->weights), 1, err);
	if (scaled && c->shift && c->packed) {
		for (size_t o = 0; o < c->outputs; o++) {
			float scale = c->affine ? c->affine->scale[o] : 1;

			for (size_t i = 0; i < each; i++)
				scaled[o * each + i] = scale * c->weight[o * each + i];
			c->shift[o] = (c->bias ? scale * c->bias[o] : 0) +
				      (c->affine ? c->affine->shift[o] : 0);
		}
		rc = check(reorder(c, &plain, scaled, &c->weights, c->packed), err);
	}
	free(scaled);
	return rc;
}

static brc_rc prepare_conv(brc_exec *g, brc_node *n, brc_err *err)
{
	conv *c = n->state;
	dnnl_primitive_desc_t pd;
	brc_rc rc;

	(void)g;
	BRC_TRY(check(dnnl_engine_create(&c->engine, dnnl_cpu, 0), err));
	BRC_TRY(check(describe(c, &pd), err));
	c->weights = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
	c->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	n->scratch = dnnl_memory_desc_get_size(&c->scratch);
	rc = check(dnnl_primitive_create(&c->primitive, pd), err);
	dnnl_primitive_desc_destroy(pd);
	BRC_TRY(rc);
	return pack(c, err);
}

/* ---- running ---- */

static void run_conv(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const conv *c = n->state;
	const struct {
		int arg;
		const dnnl_memory_desc_t *md;
		void *at;
	} part[] = {
		{DNNL_ARG_SRC, &c->src, m->at[n->in[0]]},
		{DNNL_ARG_WEIGHTS, &c->weights, c->packed},
		{DNNL_ARG_BIAS, &c->biases, c->shift},
		{DNNL_ARG_DST, &c->dst, m->at[n->out[0]]},
		{DNNL_ARG_SCRATCHPAD, &c->scratch, m->scratch},
	};
	enum { PARTS = sizeof(part) / sizeof(*part) };
	dnnl_exec_arg_t arg[PARTS];
	dnnl_stream_t stream;
	size_t made = 0;

	(void)g;
	if (dnnl_stream_create(&stream, c->engine, dnnl_stream_default_flags) != dnnl_success) {
		*m->failed = true;
		return;
	}
	for (; made < PARTS; made++) {
		arg[made].arg = part[made].arg;
		if (dnnl_memory_create(&arg[made].memory, part[made].md, c->engine,
				       part[made].at) != dnnl_success)
			break;
	}
	if (made < PARTS ||
	    dnnl_primitive_execute(c->primitive, stream, PARTS, arg) != dnnl_success)
		*m->failed = true;
	dnnl_stream_wait(stream);
	dnnl_stream_destroy(stream);
	while (made-- > 0)
		dnnl_memory_destroy(arg[made].memory);
}

const brc_op brc_kernel_conv = {
	.type = "Conv",
	.attributes = "kernel_shape|strides|pads|dilations|group|auto_pad",
	.min_in = 2,
	.max_in = 3,
	.max_out = 1,
	.layout = BRC_DEMAND_LAST,
	.infer = infer_conv,
	.prepare = prepare_conv,
	.run = run_conv,
};
