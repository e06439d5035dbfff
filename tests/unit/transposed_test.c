/* Transposed convolutions against plain loops in double, and their units and weights. */
#include "model_build.h"

#include <math.h>

#include "exec_pass.h"
#include "net/net.h"

enum { SIDES = 3, CHANNELS = 4, ROWS = 2 };

/* One setting: a number of each dimension; those that are not there are 1, or 0 for paddings. */
typedef struct setting {
	size_t sides, groups, outputs; /* outputs: of a group */
	size_t in[SIDES], kernel[SIDES], stride[SIDES], dilation[SIDES];
	size_t begin[SIDES], end[SIDES], more[SIDES];
	const char *auto_pad;
	size_t shape[SIDES]; /* output_shape; 0: not given */
	size_t out[SIDES];   /* by ONNX's formula, worked out by hand */
} setting;

static const setting settings[] = {
	{1, 1, 3, {5}, {3}, {1}, {1}, {0}, {0}, {0}, NULL, {0}, {7}},
	{1, 1, 2, {5}, {4}, {2}, {1}, {1}, {1}, {0}, NULL, {0}, {10}},
	{2, 1, 3, {4, 3}, {3, 2}, {2, 3}, {1, 1}, {1, 0}, {0, 1}, {1, 2}, NULL, {0}, {9, 9}},
	{2, 2, 3, {4, 4}, {3, 3}, {2, 1}, {1, 2}, {1, 2}, {1, 1}, {1, 0}, NULL, {0}, {8, 5}},
	{2, 4, 1, {3, 5}, {2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, NULL, {0}, {6, 10}},
	{2, 4, 2, {3, 3}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, NULL, {0}, {6, 6}},
	{2,
	 1,
	 2,
	 {3, 4},
	 {3, 4},
	 {2, 3},
	 {1, 1},
	 {0, 0},
	 {1, 1},
	 {0, 0},
	 "SAME_UPPER",
	 {0},
	 {6, 12}},
	{2,
	 1,
	 2,
	 {3, 4},
	 {3, 4},
	 {2, 3},
	 {1, 1},
	 {1, 1},
	 {0, 0},
	 {0, 0},
	 "SAME_LOWER",
	 {0},
	 {6, 12}},
	{2, 1, 2, {3, 3}, {3, 3}, {2, 2}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, "VALID", {0}, {7, 7}},
	{2, 1, 2, {3, 3}, {3, 3}, {3, 2}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, NULL, {10, 8}, {10, 8}},
	{2, 2, 2, {4, 4}, {5, 5}, {2, 2}, {1, 1}, {2, 2}, {1, 1}, {0, 0}, NULL, {8, 8}, {8, 8}},
	{3,
	 2,
	 2,
	 {2, 3, 2},
	 {2, 2, 3},
	 {1, 2, 2},
	 {1, 1, 1},
	 {0, 1, 1},
	 {1, 0, 0},
	 {0, 1, 0},
	 NULL,
	 {0},
	 {2, 6, 4}},
};

static float number(size_t i)
{
	return (float)((i * 2654435761u >> 7) % 2001) / 1000.0f - 1.0f;
}

/* ---- the model ---- */

static void add_sizes(Brc__OnnxNode *n, const char *name, const setting *s, const size_t *v,
		      const size_t *then)
{
	int64_t list[2 * SIDES];

	for (size_t k = 0; k < s->sides; k++) {
		list[k] = (int64_t)v[k];
		list[s->sides + k] = then ? (int64_t)then[k] : 0;
	}
	add_int_list(n, name, then ? 2 * s->sides : s->sides, list);
}

static void add_weight(Brc__OnnxModel *m, const setting *s)
{
	const int64_t outputs = (int64_t)(s->outputs * s->groups);
	int64_t dim[2 + SIDES] = {CHANNELS, (int64_t)s->outputs};
	float v[1024];
	size_t n = CHANNELS * s->outputs;

	for (size_t k = 0; k < s->sides; k++) {
		dim[2 + k] = (int64_t)s->kernel[k];
		n *= s->kernel[k];
	}
	assert_true(n <= 1024);
	for (size_t i = 0; i < n; i++)
		v[i] = number(i + 7);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 2 + s->sides, dim, v, n * sizeof(*v));
	for (size_t i = 0; i < (size_t)outputs; i++)
		v[i] = number(i + 5000);
	add_tensor(m, "b", BRC_ONNX_FLOAT, 1, &outputs, v, (size_t)outputs * sizeof(*v));
}

