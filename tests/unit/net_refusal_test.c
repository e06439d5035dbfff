/* Graphs that are wrong, hostile or not supported: each refused with the node's name. */
#include "model_build.h"

#include <time.h>

#include "net/net.h"

static const int64_t batch_six[] = {-1, 6};

/* Packs, frees and reads the model; NULL and `err` set when it is refused. */
static brc_net *read_model(Brc__OnnxModel *m, brc_err *err)
{
	size_t n;
	uint8_t *bytes = pack_model(m, &n);
	clock_t start = clock();
	brc_net *net;

	*err = (brc_err){0};
	if (brc_net_decode(&net, bytes, n, NULL, err) != BRC_OK) {
		assert_int_equal(err->code, BRC_DATA);
		assert_null(net);
	}
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5); /* sanitizers are slow */
	free(bytes);
	return net;
}

static void refuses(Brc__OnnxModel *m, const char *message)
{
	brc_err err;
	brc_net *net = read_model(m, &err);

	if (net || !strstr(err.message, message))
		fail_msg("'%s' is not '%s'", err.message, message);
}

static void accepts(Brc__OnnxModel *m)
{
	brc_err err;
	brc_net *net = read_model(m, &err);

	if (!net)
		fail_msg("%s", err.message);
	brc_net_free(net);
}

/* x [N, 6]; weights a [6, 6], b [6], c [6, 3]; output y. */
static Brc__OnnxModel *base_model(void)
{
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 2, batch_six);
	add_output(m, "y");
	add_weights(m, "a", 6, 6);
	add_weights(m, "b", 0, 6);
	add_weights(m, "c", 6, 3);
	return m;
}

/* The base, one node between the input and the last layer, which is returned. */
static Brc__OnnxModel *with_node(const char *op, const char *in, Brc__OnnxNode **node)
{
	Brc__OnnxModel *m = base_model();
	Brc__OnnxNode *n = add_node(m, op, in, "h");

	add_node(m, "Gemm", "h c", "y");
	if (node)
		*node = n;
	return m;
}

static void a_plain_model_is_accepted(void **state)
{
	(void)state;
	accepts(with_node("Relu", "x", NULL));
	accepts(with_node("Gemm", "x a b", NULL));
}

static void graphs_without_order_are_refused(void **state)
{
	Brc__OnnxModel *m = with_node("Relu", "nowhere", NULL);

	(void)state;
	refuses(m, "node 'my-h' (Relu): its input 'nowhere' does not exist");
	m = with_node("Gemm", "h a", NULL);
	refuses(m, "node 'my-h' (Gemm): its output feeds back into its input");
	m = base_model(); /* p -> q -> r -> p, with a tail that hangs on it */
	add_node(m, "Relu", "q", "tail");
	add_node(m, "Add", "x r", "p");
	add_node(m, "Relu", "p", "q");
	add_node(m, "Relu", "q", "r");
	add_node(m, "Gemm", "tail c", "y");
	refuses(m, "its output feeds back into its input");
	m = with_node("Relu", "x", NULL);
	add_node(m, "Tanh", "x", "h");
	refuses(m, "value 'h' is defined twice");
	m = with_node("Relu", "x", NULL);
	add_node(m, "Tanh", "x", "a");
	refuses(m, "value 'a' is defined twice");
	m = with_node("Relu", "x", NULL);
	add_input(m, "z", 2, batch_six);
	accepts(m); /* no node reads it */
	m = with_node("Relu", "x", NULL);
	add_output(m, "h");
	accepts(m); /* which of both counts is asked when the network runs */
	m = new_model();
	add_output(m, "y");
	refuses(m, "has no input");
	m = new_model();
	add_input(m, "x", 2, batch_six);
	add_output(m, "x");
	refuses(m, "no layer of units");
	m = new_model();
	add_input(m, "x", 2, batch_six);
	add_output(m, "nowhere");
	refuses(m, "no node computes the output 'nowhere'");
	m = base_model();
	add_node(m, "Gemm", "x c", "h");
	add_node(m, "Identity", "b", "y");
	refuses(m, "the output 'y' does not depend on the input");
}

