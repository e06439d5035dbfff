/*
 * Convolution by oneDNN, with channels last and weights in the layout that it asks for. It uses one
 * thread, because these images are one task of many. Windows of 3 x 3 with steps of 1 use
 * Winograd's F(4 x 4, 3 x 3) if that is faster by the count of its operations: Lavin and Gray
 * (2016), "Fast algorithms for convolutional neural networks". Its rounding errors are those of
 * sums in another order, about 3e-6 of the largest output.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/conv.h"

static const char what[] = "a convolution";

void brc_conv_clear(void *conv)
{
	brc_conv *c = conv;
	dnnl_primitive_t each[] = {c->primitive, c->enter, c->meet, c->leave};

	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++)
		if (each[i])
			dnnl_primitive_destroy(each[i]);
	if (c->engine)
		dnnl_engine_destroy(c->engine);
	free(c->packed);
	free(c->shift);
}

size_t brc_conv_places(const brc_conv *c)
{
	return c->w.kernel[0] * c->w.kernel[1] * c->w.kernel[2];
}

/* ---- what oneDNN is told ---- */

/* How many dimensions of a place oneDNN gets: two or, for volumes, three. */
static size_t dimensions(const brc_conv *c)
{
	return c->w.in[0] == 1 && c->w.kernel[0] == 1 && c->w.out[0] == 1 ? 2 : 3;
}

/* The last ones of `extent`. */
static void copy_dims(const brc_conv *c, const size_t *extent, dnnl_dim_t *to)
{
	size_t n = dimensions(c);

	for (size_t k = 0; k < n; k++)
		to[k] = (dnnl_dim_t)extent[BRC_SPATIAL - n + k];
}

static dnnl_memory_desc_t images(const brc_conv *c, size_t channels, const size_t *extent)
{
	dnnl_dims_t dims = {(dnnl_dim_t)c->w.images, (dnnl_dim_t)channels};
	int n = (int)dimensions(c);
	dnnl_memory_desc_t md;

	copy_dims(c, extent, dims + 2);
	dnnl_memory_desc_init_by_tag(&md, 2 + n, dims, dnnl_f32, n == 2 ? dnnl_nhwc : dnnl_ndhwc);
	return md;
}

/* [G, outputs / G, inputs / G, ...], row-major or in any layout. */
static dnnl_memory_desc_t weights(const brc_conv *c, dnnl_data_type_t type, bool any)
{
	dnnl_dims_t dims = {(dnnl_dim_t)c->groups, (dnnl_dim_t)(c->outputs / c->groups),
			    (dnnl_dim_t)(c->w.channels / c->groups)};
	int n = (int)dimensions(c), grouped = c->groups > 1;
	dnnl_format_tag_t plain =
		n == 2 ? (grouped ? dnnl_goihw : dnnl_oihw) : (grouped ? dnnl_goidhw : dnnl_oidhw);
	dnnl_memory_desc_t md;

	copy_dims(c, c->w.kernel, dims + 3);
	dnnl_memory_desc_init_by_tag(&md, 2 + grouped + n, dims + !grouped, type,
				     any ? dnnl_format_tag_any : plain);
	return md;
}

static dnnl_status_t attributes(const brc_conv *c, dnnl_primitive_attr_t attr)
{
	dnnl_post_ops_t ops;
	dnnl_status_t s = dnnl_post_ops_create(&ops);

	if (s != dnnl_success)
		return s;
	if (c->after.accumulate)
		s = dnnl_post_ops_append_sum(ops, 1);
	if (s == dnnl_success && c->after.bounded)
		s = isinf(c->after.hi) && c->after.lo == 0
			    ? dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0)
			    : dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, c->after.lo,
							   c->after.hi);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_post_ops(attr, ops);
	if (s == dnnl_success)
		s = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
	dnnl_post_ops_destroy(ops);
	return s;
}