static Brc__OnnxModel *model(const setting *s)
{
	Brc__OnnxModel *m = new_model();
	int64_t dim[2 + SIDES] = {-1, CHANNELS};
	Brc__OnnxAttribute *a;
	Brc__OnnxNode *n;

	for (size_t k = 0; k < s->sides; k++)
		dim[2 + k] = (int64_t)s->in[k];
	add_input(m, "x", 2 + s->sides, dim);
	add_output(m, "y");
	add_weight(m, s);
	n = add_node(m, "ConvTranspose", "x w b", "y");
	add_int(n, "group", (int64_t)s->groups);
	add_sizes(n, "strides", s, s->stride, NULL);
	add_sizes(n, "dilations", s, s->dilation, NULL);
	add_sizes(n, "output_padding", s, s->more, NULL);
	if (s->shape[0])
		add_sizes(n, "output_shape", s, s->shape, NULL);
	else if (!s->auto_pad)
		add_sizes(n, "pads", s, s->begin, s->end);
	if (s->auto_pad) {
		a = add_attribute(n, "auto_pad", 3);
		a->has_s = 1;
		a->s.len = strlen(s->auto_pad);
		a->s.data = (uint8_t *)strdup(s->auto_pad);
	}
	return m;
}

static brc_rc build(Brc__OnnxModel *model, const setting *s, brc_onnx *m, brc_exec **g,
		    brc_err *err)
{
	brc_tensor_view in = {
		.name = "x", .ndim = 2 + s->sides, .dim = {ROWS, CHANNELS}, .batch = true};
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	brc_rc rc = brc_onnx_decode(m, bytes, n, err);

	for (size_t k = 0; k < s->sides; k++)
		in.dim[2 + k] = s->in[k];
	*g = NULL;
	free(bytes);
	return rc == BRC_OK ? brc_exec_new(g, m, &in, 1, NULL, err) : rc;
}

/* ---- plain loops: sides that are not there have one place ---- */

static size_t side(const setting *s, const size_t *v, size_t k, size_t otherwise)
{
	return k < s->sides ? v[k] : otherwise;
}

/* The entry of the kernel by which place `at` of the input reaches `to`; false: it does not. */
static bool entry(const setting *s, const size_t *at, const size_t *to, size_t *index)
{
	*index = 0;
	for (size_t k = 0; k < SIDES; k++) {
		size_t reach = to[k] + side(s, s->begin, k, 0);
		size_t from = at[k] * side(s, s->stride, k, 1), step = side(s, s->dilation, k, 1);

		if (reach < from || (reach - from) % step ||
		    (reach - from) / step >= side(s, s->kernel, k, 1))
			return false;
		*index = *index * side(s, s->kernel, k, 1) + (reach - from) / step;
	}
	return true;
}

static size_t places(const setting *s, const size_t *v)
{
	return side(s, v, 0, 1) * side(s, v, 1, 1) * side(s, v, 2, 1);
}

static void place(const setting *s, const size_t *v, size_t i, size_t *at)
{
	at[2] = i % side(s, v, 2, 1);
	at[1] = i / side(s, v, 2, 1) % side(s, v, 1, 1);
	at[0] = i / side(s, v, 2, 1) / side(s, v, 1, 1);
}

static double expected(const setting *s, const float *x, size_t row, size_t o, size_t i)
{
	size_t to[SIDES], at[SIDES], each = places(s, s->kernel), group = o / s->outputs;
	size_t inputs = CHANNELS / s->groups, n = places(s, s->in), k;
	double sum = number(o + 5000);

	place(s, s->out, i, to);
	for (size_t c = group * inputs; c < (group + 1) * inputs; c++)
		for (size_t p = 0; p < n; p++) {
			place(s, s->in, p, at);
			if (entry(s, at, to, &k))
				sum += (double)x[(row * CHANNELS + c) * n + p] *
				       number((c * s->outputs + o % s->outputs) * each + k + 7);
		}
	return sum;
}

static void check(const setting *s, const float *x, const float *y)
{
	size_t n = places(s, s->out), outputs = s->outputs * s->groups;

	for (size_t row = 0; row < ROWS; row++)
		for (size_t o = 0; o < outputs; o++)
			for (size_t i = 0; i < n; i++) {
				double want = expected(s, x, row, o, i);
				float have = y[(row * outputs + o) * n + i];

				if (fabs(want - have) > 1e-5)
					fail_msg("setting %zu, output %zu, place %zu: %g, not %g",
						 (size_t)(s - settings), o, i, have, want);
			}
}

