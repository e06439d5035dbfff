/* Chains of layers from their weights alone, against NumPy's norms. */
#include "data_files.h"

#include <math.h>

#include "net/layer_chain.h"
#include "net/unit_graph.h"

#define WEIGHTS "tests/golden/weights/"

static brc_layer_chain *chain_of(const char *file, const char *order, bool transposed,
				 brc_norm norm)
{
	brc_layer_chain *c;
	brc_err err = {0};
	char path[96];

	snprintf(path, sizeof(path), WEIGHTS "%s", file);
	if (brc_layer_chain_read(&c, path, order, transposed, norm, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return c;
}

static void matches(const brc_blocks *b, size_t i, size_t n, FILE *f)
{
	assert_true(i < b->n);
	assert_int_equal(b->block[i].from, i);
	assert_int_equal(b->block[i].to, i + 1);
	assert_int_equal(n, b->layers.units[i] * b->layers.units[i + 1]);
	for (size_t e = 0; e < n; e++) {
		float golden;

		assert_int_equal(fscanf(f, "%f", &golden), 1);
		if (fabsf(b->block[i].w[e] - golden) > 2e-7f * golden) /* an ulp */
			fail_msg("block %zu, entry %zu: %.9g, not %.9g", i, e,
				 (double)b->block[i].w[e], (double)golden);
	}
}

/* The graph of all layers of a chain is as `name` `norm` in the golden blocks. */
static void check_blocks(brc_layer_chain *c, const char *name)
{
	static const char *const norms[] = {"l1", "l2", "colsum", "spectral"};
	brc_blocks b = {0};
	brc_err err = {0};
	const brc_layer_graph *all = brc_layer_chain_graph(c);
	char of[16], kind[16];
	size_t i, n, found = 0;
	FILE *f = fopen(WEIGHTS "blocks.txt", "r");

	assert_non_null(f);
	assert_int_equal(brc_unit_graph_make(all, BRC_UNITS_ALL, 0, &b, &err), BRC_OK);
	for (; fscanf(f, "%15s %15s %zu %zu", of, kind, &i, &n) == 4; fscanf(f, "%*[^\n]"))
		if (!strcmp(of, name) && !strcmp(kind, norms[all->norm])) {
			if (i < b.n)
				matches(&b, i, n, f);
			found++;
		}
	assert_true(found >= 2 && found >= b.n);
	fclose(f);
	brc_blocks_clear(&b);
	brc_layer_chain_free(c);
}

static void matches_numpy_in_every_format(void **state)
{
	static const char *const files[] = {"chain.safetensors", "chain.npz",
					    "sharded/model.safetensors.index.json"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		check_blocks(chain_of(files[i], NULL, false, BRC_NORM_L1), "chain");
		check_blocks(chain_of(files[i], NULL, false, BRC_NORM_L2), "chain");
		for (int norm = BRC_NORM_COLSUM; norm <= BRC_NORM_SPECTRAL; norm++)
			check_blocks(chain_of(files[i], "conv1.weight,conv2.weight", false,
					      (brc_norm)norm),
				     "chain");
	}
}

static void transposed_layers_in_natural_order(void **state)
{
	(void)state;
	check_blocks(chain_of("dense.npz", NULL, true, BRC_NORM_L1), "dense");
	check_blocks(chain_of("dense.npz", "layer1,layer2,layer10", true, BRC_NORM_L1), "dense");
}

static void hidden_layers_alone(void **state)
{
	brc_layer_chain *c = chain_of("chain.safetensors", NULL, false, BRC_NORM_L1);
	const brc_layer_graph *whole = brc_layer_chain_graph(c);
	const brc_layers *all = whole->layers;
	brc_blocks b = {0};
	brc_err err = {0};

	(void)state;
	assert_int_equal(all->n, 5);
	assert_string_equal(all->name[0], "input");
	assert_int_equal(all->units[0], 2);
	assert_string_equal(all->name[4], "head");
	assert_int_equal(brc_unit_graph_make(whole, BRC_UNITS_HIDDEN, 0, &b, &err), BRC_OK);
	assert_int_equal(b.layers.n, 3);
	assert_string_equal(b.layers.name[0], "conv1");
	assert_string_equal(b.layers.name[2], "fc1");
	assert_int_equal(b.n, 2);
	brc_blocks_clear(&b);
	brc_layer_chain_free(c);
}

static void equal_names_are_numbered(void **state)
{
	static const char head[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }\n";
	char square[128] = "\x93NUMPY\1";
	size_t n = sizeof(head) - 1;
	brc_layer_chain *c;
	brc_err err = {0};
	temporary t;

	(void)state;
	square[8] = (char)n;
	memcpy(square + 10, head, n);
	t = temporary_file(square, 10 + n + 4);
	assert_int_equal(
		brc_layer_chain_read(&c, t.path, "weight,weight", false, BRC_NORM_L1, &err),
		BRC_OK);
	assert_string_equal(brc_layer_chain_graph(c)->layers->name[1], "weight");
	assert_string_equal(brc_layer_chain_graph(c)->layers->name[2], "weight#2");
	brc_layer_chain_free(c);
	unlink(t.path);
}

static void refuses(const char *file, const char *order, bool transposed, const char *message,
		    const char *hint)
{
	brc_layer_chain *c;
	brc_err err = {0};
	char path[96];

	snprintf(path, sizeof(path), WEIGHTS "%s", file);
	assert_int_equal(brc_layer_chain_read(&c, path, order, transposed, BRC_NORM_L1, &err),
			 BRC_DATA);
	assert_null(c);
	if (!strstr(err.message, path) || !strstr(err.message, message))
		fail_msg("'%s' does not say '%s'", err.message, message);
	assert_non_null(strstr(err.hint, hint));
}

static void refuses_what_is_no_chain(void **state)
{
	(void)state;
	refuses("dense.npz", NULL, false,
		"'layer1' (7 x 5) has 7 outputs, which do not fit the 6 inputs of 'layer2' (5 x 6)",
		"--transposed");
	refuses("dense.npz", "layer2,layer1", true, "'layer2' (5 x 6)", "--chain");
	refuses("chain.npz", "conv1.weight,head.weight", false, "'head.weight' (3 x 6)", "ONNX");
	refuses("chain.npz", "fc1.weight,conv1.weight", false, "'conv1.weight' (4 x 2 x 3 x 2)",
		"");
	refuses("chain.npz", "conv1.bias", false, "'conv1.bias' has 1 extents", "");
	refuses("chain.npz", "conv1.weight,,fc1.weight", false, "no array is called ''",
		"conv1.bias, conv1.weight");
	refuses("chain.npz", "conv", false, "no array is called 'conv'",
		"conv1.bias, conv1.weight");
}

static void refuses_norms_of_flattened_channels(void **state)
{
	(void)state;
	for (int norm = BRC_NORM_COLSUM; norm <= BRC_NORM_SPECTRAL; norm++) {
		brc_layer_chain *c = chain_of("chain.safetensors", NULL, false, (brc_norm)norm);
		const brc_layer_graph *all = brc_layer_chain_graph(c);
		brc_blocks b = {0};
		brc_err err = {0};

		assert_int_equal(brc_unit_graph_make(all, BRC_UNITS_ALL, 0, &b, &err), BRC_DATA);
		assert_non_null(
			strstr(err.message, "chain.safetensors: 'fc1.weight' has 7 weights"));
		brc_blocks_clear(&b);
		brc_layer_chain_free(c);
	}
}

static void refuses_graphs_without_edges_and_without_memory(void **state)
{
	brc_layer_chain *c = chain_of("chain.npz", "conv1.weight", false, BRC_NORM_L1);
	const brc_layer_graph *all = brc_layer_chain_graph(c);
	brc_blocks b = {0};
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_unit_graph_make(all, BRC_UNITS_HIDDEN, 0, &b, &err), BRC_DATA);
	assert_non_null(strstr(err.hint, "--units all"));
	assert_int_equal(brc_unit_graph_make(all, BRC_UNITS_ALL, 64, &b, &err), BRC_RESOURCE);
	brc_blocks_clear(&b);
	brc_layer_chain_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_numpy_in_every_format),
		cmocka_unit_test(transposed_layers_in_natural_order),
		cmocka_unit_test(hidden_layers_alone),
		cmocka_unit_test(equal_names_are_numbered),
		cmocka_unit_test(refuses_what_is_no_chain),
		cmocka_unit_test(refuses_norms_of_flattened_channels),
		cmocka_unit_test(refuses_graphs_without_edges_and_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
