/* Every operator, forward, against torch: outputs, values before and after activation, edges. */
#include "net_fixture.h"

static const char *const names[] = {
	"branches", "constants", "dropout",        "fixed-batch",   "flatten-reshape",
	"gemm",     "image",     "leaky",          "leaky-default", "log-softmax",
	"matmul",   "opset9",    "opset9-dropout", "opset9-slice",  "relu",
	"residual", "sigmoid",   "slice",          "softmax",       "tanh",
	"twice",
};

/* The value that the network puts out: logits are something else where it ends in Softmax. */
static const float *output(const brc_net *net, const brc_run *r)
{
	return brc_run_value(r, brc_net_output(net));
}

static void check_layers(const char *name, const brc_net *net, const brc_run *r, size_t rows)
{
	const brc_layers *layers = brc_net_layers(net);
	char beyond[32];

	for (size_t l = 1; l < layers->n; l++) {
		static const char *const which[] = {"pre", "post"};

		for (size_t k = 0; k < 2; k++) {
			const brc_net_layer *layer = brc_net_layer_at(net, l);
			char member[32], what[128];
			brc_array want;

			snprintf(member, sizeof(member), "%s.%zu", which[k], l);
			snprintf(what, sizeof(what), "%s %s", name, member);
			want = need_golden(name, member, "<f4");
			assert_int_equal(want.count, rows * layers->units[l]);
			assert_close(brc_run_value(r, k ? layer->post : layer->pre), want.data,
				     want.count, 1e-5, what);
			brc_array_clear(&want);
		}
	}
	snprintf(beyond, sizeof(beyond), "pre.%zu", layers->n); /* torch found no more of them */
	assert_false(golden_array(name, beyond, "<f4", &(brc_array){0}));
}

static void gives_what_torch_gives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		brc_net *net = small_network(names[i]);
		brc_array x = need_golden(names[i], "input", "<f4");
		brc_array y = need_golden(names[i], "output", "<f4");
		brc_run *r = run_rows(net, x.data, x.shape[0]);

		assert_int_equal(x.count, x.shape[0] * brc_net_inputs(net));
		assert_int_equal(y.count, y.shape[0] * brc_net_classes(net));
		assert_close(output(net, r), y.data, y.count, 1e-5, names[i]);
		check_layers(names[i], net, r, x.shape[0]);
		brc_run_free(r);
		brc_array_clear(&x);
		brc_array_clear(&y);
		brc_net_free(net);
	}
}

/* Every pair of layers: an edge exactly where torch finds derivatives, with their magnitudes. */
static void edges_are_derivatives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		brc_net *net = small_network(names[i]);
		const brc_layers *layers = brc_net_layers(net);
		const brc_net_edge *edge;
		size_t n = brc_net_edges(net, &edge), found = 0;

		for (size_t a = 0; a < layers->n; a++) {
			for (size_t b = 0; b < layers->n; b++) {
				char member[48];
				brc_array want;
				brc_err err = {0};
				float *w;

				snprintf(member, sizeof(member), "edge.%zu.%zu", a, b);
				if (!golden_array(names[i], member, "<f4", &want))
					continue;
				assert_true(found < n);
				assert_int_equal(edge[found].from, a);
				assert_int_equal(edge[found].to, b);
				w = malloc(want.count * sizeof(*w));
				assert_non_null(w);
				assert_int_equal(want.count, layers->units[a] * layers->units[b]);
				assert_int_equal(brc_net_edge_weights(net, found, w, &err), BRC_OK);
				assert_close(w, want.data, want.count, 1e-6, member);
				free(w);
				brc_array_clear(&want);
				found++;
			}
		}
		assert_int_equal(found, n);
		brc_net_free(net);
	}
}

