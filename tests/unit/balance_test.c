/*
 * Balanced weights: factors against SciPy's (tests/oracle/scales.py, which also ran the scaled
 * networks), the units that cannot be scaled, and graphs of networks whose units were scaled.
 */
#include "traced_layers.h"
#include "array_files.h"
#include "model_edit.h"

#include "graph/laplacian.h"
#include "graph/partition.h"
#include "net/balance.h"
#include "net/unit_graph.h"

static const brc_net_options asked = {.scaling = true};

static brc_net *network_to_balance(const char *name)
{
	brc_err err = {0};
	char path[128];
	brc_net *net;

	path_of(name, path);
	if (brc_net_read(&net, path, &asked, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static brc_balance *balance_of(const brc_net *net)
{
	brc_err err = {0};
	brc_balance *b;

	if (brc_balance_new(&b, brc_net_layer_graph(net), 0, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return b;
}

/* ---- factors ---- */

static void check_factors(const char *name)
{
	brc_net *net = network_to_balance(name);
	brc_balance *b = balance_of(net);
	const brc_layers *l = brc_net_layers(net);
	char path[128], member[32];
	brc_err err = {0};

	snprintf(path, sizeof(path), "tests/golden/net/balance/%s.npz", name);
	assert_true(b->gap <= BRC_BALANCE_TOLERANCE);
	assert_int_equal(b->balanced, b->hidden);
	for (size_t i = 0; i < l->n; i++) {
		brc_array want;

		snprintf(member, sizeof(member), "scale.%zu", i);
		if (npz_array(path, member, 0, &want, &err) != BRC_OK)
			fail_msg("%s", err.message);
		assert_int_equal(want.count, l->units[i]);
		for (size_t u = 0; u < want.count; u++) {
			double x = b->scale[l->first[i] + u], y = ((const float *)want.data)[u];

			if (!(fabs(x / y - 1) < 2e-6))
				fail_msg("%s: layer %zu, unit %zu: %.9g, not %.9g", name, i, u, x,
					 y);
		}
		brc_array_clear(&want);
	}
	brc_balance_free(b);
	brc_net_free(net);
}

static void factors_are_those_of_scipy(void **state)
{
	(void)state;
	check_factors("relu");
	check_factors("leaky");
	check_factors("grouped");
	check_factors("residual");
	check_factors("fashion-vgg");
	check_factors("fashion-resnet");
}

/* ---- what cannot be scaled ---- */

/* Hidden units that are balanced: what the functions in each network say, worked out by hand. */
static const struct {
	const char *name;
	size_t balanced, hidden;
} counts[] = {
	{"tanh", 0, 13},       {"sigmoid", 0, 13},   {"gelu", 0, 9},
	{"silu", 0, 9},        {"hard-swish", 0, 9}, {"hard-swish-14", 0, 9},
	{"attention", 0, 24},  {"branches", 12, 15}, /* three of tanh */
	{"matmul", 8, 17},                           /* of ReLU, sigmoid, tanh */
	{"gemm", 24, 30},                            /* one layer of tanh */
	{"gate", 8, 20},                             /* stem and expansion meet in a product */
	{"layer-norm", 5, 13},                       /* the layer behind the normalisation */
	{"softmax", 13, 13},                         /* at the end alone */
	{"densenet", 19, 19}, /* constants of normalisations follow their units */
	{"shuffle", 18, 18},   {"twice", 5, 5},
};

static void other_functions_fix_their_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		brc_net *net = network_to_balance(counts[i].name);
		brc_balance *b = balance_of(net);

		if (b->balanced != counts[i].balanced || b->hidden != counts[i].hidden)
			fail_msg("%s: %zu of %zu units, not %zu of %zu", counts[i].name,
				 b->balanced, b->hidden, counts[i].balanced, counts[i].hidden);
		brc_balance_free(b);
		brc_net_free(net);
	}
}

/* ---- the same network, scaled ---- */

/* in[units][inputs] of a layer times its factors; out[outputs][units] of the next divided by them.
 */
static void scale_units(float *in, float *bias, float *out, size_t units, size_t inputs,
			size_t outputs, const float *c)
{
	for (size_t u = 0; u < units; u++) {
		for (size_t i = 0; i < inputs; i++)
			in[u * inputs + i] *= c[u];
		bias[u] *= c[u];
		for (size_t o = 0; o < outputs; o++)
			out[o * units + u] /= c[u];
	}
}

/* fashion-mlp with each hidden unit scaled by a factor from 1/4 to 4. */
static brc_net *scaled_network(void)
{
	static const size_t units[] = {784, 256, 256, 256, 256, 10};
	brc_onnx m = model_open("fixtures/fashion-mlp.onnx");
	char name[3][32];
	float c[256];
	size_t n;
	uint8_t *bytes;
	brc_err err = {0};
	brc_net *net;
	uint64_t seed = 1;

	for (size_t l = 1; l <= 4; l++) {
		for (size_t u = 0; u < 256; u++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			c[u] = exp2f(4 * (float)(seed >> 40) / (1 << 24) - 2);
		}
		snprintf(name[0], 32, "hidden%zu.weight", l);
		snprintf(name[1], 32, "hidden%zu.bias", l);
		snprintf(name[2], 32, l < 4 ? "hidden%zu.weight" : "output.weight", l + 1);
		scale_units(model_weights(&m, name[0], units[l] * units[l - 1]),
			    model_weights(&m, name[1], units[l]),
			    model_weights(&m, name[2], units[l + 1] * units[l]), units[l],
			    units[l - 1], units[l + 1], c);
	}
	bytes = model_pack(&m, &n);
	if (brc_net_decode(&net, bytes, n, &asked, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	brc_onnx_clear(&m);
	return net;
}

typedef struct graph {
	brc_net *net;
	brc_balance *balance;
	brc_blocks blocks, plain;
	brc_clustering balanced, as_it_is; /* of 8 clusters */
} graph;

static void cluster(const brc_blocks *b, brc_clustering *c)
{
	brc_spectral_options o = {.restarts = 25, .seed = 1};
	brc_laplacian l;
	brc_err err = {0};

	if (brc_laplacian_global(&l, b, "weights", "weights", &err) != BRC_OK ||
	    brc_spectral_cluster(c, &l.graph[0].graph, 8, &o, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_laplacian_clear(&l);
}

static graph graph_of(brc_net *net)
{
	graph g = {.net = net, .balance = balance_of(net)};
	brc_err err = {0};

	assert_int_equal(
		brc_unit_graph_make(&g.balance->graph, BRC_UNITS_HIDDEN, 0, &g.blocks, &err),
		BRC_OK);
	assert_int_equal(
		brc_unit_graph_make(brc_net_layer_graph(net), BRC_UNITS_HIDDEN, 0, &g.plain, &err),
		BRC_OK);
	cluster(&g.blocks, &g.balanced);
	cluster(&g.plain, &g.as_it_is);
	return g;
}

static void graph_clear(graph *g)
{
	brc_clustering_clear(&g->balanced);
	brc_clustering_clear(&g->as_it_is);
	brc_blocks_clear(&g->blocks);
	brc_blocks_clear(&g->plain);
	brc_balance_free(g->balance);
	brc_net_free(g->net);
}

static double largest_difference(const brc_blocks *a, const brc_blocks *b)
{
	double largest = 0;

	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		size_t n = a->layers.units[a->block[i].from] * a->layers.units[a->block[i].to];

		for (size_t e = 0; e < n; e++) {
			double x = (double)a->block[i].w[e], y = (double)b->block[i].w[e];
			double d = y > 0 ? fabs(x / y - 1) : x;

			largest = d > largest ? d : largest;
		}
	}
	return largest;
}

static bool same_labels(const brc_clustering *a, const brc_clustering *b)
{
	return memcmp(a->label, b->label, 1024 * sizeof(*a->label)) == 0;
}

static void scaled_units_have_the_same_balanced_graph(void **state)
{
	graph a = graph_of(network_to_balance("fashion-mlp")), b = graph_of(scaled_network());
	double difference = largest_difference(&a.blocks, &b.blocks);

	(void)state;
	if (difference > 2e-6) /* weights are floats */
		fail_msg("balanced weights differ by %g", difference);
	assert_true(largest_difference(&a.plain, &b.plain) > 0.5);
	assert_true(same_labels(&a.balanced, &b.balanced));
	assert_false(same_labels(&a.as_it_is, &b.as_it_is));
	graph_clear(&a);
	graph_clear(&b);
}

/* ---- norms and limits ---- */

static void l2_norms_become_equal(void **state)
{
	brc_net_options how = {.scaling = true, .norm = BRC_NORM_L2};
	brc_err err = {0};
	brc_net *net;
	brc_balance *b;
	float w12[18 * 18], w01[18 * 18];
	const brc_layers *l;

	(void)state;
	assert_int_equal(brc_net_read(&net, "fixtures/small/relu.onnx", &how, &err), BRC_OK);
	b = balance_of(net);
	l = brc_net_layers(net);
	assert_true(b->gap <= BRC_BALANCE_TOLERANCE);
	assert_true(l->units[0] * l->units[1] <= 324 && l->units[1] * l->units[2] <= 324);
	assert_int_equal(b->graph.weights(b->graph.of, 0, w01, &err), BRC_OK);
	assert_int_equal(b->graph.weights(b->graph.of, 1, w12, &err), BRC_OK);
	for (size_t u = 0; u < l->units[1]; u++) {
		double in = 0, out = 0;

		for (size_t i = 0; i < l->units[0]; i++)
			in += (double)w01[i * l->units[1] + u] * (double)w01[i * l->units[1] + u];
		for (size_t o = 0; o < l->units[2]; o++)
			out += (double)w12[u * l->units[2] + o] * (double)w12[u * l->units[2] + o];
		assert_true(fabs(in / out - 1) < 1e-5);
	}
	brc_balance_free(b);
	brc_net_free(net);
}

static void memory_is_limited(void **state)
{
	brc_net *net = network_to_balance("fashion-mlp");
	brc_balance *b;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_balance_new(&b, brc_net_layer_graph(net), 4096, &err), BRC_RESOURCE);
	assert_null(b);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(factors_are_those_of_scipy),
		cmocka_unit_test(other_functions_fix_their_units),
		cmocka_unit_test(scaled_units_have_the_same_balanced_graph),
		cmocka_unit_test(l2_norms_become_equal),
		cmocka_unit_test(memory_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