/* A file need not list nodes in order, nor initializers apart from inputs. */
static void order_does_not_matter(void **state)
{
	Brc__OnnxModel *m = base_model();
	static const int64_t extents[] = {6, 6};

	(void)state;
	add_node(m, "Gemm", "q c", "y");
	add_node(m, "Relu", "p", "q");
	add_node(m, "Gemm", "x a b", "p");
	add_input(m, "a", 2, extents); /* as IR version 3 does */
	accepts(m);
}

static void unknown_operators_and_attributes_are_refused(void **state)
{
	Brc__OnnxNode *n;
	Brc__OnnxModel *m = with_node("StringNormalizer", "x", NULL);

	(void)state;
	refuses(m, "operator StringNormalizer (node 'my-h') is not supported");
	m = with_node("Relu", "x", &n);
	free(n->domain);
	n->domain = strdup("com.example");
	refuses(m, "operator com.example:Relu (node 'my-h') is not supported");
	m = with_node("Relu", "x", &n);
	add_int(n, "speed", 3);
	refuses(m, "node 'my-h' (Relu): attribute 'speed' is not supported");
	m = with_node("Gemm", "x a", &n);
	add_int(n, "transB", 0);
	add_int(n, "transB", 0);
	refuses(m, "node 'my-h' (Gemm): attribute 'transB' occurs twice");
	m = with_node("Gemm", "x a", &n);
	add_int(n, "alpha", 2);
	refuses(m, "node 'my-h' (Gemm): attribute 'alpha' is not a number");
	m = with_node("Gemm", "x", NULL);
	refuses(m, "node 'my-h' (Gemm) has 1 inputs and 1 outputs");
	m = with_node("Relu", "x", NULL);
	m->opset_import[0]->version = 5;
	refuses(m, "operator set 5 is not supported; 6 to 23 are");
	m = with_node("Relu", "x", NULL);
	m->opset_import[0]->version = 24;
	refuses(m, "operator set 24");
}

static Brc__OnnxModel *with_input(int32_t type, size_t n, const int64_t *extent)
{
	Brc__OnnxModel *m = new_model();

	append(&m->graph->input, &m->graph->n_input, new_value("x", type, n, extent));
	add_output(m, "y");
	add_weights(m, "c", 6, 3);
	add_node(m, "Gemm", "x c", "y");
	return m;
}

static void wrong_inputs_are_refused(void **state)
{
	static const int64_t open[] = {-1, -1}, negative[] = {-1, -6},
			     gigantic[] = {-1, INT64_MAX, INT64_MAX}, large[] = {-1, 1 << 30},
			     nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 6}, fixed[] = {64, 6};
	Brc__OnnxModel *m;

	(void)state;
	accepts(with_input(BRC_ONNX_FLOAT, 2, fixed));
	refuses(with_input(BRC_ONNX_FLOAT, 2, open), "it is [N, ?]: dimension 1 has no fixed");
	refuses(with_input(BRC_ONNX_FLOAT, 2, negative), "it is [N, ?]: dimension 1 has no fixed");
	refuses(with_input(BRC_ONNX_FLOAT, 3, gigantic), "the input 'x': a value of more than");
	refuses(with_input(BRC_ONNX_FLOAT, 2, large), "does not fit its weights [6, 3]");
	refuses(with_input(BRC_ONNX_FLOAT, 1, fixed), "node 'my-y' (Gemm): its input");
	refuses(with_input(BRC_ONNX_FLOAT, 9, nine), "the input 'x': it has 9 dimensions");
	refuses(with_input(BRC_ONNX_INT64, 2, fixed),
		"node 'my-y' (Gemm): input 0 ('x') holds integers");
	refuses(with_input(BRC_ONNX_BOOL, 2, fixed), "the input 'x': its elements are BOOL");
	m = with_input(BRC_ONNX_FLOAT, 2, fixed);
	brc__onnx_type__free_unpacked(m->graph->input[0]->type, NULL);
	m->graph->input[0]->type = NULL;
	refuses(m, "the input 'x': it is no tensor");
}

