/* Gathering and scattering by indices: images stay apart, units are followed, nonsense is refused.
 */
#include "model_build.h"

#include <math.h>

#include "exec_pass.h"
#include "net/net.h"

static const int64_t rows_of[] = {-1, 4};

/* x [N, 4] -> y, with the indices "at" [rows, 2] or of any shape. */
static Brc__OnnxModel *begin(const char *type, const char *in, size_t ndim, const int64_t *dim,
			     const int64_t *index)
{
	Brc__OnnxModel *m = new_model();
	size_t n = 1;

	m->opset_import[0]->version = 18;
	for (size_t k = 0; k < ndim; k++)
		n *= (size_t)dim[k];
	add_input(m, "x", 2, rows_of);
	add_output(m, "y");
	add_tensor(m, "at", BRC_ONNX_INT64, ndim, dim, index, n * sizeof(*index));
	add_node(m, type, in, "y");
	return m;
}

static brc_rc build(Brc__OnnxModel *model, size_t rows, brc_onnx *m, brc_exec **g, brc_err *err)
{
	const brc_tensor_view in = {.name = "x", .ndim = 2, .dim = {rows, 4}, .batch = true};
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	brc_rc rc = brc_onnx_decode(m, bytes, n, err);

	*g = NULL;
	free(bytes);
	return rc == BRC_OK ? brc_exec_new(g, m, &in, 1, NULL, err) : rc;
}

/* x = 0, 1, 2, ... gives y[n]; NaN equals NaN. */
static void gives(Brc__OnnxModel *model, size_t rows, const float *y, size_t n)
{
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;
	brc_onnx m;
	float *x;

	if (build(model, rows, &m, &g, &err) != BRC_OK || exec_pass_new(&p, g, &err) != BRC_OK)
		fail_msg("%s", err.message);
	x = brc_workspace_input(p.w, "x");
	for (size_t i = 0; i < 4 * rows; i++)
		x[i] = (float)i;
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	assert_int_equal(output_of(g, 0)->count, n);
	for (size_t i = 0; i < n; i++) {
		float have = ((const float *)brc_workspace_output(p.w, 0))[i];

		if (have != y[i] && !(isnan(have) && isnan(y[i])))
			fail_msg("element %zu is %g, not %g", i, have, y[i]);
	}
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

static void refuses(Brc__OnnxModel *model, const char *words)
{
	brc_err err = {0};
	brc_exec *g;
	brc_onnx m;

	assert_int_equal(build(model, 2, &m, &g, &err), BRC_DATA);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in '%s'", words, err.message);
	brc_onnx_clear(&m);
}

static const int64_t square[] = {2, 2}, four[] = {2, 2, 2}, column[] = {2, 1};

/* As exporters write x[:, [2, 0]] = other: the first part of every index is its image. */
static void tuples_may_name_their_own_image(void **state)
{
	static const int64_t own[] = {0, 3, 0, 1, 1, 0, 1, -1}, other[] = {1, 3, 1, 1, 0, 0, 0, 2};
	static const float taken[] = {3, 1, 4, 7};
	static const float put[] = {0, 7, 2, 7, 7, 5, 6, 7};
	static const float v[] = {7, 7, 7, 7};
	Brc__OnnxModel *m = begin("GatherND", "x at", 3, four, own);

	(void)state;
	gives(m, 2, taken, 4);
	refuses(begin("GatherND", "x at", 3, four, other), "it mixes the images of a batch");
	m = begin("ScatterND", "x at v", 3, four, own);
	add_tensor(m, "v", BRC_ONNX_FLOAT, 2, square, v, sizeof(v));
	gives(m, 2, put, 8);
	m = begin("ScatterND", "x at v", 3, four, other);
	add_tensor(m, "v", BRC_ONNX_FLOAT, 2, square, v, sizeof(v));
	refuses(m, "it mixes the images of a batch");
}

/* The same with updates that come from the images, into a constant. */
static void images_may_be_put_into_a_constant(void **state)
{
	static const int64_t own[] = {0, 3, 0, 1, 1, 0, 1, 2}, same[] = {0, 3, 0, 1, 0, 0, 0, 2};
	static const int64_t wide[] = {2, 4}, first = 0, two = 2, one = 1;
	static const float blank[8] = {0}, y[] = {0, 1, 0, 0, 4, 0, 5, 0};

	(void)state;
	for (int wrong = 0; wrong < 2; wrong++) {
		Brc__OnnxModel *m =
			begin("ScatterND", "blank at part", 3, four, wrong ? same : own);

		add_tensor(m, "blank", BRC_ONNX_FLOAT, 2, wide, blank, sizeof(blank));
		add_list(m, "first", 1, &first);
		add_list(m, "two", 1, &two);
		add_list(m, "one", 1, &one);
		add_node(m, "Slice", "x first two one", "part");
		if (wrong) {
			refuses(m, "it mixes the images of a batch");
			continue;
		}
		/* image 0 puts 0 at 3 and 1 at 1; image 1 puts 4 at 0 and 5 at 2 */
		gives(m, 2, y, 8);
	}
}

static void reductions_combine(void **state)
{
	static const char *const how[] = {"add", "mul", "max", "min"};
	static const int64_t twice[] = {1, 1, 2, 2};
	static const float v[] = {3, 5, -2, 9};
	static const float y[4][8] = {{0, 9, 2, 3, 4, 5, 13, 7},
				      {0, 15, 2, 3, 4, 5, -108, 7},
				      {0, 5, 2, 3, 4, 5, 9, 7},
				      {0, 1, 2, 3, 4, 5, -2, 7}};

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		Brc__OnnxModel *m = begin("ScatterElements", "x at v", 2, square, twice);
		Brc__OnnxAttribute *a = add_attribute(m->graph->node[0], "reduction", 3);

		a->has_s = 1;
		a->s.len = strlen(how[k]);
		a->s.data = (uint8_t *)strdup(how[k]);
		add_int(m->graph->node[0], "axis", 1);
		add_tensor(m, "v", BRC_ONNX_FLOAT, 2, square, v, sizeof(v));
		gives(m, 2, y[k], 8);
	}
}

