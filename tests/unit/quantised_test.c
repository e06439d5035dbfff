/*
 * Quantised networks: what they compute, with units silenced, and the edges of their real weights,
 * against NumPy (tests/oracle/quantised.py). What was refused: scales that are no scales.
 */
#include "model_build.h"
#include "exec_pass.h"
#include "net_fixture.h"

#define TOLERANCE 1e-5

enum { NETWORKS = 4, LAYERS = 5 };

static const char *const names[NETWORKS] = {"operators", "pairs", "dynamic", "planted"};

static brc_net *read_network(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "fixtures/quantised/%s.onnx", name);
	return network(path);
}

static bool member_of(const char *name, const char *kind, size_t layer, const char *dtype,
		      brc_array *a)
{
	char of[64], member[32];

	snprintf(of, sizeof(of), "quantised/%s", name);
	snprintf(member, sizeof(member), layer ? "%s.%zu" : "%s", kind, layer);
	return golden_array(of, member, dtype, a);
}

static brc_array need(const char *name, const char *kind, size_t layer, const char *dtype)
{
	brc_array a;

	if (!member_of(name, kind, layer, dtype, &a))
		fail_msg("%s has no %s.%zu", name, kind, layer);
	return a;
}

static void outputs_are_those_of_whole_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_network(names[i]);
		brc_array x = need(names[i], "input", 0, "<f4");
		brc_array want = need(names[i], "output", 0, "<f4");
		float *got = logits_of(net, x.data, x.shape[0]);

		assert_close(got, want.data, want.count, TOLERANCE, names[i]);
		free(got);
		brc_array_clear(&x);
		brc_array_clear(&want);
		brc_net_free(net);
	}
}

static void check_value(const brc_net *net, const char *name, size_t layer, const brc_array *x)
{
	brc_array want = need(name, "post", layer, "<f4");
	pass t = begin_pass(net, &layer, 1, BRC_STAGE_POST, false, x->data, x->shape[0]);
	const brc_unit_view *v = &t.p->view[0];
	const float *value, *w = want.data;
	brc_err err = {0};

	assert_int_equal(brc_run_until(t.r, 0, &value, &err), BRC_OK);
	assert_int_equal(v->units, want.shape[1]);
	assert_int_equal(v->positions, want.shape[2]);
	for (size_t i = 0; i < want.count; i++) {
		size_t p = i % v->positions, u = i / v->positions % v->units;
		size_t row = i / v->positions / v->units;

		assert_close(&value[row * v->row_step + v->position[p] + u * v->unit_step], &w[i],
			     1, TOLERANCE, name);
	}
	end_pass(&t);
	brc_array_clear(&want);
}

static void units_are_recorded_as_real_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_network(names[i]);
		brc_array x = need(names[i], "input", 0, "<f4");

		for (size_t l = 1; l < brc_net_layers(net)->n; l++)
			check_value(net, names[i], l, &x);
		brc_array_clear(&x);
		brc_net_free(net);
	}
}

static void check_lesion(const brc_net *net, const char *name, size_t layer, const brc_array *x)
{
	const brc_run_options how = {
		.layer = &layer, .n = 1, .stage = BRC_STAGE_POST, .logits = true, .silence = true};
	const brc_dataset d = float_images(net, x->data, x->shape[0]);
	brc_array mask = need(name, "mask", layer, "|u1"), want = need(name, "zero", layer, "<f4");
	int32_t unit[64];
	size_t n = 0;
	const float *got;
	brc_err err = {0};
	brc_run_plan *p;
	brc_run *r;

	for (size_t u = 0; u < mask.count; u++)
		if (((uint8_t *)mask.data)[u])
			unit[n++] = (int32_t)u;
	if (brc_run_plan_new(&p, net, &how, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, x->shape[0], &err), BRC_OK);
	assert_int_equal(brc_run_until(r, 0, &got, &err), BRC_OK);
	assert_int_equal(brc_run_silenced(r, 0, unit, n, &got, &err), BRC_OK);
	assert_close(got, want.data, want.count, TOLERANCE, name);
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
	brc_array_clear(&mask);
	brc_array_clear(&want);
}

static void lesions_set_what_stands_for_zero(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_network(names[i]);
		brc_array x = need(names[i], "input", 0, "<f4");

		for (size_t l = 1; l + 1 < brc_net_layers(net)->n; l++)
			check_lesion(net, names[i], l, &x);
		brc_array_clear(&x);
		brc_net_free(net);
	}
}