static void products_that_do_not_fit_are_refused(void **state)
{
	static const int64_t four[] = {1, 1, 6, 6};
	Brc__OnnxModel *m = with_node("Gemm", "x w", NULL);
	Brc__OnnxNode *n;

	(void)state;
	add_weights(m, "w", 5, 6);
	refuses(m, "node 'my-h' (Gemm): its input [N, 6] does not fit its weights [5, 6]");
	m = with_node("MatMul", "x w", NULL);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 4, four, NULL, 4 * 36);
	refuses(m, "node 'my-y' (Gemm): its input [1, 1, N, 6] does not fit its weights [6, 3]");
	m = with_node("Gemm", "x a w", NULL);
	add_weights(m, "w", 0, 5);
	refuses(m, "node 'my-h' (Gemm): its bias [5] does not fit 6 outputs");
	m = with_node("Gemm", "x a w", NULL);
	add_weights(m, "w", 6, 1);
	refuses(m, "node 'my-h' (Gemm): its bias [6, 1] does not fit");
	m = with_node("Gemm", "x a", &n);
	add_int(n, "transA", 1);
	refuses(m, "node 'my-h' (Gemm): its input [N, 6], transposed, does not fit");
	refuses(with_node("MatMul", "x x", NULL), "node 'my-h' (MatMul): a product of [N, 6]");
	refuses(with_node("MatMul", "a c", NULL), "node 'my-y' (Gemm): its input [6, 3]");
	refuses(with_node("Gemm", "x x", NULL), "node 'my-h' (Gemm)");
	m = with_node("Gemm", "x w", NULL);
	add_tensor(m, "w", 2, 2, (const int64_t[]){6, 6}, NULL, 36);
	refuses(m, "node 'my-h' (Gemm): input 1 ('w') holds integers");
	m = with_node("Gemm", "x w", NULL);
	add_tensor(m, "w", BRC_ONNX_FLOAT16, 2, (const int64_t[]){6, 6}, NULL, 72);
	accepts(m);
	m = with_node("Gemm", "x w", NULL);
	add_tensor(m, "w", 1, 2, (const int64_t[]){6, INT64_MAX}, NULL, 72);
	refuses(m, "initializer 'w': its shape is larger than any memory");
	m = with_node("Gemm", "x w", NULL);
	add_tensor(m, "w", 1, 2, (const int64_t[]){6, 1 << 28}, NULL, 72);
	refuses(m, "initializer 'w'");
	m = with_node("Gemm", "x w", NULL);
	add_tensor(m, "w", 1, 2, (const int64_t[]){6, 0}, NULL, 0);
	refuses(m, "node 'my-h' (Gemm)");
}

static void sums_that_do_not_fit_are_refused(void **state)
{
	Brc__OnnxModel *m = with_node("Add", "x w", NULL);

	(void)state;
	add_weights(m, "w", 0, 5);
	refuses(m, "node 'my-h' (Add): [N, 6] and [5] do not fit together");
	m = with_node("Add", "w x", NULL);
	add_weights(m, "w", 6, 6);
	refuses(m, "node 'my-h' (Add): [6, 6] and [N, 6] do not fit together");
	m = with_node("Add", "x w", NULL);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 3, (const int64_t[]){1, 1, 6}, NULL, 24);
	refuses(m, "node 'my-y' (Gemm): its input [1, N, 6] does not fit its weights [6, 3]");
	m = with_node("Add", "x w", NULL);
	add_list(m, "w", 6, (const int64_t[]){1, 2, 3, 4, 5, 6});
	refuses(m, "node 'my-h' (Add): input 1 ('w') holds integers; floats are needed");
	refuses(with_node("Add", "a c", NULL), "node 'my-h' (Add): [6, 6] and [6, 3] do not fit");
}