static void they_equal_plain_loops(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(settings) / sizeof(*settings); k++) {
		const setting *s = &settings[k];
		size_t n = ROWS * CHANNELS * places(s, s->in);
		float *copy = made(n * sizeof(*copy)), *x;
		brc_err err = {0};
		exec_pass p;
		brc_exec *g;
		brc_onnx m;

		if (build(model(s), s, &m, &g, &err) != BRC_OK || exec_pass_new(&p, g, &err))
			fail_msg("setting %zu: %s", k, err.message);
		for (size_t d = 0; d < s->sides; d++)
			assert_int_equal(output_of(g, 0)->dim[2 + d], s->out[d]);
		x = brc_workspace_input(p.w, "x");
		for (size_t i = 0; i < n; i++)
			copy[i] = x[i] = number(i + 99);
		assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
		check(s, copy, brc_workspace_output(p.w, 0));
		exec_pass_free(&p);
		brc_exec_free(g);
		brc_onnx_clear(&m);
		free(copy);
	}
}

static void refuses(Brc__OnnxModel *m, const setting *s, const char *words)
{
	brc_err err = {0};
	brc_exec *g;
	brc_onnx onnx;

	assert_int_equal(build(m, s, &onnx, &g, &err), BRC_DATA);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in '%s'", words, err.message);
	brc_onnx_clear(&onnx);
}

static void nonsense_is_refused(void **state)
{
	setting s = settings[0];
	Brc__OnnxModel *m;

	(void)state;
	s.begin[0] = 7;
	refuses(model(&s), &s, "(ConvTranspose): its padding leaves nothing of 7 places");
	s = settings[0];
	s.groups = 3;
	refuses(model(&s), &s, "does not fit its weights [4, 3, 3] in 3 groups");
	s = settings[0];
	s.stride[0] = 0;
	refuses(model(&s), &s, "entry 0 of its strides is 0");
	s.stride[0] = (size_t)1 << 40;
	refuses(model(&s), &s, "entry 0 of its strides is 1099511627776");
	s = settings[0];
	s.stride[0] = (size_t)1 << 24;
	s.in[0] = 200;
	refuses(model(&s), &s, "more than 2147483648 elements");
	s = settings[0];
	s.more[0] = 1;
	refuses(model(&s), &s, "adds 1 places to an output of 8; fewer than its stride of 1");
	m = model(&settings[0]);
	m->graph->initializer[1]->dims[0] = 2;
	m->graph->initializer[1]->raw_data.len = 8;
	refuses(m, &settings[0], "its bias [2] does not fit 3 outputs");
}

/* The weight between two channels is the norm of the kernel by which one spreads into the other. */
static void kernels_are_edges(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(settings) / sizeof(*settings); k++) {
		const setting *s = &settings[k];
		size_t n, each = places(s, s->kernel), outputs = s->outputs * s->groups;
		const brc_layer_graph *graph;
		uint8_t *bytes;
		float w[64];
		brc_err err = {0};
		brc_net *net;

		if (s->groups == CHANNELS)
			continue; /* no units of its own */
		bytes = pack_model(model(s), &n);
		if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
			fail_msg("setting %zu: %s", k, err.message);
		free(bytes);
		graph = brc_net_layer_graph(net);
		assert_int_equal(graph->layers->units[1], outputs);
		assert_int_equal(graph->n_edges, 1);
		assert_int_equal(graph->weights(net, 0, w, &err), BRC_OK);
		for (size_t c = 0; c < CHANNELS; c++)
			for (size_t o = 0; o < outputs; o++) {
				double sum = 0;

				for (size_t i = 0; i < each; i++)
					sum += fabs(number(
						(c * s->outputs + o % s->outputs) * each + i + 7));
				if (c / (CHANNELS / s->groups) != o / s->outputs)
					sum = 0;
				if (fabs(w[c * outputs + o] - sum) > 1e-5)
					fail_msg("setting %zu, %zu to %zu: %g, not %g", k, c, o,
						 w[c * outputs + o], sum);
			}
		brc_net_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_equal_plain_loops),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(kernels_are_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
