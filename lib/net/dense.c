/*
 * Dense layers: Gemm and MatMul, y = alpha x W + beta c, by sgemm.
 *
 * Cost: 2 * inputs * outputs operations a row. The bias is written first and
 * the product added to it, so that it costs no second pass.
 */
#include <cblas.h>
#include <string.h>

#include "net/operators.h"
#include "net/run.h"

const brc_net_dense *brc_net_dense_of(const brc_net_node *node)
{
	return node->op->trace == BRC_TRACE_LAYER ? node->state : NULL;
}

static void run_dense(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const brc_net_dense *d = node->state;
	float *y = at[node->out[0]];

	(void)net;
	if (d->bias)
		for (size_t r = 0; r < BRC_RUN_ROWS; r++)
			memcpy(y + r * d->outputs, d->bias, d->outputs * sizeof(*y));
	cblas_sgemm(CblasRowMajor, CblasNoTrans, d->transposed ? CblasTrans : CblasNoTrans,
		    BRC_RUN_ROWS, (int)d->outputs, (int)d->inputs, d->alpha, at[node->in[0]],
		    (int)d->inputs, d->w, (int)(d->transposed ? d->inputs : d->outputs),
		    d->bias ? 1.0f : 0.0f, y, (int)d->outputs);
}

/* The runtime operand x and the constant matrix W; `d` gets everything but bias and alpha. */
static brc_rc infer_product(brc_net *net, brc_net_node *node, bool transposed, brc_net_dense *d,
			    brc_err *err)
{
	const brc_net_value *x, *w;
	size_t dim[2];
	char a[128], b[128];

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(brc_net_need(net, node, 1, BRC_NET_FLOATS, &w, err));
	if (x->ndim != 2 || w->ndim != 2)
		return brc_fail(err, BRC_DATA,
				"a product of %s and %s is not supported; both must have two "
				"dimensions",
				brc_net_shape_text(x, a, sizeof(a)),
				brc_net_shape_text(w, b, sizeof(b)));
	d->w = w->f;
	d->weight = node->in[1];
	d->transposed = transposed;
	d->inputs = w->dim[transposed ? 1 : 0];
	d->outputs = w->dim[transposed ? 0 : 1];
	d->alpha = 1;
	if (d->inputs != x->dim[1] || d->outputs == 0)
		return brc_fail(err, BRC_DATA, "its input %s does not fit its weights %s%s",
				brc_net_shape_text(x, a, sizeof(a)),
				brc_net_shape_text(w, b, sizeof(b)),
				transposed ? ", transposed" : "");
	dim[0] = 0;
	dim[1] = d->outputs;
	return brc_net_set_output(net, node, 0, 2, dim, err);
}

/* beta * C, broadcast to one row of outputs. */
static brc_rc infer_bias(brc_net *net, brc_net_node *node, float beta, brc_net_dense *d,
			 brc_err *err)
{
	const brc_net_value *c;
	float *bias;
	char a[128];

	if (!brc_net_in(net, node, 2))
		return BRC_OK;
	BRC_TRY(brc_net_need(net, node, 2, BRC_NET_FLOATS, &c, err));
	if (c->ndim > 2 || (c->ndim == 2 && c->dim[0] != 1) ||
	    (c->count != 1 && c->count != d->outputs))
		return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs",
				brc_net_shape_text(c, a, sizeof(a)), d->outputs);
	if (c->count == d->outputs && beta == 1) {
		d->bias = c->f;
		return BRC_OK;
	}
	bias = brc_net_calloc(net, d->outputs, sizeof(*bias), err);
	if (!bias)
		return BRC_RESOURCE;
	for (size_t i = 0; i < d->outputs; i++)
		bias[i] = beta * c->f[c->count == 1 ? 0 : i];
	d->bias = bias;
	return BRC_OK;
}

static brc_rc new_dense(brc_net *net, brc_net_node *node, brc_net_dense **d, brc_err *err)
{
	*d = brc_net_calloc(net, 1, sizeof(**d), err);
	node->state = *d;
	return *d ? BRC_OK : BRC_RESOURCE;
}

static brc_rc infer_gemm(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto, brc_err *err)
{
	brc_net_dense *d;
	int64_t trans_a, trans_b;
	float alpha, beta;

	BRC_TRY(brc_onnx_attribute_int(proto, "transA", 0, &trans_a, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "transB", 0, &trans_b, err));
	BRC_TRY(brc_onnx_attribute_float(proto, "alpha", 1, &alpha, err));
	BRC_TRY(brc_onnx_attribute_float(proto, "beta", 1, &beta, err));
	if (trans_a)
		return brc_net_mixes_batch(err);
	BRC_TRY(new_dense(net, node, &d, err));
	BRC_TRY(infer_product(net, node, trans_b != 0, d, err));
	d->alpha = alpha;
	return infer_bias(net, node, beta, d, err);
}

static brc_rc infer_matmul(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			   brc_err *err)
{
	brc_net_dense *d;

	(void)proto;
	BRC_TRY(new_dense(net, node, &d, err));
	return infer_product(net, node, false, d, err);
}

const brc_net_op brc_op_gemm = {
	.type = "Gemm",
	.attributes = "alpha|beta|transA|transB",
	.min_in = 2,
	.max_in = 3,
	.max_out = 1,
	.trace = BRC_TRACE_LAYER,
	.infer = infer_gemm,
	.run = run_dense,
};

const brc_net_op brc_op_matmul = {
	.type = "MatMul",
	.attributes = "",
	.min_in = 2,
	.max_in = 2,
	.max_out = 1,
	.trace = BRC_TRACE_LAYER,
	.infer = infer_matmul,
	.run = run_dense,
};