static void reshape(const char *message, size_t n, const int64_t *target)
{
	Brc__OnnxModel *m = with_node("Reshape", "x s", NULL);

	add_list(m, "s", n, target);
	if (message)
		refuses(m, message);
	else
		accepts(m);
}

static void target_shapes_that_do_not_fit_are_refused(void **state)
{
	Brc__OnnxNode *n;
	Brc__OnnxModel *m;

	(void)state;
	reshape(NULL, 2, (const int64_t[]){-1, 6});
	reshape(NULL, 2, (const int64_t[]){0, -1});
	reshape("node 'my-y' (Gemm): its input", 2, (const int64_t[]){1, -1});
	reshape("node 'my-y' (Gemm): its input", 2, (const int64_t[]){-1, 3});
	reshape("node 'my-h' (Reshape): its target shape has two -1", 2, (const int64_t[]){-1, -1});
	reshape("node 'my-h' (Reshape): 12 elements", 2, (const int64_t[]){0, 5});
	reshape("node 'my-h' (Reshape): 12 elements", 3, (const int64_t[]){0, 4, -1});
	reshape("node 'my-h' (Reshape): its target shape has two -1", 3,
		(const int64_t[]){0, -1, -1});
	reshape("node 'my-h' (Reshape): entry 1 of its target shape is -2", 2,
		(const int64_t[]){0, -2});
	reshape("node 'my-h' (Reshape): entry 2 of its target shape is 0", 3,
		(const int64_t[]){0, 6, 0});
	reshape("node 'my-h' (Reshape): its target shape is too large", 4,
		(const int64_t[]){0, INT64_MAX, INT64_MAX, 4});
	reshape("node 'my-h' (Reshape): 12 elements cannot be reshaped into 1", 0, NULL);
	m = with_node("Reshape", "x s", &n);
	add_list(m, "s", 2, (const int64_t[]){0, 6});
	m->opset_import[0]->version = 14;
	add_int(n, "allowzero", 1);
	refuses(m, "node 'my-h' (Reshape): 12 elements cannot be reshaped into 0");
	m = with_node("Flatten", "x", &n);
	add_int(n, "axis", 0);
	refuses(m, "node 'my-y' (Gemm): its input");
	m = with_node("Flatten", "x", &n);
	add_int(n, "axis", 2);
	refuses(m, "node 'my-y' (Gemm): its input");
	m = with_node("Flatten", "x", &n);
	add_int(n, "axis", 3);
	refuses(m, "node 'my-h' (Flatten): its axis does not exist");
	m = with_node("Constant", "", &n);
	refuses(m, "node 'my-h' (Constant): it must have one value");
}

static void slice(const char *message, int64_t start, int64_t end, int64_t axis, int64_t step)
{
	Brc__OnnxModel *m = with_node("Slice", "x s e i p", NULL);

	add_list(m, "s", 1, &start);
	add_list(m, "e", 1, &end);
	add_list(m, "i", 1, &axis);
	add_list(m, "p", 1, &step);
	refuses(m, message);
}

static void slices_that_do_not_fit_are_refused(void **state)
{
	static const int64_t zeros[] = {0, 0}, ones[] = {1, 1};
	Brc__OnnxModel *m = with_node("Slice", "x z o o", NULL);
	Brc__OnnxNode *n;

	(void)state;
	add_list(m, "z", 2, zeros);
	add_list(m, "o", 2, ones);
	refuses(m, "node 'my-h' (Slice): it slices axis 1 twice");
	slice("node 'my-h' (Slice): its step is 0", 0, 6, 1, 0);
	slice("node 'my-h' (Slice): axis 2 of a value of 2 dimensions", 0, 6, 2, 1);
	slice("node 'my-h' (Slice): axis -9223372036854775808", 0, 6, INT64_MIN, 1);
	slice("node 'my-h' (Slice): it mixes", 0, 1, 0, 1);
	slice("node 'my-h' (Slice): it mixes", 0, INT64_MAX, 0, 2);
	slice("node 'my-h' (Slice): dimension 1 of its output is empty", 3, 3, 1, 1);
	slice("node 'my-h' (Slice): dimension 1 of its output is empty", 6, INT64_MAX, 1, 1);
	slice("node 'my-h' (Slice): dimension 1 of its output is empty", 0, 6, 1, INT64_MIN);
	m = with_node("Slice", "x", &n);
	add_int_list(n, "starts", 1, zeros);
	refuses(m, "node 'my-h' (Slice): its form does not belong to operator set 13");
	m = with_node("Slice", "x", &n);
	m->opset_import[0]->version = 9;
	add_int_list(n, "starts", 2, zeros);
	add_int_list(n, "ends", 1, ones);
	refuses(m, "node 'my-h' (Slice): its starts, ends, axes and steps differ in number");
}