/* How the products are computed: which types the primitive takes, and in which layout. */
typedef struct way {
	dnnl_alg_kind_t kind;
	dnnl_data_type_t type; /* of the input and the weights */
	bool any;              /* the layout of the input and the output is oneDNN's choice */
} way;

static dnnl_memory_desc_t in_layout(const dnnl_memory_desc_t *like, const way *how,
				    dnnl_data_type_t type)
{
	dnnl_memory_desc_t md = *like;

	if (how->any) {
		dnnl_memory_desc_init_by_tag(&md, like->ndims, like->dims, type,
					     dnnl_format_tag_any);
	} else if (type != dnnl_f32) {
		dnnl_memory_desc_init_by_tag(&md, like->ndims, like->dims, type,
					     like->ndims == 4 ? dnnl_nhwc : dnnl_ndhwc);
	}
	return md;
}

static dnnl_status_t describe(brc_conv *c, const way *how, dnnl_primitive_desc_t *pd)
{
	dnnl_dims_t stride, dilation, begin, end, outputs = {(dnnl_dim_t)c->outputs};
	dnnl_memory_desc_t any = weights(c, how->type, true);
	dnnl_memory_desc_t src = in_layout(&c->in, how, how->type);
	dnnl_memory_desc_t dst = in_layout(&c->out, how, dnnl_f32);
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
	dnnl_memory_desc_init_by_tag(&c->biases, 1, outputs, dnnl_f32, dnnl_x);
	s = dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_inference, how->kind, &src,
						       &any, &c->biases, &dst, stride + skip,
						       dilation + skip, begin + skip, end + skip);
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

/*
 * Winograd computes 36 products where windows take 144. But it reads 4 times the weights, converts
 * values to another layout and back, and rounds extents up to multiples of 4. Measured on AVX-512,
 * it is faster in these cases.
 */
static bool suits_winograd(const brc_conv *c)
{
	const brc_window *w = &c->w;
	size_t tiles = w->images, inner = w->channels, outer = c->outputs;

	if (c->groups != 1 || dimensions(c) != 2 || inner % 16 || outer % 16 || inner < 32 ||
	    outer < 32)
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
static bool keeps_winograd(const brc_conv *c, dnnl_primitive_desc_t pd)
{
	const size_t much = (size_t)16 << 20;

	return (c->w.channels >= 64 && c->outputs >= 64) ||
	       dnnl_memory_desc_get_size(
		       dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0)) <= much;
}

static dnnl_status_t choose(const brc_exec *g, brc_conv *c, dnnl_primitive_desc_t *pd)
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

/* ---- preparation ---- */

/* Weights and bias with the affine map after them folded in, in oneDNN's layout. */
static brc_rc pack(brc_conv *c, brc_err *err)
{
	dnnl_memory_desc_t plain = weights(c, dnnl_f32, false);
	size_t each = c->w.channels / c->groups * brc_conv_places(c);
	float *scaled = brc_alloc(c->outputs * each, sizeof(*scaled), err);
	dnnl_primitive_t reorder = NULL;
	bool good = false;

	c->shift = brc_calloc(c->outputs, sizeof(*c->shift), err);
	c->packed = brc_calloc(dnnl_memory_desc_get_size(&c->weights), 1, err);
	if (!scaled || !c->shift || !c->packed) {
		free(scaled);
		return BRC_RESOURCE;
	}
	for (size_t o = 0; o < c->outputs; o++) {
		float scale = c->after.affine ? c->after.affine->scale[o] : 1;

		for (size_t i = 0; i < each; i++)
			scaled[o * each + i] = scale * c->weight[o * each + i];
		c->shift[o] = (c->bias ? scale * c->bias[o] : 0) +
			      (c->after.affine ? c->after.affine->shift[o] : 0);
	}
	if (brc_dnnl_reorder(&reorder, c->engine, &plain, &c->weights) == dnnl_success)
		good = reorder ? brc_dnnl_copy(c->engine, reorder, &plain, scaled, &c->weights,
					       c->packed)
			       : memcpy(c->packed, scaled, c->outputs * each * sizeof(float)) !=
					 NULL;
	if (reorder)
		dnnl_primitive_destroy(reorder);
	free(scaled);
	return good ? BRC_OK : brc_dnnl_check(dnnl_runtime_error, what, err);
}