static void edges_are_those_of_real_weights(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		brc_net *net = read_network(names[i]);
		const brc_layer_graph *g = brc_net_layer_graph(net);

		assert_int_equal(g->n_edges, g->layers->n - 1);
		for (size_t e = 0; e < g->n_edges; e++) {
			char kind[16];
			brc_err err = {0};
			brc_array want;
			float *w;

			snprintf(kind, sizeof(kind), "l1.%zu", g->edge[e].from);
			want = need(names[i], kind, g->edge[e].to, "<f4");
			w = malloc(want.count * sizeof(*w));
			assert_non_null(w);
			assert_int_equal(g->weights(g->of, e, w, &err), BRC_OK);
			assert_close(w, want.data, want.count, 2e-6, kind);
			free(w);
			brc_array_clear(&want);
		}
		brc_net_free(net);
	}
}

/* More products than single precision adds up exactly: 1,500 of up to 255 x 255. */
static void long_sums_are_exact(void **state)
{
	enum { K = 1500, N = 3 };
	static const int64_t extent[2] = {1, K}, dim[2] = {K, N};
	static uint8_t w[K * N];
	static int64_t x[K];
	const brc_tensor_view in = {.name = "x", .elem = BRC_ELEM_INT, .ndim = 2, .dim = {1, K}};
	Brc__OnnxModel *m = new_model();
	brc_onnx model = {.model = m, .opset = 13, .bytes = 1 << 20};
	brc_err err = {0};
	const int64_t *y;
	exec_pass p;
	brc_exec *g;

	(void)state;
	append(&m->graph->input, &m->graph->n_input, new_value("x", BRC_ONNX_UINT8, 2, extent));
	add_output(m, "y");
	for (size_t k = 0; k < K; k++) {
		x[k] = (int64_t)(k * 7 % 256);
		for (size_t n = 0; n < N; n++)
			w[k * N + n] = n ? (uint8_t)(255 - k * n % 3) : 255;
	}
	add_tensor(m, "w", BRC_ONNX_UINT8, 2, dim, w, sizeof(w));
	add_node(m, "MatMulInteger", "x w", "y");
	if (brc_exec_new(&g, &model, &in, 1, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(exec_pass_new(&p, g, &err), BRC_OK);
	memcpy(brc_workspace_input(p.w, "x"), x, sizeof(x));
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	y = brc_workspace_output(p.w, 0);
	for (size_t n = 0; n < N; n++) {
		int64_t sum = 0;

		for (size_t k = 0; k < K; k++)
			sum += x[k] * w[k * N + n];
		assert_int_equal(y[n], sum);
	}
	exec_pass_free(&p);
	brc_exec_free(g);
	free_model(m);
}

/* A QuantizeLinear with this scale, and a zero point of that type. */
static void refuses(float scale, int32_t type, const char *says)
{
	static const int64_t extent[2] = {-1, 4};
	static const uint8_t zero[4] = {0};
	Brc__OnnxModel *m = new_model();
	brc_err err = {0};
	uint8_t *bytes;
	brc_net *net;
	size_t size;

	add_input(m, "x", 2, extent);
	add_output(m, "y");
	add_weights(m, "w", 4, 3);
	add_tensor(m, "scale", BRC_ONNX_FLOAT, 0, NULL, &scale, sizeof(scale));
	add_tensor(m, "zero", type, 0, NULL, zero, type == BRC_ONNX_INT32 ? 4 : 1);
	add_node(m, "QuantizeLinear", "x scale zero", "q");
	add_node(m, "DequantizeLinear", "q scale zero", "d");
	add_node(m, "MatMul", "d w", "y");
	bytes = pack_model(m, &size);
	assert_int_equal(brc_net_decode(&net, bytes, size, NULL, &err), BRC_DATA);
	if (!strstr(err.message, says))
		fail_msg("'%s' does not say '%s'", err.message, says);
	free(bytes);
}

static void what_is_no_scale_is_refused(void **state)
{
	(void)state;
	refuses(0, BRC_ONNX_UINT8, "node 'my-q' (QuantizeLinear): input 1 ('scale'): a scale of 0");
	refuses(-1, BRC_ONNX_UINT8, "a scale of -1");
	refuses(NAN, BRC_ONNX_UINT8, "a scale of nan");
	refuses(INFINITY, BRC_ONNX_UINT8, "a scale of inf");
	refuses(1, BRC_ONNX_INT32, "only 8 and 16 bits are supported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_are_those_of_whole_numbers),
		cmocka_unit_test(units_are_recorded_as_real_numbers),
		cmocka_unit_test(lesions_set_what_stands_for_zero),
		cmocka_unit_test(edges_are_those_of_real_weights),
		cmocka_unit_test(long_sums_are_exact),
		cmocka_unit_test(what_is_no_scale_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
