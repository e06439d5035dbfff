/* Every operator, forward, against torch: outputs, values before and after activation, edges. */
#include "net_fixture.h"

static const char *const names[] = {
	"branches", "constants", "dropout",        "fixed-batch",   "flatten-reshape",
	"gemm",     "image",     "leaky",          "leaky-default", "log-softmax",
	"matmul",   "opset9",    "opset9-dropout", "opset9-slice",  "relu",
	"residual", "sigmoid",   "slice",          "softmax",       "tanh",
	"twice",
};

static void check_layers(const char *name, const brc_net *net, const float *x, size_t rows)
{
	const brc_layers *layers = brc_net_layers(net);
	char beyond[32];

	for (size_t l = 1; l < layers->n; l++) {
		static const char *const which[] = {"pre", "post"};

		for (size_t k = 0; k < 2; k++) {
			char member[32], what[128];
			brc_array want;
			float *got;

			snprintf(member, sizeof(member), "%s.%zu", which[k], l);
			snprintf(what, sizeof(what), "%s %s", name, member);
			want = need_golden(name, member, "<f4");
			assert_int_equal(want.count, rows * layers->units[l]);
			got = values_of(net, l, k ? BRC_STAGE_POST : BRC_STAGE_PRE, x, rows);
			assert_close(got, want.data, want.count, 1e-5, what);
			free(got);
			brc_array_clear(&want);
		}
	}
	snprintf(beyond, sizeof(beyond), "pre.%zu", layers->n); /* torch found no more of them */
	assert_false(golden_array(name, beyond, "<f4", &(brc_array){0}));
}

static bool sums_to_one(const float *x, size_t n)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++) {
		if (x[c] < 0)
			return false;
		sum += x[c];
	}
	return fabs(sum - 1) < 1e-5;
}

/* The output, or what a closing Softmax makes it of: its logarithm is that of the logits. */
static void check_output(const char *name, const float *logits, const brc_array *y, size_t classes)
{
	bool probabilities = sums_to_one(y->data, classes);

	if (!probabilities && strcmp(name, "log-softmax") != 0) {
		assert_close(logits, y->data, y->count, 1e-5, name);
		return;
	}
	for (size_t i = 0; i < y->count; i += classes) {
		double got[8];

		assert_in_range(classes, 1, 8);
		log_softmax(logits + i, classes, got);
		for (size_t c = 0; c < classes; c++) {
			double want = ((const float *)y->data)[i + c];

			want = probabilities ? log(want) : want;
			assert_true(fabs(got[c] - want) <= 1e-5 * (1 + fabs(want)));
		}
	}
}

static void gives_what_torch_gives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		brc_net *net = small_network(names[i]);
		brc_array x = need_golden(names[i], "input", "<f4");
		brc_array y = need_golden(names[i], "output", "<f4");
		float *logits = logits_of(net, x.data, x.shape[0]);

		assert_int_equal(x.count, x.shape[0] * brc_net_io_of(net)->inputs);
		assert_int_equal(y.count, y.shape[0] * brc_net_io_of(net)->classes);
		check_output(names[i], logits, &y, brc_net_io_of(net)->classes);
		check_layers(names[i], net, x.data, x.shape[0]);
		free(logits);
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
		const brc_net_edge *edge = brc_net_layer_graph(net)->edge;
		size_t n = brc_net_layer_graph(net)->n_edges, found = 0;

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
				assert_int_equal(
					brc_net_layer_graph(net)->weights(net, found, w, &err),
					BRC_OK);
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

/* What stands below the rows at hand changes no byte of theirs. */
static void rows_do_not_depend_on_the_tail(void **state)
{
	brc_net *net = small_network("branches");
	brc_array x = need_golden("branches", "input", "<f4");
	size_t half = x.shape[0] / 2;
	float *all = logits_of(net, x.data, x.shape[0]), *few = logits_of(net, x.data, half);

	(void)state;
	assert_true(half > 0);
	assert_memory_equal(all, few, half * brc_net_io_of(net)->classes * sizeof(*few));
	free(all);
	free(few);
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
		{"dropout-training", "it is switched on (training_mode)"},
		{"transposed-input",
		 "node 'h1' (Gemm): its input [N, 6], transposed, does not fit its weights [6, 8]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char path[256];
		brc_err err = {0};
		brc_net *net;

		snprintf(path, sizeof(path), "fixtures/small/%s.onnx", refused[i][0]);
		assert_int_equal(brc_net_read(&net, path, NULL, &err), BRC_DATA);
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
