/* A graph made node by node in code is the graph that a file makes. */
#include "model_build.h"

#include "exec/make.h"
#include "exec_pass.h"

enum { ROWS = 3, CHANNELS = 2, SIDE = 5, MAPS = 4, CLASSES = 3 };

static const int64_t weight_dims[] = {MAPS, CHANNELS, 3, 3}, matrix_dims[] = {CLASSES, MAPS};
static const int64_t image[] = {-1, CHANNELS, SIDE, SIDE};
static const int64_t pads[] = {1, 1, 1, 1};
static float weight[MAPS * CHANNELS * 9], matrix[CLASSES * MAPS], x[ROWS * CHANNELS * SIDE * SIDE];

static void fill(float *v, size_t n, size_t seed)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (float)(((i + seed) * 2654435761u >> 7) % 2001) / 1000.0f - 1.0f;
}

/* Conv, a sum of it with its Tanh, Relu, means over places, Gemm, Softmax. */
static brc_exec *from_file(void)
{
	const brc_tensor_view in = {
		.name = "x", .ndim = 4, .dim = {ROWS, CHANNELS, SIDE, SIDE}, .batch = true};
	Brc__OnnxModel *model = new_model();
	Brc__OnnxNode *p;
	brc_err err = {0};
	uint8_t *packed;
	brc_exec *g;
	brc_onnx m;
	size_t n;

	add_input(model, "x", 4, image);
	add_output(model, "y");
	add_tensor(model, "w", BRC_ONNX_FLOAT, 4, weight_dims, weight, sizeof(weight));
	add_tensor(model, "m", BRC_ONNX_FLOAT, 2, matrix_dims, matrix, sizeof(matrix));
	p = add_node(model, "Conv", "x w", "c");
	add_int_list(p, "pads", 4, pads);
	add_node(model, "Tanh", "c", "t");
	add_node(model, "Add", "c t", "s");
	add_node(model, "Relu", "s", "r");
	add_node(model, "GlobalAveragePool", "r", "p");
	add_node(model, "Flatten", "p", "f");
	p = add_node(model, "Gemm", "f m", "l");
	add_int(p, "transB", 1);
	add_node(model, "Softmax", "l", "y");
	packed = pack_model(model, &n);
	assert_int_equal(brc_onnx_decode(&m, packed, n, &err), BRC_OK);
	free(packed);
	if (brc_exec_new(&g, &m, &in, 1, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_onnx_clear(&m);
	return g;
}

static size_t constant(brc_exec *g, const char *name, size_t ndim, const int64_t *dim,
		       const void *data)
{
	brc_tensor_view v = {.name = name, .ndim = ndim, .data = data};
	size_t value;

	for (size_t k = 0; k < ndim; k++)
		v.dim[k] = (size_t)dim[k];
	assert_int_equal(brc_exec_add_input(g, &v, 0, &value, NULL), BRC_OK);
	return value;
}

static size_t node(brc_exec *g, const char *type, const void *args, size_t a, size_t b)
{
	const size_t in[] = {a, b};
	brc_err err = {0};
	size_t out;

	if (brc_exec_add_node(g, brc_op_find(type), args, type, in, b == BRC_NOWHERE ? 1 : 2, &out,
			      1, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return out;
}

static brc_exec *by_code(void)
{
	const brc_tensor_view in = {
		.name = "x", .ndim = 4, .dim = {ROWS, CHANNELS, SIDE, SIDE}, .batch = true};
	const brc_conv_args conv = {.window.pads = {pads, 4}, .group = 1};
	const brc_gemm_args gemm = {.alpha = 1, .beta = 1, .trans_b = true};
	const size_t none = BRC_NOWHERE;
	size_t v, c;
	brc_exec *g;

	assert_int_equal(brc_exec_begin(&g, sizeof(weight) + sizeof(matrix), NULL), BRC_OK);
	assert_int_equal(brc_exec_add_input(g, &in, 0, &v, NULL), BRC_OK);
	c = node(g, "Conv", &conv, v, constant(g, "w", 4, weight_dims, weight));
	v = node(g, "Add", NULL, c, node(g, "Tanh", NULL, c, none));
	v = node(g, "GlobalAveragePool", NULL, node(g, "Relu", NULL, v, none), none);
	v = node(g, "Flatten", NULL, v, none);
	v = node(g, "Gemm", &gemm, v, constant(g, "m", 2, matrix_dims, matrix));
	v = node(g, "Softmax", NULL, v, none);
	assert_int_equal(brc_exec_add_output(g, v, NULL), BRC_OK);
	assert_int_equal(brc_exec_finish(g, NULL), BRC_OK);
	return g;
}

static void run(brc_exec *g, float *y)
{
	exec_pass p;

	assert_true(brc_exec_valid(g));
	assert_int_equal(exec_pass_new(&p, g, NULL), BRC_OK);
	memcpy(brc_workspace_input(p.w, "x"), x, sizeof(x));
	assert_int_equal(exec_pass_run(p.w, NULL), BRC_OK);
	memcpy(y, brc_workspace_output(p.w, 0), ROWS * CLASSES * sizeof(*y));
	exec_pass_free(&p);
}

static void a_graph_made_by_code_is_that_of_a_file(void **state)
{
	float file[ROWS * CLASSES], code[ROWS * CLASSES];
	brc_exec *f, *c;

	(void)state;
	fill(weight, sizeof(weight) / sizeof(*weight), 1);
	fill(matrix, sizeof(matrix) / sizeof(*matrix), 1000);
	fill(x, sizeof(x) / sizeof(*x), 2000);
	f = from_file();
	c = by_code();
	assert_int_equal(brc_exec_nodes(c), brc_exec_nodes(f)); /* fused alike */
	for (size_t i = 0; i < brc_exec_nodes(f); i++)
		assert_string_equal(brc_node_type(brc_exec_node(c, i)),
				    brc_node_type(brc_exec_node(f, i)));
	run(f, file);
	run(c, code);
	assert_memory_equal(code, file, sizeof(file));
	brc_exec_free(f);
	brc_exec_free(c);
}

static void what_depends_on_constants_alone_leaves_no_node(void **state)
{
	const float numbers[] = {1, -2, 3};
	const int64_t dim[] = {3};
	const brc_operand *y;
	brc_exec *g;
	size_t v;

	(void)state;
	assert_int_equal(brc_exec_begin(&g, sizeof(numbers), NULL), BRC_OK);
	v = constant(g, "k", 1, dim, numbers);
	v = node(g, "Mul", NULL, node(g, "Neg", NULL, v, BRC_NOWHERE), v);
	assert_int_equal(brc_exec_add_output(g, v, NULL), BRC_OK);
	assert_int_equal(brc_exec_finish(g, NULL), BRC_OK);
	y = output_of(g, 0);
	assert_int_equal(brc_exec_nodes(g), 0);
	assert_non_null(y->data);
	for (size_t i = 0; i < 3; i++)
		assert_true(((const float *)y->data)[i] == -numbers[i] * numbers[i]);
	brc_exec_free(g);
}

static void a_node_made_by_code_is_checked_like_one_of_a_file(void **state)
{
	const brc_gemm_args gemm = {.alpha = 1, .beta = 1};
	brc_err err = {0};
	brc_exec *g;
	size_t in[2], out;

	(void)state;
	assert_int_equal(brc_exec_begin(&g, sizeof(matrix), NULL), BRC_OK);
	in[0] = in[1] = constant(g, "m", 2, matrix_dims, matrix);
	assert_int_equal(brc_exec_add_node(g, brc_op_find("Gemm"), &gemm, "my-product", in, 2, &out,
					   1, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "node 'my-product' (Gemm)"));
	brc_exec_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_graph_made_by_code_is_that_of_a_file),
		cmocka_unit_test(what_depends_on_constants_alone_leaves_no_node),
		cmocka_unit_test(a_node_made_by_code_is_checked_like_one_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