/* Indices that each image computes: those outside give NaN. */
static void images_may_compute_their_indices(void **state)
{
	static const int64_t one = 1;
	static const float largest[] = {3, 7, 11}, wide[] = {1, NAN, NAN};
	Brc__OnnxModel *m;

	(void)state;
	m = begin("GatherElements", "x best", 1, &one, &one);
	add_int(m->graph->node[0], "axis", 1);
	add_int(add_node(m, "ArgMax", "x", "best"), "axis", 1);
	gives(m, 3, largest, 3);
	m = begin("GatherElements", "x first", 1, &one, &one);
	add_int(m->graph->node[0], "axis", 1);
	add_int(add_node(m, "Cast", "x", "whole"), "to", 7);
	add_int(add_node(m, "ArgMax", "x", "best"), "axis", 1);
	add_list(m, "one", 1, &one);
	add_int(add_node(m, "Gather", "whole one", "first"), "axis", 1);
	gives(m, 3, wide, 3); /* 1, 5, 9 of four */
}

static void nonsense_is_refused(void **state)
{
	static const int64_t far[] = {0, 4, 0, 0, 0, 0, 0, 0}, fine[8] = {0}, deep[] = {2, 1, 3};
	Brc__OnnxModel *m = begin("GatherElements", "x at", 2, square, far);

	(void)state;
	add_int(m->graph->node[0], "axis", 1);
	refuses(m, "node 'my-y' (GatherElements): index 4 of 4 elements");
	m = begin("GatherElements", "x at", 2, square, fine);
	refuses(m, "it mixes the images of a batch");
	m = begin("GatherElements", "x turned", 2, square, fine); /* images lie the other way */
	add_int(m->graph->node[0], "axis", 1);
	add_int(add_node(m, "ArgMax", "x", "best"), "axis", 1);
	add_int(add_node(m, "Concat", "best best", "both"), "axis", 1);
	add_node(m, "Transpose", "both", "turned");
	refuses(m, "it mixes the images of a batch");
	m = begin("GatherElements", "x at", 3, four, fine);
	refuses(m, "its indices [2, 2, 2] do not fit its data [N, 4]");
	m = begin("GatherND", "x at", 3, deep, fine);
	refuses(m, "its indices [2, 1, 3] do not fit its data [N, 4]");
	m = begin("GatherND", "x at", 2, column, fine);
	add_int(m->graph->node[0], "batch_dims", -1);
	refuses(m, "its batch_dims is -1");
	m = begin("ScatterND", "x at x", 3, four, fine);
	refuses(m, "do not fit");
	m = begin("ScatterElements", "x at at", 2, square, fine);
	refuses(m, "input 2 ('at') holds integers; floats are needed");
}

/* Units that are put elsewhere are followed there: the last layer sees them in their new order. */
static void units_are_followed(void **state)
{
	static const int64_t turned[] = {3, 2, 1, 0, 3, 2, 1, 0}, wide[] = {2, 4}, dim[] = {4, 2};
	static const float v[] = {1, 2, 3, 4, 5, 6, 7, 8};
	Brc__OnnxModel *m = begin("MatMul", "moved b", 2, wide, turned);
	const brc_layer_graph *g;
	float w[8] = {0};
	brc_err err = {0};
	brc_net *net;
	size_t n;
	uint8_t *bytes;

	(void)state;
	add_weights(m, "a", 4, 4);
	add_tensor(m, "b", BRC_ONNX_FLOAT, 2, dim, v, sizeof(v));
	add_node(m, "MatMul", "x a", "h");
	add_node(m, "Sub", "h h", "blank");
	add_int(add_node(m, "ScatterElements", "blank at h", "moved"), "axis", 1);
	bytes = pack_model(m, &n);
	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->n_edges, 2);
	assert_int_equal(g->weights(net, 1, w, &err), BRC_OK);
	for (size_t i = 0; i < 4; i++)
		for (size_t o = 0; o < 2; o++)
			assert_true(w[2 * i + o] == v[2 * (3 - i) + o]);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tuples_may_name_their_own_image),
		cmocka_unit_test(images_may_be_put_into_a_constant),
		cmocka_unit_test(reductions_combine),
		cmocka_unit_test(images_may_compute_their_indices),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(units_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
