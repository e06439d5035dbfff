/* What is computed again from a tap is what a pass with the changed value gives. */
#include "exec_pass.h"
#include "model_build.h"

#define ALL 32 /* elements of a value: 2 images, 1 channel, 4 by 4 */

/*
 * s = conv(x) + o depends on the tap t by its addend alone, and y = conv(z) + x
 * may lie where x lay: x must last until y is there, which the stop waits for.
 */
static const char *const late[][3] = {
	{"Conv", "in w0", "x"}, {"Conv", "in w1", "z"}, {"Conv", "in w2", "t"},
	{"Conv", "t w1", "o"},  {"Conv", "x w3", "a"},  {"Add", "a o", "s"},
	{"Conv", "z w4", "b"},  {"Add", "b x", "y"},    {"Add", "s y", "out"},
	{NULL, NULL, NULL},
};
/* The same, with a normalisation between the convolution and the sum. */
static const char *const normed[][3] = {
	{"Conv", "in w0", "x"}, {"Conv", "in w1", "z"},
	{"Conv", "in w2", "t"}, {"Conv", "t w1", "o"},
	{"Conv", "x w3", "a0"}, {"BatchNormalization", "a0 gain gain gain gain", "a"},
	{"Add", "a o", "s"},    {"Conv", "z w4", "b"},
	{"Add", "b x", "y"},    {"Add", "s y", "out"},
	{NULL, NULL, NULL},
};

/* With `cut`, everything that reads it reads it times 0. */
static brc_exec *build(brc_onnx *m, const char *const (*node)[3], const char *tap, bool cut)
{
	const int64_t extent[4] = {-1, 1, 4, 4}, kernel[4] = {1, 1, 1, 1}, none[4] = {1, 1, 1, 1};
	const brc_tensor_view x = {.name = "in", .ndim = 4, .dim = {2, 1, 4, 4}, .batch = true};
	const brc_exec_options o = {.tap = &tap, .n_taps = !cut};
	Brc__OnnxModel *model = new_model();
	const float zero = 0;
	brc_exec *g;
	brc_err err;
	uint8_t *bytes;
	size_t n;

	add_input(model, "in", 4, extent);
	add_output(model, "out");
	add_weights(model, "gain", 0, 1);
	add_tensor(model, "zero", BRC_ONNX_FLOAT, 4, none, &zero, sizeof(zero));
	for (int k = 0; k < 5; k++) {
		const float w = 0.5f + (float)k;
		char name[8];

		snprintf(name, sizeof(name), "w%d", k);
		add_tensor(model, name, BRC_ONNX_FLOAT, 4, kernel, &w, sizeof(w));
	}
	for (; (*node)[0]; node++) {
		char in[64];

		snprintf(in, sizeof(in), "%s", (*node)[1]);
		if (cut && strcmp(in, "t w1") == 0)
			snprintf(in, sizeof(in), "cut w1");
		add_node(model, (*node)[0], in, (*node)[2]);
		if (cut && strcmp((*node)[2], tap) == 0)
			add_node(model, "Mul", "t zero", "cut");
	}
	bytes = pack_model(model, &n);
	if (brc_onnx_decode(m, bytes, n, &err) != BRC_OK ||
	    brc_exec_new(&g, m, &x, 1, &o, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return g;
}

static void fill(brc_workspace *w)
{
	float *x = brc_workspace_input(w, "in");

	for (size_t i = 0; i < ALL; i++)
		x[i] = (float)((i * 7 + 3) % 11) - 5;
}

static void compare(const char *const (*node)[3])
{
	float pass[ALL];
	brc_onnx m, cut;
	brc_exec *g = build(&m, node, "t", false), *other = build(&cut, node, "t", true);
	brc_schedule *s;
	brc_workspace *w;
	exec_pass q;
	const float *again, *want;

	assert_int_equal(brc_schedule_new(&s, g, NULL), BRC_OK);
	assert_int_equal(brc_workspace_for(&w, s, NULL), BRC_OK);
	assert_int_equal(exec_pass_new(&q, other, NULL), BRC_OK);
	fill(w);
	assert_int_equal(exec_pass_run(w, NULL), BRC_OK);
	memcpy(pass, brc_workspace_output(w, 0), sizeof(pass));
	fill(q.w);
	assert_int_equal(exec_pass_run(q.w, NULL), BRC_OK);
	want = brc_workspace_output(q.w, 0);

	fill(w);
	brc_workspace_start(w);
	assert_int_equal(brc_workspace_until(w, 0, NULL), BRC_OK);
	memset(brc_workspace_change(w, 0), 0, sizeof(pass));
	assert_int_equal(brc_workspace_again(w, NULL), BRC_OK);
	again = brc_workspace_changed(w, 0);
	for (size_t i = 0; i < ALL; i++)
		if (!(again[i] - want[i] <= 1e-4f && want[i] - again[i] <= 1e-4f))
			fail_msg("element %zu is %g, not %g", i, again[i], want[i]);
	assert_int_equal(brc_workspace_finish(w, NULL), BRC_OK);
	assert_memory_equal(brc_workspace_output(w, 0), pass, sizeof(pass));
	exec_pass_free(&q);
	brc_workspace_free(w);
	brc_schedule_free(s);
	brc_exec_free(other);
	brc_exec_free(g);
	brc_onnx_clear(&cut);
	brc_onnx_clear(&m);
}

static void input_of_an_absorbed_sum_lasts(void **state)
{
	(void)state;
	compare(late);
}

static void also_behind_a_normalisation(void **state)
{
	(void)state;
	compare(normed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_of_an_absorbed_sum_lasts),
		cmocka_unit_test(also_behind_a_normalisation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
