/*
 * Every operator there is, between two layers, all of its outputs used: what feeds the second
 * layer is traced, or refused with the name of the node, never lost.
 */
#include "model_build.h"

#include <math.h>

#include "exec/operator.h"
#include "exec_pass.h"
#include "net/net.h"

/* Nodes in the way of an operator: its inputs are x and z [N, 4, 6], and the constants below. */
typedef struct row {
	const char *type, *in, *out; /* the outputs that are used, one character each */
	const char *before[3];       /* a node in front of it; NULL: none */
	const char *list;            /* an attribute of integers, as "axes=1 2" */
	const char *number;          /* an attribute that is one integer, as "axis=1" */
	const char *other;           /* another one */
	const char *text;            /* an attribute that is a text, as "direction=LEFT" */
	const char *lead;            /* an attribute of the node in front: integers */
	int64_t opset;               /* 0: 13 */
	bool two;                    /* constants among its inputs are those of two images */
	bool mixed;                  /* of these inputs, units are told apart no longer */
} row;

/* clang-format off */
#define ROW(TYPE, IN, OUT, ...) {.type = TYPE, .in = IN, .out = OUT, __VA_ARGS__}

static const row rows[] = {
	ROW("Relu", "x", "o"),
	ROW("LeakyRelu", "x", "o"),
	ROW("Elu", "x", "o"),
	ROW("Selu", "x", "o"),
	ROW("Gelu", "x", "o"),
	ROW("Sigmoid", "x", "o"),
	ROW("HardSigmoid", "x", "o"),
	ROW("HardSwish", "x", "o"),
	ROW("Tanh", "x", "o"),
	ROW("Softplus", "x", "o"),
	ROW("Softsign", "x", "o"),
	ROW("Sqrt", "x", "o"),
	ROW("Exp", "x", "o"),
	ROW("Log", "x", "o"),
	ROW("Erf", "x", "o"),
	ROW("Neg", "x", "o"),
	ROW("Abs", "x", "o"),
	ROW("Reciprocal", "x", "o"),
	ROW("Floor", "x", "o"),
	ROW("Ceil", "x", "o"),
	ROW("Sin", "x", "o"),
	ROW("Cos", "x", "o"),
	ROW("Celu", "x", "o"),
	ROW("Mish", "x", "o"),
	ROW("ThresholdedRelu", "x", "o"),
	ROW("Shrink", "x", "o"),
	ROW("Tan", "x", "o"),
	ROW("Asin", "x", "o"),
	ROW("Acos", "x", "o"),
	ROW("Atan", "x", "o"),
	ROW("Sinh", "x", "o"),
	ROW("Cosh", "x", "o"),
	ROW("Asinh", "x", "o"),
	ROW("Acosh", "x", "o"),
	ROW("Atanh", "x", "o"),
	ROW("Round", "x", "o"),
	ROW("Sign", "x", "o"),
	ROW("IsNaN", "x", "o"),
	ROW("IsInf", "x", "o"),
	ROW("Mod", "x two", "o", .number = "fmod=1"),
	ROW("BitShift", "i shift", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2",
	    .text = "direction=LEFT"),
	ROW("BitwiseNot", "i", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2"),
	ROW("BitwiseAnd", "i shift", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2"),
	ROW("BitwiseOr", "i shift", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2"),
	ROW("BitwiseXor", "i shift", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2"),
	ROW("Not", "b", "o", .before = {"Greater", "x z", "b"}),
	ROW("Clip", "x one two", "o"),
	ROW("Add", "x z", "o"),
	ROW("Sub", "x one", "o"),
	ROW("Mul", "x z", "o"),
	ROW("Div", "x two", "o"),
	ROW("Pow", "x two", "o"),
	ROW("Min", "x z one", "o"),
	ROW("Max", "x", "o"),
	ROW("Sum", "x z x", "o"),
	ROW("PRelu", "x channels1", "o"),
	ROW("Equal", "x z", "o"),
	ROW("Less", "x z", "o"),
	ROW("LessOrEqual", "x z", "o"),
	ROW("Greater", "x one", "o"),
	ROW("GreaterOrEqual", "x z", "o"),
	ROW("And", "b b", "o", .before = {"Less", "x z", "b"}),
	ROW("Or", "b b", "o", .before = {"Less", "x z", "b"}),
	ROW("Xor", "b b", "o", .before = {"Less", "x z", "b"}),
	ROW("Where", "b x z", "o", .before = {"Less", "x z", "b"}),
	ROW("Transpose", "x", "o", .list = "perm=0 2 1"),
	ROW("Concat", "x z", "o", .number = "axis=1"),
	ROW("Slice", "x first second first", "o"),
	ROW("Split", "x", "o p", .number = "axis=1"),
	ROW("Expand", "x ones", "o"),
	ROW("Reshape", "x shape", "o"),
	ROW("Flatten", "x", "o"),
	ROW("Squeeze", "u second", "o", .before = {"Unsqueeze", "x second", "u"}),
	ROW("Unsqueeze", "x second", "o"),
	ROW("Identity", "x", "o"),
	ROW("Dropout", "x", "o p"),
	ROW("ConstantOfShape", "ones", "c"),
	ROW("Constant", "", "c", .number = "value_int=3"),
	ROW("Shape", "channels", "c"),
	ROW("Size", "channels", "c"),
	ROW("Cast", "x", "o", .number = "to=6"),
	ROW("Gemm", "f w24", "o", .before = {"Flatten", "x", "f"}),
	ROW("MatMul", "x w6", "o"),
	ROW("Conv", "x w", "o"),
	ROW("ConvTranspose", "x w", "o"),
	ROW("MaxPool", "x", "o p", .list = "kernel_shape=2"),
	ROW("AveragePool", "x", "o", .list = "kernel_shape=2"),
	ROW("GlobalMaxPool", "x", "o"),
	ROW("GlobalAveragePool", "x", "o"),
	ROW("MaxUnpool", "q i", "o", .before = {"MaxPool", "x", "q i"}, .lead = "kernel_shape=2",
	    .list = "kernel_shape=2"),
	ROW("GridSample", "v v", "o", .before = {"Reshape", "x pairs", "v"}, .mixed = true),
	ROW("Det", "v", "o", .before = {"Reshape", "x squares", "v"}),
	ROW("HannWindow", "size", "c"),
	ROW("HammingWindow", "size", "c"),
	ROW("BlackmanWindow", "size", "c"),
	ROW("MelWeightMatrix", "size size size one two", "c"),
	ROW("LpPool", "x", "o", .list = "kernel_shape=2"),
	ROW("GlobalLpPool", "x", "o"),
	ROW("Mean", "x z x", "o"),
	ROW("CastLike", "x first", "o"),
	ROW("Compress", "x which", "o", .number = "axis=1"),
	ROW("MeanVarianceNormalization", "x", "o", .list = "axes=2"),
	ROW("GroupNormalization", "x halves halves", "o", .number = "num_groups=2"),
	ROW("GroupNormalization", "x channels channels", "o", .number = "num_groups=2",
	    .opset = 21),
	ROW("Tile", "x tiles", "o"),
	ROW("Trilu", "x", "o"),
	ROW("DepthToSpace", "u", "o", .number = "blocksize=2",
	    .before = {"Unsqueeze", "x third", "u"}),
	ROW("SpaceToDepth", "u", "o", .number = "blocksize=1",
	    .before = {"Unsqueeze", "x third", "u"}),
	ROW("ReverseSequence", "x third", "o", .number = "batch_axis=0", .other = "time_axis=1"),
	ROW("OneHot", "x six on", "o", .mixed = true),
	ROW("CumSum", "x first", "o"),
	ROW("LpNormalization", "x", "o", .number = "axis=1"),
	ROW("Hardmax", "x", "o", .number = "axis=1"),
	ROW("TopK", "x first", "o p"),
	ROW("Range", "one six one", "c"),
	ROW("EyeLike", "w24", "c"),
	ROW("NonZero", "first", "c"),
	ROW("Unique", "first", "c"),
	ROW("BatchNormalization", "x channels channels channels channels", "o"),
	ROW("InstanceNormalization", "x channels channels", "o"),
	ROW("LayerNormalization", "x places places", "o p q"),
	ROW("LayerNormalization", "x deep places", "o"), /* more dimensions than x */
	ROW("LRN", "x", "o", .number = "size=1"),
	ROW("RMSNormalization", "x places", "o"),
	ROW("Attention", "u u u", "o", .before = {"Unsqueeze", "x second", "u"}),
	ROW("RotaryEmbedding", "u turns turns", "o", .before = {"Unsqueeze", "x second", "u"}),
	ROW("Softmax", "x", "o"),
	ROW("LogSoftmax", "x", "o"),
	ROW("ArgMax", "x", "o", .number = "axis=1"),
	ROW("ArgMin", "x", "o", .number = "axis=1"),
	ROW("ReduceMean", "x", "o", .list = "axes=1"),
	ROW("ReduceSum", "x first", "o"),
	ROW("ReduceMax", "x", "o", .list = "axes=2"),
	ROW("ReduceMin", "x", "o", .list = "axes=1 2"),
	ROW("ReduceProd", "x", "o", .list = "axes=1 2"),
	ROW("ReduceL1", "x", "o", .list = "axes=1"),
	ROW("ReduceL2", "x", "o", .list = "axes=1"),
	ROW("ReduceSumSquare", "x", "o", .list = "axes=2"),
	ROW("ReduceLogSum", "x", "o", .list = "axes=1"),
	ROW("ReduceLogSumExp", "x", "o", .list = "axes=1"),
	ROW("Gather", "x first", "o", .number = "axis=1"),
	ROW("GatherElements", "x index", "o", .number = "axis=1", .two = true),
	ROW("GatherND", "x tuples", "o", .number = "batch_dims=1", .two = true),
	ROW("ScatterElements", "x index z", "o", .number = "axis=1", .two = true),
	ROW("Scatter", "x index z", "o", .number = "axis=1", .two = true),
	ROW("ScatterND", "x images blocks", "o", .two = true),
	ROW("Pad", "x pads", "o"),
	ROW("Pad", "x pads two", "o"), /* a number that comes from no unit */
	ROW("Resize", "x - scales", "o"),
	ROW("Upsample", "x scales", "o", .opset = 9),
	ROW("QuantizeLinear", "x one", "o"),
	ROW("DequantizeLinear", "b one", "o", .before = {"QuantizeLinear", "x one", "b"}),
	ROW("DynamicQuantizeLinear", "x", "o p q"),
	ROW("MatMulInteger", "b bytes6", "o", .before = {"QuantizeLinear", "x one", "b"}),
	ROW("QLinearMatMul", "b one byte bytes6 one byte one byte", "o",
	    .before = {"QuantizeLinear", "x one", "b"}),
	ROW("ConvInteger", "b bytes", "o", .before = {"QuantizeLinear", "x one", "b"}),
	ROW("QLinearConv", "b one byte bytes one byte one byte", "o",
	    .before = {"QuantizeLinear", "x one", "b"}),
	ROW("RNN", "x rnn2 of2", "o p", .number = "layout=1"),
	ROW("GRU", "x gru6 of6", "o p", .number = "layout=1"),
	ROW("LSTM", "x lstm8 of8", "o p q", .number = "layout=1"),
};
/* clang-format on */

/* "axes=1 2" as an attribute of the node. */
static void give(Brc__OnnxNode *n, const char *text, bool list)
{
	char name[32];
	int64_t v[4];
	size_t count = 0;
	char *at;

	if (!text)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
	for (at = strchr(text, '='); *at; count++)
		v[count] = strtoll(at + 1, &at, 10);
	if (list)
		add_int_list(n, name, count, v);
	else
		add_int(n, name, v[0]);
}

/* "direction=LEFT" as an attribute of the node. */
static void give_text(Brc__OnnxNode *n, const char *text)
{
	Brc__OnnxAttribute *a;
	char name[32];

	if (!text)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
	a = add_attribute(n, name, 3);
	a->s.data = (uint8_t *)strdup(strchr(text, '=') + 1);
	a->s.len = strlen((const char *)a->s.data);
	a->has_s = 1;
}

static void add_floats(Brc__OnnxModel *m, const char *name, size_t ndim, const int64_t *dim)
{
	size_t n = 1;
	float *v;

	for (size_t k = 0; k < ndim; k++)
		n *= (size_t)dim[k];
	v = made(n * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = 0.5f;
	add_tensor(m, name, BRC_ONNX_FLOAT, ndim, dim, v, n * sizeof(*v));
	free(v);
}

/* For the two images of which a network is read: one index, or channel, of each. */
static void add_indices(Brc__OnnxModel *m)
{
	static const int64_t all[3] = {2, 4, 6}, zeros[48] = {0}, few[3] = {2, 3, 1};
	static const int64_t pair[3] = {2, 1, 2}, places[4] = {0, 3, 1, 3}, block[3] = {2, 1, 6};

	add_tensor(m, "index", BRC_ONNX_INT64, 3, all, zeros, sizeof(zeros));
	add_tensor(m, "tuples", BRC_ONNX_INT64, 3, few, zeros, 6 * sizeof(*zeros));
	add_tensor(m, "images", BRC_ONNX_INT64, 3, pair, places, sizeof(places));
	add_floats(m, "blocks", 3, block);
}

static void add_constants(Brc__OnnxModel *m)
{
	static const int64_t kernel[3] = {4, 4, 1}, column[2] = {4, 1}, four = 4, six = 6;
	static const int64_t ones[3] = {1, 1, 1}, shape[3] = {0, 3, 8}, first = 1, second = 2;
	static const int64_t deep[8] = {1, 1, 1, 1, 1, 1, 1, 6}, turns[3] = {1, 1, 3};
	static const int64_t pads[6] = {0, 0, 1, 0, 0, 1}, three = 3;
	static const float scales[3] = {1, 1, 2}, one = 1, two = 2, six_times = 6;
	static const int64_t pairs[4] = {0, 3, 4, 2}, squares[4] = {0, 6, 2, 2};
	static const uint8_t eight_bits[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2};
	static const int64_t tiles[3] = {1, 2, 1};
	static const uint8_t which[4] = {1, 0, 0, 1};

	add_floats(m, "w", 3, kernel);
	for (int64_t n = 2; n <= 8; n += n == 2 ? 4 : 2) {
		char name[2][8]; /* of two units, that read six features */

		snprintf(name[0], sizeof(name[0]), "%s%d",
			 n == 2   ? "rnn"
			 : n == 6 ? "gru"
				  : "lstm",
			 (int)n);
		snprintf(name[1], sizeof(name[1]), "of%d", (int)n);
		add_floats(m, name[0], 3, (int64_t[]){1, n, 6});
		add_floats(m, name[1], 3, (int64_t[]){1, n, 2});
	}
	add_tensor(m, "bytes", BRC_ONNX_UINT8, 3, kernel, eight_bits, 16);
	add_tensor(m, "bytes6", BRC_ONNX_UINT8, 2, (int64_t[]){6, 2}, eight_bits, 12);
	add_tensor(m, "byte", BRC_ONNX_UINT8, 0, NULL, eight_bits, 1);
	add_floats(m, "channels1", 2, column);
	add_floats(m, "channels", 1, &four);
	add_floats(m, "places", 1, &six);
	add_floats(m, "deep", 8, deep);
	add_floats(m, "turns", 3, turns);
	add_weights(m, "w24", 24, 5);
	add_weights(m, "w6", 6, 2);
	add_list(m, "ones", 3, ones);
	add_list(m, "shape", 3, shape);
	add_list(m, "first", 1, &first);
	add_list(m, "second", 1, &second);
	add_list(m, "pads", 6, pads);
	add_list(m, "shift", 1, &second);
	add_list(m, "third", 1, &three);
	add_list(m, "tiles", 3, tiles);
	add_list(m, "pairs", 4, pairs);
	add_list(m, "squares", 4, squares);
	add_list(m, "size", 1, &three);
	add_floats(m, "halves", 1, &second);
	add_floats(m, "on", 1, &second);
	add_tensor(m, "which", BRC_ONNX_BOOL, 1, &four, which, sizeof(which));
	add_tensor(m, "six", BRC_ONNX_FLOAT, 0, NULL, &six_times, sizeof(six_times));
	add_tensor(m, "scales", BRC_ONNX_FLOAT, 1, &three, scales, sizeof(scales));
	add_tensor(m, "one", BRC_ONNX_FLOAT, 0, NULL, &one, sizeof(one));
	add_tensor(m, "two", BRC_ONNX_FLOAT, 0, NULL, &two, sizeof(two));
}

/* The largest of each row of a matrix. */
static void add_largest(Brc__OnnxModel *m, const char *in, const char *out)
{
	char both[32];

	snprintf(both, sizeof(both), "%s first", in);
	if (m->opset_import[0]->version < 18)
		give(add_node(m, "ReduceMax", in, out), "axes=1", true);
	else
		add_node(m, "ReduceMax", both, out);
}

/* Output o as one number for each image, called "o-one"; a constant is one number. */
static void reduce_output(Brc__OnnxModel *m, char o)
{
	char name[3][16], in[32];

	for (size_t k = 0; k < 3; k++)
		snprintf(name[k], sizeof(name[k]), "%c-%s", o,
			 (const char *[]){"float", "flat", "one"}[k]);
	snprintf(in, sizeof(in), "%c", o);
	give(add_node(m, "Cast", in, name[0]), "to=1", false);
	if (o == 'c') {
		add_node(m, "ReduceMax", name[0], name[1]);
		snprintf(in, sizeof(in), "%s first", name[1]);
		add_node(m, "Reshape", in, name[2]);
		return;
	}
	add_node(m, "Flatten", name[0], name[1]);
	add_largest(m, name[1], name[2]);
}

/* All outputs and x added up, and a layer behind. */
static void join_outputs(Brc__OnnxModel *m, const row *r)
{
	char sum[48] = "x1", text[64];

	add_node(m, "Flatten", "x", "xf");
	add_largest(m, "xf", "x1");
	for (const char *o = r->out; *o; o++) {
		if (*o == ' ')
			continue;
		reduce_output(m, *o);
		snprintf(text, sizeof(text), "%s %c-one", sum, *o);
		snprintf(sum, sizeof(sum), "sum-%c", *o);
		add_node(m, "Add", text, sum);
	}
	add_weights(m, "wh", 1, 3);
	add_weights(m, "wo", 3, 2);
	snprintf(text, sizeof(text), "%s wh", sum);
	add_node(m, "MatMul", text, "h");
	add_node(m, "Relu", "h", "a");
	add_node(m, "MatMul", "a wo", "answer");
}

static const char *seeds; /* where models are kept, as seeds for fuzzers; NULL: nowhere */

static void keep_seed(const row *r, const uint8_t *bytes, size_t n)
{
	char path[1024];
	FILE *f;

	if (!seeds)
		return;
	snprintf(path, sizeof(path), "%.900s/traced-%zu.onnx", seeds, (size_t)(r - rows));
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* The network with the operator of a row between two layers, as bytes. */
static uint8_t *row_model(const row *r, size_t *size)
{
	static const int64_t extent[3] = {-1, 4, 6};
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *n;

	m->opset_import[0]->version = r->opset ? r->opset : 13;
	add_input(m, "image", 3, extent);
	add_output(m, "answer");
	add_constants(m);
	add_indices(m);
	add_node(m, "Conv", "image w", "x");
	add_node(m, "Conv", "image w", "z");
	if (r->before[0])
		give(add_node(m, r->before[0], r->before[1], r->before[2]), r->lead, true);
	n = add_node(m, r->type, r->in, r->out);
	give(n, r->list, true);
	give(n, r->number, false);
	give(n, r->other, false);
	give_text(n, r->text);
	join_outputs(m, r);
	return pack_model(m, size);
}

static void check_row(const row *r)
{
	const brc_op *op = brc_op_find(r->type);
	const brc_layer_graph *g;
	brc_err err = {0};
	size_t size, h;
	uint8_t *bytes = row_model(r, &size);
	brc_net *net;

	assert_non_null(op);
	keep_seed(r, bytes, size);
	if (brc_net_decode(&net, bytes, size, NULL, &err) != BRC_OK)
		fail_msg("%s: %s", r->type, err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	h = g->layers->n - 2;
	assert_int_equal(g->layers->units[h], 3);
	if ((r->mixed || (op->trace == BRC_TRACE_MIX && r->out[0] != 'c')) !=
	    !!g->layer[h].untraced)
		fail_msg("%s: %s", r->type, g->layer[h].untraced ? "not traced" : "traced");
	brc_net_free(net);
}

static void every_operator_is_traced_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&rows[i]);
}

/* What the network answers for n images of image[n][24]: [n][2]. */
static void answer(const brc_onnx *m, size_t n, const float *image, float *out, const char *type)
{
	const brc_tensor_view in = {.name = "image", .ndim = 3, .dim = {n, 4, 6}, .batch = true};
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;

	if (brc_exec_new(&g, m, &in, 1, NULL, &err) != BRC_OK)
		fail_msg("%s: %s", type, err.message);
	assert_int_equal(exec_pass_new(&p, g, NULL), BRC_OK);
	if (brc_workspace_input(p.w, "image"))
		memcpy(brc_workspace_input(p.w, "image"), image, n * 24 * sizeof(*image));
	assert_int_equal(exec_pass_run(p.w, NULL), BRC_OK);
	memcpy(out, brc_workspace_output(p.w, 0), n * 2 * sizeof(*out));
	exec_pass_free(&p);
	brc_exec_free(g);
}

static void same_answer(const row *r, const float *have, const float *want, const char *how)
{
	for (size_t k = 0; k < 2; k++)
		if (!(fabsf(have[k] - want[k]) <= 1e-5f * fmaxf(1, fabsf(want[k]))) &&
		    have[k] != want[k] && !isnan(want[k]))
			fail_msg("%s: an image gives %g, and %g %s", r->type, (double)have[k],
				 (double)want[k], how);
}

/* An image gives the same beside another one, beside itself, and alone. */
static void images_stay_apart(void **state)
{
	float image[2][2][24], answers[2][2], twice[2][2], alone[2];

	(void)state;
	for (size_t i = 0; i < 48; i++)
		image[0][i / 24][i % 24] = sinf((float)(i * i)) / 4 + 0.3f;
	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		size_t size;
		uint8_t *bytes = row_model(&rows[r], &size);
		brc_onnx m;

		assert_int_equal(brc_onnx_decode(&m, bytes, size, NULL), BRC_OK);
		answer(&m, 2, image[0][0], answers[0], rows[r].type);
		for (size_t i = 0; i < 2; i++) {
			memcpy(image[1][0], image[0][i], sizeof(image[1][0]));
			memcpy(image[1][1], image[0][i], sizeof(image[1][1]));
			answer(&m, 2, image[1][0], twice[0], rows[r].type);
			same_answer(&rows[r], answers[i], twice[i], "beside itself");
			if (rows[r].two)
				continue;
			answer(&m, 1, image[0][i], alone, rows[r].type);
			same_answer(&rows[r], answers[i], alone, "alone");
		}
		brc_onnx_clear(&m);
		free(bytes);
	}
}

static void needs_row(const brc_op *op)
{
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++)
		if (strcmp(rows[k].type, op->type) == 0)
			return;
	fail_msg("%s has no row", op->type);
}

static void every_operator_is_in_the_list(void **state)
{
#define FAMILY(NAME) brc_##NAME##_ops,
	static const brc_op *const family[] = {BRC_FAMILIES(FAMILY)};

	(void)state;
	for (size_t f = 0; f < sizeof(family) / sizeof(*family); f++)
		for (const brc_op *op = family[f]; op->type; op++)
			needs_row(op);
}

/* The weights of the only edge between hidden layers, of `count`; m is used up. */
static void second_edge(Brc__OnnxModel *m, size_t count, float *w)
{
	const brc_layer_graph *g;
	brc_err err = {0};
	brc_net *net;
	size_t size;
	uint8_t *bytes = pack_model(m, &size);

	if (brc_net_decode(&net, bytes, size, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->n_edges, 2);
	assert_int_equal(g->layers->units[g->edge[1].from] * g->layers->units[g->edge[1].to],
			 count);
	if (g->weights(net, 1, w, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_net_free(net);
}

/* Edges behind a product with a number for each channel, as an operator set writes it. */
static void edges_of_product(int64_t opset, float *w)
{
	static const int64_t extent[3] = {-1, 4, 6}, dim[2] = {4, 1};
	static const float factor[4] = {1, 2, 3, 4};
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *n;

	m->opset_import[0]->version = opset;
	add_input(m, "image", 3, extent);
	add_output(m, "answer");
	add_constants(m);
	add_tensor(m, "factor", BRC_ONNX_FLOAT, opset > 6 ? 2 : 1, dim, factor, sizeof(factor));
	add_node(m, "Conv", "image w", "x");
	n = add_node(m, "Mul", "x factor", "y");
	if (opset <= 6) {
		add_int(n, "axis", 1);
		add_int(n, "broadcast", 1);
	}
	add_node(m, "Flatten", "y", "f");
	add_node(m, "MatMul", "f w24", "answer");
	second_edge(m, 20, w);
}

/* Up to operator set 6 the dimensions of a second operand need not be the last ones. */
static void old_operands_scale_their_own_channels(void **state)
{
	float old[20], new[20];

	(void)state;
	edges_of_product(6, old);
	edges_of_product(13, new);
	assert_memory_equal(old, new, sizeof(new));
	assert_true(new[0] > 0);
}

/* Softshrink as exporters write it, with a branch for each side of 0. */
static void a_function_with_comparisons_counts_once(void **state)
{
	static const int64_t extent[3] = {-1, 4, 6};
	Brc__OnnxModel *m = new_model();
	const brc_layer_graph *g;
	brc_err err = {0};
	uint8_t *bytes;
	brc_net *net;
	size_t size;
	float w[15];

	(void)state;
	add_input(m, "image", 3, extent);
	add_output(m, "answer");
	add_constants(m);
	add_weights(m, "w3", 5, 3);
	add_node(m, "Flatten", "image", "f");
	add_node(m, "MatMul", "f w24", "h");
	add_node(m, "Greater", "h one", "above");
	add_node(m, "Sub", "h one", "down");
	add_node(m, "Where", "above down one", "right");
	add_node(m, "Less", "h two", "below");
	add_node(m, "Add", "h one", "up");
	add_node(m, "Where", "below up one", "left");
	add_node(m, "Add", "right left", "a");
	add_node(m, "MatMul", "a w3", "answer");
	bytes = pack_model(m, &size);
	if (brc_net_decode(&net, bytes, size, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->n_edges, 2);
	assert_int_equal(g->weights(net, 1, w, &err), BRC_OK);
	for (size_t i = 0; i < 15; i++)
		assert_float_equal(w[i], 0.5f, 0);
	brc_net_free(net);
}

/* Edges behind a condition on all units, which is [N, 1], or [N] and then moved. */
static void edges_of_condition(bool moved, float w[15])
{
	static const int64_t extent[3] = {-1, 4, 6}, column[2] = {-1, 1};
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *n;

	add_input(m, "image", 3, extent);
	add_output(m, "answer");
	add_constants(m);
	add_weights(m, "w3", 5, 3);
	add_list(m, "column", 2, column);
	add_node(m, "Flatten", "image", "f");
	add_node(m, "MatMul", "f w24", "h");
	n = add_node(m, "ReduceMean", "h", "mean");
	add_int_list(n, "axes", 1, (const int64_t[]){1});
	add_int(n, "keepdims", !moved);
	add_node(m, "Greater", "mean one", moved ? "list" : "asked");
	if (moved)
		add_node(m, "Reshape", "list column", "asked");
	add_node(m, "Mul", "h two", "twice");
	add_node(m, "Where", "asked twice h", "a");
	add_node(m, "MatMul", "a w3", "answer");
	second_edge(m, 15, w);
}

/* Truth values are moved as numbers are: what Where asks comes from the same units. */
static void conditions_are_moved(void **state)
{
	float kept[15], moved[15];

	(void)state;
	edges_of_condition(false, kept);
	edges_of_condition(true, moved);
	assert_memory_equal(kept, moved, sizeof(kept));
	assert_true(kept[0] > 0);
}

/* traced_operators_test [FOLDER]: the models of its rows are written there. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operator_is_traced_or_refused),
		cmocka_unit_test(every_operator_is_in_the_list),
		cmocka_unit_test(images_stay_apart),
		cmocka_unit_test(a_function_with_comparisons_counts_once),
		cmocka_unit_test(conditions_are_moved),
		cmocka_unit_test(old_operands_scale_their_own_channels),
	};

	seeds = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