static Brc__OnnxModel *split(size_t n, const int64_t *sizes, int64_t axis)
{
	Brc__OnnxNode *node;
	Brc__OnnxModel *m = with_node("Split", n ? "x s" : "x", &node);

	append(&node->output, &node->n_output, strdup("rest"));
	add_int(node, "axis", axis);
	if (n)
		add_list(m, "s", n, sizes);
	return m;
}

static void parts_that_do_not_fit_are_refused(void **state)
{
	Brc__OnnxModel *m = with_node("Concat", "x x", NULL);
	Brc__OnnxNode *n;

	(void)state;
	refuses(m, "node 'my-h' (Concat): its axis is missing");
	m = with_node("Concat", "x x", &n);
	add_int(n, "axis", 0);
	refuses(m, "node 'my-h' (Concat): it mixes");
	m = with_node("Concat", "x a", &n);
	add_int(n, "axis", 1);
	refuses(m, "node 'my-h' (Concat): [N, 6] and [6, 6] cannot be joined along axis 1");
	refuses(split(0, NULL, 0), "node 'my-h' (Split): it mixes");
	refuses(split(2, (const int64_t[]){4, 3}, 1), "node 'my-h' (Split): part 1 of 2 does not");
	refuses(split(2, (const int64_t[]){4, 1}, 1), "node 'my-h' (Split): its parts sum to 5");
	refuses(split(2, (const int64_t[]){7, -1}, 1), "node 'my-h' (Split): part 0 of 2");
	refuses(split(2, (const int64_t[]){6, 0}, 1),
		"node 'my-h' (Split): dimension 1 of its output is empty");
	refuses(split(3, (const int64_t[]){2, 2, 2}, 1), "node 'my-h' (Split): 3 sizes for 2");
	m = split(0, NULL, 1);
	append(&m->graph->node[0]->output, &m->graph->node[0]->n_output, strdup("2"));
	append(&m->graph->node[0]->output, &m->graph->node[0]->n_output, strdup("3"));
	refuses(m, "node 'my-h' (Split): 6 does not split into 4 equal parts");
	m = split(0, NULL, 1);
	m->opset_import[0]->version = 18;
	add_int(m->graph->node[0], "num_outputs", 3);
	refuses(m, "node 'my-h' (Split): num_outputs is 3 for 2 outputs");
}

static void what_mixes_units_is_not_traced_through(void **state)
{
	Brc__OnnxNode *n;
	Brc__OnnxModel *m = with_node("Softmax", "x", NULL);
	brc_err err = {0};
	brc_net *net = read_model(m, &err);

	(void)state;
	assert_non_null(net); /* it runs; its edges are another matter */
	assert_int_equal(brc_net_check_traced(net, &err), BRC_DATA);
	assert_string_equal(err.message, "layer 'my-y': what feeds it cannot be traced through "
					 "node 'my-h' (Softmax)");
	assert_string_equal(brc_net_layer_at(net, 1)->untraced, "my-h");
	brc_net_free(net);
	m = with_node("Softmax", "x", &n);
	add_int(n, "axis", 0);
	refuses(m, "node 'my-h' (Softmax): it mixes the images of a batch");
	m = with_node("Dropout", "x", &n);
	append(&n->output, &n->n_output, strdup("mask"));
	add_node(m, "Relu", "mask", "z");
	refuses(m, "node 'my-z' (Relu): input 0 ('mask') holds truth values; floats are needed");
}