/* The tail of a micro-batch is never looked at: garbage there changes no byte above. */
static void rows_do_not_depend_on_the_tail(void **state)
{
	brc_net *net = small_network("branches");
	brc_array x = need_golden("branches", "input", "<f4");
	size_t rows = x.shape[0], inputs = brc_net_inputs(net), n = rows * brc_net_classes(net);
	brc_run *r = run_rows(net, x.data, rows);
	float *before = malloc(n * sizeof(*before));

	(void)state;
	assert_non_null(before);
	memcpy(before, output(net, r), n * sizeof(*before));
	for (size_t k = rows * inputs; k < BRC_RUN_ROWS * inputs; k++)
		brc_run_input(r)[k] = (float)k;
	brc_run_forward(r);
	assert_memory_equal(before, output(net, r), n * sizeof(*before));
	free(before);
	brc_run_free(r);
	brc_array_clear(&x);
	brc_net_free(net);
}

static void check_layer(const brc_net *net, size_t l, const char *name, const char *kind,
			brc_role role, size_t units)
{
	const brc_net_layer *layer = brc_net_layer_at(net, l);

	assert_string_equal(layer->name, name);
	assert_string_equal(brc_net_layers(net)->name[l], name);
	assert_string_equal(layer->kind, kind);
	assert_int_equal(layer->role, role);
	assert_int_equal(layer->units, units);
}

static void layers_have_readable_names(void **state)
{
	brc_net *net = network("fixtures/fashion-mlp.onnx");

	(void)state;
	assert_int_equal(brc_net_layers(net)->n, 6);
	check_layer(net, 0, "image", "input", BRC_ROLE_INPUT, 784);
	check_layer(net, 1, "hidden1", "Gemm", BRC_ROLE_HIDDEN, 256);
	check_layer(net, 4, "hidden4", "Gemm", BRC_ROLE_HIDDEN, 256);
	check_layer(net, 5, "output", "Gemm", BRC_ROLE_OUTPUT, 10);
	brc_net_free(net);
	net = small_network("constants");
	check_layer(net, 1, "h1", "Gemm", BRC_ROLE_HIDDEN, 8);
	check_layer(net, 4, "output", "Gemm", BRC_ROLE_OUTPUT, 3);
	brc_net_free(net);
	net = small_network("matmul");
	check_layer(net, 1, "m1", "MatMul", BRC_ROLE_HIDDEN, 8);
	check_layer(net, 4, "m4", "MatMul", BRC_ROLE_OUTPUT, 3);
	brc_net_free(net);
	net = small_network("relu");
	check_layer(net, 1, "0", "Gemm", BRC_ROLE_HIDDEN, 8);
	check_layer(net, 3, "4", "Gemm", BRC_ROLE_OUTPUT, 3);
	brc_net_free(net);
}

static void split_outputs_are_output_layers(void **state)
{
	brc_net *net = network("fixtures/side-by-side-split.onnx");
	const brc_layers *layers = brc_net_layers(net);
	size_t outputs = 0;

	(void)state;
	for (size_t l = 0; l < layers->n; l++)
		outputs += brc_net_layer_at(net, l)->role == BRC_ROLE_OUTPUT;
	assert_int_equal(layers->n, 9);
	assert_int_equal(outputs, 2);
	brc_net_free(net);
}

static void unsupported_networks_are_refused(void **state)
{
	static const char *const refused[][2] = {
		{"conv", "operator Conv (node '/0/Conv') is not supported"},
		{"dropout-training", "it is switched on (training_mode)"},
		{"tokens", "a product of [N, 2, 3] and [3, 4] is not supported"},
		{"transposed-input", "node 'h1' (Gemm): it mixes the images of a batch"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char path[256];
		brc_err err = {0};
		brc_net *net;

		snprintf(path, sizeof(path), "fixtures/small/%s.onnx", refused[i][0]);
		assert_int_equal(brc_net_read(&net, path, &err), BRC_DATA);
		assert_null(net);
		if (!strstr(err.message, path) || !strstr(err.message, refused[i][1]))
			fail_msg("%s", err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_torch_gives),
		cmocka_unit_test(edges_are_derivatives),
		cmocka_unit_test(rows_do_not_depend_on_the_tail),
		cmocka_unit_test(layers_have_readable_names),
		cmocka_unit_test(split_outputs_are_output_layers),
		cmocka_unit_test(unsupported_networks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