/* Copies between the graph's layout and oneDNN's, and room for them behind its own scratch. */
static dnnl_status_t set_copies(brc_conv *c, brc_node *n)
{
	enum { ALIGN = 64 };
	size_t at = dnnl_memory_desc_get_size(&c->scratch);
	dnnl_status_t s = brc_dnnl_reorder(&c->enter, c->engine, &c->in, &c->src);

	if (s == dnnl_success)
		s = brc_dnnl_reorder(&c->leave, c->engine, &c->dst, &c->out);
	if (s == dnnl_success && c->after.accumulate)
		s = brc_dnnl_reorder(&c->meet, c->engine, &c->out, &c->dst);
	c->src_at = (at + ALIGN - 1) / ALIGN * ALIGN;
	at = c->src_at + (c->enter ? dnnl_memory_desc_get_size(&c->src) : 0);
	c->dst_at = (at + ALIGN - 1) / ALIGN * ALIGN;
	n->scratch = c->dst_at + (c->leave ? dnnl_memory_desc_get_size(&c->dst) : 0);
	return s;
}

brc_rc brc_conv_prepare(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_conv *c = n->state;
	dnnl_primitive_desc_t pd;
	brc_rc rc;

	c->after = n->after;
	BRC_TRY(brc_dnnl_check(dnnl_engine_create(&c->engine, dnnl_cpu, 0), what, err));
	c->in = images(c, c->w.channels, c->w.in);
	c->out = images(c, c->outputs, c->w.out);
	BRC_TRY(brc_dnnl_check(choose(g, c, &pd), what, err));
	c->src = *dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0);
	c->dst = *dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0);
	c->weights = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
	c->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	rc = brc_dnnl_check(dnnl_primitive_create(&c->primitive, pd), what, err);
	dnnl_primitive_desc_destroy(pd);
	BRC_TRY(rc);
	BRC_TRY(brc_dnnl_check(set_copies(c, n), what, err));
	BRC_TRY(brc_exec_take_room(g, dnnl_memory_desc_get_size(&c->weights), err));
	BRC_TRY(pack(c, err));
	n->packed = 1u << 1 | 1u << 2;
	return BRC_OK;
}

/* ---- running ---- */

void brc_conv_run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_conv *c = n->state;
	char *scratch = m->scratch;
	void *in = m->at[n->in[0]], *out = m->at[n->out[0]];
	void *src = c->enter ? scratch + c->src_at : in;
	void *dst = c->leave ? scratch + c->dst_at : out;
	const brc_dnnl_arg arg[] = {
		{DNNL_ARG_SRC, &c->src, src},
		{DNNL_ARG_WEIGHTS, &c->weights, c->packed},
		{DNNL_ARG_BIAS, &c->biases, c->shift},
		{DNNL_ARG_DST, &c->dst, dst},
		{DNNL_ARG_SCRATCHPAD, &c->scratch, scratch},
	};
	bool good = true;

	(void)g;
	if (c->enter)
		good = brc_dnnl_copy(c->engine, c->enter, &c->in, in, &c->src, src);
	if (c->meet)
		good = good && brc_dnnl_copy(c->engine, c->meet, &c->out, out, &c->dst, dst);
	good = good && brc_dnnl_run(c->engine, c->primitive, arg, sizeof(arg) / sizeof(*arg));
	if (c->leave)
		good = good && brc_dnnl_copy(c->engine, c->leave, &c->dst, dst, &c->out, out);
	if (!good)
		*m->failed = true;
}