/* Each step doubles something; none may be carried out. */
static void doubling_is_refused(void **state)
{
	static const char *const op[] = {"Concat", "Add"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		Brc__OnnxModel *m = base_model();
		char in[32] = "x x", out[32];

		for (int i = 0; i < 60; i++) {
			Brc__OnnxNode *n;

			snprintf(out, sizeof(out), "d%d", i);
			n = add_node(m, op[k], in, out);
			if (k == 0)
				add_int(n, "axis", 1);
			snprintf(in, sizeof(in), "d%d d%d", i, i);
		}
		add_node(m, "Gemm", "d0 c", "y");
		if (k == 0)
			refuses(m, "node 'my-d27' (Concat): a value of more than");
		else
			accepts(m); /* a unit that counts 2^60 times */
	}
}

/* A row of features, and the same as a column, spread over a square of sums of two each. */
static void large_values_stay_within_the_budget(void **state)
{
	static const int64_t extent[] = {-1, 1, 8192}, perm[] = {0, 2, 1};
	Brc__OnnxModel *m = new_model();

	(void)state;
	add_input(m, "x", 3, extent);
	add_output(m, "y");
	add_weights(m, "v", 8192, 1);
	add_int_list(add_node(m, "Transpose", "x", "t"), "perm", 3, perm);
	add_node(m, "Add", "x t", "h");
	add_node(m, "MatMul", "h v", "y");
	refuses(m, "node 'my-h' (Add): too many branches to trace");
}

/* Names are quoted in messages: not with their escape sequences. */
static void names_are_printed_safely(void **state)
{
	Brc__OnnxNode *n;
	Brc__OnnxModel *m = with_node("Conv", "x", &n);
	char *name = malloc(100001);
	brc_err err;

	(void)state;
	assert_non_null(name);
	memset(name, 'n', 100000);
	memcpy(name, "\033[31m\n", 6);
	name[100000] = '\0';
	free(n->name);
	n->name = name;
	assert_null(read_model(m, &err));
	assert_null(strchr(err.message, '\033'));
	assert_null(strchr(err.message, '\n'));
	assert_true(strlen(err.message) < 512);
}

/* Equal names of layers become different ones. */
static void equal_layer_names_are_told_apart(void **state)
{
	Brc__OnnxModel *m = base_model();
	brc_net *net;
	brc_err err;

	(void)state;
	add_weights(m, "fc.weight", 6, 6);
	add_node(m, "Gemm", "x fc.weight b", "p");
	add_node(m, "Gemm", "p fc.weight b", "q");
	add_node(m, "Gemm", "q c", "y");
	net = read_model(m, &err);
	assert_non_null(net);
	assert_string_equal(brc_net_layers(net)->name[1], "fc");
	assert_string_equal(brc_net_layers(net)->name[2], "fc#2");
	assert_string_equal(brc_net_layers(net)->name[3], "my-y");
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_model_is_accepted),
		cmocka_unit_test(graphs_without_order_are_refused),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(unknown_operators_and_attributes_are_refused),
		cmocka_unit_test(wrong_inputs_are_refused),
		cmocka_unit_test(products_that_do_not_fit_are_refused),
		cmocka_unit_test(sums_that_do_not_fit_are_refused),
		cmocka_unit_test(target_shapes_that_do_not_fit_are_refused),
		cmocka_unit_test(slices_that_do_not_fit_are_refused),
		cmocka_unit_test(parts_that_do_not_fit_are_refused),
		cmocka_unit_test(what_mixes_units_is_not_traced_through),
		cmocka_unit_test(doubling_is_refused),
		cmocka_unit_test(large_values_stay_within_the_budget),
		cmocka_unit_test(names_are_printed_safely),
		cmocka_unit_test(equal_layer_names_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
