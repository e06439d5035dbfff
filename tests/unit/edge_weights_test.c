/*
 * The weight of every edge, under every norm, against networks of magnitudes in torch
 * (tests/oracle/edges.py, which says how its blocks are named); large plain chains against
 * the arrays in their files.
 */
#include <glob.h>

#include "data/models/onnx.h"
#include "traced_layers.h"
#include "array_files.h"

#define TOLERANCE 2e-6 /* relative: factors are floats, multiplied a few times */

/* The last is colsum without BatchNormalizations, as published. */
static const char *const norms[] = {"l1", "l2", "colsum", "spectral", "paper"};
enum { PAPER = 4, LAYERS = 26 };

static float *block_of(const brc_net *net, size_t edge)
{
	const brc_layers *l = brc_net_layers(net);
	const brc_net_edge *e = brc_net_layer_graph(net)->edge;
	brc_err err = {0};
	float *w;

	w = malloc(l->units[e[edge].from] * l->units[e[edge].to] * sizeof(*w));
	assert_non_null(w);
	if (brc_net_layer_graph(net)->weights(net, edge, w, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return w;
}

static void same_numbers(const char *what, const float *got, const float *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)got[i] - want[i]) <= TOLERANCE * fabs((double)want[i])))
			fail_msg("%s: element %zu is %.9g, not %.9g", what, i, (double)got[i],
				 (double)want[i]);
}

/* What norm makes of an edge; where the oracle has nothing of its own, what l1 makes. */
static brc_array golden_block(const char *path, size_t norm, const brc_net_edge *e)
{
	brc_err err = {0};
	char member[64];
	brc_array a;

	for (size_t k = norm;; k = BRC_NORM_L1) {
		snprintf(member, sizeof(member), "%s.%zu.%zu", norms[k], e->from, e->to);
		if (npz_array(path, member, 0, &a, &err) == BRC_OK)
			return a;
		if (k == BRC_NORM_L1)
			fail_msg("%s: an edge that is not: %s", path, err.message);
	}
}

static brc_net *read_for(const char *name, size_t norm)
{
	brc_err err = {0};
	char path[128];
	brc_net *net;

	if (norm != PAPER)
		return network_with(name, (brc_norm)norm);
	path_of(name, path);
	if (brc_net_read(&net, path, &(brc_net_options){.norm = BRC_NORM_COLSUM, .unfolded = true},
			 &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static void check_norm(const char *path, const char *name, size_t norm, size_t blocks)
{
	brc_net *net = read_for(name, norm);
	const brc_layers *l = brc_net_layers(net);
	const brc_net_edge *e = brc_net_layer_graph(net)->edge;
	size_t n = brc_net_layer_graph(net)->n_edges;
	char what[128];

	assert_true(l->n <= LAYERS);
	assert_int_equal(n, blocks);
	for (size_t i = 0; i < n; i++) {
		brc_array want = golden_block(path, norm, &e[i]);
		float *got = block_of(net, i);

		snprintf(what, sizeof(what), "%s, %s, edge %zu to %zu", name, norms[norm],
			 e[i].from, e[i].to);
		assert_int_equal(want.count, l->units[e[i].from] * l->units[e[i].to]);
		same_numbers(what, got, want.data, want.count);
		free(got);
		brc_array_clear(&want);
	}
	brc_net_free(net);
}

/* Blocks of a norm in the file: of l1 there is one for each edge. */
static size_t count_blocks(const char *path, size_t norm)
{
	brc_err err = {0};
	size_t n = 0;
	char member[64];
	brc_array a;

	for (size_t from = 0; from < LAYERS; from++)
		for (size_t to = from + 1; to < LAYERS; to++) {
			snprintf(member, sizeof(member), "%s.%zu.%zu", norms[norm], from, to);
			if (npz_array(path, member, 0, &a, &err) != BRC_OK)
				continue;
			brc_array_clear(&a);
			n++;
		}
	return n;
}

static void edges_weigh_what_torch_says(void **state)
{
	size_t published = 0;
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/golden/net/edges/*.npz", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 53);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *base = strrchr(found.gl_pathv[i], '/') + 1;
		char *name = strndup(base, strcspn(base, "."));
		size_t blocks = count_blocks(found.gl_pathv[i], BRC_NORM_L1);
		size_t paper = count_blocks(found.gl_pathv[i], PAPER);

		assert_non_null(name);
		for (size_t norm = 0; norm < 4; norm++)
			check_norm(found.gl_pathv[i], name, norm, blocks);
		if (paper)
			check_norm(found.gl_pathv[i], name, PAPER, paper);
		published += paper > 0;
		free(name);
	}
	assert_true(published >= 4);
	globfree(&found);
}

/* ---- chains: block i is the magnitudes of the i-th matrix, turned round ---- */

static const Brc__OnnxTensor *matrix(const brc_onnx *m, size_t i, size_t *rows, size_t *columns)
{
	const Brc__OnnxGraph *g = m->model->graph;

	for (size_t k = 0; k < g->n_node; k++) {
		if (strcmp(g->node[k]->op_type, "Gemm") != 0 || i-- > 0)
			continue;
		for (size_t t = 0; t < g->n_initializer; t++) {
			if (strcmp(g->initializer[t]->name, g->node[k]->input[1]) != 0)
				continue;
			*rows = (size_t)g->initializer[t]->dims[0];
			*columns = (size_t)g->initializer[t]->dims[1];
			return g->initializer[t];
		}
	}
	return NULL;
}

static void check_chain(const char *name)
{
	brc_net *net = network_with(name, BRC_NORM_L1);
	size_t rows = 0, columns = 0, blocks = 0;
	const Brc__OnnxTensor *t;
	const brc_net_edge *e;
	brc_err err = {0};
	char path[128];
	brc_onnx m;

	path_of(name, path);
	assert_int_equal(brc_onnx_read(&m, path, &err), BRC_OK);
	for (; (t = matrix(&m, blocks, &rows, &columns)); blocks++) {
		float *got = block_of(net, blocks), *want;

		assert_int_equal(brc_onnx_tensor_floats(t, &want, &err), BRC_OK);
		assert_int_equal(brc_net_layers(net)->units[blocks], columns);
		assert_int_equal(brc_net_layers(net)->units[blocks + 1], rows);
		for (size_t o = 0; o < rows; o++)
			for (size_t i = 0; i < columns; i++)
				assert_true(got[i * rows + o] == fabsf(want[o * columns + i]));
		free(got);
		free(want);
	}
	e = brc_net_layer_graph(net)->edge;
	assert_int_equal(brc_net_layer_graph(net)->n_edges, blocks);
	for (size_t i = 0; i < blocks; i++)
		assert_true(e[i].from == i && e[i].to == i + 1);
	brc_onnx_clear(&m);
	brc_net_free(net);
}

static void edges_of_a_chain_are_its_arrays(void **state)
{
	(void)state;
	check_chain("fashion-mlp");
	check_chain("fashion-mlp-dropout");
	check_chain("side-by-side");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_weigh_what_torch_says),
		cmocka_unit_test(edges_of_a_chain_are_its_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
