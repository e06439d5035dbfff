/*
 * Hostile models: each is refused by its node, within 100 MiB more than the
 * program takes anyway.
 */
#include "refused_models.h"

static void a_long_cycle_is_refused(void **state)
{
	enum { LENGTH = 20000 };
	Brc__OnnxModel *m = begin();

	(void)state;
	for (size_t i = 0; i < LENGTH; i++) {
		char in[32], out[32];

		snprintf(in, sizeof(in), "v%zu", (i + 1) % LENGTH);
		snprintf(out, sizeof(out), "v%zu", i);
		add_node(m, "Relu", in, out);
	}
	add_node(m, "Add", "x v7", "y");
	refuses(m, "(Relu): its output feeds back into its input");
}

static void shapes_that_grow_at_every_node_are_refused(void **state)
{
	static const int64_t wide[] = {1 << 15, 1 << 15}, list[] = {30000, 30000};
	Brc__OnnxModel *m = begin();
	char in[32], out[32];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(in, sizeof(in), i ? "c%d c%d" : "x x", i - 1, i - 1);
		snprintf(out, sizeof(out), i == 59 ? "y" : "c%d", i);
		add_int(add_node(m, "Concat", in, out), "axis", 1);
	}
	refuses(m, "(Concat): a value of more than");
	m = begin();
	add_list(m, "s", 2, wide);
	add_node(m, "ConstantOfShape", "s", "k");
	add_node(m, "Add", "k k", "y");
	refuses(m, "node 'my-k' (ConstantOfShape): its values take more memory");
	m = begin();
	add_list(m, "s", 2, list);
	add_list(m, "one", 1, (const int64_t[]){1});
	add_node(m, "Expand", "one s", "y");
	refuses(m, "node 'my-y' (Expand): its values take more memory");
}

/* Weights that thousands of nodes share, each with a copy in a layout of its own. */
static void weights_that_a_small_file_repeats_do_not_exhaust_memory(void **state)
{
	enum { CHANNELS = 512, NODES = 3000 };
	static const int64_t first[] = {CHANNELS, 4, 1, 1};
	static const int64_t square[] = {CHANNELS, CHANNELS, 1, 1};
	Brc__OnnxModel *m = begin();
	char in[32], out[32];

	(void)state;
	add_tensor(m, "f", BRC_ONNX_FLOAT, 4, first, NULL, 16 * CHANNELS);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 4, square, NULL, 4 * CHANNELS * CHANNELS);
	add_node(m, "Conv", "x f", "c0");
	for (int i = 1; i <= NODES; i++) {
		snprintf(in, sizeof(in), "c%d w", i - 1);
		snprintf(out, sizeof(out), i == NODES ? "y" : "c%d", i);
		add_node(m, "Conv", in, out);
	}
	refuses(m, "(Conv): its weights take more memory than the size of the model accounts for");
}

static void elements_of_the_wrong_kind(void **state)
{
	static const int64_t weight[] = {4, 4, 1, 1};
	Brc__OnnxModel *m = begin();

	(void)state;
	add_tensor(m, "w", BRC_ONNX_INT64, 4, weight, NULL, 128);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "node 'my-y' (Conv): input 1 ('w') holds integers; floats are needed");
	m = begin();
	add_tensor(m, "w", 8, 4, weight, NULL, 64);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "'w'");
	m = begin();
	add_tensor(m, "w", BRC_ONNX_FLOAT, 4, weight, NULL, 60);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "initializer 'w': its shape has 16 elements, its data 15");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_cycle_is_refused),
		cmocka_unit_test(shapes_that_grow_at_every_node_are_refused),
		cmocka_unit_test(weights_that_a_small_file_repeats_do_not_exhaust_memory),
		cmocka_unit_test(elements_of_the_wrong_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
